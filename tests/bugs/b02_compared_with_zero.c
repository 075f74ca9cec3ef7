// SPDX-License-Identifier: BSD-2-Clause
/* A port that sends one frame at a time; what cannot be mapped is refused. */
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "frame_port.h"
#include "sgdma_regs.h"

struct tx_port {
	struct sgdma engine;
};

static int tx_send(struct device *dev, void *data, size_t len)
{
	struct tx_port *p = dev_get_drvdata(dev);
	dma_addr_t addr;
	int ret;

	addr = dma_map_single(dev, data, len, DMA_TO_DEVICE);
#if BUG
	if (!addr) {
#else
	if (dma_mapping_error(dev, addr)) {
#endif
		dev_err(dev, "frame of %zu bytes cannot be mapped\n", len);
		return -ENOMEM;
	}
	ret = sgdma_move(&p->engine, SGDMA_SEND, addr, len);
	dma_unmap_single(dev, addr, len, DMA_TO_DEVICE);
	return ret;
}

static const struct frame_port_ops tx_ops = {
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
		.name = "sgdma-tx",
	},
};
module_platform_driver(tx_driver);

MODULE_DESCRIPTION("Sender of a frame port");
MODULE_LICENSE("Dual BSD/GPL");
