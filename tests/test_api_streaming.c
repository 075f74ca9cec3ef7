/* SPDX-License-Identifier: BSD-2-Clause */
/* Streaming mappings of one range, in every set: whose the bytes are after each call, at both sides. */
#include <errno.h>

#include "api_rig.h"

/* Registers beside the memory: the DMA engine's own. */
#define FIFO 0x12000000u

static uint8_t *kmalloc(struct rig *r, size_t size)
{
	uint8_t *p = armdma_kmalloc(r->m, size, ARMDMA_GFP_KERNEL);

	assert_non_null(p);
	return p;
}

static void to_device_hands_over_the_cpus_stores(struct rig *r)
{
	uint8_t *buf = kmalloc(r, 3 * PAGE), want[3 * 4096];
	armdma_dma_t a;

	pattern(want, sizeof(want), 1);
	memcpy(buf, want, sizeof(want));
	a = armdma_dma_map_single(r->dev, buf, sizeof(want), ARMDMA_TO_DEVICE);
	assert_int_equal(armdma_dma_mapping_error(r->dev, a), 0);
	dev_expect(r, a, want, sizeof(want));
	rig_validate(r);
	armdma_dma_unmap_single(r->dev, a, sizeof(want), ARMDMA_TO_DEVICE);
	assert_memory_equal(buf, want, sizeof(want));
	armdma_kfree(r->m, buf);
}

static void from_device_brings_the_devices_bytes_at_unmap(struct rig *r)
{
	uint8_t *buf = kmalloc(r, 3 * PAGE), want[3 * 4096];
	armdma_dma_t a;

	memset(buf, 0x55, 3 * PAGE);
	a = armdma_dma_map_single_attrs(r->dev, buf, sizeof(want), ARMDMA_FROM_DEVICE, 0);
	assert_int_not_equal(a, ARMDMA_MAPPING_ERROR);
	pattern(want, sizeof(want), 2);
	dev_write(r, a, want, sizeof(want));
	armdma_dma_unmap_single_attrs(r->dev, a, sizeof(want), ARMDMA_FROM_DEVICE, 0);
	assert_memory_equal(buf, want, sizeof(want));
	armdma_kfree(r->m, buf);
}

static void a_store_after_map_reaches_the_device_only_by_sync(struct rig *r)
{
	uint8_t *buf, got[64], old[64], want[64];
	armdma_dma_t a;

	rig_needs(r, RIG_STALE);
	buf = kmalloc(r, 256);
	pattern(old, sizeof(old), 3);
	memcpy(buf, old, sizeof(old));
	a = armdma_dma_map_single(r->dev, buf, 256, ARMDMA_BIDIRECTIONAL);
	pattern(want, sizeof(want), 4);
	memcpy(buf, want, sizeof(want));
	dev_read(r, a, got, sizeof(got));
	assert_memory_equal(got, old, sizeof(old));
	rig_expect(r, ARMDMA_REPORT_STALE_DEVICE, "never cleaned (first at offset 0)");
	armdma_dma_sync_single_for_device(r->dev, a, 256, ARMDMA_BIDIRECTIONAL);
	dev_expect(r, a, want, sizeof(want));
	armdma_dma_unmap_single(r->dev, a, 256, ARMDMA_BIDIRECTIONAL);
	armdma_kfree(r->m, buf);
}

static void the_devices_bytes_reach_the_cpu_only_by_sync(struct rig *r)
{
	uint8_t *buf, old[256], want[256];
	armdma_dma_t a;

	rig_needs(r, RIG_STALE);
	buf = kmalloc(r, 256);
	pattern(old, sizeof(old), 5);
	memcpy(buf, old, sizeof(old));
	a = armdma_dma_map_single(r->dev, buf, 256, ARMDMA_BIDIRECTIONAL);
	assert_true(armdma_dma_need_sync(r->dev, a));
	pattern(want, sizeof(want), 6);
	dev_write(r, a, want, sizeof(want));
	assert_memory_equal(buf, old, sizeof(old));
	armdma_dma_sync_single_for_cpu(r->dev, a, 256, ARMDMA_BIDIRECTIONAL);
	assert_memory_equal(buf, want, sizeof(want));
	armdma_dma_sync_single_for_device(r->dev, a, 256, ARMDMA_BIDIRECTIONAL);
	armdma_dma_unmap_single(r->dev, a, 256, ARMDMA_BIDIRECTIONAL);
	armdma_kfree(r->m, buf);
}

/* The driver's usual loop is right in every set, needed or not. */
static void buffer_changes_hands_as_often_as_it_is_synced(struct rig *r)
{
	uint8_t *buf = kmalloc(r, PAGE), want[4096];
	armdma_dma_t a = armdma_dma_map_single(r->dev, buf, PAGE, ARMDMA_BIDIRECTIONAL);

	for (uint32_t round = 0; round < 4; round++) {
		pattern(want, sizeof(want), 10 + round);
		dev_write(r, a, want, sizeof(want));
		armdma_dma_sync_single_for_cpu(r->dev, a, PAGE, ARMDMA_BIDIRECTIONAL);
		assert_memory_equal(buf, want, sizeof(want));
		pattern(want, sizeof(want), 20 + round);
		memcpy(buf, want, sizeof(want));
		armdma_dma_sync_single_for_device(r->dev, a, PAGE, ARMDMA_BIDIRECTIONAL);
		dev_expect(r, a, want, sizeof(want));
		rig_validate(r);
	}
	armdma_dma_unmap_single(r->dev, a, PAGE, ARMDMA_BIDIRECTIONAL);
	armdma_kfree(r->m, buf);
}

static void only_a_coherent_device_needs_no_sync(struct rig *r)
{
	uint8_t *buf = kmalloc(r, PAGE);
	armdma_dma_t a = armdma_dma_map_single(r->dev, buf, PAGE, ARMDMA_TO_DEVICE);

	assert_int_equal(armdma_dma_need_sync(r->dev, a), !rig_is_coherent(r));
	armdma_dma_unmap_single(r->dev, a, PAGE, ARMDMA_TO_DEVICE);
	armdma_kfree(r->m, buf);
}

/* for_cpu of the part [offset, offset+size): that part is the device's, the rest the old bytes. */
static void expect_part(const uint8_t *buf, const uint8_t *old, const uint8_t *fresh, size_t len, size_t offset,
			size_t size)
{
	assert_memory_equal(buf, old, offset);
	assert_memory_equal(buf + offset, fresh + offset, size);
	assert_memory_equal(buf + offset + size, old + offset + size, len - offset - size);
}

static void sync_of_a_range_reaches_that_range_only(struct rig *r)
{
	enum { LEN = 2 * 4096, OFFSET = 4096 - 64, SIZE = 192 };
	uint8_t *buf, old[LEN], fresh[LEN];
	armdma_dma_t a;

	rig_needs(r, RIG_STALE);
	buf = kmalloc(r, LEN);
	pattern(old, LEN, 7);
	memcpy(buf, old, LEN);
	a = armdma_dma_map_single(r->dev, buf, LEN, ARMDMA_BIDIRECTIONAL);
	pattern(fresh, LEN, 8);
	dev_write(r, a, fresh, LEN);
	armdma_dma_sync_single_range_for_cpu(r->dev, a, OFFSET, SIZE, ARMDMA_BIDIRECTIONAL);
	expect_part(buf, old, fresh, LEN, OFFSET, SIZE);
	/* And the other way: of two stores only the one in the range arrives. */
	memset(buf + OFFSET, 0xcc, SIZE);
	memset(buf, 0xcc, 64);
	armdma_dma_sync_single_range_for_device(r->dev, a, OFFSET, SIZE, ARMDMA_BIDIRECTIONAL);
	memset(fresh + OFFSET, 0xcc, SIZE);
	dev_expect(r, a, fresh, LEN);
	if (r->set != ARMDMA_OPS_BOUNCE)	/* what differs there may be what the device wrote */
		rig_expect(r, ARMDMA_REPORT_STALE_DEVICE, "never cleaned (first at offset 0)");
	armdma_dma_unmap_single(r->dev, a, LEN, ARMDMA_BIDIRECTIONAL);
	armdma_kfree(r->m, buf);
}

static void ranges_synced_by_offset_and_by_address_are_the_same(struct rig *r)
{
	uint8_t *buf = kmalloc(r, 512), want[512];
	armdma_dma_t a = armdma_dma_map_single(r->dev, buf, 512, ARMDMA_FROM_DEVICE);

	pattern(want, sizeof(want), 9);
	dev_write(r, a, want, sizeof(want));
	armdma_dma_sync_single_range_for_cpu(r->dev, a, 128, 64, ARMDMA_FROM_DEVICE);
	assert_memory_equal(buf + 128, want + 128, 64);
	armdma_dma_sync_single_for_cpu(r->dev, a + 256, 64, ARMDMA_FROM_DEVICE);
	assert_memory_equal(buf + 256, want + 256, 64);
	armdma_dma_sync_single_range_for_device(r->dev, a, 128, 64, ARMDMA_FROM_DEVICE);
	armdma_dma_sync_single_for_device(r->dev, a + 256, 64, ARMDMA_FROM_DEVICE);
	armdma_dma_unmap_single(r->dev, a, 512, ARMDMA_FROM_DEVICE);
	assert_memory_equal(buf, want, sizeof(want));
	armdma_kfree(r->m, buf);
}

static void page_is_mapped_from_an_offset_of_several_pages(struct rig *r)
{
	struct armdma_page *page = armdma_alloc_pages(r->m, ARMDMA_GFP_KERNEL, 3);
	uint8_t *cpu = armdma_page_address(r->m, page), want[1000];
	size_t offset = 5 * PAGE + 100;
	armdma_dma_t a;

	pattern(want, sizeof(want), 21);
	memcpy(cpu + offset, want, sizeof(want));
	a = armdma_dma_map_page(r->dev, page, offset, sizeof(want), ARMDMA_BIDIRECTIONAL);
	assert_int_not_equal(a, ARMDMA_MAPPING_ERROR);
	dev_expect(r, a, want, sizeof(want));
	pattern(want, sizeof(want), 22);
	dev_write(r, a, want, sizeof(want));
	rig_validate(r);
	armdma_dma_unmap_page(r->dev, a, sizeof(want), ARMDMA_BIDIRECTIONAL);
	assert_memory_equal(cpu + offset, want, sizeof(want));
	armdma_free_pages(r->m, page, 3);
}

static void highmem_page_is_mapped_without_an_address(struct rig *r)
{
	struct armdma_page *page = armdma_alloc_pages(r->m, ARMDMA_GFP_KERNEL | ARMDMA__GFP_HIGHMEM, 0);
	uint8_t *cpu, want[512];
	armdma_dma_t a;

	assert_null(armdma_page_address(r->m, page));
	a = armdma_dma_map_page_attrs(r->dev, page, 256, sizeof(want), ARMDMA_FROM_DEVICE, 0);
	assert_int_not_equal(a, ARMDMA_MAPPING_ERROR);
	pattern(want, sizeof(want), 23);
	dev_write(r, a, want, sizeof(want));
	armdma_dma_unmap_page_attrs(r->dev, a, sizeof(want), ARMDMA_FROM_DEVICE, 0);
	cpu = armdma_kmap(r->m, page);
	assert_memory_equal(cpu + 256, want, sizeof(want));
	armdma_kunmap(r->m, page, cpu);
	armdma_free_pages(r->m, page, 0);
}

/* map_single is map_page: the same memory has the same address within its page, and the same life. */
static void map_single_is_map_page_of_its_page_and_offset(struct rig *r)
{
	uint8_t *buf = kmalloc(r, 2 * PAGE);
	size_t at = 3 * 512 + 7;
	armdma_dma_t a = armdma_dma_map_single(r->dev, buf + at, 100, ARMDMA_TO_DEVICE), b;

	armdma_dma_unmap_page(r->dev, a, 100, ARMDMA_TO_DEVICE);
	b = armdma_dma_map_page(r->dev, armdma_virt_to_page(r->m, buf), at, 100, ARMDMA_TO_DEVICE);
	armdma_dma_unmap_single(r->dev, b, 100, ARMDMA_TO_DEVICE);
	assert_int_equal(a, b);
	armdma_kfree(r->m, buf);
}

static void skip_cpu_sync_leaves_the_bytes_where_they_are(struct rig *r)
{
	uint8_t *buf, got[64], want[64];
	armdma_dma_t a;

	rig_needs(r, RIG_STALE);
	buf = kmalloc(r, 256);
	memset(buf, 0x11, 256);
	/* The first mapping puts them in device state. */
	a = armdma_dma_map_single(r->dev, buf, 256, ARMDMA_BIDIRECTIONAL);
	armdma_dma_unmap_single_attrs(r->dev, a, 256, ARMDMA_BIDIRECTIONAL, ARMDMA_ATTR_SKIP_CPU_SYNC);
	pattern(want, sizeof(want), 31);
	memcpy(buf, want, sizeof(want));
	a = armdma_dma_map_page_attrs(r->dev, armdma_virt_to_page(r->m, buf), (uintptr_t)buf % PAGE, 256,
				      ARMDMA_BIDIRECTIONAL, ARMDMA_ATTR_SKIP_CPU_SYNC);
	dev_read(r, a, got, sizeof(got));
	assert_memory_not_equal(got, want, sizeof(want));
	if (r->set != ARMDMA_OPS_BOUNCE)	/* whose safe buffer was never filled: nothing tells what it should hold */
		rig_expect(r, ARMDMA_REPORT_STALE_DEVICE, "never cleaned (first at offset 0)");
	armdma_dma_sync_single_for_device(r->dev, a, 256, ARMDMA_BIDIRECTIONAL);
	dev_expect(r, a, want, sizeof(want));
	memset(got, 0x77, sizeof(got));
	dev_write(r, a, got, sizeof(got));
	armdma_dma_unmap_page_attrs(r->dev, a, 256, ARMDMA_BIDIRECTIONAL, ARMDMA_ATTR_SKIP_CPU_SYNC);
	assert_memory_equal(buf, want, sizeof(want));
	armdma_kfree(r->m, buf);
}

/* A neighbour's store in an edge line during the transfer costs the device's bytes there, and only there. */
static void store_beside_an_unaligned_buffer_costs_its_edge_line(struct rig *r)
{
	uint8_t *buf, want[0x40];
	armdma_dma_t a;

	rig_needs(r, RIG_MAINTENANCE);
	buf = kmalloc(r, 256);
	memset(buf, 0, 256);
	a = armdma_dma_map_single(r->dev, buf + 0x10, 0x40, ARMDMA_FROM_DEVICE);
	buf[0] = 0xee;
	pattern(want, sizeof(want), 41);
	dev_write(r, a, want, sizeof(want));
	armdma_dma_unmap_single(r->dev, a, 0x40, ARMDMA_FROM_DEVICE);
	assert_int_equal(buf[0], 0xee);
	for (size_t i = 0x10; i < 0x20; i++)
		assert_int_equal(buf[i], 0);
	assert_memory_equal(buf + 0x20, want + 0x10, 0x30);
	armdma_kfree(r->m, buf);
}

static void neighbour_that_is_only_dirty_before_map_loses_nothing(struct rig *r)
{
	uint8_t *buf = kmalloc(r, 256), want[0x40];
	armdma_dma_t a;

	memset(buf, 0x99, 256);
	a = armdma_dma_map_single(r->dev, buf + 0x10, 0x40, ARMDMA_FROM_DEVICE);
	pattern(want, sizeof(want), 42);
	dev_write(r, a, want, sizeof(want));
	armdma_dma_unmap_single(r->dev, a, 0x40, ARMDMA_FROM_DEVICE);
	assert_memory_equal(buf + 0x10, want, sizeof(want));
	assert_int_equal(buf[0xf], 0x99);
	assert_int_equal(buf[0x50], 0x99);
	armdma_kfree(r->m, buf);
}

static void cache_alignment_is_what_shares_no_line(struct rig *r)
{
	unsigned int line = armdma_dma_get_cache_alignment(r->dev);
	uint8_t *buf = kmalloc(r, 8 * line), want[256];
	armdma_dma_t a;

	assert_true(line == 32 && sizeof(want) >= line);
	a = armdma_dma_map_single(r->dev, buf + line, line, ARMDMA_FROM_DEVICE);
	memset(buf, 0xee, line);	/* a neighbour's lines are its own */
	memset(buf + 2 * line, 0xee, line);
	pattern(want, line, 43);
	dev_write(r, a, want, line);
	armdma_dma_unmap_single(r->dev, a, line, ARMDMA_FROM_DEVICE);
	assert_memory_equal(buf + line, want, line);
	assert_int_equal(buf[line - 1], 0xee);
	assert_int_equal(buf[2 * line], 0xee);
	armdma_kfree(r->m, buf);
}

static void resource_is_mapped_where_the_registers_are(struct rig *r)
{
	armdma_dma_t a = armdma_dma_map_resource(r->dev, FIFO + 0x20, 0x40, ARMDMA_TO_DEVICE, 0);

	assert_int_equal(armdma_dma_mapping_error(r->dev, a), 0);
	rig_validate(r);
	if (rig_is_iommu(r))
		assert_int_equal(armdma_iova_to_phys(armdma_mapping_domain(armdma_to_iommu_mapping(r->dev)), a),
				 FIFO + 0x20);
	else
		assert_int_equal(a, FIFO + 0x20);
	armdma_dma_unmap_resource(r->dev, a, 0x40, ARMDMA_TO_DEVICE, 0);
}

static void only_the_error_address_is_an_error(struct rig *r)
{
	assert_int_equal(armdma_dma_mapping_error(r->dev, ARMDMA_MAPPING_ERROR), -ENOMEM);
	assert_int_equal(armdma_dma_mapping_error(r->dev, 0), 0);
	assert_int_equal(armdma_dma_mapping_error(r->dev, 0xfffff000u), 0);
}

static void hundred_mappings_are_told_apart(struct rig *r)
{
	enum { N = 100, LEN = 192 };
	uint8_t *buf[N], want[LEN];
	armdma_dma_t a[N];

	for (uint32_t i = 0; i < N; i++) {
		buf[i] = kmalloc(r, LEN);
		pattern(buf[i], LEN, 100 + i);
		a[i] = armdma_dma_map_single(r->dev, buf[i], LEN, ARMDMA_TO_DEVICE);
		assert_int_not_equal(a[i], ARMDMA_MAPPING_ERROR);
	}
	rig_validate(r);
	for (uint32_t i = 0; i < N; i++) {
		uint32_t j = i * 37 % N;

		pattern(want, LEN, 100 + j);
		dev_expect(r, a[j], want, LEN);
		armdma_dma_unmap_single(r->dev, a[j], LEN, ARMDMA_TO_DEVICE);
		armdma_kfree(r->m, buf[j]);
	}
}

int main(void)
{
	static const struct rig_test tests[] = {
		RIG_TEST(to_device_hands_over_the_cpus_stores),
		RIG_TEST(from_device_brings_the_devices_bytes_at_unmap),
		RIG_TEST(a_store_after_map_reaches_the_device_only_by_sync),
		RIG_TEST(the_devices_bytes_reach_the_cpu_only_by_sync),
		RIG_TEST(buffer_changes_hands_as_often_as_it_is_synced),
		RIG_TEST(only_a_coherent_device_needs_no_sync),
		RIG_TEST(sync_of_a_range_reaches_that_range_only),
		RIG_TEST(ranges_synced_by_offset_and_by_address_are_the_same),
		RIG_TEST(page_is_mapped_from_an_offset_of_several_pages),
		RIG_TEST(highmem_page_is_mapped_without_an_address),
		RIG_TEST(map_single_is_map_page_of_its_page_and_offset),
		RIG_TEST(skip_cpu_sync_leaves_the_bytes_where_they_are),
		RIG_TEST(store_beside_an_unaligned_buffer_costs_its_edge_line),
		RIG_TEST(neighbour_that_is_only_dirty_before_map_loses_nothing),
		RIG_TEST(cache_alignment_is_what_shares_no_line),
		RIG_TEST(resource_is_mapped_where_the_registers_are),
		RIG_TEST(only_the_error_address_is_an_error),
		RIG_TEST(hundred_mappings_are_told_apart),
	};

	return rig_main("api_streaming", TEST_OUTPUT_DIR, tests, sizeof(tests) / sizeof(tests[0]));
}
