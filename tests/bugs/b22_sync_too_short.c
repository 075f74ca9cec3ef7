// SPDX-License-Identifier: BSD-2-Clause
/* A receive ring whose buffers stay mapped. The header is looked at first: who it is for decides whether the frame is handed up. */
#include "rx_ring.h"

#define HEAD_LEN 64

/* All ones: nobody's. */
static bool is_for_other(const u8 *frame)
{
	return frame[0] == 0xff && frame[1] == 0xff && frame[2] == 0xff && frame[3] == 0xff;
}

static int rx_poll(struct device *dev, int budget)
{
	struct rx_port *p = dev_get_drvdata(dev);
	int n;

	for (n = 0; n < budget && sgdma_is_done(&p->engine, p->next); n++) {
		struct rx_slot *slot = &p->slots[p->next];

		dma_sync_single_for_cpu(dev, slot->addr, BUG ? HEAD_LEN : BUF_LEN, DMA_FROM_DEVICE);
		if (!sgdma_error(&p->engine, p->next) && !is_for_other(slot->buf))
			frame_port_rx(dev, slot->buf, BUF_LEN);
		dma_sync_single_for_device(dev, slot->addr, BUF_LEN, DMA_FROM_DEVICE);
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
