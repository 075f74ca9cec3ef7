/* SPDX-License-Identifier: BSD-2-Clause */
/* Translation tables: the words, which page sizes are chosen, what unmap takes, errors, and the order of cleaning. */
#include <errno.h>

#include "tests/iommu_helpers.h"

#define VA 0x12345000u

/* ---- words ------------------------------------------------------------- */

static void small_page_words_are_those_of_the_manual(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(armdma_iommu_map(f->d, VA, 0x5abcd000, 4096, RW), 0);
	assert_int_equal(l2_word(f, VA), 0x5abcd012);
	assert_int_equal(armdma_iova_to_phys(f->d, 0x12345678), 0x5abcd678);
	assert_int_equal(armdma_iommu_unmap(f->d, VA, 4096), 4096);
	assert_int_equal(l2_word(f, VA), 0);
	assert_int_equal(armdma_iommu_map(f->d, VA, 0x5abcd000, 4096, RO), 0);
	assert_int_equal(l2_word(f, VA), 0x5abcd212);
	assert_valid(f->d);
}

static void level1_entry_is_the_tables_address_with_type_1(void **state)
{
	struct fixture *f = *state;
	uint32_t w;

	assert_int_equal(armdma_domain_table(f->d) & 0x3fff, 0);
	assert_int_equal(l1_word(f, VA), 0);
	assert_int_equal(armdma_iommu_map(f->d, VA, 0x5abcd000, 4096, RW), 0);
	w = dram_word(f->hw, armdma_domain_table(f->d) + 0x48c);
	assert_int_equal(w & 0x3ff, 1);
	/* Index 0x45 of level 2. */
	assert_int_equal(dram_word(f->hw, (w & ~0x3ffu) + 0x114), 0x5abcd012);
}

static void large_page_is_written_16_times(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(armdma_iommu_map(f->d, 0x12340000, 0x5ab10000, 64 * KiB, RW), 0);
	for (uint32_t i = 0; i < 16; i++)
		assert_int_equal(l2_word(f, 0x12340000 + i * 4096), 0x5ab10011);
	assert_int_equal(l2_word(f, 0x1233f000), 0);
	assert_int_equal(l2_word(f, 0x12350000), 0);
	assert_int_equal(armdma_iova_to_phys(f->d, 0x12345678), 0x5ab15678);
	assert_int_equal(stats_of(f->d).entries[1], 1);
	assert_valid(f->d);
}

static void section_words_have_their_own_access_bits(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(armdma_iommu_map(f->d, 0x12300000, 0x5ab00000, MiB, RW), 0);
	assert_int_equal(l1_word(f, VA), 0x5ab00402);
	assert_int_equal(armdma_iova_to_phys(f->d, 0x12345678), 0x5ab45678);
	assert_int_equal(armdma_iommu_unmap(f->d, 0x12300000, MiB), MiB);
	assert_int_equal(armdma_iommu_map(f->d, 0x12300000, 0x5ab00000, MiB, RO), 0);
	assert_int_equal(l1_word(f, VA), 0x5ab08402);
	assert_int_equal(stats_of(f->d).l2_tables, 0);
	assert_valid(f->d);
}

static void supersection_is_written_16_times_when_enabled(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(armdma_domain_set_pgsizes(f->d, 0x1111000), 0);
	assert_int_equal(armdma_iommu_map(f->d, 0x12000000, 0x5a000000, 16 * MiB, RW), 0);
	for (uint32_t i = 0; i < 16; i++)
		assert_int_equal(l1_word(f, 0x12000000 + i * MiB), 0x5a040402);
	assert_int_equal(armdma_iova_to_phys(f->d, 0x12345678), 0x5a345678);
	assert_int_equal(stats_of(f->d).entries[ARMDMA_IOMMU_16M], 1);
	assert_valid(f->d);
	assert_int_equal(armdma_iommu_unmap(f->d, 0x12300000, 4096), 16 * MiB);
	for (uint32_t i = 0; i < 16; i++)
		assert_int_equal(l1_word(f, 0x12000000 + i * MiB), 0);
	assert_valid(f->d);
}

static void write_alone_maps_read_write(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(armdma_iommu_map(f->d, VA, 0x5abcd000, 4096, ARMDMA_IOMMU_WRITE), 0);
	assert_int_equal(l2_word(f, VA), 0x5abcd012);
}

/* ---- page sizes -------------------------------------------------------- */

static void largest_size_that_divides_both_addresses_is_used(void **state)
{
	struct fixture *f = *state;
	struct armdma_iommu_stats st;

	/* 4 KiB, then 15 x 64 KiB up to a MiB, a section, 64 KiB, 4 KiB */
	assert_int_equal(armdma_iommu_map(f->d, 0x2000f000, 0x5000f000,
					  4 * KiB + 15 * 64 * KiB + MiB + 64 * KiB + 4 * KiB, RW), 0);
	st = stats_of(f->d);
	assert_int_equal(st.entries[0], 2);
	assert_int_equal(st.entries[1], 16);
	assert_int_equal(st.entries[2], 1);
	assert_int_equal(st.maps, 19);
	assert_int_equal(l1_word(f, 0x20100000), 0x50100402);
	assert_valid(f->d);
}

static void misaligned_physical_address_forces_small_pages(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(armdma_iommu_map(f->d, 0x20000000, 0x50001000, 2 * MiB, RW), 0);
	assert_int_equal(stats_of(f->d).entries[0], 512);
	assert_int_equal(armdma_iova_to_phys(f->d, 0x201fffff), 0x50200fff);
	assert_valid(f->d);
}

static void page_sizes_can_be_restricted(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(armdma_domain_pgsizes(f->d), 0x111000);
	assert_int_equal(armdma_domain_set_pgsizes(f->d, 0x1000), 0);
	assert_int_equal(armdma_iommu_map(f->d, 0x20000000, 0x50000000, MiB, RW), 0);
	assert_int_equal(stats_of(f->d).entries[0], 256);
	assert_int_equal(armdma_domain_set_pgsizes(f->d, 0x100000), -EINVAL);
	assert_int_equal(armdma_domain_set_pgsizes(f->d, 0x3000), -EINVAL);
	assert_int_equal(armdma_domain_set_pgsizes(f->d, 0), -EINVAL);
}

/* ---- unmap ------------------------------------------------------------- */

static void partly_covered_large_entries_go_whole(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(armdma_iommu_map(f->d, 0x20000000, 0x50000000, 256 * KiB, RW), 0);
	assert_int_equal(armdma_iommu_unmap(f->d, 0x2001f000, 0x2000), 128 * KiB);
	assert_int_equal(armdma_iova_to_phys(f->d, 0x2000ffff), 0x5000ffff);
	assert_int_equal(armdma_iova_to_phys(f->d, 0x20010000), ARMDMA_MAPPING_ERROR);
	assert_int_equal(armdma_iova_to_phys(f->d, 0x2002ffff), ARMDMA_MAPPING_ERROR);
	assert_int_equal(armdma_iova_to_phys(f->d, 0x20030000), 0x50030000);
	assert_valid(f->d);
	assert_int_equal(armdma_iommu_map(f->d, 0x30000000, 0x50000000, 2 * MiB, RW), 0);
	assert_int_equal(armdma_iommu_unmap(f->d, 0x300ff000, 4096), MiB);
	assert_int_equal(armdma_iova_to_phys(f->d, 0x30100000), 0x50100000);
	assert_valid(f->d);
}

static void unmap_counts_only_what_was_mapped(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(armdma_iommu_map(f->d, 0x20005000, 0x50000000, 3 * 4096, RW), 0);
	assert_int_equal(armdma_iommu_map(f->d, 0x20300000, 0x50000000, MiB, RW), 0);
	assert_int_equal(armdma_iommu_unmap(f->d, 0x20000000, 8 * MiB), MiB + 3 * 4096);
	assert_int_equal(armdma_iommu_unmap(f->d, 0x20000000, 8 * MiB), 0);
	assert_valid(f->d);
}

static void the_last_page_of_4_GiB_can_be_mapped(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(armdma_iommu_map(f->d, 0xfffff000, 0x50000000, 4096, RW), 0);
	assert_int_equal(armdma_iova_to_phys(f->d, 0xffffffff), 0x50000fff);
	assert_int_equal(armdma_iommu_unmap(f->d, 0, 1ull << 32), 4096);
	assert_int_equal(armdma_iommu_map(f->d, 0xffe00000, 0x50000000, 2 * MiB, RW), 0);
	assert_int_equal(armdma_iova_to_phys(f->d, 0xffffffff), 0x501fffff);
	assert_int_equal(armdma_iommu_unmap(f->d, 0, 1ull << 32), 2 * MiB);
	assert_valid(f->d);
}

static void an_empty_level2_table_is_kept(void **state)
{
	struct fixture *f = *state;
	uint32_t w;

	assert_int_equal(armdma_iommu_map(f->d, VA, 0x50000000, 4096, RW), 0);
	w = l1_word(f, VA);
	armdma_iommu_unmap(f->d, VA, 4096);
	assert_int_equal(l1_word(f, VA), w);
	assert_int_equal(stats_of(f->d).l2_tables, 1);
	armdma_fail_nth(f->m, ARMDMA_FAIL_TABLE, 1);
	assert_int_equal(armdma_iommu_map(f->d, VA, 0x50000000, 4096, RW), 0);
	assert_int_equal(armdma_fail_hits(f->m, ARMDMA_FAIL_TABLE), 0);
}

static void a_section_replaces_an_empty_table_and_frees_it(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(armdma_iommu_map(f->d, VA, 0x50000000, 4096, RW), 0);
	assert_int_equal(armdma_iommu_map(f->d, 0x12300000, 0x50000000, MiB, RW), -EADDRINUSE);
	armdma_iommu_unmap(f->d, VA, 4096);
	assert_int_equal(armdma_iommu_map(f->d, 0x12300000, 0x50000000, MiB, RW), 0);
	assert_int_equal(l1_word(f, VA), 0x50000402);
	assert_int_equal(stats_of(f->d).l2_tables, 0);
	assert_valid(f->d);
}

/* ---- errors ------------------------------------------------------------ */

static void bad_arguments_are_refused(void **state)
{
	struct fixture *f = *state;
	unsigned int before = armdma_report_count(f->m, ARMDMA_REPORT_BAD_ARGUMENT);

	assert_int_equal(armdma_iommu_map(f->d, 0x1800, 0x50000000, 4096, RW), -EINVAL);
	assert_int_equal(armdma_iommu_map(f->d, 0x1000, 0x50000800, 4096, RW), -EINVAL);
	assert_int_equal(armdma_iommu_map(f->d, 0x1000, 0x50000000, 4097, RW), -EINVAL);
	assert_int_equal(armdma_iommu_map(f->d, 0x1000, 0x50000000, 0, RW), -EINVAL);
	assert_int_equal(armdma_iommu_map(f->d, 0xfffff000, 0x50000000, 8192, RW), -EINVAL);
	assert_int_equal(armdma_iommu_map(f->d, 1ull << 32, 0x50000000, 4096, RW), -EINVAL);
	assert_int_equal(armdma_iommu_map(f->d, 0, 0x50000000, ~0xfffull, RW), -EINVAL);
	assert_int_equal(armdma_iommu_map(f->d, 0x1000, 0xfffff000, 8192, RW), -EINVAL);
	assert_int_equal(armdma_iommu_map(f->d, 0x1000, 0x50000000, 4096, 0), -EINVAL);
	assert_int_equal(armdma_iommu_map(f->d, 0x1000, 0x50000000, 4096, ARMDMA_IOMMU_CACHE), -EINVAL);
	assert_int_equal(stats_of(f->d).maps, 0);
	assert_int_equal(armdma_report_count(f->m, ARMDMA_REPORT_BAD_ARGUMENT), before);
	assert_int_equal(armdma_iommu_unmap(f->d, 0x1800, 4096), 0);
	assert_int_equal(armdma_iommu_unmap(f->d, 0xfffff000, 8192), 0);
	assert_int_equal(armdma_report_count(f->m, ARMDMA_REPORT_BAD_ARGUMENT), before + 2);
	assert_int_equal(armdma_iova_to_phys(f->d, 1ull << 32), ARMDMA_MAPPING_ERROR);
}

/* Tables of a domain in DRAM and every counter that a failing map could move. */
struct snapshot {
	uint32_t words[4096 + 256 * 64];
	size_t n;
	struct armdma_iommu_stats st;
	struct armdma_mm_stats mm;
};

static void take_snapshot(const struct fixture *f, struct snapshot *s)
{
	memset(s, 0, sizeof(*s));
	for (uint32_t i = 0; i < 4096; i++)
		s->words[s->n++] = l1_word(f, (uint64_t)i << 20);
	for (uint32_t i = 0; i < 4096; i++) {
		uint32_t w = s->words[i];

		for (uint32_t k = 0; (w & 3) == 1 && k < 256 && s->n < 4096 + 256 * 64; k++)
			s->words[s->n++] = dram_word(f->hw, (w & ~0x3ffu) + k * 4);
	}
	s->st = stats_of(f->d);
	armdma_mm_stats(f->m, &s->mm);
}

static struct snapshot before, after;

static void an_overlap_changes_nothing(void **state)
{
	static const struct { uint64_t iova, size; } tries[] = {
		{ 0x20000000, 8 * MiB },	/* a small page in the way, near the end */
		{ 0x206ff000, 0x3000 },		/* the page itself in the middle */
		{ 0x20700000, MiB },		/* section over a used table */
		{ 0x21000000, 64 * KiB },	/* small pages over a section */
		{ 0x20f00000, 2 * MiB },	/* section over a section */
	};
	struct fixture *f = *state;

	assert_int_equal(armdma_iommu_map(f->d, 0x20700000, 0x50001000, 4096, RW), 0);
	assert_int_equal(armdma_iommu_map(f->d, 0x21000000, 0x51000000, MiB, RW), 0);
	take_snapshot(f, &before);
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		assert_int_equal(armdma_iommu_map(f->d, tries[i].iova, 0x60000000, tries[i].size, RW),
				 -EADDRINUSE);
		take_snapshot(f, &after);
		assert_memory_equal(&before, &after, sizeof(before));
	}
	assert_valid(f->d);
}

static void failure_of_each_table_leaves_everything_as_before(void **state)
{
	struct fixture *f = *state;
	uint64_t nth;
	int ret;

	/* The first of 12 tables exists. */
	assert_int_equal(armdma_iommu_map(f->d, 0x20300000, 0x50001000, 4096, RW), 0);
	for (nth = 1;; nth++) {
		take_snapshot(f, &before);
		armdma_fail_nth(f->m, ARMDMA_FAIL_TABLE, nth);
		ret = armdma_iommu_map(f->d, 0x20301000, 0x50002000, 12 * MiB - 0x1000, RW);
		armdma_fail_nth(f->m, ARMDMA_FAIL_TABLE, 0);
		if (!ret)
			break;
		assert_int_equal(ret, -ENOMEM);
		take_snapshot(f, &after);
		assert_memory_equal(&before, &after, sizeof(before));
		assert_valid(f->d);
	}
	assert_int_equal(nth, 12);
	assert_int_equal(stats_of(f->d).l2_tables, 12);
	assert_valid(f->d);
}

/* With 16 MiB pages alone there are tables on both sides of the sections. */
static void failure_behind_a_supersection_leaves_everything_as_before(void **state)
{
	struct fixture *f = *state;
	uint64_t nth;
	int ret;

	assert_int_equal(armdma_domain_set_pgsizes(f->d, 0x1001000), 0);
	for (nth = 1;; nth++) {
		take_snapshot(f, &before);
		armdma_fail_nth(f->m, ARMDMA_FAIL_TABLE, nth);
		ret = armdma_iommu_map(f->d, 0x20e00000, 0x50e00000, 21 * MiB, RW);
		armdma_fail_nth(f->m, ARMDMA_FAIL_TABLE, 0);
		if (!ret)
			break;
		assert_int_equal(ret, -ENOMEM);
		take_snapshot(f, &after);
		assert_memory_equal(&before, &after, sizeof(before));
		assert_valid(f->d);
	}
	assert_int_equal(nth, 6);
	assert_int_equal(stats_of(f->d).entries[ARMDMA_IOMMU_16M], 1);
	assert_valid(f->d);
}

static void a_failing_page_allocator_leaves_everything_as_before(void **state)
{
	struct fixture *f = *state;
	uint64_t nth;
	int ret;

	for (nth = 1;; nth++) {
		take_snapshot(f, &before);
		armdma_fail_nth(f->m, ARMDMA_FAIL_PAGE, nth);
		ret = armdma_iommu_map(f->d, 0x20000000, 0x50001000, 9 * MiB, RW);
		armdma_fail_nth(f->m, ARMDMA_FAIL_PAGE, 0);
		if (!ret)
			break;
		assert_int_equal(ret, -ENOMEM);
		take_snapshot(f, &after);
		assert_memory_equal(&before, &after, sizeof(before));
	}
	/* Four tables in a page. */
	assert_int_equal(nth, 4);
}

static void domain_alloc_fails_cleanly_and_free_returns_every_page(void **state)
{
	struct fixture *f = *state;
	struct armdma_domain *d;

	armdma_mm_stats(f->m, &before.mm);
	armdma_fail_nth(f->m, ARMDMA_FAIL_TABLE, 1);
	assert_null(armdma_domain_alloc(f->m));
	armdma_fail_nth(f->m, ARMDMA_FAIL_PAGE, 1);
	assert_null(armdma_domain_alloc(f->m));
	d = armdma_domain_alloc(f->m);
	assert_non_null(d);
	assert_int_equal(armdma_iommu_map(d, 0x20000000, 0x50001000, 9 * MiB, RW), 0);
	armdma_domain_free(d);
	armdma_mm_stats(f->m, &after.mm);
	assert_memory_equal(&before.mm, &after.mm, sizeof(before.mm));
	armdma_domain_free(NULL);
}

/* ---- order of cleaning ------------------------------------------------- */

struct order {
	struct fixture *f;
	unsigned int ops, pointers;
	bool bad;
};

/*
 * Whatever level 1 points to has to be in DRAM already; also when the pointer itself is still in the
 * cache, from where it may be evicted at any time.
 */
static void check_order(void *ctx, const struct armdma_event *ev)
{
	struct order *o = ctx;

	(void)ev;
	o->ops++;
	for (uint64_t iova = 0x20000000; iova < 0x20400000; iova += MiB) {
		uint8_t dram[1024], cache[1024], b[4];
		uint32_t w;

		armdma_hw_cache_read(o->f->hw, armdma_domain_table(o->f->d) + (iova >> 20) * 4, b, 4);
		w = (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
		if ((w & 3) != 1 || iova == 0x20100000)
			continue;
		o->pointers++;
		armdma_hw_phys_read(o->f->hw, w & ~0x3ffu, dram, sizeof(dram));
		armdma_hw_cache_read(o->f->hw, w & ~0x3ffu, cache, sizeof(cache));
		if (memcmp(dram, cache, sizeof(dram)))
			o->bad = true;
	}
}

static void dram_never_points_to_a_table_that_is_not_clean(void **state)
{
	struct fixture *f = *state;
	struct order o = { .f = f };

	/* An older table in the middle, so that the new ones do not lie in a row and take several cleans. */
	assert_int_equal(armdma_iommu_map(f->d, 0x201ff000, 0x60000000, 4096, RW), 0);
	armdma_iommu_unmap(f->d, 0x201ff000, 4096);
	armdma_event_subscribe(armdma_machine_events(f->m), ARMDMA_EV_BIT(ARMDMA_EV_CACHE_OP),
			       check_order, &o);
	assert_int_equal(armdma_iommu_map(f->d, 0x20080000, 0x50001000, 3 * MiB, RW), 0);
	check_order(&o, NULL);
	armdma_event_subscribe(armdma_machine_events(f->m), 0, check_order, &o);
	assert_false(o.bad);
	assert_true(o.ops > 4);
	assert_true(o.pointers >= 3);
}

/* A recycled page: what a device wrote into it must not survive in DRAM under a table's zeroes. */
static void a_table_in_a_page_that_a_device_wrote_is_zero_in_dram(void **state)
{
	struct fixture *f = *state;
	struct armdma_page *pages[64];
	uint8_t junk[4096];

	memset(junk, 0x5a, sizeof(junk));
	for (int i = 0; i < 64; i++) {
		pages[i] = armdma_alloc_pages(f->m, ARMDMA_GFP_KERNEL | ARMDMA__GFP_ZERO, 0);
		assert_non_null(pages[i]);
		armdma_hw_phys_write(f->hw, armdma_page_to_phys(f->m, pages[i]), junk, sizeof(junk));
	}
	for (int i = 0; i < 64; i++)
		armdma_free_pages(f->m, pages[i], 0);
	assert_int_equal(armdma_iommu_map(f->d, 0x20001000, 0x50000000, 4096, RW), 0);
	assert_int_equal(l2_word(f, 0x20000000), 0);
	assert_int_equal(l2_word(f, 0x20001000), 0x50000012);
	assert_valid(f->d);
}

static unsigned int clean_ops;
static void count_cleans(void *ctx, const struct armdma_event *ev)
{
	(void)ctx;
	clean_ops += ev->value == ARMDMA_CACHE_CLEAN && ev->flags == ARMDMA_CACHE_INNER;
}

static void one_clean_serves_a_run_of_entries(void **state)
{
	struct fixture *f = *state;
	struct armdma_events *evs = armdma_machine_events(f->m);

	assert_int_equal(armdma_iommu_map(f->d, VA, 0x50000000, 4096, RW), 0);
	armdma_iommu_unmap(f->d, VA, 4096);
	armdma_event_subscribe(evs, ARMDMA_EV_BIT(ARMDMA_EV_CACHE_OP), count_cleans, NULL);
	clean_ops = 0;
	assert_int_equal(armdma_iommu_map(f->d, 0x12300000, 0x50001000, 100 * 4096, RW), 0);
	assert_int_equal(clean_ops, 1);
	assert_int_equal(armdma_iommu_unmap(f->d, 0x12300000, 100 * 4096), 100 * 4096);
	assert_int_equal(clean_ops, 2);
	assert_int_equal(armdma_iommu_map(f->d, 0x40000000, 0x50000000, 64 * MiB, RW), 0);
	assert_int_equal(clean_ops, 3);
	armdma_event_subscribe(evs, 0, count_cleans, NULL);
}

/* ---- looking ----------------------------------------------------------- */

struct seen { uint64_t iova[8], pa[8], size[8]; unsigned int prot[8], n, stop; };
static int see(void *ctx, armdma_dma_t iova, armdma_phys_t pa, uint64_t size, unsigned int prot)
{
	struct seen *s = ctx;

	s->iova[s->n] = iova;
	s->pa[s->n] = pa;
	s->size[s->n] = size;
	s->prot[s->n++] = prot;
	return s->n == s->stop ? 7 : 0;
}

static void walk_visits_entries_in_ascending_order(void **state)
{
	struct fixture *f = *state;
	struct seen s = { .n = 0 };

	armdma_domain_set_pgsizes(f->d, 0x1111000);
	armdma_iommu_map(f->d, 0x31000000, 0x52000000, 16 * MiB, RW);
	armdma_iommu_map(f->d, 0x20100000, 0x50000000, MiB, RO);
	armdma_iommu_map(f->d, 0x20010000, 0x60000000, 64 * KiB, RW);
	armdma_iommu_map(f->d, 0x20001000, 0x61000000, 4096, RO);
	assert_int_equal(armdma_domain_walk(f->d, see, &s), 0);
	assert_int_equal(s.n, 4);
	assert_true(s.iova[0] == 0x20001000 && s.pa[0] == 0x61000000 && s.size[0] == 4096 && s.prot[0] == RO);
	assert_true(s.iova[1] == 0x20010000 && s.pa[1] == 0x60000000 && s.size[1] == 65536 && s.prot[1] == RW);
	assert_true(s.iova[2] == 0x20100000 && s.pa[2] == 0x50000000 && s.size[2] == MiB && s.prot[2] == RO);
	assert_true(s.iova[3] == 0x31000000 && s.pa[3] == 0x52000000 && s.size[3] == 16 * MiB);
	s.n = 0;
	s.stop = 2;
	assert_int_equal(armdma_domain_walk(f->d, see, &s), 7);
}

static void validate_sees_a_wild_store_and_a_missing_clean(void **state)
{
	struct fixture *f = *state;
	struct armdma_error err = { "" };
	uint32_t junk = 0;

	assert_int_equal(armdma_iommu_map(f->d, VA, 0x50000000, 4096, RW), 0);
	/* a device writes over the entry */
	armdma_hw_phys_write(f->hw, (l1_word(f, VA) & ~0x3ffu) + 0x114, &junk, sizeof(junk));
	assert_int_equal(armdma_domain_validate(f->d, &err), -EIO);
	assert_non_null(strstr(err.msg, "DRAM"));
}

static struct armdma_event events[4];
static unsigned int nr_events;
static void keep_event(void *ctx, const struct armdma_event *ev)
{
	(void)ctx;
	if (nr_events < 4)
		events[nr_events++] = *ev;
}

static void map_and_unmap_are_events(void **state)
{
	struct fixture *f = *state;
	struct armdma_events *evs = armdma_machine_events(f->m);

	nr_events = 0;
	armdma_event_subscribe(evs, ARMDMA_EV_BIT(ARMDMA_EV_IOMMU_MAP) | ARMDMA_EV_BIT(ARMDMA_EV_IOMMU_UNMAP),
			       keep_event, NULL);
	assert_int_equal(armdma_iommu_map(f->d, VA, 0x50000000, 4096, RO), 0);
	assert_int_equal(armdma_iommu_map(f->d, VA, 0x50000000, 8192, RO), -EADDRINUSE);
	armdma_iommu_unmap(f->d, VA, 8192);
	armdma_event_subscribe(evs, 0, keep_event, NULL);
	assert_int_equal(nr_events, 3);
	assert_true(events[0].addr == VA && events[0].pa == 0x50000000 && events[0].len == 4096 &&
		    events[0].flags == RO && events[0].result == 0);
	assert_int_equal(events[1].result, -EADDRINUSE);
	assert_true(events[2].type == ARMDMA_EV_IOMMU_UNMAP && events[2].addr == VA &&
		    events[2].len == 8192 && events[2].value == 4096);
}

int main(void)
{
#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(small_page_words_are_those_of_the_manual),
		T(level1_entry_is_the_tables_address_with_type_1),
		T(large_page_is_written_16_times),
		T(section_words_have_their_own_access_bits),
		T(supersection_is_written_16_times_when_enabled),
		T(write_alone_maps_read_write),
		T(largest_size_that_divides_both_addresses_is_used),
		T(misaligned_physical_address_forces_small_pages),
		T(page_sizes_can_be_restricted),
		T(partly_covered_large_entries_go_whole),
		T(unmap_counts_only_what_was_mapped),
		T(the_last_page_of_4_GiB_can_be_mapped),
		T(an_empty_level2_table_is_kept),
		T(a_section_replaces_an_empty_table_and_frees_it),
		T(bad_arguments_are_refused),
		T(an_overlap_changes_nothing),
		T(failure_of_each_table_leaves_everything_as_before),
		T(failure_behind_a_supersection_leaves_everything_as_before),
		T(a_failing_page_allocator_leaves_everything_as_before),
		T(domain_alloc_fails_cleanly_and_free_returns_every_page),
		T(dram_never_points_to_a_table_that_is_not_clean),
		T(a_table_in_a_page_that_a_device_wrote_is_zero_in_dram),
		T(one_clean_serves_a_run_of_entries),
		T(walk_visits_entries_in_ascending_order),
		T(validate_sees_a_wild_store_and_a_missing_clean),
		T(map_and_unmap_are_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
