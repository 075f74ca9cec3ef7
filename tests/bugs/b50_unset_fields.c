// SPDX-License-Identifier: BSD-2-Clause
/*
 * A port that takes commands in blocks of a fixed layout.
 *
 * The bug: the fields that are reserved are never set. They have what the memory's last user left there.
 */
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "frame_port.h"
#include "sgdma_regs.h"

/* As the other side reads it. */
struct block {
	__le32 opcode;
	__le32 tag;
	__le32 reserved[6];	/* must be zero */
};

#define OPCODE_RESET 0x01u

struct block_port {
	struct sgdma engine;
};

static int block_write(struct block_port *p, struct block *block)
{
	struct device *dev = p->engine.dev;
	dma_addr_t addr;
	int ret;

	addr = dma_map_single(dev, block, sizeof(*block), DMA_TO_DEVICE);
	if (dma_mapping_error(dev, addr))
		return -ENOMEM;
	ret = sgdma_move(&p->engine, SGDMA_SEND, addr, sizeof(*block));
	dma_unmap_single(dev, addr, sizeof(*block), DMA_TO_DEVICE);
	return ret;
}

static int block_control(struct device *dev, unsigned int request, unsigned long arg)
{
	struct block_port *p = dev_get_drvdata(dev);
	struct block *block;
	int ret;

	if (request != OPCODE_RESET)
		return -EINVAL;
#if BUG
	block = kmalloc(sizeof(*block), GFP_KERNEL);
#else
	block = kzalloc(sizeof(*block), GFP_KERNEL);
#endif
	if (!block)
		return -ENOMEM;
	block->opcode = cpu_to_le32(request);
	block->tag = cpu_to_le32(arg);
	ret = block_write(p, block);
	kfree(block);
	return ret;
}

static const struct frame_port_ops block_ops = {
	.control = block_control,
};

static int block_probe(struct platform_device *pdev)
{
	struct block_port *p;
	int ret;

	p = devm_kzalloc(&pdev->dev, sizeof(*p), GFP_KERNEL);
	if (!p)
		return -ENOMEM;
	ret = sgdma_init(&p->engine, pdev, 1);
	if (ret)
		return ret;
	platform_set_drvdata(pdev, p);
	ret = frame_port_register(&pdev->dev, &block_ops);
	if (ret)
		sgdma_exit(&p->engine);
	return ret;
}

static int block_remove(struct platform_device *pdev)
{
	struct block_port *p = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	sgdma_exit(&p->engine);
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

MODULE_DESCRIPTION("Port for command blocks");
MODULE_LICENSE("Dual BSD/GPL");
