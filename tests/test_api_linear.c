/* SPDX-License-Identifier: BSD-2-Clause */
/* Uncached coherent memory leaves the linear map: nobody reaches it through a cached alias while it is the device's. */
#include <errno.h>

#include <armdma/site.h>

#include "api_rig.h"

/* All buffers of this program come from here: reports must name it. */
__attribute__((noinline)) static void *the_allocation_site(struct rig *r, size_t size, armdma_dma_t *handle,
							   unsigned long attrs)
{
	void *p = armdma_dma_alloc_attrs(r->dev, size, handle, ARMDMA_GFP_KERNEL, attrs);

	assert_non_null(p);
	return p;
}

/* The page of a buffer, `at` bytes in. */
static struct armdma_page *page_of(struct rig *r, const uint8_t *p, size_t at)
{
	return armdma_phys_to_page(r->m, armdma_hw_cpu_to_phys(r->hw, p + at));
}

/* A touch of the alias tells its address, who owns the page now, and where that was allocated. */
static void expect_alias_report(struct rig *r, volatile uint8_t *alias, size_t size)
{
	char address[32], owner[64];

	snprintf(address, sizeof(address), "%p", (void *)(uintptr_t)alias);
	snprintf(owner, sizeof(owner), "the page belongs to a buffer of %zu bytes", size);
	rig_assert_trap(r, *alias = 1, address);
	assert_non_null(strstr(r->text, owner));
	assert_non_null(strstr(r->text, "the_allocation_site"));
	assert_ptr_equal(r->last.dev, r->dev);
	assert_int_equal(r->last.kind, ARMDMA_REPORT_TRAP);
	rig_assert_trap(r, (void)*alias, owner);
}

/* Lowmem for every set, also behind an IOMMU. */
static void *lowmem_buffer(struct rig *r, size_t size, armdma_dma_t *handle)
{
	return the_allocation_site(r, size, handle, ARMDMA_ATTR_FORCE_CONTIGUOUS);
}

static void touch_through_the_old_alias_is_reported_with_owner_and_site(struct rig *r)
{
	armdma_dma_t handle;
	volatile uint8_t *alias;
	uint8_t *p;

	rig_needs(r, RIG_UNCACHED);
	p = lowmem_buffer(r, 3 * PAGE, &handle);
	alias = armdma_page_address(r->m, page_of(r, p, 2 * PAGE));
	assert_non_null((void *)(uintptr_t)alias);
	expect_alias_report(r, alias + 17, 3 * PAGE);
	/* The buffer itself is what it was. */
	rig_assert_shared(r, p, handle, 3 * PAGE);
	armdma_dma_free_attrs(r->dev, 3 * PAGE, p, handle, ARMDMA_ATTR_FORCE_CONTIGUOUS);
}

static void no_contiguous_memory(struct armdma_config *cfg, enum armdma_dma_opset set)
{
	(void)set;
	cfg->cma_size = ARMDMA_NO_CMA;
	cfg->ram_size = cfg->lowmem_size;	/* no highmem either */
}

static void memory_of_the_page_allocator_leaves_it_too(struct rig *r)
{
	armdma_dma_t handle;
	volatile uint8_t *alias;
	uint8_t *p;

	rig_needs(r, RIG_UNCACHED);
	p = the_allocation_site(r, 5 * PAGE, &handle, 0);
	for (size_t at = 0; at < 5 * PAGE; at += PAGE) {
		alias = armdma_page_address(r->m, page_of(r, p, at));
		assert_non_null((void *)(uintptr_t)alias);
		expect_alias_report(r, alias, 5 * PAGE);
	}
	armdma_dma_free_attrs(r->dev, 5 * PAGE, p, handle, 0);
}

static void alias_comes_back_at_free_and_is_right(struct rig *r)
{
	struct armdma_page *page;
	armdma_dma_t handle;
	uint8_t *alias, *p;

	rig_needs(r, RIG_UNCACHED);
	p = lowmem_buffer(r, PAGE, &handle);
	page = page_of(r, p, 0);
	alias = armdma_page_address(r->m, page);
	memset(p, 0x42, PAGE);
	armdma_hw_barrier(r->hw, ARMDMA_BARRIER_WMB);
	armdma_dma_free_attrs(r->dev, PAGE, p, handle, ARMDMA_ATTR_FORCE_CONTIGUOUS);
	/* The next owner has the page in the linear map, as cached memory like any other. */
	page = armdma_dma_alloc_from_contiguous(r->m, NULL, 1, 0, false);
	assert_ptr_equal(armdma_page_address(r->m, page), alias);
	memset(alias, 0x24, PAGE);
	handle = armdma_dma_map_single(r->dev, alias, PAGE, ARMDMA_TO_DEVICE);
	dev_expect(r, handle, alias, PAGE);
	armdma_dma_unmap_single(r->dev, handle, PAGE, ARMDMA_TO_DEVICE);
	assert_true(armdma_dma_release_from_contiguous(r->m, page, 1));
}

/* Lines that were dirty in the old view are not written over the new owner's bytes. */
static void dirty_lines_of_the_alias_do_not_come_back(struct rig *r)
{
	struct armdma_page *page;
	armdma_dma_t handle;
	uint8_t *p;

	rig_needs(r, RIG_UNCACHED);
	page = armdma_dma_alloc_from_contiguous(r->m, NULL, 1, 0, false);
	memset(armdma_page_address(r->m, page), 0xdd, PAGE);
	assert_true(armdma_dma_release_from_contiguous(r->m, page, 1));
	p = lowmem_buffer(r, PAGE, &handle);
	assert_ptr_equal(page_of(r, p, 0), page);
	rig_assert_shared(r, p, handle, PAGE);
	for (armdma_phys_t at = 0; at < PAGE; at += 32)
		armdma_hw_evict(r->hw, armdma_page_to_phys(r->m, page) + at);
	rig_assert_shared(r, p, handle, PAGE);
	armdma_dma_free_attrs(r->dev, PAGE, p, handle, ARMDMA_ATTR_FORCE_CONTIGUOUS);
}

/* Highmem has no alias that could be closed: kmap is what gives one. */
static void kmap_of_a_highmem_buffers_page_is_refused(struct rig *r)
{
	struct armdma_page *page;
	armdma_dma_t handle;
	uint8_t *p;
	void *window;

	rig_needs(r, RIG_UNCACHED);
	rig_needs(r, RIG_IOVA);
	p = the_allocation_site(r, PAGE, &handle, 0);
	page = page_of(r, p, 0);
	assert_null(armdma_page_address(r->m, page));
	assert_null(armdma_kmap(r->m, page));
	rig_expect(r, ARMDMA_REPORT_BAD_ARGUMENT, "no cached address while the buffer lives");
	armdma_dma_free_attrs(r->dev, PAGE, p, handle, 0);
	page = armdma_alloc_pages(r->m, ARMDMA_GFP_KERNEL | ARMDMA__GFP_HIGHMEM, 0);
	window = armdma_kmap(r->m, page);
	assert_non_null(window);
	memset(window, 1, PAGE);
	armdma_kunmap(r->m, page, window);
	armdma_free_pages(r->m, page, 0);
}

static void streaming_of_a_coherent_buffers_pages_is_refused(struct rig *r)
{
	struct armdma_scatterlist sg;
	armdma_dma_t handle;
	uint8_t *p;

	rig_needs(r, RIG_UNCACHED);
	p = lowmem_buffer(r, PAGE, &handle);
	assert_int_equal(armdma_dma_map_page(r->dev, page_of(r, p, 0), 0, 64, ARMDMA_TO_DEVICE),
			 ARMDMA_MAPPING_ERROR);
	rig_expect(r, ARMDMA_REPORT_BAD_MEMORY, "memory of a coherent buffer");
	armdma_sg_init_table(&sg, 1);
	armdma_sg_set_page(&sg, page_of(r, p, 0), 64, 0);
	assert_int_equal(armdma_dma_map_sg(r->dev, &sg, 1, ARMDMA_TO_DEVICE), 0);
	rig_expect(r, ARMDMA_REPORT_BAD_MEMORY, "memory of a coherent buffer");
	armdma_dma_free_attrs(r->dev, PAGE, p, handle, ARMDMA_ATTR_FORCE_CONTIGUOUS);
}

static void coherent_devices_buffer_stays_where_it_is(struct rig *r)
{
	armdma_dma_t handle;
	uint8_t *p, *alias;

	rig_needs(r, RIG_CACHED);
	p = the_allocation_site(r, PAGE, &handle, 0);
	alias = armdma_page_address(r->m, page_of(r, p, 0));
	assert_ptr_equal(p, alias);
	rig_assert_shared(r, alias, handle, PAGE);
	armdma_dma_free_attrs(r->dev, PAGE, p, handle, 0);
}

static void keep_the_alias(struct armdma_config *cfg, enum armdma_dma_opset set)
{
	(void)set;
	cfg->alias_mode = ARMDMA_ALIAS_KEEP;
}

/* As in Linux, where the machine is told to: the alias is there, and stale. */
static void kept_alias_is_stale(struct rig *r)
{
	armdma_dma_t handle;
	uint8_t *p, *alias;

	rig_needs(r, RIG_UNCACHED);
	p = lowmem_buffer(r, PAGE, &handle);
	alias = armdma_page_address(r->m, page_of(r, p, 0));
	assert_int_equal(*alias, 0);
	memset(p, 0x31, PAGE);
	armdma_hw_barrier(r->hw, ARMDMA_BARRIER_WMB);
	assert_int_equal(*alias, 0);
	armdma_dma_free_attrs(r->dev, PAGE, p, handle, ARMDMA_ATTR_FORCE_CONTIGUOUS);
}

int main(void)
{
	static const struct rig_test tests[] = {
		RIG_TEST(touch_through_the_old_alias_is_reported_with_owner_and_site),
		RIG_TEST_ON(memory_of_the_page_allocator_leaves_it_too, no_contiguous_memory),
		RIG_TEST(alias_comes_back_at_free_and_is_right),
		RIG_TEST(dirty_lines_of_the_alias_do_not_come_back),
		RIG_TEST(kmap_of_a_highmem_buffers_page_is_refused),
		RIG_TEST(streaming_of_a_coherent_buffers_pages_is_refused),
		RIG_TEST(coherent_devices_buffer_stays_where_it_is),
		RIG_TEST_ON(kept_alias_is_stale, keep_the_alias),
	};

	return rig_main("api_linear", TEST_OUTPUT_DIR, tests, sizeof(tests) / sizeof(tests[0]));
}
