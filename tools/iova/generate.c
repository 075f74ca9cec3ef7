/* SPDX-License-Identifier: BSD-2-Clause */
/* Made-up workloads: what generators share. See generate.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "generate.h"
#include "tool.h"

/* RAM that pieces lie in, as on the board of the reference machine. */
#define RAM_BASE 0x40000000ull
#define RAM_PAGES (1u << 18)
#define LARGEST_BLOCK 1024u	/* pages */
#define MAX_STEPS 100000000u
#define MAX_LIVE 16000000u

const struct generator *generate_find(const char *name)
{
	const struct generator *const lists[] = { generators_w, generators_device };

	for (unsigned int l = 0; l < 2; l++)
		for (const struct generator *g = lists[l]; g->name; g++)
			if (!strcmp(g->name, name))
				return g;
	return NULL;
}

static bool choose(uint64_t *value, uint64_t wish, uint64_t max, const char *what, char *err, size_t errlen)
{
	if (wish && !*value) {
		snprintf(err, errlen, "this generator takes no --%s", what);
		return false;
	}
	if (wish > max) {
		snprintf(err, errlen, "--%s: at most %llu", what, (unsigned long long)max);
		return false;
	}
	if (wish)
		*value = wish;
	return true;
}

static void tell(struct workload *w, const struct generator *gen, const struct generate_options *o)
{
	char s[160];

	workload_info(w, "source", "generated");
	workload_info(w, "generator", gen->name);
	snprintf(s, sizeof(s), "seed=%llu live=%llu steps=%llu pages=%llu percent=%llu", (unsigned long long)o->seed,
		 (unsigned long long)o->live, (unsigned long long)o->steps, (unsigned long long)o->pages,
		 (unsigned long long)o->percent);
	workload_info(w, "options", s);
}

int generate(const struct generator *gen, const struct generate_options *opt, struct workload *w, char *err,
	     size_t errlen)
{
	struct gen g = { .w = w, .opt = gen->def };
	struct space s = { .granule = GEN_PAGE, .align_order = 8 };

	if (!choose(&g.opt.seed, opt->seed, UINT64_MAX, "seed", err, errlen) ||
	    !choose(&g.opt.live, opt->live, MAX_LIVE, "live", err, errlen) ||
	    !choose(&g.opt.steps, opt->steps, MAX_STEPS, "steps", err, errlen) ||
	    !choose(&g.opt.pages, opt->pages, 1u << 20, "pages", err, errlen) ||
	    !choose(&g.opt.percent, opt->percent, 100, "percent", err, errlen) ||
	    !choose(&g.opt.space, opt->space, 1ull << 40, "space", err, errlen))
		return -EINVAL;
	if (g.opt.space % GEN_PAGE) {
		snprintf(err, errlen, "--space: no multiple of %u", GEN_PAGE);
		return -EINVAL;
	}
	if (g.opt.live > UINT32_MAX / 2 || (g.opt.pages && g.opt.live * g.opt.pages > g.opt.space / GEN_PAGE)) {
		snprintf(err, errlen, "%llu allocations of %llu pages do not fit the space", (unsigned long long)g.opt.live,
			 (unsigned long long)g.opt.pages);
		return -EINVAL;
	}
	g.rng = w->seed = g.opt.seed;
	s.size = g.opt.space;
	snprintf(s.name, sizeof(s.name), "%s", gen->name);
	if (workload_add_space(w, &s) < 0)
		return -ENOMEM;
	tell(w, gen, &g.opt);
	gen->run(&g);
	if (g.failed)
		snprintf(err, errlen, "out of memory");
	return g.failed ? -ENOMEM : 0;
}

uint32_t gen_below(struct gen *g, uint32_t n)
{
	return tool_below(&g->rng, n);
}

void gen_wait(struct gen *g, uint64_t nsecs)
{
	g->nsecs += nsecs / 2 + gen_below(g, nsecs < UINT32_MAX ? (uint32_t)nsecs + 1 : UINT32_MAX);
}

uint32_t gen_alloc(struct gen *g, uint64_t size, enum armdma_dir dir, bool coherent)
{
	struct op op = { .kind = OP_ALLOC, .dir = (uint8_t)dir, .flags = coherent ? OP_COHERENT : 0, .space = g->space,
			 .thread = g->thread, .size = size, .nsecs = g->nsecs, .recorded = WORKLOAD_NO_ADDR };

	g->failed |= workload_add(g->w, &op) != 0;
	return op.id;
}

void gen_free(struct gen *g, uint32_t id)
{
	struct op op = { .kind = OP_FREE, .space = g->space, .thread = g->thread, .id = id, .nsecs = g->nsecs };

	g->failed |= workload_add(g->w, &op) != 0;
}

static void add_pieces(struct gen *g, uint32_t pages_each)
{
	size_t at = g->w->nr_ops - 1;
	uint64_t left;

	if (g->failed)
		return;
	left = (g->w->ops[at].size + GEN_PAGE - 1) / GEN_PAGE;
	while (left && !g->failed) {
		uint32_t n = left < pages_each ? (uint32_t)left : pages_each;
		uint32_t align = n < LARGEST_BLOCK ? 1u << (32 - __builtin_clz(n | 1) - !(n & (n - 1))) : LARGEST_BLOCK;
		uint32_t page = gen_below(g, RAM_PAGES - (n < RAM_PAGES ? n : RAM_PAGES - 1)) & ~(align - 1);

		g->failed |= workload_add_piece(g->w, at, RAM_BASE + (uint64_t)page * GEN_PAGE, (uint64_t)n * GEN_PAGE) != 0;
		left -= n;
	}
}

void gen_contiguous(struct gen *g)
{
	add_pieces(g, UINT32_MAX);
}

void gen_scattered(struct gen *g, unsigned int order)
{
	add_pieces(g, 1u << order);
}
