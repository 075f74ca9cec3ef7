/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A driver for the scatter-gather DMA engine, as small as it can be: one transfer at a time, out of a ring
 * of descriptors that the caller allocated (coherent memory of the engine's device).
 */
#ifndef EXAMPLES_DEMO_MDMA_H
#define EXAMPLES_DEMO_MDMA_H

#include <armdma/machine.h>
#include <armdma/sgdma.h>

struct mdma {
	struct armdma_device *dev;
	struct armdma_hw *hw;
	armdma_phys_t regs;
	struct armdma_sgdma_desc *ring;
	armdma_dma_t ring_addr;
	unsigned int nr, next;
	uint32_t ints;		/* interrupts since the doorbell */
};

/* Take the engine. ring: `bytes` of coherent memory at ring_addr, 32-byte aligned. 0 or negative errno. */
int mdma_start(struct mdma *md, struct armdma_device *dev, void *ring, armdma_dma_t ring_addr, size_t bytes);
void mdma_stop(struct mdma *md);
/*
 * Move len bytes: op ARMDMA_SGDMA_TO_DEVICE reads them from addr, FROM_DEVICE writes the pattern of seed there. Returns when
 * the engine says so: 0; -EIO (it reports an error); -ETIMEDOUT (held by a SYSMMU fault; the engine is reset).
 */
int mdma_transfer(struct mdma *md, uint32_t op, armdma_dma_t addr, uint32_t len, uint32_t seed);

#endif
