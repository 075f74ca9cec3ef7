/* SPDX-License-Identifier: BSD-2-Clause */
/* The hierarchical bitmap: what can be asked of it, and whether its summaries are what its bits say. */
#include "lib/iova/core.h"

bool core_query(struct iova_core *c, armdma_dma_t addr)
{
	uint64_t at;
	bool used;

	if (addr < c->space.base || addr - c->space.base >= c->space.size)
		return false;
	at = (addr - c->space.base) >> c->shift;
	iova_lock(&c->lock);
	used = c->used[at / 64] >> (at % 64) & 1;
	iova_unlock(&c->lock);
	return used;
}

/* The lock is not held while fn runs, so that it may call the policy. */
static bool next_run(struct iova_core *c, bool used, uint64_t *from, uint64_t *end)
{
	uint64_t invert = used ? 0 : UINT64_MAX;

	iova_lock(&c->lock);
	*from = iova_find_bit(c->used, (uint32_t)*from, (uint32_t)c->total, invert);
	*end = iova_find_bit(c->used, (uint32_t)*from, (uint32_t)c->total, ~invert);
	iova_unlock(&c->lock);
	return *from < c->total;
}

int core_walk(struct iova_core *c, int (*fn)(void *ctx, armdma_dma_t addr, uint64_t size), void *ctx)
{
	uint64_t from = 0, end;
	int ret;

	for (; next_run(c, true, &from, &end); from = end) {
		ret = fn(ctx, c->space.base + (from << c->shift), (end - from) << c->shift);
		if (ret)
			return ret;
	}
	return 0;
}

void core_stats(struct iova_core *c, struct armdma_iova_stats *st)
{
	uint64_t from, end, largest = 0;

	for (from = 0; next_run(c, false, &from, &end); from = end)
		if (end - from > largest)
			largest = end - from;
	iova_lock(&c->lock);
	st->total = c->space.size;
	st->used = c->nr_used << c->shift;
	st->peak = c->peak << c->shift;
	st->largest_free = largest << c->shift;
	st->allocs = c->allocs;
	st->frees = c->frees;
	st->failures = c->failures;
	st->memory = c->bytes;
	iova_unlock(&c->lock);
}

/* ---- Validation: every summary again, granule by granule ------------------------- */

static bool is_free(const struct iova_core *c, uint64_t at)
{
	return !(c->used[at / 64] >> (at % 64) & 1);
}

/* Free granules from `at` on, up to end. */
static unsigned int run_at(const struct iova_core *c, uint64_t at, uint64_t end)
{
	uint64_t from = at;

	while (at < end && is_free(c, at))
		at++;
	return (unsigned int)(at - from);
}

/* Longest natural request within [start, start+len) of 2 granules or more; without the lone ones behind whole words. */
static unsigned int level_of(const struct iova_core *c, uint64_t start, unsigned int len)
{
	unsigned int most = 0;

	for (unsigned int size = 2; size <= len; size *= 2)
		for (uint64_t at = start; at < start + len; at += size) {
			unsigned int run = run_at(c, at, at + size);

			if (run > 64 && run % 64 == 1)
				run--;
			if (run > size / 2 && run > most)
				most = run;
		}
	return most;
}

static int check_word(const struct iova_core *c, uint32_t word, struct armdma_error *err)
{
	bool open = c->open0[word / 64] >> (word % 64) & 1, group = c->open1[word / 4096] >> (word / 64 % 64) & 1;
	unsigned int level = level_of(c, (uint64_t)word * 64, 64);

	if (c->word_level[word] != level)
		return iova_fail(err, -EIO, "word %u has level %u and should have %u", word, c->word_level[word], level);
	if (open != !!~c->used[word])
		return iova_fail(err, -EIO, "word %u is wrongly marked %s", word, open ? "open" : "full");
	if (group != !!c->open0[word / 64])
		return iova_fail(err, -EIO, "the 64 words around %u are wrongly marked %s", word, group ? "open" : "full");
	return 0;
}

static int check_block(const struct iova_core *c, uint32_t block, struct armdma_error *err)
{
	uint64_t start = (uint64_t)block * CORE_BLOCK;
	unsigned int run = run_at(c, start, start + CORE_BLOCK), level = level_of(c, start, CORE_BLOCK);
	unsigned int prefix = run % 64 == 1 ? run - 1 : run;
	bool whole = c->whole[block / 64] >> (block % 64) & 1;

	if (c->level[block] != (level < 255 ? level : 255))
		return iova_fail(err, -EIO, "block %u has level %u and should have %u", block, c->level[block], level);
	if (c->prefix[block] != (prefix < 255 ? prefix : 255))
		return iova_fail(err, -EIO, "block %u has %u free granules at its start and says %u", block, prefix,
				 c->prefix[block]);
	if (whole != (run == CORE_BLOCK))
		return iova_fail(err, -EIO, "block %u is wrongly marked %s", block, whole ? "whole" : "broken");
	return 0;
}

static int check_group(const struct iova_core *c, uint32_t group, struct armdma_error *err)
{
	unsigned int most = 0;

	for (uint32_t block = group * CORE_GROUP; block < c->nr_blocks && block < (group + 1) * CORE_GROUP; block++)
		most = c->level[block] > most ? c->level[block] : most;
	if (c->group_level[group] != most)
		return iova_fail(err, -EIO, "group %u has level %u and should have %u", group, c->group_level[group], most);
	return 0;
}

static int check_counts(const struct iova_core *c, struct armdma_error *err)
{
	uint64_t free = 0;

	for (uint32_t word = 0; word < c->nr_words; word++)
		free += (uint64_t)__builtin_popcountll(~c->used[word]);
	if (c->nr_used != c->total - free || c->peak < c->nr_used)
		return iova_fail(err, -EIO, "counted: %llu used, %llu peak; bits: %llu used", (unsigned long long)c->nr_used,
				 (unsigned long long)c->peak, (unsigned long long)(c->total - free));
	for (uint64_t at = c->total; at < (uint64_t)c->nr_words * 64; at++)
		if (is_free(c, at))
			return iova_fail(err, -EIO, "granule %llu is free, but the space ends at %llu",
					 (unsigned long long)at, (unsigned long long)c->total);
	return 0;
}

int core_validate(const struct iova_core *c, struct armdma_error *err)
{
	int ret = check_counts(c, err);

	for (uint32_t word = 0; !ret && word < c->nr_words; word++)
		ret = check_word(c, word, err);
	for (uint32_t block = 0; !ret && block < c->nr_blocks; block++)
		ret = check_block(c, block, err);
	for (uint32_t group = 0; !ret && group < c->nr_groups; group++)
		ret = check_group(c, group, err);
	return ret;
}
