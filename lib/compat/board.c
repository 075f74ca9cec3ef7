/* SPDX-License-Identifier: BSD-2-Clause */
/* Platform devices of a machine, and drivers on them. */
#include <stdio.h>
#include <stdlib.h>

#include <armdma/dma.h>
#include <armdma/iommu.h>

#include "lib/compat/internal.h"

/* Register blocks of all devices here. */
#define REGISTERS 0x1000u

static struct board_device *board_of(struct platform_device *pdev)
{
	return container_of(pdev, struct board_device, pdev);
}

static struct board_device *board_find(struct compat *c, const char *name)
{
	struct board_device *b;

	TAILQ_FOREACH(b, &c->devices, link)
		if (!strcmp(b->name, name))
			return b;
	return NULL;
}

static struct board_device *board_add(struct armdma_machine *m, struct compat *c, const char *name)
{
	struct board_device *b = calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	b->m = m;
	snprintf(b->name, sizeof(b->name), "%s", name);
	b->pdev.name = b->name;
	b->pdev.id = PLATFORM_DEVID_NONE;
	b->pdev.dev.init_name = b->name;
	b->pdev.resource = b->resources;
	TAILQ_INSERT_HEAD(&c->devices, b, link);
	return b;
}

struct platform_device *armdma_compat_device(struct armdma_machine *m, const char *name, const char *compatible)
{
	struct armdma_device *dev = armdma_device_find(m, name);
	struct compat *c = compat_of(m);
	struct board_device *b;

	if (!dev || !c)
		return NULL;
	b = board_find(c, name);
	if (!b)
		b = board_add(m, c, name);
	if (!b)
		return NULL;
	b->compatible = compatible;
	b->pdev.dev.armdma = dev;
	b->resources[0] = (struct resource){
		.start = armdma_device_regs(dev),
		.end = armdma_device_regs(dev) + REGISTERS - 1,
		.name = b->name,
		.flags = IORESOURCE_MEM,
	};
	b->resources[1] = (struct resource){
		.start = armdma_device_irq(dev),
		.end = armdma_device_irq(dev),
		.name = b->name,
		.flags = IORESOURCE_IRQ,
	};
	b->pdev.num_resources = 2;
	return &b->pdev;
}

struct platform_device *armdma_compat_plain_device(struct armdma_machine *m, const char *name)
{
	struct compat *c = compat_of(m);
	struct board_device *b = c ? board_find(c, name) : NULL;

	if (!b && c)
		b = board_add(m, c, name);
	return b ? &b->pdev : NULL;
}

struct device *armdma_compat_dev(struct platform_device *pdev)
{
	return &pdev->dev;
}

/* ---- drivers ------------------------------------------------------------------- */

static const struct of_device_id *match(const struct of_device_id *table, const char *compatible)
{
	for (; table && (table->compatible[0] || table->name[0]); table++)
		if (!strcmp(table->compatible, compatible))
			return table;
	return NULL;
}

/* The driver is off its device: what it left to be freed is, and what it forgot is reported. */
static void let_go(struct board_device *b)
{
	struct device *dev = &b->pdev.dev;

	devres_release(dev);
	dev->driver = NULL;
	dev->driver_data = NULL;
	dev->of_match = NULL;
	b->driver = NULL;
	if (dev->armdma)
		armdma_device_unbind(dev->armdma);
}

int armdma_compat_bind(struct platform_device *pdev, struct platform_driver *drv)
{
	struct board_device *b = board_of(pdev);
	struct armdma_machine *before;
	int ret;

	if (b->driver)
		return -EBUSY;
	pdev->dev.of_match = b->compatible ? match(drv->driver.of_match_table, b->compatible) : NULL;
	if (b->compatible && drv->driver.of_match_table && !pdev->dev.of_match)
		return -ENODEV;
	before = armdma_compat_set_machine(b->m);
	b->driver = drv;
	pdev->dev.driver = &drv->driver;
	ret = drv->probe ? drv->probe(pdev) : 0;
	if (ret)
		let_go(b);
	armdma_compat_set_machine(before);
	return ret;
}

void armdma_compat_unbind(struct platform_device *pdev)
{
	struct board_device *b = board_of(pdev);
	struct armdma_machine *before;

	if (!b->driver)
		return;
	before = armdma_compat_set_machine(b->m);
	if (b->driver->remove)
		b->driver->remove(pdev);
	let_go(b);
	armdma_compat_set_machine(before);
}

/* ---- resources --------------------------------------------------------------------- */

struct resource *platform_get_resource(struct platform_device *pdev, unsigned int type, unsigned int num)
{
	for (u32 i = 0; i < pdev->num_resources; i++)
		if ((pdev->resource[i].flags & type) && !num--)
			return &pdev->resource[i];
	return NULL;
}

struct resource *platform_get_resource_byname(struct platform_device *pdev, unsigned int type, const char *name)
{
	for (u32 i = 0; i < pdev->num_resources; i++)
		if ((pdev->resource[i].flags & type) && !strcmp(pdev->resource[i].name, name))
			return &pdev->resource[i];
	return NULL;
}

int platform_get_irq_optional(struct platform_device *pdev, unsigned int num)
{
	struct resource *res = platform_get_resource(pdev, IORESOURCE_IRQ, num);

	return res ? (int)res->start : -ENXIO;
}

int platform_get_irq(struct platform_device *pdev, unsigned int num)
{
	int irq = platform_get_irq_optional(pdev, num);

	if (irq < 0)
		dev_err(&pdev->dev, "IRQ index %u not found\n", num);
	return irq;
}

void __iomem *devm_ioremap_resource(struct device *dev, const struct resource *res)
{
	if (!res || !(res->flags & IORESOURCE_MEM)) {
		dev_err(dev, "invalid resource\n");
		return ERR_PTR(-EINVAL);
	}
	return ioremap(res->start, resource_size(res));
}

void __iomem *devm_ioremap(struct device *dev, resource_size_t start, resource_size_t size)
{
	(void)dev;
	return ioremap(start, size);
}

void __iomem *devm_platform_get_and_ioremap_resource(struct platform_device *pdev, unsigned int num,
						     struct resource **res)
{
	struct resource *r = platform_get_resource(pdev, IORESOURCE_MEM, num);

	if (res)
		*res = r;
	return devm_ioremap_resource(&pdev->dev, r);
}

void __iomem *devm_platform_ioremap_resource(struct platform_device *pdev, unsigned int num)
{
	return devm_platform_get_and_ioremap_resource(pdev, num, NULL);
}

/* ---- runtime PM ------------------------------------------------------------------------ */

static const struct dev_pm_ops *pm_of(const struct device *dev)
{
	return dev->driver ? dev->driver->pm : NULL;
}

int armdma_compat_pm_resume(struct device *dev)
{
	const struct dev_pm_ops *pm = pm_of(dev);

	if (dev->pm_usage++ || !pm || !pm->runtime_resume)
		return 0;
	return pm->runtime_resume(dev);
}

int armdma_compat_pm_suspend(struct device *dev)
{
	const struct dev_pm_ops *pm = pm_of(dev);

	if (!dev->pm_usage || --dev->pm_usage || !pm || !pm->runtime_suspend)
		return 0;
	return pm->runtime_suspend(dev);
}

/* ---- a user's mapping -------------------------------------------------------------------- */

struct vm_area_struct *armdma_compat_vma(size_t npages, size_t pgoff)
{
	struct vm_area_struct *vma = calloc(1, sizeof(*vma));

	if (!vma)
		return NULL;
	vma->vm_end = npages << PAGE_SHIFT;
	vma->vm_pgoff = pgoff;
	vma->vm_flags = VM_READ | VM_WRITE | VM_SHARED;
	vma->vm_page_prot = ARMDMA_MT_CACHED;
	return vma;
}

void *armdma_compat_vma_addr(const struct vm_area_struct *vma)
{
	return vma->armdma.addr;
}

void armdma_compat_munmap(struct armdma_machine *m, struct vm_area_struct *vma)
{
	if (!vma)
		return;
	armdma_munmap(m, &vma->armdma);
	free(vma);
}
