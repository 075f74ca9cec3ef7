/* SPDX-License-Identifier: BSD-2-Clause */
/* Register tables of 5.x and 6.x: one map, of which each version has its part. */
#include "sim/sysmmu/regs.h"

/* Drivers keep the other bits. */
#define CFG_V5 ARMDMA_SYSMMU_V5_CFG_DRIVER_MASK
#define INT_MASK 0x001F001Fu
#define PPN_MASK 0x00FFFFFFu

#define AR ARMDMA_SYSMMU_V5_FAULT_PAGE
#define AW (ARMDMA_SYSMMU_V5_FAULT_PAGE + ARMDMA_SYSMMU_V5_FAULT_WRITE)

#define ROWS_HEAD \
	ROWS_CONTROL(CFG_V5), \
	ROW_RW(ARMDMA_SYSMMU_V5_REG_PT_BASE_PPN, "PT_BASE_PPN", PPN_MASK, NULL, sysmmu_pt_base_write, 0), \
	ROW_WO(ARMDMA_SYSMMU_V5_REG_FLUSH, "FLUSH", REGS_ALL, sysmmu_flush_write, 0), \
	ROW_WO(ARMDMA_SYSMMU_V5_REG_FLUSH_ENTRY, "FLUSH_ENTRY", REGS_ALL, sysmmu_flush_entry_write, 0)

#define ROWS_RANGE \
	ROW_WO(ARMDMA_SYSMMU_V5_REG_FLUSH_RANGE, "FLUSH_RANGE", REGS_ALL, sysmmu_flush_range_write, 0), \
	ROW_RW(ARMDMA_SYSMMU_V5_REG_FLUSH_START, "FLUSH_START", REGS_ALL, sysmmu_range_read, \
	       sysmmu_range_write, 0), \
	ROW_RW(ARMDMA_SYSMMU_V5_REG_FLUSH_END, "FLUSH_END", REGS_ALL, sysmmu_range_read, \
	       sysmmu_range_write, 1)

#define ROW_VERSION ROW_RO(ARMDMA_SYSMMU_REG_VERSION, "VERSION", sysmmu_version_read, 0)

#define ROWS_FAULTS \
	ROW_RO(ARMDMA_SYSMMU_V5_REG_INT_STATUS, "INT_STATUS", sysmmu_int_status_read, 0), \
	ROW_W1(REG_W1C, ARMDMA_SYSMMU_V5_REG_INT_CLEAR, "INT_CLEAR", INT_MASK, NULL, sysmmu_int_clear_write), \
	ROW_FAULT_ADDR(ARMDMA_SYSMMU_V5_REG_FAULT_AR_VA, "FAULT_AR_VA", AR), \
	ROW_FAULT_INFO(ARMDMA_SYSMMU_V5_REG_FAULT_AR_INFO, "FAULT_AR_INFO", AR), \
	ROW_FAULT_ADDR(ARMDMA_SYSMMU_V5_REG_FAULT_AW_VA, "FAULT_AW_VA", AW), \
	ROW_FAULT_INFO(ARMDMA_SYSMMU_V5_REG_FAULT_AW_INFO, "FAULT_AW_INFO", AW), \
	ROW_STORE(ARMDMA_SYSMMU_V5_REG_TLB_CFG, "TLB_CFG", REGS_ALL)

#define ROW_TLB_CTRL ROW_WO(ARMDMA_SYSMMU_V5_REG_TLB_CTRL, "TLB_CTRL", REGS_ALL, sysmmu_direct_release, 0)
#define ROW_TLB2_CFG ROW_RW(ARMDMA_SYSMMU_V5_REG_TLB2_CFG, "TLB2_CFG", REGS_ALL, NULL, sysmmu_tlb2_cfg_write, 0)

#define ROW_PB_INDICATED(off, nm, reg) \
	ROW_RW(off, nm, REGS_ALL, sysmmu_pb_read_indicated, sysmmu_pb_write_indicated, reg)
#define ROW_PB_LMM \
	ROW_RW(ARMDMA_SYSMMU_V5_REG_PB_LMM, "PB_LMM", REGS_ALL, sysmmu_pb_layout_read, sysmmu_pb_layout_write, 0)
#define ROWS_PB \
	ROW_RW(ARMDMA_SYSMMU_V5_REG_PB_INDICATE, "PB_INDICATE", 0xFFFF, sysmmu_pb_index_read, \
	       sysmmu_pb_index_write, 0), \
	ROW_PB_INDICATED(ARMDMA_SYSMMU_V5_REG_PB_CFG, "PB_CFG", PB_REG_CFG), \
	ROW_PB_INDICATED(ARMDMA_SYSMMU_V5_REG_PB_START, "PB_START", PB_REG_START), \
	ROW_PB_INDICATED(ARMDMA_SYSMMU_V5_REG_PB_END, "PB_END", PB_REG_END)
#define ROW_PB_INFO ROW_RO(ARMDMA_SYSMMU_V5_REG_PB_INFO, "PB_INFO", sysmmu_pb_info_read, 0)

#define ROWS_DIRECT_FETCH \
	ROW_WO(ARMDMA_SYSMMU_V51_REG_DIRECT_FETCH, "DIRECT_FETCH", REGS_ALL, sysmmu_direct_order, 0), \
	ROW_RO(ARMDMA_SYSMMU_V51_REG_DIRECT_FETCH_NUM, "DIRECT_FETCH_NUM", sysmmu_direct_waiting, 0)

#define ROWS_TLB_READ \
	ROW_WO(ARMDMA_SYSMMU_V5_REG_TLB_READ, "TLB_READ", REGS_ALL, sysmmu_read_tlb_v5, 0), \
	ROW_RO(ARMDMA_SYSMMU_V5_REG_TLB_VPN, "TLB_VPN", sysmmu_latch_read, 1), \
	ROW_RO(ARMDMA_SYSMMU_V5_REG_TLB_PPN, "TLB_PPN", sysmmu_latch_read, 0), \
	ROW_RO(ARMDMA_SYSMMU_V5_REG_TLB_ATTR, "TLB_ATTR", sysmmu_latch_read, 2)

const struct reg_row sysmmu_rows_v50[] = {
	ROWS_HEAD,
	ROW_RO(ARMDMA_SYSMMU_V5_REG_CAPA, "CAPA", sysmmu_capa_v5_read, 0),
	ROW_VERSION,
	ROWS_FAULTS,
	ROW_TLB2_CFG,
	ROW_PB_LMM,
	ROWS_PB,
	ROW_PB_INFO,
	ROWS_V5_COUNTERS,
	ROWS_TLB_READ,
};
const unsigned int sysmmu_nr_rows_v50 = REGS_COUNT(sysmmu_rows_v50);

const struct reg_row sysmmu_rows_v51[] = {
	ROWS_HEAD,
	ROWS_RANGE,
	ROW_RO(ARMDMA_SYSMMU_V5_REG_CAPA, "CAPA", sysmmu_capa_v5_read, 0),
	ROW_VERSION,
	ROWS_FAULTS,
	ROW_TLB_CTRL,
	ROW_TLB2_CFG,
	ROW_PB_LMM,
	ROWS_PB,
	ROW_PB_INFO,
	ROWS_DIRECT_FETCH,
	ROWS_V5_COUNTERS,
	ROWS_TLB_READ,
};
const unsigned int sysmmu_nr_rows_v51 = REGS_COUNT(sysmmu_rows_v51);

const struct reg_row sysmmu_rows_v60[] = {
	ROWS_HEAD,
	ROWS_RANGE,
	ROW_RO(ARMDMA_SYSMMU_V5_REG_CAPA, "CAPA", sysmmu_capa_v6_read, 0),
	ROW_VERSION,
	ROW_RO(ARMDMA_SYSMMU_V6_REG_CAPA_1, "CAPA_1", sysmmu_capa_v6_read, 1),
	ROWS_FAULTS,
	ROW_TLB2_CFG,
	ROW_PB_LMM,
	ROW_RO(ARMDMA_SYSMMU_V6_REG_PB_GRP_STATE, "PB_GRP_STATE", sysmmu_pb_group_state_read, 0),
	ROWS_PB,
	ROW_PB_INDICATED(ARMDMA_SYSMMU_V6_REG_PB_AXI_ID, "PB_AXI_ID", PB_REG_ID),
	ROW_PB_INFO,
	ROWS_V5_COUNTERS,
	ROWS_TLB_READ,
	ROW_WO(ARMDMA_SYSMMU_V6_REG_TLB2_READ, "TLB2_READ", REGS_ALL, sysmmu_read_tlb2, 0),
	ROW_RO(ARMDMA_SYSMMU_V6_REG_TLB2_VPN, "TLB2_VPN", sysmmu_latch_read, 1),
	ROW_RO(ARMDMA_SYSMMU_V6_REG_TLB2_PPN, "TLB2_PPN", sysmmu_latch_read, 0),
	ROW_RO(ARMDMA_SYSMMU_V6_REG_TLB2_ATTR, "TLB2_ATTR", sysmmu_latch_read, 2),
	ROW_RO(ARMDMA_SYSMMU_V6_REG_SPB_START_VPN(0), "SPB0_START_VPN", sysmmu_spb_read, 0),
	ROW_RO(ARMDMA_SYSMMU_V6_REG_SPB_END_VPN(0), "SPB0_END_VPN", sysmmu_spb_read, 1),
	ROW_RO(ARMDMA_SYSMMU_V6_REG_SPB_VALID(0), "SPB0_VALID", sysmmu_spb_read, 2),
	ROW_RO(ARMDMA_SYSMMU_V6_REG_SPB_START_VPN(1), "SPB1_START_VPN", sysmmu_spb_read, 3),
	ROW_RO(ARMDMA_SYSMMU_V6_REG_SPB_END_VPN(1), "SPB1_END_VPN", sysmmu_spb_read, 4),
	ROW_RO(ARMDMA_SYSMMU_V6_REG_SPB_VALID(1), "SPB1_VALID", sysmmu_spb_read, 5),
};
const unsigned int sysmmu_nr_rows_v60 = REGS_COUNT(sysmmu_rows_v60);
