/* SPDX-License-Identifier: BSD-2-Clause */
/* Pages and CPU mappings of coherent and write-combine buffers, for every set of operations. */
#include <errno.h>
#include <stdlib.h>

#include "lib/dma/dma.h"
#include "lib/dma/region.h"
#include "lib/mm/mm.h"

size_t dma_run(struct armdma_machine *m, struct armdma_page *const *pages, size_t npages, size_t i)
{
	armdma_phys_t pa = armdma_page_to_phys(m, pages[i]);
	size_t n = 1;

	while (i + n < npages && armdma_page_to_phys(m, pages[i + n]) == pa + n * ARMDMA_PAGE_SIZE)
		n++;
	return n;
}

static void clear(struct armdma_device *dev, const struct dma_buffer *buf, armdma_phys_t pa, size_t len)
{
	/* As Linux 6.1: direct buffers without a kernel mapping are neither cleared nor flushed. */
	if (as_linux(dev->m) && buf->attrs & ARMDMA_ATTR_NO_KERNEL_MAPPING && !buf->mapping)
		return;
	if (dev->coherent)
		armdma_hw_zero_cached(dev->m->hw, pa, len);
	else
		armdma_hw_zero_flush(dev->m->hw, pa, len);
}

/* Put the pages of a block into the record, without the pages beyond its end, zeroed. */
static void take_block(struct armdma_device *dev, struct dma_buffer *buf, size_t at,
		       struct armdma_page *block, unsigned int order)
{
	struct armdma_machine *m = dev->m;
	size_t n = (size_t)1 << order, used = n < buf->npages - at ? n : buf->npages - at;

	if (order)
		armdma_split_page(m, block, order);
	for (size_t i = 0; i < n; i++) {
		struct armdma_page *page = armdma_nth_page(m, block, i);

		if (i < used)
			buf->pages[at + i] = page;
		else
			armdma_free_pages(m, page, 0);
	}
	clear(dev, buf, armdma_page_to_phys(m, block), used * ARMDMA_PAGE_SIZE);
}

void dma_free_buffer_pages(struct armdma_device *dev, struct dma_buffer *buf)
{
	if (buf->region) {
		dma_region_free(buf->region, buf->region_at, buf->region_pages);
		return;
	}
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
		block = mm_alloc_pages(dev->m, *orders != last ? high : gfp, *orders);
		if (!block && *orders == last) {
			dma_free_buffer_pages(dev, buf);
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
	struct armdma_page *block = mm_alloc_pages(dev->m, gfp, order);

	if (!block)
		return -ENOMEM;
	take_block(dev, buf, 0, block, order);
	return 0;
}

int dma_alloc_cma(struct armdma_device *dev, struct dma_buffer *buf, armdma_gfp_t gfp)
{
	struct armdma_machine *m = dev->m;
	size_t len = buf->npages * ARMDMA_PAGE_SIZE;
	struct armdma_page *first = mm_cma_alloc(m, dev, buf->npages, armdma_get_order(len),
						 gfp & ARMDMA__GFP_NOWARN);

	if (!first)
		return -ENOMEM;
	for (size_t i = 0; i < buf->npages; i++)
		buf->pages[i] = armdma_nth_page(m, first, i);
	clear(dev, buf, armdma_page_to_phys(m, first), len);
	return 0;
}

int dma_alloc_region(struct dma_buffer *buf, struct dma_region *region, size_t count, size_t align)
{
	size_t first;
	int ret = dma_region_alloc(region, count, align, &first);

	if (ret)
		return ret;
	buf->region = region;
	buf->region_at = first;
	buf->region_pages = count;
	for (size_t i = 0; i < buf->npages; i++)
		buf->pages[i] = region->pages[first + i];
	buf->cpu = region->kaddr + first * ARMDMA_PAGE_SIZE;
	return 0;
}

/* The part of a buffer's pages, from i on, that lies together, in lowmem or not. */
static size_t run_of_zone(struct armdma_machine *m, const struct dma_buffer *buf, size_t npages, size_t i,
			  bool *lowmem)
{
	size_t run = dma_run(m, buf->pages, npages, i), n = 1;

	*lowmem = armdma_page_address(m, buf->pages[i]) != NULL;
	while (n < run && (armdma_page_address(m, buf->pages[i + n]) != NULL) == *lowmem)
		n++;
	return n;
}

/* Undo hide() for the first npages. */
static void show(struct armdma_device *dev, struct dma_buffer *buf, size_t npages)
{
	struct armdma_machine *m = dev->m;
	bool lowmem;

	if (dev->coherent)
		return;
	for (size_t i = 0, n; i < npages; i += n) {
		n = run_of_zone(m, buf, npages, i, &lowmem);
		for (size_t j = i; j < i + n; j++)
			mm_mark_coherent(m, buf->pages[j], false);
		if (lowmem && m->cfg->alias_mode == ARMDMA_ALIAS_TRAP)
			armdma_hw_linear_show(m->hw, armdma_page_to_phys(m, buf->pages[i]),
					      n * ARMDMA_PAGE_SIZE);
	}
}

/* Pages of an uncached buffer lose their cached aliases: lowmem leaves the linear map, run by run, and kmap gives no window. */
static int hide(struct armdma_device *dev, struct dma_buffer *buf)
{
	struct armdma_machine *m = dev->m;
	bool lowmem;

	if (dev->coherent)
		return 0;
	for (size_t i = 0, n; i < buf->npages; i += n) {
		int ret = 0;

		n = run_of_zone(m, buf, buf->npages, i, &lowmem);
		if (lowmem && m->cfg->alias_mode == ARMDMA_ALIAS_TRAP)
			ret = armdma_hw_linear_hide(m->hw, armdma_page_to_phys(m, buf->pages[i]),
						    n * ARMDMA_PAGE_SIZE);
		if (ret) {
			show(dev, buf, i);
			return ret;
		}
		for (size_t j = i; j < i + n; j++)
			mm_mark_coherent(m, buf->pages[j], true);
	}
	return 0;
}

/* Does the buffer of a coherent device get a cookie? Linux 6.1 ignores the attribute behind an IOMMU. */
static bool wants_cookie(const struct armdma_device *dev, const struct dma_buffer *buf)
{
	if (!(buf->attrs & ARMDMA_ATTR_NO_KERNEL_MAPPING))
		return false;
	return !(as_linux(dev->m) && dev->coherent && buf->mapping);
}

/* A coherent device's contiguous lowmem is reached at its linear address. */
static void *linear_address(struct armdma_device *dev, const struct dma_buffer *buf)
{
	if (!dev->coherent || dma_run(dev->m, buf->pages, buf->npages, 0) != buf->npages)
		return NULL;
	return armdma_page_address(dev->m, buf->pages[0]);
}

int dma_map_kernel(struct armdma_device *dev, struct dma_buffer *buf)
{
	struct armdma_machine *m = dev->m;
	int ret;

	if (buf->region)
		return 0;	/* mapped for good */
	ret = hide(dev, buf);
	if (ret)
		return ret;
	if (wants_cookie(dev, buf))
		buf->cpu = armdma_hw_cookie_alloc(m->hw, buf->npages);
	else
		buf->cpu = linear_address(dev, buf);
	if (!buf->cpu && !wants_cookie(dev, buf))
		buf->cpu = mm_vmap(m, buf->pages, buf->npages, dma_memtype(dev));
	if (buf->cpu)
		return 0;
	show(dev, buf, buf->npages);
	return -ENOMEM;
}

void dma_unmap_kernel(struct armdma_device *dev, struct dma_buffer *buf)
{
	struct armdma_machine *m = dev->m;

	if (buf->region)
		return;
	switch (armdma_hw_space_of(m->hw, buf->cpu)) {
	case ARMDMA_SPACE_COOKIE:
		armdma_hw_cookie_free(m->hw, buf->cpu, buf->npages);
		break;
	case ARMDMA_SPACE_VMALLOC:
		mm_vunmap(m, buf->cpu, buf->npages);
		break;
	default:	/* a coherent device's buffer is its linear address */
		break;
	}
	show(dev, buf, buf->npages);
}

int dma_mmap_buffer(struct armdma_device *dev, struct armdma_vma *vma, struct dma_buffer *buf)
{
	enum armdma_memtype mt = buf->region ? ARMDMA_MT_UNCACHED : dma_memtype(dev);

	if (!vma->npages || vma->pgoff >= buf->npages || vma->npages > buf->npages - vma->pgoff)
		return -ENXIO;
	return mm_vm_map_pages(dev->m, vma, buf->pages + vma->pgoff, mt);
}

/* Contiguous: one entry of whole pages. Scattered: as long as the buffer was asked to be. */
int dma_buffer_sgtable(struct armdma_device *dev, struct armdma_sg_table *sgt, struct dma_buffer *buf)
{
	size_t len = buf->mapping ? buf->size : buf->npages * ARMDMA_PAGE_SIZE;

	return armdma_sg_alloc_table_from_pages(dev->m, sgt, buf->pages, (unsigned int)buf->npages, 0,
						len, UINT32_MAX);
}
