// SPDX-License-Identifier: BSD-2-Clause
/*
 * Sends frames from a buffer that starts with zeroes.
 *
 * The bug: the buffer has no kernel mapping. What dma_alloc_attrs() returned is a name for it, not an address.
 */
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define COOKIE_SIZE 4096

#if BUG
#define COOKIE_ATTRS DMA_ATTR_NO_KERNEL_MAPPING
#else
#define COOKIE_ATTRS 0
#endif

struct cookie {
	struct sgdma engine;
	void *buf;
	dma_addr_t dma;
};

static int cookie_send(struct device *dev, void *data, size_t len)
{
	struct cookie *cookie = dev_get_drvdata(dev);

	if (len > COOKIE_SIZE)
		return -EMSGSIZE;
	memcpy(cookie->buf, data, len);
	return sgdma_move(&cookie->engine, SGDMA_SEND, cookie->dma, len);
}

static const struct frame_port_ops cookie_ops = {
	.send = cookie_send,
};

static int cookie_probe(struct platform_device *pdev)
{
	struct cookie *cookie;
	int ret;

	cookie = devm_kzalloc(&pdev->dev, sizeof(*cookie), GFP_KERNEL);
	if (!cookie)
		return -ENOMEM;
	ret = sgdma_init(&cookie->engine, pdev, 1);
	if (ret)
		return ret;
	ret = -ENOMEM;
	cookie->buf = dma_alloc_attrs(&pdev->dev, COOKIE_SIZE, &cookie->dma, GFP_KERNEL, COOKIE_ATTRS);
	if (!cookie->buf)
		goto exit_engine;
	platform_set_drvdata(pdev, cookie);
	ret = frame_port_register(&pdev->dev, &cookie_ops);
	if (!ret)
		return 0;

	dma_free_attrs(&pdev->dev, COOKIE_SIZE, cookie->buf, cookie->dma, COOKIE_ATTRS);
exit_engine:
	sgdma_exit(&cookie->engine);
	return ret;
}

static int cookie_remove(struct platform_device *pdev)
{
	struct cookie *cookie = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	dma_free_attrs(&pdev->dev, COOKIE_SIZE, cookie->buf, cookie->dma, COOKIE_ATTRS);
	sgdma_exit(&cookie->engine);
	return 0;
}

static struct platform_driver cookie_driver = {
	.probe = cookie_probe,
	.remove = cookie_remove,
	.driver = {
		.name = "sgdma-cookie",
	},
};
module_platform_driver(cookie_driver);

MODULE_DESCRIPTION("Sends frames");
MODULE_LICENSE("Dual BSD/GPL");
