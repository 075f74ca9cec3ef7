// SPDX-License-Identifier: BSD-2-Clause
/*
 * Sends frames that lie in several pieces of memory.
 *
 * The bug: the list is taken for one segment. Behind an IOMMU it often is.
 */
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define PIECES 16

struct pieces {
	struct sgdma engine;
};

#if !BUG
static int pieces_run(struct pieces *pieces, struct scatterlist *sgl, int count)
{
	struct sgdma *engine = &pieces->engine;
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
#else
static int pieces_run_whole(struct pieces *pieces, struct scatterlist *sgl, int nents)
{
	struct scatterlist *sg;
	size_t len = 0;
	int i;

	for_each_sg(sgl, sg, nents, i)
		len += sg->length;
	return sgdma_move(&pieces->engine, SGDMA_SEND, sg_dma_address(sgl), len);
}
#endif

static int pieces_send_sg(struct device *dev, struct scatterlist *sgl, int nents)
{
	struct pieces *pieces = dev_get_drvdata(dev);
	int count, ret;

	if (nents > PIECES)
		return -EMSGSIZE;
	count = dma_map_sg(dev, sgl, nents, DMA_TO_DEVICE);
	if (!count)
		return -ENOMEM;
#if BUG
	ret = pieces_run_whole(pieces, sgl, nents);
#else
	ret = pieces_run(pieces, sgl, count);
#endif
	dma_unmap_sg(dev, sgl, nents, DMA_TO_DEVICE);
	return ret;
}

static const struct frame_port_ops pieces_ops = {
	.send_sg = pieces_send_sg,
};

static int pieces_probe(struct platform_device *pdev)
{
	struct pieces *pieces;
	int ret;

	pieces = devm_kzalloc(&pdev->dev, sizeof(*pieces), GFP_KERNEL);
	if (!pieces)
		return -ENOMEM;
	ret = sgdma_init(&pieces->engine, pdev, PIECES);
	if (ret)
		return ret;
	platform_set_drvdata(pdev, pieces);
	ret = frame_port_register(&pdev->dev, &pieces_ops);
	if (ret)
		sgdma_exit(&pieces->engine);
	return ret;
}

static int pieces_remove(struct platform_device *pdev)
{
	struct pieces *pieces = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	sgdma_exit(&pieces->engine);
	return 0;
}

static struct platform_driver pieces_driver = {
	.probe = pieces_probe,
	.remove = pieces_remove,
	.driver = {
		.name = "sgdma-pieces",
	},
};
module_platform_driver(pieces_driver);

MODULE_DESCRIPTION("Sends frames in pieces");
MODULE_LICENSE("Dual BSD/GPL");
