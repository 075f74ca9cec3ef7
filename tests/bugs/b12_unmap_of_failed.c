// SPDX-License-Identifier: BSD-2-Clause
/* A port that sends a header of its own before each frame. */
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define HEAD_LEN 64

struct tx_port {
	struct sgdma engine;
	__be32 *head;
	u32 frames;
};

static int tx_open(struct device *dev)
{
	struct tx_port *p = dev_get_drvdata(dev);

	p->head = kzalloc(HEAD_LEN, GFP_KERNEL);
	return p->head ? 0 : -ENOMEM;
}

static void tx_stop(struct device *dev)
{
	struct tx_port *p = dev_get_drvdata(dev);

	kfree(p->head);
	p->head = NULL;
}

static int tx_send(struct device *dev, void *data, size_t len)
{
	struct tx_port *p = dev_get_drvdata(dev);
	dma_addr_t head, frame;
	int ret;

	p->head[0] = cpu_to_be32(++p->frames);
	p->head[1] = cpu_to_be32(len);
	head = dma_map_single(dev, p->head, HEAD_LEN, DMA_TO_DEVICE);
	if (dma_mapping_error(dev, head))
		return -ENOMEM;
	frame = dma_map_single(dev, data, len, DMA_TO_DEVICE);
	ret = -ENOMEM;
	if (dma_mapping_error(dev, frame))
		goto unmap;
	sgdma_give(&p->engine, 0, SGDMA_SEND, head, HEAD_LEN, 0);
	sgdma_give(&p->engine, 1, SGDMA_SEND, frame, len, SGDMA_END);
	sgdma_start(&p->engine, 0);
	ret = sgdma_wait(&p->engine);
	if (ret)
		sgdma_reset(&p->engine);
	else
		ret = sgdma_is_done(&p->engine, 1) ? sgdma_error(&p->engine, 1) : -EIO;
unmap:
#if !BUG
	if (!dma_mapping_error(dev, frame))
#endif
		dma_unmap_single(dev, frame, len, DMA_TO_DEVICE);
	dma_unmap_single(dev, head, HEAD_LEN, DMA_TO_DEVICE);
	return ret;
}

static const struct frame_port_ops tx_ops = {
	.open = tx_open,
	.stop = tx_stop,
	.send = tx_send,
};

static int tx_probe(struct platform_device *pdev)
{
	struct tx_port *p;
	int ret;

	p = devm_kzalloc(&pdev->dev, sizeof(*p), GFP_KERNEL);
	if (!p)
		return -ENOMEM;
	ret = sgdma_init(&p->engine, pdev, 2);
	if (ret)
		return ret;
	platform_set_drvdata(pdev, p);
	ret = frame_port_register(&pdev->dev, &tx_ops);
	if (ret)
		sgdma_exit(&p->engine);
	return ret;
}

static int tx_remove(struct platform_device *pdev)
{
	struct tx_port *p = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	sgdma_exit(&p->engine);
	return 0;
}

static struct platform_driver tx_driver = {
	.probe = tx_probe,
	.remove = tx_remove,
	.driver = {
		.name = "sgdma-tx-head",
	},
};
module_platform_driver(tx_driver);

MODULE_DESCRIPTION("Sender of a frame port");
MODULE_LICENSE("Dual BSD/GPL");
