// SPDX-License-Identifier: BSD-2-Clause
/*
 * Receives frames into memory that it clears before each one.
 *
 * Correct: the mapping throws the zeroes away where they have not been written back, which is what it is for; what counts is what
 * the device writes afterwards.
 */
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define ZERO_LEN 1024

struct zero {
	struct sgdma engine;
	void *buf;
};

static int zero_poll(struct device *dev, int budget)
{
	struct zero *zero = dev_get_drvdata(dev);
	dma_addr_t dma;
	int n, ret;

	for (n = 0; n < budget; n++) {
		memset(zero->buf, 0, ZERO_LEN);
		dma = dma_map_single(dev, zero->buf, ZERO_LEN, DMA_FROM_DEVICE);
		if (dma_mapping_error(dev, dma))
			return n ? n : -ENOMEM;
		ret = sgdma_move(&zero->engine, SGDMA_RECEIVE, dma, ZERO_LEN);
		dma_unmap_single(dev, dma, ZERO_LEN, DMA_FROM_DEVICE);
		if (ret)
			return n ? n : ret;
		frame_port_rx(dev, zero->buf, ZERO_LEN);
	}
	return n;
}

static const struct frame_port_ops zero_ops = {
	.poll = zero_poll,
};

static int zero_probe(struct platform_device *pdev)
{
	struct zero *zero;
	int ret;

	zero = devm_kzalloc(&pdev->dev, sizeof(*zero), GFP_KERNEL);
	if (!zero)
		return -ENOMEM;
	ret = sgdma_init(&zero->engine, pdev, 1);
	if (ret)
		return ret;
	ret = -ENOMEM;
	zero->buf = kzalloc(ZERO_LEN, GFP_KERNEL);
	if (!zero->buf)
		goto exit_engine;
	platform_set_drvdata(pdev, zero);
	ret = frame_port_register(&pdev->dev, &zero_ops);
	if (!ret)
		return 0;

	kfree(zero->buf);
exit_engine:
	sgdma_exit(&zero->engine);
	return ret;
}

static int zero_remove(struct platform_device *pdev)
{
	struct zero *zero = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	kfree(zero->buf);
	sgdma_exit(&zero->engine);
	return 0;
}

static struct platform_driver zero_driver = {
	.probe = zero_probe,
	.remove = zero_remove,
	.driver = {
		.name = "sgdma-zero",
	},
};
module_platform_driver(zero_driver);

MODULE_DESCRIPTION("Receives frames into cleared memory");
MODULE_LICENSE("Dual BSD/GPL");
