/* SPDX-License-Identifier: BSD-2-Clause */
/* The life of mappings and buffers, as their events tell it. */
#include <string.h>

#include <armdma/dma.h>
#include <armdma/iommu.h>

#include "lib/check/internal.h"

/* ---- Finding ------------------------------------------------------------------ */

struct track *track_find(struct checker *ck, struct armdma_device *dev, armdma_dma_t addr)
{
	return track_around(&ck->tracks, dev, addr, ARMDMA_NONE);
}

static bool buffer_covers(const struct track *t, armdma_phys_t pa)
{
	/* A buffer has its pages to itself. Behind an IOMMU only the first is known to be where the event said. */
	struct armdma_iommu_mapping *mapping = armdma_to_iommu_mapping(t->dev);

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

static bool take_first(void *ctx, struct track *t)
{
	*(struct track **)ctx = t;
	return true;
}

struct track *track_find_pa(struct checker *ck, armdma_phys_t pa)
{
	struct track *t = NULL;

	if (track_each_pa(&ck->tracks, pa, 1, take_first, &t))
		return t;
	LIST_FOREACH(t, &ck->tracks.buffers, link)
		if (!(t->flags & ARMDMA_MAP_OWN) && buffer_covers(t, pa))
			return t;
	for (size_t i = 0; (t = track_dead(&ck->tracks, i)); i++)
		if (t->kind == TRACK_STREAM && pa - t->pa < t->len)
			return t;
	return NULL;
}

struct track *track_find_own(struct checker *ck, armdma_phys_t pa)
{
	struct track *t;

	LIST_FOREACH(t, &ck->tracks.buffers, link)
		if (t->flags & ARMDMA_MAP_OWN && buffer_covers(t, pa))
			return t;
	return NULL;
}

struct track *track_find_dead(struct checker *ck, const struct armdma_device *dev, armdma_dma_t addr)
{
	struct track *t;

	for (size_t i = 0; (t = track_dead(&ck->tracks, i)); i++)
		if (t->dev == dev && addr - t->addr < t->len && !(t->kind == TRACK_BUFFER && t->flags & ARMDMA_MAP_OWN))
			return t;
	return NULL;
}

/* ---- Who owns which part of a streaming mapping --------------------------------- */

static void part_take(struct cpu_part *p, uint64_t from, uint64_t to)
{
	if (p->from >= p->to || (from <= p->from && to >= p->to)) {
		*p = (struct cpu_part){ from, to, false };
		return;
	}
	if (from > p->to || to < p->from)
		p->rough = true;
	if (from < p->from)
		p->from = from;
	if (to > p->to)
		p->to = to;
}

static void part_give(struct cpu_part *p, uint64_t from, uint64_t to)
{
	if (from <= p->from && to >= p->to)
		*p = (struct cpu_part){ 0 };
	else if (from <= p->from && to > p->from)
		p->from = to;
	else if (to >= p->to && from < p->to)
		p->to = from;
	else if (from > p->from && to < p->to)
		p->rough = true;
}

bool track_cpu_owns(const struct track *t, uint64_t off)
{
	return off >= t->part.from && off < t->part.to;
}

/* ---- Events --------------------------------------------------------------------- */

static bool in_ram(const struct track *t)
{
	return t->kind == TRACK_STREAM && !(t->flags & ARMDMA_MAP_RESOURCE);
}

static void begin(struct checker *ck, enum track_kind kind, const struct armdma_event *ev)
{
	struct track *t;

	if (ev->result)
		return;
	t = track_new(&ck->tracks);
	if (!t) {
		ck->blind = true;	/* what the device does there could not be judged */
		return;
	}
	t->kind = (uint8_t)kind;
	t->flags = (uint8_t)ev->flags;
	t->dev = ev->dev;
	t->addr = ev->addr;
	t->pa = ev->pa;
	t->len = ev->len;
	t->cpu = ev->cpu;
	t->dir = (uint8_t)(kind == TRACK_BUFFER ? ARMDMA_BIDIRECTIONAL : ev->dir);
	t->attrs = (uint32_t)ev->value;
	t->map_site = ev->site;
	t->map_stack = stack_id(ck, ev->site);
	t->sync_stack = t->end_stack = 0;
	t->map_time = ev->time;
	t->clean = !(ev->value & ARMDMA_ATTR_SKIP_CPU_SYNC) && !(ev->flags & ARMDMA_MAP_OWN);
	t->block = 0;
	t->checked = t->ended = t->freed = t->device_read = t->device_wrote = t->written_since_sync = t->news = false;
	if (kind == TRACK_STREAM)
		map_check(ck, t);
	track_file(&ck->tracks, t, in_ram(t));
	ck->last = ck->found = t;
	if (__builtin_expect(ck->poison, 0))
		poison_changed(ck, t, 0, t->len);
}

/*
 * track_at(), at once for whatever was mapped or found last: several events of a call, or calls in a row, are about the same
 * mapping. Whatever is mapped after it takes its place, so that it is the newest one of its kind at its address.
 */
static struct track *exactly(struct checker *ck, const struct armdma_event *ev)
{
	struct track *t = ck->found;

	if (t && t->addr == ev->addr && t->dev == ev->dev && t->len == ev->len && t->dir == ev->dir)
		return t;
	t = track_at(&ck->tracks, ev->dev, ev->addr, ev->len, ev->dir);
	if (t && t->dir == ev->dir)
		ck->found = t;
	return t;
}

static void end(struct checker *ck, const struct armdma_event *ev)
{
	struct track *t = exactly(ck, ev);

	if (!t)
		return;
	if (t->kind == TRACK_STREAM)
		unmap_check(ck, t, ev);
	t->end_site = ev->site;
	t->end_stack = stack_id(ck, ev->site);
	t->end_time = ev->time;
	if (ck->last == t)
		ck->last = NULL;
	if (ck->found == t)
		ck->found = NULL;
	track_bury(&ck->tracks, t, in_ram(t));
	if (__builtin_expect(ck->poison, 0))
		poison_changed(ck, t, 0, t->len);
}

/* The mapping that a sync or an unmap is about. */
static struct track *meant(struct checker *ck, const struct armdma_event *ev)
{
	struct track *t = exactly(ck, ev);

	return t ? t : track_around(&ck->tracks, ev->dev, ev->addr, ev->dir);
}

static void synced(struct checker *ck, const struct armdma_event *ev)
{
	struct track *t = meant(ck, ev);
	struct cpu_part was;
	uint64_t from, to;

	if (!t || t->kind != TRACK_STREAM)
		return;
	from = ev->addr - t->addr;
	to = from + ev->len < t->len ? from + ev->len : t->len;
	was = t->part;
	sync_check(ck, t, ev, from, to);
	t->sync_site = ev->site;
	t->sync_stack = stack_id(ck, ev->site);
	t->sync_time = ev->time;
	if (ev->type == ARMDMA_EV_DMA_SYNC_CPU) {
		part_take(&t->part, from, to);
	} else {
		t->written_since_sync = false;
		part_give(&t->part, from, to);
		if (!from && to == t->len)
			t->clean = true;
	}
	if (__builtin_expect(ck->poison, 0)) {
		bool any = was.from < was.to;

		/* What lies between two parts changes hands with them. */
		poison_changed(ck, t, any && was.from < from ? was.from : from, any && was.to > to ? was.to : to);
	}
}

static void taken(struct checker *ck, const struct armdma_event *ev)
{
	struct track *t = meant(ck, ev);

	if (!t || t->kind != TRACK_STREAM)
		return;
	take_check(ck, t, ev);
	/* For a buffer of both ways: what only went out is not fetched back. */
	if (ev->dir == ARMDMA_TO_DEVICE)
		return;
	/* What the device writes while the lines are invalidated may come too late for them. */
	t->news = t->written_since_sync;
	t->written_since_sync = false;
}

static bool is_checked(void *ctx, struct track *t)
{
	const struct armdma_event *ev = ctx;

	t->checked |= t->dev == ev->dev && t->addr == ev->addr;
	return false;
}

/* Asked later than at once, about an address that may stand for several mappings: it may be any of them. */
static void error_checked(struct checker *ck, const struct armdma_event *ev)
{
	struct track *t = ck->last;

	if (t && t->dev == ev->dev && t->addr == ev->addr && !t->checked) {
		t->checked = true;
		return;
	}
	t = track_around(&ck->tracks, ev->dev, ev->addr, ARMDMA_NONE);
	if (!t || t->kind != TRACK_STREAM || t->addr != ev->addr)
		return;
	t->checked = true;
	if (in_ram(t))
		track_each_pa(&ck->tracks, t->pa, 1, is_checked, (void *)(uintptr_t)ev);
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
	case ARMDMA_EV_DMA_TAKE:
		taken(ck, ev);
		break;
	case ARMDMA_EV_DMA_GIVE:
		give_check(ck, ev->addr == ARMDMA_MAPPING_ERROR ? NULL : meant(ck, ev), ev);
		break;
	case ARMDMA_EV_DMA_SYNC_CPU:
	case ARMDMA_EV_DMA_SYNC_DEV:
		synced(ck, ev);
		break;
	case ARMDMA_EV_DMA_ERROR_CHECK:
		error_checked(ck, ev);
		break;
	case ARMDMA_EV_BUS_READ:
	case ARMDMA_EV_BUS_WRITE:
		access_check(ck, ev);
		break;
	case ARMDMA_EV_STORE_MISSED:
		ck->missed = (struct missed){ device_of(ck, ev->who), ev->site, ev->pa, (uint8_t)ev->value };
		break;
	case ARMDMA_EV_BUS_TRUNCATED:
		truncation_check(ck, ev);
		break;
	default:
		break;
	}
}

void track_clear(struct checker *ck)
{
	ck->last = ck->found = NULL;
	ck->missed.dev = NULL;
	ck->stray_dev = NULL;
	poison_clear(ck);
	tracks_clear(&ck->tracks);
}
