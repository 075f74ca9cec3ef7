// SPDX-License-Identifier: BSD-2-Clause
/*
 * Works on the caller's memory in place: the engine reads it, and writes its answer over it.
 *
 * Correct: the mapping is bidirectional, and the CPU looks at the request again between the two, after a sync.
 */
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "frame_port.h"
#include "sgdma_regs.h"

struct inplace {
	struct sgdma engine;
};

static int inplace_exchange(struct device *dev, dma_addr_t dma, u8 *data, size_t len)
{
	struct inplace *inplace = dev_get_drvdata(dev);
	int ret;

	ret = sgdma_move(&inplace->engine, SGDMA_SEND, dma, len);
	if (ret)
		return ret;
	dma_sync_single_for_cpu(dev, dma, len, DMA_BIDIRECTIONAL);
	data[0]++;			/* sequence number of the request */
	dma_sync_single_for_device(dev, dma, len, DMA_BIDIRECTIONAL);
	ret = sgdma_move(&inplace->engine, SGDMA_SEND, dma, len);
	if (ret)
		return ret;
	return sgdma_move(&inplace->engine, SGDMA_RECEIVE, dma, len);
}

static int inplace_send(struct device *dev, void *data, size_t len)
{
	dma_addr_t dma;
	int ret;

	dma = dma_map_single(dev, data, len, DMA_BIDIRECTIONAL);
	if (dma_mapping_error(dev, dma))
		return -ENOMEM;
	ret = inplace_exchange(dev, dma, data, len);
	dma_unmap_single(dev, dma, len, DMA_BIDIRECTIONAL);
	if (!ret)
		frame_port_rx(dev, data, len);
	return ret;
}

static const struct frame_port_ops inplace_ops = {
	.send = inplace_send,
};

static int inplace_probe(struct platform_device *pdev)
{
	struct inplace *inplace;
	int ret;

	inplace = devm_kzalloc(&pdev->dev, sizeof(*inplace), GFP_KERNEL);
	if (!inplace)
		return -ENOMEM;
	ret = sgdma_init(&inplace->engine, pdev, 1);
	if (ret)
		return ret;
	platform_set_drvdata(pdev, inplace);
	ret = frame_port_register(&pdev->dev, &inplace_ops);
	if (ret)
		sgdma_exit(&inplace->engine);
	return ret;
}

static int inplace_remove(struct platform_device *pdev)
{
	struct inplace *inplace = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	sgdma_exit(&inplace->engine);
	return 0;
}

static struct platform_driver inplace_driver = {
	.probe = inplace_probe,
	.remove = inplace_remove,
	.driver = {
		.name = "sgdma-inplace",
	},
};
module_platform_driver(inplace_driver);

MODULE_DESCRIPTION("Works on memory in place");
MODULE_LICENSE("Dual BSD/GPL");
