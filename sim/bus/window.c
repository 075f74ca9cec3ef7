/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Windows of a bus: a bridge that adds an offset to the addresses of a master, range by range.
 * What lies in no range is answered by the bridge's default slave.
 */
#include <stdlib.h>

#include "sim/bus/bus_internal.h"

/* No memory is here: the interconnect answers with DECERR. */
#define NOWHERE (1ULL << 60)

struct bus_window {
	struct bus_port port;	/* first: what the bus knows of it */
	SLIST_ENTRY(bus_window) link;
	const struct armdma_device_config *cfg;
};

static enum bus_verdict window_translate(struct bus_port *port, const struct bus_xfer *x,
					 armdma_dma_t addr, unsigned int beats,
					 struct bus_translation *tr)
{
	const struct armdma_device_config *cfg = ((struct bus_window *)port)->cfg;

	(void)x;
	(void)beats;
	tr->cycles = tr->hit_cycles = 0;
	for (uint32_t i = 0; i < cfg->nr_dma_ranges; i++) {
		const struct armdma_dma_range *r = &cfg->dma_ranges[i];

		if (addr - r->dma_start >= r->size)
			continue;
		tr->pa = r->cpu_start + (addr - r->dma_start);
		tr->span = r->size - (addr - r->dma_start);
		return BUS_GO;
	}
	tr->pa = NOWHERE;
	tr->span = ARMDMA_PAGE_SIZE - addr % ARMDMA_PAGE_SIZE;
	return BUS_GO;
}

static void window_repeat(struct bus_port *port, const struct bus_xfer *x, uint64_t n)
{
	(void)port;
	(void)x;
	(void)n;
}

static void window_forget(struct bus_port *port, const struct bus_xfer *x)
{
	(void)port;
	(void)x;
}

static const struct bus_port_ops window_ops = {
	.translate = window_translate,
	.repeat = window_repeat,
	.forget = window_forget,
};

struct bus_port *bus_window_create(struct armdma_hw *hw, const struct armdma_device_config *cfg)
{
	struct bus_window *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->port.ops = &window_ops;
	w->cfg = cfg;
	SLIST_INSERT_HEAD(&hw->bus->windows, w, link);
	return &w->port;
}

void bus_windows_free(struct bus *bus)
{
	struct bus_window *w;

	while ((w = SLIST_FIRST(&bus->windows))) {
		SLIST_REMOVE_HEAD(&bus->windows, link);
		free(w);
	}
}
