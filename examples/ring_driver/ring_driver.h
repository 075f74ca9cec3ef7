/* SPDX-License-Identifier: BSD-2-Clause */
/* Copies by the scatter-gather DMA engine: what the driver offers to the rest of the kernel. */
#ifndef RING_DRIVER_H
#define RING_DRIVER_H

#include <linux/completion.h>
#include <linux/types.h>

struct device;

/* One copy under way. The buffers are kmalloc'ed, and the engine's until ring_wait() has returned. */
struct ring_request {
	void *dst;
	const void *src;
	size_t len;
	/* The driver's own. */
	struct completion done;
	dma_addr_t dst_dma, src_dma;
	int result;
};

/* Hand a copy to the engine. 0; -EINVAL (no bytes), -ENOMEM (cannot be mapped), -EBUSY (the ring stayed full). May sleep. */
int ring_submit(struct device *dev, struct ring_request *req);
/* Wait until it is done: 0; -EIO (the engine says so), -ETIMEDOUT (it says nothing, and was reset). May sleep. */
int ring_wait(struct device *dev, struct ring_request *req);
/* Both. */
int ring_copy(struct device *dev, void *dst, const void *src, size_t len);

#endif
