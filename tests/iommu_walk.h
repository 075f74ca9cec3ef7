/* SPDX-License-Identifier: BSD-2-Clause */
/* A table walk as the manual has it, one address at a time, over DRAM: the oracle of tables in every format. */
#ifndef TESTS_IOMMU_WALK_H
#define TESTS_IOMMU_WALK_H

#include "tests/iommu_helpers.h"

struct walked {
	bool valid;
	uint64_t pa, size;	/* of the address walked, not of the page's start */
	unsigned int prot;
};

static inline struct walked walked_page(uint64_t word, uint64_t mask, unsigned int shift, uint64_t size, uint64_t iova,
					unsigned int prot)
{
	return (struct walked){ true, ((word & mask) << shift) + iova % size, size, prot };
}

static inline unsigned int walked_ap(uint32_t w, unsigned int shift, uint32_t ap2)
{
	if ((w >> shift & 3) != ARMDMA_SYSMMU_AP_RW)
		return 0;
	return w & ap2 ? RO : RW;
}

static inline struct walked walk_v1(struct armdma_hw *hw, uint64_t table, uint64_t iova)
{
	uint32_t w = dram_word(hw, table + (iova >> 20) * 4);
	unsigned int prot = walked_ap(w, ARMDMA_SYSMMU_L1_AP_SHIFT, ARMDMA_SYSMMU_L1_AP2);

	if ((w & 3) == ARMDMA_SYSMMU_L1_SECTION && w & ARMDMA_SYSMMU_L1_SUPER_BIT)
		return walked_page(w, ARMDMA_SYSMMU_L1_SUPER_MASK, 0, 16 * MiB, iova, prot);
	if ((w & 3) == ARMDMA_SYSMMU_L1_SECTION)
		return walked_page(w, ARMDMA_SYSMMU_L1_SECTION_MASK, 0, MiB, iova, prot);
	if ((w & 3) != ARMDMA_SYSMMU_L1_TABLE)
		return (struct walked){ 0 };
	w = dram_word(hw, (w & ARMDMA_SYSMMU_L1_TABLE_MASK) + (iova >> 12 & 255) * 4);
	prot = walked_ap(w, ARMDMA_SYSMMU_L2_AP_SHIFT, ARMDMA_SYSMMU_L2_AP2);
	if (w & ARMDMA_SYSMMU_L2_SMALL)
		return walked_page(w, ARMDMA_SYSMMU_L2_SMALL_MASK, 0, 4 * KiB, iova, prot);
	if ((w & 3) == ARMDMA_SYSMMU_L2_LARGE)
		return walked_page(w, ARMDMA_SYSMMU_L2_LARGE_MASK, 0, 64 * KiB, iova, prot);
	return (struct walked){ 0 };
}

/* doubles: 5.x and 6.x, which have pages of 2 and 16 MiB. */
static inline struct walked walk_v5(struct armdma_hw *hw, uint64_t table, uint64_t iova, bool doubles)
{
	uint32_t w = dram_word(hw, table + (iova >> 20) * 4);
	unsigned int prot = w >> ARMDMA_SYSMMU_V5_L1_ACCESS_SHIFT & 3;

	switch (w & ARMDMA_SYSMMU_V5_L1_TYPE) {
	case ARMDMA_SYSMMU_V5_L1_SUPER:
		return doubles ? walked_page(w, ARMDMA_SYSMMU_V5_L1_SUPER_MASK, 4, 16 * MiB, iova, prot) : (struct walked){ 0 };
	case ARMDMA_SYSMMU_V5_L1_DOUBLE:
		return doubles ? walked_page(w, ARMDMA_SYSMMU_V5_L1_DOUBLE_MASK, 4, 2 * MiB, iova, prot) : (struct walked){ 0 };
	case ARMDMA_SYSMMU_V5_L1_SECTION:
		return walked_page(w, ARMDMA_SYSMMU_V5_L1_SECTION_MASK, 4, MiB, iova, prot);
	case ARMDMA_SYSMMU_V5_L1_TABLE:
		break;
	default:
		return (struct walked){ 0 };
	}
	w = dram_word(hw, ((uint64_t)(w & ARMDMA_SYSMMU_V5_L1_TABLE_MASK) << 4) + (iova >> 12 & 255) * 4);
	prot = w >> ARMDMA_SYSMMU_V5_L2_ACCESS_SHIFT & 3;
	if ((w & 3) == ARMDMA_SYSMMU_V5_L2_SMALL)
		return walked_page(w, ARMDMA_SYSMMU_V5_L2_SMALL_MASK, 4, 4 * KiB, iova, prot);
	if ((w & 3) == ARMDMA_SYSMMU_V5_L2_LARGE)
		return walked_page(w, ARMDMA_SYSMMU_V5_L2_LARGE_MASK, 4, 64 * KiB, iova, prot);
	return (struct walked){ 0 };
}

#endif
