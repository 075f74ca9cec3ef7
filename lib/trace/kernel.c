/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the order of this library to that of the kernel's probes.
 *
 * A probe of the kernel sits where a function begins: dma_map_page, then iova_alloc, then map. Here dma_map and dma_alloc are emitted
 * when all is done, and dma_unmap after the unmap. So each of them is moved up to the event that began its work: the
 * allocation of its IOVA, or the unmap of its range. A list has an event for each entry here, and one for all in the kernel: it is
 * told where the call of the DMA API was entered.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/trace/internal.h"

/* Work that was begun and whose call was not seen yet; more are open only through nested interrupts. */
#define MAX_OPEN 64

#define NONE UINT32_MAX

struct open {
	uint32_t at;		/* record */
	bool failed;		/* the IOVA was not given, or given back */
};

/* A list: the call, and the entries that followed it. */
struct list {
	uint32_t call, first;	/* records; NONE */
	uint32_t nents;
};

struct order {
	const struct armdma_trace *t;
	uint32_t *list_of;	/* for a call: its list; NONE */
	struct list *lists;
	uint32_t nr_lists;
	uint32_t current[2];	/* list under way: of the task, of an interrupt handler; NONE */
	uint32_t *call_of;	/* for a record that began work: the call to tell before it */
	bool *moved;		/* calls that were told already */
	struct open open[MAX_OPEN];
	unsigned int nr_open;
};

static void push(struct order *o, uint32_t at, bool failed)
{
	if (o->nr_open == MAX_OPEN) {
		for (unsigned int i = 1; i < MAX_OPEN; i++)
			o->open[i - 1] = o->open[i];
		o->nr_open--;
	}
	o->open[o->nr_open++] = (struct open){ .at = at, .failed = failed };
}

static void take(struct order *o, unsigned int i, uint32_t call)
{
	o->call_of[o->open[i].at] = call;
	o->moved[call] = true;
	for (o->nr_open--; i < o->nr_open; i++)
		o->open[i] = o->open[i + 1];
}

/* Which work did this call begin? The newest that fits. */
static void find_work(struct order *o, uint32_t call, enum armdma_event_type type)
{
	const struct armdma_event *ev = &armdma_trace_get(o->t, call)->ev;

	for (unsigned int i = o->nr_open; i-- > 0;) {
		const struct armdma_event *w = &armdma_trace_get(o->t, o->open[i].at)->ev;
		bool fits = ev->result ? o->open[i].failed : w->addr == (ev->addr & ARMDMA_PAGE_MASK);

		if (w->type != type || !fits)
			continue;
		take(o, i, call);
		return;
	}
}

static void iova_freed(struct order *o, const struct armdma_event *ev)
{
	for (unsigned int i = o->nr_open; i-- > 0;) {
		const struct armdma_event *w = &armdma_trace_get(o->t, o->open[i].at)->ev;

		if (w->type == ARMDMA_EV_IOVA_ALLOC && w->addr == ev->addr && w->value == ev->value)
			o->open[i].failed = true;
	}
}

static bool is_list_call(const struct armdma_event *ev)
{
	return ev->who && (!strncmp(ev->who, "dma_map_sg", 10) || !strncmp(ev->who, "dma_unmap_sg", 12));
}

static void note_call(struct order *o, uint32_t at, const struct armdma_trace_record *r)
{
	o->current[r->in_irq] = NONE;
	if (!is_list_call(&r->ev))
		return;
	o->current[r->in_irq] = o->nr_lists;
	o->lists[o->nr_lists++] = (struct list){ .call = at, .first = NONE };
}

/* Is this an entry of the list under way? Then it is not told by itself. */
static bool note_entry(struct order *o, uint32_t at, const struct armdma_trace_record *r)
{
	uint32_t n = o->current[r->in_irq];
	struct list *l = n == NONE ? NULL : &o->lists[n];

	if (!l || armdma_trace_get(o->t, l->call)->ev.site != r->ev.site)
		return false;
	if (!l->nents++) {
		l->first = at;
		o->list_of[l->call] = n;
	}
	o->moved[at] = true;
	return true;
}

static void find_order(struct order *o)
{
	const struct armdma_trace_record *r;

	o->current[0] = o->current[1] = NONE;
	for (uint32_t i = 0; (r = armdma_trace_get(o->t, i)); i++) {
		o->call_of[i] = o->list_of[i] = NONE;
		if (r->ev.type == ARMDMA_EV_DMA_CALL)
			note_call(o, i, r);
		if ((r->ev.type == ARMDMA_EV_DMA_MAP || r->ev.type == ARMDMA_EV_DMA_UNMAP) && note_entry(o, i, r))
			continue;
		switch (r->ev.type) {
		case ARMDMA_EV_IOVA_ALLOC:
			push(o, i, r->ev.result != 0);
			break;
		case ARMDMA_EV_IOMMU_UNMAP:
			push(o, i, false);
			break;
		case ARMDMA_EV_IOVA_FREE:
			iova_freed(o, &r->ev);
			break;
		case ARMDMA_EV_DMA_MAP:
		case ARMDMA_EV_DMA_ALLOC:
			find_work(o, i, ARMDMA_EV_IOVA_ALLOC);
			break;
		case ARMDMA_EV_DMA_UNMAP:
			find_work(o, i, ARMDMA_EV_IOMMU_UNMAP);
			break;
		default:
			break;
		}
	}
}

/* What an event is in the kernel; K_NR: nothing. */
static enum kernel_type type_of(enum armdma_event_type type)
{
	switch (type) {
	case ARMDMA_EV_DMA_MAP: return K_DMA_MAP_PAGE;
	case ARMDMA_EV_DMA_UNMAP: return K_DMA_UNMAP_PAGE;
	case ARMDMA_EV_DMA_ALLOC: return K_DMA_ALLOC;
	case ARMDMA_EV_DMA_FREE: return K_DMA_FREE;
	case ARMDMA_EV_DMA_SYNC_CPU: return K_DMA_SYNC_CPU;
	case ARMDMA_EV_DMA_SYNC_DEV: return K_DMA_SYNC_DEV;
	case ARMDMA_EV_IOVA_ALLOC: return K_IOVA_ALLOC;
	case ARMDMA_EV_IOMMU_MAP: return K_MAP;
	case ARMDMA_EV_IOMMU_UNMAP: return K_UNMAP;
	case ARMDMA_EV_FAULT: return K_PAGE_FAULT;
	case ARMDMA_EV_IRQ_ENTER: return K_IRQ_ENTRY;
	case ARMDMA_EV_IRQ_EXIT: return K_IRQ_EXIT;
	default: return K_NR;
	}
}

/* The kernel's tracepoint is not reached by a map that fails. */
static bool is_told(const struct armdma_event *ev)
{
	return type_of(ev->type) != K_NR && !(ev->type == ARMDMA_EV_IOMMU_MAP && ev->result);
}

static int tell_list(const struct order *o, uint32_t call, int (*fn)(void *ctx, const struct kernel_event *ev), void *ctx)
{
	const struct list *l = &o->lists[o->list_of[call]];
	struct kernel_event ev = { .rec = armdma_trace_get(o->t, l->first), .nents = (int)l->nents };

	ev.time = armdma_trace_get(o->t, call)->ev.time;
	ev.type = ev.rec->ev.type == ARMDMA_EV_DMA_UNMAP ? K_DMA_UNMAP_SG : K_DMA_MAP_SG;
	return fn(ctx, &ev);
}

static int tell(const struct order *o, int (*fn)(void *ctx, const struct kernel_event *ev), void *ctx)
{
	const struct armdma_trace_record *r;
	int ret = 0;

	for (uint32_t i = 0; !ret && (r = armdma_trace_get(o->t, i)); i++) {
		struct kernel_event ev = { .time = r->ev.time };

		if (o->list_of[i] != NONE)
			ret = tell_list(o, i, fn, ctx);
		if (ret || o->moved[i] || !is_told(&r->ev))
			continue;
		if (o->call_of[i] != NONE) {
			ev.rec = armdma_trace_get(o->t, o->call_of[i]);
			ev.type = type_of(ev.rec->ev.type);
			ret = fn(ctx, &ev);
		}
		ev.rec = r;
		ev.type = type_of(r->ev.type);
		if (!ret)
			ret = fn(ctx, &ev);
		ev.type = K_IOVA_ALLOC_RET;
		if (!ret && r->ev.type == ARMDMA_EV_IOVA_ALLOC)
			ret = fn(ctx, &ev);
	}
	return ret;
}

int trace_walk_kernel(const struct armdma_trace *t,
		      int (*fn)(void *ctx, const struct kernel_event *ev), void *ctx)
{
	struct order o = { .t = t };
	int ret = -ENOMEM;

	o.call_of = calloc(t->len + 1, sizeof(*o.call_of));
	o.moved = calloc(t->len + 1, sizeof(*o.moved));
	o.list_of = calloc(t->len + 1, sizeof(*o.list_of));
	o.lists = calloc(armdma_trace_count(t, ARMDMA_EV_DMA_CALL, NULL) + 1, sizeof(*o.lists));
	if (o.call_of && o.moved && o.list_of && o.lists) {
		find_order(&o);
		ret = tell(&o, fn, ctx);
	}
	free(o.call_of);
	free(o.moved);
	free(o.list_of);
	free(o.lists);
	return ret;
}
