/* SPDX-License-Identifier: BSD-2-Clause */
/* Accesses that the code under test announces: an offence against ownership is seen where it happens. */
#include <stdarg.h>
#include <stdio.h>

#include <armdma/access.h>

#include "lib/check/internal.h"

/* One access, cut into pieces that lie in one page each. */
struct announced {
	struct checker *ck;
	const uint8_t *cpu;
	const void *site;
	armdma_phys_t pa;
	uint64_t len;
	bool write;
	struct track *offended;
	uint64_t at;		/* offset of the first offending byte in its mapping */
};

/* The first byte of [from, to) of a mapping that is the device's, or `to`. */
static uint64_t first_of_device(const struct track *t, uint64_t from, uint64_t to)
{
	if (from >= t->part.from && from < t->part.to)
		return t->part.to < to ? t->part.to : to;
	return from;
}

/*
 * Both sides may read what the CPU wrote. Nor is a store to it an offence by itself: drivers write the next packet into a buffer
 * that stays mapped TO_DEVICE, and hand it over with one sync. If they forget that, the device or the unmap shows it.
 */
static bool offends(void *ctx, struct track *t)
{
	struct announced *a = ctx;
	uint64_t from = a->pa > t->pa ? a->pa - t->pa : 0;
	uint64_t to = a->pa + a->len - t->pa < t->len ? a->pa + a->len - t->pa : t->len;

	if (t->dir == ARMDMA_TO_DEVICE || t->dev->coherent || t->flags & ARMDMA_MAP_OWN || !t->clean)
		return false;
	a->at = first_of_device(t, from, to);
	if (a->at >= to)
		return false;
	a->offended = t;
	return true;
}

void report_touch(struct checker *ck, const struct track *t, uint64_t at, uint64_t len, const void *cpu, bool write,
		  const void *site)
{
	struct armdma_report rep = report_about(write ? ARMDMA_REPORT_CPU_WRITE : ARMDMA_REPORT_CPU_READ, t, at, len);
	char story[1024] = "", sentence[256];
	struct text s = { story, sizeof(story), 0 };

	rep.cpu = cpu;
	rep.sites[ARMDMA_SITE_HERE] = site;
	tell_mapping(&s, t, false);
	snprintf(sentence, sizeof(sentence), "the CPU %s byte %llu of a buffer of %llu bytes while it is %s's",
		 write ? "writes" : "reads", (unsigned long long)at, (unsigned long long)t->len,
		 armdma_device_name(t->dev));
	report_make(ck, &rep, sentence, story,
		    write ? "call dma_sync_single_for_cpu() first and dma_sync_single_for_device() afterwards" :
			       "call dma_sync_single_for_cpu() first; what both sides poll belongs into coherent memory");
}

static bool is_under_way(void *ctx, struct track *t)
{
	(void)ctx;
	return t->written_since_sync;
}

static void check_piece(struct announced *a)
{
	struct checker *ck = a->ck;
	enum armdma_report_kind kind = a->write ? ARMDMA_REPORT_CPU_WRITE : ARMDMA_REPORT_CPU_READ;
	uint64_t at;

	if (ck->rule[kind] && track_each_pa(&ck->tracks, a->pa, a->len, offends, a)) {
		report_touch(ck, a->offended, a->at, a->len, a->cpu, a->write, a->site);
		return;
	}
	if (a->write || !ck->rule[ARMDMA_REPORT_STALE_CPU])
		return;
	at = armdma_hw_find_stale(ck->m->hw, a->pa, a->len);
	/* While the device goes on writing, what was fresh at the sync may be old at the load: that is no mistake. */
	if (at < a->len && !track_each_pa(&ck->tracks, a->pa + at, 1, is_under_way, NULL))
		report_stale_cpu(ck->m, a->cpu + at, NULL, (size_t)(a->len - at), a->site);
}

static void announce(struct armdma_machine *m, const void *cpu, size_t len, bool write, const void *site)
{
	struct announced a = { .ck = m->check, .cpu = cpu, .site = site, .write = write };

	if (!m->check->on)
		return;
	for (size_t left = len; left; left -= (size_t)a.len, a.cpu += a.len) {
		a.len = ARMDMA_PAGE_SIZE - (uintptr_t)a.cpu % ARMDMA_PAGE_SIZE;
		if (a.len > left)
			a.len = left;
		a.pa = armdma_hw_cpu_to_phys(m->hw, a.cpu);
		if (a.pa != ARMDMA_MAPPING_ERROR)
			check_piece(&a);
	}
}

void armdma_cpu_load(struct armdma_machine *m, const void *cpu, size_t len)
{
	MACHINE_ENTER(m);

	announce(m, cpu, len, false, __builtin_return_address(0));
}

void armdma_cpu_store(struct armdma_machine *m, const void *cpu, size_t len)
{
	MACHINE_ENTER(m);

	announce(m, cpu, len, true, __builtin_return_address(0));
	armdma_hw_touch(m->hw, cpu, len);
}

void armdma_cpu_expose(struct armdma_machine *m, const void *cpu, size_t len)
{
	MACHINE_ENTER(m);
	const void *site = __builtin_return_address(0);

	announce(m, cpu, len, false, site);
	if (m->check->on && m->check->rule[ARMDMA_REPORT_UNINITIALISED])
		exposed(m->check, cpu, len, site);
}

void armdma_report_misuse(struct armdma_machine *m, enum armdma_report_kind kind, struct armdma_device *dev,
			  const void *site, const char *fmt, ...)
{
	MACHINE_ENTER(m);
	char text[512];
	va_list ap;

	if (!site)
		site = __builtin_return_address(0);
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	misuse(m, kind, dev, site, ARMDMA_MAPPING_ERROR, 0, "%s", text);
}
