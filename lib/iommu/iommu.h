/* SPDX-License-Identifier: BSD-2-Clause */
/* The SYSMMU driver, the part that other rooms of lib/ see beside armdma/iommu.h. */
#ifndef LIB_IOMMU_H
#define LIB_IOMMU_H

#include <armdma/iommu.h>

#include "lib/machine.h"

/* Probe every SYSMMU of the configuration (reads its version, requests its interrupt). 0 or negative errno. */
int iommu_create(struct armdma_machine *m);
/* Domains must be gone. NULL-safe. */
void iommu_destroy(struct armdma_machine *m);
/* The driver's unit for a SYSMMU by name, or NULL. */
struct sysmmu_unit *iommu_find_unit(struct armdma_machine *m, const char *name);
/*
 * IOVA rule of the machine's units: a region begins at a multiple of align, and hole bytes behind it stay free. 0: no rule.
 */
void iommu_region_rule(const struct armdma_machine *m, uint64_t *align, uint64_t *hole);
/* Work around these errata only (ERRATUM_* of lib/iommu/variant.h); for domains and address spaces that are made from now on. */
void iommu_set_workarounds(struct armdma_machine *m, unsigned int errata);

/* armdma_iommu_map() with some of the domain's page sizes only (4 KiB is always among them). */
int iommu_map_sizes(struct armdma_domain *d, armdma_dma_t iova, armdma_phys_t pa, uint64_t size,
		    unsigned int prot, uint64_t sizes);
/*
 * armdma_iommu_unmap(), and a call when nothing can reach the range through a TLB any more: release(ctx, iova, size), at
 * once or when a lazy domain flushes. Only then may the IOVAs be handed out again.
 */
typedef void (*iommu_release_fn)(void *ctx, armdma_dma_t iova, uint64_t size);
uint64_t iommu_unmap_release(struct armdma_domain *d, armdma_dma_t iova, uint64_t size,
			     iommu_release_fn release, void *ctx);

/* Runtime PM of a device's units: resume before the device, suspend after it. */
void iommu_resume(struct armdma_device *dev);
void iommu_suspend(struct armdma_device *dev);

#endif
