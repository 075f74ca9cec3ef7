// SPDX-License-Identifier: BSD-2-Clause
/* A port that collects a bulk of data in pages of its own and sends it. */
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/slab.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define PAGES 4
#define BULK_LEN (PAGES * PAGE_SIZE)
#if BUG
#define PIECE BULK_LEN
#else
#define PIECE PAGE_SIZE
#endif

struct bulk_port {
	struct sgdma engine;
	struct page *pages[PAGES];
};

static void bulk_stop(struct device *dev)
{
	struct bulk_port *p = dev_get_drvdata(dev);
	unsigned int i;

	for (i = 0; i < PAGES; i++) {
		if (p->pages[i])
			__free_page(p->pages[i]);
		p->pages[i] = NULL;
	}
}

static int bulk_open(struct device *dev)
{
	struct bulk_port *p = dev_get_drvdata(dev);
	unsigned int i;

	for (i = 0; i < PAGES; i++) {
		p->pages[i] = alloc_page(GFP_KERNEL);
		if (!p->pages[i]) {
			bulk_stop(dev);
			return -ENOMEM;
		}
	}
	return 0;
}

static int bulk_send(struct device *dev, void *data, size_t len)
{
	struct bulk_port *p = dev_get_drvdata(dev);
	dma_addr_t addr;
	size_t off;
	int ret = 0;

	if (len != BULK_LEN)
		return -EINVAL;
	for (off = 0; off < len; off += PAGE_SIZE)
		memcpy(page_address(p->pages[off / PAGE_SIZE]), data + off, PAGE_SIZE);
	for (off = 0; !ret && off < len; off += PIECE) {
		addr = dma_map_page(dev, p->pages[off / PAGE_SIZE], 0, PIECE, DMA_TO_DEVICE);
		if (dma_mapping_error(dev, addr))
			return -ENOMEM;
		ret = sgdma_move(&p->engine, SGDMA_SEND, addr, PIECE);
		dma_unmap_page(dev, addr, PIECE, DMA_TO_DEVICE);
	}
	return ret;
}

static const struct frame_port_ops bulk_ops = {
	.open = bulk_open,
	.stop = bulk_stop,
	.send = bulk_send,
};

static int bulk_probe(struct platform_device *pdev)
{
	struct bulk_port *p;
	int ret;

	p = devm_kzalloc(&pdev->dev, sizeof(*p), GFP_KERNEL);
	if (!p)
		return -ENOMEM;
	ret = sgdma_init(&p->engine, pdev, 1);
	if (ret)
		return ret;
	platform_set_drvdata(pdev, p);
	ret = frame_port_register(&pdev->dev, &bulk_ops);
	if (ret)
		sgdma_exit(&p->engine);
	return ret;
}

static int bulk_remove(struct platform_device *pdev)
{
	struct bulk_port *p = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	sgdma_exit(&p->engine);
	return 0;
}

static struct platform_driver bulk_driver = {
	.probe = bulk_probe,
	.remove = bulk_remove,
	.driver = {
		.name = "sgdma-bulk",
	},
};
module_platform_driver(bulk_driver);

MODULE_DESCRIPTION("Bulk sender of a frame port");
MODULE_LICENSE("Dual BSD/GPL");
