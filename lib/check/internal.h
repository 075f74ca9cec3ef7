/* SPDX-License-Identifier: BSD-2-Clause */
/* What the checker remembers, and how it speaks. */
#ifndef LIB_CHECK_INTERNAL_H
#define LIB_CHECK_INTERNAL_H

#include <stdio.h>
#include <sys/queue.h>

#include <bsd/sys/tree.h>

#include "lib/check/check.h"
#include "lib/machine.h"

enum track_kind { TRACK_STREAM, TRACK_BUFFER };

/* One mapping or buffer, as its events told of it. */
struct track {
	RB_ENTRY(track) entry;		/* while live: by device and DMA address */
	TAILQ_ENTRY(track) link;	/* when dead: history */
	enum track_kind kind;
	struct armdma_device *dev;
	armdma_dma_t addr;
	armdma_phys_t pa;		/* TRACK_STREAM: physically contiguous */
	const void *cpu;		/* TRACK_BUFFER: kernel address or cookie */
	uint64_t len;
	enum armdma_dir dir;
	unsigned long attrs;
	const void *map_site, *sync_site, *end_site;
	uint64_t map_time, sync_time, end_time;
	uint64_t write_time;		/* last write by the device; 0: none */
	uint64_t write_off, write_len;
	bool written_since_sync;	/* several things happen in one cycle: times do not tell */
};
RB_HEAD(track_tree, track);
TAILQ_HEAD(track_list, track);

/* A report that was made, so that no bug is told twice. */
struct told {
	SLIST_ENTRY(told) link;
	enum armdma_report_kind kind;
	const void *site;
	char where[256];	/* function and line; "" without a site */
	armdma_dma_t addr;
	struct armdma_device *dev;
};

struct checker {
	struct armdma_machine *m;
	bool on;
	bool rule[ARMDMA_REPORT_NR];	/* is the kind looked for */
	struct track_tree live;
	struct track_list dead;		/* newest first */
	unsigned int nr_dead;
	SLIST_HEAD(, told) told;
	unsigned int counts[ARMDMA_REPORT_NR];
	armdma_report_fn fn;
	void *fn_ctx;
};

/* A mapping or buffer that covers a physical address, live ones first; or NULL. */
struct track *track_find_pa(struct checker *ck, armdma_phys_t pa);
/* Live mapping of a device that contains a DMA address, or NULL. */
struct track *track_find(struct checker *ck, struct armdma_device *dev, armdma_dma_t addr);
void track_event(struct checker *ck, const struct armdma_event *ev);
void track_clear(struct checker *ck);

/* Text that grows in a fixed buffer and never overflows. */
struct text {
	char *buf;
	size_t len, used;
};
void text_add(struct text *t, const char *fmt, ...) ARMDMA_PRINTF(2, 3);
/* "    label  function at file:line", nothing for NULL. */
void text_site(struct text *t, const char *label, const void *site);

/* Deliver a report with its sentence and, below it, a story (may be ""). */
void report_make(struct checker *ck, struct armdma_report *rep, const char *sentence,
		 const char *story, const char *mend);

#endif
