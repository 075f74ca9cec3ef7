/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Operations of a device behind an IOMMU: buffers are scattered pages that
 * the device sees as one range of IOVAs.
 *
 * Behaviour: Linux 6.1 arch/arm/mm/dma-mapping.c (arm_iommu_*), without its defects: IOVA 0 is an address like
 * any other, an offset of a page or more maps only the pages that are used, and every failure is undone whole.
 */
#include <errno.h>

#include <armdma/iommu.h>

#include "lib/dma/dma.h"
#include "lib/dma/pgsize.h"
#include "lib/iommu/iommu.h"

static unsigned int prot_of(enum armdma_dir dir, unsigned long attrs)
{
	unsigned int prot = attrs & ARMDMA_ATTR_PRIVILEGED ? ARMDMA_IOMMU_PRIV : 0;

	switch (dir) {
	case ARMDMA_TO_DEVICE:
		return prot | ARMDMA_IOMMU_READ;
	case ARMDMA_FROM_DEVICE:
		return prot | ARMDMA_IOMMU_WRITE;
	default:
		return prot | ARMDMA_IOMMU_READ | ARMDMA_IOMMU_WRITE;
	}
}

static int alloc_pages(struct armdma_device *dev, struct dma_buffer *buf, armdma_gfp_t gfp,
		       const struct pgsize_plan *plan)
{
	if (dev->coherent)
		return dma_alloc_contiguous(dev, buf, gfp);
	return dma_alloc_blocks(dev, buf, gfp | ARMDMA__GFP_HIGHMEM, plan->orders, plan->last);
}

/* One map call for each physically contiguous run. */
static int map_buffer(struct armdma_device *dev, struct dma_buffer *buf, armdma_dma_t iova, uint64_t sizes)
{
	struct armdma_domain *d = dev->mapping->domain;
	unsigned int prot = prot_of(ARMDMA_BIDIRECTIONAL, buf->attrs);

	for (size_t i = 0, n; i < buf->npages; i += n) {
		int ret;

		n = dma_run(dev->m, buf, i);
		ret = iommu_map_sizes(d, iova + i * ARMDMA_PAGE_SIZE,
				      armdma_page_to_phys(dev->m, buf->pages[i]),
				      n * ARMDMA_PAGE_SIZE, prot, sizes);
		if (ret) {
			if (i)
				armdma_iommu_unmap(d, iova, i * ARMDMA_PAGE_SIZE);
			return ret;
		}
	}
	return 0;
}

/* The hardware comes last: a step that fails before it leaves no TLB to be told. */
static int iommu_alloc(struct armdma_device *dev, struct dma_buffer *buf, armdma_gfp_t gfp)
{
	struct armdma_iommu_mapping *mapping = dev->mapping;
	uint64_t len = (uint64_t)buf->npages * ARMDMA_PAGE_SIZE;
	struct pgsize_plan plan;
	armdma_dma_t iova;
	int ret;

	dma_pgsize_plan(dev, buf->attrs, &plan);
	ret = alloc_pages(dev, buf, gfp, &plan);
	if (ret)
		return ret;
	ret = dma_map_kernel(dev, buf);
	if (ret)
		goto free_pages;
	ret = -ENOMEM;
	iova = dma_iova_alloc(mapping, len, dev->coherent_dma_mask, plan.iova_align);
	if (iova == ARMDMA_MAPPING_ERROR)
		goto unmap_kernel;
	ret = map_buffer(dev, buf, iova, plan.entries);
	if (ret)
		goto free_iova;
	buf->handle = iova;
	return 0;

free_iova:
	dma_iova_free(mapping, iova, len);
unmap_kernel:
	dma_unmap_kernel(dev, buf);
free_pages:
	dma_free_pages(dev, buf);
	return ret;
}

/* The IOVA goes back only when no translation is left, and the pages only when no IOVA leads to them. */
static void iommu_free(struct armdma_device *dev, struct dma_buffer *buf)
{
	uint64_t len = (uint64_t)buf->npages * ARMDMA_PAGE_SIZE;

	dma_unmap_kernel(dev, buf);
	dma_iova_unmap(buf->mapping, buf->handle, len);
	/* Whoever gets the pages next has not agreed to a device that may still reach them. */
	armdma_domain_flush(buf->mapping->domain);
	dma_free_pages(dev, buf);
}

static armdma_dma_t iommu_map_page(struct armdma_device *dev, armdma_phys_t pa, size_t size,
				   enum armdma_dir dir, unsigned long attrs)
{
	struct armdma_iommu_mapping *mapping = dev->mapping;
	uint64_t offset = pa % ARMDMA_PAGE_SIZE, len = ARMDMA_PAGE_ALIGN(offset + size);
	armdma_dma_t iova;

	if (!(attrs & ARMDMA_ATTR_SKIP_CPU_SYNC))
		dma_cpu_to_dev(dev, pa, size, dir);
	iova = dma_iova_alloc(mapping, len, dev->dma_mask, 0);
	if (iova == ARMDMA_MAPPING_ERROR)
		return iova;
	if (iommu_map_sizes(mapping->domain, iova, pa - offset, len, prot_of(dir, attrs),
			    dma_pgsize_entries(dev))) {
		dma_iova_free(mapping, iova, len);
		return ARMDMA_MAPPING_ERROR;
	}
	return iova + offset;
}

static bool iommu_pa(const struct armdma_device *dev, armdma_dma_t addr, armdma_phys_t *pa)
{
	*pa = armdma_iova_to_phys(dev->mapping->domain, addr);
	return *pa != ARMDMA_MAPPING_ERROR;
}

static void iommu_unmap_page(const struct dma_stream *st, unsigned long attrs)
{
	armdma_dma_t iova = st->addr & ARMDMA_PAGE_MASK;
	uint64_t len = ARMDMA_PAGE_ALIGN(st->addr - iova + st->size);

	if (!(attrs & ARMDMA_ATTR_SKIP_CPU_SYNC))
		dma_dev_to_cpu(st->dev, st->pa, st->size, st->dir);
	dma_iova_unmap(st->mapping, iova, len);
}

static bool iommu_mask_supported(const struct armdma_device *dev, uint64_t mask)
{
	return mask >= dev->mapping->base + ARMDMA_PAGE_SIZE - 1;
}

static const struct armdma_dma_ops iommu_ops = {
	.name = "iommu",
	.alloc = iommu_alloc,
	.free = iommu_free,
	.mmap = dma_mmap_pages,
	.map_page = iommu_map_page,
	.unmap_page = iommu_unmap_page,
	.sync_for_cpu = dma_sync_for_cpu,
	.sync_for_device = dma_sync_for_device,
	.to_phys = iommu_pa,
	.mask_supported = iommu_mask_supported,
};

const struct armdma_dma_ops *dma_iommu_ops(void)
{
	return &iommu_ops;
}
