// SPDX-License-Identifier: BSD-2-Clause
/*
 * Sends and receives frames through one coherent buffer.
 *
 * The bug: streaming calls, to be on the safe side. The buffer is uncached; its handle is no streaming mapping, and its address none
 * that can be mapped.
 */
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define BOTH_FRAME 1024

struct both {
	struct sgdma engine;
	void *frame;			/* coherent */
	dma_addr_t frame_dma;
};

static int both_send(struct device *dev, void *data, size_t len)
{
	struct both *both = dev_get_drvdata(dev);
#if BUG
	dma_addr_t dma;
	int ret;
#endif

	if (len > BOTH_FRAME)
		return -EMSGSIZE;
	memcpy(both->frame, data, len);
#if BUG
	dma = dma_map_single(dev, both->frame, len, DMA_TO_DEVICE);
	if (dma_mapping_error(dev, dma))
		return -ENOMEM;
	ret = sgdma_move(&both->engine, SGDMA_SEND, dma, len);
	dma_unmap_single(dev, dma, len, DMA_TO_DEVICE);
	return ret;
#else
	return sgdma_move(&both->engine, SGDMA_SEND, both->frame_dma, len);
#endif
}

static int both_poll(struct device *dev, int budget)
{
	struct both *both = dev_get_drvdata(dev);
	int n, ret;

	for (n = 0; n < budget; n++) {
		ret = sgdma_move(&both->engine, SGDMA_RECEIVE, both->frame_dma, BOTH_FRAME);
		if (ret)
			return n ? n : ret;
#if BUG
		dma_sync_single_for_cpu(dev, both->frame_dma, BOTH_FRAME, DMA_FROM_DEVICE);
#endif
		frame_port_rx(dev, both->frame, BOTH_FRAME);
	}
	return n;
}

static const struct frame_port_ops both_ops = {
	.poll = both_poll,
	.send = both_send,
};

static int both_probe(struct platform_device *pdev)
{
	struct both *both;
	int ret;

	both = devm_kzalloc(&pdev->dev, sizeof(*both), GFP_KERNEL);
	if (!both)
		return -ENOMEM;
	ret = sgdma_init(&both->engine, pdev, 1);
	if (ret)
		return ret;
	ret = -ENOMEM;
	both->frame = dma_alloc_coherent(&pdev->dev, BOTH_FRAME, &both->frame_dma, GFP_KERNEL);
	if (!both->frame)
		goto exit_engine;
	platform_set_drvdata(pdev, both);
	ret = frame_port_register(&pdev->dev, &both_ops);
	if (!ret)
		return 0;

	dma_free_coherent(&pdev->dev, BOTH_FRAME, both->frame, both->frame_dma);
exit_engine:
	sgdma_exit(&both->engine);
	return ret;
}

static int both_remove(struct platform_device *pdev)
{
	struct both *both = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	dma_free_coherent(&pdev->dev, BOTH_FRAME, both->frame, both->frame_dma);
	sgdma_exit(&both->engine);
	return 0;
}

static struct platform_driver both_driver = {
	.probe = both_probe,
	.remove = both_remove,
	.driver = {
		.name = "sgdma-both",
	},
};
module_platform_driver(both_driver);

MODULE_DESCRIPTION("Sends and receives through one buffer");
MODULE_LICENSE("Dual BSD/GPL");
