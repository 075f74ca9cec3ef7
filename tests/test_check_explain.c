/* SPDX-License-Identifier: BSD-2-Clause */
/* The checker: what it explains, what it reports, and that it says nothing where nothing is wrong. */
#include <stdio.h>

#include <armdma/dmapool.h>
#include <armdma/scatterlist.h>

#include "dma_helpers.h"

static char story[4096];

static bool explain(struct env *e, const void *cpu, size_t len)
{
	return armdma_explain(e->m, cpu, len, story, sizeof(story));
}

static void expect(const char *words)
{
	if (!strstr(story, words))
		fail_msg("no \"%s\" in: %s", words, story);
}

static void bytes_on_which_all_agree_need_no_explanation(void **state)
{
	struct env *e = *state;
	uint8_t *buf = armdma_kzalloc(e->m, 8192, ARMDMA_GFP_KERNEL);
	armdma_dma_t addr = armdma_dma_map_single(e->dev, buf, 8192, ARMDMA_BIDIRECTIONAL);

	assert_false(explain(e, buf, 8192));
	expect("the CPU and memory agree on all");
	armdma_dma_unmap_single(e->dev, addr, 8192, ARMDMA_BIDIRECTIONAL);
	armdma_kfree(e->m, buf);
}

static void stale_bytes_are_counted_and_their_writer_is_named(void **state)
{
	struct env *e = *state;
	uint8_t *buf = armdma_kzalloc(e->m, 8192, ARMDMA_GFP_KERNEL), data[300];
	armdma_dma_t addr = armdma_dma_map_single(e->dev, buf, 8192, ARMDMA_FROM_DEVICE);

	memset(data, 9, sizeof(data));
	dev_write(e, addr + 4000, data, sizeof(data));
	assert_true(explain(e, buf, 8192));
	expect("of 8192 bytes: 300 are stale in the CPU's cache (first at offset 4000)");
	expect("the CPU sees 0x00, memory holds 0x09");
	expect("mdma last wrote");
	expect("FROM_DEVICE");
	armdma_dma_sync_single_range_for_cpu(e->dev, addr, 4000, 300, ARMDMA_FROM_DEVICE);
	dev_write(e, addr, data, 8);
	assert_true(explain(e, buf, 8192));
	expect("before that write");
	armdma_dma_unmap_single_attrs(e->dev, addr, 8192, ARMDMA_FROM_DEVICE, ARMDMA_ATTR_SKIP_CPU_SYNC);
	assert_true(explain(e, buf, 8192));
	expect("unmapped since");
	armdma_kfree(e->m, buf);
}

static void stores_that_no_device_sees_are_counted(void **state)
{
	struct env *e = *state;
	uint8_t *buf = armdma_kzalloc(e->m, 4096, ARMDMA_GFP_KERNEL);
	armdma_dma_t addr = armdma_dma_map_single(e->dev, buf, 4096, ARMDMA_TO_DEVICE);

	memset(buf + 100, 1, 10);
	assert_true(explain(e, buf, 4096));
	expect("10 are CPU stores that have not left the cache (first at offset 100)");
	armdma_dma_unmap_single(e->dev, addr, 4096, ARMDMA_TO_DEVICE);
	armdma_kfree(e->m, buf);
}

static void line_written_by_both_sides_is_a_conflict(void **state)
{
	struct env *e = *state;
	uint8_t *buf = armdma_kzalloc(e->m, 4096, ARMDMA_GFP_KERNEL);
	armdma_dma_t addr = armdma_dma_map_single(e->dev, buf, 4096, ARMDMA_FROM_DEVICE);

	dev_write(e, addr, "abcd", 4);
	buf[8] = 1;
	assert_true(explain(e, buf, 32));
	expect("in lines that the CPU stored to and a device wrote");
	armdma_dma_unmap_single(e->dev, addr, 4096, ARMDMA_FROM_DEVICE);
	armdma_kfree(e->m, buf);
}

static void store_in_the_write_buffer_is_named_as_such(void **state)
{
	struct env *e = *state;
	armdma_dma_t handle;
	uint8_t *p = armdma_dma_alloc_coherent(e->dev, 4096, &handle, ARMDMA_GFP_KERNEL);

	p[5] = 1;
	assert_true(explain(e, p, 64));
	expect("1 are CPU stores that wait in the write buffer");
	armdma_hw_barrier(e->hw, ARMDMA_BARRIER_WMB);
	assert_false(explain(e, p, 64));
	armdma_dma_free_coherent(e->dev, 4096, p, handle);
}

static void each_run_of_bytes_tells_what_a_load_returns_and_why(void **state)
{
	struct env *e = *state;
	uint8_t *buf = armdma_kzalloc(e->m, 4096, ARMDMA_GFP_KERNEL);
	armdma_dma_t addr = armdma_dma_map_single(e->dev, buf, 4096, ARMDMA_BIDIRECTIONAL);

	dev_write(e, addr + 64, "0123456789", 10);
	buf[200] = 7;
	assert_true(explain(e, buf, 4096));
	expect("offset 64 to 73: loads return 00 00 00 00 00 00 00 00 ..., kept by the cache; in memory, from a device: 30 31 32 33 34 35 36 37 ...\n");
	expect("offset 200: loads return 07, stored by the CPU, not cleaned; in memory: 00\n");
	for (int i = 1; i < 10; i++)
		buf[256 + 64 * i] = 1;
	assert_true(explain(e, buf, 4096));
	expect("and 5 more\n");
	armdma_dma_unmap_single(e->dev, addr, 4096, ARMDMA_BIDIRECTIONAL);
	armdma_kfree(e->m, buf);
}

/* Also when all agree: whose memory it is, and where that was made. */
static void owner_is_named_when_nothing_differs(void **state)
{
	struct env *e = *state;
	armdma_dma_t handle;
	uint8_t *p = armdma_dma_alloc_coherent(e->dev, 3 * 4096, &handle, ARMDMA_GFP_KERNEL);

	assert_false(explain(e, p + 2 * 4096 + 5, 64));
	expect("the CPU and memory agree on all");
	expect("buffer of 12288 bytes of mdma");
	expect("allocated: owner_is_named_when_nothing_differs at ");
	armdma_dma_free_coherent(e->dev, 3 * 4096, p, handle);
}

static void device_write_that_waits_for_a_barrier_is_named_as_such(void **state)
{
	struct env *e = *state;
	armdma_dma_t handle;
	uint8_t *p = armdma_dma_alloc_coherent(e->dev, 4096, &handle, ARMDMA_GFP_KERNEL);

	dev_write(e, handle + 8, "\1", 1);
	assert_true(explain(e, p, 64));
	expect("1 were written by a device and wait for a read barrier");
	expect("offset 8: loads return 00, what the CPU saw last; in memory, from a device: 01");
	armdma_hw_barrier(e->hw, ARMDMA_BARRIER_RMB);
	assert_false(explain(e, p, 64));
	armdma_dma_free_coherent(e->dev, 4096, p, handle);
}

static void every_entry_of_a_list_is_explained_by_its_own_mapping(void **state)
{
	struct env *e = *state;
	uint8_t *a = armdma_kzalloc(e->m, 4096, ARMDMA_GFP_KERNEL), *b = armdma_kzalloc(e->m, 4096, ARMDMA_GFP_KERNEL);
	struct armdma_scatterlist sg[2];
	int n;

	armdma_sg_init_table(sg, 2);
	armdma_sg_set_buf(e->m, &sg[0], a, 4096);
	armdma_sg_set_buf(e->m, &sg[1], b, 4096);
	n = armdma_dma_map_sg(e->dev, sg, 2, ARMDMA_FROM_DEVICE);
	assert_true(n > 0);
	dev_write(e, armdma_sg_dma_address(&sg[n - 1]) + armdma_sg_dma_len(&sg[n - 1]) - 16, "late", 4);
	assert_true(explain(e, b, 4096));
	expect("offset 4080 to 4083: loads return 00 00 00 00, kept by the cache; in memory, from a device: 6c 61 74 65");
	expect("streaming mapping of 4096 bytes for mdma, FROM_DEVICE");
	expect("mapped:    every_entry_of_a_list_is_explained_by_its_own_mapping at ");
	assert_false(explain(e, a, 4096));
	armdma_dma_unmap_sg(e->dev, sg, 2, ARMDMA_FROM_DEVICE);
	armdma_kfree(e->m, a);
	armdma_kfree(e->m, b);
}

static void block_of_a_pool_is_named(void **state)
{
	struct env *e = *state;
	struct armdma_dma_pool *pool = armdma_dma_pool_create("ring", e->dev, 48, 16, 0);
	armdma_dma_t handle, second;
	uint8_t *p = armdma_dma_pool_alloc(pool, ARMDMA_GFP_KERNEL, &handle);
	uint8_t *q = armdma_dma_pool_alloc(pool, ARMDMA_GFP_KERNEL, &second);
	char words[128];

	p[7] = 1;
	assert_true(explain(e, p, 48));
	snprintf(words, sizeof(words), "a block of DMA pool 'ring' of mdma: 48 bytes at DMA address 0x%llx, handed out\n",
		 (unsigned long long)handle);
	expect(words);
	expect("pool made: block_of_a_pool_is_named at ");
	armdma_dma_pool_free(pool, q, second);
	(void)explain(e, q + 20, 1);
	snprintf(words, sizeof(words), "at DMA address 0x%llx, free\n", (unsigned long long)second);
	expect(words);
	armdma_dma_pool_free(pool, p, handle);
	armdma_dma_pool_destroy(pool);
}

/* The page has left the linear map: the explanation must not touch it. */
static void hidden_address_is_explained_and_not_touched(void **state)
{
	struct env *e = *state;
	armdma_dma_t handle;
	uint8_t *p = armdma_dma_alloc_coherent(e->dev, 4096, &handle, ARMDMA_GFP_KERNEL);
	uint8_t *linear = armdma_hw_linear(e->hw, armdma_hw_cpu_to_phys(e->hw, p));

	p[0] = 1;
	assert_non_null(linear);	/* highmem has none: IOMMU buffers are made of it */
	assert_true(explain(e, linear, 64));
	expect("64 are not mapped there: a load traps (first at offset 0)");
	expect("buffer of 4096 bytes of mdma");
	armdma_dma_free_coherent(e->dev, 4096, p, handle);
}

static void memory_of_no_machine_is_explained_as_unmapped(void **state)
{
	struct env *e = *state;
	uint8_t here[16] = { 0 };

	assert_true(explain(e, here, sizeof(here)));
	expect("16 are not mapped there");
	assert_false(explain(e, here, 0));
}

static void explaining_changes_nothing(void **state)
{
	struct env *e = *state;
	armdma_dma_t handle;
	uint8_t *p = armdma_dma_alloc_coherent(e->dev, 4096, &handle, ARMDMA_GFP_KERNEL), got;

	p[5] = 1;
	for (int i = 0; i < 100; i++) {
		assert_true(explain(e, p, 64));
		armdma_hw_advance(e->hw, 1000);
	}
	dev_read(e, handle + 5, &got, 1);
	assert_int_equal(got, 0);
	armdma_hw_barrier(e->hw, ARMDMA_BARRIER_WMB);
	armdma_dma_free_coherent(e->dev, 4096, p, handle);
}

/* Another byte is on its way than the one that the test expects: no barrier would make it right. */
static void wrong_expectation_of_a_pending_store_is_no_report(void **state)
{
	struct env *e = *state;
	armdma_dma_t handle;
	uint8_t *p = armdma_dma_alloc_coherent(e->dev, 4096, &handle, ARMDMA_GFP_KERNEL);

	p[5] = 1;
	assert_false(armdma_device_sees(e->dev, handle + 5, "\2", 1));
	assert_int_equal(e->reports, 0);
	assert_false(armdma_device_sees(e->dev, handle + 5, "\1", 1));
	assert_int_equal(e->reports, 1);
	assert_non_null(strstr(e->text, "wait in the write buffer"));
	assert_non_null(strstr(e->text, "mend:      call wmb()"));
	armdma_dma_free_coherent(e->dev, 4096, p, handle);
}

static void one_bug_is_told_once(void **state)
{
	struct env *e = *state;
	uint8_t *buf = armdma_kzalloc(e->m, 4096, ARMDMA_GFP_KERNEL);
	armdma_dma_t addr = armdma_dma_map_single(e->dev, buf, 4096, ARMDMA_FROM_DEVICE);

	for (int i = 0; i < 3; i++) {
		dev_write(e, addr, "packet", 6);
		assert_false(armdma_cpu_sees(e->m, buf, "packet", 6));
	}
	assert_int_equal(e->reports, 1);
	assert_int_equal(armdma_report_count(e->m, ARMDMA_REPORT_STALE_CPU), 1);
	/* Another place in the program is another bug. */
	assert_false(armdma_cpu_sees(e->m, buf, "packet", 6));
	assert_int_equal(armdma_report_count(e->m, ARMDMA_REPORT_NONE), 2);
	armdma_dma_unmap_single(e->dev, addr, 4096, ARMDMA_FROM_DEVICE);
	armdma_kfree(e->m, buf);
}

/* Wrong, but no device delivered what was expected: the test's own mistake, not the driver's sync. */
static void wrong_bytes_without_a_writer_are_no_report(void **state)
{
	struct env *e = *state;
	uint8_t *buf = armdma_kzalloc(e->m, 64, ARMDMA_GFP_KERNEL);

	assert_false(armdma_cpu_sees(e->m, buf, "packet", 6));
	assert_int_equal(e->reports, 0);
	armdma_kfree(e->m, buf);
}

static void checker_that_is_off_says_nothing_and_misuse_is_still_refused(void **state)
{
	struct env *e = *state;
	armdma_dma_t handle;
	uint8_t *p = armdma_dma_alloc_coherent(e->dev, 4096, &handle, ARMDMA_GFP_KERNEL);

	armdma_checker_enable(e->m, false);
	armdma_dma_free_coherent(e->dev, 8192, p, handle);
	assert_int_equal(e->reports, 0);
	p[0] = 1;	/* still there */
	armdma_checker_enable(e->m, true);
	armdma_dma_free_coherent(e->dev, 8192, p, handle);
	assert_int_equal(e->reports, 1);
	armdma_dma_free_coherent(e->dev, 4096, p, handle);
}

/* A receive ring that reuses its buffers, as network drivers do: every rule kept, many rounds, no report. */
static void correct_receive_ring_is_never_reported(void **state)
{
	struct env *e = *state;
	uint8_t *buf[8], want[1536];
	armdma_dma_t addr[8];

	for (int i = 0; i < 8; i++) {
		buf[i] = armdma_kmalloc(e->m, 2048, ARMDMA_GFP_KERNEL);
		memset(buf[i], 0xee, 2048);
		addr[i] = armdma_dma_map_single(e->dev, buf[i], 2048, ARMDMA_FROM_DEVICE);
		assert_int_equal(armdma_dma_mapping_error(e->dev, addr[i]), 0);
	}
	for (uint32_t round = 0; round < 500; round++) {
		unsigned int i = round % 8, len = 64 + round % 1400;

		pattern(want, len, round);
		dev_write(e, addr[i] + 2, want, len);
		armdma_dma_sync_single_for_cpu(e->dev, addr[i], 2 + len, ARMDMA_FROM_DEVICE);
		assert_true(armdma_cpu_sees(e->m, buf[i] + 2, want, len));
		if (round % 3)	/* dropped unread now and then, headers stripped in place otherwise */
			memset(buf[i] + 2, 0, 14);
		armdma_dma_sync_single_for_device(e->dev, addr[i], 2048, ARMDMA_FROM_DEVICE);
	}
	for (int i = 0; i < 8; i++) {
		armdma_dma_unmap_single(e->dev, addr[i], 2048, ARMDMA_FROM_DEVICE);
		armdma_kfree(e->m, buf[i]);
	}
	assert_int_equal(e->reports, 0);
}

/* The device polls descriptors in coherent memory; the driver orders with dma_wmb() alone. */
static void correct_polled_descriptor_ring_is_never_reported(void **state)
{
	struct env *e = *state;
	armdma_dma_t ring;
	volatile uint32_t *desc = armdma_dma_alloc_coherent(e->dev, 4096, &ring, ARMDMA_GFP_KERNEL);

	for (uint32_t i = 0; i < 64; i++) {
		uint32_t got[2] = { 0, 0 };

		desc[2 * i] = 0x1000 + i;
		armdma_hw_barrier(e->hw, ARMDMA_BARRIER_DMA_WMB);
		desc[2 * i + 1] = 1;
		for (int looks = 0; looks < 100 && got[1] != 1; looks++) {
			armdma_hw_advance(e->hw, 100);
			dev_read(e, ring + 8 * i, got, 8);
		}
		assert_int_equal(got[1], 1);
		assert_int_equal(got[0], 0x1000 + i);
	}
	armdma_dma_free_coherent(e->dev, 4096, (void *)desc, ring);
	assert_int_equal(e->reports, 0);
}

/* A packet that is dropped unread, its page freed without a sync and reused: the new owner's zeroes are stores. */
static void memory_that_changes_hands_keeps_nothing_of_its_last_owner(void **state)
{
	struct env *e = *state;
	uint8_t junk[64], got[64], zero[64] = { 0 };

	for (int round = 1; round < 100; round++) {
		struct armdma_page *page = armdma_alloc_pages(e->m, ARMDMA_GFP_ATOMIC, 0);
		armdma_dma_t addr = armdma_dma_map_page(e->dev, page, 0, 4096, ARMDMA_FROM_DEVICE);
		uint8_t *tx;

		memset(junk, round, sizeof(junk));
		dev_write(e, addr, junk, sizeof(junk));
		armdma_dma_unmap_page_attrs(e->dev, addr, 4096, ARMDMA_FROM_DEVICE,
					    ARMDMA_ATTR_SKIP_CPU_SYNC);
		armdma_free_pages(e->m, page, 0);
		tx = armdma_kzalloc(e->m, 4096, ARMDMA_GFP_ATOMIC);
		addr = armdma_dma_map_single(e->dev, tx, 4096, ARMDMA_TO_DEVICE);
		dev_read(e, addr, got, sizeof(got));
		assert_memory_equal(got, zero, sizeof(got));
		armdma_dma_unmap_single(e->dev, addr, 4096, ARMDMA_TO_DEVICE);
		armdma_kfree(e->m, tx);
	}
	assert_int_equal(e->reports, 0);
}

/* What the test expects wrongly is no driver's bug. */
static void bytes_left_in_a_safe_buffer_are_a_missing_sync_and_others_are_not(void **state)
{
	struct armdma_config cfg = env_config();
	struct env *e = env_new(&cfg);
	uint8_t *buf = armdma_kzalloc(e->m, 256, ARMDMA_GFP_KERNEL), data[128];
	armdma_dma_t addr;

	(void)state;
	memset(data, 0x5a, sizeof(data));
	assert_int_equal(armdma_dma_set_ops(e->dev, ARMDMA_OPS_BOUNCE), 0);
	addr = armdma_dma_map_single(e->dev, buf, 256, ARMDMA_FROM_DEVICE);
	assert_int_equal(armdma_dma_mapping_error(e->dev, addr), 0);
	assert_false(armdma_cpu_sees(e->m, buf + 64, data, sizeof(data)));
	assert_int_equal(e->reports, 0);	/* the device wrote nothing */
	dev_write(e, addr + 64, data, sizeof(data));
	assert_false(armdma_cpu_sees(e->m, buf + 63, data, sizeof(data)));
	assert_int_equal(e->reports, 0);	/* nor this */
	assert_false(armdma_cpu_sees(e->m, buf + 64, data, sizeof(data)));
	assert_int_equal(e->reports, 1);
	assert_int_equal(e->last.kind, ARMDMA_REPORT_STALE_CPU);
	assert_int_equal(e->last.offset, 64);
	assert_int_equal(e->last.expected, 0x5a);
	e->reports = 0;
	armdma_dma_sync_single_for_cpu(e->dev, addr, 256, ARMDMA_FROM_DEVICE);
	assert_true(armdma_cpu_sees(e->m, buf + 64, data, sizeof(data)));
	armdma_dma_unmap_single(e->dev, addr, 256, ARMDMA_FROM_DEVICE);
	armdma_kfree(e->m, buf);
	armdma_machine_destroy(e->m);
	free(e);
}

static void wrong_expectation_is_no_report(void **state)
{
	struct env *e = *state;
	uint8_t *buf = armdma_kzalloc(e->m, 4096, ARMDMA_GFP_KERNEL);
	armdma_dma_t addr = armdma_dma_map_single(e->dev, buf, 4096, ARMDMA_BIDIRECTIONAL);
	armdma_dma_t ring;
	uint8_t *coherent = armdma_dma_alloc_coherent(e->dev, 4096, &ring, ARMDMA_GFP_KERNEL);

	buf[0] = 5;	/* the CPU's own store, the test expects the old byte */
	assert_false(armdma_cpu_sees(e->m, buf, "\0", 1));
	coherent[0] = 5;
	assert_false(armdma_cpu_sees(e->m, coherent, "\0", 1));
	armdma_dma_sync_single_for_device(e->dev, addr, 4096, ARMDMA_BIDIRECTIONAL);
	dev_write(e, addr, "x", 1);	/* the device's, expected is the old one */
	assert_false(armdma_device_sees(e->dev, addr, "\5", 1));
	assert_int_equal(e->reports, 0);
	armdma_dma_free_coherent(e->dev, 4096, coherent, ring);
	armdma_dma_unmap_single(e->dev, addr, 4096, ARMDMA_BIDIRECTIONAL);
	armdma_kfree(e->m, buf);
}

static void coherent_device_sees_what_the_cpu_stored(void **state)
{
	struct armdma_config cfg = env_config();
	struct env *e;
	uint8_t *buf;
	armdma_dma_t addr;

	(void)state;
	cfg.devices[0].coherent = true;
	e = env_new(&cfg);
	env_attach(e, DMA_BASE, DMA_SIZE);
	buf = armdma_kzalloc(e->m, 500, ARMDMA_GFP_KERNEL);
	addr = armdma_dma_map_single(e->dev, buf, 500, ARMDMA_BIDIRECTIONAL);
	pattern(buf, 500, 3);
	assert_true(armdma_device_sees(e->dev, addr, buf, 500));
	assert_int_equal(e->reports, 0);
	armdma_dma_unmap_single(e->dev, addr, 500, ARMDMA_BIDIRECTIONAL);
	armdma_kfree(e->m, buf);
	assert_int_equal(env_teardown((void **)&e), 0);
}

/* A test that fails while a transfer runs into a buffer on its stack: nothing may write there afterwards. */
static void destroying_a_machine_ends_its_transfers(void **state)
{
	struct env *e;
	uint8_t *heap = malloc(65536);

	(void)state;
	env_setup_iommu((void **)&e);
	assert_int_equal(armdma_hw_master_read(e->hw, "mdma", DMA_BASE, heap, 65536, NULL, NULL), 0);
	assert_int_equal(armdma_hw_master_read(e->hw, "mdma", DMA_BASE, heap, 65536, NULL, NULL), 0);
	armdma_machine_abandon(e->m);
	free(heap);	/* a late write is for the sanitizer to find */
	armdma_iommu_detach_device(e->dev);
	armdma_hw_advance(e->hw, 1000000);
	armdma_machine_destroy(e->m);
	free(e);
}

#define direct(t) { #t " (direct)", t, env_setup_direct, env_teardown, NULL }
#define iommu(t) { #t " (iommu)", t, env_setup_iommu, env_teardown, NULL }
#define both(t) direct(t), iommu(t)

int main(void)
{
	const struct CMUnitTest tests[] = {
		both(bytes_on_which_all_agree_need_no_explanation),
		both(stale_bytes_are_counted_and_their_writer_is_named),
		both(stores_that_no_device_sees_are_counted),
		both(line_written_by_both_sides_is_a_conflict),
		both(store_in_the_write_buffer_is_named_as_such),
		both(each_run_of_bytes_tells_what_a_load_returns_and_why),
		both(owner_is_named_when_nothing_differs),
		both(device_write_that_waits_for_a_barrier_is_named_as_such),
		both(every_entry_of_a_list_is_explained_by_its_own_mapping),
		both(block_of_a_pool_is_named),
		direct(hidden_address_is_explained_and_not_touched),
		both(memory_of_no_machine_is_explained_as_unmapped),
		both(explaining_changes_nothing),
		both(wrong_expectation_of_a_pending_store_is_no_report),
		both(one_bug_is_told_once),
		both(wrong_bytes_without_a_writer_are_no_report),
		both(checker_that_is_off_says_nothing_and_misuse_is_still_refused),
		both(correct_receive_ring_is_never_reported),
		both(correct_polled_descriptor_ring_is_never_reported),
		both(memory_that_changes_hands_keeps_nothing_of_its_last_owner),
		cmocka_unit_test(bytes_left_in_a_safe_buffer_are_a_missing_sync_and_others_are_not),
		both(wrong_expectation_is_no_report),
		cmocka_unit_test(coherent_device_sees_what_the_cpu_stored),
		cmocka_unit_test(destroying_a_machine_ends_its_transfers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
