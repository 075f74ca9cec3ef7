/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DMA pools: blocks of one size, cut from chunks of coherent memory.
 *
 * The free blocks of a chunk are chained through themselves; what is out is also kept in a map beside the chunk, so that a chain
 * that the device has overwritten is noticed and never followed. Behaviour: Linux 6.1 mm/dmapool.c.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bsd/string.h>

#include <armdma/dmapool.h>

#include "lib/dma/dma.h"

#define FREED 0xa7	/* POOL_POISON_FREED */
#define ALLOCATED 0xa9	/* POOL_POISON_ALLOCATED */
#define MAX_DEAD 64	/* destroyed pools whose names a device keeps */

struct chunk {
	RB_ENTRY(chunk) by_addr;	/* all */
	RB_ENTRY(chunk) by_age;		/* those with a free block */
	uint8_t *vaddr;
	armdma_dma_t dma;
	uint64_t seq;			/* newer ones are used first */
	uint32_t next;			/* first free block's offset, chunk size: none */
	uint32_t used;
	bool partial;
	uint64_t map[];			/* blocks that are out */
};

RB_HEAD(chunks_by_addr, chunk);
RB_HEAD(chunks_by_age, chunk);

struct armdma_dma_pool {
	STAILQ_ENTRY(armdma_dma_pool) next;	/* of the device: live, or destroyed and kept for a while */
	struct armdma_device *dev;
	char name[32];
	const void *site;
	size_t size, chunk_size, boundary;	/* bytes; blocks never cross a multiple of boundary */
	size_t per_boundary, per_chunk;		/* places of blocks; of these the chain has: */
	size_t blocks;				/* a chunk */
	struct chunks_by_addr by_addr;
	struct chunks_by_age by_age;
	uint64_t seq, nr_chunks, used;
	bool debug, internal, dead;
};

static int addr_cmp(const struct chunk *a, const struct chunk *b)
{
	return a->dma < b->dma ? -1 : a->dma > b->dma;
}

static int age_cmp(const struct chunk *a, const struct chunk *b)
{
	return a->seq > b->seq ? -1 : a->seq < b->seq;
}

RB_GENERATE_INTERNAL(chunks_by_addr, chunk, by_addr, addr_cmp, static __attribute__((unused)))
RB_GENERATE_INTERNAL(chunks_by_age, chunk, by_age, age_cmp, static __attribute__((unused)))

/* ---- Blocks of a chunk ------------------------------------------------------------ */

/* Place of the block at an offset; SIZE_MAX: none starts there. */
static size_t place_of(const struct armdma_dma_pool *p, uint64_t offset)
{
	size_t in = offset % p->boundary;

	if (offset + p->size > p->chunk_size || in % p->size || in / p->size >= p->per_boundary)
		return SIZE_MAX;
	return (size_t)(offset / p->boundary) * p->per_boundary + in / p->size;
}

static bool is_out(const struct chunk *c, size_t place)
{
	return c->map[place / 64] >> (place % 64) & 1;
}

static void set_out(struct chunk *c, size_t place, bool on)
{
	if (on)
		c->map[place / 64] |= 1ULL << (place % 64);
	else
		c->map[place / 64] &= ~(1ULL << (place % 64));
}

/* The offset that follows a free block lies in its first bytes. */
static uint32_t chain_read(const struct chunk *c, uint32_t offset)
{
	uint32_t next;

	memcpy(&next, c->vaddr + offset, sizeof(next));
	return next;
}

static void chain_write(struct chunk *c, uint32_t offset, uint32_t next)
{
	memcpy(c->vaddr + offset, &next, sizeof(next));
}

/* Where the block after the one at `offset` starts. Linux 6.1 loses one that ends exactly at a boundary. */
static uint32_t following(const struct armdma_dma_pool *p, uint32_t offset)
{
	size_t next = offset + p->size, edge = (offset / p->boundary + 1) * p->boundary;

	if (as_linux(p->dev->m) ? next + p->size >= edge : next + p->size > edge)
		next = edge;
	return (uint32_t)(next < p->chunk_size ? next : p->chunk_size);
}

static size_t count_blocks(const struct armdma_dma_pool *p)
{
	size_t n = 0;

	for (uint32_t at = 0; at < p->chunk_size && place_of(p, at) != SIZE_MAX; at = following(p, at))
		n++;
	return n;
}

static void make_chain(const struct armdma_dma_pool *p, struct chunk *c)
{
	for (uint32_t at = 0; at < p->chunk_size && place_of(p, at) != SIZE_MAX;) {
		uint32_t next = following(p, at);

		if (place_of(p, next) == SIZE_MAX)
			next = (uint32_t)p->chunk_size;
		if (p->debug)
			memset(c->vaddr + at, FREED, p->size);
		chain_write(c, at, next);
		at = next;
	}
}

static void set_partial(struct armdma_dma_pool *p, struct chunk *c, bool on)
{
	if (c->partial == on)
		return;
	c->partial = on;
	if (on)
		RB_INSERT(chunks_by_age, &p->by_age, c);
	else
		RB_REMOVE(chunks_by_age, &p->by_age, c);
}

/* ---- Chunks -------------------------------------------------------------------------- */

static const struct dma_call chunk_call = { .name = "dma_pool (a chunk of it)", .internal = true };

static struct chunk *chunk_new(struct armdma_dma_pool *p, armdma_gfp_t gfp, const void *site)
{
	struct dma_call call = { .name = chunk_call.name, .site = site, .internal = true };
	struct chunk *c = NULL;

	if (!fail_now(p->dev->m, ARMDMA_FAIL_KMALLOC))
		c = calloc(1, sizeof(*c) + (p->per_chunk + 63) / 64 * sizeof(c->map[0]));
	if (!c)
		return NULL;
	c->vaddr = dma_alloc(p->dev, p->chunk_size, &c->dma, gfp, 0, &call);
	if (!c->vaddr) {
		free(c);
		return NULL;
	}
	make_chain(p, c);
	c->seq = p->seq++;
	RB_INSERT(chunks_by_addr, &p->by_addr, c);
	set_partial(p, c, true);
	p->nr_chunks++;
	return c;
}

static void chunk_drop(struct armdma_dma_pool *p, struct chunk *c, const struct dma_call *call)
{
	struct dma_call free_call = { .name = chunk_call.name, .site = call->site, .internal = true };

	RB_REMOVE(chunks_by_addr, &p->by_addr, c);
	set_partial(p, c, false);
	if (!c->used)
		dma_free(p->dev, p->chunk_size, c->vaddr, c->dma, 0, &free_call);
	free(c);
}

static struct chunk *chunk_of(struct armdma_dma_pool *p, armdma_dma_t dma)
{
	struct chunk key = { .dma = dma };
	struct chunk *c = RB_NFIND(chunks_by_addr, &p->by_addr, &key);

	if (!c || c->dma != dma)
		c = c ? RB_PREV(chunks_by_addr, &p->by_addr, c) : RB_MAX(chunks_by_addr, &p->by_addr);
	return c && dma - c->dma < p->chunk_size ? c : NULL;
}

/* ---- Pools --------------------------------------------------------------------------- */

static bool is_pow2(size_t n)
{
	return n && !(n & (n - 1));
}

struct armdma_dma_pool *dma_pool_new(const char *name, struct armdma_device *dev, size_t size, size_t align,
				     size_t boundary, bool internal)
{
	struct armdma_dma_pool *p = NULL;

	if (!fail_now(dev->m, ARMDMA_FAIL_KMALLOC))
		p = calloc(1, sizeof(*p));
	if (!p)
		return NULL;
	p->dev = dev;
	strlcpy(p->name, name, sizeof(p->name));
	p->size = size < 4 ? 4 : size;
	if (align > 1)
		p->size = (p->size + align - 1) & ~(align - 1);
	p->chunk_size = p->size > ARMDMA_PAGE_SIZE ? p->size : ARMDMA_PAGE_SIZE;
	p->boundary = boundary && boundary < p->chunk_size ? boundary : p->chunk_size;
	p->per_boundary = p->boundary / p->size;
	p->per_chunk = (p->chunk_size / p->boundary + 1) * p->per_boundary;
	p->blocks = count_blocks(p);
	p->internal = internal;
	RB_INIT(&p->by_addr);
	RB_INIT(&p->by_age);
	STAILQ_INSERT_HEAD(&dev->dma->pools, p, next);
	dev->dma->pools_of_driver += !internal;
	return p;
}

static struct armdma_dma_pool *create(const char *name, struct armdma_device *dev, size_t size, size_t align,
				      size_t boundary, const struct dma_call *call)
{
	struct armdma_dma_pool *p;
	size_t whole = align > 1 && size <= SIZE_MAX / 2 ? (size + align - 1) & ~(align - 1) : size;

	might_sleep(dev->m, dev, call->name, call->site);
	if (!size || size > UINT32_MAX / 2 || (align && !is_pow2(align)) || align > UINT32_MAX / 2 ||
	    (boundary && (boundary < whole || !is_pow2(boundary)))) {
		misuse(dev->m, ARMDMA_REPORT_BAD_ARGUMENT, dev, call->site, ARMDMA_MAPPING_ERROR, size,
		       "%s of blocks of %zu bytes, alignment %zu, boundary %zu: no size, not powers of two, or a boundary below the size",
		       call->name, size, align, boundary);
		return NULL;
	}
	p = dma_pool_new(name ? name : "", dev, size, align, boundary, false);
	if (p)
		p->site = call->site;
	return p;
}

struct armdma_dma_pool *armdma_dma_pool_create(const char *name, struct armdma_device *dev, size_t size,
					       size_t align, size_t boundary)
{
	DMA_CALL(call, "dma_pool_create");

	return dma_enter(dev, &call) ? create(name, dev, size, align, boundary, &call) : NULL;
}

/* The name stays, so that the driver's next call about the pool is reported; the oldest makes room. */
static void bury(struct armdma_dma_pool *p)
{
	struct dma_device *d = p->dev->dma;
	struct armdma_dma_pool *oldest;

	p->dead = true;
	STAILQ_INSERT_TAIL(&d->dead_pools, p, next);
	if (d->nr_dead_pools++ < MAX_DEAD)
		return;
	d->nr_dead_pools--;
	oldest = STAILQ_FIRST(&d->dead_pools);
	STAILQ_REMOVE_HEAD(&d->dead_pools, next);
	free(oldest);
}

/* Chunks with blocks out stay allocated. */
void dma_pool_drop(struct armdma_dma_pool *p, const struct dma_call *call)
{
	struct chunk *c;

	STAILQ_REMOVE(&p->dev->dma->pools, p, armdma_dma_pool, next);
	p->dev->dma->pools_of_driver -= !p->internal;
	while ((c = RB_ROOT(&p->by_addr)))
		chunk_drop(p, c, call);
	if (p->internal)
		free(p);
	else
		bury(p);
}

/* False after reporting when the pool was destroyed. */
static bool alive(const struct armdma_dma_pool *pool, const struct dma_call *call)
{
	if (__builtin_expect(pool->dead, 0))
		misuse(pool->dev->m, ARMDMA_REPORT_BAD_FREE, pool->dev, call->site, ARMDMA_MAPPING_ERROR, 0,
		       "%s of pool \"%s\", which was destroyed", call->name, pool->name);
	return !pool->dead;
}

/* First thing in each public call about a pool. One that is NULL has no machine to report to. */
static bool enter(const struct armdma_dma_pool *pool, struct dma_call *call)
{
	return dma_enter(pool ? pool->dev : NULL, call) && alive(pool, call);
}

static void destroy(struct armdma_dma_pool *p, const struct dma_call *call)
{
	might_sleep(p->dev->m, p->dev, call->name, call->site);
	if (p->used)
		misuse(p->dev->m, ARMDMA_REPORT_IN_USE, p->dev, call->site, ARMDMA_MAPPING_ERROR,
		       p->used * p->size, "%s of pool \"%s\" while %llu of its blocks are out", call->name,
		       p->name, (unsigned long long)p->used);
	dma_pool_drop(p, call);
}

void armdma_dma_pool_destroy(struct armdma_dma_pool *pool)
{
	DMA_CALL(call, "dma_pool_destroy");

	if (!pool || !enter(pool, &call))
		return;
	if (!dma_managed_holds(pool->dev, pool)) {
		destroy(pool, &call);
		return;
	}
	misuse(pool->dev->m, ARMDMA_REPORT_BAD_FREE, pool->dev, call.site, ARMDMA_MAPPING_ERROR, 0,
	       "%s of pool \"%s\", which is managed: it goes with dmam_pool_destroy() or with the driver",
	       call.name, pool->name);
}

static void release_pool(struct armdma_device *dev, void *what)
{
	struct dma_call call = { .name = "dmam_pool_create (released with the driver)", .site = NULL };

	(void)dev;
	destroy(what, &call);
}

struct armdma_dma_pool *armdma_dmam_pool_create(const char *name, struct armdma_device *dev, size_t size,
						size_t align, size_t boundary)
{
	DMA_CALL(call, "dmam_pool_create");
	struct armdma_dma_pool *p;

	if (!dma_enter(dev, &call))
		return NULL;
	p = create(name, dev, size, align, boundary, &call);
	if (!p || !dma_managed_add(dev, release_pool, p, p))
		return p;
	dma_pool_drop(p, &call);
	return NULL;
}

void armdma_dmam_pool_destroy(struct armdma_dma_pool *pool)
{
	DMA_CALL(call, "dmam_pool_destroy");

	if (!pool || !enter(pool, &call))
		return;
	if (!dma_managed_forget(pool->dev, release_pool, pool))
		misuse(pool->dev->m, ARMDMA_REPORT_BAD_FREE, pool->dev, call.site, ARMDMA_MAPPING_ERROR, 0,
		       "%s of pool \"%s\", which is not managed", call.name, pool->name);
	destroy(pool, &call);
}

void dma_pools_report(const struct armdma_device *dev)
{
	const struct armdma_dma_pool *p;

	STAILQ_FOREACH(p, &dev->dma->pools, next)
		if (!p->internal)
			misuse(dev->m, ARMDMA_REPORT_LEAK, p->dev, p->site, ARMDMA_MAPPING_ERROR,
			       p->used * p->size, "DMA pool \"%s\" of %s was never destroyed, %llu blocks are out",
			       p->name, dev->name, (unsigned long long)p->used);
}

void dma_pools_destroy(struct armdma_device *dev)
{
	struct armdma_dma_pool *p;
	struct chunk *c;

	STAILQ_CONCAT(&dev->dma->pools, &dev->dma->dead_pools);
	while ((p = STAILQ_FIRST(&dev->dma->pools))) {
		STAILQ_REMOVE_HEAD(&dev->dma->pools, next);
		while ((c = RB_ROOT(&p->by_addr))) {
			RB_REMOVE(chunks_by_addr, &p->by_addr, c);
			free(c);
		}
		free(p);
	}
}

/* ---- Allocation -------------------------------------------------------------------------- */

static void bad_chain(struct armdma_dma_pool *p, struct chunk *c, uint32_t offset, const char *what,
		      const struct dma_call *call)
{
	misuse(p->dev->m, ARMDMA_REPORT_BAD_FREE, p->dev, call->site, c->dma + offset, p->size,
	       "%s finds that the free block at DMA address 0x%llx of pool \"%s\" was written to: %s", call->name,
	       (unsigned long long)(c->dma + offset), p->name, what);
}

/* Was anything written behind the link since the block was freed? */
static bool poisoned(const struct armdma_dma_pool *p, const struct chunk *c, uint32_t offset)
{
	for (size_t i = sizeof(uint32_t); i < p->size; i++)
		if (c->vaddr[offset + i] != FREED)
			return false;
	return true;
}

static struct chunk *find_free(struct armdma_dma_pool *p, armdma_gfp_t gfp, const void *site)
{
	struct chunk *c = RB_MIN(chunks_by_age, &p->by_age);

	return c ? c : chunk_new(p, gfp, site);
}

void *dma_pool_take(struct armdma_dma_pool *p, armdma_gfp_t gfp, armdma_dma_t *handle,
		    const struct dma_call *call)
{
	struct chunk *c = find_free(p, gfp & ~ARMDMA__GFP_ZERO, call->site);
	uint32_t offset, next;
	size_t place;

	*handle = ARMDMA_MAPPING_ERROR;
	if (!c)
		return NULL;
	offset = c->next;
	next = chain_read(c, offset);
	place = next < p->chunk_size ? place_of(p, next) : 0;
	if (next > p->chunk_size || place == SIZE_MAX || (next < p->chunk_size && is_out(c, place)) ||
	    next == offset) {
		bad_chain(p, c, offset, "its link leads nowhere, the rest of the chunk is lost", call);
		next = (uint32_t)p->chunk_size;
	} else if (p->debug && !poisoned(p, c, offset)) {
		bad_chain(p, c, offset, "its poison is gone", call);
	}
	c->next = next;
	set_out(c, place_of(p, offset), true);
	c->used++;
	p->used++;
	if (next == p->chunk_size)
		set_partial(p, c, false);
	if (gfp & ARMDMA__GFP_ZERO)
		memset(c->vaddr + offset, 0, p->size);
	else if (p->debug)
		memset(c->vaddr + offset, ALLOCATED, p->size);
	*handle = c->dma + offset;
	return c->vaddr + offset;
}

static void *alloc(struct armdma_dma_pool *p, armdma_gfp_t gfp, armdma_dma_t *handle,
		   const struct dma_call *call)
{
	*handle = ARMDMA_MAPPING_ERROR;
	if (gfp & ARMDMA__GFP_DIRECT_RECLAIM)
		might_sleep(p->dev->m, p->dev, call->name, call->site);
	/* The chunk below it would say so again. */
	return dma_pool_take(p, armdma_in_atomic(p->dev->m) ? gfp & ~ARMDMA__GFP_DIRECT_RECLAIM : gfp, handle,
			     call);
}

void *armdma_dma_pool_alloc(struct armdma_dma_pool *pool, armdma_gfp_t gfp, armdma_dma_t *handle)
{
	DMA_CALL(call, "dma_pool_alloc");

	*handle = ARMDMA_MAPPING_ERROR;
	return enter(pool, &call) ? alloc(pool, gfp, handle, &call) : NULL;
}

void *armdma_dma_pool_zalloc(struct armdma_dma_pool *pool, armdma_gfp_t gfp, armdma_dma_t *handle)
{
	DMA_CALL(call, "dma_pool_zalloc");

	*handle = ARMDMA_MAPPING_ERROR;
	return enter(pool, &call) ? alloc(pool, gfp | ARMDMA__GFP_ZERO, handle, &call) : NULL;
}

/* ---- Free ----------------------------------------------------------------------------------- */

static const char *trouble(const struct armdma_dma_pool *p, const struct chunk *c, const void *vaddr,
			   armdma_dma_t dma)
{
	size_t place;

	if (!c)
		return "which is in none of its chunks (bad dma)";
	if ((const uint8_t *)vaddr != c->vaddr + (dma - c->dma))
		return "whose CPU address is another (bad vaddr)";
	place = place_of(p, dma - c->dma);
	if (place == SIZE_MAX)
		return "where no block starts";
	return is_out(c, place) ? NULL : "which is free (already free)";
}

void dma_pool_give(struct armdma_dma_pool *p, void *vaddr, armdma_dma_t dma, const struct dma_call *call)
{
	struct chunk *c = chunk_of(p, dma);
	const char *what = trouble(p, c, vaddr, dma);
	uint32_t offset;

	if (what) {
		misuse(p->dev->m, ARMDMA_REPORT_BAD_FREE, p->dev, call->site, dma, p->size,
		       "%s to pool \"%s\" of the block at %p, DMA address 0x%llx, %s", call->name, p->name, vaddr,
		       (unsigned long long)dma, what);
		return;
	}
	offset = (uint32_t)(dma - c->dma);
	if (p->debug)
		memset(vaddr, FREED, p->size);
	chain_write(c, offset, c->next);
	c->next = offset;
	set_out(c, place_of(p, offset), false);
	c->used--;
	p->used--;
	set_partial(p, c, true);
}

void armdma_dma_pool_free(struct armdma_dma_pool *pool, void *vaddr, armdma_dma_t dma)
{
	DMA_CALL(call, "dma_pool_free");

	if (enter(pool, &call))
		dma_pool_give(pool, vaddr, dma, &call);
}

/* ---- For observers ----------------------------------------------------------------------------- */

bool dma_pool_block_at(const struct armdma_device *dev, armdma_dma_t addr, struct dma_block *block)
{
	struct armdma_dma_pool *p;

	STAILQ_FOREACH(p, &dev->dma->pools, next) {
		struct chunk *c = p->internal ? NULL : chunk_of(p, addr);
		uint64_t offset, start;

		if (!c)
			continue;
		offset = addr - c->dma;
		start = offset - offset % p->boundary % p->size;
		if (place_of(p, start) == SIZE_MAX)
			continue;
		*block = (struct dma_block){
			.addr = c->dma + start, .size = p->size, .pool = p->name, .site = p->site,
			.out = is_out(c, place_of(p, start))
		};
		return true;
	}
	return false;
}

/* ---- Debugging, statistics -------------------------------------------------------------------- */

/* A chain that was written to may lead round in circles. */
static void poison_chain(const struct armdma_dma_pool *p, struct chunk *c)
{
	uint32_t at = c->next;

	for (size_t n = c->used; n < p->blocks && at < p->chunk_size && place_of(p, at) != SIZE_MAX; n++) {
		memset(c->vaddr + at + sizeof(at), FREED, p->size - sizeof(at));
		at = chain_read(c, at);
	}
}

void armdma_dma_pool_set_debug(struct armdma_dma_pool *p, bool on)
{
	DMA_CALL(call, "dma_pool_set_debug");
	struct chunk *c;

	if (!enter(p, &call))
		return;
	if (on && !p->debug)
		RB_FOREACH(c, chunks_by_addr, &p->by_addr)
			poison_chain(p, c);
	p->debug = on;
}

void armdma_dma_pool_stats(const struct armdma_dma_pool *p, struct armdma_dma_pool_stats *st)
{
	DMA_CALL(call, "dma_pool_stats");

	*st = (struct armdma_dma_pool_stats){ 0 };
	if (!dma_given(p ? p->dev : NULL, &call) || !alive(p, &call))
		return;
	st->block_size = p->size;
	st->chunk_size = p->chunk_size;
	st->blocks_used = p->used;
	st->blocks_total = p->nr_chunks * p->blocks;
	st->chunks = p->nr_chunks;
}

int armdma_dma_pools_show(const struct armdma_device *dev, char *buf, size_t len)
{
	DMA_CALL(call, "dma_pools_show");
	int n = snprintf(buf, len, "poolinfo - 0.1\n");
	const struct armdma_dma_pool *p;

	if (!dma_given(dev, &call))
		return n;
	STAILQ_FOREACH(p, &dev->dma->pools, next) {
		size_t at = (size_t)n < len ? (size_t)n : len;

		n += snprintf(buf + at, len - at, "%-16s %4llu %4llu %4zu %2llu\n", p->name,
			      (unsigned long long)p->used, (unsigned long long)(p->nr_chunks * p->blocks), p->size,
			      (unsigned long long)p->nr_chunks);
	}
	return n;
}
