/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One SYSMMU from the inside: what its files share.
 *
 *	unit.c		the translation port, blocking, life
 *	regs.c		the register tables of all versions and the engine that serves them
 *	tlb.c		the TLB, one or two levels
 *	walker.c	table walks
 *	fault.c		raising, holding, resuming
 *	counters.c	performance counters
 */
#ifndef SIM_SYSMMU_INTERNAL_H
#define SIM_SYSMMU_INTERNAL_H

#include <armdma/sysmmu.h>

#include "sim/bus/bus.h"
#include "sim/hw.h"
#include "sim/sysmmu/sysmmu.h"
#include "sim/sysmmu/tlb.h"

#define SYSMMU_MAX_ROWS 64
#define SYSMMU_MAX_PBS 6
#define SYSMMU_MAX_SECURE 8

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
	uint8_t total[2], miss[2], l2_miss[2];
};

struct sysmmu_variant {
	uint32_t version;	/* VERSION without the TLB size */
	const struct reg_row *rows;	/* ascending offsets */
	unsigned int nr_rows;
	unsigned int tlb_entries;	/* default */
	bool reports_tlb;	/* VERSION[6:0] */
	bool l2_tlb;
	bool lru;		/* CFG bit 0 is there */
	unsigned int fetch;	/* bytes of one aligned fetch of the walker */
	unsigned int nr_pbs;
	struct event_codes events;
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

struct sysmmu {
	struct bus_port port;	/* first */
	bool go;		/* translates, and nothing unusual is to be looked at */
	uint32_t hit_cost[2];	/* cycles of a hit, twice: as bus_translation has them */
	uint64_t lookups[2];	/* of reads, of writes */
	struct tlb tlb;
	struct armdma_hw *hw;
	const struct sysmmu_variant *variant;
	struct armdma_sysmmu_config cfg;
	uint32_t reg[SYSMMU_MAX_ROWS];	/* storage, one for each row */
	uint32_t ctrl, mmu_cfg, pt_base;
	uint32_t fetch_mask;	/* of the walker's fetches: bytes - 1 */
	uint8_t line[64];		/* line buffer: the group of descriptors fetched last */
	uint16_t prot_of_ap;	/* two bits for each AP[2:0], as CFG has it */
	uint64_t misses[2], l2_misses[2];
	uint64_t walks, walk_reads, invalidations, faults;
	/* blocking */
	bool stopped;		/* accepts nothing: CTRL.block, or a fault */
	uint64_t drained_at;	/* STATUS rises */
	/* faults */
	bool faulted;
	uint64_t fault_time;
	const struct bus_xfer *held[2];	/* by a fault, for each channel */
	uint32_t held_va[2];
	uint32_t int_status;
	uint32_t fault_addr[ARMDMA_SYSMMU_NR_FAULTS];	/* registers, by the first kind that uses each */
	uint32_t trans_info;
	bool irq;
	struct iova_range secure[SYSMMU_MAX_SECURE];
	unsigned int nr_secure;
	/* read-out and prefetch registers */
	uint32_t tlb_latch[2];
	uint32_t pb_index;
	uint32_t pb[SYSMMU_MAX_PBS][3];
	struct counters cnt;
};

/* unit.c */
/* The whole way of a translation. */
enum bus_verdict sysmmu_translate_fully(struct bus_port *port, const struct bus_xfer *x,
					armdma_dma_t addr, unsigned int beats,
					struct bus_translation *tr);
/* Work out again whether the port may take its short way; call after any change of state. */
void sysmmu_update(struct sysmmu *mmu);
/* Let the master try again what was held. */
void sysmmu_kick(struct sysmmu *mmu);
void sysmmu_flush_all(struct sysmmu *mmu);
void sysmmu_flush_entry(struct sysmmu *mmu, uint32_t va);

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
uint32_t sysmmu_walk(struct sysmmu *mmu, uint32_t va);

static inline enum walk_result walk_result(uint32_t answer)
{
	return (enum walk_result)(answer & 3);
}

static inline unsigned int walk_reads(uint32_t answer)
{
	return answer >> WALK_READS_SHIFT & 3;
}

static inline unsigned int walk_prot(uint32_t answer)
{
	return answer >> WALK_PROT_SHIFT & 3;
}

static inline unsigned int walk_size(uint32_t answer)
{
	return answer >> WALK_SIZE_SHIFT & 3;
}

static inline uint32_t walk_pa(uint32_t answer)
{
	return answer & (uint32_t)ARMDMA_PAGE_MASK;
}

/* fault.c */
enum bus_verdict sysmmu_fault(struct sysmmu *mmu, const struct bus_xfer *x, uint32_t va,
			      unsigned int beats, unsigned int bit);
void sysmmu_int_clear(struct sysmmu *mmu, uint32_t bits);
/* CTRL was written without the block bit: held transactions go on. */
void sysmmu_fault_release(struct sysmmu *mmu);
void sysmmu_irq_update(struct sysmmu *mmu);
uint32_t sysmmu_fault_addr(struct sysmmu *mmu, unsigned int bit);

/*
 * Test hook: accesses to pages of [first, last] violate security. Returns 0, or -ENOSPC.
 * last < first: forget all.
 */
int sysmmu_inject_security(struct sysmmu *mmu, uint32_t first, uint32_t last);

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
