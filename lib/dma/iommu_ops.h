/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the IOMMU operations share. */
#ifndef LIB_DMA_IOMMU_OPS_H
#define LIB_DMA_IOMMU_OPS_H

#include "lib/dma/dma.h"

/* ARMDMA_IOMMU_* for a direction. */
unsigned int dma_prot(enum armdma_dir dir, unsigned long attrs);

int dma_iommu_map_sg(struct dma_sg *sg);
void dma_iommu_unmap_sg(const struct dma_sg *sg, unsigned int nents, unsigned long attrs);

#endif
