/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * two-level: a good fit in constant time.
 *
 * Free ranges are kept in bins by their length: each length up to 7 has its own, then eight bins for each power of two. A bit map tells which
 * bins have something in them, so the next bin that does is found in two steps. A free range knows its length at both of its ends, so that
 * what is freed grows together with its neighbours at once.
 *
 * A request takes the lowest aligned place of a range, chosen so: from the bin of its own length on, up to four of each bin are tried; in the bin whose
 * ranges are all long enough, whatever the alignment costs, the first one always will do. Requests with a limit within the space
 * may have to look at all ranges that are long enough. What it costs: at most an eighth of a range's length is overlooked, so a
 * request may fail although a range of nearly its length is free behind four others.
 */
#include <string.h>

#include "lib/iova/base.h"

#define BINS 256u
#define SMALL 8u		/* lengths below have a bin of their own */
#define TRIES 4u		/* ranges of a bin */
#define NOWHERE UINT32_MAX

struct two_level {
	struct iova_base base;		/* first, so that one is the other */
	uint64_t words;			/* bit a word of bins */
	uint64_t bins[BINS / 64];	/* bit a bin: it has a range */
	uint32_t head[BINS];		/* first granule of its first range */
	/* By granule. length: of the free range that begins or ends there; 0: none does. */
	uint32_t *length, *next, *prev;
};

/* ---- Bins --------------------------------------------------------------------- */

/* The bin of a length. Longer ranges are never in lower bins. */
static unsigned int bin_of(uint64_t n)
{
	unsigned int order;

	if (n < SMALL)
		return (unsigned int)n;
	order = 63 - (unsigned int)__builtin_clzll(n);
	return (order - 2) * 8 + (unsigned int)(n >> (order - 3) & 7);
}

/* First bin with a range in it, from this one on; BINS. */
static unsigned int next_bin(const struct two_level *t, unsigned int bin)
{
	uint64_t bits;

	if (bin >= BINS)
		return BINS;
	bits = t->bins[bin / 64] & ~0ULL << bin % 64;
	if (bits)
		return bin / 64 * 64 + (unsigned int)__builtin_ctzll(bits);
	bits = t->words & ~1ULL << bin / 64;
	if (!bits)
		return BINS;
	bin = (unsigned int)__builtin_ctzll(bits);
	return bin * 64 + (unsigned int)__builtin_ctzll(t->bins[bin]);
}

static void insert(struct two_level *t, uint64_t at, uint64_t n)
{
	unsigned int bin = bin_of(n);
	uint32_t first = t->head[bin];

	t->length[at] = t->length[at + n - 1] = (uint32_t)n;
	t->next[at] = first;
	t->prev[at] = NOWHERE;
	if (first != NOWHERE)
		t->prev[first] = (uint32_t)at;
	t->head[bin] = (uint32_t)at;
	t->bins[bin / 64] |= 1ULL << bin % 64;
	t->words |= 1ULL << bin / 64;
}

static void withdraw(struct two_level *t, uint64_t at, uint64_t n)
{
	unsigned int bin = bin_of(n);
	uint32_t next = t->next[at], prev = t->prev[at];

	t->length[at] = t->length[at + n - 1] = 0;
	if (next != NOWHERE)
		t->prev[next] = prev;
	if (prev != NOWHERE) {
		t->next[prev] = next;
		return;
	}
	t->head[bin] = next;
	if (next != NOWHERE)
		return;
	t->bins[bin / 64] &= ~(1ULL << bin % 64);
	if (!t->bins[bin / 64])
		t->words &= ~(1ULL << bin / 64);
}

/* ---- Allocation ------------------------------------------------------------------ */

/* The lowest place in a free range. */
static uint64_t place_in(const struct two_level *t, uint64_t at, const struct armdma_iova_want *w)
{
	uint64_t end = at + t->length[at], place = at + (-(at + w->skew) & w->mask);

	end = end < w->end ? end : w->end;
	return place < end && w->count <= end - place ? place : BASE_NONE;
}

/* In one of the first ranges of a bin. *at is the range. */
static uint64_t place_in_bin(const struct two_level *t, unsigned int bin, unsigned int tries, const struct armdma_iova_want *w, uint64_t *at)
{
	uint64_t place;

	for (uint32_t i = t->head[bin]; i != NOWHERE && tries--; i = t->next[i]) {
		place = place_in(t, i, w);
		if (place != BASE_NONE) {
			*at = i;
			return place;
		}
	}
	return BASE_NONE;
}

static uint64_t find(const struct two_level *t, const struct armdma_iova_want *w, uint64_t *at)
{
	bool limited = w->end < t->base.total;
	uint64_t place;

	for (unsigned int bin = bin_of(w->count); (bin = next_bin(t, bin)) < BINS; bin++) {
		place = place_in_bin(t, bin, limited ? UINT32_MAX : TRIES, w, at);
		if (place != BASE_NONE)
			return place;
	}
	return BASE_NONE;
}

/* Take [from, end) out of the free range at `at`. */
static void cut(struct two_level *t, uint64_t at, uint64_t from, uint64_t end)
{
	uint64_t n = t->length[at];

	withdraw(t, at, n);
	if (from > at)
		insert(t, at, from - at);
	if (end < at + n)
		insert(t, end, at + n - end);
	iova_set_bits(t->base.used, (uint32_t)from, (uint32_t)end);
	base_count_used(&t->base, end - from);
}

static int two_level_alloc(void *priv, const struct armdma_iova_request *req, armdma_dma_t *addr)
{
	struct two_level *t = priv;
	struct armdma_iova_want w;
	uint64_t place, at = 0;
	int ret;

	iova_lock(&t->base.lock);
	ret = base_want(&t->base, req, &w, addr);
	if (!ret) {
		place = find(t, &w, &at);
		if (place != BASE_NONE)
			cut(t, at, place, place + w.count);
		ret = base_answer(&t->base, place, addr);
	}
	iova_unlock(&t->base.lock);
	return ret;
}

/* ---- Free, reserve ----------------------------------------------------------------- */

/* A range is free, and grows together with what is free on both sides. */
static void join(struct two_level *t, uint64_t from, uint64_t end)
{
	if (from && t->length[from - 1]) {
		uint64_t n = t->length[from - 1];

		from -= n;
		withdraw(t, from, n);
	}
	if (end < t->base.total && t->length[end]) {
		uint64_t n = t->length[end];

		withdraw(t, end, n);
		end += n;
	}
	insert(t, from, end - from);
}

static int two_level_free(void *priv, armdma_dma_t addr, uint64_t size)
{
	struct two_level *t = priv;
	uint64_t from, end;
	int ret = -EINVAL;

	iova_lock(&t->base.lock);
	if (base_used_range(&t->base, addr, size, &from, &end)) {
		iova_clear_bits(t->base.used, (uint32_t)from, (uint32_t)end);
		t->base.nr_used -= end - from;
		t->base.frees++;
		join(t, from, end);
		ret = 0;
	}
	iova_unlock(&t->base.lock);
	return ret;
}

static int two_level_reserve(void *priv, armdma_dma_t addr, uint64_t size)
{
	struct two_level *t = priv;
	uint64_t from, end, at;
	int ret = -EBUSY;

	if (!iova_range(&t->base.space, t->base.shift, addr, size, &from, &end) || size % t->base.space.granule)
		return -EINVAL;
	iova_lock(&t->base.lock);
	if (iova_next_set(t->base.used, (uint32_t)from, (uint32_t)end) == end) {
		/* The free range around it begins behind the used granule below. */
		at = iova_last_set(t->base.used, (uint32_t)from);
		cut(t, at, from, end);
		ret = 0;
	}
	iova_unlock(&t->base.lock);
	return ret;
}

/* ---- Life, looks ---------------------------------------------------------------------- */

static int two_level_create(const struct armdma_iova_policy *self, void **priv, const struct armdma_iova_space *space,
			    struct armdma_error *err)
{
	struct iova_base base = { .bytes = 0 };
	size_t words, length, next, prev, used;
	struct two_level *t;
	int ret;

	(void)self;
	*priv = NULL;
	ret = base_init(&base, space, ARMDMA_IOVA_ALIGN_CAPPED, err);
	if (ret)
		return ret;
	words = (size_t)((base.total + 63) / 64);
	base_put(&base.bytes, sizeof(*t));
	used = base_put(&base.bytes, words * sizeof(uint64_t));
	length = base_put(&base.bytes, (size_t)base.total * sizeof(uint32_t));
	next = base_put(&base.bytes, (size_t)base.total * sizeof(uint32_t));
	prev = base_put(&base.bytes, (size_t)base.total * sizeof(uint32_t));
	t = iova_mem_get(&base.space, base.bytes);
	if (!t)
		return iova_fail(err, -ENOMEM, "no memory for the %zu bytes of free ranges", base.bytes);
	t->base = base;
	t->base.used = (uint64_t *)(void *)((char *)t + used);
	t->length = (uint32_t *)(void *)((char *)t + length);
	t->next = (uint32_t *)(void *)((char *)t + next);
	t->prev = (uint32_t *)(void *)((char *)t + prev);
	if (base.total % 64)
		t->base.used[words - 1] = ~0ULL << base.total % 64;
	memset(t->head, 0xff, sizeof(t->head));
	insert(t, 0, base.total);
	*priv = t;
	return 0;
}

static void two_level_destroy(void *priv)
{
	struct two_level *t = priv;

	if (t)
		iova_mem_put(&t->base.space, t, t->base.bytes);
}

static bool two_level_query(void *priv, armdma_dma_t addr)
{
	return base_query(priv, addr);
}

static int two_level_walk(void *priv, int (*fn)(void *ctx, armdma_dma_t addr, uint64_t size), void *ctx)
{
	return base_walk(priv, fn, ctx);
}

static void two_level_stats(void *priv, struct armdma_iova_stats *st)
{
	base_stats(priv, st);
}

/* Every range in a bin is in the right one, free, and as long as it can be. *sum: granules. */
static int check_bin(const struct two_level *t, unsigned int bin, uint64_t *sum, struct armdma_error *err)
{
	const struct iova_base *b = &t->base;
	uint32_t before = NOWHERE;

	if ((t->head[bin] != NOWHERE) != (t->bins[bin / 64] >> (bin % 64) & 1))
		return iova_fail(err, -EIO, "bin %u is wrongly marked", bin);
	for (uint32_t at = t->head[bin]; at != NOWHERE; before = at, at = t->next[at]) {
		uint64_t n = t->length[at], end = at + n;

		if (!n || end > b->total || bin_of(n) != bin || t->length[end - 1] != n || t->prev[at] != before)
			return iova_fail(err, -EIO, "the range at granule %u in bin %u has length %llu", at, bin,
					 (unsigned long long)n);
		if (iova_next_set(b->used, at, (uint32_t)end) != end || (at && !base_is_used(b, at - 1)) ||
		    (end < b->total && !base_is_used(b, end)))
			return iova_fail(err, -EIO, "the range at granule %u is not %llu free ones between used ones", at,
					 (unsigned long long)n);
		*sum += n;
	}
	return 0;
}

static int two_level_validate(void *priv, struct armdma_error *err)
{
	const struct two_level *t = priv;
	uint64_t sum = 0;
	int ret = base_validate(&t->base, (t->base.total + 63) / 64 * 64, err);

	for (unsigned int bin = 0; !ret && bin < BINS; bin++)
		ret = check_bin(t, bin, &sum, err);
	for (unsigned int word = 0; !ret && word < BINS / 64; word++)
		if (!!t->bins[word] != (t->words >> word & 1))
			ret = iova_fail(err, -EIO, "the bins from %u on are wrongly marked", word * 64);
	if (!ret && sum != t->base.total - t->base.nr_used)
		ret = iova_fail(err, -EIO, "%llu granules are in bins, %llu are free", (unsigned long long)sum,
				(unsigned long long)(t->base.total - t->base.nr_used));
	return ret;
}

const struct armdma_iova_policy iova_policy_two_level = {
	.name = "two-level",
	.create = two_level_create,
	.destroy = two_level_destroy,
	.alloc = two_level_alloc,
	.free = two_level_free,
	.reserve = two_level_reserve,
	.query = two_level_query,
	.walk = two_level_walk,
	.validate = two_level_validate,
	.stats = two_level_stats,
};
