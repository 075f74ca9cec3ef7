/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bitmap IOVA allocator against a slow, obvious oracle: one byte a granule, every aligned position tried from the
 * bottom. Random allocations, limits, alignments, frees (right and wrong), reservations, and memory that runs out.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <armdma/iova.h>

#define MAP_GRANULES 32768u
#define MAX_GRANULES (3 * MAP_GRANULES)
#define MAX_LIVE 4096u

struct range {
	uint64_t at, n;		/* granules */
};

struct oracle {
	struct armdma_iova_space space;
	uint64_t total;
	unsigned char used[MAX_GRANULES];
	bool present[3];	/* bitmaps that have memory */
	uint64_t nr_used, peak;
	struct range live[MAX_LIVE];
	size_t nr_live;
};

static struct oracle o;
static bool refuse;
static uint64_t seed;

static void *mem_alloc(void *ctx, size_t size)
{
	(void)ctx;
	return refuse ? NULL : calloc(1, size);
}

static void mem_free(void *ctx, void *p, size_t size)
{
	(void)ctx;
	(void)size;
	free(p);
}

static uint64_t rnd(uint64_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % n;
}

/* ---- The oracle -------------------------------------------------------------- */

static bool all(uint64_t at, uint64_t n, unsigned char value)
{
	return !memchr(o.used + at, !value, n);
}

static void paint(uint64_t at, uint64_t n, unsigned char value)
{
	memset(o.used + at, value, n);
	for (uint64_t i = at / MAP_GRANULES; i <= (at + n - 1) / MAP_GRANULES; i++)
		o.present[i] = true;
	o.nr_used += value ? n : -n;
	if (o.nr_used > o.peak)
		o.peak = o.nr_used;
}

/* Granule number of the lowest place, or -1. */
static int64_t oracle_alloc(uint64_t n, uint64_t align, uint64_t limit)
{
	uint64_t g = o.space.granule, step = 1, first = 0;

	if (align) {
		step = align > g ? align / g : 1;
		while ((o.space.base / g + first) % step)
			first++;
	} else {
		for (unsigned int order = 0; order < o.space.align_order && step < n; order++)
			step *= 2;
	}
	for (uint64_t at = first; at + n <= o.total; at += step) {
		uint64_t last_byte = o.space.base + (at + n) * g - 1;

		if (limit && last_byte > limit)
			return -1;
		if (at / MAP_GRANULES != (at + n - 1) / MAP_GRANULES || !all(at, n, 0))
			continue;
		return !refuse || o.present[at / MAP_GRANULES] ? (int64_t)at : -1;
	}
	return -1;
}

static int compare_run(void *ctx, armdma_dma_t addr, uint64_t size)
{
	uint64_t *next = ctx, at = (addr - o.space.base) / o.space.granule;
	uint64_t n = size / o.space.granule;

	assert_true(at >= *next && at + n <= o.total);
	assert_true(at == *next || all(*next, at - *next, 0));
	assert_true(all(at, n, 1));
	assert_true(at + n == o.total || !o.used[at + n]);
	*next = at + n;
	return 0;
}

static void compare_state(const struct armdma_iova_policy *p, void *priv)
{
	struct armdma_iova_stats st;
	struct armdma_error err;
	uint64_t next = 0, run = 0, longest = 0;

	if (p->validate(priv, &err))
		fail_msg("%s", err.msg);
	assert_int_equal(p->walk(priv, compare_run, &next), 0);
	assert_true(next == o.total || all(next, o.total - next, 0));
	for (uint64_t i = 0; i < o.total; i++) {
		run = o.used[i] ? 0 : run + 1;
		if (run > longest)
			longest = run;
	}
	p->stats(priv, &st);
	assert_int_equal(st.used, o.nr_used * o.space.granule);
	assert_int_equal(st.peak, o.peak * o.space.granule);
	assert_int_equal(st.largest_free, longest * o.space.granule);
}

/* ---- Random operations --------------------------------------------------------- */

static uint64_t random_size(uint64_t most)
{
	switch (rnd(8)) {
	case 0: return 1 + rnd(most);
	case 1: return 1 + rnd(most < 300 ? most : 300);
	case 2: return 1ULL << rnd(8);
	default: return 1 + rnd(12);
	}
}

static void one_alloc(const struct armdma_iova_policy *p, void *priv, uint64_t most)
{
	uint64_t g = o.space.granule, n = random_size(most);
	struct armdma_iova_request req = { .size = n * g - rnd(g) };
	armdma_dma_t addr;
	int64_t want;
	int ret;

	if (!rnd(6))
		req.align = 1ULL << rnd(30);
	if (!rnd(6))
		req.limit = o.space.base + rnd(o.total * g + g);
	if (!rnd(6))
		req.hint = o.space.base + rnd(o.total) * g;
	if (o.nr_live == MAX_LIVE)
		return;
	want = oracle_alloc(n, req.align, req.limit);
	ret = p->alloc(priv, &req, &addr);
	if (want < 0) {
		assert_int_equal(ret, -ENOMEM);
		assert_true(addr == ARMDMA_MAPPING_ERROR);
		return;
	}
	assert_int_equal(ret, 0);
	assert_int_equal(addr, o.space.base + (uint64_t)want * g);
	paint((uint64_t)want, n, 1);
	o.live[o.nr_live++] = (struct range){ (uint64_t)want, n };
}

static void one_free(const struct armdma_iova_policy *p, void *priv)
{
	uint64_t g = o.space.granule;
	size_t i;
	struct range r;

	if (!o.nr_live)
		return;
	i = rnd(o.nr_live);
	r = o.live[i];
	assert_int_equal(p->free(priv, o.space.base + r.at * g, r.n * g), 0);
	paint(r.at, r.n, 0);
	o.live[i] = o.live[--o.nr_live];
}

/* A range that has nothing to do with what is live: allowed only if every granule of it is. */
static void wild_free(const struct armdma_iova_policy *p, void *priv)
{
	uint64_t g = o.space.granule, at = rnd(o.total + 4), n = 1 + rnd(64);

	if (at + n <= o.total && all(at, n, 1))
		return;		/* would succeed, and break the list of what is live */
	assert_int_equal(p->free(priv, o.space.base + at * g, n * g), -EINVAL);
	assert_int_equal(p->free(priv, o.space.base - g, n * g), -EINVAL);
}

static void one_reserve(const struct armdma_iova_policy *p, void *priv)
{
	uint64_t g = o.space.granule, at = rnd(o.total + 4), n = 1 + rnd(64);
	int ret, want = 0;

	/* Now and then across the border of two bitmaps. */
	if (!rnd(4) && o.total > MAP_GRANULES)
		at = MAP_GRANULES - rnd(n);
	if (at + n > o.total)
		want = -EINVAL;
	else if (!all(at, n, 0))
		want = -EBUSY;
	else if (refuse && !(o.present[at / MAP_GRANULES] && o.present[(at + n - 1) / MAP_GRANULES]))
		want = -ENOMEM;
	ret = p->reserve(priv, o.space.base + at * g, n * g);
	assert_int_equal(ret, want);
	if (ret || o.nr_live == MAX_LIVE) {
		if (!ret)
			assert_int_equal(p->free(priv, o.space.base + at * g, n * g), 0);
		return;
	}
	paint(at, n, 1);
	o.live[o.nr_live++] = (struct range){ at, n };
}

static void run(armdma_dma_t base, uint64_t granules, uint32_t granule, uint32_t cap, uint64_t most,
		unsigned int ops, uint64_t first_seed)
{
	const struct armdma_iova_policy *p = armdma_iova_linux_arm();
	unsigned int target = 50;
	void *priv;

	memset(&o, 0, sizeof(o));
	o.space = (struct armdma_iova_space){
		.base = base, .size = granules * granule, .granule = granule, .align_order = cap,
		.mem_alloc = mem_alloc, .mem_free = mem_free,
	};
	o.total = granules;
	o.present[0] = true;
	seed = first_seed;
	refuse = false;
	assert_int_equal(p->create(p, &priv, &o.space, NULL), 0);
	for (unsigned int i = 0; i < ops; i++) {
		uint64_t dice = rnd(100);

		refuse = !rnd(10);
		if (!(i % 5000))
			target = 20 + (unsigned int)rnd(75);	/* how full to keep it, per cent */
		if (dice < 3)
			one_reserve(p, priv);
		else if (dice < 6)
			wild_free(p, priv);
		else if (o.nr_used * 100 < o.total * target ? dice < 70 : dice < 35)
			one_alloc(p, priv, most);
		else
			one_free(p, priv);
		if (!(i % 1000))
			compare_state(p, priv);
	}
	compare_state(p, priv);
	while (o.nr_live)
		one_free(p, priv);
	compare_state(p, priv);
	assert_int_equal(o.nr_used, 0);
	p->destroy(priv);
}

static void small_space_agrees_with_the_oracle(void **state)
{
	(void)state;
	run(0x20000000, 2000, 4096, 8, 400, 120000, 1);
}

static void unaligned_base_agrees_with_the_oracle(void **state)
{
	(void)state;
	run(0x20003000, 1021, 4096, 4, 200, 60000, 2);
}

static void several_bitmaps_agree_with_the_oracle(void **state)
{
	(void)state;
	run(0x40000000, 2 * MAP_GRANULES + 777, 4096, 8, MAP_GRANULES + 100, 20000, 3);
}

static void large_granules_agree_with_the_oracle(void **state)
{
	(void)state;
	run(0, 3000, 65536, 9, 600, 40000, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_space_agrees_with_the_oracle),
		cmocka_unit_test(unaligned_base_agrees_with_the_oracle),
		cmocka_unit_test(several_bitmaps_agree_with_the_oracle),
		cmocka_unit_test(large_granules_agree_with_the_oracle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
