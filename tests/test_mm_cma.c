/* SPDX-License-Identifier: BSD-2-Clause */
/* Contiguous memory: which run is taken, what comes back, what validation sees. */
#include "test_mm_env.h"

#include "lib/mm/internal.h"

#define AREA_PAGES 1024u
#define CAP_ORDER 8u

/* The default area of 4 MiB at the end of lowmem, below it one of 4 MiB for fimc0; no atomic pool in it. */
static int setup(void **state)
{
	struct armdma_config cfg = armdma_config_exynos4210();
	struct env *e = calloc(1, sizeof(*e));

	assert_non_null(e);
	cfg.ram_size = 64 * MIB;
	cfg.lowmem_size = 32 * MIB;
	cfg.cma_size = AREA_PAGES * PAGE;
	cfg.atomic_pool_size = 0;
	for (uint32_t i = 0; i < cfg.nr_devices; i++)
		if (!strcmp(cfg.devices[i].name, "fimc0"))
			cfg.devices[i].cma_size = AREA_PAGES * PAGE;
	env_boot(e, &cfg);
	*state = e;
	return 0;
}

/* Its first page, numbered from the base of RAM. */
static uint64_t default_area(void)
{
	return 32 * MIB / PAGE - AREA_PAGES;
}

static struct armdma_page *get(struct env *e, size_t n, unsigned int order)
{
	return armdma_dma_alloc_from_contiguous(e->m, NULL, n, order, true);
}

static void put(struct env *e, struct armdma_page *page, size_t n)
{
	assert_true(armdma_dma_release_from_contiguous(e->m, page, n));
}

static uint64_t free_pages(struct env *e)
{
	return env_stats(e).cma_free;
}

/* ---- First fit against a slow oracle ------------------------------------------- */

struct oracle {
	bool used[AREA_PAGES];
	uint32_t free;
};

/* The lowest aligned place where n pages in a row are free; AREA_PAGES: none. */
static uint32_t oracle_take(struct oracle *o, uint32_t n, uint32_t align)
{
	for (uint32_t at = 0; at + n <= AREA_PAGES; at += align) {
		uint32_t len = 0;

		while (len < n && !o->used[at + len])
			len++;
		if (len < n)
			continue;
		memset(&o->used[at], true, n);
		o->free -= n;
		return at;
	}
	return AREA_PAGES;
}

static void oracle_put(struct oracle *o, uint32_t at, uint32_t n)
{
	memset(&o->used[at], false, n);
	o->free += n;
}

static uint32_t next(uint32_t *seed, uint32_t below)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) % below;
}

struct run {
	struct armdma_page *page;
	uint32_t at, n;
};

#define MAX_RUNS 64u

static void take_both(struct env *e, struct oracle *o, struct run *runs, uint32_t *nr, uint32_t *seed)
{
	uint32_t n = 1 + next(seed, next(seed, 4) ? 24 : 300), order = next(seed, 10);
	uint32_t align = 1u << (order < CAP_ORDER ? order : CAP_ORDER);
	uint32_t at = oracle_take(o, n, align);
	struct armdma_page *page = get(e, n, order);

	if (at == AREA_PAGES) {
		assert_null(page);
		return;
	}
	assert_non_null(page);
	assert_int_equal(env_nr(e, page), default_area() + at);
	runs[(*nr)++] = (struct run){ page, at, n };
}

/* All of a run, or its end or its beginning, so that holes of any shape arise. */
static void put_both(struct env *e, struct oracle *o, struct run *runs, uint32_t *nr, uint32_t *seed)
{
	uint32_t i = next(seed, *nr), n = 1 + next(seed, runs[i].n);
	struct run *r = &runs[i];

	if (next(seed, 2))
		n = r->n;
	if (next(seed, 2)) {
		put(e, armdma_nth_page(e->m, r->page, r->n - n), n);
		oracle_put(o, r->at + r->n - n, n);
	} else {
		put(e, r->page, n);
		oracle_put(o, r->at, n);
		r->page = armdma_nth_page(e->m, r->page, n);
		r->at += n;
	}
	r->n -= n;
	if (!r->n)
		*r = runs[--*nr];
}

static void lowest_aligned_run_is_taken_as_the_oracle_says(void **state)
{
	struct env *e = *state;

	for (uint32_t seed = 1; seed <= 20; seed++) {
		struct oracle o = { .free = AREA_PAGES };
		struct run runs[MAX_RUNS];
		uint32_t nr = 0, s = seed;

		for (int step = 0; step < 300; step++) {
			if (nr < MAX_RUNS && (!nr || next(&s, 5) < 3))
				take_both(e, &o, runs, &nr, &s);
			else
				put_both(e, &o, runs, &nr, &s);
			assert_int_equal(free_pages(e), AREA_PAGES + o.free);
		}
		env_valid(e);
		while (nr--)
			put(e, runs[nr].page, runs[nr].n);
	}
	assert_int_equal(free_pages(e), 2 * AREA_PAGES);
}

/* ---- Rules one by one -------------------------------------------------------------- */

static void alignment_is_capped_at_order_8(void **state)
{
	struct env *e = *state;
	struct armdma_page *one = get(e, 1, 0), *big = get(e, 512, 9), *small = get(e, 4, 2);

	assert_int_equal(env_nr(e, one), default_area());
	assert_int_equal(env_nr(e, big), default_area() + 256);
	assert_int_equal(env_nr(e, small), default_area() + 4);
	put(e, one, 1);
	put(e, big, 512);
	put(e, small, 4);
}

static void enough_pages_without_a_run_fail(void **state)
{
	struct env *e = *state;
	struct armdma_page *all = get(e, AREA_PAGES, 0);

	assert_non_null(all);
	for (uint32_t i = 0; i < AREA_PAGES; i += 2)
		put(e, armdma_nth_page(e->m, all, i), 1);
	assert_int_equal(free_pages(e), AREA_PAGES + AREA_PAGES / 2);
	assert_null(armdma_dma_alloc_from_contiguous(e->m, NULL, 2, 0, false));
	assert_int_equal(e->lines, 1);
	assert_non_null(strstr(e->line, "no 2 contiguous pages among 512 free of 1024"));
	assert_null(get(e, 2, 0));
	assert_int_equal(e->lines, 1);
	for (uint32_t i = 1; i < AREA_PAGES; i += 2)
		put(e, armdma_nth_page(e->m, all, i), 1);
	all = get(e, AREA_PAGES, 0);
	assert_non_null(all);
	put(e, all, AREA_PAGES);
}

static void device_with_an_area_uses_no_other(void **state)
{
	struct env *e = *state;
	struct armdma_device *dev = armdma_device_find(e->m, "fimc0");
	struct armdma_page *own = armdma_dma_alloc_from_contiguous(e->m, dev, AREA_PAGES, 0, true);

	assert_int_equal(env_nr(e, own), default_area() - AREA_PAGES);
	assert_null(armdma_dma_alloc_from_contiguous(e->m, dev, 1, 0, true));
	put(e, own, AREA_PAGES);
}

static void page_with_a_second_reference_stays_taken(void **state)
{
	struct env *e = *state;
	struct armdma_page *page = get(e, 2, 0), *other;

	armdma_get_page(e->m, page);
	put(e, page, 2);
	assert_int_equal(free_pages(e), 2 * AREA_PAGES - 1);
	other = get(e, 1, 0);
	assert_int_equal(env_nr(e, other), default_area() + 1);
	put(e, other, 1);
	armdma_put_page(e->m, page);
	assert_int_equal(free_pages(e), 2 * AREA_PAGES);
}

static void what_is_in_no_area_is_not_released(void **state)
{
	struct env *e = *state;
	struct armdma_page *page = armdma_alloc_pages(e->m, ARMDMA_GFP_KERNEL, 0), *last = get(e, AREA_PAGES, 0);

	assert_false(armdma_dma_release_from_contiguous(e->m, page, 1));
	assert_int_equal(armdma_page_count(e->m, page), 1);
	armdma_free_pages(e->m, page, 0);
	assert_false(armdma_dma_release_from_contiguous(e->m, NULL, 1));
	assert_false(armdma_dma_release_from_contiguous(e->m, last, 0));
	/* Beyond the area's end. */
	assert_false(armdma_dma_release_from_contiguous(e->m, last, AREA_PAGES + 1));
	assert_int_equal(free_pages(e), AREA_PAGES);
	put(e, last, AREA_PAGES);
}

static void impossible_sizes_fail(void **state)
{
	struct env *e = *state;

	assert_null(get(e, 0, 0));
	assert_null(get(e, AREA_PAGES + 1, 0));
	assert_null(get(e, (size_t)1 << 32, 0));
	assert_int_equal(free_pages(e), 2 * AREA_PAGES);
}

static void injected_failure_takes_nothing(void **state)
{
	struct env *e = *state;

	armdma_fail_nth(e->m, ARMDMA_FAIL_CMA, 1);
	assert_null(get(e, 4, 0));
	armdma_fail_nth(e->m, ARMDMA_FAIL_CMA, 0);
	assert_int_equal(free_pages(e), 2 * AREA_PAGES);
	env_valid(e);
}

static void validation_sees_a_broken_map(void **state)
{
	struct env *e = *state;
	struct armdma_page *page = get(e, 3, 0);
	struct mm_cma *cma = &e->m->mm->cma[0];
	struct armdma_error err;

	cma->map[0] ^= 2;	/* a page in use that the map calls free */
	assert_int_equal(armdma_mm_validate(e->m, &err), -EIO);
	assert_non_null(strstr(err.msg, "contiguous memory: free"));
	cma->map[0] ^= 2;
	cma->used++;
	assert_int_equal(armdma_mm_validate(e->m, &err), -EIO);
	assert_non_null(strstr(err.msg, "counts 4 pages in use and has 3"));
	cma->used--;
	put(e, page, 3);
	cma->map[0] ^= 1;	/* a free page that the map calls taken */
	assert_int_equal(armdma_mm_validate(e->m, &err), -EIO);
	assert_non_null(strstr(err.msg, "contiguous memory: taken"));
	cma->map[0] ^= 1;
	env_valid(e);
}

#define CMA_TEST(f) cmocka_unit_test_setup_teardown(f, setup, env_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CMA_TEST(lowest_aligned_run_is_taken_as_the_oracle_says),
		CMA_TEST(alignment_is_capped_at_order_8),
		CMA_TEST(enough_pages_without_a_run_fail),
		CMA_TEST(device_with_an_area_uses_no_other),
		CMA_TEST(page_with_a_second_reference_stays_taken),
		CMA_TEST(what_is_in_no_area_is_not_released),
		CMA_TEST(impossible_sizes_fail),
		CMA_TEST(injected_failure_takes_nothing),
		CMA_TEST(validation_sees_a_broken_map),
	};

	return cmocka_run_group_tests_name("mm_cma", tests, NULL, NULL);
}
