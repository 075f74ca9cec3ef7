/* SPDX-License-Identifier: BSD-2-Clause */
/* The hub that carries events from both halves to their observers. */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <bsd/string.h>

#include "sim/hw.h"
#include "sim/hub.h"
#include "sim/lock.h"

struct observer {
	SLIST_ENTRY(observer) link;
	uint64_t mask;
	armdma_event_fn fn;
	void *ctx;
	bool within;	/* part of the bookkeeping: called inside the lock */
};

/* An event that an observer hears of later. */
struct news {
	struct armdma_deferred call;	/* first */
	struct armdma_hw *hw;
	armdma_event_fn fn;
	void *ctx;
	struct armdma_event ev;
	char who[];
};

static struct event_hub *hub_of(struct armdma_events *evs)
{
	return (struct event_hub *)evs;
}

static struct armdma_hw *hw_of(struct event_hub *hub)
{
	return (struct armdma_hw *)((char *)hub - offsetof(struct armdma_hw, ev));
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

static struct observer *find(struct event_hub *hub, armdma_event_fn fn, const void *ctx)
{
	struct observer *o;

	SLIST_FOREACH(o, &hub->observers, link)
		if (o->fn == fn && o->ctx == ctx)
			break;
	return o;
}

static int subscribe(struct event_hub *hub, uint64_t mask, armdma_event_fn fn, void *ctx, bool within)
{
	HW_ENTER(hw_of(hub));
	struct observer *o = find(hub, fn, ctx);

	if (!o && !mask)
		return 0;
	if (!o) {
		o = calloc(1, sizeof(*o));
		if (!o)
			return -ENOMEM;
		o->fn = fn;
		o->ctx = ctx;
		o->within = within;
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

int armdma_event_subscribe(struct armdma_events *evs, uint64_t mask, armdma_event_fn fn, void *ctx)
{
	return subscribe(hub_of(evs), mask, fn, ctx, false);
}

int armdma_event_subscribe_within(struct armdma_events *evs, uint64_t mask, armdma_event_fn fn, void *ctx)
{
	return subscribe(hub_of(evs), mask, fn, ctx, true);
}

/* The observer may have gone meanwhile. */
static void tell_news(struct armdma_deferred *d, bool call)
{
	struct news *n = (struct news *)d;

	armdma_event_fn fn = n->fn;
	struct armdma_event ev = n->ev;
	void *ctx = n->ctx;
	char who[1024];

	if (call) {
		armdma_hw_lock(n->hw);
		call = find(&n->hw->ev, fn, ctx) != NULL;
		armdma_hw_release(n->hw);
	}
	/* The observer may leave by longjmp. */
	if (ev.who) {
		strlcpy(who, n->who, sizeof(who));
		ev.who = who;
	}
	free(n);
	if (call)
		fn(ctx, &ev);
}

/* False: no memory to put it off. */
static bool put_off(struct armdma_hw *hw, const struct observer *o, const struct armdma_event *ev)
{
	size_t len = ev->who ? strlen(ev->who) + 1 : 0;
	struct news *n = malloc(sizeof(*n) + len);

	if (!n)
		return false;
	n->call.fn = tell_news;
	n->hw = hw;
	n->fn = o->fn;
	n->ctx = o->ctx;
	n->ev = *ev;
	if (len)
		n->ev.who = memcpy(n->who, ev->who, len);
	armdma_hw_defer(hw, &n->call);
	return true;
}

void armdma_event_emit(struct armdma_events *evs, struct armdma_event *ev)
{
	struct event_hub *hub = hub_of(evs);
	struct armdma_hw *hw = hw_of(hub);
	HW_ENTER(hw);
	struct observer *o, *next;

	ev->time = *hub->now;
	for (o = SLIST_FIRST(&hub->observers); o; o = next) {
		next = SLIST_NEXT(o, link);	/* an observer may remove itself */
		if (!(o->mask & ARMDMA_EV_BIT(ev->type)))
			continue;
		if (!hw->lock || o->within || !put_off(hw, o, ev))
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
	[ARMDMA_EV_STORE_MISSED] = "store_missed",
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
	[ARMDMA_EV_KFREE] = "kfree",
	[ARMDMA_EV_IOVA_ALLOC] = "iova_alloc",
	[ARMDMA_EV_IOVA_FREE] = "iova_free",
	[ARMDMA_EV_IOMMU_MAP] = "iommu_map",
	[ARMDMA_EV_IOMMU_UNMAP] = "iommu_unmap",
	[ARMDMA_EV_DMA_ALLOC] = "dma_alloc",
	[ARMDMA_EV_DMA_FREE] = "dma_free",
	[ARMDMA_EV_DMA_MMAP] = "dma_mmap",
	[ARMDMA_EV_DMA_MAP] = "dma_map",
	[ARMDMA_EV_DMA_TAKE] = "dma_take",
	[ARMDMA_EV_DMA_GIVE] = "dma_give",
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
