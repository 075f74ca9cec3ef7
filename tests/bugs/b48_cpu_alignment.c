// SPDX-License-Identifier: BSD-2-Clause
/*
 * Receives blocks that the engine wants aligned to their size.
 *
 * The bug: the alignment is made up from the CPU's address and carried over to the handle. Of a coherent buffer only the handle is
 * aligned to its size; the kernel address of an uncached one is aligned to a page.
 */
#include <linux/dma-mapping.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define BLOCK_SIZE 32768
#define BLOCK_HEAD 1024		/* of which the user wants to see this much */

struct block {
	struct sgdma engine;
	void *cpu;			/* as allocated */
	dma_addr_t dma;
	u8 *aligned;			/* as used */
	dma_addr_t aligned_dma;
};

static int block_poll(struct device *dev, int budget)
{
	struct block *block = dev_get_drvdata(dev);
	int n, ret;

	for (n = 0; n < budget; n++) {
		ret = sgdma_move(&block->engine, SGDMA_RECEIVE, block->aligned_dma, BLOCK_SIZE);
		if (ret)
			return n ? n : ret;
		frame_port_rx(dev, block->aligned, BLOCK_HEAD);
	}
	return n;
}

static const struct frame_port_ops block_ops = {
	.poll = block_poll,
};

static int block_alloc(struct device *dev, struct block *block)
{
	block->cpu = dma_alloc_coherent(dev, BLOCK_SIZE, &block->dma, GFP_KERNEL);
	if (!block->cpu)
		return -ENOMEM;
#if BUG
	block->aligned = PTR_ALIGN((u8 *)block->cpu, BLOCK_SIZE);
	block->aligned_dma = block->dma + (block->aligned - (u8 *)block->cpu);
#else
	block->aligned_dma = ALIGN(block->dma, BLOCK_SIZE);
	block->aligned = (u8 *)block->cpu + (block->aligned_dma - block->dma);
#endif
	return 0;
}

static int block_probe(struct platform_device *pdev)
{
	struct block *block;
	int ret;

	block = devm_kzalloc(&pdev->dev, sizeof(*block), GFP_KERNEL);
	if (!block)
		return -ENOMEM;
	ret = sgdma_init(&block->engine, pdev, 1);
	if (ret)
		return ret;
	ret = block_alloc(&pdev->dev, block);
	if (ret)
		goto exit_engine;
	platform_set_drvdata(pdev, block);
	ret = frame_port_register(&pdev->dev, &block_ops);
	if (!ret)
		return 0;

	dma_free_coherent(&pdev->dev, BLOCK_SIZE, block->cpu, block->dma);
exit_engine:
	sgdma_exit(&block->engine);
	return ret;
}

static int block_remove(struct platform_device *pdev)
{
	struct block *block = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	dma_free_coherent(&pdev->dev, BLOCK_SIZE, block->cpu, block->dma);
	sgdma_exit(&block->engine);
	return 0;
}

static struct platform_driver block_driver = {
	.probe = block_probe,
	.remove = block_remove,
	.driver = {
		.name = "sgdma-block",
	},
};
module_platform_driver(block_driver);

MODULE_DESCRIPTION("Receives aligned blocks");
MODULE_LICENSE("Dual BSD/GPL");
