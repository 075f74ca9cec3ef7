// SPDX-License-Identifier: BSD-2-Clause
/*
 * Sends frames from a coherent buffer that it has between open and stop.
 *
 * The bug: stop frees it under a lock that keeps interrupts off. Freeing takes a kernel mapping apart, on all CPUs.
 */
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define SHUT_FRAME 4096

struct shut {
	struct sgdma engine;
	spinlock_t lock;		/* of the frame and the engine */
	void *frame;			/* NULL: closed */
	dma_addr_t frame_dma;
};

static int shut_open(struct device *dev)
{
	struct shut *shut = dev_get_drvdata(dev);
	dma_addr_t dma;
	void *frame = dma_alloc_coherent(dev, SHUT_FRAME, &dma, GFP_KERNEL);

	if (!frame)
		return -ENOMEM;
	spin_lock_irq(&shut->lock);
	shut->frame = frame;
	shut->frame_dma = dma;
	spin_unlock_irq(&shut->lock);
	return 0;
}

static void shut_stop(struct device *dev)
{
	struct shut *shut = dev_get_drvdata(dev);
	unsigned long flags;
	void *frame;

	spin_lock_irqsave(&shut->lock, flags);
	sgdma_reset(&shut->engine);
	frame = shut->frame;
	shut->frame = NULL;
#if BUG
	if (frame)
		dma_free_coherent(dev, SHUT_FRAME, frame, shut->frame_dma);
	spin_unlock_irqrestore(&shut->lock, flags);
#else
	spin_unlock_irqrestore(&shut->lock, flags);
	if (frame)
		dma_free_coherent(dev, SHUT_FRAME, frame, shut->frame_dma);
#endif
}

static int shut_send(struct device *dev, void *data, size_t len)
{
	struct shut *shut = dev_get_drvdata(dev);
	unsigned long flags;
	int ret = -ENODEV;

	if (len > SHUT_FRAME)
		return -EMSGSIZE;
	spin_lock_irqsave(&shut->lock, flags);
	if (shut->frame) {
		memcpy(shut->frame, data, len);
		ret = sgdma_move(&shut->engine, SGDMA_SEND, shut->frame_dma, len);
	}
	spin_unlock_irqrestore(&shut->lock, flags);
	return ret;
}

static const struct frame_port_ops shut_ops = {
	.open = shut_open,
	.stop = shut_stop,
	.send = shut_send,
};

static int shut_probe(struct platform_device *pdev)
{
	struct shut *shut;
	int ret;

	shut = devm_kzalloc(&pdev->dev, sizeof(*shut), GFP_KERNEL);
	if (!shut)
		return -ENOMEM;
	spin_lock_init(&shut->lock);
	ret = sgdma_init(&shut->engine, pdev, 1);
	if (ret)
		return ret;
	platform_set_drvdata(pdev, shut);
	ret = frame_port_register(&pdev->dev, &shut_ops);
	if (ret)
		sgdma_exit(&shut->engine);
	return ret;
}

static int shut_remove(struct platform_device *pdev)
{
	struct shut *shut = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	shut_stop(&pdev->dev);
	sgdma_exit(&shut->engine);
	return 0;
}

static struct platform_driver shut_driver = {
	.probe = shut_probe,
	.remove = shut_remove,
	.driver = {
		.name = "sgdma-shut",
	},
};
module_platform_driver(shut_driver);

MODULE_DESCRIPTION("Sends frames from a coherent buffer");
MODULE_LICENSE("Dual BSD/GPL");
