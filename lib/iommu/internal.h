/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of the SYSMMU driver share: domains with their tables, units, TLB invalidation.
 *
 * Table words are little-endian in simulated RAM. They are read and written through the CPU's cached linear address;
 * the walker sees them only once they are cleaned.
 */
#ifndef LIB_IOMMU_INTERNAL_H
#define LIB_IOMMU_INTERNAL_H

#include <sys/queue.h>

#include <armdma/hw.h>

#include "lib/iommu/iommu.h"
#include "lib/iommu/format.h"

#define SZ_4K 0x1000ull
#define SZ_64K 0x10000ull
#define SZ_1M 0x100000ull
#define SZ_16M 0x1000000ull
#define SZ_4G 0x100000000ull

/* A word of a table as it lies in RAM. */
typedef uint32_t le32;

static inline uint32_t le32_swap(uint32_t v)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	return __builtin_bswap32(v);
#else
	return v;
#endif
}
#define to_le32(v) le32_swap(v)
#define from_le32(v) le32_swap(v)

/* ---- Level-2 tables ---------------------------------------------------- */

/* One page that holds four level-2 tables. */
struct l2_page {
	LIST_ENTRY(l2_page) link;	/* in the arena while some table is free */
	struct armdma_page *page;
	le32 *words;
	uint32_t pa;
	unsigned int free;		/* bit n: table n is free */
};
LIST_HEAD(l2_page_list, l2_page);

/* Level-2 tables of one machine. A free table is all zero, in the cache and in DRAM. */
struct l2_arena {
	struct l2_page_list partial;
	uint64_t tables;		/* in use */
};

/* Level-2 table of one MiB, kept beside the level-1 slot. */
struct l2_table {
	le32 *words;		/* NULL: none */
	uint32_t pa;
	uint16_t used;		/* entries that are not zero */
	uint16_t large;		/* of these, entries of 64 KiB pages (16 each) */
};

/* Takes a table; fails for want of a page or by injection. *home names its page for arena_free(). */
int arena_alloc(struct armdma_machine *m, struct l2_table *t, struct l2_page **home);
/* Give a table back. The caller has made sure that no walker can reach it. */
void arena_free(struct armdma_machine *m, struct l2_table *t, struct l2_page *home);

/* ---- Domains ----------------------------------------------------------- */

LIST_HEAD(domain_devices, armdma_device);

struct armdma_domain {
	struct armdma_machine *m;
	LIST_ENTRY(armdma_domain) link;
	struct armdma_page *page;	/* of the level-1 table */
	le32 *l1;
	uint32_t l1_pa;
	uint64_t pgsizes;
	struct domain_devices devices;
	/*
	 * Slots whose level-2 table a section replaced. The table stays in l2[] until the next flush, because a
	 * walk that began before may still use it.
	 */
	unsigned int retired;
	bool wide;			/* the host has wide vectors */
	unsigned int active_units;	/* attached units that are programmed and running */
	armdma_fault_fn fault;
	void *fault_ctx;
	struct armdma_iommu_stats st;
	struct l2_page *homes[L1_ENTRIES];
	struct l2_table l2[L1_ENTRIES];
};
LIST_HEAD(domain_list, armdma_domain);

enum { SIZE_4K, SIZE_64K, SIZE_1M, SIZE_16M };

/* Adjacent bytes that were written, cleaned with one call. */
struct clean_run {
	armdma_phys_t pa;
	size_t len;
};
static inline void clean_flush(struct armdma_hw *hw, struct clean_run *r)
{
	if (r->len)
		armdma_hw_cache_op(hw, ARMDMA_CACHE_ALL, ARMDMA_CACHE_CLEAN, r->pa, r->len);
	r->len = 0;
}
static inline void clean_add(struct armdma_hw *hw, struct clean_run *r, armdma_phys_t pa, size_t len)
{
	if (r->len && r->pa + r->len == pa) {
		r->len += len;
		return;
	}
	clean_flush(hw, r);
	r->pa = pa;
	r->len = len;
}

/* Clean what is written. That lets time pass, and interrupt handlers map and unmap, too: they come afterwards. */
static inline void clean_alone(struct armdma_hw *hw, armdma_phys_t pa, size_t len)
{
	unsigned int flags = armdma_hw_irq_save(hw);

	armdma_hw_cache_op(hw, ARMDMA_CACHE_ALL, ARMDMA_CACHE_CLEAN, pa, len);
	armdma_hw_irq_restore(hw, flags);
}

/* ---- Units ------------------------------------------------------------- */

struct sysmmu_unit {
	SLIST_ENTRY(sysmmu_unit) link;
	struct armdma_machine *m;
	const char *name;		/* of the configuration */
	armdma_phys_t regs;
	uint32_t irq;
	unsigned int version;		/* UNIT_VERSION() */
	unsigned int clk_count;
	bool enabled;			/* programmed and running */
	bool held;			/* a fault is being handled, or was not repaired: the unit is blocked */
	bool needs_flush;		/* an invalidation could not be done blocked */
	bool timed_out;			/* not yet reported */
	struct armdma_device *dev;	/* while attached */
	struct armdma_domain *domain;
};
SLIST_HEAD(unit_list, sysmmu_unit);

struct iommu {
	struct unit_list units;
	struct domain_list domains;
	struct l2_arena arena;
};

#define FLUSH_ENTRY_MAX 64u

/* What a map or unmap took out of the tables, as the TLBs have to hear it. */
struct tlb_batch {
	uint64_t entries;		/* all of them; only the first FLUSH_ENTRY_MAX are listed */
	unsigned int nr;
	uint32_t iova[FLUSH_ENTRY_MAX];
	uint32_t size[FLUSH_ENTRY_MAX];
};
static inline void batch_add(struct tlb_batch *b, uint32_t iova, uint32_t size)
{
	b->entries++;
	if (b->nr < FLUSH_ENTRY_MAX) {
		b->iova[b->nr] = iova;
		b->size[b->nr++] = size;
	}
}

/*
 * Invalidate the TLBs of every running unit that carries the domain, then free its retired tables (with
 * some of them, the units are flushed whole). iova and len are for the report of a unit that would not stop.
 */
void domain_invalidate(struct armdma_domain *d, const struct tlb_batch *b, uint64_t iova, uint64_t len);
/* True when a running unit caches level-1 descriptors (from 3.2 on): replacing a pointer needs an invalidation. */
bool domain_caches_level1(const struct armdma_domain *d);
/* Free the tables that sections replaced. No walker may be able to reach them. */
void domain_free_retired(struct armdma_domain *d);

void unit_enable(struct sysmmu_unit *u, struct armdma_domain *d);
void unit_disable(struct sysmmu_unit *u);
uint32_t unit_read(struct sysmmu_unit *u, uint32_t reg);
void unit_write(struct sysmmu_unit *u, uint32_t reg, uint32_t value);
/* Acknowledge faults and let what is held go on. */
void unit_resume(struct sysmmu_unit *u, uint32_t bits);
/* Interrupt handler; ctx is the unit. */
bool unit_irq(void *ctx, uint32_t line);

#endif
