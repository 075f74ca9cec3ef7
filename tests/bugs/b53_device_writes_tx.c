// SPDX-License-Identifier: BSD-2-Clause
/*
 * A mailbox: the answer to a message comes into the message's own buffer.
 *
 * The bug: the buffer is mapped for the device to read only.
 */
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define MAIL_SIZE 256

#if BUG
#define MAIL_DIR DMA_TO_DEVICE
#else
#define MAIL_DIR DMA_BIDIRECTIONAL
#endif

struct mail {
	struct sgdma engine;
	void *buf;
};

static int mail_exchange(struct device *dev, struct mail *mail)
{
	dma_addr_t dma;
	int ret;

	dma = dma_map_single(dev, mail->buf, MAIL_SIZE, MAIL_DIR);
	if (dma_mapping_error(dev, dma))
		return -ENOMEM;
	ret = sgdma_move(&mail->engine, SGDMA_SEND, dma, MAIL_SIZE);
	if (!ret)
		ret = sgdma_move(&mail->engine, SGDMA_RECEIVE, dma, MAIL_SIZE);
	dma_unmap_single(dev, dma, MAIL_SIZE, MAIL_DIR);
	return ret;
}

/* Send a message, hand up the answer. */
static int mail_send(struct device *dev, void *data, size_t len)
{
	struct mail *mail = dev_get_drvdata(dev);
	int ret;

	if (len > MAIL_SIZE)
		return -EMSGSIZE;
	memcpy(mail->buf, data, len);
	memset(mail->buf + len, 0, MAIL_SIZE - len);
	ret = mail_exchange(dev, mail);
	if (!ret)
		frame_port_rx(dev, mail->buf, MAIL_SIZE);
	return ret;
}

static const struct frame_port_ops mail_ops = {
	.send = mail_send,
};

static int mail_probe(struct platform_device *pdev)
{
	struct mail *mail;
	int ret;

	mail = devm_kzalloc(&pdev->dev, sizeof(*mail), GFP_KERNEL);
	if (!mail)
		return -ENOMEM;
	ret = sgdma_init(&mail->engine, pdev, 1);
	if (ret)
		return ret;
	ret = -ENOMEM;
	mail->buf = kmalloc(MAIL_SIZE, GFP_KERNEL);
	if (!mail->buf)
		goto exit_engine;
	platform_set_drvdata(pdev, mail);
	ret = frame_port_register(&pdev->dev, &mail_ops);
	if (!ret)
		return 0;

	kfree(mail->buf);
exit_engine:
	sgdma_exit(&mail->engine);
	return ret;
}

static int mail_remove(struct platform_device *pdev)
{
	struct mail *mail = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	kfree(mail->buf);
	sgdma_exit(&mail->engine);
	return 0;
}

static struct platform_driver mail_driver = {
	.probe = mail_probe,
	.remove = mail_remove,
	.driver = {
		.name = "sgdma-mail",
	},
};
module_platform_driver(mail_driver);

MODULE_DESCRIPTION("Mailbox");
MODULE_LICENSE("Dual BSD/GPL");
