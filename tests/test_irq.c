/* SPDX-License-Identifier: BSD-2-Clause */
/* Interrupt lines: levels, sharing, masking, storms, and handlers that misbehave. */
#include <errno.h>
#include <setjmp.h>

#include "memory_rig.h"
#include "sim/hw.h"

struct unit {
	struct armdma_hw *hw;
	bool level;		/* of its source */
	bool mine;		/* what the handler returns */
	bool keeps;		/* does not lower the line */
	unsigned int calls;
	char name;
	char *log;
	void (*extra)(struct unit *u);
	struct unit *other;
	bool was_in_irq;
};

static bool handle(void *ctx, uint32_t line)
{
	struct unit *u = ctx;

	u->calls++;
	u->was_in_irq = armdma_hw_in_irq(u->hw);
	if (u->log)
		u->log[strlen(u->log)] = u->name;
	if (!u->keeps)
		irq_set(u->hw, line, &u->level, false);
	if (u->extra)
		u->extra(u);
	return u->mine;
}

static struct unit unit(struct armdma_hw *hw)
{
	return (struct unit){ .hw = hw, .mine = true };
}

static struct armdma_hw *start(void)
{
	struct armdma_config cfg = rig_config();

	return rig_create(&cfg);
}

static void raise_line(struct unit *u, uint32_t line)
{
	irq_set(u->hw, line, &u->level, true);
}

static void line_is_delivered_when_the_clock_advances(void **state)
{
	struct armdma_hw *hw = start();
	struct unit u = unit(hw);

	(void)state;
	assert_int_equal(armdma_hw_irq_request(hw, 255, handle, &u), 0);
	raise_line(&u, 255);
	assert_true(armdma_hw_irq_level(hw, 255));
	assert_int_equal(u.calls, 0);
	armdma_hw_advance(hw, 0);
	assert_int_equal(u.calls, 1);
	assert_true(u.was_in_irq);
	assert_false(armdma_hw_in_irq(hw));
	assert_false(armdma_hw_irq_level(hw, 255));
	armdma_hw_advance(hw, 10);
	assert_int_equal(u.calls, 1);
	armdma_hw_destroy(hw);
}

static void line_stays_high_until_its_last_source_lowers_it(void **state)
{
	struct armdma_hw *hw = start();
	struct unit a = unit(hw), b = unit(hw);

	(void)state;
	raise_line(&a, 4);
	raise_line(&b, 4);
	raise_line(&b, 4);	/* again: no second source */
	irq_set(hw, 4, &b.level, false);
	assert_true(armdma_hw_irq_level(hw, 4));
	irq_set(hw, 4, &b.level, false);
	assert_true(armdma_hw_irq_level(hw, 4));
	irq_set(hw, 4, &a.level, false);
	assert_false(armdma_hw_irq_level(hw, 4));
	armdma_hw_destroy(hw);
}

static void all_handlers_of_a_shared_line_are_called_in_order_of_request(void **state)
{
	struct armdma_hw *hw = start();
	struct unit u[3];
	char log[8] = "";

	(void)state;
	for (int i = 0; i < 3; i++) {
		u[i] = unit(hw);
		u[i].name = (char)('a' + i);
		u[i].log = log;
		u[i].mine = i == 1;
		armdma_hw_irq_request(hw, 4, handle, &u[i]);
	}
	raise_line(&u[1], 4);
	armdma_hw_advance(hw, 0);
	assert_string_equal(log, "abc");
	armdma_hw_irq_free(hw, 4, handle, &u[0]);
	raise_line(&u[2], 4);
	armdma_hw_advance(hw, 0);
	assert_string_equal(log, "abcbc");
	armdma_hw_destroy(hw);
}

static void requested_while_high_is_delivered_at_the_next_point(void **state)
{
	struct armdma_hw *hw = start();
	struct unit u = unit(hw);

	(void)state;
	raise_line(&u, 4);
	armdma_hw_advance(hw, 100);
	armdma_hw_irq_request(hw, 4, handle, &u);
	assert_int_equal(u.calls, 0);
	armdma_hw_advance(hw, 1);
	assert_int_equal(u.calls, 1);
	armdma_hw_destroy(hw);
}

/* ---- masking ----------------------------------------------------------- */

static void masking_nests_and_the_last_unmask_delivers(void **state)
{
	struct armdma_hw *hw = start();
	struct unit u = unit(hw);
	unsigned int a, b;

	(void)state;
	armdma_hw_irq_request(hw, 4, handle, &u);
	a = armdma_hw_irq_save(hw);
	b = armdma_hw_irq_save(hw);
	raise_line(&u, 4);
	armdma_hw_advance(hw, 1000);
	assert_int_equal(u.calls, 0);
	armdma_hw_irq_restore(hw, b);
	assert_int_equal(u.calls, 0);
	armdma_hw_irq_restore(hw, a);
	assert_int_equal(u.calls, 1);
	armdma_hw_destroy(hw);
}

static void line_that_falls_while_masked_is_not_delivered(void **state)
{
	struct armdma_hw *hw = start();
	struct unit u = unit(hw);
	unsigned int flags;

	(void)state;
	armdma_hw_irq_request(hw, 4, handle, &u);
	flags = armdma_hw_irq_save(hw);
	raise_line(&u, 4);
	irq_set(hw, 4, &u.level, false);
	armdma_hw_irq_restore(hw, flags);
	assert_int_equal(u.calls, 0);
	armdma_hw_destroy(hw);
}

static void raises_other(struct unit *u)
{
	unsigned int flags;

	raise_line(u->other, 9);
	armdma_hw_advance(u->hw, 100);
	flags = armdma_hw_irq_save(u->hw);
	armdma_hw_irq_restore(u->hw, flags);
	assert_int_equal(u->other->calls, 0);
}

static void handlers_run_with_interrupts_masked(void **state)
{
	struct armdma_hw *hw = start();
	struct unit a = unit(hw), b = unit(hw);

	(void)state;
	armdma_hw_irq_request(hw, 4, handle, &a);
	armdma_hw_irq_request(hw, 9, handle, &b);
	a.extra = raises_other;
	a.other = &b;
	raise_line(&a, 4);
	armdma_hw_advance(hw, 0);
	assert_int_equal(a.calls, 1);
	armdma_hw_advance(hw, 0);
	assert_int_equal(b.calls, 1);
	armdma_hw_destroy(hw);
}

static void lowers_other(struct unit *u)
{
	irq_set(u->hw, 9, &u->other->level, false);
}

static void line_lowered_by_an_earlier_handler_is_not_delivered(void **state)
{
	struct armdma_hw *hw = start();
	struct unit a = unit(hw), b = unit(hw);

	(void)state;
	armdma_hw_irq_request(hw, 4, handle, &a);
	armdma_hw_irq_request(hw, 9, handle, &b);
	a.extra = lowers_other;
	a.other = &b;
	raise_line(&b, 9);
	raise_line(&a, 4);
	armdma_hw_advance(hw, 0);
	assert_int_equal(a.calls, 1);
	assert_int_equal(b.calls, 0);
	armdma_hw_destroy(hw);
}

static void saves_for_good(struct unit *u)
{
	armdma_hw_irq_save(u->hw);
	armdma_hw_irq_save(u->hw);
}

static void restore_sets_the_depth_it_is_given(void **state)
{
	struct armdma_hw *hw = start();
	struct unit u = unit(hw);
	unsigned int flags;

	(void)state;
	armdma_hw_irq_request(hw, 4, handle, &u);
	flags = armdma_hw_irq_save(hw);
	saves_for_good(&u);
	raise_line(&u, 4);
	armdma_hw_irq_restore(hw, flags);
	assert_int_equal(u.calls, 1);
	armdma_hw_destroy(hw);
}

/* ---- trouble ----------------------------------------------------------- */

static void note(void *ctx, const char *line)
{
	strncpy(ctx, line, 255);
}

static void handler_that_leaves_the_line_high_is_called_at_each_point(void **state)
{
	struct armdma_hw *hw = start();
	struct unit u = unit(hw);

	(void)state;
	u.keeps = true;
	armdma_hw_irq_request(hw, 4, handle, &u);
	raise_line(&u, 4);
	for (unsigned int i = 1; i <= 3000; i++) {
		armdma_hw_advance(hw, 1);
		assert_int_equal(u.calls, i);	/* claimed: never disabled */
	}
	armdma_hw_destroy(hw);
}

static void line_that_nobody_claims_1000_times_is_disabled_and_logged(void **state)
{
	struct armdma_hw *hw = start();
	struct unit u = unit(hw), v = unit(hw);
	char line[256] = "";

	(void)state;
	armdma_hw_set_log(hw, note, line);
	u.keeps = v.keeps = true;
	u.mine = v.mine = false;
	armdma_hw_irq_request(hw, 44, handle, &u);
	raise_line(&u, 44);
	for (int i = 0; i < 999; i++)
		armdma_hw_advance(hw, 1);
	/* One claim starts the count again. */
	u.mine = true;
	armdma_hw_advance(hw, 1);
	u.mine = false;
	assert_string_equal(line, "");
	for (int i = 0; i < 2000; i++)
		armdma_hw_advance(hw, 1);
	assert_int_equal(u.calls, 2000);
	assert_non_null(strstr(line, "44"));
	assert_true(armdma_hw_irq_level(hw, 44));
	/* A new handler switches it on again. */
	armdma_hw_irq_request(hw, 44, handle, &v);
	armdma_hw_advance(hw, 1);
	assert_int_equal(v.calls, 1);
	armdma_hw_destroy(hw);
}

static void frees_both(struct unit *u)
{
	armdma_hw_irq_free(u->hw, 4, handle, u);
	armdma_hw_irq_free(u->hw, 4, handle, u->other);
}

static void handler_may_free_itself_and_the_next_one(void **state)
{
	struct armdma_hw *hw = start();
	struct unit a = unit(hw), b = unit(hw);

	(void)state;
	armdma_hw_irq_request(hw, 4, handle, &a);
	armdma_hw_irq_request(hw, 4, handle, &b);
	a.extra = frees_both;
	a.other = &b;
	a.keeps = true;
	raise_line(&a, 4);
	armdma_hw_advance(hw, 1);
	armdma_hw_advance(hw, 1);
	assert_int_equal(a.calls, 1);
	assert_int_equal(b.calls, 0);
	armdma_hw_destroy(hw);
}

static jmp_buf out;

static void jumps(struct unit *u)
{
	(void)u;
	longjmp(out, 1);
}

static void handler_left_by_longjmp_leaves_a_machine_that_can_be_destroyed(void **state)
{
	struct armdma_hw *hw = start();
	struct unit *u = test_malloc(sizeof(*u));

	(void)state;
	*u = unit(hw);
	u->extra = jumps;
	armdma_hw_irq_request(hw, 4, handle, u);
	raise_line(u, 4);
	if (!setjmp(out)) {
		armdma_hw_advance(hw, 1);
		fail();
	}
	armdma_hw_irq_free(hw, 4, handle, u);
	armdma_hw_advance(hw, 1);
	armdma_hw_destroy(hw);
	test_free(u);
}

static void bad_lines_are_refused(void **state)
{
	struct armdma_hw *hw = start();
	struct unit u = unit(hw);

	(void)state;
	assert_int_equal(armdma_hw_irq_request(hw, ARMDMA_NR_IRQS, handle, &u), -EINVAL);
	assert_int_equal(armdma_hw_irq_request(hw, 1, NULL, &u), -EINVAL);
	armdma_hw_irq_free(hw, ARMDMA_NR_IRQS, handle, &u);
	armdma_hw_irq_free(hw, 1, handle, &u);
	irq_set(hw, ARMDMA_IRQ_COMBINER(16, 0), &u.level, true);
	assert_false(armdma_hw_irq_level(hw, ARMDMA_IRQ_COMBINER(16, 0)));
	armdma_hw_destroy(hw);
}

static void watch(void *ctx, const struct armdma_event *ev)
{
	char *log = ctx;

	if (ev->addr == 4)
		log[strlen(log)] = ev->type == ARMDMA_EV_IRQ_LEVEL ? (ev->value ? 'H' : 'L') :
				   ev->type == ARMDMA_EV_IRQ_ENTER ? '<' : '>';
}

static void levels_and_calls_are_events_and_counted(void **state)
{
	struct armdma_hw *hw = start();
	struct unit u = unit(hw);
	struct armdma_hw_stats st;
	char log[16] = "";

	(void)state;
	armdma_event_subscribe(armdma_hw_events(hw),
			       ARMDMA_EV_BIT(ARMDMA_EV_IRQ_LEVEL) | ARMDMA_EV_BIT(ARMDMA_EV_IRQ_ENTER) |
			       ARMDMA_EV_BIT(ARMDMA_EV_IRQ_EXIT), watch, log);
	armdma_hw_irq_request(hw, 4, handle, &u);
	raise_line(&u, 4);
	armdma_hw_advance(hw, 1);
	assert_string_equal(log, "H<L>");
	armdma_hw_stats(hw, &st);
	assert_int_equal(st.irqs, 1);
	armdma_hw_destroy(hw);
}

#define T(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(line_is_delivered_when_the_clock_advances),
		T(line_stays_high_until_its_last_source_lowers_it),
		T(all_handlers_of_a_shared_line_are_called_in_order_of_request),
		T(requested_while_high_is_delivered_at_the_next_point),
		T(masking_nests_and_the_last_unmask_delivers),
		T(line_that_falls_while_masked_is_not_delivered),
		T(handlers_run_with_interrupts_masked),
		T(line_lowered_by_an_earlier_handler_is_not_delivered),
		T(restore_sets_the_depth_it_is_given),
		T(handler_that_leaves_the_line_high_is_called_at_each_point),
		T(line_that_nobody_claims_1000_times_is_disabled_and_logged),
		T(handler_may_free_itself_and_the_next_one),
		T(handler_left_by_longjmp_leaves_a_machine_that_can_be_destroyed),
		T(bad_lines_are_refused),
		T(levels_and_calls_are_events_and_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
