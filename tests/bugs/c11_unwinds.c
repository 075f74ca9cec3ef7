// SPDX-License-Identifier: BSD-2-Clause
/*
 * Receives frames into rings of every kind of memory, and takes apart what it has when any step fails.
 *
 * Correct: nothing is unmapped or freed that was not mapped or allocated, and nothing is left.
 */
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define UNWIND_RING 4
#define UNWIND_LEN 512

struct unwind {
	struct device *dev;
	struct sgdma engine;
	struct dma_pool *pool;
	void *head;			/* of the pool */
	dma_addr_t head_dma;
	void *shared;			/* coherent */
	dma_addr_t shared_dma;
	struct sg_table sgt;
	struct page *pages[UNWIND_RING];
};

static void unwind_pages(struct unwind *unwind)
{
	unsigned int i;

	for (i = 0; i < UNWIND_RING && unwind->pages[i]; i++) {
		__free_page(unwind->pages[i]);
		unwind->pages[i] = NULL;
	}
}

static int unwind_list(struct unwind *unwind)
{
	struct scatterlist *sg;
	unsigned int i;
	int ret = sg_alloc_table(&unwind->sgt, UNWIND_RING, GFP_KERNEL);

	if (ret)
		return ret;
	for_each_sgtable_sg(&unwind->sgt, sg, i) {
		unwind->pages[i] = alloc_page(GFP_KERNEL | __GFP_NOWARN);
		if (!unwind->pages[i]) {
			ret = -ENOMEM;
			goto free;
		}
		sg_set_page(sg, unwind->pages[i], UNWIND_LEN, 0);
	}
	ret = dma_map_sgtable(unwind->dev, &unwind->sgt, DMA_FROM_DEVICE, 0);
	if (!ret)
		return 0;
free:
	unwind_pages(unwind);
	sg_free_table(&unwind->sgt);
	return ret;
}

static int unwind_open(struct device *dev)
{
	struct unwind *unwind = dev_get_drvdata(dev);
	int ret = -ENOMEM;

	unwind->pool = dma_pool_create("sgdma-unwind", dev, 64, 64, 0);
	if (!unwind->pool)
		return -ENOMEM;
	unwind->head = dma_pool_zalloc(unwind->pool, GFP_KERNEL, &unwind->head_dma);
	if (!unwind->head)
		goto destroy;
	unwind->shared = dma_alloc_coherent(dev, PAGE_SIZE, &unwind->shared_dma, GFP_KERNEL | __GFP_NOWARN);
	if (!unwind->shared)
		goto free_head;
	ret = unwind_list(unwind);
	if (!ret)
		return 0;
	dma_free_coherent(dev, PAGE_SIZE, unwind->shared, unwind->shared_dma);
free_head:
	dma_pool_free(unwind->pool, unwind->head, unwind->head_dma);
destroy:
	dma_pool_destroy(unwind->pool);
	unwind->pool = NULL;
	return ret;
}

static void unwind_stop(struct device *dev)
{
	struct unwind *unwind = dev_get_drvdata(dev);

	if (!unwind->pool)
		return;
	sgdma_reset(&unwind->engine);
	dma_unmap_sgtable(dev, &unwind->sgt, DMA_FROM_DEVICE, 0);
	unwind_pages(unwind);
	sg_free_table(&unwind->sgt);
	dma_free_coherent(dev, PAGE_SIZE, unwind->shared, unwind->shared_dma);
	dma_pool_free(unwind->pool, unwind->head, unwind->head_dma);
	dma_pool_destroy(unwind->pool);
	unwind->pool = NULL;
}

/* One frame into each segment; the pages stay mapped. */
static int unwind_poll(struct device *dev, int budget)
{
	struct unwind *unwind = dev_get_drvdata(dev);
	struct scatterlist *sg;
	unsigned int i;
	int ret;

	for_each_sgtable_dma_sg(&unwind->sgt, sg, i) {
		ret = sgdma_move(&unwind->engine, SGDMA_RECEIVE, sg_dma_address(sg), UNWIND_LEN);
		if (ret)
			return i ? (int)i : ret;
		dma_sync_sgtable_for_cpu(dev, &unwind->sgt, DMA_FROM_DEVICE);
		frame_port_rx(dev, page_address(unwind->pages[i]), UNWIND_LEN);
		dma_sync_sgtable_for_device(dev, &unwind->sgt, DMA_FROM_DEVICE);
	}
	return i;
}

static const struct frame_port_ops unwind_ops = {
	.open = unwind_open,
	.stop = unwind_stop,
	.poll = unwind_poll,
};

static int unwind_probe(struct platform_device *pdev)
{
	struct unwind *unwind;
	int ret;

	unwind = devm_kzalloc(&pdev->dev, sizeof(*unwind), GFP_KERNEL);
	if (!unwind)
		return -ENOMEM;
	unwind->dev = &pdev->dev;
	ret = sgdma_init(&unwind->engine, pdev, 1);
	if (ret)
		return ret;
	platform_set_drvdata(pdev, unwind);
	ret = frame_port_register(&pdev->dev, &unwind_ops);
	if (ret)
		sgdma_exit(&unwind->engine);
	return ret;
}

static int unwind_remove(struct platform_device *pdev)
{
	struct unwind *unwind = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	unwind_stop(&pdev->dev);
	sgdma_exit(&unwind->engine);
	return 0;
}

static struct platform_driver unwind_driver = {
	.probe = unwind_probe,
	.remove = unwind_remove,
	.driver = {
		.name = "sgdma-unwind",
	},
};
module_platform_driver(unwind_driver);

MODULE_DESCRIPTION("Receives frames into all kinds of memory");
MODULE_LICENSE("Dual BSD/GPL");
