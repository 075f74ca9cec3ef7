/* SPDX-License-Identifier: BSD-2-Clause */
/* From one set of operations to another, and in and out of IO address spaces: when that is possible, and what then works. */
#include <errno.h>

#include "api_rig.h"

/* Bytes over a streaming mapping and a buffer, both ways. */
static void assert_works(struct rig *r)
{
	uint8_t *buf = armdma_kmalloc(r->m, 1000, ARMDMA_GFP_KERNEL), want[1000];
	armdma_dma_t a = armdma_dma_map_single(r->dev, buf, 1000, ARMDMA_BIDIRECTIONAL), handle;
	void *p = armdma_dma_alloc_coherent(r->dev, 3 * PAGE, &handle, ARMDMA_GFP_KERNEL);

	pattern(want, sizeof(want), 1);
	dev_write(r, a, want, sizeof(want));
	armdma_dma_unmap_single(r->dev, a, 1000, ARMDMA_BIDIRECTIONAL);
	assert_memory_equal(buf, want, sizeof(want));
	rig_assert_shared(r, p, handle, 3 * PAGE);
	armdma_dma_free_coherent(r->dev, 3 * PAGE, p, handle);
	armdma_kfree(r->m, buf);
}

static void device_works_on_every_set_after_the_switch(struct rig *r)
{
	for (unsigned int round = 0; round < 2; round++)
		for (enum armdma_dma_opset to = 0; to < ARMDMA_NR_OPSETS; to++) {
			assert_int_equal(armdma_dma_set_ops(r->dev, to), 0);
			assert_int_equal(armdma_dma_get_ops(r->dev), to);
			assert_works(r);
			assert_int_equal(armdma_dma_set_ops(r->dev, r->set), 0);
			assert_works(r);
			rig_validate(r);
		}
	assert_string_equal(armdma_dma_ops_name(ARMDMA_OPS_BOUNCE), "bounce");
}

static void live_mapping_or_buffer_keeps_the_device_where_it_is(struct rig *r)
{
	uint8_t *buf = armdma_kmalloc(r->m, 64, ARMDMA_GFP_KERNEL);
	armdma_dma_t a = armdma_dma_map_single(r->dev, buf, 64, ARMDMA_TO_DEVICE);
	void *p;

	for (enum armdma_dma_opset to = 0; to < ARMDMA_NR_OPSETS; to++)
		assert_int_equal(armdma_dma_set_ops(r->dev, to), -EBUSY);
	armdma_dma_unmap_single(r->dev, a, 64, ARMDMA_TO_DEVICE);
	p = armdma_dma_alloc_coherent(r->dev, 64, &a, ARMDMA_GFP_KERNEL);
	for (enum armdma_dma_opset to = 0; to < ARMDMA_NR_OPSETS; to++)
		assert_int_equal(armdma_dma_set_ops(r->dev, to), -EBUSY);
	assert_int_equal(armdma_dma_get_ops(r->dev), r->set);
	armdma_dma_free_coherent(r->dev, 64, p, a);
	armdma_kfree(r->m, buf);
}

static void impossible_sets_are_refused(struct rig *r)
{
	assert_int_equal(armdma_dma_set_ops(r->peer, ARMDMA_OPS_IOMMU), -ENODEV);
	assert_int_equal(armdma_dma_set_ops(r->dev, ARMDMA_NR_OPSETS), -EINVAL);
	assert_int_equal(armdma_dma_get_ops(r->dev), r->set);
	assert_works(r);
}

/* ---- IO address spaces ------------------------------------------------------------ */

static void device_is_attached_once_and_only_from_direct(struct rig *r)
{
	int error, ret;
	struct armdma_iommu_mapping *space = armdma_iommu_create_mapping(r->m, 0x20000000, 16 * MIB, NULL, &error);

	assert_non_null(space);
	ret = armdma_iommu_attach_device(r->dev, space);
	if (r->set != ARMDMA_OPS_DIRECT && r->set != ARMDMA_OPS_DIRECT_COHERENT) {
		assert_int_equal(ret, -EBUSY);
		assert_int_equal(armdma_dma_get_ops(r->dev), r->set);
	} else {
		assert_int_equal(ret, 0);
		assert_int_equal(armdma_dma_get_ops(r->dev),
				 rig_is_coherent(r) ? ARMDMA_OPS_IOMMU_COHERENT : ARMDMA_OPS_IOMMU);
		assert_ptr_equal(armdma_to_iommu_mapping(r->dev), space);
		assert_works(r);
		armdma_iommu_detach_device(r->dev);
		assert_int_equal(armdma_dma_get_ops(r->dev), r->set);
	}
	assert_works(r);
	armdma_iommu_release_mapping(space);
}

static void detached_device_is_direct(struct rig *r)
{
	armdma_iommu_detach_device(r->dev);
	if (!rig_is_iommu(r)) {
		rig_expect(r, ARMDMA_REPORT_BAD_ARGUMENT, "was not attached");
		assert_int_equal(armdma_dma_get_ops(r->dev), r->set);
	} else {
		assert_int_equal(armdma_dma_get_ops(r->dev),
				 rig_is_coherent(r) ? ARMDMA_OPS_DIRECT_COHERENT : ARMDMA_OPS_DIRECT);
	}
	assert_works(r);
}

static void spaces_have_sensible_bounds(struct rig *r)
{
	static const struct { uint64_t base, size; int error; } bad[] = {
		{ 0, (1ULL << 32) + 1, -ERANGE }, { 0xf0000000, 512 * MIB, -ERANGE }, { 0, 0, -EINVAL },
		{ 0, 4095, -EINVAL }, { 0x800, 1 * MIB, -EINVAL },
	};
	int error;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_null(armdma_iommu_create_mapping(r->m, bad[i].base, bad[i].size, NULL, &error));
		assert_int_equal(error, bad[i].error);
	}
	armdma_iommu_release_mapping(NULL);
}

static void spaces_ranges_are_given_and_taken(struct rig *r)
{
	struct armdma_iommu_mapping *space = armdma_iommu_create_mapping(r->m, 0x20000000, 16 * MIB, NULL, NULL);
	struct armdma_iova_stats st;
	armdma_dma_t a;

	assert_int_equal(armdma_mapping_iova_alloc(space, 5 * PAGE, &a), 0);
	assert_true(a >= 0x20000000 && a + 5 * PAGE <= 0x21000000);
	armdma_mapping_iova_stats(space, &st);
	assert_int_equal(st.used, 5 * PAGE);
	assert_int_equal(armdma_mapping_iova_free(space, a, 5 * PAGE), 0);
	assert_int_not_equal(armdma_mapping_iova_free(space, a, 5 * PAGE), 0);
	rig_expect(r, ARMDMA_REPORT_BAD_FREE, "is not allocated");
	assert_int_equal(armdma_mapping_iova_alloc(space, 0, &a), -EINVAL);
	armdma_iommu_release_mapping(space);
}

/* ---- Bounce buffers ------------------------------------------------------------------ */

static bool every_other_page(struct armdma_device *dev, armdma_dma_t addr, size_t len)
{
	(void)dev;
	(void)len;
	return addr >> ARMDMA_PAGE_SHIFT & 1;
}

static void bounced_is_what_the_board_says(struct rig *r)
{
	struct armdma_page *page = armdma_alloc_pages(r->m, ARMDMA_GFP_KERNEL, 1);
	struct armdma_dmabounce_stats st;
	armdma_dma_t a[2];
	int ret = armdma_dmabounce_register_dev(r->dev, 256, 2048, every_other_page);

	if (r->set != ARMDMA_OPS_DIRECT && r->set != ARMDMA_OPS_DIRECT_COHERENT) {
		assert_int_equal(ret, -EBUSY);
		assert_int_equal(armdma_dma_get_ops(r->dev), r->set);
		armdma_free_pages(r->m, page, 1);
		return;
	}
	assert_int_equal(ret, 0);
	for (int i = 0; i < 2; i++)
		a[i] = armdma_dma_map_page(r->dev, page, (size_t)i * PAGE, 1000, ARMDMA_TO_DEVICE);
	assert_int_equal(a[0], armdma_page_to_phys(r->m, page));
	assert_int_not_equal(a[1], armdma_page_to_phys(r->m, page) + PAGE);
	assert_int_equal(armdma_dmabounce_stats(r->dev, &st), 0);
	assert_int_equal(st.map_ops, 1);
	assert_int_equal(st.large_allocs, 1);
	assert_int_equal(st.live, 1);
	armdma_dmabounce_unregister_dev(r->dev);
	rig_expect(r, ARMDMA_REPORT_IN_USE, "while 1 mappings are bounced");
	for (int i = 0; i < 2; i++)
		armdma_dma_unmap_page(r->dev, a[i], 1000, ARMDMA_TO_DEVICE);
	armdma_dmabounce_unregister_dev(r->dev);
	armdma_free_pages(r->m, page, 1);
	assert_works(r);
}

static void unregistering_leads_back_to_direct(struct rig *r)
{
	armdma_dmabounce_unregister_dev(r->dev);
	if (r->set != ARMDMA_OPS_BOUNCE)
		rig_expect(r, ARMDMA_REPORT_BAD_ARGUMENT, "not registered");
	else
		assert_int_equal(armdma_dma_get_ops(r->dev), ARMDMA_OPS_DIRECT);
	assert_works(r);
}

/* Question (a): the SYSMMU is on or off by attaching and power alone, whatever the API does or fails to do. */
static void no_path_of_the_api_switches_the_sysmmu(struct rig *r)
{
	static const enum armdma_fail_step steps[] = { ARMDMA_FAIL_PAGE, ARMDMA_FAIL_IOVA, ARMDMA_FAIL_TABLE,
						       ARMDMA_FAIL_VMAP, ARMDMA_FAIL_KMALLOC };
	struct armdma_sysmmu_state before, after;
	armdma_dma_t handle;

	rig_needs(r, RIG_IOVA);
	assert_int_equal(armdma_sysmmu_get_state(r->dev, &before), 0);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		void *p;

		armdma_fail_nth(r->m, steps[i], 1);
		p = armdma_dma_alloc_coherent(r->dev, 3 * PAGE, &handle, ARMDMA_GFP_KERNEL);
		armdma_fail_nth(r->m, steps[i], 0);
		if (p)
			armdma_dma_free_coherent(r->dev, 3 * PAGE, p, handle);
		assert_int_equal(armdma_sysmmu_get_state(r->dev, &after), 0);
		assert_memory_equal(&after, &before, sizeof(before));
	}
	assert_works(r);
	assert_int_equal(armdma_sysmmu_get_state(r->dev, &after), 0);
	assert_memory_equal(&after, &before, sizeof(before));
}

/* ---- Declared memory -------------------------------------------------------------------- */

static void declared_memory_serves_alone(struct rig *r)
{
	struct armdma_page *page = armdma_alloc_pages(r->m, ARMDMA_GFP_KERNEL, 2);
	armdma_phys_t pa = armdma_page_to_phys(r->m, page);
	armdma_dma_t a, b, c;
	uint8_t *p, *q;

	assert_int_equal(armdma_dma_declare_coherent_memory(r->dev, pa, pa, 0), -EINVAL);
	assert_int_equal(armdma_dma_declare_coherent_memory(r->dev, pa, pa, 4 * PAGE), 0);
	assert_int_equal(armdma_dma_declare_coherent_memory(r->dev, pa, pa, 4 * PAGE), -EBUSY);
	/* Powers of two of pages, naturally aligned; and nothing else when it is full. */
	p = armdma_dma_alloc_coherent(r->dev, PAGE, &a, ARMDMA_GFP_KERNEL);
	q = armdma_dma_alloc_coherent(r->dev, 2 * PAGE, &b, ARMDMA_GFP_ATOMIC);
	assert_int_equal(a, pa);
	assert_int_equal(b, pa + 2 * PAGE);
	assert_null(armdma_dma_alloc_coherent(r->dev, 2 * PAGE, &c, ARMDMA_GFP_KERNEL));
	assert_int_equal(c, ARMDMA_MAPPING_ERROR);
	armdma_dma_release_coherent_memory(r->dev);
	rig_expect(r, ARMDMA_REPORT_IN_USE, "while 3 pages of it are in use");
	armdma_dma_free_coherent(r->dev, PAGE, p, a);
	armdma_dma_free_coherent(r->dev, 2 * PAGE, q, b);
	armdma_dma_release_coherent_memory(r->dev);
	armdma_dma_release_coherent_memory(r->dev);
	armdma_free_pages(r->m, page, 2);
	assert_works(r);
}

int main(void)
{
	static const struct rig_test tests[] = {
		RIG_TEST(device_works_on_every_set_after_the_switch),
		RIG_TEST(live_mapping_or_buffer_keeps_the_device_where_it_is),
		RIG_TEST(impossible_sets_are_refused),
		RIG_TEST(device_is_attached_once_and_only_from_direct),
		RIG_TEST(detached_device_is_direct),
		RIG_TEST(spaces_have_sensible_bounds),
		RIG_TEST(spaces_ranges_are_given_and_taken),
		RIG_TEST(bounced_is_what_the_board_says),
		RIG_TEST(unregistering_leads_back_to_direct),
		RIG_TEST(no_path_of_the_api_switches_the_sysmmu),
		RIG_TEST(declared_memory_serves_alone),
	};

	return rig_main("api_switch", TEST_OUTPUT_DIR, tests, sizeof(tests) / sizeof(tests[0]));
}
