// SPDX-License-Identifier: BSD-2-Clause
/*
 * Sends frames through a ring of descriptors in coherent memory.
 *
 * The bug: the doorbell is a relaxed write, with no barrier after the descriptor. The store may still be in the CPU's buffers when the
 * engine looks, and the engine finds nothing to do.
 */
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define BELL_RING 8

struct bell_slot {
	void *data;			/* NULL: free */
	dma_addr_t dma;
	size_t len;
};

struct bell {
	struct device *dev;
	struct sgdma engine;
	int irq;
	spinlock_t lock;
	unsigned int head, tail;	/* next to fill, next to complete */
	struct bell_slot slots[BELL_RING];
};

static int bell_send(struct device *dev, void *data, size_t len)
{
	struct bell *bell = dev_get_drvdata(dev);
	struct bell_slot *slot;
	unsigned long flags;
	dma_addr_t dma;

	dma = dma_map_single(dev, data, len, DMA_TO_DEVICE);
	if (dma_mapping_error(dev, dma))
		return -ENOMEM;
	spin_lock_irqsave(&bell->lock, flags);
	slot = &bell->slots[bell->head];
	if (slot->data) {
		spin_unlock_irqrestore(&bell->lock, flags);
		dma_unmap_single(dev, dma, len, DMA_TO_DEVICE);
		return -EBUSY;
	}
	*slot = (struct bell_slot){ .data = data, .dma = dma, .len = len };
	sgdma_give(&bell->engine, bell->head, SGDMA_SEND, dma, len, SGDMA_IRQ);
	bell->head = (bell->head + 1) % BELL_RING;
#if !BUG
	wmb();	/* the descriptor before the doorbell */
#endif
	writel_relaxed(1, bell->engine.regs + SGDMA_DOORBELL);
	spin_unlock_irqrestore(&bell->lock, flags);
	return 0;
}

/* Give back the memory of the frames that the engine has done with; of all frames when it has been stopped. */
static void bell_complete(struct bell *bell, bool stopped)
{
	struct bell_slot *slot;

	while ((slot = &bell->slots[bell->tail])->data) {
		void *data = slot->data;
		int error = -ECANCELED;

		if (sgdma_is_done(&bell->engine, bell->tail))
			error = sgdma_error(&bell->engine, bell->tail);
		else if (!stopped)
			break;
		dma_unmap_single(bell->dev, slot->dma, slot->len, DMA_TO_DEVICE);
		slot->data = NULL;
		bell->tail = (bell->tail + 1) % BELL_RING;
		frame_port_sent(bell->dev, data, error);
	}
}

static irqreturn_t bell_interrupt(int irq, void *data)
{
	struct bell *bell = data;
	u32 status = readl(bell->engine.regs + SGDMA_INT_STATUS);

	if (!(status & (SGDMA_INT_DONE | SGDMA_INT_ERROR)))
		return IRQ_NONE;
	writel(status, bell->engine.regs + SGDMA_INT_CLEAR);
	spin_lock(&bell->lock);
	bell_complete(bell, false);
	spin_unlock(&bell->lock);
	return IRQ_HANDLED;
}

static int bell_open(struct device *dev)
{
	struct bell *bell = dev_get_drvdata(dev);

	memset(bell->engine.desc, 0, BELL_RING * sizeof(*bell->engine.desc));
	bell->head = bell->tail = 0;
	writel(SGDMA_INT_DONE | SGDMA_INT_ERROR, bell->engine.regs + SGDMA_INT_ENABLE);
	sgdma_start(&bell->engine, 0);	/* it finds nothing, and waits there */
	return 0;
}

static void bell_stop(struct device *dev)
{
	struct bell *bell = dev_get_drvdata(dev);
	unsigned long flags;

	sgdma_reset(&bell->engine);
	spin_lock_irqsave(&bell->lock, flags);
	bell_complete(bell, true);
	spin_unlock_irqrestore(&bell->lock, flags);
}

static const struct frame_port_ops bell_ops = {
	.open = bell_open,
	.stop = bell_stop,
	.send = bell_send,
};

static int bell_probe(struct platform_device *pdev)
{
	struct bell *bell;
	int irq, ret;

	bell = devm_kzalloc(&pdev->dev, sizeof(*bell), GFP_KERNEL);
	if (!bell)
		return -ENOMEM;
	bell->dev = &pdev->dev;
	spin_lock_init(&bell->lock);
	ret = sgdma_init(&bell->engine, pdev, BELL_RING);
	if (ret)
		return ret;
	irq = platform_get_irq(pdev, 0);
	if (irq < 0) {
		ret = irq;
		goto exit_engine;
	}
	ret = request_irq(irq, bell_interrupt, 0, "bell", bell);
	if (ret)
		goto exit_engine;
	bell->irq = irq;
	platform_set_drvdata(pdev, bell);
	ret = frame_port_register(&pdev->dev, &bell_ops);
	if (ret)
		goto release_irq;
	return 0;

release_irq:
	free_irq(irq, bell);
exit_engine:
	sgdma_exit(&bell->engine);
	return ret;
}

static int bell_remove(struct platform_device *pdev)
{
	struct bell *bell = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	bell_stop(&pdev->dev);
	free_irq(bell->irq, bell);
	sgdma_exit(&bell->engine);
	return 0;
}

static struct platform_driver bell_driver = {
	.probe = bell_probe,
	.remove = bell_remove,
	.driver = {
		.name = "sgdma-bell",
	},
};
module_platform_driver(bell_driver);

MODULE_DESCRIPTION("Transmit ring of a frame port");
MODULE_LICENSE("Dual BSD/GPL");
