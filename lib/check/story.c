/* SPDX-License-Identifier: BSD-2-Clause */
/* What is known of a mapping or buffer, as part of a report. */
#include <armdma/dma.h>

#include "lib/check/internal.h"

void tell_mapping(struct text *t, const struct track *tr, bool sites)
{
	if (tr->kind == TRACK_BUFFER) {
		text_add(t, "    buffer of %llu bytes of %s at DMA address 0x%llx\n",
			 (unsigned long long)tr->len, armdma_device_name(tr->dev),
			 (unsigned long long)tr->addr);
	} else {
		text_add(t, "    streaming mapping of %llu bytes for %s, %s, at DMA address 0x%llx%s\n",
			 (unsigned long long)tr->len, armdma_device_name(tr->dev),
			 dir_name(tr->dir), (unsigned long long)tr->addr,
			 tr->ended ? ", unmapped since" : "");
	}
	text_site(t, tr->kind == TRACK_BUFFER ? "allocated:" : "mapped:", sites ? tr->map_site : NULL);
	if (tr->write_len)
		text_add(t, "    %s last wrote %llu bytes at offset %llu, in cycle %llu\n",
			 armdma_device_name(tr->dev), (unsigned long long)tr->write_len,
			 (unsigned long long)tr->write_off, (unsigned long long)tr->write_time);
	if (tr->sync_site) {
		text_add(t, "    last sync in cycle %llu%s\n", (unsigned long long)tr->sync_time,
			 tr->written_since_sync ? ", before that write" : "");
		text_site(t, "last sync:", sites ? tr->sync_site : NULL);
	} else if (tr->kind == TRACK_STREAM) {
		text_add(t, "    never synced since it was mapped in cycle %llu\n",
			 (unsigned long long)tr->map_time);
	}
	if (tr->ended)
		text_site(t, "unmapped:", sites ? tr->end_site : NULL);
}

void report_origin(struct armdma_report *rep, const struct track *t)
{
	enum armdma_report_site made = t->kind == TRACK_STREAM ? ARMDMA_SITE_MAP : ARMDMA_SITE_ALLOC;
	struct checker *ck = t->dev->m->check;

	rep->dir = t->dir;
	rep->sites[made] = t->map_site;
	rep->sites[ARMDMA_SITE_SYNC] = t->sync_site;
	rep->sites[ARMDMA_SITE_END] = t->end_site;
	rep->stacks[made] = stack_get(ck, t->map_stack);
	rep->stacks[ARMDMA_SITE_SYNC] = stack_get(ck, t->sync_stack);
	rep->stacks[ARMDMA_SITE_END] = stack_get(ck, t->end_stack);
}

struct armdma_report report_about(enum armdma_report_kind kind, const struct track *t, uint64_t off, uint64_t len)
{
	struct armdma_report rep = {
		.kind = kind, .dev = t->dev, .addr = t->addr + off, .len = len, .offset = (int64_t)off,
		.pa = t->kind == TRACK_STREAM ? t->pa + off : ARMDMA_MAPPING_ERROR,
	};

	report_origin(&rep, t);
	return rep;
}
