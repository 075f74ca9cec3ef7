/* SPDX-License-Identifier: BSD-2-Clause */
/* Recordings as calls: see trace_calls.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/trace_calls.h"
#include "tests/trace_context.h"

#define MAX_CONTEXTS 1024u
#define CPUS 2u

/* What a context is at. */
struct context {
	uint64_t id;
	struct trace_call *call;	/* being made */
	size_t place;			/* of its step, from 1; 0: none yet */
	bool waits;			/* for an answer */
	char undoes[FTRACE_NAME_LEN];	/* the device whose call is being undone */
	armdma_dma_t addr;		/* as its driver knows it */
};

struct reader {
	struct trace_calls *t;
	struct context context[MAX_CONTEXTS];
	unsigned int contexts;
	size_t oldest;			/* no call before it is live */
	struct trace_call *late[CPUS];	/* at its newest line the CPU gave this back */
};

/* One more at the end of an array, cleared. */
static void *grow(void **array, size_t n, size_t size)
{
	if (!(n & (n - 1))) {
		*array = realloc(*array, (n ? 2 * n : 1) * size);
		assert_non_null(*array);
	}
	return memset((char *)*array + n * size, 0, size);
}

static struct context *context_of(struct reader *r, const struct ftrace_event *ev)
{
	uint64_t id = trace_context(ev->context);

	for (unsigned int i = 0; i < r->contexts; i++)
		if (r->context[i].id == id)
			return &r->context[i];
	assert_true(r->contexts < MAX_CONTEXTS);
	r->context[r->contexts].id = id;
	return &r->context[r->contexts++];
}

static size_t add_step(struct trace_calls *t, struct trace_call *call, bool undo)
{
	struct trace_step *s = grow((void **)&t->step, t->steps, sizeof(*s));

	*s = (struct trace_step){ call, undo };
	return ++t->steps;
}

static void on_call(struct reader *r, const struct ftrace_event *ev)
{
	struct context *c = context_of(r, ev);
	struct trace_call **slot, *call = calloc(1, sizeof(*call));

	assert_non_null(call);
	slot = grow((void **)&r->t->call, r->t->calls++, sizeof(*slot));
	*slot = call;
	call->type = ev->type;
	call->line = ev->line;
	call->offset = ev->offset;
	call->size = ev->size;
	call->dir = (enum armdma_dir)ev->dir;
	call->nents = (unsigned int)ev->nents;
	strcpy(call->dev, ev->dev);
	c->call = call;
	c->place = 0;
	c->waits = false;
}

static void on_alloc(struct reader *r, const struct ftrace_event *ev)
{
	struct context *c = context_of(r, ev);
	struct trace_chunk *chunk;

	if (!c->call || c->waits)
		fail_msg("line %lu: an allocation without a call", ev->line);
	chunk = grow((void **)&c->call->chunk, c->call->chunks++, sizeof(*chunk));
	chunk->iova = ARMDMA_MAPPING_ERROR;
	chunk->size = ev->size;
	chunk->first = c->call->entries;
	c->waits = true;
}

static void undo_late(struct reader *r, unsigned int cpu)
{
	if (r->late[cpu])
		add_step(r->t, r->late[cpu], true);
	r->late[cpu] = NULL;
}

static bool meets(const struct trace_call *call, armdma_dma_t from, uint64_t size)
{
	for (unsigned int i = 0; i < call->chunks; i++)
		if (from < call->chunk[i].iova + call->chunk[i].size && call->chunk[i].iova < from + size)
			return true;
	return false;
}

/* Of the same device: what lies where another call has been given its place is free. */
static void make_room(struct reader *r, const struct trace_call *call, armdma_dma_t from, uint64_t size)
{
	for (unsigned int cpu = 0; cpu < CPUS; cpu++)
		if (r->late[cpu] && !strcmp(r->late[cpu]->dev, call->dev) && meets(r->late[cpu], from, size))
			undo_late(r, cpu);
}

static void on_answer(struct reader *r, const struct ftrace_event *ev)
{
	struct context *c = context_of(r, ev);

	if (!c->waits)
		fail_msg("line %lu: an answer to nothing", ev->line);
	c->waits = false;
	c->call->chunk[c->call->chunks - 1].iova = ev->iova;
	make_room(r, c->call, ev->iova, c->call->chunk[c->call->chunks - 1].size);
	if (c->place)
		r->t->step[c->place - 1].call = NULL;
	c->place = add_step(r->t, c->call, false);
}

static void on_map(struct reader *r, const struct ftrace_event *ev)
{
	struct context *c = context_of(r, ev);
	uint64_t *entry;

	if (!c->call || c->call->type != FTRACE_DMA_MAP_SG)
		return;
	entry = grow((void **)&c->call->entry, c->call->entries++, sizeof(*entry));
	*entry = ev->size;
	c->call->chunk[c->call->chunks - 1].entries++;
}

static void on_undo(struct reader *r, const struct ftrace_event *ev)
{
	struct context *c = context_of(r, ev);

	strcpy(c->undoes, ev->dev);
	c->addr = ev->iova;
}

static bool holds(const struct trace_call *call, const char *dev, armdma_dma_t iova)
{
	if (call->undone || strcmp(call->dev, dev))
		return false;
	for (unsigned int i = 0; i < call->chunks; i++)
		if (call->chunk[i].iova != ARMDMA_MAPPING_ERROR && iova - call->chunk[i].iova < call->chunk[i].size)
			return true;
	return false;
}

/* A list has a line for each of its chunks; all but the first find it undone, and no other call there unless it came later. */
static void on_unmap(struct reader *r, const struct ftrace_event *ev)
{
	struct context *c = context_of(r, ev);
	struct trace_calls *t = r->t;

	if (c->addr == ARMDMA_MAPPING_ERROR)
		return;
	while (r->oldest < t->calls && t->call[r->oldest]->undone)
		r->oldest++;
	for (size_t i = t->calls; i-- > r->oldest;) {
		struct trace_call *call = t->call[i];

		if (!holds(call, c->undoes, ev->iova))
			continue;
		call->undone = true;
		if (call->type == FTRACE_DMA_MAP_SG)
			call->offset = c->addr % 4096;
		r->late[ev->cpu] = call;
		c->addr = ARMDMA_MAPPING_ERROR;
		return;
	}
	fail_msg("line %lu: 0x%llx of %s is given back, which no call holds", ev->line, (unsigned long long)ev->iova,
		 c->undoes);
}

static void on_event(struct reader *r, const struct ftrace_event *ev)
{
	assert_true(ev->cpu < CPUS);
	undo_late(r, ev->cpu);
	switch (ev->type) {
	case FTRACE_DMA_ALLOC:
	case FTRACE_DMA_MAP_PAGE:
	case FTRACE_DMA_MAP_SG:
		on_call(r, ev);
		break;
	case FTRACE_IOVA_ALLOC:
		on_alloc(r, ev);
		break;
	case FTRACE_IOVA_ALLOC_RET:
		on_answer(r, ev);
		break;
	case FTRACE_MAP:
		on_map(r, ev);
		break;
	case FTRACE_DMA_FREE:
	case FTRACE_DMA_UNMAP_PAGE:
	case FTRACE_DMA_UNMAP_SG:
		on_undo(r, ev);
		break;
	case FTRACE_UNMAP:
		on_unmap(r, ev);
		break;
	default:
		break;
	}
}

struct trace_calls *trace_calls_read(const char *path)
{
	struct reader *r = calloc(1, sizeof(*r));
	struct trace_calls *t = calloc(1, sizeof(*t));
	struct ftrace_event ev;
	struct ftrace *f;
	char err[200];
	int ret;

	assert_non_null(r);
	assert_non_null(t);
	r->t = t;
	f = ftrace_open(path, err, sizeof(err));
	if (!f)
		fail_msg("%s", err);
	while ((ret = ftrace_next(f, &ev)) > 0)
		on_event(r, &ev);
	for (unsigned int cpu = 0; cpu < CPUS; cpu++)
		undo_late(r, cpu);
	if (ret)
		fail_msg("%s", ftrace_stats(f)->error);
	assert_int_equal(ftrace_stats(f)->malformed, 0);
	ftrace_close(f);
	free(r);
	return t;
}

void trace_calls_free(struct trace_calls *t)
{
	for (size_t i = 0; i < t->calls; i++) {
		free(t->call[i]->chunk);
		free(t->call[i]->entry);
		free(t->call[i]);
	}
	free(t->call);
	free(t->step);
	free(t);
}
