// SPDX-License-Identifier: BSD-2-Clause
/*
 * Receives big frames, through one descriptor for each segment of the list. The counter of this engine goes to 64 KiB.
 *
 * The bug: the table joins neighbouring pages without regard to that limit.
 */
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define BIG_FRAME (256 * 1024)
#define BIG_PAGES (BIG_FRAME / PAGE_SIZE)
#define BIG_SEGMENT (64 * 1024)
#define BIG_RING 64		/* pages may all lie apart */

struct big {
	struct sgdma engine;
	struct page *block;		/* of BIG_PAGES pages */
	struct sg_table sgt;
};

static int big_run(struct big *big)
{
	struct scatterlist *sg;
	unsigned int i;
	int ret;

	for_each_sgtable_dma_sg(&big->sgt, sg, i)
		sgdma_give(&big->engine, i, SGDMA_RECEIVE, sg_dma_address(sg), sg_dma_len(sg),
			   i + 1 == big->sgt.nents ? SGDMA_END : 0);
	sgdma_start(&big->engine, 0);
	ret = sgdma_wait(&big->engine);
	if (ret) {
		sgdma_reset(&big->engine);
		return ret;
	}
	for (i = 0; i < big->sgt.nents; i++)
		if (!sgdma_is_done(&big->engine, i) || sgdma_error(&big->engine, i))
			return -EIO;
	return 0;
}

static int big_poll(struct device *dev, int budget)
{
	struct big *big = dev_get_drvdata(dev);
	int n, ret;

	for (n = 0; n < budget; n++) {
		ret = dma_map_sgtable(dev, &big->sgt, DMA_FROM_DEVICE, 0);
		if (ret)
			return ret;
		ret = big_run(big);
		dma_unmap_sgtable(dev, &big->sgt, DMA_FROM_DEVICE, 0);
		if (ret)
			return n ? n : ret;
		frame_port_rx(dev, page_address(big->block), BIG_FRAME);
	}
	return n;
}

static const struct frame_port_ops big_ops = {
	.poll = big_poll,
};

static int big_table(struct device *dev, struct big *big)
{
	struct page **pages;
	unsigned int i;
	int ret;

	pages = kmalloc_array(BIG_PAGES, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	for (i = 0; i < BIG_PAGES; i++)
		pages[i] = nth_page(big->block, i);
#if BUG
	ret = sg_alloc_table_from_pages(&big->sgt, pages, BIG_PAGES, 0, BIG_FRAME, GFP_KERNEL);
#else
	ret = sg_alloc_table_from_pages_segment(&big->sgt, pages, BIG_PAGES, 0, BIG_FRAME,
						dma_get_max_seg_size(dev), GFP_KERNEL);
#endif
	kfree(pages);
	return ret;
}

static int big_alloc(struct device *dev, struct big *big)
{
	int ret;

	big->block = alloc_pages(GFP_KERNEL, get_order(BIG_FRAME));
	if (!big->block)
		return -ENOMEM;
	ret = big_table(dev, big);
	if (ret)
		__free_pages(big->block, get_order(BIG_FRAME));
	return ret;
}

static void big_free(struct big *big)
{
	sg_free_table(&big->sgt);
	__free_pages(big->block, get_order(BIG_FRAME));
}

static int big_probe(struct platform_device *pdev)
{
	struct big *big;
	int ret;

	big = devm_kzalloc(&pdev->dev, sizeof(*big), GFP_KERNEL);
	if (!big)
		return -ENOMEM;
	ret = sgdma_init(&big->engine, pdev, BIG_RING);
	if (ret)
		return ret;
	ret = dma_set_max_seg_size(&pdev->dev, BIG_SEGMENT);
	if (!ret)
		ret = big_alloc(&pdev->dev, big);
	if (ret)
		goto exit_engine;
	platform_set_drvdata(pdev, big);
	ret = frame_port_register(&pdev->dev, &big_ops);
	if (!ret)
		return 0;

	big_free(big);
exit_engine:
	sgdma_exit(&big->engine);
	return ret;
}

static int big_remove(struct platform_device *pdev)
{
	struct big *big = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	big_free(big);
	sgdma_exit(&big->engine);
	return 0;
}

static struct platform_driver big_driver = {
	.probe = big_probe,
	.remove = big_remove,
	.driver = {
		.name = "sgdma-big",
	},
};
module_platform_driver(big_driver);

MODULE_DESCRIPTION("Receives big frames");
MODULE_LICENSE("Dual BSD/GPL");
