/* SPDX-License-Identifier: BSD-2-Clause */
/* What the checker remembers, and how it speaks. */
#ifndef LIB_CHECK_INTERNAL_H
#define LIB_CHECK_INTERNAL_H

#include <sys/queue.h>

#include <bsd/sys/tree.h>

#include "lib/check/check.h"
#include "lib/check/report.h"
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

struct checker {
	struct armdma_machine *m;
	bool on;
	struct armdma_options opt;
	bool *rule;		/* is the kind looked for: opt.rule */
	struct track_tree live;
	struct track_list dead;		/* newest first */
	unsigned int nr_dead;
	struct reports reports;
};

/* A mapping or buffer that covers a physical address, live ones first; or NULL. */
struct track *track_find_pa(struct checker *ck, armdma_phys_t pa);
/* Live mapping of a device that contains a DMA address, or NULL. */
struct track *track_find(struct checker *ck, struct armdma_device *dev, armdma_dma_t addr);
void track_event(struct checker *ck, const struct armdma_event *ev);
void track_clear(struct checker *ck);

/* What an event of the two types proves. */
void misuse_event(struct checker *ck, const struct armdma_event *ev);
void trap_event(struct checker *ck, const struct armdma_event *ev);

/* Deliver a report with its sentence and, below it, a story (may be ""). */
void report_make(struct checker *ck, struct armdma_report *rep, const char *sentence,
		 const char *story, const char *mend);

#endif
