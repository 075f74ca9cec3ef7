/* SPDX-License-Identifier: BSD-2-Clause */
/* Plain bitmaps: what can be asked of them, and whether they are sound. */
#include "lib/iova/bitmaps.h"

bool bitmaps_query(void *priv, armdma_dma_t addr)
{
	struct iova_bitmaps *b = priv;
	const struct iova_map *map;
	uint64_t at;
	bool used;

	if (addr < b->space.base || addr - b->space.base >= b->space.size)
		return false;
	at = (addr - b->space.base) >> b->shift;
	map = &b->maps[at >> b->map_shift];
	at -= (uint64_t)(map - b->maps) * b->map_bits;
	iova_lock(&b->lock);
	used = map->bits && map->bits[at / 64] >> (at % 64) & 1;
	iova_unlock(&b->lock);
	return used;
}

/*
 * First granule from `from` on that is used (or free); total when there is none. Runs are runs of
 * addresses, whatever bitmaps they lie in.
 */
static uint64_t next_granule(const struct iova_bitmaps *b, uint64_t from, bool used)
{
	while (from < b->total) {
		size_t i = (size_t)(from >> b->map_shift);
		const struct iova_map *map = &b->maps[i];
		uint64_t start = (uint64_t)i * b->map_bits;
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

/* The lock is not held while fn runs, so that it may call the policy. */
static bool next_run(struct iova_bitmaps *b, bool used, uint64_t *from, uint64_t *end)
{
	iova_lock(&b->lock);
	*from = next_granule(b, *from, used);
	*end = next_granule(b, *from, !used);
	iova_unlock(&b->lock);
	return *from < b->total;
}

int bitmaps_walk(void *priv, int (*fn)(void *ctx, armdma_dma_t addr, uint64_t size), void *ctx)
{
	struct iova_bitmaps *b = priv;
	uint64_t from = 0, end;
	int ret;

	for (; next_run(b, true, &from, &end); from = end) {
		ret = fn(ctx, b->space.base + (from << b->shift), (end - from) << b->shift);
		if (ret)
			return ret;
	}
	return 0;
}

static int check_map(const struct iova_bitmaps *b, size_t i, struct armdma_error *err)
{
	const struct iova_map *map = &b->maps[i];
	uint32_t used = 0, nr_words = (uint32_t)(b->map_bytes / sizeof(uint64_t));

	if (!map->bits) {
		if (map->used || map->first)
			return iova_fail(err, -EIO, "bitmap %zu has no memory but counts %u used", i, map->used);
		return 0;
	}
	for (uint32_t w = 0; w < nr_words; w++)
		used += (uint32_t)__builtin_popcountll(map->bits[w]);
	if (used != map->used)
		return iova_fail(err, -EIO, "bitmap %zu counts %u used granules and has %u", i, map->used, used);
	if (iova_next_set(map->bits, map->nbits, nr_words * 64) != (map->nbits < nr_words * 64 ? nr_words * 64 : map->nbits))
		return iova_fail(err, -EIO, "bitmap %zu has bits beyond its end %u", i, map->nbits);
	if (iova_next_zero(map->bits, 0, map->nbits) < map->first)
		return iova_fail(err, -EIO, "bitmap %zu has free granules below its mark %u", i, map->first);
	if (map->fit.count && bitmaps_first_fit(map, map->first, map->nbits, map->fit.count, map->fit.mask,
						map->fit.skew) < map->fit.from)
		return iova_fail(err, -EIO, "bitmap %zu fits %u granules below its mark %u", i, map->fit.count,
				 map->fit.from);
	return 0;
}

int bitmaps_validate(void *priv, struct armdma_error *err)
{
	const struct iova_bitmaps *b = priv;
	uint64_t used = 0, bits = 0, memory = b->bytes;

	for (size_t i = 0; i < b->nr_maps; i++) {
		int ret = check_map(b, i, err);

		if (ret)
			return ret;
		used += b->maps[i].used;
		bits += b->maps[i].nbits;
		memory += b->maps[i].bits ? b->map_bytes : 0;
		if (i >= b->nr_added && b->maps[i].bits)
			return iova_fail(err, -EIO, "bitmap %zu has memory, but only %zu were added", i, b->nr_added);
	}
	if (used != b->used || b->peak < used || bits != b->total || memory != b->memory)
		return iova_fail(err, -EIO, "counted: %llu used, %llu peak, %llu bytes; bitmaps: %llu used, %llu bytes",
				 (unsigned long long)b->used, (unsigned long long)b->peak,
				 (unsigned long long)b->memory, (unsigned long long)used, (unsigned long long)memory);
	return 0;
}

void bitmaps_stats(void *priv, struct armdma_iova_stats *st)
{
	struct iova_bitmaps *b = priv;
	uint64_t from, end, largest = 0;

	for (from = 0; next_run(b, false, &from, &end); from = end)
		if (end - from > largest)
			largest = end - from;
	iova_lock(&b->lock);
	st->total = b->total << b->shift;
	st->used = b->used << b->shift;
	st->peak = b->peak << b->shift;
	st->largest_free = largest << b->shift;
	st->allocs = b->allocs;
	st->frees = b->frees;
	st->failures = b->failures;
	st->memory = b->memory;
	iova_unlock(&b->lock);
}
