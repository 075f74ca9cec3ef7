/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The driver of the interrupt combiner.
 *
 * A group's line calls the handlers of the lowest input that is high, and returns: the line stays high while another one is, so
 * it is called again (as Linux 6.1 does, drivers/irqchip/exynos-combiner.c).
 */
#include <errno.h>
#include <stdlib.h>

#include <armdma/combiner.h>
#include <armdma/hw.h>

#include "lib/irq/irq.h"

#define INPUTS 8u

struct action {
	SLIST_ENTRY(action) link;
	armdma_irq_fn fn;	/* NULL: freed while its input is being served */
	void *ctx;
};

struct group {
	struct irqchip *chip;
	uint32_t nr;
	uint32_t users;
	bool busy;
	SLIST_HEAD(, action) actions[INPUTS];
};

struct irqchip {
	struct armdma_machine *m;
	struct group groups[ARMDMA_MAX_COMBINER_GROUPS];
};

static uint32_t chip_read(const struct group *g, uint32_t reg)
{
	return armdma_hw_readl(g->chip->m->hw, g->chip->m->cfg->combiner.reg_base + reg);
}

static void chip_write(const struct group *g, uint32_t reg, uint32_t value)
{
	armdma_hw_writel(g->chip->m->hw, g->chip->m->cfg->combiner.reg_base + reg, value);
}

static struct group *group_of(struct armdma_machine *m, uint32_t irq, uint32_t *input)
{
	uint32_t n = irq - ARMDMA_NR_IRQS;

	if (irq < ARMDMA_NR_IRQS || n / INPUTS >= m->cfg->combiner.nr_groups)
		return NULL;
	*input = n % INPUTS;
	return &m->irqchip->groups[n / INPUTS];
}

/* Drop the actions that were freed. */
static void sweep(struct group *g, uint32_t input)
{
	struct action *a, *next;

	for (a = SLIST_FIRST(&g->actions[input]); a; a = next) {
		next = SLIST_NEXT(a, link);
		if (a->fn)
			continue;
		SLIST_REMOVE(&g->actions[input], a, action, link);
		free(a);
	}
}

/* It may leave by longjmp. */
static bool call_handler(struct armdma_hw *hw, const struct action *a, uint32_t irq)
{
	struct armdma_hold hold = armdma_hw_release(hw);
	bool handled = a->fn(a->ctx, irq);

	armdma_hw_reacquire(hw, hold);
	return handled;
}

static bool serve(void *ctx, uint32_t line)
{
	MACHINE_ENTER(((struct group *)ctx)->chip->m);
	struct group *g = ctx;
	uint32_t status, input;
	struct action *a;
	bool handled = false;

	(void)line;
	status = chip_read(g, ARMDMA_COMBINER_STATUS(g->nr)) >> ARMDMA_COMBINER_SHIFT(g->nr) & 0xFF;
	if (!status)
		return false;
	input = (uint32_t)__builtin_ctz(status);
	g->busy = true;
	SLIST_FOREACH(a, &g->actions[input], link)
		if (a->fn)
			handled |= call_handler(g->chip->m->hw, a, ARMDMA_IRQ_COMBINER(g->nr, input));
	g->busy = false;
	sweep(g, input);
	return handled;
}

int armdma_irq_request(struct armdma_machine *m, uint32_t irq, armdma_irq_fn fn, void *ctx)
{
	MACHINE_ENTER(m);
	uint32_t input;
	struct group *g = group_of(m, irq, &input);
	struct action *a, *last;
	int ret;

	if (irq < ARMDMA_NR_IRQS)
		return armdma_hw_irq_request(m->hw, irq, fn, ctx);
	if (!g || !fn)
		return -EINVAL;
	a = calloc(1, sizeof(*a));
	if (!a)
		return -ENOMEM;
	a->fn = fn;
	a->ctx = ctx;
	if (!g->users) {
		ret = armdma_hw_irq_request(m->hw, m->cfg->combiner.irq[g->nr], serve, g);
		if (ret) {
			free(a);
			return ret;
		}
	}
	g->users++;
	last = SLIST_FIRST(&g->actions[input]);
	while (last && SLIST_NEXT(last, link))
		last = SLIST_NEXT(last, link);
	if (last)
		SLIST_INSERT_AFTER(last, a, link);
	else
		SLIST_INSERT_HEAD(&g->actions[input], a, link);
	chip_write(g, ARMDMA_COMBINER_ENABLE_SET(g->nr), ARMDMA_COMBINER_BIT(g->nr, input));
	return 0;
}

static bool has_handler(const struct group *g, uint32_t input)
{
	const struct action *a;

	SLIST_FOREACH(a, &g->actions[input], link)
		if (a->fn)
			return true;
	return false;
}

void armdma_irq_free(struct armdma_machine *m, uint32_t irq, armdma_irq_fn fn, void *ctx)
{
	MACHINE_ENTER(m);
	uint32_t input;
	struct group *g = group_of(m, irq, &input);
	struct action *a;

	if (irq < ARMDMA_NR_IRQS) {
		armdma_hw_irq_free(m->hw, irq, fn, ctx);
		return;
	}
	if (!g)
		return;
	SLIST_FOREACH(a, &g->actions[input], link)
		if (a->fn == fn && a->ctx == ctx)
			break;
	if (!a)
		return;
	a->fn = NULL;
	if (!has_handler(g, input))
		chip_write(g, ARMDMA_COMBINER_ENABLE_CLEAR(g->nr), ARMDMA_COMBINER_BIT(g->nr, input));
	if (!g->busy)
		sweep(g, input);
	if (!--g->users)
		armdma_hw_irq_free(m->hw, m->cfg->combiner.irq[g->nr], serve, g);
	else
		armdma_hw_irq_synchronize(m->hw, m->cfg->combiner.irq[g->nr]);
}

int irqchip_create(struct armdma_machine *m)
{
	struct irqchip *chip = calloc(1, sizeof(*chip));

	if (!chip)
		return -ENOMEM;
	chip->m = m;
	for (uint32_t g = 0; g < ARMDMA_MAX_COMBINER_GROUPS; g++) {
		chip->groups[g].chip = chip;
		chip->groups[g].nr = g;
		for (uint32_t i = 0; i < INPUTS; i++)
			SLIST_INIT(&chip->groups[g].actions[i]);
	}
	m->irqchip = chip;
	return 0;
}

/* The lines are the hardware's, which goes next. */
void irqchip_destroy(struct armdma_machine *m)
{
	struct irqchip *chip = m->irqchip;
	struct action *a;

	if (!chip)
		return;
	for (uint32_t g = 0; g < ARMDMA_MAX_COMBINER_GROUPS; g++)
		for (uint32_t i = 0; i < INPUTS; i++)
			while ((a = SLIST_FIRST(&chip->groups[g].actions[i]))) {
				SLIST_REMOVE_HEAD(&chip->groups[g].actions[i], link);
				free(a);
			}
	free(chip);
	m->irqchip = NULL;
}
