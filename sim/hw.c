/* SPDX-License-Identifier: BSD-2-Clause */
/* The hardware as a whole: putting it together, taking it apart, its console and its counters. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bsd/string.h>

#include "sim/bus/bus.h"
#include "sim/combiner.h"
#include "sim/devices/devices.h"
#include "sim/hub.h"
#include "sim/hw.h"
#include "sim/irq.h"
#include "sim/lock.h"
#include "sim/memory/cpu.h"
#include "sim/sysmmu/sysmmu.h"
#include "sim/time.h"

static void log_stderr(void *ctx, const char *line)
{
	(void)ctx;
	fprintf(stderr, "armdma: %s\n", line);
}

void armdma_hw_set_log(struct armdma_hw *hw, armdma_log_fn fn, void *ctx)
{
	HW_ENTER(hw);

	hw->log = fn ? fn : log_stderr;
	hw->log_ctx = ctx;
}

/* A line of the console of a shared machine, for a function of the user. */
struct log_line {
	struct armdma_deferred call;	/* first */
	armdma_log_fn fn;
	void *ctx;
	char text[512];
};

static void tell_line(struct armdma_deferred *d, bool call)
{
	struct log_line line = *(struct log_line *)d;

	free(d);
	if (call)
		line.fn(line.ctx, line.text);
}

static bool put_off_line(struct armdma_hw *hw, const char *text)
{
	struct log_line *line = malloc(sizeof(*line));

	if (!line)
		return false;
	line->call.fn = tell_line;
	line->fn = hw->log;
	line->ctx = hw->log_ctx;
	strlcpy(line->text, text, sizeof(line->text));
	armdma_hw_defer(hw, &line->call);
	return true;
}

void armdma_hw_log(struct armdma_hw *hw, const char *fmt, ...)
{
	HW_ENTER(hw);
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (!hw->lock || hw->log == log_stderr || !put_off_line(hw, line))
		hw->log(hw->log_ctx, line);
}

static struct bus_port *find_port(struct armdma_hw *hw, const char *name)
{
	for (uint32_t i = 0; i < hw->cfg.nr_sysmmus; i++)
		if (!strncmp(hw->cfg.sysmmus[i].name, name, ARMDMA_NAME_LEN))
			return sysmmu_port(hw->sysmmus[i]);
	return NULL;
}

static int create_device(struct armdma_hw *hw, const struct armdma_device_config *dev)
{
	struct bus_port *port = find_port(hw, dev->sysmmu);
	int ret;

	if (dev->nr_dma_ranges) {
		port = bus_window_create(hw, dev);
		if (!port)
			return -ENOMEM;
	}
	if (dev->kind == ARMDMA_DEV_FIMC)
		ret = fimc_create(hw, dev, port);
	else if (dev->kind == ARMDMA_DEV_SGDMA)
		ret = sgdma_create(hw, dev, port);
	else
		ret = master_create(hw, dev, port);
	for (unsigned int n = 1; !ret && n < ARMDMA_MAX_PORTS && dev->more_sysmmus[n - 1][0]; n++)
		ret = master_add_port(hw, dev, n, find_port(hw, dev->more_sysmmus[n - 1]));
	return ret;
}

static int create_units(struct armdma_hw *hw)
{
	int ret;

	for (uint32_t i = 0; i < hw->cfg.nr_sysmmus; i++) {
		ret = sysmmu_create(hw, &hw->cfg.sysmmus[i], &hw->sysmmus[i]);
		if (ret)
			return ret;
	}
	for (uint32_t i = 0; i < hw->cfg.nr_devices; i++) {
		ret = create_device(hw, &hw->cfg.devices[i]);
		if (ret)
			return ret;
	}
	return 0;
}

int armdma_hw_create(struct armdma_hw **out, const struct armdma_config *cfg,
		     struct armdma_error *err)
{
	struct armdma_hw *hw;
	int ret;

	*out = NULL;
	ret = armdma_config_check(cfg, err);
	if (ret)
		return ret;
	hw = calloc(1, sizeof(*hw));
	if (!hw)
		goto no_memory;
	hw->cfg = *cfg;
	hw->log = log_stderr;
	hw->clk.horizon = 0;
	SLIST_INIT(&hw->devices);
	hub_init(&hw->ev, &hw->clk.now);
	irq_init(hw);
	ret = mem_create(hw, err);
	if (ret)
		goto fail;
	ret = lock_create(hw);
	if (!ret)
		ret = clock_init(&hw->clk);
	if (!ret)
		ret = bus_create(hw);
	if (!ret)
		ret = combiner_create(hw);
	if (!ret)
		ret = create_units(hw);
	if (!ret) {
		*out = hw;
		return 0;
	}
	armdma_hw_destroy(hw);
	if (err && ret != -ENOMEM) {
		snprintf(err->msg, sizeof(err->msg), "cannot build the units: %s", strerror(-ret));
		return ret;
	}
no_memory:
	if (err)
		snprintf(err->msg, sizeof(err->msg), "out of host memory");
	return -ENOMEM;
fail:
	armdma_hw_destroy(hw);
	return ret;
}

void armdma_hw_power_off(struct armdma_hw *hw)
{
	HW_ENTER(hw);
	struct clock *c = &hw->clk;

	bus_power_off(hw);
	while (c->len)
		clock_cancel(hw, c->heap[0]);
	hw->off = true;
}

void armdma_hw_destroy(struct armdma_hw *hw)
{
	struct sim_device *dev;

	if (!hw)
		return;
	lock_destroy(hw);
	while ((dev = SLIST_FIRST(&hw->devices))) {
		SLIST_REMOVE_HEAD(&hw->devices, link);
		dev->destroy(dev);
	}
	for (uint32_t i = 0; i < hw->cfg.nr_sysmmus; i++)
		if (hw->sysmmus[i])
			sysmmu_destroy(hw->sysmmus[i]);
	if (hw->bus)
		bus_destroy(hw);
	combiner_destroy(hw);
	mem_destroy(hw);
	clock_fini(&hw->clk);
	irq_fini(hw);
	hub_fini(&hw->ev);
	free(hw->regions);
	free(hw);
}

const struct armdma_config *armdma_hw_config(const struct armdma_hw *hw)
{
	return &hw->cfg;
}

struct armdma_events *armdma_hw_events(struct armdma_hw *hw)
{
	return &hw->ev.pub;
}

struct sim_device *hw_find_device(const struct armdma_hw *hw, const char *name)
{
	struct sim_device *dev;

	SLIST_FOREACH(dev, &hw->devices, link)
		if (!strncmp(dev->name, name, ARMDMA_NAME_LEN))
			return dev;
	return NULL;
}

/* All bus ports of a device. */
static void add_port_stats(const struct armdma_hw *hw, const struct armdma_device_config *dev,
			   struct armdma_hw_stats *st)
{
	char name[ARMDMA_NAME_LEN + 4];

	for (unsigned int n = 0; n < ARMDMA_MAX_PORTS; n++) {
		const struct bus_master *m;

		if (n)
			snprintf(name, sizeof(name), "%.15s:%u", dev->name, n);
		else
			strlcpy(name, dev->name, sizeof(name));
		m = bus_find_master(hw, name);
		if (m)
			bus_master_stats(m, st);
	}
}

void armdma_hw_stats(const struct armdma_hw *hw, struct armdma_hw_stats *st)
{
	HW_ENTER(hw);
	const struct sim_device *dev;

	*st = hw->st;
	st->cycles = hw->clk.now;
	for (uint32_t i = 0; i < hw->cfg.nr_sysmmus; i++)
		sysmmu_stats(hw->sysmmus[i], st);
	for (uint32_t i = 0; i < hw->cfg.nr_devices; i++)
		add_port_stats(hw, &hw->cfg.devices[i], st);
	SLIST_FOREACH(dev, &hw->devices, link)
		if (dev->stats)
			dev->stats(dev, st);
}

int armdma_hw_unit_stats(const struct armdma_hw *hw, const char *name, struct armdma_hw_stats *st)
{
	HW_ENTER(hw);
	const struct bus_master *m = bus_find_master(hw, name);
	const struct sim_device *dev = hw_find_device(hw, name);

	memset(st, 0, sizeof(*st));
	st->cycles = hw->clk.now;
	for (uint32_t i = 0; i < hw->cfg.nr_sysmmus; i++)
		if (!strcmp(sysmmu_name(hw->sysmmus[i]), name)) {
			sysmmu_stats(hw->sysmmus[i], st);
			return 0;
		}
	if (!m && !dev)
		return -ENOENT;
	if (m)
		bus_master_stats(m, st);
	if (dev && dev->stats)
		dev->stats(dev, st);
	return 0;
}
