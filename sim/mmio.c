/* SPDX-License-Identifier: BSD-2-Clause */
/* The register decoder: which unit answers at an address. */
#include <errno.h>
#include <stdlib.h>

#include "sim/bus/bus.h"
#include "sim/hw.h"
#include "sim/lock.h"
#include "sim/memory/cpu.h"
#include "sim/time.h"

int mmio_add(struct armdma_hw *hw, const struct mmio_region *region)
{
	struct mmio_region *r;
	size_t i, n = hw->nr_regions;

	for (i = 0; i < n; i++) {
		const struct mmio_region *o = &hw->regions[i];

		if (region->base < o->base + o->size && o->base < region->base + region->size)
			return -EBUSY;
	}
	r = realloc(hw->regions, (n + 1) * sizeof(*r));
	if (!r)
		return -ENOMEM;
	hw->regions = r;
	for (i = n; i > 0 && r[i - 1].base > region->base; i--)
		r[i] = r[i - 1];
	r[i] = *region;
	hw->nr_regions = n + 1;
	return 0;
}

static const struct mmio_region *decode(struct armdma_hw *hw, armdma_phys_t reg)
{
	size_t lo = 0, hi = hw->nr_regions;
	const struct mmio_region *r;

	if (hw->last_region < hi) {
		r = &hw->regions[hw->last_region];
		if (reg - r->base < r->size)
			return r;
	}
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		r = &hw->regions[mid];
		if (reg < r->base) {
			hi = mid;
		} else if (reg - r->base >= r->size) {
			lo = mid + 1;
		} else {
			hw->last_region = mid;
			return r;
		}
	}
	return NULL;
}

__attribute__((noinline))
static void emit(struct armdma_hw *hw, enum armdma_event_type type, const char *who,
		 armdma_phys_t reg, uint32_t value)
{
	struct armdma_event ev = { .type = type, .who = who, .addr = reg, .value = value };

	armdma_event_emit(&hw->ev.pub, &ev);
}

/* A unit without clock or power leaves the bus without an answer: the CPU takes an external abort. */
__attribute__((noinline))
static void no_answer(struct armdma_hw *hw, const struct mmio_region *r, armdma_phys_t reg, bool write)
{
	armdma_hw_log(hw, "external abort: %s of register 0x%llx of %s: %s", write ? "write" : "read",
		      (unsigned long long)reg, r->name,
		      r->power->power_off ? "it is powered off" : "its clock is gated");
	emit(hw, ARMDMA_EV_ABORT, r->name, reg, write);
}

static inline bool answers(struct armdma_hw *hw, const struct mmio_region *r, armdma_phys_t reg, bool write)
{
	const struct unit_power *p = r->power;

	if (__builtin_expect(!p || !(p->clock_off | p->power_off), 1))
		return true;
	no_answer(hw, r, reg, write);
	return false;
}

bool mmio_by_master(struct armdma_hw *hw, armdma_phys_t pa, void *buf, size_t len, bool write)
{
	const struct mmio_region *r = (pa | len) % 4 ? NULL : decode(hw, pa);
	uint8_t *bytes = buf;

	if (!r || len > r->base + r->size - pa || !answers(hw, r, pa, write))
		return false;
	for (size_t at = 0; at < len; at += 4) {
		uint32_t reg = (uint32_t)(pa + at - r->base), v;

		if (write) {
			v = (uint32_t)(bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16) |
			    (uint32_t)bytes[at + 3] << 24;
			r->write(r->ctx, reg, v);
			continue;
		}
		v = r->read(r->ctx, reg);
		for (unsigned int i = 0; i < 4; i++)
			bytes[at + i] = (uint8_t)(v >> 8 * i);
	}
	return true;
}

ARMDMA_INLINE uint32_t read_reg(struct armdma_hw *hw, armdma_phys_t reg)
{
	const struct mmio_region *r;
	uint32_t v;

	clock_pass(hw, hw->cfg.costs.reg_read);
	hw->st.reg_reads++;
	r = reg & 3 ? NULL : decode(hw, reg);
	if (!r) {
		armdma_hw_log(hw, "external abort: read of register 0x%llx: no unit decodes it",
			      (unsigned long long)reg);
		emit(hw, ARMDMA_EV_ABORT, NULL, reg, false);
		return 0;
	}
	if (!answers(hw, r, reg, false))
		return 0;
	v = r->read(r->ctx, (uint32_t)(reg - r->base));
	if (armdma_event_on(&hw->ev.pub, ARMDMA_EV_REG_READ))
		emit(hw, ARMDMA_EV_REG_READ, r->name, reg, v);
	return v;
}

/*
 * May a write to the unit be what makes it look into memory? One that is at work looks there by itself: what it finds need not
 * have been announced (an interrupt handler acknowledges, while descriptors behind the running one are being filled).
 */
static bool wakes(const struct armdma_hw *hw, const struct mmio_region *r)
{
	const struct bus_master *m = bus_find_master(hw, r->name);

	return m && !bus_master_active(m);
}

/* site: of a write that lets stores wait, which may turn out to have announced them too early; else NULL. */
ARMDMA_INLINE void write_reg(struct armdma_hw *hw, armdma_phys_t reg, uint32_t value, const void *site)
{
	const struct mmio_region *r;

	clock_pass(hw, hw->cfg.costs.reg_write);
	hw->st.reg_writes++;
	r = reg & 3 ? NULL : decode(hw, reg);
	if (!r) {
		armdma_hw_log(hw,
			      "external abort: write of 0x%08x to register 0x%llx: no unit decodes it",
			      value, (unsigned long long)reg);
		emit(hw, ARMDMA_EV_ABORT, NULL, reg, true);
		return;
	}
	if (!answers(hw, r, reg, true))
		return;
	if (armdma_event_on(&hw->ev.pub, ARMDMA_EV_REG_WRITE))
		emit(hw, ARMDMA_EV_REG_WRITE, r->name, reg, value);
	if (site && cpu_has_stores(hw) && wakes(hw, r))
		cpu_rings(hw, r->name, site);
	r->write(r->ctx, (uint32_t)(reg - r->base), value);
}

/* The doors of a shared machine apart, so that those of others pay for one branch. */
__attribute__((noinline))
static uint32_t read_shared(struct armdma_hw *hw, armdma_phys_t reg, bool barrier)
{
	HW_ENTER(hw);
	uint32_t v = read_reg(hw, reg);

	if (barrier)
		cpu_pull(hw);
	return v;
}

__attribute__((noinline))
static void write_shared(struct armdma_hw *hw, armdma_phys_t reg, uint32_t value, bool barrier, const void *site)
{
	HW_ENTER(hw);

	if (barrier) {
		cpu_drain(hw);
		cpu_pull(hw);
	}
	write_reg(hw, reg, value, site);
}

uint32_t armdma_hw_readl_relaxed(struct armdma_hw *hw, armdma_phys_t reg)
{
	if (__builtin_expect(hw->lock != NULL, 0))
		return read_shared(hw, reg, false);
	return read_reg(hw, reg);
}

void armdma_hw_writel_relaxed(struct armdma_hw *hw, armdma_phys_t reg, uint32_t value)
{
	if (__builtin_expect(hw->lock != NULL, 0))
		write_shared(hw, reg, value, false, __builtin_return_address(0));
	else
		write_reg(hw, reg, value, __builtin_return_address(0));
}

uint32_t armdma_hw_readl(struct armdma_hw *hw, armdma_phys_t reg)
{
	uint32_t v;

	if (__builtin_expect(hw->lock != NULL, 0))
		return read_shared(hw, reg, true);
	v = read_reg(hw, reg);
	cpu_pull(hw);
	return v;
}

void armdma_hw_writel(struct armdma_hw *hw, armdma_phys_t reg, uint32_t value)
{
	if (__builtin_expect(hw->lock != NULL, 0)) {
		write_shared(hw, reg, value, true, NULL);
		return;
	}
	cpu_complete(hw);
	cpu_pull(hw);
	write_reg(hw, reg, value, NULL);
}
