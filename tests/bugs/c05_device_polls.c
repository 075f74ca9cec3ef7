// SPDX-License-Identifier: BSD-2-Clause
/*
 * Sends frames through a ring that the device watches by itself: there is no doorbell, and no register is written.
 *
 * Correct: dma_wmb() alone. The order in which the words of a descriptor become visible matters, when they do does not.
 */
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define WATCH_RING 4

struct watch_slot {
	void *data;			/* NULL: free */
	dma_addr_t dma;
	size_t len;
};

struct watch {
	struct device *dev;
	struct sgdma engine;
	unsigned int head, tail;
	struct watch_slot slots[WATCH_RING];
};

static int watch_send(struct device *dev, void *data, size_t len)
{
	struct watch *watch = dev_get_drvdata(dev);
	struct watch_slot *slot = &watch->slots[watch->head];

	if (slot->data)
		return -EBUSY;
	slot->dma = dma_map_single(dev, data, len, DMA_TO_DEVICE);
	if (dma_mapping_error(dev, slot->dma))
		return -ENOMEM;
	slot->data = data;
	slot->len = len;
	sgdma_give(&watch->engine, watch->head, SGDMA_SEND, slot->dma, len, 0);	/* with dma_wmb() before OWN */
	watch->head = (watch->head + 1) % WATCH_RING;
	return 0;
}

static int watch_complete(struct watch *watch, bool stopped)
{
	struct watch_slot *slot;
	int n;

	for (n = 0; (slot = &watch->slots[watch->tail])->data; n++) {
		void *data = slot->data;
		int error = -ECANCELED;

		if (sgdma_is_done(&watch->engine, watch->tail))		/* with dma_rmb() after OWN */
			error = sgdma_error(&watch->engine, watch->tail);
		else if (!stopped)
			break;
		dma_unmap_single(watch->dev, slot->dma, slot->len, DMA_TO_DEVICE);
		slot->data = NULL;
		watch->tail = (watch->tail + 1) % WATCH_RING;
		frame_port_sent(watch->dev, data, error);
	}
	return n;
}

static int watch_poll(struct device *dev, int budget)
{
	return watch_complete(dev_get_drvdata(dev), false);
}

/* arg: where the address of the ring goes, for whoever sets the device up. */
static int watch_control(struct device *dev, unsigned int request, unsigned long arg)
{
	struct watch *watch = dev_get_drvdata(dev);

	*(dma_addr_t *)arg = watch->engine.desc_dma;
	return 0;
}

static void watch_stop(struct device *dev)
{
	watch_complete(dev_get_drvdata(dev), true);
}

static const struct frame_port_ops watch_ops = {
	.stop = watch_stop,
	.poll = watch_poll,
	.send = watch_send,
	.control = watch_control,
};

static int watch_probe(struct platform_device *pdev)
{
	struct watch *watch;
	int ret;

	watch = devm_kzalloc(&pdev->dev, sizeof(*watch), GFP_KERNEL);
	if (!watch)
		return -ENOMEM;
	watch->dev = &pdev->dev;
	ret = sgdma_init(&watch->engine, pdev, WATCH_RING);
	if (ret)
		return ret;
	platform_set_drvdata(pdev, watch);
	ret = frame_port_register(&pdev->dev, &watch_ops);
	if (ret)
		sgdma_exit(&watch->engine);
	return ret;
}

static int watch_remove(struct platform_device *pdev)
{
	struct watch *watch = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	watch_stop(&pdev->dev);
	sgdma_exit(&watch->engine);
	return 0;
}

static struct platform_driver watch_driver = {
	.probe = watch_probe,
	.remove = watch_remove,
	.driver = {
		.name = "sgdma-watch",
	},
};
module_platform_driver(watch_driver);

MODULE_DESCRIPTION("Transmit ring without a doorbell");
MODULE_LICENSE("Dual BSD/GPL");
