// SPDX-License-Identifier: BSD-2-Clause
/* A port that sends from one buffer, which stays mapped as long as the port is open. */
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/string.h>
#include <linux/slab.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define BUF_LEN 2048

struct tx_port {
	struct sgdma engine;
	void *buf;
	dma_addr_t addr;
};

static int tx_open(struct device *dev)
{
	struct tx_port *p = dev_get_drvdata(dev);

	p->buf = kzalloc(BUF_LEN, GFP_KERNEL);
	if (!p->buf)
		return -ENOMEM;
	p->addr = dma_map_single(dev, p->buf, BUF_LEN, DMA_TO_DEVICE);
	if (dma_mapping_error(dev, p->addr)) {
		kfree(p->buf);
		p->buf = NULL;
		return -ENOMEM;
	}
	return 0;
}

static void tx_stop(struct device *dev)
{
	struct tx_port *p = dev_get_drvdata(dev);

	if (!p->buf)
		return;
	dma_unmap_single(dev, p->addr, BUF_LEN, DMA_TO_DEVICE);
	kfree(p->buf);
	p->buf = NULL;
}

static int tx_send(struct device *dev, void *data, size_t len)
{
	struct tx_port *p = dev_get_drvdata(dev);
	int ret;

	if (!p->buf || len > BUF_LEN)
		return -EINVAL;
	dma_sync_single_for_cpu(dev, p->addr, len, DMA_TO_DEVICE);
	memcpy(p->buf, data, len);
	sgdma_give(&p->engine, 0, SGDMA_SEND, p->addr, len, SGDMA_END);
#if !BUG
	dma_sync_single_for_device(dev, p->addr, len, DMA_TO_DEVICE);
#endif
	sgdma_start(&p->engine, 0);
	udelay(1);	/* the FIFO fills before the wire takes anything */
#if BUG
	dma_sync_single_for_device(dev, p->addr, len, DMA_TO_DEVICE);
#endif
	ret = sgdma_wait(&p->engine);
	if (ret)
		sgdma_reset(&p->engine);
	else
		ret = sgdma_is_done(&p->engine, 0) ? sgdma_error(&p->engine, 0) : -EIO;
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
	ret = sgdma_init(&p->engine, pdev, 1);
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
		.name = "sgdma-tx-copy",
	},
};
module_platform_driver(tx_driver);

MODULE_DESCRIPTION("Sender of a frame port");
MODULE_LICENSE("Dual BSD/GPL");
