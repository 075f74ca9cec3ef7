/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The record of live streaming mappings, by device and DMA address.
 *
 * An unmap must name what was mapped: anything else would take pages away from a neighbour, or leave some
 * behind. Looking one up costs the same however many are live.
 */
#include <errno.h>
#include <stdlib.h>

#include "lib/dma/dma.h"

#define FIRST_BUCKETS 64u
#define CHUNK 63u

/* Records are carved from chunks, which go with the machine. */
struct dma_stream_chunk {
	struct dma_stream_chunk *next;
	struct dma_stream streams[CHUNK];
};

static struct dma_stream **bucket(const struct dma_streams *s, const struct armdma_device *dev,
				  armdma_dma_t addr)
{
	/* Neighbouring pages lie in neighbouring buckets, also where each mapping is 16 pages or 1 MiB. */
	uint64_t x = addr >> ARMDMA_PAGE_SHIFT;
	uint64_t h = (x ^ x >> 4 ^ x >> 8) + ((uintptr_t)dev >> 6) * 40503u;

	return &s->buckets[h & (s->nr_buckets - 1)];
}

int dma_streams_create(struct dma_streams *s)
{
	s->buckets = calloc(FIRST_BUCKETS, sizeof(s->buckets[0]));
	s->nr_buckets = FIRST_BUCKETS;
	return s->buckets ? 0 : -ENOMEM;
}

void dma_streams_destroy(struct dma_streams *s)
{
	struct dma_stream_chunk *ch;

	while ((ch = s->chunks)) {
		s->chunks = ch->next;
		free(ch);
	}
	free(s->buckets);
}

/* As many buckets as mappings. Without memory for more, chains get longer, nothing else. */
static void widen(struct dma_streams *s)
{
	struct dma_streams wide = *s;

	wide.nr_buckets = 2 * s->nr_buckets;
	wide.buckets = calloc(wide.nr_buckets, sizeof(wide.buckets[0]));
	if (!wide.buckets)
		return;
	for (size_t i = 0; i < s->nr_buckets; i++)
		while (s->buckets[i]) {
			struct dma_stream *st = s->buckets[i], **b = bucket(&wide, st->dev, st->addr);

			s->buckets[i] = st->next;
			st->next = *b;
			*b = st;
		}
	free(s->buckets);
	*s = wide;
}

static bool grow(struct dma_streams *s)
{
	struct dma_stream_chunk *ch = malloc(sizeof(*ch));

	if (!ch)
		return false;
	ch->next = s->chunks;
	s->chunks = ch;
	for (unsigned int i = CHUNK; i-- > 0;) {
		ch->streams[i].next = s->spare;
		s->spare = &ch->streams[i];
	}
	return true;
}

struct dma_stream *dma_stream_get(struct dma_streams *s)
{
	struct dma_stream *st = s->spare;

	if (!st) {
		if (!grow(s))
			return NULL;
		st = s->spare;
	}
	s->spare = st->next;
	return st;
}

void dma_stream_put(struct dma_streams *s, struct dma_stream *st)
{
	st->next = s->spare;
	s->spare = st;
}

void dma_stream_add(struct dma_streams *s, struct dma_stream *st)
{
	struct dma_stream **b;

	if (s->live++ >= s->nr_buckets)
		widen(s);
	b = bucket(s, st->dev, st->addr);
	st->next = *b;
	*b = st;
}

struct dma_stream *dma_stream_find(const struct dma_streams *s, const struct armdma_device *dev,
				   armdma_dma_t addr, size_t size, enum armdma_dir dir)
{
	struct dma_stream *st, *other = NULL;

	/* Direct mappings of one buffer, and mappings in several address spaces, share an address: take the one that is meant. */
	for (st = *bucket(s, dev, addr); st; st = st->next) {
		if (st->addr != addr || st->dev != dev)
			continue;
		if (st->size == size && st->dir == dir && st->mapping == dev->mapping)
			return st;
		if (!other || (st->size == size && st->dir == dir))
			other = st;
	}
	return other;
}

void dma_streams_walk(const struct dma_streams *s, void (*fn)(const struct dma_stream *st))
{
	for (size_t i = 0; i < s->nr_buckets; i++)
		for (const struct dma_stream *st = s->buckets[i]; st; st = st->next)
			fn(st);
}

void dma_stream_remove(struct dma_streams *s, struct dma_stream *st)
{
	struct dma_stream **link = bucket(s, st->dev, st->addr);

	while (*link != st)
		link = &(*link)->next;
	*link = st->next;
	s->live--;
	dma_stream_put(s, st);
}
