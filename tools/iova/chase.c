/* SPDX-License-Identifier: BSD-2-Clause */
/* The L1 step that times are told in: what else the machine is doing changes both sides alike. */
#include <stdlib.h>
#include <time.h>

#include "steps.h"
#include "tool.h"

#define NODES 256u	/* 16 KiB */
#define STRIDE 64u
#define REF_TIME 0.4e-3	/* seconds a measurement */

struct chase {
	void **start;
	size_t n;	/* steps a measurement */
};

double steps_cpu_time(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double walk(const struct chase *c)
{
	double start = steps_cpu_time();
	void **volatile out;
	void **p = c->start;

	for (size_t n = c->n; n; n--)
		p = *p;
	out = p;
	(void)out;
	return steps_cpu_time() - start;
}

struct chase *chase_new(void)
{
	struct chase *c = calloc(1, sizeof(*c));
	unsigned char *base = aligned_alloc(4096, NODES * STRIDE);
	uint32_t order[NODES];
	uint64_t rng = 12345;
	double t;

	if (!c || !base) {
		free(c);
		free(base);
		return NULL;
	}
	for (uint32_t i = 0; i < NODES; i++)
		order[i] = i;
	for (uint32_t i = NODES; i > 1; i--) {
		uint32_t k = tool_below(&rng, i), o = order[i - 1];

		order[i - 1] = order[k];
		order[k] = o;
	}
	for (uint32_t i = 0; i < NODES; i++)
		*(void **)(base + order[i] * STRIDE) = base + order[(i + 1) % NODES] * STRIDE;
	c->start = (void **)(void *)base;
	for (c->n = 1024; (t = walk(c)) < REF_TIME / 4;)
		c->n *= 2;
	c->n = (size_t)((double)c->n * REF_TIME / t) + 1;
	return c;
}

void chase_free(struct chase *c)
{
	if (c)
		free(c->start);
	free(c);
}

double chase_step(struct chase *c)
{
	return walk(c) / (double)c->n;
}
