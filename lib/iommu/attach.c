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
	/* No unit runs: nothing can be walking a replaced table, and enabling flushes. */
	if (!dev->domain->active_units) {
		domain_free_retired(dev->domain);
		lazy_flush(dev->domain);
	}
	armdma_hw_irq_restore(dev->m->hw, flags);
}

/* Units that do not read the domain's words, or not all of its page sizes, can be had while it is empty. */
static int take_format(struct armdma_domain *d, const struct armdma_device *dev)
{
	const struct pt_format *f = dev->units[0]->variant->format;

	for (unsigned int i = 1; i < dev->nr_units; i++) {
		const struct pt_format *other = dev->units[i]->variant->format;

		if (!format_same_words(other, f))
			return -EINVAL;
		if (other->sizes < f->sizes)
			f = other;
	}
	if (f == d->format || (format_same_words(f, d->format) && !(d->format->sizes & ~f->sizes)))
		return 0;
	if (!domain_is_empty(d) || (!LIST_EMPTY(&d->devices) && !format_same_words(f, d->format)) ||
	    d->l1_pa >= f->pa_end)
		return -EINVAL;
	armdma_domain_trim(d);
	domain_set_format(d, f);
	return 0;
}

int armdma_domain_attach(struct armdma_domain *d, struct armdma_device *dev)
{
	MACHINE_ENTER(d->m);
	int ret;

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
	ret = take_format(d, dev);
	if (ret)
		return ret;
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
	MACHINE_ENTER(d->m);

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

int armdma_iommu_hold_detached(struct armdma_device *dev, bool hold)
{
	MACHINE_ENTER(dev->m);

	if (!dev->nr_units)
		return -ENODEV;
	for (unsigned int i = 0; i < dev->nr_units; i++) {
		struct sysmmu_unit *u = dev->units[i];

		if (u->hold_when_off && !hold && !u->enabled)
			unit_write(u, REG_CTRL, ARMDMA_SYSMMU_CTRL_DISABLED);
		u->hold_when_off = hold;
	}
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
	MACHINE_ENTER(dev->m);

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
