/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One SYSMMU from the inside: what its files share.
 *
 *	variants.c	one description for each version
 *	check.c		the check of a unit's configuration
 *	unit.c		the translation port, blocking, life
 *	state.c		clock, power, blocking, invalidation
 *	regs.c		the engine that serves register tables, and what registers do
 *	regs_v3.c, regs_v5.c, regs_v7.c	the tables
 *	tlb.c, tlb2.c	the TLB, one or two levels
 *	walker.c	table walks
 *	flpd.c		the cache of level-1 descriptors
 *	prefetch.c	prefetch buffers
 *	fault.c		raising, holding, resuming
 *	counters.c	performance counters
 *	readout.c	read-out of the TLBs, emulated translation
 *	direct.c	software's own fetches into locked TLB entries
 */
#ifndef SIM_SYSMMU_INTERNAL_H
#define SIM_SYSMMU_INTERNAL_H

#include <armdma/sysmmu.h>

#include "sim/bus/bus.h"
#include "sim/hw.h"
#include "sim/sysmmu/flpd.h"
#include "sim/sysmmu/prefetch.h"
#include "sim/sysmmu/sysmmu.h"
#include "sim/sysmmu/tlb.h"
#include "sim/sysmmu/tlb2.h"

#define SYSMMU_MAX_ROWS 128
#define SYSMMU_MAX_SECURE 8
#define SYSMMU_MAX_TLBS 8
#define SYSMMU_MAX_PRIVATE_WAYS 6

/* Permission bits of a translation: bit 0 for reads, bit 1 for writes. */
#define SYSMMU_MAY_READ 1u
#define SYSMMU_MAY_WRITE 2u

/* ---- Description of a version ------------------------------------------ */

enum reg_access {
	REG_RO,
	REG_WO,		/* reads 0; a write is an order, nothing is kept */
	REG_RW,
	REG_W1C,	/* ones clear; the row's own functions say what */
	REG_W1S,
};

struct reg_row {
	uint32_t offset;
	enum reg_access access;
	uint32_t mask;		/* writable bits */
	uint32_t reset;
	const char *name;
	/* NULL: the register is storage. arg is the row's own. */
	uint32_t (*read)(struct sysmmu *mmu, unsigned int arg);
	/* Called with the masked value, after it was stored (RW). */
	void (*write)(struct sysmmu *mmu, unsigned int arg, uint32_t value);
	unsigned int arg;
};

#define EVENT_NONE 0xFFu

/* Numbers of counter events, [0] read channel, [1] write channel; EVENT_NONE: the version has no such event. */
struct event_codes {
	uint8_t total[2], miss[2], l2_miss[2], flpd_miss[2], pb_lookup[2], pb_miss[2];
	uint8_t prefetch_blocks[2], prefetch_cycles[2], prefetch_flpd_miss[2];
};

/* What a level-1 word is. */
enum l1_kind { L1_FAULT, L1_TABLE, L1_SECTION, L1_DOUBLE, L1_SUPER, L1_NR_KINDS };

/* Where words of the tables have what. Addresses are (word & mask) << shift. */
struct table_format {
	uint8_t l1_kind[8];		/* by bits 2:0 */
	uint32_t super_bit;		/* makes a section a supersection, or 0 */
	uint32_t l1_mask[L1_NR_KINDS];
	uint32_t large_mask, small_mask;	/* level 2: 01 large, 1x small, 00 fault */
	uint8_t shift;
	/* Access code: (word >> ap & 3) | (word >> ap2 & ap2_mask), to be looked up in prot. */
	uint8_t l1_ap, l1_ap2, l2_ap, l2_ap2, ap2_mask;
	uint16_t prot;			/* two bits a code */
};

enum fault_kind { FAULT_PAGE, FAULT_BUS, FAULT_MULTI_HIT, FAULT_ACCESS, FAULT_SECURITY, FAULT_NR_KINDS };

#define FAULT_NONE (-1)
#define SYSMMU_FAULT_REGS 4

/* How faults are told. */
struct fault_map {
	int8_t bit[FAULT_NR_KINDS][2];	/* of INT_STATUS, for reads and writes; FAULT_NONE: not told */
	uint8_t reg[FAULT_NR_KINDS][2];	/* which address register */
};

enum fault_end {
	FAULT_END_RETRY,	/* held; translated anew when software lets it */
	FAULT_END_FATAL,	/* held for good, unless configured to recover */
	FAULT_END_STALL_BIT,	/* CTRL_VM says: held, or terminated */
};

enum pb_kind {
	PB_NONE,
	PB_BY_MODE,	/* 3.0, 3.1: CFG 29:28 */
	PB_BY_FLAGS,	/* 3.2: CFG 21, 19:16 */
	PB_INDEXED,	/* 3.3 and later: registers of their own */
};

struct sysmmu_variant {
	uint32_t version;		/* VERSION without the TLB size */
	const struct reg_row *rows;	/* ascending offsets */
	const unsigned int *nr_rows;
	uint32_t reg_size;		/* bytes of the register block */
	const struct table_format *format;
	const struct fault_map *faults;
	const struct event_codes *events;
	uint32_t errata;		/* of the silicon */
	uint8_t addr_bits;		/* of physical addresses */
	uint8_t base_shift;		/* PT_BASE: 0 address, 12 page number */
	uint8_t fetch;			/* bytes of one aligned fetch of the walker */
	uint8_t walkers;		/* 1: a walk of one channel waits for the other's */
	enum fault_end fault_end;
	/* TLB */
	uint16_t tlb_entries, tlb_sets;	/* defaults */
	uint16_t max_entries;
	uint8_t line;			/* pages of an entry */
	uint8_t max_tlbs;
	bool reports_tlb;		/* VERSION[6:0] */
	bool lru;			/* CFG bit 0 is there */
	uint16_t tlb2_sets, tlb2_ways;	/* defaults; 0: none */
	bool tlb2_optional;
	bool tlb2_one_set;
	bool tlb2_switch;		/* on by L2TLB_CFG */
	/* prefetch buffers */
	enum pb_kind pb_kind;
	uint8_t nr_pbs;
	/* cache of level-1 descriptors */
	bool flpd;
	bool flpd_always;		/* no CFG bit */
	bool flpd_by_page;		/* an invalidation of a page drops its MiB's descriptor */
	bool private_ways;		/* ways of the TLB that serve some addresses or IDs alone */
	bool vm;			/* VM register bank */
};

const struct sysmmu_variant *sysmmu_variant(uint32_t version);

/* ---- The unit ---------------------------------------------------------- */

struct counters {
	uint64_t sum[ARMDMA_SYSMMU_NR_COUNTERS + 1];	/* last: cycles */
	uint64_t from[ARMDMA_SYSMMU_NR_COUNTERS + 1];	/* the source's value when counting (re)started */
	uint32_t select[ARMDMA_SYSMMU_NR_COUNTERS];
	uint32_t enabled, interrupts, overflow;
	bool on;
};

struct iova_range {
	uint32_t first, last;
};

/* Which accesses a TLB of 7.x serves, or a private way. */
struct tlb_match {
	uint32_t cfg, first, last, id;
};

struct direct_fetch {
	struct clock_event ev;
	struct sysmmu *mmu;
	uint32_t va[ARMDMA_SYSMMU_V51_DIRECT_FETCH_DEPTH];
	unsigned int nr;
};

struct sysmmu {
	struct bus_port port;	/* first */
	bool go;		/* translates, and nothing unusual is to be looked at */
	bool plain_fill;	/* what a walk finds goes into one TLB and nowhere else */
	uint32_t hit_cost[2];	/* cycles of a hit, twice: as bus_translation has them */
	uint64_t lookups[2];	/* of reads, of writes */
	struct tlb tlb;
	struct tlb *more_tlbs[SYSMMU_MAX_TLBS - 1];
	unsigned int nr_tlbs;
	struct tlb2 *tlb2;	/* or NULL */
	bool tlb2_on;
	struct armdma_hw *hw;
	const struct sysmmu_variant *variant;
	struct armdma_sysmmu_config cfg;
	struct table_format format;	/* a copy at hand */
	uint32_t errata;
	uint64_t pa_mask;
	uint32_t reg[SYSMMU_MAX_ROWS];	/* storage, one for each row */
	uint32_t ctrl, mmu_cfg, vm_ctrl, vm_cfg;
	uint64_t pt_base;	/* physical address */
	uint32_t fetch_mask;	/* of the walker's fetches: bytes - 1 */
	uint8_t line[64];		/* line buffer: the group of descriptors fetched last */
	uint16_t prot_of_ap;	/* two bits for each access code, as CFG has it */
	bool flpd_on;
	bool flpd_hit;		/* the walk just done took its level-1 descriptor from the cache */
	struct flpd flpd;
	struct prefetch pb;
	struct direct_fetch direct;
	uint64_t misses[2], l2_misses[2], flpd_hits[2], flpd_misses[2], pb_lookups[2], pb_misses[2];
	uint64_t prefetch_blocks[2], prefetch_cycles[2], prefetch_flpd_misses[2];
	uint64_t walks, walk_reads, invalidations, faults;
	/* the walker and its time */
	uint64_t walk_until[2];		/* of each channel, or [0] of both */
	uint64_t prefetch_until[2];	/* that much of it for a prefetch */
	uint64_t flush_until;
	/* blocking */
	bool stopped;		/* accepts nothing: CTRL.block, or a fault */
	struct unit_power power;
	uint64_t drained_at;	/* STATUS rises */
	/* faults */
	bool faulted;
	uint64_t fault_time;
	const struct bus_xfer *held[2];	/* by a fault, for each channel */
	const struct bus_xfer *dead[2];	/* held for good */
	uint32_t held_va[2];
	uint32_t int_status;
	uint32_t owners[SYSMMU_FAULT_REGS];	/* bits of INT_STATUS that share an address register */
	uint32_t fault_va[SYSMMU_FAULT_REGS], fault_info[SYSMMU_FAULT_REGS];
	uint32_t trans_info;
	bool irq;
	struct iova_range secure[SYSMMU_MAX_SECURE];
	unsigned int nr_secure;
	/* registers that several variants have at different places */
	uint32_t latch[4];		/* of the TLB's read-out */
	uint32_t sbb_latch[3];
	uint32_t flush_range[2];
	uint32_t emu_preload;
	uint64_t emu_until;
	struct tlb_match match[SYSMMU_MAX_TLBS];
	uint32_t tlb_cfg[SYSMMU_MAX_TLBS];
	struct tlb_match private_way[SYSMMU_MAX_PRIVATE_WAYS];
	struct counters cnt;
};

/* unit.c */
/* The whole way of a translation. */
enum bus_verdict sysmmu_translate_fully(struct bus_port *port, const struct bus_xfer *x,
					armdma_dma_t addr, unsigned int beats,
					struct bus_translation *tr);
/* TLB number n. */
static inline struct tlb *sysmmu_tlb(struct sysmmu *mmu, unsigned int n)
{
	return n ? mmu->more_tlbs[n - 1] : &mmu->tlb;
}
/* Put what a walk found at va into the TLB(s); tlb: number. Returns the slot. */
unsigned int sysmmu_fill(struct sysmmu *mmu, unsigned int tlb, bool write, uint16_t id, uint32_t va,
			 uint64_t found);
/* Number of the TLB that serves an access. */
unsigned int sysmmu_choose_tlb(const struct sysmmu *mmu, bool write, uint16_t id, uint32_t va);
/* Does one translation without a master, as a register orders it. */
void sysmmu_emulate(struct sysmmu *mmu, uint32_t va, bool write, uint16_t id);

/* state.c */
static inline bool sysmmu_enabled(const struct sysmmu *mmu)
{
	return mmu->ctrl & ARMDMA_SYSMMU_CTRL_ENABLE &&
	       (!mmu->variant->vm || mmu->vm_ctrl & ARMDMA_SYSMMU_CTRL_ENABLE);
}
static inline bool sysmmu_blocked(const struct sysmmu *mmu)
{
	return mmu->ctrl & ARMDMA_SYSMMU_CTRL_BLOCK;
}
/* Work out again whether the port may take its short way; call after any change of state. */
void sysmmu_update(struct sysmmu *mmu);
/* CFG or CFG_VM changed. */
void sysmmu_configure(struct sysmmu *mmu);
/* Let the master try again what was held. */
void sysmmu_kick(struct sysmmu *mmu);
void sysmmu_flush_all(struct sysmmu *mmu);
void sysmmu_flush_entry(struct sysmmu *mmu, uint32_t va);
void sysmmu_flush_range(struct sysmmu *mmu, uint32_t first_va, uint32_t last_va);
/* Everything that power-off takes along. */
void sysmmu_reset(struct sysmmu *mmu);

/* regs.c */
void sysmmu_regs_reset(struct sysmmu *mmu);
uint32_t sysmmu_reg_read(void *ctx, uint32_t offset);
void sysmmu_reg_write(void *ctx, uint32_t offset, uint32_t value);

/* walker.c */
enum walk_result { WALK_OK, WALK_INVALID, WALK_BUS_ERROR };
/*
 * The answer, in one register: the result in the lowest bits, the number of fetches (in any case), and for
 * WALK_OK the page's permissions, size and address, of which the low twelve bits are free.
 */
#define WALK_READS_SHIFT 2
#define WALK_PROT_SHIFT 4
#define WALK_SIZE_SHIFT 6
uint64_t sysmmu_walk(struct sysmmu *mmu, uint32_t va, bool write);
/*
 * The first half of a walk. L1_TABLE: the level-2 table's address in *table and the fetches so far in *reads; else
 * the walk is over and *answer what it found.
 */
enum l1_kind sysmmu_walk_level1(struct sysmmu *mmu, uint32_t va, bool write, uint64_t *table,
				uint32_t *reads, uint64_t *answer);
/* What a level-2 word says about va, after so many fetches. */
uint64_t sysmmu_decode_level2(const struct sysmmu *mmu, uint32_t desc, uint32_t reads);
/* The group of descriptors around pa as the walker fetches it, in mmu->line. False: nothing answers there. */
bool sysmmu_fetch(struct sysmmu *mmu, uint32_t va, uint64_t pa, uint32_t level, uint32_t *desc);
/* Word i of the line buffer. */
uint32_t sysmmu_line_word(const struct sysmmu *mmu, unsigned int i);
enum l1_kind sysmmu_l1_kind(const struct sysmmu *mmu, uint32_t desc);

static inline enum walk_result walk_result(uint64_t answer)
{
	return (enum walk_result)(answer & 3);
}

static inline unsigned int walk_reads(uint64_t answer)
{
	return answer >> WALK_READS_SHIFT & 3;
}

static inline unsigned int walk_prot(uint64_t answer)
{
	return answer >> WALK_PROT_SHIFT & 3;
}

static inline unsigned int walk_size(uint64_t answer)
{
	return answer >> WALK_SIZE_SHIFT & 7;
}

static inline uint64_t walk_pa(uint64_t answer)
{
	return answer & ~(uint64_t)0xFFF;
}

/* fault.c */
void sysmmu_faults_init(struct sysmmu *mmu);
/* x NULL: an emulated translation, which nobody can hold. */
enum bus_verdict sysmmu_fault(struct sysmmu *mmu, const struct bus_xfer *x, uint32_t va,
			      unsigned int beats, enum fault_kind kind);
void sysmmu_emulated_fault(struct sysmmu *mmu, bool write, uint16_t id, uint32_t va, enum fault_kind kind);
void sysmmu_int_clear(struct sysmmu *mmu, uint32_t bits);
/* CTRL was written without the block bit: held transactions go on. */
void sysmmu_fault_release(struct sysmmu *mmu);
void sysmmu_irq_update(struct sysmmu *mmu);
/* Registers of the fault that has this bit. */
uint32_t sysmmu_fault_addr(struct sysmmu *mmu, unsigned int bit);
uint32_t sysmmu_fault_info(struct sysmmu *mmu, unsigned int bit);

/*
 * Test hook: accesses to pages of [first, last] violate security. Returns 0, or -ENOSPC.
 * last < first: forget all.
 */
int sysmmu_inject_security(struct sysmmu *mmu, uint32_t first, uint32_t last);

/* readout.c */
uint32_t sysmmu_latch_read(struct sysmmu *mmu, unsigned int arg);
uint32_t sysmmu_sbb_latch_read(struct sysmmu *mmu, unsigned int arg);
void sysmmu_read_tlb_v2(struct sysmmu *mmu, unsigned int arg, uint32_t value);
void sysmmu_read_tlb_v5(struct sysmmu *mmu, unsigned int arg, uint32_t value);
void sysmmu_read_tlb2(struct sysmmu *mmu, unsigned int arg, uint32_t value);
void sysmmu_read_tlb_v7(struct sysmmu *mmu, unsigned int arg, uint32_t value);
void sysmmu_read_sbb(struct sysmmu *mmu, unsigned int arg, uint32_t value);

/* direct.c */
void sysmmu_direct_init(struct sysmmu *mmu);
void sysmmu_direct_reset(struct sysmmu *mmu);
uint32_t sysmmu_direct_waiting(struct sysmmu *mmu, unsigned int arg);
void sysmmu_direct_order(struct sysmmu *mmu, unsigned int arg, uint32_t value);
void sysmmu_direct_release(struct sysmmu *mmu, unsigned int arg, uint32_t value);

/* counters.c */
void sysmmu_counters_reset(struct sysmmu *mmu);
uint32_t sysmmu_counters_get(struct sysmmu *mmu, unsigned int n);
void sysmmu_counters_set(struct sysmmu *mmu, unsigned int n, uint32_t value);
uint32_t sysmmu_counters_get_select(struct sysmmu *mmu, unsigned int n);
void sysmmu_counters_set_select(struct sysmmu *mmu, unsigned int n, uint32_t event);
uint32_t sysmmu_counters_get_on(struct sysmmu *mmu, unsigned int arg);
void sysmmu_counters_set_on(struct sysmmu *mmu, unsigned int arg, uint32_t value);
uint32_t sysmmu_counters_get_enabled(struct sysmmu *mmu, unsigned int arg);
void sysmmu_counters_enable(struct sysmmu *mmu, unsigned int arg, uint32_t bits);
void sysmmu_counters_disable(struct sysmmu *mmu, unsigned int arg, uint32_t bits);
uint32_t sysmmu_counters_get_interrupts(struct sysmmu *mmu, unsigned int arg);
void sysmmu_counters_interrupts_on(struct sysmmu *mmu, unsigned int arg, uint32_t bits);
void sysmmu_counters_interrupts_off(struct sysmmu *mmu, unsigned int arg, uint32_t bits);
uint32_t sysmmu_counters_get_overflow(struct sysmmu *mmu, unsigned int arg);
void sysmmu_counters_clear_overflow(struct sysmmu *mmu, unsigned int arg, uint32_t bits);

#endif
