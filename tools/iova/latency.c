/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Latency of single calls, in a log-linear histogram.
 *
 * On x86 the time stamp counter with fences around the call, elsewhere the monotonic clock. What taking the time costs by itself is told
 * beside the figures and not taken off. The largest value is often a moment in which the process did not run.
 */
#include <errno.h>
#include <stdlib.h>
#include <time.h>
#if defined(__x86_64__)
#include <x86intrin.h>
#endif

#include "steps.h"

#define WANT_CALLS 200000u
#define MAX_SECONDS 2.0

static uint64_t monotonic(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

#if defined(__x86_64__)
static inline uint64_t ticks(void)
{
	uint64_t t;

	_mm_lfence();
	t = __rdtsc();
	_mm_lfence();
	return t;
}
#else
static inline uint64_t ticks(void)
{
	return monotonic();
}
#endif

struct latency {
	struct hist alloc, free;	/* ticks */
	uint64_t ticks, nsecs;		/* what the counter and the clock said of the whole pass */
	uint64_t overhead;		/* ticks */
};

static void timed_round(struct run *r, void **privs, armdma_dma_t *addrs, struct latency *l)
{
	const struct steps *s = &r->steps;

	r->progress->call = CALL_ALLOC;
	steps_run(r->policy, privs, s->requests, s->v, s->v + s->warm, addrs);
	for (size_t i = s->warm; i < s->n; i++) {
		const struct step *step = &s->v[i];
		uint64_t start = ticks();

		if (step->kind == STEP_ALLOC) {
			step_alloc(r->policy, privs, s->requests, step, addrs);
			hist_add(&l->alloc, ticks() - start);
		} else if (addrs[step->slot] != ARMDMA_MAPPING_ERROR) {
			step_free(r->policy, privs, s->requests, step, addrs);
			hist_add(&l->free, ticks() - start);
		}
	}
	r->progress->call = CALL_NONE;
}

static uint64_t overhead(void)
{
	struct hist *h = calloc(1, sizeof(*h));
	uint64_t ret;

	for (unsigned int i = 0; h && i < 2000; i++) {
		uint64_t start = ticks();

		hist_add(h, ticks() - start);
	}
	ret = h ? hist_quantile(h, 0.5) : 0;
	free(h);
	return ret;
}

static json_t *describe(const struct hist *h, double ns)
{
	static const struct { const char *name; double share; } q[] = {
		{ "p50_ns", 0.5 }, { "p90_ns", 0.9 }, { "p99_ns", 0.99 }, { "p999_ns", 0.999 },
	};
	json_t *o = json_object(), *bars = json_array();

	json_object_set_new(o, "calls", json_integer((json_int_t)h->n));
	for (unsigned int i = 0; i < sizeof(q) / sizeof(q[0]); i++)
		json_object_set_new(o, q[i].name, json_real((double)hist_quantile(h, q[i].share) * ns));
	json_object_set_new(o, "max_ns", json_real((double)h->max * ns));
	for (unsigned int i = 0; i < HIST_BUCKETS; i++)
		if (h->count[i])
			json_array_append_new(bars, json_pack("[f,I]", (double)hist_floor(i) * ns, (json_int_t)h->count[i]));
	json_object_set_new(o, "histogram", bars);
	return o;
}

static int measure(struct run *r, armdma_dma_t *addrs, struct latency *l)
{
	uint64_t start_ns = monotonic(), start = ticks();
	double began = steps_cpu_time();

	do {
		void **privs = run_create_all(r, r->p->shared ? ARMDMA_IOVA_SHARED : 0);

		if (!privs)
			return -ENOMEM;
		timed_round(r, privs, addrs, l);
		run_destroy_all(r, privs);
		r->progress->done = l->alloc.n + l->free.n;
	} while (l->alloc.n + l->free.n < WANT_CALLS && steps_cpu_time() - began < MAX_SECONDS);
	l->ticks = ticks() - start;
	l->nsecs = monotonic() - start_ns;
	return 0;
}

int run_latency(struct run *r, json_t *out)
{
	struct latency *l = calloc(1, sizeof(*l));
	struct hist *all = calloc(1, sizeof(*all));
	armdma_dma_t *addrs = steps_addrs(r);
	int ret = -ENOMEM;

	r->progress->pass = PASS_LATENCY;
	r->progress->total = WANT_CALLS;
	if (l && addrs && all)
		ret = measure(r, addrs, l);
	if (!ret) {
		double ns = l->ticks ? (double)l->nsecs / (double)l->ticks : 1;

		hist_merge(all, &l->alloc);
		hist_merge(all, &l->free);
		json_object_set_new(out, "alloc", describe(&l->alloc, ns));
		json_object_set_new(out, "free", describe(&l->free, ns));
		json_object_set_new(out, "all", describe(all, ns));
		json_object_set_new(out, "overhead_ns", json_real((double)overhead() * ns));
	}
	free(all);
	free(addrs);
	free(l);
	return ret;
}
