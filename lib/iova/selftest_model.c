/* SPDX-License-Identifier: BSD-2-Clause */
/* The conformance suite: the model, and every call through it. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/iova/selftest.h"

/* ---- Verdicts ------------------------------------------------------------------- */

static void say(struct selftest *t, enum selftest_rule rule, enum armdma_iova_result result, const char *fmt, va_list ap)
{
	struct armdma_iova_verdict *v = &t->verdict[rule];

	if (t->lost || v->result == ARMDMA_IOVA_BROKEN || v->result == result)
		return;
	v->result = result;
	vsnprintf(v->why.msg, sizeof(v->why.msg), fmt, ap);
}

bool selftest_broken(struct selftest *t, enum selftest_rule rule, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(t, rule, ARMDMA_IOVA_BROKEN, fmt, ap);
	va_end(ap);
	return false;
}

void selftest_skipped(struct selftest *t, enum selftest_rule rule, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(t, rule, ARMDMA_IOVA_SKIPPED, fmt, ap);
	va_end(ap);
}

uint64_t selftest_random(struct selftest *t, uint64_t below)
{
	t->seed ^= t->seed << 13;
	t->seed ^= t->seed >> 7;
	t->seed ^= t->seed << 17;
	return t->seed % below;
}

/* ---- Memory that the policy asks for ----------------------------------------------- */

/* Before each piece; sizes are told again when it is freed. */
struct selftest_piece {
	uint64_t magic, size;
	struct selftest_piece *next, **link;
};

#define MAGIC 0x1073a1e5c0ffee00ULL

static void *mem_alloc(void *ctx, size_t size)
{
	struct selftest_space *s = ctx;
	struct selftest_piece *p;

	if (!s->allow)
		return NULL;
	p = calloc(1, sizeof(*p) + size);
	if (!p)
		return NULL;
	if (s->allow > 0)
		s->allow--;
	p->magic = MAGIC;
	p->size = size;
	p->next = s->pieces;
	p->link = &s->pieces;
	if (p->next)
		p->next->link = &p->next;
	s->pieces = p;
	s->memory += size;
	return p + 1;
}

static void mem_free(void *ctx, void *mem, size_t size)
{
	struct selftest_space *s = ctx;
	struct selftest_piece *p = (struct selftest_piece *)mem - 1;

	if (p->magic != MAGIC || p->size != size) {
		s->foreign_memory = true;
		return;
	}
	p->magic = 0;
	*p->link = p->next;
	if (p->next)
		p->next->link = p->link;
	s->memory -= size;
	free(p);
}

/* What a policy has left. */
static void free_rest(struct selftest_space *s)
{
	while (s->pieces)
		mem_free(s, s->pieces + 1, (size_t)s->pieces->size);
}

/* ---- Life ------------------------------------------------------------------------------ */

struct armdma_iova_space selftest_plain(armdma_dma_t base, uint64_t granules)
{
	return (struct armdma_iova_space){ .base = base, .size = granules * 4096, .granule = 4096, .align_order = 8 };
}

bool selftest_open(struct selftest *t, struct selftest_space *s, const struct armdma_iova_space *space)
{
	struct armdma_error err = { "" };
	int ret;

	*s = (struct selftest_space){ .t = t, .space = *space, .allow = -1 };
	s->space.mem_alloc = mem_alloc;
	s->space.mem_free = mem_free;
	s->space.mem_ctx = s;
	s->total = space->size / space->granule;
	t->lost = false;
	s->used = calloc(1, (size_t)s->total);
	if (!s->used) {
		t->out_of_memory = true;
		return false;
	}
	ret = t->policy->create(t->policy, &s->priv, &s->space, &err);
	if (!ret && s->priv)
		return true;
	selftest_broken(t, RULE_CREATE, "a space of %llu granules of %u bytes at 0x%llx: %d (%s)", (unsigned long long)s->total,
			space->granule, (unsigned long long)space->base, ret, err.msg);
	free_rest(s);
	free(s->used);
	return false;
}

void selftest_close(struct selftest_space *s)
{
	s->t->policy->destroy(s->priv);
	s->t->lost = false;
	if (s->memory)
		selftest_broken(s->t, RULE_MEMORY, "%llu bytes of its memory are left after destroy()",
				(unsigned long long)s->memory);
	if (s->foreign_memory)
		selftest_broken(s->t, RULE_MEMORY, "memory was given back that is none, or with another size");
	free_rest(s);
	free(s->used);
}

/* ---- Allocation ------------------------------------------------------------------------- */

static bool all(const struct selftest_space *s, uint64_t at, uint64_t n, unsigned char value)
{
	return !memchr(s->used + at, !value, (size_t)n);
}

static void paint(struct selftest_space *s, uint64_t at, uint64_t n, unsigned char value)
{
	memset(s->used + at, value, (size_t)n);
	s->nr_used += value ? n : -n;
	s->peak = s->nr_used > s->peak ? s->nr_used : s->peak;
}

/* Does it lie in the space, and in what is free there? If not, there is nothing that the model could note. */
static bool possible(struct selftest_space *s, const struct armdma_iova_request *req, armdma_dma_t addr, uint64_t n)
{
	uint64_t offset = addr - s->space.base;

	if (addr < s->space.base || offset >= s->space.size || n * s->space.granule > s->space.size - offset)
		return selftest_broken(s->t, RULE_INSIDE, "0x%llx for %llu bytes lies outside 0x%llx+0x%llx",
				       (unsigned long long)addr, (unsigned long long)req->size,
				       (unsigned long long)s->space.base, (unsigned long long)s->space.size);
	if (offset % s->space.granule)
		return selftest_broken(s->t, RULE_ALIGNMENT, "0x%llx is not aligned to the granule of 0x%x",
				       (unsigned long long)addr, s->space.granule);
	if (!all(s, offset / s->space.granule, n, 0))
		return selftest_broken(s->t, RULE_OVERLAP, "0x%llx for %llu bytes: part of it is allocated or reserved already",
				       (unsigned long long)addr, (unsigned long long)req->size);
	return true;
}

/* Is it where it may be? The own rule of alignment is not known here. */
static void check_place(struct selftest_space *s, const struct armdma_iova_request *req, uint64_t at)
{
	armdma_dma_t addr = s->space.base + at * s->space.granule;
	struct armdma_iova_want w;

	armdma_iova_want(&s->space, ARMDMA_IOVA_ALIGN_NONE, req, &w);
	if ((at + w.skew) & w.mask)
		selftest_broken(s->t, RULE_ALIGNMENT, "0x%llx for %llu bytes (rule %d, align 0x%llx) is not aligned to 0x%llx",
				(unsigned long long)addr, (unsigned long long)req->size, (int)s->space.align,
				(unsigned long long)req->align, (unsigned long long)((w.mask + 1) * s->space.granule));
	if (at + w.count > w.end)
		selftest_broken(s->t, RULE_LIMIT, "0x%llx for %llu bytes exceeds the limit 0x%llx", (unsigned long long)addr,
				(unsigned long long)req->size, (unsigned long long)req->limit);
}

int selftest_alloc(struct selftest_space *s, const struct armdma_iova_request *req, uint64_t *at)
{
	uint64_t n = (req->size - 1) / s->space.granule + 1;
	armdma_dma_t addr = 0x5a5a5a5a5a5a5a5aULL;
	int ret = s->t->policy->alloc(s->priv, req, &addr);

	if (!ret) {
		if (s->t->lost || !possible(s, req, addr, n)) {
			s->t->lost = true;
			return -EIO;
		}
		*at = (addr - s->space.base) / s->space.granule;
		check_place(s, req, *at);
		paint(s, *at, n, 1);
		s->allocs++;
		return 0;
	}
	if (addr != ARMDMA_MAPPING_ERROR)
		selftest_broken(s->t, RULE_BAD_REQUEST, "alloc() returned %d and left the address 0x%llx, not all ones", ret,
				(unsigned long long)addr);
	if (ret != -ENOMEM)
		selftest_broken(s->t, RULE_BAD_REQUEST, "alloc() of %llu bytes returned %d, which is no answer to it",
				(unsigned long long)req->size, ret);
	s->failures++;
	return ret;
}

int selftest_get(struct selftest_space *s, uint64_t granules)
{
	struct armdma_iova_request req = { .size = granules * s->space.granule };
	uint64_t at;
	int ret = -ENOMEM;

	if (s->nr_live == SELFTEST_LIVE)
		return ret;
	ret = selftest_alloc(s, &req, &at);
	if (!ret) {
		s->live[s->nr_live].at = at;
		s->live[s->nr_live++].n = granules;
	}
	return ret;
}

void selftest_put(struct selftest_space *s, unsigned int i)
{
	uint64_t at = s->live[i].at, n = s->live[i].n;
	armdma_dma_t addr = s->space.base + at * s->space.granule;
	int ret = s->t->policy->free(s->priv, addr, n * s->space.granule);

	if (ret)
		selftest_broken(s->t, RULE_FREE, "free(0x%llx, %llu) of what was allocated returned %d", (unsigned long long)addr,
				(unsigned long long)(n * s->space.granule), ret);
	paint(s, at, n, 0);
	s->frees++;
	s->live[i] = s->live[--s->nr_live];
}

void selftest_put_all(struct selftest_space *s)
{
	while (s->nr_live)
		selftest_put(s, (unsigned int)selftest_random(s->t, s->nr_live));
}

/* ---- What the policy says of itself ------------------------------------------------------- */

struct walk_state {
	struct selftest_space *s;
	uint64_t next;		/* granule behind the last run */
};

static int check_run(void *ctx, armdma_dma_t addr, uint64_t size)
{
	struct walk_state *w = ctx;
	struct selftest_space *s = w->s;
	uint64_t at = (addr - s->space.base) / s->space.granule, n = size / s->space.granule;

	if (addr < s->space.base || at < w->next || at >= s->total || !n || n > s->total - at) {
		selftest_broken(s->t, RULE_WALK, "the run 0x%llx+0x%llx is outside the space, or out of order",
				(unsigned long long)addr, (unsigned long long)size);
		return 1;
	}
	if ((at > w->next && !all(s, w->next, at - w->next, 0)) || !all(s, at, n, 1)) {
		selftest_broken(s->t, RULE_WALK, "the run 0x%llx+0x%llx is not what is allocated", (unsigned long long)addr,
				(unsigned long long)size);
		return 1;
	}
	if (at + n < s->total && s->used[at + n]) {
		selftest_broken(s->t, RULE_WALK, "the run 0x%llx+0x%llx ends before what is allocated does",
				(unsigned long long)addr, (unsigned long long)size);
		return 1;
	}
	w->next = at + n;
	return 0;
}

static void compare_walk(struct selftest_space *s)
{
	struct walk_state w = { s, 0 };

	if (s->t->policy->walk(s->priv, check_run, &w))
		return;
	if (w.next < s->total && !all(s, w.next, s->total - w.next, 0))
		selftest_broken(s->t, RULE_WALK, "nothing is named from 0x%llx on, but something is allocated there",
				(unsigned long long)(s->space.base + w.next * s->space.granule));
}

static void compare_query(struct selftest_space *s)
{
	const struct armdma_iova_policy *p = s->t->policy;
	uint32_t g = s->space.granule;

	for (uint64_t i = 0; i < s->total; i += 1 + selftest_random(s->t, 3)) {
		armdma_dma_t addr = s->space.base + i * g + selftest_random(s->t, g);

		if (p->query(s->priv, addr) != s->used[i])
			selftest_broken(s->t, RULE_QUERY, "query(0x%llx) says it is %s", (unsigned long long)addr,
					s->used[i] ? "free, and it is allocated" : "allocated, and it is free");
	}
	if (p->query(s->priv, s->space.base + s->space.size) || (s->space.base && p->query(s->priv, s->space.base - 1)))
		selftest_broken(s->t, RULE_QUERY, "query() of an address outside the space says it is allocated");
}

static void compare_stats(struct selftest_space *s)
{
	struct armdma_iova_stats st;
	struct selftest *t = s->t;
	uint64_t g = s->space.granule;

	memset(&st, 0xa5, sizeof(st));
	t->policy->stats(s->priv, &st);
	if (st.total > s->space.size || !st.total)
		selftest_broken(t, RULE_STATS, "total is %llu bytes of a space of %llu", (unsigned long long)st.total,
				(unsigned long long)s->space.size);
	if (st.used != s->nr_used * g)
		selftest_broken(t, RULE_STATS, "used is %llu bytes and should be %llu", (unsigned long long)st.used,
				(unsigned long long)(s->nr_used * g));
	if (s->space.flags & ARMDMA_IOVA_SHARED ? st.peak < st.used : st.peak != s->peak * g)
		selftest_broken(t, RULE_STATS, "peak is %llu bytes and should be %llu", (unsigned long long)st.peak,
				(unsigned long long)(s->peak * g));
	if (st.largest_free > st.total - st.used)
		selftest_broken(t, RULE_STATS, "largest_free is %llu bytes, but only %llu are free",
				(unsigned long long)st.largest_free, (unsigned long long)(st.total - st.used));
	if (st.allocs != s->allocs || st.frees != s->frees || st.failures != s->failures)
		selftest_broken(t, RULE_STATS, "%llu allocs, %llu frees, %llu failures; there were %llu, %llu, %llu",
				(unsigned long long)st.allocs, (unsigned long long)st.frees, (unsigned long long)st.failures,
				(unsigned long long)s->allocs, (unsigned long long)s->frees, (unsigned long long)s->failures);
	if (st.memory != s->memory)
		selftest_broken(t, RULE_STATS, "memory is %llu bytes, and it has asked for %llu", (unsigned long long)st.memory,
				(unsigned long long)s->memory);
}

void selftest_compare(struct selftest_space *s)
{
	struct armdma_error err = { "" };

	if (s->t->policy->validate(s->priv, &err))
		selftest_broken(s->t, RULE_VALIDATE, "%s", err.msg);
	compare_walk(s);
	compare_query(s);
	compare_stats(s);
}
