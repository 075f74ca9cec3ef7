/* SPDX-License-Identifier: BSD-2-Clause */
/* The driver before simulated SYSMMUs of any version: a machine, an attached domain, memory, and a master that uses it. */
#ifndef TESTS_IOMMU_RIG_H
#define TESTS_IOMMU_RIG_H

#include <errno.h>

#include "lib/iommu/internal.h"
#include "tests/checklist.h"
#include "tests/iommu_helpers.h"

#define RIG_DEV "fimc0"
#define RIG_UNIT "sysmmu-fimc0"
#define RIG_TIME 200000u	/* cycles that no transfer of these tests needs */

static const uint32_t rig_versions[] __attribute__((unused)) = {
	ARMDMA_SYSMMU_V1_0, ARMDMA_SYSMMU_V1_2, ARMDMA_SYSMMU_V2_0, ARMDMA_SYSMMU_V2_1,
	ARMDMA_SYSMMU_V3_0, ARMDMA_SYSMMU_V3_1, ARMDMA_SYSMMU_V3_2, ARMDMA_SYSMMU_V3_3,
	ARMDMA_SYSMMU_V5_0, ARMDMA_SYSMMU_V5_1, ARMDMA_SYSMMU_V6_0, ARMDMA_SYSMMU_V7_0,
	ARMDMA_SYSMMU_V7_2, ARMDMA_SYSMMU_V7_4,
};
#define RIG_NR_VERSIONS (sizeof(rig_versions) / sizeof(rig_versions[0]))

struct rig {
	struct fixture f;
	struct armdma_device *dev;
	struct sysmmu_unit *unit;
	uint32_t version;
	unsigned int faults;
	struct armdma_fault last;
	/* What the fault handler does: map this page, or nothing. */
	uint64_t repair_iova, repair_pa;
	unsigned int repair_prot;
};

static inline int rig_fault(void *ctx, const struct armdma_fault *f)
{
	struct rig *r = ctx;

	r->faults++;
	r->last = *f;
	if (!r->repair_prot)
		return -1;
	return armdma_iommu_map(r->f.d, r->repair_iova, r->repair_pa, 4096, r->repair_prot);
}

static inline struct armdma_config rig_config(uint32_t version)
{
	struct armdma_config cfg = armdma_config_exynos4210();

	for (uint32_t i = 0; i < cfg.nr_sysmmus; i++)
		cfg.sysmmus[i].version = version;
	return cfg;
}

static inline void rig_open_cfg(struct rig *r, const struct armdma_config *cfg)
{
	memset(r, 0, sizeof(*r));
	fixture_init(&r->f, cfg);
	r->version = cfg->sysmmus[0].version;
	r->dev = armdma_device_find(r->f.m, RIG_DEV);
	r->unit = r->dev->units[0];
	armdma_domain_set_fault_handler(r->f.d, rig_fault, r);
}

static inline void rig_attach(struct rig *r)
{
	assert_int_equal(armdma_domain_attach(r->f.d, r->dev), 0);
}

static inline void rig_open(struct rig *r, uint32_t version)
{
	struct armdma_config cfg = rig_config(version);

	rig_open_cfg(r, &cfg);
	rig_attach(r);
}

static inline void rig_close(struct rig *r)
{
	if (r->dev->domain)
		assert_int_equal(armdma_domain_detach(r->f.d, r->dev), 0);
	fixture_fini(&r->f);
}

/* Without a report in the log: what is asked here is expected. */
static inline void rig_quiet(struct rig *r)
{
	armdma_checker_enable(r->f.m, false);
}

static inline int rig_write(struct rig *r, uint64_t iova, uint32_t value)
{
	return armdma_hw_master_write_sync(r->f.hw, RIG_DEV, iova, &value, sizeof(value), RIG_TIME);
}

static inline int rig_read(struct rig *r, uint64_t iova, uint32_t *value)
{
	return armdma_hw_master_read_sync(r->f.hw, RIG_DEV, iova, value, sizeof(*value), RIG_TIME);
}

static inline void rig_map(struct rig *r, uint64_t iova, uint64_t pa, uint64_t size)
{
	assert_int_equal(armdma_iommu_map(r->f.d, iova, pa, size, RW), 0);
}

static inline void rig_unmap(struct rig *r, uint64_t iova, uint64_t size)
{
	assert_int_equal(armdma_iommu_unmap(r->f.d, iova, size), size);
}

/* The device's write comes out at the physical address. */
static inline void rig_assert_leads(struct rig *r, uint64_t iova, uint64_t pa)
{
	static uint32_t mark = 0x5eed0000;

	mark++;
	assert_int_equal(rig_write(r, iova, mark), 0);
	assert_int_equal(dram_word(r->f.hw, pa), mark);
}

/* Nobody repairs: the transfer is held; the device goes on after a new attachment. */
static inline bool rig_faults(struct rig *r, uint64_t iova)
{
	unsigned int before = r->faults;
	uint32_t v = 0;
	int ret;

	r->repair_prot = 0;
	ret = rig_read(r, iova, &v);
	if (r->faults == before) {
		assert_int_equal(ret, 0);
		return false;
	}
	assert_int_equal(ret, -ETIMEDOUT);
	assert_int_equal(armdma_domain_detach(r->f.d, r->dev), 0);
	rig_attach(r);
	return true;
}

#endif
