/* SPDX-License-Identifier: BSD-2-Clause */
/* The search through schedules: which are tried, in which order, what is skipped, and what is told. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <armdma/dma.h>
#include <armdma/explore.h>
#include <armdma/mm.h>
#include <armdma/report.h>

#define LINE 32u

static struct armdma_config machine_config(void)
{
	struct armdma_config cfg = armdma_config_exynos4210();

	cfg.devices[0] = (struct armdma_device_config){ .name = "dev", .kind = ARMDMA_DEV_MASTER };
	cfg.nr_devices = 1;
	cfg.nr_sysmmus = 0;
	cfg.ram_size = cfg.lowmem_size = 16u << 20;
	cfg.cma_size = ARMDMA_NO_CMA;
	cfg.atomic_pool_size = 0;
	return cfg;
}

/*
 * A body with a number of lines that the CPU has stored to when the device looks at them. It fails when the device finds the stores of
 * all lines in `bad`.
 */
struct body {
	unsigned int lines, bad;	/* bad: bits of lines; 0: never */
	unsigned int looks;		/* how often the device reads all lines; between two looks the CPU stores again */
	bool no_device;
	bool pause;			/* some time passes between the stores */
	unsigned int setups, tests, teardowns;
	unsigned int drift;		/* runs after which one line more is used */
	bool leaks;
};

static int count_setup(struct armdma_machine *m, void *ctx)
{
	(void)m;
	((struct body *)ctx)->setups++;
	return 0;
}

static void count_teardown(struct armdma_machine *m, void *ctx)
{
	(void)m;
	((struct body *)ctx)->teardowns++;
}

static unsigned int look(struct armdma_machine *m, armdma_phys_t pa, unsigned int lines, uint8_t stored)
{
	struct armdma_hw *hw = armdma_machine_hw(m);
	uint8_t got[32 * LINE];
	unsigned int seen = 0;

	assert_int_equal(armdma_hw_master_read_sync(hw, "dev", pa, got, lines * LINE, 100000), 0);
	for (unsigned int i = 0; i < lines; i++)
		seen |= (unsigned int)(got[i * LINE] == stored) << i;
	return seen;
}

static int run_body(struct armdma_machine *m, void *ctx)
{
	struct body *b = ctx;
	struct armdma_hw *hw = armdma_machine_hw(m);
	unsigned int lines = b->lines + (b->drift && b->tests >= b->drift), looks = b->looks ? b->looks : 1;
	uint8_t *cpu = armdma_kzalloc(m, 32 * LINE, ARMDMA_GFP_KERNEL);
	armdma_phys_t pa = armdma_virt_to_phys(m, cpu);
	int ret = 0;

	b->tests++;
	/* The device is to see memory that nobody mapped for it: what is explored here is the caches. */
	armdma_checker_enable(m, b->leaks);
	armdma_hw_cache_op(hw, ARMDMA_CACHE_ALL, ARMDMA_CACHE_CLEAN, pa, 32 * LINE);
	for (uint8_t n = 1; n <= looks && !ret; n++) {
		unsigned int seen = 0;

		for (unsigned int i = 0; i < lines; i++) {
			cpu[i * LINE] = n;
			for (unsigned int turns = 0; b->pause && turns < 3; turns++)
				armdma_hw_cpu_relax(hw);
		}
		if (b->no_device)
			armdma_hw_cpu_relax(hw);
		else
			seen = look(m, pa, lines, n);
		ret = b->bad && (seen & b->bad) == b->bad;
	}
	if (!b->leaks)
		armdma_kfree(m, cpu);
	else
		armdma_dma_alloc_coherent(armdma_device_find(m, "dev"), 64, &(armdma_dma_t){ 0 }, ARMDMA_GFP_KERNEL);
	return ret;
}

static struct armdma_config the_machine;

static struct armdma_explore_config config(struct body *b)
{
	struct armdma_explore_config cfg = armdma_explore_defaults(run_body, b);

	the_machine = machine_config();
	cfg.machine = &the_machine;
	cfg.setup = count_setup;
	cfg.teardown = count_teardown;
	return cfg;
}

/* ---- which schedules ------------------------------------------------------- */

static void every_set_of_departures_up_to_the_bound_is_run_once(void **state)
{
	static const unsigned int runs[] = { 1, 6, 16, 26, 31, 32, 32 };

	(void)state;
	for (unsigned int bound = 0; bound < sizeof(runs) / sizeof(runs[0]); bound++) {
		struct body b = { .lines = 5 };
		struct armdma_explore_config cfg = config(&b);
		struct armdma_explore_result res;

		assert_int_equal(armdma_explore(&cfg, bound, &res), ARMDMA_EXPLORE_PASSED);
		assert_int_equal(res.choices, bound ? 5 : 0);
		assert_int_equal(res.runs, runs[bound]);
		assert_int_equal(res.departures, bound);
		assert_int_equal(b.tests, runs[bound]);
		assert_int_equal(b.setups, runs[bound]);
		assert_int_equal(b.teardowns, runs[bound]);
	}
}

static void shortest_failing_schedule_is_found(void **state)
{
	(void)state;
	for (unsigned int bad = 1; bad < 32; bad++) {
		struct body b = { .lines = 5, .bad = bad };
		struct armdma_explore_config cfg = config(&b);
		struct armdma_explore_result res;

		assert_int_equal(armdma_explore(&cfg, 5, &res), ARMDMA_EXPLORE_FAILED);
		assert_int_equal(res.departures, (unsigned int)__builtin_popcount(bad));
		assert_int_equal(res.ret, 1);
		assert_int_equal(res.report, ARMDMA_REPORT_NONE);
		assert_int_equal(armdma_explore_replay(&cfg, res.schedule, &res), ARMDMA_EXPLORE_FAILED);
		assert_int_equal(res.runs, 1);
	}
}

static void bound_too_small_finds_nothing(void **state)
{
	struct body b = { .lines = 5, .bad = 7 };
	struct armdma_explore_config cfg = config(&b);
	struct armdma_explore_result res;

	(void)state;
	assert_int_equal(armdma_explore(&cfg, 2, &res), ARMDMA_EXPLORE_PASSED);
	assert_string_equal(res.schedule, "");
	assert_string_equal(res.text, "");
}

static void lines_that_no_device_touches_are_skipped(void **state)
{
	struct body b = { .lines = 5, .no_device = true };
	struct armdma_explore_config cfg = config(&b);
	struct armdma_explore_result res;

	(void)state;
	assert_int_equal(armdma_explore(&cfg, 3, &res), ARMDMA_EXPLORE_PASSED);
	assert_int_equal(res.choices, 0);
	assert_int_equal(res.runs, 1);
}

/* The same choice at the next point is the same run; all points have it when they are asked for. */
static void choice_is_tried_again_when_its_line_has_changed(void **state)
{
	struct body once = { .lines = 1 }, twice = { .lines = 1, .looks = 2 };
	struct armdma_explore_config cfg = config(&once);
	struct armdma_explore_result res;

	(void)state;
	assert_int_equal(armdma_explore(&cfg, 1, &res), ARMDMA_EXPLORE_PASSED);
	assert_int_equal(res.choices, 1);
	cfg = config(&twice);
	assert_int_equal(armdma_explore(&cfg, 1, &res), ARMDMA_EXPLORE_PASSED);
	assert_int_equal(res.choices, 2);
	cfg = config(&once);
	cfg.every_point = true;
	assert_int_equal(armdma_explore(&cfg, 1, &res), ARMDMA_EXPLORE_PASSED);
	assert_true(res.choices > 2);
}

static void single_levels_are_tried_on_demand(void **state)
{
	struct body b = { .lines = 1 };
	struct armdma_explore_config cfg = config(&b);
	struct armdma_explore_result res;

	(void)state;
	cfg.single_levels = true;
	assert_int_equal(armdma_explore(&cfg, 1, &res), ARMDMA_EXPLORE_PASSED);
	assert_int_equal(res.choices, 2);	/* all the way, and out of the inner cache */
}

static void only_wanted_kinds_are_tried(void **state)
{
	struct body b = { .lines = 3, .bad = 1 };
	struct armdma_explore_config cfg = config(&b);
	struct armdma_explore_result res;

	(void)state;
	cfg.kinds = 1u << ARMDMA_CHOICE_FILL;
	assert_int_equal(armdma_explore(&cfg, 3, &res), ARMDMA_EXPLORE_PASSED);
	assert_int_equal(res.runs, 1);
}

static void search_gives_up_after_max_runs(void **state)
{
	struct body b = { .lines = 5, .bad = 31 };
	struct armdma_explore_config cfg = config(&b);
	struct armdma_explore_result res;

	(void)state;
	cfg.max_runs = 10;
	assert_int_equal(armdma_explore(&cfg, 5, &res), ARMDMA_EXPLORE_GAVE_UP);
	assert_int_equal(res.runs, 10);
	assert_int_equal(res.departures, 2);	/* none and one are through */
	assert_non_null(strstr(res.text, "10 runs"));
}

/* What follows depends on memory alone: once the lines are read and rewritten, all ways lead to the same. */
static uint64_t no_state_of_its_own(struct armdma_machine *m, void *ctx)
{
	(void)m;
	(void)ctx;
	return 1;
}

static void equal_states_are_followed_once(void **state)
{
	struct body b = { .lines = 3, .looks = 3 };
	struct armdma_explore_config cfg = config(&b);
	struct armdma_explore_result all, pruned;

	(void)state;
	assert_int_equal(armdma_explore(&cfg, 3, &all), ARMDMA_EXPLORE_PASSED);
	cfg.hash = no_state_of_its_own;
	assert_int_equal(armdma_explore(&cfg, 3, &pruned), ARMDMA_EXPLORE_PASSED);
	assert_true(pruned.runs < all.runs);
	/* A failure that needs two departures is still found. */
	b.bad = 3;
	assert_int_equal(armdma_explore(&cfg, 3, &pruned), ARMDMA_EXPLORE_FAILED);
	assert_int_equal(pruned.departures, 2);
	/* A run that stands still for some points goes on. */
	b = (struct body){ .lines = 3, .bad = 4, .pause = true };
	assert_int_equal(armdma_explore(&cfg, 1, &pruned), ARMDMA_EXPLORE_FAILED);
}

/* ---- what is told ------------------------------------------------------------ */

static void non_deterministic_test_is_reported(void **state)
{
	struct body b = { .lines = 3, .drift = 1 };
	struct armdma_explore_config cfg = config(&b);
	struct armdma_explore_result res;

	(void)state;
	/* The line that a later run has more comes last: what comes after its first point does not begin as before. */
	cfg.every_point = true;
	assert_int_equal(armdma_explore(&cfg, 2, &res), ARMDMA_EXPLORE_NON_DETERMINISTIC);
	assert_non_null(strstr(res.text, "not deterministic"));
}

static int fails_once(struct armdma_machine *m, void *ctx)
{
	(void)m;
	return !(*(int *)ctx)++;
}

static void test_that_passes_the_second_time_is_not_deterministic(void **state)
{
	int runs = 0;
	struct armdma_explore_config cfg = armdma_explore_defaults(fails_once, &runs);
	struct armdma_explore_result res;

	(void)state;
	assert_int_equal(armdma_explore(&cfg, 0, &res), ARMDMA_EXPLORE_NON_DETERMINISTIC);
	assert_int_equal(runs, 2);
	assert_non_null(strstr(res.text, "the test returned 1"));
}

static void schedule_of_another_program_does_not_come_up(void **state)
{
	struct body b = { .lines = 2 };
	struct armdma_explore_config cfg = config(&b);
	struct armdma_explore_result res;

	(void)state;
	assert_int_equal(armdma_explore_replay(&cfg, "2:evict:0x40ff0000", &res), ARMDMA_EXPLORE_NON_DETERMINISTIC);
	assert_non_null(strstr(res.text, "another program"));
	assert_int_equal(armdma_explore_replay(&cfg, "999999:progress:0x0", &res), ARMDMA_EXPLORE_NON_DETERMINISTIC);
	assert_int_equal(armdma_explore_replay(&cfg, "none", &res), ARMDMA_EXPLORE_PASSED);
}

static void leak_fails_a_run(void **state)
{
	struct body b = { .leaks = true, .no_device = true };
	struct armdma_explore_config cfg = config(&b);
	struct armdma_explore_result res;

	(void)state;
	assert_int_equal(armdma_explore(&cfg, 1, &res), ARMDMA_EXPLORE_FAILED);
	assert_int_equal(res.report, ARMDMA_REPORT_LEAK);
	assert_int_equal(res.departures, 0);
}

/* The report ends the body where it is; what is the test's own is freed all the same. */
static int touches_what_is_not_there(struct armdma_machine *m, void *ctx)
{
	armdma_dma_t dma;
	uint8_t *p = armdma_dma_alloc_coherent(armdma_device_find(m, "dev"), 64, &dma, ARMDMA_GFP_KERNEL);

	armdma_dma_free_coherent(armdma_device_find(m, "dev"), 64, p, dma);
	((struct body *)ctx)->tests++;
	*(volatile uint8_t *)p = 1;
	((struct body *)ctx)->tests++;
	return 0;
}

static void wild_access_ends_its_run_only(void **state)
{
	struct body b = { 0 };
	struct armdma_explore_config cfg = config(&b);
	struct armdma_explore_result res;

	(void)state;
	cfg.test = touches_what_is_not_there;
	assert_int_equal(armdma_explore(&cfg, 1, &res), ARMDMA_EXPLORE_FAILED);
	assert_int_equal(res.report, ARMDMA_REPORT_TRAP);
	assert_int_equal(b.tests, 2);
	assert_int_equal(b.teardowns, 2);
}

/* ---- bad input ------------------------------------------------------------------ */

static void what_cannot_be_explored_is_refused(void **state)
{
	static const char *const bad[] = {
		"", "x", "5", "5:evict", "5:evict:", "5:evict:40", "5:fly:0x40", "5:drain-inner:0x40", "-5:evict:0x40", "5:evict:0x40,",
		"5:evict:0x40;6:evict:0x40", "6:evict:0x40,5:evict:0x40", "99999999999999999999:evict:0x40", "nonesuch",
		"1:evict:0x0,1:evict:0x0,1:evict:0x0,1:evict:0x0,1:evict:0x0,1:evict:0x0,1:evict:0x0,1:evict:0x0,1:evict:0x0",
	};
	struct body b = { .lines = 1 };
	struct armdma_explore_config cfg = config(&b);
	struct armdma_explore_result res;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (armdma_explore_replay(&cfg, bad[i], &res) != -EINVAL)
			fail_msg("\"%s\" was accepted", bad[i]);
		assert_non_null(strstr(res.text, "schedule"));
	}
	assert_int_equal(armdma_explore(&cfg, ARMDMA_EXPLORE_MAX_BOUND + 1, &res), -EINVAL);
	assert_non_null(strstr(res.text, "bound 9"));
	cfg.test = NULL;
	assert_int_equal(armdma_explore(&cfg, 1, &res), -EINVAL);
	cfg = config(&b);
	the_machine.cache_policy = ARMDMA_CACHE_COHERENT;
	assert_int_equal(armdma_explore(&cfg, 1, &res), -EINVAL);
	assert_non_null(strstr(res.text, "COHERENT"));
	cfg = config(&b);
	the_machine.undo = false;
	assert_int_equal(armdma_explore(&cfg, 1, &res), -EINVAL);
	cfg = config(&b);
	the_machine.ram_size = 1;
	assert_int_equal(armdma_explore(&cfg, 1, &res), -EINVAL);
	assert_non_null(strstr(res.text, "ram_size"));
	assert_int_equal(b.tests, 0);
}

static void environment_names_the_one_schedule_to_run(void **state)
{
	struct body b = { .lines = 5, .bad = 3 };
	struct armdma_explore_config cfg = config(&b);
	struct armdma_explore_result res, again;

	(void)state;
	assert_int_equal(armdma_explore(&cfg, 2, &res), ARMDMA_EXPLORE_FAILED);
	setenv("ARMDMA_SCHEDULE", res.schedule, 1);
	assert_int_equal(armdma_explore(&cfg, 2, &again), ARMDMA_EXPLORE_FAILED);
	assert_int_equal(again.runs, 1);
	setenv("ARMDMA_SCHEDULE", "nonsense", 1);
	assert_int_equal(armdma_explore(&cfg, 2, &again), -EINVAL);
	unsetenv("ARMDMA_SCHEDULE");
	assert_string_equal(again.schedule, "");
}

/* ---- one run at a time -------------------------------------------------------------- */

/* A runner whose bodies fail by longjmp. */
static void runner_of_another_kind_may_drive_the_search(void **state)
{
	struct body b = { .lines = 4, .bad = 9 };
	struct armdma_explore_config cfg = config(&b);
	struct armdma_explorer *x;
	struct armdma_explore_result res;
	struct armdma_error err;
	static jmp_buf env;
	static unsigned int runs;

	(void)state;
	runs = 0;
	assert_int_equal(armdma_explorer_create(&x, &cfg, 2, NULL, &err), 0);
	while (armdma_explorer_next(x)) {
		struct armdma_machine *volatile m = NULL;
		struct armdma_machine *made;
		volatile bool failed = true;

		assert_int_equal(armdma_machine_create(&made, &the_machine, &err), 0);
		m = made;
		assert_int_equal(armdma_explorer_attach(x, m), 0);
		runs++;
		if (!setjmp(env)) {
			if (run_body(m, &b))
				longjmp(env, 1);
			failed = false;
		}
		armdma_machine_abandon(m);
		armdma_machine_destroy(m);
		armdma_explorer_end(x, failed, "it jumped");
	}
	armdma_explorer_result(x, &res);
	armdma_explorer_destroy(x);
	assert_int_equal(res.verdict, ARMDMA_EXPLORE_FAILED);
	assert_int_equal(res.departures, 2);
	assert_int_equal(res.runs, runs);
	assert_non_null(strstr(res.text, "it jumped\n"));
}

#define T(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(every_set_of_departures_up_to_the_bound_is_run_once),
		T(shortest_failing_schedule_is_found),
		T(bound_too_small_finds_nothing),
		T(lines_that_no_device_touches_are_skipped),
		T(choice_is_tried_again_when_its_line_has_changed),
		T(single_levels_are_tried_on_demand),
		T(only_wanted_kinds_are_tried),
		T(search_gives_up_after_max_runs),
		T(equal_states_are_followed_once),
		T(non_deterministic_test_is_reported),
		T(test_that_passes_the_second_time_is_not_deterministic),
		T(schedule_of_another_program_does_not_come_up),
		T(leak_fails_a_run),
		T(wild_access_ends_its_run_only),
		T(what_cannot_be_explored_is_refused),
		T(environment_names_the_one_schedule_to_run),
		T(runner_of_another_kind_may_drive_the_search),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
