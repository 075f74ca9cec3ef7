// SPDX-License-Identifier: BSD-2-Clause
/*
 * Sends from a buffer in a structure whose next word, in the same cache line, counts on while the engine reads.
 *
 * Correct: a line from which a device only reads is never invalidated, so nothing is lost on either side. For a buffer that the device
 * writes this would be a bug.
 */
#include <linux/compiler.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "frame_port.h"
#include "sgdma_regs.h"

struct beside {
	struct sgdma engine;
	struct beside_tx {
		u8 buf[500];
		u32 polls;
	} *tx;
};

static int beside_send(struct device *dev, void *data, size_t len)
{
	struct beside *beside = dev_get_drvdata(dev);
	struct beside_tx *tx = beside->tx;
	u32 polls = tx->polls;
	dma_addr_t dma;
	int ret;

	if (len > sizeof(tx->buf))
		return -EMSGSIZE;
	memcpy(tx->buf, data, len);
	dma = dma_map_single(dev, tx->buf, sizeof(tx->buf), DMA_TO_DEVICE);
	if (dma_mapping_error(dev, dma))
		return -ENOMEM;
	sgdma_give(&beside->engine, 0, SGDMA_SEND, dma, len, SGDMA_END);
	WRITE_ONCE(tx->polls, tx->polls + 1);
	sgdma_start(&beside->engine, 0);
	tx->polls++;
	ret = sgdma_wait(&beside->engine);
	if (ret)
		sgdma_reset(&beside->engine);
	tx->polls++;
	dma_unmap_single(dev, dma, sizeof(tx->buf), DMA_TO_DEVICE);
	if (!ret && (!sgdma_is_done(&beside->engine, 0) || sgdma_error(&beside->engine, 0)))
		ret = -EIO;
	return tx->polls == polls + 3 ? ret : -EIO;
}

static const struct frame_port_ops beside_ops = {
	.send = beside_send,
};

static int beside_probe(struct platform_device *pdev)
{
	struct beside *beside;
	int ret;

	beside = devm_kzalloc(&pdev->dev, sizeof(*beside), GFP_KERNEL);
	if (!beside)
		return -ENOMEM;
	ret = sgdma_init(&beside->engine, pdev, 1);
	if (ret)
		return ret;
	ret = -ENOMEM;
	beside->tx = kzalloc(sizeof(*beside->tx), GFP_KERNEL);
	if (!beside->tx)
		goto exit_engine;
	platform_set_drvdata(pdev, beside);
	ret = frame_port_register(&pdev->dev, &beside_ops);
	if (!ret)
		return 0;

	kfree(beside->tx);
exit_engine:
	sgdma_exit(&beside->engine);
	return ret;
}

static int beside_remove(struct platform_device *pdev)
{
	struct beside *beside = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	kfree(beside->tx);
	sgdma_exit(&beside->engine);
	return 0;
}

static struct platform_driver beside_driver = {
	.probe = beside_probe,
	.remove = beside_remove,
	.driver = {
		.name = "sgdma-beside",
	},
};
module_platform_driver(beside_driver);

MODULE_DESCRIPTION("Sends beside a counter");
MODULE_LICENSE("Dual BSD/GPL");
