/* SPDX-License-Identifier: BSD-2-Clause */
/* Page sizes of a buffer, as the rest of the DMA layer asks for them. */
#ifndef LIB_DMA_PGSIZE_H
#define LIB_DMA_PGSIZE_H

#include <armdma/pgsize.h>

struct pgsize_plan {
	unsigned int orders[4];		/* of blocks, in the order in which they are tried */
	unsigned int last;		/* the smallest: without it the allocation fails */
	uint64_t entries;		/* page sizes that may map it, as a bit mask */
	uint64_t iova_align;		/* 0: the IOVA policy's rule */
};

/* attrs of the buffer or mapping. */
void dma_pgsize_plan(const struct armdma_device *dev, unsigned long attrs, struct pgsize_plan *plan);
/* Pages of a buffer of npages, rounded up to whole blocks. */
size_t dma_pgsize_round(const struct armdma_device *dev, unsigned long attrs, size_t npages);
/* Page sizes of a streaming mapping. */
uint64_t dma_pgsize_entries(const struct armdma_device *dev);
/* The device is about to be attached: what its policy asks of the address space. 0 or -EINVAL. */
int dma_pgsize_attach(const struct armdma_device *dev, struct armdma_domain *d);

#endif
