/* SPDX-License-Identifier: BSD-2-Clause */
/* Devices as the kernel knows them, and their runtime PM. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/dma/dma.h"
#include "lib/iommu/iommu.h"
#include "lib/machine.h"

static void add_units(struct armdma_device *dev, const struct armdma_device_config *cfg)
{
	for (unsigned int n = 0; n < ARMDMA_MAX_PORTS; n++) {
		const char *name = n ? cfg->more_sysmmus[n - 1] : cfg->sysmmu;
		struct sysmmu_unit *u = name[0] ? iommu_find_unit(dev->m, name) : NULL;

		if (u)
			dev->units[dev->nr_units++] = u;
	}
}

int device_add(struct armdma_machine *m, const struct armdma_device_config *cfg)
{
	struct armdma_device *dev = calloc(1, sizeof(*dev));
	int ret;

	if (!dev)
		return -ENOMEM;
	dev->m = m;
	memcpy(dev->name, cfg->name, sizeof(dev->name));
	dev->regs = cfg->reg_base;
	dev->irq = cfg->irq;
	dev->coherent = cfg->coherent;
	ret = dma_device_init(dev, cfg);
	if (ret) {
		free(dev);
		return ret;
	}
	add_units(dev, cfg);
	SLIST_INSERT_HEAD(&m->devices, dev, link);
	return 0;
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

/* ---- Before a device loses what its transfers need ------------------------ */

void device_check_idle(struct armdma_device *dev, const char *call, const void *site)
{
	if (armdma_hw_master_busy(dev->m->hw, dev->name))
		misuse(dev->m, ARMDMA_REPORT_IN_USE, dev, site, ARMDMA_MAPPING_ERROR, 0,
		       "%s while %s has transfers under way", call, dev->name);
}

/* ---- runtime PM -------------------------------------------------------- */

bool armdma_pm_runtime_active(const struct armdma_device *dev)
{
	MACHINE_ENTER(dev->m);

	return !dev->pm_enabled || dev->pm_count;
}

void armdma_pm_runtime_enable(struct armdma_device *dev)
{
	MACHINE_ENTER(dev->m);

	if (dev->pm_enabled)
		return;
	dev->pm_enabled = true;
	if (!dev->pm_count)
		iommu_suspend(dev);
}

void armdma_pm_runtime_get(struct armdma_device *dev)
{
	MACHINE_ENTER(dev->m);
	unsigned int flags = armdma_hw_irq_save(dev->m->hw);
	bool was = armdma_pm_runtime_active(dev);

	dev->pm_count++;
	if (!was)
		iommu_resume(dev);	/* the SYSMMU is the device's supplier: it resumes first */
	armdma_hw_irq_restore(dev->m->hw, flags);
}

void armdma_pm_runtime_put(struct armdma_device *dev)
{
	MACHINE_ENTER(dev->m);

	if (!dev->pm_count) {
		misuse(dev->m, ARMDMA_REPORT_BAD_ARGUMENT, dev, __builtin_return_address(0),
		       ARMDMA_MAPPING_ERROR, 0,
		       "armdma_pm_runtime_put() without a get: the use count is already 0");
		return;
	}
	dev->pm_count--;
	if (armdma_pm_runtime_active(dev))
		return;
	device_check_idle(dev, "armdma_pm_runtime_put", __builtin_return_address(0));
	iommu_suspend(dev);
}
