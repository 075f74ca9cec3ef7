/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory that is synced by hand, in every set: contiguous pages, scattered ones, their views by kernel and user. */
#include <errno.h>

#include "api_rig.h"

static void expect_zero(const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		assert_int_equal(p[i], 0);
}

/* The device writes, the CPU sees it after a sync; and the other way. */
static void assert_synced_by_hand(struct rig *r, uint8_t *cpu, armdma_dma_t a, size_t size)
{
	uint8_t *want = malloc(size);

	pattern(want, size, 1);
	dev_write(r, a, want, size);
	armdma_dma_sync_single_for_cpu(r->dev, a, size, ARMDMA_BIDIRECTIONAL);
	assert_memory_equal(cpu, want, size);
	pattern(want, size, 2);
	memcpy(cpu, want, size);
	armdma_dma_sync_single_for_device(r->dev, a, size, ARMDMA_BIDIRECTIONAL);
	dev_expect(r, a, want, size);
	free(want);
}

static void pages_are_zeroed_cached_and_synced_by_hand(struct rig *r)
{
	armdma_dma_t a;
	struct armdma_page *page = armdma_dma_alloc_pages(r->dev, 3 * PAGE, &a, ARMDMA_BIDIRECTIONAL, ARMDMA_GFP_KERNEL);
	uint8_t *cpu;

	assert_non_null(page);
	cpu = armdma_page_address(r->m, page);
	expect_zero(cpu, 3 * PAGE);
	assert_synced_by_hand(r, cpu, a, 3 * PAGE);
	rig_validate(r);
	armdma_dma_free_pages(r->dev, 3 * PAGE, page, a, ARMDMA_BIDIRECTIONAL);
}

static void noncoherent_memory_is_such_pages_by_address(struct rig *r)
{
	armdma_dma_t a;
	uint8_t *p = armdma_dma_alloc_noncoherent(r->dev, 2 * PAGE, &a, ARMDMA_BIDIRECTIONAL, ARMDMA_GFP_KERNEL);

	assert_non_null(p);
	assert_int_equal(armdma_hw_space_of(r->hw, p), ARMDMA_SPACE_LINEAR);
	assert_synced_by_hand(r, p, a, 2 * PAGE);
	armdma_dma_free_noncoherent(r->dev, 2 * PAGE, p, a, ARMDMA_BIDIRECTIONAL);
}

static void noncontiguous_memory_is_one_segment_for_the_device(struct rig *r)
{
	struct armdma_sg_table *sgt = armdma_dma_alloc_noncontiguous(r->dev, 37 * PAGE, ARMDMA_BIDIRECTIONAL,
								     ARMDMA_GFP_KERNEL, 0);
	uint8_t *cpu, *want = malloc(37 * PAGE);
	armdma_dma_t a;

	assert_non_null(sgt);
	assert_int_equal(sgt->nents, 1);
	a = armdma_sg_dma_address(sgt->sgl);
	assert_int_equal(armdma_sg_dma_len(sgt->sgl), 37 * PAGE);
	cpu = armdma_dma_vmap_noncontiguous(r->dev, 37 * PAGE, sgt);
	assert_non_null(cpu);
	expect_zero(cpu, 37 * PAGE);
	pattern(want, 37 * PAGE, 3);
	dev_write(r, a, want, 37 * PAGE);
	armdma_dma_sync_sgtable_for_cpu(r->dev, sgt, ARMDMA_BIDIRECTIONAL);
	assert_memory_equal(cpu, want, 37 * PAGE);
	pattern(cpu, 37 * PAGE, 4);
	pattern(want, 37 * PAGE, 4);
	armdma_dma_sync_sgtable_for_device(r->dev, sgt, ARMDMA_BIDIRECTIONAL);
	dev_expect(r, a, want, 37 * PAGE);
	armdma_dma_vunmap_noncontiguous(r->dev, cpu);
	rig_validate(r);
	armdma_dma_free_noncontiguous(r->dev, 37 * PAGE, sgt, ARMDMA_BIDIRECTIONAL);
	free(want);
}

static void noncontiguous_memory_of_single_pages_works_as_well(struct rig *r)
{
	struct armdma_sg_table *sgt = armdma_dma_alloc_noncontiguous(r->dev, 16 * PAGE, ARMDMA_TO_DEVICE,
								     ARMDMA_GFP_KERNEL,
								     ARMDMA_ATTR_ALLOC_SINGLE_PAGES);

	assert_non_null(sgt);
	assert_int_equal(sgt->nents, 1);
	armdma_dma_free_noncontiguous(r->dev, 16 * PAGE, sgt, ARMDMA_TO_DEVICE);
	assert_null(armdma_dma_alloc_noncontiguous(r->dev, PAGE, ARMDMA_TO_DEVICE, ARMDMA_GFP_KERNEL,
						   ARMDMA_ATTR_WRITE_COMBINE));
	rig_expect(r, ARMDMA_REPORT_BAD_ARGUMENT, "only DMA_ATTR_ALLOC_SINGLE_PAGES");
}

static void user_views_are_cached_and_bounded(struct rig *r)
{
	struct armdma_vma vma = { .npages = 2, .pgoff = 1 }, beyond = { .npages = 2, .pgoff = 2 };
	armdma_dma_t a;
	struct armdma_page *page = armdma_dma_alloc_pages(r->dev, 3 * PAGE, &a, ARMDMA_BIDIRECTIONAL, ARMDMA_GFP_KERNEL);
	struct armdma_sg_table *sgt = armdma_dma_alloc_noncontiguous(r->dev, 3 * PAGE, ARMDMA_BIDIRECTIONAL,
								     ARMDMA_GFP_KERNEL, 0);

	assert_int_equal(armdma_dma_mmap_pages(r->dev, &beyond, 3 * PAGE, page), -ENXIO);
	assert_int_equal(armdma_dma_mmap_pages(r->dev, &vma, 3 * PAGE, page), 0);
	assert_int_equal(vma.mt, ARMDMA_MT_CACHED);
	assert_synced_by_hand(r, vma.addr, a + PAGE, 2 * PAGE);
	armdma_munmap(r->m, &vma);
	armdma_dma_free_pages(r->dev, 3 * PAGE, page, a, ARMDMA_BIDIRECTIONAL);
	assert_int_equal(armdma_dma_mmap_noncontiguous(r->dev, &beyond, 3 * PAGE, sgt), -ENXIO);
	assert_int_equal(armdma_dma_mmap_noncontiguous(r->dev, &vma, 3 * PAGE, sgt), 0);
	assert_synced_by_hand(r, vma.addr, armdma_sg_dma_address(sgt->sgl) + PAGE, 2 * PAGE);
	armdma_munmap(r->m, &vma);
	armdma_dma_free_noncontiguous(r->dev, 3 * PAGE, sgt, ARMDMA_BIDIRECTIONAL);
}

static void such_memory_is_freed_by_its_own_call(struct rig *r)
{
	armdma_dma_t a;
	struct armdma_page *page = armdma_dma_alloc_pages(r->dev, PAGE, &a, ARMDMA_TO_DEVICE, ARMDMA_GFP_KERNEL);

	armdma_dma_unmap_page(r->dev, a, PAGE, ARMDMA_TO_DEVICE);
	rig_expect(r, ARMDMA_REPORT_BAD_FREE, "was mapped by");
	armdma_dma_free_pages(r->dev, PAGE, page, a, ARMDMA_FROM_DEVICE);
	rig_expect(r, ARMDMA_REPORT_BAD_FREE, "direction");
	armdma_dma_free_pages(r->dev, 2 * PAGE, page, a, ARMDMA_TO_DEVICE);
	rig_expect(r, ARMDMA_REPORT_BAD_FREE, "size");
	armdma_dma_free_pages(r->peer, PAGE, page, a, ARMDMA_TO_DEVICE);
	rig_expect(r, ARMDMA_REPORT_BAD_FREE, "did not give to peer");
	rig_validate(r);
	armdma_dma_free_pages(r->dev, PAGE, page, a, ARMDMA_TO_DEVICE);
}

static void as_linux(struct armdma_config *cfg, enum armdma_dma_opset set)
{
	(void)set;
	cfg->fidelity = ARMDMA_AS_LINUX_6_1;
}

static void linux_has_no_such_memory_behind_an_iommu(struct rig *r)
{
	armdma_dma_t a;
	struct armdma_page *page = armdma_dma_alloc_pages(r->dev, PAGE, &a, ARMDMA_TO_DEVICE, ARMDMA_GFP_KERNEL);
	struct armdma_sg_table *sgt = armdma_dma_alloc_noncontiguous(r->dev, PAGE, ARMDMA_TO_DEVICE,
								     ARMDMA_GFP_KERNEL, 0);

	assert_int_equal(page != NULL, !rig_is_iommu(r));
	assert_int_equal(sgt != NULL, !rig_is_iommu(r));
	armdma_dma_free_pages(r->dev, PAGE, page, a, ARMDMA_TO_DEVICE);
	armdma_dma_free_noncontiguous(r->dev, PAGE, sgt, ARMDMA_TO_DEVICE);
}

int main(void)
{
	static const struct rig_test tests[] = {
		RIG_TEST(pages_are_zeroed_cached_and_synced_by_hand),
		RIG_TEST(noncoherent_memory_is_such_pages_by_address),
		RIG_TEST(noncontiguous_memory_is_one_segment_for_the_device),
		RIG_TEST(noncontiguous_memory_of_single_pages_works_as_well),
		RIG_TEST(user_views_are_cached_and_bounded),
		RIG_TEST(such_memory_is_freed_by_its_own_call),
		RIG_TEST_ON(linux_has_no_such_memory_behind_an_iommu, as_linux),
	};

	return rig_main("api_by_hand", TEST_OUTPUT_DIR, tests, sizeof(tests) / sizeof(tests[0]));
}
