/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Direct operations: the DMA address is the physical address, less the offset of the device's bus window.
 *
 * Behaviour: Linux 6.1 kernel/dma/direct.c with the ARM architecture allocator.
 */
#include <errno.h>

#include "lib/dma/dma.h"
#include "lib/mm/mm.h"

armdma_dma_t dma_direct_addr(const struct armdma_device *dev, armdma_phys_t pa, uint64_t size)
{
	const struct armdma_device_config *cfg = dev->dma->cfg;

	if (!cfg->nr_dma_ranges)
		return pa;
	for (uint32_t i = 0; i < cfg->nr_dma_ranges; i++) {
		const struct armdma_dma_range *r = &cfg->dma_ranges[i];

		if (pa >= r->cpu_start && pa - r->cpu_start < r->size &&
		    size <= r->size - (pa - r->cpu_start))
			return r->dma_start + (pa - r->cpu_start);
	}
	return ARMDMA_MAPPING_ERROR;
}

armdma_phys_t armdma_dma_to_phys(const struct armdma_device *dev, armdma_dma_t addr)
{
	DMA_CALL(call, "dma_to_phys");
	const struct armdma_device_config *cfg;

	if (!dma_given(dev, &call))
		return ARMDMA_MAPPING_ERROR;
	cfg = dev->dma->cfg;
	if (!cfg->nr_dma_ranges)
		return addr;
	for (uint32_t i = 0; i < cfg->nr_dma_ranges; i++) {
		const struct armdma_dma_range *r = &cfg->dma_ranges[i];

		if (addr >= r->dma_start && addr - r->dma_start < r->size)
			return r->cpu_start + (addr - r->dma_start);
	}
	return ARMDMA_MAPPING_ERROR;
}

/* The smaller of two limits of which 0 is none. */
static uint64_t min_not_zero(uint64_t a, uint64_t b)
{
	return !a || (b && b < a) ? b : a;
}

bool dma_reaches(const struct armdma_device *dev, armdma_dma_t addr, uint64_t size, uint64_t mask)
{
	uint64_t limit = min_not_zero(mask, dev->dma->bus_limit);

	return addr != ARMDMA_MAPPING_ERROR && (!limit || addr + size - 1 <= limit);
}

armdma_gfp_t dma_zone(const struct armdma_device *dev, uint64_t mask)
{
	uint64_t limit = min_not_zero(mask, dev->dma->bus_limit);

	return limit && limit < ARMDMA_BIT_MASK(32) && dev->m->cfg->dma_zone_size ? ARMDMA__GFP_DMA : 0;
}

/*
 * Which allocator: first match wins, and none stands in for another; but where no uncached mapping is wanted (a coherent
 * device, or no kernel mapping at all) contiguous memory is only the first choice, and one page does not need it unless
 * the device has an area of its own.
 */
static int direct_pages(struct armdma_device *dev, struct dma_buffer *buf, armdma_gfp_t gfp)
{
	struct armdma_machine *m = dev->m;
	bool may_sleep = gfp & ARMDMA__GFP_DIRECT_RECLAIM;
	bool plain = dev->coherent || buf->attrs & ARMDMA_ATTR_NO_KERNEL_MAPPING;

	if (plain && may_sleep && mm_cma_exists(m, dev) &&
	    (buf->npages > 1 || mm_cma_own_area(m, dev)) &&
	    !dma_alloc_cma(dev, buf, gfp | ARMDMA__GFP_NOWARN))
		return 0;
	if (plain)
		return dma_alloc_contiguous(dev, buf, gfp);
	if (!may_sleep)
		return dma_alloc_atomic(dev, buf);
	if (mm_cma_exists(m, dev))
		return dma_alloc_cma(dev, buf, gfp);
	return dma_alloc_contiguous(dev, buf, gfp);
}

int dma_direct_alloc(struct armdma_device *dev, struct dma_buffer *buf, armdma_gfp_t gfp)
{
	uint64_t mask = dev->dma->coherent_mask, len = (uint64_t)buf->npages * ARMDMA_PAGE_SIZE;
	int ret = direct_pages(dev, buf, gfp | dma_zone(dev, mask));

	if (ret)
		return ret;
	ret = -ENOMEM;
	buf->handle = dma_direct_addr(dev, armdma_page_to_phys(dev->m, buf->pages[0]), len);
	if (!dma_reaches(dev, buf->handle, len, mask)) {
		armdma_hw_log(dev->m->hw, "%s: buffer at 0x%llx is beyond the coherent mask 0x%llx or its bus",
			      dev->name,
			      (unsigned long long)armdma_page_to_phys(dev->m, buf->pages[0]),
			      (unsigned long long)mask);
		goto free_pages;
	}
	ret = dma_map_kernel(dev, buf);
	if (!ret)
		return 0;

free_pages:
	buf->handle = ARMDMA_MAPPING_ERROR;
	dma_free_buffer_pages(dev, buf);
	return ret;
}

void dma_direct_free(struct armdma_device *dev, struct dma_buffer *buf)
{
	dma_unmap_kernel(dev, buf);
	dma_free_buffer_pages(dev, buf);
}

armdma_dma_t dma_direct_map_page(struct dma_stream *st, uint64_t lead)
{
	struct armdma_device *dev = st->dev;
	armdma_dma_t addr = dma_direct_addr(dev, st->pa, st->size);

	(void)lead;
	if (!dma_reaches(dev, addr, st->size, dev->dma->mask)) {
		armdma_hw_log(dev->m->hw, "%s: 0x%llx+%zu overflows the DMA mask 0x%llx or its bus",
			      dev->name, (unsigned long long)st->pa, st->size,
			      (unsigned long long)dev->dma->mask);
		return ARMDMA_MAPPING_ERROR;
	}
	if (!(st->attrs & ARMDMA_ATTR_SKIP_CPU_SYNC))
		dma_cpu_to_dev(dev, st->pa, st->size, st->dir);
	return addr;
}

void dma_direct_unmap_page(const struct dma_stream *st, unsigned long attrs)
{
	if (!(attrs & ARMDMA_ATTR_SKIP_CPU_SYNC))
		dma_dev_to_cpu(st->dev, st->pa, st->size, st->dir);
}

static int direct_map_sg(struct dma_sg *sg)
{
	return dma_map_sg_each(sg, dma_direct_map_page, dma_direct_unmap_page);
}

static void direct_unmap_sg(const struct dma_sg *sg, unsigned int nents, unsigned long attrs)
{
	for (unsigned int i = 0; i < nents; i++)
		dma_direct_unmap_page(sg->segs[i], attrs);
}

/* Registers lie where they lie: no window, no maintenance. */
armdma_dma_t dma_direct_map_resource(struct dma_stream *st)
{
	struct armdma_device *dev = st->dev;

	if (dma_reaches(dev, st->pa, st->size, dev->dma->mask))
		return st->pa;
	armdma_hw_log(dev->m->hw, "%s: registers at 0x%llx+%zu are beyond the DMA mask 0x%llx",
		      dev->name, (unsigned long long)st->pa, st->size,
		      (unsigned long long)dev->dma->mask);
	return ARMDMA_MAPPING_ERROR;
}

void dma_direct_unmap_resource(const struct dma_stream *st)
{
	(void)st;
}

/* Maintenance of whatever RAM lies there. */
static void direct_unmap_blindly(struct armdma_device *dev, armdma_dma_t addr, size_t size,
				 enum armdma_dir dir, unsigned long attrs)
{
	armdma_phys_t pa = armdma_dma_to_phys(dev, addr);

	if (!(attrs & ARMDMA_ATTR_SKIP_CPU_SYNC) && armdma_phys_to_page(dev->m, pa))
		dma_dev_to_cpu(dev, pa, size, dir);
}

/*
 * A mask below the first page of RAM leaves nothing to use. As Linux 6.1: any of 32 bits or more will do, and
 * any that covers the 24 bits of ZONE_DMA, whether there is RAM or not.
 */
bool dma_direct_mask_supported(const struct armdma_device *dev, uint64_t mask)
{
	const struct armdma_config *cfg = dev->m->cfg;
	uint64_t last = cfg->ram_base + cfg->ram_size - ARMDMA_PAGE_SIZE;

	if (!as_linux(dev->m)) {
		uint64_t first = dma_direct_addr(dev, cfg->ram_base, ARMDMA_PAGE_SIZE);

		return first == ARMDMA_MAPPING_ERROR || mask >= first + ARMDMA_PAGE_SIZE - 1;
	}
	if (mask >= ARMDMA_BIT_MASK(32))
		return true;
	return mask >= (last < ARMDMA_BIT_MASK(24) ? last : ARMDMA_BIT_MASK(24));
}

uint64_t dma_direct_required_mask(const struct armdma_device *dev)
{
	const struct armdma_config *cfg = dev->m->cfg;
	armdma_phys_t last = cfg->ram_base + cfg->ram_size - ARMDMA_PAGE_SIZE;
	armdma_dma_t addr = dma_direct_addr(dev, last, ARMDMA_PAGE_SIZE);
	uint64_t mask = 1;

	if (addr == ARMDMA_MAPPING_ERROR)
		addr = last;
	while (mask < addr)
		mask = mask << 1 | 1;
	return mask;
}

static size_t no_limit(const struct armdma_device *dev)
{
	(void)dev;
	return SIZE_MAX;
}

static uint64_t no_merging(const struct armdma_device *dev)
{
	(void)dev;
	return 0;
}

#define DIRECT_OPS(which)						\
	{								\
		.set = which,						\
		.alloc = dma_direct_alloc,					\
		.free = dma_direct_free,					\
		.mmap = dma_mmap_buffer,				\
		.get_sgtable = dma_buffer_sgtable,			\
		.map_page = dma_direct_map_page,			\
		.unmap_page = dma_direct_unmap_page,			\
		.map_sg = direct_map_sg,				\
		.unmap_sg = direct_unmap_sg,				\
		.map_resource = dma_direct_map_resource,			\
		.unmap_resource = dma_direct_unmap_resource,		\
		.sync_for_cpu = dma_sync_for_cpu,			\
		.sync_for_device = dma_sync_for_device,			\
		.sync_sg_for_cpu = dma_sync_sg_for_cpu,			\
		.sync_sg_for_device = dma_sync_sg_for_device,		\
		.unmap_blindly = direct_unmap_blindly,			\
		.mask_supported = dma_direct_mask_supported,		\
		.required_mask = dma_direct_required_mask,			\
		.max_mapping_size = no_limit,				\
		.merge_boundary = no_merging,				\
	}

const struct armdma_dma_ops *dma_direct_ops(bool coherent)
{
	static const struct armdma_dma_ops ops[2] = {
		DIRECT_OPS(ARMDMA_OPS_DIRECT), DIRECT_OPS(ARMDMA_OPS_DIRECT_COHERENT)
	};

	return &ops[coherent];
}
