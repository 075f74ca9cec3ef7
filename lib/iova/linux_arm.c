/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * First fit in bitmaps: the IOVA allocator of ARM's DMA layer.
 *
 * The space is cut into bitmaps of 32768 granules (a page of bits; 128 MiB of pages). A bitmap's memory is
 * allocated when something is first put into it, so a missing one is an empty one. They are searched in
 * ascending order, and nothing lies across two of them. A range is aligned to the power of two that
 * holds it, up to a cap, counted from the base of the space; the granules behind its end stay free for
 * others (Linux 6.1 __alloc_iova() behaves so, and hands out address 0).
 *
 * Beyond that kernel: exact sizing (it rounds a space's size down to whole bitmaps, or up to a whole word), limits and
 * explicit alignments, which count from address 0, and reservations. The hint of a request is ignored:
 * first fit has no choice.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <armdma/iova.h>

#include "lib/iova/bits.h"

#define MAP_BITS 32768u
#define MAP_BYTES (MAP_BITS / 8)

/* A request like this one, or a longer one, fits nowhere below `from`. */
struct fit {
	uint32_t from, count;
	uint64_t mask, offset;
};

struct iova_map {
	uint64_t *bits;		/* NULL: all free, never used */
	uint32_t nbits;		/* MAP_BITS but for the last */
	uint32_t used;
	uint32_t first;		/* no bit below it is free */
	struct fit fit;
};

struct iova_bitmaps {
	struct armdma_iova_space space;
	unsigned int shift;	/* log2 of the granule */
	uint64_t total;		/* granules */
	uint64_t used, peak;	/* granules */
	uint64_t allocs, frees, failures, memory;
	size_t bytes;		/* of this structure */
	size_t nr_maps;
	struct iova_map maps[];
};

/* ---- Memory -------------------------------------------------------------- */

static void *heap_alloc(void *ctx, size_t size)
{
	(void)ctx;
	return calloc(1, size);
}

static void heap_free(void *ctx, void *p, size_t size)
{
	(void)ctx;
	(void)size;
	free(p);
}

/* Give a bitmap its memory. 0 or -ENOMEM. */
static int map_fill(struct iova_bitmaps *b, struct iova_map *map)
{
	if (map->bits)
		return 0;
	map->bits = b->space.mem_alloc(b->space.mem_ctx, MAP_BYTES);
	if (!map->bits)
		return -ENOMEM;
	b->memory += MAP_BYTES;
	return 0;
}

static void map_drop(struct iova_bitmaps *b, struct iova_map *map)
{
	if (!map->bits)
		return;
	b->space.mem_free(b->space.mem_ctx, map->bits, MAP_BYTES);
	map->bits = NULL;
	b->memory -= MAP_BYTES;
}

/* ---- Life ---------------------------------------------------------------- */

ARMDMA_PRINTF(3, 4)
static int fail(struct armdma_error *err, int ret, const char *fmt, ...)
{
	va_list ap;

	if (err) {
		va_start(ap, fmt);
		vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
		va_end(ap);
	}
	return ret;
}

static int check_space(const struct armdma_iova_space *s, struct armdma_error *err)
{
	if (!s->granule || s->granule & (s->granule - 1))
		return fail(err, -EINVAL, "granule %u is no power of two", s->granule);
	if (s->base % s->granule)
		return fail(err, -EINVAL, "base 0x%llx is no multiple of the granule 0x%x",
			    (unsigned long long)s->base, s->granule);
	if (!s->size || s->size % s->granule)
		return fail(err, -EINVAL, "size 0x%llx is no positive multiple of the granule 0x%x",
			    (unsigned long long)s->size, s->granule);
	if (s->size - 1 > UINT64_MAX - s->base)
		return fail(err, -EINVAL, "size 0x%llx from base 0x%llx leaves 64 bits",
			    (unsigned long long)s->size, (unsigned long long)s->base);
	if (!s->mem_alloc != !s->mem_free)
		return fail(err, -EINVAL, "mem_alloc and mem_free must be given together");
	return 0;
}

static int bitmaps_create(void **priv, const struct armdma_iova_space *space,
			  struct armdma_error *err)
{
	struct armdma_iova_space s = *space;
	struct iova_bitmaps *b = NULL;
	uint64_t total, nr_maps;
	size_t bytes;
	int ret;

	*priv = NULL;
	ret = check_space(&s, err);
	if (ret)
		return ret;
	if (!s.mem_alloc) {
		s.mem_alloc = heap_alloc;
		s.mem_free = heap_free;
	}
	total = s.size / s.granule;
	nr_maps = (total - 1) / MAP_BITS + 1;
	if (nr_maps <= (SIZE_MAX - sizeof(*b)) / sizeof(b->maps[0])) {
		bytes = sizeof(*b) + (size_t)nr_maps * sizeof(b->maps[0]);
		b = s.mem_alloc(s.mem_ctx, bytes);
	}
	if (!b)
		return fail(err, -ENOMEM, "no memory for %llu bitmaps", (unsigned long long)nr_maps);
	b->space = s;
	b->shift = (unsigned int)__builtin_ctz(s.granule);
	b->total = total;
	b->bytes = b->memory = bytes;
	b->nr_maps = (size_t)nr_maps;
	for (size_t i = 0; i < b->nr_maps; i++)
		b->maps[i].nbits = MAP_BITS;
	b->maps[nr_maps - 1].nbits = (uint32_t)(total - (nr_maps - 1) * MAP_BITS);
	/* The first bitmap comes with the space, so that a first mapping cannot fail for want of it. */
	if (map_fill(b, &b->maps[0])) {
		s.mem_free(s.mem_ctx, b, bytes);
		return fail(err, -ENOMEM, "no memory for the first bitmap");
	}
	*priv = b;
	return 0;
}

static void bitmaps_destroy(void *priv)
{
	struct iova_bitmaps *b = priv;

	if (!b)
		return;
	for (size_t i = 0; i < b->nr_maps; i++)
		map_drop(b, &b->maps[i]);
	b->space.mem_free(b->space.mem_ctx, b, b->bytes);
}

/* ---- Bits of one bitmap --------------------------------------------------- */

static inline void mark(struct iova_bitmaps *b, struct iova_map *map, uint32_t from, uint32_t end)
{
	iova_set_bits(map->bits, from, end);
	map->used += end - from;
	/* What lies behind may be in use, too: the next search sees, unless something below is freed before. */
	if (from <= map->first && map->first < end)
		map->first = end;
	b->used += end - from;
	if (b->used > b->peak)
		b->peak = b->used;
}

static inline void unmark(struct iova_bitmaps *b, struct iova_map *map, uint32_t from, uint32_t end)
{
	iova_clear_bits(map->bits, from, end);
	map->used -= end - from;
	if (from < map->first)
		map->first = from;
	/* A new fit has to reach into what is free now. */
	if (from < map->fit.from + map->fit.count)
		map->fit.from = from > map->fit.count ? from - map->fit.count : 0;
	b->used -= end - from;
}

/* A request in granules. */
struct want {
	uint32_t count;
	uint64_t mask;		/* alignment - 1 */
	uint64_t offset;	/* what the alignment of bit 0 of the space counts from */
	uint64_t end;		/* granules below the limit */
};

/*
 * First fit of count bits below end, at positions whose sum with `offset` is a multiple of mask + 1.
 * Returns end when there is none.
 */
static uint32_t first_fit(const struct iova_map *map, uint32_t at, uint32_t end, uint32_t count,
			  uint64_t mask, uint64_t offset)
{
	while (at < end) {
		uint64_t up, busy;

		if (map->bits)
			at = iova_next_zero(map->bits, at, end);
		up = -(at + offset) & mask;
		if (up >= end - at)
			return end;
		at += (uint32_t)up;
		if (count > end - at)
			return end;
		if (!map->bits)
			return at;
		busy = iova_next_set(map->bits, at, at + count);
		if (busy == at + count)
			return at;
		at = (uint32_t)busy + 1;
	}
	return end;
}

/* Where to begin looking: equal requests, as rings of buffers make them, need not look at all that is full. */
static uint32_t fit_start(struct iova_map *map, uint32_t count, uint64_t mask, uint64_t offset)
{
	if (!map->bits)
		return 0;
	if (map->fit.from > map->first && count >= map->fit.count && mask == map->fit.mask && offset == map->fit.offset)
		return map->fit.from;
	map->first = iova_next_zero(map->bits, map->first, map->nbits);
	return map->first;
}

/* ---- Allocation ----------------------------------------------------------- */

static uint64_t granules_below(const struct iova_bitmaps *b, armdma_dma_t limit)
{
	if (!limit || (limit >= b->space.base && limit - b->space.base >= b->space.size - 1))
		return b->total;
	if (limit < b->space.base)
		return 0;
	return (limit - b->space.base + 1) >> b->shift;
}

/* 0; -EINVAL for a request that makes no sense, -ENOMEM for one that no bitmap can hold. */
static int understand(const struct iova_bitmaps *b, const struct armdma_iova_request *req,
		      struct want *w)
{
	uint64_t count;
	unsigned int order;

	if (!req->size || req->align & (req->align - 1))
		return -EINVAL;
	count = ((req->size - 1) >> b->shift) + 1;
	if (count > MAP_BITS)
		return -ENOMEM;
	w->count = (uint32_t)count;
	w->end = granules_below(b, req->limit);
	if (req->align) {
		w->mask = req->align >> b->shift ? (req->align >> b->shift) - 1 : 0;
		w->offset = b->space.base >> b->shift;
		return 0;
	}
	order = count > 1 ? 64 - (unsigned int)__builtin_clzll(count - 1) : 0;
	if (order > b->space.align_order)
		order = b->space.align_order;
	w->mask = (1ULL << order) - 1;
	w->offset = 0;
	return 0;
}

static int alloc_in_map(struct iova_bitmaps *b, size_t i, const struct want *w, armdma_dma_t *addr)
{
	struct iova_map *map = &b->maps[i];
	uint64_t start = (uint64_t)i * MAP_BITS, offset = w->offset + start;
	uint32_t end = w->end - start < map->nbits ? (uint32_t)(w->end - start) : map->nbits;
	uint32_t at;

	if (w->count > map->nbits - map->used)
		return -ENOSPC;
	at = first_fit(map, fit_start(map, w->count, w->mask, offset), end, w->count, w->mask, offset);
	if (at >= end)
		return -ENOSPC;
	if (map_fill(b, map))
		return -ENOMEM;
	mark(b, map, at, at + w->count);
	if (w->count > 1 || w->mask)
		map->fit = (struct fit){ at + w->count, w->count, w->mask, offset };
	*addr = b->space.base + ((start + at) << b->shift);
	return 0;
}

/* The general way. */
__attribute__((noinline))
static int alloc_any(struct iova_bitmaps *b, const struct armdma_iova_request *req, armdma_dma_t *addr)
{
	struct want w;
	int ret;

	*addr = ARMDMA_MAPPING_ERROR;
	ret = understand(b, req, &w);
	if (ret == -EINVAL)
		return ret;
	if (!ret) {
		ret = -ENOSPC;
		for (size_t i = 0; i < b->nr_maps && (uint64_t)i * MAP_BITS < w.end; i++) {
			ret = alloc_in_map(b, i, &w, addr);
			if (ret != -ENOSPC)
				break;
		}
	}
	if (ret) {
		b->failures++;
		return -ENOMEM;
	}
	b->allocs++;
	return 0;
}

/* Most requests are for one granule anywhere, and most spaces have one in their first bitmap. */
static int bitmaps_alloc(void *priv, const struct armdma_iova_request *req, armdma_dma_t *addr)
{
	struct iova_bitmaps *b = priv;
	struct iova_map *map = &b->maps[0];
	uint32_t at;

	if (req->size - 1 >= b->space.granule || req->align || granules_below(b, req->limit) < map->nbits)
		return alloc_any(b, req, addr);
	at = iova_next_zero(map->bits, map->first, map->nbits);
	map->first = at;
	if (at == map->nbits)
		return alloc_any(b, req, addr);
	mark(b, map, at, at + 1);
	*addr = b->space.base + ((uint64_t)at << b->shift);
	b->allocs++;
	return 0;
}

/* ---- Ranges of the whole space -------------------------------------------- */

/* A range in granules, as it meets bitmap i. */
struct part {
	struct iova_map *map;
	uint32_t from, end;
};

static struct part part_of(struct iova_bitmaps *b, uint64_t from, uint64_t end, size_t i)
{
	uint64_t start = (uint64_t)i * MAP_BITS;
	struct part p = { .map = &b->maps[i] };

	p.from = from > start ? (uint32_t)(from - start) : 0;
	p.end = end - start < p.map->nbits ? (uint32_t)(end - start) : p.map->nbits;
	return p;
}

/* Granules [*from, *end) of a range of bytes; false when it does not lie in the space. */
static inline bool range_of(const struct iova_bitmaps *b, armdma_dma_t addr, uint64_t size, uint64_t *from,
			    uint64_t *end)
{
	uint64_t offset = addr - b->space.base;	/* huge when addr lies below the base */

	if (!size || offset & (b->space.granule - 1) || offset >= b->space.size ||
	    size > b->space.size - offset)
		return false;
	*from = offset >> b->shift;
	*end = *from + ((size - 1) >> b->shift) + 1;
	return true;
}

/* A range that lies in more than one bitmap. */
__attribute__((noinline))
static int free_across(struct iova_bitmaps *b, uint64_t from, uint64_t end)
{
	size_t first = (size_t)(from / MAP_BITS), last = (size_t)((end - 1) / MAP_BITS);

	for (size_t i = first; i <= last; i++) {
		struct part p = part_of(b, from, end, i);

		if (!p.map->bits || !iova_all_set(p.map->bits, p.from, p.end))
			return -EINVAL;
	}
	for (size_t i = first; i <= last; i++) {
		struct part p = part_of(b, from, end, i);

		unmark(b, p.map, p.from, p.end);
	}
	b->frees++;
	return 0;
}

static int bitmaps_free(void *priv, armdma_dma_t addr, uint64_t size)
{
	struct iova_bitmaps *b = priv;
	struct iova_map *map;
	uint64_t from, end;
	uint32_t at, stop;

	if (!range_of(b, addr, size, &from, &end))
		return -EINVAL;
	if (from / MAP_BITS != (end - 1) / MAP_BITS)
		return free_across(b, from, end);
	map = &b->maps[from / MAP_BITS];
	at = (uint32_t)(from % MAP_BITS);
	stop = at + (uint32_t)(end - from);
	if (!map->bits || !iova_all_set(map->bits, at, stop))
		return -EINVAL;
	unmark(b, map, at, stop);
	b->frees++;
	return 0;
}

static int bitmaps_reserve(void *priv, armdma_dma_t addr, uint64_t size)
{
	struct iova_bitmaps *b = priv;
	uint64_t from, end;
	size_t i, first, last;

	if (!range_of(b, addr, size, &from, &end) || size % b->space.granule)
		return -EINVAL;
	first = (size_t)(from / MAP_BITS);
	last = (size_t)((end - 1) / MAP_BITS);
	for (i = first; i <= last; i++) {
		struct part p = part_of(b, from, end, i);

		if (p.map->bits && iova_next_set(p.map->bits, p.from, p.end) != p.end)
			return -EBUSY;
	}
	for (i = first; i <= last; i++)
		if (map_fill(b, &b->maps[i]))
			goto no_memory;
	for (i = first; i <= last; i++) {
		struct part p = part_of(b, from, end, i);

		mark(b, p.map, p.from, p.end);
	}
	return 0;
no_memory:
	/* An empty bitmap is as good as none, but the first stays. */
	while (i-- > first)
		if (i && !b->maps[i].used)
			map_drop(b, &b->maps[i]);
	return -ENOMEM;
}

static bool bitmaps_query(void *priv, armdma_dma_t addr)
{
	struct iova_bitmaps *b = priv;
	const struct iova_map *map;
	uint64_t at;

	if (addr < b->space.base || addr - b->space.base >= b->space.size)
		return false;
	at = (addr - b->space.base) >> b->shift;
	map = &b->maps[at / MAP_BITS];
	return map->bits && map->bits[at % MAP_BITS / 64] >> (at % 64) & 1;
}

/* ---- Looking at all of it -------------------------------------------------- */

/*
 * First granule from `from` on that is used (or free); total when there is none. Runs are runs of
 * addresses, whatever bitmaps they lie in.
 */
static uint64_t next_granule(const struct iova_bitmaps *b, uint64_t from, bool used)
{
	while (from < b->total) {
		const struct iova_map *map = &b->maps[from / MAP_BITS];
		uint64_t start = from - from % MAP_BITS;
		uint32_t at = (uint32_t)(from - start);

		if (!map->bits)
			at = used ? map->nbits : at;
		else
			at = used ? iova_next_set(map->bits, at, map->nbits) :
				    iova_next_zero(map->bits, at, map->nbits);
		if (at < map->nbits)
			return start + at;
		from = start + map->nbits;
	}
	return b->total;
}

static int bitmaps_walk(void *priv, int (*fn)(void *ctx, armdma_dma_t addr, uint64_t size),
			void *ctx)
{
	struct iova_bitmaps *b = priv;
	uint64_t from = 0, end;
	int ret;

	while ((from = next_granule(b, from, true)) < b->total) {
		end = next_granule(b, from, false);
		ret = fn(ctx, b->space.base + (from << b->shift), (end - from) << b->shift);
		if (ret)
			return ret;
		from = end;
	}
	return 0;
}

static int check_map(const struct iova_bitmaps *b, size_t i, struct armdma_error *err)
{
	const struct iova_map *map = &b->maps[i];
	uint32_t used = 0;

	if (!map->bits) {
		if (map->used || map->first)
			return fail(err, -EIO, "bitmap %zu has no memory but counts %u used", i,
				    map->used);
		return 0;
	}
	for (uint32_t w = 0; w < MAP_BITS / 64; w++)
		used += (uint32_t)__builtin_popcountll(map->bits[w]);
	if (used != map->used)
		return fail(err, -EIO, "bitmap %zu counts %u used granules and has %u", i, map->used,
			    used);
	if (iova_next_set(map->bits, map->nbits, MAP_BITS) != MAP_BITS)
		return fail(err, -EIO, "bitmap %zu has bits beyond its end %u", i, map->nbits);
	if (iova_next_zero(map->bits, 0, map->nbits) < map->first)
		return fail(err, -EIO, "bitmap %zu has free granules below its mark %u", i,
			    map->first);
	if (map->fit.count && first_fit(map, map->first, map->nbits, map->fit.count, map->fit.mask,
					map->fit.offset) < map->fit.from)
		return fail(err, -EIO, "bitmap %zu fits %u granules below its mark %u", i, map->fit.count,
			    map->fit.from);
	return 0;
}

static int bitmaps_validate(void *priv, struct armdma_error *err)
{
	const struct iova_bitmaps *b = priv;
	uint64_t used = 0, bits = 0, memory = b->bytes;

	for (size_t i = 0; i < b->nr_maps; i++) {
		int ret = check_map(b, i, err);

		if (ret)
			return ret;
		used += b->maps[i].used;
		bits += b->maps[i].nbits;
		memory += b->maps[i].bits ? MAP_BYTES : 0;
	}
	if (used != b->used || b->peak < used || bits != b->total || memory != b->memory)
		return fail(err, -EIO,
			    "counted: %llu used, %llu peak, %llu bytes; bitmaps: %llu used, %llu bytes",
			    (unsigned long long)b->used, (unsigned long long)b->peak,
			    (unsigned long long)b->memory, (unsigned long long)used,
			    (unsigned long long)memory);
	return 0;
}

static void bitmaps_stats(void *priv, struct armdma_iova_stats *st)
{
	const struct iova_bitmaps *b = priv;
	uint64_t from = 0, end, largest = 0;

	while ((from = next_granule(b, from, false)) < b->total) {
		end = next_granule(b, from, true);
		if (end - from > largest)
			largest = end - from;
		from = end;
	}
	st->total = b->total << b->shift;
	st->used = b->used << b->shift;
	st->peak = b->peak << b->shift;
	st->largest_free = largest << b->shift;
	st->allocs = b->allocs;
	st->frees = b->frees;
	st->failures = b->failures;
	st->memory = b->memory;
}

const struct armdma_iova_policy *armdma_iova_linux_arm(void)
{
	static const struct armdma_iova_policy policy = {
		.name = "linux-arm",
		.create = bitmaps_create,
		.destroy = bitmaps_destroy,
		.alloc = bitmaps_alloc,
		.free = bitmaps_free,
		.reserve = bitmaps_reserve,
		.query = bitmaps_query,
		.walk = bitmaps_walk,
		.validate = bitmaps_validate,
		.stats = bitmaps_stats,
	};

	return &policy;
}
