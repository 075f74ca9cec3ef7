// SPDX-License-Identifier: BSD-2-Clause
/*
 * Sends and receives frames in the caller's memory.
 *
 * The bug: every buffer is mapped in both directions, so that the direction need not be thought about. It works, and costs maintenance
 * that nothing needs.
 */
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#if BUG
#define LAZY_TO_DEVICE DMA_BIDIRECTIONAL
#define LAZY_FROM_DEVICE DMA_BIDIRECTIONAL
#else
#define LAZY_TO_DEVICE DMA_TO_DEVICE
#define LAZY_FROM_DEVICE DMA_FROM_DEVICE
#endif

struct lazy {
	struct sgdma engine;
};

static int lazy_move(struct device *dev, u32 op, void *data, size_t len, enum dma_data_direction dir)
{
	struct lazy *lazy = dev_get_drvdata(dev);
	dma_addr_t dma;
	int ret;

	dma = dma_map_single(dev, data, len, dir);
	if (dma_mapping_error(dev, dma))
		return -ENOMEM;
	ret = sgdma_move(&lazy->engine, op, dma, len);
	dma_unmap_single(dev, dma, len, dir);
	return ret;
}

static int lazy_send(struct device *dev, void *data, size_t len)
{
	return lazy_move(dev, SGDMA_SEND, data, len, LAZY_TO_DEVICE);
}

static int lazy_receive(struct device *dev, void *data, size_t len)
{
	return lazy_move(dev, SGDMA_RECEIVE, data, len, LAZY_FROM_DEVICE);
}

static const struct frame_port_ops lazy_ops = {
	.send = lazy_send,
	.receive = lazy_receive,
};

static int lazy_probe(struct platform_device *pdev)
{
	struct lazy *lazy;
	int ret;

	lazy = devm_kzalloc(&pdev->dev, sizeof(*lazy), GFP_KERNEL);
	if (!lazy)
		return -ENOMEM;
	ret = sgdma_init(&lazy->engine, pdev, 1);
	if (ret)
		return ret;
	platform_set_drvdata(pdev, lazy);
	ret = frame_port_register(&pdev->dev, &lazy_ops);
	if (ret)
		sgdma_exit(&lazy->engine);
	return ret;
}

static int lazy_remove(struct platform_device *pdev)
{
	struct lazy *lazy = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	sgdma_exit(&lazy->engine);
	return 0;
}

static struct platform_driver lazy_driver = {
	.probe = lazy_probe,
	.remove = lazy_remove,
	.driver = {
		.name = "sgdma-lazy",
	},
};
module_platform_driver(lazy_driver);

MODULE_DESCRIPTION("Sends and receives frames");
MODULE_LICENSE("Dual BSD/GPL");
