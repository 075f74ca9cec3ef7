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

static struct vm_area *area_at(struct compat *c, const void *addr)
{
	struct vm_area *a;

	TAILQ_FOREACH(a, &c->areas, link)
		if ((uintptr_t)addr - (uintptr_t)a->addr < (uintptr_t)a->npages << PAGE_SHIFT)
			return a;
	return NULL;
}

static void free_pages_of(struct armdma_machine *m, struct armdma_page **pages, size_t n)
{
	while (n)
		armdma_free_pages(m, pages[--n], 0);
	free(pages);
}

static struct armdma_page **alloc_scattered(struct armdma_machine *m, size_t n, gfp_t gfp)
{
	struct armdma_page **pages = calloc(n, sizeof(*pages));

	for (size_t i = 0; pages && i < n; i++) {
		pages[i] = armdma_alloc_pages(m, gfp, 0);
		if (!pages[i]) {
			free_pages_of(m, pages, i);
			return NULL;
		}
	}
	return pages;
}

static struct vm_area *area_add(struct compat *c, void *addr, unsigned int npages, struct armdma_page **pages)
{
	struct vm_area *a = malloc(sizeof(*a));

	if (!a)
		return NULL;
	*a = (struct vm_area){ .addr = addr, .npages = npages, .pages = pages };
	TAILQ_INSERT_HEAD(&c->areas, a, link);
	return a;
}

void *armdma_compat_vmalloc(struct armdma_machine *m, size_t size, gfp_t gfp)
{
	size_t npages = PFN_UP(size);
	struct compat *c = compat_of(m);
	struct armdma_page **pages;
	void *addr;

	if (!c || !npages || npages > UINT_MAX)
		return NULL;
	pages = alloc_scattered(m, npages, gfp);
	if (!pages)
		return NULL;
	addr = armdma_vmap(m, pages, npages, ARMDMA_MT_CACHED);
	if (addr && area_add(c, addr, (unsigned int)npages, pages))
		return addr;
	if (addr)
		armdma_vunmap(m, addr, npages);
	free_pages_of(m, pages, npages);
	return NULL;
}

bool armdma_compat_vfree(struct armdma_machine *m, const void *addr)
{
	struct compat *c = compat_of(m);
	struct vm_area *a = c ? area_at(c, addr) : NULL;

	if (!a || !a->pages || a->addr != addr)
		return false;
	TAILQ_REMOVE(&c->areas, a, link);
	armdma_vunmap(m, a->addr, a->npages);
	free_pages_of(m, a->pages, a->npages);
	free(a);
	return true;
}

struct armdma_page *armdma_compat_vmalloc_to_page(struct armdma_machine *m, const void *addr)
{
	armdma_phys_t pa = armdma_hw_cpu_to_phys(armdma_machine_hw(m), addr);

	return pa == ARMDMA_MAPPING_ERROR ? NULL : armdma_phys_to_page(m, pa);
}

void armdma_compat_vmap_add(struct armdma_machine *m, void *addr, unsigned int npages)
{
	struct compat *c = compat_of(m);

	if (c)
		area_add(c, addr, npages, NULL);
}

unsigned int armdma_compat_vmap_take(struct armdma_machine *m, const void *addr)
{
	struct compat *c = compat_of(m);
	struct vm_area *a = c ? area_at(c, addr) : NULL;
	unsigned int npages;

	if (!a || a->pages || a->addr != addr)
		return 0;
	npages = a->npages;
	TAILQ_REMOVE(&c->areas, a, link);
	free(a);
	return npages;
}

/* ---- windows of one page ------------------------------------------------------------- */

void armdma_compat_kmap_add(struct armdma_machine *m, struct armdma_page *page, void *addr)
{
	struct compat *c = compat_of(m);
	struct kmap_window *w = c ? malloc(sizeof(*w)) : NULL;

	if (!w)
		return;
	w->page = page;
	w->addr = addr;
	TAILQ_INSERT_HEAD(&c->windows, w, link);
}

bool armdma_compat_kmap_take(struct armdma_machine *m, struct armdma_page **page, void **addr)
{
	struct compat *c = compat_of(m);
	struct kmap_window *w;

	if (!c)
		return false;
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
