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
	return dev->ops->set;
}

static bool always(struct armdma_device *dev, armdma_dma_t addr, size_t len)
{
	(void)dev;
	(void)addr;
	(void)len;
	return true;
}

/* Direct, with nothing around it. */
static void leave(struct armdma_device *dev)
{
	if (dev->dma->bounce)
		dma_bounce_destroy(dev);
	if (dev->mapping)
		dma_detach_quietly(dev);
}

static int enter(struct armdma_device *dev, enum armdma_dma_opset set)
{
	switch (set) {
	case ARMDMA_OPS_IOMMU:
	case ARMDMA_OPS_IOMMU_COHERENT:
		return dma_attach_private(dev);
	case ARMDMA_OPS_BOUNCE:
		return dma_bounce_register(dev, BOUNCE_SMALL, BOUNCE_LARGE, always);
	default:
		dev->ops = dma_direct_ops(dev->coherent);
		return 0;
	}
}

static int set_coherent(struct armdma_device *dev, bool coherent)
{
	int ret = armdma_hw_set_coherent(dev->m->hw, dev->name, coherent);

	if (!ret)
		dev->coherent = coherent;
	return ret;
}

int armdma_dma_set_ops(struct armdma_device *dev, enum armdma_dma_opset set)
{
	struct dma_call call = DMA_CALL("armdma_dma_set_ops");
	bool coherent = set == ARMDMA_OPS_DIRECT_COHERENT || set == ARMDMA_OPS_IOMMU_COHERENT;
	bool iommu = set == ARMDMA_OPS_IOMMU || set == ARMDMA_OPS_IOMMU_COHERENT, was;
	int ret;

	if (!dma_enter(dev, &call) || (unsigned int)set >= ARMDMA_NR_OPSETS)
		return -EINVAL;
	might_sleep(dev->m, dev, call.name, call.site);
	if (dev->dma->live_allocs || dev->dma->live_maps)
		return -EBUSY;
	if (iommu && !dev->nr_units)
		return -ENODEV;
	was = dev->coherent;
	ret = set_coherent(dev, coherent);
	if (ret)
		return ret;
	if (dev->ops->set == set)
		return 0;
	if (iommu && dev->mapping && dev->mapping->private_to == dev) {
		dev->ops = dma_iommu_ops(coherent);	/* the same space, seen from another port */
		return 0;
	}
	/* The new first: if it fails, the old is still there. */
	if (iommu && !dev->mapping && !dev->dma->bounce) {
		ret = enter(dev, set);
	} else {
		leave(dev);
		ret = enter(dev, set);
	}
	if (ret)
		set_coherent(dev, was);
	return ret;
}
