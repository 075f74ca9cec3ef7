/* SPDX-License-Identifier: BSD-2-Clause */
/* Attributes of coherent memory: what each does in each set, and that alloc, mmap and free must agree on them. */
#include <errno.h>

#include "api_rig.h"

#define WC ARMDMA_ATTR_WRITE_COMBINE
#define COOKIE ARMDMA_ATTR_NO_KERNEL_MAPPING
#define CONTIGUOUS ARMDMA_ATTR_FORCE_CONTIGUOUS
#define SINGLE ARMDMA_ATTR_ALLOC_SINGLE_PAGES

static void *alloc(struct rig *r, size_t size, armdma_dma_t *handle, unsigned long attrs)
{
	void *p = armdma_dma_alloc_attrs(r->dev, size, handle, ARMDMA_GFP_KERNEL, attrs);

	assert_non_null(p);
	return p;
}

static void cookie_is_no_address(struct rig *r)
{
	armdma_dma_t handle;
	volatile uint8_t *p = alloc(r, 3 * PAGE, &handle, COOKIE);
	uint8_t out[64], got[64];

	assert_int_equal(armdma_hw_space_of(r->hw, (const void *)(uintptr_t)p), ARMDMA_SPACE_COOKIE);
	rig_assert_trap(r, *p = 1, "cookie of a NO_KERNEL_MAPPING buffer");
	rig_assert_trap(r, (void)p[2 * PAGE], "cookie of a NO_KERNEL_MAPPING buffer");
	/* The device has it all the same. */
	pattern(out, sizeof(out), 1);
	dev_write(r, handle + 2 * PAGE, out, sizeof(out));
	dev_read(r, handle + 2 * PAGE, got, sizeof(got));
	assert_memory_equal(got, out, sizeof(out));
	armdma_dma_free_attrs(r->dev, 3 * PAGE, (void *)(uintptr_t)p, handle, COOKIE);
}

static void cookie_buffer_takes_no_kernel_address(struct rig *r)
{
	struct armdma_mm_stats before, after;
	armdma_dma_t handle;
	void *p;

	armdma_mm_stats(r->m, &before);
	p = alloc(r, 64 * PAGE, &handle, COOKIE);
	armdma_mm_stats(r->m, &after);
	assert_int_equal(after.vm_areas, before.vm_areas);
	armdma_dma_free_attrs(r->dev, 64 * PAGE, p, handle, COOKIE);
}

static void cookie_buffer_is_zeroed_and_reaches_the_user(struct rig *r)
{
	struct armdma_vma vma = { .npages = 2 };
	uint8_t zero[64] = { 0 };
	armdma_dma_t handle;
	void *p = alloc(r, 2 * PAGE, &handle, COOKIE);

	dev_expect(r, handle + PAGE, zero, sizeof(zero));
	assert_int_equal(armdma_dma_mmap_attrs(r->dev, &vma, p, handle, 2 * PAGE, COOKIE), 0);
	rig_assert_shared(r, vma.addr, handle, 2 * PAGE);
	armdma_munmap(r->m, &vma);
	armdma_dma_free_attrs(r->dev, 2 * PAGE, p, handle, COOKIE);
}

static void table_of_a_cookie_buffer_needs_the_cookie(struct rig *r)
{
	struct armdma_sg_table sgt;
	armdma_dma_t handle;
	void *p = alloc(r, 2 * PAGE, &handle, COOKIE);

	assert_int_equal(armdma_dma_get_sgtable_attrs(r->dev, &sgt, p, handle, 2 * PAGE, COOKIE), 0);
	assert_true(sgt.orig_nents == 1 || sgt.orig_nents == 2);
	armdma_sg_free_table(&sgt);
	armdma_dma_free_attrs(r->dev, 2 * PAGE, p, handle, COOKIE);
}

static uint64_t cma_free(struct rig *r)
{
	struct armdma_mm_stats st;

	armdma_mm_stats(r->m, &st);
	return st.cma_free;
}

/* Behind an IOMMU the attribute is what leads to contiguous memory; direct buffers have it anyway. */
static void forced_contiguous_memory_is_one_run(struct rig *r)
{
	uint64_t before = cma_free(r);
	struct armdma_sg_table sgt;
	armdma_dma_t handle;
	void *p = alloc(r, 37 * PAGE, &handle, CONTIGUOUS);

	rig_assert_shared(r, p, handle, 37 * PAGE);
	assert_int_equal(armdma_dma_get_sgtable_attrs(r->dev, &sgt, p, handle, 37 * PAGE, CONTIGUOUS), 0);
	assert_int_equal(sgt.orig_nents, 1);
	armdma_sg_free_table(&sgt);
	/* A coherent device's buffer behind an IOMMU is one block of the page allocator. */
	assert_int_equal(before - cma_free(r), r->set == ARMDMA_OPS_IOMMU_COHERENT ? 0 : 37);
	armdma_dma_free_attrs(r->dev, 37 * PAGE, p, handle, CONTIGUOUS);
	assert_int_equal(cma_free(r), before);
}

static void without_the_attribute_an_iommu_needs_no_contiguous_memory(struct rig *r)
{
	uint64_t before = cma_free(r);
	armdma_dma_t handle;
	void *p;

	rig_needs(r, RIG_IOVA);
	p = alloc(r, 37 * PAGE, &handle, 0);
	assert_int_equal(cma_free(r), before);
	armdma_dma_free_attrs(r->dev, 37 * PAGE, p, handle, 0);
}

static void largest_block(void *ctx, const struct armdma_event *ev)
{
	uint64_t *largest = ctx;

	if (ev->len > *largest)
		*largest = ev->len;
}

/* Bytes of the largest block that such an allocation takes from the page allocator. */
static uint64_t block_of(struct rig *r, unsigned long attrs)
{
	struct armdma_events *evs = armdma_machine_events(r->m);
	uint64_t largest = 0;
	armdma_dma_t handle;
	void *p;

	armdma_event_subscribe(evs, ARMDMA_EV_BIT(ARMDMA_EV_PAGE_ALLOC), largest_block, &largest);
	p = alloc(r, 64 * PAGE, &handle, attrs);
	armdma_event_subscribe(evs, 0, largest_block, &largest);
	rig_assert_shared(r, p, handle, 64 * PAGE);
	armdma_dma_free_attrs(r->dev, 64 * PAGE, p, handle, attrs);
	return largest;
}

static void single_pages_are_taken_one_by_one(struct rig *r)
{
	rig_needs(r, RIG_IOVA);
	/* A coherent device's buffer is one block anyway. */
	assert_int_equal(block_of(r, 0), r->set == ARMDMA_OPS_IOMMU ? 64 * KIB : 256 * KIB);
	assert_int_equal(block_of(r, SINGLE), r->set == ARMDMA_OPS_IOMMU ? PAGE : 256 * KIB);
}

/* ---- They must agree ------------------------------------------------------------------ */

static const unsigned long differing[] = { 0, WC, COOKIE, CONTIGUOUS, WC | CONTIGUOUS, COOKIE | CONTIGUOUS };
#define NR_DIFFERING (sizeof(differing) / sizeof(differing[0]))

static void free_must_have_the_attributes_of_the_allocation(struct rig *r)
{
	for (size_t i = 0; i < NR_DIFFERING; i++) {
		armdma_dma_t handle;
		void *p = alloc(r, 2 * PAGE, &handle, differing[i]);

		for (size_t j = 0; j < NR_DIFFERING; j++) {
			if (i == j)
				continue;
			armdma_dma_free_attrs(r->dev, 2 * PAGE, p, handle, differing[j]);
			rig_expect(r, ARMDMA_REPORT_BAD_FREE, "attributes");
			rig_validate(r);
		}
		armdma_dma_free_attrs(r->dev, 2 * PAGE, p, handle, differing[i]);
	}
}

static void mmap_must_have_the_attributes_of_the_allocation(struct rig *r)
{
	for (size_t i = 0; i < NR_DIFFERING; i++) {
		struct armdma_vma good = { .npages = 2 }, bad = { .npages = 2 };
		armdma_dma_t handle;
		void *p = alloc(r, 2 * PAGE, &handle, differing[i]);

		assert_int_equal(armdma_dma_mmap_attrs(r->dev, &good, p, handle, 2 * PAGE, differing[i]), 0);
		for (size_t j = 0; j < NR_DIFFERING; j++) {
			if (i == j)
				continue;
			assert_int_equal(armdma_dma_mmap_attrs(r->dev, &bad, p, handle, 2 * PAGE, differing[j]),
					 -ENXIO);
			rig_expect(r, ARMDMA_REPORT_BAD_FREE, "attributes");
			assert_null(bad.addr);
		}
		armdma_munmap(r->m, &good);
		armdma_dma_free_attrs(r->dev, 2 * PAGE, p, handle, differing[i]);
	}
}

/* Those are matters of the allocation alone. */
static void other_attributes_need_not_be_repeated(struct rig *r)
{
	armdma_dma_t handle;
	void *p = alloc(r, 4 * PAGE, &handle, SINGLE | ARMDMA_ATTR_NO_WARN | ARMDMA_ATTR_PRIVILEGED |
					      ARMDMA_ATTR_WEAK_ORDERING);

	rig_assert_shared(r, p, handle, 4 * PAGE);
	armdma_dma_free_attrs(r->dev, 4 * PAGE, p, handle, 0);
}

static void no_warn_fails_in_silence(struct rig *r)
{
	armdma_dma_t handle;

	r->log[0] = 0;
	assert_null(armdma_dma_alloc_attrs(r->dev, 31 * MIB, &handle, ARMDMA_GFP_KERNEL, ARMDMA_ATTR_NO_WARN));
	assert_string_equal(r->log, "");
	assert_null(armdma_dma_alloc_coherent(r->dev, 31 * MIB, &handle, ARMDMA_GFP_KERNEL | ARMDMA__GFP_NOWARN));
	assert_string_equal(r->log, "");
	assert_null(armdma_dma_alloc_attrs(r->dev, 31 * MIB, &handle, ARMDMA_GFP_KERNEL, 0));
	assert_string_not_equal(r->log, "");
}

int main(void)
{
	static const struct rig_test tests[] = {
		RIG_TEST(cookie_is_no_address),
		RIG_TEST(cookie_buffer_takes_no_kernel_address),
		RIG_TEST(cookie_buffer_is_zeroed_and_reaches_the_user),
		RIG_TEST(table_of_a_cookie_buffer_needs_the_cookie),
		RIG_TEST(forced_contiguous_memory_is_one_run),
		RIG_TEST(without_the_attribute_an_iommu_needs_no_contiguous_memory),
		RIG_TEST(single_pages_are_taken_one_by_one),
		RIG_TEST(free_must_have_the_attributes_of_the_allocation),
		RIG_TEST(mmap_must_have_the_attributes_of_the_allocation),
		RIG_TEST(other_attributes_need_not_be_repeated),
		RIG_TEST(no_warn_fails_in_silence),
	};

	return rig_main("api_attrs", TEST_OUTPUT_DIR, tests, sizeof(tests) / sizeof(tests[0]));
}
