// SPDX-License-Identifier: BSD-2-Clause
/*
 * Receives frames and drops every other one without a look at it.
 *
 * Correct: what the CPU never reads needs no sync. The dropped frame's buffer goes straight back to the engine, which overwrites it.
 */
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define DROP_RING 4
#define DROP_LEN 1024

struct drop_slot {
	u8 *buf;
	dma_addr_t dma;
};

struct drop {
	struct sgdma engine;
	unsigned int next;
	struct drop_slot slots[DROP_RING];
};

static void drop_give(struct drop *drop, unsigned int i)
{
	sgdma_give(&drop->engine, i, SGDMA_RECEIVE, drop->slots[i].dma, DROP_LEN, 0);
}

static int drop_fill(struct device *dev, struct drop_slot *slot)
{
	slot->buf = kmalloc(DROP_LEN, GFP_KERNEL);
	if (!slot->buf)
		return -ENOMEM;
	slot->dma = dma_map_single(dev, slot->buf, DROP_LEN, DMA_FROM_DEVICE);
	if (!dma_mapping_error(dev, slot->dma))
		return 0;
	kfree(slot->buf);
	slot->buf = NULL;
	return -ENOMEM;
}

static void drop_empty(struct device *dev, struct drop_slot *slot)
{
	if (!slot->buf)
		return;
	dma_unmap_single(dev, slot->dma, DROP_LEN, DMA_FROM_DEVICE);
	kfree(slot->buf);
	slot->buf = NULL;
}

static void drop_stop(struct device *dev)
{
	struct drop *drop = dev_get_drvdata(dev);
	unsigned int i;

	sgdma_reset(&drop->engine);
	for (i = 0; i < DROP_RING; i++)
		drop_empty(dev, &drop->slots[i]);
}

static int drop_open(struct device *dev)
{
	struct drop *drop = dev_get_drvdata(dev);
	unsigned int i;

	for (i = 0; i < DROP_RING; i++) {
		if (drop_fill(dev, &drop->slots[i])) {
			drop_stop(dev);
			return -ENOMEM;
		}
		drop_give(drop, i);
	}
	drop->next = 0;
	sgdma_start(&drop->engine, 0);
	return 0;
}

static int drop_poll(struct device *dev, int budget)
{
	struct drop *drop = dev_get_drvdata(dev);
	int n;

	for (n = 0; n < budget && sgdma_is_done(&drop->engine, drop->next); n++) {
		struct drop_slot *slot = &drop->slots[drop->next];

		if (!sgdma_error(&drop->engine, drop->next) && drop->next % 2) {
			dma_sync_single_for_cpu(dev, slot->dma, DROP_LEN, DMA_FROM_DEVICE);
			frame_port_rx(dev, slot->buf, DROP_LEN);
			dma_sync_single_for_device(dev, slot->dma, DROP_LEN, DMA_FROM_DEVICE);
		}
		drop_give(drop, drop->next);
		drop->next = (drop->next + 1) % DROP_RING;
	}
	if (n)
		sgdma_kick(&drop->engine);
	return n;
}

static const struct frame_port_ops drop_ops = {
	.open = drop_open,
	.stop = drop_stop,
	.poll = drop_poll,
};

static int drop_probe(struct platform_device *pdev)
{
	struct drop *drop;
	int ret;

	drop = devm_kzalloc(&pdev->dev, sizeof(*drop), GFP_KERNEL);
	if (!drop)
		return -ENOMEM;
	ret = sgdma_init(&drop->engine, pdev, DROP_RING);
	if (ret)
		return ret;
	platform_set_drvdata(pdev, drop);
	ret = frame_port_register(&pdev->dev, &drop_ops);
	if (ret)
		sgdma_exit(&drop->engine);
	return ret;
}

static int drop_remove(struct platform_device *pdev)
{
	struct drop *drop = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	sgdma_exit(&drop->engine);
	return 0;
}

static struct platform_driver drop_driver = {
	.probe = drop_probe,
	.remove = drop_remove,
	.driver = {
		.name = "sgdma-drop",
	},
};
module_platform_driver(drop_driver);

MODULE_DESCRIPTION("Receives frames and drops every other one without a look at it");
MODULE_LICENSE("Dual BSD/GPL");
