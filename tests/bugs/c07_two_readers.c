// SPDX-License-Identifier: BSD-2-Clause
/*
 * Sends each frame twice, at the same time: through two engines, from the same memory.
 *
 * Correct: both mappings are TO_DEVICE. Any number of devices may read the same bytes.
 */
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "frame_port.h"
#include "sgdma_regs.h"

struct both_ends {
	struct device *dev;
	struct sgdma engine;
};

/* The first device that is probed has the port. */
static struct both_ends *first_end, *second_end;

static void mirror_start(struct both_ends *end, dma_addr_t dma, size_t len)
{
	sgdma_give(&end->engine, 0, SGDMA_SEND, dma, len, SGDMA_END);
	sgdma_start(&end->engine, 0);
}

static int mirror_wait(struct both_ends *end)
{
	int ret = sgdma_wait(&end->engine);

	if (ret)
		sgdma_reset(&end->engine);
	else
		ret = sgdma_is_done(&end->engine, 0) ? sgdma_error(&end->engine, 0) : -EIO;
	return ret;
}

static int mirror_send(struct device *dev, void *data, size_t len)
{
	dma_addr_t one, two;
	int ret, ret2;

	if (!second_end)
		return -ENODEV;
	one = dma_map_single(first_end->dev, data, len, DMA_TO_DEVICE);
	if (dma_mapping_error(first_end->dev, one))
		return -ENOMEM;
	two = dma_map_single(second_end->dev, data, len, DMA_TO_DEVICE);
	if (dma_mapping_error(second_end->dev, two)) {
		dma_unmap_single(first_end->dev, one, len, DMA_TO_DEVICE);
		return -ENOMEM;
	}
	mirror_start(first_end, one, len);
	mirror_start(second_end, two, len);
	ret = mirror_wait(first_end);
	ret2 = mirror_wait(second_end);
	dma_unmap_single(second_end->dev, two, len, DMA_TO_DEVICE);
	dma_unmap_single(first_end->dev, one, len, DMA_TO_DEVICE);
	return ret ? ret : ret2;
}

static const struct frame_port_ops mirror_ops = {
	.send = mirror_send,
};

static int mirror_probe(struct platform_device *pdev)
{
	struct both_ends *end;
	int ret;

	end = devm_kzalloc(&pdev->dev, sizeof(*end), GFP_KERNEL);
	if (!end)
		return -ENOMEM;
	end->dev = &pdev->dev;
	ret = sgdma_init(&end->engine, pdev, 1);
	if (ret)
		return ret;
	platform_set_drvdata(pdev, end);
	if (first_end) {
		second_end = end;
		return 0;
	}
	ret = frame_port_register(&pdev->dev, &mirror_ops);
	if (ret)
		sgdma_exit(&end->engine);
	else
		first_end = end;
	return ret;
}

static int mirror_remove(struct platform_device *pdev)
{
	struct both_ends *end = platform_get_drvdata(pdev);

	if (end == second_end) {
		second_end = NULL;
	} else {
		frame_port_unregister(&pdev->dev);
		first_end = NULL;
	}
	sgdma_exit(&end->engine);
	return 0;
}

static struct platform_driver mirror_driver = {
	.probe = mirror_probe,
	.remove = mirror_remove,
	.driver = {
		.name = "sgdma-mirror",
	},
};
module_platform_driver(mirror_driver);

MODULE_DESCRIPTION("Sends frames through two engines");
MODULE_LICENSE("Dual BSD/GPL");
