/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The other policies on the hierarchical bitmap against plain models of their rules: next-fit, top-down and best-fit, in spaces of several
 * shapes, with every rule of alignment, limits and hints. And the vector code against its plain twin.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "iova_oracle.h"
#include "lib/iova/bytes.h"

#define MAX_LIVE 8192u

struct range {
	uint64_t at, n;
};

static const struct armdma_iova_policy *p;
static void *priv;
static struct oracle o;
static struct range live[MAX_LIVE];
static size_t nr_live;
static uint64_t seed;

static uint64_t rnd(uint64_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % n;
}

/* ---- The rules, plainly -------------------------------------------------------------- */

static int64_t next_place(const struct armdma_iova_request *req)
{
	uint64_t from = o.cursor, n = oracle_count(&o, req);
	int64_t at;

	if (req->hint && req->hint >= o.space.base && req->hint - o.space.base < o.space.size)
		from = (req->hint - o.space.base) / o.space.granule;
	at = oracle_first(&o, req, from, UINT64_MAX);
	if (at < 0)
		at = oracle_first(&o, req, 0, UINT64_MAX);
	if (at >= 0)
		o.cursor = (uint64_t)at + n < o.total ? (uint64_t)at + n : 0;
	return at;
}

static int64_t top_place(const struct armdma_iova_request *req)
{
	int64_t at = oracle_last(&o, req, o.cursor);

	if (at < 0)
		at = oracle_last(&o, req, o.total);
	if (at >= 0)
		o.cursor = (uint64_t)at;
	return at;
}

/* Linux's cached node goes up to what lies above a range that is freed at it or above it. */
static void top_freed(uint64_t at, uint64_t n)
{
	if (at < o.cursor)
		return;
	for (o.cursor = at + n; o.cursor < o.total && !o.used[o.cursor]; o.cursor++)
		;
	if (o.cursor == o.total)
		o.cursor = UINT64_MAX;
}

/* Longest naturally aligned run in a block of 256; a lone granule behind whole words does not count. */
static uint64_t level(uint64_t block)
{
	uint64_t most = 0, end = block + 256 < o.total ? block + 256 : o.total;

	for (uint64_t size = 1; size <= 256; size *= 2)
		for (uint64_t at = block; at < end; at += size) {
			uint64_t n = 0;

			while (n < size && at + n < end && !o.used[at + n])
				n++;
			if (n > 64 && n % 64 == 1)
				n--;
			most = n > most ? n : most;
		}
	return most < 255 ? most : 255;
}

static int64_t best_place(const struct armdma_iova_request *req)
{
	uint64_t n = oracle_count(&o, req), best = UINT64_MAX, end = oracle_end(&o, req), first, step;
	int64_t place = -1;

	oracle_places(&o, req, n, &first, &step);
	if (n == 1 || (n < 256 && (first || step < n)) || (n >= 256 && (first % 256 || step < 256)))
		return oracle_first(&o, req, 0, UINT64_MAX);
	if (n < 256 && step >= 2 * n)
		return oracle_first(&o, req, 0, UINT64_MAX);
	for (uint64_t block = 0; n < 256 && block < o.total; block += 256) {
		uint64_t l = level(block);

		if (l >= best || l < (n > 64 && n % 64 == 1 ? n - 1 : n))
			continue;
		for (uint64_t at = block; at < block + 256 && at + n <= end; at += step)
			if (oracle_all(&o, at, n, 0)) {
				place = (int64_t)at;
				best = l;
				break;
			}
	}
	/* Runs of whole blocks and what is free behind them, from the first aligned place on. */
	for (uint64_t at = 0, stop; n >= 256 && at < o.total; at = stop) {
		uint64_t from, run;

		stop = at + 256;
		if (stop > o.total || !oracle_all(&o, at, 256, 0))
			continue;
		while (stop + 256 <= o.total && oracle_all(&o, stop, 256, 0))
			stop += 256;
		from = at <= first ? first : first + (at - first + step - 1) / step * step;
		for (run = stop; run < o.total && !o.used[run]; run++)
			;
		if (from + n > run || from + n > end || run - from >= best)
			continue;
		best = run - from;
		place = (int64_t)from;
	}
	return place;
}

/* ---- Random work ----------------------------------------------------------------------- */

struct kind {
	const char *name;
	enum armdma_iova_align own;
	int64_t (*place)(const struct armdma_iova_request *req);
	void (*freed)(uint64_t at, uint64_t n);
	uint64_t cursor;
};

static const struct kind next_fit = { "next-fit", ARMDMA_IOVA_ALIGN_CAPPED, next_place, NULL, 0 };
static const struct kind top_down = { "top-down", ARMDMA_IOVA_ALIGN_FULL, top_place, top_freed, UINT64_MAX };
static const struct kind best_fit = { "best-fit", ARMDMA_IOVA_ALIGN_CAPPED, best_place, NULL, 0 };

static uint64_t random_size(uint64_t most)
{
	switch (rnd(8)) {
	case 0: return 1 + rnd(most);
	case 1: return 1 + rnd(300);
	case 2: return 1ULL << rnd(9);
	case 3: return 64 * (1 + rnd(8)) - 2 + rnd(5);
	default: return 1 + rnd(12);
	}
}

static void one_alloc(const struct kind *k, uint64_t most)
{
	struct armdma_iova_request req = { .size = random_size(most) * o.space.granule };
	uint64_t n = req.size / o.space.granule;
	armdma_dma_t addr;
	int64_t want;
	int ret;

	if (!rnd(10))
		req.align = o.space.granule << rnd(11);
	if (!rnd(10))
		req.limit = o.space.base + rnd(o.space.size);
	if (!rnd(10))
		req.hint = o.space.base + rnd(o.total) * o.space.granule;
	want = n > o.total ? -1 : k->place(&req);
	ret = p->alloc(priv, &req, &addr);
	if (want < 0) {
		assert_int_equal(ret, -ENOMEM);
		return;
	}
	if (ret || addr != o.space.base + (uint64_t)want * o.space.granule)
		fail_msg("%s: %llu granules, align 0x%llx: %d, granule %lld, the model says %lld", k->name, (unsigned long long)n,
			 (unsigned long long)req.align, ret,
			 (long long)((addr - o.space.base) / o.space.granule), (long long)want);
	oracle_paint(&o, (uint64_t)want, n, 1);
	live[nr_live++] = (struct range){ (uint64_t)want, n };
}

static void one_free(const struct kind *k)
{
	size_t i = (size_t)rnd(nr_live);
	struct range r = live[i];

	assert_int_equal(p->free(priv, o.space.base + r.at * o.space.granule, r.n * o.space.granule), 0);
	oracle_paint(&o, r.at, r.n, 0);
	if (k->freed)
		k->freed(r.at, r.n);
	live[i] = live[--nr_live];
}

static void run(const struct kind *k, struct armdma_iova_space space, uint64_t most, unsigned int ops, uint64_t first_seed)
{
	struct armdma_error err;
	unsigned int target = 50;

	p = armdma_iova_find(k->name);
	assert_int_equal(p->create(p, &priv, &space, NULL), 0);
	oracle_open(&o, &space, k->own);
	o.cursor = k->cursor;
	nr_live = 0;
	seed = first_seed;
	for (unsigned int i = 0; i < ops; i++) {
		if (!(i % (ops / 20)))
			target = 20 + (unsigned int)rnd(90);
		if (!(i % (ops / 20)) && p->validate(priv, &err))
			fail_msg("%s", err.msg);
		if (nr_live && (nr_live == MAX_LIVE || rnd(100) < (o.nr_used * 100 < o.total * target ? 25 : 75)))
			one_free(k);
		else
			one_alloc(k, most);
	}
	while (nr_live)
		one_free(k);
	if (p->validate(priv, &err))
		fail_msg("%s", err.msg);
	p->destroy(priv);
	oracle_close(&o);
}

static void shapes(const struct kind *k)
{
	struct armdma_iova_space s = { .base = 0x40000000, .size = 4000 * 4096, .granule = 4096, .align_order = 8 };

	run(k, s, 900, 60000, 1);
	s.base = 0x20003000;
	s.size = 1021 * 4096;
	run(k, s, 300, 40000, 2);
	s.base = 0x100000;
	s.size = 70000ULL * 4096;
	run(k, s, 40000, 3000, 3);
	for (int rule = ARMDMA_IOVA_ALIGN_NONE; rule <= ARMDMA_IOVA_ALIGN_PAGES; rule++) {
		s = (struct armdma_iova_space){ .base = 0x20005000, .size = 3000 * 4096, .granule = 4096, .align_order = 6,
						.align = (enum armdma_iova_align)rule, .page_sizes = 0x111000 };
		run(k, s, 700, 20000, 4 + (uint64_t)rule);
	}
}

static void next_fit_goes_on_from_the_last_place(void **state)
{
	(void)state;
	shapes(&next_fit);
}

static void top_down_goes_on_below_the_last_place(void **state)
{
	(void)state;
	shapes(&top_down);
}

static void best_fit_fills_the_block_that_has_least(void **state)
{
	struct armdma_iova_space s = { .base = 0x40000000, .size = 4000 * 4096, .granule = 4096, .align_order = 8 };

	(void)state;
	run(&best_fit, s, 900, 30000, 1);
	s.size = 20000 * 4096;
	run(&best_fit, s, 3000, 3000, 2);
}

static void vectors_give_what_plain_code_gives(void **state)
{
	uint8_t bytes[64];

	(void)state;
	seed = 5;
	for (unsigned int i = 0; i < 20000; i++) {
		unsigned int v = (unsigned int)rnd(257) % 256;

		for (unsigned int j = 0; j < 64; j++)
			bytes[j] = (uint8_t)(rnd(4) ? rnd(256) : v);
		assert_true(iova_bytes_at_least(bytes, v) == iova_bytes_at_least_plain(bytes, v));
		assert_int_equal(iova_bytes_max(bytes), iova_bytes_max_plain(bytes));
	}
}

/* Hint 0 is none, also where 0 is an address of the space. */
static void next_fit_moves_on_in_a_space_at_address_0(void **state)
{
	const struct armdma_iova_policy *p = armdma_iova_find("next-fit");
	struct armdma_iova_space space = { .base = 0, .size = 1 << 20, .granule = 4096, .align_order = 8 };
	struct armdma_iova_request req = { .size = 4096 };
	armdma_dma_t a, b;
	void *priv;

	(void)state;
	assert_int_equal(p->create(p, &priv, &space, NULL), 0);
	assert_int_equal(p->alloc(priv, &req, &a), 0);
	assert_int_equal(a, 0);
	assert_int_equal(p->free(priv, a, 4096), 0);
	assert_int_equal(p->alloc(priv, &req, &b), 0);
	assert_int_equal(b, 4096);
	req.hint = 0x80000;
	assert_int_equal(p->alloc(priv, &req, &a), 0);
	assert_int_equal(a, 0x80000);
	p->destroy(priv);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(next_fit_goes_on_from_the_last_place),
		cmocka_unit_test(next_fit_moves_on_in_a_space_at_address_0),
		cmocka_unit_test(top_down_goes_on_below_the_last_place),
		cmocka_unit_test(best_fit_fills_the_block_that_has_least),
		cmocka_unit_test(vectors_give_what_plain_code_gives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
