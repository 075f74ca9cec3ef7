// SPDX-License-Identifier: BSD-2-Clause
/*
 * Sends frames through a ring to which descriptors are added while the engine works through it.
 *
 * Correct: the engine may look at a descriptor whose words are still on their way, as long as OWN is the last of them to arrive.
 * Registers may be written relaxed meanwhile; one barrier before the doorbell is enough.
 */
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define MOTION_RING 8

struct motion_slot {
	void *data;			/* NULL: free */
	dma_addr_t dma;
	size_t len;
};

struct motion {
	struct device *dev;
	struct sgdma engine;
	unsigned int head, tail;
	struct motion_slot slots[MOTION_RING];
};

static int motion_send(struct device *dev, void *data, size_t len)
{
	struct motion *motion = dev_get_drvdata(dev);
	struct motion_slot *slot = &motion->slots[motion->head];

	if (slot->data)
		return -EBUSY;
	slot->dma = dma_map_single(dev, data, len, DMA_TO_DEVICE);
	if (dma_mapping_error(dev, slot->dma))
		return -ENOMEM;
	slot->data = data;
	slot->len = len;
	sgdma_give(&motion->engine, motion->head, SGDMA_SEND, slot->dma, len, 0);
	motion->head = (motion->head + 1) % MOTION_RING;
	writel_relaxed(SGDMA_INT_DONE | SGDMA_INT_IDLE, motion->engine.regs + SGDMA_INT_CLEAR);	/* nobody needs them */
	wmb();
	writel_relaxed(1, motion->engine.regs + SGDMA_DOORBELL);
	return 0;
}

static int motion_complete(struct motion *motion, int budget, bool stopped)
{
	struct motion_slot *slot;
	int n;

	for (n = 0; n < budget && (slot = &motion->slots[motion->tail])->data; n++) {
		void *data = slot->data;
		int error = -ECANCELED;

		if (sgdma_is_done(&motion->engine, motion->tail))
			error = sgdma_error(&motion->engine, motion->tail);
		else if (!stopped)
			break;
		dma_unmap_single(motion->dev, slot->dma, slot->len, DMA_TO_DEVICE);
		slot->data = NULL;
		motion->tail = (motion->tail + 1) % MOTION_RING;
		frame_port_sent(motion->dev, data, error);
	}
	return n;
}

static int motion_poll(struct device *dev, int budget)
{
	return motion_complete(dev_get_drvdata(dev), budget, false);
}

static int motion_open(struct device *dev)
{
	struct motion *motion = dev_get_drvdata(dev);

	memset(motion->engine.desc, 0, MOTION_RING * sizeof(*motion->engine.desc));
	motion->head = motion->tail = 0;
	sgdma_start(&motion->engine, 0);
	return 0;
}

static void motion_stop(struct device *dev)
{
	struct motion *motion = dev_get_drvdata(dev);

	sgdma_reset(&motion->engine);
	motion_complete(motion, MOTION_RING, true);
}

static const struct frame_port_ops motion_ops = {
	.open = motion_open,
	.stop = motion_stop,
	.poll = motion_poll,
	.send = motion_send,
};

static int motion_probe(struct platform_device *pdev)
{
	struct motion *motion;
	int ret;

	motion = devm_kzalloc(&pdev->dev, sizeof(*motion), GFP_KERNEL);
	if (!motion)
		return -ENOMEM;
	motion->dev = &pdev->dev;
	ret = sgdma_init(&motion->engine, pdev, MOTION_RING);
	if (ret)
		return ret;
	platform_set_drvdata(pdev, motion);
	ret = frame_port_register(&pdev->dev, &motion_ops);
	if (ret)
		sgdma_exit(&motion->engine);
	return ret;
}

static int motion_remove(struct platform_device *pdev)
{
	struct motion *motion = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	motion_stop(&pdev->dev);
	sgdma_exit(&motion->engine);
	return 0;
}

static struct platform_driver motion_driver = {
	.probe = motion_probe,
	.remove = motion_remove,
	.driver = {
		.name = "sgdma-motion",
	},
};
module_platform_driver(motion_driver);

MODULE_DESCRIPTION("Transmit ring in motion");
MODULE_LICENSE("Dual BSD/GPL");
