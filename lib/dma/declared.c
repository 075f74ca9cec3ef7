/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory that a device declares as its own: its coherent allocations come from there and nowhere else.
 *
 * Behaviour: Linux 6.1 kernel/dma/coherent.c: powers of two of pages, naturally aligned inside the region, cleared when
 * handed out.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/dma/dma.h"
#include "lib/dma/region.h"
#include "lib/mm/mm.h"

/* Reserved memory becomes the region's; of allocated pages it takes a reference. */
static bool take_page(struct armdma_machine *m, struct armdma_page *page)
{
	if (!page)
		return false;
	if (mm_adopt_reserved(m, page))
		return true;
	if (!armdma_page_count(m, page) || mm_is_coherent(m, armdma_page_to_phys(m, page)))
		return false;
	return mm_get_page(m, page);
}

static int declare(struct armdma_device *dev, armdma_phys_t pa, armdma_dma_t dev_addr, size_t npages)
{
	struct armdma_machine *m = dev->m;
	struct armdma_page **pages = calloc(npages, sizeof(*pages));
	size_t n = 0;
	int ret = -ENOMEM;

	if (!pages)
		return ret;
	for (; n < npages; n++) {
		pages[n] = armdma_phys_to_page(m, pa + n * ARMDMA_PAGE_SIZE);
		if (!take_page(m, pages[n])) {
			ret = -EINVAL;
			goto put_pages;
		}
	}
	dev->dma->declared = dma_region_create(m, pages, npages);
	if (!dev->dma->declared)
		goto put_pages;
	dev->dma->declared_addr = dev_addr;
	free(pages);
	return 0;

put_pages:
	while (n-- > 0)
		armdma_put_page(m, pages[n]);
	free(pages);
	return ret;
}

int armdma_dma_declare_coherent_memory(struct armdma_device *dev, armdma_phys_t pa,
				       armdma_dma_t dev_addr, size_t size)
{
	DMA_CALL(call, "dma_declare_coherent_memory");

	if (!dma_enter(dev, &call))
		return -ENODEV;
	might_sleep(dev->m, dev, call.name, call.site);
	if (!size || (size | pa | dev_addr) % ARMDMA_PAGE_SIZE || size > dev->m->cfg->ram_size ||
	    dev_addr > UINT64_MAX - size)
		return -EINVAL;
	if (dev->dma->declared)
		return -EBUSY;
	return declare(dev, pa, dev_addr, size / ARMDMA_PAGE_SIZE);
}

void armdma_dma_release_coherent_memory(struct armdma_device *dev)
{
	DMA_CALL(call, "dma_release_coherent_memory");
	struct dma_region *r;

	if (!dma_enter(dev, &call))
		return;
	might_sleep(dev->m, dev, call.name, call.site);
	r = dev->dma->declared;
	if (!r)
		return;
	if (r->used) {
		misuse(dev->m, ARMDMA_REPORT_IN_USE, dev, call.site, dev->dma->declared_addr,
		       r->used * ARMDMA_PAGE_SIZE,
		       "the memory that %s declared is released while %zu pages of it are in use",
		       dev->name, r->used);
		return;
	}
	dev->dma->declared = NULL;
	dma_region_destroy(r);
}

int dma_alloc_declared(struct armdma_device *dev, struct dma_buffer *buf)
{
	struct dma_region *r = dev->dma->declared;
	size_t count = (size_t)1 << armdma_get_order(buf->npages * ARMDMA_PAGE_SIZE);
	struct armdma_machine *m;
	int ret = -ENOMEM;

	if (!r)
		return 1;
	m = dev->m;
	if (!fail_now(m, ARMDMA_FAIL_DECLARED))
		ret = dma_alloc_region(buf, r, count, count);
	if (ret)
		return ret;
	buf->handle = dev->dma->declared_addr + buf->region_at * ARMDMA_PAGE_SIZE;
	memset(buf->cpu, 0, buf->npages * ARMDMA_PAGE_SIZE);
	armdma_hw_barrier(m->hw, ARMDMA_BARRIER_WMB);
	return 0;
}

void dma_declared_destroy(struct armdma_device *dev)
{
	dma_region_forget(dev->dma->declared);
}
