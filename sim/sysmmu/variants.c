/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The versions: what each one has, as data. Nothing else in this room asks for a version by name.
 *
 * From drivers (Linux 2.6.38 to 6.1, vendor kernels to 5.x): registers, table formats, fault bits, counter events,
 * what is readable of TLBs. Estimates: sizes that no register tells, the number of walks at a time.
 */
#include "sim/sysmmu/regs.h"

/* ---- Table formats ---------------------------------------------------------- */

/*
 * AP[2:0] as ARMv7 decodes it for a privileged master: 1 to 3 read/write, 5 to 7 read only. Drivers write 0, 1
 * and 5 alone (the rest is assumed).
 */
#define PROT_V1 0x54FCu /* two bits a code, 7 first: R R R -, RW RW RW - */
/* 0 none, 1 read, 2 write, 3 both: the bits are the rights. */
#define PROT_V5 0x00E4u

static const struct table_format format_v1 = {
	.l1_kind = { L1_FAULT, L1_TABLE, L1_SECTION, L1_FAULT, L1_FAULT, L1_TABLE, L1_SECTION, L1_FAULT },
	.super_bit = ARMDMA_SYSMMU_L1_SUPER_BIT,
	.l1_mask = {
		[L1_TABLE] = ARMDMA_SYSMMU_L1_TABLE_MASK,
		[L1_SECTION] = ARMDMA_SYSMMU_L1_SECTION_MASK,
		[L1_SUPER] = ARMDMA_SYSMMU_L1_SUPER_MASK,
	},
	.large_mask = ARMDMA_SYSMMU_L2_LARGE_MASK,
	.small_mask = ARMDMA_SYSMMU_L2_SMALL_MASK,
	.l1_ap = ARMDMA_SYSMMU_L1_AP_SHIFT,
	.l1_ap2 = 13,
	.l2_ap = ARMDMA_SYSMMU_L2_AP_SHIFT,
	.l2_ap2 = 7,
	.ap2_mask = 4,
	.prot = PROT_V1,
};

#define V5_FORMAT \
	.l1_mask = { \
		[L1_TABLE] = ARMDMA_SYSMMU_V5_L1_TABLE_MASK, \
		[L1_SECTION] = ARMDMA_SYSMMU_V5_L1_SECTION_MASK, \
		[L1_DOUBLE] = ARMDMA_SYSMMU_V5_L1_DOUBLE_MASK, \
		[L1_SUPER] = ARMDMA_SYSMMU_V5_L1_SUPER_MASK, \
	}, \
	.large_mask = ARMDMA_SYSMMU_V5_L2_LARGE_MASK, \
	.small_mask = ARMDMA_SYSMMU_V5_L2_SMALL_MASK, \
	.shift = ARMDMA_SYSMMU_V5_ADDR_SHIFT, \
	.l1_ap = ARMDMA_SYSMMU_V5_L1_ACCESS_SHIFT, \
	.l2_ap = ARMDMA_SYSMMU_V5_L2_ACCESS_SHIFT, \
	.prot = PROT_V5

static const struct table_format format_v5 = {
	.l1_kind = { L1_FAULT, L1_TABLE, L1_SECTION, L1_FAULT, L1_DOUBLE, L1_FAULT, L1_SUPER, L1_FAULT },
	V5_FORMAT,
};

/* 2 MiB and 16 MiB are gone. */
static const struct table_format format_v7 = {
	.l1_kind = { L1_FAULT, L1_TABLE, L1_SECTION },
	V5_FORMAT,
};

/* ---- Faults -------------------------------------------------------------------- */

static const struct fault_map faults_v1 = {
	.bit = {
		[FAULT_PAGE] = { ARMDMA_SYSMMU_FAULT_PAGE, ARMDMA_SYSMMU_FAULT_PAGE },
		[FAULT_BUS] = { ARMDMA_SYSMMU_FAULT_BUS_ERROR, ARMDMA_SYSMMU_FAULT_BUS_ERROR },
		[FAULT_MULTI_HIT] = { ARMDMA_SYSMMU_FAULT_AR_MULTI_HIT, ARMDMA_SYSMMU_FAULT_AW_MULTI_HIT },
		[FAULT_ACCESS] = { ARMDMA_SYSMMU_FAULT_AR_ACCESS, ARMDMA_SYSMMU_FAULT_AW_ACCESS },
		[FAULT_SECURITY] = { ARMDMA_SYSMMU_FAULT_AR_SECURITY, ARMDMA_SYSMMU_FAULT_AW_SECURITY },
	},
	/* PAGE_FAULT_ADDR, DEFAULT_SLAVE_ADDR, AR and AW_FAULT_ADDR. */
	.reg = {
		[FAULT_PAGE] = { 0, 0 }, [FAULT_BUS] = { 1, 1 }, [FAULT_MULTI_HIT] = { 2, 3 },
		[FAULT_ACCESS] = { 2, 3 }, [FAULT_SECURITY] = { 2, 3 },
	},
};

#define BOTH(bit) { (bit), (bit) + ARMDMA_SYSMMU_V5_FAULT_WRITE }
static const struct fault_map faults_v5 = {
	.bit = {
		[FAULT_PAGE] = BOTH(ARMDMA_SYSMMU_V5_FAULT_PAGE),
		[FAULT_BUS] = BOTH(ARMDMA_SYSMMU_V5_FAULT_PTW),
		[FAULT_MULTI_HIT] = BOTH(ARMDMA_SYSMMU_V5_FAULT_MULTI_HIT),
		[FAULT_ACCESS] = BOTH(ARMDMA_SYSMMU_V5_FAULT_ACCESS),
		[FAULT_SECURITY] = BOTH(ARMDMA_SYSMMU_V5_FAULT_SECURITY),
	},
	.reg = { { 0, 1 }, { 0, 1 }, { 0, 1 }, { 0, 1 }, { 0, 1 } },
};

#define SAME(bit) { (bit), (bit) }
static const struct fault_map faults_v7 = {
	.bit = {
		[FAULT_PAGE] = SAME(ARMDMA_SYSMMU_V7_FAULT_PAGE),
		[FAULT_BUS] = SAME(ARMDMA_SYSMMU_V7_FAULT_PTW),
		[FAULT_MULTI_HIT] = SAME(ARMDMA_SYSMMU_V7_FAULT_MULTI_HIT),
		[FAULT_ACCESS] = SAME(ARMDMA_SYSMMU_V7_FAULT_ACCESS),
		[FAULT_SECURITY] = SAME(ARMDMA_SYSMMU_V7_FAULT_SECURITY),
	},
};

/* Security violations are the secure world's business there: the master gets SLVERR (assumed). */
static const struct fault_map faults_vm = {
	.bit = {
		[FAULT_PAGE] = SAME(ARMDMA_SYSMMU_VM_FAULT_PAGE),
		[FAULT_BUS] = SAME(ARMDMA_SYSMMU_VM_FAULT_PTW),
		[FAULT_MULTI_HIT] = SAME(FAULT_NONE),
		[FAULT_ACCESS] = SAME(ARMDMA_SYSMMU_VM_FAULT_ACCESS),
		[FAULT_SECURITY] = SAME(FAULT_NONE),
	},
};

/* ---- Counter events, { read, write } --------------------------------------------- */

#define NO_EVENT { EVENT_NONE, EVENT_NONE }
#define NO_PREFETCH_EVENTS \
	.prefetch_blocks = NO_EVENT, .prefetch_cycles = NO_EVENT, .prefetch_flpd_miss = NO_EVENT

static const struct event_codes events_v1 = {
	.total = { 5, 4 }, .miss = { 1, 0 }, .l2_miss = NO_EVENT, .flpd_miss = NO_EVENT,
	.pb_lookup = NO_EVENT, .pb_miss = NO_EVENT, NO_PREFETCH_EVENTS,
};
static const struct event_codes events_v2 = {
	.total = { 5, 4 }, .miss = { 1, 0 }, .l2_miss = { 3, 2 }, .flpd_miss = NO_EVENT,
	.pb_lookup = NO_EVENT, .pb_miss = NO_EVENT, NO_PREFETCH_EVENTS,
};
static const struct event_codes events_v31 = {
	.total = { 5, 4 }, .miss = { 1, 0 }, .l2_miss = NO_EVENT, .flpd_miss = NO_EVENT,
	.pb_lookup = { 7, 6 }, .pb_miss = { 3, 2 }, NO_PREFETCH_EVENTS,
};
static const struct event_codes events_v33 = {
	.total = { 0, 8 }, .miss = { 1, 9 }, .l2_miss = NO_EVENT, .flpd_miss = { 4, 12 },
	.pb_lookup = { 2, 10 }, .pb_miss = { 3, 11 }, .prefetch_blocks = { 6, 14 },
	.prefetch_cycles = { 7, 15 }, .prefetch_flpd_miss = { 5, 13 },
};
static const struct event_codes events_v5 = {
	.total = { 0x00, 0x10 }, .miss = { 0x01, 0x11 }, .l2_miss = { 0x02, 0x12 },
	.flpd_miss = { 0x03, 0x13 }, .pb_lookup = { 0x04, 0x14 }, .pb_miss = { 0x05, 0x15 },
	.prefetch_blocks = { 0x06, 0x16 }, .prefetch_cycles = { 0x07, 0x17 }, .prefetch_flpd_miss = NO_EVENT,
};

/* ---- The versions ------------------------------------------------------------------- */

#define ROWS(table) .rows = sysmmu_rows_##table, .nr_rows = &sysmmu_nr_rows_##table
#define ERRATA_V30 ARMDMA_SYSMMU_ERRATUM_FAULTY_PREFETCH
#define ERRATA_V32 (ERRATA_V30 | ARMDMA_SYSMMU_ERRATUM_STALE_FLPD)
#define ERRATA_V33 (ERRATA_V32 | ARMDMA_SYSMMU_ERRATUM_SPECULATIVE_FLPD)

#define BEFORE_5 \
	.reg_size = ARMDMA_SYSMMU_REG_SIZE, .format = &format_v1, .faults = &faults_v1, .addr_bits = 32, \
	.tlb_sets = 1, .max_entries = 127, .line = 1
#define V1(v) \
	{ .version = (v), ROWS(v1), BEFORE_5, .events = &events_v1, .fetch = 4, .walkers = 1, \
	  .tlb_entries = 16, .lru = true }
#define V2(v) \
	{ .version = (v), ROWS(v2), BEFORE_5, .events = &events_v2, .fetch = 4, .walkers = 1, \
	  .tlb_entries = 32, .reports_tlb = true, .lru = true, .tlb2_sets = 64, .tlb2_ways = 8, \
	  .tlb2_one_set = true }
#define V3 \
	BEFORE_5, .fetch = 64, .walkers = 2, .tlb_entries = 32, .reports_tlb = true
#define V5 \
	.reg_size = ARMDMA_SYSMMU_REG_SIZE, .format = &format_v5, .faults = &faults_v5, \
	.events = &events_v5, .addr_bits = 36, .base_shift = 12, .fetch = 64, .walkers = 4, \
	.tlb_entries = 32, .tlb_sets = 1, .max_entries = 255, .line = 1, .tlb2_optional = true, \
	.tlb2_switch = true, .pb_kind = PB_INDEXED, .nr_pbs = 4, .flpd = true
#define V7 \
	.reg_size = ARMDMA_SYSMMU_V7_REG_SIZE, .format = &format_v7, .events = &events_v5, .addr_bits = 36, \
	.base_shift = 12, .fetch = 64, .walkers = 4, .tlb_entries = 32, .tlb_sets = 4, .max_entries = 128, \
	.line = ARMDMA_SYSMMU_V7_TLB_LINES, .flpd = true

static const struct sysmmu_variant variants[] = {
	V1(ARMDMA_SYSMMU_V1_0),
	V1(ARMDMA_SYSMMU_V1_2),
	V2(ARMDMA_SYSMMU_V2_0),
	V2(ARMDMA_SYSMMU_V2_1),
	{ .version = ARMDMA_SYSMMU_V3_0, ROWS(v30), V3, .events = &events_v31, .lru = true,
	    .errata = ERRATA_V30, .pb_kind = PB_BY_MODE, .nr_pbs = 2 },
	{ .version = ARMDMA_SYSMMU_V3_1, ROWS(v30), V3, .events = &events_v31, .lru = true,
	    .errata = ERRATA_V30, .pb_kind = PB_BY_MODE, .nr_pbs = 2 },
	{ .version = ARMDMA_SYSMMU_V3_2, ROWS(v32), V3, .events = &events_v31, .lru = true,
	    .errata = ERRATA_V32, .pb_kind = PB_BY_FLAGS, .nr_pbs = 3, .flpd = true,
	    .flpd_by_page = true },
	{ .version = ARMDMA_SYSMMU_V3_3, ROWS(v33), V3, .events = &events_v33, .errata = ERRATA_V33,
	    .pb_kind = PB_INDEXED, .nr_pbs = 4, .flpd = true, .flpd_by_page = true },
	{ .version = ARMDMA_SYSMMU_V5_0, ROWS(v50), V5, .fault_end = FAULT_END_FATAL },
	{ .version = ARMDMA_SYSMMU_V5_1, ROWS(v51), V5, .fault_end = FAULT_END_FATAL },
	{ .version = ARMDMA_SYSMMU_V6_0, ROWS(v60), V5 },
	{ .version = ARMDMA_SYSMMU_V7_0, ROWS(v70), V7, .faults = &faults_v7, .private_ways = true },
	{ .version = ARMDMA_SYSMMU_V7_2, ROWS(v72), V7, .faults = &faults_v7, .max_tlbs = SYSMMU_MAX_TLBS },
	{ .version = ARMDMA_SYSMMU_V7_4, ROWS(v74), V7, .faults = &faults_vm, .max_tlbs = SYSMMU_MAX_TLBS,
	    .flpd_always = true, .vm = true, .fault_end = FAULT_END_STALL_BIT },
};

const struct sysmmu_variant *sysmmu_variant(uint32_t version)
{
	for (size_t i = 0; i < REGS_COUNT(variants); i++)
		if (variants[i].version == version)
			return &variants[i];
	return NULL;
}

uint32_t sysmmu_reg_size(uint32_t version)
{
	const struct sysmmu_variant *v = sysmmu_variant(version);

	return v ? v->reg_size : 0;
}
