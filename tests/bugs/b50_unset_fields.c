// SPDX-License-Identifier: BSD-2-Clause
/*
 * Receives frames, each with a descriptor from a pool.
 *
 * The bug: the pool's memory is taken for zeroed. Fields that the driver never sets have what the block's last user left there.
 */
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/iopoll.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define FRESH_FRAME 1024
#define FRESH_TIMEOUT 20000	/* microseconds */

struct fresh {
	void __iomem *regs;
	struct dma_pool *pool;
	void *frame;
};

static int fresh_run(struct fresh *fresh, struct sgdma_desc *d, dma_addr_t desc_dma, dma_addr_t dma)
{
	u32 status;
	int ret;

	d->dst = cpu_to_le32(lower_32_bits(dma));
	d->len = cpu_to_le32(FRESH_FRAME);
	d->control = cpu_to_le32(SGDMA_RECEIVE | SGDMA_END | SGDMA_OWN);
	writel(0, fresh->regs + SGDMA_HEAD_HIGH);
	writel(lower_32_bits(desc_dma), fresh->regs + SGDMA_HEAD);
	writel(SGDMA_CTRL_ENABLE, fresh->regs + SGDMA_CTRL);
	writel(1, fresh->regs + SGDMA_DOORBELL);
	ret = readl_poll_timeout(fresh->regs + SGDMA_STATUS, status, !(status & SGDMA_STATUS_BUSY), 0, FRESH_TIMEOUT);
	if (ret)
		writel(SGDMA_CTRL_RESET, fresh->regs + SGDMA_CTRL);
	else if (le32_to_cpu(d->status) != SGDMA_OK)
		ret = -EIO;
	return ret;
}

static int fresh_receive(struct device *dev, struct fresh *fresh)
{
	struct sgdma_desc *d;
	dma_addr_t desc_dma, dma;
	int ret = -ENOMEM;

#if BUG
	d = dma_pool_alloc(fresh->pool, GFP_KERNEL, &desc_dma);
#else
	d = dma_pool_zalloc(fresh->pool, GFP_KERNEL, &desc_dma);
#endif
	if (!d)
		return -ENOMEM;
	dma = dma_map_single(dev, fresh->frame, FRESH_FRAME, DMA_FROM_DEVICE);
	if (!dma_mapping_error(dev, dma)) {
		ret = fresh_run(fresh, d, desc_dma, dma);
		dma_unmap_single(dev, dma, FRESH_FRAME, DMA_FROM_DEVICE);
	}
	dma_pool_free(fresh->pool, d, desc_dma);
	return ret;
}

static int fresh_poll(struct device *dev, int budget)
{
	struct fresh *fresh = dev_get_drvdata(dev);
	int n, ret;

	for (n = 0; n < budget; n++) {
		ret = fresh_receive(dev, fresh);
		if (ret)
			return n ? n : ret;
		frame_port_rx(dev, fresh->frame, FRESH_FRAME);
	}
	return n;
}

static const struct frame_port_ops fresh_ops = {
	.poll = fresh_poll,
};

static int fresh_probe(struct platform_device *pdev)
{
	struct fresh *fresh;
	int ret;

	fresh = devm_kzalloc(&pdev->dev, sizeof(*fresh), GFP_KERNEL);
	if (!fresh)
		return -ENOMEM;
	fresh->regs = devm_platform_ioremap_resource(pdev, 0);
	if (IS_ERR(fresh->regs))
		return PTR_ERR(fresh->regs);
	fresh->frame = devm_kmalloc(&pdev->dev, FRESH_FRAME, GFP_KERNEL);
	if (!fresh->frame)
		return -ENOMEM;
	ret = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(32));
	if (ret)
		return ret;
	fresh->pool = dmam_pool_create("sgdma-fresh", &pdev->dev, sizeof(struct sgdma_desc), sizeof(struct sgdma_desc), 0);
	if (!fresh->pool)
		return -ENOMEM;
	platform_set_drvdata(pdev, fresh);
	return frame_port_register(&pdev->dev, &fresh_ops);
}

static int fresh_remove(struct platform_device *pdev)
{
	frame_port_unregister(&pdev->dev);
	return 0;
}

static struct platform_driver fresh_driver = {
	.probe = fresh_probe,
	.remove = fresh_remove,
	.driver = {
		.name = "sgdma-fresh",
	},
};
module_platform_driver(fresh_driver);

MODULE_DESCRIPTION("Receives frames with descriptors from a pool");
MODULE_LICENSE("Dual BSD/GPL");
