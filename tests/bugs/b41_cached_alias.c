// SPDX-License-Identifier: BSD-2-Clause
/*
 * Receives frames into coherent memory and drops those whose first byte is zero.
 *
 * The bug: it looks at the frame through the linear map. Where coherent memory is uncached that is a cached alias of it, which no
 * maintenance ever reaches.
 */
#include <linux/dma-mapping.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define ALIAS_FRAME 1024

struct alias {
	struct sgdma engine;
	void *frame;			/* coherent */
	dma_addr_t frame_dma;
};

static int alias_poll(struct device *dev, int budget)
{
	struct alias *alias = dev_get_drvdata(dev);
	const u8 *frame;
	int n, ret;

	for (n = 0; n < budget; n++) {
		ret = sgdma_move(&alias->engine, SGDMA_RECEIVE, alias->frame_dma, ALIAS_FRAME);
		if (ret)
			return n ? n : ret;
#if BUG
		frame = phys_to_virt(alias->frame_dma);
#else
		frame = alias->frame;
#endif
		if (frame[0])
			frame_port_rx(dev, frame, ALIAS_FRAME);
	}
	return n;
}

static const struct frame_port_ops alias_ops = {
	.poll = alias_poll,
};

static int alias_probe(struct platform_device *pdev)
{
	struct alias *alias;
	int ret;

	alias = devm_kzalloc(&pdev->dev, sizeof(*alias), GFP_KERNEL);
	if (!alias)
		return -ENOMEM;
	ret = sgdma_init(&alias->engine, pdev, 1);
	if (ret)
		return ret;
	ret = -ENOMEM;
	alias->frame = dma_alloc_coherent(&pdev->dev, ALIAS_FRAME, &alias->frame_dma, GFP_KERNEL);
	if (!alias->frame)
		goto exit_engine;
	platform_set_drvdata(pdev, alias);
	ret = frame_port_register(&pdev->dev, &alias_ops);
	if (!ret)
		return 0;

	dma_free_coherent(&pdev->dev, ALIAS_FRAME, alias->frame, alias->frame_dma);
exit_engine:
	sgdma_exit(&alias->engine);
	return ret;
}

static int alias_remove(struct platform_device *pdev)
{
	struct alias *alias = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	dma_free_coherent(&pdev->dev, ALIAS_FRAME, alias->frame, alias->frame_dma);
	sgdma_exit(&alias->engine);
	return 0;
}

static struct platform_driver alias_driver = {
	.probe = alias_probe,
	.remove = alias_remove,
	.driver = {
		.name = "sgdma-alias",
	},
};
module_platform_driver(alias_driver);

MODULE_DESCRIPTION("Receives frames into coherent memory");
MODULE_LICENSE("Dual BSD/GPL");
