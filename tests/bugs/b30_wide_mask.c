// SPDX-License-Identifier: BSD-2-Clause
/*
 * Sends frames from a buffer of its own, so that the caller's memory may lie anywhere. This engine has 30 address lines.
 *
 * The bug: the mask promises 32. The allocator believes it, and the engine drops the upper bits of what it is given.
 */
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define NARROW_FRAME 2048

#if BUG
#define NARROW_MASK DMA_BIT_MASK(32)
#else
#define NARROW_MASK DMA_BIT_MASK(30)
#endif

struct narrow {
	struct sgdma engine;
	void *frame;			/* coherent */
	dma_addr_t frame_dma;
};

static int narrow_send(struct device *dev, void *data, size_t len)
{
	struct narrow *narrow = dev_get_drvdata(dev);

	if (len > NARROW_FRAME)
		return -EMSGSIZE;
	memcpy(narrow->frame, data, len);
	return sgdma_move(&narrow->engine, SGDMA_SEND, narrow->frame_dma, len);
}

static const struct frame_port_ops narrow_ops = {
	.send = narrow_send,
};

static int narrow_probe(struct platform_device *pdev)
{
	struct narrow *narrow;
	int ret;

	ret = dma_set_mask_and_coherent(&pdev->dev, NARROW_MASK);
	if (ret)
		return ret;
	narrow = devm_kzalloc(&pdev->dev, sizeof(*narrow), GFP_KERNEL);
	if (!narrow)
		return -ENOMEM;
	ret = sgdma_init(&narrow->engine, pdev, 1);
	if (ret)
		return ret;
	ret = -ENOMEM;
	narrow->frame = dma_alloc_coherent(&pdev->dev, NARROW_FRAME, &narrow->frame_dma, GFP_KERNEL);
	if (!narrow->frame)
		goto exit_engine;
	platform_set_drvdata(pdev, narrow);
	ret = frame_port_register(&pdev->dev, &narrow_ops);
	if (!ret)
		return 0;

	dma_free_coherent(&pdev->dev, NARROW_FRAME, narrow->frame, narrow->frame_dma);
exit_engine:
	sgdma_exit(&narrow->engine);
	return ret;
}

static int narrow_remove(struct platform_device *pdev)
{
	struct narrow *narrow = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	dma_free_coherent(&pdev->dev, NARROW_FRAME, narrow->frame, narrow->frame_dma);
	sgdma_exit(&narrow->engine);
	return 0;
}

static struct platform_driver narrow_driver = {
	.probe = narrow_probe,
	.remove = narrow_remove,
	.driver = {
		.name = "sgdma-narrow",
	},
};
module_platform_driver(narrow_driver);

MODULE_DESCRIPTION("Sends frames through an engine with 30 address lines");
MODULE_LICENSE("Dual BSD/GPL");
