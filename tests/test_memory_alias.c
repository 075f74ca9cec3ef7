/* SPDX-License-Identifier: BSD-2-Clause */
/* Pages that are mapped uncached while a cacheable alias stays open (ARMDMA_ALIAS_KEEP), and pages whose alias goes. */
#include "memory_rig.h"

#define L 32u

struct fixture {
	struct armdma_hw *hw;
	uint8_t *cached, *uncached;
};

static void *map(struct armdma_hw *hw, armdma_phys_t pa, size_t n, enum armdma_memtype mt)
{
	armdma_pfn_t pfns[64];
	void *cpu;

	for (size_t i = 0; i < n; i++)
		pfns[i] = rig_pfn(pa) + i;
	assert_int_equal(armdma_hw_map(hw, ARMDMA_SPACE_VMALLOC, pfns, n, mt, &cpu), 0);
	return cpu;
}

/* Page RIG_BASE mapped uncached without a write buffer; what was in its cached view: 1 at byte 0, not cleaned. */
static struct fixture start(void)
{
	struct armdma_config cfg = rig_config();
	struct fixture f;

	cfg.alias_mode = ARMDMA_ALIAS_KEEP;
	cfg.wbuf_max = 0;
	f.hw = rig_open(&cfg);
	f.cached = armdma_hw_linear(f.hw, RIG_BASE);
	cpu_set(f.cached, 1);
	f.uncached = map(f.hw, RIG_BASE, 1, ARMDMA_MT_UNCACHED);
	return f;
}

static void flush_all(struct fixture *f, enum armdma_cache_op op)
{
	armdma_hw_cache_op(f->hw, ARMDMA_CACHE_ALL, op, RIG_BASE, RIG_PAGE);
}

static void first_uncached_mapping_cleans_the_page(void **state)
{
	struct fixture f = start();

	(void)state;
	assert_int_equal(cpu_get(f.uncached), 1);
	assert_int_equal(rig_phys8(f.hw, RIG_BASE), 1);
	assert_false(rig_line(f.hw, RIG_BASE).dirty);
	armdma_hw_destroy(f.hw);
}

static void uncached_store_makes_the_alias_stale_and_never_dirty(void **state)
{
	struct fixture f = start();
	struct armdma_line_state st;

	(void)state;
	cpu_set(f.uncached, 5);
	assert_int_equal(rig_phys8(f.hw, RIG_BASE), 5);
	assert_int_equal(cpu_get(f.cached), 1);
	st = rig_line(f.hw, RIG_BASE);
	assert_true(st.stale);
	assert_false(st.dirty);
	assert_false(st.uncached);
	flush_all(&f, ARMDMA_CACHE_CLEAN);
	assert_int_equal(rig_phys8(f.hw, RIG_BASE), 5);
	assert_int_equal(cpu_get(f.cached), 1);
	armdma_hw_destroy(f.hw);
}

static void invalidated_alias_sees_dram_and_goes_stale_again(void **state)
{
	struct fixture f = start();

	(void)state;
	cpu_set(f.uncached, 5);
	armdma_hw_cache_op(f.hw, ARMDMA_CACHE_ALL | ARMDMA_CACHE_OUTER_FIRST, ARMDMA_CACHE_INVALIDATE,
			   RIG_BASE, RIG_PAGE);
	assert_int_equal(cpu_get(f.cached), 5);
	assert_false(rig_line(f.hw, RIG_BASE).stale);
	cpu_set(f.uncached, 6);
	assert_true(rig_line(f.hw, RIG_BASE).stale);
	assert_false(rig_line(f.hw, RIG_BASE).dirty);
	flush_all(&f, ARMDMA_CACHE_CLEAN);
	assert_int_equal(cpu_get(f.uncached), 6);
	armdma_hw_evict(f.hw, RIG_BASE);
	assert_int_equal(cpu_get(f.cached), 6);
	cpu_set(f.uncached, 7);
	assert_false(rig_line(f.hw, RIG_BASE).dirty);
	armdma_hw_destroy(f.hw);
}

static void store_through_the_alias_is_dirty_and_overwrites(void **state)
{
	struct fixture f = start();

	(void)state;
	cpu_set(f.uncached + 4, 5);
	cpu_set(f.cached, 2);
	assert_true(rig_line(f.hw, RIG_BASE).dirty);
	assert_int_equal(cpu_get(f.uncached), 1);
	flush_all(&f, ARMDMA_CACHE_CLEAN);
	/* The whole line goes out, old bytes and all. */
	assert_int_equal(cpu_get(f.uncached), 2);
	assert_int_equal(cpu_get(f.uncached + 4), 0);
	armdma_hw_destroy(f.hw);
}

static void touch_of_uncached_memory_makes_nothing_dirty(void **state)
{
	struct fixture f = start();

	(void)state;
	armdma_hw_touch(f.hw, f.uncached, 64);
	assert_false(rig_line(f.hw, RIG_BASE).dirty);
	armdma_hw_destroy(f.hw);
}

static void alias_stays_stale_after_the_last_uncached_mapping(void **state)
{
	struct fixture f = start();

	(void)state;
	cpu_set(f.uncached, 5);
	assert_int_equal(armdma_hw_unmap(f.hw, f.uncached, 1), 0);
	assert_int_equal(rig_phys8(f.hw, RIG_BASE), 5);
	assert_int_equal(cpu_get(f.cached), 1);
	/* An ordinary page again, which can be made dirty. */
	armdma_hw_touch(f.hw, f.cached + 64, 1);
	assert_true(rig_line(f.hw, RIG_BASE + 64).dirty);
	flush_all(&f, ARMDMA_CACHE_FLUSH);
	assert_int_equal(rig_phys8(f.hw, RIG_BASE), 5);
	armdma_hw_evict(f.hw, RIG_BASE);
	assert_int_equal(cpu_get(f.cached), 5);
	armdma_hw_destroy(f.hw);
}

static void write_back_of_the_alias_shows_through_the_write_buffer(void **state)
{
	struct armdma_hw *hw = rig();
	uint8_t *cached = armdma_hw_linear(hw, RIG_BASE);
	uint8_t *uncached = map(hw, RIG_BASE, 1, ARMDMA_MT_UNCACHED);

	(void)state;
	cpu_set(cached, 9);
	armdma_hw_cache_op(hw, ARMDMA_CACHE_ALL, ARMDMA_CACHE_CLEAN, RIG_BASE, 1);
	assert_int_equal(rig_phys8(hw, RIG_BASE), 9);
	armdma_hw_barrier(hw, ARMDMA_BARRIER_RMB);
	assert_int_equal(cpu_get(uncached), 9);
	/* And a drained store makes the alias stale. */
	cpu_set(uncached + 1, 3);
	armdma_hw_barrier(hw, ARMDMA_BARRIER_WMB);
	assert_true(rig_line(hw, RIG_BASE).stale);
	assert_false(rig_line(hw, RIG_BASE).dirty);
	assert_int_equal(cpu_get(cached + 1), 0);
	armdma_hw_destroy(hw);
}

static void coherent_write_and_zeroing_reach_the_alias_without_dirt(void **state)
{
	struct fixture f = start();
	uint8_t v = 8;

	(void)state;
	mem_write_coherent(f.hw, RIG_BASE + 3, &v, 1);
	assert_int_equal(cpu_get(f.cached + 3), 8);
	assert_int_equal(cpu_get(f.uncached + 3), 8);
	assert_false(rig_line(f.hw, RIG_BASE).dirty);
	armdma_hw_zero_flush(f.hw, RIG_BASE, RIG_PAGE);
	assert_int_equal(cpu_get(f.cached), 0);
	assert_int_equal(cpu_get(f.uncached), 0);
	assert_false(rig_line(f.hw, RIG_BASE).dirty);
	cpu_set(f.uncached, 1);
	assert_true(rig_line(f.hw, RIG_BASE).stale);
	armdma_hw_destroy(f.hw);
}

/* ---- alias taken away (ARMDMA_ALIAS_TRAP) ------------------------------ */

static void hidden_page_has_no_cache_view_and_show_brings_dram_back(void **state)
{
	struct armdma_hw *hw = rig();
	uint8_t *cached = armdma_hw_linear(hw, RIG_BASE), *uncached;
	struct armdma_line_state st;

	(void)state;
	cpu_set(cached, 1);
	assert_int_equal(armdma_hw_linear_hide(hw, RIG_BASE, RIG_PAGE), 0);
	assert_int_equal(rig_phys8(hw, RIG_BASE), 1);
	st = rig_line(hw, RIG_BASE);
	assert_true(st.uncached);
	assert_false(st.dirty || st.stale || st.outer_dirty || st.absent);
	uncached = map(hw, RIG_BASE, 1, ARMDMA_MT_UNCACHED);
	assert_int_equal(cpu_get(uncached), 1);
	cpu_set(uncached, 2);
	rig_master8(hw, RIG_BASE + 1, 3);
	assert_true(rig_line(hw, RIG_BASE).uncached);
	assert_int_equal(armdma_hw_unmap(hw, uncached, 1), 0);
	assert_int_equal(armdma_hw_linear_show(hw, RIG_BASE, RIG_PAGE), 0);
	assert_int_equal(cpu_get(cached), 2);
	assert_int_equal(cpu_get(cached + 1), 3);
	st = rig_line(hw, RIG_BASE);
	assert_false(st.uncached || st.dirty || st.stale);
	armdma_hw_destroy(hw);
}

static void page_shown_while_mapped_uncached_is_an_alias(void **state)
{
	struct armdma_config cfg = rig_config();
	struct armdma_hw *hw;
	uint8_t *cached, *uncached;

	(void)state;
	cfg.wbuf_max = 0;
	hw = rig_open(&cfg);
	cached = armdma_hw_linear(hw, RIG_BASE);
	assert_int_equal(armdma_hw_linear_hide(hw, RIG_BASE, RIG_PAGE), 0);
	uncached = map(hw, RIG_BASE, 1, ARMDMA_MT_UNCACHED);
	cpu_set(uncached, 2);
	assert_int_equal(armdma_hw_linear_show(hw, RIG_BASE, RIG_PAGE), 0);
	assert_int_equal(cpu_get(cached), 2);
	cpu_set(uncached, 3);
	assert_int_equal(cpu_get(cached), 2);
	assert_true(rig_line(hw, RIG_BASE).stale);
	assert_false(rig_line(hw, RIG_BASE).dirty);
	/* And hiding it again drops nothing that the alias wrote. */
	cpu_set(cached + 64, 4);
	assert_int_equal(armdma_hw_linear_hide(hw, RIG_BASE, RIG_PAGE), 0);
	assert_int_equal(cpu_get(uncached), 3);
	assert_int_equal(cpu_get(uncached + 64), 4);
	armdma_hw_destroy(hw);
}

static void hide_keeps_the_view_of_another_cached_mapping(void **state)
{
	struct armdma_hw *hw = rig();
	uint8_t *other = map(hw, RIG_BASE, 1, ARMDMA_MT_CACHED);

	(void)state;
	cpu_set(armdma_hw_linear(hw, RIG_BASE), 1);
	assert_int_equal(armdma_hw_linear_hide(hw, RIG_BASE, RIG_PAGE), 0);
	assert_int_equal(rig_phys8(hw, RIG_BASE), 1);
	cpu_set(other, 2);
	assert_true(rig_line(hw, RIG_BASE).dirty);
	armdma_hw_cache_op(hw, ARMDMA_CACHE_ALL, ARMDMA_CACHE_CLEAN, RIG_BASE, 1);
	assert_int_equal(rig_phys8(hw, RIG_BASE), 2);
	armdma_hw_destroy(hw);
}

static void highmem_page_is_cached_only_where_it_is_mapped_so(void **state)
{
	struct armdma_config cfg = rig_config();
	struct armdma_hw *hw;
	uint8_t *cached, *uncached;

	(void)state;
	cfg.wbuf_max = 0;
	hw = rig_open(&cfg);
	uncached = map(hw, RIG_HIGH, 1, ARMDMA_MT_UNCACHED);
	assert_true(rig_line(hw, RIG_HIGH).uncached);
	cpu_set(uncached, 5);
	/* A cached mapping beside it fetches DRAM, not what an old cache line held. */
	cached = map(hw, RIG_HIGH, 1, ARMDMA_MT_CACHED);
	assert_int_equal(cpu_get(cached), 5);
	cpu_set(uncached, 6);
	assert_int_equal(cpu_get(cached), 5);
	assert_true(rig_line(hw, RIG_HIGH).stale);
	assert_int_equal(armdma_hw_unmap(hw, uncached, 1), 0);
	armdma_hw_evict(hw, RIG_HIGH);
	assert_int_equal(cpu_get(cached), 6);
	armdma_hw_destroy(hw);
}

static void zeroed_highmem_page_is_in_no_cache(void **state)
{
	struct armdma_hw *hw = rig();
	uint8_t *cached;

	(void)state;
	cached = map(hw, RIG_HIGH, 1, ARMDMA_MT_CACHED);
	cpu_set(cached, 1);
	assert_int_equal(armdma_hw_unmap(hw, cached, 1), 0);
	/* The lines outlive the mapping. */
	assert_true(rig_line(hw, RIG_HIGH).dirty);
	armdma_hw_zero_flush(hw, RIG_HIGH, RIG_PAGE);
	assert_true(rig_line(hw, RIG_HIGH).uncached);
	rig_master8(hw, RIG_HIGH, 3);
	cached = map(hw, RIG_HIGH, 1, ARMDMA_MT_CACHED);
	assert_int_equal(cpu_get(cached), 3);
	/* Cached zeroing of a page without a view gives it one, dirty. */
	assert_int_equal(armdma_hw_unmap(hw, cached, 1), 0);
	armdma_hw_zero_flush(hw, RIG_HIGH, RIG_PAGE);
	rig_master8(hw, RIG_HIGH, 3);
	armdma_hw_zero_cached(hw, RIG_HIGH, RIG_PAGE);
	assert_true(rig_line(hw, RIG_HIGH).dirty);
	assert_int_equal(rig_phys8(hw, RIG_HIGH), 3);
	armdma_hw_cache_op(hw, ARMDMA_CACHE_ALL, ARMDMA_CACHE_FLUSH, RIG_HIGH, RIG_PAGE);
	assert_int_equal(rig_phys8(hw, RIG_HIGH), 0);
	armdma_hw_destroy(hw);
}

#define T(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(first_uncached_mapping_cleans_the_page),
		T(uncached_store_makes_the_alias_stale_and_never_dirty),
		T(invalidated_alias_sees_dram_and_goes_stale_again),
		T(store_through_the_alias_is_dirty_and_overwrites),
		T(touch_of_uncached_memory_makes_nothing_dirty),
		T(alias_stays_stale_after_the_last_uncached_mapping),
		T(write_back_of_the_alias_shows_through_the_write_buffer),
		T(coherent_write_and_zeroing_reach_the_alias_without_dirt),
		T(hidden_page_has_no_cache_view_and_show_brings_dram_back),
		T(page_shown_while_mapped_uncached_is_an_alias),
		T(hide_keeps_the_view_of_another_cached_mapping),
		T(highmem_page_is_cached_only_where_it_is_mapped_so),
		T(zeroed_highmem_page_is_in_no_cache),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
