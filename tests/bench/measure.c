/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The method.
 *
 * CPU time of the thread is taken around a batch of about 3 ms, never around one short operation. Before and after each
 * batch the reference is measured (an L1 pointer chase, or a memcpy); the batch gives one ratio, and the
 * median of the ratios is the figure. What else the machine is doing then changes both sides alike.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#define BATCH_TIME 3e-3		/* seconds */
#define REF_TIME 0.5e-3		/* seconds, before and again after */
/* An operation this long is timed alone; a shorter one with its preparation, of which the time is taken off. */
#define ALONE_TIME 50e-6
#define CHASE_NODES 256u	/* 16 KiB */
#define CHASE_STRIDE 64u

struct reference {
	void **chase;		/* NULL: memcpy */
	unsigned char *src, *dst;
	size_t bytes, copies, at;
	size_t n;		/* steps or copies a measurement */
};

double bench_cpu_time(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

uint64_t bench_random(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

uint32_t bench_below(uint64_t *x, uint32_t n)
{
	return (uint32_t)((bench_random(x) >> 32) * n >> 32);
}

void bench_shuffle(uint32_t *v, size_t n, uint64_t *x)
{
	for (size_t i = n; i > 1; i--) {
		size_t j = bench_below(x, (uint32_t)i);
		uint32_t t = v[i - 1];

		v[i - 1] = v[j];
		v[j] = t;
	}
}

void *bench_failed(const struct bench_row *row, const char *what)
{
	fprintf(stderr, "%s: %s failed\n", row->name, what);
	return NULL;
}

/* ---- The reference ----------------------------------------------------- */

/* Pages of the size that simulated RAM has. */
static unsigned char *map_pages(size_t len)
{
	unsigned char *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	madvise(p, len, MADV_NOHUGEPAGE);
	memset(p, 0x5a, len);
	return p;
}

static void **make_chase(void)
{
	unsigned char *base = aligned_alloc(4096, CHASE_NODES * CHASE_STRIDE);
	uint32_t order[CHASE_NODES];
	uint64_t x = 12345;

	if (!base)
		return NULL;
	for (uint32_t i = 0; i < CHASE_NODES; i++)
		order[i] = i;
	bench_shuffle(order, CHASE_NODES, &x);
	for (uint32_t i = 0; i < CHASE_NODES; i++)
		*(void **)(base + order[i] * CHASE_STRIDE) =
			base + order[(i + 1) % CHASE_NODES] * CHASE_STRIDE;
	return (void **)base;
}

static void ref_run(struct reference *r, size_t n)
{
	if (r->chase) {
		void **volatile out;
		void **p = r->chase;

		while (n--)
			p = *p;
		out = p;
		(void)out;
		return;
	}
	while (n--) {
		memcpy(r->dst + r->at * r->bytes, r->src + r->at * r->bytes, r->bytes);
		/* The copy is wanted, whoever reads it. */
		__asm__ volatile("" ::: "memory");
		if (++r->at == r->copies)
			r->at = 0;
	}
}

/* Seconds of one step or copy. */
static double ref_time(struct reference *r)
{
	double start = bench_cpu_time();

	ref_run(r, r->n);
	return (bench_cpu_time() - start) / (double)r->n;
}

static void ref_close(struct reference *r)
{
	free(r->chase);
	if (r->src)
		munmap(r->src, r->bytes * r->copies);
	if (r->dst)
		munmap(r->dst, r->bytes * r->copies);
}

static int ref_open(struct reference *r, const struct bench_row *row)
{
	double t;

	*r = (struct reference){ .bytes = row->bytes, .copies = row->copies ? row->copies : 1, .n = 1 };
	if (row->unit != BENCH_SHARE && row->unit != BENCH_TIMES) {
		r->chase = make_chase();
		if (!r->chase)
			return -1;
	} else {
		r->src = map_pages(r->bytes * r->copies);
		r->dst = map_pages(r->bytes * r->copies);
		if (!r->src || !r->dst) {
			ref_close(r);
			return -1;
		}
	}
	while ((t = ref_time(r) * (double)r->n) < REF_TIME / 4)
		r->n *= 2;
	r->n = (size_t)((double)r->n * REF_TIME / t) + 1;
	return 0;
}

/* ---- One batch --------------------------------------------------------- */

static double timed_batch(const struct bench_row *row, void *state, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++) {
		double t = row->timed(state);

		if (t < 0)
			return -1;
		sum += t;
	}
	return sum;
}

static double prepared_batch(const struct bench_row *row, void *state, size_t n, bool alone)
{
	double start = bench_cpu_time(), with, sum = 0;

	if (alone) {
		for (size_t i = 0; i < n; i++) {
			row->prepare(state);
			start = bench_cpu_time();
			row->run(state, 1);
			sum += bench_cpu_time() - start;
		}
		return sum;
	}
	for (size_t i = 0; i < n; i++) {
		row->prepare(state);
		row->run(state, 1);
	}
	with = bench_cpu_time() - start;
	start = bench_cpu_time();
	for (size_t i = 0; i < n; i++)
		row->prepare(state);
	return with - (bench_cpu_time() - start);
}

/* CPU seconds of n operations. */
static double batch_time(const struct bench_row *row, void *state, size_t n, bool alone)
{
	double start;

	if (row->timed)
		return timed_batch(row, state, n);
	if (row->prepare)
		return prepared_batch(row, state, n, alone);
	start = bench_cpu_time();
	row->run(state, n);
	return bench_cpu_time() - start;
}

/* How many operations make a batch, found out by running some; that warms everything up as well. */
static size_t batch_size(const struct bench_row *row, void *state, bool *alone)
{
	double t, total = 0;
	size_t n = 1;

	*alone = false;
	if (row->timed)
		return 1;
	if (row->prepare) {
		for (int i = 0; i < 3; i++)
			t = prepared_batch(row, state, 1, true);
		*alone = t > ALONE_TIME;
	}
	for (;;) {
		double start = bench_cpu_time();

		t = batch_time(row, state, n, *alone);
		total += bench_cpu_time() - start;
		if (t >= BATCH_TIME / 4 || total > 10 * BATCH_TIME)
			break;
		n *= 2;
	}
	if (t <= 0)
		return n;
	n = (size_t)((double)n * BATCH_TIME / t);
	return n ? n : 1;
}

/* ---- All batches ------------------------------------------------------- */

static double figure_of(const struct bench_row *row, double op, double ref)
{
	switch (row->unit) {
	case BENCH_SHARE:
		return ref / op;
	case BENCH_US:
		return 1e6 * op;
	case BENCH_RATIO:
	case BENCH_COST:
	case BENCH_BYTES:
		return op;
	default:
		return op / ref;
	}
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *v, unsigned int n)
{
	qsort(v, n, sizeof(*v), by_value);
	return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

static int measure(const struct bench_row *row, void *state, struct reference *ref, double *v,
		   unsigned int batches, struct bench_result *res)
{
	double *figures = v, *ops = v + batches, *refs = v + 2 * batches;
	bool alone;

	res->batch = batch_size(row, state, &alone);
	res->batches = batches;
	for (unsigned int i = 0; i < batches; i++) {
		double before = ref_time(ref), op, after;

		op = batch_time(row, state, res->batch, alone) / (double)res->batch;
		after = ref_time(ref);
		if (op < 0 && row->timed)
			return -1;
		/* Less than its preparation varies by: as good as nothing. */
		ops[i] = op > 0 ? op : 1e-12;
		refs[i] = (before + after) / 2;
		figures[i] = figure_of(row, ops[i], refs[i]);
	}
	res->figure = median(figures, batches);
	res->min = figures[0];
	res->max = figures[batches - 1];
	res->op_ns = 1e9 * median(ops, batches);
	res->ref_ns = 1e9 * median(refs, batches);
	return 0;
}

int bench_measure(const struct bench_row *row, unsigned int batches, struct bench_result *res)
{
	double *v = calloc(3 * (size_t)batches, sizeof(*v));
	struct reference ref;
	void *state;
	int ret = -1;

	if (!v)
		return -1;
	state = row->setup(row);
	if (!state)
		goto free_values;
	if (ref_open(&ref, row)) {
		bench_failed(row, "memory for the reference");
		goto teardown;
	}
	ret = measure(row, state, &ref, v, batches, res);
	ref_close(&ref);
teardown:
	row->teardown(state);
free_values:
	free(v);
	return ret;
}
