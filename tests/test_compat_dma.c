/* SPDX-License-Identifier: BSD-2-Clause */
/* The DMA API under the kernel's names: each family once, with bytes that a device reads and writes. */
#include "compat_rig.h"

#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/iommu.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

/* The engine's port reads or writes memory at a DMA address. */
static void device_reads(struct rig *r, dma_addr_t addr, void *buf, size_t len)
{
	assert_int_equal(armdma_hw_master_read_sync(r->hw, "sgdma", addr, buf, len, 1000000), 0);
}

static void device_writes(struct rig *r, dma_addr_t addr, const void *buf, size_t len)
{
	assert_int_equal(armdma_hw_master_write_sync(r->hw, "sgdma", addr, buf, len, 1000000), 0);
}

static void a_single_mapping_carries_bytes_both_ways(void **state)
{
	struct rig *r = *state;
	char *p = kzalloc(64, GFP_KERNEL), seen[64];
	dma_addr_t addr;

	strscpy(p, "to the device", 64);
	addr = dma_map_single(r->dev, p, 64, DMA_TO_DEVICE);
	assert_int_equal(dma_mapping_error(r->dev, addr), 0);
	device_reads(r, addr, seen, 64);
	assert_string_equal(seen, "to the device");
	dma_unmap_single(r->dev, addr, 64, DMA_TO_DEVICE);

	addr = dma_map_single_attrs(r->dev, p, 64, DMA_FROM_DEVICE, 0);
	assert_int_equal(dma_mapping_error(r->dev, addr), 0);
	device_writes(r, addr, "from the device", 16);
	dma_unmap_single_attrs(r->dev, addr, 64, DMA_FROM_DEVICE, 0);
	assert_string_equal(p, "from the device");
	kfree(p);
	assert_int_equal(r->reports, 0);
}

static void a_page_mapping_starts_at_its_offset(void **state)
{
	struct rig *r = *state;
	struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	char *p = page_address(page), seen[8];
	dma_addr_t addr;

	memcpy(p + 1000, "offset!", 8);
	addr = dma_map_page(r->dev, page, 1000, 8, DMA_TO_DEVICE);
	assert_int_equal(dma_mapping_error(r->dev, addr), 0);
	device_reads(r, addr, seen, 8);
	assert_string_equal(seen, "offset!");
	dma_unmap_page(r->dev, addr, 8, DMA_TO_DEVICE);
	__free_page(page);
	assert_int_equal(r->reports, 0);
}

static void syncs_hand_a_mapped_buffer_over_and_back(void **state)
{
	struct rig *r = *state;
	char *p = kzalloc(128, GFP_KERNEL), seen[8];
	dma_addr_t addr = dma_map_single(r->dev, p, 128, DMA_BIDIRECTIONAL);

	assert_int_equal(dma_mapping_error(r->dev, addr), 0);
	device_writes(r, addr + 64, "first", 6);
	assert_int_equal(p[64], 0);	/* the CPU's line is stale */
	dma_sync_single_range_for_cpu(r->dev, addr, 64, 64, DMA_BIDIRECTIONAL);
	assert_string_equal(p + 64, "first");
	dma_sync_single_for_cpu(r->dev, addr, 64, DMA_BIDIRECTIONAL);
	memcpy(p, "second", 7);
	dma_sync_single_for_device(r->dev, addr, 64, DMA_BIDIRECTIONAL);
	dma_sync_single_range_for_device(r->dev, addr, 64, 64, DMA_BIDIRECTIONAL);
	device_reads(r, addr, seen, 8);
	assert_string_equal(seen, "second");
	dma_sync_single_for_cpu(r->dev, addr, 128, DMA_BIDIRECTIONAL);
	dma_unmap_single(r->dev, addr, 128, DMA_BIDIRECTIONAL);
	kfree(p);
	assert_int_equal(r->reports, 0);
}

#define PARTS 3

static void a_list_maps_all_its_entries(void **state)
{
	struct rig *r = *state;
	struct scatterlist sg[PARTS], *s;
	u8 *bufs[PARTS], want[PARTS * 100], seen[PARTS * 100];
	unsigned int n;
	size_t at = 0;
	int i;

	sg_init_table(sg, PARTS);
	for (i = 0; i < PARTS; i++) {
		bufs[i] = kmalloc(100, GFP_KERNEL);
		memset(bufs[i], i + 1, 100);
		memset(want + 100 * i, i + 1, 100);
		sg_set_buf(&sg[i], bufs[i], 100);
	}
	assert_ptr_equal(sg_virt(&sg[1]), bufs[1]);
	assert_int_equal(sg_phys(&sg[1]), virt_to_phys(bufs[1]));
	assert_ptr_equal(sg_page(&sg[1]), virt_to_page(bufs[1]));
	assert_int_equal(sg_nents(sg), PARTS);
	assert_ptr_equal(sg_last(sg, PARTS), &sg[PARTS - 1]);
	n = dma_map_sg(r->dev, sg, PARTS, DMA_BIDIRECTIONAL);
	assert_int_equal(n, PARTS);	/* no IOMMU: nothing merges */
	for_each_sg(sg, s, (int)n, i) {
		device_reads(r, sg_dma_address(s), seen + at, sg_dma_len(s));
		at += sg_dma_len(s);
	}
	assert_int_equal(at, sizeof(seen));
	assert_memory_equal(seen, want, sizeof(want));
	device_writes(r, sg_dma_address(&sg[2]), "tail", 5);
	dma_sync_sg_for_cpu(r->dev, sg, PARTS, DMA_BIDIRECTIONAL);
	assert_string_equal((char *)bufs[2], "tail");
	dma_sync_sg_for_device(r->dev, sg, PARTS, DMA_BIDIRECTIONAL);
	dma_unmap_sg(r->dev, sg, PARTS, DMA_BIDIRECTIONAL);
	assert_int_equal(sg_copy_to_buffer(sg, PARTS, seen, sizeof(seen)), sizeof(seen));
	assert_string_equal((char *)seen + 200, "tail");
	for (i = 0; i < PARTS; i++)
		kfree(bufs[i]);
	assert_int_equal(r->reports, 0);
}

static void a_table_of_pages_maps_as_one(void **state)
{
	struct rig *r = *state;
	struct page *pages[2] = { alloc_page(GFP_KERNEL), alloc_page(GFP_HIGHUSER) };
	struct scatterlist *s;
	struct sg_table sgt;
	u8 seen[16];
	unsigned int i, bytes = 0;

	assert_int_equal(sg_alloc_table_from_pages(&sgt, pages, 2, 0, 2 * PAGE_SIZE, GFP_KERNEL), 0);
	assert_int_equal(sg_copy_from_buffer(sgt.sgl, sgt.orig_nents, "table", 6), 6);
	assert_int_equal(dma_map_sgtable(r->dev, &sgt, DMA_TO_DEVICE, 0), 0);
	for_each_sgtable_dma_sg(&sgt, s, i)
		bytes += sg_dma_len(s);
	assert_int_equal(bytes, 2 * PAGE_SIZE);
	device_reads(r, sg_dma_address(sgt.sgl), seen, 16);
	assert_string_equal((char *)seen, "table");
	dma_sync_sgtable_for_cpu(r->dev, &sgt, DMA_TO_DEVICE);
	dma_sync_sgtable_for_device(r->dev, &sgt, DMA_TO_DEVICE);
	dma_unmap_sgtable(r->dev, &sgt, DMA_TO_DEVICE, 0);
	sg_free_table(&sgt);
	__free_page(pages[0]);
	__free_page(pages[1]);
	assert_int_equal(r->reports, 0);
}

static void buffers_to_share_are_seen_by_both_sides(void **state)
{
	struct rig *r = *state;
	dma_addr_t a, b, c;
	char *coherent = dma_alloc_coherent(r->dev, 4096, &a, GFP_KERNEL), seen[8];
	char *wc = dma_alloc_wc(r->dev, 8192, &b, GFP_KERNEL);
	char *atomic = dma_alloc_attrs(r->dev, 4096, &c, GFP_ATOMIC, DMA_ATTR_WRITE_COMBINE);

	strscpy(coherent, "shared", 8);
	wmb();
	device_reads(r, a, seen, 8);
	assert_string_equal(seen, "shared");
	device_writes(r, b, "back", 5);
	rmb();
	assert_string_equal(wc, "back");
	assert_null(memchr_inv(atomic, 0, 4096));
	dma_free_attrs(r->dev, 4096, atomic, c, DMA_ATTR_WRITE_COMBINE);
	dma_free_wc(r->dev, 8192, wc, b);
	dma_free_coherent(r->dev, 4096, coherent, a);
	assert_int_equal(r->reports, 0);
}

static void pages_synced_by_hand_have_an_address_of_each_side(void **state)
{
	struct rig *r = *state;
	dma_addr_t addr;
	struct page *page = dma_alloc_pages(r->dev, 4096, &addr, DMA_FROM_DEVICE, GFP_KERNEL);
	struct sg_table *sgt;
	char *p, *v;

	dma_sync_single_for_device(r->dev, addr, 4096, DMA_FROM_DEVICE);
	device_writes(r, addr, "by hand", 8);
	dma_sync_single_for_cpu(r->dev, addr, 4096, DMA_FROM_DEVICE);
	assert_string_equal((char *)page_address(page), "by hand");
	dma_free_pages(r->dev, 4096, page, addr, DMA_FROM_DEVICE);

	p = dma_alloc_noncoherent(r->dev, 4096, &addr, DMA_TO_DEVICE, GFP_KERNEL);
	assert_true(virt_addr_valid(p));
	dma_free_noncoherent(r->dev, 4096, p, addr, DMA_TO_DEVICE);

	sgt = dma_alloc_noncontiguous(r->dev, 3 * PAGE_SIZE, DMA_BIDIRECTIONAL, GFP_KERNEL, 0);
	v = dma_vmap_noncontiguous(r->dev, 3 * PAGE_SIZE, sgt);
	assert_non_null(v);
	v[2 * PAGE_SIZE] = 1;
	dma_vunmap_noncontiguous(r->dev, v);
	dma_free_noncontiguous(r->dev, 3 * PAGE_SIZE, sgt, DMA_BIDIRECTIONAL);
	assert_int_equal(r->reports, 0);
}

static void pools_give_aligned_blocks(void **state)
{
	struct rig *r = *state;
	struct dma_pool *pool = dma_pool_create("blocks", r->dev, 48, 32, 4096);
	dma_addr_t a, b;
	void *p = dma_pool_alloc(pool, GFP_KERNEL, &a), *q = dma_pool_zalloc(pool, GFP_ATOMIC, &b);

	assert_int_equal(a % 32, 0);
	assert_int_not_equal(a, b);
	assert_null(memchr_inv(q, 0, 48));
	dma_pool_free(pool, q, b);
	dma_pool_free(pool, p, a);
	dma_pool_destroy(pool);
	assert_int_equal(r->reports, 0);
}

static void a_users_mapping_shows_the_buffer(void **state)
{
	struct rig *r = *state;
	dma_addr_t handle;
	char *p = dma_alloc_coherent(r->dev, 2 * PAGE_SIZE, &handle, GFP_KERNEL);
	struct vm_area_struct *vma = armdma_compat_vma(1, 1), *all = armdma_compat_vma(2, 0);
	struct sg_table sgt;

	assert_true(dma_can_mmap(r->dev));
	assert_null(armdma_compat_vma_addr(vma));
	assert_int_equal(dma_mmap_coherent(r->dev, vma, p, handle, 2 * PAGE_SIZE), 0);
	p[PAGE_SIZE] = 'u';
	assert_int_equal(*(char *)armdma_compat_vma_addr(vma), 'u');
	assert_int_equal(vma->vm_start, (unsigned long)armdma_compat_vma_addr(vma));
	assert_int_equal(vma_pages(vma), 1);
	/* Two pages from the second one on are one too many. */
	all->vm_pgoff = 1;
	assert_int_equal(dma_mmap_attrs(r->dev, all, p, handle, 2 * PAGE_SIZE, 0), -ENXIO);
	armdma_compat_munmap(r->m, all);
	armdma_compat_munmap(r->m, vma);
	assert_int_equal(dma_get_sgtable(r->dev, &sgt, p, handle, 2 * PAGE_SIZE), 0);
	assert_int_equal(page_to_phys(sg_page(sgt.sgl)), handle);
	sg_free_table(&sgt);
	dma_free_coherent(r->dev, 2 * PAGE_SIZE, p, handle);
	assert_int_equal(r->reports, 0);
}

static void masks_and_limits_are_the_devices(void **state)
{
	struct rig *r = *state;

	assert_int_equal(dma_get_mask(r->dev), DMA_BIT_MASK(32));
	assert_int_equal(dma_set_mask_and_coherent(r->dev, DMA_BIT_MASK(31)), 0);
	assert_int_equal(dma_get_mask(r->dev), DMA_BIT_MASK(31));
	assert_int_equal(dma_set_mask(r->dev, DMA_BIT_MASK(16)), -EIO);
	assert_int_equal(dma_set_coherent_mask(r->dev, DMA_BIT_MASK(32)), 0);
	assert_int_equal(dma_set_max_seg_size(r->dev, 1 << 20), 0);
	assert_int_equal(dma_get_max_seg_size(r->dev), 1 << 20);
	assert_int_equal(dma_set_seg_boundary(r->dev, 0xffff), 0);
	assert_int_equal(dma_get_seg_boundary(r->dev), 0xffff);
	assert_true(dma_need_sync(r->dev, 0));
	assert_int_equal(armdma_dma_set_ops(r->dev->armdma, ARMDMA_OPS_DIRECT_COHERENT), 0);
	assert_false(dma_need_sync(r->dev, 0));
	assert_false(device_iommu_mapped(r->dev));
	assert_int_equal(dma_get_cache_alignment() % 32, 0);
}

static void registers_of_another_device_can_be_mapped(void **state)
{
	struct rig *r = *state;
	dma_addr_t addr = dma_map_resource(r->dev, RIG_SGDMA, 0x1000, DMA_FROM_DEVICE, 0);

	assert_int_equal(dma_mapping_error(r->dev, addr), 0);
	assert_int_equal(addr, RIG_SGDMA);
	dma_unmap_resource(r->dev, addr, 0x1000, DMA_FROM_DEVICE, 0);
	assert_int_equal(r->reports, 0);
}

/* Reported, by the name of the call and of the device, and refused. */
static void is_refused(struct rig *r, struct device *dev, const char *name)
{
	struct scatterlist sg;
	dma_addr_t handle;

	assert_int_equal(dma_map_single(dev, r, 4, DMA_TO_DEVICE), DMA_MAPPING_ERROR);
	rig_assert_report(r, ARMDMA_REPORT_BAD_ARGUMENT);
	assert_non_null(strstr(r->sentence, "dma_map_single"));
	assert_non_null(strstr(r->sentence, name));
	assert_null(dma_alloc_coherent(dev, 4096, &handle, GFP_KERNEL));
	rig_assert_report(r, ARMDMA_REPORT_BAD_ARGUMENT);
	assert_int_equal(dma_map_sg(dev, &sg, 1, DMA_TO_DEVICE), 0);
	rig_assert_report(r, ARMDMA_REPORT_BAD_ARGUMENT);
	dma_sync_single_for_cpu(dev, 0, 4, DMA_FROM_DEVICE);
	rig_assert_report(r, ARMDMA_REPORT_BAD_ARGUMENT);
	assert_null(dma_pool_create("p", dev, 64, 0, 0));
	rig_assert_report(r, ARMDMA_REPORT_BAD_ARGUMENT);
	assert_int_equal(dma_set_mask(dev, DMA_BIT_MASK(32)), -EIO);
	rig_assert_report(r, ARMDMA_REPORT_BAD_ARGUMENT);
}

static void a_call_without_a_device_is_reported_and_fails(void **state)
{
	is_refused(*state, NULL, "NULL");
}

static void a_call_with_a_device_that_does_no_dma_is_reported_and_fails(void **state)
{
	struct rig *r = *state;

	is_refused(r, armdma_compat_dev(armdma_compat_plain_device(r->m, "led")), "led");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		rig_test(a_single_mapping_carries_bytes_both_ways),
		rig_test(a_page_mapping_starts_at_its_offset),
		rig_test(syncs_hand_a_mapped_buffer_over_and_back),
		rig_test(a_list_maps_all_its_entries),
		rig_test(a_table_of_pages_maps_as_one),
		rig_test(buffers_to_share_are_seen_by_both_sides),
		rig_test(pages_synced_by_hand_have_an_address_of_each_side),
		rig_test(pools_give_aligned_blocks),
		rig_test(a_users_mapping_shows_the_buffer),
		rig_test(masks_and_limits_are_the_devices),
		rig_test(registers_of_another_device_can_be_mapped),
		rig_test(a_call_without_a_device_is_reported_and_fails),
		rig_test(a_call_with_a_device_that_does_no_dma_is_reported_and_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
