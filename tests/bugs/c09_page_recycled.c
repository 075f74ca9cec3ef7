// SPDX-License-Identifier: BSD-2-Clause
/*
 * Reflects frames: what was received in a page is changed there, sent from there, and the page is used again.
 *
 * Correct: the page is mapped once, without maintenance (DMA_ATTR_SKIP_CPU_SYNC), and every hand-over is synced by hand, for as many
 * bytes as the next owner may touch.
 */
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define REFLECT_LEN 1024
#define REFLECT_HEAD 16

struct reflect {
	struct sgdma engine;
	struct page *page;
	dma_addr_t dma;
};

static int reflect_one(struct device *dev, struct reflect *reflect)
{
	u8 *frame = page_address(reflect->page);
	unsigned int i;
	int ret;

	dma_sync_single_for_device(dev, reflect->dma, REFLECT_LEN, DMA_FROM_DEVICE);
	ret = sgdma_move(&reflect->engine, SGDMA_RECEIVE, reflect->dma, REFLECT_LEN);
	if (ret)
		return ret;
	dma_sync_single_for_cpu(dev, reflect->dma, REFLECT_LEN, DMA_FROM_DEVICE);
	for (i = 0; i < REFLECT_HEAD; i++)
		frame[i] ^= 0xff;
	dma_sync_single_for_device(dev, reflect->dma, REFLECT_HEAD, DMA_TO_DEVICE);
	ret = sgdma_move(&reflect->engine, SGDMA_SEND, reflect->dma, REFLECT_LEN);
	dma_sync_single_for_cpu(dev, reflect->dma, REFLECT_LEN, DMA_TO_DEVICE);
	return ret;
}

static int reflect_poll(struct device *dev, int budget)
{
	int n, ret;

	for (n = 0; n < budget; n++) {
		ret = reflect_one(dev, dev_get_drvdata(dev));
		if (ret)
			return n ? n : ret;
	}
	return n;
}

static const struct frame_port_ops reflect_ops = {
	.poll = reflect_poll,
};

static void reflect_free(struct device *dev, struct reflect *reflect)
{
	dma_unmap_page_attrs(dev, reflect->dma, PAGE_SIZE, DMA_BIDIRECTIONAL, DMA_ATTR_SKIP_CPU_SYNC);
	__free_page(reflect->page);
}

static int reflect_alloc(struct device *dev, struct reflect *reflect)
{
	reflect->page = alloc_page(GFP_KERNEL);
	if (!reflect->page)
		return -ENOMEM;
	reflect->dma = dma_map_page_attrs(dev, reflect->page, 0, PAGE_SIZE, DMA_BIDIRECTIONAL, DMA_ATTR_SKIP_CPU_SYNC);
	if (!dma_mapping_error(dev, reflect->dma))
		return 0;
	__free_page(reflect->page);
	return -ENOMEM;
}

static int reflect_probe(struct platform_device *pdev)
{
	struct reflect *reflect;
	int ret;

	reflect = devm_kzalloc(&pdev->dev, sizeof(*reflect), GFP_KERNEL);
	if (!reflect)
		return -ENOMEM;
	ret = sgdma_init(&reflect->engine, pdev, 1);
	if (ret)
		return ret;
	ret = reflect_alloc(&pdev->dev, reflect);
	if (ret)
		goto exit_engine;
	platform_set_drvdata(pdev, reflect);
	ret = frame_port_register(&pdev->dev, &reflect_ops);
	if (!ret)
		return 0;

	reflect_free(&pdev->dev, reflect);
exit_engine:
	sgdma_exit(&reflect->engine);
	return ret;
}

static int reflect_remove(struct platform_device *pdev)
{
	struct reflect *reflect = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	reflect_free(&pdev->dev, reflect);
	sgdma_exit(&reflect->engine);
	return 0;
}

static struct platform_driver reflect_driver = {
	.probe = reflect_probe,
	.remove = reflect_remove,
	.driver = {
		.name = "sgdma-reflect",
	},
};
module_platform_driver(reflect_driver);

MODULE_DESCRIPTION("Reflects frames");
MODULE_LICENSE("Dual BSD/GPL");
