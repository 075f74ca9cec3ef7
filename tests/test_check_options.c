/* SPDX-License-Identifier: BSD-2-Clause */
/* ARMDMA_OPTIONS: what it says is done, what it cannot mean is an error that names it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <armdma/access.h>
#include <armdma/cmocka.h>
#include <armdma/dma.h>
#include <armdma/options.h>

#include "program.h"

static struct armdma_options parsed(const char *text)
{
	struct armdma_options opt = armdma_options_default();
	struct armdma_error err;

	if (armdma_options_parse(&opt, text, &err))
		fail_msg("'%s': %s", text, err.msg);
	return opt;
}

/* The error names what was wrong, and nothing has changed. */
static void assert_refused(const char *text, const char *words)
{
	struct armdma_options opt = armdma_options_default(), before = opt;
	struct armdma_error err = { "" };

	assert_int_equal(armdma_options_parse(&opt, text, &err), -EINVAL);
	if (!strstr(err.msg, words))
		fail_msg("'%s': no '%s' in: %s", text, words, err.msg);
	assert_memory_equal(&opt, &before, sizeof(opt));
	assert_int_equal(armdma_options_parse(&opt, text, NULL), -EINVAL);
}

/* ---- the text ------------------------------------------------------------- */

static void proofs_are_on_and_all_else_is_off_by_default(void **state)
{
	struct armdma_options opt = armdma_options_default();

	(void)state;
	for (int kind = ARMDMA_REPORT_NONE + 1; kind < ARMDMA_REPORT_NR; kind++)
		assert_int_equal(opt.rule[kind], armdma_report_class((enum armdma_report_kind)kind) == ARMDMA_CLASS_BUG);
	assert_int_equal(opt.print, ARMDMA_PRINT_AUTO);
	assert_int_equal(opt.exitcode, 66);
	assert_false(opt.abort_on_report);
}

static void kinds_are_switched_by_name(void **state)
{
	struct armdma_options opt = parsed("disable=unchecked-error,leak:enable=redundant-sync");

	(void)state;
	assert_false(opt.rule[ARMDMA_REPORT_UNCHECKED]);
	assert_false(opt.rule[ARMDMA_REPORT_LEAK]);
	assert_true(opt.rule[ARMDMA_REPORT_BAD_FREE]);
	assert_true(opt.rule[ARMDMA_REPORT_REDUNDANT_SYNC]);
	assert_false(opt.rule[ARMDMA_REPORT_BIDIRECTIONAL]);
}

static void every_kind_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (int kind = ARMDMA_REPORT_NONE + 1; kind < ARMDMA_REPORT_NR; kind++) {
		struct armdma_options opt;
		char text[128];

		snprintf(text, sizeof(text), "disable=all:enable=%s", armdma_report_name((enum armdma_report_kind)kind));
		opt = parsed(text);
		for (int other = ARMDMA_REPORT_NONE + 1; other < ARMDMA_REPORT_NR; other++)
			assert_int_equal(opt.rule[other], other == kind);
	}
}

static void classes_are_switched_as_a_whole(void **state)
{
	struct armdma_options opt = parsed("enable=suspicions,performance disable=bugs");

	(void)state;
	for (int kind = ARMDMA_REPORT_NONE + 1; kind < ARMDMA_REPORT_NR; kind++)
		assert_int_equal(opt.rule[kind], armdma_report_class((enum armdma_report_kind)kind) != ARMDMA_CLASS_BUG);
}

static void later_option_wins(void **state)
{
	(void)state;
	assert_true(parsed("disable=all:enable=leak").rule[ARMDMA_REPORT_LEAK]);
	assert_false(parsed("enable=leak:disable=all").rule[ARMDMA_REPORT_LEAK]);
	assert_int_equal(parsed("exitcode=3:exitcode=4").exitcode, 4);
}

static void colons_blanks_and_newlines_separate(void **state)
{
	struct armdma_options opt = parsed(" :exitcode=9\n\tprint=0::abort_on_report=1: ");

	(void)state;
	assert_int_equal(opt.exitcode, 9);
	assert_int_equal(opt.print, ARMDMA_PRINT_NEVER);
	assert_true(opt.abort_on_report);
	assert_int_equal(parsed("").exitcode, 66);
}

static void quotes_keep_separators_in_a_value(void **state)
{
	(void)state;
	assert_int_equal(parsed("exitcode='7':print=\"1\"").exitcode, 7);
	assert_int_equal(parsed("exitcode='7':print=\"1\"").print, ARMDMA_PRINT_ALWAYS);
	assert_refused("print='a:b c'", "'print=a:b c'");
	assert_refused("print='1", "not key=value: 'print='1'");
}

static void unknown_key_is_named(void **state)
{
	(void)state;
	assert_refused("exitcode=1:colour=always", "unknown option 'colour=always'");
	assert_refused("exit=1", "unknown option 'exit=1'");
	assert_refused("exitcode", "not key=value: 'exitcode'");
	assert_refused("=1", "unknown option '=1'");
}

static void value_that_cannot_be_is_named_with_what_can(void **state)
{
	(void)state;
	assert_refused("exitcode=256", "'exitcode=256': the value must be a number from 0 to 255");
	assert_refused("exitcode=", "a number from 0 to 255");
	assert_refused("exitcode=-1", "a number");
	assert_refused("exitcode=99999999999999999999", "a number");
	assert_refused("abort_on_report=maybe", "must be 0 or 1");
	assert_refused("print=2", "must be 0 or 1, or auto");
	assert_refused("disable=leek", "not 'leek'");
	assert_refused("disable=leak,", "not ''");
	assert_refused("enable=none", "not 'none'");
	assert_refused("help=x", "0 or 1");
}

/* ---- machines --------------------------------------------------------------- */

static struct armdma_machine *machine(void)
{
	struct armdma_machine *m;
	struct armdma_error err;

	if (armdma_machine_create(&m, NULL, &err))
		fail_msg("%s", err.msg);
	return m;
}

static int clear_environment(void **state)
{
	(void)state;
	return unsetenv("ARMDMA_OPTIONS");
}

static void machine_reads_the_environment_when_it_is_created(void **state)
{
	struct armdma_machine *before = machine(), *after;

	(void)state;
	setenv("ARMDMA_OPTIONS", "disable=leak:exitcode=5", 1);
	after = machine();
	assert_true(armdma_get_options(before)->rule[ARMDMA_REPORT_LEAK]);
	assert_false(armdma_get_options(after)->rule[ARMDMA_REPORT_LEAK]);
	assert_int_equal(armdma_get_options(after)->exitcode, 5);
	armdma_machine_destroy(before);
	armdma_machine_destroy(after);
}

static void wrong_environment_makes_no_machine(void **state)
{
	struct armdma_machine *m = (void *)1;
	struct armdma_error err;

	(void)state;
	setenv("ARMDMA_OPTIONS", "disable=leek", 1);
	assert_int_equal(armdma_machine_create(&m, NULL, &err), -EINVAL);
	assert_null(m);
	assert_non_null(strstr(err.msg, "ARMDMA_OPTIONS: option 'disable=leek'"));
}

static void environment_wins_over_the_program(void **state)
{
	struct armdma_machine *m = machine();
	struct armdma_options opt = armdma_options_default();
	struct armdma_error err;

	(void)state;
	opt.rule[ARMDMA_REPORT_LEAK] = true;
	opt.rule[ARMDMA_REPORT_UNREAD] = true;
	setenv("ARMDMA_OPTIONS", "disable=leak", 1);
	assert_int_equal(armdma_set_options(m, &opt, &err), 0);
	assert_false(armdma_get_options(m)->rule[ARMDMA_REPORT_LEAK]);
	assert_true(armdma_get_options(m)->rule[ARMDMA_REPORT_UNREAD]);
	setenv("ARMDMA_OPTIONS", "enable=leak:x=y", 1);
	assert_int_equal(armdma_set_options(m, &opt, &err), -EINVAL);
	assert_false(armdma_get_options(m)->rule[ARMDMA_REPORT_LEAK]);
	armdma_machine_destroy(m);
}

static void swallow(void *ctx, const struct armdma_report *report)
{
	(void)report;
	++*(int *)ctx;
}

static void rule_that_is_off_is_neither_told_nor_counted(void **state)
{
	struct armdma_machine *m;
	int seen = 0;

	(void)state;
	setenv("ARMDMA_OPTIONS", "disable=bad-free", 1);
	m = machine();
	armdma_set_report_fn(m, swallow, &seen);
	armdma_dma_free_coherent(armdma_device_find(m, "fimc0"), 4096, (void *)0x1000, 0x1000);
	assert_int_equal(armdma_report_count(m, ARMDMA_REPORT_NONE), 0);
	armdma_checker_rule(m, ARMDMA_REPORT_BAD_FREE, true);
	armdma_dma_free_coherent(armdma_device_find(m, "fimc0"), 4096, (void *)0x1000, 0x1000);
	assert_int_equal(armdma_report_count(m, ARMDMA_REPORT_BAD_FREE), 1);
	assert_int_equal(seen, 1);
	armdma_machine_destroy(m);
}

/* ---- programs: this one again, with one of these as its main() ------------------- */

static void misuse(struct armdma_machine *m)
{
	armdma_dma_free_coherent(armdma_device_find(m, "fimc0"), 4096, (void *)0x1000, 0x1000);
}

static int one_report(void)
{
	struct armdma_machine *m = machine();

	misuse(m);
	armdma_machine_destroy(m);
	return 0;
}

static int two_bugs_many_times(void)
{
	struct armdma_machine *m = machine();

	for (int i = 0; i < 5; i++)
		misuse(m);
	for (int i = 0; i < 2; i++)
		armdma_report_misuse(m, ARMDMA_REPORT_LEAK, NULL, NULL, "second");
	armdma_report_want(m, ARMDMA_REPORT_OVERLAP, 1);
	armdma_report_misuse(m, ARMDMA_REPORT_OVERLAP, NULL, NULL, "wanted");
	armdma_machine_destroy(m);
	return 0;
}

static int one_report_and_3(void)
{
	one_report();
	return 3;
}

static int no_report(void)
{
	armdma_machine_destroy(machine());
	armdma_machine_destroy(machine());
	return 0;
}

static int one_report_to_a_callback(void)
{
	struct armdma_machine *m = machine();
	int seen = 0;

	armdma_set_report_fn(m, swallow, &seen);
	misuse(m);
	armdma_machine_destroy(m);
	printf("seen: %d\n", seen);
	return 0;
}

static void bye(void)
{
	printf("handler set up first has run\n");
}

static int one_report_after_a_handler(void)
{
	atexit(bye);
	return one_report();
}

static int no_machine_without_err(void)
{
	struct armdma_machine *m;

	return armdma_machine_create(&m, NULL, NULL) == -EINVAL ? 42 : 0;
}

static const struct program programs[] = {
	{ "one_report", one_report },
	{ "two_bugs_many_times", two_bugs_many_times },
	{ "one_report_and_3", one_report_and_3 },
	{ "no_report", no_report },
	{ "one_report_to_a_callback", one_report_to_a_callback },
	{ "one_report_after_a_handler", one_report_after_a_handler },
	{ "no_machine_without_err", no_machine_without_err },
	{ NULL, NULL }
};

static void program_with_reports_ends_with_the_exit_code(void **state)
{
	(void)state;
	assert_int_equal(program_run("", "one_report"), 66);
	assert_says("==== armdma: bad-free");
	assert_int_equal(program_run("exitcode=12", "one_report"), 12);
	assert_int_equal(program_run("exitcode=0", "one_report"), 0);
	assert_int_equal(program_run("", "no_report"), 0);
	assert_int_equal(program_run("disable=bad-free", "one_report"), 0);
}

static void programs_own_failure_keeps_its_status(void **state)
{
	(void)state;
	assert_int_equal(program_run("", "one_report_and_3"), 3);
}

static void report_that_a_callback_took_changes_no_status(void **state)
{
	(void)state;
	assert_int_equal(program_run("", "one_report_to_a_callback"), 0);
	assert_says("seen: 1");
	assert_silent_about("bad-free");
	assert_int_equal(program_run("print=1", "one_report_to_a_callback"), 0);
	assert_says("seen: 1");
	assert_says("==== armdma: bad-free");
}

static void handlers_of_exit_still_run(void **state)
{
	(void)state;
	assert_int_equal(program_run("", "one_report_after_a_handler"), 66);
	assert_says("handler set up first has run");
}

static void print_0_is_silent_and_still_changes_the_status(void **state)
{
	(void)state;
	assert_int_equal(program_run("print=0", "one_report"), 66);
	assert_silent_about("armdma");
}

static void abort_on_report_aborts_after_printing(void **state)
{
	(void)state;
	assert_int_equal(program_run("abort_on_report=1", "one_report"), 128 + SIGABRT);
	assert_says("==== armdma: bad-free");
	assert_int_equal(program_run("abort_on_report=1", "one_report_to_a_callback"), 128 + SIGABRT);
	assert_says("==== armdma: bad-free");
	assert_silent_about("seen");
	assert_int_equal(program_run("abort_on_report=1", "no_report"), 0);
}

static void summary_tells_how_often_each_bug_was_met(void **state)
{
	(void)state;
	assert_int_equal(program_run("summary=1", "two_bugs_many_times"), 66);
	assert_says("==== armdma: 2 bugs, met 7 times, 0 of them suppressed\n         5 x bad-free: ");
	assert_says("         2 x leak: second, two_bugs_many_times at ");
	assert_silent_about("x overlapping-mappings");
	assert_int_equal(program_run("", "two_bugs_many_times"), 66);
	assert_silent_about("2 bugs");
	assert_int_equal(program_run("summary=1", "no_report"), 0);
	assert_silent_about("bugs");
}

static void wrong_options_are_said_even_when_nobody_asks_for_the_error(void **state)
{
	(void)state;
	assert_int_equal(program_run("colour=1", "no_machine_without_err"), 42);
	assert_says("armdma: ARMDMA_OPTIONS: unknown option 'colour=1'");
}

static void help_is_printed_once_with_every_option_and_kind(void **state)
{
	const char *first;

	(void)state;
	assert_int_equal(program_run("help=1", "no_report"), 0);
	assert_says("abort_on_report=0|1");
	assert_says("unchecked-error\n");
	assert_says("redundant-sync *\n");
	first = strstr(program_output, "disable=KIND");
	assert_non_null(first);
	assert_null(strstr(first + 1, "disable=KIND"));
	assert_int_equal(program_run("help=0", "no_report"), 0);
	assert_silent_about("disable");
}

#define machine_test(t) cmocka_unit_test_setup_teardown(t, clear_environment, clear_environment)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(proofs_are_on_and_all_else_is_off_by_default),
		cmocka_unit_test(kinds_are_switched_by_name),
		cmocka_unit_test(every_kind_has_a_name_of_its_own),
		cmocka_unit_test(classes_are_switched_as_a_whole),
		cmocka_unit_test(later_option_wins),
		cmocka_unit_test(colons_blanks_and_newlines_separate),
		cmocka_unit_test(quotes_keep_separators_in_a_value),
		cmocka_unit_test(unknown_key_is_named),
		cmocka_unit_test(value_that_cannot_be_is_named_with_what_can),
		machine_test(machine_reads_the_environment_when_it_is_created),
		machine_test(wrong_environment_makes_no_machine),
		machine_test(environment_wins_over_the_program),
		machine_test(rule_that_is_off_is_neither_told_nor_counted),
		cmocka_unit_test(program_with_reports_ends_with_the_exit_code),
		cmocka_unit_test(programs_own_failure_keeps_its_status),
		cmocka_unit_test(report_that_a_callback_took_changes_no_status),
		cmocka_unit_test(handlers_of_exit_still_run),
		cmocka_unit_test(print_0_is_silent_and_still_changes_the_status),
		cmocka_unit_test(abort_on_report_aborts_after_printing),
		cmocka_unit_test(summary_tells_how_often_each_bug_was_met),
		cmocka_unit_test(wrong_options_are_said_even_when_nobody_asks_for_the_error),
		cmocka_unit_test(help_is_printed_once_with_every_option_and_kind),
	};

	if (program_main(argc, argv, programs) >= 0)
		return program_status;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
