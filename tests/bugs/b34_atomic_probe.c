// SPDX-License-Identifier: BSD-2-Clause
/*
 * Sends frames from a set of coherent slots that it allocates when it is probed.
 *
 * The bug: GFP_ATOMIC where the driver could sleep. Such memory comes out of a small pool of the machine, and the pool runs dry.
 */
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define SLOT_SIZE 16384
#define SLOT_COUNT 8

#if BUG
#define SLOT_GFP GFP_ATOMIC
#else
#define SLOT_GFP GFP_KERNEL
#endif

struct slots {
	struct sgdma engine;
	unsigned int next;
	struct {
		void *cpu;
		dma_addr_t dma;
	} slot[SLOT_COUNT];
};

static int slots_send(struct device *dev, void *data, size_t len)
{
	struct slots *slots = dev_get_drvdata(dev);
	unsigned int i = slots->next++ % SLOT_COUNT;

	if (len > SLOT_SIZE)
		return -EMSGSIZE;
	memcpy(slots->slot[i].cpu, data, len);
	return sgdma_move(&slots->engine, SGDMA_SEND, slots->slot[i].dma, len);
}

static const struct frame_port_ops slots_ops = {
	.send = slots_send,
};

static void slots_free(struct device *dev, struct slots *slots)
{
	unsigned int i;

	for (i = 0; i < SLOT_COUNT && slots->slot[i].cpu; i++)
		dma_free_coherent(dev, SLOT_SIZE, slots->slot[i].cpu, slots->slot[i].dma);
}

static int slots_alloc(struct device *dev, struct slots *slots)
{
	unsigned int i;

	for (i = 0; i < SLOT_COUNT; i++) {
		slots->slot[i].cpu = dma_alloc_coherent(dev, SLOT_SIZE, &slots->slot[i].dma, SLOT_GFP);
		if (!slots->slot[i].cpu) {
			slots_free(dev, slots);
			return -ENOMEM;
		}
	}
	return 0;
}

static int slots_probe(struct platform_device *pdev)
{
	struct slots *slots;
	int ret;

	slots = devm_kzalloc(&pdev->dev, sizeof(*slots), GFP_KERNEL);
	if (!slots)
		return -ENOMEM;
	ret = sgdma_init(&slots->engine, pdev, 1);
	if (ret)
		return ret;
	ret = slots_alloc(&pdev->dev, slots);
	if (ret)
		goto exit_engine;
	platform_set_drvdata(pdev, slots);
	ret = frame_port_register(&pdev->dev, &slots_ops);
	if (!ret)
		return 0;

	slots_free(&pdev->dev, slots);
exit_engine:
	sgdma_exit(&slots->engine);
	return ret;
}

static int slots_remove(struct platform_device *pdev)
{
	struct slots *slots = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	slots_free(&pdev->dev, slots);
	sgdma_exit(&slots->engine);
	return 0;
}

static struct platform_driver slots_driver = {
	.probe = slots_probe,
	.remove = slots_remove,
	.driver = {
		.name = "sgdma-slots",
	},
};
module_platform_driver(slots_driver);

MODULE_DESCRIPTION("Sends frames from coherent slots");
MODULE_LICENSE("Dual BSD/GPL");
