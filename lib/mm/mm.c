/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory management as a whole: its life, pages as numbers and addresses, statistics. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/mm/internal.h"

/* A machine that used more of the page array than this does not park it: clearing costs more than a fresh one. */
#define PARK_MAX ((size_t)1 << 20)

static void zone_init(struct mm *mm, enum armdma_zone zone, uint64_t start, uint64_t end)
{
	struct mm_zone *z = &mm->zones[zone];

	z->start = (uint32_t)(start >> ARMDMA_PAGE_SHIFT);
	z->end = (uint32_t)(end >> ARMDMA_PAGE_SHIFT);
	z->frontier = z->start;
}

/* Contiguous memory is taken from the end of the lowest zone that every device reaches. */
static int zones_init(struct mm *mm, const struct armdma_config *cfg)
{
	uint64_t cma = 0, low = cfg->lowmem_size, dma = cfg->dma_zone_size;
	int ret = mm_cma_create(mm, cfg);

	if (ret)
		return ret;
	for (unsigned int i = 0; i < mm->nr_cma; i++)
		cma += (uint64_t)mm->cma[i].npages << ARMDMA_PAGE_SHIFT;
	mm->dma_pages = (uint32_t)(dma >> ARMDMA_PAGE_SHIFT);
	mm->reserved_start = (uint32_t)((cfg->ram_size - cfg->reserved_size) >> ARMDMA_PAGE_SHIFT);
	zone_init(mm, ARMDMA_ZONE_DMA, 0, dma ? dma - cma : 0);
	zone_init(mm, ARMDMA_ZONE_NORMAL, dma, dma ? low : low - cma);
	zone_init(mm, ARMDMA_ZONE_HIGHMEM, low, cfg->ram_size - cfg->reserved_size);
	return 0;
}

int mm_create(struct armdma_machine *m)
{
	const struct armdma_config *cfg = m->cfg;
	size_t granules = (size_t)(cfg->lowmem_size >> ARMDMA_PAGE_SHIFT) / MM_GRANULE + 1;
	uint64_t nr_pages = cfg->ram_size >> ARMDMA_PAGE_SHIFT;
	struct mm *mm;

	if (nr_pages > UINT32_MAX / 2 || nr_pages > SIZE_MAX / sizeof(struct armdma_page))
		return -ENOMEM;
	mm = calloc(1, sizeof(*mm) + (granules + 63) / 64 * sizeof(mm->opened[0]));
	if (!mm)
		return -ENOMEM;
	mm->base = cfg->ram_base;
	mm->nr_pages = (uint32_t)nr_pages;
	mm->lowmem_pages = (uint32_t)(cfg->lowmem_size >> ARMDMA_PAGE_SHIFT);
	mm->line = cfg->inner_line;
	mm->pages_bytes = mm->nr_pages * sizeof(struct armdma_page);
	mm->pages = mm_pool_get(mm->pages_bytes);
	if (!mm->pages) {
		free(mm);
		return -ENOMEM;
	}
	m->mm = mm;
	return zones_init(mm, cfg);
}

void mm_destroy(struct armdma_machine *m)
{
	struct mm *mm = m->mm;
	size_t used = 0;

	if (!mm)
		return;
	mm_slab_destroy(mm);
	mm_umap_destroy(mm);
	for (int i = 0; i < ARMDMA_NR_ZONES; i++)
		used += (mm->zones[i].frontier - mm->zones[i].start) * sizeof(struct armdma_page);
	for (unsigned int i = 0; i < mm->nr_cma; i++)
		used += mm->cma[i].touched * sizeof(struct armdma_page);
	/* Reserved pages are clear again when they are given back; if some were not, the array goes. */
	if (used > PARK_MAX || mm->reserved_used) {
		mm_pool_drop(mm->pages, mm->pages_bytes);
	} else {
		for (int i = 0; i < ARMDMA_NR_ZONES; i++) {
			const struct mm_zone *z = &mm->zones[i];

			memset(mm->pages + z->start, 0,
			       (z->frontier - z->start) * sizeof(struct armdma_page));
		}
		for (unsigned int i = 0; i < mm->nr_cma; i++)
			memset(mm->pages + mm->cma[i].start, 0,
			       mm->cma[i].touched * sizeof(struct armdma_page));
		mm_pool_put(mm->pages, mm->pages_bytes);
	}
	mm_cma_destroy(mm);
	free(mm);
	m->mm = NULL;
}

/* ---- Pages, numbers, addresses -------------------------------------------- */

bool mm_is_page(const struct mm *mm, const struct armdma_page *page)
{
	uintptr_t at = (uintptr_t)page - (uintptr_t)mm->pages;

	return page && (uintptr_t)page >= (uintptr_t)mm->pages && at < mm->pages_bytes &&
	       at % sizeof(*page) == 0;
}

enum armdma_zone mm_zone_of(const struct mm *mm, uint32_t index)
{
	if (index < mm->dma_pages)
		return ARMDMA_ZONE_DMA;
	return index < mm->lowmem_pages ? ARMDMA_ZONE_NORMAL : ARMDMA_ZONE_HIGHMEM;
}

unsigned int armdma_get_order(size_t size)
{
	size_t last = (size ? size - 1 : 0) >> ARMDMA_PAGE_SHIFT;
	unsigned int order = 0;

	for (; last; last >>= 1)
		order++;
	return order;
}

armdma_phys_t armdma_page_to_phys(struct armdma_machine *m, const struct armdma_page *page)
{
	if (!mm_is_page(m->mm, page))
		return ARMDMA_MAPPING_ERROR;
	return mm_phys(m->mm, mm_index(m->mm, page));
}

struct armdma_page *armdma_phys_to_page(struct armdma_machine *m, armdma_phys_t pa)
{
	struct mm *mm = m->mm;

	if (pa < mm->base || (pa - mm->base) >> ARMDMA_PAGE_SHIFT >= mm->nr_pages)
		return NULL;
	return &mm->pages[(pa - mm->base) >> ARMDMA_PAGE_SHIFT];
}

struct armdma_page *armdma_nth_page(struct armdma_machine *m, struct armdma_page *page, size_t n)
{
	struct mm *mm = m->mm;

	if (!mm_is_page(mm, page) || n >= mm->nr_pages - mm_index(mm, page))
		return NULL;
	return page + n;
}

enum armdma_zone armdma_page_zone(struct armdma_machine *m, const struct armdma_page *page)
{
	return mm_zone_of(m->mm, mm_is_page(m->mm, page) ? mm_index(m->mm, page) : UINT32_MAX);
}

void *armdma_page_address(struct armdma_machine *m, const struct armdma_page *page)
{
	if (!mm_is_page(m->mm, page) || mm_index(m->mm, page) >= m->mm->lowmem_pages)
		return NULL;
	return armdma_hw_linear(m->hw, mm_phys(m->mm, mm_index(m->mm, page)));
}

armdma_phys_t armdma_virt_to_phys(struct armdma_machine *m, const void *p)
{
	return armdma_hw_linear_to_phys(m->hw, p);
}

void *armdma_phys_to_virt(struct armdma_machine *m, armdma_phys_t pa)
{
	return armdma_hw_linear(m->hw, pa);
}

struct armdma_page *mm_linear_page(struct armdma_machine *m, const void *p)
{
	armdma_phys_t pa = armdma_hw_linear_to_phys(m->hw, p);

	return pa == ARMDMA_MAPPING_ERROR ? NULL : armdma_phys_to_page(m, pa);
}

struct armdma_page *armdma_virt_to_page(struct armdma_machine *m, const void *p)
{
	return mm_linear_page(m, p);
}

/* ---- Pages that are not the zones' ------------------------------------------ */

void mm_mark_coherent(struct armdma_machine *m, struct armdma_page *page, bool on)
{
	(void)m;
	page->coherent = on;
}

bool mm_is_coherent(struct armdma_machine *m, armdma_phys_t pa)
{
	const struct armdma_page *page = armdma_phys_to_page(m, pa);

	return page && page->coherent;
}

bool mm_ends_coherent(const struct armdma_machine *m, armdma_phys_t pa, size_t size)
{
	const struct mm *mm = m->mm;
	uint64_t off = pa - mm->base;

	return mm->pages[off >> ARMDMA_PAGE_SHIFT].coherent |
	       mm->pages[(off + size - 1) >> ARMDMA_PAGE_SHIFT].coherent;
}

bool mm_get_page(struct armdma_machine *m, struct armdma_page *page)
{
	struct armdma_page *head = mm_head(m->mm, mm_index(m->mm, page));

	if (!head || head->state != MM_PAGE_USED)
		return false;
	head->count++;
	return true;
}

bool mm_adopt_reserved(struct armdma_machine *m, struct armdma_page *page)
{
	struct mm *mm = m->mm;

	if (!mm_is_page(mm, page) || mm_index(mm, page) < mm->reserved_start ||
	    page->state != MM_PAGE_NONE)
		return false;
	page->state = MM_PAGE_USED;
	page->order = 0;
	page->count = 1;
	page->owned = true;
	mm->reserved_used++;
	return true;
}

/* ---- Statistics ------------------------------------------------------------ */

/* What the frontier has not given out yet counts as the blocks it would give. */
static void count_fresh(const struct mm_zone *z, uint64_t *blocks)
{
	uint32_t at = z->frontier;

	while (at < z->end) {
		unsigned int order = ARMDMA_MAX_ORDER - 1;

		while (at & ((1u << order) - 1) || z->end - at < 1u << order)
			order--;
		blocks[order]++;
		at += 1u << order;
	}
}

void armdma_mm_stats(struct armdma_machine *m, struct armdma_mm_stats *st)
{
	MACHINE_ENTER(m);
	const struct mm *mm = m->mm;

	memset(st, 0, sizeof(*st));
	for (int i = 0; i < ARMDMA_NR_ZONES; i++) {
		const struct mm_zone *z = &mm->zones[i];

		st->pages_total[i] = z->end - z->start;
		st->pages_free[i] = (uint64_t)z->free_pages + (z->end - z->frontier);
		for (unsigned int order = 0; order < ARMDMA_MAX_ORDER; order++)
			st->free_blocks[i][order] = z->blocks[order];
		count_fresh(z, st->free_blocks[i]);
	}
	for (unsigned int i = 0; i < mm->nr_cma; i++) {
		st->cma_total += mm->cma[i].npages;
		st->cma_free += mm->cma[i].npages - mm->cma[i].used;
	}
	st->kmalloc_objects = mm->kmalloc_objects;
	st->kmalloc_bytes = mm->kmalloc_bytes;
	st->vm_areas = mm->vm_areas;
}
