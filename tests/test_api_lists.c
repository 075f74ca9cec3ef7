/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists in every set: how entries become segments, and whose the bytes are. */
#include <errno.h>

#include "api_rig.h"

#define MAX_ENTRIES 20

struct entry {
	unsigned int offset, length;
};

/* A list of entries in pages of their own, each as many as it needs, and what its memory holds. */
struct list {
	struct armdma_scatterlist sg[MAX_ENTRIES];
	struct armdma_page *page[MAX_ENTRIES];
	unsigned int order[MAX_ENTRIES], nents;
	size_t bytes;
};

static void list_new(struct rig *r, struct list *l, const struct entry *e, unsigned int n)
{
	memset(l, 0, sizeof(*l));
	armdma_sg_init_table(l->sg, n);
	l->nents = n;
	for (unsigned int i = 0; i < n; i++) {
		l->order[i] = armdma_get_order(e[i].offset + e[i].length);
		l->page[i] = armdma_alloc_pages(r->m, ARMDMA_GFP_KERNEL, l->order[i]);
		assert_non_null(l->page[i]);
		armdma_sg_set_page(&l->sg[i], l->page[i], e[i].length, e[i].offset);
		l->bytes += e[i].length;
	}
}

static void list_free(struct rig *r, struct list *l)
{
	for (unsigned int i = 0; i < l->nents; i++)
		armdma_free_pages(r->m, l->page[i], l->order[i]);
}

static void list_fill(struct rig *r, struct list *l, uint8_t *bytes, uint32_t seed)
{
	pattern(bytes, l->bytes, seed);
	assert_int_equal(armdma_sg_copy_from_buffer(r->m, l->sg, l->nents, bytes, l->bytes), l->bytes);
}

/* The device's transfers over all segments, one after the other. */
static void list_dev(struct rig *r, struct armdma_scatterlist *sgl, unsigned int nsegs, uint8_t *bytes, size_t len,
		     bool write)
{
	struct armdma_scatterlist *sg;
	size_t at = 0;
	unsigned int i;

	armdma_for_each_sg(sgl, sg, nsegs, i) {
		assert_true(at + armdma_sg_dma_len(sg) <= len);
		if (write)
			dev_write(r, armdma_sg_dma_address(sg), bytes + at, armdma_sg_dma_len(sg));
		else
			dev_read(r, armdma_sg_dma_address(sg), bytes + at, armdma_sg_dma_len(sg));
		at += armdma_sg_dma_len(sg);
	}
	assert_int_equal(at, len);
}

/* ---- Bytes ------------------------------------------------------------------------ */

static const struct entry mixed[] = {
	{ 512, 3584 }, { 0, 4096 }, { 0, 100 }, { 16, 100 }, { 0, 8192 }, { 0, 4096 }, { 3000, 2000 }
};
#define NR_MIXED (sizeof(mixed) / sizeof(mixed[0]))

static void list_carries_bytes_both_ways(struct rig *r)
{
	uint8_t *out, *in;
	struct list l;
	unsigned int n;

	list_new(r, &l, mixed, NR_MIXED);
	out = malloc(l.bytes);
	in = malloc(l.bytes);
	list_fill(r, &l, out, 1);
	n = armdma_dma_map_sg(r->dev, l.sg, (int)l.nents, ARMDMA_BIDIRECTIONAL);
	assert_true(n >= 1 && n <= l.nents);
	rig_validate(r);
	list_dev(r, l.sg, n, in, l.bytes, false);
	assert_memory_equal(in, out, l.bytes);
	pattern(out, l.bytes, 2);
	list_dev(r, l.sg, n, out, l.bytes, true);
	armdma_dma_unmap_sg(r->dev, l.sg, (int)l.nents, ARMDMA_BIDIRECTIONAL);
	armdma_sg_copy_to_buffer(r->m, l.sg, l.nents, in, l.bytes);
	assert_memory_equal(in, out, l.bytes);
	list_free(r, &l);
	free(out);
	free(in);
}

static void list_changes_hands_as_often_as_it_is_synced(struct rig *r)
{
	uint8_t *out, *in;
	struct list l;
	unsigned int n;

	list_new(r, &l, mixed, NR_MIXED);
	out = malloc(l.bytes);
	in = malloc(l.bytes);
	n = armdma_dma_map_sg_attrs(r->dev, l.sg, (int)l.nents, ARMDMA_BIDIRECTIONAL, 0);
	for (uint32_t round = 0; round < 3; round++) {
		pattern(out, l.bytes, 10 + round);
		list_dev(r, l.sg, n, out, l.bytes, true);
		armdma_dma_sync_sg_for_cpu(r->dev, l.sg, (int)l.nents, ARMDMA_BIDIRECTIONAL);
		armdma_sg_copy_to_buffer(r->m, l.sg, l.nents, in, l.bytes);
		assert_memory_equal(in, out, l.bytes);
		list_fill(r, &l, out, 20 + round);
		armdma_dma_sync_sg_for_device(r->dev, l.sg, (int)l.nents, ARMDMA_BIDIRECTIONAL);
		list_dev(r, l.sg, n, in, l.bytes, false);
		assert_memory_equal(in, out, l.bytes);
	}
	armdma_dma_unmap_sg_attrs(r->dev, l.sg, (int)l.nents, ARMDMA_BIDIRECTIONAL, 0);
	list_free(r, &l);
	free(out);
	free(in);
}

/* ---- What runs while time passes ---------------------------------------------------- */

/* The end of a transfer unmaps what a sync is at work with. */
struct unmapper {
	struct rig *r;
	struct list *l;		/* NULL: the single mapping */
	armdma_dma_t addr;
	unsigned int runs;
};

static void unmap_when_done(void *ctx, enum armdma_bus_resp resp, size_t bytes)
{
	struct unmapper *u = ctx;

	(void)resp;
	(void)bytes;
	if (u->l)
		armdma_dma_unmap_sg(u->r->dev, u->l->sg, (int)u->l->nents, ARMDMA_BIDIRECTIONAL);
	else
		armdma_dma_unmap_single(u->r->dev, u->addr, 4 * PAGE, ARMDMA_BIDIRECTIONAL);
	u->runs++;
}

static void list_may_be_unmapped_during_its_own_sync(struct rig *r)
{
	struct list l;
	struct unmapper u = { .r = r, .l = &l };

	list_new(r, &l, mixed, NR_MIXED);
	assert_int_not_equal(armdma_dma_map_sg(r->dev, l.sg, NR_MIXED, ARMDMA_BIDIRECTIONAL), 0);
	assert_int_equal(armdma_hw_master_write(r->hw, "mdma", armdma_sg_dma_address(&l.sg[0]), "x", 1, unmap_when_done, &u),
			 0);
	armdma_dma_sync_sg_for_cpu(r->dev, l.sg, NR_MIXED, ARMDMA_BIDIRECTIONAL);
	assert_int_equal(armdma_hw_run_until_idle(r->hw, 100000), 0);
	assert_int_equal(u.runs, 1);
	/* The records can be used again. */
	assert_int_not_equal(armdma_dma_map_sg(r->dev, l.sg, NR_MIXED, ARMDMA_BIDIRECTIONAL), 0);
	armdma_dma_unmap_sg(r->dev, l.sg, NR_MIXED, ARMDMA_BIDIRECTIONAL);
	list_free(r, &l);
}

static void mapping_may_be_unmapped_during_its_own_sync(struct rig *r)
{
	struct armdma_page *page = armdma_alloc_pages(r->m, ARMDMA_GFP_KERNEL, 2);
	struct unmapper u = { .r = r };

	u.addr = armdma_dma_map_page(r->dev, page, 0, 4 * PAGE, ARMDMA_BIDIRECTIONAL);
	assert_int_equal(armdma_dma_mapping_error(r->dev, u.addr), 0);
	assert_int_equal(armdma_hw_master_write(r->hw, "mdma", u.addr, "x", 1, unmap_when_done, &u), 0);
	armdma_dma_sync_single_for_cpu(r->dev, u.addr, 4 * PAGE, ARMDMA_BIDIRECTIONAL);
	assert_int_equal(armdma_hw_run_until_idle(r->hw, 100000), 0);
	assert_int_equal(u.runs, 1);
	armdma_free_pages(r->m, page, 2);
}

static void list_that_is_not_synced_is_stale(struct rig *r)
{
	static const struct entry two[] = { { 0, 4096 }, { 0, 4096 } };
	uint8_t old[8192], fresh[8192], got[8192];
	struct list l;
	unsigned int n;

	rig_needs(r, RIG_STALE);
	list_new(r, &l, two, 2);
	list_fill(r, &l, old, 3);
	n = armdma_dma_map_sg(r->dev, l.sg, 2, ARMDMA_BIDIRECTIONAL);
	pattern(fresh, sizeof(fresh), 4);
	list_dev(r, l.sg, n, fresh, sizeof(fresh), true);
	armdma_sg_copy_to_buffer(r->m, l.sg, 2, got, sizeof(got));
	assert_memory_equal(got, old, sizeof(old));
	armdma_dma_unmap_sg_attrs(r->dev, l.sg, 2, ARMDMA_BIDIRECTIONAL, ARMDMA_ATTR_SKIP_CPU_SYNC);
	armdma_sg_copy_to_buffer(r->m, l.sg, 2, got, sizeof(got));
	assert_memory_equal(got, old, sizeof(old));
	list_free(r, &l);
}

static void table_is_mapped_synced_and_unmapped_as_a_list(struct rig *r)
{
	struct armdma_page *pages[4];
	struct armdma_sg_table sgt;
	uint8_t *out = malloc(4 * PAGE), *in = malloc(4 * PAGE);

	for (unsigned int i = 0; i < 4; i++)
		pages[i] = armdma_alloc_pages(r->m, ARMDMA_GFP_KERNEL | ARMDMA__GFP_HIGHMEM, 0);
	assert_int_equal(armdma_sg_alloc_table_from_pages(r->m, &sgt, pages, 4, 128, 3 * PAGE, UINT32_MAX), 0);
	assert_int_equal(armdma_dma_map_sgtable(r->dev, &sgt, ARMDMA_BIDIRECTIONAL, 0), 0);
	assert_true(sgt.nents >= 1 && sgt.nents <= sgt.orig_nents);
	pattern(out, 3 * PAGE, 5);
	list_dev(r, sgt.sgl, sgt.nents, out, 3 * PAGE, true);
	armdma_dma_sync_sgtable_for_cpu(r->dev, &sgt, ARMDMA_BIDIRECTIONAL);
	armdma_sg_copy_to_buffer(r->m, sgt.sgl, sgt.orig_nents, in, 3 * PAGE);
	assert_memory_equal(in, out, 3 * PAGE);
	pattern(out, 3 * PAGE, 6);
	armdma_sg_copy_from_buffer(r->m, sgt.sgl, sgt.orig_nents, out, 3 * PAGE);
	armdma_dma_sync_sgtable_for_device(r->dev, &sgt, ARMDMA_BIDIRECTIONAL);
	list_dev(r, sgt.sgl, sgt.nents, in, 3 * PAGE, false);
	assert_memory_equal(in, out, 3 * PAGE);
	armdma_dma_unmap_sgtable(r->dev, &sgt, ARMDMA_BIDIRECTIONAL, 0);
	armdma_sg_free_table(&sgt);
	for (unsigned int i = 0; i < 4; i++)
		armdma_free_pages(r->m, pages[i], 0);
	free(out);
	free(in);
}

static void chained_list_is_one_list(struct rig *r)
{
	static const struct entry six[] = { { 0, 4096 }, { 0, 4096 }, { 0, 500 }, { 4, 4092 }, { 0, 4096 }, { 0, 10 } };
	struct armdma_scatterlist a[4], b[3];
	uint8_t *out, *in;
	struct list l;
	unsigned int n;

	list_new(r, &l, six, 6);
	armdma_sg_init_table(a, 4);
	armdma_sg_init_table(b, 3);
	for (unsigned int i = 0; i < 6; i++)
		armdma_sg_set_page(i < 3 ? &a[i] : &b[i - 3], l.page[i], six[i].length, six[i].offset);
	armdma_sg_chain(a, 4, b);
	assert_int_equal(armdma_sg_nents(a), 6);
	out = malloc(l.bytes);
	in = malloc(l.bytes);
	list_fill(r, &l, out, 7);
	n = armdma_dma_map_sg(r->dev, a, 6, ARMDMA_TO_DEVICE);
	assert_int_equal(n, rig_is_iommu(r) ? 2 : 6);
	list_dev(r, a, n, in, l.bytes, false);
	assert_memory_equal(in, out, l.bytes);
	armdma_dma_unmap_sg(r->dev, a, 6, ARMDMA_TO_DEVICE);
	list_free(r, &l);
	free(out);
	free(in);
}

/* ---- Segments ------------------------------------------------------------------------ */

/* Merging by hand-computed vectors: lengths of the segments, 0 ends. */
struct vector {
	struct entry e[MAX_ENTRIES];
	unsigned int max;
	unsigned int want[MAX_ENTRIES];
};
#define P4K { 0, 4096 }
#define P4K_4 P4K, P4K, P4K, P4K
#define P4K_16 P4K_4, P4K_4, P4K_4, P4K_4

static const struct vector vectors[] = {
	{ { P4K_4 }, 65536, { 16384 } },
	{ { { 512, 3584 }, P4K, { 0, 100 } }, 65536, { 7780 } },
	{ { P4K, { 0, 4095 }, P4K }, 65536, { 8191, 4096 } },
	{ { P4K, { 16, 100 }, P4K }, 65536, { 4096, 100, 4096 } },
	{ { P4K_16, P4K }, 65536, { 65536, 4096 } },
	{ { { 100, 65436 }, P4K }, 65536, { 65436, 4096 } },	/* the offset counts */
	{ { { 0, 131072 }, P4K }, 65536, { 131072, 4096 } },	/* over max, and not split */
	{ { P4K_4 }, 8192, { 8192, 8192 } },
	{ { { 2048, 2048 }, P4K, P4K }, 8192, { 6144, 4096 } },
	{ { { 0, 1 } }, 65536, { 1 } },
};

static unsigned int entries_of(const struct vector *v)
{
	unsigned int n = 0;

	while (n < MAX_ENTRIES && v->e[n].length)
		n++;
	return n;
}

static void entries_merge_as_the_vectors_say(struct rig *r)
{
	rig_needs(r, RIG_MERGES);
	for (size_t k = 0; k < sizeof(vectors) / sizeof(vectors[0]); k++) {
		const struct vector *v = &vectors[k];
		unsigned int n, want = 0;
		struct list l;

		while (v->want[want])
			want++;
		list_new(r, &l, v->e, entries_of(v));
		assert_int_equal(armdma_dma_set_max_seg_size(r->dev, v->max), 0);
		n = armdma_dma_map_sg(r->dev, l.sg, (int)l.nents, ARMDMA_BIDIRECTIONAL);
		if (n != want)
			fail_msg("vector %zu: %u segments instead of %u", k, n, want);
		for (unsigned int i = 0; i < n; i++) {
			assert_int_equal(armdma_sg_dma_len(&l.sg[i]), v->want[i]);
			assert_int_not_equal(armdma_sg_dma_address(&l.sg[i]), ARMDMA_MAPPING_ERROR);
		}
		for (unsigned int i = n; i < l.nents; i++)
			assert_int_equal(armdma_sg_dma_len(&l.sg[i]), 0);
		/* The first entry's offset shows in its address. */
		assert_int_equal(armdma_sg_dma_address(&l.sg[0]) % PAGE, v->e[0].offset);
		rig_validate(r);
		armdma_dma_unmap_sg(r->dev, l.sg, (int)l.nents, ARMDMA_BIDIRECTIONAL);
		list_free(r, &l);
	}
}

static void without_translation_every_entry_is_a_segment(struct rig *r)
{
	struct list l;

	rig_needs(r, RIG_ENTRY_BY_ENTRY);
	for (size_t k = 0; k < sizeof(vectors) / sizeof(vectors[0]); k++) {
		const struct vector *v = &vectors[k];

		list_new(r, &l, v->e, entries_of(v));
		assert_int_equal(armdma_dma_map_sg(r->dev, l.sg, (int)l.nents, ARMDMA_TO_DEVICE), l.nents);
		for (unsigned int i = 0; i < l.nents; i++)
			assert_int_equal(armdma_sg_dma_len(&l.sg[i]), v->e[i].length);
		armdma_dma_unmap_sg(r->dev, l.sg, (int)l.nents, ARMDMA_TO_DEVICE);
		list_free(r, &l);
	}
}

static void lengths_of_segments_add_up_to_the_lists(struct rig *r)
{
	for (size_t k = 0; k < sizeof(vectors) / sizeof(vectors[0]); k++) {
		size_t sum = 0;
		struct list l;
		unsigned int n;

		list_new(r, &l, vectors[k].e, entries_of(&vectors[k]));
		n = armdma_dma_map_sg(r->dev, l.sg, (int)l.nents, ARMDMA_FROM_DEVICE);
		for (unsigned int i = 0; i < n; i++)
			sum += armdma_sg_dma_len(&l.sg[i]);
		assert_int_equal(sum, l.bytes);
		armdma_dma_unmap_sg(r->dev, l.sg, (int)l.nents, ARMDMA_FROM_DEVICE);
		list_free(r, &l);
	}
}

static void no_segment_crosses_the_boundary(struct rig *r)
{
	static const struct entry nine[] = { P4K_4, P4K_4, P4K };
	struct list l;
	unsigned int n;

	list_new(r, &l, nine, 9);
	assert_int_equal(armdma_dma_set_seg_boundary(r->dev, 0x3fff), 0);
	n = armdma_dma_map_sg(r->dev, l.sg, 9, ARMDMA_TO_DEVICE);
	assert_int_equal(n, rig_is_iommu(r) ? 3 : 9);
	for (unsigned int i = 0; i < n; i++) {
		armdma_dma_t a = armdma_sg_dma_address(&l.sg[i]);

		assert_int_equal(a >> 14, (a + armdma_sg_dma_len(&l.sg[i]) - 1) >> 14);
	}
	armdma_dma_unmap_sg(r->dev, l.sg, 9, ARMDMA_TO_DEVICE);
	list_free(r, &l);
}

static void merge_boundary_tells_whether_entries_merge(struct rig *r)
{
	assert_int_equal(armdma_dma_get_merge_boundary(r->dev), rig_lacks(r->set, RIG_MERGES) ? 0 : PAGE - 1);
}

/* ---- Failure and misuse ------------------------------------------------------------------ */

static void failed_map_leaves_no_address_in_the_list(struct rig *r)
{
	static const struct entry far[] = { P4K, { 0, 100 }, { 8, 100 }, P4K };
	struct armdma_sg_table sgt;
	struct list l;

	list_new(r, &l, far, 4);
	/* The third segment's record cannot be had. */
	for (uint64_t nth = 1; nth <= 3; nth++) {
		for (unsigned int i = 0; i < 4; i++)
			l.sg[i].dma_address = 0x1000;
		armdma_fail_nth(r->m, ARMDMA_FAIL_KMALLOC, nth + 1);
		assert_int_equal(armdma_dma_map_sg(r->dev, l.sg, 4, ARMDMA_TO_DEVICE), 0);
		for (unsigned int i = 0; i < 4; i++) {
			assert_int_equal(armdma_sg_dma_address(&l.sg[i]), ARMDMA_MAPPING_ERROR);
			assert_int_equal(armdma_sg_dma_len(&l.sg[i]), 0);
		}
		rig_validate(r);
	}
	armdma_fail_nth(r->m, ARMDMA_FAIL_KMALLOC, 2);
	sgt = (struct armdma_sg_table){ .sgl = l.sg, .nents = 77, .orig_nents = 4 };
	assert_int_equal(armdma_dma_map_sgtable(r->dev, &sgt, ARMDMA_TO_DEVICE, 0), rig_is_iommu(r) ? -ENOMEM : -EIO);
	list_free(r, &l);
}

static void list_is_not_mapped_twice(struct rig *r)
{
	static const struct entry one[] = { P4K };
	struct list l;

	list_new(r, &l, one, 1);
	assert_int_equal(armdma_dma_map_sg(r->dev, l.sg, 1, ARMDMA_TO_DEVICE), 1);
	assert_int_equal(armdma_dma_map_sg(r->dev, l.sg, 1, ARMDMA_TO_DEVICE), 0);
	rig_expect(r, ARMDMA_REPORT_BAD_ARGUMENT, "mapped for mdma already");
	assert_int_equal(armdma_dma_map_sg(r->peer, l.sg, 1, ARMDMA_TO_DEVICE), 0);
	rig_expect(r, ARMDMA_REPORT_BAD_ARGUMENT, "mapped for mdma already");
	armdma_dma_unmap_sg(r->dev, l.sg, 1, ARMDMA_TO_DEVICE);
	list_free(r, &l);
}

static void unmap_and_sync_take_the_entries_not_the_segments(struct rig *r)
{
	static const struct entry four[] = { P4K_4 };
	struct list l;

	rig_needs(r, RIG_MERGES);
	list_new(r, &l, four, 4);
	assert_int_equal(armdma_dma_map_sg(r->dev, l.sg, 4, ARMDMA_FROM_DEVICE), 1);
	armdma_dma_sync_sg_for_cpu(r->dev, l.sg, 1, ARMDMA_FROM_DEVICE);
	rig_expect(r, ARMDMA_REPORT_BAD_ARGUMENT, "what the map returned is not");
	armdma_dma_unmap_sg(r->dev, l.sg, 1, ARMDMA_FROM_DEVICE);
	rig_expect(r, ARMDMA_REPORT_BAD_FREE, "what the map returned is not");
	rig_validate(r);
	armdma_dma_unmap_sg(r->dev, l.sg, 4, ARMDMA_FROM_DEVICE);
	list_free(r, &l);
}

int main(void)
{
	static const struct rig_test tests[] = {
		RIG_TEST(list_carries_bytes_both_ways),
		RIG_TEST(list_changes_hands_as_often_as_it_is_synced),
		RIG_TEST(list_may_be_unmapped_during_its_own_sync),
		RIG_TEST(mapping_may_be_unmapped_during_its_own_sync),
		RIG_TEST(list_that_is_not_synced_is_stale),
		RIG_TEST(table_is_mapped_synced_and_unmapped_as_a_list),
		RIG_TEST(chained_list_is_one_list),
		RIG_TEST(entries_merge_as_the_vectors_say),
		RIG_TEST(without_translation_every_entry_is_a_segment),
		RIG_TEST(lengths_of_segments_add_up_to_the_lists),
		RIG_TEST(no_segment_crosses_the_boundary),
		RIG_TEST(merge_boundary_tells_whether_entries_merge),
		RIG_TEST(failed_map_leaves_no_address_in_the_list),
		RIG_TEST(list_is_not_mapped_twice),
		RIG_TEST(unmap_and_sync_take_the_entries_not_the_segments),
	};

	return rig_main("api_lists", TEST_OUTPUT_DIR, tests, sizeof(tests) / sizeof(tests[0]));
}
