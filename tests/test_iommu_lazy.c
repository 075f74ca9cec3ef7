/* SPDX-License-Identifier: BSD-2-Clause */
/* Lazy invalidation, promotion with traffic, and devices that are detached in the middle of their work. */
#include <armdma/dma.h>

#include "tests/iommu_rig.h"

#define IOVA 0x12300000ull
#define PA 0x48300000ull

static struct rig *rig_of(void **state)
{
	return *state;
}

static int rig_setup(void **state)
{
	struct rig *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	rig_open(r, ARMDMA_SYSMMU_V1_2);
	*state = r;
	return 0;
}

static int rig_teardown(void **state)
{
	rig_close(*state);
	free(*state);
	return 0;
}

/* ---- lazy ------------------------------------------------------------------ */

static void be_lazy(struct rig *r, unsigned int entries, uint64_t bytes, uint64_t age)
{
	const struct armdma_lazy lazy = { .entries = entries, .bytes = bytes, .age = age };

	assert_int_equal(armdma_domain_set_lazy(r->f.d, &lazy), 0);
}

static uint64_t waiting(const struct rig *r)
{
	return stats_of(r->f.d).lazy_waiting;
}

/* Until the flush the device may go on with what its TLB holds; after it, it may not. */
static void a_queued_range_ends_with_the_flush(void **state)
{
	struct rig *r = rig_of(state);
	uint32_t v;

	rig_quiet(r);
	be_lazy(r, 16, 0, 0);
	rig_map(r, IOVA, PA, 4096);
	rig_assert_leads(r, IOVA, PA);
	rig_unmap(r, IOVA, 4096);
	assert_int_equal(armdma_iova_to_phys(r->f.d, IOVA), ARMDMA_MAPPING_ERROR);
	assert_int_equal(waiting(r), 1);
	assert_int_equal(rig_read(r, IOVA, &v), 0);
	armdma_domain_flush(r->f.d);
	assert_int_equal(waiting(r), 0);
	assert_true(rig_faults(r, IOVA));
}

static void the_queue_is_flushed_when_it_is_full(void **state)
{
	struct rig *r = rig_of(state);
	uint64_t flushes;

	be_lazy(r, 8, 0, 0);
	rig_map(r, IOVA, PA + 4096, 64 * 4096);
	flushes = stats_of(r->f.d).flush_all;
	for (unsigned int i = 0; i < 64; i++) {
		rig_unmap(r, IOVA + i * 4096, 4096);
		assert_int_equal(waiting(r), (i + 1) % 8);
	}
	assert_int_equal(stats_of(r->f.d).flush_all, flushes + 8);
	assert_int_equal(stats_of(r->f.d).lazy_queued, 64);
	assert_int_equal(stats_of(r->f.d).lazy_flushes, 8);
	assert_int_equal(stats_of(r->f.d).flush_entry, 0);
	/* Or by bytes. */
	be_lazy(r, 1000, 64 * KiB, 0);
	rig_map(r, IOVA, PA + 4096, 32 * 4096);
	for (unsigned int i = 0; i < 32; i++) {
		rig_unmap(r, IOVA + i * 4096, 4096);
		assert_int_equal(waiting(r), (i + 1) % 16);
	}
}

static void the_queue_is_flushed_when_it_is_old(void **state)
{
	struct rig *r = rig_of(state);

	be_lazy(r, 1000, 0, 10000);
	rig_map(r, IOVA, PA, 4 * 4096);
	rig_unmap(r, IOVA, 4096);
	rig_unmap(r, IOVA + 4096, 4096);
	assert_int_equal(waiting(r), 2);
	armdma_hw_advance(r->f.hw, 10000);
	rig_unmap(r, IOVA + 2 * 4096, 4096);
	assert_int_equal(waiting(r), 0);
	/* A map looks at the clock as well. */
	rig_unmap(r, IOVA + 3 * 4096, 4096);
	armdma_hw_advance(r->f.hw, 10000);
	rig_map(r, IOVA + MiB, PA, 4096);
	assert_int_equal(waiting(r), 0);
}

/* A map over IOVAs that wait flushes first: no old translation answers for the new one. */
static void a_map_over_waiting_iovas_flushes_first(void **state)
{
	struct rig *r = rig_of(state);

	be_lazy(r, 1000, 0, 0);
	rig_map(r, IOVA, PA, 2 * 4096);
	rig_assert_leads(r, IOVA, PA);
	rig_unmap(r, IOVA, 2 * 4096);
	rig_map(r, IOVA + 0x2000, PA, 4096);
	assert_int_equal(waiting(r), 1);
	rig_map(r, IOVA + 0x1000, PA + MiB, 4096);
	assert_int_equal(waiting(r), 0);
	rig_map(r, IOVA, PA + 2 * MiB, 4096);
	rig_assert_leads(r, IOVA, PA + 2 * MiB);
}

/* With no unit running there is nothing to wait for. */
static void a_suspended_device_needs_no_queue(void **state)
{
	struct rig *r = rig_of(state);

	be_lazy(r, 1000, 0, 0);
	rig_map(r, IOVA, PA, 2 * 4096);
	rig_unmap(r, IOVA, 4096);
	assert_int_equal(waiting(r), 1);
	armdma_domain_detach(r->f.d, r->dev);
	assert_int_equal(waiting(r), 0);
	rig_unmap(r, IOVA + 4096, 4096);
	assert_int_equal(waiting(r), 0);
	rig_attach(r);
}

static void limits_of_the_queue_are_checked(void **state)
{
	struct rig *r = rig_of(state);
	const struct armdma_lazy none = { .entries = 0 }, many = { .entries = 65537 };

	assert_int_equal(armdma_domain_set_lazy(r->f.d, &none), -EINVAL);
	assert_int_equal(armdma_domain_set_lazy(r->f.d, &many), -EINVAL);
	be_lazy(r, 4, 0, 0);
	rig_map(r, IOVA, PA, 4096);
	rig_unmap(r, IOVA, 4096);
	assert_int_equal(waiting(r), 1);
	assert_int_equal(armdma_domain_set_lazy(r->f.d, NULL), 0);
	assert_int_equal(waiting(r), 0);
}

/* The DMA API gives no IOVA out again before the flush, and the space's memory comes back whole. */
static void iovas_come_back_with_the_flush(void **state)
{
	struct rig *r = rig_of(state);
	const struct armdma_lazy lazy = { .entries = 5 };
	struct armdma_iommu_mapping *space;
	struct armdma_iova_stats st;
	armdma_dma_t a, seen[16];
	struct armdma_page *page = armdma_alloc_pages(r->f.m, ARMDMA_GFP_KERNEL, 0);

	armdma_domain_detach(r->f.d, r->dev);
	space = armdma_iommu_create_mapping(r->f.m, 0x10000000, 8 * 4096, NULL, NULL);
	assert_int_equal(armdma_domain_set_lazy(armdma_mapping_domain(space), &lazy), 0);
	assert_int_equal(armdma_iommu_attach_device(r->dev, space), 0);
	for (unsigned int i = 0; i < 16; i++) {
		seen[i] = armdma_dma_map_page(r->dev, page, 0, 4096, ARMDMA_TO_DEVICE);
		assert_false(armdma_dma_mapping_error(r->dev, seen[i]));
		for (unsigned int k = i / 5 * 5; k < i; k++)
			assert_int_not_equal(seen[k], seen[i]);
		armdma_dma_unmap_page(r->dev, seen[i], 4096, ARMDMA_TO_DEVICE);
		armdma_mapping_iova_stats(space, &st);
		assert_int_equal(st.used, (i + 1) % 5 * 4096);
	}
	/* A space that is full but for what waits flushes rather than fails. */
	for (unsigned int i = 0; i < 8; i++) {
		seen[i] = armdma_dma_map_page(r->dev, page, 0, 4096, ARMDMA_TO_DEVICE);
		assert_false(armdma_dma_mapping_error(r->dev, seen[i]));
	}
	armdma_dma_unmap_page(r->dev, seen[0], 4096, ARMDMA_TO_DEVICE);
	a = armdma_dma_map_page(r->dev, page, 0, 4096, ARMDMA_TO_DEVICE);
	assert_int_equal(a, seen[0]);
	for (unsigned int i = 0; i < 8; i++)
		armdma_dma_unmap_page(r->dev, seen[i], 4096, ARMDMA_TO_DEVICE);
	armdma_iommu_detach_device(r->dev);
	armdma_iommu_release_mapping(space);
	assert_int_equal(armdma_report_count(r->f.m, ARMDMA_REPORT_LEAK), 0);
	armdma_free_pages(r->f.m, page, 0);
	rig_attach(r);
}

/* Pages of a coherent buffer go back only after the flush, lazy or not. */
static void a_freed_buffer_is_out_of_reach_at_once(void **state)
{
	struct rig *r = rig_of(state);
	const struct armdma_lazy lazy = { .entries = 100 };
	struct armdma_iommu_mapping *space = armdma_iommu_create_mapping(r->f.m, 0x10000000, MiB, NULL, NULL);
	unsigned int faults = r->faults;
	armdma_dma_t a;
	uint32_t v;
	void *cpu;

	rig_quiet(r);
	armdma_domain_detach(r->f.d, r->dev);
	assert_int_equal(armdma_domain_set_lazy(armdma_mapping_domain(space), &lazy), 0);
	armdma_domain_set_fault_handler(armdma_mapping_domain(space), rig_fault, r);
	assert_int_equal(armdma_iommu_attach_device(r->dev, space), 0);
	cpu = armdma_dma_alloc_coherent(r->dev, 4096, &a, ARMDMA_GFP_KERNEL);
	assert_non_null(cpu);
	assert_int_equal(rig_read(r, a, &v), 0);
	armdma_dma_free_coherent(r->dev, 4096, cpu, a);
	assert_int_equal(rig_read(r, a, &v), -ETIMEDOUT);
	assert_int_equal(r->faults, faults + 1);
	armdma_iommu_detach_device(r->dev);
	armdma_iommu_release_mapping(space);
	rig_attach(r);
}

/* ---- promotion with a running unit ------------------------------------------- */

/* Pages that the TLB knows become one: no access meets both, and cutting leaves none of the large one behind. */
static void promotion_and_cuts_are_never_seen_half_done(void **state)
{
	(void)state;
	for (size_t v = 0; v < RIG_NR_VERSIONS; v++) {
		struct armdma_iommu_stats st;
		struct rig r;

		rig_open(&r, rig_versions[v]);
		rig_quiet(&r);
		assert_int_equal(armdma_domain_set_promote(r.f.d, true), 0);
		for (unsigned int i = 0; i < 256; i++) {
			rig_map(&r, IOVA + i * 4096, PA + i * 4096, 4096);
			/* Keep a few of the small ones in the TLB all the time. */
			rig_assert_leads(&r, IOVA + i * 4096, PA + i * 4096);
			rig_assert_leads(&r, IOVA + i / 2 * 4096, PA + i / 2 * 4096);
		}
		st = stats_of(r.f.d);
		assert_int_equal(st.promotions, 17);
		assert_int_equal(st.entries[ARMDMA_IOMMU_1M], 1);
		assert_valid(r.f.d);
		for (unsigned int i = 0; i < 256; i += 5)
			rig_assert_leads(&r, IOVA + i * 4096, PA + i * 4096);
		rig_unmap(&r, IOVA + 0x23000, 4096);
		st = stats_of(r.f.d);
		assert_int_equal(st.cuts, 2);
		assert_int_equal(st.entries[ARMDMA_IOMMU_64K], 15);
		assert_int_equal(st.entries[ARMDMA_IOMMU_4K], 15);
		assert_valid(r.f.d);
		rig_assert_leads(&r, IOVA + 0x22000, PA + 0x22000);
		rig_assert_leads(&r, IOVA + 0x24000, PA + 0x24000);
		assert_int_equal(r.faults, 0);
		assert_true(rig_faults(&r, IOVA + 0x23000));
		/* It comes back, and so does the section. */
		rig_map(&r, IOVA + 0x23000, PA + 0x23000, 4096);
		assert_int_equal(stats_of(r.f.d).entries[ARMDMA_IOMMU_1M], 1);
		rig_assert_leads(&r, IOVA + 0x23000, PA + 0x23000);
		rig_unmap(&r, IOVA, MiB);
		assert_int_equal(armdma_domain_trim(r.f.d), 0);
		assert_int_equal(stats_of(r.f.d).l2_tables, 0);
		assert_int_equal(armdma_domain_set_promote(r.f.d, false), 0);
		rig_close(&r);
	}
}

static void promotion_is_refused_where_sections_could_not_be_cut(void **state)
{
	struct rig *r = rig_of(state);

	rig_map(r, IOVA, PA, MiB);
	assert_int_equal(armdma_domain_set_promote(r->f.d, true), -EINVAL);
	rig_unmap(r, IOVA, MiB);
	assert_int_equal(armdma_domain_set_promote(r->f.d, true), 0);
	rig_map(r, IOVA, PA, MiB);
	assert_int_equal(stats_of(r->f.d).entries[ARMDMA_IOMMU_1M], 1);
	assert_int_equal(armdma_domain_set_promote(r->f.d, false), -EINVAL);
	/* What differs in its rights does not become one. */
	rig_unmap(r, IOVA, MiB);
	for (unsigned int i = 0; i < 16; i++)
		assert_int_equal(armdma_iommu_map(r->f.d, IOVA + i * 4096, PA + i * 4096, 4096, i == 7 ? RO : RW), 0);
	assert_int_equal(stats_of(r->f.d).entries[ARMDMA_IOMMU_4K], 16);
	/* Nor what lies alike on one side only. */
	rig_map(r, IOVA + 0x20000, PA + 0x21000, 64 * KiB);
	assert_int_equal(stats_of(r->f.d).entries[ARMDMA_IOMMU_64K], 0);
}

/* ---- detached under traffic ---------------------------------------------------- */

struct transfer {
	bool ended;
	enum armdma_bus_resp resp;
	size_t bytes;
};

static void transfer_ended(void *ctx, enum armdma_bus_resp resp, size_t bytes)
{
	*(struct transfer *)ctx = (struct transfer){ true, resp, bytes };
}

/* Detached in the middle of a transfer, the device waits; attached again, the rest goes through the new tables. */
static void a_held_device_goes_on_with_its_next_domain(void **state)
{
	static uint8_t data[0x4000];

	(void)state;
	memset(data, 0xa5, sizeof(data));
	for (size_t v = 0; v < RIG_NR_VERSIONS; v++) {
		struct armdma_domain *next;
		struct transfer t = { .ended = false };
		struct rig r;
		unsigned int moved = 0;

		rig_open(&r, rig_versions[v]);
		assert_int_equal(armdma_iommu_hold_detached(r.dev, true), 0);
		next = armdma_domain_alloc(r.f.m);
		rig_map(&r, IOVA, PA, sizeof(data));
		assert_int_equal(armdma_iommu_map(next, IOVA, PA + MiB, sizeof(data), RW), 0);
		assert_int_equal(armdma_hw_master_write(r.f.hw, RIG_DEV, IOVA, data, sizeof(data), transfer_ended, &t), 0);
		armdma_hw_advance(r.f.hw, 500);
		assert_int_equal(armdma_domain_detach(r.f.d, r.dev), 0);
		assert_false(t.ended);
		armdma_hw_advance(r.f.hw, 100000);
		assert_false(t.ended);
		assert_int_equal(armdma_domain_attach(next, r.dev), 0);
		assert_int_equal(armdma_hw_run_until_idle(r.f.hw, 1000000), 0);
		assert_true(t.ended && t.resp == ARMDMA_RESP_OKAY && t.bytes == sizeof(data));
		/* Every line came out in one place, none in both, and none at the IOVA. */
		for (unsigned int at = 0; at < sizeof(data); at += 64) {
			bool old = dram_word(r.f.hw, PA + at) == 0xa5a5a5a5;
			bool new = dram_word(r.f.hw, PA + MiB + at) == 0xa5a5a5a5;

			assert_true(old != new);
			moved += new;
		}
		assert_true(moved > 0 && moved < sizeof(data) / 64);
		assert_int_equal(armdma_domain_detach(next, r.dev), 0);
		assert_int_equal(armdma_iommu_hold_detached(r.dev, false), 0);
		armdma_domain_free(next);
		rig_close(&r);
	}
}

/* The default lets a detached device do direct DMA. */
static void a_detached_device_bypasses_unless_it_is_held(void **state)
{
	struct rig *r = rig_of(state);
	uint32_t v = 1;

	armdma_domain_detach(r->f.d, r->dev);
	rig_assert_leads(r, PA, PA);
	rig_attach(r);
	assert_int_equal(armdma_iommu_hold_detached(r->dev, true), 0);
	armdma_domain_detach(r->f.d, r->dev);
	assert_int_equal(rig_read(r, PA, &v), -ETIMEDOUT);
	assert_int_equal(armdma_iommu_hold_detached(r->dev, false), 0);
	rig_assert_leads(r, PA, PA);
	rig_attach(r);
}

int main(void)
{
#define T(fn) cmocka_unit_test_setup_teardown(fn, rig_setup, rig_teardown)
	const struct CMUnitTest tests[] = {
		T(a_queued_range_ends_with_the_flush),
		T(the_queue_is_flushed_when_it_is_full),
		T(the_queue_is_flushed_when_it_is_old),
		T(a_map_over_waiting_iovas_flushes_first),
		T(a_suspended_device_needs_no_queue),
		T(limits_of_the_queue_are_checked),
		T(iovas_come_back_with_the_flush),
		T(a_freed_buffer_is_out_of_reach_at_once),
		cmocka_unit_test(promotion_and_cuts_are_never_seen_half_done),
		T(promotion_is_refused_where_sections_could_not_be_cut),
		cmocka_unit_test(a_held_device_goes_on_with_its_next_domain),
		T(a_detached_device_bypasses_unless_it_is_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
