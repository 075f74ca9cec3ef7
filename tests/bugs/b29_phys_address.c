// SPDX-License-Identifier: BSD-2-Clause
/*
 * Sends frames from the caller's memory.
 *
 * The bug: the engine is given the physical address instead of the one that the DMA API returned. They are the same number only
 * where nothing translates between the device and memory.
 */
#include <linux/dma-mapping.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "frame_port.h"
#include "sgdma_regs.h"

struct push {
	struct sgdma engine;
};

static int push_send(struct device *dev, void *data, size_t len)
{
	struct push *push = dev_get_drvdata(dev);
	dma_addr_t dma;
	int ret;

	dma = dma_map_single(dev, data, len, DMA_TO_DEVICE);
	if (dma_mapping_error(dev, dma))
		return -ENOMEM;
#if BUG
	ret = sgdma_move(&push->engine, SGDMA_SEND, virt_to_phys(data), len);
#else
	ret = sgdma_move(&push->engine, SGDMA_SEND, dma, len);
#endif
	dma_unmap_single(dev, dma, len, DMA_TO_DEVICE);
	return ret;
}

static const struct frame_port_ops push_ops = {
	.send = push_send,
};

static int push_probe(struct platform_device *pdev)
{
	struct push *push;
	int ret;

	push = devm_kzalloc(&pdev->dev, sizeof(*push), GFP_KERNEL);
	if (!push)
		return -ENOMEM;
	ret = sgdma_init(&push->engine, pdev, 1);
	if (ret)
		return ret;
	platform_set_drvdata(pdev, push);
	ret = frame_port_register(&pdev->dev, &push_ops);
	if (ret)
		sgdma_exit(&push->engine);
	return ret;
}

static int push_remove(struct platform_device *pdev)
{
	struct push *push = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	sgdma_exit(&push->engine);
	return 0;
}

static struct platform_driver push_driver = {
	.probe = push_probe,
	.remove = push_remove,
	.driver = {
		.name = "sgdma-push",
	},
};
module_platform_driver(push_driver);

MODULE_DESCRIPTION("Sends frames from the caller's memory");
MODULE_LICENSE("Dual BSD/GPL");
