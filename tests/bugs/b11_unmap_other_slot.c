// SPDX-License-Identifier: BSD-2-Clause
/* A send ring: frames go back to their owner when the engine is done with them, or when the port stops. */
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/string.h>
#include <linux/slab.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define RING 8

struct tx_slot {
	void *data;
	dma_addr_t addr;
	size_t len;
};

struct tx_port {
	struct sgdma engine;
	struct tx_slot slots[RING];
	unsigned int head, tail;	/* next to fill, next to complete */
};

static void tx_complete(struct tx_port *p)
{
	struct tx_slot *slot = &p->slots[p->tail % RING];
	int error = sgdma_error(&p->engine, p->tail % RING);

#if BUG
	dma_unmap_single(p->engine.dev, p->slots[p->head % RING].addr, slot->len, DMA_TO_DEVICE);
#else
	dma_unmap_single(p->engine.dev, slot->addr, slot->len, DMA_TO_DEVICE);
#endif
	p->tail++;
	frame_port_sent(p->engine.dev, slot->data, error);
}

static int tx_send(struct device *dev, void *data, size_t len)
{
	struct tx_port *p = dev_get_drvdata(dev);
	struct tx_slot *slot = &p->slots[p->head % RING];
	dma_addr_t addr;

	if (p->head - p->tail == RING)
		return -EBUSY;
	addr = dma_map_single(dev, data, len, DMA_TO_DEVICE);
	if (dma_mapping_error(dev, addr))
		return -ENOMEM;
	slot->data = data;
	slot->addr = addr;
	slot->len = len;
	sgdma_give(&p->engine, p->head % RING, SGDMA_SEND, addr, len, 0);
	p->head++;
	sgdma_kick(&p->engine);
	return 0;
}

static int tx_poll(struct device *dev, int budget)
{
	struct tx_port *p = dev_get_drvdata(dev);
	int n;

	for (n = 0; n < budget && p->tail != p->head && sgdma_is_done(&p->engine, p->tail % RING); n++)
		tx_complete(p);
	return n;
}

static int tx_open(struct device *dev)
{
	struct tx_port *p = dev_get_drvdata(dev);

	memset(p->slots, 0, sizeof(p->slots));
	memset(p->engine.desc, 0, RING * sizeof(*p->engine.desc));
	p->head = 0;
	p->tail = 0;
	sgdma_start(&p->engine, 0);
	return 0;
}

static void tx_stop(struct device *dev)
{
	struct tx_port *p = dev_get_drvdata(dev);

	sgdma_reset(&p->engine);
	while (p->tail != p->head)
		tx_complete(p);
}

static const struct frame_port_ops tx_ops = {
	.open = tx_open,
	.stop = tx_stop,
	.poll = tx_poll,
	.send = tx_send,
};

static int tx_probe(struct platform_device *pdev)
{
	struct tx_port *p;
	int ret;

	p = devm_kzalloc(&pdev->dev, sizeof(*p), GFP_KERNEL);
	if (!p)
		return -ENOMEM;
	ret = sgdma_init(&p->engine, pdev, RING);
	if (ret)
		return ret;
	platform_set_drvdata(pdev, p);
	ret = frame_port_register(&pdev->dev, &tx_ops);
	if (ret)
		sgdma_exit(&p->engine);
	return ret;
}

static int tx_remove(struct platform_device *pdev)
{
	struct tx_port *p = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	sgdma_exit(&p->engine);
	return 0;
}

static struct platform_driver tx_driver = {
	.probe = tx_probe,
	.remove = tx_remove,
	.driver = {
		.name = "sgdma-tx-ring",
	},
};
module_platform_driver(tx_driver);

MODULE_DESCRIPTION("Send ring of a frame port");
MODULE_LICENSE("Dual BSD/GPL");
