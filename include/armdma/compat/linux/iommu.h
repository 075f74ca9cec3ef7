/* SPDX-License-Identifier: BSD-2-Clause */
/* What drivers ask of an IOMMU in front of their device. */
#ifndef ARMDMA_COMPAT_LINUX_IOMMU_H
#define ARMDMA_COMPAT_LINUX_IOMMU_H

#include <linux/dma-mapping.h>

/* Does dev reach memory through an IOMMU's tables? */
ARMDMA_INLINE bool device_iommu_mapped(struct device *dev)
{
	ARMDMA_COMPAT_DEV;

	return d && armdma_to_iommu_mapping(d);
}

#endif
