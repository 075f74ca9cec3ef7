/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IOVA policies.
 *
 * A pair is one free and one allocation; page = 4 KiB; random numbers are a seeded xorshift64.
 *
 * churn: N live one-page allocations in 4 GiB, a random one is freed, one allocated; "batch": 64 freed, then 64 allocated.
 * ring: 1024 in flight, the oldest is freed, one allocated.
 * video: sizes from 4 KiB to 12.4 MiB, a seventh each, in 1 GiB; before each allocation random live ones are freed
 * until it fits below the target; a step is one allocation and the frees it needs. After a failure one more is freed.
 * holes: long-lived allocations of h pages of which every second one is freed, and a ring of 256 allocations that do not fit the holes; a
 * step is a pair of the ring and a pair of a random long-lived one.
 * threads: two threads with a churn of 10 000 each on one space, throughput over that of one thread alone.
 *
 * "/p99.9": of single operations, with the time stamp counter around each.
 */
#include "bench.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef __x86_64__
#include <x86intrin.h>
#endif

#include <armdma/iova.h>

#define PAGE 4096ULL
#define GIB (1ULL << 30)
#define MAX_LIVE 131072u
#define RING 256u
#define LATENCIES 20000u

static const char *const policies[] = { "first-fit", "linux-arm", "next-fit", "best-fit", "top-down", "magazine", "null" };
enum { FIRST_FIT, LINUX_ARM, NEXT_FIT, BEST_FIT, TOP_DOWN, MAGAZINE, NONE };

#define SHARED 0x100u		/* with the number of a policy */

/* What the harness itself costs. */
static char null_space;

static int null_create(const struct armdma_iova_policy *self, void **priv, const struct armdma_iova_space *space,
		       struct armdma_error *err)
{
	(void)self;
	(void)space;
	(void)err;
	*priv = &null_space;
	return 0;
}

static void null_destroy(void *priv)
{
	(void)priv;
}

static int null_alloc(void *priv, const struct armdma_iova_request *req, armdma_dma_t *addr)
{
	(void)priv;
	*addr = req->size;
	return 0;
}

static int null_free(void *priv, armdma_dma_t addr, uint64_t size)
{
	(void)priv;
	(void)addr;
	(void)size;
	return 0;
}

static const struct armdma_iova_policy null_policy = {
	.name = "null", .create = null_create, .destroy = null_destroy, .alloc = null_alloc, .free = null_free,
};

struct live {
	uint32_t page : 20, pages : 12;	/* page: number of the first; small, so that the list itself costs little */
};

struct env {
	const struct armdma_iova_policy *p;
	void *priv;
	uint64_t x;			/* random numbers */
	struct live *live;
	uint32_t nr, at;		/* ring: the oldest */
	uint64_t used, target;		/* pages */
	uint32_t ring_pages, hole_pages, ring_at;
	struct live ring[RING];
	uint64_t failures;
	uint64_t *latency;		/* NULL: not measured */
	uint32_t nr_latencies;
};

/* ---- What all rows do ----------------------------------------------------- */

static uint64_t stamp(void)
{
#ifdef __x86_64__
	uint64_t t;

	_mm_lfence();
	t = __rdtsc();
	_mm_lfence();
	return t;
#else
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
#endif
}

static void note(struct env *e, uint64_t start)
{
	if (e->nr_latencies < LATENCIES)
		e->latency[e->nr_latencies++] = stamp() - start;
}

static int get(struct env *e, struct live *l, uint32_t pages)
{
	struct armdma_iova_request req = { .size = pages * PAGE };
	uint64_t start = e->latency ? stamp() : 0;
	armdma_dma_t addr;
	int ret = e->p->alloc(e->priv, &req, &addr);

	if (e->latency)
		note(e, start);
	*l = (struct live){ .page = addr / PAGE & 0xfffff, .pages = pages & 0xfff };
	return ret;
}

static void put(struct env *e, const struct live *l)
{
	uint64_t start = e->latency ? stamp() : 0;

	e->p->free(e->priv, l->page * PAGE, l->pages * PAGE);
	if (e->latency)
		note(e, start);
}

static void close_env(void *state)
{
	struct env *e = state;

	if (!e)
		return;
	if (e->priv)
		e->p->destroy(e->priv);
	free(e->live);
	free(e->latency);
	free(e);
}

static struct env *open_env(const struct bench_row *row, uint64_t size, uint64_t seed)
{
	struct armdma_iova_space space = { .base = 0, .size = size, .granule = PAGE, .align_order = 8 };
	struct env *e = calloc(1, sizeof(*e));

	if (!e)
		return bench_failed(row, "memory");
	e->p = row->arg[0] == NONE ? &null_policy : armdma_iova_find(policies[row->arg[0] % SHARED]);
	e->x = seed;
	e->live = calloc(MAX_LIVE, sizeof(*e->live));
	if (row->arg[0] & SHARED)
		space.flags = ARMDMA_IOVA_SHARED;
	if (e->p && e->live && !e->p->create(e->p, &e->priv, &space, NULL))
		return e;
	close_env(e);
	return bench_failed(row, "creating a space");
}

/* ---- churn, ring ------------------------------------------------------------ */

static int fill(struct env *e, uint32_t n, uint32_t pages)
{
	for (; e->nr < n; e->nr++)
		if (get(e, &e->live[e->nr], pages))
			return -1;
	return 0;
}

static void *churn_setup(const struct bench_row *row)
{
	struct env *e = open_env(row, 4 * GIB, 12345);

	if (!e || !fill(e, row->arg[1], 1))
		return e;
	close_env(e);
	return bench_failed(row, "filling the space");
}

/*
 * What is measured are a few nanoseconds, so the loops of churn and ring keep to themselves all they need; "null" shows what they cost.
 */
static void churn_run(void *state, size_t n)
{
	struct env *e = state;
	const struct armdma_iova_policy *p = e->p;
	struct armdma_iova_request req = { .size = PAGE };
	struct live *live = e->live;
	void *priv = e->priv;
	uint64_t x = e->x, nr = e->nr;
	armdma_dma_t addr;

	while (n--) {
		struct live *l;

		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		l = &live[(x >> 32) * nr >> 32];
		p->free(priv, l->page * PAGE, PAGE);
		p->alloc(priv, &req, &addr);
		l->page = addr / PAGE & 0xfffff;
	}
	e->x = x;
}

/* 64 different ones: a stretch of the list, which is shuffled as it goes. */
static void churn_batch_run(void *state, size_t n)
{
	struct env *e = state;

	for (; n >= 64; n -= 64) {
		for (uint32_t i = 0; i < 64; i++) {
			uint32_t j = i + bench_below(&e->x, e->nr - i);
			struct live t = e->live[j];

			e->live[j] = e->live[i];
			e->live[i] = t;
			put(e, &t);
		}
		for (uint32_t i = 0; i < 64; i++)
			get(e, &e->live[i], 1);
	}
}

static void *ring_setup(const struct bench_row *row)
{
	struct env *e = open_env(row, 4 * GIB, 12345);

	if (!e || !fill(e, 1024, row->arg[1]))
		return e;
	close_env(e);
	return bench_failed(row, "filling the ring");
}

static void ring_run(void *state, size_t n)
{
	struct env *e = state;
	const struct armdma_iova_policy *p = e->p;
	struct armdma_iova_request req = { .size = e->live[0].pages * PAGE };
	struct live *live = e->live;
	void *priv = e->priv;
	uint32_t at = e->at;
	armdma_dma_t addr;

	while (n--) {
		p->free(priv, live[at].page * PAGE, req.size);
		p->alloc(priv, &req, &addr);
		live[at].page = addr / PAGE & 0xfffff;
		at = (at + 1) % 1024;
	}
	e->at = at;
}

/* ---- video --------------------------------------------------------------------- */

static void drop_one(struct env *e)
{
	uint32_t i = bench_below(&e->x, e->nr);

	put(e, &e->live[i]);
	e->used -= e->live[i].pages;
	e->live[i] = e->live[--e->nr];
}

static void video_run(void *state, size_t n)
{
	static const uint16_t sizes[] = { 1, 16, 256, 384, 760, 2048, 3175 };
	struct env *e = state;

	while (n--) {
		uint32_t pages = sizes[bench_below(&e->x, 7)];

		while (e->nr && e->used + pages > e->target)
			drop_one(e);
		if (!get(e, &e->live[e->nr], pages)) {
			e->used += pages;
			e->nr++;
		} else {
			e->failures++;
			if (e->nr)
				drop_one(e);
		}
	}
}

static void *video_setup(const struct bench_row *row)
{
	struct env *e = open_env(row, GIB, 777);

	if (!e)
		return NULL;
	e->target = GIB / PAGE * row->arg[1] / 100;
	video_run(e, 20000);
	return e;
}

/* ---- holes ----------------------------------------------------------------------- */

static const struct { uint32_t live, hole, ring; uint64_t size; } holes[] = {
	{ 32768, 1, 2, GIB }, { 3500, 32, 48, GIB }, { 3500, 48, 96, 4 * GIB },
};

static void holes_run(void *state, size_t n)
{
	struct env *e = state;
	uint64_t *latency = e->latency;

	while (n--) {
		struct live *l = &e->ring[e->ring_at], *old = &e->live[bench_below(&e->x, e->nr)];

		put(e, l);
		get(e, l, e->ring_pages);
		e->ring_at = (e->ring_at + 1) % RING;
		e->latency = NULL;	/* of the ring only */
		put(e, old);
		get(e, old, e->hole_pages);
		e->latency = latency;
	}
}

static int make_holes(struct env *e, uint32_t n)
{
	if (fill(e, n, e->hole_pages))
		return -1;
	for (uint32_t i = 0; i < n; i += 2)
		put(e, &e->live[i]);
	for (uint32_t i = 0; i < n / 2; i++)
		e->live[i] = e->live[2 * i + 1];
	e->nr = n / 2;
	for (uint32_t i = 0; i < RING; i++)
		if (get(e, &e->ring[i], e->ring_pages))
			return -1;
	return 0;
}

static void *holes_setup(const struct bench_row *row)
{
	unsigned int i = row->arg[1];
	struct env *e = open_env(row, holes[i].size, 4242);

	if (!e)
		return NULL;
	e->hole_pages = holes[i].hole;
	e->ring_pages = holes[i].ring;
	if (!make_holes(e, holes[i].live))
		return e;
	close_env(e);
	return bench_failed(row, "making holes");
}

/* ---- Latencies ----------------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Nanoseconds of a stamp's unit. */
static double stamp_ns(void)
{
	static double ns;
	struct timespec a, b;
	uint64_t start, end;

	if (ns > 0)
		return ns;
	clock_gettime(CLOCK_MONOTONIC, &a);
	start = stamp();
	do {
		clock_gettime(CLOCK_MONOTONIC, &b);
	} while ((b.tv_sec - a.tv_sec) * 1000000000L + (b.tv_nsec - a.tv_nsec) < 20000000L);
	end = stamp();
	ns = (double)((b.tv_sec - a.tv_sec) * 1000000000L + (b.tv_nsec - a.tv_nsec)) / (double)(end - start);
	return ns;
}

/* Seconds that 99.9 % of the operations stay below. */
static double tail_of(struct env *e, void (*run)(void *state, size_t n))
{
	e->nr_latencies = 0;
	while (e->nr_latencies < LATENCIES)
		run(e, 64);
	qsort(e->latency, LATENCIES, sizeof(*e->latency), by_value);
	return 1e-9 * stamp_ns() * (double)e->latency[LATENCIES - LATENCIES / 1000];
}

static double video_tail(void *state)
{
	return tail_of(state, video_run);
}

static double holes_tail(void *state)
{
	return tail_of(state, holes_run);
}

static void *with_latencies(const struct bench_row *row, struct env *e)
{
	if (!e)
		return NULL;
	e->latency = calloc(LATENCIES, sizeof(*e->latency));
	if (e->latency)
		return e;
	close_env(e);
	return bench_failed(row, "memory");
}

static void *video_tail_setup(const struct bench_row *row)
{
	return with_latencies(row, video_setup(row));
}

static void *holes_tail_setup(const struct bench_row *row)
{
	return with_latencies(row, holes_setup(row));
}

/* ---- Two threads ------------------------------------------------------------------------ */

#define THREAD_LIVE 10000u
#define THREAD_PAIRS 100000u

struct team {
	const struct armdma_iova_policy *p;
	void *priv;
	pthread_barrier_t start;
	double seconds[2];		/* of the threads */
};

struct worker {
	struct team *team;
	pthread_t thread;
	unsigned int nr;
};

static double wall_time(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void *worker_run(void *arg)
{
	struct worker *w = arg;
	struct env e = { .p = w->team->p, .priv = w->team->priv, .x = 12345 + w->nr };
	double start;

	e.live = calloc(THREAD_LIVE, sizeof(*e.live));
	if (!e.live || fill(&e, THREAD_LIVE, 1))
		e.nr = 0;
	pthread_barrier_wait(&w->team->start);
	start = wall_time();
	if (e.nr)
		churn_run(&e, THREAD_PAIRS);
	w->team->seconds[w->nr] = e.nr ? wall_time() - start : -1;
	while (e.nr)
		put(&e, &e.live[--e.nr]);
	free(e.live);
	return NULL;
}

/* Pairs a second of so many threads together, or a negative value. */
static double throughput(struct team *t, unsigned int threads)
{
	struct worker w[2];
	double slowest = 0;

	pthread_barrier_init(&t->start, NULL, threads);
	for (unsigned int i = 0; i < threads; i++) {
		w[i] = (struct worker){ .team = t, .nr = i };
		if (pthread_create(&w[i].thread, NULL, worker_run, &w[i]))
			return -1;
	}
	for (unsigned int i = 0; i < threads; i++)
		pthread_join(w[i].thread, NULL);
	pthread_barrier_destroy(&t->start);
	for (unsigned int i = 0; i < threads; i++) {
		if (t->seconds[i] < 0)
			return -1;
		slowest = t->seconds[i] > slowest ? t->seconds[i] : slowest;
	}
	return threads * (double)THREAD_PAIRS / slowest;
}

/* The best of three each, in turn: whoever else wants the processors only makes it slower. */
static double scaling(void *state)
{
	struct env *e = state;
	struct team t = { .p = e->p, .priv = e->priv };
	double one = 0, two = 0, x;

	for (int i = 0; i < 3; i++) {
		x = throughput(&t, 1);
		one = x > one ? x : one;
		x = throughput(&t, 2);
		two = x > two ? x : two;
	}
	return one > 0 ? two / one : -1;
}

static void *threads_setup(const struct bench_row *row)
{
	return open_env(row, 4 * GIB, 1);
}

/* ---- The rows -------------------------------------------------------------------------------- */

#define ROW(n, g, what, ...) \
	{ .name = "iova/" n, .unit = BENCH_STEPS, .goal = g, .arg = { __VA_ARGS__ }, .setup = what##_setup, \
	  .run = what##_run, .teardown = close_env }
#define TAIL(n, g, what, ...) \
	{ .name = "iova/" n "/p99.9", .unit = BENCH_US, .goal = g, .arg = { __VA_ARGS__ }, .setup = what##_tail_setup, \
	  .timed = what##_tail, .teardown = close_env }
#define THREADS(n, g, policy) \
	{ .name = "iova/threads/" n, .unit = BENCH_RATIO, .goal = g, .arg = { SHARED | (policy) }, \
	  .setup = threads_setup, .timed = scaling, .teardown = close_env }

#define churn_batch_setup churn_setup

static const struct bench_row rows[] = {
	ROW("churn/null/10k", 0, churn, NONE, 10000),
	ROW("ring/null/1", 0, ring, NONE, 1),
	ROW("churn/first-fit/1k", 16, churn, FIRST_FIT, 1000),
	ROW("churn/first-fit/10k", 16, churn, FIRST_FIT, 10000),
	ROW("churn/first-fit/100k", 16, churn, FIRST_FIT, 100000),
	ROW("churn/first-fit-shared/1k", 22, churn, SHARED | FIRST_FIT, 1000),
	ROW("churn/first-fit-shared/10k", 22, churn, SHARED | FIRST_FIT, 10000),
	ROW("churn/first-fit-shared/100k", 22, churn, SHARED | FIRST_FIT, 100000),
	ROW("churn/linux-arm/10k", 0, churn, LINUX_ARM, 10000),
	ROW("churn/best-fit/10k", 0, churn, BEST_FIT, 10000),
	ROW("churn/next-fit/10k", 0, churn, NEXT_FIT, 10000),
	ROW("churn/top-down/10k", 0, churn, TOP_DOWN, 10000),
	ROW("churn-batch/first-fit/10k", 0, churn_batch, FIRST_FIT, 10000),
	ROW("ring/first-fit/1", 16, ring, FIRST_FIT, 1),
	ROW("ring/first-fit-shared/1", 22, ring, SHARED | FIRST_FIT, 1),
	ROW("ring/first-fit/2", 0, ring, FIRST_FIT, 2),
	ROW("churn/magazine/1k", 6, churn, MAGAZINE, 1000),
	ROW("churn/magazine/10k", 6, churn, MAGAZINE, 10000),
	ROW("churn/magazine/100k", 6, churn, MAGAZINE, 100000),
	ROW("churn/magazine-shared/10k", 6, churn, SHARED | MAGAZINE, 10000),
	ROW("ring/magazine/1", 6, ring, MAGAZINE, 1),
	ROW("ring/magazine/2", 6, ring, MAGAZINE, 2),
	ROW("ring/magazine/32", 6, ring, MAGAZINE, 32),
	ROW("video/first-fit/50", 150, video, FIRST_FIT, 50),
	ROW("video/first-fit/80", 150, video, FIRST_FIT, 80),
	ROW("video/first-fit/95", 150, video, FIRST_FIT, 95),
	ROW("video/first-fit-shared/80", 150, video, SHARED | FIRST_FIT, 80),
	TAIL("video/first-fit/50", 0.6, video, FIRST_FIT, 50),
	TAIL("video/first-fit/80", 0.6, video, FIRST_FIT, 80),
	TAIL("video/first-fit/95", 0.6, video, FIRST_FIT, 95),
	ROW("video/linux-arm/80", 0, video, LINUX_ARM, 80),
	ROW("video/best-fit/80", 0, video, BEST_FIT, 80),
	ROW("video/next-fit/80", 0, video, NEXT_FIT, 80),
	ROW("video/top-down/80", 0, video, TOP_DOWN, 80),
	ROW("holes/first-fit/1", 150, holes, FIRST_FIT, 0),
	ROW("holes/first-fit/32", 150, holes, FIRST_FIT, 1),
	ROW("holes/first-fit/48", 150, holes, FIRST_FIT, 2),
	TAIL("holes/first-fit/1", 0.6, holes, FIRST_FIT, 0),
	TAIL("holes/first-fit/32", 0.6, holes, FIRST_FIT, 1),
	TAIL("holes/first-fit/48", 0.6, holes, FIRST_FIT, 2),
	ROW("holes/magazine/32", 150, holes, MAGAZINE, 1),
	THREADS("first-fit", 0.5, FIRST_FIT),
	THREADS("magazine", 1.8, MAGAZINE),
};

const struct bench_rows bench_rows_iova = { rows, sizeof(rows) / sizeof(rows[0]) };
