/* SPDX-License-Identifier: BSD-2-Clause */
/* Masks, bus limits, windows and segment limits in every set, each shown by a transfer or by a mapping that fails. */
#include <errno.h>

#include "api_rig.h"

static void masks_are_set_and_read_back(struct rig *r)
{
	assert_int_equal(armdma_dma_get_mask(r->dev), ARMDMA_BIT_MASK(32));
	assert_true(armdma_dma_supported(r->dev, ARMDMA_BIT_MASK(32)));
	assert_int_equal(armdma_dma_set_mask(r->dev, ARMDMA_BIT_MASK(31)), 0);
	assert_int_equal(armdma_dma_get_mask(r->dev), ARMDMA_BIT_MASK(31));
	assert_int_equal(armdma_dma_set_coherent_mask(r->dev, ARMDMA_BIT_MASK(31)), 0);
	/* No DMA address has more than 32 bits here. */
	assert_int_equal(armdma_dma_set_mask_and_coherent(r->dev, ARMDMA_BIT_MASK(64)), 0);
	assert_int_equal(armdma_dma_get_mask(r->dev), ARMDMA_BIT_MASK(32));
	assert_int_equal(armdma_dma_coerce_mask_and_coherent(r->dev, ARMDMA_BIT_MASK(31)), 0);
	assert_int_equal(armdma_dma_get_mask(r->dev), ARMDMA_BIT_MASK(31));
}

/* RAM starts at 0x40000000; an IO address space at 0. */
static void mask_below_everything_is_refused_and_the_old_stays(struct rig *r)
{
	uint64_t narrow = rig_is_iommu(r) ? 0xff : ARMDMA_BIT_MASK(28);

	assert_false(armdma_dma_supported(r->dev, narrow));
	assert_int_equal(armdma_dma_set_mask(r->dev, narrow), -EIO);
	assert_int_equal(armdma_dma_set_coherent_mask(r->dev, narrow), -EIO);
	assert_int_equal(armdma_dma_set_mask_and_coherent(r->dev, narrow), -EIO);
	assert_int_equal(armdma_dma_coerce_mask_and_coherent(r->dev, narrow), -EIO);
	assert_int_equal(armdma_dma_get_mask(r->dev), ARMDMA_BIT_MASK(32));
}

/* Pages alternate between both halves of RAM until one of each kind has been tried. */
static void mapping_beyond_the_mask_fails_or_goes_elsewhere(struct rig *r)
{
	struct armdma_page *high = armdma_alloc_pages(r->m, ARMDMA_GFP_KERNEL | ARMDMA__GFP_HIGHMEM, 0);
	armdma_phys_t pa = armdma_page_to_phys(r->m, high);
	uint64_t mask = 0x40ffffff;	/* lowmem only */
	uint8_t want[64];
	armdma_dma_t a;

	assert_true(pa > mask);
	assert_int_equal(armdma_dma_set_mask(r->dev, mask), 0);
	a = armdma_dma_map_page(r->dev, high, 0, 64, ARMDMA_FROM_DEVICE);
	if (r->set == ARMDMA_OPS_DIRECT || r->set == ARMDMA_OPS_DIRECT_COHERENT) {
		assert_int_equal(a, ARMDMA_MAPPING_ERROR);
	} else {
		/* Translated or bounced: what the device uses is within its mask. */
		assert_true(a + 63 <= mask);
		pattern(want, sizeof(want), 1);
		dev_write(r, a, want, sizeof(want));
		armdma_dma_unmap_page(r->dev, a, 64, ARMDMA_FROM_DEVICE);
	}
	armdma_free_pages(r->m, high, 0);
}

static void coherent_memory_is_within_the_coherent_mask(struct rig *r)
{
	armdma_dma_t handle;
	void *p;

	assert_int_equal(armdma_dma_set_coherent_mask(r->dev, 0x40ffffff), 0);
	p = armdma_dma_alloc_coherent(r->dev, 16 * PAGE, &handle, ARMDMA_GFP_KERNEL);
	assert_non_null(p);
	assert_true(handle + 16 * PAGE - 1 <= 0x40ffffff);
	rig_assert_shared(r, p, handle, 16 * PAGE);
	armdma_dma_free_coherent(r->dev, 16 * PAGE, p, handle);
}

static void required_mask_reaches_all_ram(struct rig *r)
{
	assert_int_equal(armdma_dma_get_required_mask(r->dev), rig_is_iommu(r) ? ARMDMA_BIT_MASK(32) :
							       ARMDMA_BIT_MASK(31));
	assert_false(armdma_dma_addressing_limited(r->dev));
	assert_int_equal(armdma_dma_set_mask(r->dev, 0x40ffffff), 0);
	assert_true(armdma_dma_addressing_limited(r->dev));
}

static void bus_carries_lowmem_only(struct armdma_config *cfg, enum armdma_dma_opset set)
{
	(void)set;
	cfg->devices[0].bus_dma_limit = 0x40ffffff;
}

static void bus_limit_counts_like_a_mask(struct rig *r)
{
	struct armdma_page *high = armdma_alloc_pages(r->m, ARMDMA_GFP_KERNEL | ARMDMA__GFP_HIGHMEM, 0);
	uint8_t *low = armdma_kmalloc(r->m, 64, ARMDMA_GFP_KERNEL);
	armdma_dma_t a;

	assert_int_equal(armdma_dma_get_mask(r->dev), ARMDMA_BIT_MASK(32));
	assert_true(armdma_dma_addressing_limited(r->dev));
	a = armdma_dma_map_page(r->dev, high, 0, 64, ARMDMA_TO_DEVICE);
	if (r->set == ARMDMA_OPS_DIRECT || r->set == ARMDMA_OPS_DIRECT_COHERENT)
		assert_int_equal(a, ARMDMA_MAPPING_ERROR);
	else
		armdma_dma_unmap_page(r->dev, a, 64, ARMDMA_TO_DEVICE);
	a = armdma_dma_map_single(r->dev, low, 64, ARMDMA_TO_DEVICE);
	assert_int_not_equal(a, ARMDMA_MAPPING_ERROR);
	dev_expect(r, a, low, 64);
	armdma_dma_unmap_single(r->dev, a, 64, ARMDMA_TO_DEVICE);
	armdma_kfree(r->m, low);
	armdma_free_pages(r->m, high, 0);
}

/* Two windows: lowmem at 0x80000000, highmem at 0x10000000. */
static void two_windows(struct armdma_config *cfg, enum armdma_dma_opset set)
{
	if (set == ARMDMA_OPS_IOMMU || set == ARMDMA_OPS_IOMMU_COHERENT)
		return;
	cfg->nr_sysmmus = 0;
	cfg->devices[0].sysmmu[0] = 0;
	cfg->devices[0].nr_dma_ranges = 2;
	cfg->devices[0].dma_ranges[0] = (struct armdma_dma_range){ 0x40000000, 0x80000000, 16 * MIB };
	cfg->devices[0].dma_ranges[1] = (struct armdma_dma_range){ 0x41000000, 0x10000000, 8 * MIB };
}

static void addresses_go_through_the_bus_windows(struct rig *r)
{
	armdma_dma_t a, handle;
	uint8_t *buf, *p, got[64];

	rig_needs(r, RIG_WINDOWS);
	buf = armdma_kmalloc(r->m, PAGE, ARMDMA_GFP_KERNEL);
	pattern(buf, PAGE, 5);
	a = armdma_dma_map_single(r->dev, buf, PAGE, ARMDMA_TO_DEVICE);
	assert_int_equal(a >> 24, 0x80);
	if (r->set != ARMDMA_OPS_BOUNCE)
		assert_int_equal(a, armdma_virt_to_phys(r->m, buf) + 0x40000000);
	dev_expect(r, a, buf, PAGE);
	armdma_dma_unmap_single(r->dev, a, PAGE, ARMDMA_TO_DEVICE);
	p = armdma_dma_alloc_coherent(r->dev, 3 * PAGE, &handle, ARMDMA_GFP_KERNEL);
	rig_assert_shared(r, p, handle, 3 * PAGE);
	assert_int_equal(handle, armdma_hw_cpu_to_phys(r->hw, p) + 0x40000000);
	assert_int_equal(armdma_dma_to_phys(r->dev, handle), armdma_hw_cpu_to_phys(r->hw, p));
	assert_int_equal(armdma_dma_to_phys(r->dev, 0x90000000), ~0ULL);
	armdma_dma_free_coherent(r->dev, 3 * PAGE, p, handle);
	/* Where no window is, nobody answers; a physical address is none of its bus. */
	assert_int_equal(armdma_hw_master_read_sync(r->hw, "mdma", 0x90000000, got, sizeof(got), 1000000), -EIO);
	armdma_kfree(r->m, buf);
}

static void memory_outside_the_windows_is_not_mapped(struct rig *r)
{
	struct armdma_page *pages[4096];
	unsigned int n = 0, outside = 0, inside = 0;

	rig_needs(r, RIG_WINDOWS);
	while (n < 4096 && (pages[n] = armdma_alloc_pages(r->m, ARMDMA_GFP_KERNEL | ARMDMA__GFP_HIGHMEM |
							  ARMDMA__GFP_NOWARN, 0)) &&
	       armdma_page_zone(r->m, pages[n]) == ARMDMA_ZONE_HIGHMEM) {
		armdma_phys_t pa = armdma_page_to_phys(r->m, pages[n]);
		armdma_dma_t a = armdma_dma_map_page(r->dev, pages[n], 8, 100, ARMDMA_BIDIRECTIONAL);

		n++;
		if (r->set == ARMDMA_OPS_BOUNCE)
			assert_int_equal(a >> 24, 0x80);	/* the copy is in lowmem */
		else
			assert_int_equal(a, pa < 0x41800000 ? pa + 8 - 0x31000000 : ARMDMA_MAPPING_ERROR);
		*(pa < 0x41800000 ? &inside : &outside) += 1;
		if (a != ARMDMA_MAPPING_ERROR)
			armdma_dma_unmap_page(r->dev, a, 100, ARMDMA_BIDIRECTIONAL);
	}
	if (n < 4096 && pages[n])
		armdma_free_pages(r->m, pages[n], 0);
	assert_true(inside && outside);
	while (n-- > 0)
		armdma_free_pages(r->m, pages[n], 0);
}

static void limits_of_segments_are_set_and_read_back(struct rig *r)
{
	assert_int_equal(armdma_dma_get_max_seg_size(r->dev), 65536);
	assert_int_equal(armdma_dma_set_max_seg_size(r->dev, 0), -EINVAL);
	assert_int_equal(armdma_dma_set_max_seg_size(r->dev, 12345), 0);
	assert_int_equal(armdma_dma_get_max_seg_size(r->dev), 12345);
	assert_int_equal(armdma_dma_set_seg_boundary(r->dev, 0x1001), -EINVAL);
	assert_int_equal(armdma_dma_set_seg_boundary(r->dev, 0xffff), 0);
	assert_int_equal(armdma_dma_get_seg_boundary(r->dev), 0xffff);
	assert_int_equal(armdma_dma_get_min_align_mask(r->dev), 0);
	assert_int_equal(armdma_dma_set_min_align_mask(r->dev, 5), -EINVAL);
	assert_int_equal(armdma_dma_set_min_align_mask(r->dev, 0xfff), 0);
	assert_int_equal(armdma_dma_get_min_align_mask(r->dev), 0xfff);
}

static void address_keeps_the_bits_of_the_alignment_mask(struct rig *r)
{
	uint8_t *buf = armdma_kmalloc(r->m, PAGE, ARMDMA_GFP_KERNEL);
	armdma_dma_t a;

	assert_int_equal(armdma_dma_set_min_align_mask(r->dev, 0xff), 0);
	pattern(buf, PAGE, 9);
	a = armdma_dma_map_single(r->dev, buf + 0x1c8, 300, ARMDMA_TO_DEVICE);
	assert_int_equal(a & 0xff, 0xc8);
	dev_expect(r, a, buf + 0x1c8, 300);
	armdma_dma_unmap_single(r->dev, a, 300, ARMDMA_TO_DEVICE);
	armdma_kfree(r->m, buf);
}

static void largest_mapping_is_told_and_holds(struct rig *r)
{
	size_t max = armdma_dma_max_mapping_size(r->dev);
	struct armdma_page *page = armdma_alloc_pages(r->m, ARMDMA_GFP_KERNEL, 7);	/* 512 KiB */
	armdma_dma_t a = armdma_dma_map_page(r->dev, page, 0, 512 * KIB, ARMDMA_TO_DEVICE);

	assert_true(armdma_dma_opt_mapping_size(r->dev) <= max);
	assert_int_equal(a != ARMDMA_MAPPING_ERROR, max >= 512 * KIB);
	if (a != ARMDMA_MAPPING_ERROR)
		armdma_dma_unmap_page(r->dev, a, 512 * KIB, ARMDMA_TO_DEVICE);
	armdma_free_pages(r->m, page, 7);
}

int main(void)
{
	static const struct rig_test tests[] = {
		RIG_TEST(masks_are_set_and_read_back),
		RIG_TEST(mask_below_everything_is_refused_and_the_old_stays),
		RIG_TEST(mapping_beyond_the_mask_fails_or_goes_elsewhere),
		RIG_TEST(coherent_memory_is_within_the_coherent_mask),
		RIG_TEST(required_mask_reaches_all_ram),
		RIG_TEST_ON(bus_limit_counts_like_a_mask, bus_carries_lowmem_only),
		RIG_TEST_ON(addresses_go_through_the_bus_windows, two_windows),
		RIG_TEST_ON(memory_outside_the_windows_is_not_mapped, two_windows),
		RIG_TEST(limits_of_segments_are_set_and_read_back),
		RIG_TEST(address_keeps_the_bits_of_the_alignment_mask),
		RIG_TEST(largest_mapping_is_told_and_holds),
	};

	return rig_main("api_limits", TEST_OUTPUT_DIR, tests, sizeof(tests) / sizeof(tests[0]));
}
