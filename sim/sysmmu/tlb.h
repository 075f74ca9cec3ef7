/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The TLB: a fully associative first level, and on 2.x a second one of 64
 * sets with 8 ways.
 *
 * In front of the first level stands a memo: for some page numbers, which entry answers and how far.
 * It decides nothing: a memo is dropped or outdated as soon as a full look-up could answer differently.
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
#define TLB_SLOTS 128
#define TLB_NONE 0xFFu
#define TLB_BUCKETS 128
#define TLB_MEMOS 128
#define TLB_L2_SETS 64
#define TLB_L2_WAYS 8

/* A translation of a page of any size. */
struct tlb_page {
	uint32_t vpn;	/* of its first 4 KiB */
	uint32_t pa;	/* of its first byte */
	uint8_t size;	/* enum tlb_size */
	uint8_t prot;	/* SYSMMU_MAY_* */
};

struct tlb_memo {
	uint64_t key;	/* generation << 32 | VPN */
	uint32_t pa;	/* of the 4 KiB page */
	uint32_t last;	/* address of the last byte up to which the answer holds */
	uint8_t slot;
	uint8_t prot;
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
 * Order of use, kept lazily: a hit only notes its time. The list is sorted by the times that entries had
 * when they were put into it (`placed`, never later than `used`), and is put right where it matters
 * when somebody has to be replaced.
 */
struct tlb_order {
	uint64_t used, placed;
	uint8_t older, newer;
};

#define TLB_ENDS TLB_MAX_ENTRIES	/* slot that closes the list: its `newer` is the oldest */

struct tlb {
	uint8_t nr, nr_valid;	/* entries */
	uint8_t next_victim;	/* round robin */
	bool lru;
	uint8_t sizes;		/* bit n: some entry has page size n */
	uint8_t nr_of[TLB_NR_SIZES];
	uint32_t generation;	/* of the memos */
	uint64_t clock;		/* ticks at every use */
	uint64_t valid[2];	/* bit map */
	/* The valid entries by size and page number, chained. */
	uint8_t head[TLB_NR_SIZES][TLB_BUCKETS], chain[TLB_SLOTS];
	struct tlb_page page[TLB_SLOTS];
	struct tlb_order order[TLB_SLOTS];
	struct tlb_memo memo[TLB_MEMOS];
	struct tlb_l2 *l2;	/* or NULL */
};

/* Returns 0 or -ENOMEM. */
int sysmmu_tlb_init(struct tlb *t, unsigned int entries, bool l2);
void sysmmu_tlb_fini(struct tlb *t);
/* Second level: how many entries of the set of vpn match (2 and more: multi-hit); one: *page. */
unsigned int sysmmu_tlb_l2_find(struct tlb *t, uint32_t vpn, struct tlb_page *page);
/* Put a page that misses into the first level; returns its slot. Takes the fields of a tlb_page, in registers. */
unsigned int sysmmu_tlb_fill(struct tlb *t, uint32_t vpn, uint32_t pa, uint8_t size, uint8_t prot);
/* Put it into the second level, in the set of the VPN accessed. */
void sysmmu_tlb_l2_fill(struct tlb *t, uint32_t vpn, const struct tlb_page *page);
/* Drop whatever matches vpn: of the second level only in its set. Both return the number of entries dropped. */
unsigned int sysmmu_tlb_invalidate(struct tlb *t, uint32_t vpn);
unsigned int sysmmu_tlb_invalidate_all(struct tlb *t);
/* Remember that slot alone matches vpn. */
struct tlb_memo *sysmmu_tlb_remember(struct tlb *t, uint32_t vpn, unsigned int slot);
/* Bit map, counts, index and memos agree with the entries. */
bool sysmmu_tlb_validate(const struct tlb *t);

/* Entry of one page size that covers vpn, or TLB_NONE. */
static inline unsigned int tlb_find_size(const struct tlb *t, unsigned int size, uint32_t vpn)
{
	unsigned int order = tlb_size_order(size), i = t->head[size][(vpn >> order) % TLB_BUCKETS];

	while (i != TLB_NONE && (t->page[i].vpn ^ vpn) >> order)
		i = t->chain[i];
	return i;
}

/* How many entries of the first level match vpn; one: *slot. */
static inline unsigned int tlb_find(const struct tlb *t, uint32_t vpn, unsigned int *slot)
{
	unsigned int n = 0;

	for (unsigned int sizes = t->sizes; sizes; sizes &= sizes - 1) {
		unsigned int i = tlb_find_size(t, (unsigned int)__builtin_ctz(sizes), vpn);

		if (i != TLB_NONE) {
			*slot = i;
			n++;
		}
	}
	return n;
}

/* The entry was used now. */
static inline void tlb_use(struct tlb *t, unsigned int slot)
{
	t->order[slot].used = ++t->clock;
}

/* The memo of vpn, or NULL. */
static inline struct tlb_memo *tlb_recall(struct tlb *t, uint32_t vpn)
{
	struct tlb_memo *m = &t->memo[vpn % TLB_MEMOS];

	return m->key == ((uint64_t)t->generation << 32 | vpn) ? m : (struct tlb_memo *)0;
}

#endif
