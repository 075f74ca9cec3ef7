// SPDX-License-Identifier: BSD-2-Clause
/* Mailboxes: the peer writes the odd ones, the CPU answers in the even ones; all in one mapping, synced one by one. */
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/slab.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define BOXES 8
#if BUG
#define BOX_LEN 48	/* what a message takes */
#else
#define BOX_LEN ALIGN(48, 64)	/* and no cache line with another */
#endif
#define MSG_LEN 48

struct mbox_port {
	struct sgdma engine;
	u8 *boxes;
	dma_addr_t addr;
};

static int mbox_open(struct device *dev)
{
	struct mbox_port *p = dev_get_drvdata(dev);

	p->boxes = kzalloc(BOXES * BOX_LEN, GFP_KERNEL);
	if (!p->boxes)
		return -ENOMEM;
	p->addr = dma_map_single(dev, p->boxes, BOXES * BOX_LEN, DMA_BIDIRECTIONAL);
	if (dma_mapping_error(dev, p->addr)) {
		kfree(p->boxes);
		p->boxes = NULL;
		return -ENOMEM;
	}
	return 0;
}

static void mbox_stop(struct device *dev)
{
	struct mbox_port *p = dev_get_drvdata(dev);

	if (!p->boxes)
		return;
	dma_unmap_single(dev, p->addr, BOXES * BOX_LEN, DMA_BIDIRECTIONAL);
	kfree(p->boxes);
	p->boxes = NULL;
}

/* The peer's message comes into box i + 1 while the answer to the one before is written into box i. */
static void mbox_turn(struct mbox_port *p, unsigned int i)
{
	struct device *dev = p->engine.dev;
	unsigned long mine = i * BOX_LEN, theirs = (i + 1) * BOX_LEN;

	dma_sync_single_range_for_cpu(dev, p->addr, mine, MSG_LEN, DMA_BIDIRECTIONAL);
	sgdma_give(&p->engine, 0, SGDMA_RECEIVE, p->addr + theirs, MSG_LEN, SGDMA_END);
	sgdma_start(&p->engine, 0);
	sgdma_wait(&p->engine);
	memset(p->boxes + mine, 0xa0 + i, MSG_LEN);
	dma_sync_single_range_for_device(dev, p->addr, mine, MSG_LEN, DMA_BIDIRECTIONAL);
	dma_sync_single_range_for_cpu(dev, p->addr, theirs, MSG_LEN, DMA_BIDIRECTIONAL);
	frame_port_rx(dev, p->boxes + theirs, MSG_LEN);
	dma_sync_single_range_for_device(dev, p->addr, theirs, MSG_LEN, DMA_BIDIRECTIONAL);
}

static int mbox_poll(struct device *dev, int budget)
{
	struct mbox_port *p = dev_get_drvdata(dev);
	int n;

	for (n = 0; n < budget && n < BOXES / 2; n++)
		mbox_turn(p, 2 * n);
	return n;
}

static const struct frame_port_ops mbox_ops = {
	.open = mbox_open,
	.stop = mbox_stop,
	.poll = mbox_poll,
};

static int mbox_probe(struct platform_device *pdev)
{
	struct mbox_port *p;
	int ret;

	p = devm_kzalloc(&pdev->dev, sizeof(*p), GFP_KERNEL);
	if (!p)
		return -ENOMEM;
	ret = sgdma_init(&p->engine, pdev, 1);
	if (ret)
		return ret;
	platform_set_drvdata(pdev, p);
	ret = frame_port_register(&pdev->dev, &mbox_ops);
	if (ret)
		sgdma_exit(&p->engine);
	return ret;
}

static int mbox_remove(struct platform_device *pdev)
{
	struct mbox_port *p = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	sgdma_exit(&p->engine);
	return 0;
}

static struct platform_driver mbox_driver = {
	.probe = mbox_probe,
	.remove = mbox_remove,
	.driver = {
		.name = "sgdma-mbox",
	},
};
module_platform_driver(mbox_driver);

MODULE_DESCRIPTION("Mailboxes of a frame port");
MODULE_LICENSE("Dual BSD/GPL");
