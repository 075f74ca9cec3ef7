/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The atomic pool: uncached memory of fixed size for allocations that must not sleep.
 *
 * Behaviour: Linux 6.1 arch/arm/mm/dma-mapping.c (atomic_pool_init(), __alloc_from_pool()): contiguous memory if there is
 * an area, else a block of the page allocator; first fit at powers of two; never grows. Its pages are set aside at boot where an
 * area exists; it is mapped when first used.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/dma/dma.h"
#include "lib/dma/region.h"
#include "lib/mm/mm.h"

static struct armdma_page *pool_pages(struct armdma_machine *m, size_t npages)
{
	unsigned int order = armdma_get_order(npages * ARMDMA_PAGE_SIZE);
	struct armdma_page *first;

	if (mm_cma_exists(m, NULL))
		return mm_cma_take_boot(m);
	first = mm_alloc_pages(m, ARMDMA_GFP_ATOMIC | ARMDMA_GFP_DMA, order);
	if (!first)
		return NULL;
	armdma_split_page(m, first, order);
	for (size_t i = npages; i < (size_t)1 << order; i++)
		armdma_free_pages(m, armdma_nth_page(m, first, i), 0);
	return first;
}

static struct dma_region *create(struct armdma_machine *m)
{
	size_t npages = (size_t)(m->cfg->atomic_pool_size >> ARMDMA_PAGE_SHIFT);
	struct armdma_page *first, **pages;
	struct dma_region *r = NULL;

	if (!npages)
		return NULL;
	first = pool_pages(m, npages);
	if (!first)
		return NULL;
	pages = malloc(npages * sizeof(*pages));
	for (size_t i = 0; pages && i < npages; i++)
		pages[i] = armdma_nth_page(m, first, i);
	if (pages)
		r = dma_region_create(m, pages, npages);
	free(pages);
	if (r)
		return r;
	if (mm_cma_exists(m, NULL))
		mm_cma_give_boot(m);
	else
		for (size_t i = 0; i < npages; i++)
			armdma_free_pages(m, armdma_nth_page(m, first, i), 0);
	return NULL;
}

struct dma_region *dma_atomic_pool(struct armdma_machine *m)
{
	if (!m->dma->atomic_pool)
		m->dma->atomic_pool = create(m);
	if (!m->dma->atomic_pool)
		armdma_hw_log(m->hw, "DMA: there is no atomic pool (atomic_pool_size %llu)",
			      (unsigned long long)m->cfg->atomic_pool_size);
	return m->dma->atomic_pool;
}

void dma_atomic_destroy(struct armdma_machine *m)
{
	dma_region_forget(m->dma->atomic_pool);
}

static size_t round_up_pow2(size_t n)
{
	size_t p = 1;

	while (p < n)
		p *= 2;
	return p;
}

/* The pool does not clear what it hands out again (Linux 6.1); as documented, coherent memory is zeroed. */
int dma_alloc_atomic(struct armdma_device *dev, struct dma_buffer *buf)
{
	struct armdma_machine *m = dev->m;
	struct dma_region *pool = dma_atomic_pool(m);
	int ret = -ENOMEM;
	bool injected;

	if (!pool)
		return ret;
	injected = fail_now(m, ARMDMA_FAIL_ATOMIC_POOL);
	if (!injected)
		ret = dma_alloc_region(buf, pool, buf->npages, round_up_pow2(buf->npages));
	if (ret) {
		armdma_hw_log(m->hw,
			      "%s: the atomic pool of %zu KiB has no %zu KiB left: increase atomic_pool_size (coherent_pool=)",
			      dev->name, pool->npages * 4, buf->npages * 4);
		if (!buf->internal && !armdma_in_atomic(m) && !injected && !(buf->attrs & ARMDMA_ATTR_NO_WARN))
			misuse(m, ARMDMA_REPORT_ATOMIC_POOL, dev, buf->site, ARMDMA_MAPPING_ERROR, buf->size,
			       "%zu bytes were asked for with GFP_ATOMIC where the caller may sleep, and the atomic pool of %zu KiB has run dry",
			       buf->size, pool->npages * 4);
		return ret;
	}
	if (!as_linux(m)) {
		memset(buf->cpu, 0, buf->npages * ARMDMA_PAGE_SIZE);
		armdma_hw_barrier(m->hw, ARMDMA_BARRIER_WMB);
	}
	return 0;
}

void armdma_atomic_pool_stats(struct armdma_machine *m, struct armdma_atomic_pool_stats *st)
{
	MACHINE_ENTER(m);
	const struct dma_region *pool = m->dma->atomic_pool;

	st->size = pool ? pool->npages * ARMDMA_PAGE_SIZE : 0;
	st->used = pool ? pool->used * ARMDMA_PAGE_SIZE : 0;
}
