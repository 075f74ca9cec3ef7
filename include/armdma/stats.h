/* SPDX-License-Identifier: BSD-2-Clause */
/* All counters of a machine by one call: hardware, pages, DMA API, page tables, IO address spaces. */
#ifndef ARMDMA_STATS_H
#define ARMDMA_STATS_H

#include <stdio.h>

#include <armdma/dma.h>
#include <armdma/hw.h>
#include <armdma/iommu.h>
#include <armdma/iova.h>
#include <armdma/mm.h>

#ifdef __cplusplus
extern "C" {
#endif

struct armdma_stats {
	struct armdma_hw_stats hw;		/* sums over all units */
	struct armdma_mm_stats mm;
	struct armdma_dma_stats dma;		/* sums over all devices */
	struct armdma_iommu_stats iommu;	/* sums over all domains that live */
	struct armdma_iova_stats iova;		/* sums over all mappings that live; largest_free: the largest of all */
	uint32_t devices, domains, mappings;
	/* Free address space outside the largest free run of its mapping, in thousandths of all that is free. */
	uint32_t iova_fragmentation;
	uint32_t reports;			/* the checker's, of all kinds */
};

ARMDMA_API void armdma_stats(struct armdma_machine *m, struct armdma_stats *st);
/* As one JSON object, with the names of the structures above; nothing is left out. 0, or -EIO. */
ARMDMA_API int armdma_stats_write_json(const struct armdma_stats *st, FILE *out);

#ifdef __cplusplus
}
#endif
#endif
