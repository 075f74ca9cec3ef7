// SPDX-License-Identifier: BSD-2-Clause
/*
 * Sends lists as chains of descriptors from a pool; the end of the chain is fixed up before it starts.
 *
 * Correct: blocks of a pool are coherent memory, every word of each is set, and they are freed when the engine is idle.
 */
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define CHAIN_MAX 16

struct chain {
	struct sgdma engine;		/* its own descriptor is not used */
	struct dma_pool *pool;
	unsigned int nr;
	struct sgdma_desc *desc[CHAIN_MAX];
	dma_addr_t dma[CHAIN_MAX];
};

static void chain_free(struct chain *chain)
{
	while (chain->nr) {
		chain->nr--;
		dma_pool_free(chain->pool, chain->desc[chain->nr], chain->dma[chain->nr]);
	}
}

static int chain_add(struct chain *chain, struct scatterlist *sg)
{
	unsigned int i = chain->nr;
	struct sgdma_desc *d = dma_pool_alloc(chain->pool, GFP_KERNEL, &chain->dma[i]);

	if (!d)
		return -ENOMEM;
	d->next = 0;
	d->src = cpu_to_le32(lower_32_bits(sg_dma_address(sg)));
	d->dst = 0;
	d->high = cpu_to_le32((u32)(upper_32_bits(sg_dma_address(sg)) & 0xff) << 8);
	d->len = cpu_to_le32(sg_dma_len(sg));
	d->status = 0;
	d->done = 0;
	d->control = cpu_to_le32(SGDMA_SEND | SGDMA_OWN);
	if (i)
		chain->desc[i - 1]->next = cpu_to_le32(lower_32_bits(chain->dma[i]));
	chain->desc[i] = d;
	chain->nr++;
	return 0;
}

static int chain_run(struct chain *chain)
{
	void __iomem *regs = chain->engine.regs;
	unsigned int i;
	int ret;

	chain->desc[chain->nr - 1]->control |= cpu_to_le32(SGDMA_END);
	writel(0, regs + SGDMA_HEAD_HIGH);
	writel(lower_32_bits(chain->dma[0]), regs + SGDMA_HEAD);
	writel(SGDMA_CTRL_ENABLE, regs + SGDMA_CTRL);
	writel(1, regs + SGDMA_DOORBELL);
	ret = sgdma_wait(&chain->engine);
	if (ret) {
		sgdma_reset(&chain->engine);
		return ret;
	}
	for (i = 0; i < chain->nr; i++)
		if (le32_to_cpu(chain->desc[i]->status) != SGDMA_OK)
			return -EIO;
	return 0;
}

static int chain_send_sg(struct device *dev, struct scatterlist *sgl, int nents)
{
	struct chain *chain = dev_get_drvdata(dev);
	struct scatterlist *sg;
	int count, i, ret = 0;

	if (nents > CHAIN_MAX)
		return -EMSGSIZE;
	count = dma_map_sg(dev, sgl, nents, DMA_TO_DEVICE);
	if (!count)
		return -ENOMEM;
	for_each_sg(sgl, sg, count, i)
		if (!ret)
			ret = chain_add(chain, sg);
	if (!ret)
		ret = chain_run(chain);
	chain_free(chain);
	dma_unmap_sg(dev, sgl, nents, DMA_TO_DEVICE);
	return ret;
}

static const struct frame_port_ops chain_ops = {
	.send_sg = chain_send_sg,
};

static int chain_probe(struct platform_device *pdev)
{
	struct chain *chain;
	int ret;

	chain = devm_kzalloc(&pdev->dev, sizeof(*chain), GFP_KERNEL);
	if (!chain)
		return -ENOMEM;
	ret = sgdma_init(&chain->engine, pdev, 1);
	if (ret)
		return ret;
	ret = -ENOMEM;
	chain->pool = dma_pool_create("sgdma-chain", &pdev->dev, sizeof(struct sgdma_desc), sizeof(struct sgdma_desc), 0);
	if (!chain->pool)
		goto exit_engine;
	platform_set_drvdata(pdev, chain);
	ret = frame_port_register(&pdev->dev, &chain_ops);
	if (!ret)
		return 0;

	dma_pool_destroy(chain->pool);
exit_engine:
	sgdma_exit(&chain->engine);
	return ret;
}

static int chain_remove(struct platform_device *pdev)
{
	struct chain *chain = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	dma_pool_destroy(chain->pool);
	sgdma_exit(&chain->engine);
	return 0;
}

static struct platform_driver chain_driver = {
	.probe = chain_probe,
	.remove = chain_remove,
	.driver = {
		.name = "sgdma-chain",
	},
};
module_platform_driver(chain_driver);

MODULE_DESCRIPTION("Sends lists as chains");
MODULE_LICENSE("Dual BSD/GPL");
