/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A region: pages set aside, mapped uncached once, and handed out in parts. The atomic pool is one, and so is
 * the memory that a device declares.
 */
#ifndef LIB_DMA_REGION_H
#define LIB_DMA_REGION_H

#include "lib/machine.h"

struct dma_region {
	struct armdma_machine *m;
	uint8_t *kaddr;			/* of the first page */
	size_t npages, used;
	uint64_t *map;			/* pages in use */
	struct dma_region_ghost *ghosts; /* freed while a user had them mapped */
	unsigned int *refs;		/* of each page, without any user's */
	struct armdma_page *pages[];
};

/* Takes over the pages, which are mapped uncached and leave the linear map. NULL: no memory or address space; the pages stay the caller's. */
struct dma_region *dma_region_create(struct armdma_machine *m, struct armdma_page *const *pages,
				     size_t npages);
/* Puts every page. NULL-safe. */
void dma_region_destroy(struct dma_region *r);
/* At the end of the machine: only host memory. */
void dma_region_forget(struct dma_region *r);
/* First fit of count pages at a multiple of align (a power of two). 0 and *first, or -ENOMEM. */
int dma_region_alloc(struct dma_region *r, size_t count, size_t align, size_t *first);
/* Give pages back; those that a user has mapped stay out until he unmaps them. */
void dma_region_free(struct dma_region *r, size_t first, size_t count);

/* Does somebody beside the region, and who gave it the pages, hold some of them: a user that has them mapped? */
bool dma_region_held(const struct dma_region *r, size_t first, size_t count);

#endif
