/* SPDX-License-Identifier: BSD-2-Clause */
/* Read-out of the TLBs: an index is written, the entry's words are latched and read. */
#include <string.h>

#include "sim/sysmmu/sysmmu_internal.h"

enum { LATCH_PPN, LATCH_VPN, LATCH_ATTR };

uint32_t sysmmu_latch_read(struct sysmmu *mmu, unsigned int arg)
{
	return mmu->latch[arg];
}

uint32_t sysmmu_sbb_latch_read(struct sysmmu *mmu, unsigned int arg)
{
	return mmu->sbb_latch[arg];
}

/* 2.x, 3.x: addresses in place, bit 0 of the VPN says valid. */
void sysmmu_read_tlb_v2(struct sysmmu *mmu, unsigned int arg, uint32_t value)
{
	const struct tlb *t = &mmu->tlb;
	uint32_t i = value >> 4;

	(void)arg;
	if (!(value & 1))
		return;
	memset(mmu->latch, 0, sizeof(mmu->latch));
	if (i >= t->nr || !tlb_is_valid(t, i + 1))
		return;
	mmu->latch[LATCH_PPN] = (uint32_t)t->entry[i + 1].pa;
	mmu->latch[LATCH_VPN] = t->entry[i + 1].va | 1;
}

void sysmmu_read_tlb_v5(struct sysmmu *mmu, unsigned int arg, uint32_t value)
{
	const struct tlb *t = &mmu->tlb;

	(void)arg;
	memset(mmu->latch, 0, sizeof(mmu->latch));
	if (value >= t->nr || !tlb_is_valid(t, value + 1))
		return;
	mmu->latch[LATCH_PPN] = (uint32_t)(t->entry[value + 1].pa >> ARMDMA_PAGE_SHIFT);
	mmu->latch[LATCH_VPN] = t->entry[value + 1].va >> ARMDMA_PAGE_SHIFT;
	mmu->latch[LATCH_ATTR] = ARMDMA_SYSMMU_V5_TLB_ATTR_VALID;
	if (tlb_is_locked(t, value + 1))
		mmu->latch[LATCH_ATTR] |= ARMDMA_SYSMMU_V5_TLB_ATTR_LOCKED;
}

void sysmmu_read_tlb2(struct sysmmu *mmu, unsigned int arg, uint32_t value)
{
	const struct tlb_page *page = NULL;

	(void)arg;
	if (mmu->tlb2)
		page = sysmmu_tlb2_at(mmu->tlb2, value & 0xFF, value >> 8);
	memset(mmu->latch, 0, sizeof(mmu->latch));
	if (!page)
		return;
	mmu->latch[LATCH_PPN] = (uint32_t)(page->pa >> ARMDMA_PAGE_SHIFT);
	mmu->latch[LATCH_VPN] = page->vpn;
	mmu->latch[LATCH_ATTR] = ARMDMA_SYSMMU_V5_TLB_ATTR_VALID;
}

/* The page's number is that of the line, 19:2, with the number of the line's page below it. */
void sysmmu_read_tlb_v7(struct sysmmu *mmu, unsigned int arg, uint32_t value)
{
	unsigned int set = value & 0xFF, way = value >> 8 & 0xFF, line = value >> 16 & 0xF;
	unsigned int n = value >> 20 & 0xFF, slot;
	const struct tlb *t;

	(void)arg;
	memset(mmu->latch, 0, sizeof(mmu->latch));
	if (n >= mmu->nr_tlbs)
		return;
	t = sysmmu_tlb(mmu, n);
	if (set >= t->sets || way >= t->ways || line >= t->line)
		return;
	slot = tlb_slot_at(t, set, way, line);
	if (!tlb_is_valid(t, slot))
		return;
	mmu->latch[LATCH_PPN] = (uint32_t)(t->entry[slot].pa >> ARMDMA_PAGE_SHIFT);
	mmu->latch[LATCH_VPN] = t->entry[slot].va >> ARMDMA_PAGE_SHIFT;
	mmu->latch[LATCH_ATTR] = ARMDMA_SYSMMU_V7_READ_VALID;
}

void sysmmu_read_sbb(struct sysmmu *mmu, unsigned int arg, uint32_t value)
{
	const struct flpd_entry *e;

	(void)arg;
	memset(mmu->sbb_latch, 0, sizeof(mmu->sbb_latch));
	if (value >= mmu->flpd.nr)
		return;
	e = &mmu->flpd.entry[value];
	if (!e->valid)
		return;
	mmu->sbb_latch[LATCH_VPN] = ARMDMA_SYSMMU_V7_READ_VALID | e->mib << 8;
	/* LINK: the table's address >> 10; the word has it >> 4 from bit 6 on. */
	mmu->sbb_latch[LATCH_PPN] = (uint32_t)((uint64_t)(e->desc[0] & mmu->format.l1_mask[L1_TABLE])
					       << mmu->format.shift >> 10);
	mmu->sbb_latch[LATCH_ATTR] = e->valid;
}
