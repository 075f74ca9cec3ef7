/* SPDX-License-Identifier: BSD-2-Clause */
/* The bitmap IOVA allocator, rule by rule; addresses as Linux 6.1's ARM DMA layer gives them. */
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

/* Memory of the policy: counted, and refused from the nth allocation on. */
struct arena {
	long live;
	size_t bytes;
	long allow;	/* allocations still granted */
};

static void *arena_alloc(void *ctx, size_t size)
{
	struct arena *a = ctx;

	if (a->allow-- <= 0)
		return NULL;
	a->live++;
	a->bytes += size;
	return calloc(1, size);
}

static void arena_free(void *ctx, void *p, size_t size)
{
	struct arena *a = ctx;

	a->live--;
	a->bytes -= size;
	free(p);
}

static const struct armdma_iova_policy *P;
static void *priv;
static struct arena arena;

static struct armdma_iova_space space_of(armdma_dma_t base, uint64_t size)
{
	struct armdma_iova_space s = {
		.base = base, .size = size, .granule = 4096, .align_order = 8,
		.mem_alloc = arena_alloc, .mem_free = arena_free, .mem_ctx = &arena,
	};

	return s;
}

static void open_space(armdma_dma_t base, uint64_t size)
{
	struct armdma_iova_space s = space_of(base, size);
	struct armdma_error err;

	P = armdma_iova_linux_arm();
	arena = (struct arena){ .allow = 1000 };
	if (P->create(P, &priv, &s, &err))
		fail_msg("%s", err.msg);
}

static int close_space(void **state)
{
	(void)state;
	if (!priv)
		return 0;
	P->destroy(priv);
	priv = NULL;
	return arena.live || arena.bytes;
}

static void valid(void)
{
	struct armdma_error err = { "" };

	if (P->validate(priv, &err))
		fail_msg("%s", err.msg);
}

static armdma_dma_t get_req(const struct armdma_iova_request *req)
{
	armdma_dma_t addr = 0;
	int ret = P->alloc(priv, req, &addr);

	valid();
	assert_true(ret == 0 ? addr != ARMDMA_MAPPING_ERROR : addr == ARMDMA_MAPPING_ERROR);
	if (ret)
		assert_int_equal(ret, -ENOMEM);
	return addr;
}

static armdma_dma_t get(uint64_t size)
{
	struct armdma_iova_request req = { .size = size };

	return get_req(&req);
}

static int put(armdma_dma_t addr, uint64_t size)
{
	int ret = P->free(priv, addr, size);

	valid();
	return ret;
}

static struct armdma_iova_stats stats(void)
{
	struct armdma_iova_stats st;

	P->stats(priv, &st);
	return st;
}

/* ---- Addresses of the kernel ------------------------------------------------ */

static void empty_space_gives_the_kernels_addresses(void **state)
{
	static const struct { uint64_t size; armdma_dma_t addr; } v[] = {
		{ 4 * KIB, 0x20000000 },
		{ 8 * KIB, 0x20002000 },
		{ 4 * KIB, 0x20001000 },
		{ 1 * MIB + 4 * KIB, 0x20100000 },	/* order 9, capped to 8 */
		{ 64 * KIB, 0x20010000 },
		{ 12 * KIB, 0x20004000 },
		{ 4 * KIB, 0x20007000 },		/* the page that 12 KiB left over */
	};

	(void)state;
	open_space(0x20000000, 128 * MIB);
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++)
		assert_int_equal(get(v[i].size), v[i].addr);
}

static void hole_is_used_only_by_what_fits_its_alignment(void **state)
{
	(void)state;
	open_space(0x20000000, 128 * MIB);
	assert_int_equal(get(4 * KIB), 0x20000000);
	assert_int_equal(get(4 * KIB), 0x20001000);
	assert_int_equal(get(4 * KIB), 0x20002000);
	assert_int_equal(put(0x20001000, 4 * KIB), 0);
	assert_int_equal(get(8 * KIB), 0x20004000);
	assert_int_equal(get(4 * KIB), 0x20001000);
}

static void full_bitmap_sends_the_next_one_to_the_second(void **state)
{
	(void)state;
	open_space(0x20000000, 256 * MIB);
	assert_int_equal(get(128 * MIB), 0x20000000);
	assert_int_equal(get(4 * KIB), 0x28000000);
	assert_int_equal(get(128 * MIB + 4 * KIB), ARMDMA_MAPPING_ERROR);
	assert_int_equal(stats().failures, 1);
}

static void alignment_counts_from_the_base(void **state)
{
	(void)state;
	open_space(0x20001000, 128 * MIB);
	assert_int_equal(get(64 * KIB), 0x20001000);
	assert_int_equal(get(4 * KIB), 0x20011000);
	assert_int_equal(get(64 * KIB), 0x20021000);
}

static void address_zero_is_handed_out(void **state)
{
	(void)state;
	open_space(0, 4 * GIB);
	assert_int_equal(get(4 * KIB), 0);
	assert_int_equal(get(8 * KIB), 0x2000);
}

static void whole_4gib_space_is_32_bitmaps(void **state)
{
	(void)state;
	open_space(0, 4 * GIB);
	assert_int_equal(stats().total, 4 * GIB);
	assert_int_equal(stats().largest_free, 4 * GIB);
	for (unsigned int i = 0; i < 32; i++)
		assert_int_equal(get(SPAN), i * SPAN);
	assert_int_equal(get(PAGE), ARMDMA_MAPPING_ERROR);
	assert_int_equal(stats().used, 4 * GIB);
	assert_int_equal(stats().largest_free, 0);
}

/* ---- Exact sizing ----------------------------------------------------------- */

static void space_is_used_to_its_last_page(void **state)
{
	static const uint64_t sizes[] = { 20 * KIB, 64 * MIB, 132 * MIB, 200 * MIB, 128 * MIB + PAGE, PAGE };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		armdma_dma_t last = 0, addr;
		uint64_t pages = 0;

		open_space(0x20000000, sizes[i]);
		assert_int_equal(stats().total, sizes[i]);
		/* All but the last two pages in one go where that is possible, then page by page. */
		if (sizes[i] > 4 * PAGE) {
			assert_int_equal(P->reserve(priv, 0x20000000, sizes[i] - 2 * PAGE), 0);
			pages = sizes[i] / PAGE - 2;
		}
		while ((addr = get(PAGE)) != ARMDMA_MAPPING_ERROR) {
			last = addr;
			pages++;
		}
		assert_int_equal(pages * PAGE, sizes[i]);
		assert_int_equal(last, 0x20000000 + sizes[i] - PAGE);
		assert_false(P->query(priv, last + PAGE));
		assert_int_equal(close_space(NULL), 0);
	}
}

static void nothing_lies_across_two_bitmaps(void **state)
{
	(void)state;
	open_space(0, 256 * MIB);
	assert_int_equal(P->reserve(priv, 0, 128 * MIB - 4 * PAGE), 0);
	/* Eight free pages around the border would do, but not across it. */
	assert_int_equal(get(5 * PAGE), 128 * MIB);
	assert_int_equal(get(4 * PAGE), 128 * MIB - 4 * PAGE);
}

static void short_last_bitmap_holds_what_fits(void **state)
{
	(void)state;
	open_space(0, 132 * MIB);
	assert_int_equal(get(128 * MIB), 0);
	assert_int_equal(get(4 * MIB + PAGE), ARMDMA_MAPPING_ERROR);
	assert_int_equal(get(4 * MIB), 128 * MIB);
}

/* ---- Requests ---------------------------------------------------------------- */

static void size_is_rounded_up_to_granules(void **state)
{
	(void)state;
	open_space(0, MIB);
	assert_int_equal(get(1), 0);
	assert_int_equal(get(4097), 0x2000);
	assert_int_equal(stats().used, 3 * PAGE);
	assert_int_equal(put(0x2000, 4097), 0);
	assert_int_equal(stats().used, PAGE);
}

static void limit_is_inclusive(void **state)
{
	struct armdma_iova_request req = { .size = PAGE, .limit = 0x20001fff };

	(void)state;
	open_space(0x20000000, 256 * MIB);
	assert_int_equal(get_req(&req), 0x20000000);
	assert_int_equal(get_req(&req), 0x20001000);
	assert_int_equal(get_req(&req), ARMDMA_MAPPING_ERROR);
	req.limit = 0x20002ffe;	/* one byte short of a page */
	assert_int_equal(get_req(&req), ARMDMA_MAPPING_ERROR);
	req.limit = 0x1fffffff;
	assert_int_equal(get_req(&req), ARMDMA_MAPPING_ERROR);
	req.limit = UINT64_MAX;
	assert_int_equal(get_req(&req), 0x20002000);
}

static void limited_request_adds_no_bitmap_beyond_its_limit(void **state)
{
	struct armdma_iova_request req = { .size = PAGE, .limit = SPAN - 1 };

	(void)state;
	open_space(0, 256 * MIB);
	assert_int_equal(get(SPAN), 0);
	assert_int_equal(get_req(&req), ARMDMA_MAPPING_ERROR);
	assert_int_equal(arena.live, 2);
	req.limit = SPAN + PAGE - 1;
	assert_int_equal(get_req(&req), SPAN);
	assert_int_equal(arena.live, 3);
}

static void explicit_alignment_counts_from_zero(void **state)
{
	struct armdma_iova_request req = { .size = PAGE, .align = 64 * KIB };

	(void)state;
	open_space(0x20001000, 256 * MIB);
	assert_int_equal(get_req(&req), 0x20010000);
	assert_int_equal(get_req(&req), 0x20020000);
	req.align = 1;	/* less than a granule is no demand */
	assert_int_equal(get_req(&req), 0x20001000);
	req.align = 256 * MIB;	/* more than a bitmap; the last page of the space */
	assert_int_equal(get_req(&req), 0x30000000);
	assert_int_equal(get_req(&req), ARMDMA_MAPPING_ERROR);
	req.align = 128 * MIB;
	assert_int_equal(get_req(&req), 0x28000000);
}

static void alignment_beyond_a_bitmap_is_found_in_a_later_one(void **state)
{
	struct armdma_iova_request req = { .size = PAGE, .align = GIB };

	(void)state;
	open_space(0, 4 * GIB);
	for (unsigned int i = 0; i < 4; i++)
		assert_int_equal(get_req(&req), i * GIB);
	assert_int_equal(get_req(&req), ARMDMA_MAPPING_ERROR);
	assert_int_equal(arena.live, 1 + 4);	/* no memory for the bitmaps between */
}

static void senseless_requests_are_refused(void **state)
{
	struct armdma_iova_request req = { .size = 0 };
	armdma_dma_t addr;

	(void)state;
	open_space(0, MIB);
	assert_int_equal(P->alloc(priv, &req, &addr), -EINVAL);
	assert_true(addr == ARMDMA_MAPPING_ERROR);
	req = (struct armdma_iova_request){ .size = PAGE, .align = 3 * PAGE };
	assert_int_equal(P->alloc(priv, &req, &addr), -EINVAL);
	req = (struct armdma_iova_request){ .size = UINT64_MAX };
	assert_int_equal(P->alloc(priv, &req, &addr), -ENOMEM);
	assert_int_equal(stats().used, 0);
	assert_int_equal(stats().failures, 1);
}

static void cap_limits_the_alignment(void **state)
{
	struct armdma_iova_space s = space_of(0, 256 * MIB);

	(void)state;
	P = armdma_iova_linux_arm();
	for (uint32_t cap = 0; cap <= 20; cap++) {
		uint64_t align = PAGE << (cap < 9 ? cap : 9);

		s.align_order = cap;
		arena = (struct arena){ .allow = 1000 };
		assert_int_equal(P->create(P, &priv, &s, NULL), 0);
		assert_int_equal(get(PAGE), 0);
		assert_int_equal(get(2 * MIB), align > PAGE ? align : PAGE);
		assert_int_equal(close_space(NULL), 0);
	}
}

static void granule_may_be_larger_than_a_page(void **state)
{
	struct armdma_iova_space s = space_of(0x80000000, GIB);

	(void)state;
	s.granule = 65536;
	P = armdma_iova_linux_arm();
	arena = (struct arena){ .allow = 1000 };
	assert_int_equal(P->create(P, &priv, &s, NULL), 0);
	assert_int_equal(get(1), 0x80000000);
	assert_int_equal(get(65537), 0x80020000);
	assert_int_equal(put(0x80000000 + 4096, 4096), -EINVAL);
	assert_int_equal(stats().used, 3 * 65536);
}

static void space_may_end_at_the_top_of_64_bits(void **state)
{
	(void)state;
	open_space(UINT64_MAX - MIB + 1, MIB);
	assert_true(get(512 * KIB) == UINT64_MAX - MIB + 1);
	assert_true(get(512 * KIB) == UINT64_MAX - 512 * KIB + 1);
	assert_true(get(PAGE) == ARMDMA_MAPPING_ERROR);
	assert_int_equal(put(UINT64_MAX - 512 * KIB + 1, 512 * KIB), 0);
	assert_int_equal(put(UINT64_MAX - PAGE + 1, 2 * PAGE), -EINVAL);
}

/* ---- Free, reserve, look ------------------------------------------------------ */

static void free_of_what_is_not_all_allocated_frees_nothing(void **state)
{
	(void)state;
	open_space(0x20000000, 256 * MIB);
	assert_int_equal(get(16 * KIB), 0x20000000);
	assert_int_equal(put(0x20000000, 20 * KIB), -EINVAL);	/* a page too long */
	assert_int_equal(put(0x1ffff000, 8 * KIB), -EINVAL);	/* starts before the space */
	assert_int_equal(put(0x20000800, 4 * KIB), -EINVAL);	/* not aligned */
	assert_int_equal(put(0x20000000, 0), -EINVAL);
	assert_int_equal(put(0x2ffff000, 8 * KIB), -EINVAL);	/* leaves the space */
	assert_int_equal(put(0x28000000, 4 * KIB), -EINVAL);	/* a bitmap that is not there yet */
	assert_int_equal(put(0x20000000, UINT64_MAX), -EINVAL);
	assert_int_equal(stats().used, 16 * KIB);
	assert_int_equal(stats().frees, 0);
	assert_int_equal(put(0x20000000, 16 * KIB), 0);
	assert_int_equal(put(0x20000000, 16 * KIB), -EINVAL);	/* twice */
	assert_int_equal(stats().frees, 1);
}

static void part_of_an_allocation_may_be_freed(void **state)
{
	(void)state;
	open_space(0, MIB);
	assert_int_equal(get(64 * KIB), 0);
	assert_int_equal(put(0x4000, 8 * KIB), 0);
	assert_int_equal(stats().used, 56 * KIB);
	assert_int_equal(get(8 * KIB), 0x4000);
}

static void reserved_range_is_never_handed_out(void **state)
{
	(void)state;
	open_space(0, 256 * MIB);
	assert_int_equal(P->reserve(priv, 0, PAGE), 0);
	assert_int_equal(get(PAGE), 0x1000);
	assert_int_equal(P->reserve(priv, 0x1000, PAGE), -EBUSY);
	assert_int_equal(P->reserve(priv, 0x800, PAGE), -EINVAL);
	assert_int_equal(P->reserve(priv, 0x2000, 100), -EINVAL);
	assert_int_equal(P->reserve(priv, 256 * MIB, PAGE), -EINVAL);
	/* Across the border of two bitmaps. */
	assert_int_equal(P->reserve(priv, SPAN - PAGE, 2 * PAGE), 0);
	assert_true(P->query(priv, SPAN - 1) && P->query(priv, SPAN));
	assert_false(P->query(priv, SPAN + PAGE));
	valid();
	assert_int_equal(put(SPAN - PAGE, 2 * PAGE), 0);
}

static void reserve_without_memory_changes_nothing(void **state)
{
	struct armdma_iova_stats before, after;

	(void)state;
	open_space(0, GIB);
	before = stats();
	arena.allow = 1;	/* of the two bitmaps that it needs */
	assert_int_equal(P->reserve(priv, 2 * SPAN - PAGE, 2 * PAGE), -ENOMEM);
	valid();
	after = stats();
	assert_memory_equal(&before, &after, sizeof(before));
	assert_int_equal(arena.live, 2);
}

static void bitmap_without_memory_fails_and_changes_nothing(void **state)
{
	struct armdma_iova_stats before, after;

	(void)state;
	open_space(0, 256 * MIB);
	assert_int_equal(get(SPAN), 0);
	before = stats();
	arena.allow = 0;
	assert_int_equal(get(PAGE), ARMDMA_MAPPING_ERROR);
	after = stats();
	assert_int_equal(after.failures, before.failures + 1);
	after.failures = before.failures;
	assert_memory_equal(&before, &after, sizeof(before));
	arena.allow = 1;
	assert_int_equal(get(PAGE), SPAN);
}

static void creation_without_memory_leaks_nothing(void **state)
{
	struct armdma_iova_space s = space_of(0, 256 * MIB);
	struct armdma_error err;

	(void)state;
	P = armdma_iova_linux_arm();
	for (long allow = 0; allow < 2; allow++) {
		arena = (struct arena){ .allow = allow };
		assert_int_equal(P->create(P, &priv, &s, &err), -ENOMEM);
		assert_null(priv);
		assert_non_null(strstr(err.msg, "memory"));
		assert_int_equal(arena.live, 0);
		assert_int_equal(arena.bytes, 0);
	}
}

static void senseless_spaces_are_named(void **state)
{
	static const struct { uint64_t base, size; uint32_t granule; const char *word; } v[] = {
		{ 0, MIB, 0, "granule 0" },
		{ 0, MIB, 12288, "granule 12288" },
		{ 0x800, MIB, 4096, "base 0x800" },
		{ 0, 0, 4096, "size 0x0" },
		{ 0, 0x1800, 4096, "size 0x1800" },
		{ UINT64_MAX - PAGE + 1, 2 * PAGE, 4096, "size 0x2000" },
	};
	struct armdma_iova_space s;
	struct armdma_error err;

	(void)state;
	P = armdma_iova_linux_arm();
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		s = space_of(v[i].base, v[i].size);
		s.granule = v[i].granule;
		arena = (struct arena){ .allow = 10 };
		assert_int_equal(P->create(P, &priv, &s, &err), -EINVAL);
		if (!strstr(err.msg, v[i].word))
			fail_msg("\"%s\" does not name %s", err.msg, v[i].word);
		assert_int_equal(P->create(P, &priv, &s, NULL), -EINVAL);
	}
	s = space_of(0, MIB);
	s.mem_free = NULL;
	assert_int_equal(P->create(P, &priv, &s, &err), -EINVAL);
}

static int count_run(void *ctx, armdma_dma_t addr, uint64_t size)
{
	uint64_t *runs = ctx;

	runs[0]++;
	runs[1] = addr;
	runs[2] = size;
	return runs[0] == 2 ? 7 : 0;
}

static void walk_joins_runs_and_stops_when_told(void **state)
{
	uint64_t runs[3] = { 0 };

	(void)state;
	open_space(0, GIB);
	assert_int_equal(P->walk(priv, count_run, runs), 0);
	assert_int_equal(runs[0], 0);
	assert_int_equal(get(PAGE), 0);
	assert_int_equal(get(PAGE), 0x1000);
	assert_int_equal(P->reserve(priv, SPAN - PAGE, 2 * PAGE), 0);
	assert_int_equal(P->reserve(priv, 5 * SPAN, PAGE), 0);
	assert_int_equal(P->walk(priv, count_run, runs), 7);
	assert_int_equal(runs[0], 2);
	assert_int_equal(runs[1], SPAN - PAGE);	/* one run, although in two bitmaps */
	assert_int_equal(runs[2], 2 * PAGE);
}

static void statistics_tell_peak_and_longest_hole(void **state)
{
	(void)state;
	open_space(0, MIB);
	for (unsigned int i = 0; i < 256; i++)
		assert_int_equal(get(PAGE), i * PAGE);
	assert_int_equal(stats().peak, MIB);
	for (unsigned int i = 10; i < 30; i++)
		assert_int_equal(put(i * PAGE, PAGE), 0);
	assert_int_equal(put(100 * PAGE, 3 * PAGE), 0);
	assert_int_equal(stats().largest_free, 20 * PAGE);
	assert_int_equal(stats().used, 233 * PAGE);
	assert_int_equal(stats().peak, MIB);
	assert_int_equal(stats().allocs, 256);
	assert_int_equal(stats().frees, 21);
	assert_int_equal(stats().memory, arena.bytes);
}

static void policy_is_found_by_name(void **state)
{
	(void)state;
	assert_ptr_equal(armdma_iova_find("linux-arm"), armdma_iova_linux_arm());
	assert_string_equal(armdma_iova_linux_arm()->name, "linux-arm");
	assert_null(armdma_iova_find("linux"));
	assert_null(armdma_iova_find(""));
	assert_null(armdma_iova_find(NULL));
}

static void heap_is_used_without_call_outs(void **state)
{
	struct armdma_iova_space s = { .size = MIB, .granule = 4096, .align_order = 8 };

	(void)state;
	P = armdma_iova_linux_arm();
	assert_int_equal(P->create(P, &priv, &s, NULL), 0);
	assert_int_equal(get(PAGE), 0);
	P->destroy(priv);
	priv = NULL;
	P->destroy(NULL);
}

#define T(f) cmocka_unit_test_teardown(f, close_space)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(empty_space_gives_the_kernels_addresses),
		T(hole_is_used_only_by_what_fits_its_alignment),
		T(full_bitmap_sends_the_next_one_to_the_second),
		T(alignment_counts_from_the_base),
		T(address_zero_is_handed_out),
		T(whole_4gib_space_is_32_bitmaps),
		T(space_is_used_to_its_last_page),
		T(nothing_lies_across_two_bitmaps),
		T(short_last_bitmap_holds_what_fits),
		T(size_is_rounded_up_to_granules),
		T(limit_is_inclusive),
		T(limited_request_adds_no_bitmap_beyond_its_limit),
		T(explicit_alignment_counts_from_zero),
		T(alignment_beyond_a_bitmap_is_found_in_a_later_one),
		T(senseless_requests_are_refused),
		T(cap_limits_the_alignment),
		T(granule_may_be_larger_than_a_page),
		T(space_may_end_at_the_top_of_64_bits),
		T(free_of_what_is_not_all_allocated_frees_nothing),
		T(part_of_an_allocation_may_be_freed),
		T(reserved_range_is_never_handed_out),
		T(reserve_without_memory_changes_nothing),
		T(bitmap_without_memory_fails_and_changes_nothing),
		T(creation_without_memory_leaks_nothing),
		T(senseless_spaces_are_named),
		T(walk_joins_runs_and_stops_when_told),
		T(statistics_tell_peak_and_longest_hole),
		T(policy_is_found_by_name),
		T(heap_is_used_without_call_outs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
