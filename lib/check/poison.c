/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Under AddressSanitizer or Valgrind's memcheck: what a device owns is no memory of the program's, so that the very load or
 * store which has no business there is reported, with its stack.
 *
 * Hidden are linear addresses alone. The machine reaches RAM by mappings of its own, and never sees the difference. A byte is hidden
 * while some live mapping says that it is the device's, and none leaves it to the CPU. Where nothing is known, nothing is hidden.
 * ASan's shadow has a granule of 8 bytes, of which it can only hide the end: it leaves open what it cannot tell apart.
 */
#include <stdio.h>

#include <armdma/dma.h>

#include "lib/check/internal.h"
#include "lib/check/poison.h"

#define GRANULE 8u

/* ---- Addresses -------------------------------------------------------------------- */

struct range {
	struct checker *ck;
	armdma_phys_t from, to;
};

/* The linear address of [from, to), as far as it has one. NULL: it has none. */
static void *linear(struct checker *ck, armdma_phys_t from, armdma_phys_t to, size_t *len)
{
	armdma_phys_t end = ck->m->cfg->ram_base + ck->m->cfg->lowmem_size;

	if (to > end)
		to = end;
	if (from >= to)
		return NULL;
	*len = (size_t)(to - from);
	return armdma_hw_linear(ck->m->hw, from);
}

static void hide(struct checker *ck, armdma_phys_t from, armdma_phys_t to)
{
	size_t len;
	void *p = linear(ck, from, to, &len);

	if (!p)
		return;
	if (ck->poison & POISON_ASAN)
		tool_asan_hide(p, len);
	if (ck->poison & POISON_VALGRIND)
		tool_valgrind_hide(p, len);
}

static void show(struct checker *ck, armdma_phys_t from, armdma_phys_t to)
{
	size_t len;
	void *p = linear(ck, from, to, &len);

	if (!p)
		return;
	if (ck->poison & POISON_ASAN)
		tool_asan_show(p, len);
	if (ck->poison & POISON_VALGRIND)
		tool_valgrind_show(p, len);
}

/* ---- Who owns what ------------------------------------------------------------------ */

/* Is it a mapping of which the CPU has no part but what it took back? */
static bool excludes_cpu(const struct checker *ck, const struct track *t)
{
	if (t->kind != TRACK_STREAM || t->dev->coherent || !t->clean || t->freed ||
	    t->flags & (ARMDMA_MAP_OWN | ARMDMA_MAP_RESOURCE))
		return false;
	/* Both sides may read what the CPU wrote. */
	return t->dir != ARMDMA_TO_DEVICE || ck->opt.poison == ARMDMA_POISON_STRICT;
}

bool poison_owns(const struct checker *ck, const struct track *t, armdma_phys_t pa)
{
	return pa - t->pa < t->len && excludes_cpu(ck, t) && !track_cpu_owns(t, pa - t->pa);
}

static armdma_phys_t later(armdma_phys_t a, armdma_phys_t b)
{
	return a > b ? a : b;
}

static armdma_phys_t sooner(armdma_phys_t a, armdma_phys_t b)
{
	return a < b ? a : b;
}

static bool hide_devices(void *ctx, struct track *t)
{
	const struct range *r = ctx;
	armdma_phys_t from = later(r->from, t->pa), to = sooner(r->to, t->pa + t->len);

	if (!excludes_cpu(r->ck, t))
		return false;
	if (t->part.from >= t->part.to) {
		hide(r->ck, from, to);
		return false;
	}
	hide(r->ck, from, sooner(to, t->pa + t->part.from));
	hide(r->ck, later(from, t->pa + t->part.to), to);
	return false;
}

static bool show_cpus(void *ctx, struct track *t)
{
	const struct range *r = ctx;
	armdma_phys_t from = later(r->from, t->pa), to = sooner(r->to, t->pa + t->len);

	if (!t->clean || t->freed)
		show(r->ck, from, to);
	else if (t->part.from < t->part.to)
		show(r->ck, later(from, t->pa + t->part.from), sooner(to, t->pa + t->part.to));
	return false;
}

static void refresh(struct checker *ck, armdma_phys_t pa, uint64_t len)
{
	/* To show a byte opens its granule: the neighbours in it are looked at, too. */
	struct range r = { ck, pa & ~(armdma_phys_t)(GRANULE - 1), (pa + len + GRANULE - 1) & ~(armdma_phys_t)(GRANULE - 1) };

	show(ck, r.from, r.to);
	track_each_pa(&ck->tracks, r.from, r.to - r.from, hide_devices, &r);
	track_each_pa(&ck->tracks, r.from, r.to - r.from, show_cpus, &r);
}

/* ---- What happens to mappings ---------------------------------------------------------- */

static void name(struct checker *ck, struct track *t)
{
	size_t len;
	void *p = linear(ck, t->pa, t->pa + t->len, &len);
	char text[128];

	if (!p || !excludes_cpu(ck, t))
		return;
	snprintf(text, sizeof(text), "buffer that was mapped %s and is %s's now", dir_name(t->dir), armdma_device_name(t->dev));
	t->block = 1 + tool_valgrind_name(p, len, text);
}

void poison_changed(struct checker *ck, struct track *t, uint64_t from, uint64_t to)
{
	if (t->kind != TRACK_STREAM || t->flags & ARMDMA_MAP_RESOURCE)
		return;
	if (ck->poison & POISON_VALGRIND && !t->ended && !t->block)
		name(ck, t);
	if (t->ended && t->block) {
		tool_valgrind_forget(t->block - 1);
		t->block = 0;
	}
	refresh(ck, t->pa + from, to - from);
}

void poison_show(struct checker *ck, armdma_phys_t pa, uint64_t len)
{
	show(ck, pa, pa + len);
}

void poison_event(struct checker *ck, const struct armdma_event *ev)
{
	report_release(ck);
	/* The layer itself may be about to copy there. */
	if (ev->type == ARMDMA_EV_DMA_TAKE || ev->type == ARMDMA_EV_DMA_GIVE)
		poison_show(ck, ev->pa, ev->len);
}

static bool mark_freed(void *ctx, struct track *t)
{
	(void)ctx;
	t->freed = true;
	return false;
}

/* Memory goes back to its allocator: whoever gets it next owns it. */
static void on_free(void *ctx, const struct armdma_event *ev)
{
	struct checker *ck = ctx;

	track_each_pa(&ck->tracks, ev->pa, ev->len, mark_freed, NULL);
	show(ck, ev->pa, ev->pa + ev->len);
}

/* ---- On and off --------------------------------------------------------------------------- */

static void each_live(struct checker *ck, void (*fn)(struct checker *ck, struct track *t))
{
	for (size_t i = 0; i < ck->tracks.by_pa.nr_buckets; i++)
		for (struct track *t = ck->tracks.by_pa.buckets[i]; t; t = t->next_pa)
			fn(ck, t);
}

static void close_again(struct checker *ck, struct track *t)
{
	poison_changed(ck, t, 0, t->len);
}

static void open_again(struct checker *ck, struct track *t)
{
	show(ck, t->pa, t->pa + t->len);
	if (t->block)
		tool_valgrind_forget(t->block - 1);
	t->block = 0;
}

void poison_clear(struct checker *ck)
{
	if (ck->poison)
		each_live(ck, open_again);
}

void poison_end(struct checker *ck)
{
	poison_clear(ck);
	ck->poison = 0;
	armdma_event_subscribe_within(ck->m->ev, 0, on_free, ck);
}

void poison_set(struct checker *ck)
{
	unsigned int tools = 0;

	if (ck->opt.poison && ck->on) {
		tools |= tool_has_asan() ? POISON_ASAN : 0;
		tools |= tool_has_valgrind() ? POISON_VALGRIND : 0;
	}
	if (!tools && !ck->poison)
		return;
	poison_clear(ck);
	report_release(ck);
	/* Without knowing what is freed it cannot be. */
	if (armdma_event_subscribe_within(ck->m->ev, tools ? ARMDMA_EV_POISONED : 0, on_free, ck))
		tools = 0;
	ck->poison = tools;
	proof_watch(ck, tools & POISON_ASAN);
	if (tools)
		each_live(ck, close_again);
}
