/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory of translation tables: level-2 tables, four in a page, and domains with their level-1 table.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <armdma/hw.h>
#include <armdma/mm.h>

#include "lib/iommu/runs.h"

#define TABLES_PER_PAGE ((unsigned int)(ARMDMA_PAGE_SIZE / ARMDMA_SYSMMU_L2_SIZE))
#define ALL_FREE ((1u << TABLES_PER_PAGE) - 1)

/* Pages of lowmem whose address fits a descriptor, zero in the cache and in DRAM. */
static struct armdma_page *table_pages(struct armdma_machine *m, armdma_gfp_t gfp,
				       unsigned int order, le32 **words, uint32_t *pa)
{
	size_t size = ARMDMA_PAGE_SIZE << order;
	struct armdma_page *page = armdma_alloc_pages(m, gfp, order);
	armdma_phys_t phys;

	if (!page)
		return NULL;
	phys = armdma_page_to_phys(m, page);
	*words = armdma_page_address(m, page);
	if (!*words || phys + size > SZ_4G) {
		armdma_free_pages(m, page, order);
		return NULL;
	}
	/*
	 * A plain memset would not do: the page may have been a device's buffer. A zero stored over a stale zero
	 * makes no line dirty, and the device's bytes would stay in DRAM.
	 */
	armdma_hw_zero_flush(m->hw, phys, size);
	*pa = (uint32_t)phys;
	return page;
}

static int arena_grow(struct armdma_machine *m)
{
	struct l2_page *p = calloc(1, sizeof(*p));

	if (!p)
		return -ENOMEM;
	/* Atomic: streaming mappings are made in any context. */
	p->page = table_pages(m, ARMDMA_GFP_ATOMIC, 0, &p->words, &p->pa);
	if (!p->page) {
		free(p);
		return -ENOMEM;
	}
	p->free = ALL_FREE;
	LIST_INSERT_HEAD(&m->iommu->arena.partial, p, link);
	return 0;
}

int arena_alloc(struct armdma_machine *m, struct l2_table *t, struct l2_page **home)
{
	struct l2_arena *a = &m->iommu->arena;
	struct l2_page *p;
	unsigned int n;

	if (fail_now(m, ARMDMA_FAIL_TABLE))
		return -ENOMEM;
	if (LIST_EMPTY(&a->partial) && arena_grow(m))
		return -ENOMEM;
	p = LIST_FIRST(&a->partial);
	/* Lowest first: tables taken in a row lie in a row, and are cleaned with one call. */
	n = (unsigned int)__builtin_ctz(p->free);
	p->free &= ~(1u << n);
	if (!p->free)
		LIST_REMOVE(p, link);
	a->tables++;
	t->words = p->words + n * L2_ENTRIES;
	t->pa = p->pa + n * ARMDMA_SYSMMU_L2_SIZE;
	t->used = 0;
	t->large = 0;
	*home = p;
	return 0;
}

void arena_free(struct armdma_machine *m, struct l2_table *t, struct l2_page *p)
{
	struct l2_arena *a = &m->iommu->arena;
	unsigned int n = (t->pa - p->pa) / ARMDMA_SYSMMU_L2_SIZE;

	if (t->used) {
		memset(t->words, 0, ARMDMA_SYSMMU_L2_SIZE);
		armdma_hw_cache_op(m->hw, ARMDMA_CACHE_ALL, ARMDMA_CACHE_CLEAN, t->pa, ARMDMA_SYSMMU_L2_SIZE);
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

struct armdma_domain *armdma_domain_alloc(struct armdma_machine *m)
{
	struct armdma_domain *d;

	if (fail_now(m, ARMDMA_FAIL_TABLE))
		return NULL;
	d = calloc(1, sizeof(*d));
	if (!d)
		return NULL;
	d->page = table_pages(m, ARMDMA_GFP_KERNEL, armdma_get_order(ARMDMA_SYSMMU_L1_SIZE), &d->l1,
			      &d->l1_pa);
	if (!d->page) {
		free(d);
		return NULL;
	}
	d->m = m;
	d->pgsizes = SZ_4K | SZ_64K | SZ_1M;
	d->wide = runs_host_is_wide();
	LIST_INIT(&d->devices);
	LIST_INSERT_HEAD(&m->iommu->domains, d, link);
	return d;
}

void domain_free_retired(struct armdma_domain *d)
{
	for (unsigned int s = 0; d->retired && s < L1_ENTRIES; s++) {
		if (!d->l2[s].words || l1_is_pointer(from_le32(d->l1[s])))
			continue;
		arena_free(d->m, &d->l2[s], d->homes[s]);
		d->st.l2_tables--;
		d->retired--;
	}
}

void armdma_domain_free(struct armdma_domain *d)
{
	struct armdma_device *dev;

	if (!d)
		return;
	while ((dev = LIST_FIRST(&d->devices))) {
		armdma_domain_detach(d, dev);
		misuse(d->m, ARMDMA_REPORT_BAD_FREE, dev, __builtin_return_address(0), 0, 0,
		       "domain freed while %s is attached to it; detached first", dev->name);
	}
	/* Nothing translates through these tables any more: no order to keep. */
	for (unsigned int s = 0; s < L1_ENTRIES; s++) {
		if (d->l2[s].words)
			arena_free(d->m, &d->l2[s], d->homes[s]);
	}
	LIST_REMOVE(d, link);
	armdma_free_pages(d->m, d->page, armdma_get_order(ARMDMA_SYSMMU_L1_SIZE));
	free(d);
}

armdma_phys_t armdma_domain_table(const struct armdma_domain *d)
{
	return d->l1_pa;
}

int armdma_domain_set_pgsizes(struct armdma_domain *d, uint64_t mask)
{
	/* 4 KiB is the unit of every call: without it most ranges could not be mapped. */
	if (!(mask & SZ_4K) || (mask & ~(SZ_4K | SZ_64K | SZ_1M | SZ_16M)))
		return -EINVAL;
	d->pgsizes = mask;
	return 0;
}

uint64_t armdma_domain_pgsizes(const struct armdma_domain *d)
{
	return d->pgsizes;
}

void armdma_domain_set_fault_handler(struct armdma_domain *d, armdma_fault_fn fn, void *ctx)
{
	d->fault = fn;
	d->fault_ctx = ctx;
}

void armdma_domain_stats(const struct armdma_domain *d, struct armdma_iommu_stats *st)
{
	*st = d->st;
	/* What is not there any more was unmapped: a counter that the fast paths need not keep. */
	st->unmaps = st->maps;
	for (int i = 0; i < 4; i++)
		st->unmaps -= st->entries[i];
}
