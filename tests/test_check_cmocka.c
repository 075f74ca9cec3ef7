/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a CMocka test can ask about reports and bytes, seen from outside: this program runs itself with one of the tests below as its
 * only one, and looks at the exit status (1: it failed) and at what was printed.
 */
#include <pthread.h>

#include <armdma/access.h>
#include <armdma/cmocka.h>
#include <armdma/dma.h>
#include <armdma/site.h>

#include "program.h"

#define KIND ARMDMA_REPORT_SEGMENT

static struct armdma_device *device(void **state)
{
	return armdma_device_find(armdma_test_machine(state), "mdma");
}

enum { MISUSE_LINE = __LINE__ + 4 };

static __attribute__((noinline)) void misuse(void **state, enum armdma_report_kind kind)
{
	armdma_report_misuse(armdma_test_machine(state), kind, device(state), NULL, "misuse %d", (int)kind);
	__asm__ volatile("");
}

/* ---- tests that are run -------------------------------------------------------- */

static void collected_and_asserted(void **state)
{
	const struct armdma_report *rep;
	struct armdma_site_info info;

	armdma_collect_reports(state);
	misuse(state, ARMDMA_REPORT_OVERLAP);
	misuse(state, KIND);
	rep = armdma_assert_report(state, KIND);
	assert_ptr_equal(rep->dev, device(state));
	assert_non_null(strstr(rep->sentence, "misuse "));
	assert_non_null(strstr(rep->text, "==== armdma: segment-limit: misuse "));
	assert_int_equal(armdma_site_lookup(rep->sites[ARMDMA_SITE_HERE], &info), 0);
	assert_int_equal(info.line, MISUSE_LINE);
	armdma_assert_report(state, ARMDMA_REPORT_OVERLAP);
	armdma_assert_no_reports(state);
	printf("went on\n");
}

static void collected_and_left(void **state)
{
	armdma_collect_reports(state);
	misuse(state, ARMDMA_REPORT_OVERLAP);
	misuse(state, KIND);
	armdma_assert_report(state, KIND);
	printf("went on\n");
}

static void collected_but_there_should_be_none(void **state)
{
	armdma_collect_reports(state);
	misuse(state, KIND);
	armdma_assert_no_reports(state);
	printf("not reached\n");
}

static void asserted_twice(void **state)
{
	armdma_collect_reports(state);
	misuse(state, KIND);
	armdma_assert_report(state, KIND);
	armdma_assert_report(state, KIND);
	printf("not reached\n");
}

static void asserted_and_never_came(void **state)
{
	armdma_collect_reports(state);
	misuse(state, KIND);
	armdma_assert_report(state, ARMDMA_REPORT_OVERLAP);
}

static void asserted_without_expecting(void **state)
{
	armdma_assert_report(state, KIND);
}

static void collected_leak(void **state)
{
	armdma_dma_t handle;

	armdma_collect_reports(state);
	assert_non_null(armdma_dma_alloc_coherent(device(state), 4096, &handle, ARMDMA_GFP_KERNEL));
}

static void collected_trap(void **state)
{
	struct armdma_hw *hw = armdma_machine_hw(armdma_test_machine(state));
	const struct armdma_config *cfg = armdma_hw_config(hw);

	armdma_collect_reports(state);
	*(volatile char *)armdma_hw_linear(hw, cfg->ram_base + cfg->lowmem_size / 2) = 1;
	printf("not reached\n");
}

static void expected_and_asserted(void **state)
{
	armdma_expect_report(state, KIND);
	misuse(state, KIND);
	armdma_assert_report(state, KIND);
	armdma_assert_no_reports(state);
}

static void expected_and_asserted_too_early(void **state)
{
	armdma_expect_report(state, KIND);
	armdma_assert_report(state, KIND);
	misuse(state, KIND);
}

/* Each of them is announced, so each of them comes. */
static void expected_three_times_at_one_place(void **state)
{
	for (int i = 0; i < 3; i++) {
		armdma_expect_report(state, KIND);
		misuse(state, KIND);
		armdma_assert_report(state, KIND);
	}
}

static void no_reports(void **state)
{
	armdma_assert_no_reports(state);
	armdma_expect_report(state, KIND);
	misuse(state, KIND);
	armdma_assert_no_reports(state);
	printf("went on\n");
}

static void *misuse_thread(void *state)
{
	misuse(state, KIND);
	return NULL;
}

static void in_thread(void **state, void *(*fn)(void *))
{
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, fn, state), 0);
	pthread_join(thread, NULL);
	printf("joined\n");
}

static void thread_then_call(void **state)
{
	struct armdma_device *dev = device(state);

	in_thread(state, misuse_thread);
	armdma_dma_get_mask(dev);
	printf("not reached\n");
}

static void thread_then_register(void **state)
{
	struct armdma_hw *hw = armdma_machine_hw(armdma_test_machine(state));
	armdma_phys_t regs = armdma_device_regs(armdma_device_find(armdma_test_machine(state), "fimc0"));

	in_thread(state, misuse_thread);
	/* As a driver that polls for something the other thread would have done. */
	while (!(armdma_hw_readl(hw, regs) & 1u << 31))
		;
	printf("not reached\n");
}

static void thread_then_helper(void **state)
{
	in_thread(state, misuse_thread);
	armdma_assert_no_reports(state);
	printf("not reached\n");
}

static void *call_thread(void *state)
{
	misuse(state, KIND);
	armdma_dma_get_mask(device(state));
	printf("thread went on\n");
	return NULL;
}

static void thread_then_its_own_call(void **state)
{
	in_thread(state, call_thread);
	printf("test went on\n");
}

static void thread_and_expected(void **state)
{
	armdma_expect_report(state, KIND);
	in_thread(state, misuse_thread);
	armdma_dma_get_mask(device(state));
	armdma_assert_report(state, KIND);
}

/* ---- bytes ----------------------------------------------------------------------- */

struct rx {
	struct armdma_device *dev;
	uint8_t *buf;
	armdma_dma_t addr;
};

static struct rx rx_start(void **state, enum armdma_dir dir)
{
	struct rx rx = { device(state), armdma_kzalloc(armdma_test_machine(state), 256, ARMDMA_GFP_KERNEL), 0 };

	rx.addr = armdma_dma_map_single(rx.dev, rx.buf, 256, dir);
	assert_int_equal(armdma_dma_mapping_error(rx.dev, rx.addr), 0);
	return rx;
}

static void rx_end(void **state, struct rx *rx, enum armdma_dir dir)
{
	armdma_dma_unmap_single(rx->dev, rx->addr, 256, dir);
	armdma_kfree(armdma_test_machine(state), rx->buf);
}

static void device_writes(void **state, struct rx *rx, const void *bytes, size_t len)
{
	assert_int_equal(armdma_hw_master_write_sync(armdma_machine_hw(armdma_test_machine(state)), "mdma", rx->addr, bytes,
						     len, 100000), 0);
}

static void right_bytes(void **state)
{
	struct armdma_machine *m = armdma_test_machine(state);
	struct rx rx = rx_start(state, ARMDMA_FROM_DEVICE);
	const char here[] = "local";

	device_writes(state, &rx, "packet", 6);
	armdma_assert_device_sees(rx.dev, rx.addr, "packet", 6);
	armdma_dma_sync_single_for_cpu(rx.dev, rx.addr, 256, ARMDMA_FROM_DEVICE);
	armdma_assert_cpu_sees(m, rx.buf, "packet", 6);
	armdma_assert_cpu_sees(m, here, "local", 5);
	rx_end(state, &rx, ARMDMA_FROM_DEVICE);
	printf("went on\n");
}

enum { STALE_LINE = __LINE__ + 7 };

static void stale_bytes(void **state)
{
	struct rx rx = rx_start(state, ARMDMA_FROM_DEVICE);

	device_writes(state, &rx, "packet", 6);
	armdma_assert_cpu_sees(armdma_test_machine(state), rx.buf, "packet", 6);
	printf("not reached\n");
}

static void wrong_bytes_of_cpu(void **state)
{
	struct armdma_machine *m = armdma_test_machine(state);
	struct rx rx = rx_start(state, ARMDMA_FROM_DEVICE);

	device_writes(state, &rx, "packet", 6);
	armdma_dma_sync_single_for_cpu(rx.dev, rx.addr, 256, ARMDMA_FROM_DEVICE);
	armdma_assert_cpu_sees(m, rx.buf, "packer", 6);
	printf("not reached\n");
}

static void wrong_bytes_of_device(void **state)
{
	struct rx rx = rx_start(state, ARMDMA_TO_DEVICE);

	rx.buf[100] = 7;
	armdma_assert_device_sees(rx.dev, rx.addr + 96, "\0\0\0\0\10", 5);
	printf("not reached\n");
}

static void nothing_for_the_device(void **state)
{
	armdma_assert_device_sees(device(state), 0x1000, "x", 1);
}

static void wrong_local_bytes(void **state)
{
	const char here[] = "local";

	armdma_assert_cpu_sees(armdma_test_machine(state), here, "lokal", 5);
}

static const struct {
	const char *name;
	CMUnitTestFunction fn;
} inner[] = {
#define T(f) { #f, f }
	T(collected_and_asserted), T(collected_and_left), T(collected_but_there_should_be_none), T(asserted_twice),
	T(asserted_and_never_came), T(asserted_without_expecting), T(collected_leak), T(collected_trap),
	T(expected_and_asserted), T(expected_and_asserted_too_early), T(expected_three_times_at_one_place), T(no_reports),
	T(thread_then_call), T(thread_then_register), T(thread_then_helper), T(thread_then_its_own_call), T(thread_and_expected), T(right_bytes),
	T(stale_bytes), T(wrong_bytes_of_cpu), T(wrong_bytes_of_device), T(nothing_for_the_device), T(wrong_local_bytes),
};
#define NR_INNER (sizeof(inner) / sizeof(inner[0]))

static int run_inner(const char *name)
{
	for (size_t i = 0; i < NR_INNER; i++)
		if (!strcmp(name, inner[i].name)) {
			const struct CMUnitTest test = {
				name, inner[i].fn, armdma_test_setup, armdma_test_teardown, NULL
			};

			return armdma_run_tests("inner", &test, 1, NULL, NULL);
		}
	return 99;
}

/* ---- the outer program -------------------------------------------------------------- */

static void passes(const char *name)
{
	int status = program_run("", name);

	if (status)
		fail_msg("%s: %d\n%s", name, status, program_output);
	assert_silent_about("==== armdma");
}

static void fails(const char *name)
{
	int status = program_run("", name);

	if (status != 1)
		fail_msg("%s: %d\n%s", name, status, program_output);
	assert_silent_about("not reached");
}

static void collected_reports_are_asserted_one_by_one(void **state)
{
	(void)state;
	passes("collected_and_asserted");
	assert_says("went on");
	fails("asserted_twice");
	assert_says("no report 'segment-limit' has come");
}

static void collected_report_that_nobody_asserts_fails_the_test_at_its_end(void **state)
{
	char place[64];

	(void)state;
	fails("collected_and_left");
	assert_says("went on");
	assert_says("==== armdma: overlapping-mappings");
	assert_silent_about("==== armdma: segment-limit");
	snprintf(place, sizeof(place), "test_check_cmocka.c:%d: error: Failure!", MISUSE_LINE);
	assert_says(place);
	fails("collected_leak");
	assert_says("==== armdma: leak");
}

static void assert_no_reports_prints_and_fails(void **state)
{
	(void)state;
	passes("no_reports");
	assert_says("went on");
	fails("collected_but_there_should_be_none");
	assert_says("==== armdma: segment-limit");
}

static void missing_report_fails_and_shows_what_came_instead(void **state)
{
	(void)state;
	fails("asserted_and_never_came");
	assert_says("no report 'overlapping-mappings' has come\n");
	assert_says("==== armdma: segment-limit");
	fails("asserted_without_expecting");
	assert_says("none was expected");
}

static void trap_fails_though_reports_are_collected(void **state)
{
	(void)state;
	fails("collected_trap");
	assert_says("==== armdma: trap");
}

static void expected_report_can_be_asserted_once_it_came(void **state)
{
	(void)state;
	passes("expected_and_asserted");
	passes("expected_three_times_at_one_place");
	fails("expected_and_asserted_too_early");
}

static void report_of_another_thread_fails_the_test_at_its_next_call(void **state)
{
	(void)state;
	fails("thread_then_call");
	assert_says("joined");
	assert_says("another thread made the report above");
	fails("thread_then_register");
	assert_says("another thread made the report above");
	fails("thread_then_helper");
	fails("thread_then_its_own_call");
	assert_says("thread went on");
	assert_says("test went on");
	passes("thread_and_expected");
}

static void right_bytes_pass(void **state)
{
	(void)state;
	passes("right_bytes");
	assert_says("went on");
}

static void stale_bytes_are_reported_at_the_assertion(void **state)
{
	char place[64];

	(void)state;
	fails("stale_bytes");
	assert_says("==== armdma: stale-cpu");
	snprintf(place, sizeof(place), "stale_bytes at ");
	assert_says(place);
	snprintf(place, sizeof(place), "test_check_cmocka.c:%d: error: Failure!", STALE_LINE);
	assert_says(place);
}

static void wrong_bytes_fail_with_the_first_one_and_why(void **state)
{
	(void)state;
	fails("wrong_bytes_of_cpu");
	assert_says("the first wrong byte of 6 is at offset 5\n");
	assert_says("    expected:  72\n    seen:      74\n");
	assert_says("the CPU and memory agree on all");
	assert_says("mdma last wrote 6 bytes at offset 0");
	fails("wrong_bytes_of_device");
	assert_says("the first wrong byte of 5 is at offset 4\n");
	assert_says("    expected:  08\n    seen:      00\n");
	assert_says("offset 4: loads return 07, stored by the CPU, not cleaned; in memory: 00");
	assert_says("streaming mapping of 256 bytes for mdma, TO_DEVICE");
	fails("nothing_for_the_device");
	assert_says("leads nowhere for mdma");
	fails("wrong_local_bytes");
	assert_says("the first wrong byte of 5 is at offset 2\n");
	assert_says("    seen:      63 61 6c\n");
}

static void wrong_options_fail_the_setup_and_are_named(void **state)
{
	(void)state;
	assert_int_equal(program_run("colour=1", "no_reports"), 1);
	assert_says("no machine: ARMDMA_OPTIONS: unknown option 'colour=1'");
	assert_silent_about("went on");
}

static void abort_on_report_spares_what_is_expected(void **state)
{
	(void)state;
	assert_int_equal(program_run("abort_on_report=1", "expected_and_asserted"), 0);
	assert_int_equal(program_run("abort_on_report=1", "collected_and_asserted"), 128 + SIGABRT);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(collected_reports_are_asserted_one_by_one),
		cmocka_unit_test(collected_report_that_nobody_asserts_fails_the_test_at_its_end),
		cmocka_unit_test(assert_no_reports_prints_and_fails),
		cmocka_unit_test(missing_report_fails_and_shows_what_came_instead),
		cmocka_unit_test(trap_fails_though_reports_are_collected),
		cmocka_unit_test(expected_report_can_be_asserted_once_it_came),
		cmocka_unit_test(report_of_another_thread_fails_the_test_at_its_next_call),
		cmocka_unit_test(right_bytes_pass),
		cmocka_unit_test(stale_bytes_are_reported_at_the_assertion),
		cmocka_unit_test(wrong_bytes_fail_with_the_first_one_and_why),
		cmocka_unit_test(wrong_options_fail_the_setup_and_are_named),
		cmocka_unit_test(abort_on_report_spares_what_is_expected),
	};
	static const struct program none[] = { { NULL, NULL } };

	if (argc > 1) {
		(void)program_main(1, argv, none);
		return run_inner(argv[1]);
	}
	(void)program_main(argc, argv, none);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
