/* SPDX-License-Identifier: BSD-2-Clause */
/* IO address spaces of 32-bit ARM that drivers attach their devices to (armdma/dma.h). */
#ifndef ARMDMA_COMPAT_ASM_DMA_IOMMU_H
#define ARMDMA_COMPAT_ASM_DMA_IOMMU_H

#include <linux/dma-mapping.h>

struct dma_iommu_mapping;	/* struct armdma_iommu_mapping by its kernel name */

/* On the current machine. An error pointer on failure; bus is not looked at. */
ARMDMA_INLINE struct dma_iommu_mapping *arm_iommu_create_mapping(struct bus_type *bus, dma_addr_t base, u64 size)
{
	struct armdma_machine *m = armdma_compat_need("arm_iommu_create_mapping");
	struct armdma_iommu_mapping *mapping;
	int error = -ENODEV;

	(void)bus;
	if (!m)
		return (struct dma_iommu_mapping *)ERR_PTR(-ENODEV);
	mapping = armdma_iommu_create_mapping(m, base, size, NULL, &error);
	return (struct dma_iommu_mapping *)(mapping ? (void *)mapping : ERR_PTR(error));
}
ARMDMA_INLINE void arm_iommu_release_mapping(struct dma_iommu_mapping *mapping)
{
	armdma_iommu_release_mapping((struct armdma_iommu_mapping *)mapping);
}
ARMDMA_INLINE int arm_iommu_attach_device(struct device *dev, struct dma_iommu_mapping *mapping)
{
	ARMDMA_COMPAT_DEV;

	return d ? armdma_iommu_attach_device(d, (struct armdma_iommu_mapping *)mapping) : -ENODEV;
}
ARMDMA_INLINE void arm_iommu_detach_device(struct device *dev)
{
	ARMDMA_COMPAT_DEV;

	if (d)
		armdma_iommu_detach_device(d);
}
ARMDMA_INLINE struct dma_iommu_mapping *to_dma_iommu_mapping(struct device *dev)
{
	ARMDMA_COMPAT_DEV;

	return d ? (struct dma_iommu_mapping *)armdma_to_iommu_mapping(d) : NULL;
}

#endif
