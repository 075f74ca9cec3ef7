/* SPDX-License-Identifier: BSD-2-Clause */
/* Streaming mappings: ownership, maintenance, rounding and errors, direct and behind an IOMMU. */
#include <errno.h>
#include <stdio.h>

#include "dma_helpers.h"

#define LEN (5 * ARMDMA_PAGE_SIZE + 320)

static void to_device_hands_over_the_cpus_stores(void **state)
{
	struct env *e = *state;
	uint8_t *buf = armdma_kmalloc(e->m, LEN, ARMDMA_GFP_KERNEL), got[LEN];
	armdma_dma_t addr;

	pattern(buf, LEN, 1);
	addr = armdma_dma_map_single(e->dev, buf, LEN, ARMDMA_TO_DEVICE);
	assert_int_equal(armdma_dma_mapping_error(e->dev, addr), 0);
	dev_read(e, addr, got, LEN);
	assert_memory_equal(got, buf, LEN);
	armdma_dma_unmap_single(e->dev, addr, LEN, ARMDMA_TO_DEVICE);
	armdma_kfree(e->m, buf);
}

static void store_after_map_is_not_seen_until_sync_for_device(void **state)
{
	struct env *e = *state;
	uint8_t *buf = armdma_kzalloc(e->m, LEN, ARMDMA_GFP_KERNEL), got[4], want[4] = { 1, 2, 3, 4 };
	armdma_dma_t addr = armdma_dma_map_single(e->dev, buf, LEN, ARMDMA_TO_DEVICE);

	memcpy(buf + 4096, want, 4);
	dev_read(e, addr + 4096, got, 4);
	assert_memory_not_equal(got, want, 4);
	assert_false(armdma_device_sees(e->dev, addr + 4096, want, 4));
	assert_int_equal(e->last.kind, ARMDMA_REPORT_STALE_DEVICE);
	armdma_dma_sync_single_range_for_device(e->dev, addr, 4096, 4, ARMDMA_TO_DEVICE);
	dev_read(e, addr + 4096, got, 4);
	assert_memory_equal(got, want, 4);
	assert_true(armdma_device_sees(e->dev, addr + 4096, want, 4));
	armdma_dma_unmap_single(e->dev, addr, LEN, ARMDMA_TO_DEVICE);
	armdma_kfree(e->m, buf);
}

static void from_device_is_stale_until_sync_for_cpu(void **state)
{
	struct env *e = *state;
	uint8_t *buf = armdma_kzalloc(e->m, LEN, ARMDMA_GFP_KERNEL), want[LEN];
	armdma_dma_t addr = armdma_dma_map_single(e->dev, buf, LEN, ARMDMA_FROM_DEVICE);

	pattern(want, LEN, 2);
	dev_write(e, addr, want, LEN);
	assert_memory_not_equal(buf, want, LEN);
	assert_false(armdma_cpu_sees(e->m, buf, want, LEN));
	assert_int_equal(e->last.kind, ARMDMA_REPORT_STALE_CPU);
	assert_non_null(strstr(e->text, "never synced since it was mapped"));
	assert_non_null(strstr(e->text, "from_device_is_stale_until_sync_for_cpu at "));
	armdma_dma_sync_single_for_cpu(e->dev, addr, LEN, ARMDMA_FROM_DEVICE);
	assert_memory_equal(buf, want, LEN);
	assert_true(armdma_cpu_sees(e->m, buf, want, LEN));
	armdma_dma_sync_single_for_device(e->dev, addr, LEN, ARMDMA_FROM_DEVICE);
	pattern(want, LEN, 3);
	dev_write(e, addr, want, LEN);
	armdma_dma_unmap_single(e->dev, addr, LEN, ARMDMA_FROM_DEVICE);
	assert_memory_equal(buf, want, LEN);
	armdma_kfree(e->m, buf);
}

static void sync_reaches_only_its_range(void **state)
{
	struct env *e = *state;
	uint8_t *buf = armdma_kzalloc(e->m, 8192, ARMDMA_GFP_KERNEL), want[8192];
	armdma_dma_t addr = armdma_dma_map_single(e->dev, buf, 8192, ARMDMA_FROM_DEVICE);

	memset(want, 7, sizeof(want));
	dev_write(e, addr, want, 8192);
	armdma_dma_sync_single_range_for_cpu(e->dev, addr, 4096, 64, ARMDMA_FROM_DEVICE);
	assert_int_equal(buf[4095], 0);
	assert_memory_equal(buf + 4096, want, 64);
	assert_int_equal(buf[4096 + 64], 0);
	armdma_dma_unmap_single(e->dev, addr, 8192, ARMDMA_FROM_DEVICE);
	armdma_kfree(e->m, buf);
}

static void bidirectional_goes_both_ways(void **state)
{
	struct env *e = *state;
	uint8_t *buf = armdma_kmalloc(e->m, 4096, ARMDMA_GFP_KERNEL), got[4096], want[4096];
	armdma_dma_t addr;

	pattern(buf, 4096, 4);
	addr = armdma_dma_map_single(e->dev, buf, 4096, ARMDMA_BIDIRECTIONAL);
	dev_read(e, addr, got, 4096);
	assert_memory_equal(got, buf, 4096);
	pattern(want, 4096, 5);
	dev_write(e, addr, want, 4096);
	armdma_dma_unmap_single(e->dev, addr, 4096, ARMDMA_BIDIRECTIONAL);
	assert_memory_equal(buf, want, 4096);
	armdma_kfree(e->m, buf);
}

static void skip_cpu_sync_leaves_the_caches_alone(void **state)
{
	struct env *e = *state;
	uint8_t *buf = armdma_kzalloc(e->m, 4096, ARMDMA_GFP_KERNEL), got[4];
	struct armdma_hw_stats before, after;
	armdma_dma_t addr;

	memcpy(buf, "wxyz", 4);
	armdma_hw_stats(e->hw, &before);
	addr = armdma_dma_map_single_attrs(e->dev, buf, 4096, ARMDMA_TO_DEVICE,
					   ARMDMA_ATTR_SKIP_CPU_SYNC);
	dev_read(e, addr, got, 4);
	assert_memory_not_equal(got, "wxyz", 4);
	if (!e->mapping) {
		armdma_hw_stats(e->hw, &after);
		assert_int_equal(before.cache_cleans, after.cache_cleans);
	}
	armdma_dma_unmap_single_attrs(e->dev, addr, 4096, ARMDMA_TO_DEVICE,
				      ARMDMA_ATTR_SKIP_CPU_SYNC);
	armdma_kfree(e->m, buf);
}

/* What a network stack sends: part of a compound page, offset beyond the first page. */
static void offset_of_many_pages_maps_only_the_pages_used(void **state)
{
	struct env *e = *state;
	struct armdma_page *page = armdma_alloc_pages(e->m, ARMDMA_GFP_KERNEL, 4);
	struct armdma_iova_stats st;
	uint8_t *lin = armdma_page_address(e->m, page), got[100];
	armdma_dma_t addr;

	pattern(lin, 16 * 4096, 6);
	for (int i = 0; i < 100; i++) {
		addr = armdma_dma_map_page(e->dev, page, 9 * 4096 + 700, 100, ARMDMA_TO_DEVICE);
		dev_read(e, addr, got, 100);
		assert_memory_equal(got, lin + 9 * 4096 + 700, 100);
		if (e->mapping) {
			armdma_mapping_iova_stats(e->mapping, &st);
			assert_int_equal(st.used, 4096);
		}
		armdma_dma_unmap_page(e->dev, addr, 100, ARMDMA_TO_DEVICE);
	}
	if (e->mapping) {
		armdma_mapping_iova_stats(e->mapping, &st);
		assert_int_equal(st.used, 0);
	}
	armdma_free_pages(e->m, page, 4);
}

static void unmapped_address_faults(void **state)
{
	struct env *e = *state;
	uint8_t *buf = armdma_kzalloc(e->m, 4096, ARMDMA_GFP_KERNEL), got[4];
	armdma_dma_t addr = armdma_dma_map_single(e->dev, buf, 4096, ARMDMA_BIDIRECTIONAL);

	dev_read(e, addr, got, 4);
	armdma_dma_unmap_single(e->dev, addr, 4096, ARMDMA_BIDIRECTIONAL);
	assert_int_equal(armdma_hw_master_read_sync(e->hw, "mdma", addr, got, 4, 10000), -ETIMEDOUT);
	assert_int_equal(e->last.kind, ARMDMA_REPORT_DEVICE_AFTER_UNMAP);
	assert_int_equal(armdma_iommu_recover(e->dev), 0);
	armdma_kfree(e->m, buf);
}

static void to_device_mapping_cannot_be_written(void **state)
{
	struct env *e = *state;
	uint8_t *buf = armdma_kzalloc(e->m, 4096, ARMDMA_GFP_KERNEL);
	armdma_dma_t addr = armdma_dma_map_single(e->dev, buf, 4096, ARMDMA_TO_DEVICE);

	assert_int_equal(armdma_hw_master_write_sync(e->hw, "mdma", addr, "x", 1, 10000), -ETIMEDOUT);
	assert_int_equal(e->last.kind, ARMDMA_REPORT_DEVICE_DIRECTION);
	assert_int_equal(armdma_iommu_recover(e->dev), 0);
	armdma_dma_unmap_single(e->dev, addr, 4096, ARMDMA_TO_DEVICE);
	assert_int_equal(buf[0], 0);
	armdma_kfree(e->m, buf);
}

/* ---- expected maintenance ---- */

struct op_log {
	char text[1024];
	armdma_phys_t base;
};

static void log_op(void *ctx, const struct armdma_event *ev)
{
	static const char *const ops[] = { "clean", "inv", "clean+inv" };
	struct op_log *log = ctx;
	size_t n = strlen(log->text);

	if (ev->type == ARMDMA_EV_CACHE_OP && ev->pa - log->base >= 8192)
		return;	/* the page tables' own cleaning */
	if (ev->type == ARMDMA_EV_CACHE_OP)
		snprintf(log->text + n, sizeof(log->text) - n, "%s %s %x..%x;",
			 ev->flags == ARMDMA_CACHE_INNER ? "inner" : "outer", ops[ev->value],
			 (unsigned int)(ev->pa - log->base),
			 (unsigned int)(ev->pa - log->base + ev->len));
	else if (ev->type == ARMDMA_EV_IOMMU_MAP || ev->type == ARMDMA_EV_IOMMU_UNMAP)
		snprintf(log->text + n, sizeof(log->text) - n, "%s;", armdma_event_name(ev->type));
	else
		snprintf(log->text + n, sizeof(log->text) - n, "%s;", armdma_event_name(ev->type));
}

#define LOGGED (ARMDMA_EV_BIT(ARMDMA_EV_CACHE_OP) | ARMDMA_EV_BIT(ARMDMA_EV_IOMMU_MAP) | \
		ARMDMA_EV_BIT(ARMDMA_EV_IOMMU_UNMAP) | ARMDMA_EV_BIT(ARMDMA_EV_IOVA_ALLOC) | \
		ARMDMA_EV_BIT(ARMDMA_EV_IOVA_FREE))

static void expect_log(struct op_log *log, const char *want)
{
	assert_string_equal(log->text, want);
	log->text[0] = 0;
}

static void maintenance_of_each_direction_is_as_on_armv7(void **state)
{
	struct env *e = *state;
	uint8_t *buf = armdma_kmalloc(e->m, 4096, ARMDMA_GFP_KERNEL);
	struct op_log log = { "", armdma_virt_to_phys(e->m, buf) };
	armdma_dma_t a;
	const char *alloc = e->mapping ? "iova_alloc;iommu_map;" : "";
	const char *release = e->mapping ? "iommu_unmap;iova_free;" : "";
	char want[512];

	armdma_event_subscribe(armdma_machine_events(e->m), LOGGED, log_op, &log);
	a = armdma_dma_map_single(e->dev, buf + 0x10, 0x30, ARMDMA_TO_DEVICE);
	snprintf(want, sizeof(want), "inner clean 0..40;outer clean 0..40;%s", alloc);
	expect_log(&log, want);
	armdma_dma_sync_single_for_cpu(e->dev, a, 0x30, ARMDMA_TO_DEVICE);
	expect_log(&log, "");
	armdma_dma_unmap_single(e->dev, a, 0x30, ARMDMA_TO_DEVICE);
	expect_log(&log, release);

	a = armdma_dma_map_single(e->dev, buf, 0x40, ARMDMA_FROM_DEVICE);
	snprintf(want, sizeof(want), "inner inv 0..40;outer inv 0..40;%s", alloc);
	expect_log(&log, want);
	armdma_dma_unmap_single(e->dev, a, 0x40, ARMDMA_FROM_DEVICE);
	snprintf(want, sizeof(want), "outer inv 0..40;inner inv 0..40;%s", release);
	expect_log(&log, want);

	a = armdma_dma_map_single(e->dev, buf + 0x10, 0x40, ARMDMA_FROM_DEVICE);
	snprintf(want, sizeof(want),
		 "inner clean+inv 0..20;inner inv 20..40;inner clean+inv 40..60;outer clean+inv 0..20;outer inv 20..40;outer clean+inv 40..60;%s",
		 alloc);
	expect_log(&log, want);
	armdma_dma_sync_single_for_device(e->dev, a, 0x10, ARMDMA_FROM_DEVICE);
	expect_log(&log, "inner clean+inv 0..20;outer clean+inv 0..20;");
	armdma_dma_unmap_single(e->dev, a, 0x40, ARMDMA_FROM_DEVICE);
	snprintf(want, sizeof(want),
		 "outer clean+inv 0..20;outer inv 20..40;outer clean+inv 40..60;inner clean+inv 0..20;inner inv 20..40;inner clean+inv 40..60;%s",
		 release);
	expect_log(&log, want);

	a = armdma_dma_map_single(e->dev, buf, 0x40, ARMDMA_BIDIRECTIONAL);
	snprintf(want, sizeof(want), "inner clean 0..40;outer clean 0..40;%s", alloc);
	expect_log(&log, want);
	armdma_dma_unmap_single(e->dev, a, 0x40, ARMDMA_BIDIRECTIONAL);
	snprintf(want, sizeof(want), "outer inv 0..40;inner inv 0..40;%s", release);
	expect_log(&log, want);
	armdma_event_subscribe(armdma_machine_events(e->m), 0, log_op, &log);
	armdma_kfree(e->m, buf);
}

/* ---- bad input ---- */

static void expect(struct env *e, enum armdma_report_kind kind, const char *words)
{
	assert_int_equal(e->reports, 1);
	assert_int_equal(e->last.kind, kind);
	if (!strstr(e->text, words))
		fail_msg("no \"%s\" in: %s", words, e->text);
	e->reports = 0;
}

static void map_single_takes_only_linear_addresses(void **state)
{
	struct env *e = *state;
	struct armdma_page *page = armdma_alloc_pages(e->m, ARMDMA_GFP_KERNEL | ARMDMA__GFP_HIGHMEM, 0);
	void *kmap = armdma_kmap(e->m, page), *vm;
	uint8_t stack[64];
	armdma_dma_t handle;

	assert_int_equal(armdma_dma_map_single(e->dev, stack, 64, ARMDMA_TO_DEVICE),
			 ARMDMA_MAPPING_ERROR);
	expect(e, ARMDMA_REPORT_BAD_MEMORY, "stack");
	assert_int_equal(armdma_dma_map_single(e->dev, kmap, 64, ARMDMA_TO_DEVICE),
			 ARMDMA_MAPPING_ERROR);
	expect(e, ARMDMA_REPORT_BAD_MEMORY, "kmap");
	vm = armdma_dma_alloc_coherent(e->dev, 4096, &handle, ARMDMA_GFP_KERNEL);
	assert_int_equal(armdma_dma_map_single(e->dev, vm, 64, ARMDMA_TO_DEVICE),
			 ARMDMA_MAPPING_ERROR);
	expect(e, ARMDMA_REPORT_BAD_MEMORY, "vmalloc");
	armdma_dma_free_coherent(e->dev, 4096, vm, handle);
	armdma_kunmap(e->m, page, kmap);
	armdma_free_pages(e->m, page, 0);
}

static void senseless_arguments_are_reported(void **state)
{
	struct env *e = *state;
	uint8_t *buf = armdma_kmalloc(e->m, 64, ARMDMA_GFP_KERNEL);

	assert_int_equal(armdma_dma_map_single(e->dev, buf, 0, ARMDMA_TO_DEVICE), ARMDMA_MAPPING_ERROR);
	expect(e, ARMDMA_REPORT_BAD_ARGUMENT, "0 bytes");
	assert_int_equal(armdma_dma_map_single(e->dev, buf, 64, ARMDMA_NONE), ARMDMA_MAPPING_ERROR);
	expect(e, ARMDMA_REPORT_BAD_ARGUMENT, "direction 3");
	assert_int_equal(armdma_dma_map_single(e->dev, buf, SIZE_MAX, ARMDMA_TO_DEVICE),
			 ARMDMA_MAPPING_ERROR);
	expect(e, ARMDMA_REPORT_BAD_MEMORY, "beyond the linear map");
	armdma_kfree(e->m, buf);
}

static void unmap_of_what_was_never_mapped_is_reported(void **state)
{
	struct env *e = *state;

	armdma_dma_unmap_single(e->dev, 0x1234000, 64, ARMDMA_TO_DEVICE);
	expect(e, ARMDMA_REPORT_BAD_FREE, "0x1234000, where mdma has nothing mapped");
	armdma_dma_unmap_single(e->dev, ARMDMA_MAPPING_ERROR, 64, ARMDMA_TO_DEVICE);
	expect(e, ARMDMA_REPORT_BAD_FREE, "was not checked");
	armdma_dma_sync_single_for_cpu(e->dev, 0x1234000, 64, ARMDMA_FROM_DEVICE);
	expect(e, ARMDMA_REPORT_BAD_ARGUMENT, "dma_sync_single_for_cpu of DMA address 0x1234000");
}

static void unmap_unlike_the_map_is_reported_and_unmaps_nothing(void **state)
{
	struct env *e = *state;
	struct armdma_page *page = armdma_alloc_pages(e->m, ARMDMA_GFP_KERNEL, 1);
	armdma_dma_t a = armdma_dma_map_page(e->dev, page, 0, 4096, ARMDMA_BIDIRECTIONAL);
	armdma_dma_t b = armdma_dma_map_page(e->dev, page, 4096, 4096, ARMDMA_BIDIRECTIONAL);
	uint8_t got[4];

	armdma_dma_unmap_page(e->dev, a, 8192, ARMDMA_BIDIRECTIONAL);
	expect(e, ARMDMA_REPORT_BAD_FREE, "dma_unmap_page of 8192 bytes at DMA address 0x");
	armdma_dma_unmap_page(e->dev, a, 42, ARMDMA_BIDIRECTIONAL);
	expect(e, ARMDMA_REPORT_BAD_FREE, "where 4096 bytes were mapped");
	armdma_dma_unmap_page(e->dev, a, 4096, ARMDMA_TO_DEVICE);
	expect(e, ARMDMA_REPORT_BAD_FREE, "which was mapped BIDIRECTIONAL");
	armdma_dma_unmap_page(e->dev, a + 100, 4096, ARMDMA_BIDIRECTIONAL);
	expect(e, ARMDMA_REPORT_BAD_FREE, "nothing mapped");
	dev_read(e, a, got, 4);
	dev_read(e, b, got, 4);
	armdma_dma_unmap_page(e->dev, a, 4096, ARMDMA_BIDIRECTIONAL);
	armdma_dma_unmap_page(e->dev, b, 4096, ARMDMA_BIDIRECTIONAL);
	assert_int_equal(e->reports, 0);
	armdma_dma_unmap_page(e->dev, b, 4096, ARMDMA_BIDIRECTIONAL);
	expect(e, ARMDMA_REPORT_BAD_FREE, "nothing mapped");
	armdma_free_pages(e->m, page, 1);
}

static void unmap_of_a_coherent_buffer_is_reported(void **state)
{
	struct env *e = *state;
	armdma_dma_t handle;
	void *p = armdma_dma_alloc_coherent(e->dev, 4096, &handle, ARMDMA_GFP_KERNEL);
	uint8_t got[4];

	armdma_dma_unmap_single(e->dev, handle, 4096, ARMDMA_BIDIRECTIONAL);
	expect(e, ARMDMA_REPORT_BAD_FREE, "nothing mapped");
	dev_read(e, handle, got, 4);
	armdma_dma_free_coherent(e->dev, 4096, p, handle);
}

static void one_buffer_mapped_twice_is_unmapped_twice(void **state)
{
	struct env *e = *state;
	uint8_t *buf = armdma_kzalloc(e->m, 4096, ARMDMA_GFP_KERNEL);
	armdma_dma_t a = armdma_dma_map_single(e->dev, buf, 4096, ARMDMA_TO_DEVICE);
	armdma_dma_t b = armdma_dma_map_single(e->dev, buf, 100, ARMDMA_TO_DEVICE);

	armdma_dma_unmap_single(e->dev, a, 4096, ARMDMA_TO_DEVICE);
	armdma_dma_unmap_single(e->dev, b, 100, ARMDMA_TO_DEVICE);
	assert_int_equal(e->reports, 0);
	armdma_kfree(e->m, buf);
}

static void thousands_of_live_mappings_are_told_apart(void **state)
{
	struct env *e = *state;
	struct armdma_page *page = armdma_alloc_pages(e->m, ARMDMA_GFP_KERNEL, 10);
	static armdma_dma_t addr[5000];

	for (unsigned int i = 0; i < 5000; i++) {
		addr[i] = armdma_dma_map_page(e->dev, page, i * 64, 64, ARMDMA_TO_DEVICE);
		assert_int_equal(armdma_dma_mapping_error(e->dev, addr[i]), 0);
	}
	for (unsigned int i = 0; i < 5000; i++)
		armdma_dma_unmap_page(e->dev, addr[i * 7 % 5000], 64, ARMDMA_TO_DEVICE);
	assert_int_equal(e->reports, 0);
	armdma_free_pages(e->m, page, 10);
}

static void mapping_that_is_never_unmapped_is_reported_with_its_site(void **state)
{
	struct env *e;
	uint8_t *buf;

	(void)state;
	env_setup_direct((void **)&e);
	buf = armdma_kzalloc(e->m, 4096, ARMDMA_GFP_KERNEL);
	armdma_dma_map_single(e->dev, buf, 4096, ARMDMA_TO_DEVICE);
	armdma_machine_destroy(e->m);
	assert_int_equal(e->last.kind, ARMDMA_REPORT_LEAK);
	assert_non_null(strstr(e->text, "mapping_that_is_never_unmapped_is_reported_with_its_site"));
	free(e);
}

/* Allocated direct, freed while attached: the address spaces look alike, the buffers are not mixed up. */
static void buffer_is_freed_the_way_it_was_allocated(void **state)
{
	struct env *e = *state;
	armdma_dma_t direct, behind;
	void *p = armdma_dma_alloc_coherent(e->dev, 4096, &direct, ARMDMA_GFP_KERNEL), *q;
	uint8_t got[4];

	env_attach(e, direct & ~(uint64_t)0xfffff, 16 * MIB);
	q = armdma_dma_alloc_coherent(e->dev, 4096, &behind, ARMDMA_GFP_KERNEL);
	armdma_dma_free_coherent(e->dev, 4096, p, direct);
	dev_read(e, behind, got, 4);
	armdma_iommu_detach_device(e->dev);
	assert_int_equal(e->last.kind, ARMDMA_REPORT_LEAK);	/* detached with q alive */
	armdma_dma_free_coherent(e->dev, 4096, q, behind);
	assert_int_equal(e->reports, 1);
	armdma_iommu_release_mapping(e->mapping);
	assert_int_equal(e->reports, 1);
	e->mapping = NULL;
}

static void mapping_is_undone_in_the_space_where_it_was_made(void **state)
{
	struct env *e = *state;
	uint8_t *a = armdma_kzalloc(e->m, 8192, ARMDMA_GFP_KERNEL), *b = armdma_kzalloc(e->m, 4096, ARMDMA_GFP_KERNEL);
	armdma_dma_t x = armdma_dma_map_single(e->dev, a, 8192, ARMDMA_TO_DEVICE), y;
	struct armdma_iova_stats st;
	uint8_t got[4];

	env_attach(e, x & ~(uint64_t)0xfffff, 16 * MIB);
	memcpy(b, "abcd", 4);
	y = armdma_dma_map_single(e->dev, b, 4096, ARMDMA_TO_DEVICE);
	armdma_dma_unmap_single(e->dev, x, 8192, ARMDMA_TO_DEVICE);
	dev_read(e, y, got, 4);
	assert_memory_equal(got, "abcd", 4);
	armdma_dma_unmap_single(e->dev, y, 4096, ARMDMA_TO_DEVICE);
	armdma_mapping_iova_stats(e->mapping, &st);
	assert_int_equal(st.used, 0);
	assert_int_equal(e->reports, 0);
	armdma_kfree(e->m, a);
	armdma_kfree(e->m, b);
}

static void mask_that_excludes_all_ram_is_refused(void **state)
{
	struct env *e = *state;

	assert_int_equal(armdma_dma_set_mask(e->dev, ARMDMA_BIT_MASK(24)), -EIO);
	assert_non_null(strstr(e->log, "0xffffff"));
	assert_int_equal(armdma_dma_get_mask(e->dev), ARMDMA_BIT_MASK(32));
	assert_int_equal(armdma_dma_set_mask_and_coherent(e->dev, ARMDMA_BIT_MASK(31)), 0);
}

static void mapping_beyond_the_mask_fails(void **state)
{
	struct env *e = *state;
	uint8_t *buf;

	assert_int_equal(armdma_dma_set_mask(e->dev, 0x40000fff), 0);
	armdma_kfree(e->m, armdma_kmalloc(e->m, 8192, ARMDMA_GFP_KERNEL));
	buf = armdma_kmalloc(e->m, 16384, ARMDMA_GFP_KERNEL);
	assert_int_equal(armdma_dma_map_single(e->dev, buf, 16384, ARMDMA_TO_DEVICE),
			 ARMDMA_MAPPING_ERROR);
	assert_non_null(strstr(e->log, "overflows the DMA mask 0x40000fff"));
	armdma_kfree(e->m, buf);
}

static void iova_space_that_is_full_fails_and_recovers(void **state)
{
	struct env *e = *state;
	struct armdma_page *page = armdma_alloc_pages(e->m, ARMDMA_GFP_KERNEL, 0);
	armdma_dma_t addr[5];

	env_attach(e, DMA_BASE, 4 * ARMDMA_PAGE_SIZE);
	for (int i = 0; i < 4; i++) {
		addr[i] = armdma_dma_map_page(e->dev, page, 0, 64, ARMDMA_TO_DEVICE);
		assert_int_equal(addr[i], DMA_BASE + (unsigned int)i * ARMDMA_PAGE_SIZE);
	}
	addr[4] = armdma_dma_map_page(e->dev, page, 0, 64, ARMDMA_TO_DEVICE);
	assert_int_equal(armdma_dma_mapping_error(e->dev, addr[4]), -ENOMEM);
	armdma_dma_unmap_page(e->dev, addr[2], 64, ARMDMA_TO_DEVICE);
	addr[2] = armdma_dma_map_page(e->dev, page, 0, 64, ARMDMA_TO_DEVICE);
	assert_int_equal(addr[2], DMA_BASE + 2 * ARMDMA_PAGE_SIZE);
	for (int i = 0; i < 4; i++)
		armdma_dma_unmap_page(e->dev, addr[i], 64, ARMDMA_TO_DEVICE);
	armdma_free_pages(e->m, page, 0);
}

/* ---- address spaces ---- */

static void create_mapping_checks_its_range(void **state)
{
	struct env *e = *state;
	int err;

	assert_null(armdma_iommu_create_mapping(e->m, 0, (1ULL << 32) + 4096, NULL, &err));
	assert_int_equal(err, -ERANGE);
	assert_null(armdma_iommu_create_mapping(e->m, 0xfffff000, 8192, NULL, &err));
	assert_int_equal(err, -ERANGE);
	assert_null(armdma_iommu_create_mapping(e->m, 0, 4095, NULL, &err));
	assert_int_equal(err, -EINVAL);
	assert_null(armdma_iommu_create_mapping(e->m, 100, 8192, NULL, &err));
	assert_int_equal(err, -EINVAL);
	armdma_iommu_release_mapping(NULL);
}

static void attach_twice_is_ebusy_and_detach_of_nothing_is_reported(void **state)
{
	struct env *e = *state;

	env_attach(e, DMA_BASE, DMA_SIZE);
	assert_int_equal(armdma_iommu_attach_device(e->dev, e->mapping), -EBUSY);
	assert_ptr_equal(armdma_to_iommu_mapping(e->dev), e->mapping);
	armdma_iommu_detach_device(e->dev);
	assert_null(armdma_to_iommu_mapping(e->dev));
	armdma_iommu_detach_device(e->dev);
	expect(e, ARMDMA_REPORT_BAD_ARGUMENT, "was not attached");
	armdma_iommu_release_mapping(e->mapping);
	e->mapping = NULL;
}

static void mapping_lives_until_its_last_reference_goes(void **state)
{
	struct env *e = *state;
	uint8_t *buf = armdma_kmalloc(e->m, 64, ARMDMA_GFP_KERNEL), got[4];
	armdma_dma_t addr;

	env_attach(e, DMA_BASE, DMA_SIZE);
	armdma_iommu_release_mapping(e->mapping);
	memcpy(buf, "abcd", 4);
	addr = armdma_dma_map_single(e->dev, buf, 64, ARMDMA_TO_DEVICE);
	dev_read(e, addr, got, 4);
	assert_memory_equal(got, "abcd", 4);
	armdma_dma_unmap_single(e->dev, addr, 64, ARMDMA_TO_DEVICE);
	armdma_iommu_detach_device(e->dev);
	e->mapping = NULL;
	armdma_kfree(e->m, buf);
}

#define direct(t) { #t " (direct)", t, env_setup_direct, env_teardown, NULL }
#define iommu(t) { #t " (iommu)", t, env_setup_iommu, env_teardown, NULL }
#define both(t) direct(t), iommu(t)

int main(void)
{
	const struct CMUnitTest tests[] = {
		both(to_device_hands_over_the_cpus_stores),
		both(store_after_map_is_not_seen_until_sync_for_device),
		both(from_device_is_stale_until_sync_for_cpu),
		both(sync_reaches_only_its_range),
		both(bidirectional_goes_both_ways),
		both(skip_cpu_sync_leaves_the_caches_alone),
		both(offset_of_many_pages_maps_only_the_pages_used),
		iommu(unmapped_address_faults),
		iommu(to_device_mapping_cannot_be_written),
		both(maintenance_of_each_direction_is_as_on_armv7),
		both(map_single_takes_only_linear_addresses),
		both(senseless_arguments_are_reported),
		both(unmap_of_what_was_never_mapped_is_reported),
		both(unmap_unlike_the_map_is_reported_and_unmaps_nothing),
		both(unmap_of_a_coherent_buffer_is_reported),
		both(one_buffer_mapped_twice_is_unmapped_twice),
		both(thousands_of_live_mappings_are_told_apart),
		cmocka_unit_test(mapping_that_is_never_unmapped_is_reported_with_its_site),
		direct(buffer_is_freed_the_way_it_was_allocated),
		direct(mapping_is_undone_in_the_space_where_it_was_made),
		both(mask_that_excludes_all_ram_is_refused),
		direct(mapping_beyond_the_mask_fails),
		direct(iova_space_that_is_full_fails_and_recovers),
		direct(create_mapping_checks_its_range),
		direct(attach_twice_is_ebusy_and_detach_of_nothing_is_reported),
		direct(mapping_lives_until_its_last_reference_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
