// SPDX-License-Identifier: BSD-2-Clause
/*
 * Receives frames into a page that stays mapped, and does the cache maintenance itself: only for as many bytes as a frame has.
 *
 * The bug: it does not. The mapping was made without maintenance (DMA_ATTR_SKIP_CPU_SYNC), and nothing else stands in for it.
 */
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define SKIP_FRAME 1024

struct skip {
	struct sgdma engine;
	struct page *page;
	dma_addr_t dma;
};

static int skip_poll(struct device *dev, int budget)
{
	struct skip *skip = dev_get_drvdata(dev);
	int n, ret;

	for (n = 0; n < budget; n++) {
#if !BUG
		dma_sync_single_for_device(dev, skip->dma, SKIP_FRAME, DMA_FROM_DEVICE);
#endif
		ret = sgdma_move(&skip->engine, SGDMA_RECEIVE, skip->dma, SKIP_FRAME);
		if (ret)
			return n ? n : ret;
#if !BUG
		dma_sync_single_for_cpu(dev, skip->dma, SKIP_FRAME, DMA_FROM_DEVICE);
#endif
		frame_port_rx(dev, page_address(skip->page), SKIP_FRAME);
	}
	return n;
}

static const struct frame_port_ops skip_ops = {
	.poll = skip_poll,
};

static void skip_free(struct device *dev, struct skip *skip)
{
	dma_unmap_page_attrs(dev, skip->dma, PAGE_SIZE, DMA_FROM_DEVICE, DMA_ATTR_SKIP_CPU_SYNC);
	__free_page(skip->page);
}

static int skip_alloc(struct device *dev, struct skip *skip)
{
	skip->page = alloc_page(GFP_KERNEL);
	if (!skip->page)
		return -ENOMEM;
	skip->dma = dma_map_page_attrs(dev, skip->page, 0, PAGE_SIZE, DMA_FROM_DEVICE, DMA_ATTR_SKIP_CPU_SYNC);
	if (!dma_mapping_error(dev, skip->dma))
		return 0;
	__free_page(skip->page);
	return -ENOMEM;
}

static int skip_probe(struct platform_device *pdev)
{
	struct skip *skip;
	int ret;

	skip = devm_kzalloc(&pdev->dev, sizeof(*skip), GFP_KERNEL);
	if (!skip)
		return -ENOMEM;
	ret = sgdma_init(&skip->engine, pdev, 1);
	if (ret)
		return ret;
	ret = skip_alloc(&pdev->dev, skip);
	if (ret)
		goto exit_engine;
	platform_set_drvdata(pdev, skip);
	ret = frame_port_register(&pdev->dev, &skip_ops);
	if (!ret)
		return 0;

	skip_free(&pdev->dev, skip);
exit_engine:
	sgdma_exit(&skip->engine);
	return ret;
}

static int skip_remove(struct platform_device *pdev)
{
	struct skip *skip = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	skip_free(&pdev->dev, skip);
	sgdma_exit(&skip->engine);
	return 0;
}

static struct platform_driver skip_driver = {
	.probe = skip_probe,
	.remove = skip_remove,
	.driver = {
		.name = "sgdma-skip",
	},
};
module_platform_driver(skip_driver);

MODULE_DESCRIPTION("Receives frames into a page that stays mapped");
MODULE_LICENSE("Dual BSD/GPL");
