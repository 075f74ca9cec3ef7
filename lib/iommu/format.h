/* SPDX-License-Identifier: BSD-2-Clause */
/* Words that this driver writes, made of the bits of armdma/sysmmu.h. */
#ifndef LIB_IOMMU_FORMAT_H
#define LIB_IOMMU_FORMAT_H

#include <armdma/sysmmu.h>

/* Versions as drivers compare them. */
#define UNIT_VERSION(major, minor) ((unsigned int)(major) << 7 | (minor))

/* The values of CFG that Linux 6.1 writes: up to 3.1, to 3.2, from 3.3 on. */
#define CFG_COMMON (ARMDMA_SYSMMU_CFG_QOS(15) | ARMDMA_SYSMMU_CFG_EAP)
#define CFG_V1 (CFG_COMMON | ARMDMA_SYSMMU_CFG_LRU)
#define CFG_V3_2 (CFG_V1 | ARMDMA_SYSMMU_CFG_FLPDCACHE | ARMDMA_SYSMMU_CFG_SYSSEL)
#define CFG_V3_3 (CFG_COMMON | ARMDMA_SYSMMU_CFG_FLPDCACHE | ARMDMA_SYSMMU_CFG_ACGEN)

#define L1_ENTRIES ARMDMA_SYSMMU_L1_ENTRIES
#define L2_ENTRIES ARMDMA_SYSMMU_L2_ENTRIES

/* Access bits: the encoding is ARMv7's for a privileged master; AP[2] takes the right to write away. */
#define L1_RW (ARMDMA_SYSMMU_AP_RW << ARMDMA_SYSMMU_L1_AP_SHIFT)
#define L1_RO (L1_RW | ARMDMA_SYSMMU_L1_AP2)
#define L2_RW (ARMDMA_SYSMMU_AP_RW << ARMDMA_SYSMMU_L2_AP_SHIFT)
#define L2_RO (L2_RW | ARMDMA_SYSMMU_L2_AP2)

/* Copies of a 64 KiB or 16 MiB descriptor in consecutive slots. */
#define COPIES 16u

static inline bool l1_is_pointer(uint32_t w)
{
	return (w & ARMDMA_SYSMMU_L1_TYPE) == ARMDMA_SYSMMU_L1_TABLE;
}
static inline bool l1_is_section(uint32_t w)
{
	return (w & ARMDMA_SYSMMU_L1_TYPE) == ARMDMA_SYSMMU_L1_SECTION;
}
static inline bool l1_is_super(uint32_t w)
{
	return l1_is_section(w) && (w & ARMDMA_SYSMMU_L1_SUPER_BIT);
}
static inline bool l1_is_plain_section(uint32_t w)
{
	return (w & (ARMDMA_SYSMMU_L1_TYPE | ARMDMA_SYSMMU_L1_SUPER_BIT)) == ARMDMA_SYSMMU_L1_SECTION;
}
static inline bool l2_is_large(uint32_t w)
{
	return (w & ARMDMA_SYSMMU_L2_TYPE) == ARMDMA_SYSMMU_L2_LARGE;
}
/* Bit 0 of a small entry means nothing. */
static inline bool l2_is_small(uint32_t w)
{
	return w & ARMDMA_SYSMMU_L2_SMALL;
}

#endif
