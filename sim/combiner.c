/* SPDX-License-Identifier: BSD-2-Clause */
/* The interrupt combiner: or-gates with an enable bit for each input. */
#include <errno.h>
#include <stdlib.h>

#include <armdma/combiner.h>

#include "sim/combiner.h"

#define INPUTS 8u
#define NR_BANKS (ARMDMA_MAX_COMBINER_GROUPS / 4)

struct combiner {
	struct armdma_hw *hw;
	uint32_t sources[ARMDMA_MAX_COMBINER_GROUPS * INPUTS];	/* how many drive an input high */
	uint32_t raw[NR_BANKS], enabled[NR_BANKS];
	bool out[ARMDMA_MAX_COMBINER_GROUPS];
};

static void update_group(struct combiner *c, uint32_t group)
{
	uint32_t high = c->raw[group / 4] & c->enabled[group / 4];

	irq_set(c->hw, c->hw->cfg.combiner.irq[group], &c->out[group],
		high >> ARMDMA_COMBINER_SHIFT(group) & 0xFF);
}

static void update_bank(struct combiner *c, uint32_t bank)
{
	for (uint32_t g = 4 * bank; g < 4 * bank + 4 && g < c->hw->cfg.combiner.nr_groups; g++)
		update_group(c, g);
}

__attribute__((noinline))
static void emit(struct armdma_hw *hw, uint32_t n, bool level)
{
	struct armdma_event ev = {
		.type = ARMDMA_EV_IRQ_LEVEL, .addr = ARMDMA_NR_IRQS + n, .value = level,
	};

	armdma_event_emit(&hw->ev.pub, &ev);
}

void combiner_set(struct armdma_hw *hw, uint32_t n, bool *asserted, bool level)
{
	struct combiner *c = hw->combiner;
	uint32_t group = n / INPUTS, bit = ARMDMA_COMBINER_BIT(group, n % INPUTS);
	bool changed;

	if (!c || group >= hw->cfg.combiner.nr_groups)
		return;
	*asserted = level;
	changed = level ? c->sources[n]++ == 0 : --c->sources[n] == 0;
	if (!changed)
		return;
	if (level)
		c->raw[group / 4] |= bit;
	else
		c->raw[group / 4] &= ~bit;
	if (armdma_event_on(&hw->ev.pub, ARMDMA_EV_IRQ_LEVEL))
		emit(hw, n, level);
	update_group(c, group);
}

bool combiner_level(const struct armdma_hw *hw, uint32_t n)
{
	return hw->combiner && n / INPUTS < hw->cfg.combiner.nr_groups && hw->combiner->sources[n];
}

/* Groups that there are, as bits of a bank's registers. */
static uint32_t present(const struct combiner *c, uint32_t bank)
{
	uint32_t groups = c->hw->cfg.combiner.nr_groups;

	if (4 * bank >= groups)
		return 0;
	return groups - 4 * bank >= 4 ? ~0u : (1u << 8 * (groups - 4 * bank)) - 1;
}

static void unknown(const struct combiner *c, const char *what, uint32_t offset)
{
	armdma_hw_log(c->hw, "combiner: %s of unknown register 0x%03x", what, offset);
}

static uint32_t combiner_read(void *ctx, uint32_t offset)
{
	const struct combiner *c = ctx;
	uint32_t bank = offset / 0x10;

	if (bank >= NR_BANKS || !present(c, bank)) {
		unknown(c, "read", offset);
		return 0;
	}
	switch (offset % 0x10) {
	case 0x8:
		return c->raw[bank];
	case 0xC:
		return c->raw[bank] & c->enabled[bank];
	default:
		return c->enabled[bank];
	}
}

static void combiner_write(void *ctx, uint32_t offset, uint32_t value)
{
	struct combiner *c = ctx;
	uint32_t bank = offset / 0x10;

	if (bank >= NR_BANKS || !present(c, bank) || offset % 0x10 >= 0x8) {
		unknown(c, "write", offset);
		return;
	}
	if (offset % 0x10)
		c->enabled[bank] &= ~value;
	else
		c->enabled[bank] |= value & present(c, bank);
	update_bank(c, bank);
}

int combiner_create(struct armdma_hw *hw)
{
	struct mmio_region region = {
		.base = hw->cfg.combiner.reg_base, .size = ARMDMA_COMBINER_REG_SIZE, .name = "combiner",
		.read = combiner_read, .write = combiner_write,
	};
	struct combiner *c;
	int ret;

	if (!hw->cfg.combiner.nr_groups)
		return 0;
	c = calloc(1, sizeof(*c));
	if (!c)
		return -ENOMEM;
	c->hw = hw;
	region.ctx = c;
	ret = mmio_add(hw, &region);
	if (ret) {
		free(c);
		return ret;
	}
	hw->combiner = c;
	return 0;
}

void combiner_destroy(struct armdma_hw *hw)
{
	free(hw->combiner);
	hw->combiner = NULL;
}
