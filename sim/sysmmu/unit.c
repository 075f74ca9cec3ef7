/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The unit as the bus sees it: a port that translates the first byte of each
 * burst, lets it pass untranslated, or holds it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim/sysmmu/sysmmu_internal.h"

static struct sysmmu *unit_of(struct bus_port *port)
{
	return (struct sysmmu *)port;
}

static bool enabled(const struct sysmmu *mmu)
{
	return mmu->ctrl & ARMDMA_SYSMMU_CTRL_ENABLE;
}

static bool blocked(const struct sysmmu *mmu)
{
	return mmu->ctrl & ARMDMA_SYSMMU_CTRL_BLOCK;
}

/* ---- Translation ------------------------------------------------------- */

static void emit_fill(struct sysmmu *mmu, const struct tlb_page *page)
{
	unsigned int shift = ARMDMA_PAGE_SHIFT + tlb_size_order(page->size);
	struct armdma_event ev = {
		.type = ARMDMA_EV_TLB_FILL,
		.who = mmu->cfg.name,
		.addr = (uint64_t)page->vpn << ARMDMA_PAGE_SHIFT,
		.pa = page->pa,
		.len = 1ULL << shift,
	};

	armdma_event_emit(&mmu->hw->ev.pub, &ev);
}

static enum bus_verdict multi_hit(struct sysmmu *mmu, const struct bus_xfer *x, uint32_t va,
				  unsigned int beats)
{
	return sysmmu_fault(mmu, x, va, beats,
			    x->write ? ARMDMA_SYSMMU_FAULT_AW_MULTI_HIT :
				       ARMDMA_SYSMMU_FAULT_AR_MULTI_HIT);
}

/* Every look-up is counted before it uses an entry, so their number orders the uses. */
static inline uint64_t time_of_use(const struct sysmmu *mmu)
{
	return mmu->lookups[0] + mmu->lookups[1];
}

/* The first level missed, ask the second. */
__attribute__((noinline))
static unsigned int refill_from_l2(struct sysmmu *mmu, const struct bus_xfer *x, uint32_t va)
{
	struct tlb_page page;
	unsigned int n = sysmmu_tlb_l2_find(&mmu->tlb, va >> ARMDMA_PAGE_SHIFT, &page);

	if (n > 1)
		return TLB_SEVERAL;
	if (n)
		return sysmmu_tlb_fill(&mmu->tlb, &page, time_of_use(mmu));
	mmu->l2_misses[x->write]++;
	return TLB_NONE;
}

/* What a walk found goes into both levels. */
__attribute__((noinline))
static unsigned int fill(struct sysmmu *mmu, uint32_t va, uint32_t found)
{
	unsigned int size = walk_size(found), slot;
	struct tlb_page page = {
		.vpn = (va >> ARMDMA_PAGE_SHIFT) & ~((1u << tlb_size_order(size)) - 1),
		.pa = walk_pa(found),
		.size = (uint8_t)size,
		.prot = (uint8_t)walk_prot(found),
	};

	slot = sysmmu_tlb_fill(&mmu->tlb, &page, time_of_use(mmu));
	if (mmu->tlb.l2)
		sysmmu_tlb_l2_fill(&mmu->tlb, va >> ARMDMA_PAGE_SHIFT, &page);
	if (armdma_event_on(&mmu->hw->ev.pub, ARMDMA_EV_TLB_FILL))
		emit_fill(mmu, &page);
	return slot;
}

__attribute__((noinline))
static enum bus_verdict walk_fault(struct sysmmu *mmu, const struct bus_xfer *x, uint32_t va,
				   unsigned int beats, uint32_t found)
{
	return sysmmu_fault(mmu, x, va, beats,
			    walk_result(found) == WALK_INVALID ? ARMDMA_SYSMMU_FAULT_PAGE :
								 ARMDMA_SYSMMU_FAULT_BUS_ERROR);
}

__attribute__((noinline))
static enum bus_verdict access_fault(struct sysmmu *mmu, const struct bus_xfer *x, uint32_t va,
				     unsigned int beats)
{
	return sysmmu_fault(mmu, x, va, beats,
			    x->write ? ARMDMA_SYSMMU_FAULT_AW_ACCESS :
				       ARMDMA_SYSMMU_FAULT_AR_ACCESS);
}

static inline bool fill_is_plain(const struct sysmmu *mmu, uint32_t found)
{
	return walk_size(found) == TLB_4K && !mmu->tlb.l2 &&
	       !armdma_event_on(&mmu->hw->ev.pub, ARMDMA_EV_TLB_FILL);
}

/* The first look did not tell: search both levels, then the tables. */
__attribute__((noinline))
static enum bus_verdict search(struct sysmmu *mmu, const struct bus_xfer *x, uint32_t va,
			       unsigned int beats, struct bus_translation *tr)
{
	uint32_t cycles = mmu->hit_cost[0];
	unsigned int slot = tlb_find(&mmu->tlb, va);
	struct tlb_entry *e;

	mmu->lookups[x->write]++;
	if (slot == TLB_NONE) {
		mmu->misses[x->write]++;
		if (mmu->tlb.l2) {
			cycles += mmu->hw->cfg.costs.tlb_l2_hit;
			slot = refill_from_l2(mmu, x, va);
		}
	}
	if (slot == TLB_NONE) {
		uint32_t found = sysmmu_walk(mmu, va);

		mmu->walks++;
		mmu->walk_reads += walk_reads(found);
		if (__builtin_expect(walk_result(found) != WALK_OK, 0))
			return walk_fault(mmu, x, va, beats, found);
		cycles += walk_reads(found) * mmu->hw->cfg.costs.mem_read;
		if (__builtin_expect(fill_is_plain(mmu, found) &&
				     tlb_replace_small(&mmu->tlb, va, walk_pa(found), walk_prot(found),
						       time_of_use(mmu)), 1)) {
			if (__builtin_expect(!(walk_prot(found) >> x->write & SYSMMU_MAY_READ), 0))
				return access_fault(mmu, x, va, beats);
			tr->pa = walk_pa(found) | (va & (ARMDMA_PAGE_SIZE - 1));
			tr->span = ARMDMA_PAGE_SIZE - (va & (ARMDMA_PAGE_SIZE - 1));
			tr->cycles = cycles;
			tr->hit_cycles = mmu->hit_cost[0];
			return BUS_GO;
		}
		slot = fill(mmu, va, found);
	}
	if (__builtin_expect(slot == TLB_SEVERAL, 0))
		return multi_hit(mmu, x, va, beats);
	e = &mmu->tlb.entry[slot];
	e->used = time_of_use(mmu);
	/* The cached permissions are checked at every access. */
	if (__builtin_expect(!e->reach[x->write], 0))
		return access_fault(mmu, x, va, beats);
	tlb_note(&mmu->tlb, va, slot);
	tr->pa = e->pa + (va - e->va);
	tr->span = tlb_span(&mmu->tlb, e, va);
	tr->cycles = cycles;
	tr->hit_cycles = mmu->hit_cost[0];
	return BUS_GO;
}

static bool is_secure(const struct sysmmu *mmu, uint32_t va)
{
	for (unsigned int i = 0; i < mmu->nr_secure; i++)
		if (va >= mmu->secure[i].first && va <= mmu->secure[i].last)
			return true;
	return false;
}

/* Where some pages are secure, the answer for one says nothing about the next. */
static void end_at_page(uint32_t va, struct bus_translation *tr)
{
	uint64_t left = ARMDMA_PAGE_SIZE - va % ARMDMA_PAGE_SIZE;

	if (tr->span > left)
		tr->span = left;
}

/* A unit that is stopped or off, or has secure pages. */
__attribute__((noinline))
static enum bus_verdict unusual(struct sysmmu *mmu, const struct bus_xfer *x, uint32_t va,
				unsigned int beats, struct bus_translation *tr)
{
	enum bus_verdict verdict;

	if (blocked(mmu))
		return BUS_HOLD;
	/* A fault stops the unit, but what the other channel asked in the same cycle was looked up, too. */
	if (mmu->faulted && (mmu->held[x->write] || mmu->hw->clk.now != mmu->fault_time))
		return BUS_HOLD;
	if (!enabled(mmu)) {
		tr->pa = va;
		tr->span = (1ULL << 32) - va;
		tr->cycles = 0;
		tr->hit_cycles = 0;
		return BUS_GO;
	}
	if (is_secure(mmu, va))
		return sysmmu_fault(mmu, x, va, beats,
				    x->write ? ARMDMA_SYSMMU_FAULT_AW_SECURITY :
					       ARMDMA_SYSMMU_FAULT_AR_SECURITY);
	verdict = search(mmu, x, va, beats, tr);
	if (verdict == BUS_GO)
		end_at_page(va, tr);
	return verdict;
}

/*
 * The input has 32 address wires: what a master puts on higher ones is lost. Not static, so that
 * compilers leave the arguments where the short way has them.
 */
enum bus_verdict sysmmu_translate_fully(struct bus_port *port, const struct bus_xfer *x,
					armdma_dma_t addr, unsigned int beats,
					struct bus_translation *tr)
{
	struct sysmmu *mmu = unit_of(port);

	if (__builtin_expect(!mmu->go, 0))
		return unusual(mmu, x, (uint32_t)addr, beats, tr);
	return search(mmu, x, (uint32_t)addr, beats, tr);
}

static enum bus_verdict port_translate(struct bus_port *port, const struct bus_xfer *x,
				       armdma_dma_t addr, unsigned int beats,
				       struct bus_translation *tr)
{
	struct sysmmu *mmu = unit_of(port);
	struct tlb_entry *e;
	uint32_t offset, reach;

	/* Nothing is done before the short way is certain: so it needs no registers saved. */
	if (__builtin_expect(!mmu->tlb.quick, 0))
		goto fully;
	e = tlb_guess(&mmu->tlb, (uint32_t)addr);
	offset = (uint32_t)addr - e->va;
	/* As it is: else compilers compute with its parts, and need a register more. */
	__asm__("" : "+r"(offset));
	reach = e->reach[x->write];
	if (__builtin_expect(offset >= reach, 0))
		goto fully;
	mmu->lookups[x->write]++;
	e->used = time_of_use(mmu);
	tr->span = reach - offset;
	tr->pa = e->pa + offset;
	memcpy(&tr->cycles, mmu->hit_cost, sizeof(mmu->hit_cost));
	return BUS_GO;
fully:
	return sysmmu_translate_fully(port, x, addr, beats, tr);
}

static void port_repeat(struct bus_port *port, const struct bus_xfer *x, uint64_t n)
{
	struct sysmmu *mmu = unit_of(port);

	if (enabled(mmu))
		mmu->lookups[x->write] += n;
}

static void port_forget(struct bus_port *port, const struct bus_xfer *x)
{
	struct sysmmu *mmu = unit_of(port);

	if (mmu->held[x->write] == x)
		mmu->held[x->write] = NULL;
}

static const struct bus_port_ops port_ops = {
	.translate = port_translate,
	.repeat = port_repeat,
	.forget = port_forget,
};

/* ---- State ------------------------------------------------------------- */

__attribute__((noinline))
static void emit_block(struct sysmmu *mmu, bool on)
{
	struct armdma_event ev = { .type = ARMDMA_EV_BLOCK, .who = mmu->cfg.name, .value = on };

	armdma_event_emit(&mmu->hw->ev.pub, &ev);
}

void sysmmu_update(struct sysmmu *mmu)
{
	bool stop = blocked(mmu) || mmu->faulted;

	if (stop && !mmu->stopped) {
		uint64_t now = mmu->hw->clk.now, busy = now;

		if (mmu->port.master)
			busy = bus_master_busy_until(mmu->port.master);
		mmu->drained_at = (busy > now ? busy : now) + mmu->hw->cfg.costs.block;
	}
	if (stop != mmu->stopped && armdma_event_on(&mmu->hw->ev.pub, ARMDMA_EV_BLOCK))
		emit_block(mmu, stop);
	mmu->stopped = stop;
	mmu->go = !stop && enabled(mmu) && !mmu->nr_secure;
	sysmmu_tlb_open(&mmu->tlb, mmu->go);
}

void sysmmu_kick(struct sysmmu *mmu)
{
	if (mmu->port.master)
		bus_master_kick(mmu->port.master);
}

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

static void note_inv(struct sysmmu *mmu, uint32_t va, uint64_t len, unsigned int dropped)
{
	mmu->invalidations++;
	if (armdma_event_on(&mmu->hw->ev.pub, ARMDMA_EV_TLB_INV))
		emit_inv(mmu, va, len, dropped);
}

void sysmmu_flush_all(struct sysmmu *mmu)
{
	note_inv(mmu, 0, 0, sysmmu_tlb_invalidate_all(&mmu->tlb));
}

void sysmmu_flush_entry(struct sysmmu *mmu, uint32_t va)
{
	note_inv(mmu, va & (uint32_t)ARMDMA_PAGE_MASK, ARMDMA_PAGE_SIZE,
		 sysmmu_tlb_invalidate(&mmu->tlb, va >> ARMDMA_PAGE_SHIFT));
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

/* ---- Life -------------------------------------------------------------- */

int sysmmu_create(struct armdma_hw *hw, const struct armdma_sysmmu_config *cfg, struct sysmmu **out)
{
	const struct sysmmu_variant *variant = sysmmu_variant(cfg->version);
	struct mmio_region region = {
		.base = cfg->reg_base,
		.size = ARMDMA_SYSMMU_REG_SIZE,
		.read = sysmmu_reg_read,
		.write = sysmmu_reg_write,
	};
	struct sysmmu *mmu;
	int ret;

	*out = NULL;
	if (!variant || cfg->tlb_entries > TLB_MAX_ENTRIES)
		return -EINVAL;
	mmu = calloc(1, sizeof(*mmu));
	if (!mmu)
		return -ENOMEM;
	mmu->port.ops = &port_ops;
	mmu->hw = hw;
	mmu->variant = variant;
	mmu->cfg = *cfg;
	if (!mmu->cfg.tlb_entries)
		mmu->cfg.tlb_entries = variant->tlb_entries;
	mmu->hit_cost[0] = hw->cfg.costs.tlb_hit;
	mmu->hit_cost[1] = hw->cfg.costs.tlb_hit;
	mmu->fetch_mask = variant->fetch - 1;
	ret = sysmmu_tlb_init(&mmu->tlb, mmu->cfg.tlb_entries, variant->l2_tlb);
	if (ret)
		goto fail;
	sysmmu_regs_reset(mmu);
	region.name = mmu->cfg.name;
	region.ctx = mmu;
	ret = mmio_add(hw, &region);
	if (ret)
		goto fail;
	*out = mmu;
	return 0;
fail:
	sysmmu_tlb_fini(&mmu->tlb);
	free(mmu);
	return ret;
}

void sysmmu_destroy(struct sysmmu *mmu)
{
	if (!mmu)
		return;
	sysmmu_tlb_fini(&mmu->tlb);
	free(mmu);
}

const char *sysmmu_name(const struct sysmmu *mmu)
{
	return mmu->cfg.name;
}

struct bus_port *sysmmu_port(struct sysmmu *mmu)
{
	return &mmu->port;
}

void sysmmu_stats(const struct sysmmu *mmu, struct armdma_hw_stats *st)
{
	const uint64_t *misses = mmu->tlb.l2 ? mmu->l2_misses : mmu->misses;
	uint64_t n = misses[0] + misses[1];

	st->tlb_misses += n;
	st->tlb_hits += mmu->lookups[0] + mmu->lookups[1] - n;
	st->walks += mmu->walks;
	st->walk_reads += mmu->walk_reads;
	st->tlb_invalidations += mmu->invalidations;
	st->faults += mmu->faults;
}
