/* SPDX-License-Identifier: BSD-2-Clause */
/* What a unit is doing: running, blocked, clocked, powered; and what it forgets when told to. */
#include <errno.h>
#include <string.h>

#include "sim/sysmmu/sysmmu_internal.h"

__attribute__((noinline))
static void emit_block(struct sysmmu *mmu, bool on)
{
	struct armdma_event ev = { .type = ARMDMA_EV_BLOCK, .who = mmu->cfg.name, .value = on };

	armdma_event_emit(&mmu->hw->ev.pub, &ev);
}

void sysmmu_update(struct sysmmu *mmu)
{
	bool stop = sysmmu_blocked(mmu) || mmu->faulted;

	if (stop && !mmu->stopped) {
		uint64_t now = mmu->hw->clk.now, busy = now;

		if (mmu->port.master)
			busy = bus_master_busy_until(mmu->port.master);
		mmu->drained_at = (busy > now ? busy : now) + mmu->hw->cfg.costs.block;
	}
	if (armdma_event_on(&mmu->hw->ev.pub, ARMDMA_EV_BLOCK) && stop != mmu->stopped)
		emit_block(mmu, stop);
	mmu->stopped = stop;
	mmu->go = !stop && sysmmu_enabled(mmu) && !mmu->nr_secure && !mmu->power.clock_off &&
		  !mmu->power.power_off && !mmu->dead[0] && !mmu->dead[1];
	mmu->plain_fill = mmu->nr_tlbs == 1 && mmu->tlb.line == 1 && mmu->tlb.sets == 1 &&
			  !mmu->tlb2_on && !mmu->pb.on;
	sysmmu_tlb_open(&mmu->tlb, mmu->go && mmu->nr_tlbs == 1);
}

void sysmmu_kick(struct sysmmu *mmu)
{
	if (mmu->port.master)
		bus_master_kick(mmu->port.master);
}

static enum tlb_policy policy_of(const struct sysmmu *mmu)
{
	switch (mmu->cfg.tlb_replacement) {
	case ARMDMA_TLB_LRU:
		return TLB_POLICY_LRU;
	case ARMDMA_TLB_RANDOM:
		return TLB_POLICY_RANDOM;
	case ARMDMA_TLB_ROUND_ROBIN:
		return TLB_POLICY_ROUND_ROBIN;
	default:
		return mmu->variant->lru && mmu->mmu_cfg & ARMDMA_SYSMMU_CFG_LRU ?
			       TLB_POLICY_LRU : TLB_POLICY_ROUND_ROBIN;
	}
}

/* Without EAP every valid descriptor grants everything: drivers that never set it leave the bits 0. */
#define PROT_ALL 0xFFFFu

void sysmmu_configure(struct sysmmu *mmu)
{
	uint32_t cfg = mmu->variant->vm ? mmu->vm_cfg : mmu->mmu_cfg;

	for (unsigned int n = 0; n < mmu->nr_tlbs; n++)
		sysmmu_tlb_set_policy(sysmmu_tlb(mmu, n), policy_of(mmu));
	if (mmu->tlb2)
		mmu->tlb2->policy = policy_of(mmu);
	mmu->prot_of_ap = cfg & ARMDMA_SYSMMU_CFG_EAP ? mmu->format.prot : PROT_ALL;
	mmu->flpd_on = mmu->variant->flpd && (mmu->variant->flpd_always ||
					      mmu->mmu_cfg & ARMDMA_SYSMMU_CFG_FLPDCACHE);
	if (!mmu->flpd_on)
		sysmmu_flpd_clear(&mmu->flpd);
	sysmmu_pb_configure(mmu);
}

/* ---- Invalidation -------------------------------------------------------- */

__attribute__((noinline))
static void emit_inv(struct sysmmu *mmu, uint32_t va, uint64_t len, unsigned int dropped)
{
	struct armdma_event ev = {
		.type = ARMDMA_EV_TLB_INV,
		.who = mmu->cfg.name,
		.addr = va,
		.len = len,
		.value = dropped,
	};

	armdma_event_emit(&mmu->hw->ev.pub, &ev);
}

static void invalidated(struct sysmmu *mmu, uint32_t va, uint64_t len, unsigned int dropped)
{
	mmu->invalidations++;
	mmu->flush_until = mmu->hw->clk.now + mmu->hw->cfg.costs.flush;
	if (armdma_event_on(&mmu->hw->ev.pub, ARMDMA_EV_TLB_INV))
		emit_inv(mmu, va, len, dropped);
}

static unsigned int forget_all(struct sysmmu *mmu)
{
	unsigned int dropped = 0;

	for (unsigned int n = 0; n < mmu->nr_tlbs; n++)
		dropped += sysmmu_tlb_invalidate_all(sysmmu_tlb(mmu, n));
	if (mmu->tlb2)
		dropped += sysmmu_tlb2_invalidate_all(mmu->tlb2);
	if (mmu->variant->flpd)
		sysmmu_flpd_clear(&mmu->flpd);
	if (mmu->pb.nr)
		sysmmu_pb_drop_all(mmu);
	return dropped;
}

static unsigned int forget_pages(struct sysmmu *mmu, uint32_t first, uint32_t last)
{
	unsigned int dropped = 0;

	for (unsigned int n = 0; n < mmu->nr_tlbs; n++)
		dropped += sysmmu_tlb_invalidate(sysmmu_tlb(mmu, n), first, last);
	if (mmu->tlb2)
		dropped += sysmmu_tlb2_invalidate(mmu->tlb2, first, last);
	if (mmu->pb.on)
		sysmmu_pb_drop(mmu, first, last);
	return dropped;
}

void sysmmu_flush_all(struct sysmmu *mmu)
{
	invalidated(mmu, 0, 0, forget_all(mmu));
}

/*
 * From 3.2 to 3.3 the workaround for stale level-1 descriptors counts on this. Drivers of 5.0 and later
 * invalidate everything instead, so there it may not be enough (assumed).
 */
void sysmmu_flush_entry(struct sysmmu *mmu, uint32_t va)
{
	uint32_t vpn = va >> ARMDMA_PAGE_SHIFT;
	unsigned int dropped = forget_pages(mmu, vpn, vpn);

	if (mmu->variant->flpd_by_page)
		sysmmu_flpd_drop(&mmu->flpd, va >> 20, va >> 20);
	invalidated(mmu, va & (uint32_t)ARMDMA_PAGE_MASK, ARMDMA_PAGE_SIZE, dropped);
}

/* A range takes the level-1 descriptors of its MiBs along (assumed: its drivers do nothing else for a freed table). */
void sysmmu_flush_range(struct sysmmu *mmu, uint32_t first_va, uint32_t last_va)
{
	uint32_t first = first_va >> ARMDMA_PAGE_SHIFT, last = last_va >> ARMDMA_PAGE_SHIFT;
	unsigned int dropped = 0;

	if (first <= last) {
		dropped = forget_pages(mmu, first, last);
		sysmmu_flpd_drop(&mmu->flpd, first_va >> 20, last_va >> 20);
	}
	invalidated(mmu, first << ARMDMA_PAGE_SHIFT,
		    first <= last ? (uint64_t)(last - first + 1) << ARMDMA_PAGE_SHIFT : 0, dropped);
}

int sysmmu_inject_security(struct sysmmu *mmu, uint32_t first, uint32_t last)
{
	if (last < first) {
		mmu->nr_secure = 0;
	} else {
		if (mmu->nr_secure == SYSMMU_MAX_SECURE)
			return -ENOSPC;
		mmu->secure[mmu->nr_secure].first = first & (uint32_t)ARMDMA_PAGE_MASK;
		mmu->secure[mmu->nr_secure++].last = last | (uint32_t)(ARMDMA_PAGE_SIZE - 1);
	}
	sysmmu_update(mmu);
	return 0;
}

/* ---- Clock and power ------------------------------------------------------- */

void sysmmu_reset(struct sysmmu *mmu)
{
	forget_all(mmu);
	sysmmu_pb_reset(mmu);
	sysmmu_direct_reset(mmu);
	mmu->faulted = false;
	memset(mmu->held, 0, sizeof(mmu->held));
	memset(mmu->dead, 0, sizeof(mmu->dead));
	memset(mmu->walk_until, 0, sizeof(mmu->walk_until));
	memset(mmu->prefetch_until, 0, sizeof(mmu->prefetch_until));
	mmu->flush_until = 0;
	mmu->emu_until = 0;
	sysmmu_regs_reset(mmu);
	sysmmu_irq_update(mmu);
}

void sysmmu_set_clock(struct sysmmu *mmu, bool on)
{
	mmu->power.clock_off = !on;
	sysmmu_update(mmu);
	if (on && !mmu->stopped)
		sysmmu_kick(mmu);
}

void sysmmu_set_power(struct sysmmu *mmu, bool on)
{
	if (mmu->power.power_off == !on)
		return;
	mmu->power.power_off = !on;
	if (on) {
		sysmmu_update(mmu);
		sysmmu_kick(mmu);
	} else {
		sysmmu_reset(mmu);
	}
}

const char *sysmmu_power_domain(const struct sysmmu *mmu)
{
	return mmu->cfg.power_domain;
}
