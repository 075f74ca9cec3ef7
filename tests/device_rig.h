/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A bench for devices: hardware without software, a camera "fimc0" and a DMA engine "sgdma" on
 * physical addresses (or behind a SYSMMU when asked for), 64 MiB of RAM.
 */
#ifndef TESTS_DEVICE_RIG_H
#define TESTS_DEVICE_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <armdma/hw.h>

#define DRIG_RAM 0x40000000u
#define DRIG_RAM_SIZE (64u << 20)
#define DRIG_FIMC 0x11800000u
#define DRIG_FIMC_IRQ 84u
#define DRIG_SGDMA 0x10810000u
#define DRIG_SGDMA_IRQ 34u
#define DRIG_MMU 0x11A20000u	/* in front of the camera */
#define DRIG_SGDMA_MMU 0x10A40000u
#define DRIG_MS 160000u		/* cycles */

struct drig {
	struct armdma_hw *hw;
	unsigned int logs;
	char last_log[512];
};

static inline void drig_log(void *ctx, const char *line)
{
	struct drig *r = ctx;

	r->logs++;
	snprintf(r->last_log, sizeof(r->last_log), "%s", line);
}

static inline struct armdma_config drig_config(bool sysmmu)
{
	struct armdma_config cfg = armdma_config_exynos4210();

	cfg.ram_base = DRIG_RAM;
	cfg.ram_size = DRIG_RAM_SIZE;
	cfg.lowmem_size = DRIG_RAM_SIZE;
	cfg.nr_sysmmus = 0;
	cfg.nr_devices = 2;
	cfg.devices[0] = (struct armdma_device_config){
		.name = "fimc0", .kind = ARMDMA_DEV_FIMC, .reg_base = DRIG_FIMC, .irq = DRIG_FIMC_IRQ,
	};
	cfg.devices[1] = (struct armdma_device_config){
		.name = "sgdma", .kind = ARMDMA_DEV_SGDMA, .reg_base = DRIG_SGDMA, .irq = DRIG_SGDMA_IRQ,
	};
	if (!sysmmu)
		return cfg;
	cfg.nr_sysmmus = 2;
	cfg.sysmmus[0] = (struct armdma_sysmmu_config){
		.name = "mmu0", .reg_base = DRIG_MMU, .irq = 4, .version = ARMDMA_SYSMMU_V1_2,
	};
	cfg.sysmmus[1] = cfg.sysmmus[0];
	snprintf(cfg.sysmmus[1].name, sizeof(cfg.sysmmus[1].name), "mmu1");
	cfg.sysmmus[1].reg_base = DRIG_SGDMA_MMU;
	snprintf(cfg.devices[0].sysmmu, sizeof(cfg.devices[0].sysmmu), "mmu0");
	snprintf(cfg.devices[1].sysmmu, sizeof(cfg.devices[1].sysmmu), "mmu1");
	return cfg;
}

static inline void drig_create(struct drig *r, const struct armdma_config *cfg)
{
	struct armdma_error err = { "" };

	memset(r, 0, sizeof(*r));
	if (armdma_hw_create(&r->hw, cfg, &err))
		fail_msg("%s", err.msg);
	armdma_hw_set_log(r->hw, drig_log, r);
}

static inline int drig_setup(void **state)
{
	struct armdma_config cfg = drig_config(false);
	struct drig *r = malloc(sizeof(*r));

	assert_non_null(r);
	drig_create(r, &cfg);
	*state = r;
	return 0;
}

static inline int drig_teardown(void **state)
{
	struct drig *r = *state;

	armdma_hw_destroy(r->hw);
	free(r);
	return 0;
}

static inline uint32_t drig_rd(struct drig *r, uint32_t reg)
{
	return armdma_hw_readl(r->hw, reg);
}

static inline void drig_wr(struct drig *r, uint32_t reg, uint32_t value)
{
	armdma_hw_writel(r->hw, reg, value);
}

/* DRAM at pa, checked. */
static inline void drig_peek(struct drig *r, armdma_phys_t pa, void *buf, size_t len)
{
	assert_int_equal(armdma_hw_phys_read(r->hw, pa, buf, len), 0);
}

static inline void drig_poke(struct drig *r, armdma_phys_t pa, const void *buf, size_t len)
{
	assert_int_equal(armdma_hw_phys_write(r->hw, pa, buf, len), 0);
}

/* Bytes that no device pattern of the tests resembles. */
static inline void drig_noise(uint8_t *buf, size_t len, uint32_t seed)
{
	for (size_t i = 0; i < len; i++) {
		seed = seed * 1664525u + 1013904223u;
		buf[i] = (uint8_t)(seed >> 24);
	}
}

#endif
