/* SPDX-License-Identifier: BSD-2-Clause */
/* The checker's records and their two indexes. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "lib/check/records.h"

#define CHUNK 63u

/* Records are carved from chunks, which go with the machine. */
struct track_chunk {
	_Alignas(64) struct track_chunk *next;
	_Alignas(64) struct track tracks[CHUNK];
};

static unsigned int shift_of(unsigned int class)
{
	return ARMDMA_PAGE_SHIFT + 2 * class;
}

static uint8_t class_of(uint64_t len)
{
	unsigned int class = 0;

	while (class < TRACK_NR_CLASSES - 1 && len > 1ULL << shift_of(class))
		class++;
	return (uint8_t)class;
}

/* dev NULL: the index by physical address. */
static size_t bucket(const struct track_index *ix, const struct armdma_device *dev, unsigned int class,
		     uint64_t slot)
{
	uint64_t h = (slot ^ slot >> 7 ^ slot >> 17) + class * 0x9e37u + ((uintptr_t)dev >> 6) * 40503u;

	return (size_t)(h & (ix->nr_buckets - 1));
}

static void index_init(struct track_index *ix)
{
	memset(ix, 0, sizeof(*ix));
	ix->buckets = ix->first;
	ix->nr_buckets = TRACK_FIRST_BUCKETS;
}

static void index_fini(struct track_index *ix)
{
	if (ix->buckets != ix->first)
		free(ix->buckets);
}

void tracks_init(struct tracks *ts)
{
	index_init(&ts->by_addr);
	index_init(&ts->by_pa);
	LIST_INIT(&ts->buffers);
}

void tracks_fini(struct tracks *ts)
{
	struct track_chunk *ch;

	while ((ch = ts->chunks)) {
		ts->chunks = ch->next;
		free(ch);
	}
	index_fini(&ts->by_addr);
	index_fini(&ts->by_pa);
}

static bool more(struct tracks *ts)
{
	struct track_chunk *ch = aligned_alloc(64, sizeof(*ch));

	if (!ch)
		return false;
	ch->next = ts->chunks;
	ts->chunks = ch;
	for (unsigned int i = CHUNK; i-- > 0;) {
		ch->tracks[i].next_addr = ts->spare;
		ts->spare = &ch->tracks[i];
	}
	return true;
}

struct track *track_new(struct tracks *ts)
{
	struct track *t;

	if (!ts->spare && !more(ts))
		return NULL;
	t = ts->spare;
	ts->spare = t->next_addr;
	memset((char *)t + offsetof(struct track, part), 0, offsetof(struct track, cpu) - offsetof(struct track, part));
	return t;
}

static void put(struct tracks *ts, struct track *t)
{
	t->next_addr = ts->spare;
	ts->spare = t;
}

/* ---- One index: which chain a record is in, and its link there ------------- */

static inline struct track **link_of(struct track *t, bool by_addr)
{
	return by_addr ? &t->next_addr : &t->next_pa;
}

static inline struct track **bucket_of(const struct track_index *ix, const struct track *t, bool by_addr)
{
	return &ix->buckets[bucket(ix, by_addr ? t->dev : NULL, t->class,
				   (by_addr ? t->addr : t->pa) >> shift_of(t->class))];
}

/* As many buckets as records. Without memory for more, chains get longer, nothing else. */
static void widen(struct track_index *ix, bool by_addr)
{
	size_t nr = ix->nr_buckets;
	struct track **old = ix->buckets, **wide = calloc(2 * nr, sizeof(*wide));

	if (!wide)
		return;
	ix->buckets = wide;
	ix->nr_buckets = 2 * nr;
	for (size_t i = 0; i < nr; i++) {
		/* The order of a chain is that of age, newest first: append. */
		struct track *t = old[i], *next;

		for (; t; t = next) {
			struct track **b = bucket_of(ix, t, by_addr);

			next = *link_of(t, by_addr);
			while (*b)
				b = link_of(*b, by_addr);
			*link_of(t, by_addr) = NULL;
			*b = t;
		}
	}
	if (old != ix->first)
		free(old);
}

static inline void index_add(struct track_index *ix, struct track *t, bool by_addr)
{
	struct track **b;

	if (__builtin_expect(ix->live++ >= ix->nr_buckets, 0))
		widen(ix, by_addr);
	ix->in_class[t->class]++;
	b = bucket_of(ix, t, by_addr);
	*link_of(t, by_addr) = *b;
	*b = t;
}

static inline void index_remove(struct track_index *ix, struct track *t, bool by_addr)
{
	struct track **b = bucket_of(ix, t, by_addr);

	while (*b != t)
		b = link_of(*b, by_addr);
	*b = *link_of(t, by_addr);
	ix->in_class[t->class]--;
	ix->live--;
}

/* ---- Filing --------------------------------------------------------------------- */

static bool device_writes(const struct track *t)
{
	return t->kind == TRACK_STREAM && t->dir != ARMDMA_TO_DEVICE;
}

void track_file(struct tracks *ts, struct track *t, bool in_ram)
{
	t->class = class_of(t->len);
	index_add(&ts->by_addr, t, true);
	if (in_ram)
		index_add(&ts->by_pa, t, false);
	if (t->kind == TRACK_BUFFER)
		LIST_INSERT_HEAD(&ts->buffers, t, link);
	ts->live_both_ways += device_writes(t);
}

void track_bury(struct tracks *ts, struct track *t, bool in_ram)
{
	struct track **grave = &ts->dead[ts->nr_dead++ % TRACK_HISTORY];

	index_remove(&ts->by_addr, t, true);
	if (in_ram)
		index_remove(&ts->by_pa, t, false);
	if (t->kind == TRACK_BUFFER)
		LIST_REMOVE(t, link);
	ts->live_both_ways -= device_writes(t);
	t->ended = true;
	if (*grave)
		put(ts, *grave);
	*grave = t;
}

struct track *track_dead(const struct tracks *ts, size_t i)
{
	return i < ts->nr_dead && i < TRACK_HISTORY ? ts->dead[(ts->nr_dead - 1 - i) % TRACK_HISTORY] : NULL;
}

/* ---- Finding --------------------------------------------------------------------- */

struct track *track_at(const struct tracks *ts, const struct armdma_device *dev, armdma_dma_t addr, uint64_t len,
		       enum armdma_dir dir)
{
	const struct track_index *ix = &ts->by_addr;
	unsigned int class = class_of(len);
	struct track *t = ix->buckets[bucket(ix, dev, class, addr >> shift_of(class))], *other = NULL;

	for (; t; t = t->next_addr) {
		if (t->addr != addr || t->dev != dev || t->len != len)
			continue;
		if (t->dir == dir)
			return t;
		if (!other)
			other = t;
	}
	return other;
}

/* How well does a record that contains the address serve a look-up in a direction? */
static int fits(const struct track *t, enum armdma_dir dir)
{
	if (t->kind == TRACK_BUFFER)
		return t->flags ? 1 : 3;
	return dir == ARMDMA_NONE || t->dir == dir || t->dir == ARMDMA_BIDIRECTIONAL ? 4 : 2;
}

struct track *track_around(const struct tracks *ts, const struct armdma_device *dev, armdma_dma_t addr,
			   enum armdma_dir dir)
{
	const struct track_index *ix = &ts->by_addr;
	struct track *best = NULL;
	int best_fit = 0;

	for (unsigned int class = 0; class < TRACK_NR_CLASSES; class++) {
		uint64_t slot = addr >> shift_of(class);

		if (!ix->in_class[class])
			continue;
		for (int back = 0; back < 2 && slot >= (uint64_t)back; back++) {
			struct track *t = ix->buckets[bucket(ix, dev, class, slot - (uint64_t)back)];

			for (; t; t = t->next_addr) {
				if (t->dev != dev || addr - t->addr >= t->len || fits(t, dir) <= best_fit)
					continue;
				best = t;
				best_fit = fits(t, dir);
			}
			if (best_fit == 4)
				return best;
		}
	}
	return best;
}

bool track_each_pa(const struct tracks *ts, armdma_phys_t pa, uint64_t len, track_fn fn, void *ctx)
{
	const struct track_index *ix = &ts->by_pa;

	for (unsigned int class = 0; class < TRACK_NR_CLASSES; class++) {
		uint64_t first = pa >> shift_of(class), last = (pa + len - 1) >> shift_of(class);

		if (!ix->in_class[class])
			continue;
		for (uint64_t slot = first ? first - 1 : 0; slot <= last; slot++) {
			struct track *t = ix->buckets[bucket(ix, NULL, class, slot)], *next;

			for (; t; t = next) {
				next = t->next_pa;
				/* Another slot's record may share the bucket, and would be met twice. */
				if (t->class != class || t->pa >> shift_of(class) != slot)
					continue;
				if (t->pa < pa + len && pa < t->pa + t->len && fn(ctx, t))
					return true;
			}
		}
	}
	return false;
}

void tracks_clear(struct tracks *ts)
{
	struct track *t;

	for (size_t i = 0; i < ts->by_addr.nr_buckets; i++)
		while ((t = ts->by_addr.buckets[i])) {
			ts->by_addr.buckets[i] = t->next_addr;
			put(ts, t);
		}
	for (size_t i = 0; (t = track_dead(ts, i)); i++)
		put(ts, t);
	memset(ts->dead, 0, sizeof(ts->dead));
	LIST_INIT(&ts->buffers);
	memset(ts->by_pa.buckets, 0, ts->by_pa.nr_buckets * sizeof(ts->by_pa.buckets[0]));
	memset(ts->by_addr.in_class, 0, sizeof(ts->by_addr.in_class));
	memset(ts->by_pa.in_class, 0, sizeof(ts->by_pa.in_class));
	ts->by_addr.live = ts->by_pa.live = 0;
	ts->nr_dead = 0;
	ts->live_both_ways = 0;
}
