/* SPDX-License-Identifier: BSD-2-Clause */
/* The board: a small machine with two engines and a bus master, and what its wire carries. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <armdma/compat/board.h>
#include <armdma/sgdma.h>

#include "tests/bugs/runner.h"

#define MIB (1024ULL * 1024)
#define KIB 1024ULL
#define SETTLE 20000000ULL	/* cycles; nothing that a scenario starts takes as long */

static struct armdma_device_config engine(const char *name, armdma_phys_t regs, uint32_t irq, const char *mmu)
{
	struct armdma_device_config dev = { .kind = ARMDMA_DEV_SGDMA, .reg_base = regs, .irq = irq };

	snprintf(dev.name, sizeof(dev.name), "%s", name);
	snprintf(dev.sysmmu, sizeof(dev.sysmmu), "%s", mmu);
	return dev;
}

static struct armdma_sysmmu_config mmu(const char *name, armdma_phys_t regs, uint32_t irq)
{
	struct armdma_sysmmu_config u = { .reg_base = regs, .irq = irq, .version = ARMDMA_SYSMMU_V3_3 };

	snprintf(u.name, sizeof(u.name), "%s", name);
	return u;
}

/* 32 MiB of RAM, half of it without linear addresses, 4 MiB contiguous. */
static struct armdma_config board_config(const struct bug_run *r, uint64_t seed, bool coherent_caches)
{
	struct armdma_config cfg = armdma_config_exynos4210();

	cfg.nr_sysmmus = 2;
	cfg.sysmmus[0] = mmu("sysmmu-sgdma", 0x10A40000, 50);
	cfg.sysmmus[1] = mmu("sysmmu-other", 0x10A50000, 51);
	cfg.nr_devices = 3;
	cfg.devices[0] = engine("sgdma", 0x10810000, 34, "sysmmu-sgdma");
	cfg.devices[1] = engine("other", 0x10820000, 35, "sysmmu-other");
	cfg.devices[2] = (struct armdma_device_config){ .name = "peer", .kind = ARMDMA_DEV_MASTER };
	cfg.ram_size = 32 * MIB;
	cfg.lowmem_size = 16 * MIB;
	cfg.cma_size = 4 * MIB;
	cfg.atomic_pool_size = 256 * KIB;
	if (r->mode == BUG_ADVERSARY)
		cfg.cache_policy = ARMDMA_CACHE_ADVERSARY;
	if (coherent_caches)
		cfg.cache_policy = ARMDMA_CACHE_COHERENT;
	if (seed)
		cfg.seed = seed;
	if (r->bug->configure)
		r->bug->configure(&cfg, r->set);
	return cfg;
}

static void die(const struct bug_run *r, const char *what)
{
	fprintf(stderr, "armdma-bugs: %s on %s: %s\n", r->bug->id, armdma_dma_ops_name(r->set), what);
	exit(3);
}

/* What has a SYSMMU or can have bounce buffers goes on the set; a window of the bus and a SYSMMU exclude each other. */
static void put_on(struct bug_run *r, struct armdma_device *dev)
{
	if (dev && armdma_dma_set_ops(dev, r->set))
		die(r, "the device cannot be put on the set");
}

void board_create(struct bug_run *r, uint64_t seed, bool coherent_caches)
{
	struct armdma_config cfg = board_config(r, seed, coherent_caches);
	struct armdma_error err = { "" };

	if (armdma_machine_create(&r->m, &cfg, &err))
		die(r, err.msg);
	r->hw = armdma_machine_hw(r->m);
	r->dev = armdma_device_find(r->m, "sgdma");
	r->other = armdma_device_find(r->m, "other");
	r->peer = armdma_device_find(r->m, "peer");
	put_on(r, r->dev);
	put_on(r, r->other);
	armdma_compat_set_machine(r->m);
}

void board_destroy(struct bug_run *r)
{
	armdma_machine_destroy(r->m);
	armdma_compat_set_machine(NULL);
	r->m = NULL;
}

/* ---- Binding ------------------------------------------------------------------------ */

int bug_bind_to(struct bug_run *r, struct armdma_device *dev)
{
	struct platform_device *pdev = armdma_compat_device(r->m, armdma_device_name(dev), NULL);

	return pdev ? armdma_compat_bind(pdev, *r->bug->drivers[r->bad]) : -ENOMEM;
}

int bug_bind(struct bug_run *r)
{
	return bug_bind_to(r, r->dev);
}

void bug_unbind_from(struct bug_run *r, struct armdma_device *dev)
{
	struct platform_device *pdev = armdma_compat_device(r->m, armdma_device_name(dev), NULL);

	if (pdev)
		armdma_compat_unbind(pdev);
}

void bug_unbind(struct bug_run *r)
{
	bug_unbind_from(r, r->dev);
}

/* ---- The wire -------------------------------------------------------------------------- */

void bug_pattern(void *buf, size_t len, uint32_t seed)
{
	armdma_sgdma_pattern(seed, 0, buf, len);
}

static void *host_alloc(const struct bug_run *r, size_t len)
{
	void *p = calloc(1, len);

	if (!p)
		die(r, "out of memory");
	return p;
}

void wire_delivers(struct bug_run *r, size_t len)
{
	free(r->wire);
	r->wire = host_alloc(r, len);
	r->wire_len = len;
	r->wire_used = 0;
	bug_pattern(r->wire, len, 0xB0C5);
	armdma_sgdma_set_source(r->hw, "sgdma", r->wire, len);
}

void wire_records(struct bug_run *r, size_t len)
{
	free(r->sink);
	r->sink = host_alloc(r, len);
	r->sink_len = len;
	armdma_sgdma_set_sink(r->hw, "sgdma", r->sink, len);
}

void bug_idle(struct bug_run *r)
{
	armdma_hw_run_until_idle(r->hw, SETTLE);
}

bool bug_relies_on(struct bug_run *r, const void *data, const void *expected, size_t len, const void *site)
{
	return armdma_cpu_sees_at(r->m, data, expected, len, site);
}
