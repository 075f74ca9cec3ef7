/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The hardware of one machine, as the rooms of sim/ see each other.
 *
 * Each room has its own header; this one holds what ties them together: the
 * clock with its event queue, the register decoder, the interrupt lines.
 */
#ifndef SIM_HW_H
#define SIM_HW_H

#include <sys/queue.h>

#include <armdma/hw.h>

struct mem;	/* sim/memory/memory.h */
struct bus;	/* sim/bus/bus.h */
struct combiner;	/* sim/combiner.h */
struct sysmmu;	/* sim/sysmmu/sysmmu.h */
struct hw_lock;	/* sim/lock.h */

/* ---- Clock ------------------------------------------------------------- */

/*
 * A thing that will happen. Embed it, set fn once (clock_event_init()), schedule it.
 * It is queued at most once. Events of one instant run in the order in which they were scheduled.
 */
struct clock_event {
	uint64_t when;		/* cycles, absolute */
	uint64_t seq;
	void (*fn)(struct clock_event *ev);
	size_t slot;		/* place in the heap + 1; 0: not queued */
};

struct clock {
	uint64_t now;		/* cycles */
	uint64_t horizon;	/* the advance in progress ends here: nobody acts before it but queued events */
	uint64_t seq;
	struct clock_event **heap;
	size_t len, cap;
	uint32_t attention;	/* interrupts that wait, and one for a chooser: time does not pass unnoticed */
	bool running;		/* inside an event: no nested dispatch */
};

void clock_event_init(struct clock_event *ev, void (*fn)(struct clock_event *ev));
/* Queue ev `delay` cycles from now (moves it if queued). */
void clock_schedule(struct armdma_hw *hw, struct clock_event *ev, uint64_t delay);
void clock_cancel(struct armdma_hw *hw, struct clock_event *ev);
static inline bool clock_queued(const struct clock_event *ev)
{
	return ev->slot != 0;
}
/*
 * Time of the next thing that could change the world: the earliest queued event or the end of the
 * advance in progress. A run of bursts that starts before it may be done at once.
 */
uint64_t clock_next_due(const struct armdma_hw *hw);

/* ---- Registers --------------------------------------------------------- */

/* What keeps a unit from answering. */
struct unit_power {
	bool clock_off, power_off;
};

struct mmio_region {
	armdma_phys_t base;
	uint64_t size;		/* bytes */
	const char *name;	/* unit */
	uint32_t (*read)(void *ctx, uint32_t offset);	/* offset: bytes from base, multiple of 4 */
	void (*write)(void *ctx, uint32_t offset, uint32_t value);
	void *ctx;
	const struct unit_power *power;	/* NULL: always on */
};
/* Returns 0, -EBUSY (overlaps another region), -ENOMEM. The region is copied. */
int mmio_add(struct armdma_hw *hw, const struct mmio_region *region);
/*
 * A bus master, not the CPU, reads or writes len bytes of registers at pa, word by word, ascending. False when that is no whole
 * words or no unit there answers: nothing is done then.
 */
bool mmio_by_master(struct armdma_hw *hw, armdma_phys_t pa, void *buf, size_t len, bool write);

/* ---- Interrupt lines --------------------------------------------------- */

/*
 * Raise or lower one source of a line; the line is high while any source is. `asserted` is the
 * source's own memory of its level.
 */
void irq_set(struct armdma_hw *hw, uint32_t line, bool *asserted, bool level);

/* ---- All of it --------------------------------------------------------- */

struct irq_action {
	SLIST_ENTRY(irq_action) link;
	armdma_irq_fn fn;
	void *ctx;
};

struct irq_line {
	uint32_t sources;	/* how many drive it high */
	uint32_t unhandled;	/* calls in a row that nobody claimed */
	bool disabled;
	bool busy;		/* its handlers are being called: what is freed now goes afterwards */
	uint64_t server;	/* while busy in a shared machine: number of the thread that calls them */
	SLIST_HEAD(, irq_action) actions;
};

struct observer;
SLIST_HEAD(observer_list, observer);
struct event_hub {
	struct armdma_events pub;	/* first: what the door hands out */
	struct observer_list observers;
	const uint64_t *now;
};

struct sim_device;
SLIST_HEAD(sim_device_list, sim_device);

struct armdma_hw {
	struct armdma_config cfg;
	struct event_hub ev;
	struct clock clk;
	struct mmio_region *regions;	/* sorted by base */
	size_t nr_regions, last_region;
	struct irq_line lines[ARMDMA_NR_IRQS];
	uint64_t pending[ARMDMA_NR_IRQS / 64];	/* lines that are high and have a handler */
	uint32_t nr_pending;		/* bits set in it */
	unsigned int irq_depth;		/* nesting of armdma_hw_irq_save() */
	unsigned int in_irq;
	unsigned long percpu;		/* software's own */
	bool off;			/* for good: no handler runs any more */
	struct hw_lock *lock;		/* NULL: one thread at a time */
	struct combiner *combiner;	/* NULL: none */
	struct mem *mem;
	struct bus *bus;
	struct sysmmu *sysmmus[ARMDMA_MAX_SYSMMUS];
	struct sim_device_list devices;
	armdma_chooser_fn chooser;	/* NULL: every choice is declined (sim/memory/choose.c) */
	void *chooser_ctx;
	struct armdma_hw_stats st;	/* counters of the shared parts; units keep their own */
	armdma_log_fn log;
	void *log_ctx;
};

/* One device model. */
struct sim_device {
	SLIST_ENTRY(sim_device) link;
	char name[ARMDMA_NAME_LEN];
	enum armdma_devkind kind;
	struct armdma_hw *hw;
	struct unit_power power;
	void (*destroy)(struct sim_device *dev);
	void (*reset)(struct sim_device *dev);	/* power went: registers are as after reset, nothing goes on */
	void (*stats)(const struct sim_device *dev, struct armdma_hw_stats *st);	/* adds; may be NULL */
};
/* Device by name, or NULL. */
struct sim_device *hw_find_device(const struct armdma_hw *hw, const char *name);

#endif
