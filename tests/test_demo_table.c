/* SPDX-License-Identifier: BSD-2-Clause */
/* Step 4 of the demo: the table tells what happened, and notices what was not given back. */
#include <armdma/dma.h>

#define DEMO_DIR "demo-table"
#include "tests/demo_helpers.h"

static void table_sums_the_steps_up(void **state)
{
	struct demo_options opt = small_options();
	struct demo_capture capture;
	struct demo_replay replay;
	struct demo_cached cached;
	struct armdma_hw_stats st, replayed;
	char row[80];
	struct rig r;

	(void)state;
	assert_int_equal(rig_open(&r, &opt), 0);
	assert_step(&r, demo_capture(&r.d, &capture));
	assert_step(&r, demo_replay(&r.d, &replay));
	assert_step(&r, demo_cached(&r.d, &cached));
	assert_step(&r, demo_table(&r.d));
	armdma_hw_stats(r.d.hw, &st);
	armdma_hw_stats(armdma_machine_hw(r.d.linux_m), &replayed);
	assert_true(st.frames >= 5);
	assert_int_equal(st.faults + replayed.faults, 0);
	snprintf(row, sizeof(row), "%11llu bytes out", (unsigned long long)(st.bytes_written + replayed.bytes_written));
	assert_says(&r, row);
	snprintf(row, sizeof(row), "%11llu TLB misses", (unsigned long long)(st.tlb_misses + replayed.tlb_misses));
	assert_says(&r, row);
	snprintf(row, sizeof(row), "%-9s %11llu buffers    %11llu maps", "mdma", 2ull, 3348ull);
	assert_says(&r, row);
	assert_says(&r, "demo-table/frame.png");
	rig_close(&r);
}

static void table_fits_a_terminal(void **state)
{
	struct demo_options opt = small_options();
	const char *line;
	struct rig r;

	(void)state;
	opt.dir = "build/demo";
	assert_int_equal(rig_open(&r, &opt), 0);
	assert_step(&r, demo_table(&r.d));
	for (line = rig_text(&r); *line; line += strcspn(line, "\n") + 1)
		if (strcspn(line, "\n") > 80)
			fail_msg("more than 80 columns: %s", line);
	rig_close(&r);
}

static void memory_that_was_not_given_back_fails(void **state)
{
	struct demo_options opt = small_options();
	struct armdma_page *page;
	struct rig r;

	(void)state;
	assert_int_equal(rig_open(&r, &opt), 0);
	page = armdma_alloc_pages(r.d.m, ARMDMA_GFP_KERNEL, 2);
	assert_non_null(page);
	assert_int_not_equal(demo_table(&r.d), 0);
	assert_says(&r, "4 pages and 0 mappings not given back");
	armdma_free_pages(r.d.m, page, 2);
	assert_int_equal(demo_table(&r.d), 0);
	page = armdma_alloc_pages(r.d.linux_m, ARMDMA_GFP_KERNEL, 3);
	assert_non_null(page);
	assert_int_not_equal(demo_table(&r.d), 0);
	assert_says(&r, "8 pages and 0 mappings not given back");
	armdma_free_pages(r.d.linux_m, page, 3);
	rig_close(&r);
}

static void live_mapping_fails(void **state)
{
	struct demo_options opt = small_options();
	struct armdma_device *dev;
	struct armdma_page *page;
	armdma_dma_t addr;
	struct rig r;

	(void)state;
	assert_int_equal(rig_open(&r, &opt), 0);
	dev = armdma_device_find(r.d.m, DEMO_ENGINE);
	page = armdma_alloc_pages(r.d.m, ARMDMA_GFP_KERNEL, 0);
	assert_non_null(page);
	addr = armdma_dma_map_page(dev, page, 0, 64, ARMDMA_TO_DEVICE);
	assert_int_equal(armdma_dma_mapping_error(dev, addr), 0);
	assert_int_not_equal(demo_table(&r.d), 0);
	armdma_dma_unmap_page(dev, addr, 64, ARMDMA_TO_DEVICE);
	armdma_free_pages(r.d.m, page, 0);
	rig_close(&r);
}

static void unexpected_report_is_printed_and_fails(void **state)
{
	struct demo_options opt = small_options();
	struct rig r;

	(void)state;
	assert_int_equal(rig_open(&r, &opt), 0);
	armdma_dma_unmap_page(armdma_device_find(r.d.m, DEMO_ENGINE), ARMDMA_MAPPING_ERROR, 64, ARMDMA_TO_DEVICE);
	assert_int_equal(r.d.unexpected, 1);
	assert_says(&r, "bad-free");
	assert_int_not_equal(demo_table(&r.d), 0);
	rig_close(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_sums_the_steps_up),
		cmocka_unit_test(table_fits_a_terminal),
		cmocka_unit_test(memory_that_was_not_given_back_fails),
		cmocka_unit_test(live_mapping_fails),
		cmocka_unit_test(unexpected_report_is_printed_and_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
