/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bus: masters issue transfers, which go out in AXI3 bursts (at most 16
 * beats, never across a 4 KiB boundary) through an optional translation port
 * (an IOMMU) to RAM.
 *
 * A master has two independent channels, read and write; transfers of one
 * channel run in order. A run of bursts inside one page with nothing else due
 * is one event of the clock, with the counters, cycles and fault address that
 * burst by burst would give (config.burst_by_burst is the slow reference).
 */
#ifndef SIM_BUS_H
#define SIM_BUS_H

#include <sys/queue.h>

#include <armdma/hw.h>

struct bus_master;
struct bus_port;

/* One transfer; owned by the caller until done() is called (which may free or resubmit it). */
struct bus_xfer {
	armdma_dma_t addr;	/* first byte, as the master puts it on its bus */
	void *buf;		/* device-side data: destination of a read, source of a write */
	size_t len;		/* bytes, > 0 */
	bool write;
	uint8_t burst_beats;	/* beats of a full burst, 1..16; 0: 16 */
	uint16_t id;		/* AxID, seen in fault information */
	void (*done)(struct bus_xfer *x, enum armdma_bus_resp resp);
	void *ctx;
	/* the bus's own: */
	size_t pos;		/* bytes done */
	struct bus_master *master;
	STAILQ_ENTRY(bus_xfer) link;
};

enum bus_verdict {
	BUS_GO,			/* translated */
	BUS_HOLD,		/* held: the port calls bus_master_kick() when it may be tried again */
	BUS_SLVERR,		/* terminated by the port */
};

/* What a port says about a burst that starts at an address. */
struct bus_translation {
	armdma_phys_t pa;
	uint64_t span;		/* bytes from the address on for which pa + n holds (never past the translated page); 0: this burst */
	uint32_t cycles;	/* what this look-up cost; look-ups of further bursts in the span cost hit_cycles */
	uint32_t hit_cycles;
};

struct bus_port_ops {
	/* Translate the first byte of the burst at addr with `beats` beats. */
	enum bus_verdict (*translate)(struct bus_port *port, const struct bus_xfer *x,
				      armdma_dma_t addr, unsigned int beats,
				      struct bus_translation *tr);
	/* n further bursts of the same span went through: count their look-ups. */
	void (*repeat)(struct bus_port *port, const struct bus_xfer *x, uint64_t n);
	/* A transfer that the port held is withdrawn. */
	void (*forget)(struct bus_port *port, const struct bus_xfer *x);
};

/* Base of every translation unit; the SYSMMU embeds it. One port serves one master (no stream IDs before v7). */
struct bus_port {
	const struct bus_port_ops *ops;
	struct bus_master *master;	/* set by bus_master_create() */
};

/*
 * A master of the bus. name is copied; addr_bits: width of its address (higher bits are dropped, as
 * hardware does); beat_bytes: width of its data bus; port may be NULL (physical addresses).
 * Returns NULL when out of memory. Destroyed with the bus.
 */
struct bus_master *bus_master_create(struct armdma_hw *hw, const char *name, unsigned int addr_bits,
				     unsigned int beat_bytes, bool coherent, struct bus_port *port);
/*
 * Port of a device whose DMA addresses reach memory through the windows of its configuration, which must live as
 * long as the bus. NULL: out of memory. Destroyed with the bus.
 */
struct bus_port *bus_window_create(struct armdma_hw *hw, const struct armdma_device_config *cfg);
struct bus_master *bus_find_master(const struct armdma_hw *hw, const char *name);
const char *bus_master_name(const struct bus_master *m);
/* Queue a transfer. */
void bus_submit(struct bus_master *m, struct bus_xfer *x);
/* Drop a transfer that is queued or held; done() is not called. */
void bus_withdraw(struct bus_master *m, struct bus_xfer *x);
/* Drop all transfers of a master (its reset); done() is not called. */
void bus_master_reset(struct bus_master *m);
/* Try held transfers again (the port unblocked). */
void bus_master_kick(struct bus_master *m);
/* Time at which the last accepted burst ends; <= now when nothing is in flight. */
uint64_t bus_master_busy_until(const struct bus_master *m);
/* True while the master has transfers queued or held. */
bool bus_master_active(const struct bus_master *m);
void bus_master_stats(const struct bus_master *m, struct armdma_hw_stats *st);

/* Drop all transfers of all masters; done() is not called. */
void bus_power_off(struct armdma_hw *hw);
int bus_create(struct armdma_hw *hw);
void bus_destroy(struct armdma_hw *hw);

#endif
