/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pass that watches the policy.
 *
 * A record of its own, one bit a granule, says what is in use: an address that leaves its space, misses its alignment or
 * limit, or overlaps another allocation is the policy's fault and ends the run. The same record gives the figures; nothing is
 * taken from the policy but its memory.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "occupancy.h"
#include "run.h"
#include "tool.h"

/* An allocation of the workload while the pass runs. */
struct live {
	uint64_t addr, size;	/* granules of the space; addr WORKLOAD_NO_ADDR: not allocated */
	uint64_t left;
	uint32_t slot, request;
	uint32_t index;		/* in its space's list */
	bool whole_only;	/* the policy refused to free a part of it */
};

struct watched {
	void *priv;
	struct occupancy *occ;
	uint64_t base;		/* granules */
	uint64_t granules;
	unsigned int shift;
	uint32_t *list;		/* ids of the live ones */
	uint32_t n, cap;
	uint64_t allocs;	/* attempts */
	bool last_failed;
};

struct pass {
	struct run *r;
	struct watched *spaces;
	struct live *live;
	uint32_t *free_slots;
	size_t nr_free_slots, cap_free_slots;
	uint64_t rng;
	struct request_index { uint32_t *slots; size_t cap; } index;
	size_t op;		/* number of the operation */
	size_t warm_op;
};

ARMDMA_PRINTF(2, 3)
static int violation(struct pass *p, const char *fmt, ...)
{
	struct check_result *c = &p->r->check;
	va_list ap;
	int n;

	n = snprintf(c->violation, sizeof(c->violation), "policy %s, operation %zu: ", p->r->policy->name, p->op);
	va_start(ap, fmt);
	vsnprintf(c->violation + n, sizeof(c->violation) - (size_t)n, fmt, ap);
	va_end(ap);
	return -EPROTO;
}

static int no_memory(struct pass *p)
{
	snprintf(p->r->err.msg, sizeof(p->r->err.msg), "out of memory");
	return -ENOMEM;
}

/* ---- Steps ----------------------------------------------------------------- */

static uint64_t request_hash(const struct run_request *q)
{
	uint64_t h = q->size * 0x9e3779b97f4a7c15ull ^ q->limit * 0xbf58476d1ce4e5b9ull;

	return (h ^ q->align * 31 ^ q->offset * 0x94d049bb133111ebull) >> 20;
}

static bool request_equal(const struct run_request *a, const struct run_request *b)
{
	return a->size == b->size && a->limit == b->limit && a->align == b->align && a->offset == b->offset;
}

static bool index_grow(struct pass *p)
{
	struct steps *s = &p->r->steps;
	size_t cap = p->index.cap ? 2 * p->index.cap : 256;
	uint32_t *slots = calloc(cap, sizeof(*slots));

	if (!slots)
		return false;
	for (size_t k = 0; k < s->nr_requests; k++) {
		size_t i = request_hash(&s->requests[k]) & (cap - 1);

		while (slots[i])
			i = (i + 1) & (cap - 1);
		slots[i] = (uint32_t)k + 1;
	}
	free(p->index.slots);
	p->index.slots = slots;
	p->index.cap = cap;
	return true;
}

/* Number of a request, a new one if there is none like it; UINT32_MAX: out of memory. */
static uint32_t request_number(struct pass *p, const struct run_request *q)
{
	struct steps *s = &p->r->steps;
	size_t i;
	void *v;

	if (s->nr_requests >= p->index.cap / 2 && !index_grow(p))
		return UINT32_MAX;
	for (i = request_hash(q) & (p->index.cap - 1); p->index.slots[i]; i = (i + 1) & (p->index.cap - 1))
		if (request_equal(&s->requests[p->index.slots[i] - 1], q))
			return p->index.slots[i] - 1;
	v = tool_grow(s->requests, s->nr_requests, &s->cap_requests, sizeof(*q));
	if (!v)
		return UINT32_MAX;
	s->requests = v;
	s->requests[s->nr_requests++] = *q;
	p->index.slots[i] = (uint32_t)s->nr_requests;
	return (uint32_t)s->nr_requests - 1;
}

static int add_step(struct pass *p, const struct op *op, enum step_kind kind, uint32_t slot, const struct run_request *q,
		    unsigned int space)
{
	struct steps *s = &p->r->steps;
	struct step *v = tool_grow(s->v, s->n, &s->cap, sizeof(*v));
	uint32_t request = request_number(p, q);

	if (v)
		s->v = v;
	if (!v || request == UINT32_MAX)
		return no_memory(p);
	if (p->op >= p->warm_op && !s->warm && s->n)
		s->warm = s->n;
	s->v[s->n++] = (struct step){ .slot = slot, .request = request, .space = (uint16_t)space, .kind = (uint8_t)kind,
				      .thread = (uint8_t)op->thread };
	return 0;
}

/* The slot that was given back last is still in a cache: take that first. */
static uint32_t take_slot(struct pass *p)
{
	return p->nr_free_slots ? p->free_slots[--p->nr_free_slots] : p->r->steps.nr_slots++;
}

static int give_slot(struct pass *p, uint32_t slot)
{
	void *v = tool_grow(p->free_slots, p->nr_free_slots, &p->cap_free_slots, sizeof(*p->free_slots));

	if (!v)
		return no_memory(p);
	p->free_slots = v;
	p->free_slots[p->nr_free_slots++] = slot;
	return 0;
}

/* ---- Allocation ------------------------------------------------------------ */

static const char *call_it(int ret)
{
	return ret == -ENOMEM ? "-ENOMEM" : ret == -EINVAL ? "-EINVAL" : "an error that the interface does not know";
}

/* Who holds the first granule in [at, at+n) that is in use? */
static uint32_t holder(const struct pass *p, const struct watched *s, uint64_t at, uint64_t n)
{
	for (uint32_t i = 0; i < s->n; i++) {
		const struct live *l = &p->live[s->list[i]];

		if (at < l->addr + l->size && l->addr < at + n)
			return s->list[i];
	}
	return UINT32_MAX;
}

static uint64_t rule_mask(const struct run *r, const struct watched *s, uint64_t n)
{
	unsigned int order = n > 1 ? 64 - (unsigned int)__builtin_clzll(n - 1) : 0;
	uint64_t sizes, page = 0;

	switch (r->p->align) {
	case ARMDMA_IOVA_ALIGN_CAPPED:
		if (order > r->p->align_order)
			order = r->p->align_order;
		return (1ull << order) - 1;
	case ARMDMA_IOVA_ALIGN_FULL:
		return (1ull << order) - 1;
	case ARMDMA_IOVA_ALIGN_PAGES:
		for (sizes = r->p->page_sizes; sizes; sizes &= sizes - 1)
			if ((sizes & -sizes) <= n << s->shift)
				page = sizes & -sizes;
		return page >> s->shift ? (page >> s->shift) - 1 : 0;
	default:
		return 0;
	}
}

/* The address that the policy gave, as the policy's promise has it. */
static int check_address(struct pass *p, struct watched *s, const struct run_request *q, armdma_dma_t addr, uint64_t n)
{
	uint64_t at = addr >> s->shift, skew, mask = rule_mask(p->r, s, n);
	unsigned long long a = addr, last = addr + (n << s->shift) - 1;

	if (addr & ((1ull << s->shift) - 1))
		return violation(p, "gave 0x%llx for %llu bytes, which is no multiple of the granule", a, (unsigned long long)q->size);
	if (at < s->base || at - s->base >= s->granules || n > s->granules - (at - s->base))
		return violation(p, "gave [0x%llx, 0x%llx], which is not in its space [0x%llx, 0x%llx]", a, last,
				 (unsigned long long)s->base << s->shift,
				 (unsigned long long)((s->base + s->granules) << s->shift) - 1);
	if (q->limit && last > q->limit)
		return violation(p, "gave [0x%llx, 0x%llx] though the limit is 0x%llx", a, last, (unsigned long long)q->limit);
	skew = p->r->p->align == ARMDMA_IOVA_ALIGN_CAPPED ? s->base : 0;
	if (q->align ? addr & (q->align - 1) : (at - skew) & mask)
		return violation(p, "gave 0x%llx for %llu bytes, which misses the alignment of 0x%llx", a, (unsigned long long)q->size,
				 (unsigned long long)(q->align ? q->align : (mask + 1) << s->shift));
	if (occupancy_any(s->occ, at - s->base, n)) {
		uint32_t id = holder(p, s, at, n);
		unsigned long long from = id == UINT32_MAX ? 0 : p->live[id].addr << s->shift;

		if (id == UINT32_MAX)
			return violation(p, "gave [0x%llx, 0x%llx], of which a part is still in use", a, last);
		return violation(p, "gave [0x%llx, 0x%llx], which overlaps allocation %u at [0x%llx, 0x%llx]", a, last, id, from,
				 from + (unsigned long long)(p->live[id].size << s->shift) - 1);
	}
	return 0;
}

static void count_failure(struct pass *p, struct watched *s, uint64_t n)
{
	struct check_result *c = &p->r->check;

	c->failures++;
	if (occupancy_free(s->occ) < n)
		return;
	c->failures_enough_free++;
	c->failures_run_free += occupancy_largest_free(s->occ) >= n;
}

static int list_add(struct pass *p, struct watched *s, uint32_t id)
{
	if (s->n == s->cap) {
		uint32_t cap = s->cap ? 2 * s->cap : 256, *list = realloc(s->list, cap * sizeof(*list));

		if (!list)
			return no_memory(p);
		s->list = list;
		s->cap = cap;
	}
	p->live[id].index = s->n;
	s->list[s->n++] = id;
	return 0;
}

static void list_remove(struct pass *p, struct watched *s, uint32_t id)
{
	uint32_t i = p->live[id].index;

	s->list[i] = s->list[--s->n];
	p->live[s->list[i]].index = i;
}

static int do_alloc(struct pass *p, const struct op *op)
{
	struct run *r = p->r;
	struct watched *s = &p->spaces[op->space];
	struct run_request q = { .size = op->size, .limit = op->limit, .align = op->align_lg2 ? 1ull << op->align_lg2 : 0 };
	struct armdma_iova_request req = { .size = q.size, .limit = q.limit, .align = q.align };
	struct live *l = &p->live[op->id];
	uint64_t n = ((op->size - 1) >> s->shift) + 1;
	armdma_dma_t addr = ARMDMA_MAPPING_ERROR;
	int ret;

	r->progress->call = CALL_ALLOC;
	ret = r->policy->alloc(s->priv, &req, &addr);
	r->progress->call = CALL_NONE;
	r->check.attempts++;
	s->allocs++;
	s->last_failed = ret != 0;
	*l = (struct live){ .addr = WORKLOAD_NO_ADDR, .slot = take_slot(p) };
	if (ret && ret != -ENOMEM)
		return violation(p, "refused %llu bytes with %d (%s)", (unsigned long long)op->size, ret, call_it(ret));
	if (ret) {
		count_failure(p, s, n);
	} else {
		ret = check_address(p, s, &q, addr, n);
		if (ret)
			return ret;
		l->addr = addr >> s->shift;
		l->size = l->left = n;
		if (occupancy_set(s->occ, l->addr - s->base, n, s->allocs, op->space == r->check.space ? &r->check.reuse : NULL))
			r->check.fresh += op->space == r->check.space;
		r->check.asked += op->size;
		r->check.given += n << s->shift;
		ret = list_add(p, s, op->id);
		if (ret)
			return ret;
	}
	if (op->recorded != WORKLOAD_NO_ADDR) {
		r->check.recorded++;
		r->check.recorded_equal += l->addr != WORKLOAD_NO_ADDR && l->addr << s->shift == op->recorded;
	}
	return add_step(p, op, STEP_ALLOC, l->slot, &q, op->space);
}

/* ---- Free ------------------------------------------------------------------ */

static int policy_free(struct pass *p, struct watched *s, uint64_t at, uint64_t n)
{
	int ret;

	p->r->progress->call = CALL_FREE;
	ret = p->r->policy->free(s->priv, at << s->shift, n << s->shift);
	p->r->progress->call = CALL_NONE;
	p->r->check.frees += !ret;
	return ret;
}

static int free_whole(struct pass *p, const struct op *op, unsigned int space, uint32_t id)
{
	struct watched *s = &p->spaces[space];
	struct live *l = &p->live[id];
	struct run_request q = { .size = l->size << s->shift };
	int ret = policy_free(p, s, l->addr, l->size);

	if (ret)
		return violation(p, "refused to free allocation %u, [0x%llx, 0x%llx], with %d", id, (unsigned long long)l->addr << s->shift,
				 (unsigned long long)((l->addr + l->size) << s->shift) - 1, ret);
	occupancy_clear(s->occ, l->addr - s->base, l->size, s->allocs);
	l->left = 0;
	list_remove(p, s, id);
	ret = add_step(p, op, STEP_FREE, l->slot, &q, space);
	return ret ? ret : give_slot(p, l->slot);
}

/* Part [from, from+n) of an allocation, in granules. */
static int free_part(struct pass *p, const struct op *op, uint32_t id, uint64_t from, uint64_t n)
{
	struct watched *s = &p->spaces[op->space];
	struct live *l = &p->live[id];
	struct run_request q = { .size = n << s->shift, .offset = from << s->shift };
	int ret;

	if (l->whole_only)
		return 0;
	ret = policy_free(p, s, l->addr + from, n);
	if (ret && l->left != l->size)
		return violation(p, "refused to free a part of allocation %u after it had freed another", op->id);
	if (ret) {
		/* The interface allows that; the rest goes with it. */
		p->r->check.parts_refused++;
		l->whole_only = true;
		return free_whole(p, op, op->space, id);
	}
	occupancy_clear(s->occ, l->addr - s->base + from, n, s->allocs);
	l->left -= n;
	ret = add_step(p, op, STEP_FREE, l->slot, &q, op->space);
	if (ret || l->left)
		return ret;
	list_remove(p, s, id);
	return give_slot(p, l->slot);
}

static int do_free(struct pass *p, const struct op *op)
{
	struct watched *s = &p->spaces[op->space];
	struct live *l = &p->live[op->id];
	uint64_t from, end;

	if (l->addr == WORKLOAD_NO_ADDR || !l->left) {
		p->r->check.skipped += l->addr == WORKLOAD_NO_ADDR;
		return 0;
	}
	if (!(op->flags & OP_PART) || p->r->p->leaks == RUN_LEAKS_MEND)
		return l->left == l->size ? free_whole(p, op, op->space, op->id) : 0;
	from = op->offset >> s->shift;
	end = (op->offset + op->size + (1ull << s->shift) - 1) >> s->shift;
	if (occupancy_clear_in(s->occ, l->addr - s->base + from, end - from))
		return 0;	/* freed already, by a part that overlaps this one */
	return free_part(p, op, op->id, from, end - from);
}

/* ---- What depends on the policy --------------------------------------------- */

static int free_random(struct pass *p, const struct op *op)
{
	struct watched *s = &p->spaces[op->space];

	return free_whole(p, op, op->space, s->list[tool_below(&p->rng, s->n)]);
}

static int do_room(struct pass *p, const struct op *op)
{
	struct watched *s = &p->spaces[op->space];
	uint64_t n = ((op->size + (1ull << s->shift) - 1)) >> s->shift, target = op->target >> s->shift;
	int ret = 0;

	while (!ret && s->n && occupancy_used(s->occ) + n > target)
		ret = free_random(p, op);
	return ret;
}

static int do_op(struct pass *p, const struct op *op)
{
	struct watched *s = &p->spaces[op->space];

	switch (op->kind) {
	case OP_ALLOC:
		return do_alloc(p, op);
	case OP_FREE:
		return do_free(p, op);
	case OP_ROOM:
		return do_room(p, op);
	case OP_RELIEF:
		return s->last_failed && s->n ? free_random(p, op) : 0;
	default:
		return 0;
	}
}

/* ---- The pass -------------------------------------------------------------- */

static uint64_t memory_of(struct pass *p)
{
	uint64_t sum = 0;

	p->r->progress->call = CALL_STATS;
	for (size_t i = 0; i < p->r->w->nr_spaces; i++) {
		struct armdma_iova_stats st = { .total = 0 };

		p->r->policy->stats(p->spaces[i].priv, &st);
		sum += st.memory;
	}
	p->r->progress->call = CALL_NONE;
	return sum;
}

static int take_sample(struct pass *p)
{
	struct check_result *c = &p->r->check;
	struct watched *s = &p->spaces[c->space];
	struct sample *sample = &c->samples[c->nr_samples];
	uint64_t memory = memory_of(p);

	if (memory > c->memory_peak)
		c->memory_peak = memory;
	*sample = (struct sample){ .op = p->op,
				   .used = occupancy_used(s->occ) << s->shift,
				   .free = occupancy_free(s->occ) << s->shift,
				   .largest_free = occupancy_largest_free(s->occ) << s->shift,
				   .l2_tables = occupancy_sections(s->occ) };
	if (occupancy_snapshot(s->occ, c->nr_samples))
		return no_memory(p);
	c->nr_samples++;
	return 0;
}

static int validate(struct pass *p)
{
	struct armdma_error err = { "" };

	p->r->progress->call = CALL_VALIDATE;
	for (size_t i = 0; i < p->r->w->nr_spaces; i++)
		if (p->r->policy->validate(p->spaces[i].priv, &err))
			return violation(p, "its own validate() finds it broken: %s", err.msg);
	p->r->progress->call = CALL_NONE;
	return 0;
}

static int all_ops(struct pass *p)
{
	const struct workload *w = p->r->w;
	size_t next_sample = 0, sample = 0;
	int ret = 0;

	for (p->op = 0; p->op < w->nr_ops && !ret; p->op++) {
		ret = do_op(p, &w->ops[p->op]);
		if (!ret && p->op >= next_sample) {
			ret = take_sample(p);
			sample++;
			next_sample = w->nr_ops * sample / RUN_COLUMNS;
		}
		p->r->progress->done = p->op + 1;
	}
	return ret ? ret : validate(p);
}

static unsigned int busiest_space(const struct workload *w)
{
	uint32_t n[WORKLOAD_MAX_SPACES] = { 0 };
	unsigned int best = 0;

	for (size_t i = 0; i < w->nr_ops; i++)
		n[w->ops[i].space] += w->ops[i].kind == OP_ALLOC;
	for (unsigned int i = 1; i < w->nr_spaces; i++)
		if (n[i] > n[best])
			best = i;
	return best;
}

static int open_spaces(struct pass *p)
{
	struct run *r = p->r;

	p->spaces = calloc(r->w->nr_spaces ? r->w->nr_spaces : 1, sizeof(*p->spaces));
	p->live = calloc(r->w->nr_allocs ? r->w->nr_allocs : 1, sizeof(*p->live));
	if (!p->spaces || !p->live)
		return no_memory(p);
	for (size_t i = 0; i < r->w->nr_spaces; i++) {
		const struct space *s = &r->w->spaces[i];
		struct watched *o = &p->spaces[i];
		int ret = run_create(r, (unsigned int)i, r->p->shared ? ARMDMA_IOVA_SHARED : 0, &o->priv);

		if (ret)
			return ret;
		o->shift = (unsigned int)__builtin_ctz(s->granule);
		o->base = s->base >> o->shift;
		o->granules = (r->p->space ? r->p->space : s->size) >> o->shift;
		o->occ = occupancy_new(o->granules, o->shift, i == r->check.space);
		if (!o->occ) {
			snprintf(r->err.msg, sizeof(r->err.msg), "no memory to watch %llu granules", (unsigned long long)o->granules);
			return -ENOMEM;
		}
	}
	return 0;
}

static void close_spaces(struct pass *p)
{
	for (size_t i = 0; p->spaces && i < p->r->w->nr_spaces; i++) {
		p->r->progress->call = CALL_DESTROY;
		if (p->spaces[i].priv)
			p->r->policy->destroy(p->spaces[i].priv);
		p->r->progress->call = CALL_NONE;
		occupancy_free_all(p->spaces[i].occ);
		free(p->spaces[i].list);
	}
	free(p->spaces);
	free(p->live);
	free(p->free_slots);
	free(p->index.slots);
}

static void sum_up(struct pass *p)
{
	struct check_result *c = &p->r->check;
	struct watched *s = &p->spaces[c->space];

	c->total = s->granules << s->shift;
	occupancy_extent(s->occ, &c->lowest, &c->end, &c->touched, &c->peak);
	c->lowest = (c->lowest + s->base) << s->shift;
	c->end = (c->end + s->base) << s->shift;
	c->touched <<= s->shift;
	c->peak <<= s->shift;
	occupancy_map(s->occ, c);
	c->map_base += s->base << s->shift;
}

static size_t warm_ops(const struct workload *w)
{
	char value[32];
	uint64_t n;

	return workload_info_get(w, "warmup", value, sizeof(value)) && tool_parse_number(value, 0, w->nr_ops, &n) ? (size_t)n : 0;
}

int run_check(struct run *r)
{
	struct pass p = { .r = r, .rng = r->w->seed ? r->w->seed : 1, .warm_op = warm_ops(r->w) };
	int ret;

	r->progress->pass = PASS_CHECK;
	r->progress->total = r->w->nr_ops;
	r->check.space = busiest_space(r->w);
	ret = open_spaces(&p);
	if (!ret)
		ret = all_ops(&p);
	if (p.spaces && p.spaces[r->check.space].occ)
		sum_up(&p);
	close_spaces(&p);
	return ret;
}
