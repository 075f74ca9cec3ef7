/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The workloads W1 to W5: churn, rings, mixed video sizes, pathologies, two threads. They are the ones that
 * published figures of IOVA allocators are compared by here; sizes are pages of 4 KiB, a step is what one line of the function says.
 */
#include <stdio.h>
#include <stdlib.h>

#include "generate.h"
#include "tool.h"

#define NSECS 1000u	/* between two operations */

static uint32_t *live_list(struct gen *g, uint64_t n)
{
	uint32_t *v = calloc(n ? n : 1, sizeof(*v));

	g->failed |= !v;
	return v;
}

static uint32_t alloc_pages(struct gen *g, uint64_t pages)
{
	g->nsecs += NSECS;
	return gen_alloc(g, pages * GEN_PAGE, ARMDMA_BIDIRECTIONAL, false);
}

static void fill(struct gen *g, uint32_t *live, uint64_t n, uint64_t pages)
{
	for (uint64_t i = 0; i < n && !g->failed; i++)
		live[i] = alloc_pages(g, pages);
}

/* What comes before is not measured. */
static void warm(struct gen *g)
{
	char n[24];

	snprintf(n, sizeof(n), "%zu", g->w->nr_ops);
	workload_info(g->w, "warmup", n);
}

/* W1: free a random live one, allocate one. */
static void w1(struct gen *g)
{
	uint32_t n = (uint32_t)g->opt.live, *live = live_list(g, n);

	fill(g, live, n, g->opt.pages);
	warm(g);
	for (uint64_t i = 0; i < g->opt.steps && !g->failed; i++) {
		uint32_t k = gen_below(g, n);

		gen_free(g, live[k]);
		live[k] = alloc_pages(g, g->opt.pages);
	}
	free(live);
}

#define BURST 64u

/* W1b: free 64 distinct random ones, allocate 64. */
static void w1b(struct gen *g)
{
	uint32_t n = (uint32_t)g->opt.live, *live = live_list(g, n), burst = n < BURST ? n : BURST;

	fill(g, live, n, g->opt.pages);
	warm(g);
	for (uint64_t i = 0; i < g->opt.steps && !g->failed; i += burst) {
		for (uint32_t k = 0; k < burst; k++) {
			uint32_t pick = k + gen_below(g, n - k), id = live[pick];

			live[pick] = live[k];
			live[k] = id;
			gen_free(g, id);
		}
		for (uint32_t k = 0; k < burst; k++)
			live[k] = alloc_pages(g, g->opt.pages);
	}
	free(live);
}

/* W2: first in, first out. */
static void w2(struct gen *g)
{
	uint32_t n = (uint32_t)g->opt.live, *live = live_list(g, n);

	fill(g, live, n, g->opt.pages);
	warm(g);
	for (uint64_t i = 0; i < g->opt.steps && !g->failed; i++) {
		gen_free(g, live[i % n]);
		live[i % n] = alloc_pages(g, g->opt.pages);
	}
	free(live);
}

/* W3: mixed video sizes; which live ones have to go depends on what the policy could serve. */
static void w3(struct gen *g)
{
	static const uint32_t sizes[] = { 1, 16, 256, 384, 760, 2048, 3175 };
	uint64_t target = g->opt.space / 100 * g->opt.percent;

	for (uint64_t i = 0; i < g->opt.steps && !g->failed; i++) {
		uint64_t size = (uint64_t)sizes[gen_below(g, sizeof(sizes) / sizeof(sizes[0]))] * GEN_PAGE;
		struct op room = { .kind = OP_ROOM, .target = target, .size = size, .nsecs = g->nsecs };
		struct op relief = { .kind = OP_RELIEF, .nsecs = g->nsecs };

		g->failed |= workload_add(g->w, &room) != 0;
		gen_alloc(g, size, ARMDMA_BIDIRECTIONAL, false);
		gen_contiguous(g);
		g->failed |= workload_add(g->w, &relief) != 0;
		g->nsecs += NSECS;
		if (i + 1 == g->opt.steps / 2)
			warm(g);
	}
}

/*
 * W4: long-lived ones, every second one freed, and a ring of allocations too large for the holes; each step turns the
 * ring by one and frees and re-allocates a random long-lived one.
 */
static void w4(struct gen *g, uint32_t hole_pages, uint32_t ring_pages)
{
	enum { RING = 256 };
	uint32_t n = (uint32_t)g->opt.live, *live = live_list(g, n), ring[RING], kept = 0;

	fill(g, live, n, hole_pages);
	for (uint32_t i = 0; i < n && !g->failed; i++) {
		if (i % 2)
			gen_free(g, live[i]);
		else
			live[kept++] = live[i];
	}
	fill(g, ring, RING, ring_pages);
	warm(g);
	for (uint64_t i = 0; i < g->opt.steps && kept && !g->failed; i++) {
		uint32_t k = gen_below(g, kept);

		gen_free(g, ring[i % RING]);
		ring[i % RING] = alloc_pages(g, ring_pages);
		gen_free(g, live[k]);
		live[k] = alloc_pages(g, hole_pages);
	}
	free(live);
}

static void w4a(struct gen *g)
{
	w4(g, 1, 2);
}

static void w4b(struct gen *g)
{
	w4(g, 32, 48);
}

static void w4c(struct gen *g)
{
	w4(g, 48, 96);
}

/* W5: two threads, each W1 with its own allocations in one space. */
static void w5(struct gen *g)
{
	uint32_t n = (uint32_t)g->opt.live, *live[2];

	for (uint16_t t = 0; t < 2; t++) {
		live[t] = live_list(g, n);
		g->thread = t;
		fill(g, live[t], n, g->opt.pages);
	}
	warm(g);
	workload_info(g->w, "parallel", "yes");
	for (uint64_t i = 0; i < g->opt.steps && !g->failed; i++) {
		for (uint16_t t = 0; t < 2; t++) {
			uint32_t k = gen_below(g, n);

			g->thread = t;
			gen_free(g, live[t][k]);
			live[t][k] = alloc_pages(g, g->opt.pages);
		}
	}
	free(live[0]);
	free(live[1]);
}

#define GIB (1ull << 30)

const struct generator generators_w[] = {
	{ "w1", "one-page churn: free a random live one, allocate one",
	  { .seed = 12345, .live = 10000, .steps = 200000, .pages = 1, .space = GIB }, w1 },
	{ "w1b", "the same in bursts of 64",
	  { .seed = 12345, .live = 10000, .steps = 200000, .pages = 1, .space = GIB }, w1b },
	{ "w2", "a ring: first in, first out",
	  { .seed = 12345, .live = 1024, .steps = 200000, .pages = 1, .space = 4 * GIB }, w2 },
	{ "w3", "mixed video sizes, 4 KiB to 12.4 MiB, filled up to --percent",
	  { .seed = 777, .steps = 40000, .percent = 80, .space = GIB }, w3 },
	{ "w4a", "pathology: one-page holes, a ring of two pages",
	  { .seed = 4242, .live = 32768, .steps = 60000, .space = GIB }, w4a },
	{ "w4b", "pathology: holes of 32 pages, a ring of 48",
	  { .seed = 4242, .live = 3500, .steps = 60000, .space = GIB }, w4b },
	{ "w4c", "pathology: holes of 48 pages, a ring of 96",
	  { .seed = 4242, .live = 3500, .steps = 60000, .space = 4 * GIB }, w4c },
	{ "w5", "two threads, each one-page churn, in one space",
	  { .seed = 12345, .live = 10000, .steps = 200000, .pages = 1, .space = 4 * GIB }, w5 },
	{ .name = NULL },
};
