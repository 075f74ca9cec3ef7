// SPDX-License-Identifier: BSD-2-Clause
/* A port that sends lists of one entry. */
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include "frame_port.h"
#include "sgdma_regs.h"

struct sg_port {
	struct sgdma engine;
};

static int sg_send(struct device *dev, struct scatterlist *sg, int nents)
{
	struct sg_port *p = dev_get_drvdata(dev);
	int ret;

	if (nents != 1)
		return -EINVAL;
	if (!dma_map_sg(dev, sg, 1, DMA_TO_DEVICE))
		return -ENOMEM;
	ret = sgdma_move(&p->engine, SGDMA_SEND, sg_dma_address(sg), sg_dma_len(sg));
#if BUG
	dma_unmap_single(dev, sg_dma_address(sg), sg_dma_len(sg), DMA_TO_DEVICE);
#else
	dma_unmap_sg(dev, sg, 1, DMA_TO_DEVICE);
#endif
	return ret;
}

static const struct frame_port_ops sg_ops = {
	.send_sg = sg_send,
};

static int sg_probe(struct platform_device *pdev)
{
	struct sg_port *p;
	int ret;

	p = devm_kzalloc(&pdev->dev, sizeof(*p), GFP_KERNEL);
	if (!p)
		return -ENOMEM;
	ret = sgdma_init(&p->engine, pdev, 1);
	if (ret)
		return ret;
	platform_set_drvdata(pdev, p);
	ret = frame_port_register(&pdev->dev, &sg_ops);
	if (ret)
		sgdma_exit(&p->engine);
	return ret;
}

static int sg_remove(struct platform_device *pdev)
{
	struct sg_port *p = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	sgdma_exit(&p->engine);
	return 0;
}

static struct platform_driver sg_driver = {
	.probe = sg_probe,
	.remove = sg_remove,
	.driver = {
		.name = "sgdma-sg-tx",
	},
};
module_platform_driver(sg_driver);

MODULE_DESCRIPTION("Sender of a frame port");
MODULE_LICENSE("Dual BSD/GPL");
