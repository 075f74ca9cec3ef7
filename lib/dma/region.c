/* SPDX-License-Identifier: BSD-2-Clause */
/* Regions: pages mapped uncached once and handed out in parts. */
#include <errno.h>
#include <stdlib.h>

#include "lib/dma/dma.h"
#include "lib/dma/region.h"
#include "lib/mm/mm.h"

/* A part that was freed while some user had it mapped. */
struct dma_region_ghost {
	struct dma_region_ghost *next;
	size_t first, count;
};

static int hide(struct dma_region *r, bool show)
{
	struct armdma_machine *m = r->m;
	int ret = 0;

	for (size_t i = 0, n; i < r->npages && !ret; i += n) {
		armdma_phys_t pa = armdma_page_to_phys(m, r->pages[i]);
		size_t len;

		n = dma_run(m, r->pages, r->npages, i);
		len = n * ARMDMA_PAGE_SIZE;
		for (size_t j = i; j < i + n; j++)
			mm_mark_coherent(m, r->pages[j], !show);
		/* Without a linear address (highmem), or where aliases stay: nothing to hide. */
		if (!armdma_page_address(m, r->pages[i]) || m->cfg->alias_mode != ARMDMA_ALIAS_TRAP)
			continue;
		ret = show ? armdma_hw_linear_show(m->hw, pa, len) : armdma_hw_linear_hide(m->hw, pa, len);
	}
	return ret;
}

struct dma_region *dma_region_create(struct armdma_machine *m, struct armdma_page *const *pages,
				     size_t npages)
{
	struct dma_region *r = NULL;

	if (!fail_now(m, ARMDMA_FAIL_KMALLOC))
		r = calloc(1, sizeof(*r) + npages * sizeof(r->pages[0]));
	if (!r)
		return NULL;
	r->m = m;
	r->npages = npages;
	r->map = calloc((npages + 63) / 64, sizeof(r->map[0]));
	r->refs = calloc(npages, sizeof(r->refs[0]));
	if (!r->map || !r->refs)
		goto free_region;
	for (size_t i = 0; i < npages; i++) {
		r->pages[i] = pages[i];
		r->refs[i] = armdma_page_count(m, pages[i]);
	}
	for (size_t i = 0, n; i < npages; i += n) {
		n = dma_run(m, pages, npages, i);
		armdma_hw_zero_flush(m->hw, armdma_page_to_phys(m, pages[i]), n * ARMDMA_PAGE_SIZE);
	}
	if (hide(r, false))
		goto show;
	r->kaddr = mm_vmap(m, r->pages, npages, ARMDMA_MT_UNCACHED);
	if (r->kaddr)
		return r;
show:
	hide(r, true);
free_region:
	free(r->refs);
	free(r->map);
	free(r);
	return NULL;
}

void dma_region_forget(struct dma_region *r)
{
	struct dma_region_ghost *g;

	if (!r)
		return;
	while ((g = r->ghosts)) {
		r->ghosts = g->next;
		free(g);
	}
	free(r->refs);
	free(r->map);
	free(r);
}

void dma_region_destroy(struct dma_region *r)
{
	if (!r)
		return;
	mm_vunmap(r->m, r->kaddr, r->npages);
	hide(r, true);
	for (size_t i = 0; i < r->npages; i++)
		armdma_put_page(r->m, r->pages[i]);
	dma_region_forget(r);
}

static bool taken(const struct dma_region *r, size_t i)
{
	return r->map[i / 64] >> (i % 64) & 1;
}

static void mark(struct dma_region *r, size_t first, size_t count, bool on)
{
	for (size_t i = first; i < first + count; i++)
		if (on)
			r->map[i / 64] |= 1ULL << (i % 64);
		else
			r->map[i / 64] &= ~(1ULL << (i % 64));
	r->used = on ? r->used + count : r->used - count;
}

bool dma_region_held(const struct dma_region *r, size_t first, size_t count)
{
	for (size_t i = first; i < first + count; i++)
		if (armdma_page_count(r->m, r->pages[i]) > r->refs[i])
			return true;
	return false;
}

/* Parts whose users are gone can be handed out again. */
static void lay_ghosts(struct dma_region *r)
{
	struct dma_region_ghost **link = &r->ghosts, *g;

	while ((g = *link)) {
		if (dma_region_held(r, g->first, g->count)) {
			link = &g->next;
			continue;
		}
		*link = g->next;
		mark(r, g->first, g->count, false);
		free(g);
	}
}

int dma_region_alloc(struct dma_region *r, size_t count, size_t align, size_t *first)
{
	if (r->ghosts)
		lay_ghosts(r);
	for (size_t at = 0; count <= r->npages && at <= r->npages - count;) {
		size_t n = 0;

		while (n < count && !taken(r, at + n))
			n++;
		if (n == count) {
			mark(r, at, count, true);
			*first = at;
			return 0;
		}
		at = (at + n + align) & ~(align - 1);
	}
	return -ENOMEM;
}

void dma_region_free(struct dma_region *r, size_t first, size_t count)
{
	struct dma_region_ghost *g;

	if (!dma_region_held(r, first, count)) {
		mark(r, first, count, false);
		return;
	}
	g = malloc(sizeof(*g));
	if (!g)
		return;		/* stays out for good: nothing is pulled from under the user */
	g->first = first;
	g->count = count;
	g->next = r->ghosts;
	r->ghosts = g;
}
