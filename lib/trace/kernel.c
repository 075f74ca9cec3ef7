/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the order of this library to that of the kernel's probes.
 *
 * A probe of the kernel sits where a function begins: dma_map_page, then iova_alloc, then map. Here dma_map and dma_alloc are emitted
 * when all is done, and dma_unmap after the unmap. So each of them is moved up to the event that began its work: the
 * allocation of its IOVA, or the unmap of its range.
 */
#include <errno.h>
#include <stdlib.h>

#include "lib/trace/internal.h"

/* Work that was begun and whose call was not seen yet; more are open only through nested interrupts. */
#define MAX_OPEN 64

#define NONE UINT32_MAX

struct open {
	uint32_t at;		/* record */
	bool failed;		/* the IOVA was not given, or given back */
};

struct order {
	const struct armdma_trace *t;
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

static void find_order(struct order *o)
{
	const struct armdma_trace_record *r;

	for (uint32_t i = 0; (r = armdma_trace_get(o->t, i)); i++) {
		o->call_of[i] = NONE;
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

static int tell(const struct order *o, int (*fn)(void *ctx, const struct kernel_event *ev), void *ctx)
{
	const struct armdma_trace_record *r;
	int ret = 0;

	for (uint32_t i = 0; !ret && (r = armdma_trace_get(o->t, i)); i++) {
		struct kernel_event ev = { .time = r->ev.time };

		if (o->moved[i] || !is_told(&r->ev))
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
	if (o.call_of && o.moved) {
		find_order(&o);
		ret = tell(&o, fn, ctx);
	}
	free(o.call_of);
	free(o.moved);
	return ret;
}
