/* SPDX-License-Identifier: BSD-2-Clause */
/* What the lines of a buffer tell when it changes hands: each rule, and the nearest driver that keeps it. */
#include "tests/check_rig.h"

static uint8_t *buffer(struct cr *r, size_t len)
{
	uint8_t *p = armdma_kzalloc(r->m, len, ARMDMA_GFP_KERNEL);

	assert_non_null(p);
	return p;
}

static void is_at(const struct cr_report *k, uint64_t offset, uint8_t expected, uint8_t seen)
{
	assert_int_equal(k->rep.offset, offset);
	assert_true(k->rep.has_bytes);
	assert_int_equal(k->rep.expected, expected);
	assert_int_equal(k->rep.seen, seen);
}

/* ---- the device's part --------------------------------------------------------- */

static void a_store_to_the_devices_part_is_told_at_the_unmap(void **state)
{
	struct cr *r = *state;
	uint8_t *p = buffer(r, 512);
	armdma_dma_t a = cr_map(r, p, 512, ARMDMA_TO_DEVICE);
	const struct cr_report *k;

	p[100] = 0x5a;
	armdma_dma_unmap_single(r->dev, a, 512, ARMDMA_TO_DEVICE);
	k = cr_expects(r, ARMDMA_REPORT_CPU_WRITE, "wrote to byte 100 of a buffer of 512 bytes while it was the device's");
	is_at(k, 100, 0, 0x5a);
	assert_ptr_equal(k->rep.dev, r->dev);
	assert_int_equal(k->rep.dir, ARMDMA_TO_DEVICE);
	assert_non_null(strstr(k->text, "here:      a_store_to_the_devices_part_is_told_at_the_unmap"));
	assert_non_null(strstr(k->text, "mapped:    cr_map"));
	armdma_kfree(r->m, p);
}

static void a_store_in_the_cpus_turn_is_none(void **state)
{
	struct cr *r = *state;
	uint8_t *p = buffer(r, 512);
	armdma_dma_t a = cr_map(r, p, 512, ARMDMA_TO_DEVICE);

	armdma_dma_sync_single_for_cpu(r->dev, a, 512, ARMDMA_TO_DEVICE);
	p[100] = 0x5a;
	armdma_dma_unmap_single(r->dev, a, 512, ARMDMA_TO_DEVICE);
	cr_silent(r);
	armdma_kfree(r->m, p);
}

static void a_store_beside_the_part_that_was_taken_is_told(void **state)
{
	struct cr *r = *state;
	uint8_t *p = buffer(r, 512);
	armdma_dma_t a = cr_map(r, p, 512, ARMDMA_BIDIRECTIONAL);

	armdma_dma_sync_single_for_cpu(r->dev, a, 128, ARMDMA_BIDIRECTIONAL);
	p[127] = 1;
	armdma_dma_sync_single_for_device(r->dev, a, 128, ARMDMA_BIDIRECTIONAL);
	armdma_dma_sync_single_for_cpu(r->dev, a, 512, ARMDMA_BIDIRECTIONAL);
	cr_silent(r);
	armdma_dma_sync_single_for_device(r->dev, a, 512, ARMDMA_BIDIRECTIONAL);
	armdma_dma_sync_single_for_cpu(r->dev, a, 128, ARMDMA_BIDIRECTIONAL);
	p[128] = 1;
	armdma_dma_sync_single_for_cpu(r->dev, a, 512, ARMDMA_BIDIRECTIONAL);
	is_at(cr_expects(r, ARMDMA_REPORT_CPU_WRITE, "byte 128"), 128, 0, 1);
	armdma_dma_unmap_single(r->dev, a, 512, ARMDMA_BIDIRECTIONAL);
	armdma_kfree(r->m, p);
}

/* ---- the CPU's part ------------------------------------------------------------- */

static void a_store_that_an_invalidate_throws_away_is_told(void **state)
{
	struct cr *r = *state;
	uint8_t *p = buffer(r, 512);
	armdma_dma_t a = cr_map(r, p, 512, ARMDMA_BIDIRECTIONAL);

	armdma_dma_sync_single_for_cpu(r->dev, a, 512, ARMDMA_BIDIRECTIONAL);
	p[64] = 7;
	armdma_dma_unmap_single(r->dev, a, 512, ARMDMA_BIDIRECTIONAL);
	is_at(cr_expects(r, ARMDMA_REPORT_LOST_STORE, "byte 64 of a buffer of 512 bytes is thrown away"), 64, 0, 7);
	assert_int_equal(p[64], 0);
	armdma_kfree(r->m, p);
}

static void a_store_that_was_given_is_kept(void **state)
{
	struct cr *r = *state;
	uint8_t *p = buffer(r, 512);
	armdma_dma_t a = cr_map(r, p, 512, ARMDMA_BIDIRECTIONAL);

	armdma_dma_sync_single_for_cpu(r->dev, a, 512, ARMDMA_BIDIRECTIONAL);
	p[64] = 7;
	armdma_dma_sync_single_for_device(r->dev, a, 512, ARMDMA_BIDIRECTIONAL);
	armdma_dma_unmap_single(r->dev, a, 512, ARMDMA_BIDIRECTIONAL);
	cr_silent(r);
	assert_int_equal(p[64], 7);
	armdma_kfree(r->m, p);
}

static void a_store_not_given_before_the_device_wrote_is_told(void **state)
{
	struct cr *r = *state;
	uint8_t *p = buffer(r, 512);
	armdma_dma_t a = cr_map(r, p, 512, ARMDMA_FROM_DEVICE);

	armdma_dma_sync_single_for_cpu(r->dev, a, 512, ARMDMA_FROM_DEVICE);
	p[3] = 9;
	cr_dev_write(r, a, "abcdefgh", 8);
	armdma_dma_unmap_single(r->dev, a, 512, ARMDMA_FROM_DEVICE);
	is_at(cr_expects(r, ARMDMA_REPORT_CPU_WRITE, "did not give it back, and the device wrote there, too"), 3, 'd', 9);
	armdma_kfree(r->m, p);
}

/* ---- giving -------------------------------------------------------------------------- */

static void a_store_beside_what_the_device_wrote_is_told_before_it_is_written_back(void **state)
{
	struct cr *r = *state;
	uint8_t *p = buffer(r, 512);
	armdma_dma_t a = cr_map(r, p, 512, ARMDMA_BIDIRECTIONAL);

	cr_dev_write(r, a + 192, "abcd", 4);
	p[200] = 0x77;
	armdma_dma_sync_single_for_device(r->dev, a, 512, ARMDMA_BIDIRECTIONAL);
	is_at(cr_expects(r, ARMDMA_REPORT_CPU_WRITE, "which wrote there, too"), 200, 0, 0x77);
	armdma_dma_unmap_single(r->dev, a, 512, ARMDMA_BIDIRECTIONAL);
	armdma_kfree(r->m, p);
}

static void a_store_beside_what_the_device_wrote_is_none_in_the_cpus_turn(void **state)
{
	struct cr *r = *state;
	uint8_t *p = buffer(r, 512);
	armdma_dma_t a = cr_map(r, p, 512, ARMDMA_BIDIRECTIONAL);

	cr_dev_write(r, a + 192, "abcd", 4);
	armdma_dma_sync_single_for_cpu(r->dev, a, 512, ARMDMA_BIDIRECTIONAL);
	p[200] = 0x77;
	armdma_dma_sync_single_for_device(r->dev, a, 512, ARMDMA_BIDIRECTIONAL);
	armdma_dma_unmap_single(r->dev, a, 512, ARMDMA_BIDIRECTIONAL);
	cr_silent(r);
	assert_memory_equal(p + 192, "abcd", 4);
	armdma_kfree(r->m, p);
}

/* ---- neighbours in a line -------------------------------------------------------------- */

static void a_neighbour_written_during_the_transfer_is_told(void **state)
{
	struct cr *r = *state;
	uint8_t *p = buffer(r, 512);
	armdma_dma_t a = cr_map(r, p, 100, ARMDMA_FROM_DEVICE);
	const struct cr_report *k;

	p[104] = 3;
	armdma_dma_unmap_single(r->dev, a, 100, ARMDMA_FROM_DEVICE);
	k = cr_expects(r, ARMDMA_REPORT_SHARED_LINE, "beside the buffer, at offset 104 of 100 bytes");
	assert_non_null(strstr(k->text, "the neighbour: byte 104 of the kmalloc object of 512 bytes"));
	assert_int_equal(p[104], 3);
	armdma_kfree(r->m, p);
}

static void a_neighbour_before_the_buffer_has_a_negative_offset(void **state)
{
	struct cr *r = *state;
	uint8_t *p = buffer(r, 512);
	armdma_dma_t a = cr_map(r, p + 4, 100, ARMDMA_FROM_DEVICE);
	const struct cr_report *k;

	p[0] = 3;
	armdma_dma_unmap_single(r->dev, a, 100, ARMDMA_FROM_DEVICE);
	k = cr_expects(r, ARMDMA_REPORT_SHARED_LINE, "beside the buffer, at offset -4 of 100 bytes");
	assert_int_equal(k->rep.offset, -4);
	assert_non_null(strstr(k->text, "1 at offset -4 of a FROM_DEVICE mapping"));
	armdma_kfree(r->m, p);
}

static void a_neighbour_of_another_line_may_be_written(void **state)
{
	struct cr *r = *state;
	uint8_t *p = buffer(r, 512);
	armdma_dma_t a = cr_map(r, p, 100, ARMDMA_FROM_DEVICE);

	p[128] = 3;
	armdma_dma_unmap_single(r->dev, a, 100, ARMDMA_FROM_DEVICE);
	cr_silent(r);
	armdma_kfree(r->m, p);
}

static void a_neighbour_may_be_written_in_the_cpus_turn(void **state)
{
	struct cr *r = *state;
	uint8_t *p = buffer(r, 512);
	armdma_dma_t a = cr_map(r, p, 100, ARMDMA_FROM_DEVICE);

	armdma_dma_sync_single_for_cpu(r->dev, a, 100, ARMDMA_FROM_DEVICE);
	p[104] = 3;
	armdma_dma_unmap_single(r->dev, a, 100, ARMDMA_FROM_DEVICE);
	cr_silent(r);
	assert_int_equal(p[104], 3);
	armdma_kfree(r->m, p);
}

static void a_neighbour_of_what_is_only_read_may_be_written(void **state)
{
	struct cr *r = *state;
	uint8_t *p = buffer(r, 512);
	armdma_dma_t a = cr_map(r, p, 100, ARMDMA_TO_DEVICE);

	p[104] = 3;
	armdma_dma_unmap_single(r->dev, a, 100, ARMDMA_TO_DEVICE);
	cr_silent(r);
	armdma_kfree(r->m, p);
}

static void handing_over_a_neighbour_of_what_the_device_wrote_is_told(void **state)
{
	struct cr *r = *state;
	uint8_t *p = buffer(r, 512);
	armdma_dma_t rx = cr_map(r, p, 16, ARMDMA_FROM_DEVICE), tx;
	const struct cr_report *k;

	cr_dev_write(r, rx, "0123456789abcdef", 16);
	p[16] = 1;
	tx = cr_map(r, p + 16, 16, ARMDMA_TO_DEVICE);
	k = cr_expects(r, ARMDMA_REPORT_SHARED_LINE, "over what a device has just written beside");
	is_at(k, 0, '0', 0);
	armdma_dma_unmap_single(r->dev, tx, 16, ARMDMA_TO_DEVICE);
	armdma_dma_unmap_single(r->dev, rx, 16, ARMDMA_FROM_DEVICE);
	r->nr = 0;
	armdma_kfree(r->m, p);
}

static void handing_over_a_neighbour_without_a_store_is_not_told(void **state)
{
	struct cr *r = *state;
	uint8_t *p = buffer(r, 512);
	armdma_dma_t rx = cr_map(r, p, 16, ARMDMA_FROM_DEVICE), tx;

	cr_dev_write(r, rx, "0123456789abcdef", 16);
	tx = cr_map(r, p + 16, 16, ARMDMA_TO_DEVICE);
	armdma_dma_unmap_single(r->dev, tx, 16, ARMDMA_TO_DEVICE);
	armdma_dma_unmap_single(r->dev, rx, 16, ARMDMA_FROM_DEVICE);
	cr_silent(r);
	assert_memory_equal(p, "0123456789abcdef", 16);
	armdma_kfree(r->m, p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CR_TEST(a_store_to_the_devices_part_is_told_at_the_unmap),
		CR_TEST(a_store_in_the_cpus_turn_is_none),
		CR_TEST(a_store_beside_the_part_that_was_taken_is_told),
		CR_TEST(a_store_that_an_invalidate_throws_away_is_told),
		CR_TEST(a_store_that_was_given_is_kept),
		CR_TEST(a_store_not_given_before_the_device_wrote_is_told),
		CR_TEST(a_store_beside_what_the_device_wrote_is_told_before_it_is_written_back),
		CR_TEST(a_store_beside_what_the_device_wrote_is_none_in_the_cpus_turn),
		CR_TEST(a_neighbour_written_during_the_transfer_is_told),
		CR_TEST(a_neighbour_before_the_buffer_has_a_negative_offset),
		CR_TEST(a_neighbour_of_another_line_may_be_written),
		CR_TEST(a_neighbour_may_be_written_in_the_cpus_turn),
		CR_TEST(a_neighbour_of_what_is_only_read_may_be_written),
		CR_TEST(handing_over_a_neighbour_of_what_the_device_wrote_is_told),
		CR_TEST(handing_over_a_neighbour_without_a_store_is_not_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
