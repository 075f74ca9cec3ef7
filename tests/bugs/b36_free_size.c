// SPDX-License-Identifier: BSD-2-Clause
/*
 * Sends frames from a coherent buffer whose size the user can change.
 *
 * The bug: the old buffer is freed with the new one's size.
 */
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define RESIZE_FIRST 2048
#define RESIZE_SET 1		/* request of control: arg is the size in bytes */

struct resize {
	struct sgdma engine;
	void *buf;
	dma_addr_t dma;
	size_t size;
};

static int resize_control(struct device *dev, unsigned int request, unsigned long arg)
{
	struct resize *r = dev_get_drvdata(dev);
	dma_addr_t dma;
	void *buf;

	if (request != RESIZE_SET || !arg)
		return -EINVAL;
	buf = dma_alloc_coherent(dev, arg, &dma, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
#if BUG
	r->size = arg;
	dma_free_coherent(dev, r->size, r->buf, r->dma);
#else
	dma_free_coherent(dev, r->size, r->buf, r->dma);
	r->size = arg;
#endif
	r->buf = buf;
	r->dma = dma;
	return 0;
}

static int resize_send(struct device *dev, void *data, size_t len)
{
	struct resize *r = dev_get_drvdata(dev);

	if (len > r->size)
		return -EMSGSIZE;
	memcpy(r->buf, data, len);
	return sgdma_move(&r->engine, SGDMA_SEND, r->dma, len);
}

static const struct frame_port_ops resize_ops = {
	.send = resize_send,
	.control = resize_control,
};

static int resize_probe(struct platform_device *pdev)
{
	struct resize *r;
	int ret;

	r = devm_kzalloc(&pdev->dev, sizeof(*r), GFP_KERNEL);
	if (!r)
		return -ENOMEM;
	ret = sgdma_init(&r->engine, pdev, 1);
	if (ret)
		return ret;
	ret = -ENOMEM;
	r->size = RESIZE_FIRST;
	r->buf = dma_alloc_coherent(&pdev->dev, r->size, &r->dma, GFP_KERNEL);
	if (!r->buf)
		goto exit_engine;
	platform_set_drvdata(pdev, r);
	ret = frame_port_register(&pdev->dev, &resize_ops);
	if (!ret)
		return 0;

	dma_free_coherent(&pdev->dev, r->size, r->buf, r->dma);
exit_engine:
	sgdma_exit(&r->engine);
	return ret;
}

static int resize_remove(struct platform_device *pdev)
{
	struct resize *r = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	dma_free_coherent(&pdev->dev, r->size, r->buf, r->dma);
	sgdma_exit(&r->engine);
	return 0;
}

static struct platform_driver resize_driver = {
	.probe = resize_probe,
	.remove = resize_remove,
	.driver = {
		.name = "sgdma-resize",
	},
};
module_platform_driver(resize_driver);

MODULE_DESCRIPTION("Sends frames from a buffer of any size");
MODULE_LICENSE("Dual BSD/GPL");
