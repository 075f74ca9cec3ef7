/* SPDX-License-Identifier: BSD-2-Clause */
/* Coherent memory in every set: zeroed, aligned, shared by both sides, given back whole; plain, write-combine, managed. */
#include <errno.h>

#include "api_rig.h"

static void assert_zero(const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (p[i])
			fail_msg("byte %zu is 0x%x", i, p[i]);
}

static void coherent_memory_is_shared_and_goes_back(struct rig *r)
{
	static const size_t sizes[] = { 1, 4096, 3 * 4096 + 1, 68 * 1024, 700 * 1024 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		armdma_dma_t handle;
		void *p = armdma_dma_alloc_coherent(r->dev, sizes[i], &handle, ARMDMA_GFP_KERNEL);

		assert_non_null(p);
		rig_assert_shared(r, p, handle, sizes[i]);
		rig_validate(r);
		armdma_dma_free_coherent(r->dev, sizes[i], p, handle);
	}
}

static void write_combine_memory_is_shared_and_goes_back(struct rig *r)
{
	armdma_dma_t handle;
	void *p = armdma_dma_alloc_wc(r->dev, 5 * PAGE, &handle, ARMDMA_GFP_KERNEL);

	assert_non_null(p);
	rig_assert_shared(r, p, handle, 5 * PAGE);
	armdma_dma_free_wc(r->dev, 5 * PAGE, p, handle);
	p = armdma_dma_alloc_attrs(r->dev, 5 * PAGE, &handle, ARMDMA_GFP_KERNEL, ARMDMA_ATTR_WRITE_COMBINE);
	rig_assert_shared(r, p, handle, 5 * PAGE);
	armdma_dma_free_attrs(r->dev, 5 * PAGE, p, handle, ARMDMA_ATTR_WRITE_COMBINE);
}

/* What the last owner left, in memory or still in the caches, is nobody's business. */
static void memory_is_zeroed_for_both_sides_whoever_had_it(struct rig *r)
{
	enum { LEN = 16 * 4096 };
	uint8_t got[LEN];

	for (unsigned int round = 0; round < 3; round++) {
		armdma_gfp_t gfp = round == 2 ? ARMDMA_GFP_ATOMIC : ARMDMA_GFP_KERNEL;
		void *dirty = armdma_kmalloc(r->m, LEN, ARMDMA_GFP_KERNEL);
		armdma_dma_t handle;
		uint8_t *p;

		memset(dirty, 0xa5, LEN);
		armdma_kfree(r->m, dirty);
		p = armdma_dma_alloc_coherent(r->dev, LEN, &handle, gfp);
		assert_non_null(p);
		assert_zero(p, LEN);
		dev_read(r, handle, got, LEN);
		assert_zero(got, LEN);
		memset(p, 0x5a, LEN);
		armdma_hw_barrier(r->hw, ARMDMA_BARRIER_WMB);
		armdma_dma_free_coherent(r->dev, LEN, p, handle);
	}
}

/* Both addresses start at pages; the DMA address at the order of the size, up to 1 MiB. */
static void addresses_are_aligned_to_the_order_of_the_size(struct rig *r)
{
	for (size_t npages = 1; npages <= 300; npages = npages * 2 + 1) {
		size_t size = npages * PAGE, align = PAGE << armdma_get_order(size);
		armdma_dma_t handle, small;
		void *one = armdma_dma_alloc_coherent(r->dev, PAGE, &small, ARMDMA_GFP_KERNEL);
		void *p = armdma_dma_alloc_coherent(r->dev, size, &handle, ARMDMA_GFP_KERNEL);

		assert_non_null(p);
		assert_int_equal((uintptr_t)p % PAGE, 0);
		assert_int_equal(handle % (align > MIB ? MIB : align), 0);
		armdma_dma_free_coherent(r->dev, size, p, handle);
		armdma_dma_free_coherent(r->dev, PAGE, one, small);
	}
}

static void allocation_counts_what_is_live(struct rig *r)
{
	struct armdma_dma_stats before, st;
	armdma_dma_t handle;
	void *p;

	armdma_dma_stats(r->dev, &before);
	p = armdma_dma_alloc_coherent(r->dev, 2 * PAGE + 5, &handle, ARMDMA_GFP_KERNEL);
	armdma_dma_stats(r->dev, &st);
	assert_int_equal(st.live_allocs, 1);
	assert_int_equal(st.live_bytes, 3 * PAGE);
	armdma_dma_free_coherent(r->dev, 2 * PAGE + 5, p, handle);
	armdma_dma_stats(r->dev, &st);
	assert_int_equal(st.live_allocs, 0);
	assert_int_equal(st.allocs - before.allocs, 1);
	assert_int_equal(st.frees - before.frees, 1);
}

static void zone_flags_do_not_choose_the_zone(struct rig *r)
{
	static const armdma_gfp_t flags[] = { ARMDMA__GFP_DMA, ARMDMA__GFP_DMA32, ARMDMA__GFP_HIGHMEM,
					      ARMDMA__GFP_COMP, ARMDMA__GFP_ZERO };

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		armdma_dma_t handle, plain;
		void *p = armdma_dma_alloc_coherent(r->dev, PAGE, &plain, ARMDMA_GFP_KERNEL), *q;

		armdma_dma_free_coherent(r->dev, PAGE, p, plain);
		q = armdma_dma_alloc_coherent(r->dev, PAGE, &handle, ARMDMA_GFP_KERNEL | flags[i]);
		assert_non_null(q);
		assert_int_equal(handle, plain);
		armdma_dma_free_coherent(r->dev, PAGE, q, handle);
	}
}

static void allocation_beyond_memory_fails_with_the_error_address(struct rig *r)
{
	armdma_dma_t handle = 0x1234;

	assert_null(armdma_dma_alloc_coherent(r->dev, 64 * MIB, &handle, ARMDMA_GFP_KERNEL | ARMDMA__GFP_NOWARN));
	assert_int_equal(armdma_dma_mapping_error(r->dev, handle), -ENOMEM);
	handle = 0x1234;
	assert_null(armdma_dma_alloc_wc(r->dev, 31 * MIB, &handle, ARMDMA_GFP_KERNEL | ARMDMA__GFP_NOWARN));
	assert_int_equal(handle, ARMDMA_MAPPING_ERROR);
	rig_validate(r);
}

static void memory_can_be_used_up_and_is_all_there_again(struct rig *r)
{
	enum { N = 64, LEN = 1 << 20 };
	struct { void *p; armdma_dma_t handle; } b[N];
	unsigned int got[2] = { 0, 0 };

	for (unsigned int round = 0; round < 2; round++) {
		unsigned int n = 0;

		while (n < N && (b[n].p = armdma_dma_alloc_coherent(r->dev, LEN, &b[n].handle,
								   ARMDMA_GFP_KERNEL | ARMDMA__GFP_NOWARN)))
			n++;
		assert_true(n > 0 && n < N);
		rig_validate(r);
		got[round] = n;
		while (n-- > 0)
			armdma_dma_free_coherent(r->dev, LEN, b[n].p, b[n].handle);
	}
	assert_int_equal(got[0], got[1]);
}

/* ---- Tables ------------------------------------------------------------------- */

/* The table has the CPU's side only: another device maps it for itself, and sees the same bytes. */
static void table_of_a_buffer_leads_to_its_bytes(struct rig *r)
{
	size_t size = 5 * PAGE + 100, sum = 0;
	struct armdma_sg_table sgt;
	struct armdma_scatterlist *sg;
	armdma_dma_t handle;
	uint8_t got[64], want[64];
	unsigned int i;
	uint8_t *p = armdma_dma_alloc_coherent(r->dev, size, &handle, ARMDMA_GFP_KERNEL);

	assert_int_equal(armdma_dma_get_sgtable(r->dev, &sgt, p, handle, size), 0);
	armdma_for_each_sgtable_sg(&sgt, sg, i) {
		pattern(want, sizeof(want), i);
		memcpy(p + sum, want, sizeof(want));
		armdma_hw_barrier(r->hw, ARMDMA_BARRIER_WMB);
		assert_int_equal(sg->offset, 0);
		/* What lies in memory, whoever's cache has it. */
		armdma_hw_snoop_read(r->hw, armdma_sg_phys(r->m, sg), got, sizeof(got));
		assert_memory_equal(got, want, sizeof(want));
		sum += sg->length;
	}
	assert_int_equal(sum, rig_is_iommu(r) ? size : ARMDMA_PAGE_ALIGN(size));
	if (!rig_is_iommu(r))
		assert_int_equal(sgt.orig_nents, 1);
	armdma_sg_free_table(&sgt);
	armdma_dma_free_coherent(r->dev, size, p, handle);
}

static void table_needs_the_attributes_of_the_allocation(struct rig *r)
{
	struct armdma_sg_table sgt;
	armdma_dma_t handle;
	void *p = armdma_dma_alloc_wc(r->dev, PAGE, &handle, ARMDMA_GFP_KERNEL);

	assert_int_equal(armdma_dma_get_sgtable(r->dev, &sgt, p, handle, PAGE), -ENXIO);
	rig_expect(r, ARMDMA_REPORT_BAD_FREE, "attributes");
	assert_int_equal(armdma_dma_get_sgtable_attrs(r->dev, &sgt, p, handle, PAGE, ARMDMA_ATTR_WRITE_COMBINE), 0);
	armdma_sg_free_table(&sgt);
	armdma_dma_free_wc(r->dev, PAGE, p, handle);
}

/* ---- Managed buffers -------------------------------------------------------------- */

static void managed_buffers_go_with_the_driver(struct rig *r)
{
	struct armdma_dma_stats st;
	armdma_dma_t a, b;
	void *p = armdma_dmam_alloc_coherent(r->dev, 2 * PAGE, &a, ARMDMA_GFP_KERNEL);
	void *q = armdma_dmam_alloc_attrs(r->dev, PAGE, &b, ARMDMA_GFP_KERNEL, ARMDMA_ATTR_WRITE_COMBINE);

	rig_assert_shared(r, p, a, 2 * PAGE);
	rig_assert_shared(r, q, b, PAGE);
	armdma_device_unbind(r->dev);
	armdma_dma_stats(r->dev, &st);
	assert_int_equal(st.live_allocs, 0);
}

static void unbind_reports_what_is_not_managed(struct rig *r)
{
	armdma_dma_t handle;
	void *p = armdma_dma_alloc_coherent(r->dev, PAGE, &handle, ARMDMA_GFP_KERNEL);

	armdma_device_unbind(r->dev);
	rig_expect(r, ARMDMA_REPORT_LEAK, "a buffer of 4096 bytes of mdma was never freed");
	armdma_dma_free_coherent(r->dev, PAGE, p, handle);
}

static void managed_free_takes_only_what_is_managed(struct rig *r)
{
	armdma_dma_t a, b;
	void *p = armdma_dmam_alloc_coherent(r->dev, PAGE, &a, ARMDMA_GFP_KERNEL);
	void *q = armdma_dma_alloc_coherent(r->dev, PAGE, &b, ARMDMA_GFP_KERNEL);

	armdma_dmam_free_coherent(r->dev, PAGE, q, b);
	rig_expect(r, ARMDMA_REPORT_BAD_FREE, "no managed buffer");
	armdma_dmam_free_coherent(r->dev, 2 * PAGE, p, a);
	rig_expect(r, ARMDMA_REPORT_BAD_FREE, "no managed buffer");
	armdma_dmam_free_coherent(r->dev, PAGE, p, a);
	armdma_dma_free_coherent(r->dev, PAGE, q, b);
	armdma_device_unbind(r->dev);
}

int main(void)
{
	static const struct rig_test tests[] = {
		RIG_TEST(coherent_memory_is_shared_and_goes_back),
		RIG_TEST(write_combine_memory_is_shared_and_goes_back),
		RIG_TEST(memory_is_zeroed_for_both_sides_whoever_had_it),
		RIG_TEST(addresses_are_aligned_to_the_order_of_the_size),
		RIG_TEST(allocation_counts_what_is_live),
		RIG_TEST(zone_flags_do_not_choose_the_zone),
		RIG_TEST(allocation_beyond_memory_fails_with_the_error_address),
		RIG_TEST(memory_can_be_used_up_and_is_all_there_again),
		RIG_TEST(table_of_a_buffer_leads_to_its_bytes),
		RIG_TEST(table_needs_the_attributes_of_the_allocation),
		RIG_TEST(managed_buffers_go_with_the_driver),
		RIG_TEST(unbind_reports_what_is_not_managed),
		RIG_TEST(managed_free_takes_only_what_is_managed),
	};

	return rig_main("api_alloc", TEST_OUTPUT_DIR, tests, sizeof(tests) / sizeof(tests[0]));
}
