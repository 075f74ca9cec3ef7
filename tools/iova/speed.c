/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Time of the policy's calls.
 *
 * CPU time of the thread is taken around a batch of about 3 ms, never around one call; before and after each the L1 step is
 * measured, the batch gives one ratio, and the median of the ratios is the figure. A workload that is shorter than a batch is
 * begun anew as often as it takes, in a fresh space; making the space is not timed, and neither is a workload's warm-up. The same
 * loop over a policy that does nothing is the floor, which is not taken off.
 */
#include <errno.h>
#include <stdlib.h>

#include "steps.h"

#define BATCH_TIME 3e-3	/* seconds */
#define MAX_ROUNDS 2000u	/* of a short workload in one batch */

struct timed {
	struct run *r;
	const struct armdma_iova_policy *policy;
	armdma_dma_t *addrs;
	void **privs;		/* NULL: begin anew */
	size_t at;		/* next step */
	uint64_t allocs, steps;	/* done in the batch */
};

armdma_dma_t *steps_addrs(struct run *r)
{
	armdma_dma_t *v = malloc((r->steps.nr_slots ? r->steps.nr_slots : 1) * sizeof(*v));

	if (!v)
		snprintf(r->err.msg, sizeof(r->err.msg), "out of memory");
	for (uint32_t i = 0; v && i < r->steps.nr_slots; i++)
		v[i] = ARMDMA_MAPPING_ERROR;
	return v;
}

/* ---- A policy that does nothing -------------------------------------------- */

__attribute__((noinline))
static int null_alloc(void *priv, const struct armdma_iova_request *req, armdma_dma_t *addr)
{
	(void)priv;
	*addr = req->size;
	return 0;
}

__attribute__((noinline))
static int null_free(void *priv, armdma_dma_t addr, uint64_t size)
{
	(void)priv, (void)addr, (void)size;
	return 0;
}

static const struct armdma_iova_policy null_policy = { .name = "null", .alloc = null_alloc, .free = null_free };

/* ---- Batches --------------------------------------------------------------- */

static int begin(struct timed *t)
{
	const struct steps *s = &t->r->steps;

	if (t->policy == &null_policy) {
		static void *none[WORKLOAD_MAX_SPACES];

		t->privs = none;
	} else {
		t->r->progress->call = CALL_CREATE;
		t->privs = run_create_all(t->r, t->r->p->shared ? ARMDMA_IOVA_SHARED : 0);
		if (!t->privs)
			return -ENOMEM;
	}
	t->r->progress->call = CALL_ALLOC;
	steps_run(t->policy, t->privs, s->requests, s->v, s->v + s->warm, t->addrs);
	t->at = s->warm;
	return 0;
}

static void end(struct timed *t)
{
	if (t->privs && t->policy != &null_policy)
		run_destroy_all(t->r, t->privs);
	t->privs = NULL;
}

/* CPU seconds of the next steps, at most n; -1 on failure. */
static double piece(struct timed *t, size_t n)
{
	const struct steps *s = &t->r->steps;
	double start, time;

	if (!t->privs && begin(t))
		return -1;
	if (n > s->n - t->at)
		n = s->n - t->at;
	start = steps_cpu_time();
	steps_run(t->policy, t->privs, s->requests, s->v + t->at, s->v + t->at + n, t->addrs);
	time = steps_cpu_time() - start;
	for (size_t i = t->at; i < t->at + n; i++)
		t->allocs += s->v[i].kind == STEP_ALLOC;
	t->steps += n;
	t->at += n;
	if (t->at == s->n)
		end(t);
	return time;
}

/* Seconds of a batch of about BATCH_TIME; `guess`: steps that take so long, learned as it goes. */
static double batch(struct timed *t, size_t *guess)
{
	double sum = 0;

	t->allocs = t->steps = 0;
	for (unsigned int i = 0; i < MAX_ROUNDS && sum < 0.9 * BATCH_TIME; i++) {
		double left = 1 - sum / BATCH_TIME, time;
		size_t before = t->steps;

		time = piece(t, (size_t)((double)*guess * (left > 0.1 ? left : 0.1)) + 1);
		if (time < 0)
			return -1;
		sum += time;
		if (time > 1e-6 && t->steps - before >= *guess / 2)
			*guess = (size_t)((double)(t->steps - before) * BATCH_TIME / time) + 1;
	}
	return sum;
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

struct figures {
	double per_op, per_pair;	/* L1 steps */
	double min, max;		/* of the batches, per pair */
	double op_ns, step_ns;
};

static int measure(struct timed *t, struct chase *chase, unsigned int batches, double *v, struct figures *f)
{
	double *pair = v, *op = v + batches, *ns = v + 2 * batches, *step = v + 3 * batches;
	size_t guess = 1000;

	if (batch(t, &guess) < 0)	/* warms up, and learns how long a batch is */
		return -ENOMEM;
	for (unsigned int i = 0; i < batches; i++) {
		double before = chase_step(chase), time = batch(t, &guess), after = chase_step(chase), ref;

		if (time < 0)
			return -ENOMEM;
		ref = (before + after) / 2;
		op[i] = time / (double)t->steps / ref;
		pair[i] = time / (double)(t->allocs ? t->allocs : 1) / ref;
		ns[i] = 1e9 * time / (double)t->steps;
		step[i] = 1e9 * ref;
		t->r->progress->done = i + 1;
	}
	end(t);
	f->per_op = median(op, batches);
	f->per_pair = median(pair, batches);
	f->min = pair[0];
	f->max = pair[batches - 1];
	f->op_ns = median(ns, batches);
	f->step_ns = median(step, batches);
	return 0;
}

int run_speed(struct run *r, json_t *out)
{
	unsigned int batches = r->p->batches;
	struct timed t = { .r = r, .policy = r->policy, .addrs = steps_addrs(r) };
	double *v = calloc(4 * (size_t)batches, sizeof(*v));
	struct chase *chase = chase_new();
	struct figures f, null;
	int ret = -ENOMEM;

	r->progress->pass = PASS_SPEED;
	r->progress->total = batches;
	if (t.addrs && v && chase) {
		ret = measure(&t, chase, batches, v, &f);
		t.policy = &null_policy;
		if (!ret)
			ret = measure(&t, chase, batches < 5 ? batches : 5, v, &null);
	}
	end(&t);
	r->progress->call = CALL_NONE;
	if (!ret) {
		json_object_set_new(out, "ops_per_second", json_real(1e9 / f.op_ns));
		json_object_set_new(out, "ns_per_op", json_real(f.op_ns));
		json_object_set_new(out, "l1_steps_per_op", json_real(f.per_op));
		json_object_set_new(out, "l1_steps_per_pair", json_real(f.per_pair));
		json_object_set_new(out, "l1_steps_per_pair_min", json_real(f.min));
		json_object_set_new(out, "l1_steps_per_pair_max", json_real(f.max));
		json_object_set_new(out, "l1_steps_per_pair_null", json_real(null.per_pair));
		json_object_set_new(out, "l1_step_ns", json_real(f.step_ns));
		json_object_set_new(out, "batches", json_integer(batches));
	}
	chase_free(chase);
	free(v);
	free(t.addrs);
	return ret;
}
