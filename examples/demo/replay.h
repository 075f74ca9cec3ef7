/* SPDX-License-Identifier: BSD-2-Clause */
/* The replay of a recorded workload: what its reader of events (replay.c) and its doer (replay_map.c) share. */
#ifndef EXAMPLES_DEMO_REPLAY_H
#define EXAMPLES_DEMO_REPLAY_H

#include <sys/queue.h>

#include <armdma/dma.h>

#include "demo.h"
#include "mdma.h"

#define MAX_CALLS 32
/*
 * Blocks wait this long before they are used again. A page that came straight back at the same IOVA would hide
 * a TLB entry that had outlived its unmap.
 */
#define QUARANTINE 64u

enum kind { STREAM, COHERENT };

/* A dma_map_page or dma_alloc whose iova_alloc has not been seen yet. */
struct call {
	uint64_t context;
	enum kind kind;
	uint64_t offset, size;
	enum armdma_dir dir;
};

/* One recorded mapping and ours beside it. */
struct map {
	TAILQ_ENTRY(map) link;
	struct call call;
	unsigned long line;		/* of its iova_alloc */
	bool open;			/* the kernel's answer has not been seen yet */
	uint64_t kernel, alloc;		/* IOVA that the kernel gave, and bytes of it */
	armdma_dma_t iova;		/* ours */
	uint32_t seed;			/* of the payload */
	struct armdma_page *page;	/* STREAM */
	uint8_t *cpu;
};
TAILQ_HEAD(map_list, map);

struct block {
	struct armdma_page *page;
	unsigned int order;
};

struct replay {
	struct demo *d;
	struct demo_replay *res;
	struct armdma_machine *m;
	struct armdma_hw *hw;
	struct armdma_device *dev;
	struct armdma_iommu_mapping *mapping;
	struct mdma engine;
	struct map *ring;		/* whose memory holds the engine's descriptors */
	struct call calls[MAX_CALLS];
	unsigned int nr_calls;
	struct map_list live, leaked;
	struct block quarantine[QUARANTINE];
	unsigned int oldest;
	uint64_t space;			/* the one address space of the recording */
	unsigned long line;
	uint8_t *payload, *sink;
	size_t room;
};

/* Record why the step fails, with the line of the recording; the first reason stays. Returns ret. */
ARMDMA_PRINTF(3, 4)
int replay_fail(struct replay *r, int ret, const char *fmt, ...);

/* Make the mapping of m->call, with its payload in place. 0, or negative errno after replay_fail(). */
int replay_map(struct replay *r, struct map *m);
/* The payload's way to the engine, once mapped, and from the engine, before the unmap. The same results. */
int replay_to_device(struct replay *r, const struct map *m);
int replay_from_device(struct replay *r, const struct map *m);
/* Take the mapping away and free m; `check` compares what the engine wrote with what the CPU sees then. */
void replay_unmap(struct replay *r, struct map *m, bool check);
/* Memory that waits or that leaked. The address space must be gone. */
void replay_free_memory(struct replay *r);

#endif
