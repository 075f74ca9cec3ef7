/* SPDX-License-Identifier: BSD-2-Clause */
/* The hierarchical bitmap: where a request fits. */
#include "lib/iova/bytes.h"
#include "lib/iova/core.h"
#include "lib/iova/mask128.h"

#define RUN_BLOCKS 128u		/* what a run is searched in at a time */

/* ---- Kinds of requests ------------------------------------------------------- */

/* Aligned to the power of two that holds it, up to a block. */
static bool is_natural(const struct armdma_iova_want *w)
{
	return w->count > 1 && w->count < CORE_BLOCK && w->mask == (1ULL << iova_order(w->count)) - 1 &&
	       !(w->skew & w->mask);
}

/* Longer, and aligned to blocks. */
static bool is_run(const struct armdma_iova_want *w)
{
	return w->count >= CORE_BLOCK && w->mask >= CORE_BLOCK - 1 && !(w->skew & w->mask);
}

/* One granule anywhere. */
static bool is_one(const struct armdma_iova_want *w)
{
	return w->count == 1 && !w->mask;
}

static uint64_t align_up(uint64_t at, const struct armdma_iova_want *w)
{
	return at + (-(at + w->skew) & w->mask);
}

static bool all_free(const struct iova_core *c, uint64_t at, uint64_t n)
{
	return iova_next_set(c->base.used, (uint32_t)at, (uint32_t)(at + n)) == at + n;
}

/* A lone granule behind whole words is not counted in levels and prefixes: what to ask them for. */
static unsigned int counted(uint64_t n)
{
	return (unsigned int)(n > CORE_WORD && n % CORE_WORD == 1 ? n - 1 : n);
}

/* ---- Natural requests ----------------------------------------------------------- */

/* Bit i: a natural request for n granules fits into the word from i on. */
static uint64_t places_in_word(uint64_t f, unsigned int n)
{
	static const uint64_t every[] = {
		~0ULL, 0x5555555555555555ULL, 0x1111111111111111ULL, 0x0101010101010101ULL,
		0x0001000100010001ULL, 0x0000000100000001ULL, 1,
	};
	unsigned int have = 1;

	for (; have * 2 <= n; have *= 2)
		f &= f >> have;
	if (have < n)
		f &= f >> (n - have);
	return f & every[iova_order(n)];
}

/* Does it fit there, and within [from, end)? */
static bool fits(const struct iova_core *c, uint64_t at, uint64_t n, uint64_t from, uint64_t end)
{
	return at >= from && at + n <= end && all_free(c, at, n);
}

static uint64_t first_in_block(const struct iova_core *c, uint32_t block, unsigned int n, uint64_t from)
{
	uint64_t start = (uint64_t)block * CORE_BLOCK, places;

	if (n > 128)
		return fits(c, start, n, from, c->base.total) ? start : BASE_NONE;
	if (n > CORE_WORD) {
		if (fits(c, start, n, from, c->base.total))
			return start;
		return fits(c, start + 128, n, from, c->base.total) ? start + 128 : BASE_NONE;
	}
	for (uint32_t word = block * 4; word < block * 4 + 4; word++) {
		if (c->word_level[word] < n || (uint64_t)word * 64 + 63 < from)
			continue;
		places = places_in_word(~c->base.used[word], n);
		if ((uint64_t)word * 64 < from)
			places &= IOVA_BITS_FROM(from % 64);
		if (places)
			return (uint64_t)word * 64 + (unsigned int)__builtin_ctzll(places);
	}
	return BASE_NONE;
}

static uint64_t last_in_block(const struct iova_core *c, uint32_t block, unsigned int n, uint64_t end)
{
	uint64_t start = (uint64_t)block * CORE_BLOCK, places;

	if (n > 128)
		return fits(c, start, n, 0, end) ? start : BASE_NONE;
	if (n > CORE_WORD) {
		if (fits(c, start + 128, n, 0, end))
			return start + 128;
		return fits(c, start, n, 0, end) ? start : BASE_NONE;
	}
	for (uint32_t word = block * 4 + 4; word-- > block * 4;) {
		uint64_t at = (uint64_t)word * 64;

		if (c->word_level[word] < n || at + n > end)
			continue;
		places = places_in_word(~c->base.used[word], n);
		if (at + 64 > end)
			places &= IOVA_BITS_BELOW(end - n - at + 1);
		if (places)
			return at + 63 - (unsigned int)__builtin_clzll(places);
	}
	return BASE_NONE;
}

/* First block from `block` on with such a level; nr_blocks. */
static uint32_t next_block(const struct iova_core *c, uint32_t block, unsigned int level)
{
	uint32_t group = block / CORE_GROUP;
	uint64_t mask;

	if (block >= c->nr_blocks)
		return c->nr_blocks;
	if (block % CORE_GROUP) {
		mask = iova_bytes_at_least(c->level + group * CORE_GROUP, level) & IOVA_BITS_FROM(block % CORE_GROUP);
		if (mask)
			return group * CORE_GROUP + (uint32_t)__builtin_ctzll(mask);
		group++;
	}
	for (uint32_t first = group / 64 * 64; first < c->nr_groups; first += 64) {
		mask = iova_bytes_at_least(c->group_level + first, level);
		if (first < group)
			mask &= IOVA_BITS_FROM(group % 64);
		if (!mask)
			continue;
		group = first + (uint32_t)__builtin_ctzll(mask);
		mask = iova_bytes_at_least(c->level + group * CORE_GROUP, level);
		return group * CORE_GROUP + (uint32_t)__builtin_ctzll(mask);
	}
	return c->nr_blocks;
}

/* Last block below `end` with such a level, + 1; 0. */
static uint32_t last_block(const struct iova_core *c, uint32_t end, unsigned int level)
{
	uint32_t group = end / CORE_GROUP;
	uint64_t mask;

	if (end % CORE_GROUP) {
		mask = iova_bytes_at_least(c->level + group * CORE_GROUP, level) & IOVA_BITS_BELOW(end % CORE_GROUP);
		if (mask)
			return group * CORE_GROUP + 64 - (uint32_t)__builtin_clzll(mask);
	}
	while (group) {
		uint32_t first = (group - 1) / 64 * 64;

		mask = iova_bytes_at_least(c->group_level + first, level) & IOVA_BITS_BELOW(group - first);
		if (mask) {
			group = first + 63 - (uint32_t)__builtin_clzll(mask);
			mask = iova_bytes_at_least(c->level + group * CORE_GROUP, level);
			return group * CORE_GROUP + 64 - (uint32_t)__builtin_clzll(mask);
		}
		group = first;
	}
	return 0;
}

static uint64_t first_natural(const struct iova_core *c, unsigned int n, uint64_t from)
{
	uint32_t block = (uint32_t)(from / CORE_BLOCK);
	uint64_t at;

	for (; (block = next_block(c, block, counted(n))) < c->nr_blocks; block++) {
		at = first_in_block(c, block, n, from);
		if (at != BASE_NONE)
			return at;
	}
	return BASE_NONE;
}

static uint64_t last_natural(const struct iova_core *c, unsigned int n, uint64_t end)
{
	uint32_t stop = (uint32_t)((end + CORE_BLOCK - 1) / CORE_BLOCK);
	uint64_t at;

	while ((stop = last_block(c, stop, counted(n)))) {
		at = last_in_block(c, --stop, n, end);
		if (at != BASE_NONE)
			return at;
	}
	return BASE_NONE;
}

/* ---- Runs of blocks ---------------------------------------------------------------- */

/* Free granules from the start of a block on, less than a block: really, lone or not. */
static unsigned int true_prefix(const struct iova_core *c, uint32_t block)
{
	uint32_t at = block * CORE_BLOCK;

	return block < c->nr_blocks ? iova_next_set(c->base.used, at, at + CORE_BLOCK) - at : 0;
}

/* Bit i: from block first + i on, n granules are free within RUN_BLOCKS blocks. */
static mask128 runs_within(const struct iova_core *c, uint32_t first, uint64_t n)
{
	unsigned int blocks = (unsigned int)(n / CORE_BLOCK), rest = (unsigned int)(n % CORE_BLOCK), have = 1;
	mask128 m = mask128_make(c->whole[first / 64 + 1], c->whole[first / 64]), behind;

	if (n > RUN_BLOCKS * CORE_BLOCK)
		return mask128_make(0, 0);
	for (; have * 2 <= blocks && mask128_any(m); have *= 2)
		m = mask128_and(m, mask128_shr(m, have));
	if (have < blocks)
		m = mask128_and(m, mask128_shr(m, blocks - have));
	if (!rest || !mask128_any(m))
		return m;
	rest -= rest % CORE_WORD == 1;
	behind = mask128_make(iova_bytes_at_least(c->prefix + first + 64, rest),
			      iova_bytes_at_least(c->prefix + first, rest));
	return mask128_and(m, mask128_shr(behind, blocks));
}

/* Every so many blocks, from a multiple of RUN_BLOCKS on. */
static mask128 every_block(uint64_t step)
{
	mask128 m = mask128_make(0, 1);

	for (; step < RUN_BLOCKS; step *= 2)
		m = mask128_or(m, mask128_shl(m, (unsigned int)step));
	return m;
}

/* The last granule of a request for 64 k + 1 is not counted; it may be the first of the next word. */
static bool rest_is_free(const struct iova_core *c, uint64_t at, uint64_t n)
{
	uint64_t last = at + n - 1;

	return n % CORE_WORD != 1 || (last < c->base.total && !(c->base.used[last / 64] >> last % 64 & 1));
}

/* Nothing crosses a multiple of RUN_BLOCKS blocks. */
static uint64_t first_run_within(const struct iova_core *c, const struct armdma_iova_want *w)
{
	uint64_t step = (w->mask + 1) / CORE_BLOCK;
	mask128 m, where = step <= 1 ? mask128_make(~0ULL, ~0ULL) : every_block(step);

	for (uint32_t first = 0; first < c->nr_blocks; first += RUN_BLOCKS) {
		if (step > RUN_BLOCKS && first % step)
			continue;
		for (m = mask128_and(runs_within(c, first, w->count), where); mask128_any(m); m = mask128_drop(m)) {
			uint64_t at = (uint64_t)(first + mask128_first(m)) * CORE_BLOCK;

			if (rest_is_free(c, at, w->count))
				return at;
		}
	}
	return BASE_NONE;
}

/* Anywhere from `from` on: run by run. */
static uint64_t first_run(const struct iova_core *c, const struct armdma_iova_want *w, uint64_t from)
{
	uint32_t start = (uint32_t)((from + CORE_BLOCK - 1) / CORE_BLOCK), end;

	for (; (start = iova_next_set(c->whole, start, c->nr_blocks)) < c->nr_blocks; start = end) {
		uint64_t at = align_up((uint64_t)start * CORE_BLOCK, w), stop;

		end = iova_next_zero(c->whole, start, c->nr_blocks);
		stop = (uint64_t)end * CORE_BLOCK;
		if (at + w->count <= stop || (at <= stop && at + w->count <= stop + true_prefix(c, end)))
			return at;
	}
	return BASE_NONE;
}

static uint64_t last_run(const struct iova_core *c, const struct armdma_iova_want *w, uint64_t end)
{
	uint32_t stop = (uint32_t)((end + CORE_BLOCK - 1) / CORE_BLOCK), start;

	for (; (stop = iova_last_set(c->whole, stop)); stop = start) {
		uint64_t top = (uint64_t)stop * CORE_BLOCK + true_prefix(c, stop), at;

		start = iova_last_zero(c->whole, stop);
		top = top < end ? top : end;
		if (top < w->count)
			continue;
		at = (top - w->count) & ~w->mask;
		if (at >= (uint64_t)start * CORE_BLOCK)
			return at;
	}
	return BASE_NONE;
}

/* ---- Everything else: a word at a time ------------------------------------------------ */

static uint64_t next_free(const struct iova_core *c, uint64_t at)
{
	uint32_t word = (uint32_t)(at / 64);
	uint64_t free;

	if (at >= c->base.total)
		return c->base.total;
	free = ~c->base.used[word] & IOVA_BITS_FROM(at % 64);
	if (!free) {
		word = iova_next_set(c->open0, word + 1, c->nr_words);
		if (word == c->nr_words)
			return c->base.total;
		free = ~c->base.used[word];
	}
	return (uint64_t)word * 64 + (unsigned int)__builtin_ctzll(free);
}

static uint64_t first_by_words(const struct iova_core *c, const struct armdma_iova_want *w, uint64_t at, uint64_t span)
{
	while (at < w->end) {
		uint64_t busy;

		at = next_free(c, at);
		at = align_up(at, w);
		if (at >= w->end || w->count > w->end - at)
			return BASE_NONE;
		if (at / span != (at + w->count - 1) / span) {
			if (w->count > span)
				return BASE_NONE;
			at = (at / span + 1) * span;
			continue;
		}
		busy = iova_next_set(c->base.used, (uint32_t)at, (uint32_t)(at + w->count));
		if (busy == at + w->count)
			return at;
		at = busy + 1;
	}
	return BASE_NONE;
}

static uint64_t last_by_words(const struct iova_core *c, const struct armdma_iova_want *w, uint64_t end)
{
	while (end >= w->count) {
		uint64_t at = end - w->count, down, busy;

		down = (at + w->skew) & w->mask;
		if (down > at)
			return BASE_NONE;
		at -= down;
		busy = iova_last_set(c->base.used, (uint32_t)(at + w->count));
		if (busy <= at)
			return at;
		/* The used granule is busy - 1; the request must end below it, and below all used ones under it. */
		end = iova_last_zero(c->base.used, (uint32_t)(busy - 1));
	}
	return BASE_NONE;
}

/* ---- Questions ------------------------------------------------------------------------ */

uint64_t core_first(const struct iova_core *c, const struct armdma_iova_want *w, uint64_t from, uint64_t span)
{
	uint64_t at;

	if (is_natural(w))
		at = first_natural(c, (unsigned int)w->count, from);
	else if (is_run(w) && !from && span == RUN_BLOCKS * CORE_BLOCK)
		at = first_run_within(c, w);
	else if (is_run(w) && span >= c->base.total)
		at = first_run(c, w, from);
	else
		return first_by_words(c, w, from, span);
	return at != BASE_NONE && at + w->count <= w->end ? at : BASE_NONE;
}

uint64_t core_last(const struct iova_core *c, const struct armdma_iova_want *w, uint64_t end)
{
	if (end > w->end)
		end = w->end;
	if (is_natural(w))
		return last_natural(c, (unsigned int)w->count, end);
	if (is_run(w))
		return last_run(c, w, end);
	return last_by_words(c, w, end);
}

/* ---- Best fit --------------------------------------------------------------------------- */

/* In a group, of the blocks with a level of at least `least` and below *best: the lowest that is better than what was found before. */
static uint64_t better_in_group(const struct iova_core *c, uint32_t group, const struct armdma_iova_want *w, unsigned int *best)
{
	const uint8_t *levels = c->level + (size_t)group * CORE_GROUP;
	unsigned int n = (unsigned int)w->count;
	uint64_t mask = iova_bytes_at_least(levels, counted(n)), place = BASE_NONE, at;

	if (*best < 256)
		mask &= ~iova_bytes_at_least(levels, *best);
	for (; mask; mask &= mask - 1) {
		uint32_t block = group * CORE_GROUP + (uint32_t)__builtin_ctzll(mask);

		if (c->level[block] >= *best)
			continue;
		at = first_in_block(c, block, n, 0);
		if (at == BASE_NONE || at + n > w->end)
			continue;
		place = at;
		*best = c->level[block];
	}
	return place;
}

/* The block with the lowest level that will do; the lowest of several. */
static uint64_t best_natural(const struct iova_core *c, const struct armdma_iova_want *w)
{
	unsigned int least = counted(w->count), best = 256;
	uint64_t place = BASE_NONE, at;

	for (uint32_t group = 0; group < c->nr_groups && best > least; group++) {
		if (c->group_level[group] < least)
			continue;
		at = better_in_group(c, group, w, &best);
		place = at != BASE_NONE ? at : place;
	}
	return place;
}

/* The shortest run, from the place where the range would begin. */
static uint64_t best_run(const struct iova_core *c, const struct armdma_iova_want *w)
{
	uint64_t place = BASE_NONE, best = UINT64_MAX;
	uint32_t start = 0, end;

	for (; (start = iova_next_set(c->whole, start, c->nr_blocks)) < c->nr_blocks; start = end) {
		uint64_t at = align_up((uint64_t)start * CORE_BLOCK, w), stop;

		end = iova_next_zero(c->whole, start, c->nr_blocks);
		stop = (uint64_t)end * CORE_BLOCK + true_prefix(c, end);
		if (at + w->count > stop || at + w->count > w->end || stop - at >= best)
			continue;
		place = at;
		best = stop - at;
	}
	return place;
}

uint64_t core_best(const struct iova_core *c, const struct armdma_iova_want *w)
{
	uint64_t at;

	if (is_natural(w))
		return best_natural(c, w);
	if (is_run(w))
		return best_run(c, w);
	if (is_one(w)) {
		at = core_first_one(c);
		return at < w->end ? at : BASE_NONE;
	}
	return first_by_words(c, w, 0, UINT64_MAX);
}
