/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What silicon gets wrong, and the driver works around: each bug shows when its workaround is left out, and is gone
 * with it.
 */
#include <armdma/dma.h>

#include "tests/iommu_rig.h"

#define SPACE 0x20000000ull

struct space {
	struct armdma_machine *m;
	struct armdma_hw *hw;
	struct armdma_device *dev;
	struct armdma_iommu_mapping *mapping;
	struct armdma_domain *d;
	unsigned int faults;
	struct check check;
};

static int count_fault(void *ctx, const struct armdma_fault *f)
{
	struct space *s = ctx;

	(void)f;
	s->faults++;
	return -1;
}

/* A device with an address space of its own on a machine of that version, without some workarounds. */
static void space_open(struct space *s, uint32_t version, unsigned int without, bool prefetch)
{
	struct armdma_config cfg = rig_config(version);
	struct armdma_error err = { "" };
	unsigned int n = version == ARMDMA_SYSMMU_V3_3 ? 2 : 1;

	memset(s, 0, sizeof(*s));
	if (armdma_machine_create(&s->m, &cfg, &err))
		fail_msg("%s", err.msg);
	s->hw = armdma_machine_hw(s->m);
	armdma_checker_enable(s->m, false);
	iommu_set_workarounds(s->m, ~without);
	s->dev = armdma_device_find(s->m, RIG_DEV);
	s->mapping = armdma_iommu_create_mapping(s->m, SPACE, 0x20000000, NULL, NULL);
	assert_non_null(s->mapping);
	s->d = armdma_mapping_domain(s->mapping);
	armdma_domain_set_fault_handler(s->d, count_fault, s);
	if (prefetch) {
		/* From 3.3 on a buffer serves one direction. */
		const struct armdma_prefetch all[] = { { .start = SPACE, .size = 0x20000000 },
						       { .start = SPACE, .size = 0x20000000, .write = true } };

		assert_int_equal(armdma_iommu_set_prefetch(s->dev, all, n), 0);
	}
	check_begin(&s->check, s->hw, RIG_UNIT, s->dev->units[0]->regs);
	assert_int_equal(armdma_iommu_attach_device(s->dev, s->mapping), 0);
}

static void space_close(struct space *s)
{
	check_end(&s->check);
	armdma_machine_abandon(s->m);
	armdma_machine_destroy(s->m);
}

struct buf {
	void *cpu;
	size_t size;
	armdma_dma_t iova;
};

static struct buf buffer(struct space *s, size_t size)
{
	struct buf b = { .size = size };

	b.cpu = armdma_dma_alloc_attrs(s->dev, size, &b.iova, ARMDMA_GFP_KERNEL, ARMDMA_ATTR_NO_KERNEL_MAPPING);
	assert_non_null(b.cpu);
	return b;
}

static void drop(struct space *s, const struct buf *b)
{
	armdma_dma_free_attrs(s->dev, b->size, b->cpu, b->iova, ARMDMA_ATTR_NO_KERNEL_MAPPING);
}

/* True: the access went through. */
static bool touch(struct space *s, armdma_dma_t iova)
{
	unsigned int before = s->faults;
	uint32_t v;
	int ret = armdma_hw_master_read_sync(s->hw, RIG_DEV, iova, &v, sizeof(v), RIG_TIME);

	assert_int_equal(ret, s->faults == before ? 0 : -ETIMEDOUT);
	return !ret;
}

static const uint32_t v3[] = { ARMDMA_SYSMMU_V3_0, ARMDMA_SYSMMU_V3_1, ARMDMA_SYSMMU_V3_2, ARMDMA_SYSMMU_V3_3 };

/* ---- invalid descriptors stay in prefetch buffers ------------------------- */

/* A buffer is mapped beside one that the device uses: the prefetch buffer fetched its descriptor when it was invalid. */
static bool neighbour_works(struct space *s)
{
	struct buf a = buffer(s, 4096);

	assert_true(touch(s, a.iova));
	return touch(s, buffer(s, 4096).iova);
}

static void neighbours_in_one_block_fault_and_regions_apart_do_not(void **state)
{
	static const struct check_need needs[] = { { ARMDMA_EV_WALK, 2 }, { 0, 0 } };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct space s;

		space_open(&s, v3[i], ERRATUM_INVALID_CACHED, true);
		assert_false(neighbour_works(&s));
		space_close(&s);
		space_open(&s, v3[i], 0, true);
		assert_true(neighbour_works(&s));
		check_passed(&s.check, 17, needs);
		space_close(&s);
	}
}

/* Without prefetch buffers the versions have no such bug, and without the rule neighbours lie side by side. */
static void without_prefetch_buffers_neighbours_get_on(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct space s;

		space_open(&s, v3[i], ERRATUM_INVALID_CACHED, false);
		assert_true(neighbour_works(&s));
		space_close(&s);
	}
}

/* The block of a region that is freed is full of invalid descriptors: the block's next owner must not meet them. */
static bool reuse_works(struct space *s)
{
	struct buf a = buffer(s, 4096), b;
	bool ok = true;

	assert_true(touch(s, a.iova));
	drop(s, &a);
	b = buffer(s, 64 * KiB);
	assert_true((a.iova ^ b.iova) < 64 * KiB);
	/* From the end: an access to the page that was freed would fetch the block anew. */
	for (unsigned int i = 16; i-- > 0 && ok;)
		ok = touch(s, b.iova + i * 4096);
	return ok;
}

static void an_unmap_takes_invalid_neighbours_out_of_the_buffers(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct space s;

		space_open(&s, v3[i], ERRATUM_INVALID_CACHED, true);
		assert_false(reuse_works(&s));
		space_close(&s);
		space_open(&s, v3[i], 0, true);
		assert_true(reuse_works(&s));
		space_close(&s);
	}
}

static void regions_keep_the_distance_of_their_generation(void **state)
{
	static const struct { uint32_t version; uint64_t align, hole; } rules[] = {
		{ ARMDMA_SYSMMU_V1_2, 4096, 0 }, { ARMDMA_SYSMMU_V2_1, 4096, 0 },
		{ ARMDMA_SYSMMU_V3_1, 128 * KiB, 0 }, { ARMDMA_SYSMMU_V3_2, 256 * KiB, 0 },
		{ ARMDMA_SYSMMU_V3_3, 128 * KiB, 128 * KiB }, { ARMDMA_SYSMMU_V5_0, 4096, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		uint64_t step = (12 * KiB + rules[i].hole + rules[i].align - 1) & ~(rules[i].align - 1);
		struct buf b[4];
		struct space s;

		space_open(&s, rules[i].version, 0, false);
		for (unsigned int n = 0; n < 4; n++) {
			b[n] = buffer(&s, 12 * KiB);
			assert_int_equal(b[n].iova % rules[i].align, 0);
			if (n && rules[i].align > 4096)
				assert_int_equal(b[n].iova - b[n - 1].iova, step);
		}
		for (unsigned int n = 0; n < 4; n++)
			drop(&s, &b[n]);
		assert_int_equal(buffer(&s, 4096).iova, SPACE);
		space_close(&s);
	}
}

/* ---- level-1 words --------------------------------------------------------- */

/* The unit fetched the empty neighbour MiB's word ahead; then that MiB is mapped, by a table or a section. */
static bool next_mib_works(struct rig *r, uint64_t size)
{
	uint32_t v;

	rig_map(r, 0x12300000, 0x48300000, 4096);
	assert_int_equal(rig_read(r, 0x12300000, &v), 0);
	rig_map(r, 0x12400000, 0x48400000, size);
	r->repair_prot = 0;
	return !rig_read(r, 0x12400000, &v);
}

static void open_without(struct rig *r, uint32_t version, unsigned int without)
{
	struct armdma_config cfg = rig_config(version);

	rig_open_cfg(r, &cfg);
	rig_quiet(r);
	iommu_set_workarounds(r->f.m, ~without);
	/* Domains made from now on. */
	armdma_domain_free(r->f.d);
	r->f.d = armdma_domain_alloc(r->f.m);
	assert_non_null(r->f.d);
	armdma_domain_set_fault_handler(r->f.d, rig_fault, r);
	rig_attach(r);
}

static void empty_words_fetched_ahead_fault_unless_they_are_the_zero_link(void **state)
{
	static const uint64_t sizes[] = { 4096, MiB };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct check c;
		struct rig r;

		/* Plain zeros. */
		open_without(&r, ARMDMA_SYSMMU_V3_3, ERRATUM_LEVEL1_PREFETCH);
		assert_int_equal(l1_word(&r.f, 0x12400000), 0);
		assert_false(next_mib_works(&r, sizes[i]));
		rig_close(&r);
		/* The zero link, but nobody tells the unit that it was replaced. Linux forgets that for sections. */
		open_without(&r, ARMDMA_SYSMMU_V3_3, ERRATUM_LEVEL1_KEPT);
		assert_int_equal(l1_word(&r.f, 0x12400000) & 3, 1);
		assert_false(next_mib_works(&r, sizes[i]));
		rig_close(&r);
		/* Both. */
		open_without(&r, ARMDMA_SYSMMU_V3_3, 0);
		check_begin(&c, r.f.hw, RIG_UNIT, r.unit->regs);
		assert_true(next_mib_works(&r, sizes[i]));
		assert_int_equal(r.faults, 0);
		check_passed(&c, 18, ((struct check_need[]){ { ARMDMA_EV_WALK, 2 }, { ARMDMA_EV_TLB_INV, 1 }, { 0, 0 } }));
		check_end(&c);
		rig_close(&r);
	}
}

/* A level-2 table is replaced by a section and its memory used again: the cached pointer to it must be gone. */
static bool section_over_table_works(struct rig *r, struct check *c)
{
	uint32_t v;

	check_begin(c, r->f.hw, RIG_UNIT, r->unit->regs);
	rig_map(r, 0x12300000, 0x48300000, 4096);
	assert_int_equal(rig_read(r, 0x12300000, &v), 0);
	rig_unmap(r, 0x12300000, 4096);
	rig_map(r, 0x12300000, 0x48500000, MiB);
	r->repair_prot = 0;
	return !rig_write(r, 0x12304000, 0xabcd) && dram_word(r->f.hw, 0x48504000) == 0xabcd;
}

static void a_replaced_table_is_not_walked_any_more(void **state)
{
	static const uint32_t versions[] = { ARMDMA_SYSMMU_V3_2, ARMDMA_SYSMMU_V3_3, ARMDMA_SYSMMU_V5_0,
					     ARMDMA_SYSMMU_V5_1, ARMDMA_SYSMMU_V6_0, ARMDMA_SYSMMU_V7_0,
					     ARMDMA_SYSMMU_V7_4 };
	static const struct check_need needs[] = { { ARMDMA_EV_TLB_INV, 2 }, { ARMDMA_EV_BUS_WRITE, 1 }, { 0, 0 } };

	(void)state;
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		struct unit_variant careless;
		struct check c;
		struct rig r;

		open_without(&r, versions[i], ERRATUM_LEVEL1_KEPT);
		careless = *r.unit->variant;
		careless.level1_cache = false;
		r.unit->variant = &careless;
		/* The unmap of the page took the word along where the generation does that: 3.3 by entry, later ones by range. */
		if (versions[i] == ARMDMA_SYSMMU_V5_0)
			assert_false(section_over_table_works(&r, &c));
		else
			section_over_table_works(&r, &c);
		check_end(&c);
		rig_close(&r);
		open_without(&r, versions[i], 0);
		assert_true(section_over_table_works(&r, &c));
		assert_int_equal(r.faults, 0);
		check_passed(&c, 19, needs);
		check_end(&c);
		rig_close(&r);
	}
}

/* Empty tables are given back, and a device that still had one of them cached finds the next one. */
static void a_trimmed_table_is_not_walked_any_more(void **state)
{
	(void)state;
	for (size_t i = 0; i < RIG_NR_VERSIONS; i++) {
		struct rig r;

		rig_open(&r, rig_versions[i]);
		rig_quiet(&r);
		rig_map(&r, 0x12300000, 0x48300000, 4096);
		rig_assert_leads(&r, 0x12300000, 0x48300000);
		rig_unmap(&r, 0x12300000, 4096);
		assert_int_equal(armdma_domain_trim(r.f.d), 1);
		assert_int_equal(stats_of(r.f.d).l2_tables, 0);
		assert_valid(r.f.d);
		/* Somebody else's table takes the place. */
		rig_map(&r, 0x22300000, 0x48600000, 4096);
		rig_map(&r, 0x12300000, 0x48310000, 4096);
		rig_assert_leads(&r, 0x12300000, 0x48310000);
		rig_assert_leads(&r, 0x22300000, 0x48600000);
		assert_true(rig_faults(&r, 0x12301000));
		rig_close(&r);
	}
}

/* ---- a unit that does not stop ------------------------------------------------ */

static void note_end(void *ctx, enum armdma_bus_resp resp, size_t bytes)
{
	(void)resp, (void)bytes;
	*(bool *)ctx = true;
}

/* A burst that takes longer than all status reads: the invalidation is done all the same, and again when the unit stops. */
static void a_block_that_times_out_is_told_and_its_invalidation_not_lost(void **state)
{
	static uint8_t bytes[64];

	(void)state;
	for (size_t i = 0; i < RIG_NR_VERSIONS; i++) {
		struct armdma_config cfg = rig_config(rig_versions[i]);
		bool ended = false;
		struct check c;
		struct rig r;

		cfg.costs.beat = 20000;
		rig_open_cfg(&r, &cfg);
		rig_quiet(&r);
		rig_attach(&r);
		check_begin(&c, r.f.hw, RIG_UNIT, r.unit->regs);
		rig_map(&r, 0x12300000, 0x48300000, 0x3000);
		assert_int_equal(armdma_hw_master_read(r.f.hw, RIG_DEV, 0x12300000, bytes, sizeof(bytes), note_end,
						       &ended), 0);
		armdma_hw_advance(r.f.hw, 100);
		rig_unmap(&r, 0x12301000, 4096);
		assert_false(ended);
		if (r.unit->variant->at->flush_range) {
			/* No block, no time-out. */
			assert_int_equal(stats_of(r.f.d).block_timeouts, 0);
			assert_int_equal(stats_of(r.f.d).flush_range, 1);
		} else {
			uint64_t flushes = stats_of(r.f.d).flush_all;

			assert_int_equal(stats_of(r.f.d).block_timeouts, 1);
			assert_int_equal(armdma_hw_run_until_idle(r.f.hw, 10000000), 0);
			assert_true(ended);
			rig_unmap(&r, 0x12302000, 4096);
			assert_int_equal(stats_of(r.f.d).flush_all, flushes + 1);
			assert_int_equal(stats_of(r.f.d).block_timeouts, 1);
			check_passed(&c, 31, ((struct check_need[]){ { ARMDMA_EV_REG_READ, 3 * 121 }, { ARMDMA_EV_TLB_INV, 2 }, { 0, 0 } }));
		}
		check_end(&c);
		armdma_hw_run_until_idle(r.f.hw, 10000000);
		rig_close(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(neighbours_in_one_block_fault_and_regions_apart_do_not),
		cmocka_unit_test(without_prefetch_buffers_neighbours_get_on),
		cmocka_unit_test(an_unmap_takes_invalid_neighbours_out_of_the_buffers),
		cmocka_unit_test(regions_keep_the_distance_of_their_generation),
		cmocka_unit_test(empty_words_fetched_ahead_fault_unless_they_are_the_zero_link),
		cmocka_unit_test(a_replaced_table_is_not_walked_any_more),
		cmocka_unit_test(a_trimmed_table_is_not_walked_any_more),
		cmocka_unit_test(a_block_that_times_out_is_told_and_its_invalidation_not_lost),
	};

	checklist_start("iommu_errata");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
