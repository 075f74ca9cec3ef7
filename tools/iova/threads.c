/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The threads of a workload, each on its own, in spaces that they share.
 *
 * A thread runs its own steps in their order. What it frees may be another's: then it waits until that one has allocated it, and a
 * slot is filled anew only when its last use is over. The order of the recording satisfies all that, so nobody waits for ever.
 * Wall time, since contention is the subject; the least of several rounds.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "steps.h"

#define ROUNDS 7u
#define MAX_THREADS 64u

/* Steps of one thread; `turn` orders the uses of a slot by different threads. */
struct lane {
	struct run *r;
	void **privs;
	armdma_dma_t *addrs;
	_Atomic uint32_t *turns;	/* of each slot: uses so far; NULL: no slot is shared */
	uint32_t *turn;			/* of each step: uses of its slot before it */
	struct step *v;
	size_t n;
	_Atomic int *gate;		/* 1: run, -1: do not */
	double begin, end;
	pthread_t thread;
};

static double wall(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void wait_turn(_Atomic uint32_t *turn, uint32_t mine)
{
	for (unsigned int i = 0; atomic_load_explicit(turn, memory_order_acquire) != mine; i++)
		if (i > 1000)
			sched_yield();
}

static void *lane_run(void *arg)
{
	struct lane *l = arg;
	const struct steps *s = &l->r->steps;
	int gate;

	while (!(gate = atomic_load_explicit(l->gate, memory_order_acquire)))
		sched_yield();
	l->begin = l->end = wall();
	if (gate < 0)
		return NULL;
	if (!l->turns) {
		steps_run(l->r->policy, l->privs, s->requests, l->v, l->v + l->n, l->addrs);
	} else {
		for (size_t i = 0; i < l->n; i++) {
			_Atomic uint32_t *turn = &l->turns[l->v[i].slot];

			wait_turn(turn, l->turn[i]);
			steps_run(l->r->policy, l->privs, s->requests, &l->v[i], &l->v[i] + 1, l->addrs);
			atomic_store_explicit(turn, l->turn[i] + 1, memory_order_release);
		}
	}
	l->end = wall();
	return NULL;
}

/* Seconds from the first start to the last end; -1 on failure. */
static double round_of(struct run *r, struct lane *lanes, unsigned int n, bool parallel, uint32_t nr_slots)
{
	void **privs = run_create_all(r, ARMDMA_IOVA_SHARED);
	_Atomic int gate = !parallel;
	double begin = 1e300, end = 0;
	unsigned int made = 0;

	if (!privs)
		return -1;
	for (uint32_t i = 0; lanes[0].turns && i < nr_slots; i++)
		atomic_store(&lanes[0].turns[i], 0);
	for (; made < n; made++) {
		lanes[made].privs = privs;
		lanes[made].gate = &gate;
		if (parallel) {
			if (pthread_create(&lanes[made].thread, NULL, lane_run, &lanes[made]))
				break;
		} else {
			lane_run(&lanes[made]);
		}
	}
	atomic_store_explicit(&gate, made == n ? 1 : -1, memory_order_release);
	for (unsigned int i = 0; parallel && i < made; i++)
		pthread_join(lanes[i].thread, NULL);
	run_destroy_all(r, privs);
	for (unsigned int i = 0; i < n; i++) {
		begin = lanes[i].begin < begin ? lanes[i].begin : begin;
		end = lanes[i].end > end ? lanes[i].end : end;
	}
	return made == n ? end - begin : -1;
}

/* Does a thread use a slot that another uses, too? */
static bool slots_are_shared(const struct steps *s)
{
	uint8_t *owner = calloc(s->nr_slots ? s->nr_slots : 1, 1);
	bool shared = !owner;

	for (size_t i = 0; owner && i < s->n && !shared; i++) {
		uint8_t *o = &owner[s->v[i].slot];

		shared = *o && *o != s->v[i].thread + 1;
		*o = s->v[i].thread + 1;
	}
	free(owner);
	return shared;
}

static int deal(struct run *r, struct lane *lanes, unsigned int n)
{
	const struct steps *s = &r->steps;
	uint32_t *uses = calloc(s->nr_slots ? s->nr_slots : 1, sizeof(*uses));
	bool shared = slots_are_shared(s);
	_Atomic uint32_t *turns = shared ? calloc(s->nr_slots ? s->nr_slots : 1, sizeof(*turns)) : NULL;
	armdma_dma_t *addrs = steps_addrs(r);
	bool ok = uses && addrs && (!shared || turns);

	for (unsigned int t = 0; t < n; t++) {
		lanes[t] = (struct lane){ .r = r, .addrs = addrs, .turns = turns };
		lanes[t].v = malloc((s->n ? s->n : 1) * sizeof(*lanes[t].v));
		lanes[t].turn = malloc((s->n ? s->n : 1) * sizeof(*lanes[t].turn));
		ok = ok && lanes[t].v && lanes[t].turn;
	}
	for (size_t i = 0; ok && i < s->n; i++) {
		struct lane *l = &lanes[s->v[i].thread];

		l->turn[l->n] = uses[s->v[i].slot]++;
		l->v[l->n++] = s->v[i];
	}
	free(uses);
	return ok ? 0 : -ENOMEM;
}

static unsigned int nr_threads(const struct steps *s)
{
	unsigned int n = 0;

	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].thread >= n)
			n = s->v[i].thread + 1u;
	return n < MAX_THREADS ? n : 0;
}

/* The least of ROUNDS, seconds. */
static double least(struct run *r, struct lane *lanes, unsigned int n, bool parallel)
{
	double best = 1e300;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		double t = round_of(r, lanes, n, parallel, r->steps.nr_slots);

		if (t < 0)
			return -1;
		best = t < best ? t : best;
		r->progress->done++;
	}
	return best;
}

int run_threads(struct run *r, json_t *out)
{
	unsigned int n = nr_threads(&r->steps);
	struct lane lanes[MAX_THREADS];
	double one = -1, all = -1;
	int ret;

	if (n < 2)
		return 0;
	r->progress->pass = PASS_THREADS;
	r->progress->done = 0;
	r->progress->total = 2 * ROUNDS;
	ret = deal(r, lanes, n);
	/* One thread does the work of all in turn: only where none waits for another. */
	if (!ret && !lanes[0].turns)
		one = least(r, lanes, n, false);
	if (!ret)
		all = least(r, lanes, n, true);
	if (!ret && all < 0)
		ret = -ENOTSUP;
	if (!ret) {
		json_object_set_new(out, "threads", json_integer(n));
		json_object_set_new(out, "wall_ns_per_op", json_real(1e9 * all / (double)r->steps.n));
		json_object_set_new(out, "speedup", one > 0 ? json_real(one / all) : json_null());
	}
	free(lanes[0].turns);
	free(lanes[0].addrs);
	for (unsigned int t = 0; t < n; t++) {
		free(lanes[t].v);
		free(lanes[t].turn);
	}
	return ret;
}
