// SPDX-License-Identifier: BSD-2-Clause
/*
 * Shares cached pages with the user: what the user writes there is sent, what is received the user reads there.
 *
 * Correct: memory of dma_alloc_noncoherent() is synced like a streaming mapping, and user and kernel see the same cache.
 */
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define HAND_SIZE 8192

struct hand {
	struct sgdma engine;
	void *cpu;
	dma_addr_t dma;
};

/* request 0: send arg bytes; 1: receive as many. */
static int hand_control(struct device *dev, unsigned int request, unsigned long arg)
{
	struct hand *hand = dev_get_drvdata(dev);
	int ret;

	if (!arg || arg > HAND_SIZE)
		return -EINVAL;
	dma_sync_single_for_device(dev, hand->dma, arg, DMA_BIDIRECTIONAL);
	ret = sgdma_move(&hand->engine, request ? SGDMA_RECEIVE : SGDMA_SEND, hand->dma, arg);
	dma_sync_single_for_cpu(dev, hand->dma, arg, DMA_BIDIRECTIONAL);
	return ret;
}

static int hand_mmap(struct device *dev, struct vm_area_struct *vma)
{
	struct hand *hand = dev_get_drvdata(dev);

	return dma_mmap_pages(dev, vma, HAND_SIZE, virt_to_page(hand->cpu));
}

static const struct frame_port_ops hand_ops = {
	.mmap = hand_mmap,
	.control = hand_control,
};

static int hand_probe(struct platform_device *pdev)
{
	struct hand *hand;
	int ret;

	hand = devm_kzalloc(&pdev->dev, sizeof(*hand), GFP_KERNEL);
	if (!hand)
		return -ENOMEM;
	ret = sgdma_init(&hand->engine, pdev, 1);
	if (ret)
		return ret;
	ret = -ENOMEM;
	hand->cpu = dma_alloc_noncoherent(&pdev->dev, HAND_SIZE, &hand->dma, DMA_BIDIRECTIONAL, GFP_KERNEL);
	if (!hand->cpu)
		goto exit_engine;
	platform_set_drvdata(pdev, hand);
	ret = frame_port_register(&pdev->dev, &hand_ops);
	if (!ret)
		return 0;

	dma_free_noncoherent(&pdev->dev, HAND_SIZE, hand->cpu, hand->dma, DMA_BIDIRECTIONAL);
exit_engine:
	sgdma_exit(&hand->engine);
	return ret;
}

static int hand_remove(struct platform_device *pdev)
{
	struct hand *hand = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	dma_free_noncoherent(&pdev->dev, HAND_SIZE, hand->cpu, hand->dma, DMA_BIDIRECTIONAL);
	sgdma_exit(&hand->engine);
	return 0;
}

static struct platform_driver hand_driver = {
	.probe = hand_probe,
	.remove = hand_remove,
	.driver = {
		.name = "sgdma-hand",
	},
};
module_platform_driver(hand_driver);

MODULE_DESCRIPTION("Shares cached pages with the user");
MODULE_LICENSE("Dual BSD/GPL");
