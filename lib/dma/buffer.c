/* SPDX-License-Identifier: BSD-2-Clause */
/* Pages and CPU mappings of coherent and write-combine buffers, for every set of operations. */
#include <errno.h>
#include <stdlib.h>

#include "lib/dma/dma.h"

/* Highmem pages never had a linear address. */
static bool lowmem(struct armdma_machine *m, const struct armdma_page *page)
{
	return armdma_page_zone(m, page) != ARMDMA_ZONE_HIGHMEM;
}

size_t dma_run(struct armdma_machine *m, const struct dma_buffer *buf, size_t i)
{
	armdma_phys_t pa = armdma_page_to_phys(m, buf->pages[i]);
	size_t n = 1;

	while (i + n < buf->npages &&
	       armdma_page_to_phys(m, buf->pages[i + n]) == pa + n * ARMDMA_PAGE_SIZE)
		n++;
	return n;
}

/* Put the pages of a block into the record, without the pages beyond its end, zeroed. */
static void take_block(struct armdma_device *dev, struct dma_buffer *buf, size_t at,
		       struct armdma_page *block, unsigned int order)
{
	struct armdma_machine *m = dev->m;
	size_t n = (size_t)1 << order, used = n < buf->npages - at ? n : buf->npages - at;
	armdma_phys_t pa = armdma_page_to_phys(m, block);

	if (order)
		armdma_split_page(m, block, order);
	for (size_t i = 0; i < n; i++) {
		struct armdma_page *page = armdma_nth_page(m, block, i);

		if (i < used)
			buf->pages[at + i] = page;
		else
			armdma_free_pages(m, page, 0);
	}
	if (dev->coherent)
		armdma_hw_zero_cached(m->hw, pa, used * ARMDMA_PAGE_SIZE);
	else
		armdma_hw_zero_flush(m->hw, pa, used * ARMDMA_PAGE_SIZE);
}

void dma_free_pages(struct armdma_device *dev, struct dma_buffer *buf)
{
	for (size_t i = buf->npages; i-- > 0;)
		if (buf->pages[i])
			armdma_free_pages(dev->m, buf->pages[i], 0);
}

int dma_alloc_blocks(struct armdma_device *dev, struct dma_buffer *buf, armdma_gfp_t gfp,
		     const unsigned int *orders, unsigned int last)
{
	armdma_gfp_t high = gfp | ARMDMA__GFP_NOWARN | ARMDMA__GFP_NORETRY;

	for (size_t at = 0; at < buf->npages;) {
		size_t left = buf->npages - at;
		struct armdma_page *block;

		if (left >> *orders == 0) {
			orders++;
			continue;
		}
		block = armdma_alloc_pages(dev->m, *orders != last ? high : gfp, *orders);
		if (!block && *orders == last) {
			dma_free_pages(dev, buf);
			return -ENOMEM;
		}
		if (!block) {
			orders++;	/* smaller blocks from here on, never larger again */
			continue;
		}
		take_block(dev, buf, at, block, *orders);
		at += (size_t)1 << *orders;
	}
	return 0;
}

int dma_alloc_contiguous(struct armdma_device *dev, struct dma_buffer *buf, armdma_gfp_t gfp)
{
	unsigned int order = armdma_get_order(buf->npages * ARMDMA_PAGE_SIZE);
	struct armdma_page *block = armdma_alloc_pages(dev->m, gfp, order);

	if (!block)
		return -ENOMEM;
	take_block(dev, buf, 0, block, order);
	return 0;
}

/* Lowmem pages of an uncached buffer leave the linear map, run by run. */
static int hide(struct armdma_device *dev, struct dma_buffer *buf, bool show)
{
	struct armdma_machine *m = dev->m;

	if (dev->coherent || m->cfg->alias_mode != ARMDMA_ALIAS_TRAP)
		return 0;
	for (size_t i = 0, n; i < buf->npages; i += n) {
		armdma_phys_t pa = armdma_page_to_phys(m, buf->pages[i]);
		int ret;

		n = 1;
		if (!lowmem(m, buf->pages[i]))
			continue;
		while (i + n < buf->npages && lowmem(m, buf->pages[i + n]) &&
		       armdma_page_to_phys(m, buf->pages[i + n]) == pa + n * ARMDMA_PAGE_SIZE)
			n++;
		ret = show ? armdma_hw_linear_show(m->hw, pa, n * ARMDMA_PAGE_SIZE) :
			     armdma_hw_linear_hide(m->hw, pa, n * ARMDMA_PAGE_SIZE);
		if (ret && !show) {
			buf->npages = i;	/* only what was hidden comes back */
			hide(dev, buf, true);
			return ret;
		}
	}
	return 0;
}

int dma_map_kernel(struct armdma_device *dev, struct dma_buffer *buf)
{
	struct armdma_machine *m = dev->m;
	size_t npages = buf->npages;
	int ret = hide(dev, buf, false);

	buf->npages = npages;
	if (ret)
		return ret;
	if (dev->coherent && dma_run(m, buf, 0) == npages && lowmem(m, buf->pages[0]))
		buf->cpu = armdma_page_address(m, buf->pages[0]);
	else if (buf->attrs & ARMDMA_ATTR_NO_KERNEL_MAPPING)
		buf->cpu = armdma_hw_cookie_alloc(m->hw, npages);
	else
		buf->cpu = armdma_vmap(m, buf->pages, npages, dma_memtype(dev));
	if (buf->cpu)
		return 0;
	hide(dev, buf, true);
	return -ENOMEM;
}

void dma_unmap_kernel(struct armdma_device *dev, struct dma_buffer *buf)
{
	struct armdma_machine *m = dev->m;

	switch (armdma_hw_space_of(m->hw, buf->cpu)) {
	case ARMDMA_SPACE_COOKIE:
		armdma_hw_cookie_free(m->hw, buf->cpu, buf->npages);
		break;
	case ARMDMA_SPACE_VMALLOC:
		armdma_vunmap(m, buf->cpu, buf->npages);
		break;
	default:	/* a coherent device's buffer is its linear address */
		break;
	}
	hide(dev, buf, true);
}

int dma_mmap_pages(struct armdma_device *dev, struct armdma_vma *vma, struct dma_buffer *buf)
{
	if (!vma->npages || vma->pgoff >= buf->npages || vma->npages > buf->npages - vma->pgoff)
		return -ENXIO;
	return armdma_vm_map_pages(dev->m, vma, buf->pages + vma->pgoff, dma_memtype(dev));
}
