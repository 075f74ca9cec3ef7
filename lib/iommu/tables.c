/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory of translation tables: level-2 tables, four in a page, and domains with their level-1 table.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <armdma/hw.h>
#include "lib/mm/mm.h"

#include "lib/iommu/runs.h"

#define TABLES_PER_PAGE ((unsigned int)(ARMDMA_PAGE_SIZE / ARMDMA_SYSMMU_L2_SIZE))
#define ALL_FREE ((1u << TABLES_PER_PAGE) - 1)

/* Pages of lowmem whose address fits a descriptor, zero in the cache and in DRAM. */
static struct armdma_page *table_pages(struct armdma_machine *m, armdma_gfp_t gfp, unsigned int order,
				       uint64_t pa_end, le32 **words, armdma_phys_t *pa)
{
	size_t size = ARMDMA_PAGE_SIZE << order;
	struct armdma_page *page = mm_alloc_pages(m, gfp, order);

	if (!page)
		return NULL;
	*pa = armdma_page_to_phys(m, page);
	*words = armdma_page_address(m, page);
	if (!*words || *pa + size > pa_end) {
		armdma_free_pages(m, page, order);
		return NULL;
	}
	/*
	 * A plain memset would not do: the page may have been a device's buffer. A zero stored over a stale zero
	 * makes no line dirty, and the device's bytes would stay in DRAM.
	 */
	armdma_hw_zero_flush(m->hw, *pa, size);
	return page;
}

static int arena_grow(struct armdma_machine *m, uint64_t pa_end)
{
	struct l2_page *p = calloc(1, sizeof(*p));

	if (!p)
		return -ENOMEM;
	/* Atomic: streaming mappings are made in any context. */
	p->page = table_pages(m, ARMDMA_GFP_ATOMIC, 0, pa_end, &p->words, &p->pa);
	if (!p->page) {
		free(p);
		return -ENOMEM;
	}
	p->free = ALL_FREE;
	LIST_INSERT_HEAD(&m->iommu->arena.partial, p, link);
	return 0;
}

int arena_alloc(struct armdma_machine *m, uint64_t pa_end, struct l2_table *t, struct l2_page **home)
{
	struct l2_arena *a = &m->iommu->arena;
	struct l2_page *p;
	unsigned int n;

	if (fail_now(m, ARMDMA_FAIL_TABLE))
		return -ENOMEM;
	/* Machines whose formats differ have all lowmem where all of them reach; what is checked is a promise. */
	if ((LIST_EMPTY(&a->partial) || LIST_FIRST(&a->partial)->pa >= pa_end) && arena_grow(m, pa_end))
		return -ENOMEM;
	p = LIST_FIRST(&a->partial);
	/* Lowest first: tables taken in a row lie in a row, and are cleaned with one call. */
	n = (unsigned int)__builtin_ctz(p->free);
	p->free &= ~(1u << n);
	if (!p->free)
		LIST_REMOVE(p, link);
	a->tables++;
	t->words = p->words + n * L2_ENTRIES;
	t->kib = (uint32_t)(p->pa >> 10) + n;
	t->used = 0;
	t->large = 0;
	*home = p;
	return 0;
}

void arena_free(struct armdma_machine *m, struct l2_table *t, struct l2_page *p)
{
	struct l2_arena *a = &m->iommu->arena;
	unsigned int n = t->kib - (uint32_t)(p->pa >> 10);

	if (t->used) {
		memset(t->words, 0, ARMDMA_SYSMMU_L2_SIZE);
		armdma_hw_cache_op(m->hw, ARMDMA_CACHE_ALL, ARMDMA_CACHE_CLEAN, table_pa(t), ARMDMA_SYSMMU_L2_SIZE);
	}
	memset(t, 0, sizeof(*t));
	a->tables--;
	if (!p->free)
		LIST_INSERT_HEAD(&a->partial, p, link);
	p->free |= 1u << n;
	if (p->free != ALL_FREE)
		return;
	LIST_REMOVE(p, link);
	armdma_free_pages(m, p->page, 0);
	free(p);
}

/* ---- Domains -------------------------------------------------------------- */

/* Level-1 word of the MiBs that are empty. */
static void domain_set_empty(struct armdma_domain *d, uint32_t word)
{
	le32 old = d->empty;

	d->empty = to_le32(word);
	if (old == d->empty)
		return;
	/* The page that stands behind the zero link was cleaned long ago: no order to keep. */
	for (unsigned int s = 0; s < L1_ENTRIES; s++) {
		if (d->l1[s] == old)
			d->l1[s] = d->empty;
	}
	armdma_hw_cache_op(d->m->hw, ARMDMA_CACHE_ALL, ARMDMA_CACHE_CLEAN, d->l1_pa, ARMDMA_SYSMMU_L1_SIZE);
}

void domain_set_format(struct armdma_domain *d, const struct pt_format *f)
{
	d->format = f;
	d->shift = f->shift;
	d->pa_bad = ~(f->pa_end - SZ_4K);
	memcpy(d->small, f->bits[SIZE_4K], sizeof(d->small));
	d->pgsizes &= f->sizes;
	domain_set_empty(d, erratum(d->m, ERRATUM_LEVEL1_PREFETCH) ? format_pointer(f, d->m->iommu->zero_table) : 0);
}

bool domain_is_empty(const struct armdma_domain *d)
{
	for (unsigned int i = 0; i < NR_SIZES; i++) {
		if (d->st.entries[i])
			return false;
	}
	return true;
}

/* The format of the first unit of the configuration: that of all of them, unless somebody mixes generations. */
static const struct pt_format *default_format(const struct armdma_machine *m)
{
	const struct sysmmu_unit *u, *first = NULL;

	SLIST_FOREACH(u, &m->iommu->units, link)
		first = u;
	return first ? first->variant->format : &pt_format_v1;
}

struct armdma_domain *armdma_domain_alloc(struct armdma_machine *m)
{
	MACHINE_ENTER(m);
	const struct pt_format *f = default_format(m);
	struct armdma_domain *d;

	if (fail_now(m, ARMDMA_FAIL_TABLE))
		return NULL;
	d = calloc(1, sizeof(*d));
	if (!d)
		return NULL;
	d->page = table_pages(m, ARMDMA_GFP_KERNEL, armdma_get_order(ARMDMA_SYSMMU_L1_SIZE), f->pa_end,
			      &d->l1, &d->l1_pa);
	if (!d->page) {
		free(d);
		return NULL;
	}
	d->m = m;
	d->pgsizes = SZ_4K | SZ_64K | SZ_1M;
	domain_set_format(d, f);
	d->wide = runs_host_is_wide();
	LIST_INIT(&d->devices);
	LIST_INSERT_HEAD(&m->iommu->domains, d, link);
	return d;
}

void domain_free_retired(struct armdma_domain *d)
{
	for (unsigned int s = 0; d->retired && s < L1_ENTRIES; s++) {
		if (!d->l2[s].words || table_linked(d, s) || slot_parked(d, s))
			continue;
		arena_free(d->m, &d->l2[s], d->homes[s]);
		d->st.l2_tables--;
		d->retired--;
	}
}

unsigned int armdma_domain_trim(struct armdma_domain *d)
{
	MACHINE_ENTER(d->m);
	unsigned int flags = armdma_hw_irq_save(d->m->hw), n = 0;
	struct clean_run run = { 0, 0 };
	struct tlb_batch b;

	for (unsigned int s = 0; s < L1_ENTRIES; s++) {
		if (!table_linked(d, s) || d->l2[s].used)
			continue;
		d->l1[s] = d->empty;
		clean_add(d->m->hw, &run, d->l1_pa + s * 4u, 4);
		d->retired++;
		n++;
	}
	clean_flush(d->m->hw, &run);
	batch_init(&b);
	/* With tables that wait, this is a flush of everything. */
	if (n)
		domain_invalidate(d, &b, 0, 0);
	armdma_hw_irq_restore(d->m->hw, flags);
	return n;
}

static void domain_free(struct armdma_domain *d, const void *site)
{
	MACHINE_ENTER(d->m);
	struct armdma_device *dev;

	while ((dev = LIST_FIRST(&d->devices))) {
		armdma_domain_detach(d, dev);
		misuse(d->m, ARMDMA_REPORT_BAD_FREE, dev, site, ARMDMA_MAPPING_ERROR, 0,
		       "domain freed while %s is attached to it; detached first", dev->name);
	}
	armdma_domain_set_lazy(d, NULL);
	/* Nothing translates through these tables any more: no order to keep. */
	for (unsigned int s = 0; s < L1_ENTRIES; s++) {
		if (d->l2[s].words)
			arena_free(d->m, &d->l2[s], d->homes[s]);
	}
	LIST_REMOVE(d, link);
	armdma_free_pages(d->m, d->page, armdma_get_order(ARMDMA_SYSMMU_L1_SIZE));
	free(d);
}

void armdma_domain_free(struct armdma_domain *d)
{
	if (d)
		domain_free(d, __builtin_return_address(0));
}

armdma_phys_t armdma_domain_table(const struct armdma_domain *d)
{
	return d->l1_pa;
}

int armdma_domain_set_pgsizes(struct armdma_domain *d, uint64_t mask)
{
	MACHINE_ENTER(d->m);

	/* 4 KiB is the unit of every call: without it most ranges could not be mapped. */
	if (!(mask & SZ_4K) || (mask & ~d->format->sizes))
		return -EINVAL;
	d->pgsizes = mask;
	return 0;
}

uint64_t armdma_domain_pgsizes(const struct armdma_domain *d)
{
	MACHINE_ENTER(d->m);

	return d->pgsizes;
}

void armdma_domain_set_fault_handler(struct armdma_domain *d, armdma_fault_fn fn, void *ctx)
{
	MACHINE_ENTER(d->m);

	d->fault = fn;
	d->fault_ctx = ctx;
}

void armdma_domain_stats(const struct armdma_domain *d, struct armdma_iommu_stats *st)
{
	MACHINE_ENTER(d->m);

	*st = d->st;
	/* What is not there any more was unmapped: a counter that the fast paths need not keep. */
	st->unmaps = st->maps;
	for (int i = 0; i < NR_SIZES; i++)
		st->unmaps -= st->entries[i];
	st->lazy_waiting = d->lazy.nr;
}
