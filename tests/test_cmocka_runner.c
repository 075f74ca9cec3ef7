/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The helper for CMocka programs, seen from outside: this program runs itself once for each scenario, and looks at the
 * exit status (the number of failed tests) and at what was printed.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <armdma/cmocka.h>
#include <armdma/dma.h>

#include "sim/hw.h"

static struct armdma_device *device(void **state)
{
	return armdma_device_find(armdma_test_machine(state), "fimc0");
}

/* ---- what the scenarios do ------------------------------------------------ */

enum { BAD_FREE_LINE = __LINE__ + 4 };

static void bad_free(void **state)
{
	armdma_dma_free_coherent(device(state), 4096, (void *)0x1000, 0x1000);
}

static void *leak(void **state)
{
	armdma_dma_t handle;
	void *cpu = armdma_dma_alloc_coherent(device(state), 4096, &handle, ARMDMA_GFP_KERNEL);

	assert_non_null(cpu);
	return cpu;
}

static void report(void **state)
{
	bad_free(state);
	printf("not reached\n");
}

static void clean(void **state)
{
	assert_non_null(armdma_test_machine(state));
	assert_null(armdma_test_user(state));
}

static void expected(void **state)
{
	armdma_expect_report(state, ARMDMA_REPORT_BAD_FREE);
	bad_free(state);
	printf("went on\n");
}

static void expected_never_came(void **state)
{
	armdma_expect_report(state, ARMDMA_REPORT_BAD_FREE);
}

static void expected_another(void **state)
{
	armdma_expect_report(state, ARMDMA_REPORT_FAULT);
	bad_free(state);
}

static void expected_leak(void **state)
{
	armdma_expect_report(state, ARMDMA_REPORT_LEAK);
	leak(state);
}

static void expected_leak_never_came(void **state)
{
	armdma_expect_report(state, ARMDMA_REPORT_LEAK);
}

static void leaks(void **state)
{
	leak(state);
}

static void leaks_and_fails(void **state)
{
	leak(state);
	assert_int_equal(1, 2);
}

static void leaks_and_skips(void **state)
{
	leak(state);
	skip();
}

/* RAM that was never handed out traps. */
static volatile char *untouchable(void **state)
{
	struct armdma_hw *hw = armdma_machine_hw(armdma_test_machine(state));
	const struct armdma_config *cfg = armdma_hw_config(hw);

	return armdma_phys_to_virt(armdma_test_machine(state), cfg->ram_base + cfg->lowmem_size / 2);
}

static volatile char *armed_pointer;

static int setup_arms_a_trap(void **state)
{
	int ret = armdma_test_setup(state);

	if (!ret)
		armed_pointer = untouchable(state);
	return ret;
}

static void touches(void **state)
{
	leak(state);
	*armed_pointer = 1;
	printf("not reached\n");
}

static void expected_trap(void **state)
{
	armdma_expect_report(state, ARMDMA_REPORT_TRAP);
	*untouchable(state) = 1;
	printf("not reached\n");
}

static void asserted_traps(void **state)
{
	volatile char *p = untouchable(state);

	armdma_assert_trap(state, *p = 1);
	armdma_assert_trap(state, (void)p[64]);
	printf("went on\n");
}

static void asserted_trap_is_missing(void **state)
{
	char c = 0, *p = &c;

	armdma_assert_trap(state, *p = 1);
}

static void plain_segfault(void **state)
{
	(void)state;
	raise(SIGSEGV);
}

static bool failing_handler(void *ctx, uint32_t line)
{
	(void)ctx;
	(void)line;
	assert_int_equal(1, 2);
	return true;
}

static void fails_in_interrupt(void **state)
{
	struct armdma_hw *hw = armdma_machine_hw(armdma_test_machine(state));
	static bool asserted;

	leak(state);
	assert_int_equal(armdma_hw_irq_request(hw, 100, failing_handler, NULL), 0);
	irq_set(hw, 100, &asserted, true);
	armdma_hw_irq_restore(hw, armdma_hw_irq_save(hw));
	printf("not reached\n");
}

static void *bad_free_thread(void *state)
{
	bad_free(state);
	return NULL;
}

static void report_in_a_thread(void **state)
{
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, bad_free_thread, state), 0);
	pthread_join(thread, NULL);
	printf("went on\n");
}

static int setup_reports(void **state)
{
	int ret = armdma_test_setup(state);

	if (!ret)
		bad_free(state);
	return ret;
}

static int setup_asserts(void **state)
{
	assert_int_equal(armdma_test_setup(state), 0);
	leak(state);
	assert_int_equal(1, 2);
	return 0;
}

static int teardown_reports(void **state)
{
	bad_free(state);
	return armdma_test_teardown(state);
}

static int number = 42;

static int setup_with_user(void **state)
{
	return armdma_test_setup_with(state, NULL, &number);
}

static void has_user(void **state)
{
	assert_ptr_equal(armdma_test_user(state), &number);
}

static void has_small_ram(void **state)
{
	struct armdma_hw *hw = armdma_machine_hw(armdma_test_machine(state));

	assert_int_equal(armdma_hw_config(hw)->ram_size, 64 << 20);
}

static void gets_initial_state(void **state)
{
	assert_ptr_equal(*state, &number);
}

static int group_makes_state(void **state)
{
	*state = &number;
	return 0;
}

static int group_checks_state(void **state)
{
	printf("group state kept: %s\n", *state == &number ? "yes" : "no");
	return 0;
}

static void asks_for_no_machine(void **state)
{
	armdma_test_machine(state);
}

/* ---- scenarios ------------------------------------------------------------ */

#define RUN(...) armdma_run_tests("scenario", (const struct CMUnitTest[]){ __VA_ARGS__ }, \
		sizeof((const struct CMUnitTest[]){ __VA_ARGS__ }) / sizeof(struct CMUnitTest), NULL, NULL)
#define WITH_SETUP(f, s) cmocka_unit_test_setup_teardown(f, s, armdma_test_teardown)

static struct armdma_config small(uint64_t ram)
{
	struct armdma_config cfg = armdma_config_exynos4210();

	cfg.ram_size = ram;
	cfg.lowmem_size = ram / 2;
	return cfg;
}

static int run_config(uint64_t ram)
{
	struct armdma_config cfg = small(ram);

	return RUN(armdma_unit_test_config(has_small_ram, &cfg));
}

static int run_group(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gets_initial_state),
		cmocka_unit_test_prestate(gets_initial_state, "other"),
	};

	return armdma_run_group_tests(tests, group_makes_state, group_checks_state);
}

static int run_under_cmocka_alone(void)
{
	const struct CMUnitTest tests[] = { armdma_unit_test(clean) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}

static int scenario(const char *name)
{
	struct { const char *name; struct CMUnitTest test; } simple[] = {
		{ "report", armdma_unit_test(report) },
		{ "clean", armdma_unit_test(clean) },
		{ "expected", armdma_unit_test(expected) },
		{ "expected_never_came", armdma_unit_test(expected_never_came) },
		{ "expected_another", armdma_unit_test(expected_another) },
		{ "expected_leak", armdma_unit_test(expected_leak) },
		{ "expected_leak_never_came", armdma_unit_test(expected_leak_never_came) },
		{ "leaks", armdma_unit_test(leaks) },
		{ "leaks_and_fails", armdma_unit_test(leaks_and_fails) },
		{ "leaks_and_skips", armdma_unit_test(leaks_and_skips) },
		{ "armed_in_setup", WITH_SETUP(touches, setup_arms_a_trap) },
		{ "expected_trap", armdma_unit_test(expected_trap) },
		{ "asserted_traps", armdma_unit_test(asserted_traps) },
		{ "asserted_trap_is_missing", armdma_unit_test(asserted_trap_is_missing) },
		{ "plain_segfault", armdma_unit_test(plain_segfault) },
		{ "fails_in_interrupt", armdma_unit_test(fails_in_interrupt) },
		{ "report_in_a_thread", armdma_unit_test(report_in_a_thread) },
		{ "setup_reports", WITH_SETUP(clean, setup_reports) },
		{ "setup_asserts", WITH_SETUP(clean, setup_asserts) },
		{ "teardown_reports",
		  cmocka_unit_test_setup_teardown(clean, armdma_test_setup, teardown_reports) },
		{ "no_teardown", cmocka_unit_test_setup(clean, armdma_test_setup) },
		{ "user", WITH_SETUP(has_user, setup_with_user) },
		{ "initial_state", cmocka_unit_test_prestate(gets_initial_state, &number) },
		{ "no_machine", cmocka_unit_test(asks_for_no_machine) },
	};

	for (size_t i = 0; i < sizeof(simple) / sizeof(simple[0]); i++)
		if (!strcmp(name, simple[i].name))
			/* A clean test after it: the first leaves nothing behind. */
			return RUN(simple[i].test, armdma_unit_test(clean));
	if (!strcmp(name, "config"))
		return run_config(64 << 20);
	if (!strcmp(name, "bad_config"))
		return run_config(12345);
	if (!strcmp(name, "group"))
		return run_group();
	if (!strcmp(name, "under_cmocka_alone"))
		return run_under_cmocka_alone();
	return 99;
}

/* ---- the outer program ---------------------------------------------------- */

static char self[4096];
static char output[65536];

/* Run a scenario; returns its exit status, 128 and more after a signal. Everything printed is in output. */
static int run(const char *name)
{
	char command[sizeof(self) + 64];
	size_t used = 0, n;
	FILE *p;
	int status;

	snprintf(command, sizeof(command), "exec '%s' %s 2>&1", self, name);
	p = popen(command, "r");
	assert_non_null(p);
	while ((n = fread(output + used, 1, sizeof(output) - 1 - used, p)) > 0)
		used += n;
	output[used] = 0;
	status = pclose(p);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static bool says(const char *text)
{
	return strstr(output, text);
}

static bool says_line(const char *fmt, int line)
{
	char text[128];

	snprintf(text, sizeof(text), fmt, line);
	return says(text);
}

#define assert_says(text)                                                 \
	do {                                                              \
		if (!says(text)) {                                        \
			print_error("no '%s' in:\n%s\n", text, output);   \
			fail();                                           \
		}                                                         \
	} while (0)
#define assert_silent_about(text)                                         \
	do {                                                              \
		if (says(text)) {                                         \
			print_error("'%s' in:\n%s\n", text, output);      \
			fail();                                           \
		}                                                         \
	} while (0)
#define assert_run(name, status)                                          \
	do {                                                              \
		int got = run(name);                                      \
		if (got != (status)) {                                    \
			print_error("%s: status %d:\n%s\n", name, got, output); \
			fail();                                           \
		}                                                         \
	} while (0)

static void report_fails_the_test_at_its_line(void **state)
{
	(void)state;
	assert_run("report", 1);
	assert_says("==== armdma: bad-free");
	assert_says("bad_free at ");
	assert_says("test_cmocka_runner.c:");
	assert_true(says_line("test_cmocka_runner.c:%d: error: Failure!", BAD_FREE_LINE));
	assert_silent_about("not reached");
}

static void clean_test_passes(void **state)
{
	(void)state;
	assert_run("clean", 0);
	assert_silent_about("armdma:");
}

static void expected_report_passes(void **state)
{
	(void)state;
	assert_run("expected", 0);
	assert_says("went on");
	assert_silent_about("==== armdma");
}

static void expected_report_that_never_came_fails(void **state)
{
	(void)state;
	assert_run("expected_never_came", 1);
	assert_says("expected a report 'bad-free', none came");
	assert_says("test_cmocka_runner.c:");
}

static void other_report_than_expected_fails(void **state)
{
	(void)state;
	assert_run("expected_another", 1);
	assert_says("==== armdma: bad-free");
}

static void leak_fails_in_the_teardown(void **state)
{
	(void)state;
	assert_run("leaks", 1);
	assert_says("==== armdma: leak");
}

static void expected_leak_passes(void **state)
{
	(void)state;
	assert_run("expected_leak", 0);
	assert_silent_about("==== armdma");
}

static void expected_leak_that_never_came_fails(void **state)
{
	(void)state;
	assert_run("expected_leak_never_came", 1);
	assert_says("expected a report 'leak', none came");
}

static void failed_test_reports_no_leak(void **state)
{
	(void)state;
	assert_run("leaks_and_fails", 1);
	assert_says("0x1 != 0x2");
	assert_silent_about("==== armdma");
}

static void skipped_test_reports_no_leak(void **state)
{
	(void)state;
	assert_run("leaks_and_skips", 0);
	assert_says("SKIPPED");
	assert_silent_about("==== armdma");
}

static void trap_armed_in_a_fixture_is_reported_in_the_body(void **state)
{
	(void)state;
	assert_run("armed_in_setup", 1);
	assert_says("==== armdma: trap");
	assert_says("touches at ");
	assert_silent_about("not reached");
	assert_silent_about("armdma: leak");
}

static void expected_trap_ends_the_test(void **state)
{
	(void)state;
	assert_run("expected_trap", 0);
	assert_silent_about("not reached");
	assert_silent_about("==== armdma");
}

static void asserted_trap_lets_the_test_go_on(void **state)
{
	(void)state;
	assert_run("asserted_traps", 0);
	assert_says("went on");
}

static void asserted_trap_that_is_missing_fails(void **state)
{
	(void)state;
	assert_run("asserted_trap_is_missing", 1);
	assert_says("*p = 1: touched nothing that traps");
}

static void other_segfaults_stay_with_cmocka(void **state)
{
	(void)state;
	assert_run("plain_segfault", 1);
	assert_says("Test failed with exception");
	assert_silent_about("==== armdma");
}

static void machine_goes_after_a_failure_in_an_interrupt(void **state)
{
	(void)state;
	assert_run("fails_in_interrupt", 1);
	assert_silent_about("not reached");
	assert_silent_about("==== armdma");
}

static void report_in_a_thread_fails_the_test_at_its_end(void **state)
{
	(void)state;
	assert_run("report_in_a_thread", 1);
	assert_says("==== armdma: bad-free");
	assert_says("went on");
}

static void report_in_the_setup_fails_it(void **state)
{
	(void)state;
	assert_run("setup_reports", 1);
	assert_says("reported in the setup");
}

static void failed_setup_leaves_nothing(void **state)
{
	(void)state;
	assert_run("setup_asserts", 1);
	assert_silent_about("==== armdma");
}

static void report_in_the_teardown_fails_the_test(void **state)
{
	(void)state;
	assert_run("teardown_reports", 1);
	assert_says("noticed in the teardown");
}

static void states_are_handed_on(void **state)
{
	(void)state;
	assert_run("no_teardown", 0);
	assert_run("user", 0);
	assert_run("initial_state", 0);
	assert_run("config", 0);
	assert_run("group", 0);
	assert_says("group state kept: yes");
}

static void bad_config_is_named(void **state)
{
	(void)state;
	assert_run("bad_config", 1);
	assert_says("no machine: ");
	assert_says("0x3039");	/* 12345 */
}

static void no_machine_is_a_clear_failure(void **state)
{
	(void)state;
	assert_run("no_machine", 1);
	assert_says("armdma_test_machine: this state is not the one");
	assert_run("under_cmocka_alone", 1);
	assert_says("armdma_run_group_tests()");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(report_fails_the_test_at_its_line),
		cmocka_unit_test(clean_test_passes),
		cmocka_unit_test(expected_report_passes),
		cmocka_unit_test(expected_report_that_never_came_fails),
		cmocka_unit_test(other_report_than_expected_fails),
		cmocka_unit_test(leak_fails_in_the_teardown),
		cmocka_unit_test(expected_leak_passes),
		cmocka_unit_test(expected_leak_that_never_came_fails),
		cmocka_unit_test(failed_test_reports_no_leak),
		cmocka_unit_test(skipped_test_reports_no_leak),
		cmocka_unit_test(trap_armed_in_a_fixture_is_reported_in_the_body),
		cmocka_unit_test(expected_trap_ends_the_test),
		cmocka_unit_test(asserted_trap_lets_the_test_go_on),
		cmocka_unit_test(asserted_trap_that_is_missing_fails),
		cmocka_unit_test(other_segfaults_stay_with_cmocka),
		cmocka_unit_test(machine_goes_after_a_failure_in_an_interrupt),
		cmocka_unit_test(report_in_a_thread_fails_the_test_at_its_end),
		cmocka_unit_test(report_in_the_setup_fails_it),
		cmocka_unit_test(failed_setup_leaves_nothing),
		cmocka_unit_test(report_in_the_teardown_fails_the_test),
		cmocka_unit_test(states_are_handed_on),
		cmocka_unit_test(bad_config_is_named),
		cmocka_unit_test(no_machine_is_a_clear_failure),
	};

	if (argc > 1)
		return scenario(argv[1]);
	snprintf(self, sizeof(self), "%s", argv[0]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
