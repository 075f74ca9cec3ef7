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

/* One look-up: what it is about and what it has cost so far. */
struct lookup {
	const struct bus_xfer *x;
	uint32_t va;
	unsigned int beats;
	uint32_t cycles;
	bool write;
	unsigned int tlb;	/* number */
};

/* Every look-up is counted before it uses an entry, so their number orders the uses. */
static inline uint64_t time_of_use(const struct sysmmu *mmu)
{
	return mmu->lookups[0] + mmu->lookups[1];
}

/* ---- Filling ------------------------------------------------------------- */

static void emit_fill(struct sysmmu *mmu, const struct tlb_page *page)
{
	struct armdma_event ev = {
		.type = ARMDMA_EV_TLB_FILL,
		.who = mmu->cfg.name,
		.addr = (uint64_t)page->vpn << ARMDMA_PAGE_SHIFT,
		.pa = page->pa,
		.len = 1ULL << tlb_size_shift(page->size),
	};

	if (armdma_event_on(&mmu->hw->ev.pub, ARMDMA_EV_TLB_FILL))
		armdma_event_emit(&mmu->hw->ev.pub, &ev);
}

static struct tlb_page page_of(uint32_t va, uint64_t found)
{
	unsigned int size = walk_size(found);

	return (struct tlb_page){
		.vpn = (va >> ARMDMA_PAGE_SHIFT) & ~((1u << tlb_size_order(size)) - 1),
		.pa = walk_pa(found),
		.size = (uint8_t)size,
		.prot = (uint8_t)walk_prot(found),
	};
}

static bool match_covers(const struct tlb_match *m, bool write, uint16_t id, uint32_t va)
{
	if (!(m->cfg >> (write ? 9 : 8) & 1))
		return false;
	if (m->last)
		return va >= m->first && va <= m->last;
	return !((id ^ m->id) & m->cfg >> 16);
}

unsigned int sysmmu_choose_tlb(const struct sysmmu *mmu, bool write, uint16_t id, uint32_t va)
{
	unsigned int rest = 0;

	for (unsigned int n = mmu->nr_tlbs; n-- > 0;) {
		if (match_covers(&mmu->match[n], write, id, va))
			return n;
		if (!(mmu->match[n].cfg >> 8 & 3))
			rest = n;
	}
	return rest;
}

/*
 * 7.0: a private way serves what it matches (bit 0 on, bit 4 by ID, else by address, 9:8 channels), the public ones the
 * rest.
 */
static uint64_t ways_for(const struct sysmmu *mmu, bool write, uint16_t id, uint32_t va)
{
	uint64_t mine = 0, private = 0;

	for (unsigned int n = 0; n < SYSMMU_MAX_PRIVATE_WAYS; n++) {
		const struct tlb_match *w = &mmu->private_way[n];

		if (!(w->cfg & 1))
			continue;
		private |= 1ULL << n;
		if (w->cfg >> 8 & 3 && !(w->cfg >> (write ? 9 : 8) & 1))
			continue;
		if (w->cfg & 1u << 4 ? id == (w->id & 0xFFFF) : va >= w->first && va <= w->last)
			mine |= 1ULL << n;
	}
	return mine ? mine : ~private;
}

/* The other pages of a line of four came with the same fetch; invalid ones are left out. */
static void fill_line(struct sysmmu *mmu, struct tlb *t, uint32_t va, uint64_t found, uint64_t allowed)
{
	uint32_t first = va & ~(4 * (uint32_t)ARMDMA_PAGE_SIZE - 1);

	for (unsigned int i = 0; i < t->line; i++) {
		uint32_t at = first + i * (uint32_t)ARMDMA_PAGE_SIZE;
		uint64_t answer = found;
		struct tlb_page page;

		if ((at ^ va) < ARMDMA_PAGE_SIZE)
			continue;
		if (walk_size(found) < TLB_1M)
			answer = sysmmu_decode_level2(mmu,
				sysmmu_line_word(mmu, ARMDMA_SYSMMU_L2_INDEX(at) % 16), 0);
		if (walk_result(answer) != WALK_OK)
			continue;
		page = page_of(at, answer);
		sysmmu_tlb_fill(t, &page, at, allowed, 0);
		emit_fill(mmu, &page);
	}
}

unsigned int sysmmu_fill(struct sysmmu *mmu, unsigned int tlb, bool write, uint16_t id, uint32_t va,
			 uint64_t found)
{
	struct tlb *t = sysmmu_tlb(mmu, tlb);
	struct tlb_page page = page_of(va, found);
	uint64_t allowed = ~0ULL;
	unsigned int slot;

	if (mmu->variant->private_ways)
		allowed = ways_for(mmu, write, id, va);
	slot = sysmmu_tlb_fill(t, &page, va, allowed, time_of_use(mmu));
	if (t->line > 1)
		fill_line(mmu, t, va, found, allowed);
	if (mmu->tlb2_on)
		sysmmu_tlb2_fill(mmu->tlb2, va >> ARMDMA_PAGE_SHIFT, &page);
	emit_fill(mmu, &page);
	return slot;
}

/* The first level missed, ask the second. */
__attribute__((noinline))
static unsigned int refill_from_l2(struct sysmmu *mmu, struct lookup *l)
{
	struct tlb_page page;
	unsigned int n = sysmmu_tlb2_find(mmu->tlb2, l->va >> ARMDMA_PAGE_SHIFT, &page);

	l->cycles += mmu->hw->cfg.costs.tlb_l2_hit;
	if (n > 1)
		return TLB_SEVERAL;
	if (n)
		return sysmmu_tlb_fill(&mmu->tlb, &page, l->va, ~0ULL, time_of_use(mmu));
	mmu->l2_misses[l->write]++;
	return TLB_NONE;
}

/* ---- Faults ---------------------------------------------------------------- */

__attribute__((noinline))
static enum bus_verdict fault(struct sysmmu *mmu, const struct lookup *l, enum fault_kind kind)
{
	return sysmmu_fault(mmu, l->x, l->va, l->beats, kind);
}

static enum fault_kind kind_of(uint64_t found)
{
	return walk_result(found) == WALK_INVALID ? FAULT_PAGE : FAULT_BUS;
}

/* ---- The walker's time ------------------------------------------------------- */

/* A walk waits for the one before it, and for an invalidation that runs. */
__attribute__((noinline))
static uint32_t wait_for_walker(struct sysmmu *mmu, bool write)
{
	bool own = mmu->variant->walkers > 1 && write;
	uint64_t now = mmu->hw->clk.now, until = mmu->walk_until[own];

	if (mmu->prefetch_until[own] > now) {
		mmu->prefetch_blocks[write]++;
		mmu->prefetch_cycles[write] += mmu->prefetch_until[own] - now;
	}
	if (mmu->flush_until > until)
		until = mmu->flush_until;
	return until > now ? (uint32_t)(until - now) : 0;
}

static inline void account_walk(struct sysmmu *mmu, struct lookup *l, uint64_t found)
{
	const struct armdma_costs *costs = &mmu->hw->cfg.costs;
	bool own = mmu->variant->walkers > 1 && l->write;
	uint64_t now = mmu->hw->clk.now;

	mmu->walks++;
	mmu->walk_reads += walk_reads(found);
	if (__builtin_expect(mmu->walk_until[own] > now || mmu->flush_until > now, 0))
		l->cycles += wait_for_walker(mmu, l->write);
	l->cycles += walk_reads(found) * costs->mem_read;
	if (mmu->flpd_on && mmu->flpd_hit)
		l->cycles += costs->flpd_hit;
	if (mmu->walk_until[own] < now + l->cycles)
		mmu->walk_until[own] = now + l->cycles;
}

/* ---- Translation --------------------------------------------------------------- */

static inline enum bus_verdict answer(struct sysmmu *mmu, const struct lookup *l, uint64_t pa, uint64_t span,
				      struct bus_translation *tr)
{
	tr->pa = pa;
	tr->span = span;
	tr->cycles = l->cycles;
	tr->hit_cycles = mmu->hit_cost[0];
	return BUS_GO;
}

/* By an entry of the TLB; the cached permissions are checked at every access. */
static inline enum bus_verdict use_entry(struct sysmmu *mmu, const struct lookup *l, unsigned int slot,
					 struct bus_translation *tr)
{
	struct tlb *t = sysmmu_tlb(mmu, l->tlb);
	struct tlb_entry *e = &t->entry[slot];

	e->used = time_of_use(mmu);
	if (__builtin_expect(!e->reach[l->write], 0))
		return fault(mmu, l, FAULT_ACCESS);
	tlb_note(t, l->va, slot);
	return answer(mmu, l, e->pa + (l->va - e->va), tlb_span(t, e, l->va), tr);
}

/* What was found stays outside the TLB: good for this burst alone. */
static enum bus_verdict use_once(struct sysmmu *mmu, const struct lookup *l, uint64_t found,
				 struct bus_translation *tr)
{
	uint32_t offset = l->va & ((1u << tlb_size_shift(walk_size(found))) - 1);

	if (!(walk_prot(found) >> l->write & 1))
		return fault(mmu, l, FAULT_ACCESS);
	return answer(mmu, l, walk_pa(found) + offset, 0, tr);
}

/* 7.2 and later: the line behind (or, with bit 2, before) the one that missed, if TLB_CFG asks for it. */
static void fetch_next_line(struct sysmmu *mmu, const struct lookup *l)
{
	uint32_t line = 4 * (uint32_t)ARMDMA_PAGE_SIZE, cfg = mmu->tlb_cfg[l->tlb];
	uint32_t next = cfg & 1u << 2 ? l->va - line : l->va + line;
	struct tlb *t = sysmmu_tlb(mmu, l->tlb);
	bool own = mmu->variant->walkers > 1 && l->write;
	uint64_t found;

	if (!(cfg & ARMDMA_SYSMMU_V7_TLB_CFG_PREFETCH) || tlb_find(t, next) != TLB_NONE)
		return;
	found = sysmmu_walk(mmu, next, l->write);
	mmu->walk_reads += walk_reads(found);
	mmu->walk_until[own] += (uint64_t)walk_reads(found) * mmu->hw->cfg.costs.mem_read;
	mmu->prefetch_until[own] = mmu->walk_until[own];
	if (walk_result(found) == WALK_OK)
		sysmmu_fill(mmu, l->tlb, l->write, l->x->id, next, found);
}

/* Everything beyond one plain walk: second level, prefetch buffers, several TLBs. */
__attribute__((noinline))
static enum bus_verdict search_further(struct sysmmu *mmu, struct lookup *l, struct bus_translation *tr)
{
	enum pb_result pb = PB_NOBODY;
	bool fills_tlb = true;
	unsigned int slot = TLB_NONE;
	uint64_t found = 0;

	if (mmu->tlb2_on)
		slot = refill_from_l2(mmu, l);
	if (slot == TLB_SEVERAL)
		return fault(mmu, l, FAULT_MULTI_HIT);
	if (slot != TLB_NONE)
		return use_entry(mmu, l, slot, tr);
	if (mmu->pb.on)
		pb = sysmmu_pb_translate(mmu, l->write, l->x->id, l->va, &found, &fills_tlb, &l->cycles);
	if (pb == PB_NOBODY)
		found = sysmmu_walk(mmu, l->va, l->write);
	if (pb != PB_HIT)
		account_walk(mmu, l, found);
	if (pb != PB_NOBODY)
		sysmmu_pb_run_ahead(mmu, l->write);
	if (walk_result(found) != WALK_OK)
		return fault(mmu, l, kind_of(found));
	if (!fills_tlb)
		return use_once(mmu, l, found, tr);
	l->cycles += pb == PB_HIT;	/* of the TLB's update */
	slot = sysmmu_fill(mmu, l->tlb, l->write, l->x->id, l->va, found);
	if (mmu->variant->max_tlbs)
		fetch_next_line(mmu, l);
	return use_entry(mmu, l, slot, tr);
}

/* The first look did not tell: search the TLB, then the tables. */
__attribute__((noinline))
static enum bus_verdict search(struct sysmmu *mmu, const struct bus_xfer *x, uint32_t va,
			       unsigned int beats, struct bus_translation *tr)
{
	struct lookup l = {
		.x = x, .va = va, .beats = beats, .cycles = mmu->hit_cost[0], .write = x->write,
	};
	unsigned int slot;
	uint64_t found;

	if (__builtin_expect(mmu->nr_tlbs > 1, 0))
		l.tlb = sysmmu_choose_tlb(mmu, x->write, x->id, va);
	slot = tlb_find(sysmmu_tlb(mmu, l.tlb), va);
	mmu->lookups[x->write]++;
	if (__builtin_expect(slot == TLB_SEVERAL, 0))
		return fault(mmu, &l, FAULT_MULTI_HIT);
	if (slot != TLB_NONE)
		return use_entry(mmu, &l, slot, tr);
	mmu->misses[x->write]++;
	if (__builtin_expect(!mmu->plain_fill, 0))
		return search_further(mmu, &l, tr);
	found = sysmmu_walk(mmu, va, x->write);
	account_walk(mmu, &l, found);
	if (__builtin_expect(walk_result(found) != WALK_OK, 0))
		return fault(mmu, &l, kind_of(found));
	if (__builtin_expect(walk_size(found) != TLB_4K ||
			     armdma_event_on(&mmu->hw->ev.pub, ARMDMA_EV_TLB_FILL) ||
			     !tlb_replace_small(&mmu->tlb, va, walk_pa(found), walk_prot(found),
						time_of_use(mmu)), 0))
		return use_entry(mmu, &l, sysmmu_fill(mmu, 0, x->write, x->id, va, found), tr);
	if (__builtin_expect(!(walk_prot(found) >> x->write & SYSMMU_MAY_READ), 0))
		return fault(mmu, &l, FAULT_ACCESS);
	return answer(mmu, &l, walk_pa(found) | (va & (ARMDMA_PAGE_SIZE - 1)),
		      ARMDMA_PAGE_SIZE - (va & (ARMDMA_PAGE_SIZE - 1)), tr);
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

/* A unit that is stopped or off, has secure pages, or holds a transaction for good. */
__attribute__((noinline))
static enum bus_verdict unusual(struct sysmmu *mmu, const struct bus_xfer *x, uint32_t va,
				unsigned int beats, struct bus_translation *tr)
{
	enum bus_verdict verdict;

	if (sysmmu_blocked(mmu) || mmu->power.clock_off || mmu->power.power_off || mmu->dead[x->write] == x)
		return BUS_HOLD;
	/* A fault stops the unit, but what the other channel asked in the same cycle was looked up, too. */
	if (mmu->faulted && (mmu->held[x->write] || mmu->hw->clk.now != mmu->fault_time))
		return BUS_HOLD;
	if (!sysmmu_enabled(mmu)) {
		tr->pa = va;
		tr->span = (1ULL << 32) - va;
		tr->cycles = 0;
		tr->hit_cycles = 0;
		return BUS_GO;
	}
	if (is_secure(mmu, va))
		return sysmmu_fault(mmu, x, va, beats, FAULT_SECURITY);
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

	if (sysmmu_enabled(mmu))
		mmu->lookups[x->write] += n;
}

static void port_forget(struct bus_port *port, const struct bus_xfer *x)
{
	struct sysmmu *mmu = unit_of(port);

	if (mmu->held[x->write] == x)
		mmu->held[x->write] = NULL;
	if (mmu->dead[x->write] != x)
		return;
	mmu->dead[x->write] = NULL;
	sysmmu_update(mmu);
}

static const struct bus_port_ops port_ops = {
	.translate = port_translate,
	.repeat = port_repeat,
	.forget = port_forget,
};

void sysmmu_emulate(struct sysmmu *mmu, uint32_t va, bool write, uint16_t id)
{
	const struct armdma_costs *costs = &mmu->hw->cfg.costs;
	unsigned int tlb = sysmmu_choose_tlb(mmu, write, id, va), slot;
	uint64_t found;

	slot = tlb_find(sysmmu_tlb(mmu, tlb), va);
	mmu->lookups[write]++;
	mmu->emu_until = mmu->hw->clk.now + costs->tlb_hit;
	if (slot == TLB_NONE) {
		mmu->misses[write]++;
		found = sysmmu_walk(mmu, va, write);
		mmu->walks++;
		mmu->walk_reads += walk_reads(found);
		mmu->emu_until += (uint64_t)walk_reads(found) * costs->mem_read;
		if (walk_result(found) != WALK_OK) {
			sysmmu_emulated_fault(mmu, write, id, va, kind_of(found));
			return;
		}
		slot = sysmmu_fill(mmu, tlb, write, id, va, found);
	}
	if (!sysmmu_tlb(mmu, tlb)->entry[slot].reach[write])
		sysmmu_emulated_fault(mmu, write, id, va, FAULT_ACCESS);
}

/* ---- Life -------------------------------------------------------------- */

static void describe(struct sysmmu *mmu)
{
	const struct sysmmu_variant *v = mmu->variant;
	struct armdma_sysmmu_config *c = &mmu->cfg;

	if (!c->tlb_entries)
		c->tlb_entries = v->tlb_entries;
	if (!c->tlb_sets)
		c->tlb_sets = c->tlb_entries % v->tlb_sets ? 1 : v->tlb_sets;
	if (!c->tlb2_sets) {
		c->tlb2_sets = v->tlb2_sets;
		c->tlb2_ways = v->tlb2_ways;
	}
	mmu->nr_tlbs = c->nr_tlbs ? c->nr_tlbs : 1;
	mmu->format = *v->format;
	mmu->errata = v->errata & ~c->errata_off;
	mmu->pa_mask = ARMDMA_BIT_MASK(c->addr_bits ? c->addr_bits : v->addr_bits);
	mmu->fetch_mask = v->fetch - 1u;
	mmu->flpd.nr = c->flpd_entries ? c->flpd_entries : 4;
	memset(mmu->flpd.entry, 0, mmu->flpd.nr * sizeof(mmu->flpd.entry[0]));
	mmu->flpd.speculative = mmu->errata & ARMDMA_SYSMMU_ERRATUM_SPECULATIVE_FLPD;
	mmu->pb.nr = c->prefetch_buffers ? c->prefetch_buffers : v->nr_pbs;
	mmu->hit_cost[0] = mmu->hw->cfg.costs.tlb_hit;
	mmu->hit_cost[1] = mmu->hw->cfg.costs.tlb_hit;
}

static int create_tlbs(struct sysmmu *mmu)
{
	const struct armdma_sysmmu_config *c = &mmu->cfg;
	uint64_t seed = mmu->hw->cfg.seed;

	for (unsigned int n = 0; n < mmu->nr_tlbs; n++) {
		if (n) {
			mmu->more_tlbs[n - 1] = calloc(1, sizeof(struct tlb));
			if (!mmu->more_tlbs[n - 1])
				return -ENOMEM;
		}
		sysmmu_tlb_init(sysmmu_tlb(mmu, n), c->tlb_sets, c->tlb_entries / c->tlb_sets,
				mmu->variant->line, seed + n);
	}
	if (!c->tlb2_sets)
		return 0;
	mmu->tlb2 = sysmmu_tlb2_new(c->tlb2_sets, c->tlb2_ways, mmu->variant->tlb2_one_set, seed);
	return mmu->tlb2 ? 0 : -ENOMEM;
}

/* A board has many units, which are cleared for each test: not the slots that none of them has. */
static struct sysmmu *new_unit(void)
{
	struct sysmmu *mmu = malloc(sizeof(*mmu));
	char *entries, *behind, *flpds, *end;

	if (!mmu)
		return NULL;
	entries = (char *)mmu->tlb.entry;
	behind = (char *)(&mmu->tlb + 1);
	flpds = (char *)mmu->flpd.entry;
	end = (char *)(mmu + 1);
	memset(mmu, 0, (size_t)(entries - (char *)mmu));
	memset(behind, 0, (size_t)(flpds - behind));
	memset(flpds + sizeof(mmu->flpd.entry), 0, (size_t)(end - flpds) - sizeof(mmu->flpd.entry));
	return mmu;
}

int sysmmu_create(struct armdma_hw *hw, const struct armdma_sysmmu_config *cfg, struct sysmmu **out)
{
	struct mmio_region region = { .read = sysmmu_reg_read, .write = sysmmu_reg_write };
	struct sysmmu *mmu;
	int ret;

	*out = NULL;
	ret = sysmmu_check(cfg, NULL);
	if (ret)
		return ret;
	mmu = new_unit();
	if (!mmu)
		return -ENOMEM;
	mmu->port.ops = &port_ops;
	mmu->hw = hw;
	mmu->variant = sysmmu_variant(cfg->version);
	mmu->cfg = *cfg;
	describe(mmu);
	sysmmu_direct_init(mmu);
	sysmmu_faults_init(mmu);
	ret = create_tlbs(mmu);
	if (ret)
		goto fail;
	sysmmu_regs_reset(mmu);
	region.base = cfg->reg_base;
	region.size = mmu->variant->reg_size;
	region.name = mmu->cfg.name;
	region.ctx = mmu;
	region.power = &mmu->power;
	ret = mmio_add(hw, &region);
	if (ret)
		goto fail;
	*out = mmu;
	return 0;
fail:
	sysmmu_destroy(mmu);
	return ret;
}

void sysmmu_destroy(struct sysmmu *mmu)
{
	if (!mmu)
		return;
	sysmmu_direct_reset(mmu);
	for (unsigned int n = 1; n < mmu->nr_tlbs; n++)
		free(mmu->more_tlbs[n - 1]);
	sysmmu_tlb2_free(mmu->tlb2);
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
	const uint64_t *misses = mmu->tlb2_on ? mmu->l2_misses : mmu->misses;
	uint64_t n = misses[0] + misses[1];

	st->tlb_misses += n;
	st->tlb_hits += mmu->lookups[0] + mmu->lookups[1] - n;
	st->walks += mmu->walks;
	st->walk_reads += mmu->walk_reads;
	st->tlb_invalidations += mmu->invalidations;
	st->faults += mmu->faults;
	st->flpd_hits += mmu->flpd_hits[0] + mmu->flpd_hits[1];
	st->flpd_misses += mmu->flpd_misses[0] + mmu->flpd_misses[1];
	st->pb_lookups += mmu->pb_lookups[0] + mmu->pb_lookups[1];
	st->pb_misses += mmu->pb_misses[0] + mmu->pb_misses[1];
}
