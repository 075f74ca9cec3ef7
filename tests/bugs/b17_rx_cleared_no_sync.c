// SPDX-License-Identifier: BSD-2-Clause
/* A receive ring whose buffers stay mapped. The frame's header is cleared before the buffer goes back, so that an empty one is told from a frame. */
#include <linux/string.h>

#include "rx_ring.h"

#define HEAD_LEN 64

static int rx_poll(struct device *dev, int budget)
{
	struct rx_port *p = dev_get_drvdata(dev);
	int n;

	for (n = 0; n < budget && sgdma_is_done(&p->engine, p->next); n++) {
		struct rx_slot *slot = &p->slots[p->next];

		dma_sync_single_for_cpu(dev, slot->addr, BUF_LEN, DMA_FROM_DEVICE);
		if (!sgdma_error(&p->engine, p->next))
			frame_port_rx(dev, slot->buf, BUF_LEN);
		memset(slot->buf, 0, HEAD_LEN);
#if !BUG
		dma_sync_single_for_device(dev, slot->addr, BUF_LEN, DMA_FROM_DEVICE);
#endif
		rx_give(p, p->next);
		p->next = (p->next + 1) % RING;
	}
	if (n)
		sgdma_kick(&p->engine);
	return n;
}

module_platform_driver(rx_driver);

MODULE_DESCRIPTION("Receive ring of a frame port");
MODULE_LICENSE("Dual BSD/GPL");
