/* SPDX-License-Identifier: BSD-2-Clause */
/* Accesses of the CPU that are announced: each rule, and the nearest access that keeps it. */
#include "tests/check_rig.h"

static uint8_t *buffer(struct cr *r, size_t len)
{
	uint8_t *p = armdma_kzalloc(r->m, len, ARMDMA_GFP_KERNEL);

	assert_non_null(p);
	return p;
}

static void a_load_while_it_is_the_devices_is_told(void **state)
{
	struct cr *r = *state;
	uint8_t *p = buffer(r, 512);
	armdma_dma_t a = cr_map(r, p, 512, ARMDMA_FROM_DEVICE);
	const struct cr_report *k;

	armdma_dma_sync_single_for_cpu(r->dev, a, 128, ARMDMA_FROM_DEVICE);
	armdma_cpu_load(r->m, p, 128);
	cr_silent(r);
	armdma_cpu_load(r->m, p + 100, 100);
	k = cr_expects(r, ARMDMA_REPORT_CPU_READ, "reads byte 128 of a buffer of 512 bytes while it is mdma's");
	assert_int_equal(k->rep.offset, 128);
	assert_ptr_equal(k->rep.cpu, p + 100);
	assert_non_null(strstr(k->text, "here:      a_load_while_it_is_the_devices_is_told"));
	assert_non_null(strstr(k->text, "last sync: a_load_while_it_is_the_devices_is_told"));
	armdma_dma_unmap_single(r->dev, a, 512, ARMDMA_FROM_DEVICE);
	armdma_cpu_load(r->m, p, 512);
	cr_silent(r);
	armdma_kfree(r->m, p);
}

static void a_store_while_it_is_the_devices_is_told(void **state)
{
	struct cr *r = *state;
	uint8_t *p = buffer(r, 512);
	armdma_dma_t a = cr_map(r, p, 512, ARMDMA_BIDIRECTIONAL);

	armdma_cpu_store(r->m, p + 8, 4);
	assert_int_equal(cr_expects(r, ARMDMA_REPORT_CPU_WRITE, "writes byte 8 of a buffer of 512 bytes")->rep.offset, 8);
	armdma_dma_sync_single_for_device(r->dev, a, 512, ARMDMA_BIDIRECTIONAL);
	armdma_dma_sync_single_for_cpu(r->dev, a, 512, ARMDMA_BIDIRECTIONAL);
	armdma_cpu_store(r->m, p + 8, 4);
	armdma_dma_sync_single_for_device(r->dev, a, 512, ARMDMA_BIDIRECTIONAL);
	armdma_dma_unmap_single(r->dev, a, 512, ARMDMA_BIDIRECTIONAL);
	cr_silent(r);
	armdma_kfree(r->m, p);
}

/* Both may read what is sent, and the next frame may be written before the sync that hands it over. */
static void what_is_sent_is_open_to_both(void **state)
{
	struct cr *r = *state;
	uint8_t *p = buffer(r, 512);
	armdma_dma_t a = cr_map(r, p, 512, ARMDMA_TO_DEVICE);

	armdma_cpu_load(r->m, p, 512);
	armdma_cpu_store(r->m, p, 64);
	memset(p, 1, 64);
	armdma_dma_sync_single_for_device(r->dev, a, 64, ARMDMA_TO_DEVICE);
	armdma_dma_unmap_single(r->dev, a, 512, ARMDMA_TO_DEVICE);
	cr_silent(r);
	armdma_kfree(r->m, p);
}

/* An unmap that skipped the caches: the load finds what was there before. */
static void a_load_of_old_bytes_is_told(void **state)
{
	struct cr *r = *state;
	uint8_t *p = buffer(r, 512);
	armdma_dma_t a = cr_map(r, p, 512, ARMDMA_FROM_DEVICE);
	const struct cr_report *k;

	cr_dev_write(r, a + 64, "abcd", 4);
	armdma_dma_unmap_single_attrs(r->dev, a, 512, ARMDMA_FROM_DEVICE, ARMDMA_ATTR_SKIP_CPU_SYNC);
	armdma_cpu_load(r->m, p, 64);
	cr_silent(r);
	armdma_cpu_load(r->m, p + 64, 8);
	k = cr_expects(r, ARMDMA_REPORT_STALE_CPU, "gets old ones");
	assert_int_equal(k->rep.expected, 'a');
	assert_int_equal(k->rep.seen, 0);
	assert_int_equal(k->rep.offset, 64);
	armdma_kfree(r->m, p);
}

static void a_payload_before_its_barrier_is_told(void **state)
{
	struct cr *r = *state;
	armdma_dma_t a;
	uint8_t *p = armdma_dma_alloc_coherent(r->dev, 64, &a, ARMDMA_GFP_KERNEL);

	cr_dev_write(r, a + 4, "abcd", 4);
	assert_false(armdma_cpu_sees(r->m, p + 4, "abcd", 4));
	assert_int_equal(cr_expects(r, ARMDMA_REPORT_MISSING_RMB, "gets old ones")->rep.offset, 4);
	armdma_hw_barrier(r->hw, ARMDMA_BARRIER_DMA_RMB);
	assert_true(armdma_cpu_sees(r->m, p + 4, "abcd", 4));
	cr_silent(r);
	armdma_dma_free_coherent(r->dev, 64, p, a);
}

static void unwritten_bytes_for_the_user_are_told(void **state)
{
	struct cr *r = *state;
	uint8_t *p = armdma_kmalloc(r->m, 256, ARMDMA_GFP_KERNEL);

	memset(p, 0, 100);
	armdma_cpu_expose(r->m, p, 100);
	cr_silent(r);
	armdma_cpu_expose(r->m, p, 120);
	/* Whole words are known to be unwritten. */
	assert_int_equal(cr_expects(r, ARMDMA_REPORT_UNINITIALISED, "byte 104 was never written")->rep.offset, 104);
	armdma_kfree(r->m, p);
	p = buffer(r, 256);
	armdma_cpu_expose(r->m, p, 256);
	cr_silent(r);
	armdma_kfree(r->m, p);
}

static void memory_of_others_is_nothing_to_tell(void **state)
{
	struct cr *r = *state;
	uint8_t mine[64] = { 0 };

	armdma_cpu_store(r->m, mine, sizeof(mine));
	armdma_cpu_load(r->m, mine, sizeof(mine));
	armdma_cpu_expose(r->m, mine, sizeof(mine));
	cr_silent(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CR_TEST(a_load_while_it_is_the_devices_is_told),
		CR_TEST(a_store_while_it_is_the_devices_is_told),
		CR_TEST(what_is_sent_is_open_to_both),
		CR_TEST(a_load_of_old_bytes_is_told),
		CR_TEST(a_payload_before_its_barrier_is_told),
		CR_TEST(unwritten_bytes_for_the_user_are_told),
		CR_TEST(memory_of_others_is_nothing_to_tell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
