/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The records of live mappings, by device and DMA address, and of mapped lists, by their address.
 *
 * An unmap must name what was mapped: anything else would take pages away from a neighbour, or leave some
 * behind. Looking one up costs the same however many are live.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

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
	s->lists = calloc(FIRST_BUCKETS, sizeof(s->lists[0]));
	s->nr_lists = FIRST_BUCKETS;
	return s->buckets && s->lists ? 0 : -ENOMEM;
}

static void free_lists(struct dma_sg **head)
{
	struct dma_sg *sg;

	while ((sg = *head)) {
		*head = sg->next;
		free(sg);
	}
}

void dma_streams_destroy(struct dma_streams *s)
{
	struct dma_stream_chunk *ch;

	while ((ch = s->chunks)) {
		s->chunks = ch->next;
		free(ch);
	}
	for (size_t i = 0; s->lists && i < s->nr_lists; i++)
		free_lists(&s->lists[i]);
	free_lists(&s->dead_lists);
	free(s->lists);
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
	st->dead = false;
	return st;
}

void dma_stream_put(struct dma_streams *s, struct dma_stream *st)
{
	struct dma_stream **to = s->held ? &s->dead : &s->spare;

	st->dead = true;
	st->next = *to;
	*to = st;
}

void dma_streams_hold(struct dma_streams *s)
{
	s->held++;
}

void dma_streams_release(struct dma_streams *s)
{
	struct dma_stream *st;

	if (--s->held)
		return;
	while ((st = s->dead)) {
		s->dead = st->next;
		dma_stream_put(s, st);
	}
	free_lists(&s->dead_lists);
}

void dma_stream_add(struct dma_streams *s, struct dma_stream *st)
{
	size_t npages = (size_t)(st->addr % ARMDMA_PAGE_SIZE + st->size - 1) / ARMDMA_PAGE_SIZE + 1;
	struct dma_stream **b;

	if (npages > s->max_pages)
		s->max_pages = npages;
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

/* How well does a mapping that contains addr fit a sync of [addr, addr+size) in a direction? 0: it does not contain it. */
static int fits(const struct dma_stream *st, armdma_dma_t addr, size_t size, enum armdma_dir dir)
{
	uint64_t off = addr - st->addr;

	if (addr < st->addr || off >= st->size)
		return 0;
	if (size > st->size - off)
		return 1;
	return st->dir == dir || st->dir == ARMDMA_BIDIRECTIONAL ? 3 : 2;
}

struct dma_stream *dma_stream_around(const struct dma_streams *s, const struct armdma_device *dev,
				     armdma_dma_t addr, size_t size, enum armdma_dir dir)
{
	armdma_dma_t page = addr & ARMDMA_PAGE_MASK;
	struct dma_stream *best = NULL;
	int best_fit = 0;

	for (size_t i = 0; i < s->max_pages && best_fit < 3; i++, page -= ARMDMA_PAGE_SIZE) {
		for (struct dma_stream *st = *bucket(s, dev, page); st; st = st->next) {
			int fit = st->dev == dev ? fits(st, addr, size, dir) : 0;

			if (fit > best_fit) {
				best = st;
				best_fit = fit;
			}
		}
		if (!page)
			break;
	}
	return best;
}

void dma_streams_walk(const struct dma_streams *s, void (*fn)(void *ctx, const struct dma_stream *st),
		      void *ctx)
{
	for (size_t i = 0; i < s->nr_buckets; i++)
		for (const struct dma_stream *st = s->buckets[i]; st; st = st->next)
			fn(ctx, st);
}

void dma_stream_unfile(struct dma_streams *s, struct dma_stream *st)
{
	struct dma_stream **link = bucket(s, st->dev, st->addr);

	while (*link != st)
		link = &(*link)->next;
	*link = st->next;
	s->live--;
}

/* ---- Lists ------------------------------------------------------------------ */

static struct dma_sg **list_bucket(struct dma_sg **lists, size_t n, const struct armdma_scatterlist *sgl)
{
	uintptr_t x = (uintptr_t)sgl >> 4;

	return &lists[(x ^ x >> 7 ^ x >> 15) & (n - 1)];
}

/* Without memory for more buckets, chains get longer, nothing else. */
static void widen_lists(struct dma_streams *s)
{
	size_t n = 2 * s->nr_lists;
	struct dma_sg **wide = calloc(n, sizeof(*wide));

	if (!wide)
		return;
	for (size_t i = 0; i < s->nr_lists; i++)
		while (s->lists[i]) {
			struct dma_sg *sg = s->lists[i], **b = list_bucket(wide, n, sg->sgl);

			s->lists[i] = sg->next;
			sg->next = *b;
			*b = sg;
		}
	free(s->lists);
	s->lists = wide;
	s->nr_lists = n;
}

struct dma_sg *dma_sg_new(unsigned int nents)
{
	struct dma_sg *sg;

	sg = malloc(sizeof(*sg) + nents * (sizeof(sg->src[0]) + sizeof(sg->segs[0])));
	if (!sg)
		return NULL;
	memset(sg, 0, sizeof(*sg));
	sg->nents = nents;
	sg->segs = (struct dma_stream **)&sg->src[nents];
	return sg;
}

void dma_sg_free(struct dma_streams *s, struct dma_sg *sg)
{
	sg->dead = true;
	if (!s->held) {
		free(sg);
		return;
	}
	sg->next = s->dead_lists;
	s->dead_lists = sg;
}

void dma_sg_add(struct dma_streams *s, struct dma_sg *sg)
{
	struct dma_sg **b;

	if (s->live_lists++ >= s->nr_lists)
		widen_lists(s);
	b = list_bucket(s->lists, s->nr_lists, sg->sgl);
	sg->next = *b;
	*b = sg;
}

struct dma_sg *dma_sg_find_any(const struct dma_streams *s, const struct armdma_scatterlist *sgl)
{
	struct dma_sg *sg = *list_bucket(s->lists, s->nr_lists, sgl);

	while (sg && sg->sgl != sgl)
		sg = sg->next;
	return sg;
}

struct dma_sg *dma_sg_find(const struct dma_streams *s, const struct armdma_device *dev,
			   const struct armdma_scatterlist *sgl)
{
	struct dma_sg *sg = *list_bucket(s->lists, s->nr_lists, sgl);

	while (sg && (sg->sgl != sgl || sg->dev != dev))
		sg = sg->next;
	return sg;
}

void dma_sg_remove(struct dma_streams *s, struct dma_sg *sg)
{
	struct dma_sg **link = list_bucket(s->lists, s->nr_lists, sg->sgl);

	while (*link != sg)
		link = &(*link)->next;
	*link = sg->next;
	s->live_lists--;
}

void dma_lists_walk(const struct dma_streams *s, void (*fn)(void *ctx, const struct dma_sg *sg), void *ctx)
{
	for (size_t i = 0; i < s->nr_lists; i++)
		for (const struct dma_sg *sg = s->lists[i]; sg; sg = sg->next)
			fn(ctx, sg);
}
