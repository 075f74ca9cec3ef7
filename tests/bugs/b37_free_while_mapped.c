// SPDX-License-Identifier: BSD-2-Clause
/*
 * Shows a coherent buffer to the user and sends what the user wrote there.
 *
 * The bug: stop frees the buffer, although the user may still have it mapped. It belongs to the device, not to one open.
 */
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define SHOW_SIZE 8192

struct show {
	struct sgdma engine;
	void *buf;			/* NULL: not there yet */
	dma_addr_t dma;
};

static int show_open(struct device *dev)
{
	struct show *show = dev_get_drvdata(dev);

	if (!show->buf)
		show->buf = dma_alloc_coherent(dev, SHOW_SIZE, &show->dma, GFP_KERNEL);
	return show->buf ? 0 : -ENOMEM;
}

static void show_free(struct device *dev, struct show *show)
{
	if (show->buf)
		dma_free_coherent(dev, SHOW_SIZE, show->buf, show->dma);
	show->buf = NULL;
}

static void show_stop(struct device *dev)
{
	struct show *show = dev_get_drvdata(dev);

	sgdma_reset(&show->engine);
#if BUG
	show_free(dev, show);
#endif
}

static int show_mmap(struct device *dev, struct vm_area_struct *vma)
{
	struct show *show = dev_get_drvdata(dev);

	if (!show->buf)
		return -ENODEV;
	return dma_mmap_coherent(dev, vma, show->buf, show->dma, SHOW_SIZE);
}

/* arg: how many bytes of the buffer are to be sent. */
static int show_control(struct device *dev, unsigned int request, unsigned long arg)
{
	struct show *show = dev_get_drvdata(dev);

	if (!show->buf || !arg || arg > SHOW_SIZE)
		return -EINVAL;
	return sgdma_move(&show->engine, SGDMA_SEND, show->dma, arg);
}

static const struct frame_port_ops show_ops = {
	.open = show_open,
	.stop = show_stop,
	.mmap = show_mmap,
	.control = show_control,
};

static int show_probe(struct platform_device *pdev)
{
	struct show *show;
	int ret;

	show = devm_kzalloc(&pdev->dev, sizeof(*show), GFP_KERNEL);
	if (!show)
		return -ENOMEM;
	ret = sgdma_init(&show->engine, pdev, 1);
	if (ret)
		return ret;
	platform_set_drvdata(pdev, show);
	ret = frame_port_register(&pdev->dev, &show_ops);
	if (ret)
		sgdma_exit(&show->engine);
	return ret;
}

static int show_remove(struct platform_device *pdev)
{
	struct show *show = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	show_free(&pdev->dev, show);
	sgdma_exit(&show->engine);
	return 0;
}

static struct platform_driver show_driver = {
	.probe = show_probe,
	.remove = show_remove,
	.driver = {
		.name = "sgdma-show",
	},
};
module_platform_driver(show_driver);

MODULE_DESCRIPTION("Sends what the user writes into a mapped buffer");
MODULE_LICENSE("Dual BSD/GPL");
