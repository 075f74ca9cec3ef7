/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the bus share. */
#ifndef SIM_BUS_INTERNAL_H
#define SIM_BUS_INTERNAL_H

#include "sim/bus/bus.h"
#include "sim/hw.h"

/* One direction of a master. */
struct bus_channel {
	struct clock_event ev;	/* the next burst starts, or the head's last burst ends */
	struct bus_master *master;
	STAILQ_HEAD(, bus_xfer) queue;
	uint64_t busy_until;	/* end of the last accepted burst, cycles */
	enum armdma_bus_resp resp;	/* of the head, while ending */
	bool ending;		/* the head's last burst is under way */
	bool held;		/* the port holds the head */
	bool write;
	uint64_t bursts, bytes, slverr, decerr;
};

struct bus_master {
	SLIST_ENTRY(bus_master) link;
	char name[ARMDMA_NAME_LEN];
	struct armdma_hw *hw;
	struct bus_port *port;
	armdma_dma_t addr_mask;
	unsigned int beat_lg2;	/* bytes of a beat */
	bool coherent;
	struct bus_channel ch[2];	/* read, write */
};

struct bus_probe;
LIST_HEAD(bus_probe_list, bus_probe);

struct bus {
	SLIST_HEAD(, bus_master) masters;
	struct bus_probe_list probes, spare;
};

void bus_probes_free(struct bus *bus);

#endif
