/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The discrete-event clock: a heap of things to come, and the functions by
 * which software lets time pass.
 *
 * Software acts only between events. Events due at one instant run in the
 * order in which they were scheduled, so a run depends on nothing but its input.
 */
#include <errno.h>
#include <stdlib.h>

#include "sim/hw.h"
#include "sim/irq.h"
#include "sim/lock.h"
#include "sim/memory/cpu.h"
#include "sim/time.h"

static bool before(const struct clock_event *a, const struct clock_event *b)
{
	return a->when != b->when ? a->when < b->when : a->seq < b->seq;
}

static void place(struct clock *c, size_t i, struct clock_event *ev)
{
	c->heap[i] = ev;
	ev->slot = i + 1;
}

static void sift_up(struct clock *c, size_t i, struct clock_event *ev)
{
	while (i > 0) {
		size_t parent = (i - 1) / 2;

		if (!before(ev, c->heap[parent]))
			break;
		place(c, i, c->heap[parent]);
		i = parent;
	}
	place(c, i, ev);
}

static void sift_down(struct clock *c, size_t i, struct clock_event *ev)
{
	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= c->len)
			break;
		if (child + 1 < c->len && before(c->heap[child + 1], c->heap[child]))
			child++;
		if (!before(c->heap[child], ev))
			break;
		place(c, i, c->heap[child]);
		i = child;
	}
	place(c, i, ev);
}

__attribute__((noinline))
static void heap_remove(struct clock *c, struct clock_event *ev)
{
	size_t i = ev->slot - 1;
	struct clock_event *last = c->heap[--c->len];

	ev->slot = 0;
	if (last == ev)
		return;
	if (i > 0 && before(last, c->heap[(i - 1) / 2]))
		sift_up(c, i, last);
	else
		sift_down(c, i, last);
}

int clock_init(struct clock *c)
{
	c->cap = 64;
	c->heap = malloc(c->cap * sizeof(c->heap[0]));
	return c->heap ? 0 : -ENOMEM;
}

void clock_fini(struct clock *c)
{
	free(c->heap);
	c->heap = NULL;
	c->len = 0;
}

void clock_event_init(struct clock_event *ev, void (*fn)(struct clock_event *ev))
{
	ev->when = 0;
	ev->seq = 0;
	ev->fn = fn;
	ev->slot = 0;
}

static uint64_t deadline_of(const struct clock *c, uint64_t cycles)
{
	return cycles > UINT64_MAX - c->now ? UINT64_MAX : c->now + cycles;
}

__attribute__((noinline))
static bool grow(struct armdma_hw *hw)
{
	struct clock *c = &hw->clk;
	struct clock_event **heap = realloc(c->heap, 2 * c->cap * sizeof(heap[0]));

	if (!heap) {
		/* One entry a unit: this means the host is out of memory for good. */
		armdma_hw_log(hw, "clock: out of memory, an event is lost");
		return false;
	}
	c->heap = heap;
	c->cap *= 2;
	return true;
}

void clock_schedule(struct armdma_hw *hw, struct clock_event *ev, uint64_t delay)
{
	struct clock *c = &hw->clk;

	if (ev->slot)
		heap_remove(c, ev);
	if (c->len == c->cap && !grow(hw))
		return;
	ev->when = deadline_of(c, delay);
	ev->seq = c->seq++;
	if (c->len++)
		sift_up(c, c->len - 1, ev);
	else
		place(c, 0, ev);
}

void clock_cancel(struct armdma_hw *hw, struct clock_event *ev)
{
	if (ev->slot)
		heap_remove(&hw->clk, ev);
}

uint64_t clock_next_due(const struct armdma_hw *hw)
{
	const struct clock *c = &hw->clk;

	if (c->len && c->heap[0]->when < c->horizon)
		return c->heap[0]->when;
	return c->horizon;
}

/* Run the first event if it is due by `limit`. Inside an event time passes, but nothing else happens. */
static inline bool run_one(struct armdma_hw *hw, uint64_t limit)
{
	struct clock *c = &hw->clk;
	struct clock_event *ev;

	if (c->running || !c->len || c->heap[0]->when > limit)
		return false;
	ev = c->heap[0];
	if (c->len == 1) {
		c->len = 0;
		ev->slot = 0;
	} else {
		heap_remove(c, ev);
	}
	if (ev->when > c->now)
		c->now = ev->when;
	c->horizon = limit;	/* where another thread's advance may have left its own */
	c->running = true;
	ev->fn(ev);
	c->running = false;
	if (__builtin_expect(hw->lock != NULL, 0))
		lock_breathe(hw);
	if (hw->nr_pending)
		irq_deliver(hw);
	return true;
}

/* A line that stays high calls its handler again and again; time passes even if that costs nothing. */
static bool deliver_again(struct armdma_hw *hw)
{
	uint64_t before = hw->clk.now;

	if (!irq_deliver(hw))
		return false;
	if (hw->clk.now == before)
		hw->clk.now++;
	return true;
}

void armdma_hw_advance(struct armdma_hw *hw, uint64_t cycles)
{
	HW_ENTER(hw);
	struct clock *c = &hw->clk;
	uint64_t target = deadline_of(c, cycles), horizon = c->horizon;

	choice_point(hw, 0, 0, false);
	c->horizon = target;
	while (run_one(hw, target))
		;
	if (c->now < target)
		c->now = target;
	c->horizon = horizon;
	cpu_age(hw);
	irq_deliver(hw);
	choice_point(hw, 0, 0, false);
}

void clock_cost(struct armdma_hw *hw, uint64_t cycles)
{
	/* Where the CPU does something it matters what devices have done by then; where it waits, they go on anyway. */
	choice_point(hw, 0, 0, true);
	armdma_hw_advance(hw, cycles);
}

uint64_t armdma_hw_now(const struct armdma_hw *hw)
{
	HW_ENTER(hw);

	return hw->clk.now;
}

void armdma_hw_cpu_relax(struct armdma_hw *hw)
{
	armdma_hw_advance(hw, hw->cfg.costs.cpu_relax);
}

void armdma_hw_udelay(struct armdma_hw *hw, unsigned long usecs)
{
	armdma_hw_advance(hw, (uint64_t)usecs * CLOCK_MHZ);
}

int clock_wait(struct armdma_hw *hw, bool (*cond)(void *ctx), void *ctx, uint64_t max_cycles)
{
	struct clock *c = &hw->clk;
	uint64_t deadline = deadline_of(c, max_cycles), horizon = c->horizon;
	int ret = 0;

	c->horizon = deadline;
	irq_deliver(hw);
	for (;;) {
		cpu_age(hw);
		choice_point(hw, 0, 0, false);
		if (cond(ctx))
			break;
		if (c->now >= deadline) {
			ret = -ETIMEDOUT;
			break;
		}
		if (run_one(hw, deadline))
			continue;
		if (deliver_again(hw))
			continue;
		if (!c->len) {
			ret = -EDEADLK;
			break;
		}
		c->now = deadline;
	}
	c->horizon = horizon;
	return ret;
}

/* The user's condition, asked with the lock free. */
struct condition {
	struct armdma_hw *hw;
	bool (*fn)(void *ctx);
	void *ctx;
};

static bool ask(void *ctx)
{
	const struct condition *c = ctx;
	struct armdma_hold hold = armdma_hw_release(c->hw);
	bool met = c->fn(c->ctx);

	armdma_hw_reacquire(c->hw, hold);
	return met;
}

int armdma_hw_wait(struct armdma_hw *hw, bool (*cond)(void *ctx), void *ctx, uint64_t max_cycles)
{
	HW_ENTER(hw);
	struct condition c = { hw, cond, ctx };

	return hw->lock ? clock_wait(hw, ask, &c, max_cycles) : clock_wait(hw, cond, ctx, max_cycles);
}

int armdma_hw_run_until_idle(struct armdma_hw *hw, uint64_t max_cycles)
{
	HW_ENTER(hw);
	struct clock *c = &hw->clk;
	uint64_t deadline = deadline_of(c, max_cycles), horizon = c->horizon;
	int ret = 0;

	c->horizon = deadline;
	irq_deliver(hw);
	while (c->len || deliver_again(hw)) {
		if (c->now >= deadline || (c->len && !run_one(hw, deadline))) {
			if (c->now < deadline)
				c->now = deadline;
			ret = -ETIMEDOUT;
			break;
		}
	}
	c->horizon = horizon;
	cpu_age(hw);
	choice_point(hw, 0, 0, false);
	return ret;
}
