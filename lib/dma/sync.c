/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who owns a buffer decides what its cache lines need: one implementation
 * for every set of operations.
 *
 * Towards the device data flows outwards, so the inner cache comes first; towards the CPU the outer
 * one, or a speculative load could refill the inner cache from a stale outer line.
 * Behaviour: Linux 6.1 __dma_page_cpu_to_dev() and __dma_page_dev_to_cpu() on ARMv7.
 */
#include "lib/dma/dma.h"

enum armdma_memtype dma_memtype(const struct armdma_device *dev)
{
	return dev->coherent ? ARMDMA_MT_CACHED : ARMDMA_MT_UNCACHED;
}

void dma_cpu_to_dev(struct armdma_device *dev, armdma_phys_t pa, size_t size, enum armdma_dir dir)
{
	if (dev->coherent)
		return;
	armdma_hw_cache_op(dev->m->hw, ARMDMA_CACHE_ALL,
			   dir == ARMDMA_FROM_DEVICE ? ARMDMA_CACHE_INVALIDATE : ARMDMA_CACHE_CLEAN,
			   pa, size);
}

void dma_dev_to_cpu(struct armdma_device *dev, armdma_phys_t pa, size_t size, enum armdma_dir dir)
{
	if (dev->coherent || dir == ARMDMA_TO_DEVICE)
		return;
	armdma_hw_cache_op(dev->m->hw, ARMDMA_CACHE_ALL | ARMDMA_CACHE_OUTER_FIRST,
			   ARMDMA_CACHE_INVALIDATE, pa, size);
}

bool dma_sync_for_cpu(struct armdma_device *dev, armdma_dma_t addr, unsigned long offset,
		      size_t size, enum armdma_dir dir, armdma_phys_t *pa)
{
	if (!dev->ops->to_phys(dev, addr + offset, pa))
		return false;
	dma_dev_to_cpu(dev, *pa, size, dir);
	return true;
}

bool dma_sync_for_device(struct armdma_device *dev, armdma_dma_t addr, unsigned long offset,
			 size_t size, enum armdma_dir dir, armdma_phys_t *pa)
{
	if (!dev->ops->to_phys(dev, addr + offset, pa))
		return false;
	dma_cpu_to_dev(dev, *pa, size, dir);
	return true;
}
