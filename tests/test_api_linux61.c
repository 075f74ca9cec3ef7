/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Smaller differences between the DMA API and Linux 6.1 on 32-bit ARM, each on a machine of either kind: contents, masks and
 * limits, calls that do not fit what was mapped, lists, bounce buffers. docs/fidelity.md is the list.
 */
#include <errno.h>

#include <armdma/dmabounce.h>

#include "fidelity_rig.h"

/* ---- Contents ---- */

static bool all(const uint8_t *p, size_t n, uint8_t v)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != v)
			return false;
	return true;
}

static void atomic_memory_is_zeroed_each_time(void **state)
{
	(void)state;
	FOR_BOTH(linux61) {
		struct env *e = start(linux61, false, 0, 0);
		armdma_dma_t first, again;
		uint8_t *cpu = armdma_dma_alloc_coherent(e->dev, PAGE, &first, ARMDMA_GFP_ATOMIC);

		assert_true(all(cpu, PAGE, 0));
		memset(cpu, 0xaa, PAGE);
		armdma_dma_free_coherent(e->dev, PAGE, cpu, first);
		cpu = armdma_dma_alloc_coherent(e->dev, PAGE, &again, ARMDMA_GFP_ATOMIC);
		assert_int_equal(again, first);
		assert_true(all(cpu, PAGE, linux61 ? 0xaa : 0));
		armdma_dma_free_coherent(e->dev, PAGE, cpu, again);
		stop(e, linux61, 0);
	}
}

static void memory_without_a_kernel_mapping_is_zeroed(void **state)
{
	static struct armdma_page *all_of_it[64 * MIB / PAGE];

	(void)state;
	FOR_BOTH(linux61) {
		struct env *e = start(linux61, false, 0, 0);
		uint8_t dirt[PAGE], seen[PAGE];
		armdma_dma_t handle;
		void *cookie;
		size_t n = 0;

		/* Wherever it comes from, somebody had it. */
		memset(dirt, 0xaa, PAGE);
		while ((all_of_it[n] = armdma_alloc_pages(e->m, QUIET, 0)))
			armdma_hw_phys_write(e->hw, armdma_page_to_phys(e->m, all_of_it[n++]), dirt, PAGE);
		while (n--)
			armdma_free_pages(e->m, all_of_it[n], 0);
		cookie = armdma_dma_alloc_attrs(e->dev, PAGE, &handle, ARMDMA_GFP_KERNEL, ARMDMA_ATTR_NO_KERNEL_MAPPING);
		assert_non_null(cookie);
		dev_read(e, handle, seen, PAGE);
		assert_true(all(seen, PAGE, linux61 ? 0xaa : 0));
		armdma_dma_free_attrs(e->dev, PAGE, cookie, handle, ARMDMA_ATTR_NO_KERNEL_MAPPING);
		stop(e, linux61, 0);
	}
}

/* ---- Masks and limits ---- */

static void mask_that_reaches_no_memory_is_refused(void **state)
{
	(void)state;
	FOR_BOTH(linux61) {
		struct env *e = start(linux61, false, 0, 0);	/* RAM from 0x40000000 on */

		assert_int_equal(armdma_dma_supported(e->dev, ARMDMA_BIT_MASK(24)), linux61);
		assert_int_equal(armdma_dma_set_mask(e->dev, ARMDMA_BIT_MASK(24)), linux61 ? 0 : -EIO);
		assert_int_equal(armdma_dma_get_mask(e->dev), ARMDMA_BIT_MASK(linux61 ? 24 : 32));
		assert_int_equal(armdma_dma_set_mask(e->dev, ARMDMA_BIT_MASK(31)), 0);
		stop(e, linux61, 0);
	}
}

static void mask_below_the_space_is_refused(void **state)
{
	(void)state;
	FOR_BOTH(linux61) {
		struct env *e = start_iommu(linux61);
		uint8_t *buf = armdma_kmalloc(e->m, PAGE, ARMDMA_GFP_KERNEL);
		armdma_dma_t addr;

		assert_int_equal(armdma_dma_set_mask(e->dev, ARMDMA_BIT_MASK(28)), linux61 ? 0 : -EIO);
		addr = armdma_dma_map_single(e->dev, buf, PAGE, ARMDMA_TO_DEVICE);
		assert_int_equal(armdma_dma_mapping_error(e->dev, addr), linux61 ? -ENOMEM : 0);
		if (!linux61)
			armdma_dma_unmap_single(e->dev, addr, PAGE, ARMDMA_TO_DEVICE);
		armdma_kfree(e->m, buf);
		stop(e, linux61, 0);
	}
}

static void limits_behind_an_iommu_are_told(void **state)
{
	(void)state;
	FOR_BOTH(linux61) {
		struct env *e = start(linux61, true, DMA_BASE, 64 * MIB);
		uint8_t *buf = armdma_kmalloc(e->m, PAGE, ARMDMA_GFP_KERNEL);
		armdma_dma_t addr = armdma_dma_map_single(e->dev, buf, PAGE, ARMDMA_TO_DEVICE);

		assert_int_equal(armdma_dma_max_mapping_size(e->dev), linux61 ? SIZE_MAX : 64 * MIB);
		assert_int_equal(armdma_dma_get_merge_boundary(e->dev), linux61 ? 0 : PAGE - 1);
		assert_int_equal(armdma_dma_need_sync(e->dev, addr), linux61);	/* the device snoops */
		armdma_dma_unmap_single(e->dev, addr, PAGE, ARMDMA_TO_DEVICE);
		armdma_kfree(e->m, buf);
		stop(e, linux61, 0);
	}
}

static void memory_synced_by_hand_exists_behind_an_iommu(void **state)
{
	(void)state;
	FOR_BOTH(linux61) {
		struct env *e = start_iommu(linux61);
		armdma_dma_t handle;
		struct armdma_page *page = armdma_dma_alloc_pages(e->dev, PAGE, &handle, ARMDMA_TO_DEVICE, QUIET);
		struct armdma_sg_table *sgt = armdma_dma_alloc_noncontiguous(e->dev, 3 * PAGE, ARMDMA_TO_DEVICE, QUIET, 0);

		assert_int_equal(!page, linux61);
		assert_int_equal(!sgt, linux61);
		assert_int_equal(handle == ARMDMA_MAPPING_ERROR, linux61);
		armdma_dma_free_pages(e->dev, PAGE, page, handle, ARMDMA_TO_DEVICE);
		armdma_dma_free_noncontiguous(e->dev, 3 * PAGE, sgt, ARMDMA_TO_DEVICE);
		stop(e, linux61, 0);
	}
}

/* ---- Calls that do not fit ---- */

static void coherent_memory_cannot_be_mapped_for_streaming(void **state)
{
	(void)state;
	FOR_BOTH(linux61) {
		struct env *e = start(linux61, false, 0, 0);
		struct armdma_scatterlist sg;
		armdma_dma_t handle, addr;
		void *cpu = armdma_dma_alloc_coherent(e->dev, PAGE, &handle, ARMDMA_GFP_KERNEL);
		struct armdma_page *page = armdma_phys_to_page(e->m, handle);

		addr = armdma_dma_map_page(e->dev, page, 0, PAGE, ARMDMA_TO_DEVICE);
		assert_int_equal(e->last.kind, ARMDMA_REPORT_BAD_MEMORY);
		assert_int_equal(armdma_dma_mapping_error(e->dev, addr), linux61 ? 0 : -ENOMEM);
		if (linux61)
			armdma_dma_unmap_page(e->dev, addr, PAGE, ARMDMA_TO_DEVICE);
		armdma_sg_init_table(&sg, 1);
		armdma_sg_set_page(&sg, page, PAGE, 0);
		assert_int_equal(armdma_dma_map_sg(e->dev, &sg, 1, ARMDMA_TO_DEVICE), linux61);
		if (linux61)
			armdma_dma_unmap_sg(e->dev, &sg, 1, ARMDMA_TO_DEVICE);
		armdma_dma_free_coherent(e->dev, PAGE, cpu, handle);
		stop(e, linux61, 2);
	}
}

static void direct_unmap_with_another_size_does_nothing(void **state)
{
	uint8_t want[2 * PAGE];

	(void)state;
	pattern(want, sizeof(want), 3);
	FOR_BOTH(linux61) {
		struct env *e = start(linux61, false, 0, 0);
		uint8_t *buf = armdma_kzalloc(e->m, sizeof(want), ARMDMA_GFP_KERNEL);
		armdma_dma_t addr = armdma_dma_map_single(e->dev, buf, sizeof(want), ARMDMA_FROM_DEVICE);

		dev_write(e, addr, want, sizeof(want));
		armdma_dma_unmap_single(e->dev, addr, PAGE, ARMDMA_FROM_DEVICE);
		assert_int_equal(e->last.kind, ARMDMA_REPORT_BAD_FREE);
		assert_int_equal(!memcmp(buf, want, PAGE), linux61);
		assert_true(memcmp(buf + PAGE, want + PAGE, PAGE));
		if (!linux61) {
			armdma_dma_unmap_single(e->dev, addr, sizeof(want), ARMDMA_FROM_DEVICE);
			assert_memory_equal(buf, want, sizeof(want));
		}
		armdma_kfree(e->m, buf);
		stop(e, linux61, 1);
	}
}

/* ---- Lists ---- */

/* Pages 0 and 2 of a block: apart in memory, one segment behind an IOMMU. */
static struct armdma_page *two_pages(struct env *e, struct armdma_scatterlist sgl[2])
{
	struct armdma_page *block = armdma_alloc_pages(e->m, ARMDMA_GFP_KERNEL | ARMDMA__GFP_ZERO, 2);

	assert_non_null(block);
	armdma_sg_init_table(sgl, 2);
	armdma_sg_set_page(&sgl[0], block, PAGE, 0);
	armdma_sg_set_page(&sgl[1], armdma_nth_page(e->m, block, 2), PAGE, 0);
	return block;
}

static void segments_do_not_cross_the_devices_boundary(void **state)
{
	(void)state;
	FOR_BOTH(linux61) {
		struct env *e = start_iommu(linux61);
		struct armdma_scatterlist sgl[2];
		struct armdma_page *block = two_pages(e, sgl);

		assert_int_equal(armdma_dma_set_seg_boundary(e->dev, PAGE - 1), 0);
		assert_int_equal(armdma_dma_map_sg(e->dev, sgl, 2, ARMDMA_TO_DEVICE), linux61 ? 1 : 2);
		armdma_dma_unmap_sg(e->dev, sgl, 2, ARMDMA_TO_DEVICE);
		armdma_free_pages(e->m, block, 2);
		stop(e, linux61, linux61);	/* reported */
	}
}

static void unmap_of_a_list_with_what_map_returned_does_nothing(void **state)
{
	uint8_t want[2 * PAGE];

	(void)state;
	pattern(want, sizeof(want), 4);
	FOR_BOTH(linux61) {
		struct env *e = start_iommu(linux61);
		struct armdma_scatterlist sgl[2];
		struct armdma_page *block = two_pages(e, sgl);
		uint8_t *cpu = armdma_page_address(e->m, block);

		assert_int_equal(armdma_dma_map_sg(e->dev, sgl, 2, ARMDMA_FROM_DEVICE), 1);
		dev_write(e, sgl[0].dma_address, want, sizeof(want));
		armdma_dma_unmap_sg(e->dev, sgl, 1, ARMDMA_FROM_DEVICE);
		assert_int_equal(e->last.kind, ARMDMA_REPORT_BAD_FREE);
		assert_int_equal(iova_used(e), linux61 ? 0 : 2 * PAGE);
		assert_int_equal(!memcmp(cpu, want, PAGE), linux61);
		assert_true(memcmp(cpu + 2 * PAGE, want + PAGE, PAGE));
		if (!linux61) {
			armdma_dma_unmap_sg(e->dev, sgl, 2, ARMDMA_FROM_DEVICE);
			assert_memory_equal(cpu + 2 * PAGE, want + PAGE, PAGE);
		}
		armdma_free_pages(e->m, block, 2);
		stop(e, linux61, 1);
	}
}

static void sync_of_a_merged_segment_reaches_all_its_pages(void **state)
{
	uint8_t want[2 * PAGE];

	(void)state;
	pattern(want, sizeof(want), 5);
	FOR_BOTH(linux61) {
		struct env *e = start_iommu(linux61);
		struct armdma_scatterlist sgl[2];
		struct armdma_page *block = two_pages(e, sgl);
		uint8_t *cpu = armdma_page_address(e->m, block);

		assert_int_equal(armdma_dma_map_sg(e->dev, sgl, 2, ARMDMA_FROM_DEVICE), 1);
		dev_write(e, sgl[0].dma_address, want, sizeof(want));
		armdma_dma_sync_single_for_cpu(e->dev, sgl[0].dma_address, sizeof(want), ARMDMA_FROM_DEVICE);
		assert_memory_equal(cpu, want, PAGE);
		assert_int_equal(!memcmp(cpu + 2 * PAGE, want + PAGE, PAGE), !linux61);
		armdma_dma_unmap_sg(e->dev, sgl, 2, ARMDMA_FROM_DEVICE);
		armdma_free_pages(e->m, block, 2);
		stop(e, linux61, 0);
	}
}

/* ---- Bounce buffers, as their last code had them ---- */

static bool always(struct armdma_device *dev, armdma_dma_t addr, size_t len)
{
	(void)dev;
	(void)addr;
	(void)len;
	return true;
}

static struct env *start_bounce(bool linux61, armdma_needs_bounce_fn needs_bounce)
{
	struct env *e = start(linux61, false, 0, 0);

	assert_int_equal(armdma_dmabounce_register_dev(e->dev, 512, 4096, needs_bounce), 0);
	return e;
}

static void stop_bounce_with(struct env *e, bool linux61, unsigned int reports)
{
	armdma_dmabounce_unregister_dev(e->dev);
	stop(e, linux61, reports);
}

static void stop_bounce(struct env *e, bool linux61)
{
	stop_bounce_with(e, linux61, 0);
}

static void bounce_keeps_what_the_device_does_not_write(void **state)
{
	(void)state;
	FOR_BOTH(linux61) {
		struct env *e = start_bounce(linux61, always);
		uint8_t *buf = armdma_kmalloc(e->m, 256, ARMDMA_GFP_KERNEL), four[4] = { 1, 2, 3, 4 };
		armdma_dma_t addr;

		memset(buf, 0x55, 256);
		addr = armdma_dma_map_single(e->dev, buf, 256, ARMDMA_FROM_DEVICE);
		dev_write(e, addr, four, 4);
		armdma_dma_unmap_single(e->dev, addr, 256, ARMDMA_FROM_DEVICE);
		assert_memory_equal(buf, four, 4);
		assert_int_equal(all(buf + 4, 252, 0x55), !linux61);
		armdma_kfree(e->m, buf);
		stop_bounce(e, linux61);
	}
}

static void bounce_reaches_highmem(void **state)
{
	(void)state;
	FOR_BOTH(linux61) {
		struct env *e = start_bounce(linux61, always);
		struct armdma_page *page = armdma_alloc_pages(e->m, ARMDMA_GFP_KERNEL | ARMDMA__GFP_HIGHMEM, 0);
		armdma_dma_t addr;

		assert_int_equal(armdma_page_zone(e->m, page), ARMDMA_ZONE_HIGHMEM);
		addr = armdma_dma_map_page(e->dev, page, 0, 100, ARMDMA_TO_DEVICE);
		assert_int_equal(armdma_dma_mapping_error(e->dev, addr), linux61 ? -ENOMEM : 0);
		if (!linux61)
			armdma_dma_unmap_page(e->dev, addr, 100, ARMDMA_TO_DEVICE);
		armdma_free_pages(e->m, page, 0);
		stop_bounce(e, linux61);
	}
}

static void bounce_device_may_narrow_its_mask(void **state)
{
	(void)state;
	FOR_BOTH(linux61) {
		struct env *e = start_bounce(linux61, NULL);

		assert_int_equal(armdma_dma_set_mask(e->dev, ARMDMA_BIT_MASK(31)), linux61 ? -EIO : 0);
		assert_int_equal(armdma_dma_get_mask(e->dev), ARMDMA_BIT_MASK(linux61 ? 32 : 31));
		stop_bounce(e, linux61);
	}
}

static void bounce_device_in_place_may_skip_the_maintenance(void **state)
{
	(void)state;
	FOR_BOTH(linux61) {
		struct env *e = start_bounce(linux61, NULL);
		uint8_t *buf = armdma_kzalloc(e->m, 64, ARMDMA_GFP_KERNEL), seen;
		armdma_dma_t addr = armdma_dma_map_single(e->dev, buf, 64, ARMDMA_TO_DEVICE);	/* clean */

		armdma_dma_unmap_single(e->dev, addr, 64, ARMDMA_TO_DEVICE);
		buf[0] = 8;
		addr = armdma_dma_map_single_attrs(e->dev, buf, 64, ARMDMA_TO_DEVICE, ARMDMA_ATTR_SKIP_CPU_SYNC);
		dev_read(e, addr, &seen, 1);
		assert_int_equal(seen, linux61 ? 8 : 0);
		armdma_dma_unmap_single_attrs(e->dev, addr, 64, ARMDMA_TO_DEVICE, ARMDMA_ATTR_SKIP_CPU_SYNC);
		armdma_kfree(e->m, buf);
		/* The old byte that the device got is reported. */
		stop_bounce_with(e, linux61, !linux61);
	}
}

static void bounce_tells_its_largest_mapping(void **state)
{
	(void)state;
	FOR_BOTH(linux61) {
		struct env *e = start_bounce(linux61, always);
		uint64_t pool = armdma_hw_config(e->hw)->atomic_pool_size;

		assert_int_equal(armdma_dma_max_mapping_size(e->dev), linux61 ? SIZE_MAX : pool);
		stop_bounce(e, linux61);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(atomic_memory_is_zeroed_each_time),
		cmocka_unit_test(memory_without_a_kernel_mapping_is_zeroed),
		cmocka_unit_test(mask_that_reaches_no_memory_is_refused),
		cmocka_unit_test(mask_below_the_space_is_refused),
		cmocka_unit_test(limits_behind_an_iommu_are_told),
		cmocka_unit_test(memory_synced_by_hand_exists_behind_an_iommu),
		cmocka_unit_test(coherent_memory_cannot_be_mapped_for_streaming),
		cmocka_unit_test(direct_unmap_with_another_size_does_nothing),
		cmocka_unit_test(segments_do_not_cross_the_devices_boundary),
		cmocka_unit_test(unmap_of_a_list_with_what_map_returned_does_nothing),
		cmocka_unit_test(sync_of_a_merged_segment_reaches_all_its_pages),
		cmocka_unit_test(bounce_keeps_what_the_device_does_not_write),
		cmocka_unit_test(bounce_reaches_highmem),
		cmocka_unit_test(bounce_device_may_narrow_its_mask),
		cmocka_unit_test(bounce_device_in_place_may_skip_the_maintenance),
		cmocka_unit_test(bounce_tells_its_largest_mapping),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
