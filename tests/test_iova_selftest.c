/* SPDX-License-Identifier: BSD-2-Clause */
/* The conformance suite: every policy of the library keeps every rule, and of policies that break one rule, it names that rule. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <armdma/iova.h>

struct heard {
	const char *policy, *wanted;	/* wanted: a rule */
	unsigned int verdicts;
	bool broken, others, silent;
};

static void hear(void *ctx, const struct armdma_iova_verdict *v)
{
	struct heard *h = ctx;

	h->verdicts++;
	if (v->result == ARMDMA_IOVA_KEPT)
		return;
	print_message("%s: %s: %s\n", h->policy, v->rule, v->why.msg);
	if (v->result != ARMDMA_IOVA_BROKEN)
		return;
	if (h->wanted && !strcmp(v->rule, h->wanted))
		h->broken = true;
	else
		h->others = true;
	h->silent |= !v->why.msg[0];
}

static void every_policy_keeps_every_rule(void **state)
{
	const struct armdma_iova_policy *p = NULL;

	(void)state;
	while ((p = armdma_iova_next(p)))
		for (uint64_t seed = 1; seed <= 2; seed++) {
			struct heard h = { .policy = p->name };

			if (armdma_iova_selftest(p, seed, hear, &h))
				fail_msg("%s breaks rules", p->name);
			assert_int_equal(h.verdicts, 20);
		}
}

static void thread_caches_over_every_policy_keep_every_rule(void **state)
{
	const struct armdma_iova_policy *p = NULL;
	char name[80];

	(void)state;
	while ((p = armdma_iova_next(p))) {
		struct heard h = { .policy = name };

		if (!strcmp(p->name, "magazine"))
			continue;
		snprintf(name, sizeof(name), "magazine:%s", p->name);
		if (armdma_iova_selftest(armdma_iova_find(name), 3, hear, &h))
			fail_msg("%s breaks rules", name);
	}
}

/* ---- Policies that break a rule ---------------------------------------------------- */

enum defect {
	TAKES_ANY_SPACE, LEAVES_THE_SPACE, GIVES_TWICE, FORGETS_ALIGNMENT, FORGETS_RULE, FORGETS_LIMIT, GIVES_NOTHING_FOR_0,
	LEAVES_ADDRESS, KEEPS_THE_LAST, GETS_WORSE, RESERVES_NOTHING, RESERVES_OVER, FREES_WHOLE_GRANULES_ONLY, FREES_AGAIN,
	FREES_IN_PART, FREES_OUTSIDE, FREES_WITHIN, QUERIES_THE_NEXT, WALKS_PAST_THE_FIRST, WALKS_IN_PIECES, WALKS_ON, COUNTS_NO_FAILURES,
	COUNTS_TOO_MUCH_MEMORY, FINDS_ITSELF_BROKEN, LEAKS_MEMORY, LEAKS_WITHOUT_MEMORY, FAILS_FOR_EVER, HAS_ONE_SPACE, HAS_NO_SHARED_MODE,
	HAS_A_SPACE_A_THREAD, NR_DEFECTS
};

static const struct { const char *name, *rule; } defects[NR_DEFECTS] = {
	[TAKES_ANY_SPACE] = { "takes any space", "create" },
	[LEAVES_THE_SPACE] = { "leaves the space", "inside" },
	[GIVES_TWICE] = { "gives twice", "overlap" },
	[FORGETS_ALIGNMENT] = { "forgets the alignment of a request", "alignment" },
	[FORGETS_RULE] = { "forgets the space's rule", "alignment" },
	[FORGETS_LIMIT] = { "forgets the limit", "limit" },
	[GIVES_NOTHING_FOR_0] = { "takes 0 bytes for 1", "bad-request" },
	[LEAVES_ADDRESS] = { "leaves the address alone when it fails", "bad-request" },
	[KEEPS_THE_LAST] = { "keeps the last granule", "exhaustion" },
	[GETS_WORSE] = { "gets worse with use", "recovery" },
	[RESERVES_NOTHING] = { "reserves nothing", "reservation" },
	[RESERVES_OVER] = { "reserves what is allocated", "reservation" },
	[FREES_WHOLE_GRANULES_ONLY] = { "frees whole granules only", "free" },
	[FREES_AGAIN] = { "frees again", "double-free" },
	[FREES_IN_PART] = { "frees what is allocated in part", "double-free" },
	[FREES_OUTSIDE] = { "frees outside", "foreign-free" },
	[FREES_WITHIN] = { "frees from within a granule", "foreign-free" },
	[QUERIES_THE_NEXT] = { "queries the next granule", "query" },
	[WALKS_PAST_THE_FIRST] = { "walks past the first run", "walk" },
	[WALKS_IN_PIECES] = { "walks in pieces", "walk" },
	[WALKS_ON] = { "walks on when told to stop", "walk" },
	[COUNTS_NO_FAILURES] = { "counts no failures", "stats" },
	[COUNTS_TOO_MUCH_MEMORY] = { "counts memory of others", "stats" },
	[FINDS_ITSELF_BROKEN] = { "finds itself broken", "validate" },
	[LEAKS_MEMORY] = { "leaks memory", "memory" },
	[LEAKS_WITHOUT_MEMORY] = { "leaks when memory runs out", "no-memory" },
	[FAILS_FOR_EVER] = { "fails for ever after a lack of memory", "no-memory" },
	[HAS_ONE_SPACE] = { "has one space for all", "spaces" },
	[HAS_NO_SHARED_MODE] = { "refuses to be shared without saying that it cannot", "threads" },
	[HAS_A_SPACE_A_THREAD] = { "has a space a thread", "threads" },
};

struct bad {
	enum defect defect;
	void *good;			/* of first-fit */
	struct armdma_iova_space space;
	unsigned long calls, users;
	armdma_dma_t last;
	bool failed;
	pthread_mutex_t lock;
	pthread_t threads[4];
	void *of_thread[4];
	unsigned int nr_threads;
};

static struct bad *only;		/* HAS_ONE_SPACE */

static const struct armdma_iova_policy *good(void)
{
	return armdma_iova_find("first-fit");
}

/* The space that the call is for. */
static void *good_of(struct bad *b)
{
	unsigned int i;

	if (b->defect != HAS_A_SPACE_A_THREAD || !(b->space.flags & ARMDMA_IOVA_SHARED))
		return b->good;
	pthread_mutex_lock(&b->lock);
	for (i = 0; i < b->nr_threads && !pthread_equal(b->threads[i], pthread_self()); i++)
		;
	if (i == b->nr_threads) {
		b->threads[i] = pthread_self();
		assert_int_equal(good()->create(good(), &b->of_thread[i], &b->space, NULL), 0);
		b->nr_threads++;
	}
	pthread_mutex_unlock(&b->lock);
	return b->of_thread[i];
}

static int bad_create(const struct armdma_iova_policy *self, void **priv, const struct armdma_iova_space *space,
		      struct armdma_error *err)
{
	enum defect d = (enum defect)((const char *)self->data - (const char *)defects);
	struct armdma_iova_space s = *space;
	struct bad *b;
	int ret;

	*priv = NULL;
	if (d == HAS_ONE_SPACE && only && only->users && only->space.size == space->size) {
		only->users++;
		*priv = only;
		return 0;
	}
	if (d == HAS_NO_SHARED_MODE && s.flags) {
		snprintf(err->msg, sizeof(err->msg), "no");
		return -EINVAL;
	}
	if (d == TAKES_ANY_SPACE && s.granule & (s.granule - 1))
		s.granule = 4096;
	if (d == FORGETS_RULE)
		s.align = ARMDMA_IOVA_ALIGN_NONE;
	if (d == LEAKS_WITHOUT_MEMORY && s.mem_alloc)
		s.mem_alloc(s.mem_ctx, 100);
	b = calloc(1, sizeof(*b));
	assert_non_null(b);
	b->defect = d;
	b->space = s;
	b->users = 1;
	pthread_mutex_init(&b->lock, NULL);
	ret = good()->create(good(), &b->good, &s, err);
	if (ret) {
		free(b);
		return ret;
	}
	if (d == LEAKS_MEMORY && s.mem_alloc)
		s.mem_alloc(s.mem_ctx, 16);
	if (d == HAS_ONE_SPACE)
		only = b;
	*priv = b;
	return 0;
}

static void bad_destroy(void *priv)
{
	struct bad *b = priv;

	if (!b || --b->users)
		return;
	if (only == b)
		only = NULL;
	for (unsigned int i = 0; i < b->nr_threads; i++)
		good()->destroy(b->of_thread[i]);
	good()->destroy(b->good);
	pthread_mutex_destroy(&b->lock);
	free(b);
}

static int bad_alloc(void *priv, const struct armdma_iova_request *req, armdma_dma_t *addr)
{
	struct bad *b = priv;
	struct armdma_iova_request r = *req;
	armdma_dma_t before = *addr;
	struct armdma_iova_stats st;
	void *mem = NULL;
	int ret;

	/* The defects are for one thread at a time: what they note needs no lock then. */
	if (b->space.flags & ARMDMA_IOVA_SHARED)
		return good()->alloc(good_of(b), req, addr);
	if (b->defect == FAILS_FOR_EVER) {
		if (!b->failed && b->space.mem_alloc) {
			mem = b->space.mem_alloc(b->space.mem_ctx, 8);
			b->failed = !mem;
			if (mem)
				b->space.mem_free(b->space.mem_ctx, mem, 8);
		}
		*addr = ARMDMA_MAPPING_ERROR;
		if (b->failed)
			return -ENOMEM;
	}
	if (b->defect == FORGETS_ALIGNMENT)
		r.align = 0;
	if (b->defect == FORGETS_LIMIT)
		r.limit = 0;
	if (b->defect == GIVES_NOTHING_FOR_0 && !r.size)
		r.size = 1;
	if (b->defect == KEEPS_THE_LAST) {
		good()->stats(b->good, &st);
		*addr = ARMDMA_MAPPING_ERROR;
		if (st.used + b->space.granule >= st.total)
			return -ENOMEM;
	}
	if (b->defect == GETS_WORSE && b->calls > 1000 && r.size > 64 * (uint64_t)b->space.granule) {
		*addr = ARMDMA_MAPPING_ERROR;
		return -ENOMEM;
	}
	ret = good()->alloc(b->good, &r, addr);
	if (ret && b->defect == LEAVES_ADDRESS)
		*addr = before;
	if (!ret && b->defect == LEAVES_THE_SPACE && b->calls % 100 == 50)
		*addr = b->space.base + b->space.size;
	if (!ret && b->defect == GIVES_TWICE && b->calls % 100 == 50)
		*addr = b->last;
	if (!ret) {
		b->last = *addr;
		b->calls++;
	}
	return ret;
}

static int bad_free(void *priv, armdma_dma_t addr, uint64_t size)
{
	struct bad *b = priv;
	uint64_t g = b->space.granule;
	bool inside = addr >= b->space.base && addr - b->space.base < b->space.size;
	bool whole = addr % g == 0 && size;
	int ret;

	if (b->defect == FREES_WHOLE_GRANULES_ONLY && size % g)
		return -EINVAL;
	if (b->defect == FREES_OUTSIDE && !inside)
		return 0;
	if (b->defect == FREES_WITHIN && inside)
		addr -= addr % g;
	if (b->defect == FREES_IN_PART && inside && whole && size > g && !good()->free(b->good, addr, g)) {
		good()->free(b->good, addr + g, size - g);
		return 0;
	}
	ret = good()->free(good_of(b), addr, size);
	return ret && inside && whole && b->defect == FREES_AGAIN ? 0 : ret;
}

static int bad_reserve(void *priv, armdma_dma_t addr, uint64_t size)
{
	struct bad *b = priv;
	int ret;

	if (b->defect == RESERVES_NOTHING)
		return 0;
	ret = good()->reserve(b->good, addr, size);
	return ret == -EBUSY && b->defect == RESERVES_OVER ? 0 : ret;
}

static bool bad_query(void *priv, armdma_dma_t addr)
{
	struct bad *b = priv;

	return good()->query(good_of(b), addr + (b->defect == QUERIES_THE_NEXT ? b->space.granule : 0));
}

struct detour {
	struct bad *b;
	int (*fn)(void *ctx, armdma_dma_t addr, uint64_t size);
	void *ctx;
	unsigned int runs;
	int ret;
};

static int bad_run(void *ctx, armdma_dma_t addr, uint64_t size)
{
	struct detour *d = ctx;
	uint64_t g = d->b->space.granule;

	if (d->b->defect == WALKS_PAST_THE_FIRST && !d->runs++)
		return 0;
	if (d->b->defect == WALKS_IN_PIECES && size > g) {
		d->ret = d->fn(d->ctx, addr, g);
		return d->ret ? d->ret : d->fn(d->ctx, addr + g, size - g);
	}
	d->ret = d->fn(d->ctx, addr, size);
	return d->b->defect == WALKS_ON ? 0 : d->ret;
}

static int bad_walk(void *priv, int (*fn)(void *ctx, armdma_dma_t addr, uint64_t size), void *ctx)
{
	struct detour d = { .b = priv, .fn = fn, .ctx = ctx };

	return good()->walk(d.b->good, bad_run, &d);
}

static int bad_validate(void *priv, struct armdma_error *err)
{
	struct bad *b = priv;

	if (b->defect == FINDS_ITSELF_BROKEN && b->calls > 20) {
		snprintf(err->msg, sizeof(err->msg), "a tree has 13 leaves and counts 12");
		return -EIO;
	}
	return good()->validate(b->good, err);
}

static void bad_stats(void *priv, struct armdma_iova_stats *st)
{
	struct bad *b = priv;

	good()->stats(b->good, st);
	if (b->defect == COUNTS_NO_FAILURES)
		st->failures = 0;
	if (b->defect == COUNTS_TOO_MUCH_MEMORY)
		st->memory += 8;
}

static void each_broken_rule_is_named(void **state)
{
	(void)state;
	for (int i = 0; i < NR_DEFECTS; i++) {
		const struct armdma_iova_policy p = {
			.name = defects[i].name, .data = (const char *)defects + i, .create = bad_create,
			.destroy = bad_destroy, .alloc = bad_alloc, .free = bad_free, .reserve = bad_reserve,
			.query = bad_query, .walk = bad_walk, .validate = bad_validate, .stats = bad_stats,
		};
		struct heard h = { .policy = p.name, .wanted = defects[i].rule };
		int broken = armdma_iova_selftest(&p, 7, hear, &h);

		if (broken < 1 || !h.broken)
			fail_msg("it %s, which breaks the rule \"%s\", and that is not said", p.name, defects[i].rule);
		assert_false(h.silent);
	}
}

/* What the rules of the suite are, each with at least one policy above that breaks it. */
static void collect(void *ctx, const struct armdma_iova_verdict *v)
{
	unsigned int *missing = ctx;
	bool tried = false;

	for (int i = 0; i < NR_DEFECTS; i++)
		tried |= !strcmp(defects[i].rule, v->rule);
	if (!tried) {
		print_message("no policy breaks the rule %s\n", v->rule);
		++*missing;
	}
	assert_true(strlen(v->means) > 10);
}

static void every_rule_has_a_policy_that_breaks_it(void **state)
{
	unsigned int missing = 0;

	(void)state;
	assert_int_equal(armdma_iova_selftest(good(), 1, collect, &missing), 0);
	assert_int_equal(missing, 0);
}

static void verdicts_need_no_listener(void **state)
{
	(void)state;
	assert_int_equal(armdma_iova_selftest(good(), 0, NULL, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_policy_keeps_every_rule),
		cmocka_unit_test(thread_caches_over_every_policy_keep_every_rule),
		cmocka_unit_test(each_broken_rule_is_named),
		cmocka_unit_test(every_rule_has_a_policy_that_breaks_it),
		cmocka_unit_test(verdicts_need_no_listener),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
