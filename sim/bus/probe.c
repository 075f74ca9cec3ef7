/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Probes: single transfers fired by a test or by software from the bus port
 * of a device, through its SYSMMU.
 */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#include "sim/bus/bus_internal.h"
#include "sim/lock.h"
#include "sim/time.h"

/* Kept on the heap even when the caller waits: a failing test may leave the wait by longjmp. */
struct bus_probe {
	struct bus_xfer xfer;	/* first: done() gets a pointer to it */
	struct armdma_deferred later;
	LIST_ENTRY(bus_probe) link;
	struct armdma_hw *hw;
	armdma_bus_done_fn done;
	void *ctx;
	bool waiting;		/* a sync call looks at the rest */
	bool ended;
	enum armdma_bus_resp resp;
};

static void free_list(struct bus_probe_list *list)
{
	struct bus_probe *p;

	while ((p = LIST_FIRST(list))) {
		LIST_REMOVE(p, link);
		free(p);
	}
}

void bus_power_off(struct armdma_hw *hw)
{
	struct bus_master *m;

	SLIST_FOREACH(m, &hw->bus->masters, link)
		bus_master_reset(m);
}

void bus_probes_free(struct bus *bus)
{
	free_list(&bus->probes);
	free_list(&bus->spare);
}

static struct bus_probe *probe_get(struct armdma_hw *hw)
{
	struct bus *bus = hw->bus;
	struct bus_probe *p = LIST_FIRST(&bus->spare);

	if (p) {
		LIST_REMOVE(p, link);
	} else {
		p = malloc(sizeof(*p));
		if (!p)
			return NULL;
	}
	p->hw = hw;
	LIST_INSERT_HEAD(&bus->probes, p, link);
	return p;
}

static void probe_put(struct bus_probe *p)
{
	LIST_REMOVE(p, link);
	LIST_INSERT_HEAD(&p->hw->bus->spare, p, link);
}

/* The end of a transfer of a shared machine, told when the event is over. */
static void tell_done(struct armdma_deferred *d, bool call)
{
	struct bus_probe *p = (struct bus_probe *)((char *)d - offsetof(struct bus_probe, later)), was;

	if (!call)
		return;
	armdma_hw_lock(p->hw);
	was = *p;
	probe_put(p);
	armdma_hw_release(p->hw);
	was.done(was.ctx, was.resp, was.xfer.pos);
}

static void probe_done(struct bus_xfer *x, enum armdma_bus_resp resp)
{
	struct bus_probe *p = (struct bus_probe *)x;
	armdma_bus_done_fn done = p->done;
	void *ctx = p->ctx;
	size_t bytes = x->pos;

	if (p->waiting) {
		p->resp = resp;
		p->ended = true;
		return;
	}
	if (p->hw->lock && done) {
		p->resp = resp;
		p->later.fn = tell_done;
		armdma_hw_defer(p->hw, &p->later);
		return;
	}
	probe_put(p);
	if (done)
		done(ctx, resp, bytes);
}

static int fire(struct armdma_hw *hw, const char *master, bool write, armdma_dma_t addr, void *buf,
		size_t len, struct bus_probe **out)
{
	struct bus_master *m = bus_find_master(hw, master);
	struct bus_probe *p;

	if (!m)
		return -ENOENT;
	if (!len)
		return -EINVAL;
	p = probe_get(hw);
	if (!p)
		return -ENOMEM;
	p->xfer = (struct bus_xfer){
		.addr = addr,
		.buf = buf,
		.len = len,
		.write = write,
		.done = probe_done,
	};
	p->done = NULL;
	p->ctx = NULL;
	p->waiting = false;
	p->ended = false;
	*out = p;
	bus_submit(m, &p->xfer);
	return 0;
}

static int fire_async(struct armdma_hw *hw, const char *master, bool write, armdma_dma_t addr,
		      void *buf, size_t len, armdma_bus_done_fn done, void *ctx)
{
	HW_ENTER(hw);
	struct bus_probe *p;
	int ret = fire(hw, master, write, addr, buf, len, &p);

	if (ret)
		return ret;
	p->done = done;
	p->ctx = ctx;
	return 0;
}

static bool has_ended(void *ctx)
{
	return ((const struct bus_probe *)ctx)->ended;
}

static int fire_sync(struct armdma_hw *hw, const char *master, bool write, armdma_dma_t addr,
		     void *buf, size_t len, uint64_t max_cycles)
{
	HW_ENTER(hw);
	struct bus_probe *p;
	int ret = fire(hw, master, write, addr, buf, len, &p);

	if (ret)
		return ret;
	p->waiting = true;
	ret = clock_wait(hw, has_ended, p, max_cycles);
	if (ret) {
		/* Held, and nothing queued will change that (-EDEADLK), is no different from time being up. */
		bus_withdraw(p->xfer.master, &p->xfer);
		ret = -ETIMEDOUT;
	} else if (p->resp != ARMDMA_RESP_OKAY) {
		ret = -EIO;
	}
	probe_put(p);
	return ret;
}

int armdma_hw_master_read(struct armdma_hw *hw, const char *master, armdma_dma_t addr, void *buf,
			  size_t len, armdma_bus_done_fn done, void *ctx)
{
	return fire_async(hw, master, false, addr, buf, len, done, ctx);
}

int armdma_hw_master_write(struct armdma_hw *hw, const char *master, armdma_dma_t addr,
			   const void *buf, size_t len, armdma_bus_done_fn done, void *ctx)
{
	/* A write only reads buf. */
	return fire_async(hw, master, true, addr, (void *)(uintptr_t)buf, len, done, ctx);
}

int armdma_hw_master_read_sync(struct armdma_hw *hw, const char *master, armdma_dma_t addr,
			       void *buf, size_t len, uint64_t max_cycles)
{
	return fire_sync(hw, master, false, addr, buf, len, max_cycles);
}

int armdma_hw_master_write_sync(struct armdma_hw *hw, const char *master, armdma_dma_t addr,
				const void *buf, size_t len, uint64_t max_cycles)
{
	return fire_sync(hw, master, true, addr, (void *)(uintptr_t)buf, len, max_cycles);
}
