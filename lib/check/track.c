/* SPDX-License-Identifier: BSD-2-Clause */
/* What the checker remembers of mappings and buffers, live and recently ended. */
#include <stdlib.h>
#include <string.h>

#include <armdma/dma.h>
#include <armdma/iommu.h>

#include "lib/check/internal.h"

/* Ended mappings that an explanation may still name. */
#define HISTORY 256

static int track_cmp(const struct track *a, const struct track *b)
{
	if (a->dev != b->dev)
		return (uintptr_t)a->dev < (uintptr_t)b->dev ? -1 : 1;
	return a->addr < b->addr ? -1 : a->addr > b->addr;
}

RB_GENERATE_INTERNAL(track_tree, track, entry, track_cmp, static __attribute__((unused)))

struct track *track_find(struct checker *ck, struct armdma_device *dev, armdma_dma_t addr)
{
	struct track key = { .dev = dev, .addr = addr };
	struct track *t = RB_NFIND(track_tree, &ck->live, &key);

	if (!t || t->dev != dev || t->addr != addr)
		t = t ? RB_PREV(track_tree, &ck->live, t) : RB_MAX(track_tree, &ck->live);
	if (!t || t->dev != dev || addr - t->addr >= t->len)
		return NULL;
	return t;
}

static bool covers(const struct track *t, armdma_phys_t pa)
{
	struct armdma_iommu_mapping *mapping;

	if (t->kind == TRACK_STREAM)
		return pa - t->pa < t->len;
	/* A buffer has its pages to itself. Behind an IOMMU only the first is known to be where the event said. */
	mapping = armdma_to_iommu_mapping(t->dev);
	if (pa - t->pa < (mapping ? ARMDMA_PAGE_SIZE : ARMDMA_PAGE_ALIGN(t->len)))
		return true;
	if (!mapping)
		return false;
	for (uint64_t off = 0; off < t->len; off += ARMDMA_PAGE_SIZE)
		if (armdma_iova_to_phys(armdma_mapping_domain(mapping), t->addr + off) ==
		    (pa & ARMDMA_PAGE_MASK))
			return true;
	return false;
}

struct track *track_find_pa(struct checker *ck, armdma_phys_t pa)
{
	struct track *t;

	RB_FOREACH(t, track_tree, &ck->live)
		if (covers(t, pa))
			return t;
	TAILQ_FOREACH(t, &ck->dead, link)
		if (t->kind == TRACK_STREAM && covers(t, pa))
			return t;
	return NULL;
}

static void begin(struct checker *ck, enum track_kind kind, const struct armdma_event *ev)
{
	struct track *t, *old;

	if (ev->result)
		return;
	t = calloc(1, sizeof(*t));
	if (!t)
		return;		/* one mapping less to explain */
	t->kind = kind;
	t->dev = ev->dev;
	t->addr = ev->addr;
	t->pa = ev->pa;
	t->cpu = ev->cpu;
	t->len = ev->len;
	t->dir = ev->dir;
	t->attrs = (unsigned long)ev->value;
	t->map_site = ev->site;
	t->map_time = ev->time;
	old = RB_INSERT(track_tree, &ck->live, t);
	if (old) {
		/* The same range mapped twice (direct): the newer mapping is what counts. */
		RB_REMOVE(track_tree, &ck->live, old);
		free(old);
		RB_INSERT(track_tree, &ck->live, t);
	}
}

static void end(struct checker *ck, const struct armdma_event *ev)
{
	struct track *t = track_find(ck, ev->dev, ev->addr);

	if (!t || t->addr != ev->addr)
		return;
	RB_REMOVE(track_tree, &ck->live, t);
	t->end_site = ev->site;
	t->end_time = ev->time;
	TAILQ_INSERT_HEAD(&ck->dead, t, link);
	if (++ck->nr_dead > HISTORY) {
		t = TAILQ_LAST(&ck->dead, track_list);
		TAILQ_REMOVE(&ck->dead, t, link);
		free(t);
		ck->nr_dead--;
	}
}

static void synced(struct checker *ck, const struct armdma_event *ev)
{
	struct track *t = track_find(ck, ev->dev, ev->addr);

	if (!t)
		return;
	t->sync_site = ev->site;
	t->sync_time = ev->time;
	t->written_since_sync = false;
}

static void written(struct checker *ck, const struct armdma_event *ev)
{
	struct armdma_device *dev = armdma_device_find(ck->m, ev->who);
	struct track *t = dev ? track_find(ck, dev, ev->addr) : NULL;

	if (!t)
		return;
	t->written_since_sync = true;
	t->write_time = ev->time;
	t->write_off = ev->addr - t->addr;
	t->write_len = ev->len;
}

void track_event(struct checker *ck, const struct armdma_event *ev)
{
	switch (ev->type) {
	case ARMDMA_EV_DMA_MAP:
		begin(ck, TRACK_STREAM, ev);
		break;
	case ARMDMA_EV_DMA_ALLOC:
		begin(ck, TRACK_BUFFER, ev);
		break;
	case ARMDMA_EV_DMA_UNMAP:
	case ARMDMA_EV_DMA_FREE:
		end(ck, ev);
		break;
	case ARMDMA_EV_DMA_SYNC_CPU:
	case ARMDMA_EV_DMA_SYNC_DEV:
		synced(ck, ev);
		break;
	case ARMDMA_EV_BUS_WRITE:
		written(ck, ev);
		break;
	default:
		break;
	}
}

void track_clear(struct checker *ck)
{
	struct track *t;

	while ((t = RB_ROOT(&ck->live))) {
		RB_REMOVE(track_tree, &ck->live, t);
		free(t);
	}
	while ((t = TAILQ_FIRST(&ck->dead))) {
		TAILQ_REMOVE(&ck->dead, t, link);
		free(t);
	}
	ck->nr_dead = 0;
}
