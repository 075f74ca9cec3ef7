// SPDX-License-Identifier: BSD-2-Clause
/*
 * Receives frames. Small ones are copied out of the ring, large ones leave it and make room for new memory.
 *
 * Correct: the copied part is synced for the CPU and given back; the memory of a large frame is unmapped before it is handed up.
 */
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define BRK_RING 4
#define BRK_LEN 1536

struct brk_slot {
	u8 *buf;
	dma_addr_t dma;
};

struct brk {
	struct sgdma engine;
	unsigned int next;
	struct brk_slot slots[BRK_RING];
};

static void brk_give(struct brk *brk, unsigned int i)
{
	sgdma_give(&brk->engine, i, SGDMA_RECEIVE, brk->slots[i].dma, BRK_LEN, 0);
}

static int brk_fill(struct device *dev, struct brk_slot *slot)
{
	slot->buf = kmalloc(BRK_LEN, GFP_KERNEL);
	if (!slot->buf)
		return -ENOMEM;
	slot->dma = dma_map_single(dev, slot->buf, BRK_LEN, DMA_FROM_DEVICE);
	if (!dma_mapping_error(dev, slot->dma))
		return 0;
	kfree(slot->buf);
	slot->buf = NULL;
	return -ENOMEM;
}

static void brk_empty(struct device *dev, struct brk_slot *slot)
{
	if (!slot->buf)
		return;
	dma_unmap_single(dev, slot->dma, BRK_LEN, DMA_FROM_DEVICE);
	kfree(slot->buf);
	slot->buf = NULL;
}

static void brk_stop(struct device *dev)
{
	struct brk *brk = dev_get_drvdata(dev);
	unsigned int i;

	sgdma_reset(&brk->engine);
	for (i = 0; i < BRK_RING; i++)
		brk_empty(dev, &brk->slots[i]);
}

static int brk_open(struct device *dev)
{
	struct brk *brk = dev_get_drvdata(dev);
	unsigned int i;

	for (i = 0; i < BRK_RING; i++) {
		if (brk_fill(dev, &brk->slots[i])) {
			brk_stop(dev);
			return -ENOMEM;
		}
		brk_give(brk, i);
	}
	brk->next = 0;
	sgdma_start(&brk->engine, 0);
	return 0;
}

#define BRK_SMALL 256

static void brk_copy(struct device *dev, struct brk_slot *slot, size_t len)
{
	void *copy = kmalloc(len, GFP_ATOMIC);

	if (!copy)
		return;
	dma_sync_single_for_cpu(dev, slot->dma, len, DMA_FROM_DEVICE);
	memcpy(copy, slot->buf, len);
	dma_sync_single_for_device(dev, slot->dma, len, DMA_FROM_DEVICE);
	frame_port_rx(dev, copy, len);
	kfree(copy);
}

/* Without memory for a successor the frame is dropped, and its buffer stays. */
static void brk_replace(struct device *dev, struct brk_slot *slot, size_t len)
{
	struct brk_slot fresh;

	if (brk_fill(dev, &fresh))
		return;
	dma_unmap_single(dev, slot->dma, BRK_LEN, DMA_FROM_DEVICE);
	frame_port_rx(dev, slot->buf, len);
	kfree(slot->buf);
	*slot = fresh;
}

static int brk_poll(struct device *dev, int budget)
{
	struct brk *brk = dev_get_drvdata(dev);
	int n;

	for (n = 0; n < budget && sgdma_is_done(&brk->engine, brk->next); n++) {
		size_t len = le32_to_cpu(brk->engine.desc[brk->next].done);

		if (len && len <= BRK_SMALL)
			brk_copy(dev, &brk->slots[brk->next], len);
		else if (len)
			brk_replace(dev, &brk->slots[brk->next], len);
		brk_give(brk, brk->next);
		brk->next = (brk->next + 1) % BRK_RING;
	}
	if (n)
		sgdma_kick(&brk->engine);
	return n;
}

static const struct frame_port_ops brk_ops = {
	.open = brk_open,
	.stop = brk_stop,
	.poll = brk_poll,
};

static int brk_probe(struct platform_device *pdev)
{
	struct brk *brk;
	int ret;

	brk = devm_kzalloc(&pdev->dev, sizeof(*brk), GFP_KERNEL);
	if (!brk)
		return -ENOMEM;
	ret = sgdma_init(&brk->engine, pdev, BRK_RING);
	if (ret)
		return ret;
	platform_set_drvdata(pdev, brk);
	ret = frame_port_register(&pdev->dev, &brk_ops);
	if (ret)
		sgdma_exit(&brk->engine);
	return ret;
}

static int brk_remove(struct platform_device *pdev)
{
	struct brk *brk = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	sgdma_exit(&brk->engine);
	return 0;
}

static struct platform_driver brk_driver = {
	.probe = brk_probe,
	.remove = brk_remove,
	.driver = {
		.name = "sgdma-brk",
	},
};
module_platform_driver(brk_driver);

MODULE_DESCRIPTION("Receives frames, small ones by copy");
MODULE_LICENSE("Dual BSD/GPL");
