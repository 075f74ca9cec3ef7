/* SPDX-License-Identifier: BSD-2-Clause */
/* A small machine for tests of the DMA API: one DMA engine behind a SYSMMU, reports collected. */
#ifndef TESTS_DMA_HELPERS_H
#define TESTS_DMA_HELPERS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <armdma/dma.h>
#include <armdma/iommu.h>
#include <armdma/machine.h>
#include <armdma/report.h>
#include <armdma/site.h>

#define MIB (1024ULL * 1024)
#define DMA_BASE 0x20000000ULL
#define DMA_SIZE (128 * MIB)
#define LONG_WAIT 10000000

struct env {
	struct armdma_machine *m;
	struct armdma_hw *hw;
	struct armdma_device *dev;
	struct armdma_iommu_mapping *mapping;	/* NULL: direct ops */
	unsigned int reports;
	struct armdma_report last;
	char text[4096];
	char log[4096];
};

static inline void env_report(void *ctx, const struct armdma_report *rep)
{
	struct env *e = ctx;

	e->reports++;
	e->last = *rep;
	snprintf(e->text, sizeof(e->text), "%s", rep->text);
}

static inline void env_log(void *ctx, const char *line)
{
	struct env *e = ctx;

	snprintf(e->log, sizeof(e->log), "%s", line);
}

static inline struct armdma_config env_config(void)
{
	struct armdma_config cfg = armdma_config_exynos4210();

	cfg.ram_size = 64 * MIB;
	cfg.lowmem_size = 32 * MIB;
	cfg.sysmmus[0] = cfg.sysmmus[4];
	cfg.devices[0] = cfg.devices[4];
	cfg.nr_sysmmus = cfg.nr_devices = 1;
	return cfg;
}

static inline void env_attach(struct env *e, uint64_t base, uint64_t size)
{
	e->mapping = armdma_iommu_create_mapping(e->m, base, size, NULL, NULL);
	assert_non_null(e->mapping);
	assert_int_equal(armdma_iommu_attach_device(e->dev, e->mapping), 0);
}

static inline struct env *env_new(const struct armdma_config *cfg)
{
	struct env *e = calloc(1, sizeof(*e));
	struct armdma_error err;

	assert_non_null(e);
	if (armdma_machine_create(&e->m, cfg, &err))
		fail_msg("%s", err.msg);
	e->hw = armdma_machine_hw(e->m);
	e->dev = armdma_device_find(e->m, "mdma");
	assert_non_null(e->dev);
	armdma_set_report_fn(e->m, env_report, e);
	/* The tests of the layer itself are no drivers. */
	armdma_checker_rule(e->m, ARMDMA_REPORT_UNCHECKED, false);
	armdma_hw_set_log(e->hw, env_log, e);
	return e;
}

static inline int env_setup_direct(void **state)
{
	struct armdma_config cfg = env_config();

	*state = env_new(&cfg);
	return 0;
}

static inline int env_setup_iommu(void **state)
{
	struct armdma_config cfg = env_config();
	struct env *e = env_new(&cfg);

	env_attach(e, DMA_BASE, DMA_SIZE);
	*state = e;
	return 0;
}

/* Leave nothing behind: the machine must not have anything to complain about. */
static inline int env_teardown(void **state)
{
	struct env *e = *state;
	struct armdma_mm_stats st;
	unsigned int reports = e->reports;

	if (e->mapping) {
		armdma_iommu_detach_device(e->dev);
		armdma_iommu_release_mapping(e->mapping);
	}
	armdma_mm_stats(e->m, &st);
	if (st.vm_areas || st.kmalloc_objects)
		return -1;
	armdma_machine_destroy(e->m);
	if (e->reports != reports) {
		fprintf(stderr, "%s", e->text);
		return -1;
	}
	free(e);
	return 0;
}

static inline void dev_read(struct env *e, armdma_dma_t addr, void *buf, size_t len)
{
	assert_int_equal(armdma_hw_master_read_sync(e->hw, "mdma", addr, buf, len, LONG_WAIT), 0);
}

static inline void dev_write(struct env *e, armdma_dma_t addr, const void *buf, size_t len)
{
	assert_int_equal(armdma_hw_master_write_sync(e->hw, "mdma", addr, buf, len, LONG_WAIT), 0);
}

/* Bytes that no other place, order or round has. */
static inline void pattern(uint8_t *buf, size_t len, uint32_t seed)
{
	for (size_t i = 0; i < len; i++)
		buf[i] = (uint8_t)((i * 2654435761u + seed * 40503u) >> 11 ^ i >> 12 ^ seed);
}

#endif
