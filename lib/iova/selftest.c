/* SPDX-License-Identifier: BSD-2-Clause */
/* The conformance suite: what is tried. */
#include <string.h>

#include "lib/iova/selftest.h"

static const struct { const char *rule, *means; } rules[NR_RULES] = {
	[RULE_CREATE] = { "create", "a space that makes sense is created, another refused with a reason" },
	[RULE_INSIDE] = { "inside", "what is handed out lies in the space" },
	[RULE_OVERLAP] = { "overlap", "nothing is handed out twice" },
	[RULE_ALIGNMENT] = { "alignment", "addresses are aligned as the request says, or else the space's rule" },
	[RULE_LIMIT] = { "limit", "the last byte is at the limit or below" },
	[RULE_BAD_REQUEST] = { "bad-request", "a request that makes no sense is -EINVAL, one that finds no place -ENOMEM, both without an address" },
	[RULE_EXHAUSTION] = { "exhaustion", "single granules can be had until none is left" },
	[RULE_RECOVERY] = { "recovery", "when everything was freed the space is as good as new" },
	[RULE_RESERVATION] = { "reservation", "what is free can be reserved, is not handed out then, and can be freed" },
	[RULE_FREE] = { "free", "what was allocated can be freed, its size rounded up to granules" },
	[RULE_DOUBLE_FREE] = { "double-free", "what is free cannot be freed, nor what is free in part; nothing changes then" },
	[RULE_FOREIGN_FREE] = { "foreign-free", "what lies outside the space, or within a granule, cannot be freed" },
	[RULE_QUERY] = { "query", "query() knows for every address whether it is allocated" },
	[RULE_WALK] = { "walk", "walk() names the longest runs in ascending order, and stops when it is told to" },
	[RULE_STATS] = { "stats", "stats() counts what happened" },
	[RULE_VALIDATE] = { "validate", "validate() finds nothing wrong" },
	[RULE_MEMORY] = { "memory", "all memory comes from the call-out and goes back to it, and to nothing else" },
	[RULE_NO_MEMORY] = { "no-memory", "without memory a call fails, leaks nothing and changes nothing" },
	[RULE_SPACES] = { "spaces", "spaces do not know of each other" },
	[RULE_THREADS] = { "threads", "threads may share a space that is created so" },
};

/* ---- Spaces that make no sense --------------------------------------------------- */

static void refuse(struct selftest *t, const char *what, struct armdma_iova_space space)
{
	struct armdma_error err = { "" };
	void *priv = t;
	int ret = t->policy->create(t->policy, &priv, &space, &err);

	if (ret != -EINVAL || priv || !err.msg[0])
		selftest_broken(t, RULE_CREATE, "a space with %s: %d, %s, and the reason is \"%s\"", what, ret,
				priv ? "something was created" : "nothing was created", err.msg);
	if (!ret)
		t->policy->destroy(priv);
	priv = t;
	if (!t->policy->create(t->policy, &priv, &space, NULL))
		t->policy->destroy(priv);
}

static void try_create(struct selftest *t)
{
	struct armdma_iova_space s = selftest_plain(0x10000, 64), x;

	x = s, x.granule = 0;
	refuse(t, "granule 0", x);
	x = s, x.granule = 12288;
	refuse(t, "a granule that is no power of two", x);
	x = s, x.base = 0x10800;
	refuse(t, "a base within a granule", x);
	x = s, x.size = 0;
	refuse(t, "size 0", x);
	x = s, x.size = 0x1800;
	refuse(t, "a size that is no multiple of the granule", x);
	x = s, x.base = UINT64_MAX - 4095, x.size = 8192;
	refuse(t, "an end beyond 64 bits", x);
	t->policy->destroy(NULL);
}

/* ---- Random work -------------------------------------------------------------------- */

static uint64_t random_size(struct selftest *t, uint64_t total)
{
	uint64_t most = total / 4 + 1;

	switch (selftest_random(t, 6)) {
	case 0: return 1 + selftest_random(t, most);
	case 1: return 1ULL << selftest_random(t, 8);
	case 2: return 1 + selftest_random(t, 70);
	default: return 1 + selftest_random(t, 9);
	}
}

static void random_alloc(struct selftest_space *s)
{
	struct selftest *t = s->t;
	uint64_t g = s->space.granule, n = random_size(t, s->total), at;
	struct armdma_iova_request req = { .size = n * g - selftest_random(t, g) };

	if (!selftest_random(t, 5))
		req.align = 1ULL << selftest_random(t, 24);
	if (!selftest_random(t, 5))
		req.limit = s->space.base + selftest_random(t, s->space.size + g);
	if (!selftest_random(t, 5))
		req.hint = s->space.base + selftest_random(t, s->total) * g;
	if (s->nr_live == SELFTEST_LIVE || selftest_alloc(s, &req, &at))
		return;
	s->live[s->nr_live].at = at;
	s->live[s->nr_live++].n = n;
}

/* Now mostly allocations, then mostly frees. */
static void work(struct selftest_space *s, unsigned int steps)
{
	for (unsigned int i = 0; i < steps; i++) {
		bool grow = i / 200 % 2 == 0;

		if (s->nr_live && selftest_random(s->t, 100) < (grow ? 30 : 70))
			selftest_put(s, (unsigned int)selftest_random(s->t, s->nr_live));
		else
			random_alloc(s);
		if (i % 50 == 0)
			selftest_compare(s);
	}
	selftest_compare(s);
}

static void work_in(struct selftest *t, const struct armdma_iova_space *space, unsigned int steps)
{
	struct selftest_space s;

	if (!selftest_open(t, &s, space))
		return;
	selftest_compare(&s);
	work(&s, steps);
	selftest_put_all(&s);
	selftest_compare(&s);
	selftest_close(&s);
}

/* Spaces of several shapes, and every rule of alignment. */
static void try_random(struct selftest *t)
{
	struct armdma_iova_space s = selftest_plain(0x40000000, 2000);

	work_in(t, &s, 2000);
	s = selftest_plain(0x20003000, 333);
	work_in(t, &s, 800);
	s = selftest_plain(0x10000, 1);
	work_in(t, &s, 50);
	s = selftest_plain(0x80000000, 1500);
	s.granule = 65536;
	s.size = 1500 * 65536ULL;
	work_in(t, &s, 800);
	s = selftest_plain(UINT64_MAX - 1024 * 4096 + 1, 1024);
	work_in(t, &s, 400);
	for (int rule = ARMDMA_IOVA_ALIGN_NONE; rule <= ARMDMA_IOVA_ALIGN_PAGES; rule++) {
		s = selftest_plain(0x20005000, 3000);
		s.align = (enum armdma_iova_align)rule;
		s.align_order = 5;
		s.page_sizes = 0x1000 | 0x10000 | 0x100000;
		work_in(t, &s, 1000);
	}
}

/* ---- Requests ---------------------------------------------------------------------------- */

static void bad_request(struct selftest_space *s, const char *what, uint64_t size, uint64_t align, int expected)
{
	struct armdma_iova_request req = { .size = size, .align = align };
	armdma_dma_t addr = 0;
	int ret = s->t->policy->alloc(s->priv, &req, &addr);

	s->failures += ret == -ENOMEM;
	if (ret != expected || addr != ARMDMA_MAPPING_ERROR)
		selftest_broken(s->t, RULE_BAD_REQUEST, "%s: %d and the address 0x%llx, expected %d and all ones", what, ret,
				(unsigned long long)addr, expected);
	s->t->lost |= !ret;
}

static void try_requests(struct selftest *t)
{
	struct armdma_iova_space space = selftest_plain(0x40000000, 256);
	struct armdma_iova_request req = { .size = 4096 };
	struct selftest_space s;
	uint64_t at;

	if (!selftest_open(t, &s, &space))
		return;
	bad_request(&s, "a request for 0 bytes", 0, 0, -EINVAL);
	bad_request(&s, "a request aligned to 12288", 4096, 12288, -EINVAL);
	bad_request(&s, "a request longer than the space", 257 * 4096, 0, -ENOMEM);
	bad_request(&s, "a request for 2^64 - 1 bytes", UINT64_MAX, 0, -ENOMEM);
	/* Limits: below the space, one byte short of the first granule, and just that. */
	req.limit = space.base - 1;
	if (!selftest_alloc(&s, &req, &at))
		selftest_broken(t, RULE_LIMIT, "something is handed out below the base of the space");
	req.limit = space.base + 4094;
	if (!selftest_alloc(&s, &req, &at))
		selftest_broken(t, RULE_LIMIT, "something is handed out below a limit within the first granule");
	req.limit = space.base + 4095;
	if (selftest_alloc(&s, &req, &at))
		selftest_broken(t, RULE_LIMIT, "the limit is the last byte that is allowed, but the first granule is not to be had");
	selftest_compare(&s);
	selftest_close(&s);
}

/* ---- All of it --------------------------------------------------------------------------------- */

/* Single granules until none is left. Returns how many. */
static uint64_t fill(struct selftest_space *s)
{
	struct armdma_iova_request req = { .size = s->space.granule };
	uint64_t n = 0, at;

	while (n <= s->total && !selftest_alloc(s, &req, &at))
		n++;
	return n;
}

static void clear(struct selftest_space *s)
{
	uint32_t g = s->space.granule;

	/* The odd ones first, so that no two neighbours go together. */
	for (uint64_t odd = 2; odd-- > 0;)
		for (uint64_t at = odd; at < s->total; at += 2) {
			if (!s->used[at])
				continue;
			if (s->t->policy->free(s->priv, s->space.base + at * g, g))
				selftest_broken(s->t, RULE_FREE, "a single granule at 0x%llx cannot be freed",
						(unsigned long long)(s->space.base + at * g));
			s->used[at] = 0;
			s->nr_used--;
			s->frees++;
		}
}

/* Longest request of a power of two that there is a place for. */
static uint64_t longest(struct selftest_space *s)
{
	uint64_t n = 1;

	while (n * 2 <= s->total)
		n *= 2;
	for (; n; n /= 2)
		if (!selftest_get(s, n)) {
			selftest_put(s, s->nr_live - 1);
			return n;
		}
	return 0;
}

static void try_all_of_it(struct selftest *t)
{
	struct armdma_iova_space space = selftest_plain(0x40000000, 1111);
	struct armdma_iova_stats st;
	struct selftest_space s;
	uint64_t before, n;

	if (!selftest_open(t, &s, &space))
		return;
	before = longest(&s);
	if (before < 512)
		selftest_broken(t, RULE_EXHAUSTION, "a new space of 1111 granules has no place for 512");
	t->policy->stats(s.priv, &st);
	for (int round = 0; round < 3; round++) {
		n = fill(&s);
		if (n != st.total / space.granule)
			selftest_broken(t, round ? RULE_RECOVERY : RULE_EXHAUSTION,
					"%llu single granules of %llu can be had%s", (unsigned long long)n,
					(unsigned long long)(st.total / space.granule),
					round ? ", after all had been and were freed" : "");
		selftest_compare(&s);
		clear(&s);
		selftest_compare(&s);
		n = longest(&s);
		if (n < before)
			selftest_broken(t, RULE_RECOVERY, "%llu granules had a place in the new space; after everything was freed only %llu have",
					(unsigned long long)before, (unsigned long long)n);
		work(&s, 600);
		selftest_put_all(&s);
	}
	selftest_compare(&s);
	selftest_close(&s);
}

/* ---- Reservations, frees ------------------------------------------------------------------------- */

static void reserve(struct selftest_space *s, const char *what, uint64_t at, uint64_t size, int expected)
{
	armdma_dma_t addr = s->space.base + at;
	int ret = s->t->policy->reserve(s->priv, addr, size);
	uint64_t g = s->space.granule;

	if (ret != expected)
		selftest_broken(s->t, RULE_RESERVATION, "reserve(0x%llx, %llu), %s: %d, expected %d", (unsigned long long)addr,
				(unsigned long long)size, what, ret, expected);
	s->t->lost |= !ret != !expected;
	if (!expected) {
		memset(s->used + at / g, 1, (size_t)(size / g));
		s->nr_used += size / g;
		s->peak = s->nr_used > s->peak ? s->nr_used : s->peak;
	}
}

static void try_reserve(struct selftest *t)
{
	struct armdma_iova_space space = selftest_plain(0x40000000, 600);
	struct selftest_space s;

	if (!selftest_open(t, &s, &space))
		return;
	reserve(&s, "a free range", 0x5000, 0x3000, 0);
	reserve(&s, "a long one", 0x40000, 0x61000, 0);
	reserve(&s, "of which the end is reserved", 0x4000, 0x2000, -EBUSY);
	reserve(&s, "of which the start is reserved", 0x7000, 0x2000, -EBUSY);
	reserve(&s, "within a granule", 0x10800, 0x1000, -EINVAL);
	reserve(&s, "of half a granule", 0x10000, 0x800, -EINVAL);
	reserve(&s, "of no size", 0x10000, 0, -EINVAL);
	reserve(&s, "beyond the end", space.size, 0x1000, -EINVAL);
	reserve(&s, "across the end", space.size - 0x1000, 0x2000, -EINVAL);
	reserve(&s, "before the start", -0x1000ULL, 0x1000, -EINVAL);
	selftest_compare(&s);
	fill(&s);
	selftest_compare(&s);
	reserve(&s, "of what is allocated", 0x1000, 0x1000, -EBUSY);
	if (t->policy->free(s.priv, space.base + 0x5000, 0x3000))
		selftest_broken(t, RULE_RESERVATION, "what was reserved cannot be freed");
	memset(s.used + 5, 0, 3);
	s.nr_used -= 3;
	s.frees++;
	selftest_compare(&s);
	/* After the work that caches like, what is free can still be reserved. */
	clear(&s);
	work(&s, 300);
	selftest_put_all(&s);
	reserve(&s, "of everything that can be had, when it is free", 0x1000, space.size - 0x1000, 0);
	selftest_compare(&s);
	selftest_close(&s);
}

static void refuse_free(struct selftest_space *s, enum selftest_rule rule, const char *what, uint64_t at, uint64_t size)
{
	armdma_dma_t addr = s->space.base + at;
	int ret = s->t->policy->free(s->priv, addr, size);

	if (ret != -EINVAL)
		selftest_broken(s->t, rule, "free(0x%llx, %llu), %s: %d, expected -EINVAL", (unsigned long long)addr,
				(unsigned long long)size, what, ret);
	s->t->lost |= !ret;
	selftest_compare(s);
}

/* All that is in use is this range of `n` granules. */
static void refuse_around(struct selftest_space *s, uint64_t at, uint64_t n)
{
	uint32_t g = s->space.granule;

	refuse_free(s, RULE_DOUBLE_FREE, "a granule too long", at * g, (n + 1) * g);
	refuse_free(s, RULE_DOUBLE_FREE, "a granule too early", (at - 1) * g, (n + 1) * g);
	refuse_free(s, RULE_DOUBLE_FREE, "the granule before", (at - 1) * g, g);
	refuse_free(s, RULE_DOUBLE_FREE, "the granule behind", (at + n) * g, g);
	refuse_free(s, RULE_FOREIGN_FREE, "within a granule", at * g + g / 2, g);
	refuse_free(s, RULE_FOREIGN_FREE, "no size", at * g, 0);
}

static void try_free_of(struct selftest *t, uint64_t n)
{
	struct armdma_iova_space space = selftest_plain(0x40000000, 600);
	/* In the middle, so that there is something on both sides. */
	struct armdma_iova_request req = { .size = n * 4096, .hint = space.base + 300 * 4096 };
	struct selftest_space s;
	uint64_t at = 0, g = space.granule;

	if (!selftest_open(t, &s, &space))
		return;
	/* At the end of the space, or the start, there is nothing on one side. */
	reserve(&s, "the start", g, g, 0);
	reserve(&s, "the end", space.size - 2 * g, g, 0);
	if (selftest_alloc(&s, &req, &at) || !at || at + n >= s.total || s.used[at - 1] || s.used[at + n])
		goto out;
	refuse_around(&s, at, n);
	refuse_free(&s, RULE_FOREIGN_FREE, "before the space", -g, g);
	refuse_free(&s, RULE_FOREIGN_FREE, "behind the space", space.size, g);
	refuse_free(&s, RULE_FOREIGN_FREE, "2^64 - 1 bytes", at * g, UINT64_MAX);
	s.live[0].at = at;
	s.live[0].n = n;
	s.nr_live = 1;
	selftest_put(&s, 0);
	refuse_free(&s, RULE_DOUBLE_FREE, "for the second time", at * g, n * g);
out:
	selftest_close(&s);
}

/* Freed by the size that was asked for; and in part, by who can. */
static void try_free_sizes(struct selftest *t)
{
	struct armdma_iova_space space = selftest_plain(0x40000000, 600);
	struct armdma_iova_request req = { .size = 5 * 4096 - 100 };
	struct selftest_space s;
	uint64_t at;
	int ret;

	if (!selftest_open(t, &s, &space))
		return;
	if (selftest_alloc(&s, &req, &at))
		goto out;
	ret = t->policy->free(s.priv, space.base + at * 4096, req.size);
	if (ret)
		selftest_broken(t, RULE_FREE, "%llu bytes were allocated, and cannot be freed by that size: %d",
				(unsigned long long)req.size, ret);
	memset(s.used + at, 0, 5);
	s.nr_used -= 5;
	s.frees++;
	t->lost |= ret != 0;
	selftest_compare(&s);
	if (selftest_alloc(&s, &req, &at))
		goto out;
	ret = t->policy->free(s.priv, space.base + (at + 1) * 4096, 2 * 4096);
	if (ret && ret != -EINVAL)
		selftest_broken(t, RULE_FREE, "a part of an allocation: %d, expected 0 or -EINVAL", ret);
	if (!ret) {
		memset(s.used + at + 1, 0, 2);
		s.nr_used -= 2;
		s.frees++;
	}
	selftest_compare(&s);
out:
	selftest_close(&s);
}

static int stop_at_once(void *ctx, armdma_dma_t addr, uint64_t size)
{
	(void)addr;
	(void)size;
	return ++*(int *)ctx == 2 ? 42 : 0;
}

static void try_walk(struct selftest *t)
{
	struct armdma_iova_space space = selftest_plain(0x40000000, 100);
	struct selftest_space s;
	int runs = 0, ret;

	if (!selftest_open(t, &s, &space))
		return;
	for (uint64_t at = 10; at < 60; at += 10)
		reserve(&s, "a granule", at * 4096, 4096, 0);
	ret = t->policy->walk(s.priv, stop_at_once, &runs);
	if (ret != 42 || runs != 2)
		selftest_broken(t, RULE_WALK, "the second run was to end it with 42; it ended with %d after %d", ret, runs);
	selftest_close(&s);
}

/* ---- Memory ------------------------------------------------------------------------------------------ */

/* Creation with memory for so many pieces only. False when that is enough. */
static bool create_with(struct selftest *t, long pieces)
{
	struct armdma_iova_space space = selftest_plain(0x40000000, 64);
	struct selftest_space s;
	struct armdma_error err = { "" };
	void *priv = t;
	int ret;

	/* Opened and closed, for its call-outs. */
	if (!selftest_open(t, &s, &space))
		return false;
	t->policy->destroy(s.priv);
	s.allow = pieces;
	ret = t->policy->create(t->policy, &priv, &s.space, &err);
	if (ret && (ret != -ENOMEM || priv || !err.msg[0]))
		selftest_broken(t, RULE_NO_MEMORY, "create() without memory: %d, %s, and the reason is \"%s\"", ret,
				priv ? "something was created" : "nothing was created", err.msg);
	if (ret && s.memory)
		selftest_broken(t, RULE_NO_MEMORY, "create() failed without memory and left %llu bytes",
				(unsigned long long)s.memory);
	s.priv = ret ? NULL : priv;
	selftest_close(&s);
	return ret;
}

/* Calls while there is no memory: they may fail, but change nothing then. */
static void try_no_memory(struct selftest *t)
{
	struct armdma_iova_space space = selftest_plain(0x40000000, 70000);
	struct selftest_space s;
	long pieces = 0;
	uint64_t size;
	int ret;

	while (pieces < 64 && create_with(t, pieces))
		pieces++;
	if (!selftest_open(t, &s, &space))
		return;
	for (int i = 0; i < 400; i++) {
		s.allow = selftest_random(t, 4) ? 0 : 1;
		if (s.nr_live && selftest_random(t, 3) == 0) {
			selftest_put(&s, (unsigned int)selftest_random(t, s.nr_live));
		} else if (selftest_random(t, 8)) {
			selftest_get(&s, 1 + selftest_random(t, 3000));
		} else {
			size = 4096 * (1 + selftest_random(t, 40000));
			ret = t->policy->reserve(s.priv, space.base + space.size - size, size);
			if (ret && ret != -ENOMEM && ret != -EBUSY)
				selftest_broken(t, RULE_NO_MEMORY, "reserve() without memory: %d", ret);
			if (!ret && t->policy->free(s.priv, space.base + space.size - size, size))
				selftest_broken(t, RULE_NO_MEMORY, "what was reserved without memory cannot be freed");
			s.frees += !ret;
			s.peak = !ret && s.nr_used + size / 4096 > s.peak ? s.nr_used + size / 4096 : s.peak;
		}
		if (i % 100 == 99)
			selftest_compare(&s);
	}
	s.allow = -1;
	if (selftest_get(&s, 1) && s.nr_used < s.total / 2)
		selftest_broken(t, RULE_NO_MEMORY, "there was no memory, there is again, and it still cannot allocate");
	selftest_compare(&s);
	selftest_close(&s);
}

/* ---- Several spaces ------------------------------------------------------------------------------------ */

static void try_spaces(struct selftest *t)
{
	struct armdma_iova_space space = selftest_plain(0x40000000, 500);
	struct selftest_space a, b;
	struct armdma_iova_stats st;

	if (!selftest_open(t, &a, &space))
		return;
	if (selftest_open(t, &b, &space)) {
		fill(&a);
		t->policy->stats(b.priv, &st);
		if (st.used || t->policy->query(b.priv, space.base + 4096))
			selftest_broken(t, RULE_SPACES, "one space is full, and another says that %llu bytes of it are used",
					(unsigned long long)st.used);
		if (selftest_get(&b, 1))
			selftest_broken(t, RULE_SPACES, "one space is full, and nothing can be had in another");
		selftest_close(&b);
	}
	clear(&a);
	selftest_compare(&a);
	selftest_close(&a);
}

/* ---- The suite ------------------------------------------------------------------------------------------- */

int armdma_iova_selftest(const struct armdma_iova_policy *policy, uint64_t seed,
			 void (*fn)(void *ctx, const struct armdma_iova_verdict *verdict), void *ctx)
{
	static void (*const tries[])(struct selftest *t) = {
		try_create, try_requests, try_all_of_it, try_reserve, try_free_sizes, try_walk, try_random, try_no_memory,
		try_spaces, selftest_threads,
	};
	static const uint16_t lengths[] = { 1, 2, 3, 31, 64, 100 };
	struct selftest t = { .policy = policy, .seed = seed ? seed : 1 };
	int broken = 0;

	for (int i = 0; i < NR_RULES; i++)
		t.verdict[i] = (struct armdma_iova_verdict){ .rule = rules[i].rule, .means = rules[i].means };
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++)
		tries[i](&t);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
		try_free_of(&t, lengths[i]);
	if (t.out_of_memory)
		return -ENOMEM;
	for (int i = 0; i < NR_RULES; i++) {
		broken += t.verdict[i].result == ARMDMA_IOVA_BROKEN;
		if (fn)
			fn(ctx, &t.verdict[i]);
	}
	return broken;
}
