/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Direct operations: the DMA address is the physical address.
 *
 * Behaviour: Linux 6.1 kernel/dma/direct.c with the ARM architecture allocator (remap backend).
 */
#include <errno.h>

#include "lib/dma/dma.h"

static armdma_gfp_t zone_for(uint64_t mask)
{
	return mask < ARMDMA_BIT_MASK(32) ? ARMDMA__GFP_DMA : 0;
}

static bool reaches(armdma_phys_t pa, uint64_t size, uint64_t mask)
{
	return pa + size - 1 <= mask;
}

static int direct_alloc(struct armdma_device *dev, struct dma_buffer *buf, armdma_gfp_t gfp)
{
	armdma_phys_t pa;
	int ret;

	if (dev->m->cfg->dma_zone_size)
		gfp |= zone_for(dev->coherent_dma_mask);
	ret = dma_alloc_contiguous(dev, buf, gfp);
	if (ret)
		return ret;
	pa = armdma_page_to_phys(dev->m, buf->pages[0]);
	ret = -ENOMEM;
	if (!reaches(pa, buf->npages * ARMDMA_PAGE_SIZE, dev->coherent_dma_mask)) {
		armdma_hw_log(dev->m->hw,
			      "%s: buffer at 0x%llx is beyond the coherent mask 0x%llx", dev->name,
			      (unsigned long long)pa, (unsigned long long)dev->coherent_dma_mask);
		goto free_pages;
	}
	ret = dma_map_kernel(dev, buf);
	if (ret)
		goto free_pages;
	buf->handle = pa;
	return 0;

free_pages:
	dma_free_pages(dev, buf);
	return ret;
}

static void direct_free(struct armdma_device *dev, struct dma_buffer *buf)
{
	dma_unmap_kernel(dev, buf);
	dma_free_pages(dev, buf);
}

static armdma_dma_t direct_map_page(struct armdma_device *dev, armdma_phys_t pa, size_t size,
				    enum armdma_dir dir, unsigned long attrs)
{
	if (!reaches(pa, size, dev->dma_mask)) {
		armdma_hw_log(dev->m->hw, "%s: 0x%llx+%zu overflows the DMA mask 0x%llx", dev->name,
			      (unsigned long long)pa, size, (unsigned long long)dev->dma_mask);
		return ARMDMA_MAPPING_ERROR;
	}
	if (!(attrs & ARMDMA_ATTR_SKIP_CPU_SYNC))
		dma_cpu_to_dev(dev, pa, size, dir);
	return pa;
}

/* Translate a direct DMA address; false when it is no RAM. */
static bool direct_pa(const struct armdma_device *dev, armdma_dma_t addr, armdma_phys_t *pa)
{
	*pa = addr;
	return armdma_phys_to_page(dev->m, addr) != NULL;
}

static void direct_unmap_page(const struct dma_stream *st, unsigned long attrs)
{
	if (!(attrs & ARMDMA_ATTR_SKIP_CPU_SYNC))
		dma_dev_to_cpu(st->dev, st->pa, st->size, st->dir);
}

/* A mask below the first page of RAM leaves nothing to use. */
static bool direct_mask_supported(const struct armdma_device *dev, uint64_t mask)
{
	return mask >= dev->m->cfg->ram_base + ARMDMA_PAGE_SIZE - 1;
}

static const struct armdma_dma_ops direct_ops = {
	.name = "direct",
	.alloc = direct_alloc,
	.free = direct_free,
	.mmap = dma_mmap_pages,
	.map_page = direct_map_page,
	.unmap_page = direct_unmap_page,
	.sync_for_cpu = dma_sync_for_cpu,
	.sync_for_device = dma_sync_for_device,
	.to_phys = direct_pa,
	.mask_supported = direct_mask_supported,
};

const struct armdma_dma_ops *dma_direct_ops(void)
{
	return &direct_ops;
}
