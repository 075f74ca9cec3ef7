/* SPDX-License-Identifier: BSD-2-Clause */
/* Recorded events to workloads: which reading a recording wants, and the end of it. See import.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "import.h"
#include "tool.h"

/* Events that are looked at before the reading is chosen. */
#define AHEAD 4096u

static enum import_source source_of(const struct ftrace_event *ev)
{
	if (ev->type == FTRACE_IOVA_ALLOC)
		return IMPORT_PROBES;
	if (ev->type >= FTRACE_TP_MAP)
		return IMPORT_DMA;
	return ev->type == FTRACE_MAP ? IMPORT_IOMMU : IMPORT_AUTO;
}

/* What tells more comes first in the enumeration. */
static void better_source(enum import_source *best, enum import_source s)
{
	if (s && (!*best || s < *best))
		*best = s;
}

static void take(struct import *im, enum import_source source, const struct ftrace_event *ev)
{
	switch (source) {
	case IMPORT_PROBES:
		import_probes(im, ev);
		break;
	case IMPORT_DMA:
		import_tracepoints(im, ev);
		break;
	default:
		import_iommu(im, ev);
		break;
	}
}

/* An event that has to wait keeps its own lists. */
static bool keep_lists(struct ftrace_event *ev)
{
	size_t n = ev->nr_addrs + ev->nr_sizes + ev->nr_paddrs;
	uint64_t *v = n ? malloc(n * sizeof(*v)) : NULL;

	if (n && !v)
		return false;
	if (ev->nr_addrs)
		ev->addrs = memcpy(v, ev->addrs, ev->nr_addrs * sizeof(*v));
	if (ev->nr_sizes)
		ev->sizes = memcpy(v + ev->nr_addrs, ev->sizes, ev->nr_sizes * sizeof(*v));
	if (ev->nr_paddrs)
		ev->paddrs = memcpy(v + ev->nr_addrs + ev->nr_sizes, ev->paddrs, ev->nr_paddrs * sizeof(*v));
	return true;
}

static void drop_lists(const struct ftrace_event *ev)
{
	/* The first list begins the block. */
	const uint64_t *v = ev->nr_addrs ? ev->addrs : ev->nr_sizes ? ev->sizes : ev->nr_paddrs ? ev->paddrs : NULL;

	free((void *)(uintptr_t)v);
}

/* Reads up to AHEAD events; *n of them. As ftrace_next(). */
static int look_ahead(struct ftrace *f, struct ftrace_event *ahead, size_t *n, enum import_source *source)
{
	int ret = 1;

	while (*n < AHEAD && (ret = ftrace_next(f, &ahead[*n])) > 0) {
		better_source(source, source_of(&ahead[*n]));
		if (!keep_lists(&ahead[*n])) {
			ahead[*n].nr_addrs = ahead[*n].nr_sizes = ahead[*n].nr_paddrs = 0;
			return -ENOMEM;
		}
		++*n;
	}
	return ret;
}

/* ---- The end --------------------------------------------------------------- */

/* Requests that never got their address. */
static void drop_pending(struct import *im)
{
	for (size_t i = 0; i < im->cap_contexts; i++) {
		struct import_context *c = &im->contexts[i];

		if (!c->used || !c->pending)
			continue;
		import_lose(im, LOSS_NO_ANSWER, im->rep->lines.lines);
		import_drop(im, c->pending);
	}
}

/* arm64 recorded without the probe on the free: what was unmapped is free. */
static void unmaps_are_frees(struct import *im)
{
	if (!im->free_events || im->rep->frees)
		return;
	for (size_t i = 0; i < im->w->nr_ops; i++) {
		struct op *op = &im->w->ops[i];
		struct alloc_state *a = &im->allocs[op->id];
		uint64_t size = op->flags & OP_PART ? op->size : a->size;

		if (op->kind != OP_UNMAP)
			continue;
		if (size > a->left) {	/* unmapped a second time */
			op->kind = OP_KINDS;
			continue;
		}
		op->kind = OP_FREE;
		a->left -= size;
		im->rep->frees++;
	}
}

static bool wanted(const struct import *im, const struct op *op)
{
	const char *only = im->opt->device;

	if (op->kind == OP_KINDS || im->w->ops[im->allocs[op->id].op].kind == OP_KINDS)
		return false;
	return !only || !strcmp(im->keys[op->space].dev, only);
}

/* Take out what was dropped and number the rest anew. */
static int compact(struct import *im)
{
	struct workload *w = im->w;
	uint32_t *number = calloc(im->nr_allocs ? im->nr_allocs : 1, sizeof(*number));
	size_t n = 0;
	uint32_t next = 0;

	if (!number)
		return -ENOMEM;
	w->nr_threads = 0;
	/* Whether an allocation is wanted has to be asked of it before its place is taken. */
	for (size_t i = 0; i < im->nr_allocs; i++)
		number[i] = wanted(im, &w->ops[im->allocs[i].op]) ? 1 : 0;
	for (size_t i = 0; i < w->nr_ops; i++) {
		struct op op = w->ops[i];

		if (op.kind == OP_KINDS || !number[op.id])
			continue;
		if (op.kind == OP_ALLOC)
			number[op.id] = ++next;
		op.id = number[op.id] - 1;
		if (op.thread >= w->nr_threads)
			w->nr_threads = op.thread + 1u;
		w->ops[n++] = op;
	}
	w->nr_ops = n;
	w->nr_allocs = next;
	free(number);
	return 0;
}

static void count_left(struct import *im)
{
	for (size_t i = 0; i < im->nr_allocs; i++)
		im->rep->left += im->allocs[i].left != 0;
}

static int finish(struct import *im, struct ftrace *f, int ret, char *err, size_t errlen)
{
	im->rep->lines = *ftrace_stats(f);
	drop_pending(im);
	unmaps_are_frees(im);
	count_left(im);
	if (im->failed || compact(im)) {
		snprintf(err, errlen, "out of memory");
		return -ENOMEM;
	}
	if (ret < 0) {
		snprintf(err, errlen, "%s", ftrace_stats(f)->error);
		return -EIO;
	}
	if (im->w->nr_ops)
		return 0;
	snprintf(err, errlen, "no event of use among %lu lines (%lu events of other names, %lu malformed lines)%s",
		 im->rep->lines.lines, im->rep->lines.others, im->rep->lines.malformed,
		 im->opt->device ? "; is the device's name right?" : "");
	return -ENODATA;
}

int import_ftrace(struct ftrace *f, const struct import_options *opt, struct workload *w, struct import_report *rep,
		  char *err, size_t errlen)
{
	uint64_t page = opt->page_size ? opt->page_size : 4096;
	struct import im = { .opt = opt, .w = w, .rep = rep, .shift = (unsigned int)__builtin_ctzll(page) };
	struct ftrace_event *ahead = calloc(AHEAD, sizeof(*ahead)), ev;
	enum import_source source = IMPORT_AUTO;
	size_t n = 0;
	int ret = -ENOMEM;

	*rep = (struct import_report){ .allocs = 0 };
	if (ahead)
		ret = look_ahead(f, ahead, &n, &source);
	if (opt->source)
		source = opt->source;
	rep->source = source;
	for (size_t i = 0; i < n; i++) {
		take(&im, source, &ahead[i]);
		drop_lists(&ahead[i]);
	}
	while (ret > 0 && !im.failed && (ret = ftrace_next(f, &ev)) > 0)
		take(&im, source, &ev);
	im.failed |= ret == -ENOMEM;
	ret = finish(&im, f, ret, err, errlen);
	free(ahead);
	owners_free(&im.pages);
	free(im.allocs);
	free(im.contexts);
	free(im.keys);
	free(im.sgs);
	return ret;
}
