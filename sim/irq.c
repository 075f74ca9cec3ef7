/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupt lines: level triggered, wired-or of their sources, shared by
 * handlers.
 */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "sim/combiner.h"
#include "sim/hw.h"
#include "sim/irq.h"
#include "sim/lock.h"
#include "sim/memory/cpu.h"

/* Calls in a row that no handler claims before a line is switched off. */
#define IRQ_STUCK 1000
/* How long to wait for a handler that may never end, and between two looks; host time. */
#define SYNC_LOOKS 20000
#define SYNC_NSEC 100000

void irq_init(struct armdma_hw *hw)
{
	for (uint32_t i = 0; i < ARMDMA_NR_IRQS; i++)
		SLIST_INIT(&hw->lines[i].actions);
}

void irq_fini(struct armdma_hw *hw)
{
	for (uint32_t i = 0; i < ARMDMA_NR_IRQS; i++) {
		struct irq_action *a;

		while ((a = SLIST_FIRST(&hw->lines[i].actions))) {
			SLIST_REMOVE_HEAD(&hw->lines[i].actions, link);
			free(a);
		}
	}
}

/* Handlers that are still wanted; a freed one (no function) may wait for the end of the call. */
static bool has_handler(const struct irq_line *l)
{
	const struct irq_action *a;

	SLIST_FOREACH(a, &l->actions, link)
		if (a->fn)
			return true;
	return false;
}

static void update_pending(struct armdma_hw *hw, uint32_t line)
{
	const struct irq_line *l = &hw->lines[line];
	uint64_t bit = 1ULL << (line % 64), was = hw->pending[line / 64] & bit;

	if (l->sources && !l->disabled && has_handler(l))
		hw->pending[line / 64] |= bit;
	else
		hw->pending[line / 64] &= ~bit;
	if ((hw->pending[line / 64] & bit) != was) {
		hw->nr_pending += was ? -1u : 1u;
		hw->clk.attention += was ? -1u : 1u;
	}
}

__attribute__((noinline))
static void emit(struct armdma_hw *hw, enum armdma_event_type type, uint32_t line, bool level)
{
	struct armdma_event ev = { .type = type, .addr = line, .value = level };

	armdma_event_emit(&hw->ev.pub, &ev);
}

void irq_set(struct armdma_hw *hw, uint32_t line, bool *asserted, bool level)
{
	struct irq_line *l;
	bool changed;

	if (*asserted == level)
		return;
	if (line >= ARMDMA_NR_IRQS) {
		combiner_set(hw, line - ARMDMA_NR_IRQS, asserted, level);
		return;
	}
	l = &hw->lines[line];
	*asserted = level;
	changed = level ? l->sources++ == 0 : --l->sources == 0;
	if (changed && armdma_event_on(&hw->ev.pub, ARMDMA_EV_IRQ_LEVEL))
		emit(hw, ARMDMA_EV_IRQ_LEVEL, line, level);
	update_pending(hw, line);
}

int armdma_hw_irq_request(struct armdma_hw *hw, uint32_t line, armdma_irq_fn fn, void *ctx)
{
	HW_ENTER(hw);
	struct irq_action *a, *last;

	if (line >= ARMDMA_NR_IRQS || !fn)
		return -EINVAL;
	a = calloc(1, sizeof(*a));
	if (!a)
		return -ENOMEM;
	a->fn = fn;
	a->ctx = ctx;
	/* Called in the order of registration. */
	last = SLIST_FIRST(&hw->lines[line].actions);
	while (last && SLIST_NEXT(last, link))
		last = SLIST_NEXT(last, link);
	if (last)
		SLIST_INSERT_AFTER(last, a, link);
	else
		SLIST_INSERT_HEAD(&hw->lines[line].actions, a, link);
	hw->lines[line].disabled = false;
	hw->lines[line].unhandled = 0;
	update_pending(hw, line);
	return 0;
}

/* Drop the actions that armdma_hw_irq_free() has emptied. */
static void sweep(struct irq_line *l)
{
	struct irq_action *a, *next;

	for (a = SLIST_FIRST(&l->actions); a; a = next) {
		next = SLIST_NEXT(a, link);
		if (a->fn)
			continue;
		SLIST_REMOVE(&l->actions, a, irq_action, link);
		free(a);
	}
}

void irq_handler_left(struct armdma_hw *hw, uint32_t line)
{
	hw->lines[line].busy = false;
	sweep(&hw->lines[line]);
}

static bool busy_elsewhere(const struct irq_line *l)
{
	return l->busy && l->server != lock_self();
}

void armdma_hw_irq_synchronize(struct armdma_hw *hw, uint32_t line)
{
	const struct timespec pause = { .tv_nsec = SYNC_NSEC };
	HW_ENTER(hw);

	if (!hw->lock || line >= ARMDMA_NR_IRQS)
		return;
	for (int i = 0; i < SYNC_LOOKS && busy_elsewhere(&hw->lines[line]); i++) {
		struct armdma_hold hold = armdma_hw_release(hw);

		nanosleep(&pause, NULL);
		armdma_hw_reacquire(hw, hold);
	}
}

void armdma_hw_irq_free(struct armdma_hw *hw, uint32_t line, armdma_irq_fn fn, void *ctx)
{
	HW_ENTER(hw);
	struct irq_action *a;

	if (line >= ARMDMA_NR_IRQS)
		return;
	SLIST_FOREACH(a, &hw->lines[line].actions, link)
		if (a->fn == fn && a->ctx == ctx)
			break;
	if (!a)
		return;
	a->fn = NULL;
	if (!hw->lines[line].busy)
		sweep(&hw->lines[line]);
	update_pending(hw, line);
	armdma_hw_irq_synchronize(hw, line);
}

/* The two apart for shared machines, so that the usual way needs no registers saved. */
__attribute__((noinline))
static unsigned int save_shared(struct armdma_hw *hw)
{
	HW_ENTER(hw);

	return hw->irq_depth++;
}

unsigned int armdma_hw_irq_save(struct armdma_hw *hw)
{
	if (__builtin_expect(hw->lock != NULL, 0))
		return save_shared(hw);
	return hw->irq_depth++;
}

/* Leaving the lock delivers what is pending. */
__attribute__((noinline))
static void restore_shared(struct armdma_hw *hw, unsigned int flags)
{
	HW_ENTER(hw);

	hw->irq_depth = flags;
}

void armdma_hw_irq_restore(struct armdma_hw *hw, unsigned int flags)
{
	if (__builtin_expect(hw->lock != NULL, 0)) {
		restore_shared(hw, flags);
		return;
	}
	hw->irq_depth = flags;
	if (hw->nr_pending)
		irq_deliver(hw);
}

bool armdma_hw_irqs_disabled(const struct armdma_hw *hw)
{
	HW_ENTER(hw);

	return hw->irq_depth || hw->in_irq || hw->off;
}

bool armdma_hw_in_irq(const struct armdma_hw *hw)
{
	HW_ENTER(hw);

	return hw->in_irq;
}

bool armdma_hw_irq_level(const struct armdma_hw *hw, uint32_t line)
{
	HW_ENTER(hw);

	if (line >= ARMDMA_NR_IRQS)
		return combiner_level(hw, line - ARMDMA_NR_IRQS);
	return hw->lines[line].sources;
}

static bool call_handler(struct armdma_hw *hw, const struct irq_action *a, uint32_t line)
{
	return hw->lock ? lock_call_handler(hw, a->fn, a->ctx, line) : a->fn(a->ctx, line);
}

static void call_line(struct armdma_hw *hw, uint32_t line)
{
	struct irq_line *l = &hw->lines[line];
	struct irq_action *a;
	bool handled = false;

	hw->clk.now += hw->cfg.costs.irq;
	hw->st.irqs++;
	choice_point(hw, 0, 0, false);
	/* Taking an interrupt is a barrier for loads: handlers see what the device wrote before it. */
	cpu_pull(hw);
	if (armdma_event_on(&hw->ev.pub, ARMDMA_EV_IRQ_ENTER))
		emit(hw, ARMDMA_EV_IRQ_ENTER, line, true);
	hw->in_irq++;
	l->busy = true;
	l->server = hw->lock ? lock_self() : 0;
	SLIST_FOREACH(a, &l->actions, link)
		if (a->fn)
			handled |= call_handler(hw, a, line);
	l->busy = false;
	sweep(l);
	hw->in_irq--;
	if (armdma_event_on(&hw->ev.pub, ARMDMA_EV_IRQ_EXIT))
		emit(hw, ARMDMA_EV_IRQ_EXIT, line, handled);
	l->unhandled = handled ? 0 : l->unhandled + 1;
	if (l->unhandled >= IRQ_STUCK) {
		l->disabled = true;
		armdma_hw_log(hw, "irq %u: nobody cared, line disabled", line);
		update_pending(hw, line);
	}
}

bool irq_deliver(struct armdma_hw *hw)
{
	bool called = false;

	if (!hw->nr_pending || hw->irq_depth || hw->in_irq || hw->off || !lock_outermost(hw))
		return false;
	for (unsigned int w = 0; w < ARMDMA_NR_IRQS / 64; w++) {
		uint64_t bits = hw->pending[w];

		while (bits) {
			uint32_t line = 64 * w + (uint32_t)__builtin_ctzll(bits);

			bits &= bits - 1;
			if (!(hw->pending[w] >> (line % 64) & 1))
				continue;	/* an earlier handler lowered it */
			if (hw->lines[line].busy)
				continue;	/* another thread is at it */
			call_line(hw, line);
			called = true;
		}
	}
	return called;
}
