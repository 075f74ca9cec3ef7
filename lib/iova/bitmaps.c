/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The policies on plain bitmaps.
 *
 * linux-arm: first fit. A range is aligned to the power of two that holds it, up to a cap, counted from the base of the space; the
 * granules behind its end stay free for others; address 0 is handed out. So does Linux 6.1, __alloc_iova() in
 * arch/arm/mm/dma-mapping.c. By default its sizing is exact; ARMDMA_IOVA_LINUX_SIZING makes it that kernel's.
 * linux-arm-order: one bitmap for all, of granules of 2^order pages, as Linux 3.5 to 3.14 had it.
 * genpool-first, genpool-best: a gen_pool as the first series of that layer used it (lib/genalloc.c with its two algorithms): no
 * alignment, and address 0 cannot be handed out, because it means failure.
 *
 * Beyond those kernels: limits, explicit alignments and reservations, and no free of what is not allocated. The hint of a
 * request is ignored: neither search has a choice.
 */
#include "lib/iova/bitmaps.h"

/* ---- Life ---------------------------------------------------------------- */

/* Give a bitmap its memory. 0 or -ENOMEM. */
static int map_fill(struct iova_bitmaps *b, struct iova_map *map)
{
	if (map->bits)
		return 0;
	map->bits = iova_mem_get(&b->space, b->map_bytes);
	if (!map->bits)
		return -ENOMEM;
	b->memory += b->map_bytes;
	return 0;
}

static void map_drop(struct iova_bitmaps *b, struct iova_map *map)
{
	if (!map->bits)
		return;
	iova_mem_put(&b->space, map->bits, b->map_bytes);
	map->bits = NULL;
	b->memory -= b->map_bytes;
}

/* How the space is cut. */
struct cut {
	uint64_t map_bits, total, nr_maps;
};

/* Linux rounds up to words of 32 bits, then down to bitmaps of a page. */
static struct cut cut_as_linux(uint64_t granules, bool single)
{
	uint64_t bits = (granules + 31) / 32 * 32;
	struct cut c = { bits, bits, 1 };

	if (single || bits <= BITMAP_BITS)
		return c;
	c.map_bits = BITMAP_BITS;
	c.nr_maps = bits / BITMAP_BITS;
	c.total = c.nr_maps * BITMAP_BITS;
	return c;
}

static struct cut cut_exactly(uint64_t granules, bool single)
{
	struct cut c = { granules, granules, 1 };

	if (single)
		return c;
	c.map_bits = BITMAP_BITS;
	c.nr_maps = (granules - 1) / BITMAP_BITS + 1;
	return c;
}

static struct cut cut_space(struct armdma_iova_space *s, const struct bitmaps_kind *kind)
{
	unsigned int shift = (unsigned int)__builtin_ctz(s->granule), page_order;
	uint64_t granules;

	if (kind->never_zero && !s->base) {
		s->base += s->granule;
		s->size -= s->granule;
	}
	if (kind->cap_in_pages) {
		page_order = shift > ARMDMA_PAGE_SHIFT ? shift - ARMDMA_PAGE_SHIFT : 0;
		s->align_order = s->align_order > page_order ? s->align_order - page_order : 0;
	}
	granules = s->size >> shift;
	return s->flags & ARMDMA_IOVA_LINUX_SIZING ? cut_as_linux(granules, kind->single) :
						     cut_exactly(granules, kind->single);
}

static int check_cut(const struct armdma_iova_space *s, const struct cut *c, struct armdma_error *err)
{
	if (!c->total)
		return iova_fail(err, -EINVAL, "nothing is left of a space that is one granule at address 0, which cannot be handed out");
	if (c->map_bits > 1U << 31)
		return iova_fail(err, -EINVAL, "%llu granules are too many for one bitmap", (unsigned long long)c->map_bits);
	if (c->total - 1 > (UINT64_MAX - s->base) >> __builtin_ctz(s->granule))
		return iova_fail(err, -EINVAL, "size 0x%llx, rounded up as Linux does it, leaves 64 bits",
				 (unsigned long long)s->size);
	return 0;
}

static struct iova_bitmaps *new_bitmaps(const struct armdma_iova_space *s, const struct cut *c)
{
	struct iova_bitmaps *b;
	size_t bytes;

	if (c->nr_maps > (SIZE_MAX - sizeof(*b)) / sizeof(b->maps[0]))
		return NULL;
	bytes = sizeof(*b) + (size_t)c->nr_maps * sizeof(b->maps[0]);
	b = iova_mem_get(s, bytes);
	if (!b)
		return NULL;
	b->space = *s;
	b->space.size = c->total * s->granule;
	b->lock.shared = s->flags & ARMDMA_IOVA_SHARED;
	b->shift = (unsigned int)__builtin_ctz(s->granule);
	b->map_shift = c->nr_maps > 1 ? (unsigned int)__builtin_ctz(BITMAP_BITS) : 63;
	b->map_bits = (uint32_t)c->map_bits;
	b->map_bytes = (b->map_bits + 63) / 64 * sizeof(uint64_t);
	b->total = c->total;
	b->bytes = b->memory = bytes;
	b->nr_maps = (size_t)c->nr_maps;
	b->nr_added = s->flags & ARMDMA_IOVA_LINUX_SIZING ? 1 : b->nr_maps;
	for (size_t i = 0; i < b->nr_maps; i++)
		b->maps[i].nbits = b->map_bits;
	b->maps[b->nr_maps - 1].nbits = (uint32_t)(c->total - (c->nr_maps - 1) * c->map_bits);
	return b;
}

static int bitmaps_create(const struct armdma_iova_policy *self, void **priv, const struct armdma_iova_space *space,
			  struct armdma_error *err)
{
	const struct bitmaps_kind *kind = self->data;
	struct armdma_iova_space s;
	struct iova_bitmaps *b;
	struct cut c;
	int ret;

	*priv = NULL;
	ret = armdma_iova_check_space(space, kind->flags, err);
	if (ret)
		return ret;
	s = iova_with_memory(space);
	c = cut_space(&s, kind);
	ret = check_cut(&s, &c, err);
	if (ret)
		return ret;
	b = new_bitmaps(&s, &c);
	if (!b)
		return iova_fail(err, -ENOMEM, "no memory for %llu bitmaps", (unsigned long long)c.nr_maps);
	b->kind = kind;
	/* The first bitmap comes with the space, so that a first mapping cannot fail for want of it. */
	if (map_fill(b, &b->maps[0])) {
		iova_mem_put(&s, b, b->bytes);
		return iova_fail(err, -ENOMEM, "no memory for the first bitmap");
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
	iova_mem_put(&b->space, b, b->bytes);
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

uint32_t bitmaps_first_fit(const struct iova_map *map, uint32_t at, uint32_t end, uint32_t count, uint64_t mask,
			   uint64_t skew)
{
	while (at < end) {
		uint64_t up, busy;

		if (map->bits)
			at = iova_next_zero(map->bits, at, end);
		up = -(at + skew) & mask;
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

/* The shortest hole, from the place where the range would begin; the lowest of several. Returns end when there is none. */
static uint32_t best_fit(const struct iova_map *map, uint32_t end, uint32_t count, uint64_t mask, uint64_t skew)
{
	uint32_t at = bitmaps_first_fit(map, map->first, end, count, mask, skew), best = end, best_len = UINT32_MAX, stop;

	while (at < end) {
		stop = map->bits ? iova_next_set(map->bits, at + count, map->nbits) : map->nbits;
		if (stop - at < best_len) {
			best = at;
			best_len = stop - at;
		}
		if (best_len == count)
			break;
		at = bitmaps_first_fit(map, stop + 1, end, count, mask, skew);
	}
	return best;
}

/* Where to begin looking: equal requests, as rings of buffers make them, need not look at all that is full. */
static uint32_t fit_start(struct iova_map *map, uint32_t count, uint64_t mask, uint64_t skew)
{
	if (!map->bits)
		return 0;
	if (map->fit.from > map->first && count >= map->fit.count && mask == map->fit.mask && skew == map->fit.skew)
		return map->fit.from;
	map->first = iova_next_zero(map->bits, map->first, map->nbits);
	return map->first;
}

/* ---- Allocation ----------------------------------------------------------- */

static int alloc_in_map(struct iova_bitmaps *b, size_t i, const struct armdma_iova_want *w, armdma_dma_t *addr)
{
	struct iova_map *map = &b->maps[i];
	uint64_t start = (uint64_t)i * b->map_bits, skew = w->skew + start;
	uint32_t end = w->end - start < map->nbits ? (uint32_t)(w->end - start) : map->nbits;
	uint32_t at, count = (uint32_t)w->count;

	if (w->count > map->nbits - map->used)
		return -ENOSPC;
	at = fit_start(map, count, w->mask, skew);
	at = b->kind->best ? best_fit(map, end, count, w->mask, skew) :
			     bitmaps_first_fit(map, at, end, count, w->mask, skew);
	if (at >= end)
		return -ENOSPC;
	if (map_fill(b, map))
		return -ENOMEM;
	mark(b, map, at, at + count);
	if (!b->kind->best && (count > 1 || w->mask))
		map->fit = (struct bitmaps_fit){ at + count, count, w->mask, skew };
	*addr = b->space.base + ((start + at) << b->shift);
	return 0;
}

/* A bitmap more, as Linux adds one, and the search in it. */
static int alloc_in_next(struct iova_bitmaps *b, const struct armdma_iova_want *w, armdma_dma_t *addr)
{
	uint64_t start = (uint64_t)b->nr_added * b->map_bits;

	if (b->nr_added == b->nr_maps)
		return -ENOSPC;
	if (map_fill(b, &b->maps[b->nr_added]))
		return -ENOMEM;
	b->nr_added++;
	return start < w->end ? alloc_in_map(b, b->nr_added - 1, w, addr) : -ENOSPC;
}

static int search(struct iova_bitmaps *b, const struct armdma_iova_want *w, armdma_dma_t *addr)
{
	int ret = -ENOSPC;

	for (size_t i = 0; i < b->nr_added && (uint64_t)i * b->map_bits < w->end; i++) {
		ret = alloc_in_map(b, i, w, addr);
		if (ret != -ENOSPC)
			return ret;
	}
	return b->nr_added < b->nr_maps ? alloc_in_next(b, w, addr) : ret;
}

/* The general way. */
__attribute__((noinline))
static int alloc_any(struct iova_bitmaps *b, const struct armdma_iova_request *req, armdma_dma_t *addr)
{
	struct armdma_iova_want w;
	int ret;

	*addr = ARMDMA_MAPPING_ERROR;
	ret = iova_want(&b->space, b->shift, b->kind->own, req, &w);
	if (ret == -EINVAL)
		return ret;
	/* Longer than the space: Linux looks all the same, and adds a bitmap for it. */
	if (search(b, &w, addr)) {
		b->failures++;
		return -ENOMEM;
	}
	b->allocs++;
	return 0;
}

/* Most requests are for one granule anywhere, and most spaces have one in their first bitmap. */
static int alloc_one(struct iova_bitmaps *b, const struct armdma_iova_request *req, armdma_dma_t *addr)
{
	struct iova_map *map = &b->maps[0];
	uint32_t at;

	if (req->size - 1 >= b->space.granule || req->align || b->kind->best ||
	    iova_below(&b->space, b->shift, req->limit) < map->nbits)
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

static int bitmaps_alloc(void *priv, const struct armdma_iova_request *req, armdma_dma_t *addr)
{
	struct iova_bitmaps *b = priv;
	int ret;

	iova_lock(&b->lock);
	ret = alloc_one(b, req, addr);
	iova_unlock(&b->lock);
	return ret;
}

/* ---- Ranges of the whole space -------------------------------------------- */

/* A range that lies in more than one bitmap. */
__attribute__((noinline))
static int free_across(struct iova_bitmaps *b, uint64_t from, uint64_t end)
{
	size_t first = (size_t)(from >> b->map_shift), last = (size_t)((end - 1) >> b->map_shift);

	/* Linux 6.1 stops the kernel here (BUG_ON in __free_iova()). */
	if (b->space.flags & ARMDMA_IOVA_LINUX_SIZING)
		return -EINVAL;
	for (size_t i = first; i <= last; i++) {
		struct bitmaps_part p = bitmaps_part(b, from, end, i);

		if (!p.map->bits || !iova_all_set(p.map->bits, p.from, p.end))
			return -EINVAL;
	}
	for (size_t i = first; i <= last; i++) {
		struct bitmaps_part p = bitmaps_part(b, from, end, i);

		unmark(b, p.map, p.from, p.end);
	}
	b->frees++;
	return 0;
}

static int free_range(struct iova_bitmaps *b, armdma_dma_t addr, uint64_t size)
{
	struct iova_map *map;
	uint64_t from, end;
	uint32_t at, stop;

	if (!iova_range(&b->space, b->shift, addr, size, &from, &end))
		return -EINVAL;
	if (from >> b->map_shift != (end - 1) >> b->map_shift)
		return free_across(b, from, end);
	map = &b->maps[from >> b->map_shift];
	at = (uint32_t)(from - (uint64_t)(map - b->maps) * b->map_bits);
	stop = at + (uint32_t)(end - from);
	if (!map->bits || !iova_all_set(map->bits, at, stop))
		return -EINVAL;
	unmark(b, map, at, stop);
	b->frees++;
	return 0;
}

static int bitmaps_free(void *priv, armdma_dma_t addr, uint64_t size)
{
	struct iova_bitmaps *b = priv;
	int ret;

	iova_lock(&b->lock);
	ret = free_range(b, addr, size);
	iova_unlock(&b->lock);
	return ret;
}

static int reserve_range(struct iova_bitmaps *b, uint64_t from, uint64_t end)
{
	size_t i, first = (size_t)(from >> b->map_shift), last = (size_t)((end - 1) >> b->map_shift);

	for (i = first; i <= last; i++) {
		struct bitmaps_part p = bitmaps_part(b, from, end, i);

		if (p.map->bits && iova_next_set(p.map->bits, p.from, p.end) != p.end)
			return -EBUSY;
	}
	for (i = first; i <= last; i++)
		if (map_fill(b, &b->maps[i]))
			goto no_memory;
	for (i = first; i <= last; i++) {
		struct bitmaps_part p = bitmaps_part(b, from, end, i);

		mark(b, p.map, p.from, p.end);
	}
	/* The next search looks there; what lies between has no memory yet, and is empty. */
	if (b->nr_added <= last)
		b->nr_added = last + 1;
	return 0;
no_memory:
	/* An empty bitmap is as good as none, but the first stays. */
	while (i-- > first)
		if (i && !b->maps[i].used)
			map_drop(b, &b->maps[i]);
	return -ENOMEM;
}

static int bitmaps_reserve(void *priv, armdma_dma_t addr, uint64_t size)
{
	struct iova_bitmaps *b = priv;
	uint64_t from, end;
	int ret;

	if (!iova_range(&b->space, b->shift, addr, size, &from, &end) || size % b->space.granule)
		return -EINVAL;
	iova_lock(&b->lock);
	ret = reserve_range(b, from, end);
	iova_unlock(&b->lock);
	return ret;
}

/* ---- The policies ----------------------------------------------------------- */

#define LINUX_FLAGS (ARMDMA_IOVA_SHARED | ARMDMA_IOVA_LINUX_SIZING)

static const struct bitmaps_kind
	linux_arm = { .own = ARMDMA_IOVA_ALIGN_CAPPED, .flags = LINUX_FLAGS },
	linux_arm_order = { .own = ARMDMA_IOVA_ALIGN_CAPPED, .flags = LINUX_FLAGS, .single = true, .cap_in_pages = true },
	genpool_first = { .own = ARMDMA_IOVA_ALIGN_NONE, .flags = ARMDMA_IOVA_SHARED, .single = true, .never_zero = true },
	genpool_best = { .own = ARMDMA_IOVA_ALIGN_NONE, .flags = ARMDMA_IOVA_SHARED, .single = true, .never_zero = true,
			 .best = true };

#define POLICY(its_name, kind)                                                                             \
	{                                                                                                   \
		.name = its_name, .data = &(kind), .create = bitmaps_create, .destroy = bitmaps_destroy,    \
		.alloc = bitmaps_alloc, .free = bitmaps_free, .reserve = bitmaps_reserve,                   \
		.query = bitmaps_query, .walk = bitmaps_walk, .validate = bitmaps_validate,                 \
		.stats = bitmaps_stats,                                                                     \
	}

const struct armdma_iova_policy
	iova_policy_linux_arm = POLICY("linux-arm", linux_arm),
	iova_policy_linux_arm_order = POLICY("linux-arm-order", linux_arm_order),
	iova_policy_genpool_first = POLICY("genpool-first", genpool_first),
	iova_policy_genpool_best = POLICY("genpool-best", genpool_best);

const struct armdma_iova_policy *armdma_iova_linux_arm(void)
{
	return &iova_policy_linux_arm;
}
