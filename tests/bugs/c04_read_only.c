// SPDX-License-Identifier: BSD-2-Clause
/*
 * Receives frames into buffers that stay mapped; the CPU only ever reads them.
 *
 * Correct: no sync for the device before a buffer goes back. Lines that were only read are not dirty, nothing can be written over the
 * next frame; and the sync for the CPU takes the old ones out.
 */
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define RO_RING 4
#define RO_LEN 1536

struct ro_slot {
	u8 *buf;
	dma_addr_t dma;
};

struct ro {
	struct sgdma engine;
	unsigned int next;
	struct ro_slot slots[RO_RING];
};

static void ro_give(struct ro *ro, unsigned int i)
{
	sgdma_give(&ro->engine, i, SGDMA_RECEIVE, ro->slots[i].dma, RO_LEN, 0);
}

static int ro_fill(struct device *dev, struct ro_slot *slot)
{
	slot->buf = kmalloc(RO_LEN, GFP_KERNEL);
	if (!slot->buf)
		return -ENOMEM;
	slot->dma = dma_map_single(dev, slot->buf, RO_LEN, DMA_FROM_DEVICE);
	if (!dma_mapping_error(dev, slot->dma))
		return 0;
	kfree(slot->buf);
	slot->buf = NULL;
	return -ENOMEM;
}

static void ro_empty(struct device *dev, struct ro_slot *slot)
{
	if (!slot->buf)
		return;
	dma_unmap_single(dev, slot->dma, RO_LEN, DMA_FROM_DEVICE);
	kfree(slot->buf);
	slot->buf = NULL;
}

static void ro_stop(struct device *dev)
{
	struct ro *ro = dev_get_drvdata(dev);
	unsigned int i;

	sgdma_reset(&ro->engine);
	for (i = 0; i < RO_RING; i++)
		ro_empty(dev, &ro->slots[i]);
}

static int ro_open(struct device *dev)
{
	struct ro *ro = dev_get_drvdata(dev);
	unsigned int i;

	for (i = 0; i < RO_RING; i++) {
		if (ro_fill(dev, &ro->slots[i])) {
			ro_stop(dev);
			return -ENOMEM;
		}
		ro_give(ro, i);
	}
	ro->next = 0;
	sgdma_start(&ro->engine, 0);
	return 0;
}

static int ro_poll(struct device *dev, int budget)
{
	struct ro *ro = dev_get_drvdata(dev);
	int n;

	for (n = 0; n < budget && sgdma_is_done(&ro->engine, ro->next); n++) {
		struct ro_slot *slot = &ro->slots[ro->next];

		dma_sync_single_for_cpu(dev, slot->dma, RO_LEN, DMA_FROM_DEVICE);
		if (!sgdma_error(&ro->engine, ro->next))
			frame_port_rx(dev, slot->buf, RO_LEN);
		ro_give(ro, ro->next);
		ro->next = (ro->next + 1) % RO_RING;
	}
	if (n)
		sgdma_kick(&ro->engine);
	return n;
}

static const struct frame_port_ops ro_ops = {
	.open = ro_open,
	.stop = ro_stop,
	.poll = ro_poll,
};

static int ro_probe(struct platform_device *pdev)
{
	struct ro *ro;
	int ret;

	ro = devm_kzalloc(&pdev->dev, sizeof(*ro), GFP_KERNEL);
	if (!ro)
		return -ENOMEM;
	ret = sgdma_init(&ro->engine, pdev, RO_RING);
	if (ret)
		return ret;
	platform_set_drvdata(pdev, ro);
	ret = frame_port_register(&pdev->dev, &ro_ops);
	if (ret)
		sgdma_exit(&ro->engine);
	return ret;
}

static int ro_remove(struct platform_device *pdev)
{
	struct ro *ro = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	sgdma_exit(&ro->engine);
	return 0;
}

static struct platform_driver ro_driver = {
	.probe = ro_probe,
	.remove = ro_remove,
	.driver = {
		.name = "sgdma-ro",
	},
};
module_platform_driver(ro_driver);

MODULE_DESCRIPTION("Receives frames, read only");
MODULE_LICENSE("Dual BSD/GPL");
