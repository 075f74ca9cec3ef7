/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Description of a machine: what it is made of and what its parts cost.
 *
 * Start from a preset and change what a test needs:
 *
 *	struct armdma_config cfg = armdma_config_exynos4210();
 *	cfg.sysmmus[0].version = ARMDMA_SYSMMU_V2_0;
 */
#ifndef ARMDMA_CONFIG_H
#define ARMDMA_CONFIG_H

#include <armdma/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Costs in cycles of the 160 MHz bus clock (aclk160 of Exynos4), 6.25 ns each. */
struct armdma_costs {
	uint32_t reg_read;	/* one register read over the peripheral bus */
	uint32_t reg_write;	/* one register write (posted) */
	uint32_t barrier;	/* barrier without anything to drain */
	uint32_t cpu_relax;	/* one turn of a busy-wait loop */
	uint32_t inner_line;	/* maintenance of one inner-cache line */
	uint32_t outer_line;	/* maintenance of one outer-cache line */
	uint32_t outer_sync;	/* outer cache sync after a range operation */
	uint32_t beat;		/* one data beat on the bus */
	uint32_t burst;		/* fixed cost of one burst (address phase, interconnect) */
	uint32_t mem_read;	/* memory read by the table walker */
	uint32_t tlb_hit;	/* TLB look-up that hits the first level */
	uint32_t tlb_l2_hit;	/* extra for a look-up in the second-level TLB */
	uint32_t pb_hit;	/* extra for a look-up in a prefetch buffer */
	uint32_t flpd_hit;	/* level-1 descriptor from the cache of them, instead of mem_read */
	uint32_t flush;		/* a TLB invalidation runs: as long 7.x shows it in STATUS */
	uint32_t block;		/* from the last burst's end to STATUS.blocked */
	uint32_t irq;		/* interrupt entry */
	/*
	 * Beats that memory moves in a cycle, for all masters together; the bursts of masters that
	 * ask for more wait for each other, first come, first served. 0: as many as they want.
	 */
	uint32_t mem_beats;
};

/* How long un-synced data stays invisible (which choices the caches make). docs/memory-model.md tells more. */
enum armdma_cache_policy {
	/* Caches keep and refill everything: a missing sync always shows. */
	ARMDMA_CACHE_PESSIMAL,
	/* Invalidated lines stay absent until the CPU stores to them (ARMv5-like): PESSIMAL with cpu_speculates off. */
	ARMDMA_CACHE_NON_SPECULATING,
	/*
	 * Between any two events (register access, barrier, maintenance, bus transfer, time passing) some dirty lines are
	 * written back, some clean ones refilled, some pending stores become visible, in an order that `seed` decides: the same
	 * description and calls give the same run to the byte. adversary_intensity says how many.
	 */
	ARMDMA_CACHE_ADVERSARY,
	/*
	 * Nothing is ever stale, in either direction, and no store waits: what fails here too is no cache bug.
	 */
	ARMDMA_CACHE_COHERENT,
};

/* CPU cores, for armdma_config_set_cpu(). */
enum armdma_cpu {
	ARMDMA_CPU_ARM926,	/* ARMv5, 32-byte lines: does not speculate, no outer cache; uncached stores do not wait */
	ARMDMA_CPU_XSCALE,	/* ARMv5, 32-byte lines: does not speculate; uncached stores do not wait */
	ARMDMA_CPU_ARM1136,	/* ARMv6, 32-byte lines: treated as speculating, as Linux does */
	ARMDMA_CPU_CORTEX_A8,	/* ARMv7, 64-byte lines, speculates */
	ARMDMA_CPU_CORTEX_A9,	/* ARMv7, 32-byte lines, PL310, speculates: what the Exynos4 presets are */
	ARMDMA_CPU_CORTEX_A15,	/* ARMv7, 64-byte lines, speculates */
	ARMDMA_NR_CPUS
};

/* What happens to the cached linear address of a lowmem page while it is mapped uncached. */
enum armdma_alias_mode {
	ARMDMA_ALIAS_TRAP,	/* leaves the linear map: a touch is reported and ends the test */
	ARMDMA_ALIAS_KEEP,	/* stays, as in Linux: a stale cached alias */
};

/*
 * Whose behaviour the DMA layer has. docs/fidelity.md lists every difference.
 */
enum armdma_fidelity {
	ARMDMA_AS_DOCUMENTED,	/* what the API promises: no known defect of any kernel */
	ARMDMA_AS_LINUX_6_1,	/* the 32-bit ARM kernel 6.1, quirks included */
};

/* VERSION register values (bits 31:21 are the version proper). */
#define ARMDMA_SYSMMU_V1_0 0x80000001u /* some 1.0 units report this word */
#define ARMDMA_SYSMMU_V1_2 0x10400000u
#define ARMDMA_SYSMMU_V2_0 0x20000000u
#define ARMDMA_SYSMMU_V2_1 0x20200000u
#define ARMDMA_SYSMMU_V3_0 0x30000000u
#define ARMDMA_SYSMMU_V3_1 0x30200000u
#define ARMDMA_SYSMMU_V3_2 0x30400000u
#define ARMDMA_SYSMMU_V3_3 0x30600000u
#define ARMDMA_SYSMMU_V5_0 0x50000000u
#define ARMDMA_SYSMMU_V5_1 0x50200000u /* range invalidation, locked TLB entries */
#define ARMDMA_SYSMMU_V6_0 0x60000000u
/* Three flavours of 7.x that drivers tell apart by capability bits; which minor has which is assumed. */
#define ARMDMA_SYSMMU_V7_0 0x70000000u /* no CAPA1 */
#define ARMDMA_SYSMMU_V7_2 0x70400000u /* CAPA1, no VM registers */
#define ARMDMA_SYSMMU_V7_4 0x70800000u /* VM register bank */

#define ARMDMA_NAME_LEN 16

#define ARMDMA_NR_IRQS 256	/* lines of the interrupt controller (GIC SPIs) */
/* Number of an interrupt that goes through the combiner: eight inputs to a group, a group to a line. */
#define ARMDMA_IRQ_COMBINER(group, input) (ARMDMA_NR_IRQS + 8u * (group) + (input))
#define ARMDMA_MAX_COMBINER_GROUPS 32

/* The interrupt combiner (armdma/combiner.h). */
struct armdma_combiner_config {
	armdma_phys_t reg_base;		/* 4 KiB register block */
	uint32_t nr_groups;		/* 0: there is none */
	uint32_t irq[ARMDMA_MAX_COMBINER_GROUPS];	/* line that a group drives */
};

/* Which entry of a TLB makes room. */
enum armdma_tlb_replacement {
	ARMDMA_TLB_BY_VERSION,		/* as CFG.LRU says; where that bit is missing, round robin (assumed) */
	ARMDMA_TLB_LRU,
	ARMDMA_TLB_ROUND_ROBIN,
	ARMDMA_TLB_RANDOM,		/* from the machine's seed */
};

/* Errata, on where the silicon has them. */
#define ARMDMA_SYSMMU_ERRATUM_FAULTY_PREFETCH (1u << 0)	/* 3.x: prefetch buffers keep descriptors that were invalid */
#define ARMDMA_SYSMMU_ERRATUM_STALE_FLPD (1u << 1)	/* 3.2, 3.3: cached level-1 descriptors survive a change of the table */
#define ARMDMA_SYSMMU_ERRATUM_SPECULATIVE_FLPD (1u << 2) /* 3.3: level-1 descriptors of 16 MiB are cached at once, empty ones too */
#define ARMDMA_SYSMMU_ERRATA_ALL 7u

/* One System MMU. It sits in front of one bus port of a device. */
struct armdma_sysmmu_config {
	char name[ARMDMA_NAME_LEN];	/* "sysmmu-fimc0" */
	armdma_phys_t reg_base;		/* register block: 4 KiB, 36 KiB on 7.x */
	uint32_t irq;			/* line (GIC SPI), or ARMDMA_IRQ_COMBINER(); may be shared */
	/*
	 * Version word. The version of a given SoC's units is documented nowhere;
	 * the presets assume 1.x.
	 */
	uint32_t version;
	/*
	 * First-level TLB: entries in all sets; from 7.0 on an entry is a line of four pages. At most 127 up
	 * to 3.x, 255 on 5.x and 6.x, 128 lines on 7.x. 0: the version's default.
	 */
	uint32_t tlb_entries;
	uint32_t tlb_sets;		/* power of two that divides the entries; 0: 1 up to 6.x, 4 on 7.x */
	enum armdma_tlb_replacement tlb_replacement;	/* of both levels */
	uint32_t nr_tlbs;		/* 7.2 and later: TLBs, chosen by address or AXI ID, 1 to 8; 0: 1 */
	uint32_t tlb2_sets, tlb2_ways;	/* second level; 0: 64 x 8 on 2.x, none on 5.x and 6.x. No other version may have one */
	uint32_t prefetch_buffers;	/* 3.3, 5.x, 6.x: 3, 4 or 6; 0: 4. 3.0 and 3.1 have 2, 3.2 has 3 */
	uint32_t flpd_entries;		/* cache of level-1 descriptors from 3.2 on: 1 to 64; 0: 4. 7.x: a power of two */
	uint32_t errata_off;		/* ARMDMA_SYSMMU_ERRATUM_*: what this unit does not suffer from although its version does */
	uint32_t addr_bits;		/* of physical addresses; 0: 32 up to 3.x, 36 from 5.0 on (may be 32 to 36 there) */
	uint32_t cfg_reset;		/* reset value of CFG */
	/* What lets the held transaction of a fault go on (undocumented): */
	bool resume_on_int_clear;	/* false: CTRL = 5; true: INT_CLEAR alone */
	bool recovers;			/* faults of 5.x can be resumed, as those of all others can. Else what is held never ends */
	bool no_block;			/* 7.2 and later: CAPA1 says that drivers need not block */
	char power_domain[ARMDMA_NAME_LEN];	/* "" for one that is always on */
};

enum armdma_devkind {
	ARMDMA_DEV_FIMC,	/* camera interface, output DMA (armdma/fimc.h) */
	ARMDMA_DEV_SGDMA,	/* scatter-gather DMA engine (armdma/sgdma.h) */
	/* Bus ports without a device model behind them: transfers come from armdma_hw_master_read() and _write(). */
	ARMDMA_DEV_MASTER,
};

#define ARMDMA_MAX_DMA_RANGES 4

/*
 * A window of a device's bus: its DMA addresses [dma_start, dma_start+size) reach physical memory from cpu_start on
 * (dma-ranges of a device tree, dma_pfn_offset of older kernels). Bytes, page aligned.
 */
struct armdma_dma_range {
	armdma_phys_t cpu_start;
	armdma_dma_t dma_start;
	uint64_t size;
};
#define ARMDMA_MAX_PORTS 4

struct armdma_device_config {
	char name[ARMDMA_NAME_LEN];	/* "fimc0" */
	enum armdma_devkind kind;
	armdma_phys_t reg_base;
	uint32_t irq;
	char sysmmu[ARMDMA_NAME_LEN];	/* name of the SYSMMU in front of it, "" for none */
	/*
	 * SYSMMUs of further bus ports (MFC has a left and a right one); they carry the same page table. Port n
	 * (from 1 on) is the bus master "NAME:n".
	 */
	char more_sysmmus[ARMDMA_MAX_PORTS - 1][ARMDMA_NAME_LEN];
	uint32_t addr_bits;		/* width of its bus address; the rest is dropped. 0: 32 */
	bool coherent;			/* snoops the CPU caches */
	/* Highest address that its bus carries, as its driver's core knows it (bus_dma_limit); 0: no limit of the bus. */
	uint64_t bus_dma_limit;
	uint32_t nr_dma_ranges;		/* 0: DMA addresses are physical ones. Not together with a SYSMMU */
	struct armdma_dma_range dma_ranges[ARMDMA_MAX_DMA_RANGES];
	uint64_t cma_size;		/* contiguous memory for it alone, bytes, multiple of 4 MiB; 0: the default area */
	char power_domain[ARMDMA_NAME_LEN];	/* "" for one that is always on */
};

#define ARMDMA_NO_CMA (~0ULL)

#define ARMDMA_MAX_SYSMMUS 24
#define ARMDMA_MAX_DEVICES 24

struct armdma_config {
	char soc[ARMDMA_NAME_LEN];
	armdma_phys_t ram_base;		/* bytes, page aligned */
	uint64_t ram_size;		/* bytes, multiple of 4 MiB */
	uint64_t lowmem_size;		/* bytes from ram_base with a linear address; the rest is highmem */
	uint64_t dma_zone_size;		/* bytes from ram_base in ZONE_DMA; 0: no such zone */
	/*
	 * Default contiguous memory area (CMA), taken from the end of lowmem (of ZONE_DMA, if there is one); those of single
	 * devices lie below it. Bytes, multiple of 4 MiB. 0: 16 MiB as Linux's default, but at most an eighth of where it
	 * comes from; ARMDMA_NO_CMA: none.
	 */
	uint64_t cma_size;
	/* From the end of RAM: memory that the kernel does not manage (no-map), for armdma_dma_declare_coherent_memory(). Bytes. */
	uint64_t reserved_size;
	uint64_t atomic_pool_size;	/* for uncached allocations that must not sleep (coherent_pool=), bytes; 0: none */
	enum armdma_fidelity fidelity;
	uint32_t inner_line;		/* bytes: 32 or 64 */
	uint32_t outer_line;		/* bytes, equal to inner_line */
	enum armdma_cache_policy cache_policy;
	/*
	 * ARMDMA_CACHE_ADVERSARY: chances in a thousand that one possible choice (write this dirty line back, refill that clean
	 * one, let this pending word through) is taken at one point between two events. 0: never, which is ARMDMA_CACHE_PESSIMAL;
	 * 1000: always, at once. The presets have 100: a choice stays open for ten points or so.
	 */
	uint32_t adversary_intensity;
	/*
	 * The CPU speculates: it may fill a line that nothing asked for, also one just invalidated. Off: lines are filled by loads
	 * and stores only (ARMv5), so that an invalidated line is still out when the device has written it.
	 */
	bool cpu_speculates;
	enum armdma_alias_mode alias_mode;
	/*
	 * Save the old content of a line that a device writes. Off: device writes
	 * are faster, but a CPU store into device-owned memory is not seen as dirty.
	 */
	bool undo;
	uint32_t wbuf_max;		/* uncached mappings up to this many bytes have a write buffer */
	uint32_t wbuf_age;		/* cycles after which a pending store is visible to a second look */
	uint64_t seed;
	/*
	 * Several threads may drive the machine at once (armdma/hw.h, "Threads of a shared machine"). Off: one at a time, and
	 * nothing is paid for locks.
	 */
	bool shared;
	bool burst_by_burst;		/* one event a burst (slow; the reference for the fast path) */
	uint32_t iova_align_order;	/* cap of IOVA alignment, order of pages (Linux default 8) */
	struct armdma_costs costs;
	struct armdma_combiner_config combiner;
	uint32_t nr_sysmmus;
	struct armdma_sysmmu_config sysmmus[ARMDMA_MAX_SYSMMUS];
	uint32_t nr_devices;
	struct armdma_device_config devices[ARMDMA_MAX_DEVICES];
};

/*
 * Presets. Exynos4210: 1 GiB of RAM at 0x40000000 (64 MiB on 32-bit hosts), 760 MiB of it
 * lowmem, Cortex-A9 caches with 32-byte lines, the interrupt combiner, all SYSMMUs whose addresses are
 * known, and their masters: FIMC0..3 and the memory DMA engine as models, the others as bus ports. Exynos4412: the
 * same, but the DMA engine's SYSMMU is another, and the imaging subsystem is there.
 */
ARMDMA_API struct armdma_config armdma_config_exynos4210(void);
ARMDMA_API struct armdma_config armdma_config_exynos4412(void);

/*
 * Make the description's CPU one of another family: cache lines, speculation, and whether uncached memory is bufferable (wbuf_max). The
 * caches of a family as Linux 6.1 treats them (arch/arm/mm/proc-*.S, cache-v7.S). Returns 0, or -EINVAL (no such CPU).
 */
ARMDMA_API int armdma_config_set_cpu(struct armdma_config *cfg, enum armdma_cpu cpu);

/* Bytes of the default contiguous memory area that a description asks for. */
ARMDMA_API uint64_t armdma_config_cma_size(const struct armdma_config *cfg);

/*
 * Check a description. Returns 0, or -EINVAL with *err (may be NULL) naming the
 * field, its value and what would be right.
 */
ARMDMA_API int armdma_config_check(const struct armdma_config *cfg, struct armdma_error *err);

#ifdef __cplusplus
}
#endif
#endif
