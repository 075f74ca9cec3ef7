// SPDX-License-Identifier: BSD-2-Clause
/*
 * Driver for the scatter-gather DMA engine: a ring of descriptors in coherent memory, buffers in streaming mappings,
 * completion by interrupt. This text compiles as a kernel module, too.
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/jiffies.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "ring_driver.h"

/* Registers */
#define RING_ID			0x00
#define  RING_ID_VALUE		0x5344a001
#define RING_CTRL		0x04
#define  RING_CTRL_ENABLE	BIT(0)
#define  RING_CTRL_RESET	BIT(1)
#define RING_INT_STATUS		0x0c
#define RING_INT_CLEAR		0x10
#define RING_INT_ENABLE		0x14
#define  RING_INT_DONE		BIT(0)
#define  RING_INT_ERROR		BIT(1)
#define RING_HEAD		0x18
#define RING_HEAD_HIGH		0x1c
#define RING_DOORBELL		0x20

/* A descriptor, as the engine reads it. */
struct ring_desc {
	__le32 next;
	__le32 src;
	__le32 dst;
	__le32 high;		/* bits 39:32 of next, src and dst, a byte each */
	__le32 len;
	__le32 control;
	__le32 status;
	__le32 done;
};

#define RING_OP_COPY		1
#define RING_IRQ		BIT(8)
#define RING_OWN		BIT(31)
#define RING_STATUS_OK		1

#define RING_SIZE		16
#define RING_TIMEOUT_MS		200

struct ring {
	struct device *dev;
	void __iomem *regs;
	struct ring_desc *desc;
	dma_addr_t desc_dma;
	wait_queue_head_t space;
	spinlock_t lock;	/* of what follows, and of the descriptors */
	struct ring_request *reqs[RING_SIZE];
	unsigned int head;	/* next to fill */
	unsigned int tail;	/* next to complete */
};

static dma_addr_t ring_desc_dma(const struct ring *ring, unsigned int i)
{
	return ring->desc_dma + (i % RING_SIZE) * sizeof(*ring->desc);
}

static bool ring_full(const struct ring *ring)
{
	return ring->head - ring->tail == RING_SIZE;
}

/* The engine starts at the first descriptor, with nothing to do. */
static void ring_start(struct ring *ring)
{
	ring->head = 0;
	ring->tail = 0;
	memset(ring->desc, 0, RING_SIZE * sizeof(*ring->desc));
	writel(RING_CTRL_RESET, ring->regs + RING_CTRL);
	writel(RING_INT_DONE | RING_INT_ERROR, ring->regs + RING_INT_ENABLE);
	writel(upper_32_bits(ring->desc_dma), ring->regs + RING_HEAD_HIGH);
	writel(lower_32_bits(ring->desc_dma), ring->regs + RING_HEAD);
	writel(RING_CTRL_ENABLE, ring->regs + RING_CTRL);
}

static void ring_stop(struct ring *ring)
{
	writel(0, ring->regs + RING_INT_ENABLE);
	writel(RING_CTRL_RESET, ring->regs + RING_CTRL);
}

static void ring_fill(struct ring *ring, struct ring_request *req)
{
	struct ring_desc *d = &ring->desc[ring->head % RING_SIZE];
	dma_addr_t next = ring_desc_dma(ring, ring->head + 1);

	d->next = cpu_to_le32(lower_32_bits(next));
	d->src = cpu_to_le32(lower_32_bits(req->src_dma));
	d->dst = cpu_to_le32(lower_32_bits(req->dst_dma));
	d->high = cpu_to_le32((upper_32_bits(next) & 0xff) | (upper_32_bits(req->src_dma) & 0xff) << 8 |
			      (upper_32_bits(req->dst_dma) & 0xff) << 16);
	d->len = cpu_to_le32(req->len);
	d->status = 0;
	/* All of it, before it belongs to the engine. */
	dma_wmb();
	WRITE_ONCE(d->control, cpu_to_le32(RING_OP_COPY | RING_IRQ | RING_OWN));
	ring->reqs[ring->head % RING_SIZE] = req;
	ring->head++;
}

/* The oldest request, if the engine is done with it. */
static bool ring_complete_one(struct ring *ring)
{
	unsigned int i = ring->tail % RING_SIZE;
	struct ring_desc *d = &ring->desc[i];

	if (ring->tail == ring->head || (READ_ONCE(d->control) & cpu_to_le32(RING_OWN)))
		return false;
	/* Its status is no older than that. */
	dma_rmb();
	ring->reqs[i]->result = le32_to_cpu(d->status) == RING_STATUS_OK ? 0 : -EIO;
	complete(&ring->reqs[i]->done);
	ring->reqs[i] = NULL;
	ring->tail++;
	return true;
}

static irqreturn_t ring_irq(int irq, void *dev_id)
{
	struct ring *ring = dev_id;
	u32 status = readl(ring->regs + RING_INT_STATUS);

	if (!status)
		return IRQ_NONE;
	writel(status, ring->regs + RING_INT_CLEAR);
	spin_lock(&ring->lock);
	while (ring_complete_one(ring))
		;
	spin_unlock(&ring->lock);
	wake_up(&ring->space);
	return IRQ_HANDLED;
}

/* Whatever is under way has failed. */
static void ring_reset(struct ring *ring)
{
	unsigned long flags;

	spin_lock_irqsave(&ring->lock, flags);
	/* What was done meanwhile is done. */
	while (ring_complete_one(ring))
		;
	ring_stop(ring);
	for (; ring->tail != ring->head; ring->tail++) {
		struct ring_request *req = ring->reqs[ring->tail % RING_SIZE];

		req->result = -ETIMEDOUT;
		complete(&req->done);
	}
	ring_start(ring);
	spin_unlock_irqrestore(&ring->lock, flags);
	wake_up(&ring->space);
}

static int ring_map(struct ring *ring, struct ring_request *req)
{
	req->src_dma = dma_map_single(ring->dev, (void *)req->src, req->len, DMA_TO_DEVICE);
	if (dma_mapping_error(ring->dev, req->src_dma))
		return -ENOMEM;
	req->dst_dma = dma_map_single(ring->dev, req->dst, req->len, DMA_FROM_DEVICE);
	if (dma_mapping_error(ring->dev, req->dst_dma)) {
		dma_unmap_single(ring->dev, req->src_dma, req->len, DMA_TO_DEVICE);
		return -ENOMEM;
	}
	return 0;
}

static void ring_unmap(struct ring *ring, struct ring_request *req)
{
	dma_unmap_single(ring->dev, req->dst_dma, req->len, DMA_FROM_DEVICE);
	dma_unmap_single(ring->dev, req->src_dma, req->len, DMA_TO_DEVICE);
}

/* Into the ring, if there is room. */
static bool ring_push(struct ring *ring, struct ring_request *req)
{
	unsigned long flags;
	bool room;

	spin_lock_irqsave(&ring->lock, flags);
	room = !ring_full(ring);
	if (room) {
		ring_fill(ring, req);
		writel(1, ring->regs + RING_DOORBELL);
	}
	spin_unlock_irqrestore(&ring->lock, flags);
	return room;
}

int ring_submit(struct device *dev, struct ring_request *req)
{
	struct ring *ring = dev_get_drvdata(dev);
	int ret;

	if (!req->len)
		return -EINVAL;
	init_completion(&req->done);
	ret = ring_map(ring, req);
	if (ret)
		return ret;
	if (!wait_event_timeout(ring->space, ring_push(ring, req), msecs_to_jiffies(RING_TIMEOUT_MS))) {
		ring_unmap(ring, req);
		return -EBUSY;
	}
	return 0;
}
EXPORT_SYMBOL_GPL(ring_submit);

int ring_wait(struct device *dev, struct ring_request *req)
{
	struct ring *ring = dev_get_drvdata(dev);

	if (!wait_for_completion_timeout(&req->done, msecs_to_jiffies(RING_TIMEOUT_MS))) {
		dev_err(dev, "no answer, resetting the engine\n");
		ring_reset(ring);
		wait_for_completion(&req->done);
	}
	ring_unmap(ring, req);
	return req->result;
}
EXPORT_SYMBOL_GPL(ring_wait);

int ring_copy(struct device *dev, void *dst, const void *src, size_t len)
{
	struct ring_request req = { .dst = dst, .src = src, .len = len };
	int ret = ring_submit(dev, &req);

	return ret ? ret : ring_wait(dev, &req);
}
EXPORT_SYMBOL_GPL(ring_copy);

static int ring_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct ring *ring;
	int irq, ret;

	ring = devm_kzalloc(dev, sizeof(*ring), GFP_KERNEL);
	if (!ring)
		return -ENOMEM;
	ring->dev = dev;
	spin_lock_init(&ring->lock);
	init_waitqueue_head(&ring->space);

	ring->regs = devm_platform_ioremap_resource(pdev, 0);
	if (IS_ERR(ring->regs))
		return PTR_ERR(ring->regs);
	if (readl(ring->regs + RING_ID) != RING_ID_VALUE)
		return dev_err_probe(dev, -ENODEV, "no engine there\n");
	irq = platform_get_irq(pdev, 0);
	if (irq < 0)
		return irq;

	ret = dma_set_mask_and_coherent(dev, DMA_BIT_MASK(32));
	if (ret)
		return dev_err_probe(dev, ret, "32-bit DMA is not possible\n");
	ring->desc = dmam_alloc_coherent(dev, RING_SIZE * sizeof(*ring->desc), &ring->desc_dma, GFP_KERNEL);
	if (!ring->desc)
		return -ENOMEM;
	platform_set_drvdata(pdev, ring);
	ret = devm_request_irq(dev, irq, ring_irq, 0, dev_name(dev), ring);
	if (ret)
		return ret;
	ring_start(ring);
	dev_info(dev, "%u descriptors at %pad\n", RING_SIZE, &ring->desc_dma);
	return 0;
}

static int ring_remove(struct platform_device *pdev)
{
	ring_stop(platform_get_drvdata(pdev));
	return 0;
}

static const struct of_device_id ring_of_match[] = {
	{ .compatible = "armdma,sgdma" },
	{ /* sentinel */ }
};
MODULE_DEVICE_TABLE(of, ring_of_match);

static struct platform_driver ring_driver = {
	.probe = ring_probe,
	.remove = ring_remove,
	.driver = {
		.name = "armdma-ring",
		.of_match_table = ring_of_match,
	},
};
module_platform_driver(ring_driver);

MODULE_DESCRIPTION("Copies by the scatter-gather DMA engine");
MODULE_AUTHOR("The libarmdma authors");
MODULE_LICENSE("Dual BSD/GPL");
