/* SPDX-License-Identifier: BSD-2-Clause */
/* The hierarchical bitmap: life, and how its summaries follow what is used. */
#include <string.h>

#include "lib/iova/bytes.h"
#include "lib/iova/core.h"

/* ---- Life ---------------------------------------------------------------- */

static uint32_t round_to(uint32_t n, uint32_t unit)
{
	return (n + unit - 1) / unit * unit;
}

/* Parts of the one piece of memory; each begins on a cache line. */
struct layout {
	size_t used, open0, open1, whole, word_level, level, prefix, group_level, bytes;
};

/* Whole groups of blocks, and vectors of 64 groups. */
static struct layout lay_out(const struct iova_core *c)
{
	size_t blocks = round_to(c->nr_blocks, CORE_GROUP);
	struct layout l = { .bytes = 0 };

	base_put(&l.bytes, sizeof(*c));
	l.open1 = base_put(&l.bytes, c->nr_open1 * sizeof(uint64_t));
	l.open0 = base_put(&l.bytes, c->nr_open1 * 64 * sizeof(uint64_t));
	l.whole = base_put(&l.bytes, round_to(c->nr_blocks, 128) / 64 * sizeof(uint64_t));
	l.group_level = base_put(&l.bytes, c->nr_groups);
	l.level = base_put(&l.bytes, blocks);
	l.prefix = base_put(&l.bytes, blocks + 64);
	l.word_level = base_put(&l.bytes, c->nr_words);
	l.used = base_put(&l.bytes, c->nr_words * sizeof(uint64_t));
	return l;
}

static void place(struct iova_core *c, const struct layout *l)
{
	unsigned char *p = (unsigned char *)c;

	c->base.used = (uint64_t *)(void *)(p + l->used);
	c->open0 = (uint64_t *)(void *)(p + l->open0);
	c->open1 = (uint64_t *)(void *)(p + l->open1);
	c->whole = (uint64_t *)(void *)(p + l->whole);
	c->word_level = p + l->word_level;
	c->level = p + l->level;
	c->prefix = p + l->prefix;
	c->group_level = p + l->group_level;
}

/* All used, as zeroed memory says but for the bits; then the space is given to it. */
static void fill(struct iova_core *c)
{
	memset(c->base.used, 0xff, c->nr_words * sizeof(uint64_t));
	c->base.nr_used = c->base.total;
	core_give(c, 0, c->base.total);
}

int core_create(struct iova_core **core, const struct armdma_iova_space *space, enum armdma_iova_align own,
		struct armdma_error *err)
{
	struct iova_core c = { .nr_blocks = 0 }, *p;
	struct layout l;
	int ret;

	*core = NULL;
	ret = base_init(&c.base, space, own, err);
	if (ret)
		return ret;
	c.nr_blocks = (uint32_t)((c.base.total - 1) / CORE_BLOCK + 1);
	c.nr_words = c.nr_blocks * (CORE_BLOCK / CORE_WORD);
	c.nr_groups = (c.nr_blocks - 1) / CORE_GROUP + 1;
	c.nr_open1 = (c.nr_words - 1) / 4096 + 1;
	l = lay_out(&c);
	c.base.bytes = l.bytes;
	p = iova_mem_get(&c.base.space, c.base.bytes);
	if (!p)
		return iova_fail(err, -ENOMEM, "no memory for the %zu bytes of a bitmap", c.base.bytes);
	*p = c;
	place(p, &l);
	fill(p);
	*core = p;
	return 0;
}

void core_destroy(struct iova_core *c)
{
	if (c)
		iova_mem_put(&c->base.space, c, c->base.bytes);
}

/* ---- Levels ---------------------------------------------------------------- */

#define EVERY_2 0x5555555555555555ULL
#define EVERY_4 0x1111111111111111ULL
#define EVERY_8 0x0101010101010101ULL
#define EVERY_16 0x0001000100010001ULL
#define EVERY_32 0x0000000100000001ULL

/* From places where `half` granules are free, but not twice as many: the longest run. */
static unsigned int longest(uint64_t free, uint64_t places, unsigned int half)
{
	unsigned int most = half;

	for (; places; places &= places - 1) {
		unsigned int at = (unsigned int)__builtin_ctzll(places) + half;
		unsigned int run = half + (unsigned int)__builtin_ctzll(~(free >> at));

		most = run > most ? run : most;
	}
	return most;
}

unsigned int core_word_level(uint64_t f)
{
	uint64_t p2, p4, p8, p16, p32;

	p2 = f & f >> 1 & EVERY_2;
	if (!p2)
		return 0;
	p4 = p2 & p2 >> 2 & EVERY_4;
	if (!p4)
		return p2 & f >> 2 & EVERY_4 ? 3 : 2;
	p8 = p4 & p4 >> 4 & EVERY_8;
	if (!p8)
		return longest(f, p4 & EVERY_8, 4);
	p16 = p8 & p8 >> 8 & EVERY_16;
	if (!p16)
		return longest(f, p8 & EVERY_16, 8);
	p32 = p16 & p16 >> 16 & EVERY_32;
	if (!p32)
		return longest(f, p16 & EVERY_32, 16);
	if (!~f)
		return 64;
	return longest(f, p32 & 1, 32);
}

/* Free granules at the start of a word; a lone one counts as none. */
static inline unsigned int word_prefix(const struct iova_core *c, uint32_t word)
{
	unsigned int n = c->base.used[word] ? (unsigned int)__builtin_ctzll(c->base.used[word]) : 64;

	return n > 1 ? n : 0;
}

/* The same for half a block. */
static inline unsigned int half_prefix(const struct iova_core *c, uint32_t word)
{
	unsigned int n = word_prefix(c, word);

	return n == 64 ? 64 + word_prefix(c, word + 1) : n;
}

static inline unsigned int most_of(unsigned int a, unsigned int b)
{
	return a > b ? a : b;
}

static void set_whole(struct iova_core *c, uint32_t block, bool whole)
{
	uint64_t bit = 1ULL << block % 64;

	c->whole[block / 64] = whole ? c->whole[block / 64] | bit : c->whole[block / 64] & ~bit;
}

/* Level and prefix of a block, from its words. */
static void update_block(struct iova_core *c, uint32_t block)
{
	const uint8_t *wl = &c->word_level[block * 4];
	unsigned int level = most_of(most_of(wl[0], wl[1]), most_of(wl[2], wl[3])), run, half;

	if (level < 64) {
		run = word_prefix(c, block * 4);
		set_whole(c, block, false);
	} else {
		run = half_prefix(c, block * 4);
		half = half_prefix(c, block * 4 + 2);
		level = most_of(level, most_of(run, half));
		if (run == 128)
			run += half;
		level = most_of(level, run);
		set_whole(c, block, run == 256);
	}
	c->prefix[block] = (uint8_t)(run < 255 ? run : 255);
	c->level[block] = (uint8_t)(level < 255 ? level : 255);
}

static inline void update_group(struct iova_core *c, uint32_t group)
{
	c->group_level[group] = iova_bytes_max(c->level + (size_t)group * CORE_GROUP);
}

void core_update_word(struct iova_core *c, uint32_t word)
{
	uint32_t block = word / 4, group = block / CORE_GROUP;
	uint8_t old = c->level[block], now;

	c->word_level[word] = (uint8_t)core_word_level(~c->base.used[word]);
	update_block(c, block);
	now = c->level[block];
	if (now > old)
		c->group_level[group] = (uint8_t)most_of(c->group_level[group], now);
	else if (now < old && old == c->group_level[group])
		update_group(c, group);
}

/* ---- Ranges ------------------------------------------------------------------ */

static void update_open(struct iova_core *c, uint32_t word)
{
	if (~c->base.used[word])
		core_open_word(c, word);
	else
		core_close_word(c, word);
}

/* Words [first, end) have become full or empty as a whole. */
static void fill_words(struct iova_core *c, uint32_t first, uint32_t end, bool take)
{
	if (first >= end)
		return;
	memset(c->base.used + first, take ? 0xff : 0, (end - first) * sizeof(uint64_t));
	memset(c->word_level + first, take ? 0 : CORE_WORD, end - first);
	if (take)
		iova_clear_bits(c->open0, first, end);
	else
		iova_set_bits(c->open0, first, end);
	for (uint32_t i = first / 64; i <= (end - 1) / 64; i++) {
		if (c->open0[i])
			c->open1[i / 64] |= 1ULL << i % 64;
		else
			c->open1[i / 64] &= ~(1ULL << i % 64);
	}
}

/* Blocks [first, end) likewise. */
static void fill_blocks(struct iova_core *c, uint32_t first, uint32_t end, bool take)
{
	if (first >= end)
		return;
	memset(c->level + first, take ? 0 : 255, end - first);
	memset(c->prefix + first, take ? 0 : 255, end - first);
	if (take)
		iova_clear_bits(c->whole, first, end);
	else
		iova_set_bits(c->whole, first, end);
}

static inline void set_word(struct iova_core *c, uint32_t word, uint64_t mask, bool take)
{
	c->base.used[word] = take ? c->base.used[word] | mask : c->base.used[word] & ~mask;
	update_open(c, word);
	c->word_level[word] = (uint8_t)core_word_level(~c->base.used[word]);
}

static void set_words(struct iova_core *c, uint64_t from, uint64_t end, bool take)
{
	uint32_t first = (uint32_t)(from / 64), stop = (uint32_t)(end / 64);

	if (from % 64)
		set_word(c, first++, IOVA_BITS_FROM(from % 64), take);
	if (end % 64)
		set_word(c, stop, IOVA_BITS_BELOW(end % 64), take);
	fill_words(c, first, stop, take);
}

/* Longer than a word, or across two. */
static void set_range(struct iova_core *c, uint64_t from, uint64_t end, bool take)
{
	uint32_t first = (uint32_t)(from / CORE_BLOCK), stop = (uint32_t)(end / CORE_BLOCK);
	uint32_t groups = (uint32_t)((end - 1) / CORE_BLOCK / CORE_GROUP);

	set_words(c, from, end, take);
	if (end % CORE_BLOCK)
		update_block(c, stop);
	if (from % CORE_BLOCK && first < stop)
		update_block(c, first);
	fill_blocks(c, first + !!(from % CORE_BLOCK), stop, take);
	for (uint32_t group = first / CORE_GROUP; group <= groups; group++)
		update_group(c, group);
}

/* Within one word. */
static void set_in_word(struct iova_core *c, uint64_t from, uint64_t end, bool take)
{
	uint32_t word = (uint32_t)(from / 64);
	uint64_t mask = IOVA_BITS_FROM(from % 64) & IOVA_BITS_BELOW((end - 1) % 64 + 1);

	c->base.used[word] = take ? c->base.used[word] | mask : c->base.used[word] & ~mask;
	update_open(c, word);
	core_update_word(c, word);
}

static inline void set_any(struct iova_core *c, uint64_t from, uint64_t end, bool take)
{
	if (from / 64 == (end - 1) / 64)
		set_in_word(c, from, end, take);
	else
		set_range(c, from, end, take);
}

void core_take_range(struct iova_core *c, uint64_t from, uint64_t end)
{
	set_any(c, from, end, true);
	base_count_used(&c->base, end - from);
}

void core_give_range(struct iova_core *c, uint64_t from, uint64_t end)
{
	set_any(c, from, end, false);
	c->base.nr_used -= end - from;
}
