// SPDX-License-Identifier: BSD-2-Clause
/*
 * Sends frames that lie in several pieces, and tries once more when the wire did not take one.
 *
 * The bug: the second try maps the list again, although it is mapped. The addresses of the first time are lost.
 */
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define AGAIN_PIECES 16
#define AGAIN_TRIES 2

struct again {
	struct sgdma engine;
};

static int again_run(struct again *again, struct scatterlist *sgl, int count)
{
	struct sgdma *engine = &again->engine;
	struct scatterlist *sg;
	int i, ret;

	for_each_sg(sgl, sg, count, i)
		sgdma_give(engine, i, SGDMA_SEND, sg_dma_address(sg), sg_dma_len(sg), i + 1 == count ? SGDMA_END : 0);
	sgdma_start(engine, 0);
	ret = sgdma_wait(engine);
	if (ret) {
		sgdma_reset(engine);
		return ret;
	}
	for (i = 0; i < count; i++)
		if (!sgdma_is_done(engine, i) || sgdma_error(engine, i))
			return -EIO;
	return 0;
}

static int again_send_sg(struct device *dev, struct scatterlist *sgl, int nents)
{
	struct again *again = dev_get_drvdata(dev);
	int count, ret = 0, tries;

	if (nents > AGAIN_PIECES)
		return -EMSGSIZE;
	for (tries = 0; tries < AGAIN_TRIES; tries++) {
		count = dma_map_sg(dev, sgl, nents, DMA_TO_DEVICE);
		if (!count)
			return -ENOMEM;
		ret = again_run(again, sgl, count);
#if BUG
		if (ret == -EIO)
			continue;
#endif
		dma_unmap_sg(dev, sgl, nents, DMA_TO_DEVICE);
		if (ret != -EIO)
			break;
	}
	return ret;
}

static const struct frame_port_ops again_ops = {
	.send_sg = again_send_sg,
};

static int again_probe(struct platform_device *pdev)
{
	struct again *again;
	int ret;

	again = devm_kzalloc(&pdev->dev, sizeof(*again), GFP_KERNEL);
	if (!again)
		return -ENOMEM;
	ret = sgdma_init(&again->engine, pdev, AGAIN_PIECES);
	if (ret)
		return ret;
	platform_set_drvdata(pdev, again);
	ret = frame_port_register(&pdev->dev, &again_ops);
	if (ret)
		sgdma_exit(&again->engine);
	return ret;
}

static int again_remove(struct platform_device *pdev)
{
	struct again *again = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	sgdma_exit(&again->engine);
	return 0;
}

static struct platform_driver again_driver = {
	.probe = again_probe,
	.remove = again_remove,
	.driver = {
		.name = "sgdma-again",
	},
};
module_platform_driver(again_driver);

MODULE_DESCRIPTION("Sends frames in pieces, twice if need be");
MODULE_LICENSE("Dual BSD/GPL");
