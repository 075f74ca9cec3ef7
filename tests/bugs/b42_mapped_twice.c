// SPDX-License-Identifier: BSD-2-Clause
/*
 * Receives frames whose first bytes it looks at before it hands up the rest.
 *
 * The bug: the header is mapped a second time, beside the whole frame, for a look at it. Two mappings of the same bytes, both written
 * by the device, do maintenance behind each other's back.
 */
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define TWICE_FRAME 1024
#define TWICE_HEADER 64

struct twice {
	struct sgdma engine;
	u8 *frame;
};

static int twice_receive(struct device *dev, struct twice *twice)
{
	dma_addr_t dma;
#if BUG
	dma_addr_t header;
#endif
	int ret;

	dma = dma_map_single(dev, twice->frame, TWICE_FRAME, DMA_FROM_DEVICE);
	if (dma_mapping_error(dev, dma))
		return -ENOMEM;
#if BUG
	header = dma_map_single(dev, twice->frame, TWICE_HEADER, DMA_FROM_DEVICE);
	if (dma_mapping_error(dev, header)) {
		dma_unmap_single(dev, dma, TWICE_FRAME, DMA_FROM_DEVICE);
		return -ENOMEM;
	}
	ret = sgdma_move(&twice->engine, SGDMA_RECEIVE, dma, TWICE_FRAME);
	dma_unmap_single(dev, header, TWICE_HEADER, DMA_FROM_DEVICE);
#else
	ret = sgdma_move(&twice->engine, SGDMA_RECEIVE, dma, TWICE_FRAME);
	dma_sync_single_for_cpu(dev, dma, TWICE_HEADER, DMA_FROM_DEVICE);
#endif
	if (!ret && !twice->frame[0])
		ret = -EPROTO;
	dma_unmap_single(dev, dma, TWICE_FRAME, DMA_FROM_DEVICE);
	return ret;
}

static int twice_poll(struct device *dev, int budget)
{
	struct twice *twice = dev_get_drvdata(dev);
	int n, ret;

	for (n = 0; n < budget; n++) {
		ret = twice_receive(dev, twice);
		if (ret)
			return n ? n : ret;
		frame_port_rx(dev, twice->frame, TWICE_FRAME);
	}
	return n;
}

static const struct frame_port_ops twice_ops = {
	.poll = twice_poll,
};

static int twice_probe(struct platform_device *pdev)
{
	struct twice *twice;
	int ret;

	twice = devm_kzalloc(&pdev->dev, sizeof(*twice), GFP_KERNEL);
	if (!twice)
		return -ENOMEM;
	ret = sgdma_init(&twice->engine, pdev, 1);
	if (ret)
		return ret;
	ret = -ENOMEM;
	twice->frame = kmalloc(TWICE_FRAME, GFP_KERNEL);
	if (!twice->frame)
		goto exit_engine;
	platform_set_drvdata(pdev, twice);
	ret = frame_port_register(&pdev->dev, &twice_ops);
	if (!ret)
		return 0;

	kfree(twice->frame);
exit_engine:
	sgdma_exit(&twice->engine);
	return ret;
}

static int twice_remove(struct platform_device *pdev)
{
	struct twice *twice = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	kfree(twice->frame);
	sgdma_exit(&twice->engine);
	return 0;
}

static struct platform_driver twice_driver = {
	.probe = twice_probe,
	.remove = twice_remove,
	.driver = {
		.name = "sgdma-twice",
	},
};
module_platform_driver(twice_driver);

MODULE_DESCRIPTION("Receives frames and looks at their headers");
MODULE_LICENSE("Dual BSD/GPL");
