// SPDX-License-Identifier: BSD-2-Clause
/*
 * Grabs frames one after the other. When one is complete the interrupt handler starts the next in a fresh coherent buffer.
 *
 * The bug: the handler allocates with GFP_KERNEL, which may sleep.
 */
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define GRAB_FRAME 1024
#define GRAB_READY 8

#if BUG
#define GRAB_GFP GFP_KERNEL
#else
#define GRAB_GFP GFP_ATOMIC
#endif

struct grab_buf {
	void *cpu;
	dma_addr_t dma;
};

struct grab {
	struct device *dev;
	struct sgdma engine;
	int irq;
	spinlock_t lock;		/* of what follows */
	struct grab_buf filling;
	struct grab_buf ready[GRAB_READY];
	unsigned int nr_ready;
};

static void grab_start(struct grab *grab)
{
	sgdma_give(&grab->engine, 0, SGDMA_RECEIVE, grab->filling.dma, GRAB_FRAME, SGDMA_IRQ | SGDMA_END);
	sgdma_start(&grab->engine, 0);
}

/* A frame has arrived: put it aside and go on in another buffer. Without one, the frame is dropped. */
static void grab_next(struct grab *grab)
{
	struct grab_buf next;

	if (grab->nr_ready < GRAB_READY) {
		next.cpu = dma_alloc_coherent(grab->dev, GRAB_FRAME, &next.dma, GRAB_GFP);
		if (next.cpu) {
			grab->ready[grab->nr_ready++] = grab->filling;
			grab->filling = next;
		}
	}
	grab_start(grab);
}

static irqreturn_t grab_interrupt(int irq, void *data)
{
	struct grab *grab = data;
	u32 status = readl(grab->engine.regs + SGDMA_INT_STATUS);

	if (!(status & (SGDMA_INT_DONE | SGDMA_INT_ERROR)))
		return IRQ_NONE;
	writel(status, grab->engine.regs + SGDMA_INT_CLEAR);
	spin_lock(&grab->lock);
	if (!(status & SGDMA_INT_ERROR))	/* else the wire is silent: wait for the next open */
		grab_next(grab);
	spin_unlock(&grab->lock);
	return IRQ_HANDLED;
}

static bool grab_take(struct grab *grab, struct grab_buf *buf)
{
	unsigned long flags;
	unsigned int i;
	bool any;

	spin_lock_irqsave(&grab->lock, flags);
	any = grab->nr_ready > 0;
	if (any) {
		*buf = grab->ready[0];
		grab->nr_ready--;
		for (i = 0; i < grab->nr_ready; i++)
			grab->ready[i] = grab->ready[i + 1];
	}
	spin_unlock_irqrestore(&grab->lock, flags);
	return any;
}

static int grab_poll(struct device *dev, int budget)
{
	struct grab *grab = dev_get_drvdata(dev);
	struct grab_buf buf;
	int n;

	for (n = 0; n < budget && grab_take(grab, &buf); n++) {
		frame_port_rx(dev, buf.cpu, GRAB_FRAME);
		dma_free_coherent(dev, GRAB_FRAME, buf.cpu, buf.dma);
	}
	return n;
}

static int grab_open(struct device *dev)
{
	struct grab *grab = dev_get_drvdata(dev);
	unsigned long flags;

	grab->filling.cpu = dma_alloc_coherent(dev, GRAB_FRAME, &grab->filling.dma, GFP_KERNEL);
	if (!grab->filling.cpu)
		return -ENOMEM;
	writel(SGDMA_INT_DONE | SGDMA_INT_ERROR, grab->engine.regs + SGDMA_INT_ENABLE);
	spin_lock_irqsave(&grab->lock, flags);
	grab_start(grab);
	spin_unlock_irqrestore(&grab->lock, flags);
	return 0;
}

static void grab_stop(struct device *dev)
{
	struct grab *grab = dev_get_drvdata(dev);
	struct grab_buf buf;

	sgdma_reset(&grab->engine);	/* disables its interrupts, too */
	while (grab_take(grab, &buf))
		dma_free_coherent(dev, GRAB_FRAME, buf.cpu, buf.dma);
	dma_free_coherent(dev, GRAB_FRAME, grab->filling.cpu, grab->filling.dma);
}

static const struct frame_port_ops grab_ops = {
	.open = grab_open,
	.stop = grab_stop,
	.poll = grab_poll,
};

static int grab_probe(struct platform_device *pdev)
{
	struct grab *grab;
	int irq, ret;

	grab = devm_kzalloc(&pdev->dev, sizeof(*grab), GFP_KERNEL);
	if (!grab)
		return -ENOMEM;
	grab->dev = &pdev->dev;
	spin_lock_init(&grab->lock);
	ret = sgdma_init(&grab->engine, pdev, 1);
	if (ret)
		return ret;
	irq = platform_get_irq(pdev, 0);
	if (irq < 0) {
		ret = irq;
		goto exit_engine;
	}
	ret = request_irq(irq, grab_interrupt, 0, "grab", grab);
	if (ret)
		goto exit_engine;
	grab->irq = irq;
	platform_set_drvdata(pdev, grab);
	ret = frame_port_register(&pdev->dev, &grab_ops);
	if (ret)
		goto release_irq;
	return 0;

release_irq:
	free_irq(irq, grab);
exit_engine:
	sgdma_exit(&grab->engine);
	return ret;
}

static int grab_remove(struct platform_device *pdev)
{
	struct grab *grab = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	free_irq(grab->irq, grab);
	sgdma_exit(&grab->engine);
	return 0;
}

static struct platform_driver grab_driver = {
	.probe = grab_probe,
	.remove = grab_remove,
	.driver = {
		.name = "sgdma-grab",
	},
};
module_platform_driver(grab_driver);

MODULE_DESCRIPTION("Grabs frames");
MODULE_LICENSE("Dual BSD/GPL");
