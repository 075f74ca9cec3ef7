/* SPDX-License-Identifier: BSD-2-Clause */
/* A machine: hardware with the kernel software booted on it; its devices, and failure injection. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <armdma/dma.h>

#include "lib/check/check.h"
#include "lib/dma/dma.h"
#include "lib/iommu/iommu.h"
#include "lib/machine.h"
#include "lib/mm/mm.h"

static int add_device(struct armdma_machine *m, const struct armdma_device_config *cfg)
{
	struct armdma_device *dev = calloc(1, sizeof(*dev));

	if (!dev)
		return -ENOMEM;
	dev->m = m;
	memcpy(dev->name, cfg->name, sizeof(dev->name));
	dev->regs = cfg->reg_base;
	dev->irq = cfg->irq;
	dev->coherent = cfg->coherent;
	dev->dma_mask = dev->coherent_dma_mask = ARMDMA_BIT_MASK(32);
	dev->ops = dma_direct_ops();
	if (cfg->sysmmu[0]) {
		dev->units[0] = iommu_find_unit(m, cfg->sysmmu);
		dev->nr_units = dev->units[0] ? 1 : 0;
	}
	SLIST_INSERT_HEAD(&m->devices, dev, link);
	return 0;
}

static int boot(struct armdma_machine *m)
{
	int ret = check_create(m);

	if (!ret)
		ret = mm_create(m);
	if (!ret)
		ret = iommu_create(m);
	if (!ret)
		ret = dma_create(m);
	for (uint32_t i = 0; !ret && i < m->cfg->nr_devices; i++)
		ret = add_device(m, &m->cfg->devices[i]);
	return ret;
}

int armdma_machine_create(struct armdma_machine **out, const struct armdma_config *cfg,
			  struct armdma_error *err)
{
	struct armdma_config preset;
	struct armdma_machine *m;
	int ret;

	*out = NULL;
	if (!cfg) {
		preset = armdma_config_exynos4210();
		cfg = &preset;
	}
	m = calloc(1, sizeof(*m));
	if (!m)
		return -ENOMEM;
	SLIST_INIT(&m->devices);
	ret = armdma_hw_create(&m->hw, cfg, err);
	if (ret) {
		free(m);
		return ret;
	}
	m->ev = armdma_hw_events(m->hw);
	m->cfg = armdma_hw_config(m->hw);
	ret = boot(m);
	if (ret) {
		if (err)
			snprintf(err->msg, sizeof(err->msg), "cannot boot on %llu MiB of RAM: %s",
				 (unsigned long long)(m->cfg->ram_size >> 20), strerror(-ret));
		m->abandoned = true;
		armdma_machine_destroy(m);
		return ret;
	}
	*out = m;
	return 0;
}

void armdma_machine_destroy(struct armdma_machine *m)
{
	struct armdma_device *dev;

	if (!m)
		return;
	/* Interrupts that are still pending have no handlers left that could act on them. */
	armdma_hw_irq_save(m->hw);
	dma_report_leaks(m);
	while ((dev = SLIST_FIRST(&m->devices))) {
		if (dev->mapping)
			dma_detach_quietly(dev);
		SLIST_REMOVE_HEAD(&m->devices, link);
		free(dev);
	}
	dma_destroy(m);
	iommu_destroy(m);
	mm_destroy(m);
	check_destroy(m);
	armdma_hw_destroy(m->hw);
	free(m);
}

void armdma_machine_abandon(struct armdma_machine *m)
{
	m->abandoned = true;
}

struct armdma_hw *armdma_machine_hw(struct armdma_machine *m)
{
	return m->hw;
}

struct armdma_events *armdma_machine_events(struct armdma_machine *m)
{
	return m->ev;
}

struct armdma_device *armdma_device_find(struct armdma_machine *m, const char *name)
{
	struct armdma_device *dev;

	SLIST_FOREACH(dev, &m->devices, link)
		if (!strncmp(dev->name, name, ARMDMA_NAME_LEN))
			return dev;
	return NULL;
}

const char *armdma_device_name(const struct armdma_device *dev)
{
	return dev->name;
}

struct armdma_machine *armdma_device_machine(const struct armdma_device *dev)
{
	return dev->m;
}

armdma_phys_t armdma_device_regs(const struct armdma_device *dev)
{
	return dev->regs;
}

uint32_t armdma_device_irq(const struct armdma_device *dev)
{
	return dev->irq;
}

/* ---- runtime PM -------------------------------------------------------- */

bool armdma_pm_runtime_active(const struct armdma_device *dev)
{
	return !dev->pm_enabled || dev->pm_count;
}

void armdma_pm_runtime_enable(struct armdma_device *dev)
{
	if (dev->pm_enabled)
		return;
	dev->pm_enabled = true;
	if (!dev->pm_count)
		iommu_suspend(dev);
}

void armdma_pm_runtime_get(struct armdma_device *dev)
{
	bool was = armdma_pm_runtime_active(dev);

	dev->pm_count++;
	if (!was)
		iommu_resume(dev);	/* the SYSMMU is the device's supplier: it resumes first */
}

void armdma_pm_runtime_put(struct armdma_device *dev)
{
	if (!dev->pm_count) {
		misuse(dev->m, ARMDMA_REPORT_BAD_ARGUMENT, dev, __builtin_return_address(0),
		       ARMDMA_MAPPING_ERROR, 0,
		       "armdma_pm_runtime_put() without a get: the use count is already 0");
		return;
	}
	dev->pm_count--;
	if (!armdma_pm_runtime_active(dev))
		iommu_suspend(dev);
}

/* ---- failure injection ------------------------------------------------- */

void armdma_fail_nth(struct armdma_machine *m, enum armdma_fail_step step, uint64_t nth)
{
	if ((unsigned int)step >= ARMDMA_NR_FAIL_STEPS)
		return;
	m->fail[step].nth = nth;
	m->fail[step].hits = 0;
}

uint64_t armdma_fail_hits(const struct armdma_machine *m, enum armdma_fail_step step)
{
	return (unsigned int)step < ARMDMA_NR_FAIL_STEPS ? m->fail[step].hits : 0;
}

bool fail_now(struct armdma_machine *m, enum armdma_fail_step step)
{
	return ++m->fail[step].hits == m->fail[step].nth;
}

/* ---- misuse ------------------------------------------------------------ */

void misuse(struct armdma_machine *m, enum armdma_report_kind kind, struct armdma_device *dev,
	    const void *site, uint64_t addr, uint64_t len, const char *fmt, ...)
{
	char text[512];
	struct armdma_event ev = {
		.type = ARMDMA_EV_MISUSE, .dev = dev, .site = site, .addr = addr, .len = len,
		.flags = kind, .who = text, .pa = ARMDMA_MAPPING_ERROR
	};
	va_list ap;

	if (!armdma_event_on(m->ev, ARMDMA_EV_MISUSE))
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	armdma_event_emit(m->ev, &ev);
}
