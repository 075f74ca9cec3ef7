/* SPDX-License-Identifier: BSD-2-Clause */
/* The scatter-gather DMA engine as its drivers know it: registers, descriptors in memory, and how a chain of them is run. */
#ifndef SGDMA_REGS_H
#define SGDMA_REGS_H

#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/io.h>
#include <linux/platform_device.h>
#include <linux/processor.h>
#include <linux/types.h>

/* Registers, offsets of 32-bit words. */
#define SGDMA_CTRL		0x04
#define  SGDMA_CTRL_ENABLE	0x01
#define  SGDMA_CTRL_RESET	0x02
#define  SGDMA_CTRL_COUNT16	0x04	/* lengths have 16 bits, and 0 stands for 64 KiB */
#define SGDMA_STATUS		0x08
#define  SGDMA_STATUS_BUSY	0x01
#define  SGDMA_STATUS_HALTED	0x02
#define SGDMA_INT_STATUS	0x0c
#define SGDMA_INT_CLEAR		0x10
#define SGDMA_INT_ENABLE	0x14
#define  SGDMA_INT_DONE		0x01
#define  SGDMA_INT_ERROR	0x02
#define  SGDMA_INT_IDLE		0x04
#define SGDMA_HEAD		0x18	/* address of the descriptor to look at next */
#define SGDMA_HEAD_HIGH		0x1c
#define SGDMA_DOORBELL		0x20
#define SGDMA_ERROR		0x24

/* The engine reads and writes descriptors of eight little-endian words, aligned to their size. */
struct sgdma_desc {
	__le32 next;
	__le32 src;
	__le32 dst;
	__le32 high;		/* bits 39:32 of next, src, dst: one byte each, from bit 0 on */
	__le32 len;
	__le32 control;
	__le32 status;
	__le32 done;		/* bytes moved */
};

/* control */
#define SGDMA_COPY		1u
#define SGDMA_FILL		2u
#define SGDMA_SEND		3u	/* memory at src to the wire */
#define SGDMA_RECEIVE		4u	/* from the wire to memory at dst */
#define SGDMA_IRQ		(1u << 8)
#define SGDMA_END		(1u << 9)
#define SGDMA_OWN		(1u << 31)
/* status */
#define SGDMA_OK		1u

#define SGDMA_TIMEOUT		8000	/* reads of a register */

/* An engine and its descriptors. */
struct sgdma {
	struct device *dev;
	void __iomem *regs;
	struct sgdma_desc *desc;
	dma_addr_t desc_dma;
	unsigned int nr;
	u32 ctrl;		/* bits of SGDMA_CTRL besides ENABLE */
};

/* Registers, and memory for nr descriptors. */
static inline int sgdma_init(struct sgdma *s, struct platform_device *pdev, unsigned int nr)
{
	s->dev = &pdev->dev;
	s->nr = nr;
	s->ctrl = 0;
	s->regs = devm_platform_ioremap_resource(pdev, 0);
	if (IS_ERR(s->regs))
		return PTR_ERR(s->regs);
	s->desc = dma_alloc_coherent(s->dev, nr * sizeof(*s->desc), &s->desc_dma, GFP_KERNEL);
	return s->desc ? 0 : -ENOMEM;
}

static inline void sgdma_exit(struct sgdma *s)
{
	dma_free_coherent(s->dev, s->nr * sizeof(*s->desc), s->desc, s->desc_dma);
}

static inline dma_addr_t sgdma_desc_addr(const struct sgdma *s, unsigned int i)
{
	return s->desc_dma + i * sizeof(*s->desc);
}

/*
 * Hand descriptor i to the engine: move len bytes between addr and the wire, then go on with the next one (after the last: the
 * first), or stop if flags have SGDMA_END.
 */
static inline void sgdma_give(struct sgdma *s, unsigned int i, u32 op, dma_addr_t addr, u32 len, u32 flags)
{
	struct sgdma_desc *d = &s->desc[i];
	dma_addr_t next = sgdma_desc_addr(s, (i + 1) % s->nr);
	u32 high = (u32)((u64)addr >> 32 & 0xff);

	d->next = cpu_to_le32((u32)next);
	d->src = cpu_to_le32(op == SGDMA_SEND ? (u32)addr : 0);
	d->dst = cpu_to_le32(op == SGDMA_RECEIVE ? (u32)addr : 0);
	d->high = cpu_to_le32((u32)((u64)next >> 32 & 0xff) | (op == SGDMA_SEND ? high << 8 : high << 16));
	d->len = cpu_to_le32(len);
	d->status = 0;
	d->done = 0;
	dma_wmb();
	d->control = cpu_to_le32(op | flags | SGDMA_OWN);
}

/* Has the engine done with descriptor i? */
static inline bool sgdma_is_done(const struct sgdma *s, unsigned int i)
{
	if (le32_to_cpu(READ_ONCE(s->desc[i].control)) & SGDMA_OWN)
		return false;
	dma_rmb();
	return true;
}

/* 0 when all of it was moved. */
static inline int sgdma_error(const struct sgdma *s, unsigned int i)
{
	return le32_to_cpu(s->desc[i].status) == SGDMA_OK ? 0 : -EIO;
}

/* Let the engine look at descriptor i; descriptors must have been written before. */
static inline void sgdma_start(struct sgdma *s, unsigned int i)
{
	dma_addr_t addr = sgdma_desc_addr(s, i);

	writel((u32)((u64)addr >> 32), s->regs + SGDMA_HEAD_HIGH);
	writel((u32)addr, s->regs + SGDMA_HEAD);
	writel(SGDMA_CTRL_ENABLE | s->ctrl, s->regs + SGDMA_CTRL);
	writel(1, s->regs + SGDMA_DOORBELL);
}

/* It has stopped by itself and waits for more. */
static inline void sgdma_kick(struct sgdma *s)
{
	writel(1, s->regs + SGDMA_DOORBELL);
}

/* Wait until it has nothing to do. */
static inline int sgdma_wait(struct sgdma *s)
{
	int i;

	for (i = 0; i < SGDMA_TIMEOUT; i++) {
		if (!(readl(s->regs + SGDMA_STATUS) & SGDMA_STATUS_BUSY))
			return 0;
		cpu_relax();
	}
	return -ETIMEDOUT;
}

/* It finishes the descriptor that it is at, and stops then. */
static inline void sgdma_pause(struct sgdma *s)
{
	writel(s->ctrl, s->regs + SGDMA_CTRL);
}

/* Whatever it does, it stops now and forgets it. */
static inline void sgdma_reset(struct sgdma *s)
{
	writel(SGDMA_CTRL_RESET, s->regs + SGDMA_CTRL);
	readl(s->regs + SGDMA_STATUS);
}

/* Move one block of memory and wait for it; 0 or a negative error. */
static inline int sgdma_move(struct sgdma *s, u32 op, dma_addr_t addr, u32 len)
{
	int ret;

	sgdma_give(s, 0, op, addr, len, SGDMA_END);
	sgdma_start(s, 0);
	ret = sgdma_wait(s);
	if (ret) {
		sgdma_reset(s);
		return ret;
	}
	return sgdma_is_done(s, 0) ? sgdma_error(s, 0) : -EIO;
}

#endif
