/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The registers: one table for each version, one engine for all.
 *
 * Access types and reset values are nowhere documented; they follow from how drivers use the registers.
 * Offsets that a version does not have read 0, drop the write and are logged.
 */
#include <string.h>

#include "sim/sysmmu/sysmmu_internal.h"

#define ALL 0xFFFFFFFFu
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* ---- What registers do ------------------------------------------------- */

static uint32_t ctrl_read(struct sysmmu *mmu, unsigned int arg)
{
	(void)arg;
	return mmu->ctrl;
}

static void ctrl_write(struct sysmmu *mmu, unsigned int arg, uint32_t value)
{
	(void)arg;
	mmu->ctrl = value;
	if (!(value & ARMDMA_SYSMMU_CTRL_BLOCK))
		sysmmu_fault_release(mmu);
	sysmmu_update(mmu);
	sysmmu_irq_update(mmu);
	if (!mmu->stopped)
		sysmmu_kick(mmu);
}

/* Table base and configuration of a running unit take effect at its next walk. */
static void log_if_running(struct sysmmu *mmu, const char *reg)
{
	if ((mmu->ctrl & ARMDMA_SYSMMU_CTRL_ENABLE) && !mmu->stopped)
		armdma_hw_log(mmu->hw, "%s: %s written while translating", mmu->cfg.name, reg);
}

static uint32_t cfg_read(struct sysmmu *mmu, unsigned int arg)
{
	(void)arg;
	return mmu->mmu_cfg;
}

/*
 * AP[2:0] as ARMv7 decodes it for a privileged master: 1 to 3 read/write, 5 to 7 read only. Drivers write 0, 1
 * and 5 alone (the rest is assumed). Without EAP every valid descriptor grants everything: drivers that never
 * set it leave the bits 0.
 */
#define PROT_EAP 0x54FCu /* two bits a code, 7 first: R R R -, RW RW RW - */
#define PROT_ALL 0xFFFFu

static void set_cfg(struct sysmmu *mmu, uint32_t value)
{
	mmu->mmu_cfg = value;
	mmu->tlb.lru = mmu->variant->lru && (value & ARMDMA_SYSMMU_CFG_LRU);
	mmu->prot_of_ap = value & ARMDMA_SYSMMU_CFG_EAP ? PROT_EAP : PROT_ALL;
}

static void cfg_write(struct sysmmu *mmu, unsigned int arg, uint32_t value)
{
	(void)arg;
	log_if_running(mmu, "CFG");
	set_cfg(mmu, value);
}

static uint32_t status_read(struct sysmmu *mmu, unsigned int arg)
{
	(void)arg;
	return mmu->stopped && mmu->hw->clk.now >= mmu->drained_at ? ARMDMA_SYSMMU_STATUS_BLOCKED :
								     0;
}

static void flush_write(struct sysmmu *mmu, unsigned int arg, uint32_t value)
{
	(void)arg;
	if (value & ARMDMA_SYSMMU_FLUSH_ALL)
		sysmmu_flush_all(mmu);
}

static void flush_entry_write(struct sysmmu *mmu, unsigned int arg, uint32_t value)
{
	(void)arg;
	if (value & ARMDMA_SYSMMU_FLUSH_GO)
		sysmmu_flush_entry(mmu, value);
}

static void pt_base_write(struct sysmmu *mmu, unsigned int arg, uint32_t value)
{
	(void)arg;
	log_if_running(mmu, "PT_BASE");
	mmu->pt_base = value;
}

static uint32_t int_status_read(struct sysmmu *mmu, unsigned int arg)
{
	(void)arg;
	return mmu->int_status;
}

static void int_clear_write(struct sysmmu *mmu, unsigned int arg, uint32_t value)
{
	(void)arg;
	sysmmu_int_clear(mmu, value);
}

static uint32_t version_read(struct sysmmu *mmu, unsigned int arg)
{
	(void)arg;
	return mmu->variant->version | (mmu->variant->reports_tlb ? mmu->tlb.nr : 0);
}

static uint32_t trans_info_read(struct sysmmu *mmu, unsigned int arg)
{
	(void)arg;
	return mmu->trans_info;
}

/* Latch one entry of the first-level TLB for reading. */
static void tlb_read_write(struct sysmmu *mmu, unsigned int arg, uint32_t value)
{
	const struct tlb *t = &mmu->tlb;
	uint32_t i = value >> 4;

	(void)arg;
	if (!(value & 1))
		return;
	mmu->tlb_latch[0] = 0;
	mmu->tlb_latch[1] = 0;
	if (i >= t->nr || !(t->valid[i / 64] >> (i % 64) & 1))
		return;
	mmu->tlb_latch[0] = t->entry[i].pa;
	mmu->tlb_latch[1] = t->entry[i].va | 1;
}

static uint32_t tlb_latch_read(struct sysmmu *mmu, unsigned int arg)
{
	return mmu->tlb_latch[arg];
}

static uint32_t pb_info_read(struct sysmmu *mmu, unsigned int arg)
{
	(void)arg;
	return mmu->variant->nr_pbs;
}

static uint32_t pb_index_read(struct sysmmu *mmu, unsigned int arg)
{
	(void)arg;
	return mmu->pb_index;
}

static void pb_index_write(struct sysmmu *mmu, unsigned int arg, uint32_t value)
{
	(void)arg;
	mmu->pb_index = value;
}

/* The registers of the prefetch buffer that INDICATE selects. */
static uint32_t pb_read(struct sysmmu *mmu, unsigned int arg)
{
	uint32_t i = mmu->pb_index & 0xFF;

	return i < mmu->variant->nr_pbs ? mmu->pb[i][arg] : 0;
}

static void pb_write(struct sysmmu *mmu, unsigned int arg, uint32_t value)
{
	uint32_t i = mmu->pb_index & 0xFF;

	if (i < mmu->variant->nr_pbs)
		mmu->pb[i][arg] = value;
}

/* ---- Tables ------------------------------------------------------------ */

#define ROW_RO(off, nm, rd, a) { .offset = (off), .access = REG_RO, .name = (nm), .read = (rd), .arg = (a) }
#define ROW_WO(off, nm, m, wr) { .offset = (off), .access = REG_WO, .mask = (m), .name = (nm), .write = (wr) }
#define ROW_RW(off, nm, m, rd, wr, a) \
	{ .offset = (off), .access = REG_RW, .mask = (m), .name = (nm), .read = (rd), .write = (wr), .arg = (a) }
#define ROW_W1(acc, off, nm, m, rd, wr) \
	{ .offset = (off), .access = (acc), .mask = (m), .name = (nm), .read = (rd), .write = (wr) }
/* Plain storage, and a read-only register without a function yet. */
#define STORE(off, nm) { .offset = (off), .access = REG_RW, .mask = ALL, .name = (nm) }
#define ZERO(off, nm) { .offset = (off), .access = REG_RO, .name = (nm) }
#define ORDER(off, nm) { .offset = (off), .access = REG_WO, .mask = ALL, .name = (nm) }

#define FAULT_ADDR(off, nm, bit) ROW_RO(off, nm, sysmmu_fault_addr, bit)

/* 0x000 to 0x034: the same everywhere but for the bits of CFG. 0x020 is assigned nowhere. */
#define COMMON_ROWS(cfg_mask) \
	ROW_RW(ARMDMA_SYSMMU_REG_CTRL, "CTRL", 7, ctrl_read, ctrl_write, 0), \
	ROW_RW(ARMDMA_SYSMMU_REG_CFG, "CFG", cfg_mask, cfg_read, cfg_write, 0), \
	ROW_RO(ARMDMA_SYSMMU_REG_STATUS, "STATUS", status_read, 0), \
	ROW_WO(ARMDMA_SYSMMU_REG_FLUSH, "FLUSH", ALL, flush_write), \
	ROW_WO(ARMDMA_SYSMMU_REG_FLUSH_ENTRY, "FLUSH_ENTRY", ALL, flush_entry_write), \
	ROW_RW(ARMDMA_SYSMMU_REG_PT_BASE, "PT_BASE", ARMDMA_SYSMMU_PT_BASE_MASK, NULL, \
	       pt_base_write, 0), \
	ROW_RO(ARMDMA_SYSMMU_REG_INT_STATUS, "INT_STATUS", int_status_read, 0), \
	ROW_W1(REG_W1C, ARMDMA_SYSMMU_REG_INT_CLEAR, "INT_CLEAR", 0xFF, NULL, int_clear_write), \
	FAULT_ADDR(ARMDMA_SYSMMU_REG_PAGE_FAULT_ADDR, "PAGE_FAULT_ADDR", ARMDMA_SYSMMU_FAULT_PAGE), \
	FAULT_ADDR(ARMDMA_SYSMMU_REG_AW_FAULT_ADDR, "AW_FAULT_ADDR", \
		   ARMDMA_SYSMMU_FAULT_AW_MULTI_HIT), \
	FAULT_ADDR(ARMDMA_SYSMMU_REG_AR_FAULT_ADDR, "AR_FAULT_ADDR", \
		   ARMDMA_SYSMMU_FAULT_AR_MULTI_HIT), \
	FAULT_ADDR(ARMDMA_SYSMMU_REG_DEFAULT_SLAVE_ADDR, "DEFAULT_SLAVE_ADDR", \
		   ARMDMA_SYSMMU_FAULT_BUS_ERROR), \
	ROW_RO(ARMDMA_SYSMMU_REG_VERSION, "VERSION", version_read, 0)

#define EVENT_ROW(off, nm, n) ROW_RW(off, nm, ALL, sysmmu_counters_get_select, sysmmu_counters_set_select, n)
#define COUNTER_ROW(n, nm) \
	ROW_RW(ARMDMA_SYSMMU_REG_COUNTER(n), nm, ALL, sysmmu_counters_get, sysmmu_counters_set, n)
#define CNT_MASK (ARMDMA_SYSMMU_CNT_CYCLES | ((1u << ARMDMA_SYSMMU_NR_COUNTERS) - 1))

#define COUNTER_ROWS \
	ROW_RW(ARMDMA_SYSMMU_REG_PMNC, "PMNC", 1, sysmmu_counters_get_on, sysmmu_counters_set_on, 0), \
	ROW_W1(REG_W1S, ARMDMA_SYSMMU_REG_CNTEN_SET, "CNTEN_SET", CNT_MASK, sysmmu_counters_get_enabled, \
	       sysmmu_counters_enable), \
	ROW_W1(REG_W1C, ARMDMA_SYSMMU_REG_CNTEN_CLEAR, "CNTEN_CLEAR", CNT_MASK, \
	       sysmmu_counters_get_enabled, sysmmu_counters_disable), \
	ROW_W1(REG_W1S, ARMDMA_SYSMMU_REG_CNTINT_SET, "CNTINT_SET", CNT_MASK, \
	       sysmmu_counters_get_interrupts, sysmmu_counters_interrupts_on), \
	ROW_W1(REG_W1C, ARMDMA_SYSMMU_REG_CNTINT_CLEAR, "CNTINT_CLEAR", CNT_MASK, \
	       sysmmu_counters_get_interrupts, sysmmu_counters_interrupts_off), \
	ROW_W1(REG_W1C, ARMDMA_SYSMMU_REG_CNT_OVERFLOW, "CNT_OVERFLOW", CNT_MASK, \
	       sysmmu_counters_get_overflow, sysmmu_counters_clear_overflow), \
	ROW_RW(ARMDMA_SYSMMU_REG_CYCLES, "CYCLES", ALL, sysmmu_counters_get, sysmmu_counters_set, \
	       ARMDMA_SYSMMU_NR_COUNTERS), \
	COUNTER_ROW(0, "COUNTER0"), \
	COUNTER_ROW(1, "COUNTER1"), \
	COUNTER_ROW(2, "COUNTER2"), \
	COUNTER_ROW(3, "COUNTER3")

#define TLB_READ_ROWS \
	ROW_WO(ARMDMA_SYSMMU_REG_TLB_READ, "TLB_READ", ALL, tlb_read_write), \
	ROW_RO(ARMDMA_SYSMMU_REG_TLB_PPN, "TLB_PPN", tlb_latch_read, 0), \
	ROW_RO(ARMDMA_SYSMMU_REG_TLB_VPN, "TLB_VPN", tlb_latch_read, 1)

/*
 * CFG: bits without a known function (1, 3, 4, 6, 13 to 15) are storage. Bit 11 came with 3.2, bit 12 with
 * 3.0; bit 0 (LRU) is gone in 3.3.
 */
#define CFG_V1 0x0000E7FFu
#define CFG_V30 0x3000F7FFu
#define CFG_V32 0x007FFFFFu
#define CFG_V33 0x0110FFFEu

static const struct reg_row rows_v1[] = {
	COMMON_ROWS(CFG_V1),
	EVENT_ROW(ARMDMA_SYSMMU_V1_REG_EVENT(0), "EVENT0", 0),
	EVENT_ROW(ARMDMA_SYSMMU_V1_REG_EVENT(1), "EVENT1", 1),
	EVENT_ROW(ARMDMA_SYSMMU_V1_REG_EVENT(2), "EVENT2", 2),
	EVENT_ROW(ARMDMA_SYSMMU_V1_REG_EVENT(3), "EVENT3", 3),
	COUNTER_ROWS,
};

static const struct reg_row rows_v2[] = {
	COMMON_ROWS(CFG_V1),
	TLB_READ_ROWS,
	EVENT_ROW(ARMDMA_SYSMMU_V2_REG_EVENT(0), "EVENT0", 0),
	EVENT_ROW(ARMDMA_SYSMMU_V2_REG_EVENT(1), "EVENT1", 1),
	EVENT_ROW(ARMDMA_SYSMMU_V2_REG_EVENT(2), "EVENT2", 2),
	EVENT_ROW(ARMDMA_SYSMMU_V2_REG_EVENT(3), "EVENT3", 3),
	COUNTER_ROWS,
};

static const struct reg_row rows_v30[] = {
	COMMON_ROWS(CFG_V30),
	TLB_READ_ROWS,
	STORE(ARMDMA_SYSMMU_V30_REG_PB_START(0), "PB0_START"),
	STORE(ARMDMA_SYSMMU_V30_REG_PB_END(0), "PB0_END"),
	STORE(ARMDMA_SYSMMU_V30_REG_PB_START(1), "PB1_START"),
	EVENT_ROW(ARMDMA_SYSMMU_V2_REG_EVENT(0), "PB1_END/EVENT0", 0),
	EVENT_ROW(ARMDMA_SYSMMU_V2_REG_EVENT(1), "PB0_VA/EVENT1", 1),
	EVENT_ROW(ARMDMA_SYSMMU_V2_REG_EVENT(2), "PB1_VA/EVENT2", 2),
	EVENT_ROW(ARMDMA_SYSMMU_V2_REG_EVENT(3), "EVENT3", 3),
	ORDER(ARMDMA_SYSMMU_V30_REG_PB_SELECT(0), "PB0_SELECT"),
	ZERO(ARMDMA_SYSMMU_V30_REG_PB_DATA(0), "PB0_DATA"),
	ORDER(ARMDMA_SYSMMU_V30_REG_PB_SELECT(1), "PB1_SELECT"),
	ZERO(ARMDMA_SYSMMU_V30_REG_PB_DATA(1), "PB1_DATA"),
	COUNTER_ROWS,
};

static const struct reg_row rows_v32[] = {
	COMMON_ROWS(CFG_V32),
	TLB_READ_ROWS,
	EVENT_ROW(ARMDMA_SYSMMU_V2_REG_EVENT(0), "EVENT0", 0),
	EVENT_ROW(ARMDMA_SYSMMU_V2_REG_EVENT(1), "EVENT1", 1),
	EVENT_ROW(ARMDMA_SYSMMU_V2_REG_EVENT(2), "EVENT2", 2),
	EVENT_ROW(ARMDMA_SYSMMU_V2_REG_EVENT(3), "EVENT3", 3),
	STORE(ARMDMA_SYSMMU_V32_REG_PB_START(0), "PB0_START"),
	STORE(ARMDMA_SYSMMU_V32_REG_PB_END(0), "PB0_END"),
	STORE(ARMDMA_SYSMMU_V32_REG_PB_START(1), "PB1_START"),
	STORE(ARMDMA_SYSMMU_V32_REG_PB_END(1), "PB1_END"),
	STORE(ARMDMA_SYSMMU_V32_REG_PB_START(2), "PB2_START"),
	STORE(ARMDMA_SYSMMU_V32_REG_PB_END(2), "PB2_END"),
	ZERO(ARMDMA_SYSMMU_V32_REG_PB_VA(0), "PB0_VA"),
	ZERO(ARMDMA_SYSMMU_V32_REG_PB_VA(1), "PB1_VA"),
	ZERO(ARMDMA_SYSMMU_V32_REG_PB_VA(2), "PB2_VA"),
	ORDER(ARMDMA_SYSMMU_V32_REG_PB_SELECT(0), "PB0_SELECT"),
	ZERO(ARMDMA_SYSMMU_V32_REG_PB_DATA(0), "PB0_DATA"),
	ORDER(ARMDMA_SYSMMU_V32_REG_PB_SELECT(1), "PB1_SELECT"),
	ZERO(ARMDMA_SYSMMU_V32_REG_PB_DATA(1), "PB1_DATA"),
	ORDER(ARMDMA_SYSMMU_V32_REG_PB_SELECT(2), "PB2_SELECT"),
	ZERO(ARMDMA_SYSMMU_V32_REG_PB_DATA(2), "PB2_DATA"),
	COUNTER_ROWS,
};

static const struct reg_row rows_v33[] = {
	COMMON_ROWS(CFG_V33),
	TLB_READ_ROWS,
	ROW_RO(ARMDMA_SYSMMU_V33_REG_FAULT_TRANS_INFO, "FAULT_TRANS_INFO", trans_info_read, 0),
	EVENT_ROW(ARMDMA_SYSMMU_V2_REG_EVENT(0), "EVENT0", 0),
	EVENT_ROW(ARMDMA_SYSMMU_V2_REG_EVENT(1), "EVENT1", 1),
	EVENT_ROW(ARMDMA_SYSMMU_V2_REG_EVENT(2), "EVENT2", 2),
	EVENT_ROW(ARMDMA_SYSMMU_V2_REG_EVENT(3), "EVENT3", 3),
	ROW_RO(ARMDMA_SYSMMU_V33_REG_PB_INFO, "PB_INFO", pb_info_read, 0),
	STORE(ARMDMA_SYSMMU_V33_REG_PB_LMM, "PB_LMM"),
	ROW_RW(ARMDMA_SYSMMU_V33_REG_PB_INDICATE, "PB_INDICATE", 0x1FF, pb_index_read,
	       pb_index_write, 0),
	ROW_RW(ARMDMA_SYSMMU_V33_REG_PB_CFG, "PB_CFG", ALL, pb_read, pb_write, 0),
	ROW_RW(ARMDMA_SYSMMU_V33_REG_PB_START, "PB_START", ALL, pb_read, pb_write, 1),
	ROW_RW(ARMDMA_SYSMMU_V33_REG_PB_END, "PB_END", ALL, pb_read, pb_write, 2),
	ZERO(ARMDMA_SYSMMU_V33_REG_SPB_BASE_VPN, "SPB_BASE_VPN"),
	COUNTER_ROWS,
};

/* Vendor drivers' tables of event codes, { read, write }. */
#define EVENTS_PLAIN { .total = { 5, 4 }, .miss = { 1, 0 }, .l2_miss = { EVENT_NONE, EVENT_NONE } }
#define EVENTS_V2 { .total = { 5, 4 }, .miss = { 1, 0 }, .l2_miss = { 3, 2 } }
#define EVENTS_V33 { .total = { 0, 8 }, .miss = { 1, 9 }, .l2_miss = { EVENT_NONE, EVENT_NONE } }

/* TLB sizes: 16 fully associative on 1.x and 32 later are estimates; later units report theirs. */
#define V1(v) \
	{ .version = (v), .rows = rows_v1, .nr_rows = COUNT(rows_v1), .tlb_entries = 16, .lru = true, \
	  .fetch = 4, .events = EVENTS_PLAIN }
#define V2(v) \
	{ .version = (v), .rows = rows_v2, .nr_rows = COUNT(rows_v2), .tlb_entries = 32, \
	  .reports_tlb = true, .l2_tlb = true, .lru = true, .fetch = 4, .events = EVENTS_V2 }
#define V3(v, table, has_lru, pbs, codes) \
	{ .version = (v), .rows = (table), .nr_rows = COUNT(table), .tlb_entries = 32, \
	  .reports_tlb = true, .lru = (has_lru), .fetch = 64, .nr_pbs = (pbs), .events = codes }

static const struct sysmmu_variant variants[] = {
	V1(ARMDMA_SYSMMU_V1_0),
	V1(ARMDMA_SYSMMU_V1_2),
	V2(ARMDMA_SYSMMU_V2_0),
	V2(ARMDMA_SYSMMU_V2_1),
	V3(ARMDMA_SYSMMU_V3_0, rows_v30, true, 2, EVENTS_PLAIN),
	V3(ARMDMA_SYSMMU_V3_1, rows_v30, true, 2, EVENTS_PLAIN),
	V3(ARMDMA_SYSMMU_V3_2, rows_v32, true, 3, EVENTS_PLAIN),
	V3(ARMDMA_SYSMMU_V3_3, rows_v33, false, 4, EVENTS_V33),
};

const struct sysmmu_variant *sysmmu_variant(uint32_t version)
{
	for (size_t i = 0; i < COUNT(variants); i++)
		if (variants[i].version == version)
			return &variants[i];
	return NULL;
}

/* ---- Engine ------------------------------------------------------------ */

static const struct reg_row *find_row(const struct sysmmu *mmu, uint32_t offset)
{
	const struct reg_row *rows = mmu->variant->rows;
	unsigned int lo = 0, hi = mmu->variant->nr_rows;

	while (lo < hi) {
		unsigned int mid = (lo + hi) / 2;

		if (rows[mid].offset == offset)
			return &rows[mid];
		if (rows[mid].offset < offset)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

void sysmmu_regs_reset(struct sysmmu *mmu)
{
	const struct sysmmu_variant *v = mmu->variant;

	for (unsigned int i = 0; i < v->nr_rows; i++)
		mmu->reg[i] = v->rows[i].reset;
	mmu->ctrl = ARMDMA_SYSMMU_CTRL_DISABLED;
	set_cfg(mmu, mmu->cfg.cfg_reset);
	mmu->pt_base = 0;
	mmu->int_status = 0;
	memset(mmu->fault_addr, 0, sizeof(mmu->fault_addr));
	mmu->trans_info = 0;
	mmu->pb_index = 0;
	memset(mmu->pb, 0, sizeof(mmu->pb));
	sysmmu_counters_reset(mmu);
}

static uint32_t row_value(struct sysmmu *mmu, const struct reg_row *row)
{
	return row->read ? row->read(mmu, row->arg) : mmu->reg[row - mmu->variant->rows];
}

uint32_t sysmmu_reg_read(void *ctx, uint32_t offset)
{
	struct sysmmu *mmu = ctx;
	const struct reg_row *row = find_row(mmu, offset);

	if (!row) {
		armdma_hw_log(mmu->hw, "%s: read of offset 0x%03x: no such register",
			      mmu->cfg.name, offset);
		return 0;
	}
	return row->access == REG_WO ? 0 : row_value(mmu, row);
}

void sysmmu_reg_write(void *ctx, uint32_t offset, uint32_t value)
{
	struct sysmmu *mmu = ctx;
	const struct reg_row *row = find_row(mmu, offset);

	if (!row) {
		armdma_hw_log(mmu->hw, "%s: write of 0x%08x to offset 0x%03x: no such register",
			      mmu->cfg.name, value, offset);
		return;
	}
	if (row->access == REG_RO)
		return;
	value &= row->mask;
	if (row->access == REG_RW) {
		value |= row_value(mmu, row) & ~row->mask;
		mmu->reg[row - mmu->variant->rows] = value;
	}
	if (row->write)
		row->write(mmu, row->arg, value);
}
