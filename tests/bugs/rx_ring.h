/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A receive ring whose buffers stay mapped, for drivers that differ in what they do with a frame: rx_poll() is theirs, and
 * module_platform_driver(rx_driver).
 */
#ifndef RX_RING_H
#define RX_RING_H

#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define RING 4
#define BUF_LEN 1536

struct rx_slot {
	void *buf;
	dma_addr_t addr;
};

struct rx_port {
	struct sgdma engine;
	struct rx_slot slots[RING];
	unsigned int next;
};

static void rx_give(struct rx_port *p, unsigned int i)
{
	sgdma_give(&p->engine, i, SGDMA_RECEIVE, p->slots[i].addr, BUF_LEN, 0);
}

static void rx_free(struct rx_port *p, unsigned int i)
{
	struct rx_slot *slot = &p->slots[i];

	dma_unmap_single(p->engine.dev, slot->addr, BUF_LEN, DMA_FROM_DEVICE);
	kfree(slot->buf);
	slot->buf = NULL;
}

static int rx_fill(struct rx_port *p, unsigned int i)
{
	struct rx_slot *slot = &p->slots[i];

	slot->buf = kmalloc(BUF_LEN, GFP_KERNEL);
	if (!slot->buf)
		return -ENOMEM;
	slot->addr = dma_map_single(p->engine.dev, slot->buf, BUF_LEN, DMA_FROM_DEVICE);
	if (dma_mapping_error(p->engine.dev, slot->addr)) {
		kfree(slot->buf);
		slot->buf = NULL;
		return -ENOMEM;
	}
	rx_give(p, i);
	return 0;
}

static void rx_stop(struct device *dev)
{
	struct rx_port *p = dev_get_drvdata(dev);
	unsigned int i;

	sgdma_reset(&p->engine);
	for (i = 0; i < RING; i++)
		if (p->slots[i].buf)
			rx_free(p, i);
}

static int rx_open(struct device *dev)
{
	struct rx_port *p = dev_get_drvdata(dev);
	unsigned int i;
	int ret;

	for (i = 0; i < RING; i++) {
		ret = rx_fill(p, i);
		if (ret) {
			rx_stop(dev);
			return ret;
		}
	}
	p->next = 0;
	sgdma_start(&p->engine, 0);
	return 0;
}

static int rx_poll(struct device *dev, int budget);

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
	ret = sgdma_init(&p->engine, pdev, RING);
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
		.name = "sgdma-rx",
	},
};

#endif
