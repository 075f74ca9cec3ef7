/* SPDX-License-Identifier: BSD-2-Clause */
/* Descriptor, doorbell, interrupt. */
#include "mdma.h"

#include <errno.h>

/* 10 ms and a cycle for each byte; the bus needs an eighth of that. */
#define TIMEOUT(len) (1600000ull + (len))

static void wr(const struct mdma *md, uint32_t reg, uint32_t value)
{
	armdma_hw_writel(md->hw, md->regs + reg, value);
}

static bool mdma_irq(void *ctx, uint32_t line)
{
	struct mdma *md = ctx;
	uint32_t ints = armdma_hw_readl(md->hw, md->regs + ARMDMA_SGDMA_INT_STATUS);

	(void)line;
	if (!ints)
		return false;
	wr(md, ARMDMA_SGDMA_INT_CLEAR, ints);
	md->ints |= ints;
	return true;
}

static void reset(const struct mdma *md)
{
	wr(md, ARMDMA_SGDMA_CTRL, ARMDMA_SGDMA_CTRL_RESET);
	wr(md, ARMDMA_SGDMA_INT_ENABLE, ARMDMA_SGDMA_INT_DONE | ARMDMA_SGDMA_INT_ERROR);
	wr(md, ARMDMA_SGDMA_CTRL, ARMDMA_SGDMA_CTRL_ENABLE);
}

int mdma_start(struct mdma *md, struct armdma_device *dev, void *ring, armdma_dma_t ring_addr, size_t bytes)
{
	int ret;

	*md = (struct mdma){
		.dev = dev,
		.hw = armdma_machine_hw(armdma_device_machine(dev)),
		.regs = armdma_device_regs(dev),
		.ring = ring,
		.ring_addr = ring_addr,
		.nr = (unsigned int)(bytes / ARMDMA_SGDMA_DESC_SIZE),
	};
	if (armdma_hw_readl(md->hw, md->regs + ARMDMA_SGDMA_ID) != ARMDMA_SGDMA_ID_VALUE)
		return -ENODEV;
	ret = armdma_hw_irq_request(md->hw, armdma_device_irq(dev), mdma_irq, md);
	if (ret)
		return ret;
	reset(md);
	return 0;
}

void mdma_stop(struct mdma *md)
{
	if (!md->dev)
		return;
	wr(md, ARMDMA_SGDMA_CTRL, ARMDMA_SGDMA_CTRL_RESET);
	armdma_hw_irq_free(md->hw, armdma_device_irq(md->dev), mdma_irq, md);
	md->dev = NULL;
}

static bool finished(void *ctx)
{
	return ((struct mdma *)ctx)->ints & (ARMDMA_SGDMA_INT_DONE | ARMDMA_SGDMA_INT_ERROR);
}

int mdma_transfer(struct mdma *md, uint32_t op, armdma_dma_t addr, uint32_t len, uint32_t seed)
{
	unsigned int slot = md->next++ % md->nr;
	struct armdma_sgdma_desc *desc = &md->ring[slot];
	bool from = op == ARMDMA_SGDMA_FROM_DEVICE;

	armdma_sgdma_fill_desc(desc, 0, from ? seed : addr, from ? addr : 0, len,
			       op | ARMDMA_SGDMA_IRQ | ARMDMA_SGDMA_END | ARMDMA_SGDMA_OWN);
	md->ints = 0;
	wr(md, ARMDMA_SGDMA_HEAD_HIGH, 0);
	wr(md, ARMDMA_SGDMA_HEAD, (uint32_t)(md->ring_addr + slot * ARMDMA_SGDMA_DESC_SIZE));
	/* writel() drains the write buffer: the descriptor is in memory before the doorbell rings. */
	wr(md, ARMDMA_SGDMA_DOORBELL, 1);
	if (armdma_hw_wait(md->hw, finished, md, TIMEOUT(len))) {
		reset(md);
		return -ETIMEDOUT;
	}
	armdma_hw_barrier(md->hw, ARMDMA_BARRIER_DMA_RMB);
	return armdma_sgdma_desc_status(desc) == ARMDMA_SGDMA_ST_OK &&
			       armdma_sgdma_desc_done(desc) == len ? 0 : -EIO;
}
