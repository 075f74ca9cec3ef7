/* SPDX-License-Identifier: BSD-2-Clause */
/* What the calls of a driver prove by themselves, and what they cost for nothing. */
#include <stdio.h>

#include "lib/check/internal.h"
#include "lib/mm/mm.h"

/* ---- Two mappings of the same bytes ------------------------------------------- */

struct overlap {
	const struct track *fresh;
	struct track *found;
};

static bool both_ways(const struct track *t)
{
	return t->dir != ARMDMA_TO_DEVICE;
}

static bool clashes(void *ctx, struct track *t)
{
	struct overlap *o = ctx;

	/* Devices that pass a buffer on (dma-buf) all have it mapped; whose turn it is they know. */
	if (t->dev != o->fresh->dev || (!both_ways(t) && !both_ways(o->fresh)) || t->attrs & ARMDMA_ATTR_SKIP_CPU_SYNC)
		return false;
	o->found = t;
	return true;
}

static void report_overlap(struct checker *ck, const struct track *t, const struct track *other)
{
	struct armdma_report rep = report_about(ARMDMA_REPORT_OVERLAP, t, 0, t->len);
	char sentence[256], story[512] = "";
	struct text s = { story, sizeof(story), 0 };

	rep.sites[ARMDMA_SITE_HERE] = t->map_site;
	rep.sites[ARMDMA_SITE_MAP] = other->map_site;
	tell_mapping(&s, other, false);
	snprintf(sentence, sizeof(sentence),
		 "%llu bytes at physical 0x%llx are mapped %s for %s while they are mapped %s for %s",
		 (unsigned long long)t->len, (unsigned long long)t->pa, dir_name(t->dir), armdma_device_name(t->dev),
		 dir_name(other->dir), armdma_device_name(other->dev));
	report_make(ck, &rep, sentence, story,
		    "unmap the buffer before it is mapped again, or map with SKIP_CPU_SYNC and sync by hand");
}

/*
 * Maintenance for one of them throws away, or writes over, what the other's device has in flight. Who synchronises both by hand says
 * so with SKIP_CPU_SYNC. As the kernel's own check (dma-debug), with all bytes instead of the first line.
 */
void map_check(struct checker *ck, const struct track *t)
{
	struct overlap o = { .fresh = t };

	if (!ck->rule[ARMDMA_REPORT_OVERLAP] || t->flags & (ARMDMA_MAP_RESOURCE | ARMDMA_MAP_OWN) ||
	    t->attrs & ARMDMA_ATTR_SKIP_CPU_SYNC || (!ck->tracks.live_both_ways && !both_ways(t)))
		return;
	/* An exported buffer that is imported twice has no cached bytes to maintain. */
	if (track_each_pa(&ck->tracks, t->pa, t->len, clashes, &o) && !mm_is_coherent(ck->m, t->pa))
		report_overlap(ck, t, o.found);
}

/* ---- Results that nobody looked at ----------------------------------------------- */

static void check_asked(struct checker *ck, const struct track *t, const struct armdma_event *ev)
{
	struct armdma_report rep;

	if (t->checked || t->flags & (ARMDMA_MAP_LIST | ARMDMA_MAP_OWN))
		return;
	rep = report_about(ARMDMA_REPORT_UNCHECKED, t, 0, t->len);
	/* It is to be mended where it was mapped, and noticed where that is over. */
	rep.sites[ARMDMA_SITE_HERE] = t->map_site;
	rep.sites[ARMDMA_SITE_MAP] = NULL;
	rep.sites[ARMDMA_SITE_END] = ev->site;
	report_make(ck, &rep, "dma_mapping_error() was never asked about this mapping", "",
		    "test every address that dma_map_single(), dma_map_page() or dma_map_resource() returns with dma_mapping_error(), not with 0 or NULL");
}

/* ---- Findings: correct, but slow ---------------------------------------------------- */

static void finding(struct checker *ck, enum armdma_report_kind kind, const struct track *t, const void *site,
		    const char *sentence, const char *mend)
{
	struct armdma_report rep = report_about(kind, t, 0, t->len);
	char story[512] = "";
	struct text s = { story, sizeof(story), 0 };

	rep.sites[ARMDMA_SITE_HERE] = site;
	tell_mapping(&s, t, false);
	report_make(ck, &rep, sentence, story, mend);
}

static void check_one_way(struct checker *ck, const struct track *t)
{
	if (t->dir != ARMDMA_BIDIRECTIONAL || t->device_read == t->device_wrote || t->flags & ARMDMA_MAP_OWN)
		return;
	finding(ck, ARMDMA_REPORT_BIDIRECTIONAL, t, t->map_site,
		t->device_read ? "mapped BIDIRECTIONAL, but the device only read: each hand-over pays for both ways" :
				 "mapped BIDIRECTIONAL, but the device only wrote: each hand-over pays for both ways",
		"map with the direction in which the data goes");
}

static bool all_of_it_is(const struct track *t, uint64_t from, uint64_t to, bool cpus)
{
	const struct cpu_part *p = &t->part;

	if (p->rough)
		return false;
	return cpus ? p->from <= from && p->to >= to : p->from >= p->to || p->to <= from || p->from >= to;
}

void sync_check(struct checker *ck, const struct track *t, const struct armdma_event *ev, uint64_t from, uint64_t to)
{
	bool for_cpu = ev->type == ARMDMA_EV_DMA_SYNC_CPU;

	if (ck->rule[ARMDMA_REPORT_UNREAD] && !for_cpu && t->dir != ARMDMA_TO_DEVICE && t->written_since_sync &&
	    all_of_it_is(t, from, to, false))
		finding(ck, ARMDMA_REPORT_UNREAD, t, ev->site,
			"what the device wrote goes back to it, and was never synced for the CPU",
			"call dma_sync_single_for_cpu() before the data is looked at, if it is");
	if (!ck->rule[ARMDMA_REPORT_REDUNDANT_SYNC])
		return;
	if (for_cpu && t->dir != ARMDMA_TO_DEVICE && !t->news && !t->written_since_sync && all_of_it_is(t, from, to, true))
		finding(ck, ARMDMA_REPORT_REDUNDANT_SYNC, t, ev->site,
			"synced for the CPU, whose it was already, and the device has written nothing since",
			"sync once after each transfer");
	else if (!for_cpu && t->dir == ARMDMA_FROM_DEVICE && all_of_it_is(t, from, to, false))
		finding(ck, ARMDMA_REPORT_REDUNDANT_SYNC, t, ev->site,
			"synced for the device, whose it was already", "sync once after the CPU had it");
}

void unmap_check(struct checker *ck, const struct track *t, const struct armdma_event *ev)
{
	if (ck->rule[ARMDMA_REPORT_UNCHECKED])
		check_asked(ck, t, ev);
	if (ck->rule[ARMDMA_REPORT_BIDIRECTIONAL])
		check_one_way(ck, t);
}
