/* SPDX-License-Identifier: BSD-2-Clause */
/* What every public call of the DMA API begins with. */
#include <stdio.h>

#include <armdma/site.h>

#include "lib/dma/dma.h"

/* Without a device there is no machine that could report. */
void dma_no_device(const struct dma_call *call)
{
	char where[512];

	fprintf(stderr, "armdma: %s() without a device (NULL), at %s\n", call->name,
		armdma_site_format(call->site, where, sizeof(where)));
}

void dma_emit_call(struct armdma_machine *m, struct armdma_device *dev, const struct dma_call *call)
{
	struct armdma_event ev = {
		.type = ARMDMA_EV_DMA_CALL, .dev = dev, .who = call->name, .site = call->site,
		.flags = dev ? dev->ops->set : ARMDMA_NR_OPSETS, .addr = ARMDMA_MAPPING_ERROR
	};

	armdma_event_emit(m->ev, &ev);
}

const char *dma_dir_name(enum armdma_dir dir)
{
	static const char *const names[] = { "BIDIRECTIONAL", "TO_DEVICE", "FROM_DEVICE" };

	return names[dir];
}

void dma_refuse(struct armdma_device *dev, const struct dma_call *call, armdma_dma_t addr, size_t size,
		enum armdma_dir dir)
{
	if ((unsigned int)dir >= ARMDMA_NONE)
		misuse(dev->m, ARMDMA_REPORT_BAD_ARGUMENT, dev, call->site, addr, size,
		       "%s with direction %d: it must be bidirectional, to or from the device",
		       call->name, (int)dir);
	else
		misuse(dev->m, ARMDMA_REPORT_BAD_ARGUMENT, dev, call->site, addr, size,
		       "%s of 0 bytes", call->name);
}
