// SPDX-License-Identifier: BSD-2-Clause
/*
 * Receives frames into coherent memory and watches the descriptor, without interrupts.
 *
 * The bug: nothing orders the loads of the frame after the load that found the descriptor done. The CPU may have made them before.
 */
#include <linux/compiler.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/processor.h>
#include <linux/slab.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define PEEK_FRAME 512
#define PEEK_TURNS 100000

struct peek {
	struct sgdma engine;
	void *frame;			/* coherent */
	dma_addr_t frame_dma;
};

static int peek_wait(struct peek *peek)
{
	struct sgdma_desc *d = peek->engine.desc;
	int turns;

	for (turns = 0; le32_to_cpu(READ_ONCE(d->control)) & SGDMA_OWN; turns++) {
		if (turns == PEEK_TURNS)
			return -ETIMEDOUT;
		cpu_relax();
	}
#if !BUG
	dma_rmb();	/* status and frame after OWN */
#endif
	return sgdma_error(&peek->engine, 0);
}

static int peek_poll(struct device *dev, int budget)
{
	struct peek *peek = dev_get_drvdata(dev);
	int n, ret;

	for (n = 0; n < budget; n++) {
		sgdma_give(&peek->engine, 0, SGDMA_RECEIVE, peek->frame_dma, PEEK_FRAME, SGDMA_END);
		sgdma_start(&peek->engine, 0);
		ret = peek_wait(peek);
		if (ret) {
			sgdma_reset(&peek->engine);
			return n ? n : ret;
		}
		frame_port_rx(dev, peek->frame, PEEK_FRAME);
	}
	return n;
}

static const struct frame_port_ops peek_ops = {
	.poll = peek_poll,
};

static int peek_probe(struct platform_device *pdev)
{
	struct peek *peek;
	int ret;

	peek = devm_kzalloc(&pdev->dev, sizeof(*peek), GFP_KERNEL);
	if (!peek)
		return -ENOMEM;
	ret = sgdma_init(&peek->engine, pdev, 1);
	if (ret)
		return ret;
	ret = -ENOMEM;
	peek->frame = dma_alloc_coherent(&pdev->dev, PEEK_FRAME, &peek->frame_dma, GFP_KERNEL);
	if (!peek->frame)
		goto exit_engine;
	platform_set_drvdata(pdev, peek);
	ret = frame_port_register(&pdev->dev, &peek_ops);
	if (!ret)
		return 0;

	dma_free_coherent(&pdev->dev, PEEK_FRAME, peek->frame, peek->frame_dma);
exit_engine:
	sgdma_exit(&peek->engine);
	return ret;
}

static int peek_remove(struct platform_device *pdev)
{
	struct peek *peek = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	dma_free_coherent(&pdev->dev, PEEK_FRAME, peek->frame, peek->frame_dma);
	sgdma_exit(&peek->engine);
	return 0;
}

static struct platform_driver peek_driver = {
	.probe = peek_probe,
	.remove = peek_remove,
	.driver = {
		.name = "sgdma-peek",
	},
};
module_platform_driver(peek_driver);

MODULE_DESCRIPTION("Receives frames by polling");
MODULE_LICENSE("Dual BSD/GPL");
