/* SPDX-License-Identifier: BSD-2-Clause */
/* What the register tables are made of: rows, and what the registers of several versions do. */
#ifndef SIM_SYSMMU_REGS_H
#define SIM_SYSMMU_REGS_H

#include "sim/sysmmu/sysmmu_internal.h"

#define REGS_ALL 0xFFFFFFFFu
#define REGS_COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* One table for each register file; 0x020 is assigned nowhere up to 3.x. */
extern const struct reg_row sysmmu_rows_v1[], sysmmu_rows_v2[], sysmmu_rows_v30[], sysmmu_rows_v32[],
	sysmmu_rows_v33[], sysmmu_rows_v50[], sysmmu_rows_v51[], sysmmu_rows_v60[], sysmmu_rows_v70[],
	sysmmu_rows_v72[], sysmmu_rows_v74[];
extern const unsigned int sysmmu_nr_rows_v1, sysmmu_nr_rows_v2, sysmmu_nr_rows_v30, sysmmu_nr_rows_v32,
	sysmmu_nr_rows_v33, sysmmu_nr_rows_v50, sysmmu_nr_rows_v51, sysmmu_nr_rows_v60, sysmmu_nr_rows_v70,
	sysmmu_nr_rows_v72, sysmmu_nr_rows_v74;

#define ROW_RO(off, nm, rd, a) { .offset = (off), .access = REG_RO, .name = (nm), .read = (rd), .arg = (a) }
#define ROW_WO(off, nm, m, wr, a) \
	{ .offset = (off), .access = REG_WO, .mask = (m), .name = (nm), .write = (wr), .arg = (a) }
#define ROW_RW(off, nm, m, rd, wr, a) \
	{ .offset = (off), .access = REG_RW, .mask = (m), .name = (nm), .read = (rd), .write = (wr), .arg = (a) }
#define ROW_W1(acc, off, nm, m, rd, wr) \
	{ .offset = (off), .access = (acc), .mask = (m), .name = (nm), .read = (rd), .write = (wr) }
/* Plain storage. */
#define ROW_STORE(off, nm, m) { .offset = (off), .access = REG_RW, .mask = (m), .name = (nm) }

#define ROW_FAULT_ADDR(off, nm, bit) ROW_RO(off, nm, sysmmu_fault_addr, bit)
#define ROW_FAULT_INFO(off, nm, bit) ROW_RO(off, nm, sysmmu_fault_info, bit)
#define ROW_EVENT(off, nm, n) \
	ROW_RW(off, nm, REGS_ALL, sysmmu_counters_get_select, sysmmu_counters_set_select, n)
#define ROW_COUNTER(off, nm, n) ROW_RW(off, nm, REGS_ALL, sysmmu_counters_get, sysmmu_counters_set, n)

#define CNT_MASK (ARMDMA_SYSMMU_CNT_CYCLES | ((1u << ARMDMA_SYSMMU_NR_COUNTERS) - 1))
/* The counters' control registers, wherever they are. */
#define ROWS_COUNTER_CONTROL(pmnc, en_set, en_clear, int_set, int_clear, overflow) \
	ROW_RW(pmnc, "PMNC", 1, sysmmu_counters_get_on, sysmmu_counters_set_on, 0), \
	ROW_W1(REG_W1S, en_set, "CNTEN_SET", CNT_MASK, sysmmu_counters_get_enabled, sysmmu_counters_enable), \
	ROW_W1(REG_W1C, en_clear, "CNTEN_CLEAR", CNT_MASK, sysmmu_counters_get_enabled, \
	       sysmmu_counters_disable), \
	ROW_W1(REG_W1S, int_set, "CNTINT_SET", CNT_MASK, sysmmu_counters_get_interrupts, \
	       sysmmu_counters_interrupts_on), \
	ROW_W1(REG_W1C, int_clear, "CNTINT_CLEAR", CNT_MASK, sysmmu_counters_get_interrupts, \
	       sysmmu_counters_interrupts_off), \
	ROW_W1(REG_W1C, overflow, "CNT_OVERFLOW", CNT_MASK, sysmmu_counters_get_overflow, \
	       sysmmu_counters_clear_overflow)

/* 5.x and later. */
#define ROWS_V5_COUNTERS \
	ROW_EVENT(ARMDMA_SYSMMU_V5_REG_EVENT(0), "EVENT0", 0), \
	ROW_EVENT(ARMDMA_SYSMMU_V5_REG_EVENT(1), "EVENT1", 1), \
	ROW_EVENT(ARMDMA_SYSMMU_V5_REG_EVENT(2), "EVENT2", 2), \
	ROW_EVENT(ARMDMA_SYSMMU_V5_REG_EVENT(3), "EVENT3", 3), \
	ROWS_COUNTER_CONTROL(ARMDMA_SYSMMU_V5_REG_PMNC, ARMDMA_SYSMMU_V5_REG_CNTEN_SET, \
			     ARMDMA_SYSMMU_V5_REG_CNTEN_CLEAR, ARMDMA_SYSMMU_V5_REG_CNTINT_SET, \
			     ARMDMA_SYSMMU_V5_REG_CNTINT_CLEAR, ARMDMA_SYSMMU_V5_REG_CNT_OVERFLOW), \
	ROW_COUNTER(ARMDMA_SYSMMU_V5_REG_CYCLES, "CYCLES", ARMDMA_SYSMMU_NR_COUNTERS), \
	ROW_COUNTER(ARMDMA_SYSMMU_V5_REG_COUNTER(0), "COUNTER0", 0), \
	ROW_COUNTER(ARMDMA_SYSMMU_V5_REG_COUNTER(1), "COUNTER1", 1), \
	ROW_COUNTER(ARMDMA_SYSMMU_V5_REG_COUNTER(2), "COUNTER2", 2), \
	ROW_COUNTER(ARMDMA_SYSMMU_V5_REG_COUNTER(3), "COUNTER3", 3)

/* 0x000 to 0x008: the same everywhere but for the bits of CFG. */
#define ROWS_CONTROL(cfg_mask) \
	ROW_RW(ARMDMA_SYSMMU_REG_CTRL, "CTRL", 7, sysmmu_ctrl_read, sysmmu_ctrl_write, 0), \
	ROW_RW(ARMDMA_SYSMMU_REG_CFG, "CFG", cfg_mask, sysmmu_cfg_read, sysmmu_cfg_write, 0), \
	ROW_RO(ARMDMA_SYSMMU_REG_STATUS, "STATUS", sysmmu_status_read, 0)

uint32_t sysmmu_ctrl_read(struct sysmmu *mmu, unsigned int arg);
void sysmmu_ctrl_write(struct sysmmu *mmu, unsigned int arg, uint32_t value);
uint32_t sysmmu_vm_ctrl_read(struct sysmmu *mmu, unsigned int arg);
void sysmmu_vm_ctrl_write(struct sysmmu *mmu, unsigned int arg, uint32_t value);
uint32_t sysmmu_cfg_read(struct sysmmu *mmu, unsigned int arg);
void sysmmu_cfg_write(struct sysmmu *mmu, unsigned int arg, uint32_t value);
uint32_t sysmmu_vm_cfg_read(struct sysmmu *mmu, unsigned int arg);
void sysmmu_vm_cfg_write(struct sysmmu *mmu, unsigned int arg, uint32_t value);
uint32_t sysmmu_status_read(struct sysmmu *mmu, unsigned int arg);
void sysmmu_flush_write(struct sysmmu *mmu, unsigned int arg, uint32_t value);
void sysmmu_flush_entry_write(struct sysmmu *mmu, unsigned int arg, uint32_t value);
void sysmmu_flush_range_write(struct sysmmu *mmu, unsigned int arg, uint32_t value);
/* arg: 0 start, 1 end. */
uint32_t sysmmu_range_read(struct sysmmu *mmu, unsigned int arg);
void sysmmu_range_write(struct sysmmu *mmu, unsigned int arg, uint32_t value);
void sysmmu_pt_base_write(struct sysmmu *mmu, unsigned int arg, uint32_t value);
uint32_t sysmmu_int_status_read(struct sysmmu *mmu, unsigned int arg);
void sysmmu_int_clear_write(struct sysmmu *mmu, unsigned int arg, uint32_t value);
uint32_t sysmmu_version_read(struct sysmmu *mmu, unsigned int arg);
uint32_t sysmmu_trans_info_read(struct sysmmu *mmu, unsigned int arg);
void sysmmu_tlb2_cfg_write(struct sysmmu *mmu, unsigned int arg, uint32_t value);
uint32_t sysmmu_capa_v5_read(struct sysmmu *mmu, unsigned int arg);
uint32_t sysmmu_capa_v6_read(struct sysmmu *mmu, unsigned int arg);
uint32_t sysmmu_capa0_read(struct sysmmu *mmu, unsigned int arg);
uint32_t sysmmu_capa1_read(struct sysmmu *mmu, unsigned int arg);
uint32_t sysmmu_tlb_info_read(struct sysmmu *mmu, unsigned int arg);
uint32_t sysmmu_tlb_cfg_read(struct sysmmu *mmu, unsigned int arg);
void sysmmu_tlb_cfg_write(struct sysmmu *mmu, unsigned int arg, uint32_t value);
/* arg: number * 4 + field of struct tlb_match; of a TLB, of a private way. */
enum { MATCH_CFG, MATCH_FIRST, MATCH_LAST, MATCH_ID };
uint32_t sysmmu_match_read(struct sysmmu *mmu, unsigned int arg);
void sysmmu_match_write(struct sysmmu *mmu, unsigned int arg, uint32_t value);
uint32_t sysmmu_private_way_read(struct sysmmu *mmu, unsigned int arg);
void sysmmu_private_way_write(struct sysmmu *mmu, unsigned int arg, uint32_t value);
uint32_t sysmmu_emu_preload_read(struct sysmmu *mmu, unsigned int arg);
void sysmmu_emu_preload_write(struct sysmmu *mmu, unsigned int arg, uint32_t value);
void sysmmu_emu_shot_write(struct sysmmu *mmu, unsigned int arg, uint32_t value);

#endif
