/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Helper for CMocka test programs (library armdma::cmocka): a machine for each test, and reports that
 * fail the test.
 *
 *	static void rx_sees_what_the_device_wrote(void **state)
 *	{
 *		struct armdma_machine *m = armdma_test_machine(state);
 *		...
 *	}
 *
 *	int main(void)
 *	{
 *		const struct CMUnitTest tests[] = {
 *			armdma_unit_test(rx_sees_what_the_device_wrote),
 *		};
 *
 *		return armdma_run_group_tests(tests, NULL, NULL);
 *	}
 *
 * - A report is printed and fails the running test at the file and line of the misuse, as a failed assertion would. In
 *   a fixture it is printed at once and fails the test at its end; from another thread it fails the test at its next call of the
 *   DMA API or of these helpers, register access or barrier, or at its end.
 * - CMocka takes SIGSEGV before every fixture and test; armdma_run_group_tests() gives it back to the library
 *   each time, so that touching memory that is not mapped is a report here too.
 * - After a failed (or skipped) test its machine goes silently: what such a test leaves behind is no leak.
 *
 * Use it as the tests' one runner: the fixtures refuse to work under CMocka's own.
 */
#ifndef ARMDMA_CMOCKA_H
#define ARMDMA_CMOCKA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <armdma/machine.h>
#include <armdma/report.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Fixtures: create the machine, destroy it. *state, if not NULL, is the struct armdma_config to use (the test's
 * initial state, or what a group setup put there); else it is an Exynos4210.
 */
ARMDMA_API int armdma_test_setup(void **state);
ARMDMA_API int armdma_test_teardown(void **state);
/* For a setup function of your own: the machine of cfg (NULL: Exynos4210), and a pointer of your own with it. */
ARMDMA_API int armdma_test_setup_with(void **state, const struct armdma_config *cfg, void *user);

#define armdma_unit_test(f) \
	cmocka_unit_test_setup_teardown(f, armdma_test_setup, armdma_test_teardown)
/* cfg: struct armdma_config *, kept by the caller. */
#define armdma_unit_test_config(f, cfg) \
	cmocka_unit_test_prestate_setup_teardown(f, armdma_test_setup, armdma_test_teardown, cfg)

/* Between setup and teardown. */
ARMDMA_API struct armdma_machine *armdma_test_machine(void **state);
/* The pointer given to armdma_test_setup_with(), or NULL. */
ARMDMA_API void *armdma_test_user(void **state);

/*
 * The next report of this kind is wanted: it is counted, not printed, and fails nothing. One call for one report.
 * A report that never comes fails the test, leaks at the end of the teardown, others at the end of the test. After
 * an expected ARMDMA_REPORT_TRAP there is no way on: the test ends there, and passes.
 */
#define armdma_expect_report(state, kind) armdma_expect_report_at(state, kind, __FILE__, __LINE__)
ARMDMA_API void armdma_expect_report_at(void **state, enum armdma_report_kind kind, const char *file, int line);

/*
 * From now on reports are neither printed nor fatal: they are collected until armdma_assert_report() takes them. What is left of them
 * fails the test, after its body and after its teardown. A trap still fails it at once: there is no way on.
 */
ARMDMA_API void armdma_collect_reports(void **state);
/*
 * A report of this kind has come by now, expected (armdma_expect_report()) or collected, that was not asserted before: takes the oldest
 * one. Fails the test when there is none, and prints what there is. Returns the report, valid until the test ends, for a
 * closer look.
 */
#define armdma_assert_report(state, kind) armdma_assert_report_at(state, kind, __FILE__, __LINE__)
ARMDMA_API const struct armdma_report *armdma_assert_report_at(void **state, enum armdma_report_kind kind,
							       const char *file, int line);
/* No report has come by now that was neither expected nor asserted, from no thread. */
#define armdma_assert_no_reports(state) armdma_assert_no_reports_at(state, __FILE__, __LINE__)
ARMDMA_API void armdma_assert_no_reports_at(void **state, const char *file, int line);

/*
 * Loads of the CPU at cpu, or reads of the device at one of its DMA addresses, return these len bytes: armdma_cpu_sees() and
 * armdma_device_sees(). If not, the test fails with the first wrong byte and the explanation of the range.
 */
#define armdma_assert_cpu_sees(m, cpu, bytes, len) armdma_assert_cpu_sees_at(m, cpu, bytes, len, __FILE__, __LINE__)
#define armdma_assert_device_sees(dev, addr, bytes, len) \
	armdma_assert_device_sees_at(dev, addr, bytes, len, __FILE__, __LINE__)
ARMDMA_API void armdma_cpu_sees_not(struct armdma_machine *m, const void *cpu, const void *expected, size_t len,
				    const char *file, int line);
ARMDMA_API void armdma_device_sees_not(struct armdma_device *dev, armdma_dma_t addr, const void *expected, size_t len,
				       const char *file, int line);

/* Inline, so that a report names the test that asks. */
ARMDMA_INLINE void armdma_assert_cpu_sees_at(struct armdma_machine *m, const void *cpu, const void *expected, size_t len,
					     const char *file, int line)
{
	if (!armdma_cpu_sees(m, cpu, expected, len))
		armdma_cpu_sees_not(m, cpu, expected, len, file, line);
}

ARMDMA_INLINE void armdma_assert_device_sees_at(struct armdma_device *dev, armdma_dma_t addr, const void *expected,
						size_t len, const char *file, int line)
{
	if (!armdma_device_sees(dev, addr, expected, len))
		armdma_device_sees_not(dev, addr, expected, len, file, line);
}

/*
 * The statement touches memory that is not mapped, and the test goes on after it. A local variable that the statement
 * itself changes has no certain value afterwards.
 */
#define armdma_assert_trap(state, statement)                                    \
	do {                                                                    \
		if (!setjmp(*armdma_trap_env(state))) {                   \
			statement;                                              \
			armdma_trap_missing(state, #statement, __FILE__, __LINE__); \
		}                                                               \
	} while (0)
ARMDMA_API jmp_buf *armdma_trap_env(void **state);
ARMDMA_API void armdma_trap_missing(void **state, const char *statement, const char *file, int line);

/*
 * CMocka's cmocka_run_group_tests() and cmocka_run_group_tests_name(). Returns the number of failed tests. What the group
 * setup leaves in its state becomes the state of every test, as with CMocka.
 */
#define armdma_run_group_tests(tests, group_setup, group_teardown) \
	armdma_run_group_tests_name(#tests, tests, group_setup, group_teardown)
#define armdma_run_group_tests_name(name, tests, group_setup, group_teardown)          \
	armdma_run_tests(name, tests, sizeof(tests) / sizeof((tests)[0]), group_setup, \
			 group_teardown)
ARMDMA_API int armdma_run_tests(const char *name, const struct CMUnitTest *tests, size_t ntests,
		     CMFixtureFunction group_setup, CMFixtureFunction group_teardown);

#ifdef __cplusplus
}
#endif
#endif
