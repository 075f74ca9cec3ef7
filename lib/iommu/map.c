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

static void make_plan(struct plan *p, uint64_t iova, uint64_t pa, uint64_t end, uint64_t sizes)
{
	uint64_t sections = sizes & ~(SZ_1M - 1), unit = sections & -sections;
	uint64_t first = (iova + unit - 1) & ~(unit - 1), stop = end & ~(unit - 1);

	if (!unit || ((iova ^ pa) & (unit - 1)) || first >= stop)
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

		if (d->l1[s] == d->empty)
			continue;
		if (!l1_is_pointer(from_le32(d->l1[s])))
			return false;
		if (t->used && !run_empty(t->words + l2_index(mib.iova), pages_of(&mib)))
			return false;
	}
	return true;
}

/* Sections may take the place of tables that are empty. */
static bool slots_free(const struct armdma_domain *d, const struct part *p)
{
	unsigned int s = slot_of(p->iova), n = slot_of(p->end - p->iova);

	if (run_is(d->l1 + s, n, d->empty))
		return true;
	for (; n--; s++) {
		if (d->l1[s] != d->empty && !(l1_is_pointer(from_le32(d->l1[s])) && !d->l2[s].used))
			return false;
	}
	return true;
}

/* A table that no level-1 entry points to yet: taken by the call in progress. */
static inline bool table_is_new(const struct armdma_domain *d, unsigned int s)
{
	return d->l2[s].words && d->l1[s] == d->empty;
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
		if (arena_alloc(d->m, d->format->pa_end, &d->l2[s], &d->homes[s]))
			return -ENOMEM;
		d->st.l2_tables++;
	}
	return 0;
}

/* Pieces of 64 KiB and more that lie in one MiB, with the same place in 64 KiB on both sides. */
__attribute__((noinline))
static void write_large(struct armdma_domain *d, struct part p, unsigned int prot)
{
	struct l2_table *t = &d->l2[slot_of(p.iova)];
	le32 *w = t->words + l2_index(p.iova);
	unsigned int n = pages_of(&p), head = -l2_index(p.iova) & (COPIES - 1);
	unsigned int groups = (n - head) / COPIES;
	uint32_t at = (uint32_t)(p.pa >> d->shift), step = (uint32_t)(SZ_4K >> d->shift);
	uint32_t large = d->format->bits[SIZE_64K][prot];

	run_fill(w, head, at | d->small[prot], step);
	w += head;
	at += head * step;
	for (unsigned int i = 0; i < groups; i++, w += COPIES, at += COPIES * step)
		run_fill(w, COPIES, at | large, 0);
	run_fill(w, n - head - groups * COPIES, at | d->small[prot], step);
	t->used = (uint16_t)(t->used + n);
	t->large = (uint16_t)(t->large + groups * COPIES);
	d->st.entries[SIZE_64K] += groups;
	d->st.entries[SIZE_4K] += n - groups * COPIES;
	d->st.maps += n - groups * COPIES + groups;
}

/* run_fill() for wide hosts. */
RUNS_WIDE static void fill_wide(le32 *w, unsigned int n, uint32_t word, uint32_t step)
{
	run_fill(w, n, word, step);
}

/* Write the entries of a piece that lies in one MiB, and account for them. */
ARMDMA_INLINE void write_l2(struct armdma_domain *d, const struct part *p, unsigned int prot, uint64_t sizes)
{
	struct l2_table *t = &d->l2[slot_of(p->iova)];
	le32 *w = t->words + l2_index(p->iova);
	uint32_t word = (uint32_t)(p->pa >> d->shift) | d->small[prot], step = (uint32_t)(SZ_4K >> d->shift);
	unsigned int n = pages_of(p);

	if (n >= COPIES && (sizes & SZ_64K) && !((p->iova ^ p->pa) & (SZ_64K - 1))) {
		write_large(d, *p, prot);
		return;
	}
	if (d->wide && n > 2 * COPIES)
		fill_wide(w, n, word, step);
	else
		run_fill(w, n, word, step);
	t->used = (uint16_t)(t->used + n);
	d->st.entries[SIZE_4K] += n;
	d->st.maps += n;
}

static void write_level2(struct armdma_domain *d, struct part left, struct clean_run *run, unsigned int prot,
			 uint64_t sizes)
{
	struct part mib;

	while (next_mib(&left, &mib)) {
		write_l2(d, &mib, prot, sizes);
		clean_add(d->m->hw, run, table_pa(&d->l2[slot_of(mib.iova)]) + l2_index(mib.iova) * 4u,
			  pages_of(&mib) * 4u);
	}
}

static void link_tables(struct armdma_domain *d, const struct part *p, struct clean_run *run,
			struct tlb_batch *linked)
{
	if (p->iova == p->end)
		return;
	for (unsigned int s = slot_of(p->iova); s <= slot_of(p->end - 1); s++) {
		if (!table_is_new(d, s))
			continue;
		d->l1[s] = to_le32(format_pointer(d->format, table_pa(&d->l2[s])));
		clean_add(d->m->hw, run, d->l1_pa + s * 4u, 4);
		batch_add(linked, s << 20, (uint32_t)SZ_4K);
		batch_span(linked, (uint64_t)s << 20, (uint64_t)(s + 1) << 20);
	}
}

/* n level-1 words from slot s on, in pages of at most this size; smaller ones before and behind. */
static void write_pages(struct armdma_domain *d, unsigned int s, unsigned int n, uint64_t pa, unsigned int prot,
			uint64_t sizes, unsigned int size)
{
	unsigned int words = size_words(size), head, pages, step;
	uint32_t word;

	while (size > SIZE_1M && (!(sizes & size_bytes(size)) || n < words ||
				  (((uint64_t)s << 20) ^ pa) & (size_bytes(size) - 1)))
		words = size_words(--size);
	head = -s & (words - 1);
	if (n < head + words) {		/* aligned alike, but no whole page in it */
		write_pages(d, s, n, pa, prot, sizes, size - 1);
		return;
	}
	if (head)
		write_pages(d, s, head, pa, prot, sizes, size - 1);
	s += head;
	n -= head;
	pa += head * SZ_1M;
	pages = n / words;
	word = (uint32_t)(pa >> d->shift) | d->format->bits[size][prot];
	step = (uint32_t)(size_bytes(size) >> d->shift);
	if (words == 1)
		run_fill(d->l1 + s, n, word, step);
	for (unsigned int i = 0; words > 1 && i < pages; i++)
		run_fill(d->l1 + s + i * words, words, word + i * step, 0);
	d->st.entries[size] += pages;
	d->st.maps += pages;
	if (n > pages * words)
		write_pages(d, s + pages * words, n - pages * words, pa + pages * size_bytes(size), prot, sizes,
			    size - 1);
}

static void write_sections(struct armdma_domain *d, const struct part *p, struct clean_run *run, unsigned int prot,
			   uint64_t sizes, struct tlb_batch *linked)
{
	unsigned int s = slot_of(p->iova), n = slot_of(p->end - p->iova);

	if (!n)
		return;
	clean_add(d->m->hw, run, d->l1_pa + s * 4u, n * 4u);
	if (!run_is(d->l1 + s, n, d->empty)) {
		for (unsigned int i = s; i < s + n; i++)
			d->retired += d->l2[i].words != NULL;
	}
	if (d->empty) {
		for (unsigned int i = s; i < s + n; i++)
			batch_add(linked, i << 20, (uint32_t)SZ_4K);
		batch_span(linked, p->iova, p->end);
	}
	write_pages(d, s, n, p->pa, prot, sizes, SIZE_16M);
}

/*
 * What level-1 caches may still hold of the words that were replaced.
 *
 * Sections took the place of tables that had become empty. With no unit running they can go; else they wait for
 * the next flush, so that mapping costs no register access. Units that cache level-1 descriptors (3.2 and later) would
 * go on using the old pointer and fault: there the flush is due now. So it is where the zero link was replaced: it is a valid
 * pointer, which such units cache, and fetch ahead of its use.
 */
static void settle_level1(struct armdma_domain *d, struct tlb_batch *linked, bool retired, uint64_t iova,
			  uint64_t size)
{
	bool caches = d->active_units && domain_caches_level1(d);

	if (retired && (!d->active_units || caches))
		domain_invalidate(d, linked, iova, size);
	else if (linked->entries && caches && d->empty)
		domain_invalidate(d, linked, iova, size);
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
static int map_range(struct armdma_domain *d, struct part whole, unsigned int prot, uint64_t sizes)
{
	struct clean_run run = { 0, 0 };
	unsigned int retired = d->retired;
	struct tlb_batch linked;
	struct plan p;

	batch_init(&linked);
	make_plan(&p, whole.iova, whole.pa, whole.end, sizes);
	if (!pages_free(d, p.head) || !slots_free(d, &p.sections) || !pages_free(d, p.tail))
		return -EADDRINUSE;
	if (take_tables(d, p.head) || take_tables(d, p.tail)) {
		give_tables_back(d, &p.tail);
		give_tables_back(d, &p.head);
		return -ENOMEM;
	}
	write_level2(d, p.head, &run, prot, sizes);
	write_level2(d, p.tail, &run, prot, sizes);
	clean_flush(d->m->hw, &run);
	link_tables(d, &p.head, &run, &linked);
	write_sections(d, &p.sections, &run, prot, sizes, &linked);
	link_tables(d, &p.tail, &run, &linked);
	clean_flush(d->m->hw, &run);
	if (d->retired != retired || (linked.entries && d->empty))
		settle_level1(d, &linked, d->retired != retired, whole.iova, whole.end - whole.iova);
	return 0;
}

/* Entries of a level-2 table that is in place. */
static inline int map_part(struct armdma_domain *d, const struct part *p, unsigned int prot, uint64_t sizes)
{
	const struct l2_table *t = &d->l2[slot_of(p->iova)];
	unsigned int idx = l2_index(p->iova), n = pages_of(p);

	if (t->used && !run_empty(t->words + idx, n))
		return -EADDRINUSE;
	write_l2(d, p, prot, sizes);
	armdma_hw_cache_op(d->m->hw, ARMDMA_CACHE_ALL, ARMDMA_CACHE_CLEAN, table_pa(t) + idx * 4u, n * 4u);
	return 0;
}

static inline bool fits_a_table(const struct armdma_domain *d, const struct part *p, uint64_t sizes)
{
	unsigned int s = slot_of(p->iova);

	return s == slot_of(p->end - 1) && d->l2[s].words && l1_is_pointer(from_le32(d->l1[s])) &&
	       (p->end - p->iova < SZ_1M || !(sizes & SZ_1M) || ((p->iova ^ p->pa) & (SZ_1M - 1)));
}

static int map_slowly(struct armdma_domain *d, struct part p, unsigned int prot, uint64_t sizes)
{
	int ret;

	if (d->lazy.nr)
		lazy_settle(d, p.iova, p.end);
	/* Whatever may have to be cut needs a table: sections come by promotion, with the one that they were made of. */
	ret = map_range(d, p, prot, d->promote ? sizes & (SZ_4K | SZ_64K) : sizes);
	if (!ret && d->promote)
		promote_range(d, p.iova, p.end);
	return ret;
}

/* Every request, with all that there is to check. */
static int map_checked(struct armdma_domain *d, armdma_dma_t iova, armdma_phys_t pa, uint64_t size,
		   unsigned int access, uint64_t sizes)
{
	unsigned int prot = access & (ARMDMA_IOMMU_READ | ARMDMA_IOMMU_WRITE), flags;
	struct part p = { iova, pa, iova + size };
	uint64_t pa_end = d->format->pa_end;
	int ret;

	if (!prot)
		return -EINVAL;
	if (!size || ((iova | pa | size) & (SZ_4K - 1)))
		return -EINVAL;
	if (size > SZ_4G || iova > SZ_4G - size || pa > pa_end - size)
		return -EINVAL;
	/* Cleaning lets time pass, and an interrupt handler may map too. */
	flags = armdma_hw_irq_save(d->m->hw);
	if (!d->slow && fits_a_table(d, &p, sizes))
		ret = map_part(d, &p, prot, sizes);
	else
		ret = map_slowly(d, p, prot, sizes);
	armdma_hw_irq_restore(d->m->hw, flags);
	return ret;
}

__attribute__((noinline))
static int map_watched(struct armdma_domain *d, armdma_dma_t iova, armdma_phys_t pa, uint64_t size,
		       unsigned int access, uint64_t sizes)
{
	int ret = map_checked(d, iova, pa, size, access, sizes);

	emit_map(d, iova, pa, size, access, ret);
	return ret;
}

/* The same, and told when somebody listens. */
__attribute__((noinline))
static int map_any(struct armdma_domain *d, armdma_dma_t iova, armdma_phys_t pa, uint64_t size,
		   unsigned int access, uint64_t sizes)
{
	if (armdma_event_on(d->m->ev, ARMDMA_EV_IOMMU_MAP))
		return map_watched(d, iova, pa, size, access, sizes);
	return map_checked(d, iova, pa, size, access, sizes);
}

/* One page into a table that is in place, with nobody watching, needs no more than this. False: not that simple. */
ARMDMA_INLINE bool map_page(struct armdma_domain *d, armdma_dma_t iova, armdma_phys_t pa, uint64_t size,
			    unsigned int prot)
{
	unsigned int s = slot_of(iova), idx = l2_index(iova);
	struct l2_table *t;

	if (size != SZ_4K || (iova & ~(SZ_4G - SZ_4K)) || (pa & d->pa_bad) || d->slow ||
	    !(prot & (ARMDMA_IOMMU_READ | ARMDMA_IOMMU_WRITE)) || !l1_is_pointer(from_le32(d->l1[s])) ||
	    !d->l2[s].words || d->l2[s].words[idx] || armdma_event_on(d->m->ev, ARMDMA_EV_IOMMU_MAP))
		return false;
	t = &d->l2[s];
	t->words[idx] = to_le32((uint32_t)(pa >> d->shift) |
				d->small[prot & (ARMDMA_IOMMU_READ | ARMDMA_IOMMU_WRITE)]);
	t->used++;
	d->st.entries[SIZE_4K]++;
	d->st.maps++;
	clean_alone(d->m->hw, table_pa(t) + idx * 4u, 4);
	return true;
}

int iommu_map_sizes(struct armdma_domain *d, armdma_dma_t iova, armdma_phys_t pa, uint64_t size,
		    unsigned int prot, uint64_t sizes)
{
	if (map_page(d, iova, pa, size, prot))
		return 0;
	return map_any(d, iova, pa, size, prot, d->pgsizes & (sizes | SZ_4K));
}

int armdma_iommu_map(struct armdma_domain *d, armdma_dma_t iova, armdma_phys_t pa, uint64_t size,
		     unsigned int prot)
{
	MACHINE_ENTER(d->m);

	if (map_page(d, iova, pa, size, prot))
		return 0;
	return map_any(d, iova, pa, size, prot, d->pgsizes);
}
