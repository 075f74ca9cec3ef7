/* SPDX-License-Identifier: BSD-2-Clause */
/* Masks and limits of a device. Behaviour: Linux 6.1 kernel/dma/mapping.c and include/linux/dma-mapping.h. */
#include <errno.h>

#include "lib/dma/dma.h"

bool armdma_dma_supported(struct armdma_device *dev, uint64_t mask)
{
	DMA_CALL(call, "dma_supported");

	return dma_enter(dev, &call) && dev->ops->mask_supported(dev, mask);
}

/* A DMA address has 32 bits on this CPU, unless the machine's RAM needs more. */
static uint64_t truncate(const struct armdma_device *dev, uint64_t mask)
{
	const struct armdma_config *cfg = dev->m->cfg;

	return cfg->ram_base + cfg->ram_size > 1ULL << 32 ? mask : mask & ARMDMA_BIT_MASK(32);
}

static int set(struct armdma_device *dev, uint64_t *which, const char *what, uint64_t mask)
{
	mask = truncate(dev, mask);
	if (!dev->ops->mask_supported(dev, mask)) {
		armdma_hw_log(dev->m->hw, "%s: %s 0x%llx reaches no memory that the device could use",
			      dev->name, what, (unsigned long long)mask);
		return -EIO;
	}
	*which = mask;
	return 0;
}

int armdma_dma_set_mask(struct armdma_device *dev, uint64_t mask)
{
	DMA_CALL(call, "dma_set_mask");

	return dma_enter(dev, &call) ? set(dev, &dev->dma->mask, "DMA mask", mask) : -EIO;
}

int armdma_dma_set_coherent_mask(struct armdma_device *dev, uint64_t mask)
{
	DMA_CALL(call, "dma_set_coherent_mask");

	return dma_enter(dev, &call) ? set(dev, &dev->dma->coherent_mask, "coherent DMA mask", mask) : -EIO;
}

/* What is good for streaming is good for coherent memory. */
static int set_both(struct armdma_device *dev, uint64_t mask)
{
	int ret = set(dev, &dev->dma->mask, "DMA mask", mask);

	if (!ret)
		set(dev, &dev->dma->coherent_mask, "coherent DMA mask", mask);
	return ret;
}

int armdma_dma_set_mask_and_coherent(struct armdma_device *dev, uint64_t mask)
{
	DMA_CALL(call, "dma_set_mask_and_coherent");

	return dma_enter(dev, &call) ? set_both(dev, mask) : -EIO;
}

/* Every device here has a mask of its own, so there is nothing to coerce. */
int armdma_dma_coerce_mask_and_coherent(struct armdma_device *dev, uint64_t mask)
{
	DMA_CALL(call, "dma_coerce_mask_and_coherent");

	return dma_enter(dev, &call) ? set_both(dev, mask) : -EIO;
}

uint64_t armdma_dma_get_mask(const struct armdma_device *dev)
{
	DMA_CALL(call, "dma_get_mask");

	if (!dma_enter((struct armdma_device *)(uintptr_t)dev, &call))
		return 0;
	return dev->dma->mask ? dev->dma->mask : ARMDMA_BIT_MASK(32);
}

uint64_t armdma_dma_get_required_mask(struct armdma_device *dev)
{
	DMA_CALL(call, "dma_get_required_mask");

	return dma_enter(dev, &call) ? dev->ops->required_mask(dev) : 0;
}

bool armdma_dma_addressing_limited(struct armdma_device *dev)
{
	DMA_CALL(call, "dma_addressing_limited");
	uint64_t limit;

	if (!dma_enter(dev, &call))
		return false;
	limit = dev->dma->mask;
	if (!limit || (dev->dma->bus_limit && dev->dma->bus_limit < limit))
		limit = dev->dma->bus_limit ? dev->dma->bus_limit : ARMDMA_BIT_MASK(32);
	return limit < dev->ops->required_mask(dev);
}

unsigned int armdma_dma_get_max_seg_size(const struct armdma_device *dev)
{
	DMA_CALL(call, "dma_get_max_seg_size");

	return dma_enter((struct armdma_device *)(uintptr_t)dev, &call) ? dev->dma->max_seg_size : 0;
}

int armdma_dma_set_max_seg_size(struct armdma_device *dev, unsigned int size)
{
	DMA_CALL(call, "dma_set_max_seg_size");

	if (!dma_enter(dev, &call))
		return -EIO;
	if (!size)
		return -EINVAL;
	dev->dma->max_seg_size = size;
	return 0;
}

uint64_t armdma_dma_get_seg_boundary(const struct armdma_device *dev)
{
	DMA_CALL(call, "dma_get_seg_boundary");

	return dma_enter((struct armdma_device *)(uintptr_t)dev, &call) ? dev->dma->seg_boundary : 0;
}

int armdma_dma_set_seg_boundary(struct armdma_device *dev, uint64_t mask)
{
	DMA_CALL(call, "dma_set_seg_boundary");

	if (!dma_enter(dev, &call))
		return -EIO;
	if (mask & (mask + 1))
		return -EINVAL;
	dev->dma->seg_boundary = mask;
	return 0;
}

unsigned int armdma_dma_get_min_align_mask(const struct armdma_device *dev)
{
	DMA_CALL(call, "dma_get_min_align_mask");

	return dma_enter((struct armdma_device *)(uintptr_t)dev, &call) ? dev->dma->min_align_mask : 0;
}

int armdma_dma_set_min_align_mask(struct armdma_device *dev, unsigned int mask)
{
	DMA_CALL(call, "dma_set_min_align_mask");

	if (!dma_enter(dev, &call))
		return -EIO;
	if (mask & (mask + 1) || mask >= ARMDMA_PAGE_SIZE)
		return -EINVAL;
	dev->dma->min_align_mask = mask;
	return 0;
}

size_t armdma_dma_max_mapping_size(struct armdma_device *dev)
{
	DMA_CALL(call, "dma_max_mapping_size");

	return dma_enter(dev, &call) ? dev->ops->max_mapping_size(dev) : 0;
}

/* No set has a size from which on mappings cost more. */
size_t armdma_dma_opt_mapping_size(struct armdma_device *dev)
{
	DMA_CALL(call, "dma_opt_mapping_size");

	return dma_enter(dev, &call) ? dev->ops->max_mapping_size(dev) : 0;
}

uint64_t armdma_dma_get_merge_boundary(struct armdma_device *dev)
{
	DMA_CALL(call, "dma_get_merge_boundary");

	return dma_enter(dev, &call) ? dev->ops->merge_boundary(dev) : 0;
}

unsigned int armdma_dma_get_cache_alignment(const struct armdma_device *dev)
{
	DMA_CALL(call, "dma_get_cache_alignment");

	return dma_enter((struct armdma_device *)(uintptr_t)dev, &call) ? dev->m->cfg->inner_line : 0;
}
