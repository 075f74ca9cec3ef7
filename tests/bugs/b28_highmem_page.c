// SPDX-License-Identifier: BSD-2-Clause
/* A port that receives into a page of any zone. */
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "frame_port.h"
#include "sgdma_regs.h"

struct rx_port {
	struct sgdma engine;
	struct page *page;
};

static int rx_open(struct device *dev)
{
	struct rx_port *p = dev_get_drvdata(dev);

	p->page = alloc_page(GFP_HIGHUSER);
	return p->page ? 0 : -ENOMEM;
}

static void rx_stop(struct device *dev)
{
	struct rx_port *p = dev_get_drvdata(dev);

	if (p->page)
		__free_page(p->page);
	p->page = NULL;
}

static int rx_poll(struct device *dev, int budget)
{
	struct rx_port *p = dev_get_drvdata(dev);
	dma_addr_t addr;
	int n, ret = 0;
	void *data;

	for (n = 0; n < budget; n++) {
#if BUG
		addr = dma_map_single(dev, page_address(p->page), PAGE_SIZE, DMA_FROM_DEVICE);
#else
		addr = dma_map_page(dev, p->page, 0, PAGE_SIZE, DMA_FROM_DEVICE);
#endif
		if (dma_mapping_error(dev, addr))
			return -ENOMEM;
		ret = sgdma_move(&p->engine, SGDMA_RECEIVE, addr, PAGE_SIZE);
		dma_unmap_page(dev, addr, PAGE_SIZE, DMA_FROM_DEVICE);
		if (ret)
			return ret;
		data = kmap(p->page);
		if (!data)
			return -ENOMEM;
		frame_port_rx(dev, data, PAGE_SIZE);
		kunmap(p->page);
	}
	return n;
}

static const struct frame_port_ops rx_ops = {
	.open = rx_open,
	.stop = rx_stop,
	.poll = rx_poll,
};

static int rx_probe(struct platform_device *pdev)
{
	struct rx_port *p;
	int ret;

	p = devm_kzalloc(&pdev->dev, sizeof(*p), GFP_KERNEL);
	if (!p)
		return -ENOMEM;
	ret = sgdma_init(&p->engine, pdev, 1);
	if (ret)
		return ret;
	platform_set_drvdata(pdev, p);
	ret = frame_port_register(&pdev->dev, &rx_ops);
	if (ret)
		sgdma_exit(&p->engine);
	return ret;
}

static int rx_remove(struct platform_device *pdev)
{
	struct rx_port *p = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	sgdma_exit(&p->engine);
	return 0;
}

static struct platform_driver rx_driver = {
	.probe = rx_probe,
	.remove = rx_remove,
	.driver = {
		.name = "sgdma-rx-page",
	},
};
module_platform_driver(rx_driver);

MODULE_DESCRIPTION("Receiver of a frame port");
MODULE_LICENSE("Dual BSD/GPL");
