/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The registers: one table for each version, one engine for all; and what the registers do.
 *
 * Access types and reset values are nowhere documented; they follow from how drivers use the registers.
 * Offsets that a version does not have read 0, drop the write and are logged.
 */
#include <string.h>

#include "sim/sysmmu/regs.h"

/* ---- Control --------------------------------------------------------------- */

/* After CTRL or CTRL_VM. */
static void control_changed(struct sysmmu *mmu)
{
	if (!sysmmu_blocked(mmu))
		sysmmu_fault_release(mmu);
	sysmmu_update(mmu);
	sysmmu_irq_update(mmu);
	if (!mmu->stopped)
		sysmmu_kick(mmu);
}

uint32_t sysmmu_ctrl_read(struct sysmmu *mmu, unsigned int arg)
{
	(void)arg;
	return mmu->ctrl;
}

void sysmmu_ctrl_write(struct sysmmu *mmu, unsigned int arg, uint32_t value)
{
	(void)arg;
	mmu->ctrl = value;
	control_changed(mmu);
}

uint32_t sysmmu_vm_ctrl_read(struct sysmmu *mmu, unsigned int arg)
{
	(void)arg;
	return mmu->vm_ctrl;
}

void sysmmu_vm_ctrl_write(struct sysmmu *mmu, unsigned int arg, uint32_t value)
{
	(void)arg;
	mmu->vm_ctrl = value;
	/* A held transaction does not go on because of it, unless translation went off. */
	if (!sysmmu_enabled(mmu))
		control_changed(mmu);
	else
		sysmmu_update(mmu);
}

/* Table base and configuration of a running unit take effect at its next walk. */
static void log_if_running(struct sysmmu *mmu, const char *reg)
{
	if (sysmmu_enabled(mmu) && !mmu->stopped)
		armdma_hw_log(mmu->hw, "%s: %s written while translating", mmu->cfg.name, reg);
}

uint32_t sysmmu_cfg_read(struct sysmmu *mmu, unsigned int arg)
{
	(void)arg;
	return mmu->mmu_cfg;
}

void sysmmu_cfg_write(struct sysmmu *mmu, unsigned int arg, uint32_t value)
{
	(void)arg;
	log_if_running(mmu, "CFG");
	mmu->mmu_cfg = value;
	sysmmu_configure(mmu);
}

uint32_t sysmmu_vm_cfg_read(struct sysmmu *mmu, unsigned int arg)
{
	(void)arg;
	return mmu->vm_cfg;
}

void sysmmu_vm_cfg_write(struct sysmmu *mmu, unsigned int arg, uint32_t value)
{
	(void)arg;
	log_if_running(mmu, "CFG_VM");
	mmu->vm_cfg = value;
	sysmmu_configure(mmu);
}

uint32_t sysmmu_status_read(struct sysmmu *mmu, unsigned int arg)
{
	uint64_t now = mmu->hw->clk.now;
	uint32_t status = mmu->stopped && now >= mmu->drained_at ? ARMDMA_SYSMMU_STATUS_BLOCKED : 0;

	(void)arg;
	if (ARMDMA_SYSMMU_VERSION_MAJOR(mmu->variant->version) != 7)
		return status;
	if (mmu->flush_until > now)
		status |= ARMDMA_SYSMMU_V7_STATUS_INVALIDATING;
	if (mmu->emu_until > now || mmu->walk_until[0] > now || mmu->walk_until[1] > now)
		status |= ARMDMA_SYSMMU_V7_STATUS_TRANSLATING;
	return status;
}

void sysmmu_pt_base_write(struct sysmmu *mmu, unsigned int arg, uint32_t value)
{
	(void)arg;
	log_if_running(mmu, "PT_BASE");
	mmu->pt_base = ((uint64_t)value << mmu->variant->base_shift) &
		       ~(uint64_t)(ARMDMA_SYSMMU_L1_SIZE - 1) & mmu->pa_mask;
}

uint32_t sysmmu_version_read(struct sysmmu *mmu, unsigned int arg)
{
	(void)arg;
	return mmu->variant->version | (mmu->variant->reports_tlb ? mmu->tlb.nr : 0);
}

/* ---- Invalidation ------------------------------------------------------------ */

void sysmmu_flush_write(struct sysmmu *mmu, unsigned int arg, uint32_t value)
{
	(void)arg;
	if (value & ARMDMA_SYSMMU_FLUSH_ALL)
		sysmmu_flush_all(mmu);
}

void sysmmu_flush_entry_write(struct sysmmu *mmu, unsigned int arg, uint32_t value)
{
	(void)arg;
	if (value & ARMDMA_SYSMMU_FLUSH_GO)
		sysmmu_flush_entry(mmu, value);
}

void sysmmu_flush_range_write(struct sysmmu *mmu, unsigned int arg, uint32_t value)
{
	(void)arg;
	if (value & ARMDMA_SYSMMU_FLUSH_GO)
		sysmmu_flush_range(mmu, mmu->flush_range[0], mmu->flush_range[1]);
}

uint32_t sysmmu_range_read(struct sysmmu *mmu, unsigned int arg)
{
	return mmu->flush_range[arg];
}

void sysmmu_range_write(struct sysmmu *mmu, unsigned int arg, uint32_t value)
{
	mmu->flush_range[arg] = value;
}

/* ---- Faults -------------------------------------------------------------------- */

uint32_t sysmmu_int_status_read(struct sysmmu *mmu, unsigned int arg)
{
	(void)arg;
	return mmu->int_status;
}

void sysmmu_int_clear_write(struct sysmmu *mmu, unsigned int arg, uint32_t value)
{
	(void)arg;
	sysmmu_int_clear(mmu, value);
}

uint32_t sysmmu_trans_info_read(struct sysmmu *mmu, unsigned int arg)
{
	(void)arg;
	return mmu->trans_info;
}

/* ---- Capabilities ----------------------------------------------------------------- */

void sysmmu_tlb2_cfg_write(struct sysmmu *mmu, unsigned int arg, uint32_t value)
{
	(void)arg;
	mmu->tlb2_on = mmu->tlb2 && value & 1;
	sysmmu_update(mmu);
}

static uint32_t tlb2_entries(const struct sysmmu *mmu)
{
	return mmu->tlb2 ? mmu->tlb2->sets * mmu->tlb2->ways : 0;
}

uint32_t sysmmu_capa_v5_read(struct sysmmu *mmu, unsigned int arg)
{
	(void)arg;
	return mmu->tlb.nr | tlb2_entries(mmu) << 8 | mmu->pb.nr << 20;
}

/* One group of prefetch buffers. arg 0: CAPA, 1: CAPA_1. */
uint32_t sysmmu_capa_v6_read(struct sysmmu *mmu, unsigned int arg)
{
	return arg ? (mmu->tlb2 ? 1u << 8 : 0) : mmu->tlb.nr | 1u << 20;
}

static uint32_t lg2(uint32_t v)
{
	return 31 - (uint32_t)__builtin_clz(v);
}

uint32_t sysmmu_capa0_read(struct sysmmu *mmu, unsigned int arg)
{
	uint32_t capa = mmu->tlb.ways | lg2(mmu->flpd.nr) << 12 | 1u << 16;

	(void)arg;
	return mmu->variant->max_tlbs ? capa | ARMDMA_SYSMMU_V7_CAPA0_HAS_CAPA1 : capa | lg2(mmu->tlb.sets) << 8;
}

/* One port; type 2 when there are several TLBs to choose from, 1 when ways are all there is. */
uint32_t sysmmu_capa1_read(struct sysmmu *mmu, unsigned int arg)
{
	(void)arg;
	return 1u | mmu->nr_tlbs << 4 | (mmu->variant->vm ? ARMDMA_SYSMMU_V7_CAPA1_VM : 0) |
	       (mmu->cfg.no_block ? ARMDMA_SYSMMU_V7_CAPA1_NO_BLOCK : 0) | (mmu->nr_tlbs > 1 ? 2u : 1u) << 28;
}

uint32_t sysmmu_tlb_info_read(struct sysmmu *mmu, unsigned int arg)
{
	const struct tlb *t;

	if (arg >= mmu->nr_tlbs)
		return 0;
	t = sysmmu_tlb(mmu, arg);
	return t->ways | (uint32_t)t->sets << 16;
}

/* ---- Which TLB or way serves what ---------------------------------------------------- */

uint32_t sysmmu_tlb_cfg_read(struct sysmmu *mmu, unsigned int arg)
{
	return mmu->tlb_cfg[arg];
}

void sysmmu_tlb_cfg_write(struct sysmmu *mmu, unsigned int arg, uint32_t value)
{
	mmu->tlb_cfg[arg] = value;
}

static uint32_t *match_field(struct tlb_match *m, unsigned int field)
{
	switch (field) {
	case MATCH_CFG:
		return &m->cfg;
	case MATCH_FIRST:
		return &m->first;
	case MATCH_LAST:
		return &m->last;
	default:
		return &m->id;
	}
}

uint32_t sysmmu_match_read(struct sysmmu *mmu, unsigned int arg)
{
	return *match_field(&mmu->match[arg / 4], arg % 4);
}

void sysmmu_match_write(struct sysmmu *mmu, unsigned int arg, uint32_t value)
{
	*match_field(&mmu->match[arg / 4], arg % 4) = value;
}

uint32_t sysmmu_private_way_read(struct sysmmu *mmu, unsigned int arg)
{
	return *match_field(&mmu->private_way[arg / 4], arg % 4);
}

void sysmmu_private_way_write(struct sysmmu *mmu, unsigned int arg, uint32_t value)
{
	*match_field(&mmu->private_way[arg / 4], arg % 4) = value;
}

/* ---- Emulated translation ------------------------------------------------------------ */

uint32_t sysmmu_emu_preload_read(struct sysmmu *mmu, unsigned int arg)
{
	(void)arg;
	return mmu->emu_preload;
}

void sysmmu_emu_preload_write(struct sysmmu *mmu, unsigned int arg, uint32_t value)
{
	(void)arg;
	mmu->emu_preload = value;
}

void sysmmu_emu_shot_write(struct sysmmu *mmu, unsigned int arg, uint32_t value)
{
	(void)arg;
	if (sysmmu_enabled(mmu))
		sysmmu_emulate(mmu, mmu->emu_preload << ARMDMA_PAGE_SHIFT,
			       mmu->emu_preload & ARMDMA_SYSMMU_EMU_WRITE, (uint16_t)value);
}

/* ---- Engine ---------------------------------------------------------------------------- */

static const struct reg_row *find_row(const struct sysmmu *mmu, uint32_t offset)
{
	const struct reg_row *rows = mmu->variant->rows;
	unsigned int lo = 0, hi = *mmu->variant->nr_rows;

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

	for (unsigned int i = 0; i < *v->nr_rows; i++)
		mmu->reg[i] = v->rows[i].reset;
	mmu->ctrl = ARMDMA_SYSMMU_CTRL_DISABLED;
	mmu->vm_ctrl = 0;
	mmu->vm_cfg = 0;
	mmu->mmu_cfg = mmu->cfg.cfg_reset;
	mmu->pt_base = 0;
	mmu->int_status = 0;
	mmu->trans_info = 0;
	mmu->emu_preload = 0;
	mmu->tlb2_on = mmu->tlb2 && !v->tlb2_switch;
	memset(mmu->fault_va, 0, sizeof(mmu->fault_va));
	memset(mmu->fault_info, 0, sizeof(mmu->fault_info));
	memset(mmu->flush_range, 0, sizeof(mmu->flush_range));
	memset(mmu->match, 0, sizeof(mmu->match));
	memset(mmu->tlb_cfg, 0, sizeof(mmu->tlb_cfg));
	memset(mmu->private_way, 0, sizeof(mmu->private_way));
	memset(mmu->latch, 0, sizeof(mmu->latch));
	memset(mmu->sbb_latch, 0, sizeof(mmu->sbb_latch));
	sysmmu_pb_reset(mmu);
	sysmmu_counters_reset(mmu);
	sysmmu_configure(mmu);
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
