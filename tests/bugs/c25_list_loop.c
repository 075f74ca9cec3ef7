// SPDX-License-Identifier: BSD-2-Clause
/*
 * Loops the caller's frame through the wire: a list of odd pieces is sent and then received into, piece by piece.
 *
 * Correct: one mapping for both directions of a list whose pieces share cache lines with nobody but each other.
 */
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define LOOP_PIECES 3
#define LOOP_LEN 1500

struct loop {
	struct sgdma engine;
	u8 *buf;
	struct scatterlist sg[LOOP_PIECES];
};

static void loop_split(struct loop *loop)
{
	static const unsigned int at[LOOP_PIECES + 1] = { 0, 14, 54, LOOP_LEN };
	unsigned int i;

	sg_init_table(loop->sg, LOOP_PIECES);
	for (i = 0; i < LOOP_PIECES; i++)
		sg_set_buf(&loop->sg[i], loop->buf + at[i], at[i + 1] - at[i]);
}

static int loop_run(struct loop *loop, u32 op, int count)
{
	struct sgdma *engine = &loop->engine;
	struct scatterlist *sg;
	int i, ret;

	for_each_sg(loop->sg, sg, count, i)
		sgdma_give(engine, i, op, sg_dma_address(sg), sg_dma_len(sg), i + 1 == count ? SGDMA_END : 0);
	sgdma_start(engine, 0);
	ret = sgdma_wait(engine);
	if (ret) {
		sgdma_reset(engine);
		return ret;
	}
	for (i = 0; i < count; i++)
		if (!sgdma_is_done(engine, i) || sgdma_error(engine, i))
			return -EIO;
	return 0;
}

static int loop_send(struct device *dev, void *data, size_t len)
{
	struct loop *loop = dev_get_drvdata(dev);
	int count, ret;

	if (len != LOOP_LEN)
		return -EMSGSIZE;
	sg_copy_from_buffer(loop->sg, LOOP_PIECES, data, len);
	count = dma_map_sg(dev, loop->sg, LOOP_PIECES, DMA_BIDIRECTIONAL);
	if (!count)
		return -ENOMEM;
	ret = loop_run(loop, SGDMA_SEND, count);
	if (!ret)
		ret = loop_run(loop, SGDMA_RECEIVE, count);
	dma_unmap_sg(dev, loop->sg, LOOP_PIECES, DMA_BIDIRECTIONAL);
	if (!ret)
		frame_port_rx(dev, loop->buf, len);
	return ret;
}

static const struct frame_port_ops loop_ops = {
	.send = loop_send,
};

static int loop_probe(struct platform_device *pdev)
{
	struct loop *loop;
	int ret;

	loop = devm_kzalloc(&pdev->dev, sizeof(*loop), GFP_KERNEL);
	if (!loop)
		return -ENOMEM;
	ret = sgdma_init(&loop->engine, pdev, LOOP_PIECES);
	if (ret)
		return ret;
	ret = -ENOMEM;
	loop->buf = kmalloc(LOOP_LEN, GFP_KERNEL);
	if (!loop->buf)
		goto exit_engine;
	loop_split(loop);
	platform_set_drvdata(pdev, loop);
	ret = frame_port_register(&pdev->dev, &loop_ops);
	if (!ret)
		return 0;

	kfree(loop->buf);
exit_engine:
	sgdma_exit(&loop->engine);
	return ret;
}

static int loop_remove(struct platform_device *pdev)
{
	struct loop *loop = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	kfree(loop->buf);
	sgdma_exit(&loop->engine);
	return 0;
}

static struct platform_driver loop_driver = {
	.probe = loop_probe,
	.remove = loop_remove,
	.driver = {
		.name = "sgdma-loop",
	},
};
module_platform_driver(loop_driver);

MODULE_DESCRIPTION("Loops frames");
MODULE_LICENSE("Dual BSD/GPL");
