/* SPDX-License-Identifier: BSD-2-Clause */
/* The page allocator: zones, buddies, references, and what it says about misuse. */
#include "test_mm_env.h"

static struct armdma_page *get(struct env *e, armdma_gfp_t gfp, unsigned int order)
{
	struct armdma_page *page = armdma_alloc_pages(e->m, gfp, order);

	env_valid(e);
	return page;
}

static void put(struct env *e, struct armdma_page *page, unsigned int order)
{
	armdma_free_pages(e->m, page, order);
	env_valid(e);
}

/* ---- Where blocks come from -------------------------------------------------- */

static void order_of_a_size_is_the_smallest_that_holds_it(void **state)
{
	static const struct { size_t size; unsigned int order; } v[] = {
		{ 1, 0 }, { 4096, 0 }, { 4097, 1 }, { 8192, 1 }, { 8193, 2 }, { 65536, 4 },
		{ 1 << 20, 8 }, { (1 << 20) + 1, 9 }, { 4 << 20, 10 }, { (4 << 20) + 1, 11 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++)
		assert_int_equal(armdma_get_order(v[i].size), v[i].order);
}

static void zone_follows_the_flags(void **state)
{
	struct env *e = *state;

	assert_int_equal(env_nr(e, get(e, ARMDMA_GFP_DMA, 0)), 0);
	assert_int_equal(env_nr(e, get(e, ARMDMA_GFP_KERNEL, 0)), DMA_PAGES);
	assert_int_equal(env_nr(e, get(e, ARMDMA__GFP_HIGHMEM, 0)), LOWMEM_PAGES);
	assert_int_equal(armdma_page_zone(e->m, armdma_phys_to_page(e->m, BASE)), ARMDMA_ZONE_DMA);
	assert_int_equal(armdma_page_zone(e->m, armdma_phys_to_page(e->m, BASE + DMA_PAGES * PAGE)),
			 ARMDMA_ZONE_NORMAL);
	assert_int_equal(armdma_page_zone(e->m, armdma_phys_to_page(e->m, BASE + LOWMEM_PAGES * PAGE)),
			 ARMDMA_ZONE_HIGHMEM);
}

/* Take all pages of order 0 that the flags give; the number of them. They are not given back. */
static unsigned int drain(struct env *e, armdma_gfp_t gfp)
{
	unsigned int n = 0;

	while (armdma_alloc_pages(e->m, gfp | ARMDMA__GFP_NOWARN, 0))
		n++;
	env_valid(e);
	return n;
}

static void zones_fall_back_downwards_only(void **state)
{
	struct env *e = *state;

	assert_int_equal(drain(e, ARMDMA_GFP_DMA), DMA_PAGES);
	assert_int_equal(drain(e, ARMDMA_GFP_KERNEL), LOWMEM_PAGES - DMA_PAGES);
	assert_int_equal(env_stats(e).pages_free[ARMDMA_ZONE_HIGHMEM], RAM_PAGES - LOWMEM_PAGES);
	assert_int_equal(drain(e, ARMDMA__GFP_HIGHMEM), RAM_PAGES - LOWMEM_PAGES);
}

static void highmem_request_uses_all_ram_in_the_end(void **state)
{
	struct env *e = *state;

	assert_int_equal(drain(e, ARMDMA__GFP_HIGHMEM), RAM_PAGES);
}

static void without_dma_zone_its_flag_means_normal(void **state)
{
	struct armdma_config cfg = env_config();
	struct env e;

	(void)state;
	cfg.dma_zone_size = 0;
	env_boot(&e, &cfg);
	assert_int_equal(env_nr(&e, get(&e, ARMDMA_GFP_DMA, 0)), 0);
	assert_int_equal(drain(&e, ARMDMA_GFP_DMA), LOWMEM_PAGES - 1);
	armdma_machine_destroy(e.m);
}

static void blocks_are_aligned_and_stay_in_their_zone(void **state)
{
	struct env *e = *state;
	static const unsigned int first[ARMDMA_NR_ZONES] = { 0, DMA_PAGES, LOWMEM_PAGES };
	static const unsigned int end[ARMDMA_NR_ZONES] = { DMA_PAGES, LOWMEM_PAGES, RAM_PAGES };

	for (unsigned int order = ARMDMA_MAX_ORDER; order-- > 0;) {
		struct armdma_page *page = get(e, ARMDMA__GFP_HIGHMEM, order);
		enum armdma_zone z;

		assert_non_null(page);
		z = armdma_page_zone(e->m, page);
		assert_int_equal(armdma_page_to_phys(e->m, page) % (PAGE << order), 0);
		assert_true(env_nr(e, page) >= first[z]);
		assert_true(env_nr(e, page) + (1u << order) <= end[z]);
	}
}

static void fresh_pages_come_in_ascending_order(void **state)
{
	struct armdma_config cfg = env_config();
	struct env e;

	(void)state;
	cfg.dma_zone_size = 0;
	cfg.lowmem_size = 8 * MIB;
	env_boot(&e, &cfg);
	for (unsigned int i = 0; i < 2048; i++)
		assert_int_equal(env_nr(&e, get(&e, ARMDMA_GFP_KERNEL, 0)), i);
	armdma_machine_destroy(e.m);
}

static void block_freed_last_is_used_first(void **state)
{
	struct env *e = *state;
	struct armdma_page *p[8];

	for (int i = 0; i < 8; i++)
		p[i] = get(e, ARMDMA_GFP_DMA, 0);
	/* No two of them are buddies. */
	put(e, p[0], 0);
	put(e, p[2], 0);
	put(e, p[5], 0);
	assert_ptr_equal(get(e, ARMDMA_GFP_DMA, 0), p[5]);
	assert_ptr_equal(get(e, ARMDMA_GFP_DMA, 0), p[2]);
	assert_ptr_equal(get(e, ARMDMA_GFP_DMA, 0), p[0]);
}

static void free_buddies_merge_up_to_the_largest_block(void **state)
{
	struct armdma_config cfg = env_config();
	struct armdma_page *p[1024];
	struct env e;

	(void)state;
	cfg.dma_zone_size = 0;
	cfg.lowmem_size = 8 * MIB;
	env_boot(&e, &cfg);
	for (int i = 0; i < 1024; i++)
		p[i] = get(&e, ARMDMA_GFP_KERNEL, 0);
	assert_int_equal(env_stats(&e).free_blocks[ARMDMA_ZONE_NORMAL][10], 1);
	for (int i = 0; i < 1024; i += 2)
		armdma_free_pages(e.m, p[i], 0);
	env_valid(&e);
	assert_int_equal(env_stats(&e).free_blocks[ARMDMA_ZONE_NORMAL][0], 512);
	for (int i = 1; i < 1024; i += 2)
		armdma_free_pages(e.m, p[i], 0);
	env_valid(&e);
	assert_int_equal(env_stats(&e).free_blocks[ARMDMA_ZONE_NORMAL][10], 2);
	armdma_machine_destroy(e.m);
}

static void statistics_of_an_untouched_machine_show_all_of_ram(void **state)
{
	struct env *e = *state;
	struct armdma_mm_stats st = env_stats(e);

	for (int z = 0; z < ARMDMA_NR_ZONES; z++) {
		uint64_t pages = 0;

		for (unsigned int order = 0; order < ARMDMA_MAX_ORDER; order++)
			pages += st.free_blocks[z][order] << order;
		assert_int_equal(pages, st.pages_total[z]);
		assert_int_equal(st.pages_free[z], st.pages_total[z]);
	}
	assert_int_equal(st.pages_total[ARMDMA_ZONE_DMA], DMA_PAGES);
	assert_int_equal(st.pages_total[ARMDMA_ZONE_HIGHMEM], RAM_PAGES - LOWMEM_PAGES);
}

static void too_large_an_order_is_refused(void **state)
{
	struct env *e = *state;
	struct armdma_mm_stats before = env_stats(e);

	assert_null(get(e, ARMDMA_GFP_KERNEL, ARMDMA_MAX_ORDER));
	assert_null(get(e, ARMDMA_GFP_KERNEL, 64));
	assert_null(get(e, ARMDMA_GFP_KERNEL, ~0u));
	env_same(e, &before);
}

/* ---- Content and addresses --------------------------------------------------- */

static void lowmem_page_is_usable_at_its_linear_address(void **state)
{
	struct env *e = *state;
	struct armdma_page *page = get(e, ARMDMA_GFP_KERNEL, 3);
	unsigned char *p = armdma_page_address(e->m, page);

	assert_non_null(p);
	memset(p, 0x5a, 8 * PAGE);
	assert_int_equal(armdma_virt_to_phys(e->m, p + 5000), armdma_page_to_phys(e->m, page) + 5000);
	assert_ptr_equal(armdma_virt_to_page(e->m, p + 5000), armdma_nth_page(e->m, page, 1));
	assert_ptr_equal(armdma_phys_to_virt(e->m, armdma_page_to_phys(e->m, page)), p);
}

static void last_page_of_lowmem_is_usable(void **state)
{
	struct env *e = *state;
	struct armdma_page *page, *last = NULL;

	while ((page = armdma_alloc_pages(e->m, ARMDMA__GFP_NOWARN, 0)))
		if (!last || armdma_page_to_phys(e->m, page) > armdma_page_to_phys(e->m, last))
			last = page;
	assert_int_equal(env_nr(e, last), LOWMEM_PAGES - 1);
	memset(armdma_page_address(e->m, last), 1, PAGE);
}

static void highmem_page_has_no_linear_address(void **state)
{
	struct env *e = *state;
	struct armdma_page *page = get(e, ARMDMA__GFP_HIGHMEM, 0);
	int local;

	assert_null(armdma_page_address(e->m, page));
	assert_null(armdma_phys_to_virt(e->m, armdma_page_to_phys(e->m, page)));
	assert_true(armdma_virt_to_phys(e->m, &local) == ARMDMA_MAPPING_ERROR);
	assert_null(armdma_virt_to_page(e->m, &local));
}

static void zero_flag_clears_and_its_absence_keeps(void **state)
{
	struct env *e = *state;
	struct armdma_page *page = get(e, ARMDMA_GFP_KERNEL, 1);
	unsigned char *p = armdma_page_address(e->m, page);

	memset(p, 0xa5, 2 * PAGE);
	put(e, page, 1);
	assert_ptr_equal(get(e, ARMDMA_GFP_KERNEL, 1), page);
	assert_int_equal(p[0], 0xa5);
	put(e, page, 1);
	assert_ptr_equal(get(e, ARMDMA_GFP_KERNEL | ARMDMA__GFP_ZERO, 1), page);
	for (unsigned int i = 0; i < 2 * PAGE; i++)
		assert_int_equal(p[i], 0);
}

static void what_is_no_page_has_no_number(void **state)
{
	struct env *e = *state;
	struct armdma_page *last = armdma_phys_to_page(e->m, BASE + (RAM_PAGES - 1) * PAGE);

	assert_non_null(last);
	assert_null(armdma_phys_to_page(e->m, BASE - 1));
	assert_null(armdma_phys_to_page(e->m, BASE + RAM_PAGES * PAGE));
	assert_null(armdma_phys_to_page(e->m, UINT64_MAX));
	assert_null(armdma_nth_page(e->m, last, 1));
	assert_null(armdma_nth_page(e->m, last, SIZE_MAX));
	assert_ptr_equal(armdma_nth_page(e->m, last, 0), last);
	assert_true(armdma_page_to_phys(e->m, NULL) == ARMDMA_MAPPING_ERROR);
	assert_true(armdma_page_to_phys(e->m, (struct armdma_page *)((char *)last + 1)) ==
		    ARMDMA_MAPPING_ERROR);
	assert_int_equal(armdma_page_count(e->m, NULL), 0);
}

/* ---- References --------------------------------------------------------------- */

static void page_goes_back_with_its_last_reference(void **state)
{
	struct env *e = *state;
	struct armdma_mm_stats before = env_stats(e);
	struct armdma_page *page = get(e, ARMDMA_GFP_KERNEL, 0);

	assert_int_equal(armdma_page_count(e->m, page), 1);
	armdma_get_page(e->m, page);
	assert_int_equal(armdma_page_count(e->m, page), 2);
	put(e, page, 0);
	assert_int_equal(armdma_page_count(e->m, page), 1);
	armdma_put_page(e->m, page);
	assert_int_equal(armdma_page_count(e->m, page), 0);
	env_same(e, &before);
	assert_int_equal(e->misuses, 0);
}

static void put_alone_frees_a_single_page(void **state)
{
	struct env *e = *state;
	struct armdma_mm_stats before = env_stats(e);

	armdma_put_page(e->m, get(e, ARMDMA_GFP_KERNEL, 0));
	armdma_put_page(e->m, NULL);
	armdma_free_pages(e->m, NULL, 3);
	env_same(e, &before);
	assert_int_equal(e->misuses, 0);
}

static void unsplit_block_shares_one_count(void **state)
{
	struct env *e = *state;
	struct armdma_mm_stats before = env_stats(e);
	struct armdma_page *page = get(e, ARMDMA_GFP_KERNEL, 3);
	struct armdma_page *tail = armdma_nth_page(e->m, page, 5);

	armdma_get_page(e->m, tail);
	armdma_get_page(e->m, armdma_nth_page(e->m, page, 7));
	assert_int_equal(armdma_page_count(e->m, page), 3);
	assert_int_equal(armdma_page_count(e->m, tail), 3);
	put(e, page, 3);
	/* All eight pages stay until the last reference to any of them goes. */
	assert_int_equal(env_stats(e).pages_free[ARMDMA_ZONE_NORMAL],
			 before.pages_free[ARMDMA_ZONE_NORMAL] - 8);
	armdma_put_page(e->m, tail);
	assert_int_equal(armdma_page_count(e->m, page), 1);
	armdma_put_page(e->m, armdma_nth_page(e->m, page, 7));
	env_same(e, &before);
	assert_int_equal(e->misuses, 0);
}

static void split_pages_are_freed_one_by_one(void **state)
{
	struct env *e = *state;
	struct armdma_mm_stats before = env_stats(e);
	struct armdma_page *page = get(e, ARMDMA_GFP_KERNEL, 4);

	armdma_split_page(e->m, page, 4);
	env_valid(e);
	for (int i = 0; i < 16; i++)
		assert_int_equal(armdma_page_count(e->m, armdma_nth_page(e->m, page, (size_t)i)), 1);
	armdma_get_page(e->m, armdma_nth_page(e->m, page, 3));
	for (int i = 15; i >= 0; i--)
		put(e, armdma_nth_page(e->m, page, (size_t)i), 0);
	assert_int_equal(env_stats(e).pages_free[ARMDMA_ZONE_NORMAL],
			 before.pages_free[ARMDMA_ZONE_NORMAL] - 1);
	armdma_put_page(e->m, armdma_nth_page(e->m, page, 3));
	env_same(e, &before);
	assert_int_equal(e->misuses, 0);
}

/* ---- Misuse -------------------------------------------------------------------- */

static void double_free_is_reported(void **state)
{
	struct env *e = *state;
	struct armdma_page *page = get(e, ARMDMA_GFP_KERNEL, 2);

	put(e, page, 2);
	put(e, page, 2);
	assert_true(e->addr == armdma_page_to_phys(e->m, page));
	assert_non_null(e->site);
	env_misused(e, ARMDMA_REPORT_BAD_FREE, "is free already");
	armdma_put_page(e->m, page);
	env_misused(e, ARMDMA_REPORT_BAD_FREE, "is free already");
	armdma_get_page(e->m, page);
	env_misused(e, ARMDMA_REPORT_BAD_FREE, "armdma_get_page");
}

static void owner_cannot_free_twice_while_others_hold_the_page(void **state)
{
	struct env *e = *state;
	struct armdma_page *page = get(e, ARMDMA_GFP_KERNEL, 0);

	armdma_get_page(e->m, page);
	put(e, page, 0);
	put(e, page, 0);
	env_misused(e, ARMDMA_REPORT_BAD_FREE, "other references: 1");
	assert_int_equal(armdma_page_count(e->m, page), 1);
}

static void wrong_order_is_reported_with_both_values(void **state)
{
	struct env *e = *state;
	struct armdma_page *page = get(e, ARMDMA_GFP_KERNEL, 2);

	put(e, page, 1);
	env_misused(e, ARMDMA_REPORT_BAD_FREE, "with order 1, but its order is 2");
	put(e, page, 64);
	env_misused(e, ARMDMA_REPORT_BAD_FREE, "with order 64, but its order is 2");
	armdma_split_page(e->m, page, 3);
	env_misused(e, ARMDMA_REPORT_BAD_FREE, "armdma_split_page");
	assert_int_equal(armdma_page_count(e->m, page), 1);
}

static void tail_of_a_block_cannot_be_freed(void **state)
{
	struct env *e = *state;
	struct armdma_page *page = get(e, ARMDMA_GFP_KERNEL, 2);

	put(e, armdma_nth_page(e->m, page, 2), 0);
	env_misused(e, ARMDMA_REPORT_BAD_FREE, "inside a block of order 2");
	put(e, page, 2);
	put(e, armdma_nth_page(e->m, page, 2), 1);
	env_misused(e, ARMDMA_REPORT_BAD_FREE, "is free already");
}

static void page_that_was_never_allocated_is_reported(void **state)
{
	struct env *e = *state;
	int local;

	put(e, armdma_phys_to_page(e->m, BASE + 3000 * PAGE), 0);
	env_misused(e, ARMDMA_REPORT_BAD_FREE, "was never allocated");
	put(e, (struct armdma_page *)(void *)&local, 0);
	env_misused(e, ARMDMA_REPORT_BAD_FREE, "no page of this machine");
}

static void neighbour_zone_lends_no_state_to_a_fresh_page(void **state)
{
	struct env *e = *state;
	/* Page 2550, the last of lowmem, and 2551, the first of highmem, would be buddies. */
	struct armdma_page *fresh = armdma_phys_to_page(e->m, BASE + LOWMEM_PAGES * PAGE);

	drain(e, ARMDMA_GFP_KERNEL);
	assert_int_equal(armdma_page_count(e->m, armdma_phys_to_page(e->m, BASE + (LOWMEM_PAGES - 1) * PAGE)), 1);
	assert_int_equal(armdma_page_count(e->m, fresh), 0);
	put(e, fresh, 0);
	env_misused(e, ARMDMA_REPORT_BAD_FREE, "was never allocated");
}

static void put_of_the_owners_reference_to_a_block_is_reported(void **state)
{
	struct env *e = *state;
	struct armdma_page *page = get(e, ARMDMA_GFP_KERNEL, 2);

	armdma_put_page(e->m, page);
	env_misused(e, ARMDMA_REPORT_BAD_FREE, "owner's reference");
	assert_int_equal(armdma_page_count(e->m, page), 1);
}

static void block_with_other_references_cannot_be_split(void **state)
{
	struct env *e = *state;
	struct armdma_page *page = get(e, ARMDMA_GFP_KERNEL, 2);

	armdma_get_page(e->m, armdma_nth_page(e->m, page, 1));
	armdma_split_page(e->m, page, 2);
	env_misused(e, ARMDMA_REPORT_BAD_ARGUMENT, "2 references");
}

static void pages_of_kmalloc_are_not_the_callers(void **state)
{
	struct env *e = *state;
	void *small = armdma_kmalloc(e->m, 100, ARMDMA_GFP_KERNEL);
	void *large = armdma_kmalloc(e->m, 20000, ARMDMA_GFP_KERNEL);

	put(e, armdma_virt_to_page(e->m, small), 0);
	env_misused(e, ARMDMA_REPORT_BAD_FREE, "belongs to kmalloc");
	put(e, armdma_virt_to_page(e->m, large), 3);
	env_misused(e, ARMDMA_REPORT_BAD_FREE, "belongs to kmalloc");
}

/* ---- Failure, console, events --------------------------------------------------- */

static void injected_failure_is_one_failure(void **state)
{
	struct env *e = *state;
	struct armdma_mm_stats before = env_stats(e);

	armdma_fail_nth(e->m, ARMDMA_FAIL_PAGE, 2);
	armdma_free_pages(e->m, get(e, ARMDMA_GFP_KERNEL, 0), 0);
	assert_null(get(e, ARMDMA_GFP_KERNEL, 0));
	armdma_free_pages(e->m, get(e, ARMDMA_GFP_KERNEL, 0), 0);
	assert_int_equal(armdma_fail_hits(e->m, ARMDMA_FAIL_PAGE), 3);
	env_same(e, &before);
}

static void exhaustion_is_logged_unless_told_not_to(void **state)
{
	struct env *e = *state;

	drain(e, ARMDMA_GFP_DMA);
	assert_int_equal(e->lines, 0);
	assert_null(get(e, ARMDMA_GFP_DMA, 2));
	assert_int_equal(e->lines, 1);
	assert_non_null(strstr(e->line, "order 2"));
	assert_non_null(strstr(e->line, "DMA 0, normal 2033, highmem 1545"));
}

static void failed_large_request_takes_nothing(void **state)
{
	struct env *e = *state;
	struct armdma_mm_stats before;
	unsigned int n = 0;

	while (armdma_alloc_pages(e->m, ARMDMA_GFP_KERNEL | ARMDMA__GFP_NOWARN, 10))
		n++;
	assert_int_equal(n, 1);	/* 1024..2047 is the only aligned 4 MiB of lowmem, less the DMA zone's part */
	before = env_stats(e);
	assert_null(armdma_alloc_pages(e->m, ARMDMA_GFP_KERNEL | ARMDMA__GFP_NOWARN, 10));
	env_same(e, &before);
}

static void events_tell_of_blocks(void **state)
{
	struct env *e = *state;
	struct armdma_page *page = get(e, ARMDMA_GFP_KERNEL, 3);

	assert_int_equal(e->allocs, 1);
	assert_true(e->pa == armdma_page_to_phys(e->m, page) && e->len == 8 * PAGE);
	armdma_get_page(e->m, page);
	put(e, page, 3);
	assert_int_equal(e->frees, 0);
	armdma_put_page(e->m, page);
	assert_int_equal(e->frees, 1);
	assert_true(e->pa == armdma_page_to_phys(e->m, page) && e->len == 8 * PAGE);
}

static void next_machine_starts_clean(void **state)
{
	struct armdma_config cfg = env_config();

	(void)state;
	for (int round = 0; round < 20; round++) {
		struct armdma_page *page;
		struct env e;

		env_boot(&e, &cfg);
		page = get(&e, ARMDMA_GFP_KERNEL, 0);
		assert_int_equal(env_nr(&e, page), DMA_PAGES);
		for (int i = 0; i < round * 30; i++)
			get(&e, ARMDMA__GFP_HIGHMEM, (unsigned int)i % 3);
		armdma_machine_destroy(e.m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_of_a_size_is_the_smallest_that_holds_it),
		MM_TEST(zone_follows_the_flags),
		MM_TEST(zones_fall_back_downwards_only),
		MM_TEST(highmem_request_uses_all_ram_in_the_end),
		cmocka_unit_test(without_dma_zone_its_flag_means_normal),
		MM_TEST(blocks_are_aligned_and_stay_in_their_zone),
		cmocka_unit_test(fresh_pages_come_in_ascending_order),
		MM_TEST(block_freed_last_is_used_first),
		cmocka_unit_test(free_buddies_merge_up_to_the_largest_block),
		MM_TEST(statistics_of_an_untouched_machine_show_all_of_ram),
		MM_TEST(too_large_an_order_is_refused),
		MM_TEST(lowmem_page_is_usable_at_its_linear_address),
		MM_TEST(last_page_of_lowmem_is_usable),
		MM_TEST(highmem_page_has_no_linear_address),
		MM_TEST(zero_flag_clears_and_its_absence_keeps),
		MM_TEST(what_is_no_page_has_no_number),
		MM_TEST(page_goes_back_with_its_last_reference),
		MM_TEST(put_alone_frees_a_single_page),
		MM_TEST(unsplit_block_shares_one_count),
		MM_TEST(split_pages_are_freed_one_by_one),
		MM_TEST(double_free_is_reported),
		MM_TEST(owner_cannot_free_twice_while_others_hold_the_page),
		MM_TEST(wrong_order_is_reported_with_both_values),
		MM_TEST(tail_of_a_block_cannot_be_freed),
		MM_TEST(page_that_was_never_allocated_is_reported),
		MM_TEST(neighbour_zone_lends_no_state_to_a_fresh_page),
		MM_TEST(put_of_the_owners_reference_to_a_block_is_reported),
		MM_TEST(block_with_other_references_cannot_be_split),
		MM_TEST(pages_of_kmalloc_are_not_the_callers),
		MM_TEST(injected_failure_is_one_failure),
		MM_TEST(exhaustion_is_logged_unless_told_not_to),
		MM_TEST(failed_large_request_takes_nothing),
		MM_TEST(events_tell_of_blocks),
		cmocka_unit_test(next_machine_starts_clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
