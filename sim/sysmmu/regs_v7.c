/* SPDX-License-Identifier: BSD-2-Clause */
/* Register tables of 7.x: without CAPA1, with it, and with the VM register bank. */
#include "sim/sysmmu/regs.h"

/* What drivers write, and automatic clock gating. */
#define CFG_V7 (ARMDMA_SYSMMU_V7_CFG_DRIVER_MASK | ARMDMA_SYSMMU_CFG_ACGEN)
#define CFG_VM_GLOBAL (ARMDMA_SYSMMU_VM_CFG_DRIVER_MASK | ARMDMA_SYSMMU_CFG_ACGEN)
#define PPN_MASK 0x00FFFFFFu

/* Table base and invalidation, as on 5.1 or in the bank of the VM. */
#define ROWS_TABLE(base, all, entry, range, start, end) \
	ROW_RW(base, "PT_BASE_PPN", PPN_MASK, NULL, sysmmu_pt_base_write, 0), \
	ROW_WO(all, "FLUSH", REGS_ALL, sysmmu_flush_write, 0), \
	ROW_WO(entry, "FLUSH_ENTRY", REGS_ALL, sysmmu_flush_entry_write, 0), \
	ROW_WO(range, "FLUSH_RANGE", REGS_ALL, sysmmu_flush_range_write, 0), \
	ROW_RW(start, "FLUSH_START", REGS_ALL, sysmmu_range_read, sysmmu_range_write, 0), \
	ROW_RW(end, "FLUSH_END", REGS_ALL, sysmmu_range_read, sysmmu_range_write, 1)
#define ROWS_V5_TABLE \
	ROWS_TABLE(ARMDMA_SYSMMU_V5_REG_PT_BASE_PPN, ARMDMA_SYSMMU_V5_REG_FLUSH, \
		   ARMDMA_SYSMMU_V5_REG_FLUSH_ENTRY, ARMDMA_SYSMMU_V5_REG_FLUSH_RANGE, \
		   ARMDMA_SYSMMU_V5_REG_FLUSH_START, ARMDMA_SYSMMU_V5_REG_FLUSH_END)

#define ROW_VERSION ROW_RO(ARMDMA_SYSMMU_REG_VERSION, "VERSION", sysmmu_version_read, 0)
#define ROWS_INT(mask) \
	ROW_RO(ARMDMA_SYSMMU_V7_REG_INT_STATUS, "INT_STATUS", sysmmu_int_status_read, 0), \
	ROW_W1(REG_W1C, ARMDMA_SYSMMU_V7_REG_INT_CLEAR, "INT_CLEAR", mask, NULL, sysmmu_int_clear_write)
#define ROWS_FAULT(va, info) ROW_FAULT_ADDR(va, "FAULT_VA", 0), ROW_FAULT_INFO(info, "FAULT_INFO", 0)
#define ROW_CAPA0 ROW_RO(ARMDMA_SYSMMU_V7_REG_CAPA0, "CAPA0", sysmmu_capa0_read, 0)
#define ROW_CAPA1 ROW_RO(ARMDMA_SYSMMU_V7_REG_CAPA1, "CAPA1", sysmmu_capa1_read, 0)

#define ROWS_TLB_READ(base) \
	ROW_WO(base, "TLB_READ", REGS_ALL, sysmmu_read_tlb_v7, 0), \
	ROW_RO((base) + ARMDMA_SYSMMU_V7_READ_VPN, "TLB_VPN", sysmmu_latch_read, 1), \
	ROW_RO((base) + ARMDMA_SYSMMU_V7_READ_PPN, "TLB_PPN", sysmmu_latch_read, 0), \
	ROW_RO((base) + ARMDMA_SYSMMU_V7_READ_ATTR, "TLB_ATTR", sysmmu_latch_read, 2)
#define ROWS_SBB_READ(base) \
	ROW_WO(base, "SBB_READ", REGS_ALL, sysmmu_read_sbb, 0), \
	ROW_RO((base) + ARMDMA_SYSMMU_V7_READ_VPN, "SBB_VPN", sysmmu_sbb_latch_read, 1), \
	ROW_RO((base) + ARMDMA_SYSMMU_V7_READ_PPN, "SBB_LINK", sysmmu_sbb_latch_read, 0), \
	ROW_RO((base) + ARMDMA_SYSMMU_V7_READ_ATTR, "SBB_ATTR", sysmmu_sbb_latch_read, 2)
#define ROWS_EMU(preload, shot) \
	ROW_RW(preload, "EMU_PRELOAD", 0x1FFFFF, sysmmu_emu_preload_read, sysmmu_emu_preload_write, 0), \
	ROW_WO(shot, "EMU_SHOT", REGS_ALL, sysmmu_emu_shot_write, 0)

#define ROW_MATCH(off, nm, mask, n, field) \
	ROW_RW(off, nm, mask, sysmmu_match_read, sysmmu_match_write, 4 * (n) + (field))
#define ROWS_TLB(n) \
	ROW_RO(ARMDMA_SYSMMU_V7_REG_TLB_INFO(n), "TLB" #n "_INFO", sysmmu_tlb_info_read, n), \
	ROW_RW(ARMDMA_SYSMMU_V7_REG_TLB_CFG(n), "TLB" #n "_CFG", 0xEEu, sysmmu_tlb_cfg_read, \
	       sysmmu_tlb_cfg_write, n), \
	ROW_MATCH(ARMDMA_SYSMMU_V7_REG_TLB_MATCH_CFG(n), "TLB" #n "_MATCH_CFG", 0xFFFF0300u, n, MATCH_CFG), \
	ROW_MATCH(ARMDMA_SYSMMU_V7_REG_TLB_MATCH_SVA(n), "TLB" #n "_MATCH_SVA", REGS_ALL, n, MATCH_FIRST), \
	ROW_MATCH(ARMDMA_SYSMMU_V7_REG_TLB_MATCH_EVA(n), "TLB" #n "_MATCH_EVA", REGS_ALL, n, MATCH_LAST), \
	ROW_MATCH(ARMDMA_SYSMMU_V7_REG_TLB_MATCH_ID(n), "TLB" #n "_MATCH_ID", REGS_ALL, n, MATCH_ID)
#define ROWS_TLBS \
	ROWS_TLB(0), ROWS_TLB(1), ROWS_TLB(2), ROWS_TLB(3), ROWS_TLB(4), ROWS_TLB(5), ROWS_TLB(6), ROWS_TLB(7)

#define ROW_WAY(off, nm, n, field) \
	ROW_RW(off, nm, REGS_ALL, sysmmu_private_way_read, sysmmu_private_way_write, 4 * (n) + (field))
#define ROWS_PRIVATE_WAY(n) \
	ROW_WAY(ARMDMA_SYSMMU_V70_REG_PRIVATE_WAY_CFG(n), "WAY" #n "_CFG", n, MATCH_CFG), \
	ROW_WAY(ARMDMA_SYSMMU_V70_REG_PRIVATE_WAY_START(n), "WAY" #n "_START", n, MATCH_FIRST), \
	ROW_WAY(ARMDMA_SYSMMU_V70_REG_PRIVATE_WAY_END(n), "WAY" #n "_END", n, MATCH_LAST), \
	ROW_WAY(ARMDMA_SYSMMU_V70_REG_PRIVATE_WAY_ID(n), "WAY" #n "_ID", n, MATCH_ID)

const struct reg_row sysmmu_rows_v70[] = {
	ROWS_CONTROL(CFG_V7),
	ROWS_V5_TABLE,
	ROW_VERSION,
	ROWS_INT(0x1Fu),
	ROWS_FAULT(ARMDMA_SYSMMU_V7_REG_FAULT_VA, ARMDMA_SYSMMU_V7_REG_FAULT_INFO),
	ROW_STORE(ARMDMA_SYSMMU_V70_REG_PUBLIC_WAY_CFG, "PUBLIC_WAY_CFG", REGS_ALL),
	ROWS_PRIVATE_WAY(0),
	ROWS_PRIVATE_WAY(1),
	ROWS_PRIVATE_WAY(2),
	ROWS_PRIVATE_WAY(3),
	ROWS_PRIVATE_WAY(4),
	ROWS_PRIVATE_WAY(5),
	ROWS_V5_COUNTERS,
	ROW_CAPA0,
	ROWS_TLB_READ(ARMDMA_SYSMMU_V70_REG_TLB_READ),
	ROWS_SBB_READ(ARMDMA_SYSMMU_V70_REG_SBB_READ),
};
const unsigned int sysmmu_nr_rows_v70 = REGS_COUNT(sysmmu_rows_v70);

const struct reg_row sysmmu_rows_v72[] = {
	ROWS_CONTROL(CFG_V7),
	ROWS_V5_TABLE,
	ROW_VERSION,
	ROWS_INT(0x1Fu),
	ROWS_FAULT(ARMDMA_SYSMMU_V7_REG_FAULT_VA, ARMDMA_SYSMMU_V7_REG_FAULT_INFO),
	ROWS_V5_COUNTERS,
	ROW_CAPA0,
	ROW_CAPA1,
	ROWS_TLBS,
	ROWS_TLB_READ(ARMDMA_SYSMMU_V72_REG_TLB_READ),
	ROWS_SBB_READ(ARMDMA_SYSMMU_V72_REG_SBB_READ),
	ROWS_EMU(ARMDMA_SYSMMU_V72_REG_EMU_PRELOAD, ARMDMA_SYSMMU_V72_REG_EMU_SHOT),
};
const unsigned int sysmmu_nr_rows_v72 = REGS_COUNT(sysmmu_rows_v72);

const struct reg_row sysmmu_rows_v74[] = {
	ROWS_CONTROL(CFG_VM_GLOBAL),
	ROW_VERSION,
	ROWS_INT(0xFu),
	ROWS_V5_COUNTERS,
	ROW_CAPA0,
	ROW_CAPA1,
	ROWS_FAULT(ARMDMA_SYSMMU_VM_REG_FAULT_VA, ARMDMA_SYSMMU_VM_REG_FAULT_INFO),
	ROWS_TLBS,
	ROWS_TLB_READ(ARMDMA_SYSMMU_VM_REG_TLB_READ),
	ROWS_SBB_READ(ARMDMA_SYSMMU_VM_REG_SBB_READ),
	ROWS_EMU(ARMDMA_SYSMMU_VM_REG_EMU_PRELOAD, ARMDMA_SYSMMU_VM_REG_EMU_SHOT),
	ROW_RW(ARMDMA_SYSMMU_VM_REG_CTRL, "CTRL_VM", ARMDMA_SYSMMU_CTRL_ENABLE | ARMDMA_SYSMMU_CTRL_FAULT_STALL,
	       sysmmu_vm_ctrl_read, sysmmu_vm_ctrl_write, 0),
	ROW_RW(ARMDMA_SYSMMU_VM_REG_CFG, "CFG_VM", ARMDMA_SYSMMU_VM_CFG_VM_DRIVER_MASK, sysmmu_vm_cfg_read,
	       sysmmu_vm_cfg_write, 0),
	ROWS_TABLE(ARMDMA_SYSMMU_VM_REG_PT_BASE_PPN, ARMDMA_SYSMMU_VM_REG_FLUSH,
		   ARMDMA_SYSMMU_VM_REG_FLUSH_ENTRY, ARMDMA_SYSMMU_VM_REG_FLUSH_RANGE,
		   ARMDMA_SYSMMU_VM_REG_FLUSH_START, ARMDMA_SYSMMU_VM_REG_FLUSH_END),
};
const unsigned int sysmmu_nr_rows_v74 = REGS_COUNT(sysmmu_rows_v74);
