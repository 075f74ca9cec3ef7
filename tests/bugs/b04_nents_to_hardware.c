// SPDX-License-Identifier: BSD-2-Clause
/* A port that sends scattered memory. The engine is told to count with 16 bits, which is as far as a segment of this device goes. */
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define DESCS 64

struct sg_port {
	struct sgdma engine;
};

/* All segments as one chain. */
static int sg_move(struct sg_port *p, u32 op, struct scatterlist *sgl, int count)
{
	struct scatterlist *sg;
	int i, ret;

	if (count > DESCS)
		return -EMSGSIZE;
	for_each_sg(sgl, sg, count, i)
		sgdma_give(&p->engine, i, op, sg_dma_address(sg), sg_dma_len(sg), i == count - 1 ? SGDMA_END : 0);
	sgdma_start(&p->engine, 0);
	ret = sgdma_wait(&p->engine);
	if (ret)
		sgdma_reset(&p->engine);
	for (i = 0; !ret && i < count; i++)
		ret = sgdma_is_done(&p->engine, i) ? sgdma_error(&p->engine, i) : -EIO;
	return ret;
}

static int sg_send(struct device *dev, struct scatterlist *sgl, int nents)
{
	struct sg_port *p = dev_get_drvdata(dev);
	int count, ret;

	count = dma_map_sg(dev, sgl, nents, DMA_TO_DEVICE);
	if (!count)
		return -ENOMEM;
#if BUG
	ret = sg_move(p, SGDMA_SEND, sgl, nents);
#else
	ret = sg_move(p, SGDMA_SEND, sgl, count);
#endif
	dma_unmap_sg(dev, sgl, nents, DMA_TO_DEVICE);
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
	ret = sgdma_init(&p->engine, pdev, DESCS);
	if (ret)
		return ret;
	p->engine.ctrl = SGDMA_CTRL_COUNT16;
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

MODULE_DESCRIPTION("Sender of scattered memory");
MODULE_LICENSE("Dual BSD/GPL");
