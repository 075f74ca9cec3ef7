/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Correct drivers that look guilty: on every set of operations, under every cache, as documented and as Linux 6.1, the checker says nothing about them.
 */
#include <armdma/options.h>
#include <armdma/sgdma.h>

#include "tests/check_rig.h"

#define SEEDS 8u

static void *buffer(struct cr *r, size_t len)
{
	void *p = armdma_kzalloc(r->m, len, ARMDMA_GFP_KERNEL);

	assert_non_null(p);
	return p;
}

/* ---- Partial syncs ---------------------------------------------------------------- */

/* A receiver looks at the header, takes the rest only if it wants it, and gives back what it took in another order. */
static void parts_are_taken_and_given_in_any_order(struct cr *r)
{
	uint8_t *p = buffer(r, 4096);
	armdma_dma_t a = cr_map(r, p, 4096, ARMDMA_FROM_DEVICE);

	for (uint32_t round = 0; round < 4; round++) {
		cr_dev_fills(r, a, 4096, round);
		armdma_dma_sync_single_for_cpu(r->dev, a, 64, ARMDMA_FROM_DEVICE);
		cr_cpu_expects(r, p, 64, round);
		armdma_dma_sync_single_range_for_cpu(r->dev, a, 2048, 1024, ARMDMA_FROM_DEVICE);
		armdma_dma_sync_single_range_for_cpu(r->dev, a, 64, 1984, ARMDMA_FROM_DEVICE);
		cr_cpu_expects(r, p, 3072, round);
		armdma_dma_sync_single_range_for_device(r->dev, a, 1024, 2048, ARMDMA_FROM_DEVICE);
		armdma_dma_sync_single_for_device(r->dev, a, 1024, ARMDMA_FROM_DEVICE);
	}
	armdma_dma_unmap_single(r->dev, a, 4096, ARMDMA_FROM_DEVICE);
	armdma_kfree(r->m, p);
}

/* Both halves of one mapping serve both ways in turn. */
static void halves_go_back_and_forth(struct cr *r)
{
	uint8_t *p = buffer(r, 2048);
	armdma_dma_t a;

	cr_pattern(p, 2048, 1);
	a = cr_map(r, p, 2048, ARMDMA_BIDIRECTIONAL);
	for (uint32_t round = 2; round < 10; round++) {
		unsigned long half = round % 2 ? 1024 : 0;

		cr_dev_fills(r, a + half, 1024, round);
		armdma_dma_sync_single_range_for_cpu(r->dev, a, half, 1024, ARMDMA_BIDIRECTIONAL);
		cr_cpu_expects(r, p + half, 1024, round);
		cr_pattern(p + half, 1024, round + 100);
		armdma_dma_sync_single_range_for_device(r->dev, a, half, 1024, ARMDMA_BIDIRECTIONAL);
		cr_dev_expects(r, a + half, 1024, round + 100);
	}
	armdma_dma_unmap_single(r->dev, a, 2048, ARMDMA_BIDIRECTIONAL);
	armdma_kfree(r->m, p);
}

/* A buffer for both ways is synced for the way that the data goes. */
static void both_ways_are_synced_one_way_at_a_time(struct cr *r)
{
	uint8_t *p = buffer(r, 512);
	armdma_dma_t a = cr_map(r, p, 512, ARMDMA_BIDIRECTIONAL);

	armdma_dma_sync_single_for_cpu(r->dev, a, 512, ARMDMA_BIDIRECTIONAL);
	cr_pattern(p, 512, 1);
	/* Nothing is to be had from the device: a no-op, which takes nothing away from the CPU. */
	armdma_dma_sync_single_for_cpu(r->dev, a, 512, ARMDMA_TO_DEVICE);
	armdma_dma_sync_single_for_device(r->dev, a, 512, ARMDMA_TO_DEVICE);
	cr_dev_expects(r, a, 512, 1);
	cr_dev_fills(r, a, 512, 2);
	armdma_dma_sync_single_for_cpu(r->dev, a, 512, ARMDMA_FROM_DEVICE);
	cr_cpu_expects(r, p, 512, 2);
	armdma_dma_sync_single_for_device(r->dev, a, 512, ARMDMA_FROM_DEVICE);
	armdma_dma_unmap_single(r->dev, a, 512, ARMDMA_BIDIRECTIONAL);
	armdma_kfree(r->m, p);
}

/* The header is stripped in place, in the CPU's turn, and the buffer given back. */
static void a_header_is_stripped_in_place(struct cr *r)
{
	uint8_t *p = buffer(r, 2048);
	armdma_dma_t a = cr_map(r, p, 2048, ARMDMA_FROM_DEVICE);

	for (uint32_t round = 0; round < 3; round++) {
		cr_dev_fills(r, a, 1514, round);
		armdma_dma_sync_single_for_cpu(r->dev, a, 1514, ARMDMA_FROM_DEVICE);
		cr_cpu_expects(r, p, 1514, round);
		armdma_cpu_store(r->m, p, 14);
		memset(p, 0, 14);
		armdma_dma_sync_single_for_device(r->dev, a, 1514, ARMDMA_FROM_DEVICE);
	}
	armdma_dma_unmap_single(r->dev, a, 2048, ARMDMA_FROM_DEVICE);
	armdma_kfree(r->m, p);
}

/*
 * A packet is dropped unread: its header is cleared, and the buffer handed over again. Without a sync for the CPU that is not its turn,
 * and where stores are seen (ASan) it is told; but no byte goes wrong, and so nothing else proves it.
 */
static void a_dropped_packets_header_is_cleared(struct cr *r)
{
	struct armdma_options opt = *armdma_get_options(r->m);
	uint8_t *p = buffer(r, 2048);
	armdma_dma_t a = cr_map(r, p, 2048, ARMDMA_FROM_DEVICE);

	opt.poison = ARMDMA_POISON_OFF;
	assert_int_equal(armdma_set_options(r->m, &opt, NULL), 0);
	for (uint32_t round = 1; round < 4; round++) {
		cr_dev_fills(r, a, 1514, round);
		memset(p, 0, 16);
		armdma_dma_sync_single_for_device(r->dev, a, 2048, ARMDMA_FROM_DEVICE);
	}
	cr_dev_fills(r, a, 1514, 9);
	armdma_dma_unmap_single(r->dev, a, 2048, ARMDMA_FROM_DEVICE);
	cr_cpu_expects(r, p, 1514, 9);
	armdma_kfree(r->m, p);
}

/* Packets land at two bytes past a line, and are of odd lengths. */
static void odd_offsets_and_lengths(struct cr *r)
{
	static const size_t lens[] = { 1, 13, 42, 60, 61, 1514 };
	uint8_t *p = buffer(r, 2048);
	armdma_dma_t a = cr_map(r, p + 2, 1600, ARMDMA_FROM_DEVICE);

	for (uint32_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		cr_dev_fills(r, a, lens[i], i);
		armdma_dma_sync_single_for_cpu(r->dev, a, lens[i], ARMDMA_FROM_DEVICE);
		cr_cpu_expects(r, p + 2, lens[i], i);
		armdma_dma_sync_single_for_device(r->dev, a, lens[i], ARMDMA_FROM_DEVICE);
	}
	armdma_dma_unmap_single(r->dev, a, 1600, ARMDMA_FROM_DEVICE);
	armdma_kfree(r->m, p);
}

/* ---- Sending ------------------------------------------------------------------------ */

static void a_sent_buffer_is_rewritten_in_the_cpus_turn(struct cr *r)
{
	uint8_t *p = buffer(r, 1500);
	armdma_dma_t a;

	cr_pattern(p, 1500, 0);
	a = cr_map(r, p, 1500, ARMDMA_TO_DEVICE);
	for (uint32_t round = 1; round < 4; round++) {
		cr_dev_expects(r, a, 1500, round - 1);
		armdma_dma_sync_single_for_cpu(r->dev, a, 1500, ARMDMA_TO_DEVICE);
		armdma_cpu_store(r->m, p, 1500);
		cr_pattern(p, 1500, round);
		armdma_dma_sync_single_for_device(r->dev, a, 1500, ARMDMA_TO_DEVICE);
	}
	cr_dev_expects(r, a, 1500, 3);
	armdma_dma_unmap_single(r->dev, a, 1500, ARMDMA_TO_DEVICE);
	armdma_kfree(r->m, p);
}

/* The last word is the CPU's: it takes the buffer back and writes into it, then lets the mapping go. */
static void the_cpu_keeps_what_it_wrote_in_its_turn(struct cr *r)
{
	uint8_t *p = buffer(r, 1500);
	armdma_dma_t a = cr_map(r, p, 1500, ARMDMA_TO_DEVICE);

	armdma_dma_sync_single_for_cpu(r->dev, a, 1500, ARMDMA_TO_DEVICE);
	cr_pattern(p, 1500, 5);
	armdma_dma_unmap_single(r->dev, a, 1500, ARMDMA_TO_DEVICE);
	cr_cpu_expects(r, p, 1500, 5);
	armdma_kfree(r->m, p);
}

/* One page is sent twice, by two devices, with the second mapping gone before the first. */
static void two_readers_share_a_page(struct cr *r)
{
	uint8_t *p = buffer(r, 1024), got[1024], want[1024];
	armdma_dma_t a, b;

	cr_pattern(p, 1024, 9);
	cr_pattern(want, 1024, 9);
	a = cr_map(r, p, 1024, ARMDMA_TO_DEVICE);
	b = armdma_dma_map_single(r->peer, p, 512, ARMDMA_TO_DEVICE);
	assert_int_equal(armdma_dma_mapping_error(r->peer, b), 0);
	cr_dev_expects(r, a, 1024, 9);
	assert_int_equal(armdma_hw_master_read_sync(r->hw, "peer", b, got, 512, CR_WAIT), 0);
	if (!cr_is_coherent(r))
		assert_memory_equal(got, want, 512);
	armdma_dma_unmap_single(r->peer, b, 512, ARMDMA_TO_DEVICE);
	cr_dev_expects(r, a, 1024, 9);
	armdma_dma_unmap_single(r->dev, a, 1024, ARMDMA_TO_DEVICE);
	armdma_kfree(r->m, p);
}

/* A short frame is padded with zeroes before it is mapped, to the length that the device sends. */
static void a_padded_tail_is_read(struct cr *r)
{
	uint8_t *p = armdma_kmalloc(r->m, 64, ARMDMA_GFP_KERNEL), got[60];
	armdma_dma_t a;

	memset(p, 0x11, 42);
	memset(p + 42, 0, 18);
	a = cr_map(r, p, 60, ARMDMA_TO_DEVICE);
	cr_dev_read(r, a, got, 60);
	armdma_dma_unmap_single(r->dev, a, 60, ARMDMA_TO_DEVICE);
	armdma_kfree(r->m, p);
}

/* ---- Pages ----------------------------------------------------------------------------- */

/* RX pages in two halves that flip: mapped once without maintenance, synced by hand, unmapped without maintenance. */
static void pages_are_flipped(struct cr *r)
{
	const unsigned long skip = ARMDMA_ATTR_SKIP_CPU_SYNC;
	struct armdma_page *page = armdma_alloc_pages(r->m, ARMDMA_GFP_KERNEL, 0);
	uint8_t *p = armdma_page_address(r->m, page);
	armdma_dma_t a = armdma_dma_map_page_attrs(r->dev, page, 0, PAGE, ARMDMA_FROM_DEVICE, skip);

	assert_int_equal(armdma_dma_mapping_error(r->dev, a), 0);
	armdma_dma_sync_single_range_for_device(r->dev, a, 0, 2048, ARMDMA_FROM_DEVICE);
	for (uint32_t round = 0; round < 6; round++) {
		unsigned long half = round % 2 * 2048;

		cr_dev_fills(r, a + half, 1514, round);
		armdma_dma_sync_single_range_for_cpu(r->dev, a, half, 1514, ARMDMA_FROM_DEVICE);
		cr_cpu_expects(r, p + half, 1514, round);
		/* The stack owns this half now, and writes into it. */
		memset(p + half, 0xee, 64);
		armdma_dma_sync_single_range_for_device(r->dev, a, 2048 - half, 2048, ARMDMA_FROM_DEVICE);
	}
	armdma_dma_unmap_page_attrs(r->dev, a, PAGE, ARMDMA_FROM_DEVICE, skip);
	assert_int_equal(p[2048], 0xee);
	armdma_free_pages(r->m, page, 0);
}

/* Buffers of one page are mapped apart, with different directions, and come and go in any order. */
static void a_page_holds_buffers_of_all_directions(struct cr *r)
{
	struct armdma_page *page = armdma_alloc_pages(r->m, ARMDMA_GFP_KERNEL | ARMDMA__GFP_ZERO, 0);
	uint8_t *p = armdma_page_address(r->m, page);
	armdma_dma_t tx, rx, both;

	cr_pattern(p, 1024, 1);
	tx = cr_map(r, p, 1024, ARMDMA_TO_DEVICE);
	rx = cr_map(r, p + 1024, 1024, ARMDMA_FROM_DEVICE);
	both = cr_map(r, p + 2048, 1024, ARMDMA_BIDIRECTIONAL);
	cr_dev_fills(r, rx, 1024, 2);
	cr_dev_expects(r, tx, 1024, 1);
	cr_dev_fills(r, both, 1024, 3);
	armdma_dma_unmap_single(r->dev, tx, 1024, ARMDMA_TO_DEVICE);
	cr_pattern(p, 1024, 4);
	tx = cr_map(r, p, 1024, ARMDMA_TO_DEVICE);
	armdma_dma_unmap_single(r->dev, both, 1024, ARMDMA_BIDIRECTIONAL);
	cr_cpu_expects(r, p + 2048, 1024, 3);
	memset(p + 2048, 0, 2048);
	cr_dev_expects(r, tx, 1024, 4);
	armdma_dma_unmap_single(r->dev, rx, 1024, ARMDMA_FROM_DEVICE);
	cr_cpu_expects(r, p + 1024, 1024, 2);
	armdma_dma_unmap_single(r->dev, tx, 1024, ARMDMA_TO_DEVICE);
	armdma_free_pages(r->m, page, 0);
}

/* The memory of an object is all that ksize() tells, at any offset. */
static void an_object_is_mapped_up_to_its_ksize(struct cr *r)
{
	uint8_t *p = buffer(r, 700);
	size_t size = armdma_ksize(r->m, p, NULL);
	armdma_dma_t a;

	memset(p, 0x22, size);
	a = cr_map(r, p + 64, size - 64, ARMDMA_TO_DEVICE);
	armdma_dma_unmap_single(r->dev, a, size - 64, ARMDMA_TO_DEVICE);
	a = cr_map(r, p + size - 1, 1, ARMDMA_TO_DEVICE);
	armdma_dma_unmap_single(r->dev, a, 1, ARMDMA_TO_DEVICE);
	armdma_kfree(r->m, p);
	p = buffer(r, 3 * PAGE + 1);
	size = armdma_ksize(r->m, p, NULL);
	memset(p, 0x22, size);
	a = cr_map(r, p + 100, size - 100, ARMDMA_BIDIRECTIONAL);
	armdma_dma_unmap_single(r->dev, a, size - 100, ARMDMA_BIDIRECTIONAL);
	armdma_kfree(r->m, p);
}

/* Blocks of several pages are mapped by their first page and a large offset. */
static void offsets_of_several_pages(struct cr *r)
{
	struct armdma_page *page = armdma_alloc_pages(r->m, ARMDMA_GFP_KERNEL | ARMDMA__GFP_ZERO, 3);
	uint8_t *p = armdma_page_address(r->m, page);
	armdma_dma_t a = armdma_dma_map_page(r->dev, page, 3 * PAGE + 64, 2 * PAGE, ARMDMA_FROM_DEVICE);

	assert_int_equal(armdma_dma_mapping_error(r->dev, a), 0);
	cr_dev_fills(r, a, 2 * PAGE, 7);
	armdma_dma_unmap_page(r->dev, a, 2 * PAGE, ARMDMA_FROM_DEVICE);
	cr_cpu_expects(r, p + 3 * PAGE + 64, 2 * PAGE, 7);
	armdma_split_page(r->m, page, 3);
	a = armdma_dma_map_page(r->dev, armdma_nth_page(r->m, page, 1), 0, 3 * PAGE, ARMDMA_TO_DEVICE);
	assert_int_equal(armdma_dma_mapping_error(r->dev, a), 0);
	armdma_dma_unmap_page(r->dev, a, 3 * PAGE, ARMDMA_TO_DEVICE);
	for (size_t i = 0; i < 8; i++)
		armdma_free_pages(r->m, armdma_nth_page(r->m, page, i), 0);
}

static void high_pages(struct cr *r)
{
	struct armdma_page *page;
	uint8_t *p;
	armdma_dma_t a;

	if (r->kind.set == ARMDMA_OPS_BOUNCE)
		return;		/* safe buffers are for lowmem */
	page = armdma_alloc_pages(r->m, ARMDMA_GFP_KERNEL | ARMDMA__GFP_HIGHMEM, 0);
	p = armdma_kmap(r->m, page);
	cr_pattern(p, PAGE, 3);
	armdma_kunmap(r->m, page, p);
	a = armdma_dma_map_page(r->dev, page, 0, PAGE, ARMDMA_BIDIRECTIONAL);
	assert_int_equal(armdma_dma_mapping_error(r->dev, a), 0);
	cr_dev_expects(r, a, PAGE, 3);
	cr_dev_fills(r, a, PAGE, 4);
	armdma_dma_sync_single_for_cpu(r->dev, a, PAGE, ARMDMA_BIDIRECTIONAL);
	p = armdma_kmap(r->m, page);
	cr_cpu_expects(r, p, PAGE, 4);
	cr_pattern(p, 100, 5);
	armdma_kunmap(r->m, page, p);
	armdma_dma_sync_single_for_device(r->dev, a, PAGE, ARMDMA_BIDIRECTIONAL);
	cr_dev_expects(r, a, 100, 5);
	armdma_dma_unmap_page(r->dev, a, PAGE, ARMDMA_BIDIRECTIONAL);
	armdma_free_pages(r->m, page, 0);
}

static void pages_synced_by_hand(struct cr *r)
{
	armdma_dma_t a;
	uint8_t *p = armdma_dma_alloc_noncoherent(r->dev, 2 * PAGE, &a, ARMDMA_BIDIRECTIONAL, ARMDMA_GFP_KERNEL);

	if (!p && r->kind.fidelity == ARMDMA_AS_LINUX_6_1 && cr_is_iommu(r))
		return;		/* Linux 6.1 has none there */
	assert_non_null(p);
	for (uint32_t round = 0; round < 4; round++) {
		armdma_dma_sync_single_for_cpu(r->dev, a + 256, 512, ARMDMA_BIDIRECTIONAL);
		armdma_cpu_store(r->m, p + 256, 512);
		cr_pattern(p + 256, 512, round);
		armdma_dma_sync_single_for_device(r->dev, a + 256, 512, ARMDMA_BIDIRECTIONAL);
		cr_dev_expects(r, a + 256, 512, round);
		cr_dev_fills(r, a, PAGE, round + 50);
		armdma_dma_sync_single_for_cpu(r->dev, a, 2 * PAGE, ARMDMA_BIDIRECTIONAL);
		cr_cpu_expects(r, p, PAGE, round + 50);
		armdma_dma_sync_single_for_device(r->dev, a, 2 * PAGE, ARMDMA_BIDIRECTIONAL);
	}
	armdma_dma_free_noncoherent(r->dev, 2 * PAGE, p, a, ARMDMA_BIDIRECTIONAL);
}

/* ---- Lists ------------------------------------------------------------------------------- */

/* A list that an IOMMU merges is synced as a list, and its segments one by one. */
static void lists_are_synced_whole_and_in_segments(struct cr *r)
{
	struct armdma_scatterlist sgl[4], *s;
	struct armdma_page *pages[4];
	unsigned int n;

	armdma_sg_init_table(sgl, 4);
	for (unsigned int i = 0; i < 4; i++) {
		pages[i] = armdma_alloc_pages(r->m, ARMDMA_GFP_KERNEL | ARMDMA__GFP_ZERO, 0);
		armdma_sg_set_page(&sgl[i], pages[i], i == 3 ? 1000 : PAGE, 0);
	}
	n = armdma_dma_map_sg(r->dev, sgl, 4, ARMDMA_FROM_DEVICE);
	assert_true(n);
	for (uint32_t round = 0; round < 3; round++) {
		s = sgl;
		for (unsigned int i = 0; i < n; i++, s = armdma_sg_next(s))
			cr_dev_fills(r, armdma_sg_dma_address(s), armdma_sg_dma_len(s), round);
		armdma_dma_sync_sg_for_cpu(r->dev, sgl, 4, ARMDMA_FROM_DEVICE);
		cr_cpu_expects(r, armdma_page_address(r->m, pages[0]), PAGE, round);
		memset(armdma_page_address(r->m, pages[3]), 0, 8);
		armdma_dma_sync_sg_for_device(r->dev, sgl, 4, ARMDMA_FROM_DEVICE);
		if (r->kind.fidelity == ARMDMA_AS_LINUX_6_1 && cr_is_iommu(r))
			continue;	/* one page is all that Linux syncs of a merged segment */
		s = sgl;
		for (unsigned int i = 0; i < n; i++, s = armdma_sg_next(s)) {
			armdma_dma_sync_single_for_cpu(r->dev, armdma_sg_dma_address(s), armdma_sg_dma_len(s),
						       ARMDMA_FROM_DEVICE);
			armdma_dma_sync_single_range_for_device(r->dev, armdma_sg_dma_address(s), 0,
								armdma_sg_dma_len(s), ARMDMA_FROM_DEVICE);
		}
	}
	armdma_dma_unmap_sg(r->dev, sgl, 4, ARMDMA_FROM_DEVICE);
	for (unsigned int i = 0; i < 4; i++)
		armdma_free_pages(r->m, pages[i], 0);
}

/* ---- Coherent memory ------------------------------------------------------------------------ */

static void coherent_memory_is_exported(struct cr *r)
{
	struct armdma_sg_table sgt;
	armdma_dma_t a;
	uint8_t *p = armdma_dma_alloc_coherent(r->dev, 2 * PAGE, &a, ARMDMA_GFP_KERNEL);

	assert_non_null(p);
	if (armdma_dma_get_sgtable(r->dev, &sgt, p, a, 2 * PAGE)) {
		assert_int_equal(r->kind.fidelity, ARMDMA_AS_LINUX_6_1);	/* has no such table for every set */
		armdma_dma_free_coherent(r->dev, 2 * PAGE, p, a);
		return;
	}
	assert_int_equal(armdma_dma_map_sgtable(r->peer, &sgt, ARMDMA_BIDIRECTIONAL, ARMDMA_ATTR_SKIP_CPU_SYNC), 0);
	armdma_dma_unmap_sgtable(r->peer, &sgt, ARMDMA_BIDIRECTIONAL, ARMDMA_ATTR_SKIP_CPU_SYNC);
	armdma_sg_free_table(&sgt);
	armdma_dma_free_coherent(r->dev, 2 * PAGE, p, a);
}

/* Importers of a shared buffer map it with attrs 0 as well: where nothing is cached nothing is maintained. */
static void an_importer_maps_an_exported_buffer(struct cr *r)
{
	struct armdma_sg_table sgt;
	armdma_dma_t a;
	uint8_t *p = armdma_dma_alloc_coherent(r->dev, PAGE, &a, ARMDMA_GFP_KERNEL);

	assert_non_null(p);
	if (armdma_dma_get_sgtable(r->dev, &sgt, p, a, PAGE)) {
		assert_int_equal(r->kind.fidelity, ARMDMA_AS_LINUX_6_1);
		armdma_dma_free_coherent(r->dev, PAGE, p, a);
		return;
	}
	assert_int_equal(armdma_dma_map_sgtable(r->peer, &sgt, ARMDMA_FROM_DEVICE, 0), 0);
	assert_int_equal(armdma_hw_master_write_sync(r->hw, "peer", armdma_sg_dma_address(sgt.sgl), "x", 1, CR_WAIT), 0);
	armdma_dma_unmap_sgtable(r->peer, &sgt, ARMDMA_FROM_DEVICE, 0);
	armdma_sg_free_table(&sgt);
	armdma_dma_free_coherent(r->dev, PAGE, p, a);
}

static void atomic_memory(struct cr *r)
{
	armdma_dma_t a;
	uint8_t *p, got[64];

	armdma_preempt_disable(r->m);
	p = armdma_dma_alloc_coherent(r->dev, 1000, &a, ARMDMA_GFP_ATOMIC);
	assert_non_null(p);
	memset(p, 0x33, 64);
	armdma_hw_barrier(r->hw, ARMDMA_BARRIER_WMB);
	cr_dev_read(r, a, got, 64);
	assert_int_equal(got[0], 0x33);
	armdma_preempt_enable(r->m);
	armdma_dma_free_coherent(r->dev, 1000, p, a);
}

/* Coherent memory is read and written by both; what the device has never seen written is its own. */
static void coherent_memory_is_shared(struct cr *r)
{
	struct armdma_dma_pool *pool = armdma_dma_pool_create("ring", r->dev, 48, 16, 0);
	armdma_dma_t a, b;
	uint8_t *p = armdma_dma_pool_alloc(pool, ARMDMA_GFP_KERNEL, &a), *q, got[48];

	q = armdma_dma_pool_alloc(pool, ARMDMA_GFP_KERNEL, &b);
	cr_dev_read(r, a, got, 48);
	memset(p, 1, 48);
	armdma_hw_barrier(r->hw, ARMDMA_BARRIER_WMB);
	cr_dev_read(r, a, got, 48);
	cr_dev_fills(r, b, 48, 3);
	armdma_hw_barrier(r->hw, ARMDMA_BARRIER_RMB);
	cr_cpu_expects(r, q, 48, 3);
	armdma_dma_pool_free(pool, p, a);
	armdma_dma_pool_free(pool, q, b);
	armdma_dma_pool_destroy(pool);
}

/*
 * An interrupt handler acknowledges with a relaxed write while the descriptor behind the running one is half filled. The engine looks there
 * when it gets so far, finds it not handed over, and waits for the doorbell.
 */
static void an_acknowledge_is_no_doorbell(struct cr *r)
{
	const armdma_phys_t regs = armdma_device_regs(r->dev);
	armdma_dma_t ring, a;
	struct armdma_sgdma_desc *d = armdma_dma_alloc_coherent(r->dev, 4 * sizeof(*d), &ring, ARMDMA_GFP_KERNEL);
	uint8_t *p = buffer(r, 4 * PAGE);

	assert_non_null(d);
	a = cr_map(r, p, 4 * PAGE, ARMDMA_FROM_DEVICE);
	armdma_sgdma_fill_desc(&d[0], ring + sizeof(*d), 7, a, 2 * PAGE, ARMDMA_SGDMA_FROM_DEVICE | ARMDMA_SGDMA_OWN);
	armdma_hw_writel(r->hw, regs + ARMDMA_SGDMA_CTRL, ARMDMA_SGDMA_CTRL_ENABLE);
	armdma_hw_writel(r->hw, regs + ARMDMA_SGDMA_HEAD, (uint32_t)ring);
	armdma_hw_writel(r->hw, regs + ARMDMA_SGDMA_DOORBELL, 1);
	armdma_hw_advance(r->hw, 200);
	armdma_sgdma_fill_desc(&d[1], ring, 8, a + 2 * PAGE, 2 * PAGE, ARMDMA_SGDMA_FROM_DEVICE | ARMDMA_SGDMA_END);
	armdma_hw_writel_relaxed(r->hw, regs + ARMDMA_SGDMA_INT_CLEAR, ARMDMA_SGDMA_INT_DONE);
	armdma_hw_run_until_idle(r->hw, CR_WAIT);
	armdma_sgdma_fill_desc(&d[1], ring, 8, a + 2 * PAGE, 2 * PAGE,
			       ARMDMA_SGDMA_FROM_DEVICE | ARMDMA_SGDMA_END | ARMDMA_SGDMA_OWN);
	armdma_hw_barrier(r->hw, ARMDMA_BARRIER_WMB);
	armdma_hw_writel_relaxed(r->hw, regs + ARMDMA_SGDMA_DOORBELL, 1);
	armdma_hw_run_until_idle(r->hw, CR_WAIT);
	armdma_hw_barrier(r->hw, ARMDMA_BARRIER_RMB);
	assert_int_equal(armdma_sgdma_desc_status(&d[1]), ARMDMA_SGDMA_ST_OK);
	armdma_hw_writel(r->hw, regs + ARMDMA_SGDMA_CTRL, ARMDMA_SGDMA_CTRL_RESET);
	armdma_dma_unmap_single(r->dev, a, 4 * PAGE, ARMDMA_FROM_DEVICE);
	armdma_kfree(r->m, p);
	armdma_dma_free_coherent(r->dev, 4 * sizeof(*d), d, ring);
}

/* A camera fills what a display shows: both have the pages mapped, and the CPU never touches them. */
static void devices_pass_a_buffer_on(struct cr *r)
{
	struct armdma_page *page = armdma_alloc_pages(r->m, ARMDMA_GFP_KERNEL | ARMDMA__GFP_ZERO, 0);
	uint8_t got[64], want[64];
	armdma_dma_t camera, display;

	if (r->kind.set == ARMDMA_OPS_BOUNCE || cr_is_coherent(r)) {	/* copies, and mixed coherence, need hands */
		armdma_free_pages(r->m, page, 0);
		return;
	}
	camera = armdma_dma_map_page(r->dev, page, 0, PAGE, ARMDMA_FROM_DEVICE);
	assert_int_equal(armdma_dma_mapping_error(r->dev, camera), 0);
	display = armdma_dma_map_page(r->peer, page, 0, PAGE, ARMDMA_TO_DEVICE);
	assert_int_equal(armdma_dma_mapping_error(r->peer, display), 0);
	for (uint32_t round = 0; round < 3; round++) {
		cr_dev_fills(r, camera, PAGE, round);
		assert_int_equal(armdma_hw_master_read_sync(r->hw, "peer", display, got, 64, CR_WAIT), 0);
		cr_pattern(want, 64, round);
		assert_memory_equal(got, want, 64);
	}
	armdma_dma_unmap_page(r->peer, display, PAGE, ARMDMA_TO_DEVICE);
	armdma_dma_unmap_page(r->dev, camera, PAGE, ARMDMA_FROM_DEVICE);
	armdma_free_pages(r->m, page, 0);
}

/* A driver that had mappings by the DMA API drives its SYSMMU itself from now on. */
static void a_domain_of_the_drivers_own(struct cr *r)
{
	struct armdma_page *page = armdma_alloc_pages(r->m, ARMDMA_GFP_KERNEL | ARMDMA__GFP_ZERO, 0);
	struct armdma_domain *d;
	armdma_dma_t a;
	uint8_t got[64];

	if (r->kind.set != ARMDMA_OPS_DIRECT) {
		armdma_free_pages(r->m, page, 0);
		return;
	}
	a = armdma_dma_map_page(r->dev, page, 0, PAGE, ARMDMA_TO_DEVICE);
	assert_int_equal(armdma_dma_mapping_error(r->dev, a), 0);
	armdma_dma_unmap_page(r->dev, a, PAGE, ARMDMA_TO_DEVICE);
	d = armdma_domain_alloc(r->m);
	assert_int_equal(armdma_domain_attach(d, r->dev), 0);
	assert_int_equal(armdma_iommu_map(d, a, armdma_page_to_phys(r->m, page), PAGE, ARMDMA_IOMMU_READ), 0);
	cr_dev_read(r, a, got, 64);
	armdma_iommu_unmap(d, a, PAGE);
	armdma_domain_detach(d, r->dev);
	armdma_domain_free(d);
	armdma_free_pages(r->m, page, 0);
}

/* ---- Others than the DMA API ------------------------------------------------------------------ */

/* A device reads what firmware left in memory that the kernel does not manage. */
static void reserved_memory_is_nobodys_mapping(struct cr *r)
{
	const struct armdma_config *cfg = armdma_hw_config(r->hw);
	armdma_phys_t fw = cfg->ram_base + cfg->ram_size - cfg->reserved_size;
	uint8_t got[64];

	assert_int_equal(armdma_hw_master_read_sync(r->hw, "peer", fw, got, 64, CR_WAIT), 0);
}

/* A DMA engine without an IOMMU reaches another device's FIFO at the address in the device tree. */
static void a_fifo_at_its_physical_address(struct cr *r)
{
	uint8_t got[4];

	assert_int_equal(armdma_hw_master_read_sync(r->hw, "peer", armdma_device_regs(r->dev), got, 4, CR_WAIT), 0);
}

/* A driver takes IOVAs from the device's address space and maps by itself, where the DMA API had something before, or beside. */
static void pages_mapped_by_hand_in_the_same_space(struct cr *r)
{
	struct armdma_iommu_mapping *mapping;
	struct armdma_page *page;
	armdma_dma_t a, b, iova = 0;
	uint8_t *p, got[64];

	if (!cr_is_iommu(r))
		return;
	mapping = armdma_to_iommu_mapping(r->dev);
	page = armdma_alloc_pages(r->m, ARMDMA_GFP_KERNEL | ARMDMA__GFP_ZERO, 0);
	p = armdma_page_address(r->m, page);
	a = cr_map(r, p, PAGE, ARMDMA_TO_DEVICE);
	b = cr_map(r, p, PAGE, ARMDMA_TO_DEVICE);
	armdma_dma_unmap_single(r->dev, b, PAGE, ARMDMA_TO_DEVICE);
	/* b's place, behind a. */
	assert_int_equal(armdma_mapping_iova_alloc(mapping, PAGE, &iova), 0);
	assert_int_equal(armdma_iommu_map(armdma_mapping_domain(mapping), iova, armdma_page_to_phys(r->m, page), PAGE,
					  ARMDMA_IOMMU_READ), 0);
	cr_dev_read(r, iova, got, 64);
	cr_dev_read(r, iova + PAGE - 64, got, 64);
	armdma_iommu_unmap(armdma_mapping_domain(mapping), iova, PAGE);
	armdma_mapping_iova_free(mapping, iova, PAGE);
	armdma_dma_unmap_single(r->dev, a, PAGE, ARMDMA_TO_DEVICE);
	armdma_free_pages(r->m, page, 0);
}

/* ---- The checker itself -------------------------------------------------------------------------- */

static void what_was_mapped_while_the_checker_was_off_is_not_judged(struct cr *r)
{
	uint8_t *p = buffer(r, 512), *q = buffer(r, 512);
	armdma_dma_t a, b;

	cr_pattern(p, 512, 1);
	armdma_checker_enable(r->m, false);
	a = cr_map(r, p, 512, ARMDMA_BIDIRECTIONAL);
	armdma_checker_enable(r->m, true);
	b = cr_map(r, q, 512, ARMDMA_FROM_DEVICE);
	cr_dev_expects(r, a, 512, 1);
	cr_dev_fills(r, a, 512, 2);
	cr_dev_fills(r, b, 512, 3);
	armdma_dma_sync_single_for_cpu(r->dev, a, 512, ARMDMA_BIDIRECTIONAL);
	cr_cpu_expects(r, p, 512, 2);
	armdma_checker_enable(r->m, false);
	armdma_checker_enable(r->m, true);
	armdma_dma_unmap_single(r->dev, a, 512, ARMDMA_BIDIRECTIONAL);
	armdma_dma_unmap_single(r->dev, b, 512, ARMDMA_FROM_DEVICE);
	cr_cpu_expects(r, q, 512, 3);
	armdma_kfree(r->m, p);
	armdma_kfree(r->m, q);
}

/* The same address stands for several mappings of a direct device; all were checked, the last first. */
static void mappings_at_one_address_are_checked_in_any_order(struct cr *r)
{
	uint8_t *p = buffer(r, 512);
	armdma_dma_t a[3];

	for (unsigned int i = 0; i < 3; i++)
		a[i] = armdma_dma_map_single(r->dev, p, 512, ARMDMA_TO_DEVICE);
	for (unsigned int i = 3; i-- > 0;)
		assert_int_equal(armdma_dma_mapping_error(r->dev, a[i]), 0);
	for (unsigned int i = 0; i < 3; i++)
		armdma_dma_unmap_single(r->dev, a[i], 512, ARMDMA_TO_DEVICE);
	armdma_kfree(r->m, p);
}

/* Memory that was a device's is used again by somebody who writes all of it, without a value changing. */
static void memory_is_used_again_with_the_same_values(struct cr *r)
{
	uint8_t *p = buffer(r, 512), *q;
	armdma_dma_t a = cr_map(r, p, 512, ARMDMA_FROM_DEVICE);

	cr_dev_fills(r, a, 512, 3);
	armdma_dma_unmap_single_attrs(r->dev, a, 512, ARMDMA_FROM_DEVICE, ARMDMA_ATTR_SKIP_CPU_SYNC);
	armdma_kfree(r->m, p);
	q = armdma_kmalloc(r->m, 512, ARMDMA_GFP_KERNEL);
	memset(q, 0, 512);
	a = cr_map(r, q, 512, ARMDMA_TO_DEVICE);
	for (size_t i = 0; i < 512; i += 64) {
		uint8_t got[64], zero[64] = { 0 };

		cr_dev_read(r, a + i, got, 64);
		assert_memory_equal(got, zero, 64);
	}
	armdma_dma_unmap_single(r->dev, a, 512, ARMDMA_TO_DEVICE);
	armdma_kfree(r->m, q);
}

/* ---- All of them ------------------------------------------------------------------------------------ */

static const char *run_name;

static void run_one(void (*body)(struct cr *r), struct cr_kind kind)
{
	struct cr r;

	cr_open(&r, kind);
	body(&r);
	cr_close(&r);
	if (r.nr)
		fail_msg("%s on %s, %s, %s, seed %llu: %u reports, first:\n%s", run_name, armdma_dma_ops_name(kind.set),
			 cr_policy(kind.policy), kind.fidelity ? "linux-6.1" : "documented",
			 (unsigned long long)kind.seed, r.nr, r.kept[0].text);
}

static void run(void (*body)(struct cr *r))
{
	for (unsigned int set = 0; set < ARMDMA_NR_OPSETS; set++)
		for (unsigned int policy = 0; policy <= ARMDMA_CACHE_COHERENT; policy++)
			for (unsigned int fidelity = 0; fidelity < 2; fidelity++)
				for (uint64_t seed = 0; seed < (policy == ARMDMA_CACHE_ADVERSARY ? SEEDS : 1); seed++)
					run_one(body, (struct cr_kind){ (enum armdma_dma_opset)set,
									(enum armdma_cache_policy)policy,
									(enum armdma_fidelity)fidelity, seed });
}

#define INNOCENT(fn)			\
	static void test_##fn(void **state) \
	{				\
		(void)state;		\
		run_name = #fn;		\
		run(fn);		\
	}
#define ALL(X)							\
	X(parts_are_taken_and_given_in_any_order)		\
	X(halves_go_back_and_forth)				\
	X(both_ways_are_synced_one_way_at_a_time)		\
	X(a_header_is_stripped_in_place)			\
	X(a_dropped_packets_header_is_cleared)			\
	X(odd_offsets_and_lengths)				\
	X(a_sent_buffer_is_rewritten_in_the_cpus_turn)		\
	X(the_cpu_keeps_what_it_wrote_in_its_turn)		\
	X(two_readers_share_a_page)				\
	X(a_padded_tail_is_read)				\
	X(pages_are_flipped)					\
	X(a_page_holds_buffers_of_all_directions)		\
	X(an_object_is_mapped_up_to_its_ksize)			\
	X(offsets_of_several_pages)				\
	X(high_pages)						\
	X(pages_synced_by_hand)					\
	X(lists_are_synced_whole_and_in_segments)		\
	X(coherent_memory_is_exported)				\
	X(an_importer_maps_an_exported_buffer)			\
	X(atomic_memory)					\
	X(coherent_memory_is_shared)				\
	X(an_acknowledge_is_no_doorbell)			\
	X(devices_pass_a_buffer_on)				\
	X(a_domain_of_the_drivers_own)				\
	X(reserved_memory_is_nobodys_mapping)			\
	X(a_fifo_at_its_physical_address)			\
	X(pages_mapped_by_hand_in_the_same_space)		\
	X(what_was_mapped_while_the_checker_was_off_is_not_judged) \
	X(mappings_at_one_address_are_checked_in_any_order)	\
	X(memory_is_used_again_with_the_same_values)
ALL(INNOCENT)

#define TEST(fn) { #fn, test_##fn, NULL, NULL, NULL },
int main(void)
{
	const struct CMUnitTest tests[] = { ALL(TEST) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
