/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The TLB: a fully associative first level, and on 2.x a second one of 64
 * sets with 8 ways.
 *
 * An index finds the entries of the first level by page number. While all of them have one page size the
 * first look into it nearly always tells which entry answers: that is the short way of a hit. Pages
 * of different sizes may overlap (a multi-hit), so with several sizes each one is looked up. While there are
 * no small pages, their part of the index notes where look-ups of large ones ended: a guess
 * that the entry itself confirms.
 */
#ifndef SIM_SYSMMU_TLB_H
#define SIM_SYSMMU_TLB_H

#include <stdbool.h>
#include <stdint.h>

enum tlb_size { TLB_4K, TLB_64K, TLB_1M, TLB_16M, TLB_NR_SIZES };

/* 2^n pages of 4 KiB. */
static inline unsigned int tlb_size_order(unsigned int size)
{
	return 4 * size;
}

#define TLB_MAX_ENTRIES 127	/* VERSION[6:0] */
#define TLB_NONE TLB_MAX_ENTRIES	/* the slot that is never filled: nothing matches it */
#define TLB_SLOTS 128
#define TLB_BUCKETS 1024u	/* small pages of a buffer of up to 4 MiB never share one */
#define TLB_LARGE_BUCKETS 128u
#define TLB_L2_SETS 64
#define TLB_L2_WAYS 8

/* A translation of a page of any size. */
struct tlb_page {
	uint32_t vpn;	/* of its first 4 KiB */
	uint32_t pa;	/* of its first byte */
	uint8_t size;	/* enum tlb_size */
	uint8_t prot;	/* SYSMMU_MAY_* */
};

struct tlb_l2_way {
	struct tlb_page page;
	uint32_t generation;	/* valid while equal to the level's */
	uint64_t used;
};

struct tlb_l2 {
	struct tlb_l2_way way[TLB_L2_SETS][TLB_L2_WAYS];
	uint8_t next_victim[TLB_L2_SETS];
	uint32_t generation;
	uint64_t clock;
};

/*
 * An entry of the first level.
 *
 * Order of use is kept lazily: a hit only notes its time. The ring of valid entries is sorted by the times that
 * entries had when they were put into it (`placed`, never later than `used`), and is put right where it
 * matters when somebody has to be replaced.
 */
struct tlb_entry {
	uint32_t va, pa;	/* of the page's first byte */
	uint32_t reach[2];	/* for reads, for writes: bytes of the page, 0 when not permitted */
	uint8_t size;		/* enum tlb_size */
	uint8_t chain;		/* next of the bucket */
	uint8_t older, newer;	/* a ring: the oldest's `older` is the newest */
	uint64_t used;
};

struct tlb {
	bool open;		/* the owner wants the short way */
	bool quick;		/* open, and no two page sizes */
	uint8_t nr, nr_valid;	/* entries */
	uint8_t next_victim;	/* round robin */
	uint8_t oldest;		/* or TLB_NONE */
	bool lru;
	uint8_t sizes;		/* bit n: some entry has page size n */
	uint8_t nr_of[TLB_NR_SIZES];
	uint64_t valid[2];	/* bit map */
	uint8_t head[TLB_BUCKETS];	/* of 4 KiB pages, or guesses */
	uint8_t large[TLB_LARGE_BUCKETS];
	struct tlb_entry entry[TLB_SLOTS];
	uint64_t placed[TLB_SLOTS];
	struct tlb_l2 *l2;	/* or NULL */
};

/* Returns 0 or -ENOMEM. */
int sysmmu_tlb_init(struct tlb *t, unsigned int entries, bool l2);
void sysmmu_tlb_fini(struct tlb *t);
/* Second level: how many entries of the set of vpn match (2 and more: multi-hit); one: *page. */
unsigned int sysmmu_tlb_l2_find(struct tlb *t, uint32_t vpn, struct tlb_page *page);
/* Put a page that misses into the first level, used at `now`; returns its slot. */
unsigned int sysmmu_tlb_fill(struct tlb *t, const struct tlb_page *page, uint64_t now);
/* Put it into the second level, in the set of the VPN accessed. */
void sysmmu_tlb_l2_fill(struct tlb *t, uint32_t vpn, const struct tlb_page *page);
/* Drop whatever matches vpn: of the second level only in its set. Both return the number of entries dropped. */
unsigned int sysmmu_tlb_invalidate(struct tlb *t, uint32_t vpn);
unsigned int sysmmu_tlb_invalidate_all(struct tlb *t);
/* Allow or forbid the short way. */
void sysmmu_tlb_open(struct tlb *t, bool open);
/* Bit map, counts, index and order agree with the entries. */
bool sysmmu_tlb_validate(const struct tlb *t);

static inline unsigned int tlb_size_shift(unsigned int size)
{
	return 12 + tlb_size_order(size);
}

static inline unsigned int tlb_bucket(uint32_t va)
{
	return (va >> 12) % TLB_BUCKETS;
}

static inline unsigned int tlb_large_bucket(uint32_t va, unsigned int size)
{
	return (va >> tlb_size_shift(size)) % TLB_LARGE_BUCKETS;
}

/* Entry of one page size that covers va, or TLB_NONE. */
static inline unsigned int tlb_find_size(const struct tlb *t, unsigned int size, uint32_t va)
{
	unsigned int shift = tlb_size_shift(size);
	unsigned int i = size == TLB_4K ? t->head[tlb_bucket(va)] : t->large[tlb_large_bucket(va, size)];

	while (i != TLB_NONE && ((va ^ t->entry[i].va) >> shift || t->entry[i].size != size))
		i = t->entry[i].chain;
	return i;
}

static inline unsigned int tlb_find_small(const struct tlb *t, uint32_t va)
{
	unsigned int i = t->head[tlb_bucket(va)];

	while (i != TLB_NONE && t->entry[i].va != (va & ~0xFFFu))
		i = t->entry[i].chain;
	return i;
}

#define TLB_SEVERAL 0xFFu	/* no slot */

/* Slot of the entry of the first level that matches va, TLB_NONE or TLB_SEVERAL; whatever the sizes. */
unsigned int sysmmu_tlb_find_any(const struct tlb *t, uint32_t va);

static inline unsigned int tlb_find(const struct tlb *t, uint32_t va)
{
	/* Nothing but small pages: the usual case. An empty TLB has empty buckets. */
	if (__builtin_expect(t->sizes <= 1u << TLB_4K, 1))
		return tlb_find_small(t, va);
	return sysmmu_tlb_find_any(t, va);
}

/* The entry that the short way tries. */
static inline struct tlb_entry *tlb_guess(struct tlb *t, uint32_t va)
{
	struct tlb_entry *e = &t->entry[t->head[tlb_bucket(va)]];

	/* One address for all its fields: compilers would rather compute it for each of them again. */
	__asm__("" : "+r"(e));
	return e;
}

/* Slot answers at va. */
static inline void tlb_note(struct tlb *t, uint32_t va, unsigned int slot)
{
	if (t->quick && t->entry[slot].size != TLB_4K)
		t->head[tlb_bucket(va)] = (uint8_t)slot;
}

static inline void tlb_set(struct tlb *t, unsigned int i, uint32_t va, uint32_t pa, unsigned int size,
			   unsigned int prot, uint8_t *bucket, uint64_t now)
{
	struct tlb_entry *e = &t->entry[i];
	unsigned int shift = tlb_size_shift(size);

	e->va = va;
	e->pa = pa;
	e->reach[0] = (prot & 1) << shift;
	e->reach[1] = (prot >> 1) << shift;
	e->size = (uint8_t)size;
	e->used = now;
	t->placed[i] = now;
	e->chain = *bucket;
	*bucket = (uint8_t)i;
}

/*
 * The usual replacement, by a small page: there are no others, and the oldest entry by its place is the least recently
 * used one. False: it is not as usual, take sysmmu_tlb_fill().
 */
static inline bool tlb_replace_small(struct tlb *t, uint32_t va, uint32_t pa, unsigned int prot,
				     uint64_t now)
{
	unsigned int i = t->oldest, next = t->entry[i].newer;
	uint8_t *link = &t->head[tlb_bucket(t->entry[i].va)];

	if (!t->lru || t->nr_valid < t->nr || t->sizes != 1u << TLB_4K ||
	    t->entry[i].used >= t->placed[next])
		return false;
	while (*link != i)
		link = &t->entry[*link].chain;
	*link = t->entry[i].chain;
	t->oldest = (uint8_t)next;
	tlb_set(t, i, va & ~0xFFFu, pa, TLB_4K, prot, &t->head[tlb_bucket(va)], now);
	return true;
}

/*
 * Bytes from va on for which the answer of an entry holds: to its end, but where a smaller page is
 * cached as well the next 4 KiB may match two entries.
 */
static inline uint32_t tlb_span(const struct tlb *t, const struct tlb_entry *e, uint32_t va)
{
	uint32_t last = 0xFFF;

	if (e->size != TLB_4K && !(t->sizes & ((1u << e->size) - 1)))
		last = (1u << tlb_size_shift(e->size)) - 1;
	return (~va & last) + 1;
}

#endif
