/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Plain bitmaps, searched a word at a time: what Linux has on ARM, and had before.
 *
 * The space is cut into bitmaps of 32768 granules (a page of bits; 128 MiB of pages), or is one bitmap. A bitmap's memory is
 * allocated when something is first put into it, so a missing one is an empty one. They are searched in ascending order, and nothing
 * lies across two of them.
 */
#ifndef LIB_IOVA_BITMAPS_H
#define LIB_IOVA_BITMAPS_H

#include "lib/iova/bits.h"
#include "lib/iova/iova.h"
#include "lib/iova/lock.h"

#define BITMAP_BITS 32768u

/* What the policies on this structure differ in. */
struct bitmaps_kind {
	enum armdma_iova_align own;
	uint32_t flags;		/* of the space, that it knows */
	bool single;		/* one bitmap for everything */
	bool cap_in_pages;	/* align_order counts 4 KiB, whatever the granule */
	bool best;		/* the shortest hole that holds it, not the first */
	bool never_zero;	/* address 0 means failure to it */
};

/* A request like this one, or a longer one, fits nowhere below `from`. */
struct bitmaps_fit {
	uint32_t from, count;
	uint64_t mask, skew;
};

struct iova_map {
	uint64_t *bits;		/* NULL: all free, never used */
	uint32_t nbits;		/* map_bits but for the last */
	uint32_t used;
	uint32_t first;		/* no bit below it is free */
	struct bitmaps_fit fit;
};

struct iova_bitmaps {
	struct armdma_iova_space space;	/* as it can be handed out */
	struct iova_lock lock;
	const struct bitmaps_kind *kind;
	unsigned int shift;	/* log2 of the granule */
	unsigned int map_shift;	/* granule number >> it: number of the bitmap */
	uint32_t map_bits;
	size_t map_bytes;
	uint64_t total;		/* granules */
	uint64_t used, peak;	/* granules */
	uint64_t allocs, frees, failures, memory;
	size_t bytes;		/* of this structure */
	size_t nr_maps;
	size_t nr_added;	/* Linux's sizing: bitmaps that it would have so far; else nr_maps */
	struct iova_map maps[];
};

/* A range in granules, as it meets bitmap i. */
struct bitmaps_part {
	struct iova_map *map;
	uint32_t from, end;
};

static inline struct bitmaps_part bitmaps_part(struct iova_bitmaps *b, uint64_t from, uint64_t end, size_t i)
{
	uint64_t start = (uint64_t)i * b->map_bits;
	struct bitmaps_part p = { .map = &b->maps[i] };

	p.from = from > start ? (uint32_t)(from - start) : 0;
	p.end = end - start < p.map->nbits ? (uint32_t)(end - start) : p.map->nbits;
	return p;
}

/*
 * First place from `at` on, below end, for count bits whose number + skew is a multiple of mask + 1. Returns end when there is none.
 */
uint32_t bitmaps_first_fit(const struct iova_map *map, uint32_t at, uint32_t end, uint32_t count, uint64_t mask,
			   uint64_t skew);

bool bitmaps_query(void *priv, armdma_dma_t addr);
int bitmaps_walk(void *priv, int (*fn)(void *ctx, armdma_dma_t addr, uint64_t size), void *ctx);
int bitmaps_validate(void *priv, struct armdma_error *err);
void bitmaps_stats(void *priv, struct armdma_iova_stats *st);

#endif
