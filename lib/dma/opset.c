/* SPDX-License-Identifier: BSD-2-Clause */
/* Switching a device between sets of operations. */
#include <errno.h>

#include <armdma/dmabounce.h>

#include "lib/dma/dma.h"

/* Safe buffers of a device on which everything is bounced: the sizes that board files used to give. */
#define BOUNCE_SMALL 512u
#define BOUNCE_LARGE 4096u

const char *armdma_dma_ops_name(enum armdma_dma_opset set)
{
	static const char *const names[ARMDMA_NR_OPSETS] = {
		[ARMDMA_OPS_DIRECT] = "direct",
		[ARMDMA_OPS_DIRECT_COHERENT] = "direct-coherent",
		[ARMDMA_OPS_IOMMU] = "iommu",
		[ARMDMA_OPS_IOMMU_COHERENT] = "iommu-coherent",
		[ARMDMA_OPS_BOUNCE] = "bounce",
	};

	return (unsigned int)set < ARMDMA_NR_OPSETS ? names[set] : "unknown";
}

enum armdma_dma_opset armdma_dma_get_ops(const struct armdma_device *dev)
{
	DMA_CALL(call, "dma_get_ops");

	return dma_given(dev, &call) ? dev->ops->set : ARMDMA_NR_OPSETS;
}

static bool always(struct armdma_device *dev, armdma_dma_t addr, size_t len)
{
	(void)dev;
	(void)addr;
	(void)len;
	return true;
}

static int set_coherent(struct armdma_device *dev, bool coherent)
{
	int ret = armdma_hw_set_coherent(dev->m->hw, dev->name, coherent);

	if (!ret)
		dev->coherent = coherent;
	return ret;
}

/* Whatever the device is on, it is direct afterwards. */
static void leave(struct armdma_device *dev)
{
	if (dev->dma->bounce)
		dma_bounce_destroy(dev);
	if (dev->mapping)
		dma_detach_quietly(dev);
	dev->ops = dma_direct_ops(dev->coherent);
}

/* Behind the IOMMU: in the space it is in, if any, else in one of its own. */
static int enter_iommu(struct armdma_device *dev)
{
	struct dma_bounce_device *bounce = dev->dma->bounce;
	struct armdma_iommu_mapping *mapping;
	int ret;

	if (dev->mapping) {
		dev->ops = dma_iommu_ops(dev->coherent);
		return 0;
	}
	mapping = dma_mapping_create(dev->m, 0, 1ULL << 32, NULL, &ret);
	if (!mapping)
		return ret;
	dev->dma->bounce = NULL;
	ret = dma_attach(dev, mapping);
	dma_mapping_put(mapping);	/* the attachment keeps it */
	dev->dma->bounce = bounce;
	if (ret || !bounce)
		return ret;
	dma_bounce_destroy(dev);
	dev->ops = dma_iommu_ops(dev->coherent);
	return 0;
}

static int enter_bounce(struct armdma_device *dev)
{
	struct dma_bounce_device *b;

	if (dev->dma->bounce)
		return 0;
	b = dma_bounce_create(dev, BOUNCE_SMALL, BOUNCE_LARGE, always);
	if (!b)
		return -ENOMEM;
	leave(dev);
	dma_bounce_install(dev, b);
	return 0;
}

static int enter(struct armdma_device *dev, enum armdma_dma_opset set)
{
	switch (set) {
	case ARMDMA_OPS_IOMMU:
	case ARMDMA_OPS_IOMMU_COHERENT:
		return enter_iommu(dev);
	case ARMDMA_OPS_BOUNCE:
		return enter_bounce(dev);
	default:
		leave(dev);
		return 0;
	}
}

int armdma_dma_set_ops(struct armdma_device *dev, enum armdma_dma_opset set)
{
	DMA_CALL(call, "armdma_dma_set_ops");
	bool iommu = set == ARMDMA_OPS_IOMMU || set == ARMDMA_OPS_IOMMU_COHERENT, was;
	int ret;

	if (!dma_enter(dev, &call) || (unsigned int)set >= ARMDMA_NR_OPSETS)
		return -EINVAL;
	might_sleep(dev->m, dev, call.name, call.site);
	if (dev->dma->live_allocs || dev->dma->live_maps || dev->dma->pools_of_driver)
		return -EBUSY;
	if (iommu && !dev->nr_units)
		return -ENODEV;
	was = dev->coherent;
	ret = set_coherent(dev, set == ARMDMA_OPS_DIRECT_COHERENT || set == ARMDMA_OPS_IOMMU_COHERENT);
	if (ret)
		return ret;
	/* What is new is made before what is old goes: a failure leaves the device where it was. */
	ret = enter(dev, set);
	if (ret)
		set_coherent(dev, was);
	return ret;
}
