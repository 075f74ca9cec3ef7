// SPDX-License-Identifier: BSD-2-Clause
/* A capture port: buffers are filled until the port stops. */
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define RING 4
#define BUF_LEN 16384

struct cap_buf {
	void *data;
	dma_addr_t addr;
};

struct cap_port {
	struct sgdma engine;
	struct cap_buf bufs[RING];
};

static int cap_fill(struct cap_port *p, struct cap_buf *buf)
{
	buf->data = kmalloc(BUF_LEN, GFP_KERNEL);
	if (!buf->data)
		return -ENOMEM;
	buf->addr = dma_map_single(p->engine.dev, buf->data, BUF_LEN, DMA_FROM_DEVICE);
	if (!dma_mapping_error(p->engine.dev, buf->addr))
		return 0;
	kfree(buf->data);
	buf->data = NULL;
	return -ENOMEM;
}

static void cap_free(struct cap_port *p)
{
	unsigned int i;

	for (i = 0; i < RING; i++) {
		if (!p->bufs[i].data)
			continue;
		dma_unmap_single(p->engine.dev, p->bufs[i].addr, BUF_LEN, DMA_FROM_DEVICE);
		kfree(p->bufs[i].data);
		p->bufs[i].data = NULL;
	}
}

static int cap_open(struct device *dev)
{
	struct cap_port *p = dev_get_drvdata(dev);
	unsigned int i;
	int ret;

	for (i = 0; i < RING; i++) {
		ret = cap_fill(p, &p->bufs[i]);
		if (ret) {
			cap_free(p);
			return ret;
		}
		sgdma_give(&p->engine, i, SGDMA_RECEIVE, p->bufs[i].addr, BUF_LEN, 0);
	}
	sgdma_start(&p->engine, 0);
	return 0;
}

static void cap_stop(struct device *dev)
{
	struct cap_port *p = dev_get_drvdata(dev);

#if BUG
	cap_free(p);
#endif
	sgdma_pause(&p->engine);
	sgdma_wait(&p->engine);
#if !BUG
	cap_free(p);
#endif
}

static const struct frame_port_ops cap_ops = {
	.open = cap_open,
	.stop = cap_stop,
};

static int cap_probe(struct platform_device *pdev)
{
	struct cap_port *p;
	int ret;

	p = devm_kzalloc(&pdev->dev, sizeof(*p), GFP_KERNEL);
	if (!p)
		return -ENOMEM;
	ret = sgdma_init(&p->engine, pdev, RING);
	if (ret)
		return ret;
	platform_set_drvdata(pdev, p);
	ret = frame_port_register(&pdev->dev, &cap_ops);
	if (ret)
		sgdma_exit(&p->engine);
	return ret;
}

static int cap_remove(struct platform_device *pdev)
{
	struct cap_port *p = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	sgdma_exit(&p->engine);
	return 0;
}

static struct platform_driver cap_driver = {
	.probe = cap_probe,
	.remove = cap_remove,
	.driver = {
		.name = "sgdma-capture",
	},
};
module_platform_driver(cap_driver);

MODULE_DESCRIPTION("Capture of a frame port");
MODULE_LICENSE("Dual BSD/GPL");
