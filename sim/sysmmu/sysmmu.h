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
/* 0, or -EINVAL with *err (may be NULL) naming the field. */
int sysmmu_check(const struct armdma_sysmmu_config *cfg, struct armdma_error *err);
/* Bytes of the register block of a version; 0: no such version. */
uint32_t sysmmu_reg_size(uint32_t version);
/* Gated: registers do not answer, nothing is translated, nothing is lost. Powered off: everything is lost. */
void sysmmu_set_clock(struct sysmmu *mmu, bool on);
void sysmmu_set_power(struct sysmmu *mmu, bool on);
/* "" for one that is always on. */
const char *sysmmu_power_domain(const struct sysmmu *mmu);
const char *sysmmu_name(const struct sysmmu *mmu);
/* The translation port to put in front of a master. */
struct bus_port *sysmmu_port(struct sysmmu *mmu);
/* Adds this unit's counters to *st. */
void sysmmu_stats(const struct sysmmu *mmu, struct armdma_hw_stats *st);

#endif
