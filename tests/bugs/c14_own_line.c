// SPDX-License-Identifier: BSD-2-Clause
/*
 * Receives into a buffer that lies in a structure, beside counters that the CPU keeps changing.
 *
 * Correct: buffer and counters are in cache lines of their own. What the CPU does beside the buffer does not matter then.
 */
#include <linux/compiler.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define LINE 64		/* no cache line is longer */

struct own {
	struct sgdma engine;
	struct own_rx {
		u8 buf[256] __aligned(LINE);
		u32 started __aligned(LINE);
		u32 finished;
	} *rx;
};

static int own_poll(struct device *dev, int budget)
{
	struct own *own = dev_get_drvdata(dev);
	struct own_rx *rx = own->rx;
	dma_addr_t dma;
	int n, ret;

	for (n = 0; n < budget; n++) {
		dma = dma_map_single(dev, rx->buf, sizeof(rx->buf), DMA_FROM_DEVICE);
		if (dma_mapping_error(dev, dma))
			return n ? n : -ENOMEM;
		rx->started++;
		ret = sgdma_move(&own->engine, SGDMA_RECEIVE, dma, sizeof(rx->buf));
		rx->finished++;
		dma_unmap_single(dev, dma, sizeof(rx->buf), DMA_FROM_DEVICE);
		if (ret)
			return n ? n : ret;
		if (rx->started != rx->finished)
			return -EIO;
		frame_port_rx(dev, rx->buf, sizeof(rx->buf));
	}
	return n;
}

static const struct frame_port_ops own_ops = {
	.poll = own_poll,
};

static int own_probe(struct platform_device *pdev)
{
	struct own *own;
	int ret;

	own = devm_kzalloc(&pdev->dev, sizeof(*own), GFP_KERNEL);
	if (!own)
		return -ENOMEM;
	ret = sgdma_init(&own->engine, pdev, 1);
	if (ret)
		return ret;
	ret = -ENOMEM;
	own->rx = kzalloc(sizeof(*own->rx), GFP_KERNEL);
	if (!own->rx)
		goto exit_engine;
	platform_set_drvdata(pdev, own);
	ret = frame_port_register(&pdev->dev, &own_ops);
	if (!ret)
		return 0;

	kfree(own->rx);
exit_engine:
	sgdma_exit(&own->engine);
	return ret;
}

static int own_remove(struct platform_device *pdev)
{
	struct own *own = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	kfree(own->rx);
	sgdma_exit(&own->engine);
	return 0;
}

static struct platform_driver own_driver = {
	.probe = own_probe,
	.remove = own_remove,
	.driver = {
		.name = "sgdma-own",
	},
};
module_platform_driver(own_driver);

MODULE_DESCRIPTION("Receives into a structure");
MODULE_LICENSE("Dual BSD/GPL");
