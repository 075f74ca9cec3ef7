/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first level of the TLB: fully associative, or of sets and ways, with entries of one page or (from 7.0
 * on) lines of four. The second level is tlb2.h.
 *
 * An index finds entries by page number. While all of them have one page size the
 * first look into it nearly always tells which entry answers: that is the short way of a hit. Pages
 * of different sizes may overlap (a multi-hit), so with several sizes each one is looked up. While there are
 * no small pages, their part of the index notes where look-ups of large ones ended: a guess
 * that the entry itself confirms.
 *
 * With several sets the page number accessed chooses one, so that a large page may sit in each of them. In a line of
 * four every slot holds 4 KiB of whatever page it was cut from; the lines of a set are replaced as wholes.
 */
#ifndef SIM_SYSMMU_TLB_H
#define SIM_SYSMMU_TLB_H

#include <stdbool.h>
#include <stdint.h>

enum tlb_size { TLB_4K, TLB_64K, TLB_1M, TLB_2M, TLB_16M, TLB_NR_SIZES };

/* log2 of the bytes. */
static inline unsigned int tlb_size_shift(unsigned int size)
{
	return (unsigned int)(0x181514100CULL >> (8 * size)) & 0xFF;
}

/* 2^n pages of 4 KiB. */
static inline unsigned int tlb_size_order(unsigned int size)
{
	return tlb_size_shift(size) - 12;
}

#define TLB_MAX_SLOTS 512
#define TLB_NONE 0u	/* the slot that is never filled: nothing matches it. The others count from 1 */
#define TLB_SLOTS (TLB_MAX_SLOTS + 1)
#define TLB_MAX_SETS 128
#define TLB_WORDS (TLB_SLOTS / 64 + 1)
#define TLB_BUCKETS 1024u	/* small pages of a buffer of up to 4 MiB never share one; a multiple of the sets */
#define TLB_LARGE_BUCKETS 128u

/* A translation of a page of any size. */
struct tlb_page {
	uint32_t vpn;	/* of its first 4 KiB */
	uint64_t pa;	/* of its first byte */
	uint8_t size;	/* enum tlb_size */
	uint8_t prot;	/* SYSMMU_MAY_* */
};

enum tlb_policy { TLB_POLICY_LRU, TLB_POLICY_ROUND_ROBIN, TLB_POLICY_RANDOM };

/*
 * An entry of the first level.
 *
 * Order of use is kept lazily: a hit only notes its time. The ring of valid entries is sorted by the times that
 * entries had when they were put into it (`placed`, never later than `used`), and is put right where it
 * matters when somebody has to be replaced.
 */
struct tlb_entry {
	uint64_t pa;		/* of the page's first byte */
	uint32_t va;		/* the same for the device */
	uint32_t reach[2];	/* for reads, for writes: bytes of the page, 0 when not permitted */
	uint16_t chain;		/* next of the bucket */
	uint8_t size;		/* enum tlb_size */
	uint8_t page;		/* size of the page that it is a part of */
	uint64_t used;
};

/* Its place in the order of use. */
struct tlb_order {
	uint64_t placed;
	uint16_t older, newer;	/* a ring: the oldest's `older` is the newest */
};

struct tlb {
	bool open;		/* the owner wants the short way */
	bool quick;		/* open, and no two page sizes */
	bool lru;		/* one set, least recently used: kept in the ring */
	uint8_t policy;		/* enum tlb_policy */
	uint8_t sizes;		/* bit n: some entry has page size n */
	uint8_t line;		/* slots of a way: 1, or 4 pages */
	uint16_t nr, nr_valid;	/* slots */
	uint16_t sets, ways;
	uint16_t oldest;	/* or TLB_NONE */
	uint16_t nr_locked;
	uint16_t nr_cut;	/* entries that are parts of larger pages */
	uint16_t nr_of[TLB_NR_SIZES];
	uint16_t next_victim[TLB_MAX_SETS];	/* round robin */
	uint64_t rng;
	uint64_t valid[TLB_WORDS], locked[TLB_WORDS];	/* bit maps of slots; bit 0 of valid stays set */
	uint16_t head[TLB_BUCKETS];	/* of 4 KiB pages, or guesses */
	uint16_t large[TLB_LARGE_BUCKETS];
	struct tlb_entry entry[TLB_SLOTS];
	struct tlb_order order[TLB_SLOTS];
};

/*
 * Make an empty TLB of sets x ways; line: 1 or 4. At most TLB_MAX_SLOTS slots. Its memory is zeroed but for `entry` and
 * `order`, most of it: only the slots that there are get cleared, here.
 */
void sysmmu_tlb_init(struct tlb *t, unsigned int sets, unsigned int ways, unsigned int line, uint64_t seed);
void sysmmu_tlb_set_policy(struct tlb *t, enum tlb_policy policy);
/*
 * Put a page that misses at va into the TLB, used at `now`; returns its slot. With lines of four: the
 * part at va, beside what the line holds already. allowed: ways of the set that may be used, bit n mod 64.
 */
unsigned int sysmmu_tlb_fill(struct tlb *t, const struct tlb_page *page, uint32_t va, uint64_t allowed,
			     uint64_t now);
/* Keep a slot until it is released or invalidated. False: every other one is locked already. */
bool sysmmu_tlb_lock(struct tlb *t, unsigned int slot);
void sysmmu_tlb_release(struct tlb *t, uint64_t now);
/* Drop whatever matches a page of [first, last]; all of it. Both return the number of entries dropped. */
unsigned int sysmmu_tlb_invalidate(struct tlb *t, uint32_t first_vpn, uint32_t last_vpn);
unsigned int sysmmu_tlb_invalidate_all(struct tlb *t);
/* Allow or forbid the short way. */
void sysmmu_tlb_open(struct tlb *t, bool open);
/* Bit map, counts, index and order agree with the entries. */
bool sysmmu_tlb_validate(const struct tlb *t);

static inline bool tlb_is_valid(const struct tlb *t, unsigned int slot)
{
	return slot && t->valid[slot / 64] >> (slot % 64) & 1;
}

static inline bool tlb_is_locked(const struct tlb *t, unsigned int slot)
{
	return t->locked[slot / 64] >> (slot % 64) & 1;
}

/* Index of the set that an access to va looks into. */
static inline unsigned int tlb_set_of(const struct tlb *t, uint32_t va)
{
	return (va >> 12) / t->line % t->sets;
}

/* Slot of a place: the numbering of read-out ports. */
static inline unsigned int tlb_slot_at(const struct tlb *t, unsigned int set, unsigned int way,
				       unsigned int line)
{
	return 1 + (set * t->ways + way) * t->line + line;
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

#define TLB_SEVERAL 0xFFFFu	/* no slot */

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
		t->head[tlb_bucket(va)] = (uint16_t)slot;
}

static inline void tlb_set(struct tlb *t, unsigned int i, uint32_t va, uint64_t pa, unsigned int size,
			   unsigned int prot, uint16_t *bucket, uint64_t now)
{
	struct tlb_entry *e = &t->entry[i];
	unsigned int shift = tlb_size_shift(size);

	e->va = va;
	e->pa = pa;
	e->reach[0] = (prot & 1) << shift;
	e->reach[1] = (prot >> 1) << shift;
	e->size = (uint8_t)size;
	e->page = (uint8_t)size;
	e->used = now;
	t->order[i].placed = now;
	e->chain = *bucket;
	*bucket = (uint16_t)i;
}

/*
 * The usual replacement, by a small page: there are no others, and the oldest entry by its place is the least recently
 * used one. False: it is not as usual, take sysmmu_tlb_fill().
 */
static inline bool tlb_replace_small(struct tlb *t, uint32_t va, uint64_t pa, unsigned int prot,
				     uint64_t now)
{
	unsigned int i = t->oldest, next = t->order[i].newer;
	uint16_t *link = &t->head[tlb_bucket(t->entry[i].va)];

	if (!t->lru || t->nr_valid < t->nr || t->sizes != 1u << TLB_4K ||
	    t->entry[i].used >= t->order[next].placed)
		return false;
	while (*link != i)
		link = &t->entry[*link].chain;
	*link = t->entry[i].chain;
	t->oldest = (uint16_t)next;
	tlb_set(t, i, va & ~0xFFFu, pa, TLB_4K, prot, &t->head[tlb_bucket(va)], now);
	return true;
}

/*
 * Bytes from va on for which the answer of an entry holds: to its end, but where a smaller page is
 * cached as well the next 4 KiB may match two entries, and with several sets they are in another one.
 */
static inline uint32_t tlb_span(const struct tlb *t, const struct tlb_entry *e, uint32_t va)
{
	uint32_t last = 0xFFF;

	if (e->size != TLB_4K && !(t->sizes & ((1u << e->size) - 1)) && t->sets == 1)
		last = (1u << tlb_size_shift(e->size)) - 1;
	return (~va & last) + 1;
}

#endif
