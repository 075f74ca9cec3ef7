/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Presets of machines: Exynos4210 and 4412 with all SYSMMUs whose addresses are known.
 *
 * Addresses, interrupts and power domains as in the SoCs' device trees and in the kernel of 2010. Masters without a
 * model of their own are bus ports that tests drive. Not in: the GPS block, whose SYSMMU's address no source names.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <bsd/string.h>

#include <armdma/config.h>
#include <armdma/hw.h>

#define MIB (1024ULL * 1024)
#define WBUF_MAX (64u * 1024)	/* rings and descriptors, not frames */
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/*
 * Sources: DRAM latency and cache figures of a Cortex-A9 (Exynos4210 at 1.2 GHz) as measured in
 * public; everything else is an estimate chosen so that the model runs, in cycles of 6.25 ns.
 */
static const struct armdma_costs exynos4_costs = {
	.reg_read = 10,		/* 60 to 100 ns over the peripheral bus */
	.reg_write = 6,		/* 40 ns, posted */
	.barrier = 4,
	.cpu_relax = 2,
	.inner_line = 1,	/* 10 CPU cycles */
	.outer_line = 4,	/* 30 CPU cycles */
	.outer_sync = 8,	/* 60 CPU cycles */
	.beat = 1,
	.burst = 8,		/* interconnect, one way */
	.mem_read = 20,		/* DRAM random read, about 110 ns */
	.tlb_hit = 1,
	.tlb_l2_hit = 2,
	.pb_hit = 2,
	.flpd_hit = 1,
	.flush = 4,
	.block = 4,
	.irq = 40,
	.mem_beats = 5,		/* two channels of 32 bit, 6.4 GB/s together; a master's 64 bit bring 1.28 */
};

struct mmu {
	const char *name;	/* without sysmmu- */
	armdma_phys_t base;
	uint32_t irq;
	const char *domain;
};

struct master {
	const char *name;
	armdma_phys_t base;
	uint32_t irq;
	enum armdma_devkind kind;
	const char *domain;
	const char *mmus[ARMDMA_MAX_PORTS];	/* in front of each port */
};

#define MMU(name, base, group, input, domain) { name, base, ARMDMA_IRQ_COMBINER(group, input), domain }

/* Both SoCs. The first ones are in the order of the cameras; groups 4 and 5 of the combiner are SPI 4 and 5. */
static const struct mmu exynos4_sysmmus[] = {
	MMU("fimc0", 0x11A20000, 4, 2, "CAM"),
	MMU("fimc1", 0x11A30000, 4, 3, "CAM"),
	MMU("fimc2", 0x11A40000, 4, 4, "CAM"),
	MMU("fimc3", 0x11A50000, 4, 5, "CAM"),
};
static const struct mmu exynos4_more_sysmmus[] = {
	MMU("sss", 0x10A50000, 4, 1, ""),
	MMU("jpeg", 0x11A60000, 4, 6, "CAM"),
	MMU("fimd0", 0x11E20000, 5, 2, "LCD0"),
	MMU("tv", 0x12E20000, 5, 4, "TV"),
	MMU("mfc-l", 0x13620000, 5, 5, "MFC"),
	MMU("mfc-r", 0x13630000, 5, 6, "MFC"),
};
static const struct mmu exynos4210_sysmmus[] = {
	MMU("mdma", 0x10A40000, 4, 0, ""),
	MMU("g2d", 0x12A20000, 4, 7, "LCD0"),
	MMU("rotator", 0x12A30000, 5, 0, "LCD0"),
	MMU("mdma2", 0x12A40000, 5, 1, ""),
	MMU("fimd1", 0x12220000, 5, 3, "LCD1"),
	MMU("pcie", 0x12620000, 5, 7, ""),
};
/* G2D has moved to where Exynos4210 has MDMA's SYSMMU; memory DMA is behind MDMA2's. */
static const struct mmu exynos4412_sysmmus[] = {
	MMU("mdma", 0x12A40000, 5, 1, ""),
	MMU("g2d", 0x10A40000, 4, 7, ""),
	MMU("rotator", 0x12A30000, 5, 0, ""),
	MMU("lite0", 0x123B0000, 16, 0, "ISP"),
	MMU("lite1", 0x123C0000, 16, 1, "ISP"),
	MMU("isp", 0x12260000, 16, 2, "ISP"),
	MMU("drc", 0x12270000, 16, 3, "ISP"),
	MMU("fd", 0x122A0000, 16, 4, "ISP"),
	MMU("mcu", 0x122B0000, 16, 5, "ISP"),
};

#define PORT ARMDMA_DEV_MASTER

static const struct master exynos4_masters[] = {
	{ "fimc0", 0x11800000, 84, ARMDMA_DEV_FIMC, "CAM", { "fimc0" } },
	{ "fimc1", 0x11810000, 85, ARMDMA_DEV_FIMC, "CAM", { "fimc1" } },
	{ "fimc2", 0x11820000, 86, ARMDMA_DEV_FIMC, "CAM", { "fimc2" } },
	{ "fimc3", 0x11830000, 87, ARMDMA_DEV_FIMC, "CAM", { "fimc3" } },
	{ "mdma", 0x10810000, 34, ARMDMA_DEV_SGDMA, "", { "mdma" } },
	{ "sss", 0x10830000, 112, PORT, "", { "sss" } },
	{ "jpeg", 0x11840000, 88, PORT, "CAM", { "jpeg" } },
	{ "fimd0", 0x11C00000, ARMDMA_IRQ_COMBINER(11, 0), PORT, "LCD0", { "fimd0" } },
	{ "tv", 0x12C10000, 91, PORT, "TV", { "tv" } },
	{ "mfc", 0x13400000, 94, PORT, "MFC", { "mfc-l", "mfc-r" } },
};
static const struct master exynos4210_masters[] = {
	{ "g2d", 0x12800000, 89, PORT, "LCD0", { "g2d" } },
	{ "rotator", 0x12810000, 83, PORT, "LCD0", { "rotator" } },
};
static const struct master exynos4412_masters[] = {
	{ "g2d", 0x10800000, 89, PORT, "", { "g2d" } },
	{ "rotator", 0x12810000, 83, PORT, "", { "rotator" } },
	{ "fimc-lite0", 0x12390000, 105, PORT, "ISP", { "lite0" } },
	{ "fimc-lite1", 0x123A0000, 106, PORT, "ISP", { "lite1" } },
	{ "fimc-is", 0x12000000, 90, PORT, "ISP", { "isp", "drc", "fd", "mcu" } },
};

static void add_sysmmus(struct armdma_config *cfg, const struct mmu *u, size_t n)
{
	for (; n--; u++) {
		struct armdma_sysmmu_config *mmu = &cfg->sysmmus[cfg->nr_sysmmus++];

		snprintf(mmu->name, sizeof(mmu->name), "sysmmu-%s", u->name);
		mmu->reg_base = u->base;
		mmu->irq = u->irq;
		mmu->version = ARMDMA_SYSMMU_V1_2;	/* assumption: documented nowhere */
		strlcpy(mmu->power_domain, u->domain, sizeof(mmu->power_domain));
	}
}

static void add_masters(struct armdma_config *cfg, const struct master *u, size_t n)
{
	for (; n--; u++) {
		struct armdma_device_config *dev = &cfg->devices[cfg->nr_devices++];

		strlcpy(dev->name, u->name, sizeof(dev->name));
		dev->kind = u->kind;
		dev->reg_base = u->base;
		dev->irq = u->irq;
		dev->addr_bits = 32;
		strlcpy(dev->power_domain, u->domain, sizeof(dev->power_domain));
		snprintf(dev->sysmmu, sizeof(dev->sysmmu), "sysmmu-%s", u->mmus[0]);
		for (int p = 1; p < ARMDMA_MAX_PORTS && u->mmus[p]; p++)
			snprintf(dev->more_sysmmus[p - 1], ARMDMA_NAME_LEN, "sysmmu-%s", u->mmus[p]);
	}
}

/* Groups 0 to 15 are the SPIs of that number; 4412 has four more. */
static void add_combiner(struct armdma_config *cfg, uint32_t nr_groups)
{
	static const uint32_t more[] = { 107, 108, 48, 42 };

	cfg->combiner.reg_base = 0x10440000;
	cfg->combiner.nr_groups = nr_groups;
	for (uint32_t g = 0; g < nr_groups; g++)
		cfg->combiner.irq[g] = g < 16 ? g : more[g - 16];
}

static struct armdma_config exynos4(const char *soc, uint32_t nr_groups)
{
	struct armdma_config cfg;

	memset(&cfg, 0, sizeof(cfg));
	strlcpy(cfg.soc, soc, sizeof(cfg.soc));
	cfg.ram_base = 0x40000000;
	if (sizeof(void *) > 4) {
		cfg.ram_size = 1024 * MIB;
		cfg.lowmem_size = 760 * MIB;
	} else {
		cfg.ram_size = 64 * MIB;
		cfg.lowmem_size = 48 * MIB;
	}
	cfg.atomic_pool_size = 256 * 1024;
	cfg.inner_line = 32;
	cfg.outer_line = 32;
	cfg.cache_policy = ARMDMA_CACHE_PESSIMAL;
	cfg.adversary_intensity = 100;
	cfg.cpu_speculates = true;
	cfg.alias_mode = ARMDMA_ALIAS_TRAP;
	cfg.undo = true;
	cfg.wbuf_max = WBUF_MAX;
	cfg.wbuf_age = 1600;	/* 10 us */
	cfg.seed = 1;
	cfg.iova_align_order = 8;
	cfg.costs = exynos4_costs;
	add_sysmmus(&cfg, exynos4_sysmmus, COUNT(exynos4_sysmmus));
	add_masters(&cfg, exynos4_masters, COUNT(exynos4_masters));
	add_combiner(&cfg, nr_groups);
	return cfg;
}

struct armdma_config armdma_config_exynos4210(void)
{
	struct armdma_config cfg = exynos4("exynos4210", 16);

	add_sysmmus(&cfg, exynos4210_sysmmus, COUNT(exynos4210_sysmmus));
	add_sysmmus(&cfg, exynos4_more_sysmmus, COUNT(exynos4_more_sysmmus));
	add_masters(&cfg, exynos4210_masters, COUNT(exynos4210_masters));
	return cfg;
}

struct armdma_config armdma_config_exynos4412(void)
{
	struct armdma_config cfg = exynos4("exynos4412", 20);

	add_sysmmus(&cfg, exynos4412_sysmmus, COUNT(exynos4412_sysmmus));
	add_sysmmus(&cfg, exynos4_more_sysmmus, COUNT(exynos4_more_sysmmus));
	add_masters(&cfg, exynos4412_masters, COUNT(exynos4412_masters));
	return cfg;
}

/* Caches by family: the cores' technical reference manuals. */
static const struct {
	uint32_t line;
	bool speculates, bufferable;
} cpus[ARMDMA_NR_CPUS] = {
	[ARMDMA_CPU_ARM926] = { 32, false, false },
	[ARMDMA_CPU_XSCALE] = { 32, false, false },
	[ARMDMA_CPU_ARM1136] = { 32, true, true },
	[ARMDMA_CPU_CORTEX_A8] = { 64, true, true },
	[ARMDMA_CPU_CORTEX_A9] = { 32, true, true },
	[ARMDMA_CPU_CORTEX_A15] = { 64, true, true },
};

int armdma_config_set_cpu(struct armdma_config *cfg, enum armdma_cpu cpu)
{
	if ((unsigned int)cpu >= ARMDMA_NR_CPUS)
		return -EINVAL;
	cfg->inner_line = cfg->outer_line = cpus[cpu].line;
	cfg->cpu_speculates = cpus[cpu].speculates;
	cfg->wbuf_max = cpus[cpu].bufferable ? WBUF_MAX : 0;
	return 0;
}
