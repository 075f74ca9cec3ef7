/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The page allocator and kmalloc against a slow oracle: for each page of RAM who has it. Random allocations, splits,
 * extra references, frees right and wrong, injected failures. A request may fail only when the oracle, too, finds no
 * free aligned block of that size in the zones that it may use.
 */
#include "test_mm_env.h"

#define MAX_LIVE 700u

struct block {
	struct armdma_page *page;	/* NULL: a kmalloc object */
	unsigned char *p;
	size_t size;			/* kmalloc: bytes */
	unsigned int order, refs;	/* refs: beside the owner's */
	bool freed;			/* the owner has let go */
	uint32_t tag;
};

static struct block live[MAX_LIVE];
static unsigned int nr_live;
static uint8_t taken[RAM_PAGES];
static uint64_t seed;
static uint32_t next_tag;

static uint32_t rnd(uint32_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed % n);
}

/* Is there a free aligned block below the zone's end, wholly in one zone? */
static bool could_fit(armdma_gfp_t gfp, unsigned int order)
{
	static const uint32_t start[] = { 0, DMA_PAGES, LOWMEM_PAGES };
	static const uint32_t end[] = { DMA_PAGES, LOWMEM_PAGES, RAM_PAGES };
	int top = gfp & ARMDMA__GFP_DMA ? 0 : gfp & ARMDMA__GFP_HIGHMEM ? 2 : 1;
	uint32_t n = 1u << order;

	for (int z = top; z >= 0; z--)
		for (uint32_t at = (start[z] + n - 1) & ~(n - 1); at + n <= end[z]; at += n)
			if (!memchr(taken + at, 1, n))
				return true;
	return false;
}

/* First and last word of every page carry the owner's tag. */
static void stamp(struct env *e, const struct block *b, bool check)
{
	for (size_t i = 0; i < (size_t)1 << b->order; i++) {
		uint32_t *p = armdma_page_address(e->m, armdma_nth_page(e->m, b->page, i));

		if (!p)
			continue;
		if (check)
			assert_true(p[0] == b->tag && p[PAGE / 4 - 1] == b->tag);
		p[0] = p[PAGE / 4 - 1] = b->tag;
	}
}

static void take(struct env *e, struct armdma_page *page, unsigned int order)
{
	uint64_t at = env_nr(e, page);

	assert_int_equal(at % (1u << order), 0);
	assert_null(memchr(taken + at, 1, 1u << order));
	memset(taken + at, 1, 1u << order);
}

static void drop(struct env *e, unsigned int i)
{
	struct block *b = &live[i];

	memset(taken + env_nr(e, b->page), 0, 1u << b->order);
	*b = live[--nr_live];
}

static void one_alloc(struct env *e)
{
	static const armdma_gfp_t flags[] = { ARMDMA_GFP_DMA, ARMDMA_GFP_KERNEL, ARMDMA__GFP_HIGHMEM };
	unsigned int order = rnd(4) ? rnd(4) : rnd(ARMDMA_MAX_ORDER);
	armdma_gfp_t gfp = flags[rnd(3)] | ARMDMA__GFP_NOWARN;
	bool inject = !rnd(20);
	struct armdma_page *page;

	if (nr_live == MAX_LIVE)
		return;
	armdma_fail_nth(e->m, ARMDMA_FAIL_PAGE, inject);
	page = armdma_alloc_pages(e->m, gfp, order);
	assert_int_equal(page != NULL, !inject && could_fit(gfp, order));
	if (!page)
		return;
	take(e, page, order);
	live[nr_live] = (struct block){ .page = page, .order = order, .tag = ++next_tag };
	stamp(e, &live[nr_live++], false);
}

static void one_free(struct env *e, unsigned int i)
{
	struct block *b = &live[i];

	stamp(e, b, true);
	if (b->freed) {
		armdma_free_pages(e->m, b->page, b->order);
		env_misused(e, ARMDMA_REPORT_BAD_FREE, "owner");
		return;
	}
	armdma_free_pages(e->m, b->page, b->order);
	b->freed = true;
	if (!b->refs)
		drop(e, i);
}

static void one_split(struct env *e, unsigned int i)
{
	struct block b = live[i];

	if (b.refs || b.freed || nr_live + (1u << b.order) > MAX_LIVE)
		return;
	armdma_split_page(e->m, b.page, b.order);
	live[i] = live[--nr_live];
	for (size_t n = 0; n < (size_t)1 << b.order; n++)
		live[nr_live++] = (struct block){ .page = armdma_nth_page(e->m, b.page, n), .tag = b.tag };
}

static void one_reference(struct env *e, unsigned int i)
{
	struct block *b = &live[i];
	struct armdma_page *page = armdma_nth_page(e->m, b->page, rnd(1u << b->order));

	assert_int_equal(armdma_page_count(e->m, page), b->refs + !b->freed);
	if (!b->refs || rnd(2)) {
		armdma_get_page(e->m, page);
		b->refs++;
		return;
	}
	armdma_put_page(e->m, page);
	if (!--b->refs && b->freed)
		drop(e, i);
}

static void one_wrong_free(struct env *e)
{
	uint32_t at = rnd(RAM_PAGES);

	if (taken[at])
		return;
	armdma_free_pages(e->m, armdma_phys_to_page(e->m, BASE + at * PAGE), rnd(3));
	env_misused(e, ARMDMA_REPORT_BAD_FREE, "armdma_free_pages");
}

static void random_page_operations_agree_with_the_oracle(void **state)
{
	struct env *e = *state;
	struct armdma_mm_stats before = env_stats(e);

	memset(taken, 0, sizeof(taken));
	nr_live = 0;
	seed = 11;
	for (int i = 0; i < 60000; i++) {
		uint32_t dice = rnd(100);

		if (dice < 45 || !nr_live)
			one_alloc(e);
		else if (dice < 75)
			one_free(e, rnd(nr_live));
		else if (dice < 80)
			one_split(e, rnd(nr_live));
		else if (dice < 95)
			one_reference(e, rnd(nr_live));
		else
			one_wrong_free(e);
		if (!(i % 50))
			env_valid(e);
	}
	armdma_fail_nth(e->m, ARMDMA_FAIL_PAGE, 0);
	while (nr_live) {
		struct block *b = &live[nr_live - 1];

		while (b->refs--)
			armdma_put_page(e->m, b->page);
		if (!b->freed)
			armdma_free_pages(e->m, b->page, b->order);
		nr_live--;
	}
	env_same(e, &before);
	assert_int_equal(e->misuses, 0);
}

static void random_kmalloc_operations_keep_every_byte(void **state)
{
	struct env *e = *state;
	struct armdma_mm_stats before = env_stats(e);
	uint64_t bytes = 0;

	nr_live = 0;
	seed = 12;
	for (int i = 0; i < 60000; i++) {
		if (nr_live < MAX_LIVE && rnd(100) < 55) {
			size_t size = rnd(10) ? 1 + rnd(600) : 1 + rnd(20000);
			bool inject = !rnd(30);
			struct block b = { .size = size, .tag = ++next_tag };

			armdma_fail_nth(e->m, ARMDMA_FAIL_KMALLOC, inject);
			b.p = armdma_kmalloc(e->m, size,
					     (rnd(5) ? ARMDMA_GFP_KERNEL : ARMDMA_GFP_DMA) |
						     ARMDMA__GFP_NOWARN);
			assert_true(!b.p || !inject);
			if (!b.p)
				continue;
			memset(b.p, (int)(b.tag & 0xff), size);
			bytes += size;
			live[nr_live++] = b;
		} else if (nr_live) {
			unsigned int at = rnd(nr_live);
			struct block b = live[at];

			for (size_t j = 0; j < b.size; j++)
				if (b.p[j] != (b.tag & 0xff))
					fail_msg("byte %zu of %zu was overwritten", j, b.size);
			armdma_kfree(e->m, b.p);
			bytes -= b.size;
			live[at] = live[--nr_live];
		}
		if (!(i % 50))
			env_valid(e);
		if (!(i % 1000)) {
			assert_int_equal(env_stats(e).kmalloc_bytes, bytes);
			assert_int_equal(env_stats(e).kmalloc_objects, nr_live);
		}
	}
	while (nr_live)
		armdma_kfree(e->m, live[--nr_live].p);
	env_same(e, &before);
	assert_int_equal(e->misuses, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MM_TEST(random_page_operations_agree_with_the_oracle),
		MM_TEST(random_kmalloc_operations_keep_every_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
