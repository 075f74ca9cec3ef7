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
/* Runtime PM of a device's units: resume before the device, suspend after it. */
void iommu_resume(struct armdma_device *dev);
void iommu_suspend(struct armdma_device *dev);

#endif
