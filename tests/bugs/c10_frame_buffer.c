// SPDX-License-Identifier: BSD-2-Clause
/*
 * A frame buffer: write-combined memory that CPU and user draw into, shown by an engine that reads all of it.
 *
 * Correct: no sync. A barrier before the engine starts is all that uncached memory needs.
 */
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define FB_SIZE (128 * 1024)

struct screen {
	struct sgdma engine;
	u8 *pixels;
	dma_addr_t dma;
};

/* request 0: fill with the byte arg; 1: show. */
static int screen_control(struct device *dev, unsigned int request, unsigned long arg)
{
	struct screen *screen = dev_get_drvdata(dev);

	if (request) {
		wmb();	/* pixels before the descriptor */
		return sgdma_move(&screen->engine, SGDMA_SEND, screen->dma, FB_SIZE);
	}
	memset(screen->pixels, (int)arg, FB_SIZE);
	return 0;
}

static int screen_mmap(struct device *dev, struct vm_area_struct *vma)
{
	struct screen *screen = dev_get_drvdata(dev);

	return dma_mmap_wc(dev, vma, screen->pixels, screen->dma, FB_SIZE);
}

static const struct frame_port_ops screen_ops = {
	.mmap = screen_mmap,
	.control = screen_control,
};

static int screen_probe(struct platform_device *pdev)
{
	struct screen *screen;
	int ret;

	screen = devm_kzalloc(&pdev->dev, sizeof(*screen), GFP_KERNEL);
	if (!screen)
		return -ENOMEM;
	ret = sgdma_init(&screen->engine, pdev, 1);
	if (ret)
		return ret;
	ret = -ENOMEM;
	screen->pixels = dma_alloc_wc(&pdev->dev, FB_SIZE, &screen->dma, GFP_KERNEL);
	if (!screen->pixels)
		goto exit_engine;
	platform_set_drvdata(pdev, screen);
	ret = frame_port_register(&pdev->dev, &screen_ops);
	if (!ret)
		return 0;

	dma_free_wc(&pdev->dev, FB_SIZE, screen->pixels, screen->dma);
exit_engine:
	sgdma_exit(&screen->engine);
	return ret;
}

static int screen_remove(struct platform_device *pdev)
{
	struct screen *screen = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	dma_free_wc(&pdev->dev, FB_SIZE, screen->pixels, screen->dma);
	sgdma_exit(&screen->engine);
	return 0;
}

static struct platform_driver screen_driver = {
	.probe = screen_probe,
	.remove = screen_remove,
	.driver = {
		.name = "sgdma-screen",
	},
};
module_platform_driver(screen_driver);

MODULE_DESCRIPTION("Frame buffer");
MODULE_LICENSE("Dual BSD/GPL");
