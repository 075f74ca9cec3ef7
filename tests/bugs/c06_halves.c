// SPDX-License-Identifier: BSD-2-Clause
/*
 * Captures into two halves of one mapping: while the engine fills one, the CPU reads, and clears, the other.
 *
 * Correct: each half is a whole number of cache lines, and each sync covers exactly the half that changes hands.
 */
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define HALF 1024		/* a multiple of every cache line */

struct half {
	struct sgdma engine;
	u8 *buf;
	dma_addr_t dma;
};

/* Start filling half i; the engine stops after it. */
static void half_give(struct half *half, unsigned int i)
{
	dma_addr_t dma = half->dma + i * HALF;

	sgdma_give(&half->engine, i, SGDMA_RECEIVE, dma, HALF, SGDMA_END);
	sgdma_start(&half->engine, i);
}

static int half_poll(struct device *dev, int budget)
{
	struct half *half = dev_get_drvdata(dev);
	int n, ret;

	half_give(half, 0);
	for (n = 0; n < budget; n++) {
		unsigned int i = n % 2;

		ret = sgdma_wait(&half->engine);
		if (ret || !sgdma_is_done(&half->engine, i) || sgdma_error(&half->engine, i)) {
			sgdma_reset(&half->engine);
			return n ? n : -EIO;
		}
		if (n + 1 < budget)
			half_give(half, !i);
		dma_sync_single_range_for_cpu(dev, half->dma, i * HALF, HALF, DMA_BIDIRECTIONAL);
		frame_port_rx(dev, half->buf + i * HALF, HALF);
		memset(half->buf + i * HALF, 0, HALF);
		dma_sync_single_range_for_device(dev, half->dma, i * HALF, HALF, DMA_BIDIRECTIONAL);
	}
	return n;
}

static const struct frame_port_ops half_ops = {
	.poll = half_poll,
};

static int half_alloc(struct device *dev, struct half *half)
{
	half->buf = kmalloc(2 * HALF, GFP_KERNEL);
	if (!half->buf)
		return -ENOMEM;
	half->dma = dma_map_single(dev, half->buf, 2 * HALF, DMA_BIDIRECTIONAL);
	if (!dma_mapping_error(dev, half->dma))
		return 0;
	kfree(half->buf);
	return -ENOMEM;
}

static void half_free(struct device *dev, struct half *half)
{
	dma_unmap_single(dev, half->dma, 2 * HALF, DMA_BIDIRECTIONAL);
	kfree(half->buf);
}

static int half_probe(struct platform_device *pdev)
{
	struct half *half;
	int ret;

	half = devm_kzalloc(&pdev->dev, sizeof(*half), GFP_KERNEL);
	if (!half)
		return -ENOMEM;
	ret = sgdma_init(&half->engine, pdev, 2);
	if (ret)
		return ret;
	ret = half_alloc(&pdev->dev, half);
	if (ret)
		goto exit_engine;
	platform_set_drvdata(pdev, half);
	ret = frame_port_register(&pdev->dev, &half_ops);
	if (!ret)
		return 0;

	half_free(&pdev->dev, half);
exit_engine:
	sgdma_exit(&half->engine);
	return ret;
}

static int half_remove(struct platform_device *pdev)
{
	struct half *half = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	half_free(&pdev->dev, half);
	sgdma_exit(&half->engine);
	return 0;
}

static struct platform_driver half_driver = {
	.probe = half_probe,
	.remove = half_remove,
	.driver = {
		.name = "sgdma-half",
	},
};
module_platform_driver(half_driver);

MODULE_DESCRIPTION("Captures into two halves");
MODULE_LICENSE("Dual BSD/GPL");
