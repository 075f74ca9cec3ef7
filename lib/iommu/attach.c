/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which device carries which domain, and when its units are programmed: at attach if the
 * device is active, else when runtime PM resumes it. Nothing else enables or disables a unit; mapping and
 * unmapping while a device is suspended change memory only, because enabling flushes the TLB.
 */
#include <errno.h>
#include <string.h>

#include <armdma/hw.h>

#include "lib/iommu/internal.h"

static void enable_units(struct armdma_device *dev)
{
	for (unsigned int i = 0; i < dev->nr_units; i++) {
		if (!dev->units[i]->enabled)
			unit_enable(dev->units[i], dev->domain);
	}
}

static void disable_units(struct armdma_device *dev)
{
	unsigned int flags = armdma_hw_irq_save(dev->m->hw);

	for (unsigned int i = dev->nr_units; i-- > 0;) {
		if (dev->units[i]->enabled)
			unit_disable(dev->units[i]);
	}
	/* No unit runs: nothing can be walking a replaced table. */
	if (!dev->domain->active_units)
		domain_free_retired(dev->domain);
	armdma_hw_irq_restore(dev->m->hw, flags);
}

int armdma_domain_attach(struct armdma_domain *d, struct armdma_device *dev)
{
	if (!dev->nr_units)
		return -ENODEV;
	if (dev->domain)
		return -EBUSY;
	if (dev->m != d->m)
		return -EINVAL;
	for (unsigned int i = 0; i < dev->nr_units; i++) {
		if (dev->units[i]->domain)
			return -EBUSY;
	}
	dev->domain = d;
	LIST_INSERT_HEAD(&d->devices, dev, domain_link);
	for (unsigned int i = 0; i < dev->nr_units; i++) {
		dev->units[i]->dev = dev;
		dev->units[i]->domain = d;
	}
	if (armdma_pm_runtime_active(dev))
		enable_units(dev);
	return 0;
}

int armdma_domain_detach(struct armdma_domain *d, struct armdma_device *dev)
{
	if (dev->domain != d)
		return -EINVAL;
	disable_units(dev);
	for (unsigned int i = 0; i < dev->nr_units; i++) {
		dev->units[i]->dev = NULL;
		dev->units[i]->domain = NULL;
	}
	LIST_REMOVE(dev, domain_link);
	dev->domain = NULL;
	return 0;
}

void iommu_resume(struct armdma_device *dev)
{
	if (dev->domain)
		enable_units(dev);
}

void iommu_suspend(struct armdma_device *dev)
{
	if (dev->domain)
		disable_units(dev);
}

int armdma_sysmmu_get_state(struct armdma_device *dev, struct armdma_sysmmu_state *st)
{
	memset(st, 0, sizeof(*st));
	if (!dev->nr_units)
		return -ENODEV;
	st->units = dev->nr_units;
	st->enabled = true;
	for (unsigned int i = 0; i < dev->nr_units; i++) {
		st->clk_enable_count += dev->units[i]->clk_count;
		st->enabled = st->enabled && dev->units[i]->enabled;
	}
	st->table = dev->domain ? dev->domain->l1_pa : 0;
	return 0;
}
