/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What calls prove by themselves: each rule with the nearest call that keeps it, and what is told where the kernel's own checks
 * (dma-debug) would speak, one by one.
 */
#include "tests/check_rig.h"

static uint8_t *buffer(struct cr *r, size_t len)
{
	uint8_t *p = armdma_kzalloc(r->m, len, ARMDMA_GFP_KERNEL);

	assert_non_null(p);
	return p;
}

static armdma_dma_t map(struct cr *r, void *p, size_t len, enum armdma_dir dir)
{
	return cr_map(r, p, len, dir);
}

static void unmap(struct cr *r, armdma_dma_t a, size_t len, enum armdma_dir dir)
{
	armdma_dma_unmap_single(r->dev, a, len, dir);
}

/* ---- The kernel's checks -------------------------------------------------------------- */

static void d1_unmap_of_the_error_address(struct cr *r)
{
	unmap(r, ARMDMA_MAPPING_ERROR, 64, ARMDMA_TO_DEVICE);
}

static void d2_unmap_of_what_is_not_mapped(struct cr *r)
{
	uint8_t *p = buffer(r, 64);
	armdma_dma_t a = map(r, p, 64, ARMDMA_TO_DEVICE);

	unmap(r, a, 64, ARMDMA_TO_DEVICE);
	unmap(r, a, 64, ARMDMA_TO_DEVICE);
}

static void d3_another_size(struct cr *r)
{
	unmap(r, map(r, buffer(r, 64), 64, ARMDMA_TO_DEVICE), 42, ARMDMA_TO_DEVICE);
}

static void d4_another_type(struct cr *r)
{
	struct armdma_scatterlist sg;

	armdma_sg_init_one(r->m, &sg, buffer(r, 64), 64);
	assert_int_equal(armdma_dma_map_sg(r->dev, &sg, 1, ARMDMA_TO_DEVICE), 1);
	unmap(r, armdma_sg_dma_address(&sg), 64, ARMDMA_TO_DEVICE);
}

static void d5_another_cpu_address(struct cr *r)
{
	armdma_dma_t a;
	uint8_t *p = armdma_dma_alloc_coherent(r->dev, PAGE, &a, ARMDMA_GFP_KERNEL);

	armdma_dma_free_coherent(r->dev, PAGE, p + 64, a);
}

static void d6_another_number_of_entries(struct cr *r)
{
	struct armdma_scatterlist sg[2];

	armdma_sg_init_table(sg, 2);
	armdma_sg_set_buf(r->m, &sg[0], buffer(r, 64), 64);
	armdma_sg_set_buf(r->m, &sg[1], buffer(r, 64), 64);
	assert_int_equal(armdma_dma_map_sg(r->dev, sg, 2, ARMDMA_TO_DEVICE), 2);
	armdma_dma_unmap_sg(r->dev, sg, 1, ARMDMA_TO_DEVICE);
}

static void d7_another_direction(struct cr *r)
{
	unmap(r, map(r, buffer(r, 64), 64, ARMDMA_TO_DEVICE), 64, ARMDMA_FROM_DEVICE);
}

static void d8_never_checked(struct cr *r)
{
	unmap(r, armdma_dma_map_single(r->dev, buffer(r, 64), 64, ARMDMA_TO_DEVICE), 64, ARMDMA_TO_DEVICE);
}

static void d9_the_stack(struct cr *r)
{
	uint8_t here[64];

	armdma_dma_map_single(r->dev, here, sizeof(here), ARMDMA_TO_DEVICE);
}

static void d10_text_and_constants(struct cr *r)
{
	static const uint8_t constant[64] = { 1 };

	armdma_dma_map_single(r->dev, (void *)(uintptr_t)constant, sizeof(constant), ARMDMA_TO_DEVICE);
}

static void d11_sync_of_what_is_not_mapped(struct cr *r)
{
	armdma_dma_sync_single_for_cpu(r->dev, 0x40000000, 64, ARMDMA_TO_DEVICE);
}

static void d12_sync_of_too_much(struct cr *r)
{
	armdma_dma_sync_single_for_cpu(r->dev, map(r, buffer(r, 64), 64, ARMDMA_TO_DEVICE), 128, ARMDMA_TO_DEVICE);
}

static void d13_sync_of_another_direction(struct cr *r)
{
	armdma_dma_sync_single_for_device(r->dev, map(r, buffer(r, 64), 64, ARMDMA_TO_DEVICE), 64, ARMDMA_BIDIRECTIONAL);
}

static void d14_sent_data_synced_for_the_cpu(struct cr *r)
{
	armdma_dma_sync_single_for_cpu(r->dev, map(r, buffer(r, 64), 64, ARMDMA_TO_DEVICE), 64, ARMDMA_FROM_DEVICE);
}

static void d15_received_data_synced_for_the_device(struct cr *r)
{
	armdma_dma_sync_single_for_device(r->dev, map(r, buffer(r, 64), 64, ARMDMA_FROM_DEVICE), 64, ARMDMA_TO_DEVICE);
}

static void d16_sync_of_another_number_of_entries(struct cr *r)
{
	static struct armdma_scatterlist sg[2];

	armdma_sg_init_table(sg, 2);
	armdma_sg_set_buf(r->m, &sg[0], buffer(r, 64), 64);
	armdma_sg_set_buf(r->m, &sg[1], buffer(r, 64), 64);
	assert_int_equal(armdma_dma_map_sg(r->dev, sg, 2, ARMDMA_TO_DEVICE), 2);
	armdma_dma_sync_sg_for_cpu(r->dev, sg, 1, ARMDMA_TO_DEVICE);
}

static void d17_a_segment_too_long(struct cr *r)
{
	static struct armdma_scatterlist sg;

	armdma_dma_set_max_seg_size(r->dev, 4096);
	armdma_sg_init_one(r->m, &sg, buffer(r, 8192), 8192);
	armdma_dma_map_sg(r->dev, &sg, 1, ARMDMA_TO_DEVICE);
}

static void d18_a_segment_across_a_boundary(struct cr *r)
{
	static struct armdma_scatterlist sg;

	armdma_dma_set_seg_boundary(r->dev, 0xfff);
	armdma_sg_init_one(r->m, &sg, buffer(r, 8192), 8192);
	armdma_dma_map_sg(r->dev, &sg, 1, ARMDMA_TO_DEVICE);
}

static void d19_no_linear_address(struct cr *r)
{
	void *p = malloc(64);

	armdma_dma_map_single(r->dev, p, 64, ARMDMA_TO_DEVICE);
	free(p);
}

static void d20_a_vmalloc_address(struct cr *r)
{
	struct armdma_page *page = armdma_alloc_pages(r->m, ARMDMA_GFP_KERNEL, 0);
	uint8_t *p = armdma_vmap(r->m, &page, 1, ARMDMA_MT_CACHED);

	armdma_dma_map_single(r->dev, p, 64, ARMDMA_TO_DEVICE);
	armdma_vunmap(r->m, p, 1);
	armdma_free_pages(r->m, page, 0);
}

static void d21_mapped_when_the_driver_goes(struct cr *r)
{
	map(r, buffer(r, 64), 64, ARMDMA_TO_DEVICE);
	armdma_device_unbind(r->dev);
}

static void d22_mapped_twice(struct cr *r)
{
	uint8_t *p = buffer(r, 256);

	map(r, p, 256, ARMDMA_FROM_DEVICE);
	map(r, p + 128, 64, ARMDMA_FROM_DEVICE);
}

static void d23_mapped_eight_times(struct cr *r)
{
	uint8_t *p = buffer(r, 64);

	for (unsigned int i = 0; i < 9; i++)
		map(r, p, 64, ARMDMA_BIDIRECTIONAL);
}

/* Two of them the kernel cannot reach: D12 speaks as D11, D20 comes too late. Here both are told. */
static const struct {
	const char *id;
	void (*call)(struct cr *r);
	enum armdma_report_kind kind;
	const char *words;
} checks[] = {
	{ "D1", d1_unmap_of_the_error_address, ARMDMA_REPORT_BAD_FREE, "of the error address" },
	{ "D2", d2_unmap_of_what_is_not_mapped, ARMDMA_REPORT_BAD_FREE, "has nothing mapped" },
	{ "D3", d3_another_size, ARMDMA_REPORT_BAD_FREE, "of 42 bytes at DMA address" },
	{ "D4", d4_another_type, ARMDMA_REPORT_BAD_FREE, "was mapped by dma_map_sg()" },
	{ "D5", d5_another_cpu_address, ARMDMA_REPORT_BAD_FREE, "dma_free_coherent" },
	{ "D6", d6_another_number_of_entries, ARMDMA_REPORT_BAD_FREE, "with 1 entries of a list that was mapped with 2" },
	{ "D7", d7_another_direction, ARMDMA_REPORT_BAD_FREE, "with direction FROM_DEVICE" },
	{ "D8", d8_never_checked, ARMDMA_REPORT_UNCHECKED, "dma_mapping_error() was never asked" },
	{ "D9", d9_the_stack, ARMDMA_REPORT_BAD_MEMORY, "on the stack" },
	{ "D10", d10_text_and_constants, ARMDMA_REPORT_BAD_MEMORY, "static data or code" },
	{ "D11", d11_sync_of_what_is_not_mapped, ARMDMA_REPORT_BAD_ARGUMENT, "has nothing mapped" },
	{ "D12", d12_sync_of_too_much, ARMDMA_REPORT_BAD_ARGUMENT, "has only 64 left" },
	{ "D13", d13_sync_of_another_direction, ARMDMA_REPORT_BAD_ARGUMENT, "with direction BIDIRECTIONAL" },
	{ "D14", d14_sent_data_synced_for_the_cpu, ARMDMA_REPORT_BAD_ARGUMENT, "with direction FROM_DEVICE" },
	{ "D15", d15_received_data_synced_for_the_device, ARMDMA_REPORT_BAD_ARGUMENT, "with direction TO_DEVICE" },
	{ "D16", d16_sync_of_another_number_of_entries, ARMDMA_REPORT_BAD_ARGUMENT,
	  "with 1 entries of a list that was mapped with 2" },
	{ "D17", d17_a_segment_too_long, ARMDMA_REPORT_SEGMENT, "8192 bytes, more than the 4096" },
	{ "D18", d18_a_segment_across_a_boundary, ARMDMA_REPORT_SEGMENT, "crosses a boundary of the device" },
	{ "D19", d19_no_linear_address, ARMDMA_REPORT_BAD_MEMORY, "outside the machine" },
	{ "D20", d20_a_vmalloc_address, ARMDMA_REPORT_BAD_MEMORY, "in the vmalloc area" },
	{ "D21", d21_mapped_when_the_driver_goes, ARMDMA_REPORT_LEAK, "was never unmapped" },
	{ "D22", d22_mapped_twice, ARMDMA_REPORT_OVERLAP, "are mapped FROM_DEVICE for mdma while they are mapped" },
	{ "D23", d23_mapped_eight_times, ARMDMA_REPORT_OVERLAP, "are mapped BIDIRECTIONAL for mdma" },
};

static void what_dma_debug_tells_is_told(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		struct cr *r = cr_new(ARMDMA_OPS_DIRECT);

		checks[i].call(r);
		print_message("%s: %s\n", checks[i].id, r->nr ? r->kept[0].sentence : "nothing");
		cr_expects(r, checks[i].kind, checks[i].words);
		armdma_machine_abandon(r->m);
		cr_close(r);
		free(r);
	}
}

/* ---- The nearest calls that are right ------------------------------------------------------ */

static void sent_data_may_be_synced_for_the_cpu(void **state)
{
	struct cr *r = *state;
	uint8_t *p = buffer(r, 64);
	armdma_dma_t a = map(r, p, 64, ARMDMA_TO_DEVICE);

	armdma_dma_sync_single_for_cpu(r->dev, a, 64, ARMDMA_TO_DEVICE);
	unmap(r, a, 64, ARMDMA_TO_DEVICE);
	a = map(r, p, 64, ARMDMA_BIDIRECTIONAL);
	armdma_dma_sync_single_for_cpu(r->dev, a, 64, ARMDMA_FROM_DEVICE);
	armdma_dma_sync_single_for_device(r->dev, a, 64, ARMDMA_TO_DEVICE);
	unmap(r, a, 64, ARMDMA_BIDIRECTIONAL);
	cr_silent(r);
	armdma_kfree(r->m, p);
}

static void only_bytes_that_are_mapped_twice_overlap(void **state)
{
	struct cr *r = *state;
	uint8_t *p = buffer(r, 256);
	armdma_dma_t a = map(r, p, 100, ARMDMA_FROM_DEVICE), b = map(r, p + 100, 28, ARMDMA_FROM_DEVICE);
	armdma_dma_t c = map(r, p + 128, 64, ARMDMA_TO_DEVICE), d = map(r, p + 128, 64, ARMDMA_TO_DEVICE), e;

	cr_silent(r);
	e = map(r, p + 99, 1, ARMDMA_TO_DEVICE);
	cr_expects(r, ARMDMA_REPORT_OVERLAP, "1 bytes at physical");
	unmap(r, e, 1, ARMDMA_TO_DEVICE);
	unmap(r, d, 64, ARMDMA_TO_DEVICE);
	unmap(r, c, 64, ARMDMA_TO_DEVICE);
	unmap(r, b, 28, ARMDMA_FROM_DEVICE);
	unmap(r, a, 100, ARMDMA_FROM_DEVICE);
	armdma_kfree(r->m, p);
}

static void who_syncs_both_by_hand_may_map_twice(void **state)
{
	struct cr *r = *state;
	uint8_t *p = buffer(r, 64);
	armdma_dma_t a = map(r, p, 64, ARMDMA_FROM_DEVICE), b;

	b = armdma_dma_map_single_attrs(r->dev, p, 64, ARMDMA_FROM_DEVICE, ARMDMA_ATTR_SKIP_CPU_SYNC);
	assert_int_equal(armdma_dma_mapping_error(r->dev, b), 0);
	armdma_dma_unmap_single_attrs(r->dev, b, 64, ARMDMA_FROM_DEVICE, ARMDMA_ATTR_SKIP_CPU_SYNC);
	unmap(r, a, 64, ARMDMA_FROM_DEVICE);
	cr_silent(r);
	armdma_kfree(r->m, p);
}

static void a_device_at_work_may_not_be_suspended(void **state)
{
	struct cr *r = *state;
	uint8_t *p = buffer(r, 4096), *got = malloc(4096);
	armdma_dma_t a = map(r, p, 4096, ARMDMA_TO_DEVICE);

	armdma_pm_runtime_enable(r->dev);
	armdma_pm_runtime_get(r->dev);
	armdma_pm_runtime_put(r->dev);
	cr_silent(r);
	armdma_pm_runtime_get(r->dev);
	assert_int_equal(armdma_hw_master_read(r->hw, "mdma", a, got, 4096, NULL, NULL), 0);
	armdma_pm_runtime_put(r->dev);
	cr_expects(r, ARMDMA_REPORT_IN_USE, "while mdma has transfers under way");
	armdma_hw_run_until_idle(r->hw, CR_WAIT);
	unmap(r, a, 4096, ARMDMA_TO_DEVICE);
	armdma_kfree(r->m, p);
	free(got);
}

/* ---- Findings and suspicions, when asked for ------------------------------------------------ */

static void syncs_that_move_nothing_are_findings(void **state)
{
	struct cr *r = *state;
	uint8_t *p = buffer(r, 512);
	armdma_dma_t a = map(r, p, 512, ARMDMA_FROM_DEVICE);

	armdma_checker_rule(r->m, ARMDMA_REPORT_REDUNDANT_SYNC, true);
	cr_dev_write(r, a, "abcd", 4);
	armdma_dma_sync_single_for_cpu(r->dev, a, 512, ARMDMA_FROM_DEVICE);
	cr_silent(r);
	/* Looking again after the device went on is none. */
	cr_dev_write(r, a, "efgh", 4);
	armdma_dma_sync_single_for_cpu(r->dev, a, 512, ARMDMA_FROM_DEVICE);
	cr_silent(r);
	armdma_dma_sync_single_for_cpu(r->dev, a, 64, ARMDMA_FROM_DEVICE);
	cr_expects(r, ARMDMA_REPORT_REDUNDANT_SYNC, "whose it was already, and the device has written nothing since");
	armdma_dma_sync_single_for_device(r->dev, a, 512, ARMDMA_FROM_DEVICE);
	cr_silent(r);
	armdma_dma_sync_single_for_device(r->dev, a, 512, ARMDMA_FROM_DEVICE);
	cr_expects(r, ARMDMA_REPORT_REDUNDANT_SYNC, "synced for the device, whose it was already");
	unmap(r, a, 512, ARMDMA_FROM_DEVICE);
	armdma_kfree(r->m, p);
}

static void both_ways_used_one_way_is_a_finding(void **state)
{
	struct cr *r = *state;
	uint8_t *p = buffer(r, 512);
	armdma_dma_t a = map(r, p, 512, ARMDMA_BIDIRECTIONAL);

	armdma_checker_rule(r->m, ARMDMA_REPORT_BIDIRECTIONAL, true);
	cr_dev_write(r, a, "abcd", 4);
	unmap(r, a, 512, ARMDMA_BIDIRECTIONAL);
	cr_expects(r, ARMDMA_REPORT_BIDIRECTIONAL, "but the device only wrote");
	armdma_kfree(r->m, p);
}

static void data_given_back_unread_is_a_suspicion(void **state)
{
	struct cr *r = *state;
	uint8_t *p = buffer(r, 512);
	armdma_dma_t a = map(r, p, 512, ARMDMA_FROM_DEVICE);

	armdma_checker_rule(r->m, ARMDMA_REPORT_UNREAD, true);
	cr_dev_write(r, a, "abcd", 4);
	armdma_dma_sync_single_for_cpu(r->dev, a, 512, ARMDMA_FROM_DEVICE);
	armdma_dma_sync_single_for_device(r->dev, a, 512, ARMDMA_FROM_DEVICE);
	cr_silent(r);
	cr_dev_write(r, a, "abcd", 4);
	armdma_dma_sync_single_for_device(r->dev, a, 512, ARMDMA_FROM_DEVICE);
	cr_expects(r, ARMDMA_REPORT_UNREAD, "never synced for the CPU");
	unmap(r, a, 512, ARMDMA_FROM_DEVICE);
	armdma_kfree(r->m, p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_dma_debug_tells_is_told),
		CR_TEST(sent_data_may_be_synced_for_the_cpu),
		CR_TEST(only_bytes_that_are_mapped_twice_overlap),
		CR_TEST(who_syncs_both_by_hand_may_map_twice),
		CR_TEST(a_device_at_work_may_not_be_suspended),
		CR_TEST(syncs_that_move_nothing_are_findings),
		CR_TEST(both_ways_used_one_way_is_a_finding),
		CR_TEST(data_given_back_unread_is_a_suspicion),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
