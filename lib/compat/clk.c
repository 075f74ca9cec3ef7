/* SPDX-License-Identifier: BSD-2-Clause */
/* Clocks of the devices that drivers are bound to. */
#include <stdlib.h>

#include <linux/clk.h>

#include "lib/compat/internal.h"

struct clk {
	struct board_device *board;
	unsigned int enabled;
};

/* The gate is open while all of them are enabled. */
static void set_gate(struct board_device *b)
{
	armdma_hw_clock_gate(armdma_machine_hw(b->m), b->name, b->clks_on == b->clks);
}

static void put(void *data)
{
	struct clk *clk = data;

	clk->board->clks--;
	clk->board->clks_on -= clk->enabled != 0;
	set_gate(clk->board);
}

static struct board_device *board_with(const struct device *dev)
{
	struct armdma_machine *m = armdma_compat_machine();
	struct compat *c = m ? compat_of(m) : NULL;
	struct board_device *b;

	if (!c)
		return NULL;
	TAILQ_FOREACH(b, &c->devices, link)
		if (&b->pdev.dev == dev && dev->armdma)
			return b;
	return NULL;
}

struct clk *devm_clk_get(struct device *dev, const char *id)
{
	struct board_device *b = board_with(dev);
	struct clk *clk;

	(void)id;
	if (!b)
		return ERR_PTR(-ENOENT);
	clk = calloc(1, sizeof(*clk));
	if (!clk)
		return ERR_PTR(-ENOMEM);
	clk->board = b;
	if (devres_push(dev, put, clk, true)) {
		free(clk);
		return ERR_PTR(-ENOMEM);
	}
	b->clks++;
	set_gate(b);
	return clk;
}

int clk_enable(struct clk *clk)
{
	if (!clk || clk->enabled++)
		return 0;
	clk->board->clks_on++;
	set_gate(clk->board);
	return 0;
}

void clk_disable(struct clk *clk)
{
	if (!clk)
		return;
	if (WARN(!clk->enabled, "%s: clk_disable() of a clock that is not enabled", clk->board->name))
		return;
	if (--clk->enabled)
		return;
	clk->board->clks_on--;
	set_gate(clk->board);
}
