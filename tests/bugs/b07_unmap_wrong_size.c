// SPDX-License-Identifier: BSD-2-Clause
/* A port that sends frames from a buffer of its own: short ones are padded to the least length of the wire. */
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/slab.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define MIN_FRAME 60
#define MAX_FRAME 1536

struct tx_port {
	struct sgdma engine;
	u8 *buf;
};

static int tx_open(struct device *dev)
{
	struct tx_port *p = dev_get_drvdata(dev);

	p->buf = kmalloc(MAX_FRAME, GFP_KERNEL);
	return p->buf ? 0 : -ENOMEM;
}

static void tx_stop(struct device *dev)
{
	struct tx_port *p = dev_get_drvdata(dev);

	kfree(p->buf);
	p->buf = NULL;
}

static int tx_send(struct device *dev, void *data, size_t len)
{
	struct tx_port *p = dev_get_drvdata(dev);
	size_t padded = max_t(size_t, len, MIN_FRAME);
	dma_addr_t addr;
	int ret;

	if (len > MAX_FRAME)
		return -EMSGSIZE;
	memcpy(p->buf, data, len);
	memset(p->buf + len, 0, padded - len);
	addr = dma_map_single(dev, p->buf, padded, DMA_TO_DEVICE);
	if (dma_mapping_error(dev, addr))
		return -ENOMEM;
	ret = sgdma_move(&p->engine, SGDMA_SEND, addr, padded);
#if BUG
	dma_unmap_single(dev, addr, len, DMA_TO_DEVICE);
#else
	dma_unmap_single(dev, addr, padded, DMA_TO_DEVICE);
#endif
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
		.name = "sgdma-tx-pad",
	},
};
module_platform_driver(tx_driver);

MODULE_DESCRIPTION("Sender of a frame port");
MODULE_LICENSE("Dual BSD/GPL");
