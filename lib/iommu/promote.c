/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Larger pages after the fact: sixteen small pages that lie like a large one become one, and a MiB full of
 * such pages becomes a section.
 *
 * A TLB may still hold the small entries when a walk brings the large one: two entries match, which is a fault. So
 * units are blocked from before the first word changes until the old entries are invalidated; where that cannot be had, nothing is
 * promoted. The table that a section is made of stays as it is, beside the slot: cutting the section needs no memory.
 */
#include <errno.h>

#include <armdma/hw.h>

#include "lib/iommu/runs.h"

/* Words of a MiB, as one page of the size would write them, starting with word w. */
static bool run_of(const le32 *w, unsigned int n, uint32_t first, uint32_t step)
{
	for (unsigned int i = 0; i < n; i++) {
		if (from_le32(w[i]) != first + i * step)
			return false;
	}
	return true;
}

/* Sixteen small words that one large page could replace. */
static bool can_be_large(const struct armdma_domain *d, const le32 *w)
{
	uint32_t first = from_le32(w[0]);

	return l2_is_small(first) && !(format_pa(d->format, first, SIZE_4K) & (SZ_64K - 1)) &&
	       format_prot(d->format, first, SIZE_4K) && run_of(w, COPIES, first, (uint32_t)(SZ_4K >> d->shift));
}

static void make_large(struct armdma_domain *d, struct l2_table *t, unsigned int idx)
{
	uint32_t w = from_le32(t->words[idx]);
	unsigned int prot = format_prot(d->format, w, SIZE_4K);
	uint32_t pa = w & format_address_mask(d->format, SIZE_4K);

	run_fill(t->words + idx, COPIES, pa | d->format->bits[SIZE_64K][prot], 0);
	t->large = (uint16_t)(t->large + COPIES);
	d->st.entries[SIZE_4K] -= COPIES;
	d->st.entries[SIZE_64K]++;
	d->st.maps -= COPIES - 1;	/* so many entries went without an unmap */
	d->st.promotions++;
}

/* A table of sixteen large pages that one section could replace. */
static bool can_be_section(const struct armdma_domain *d, const struct l2_table *t)
{
	uint32_t first = from_le32(t->words[0]);

	if (t->large != L2_ENTRIES || (format_pa(d->format, first, SIZE_64K) & (SZ_1M - 1)))
		return false;
	for (unsigned int i = 0; i < COPIES; i++) {
		if (from_le32(t->words[i * COPIES]) != first + i * (uint32_t)(SZ_64K >> d->shift))
			return false;
	}
	return true;
}

static void make_section(struct armdma_domain *d, unsigned int s)
{
	uint32_t w = from_le32(d->l2[s].words[0]);
	unsigned int prot = format_prot(d->format, w, SIZE_64K);

	d->l1[s] = to_le32((w & format_address_mask(d->format, SIZE_64K)) | d->format->bits[SIZE_1M][prot]);
	d->parked[s / 64] |= 1ull << (s % 64);
	d->st.entries[SIZE_64K] -= COPIES;
	d->st.entries[SIZE_1M]++;
	d->st.maps -= COPIES - 1;
	d->st.promotions++;
}

struct change {
	struct armdma_domain *d;
	struct clean_run l1, l2;
	struct tlb_batch gone;
	bool stopped, failed;
};

static void change_start(struct change *c, struct armdma_domain *d)
{
	c->d = d;
	c->l1.len = c->l2.len = 0;
	batch_init(&c->gone);
	c->stopped = c->failed = false;
}

/* Units are stopped for the first change that is found, not before. */
static bool change_stopped(struct change *c)
{
	if (!c->stopped && !c->failed) {
		c->stopped = !domain_stop(c->d);
		c->failed = !c->stopped;
	}
	return c->stopped;
}

static void change_note(struct change *c, uint64_t iova, uint64_t len, uint32_t page)
{
	for (uint64_t at = iova; at < iova + len; at += page)
		batch_add(&c->gone, (uint32_t)at, page);
	batch_span(&c->gone, iova, iova + len);
}

static void change_end(struct change *c)
{
	clean_flush(c->d->m->hw, &c->l2);
	clean_flush(c->d->m->hw, &c->l1);
	if (c->gone.entries)
		domain_invalidate(c->d, &c->gone, c->gone.first, c->gone.end - c->gone.first);
	if (c->stopped)
		domain_go(c->d);
}

/* The large pages that touch [from, to) of a MiB. */
static bool promote_table(struct change *c, unsigned int s, unsigned int from, unsigned int to)
{
	struct armdma_domain *d = c->d;
	struct l2_table *t = &d->l2[s];

	for (unsigned int i = from & ~(COPIES - 1); i < to; i += COPIES) {
		uint64_t iova = ((uint64_t)s << 20) + i * SZ_4K;

		if (!can_be_large(d, t->words + i))
			continue;
		if (!change_stopped(c))
			return false;
		make_large(d, t, i);
		clean_add(d->m->hw, &c->l2, table_pa(t) + i * 4u, COPIES * 4u);
		change_note(c, iova, SZ_64K, (uint32_t)SZ_4K);
	}
	return true;
}

void promote_range(struct armdma_domain *d, uint64_t iova, uint64_t end)
{
	struct change c;

	if (!(d->pgsizes & SZ_64K))
		return;
	change_start(&c, d);
	for (uint64_t at = iova, stop; at < end; at = stop) {
		unsigned int s = (unsigned int)(at >> 20), first = ARMDMA_SYSMMU_L2_INDEX(at);

		stop = (at | (SZ_1M - 1)) + 1;
		if (!table_linked(d, s))
			continue;
		if (!promote_table(&c, s, first, stop < end ? L2_ENTRIES : ARMDMA_SYSMMU_L2_INDEX(end - 1) + 1))
			break;
		if (!(d->pgsizes & SZ_1M) || !can_be_section(d, &d->l2[s]) || !change_stopped(&c))
			continue;
		/* Large entries of this MiB may be cached from before: they go as well. */
		change_note(&c, (uint64_t)s << 20, SZ_1M, (uint32_t)SZ_64K);
		make_section(d, s);
		clean_add(d->m->hw, &c.l1, d->l1_pa + s * 4u, 4);
	}
	change_end(&c);
}

/* ---- Cutting ---------------------------------------------------------------- */

static void cut_section(struct change *c, unsigned int s)
{
	struct armdma_domain *d = c->d;

	change_stopped(c);
	d->l1[s] = to_le32(format_pointer(d->format, table_pa(&d->l2[s])));
	d->parked[s / 64] &= ~(1ull << (s % 64));
	clean_add(d->m->hw, &c->l1, d->l1_pa + s * 4u, 4);
	change_note(c, (uint64_t)s << 20, SZ_1M, (uint32_t)SZ_1M);
	d->st.entries[SIZE_1M]--;
	d->st.entries[SIZE_64K] += COPIES;
	d->st.maps += COPIES - 1;
	d->st.cuts++;
}

static void cut_large(struct change *c, unsigned int s, unsigned int idx)
{
	struct armdma_domain *d = c->d;
	struct l2_table *t = &d->l2[s];
	uint32_t w = from_le32(t->words[idx]);
	unsigned int prot = format_prot(d->format, w, SIZE_64K);

	change_stopped(c);
	run_fill(t->words + idx, COPIES, (w & format_address_mask(d->format, SIZE_64K)) | d->small[prot],
		 (uint32_t)(SZ_4K >> d->shift));
	t->large = (uint16_t)(t->large - COPIES);
	clean_add(d->m->hw, &c->l2, table_pa(t) + idx * 4u, COPIES * 4u);
	change_note(c, ((uint64_t)s << 20) + idx * SZ_4K, SZ_64K, (uint32_t)SZ_64K);
	d->st.entries[SIZE_64K]--;
	d->st.entries[SIZE_4K] += COPIES;
	d->st.maps += COPIES - 1;
	d->st.cuts++;
}

/* What has an edge of the range inside: a MiB with its table put aside, or a large page. */
static void cut_at(struct change *c, uint64_t edge)
{
	unsigned int s = (unsigned int)(edge >> 20), idx = ARMDMA_SYSMMU_L2_INDEX(edge) & ~(COPIES - 1);

	if (edge >= SZ_4G)
		return;
	if (edge & (SZ_1M - 1) && slot_parked(c->d, s))
		cut_section(c, s);
	if (edge & (SZ_64K - 1) && table_linked(c->d, s) && l2_is_large(from_le32(c->d->l2[s].words[idx])))
		cut_large(c, s, idx);
}

/* Where units do not stop they are flushed while they run, and again when they stop: an unmap cannot fail. */
void promote_cut(struct armdma_domain *d, uint64_t iova, uint64_t end)
{
	struct change c;

	change_start(&c, d);
	cut_at(&c, iova);
	cut_at(&c, end);
	change_end(&c);
}

int armdma_domain_set_promote(struct armdma_domain *d, bool on)
{
	MACHINE_ENTER(d->m);

	/* A section without the table that it was made of cannot be cut; one with it cannot be had otherwise. */
	if (on != d->promote && (d->st.entries[SIZE_1M] || d->st.entries[SIZE_2M] || d->st.entries[SIZE_16M]))
		return -EINVAL;
	d->promote = on;
	domain_set_slow(d);
	return 0;
}
