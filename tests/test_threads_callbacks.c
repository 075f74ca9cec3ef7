/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a shared machine calls while several threads drive it: reports, handlers, ends of transfers, observers, the console, conditions.
 * No lock is held then, a longjmp out of any of them harms nobody else, and what is a CPU's own is a thread's own.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE	/* pthread_timedjoin_np() */
#endif
#include <errno.h>
#include <time.h>

#include <armdma/event.h>
#include <armdma/explore.h>
#include <armdma/sgdma.h>

#include "threads_rig.h"

#define ENGINE 0x10810000u
#define ENGINE_IRQ 34u

/* ---- Is the machine free for another thread? --------------------------------------- */

static void *work(void *arg)
{
	struct shared *s = arg;
	void *p = armdma_kmalloc(s->m, 100, ARMDMA_GFP_KERNEL);
	armdma_dma_t dma = armdma_dma_map_single(s->dev[1], p, 100, ARMDMA_TO_DEVICE);

	if (!armdma_dma_mapping_error(s->dev[1], dma))
		armdma_dma_unmap_single(s->dev[1], dma, 100, ARMDMA_TO_DEVICE);
	armdma_kfree(s->m, p);
	armdma_hw_advance(s->hw, 10);
	return NULL;
}

/* Another thread comes through the machine within ten seconds; else this test could only hang. */
static bool others_can_work(struct shared *s)
{
	struct timespec end;
	pthread_t t;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += 10;
	if (pthread_create(&t, NULL, work, s))
		return false;
	return !pthread_timedjoin_np(t, NULL, &end);
}

/* ---- What the tests share ------------------------------------------------------------ */

struct scene {
	struct shared s;	/* first */
	pthread_t test;
	jmp_buf env;
	bool leave;		/* the next function that the machine calls in the test's thread leaves by longjmp */
	unsigned int calls, free_calls;
	bool in_irq, done;
	unsigned int handler_in;	/* threads in the handler */
	bool entered;
	bool crowded;
	enum armdma_report_kind kind;
};

static int setup(void **state)
{
	struct armdma_config cfg = shared_config();
	struct scene *sc = calloc(1, sizeof(*sc));

	assert_non_null(sc);
	shared_create(&sc->s, &cfg, false);
	sc->test = pthread_self();
	*state = sc;
	return 0;
}

static int teardown(void **state)
{
	struct scene *sc = *state;

	armdma_machine_abandon(sc->s.m);
	armdma_machine_destroy(sc->s.m);
	free(sc);
	return 0;
}

/* What each of the functions below does. */
static void called(struct scene *sc)
{
	if (!pthread_equal(pthread_self(), sc->test))
		return;
	sc->calls++;
	if (sc->leave) {
		sc->leave = false;
		longjmp(sc->env, 1);
	}
	sc->free_calls += others_can_work(&sc->s);
}

static void on_report(void *ctx, const struct armdma_report *rep)
{
	struct scene *sc = ctx;

	sc->kind = rep->kind;
	called(sc);
}

static void on_done(void *ctx, enum armdma_bus_resp resp, size_t bytes)
{
	struct scene *sc = ctx;

	(void)resp;
	(void)bytes;
	sc->done = true;
	called(sc);
}

static void on_event(void *ctx, const struct armdma_event *ev)
{
	(void)ev;
	called(ctx);
}

static void on_line(void *ctx, const char *line)
{
	(void)line;
	called(ctx);
}

static bool on_irq(void *ctx, uint32_t line)
{
	struct scene *sc = ctx;

	(void)line;
	armdma_hw_writel(sc->s.hw, ENGINE + ARMDMA_SGDMA_INT_CLEAR, ~0u);
	sc->in_irq = armdma_hw_in_irq(sc->s.hw);
	called(sc);
	return true;
}

static bool always(void *ctx)
{
	called(ctx);
	return true;
}

/* The engine finds nothing to do and says so. */
static void ring(struct scene *sc)
{
	static const struct armdma_sgdma_desc none;
	struct armdma_page *page = armdma_alloc_pages(sc->s.m, ARMDMA_GFP_KERNEL | ARMDMA__GFP_ZERO, 0);
	armdma_phys_t pa = armdma_page_to_phys(sc->s.m, page);

	armdma_hw_phys_write(sc->s.hw, pa, &none, sizeof(none));
	armdma_hw_writel(sc->s.hw, ENGINE + ARMDMA_SGDMA_CTRL, ARMDMA_SGDMA_CTRL_ENABLE);
	armdma_hw_writel(sc->s.hw, ENGINE + ARMDMA_SGDMA_INT_ENABLE, ARMDMA_SGDMA_INT_IDLE);
	armdma_hw_writel(sc->s.hw, ENGINE + ARMDMA_SGDMA_HEAD, (uint32_t)pa);
	armdma_hw_writel(sc->s.hw, ENGINE + ARMDMA_SGDMA_DOORBELL, 1);
}

static void misuse(struct scene *sc)
{
	armdma_dma_unmap_single(sc->s.dev[0], 0x1234000, 64, ARMDMA_TO_DEVICE);
}

/* A bug of one place is told once. */
static void another_misuse(struct scene *sc)
{
	armdma_kfree(sc->s.m, armdma_hw_linear(sc->s.hw, armdma_hw_config(sc->s.hw)->ram_base + (90u << 20)));
}

static void one_transfer(struct scene *sc)
{
	static uint8_t buf[64];

	assert_int_equal(armdma_hw_master_read(sc->s.hw, "jpeg", armdma_hw_config(sc->s.hw)->ram_base, buf,
					       sizeof(buf), on_done, sc), 0);
	armdma_hw_advance(sc->s.hw, 100000);
}

static void one_event(struct scene *sc)
{
	struct armdma_events *ev = armdma_hw_events(sc->s.hw);

	assert_int_equal(armdma_event_subscribe(ev, ARMDMA_EV_BIT(ARMDMA_EV_BARRIER), on_event, sc), 0);
	armdma_hw_barrier(sc->s.hw, ARMDMA_BARRIER_MB);
}

static void one_line(struct scene *sc)
{
	armdma_hw_set_log(sc->s.hw, on_line, sc);
	armdma_hw_readl(sc->s.hw, 0x10);	/* nobody there */
}

static void one_interrupt(struct scene *sc)
{
	assert_int_equal(armdma_irq_request(sc->s.m, ENGINE_IRQ, on_irq, sc), 0);
	ring(sc);
	armdma_hw_advance(sc->s.hw, 100000);
}

static void one_condition(struct scene *sc)
{
	armdma_hw_wait(sc->s.hw, always, sc, 1000);
}

static void one_trap(struct scene *sc)
{
	/* RAM that was never handed out. */
	volatile uint8_t *p = armdma_hw_linear(sc->s.hw, armdma_hw_config(sc->s.hw)->ram_base + (100u << 20));

	armdma_trap_arm();
	p[0] = 1;
}

static void (*const causes[])(struct scene *sc) = {
	misuse, one_transfer, one_event, one_line, one_interrupt, one_condition,
};
#define NR_CAUSES (sizeof(causes) / sizeof(causes[0]))

/* ---- Tests ------------------------------------------------------------------------------ */

static void no_lock_is_held_in_a_function_of_the_user(void **state)
{
	struct scene *sc = *state;

	armdma_set_report_fn(sc->s.m, on_report, sc);
	for (size_t i = 0; i < NR_CAUSES; i++) {
		sc->calls = sc->free_calls = 0;
		causes[i](sc);
		if (!sc->calls || sc->free_calls != sc->calls)
			fail_msg("function %zu: called %u times, another thread could work in %u", i, sc->calls,
				 sc->free_calls);
	}
	assert_true(sc->in_irq);
	assert_false(armdma_hw_in_irq(sc->s.hw));
}

static void a_longjmp_out_of_any_of_them_leaves_the_machine_to_all_threads(void **state)
{
	struct scene *sc = *state;

	armdma_set_report_fn(sc->s.m, on_report, sc);
	for (volatile size_t i = 0; i < NR_CAUSES; i++) {
		sc->leave = true;
		if (!setjmp(sc->env)) {
			causes[i](sc);
			fail_msg("function %zu was not called", i);
		}
		assert_true(others_can_work(&sc->s));
		work(&sc->s);
		/* What it was called for works again, for this thread, too. */
		sc->calls = 0;
		(i ? causes[i] : another_misuse)(sc);
		assert_true(sc->calls);
	}
}

static void a_handler_that_was_left_is_called_again_in_another_thread(void **state)
{
	struct scene *sc = *state;

	sc->leave = true;
	if (!setjmp(sc->env)) {
		one_interrupt(sc);
		fail_msg("no interrupt");
	}
	/* This thread's next call tells that it has left. */
	assert_false(armdma_hw_in_irq(sc->s.hw));
	sc->in_irq = false;
	armdma_hw_irq_save(sc->s.hw);
	armdma_hw_writel(sc->s.hw, ENGINE + ARMDMA_SGDMA_DOORBELL, 1);
	armdma_hw_advance(sc->s.hw, 100000);
	assert_false(sc->in_irq);
	assert_true(others_can_work(&sc->s));
	assert_true(sc->in_irq);
}

static void a_trap_ends_what_it_interrupts_and_nothing_else(void **state)
{
	struct scene *sc = *state;

	armdma_set_report_fn(sc->s.m, on_report, sc);
	sc->leave = true;
	if (!setjmp(sc->env)) {
		one_trap(sc);
		fail_msg("the address did not trap");
	}
	assert_int_equal(sc->kind, ARMDMA_REPORT_TRAP);
	assert_true(others_can_work(&sc->s));
	work(&sc->s);
}

static void *is_free(void *arg)
{
	struct scene *sc = arg;
	bool masked = armdma_hw_irqs_disabled(sc->s.hw), atomic = armdma_in_atomic(sc->s.m);

	armdma_preempt_disable(sc->s.m);
	atomic |= !armdma_in_atomic(sc->s.m);
	armdma_preempt_enable(sc->s.m);
	atomic |= armdma_in_atomic(sc->s.m);
	return masked || atomic ? NULL : arg;
}

static void masks_and_atomic_contexts_are_a_threads_own(void **state)
{
	struct scene *sc = *state;
	unsigned int flags = armdma_hw_irq_save(sc->s.hw);
	pthread_t t;
	void *ret;

	armdma_preempt_disable(sc->s.m);
	assert_int_equal(pthread_create(&t, NULL, is_free, sc), 0);
	pthread_join(t, &ret);
	assert_ptr_equal(ret, sc);
	armdma_hw_irq_restore(sc->s.hw, flags);
	assert_false(armdma_hw_irqs_disabled(sc->s.hw));
	assert_true(armdma_in_atomic(sc->s.m));
	armdma_preempt_enable(sc->s.m);
	assert_false(armdma_in_atomic(sc->s.m));
}

/* ---- Handlers ----------------------------------------------------------------------------- */

static bool slow_irq(void *ctx, uint32_t line)
{
	const struct timespec moment = { .tv_nsec = 200000 };
	struct scene *sc = ctx;

	(void)line;
	if (__atomic_add_fetch(&sc->handler_in, 1, __ATOMIC_RELAXED) != 1)
		__atomic_store_n(&sc->crowded, true, __ATOMIC_RELAXED);
	__atomic_store_n(&sc->entered, true, __ATOMIC_RELAXED);
	nanosleep(&moment, NULL);
	armdma_hw_writel(sc->s.hw, ENGINE + ARMDMA_SGDMA_INT_CLEAR, ~0u);
	sc->calls++;
	nanosleep(&moment, NULL);
	__atomic_sub_fetch(&sc->handler_in, 1, __ATOMIC_RELAXED);
	return true;
}

static void *ring_often(void *arg)
{
	struct scene *sc = (struct scene *)((struct worker *)arg)->s;

	for (int i = 0; i < 100; i++) {
		armdma_hw_writel(sc->s.hw, ENGINE + ARMDMA_SGDMA_DOORBELL, 1);
		armdma_hw_advance(sc->s.hw, 5000);
	}
	return NULL;
}

static void a_handler_is_in_one_thread_at_a_time(void **state)
{
	struct scene *sc = *state;
	struct worker w[2] = { 0 };

	assert_int_equal(armdma_irq_request(sc->s.m, ENGINE_IRQ, slow_irq, sc), 0);
	ring(sc);
	run_two(&sc->s, w, ring_often);
	assert_true(sc->calls >= 50);
	assert_false(sc->crowded);
}

static void *take_interrupt(void *arg)
{
	struct scene *sc = arg;

	armdma_hw_advance(sc->s.hw, 100000);
	return NULL;
}

static void an_interrupt_can_be_freed_when_its_handler_has_ended(void **state)
{
	struct scene *sc = *state;
	pthread_t t;

	assert_int_equal(armdma_irq_request(sc->s.m, ENGINE_IRQ, slow_irq, sc), 0);
	armdma_hw_irq_save(sc->s.hw);
	ring(sc);
	assert_int_equal(pthread_create(&t, NULL, take_interrupt, sc), 0);
	while (!__atomic_load_n(&sc->entered, __ATOMIC_RELAXED))
		sched_yield();
	armdma_irq_free(sc->s.m, ENGINE_IRQ, slow_irq, sc);
	assert_int_equal(__atomic_load_n(&sc->handler_in, __ATOMIC_RELAXED), 0);
	pthread_join(t, NULL);
}

/* ---- Counts ---------------------------------------------------------------------------------- */

#define TIMES 1000u

static void *fail_one(void *arg)
{
	struct worker *w = arg;

	for (unsigned int i = 0; i < TIMES; i++) {
		void *p = armdma_kmalloc(w->s->m, 64, ARMDMA_GFP_KERNEL);

		w->random += !p;
		armdma_kfree(w->s->m, p);
	}
	return NULL;
}

static void injected_failures_are_counted_over_all_threads(void **state)
{
	struct scene *sc = *state;
	struct worker w[2] = { 0 };

	armdma_fail_nth(sc->s.m, ARMDMA_FAIL_KMALLOC, TIMES);
	run_two(&sc->s, w, fail_one);
	assert_int_equal(armdma_fail_hits(sc->s.m, ARMDMA_FAIL_KMALLOC), 2 * TIMES);
	/* run_two() starts the two at known values. */
	assert_int_equal(w[0].random + w[1].random, 2 * 0x9E3779B97F4A7C15ULL + 1 + 1);
}

static void *misuse_often(void *arg)
{
	struct worker *w = arg;

	for (unsigned int i = 0; i < TIMES; i++)
		misuse((struct scene *)w->s);
	return NULL;
}

static void one_bug_of_two_threads_is_told_once(void **state)
{
	struct scene *sc = *state;
	struct worker w[2] = { 0 };

	run_two(&sc->s, w, misuse_often);
	assert_int_equal(sc->s.reports, 1);
	assert_int_equal(armdma_report_count(sc->s.m, ARMDMA_REPORT_BAD_FREE), 1);
	assert_int_equal(armdma_report_seen(sc->s.m, ARMDMA_REPORT_BAD_FREE), 2 * TIMES);
}

/* ---- What does not go together ------------------------------------------------------------------------- */

static bool never(void *ctx, const struct armdma_choice *c)
{
	(void)ctx;
	(void)c;
	return false;
}

static int no_body(struct armdma_machine *m, void *ctx)
{
	(void)m;
	(void)ctx;
	return 0;
}

static void caches_that_choose_need_one_driving_thread(void **state)
{
	struct armdma_config cfg = shared_config();
	struct scene *sc = *state;
	struct armdma_explore_config x;
	struct armdma_explore_result res;
	struct armdma_machine *m;
	struct armdma_error err = { "" };

	cfg.cache_policy = ARMDMA_CACHE_ADVERSARY;
	assert_int_equal(armdma_machine_create(&m, &cfg, &err), -EINVAL);
	assert_non_null(strstr(err.msg, "cache_policy"));
	assert_non_null(strstr(err.msg, "shared"));
	assert_int_equal(armdma_hw_set_chooser(sc->s.hw, never, NULL), -EINVAL);
	cfg.cache_policy = ARMDMA_CACHE_PESSIMAL;
	x = armdma_explore_defaults(no_body, NULL);
	x.machine = &cfg;
	assert_int_equal(armdma_explore(&x, 1, &res), -EINVAL);
	assert_non_null(strstr(res.text, "shared"));
}

/* ---- Machines that are not shared ---------------------------------------------------------------- */

static void note(void *ctx, const struct armdma_event *ev)
{
	uint64_t *now = ctx;

	*now = ev->time;
}

static void a_machine_is_not_shared_unless_it_says_so(void **state)
{
	struct armdma_config cfg = armdma_config_exynos4210();
	struct armdma_machine *m;
	struct armdma_hw *hw;
	struct armdma_hold hold;
	uint64_t seen = UINT64_MAX, before;

	(void)state;
	assert_false(cfg.shared);
	assert_int_equal(armdma_machine_create(&m, &cfg, NULL), 0);
	hw = armdma_machine_hw(m);
	armdma_hw_lock(hw);
	hold = armdma_hw_release(hw);
	assert_int_equal(hold.depth, 0);
	/* Observers hear of an event where it happens: before the barrier has taken its time. */
	armdma_event_subscribe(armdma_hw_events(hw), ARMDMA_EV_BIT(ARMDMA_EV_BARRIER), note, &seen);
	before = armdma_hw_now(hw);
	armdma_hw_barrier(hw, ARMDMA_BARRIER_MB);
	assert_int_equal(seen, before);
	armdma_hw_reacquire(hw, hold);
	armdma_hw_unlock(hw);
	armdma_machine_destroy(m);
}

#define scene_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene_test(no_lock_is_held_in_a_function_of_the_user),
		scene_test(a_longjmp_out_of_any_of_them_leaves_the_machine_to_all_threads),
		scene_test(a_handler_that_was_left_is_called_again_in_another_thread),
		scene_test(a_trap_ends_what_it_interrupts_and_nothing_else),
		scene_test(masks_and_atomic_contexts_are_a_threads_own),
		scene_test(a_handler_is_in_one_thread_at_a_time),
		scene_test(an_interrupt_can_be_freed_when_its_handler_has_ended),
		scene_test(injected_failures_are_counted_over_all_threads),
		scene_test(one_bug_of_two_threads_is_told_once),
		scene_test(caches_that_choose_need_one_driving_thread),
		cmocka_unit_test(a_machine_is_not_shared_unless_it_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
