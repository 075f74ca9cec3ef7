/* SPDX-License-Identifier: BSD-2-Clause */
/* What is allocated where while a recording is read: shared by its three readings (import.h). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "import.h"
#include "tool.h"

#define GHOST 0x80000000u
/* An UNMAP this few operations before its FREE is part of the free (strict mode). */
#define STRICT_DISTANCE 8u

const char *import_explain(enum import_loss loss)
{
	static const char *const text[LOSS_KINDS] = {
		[LOSS_NEVER] = "freed without having been allocated here (allocated before the recording began, or its event was lost)",
		[LOSS_TWICE] = "freed a second time (its second allocation is missing, or the driver frees twice)",
		[LOSS_RANGE] = "freed range does not lie in one allocation",
		[LOSS_AMBIGUOUS] = "freed range is live on several devices, and nothing tells on which it was freed",
		[LOSS_ANSWER] = "address given without a request before it in that context",
		[LOSS_NO_ANSWER] = "request whose address was never told (the recording ends, or the probe missed); left out",
		[LOSS_FAILED] = "request that the recorded kernel could not serve; left out",
		[LOSS_OVERLAP] = "address given while it was in use: the free in between is missing; freed here",
		[LOSS_SIZE] = "request of more bytes than an address space has; left out",
	};

	return text[loss];
}

unsigned long import_lost(const struct import_report *r)
{
	unsigned long sum = 0;

	for (unsigned int i = 0; i < LOSS_KINDS; i++)
		sum += r->lost[i];
	return sum;
}

void import_lose(struct import *im, enum import_loss loss, unsigned long line)
{
	unsigned long n = im->rep->lost[loss]++;

	if (n < IMPORT_MAX_LOST)
		im->rep->first[loss][n] = line;
}

/* ---- Contexts -------------------------------------------------------------- */

static struct import_context *context_slot(struct import_context *v, size_t cap, uint64_t key)
{
	size_t i = (size_t)(key * 0x9e3779b97f4a7c15ull >> 32) & (cap - 1);

	while (v[i].used && v[i].key != key)
		i = (i + 1) & (cap - 1);
	return &v[i];
}

static bool more_contexts(struct import *im)
{
	size_t cap = im->cap_contexts ? 2 * im->cap_contexts : 256;
	struct import_context *v = calloc(cap, sizeof(*v));

	if (!v)
		return false;
	for (size_t i = 0; i < im->cap_contexts; i++)
		if (im->contexts[i].used)
			*context_slot(v, cap, im->contexts[i].key) = im->contexts[i];
	free(im->contexts);
	im->contexts = v;
	im->cap_contexts = cap;
	return true;
}

struct import_context *import_context(struct import *im, uint64_t key)
{
	struct import_context *c;

	if (im->nr_contexts >= im->cap_contexts / 2 && !more_contexts(im)) {
		im->failed = true;
		return NULL;
	}
	c = context_slot(im->contexts, im->cap_contexts, key);
	if (!c->used) {
		c->used = true;
		c->key = key;
		im->nr_contexts++;
	}
	return c;
}

/* ---- Spaces ---------------------------------------------------------------- */

int import_find_device(const struct import *im, const char *dev)
{
	for (size_t i = 0; *dev && i < im->w->nr_spaces; i++)
		if (!strcmp(im->keys[i].dev, dev))
			return (int)i;
	return -1;
}

static int find_space(const struct import *im, uint64_t pointer, const char *dev)
{
	for (size_t i = 0; pointer && i < im->w->nr_spaces; i++)
		if (im->keys[i].space == pointer)
			return (int)i;
	return pointer ? -1 : import_find_device(im, dev);
}

int import_space(struct import *im, uint64_t pointer, const char *dev)
{
	struct space s = { .size = 1ull << 32, .granule = 1u << im->shift, .align_order = 8 };
	int i = find_space(im, pointer, dev);
	void *p;

	if (i >= 0) {
		if (!im->keys[i].dev[0] && *dev) {
			snprintf(im->keys[i].dev, sizeof(im->keys[i].dev), "%s", dev);
			snprintf(im->w->spaces[i].name, sizeof(s.name), "%s", dev);
		}
		return i;
	}
	if (*dev)
		snprintf(s.name, sizeof(s.name), "%s", dev);
	else
		snprintf(s.name, sizeof(s.name), "space %zu", im->w->nr_spaces);
	p = tool_grow(im->keys, im->w->nr_spaces, &im->cap_keys, sizeof(*im->keys));
	if (p)
		im->keys = p;
	i = p ? workload_add_space(im->w, &s) : -ENOMEM;
	if (i < 0) {
		im->failed |= i == -ENOMEM;
		return -1;
	}
	im->keys[i] = (struct space_key){ .space = pointer };
	snprintf(im->keys[i].dev, sizeof(im->keys[i].dev), "%s", dev);
	return i;
}

/* ---- Allocations ----------------------------------------------------------- */

static uint64_t nsecs_of(struct import *im, const struct ftrace_event *ev)
{
	if (!im->start)
		im->start = ev->usecs + 1;
	return ev->usecs + 1 > im->start ? (ev->usecs + 1 - im->start) * 1000 : 0;
}

uint32_t import_alloc(struct import *im, int space, const struct ftrace_event *ev, uint64_t size, unsigned int dir,
		      bool coherent)
{
	struct op op = { .kind = OP_ALLOC, .dir = (uint8_t)dir, .flags = coherent ? OP_COHERENT : 0, .space = (uint16_t)space,
			 .thread = (uint16_t)(ev->cpu % WORKLOAD_MAX_THREADS), .nsecs = nsecs_of(im, ev), .size = size,
			 .recorded = WORKLOAD_NO_ADDR };
	struct alloc_state *a;

	if (size > im->w->spaces[space].size) {
		import_lose(im, LOSS_SIZE, ev->line);
		return 0;
	}
	a = tool_grow(im->allocs, im->nr_allocs, &im->cap_allocs, sizeof(*a));
	if (a)
		im->allocs = a;
	if (!a || im->nr_allocs >= GHOST - 1 || workload_add(im->w, &op)) {
		im->failed = true;
		return 0;
	}
	im->allocs[im->nr_allocs++] = (struct alloc_state){ .size = size, .left = size, .space = (uint16_t)space,
							    .op = (uint32_t)im->w->nr_ops - 1 };
	im->rep->allocs++;
	return (uint32_t)im->w->nr_ops;
}

void import_drop(struct import *im, uint32_t op)
{
	im->w->ops[op - 1].kind = OP_KINDS;	/* taken out in the end */
	im->allocs[im->w->ops[op - 1].id].left = 0;
	im->rep->allocs--;
}

static void set_pages(struct import *im, const struct alloc_state *a, uint64_t addr, uint64_t size, uint32_t value)
{
	uint64_t first = addr >> im->shift, last = (addr + size - 1) >> im->shift;

	if (owners_set(&im->pages, a->space, first, last - first + 1, value))
		im->failed = true;
}

/* What is in the way of a new allocation has been freed, and its event is missing. */
static void make_way(struct import *im, unsigned int space, uint64_t addr, uint64_t size, unsigned long line)
{
	for (uint64_t at = addr; at - addr < size; at += 1ull << im->shift) {
		struct ftrace_event ev = { .line = line };
		bool ghost;
		uint32_t id = import_at(im, space, at, &ghost);
		struct alloc_state *a;

		if (!id || ghost)
			continue;
		import_lose(im, LOSS_OVERLAP, line);
		a = &im->allocs[id - 1];
		ev.usecs = im->start;
		import_release(im, OP_FREE, space, a->addr, a->size, &ev);
	}
}

void import_answer(struct import *im, uint32_t op, uint64_t addr, unsigned long line)
{
	struct space *s = &im->w->spaces[im->w->ops[op - 1].space];
	uint32_t id = im->w->ops[op - 1].id;
	struct alloc_state *a = &im->allocs[id];

	if (a->size - 1 > UINT64_MAX - addr) {
		import_lose(im, LOSS_SIZE, line);
		import_drop(im, op);
		return;
	}
	/* Addresses beyond 4 GiB: a space that holds them. */
	while (addr + a->size - 1 >= s->size && s->size < 1ull << 48)
		s->size <<= 1;
	if (addr + a->size - 1 >= s->size) {
		import_lose(im, LOSS_SIZE, line);
		import_drop(im, op);
		return;
	}
	make_way(im, a->space, addr, a->size, line);
	a = &im->allocs[id];
	a->addr = addr;
	im->w->ops[op - 1].recorded = addr;
	set_pages(im, a, addr, a->size, id + 1);
}

uint32_t import_at(const struct import *im, unsigned int space, uint64_t addr, bool *ghost)
{
	uint32_t v = owners_get(&im->pages, space, addr >> im->shift);

	*ghost = v & GHOST;
	return v & ~GHOST;
}

void import_release(struct import *im, enum op_kind kind, unsigned int space, uint64_t addr, uint64_t size,
		    const struct ftrace_event *ev)
{
	bool ghost;
	uint32_t id = import_at(im, space, addr, &ghost);
	struct alloc_state *a = id ? &im->allocs[id - 1] : NULL;
	struct op op = { .kind = (uint8_t)kind, .space = (uint16_t)space, .nsecs = nsecs_of(im, ev),
			 .thread = (uint16_t)(ev->cpu % WORKLOAD_MAX_THREADS), .id = id - 1 };

	if (!id) {
		import_lose(im, LOSS_NEVER, ev->line);
		return;
	}
	if (ghost || !a->left) {
		import_lose(im, LOSS_TWICE, ev->line);
		return;
	}
	if (addr < a->addr || size > a->size - (addr - a->addr) || (kind == OP_FREE && size > a->left)) {
		import_lose(im, LOSS_RANGE, ev->line);
		return;
	}
	if (size != a->size) {
		op.flags = OP_PART;
		op.offset = addr - a->addr;
		op.size = size;
	}
	if (workload_add(im->w, &op)) {
		im->failed = true;
		return;
	}
	if (kind == OP_UNMAP) {
		a->unmap_op = (uint32_t)im->w->nr_ops;
		return;
	}
	im->rep->frees++;
	im->rep->part_frees += size != a->size;
	if (a->unmap_op && im->w->nr_ops - a->unmap_op <= STRICT_DISTANCE)
		im->w->ops[a->unmap_op - 1].kind = OP_KINDS;
	a->left -= size;
	set_pages(im, a, addr, size, id | GHOST);
}

/* ---- Where was it freed ---------------------------------------------------- */

/* The allocation of a space that holds the page, freed or not. */
static const struct alloc_state *held(const struct import *im, unsigned int space, uint64_t addr, bool *ghost)
{
	uint32_t id = import_at(im, space, addr, ghost);

	return id ? &im->allocs[id - 1] : NULL;
}

int import_guess_space(const struct import *im, uint64_t addr, uint64_t size, bool unmapped)
{
	unsigned int n = 0, n_exact = 0;
	int found = -1, exact = -1;
	enum import_loss why = LOSS_NEVER;

	for (size_t i = 0; i < im->w->nr_spaces; i++) {
		bool ghost;
		const struct alloc_state *a = held(im, (unsigned int)i, addr, &ghost);

		if (!a || (unmapped && !a->unmap_op))
			continue;
		if (ghost || size > a->size - (addr - a->addr)) {
			why = ghost ? LOSS_TWICE : LOSS_RANGE;
			continue;
		}
		found = (int)i;
		n++;
		if (a->addr == addr && a->size == size) {
			exact = (int)i;
			n_exact++;
		}
	}
	if (n == 1)
		return found;
	if (n_exact == 1)
		return exact;
	return -1 - (int)(n ? LOSS_AMBIGUOUS : why);
}
