/* SPDX-License-Identifier: BSD-2-Clause */
/* The hierarchical bitmap: are its summaries what its bits say? Every one again, granule by granule. */
#include "lib/iova/core.h"

/* Free granules from `at` on, up to end. */
static unsigned int run_at(const struct iova_core *c, uint64_t at, uint64_t end)
{
	uint64_t from = at;

	while (at < end && !base_is_used(&c->base, at))
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
	if (open != !!~c->base.used[word])
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

int core_validate(const struct iova_core *c, struct armdma_error *err)
{
	int ret = base_validate(&c->base, (uint64_t)c->nr_words * 64, err);

	for (uint32_t word = 0; !ret && word < c->nr_words; word++)
		ret = check_word(c, word, err);
	for (uint32_t block = 0; !ret && block < c->nr_blocks; block++)
		ret = check_block(c, block, err);
	for (uint32_t group = 0; !ret && group < c->nr_groups; group++)
		ret = check_group(c, group, err);
	return ret;
}
