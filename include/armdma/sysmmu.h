/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The System MMU as a manual would list it: registers, their bits, and the
 * page-table formats of versions 1.x to 7.x.
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

#define ARMDMA_SYSMMU_REG_SIZE 0x1000u		/* up to 6.x */
#define ARMDMA_SYSMMU_V7_REG_SIZE 0x9000u
#define ARMDMA_SYSMMU_REG_CTRL 0x000u		/* RW */
#define ARMDMA_SYSMMU_REG_CFG 0x004u		/* RW */
#define ARMDMA_SYSMMU_REG_STATUS 0x008u		/* RO */
/* VERSION is common as well, see below; the registers from here to it are those of 1.x to 3.x. */
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
#define ARMDMA_SYSMMU_CTRL_FAULT_STALL 0x8u	/* CTRL_VM of 7.4: hold what faults; 0: end it with SLVERR */
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
#define ARMDMA_SYSMMU_CFG_PB(n) (1u << (16 + (n)))	/* 3.2: prefetch buffer n, 0 to 2 */
#define ARMDMA_SYSMMU_CFG_PB_ALL (1u << 19)	/* 3.2: the three are one of 64 descriptors */
#define ARMDMA_SYSMMU_CFG_FLPDCACHE (1u << 20)	/* 3.2 and later: cache of level-1 descriptors */
#define ARMDMA_SYSMMU_CFG_PB_01 (1u << 21)	/* 3.2: 0 and 1 are one of 32 */
#define ARMDMA_SYSMMU_CFG_SYSSEL (1u << 22)	/* 3.2 only, meaning unknown */
#define ARMDMA_SYSMMU_CFG_ACGEN (1u << 24)	/* 3.3 and later: automatic clock gating */
#define ARMDMA_SYSMMU_CFG_PB_MODE(n) (((n) & 0x3u) << 28)	/* 3.0, 3.1: 0 off, 1 PB0, 2 both, 3 one of 32 */
/* Bits that drivers write; they keep the others. */
#define ARMDMA_SYSMMU_CFG_DRIVER_MASK 0x0150FFFFu	/* 1.x to 3.x */
#define ARMDMA_SYSMMU_V5_CFG_DRIVER_MASK 0x01101FBCu	/* 5.x, 6.x */
#define ARMDMA_SYSMMU_V7_CFG_DRIVER_MASK 0x301F1F8Cu
#define ARMDMA_SYSMMU_VM_CFG_DRIVER_MASK 0x00000F80u	/* CFG where there are VM registers */
#define ARMDMA_SYSMMU_VM_CFG_VM_DRIVER_MASK 0xB00F1004u	/* CFG_VM */

#define ARMDMA_SYSMMU_STATUS_BLOCKED 0x1u	/* blocked, and what was accepted has ended */
/* 7.x: the whole word is 0 when nothing is going on (which bits is assumed). */
#define ARMDMA_SYSMMU_V7_STATUS_INVALIDATING 0x2u
#define ARMDMA_SYSMMU_V7_STATUS_TRANSLATING 0x4u

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

/* PB_CFG of 3.3, 5.x and 6.x. */
#define ARMDMA_SYSMMU_PB_CFG_ENABLE (1u << 0)
#define ARMDMA_SYSMMU_PB_CFG_WRITE (1u << 4)	/* serves the write channel; 0: the read channel */
#define ARMDMA_SYSMMU_PB_CFG_PREFETCH (1u << 8)	/* fetch ahead of the stream */
#define ARMDMA_SYSMMU_PB_CFG_ASCENDING (1u << 12)	/* addresses rise; 0: they fall */
#define ARMDMA_SYSMMU_PB_CFG_TLB_UPDATE (1u << 16)	/* a hit fills the TLB, too */
#define ARMDMA_SYSMMU_PB_CFG_BY_ID (1u << 20)	/* 6.x: chosen by AXI ID instead of address */
#define ARMDMA_SYSMMU_PB_INDICATE_SUB1 (1u << 8)	/* 3.3: SPB_BASE_VPN shows the second sub-buffer */

/* ---- 5.x and 6.x ------------------------------------------------------- */

#define ARMDMA_SYSMMU_V5_REG_PT_BASE_PPN 0x00Cu	/* RW: level-1 table's PA >> 12 */
#define ARMDMA_SYSMMU_V5_REG_FLUSH 0x010u	/* WO: 1 = invalidate everything */
#define ARMDMA_SYSMMU_V5_REG_FLUSH_ENTRY 0x014u	/* WO: VA[31:12] | ARMDMA_SYSMMU_FLUSH_GO */
/* 5.1 and later, needs no blocking. The ends are addresses whose bits 11:0 do not matter; END is inclusive. */
#define ARMDMA_SYSMMU_V5_REG_FLUSH_RANGE 0x018u	/* WO: ARMDMA_SYSMMU_FLUSH_GO */
#define ARMDMA_SYSMMU_V5_REG_FLUSH_START 0x020u	/* RW */
#define ARMDMA_SYSMMU_V5_REG_FLUSH_END 0x024u	/* RW */
#define ARMDMA_SYSMMU_V5_REG_CAPA 0x030u	/* RO */
#define ARMDMA_SYSMMU_V5_CAPA_TLB(v) ((v) & 0xFFu)	/* entries of the first level */
#define ARMDMA_SYSMMU_V5_CAPA_TLB2(v) (((v) >> 8) & 0xFFFu)	/* 5.x: entries of the second level (assumed: their number) */
#define ARMDMA_SYSMMU_V6_CAPA_PB_GROUPS(v) (((v) >> 20) & 0xFu)	/* 6.x; on 5.x the number of buffers */
#define ARMDMA_SYSMMU_V6_REG_CAPA_1 0x038u	/* RO: 11:8 not 0: there is a second level */
#define ARMDMA_SYSMMU_V6_CAPA_1_TLB2(v) (((v) >> 8) & 0xFu)
#define ARMDMA_SYSMMU_V5_REG_INT_STATUS 0x060u	/* RO */
#define ARMDMA_SYSMMU_V5_REG_INT_CLEAR 0x064u	/* W1C */
#define ARMDMA_SYSMMU_V5_REG_FAULT_AR_VA 0x070u	/* RO */
#define ARMDMA_SYSMMU_V5_REG_FAULT_AR_INFO 0x078u	/* RO: ARMDMA_SYSMMU_TRANS_INFO_ID and _LEN */
#define ARMDMA_SYSMMU_V5_REG_FAULT_AW_VA 0x080u
#define ARMDMA_SYSMMU_V5_REG_FAULT_AW_INFO 0x088u
#define ARMDMA_SYSMMU_V5_REG_TLB_CFG 0x100u	/* RW */
#define ARMDMA_SYSMMU_V5_REG_TLB_CTRL 0x108u	/* WO, 5.1: 1 = locked entries are ordinary ones again */
#define ARMDMA_SYSMMU_V5_REG_TLB2_CFG 0x200u	/* RW: 1 = second level on */
#define ARMDMA_SYSMMU_V5_REG_PB_LMM 0x300u	/* RW */
#define ARMDMA_SYSMMU_V6_REG_PB_GRP_STATE 0x304u	/* RO: bit n, group n has an enabled buffer (assumed) */
#define ARMDMA_SYSMMU_V5_REG_PB_INDICATE 0x308u	/* RW: 7:0 buffer, 15:8 group (6.x) */
#define ARMDMA_SYSMMU_V5_REG_PB_CFG 0x310u	/* RW */
#define ARMDMA_SYSMMU_V5_REG_PB_START 0x320u	/* RW */
#define ARMDMA_SYSMMU_V5_REG_PB_END 0x328u	/* RW, inclusive */
#define ARMDMA_SYSMMU_V6_REG_PB_AXI_ID 0x330u	/* RW: 31:16 mask, 15:0 ID */
#define ARMDMA_SYSMMU_V5_REG_PB_INFO 0x350u	/* RO: 7:0 number of buffers */
/* 5.1: fetch the translation of a VA into a locked TLB entry; up to 8 orders wait. */
#define ARMDMA_SYSMMU_V51_REG_DIRECT_FETCH 0x400u	/* WO: VA[31:12] */
#define ARMDMA_SYSMMU_V51_REG_DIRECT_FETCH_NUM 0x408u	/* RO: 7:0 orders that wait */
#define ARMDMA_SYSMMU_V51_DIRECT_FETCH_DEPTH 8u
/* Read-out of the first-level TLB: index selects, the others show. */
#define ARMDMA_SYSMMU_V5_REG_TLB_READ 0x750u	/* WO: index */
#define ARMDMA_SYSMMU_V5_REG_TLB_VPN 0x754u	/* RO: VA >> 12 */
#define ARMDMA_SYSMMU_V5_REG_TLB_PPN 0x75Cu	/* RO: PA >> 12 */
#define ARMDMA_SYSMMU_V5_REG_TLB_ATTR 0x764u	/* RO */
#define ARMDMA_SYSMMU_V5_TLB_ATTR_VALID (1u << 28)	/* (assumed, as on 7.x) */
#define ARMDMA_SYSMMU_V5_TLB_ATTR_LOCKED (1u << 16)
#define ARMDMA_SYSMMU_V6_REG_TLB2_READ 0x770u	/* as above; index: way << 8 | set (assumed) */
#define ARMDMA_SYSMMU_V6_REG_TLB2_VPN 0x774u
#define ARMDMA_SYSMMU_V6_REG_TLB2_PPN 0x77Cu
#define ARMDMA_SYSMMU_V6_REG_TLB2_ATTR 0x784u
/* 6.x: sub-buffer n, 0 or 1, of the indicated prefetch buffer. */
#define ARMDMA_SYSMMU_V6_REG_SPB_START_VPN(n) (0x7A0u + 0x10 * (n))	/* RO */
#define ARMDMA_SYSMMU_V6_REG_SPB_END_VPN(n) (0x7A4u + 0x10 * (n))
#define ARMDMA_SYSMMU_V6_REG_SPB_VALID(n) (0x7A8u + 0x10 * (n))	/* bit i: descriptor i is valid */

/*
 * INT_STATUS and INT_CLEAR of 5.x and 6.x: kind of fault, + ARMDMA_SYSMMU_V5_FAULT_WRITE for the write channel. On
 * 5.x a fault is fatal for the transaction; from 6.0 on it can be resumed.
 */
#define ARMDMA_SYSMMU_V5_FAULT_PTW 0		/* table walk met no memory */
#define ARMDMA_SYSMMU_V5_FAULT_PAGE 1
#define ARMDMA_SYSMMU_V5_FAULT_MULTI_HIT 2
#define ARMDMA_SYSMMU_V5_FAULT_ACCESS 3
#define ARMDMA_SYSMMU_V5_FAULT_SECURITY 4
#define ARMDMA_SYSMMU_V5_FAULT_WRITE 16

/* ---- 7.x --------------------------------------------------------------- */

/*
 * Three flavours. Without CAPA1 (7.0) and with it but without VM registers (7.2): the table's base and
 * invalidation as on 5.1. With VM registers (7.4): these are in the bank of the VM, and CTRL_VM has to be set, too.
 */
#define ARMDMA_SYSMMU_V7_REG_INT_STATUS 0x060u	/* RO */
#define ARMDMA_SYSMMU_V7_REG_INT_CLEAR 0x064u	/* W1C */
#define ARMDMA_SYSMMU_V7_REG_FAULT_VA 0x070u	/* RO, 7.0, 7.2 */
#define ARMDMA_SYSMMU_V7_REG_FAULT_INFO 0x078u	/* RO: ARMDMA_SYSMMU_TRANS_INFO_* */
#define ARMDMA_SYSMMU_VM_REG_FAULT_VA 0x1000u	/* RO, 7.4 */
#define ARMDMA_SYSMMU_VM_REG_FAULT_INFO 0x1004u
#define ARMDMA_SYSMMU_V7_REG_CAPA0 0x870u	/* RO */
#define ARMDMA_SYSMMU_V7_CAPA0_WAYS(v) ((v) & 0xFFu)
#define ARMDMA_SYSMMU_V7_CAPA0_SETS_LG2(v) (((v) >> 8) & 0xFu)	/* 7.0 */
#define ARMDMA_SYSMMU_V7_CAPA0_HAS_CAPA1 (1u << 11)
#define ARMDMA_SYSMMU_V7_CAPA0_SBB_LG2(v) (((v) >> 12) & 0xFu)	/* entries of the cache of level-1 descriptors */
#define ARMDMA_SYSMMU_V7_CAPA0_VMS(v) (((v) >> 16) & 0xFu)
#define ARMDMA_SYSMMU_V7_REG_CAPA1 0x874u	/* RO, 7.2 and later */
#define ARMDMA_SYSMMU_V7_CAPA1_PORTS(v) ((v) & 0xFu)
#define ARMDMA_SYSMMU_V7_CAPA1_TLBS(v) (((v) >> 4) & 0xFFu)
#define ARMDMA_SYSMMU_V7_CAPA1_VM (1u << 14)
#define ARMDMA_SYSMMU_V7_CAPA1_NO_BLOCK (1u << 15)	/* drivers need not block */
#define ARMDMA_SYSMMU_V7_CAPA1_TYPE(v) ((v) >> 28)	/* 1 ways, 2 ports */
/* 7.0: ways of the TLB that serve one address range or AXI ID alone, n 0 to 5. */
#define ARMDMA_SYSMMU_V70_REG_PUBLIC_WAY_CFG 0x120u	/* RW */
#define ARMDMA_SYSMMU_V70_REG_PRIVATE_WAY_CFG(n) (0x200u + 0x10 * (n))	/* RW: 0 on, 4 by ID, 9:8 read, write channel (none: both) */
#define ARMDMA_SYSMMU_V70_REG_PRIVATE_WAY_START(n) (0x204u + 0x10 * (n))	/* RW: first VA */
#define ARMDMA_SYSMMU_V70_REG_PRIVATE_WAY_END(n) (0x208u + 0x10 * (n))	/* RW: last VA */
#define ARMDMA_SYSMMU_V70_REG_PRIVATE_WAY_ID(n) (0x20Cu + 0x10 * (n))	/* RW: 15:0 */
/* 7.2 and later: TLB n. */
#define ARMDMA_SYSMMU_V7_REG_TLB_INFO(n) (0x2000u + 0x20 * (n))	/* RO: 7:0 ways, 23:16 sets */
#define ARMDMA_SYSMMU_V7_REG_TLB_CFG(n) (0x2004u + 0x20 * (n))	/* RW: 1 prefetch, 3:2 direction, 7:5 fetch size */
#define ARMDMA_SYSMMU_V7_TLB_CFG_PREFETCH (1u << 1)
#define ARMDMA_SYSMMU_V7_REG_TLB_MATCH_CFG(n) (0x2008u + 0x20 * (n))	/* RW */
/* MATCH_CFG (assumed): 9:8 channels that it serves, 31:16 mask of the AXI ID. No bit of 9:8: takes what no other does. */
#define ARMDMA_SYSMMU_V7_TLB_MATCH_READ (1u << 8)
#define ARMDMA_SYSMMU_V7_TLB_MATCH_WRITE (1u << 9)
#define ARMDMA_SYSMMU_V7_REG_TLB_MATCH_SVA(n) (0x200Cu + 0x20 * (n))	/* RW: first VA */
#define ARMDMA_SYSMMU_V7_REG_TLB_MATCH_EVA(n) (0x2010u + 0x20 * (n))	/* RW: last VA; 0: by ID instead (assumed) */
#define ARMDMA_SYSMMU_V7_REG_TLB_MATCH_ID(n) (0x2014u + 0x20 * (n))	/* RW */
/* Bank of VM 0, 7.4. */
#define ARMDMA_SYSMMU_VM_REG_CTRL 0x8000u	/* RW: ARMDMA_SYSMMU_CTRL_ENABLE, _FAULT_STALL */
#define ARMDMA_SYSMMU_VM_REG_CFG 0x8004u	/* RW: EAP, SHAREABLE */
#define ARMDMA_SYSMMU_VM_REG_PT_BASE_PPN 0x800Cu	/* RW */
#define ARMDMA_SYSMMU_VM_REG_FLUSH 0x8010u	/* WO */
#define ARMDMA_SYSMMU_VM_REG_FLUSH_ENTRY 0x8014u
#define ARMDMA_SYSMMU_VM_REG_FLUSH_RANGE 0x8018u
#define ARMDMA_SYSMMU_VM_REG_FLUSH_START 0x8020u	/* RW */
#define ARMDMA_SYSMMU_VM_REG_FLUSH_END 0x8024u

/*
 * Read-out of TLB and SBB (the cache of level-2 tables' addresses): the block's address differs, its order does not.
 * TLB index: set | way << 8 | line << 16 | tlb << 20 (tlb from 7.2 on).
 */
#define ARMDMA_SYSMMU_V70_REG_TLB_READ 0x1000u	/* WO; +4 VPN, +8 PPN (24 bits), +C ATTR (31:28 not 0: valid) */
#define ARMDMA_SYSMMU_V70_REG_SBB_READ 0x1100u	/* WO: index; +4 VPN (31:28 not 0: valid), +8 LINK (PA >> 10), +C ATTR */
#define ARMDMA_SYSMMU_V72_REG_TLB_READ 0x8000u
#define ARMDMA_SYSMMU_V72_REG_SBB_READ 0x8020u
#define ARMDMA_SYSMMU_VM_REG_TLB_READ 0x3000u
#define ARMDMA_SYSMMU_VM_REG_SBB_READ 0x3020u
#define ARMDMA_SYSMMU_V7_READ_VPN 0x4u		/* added to the READ register */
#define ARMDMA_SYSMMU_V7_READ_PPN 0x8u
#define ARMDMA_SYSMMU_V7_READ_ATTR 0xCu
#define ARMDMA_SYSMMU_V7_TLB_INDEX(tlb, line, way, set) \
	((uint32_t)(tlb) << 20 | (uint32_t)(line) << 16 | (uint32_t)(way) << 8 | (uint32_t)(set))
#define ARMDMA_SYSMMU_V7_TLB_LINES 4u
#define ARMDMA_SYSMMU_V7_READ_VALID 0xF0000000u

/* Emulated translation: one without a master. Wait for STATUS = 0 before and after; then read the TLB. */
#define ARMDMA_SYSMMU_V72_REG_EMU_PRELOAD 0x8040u	/* RW: 19:0 VPN, 20 write */
#define ARMDMA_SYSMMU_V72_REG_EMU_SHOT 0x8044u	/* WO: 15:0 AXI ID, 31:16 port: starts it */
#define ARMDMA_SYSMMU_VM_REG_EMU_PRELOAD 0x3040u
#define ARMDMA_SYSMMU_VM_REG_EMU_SHOT 0x3044u
#define ARMDMA_SYSMMU_EMU_WRITE (1u << 20)

/*
 * INT_STATUS: kinds of 7.0 and 7.2, and of 7.4 (four bits for each VM). TRANS_INFO tells the direction. A TLB entry
 * of 7.x is a 4 KiB page, so that no two of them match one address.
 */
#define ARMDMA_SYSMMU_V7_FAULT_PTW 0
#define ARMDMA_SYSMMU_V7_FAULT_PAGE 1
#define ARMDMA_SYSMMU_V7_FAULT_MULTI_HIT 2
#define ARMDMA_SYSMMU_V7_FAULT_ACCESS 3
#define ARMDMA_SYSMMU_V7_FAULT_SECURITY 4
#define ARMDMA_SYSMMU_VM_FAULT_PTW 0
#define ARMDMA_SYSMMU_VM_FAULT_PAGE 1
#define ARMDMA_SYSMMU_VM_FAULT_ACCESS 2

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
/* 5.x and later: the same registers elsewhere. */
#define ARMDMA_SYSMMU_V5_REG_EVENT(n) (0x600u + 4 * (n))
#define ARMDMA_SYSMMU_V5_REG_PMNC 0x620u
#define ARMDMA_SYSMMU_V5_REG_CNTEN_SET 0x624u
#define ARMDMA_SYSMMU_V5_REG_CNTEN_CLEAR 0x628u
#define ARMDMA_SYSMMU_V5_REG_CNTINT_SET 0x62Cu
#define ARMDMA_SYSMMU_V5_REG_CNTINT_CLEAR 0x630u
#define ARMDMA_SYSMMU_V5_REG_CNT_OVERFLOW 0x634u
#define ARMDMA_SYSMMU_V5_REG_CYCLES 0x640u
#define ARMDMA_SYSMMU_V5_REG_COUNTER(n) (0x644u + 4 * (n))

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
#define ARMDMA_SYSMMU_V33_EVENT_FLPD_MISS(write) ((write) ? 12u : 4u)
#define ARMDMA_SYSMMU_V33_EVENT_PB_LOOKUP(write) ((write) ? 10u : 2u)
#define ARMDMA_SYSMMU_V33_EVENT_PB_MISS(write) ((write) ? 11u : 3u)
#define ARMDMA_SYSMMU_V33_EVENT_PREFETCH_BLOCKS(write) ((write) ? 14u : 6u)
#define ARMDMA_SYSMMU_V33_EVENT_PREFETCH_CYCLES(write) ((write) ? 15u : 7u)
#define ARMDMA_SYSMMU_V33_EVENT_PREFETCH_FLPD_MISS(write) ((write) ? 13u : 5u)
#define ARMDMA_SYSMMU_V31_EVENT_PB_LOOKUP(write) ((write) ? 6u : 7u)	/* 3.0 to 3.2 */
#define ARMDMA_SYSMMU_V31_EVENT_PB_MISS(write) ((write) ? 2u : 3u)
/* 5.x and later: + 0x10 for the write channel. */
#define ARMDMA_SYSMMU_V5_EVENT_TOTAL 0x00u
#define ARMDMA_SYSMMU_V5_EVENT_TLB_MISS 0x01u
#define ARMDMA_SYSMMU_V5_EVENT_TLB2_MISS 0x02u
#define ARMDMA_SYSMMU_V5_EVENT_FLPD_MISS 0x03u
#define ARMDMA_SYSMMU_V5_EVENT_PB_LOOKUP 0x04u
#define ARMDMA_SYSMMU_V5_EVENT_PB_MISS 0x05u
#define ARMDMA_SYSMMU_V5_EVENT_PREFETCH_BLOCKS 0x06u
#define ARMDMA_SYSMMU_V5_EVENT_PREFETCH_CYCLES 0x07u
#define ARMDMA_SYSMMU_V5_EVENT_WRITE 0x10u

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

/* ---- Page tables of 5.x and later -------------------------------------- */

/*
 * The same shape with 36-bit addresses: every address is stored as PA >> 4. 2 MiB entries take two slots (both
 * copies; even one first), 16 MiB ones 16; both kinds are gone in 7.x, where their types are faults (assumed).
 */
#define ARMDMA_SYSMMU_V5_ADDR_SHIFT 4		/* PA = (word & mask) << 4 */
#define ARMDMA_SYSMMU_V5_L1_TYPE 0x7u
#define ARMDMA_SYSMMU_V5_L1_TABLE 0x1u		/* 31:6 PA[35:10] */
#define ARMDMA_SYSMMU_V5_L1_SECTION 0x2u	/* 31:16 PA[35:20] */
#define ARMDMA_SYSMMU_V5_L1_DOUBLE 0x4u		/* 31:17 PA[35:21], 5.x and 6.x */
#define ARMDMA_SYSMMU_V5_L1_SUPER 0x6u		/* 31:20 PA[35:24], 5.x and 6.x */
#define ARMDMA_SYSMMU_V5_L1_TABLE_MASK 0xFFFFFFC0u
#define ARMDMA_SYSMMU_V5_L1_SECTION_MASK 0xFFFF0000u
#define ARMDMA_SYSMMU_V5_L1_DOUBLE_MASK 0xFFFE0000u
#define ARMDMA_SYSMMU_V5_L1_SUPER_MASK 0xFFF00000u
#define ARMDMA_SYSMMU_V5_L1_ACCESS_SHIFT 4
#define ARMDMA_SYSMMU_V5_L1_SHAREABLE (1u << 6)
#define ARMDMA_SYSMMU_V5_L2_TYPE 0x3u
#define ARMDMA_SYSMMU_V5_L2_LARGE 0x1u		/* 31:12 PA[35:16], 16 copies */
#define ARMDMA_SYSMMU_V5_L2_SMALL 0x2u		/* 31:8 PA[35:12]; bit 0 does not matter (assumed) */
#define ARMDMA_SYSMMU_V5_L2_LARGE_MASK 0xFFFFF000u
#define ARMDMA_SYSMMU_V5_L2_SMALL_MASK 0xFFFFFF00u
#define ARMDMA_SYSMMU_V5_L2_ACCESS_SHIFT 2
#define ARMDMA_SYSMMU_V5_L2_SHAREABLE (1u << 4)
/* Access field, looked at when CFG.EAP is set. */
#define ARMDMA_SYSMMU_V5_ACCESS_NONE 0x0u
#define ARMDMA_SYSMMU_V5_ACCESS_RO 0x1u
#define ARMDMA_SYSMMU_V5_ACCESS_WO 0x2u
#define ARMDMA_SYSMMU_V5_ACCESS_RW 0x3u

#ifdef __cplusplus
}
#endif
#endif
