/* SPDX-License-Identifier: BSD-2-Clause */
/* kmalloc: sizes, alignment, sharing of pages, and what it says about misuse. */
#include "test_mm_env.h"

static void *get(struct env *e, size_t size)
{
	void *p = armdma_kmalloc(e->m, size, ARMDMA_GFP_KERNEL);

	env_valid(e);
	return p;
}

static void put(struct env *e, const void *p)
{
	armdma_kfree(e->m, p);
	env_valid(e);
}

static void usable_size_is_the_class_of_the_size(void **state)
{
	static const struct { size_t size, usable; } v[] = {
		{ 1, 32 }, { 32, 32 }, { 33, 64 }, { 65, 96 }, { 96, 96 }, { 97, 128 }, { 129, 192 },
		{ 193, 256 }, { 257, 512 }, { 513, 1024 }, { 1025, 2048 }, { 2049, 4096 },
		{ 4097, 8192 }, { 8192, 8192 }, { 8193, 16384 }, { 20000, 32768 }, { 4 << 20, 4 << 20 },
	};
	struct env *e = *state;

	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		void *p = get(e, v[i].size);

		assert_non_null(p);
		assert_int_equal(armdma_ksize(e->m, p, NULL), v[i].usable);
		memset(p, 0x11, v[i].usable);
		put(e, p);
	}
}

static void long_lines_drop_the_classes_that_share_them(void **state)
{
	static const struct { size_t size, usable; } v[] = {
		{ 1, 64 }, { 65, 128 }, { 96, 128 }, { 129, 192 }, { 200, 256 },
	};
	struct armdma_config cfg = env_config();
	struct env e;

	(void)state;
	cfg.inner_line = cfg.outer_line = 64;
	env_boot(&e, &cfg);
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++)
		assert_int_equal(armdma_ksize(e.m, get(&e, v[i].size), NULL), v[i].usable);
	armdma_machine_destroy(e.m);
}

static void objects_never_share_a_cache_line(void **state)
{
	struct env *e = *state;

	for (size_t size = 1; size <= 8192; size += 61)
		for (int i = 0; i < 3; i++) {
			armdma_phys_t pa = armdma_virt_to_phys(e->m, get(e, size));

			assert_int_equal(pa % 32, 0);
		}
}

static void powers_of_two_are_aligned_to_themselves(void **state)
{
	struct env *e = *state;

	for (size_t size = 32; size <= 65536; size *= 2)
		for (int i = 0; i < 5; i++) {
			armdma_phys_t pa = armdma_virt_to_phys(e->m, get(e, size));

			assert_int_equal(pa % (size < PAGE ? size : PAGE), 0);
		}
}

static void neighbours_share_a_page(void **state)
{
	struct env *e = *state;
	char *a = get(e, 100), *b = get(e, 100);

	assert_ptr_equal(b, a + 128);
	assert_ptr_equal(armdma_virt_to_page(e->m, a), armdma_virt_to_page(e->m, b));
	assert_true(armdma_virt_to_page(e->m, get(e, 200)) != armdma_virt_to_page(e->m, a));
}

static void slab_grows_object_by_object_and_goes_when_empty(void **state)
{
	struct env *e = *state;
	struct armdma_mm_stats before = env_stats(e);
	void *p[3 * 128];

	for (int i = 0; i < 3 * 128; i++) {
		p[i] = get(e, 32);
		memset(p[i], i, 32);
	}
	assert_int_equal(before.pages_free[ARMDMA_ZONE_NORMAL] -
				 env_stats(e).pages_free[ARMDMA_ZONE_NORMAL], 3);
	for (int i = 0; i < 3 * 128; i++)
		for (int j = 0; j < 32; j++)
			assert_int_equal(((unsigned char *)p[i])[j], (unsigned char)i);
	for (int i = 0; i < 3 * 128; i += 2)
		put(e, p[i]);
	for (int i = 3 * 128 - 1; i > 0; i -= 2)
		put(e, p[i]);
	env_same(e, &before);
}

static void two_page_objects_come_from_slabs_too(void **state)
{
	struct env *e = *state;
	struct armdma_mm_stats before = env_stats(e);
	char *p[5];

	for (int i = 0; i < 5; i++)
		p[i] = get(e, 8000);
	assert_ptr_equal(p[1], p[0] + 8192);
	assert_int_equal(before.pages_free[ARMDMA_ZONE_NORMAL] -
				 env_stats(e).pages_free[ARMDMA_ZONE_NORMAL], 16);
	for (int i = 0; i < 5; i++)
		put(e, p[i]);
	env_same(e, &before);
}

static void flags_choose_the_zone_and_never_highmem(void **state)
{
	struct env *e = *state;
	void *normal = armdma_kmalloc(e->m, 64, ARMDMA__GFP_HIGHMEM);
	void *dma = armdma_kmalloc(e->m, 64, ARMDMA_GFP_DMA);
	void *large = armdma_kmalloc(e->m, 64 * KIB, ARMDMA__GFP_HIGHMEM);

	assert_int_equal(armdma_page_zone(e->m, armdma_virt_to_page(e->m, normal)), ARMDMA_ZONE_NORMAL);
	assert_int_equal(armdma_page_zone(e->m, armdma_virt_to_page(e->m, dma)), ARMDMA_ZONE_DMA);
	assert_int_equal(armdma_page_zone(e->m, armdma_virt_to_page(e->m, large)), ARMDMA_ZONE_NORMAL);
}

static void kzalloc_clears_what_the_last_owner_left(void **state)
{
	struct env *e = *state;
	static const size_t sizes[] = { 30, 96, 5000, 100000 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		unsigned char *p = get(e, sizes[i]), *q;

		memset(p, 0xee, sizes[i]);
		put(e, p);
		q = armdma_kzalloc(e->m, sizes[i], ARMDMA_GFP_KERNEL);
		assert_ptr_equal(q, p);
		for (size_t j = 0; j < sizes[i]; j++)
			assert_int_equal(q[j], 0);
		put(e, q);
	}
}

static void statistics_count_bytes_as_asked_for(void **state)
{
	struct env *e = *state;
	void *a = get(e, 33), *b = get(e, 10000);

	assert_int_equal(env_stats(e).kmalloc_objects, 2);
	assert_int_equal(env_stats(e).kmalloc_bytes, 10033);
	put(e, a);
	assert_int_equal(env_stats(e).kmalloc_bytes, 10000);
	put(e, b);
	assert_int_equal(env_stats(e).kmalloc_objects, 0);
	assert_int_equal(env_stats(e).kmalloc_bytes, 0);
}

static void ksize_finds_the_object_behind_any_inner_address(void **state)
{
	struct env *e = *state;
	char *a = get(e, 90), *b = get(e, 90), *large = get(e, 20000);
	void *start = NULL;

	assert_int_equal(armdma_ksize(e->m, a + 95, &start), 96);
	assert_ptr_equal(start, a);
	assert_int_equal(armdma_ksize(e->m, b + 1, &start), 96);
	assert_ptr_equal(start, b);
	assert_int_equal(armdma_ksize(e->m, large + 32767, &start), 32768);
	assert_ptr_equal(start, large);
}

static void ksize_is_zero_where_no_object_is(void **state)
{
	struct env *e = *state;
	char *a = get(e, 90), *large = get(e, 20000);
	struct armdma_page *page = armdma_alloc_pages(e->m, ARMDMA_GFP_KERNEL, 0);
	void *start = a;
	int local;

	assert_int_equal(armdma_ksize(e->m, a + 96, &start), 0);	/* a free neighbour */
	assert_null(start);
	assert_int_equal(armdma_ksize(e->m, a + 4095, NULL), 0);	/* the slab's odd end */
	assert_int_equal(armdma_ksize(e->m, &local, NULL), 0);
	assert_int_equal(armdma_ksize(e->m, NULL, NULL), 0);
	assert_int_equal(armdma_ksize(e->m, armdma_page_address(e->m, page), NULL), 0);
	put(e, large);
	assert_int_equal(armdma_ksize(e->m, large, NULL), 0);
}

/* ---- Misuse and failure --------------------------------------------------------- */

static void double_kfree_is_reported(void **state)
{
	struct env *e = *state;
	char *a = get(e, 64), *b = get(e, 64), *large = get(e, 30000);

	put(e, a);
	put(e, a);
	env_misused(e, ARMDMA_REPORT_BAD_FREE, "which is free already");
	put(e, b);	/* the slab goes with its last object */
	put(e, b);
	assert_non_null(e->site);
	env_misused(e, ARMDMA_REPORT_BAD_FREE, "whose page is free already");
	put(e, large);
	put(e, large);
	env_misused(e, ARMDMA_REPORT_BAD_FREE, "whose page is free already");
}

static void kfree_of_an_inner_address_is_reported(void **state)
{
	struct env *e = *state;
	char *a = get(e, 64), *large = get(e, 30000);

	put(e, a + 8);
	env_misused(e, ARMDMA_REPORT_BAD_FREE, "inside the object of 64 bytes");
	put(e, large + 4096);
	env_misused(e, ARMDMA_REPORT_BAD_FREE, "inside the object of 32768 bytes");
	assert_int_equal(env_stats(e).kmalloc_objects, 2);
}

static void kfree_of_foreign_memory_is_reported(void **state)
{
	struct env *e = *state;
	struct armdma_page *page = armdma_alloc_pages(e->m, ARMDMA_GFP_KERNEL, 0);
	char *a = get(e, 90);
	int local;

	put(e, NULL);
	assert_int_equal(e->misuses, 0);
	put(e, &local);
	env_misused(e, ARMDMA_REPORT_BAD_FREE, "no linear address");
	put(e, armdma_page_address(e->m, page));
	env_misused(e, ARMDMA_REPORT_BAD_FREE, "page of armdma_alloc_pages");
	put(e, armdma_phys_to_virt(e->m, BASE + 2500 * PAGE));
	env_misused(e, ARMDMA_REPORT_BAD_FREE, "never allocated");
	put(e, a + 42 * 96);
	env_misused(e, ARMDMA_REPORT_BAD_FREE, "behind the last object");
}

static void senseless_sizes_give_nothing(void **state)
{
	struct env *e = *state;
	struct armdma_mm_stats before = env_stats(e);

	assert_null(get(e, 0));
	assert_null(get(e, (4 << 20) + 1));
	assert_null(get(e, SIZE_MAX));
	assert_null(get(e, SIZE_MAX - 4094));
	env_same(e, &before);
}

static void injected_failures_leave_everything_as_it_was(void **state)
{
	struct env *e = *state;
	struct armdma_mm_stats before = env_stats(e);

	armdma_fail_nth(e->m, ARMDMA_FAIL_KMALLOC, 1);
	assert_null(get(e, 100));
	env_same(e, &before);
	armdma_fail_nth(e->m, ARMDMA_FAIL_PAGE, 1);
	assert_null(get(e, 100));
	env_same(e, &before);
	armdma_fail_nth(e->m, ARMDMA_FAIL_PAGE, 1);
	assert_null(get(e, 100000));
	env_same(e, &before);
	put(e, get(e, 100));
	env_same(e, &before);
}

static void exhausted_memory_falls_back_to_small_slabs(void **state)
{
	struct env *e = *state;
	struct armdma_page *page, *last = NULL;
	void *p;

	/* Only single pages are left. */
	while ((page = armdma_alloc_pages(e->m, ARMDMA__GFP_NOWARN, 0))) {
		if (last && env_nr(e, page) % 2)
			armdma_free_pages(e->m, last, 0);
		last = env_nr(e, page) % 2 ? NULL : page;
		if (env_stats(e).pages_free[ARMDMA_ZONE_NORMAL] < 20)
			break;
	}
	while (armdma_alloc_pages(e->m, ARMDMA__GFP_NOWARN, 1))
		;
	p = get(e, 4096);
	assert_non_null(p);
	memset(p, 1, 4096);
	put(e, p);
	assert_null(get(e, 8192));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MM_TEST(usable_size_is_the_class_of_the_size),
		cmocka_unit_test(long_lines_drop_the_classes_that_share_them),
		MM_TEST(objects_never_share_a_cache_line),
		MM_TEST(powers_of_two_are_aligned_to_themselves),
		MM_TEST(neighbours_share_a_page),
		MM_TEST(slab_grows_object_by_object_and_goes_when_empty),
		MM_TEST(two_page_objects_come_from_slabs_too),
		MM_TEST(flags_choose_the_zone_and_never_highmem),
		MM_TEST(kzalloc_clears_what_the_last_owner_left),
		MM_TEST(statistics_count_bytes_as_asked_for),
		MM_TEST(ksize_finds_the_object_behind_any_inner_address),
		MM_TEST(ksize_is_zero_where_no_object_is),
		MM_TEST(double_kfree_is_reported),
		MM_TEST(kfree_of_an_inner_address_is_reported),
		MM_TEST(kfree_of_foreign_memory_is_reported),
		MM_TEST(senseless_sizes_give_nothing),
		MM_TEST(injected_failures_leave_everything_as_it_was),
		MM_TEST(exhausted_memory_falls_back_to_small_slabs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
