// SPDX-License-Identifier: BSD-2-Clause
/* A port whose receive buffer is part of its structure, beside its counters. */
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/cache.h>
#include <linux/slab.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define BUF_LEN 80

struct rx_state {
	u32 requests;
#if BUG
	u8 buf[BUF_LEN];
#else
	u8 buf[BUF_LEN] ____cacheline_aligned;
	u8 after[0] ____cacheline_aligned;
#endif
	u32 frames;
};

struct rx_port {
	struct sgdma engine;
	struct rx_state *state;
};

static int rx_open(struct device *dev)
{
	struct rx_port *p = dev_get_drvdata(dev);

	p->state = kzalloc(sizeof(*p->state), GFP_KERNEL);
	return p->state ? 0 : -ENOMEM;
}

static void rx_stop(struct device *dev)
{
	struct rx_port *p = dev_get_drvdata(dev);

	kfree(p->state);
	p->state = NULL;
}

static int rx_poll(struct device *dev, int budget)
{
	struct rx_port *p = dev_get_drvdata(dev);
	struct rx_state *state = p->state;
	dma_addr_t addr;
	int n, ret;

	for (n = 0; n < budget; n++) {
		addr = dma_map_single(dev, state->buf, BUF_LEN, DMA_FROM_DEVICE);
		if (dma_mapping_error(dev, addr))
			return -ENOMEM;
		sgdma_give(&p->engine, 0, SGDMA_RECEIVE, addr, BUF_LEN, SGDMA_END);
		sgdma_start(&p->engine, 0);
		state->requests++;
		ret = sgdma_wait(&p->engine);
		if (ret)
			sgdma_reset(&p->engine);
		dma_unmap_single(dev, addr, BUF_LEN, DMA_FROM_DEVICE);
		if (ret)
			return ret;
		frame_port_rx(dev, state->buf, BUF_LEN);
		state->frames++;
	}
	return n;
}

static const struct frame_port_ops rx_ops = {
	.open = rx_open,
	.stop = rx_stop,
	.poll = rx_poll,
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
		.name = "sgdma-rx-small",
	},
};
module_platform_driver(rx_driver);

MODULE_DESCRIPTION("Receiver of a frame port");
MODULE_LICENSE("Dual BSD/GPL");
