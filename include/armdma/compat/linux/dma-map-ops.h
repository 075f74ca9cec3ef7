/* SPDX-License-Identifier: BSD-2-Clause */
/* What boards and buses use of the DMA API: memory of a device's own. */
#ifndef ARMDMA_COMPAT_LINUX_DMA_MAP_OPS_H
#define ARMDMA_COMPAT_LINUX_DMA_MAP_OPS_H

#include <linux/dma-mapping.h>

ARMDMA_INLINE int dma_declare_coherent_memory(struct device *dev, phys_addr_t pa, dma_addr_t dev_addr, size_t size)
{
	ARMDMA_COMPAT_DEV;

	return d ? armdma_dma_declare_coherent_memory(d, pa, dev_addr, size) : -EINVAL;
}
ARMDMA_INLINE void dma_release_coherent_memory(struct device *dev)
{
	ARMDMA_COMPAT_DEV;

	if (d)
		armdma_dma_release_coherent_memory(d);
}

#endif
