/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The plain bitmaps sized as the kernels that had them: Linux 6.1 (arch/arm/mm/dma-mapping.c), Linux 3.5 to 3.14 (one bitmap
 * with an order), and the gen_pool of the first series. What was a BUG in a kernel is an error here.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <armdma/iova.h>

#define KIB 1024ULL
#define MIB (1024ULL * KIB)
#define GIB (1024ULL * MIB)
#define PAGE 4096ULL
#define SPAN (128 * MIB)
#define NONE ARMDMA_MAPPING_ERROR

static const struct armdma_iova_policy *p;
static void *priv;

static void open_space(const char *name, armdma_dma_t base, uint64_t size, uint32_t granule, uint32_t flags)
{
	struct armdma_iova_space s = { .base = base, .size = size, .granule = granule, .align_order = 8, .flags = flags };
	struct armdma_error err;

	p = armdma_iova_find(name);
	assert_non_null(p);
	if (p->create(p, &priv, &s, &err))
		fail_msg("%s", err.msg);
}

static int close_space(void **state)
{
	(void)state;
	if (priv)
		p->destroy(priv);
	priv = NULL;
	return 0;
}

static void as_linux(armdma_dma_t base, uint64_t size)
{
	open_space("linux-arm", base, size, PAGE, ARMDMA_IOVA_LINUX_SIZING);
}

static armdma_dma_t get(uint64_t size)
{
	struct armdma_iova_request req = { .size = size };
	struct armdma_error err;
	armdma_dma_t addr;
	int ret = p->alloc(priv, &req, &addr);

	if (p->validate(priv, &err))
		fail_msg("%s", err.msg);
	assert_true(ret == (addr == NONE ? -ENOMEM : 0));
	return addr;
}

static struct armdma_iova_stats stats(void)
{
	struct armdma_iova_stats st;

	p->stats(priv, &st);
	return st;
}

/* ---- Linux 6.1 ------------------------------------------------------------------- */

static void sizes_are_rounded_as_linux_does(void **state)
{
	static const struct { uint64_t size, usable; } v[] = {
		{ 4 * GIB, 4 * GIB }, { 128 * MIB, 128 * MIB }, { 132 * MIB, 128 * MIB }, { 200 * MIB, 128 * MIB },
		{ 256 * MIB, 256 * MIB }, { 64 * MIB, 64 * MIB }, { 20 * KIB, 128 * KIB }, { PAGE, 128 * KIB },
		{ 128 * MIB + PAGE, 128 * MIB }, { 33 * PAGE, 64 * PAGE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		as_linux(v[i].size == 4 * GIB ? 0 : 0x20000000, v[i].size);
		assert_int_equal(stats().total, v[i].usable);
		close_space(NULL);
		open_space("linux-arm", v[i].size == 4 * GIB ? 0 : 0x20000000, v[i].size, PAGE, 0);
		assert_int_equal(stats().total, v[i].size);
		close_space(NULL);
	}
}

static void small_space_hands_out_what_lies_behind_it(void **state)
{
	(void)state;
	as_linux(0x20000000, 5 * PAGE);
	for (unsigned int i = 0; i < 32; i++)
		assert_int_equal(get(PAGE), 0x20000000 + i * PAGE);
	assert_true(get(PAGE) == NONE);
	assert_true(p->query(priv, 0x20000000 + 31 * PAGE));
	assert_int_equal(p->free(priv, 0x20000000 + 31 * PAGE, PAGE), 0);
	assert_int_equal(get(PAGE), 0x20000000 + 31 * PAGE);
}

static void rest_behind_whole_bitmaps_is_lost(void **state)
{
	(void)state;
	as_linux(0x20000000, 200 * MIB);
	assert_int_equal(get(128 * MIB), 0x20000000);
	assert_true(get(PAGE) == NONE);
}

static void too_long_a_request_uses_up_extensions(void **state)
{
	uint64_t one, none;

	(void)state;
	as_linux(0, 4 * SPAN);
	one = stats().memory;
	for (unsigned int i = 1; i <= 3; i++) {
		assert_true(get(SPAN + PAGE) == NONE);
		assert_int_equal(stats().memory, one + i * PAGE);
	}
	assert_true(get(SPAN + PAGE) == NONE);	/* none is left, and nothing more happens */
	assert_int_equal(stats().memory, one + 3 * PAGE);
	assert_int_equal(get(PAGE), 0);
	close_space(NULL);
	open_space("linux-arm", 0, 4 * SPAN, PAGE, 0);
	none = stats().memory;
	assert_true(get(SPAN + PAGE) == NONE);
	assert_int_equal(stats().memory, none);
}

static void alignment_counts_from_the_base(void **state)
{
	(void)state;
	as_linux(0x20001000, 128 * MIB);
	assert_int_equal(get(64 * KIB), 0x20001000);
	assert_int_equal(get(PAGE), 0x20011000);
	assert_int_equal(get(64 * KIB), 0x20021000);
}

static void what_stops_the_kernel_is_an_error(void **state)
{
	(void)state;
	as_linux(0x20000000, 2 * SPAN);
	assert_int_equal(get(SPAN), 0x20000000);
	assert_int_equal(get(SPAN), 0x28000000);
	assert_int_equal(p->free(priv, 0x28000000 - PAGE, 2 * PAGE), -EINVAL);	/* into the next bitmap */
	assert_int_equal(p->free(priv, 0x20000000 - PAGE, PAGE), -EINVAL);
	assert_int_equal(p->free(priv, 0x20000000 + 2 * SPAN, PAGE), -EINVAL);	/* its index check lets this one pass */
	assert_int_equal(stats().used, 2 * SPAN);
	assert_int_equal(p->free(priv, 0x28000000 - PAGE, PAGE), 0);
}

static void vectors_of_linux_6_1_hold_with_its_sizing(void **state)
{
	static const struct { uint64_t size; armdma_dma_t addr; } v[] = {
		{ 4 * KIB, 0x20000000 }, { 8 * KIB, 0x20002000 }, { 4 * KIB, 0x20001000 }, { MIB + 4 * KIB, 0x20100000 },
		{ 64 * KIB, 0x20010000 }, { 12 * KIB, 0x20004000 }, { 4 * KIB, 0x20007000 },
	};

	(void)state;
	as_linux(0x20000000, 128 * MIB);
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++)
		assert_int_equal(get(v[i].size), v[i].addr);
}

static void only_the_plain_bitmaps_know_that_sizing(void **state)
{
	struct armdma_iova_space s = { .size = GIB, .granule = PAGE, .flags = ARMDMA_IOVA_LINUX_SIZING };
	struct armdma_error err;

	(void)state;
	for (p = NULL; (p = armdma_iova_next(p));) {
		bool knows = !strncmp(p->name, "linux-arm", 9);

		assert_int_equal(p->create(p, &priv, &s, &err), knows ? 0 : -EINVAL);
		if (!knows)
			assert_non_null(strstr(err.msg, "flags 0x2"));
		p->destroy(priv);
		priv = NULL;
	}
	p = armdma_iova_linux_arm();
}

/* ---- One bitmap with an order ------------------------------------------------------- */

static void granules_of_an_order_keep_the_cap_in_pages(void **state)
{
	(void)state;
	/* Order 4: granules of 64 KiB; the cap of 256 pages is 16 of them. */
	open_space("linux-arm-order", 0x80000000, 256 * MIB, 64 * KIB, ARMDMA_IOVA_LINUX_SIZING);
	assert_int_equal(stats().total, 256 * MIB);
	assert_int_equal(get(PAGE), 0x80000000);
	assert_int_equal(get(PAGE), 0x80010000);
	assert_int_equal(get(128 * KIB), 0x80020000);
	assert_int_equal(get(68 * KIB), 0x80040000);	/* two granules, aligned to two */
	assert_int_equal(get(PAGE), 0x80060000);
	assert_int_equal(get(2 * MIB), 0x80100000);	/* aligned to 1 MiB, no more */
	assert_int_equal(get(PAGE), 0x80070000);
}

static void one_bitmap_has_no_border(void **state)
{
	(void)state;
	open_space("linux-arm-order", 0, GIB, PAGE, ARMDMA_IOVA_LINUX_SIZING);
	assert_int_equal(get(200 * MIB), 0);
	assert_int_equal(get(PAGE), 200 * MIB);
	assert_int_equal(get(800 * MIB), 201 * MIB);
	close_space(NULL);
	open_space("linux-arm-order", 0x10000, 5 * PAGE, PAGE, ARMDMA_IOVA_LINUX_SIZING);
	assert_int_equal(stats().total, 32 * PAGE);
}

/* ---- gen_pool ------------------------------------------------------------------------- */

static void pool_takes_the_first_hole_without_alignment(void **state)
{
	(void)state;
	open_space("genpool-first", 0x20000000, 4 * MIB, 64 * KIB, 0);
	assert_int_equal(get(PAGE), 0x20000000);	/* 60 KiB are wasted */
	assert_int_equal(get(130 * KIB), 0x20010000);
	assert_int_equal(get(64 * KIB), 0x20040000);
	assert_int_equal(p->free(priv, 0x20010000, 130 * KIB), 0);
	assert_int_equal(get(128 * KIB), 0x20010000);
	assert_int_equal(get(MIB), 0x20050000);
	assert_int_equal(get(64 * KIB), 0x20030000);
}

static void pool_cannot_hand_out_address_0(void **state)
{
	static const char *const names[] = { "genpool-first", "genpool-best" };
	struct armdma_iova_space s = { .size = PAGE, .granule = PAGE };
	struct armdma_error err;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		open_space(names[i], 0, MIB, PAGE, 0);
		assert_int_equal(stats().total, MIB - PAGE);
		assert_int_equal(get(PAGE), PAGE);
		close_space(NULL);
		assert_int_equal(p->create(p, &priv, &s, &err), -EINVAL);
		assert_non_null(strstr(err.msg, "address 0"));
	}
}

static void best_hole_is_the_shortest(void **state)
{
	armdma_dma_t at;

	(void)state;
	open_space("genpool-best", 0x1000, 100 * PAGE, PAGE, 0);
	at = get(100 * PAGE);
	assert_int_equal(p->free(priv, at + 10 * PAGE, 20 * PAGE), 0);
	assert_int_equal(p->free(priv, at + 40 * PAGE, 5 * PAGE), 0);
	assert_int_equal(p->free(priv, at + 50 * PAGE, 7 * PAGE), 0);
	assert_int_equal(p->free(priv, at + 60 * PAGE, 5 * PAGE), 0);
	assert_int_equal(get(4 * PAGE), at + 40 * PAGE);	/* the lower of two */
	assert_int_equal(get(5 * PAGE), at + 60 * PAGE);	/* exact */
	assert_int_equal(get(6 * PAGE), at + 50 * PAGE);
	assert_int_equal(get(8 * PAGE), at + 10 * PAGE);
	assert_int_equal(get(PAGE), at + 44 * PAGE);
}

#define T(f) cmocka_unit_test_teardown(f, close_space)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(sizes_are_rounded_as_linux_does),
		T(small_space_hands_out_what_lies_behind_it),
		T(rest_behind_whole_bitmaps_is_lost),
		T(too_long_a_request_uses_up_extensions),
		T(alignment_counts_from_the_base),
		T(what_stops_the_kernel_is_an_error),
		T(vectors_of_linux_6_1_hold_with_its_sizing),
		T(only_the_plain_bitmaps_know_that_sizing),
		T(granules_of_an_order_keep_the_cap_in_pages),
		T(one_bitmap_has_no_border),
		T(pool_takes_the_first_hole_without_alignment),
		T(pool_cannot_hand_out_address_0),
		T(best_hole_is_the_shortest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
