// SPDX-License-Identifier: BSD-2-Clause
/*
 * Sends frames from a page that has no kernel address but while it is written.
 *
 * Correct: what is written through kmap() is in the caches as any other store, and dma_map_page() cleans it there, although the window
 * is closed by then.
 */
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "frame_port.h"
#include "sgdma_regs.h"

struct highsend {
	struct sgdma engine;
	struct page *page;
};

static int highsend_fill(struct page *page, const u8 *data, size_t len)
{
	u8 *at = kmap(page);
	size_t i;

	if (!at)
		return -ENOMEM;
	for (i = 0; i < len; i++)
		at[i] = data[i];
	kunmap(page);
	return 0;
}

static int highsend_send(struct device *dev, void *data, size_t len)
{
	struct highsend *highsend = dev_get_drvdata(dev);
	dma_addr_t dma;
	int ret;

	if (len > PAGE_SIZE)
		return -EMSGSIZE;
	ret = highsend_fill(highsend->page, data, len);
	if (ret)
		return ret;
	dma = dma_map_page(dev, highsend->page, 0, len, DMA_TO_DEVICE);
	if (dma_mapping_error(dev, dma))
		return -ENOMEM;
	ret = sgdma_move(&highsend->engine, SGDMA_SEND, dma, len);
	dma_unmap_page(dev, dma, len, DMA_TO_DEVICE);
	return ret;
}

static const struct frame_port_ops highsend_ops = {
	.send = highsend_send,
};

static int highsend_probe(struct platform_device *pdev)
{
	struct highsend *highsend;
	int ret;

	highsend = devm_kzalloc(&pdev->dev, sizeof(*highsend), GFP_KERNEL);
	if (!highsend)
		return -ENOMEM;
	ret = sgdma_init(&highsend->engine, pdev, 1);
	if (ret)
		return ret;
	ret = -ENOMEM;
	highsend->page = alloc_page(GFP_HIGHUSER);
	if (!highsend->page)
		goto exit_engine;
	platform_set_drvdata(pdev, highsend);
	ret = frame_port_register(&pdev->dev, &highsend_ops);
	if (!ret)
		return 0;

	__free_page(highsend->page);
exit_engine:
	sgdma_exit(&highsend->engine);
	return ret;
}

static int highsend_remove(struct platform_device *pdev)
{
	struct highsend *highsend = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	__free_page(highsend->page);
	sgdma_exit(&highsend->engine);
	return 0;
}

static struct platform_driver highsend_driver = {
	.probe = highsend_probe,
	.remove = highsend_remove,
	.driver = {
		.name = "sgdma-highsend",
	},
};
module_platform_driver(highsend_driver);

MODULE_DESCRIPTION("Sends frames from a high page");
MODULE_LICENSE("Dual BSD/GPL");
