// SPDX-License-Identifier: BSD-2-Clause
/*
 * Sends frames that are all of one byte, from memory that was allocated for each and is filled by plain stores.
 *
 * Correct: every byte is written, even where the value is the one that the memory happened to hold.
 */
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define PLAIN_LEN 256

struct plain {
	struct sgdma engine;
};

static int plain_run(struct device *dev, u8 *buf)
{
	struct plain *plain = dev_get_drvdata(dev);
	dma_addr_t dma;
	int ret;

	dma = dma_map_single(dev, buf, PLAIN_LEN, DMA_TO_DEVICE);
	if (dma_mapping_error(dev, dma))
		return -ENOMEM;
	ret = sgdma_move(&plain->engine, SGDMA_SEND, dma, PLAIN_LEN);
	dma_unmap_single(dev, dma, PLAIN_LEN, DMA_TO_DEVICE);
	return ret;
}

/* request: the byte; arg: where the user wants a copy of the frame. */
static int plain_control(struct device *dev, unsigned int request, unsigned long arg)
{
	u8 *buf = kmalloc(PLAIN_LEN, GFP_KERNEL);
	unsigned int i;
	int ret;

	if (!buf)
		return -ENOMEM;
	for (i = 0; i < PLAIN_LEN; i++)
		((volatile u8 *)buf)[i] = request;
	ret = plain_run(dev, buf);
	if (!ret && copy_to_user((void __user *)arg, buf, PLAIN_LEN))
		ret = -EFAULT;
	kfree(buf);
	return ret;
}

static const struct frame_port_ops plain_ops = {
	.control = plain_control,
};

static int plain_probe(struct platform_device *pdev)
{
	struct plain *plain;
	int ret;

	plain = devm_kzalloc(&pdev->dev, sizeof(*plain), GFP_KERNEL);
	if (!plain)
		return -ENOMEM;
	ret = sgdma_init(&plain->engine, pdev, 1);
	if (ret)
		return ret;
	platform_set_drvdata(pdev, plain);
	ret = frame_port_register(&pdev->dev, &plain_ops);
	if (ret)
		sgdma_exit(&plain->engine);
	return ret;
}

static int plain_remove(struct platform_device *pdev)
{
	struct plain *plain = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	sgdma_exit(&plain->engine);
	return 0;
}

static struct platform_driver plain_driver = {
	.probe = plain_probe,
	.remove = plain_remove,
	.driver = {
		.name = "sgdma-plain",
	},
};
module_platform_driver(plain_driver);

MODULE_DESCRIPTION("Sends constant frames");
MODULE_LICENSE("Dual BSD/GPL");
