// SPDX-License-Identifier: BSD-2-Clause
/*
 * Receives frames into pages that may have no kernel address, in the middle of the page.
 *
 * Correct: such pages are mapped with dma_map_page(), and looked at through kmap() after the unmap.
 */
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define HIGH_OFFSET 1024
#define HIGH_LEN 2048

struct high {
	struct sgdma engine;
	struct page *page;
};

static void high_show(struct device *dev, struct page *page)
{
	u8 *at = kmap(page);

	if (!at)
		return;
	frame_port_rx(dev, at + HIGH_OFFSET, HIGH_LEN);
	kunmap(page);
}

static int high_poll(struct device *dev, int budget)
{
	struct high *high = dev_get_drvdata(dev);
	dma_addr_t dma;
	int n, ret;

	for (n = 0; n < budget; n++) {
		dma = dma_map_page(dev, high->page, HIGH_OFFSET, HIGH_LEN, DMA_FROM_DEVICE);
		if (dma_mapping_error(dev, dma))
			return n ? n : -ENOMEM;
		ret = sgdma_move(&high->engine, SGDMA_RECEIVE, dma, HIGH_LEN);
		dma_unmap_page(dev, dma, HIGH_LEN, DMA_FROM_DEVICE);
		if (ret)
			return n ? n : ret;
		high_show(dev, high->page);
	}
	return n;
}

static const struct frame_port_ops high_ops = {
	.poll = high_poll,
};

static int high_probe(struct platform_device *pdev)
{
	struct high *high;
	int ret;

	high = devm_kzalloc(&pdev->dev, sizeof(*high), GFP_KERNEL);
	if (!high)
		return -ENOMEM;
	ret = sgdma_init(&high->engine, pdev, 1);
	if (ret)
		return ret;
	ret = -ENOMEM;
	high->page = alloc_page(GFP_HIGHUSER);
	if (!high->page)
		goto exit_engine;
	platform_set_drvdata(pdev, high);
	ret = frame_port_register(&pdev->dev, &high_ops);
	if (!ret)
		return 0;

	__free_page(high->page);
exit_engine:
	sgdma_exit(&high->engine);
	return ret;
}

static int high_remove(struct platform_device *pdev)
{
	struct high *high = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	__free_page(high->page);
	sgdma_exit(&high->engine);
	return 0;
}

static struct platform_driver high_driver = {
	.probe = high_probe,
	.remove = high_remove,
	.driver = {
		.name = "sgdma-high",
	},
};
module_platform_driver(high_driver);

MODULE_DESCRIPTION("Receives frames into high pages");
MODULE_LICENSE("Dual BSD/GPL");
