/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernel mappings by their address alone: vmalloc(), vmap(), kmap(). */
#include <stdlib.h>

#include <linux/dma-mapping.h>
#include <linux/highmem.h>
#include <linux/vmalloc.h>

#include "lib/compat/internal.h"

void armdma_compat_no_dma(const struct device *dev, const char *call)
{
	struct armdma_machine *m = armdma_compat_need(call);

	if (!m)
		return;
	if (!dev)
		armdma_report_misuse(m, ARMDMA_REPORT_BAD_ARGUMENT, NULL, __builtin_return_address(0),
				     "%s() is called without a device (NULL)", call);
	else
		armdma_report_misuse(m, ARMDMA_REPORT_BAD_ARGUMENT, NULL, __builtin_return_address(0),
				     "%s() is called with a device that does no DMA (\"%s\"): it has no DMA mask", call,
				     dev_name(dev));
}

/* ---- scattered pages -------------------------------------------------------------- */

void armdma_compat_gather(struct armdma_machine *m, struct armdma_page **pages, unsigned int npages)
{
	while (npages)
		armdma_free_pages(m, pages[--npages], 0);
	free(pages);
}

struct armdma_page **armdma_compat_scatter(struct armdma_machine *m, size_t size, gfp_t gfp, unsigned int *npages)
{
	size_t n = PFN_UP(size);
	struct armdma_page **pages = n && n <= UINT_MAX ? calloc(n, sizeof(*pages)) : NULL;

	for (size_t i = 0; pages && i < n; i++) {
		pages[i] = armdma_alloc_pages(m, gfp, 0);
		if (!pages[i]) {
			armdma_compat_gather(m, pages, (unsigned int)i);
			return NULL;
		}
	}
	*npages = (unsigned int)n;
	return pages;
}

bool armdma_compat_area_add(struct armdma_machine *m, void *addr, unsigned int npages, struct armdma_page **pages)
{
	struct compat *c = compat_of(m);
	struct vm_area *a = c ? malloc(sizeof(*a)) : NULL;

	if (!a)
		return false;
	*a = (struct vm_area){ .addr = addr, .npages = npages, .pages = pages };
	COMPAT_LOCKED(c);
	TAILQ_INSERT_HEAD(&c->areas, a, link);
	return true;
}

bool armdma_compat_area_take(struct armdma_machine *m, const void *addr, bool own, unsigned int *npages,
			     struct armdma_page ***pages)
{
	struct compat *c = compat_of(m);
	struct vm_area *a;

	if (!c)
		return false;
	COMPAT_LOCKED(c);
	TAILQ_FOREACH(a, &c->areas, link) {
		if (a->addr != addr || (a->pages != NULL) != own)
			continue;
		*npages = a->npages;
		*pages = a->pages;
		TAILQ_REMOVE(&c->areas, a, link);
		free(a);
		return true;
	}
	return false;
}

struct armdma_page *armdma_compat_vmalloc_to_page(struct armdma_machine *m, const void *addr)
{
	armdma_phys_t pa = armdma_hw_cpu_to_phys(armdma_machine_hw(m), addr);

	return pa == ARMDMA_MAPPING_ERROR ? NULL : armdma_phys_to_page(m, pa);
}

/* ---- windows of one page ------------------------------------------------------------- */

bool armdma_compat_kmap_add(struct armdma_machine *m, struct armdma_page *page, void *addr)
{
	struct compat *c = compat_of(m);
	struct kmap_window *w = c ? malloc(sizeof(*w)) : NULL;

	if (!w)
		return false;
	w->page = page;
	w->addr = addr;
	COMPAT_LOCKED(c);
	TAILQ_INSERT_HEAD(&c->windows, w, link);
	return true;
}

bool armdma_compat_kmap_take(struct armdma_machine *m, struct armdma_page **page, void **addr)
{
	struct compat *c = compat_of(m);
	struct kmap_window *w;

	if (!c)
		return false;
	COMPAT_LOCKED(c);
	TAILQ_FOREACH(w, &c->windows, link) {
		if (*addr ? w->addr != *addr : w->page != *page)
			continue;
		*page = w->page;
		*addr = w->addr;
		TAILQ_REMOVE(&c->windows, w, link);
		free(w);
		return true;
	}
	return false;
}
