/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Operations of a device behind an IOMMU: buffers are scattered pages that
 * the device sees as one range of IOVAs. Lists are in iommu_sg.c.
 *
 * Behaviour: Linux 6.1 arch/arm/mm/dma-mapping.c (arm_iommu_*). As documented, without its defects: IOVA 0 is an address like
 * any other, an offset of a page or more maps only the pages that are used, and every failure is undone whole.
 */
#include <errno.h>

#include <armdma/iommu.h>

#include "lib/dma/dma.h"
#include "lib/dma/iommu_ops.h"
#include "lib/dma/pgsize.h"
#include "lib/iommu/iommu.h"
#include "lib/mm/mm.h"

/* No memory is there. What Linux 6.1 reads behind a one-element array of pages leads anywhere; here, to this. */
#define GARBAGE_PA 0xdead0000u

unsigned int dma_prot(enum armdma_dir dir, unsigned long attrs)
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

/* ---- Buffers ------------------------------------------------------------------ */

/* A coherent device's buffer, and one that must not sleep, are one block with one mapping. */
static bool is_simple(const struct armdma_device *dev, armdma_gfp_t gfp)
{
	return dev->coherent || !(gfp & ARMDMA__GFP_DIRECT_RECLAIM);
}

static int alloc_pages(struct armdma_device *dev, struct dma_buffer *buf, armdma_gfp_t gfp,
		       const struct pgsize_plan *plan)
{
	if (dev->coherent)
		return dma_alloc_contiguous(dev, buf, gfp);
	if (is_simple(dev, gfp))
		return dma_alloc_atomic(dev, buf);
	if (buf->attrs & ARMDMA_ATTR_FORCE_CONTIGUOUS)
		return dma_alloc_cma(dev, buf, gfp);
	return dma_alloc_blocks(dev, buf, gfp | ARMDMA__GFP_HIGHMEM, plan->orders, plan->last);
}

/* Linux 6.1 has only the first page's address where it maps a simple buffer. */
static int map_first_page_and_garbage(struct armdma_domain *d, const struct dma_buffer *buf, armdma_dma_t iova,
				      unsigned int prot)
{
	int ret = armdma_iommu_map(d, iova, armdma_page_to_phys(buf->dev->m, buf->pages[0]),
				   ARMDMA_PAGE_SIZE, prot);

	if (ret)
		return ret;
	ret = armdma_iommu_map(d, iova + ARMDMA_PAGE_SIZE, GARBAGE_PA,
			       (buf->npages - 1) * ARMDMA_PAGE_SIZE, prot);
	if (ret)
		armdma_iommu_unmap(d, iova, ARMDMA_PAGE_SIZE);
	return ret;
}

/* One map call for each physically contiguous run. */
static int map_buffer(struct armdma_device *dev, struct dma_buffer *buf, armdma_dma_t iova, bool simple,
		      uint64_t sizes)
{
	struct armdma_domain *d = buf->mapping->domain;
	unsigned int prot = dma_prot(ARMDMA_BIDIRECTIONAL, buf->attrs);

	if (simple && buf->npages > 1 && as_linux(dev->m))
		return map_first_page_and_garbage(d, buf, iova, prot);
	for (size_t i = 0, n; i < buf->npages; i += n) {
		int ret;

		n = dma_run(dev->m, buf->pages, buf->npages, i);
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

static int iommu_alloc(struct armdma_device *dev, struct dma_buffer *buf, armdma_gfp_t gfp)
{
	uint64_t len = (uint64_t)buf->npages * ARMDMA_PAGE_SIZE;
	struct pgsize_plan plan;
	armdma_dma_t iova;
	int ret;

	dma_pgsize_plan(dev, buf->attrs, &plan);
	ret = alloc_pages(dev, buf, gfp, &plan);
	if (ret)
		return ret;
	ret = -ENOMEM;
	iova = dma_iova_alloc(buf->mapping, len, dev->dma->coherent_mask, plan.iova_align);
	if (iova == ARMDMA_MAPPING_ERROR)
		goto free_pages;
	ret = map_buffer(dev, buf, iova, is_simple(dev, gfp), plan.entries);
	if (ret)
		goto free_iova;
	buf->handle = iova;
	ret = dma_map_kernel(dev, buf);
	if (!ret)
		return 0;
	if (!as_linux(dev->m))
		buf->handle = ARMDMA_MAPPING_ERROR;	/* Linux 6.1 leaves it with the caller */
	armdma_iommu_unmap(buf->mapping->domain, iova, len);
	armdma_domain_flush(buf->mapping->domain);
free_iova:
	dma_iova_free(buf->mapping, iova, len);
free_pages:
	/* Linux 6.1 gives a coherent device's block to the atomic pool, which does not know it: it is lost. */
	if (!(dev->coherent && as_linux(dev->m)))
		dma_free_buffer_pages(dev, buf);
	return ret;
}

/* The IOVA goes back only when no translation is left, and the pages only when no IOVA leads to them. */
static void iommu_free(struct armdma_device *dev, struct dma_buffer *buf)
{
	dma_unmap_kernel(dev, buf);
	dma_iova_unmap(buf->mapping, buf->handle, (uint64_t)buf->npages * ARMDMA_PAGE_SIZE);
	/* Whoever gets the pages next has not agreed to a device that may still reach them. */
	armdma_domain_flush(buf->mapping->domain);
	dma_free_buffer_pages(dev, buf);
}

/*
 * What Linux 6.1 makes of a buffer whose pages it looks for: it finds none of a coherent device (or takes the CPU
 * address for an array of pages), and takes the first page of the atomic pool's for one. What it finds there is no page.
 */
static int linux_pages(const struct dma_buffer *buf)
{
	if (!as_linux(buf->dev->m))
		return 0;
	if (buf->dev->coherent)
		return buf->attrs & ARMDMA_ATTR_NO_KERNEL_MAPPING ? -EINVAL : -ENXIO;
	return buf->region && buf->region == buf->dev->m->dma->atomic_pool ? -EINVAL : 0;
}

static int iommu_mmap(struct armdma_device *dev, struct armdma_vma *vma, struct dma_buffer *buf)
{
	int ret = linux_pages(buf);

	return ret ? ret : dma_mmap_buffer(dev, vma, buf);
}

static int iommu_get_sgtable(struct armdma_device *dev, struct armdma_sg_table *sgt, struct dma_buffer *buf)
{
	int ret = linux_pages(buf);

	return ret ? ret : dma_buffer_sgtable(dev, sgt, buf);
}

/* ---- Single mappings ------------------------------------------------------------ */

/* As Linux 6.1, the range starts at the caller's page, however far from the first byte. */
static uint64_t leading(const struct dma_stream *st, uint64_t lead)
{
	return st->pa % ARMDMA_PAGE_SIZE + (as_linux(st->dev->m) ? lead : 0);
}

static armdma_dma_t iommu_map_page(struct dma_stream *st, uint64_t lead)
{
	struct armdma_iommu_mapping *mapping = st->mapping;
	uint64_t offset = leading(st, lead), len = ARMDMA_PAGE_ALIGN(offset + st->size);
	armdma_dma_t iova;

	if (!(st->attrs & ARMDMA_ATTR_SKIP_CPU_SYNC))
		dma_cpu_to_dev(st->dev, st->pa, st->size, st->dir);
	iova = dma_iova_alloc(mapping, len, st->dev->dma->mask, 0);
	if (iova == ARMDMA_MAPPING_ERROR)
		return iova;
	if (iommu_map_sizes(mapping->domain, iova, st->pa - offset, len, dma_prot(st->dir, st->attrs),
			    dma_pgsize_entries(st->dev))) {
		dma_iova_free(mapping, iova, len);
		return ARMDMA_MAPPING_ERROR;
	}
	mapping->lost += (offset & ARMDMA_PAGE_MASK);	/* what unmap will not find */
	return iova + offset;
}

/* Linux 6.1 takes the first page of the address space for none. */
static bool is_linux_none(const struct armdma_device *dev, armdma_dma_t addr)
{
	return !(addr & ARMDMA_PAGE_MASK) && as_linux(dev->m);
}

static void iommu_unmap_page(const struct dma_stream *st, unsigned long attrs)
{
	armdma_dma_t iova = st->addr & ARMDMA_PAGE_MASK;
	uint64_t len = ARMDMA_PAGE_ALIGN(st->addr - iova + st->size);

	if (is_linux_none(st->dev, st->addr)) {
		st->mapping->lost += len;
		return;
	}
	if (!(attrs & ARMDMA_ATTR_SKIP_CPU_SYNC))
		dma_dev_to_cpu(st->dev, st->pa, st->size, st->dir);
	dma_iova_unmap(st->mapping, iova, len);
}

/* Registers: whole pages, no maintenance. */
static armdma_dma_t iommu_map_resource(struct dma_stream *st)
{
	uint64_t offset = st->pa % ARMDMA_PAGE_SIZE, len = ARMDMA_PAGE_ALIGN(offset + st->size);
	armdma_dma_t iova = dma_iova_alloc(st->mapping, len, st->dev->dma->mask, 0);

	if (iova == ARMDMA_MAPPING_ERROR)
		return iova;
	if (armdma_iommu_map(st->mapping->domain, iova, st->pa - offset, len,
			     dma_prot(st->dir, st->attrs) | ARMDMA_IOMMU_MMIO)) {
		dma_iova_free(st->mapping, iova, len);
		return ARMDMA_MAPPING_ERROR;
	}
	return iova + offset;
}

static void iommu_unmap_resource(const struct dma_stream *st)
{
	iommu_unmap_page(st, ARMDMA_ATTR_SKIP_CPU_SYNC);
}

static void iommu_sync_for_cpu(const struct dma_stream *st, uint64_t offset, size_t size, enum armdma_dir dir)
{
	if (!is_linux_none(st->dev, st->addr + offset))
		dma_sync_for_cpu(st, offset, size, dir);
}

static void iommu_sync_for_device(const struct dma_stream *st, uint64_t offset, size_t size,
				  enum armdma_dir dir)
{
	if (!is_linux_none(st->dev, st->addr + offset))
		dma_sync_for_device(st, offset, size, dir);
}

/* Linux 6.1 looks at nothing: it tears down what the arguments say, a neighbour's pages as well. */
static void iommu_unmap_blindly(struct armdma_device *dev, armdma_dma_t addr, size_t size,
				enum armdma_dir dir, unsigned long attrs)
{
	armdma_dma_t iova = addr & ARMDMA_PAGE_MASK;
	uint64_t len = ARMDMA_PAGE_ALIGN(addr - iova + size);
	armdma_phys_t pa = armdma_iova_to_phys(dev->mapping->domain, iova);

	if (is_linux_none(dev, addr))
		return;
	if (!(attrs & ARMDMA_ATTR_SKIP_CPU_SYNC) && armdma_phys_to_page(dev->m, pa))
		dma_dev_to_cpu(dev, pa + (addr - iova), size, dir);
	armdma_iommu_unmap(dev->mapping->domain, iova, len);
	armdma_domain_flush(dev->mapping->domain);
	for (uint64_t off = 0; off < len; off += ARMDMA_PAGE_SIZE)
		dma_iova_free(dev->mapping, iova + off, ARMDMA_PAGE_SIZE);	/* -EINVAL: was free */
}

/* ---- What the set can do ----------------------------------------------------------- */

/* As documented: some address of the space must be within the mask. Linux 6.1 asks nothing. */
static bool iommu_mask_supported(const struct armdma_device *dev, uint64_t mask)
{
	return as_linux(dev->m) || mask >= dev->mapping->base + ARMDMA_PAGE_SIZE - 1;
}

static uint64_t iommu_required_mask(const struct armdma_device *dev)
{
	(void)dev;
	return ARMDMA_BIT_MASK(32);
}

/* One allocation never spans two bitmaps; Linux 6.1 says there is no limit all the same. */
static size_t iommu_max_mapping_size(const struct armdma_device *dev)
{
	const uint64_t bitmap = 128ULL << 20;

	if (as_linux(dev->m))
		return SIZE_MAX;
	return (size_t)(dev->mapping->size < bitmap ? dev->mapping->size : bitmap);
}

/* Entries that meet at page boundaries merge. Linux 6.1 does it and says that it does not. */
static uint64_t iommu_merge_boundary(const struct armdma_device *dev)
{
	return as_linux(dev->m) ? 0 : ARMDMA_PAGE_SIZE - 1;
}

#define IOMMU_OPS(which)						\
	{								\
		.set = which,						\
		.alloc = iommu_alloc,					\
		.free = iommu_free,					\
		.mmap = iommu_mmap,					\
		.get_sgtable = iommu_get_sgtable,			\
		.map_page = iommu_map_page,				\
		.unmap_page = iommu_unmap_page,				\
		.map_sg = dma_iommu_map_sg,				\
		.unmap_sg = dma_iommu_unmap_sg,				\
		.map_resource = iommu_map_resource,			\
		.unmap_resource = iommu_unmap_resource,			\
		.sync_for_cpu = iommu_sync_for_cpu,			\
		.sync_for_device = iommu_sync_for_device,		\
		.sync_sg_for_cpu = dma_sync_sg_for_cpu,			\
		.sync_sg_for_device = dma_sync_sg_for_device,		\
		.unmap_blindly = iommu_unmap_blindly,			\
		.mask_supported = iommu_mask_supported,			\
		.required_mask = iommu_required_mask,			\
		.max_mapping_size = iommu_max_mapping_size,		\
		.merge_boundary = iommu_merge_boundary,			\
	}

const struct armdma_dma_ops *dma_iommu_ops(bool coherent)
{
	static const struct armdma_dma_ops ops[2] = {
		IOMMU_OPS(ARMDMA_OPS_IOMMU), IOMMU_OPS(ARMDMA_OPS_IOMMU_COHERENT)
	};

	return &ops[coherent];
}
