// SPDX-License-Identifier: BSD-2-Clause
/* A port that knows a frame's arrival by its last word, which the wire fills last and never with zero. */
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/string.h>
#include <linux/slab.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define TRIES 100000

struct rx_port {
	struct sgdma engine;
};

/* The word at offset off of a mapped frame. */
static u32 rx_word(struct rx_port *p, dma_addr_t addr, const void *data, size_t off)
{
	u32 word;

#if !BUG
	dma_sync_single_range_for_cpu(p->engine.dev, addr, off, sizeof(word), DMA_BIDIRECTIONAL);
#endif
	word = READ_ONCE(*(const u32 *)(data + off));
#if !BUG
	dma_sync_single_range_for_device(p->engine.dev, addr, off, sizeof(word), DMA_BIDIRECTIONAL);
#endif
	return word;
}

static int rx_receive(struct device *dev, void *data, size_t len)
{
	struct rx_port *p = dev_get_drvdata(dev);
	dma_addr_t addr;
	int i, ret = -ETIMEDOUT;

	if (len < sizeof(u32) || len % sizeof(u32))
		return -EINVAL;
	/* The device's memory must hold the zeroes, too: a mapping for both directions. */
	memset(data, 0, len);
	addr = dma_map_single(dev, data, len, DMA_BIDIRECTIONAL);
	if (dma_mapping_error(dev, addr))
		return -ENOMEM;
	sgdma_give(&p->engine, 0, SGDMA_RECEIVE, addr, len, SGDMA_END);
	sgdma_start(&p->engine, 0);
	for (i = 0; i < TRIES; i++) {
		if (rx_word(p, addr, data, len - sizeof(u32))) {
			ret = 0;
			break;
		}
		cpu_relax();
	}
	sgdma_wait(&p->engine);
	dma_unmap_single(dev, addr, len, DMA_BIDIRECTIONAL);
	if (!ret)
		frame_port_rx(dev, data, len);
	return ret;
}

static const struct frame_port_ops rx_ops = {
	.receive = rx_receive,
};

static int rx_probe(struct platform_device *pdev)
{
	struct rx_port *p;
	int ret;

	p = devm_kzalloc(&pdev->dev, sizeof(*p), GFP_KERNEL);
	if (!p)
		return -ENOMEM;
	ret = sgdma_init(&p->engine, pdev, 1);
	if (ret)
		return ret;
	platform_set_drvdata(pdev, p);
	ret = frame_port_register(&pdev->dev, &rx_ops);
	if (ret)
		sgdma_exit(&p->engine);
	return ret;
}

static int rx_remove(struct platform_device *pdev)
{
	struct rx_port *p = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	sgdma_exit(&p->engine);
	return 0;
}

static struct platform_driver rx_driver = {
	.probe = rx_probe,
	.remove = rx_remove,
	.driver = {
		.name = "sgdma-rx-poll",
	},
};
module_platform_driver(rx_driver);

MODULE_DESCRIPTION("Receiver of a frame port");
MODULE_LICENSE("Dual BSD/GPL");
