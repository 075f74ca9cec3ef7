// SPDX-License-Identifier: BSD-2-Clause
/* A port that fills the caller's memory from the wire. */
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "frame_port.h"
#include "sgdma_regs.h"

struct rx_port {
	struct sgdma engine;
};

static int rx_receive(struct device *dev, void *data, size_t len)
{
	struct rx_port *p = dev_get_drvdata(dev);
	dma_addr_t addr;
	int ret;

	addr = dma_map_single(dev, data, len, DMA_FROM_DEVICE);
	if (dma_mapping_error(dev, addr))
		return -ENOMEM;
	ret = sgdma_move(&p->engine, SGDMA_RECEIVE, addr, len);
#if BUG
	if (ret)
		return ret;
#endif
	dma_unmap_single(dev, addr, len, DMA_FROM_DEVICE);
	if (!ret)
		frame_port_rx(dev, data, len);
	return ret;
}

static const struct frame_port_ops rx_ops = {
	.receive = rx_receive,
};

static int rx_probe(struct platform_device *pdev)
{
	struct rx_port *p;
	int ret;

	p = devm_kzalloc(&pdev->dev, sizeof(*p), GFP_KERNEL);
	if (!p)
		return -ENOMEM;
	ret = sgdma_init(&p->engine, pdev, 1);
	if (ret)
		return ret;
	platform_set_drvdata(pdev, p);
	ret = frame_port_register(&pdev->dev, &rx_ops);
	if (ret)
		sgdma_exit(&p->engine);
	return ret;
}

static int rx_remove(struct platform_device *pdev)
{
	struct rx_port *p = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	sgdma_exit(&p->engine);
	return 0;
}

static struct platform_driver rx_driver = {
	.probe = rx_probe,
	.remove = rx_remove,
	.driver = {
		.name = "sgdma-rx",
	},
};
module_platform_driver(rx_driver);

MODULE_DESCRIPTION("Receiver of a frame port");
MODULE_LICENSE("Dual BSD/GPL");
