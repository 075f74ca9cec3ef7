// SPDX-License-Identifier: BSD-2-Clause
/* A port that takes commands: eight bytes each, the request and its argument. */
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define CMD_LEN 8

struct cmd_port {
	struct sgdma engine;
};

static int cmd_write(struct cmd_port *p, void *data, size_t len)
{
	struct device *dev = p->engine.dev;
	dma_addr_t addr;
	int ret;

	addr = dma_map_single(dev, data, len, DMA_TO_DEVICE);
	if (dma_mapping_error(dev, addr))
		return -ENOMEM;
	ret = sgdma_move(&p->engine, SGDMA_SEND, addr, len);
	dma_unmap_single(dev, addr, len, DMA_TO_DEVICE);
	return ret;
}

static int cmd_control(struct device *dev, unsigned int request, unsigned long arg)
{
	struct cmd_port *p = dev_get_drvdata(dev);
	int ret;
#if BUG
	__be32 cmd[CMD_LEN / sizeof(__be32)];
#else
	__be32 *cmd = kmalloc(CMD_LEN, GFP_KERNEL);

	if (!cmd)
		return -ENOMEM;
#endif
	cmd[0] = cpu_to_be32(request);
	cmd[1] = cpu_to_be32(arg);
	ret = cmd_write(p, cmd, CMD_LEN);
#if !BUG
	kfree(cmd);
#endif
	return ret;
}

static const struct frame_port_ops cmd_ops = {
	.control = cmd_control,
};

static int cmd_probe(struct platform_device *pdev)
{
	struct cmd_port *p;
	int ret;

	p = devm_kzalloc(&pdev->dev, sizeof(*p), GFP_KERNEL);
	if (!p)
		return -ENOMEM;
	ret = sgdma_init(&p->engine, pdev, 1);
	if (ret)
		return ret;
	platform_set_drvdata(pdev, p);
	ret = frame_port_register(&pdev->dev, &cmd_ops);
	if (ret)
		sgdma_exit(&p->engine);
	return ret;
}

static int cmd_remove(struct platform_device *pdev)
{
	struct cmd_port *p = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	sgdma_exit(&p->engine);
	return 0;
}

static struct platform_driver cmd_driver = {
	.probe = cmd_probe,
	.remove = cmd_remove,
	.driver = {
		.name = "sgdma-cmd",
	},
};
module_platform_driver(cmd_driver);

MODULE_DESCRIPTION("Command port");
MODULE_LICENSE("Dual BSD/GPL");
