/* SPDX-License-Identifier: BSD-2-Clause */
/* Step 3 of the demo, end to end: what a missing sync shows to user space, and what the library says about it. */
#define DEMO_DIR "demo-cached"
#include "tests/demo_helpers.h"

static void missing_sync_shows_the_frame_before(void **state)
{
	struct demo_options opt = small_options();
	struct demo_cached res;
	struct rig r;

	(void)state;
	assert_int_equal(rig_open(&r, &opt), 0);
	assert_step(&r, demo_cached(&r.d, &res));
	assert_true(res.synced_right);
	assert_true(res.frame[1] > res.frame[0]);
	/* Other lines of the two frames differ in nearly every byte. */
	assert_true(res.stale > 320 * 240);
	assert_true(res.shows_previous);
	assert_nothing_lost(&r);
	rig_close(&r);
}

static void library_says_why(void **state)
{
	struct demo_options opt = small_options();
	struct demo_cached res;
	struct rig r;

	(void)state;
	assert_int_equal(rig_open(&r, &opt), 0);
	assert_step(&r, demo_cached(&r.d, &res));
	assert_true(res.explained);
	assert_int_equal(r.d.seen[ARMDMA_REPORT_STALE_CPU], 1);
	assert_int_equal(r.d.unexpected, 0);
	/* Kind, device, mapping with its call site, and how to mend it. */
	assert_says(&r, "stale-cpu");
	assert_says(&r, "streaming mapping of 115200 bytes for fimc0, FROM_DEVICE");
	assert_says(&r, "alloc_cached at ");
	assert_says(&r, "driver.c:");
	assert_says(&r, "dma_sync_single_for_cpu()");
	rig_close(&r);
}

static void trace_of_the_step_is_written(void **state)
{
	static const char *const names[] = { "trace.ftrace.txt", "trace.dat", "trace.json", "trace.vcd" };
	struct demo_options opt = small_options();
	struct demo_cached res;
	char path[512];
	struct rig r;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "%s/%s", opt.dir, names[i]);
		unlink(path);
	}
	assert_int_equal(rig_open(&r, &opt), 0);
	assert_step(&r, demo_cached(&r.d, &res));
	for (size_t i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "%s/%s", opt.dir, names[i]);
		assert_int_equal(access(path, R_OK), 0);
	}
	rig_close(&r);
}

static void full_size_buffer_is_one_block_of_4_mib(void **state)
{
	struct demo_options opt = small_options();
	struct demo_cached res;
	struct rig r;

	(void)state;
	opt.width = opt.height = 0;	/* 1920x1080 */
	assert_int_equal(rig_open(&r, &opt), 0);
	assert_step(&r, demo_cached(&r.d, &res));
	assert_says(&r, "one 4096 KiB block");
	assert_true(res.shows_previous);
	rig_close(&r);
}

static void step_after_step_on_one_machine(void **state)
{
	struct demo_options opt = small_options();
	struct demo_capture capture;
	struct demo_cached res;
	struct rig r;

	(void)state;
	assert_int_equal(rig_open(&r, &opt), 0);
	assert_step(&r, demo_capture(&r.d, &capture));
	assert_step(&r, demo_cached(&r.d, &res));
	assert_true(res.frame[0] >= 3);	/* the sensor went on */
	assert_nothing_lost(&r);
	rig_close(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(missing_sync_shows_the_frame_before),
		cmocka_unit_test(library_says_why),
		cmocka_unit_test(trace_of_the_step_is_written),
		cmocka_unit_test(full_size_buffer_is_one_block_of_4_mib),
		cmocka_unit_test(step_after_step_on_one_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
