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
#include "lib/iommu/variant.h"

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
	armdma_phys_t pa;
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
	uint32_t kib;		/* address >> 10 */
	uint16_t used;		/* entries that are not zero */
	uint16_t large;		/* of these, entries of 64 KiB pages (16 each) */
};
static inline armdma_phys_t table_pa(const struct l2_table *t)
{
	return (armdma_phys_t)t->kib << 10;
}

/* Takes a table below pa_end; fails for want of a page or by injection. *home names its page for arena_free(). */
int arena_alloc(struct armdma_machine *m, uint64_t pa_end, struct l2_table *t, struct l2_page **home);
/* Give a table back. The caller has made sure that no walker can reach it. */
void arena_free(struct armdma_machine *m, struct l2_table *t, struct l2_page *home);

/* ---- Domains ----------------------------------------------------------- */

LIST_HEAD(domain_devices, armdma_device);

/* Unmapped ranges whose TLB entries are still to be invalidated (lazy.c). */
struct lazy_range {
	uint64_t iova, len;
	iommu_release_fn release;	/* may be NULL */
	void *ctx;
};
struct lazy_queue {
	struct armdma_lazy limits;
	unsigned int nr;
	uint64_t bytes;
	uint64_t since;			/* when the oldest came */
	struct lazy_range *range;	/* limits.entries of them; NULL: the domain is strict */
};

struct armdma_domain {
	struct armdma_machine *m;
	LIST_ENTRY(armdma_domain) link;
	struct armdma_page *page;	/* of the level-1 table */
	le32 *l1;
	armdma_phys_t l1_pa;
	const struct pt_format *format;
	uint64_t pgsizes;
	uint64_t pa_bad;		/* bits that the address of a small page may not have */
	unsigned int shift;		/* of the format; */
	uint32_t small[4];		/* bits of its small pages, by prot */
	le32 empty;			/* level-1 word of a MiB without anything: 0, or the zero link */
	struct domain_devices devices;
	/*
	 * Slots that have a table and do not point to it any more: a section took its place, or it was empty and was taken
	 * out. The table stays in l2[] until the next flush, because a walk that began before may still use it.
	 */
	unsigned int retired;
	bool wide;			/* the host has wide vectors */
	bool promote;			/* neighbours become larger pages, and larger pages can be cut */
	bool slow;			/* maps have more to do than to write an entry */
	unsigned int active_units;	/* attached units that are programmed and running */
	armdma_fault_fn fault;
	void *fault_ctx;
	struct lazy_queue lazy;
	struct armdma_iommu_stats st;
	uint64_t parked[L1_ENTRIES / 64];	/* slots whose table a promotion to 1 MiB put aside, entries and all */
	struct l2_page *homes[L1_ENTRIES];
	struct l2_table l2[L1_ENTRIES];
};
LIST_HEAD(domain_list, armdma_domain);

static inline void domain_set_slow(struct armdma_domain *d)
{
	d->slow = d->lazy.nr || d->promote;
}

static inline bool slot_parked(const struct armdma_domain *d, unsigned int s)
{
	return d->parked[s / 64] >> (s % 64) & 1;
}

/* The table of a slot is the one that its level-1 word points to. */
static inline bool table_linked(const struct armdma_domain *d, unsigned int s)
{
	const struct l2_table *t = &d->l2[s];

	return t->words && from_le32(d->l1[s]) == format_pointer(d->format, table_pa(t));
}

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
	const struct unit_variant *variant;
	bool no_block;			/* cannot be blocked; invalidates while it runs */
	bool hold_when_off;		/* blocks its master when disabled, instead of letting it bypass */
	unsigned int nr_prefetch;	/* ranges that buffers serve */
	bool prefetch_known;		/* was ever set: registers have to be written */
	struct armdma_prefetch prefetch[MAX_PREFETCH];
	unsigned int clk_count;
	bool enabled;			/* programmed and running */
	bool stopped;			/* blocked by domain_stop() */
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
	unsigned int errata;		/* of the units, that are worked around */
	struct armdma_page *zero_page;	/* the level-2 table of the zero link, if a unit wants one */
	armdma_phys_t zero_table;
};

/* An erratum that some unit of the machine has, unless a test wants to see it. */
static inline bool erratum(const struct armdma_machine *m, unsigned int which)
{
	return m->iommu->errata & which;
}

#define FLUSH_ENTRY_MAX 64u

/* What a map or unmap took out of the tables, as the TLBs have to hear it. */
struct tlb_batch {
	uint64_t first, end;		/* IOVAs that all of them lie in; end <= first: none */
	uint64_t entries;		/* all of them; only the first FLUSH_ENTRY_MAX are listed */
	unsigned int nr;
	uint32_t iova[FLUSH_ENTRY_MAX];
	uint32_t size[FLUSH_ENTRY_MAX];
};
static inline void batch_init(struct tlb_batch *b)
{
	b->first = SZ_4G;
	b->end = 0;
	b->entries = b->nr = 0;
}
static inline void batch_span(struct tlb_batch *b, uint64_t first, uint64_t end)
{
	if (first < b->first)
		b->first = first;
	if (end > b->end)
		b->end = end;
}
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
/* Free the tables that no level-1 word points to any more. No walker may be able to reach them. */
void domain_free_retired(struct armdma_domain *d);
/*
 * Block all running units, so that the tables can change in several steps with no unit seeing one of them alone;
 * domain_invalidate() then leaves them blocked. -EBUSY: one would not stop, or cannot; none is blocked then. Interrupts are masked.
 */
int domain_stop(struct armdma_domain *d);
void domain_go(struct armdma_domain *d);

bool domain_is_empty(const struct armdma_domain *d);
/* Of an empty domain without tables. */
void domain_set_format(struct armdma_domain *d, const struct pt_format *f);

/* Queue a range that was unmapped, with what was to be invalidated for it; false: do it now. */
bool lazy_queue_range(struct armdma_domain *d, uint64_t iova, uint64_t len, iommu_release_fn release, void *ctx);
/* Invalidate for all that waits, and let go of it. */
void lazy_flush(struct armdma_domain *d);
/* Before [iova, end) is mapped: nothing of it may wait. */
void lazy_settle(struct armdma_domain *d, uint64_t iova, uint64_t end);

/* Make larger pages of what [iova, end) and its neighbours have; cut those that [iova, end) takes a part of. */
void promote_range(struct armdma_domain *d, uint64_t iova, uint64_t end);
void promote_cut(struct armdma_domain *d, uint64_t iova, uint64_t end);

void unit_enable(struct sysmmu_unit *u, struct armdma_domain *d);
void unit_disable(struct sysmmu_unit *u);
/* Stop translation; false: it would not stop, and runs on. */
bool unit_block(struct sysmmu_unit *u);
uint32_t unit_read(struct sysmmu_unit *u, uint32_t reg);
void unit_write(struct sysmmu_unit *u, uint32_t reg, uint32_t value);
/* Of a blocked unit. */
void unit_program_prefetch(struct sysmmu_unit *u);
/* Acknowledge faults and let what is held go on. */
void unit_resume(struct sysmmu_unit *u, uint32_t bits);
/* Interrupt handler; ctx is the unit. */
bool unit_irq(void *ctx, uint32_t line);

#endif
