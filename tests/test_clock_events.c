/* SPDX-License-Identifier: BSD-2-Clause */
/* The discrete-event clock: order, nesting, horizon, and what the waiting calls return. */
#include <errno.h>
#include <stdlib.h>

#include "memory_rig.h"
#include "sim/hw.h"
#include "sim/time.h"

struct recorder;
struct probe {
	struct clock_event ev;
	struct recorder *r;
	char name;
	uint64_t again;		/* > 0: schedule itself this many cycles later ... */
	unsigned int times;	/* ... so often */
	void (*extra)(struct probe *p);
};

struct recorder {
	struct armdma_hw *hw;
	char names[256];
	uint64_t when[256];
	unsigned int n;
	bool flag;
	uint64_t due;
	int ret;
	struct probe *other;
	bool level;
};

static void fire(struct clock_event *ev)
{
	struct probe *p = (struct probe *)ev;
	struct recorder *r = p->r;

	if (r->n < 255) {
		r->names[r->n] = p->name;
		r->when[r->n++] = armdma_hw_now(r->hw);
	}
	if (p->times && p->times--)
		clock_schedule(r->hw, ev, p->again);
	if (p->extra)
		p->extra(p);
}

static struct probe probe(struct recorder *r, char name)
{
	struct probe p = { .r = r, .name = name };

	clock_event_init(&p.ev, fire);
	return p;
}

static struct recorder start(void)
{
	struct armdma_config cfg = rig_config();
	struct recorder r;

	memset(&r, 0, sizeof(r));
	r.hw = rig_create(&cfg);
	return r;
}

static void events_run_by_time_and_at_one_instant_in_order_of_scheduling(void **state)
{
	struct recorder r = start();
	struct probe p[5];
	static const uint64_t delays[5] = { 20, 10, 20, 10, 0 };

	(void)state;
	for (int i = 0; i < 5; i++) {
		p[i] = probe(&r, (char)('a' + i));
		clock_schedule(r.hw, &p[i].ev, delays[i]);
	}
	armdma_hw_advance(r.hw, 9);
	assert_string_equal(r.names, "e");
	armdma_hw_advance(r.hw, 11);
	assert_string_equal(r.names, "ebdac");
	assert_int_equal(r.when[1], 10);
	assert_int_equal(r.when[4], 20);
	assert_int_equal(armdma_hw_now(r.hw), 20);
	armdma_hw_destroy(r.hw);
}

static void scheduling_again_moves_an_event_behind_its_equals(void **state)
{
	struct recorder r = start();
	struct probe a = probe(&r, 'a'), b = probe(&r, 'b'), c = probe(&r, 'c');

	(void)state;
	clock_schedule(r.hw, &a.ev, 10);
	clock_schedule(r.hw, &b.ev, 10);
	clock_schedule(r.hw, &c.ev, 5);
	clock_schedule(r.hw, &a.ev, 10);
	clock_schedule(r.hw, &c.ev, 11);
	assert_true(clock_queued(&a.ev));
	clock_cancel(r.hw, &c.ev);
	assert_false(clock_queued(&c.ev));
	clock_cancel(r.hw, &c.ev);
	armdma_hw_advance(r.hw, 100);
	assert_string_equal(r.names, "ba");
	assert_false(clock_queued(&a.ev));
	armdma_hw_destroy(r.hw);
}

static int by_time(const void *x, const void *y)
{
	const struct clock_event *const *a = x, *const *b = y;

	if ((*a)->when != (*b)->when)
		return (*a)->when < (*b)->when ? -1 : 1;
	return (*a)->seq < (*b)->seq ? -1 : 1;
}

/* Heap against sorting, with many events, moves and cancels. */
static void many_events_come_in_sorted_order(void **state)
{
	static struct probe p[200];
	struct clock_event *sorted[200];
	struct recorder r = start();
	uint64_t rnd = 5;
	unsigned int n = 0;

	(void)state;
	for (int round = 0; round < 20; round++) {
		for (int i = 0; i < 200; i++)
			p[i] = probe(&r, (char)i);
		for (int i = 0; i < 600; i++) {
			struct probe *x = &p[rig_below(&rnd, 200)];

			if (rig_below(&rnd, 4))
				clock_schedule(r.hw, &x->ev, rig_below(&rnd, 50));
			else
				clock_cancel(r.hw, &x->ev);
		}
		for (int i = n = 0; i < 200; i++)
			if (clock_queued(&p[i].ev))
				sorted[n++] = &p[i].ev;
		qsort(sorted, n, sizeof(sorted[0]), by_time);
		r.n = 0;
		armdma_hw_advance(r.hw, 50);
		assert_int_equal(r.n, n);
		for (unsigned int i = 0; i < n; i++)
			assert_int_equal(r.names[i], ((struct probe *)sorted[i])->name);
	}
	armdma_hw_destroy(r.hw);
}

static void event_may_schedule_itself_within_one_advance(void **state)
{
	struct recorder r = start();
	struct probe a = probe(&r, 'a');

	(void)state;
	a.again = 10;
	a.times = 100;
	clock_schedule(r.hw, &a.ev, 10);
	armdma_hw_advance(r.hw, 35);
	assert_string_equal(r.names, "aaa");
	clock_cancel(r.hw, &a.ev);
	armdma_hw_destroy(r.hw);
}

static void see_due(struct probe *p)
{
	p->r->due = clock_next_due(p->r->hw);
}

static void next_due_is_the_next_event_or_the_end_of_the_advance(void **state)
{
	struct recorder r = start();
	struct probe a = probe(&r, 'a'), b = probe(&r, 'b');

	(void)state;
	a.extra = see_due;
	clock_schedule(r.hw, &a.ev, 10);
	clock_schedule(r.hw, &b.ev, 30);
	armdma_hw_advance(r.hw, 20);
	assert_int_equal(r.due, 20);
	clock_schedule(r.hw, &a.ev, 5);
	armdma_hw_advance(r.hw, 100);
	assert_int_equal(r.due, 30);
	clock_schedule(r.hw, &a.ev, 5);
	armdma_hw_run_until_idle(r.hw, 1000);
	assert_int_equal(r.due, 120 + 1000);
	armdma_hw_destroy(r.hw);
}

/* ---- nesting ----------------------------------------------------------- */

static void advance_inside(struct probe *p)
{
	armdma_hw_advance(p->r->hw, 50);
}

static void inside_an_event_time_passes_but_no_other_event_runs(void **state)
{
	struct recorder r = start();
	struct probe a = probe(&r, 'a'), b = probe(&r, 'b');

	(void)state;
	a.extra = advance_inside;
	clock_schedule(r.hw, &a.ev, 10);
	clock_schedule(r.hw, &b.ev, 20);
	armdma_hw_advance(r.hw, 15);
	assert_string_equal(r.names, "a");
	assert_int_equal(armdma_hw_now(r.hw), 60);
	/* What has become late runs at the next occasion. */
	armdma_hw_advance(r.hw, 1);
	assert_string_equal(r.names, "ab");
	assert_int_equal(r.when[1], 60);
	armdma_hw_destroy(r.hw);
}

static bool slow_handler(void *ctx, uint32_t line)
{
	struct recorder *r = ctx;

	r->names[r->n++] = '<';
	irq_set(r->hw, line, &r->level, false);
	armdma_hw_advance(r->hw, 100);	/* polls a device, say */
	r->names[r->n++] = '>';
	return true;
}

static void raise_line(struct probe *p)
{
	irq_set(p->r->hw, 3, &p->r->level, true);
}

static void handler_that_advances_runs_events_and_the_outer_advance_goes_on(void **state)
{
	struct recorder r = start();
	struct probe a = probe(&r, 'a'), b = probe(&r, 'b'), c = probe(&r, 'c');

	(void)state;
	armdma_hw_irq_request(r.hw, 3, slow_handler, &r);
	a.extra = raise_line;
	clock_schedule(r.hw, &a.ev, 10);
	clock_schedule(r.hw, &b.ev, 50);
	clock_schedule(r.hw, &c.ev, 180);
	armdma_hw_advance(r.hw, 200);
	assert_string_equal(r.names, "a<b>c");
	assert_int_equal(armdma_hw_now(r.hw), 200);
	/* A handler that takes longer than the advance around it: time never goes back. */
	clock_schedule(r.hw, &a.ev, 0);
	armdma_hw_advance(r.hw, 5);
	assert_true(armdma_hw_now(r.hw) >= 300);
	assert_int_equal(r.hw->clk.horizon, 0);
	armdma_hw_destroy(r.hw);
}

/* ---- waiting ----------------------------------------------------------- */

static bool flag(void *ctx)
{
	return ((struct recorder *)ctx)->flag;
}

static void set_flag(struct probe *p)
{
	p->r->flag = true;
}

static void wait_returns_when_the_condition_comes_true(void **state)
{
	struct recorder r = start();
	struct probe a = probe(&r, 'a'), b = probe(&r, 'b');

	(void)state;
	a.extra = set_flag;
	clock_schedule(r.hw, &a.ev, 30);
	clock_schedule(r.hw, &b.ev, 60);
	assert_int_equal(armdma_hw_wait(r.hw, flag, &r, 1000), 0);
	assert_int_equal(armdma_hw_now(r.hw), 30);
	/* True at once: no time passes. */
	assert_int_equal(armdma_hw_wait(r.hw, flag, &r, 0), 0);
	assert_int_equal(armdma_hw_now(r.hw), 30);
	armdma_hw_destroy(r.hw);
}

static void wait_times_out_at_its_maximum(void **state)
{
	struct recorder r = start();
	struct probe a = probe(&r, 'a');

	(void)state;
	a.again = 7;
	a.times = 1000;
	clock_schedule(r.hw, &a.ev, 0);
	assert_int_equal(armdma_hw_wait(r.hw, flag, &r, 100), -ETIMEDOUT);
	assert_int_equal(armdma_hw_now(r.hw), 100);
	/* An event after the maximum. */
	clock_schedule(r.hw, &a.ev, 500);
	assert_int_equal(armdma_hw_wait(r.hw, flag, &r, 100), -ETIMEDOUT);
	assert_int_equal(armdma_hw_now(r.hw), 200);
	armdma_hw_destroy(r.hw);
}

static void wait_for_what_nothing_can_bring_is_a_deadlock(void **state)
{
	struct recorder r = start();
	struct probe a = probe(&r, 'a');

	(void)state;
	clock_schedule(r.hw, &a.ev, 25);
	assert_int_equal(armdma_hw_wait(r.hw, flag, &r, UINT64_MAX), -EDEADLK);
	assert_int_equal(armdma_hw_now(r.hw), 25);
	armdma_hw_destroy(r.hw);
}

static bool sets_flag(void *ctx, uint32_t line)
{
	struct recorder *r = ctx;

	irq_set(r->hw, line, &r->level, false);
	r->flag = true;
	return true;
}

static void wait_delivers_an_interrupt_that_is_already_pending(void **state)
{
	struct recorder r = start();

	(void)state;
	armdma_hw_irq_request(r.hw, 3, sets_flag, &r);
	irq_set(r.hw, 3, &r.level, true);
	assert_int_equal(armdma_hw_wait(r.hw, flag, &r, 1000), 0);
	assert_int_equal(armdma_hw_now(r.hw), armdma_hw_config(r.hw)->costs.irq);
	armdma_hw_destroy(r.hw);
}

static bool leaves_high(void *ctx, uint32_t line)
{
	(void)line;
	((struct recorder *)ctx)->n++;
	return true;
}

static void line_that_never_falls_ends_the_wait_even_if_interrupts_cost_nothing(void **state)
{
	struct armdma_config cfg = rig_config();
	struct recorder r;

	(void)state;
	memset(&r, 0, sizeof(r));
	cfg.costs.irq = 0;
	r.hw = rig_create(&cfg);
	armdma_hw_irq_request(r.hw, 3, leaves_high, &r);
	irq_set(r.hw, 3, &r.level, true);
	assert_int_equal(armdma_hw_wait(r.hw, flag, &r, 1000), -ETIMEDOUT);
	assert_int_equal(armdma_hw_run_until_idle(r.hw, 1000), -ETIMEDOUT);
	assert_true(r.n > 1000);
	armdma_hw_destroy(r.hw);
}

static void run_until_idle_stops_where_the_last_event_left_the_clock(void **state)
{
	struct recorder r = start();
	struct probe a = probe(&r, 'a');

	(void)state;
	assert_int_equal(armdma_hw_run_until_idle(r.hw, 10), 0);
	assert_int_equal(armdma_hw_now(r.hw), 0);
	a.again = 10;
	a.times = 3;
	clock_schedule(r.hw, &a.ev, 10);
	assert_int_equal(armdma_hw_run_until_idle(r.hw, 1000), 0);
	assert_int_equal(armdma_hw_now(r.hw), 40);
	assert_int_equal(r.n, 4);
	armdma_hw_destroy(r.hw);
}

static void run_until_idle_gives_up_at_its_maximum(void **state)
{
	struct recorder r = start();
	struct probe a = probe(&r, 'a');

	(void)state;
	a.again = 30;
	a.times = 100;
	clock_schedule(r.hw, &a.ev, 30);
	assert_int_equal(armdma_hw_run_until_idle(r.hw, 100), -ETIMEDOUT);
	assert_int_equal(armdma_hw_now(r.hw), 100);
	assert_int_equal(r.n, 3);
	armdma_hw_destroy(r.hw);
}

static bool lowers(void *ctx, uint32_t line)
{
	struct recorder *r = ctx;

	irq_set(r->hw, line, &r->level, false);
	r->names[r->n++] = 'i';
	return true;
}

static void idle_includes_the_interrupt_of_the_last_event(void **state)
{
	struct recorder r = start();
	struct probe a = probe(&r, 'a');

	(void)state;
	armdma_hw_irq_request(r.hw, 3, lowers, &r);
	a.extra = raise_line;
	clock_schedule(r.hw, &a.ev, 10);
	assert_int_equal(armdma_hw_run_until_idle(r.hw, 1000), 0);
	assert_string_equal(r.names, "ai");
	armdma_hw_destroy(r.hw);
}

static void relax_and_udelay_take_their_time(void **state)
{
	struct recorder r = start();

	(void)state;
	armdma_hw_cpu_relax(r.hw);
	assert_int_equal(armdma_hw_now(r.hw), armdma_hw_config(r.hw)->costs.cpu_relax);
	armdma_hw_udelay(r.hw, 10);
	assert_int_equal(armdma_hw_now(r.hw), armdma_hw_config(r.hw)->costs.cpu_relax + 1600);
	armdma_hw_advance(r.hw, UINT64_MAX);
	assert_true(armdma_hw_now(r.hw) == UINT64_MAX);
	armdma_hw_destroy(r.hw);
}

/* The quick way is the slow way. */
static void short_costs_run_what_is_due(void **state)
{
	struct recorder r = start();
	struct probe a = probe(&r, 'a');

	(void)state;
	clock_schedule(r.hw, &a.ev, 10);
	clock_pass(r.hw, 9);
	assert_int_equal(r.n, 0);
	clock_pass(r.hw, 1);
	assert_int_equal(r.n, 1);
	armdma_hw_irq_request(r.hw, 200, lowers, &r);
	irq_set(r.hw, 200, &r.level, true);
	clock_pass(r.hw, 0);
	assert_string_equal(r.names, "ai");
	armdma_hw_destroy(r.hw);
}

#define T(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(events_run_by_time_and_at_one_instant_in_order_of_scheduling),
		T(scheduling_again_moves_an_event_behind_its_equals),
		T(many_events_come_in_sorted_order),
		T(event_may_schedule_itself_within_one_advance),
		T(next_due_is_the_next_event_or_the_end_of_the_advance),
		T(inside_an_event_time_passes_but_no_other_event_runs),
		T(handler_that_advances_runs_events_and_the_outer_advance_goes_on),
		T(wait_returns_when_the_condition_comes_true),
		T(wait_times_out_at_its_maximum),
		T(wait_for_what_nothing_can_bring_is_a_deadlock),
		T(wait_delivers_an_interrupt_that_is_already_pending),
		T(line_that_never_falls_ends_the_wait_even_if_interrupts_cost_nothing),
		T(run_until_idle_stops_where_the_last_event_left_the_clock),
		T(run_until_idle_gives_up_at_its_maximum),
		T(idle_includes_the_interrupt_of_the_last_event),
		T(relax_and_udelay_take_their_time),
		T(short_costs_run_what_is_due),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
