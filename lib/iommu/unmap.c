/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unmapping a range: clear the entries, clean them, then tell the TLBs, in this order; a TLB that is
 * told first may read the old entry again. Level-2 tables that become empty stay where they are.
 */
#include <string.h>

#include <armdma/hw.h>

#include "lib/iommu/runs.h"

struct unmap {
	struct armdma_domain *d;
	uint64_t bytes;
	bool listen;		/* some TLB has to be told what goes */
	struct clean_run l1, l2;
	struct tlb_batch gone;
};

/* List what goes; runs that push the number above what is told one by one are only counted. */
static void list_l2(struct unmap *u, const le32 *w, unsigned int n, uint64_t iova, unsigned int pages)
{
	if (u->gone.entries + pages > FLUSH_ENTRY_MAX) {
		u->gone.entries += pages;
		return;
	}
	for (unsigned int i = 0; i < n; i++) {
		uint32_t word = from_le32(w[i]);
		bool large = l2_is_large(word);

		if (!word)
			continue;
		batch_add(&u->gone, (uint32_t)(iova + i * SZ_4K), (uint32_t)(large ? SZ_64K : SZ_4K));
		if (large)
			i += COPIES - 1;
	}
}

/* run_count() for wide hosts. */
RUNS_WIDE static unsigned int count_wide(const le32 *w, unsigned int n, unsigned int *large)
{
	return run_count(w, n, large);
}

/* How many of n entries from idx on are set, and how many of these belong to large pages. */
static unsigned int count_l2(const struct armdma_domain *d, const struct l2_table *t, unsigned int idx,
			     unsigned int n, unsigned int *large)
{
	*large = t->large;
	if (n == L2_ENTRIES)
		return t->used;
	if (t->used == L2_ENTRIES && !t->large)
		return n;
	if (d->wide)
		return count_wide(t->words + idx, n, large);
	return run_count(t->words + idx, n, large);
}

/* Clear n entries of slot s from idx on; a large page that is only partly inside goes whole. */
static void clear_l2(struct unmap *u, unsigned int s, unsigned int idx, unsigned int n)
{
	struct armdma_domain *d = u->d;
	struct l2_table *t = &d->l2[s];
	unsigned int used, large, pages, last = idx + n - 1;

	if (!t->used)
		return;
	if (t->large && l2_is_large(from_le32(t->words[idx])))
		idx &= ~(COPIES - 1);
	if (t->large && l2_is_large(from_le32(t->words[last])))
		last |= COPIES - 1;
	n = last - idx + 1;
	used = count_l2(d, t, idx, n, &large);
	if (!used)
		return;
	pages = used - large + large / COPIES;
	if (u->listen) {
		uint64_t first = ((uint64_t)s << 20) + idx * SZ_4K;

		list_l2(u, t->words + idx, n, first, pages);
		batch_span(&u->gone, first, first + n * SZ_4K);
	}
	memset(t->words + idx, 0, n * sizeof(le32));
	clean_add(d->m->hw, &u->l2, table_pa(t) + idx * 4u, n * 4u);
	t->used = (uint16_t)(t->used - used);
	t->large = (uint16_t)(t->large - large);
	d->st.entries[SIZE_64K] -= large / COPIES;
	d->st.entries[SIZE_4K] -= used - large;
	u->bytes += used * SZ_4K;
}

/* A section that a promotion made: the table it was made of goes with it. */
static void unpark(struct armdma_domain *d, unsigned int s)
{
	d->parked[s / 64] &= ~(1ull << (s % 64));
	d->retired++;
}

/* Clear the sections of one size from slot s on, up to slot end. Returns the slot behind. */
static unsigned int clear_sections(struct unmap *u, unsigned int s, unsigned int end, unsigned int size)
{
	struct armdma_domain *d = u->d;
	unsigned int words = size_words(size), first = s & ~(words - 1), n = words;
	const struct pt_type type = d->format->section[size];

	while (first + n < end && (from_le32(d->l1[first + n]) & type.mask) == type.value)
		n += words;
	run_fill(d->l1 + first, n, from_le32(d->empty), 0);
	clean_add(d->m->hw, &u->l1, d->l1_pa + first * 4u, n * 4u);
	u->bytes += n * SZ_1M;
	d->st.entries[size] -= n / words;
	for (unsigned int i = first; d->promote && i < first + n; i++) {
		if (slot_parked(d, i))
			unpark(d, i);
	}
	if (!u->listen)
		return first + n;
	for (unsigned int i = first; i < first + n; i += words)
		batch_add(&u->gone, i << 20, (uint32_t)size_bytes(size));
	batch_span(&u->gone, (uint64_t)first << 20, (uint64_t)(first + n) << 20);
	return first + n;
}

static void clear_range(struct unmap *u, uint64_t iova, uint64_t end)
{
	while (iova < end) {
		unsigned int s = (unsigned int)(iova >> 20);
		uint64_t stop = ((uint64_t)s + 1) << 20;
		uint32_t word = from_le32(u->d->l1[s]);
		unsigned int size;

		if (l1_is_pointer(word)) {
			uint64_t len = (stop < end ? stop : end) - iova;

			clear_l2(u, s, ARMDMA_SYSMMU_L2_INDEX(iova), (unsigned int)(len >> 12));
		} else if ((size = l1_size(u->d->format, word)) != NO_SIZE) {
			stop = (uint64_t)clear_sections(u, s, (unsigned int)((end + SZ_1M - 1) >> 20), size) << 20;
		}
		iova = stop;
	}
}

/* Who is to be told when the range can be reached no more. */
struct release {
	iommu_release_fn fn;	/* NULL: nobody */
	void *ctx;
	bool later;		/* the lazy queue tells */
};

__attribute__((noinline))
static uint64_t unmap_range(struct armdma_domain *d, uint64_t iova, uint64_t size, struct release *rel)
{
	struct unmap u;

	u.d = d;
	u.bytes = 0;
	u.listen = d->active_units;
	u.l1.len = u.l2.len = 0;
	batch_init(&u.gone);
	if (d->promote)
		promote_cut(d, iova, iova + size);
	clear_range(&u, iova, iova + size);
	clean_flush(d->m->hw, &u.l2);
	clean_flush(d->m->hw, &u.l1);
	rel->later = u.bytes && u.listen && !d->retired && lazy_queue_range(d, iova, size, rel->fn, rel->ctx);
	if (u.bytes && !rel->later && (u.listen || d->retired))
		domain_invalidate(d, &u.gone, iova, size);
	return u.bytes;
}

__attribute__((noinline))
static void emit_unmap(struct armdma_domain *d, uint64_t iova, uint64_t size, uint64_t bytes)
{
	struct armdma_event ev = { .type = ARMDMA_EV_IOMMU_UNMAP, .addr = iova, .len = size,
				   .value = bytes };

	armdma_event_emit(d->m->ev, &ev);
}

/* Whole entries of one table that no TLB knows. False: not that simple, nothing is done. */
static inline bool clear_part(struct armdma_domain *d, uint64_t iova, uint64_t size, uint64_t *bytes)
{
	unsigned int s = (unsigned int)(iova >> 20), idx = ARMDMA_SYSMMU_L2_INDEX(iova);
	unsigned int n = (unsigned int)(size >> 12), used = n, large = 0;
	struct l2_table *t = &d->l2[s];

	if (!size || d->active_units || d->retired || (iova + size - 1) >> 20 != s ||
	    (t->large && (iova | size) & (SZ_64K - 1)) || !t->words || d->promote || !l1_is_pointer(from_le32(d->l1[s])))
		return false;
	if (t->large)
		used = count_l2(d, t, idx, n, &large);
	else if (t->used != L2_ENTRIES)
		used = run_set(t->words + idx, n);
	*bytes = used * SZ_4K;
	if (!used)
		return true;
	memset(t->words + idx, 0, n * sizeof(le32));
	t->used = (uint16_t)(t->used - used);
	t->large = (uint16_t)(t->large - large);
	d->st.entries[SIZE_64K] -= large / COPIES;
	d->st.entries[SIZE_4K] -= used - large;
	armdma_hw_cache_op(d->m->hw, ARMDMA_CACHE_ALL, ARMDMA_CACHE_CLEAN, table_pa(t) + idx * 4u, n * 4u);
	return true;
}

/* Every request, with all that there is to check and to tell. */
__attribute__((noinline))
static uint64_t unmap_any(struct armdma_domain *d, armdma_dma_t iova, uint64_t size,
			  struct release *rel, const void *site)
{
	unsigned int flags;
	uint64_t bytes;

	if (((iova | size) & (SZ_4K - 1)) || size > SZ_4G || iova > SZ_4G - size) {
		misuse(d->m, ARMDMA_REPORT_BAD_ARGUMENT, NULL, site, iova, size,
		       "unmap of IOVA %#llx, %#llx bytes: not whole 4 KiB pages below 4 GiB",
		       (unsigned long long)iova, (unsigned long long)size);
		return 0;
	}
	flags = armdma_hw_irq_save(d->m->hw);
	if (!clear_part(d, iova, size, &bytes))
		bytes = unmap_range(d, iova, size, rel);
	armdma_hw_irq_restore(d->m->hw, flags);
	if (armdma_event_on(d->m->ev, ARMDMA_EV_IOMMU_UNMAP))
		emit_unmap(d, iova, size, bytes);
	if (rel->fn && !rel->later)
		rel->fn(rel->ctx, iova, size);
	return bytes;
}

/* One small page that no TLB knows, with nobody watching: what streaming mappings of a suspended device come to. */
static inline bool clear_page(struct armdma_domain *d, armdma_dma_t iova, uint64_t size)
{
	unsigned int s = (unsigned int)(iova >> 20), idx = ARMDMA_SYSMMU_L2_INDEX(iova);
	struct l2_table *t;

	if (size != SZ_4K || (iova & ~(SZ_4G - SZ_4K)) || d->active_units || d->retired || !d->l2[s].words ||
	    !l1_is_pointer(from_le32(d->l1[s])) || !l2_is_small(from_le32(d->l2[s].words[idx])) ||
	    armdma_event_on(d->m->ev, ARMDMA_EV_IOMMU_UNMAP))
		return false;
	t = &d->l2[s];
	t->words[idx] = 0;
	t->used--;
	d->st.entries[SIZE_4K]--;
	clean_alone(d->m->hw, table_pa(t) + idx * 4u, 4);
	return true;
}

uint64_t armdma_iommu_unmap(struct armdma_domain *d, armdma_dma_t iova, uint64_t size)
{
	MACHINE_ENTER(d->m);
	struct release nobody = { NULL, NULL, false };

	if (clear_page(d, iova, size))
		return SZ_4K;
	return unmap_any(d, iova, size, &nobody, __builtin_return_address(0));
}

uint64_t iommu_unmap_release(struct armdma_domain *d, armdma_dma_t iova, uint64_t size,
			     iommu_release_fn release, void *ctx)
{
	struct release rel = { release, ctx, false };

	if (!clear_page(d, iova, size))
		return unmap_any(d, iova, size, &rel, __builtin_return_address(0));
	release(ctx, iova, size);
	return SZ_4K;
}
