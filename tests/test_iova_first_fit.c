/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * first-fit against the plain model: more than ten million random operations, and after each the same address, or the same
 * failure. Spaces of several shapes are filled, emptied, and kept at every level between.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "iova_oracle.h"

#define SPAN 32768u
#define MAX_LIVE 65536u
#define OPS 2100000u		/* each of five tests */

struct range {
	uint64_t at, n;		/* granules */
};

static const struct armdma_iova_policy *p;
static void *priv;
static struct oracle o;
static struct range live[MAX_LIVE];
static size_t nr_live;
static uint64_t seed;
static unsigned long allocs, failures, frees;

static uint64_t rnd(uint64_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % n;
}

static void one_alloc(uint64_t n)
{
	struct armdma_iova_request req = { .size = n * o.space.granule };
	armdma_dma_t addr;
	int64_t want;
	int ret;

	if (!rnd(16))
		req.align = o.space.granule << rnd(12);
	if (!rnd(16))
		req.limit = o.space.base + rnd(o.space.size);
	want = oracle_first(&o, &req, 0, SPAN);
	ret = p->alloc(priv, &req, &addr);
	if (want < 0) {
		if (ret != -ENOMEM || addr != ARMDMA_MAPPING_ERROR)
			fail_msg("%llu granules at 0x%llx: there is no place", (unsigned long long)n, (unsigned long long)addr);
		failures++;
		return;
	}
	if (ret || addr != o.space.base + (uint64_t)want * o.space.granule)
		fail_msg("%llu granules, alignment 0x%llx: %d, 0x%llx, the model says 0x%llx", (unsigned long long)n,
			 (unsigned long long)req.align, ret, (unsigned long long)addr,
			 (unsigned long long)(o.space.base + (uint64_t)want * o.space.granule));
	oracle_paint(&o, (uint64_t)want, n, 1);
	live[nr_live++] = (struct range){ (uint64_t)want, n };
	allocs++;
}

static void one_free(void)
{
	size_t i = (size_t)rnd(nr_live);
	struct range r = live[i];

	if (p->free(priv, o.space.base + r.at * o.space.granule, r.n * o.space.granule))
		fail_msg("%llu granules at %llu are not freed", (unsigned long long)r.n, (unsigned long long)r.at);
	oracle_paint(&o, r.at, r.n, 0);
	live[i] = live[--nr_live];
	frees++;
}

static void check(void)
{
	struct armdma_iova_stats st;
	struct armdma_error err;

	if (p->validate(priv, &err))
		fail_msg("%s", err.msg);
	p->stats(priv, &st);
	assert_int_equal(st.used, o.nr_used * o.space.granule);
	assert_int_equal(st.peak, o.peak * o.space.granule);
	assert_int_equal(st.largest_free, oracle_longest_free(&o) * o.space.granule);
}

/*
 * Levels from empty to full in turn: below the level mostly allocations, above it mostly frees. sizes(most) draws a
 * size.
 */
static void run(struct armdma_iova_space space, uint64_t (*sizes)(uint64_t most), uint64_t most, unsigned int ops, uint64_t first_seed)
{
	unsigned int level = 0;
	bool reached[11] = { false };

	p = armdma_iova_find("first-fit");
	assert_int_equal(p->create(p, &priv, &space, NULL), 0);
	oracle_open(&o, &space, ARMDMA_IOVA_ALIGN_CAPPED);
	seed = first_seed;
	nr_live = allocs = failures = frees = 0;
	for (unsigned int i = 0; allocs + failures + frees < ops; i++) {
		bool below = o.nr_used * 100 < o.total * level;

		if (!(i % (ops / 50)))
			level = (unsigned int)rnd(120);	/* above 100: only failures stop it */
		if (!(i % (ops / 12)))
			check();
		reached[o.nr_used * 10 / o.total] = true;
		if (nr_live && (nr_live == MAX_LIVE || rnd(100) < (below ? 20 : 80)))
			one_free();
		else if (nr_live < MAX_LIVE)
			one_alloc(sizes(most));
	}
	check();
	while (nr_live)
		one_free();
	check();
	for (unsigned int i = 0; i < 10; i++)
		if (!reached[i])
			fail_msg("never between %u and %u %% full", i * 10, i * 10 + 10);
	print_message("%lu allocations, %lu failures, %lu frees\n", allocs, failures, frees);
	assert_true(allocs + failures + frees >= ops && failures > ops / 100);
	p->destroy(priv);
	oracle_close(&o);
}

static struct armdma_iova_space space_of(armdma_dma_t base, uint64_t granules, uint32_t cap)
{
	return (struct armdma_iova_space){ .base = base, .size = granules * 4096, .granule = 4096, .align_order = cap };
}

static uint64_t mixed_sizes(uint64_t most)
{
	switch (rnd(8)) {
	case 0: return 1 + rnd(most);
	case 1: return 1 + rnd(300);
	case 2: return 1ULL << rnd(9);
	case 3: return 1 + rnd(64);
	default: return 1 + rnd(12);
	}
}

/* Around what words and blocks end at. */
static uint64_t edge_sizes(uint64_t most)
{
	static const uint16_t edges[] = { 32, 64, 128, 192, 256, 320, 512, 768 };
	uint64_t n = edges[rnd(8)] - 2 + rnd(5);

	return n < most ? n : most;
}

static uint64_t video_sizes(uint64_t most)
{
	static const uint16_t sizes[] = { 1, 16, 256, 384, 760, 2048, 3175 };

	(void)most;
	return sizes[rnd(7)];
}

static uint64_t one_page(uint64_t most)
{
	(void)most;
	return 1;
}

static void mixed_sizes_in_a_small_space(void **state)
{
	(void)state;
	run(space_of(0x20000000, 3000, 8), mixed_sizes, 700, OPS, 1);
}

static void sizes_at_the_edges_of_words_and_blocks(void **state)
{
	(void)state;
	run(space_of(0x20005000, 9999, 8), edge_sizes, 800, OPS, 2);
}

static void video_sizes_in_1_gib(void **state)
{
	(void)state;
	run(space_of(0, 262144, 8), video_sizes, 0, OPS / 7, 3);
	run(space_of(0x40000000, 70000, 8), video_sizes, 0, OPS * 6 / 7, 4);
}

static void single_pages(void **state)
{
	(void)state;
	run(space_of(0, 777, 8), one_page, 0, OPS, 5);
}

static void other_caps_of_the_alignment(void **state)
{
	static const uint32_t caps[] = { 0, 1, 4, 6, 7, 9, 12 };

	(void)state;
	for (size_t i = 0; i < 7; i++)
		run(space_of(0, 2 * SPAN + 100, caps[i]), mixed_sizes, i % 2 ? 900 : SPAN + 10, OPS / 35, 6 + i);
	run(space_of(0x1000, 2048, 4), mixed_sizes, 300, OPS * 4 / 5, 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mixed_sizes_in_a_small_space),
		cmocka_unit_test(sizes_at_the_edges_of_words_and_blocks),
		cmocka_unit_test(video_sizes_in_1_gib),
		cmocka_unit_test(single_pages),
		cmocka_unit_test(other_caps_of_the_alignment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
