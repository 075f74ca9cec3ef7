/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the bus share. */
#ifndef SIM_BUS_INTERNAL_H
#define SIM_BUS_INTERNAL_H

#include "sim/bus/bus.h"
#include "sim/hw.h"

/* How the bursts of a transfer look, and what they cost. */
struct burst_shape {
	unsigned int beat_lg2, beats;	/* of a full burst */
	uint32_t full;			/* bytes of a full burst that starts at a beat boundary */
	uint8_t full_lg2;		/* if that is a power of two that divides a page; else 0 */
	uint32_t beat_cost, cost;	/* cycles of a beat, and of a burst beside its beats */
	uint32_t mem_beats;	/* that memory moves in a cycle; 0: no limit */
	uint32_t mem_cycles;	/* that a full burst takes of memory's time */
};

/* One direction of a master. */
struct bus_channel {
	struct clock_event ev;	/* the next burst starts, or the head's last burst ends */
	struct bus_master *master;
	STAILQ_HEAD(, bus_xfer) queue;
	struct burst_shape shape;	/* of the transfer before, mostly of the next one, too */
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

/* Time of memory that a burst has been granted: [from, to). */
struct bus_slot {
	uint64_t from, to;
};

/* One of each channel can lie in the future; when there are more, the rest is not kept apart. */
#define BUS_MAX_SLOTS 256

struct bus {
	uint64_t mem_until;		/* end of the last slot */
	unsigned int nr_slots;
	struct bus_slot slots[BUS_MAX_SLOTS];
	SLIST_HEAD(, bus_master) masters;
	struct bus_probe_list probes, spare;
	SLIST_HEAD(, bus_window) windows;
};

void bus_probes_free(struct bus *bus);

/* arbiter.c */
/* Cycles that a burst whose data could flow from `want` on for so many cycles has to wait for memory. */
uint64_t bus_wait_for_memory(const struct bus *bus, uint64_t want, uint64_t cycles);
/* Memory is taken from `from` on; the bursts of others are kept away from then. */
void bus_take_memory(struct bus *bus, uint64_t now, uint64_t from, uint64_t cycles);

static inline uint32_t bus_memory_cycles(const struct burst_shape *s, unsigned int beats)
{
	return beats == s->beats ? s->mem_cycles : (beats + s->mem_beats - 1) / s->mem_beats;
}
void bus_windows_free(struct bus *bus);

#endif
