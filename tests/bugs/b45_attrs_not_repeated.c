// SPDX-License-Identifier: BSD-2-Clause
/*
 * Forwards frames: receives each into a buffer that only the engine touches, and sends it from there.
 *
 * The bug: the buffer is freed without the attributes that it was allocated with. The kernel would look for a mapping that it
 * does not have.
 */
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define RELAY_SIZE 16384
#define RELAY_ATTRS DMA_ATTR_NO_KERNEL_MAPPING

struct relay {
	struct sgdma engine;
	void *cookie;			/* no address */
	dma_addr_t dma;
};

/* request: bytes to forward. */
static int relay_control(struct device *dev, unsigned int request, unsigned long arg)
{
	struct relay *relay = dev_get_drvdata(dev);
	int ret;

	if (!request || request > RELAY_SIZE)
		return -EINVAL;
	ret = sgdma_move(&relay->engine, SGDMA_RECEIVE, relay->dma, request);
	return ret ? ret : sgdma_move(&relay->engine, SGDMA_SEND, relay->dma, request);
}

static const struct frame_port_ops relay_ops = {
	.control = relay_control,
};

static void relay_free(struct device *dev, struct relay *relay)
{
#if BUG
	dma_free_coherent(dev, RELAY_SIZE, relay->cookie, relay->dma);
#else
	dma_free_attrs(dev, RELAY_SIZE, relay->cookie, relay->dma, RELAY_ATTRS);
#endif
}

static int relay_probe(struct platform_device *pdev)
{
	struct relay *relay;
	int ret;

	relay = devm_kzalloc(&pdev->dev, sizeof(*relay), GFP_KERNEL);
	if (!relay)
		return -ENOMEM;
	ret = sgdma_init(&relay->engine, pdev, 1);
	if (ret)
		return ret;
	ret = -ENOMEM;
	relay->cookie = dma_alloc_attrs(&pdev->dev, RELAY_SIZE, &relay->dma, GFP_KERNEL, RELAY_ATTRS);
	if (!relay->cookie)
		goto exit_engine;
	platform_set_drvdata(pdev, relay);
	ret = frame_port_register(&pdev->dev, &relay_ops);
	if (!ret)
		return 0;

	relay_free(&pdev->dev, relay);
exit_engine:
	sgdma_exit(&relay->engine);
	return ret;
}

static int relay_remove(struct platform_device *pdev)
{
	struct relay *relay = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	relay_free(&pdev->dev, relay);
	sgdma_exit(&relay->engine);
	return 0;
}

static struct platform_driver relay_driver = {
	.probe = relay_probe,
	.remove = relay_remove,
	.driver = {
		.name = "sgdma-relay",
	},
};
module_platform_driver(relay_driver);

MODULE_DESCRIPTION("Forwards frames");
MODULE_LICENSE("Dual BSD/GPL");
