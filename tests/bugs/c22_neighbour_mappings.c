// SPDX-License-Identifier: BSD-2-Clause
/*
 * Exchanges messages: request and answer are parts of one object, mapped apart, and the descriptors are written before the
 * mappings are checked.
 *
 * Correct: the parts are whole cache lines and do not overlap; the engine learns of an address only after all have been checked.
 */
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define PART 128

struct parts {
	struct sgdma engine;
	u8 *both;		/* request, then answer */
};

static int parts_run(struct parts *parts)
{
	struct sgdma *engine = &parts->engine;
	int ret;

	sgdma_start(engine, 0);
	ret = sgdma_wait(engine);
	if (ret) {
		sgdma_reset(engine);
		return ret;
	}
	if (!sgdma_is_done(engine, 0) || sgdma_error(engine, 0) || !sgdma_is_done(engine, 1) || sgdma_error(engine, 1))
		return -EIO;
	return 0;
}

static int parts_exchange(struct device *dev, struct parts *parts)
{
	dma_addr_t tx, rx;
	int ret = -ENOMEM;

	tx = dma_map_single(dev, parts->both, PART, DMA_TO_DEVICE);
	rx = dma_map_single(dev, parts->both + PART, PART, DMA_FROM_DEVICE);
	sgdma_give(&parts->engine, 0, SGDMA_SEND, tx, PART, 0);
	sgdma_give(&parts->engine, 1, SGDMA_RECEIVE, rx, PART, SGDMA_END);
	if (!dma_mapping_error(dev, tx) && !dma_mapping_error(dev, rx))
		ret = parts_run(parts);
	if (!dma_mapping_error(dev, rx))
		dma_unmap_single(dev, rx, PART, DMA_FROM_DEVICE);
	if (!dma_mapping_error(dev, tx))
		dma_unmap_single(dev, tx, PART, DMA_TO_DEVICE);
	return ret;
}

static int parts_send(struct device *dev, void *data, size_t len)
{
	struct parts *parts = dev_get_drvdata(dev);
	int ret;

	if (len > PART)
		return -EMSGSIZE;
	memset(parts->both, 0, PART);
	memcpy(parts->both, data, len);
	ret = parts_exchange(dev, parts);
	if (!ret)
		frame_port_rx(dev, parts->both + PART, PART);
	return ret;
}

static const struct frame_port_ops parts_ops = {
	.send = parts_send,
};

static int parts_probe(struct platform_device *pdev)
{
	struct parts *parts;
	int ret;

	parts = devm_kzalloc(&pdev->dev, sizeof(*parts), GFP_KERNEL);
	if (!parts)
		return -ENOMEM;
	ret = sgdma_init(&parts->engine, pdev, 2);
	if (ret)
		return ret;
	ret = -ENOMEM;
	parts->both = kmalloc(2 * PART, GFP_KERNEL);
	if (!parts->both)
		goto exit_engine;
	platform_set_drvdata(pdev, parts);
	ret = frame_port_register(&pdev->dev, &parts_ops);
	if (!ret)
		return 0;

	kfree(parts->both);
exit_engine:
	sgdma_exit(&parts->engine);
	return ret;
}

static int parts_remove(struct platform_device *pdev)
{
	struct parts *parts = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	kfree(parts->both);
	sgdma_exit(&parts->engine);
	return 0;
}

static struct platform_driver parts_driver = {
	.probe = parts_probe,
	.remove = parts_remove,
	.driver = {
		.name = "sgdma-parts",
	},
};
module_platform_driver(parts_driver);

MODULE_DESCRIPTION("Exchanges messages");
MODULE_LICENSE("Dual BSD/GPL");
