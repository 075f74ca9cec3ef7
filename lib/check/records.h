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

/* One mapping or buffer, as its events told of it. */
struct track {
	struct track *next_addr, *next_pa;	/* chains of the two indexes */
	TAILQ_ENTRY(track) link;		/* live buffers; or history */
	uint8_t class;
	enum track_kind kind;
	enum armdma_dir dir;
	uint32_t flags;			/* ARMDMA_MAP_* */
	struct armdma_device *dev;
	armdma_dma_t addr;
	armdma_phys_t pa;		/* TRACK_STREAM: physically contiguous */
	const void *cpu;		/* TRACK_BUFFER: kernel address or cookie */
	uint64_t len;
	unsigned long attrs;
	const void *map_site, *sync_site, *end_site;
	uint32_t map_stack, sync_stack, end_stack;	/* stack_id() */
	int block;			/* 1 + valgrind's number for it; 0: none */
	uint64_t map_time, sync_time, end_time;
	uint64_t write_time;		/* last write by the device; 0: none */
	uint64_t write_off, write_len;
	struct cpu_part part;
	bool ended;
	bool freed;			/* its memory was, while it was mapped */
	bool checked;			/* dma_mapping_error() was asked */
	bool clean;			/* the last hand-over left no store of the CPU behind */
	bool device_read, device_wrote;
	bool written_since_sync;	/* several things happen in one cycle: times do not tell */
};
TAILQ_HEAD(track_list, track);

#define TRACK_NR_CLASSES 16

struct track_index {
	struct track **buckets;
	size_t nr_buckets, live;
	size_t in_class[TRACK_NR_CLASSES];
};

struct track_chunk;

struct tracks {
	struct track_index by_addr, by_pa;	/* by_pa: streams in RAM alone */
	struct track_list buffers;		/* live ones */
	struct track_list dead;			/* newest first */
	unsigned int nr_dead;
	struct track *spare;
	struct track_chunk *chunks;
	uint64_t live_both_ways;		/* live streams that the device may write */
};

int tracks_init(struct tracks *ts);
void tracks_fini(struct tracks *ts);
/* A zeroed record, or NULL. */
struct track *track_new(struct tracks *ts);
/* File it as live. in_ram: pa is memory, and contiguous. */
void track_file(struct tracks *ts, struct track *t, bool in_ram);
/* Not live any more: it becomes history. */
void track_bury(struct tracks *ts, struct track *t, bool in_ram);
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
