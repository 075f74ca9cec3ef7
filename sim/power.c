/* SPDX-License-Identifier: BSD-2-Clause */
/* Clock gates and power domains: which units they are about, and what each of these loses. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sim/bus/bus.h"
#include "sim/hw.h"
#include "sim/lock.h"
#include "sim/sysmmu/sysmmu.h"

enum { KIND_POWER, KIND_CLOCK };

static void emit(struct armdma_hw *hw, const char *unit, bool on, uint32_t kind)
{
	struct armdma_event ev = { .type = ARMDMA_EV_POWER, .who = unit, .value = on, .flags = kind };

	if (armdma_event_on(&hw->ev.pub, ARMDMA_EV_POWER))
		armdma_event_emit(&hw->ev.pub, &ev);
}

static bool same(const char *a, const char *b)
{
	return !strncmp(a, b, ARMDMA_NAME_LEN);
}

int armdma_hw_clock_gate(struct armdma_hw *hw, const char *unit, bool on)
{
	HW_ENTER(hw);
	struct sim_device *dev = hw_find_device(hw, unit);

	for (uint32_t i = 0; i < hw->cfg.nr_sysmmus; i++)
		if (same(sysmmu_name(hw->sysmmus[i]), unit)) {
			sysmmu_set_clock(hw->sysmmus[i], on);
			emit(hw, sysmmu_name(hw->sysmmus[i]), on, KIND_CLOCK);
			return 0;
		}
	if (!dev)
		return -ENOENT;
	dev->power.clock_off = !on;
	emit(hw, dev->name, on, KIND_CLOCK);
	return 0;
}

/* Transfers of all ports of a device are lost. */
static void drop_transfers(struct armdma_hw *hw, const struct armdma_device_config *cfg)
{
	char name[ARMDMA_NAME_LEN + 8];

	for (unsigned int n = 0; n < ARMDMA_MAX_PORTS; n++) {
		struct bus_master *m;

		if (n)
			snprintf(name, sizeof(name), "%.*s:%u", ARMDMA_NAME_LEN, cfg->name, n);
		else
			snprintf(name, sizeof(name), "%.*s", ARMDMA_NAME_LEN, cfg->name);
		m = bus_find_master(hw, name);
		if (m)
			bus_master_reset(m);
	}
}

static void power_device(struct armdma_hw *hw, const struct armdma_device_config *cfg, bool on)
{
	struct sim_device *dev = hw_find_device(hw, cfg->name);

	if (!on) {
		if (dev && dev->reset)
			dev->reset(dev);
		drop_transfers(hw, cfg);
	}
	if (dev)
		dev->power.power_off = !on;
	emit(hw, cfg->name, on, KIND_POWER);
}

int armdma_hw_power_domain(struct armdma_hw *hw, const char *domain, bool on)
{
	HW_ENTER(hw);
	bool found = false;

	if (!domain[0])
		return -ENOENT;
	/* Masters go first and come last. */
	for (int devices = !on, turn = 0; turn < 2; turn++, devices = !devices) {
		for (uint32_t i = 0; devices && i < hw->cfg.nr_devices; i++)
			if (same(hw->cfg.devices[i].power_domain, domain)) {
				power_device(hw, &hw->cfg.devices[i], on);
				found = true;
			}
		for (uint32_t i = 0; !devices && i < hw->cfg.nr_sysmmus; i++)
			if (same(sysmmu_power_domain(hw->sysmmus[i]), domain)) {
				sysmmu_set_power(hw->sysmmus[i], on);
				emit(hw, sysmmu_name(hw->sysmmus[i]), on, KIND_POWER);
				found = true;
			}
	}
	return found ? 0 : -ENOENT;
}
