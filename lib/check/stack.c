/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How the program came to a site: return addresses, on request only. Each distinct stack is kept once, as long as the machine
 * lives.
 *
 * libunwind's unw_backtrace() if the host has it, else backtrace() of the C library: both read the same unwind tables and need no
 * frame pointers, but libunwind remembers how each frame was left (8 frames: 0.1 us against 2.5 us, 35 frames: 0.3 against 9.4).
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#if defined(__has_include)
#if __has_include(<execinfo.h>)
#include <execinfo.h>
#define HAVE_BACKTRACE
#endif
#endif

#include "lib/check/internal.h"

/* Frames of the library between a public call and the checker. */
#define OWN_FRAMES 40

struct stack_entry {
	RB_ENTRY(stack_entry) entry;
	struct armdma_stack stack;
	uint32_t id;		/* 1 and up */
	void *frames[];
};

static int stack_cmp(const struct stack_entry *a, const struct stack_entry *b)
{
	if (a->stack.nr != b->stack.nr)
		return a->stack.nr < b->stack.nr ? -1 : 1;
	return memcmp(a->frames, b->frames, a->stack.nr * sizeof(a->frames[0]));
}

RB_GENERATE_INTERNAL(stack_tree, stack_entry, entry, stack_cmp, static __attribute__((unused)))

/* Give a new entry its number. False: no memory. */
static bool number(struct reports *r, struct stack_entry *e)
{
	struct stack_entry **by_id = r->stack_by_id;

	if (!(r->nr_stacks & (r->nr_stacks + 1)))
		by_id = realloc(by_id, (2 * (size_t)r->nr_stacks + 2) * sizeof(*by_id));
	if (!by_id)
		return false;
	by_id[r->nr_stacks] = e;
	r->stack_by_id = by_id;
	e->id = ++r->nr_stacks;
	return true;
}

/* The entry of the same frames that is there, or this one, kept; or NULL. */
static struct stack_entry *intern(struct reports *r, struct stack_entry *e)
{
	struct stack_entry *kept;

	pthread_mutex_lock(&r->lock);
	kept = RB_FIND(stack_tree, &r->stacks, e);
	if (!kept && number(r, e)) {
		RB_INSERT(stack_tree, &r->stacks, e);
		kept = e;
	}
	pthread_mutex_unlock(&r->lock);
	if (kept != e)
		free(e);
	return kept;
}

typedef int (*unwind_fn)(void **frames, int max);

static unwind_fn unwinder;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void find_unwinder(void)
{
	void *lib = dlopen("libunwind.so.8", RTLD_NOW | RTLD_LOCAL);
	void *fn = lib ? dlsym(lib, "unw_backtrace") : NULL;

	if (fn)
		memcpy(&unwinder, &fn, sizeof(fn));
#ifdef HAVE_BACKTRACE
	else
		unwinder = backtrace;
#endif
}

/* A site in a signal handler is one past the address that trapped, which is the frame's. */
static bool is_site(const void *frame, const void *site)
{
	return frame == site || (const char *)frame + 1 == site;
}

static struct stack_entry *capture(struct checker *ck, const void *site)
{
	void *raw[OWN_FRAMES + ARMDMA_STACK_MAX];
	struct stack_entry *e;
	int first, n;

	if (ck->opt.stack < 2 || !site)
		return NULL;
	pthread_once(&once, find_unwinder);
	n = unwinder ? unwinder(raw, (int)(OWN_FRAMES + ck->opt.stack)) : 0;
	/* Whatever lies above the public call is the library's. What is not on this stack happened elsewhere. */
	for (first = 0; first < n && !is_site(raw[first], site); first++)
		;
	if (first >= n)
		return NULL;
	n -= first;
	if (n > (int)ck->opt.stack)
		n = (int)ck->opt.stack;
	e = malloc(sizeof(*e) + (size_t)n * sizeof(e->frames[0]));
	if (!e)
		return NULL;
	e->stack.nr = (unsigned int)n;
	memcpy(e->frames, raw + first, (size_t)n * sizeof(e->frames[0]));
	memcpy(e->frames, &site, sizeof(site));
	e->stack.frames = (const void *const *)e->frames;
	return intern(&ck->reports, e);
}

const struct armdma_stack *stack_here(struct checker *ck, const void *site)
{
	struct stack_entry *e = capture(ck, site);

	return e ? &e->stack : NULL;
}

uint32_t stack_capture(struct checker *ck, const void *site)
{
	struct stack_entry *e = capture(ck, site);

	return e ? e->id : 0;
}

const struct armdma_stack *stack_get(struct checker *ck, uint32_t id)
{
	const struct armdma_stack *stack;

	if (!id)
		return NULL;
	pthread_mutex_lock(&ck->reports.lock);
	stack = &ck->reports.stack_by_id[id - 1]->stack;
	pthread_mutex_unlock(&ck->reports.lock);
	return stack;
}

void stacks_clear(struct reports *r)
{
	struct stack_entry *e;

	while ((e = RB_ROOT(&r->stacks))) {
		RB_REMOVE(stack_tree, &r->stacks, e);
		free(e);
	}
	free(r->stack_by_id);
}
