/* SPDX-License-Identifier: BSD-2-Clause */
/* The hub that carries events from both halves to their observers. */
#include <errno.h>
#include <stdlib.h>

#include "sim/hw.h"
#include "sim/hub.h"

struct observer {
	SLIST_ENTRY(observer) link;
	uint64_t mask;
	armdma_event_fn fn;
	void *ctx;
};

static struct event_hub *hub_of(struct armdma_events *evs)
{
	return (struct event_hub *)evs;
}

static void update_mask(struct event_hub *hub)
{
	struct observer *o;
	uint64_t mask = 0;

	SLIST_FOREACH(o, &hub->observers, link)
		mask |= o->mask;
	hub->pub.mask = mask;
}

void hub_init(struct event_hub *hub, const uint64_t *now)
{
	hub->pub.mask = 0;
	hub->now = now;
	SLIST_INIT(&hub->observers);
}

void hub_fini(struct event_hub *hub)
{
	struct observer *o;

	while ((o = SLIST_FIRST(&hub->observers))) {
		SLIST_REMOVE_HEAD(&hub->observers, link);
		free(o);
	}
	hub->pub.mask = 0;
}

int armdma_event_subscribe(struct armdma_events *evs, uint64_t mask, armdma_event_fn fn, void *ctx)
{
	struct event_hub *hub = hub_of(evs);
	struct observer *o;

	SLIST_FOREACH(o, &hub->observers, link)
		if (o->fn == fn && o->ctx == ctx)
			break;
	if (!o && !mask)
		return 0;
	if (!o) {
		o = calloc(1, sizeof(*o));
		if (!o)
			return -ENOMEM;
		o->fn = fn;
		o->ctx = ctx;
		SLIST_INSERT_HEAD(&hub->observers, o, link);
	}
	o->mask = mask;
	if (!mask) {
		SLIST_REMOVE(&hub->observers, o, observer, link);
		free(o);
	}
	update_mask(hub);
	return 0;
}

void armdma_event_emit(struct armdma_events *evs, struct armdma_event *ev)
{
	struct event_hub *hub = hub_of(evs);
	struct observer *o, *next;

	ev->time = *hub->now;
	for (o = SLIST_FIRST(&hub->observers); o; o = next) {
		next = SLIST_NEXT(o, link);	/* an observer may remove itself */
		if (o->mask & ARMDMA_EV_BIT(ev->type))
			o->fn(o->ctx, ev);
	}
}

static const char *const event_names[ARMDMA_EV_NR] = {
	[ARMDMA_EV_REG_READ] = "reg_read",
	[ARMDMA_EV_REG_WRITE] = "reg_write",
	[ARMDMA_EV_CACHE_OP] = "cache_op",
	[ARMDMA_EV_BARRIER] = "barrier",
	[ARMDMA_EV_BUS_READ] = "bus_read",
	[ARMDMA_EV_BUS_WRITE] = "bus_write",
	[ARMDMA_EV_BUS_TRUNCATED] = "bus_truncated",
	[ARMDMA_EV_IRQ_LEVEL] = "irq_level",
	[ARMDMA_EV_IRQ_ENTER] = "irq_enter",
	[ARMDMA_EV_IRQ_EXIT] = "irq_exit",
	[ARMDMA_EV_TLB_FILL] = "tlb_fill",
	[ARMDMA_EV_TLB_INV] = "tlb_inv",
	[ARMDMA_EV_WALK] = "walk",
	[ARMDMA_EV_FAULT] = "fault",
	[ARMDMA_EV_BLOCK] = "block",
	[ARMDMA_EV_FRAME] = "frame",
	[ARMDMA_EV_CPU_MAP] = "cpu_map",
	[ARMDMA_EV_CPU_UNMAP] = "cpu_unmap",
	[ARMDMA_EV_TRAP] = "trap",
	[ARMDMA_EV_ABORT] = "abort",
	[ARMDMA_EV_POWER] = "power",
	[ARMDMA_EV_CHOICE] = "choice",
	[ARMDMA_EV_PAGE_ALLOC] = "page_alloc",
	[ARMDMA_EV_PAGE_FREE] = "page_free",
	[ARMDMA_EV_IOVA_ALLOC] = "iova_alloc",
	[ARMDMA_EV_IOVA_FREE] = "iova_free",
	[ARMDMA_EV_IOMMU_MAP] = "iommu_map",
	[ARMDMA_EV_IOMMU_UNMAP] = "iommu_unmap",
	[ARMDMA_EV_DMA_ALLOC] = "dma_alloc",
	[ARMDMA_EV_DMA_FREE] = "dma_free",
	[ARMDMA_EV_DMA_MMAP] = "dma_mmap",
	[ARMDMA_EV_DMA_MAP] = "dma_map",
	[ARMDMA_EV_DMA_TAKE] = "dma_take",
	[ARMDMA_EV_DMA_UNMAP] = "dma_unmap",
	[ARMDMA_EV_DMA_SYNC_CPU] = "dma_sync_for_cpu",
	[ARMDMA_EV_DMA_SYNC_DEV] = "dma_sync_for_device",
	[ARMDMA_EV_DMA_ERROR_CHECK] = "dma_error_check",
	[ARMDMA_EV_DMA_CALL] = "dma_call",
	[ARMDMA_EV_MISUSE] = "misuse",
};

const char *armdma_event_name(enum armdma_event_type type)
{
	if ((unsigned int)type >= ARMDMA_EV_NR || !event_names[type])
		return "unknown";
	return event_names[type];
}
