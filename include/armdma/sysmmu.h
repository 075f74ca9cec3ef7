/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The System MMU as a manual would list it: registers, their bits, and the
 * page-table format of versions 1.x to 3.x.
 *
 * No public manual exists. Everything here was learnt from drivers (Linux 2.6.38 to 6.1, and
 * vendor kernels); what no driver says is marked (assumed). Tables are arrays of little-endian words.
 */
#ifndef ARMDMA_SYSMMU_H
#define ARMDMA_SYSMMU_H

#include <armdma/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Registers of all versions (offsets in bytes) ---------------------- */

#define ARMDMA_SYSMMU_REG_SIZE 0x1000u
#define ARMDMA_SYSMMU_REG_CTRL 0x000u		/* RW */
#define ARMDMA_SYSMMU_REG_CFG 0x004u		/* RW */
#define ARMDMA_SYSMMU_REG_STATUS 0x008u		/* RO */
#define ARMDMA_SYSMMU_REG_FLUSH 0x00Cu		/* WO: 1 = invalidate the whole TLB */
#define ARMDMA_SYSMMU_REG_FLUSH_ENTRY 0x010u	/* WO: VA[31:12] | ARMDMA_SYSMMU_FLUSH_GO */
#define ARMDMA_SYSMMU_REG_PT_BASE 0x014u	/* RW: physical address of the level-1 table */
#define ARMDMA_SYSMMU_REG_INT_STATUS 0x018u	/* RO */
#define ARMDMA_SYSMMU_REG_INT_CLEAR 0x01Cu	/* W1C */
#define ARMDMA_SYSMMU_REG_PAGE_FAULT_ADDR 0x024u	/* RO: VA of a page fault, read or write */
#define ARMDMA_SYSMMU_REG_AW_FAULT_ADDR 0x028u	/* RO: VA of a fault of the write channel */
#define ARMDMA_SYSMMU_REG_AR_FAULT_ADDR 0x02Cu	/* RO: VA of a fault of the read channel */
#define ARMDMA_SYSMMU_REG_DEFAULT_SLAVE_ADDR 0x030u	/* RO: VA whose table walk failed on the bus */
#define ARMDMA_SYSMMU_REG_VERSION 0x034u	/* RO */

#define ARMDMA_SYSMMU_CTRL_ENABLE 0x1u	/* translate; 0: the master's address is the physical one */
#define ARMDMA_SYSMMU_CTRL_BLOCK 0x2u	/* accept nothing from the master */
#define ARMDMA_SYSMMU_CTRL_INT_ENABLE 0x4u	/* drive the interrupt line */
/* The four values that drivers write. */
#define ARMDMA_SYSMMU_CTRL_DISABLED 0x0u
#define ARMDMA_SYSMMU_CTRL_STOPPED 0x3u	/* off, but blocked instead of bypassing */
#define ARMDMA_SYSMMU_CTRL_RUN 0x5u
#define ARMDMA_SYSMMU_CTRL_BLOCKED 0x7u

#define ARMDMA_SYSMMU_CFG_LRU (1u << 0)		/* TLB replacement; 0: round robin (assumed). Not on 3.3 */
#define ARMDMA_SYSMMU_CFG_EAP (1u << 2)		/* check the access permissions of descriptors */
#define ARMDMA_SYSMMU_CFG_QOS(n) (((n) & 0xFu) << 7)	/* of table reads */
#define ARMDMA_SYSMMU_CFG_QOS_OVERRIDE (1u << 11)	/* 3.2 and later */
#define ARMDMA_SYSMMU_CFG_SHAREABLE (1u << 12)	/* 3.x */
#define ARMDMA_SYSMMU_CFG_FLPDCACHE (1u << 20)	/* 3.2, 3.3: cache of level-1 descriptors */
#define ARMDMA_SYSMMU_CFG_SYSSEL (1u << 22)	/* 3.2 only, meaning unknown */
#define ARMDMA_SYSMMU_CFG_ACGEN (1u << 24)	/* 3.3: automatic clock gating */
#define ARMDMA_SYSMMU_CFG_PB_MODE(n) (((n) & 0x3u) << 28)	/* 3.0, 3.1 */
/* Bits that drivers of 1.x to 3.x write; they keep the others. */
#define ARMDMA_SYSMMU_CFG_DRIVER_MASK 0x0150FFFFu

#define ARMDMA_SYSMMU_STATUS_BLOCKED 0x1u	/* blocked, and what was accepted has ended */

#define ARMDMA_SYSMMU_FLUSH_ALL 0x1u
#define ARMDMA_SYSMMU_FLUSH_GO 0x1u

#define ARMDMA_SYSMMU_PT_BASE_MASK 0xFFFFC000u

/* INT_STATUS and INT_CLEAR: number of the bit of each kind of fault. */
#define ARMDMA_SYSMMU_FAULT_PAGE 0		/* no valid descriptor; PAGE_FAULT_ADDR */
#define ARMDMA_SYSMMU_FAULT_AR_MULTI_HIT 1	/* a read matches two TLB entries; AR_FAULT_ADDR */
#define ARMDMA_SYSMMU_FAULT_AW_MULTI_HIT 2	/* a write does; AW_FAULT_ADDR */
#define ARMDMA_SYSMMU_FAULT_BUS_ERROR 3		/* table walk met no memory; DEFAULT_SLAVE_ADDR */
#define ARMDMA_SYSMMU_FAULT_AR_SECURITY 4	/* AR_FAULT_ADDR */
#define ARMDMA_SYSMMU_FAULT_AR_ACCESS 5		/* read of what may not be read; AR_FAULT_ADDR */
#define ARMDMA_SYSMMU_FAULT_AW_SECURITY 6	/* AW_FAULT_ADDR */
#define ARMDMA_SYSMMU_FAULT_AW_ACCESS 7		/* write of what may not be written; AW_FAULT_ADDR */
#define ARMDMA_SYSMMU_NR_FAULTS 8

/* VERSION: 31:28 major, 27:21 minor, 6:0 entries of the first-level TLB on 2.x and 3.x. */
#define ARMDMA_SYSMMU_VERSION_RAW(v) ((v) >> 21)	/* as drivers extract it: major << 7 | minor */
#define ARMDMA_SYSMMU_VERSION_MAJOR(v) ((v) >> 28)
#define ARMDMA_SYSMMU_VERSION_MINOR(v) (((v) >> 21) & 0x7Fu)
#define ARMDMA_SYSMMU_VERSION_TLB(v) ((v) & 0x7Fu)
/* Some 1.0 units report this word, which would decode as 8.0: compare the whole word first. */
#define ARMDMA_SYSMMU_VERSION_BROKEN_1_0 0x80000001u

/* ---- 2.x and later: read-out of the first-level TLB -------------------- */

#define ARMDMA_SYSMMU_REG_TLB_READ 0x040u	/* WO: index << 4 | 1 latches that entry */
#define ARMDMA_SYSMMU_REG_TLB_PPN 0x044u	/* RO: PA[31:12] of the page's start in 31:12 */
#define ARMDMA_SYSMMU_REG_TLB_VPN 0x048u	/* RO: VA[31:12] of the page's start in 31:12, bit 0 valid (assumed) */

/* ---- 3.0, 3.1: two prefetch buffers ------------------------------------ */

#define ARMDMA_SYSMMU_V30_REG_PB_START(n) (0x04Cu + 8 * (n))	/* RW, n 0..1 */
#define ARMDMA_SYSMMU_V30_REG_PB_END(n) (0x050u + 8 * (n))	/* RW, inclusive */
/* PB1's end and the two debug registers share offsets with the counters' event selects: see below. */
#define ARMDMA_SYSMMU_V30_REG_PB_VA(n) (0x05Cu + 4 * (n))	/* VA buffered now */
#define ARMDMA_SYSMMU_V30_REG_PB_SELECT(n) (0x068u + 8 * (n))	/* WO: index << 4 | 1 */
#define ARMDMA_SYSMMU_V30_REG_PB_DATA(n) (0x06Cu + 8 * (n))	/* RO */

/* ---- 3.2: three prefetch buffers --------------------------------------- */

#define ARMDMA_SYSMMU_V32_REG_PB_START(n) (0x070u + 8 * (n))	/* RW, n 0..2 */
#define ARMDMA_SYSMMU_V32_REG_PB_END(n) (0x074u + 8 * (n))	/* RW, inclusive */
#define ARMDMA_SYSMMU_V32_REG_PB_VA(n) (0x088u + 4 * (n))	/* RO */
#define ARMDMA_SYSMMU_V32_REG_PB_SELECT(n) (0x098u + 8 * (n))	/* WO */
#define ARMDMA_SYSMMU_V32_REG_PB_DATA(n) (0x09Cu + 8 * (n))	/* RO */

/* ---- 3.3: fault information, indexed prefetch buffers ------------------ */

#define ARMDMA_SYSMMU_V33_REG_FAULT_TRANS_INFO 0x04Cu	/* RO */
#define ARMDMA_SYSMMU_TRANS_INFO_ID(v) ((v) & 0xFFFFu)
#define ARMDMA_SYSMMU_TRANS_INFO_LEN(v) (((v) >> 16) & 0xFu)	/* beats - 1 */
#define ARMDMA_SYSMMU_TRANS_INFO_WRITE (1u << 20)
#define ARMDMA_SYSMMU_V33_REG_PB_INFO 0x400u	/* RO: 7:0 number of buffers */
#define ARMDMA_SYSMMU_V33_REG_PB_LMM 0x404u	/* RW: layout preset */
#define ARMDMA_SYSMMU_V33_REG_PB_INDICATE 0x408u	/* RW: 7:0 buffer that the next three belong to */
#define ARMDMA_SYSMMU_V33_REG_PB_CFG 0x40Cu	/* RW */
#define ARMDMA_SYSMMU_V33_REG_PB_START 0x410u	/* RW */
#define ARMDMA_SYSMMU_V33_REG_PB_END 0x414u	/* RW, inclusive */
#define ARMDMA_SYSMMU_V33_REG_SPB_BASE_VPN 0x418u	/* RO */

/* ---- Performance counters ---------------------------------------------- */

#define ARMDMA_SYSMMU_NR_COUNTERS 4
#define ARMDMA_SYSMMU_V1_REG_EVENT(n) (0x040u + 4 * (n))	/* RW: event that counter n counts */
/*
 * 2.x and later. On 3.0/3.1 the drivers' two register lists contradict each other from 0x058 to
 * 0x060 (assumed: one register serves both; no address of a prefetch buffer is a number of an event).
 */
#define ARMDMA_SYSMMU_V2_REG_EVENT(n) (0x058u + 4 * (n))
#define ARMDMA_SYSMMU_REG_PMNC 0x800u		/* RW: bit 0 counters on */
#define ARMDMA_SYSMMU_REG_CNTEN_SET 0x810u	/* W1S: bit n counter n, bit 31 cycles (assumed, as in ARM's own) */
#define ARMDMA_SYSMMU_REG_CNTEN_CLEAR 0x820u	/* W1C */
#define ARMDMA_SYSMMU_REG_CNTINT_SET 0x830u	/* W1S */
#define ARMDMA_SYSMMU_REG_CNTINT_CLEAR 0x840u	/* W1C */
#define ARMDMA_SYSMMU_REG_CNT_OVERFLOW 0x850u	/* W1C */
#define ARMDMA_SYSMMU_REG_CYCLES 0x900u		/* RW */
#define ARMDMA_SYSMMU_REG_COUNTER(n) (0x910u + 0x10 * (n))	/* RW */
#define ARMDMA_SYSMMU_CNT_CYCLES (1u << 31)

/* Events, read / write channel. */
#define ARMDMA_SYSMMU_EVENT_WRITE_MISS 0u	/* 1.x, 3.0 to 3.2: TLB; 2.x: first level */
#define ARMDMA_SYSMMU_EVENT_READ_MISS 1u
#define ARMDMA_SYSMMU_EVENT_WRITE_L2_MISS 2u	/* 2.x */
#define ARMDMA_SYSMMU_EVENT_READ_L2_MISS 3u
#define ARMDMA_SYSMMU_EVENT_WRITE_TOTAL 4u
#define ARMDMA_SYSMMU_EVENT_READ_TOTAL 5u
#define ARMDMA_SYSMMU_V33_EVENT_READ_TOTAL 0u
#define ARMDMA_SYSMMU_V33_EVENT_READ_MISS 1u
#define ARMDMA_SYSMMU_V33_EVENT_WRITE_TOTAL 8u
#define ARMDMA_SYSMMU_V33_EVENT_WRITE_MISS 9u

/* ---- Page tables of 1.x to 3.x ----------------------------------------- */

/*
 * Level 1: 4096 words, one for each MiB, 16 KiB aligned. Level 2: 256 words, one for each 4 KiB,
 * 1 KiB aligned. 16 MiB and 64 KiB entries are repeated in all of their 16 slots: the walker reads the
 * one slot that the address selects.
 */
#define ARMDMA_SYSMMU_L1_ENTRIES 4096u
#define ARMDMA_SYSMMU_L2_ENTRIES 256u
#define ARMDMA_SYSMMU_L1_SIZE 0x4000u	/* bytes, and alignment */
#define ARMDMA_SYSMMU_L2_SIZE 0x400u
#define ARMDMA_SYSMMU_L1_INDEX(iova) ((uint32_t)((iova) >> 20) & 0xFFFu)
#define ARMDMA_SYSMMU_L2_INDEX(iova) ((uint32_t)((iova) >> 12) & 0xFFu)

#define ARMDMA_SYSMMU_L1_TYPE 0x3u
#define ARMDMA_SYSMMU_L1_FAULT 0x0u	/* 3 is a fault, too */
#define ARMDMA_SYSMMU_L1_TABLE 0x1u	/* 31:10 address of the level-2 table */
#define ARMDMA_SYSMMU_L1_SECTION 0x2u	/* 31:20 address of the 1 MiB */
#define ARMDMA_SYSMMU_L1_SUPER 0x00040002u	/* 31:24 address of the 16 MiB */
#define ARMDMA_SYSMMU_L1_SUPER_BIT (1u << 18)
#define ARMDMA_SYSMMU_L1_AP_SHIFT 10	/* AP[1:0] */
#define ARMDMA_SYSMMU_L1_AP2 (1u << 15)
#define ARMDMA_SYSMMU_L1_SHAREABLE (1u << 16)
#define ARMDMA_SYSMMU_L1_TABLE_MASK 0xFFFFFC00u
#define ARMDMA_SYSMMU_L1_SECTION_MASK 0xFFF00000u
#define ARMDMA_SYSMMU_L1_SUPER_MASK 0xFF000000u

#define ARMDMA_SYSMMU_L2_TYPE 0x3u
#define ARMDMA_SYSMMU_L2_FAULT 0x0u
#define ARMDMA_SYSMMU_L2_LARGE 0x1u	/* 31:16 address of the 64 KiB */
#define ARMDMA_SYSMMU_L2_SMALL 0x2u	/* 31:12 address of the 4 KiB; bit 0 does not matter */
#define ARMDMA_SYSMMU_L2_AP_SHIFT 4
#define ARMDMA_SYSMMU_L2_AP2 (1u << 9)
#define ARMDMA_SYSMMU_L2_SHAREABLE (1u << 10)
#define ARMDMA_SYSMMU_L2_LARGE_MASK 0xFFFF0000u
#define ARMDMA_SYSMMU_L2_SMALL_MASK 0xFFFFF000u

/* Access permissions AP[2:0], looked at when CFG.EAP is set. There is no write-only. */
#define ARMDMA_SYSMMU_AP_NONE 0x0u
#define ARMDMA_SYSMMU_AP_RW 0x1u
#define ARMDMA_SYSMMU_AP_RO 0x5u

#ifdef __cplusplus
}
#endif
#endif
