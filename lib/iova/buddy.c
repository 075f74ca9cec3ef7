/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * buddy: blocks of powers of two, halved and grown together again.
 *
 * A request takes the lowest of the smallest blocks that hold it, and gives back what is behind its end at once, in smaller blocks. A block is
 * aligned to its size: from the base on where the space's rule counts so, else from address 0 on. Alignments that the block's own does not give
 * (an explicit one, where the rule counts from the base) take a block that is large enough for the way to it.
 *
 * For each order a bit map of free blocks, and a bit a word of it, so that the lowest is found in two short looks. Numbers are
 * granules of the blocks' grid, which begins `pad` granules before the space.
 */
#include "lib/iova/base.h"

#define MAX_ORDERS 33u

struct buddies {
	uint64_t *bits, *words;		/* bit a block; bit a word of those */
	uint32_t nr_bits, nr_words;	/* in words of 64 */
};

struct buddy {
	struct iova_base base;		/* first, so that one is the other */
	uint64_t pad;
	bool relative;			/* the grid begins at the base */
	unsigned int nr_orders;
	struct buddies orders[MAX_ORDERS];
};

/* ---- Blocks --------------------------------------------------------------------- */

static bool is_free_block(const struct buddies *o, uint64_t nr)
{
	return nr / 64 < o->nr_bits && (o->bits[nr / 64] >> (nr % 64) & 1);
}

static void insert(struct buddies *o, uint64_t nr)
{
	o->bits[nr / 64] |= 1ULL << nr % 64;
	o->words[nr / 4096] |= 1ULL << nr / 64 % 64;
}

static void withdraw(struct buddies *o, uint64_t nr)
{
	o->bits[nr / 64] &= ~(1ULL << nr % 64);
	if (!o->bits[nr / 64])
		o->words[nr / 4096] &= ~(1ULL << nr / 64 % 64);
}

/* The lowest block of an order; BASE_NONE. */
static uint64_t lowest(const struct buddies *o)
{
	for (uint32_t i = 0; i < o->nr_words; i++) {
		uint64_t word;

		if (!o->words[i])
			continue;
		word = i * 64ULL + (unsigned int)__builtin_ctzll(o->words[i]);
		return word * 64 + (unsigned int)__builtin_ctzll(o->bits[word]);
	}
	return BASE_NONE;
}

/* A block is free: it and its buddy make one of the next order, and so on. */
static void give_block(struct buddy *b, uint64_t nr, unsigned int order)
{
	while (order + 1 < b->nr_orders && is_free_block(&b->orders[order], nr ^ 1)) {
		withdraw(&b->orders[order], nr ^ 1);
		nr /= 2;
		order++;
	}
	insert(&b->orders[order], nr);
}

/* Granules of the grid [from, end), as the largest blocks that they are. */
static void give_grid(struct buddy *b, uint64_t from, uint64_t end)
{
	while (from < end) {
		unsigned int order = from ? (unsigned int)__builtin_ctzll(from) : b->nr_orders - 1;

		order = order < b->nr_orders - 1 ? order : b->nr_orders - 1;
		while ((1ULL << order) > end - from)
			order--;
		give_block(b, from >> order, order);
		from += 1ULL << order;
	}
}

/* The free block that has this granule of the grid, taken out whole. */
static void take_around(struct buddy *b, uint64_t at, uint64_t *from, uint64_t *end)
{
	unsigned int order = 0;

	while (!is_free_block(&b->orders[order], at >> order))
		order++;
	withdraw(&b->orders[order], at >> order);
	*from = at >> order << order;
	*end = *from + (1ULL << order);
}

/* ---- Allocation ------------------------------------------------------------------- */

/* The lowest place in a block of the grid; BASE_NONE. */
static uint64_t place_in(const struct buddy *b, uint64_t from, uint64_t end, const struct armdma_iova_want *w)
{
	uint64_t at = from - b->pad, place = at + (-(at + w->skew) & w->mask);

	end = end - b->pad < w->end ? end - b->pad : w->end;
	return place < end && w->count <= end - place ? place : BASE_NONE;
}

/* Order of a block that has a place for it, wherever it lies. */
static unsigned int order_of(const struct buddy *b, const struct armdma_iova_want *w)
{
	uint64_t grid_skew = w->skew - b->pad;	/* of number 0 of the grid */

	return grid_skew & w->mask ? iova_order(w->count + w->mask) :
	       w->mask + 1 > w->count ? iova_order(w->mask + 1) : iova_order(w->count);
}

static uint64_t find(struct buddy *b, const struct armdma_iova_want *w)
{
	uint64_t nr, place, from;

	for (unsigned int order = order_of(b, w); order < b->nr_orders; order++) {
		nr = lowest(&b->orders[order]);
		if (nr == BASE_NONE)
			continue;
		from = nr << order;
		place = place_in(b, from, from + (1ULL << order), w);
		if (place == BASE_NONE)
			continue;
		withdraw(&b->orders[order], nr);
		give_grid(b, from, place + b->pad);
		give_grid(b, place + b->pad + w->count, from + (1ULL << order));
		return place;
	}
	return BASE_NONE;
}

static void mark(struct buddy *b, uint64_t from, uint64_t end)
{
	iova_set_bits(b->base.used, (uint32_t)from, (uint32_t)end);
	base_count_used(&b->base, end - from);
}

static int buddy_alloc(void *priv, const struct armdma_iova_request *req, armdma_dma_t *addr)
{
	struct buddy *b = priv;
	struct armdma_iova_want w;
	uint64_t at;
	int ret;

	iova_lock(&b->base.lock);
	ret = base_want(&b->base, req, &w, addr);
	if (!ret) {
		at = find(b, &w);
		if (at != BASE_NONE)
			mark(b, at, at + w.count);
		ret = base_answer(&b->base, at, addr);
	}
	iova_unlock(&b->base.lock);
	return ret;
}

/* ---- Free, reserve -------------------------------------------------------------------- */

static int buddy_free(void *priv, armdma_dma_t addr, uint64_t size)
{
	struct buddy *b = priv;
	uint64_t from, end;
	int ret = -EINVAL;

	iova_lock(&b->base.lock);
	if (base_used_range(&b->base, addr, size, &from, &end)) {
		iova_clear_bits(b->base.used, (uint32_t)from, (uint32_t)end);
		b->base.nr_used -= end - from;
		b->base.frees++;
		give_grid(b, from + b->pad, end + b->pad);
		ret = 0;
	}
	iova_unlock(&b->base.lock);
	return ret;
}

/* The blocks that the range meets; their ends go back. */
static void take_grid(struct buddy *b, uint64_t from, uint64_t end)
{
	for (uint64_t at = from, start, stop; at < end; at = stop) {
		take_around(b, at, &start, &stop);
		if (start < at)
			give_grid(b, start, at);
		if (stop > end)
			give_grid(b, end, stop);
	}
}

static int buddy_reserve(void *priv, armdma_dma_t addr, uint64_t size)
{
	struct buddy *b = priv;
	uint64_t from, end;
	int ret = -EBUSY;

	if (!iova_range(&b->base.space, b->base.shift, addr, size, &from, &end) || size % b->base.space.granule)
		return -EINVAL;
	iova_lock(&b->base.lock);
	if (iova_next_set(b->base.used, (uint32_t)from, (uint32_t)end) == end) {
		take_grid(b, from + b->pad, end + b->pad);
		mark(b, from, end);
		ret = 0;
	}
	iova_unlock(&b->base.lock);
	return ret;
}

/* ---- Life, looks -------------------------------------------------------------------------- */

/* Bit maps for a grid of so many granules; places are offsets until the memory is there. */
static void lay_out(struct buddy *b, uint64_t grid, size_t *bits, size_t *words, size_t *used)
{
	base_put(&b->base.bytes, sizeof(*b));
	*used = base_put(&b->base.bytes, (size_t)((b->base.total + 63) / 64) * sizeof(uint64_t));
	for (unsigned int order = 0; order < b->nr_orders; order++) {
		struct buddies *o = &b->orders[order];

		o->nr_bits = (uint32_t)(((grid >> order) + 64) / 64);
		o->nr_words = (o->nr_bits + 63) / 64;
		bits[order] = base_put(&b->base.bytes, o->nr_bits * sizeof(uint64_t));
		words[order] = base_put(&b->base.bytes, o->nr_words * sizeof(uint64_t));
	}
}

static int buddy_create(const struct armdma_iova_policy *self, void **priv, const struct armdma_iova_space *space,
			struct armdma_error *err)
{
	struct buddy b = { .pad = 0 }, *p;
	size_t bits[MAX_ORDERS], words[MAX_ORDERS], used;
	int ret;

	(void)self;
	*priv = NULL;
	ret = base_init(&b.base, space, ARMDMA_IOVA_ALIGN_FULL, err);
	if (ret)
		return ret;
	b.nr_orders = iova_order(b.base.total) + 1;
	b.relative = space->align == ARMDMA_IOVA_ALIGN_CAPPED;
	if (!b.relative)
		b.pad = space->base >> b.base.shift & ((1ULL << (b.nr_orders - 1)) - 1);
	lay_out(&b, b.pad + b.base.total, bits, words, &used);
	p = iova_mem_get(&b.base.space, b.base.bytes);
	if (!p)
		return iova_fail(err, -ENOMEM, "no memory for the %zu bytes of blocks", b.base.bytes);
	*p = b;
	p->base.used = (uint64_t *)(void *)((char *)p + used);
	for (unsigned int order = 0; order < p->nr_orders; order++) {
		p->orders[order].bits = (uint64_t *)(void *)((char *)p + bits[order]);
		p->orders[order].words = (uint64_t *)(void *)((char *)p + words[order]);
	}
	if (p->base.total % 64)
		p->base.used[p->base.total / 64] = ~0ULL << p->base.total % 64;
	give_grid(p, p->pad, p->pad + p->base.total);
	*priv = p;
	return 0;
}

static void buddy_destroy(void *priv)
{
	struct buddy *b = priv;

	if (b)
		iova_mem_put(&b->base.space, b, b->base.bytes);
}

static bool buddy_query(void *priv, armdma_dma_t addr)
{
	return base_query(priv, addr);
}

static int buddy_walk(void *priv, int (*fn)(void *ctx, armdma_dma_t addr, uint64_t size), void *ctx)
{
	return base_walk(priv, fn, ctx);
}

static void buddy_stats(void *priv, struct armdma_iova_stats *st)
{
	base_stats(priv, st);
}

/* Blocks of an order are free granules, and no two are buddies. *sum: granules. */
static int check_order(const struct buddy *b, unsigned int order, uint64_t *sum, struct armdma_error *err)
{
	const struct buddies *o = &b->orders[order];

	for (uint64_t word = 0; word < o->nr_bits; word++)
		if (!!o->bits[word] != (o->words[word / 64] >> (word % 64) & 1))
			return iova_fail(err, -EIO, "blocks of order %u around %llu are wrongly marked", order,
					 (unsigned long long)word * 64);
	for (uint64_t nr = 0; nr < o->nr_bits * 64ULL; nr++) {
		uint64_t from = nr << order, end = from + (1ULL << order);

		if (!is_free_block(o, nr))
			continue;
		if (from < b->pad || end - b->pad > b->base.total ||
		    iova_next_set(b->base.used, (uint32_t)(from - b->pad), (uint32_t)(end - b->pad)) != end - b->pad)
			return iova_fail(err, -EIO, "block %llu of order %u is not free", (unsigned long long)nr, order);
		if (order + 1 < b->nr_orders && is_free_block(o, nr ^ 1))
			return iova_fail(err, -EIO, "block %llu of order %u and its buddy are free, but not one block",
					 (unsigned long long)nr, order);
		*sum += end - from;
	}
	return 0;
}

static int buddy_validate(void *priv, struct armdma_error *err)
{
	const struct buddy *b = priv;
	uint64_t sum = 0;
	int ret = base_validate(&b->base, (b->base.total + 63) / 64 * 64, err);

	for (unsigned int order = 0; !ret && order < b->nr_orders; order++)
		ret = check_order(b, order, &sum, err);
	if (!ret && sum != b->base.total - b->base.nr_used)
		ret = iova_fail(err, -EIO, "%llu granules are in blocks, %llu are free", (unsigned long long)sum,
				(unsigned long long)(b->base.total - b->base.nr_used));
	return ret;
}

const struct armdma_iova_policy iova_policy_buddy = {
	.name = "buddy",
	.create = buddy_create,
	.destroy = buddy_destroy,
	.alloc = buddy_alloc,
	.free = buddy_free,
	.reserve = buddy_reserve,
	.query = buddy_query,
	.walk = buddy_walk,
	.validate = buddy_validate,
	.stats = buddy_stats,
};
