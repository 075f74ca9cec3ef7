// SPDX-License-Identifier: BSD-2-Clause
/*
 * Sends frames, each with a descriptor from a pool, and frees the descriptor when its frame has gone.
 *
 * The bug: the pointer to the freed descriptor stays, and the next clean-up frees it again. By then it may be somebody else's.
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

#define POOLED_TIMEOUT 20000	/* microseconds */

struct pooled {
	void __iomem *regs;
	struct dma_pool *pool;
	struct sgdma_desc *desc;	/* of the frame that is sent, or NULL */
	dma_addr_t desc_dma;
};

static int pooled_wait(struct pooled *pooled)
{
	u32 status;

	return readl_poll_timeout(pooled->regs + SGDMA_STATUS, status, !(status & SGDMA_STATUS_BUSY), 0, POOLED_TIMEOUT);
}

static int pooled_run(struct pooled *pooled, dma_addr_t dma, size_t len)
{
	struct sgdma_desc *d = pooled->desc;
	int ret;

	d->src = cpu_to_le32(lower_32_bits(dma));
	d->high = cpu_to_le32((u32)(upper_32_bits(dma) & 0xff) << 8);
	d->len = cpu_to_le32(len);
	d->control = cpu_to_le32(SGDMA_SEND | SGDMA_END | SGDMA_OWN);
	writel(upper_32_bits(pooled->desc_dma), pooled->regs + SGDMA_HEAD_HIGH);
	writel(lower_32_bits(pooled->desc_dma), pooled->regs + SGDMA_HEAD);
	writel(SGDMA_CTRL_ENABLE, pooled->regs + SGDMA_CTRL);
	writel(1, pooled->regs + SGDMA_DOORBELL);
	ret = pooled_wait(pooled);
	if (ret)
		writel(SGDMA_CTRL_RESET, pooled->regs + SGDMA_CTRL);
	else if (le32_to_cpu(d->status) != SGDMA_OK)
		ret = -EIO;
	return ret;
}

static int pooled_send(struct device *dev, void *data, size_t len)
{
	struct pooled *pooled = dev_get_drvdata(dev);
	dma_addr_t dma;
	int ret;

	dma = dma_map_single(dev, data, len, DMA_TO_DEVICE);
	if (dma_mapping_error(dev, dma))
		return -ENOMEM;
	pooled->desc = dma_pool_zalloc(pooled->pool, GFP_KERNEL, &pooled->desc_dma);
	if (!pooled->desc) {
		dma_unmap_single(dev, dma, len, DMA_TO_DEVICE);
		return -ENOMEM;
	}
	ret = pooled_run(pooled, dma, len);
	dma_pool_free(pooled->pool, pooled->desc, pooled->desc_dma);
#if !BUG
	pooled->desc = NULL;
#endif
	dma_unmap_single(dev, dma, len, DMA_TO_DEVICE);
	return ret;
}

static void pooled_stop(struct device *dev)
{
	struct pooled *pooled = dev_get_drvdata(dev);

	writel(SGDMA_CTRL_RESET, pooled->regs + SGDMA_CTRL);
	if (pooled->desc)
		dma_pool_free(pooled->pool, pooled->desc, pooled->desc_dma);
	pooled->desc = NULL;
}

static const struct frame_port_ops pooled_ops = {
	.stop = pooled_stop,
	.send = pooled_send,
};

static int pooled_probe(struct platform_device *pdev)
{
	struct pooled *pooled;
	int ret;

	pooled = devm_kzalloc(&pdev->dev, sizeof(*pooled), GFP_KERNEL);
	if (!pooled)
		return -ENOMEM;
	pooled->regs = devm_platform_ioremap_resource(pdev, 0);
	if (IS_ERR(pooled->regs))
		return PTR_ERR(pooled->regs);
	pooled->pool = dma_pool_create("sgdma-pooled", &pdev->dev, sizeof(struct sgdma_desc), sizeof(struct sgdma_desc), 0);
	if (!pooled->pool)
		return -ENOMEM;
	platform_set_drvdata(pdev, pooled);
	ret = frame_port_register(&pdev->dev, &pooled_ops);
	if (ret)
		dma_pool_destroy(pooled->pool);
	return ret;
}

static int pooled_remove(struct platform_device *pdev)
{
	struct pooled *pooled = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	dma_pool_destroy(pooled->pool);
	return 0;
}

static struct platform_driver pooled_driver = {
	.probe = pooled_probe,
	.remove = pooled_remove,
	.driver = {
		.name = "sgdma-pooled",
	},
};
module_platform_driver(pooled_driver);

MODULE_DESCRIPTION("Sends frames with descriptors from a pool");
MODULE_LICENSE("Dual BSD/GPL");
