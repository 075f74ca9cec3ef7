// SPDX-License-Identifier: BSD-2-Clause
/*
 * Receives frames, and does not wait for ever.
 *
 * The bug: after the timeout the buffer is unmapped and freed while the engine still has its address. What arrives late goes
 * into somebody else's memory.
 */
#include <linux/dma-mapping.h>
#include <linux/iopoll.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define LATE_FRAME 65536
#define LATE_TIMEOUT 5		/* microseconds: the wire should be faster than that */

struct late {
	struct sgdma engine;
};

static int late_fill(struct late *late, dma_addr_t dma, size_t len)
{
	struct sgdma *engine = &late->engine;
	u32 status;
	int ret;

	sgdma_give(engine, 0, SGDMA_RECEIVE, dma, len, SGDMA_END);
	sgdma_start(engine, 0);
	ret = readl_poll_timeout(engine->regs + SGDMA_STATUS, status, !(status & SGDMA_STATUS_BUSY), 0, LATE_TIMEOUT);
#if !BUG
	if (ret)
		sgdma_reset(engine);
#endif
	if (!ret)
		ret = sgdma_is_done(engine, 0) ? sgdma_error(engine, 0) : -EIO;
	return ret;
}

/* request: the length of a frame. Receives one and hands it up. */
static int late_control(struct device *dev, unsigned int request, unsigned long arg)
{
	struct late *late = dev_get_drvdata(dev);
	dma_addr_t dma;
	void *buf;
	int ret;

	if (!request || request > LATE_FRAME)
		return -EINVAL;
	buf = kmalloc(request, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	dma = dma_map_single(dev, buf, request, DMA_FROM_DEVICE);
	if (dma_mapping_error(dev, dma)) {
		kfree(buf);
		return -ENOMEM;
	}
	ret = late_fill(late, dma, request);
	dma_unmap_single(dev, dma, request, DMA_FROM_DEVICE);
	if (!ret)
		frame_port_rx(dev, buf, request);
	kfree(buf);
	return ret;
}

static const struct frame_port_ops late_ops = {
	.control = late_control,
};

static int late_probe(struct platform_device *pdev)
{
	struct late *late;
	int ret;

	late = devm_kzalloc(&pdev->dev, sizeof(*late), GFP_KERNEL);
	if (!late)
		return -ENOMEM;
	ret = sgdma_init(&late->engine, pdev, 1);
	if (ret)
		return ret;
	platform_set_drvdata(pdev, late);
	ret = frame_port_register(&pdev->dev, &late_ops);
	if (ret)
		sgdma_exit(&late->engine);
	return ret;
}

static int late_remove(struct platform_device *pdev)
{
	struct late *late = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	sgdma_reset(&late->engine);
	sgdma_exit(&late->engine);
	return 0;
}

static struct platform_driver late_driver = {
	.probe = late_probe,
	.remove = late_remove,
	.driver = {
		.name = "sgdma-late",
	},
};
module_platform_driver(late_driver);

MODULE_DESCRIPTION("Receives frames with a timeout");
MODULE_LICENSE("Dual BSD/GPL");
