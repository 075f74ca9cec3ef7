// SPDX-License-Identifier: BSD-2-Clause
/*
 * Sends frames from one coherent buffer. Ported from a bus that had no devices.
 *
 * The bug: the buffer is allocated for no device at all.
 */
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define ISA_FRAME 1536

#if BUG
#define isa_dma_device(pdev) NULL
#else
#define isa_dma_device(pdev) (&(pdev)->dev)
#endif

struct isa {
	struct sgdma engine;
	void *frame;
	dma_addr_t frame_dma;
};

static int isa_send(struct device *dev, void *data, size_t len)
{
	struct isa *isa = dev_get_drvdata(dev);

	if (len > ISA_FRAME)
		return -EMSGSIZE;
	memcpy(isa->frame, data, len);
	return sgdma_move(&isa->engine, SGDMA_SEND, isa->frame_dma, len);
}

static const struct frame_port_ops isa_ops = {
	.send = isa_send,
};

static int isa_probe(struct platform_device *pdev)
{
	struct isa *isa;
	int ret;

	isa = devm_kzalloc(&pdev->dev, sizeof(*isa), GFP_KERNEL);
	if (!isa)
		return -ENOMEM;
	ret = sgdma_init(&isa->engine, pdev, 1);
	if (ret)
		return ret;
	ret = -ENOMEM;
	isa->frame = dma_alloc_coherent(isa_dma_device(pdev), ISA_FRAME, &isa->frame_dma, GFP_KERNEL);
	if (!isa->frame)
		goto exit_engine;
	platform_set_drvdata(pdev, isa);
	ret = frame_port_register(&pdev->dev, &isa_ops);
	if (!ret)
		return 0;

	dma_free_coherent(isa_dma_device(pdev), ISA_FRAME, isa->frame, isa->frame_dma);
exit_engine:
	sgdma_exit(&isa->engine);
	return ret;
}

static int isa_remove(struct platform_device *pdev)
{
	struct isa *isa = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	dma_free_coherent(isa_dma_device(pdev), ISA_FRAME, isa->frame, isa->frame_dma);
	sgdma_exit(&isa->engine);
	return 0;
}

static struct platform_driver isa_driver = {
	.probe = isa_probe,
	.remove = isa_remove,
	.driver = {
		.name = "sgdma-isa",
	},
};
module_platform_driver(isa_driver);

MODULE_DESCRIPTION("Sends frames from one coherent buffer");
MODULE_LICENSE("Dual BSD/GPL");
