// SPDX-License-Identifier: BSD-2-Clause
/*
 * Receives into a buffer that shares its last cache line with a length that is set before and only read meanwhile.
 *
 * Correct, if only just: a clean line can be thrown away by whoever needs to. It would be wrong to write the length while the engine
 * has the buffer.
 */
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "frame_port.h"
#include "sgdma_regs.h"

struct near {
	struct sgdma engine;
	struct near_rx {
		u8 buf[500];
		u32 len;		/* constant while the buffer is mapped */
	} *rx;
};

static int near_poll(struct device *dev, int budget)
{
	struct near *near = dev_get_drvdata(dev);
	struct near_rx *rx = near->rx;
	dma_addr_t dma;
	int n, ret;

	for (n = 0; n < budget; n++) {
		rx->len = sizeof(rx->buf) - n;
		dma = dma_map_single(dev, rx->buf, sizeof(rx->buf), DMA_FROM_DEVICE);
		if (dma_mapping_error(dev, dma))
			return n ? n : -ENOMEM;
		ret = sgdma_move(&near->engine, SGDMA_RECEIVE, dma, rx->len);
		dma_unmap_single(dev, dma, sizeof(rx->buf), DMA_FROM_DEVICE);
		if (ret)
			return n ? n : ret;
		frame_port_rx(dev, rx->buf, rx->len);
	}
	return n;
}

static const struct frame_port_ops near_ops = {
	.poll = near_poll,
};

static int near_probe(struct platform_device *pdev)
{
	struct near *near;
	int ret;

	near = devm_kzalloc(&pdev->dev, sizeof(*near), GFP_KERNEL);
	if (!near)
		return -ENOMEM;
	ret = sgdma_init(&near->engine, pdev, 1);
	if (ret)
		return ret;
	ret = -ENOMEM;
	near->rx = kzalloc(sizeof(*near->rx), GFP_KERNEL);
	if (!near->rx)
		goto exit_engine;
	platform_set_drvdata(pdev, near);
	ret = frame_port_register(&pdev->dev, &near_ops);
	if (!ret)
		return 0;

	kfree(near->rx);
exit_engine:
	sgdma_exit(&near->engine);
	return ret;
}

static int near_remove(struct platform_device *pdev)
{
	struct near *near = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	kfree(near->rx);
	sgdma_exit(&near->engine);
	return 0;
}

static struct platform_driver near_driver = {
	.probe = near_probe,
	.remove = near_remove,
	.driver = {
		.name = "sgdma-near",
	},
};
module_platform_driver(near_driver);

MODULE_DESCRIPTION("Receives beside a constant");
MODULE_LICENSE("Dual BSD/GPL");
