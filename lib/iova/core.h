/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The hierarchical bitmap: which granules are used, and summaries that tell where a request fits.
 *
 * A word is 64 granules, a block 4 words, a group 64 blocks. A *natural* request is aligned to the power of two that holds it (up to a
 * block; longer ones to a block or more). What a word can hold is monotonous: where n granules fit naturally, fewer
 * do. So one number tells it all: the level, the longest natural request that fits.
 *
 *	used	bit a granule
 *	open0	bit a word: it has a free granule; open1: bit a word of open0
 *	word_level	byte a word: 2 to 64; 0 for less than 2, so that lone pages, as random loads leave them, change nothing here
 *	level	byte a block: the most of its words, or a longer natural run across them; 255 stands for 255 and 256
 *	prefix	byte a block: free granules at its start; a lone granule at the start of a word counts as none
 *	whole	bit a block: all free
 *	group_level	byte a group: the most of its blocks
 *
 * One granule is found by open1, open0, used; 2 to 255 naturally aligned by group_level, level, word_level, used: no search, whatever the
 * space looks like. Longer ones are runs in `whole`, found 128 blocks at a time by and-ing it with itself, shifted. A lone granule
 * counts as none, so requests of 64 k + 1 granules ask for one less and look at the last one.
 * Requests aligned otherwise are searched a word at a time.
 */
#ifndef LIB_IOVA_CORE_H
#define LIB_IOVA_CORE_H

#include "lib/iova/base.h"

#define CORE_WORD 64u
#define CORE_BLOCK 256u
#define CORE_GROUP 64u		/* blocks */

struct iova_core {
	struct iova_base base;		/* first, so that one is the other; granules behind the space are used for ever */
	uint64_t *open0, *open1, *whole;
	uint8_t *word_level, *level, *prefix, *group_level;
	uint32_t nr_words, nr_blocks, nr_groups, nr_open1;
	/* Where the next search begins: next-fit (0); top-down below 2^32 (0) and above (1). */
	uint64_t cursor[2];
};

/* 0, -EINVAL, -ENOMEM. */
int core_create(struct iova_core **core, const struct armdma_iova_space *space, enum armdma_iova_align own,
		struct armdma_error *err);
void core_destroy(struct iova_core *c);

/* Mark a range that is free, or used, as a whole. */
void core_take_range(struct iova_core *c, uint64_t from, uint64_t end);
void core_give_range(struct iova_core *c, uint64_t from, uint64_t end);
/* A word has a natural pair now, or had one. */
void core_update_word(struct iova_core *c, uint32_t word);
/* Longest natural request of 2 granules or more that fits into these free ones. */
unsigned int core_word_level(uint64_t free);

/* Places from `from` on, below end, in which a request fits: the lowest. BASE_NONE when there is none. span: nothing crosses a multiple of it. */
uint64_t core_first(const struct iova_core *c, const struct armdma_iova_want *w, uint64_t from, uint64_t span);
/* The highest below end. */
uint64_t core_last(const struct iova_core *c, const struct armdma_iova_want *w, uint64_t end);
/* One in the block, or the run of blocks, that it fills best. */
uint64_t core_best(const struct iova_core *c, const struct armdma_iova_want *w);

int core_validate(const struct iova_core *c, struct armdma_error *err);

/* The first word with a free granule, or nr_words. */
static inline uint32_t core_first_open(const struct iova_core *c)
{
	uint32_t i = 0, word;

	while (__builtin_expect(!c->open1[i], 0))
		if (++i == c->nr_open1)
			return c->nr_words;
	word = i * 64 + (uint32_t)__builtin_ctzll(c->open1[i]);
	return word * 64 + (uint32_t)__builtin_ctzll(c->open0[word]);
}

/* The lowest free granule; BASE_NONE. */
static inline uint64_t core_first_one(const struct iova_core *c)
{
	uint32_t word = core_first_open(c);

	return word < c->nr_words ? (uint64_t)word * 64 + (unsigned int)__builtin_ctzll(~c->base.used[word]) : BASE_NONE;
}

static inline void core_close_word(struct iova_core *c, uint32_t word)
{
	uint64_t rest = c->open0[word / 64] & ~(1ULL << word % 64);

	/* Without a branch: whether it was the last one is hard to predict. */
	c->open0[word / 64] = rest;
	c->open1[word / 4096] &= ~((uint64_t)!rest << word / 64 % 64);
}

static inline void core_open_word(struct iova_core *c, uint32_t word)
{
	c->open0[word / 64] |= 1ULL << word % 64;
	c->open1[word / 4096] |= 1ULL << word / 64 % 64;
}

static inline void core_take_one(struct iova_core *c, uint64_t at)
{
	uint32_t word = (uint32_t)(at / 64);

	c->base.used[word] |= 1ULL << at % 64;
	if (__builtin_expect(!~c->base.used[word], 1))
		core_close_word(c, word);
	if (__builtin_expect(c->word_level[word], 0))
		core_update_word(c, word);
	base_count_used(&c->base, 1);
}

/* A granule that is used. */
static inline void core_give_one(struct iova_core *c, uint64_t at)
{
	uint32_t word = (uint32_t)(at / 64);

	c->base.used[word] &= ~(1ULL << at % 64);
	core_open_word(c, word);
	/* Without a pair before, only its other half makes one. */
	if (__builtin_expect(c->word_level[word] || !(c->base.used[word] >> (at % 64 ^ 1) & 1), 0))
		core_update_word(c, word);
	c->base.nr_used--;
}

static inline void core_take(struct iova_core *c, uint64_t from, uint64_t end)
{
	if (end - from == 1)
		core_take_one(c, from);
	else
		core_take_range(c, from, end);
}

static inline void core_give(struct iova_core *c, uint64_t from, uint64_t end)
{
	if (end - from == 1)
		core_give_one(c, from);
	else
		core_give_range(c, from, end);
}

#endif
