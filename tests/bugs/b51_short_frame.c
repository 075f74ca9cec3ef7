// SPDX-License-Identifier: BSD-2-Clause
/*
 * Receives one frame into a buffer of the greatest length and copies it to the user.
 *
 * The bug: it copies the whole buffer. Behind a short frame there is what the memory held before.
 */
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define SHORT_MAX 2048
#define SHORT_UNDERRUN 7u	/* status: the frame ended before the buffer */

struct little {
	struct sgdma engine;
};

/* Bytes received, or a negative error. */
static int little_fill(struct little *little, dma_addr_t dma)
{
	struct sgdma *engine = &little->engine;
	u32 status;
	int ret;

	sgdma_give(engine, 0, SGDMA_RECEIVE, dma, SHORT_MAX, SGDMA_END);
	sgdma_start(engine, 0);
	ret = sgdma_wait(engine);
	if (ret) {
		sgdma_reset(engine);
		return ret;
	}
	status = sgdma_is_done(engine, 0) ? le32_to_cpu(engine->desc[0].status) : 0;
	if (status != SGDMA_OK && status != SHORT_UNDERRUN)
		return -EIO;
	return le32_to_cpu(engine->desc[0].done);
}

/* Read a frame; arg: where the user wants it, with room for the longest. Returns its length. */
static int little_control(struct device *dev, unsigned int request, unsigned long arg)
{
	struct little *little = dev_get_drvdata(dev);
	int ret = -ENOMEM;
	dma_addr_t dma;
	void *buf;

	buf = kmalloc(SHORT_MAX, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	dma = dma_map_single(dev, buf, SHORT_MAX, DMA_FROM_DEVICE);
	if (!dma_mapping_error(dev, dma)) {
		ret = little_fill(little, dma);
		dma_unmap_single(dev, dma, SHORT_MAX, DMA_FROM_DEVICE);
	}
#if BUG
	if (ret > 0 && copy_to_user((void __user *)arg, buf, SHORT_MAX))
		ret = -EFAULT;
#else
	if (ret > 0 && copy_to_user((void __user *)arg, buf, ret))
		ret = -EFAULT;
#endif
	kfree(buf);
	return ret;
}

static const struct frame_port_ops little_ops = {
	.control = little_control,
};

static int little_probe(struct platform_device *pdev)
{
	struct little *little;
	int ret;

	little = devm_kzalloc(&pdev->dev, sizeof(*little), GFP_KERNEL);
	if (!little)
		return -ENOMEM;
	ret = sgdma_init(&little->engine, pdev, 1);
	if (ret)
		return ret;
	platform_set_drvdata(pdev, little);
	ret = frame_port_register(&pdev->dev, &little_ops);
	if (ret)
		sgdma_exit(&little->engine);
	return ret;
}

static int little_remove(struct platform_device *pdev)
{
	struct little *little = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	sgdma_exit(&little->engine);
	return 0;
}

static struct platform_driver little_driver = {
	.probe = little_probe,
	.remove = little_remove,
	.driver = {
		.name = "sgdma-little",
	},
};
module_platform_driver(little_driver);

MODULE_DESCRIPTION("Reads frames for the user");
MODULE_LICENSE("Dual BSD/GPL");
