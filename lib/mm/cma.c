/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Contiguous memory: areas set aside at boot, cut first fit by the page.
 *
 * Nothing lives in an area that would have to be moved out (Linux lends it to movable pages and migrates them), so what is
 * free is free; but exhaustion and fragmentation are real. A page goes back to its area when its last reference goes,
 * whoever drops it.
 *
 * Behaviour: Linux 6.1 cma_alloc() and cma_release() (mm/cma.c), alignment cap of dma_alloc_from_contiguous().
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/mm/internal.h"

#define ALIGN_CAP 8u	/* CONFIG_CMA_ALIGNMENT: order of pages */

static int add_area(struct mm *mm, const char *owner, uint64_t size, uint64_t *end)
{
	struct mm_cma *cma = &mm->cma[mm->nr_cma];

	if (!size)
		return 0;
	*end -= size;
	memcpy(cma->owner, owner, sizeof(cma->owner));
	cma->start = (uint32_t)(*end >> ARMDMA_PAGE_SHIFT);
	cma->npages = (uint32_t)(size >> ARMDMA_PAGE_SHIFT);
	cma->map = calloc(cma->npages / 64, sizeof(cma->map[0]));
	mm->nr_cma++;
	return cma->map ? 0 : -ENOMEM;
}

/* The pool is allocated at boot in Linux, before anybody else; here only its place is. */
static void set_aside(struct mm_cma *cma, uint32_t n)
{
	if (n > cma->npages)
		return;
	for (uint32_t i = 0; i < n; i++)
		cma->map[i / 64] |= 1ULL << (i % 64);
	cma->boot = n;
	cma->used += n;
}

int mm_cma_create(struct mm *mm, const struct armdma_config *cfg)
{
	static const char everybody[ARMDMA_NAME_LEN] = "";
	uint64_t end = cfg->dma_zone_size ? cfg->dma_zone_size : cfg->lowmem_size;
	unsigned int n = 1;
	int ret;

	for (uint32_t i = 0; i < cfg->nr_devices; i++)
		n += cfg->devices[i].cma_size != 0;
	mm->cma = calloc(n, sizeof(mm->cma[0]));
	if (!mm->cma)
		return -ENOMEM;
	ret = add_area(mm, everybody, armdma_config_cma_size(cfg), &end);
	if (!ret && mm->nr_cma)
		set_aside(&mm->cma[0], (uint32_t)(cfg->atomic_pool_size >> ARMDMA_PAGE_SHIFT));
	for (uint32_t i = 0; !ret && i < cfg->nr_devices; i++)
		ret = add_area(mm, cfg->devices[i].name, cfg->devices[i].cma_size, &end);
	return ret;
}

void mm_cma_destroy(struct mm *mm)
{
	for (unsigned int i = 0; i < mm->nr_cma; i++)
		free(mm->cma[i].map);
	free(mm->cma);
	mm->cma = NULL;
	mm->nr_cma = 0;
}

struct mm_cma *mm_cma_of(struct mm *mm, uint32_t index)
{
	for (unsigned int i = 0; i < mm->nr_cma; i++)
		if (index - mm->cma[i].start < mm->cma[i].npages)
			return &mm->cma[i];
	return NULL;
}

/* Its own area, else the default one. */
static struct mm_cma *area_of(const struct mm *mm, const struct armdma_device *dev)
{
	struct mm_cma *found = NULL;

	for (unsigned int i = 0; i < mm->nr_cma; i++) {
		struct mm_cma *cma = &mm->cma[i];

		if (!cma->owner[0])
			found = cma;
		else if (dev && !strncmp(cma->owner, dev->name, ARMDMA_NAME_LEN))
			return cma;
	}
	return found;
}

bool mm_cma_exists(struct armdma_machine *m, const struct armdma_device *dev)
{
	return area_of(m->mm, dev) != NULL;
}

bool mm_cma_own_area(struct armdma_machine *m, const struct armdma_device *dev)
{
	const struct mm_cma *cma = area_of(m->mm, dev);

	return cma && cma->owner[0];
}

static bool taken(const struct mm_cma *cma, uint32_t bit)
{
	return cma->map[bit / 64] >> (bit % 64) & 1;
}

bool mm_cma_taken(const struct mm_cma *cma, uint32_t index)
{
	return taken(cma, index - cma->start);
}

/* The lowest aligned run of n free pages; npages of the area when there is none. */
static uint32_t find_run(const struct mm_cma *cma, uint32_t n, uint32_t align)
{
	uint32_t at = 0;

	while (n <= cma->npages && at <= cma->npages - n) {
		uint32_t len = 0;

		if (cma->map[at / 64] == UINT64_MAX && at % 64 == 0) {
			at += align > 64 ? align : 64;
			continue;
		}
		while (len < n && !taken(cma, at + len))
			len++;
		if (len == n)
			return at;
		at = (at + len + align) & ~(align - 1);	/* areas are aligned to more than any request */
	}
	return cma->npages;
}

static void take(struct armdma_machine *m, struct mm_cma *cma, uint32_t at, uint32_t n)
{
	struct mm *mm = m->mm;

	for (uint32_t i = 0; i < n; i++) {
		struct armdma_page *page = &mm->pages[cma->start + at + i];

		cma->map[(at + i) / 64] |= 1ULL << ((at + i) % 64);
		page->state = MM_PAGE_USED;
		page->order = 0;
		page->count = 1;
		page->owned = true;
	}
	cma->used += n;
	if (cma->touched < at + n)
		cma->touched = at + n;
	armdma_hw_cache_settle(m->hw, mm_phys(mm, cma->start + at), (size_t)n << ARMDMA_PAGE_SHIFT);
	if (armdma_event_on(m->ev, ARMDMA_EV_PAGE_ALLOC))
		mm_emit(m, ARMDMA_EV_PAGE_ALLOC, cma->start + at, n);
}

struct armdma_page *mm_cma_take_boot(struct armdma_machine *m)
{
	struct mm_cma *cma = m->mm->nr_cma ? &m->mm->cma[0] : NULL;
	uint32_t n = cma ? cma->boot : 0;

	if (!n || fail_now(m, ARMDMA_FAIL_CMA) || mm_open_linear(m, cma->start, n))
		return NULL;
	cma->boot = 0;
	cma->used -= n;
	take(m, cma, 0, n);
	return &m->mm->pages[cma->start];
}

void mm_cma_give_boot(struct armdma_machine *m)
{
	struct mm_cma *cma = &m->mm->cma[0];
	uint32_t n = (uint32_t)(m->cfg->atomic_pool_size >> ARMDMA_PAGE_SHIFT);

	for (uint32_t i = 0; i < n; i++)
		mm_free_block(m, &m->mm->pages[cma->start + i]);
	set_aside(cma, n);
}

struct armdma_page *mm_cma_alloc(struct armdma_machine *m, struct armdma_device *dev, size_t npages,
				 unsigned int align_order, bool no_warn)
{
	struct mm_cma *cma = area_of(m->mm, dev);
	uint32_t at, align = 1u << (align_order < ALIGN_CAP ? align_order : ALIGN_CAP);

	if (!cma || !npages)
		return NULL;
	at = cma->npages;
	if (npages <= cma->npages && !fail_now(m, ARMDMA_FAIL_CMA))
		at = find_run(cma, (uint32_t)npages, align);
	if (at != cma->npages && !mm_open_linear(m, cma->start + at, (uint32_t)npages)) {
		take(m, cma, at, (uint32_t)npages);
		return &m->mm->pages[cma->start + at];
	}
	if (!no_warn)
		armdma_hw_log(m->hw, "cma: no %zu contiguous pages among %u free of %u", npages,
			      cma->npages - cma->used, cma->npages);
	return NULL;
}

struct armdma_page *armdma_dma_alloc_from_contiguous(struct armdma_machine *m,
						     struct armdma_device *dev, size_t npages,
						     unsigned int align_order, bool no_warn)
{
	MACHINE_ENTER(m);

	might_sleep(m, dev, "dma_alloc_from_contiguous", __builtin_return_address(0));
	return mm_cma_alloc(m, dev, npages, align_order, no_warn);
}

void mm_cma_freed(struct mm_cma *cma, uint32_t index)
{
	uint32_t bit = index - cma->start;

	cma->map[bit / 64] &= ~(1ULL << (bit % 64));
	cma->used--;
}

bool armdma_dma_release_from_contiguous(struct armdma_machine *m, struct armdma_page *page,
					size_t npages)
{
	MACHINE_ENTER(m);
	struct mm *mm = m->mm;
	struct mm_cma *cma;

	if (!mm_is_page(mm, page) || !npages)
		return false;
	cma = mm_cma_of(mm, mm_index(mm, page));
	if (!cma || npages > cma->start + cma->npages - mm_index(mm, page))
		return false;
	for (size_t i = 0; i < npages; i++)
		armdma_free_pages(m, page + i, 0);
	return true;
}

int mm_cma_validate(const struct mm *mm, struct armdma_error *err)
{
	for (unsigned int a = 0; a < mm->nr_cma; a++) {
		const struct mm_cma *cma = &mm->cma[a];
		uint32_t used = cma->boot;

		for (uint32_t i = cma->boot; i < cma->touched; i++) {
			const struct armdma_page *page = &mm->pages[cma->start + i];

			used += taken(cma, i);
			if (taken(cma, i) != (page->state == MM_PAGE_USED && page->count))
				return mm_broken(err, "page %u of contiguous memory: %s, state %u, %u references",
						 cma->start + i, taken(cma, i) ? "taken" : "free",
						 page->state, page->count);
		}
		if (used != cma->used)
			return mm_broken(err, "contiguous area at page %u counts %u pages in use and has %u",
					 cma->start, cma->used, used);
	}
	return 0;
}
