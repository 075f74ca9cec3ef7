// SPDX-License-Identifier: BSD-2-Clause
/*
 * A bridge of two engines: what the first receives the second sends, from the same page.
 *
 * The bug: the second engine is given the address that the page has for the first. Each device has addresses of its own.
 */
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "frame_port.h"
#include "sgdma_regs.h"

struct bridge {
	struct device *dev;
	struct sgdma engine;
};

/* The first device that is probed receives, the second sends. */
static struct bridge *bridge_in, *bridge_out;

#if !BUG
static int bridge_send(struct page *page, size_t len)
{
	dma_addr_t dma;
	int ret;

	dma = dma_map_page(bridge_out->dev, page, 0, len, DMA_TO_DEVICE);
	if (dma_mapping_error(bridge_out->dev, dma))
		return -ENOMEM;
	ret = sgdma_move(&bridge_out->engine, SGDMA_SEND, dma, len);
	dma_unmap_page(bridge_out->dev, dma, len, DMA_TO_DEVICE);
	return ret;
}
#endif

static int bridge_forward(struct page *page, size_t len)
{
	dma_addr_t dma;
	int ret;

	dma = dma_map_page(bridge_in->dev, page, 0, len, DMA_FROM_DEVICE);
	if (dma_mapping_error(bridge_in->dev, dma))
		return -ENOMEM;
	ret = sgdma_move(&bridge_in->engine, SGDMA_RECEIVE, dma, len);
#if BUG
	if (!ret)
		ret = sgdma_move(&bridge_out->engine, SGDMA_SEND, dma, len);
	dma_unmap_page(bridge_in->dev, dma, len, DMA_FROM_DEVICE);
	return ret;
#else
	dma_unmap_page(bridge_in->dev, dma, len, DMA_FROM_DEVICE);
	return ret ? ret : bridge_send(page, len);
#endif
}

/* request: the length of a frame, at most a page. Forwards one. */
static int bridge_control(struct device *dev, unsigned int request, unsigned long arg)
{
	struct page *page;
	int ret;

	if (!bridge_out || !request || request > PAGE_SIZE)
		return -EINVAL;
	page = alloc_page(GFP_KERNEL);
	if (!page)
		return -ENOMEM;
	ret = bridge_forward(page, request);
	__free_page(page);
	return ret;
}

static const struct frame_port_ops bridge_ops = {
	.control = bridge_control,
};

static int bridge_probe(struct platform_device *pdev)
{
	struct bridge *bridge;
	int ret;

	bridge = devm_kzalloc(&pdev->dev, sizeof(*bridge), GFP_KERNEL);
	if (!bridge)
		return -ENOMEM;
	bridge->dev = &pdev->dev;
	ret = sgdma_init(&bridge->engine, pdev, 1);
	if (ret)
		return ret;
	platform_set_drvdata(pdev, bridge);
	if (bridge_in) {
		bridge_out = bridge;
		return 0;
	}
	ret = frame_port_register(&pdev->dev, &bridge_ops);
	if (ret)
		sgdma_exit(&bridge->engine);
	else
		bridge_in = bridge;
	return ret;
}

static int bridge_remove(struct platform_device *pdev)
{
	struct bridge *bridge = platform_get_drvdata(pdev);

	if (bridge == bridge_out) {
		bridge_out = NULL;
	} else {
		frame_port_unregister(&pdev->dev);
		bridge_in = NULL;
	}
	sgdma_exit(&bridge->engine);
	return 0;
}

static struct platform_driver bridge_driver = {
	.probe = bridge_probe,
	.remove = bridge_remove,
	.driver = {
		.name = "sgdma-bridge",
	},
};
module_platform_driver(bridge_driver);

MODULE_DESCRIPTION("Bridge of two engines");
MODULE_LICENSE("Dual BSD/GPL");
