// SPDX-License-Identifier: BSD-2-Clause
/*
 * Sends frames through one buffer that stays mapped: each is copied in, synced for the device, and sent.
 *
 * Correct: in this direction only what goes to the device needs a sync; nothing ever has to come back.
 */
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define REWRITE_LEN 1024

struct rewrite {
	struct sgdma engine;
	void *buf;
	dma_addr_t dma;
};

static int rewrite_send(struct device *dev, void *data, size_t len)
{
	struct rewrite *rewrite = dev_get_drvdata(dev);

	if (len > REWRITE_LEN)
		return -EMSGSIZE;
	dma_sync_single_for_cpu(dev, rewrite->dma, len, DMA_TO_DEVICE);
	memcpy(rewrite->buf, data, len);
	dma_sync_single_for_device(dev, rewrite->dma, len, DMA_TO_DEVICE);
	return sgdma_move(&rewrite->engine, SGDMA_SEND, rewrite->dma, len);
}

static const struct frame_port_ops rewrite_ops = {
	.send = rewrite_send,
};

static int rewrite_alloc(struct device *dev, struct rewrite *rewrite)
{
	rewrite->buf = kzalloc(REWRITE_LEN, GFP_KERNEL);
	if (!rewrite->buf)
		return -ENOMEM;
	rewrite->dma = dma_map_single(dev, rewrite->buf, REWRITE_LEN, DMA_TO_DEVICE);
	if (!dma_mapping_error(dev, rewrite->dma))
		return 0;
	kfree(rewrite->buf);
	return -ENOMEM;
}

static void rewrite_free(struct device *dev, struct rewrite *rewrite)
{
	dma_unmap_single(dev, rewrite->dma, REWRITE_LEN, DMA_TO_DEVICE);
	kfree(rewrite->buf);
}

static int rewrite_probe(struct platform_device *pdev)
{
	struct rewrite *rewrite;
	int ret;

	rewrite = devm_kzalloc(&pdev->dev, sizeof(*rewrite), GFP_KERNEL);
	if (!rewrite)
		return -ENOMEM;
	ret = sgdma_init(&rewrite->engine, pdev, 1);
	if (ret)
		return ret;
	ret = rewrite_alloc(&pdev->dev, rewrite);
	if (ret)
		goto exit_engine;
	platform_set_drvdata(pdev, rewrite);
	ret = frame_port_register(&pdev->dev, &rewrite_ops);
	if (!ret)
		return 0;

	rewrite_free(&pdev->dev, rewrite);
exit_engine:
	sgdma_exit(&rewrite->engine);
	return ret;
}

static int rewrite_remove(struct platform_device *pdev)
{
	struct rewrite *rewrite = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	rewrite_free(&pdev->dev, rewrite);
	sgdma_exit(&rewrite->engine);
	return 0;
}

static struct platform_driver rewrite_driver = {
	.probe = rewrite_probe,
	.remove = rewrite_remove,
	.driver = {
		.name = "sgdma-rewrite",
	},
};
module_platform_driver(rewrite_driver);

MODULE_DESCRIPTION("Sends frames through one buffer");
MODULE_LICENSE("Dual BSD/GPL");
