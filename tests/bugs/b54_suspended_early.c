// SPDX-License-Identifier: BSD-2-Clause
/*
 * Sends frames, with the power on only while there is something to do.
 *
 * The bug: the device is let go of when the frame is started, not when it has gone. Its SYSMMU is switched off under the transfer.
 */
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/pm_runtime.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "frame_port.h"
#include "sgdma_regs.h"

struct nap {
	struct device *dev;
	struct sgdma engine;
	int irq;
	spinlock_t lock;		/* of what follows */
	void *data;			/* the frame under way, or NULL */
	dma_addr_t dma;
	size_t len;
};

static int nap_send(struct device *dev, void *data, size_t len)
{
	struct nap *nap = dev_get_drvdata(dev);
	unsigned long flags;
	dma_addr_t dma;
	int ret;

	ret = pm_runtime_resume_and_get(dev);
	if (ret)
		return ret;
	dma = dma_map_single(dev, data, len, DMA_TO_DEVICE);
	if (dma_mapping_error(dev, dma)) {
		pm_runtime_put(dev);
		return -ENOMEM;
	}
	spin_lock_irqsave(&nap->lock, flags);
	if (nap->data) {
		spin_unlock_irqrestore(&nap->lock, flags);
		dma_unmap_single(dev, dma, len, DMA_TO_DEVICE);
		pm_runtime_put(dev);
		return -EBUSY;
	}
	nap->data = data;
	nap->dma = dma;
	nap->len = len;
	writel(SGDMA_INT_DONE | SGDMA_INT_ERROR, nap->engine.regs + SGDMA_INT_ENABLE);
	sgdma_give(&nap->engine, 0, SGDMA_SEND, dma, len, SGDMA_IRQ | SGDMA_END);
	sgdma_start(&nap->engine, 0);
	spin_unlock_irqrestore(&nap->lock, flags);
#if BUG
	pm_runtime_put(dev);
#endif
	return 0;
}

static void nap_complete(struct nap *nap, int error)
{
	void *data = nap->data;

	if (!data)
		return;
	dma_unmap_single(nap->dev, nap->dma, nap->len, DMA_TO_DEVICE);
	nap->data = NULL;
#if !BUG
	pm_runtime_put(nap->dev);
#endif
	frame_port_sent(nap->dev, data, error);
}

static irqreturn_t nap_interrupt(int irq, void *data)
{
	struct nap *nap = data;
	u32 status = readl(nap->engine.regs + SGDMA_INT_STATUS);

	if (!(status & (SGDMA_INT_DONE | SGDMA_INT_ERROR)))
		return IRQ_NONE;
	writel(status, nap->engine.regs + SGDMA_INT_CLEAR);
	spin_lock(&nap->lock);
	nap_complete(nap, status & SGDMA_INT_ERROR ? -EIO : 0);
	spin_unlock(&nap->lock);
	return IRQ_HANDLED;
}

static void nap_stop(struct device *dev)
{
	struct nap *nap = dev_get_drvdata(dev);
	unsigned long flags;

	spin_lock_irqsave(&nap->lock, flags);
	if (nap->data) {
		sgdma_reset(&nap->engine);
		nap_complete(nap, -ECANCELED);
	}
	spin_unlock_irqrestore(&nap->lock, flags);
}

static const struct frame_port_ops nap_ops = {
	.stop = nap_stop,
	.send = nap_send,
};

static int nap_probe(struct platform_device *pdev)
{
	struct nap *nap;
	int irq, ret;

	nap = devm_kzalloc(&pdev->dev, sizeof(*nap), GFP_KERNEL);
	if (!nap)
		return -ENOMEM;
	nap->dev = &pdev->dev;
	spin_lock_init(&nap->lock);
	ret = sgdma_init(&nap->engine, pdev, 1);
	if (ret)
		return ret;
	irq = platform_get_irq(pdev, 0);
	if (irq < 0) {
		ret = irq;
		goto exit_engine;
	}
	ret = request_irq(irq, nap_interrupt, 0, "nap", nap);
	if (ret)
		goto exit_engine;
	nap->irq = irq;
	platform_set_drvdata(pdev, nap);
	pm_runtime_enable(&pdev->dev);
	ret = frame_port_register(&pdev->dev, &nap_ops);
	if (ret)
		goto release_irq;
	return 0;

release_irq:
	pm_runtime_disable(&pdev->dev);
	free_irq(irq, nap);
exit_engine:
	sgdma_exit(&nap->engine);
	return ret;
}

static int nap_remove(struct platform_device *pdev)
{
	struct nap *nap = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	nap_stop(&pdev->dev);
	pm_runtime_disable(&pdev->dev);
	free_irq(nap->irq, nap);
	sgdma_exit(&nap->engine);
	return 0;
}

static struct platform_driver nap_driver = {
	.probe = nap_probe,
	.remove = nap_remove,
	.driver = {
		.name = "sgdma-nap",
	},
};
module_platform_driver(nap_driver);

MODULE_DESCRIPTION("Sends frames and sleeps in between");
MODULE_LICENSE("Dual BSD/GPL");
