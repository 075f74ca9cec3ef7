/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Direct fetch of 5.1: software names addresses whose translations are fetched ahead into TLB entries that
 * stay until they are released or invalidated.
 */
#include <string.h>

#include "sim/sysmmu/sysmmu_internal.h"

static void schedule(struct sysmmu *mmu)
{
	clock_schedule(mmu->hw, &mmu->direct.ev, 2 * (uint64_t)mmu->hw->cfg.costs.mem_read);
}

static void lock_page(struct sysmmu *mmu, uint32_t va)
{
	unsigned int slot = tlb_find(&mmu->tlb, va);
	uint64_t found;

	if (slot == TLB_NONE) {
		found = sysmmu_walk(mmu, va, false);
		mmu->walks++;
		mmu->walk_reads += walk_reads(found);
		/* Nobody asked for the page yet: that it is not there is no fault. */
		if (walk_result(found) != WALK_OK)
			return;
		slot = sysmmu_fill(mmu, 0, false, 0, va, found);
	}
	if (slot != TLB_SEVERAL)
		sysmmu_tlb_lock(&mmu->tlb, slot);
}

static void fetched(struct clock_event *ev)
{
	struct direct_fetch *d = (struct direct_fetch *)((char *)ev - offsetof(struct direct_fetch, ev));
	uint32_t va = d->va[0];

	memmove(&d->va[0], &d->va[1], (d->nr - 1) * sizeof(d->va[0]));
	if (--d->nr)
		schedule(d->mmu);
	if (sysmmu_enabled(d->mmu))
		lock_page(d->mmu, va);
}

void sysmmu_direct_init(struct sysmmu *mmu)
{
	mmu->direct.mmu = mmu;
	clock_event_init(&mmu->direct.ev, fetched);
}

void sysmmu_direct_reset(struct sysmmu *mmu)
{
	clock_cancel(mmu->hw, &mmu->direct.ev);
	mmu->direct.nr = 0;
}

uint32_t sysmmu_direct_waiting(struct sysmmu *mmu, unsigned int arg)
{
	(void)arg;
	return mmu->direct.nr;
}

/* An order that finds the queue full is lost. */
void sysmmu_direct_order(struct sysmmu *mmu, unsigned int arg, uint32_t value)
{
	struct direct_fetch *d = &mmu->direct;

	(void)arg;
	if (d->nr == ARMDMA_SYSMMU_V51_DIRECT_FETCH_DEPTH)
		return;
	d->va[d->nr++] = value & (uint32_t)ARMDMA_PAGE_MASK;
	if (d->nr == 1)
		schedule(mmu);
}

void sysmmu_direct_release(struct sysmmu *mmu, unsigned int arg, uint32_t value)
{
	(void)arg;
	if (value & 1)
		sysmmu_tlb_release(&mmu->tlb, mmu->lookups[0] + mmu->lookups[1]);
}
