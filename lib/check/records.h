/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Records of the checker: one for each mapping and buffer, found by device and DMA address, and by physical address.
 *
 * Each index files a range under its size class (a power of four of pages) and its first slot of that size, so that a
 * range covers at most two slots. Whatever contains an address is then in one of two slots a class, however many are live.
 */
#ifndef LIB_CHECK_RECORDS_H
#define LIB_CHECK_RECORDS_H

#include <sys/queue.h>

#include <armdma/report.h>
#include <armdma/types.h>

enum track_kind { TRACK_STREAM, TRACK_BUFFER };

/* What the CPU owns of a streaming mapping, as offsets; empty: nothing. */
struct cpu_part {
	uint64_t from, to;
	bool rough;		/* its middle may be the device's: nothing is said about [from, to) */
};

/* One mapping or buffer, as its events told of it. The first line of the host's cache is what look-ups compare. */
struct track {
	struct track *next_addr;	/* chain of the index by DMA address */
	union {
		struct track *next_pa;		/* TRACK_STREAM: chain of the other one */
		LIST_ENTRY(track) link;		/* TRACK_BUFFER: live ones */
	};
	struct armdma_device *dev;
	armdma_dma_t addr;
	armdma_phys_t pa;		/* TRACK_STREAM: physically contiguous */
	uint64_t len;
	uint8_t flags;			/* ARMDMA_MAP_* */
	uint8_t class;
	uint8_t kind;			/* enum track_kind */
	uint8_t dir;			/* enum armdma_dir */
	bool checked;			/* dma_mapping_error() was asked */
	bool ended;
	bool freed;			/* its memory was, while it was mapped */
	bool clean;			/* the last hand-over left no store of the CPU behind */

	const void *map_site;
	uint64_t map_time;
	uint32_t attrs;
	uint32_t map_stack, sync_stack, end_stack;	/* stack_id() */

	/* What becomes of it: zeroed by track_new(), up to cpu. */
	struct cpu_part part;
	const void *sync_site;
	uint64_t sync_time;
	const void *end_site;
	uint64_t end_time;
	uint64_t write_time;		/* last write by the device; 0: none */
	uint64_t write_off, write_len;
	const void *cpu;		/* TRACK_BUFFER: kernel address or cookie */
	int block;			/* 1 + valgrind's number for it; 0: none */
	bool device_read, device_wrote;
	bool written_since_sync;	/* several things happen in one cycle: times do not tell */
	bool news;			/* and so it was when the last hand-back began */
};
LIST_HEAD(track_list, track);

#define TRACK_NR_CLASSES 16
#define TRACK_FIRST_BUCKETS 16u
/* Ended mappings that a report may still name. */
#define TRACK_HISTORY 256u

struct track_index {
	struct track **buckets;
	size_t nr_buckets, live;
	size_t in_class[TRACK_NR_CLASSES];
	struct track *first[TRACK_FIRST_BUCKETS];
};

struct track_chunk;

struct tracks {
	struct track_index by_addr, by_pa;	/* by_pa: streams in RAM alone */
	struct track_list buffers;		/* live ones */
	struct track *dead[TRACK_HISTORY];	/* a ring: nr_dead-1 is the newest one */
	size_t nr_dead;				/* so far */
	struct track *spare;
	struct track_chunk *chunks;
	uint64_t live_both_ways;		/* live streams that the device may write */
};

void tracks_init(struct tracks *ts);
void tracks_fini(struct tracks *ts);
/* A record of which fields outside of "what becomes of it" are to be set, or NULL. */
struct track *track_new(struct tracks *ts);
/* File it as live. in_ram: pa is memory, and contiguous. */
void track_file(struct tracks *ts, struct track *t, bool in_ram);
/* Not live any more: it becomes history. */
void track_bury(struct tracks *ts, struct track *t, bool in_ram);
/* The one that ended as the i-th before last (0: last), or NULL. */
struct track *track_dead(const struct tracks *ts, size_t i);
/* A live record that starts at addr: with that length, and that direction if there is one; newest first. */
struct track *track_at(const struct tracks *ts, const struct armdma_device *dev, armdma_dma_t addr, uint64_t len,
		       enum armdma_dir dir);
/*
 * A live record that contains addr: a mapping that goes `dir` (NONE: any), rather than a buffer, rather than a mapping that does not,
 * rather than a buffer of the layer's own.
 */
struct track *track_around(const struct tracks *ts, const struct armdma_device *dev, armdma_dma_t addr,
			   enum armdma_dir dir);
/* Live mappings that touch [pa, pa+len): calls fn until it returns true, and returns whether it did. */
typedef bool (*track_fn)(void *ctx, struct track *t);
bool track_each_pa(const struct tracks *ts, armdma_phys_t pa, uint64_t len, track_fn fn, void *ctx);
/* Forget everything. */
void tracks_clear(struct tracks *ts);

#endif
