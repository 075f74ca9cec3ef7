/* SPDX-License-Identifier: BSD-2-Clause */
/* One System MMU as the rest of sim/ sees it; its registers are in armdma/sysmmu.h. */
#ifndef SIM_SYSMMU_H
#define SIM_SYSMMU_H

#include <armdma/hw.h>

struct sysmmu;
struct bus_port;

/* Returns 0 and *mmu, -EINVAL (unknown version), -EBUSY (register block taken), -ENOMEM. */
int sysmmu_create(struct armdma_hw *hw, const struct armdma_sysmmu_config *cfg, struct sysmmu **mmu);
void sysmmu_destroy(struct sysmmu *mmu);
const char *sysmmu_name(const struct sysmmu *mmu);
/* The translation port to put in front of a master. */
struct bus_port *sysmmu_port(struct sysmmu *mmu);
/* Adds this unit's counters to *st. */
void sysmmu_stats(const struct sysmmu *mmu, struct armdma_hw_stats *st);

#endif
