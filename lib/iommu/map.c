/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mapping a range into the tables.
 *
 * In four passes over the range, so that nothing has to be undone: check that all of it
 * is free, take the level-2 tables that are missing, write level-2 entries, write level-1 entries. Only the second
 * pass can fail, and by then no word of a live table has changed. Each pass cleans what it wrote before the next
 * begins: DRAM never holds a pointer to a table whose entries are still in a cache.
 */
#include <errno.h>

#include <armdma/hw.h>

#include "lib/iommu/runs.h"

/* A piece of the range that is mapped in one way. */
struct part {
	uint64_t iova, pa, end;	/* end: of the IOVA range */
};

/*
 * The range as at most three pieces: sections where both addresses have the same place in them, and what lies before and
 * behind as level-2 entries. Largest size first, one entry at a time, comes to the same.
 */
struct plan {
	struct part head, sections, tail;
};

static inline unsigned int slot_of(uint64_t iova)
{
	return (unsigned int)(iova >> 20);
}

static inline unsigned int l2_index(uint64_t iova)
{
	return (unsigned int)(iova >> 12) & (L2_ENTRIES - 1);
}

static void make_plan(const struct armdma_domain *d, struct plan *p, uint64_t iova, uint64_t pa,
		      uint64_t end)
{
	uint64_t unit = (d->pgsizes & SZ_1M) ? SZ_1M : SZ_16M;
	uint64_t first = (iova + unit - 1) & ~(unit - 1), stop = end & ~(unit - 1);

	if (!(d->pgsizes & unit) || ((iova ^ pa) & (unit - 1)) || first >= stop)
		first = stop = end;
	p->head = (struct part){ iova, pa, first };
	p->sections = (struct part){ first, pa + (first - iova), stop };
	p->tail = (struct part){ stop, pa + (stop - iova), end };
}

/* The first MiB of what is left of a piece; false at its end. */
static inline bool next_mib(struct part *left, struct part *mib)
{
	uint64_t stop = (left->iova | (SZ_1M - 1)) + 1;

	if (left->iova >= left->end)
		return false;
	*mib = *left;
	if (stop < left->end)
		mib->end = stop;
	left->pa += mib->end - left->iova;
	left->iova = mib->end;
	return true;
}

static inline unsigned int pages_of(const struct part *p)
{
	return (unsigned int)((p->end - p->iova) >> ARMDMA_PAGE_SHIFT);
}

static bool pages_free(const struct armdma_domain *d, struct part left)
{
	struct part mib;

	while (next_mib(&left, &mib)) {
		unsigned int s = slot_of(mib.iova);
		const struct l2_table *t = &d->l2[s];
		uint32_t w = from_le32(d->l1[s]);

		if (w && !l1_is_pointer(w))
			return false;
		if (w && t->used && !run_empty(t->words + l2_index(mib.iova), pages_of(&mib)))
			return false;
	}
	return true;
}

/* Sections may take the place of tables that are empty. */
static bool slots_free(const struct armdma_domain *d, const struct part *p)
{
	unsigned int s = slot_of(p->iova), n = slot_of(p->end - p->iova);

	if (run_empty(d->l1 + s, n))
		return true;
	for (; n--; s++) {
		uint32_t w = from_le32(d->l1[s]);

		if (w && !(l1_is_pointer(w) && !d->l2[s].used))
			return false;
	}
	return true;
}

/* A table that no level-1 entry points to yet: taken by the call in progress. */
static inline bool table_is_new(const struct armdma_domain *d, unsigned int s)
{
	return d->l2[s].words && !d->l1[s];
}

static void give_tables_back(struct armdma_domain *d, const struct part *p)
{
	if (p->iova == p->end)
		return;
	for (unsigned int s = slot_of(p->end - 1) + 1; s-- > slot_of(p->iova);) {
		if (!table_is_new(d, s))
			continue;
		arena_free(d->m, &d->l2[s], d->homes[s]);
		d->st.l2_tables--;
	}
}

static int take_tables(struct armdma_domain *d, struct part left)
{
	struct part mib;

	while (next_mib(&left, &mib)) {
		unsigned int s = slot_of(mib.iova);

		if (d->l2[s].words)
			continue;
		if (arena_alloc(d->m, &d->l2[s], &d->homes[s]))
			return -ENOMEM;
		d->st.l2_tables++;
	}
	return 0;
}

/* Pieces of 64 KiB and more that lie in one MiB, with the same place in 64 KiB on both sides. */
__attribute__((noinline))
static void write_large(struct armdma_domain *d, struct part p, uint32_t ap)
{
	struct l2_table *t = &d->l2[slot_of(p.iova)];
	le32 *w = t->words + l2_index(p.iova);
	unsigned int n = pages_of(&p), head = -l2_index(p.iova) & (COPIES - 1);
	unsigned int groups = (n - head) / COPIES;
	uint32_t word = (uint32_t)p.pa | ap;

	run_fill(w, head, word | ARMDMA_SYSMMU_L2_SMALL, SZ_4K);
	w += head;
	word += head << ARMDMA_PAGE_SHIFT;
	for (unsigned int i = 0; i < groups; i++, w += COPIES, word += SZ_64K)
		run_fill(w, COPIES, word | ARMDMA_SYSMMU_L2_LARGE, 0);
	run_fill(w, n - head - groups * COPIES, word | ARMDMA_SYSMMU_L2_SMALL, SZ_4K);
	t->used = (uint16_t)(t->used + n);
	t->large = (uint16_t)(t->large + groups * COPIES);
	d->st.entries[SIZE_64K] += groups;
	d->st.entries[SIZE_4K] += n - groups * COPIES;
	d->st.maps += n - groups * COPIES + groups;
}

/* run_fill() for wide hosts. */
RUNS_WIDE static void fill_wide(le32 *w, unsigned int n, uint32_t word)
{
	run_fill(w, n, word, SZ_4K);
}

/* Write the entries of a piece that lies in one MiB, and account for them. */
ARMDMA_INLINE void write_l2(struct armdma_domain *d, const struct part *p, uint32_t ap)
{
	struct l2_table *t = &d->l2[slot_of(p->iova)];
	le32 *w = t->words + l2_index(p->iova);
	uint32_t word = (uint32_t)p->pa | ap | ARMDMA_SYSMMU_L2_SMALL;
	unsigned int n = pages_of(p);

	if (n >= COPIES && (d->pgsizes & SZ_64K) && !((p->iova ^ p->pa) & (SZ_64K - 1))) {
		write_large(d, *p, ap);
		return;
	}
	if (d->wide && n > 2 * COPIES)
		fill_wide(w, n, word);
	else
		run_fill(w, n, word, SZ_4K);
	t->used = (uint16_t)(t->used + n);
	d->st.entries[SIZE_4K] += n;
	d->st.maps += n;
}

static void write_level2(struct armdma_domain *d, struct part left, struct clean_run *run, uint32_t ap)
{
	struct part mib;

	while (next_mib(&left, &mib)) {
		write_l2(d, &mib, ap);
		clean_add(d->m->hw, run, d->l2[slot_of(mib.iova)].pa + l2_index(mib.iova) * 4u,
			  pages_of(&mib) * 4u);
	}
}

static void link_tables(struct armdma_domain *d, const struct part *p, struct clean_run *run)
{
	if (p->iova == p->end)
		return;
	for (unsigned int s = slot_of(p->iova); s <= slot_of(p->end - 1); s++) {
		if (!table_is_new(d, s))
			continue;
		d->l1[s] = to_le32(d->l2[s].pa | ARMDMA_SYSMMU_L1_TABLE);
		clean_add(d->m->hw, run, d->l1_pa + s * 4u, 4);
	}
}

static void write_sections(struct armdma_domain *d, const struct part *p, struct clean_run *run,
			   uint32_t ap)
{
	uint32_t word = (uint32_t)p->pa | ap | ARMDMA_SYSMMU_L1_SECTION;
	unsigned int s = slot_of(p->iova), n = slot_of(p->end - p->iova), head = n, groups = 0;

	if (!n)
		return;
	clean_add(d->m->hw, run, d->l1_pa + s * 4u, n * 4u);
	if (!run_empty(d->l1 + s, n)) {
		for (unsigned int i = s; i < s + n; i++)
			d->retired += d->l1[i] != 0;
	}
	if (n >= COPIES && (d->pgsizes & SZ_16M) && !((p->iova ^ p->pa) & (SZ_16M - 1))) {
		head = -s & (COPIES - 1);
		groups = (n - head) / COPIES;
	}
	run_fill(d->l1 + s, head, word, SZ_1M);
	s += head;
	word += head << 20;
	for (unsigned int i = 0; i < groups; i++, s += COPIES, word += SZ_16M)
		run_fill(d->l1 + s, COPIES, word | ARMDMA_SYSMMU_L1_SUPER_BIT, 0);
	n -= head + groups * COPIES;
	run_fill(d->l1 + s, n, word, SZ_1M);
	d->st.entries[SIZE_16M] += groups;
	d->st.entries[SIZE_1M] += head + n;
	d->st.maps += head + n + groups;
}

/*
 * Sections took the place of tables that had become empty. With no unit running they can go; else they wait for
 * the next flush, so that mapping costs no register access. Units that cache level-1 descriptors (3.2 and later) would
 * go on using the old pointer and fault: there the flush is due now.
 */
static void settle_retired(struct armdma_domain *d, uint64_t iova, uint64_t size)
{
	struct tlb_batch b;

	b.entries = b.nr = 0;
	if (!d->active_units || domain_caches_level1(d))
		domain_invalidate(d, &b, iova, size);
}

__attribute__((noinline))
static void emit_map(struct armdma_domain *d, uint64_t iova, uint64_t pa, uint64_t size,
		     unsigned int prot, int result)
{
	struct armdma_event ev = { .type = ARMDMA_EV_IOMMU_MAP, .addr = iova, .pa = pa, .len = size,
				   .flags = prot, .result = result };

	armdma_event_emit(d->m->ev, &ev);
}

__attribute__((noinline))
static int map_range(struct armdma_domain *d, struct part whole, bool write)
{
	struct clean_run run = { 0, 0 };
	unsigned int retired = d->retired;
	struct plan p;

	make_plan(d, &p, whole.iova, whole.pa, whole.end);
	if (!pages_free(d, p.head) || !slots_free(d, &p.sections) || !pages_free(d, p.tail))
		return -EADDRINUSE;
	if (take_tables(d, p.head) || take_tables(d, p.tail)) {
		give_tables_back(d, &p.tail);
		give_tables_back(d, &p.head);
		return -ENOMEM;
	}
	write_level2(d, p.head, &run, write ? L2_RW : L2_RO);
	write_level2(d, p.tail, &run, write ? L2_RW : L2_RO);
	clean_flush(d->m->hw, &run);
	link_tables(d, &p.head, &run);
	write_sections(d, &p.sections, &run, write ? L1_RW : L1_RO);
	link_tables(d, &p.tail, &run);
	clean_flush(d->m->hw, &run);
	if (d->retired != retired)
		settle_retired(d, whole.iova, whole.end - whole.iova);
	return 0;
}

/* Entries of a level-2 table that is in place. */
static inline int map_part(struct armdma_domain *d, const struct part *p, bool write)
{
	const struct l2_table *t = &d->l2[slot_of(p->iova)];
	unsigned int idx = l2_index(p->iova), n = pages_of(p);

	if (t->used && !run_empty(t->words + idx, n))
		return -EADDRINUSE;
	write_l2(d, p, write ? L2_RW : L2_RO);
	armdma_hw_cache_op(d->m->hw, ARMDMA_CACHE_ALL, ARMDMA_CACHE_CLEAN, t->pa + idx * 4u, n * 4u);
	return 0;
}

/* Every request, with all that there is to check and to tell. */
__attribute__((noinline))
static int map_any(struct armdma_domain *d, armdma_dma_t iova, armdma_phys_t pa, uint64_t size,
		   unsigned int prot)
{
	struct part p = { iova, pa, iova + size };
	bool write = prot & ARMDMA_IOMMU_WRITE;
	unsigned int flags;
	int ret;

	if (!(prot & (ARMDMA_IOMMU_READ | ARMDMA_IOMMU_WRITE)))
		return -EINVAL;
	if (!size || ((iova | pa | size) & (SZ_4K - 1)))
		return -EINVAL;
	if (size > SZ_4G || iova > SZ_4G - size || pa > SZ_4G - size)
		return -EINVAL;
	/* Cleaning lets time pass, and an interrupt handler may map too. */
	flags = armdma_hw_irq_save(d->m->hw);
	if (slot_of(iova) == slot_of(iova + size - 1) && (size < SZ_1M || ((iova ^ pa) & (SZ_1M - 1))) &&
	    l1_is_pointer(from_le32(d->l1[slot_of(iova)])))
		ret = map_part(d, &p, write);
	else
		ret = map_range(d, p, write);
	armdma_hw_irq_restore(d->m->hw, flags);
	if (armdma_event_on(d->m->ev, ARMDMA_EV_IOMMU_MAP))
		emit_map(d, iova, pa, size, prot, ret);
	return ret;
}

/* One page into a table that is in place, with nobody watching, needs no more than this. */
int armdma_iommu_map(struct armdma_domain *d, armdma_dma_t iova, armdma_phys_t pa, uint64_t size,
		     unsigned int prot)
{
	unsigned int s = slot_of(iova), idx = l2_index(iova);
	struct l2_table *t;

	if (size != SZ_4K || ((iova | pa) & ~(SZ_4G - SZ_4K)) ||
	    !(prot & (ARMDMA_IOMMU_READ | ARMDMA_IOMMU_WRITE)) || !l1_is_pointer(from_le32(d->l1[s])) ||
	    d->l2[s].words[idx] || armdma_event_on(d->m->ev, ARMDMA_EV_IOMMU_MAP))
		return map_any(d, iova, pa, size, prot);
	t = &d->l2[s];
	t->words[idx] = to_le32((uint32_t)pa | (prot & ARMDMA_IOMMU_WRITE ? L2_RW : L2_RO) |
				ARMDMA_SYSMMU_L2_SMALL);
	t->used++;
	d->st.entries[SIZE_4K]++;
	d->st.maps++;
	clean_alone(d->m->hw, t->pa + idx * 4u, 4);
	return 0;
}
