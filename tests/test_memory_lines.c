/* SPDX-License-Identifier: BSD-2-Clause */
/* The cases that a driver author meets: missing, late and misordered maintenance of single lines. */
#include <errno.h>

#include "memory_rig.h"

#define L 32u

struct fixture {
	struct armdma_hw *hw;
	uint8_t *cpu;	/* linear address of RIG_BASE */
};

static struct fixture start_with(const struct armdma_config *cfg)
{
	struct fixture f = { rig_open(cfg), NULL };

	f.cpu = armdma_hw_linear(f.hw, RIG_BASE);
	return f;
}

static struct fixture start(void)
{
	struct armdma_config cfg = rig_config();

	return start_with(&cfg);
}

static void clean(struct fixture *f, unsigned int levels, uint32_t off, size_t len)
{
	armdma_hw_cache_op(f->hw, levels, ARMDMA_CACHE_CLEAN, RIG_BASE + off, len);
}

static void invalidate(struct fixture *f, unsigned int levels, uint32_t off, size_t len)
{
	armdma_hw_cache_op(f->hw, levels, ARMDMA_CACHE_INVALIDATE, RIG_BASE + off, len);
}

/* What unmap and sync_for_cpu do. */
static void for_cpu(struct fixture *f, uint32_t off, size_t len)
{
	invalidate(f, ARMDMA_CACHE_ALL | ARMDMA_CACHE_OUTER_FIRST, off, len);
}

static void fill(uint8_t *p, uint8_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		cpu_set(p + i, v);
}

/* ---- towards the device ------------------------------------------------ */

static void store_without_clean_does_not_reach_dram(void **state)
{
	struct fixture f = start();

	(void)state;
	cpu_set(f.cpu, 7);
	assert_int_equal(rig_phys8(f.hw, RIG_BASE), 0);
	assert_true(rig_line(f.hw, RIG_BASE).dirty);
	clean(&f, ARMDMA_CACHE_ALL, 0, 1);
	assert_int_equal(rig_phys8(f.hw, RIG_BASE), 7);
	assert_false(rig_line(f.hw, RIG_BASE).dirty);
	armdma_hw_destroy(f.hw);
}

static void missing_outer_clean_leaves_data_in_the_outer_cache(void **state)
{
	struct fixture f = start();
	struct armdma_line_state st;

	(void)state;
	cpu_set(f.cpu, 7);
	clean(&f, ARMDMA_CACHE_INNER, 0, L);
	st = rig_line(f.hw, RIG_BASE);
	assert_false(st.dirty);
	assert_true(st.outer_dirty);
	assert_int_equal(rig_phys8(f.hw, RIG_BASE), 0);
	clean(&f, ARMDMA_CACHE_OUTER, 0, L);
	assert_int_equal(rig_phys8(f.hw, RIG_BASE), 7);
	assert_false(rig_line(f.hw, RIG_BASE).outer_dirty);
	armdma_hw_destroy(f.hw);
}

static void outer_clean_before_inner_clean_misses_the_store(void **state)
{
	struct fixture f = start();

	(void)state;
	cpu_set(f.cpu, 7);
	clean(&f, ARMDMA_CACHE_OUTER, 0, L);
	clean(&f, ARMDMA_CACHE_INNER, 0, L);
	assert_int_equal(rig_phys8(f.hw, RIG_BASE), 0);
	assert_true(rig_line(f.hw, RIG_BASE).outer_dirty);

	cpu_set(f.cpu + L, 8);
	clean(&f, ARMDMA_CACHE_ALL | ARMDMA_CACHE_OUTER_FIRST, L, L);
	assert_int_equal(rig_phys8(f.hw, RIG_BASE + L), 0);
	armdma_hw_destroy(f.hw);
}

static void store_between_inner_and_outer_clean_stays_dirty(void **state)
{
	struct fixture f = start();

	(void)state;
	cpu_set(f.cpu, 1);
	clean(&f, ARMDMA_CACHE_INNER, 0, L);
	cpu_set(f.cpu, 2);
	clean(&f, ARMDMA_CACHE_OUTER, 0, L);
	assert_int_equal(rig_phys8(f.hw, RIG_BASE), 1);
	assert_true(rig_line(f.hw, RIG_BASE).dirty);
	clean(&f, ARMDMA_CACHE_ALL, 0, L);
	assert_int_equal(rig_phys8(f.hw, RIG_BASE), 2);
	armdma_hw_destroy(f.hw);
}

static void clean_rounds_out_to_lines_and_works_on_one_at_least(void **state)
{
	struct fixture f = start();

	(void)state;
	fill(f.cpu, 9, 4 * L);
	clean(&f, ARMDMA_CACHE_ALL, L + 31, 2);
	assert_int_equal(rig_phys8(f.hw, RIG_BASE), 0);
	assert_int_equal(rig_phys8(f.hw, RIG_BASE + L), 9);
	assert_int_equal(rig_phys8(f.hw, RIG_BASE + 3 * L - 1), 9);
	assert_int_equal(rig_phys8(f.hw, RIG_BASE + 3 * L), 0);
	clean(&f, ARMDMA_CACHE_ALL, 0, 0);
	assert_int_equal(rig_phys8(f.hw, RIG_BASE), 9);
	armdma_hw_destroy(f.hw);
}

static void range_that_begins_before_ram_works_on_what_is_ram(void **state)
{
	struct fixture f = start();

	(void)state;
	cpu_set(f.cpu, 3);
	armdma_hw_cache_op(f.hw, ARMDMA_CACHE_ALL, ARMDMA_CACHE_CLEAN, RIG_BASE - 64, 65);
	assert_int_equal(rig_phys8(f.hw, RIG_BASE), 3);
	armdma_hw_cache_op(f.hw, ARMDMA_CACHE_ALL, ARMDMA_CACHE_CLEAN, RIG_BASE - 64, 64);
	armdma_hw_cache_op(f.hw, ARMDMA_CACHE_ALL, ARMDMA_CACHE_FLUSH, RIG_BASE + RIG_RAM - 32, SIZE_MAX);
	armdma_hw_cache_op(f.hw, ARMDMA_CACHE_ALL, ARMDMA_CACHE_FLUSH, RIG_BASE + RIG_RAM, 64);
	armdma_hw_cache_op(f.hw, ARMDMA_CACHE_ALL, ARMDMA_CACHE_INVALIDATE, 0, 64);
	armdma_hw_destroy(f.hw);
}

/* ---- towards the CPU --------------------------------------------------- */

static void masters_write_is_stale_until_both_levels_are_invalidated(void **state)
{
	struct fixture f = start();

	(void)state;
	cpu_set(f.cpu, 1);
	clean(&f, ARMDMA_CACHE_ALL, 0, L);
	rig_master8(f.hw, RIG_BASE, 5);
	assert_int_equal(cpu_get(f.cpu), 1);
	assert_true(rig_line(f.hw, RIG_BASE).stale);
	assert_false(rig_line(f.hw, RIG_BASE).dirty);
	for_cpu(&f, 0, L);
	assert_int_equal(cpu_get(f.cpu), 5);
	assert_false(rig_line(f.hw, RIG_BASE).stale);
	armdma_hw_destroy(f.hw);
}

static void missing_outer_invalidate_refills_the_old_line(void **state)
{
	struct fixture f = start();

	(void)state;
	rig_master8(f.hw, RIG_BASE, 5);
	invalidate(&f, ARMDMA_CACHE_INNER, 0, L);
	assert_int_equal(cpu_get(f.cpu), 0);
	assert_true(rig_line(f.hw, RIG_BASE).stale);
	armdma_hw_destroy(f.hw);
}

static void missing_inner_invalidate_leaves_the_old_line(void **state)
{
	struct fixture f = start();

	(void)state;
	rig_master8(f.hw, RIG_BASE, 5);
	invalidate(&f, ARMDMA_CACHE_OUTER, 0, L);
	assert_int_equal(cpu_get(f.cpu), 0);
	assert_true(rig_line(f.hw, RIG_BASE).stale);
	invalidate(&f, ARMDMA_CACHE_INNER, 0, L);
	assert_int_equal(cpu_get(f.cpu), 5);
	armdma_hw_destroy(f.hw);
}

static void inner_invalidate_before_outer_refills_from_the_stale_outer_line(void **state)
{
	struct fixture f = start();

	(void)state;
	rig_master8(f.hw, RIG_BASE, 5);
	invalidate(&f, ARMDMA_CACHE_INNER, 0, L);
	invalidate(&f, ARMDMA_CACHE_OUTER, 0, L);
	assert_int_equal(cpu_get(f.cpu), 0);

	rig_master8(f.hw, RIG_BASE + L, 6);
	invalidate(&f, ARMDMA_CACHE_ALL, L, L);
	assert_int_equal(cpu_get(f.cpu + L), 0);
	invalidate(&f, ARMDMA_CACHE_INNER, 0, 2 * L);
	assert_int_equal(cpu_get(f.cpu), 5);
	assert_int_equal(cpu_get(f.cpu + L), 6);
	armdma_hw_destroy(f.hw);
}

static void outer_dirty_line_hides_a_masters_write_and_is_called_stale(void **state)
{
	struct fixture f = start();
	struct armdma_line_state st;

	(void)state;
	cpu_set(f.cpu, 1);
	clean(&f, ARMDMA_CACHE_INNER, 0, L);
	rig_master8(f.hw, RIG_BASE + 1, 5);
	invalidate(&f, ARMDMA_CACHE_INNER, 0, L);
	st = rig_line(f.hw, RIG_BASE);
	assert_true(st.stale);
	assert_true(st.outer_dirty);
	assert_int_equal(cpu_get(f.cpu), 1);
	assert_int_equal(cpu_get(f.cpu + 1), 0);
	/* The late outer clean destroys what the master wrote. */
	clean(&f, ARMDMA_CACHE_OUTER, 0, L);
	assert_int_equal(rig_phys8(f.hw, RIG_BASE), 1);
	assert_int_equal(rig_phys8(f.hw, RIG_BASE + 1), 0);
	armdma_hw_destroy(f.hw);
}

static void invalidate_drops_the_cpus_stores(void **state)
{
	struct fixture f = start();

	(void)state;
	cpu_set(f.cpu, 1);
	invalidate(&f, ARMDMA_CACHE_ALL, 0, L);
	assert_int_equal(cpu_get(f.cpu), 0);
	assert_false(rig_line(f.hw, RIG_BASE).dirty);
	armdma_hw_destroy(f.hw);
}

static void partial_line_written_by_a_master_shows_whole_after_invalidate(void **state)
{
	struct fixture f = start();
	static const uint8_t data[40] = { [0] = 1, [19] = 2, [20] = 3, [39] = 4 };

	(void)state;
	fill(f.cpu, 9, 4 * L);
	clean(&f, ARMDMA_CACHE_ALL, 0, 4 * L);
	mem_write(f.hw, RIG_BASE + 44, data, sizeof(data));
	assert_int_equal(cpu_get(f.cpu + 44), 9);
	for_cpu(&f, L, 2 * L);
	assert_int_equal(cpu_get(f.cpu + 43), 9);
	assert_memory_equal(f.cpu + 44, data, sizeof(data));
	assert_int_equal(cpu_get(f.cpu + 84), 9);
	armdma_hw_destroy(f.hw);
}

/* ---- both write -------------------------------------------------------- */

static void conflict_written_back_loses_the_masters_bytes(void **state)
{
	struct fixture f = start();
	struct armdma_line_state st;

	(void)state;
	cpu_set(f.cpu, 1);
	rig_master8(f.hw, RIG_BASE + 4, 5);
	st = rig_line(f.hw, RIG_BASE);
	assert_true(st.dirty);
	assert_true(st.stale);
	clean(&f, ARMDMA_CACHE_ALL, 0, L);
	assert_int_equal(rig_phys8(f.hw, RIG_BASE), 1);
	assert_int_equal(rig_phys8(f.hw, RIG_BASE + 4), 0);
	armdma_hw_destroy(f.hw);
}

static void conflict_invalidated_loses_the_cpus_bytes(void **state)
{
	struct fixture f = start();

	(void)state;
	rig_master8(f.hw, RIG_BASE + 4, 5);
	cpu_set(f.cpu, 1);
	for_cpu(&f, 0, L);
	assert_int_equal(cpu_get(f.cpu), 0);
	assert_int_equal(cpu_get(f.cpu + 4), 5);
	armdma_hw_destroy(f.hw);
}

static void clean_line_is_never_written_back_over_a_masters_data(void **state)
{
	struct fixture f = start();

	(void)state;
	cpu_set(f.cpu, 0);	/* the value already there */
	rig_master8(f.hw, RIG_BASE, 5);
	clean(&f, ARMDMA_CACHE_ALL, 0, L);
	assert_int_equal(rig_phys8(f.hw, RIG_BASE), 5);
	armdma_hw_evict(f.hw, RIG_BASE);
	assert_int_equal(cpu_get(f.cpu), 5);
	armdma_hw_destroy(f.hw);
}

static void touched_line_is_written_back_though_no_byte_changed(void **state)
{
	struct fixture f = start();

	(void)state;
	armdma_hw_touch(f.hw, f.cpu, 1);
	assert_true(rig_line(f.hw, RIG_BASE).dirty);
	assert_false(rig_line(f.hw, RIG_BASE + L).dirty);
	rig_master8(f.hw, RIG_BASE, 5);
	clean(&f, ARMDMA_CACHE_ALL, 0, L);
	assert_int_equal(rig_phys8(f.hw, RIG_BASE), 0);
	/* Both lines of a touch that crosses; addresses outside are ignored. */
	armdma_hw_touch(f.hw, f.cpu + 2 * L - 1, 2);
	assert_true(rig_line(f.hw, RIG_BASE + L).dirty);
	assert_true(rig_line(f.hw, RIG_BASE + 2 * L).dirty);
	armdma_hw_touch(f.hw, &f, sizeof(f));
	armdma_hw_destroy(f.hw);
}

static void eviction_writes_back_and_refills(void **state)
{
	struct fixture f = start();

	(void)state;
	cpu_set(f.cpu, 1);
	armdma_hw_evict(f.hw, RIG_BASE + 5);
	assert_int_equal(rig_phys8(f.hw, RIG_BASE), 1);
	rig_master8(f.hw, RIG_BASE, 2);
	armdma_hw_evict(f.hw, RIG_BASE);
	assert_int_equal(cpu_get(f.cpu), 2);
	/* Inner data that is in the outer cache goes down as well. */
	cpu_set(f.cpu, 3);
	clean(&f, ARMDMA_CACHE_INNER, 0, 1);
	armdma_hw_evict(f.hw, RIG_BASE);
	assert_int_equal(rig_phys8(f.hw, RIG_BASE), 3);
	armdma_hw_evict(f.hw, RIG_BASE + RIG_RAM);
	armdma_hw_destroy(f.hw);
}

/* ---- edge lines: a buffer [16, 80) that shares its first and last line -- */

static void neighbour_dirty_before_map_from_device_survives(void **state)
{
	struct fixture f = start();

	(void)state;
	cpu_set(f.cpu, 1);
	cpu_set(f.cpu + 81, 2);
	invalidate(&f, ARMDMA_CACHE_ALL, 16, 64);
	assert_int_equal(rig_phys8(f.hw, RIG_BASE), 1);
	assert_int_equal(rig_phys8(f.hw, RIG_BASE + 81), 2);
	assert_int_equal(cpu_get(f.cpu), 1);
	armdma_hw_destroy(f.hw);
}

static void neighbour_written_during_dma_destroys_the_edge_of_the_data(void **state)
{
	struct fixture f = start();
	uint8_t data[64];

	(void)state;
	memset(data, 7, sizeof(data));
	invalidate(&f, ARMDMA_CACHE_ALL, 16, 64);
	cpu_set(f.cpu, 1);
	mem_write(f.hw, RIG_BASE + 16, data, sizeof(data));
	/* Outer first: the edge line is dirty in the inner cache alone, so it ends in the outer one. */
	for_cpu(&f, 16, 64);
	assert_int_equal(cpu_get(f.cpu), 1);
	assert_int_equal(cpu_get(f.cpu + 16), 0);
	assert_int_equal(cpu_get(f.cpu + 31), 0);
	assert_int_equal(cpu_get(f.cpu + 32), 7);
	assert_int_equal(cpu_get(f.cpu + 79), 7);
	assert_true(rig_line(f.hw, RIG_BASE).outer_dirty);
	armdma_hw_destroy(f.hw);
}

static void neighbour_only_read_during_dma_does_no_harm(void **state)
{
	struct fixture f = start();
	uint8_t data[64];

	(void)state;
	memset(data, 7, sizeof(data));
	invalidate(&f, ARMDMA_CACHE_ALL, 16, 64);
	assert_int_equal(cpu_get(f.cpu), 0);
	mem_write(f.hw, RIG_BASE + 16, data, sizeof(data));
	for_cpu(&f, 16, 64);
	assert_memory_equal(f.cpu + 16, data, sizeof(data));
	armdma_hw_destroy(f.hw);
}

static void evicted_edge_line_overwrites_the_data_with_old_bytes(void **state)
{
	struct fixture f = start();
	uint8_t data[64];

	(void)state;
	memset(data, 7, sizeof(data));
	invalidate(&f, ARMDMA_CACHE_ALL, 16, 64);
	cpu_set(f.cpu, 1);
	mem_write(f.hw, RIG_BASE + 16, data, sizeof(data));
	armdma_hw_evict(f.hw, RIG_BASE);
	assert_int_equal(rig_phys8(f.hw, RIG_BASE + 16), 0);
	assert_int_equal(rig_phys8(f.hw, RIG_BASE + 32), 7);
	armdma_hw_destroy(f.hw);
}

static void unmap_of_one_buffer_cleans_stale_bytes_over_its_neighbour_buffer(void **state)
{
	struct fixture f = start();
	uint8_t a = 7, b = 8;

	(void)state;
	/* Two one-byte buffers in one line; the CPU writes beside them while both are mapped. */
	invalidate(&f, ARMDMA_CACHE_ALL, 0, 1);
	invalidate(&f, ARMDMA_CACHE_ALL, 16, 1);
	cpu_set(f.cpu + 24, 1);
	mem_write(f.hw, RIG_BASE, &a, 1);
	mem_write(f.hw, RIG_BASE + 16, &b, 1);
	for_cpu(&f, 0, 1);
	for_cpu(&f, 16, 1);
	assert_int_equal(rig_phys8(f.hw, RIG_BASE), 0);
	assert_int_equal(rig_phys8(f.hw, RIG_BASE + 16), 0);
	armdma_hw_destroy(f.hw);
}

static void aligned_buffer_loses_what_the_cpu_wrote_during_dma(void **state)
{
	struct fixture f = start();
	uint8_t data[64];

	(void)state;
	memset(data, 7, sizeof(data));
	cpu_set(f.cpu, 1);
	mem_write(f.hw, RIG_BASE, data, sizeof(data));
	for_cpu(&f, 0, 64);
	assert_memory_equal(f.cpu, data, sizeof(data));
	armdma_hw_destroy(f.hw);
}

static void start_and_end_in_one_line_is_one_edge(void **state)
{
	struct fixture f = start();

	(void)state;
	cpu_set(f.cpu, 1);
	cpu_set(f.cpu + 31, 2);
	invalidate(&f, ARMDMA_CACHE_ALL, 8, 8);
	assert_int_equal(rig_phys8(f.hw, RIG_BASE), 1);
	assert_int_equal(rig_phys8(f.hw, RIG_BASE + 31), 2);
	armdma_hw_destroy(f.hw);
}

/* ---- other caches ------------------------------------------------------ */

static void line_of_64_bytes_shares_64_bytes(void **state)
{
	struct armdma_config cfg = rig_config();
	struct fixture f;

	(void)state;
	cfg.inner_line = cfg.outer_line = 64;
	f = start_with(&cfg);
	cpu_set(f.cpu + 63, 1);
	cpu_set(f.cpu + 64, 2);
	clean(&f, ARMDMA_CACHE_ALL, 0, 1);
	assert_int_equal(rig_phys8(f.hw, RIG_BASE + 63), 1);
	assert_int_equal(rig_phys8(f.hw, RIG_BASE + 64), 0);
	armdma_hw_destroy(f.hw);
}

static void absent_line_shows_a_masters_write_at_once(void **state)
{
	struct armdma_config cfg = rig_config();
	struct fixture f;

	(void)state;
	cfg.cache_policy = ARMDMA_CACHE_NON_SPECULATING;
	f = start_with(&cfg);
	rig_master8(f.hw, RIG_BASE, 1);
	assert_int_equal(cpu_get(f.cpu), 0);
	invalidate(&f, ARMDMA_CACHE_ALL, 0, L);
	assert_true(rig_line(f.hw, RIG_BASE).absent);
	rig_master8(f.hw, RIG_BASE, 5);
	assert_int_equal(cpu_get(f.cpu), 5);
	/* A store brings the line in. */
	cpu_set(f.cpu + 1, 6);
	assert_false(rig_line(f.hw, RIG_BASE).absent);
	rig_master8(f.hw, RIG_BASE, 7);
	assert_int_equal(cpu_get(f.cpu), 5);
	clean(&f, ARMDMA_CACHE_ALL, 0, L);
	assert_int_equal(rig_phys8(f.hw, RIG_BASE), 5);
	assert_int_equal(rig_phys8(f.hw, RIG_BASE + 1), 6);
	armdma_hw_destroy(f.hw);
}

static void line_absent_from_the_inner_cache_alone_reads_the_outer_one(void **state)
{
	struct armdma_config cfg = rig_config();
	struct fixture f;

	(void)state;
	cfg.cache_policy = ARMDMA_CACHE_NON_SPECULATING;
	f = start_with(&cfg);
	invalidate(&f, ARMDMA_CACHE_INNER, 0, L);
	assert_false(rig_line(f.hw, RIG_BASE).absent);
	rig_master8(f.hw, RIG_BASE, 5);
	assert_int_equal(cpu_get(f.cpu), 0);
	invalidate(&f, ARMDMA_CACHE_OUTER, 0, L);
	assert_int_equal(cpu_get(f.cpu), 5);
	armdma_hw_destroy(f.hw);
}

static void touched_absent_line_is_dirty_again(void **state)
{
	struct armdma_config cfg = rig_config();
	struct fixture f;

	(void)state;
	cfg.cache_policy = ARMDMA_CACHE_NON_SPECULATING;
	f = start_with(&cfg);
	invalidate(&f, ARMDMA_CACHE_ALL, 0, L);
	armdma_hw_touch(f.hw, f.cpu, 1);
	rig_master8(f.hw, RIG_BASE, 5);
	assert_int_equal(cpu_get(f.cpu), 0);
	clean(&f, ARMDMA_CACHE_ALL, 0, L);
	assert_int_equal(rig_phys8(f.hw, RIG_BASE), 0);
	armdma_hw_destroy(f.hw);
}

static void without_undo_lines_a_store_into_a_written_line_is_not_seen_as_dirty(void **state)
{
	struct armdma_config cfg = rig_config();
	struct fixture f;
	uint8_t v = 0;

	(void)state;
	cfg.undo = false;
	f = start_with(&cfg);
	cpu_set(f.cpu, 1);
	assert_true(rig_line(f.hw, RIG_BASE).dirty);
	rig_master8(f.hw, RIG_BASE + 4, 5);
	assert_false(rig_line(f.hw, RIG_BASE).dirty);
	assert_true(rig_line(f.hw, RIG_BASE).stale);
	clean(&f, ARMDMA_CACHE_ALL, 0, L);
	assert_int_equal(rig_phys8(f.hw, RIG_BASE), 0);
	assert_int_equal(rig_phys8(f.hw, RIG_BASE + 4), 5);
	for_cpu(&f, 0, L);
	assert_int_equal(cpu_get(f.cpu + 4), 5);

	/* Levels maintained apart need a base; what was marked before must not look dirty by it. */
	rig_master8(f.hw, RIG_BASE + 2 * L, 6);
	cpu_set(f.cpu + 3 * L, 1);
	clean(&f, ARMDMA_CACHE_INNER, 3 * L, L);
	invalidate(&f, ARMDMA_CACHE_OUTER, 3 * L, L);
	rig_master8(f.hw, RIG_BASE + 4 * L, 7);
	assert_false(rig_line(f.hw, RIG_BASE + 2 * L).dirty);
	assert_false(rig_line(f.hw, RIG_BASE + 4 * L).dirty);
	armdma_hw_cache_op(f.hw, ARMDMA_CACHE_ALL, ARMDMA_CACHE_CLEAN, RIG_BASE, RIG_PAGE);
	mem_read(f.hw, RIG_BASE + 2 * L, &v, 1);
	assert_int_equal(v, 6);
	mem_read(f.hw, RIG_BASE + 4 * L, &v, 1);
	assert_int_equal(v, 7);
	armdma_hw_destroy(f.hw);
}

static void coherent_master_reads_the_newest_and_is_seen_at_once(void **state)
{
	struct fixture f = start();
	uint8_t v;

	(void)state;
	cpu_set(f.cpu, 1);
	mem_read_coherent(f.hw, RIG_BASE, &v, 1);
	assert_int_equal(v, 1);
	clean(&f, ARMDMA_CACHE_INNER, 0, L);
	mem_read_coherent(f.hw, RIG_BASE, &v, 1);
	assert_int_equal(v, 1);
	rig_master8(f.hw, RIG_BASE + L, 2);
	mem_read_coherent(f.hw, RIG_BASE + L, &v, 1);
	assert_int_equal(v, 2);
	v = 9;
	cpu_set(f.cpu + 1, 3);
	mem_write_coherent(f.hw, RIG_BASE, &v, 1);
	assert_int_equal(cpu_get(f.cpu), 9);
	assert_int_equal(cpu_get(f.cpu + 1), 3);
	assert_int_equal(rig_phys8(f.hw, RIG_BASE), 9);
	assert_int_equal(rig_phys8(f.hw, RIG_BASE + 1), 3);
	assert_false(rig_line(f.hw, RIG_BASE).dirty);
	armdma_hw_destroy(f.hw);
}

static void zero_flush_clears_everywhere_and_part_of_a_page_spares_the_rest(void **state)
{
	struct fixture f = start();

	(void)state;
	fill(f.cpu, 1, 2 * RIG_PAGE);
	rig_master8(f.hw, RIG_BASE + 8, 4);
	armdma_hw_zero_flush(f.hw, RIG_BASE, RIG_PAGE + 40);
	assert_int_equal(cpu_get(f.cpu), 0);
	assert_int_equal(rig_phys8(f.hw, RIG_BASE + 8), 0);
	assert_false(rig_line(f.hw, RIG_BASE).dirty);
	assert_int_equal(cpu_get(f.cpu + RIG_PAGE + 39), 0);
	assert_int_equal(cpu_get(f.cpu + RIG_PAGE + 40), 1);
	assert_int_equal(rig_phys8(f.hw, RIG_BASE + RIG_PAGE + 40), 1);
	assert_true(rig_line(f.hw, RIG_BASE + RIG_PAGE + 64).dirty);
	armdma_hw_destroy(f.hw);
}

static void zero_cached_is_a_store_by_the_cpu(void **state)
{
	struct fixture f = start();

	(void)state;
	cpu_set(f.cpu, 1);
	cpu_set(f.cpu + 100, 1);
	clean(&f, ARMDMA_CACHE_ALL, 0, RIG_PAGE);
	armdma_hw_zero_cached(f.hw, RIG_BASE, 64);
	assert_int_equal(cpu_get(f.cpu), 0);
	assert_int_equal(rig_phys8(f.hw, RIG_BASE), 1);
	assert_true(rig_line(f.hw, RIG_BASE).dirty);
	assert_int_equal(cpu_get(f.cpu + 100), 1);
	armdma_hw_destroy(f.hw);
}

static void views_refuse_addresses_outside_ram_and_do_nothing(void **state)
{
	struct fixture f = start();
	struct armdma_line_state st;
	uint8_t buf[8] = { 1, 1, 1, 1, 1, 1, 1, 1 };
	armdma_phys_t end = RIG_BASE + RIG_RAM;

	(void)state;
	assert_int_equal(armdma_hw_phys_write(f.hw, end - 4, buf, 8), -EFAULT);
	assert_int_equal(rig_phys8(f.hw, end - 4), 0);
	assert_int_equal(armdma_hw_phys_read(f.hw, end - 4, buf, 8), -EFAULT);
	assert_int_equal(armdma_hw_phys_read(f.hw, RIG_BASE - 1, buf, 8), -EFAULT);
	assert_int_equal(armdma_hw_cache_read(f.hw, end, buf, 1), -EFAULT);
	assert_int_equal(armdma_hw_line_state(f.hw, end, &st), -EFAULT);
	assert_int_equal(buf[0], 1);
	assert_int_equal(armdma_hw_phys_write(f.hw, end - 4, buf, 4), 0);
	assert_int_equal(rig_phys8(f.hw, end - 1), 1);
	assert_null(mem_peek(f.hw, end));
	assert_int_equal(*(const uint8_t *)mem_peek(f.hw, end - 1), 1);
	armdma_hw_destroy(f.hw);
}

#define T(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(store_without_clean_does_not_reach_dram),
		T(missing_outer_clean_leaves_data_in_the_outer_cache),
		T(outer_clean_before_inner_clean_misses_the_store),
		T(store_between_inner_and_outer_clean_stays_dirty),
		T(clean_rounds_out_to_lines_and_works_on_one_at_least),
		T(range_that_begins_before_ram_works_on_what_is_ram),
		T(masters_write_is_stale_until_both_levels_are_invalidated),
		T(missing_outer_invalidate_refills_the_old_line),
		T(missing_inner_invalidate_leaves_the_old_line),
		T(inner_invalidate_before_outer_refills_from_the_stale_outer_line),
		T(outer_dirty_line_hides_a_masters_write_and_is_called_stale),
		T(invalidate_drops_the_cpus_stores),
		T(partial_line_written_by_a_master_shows_whole_after_invalidate),
		T(conflict_written_back_loses_the_masters_bytes),
		T(conflict_invalidated_loses_the_cpus_bytes),
		T(clean_line_is_never_written_back_over_a_masters_data),
		T(touched_line_is_written_back_though_no_byte_changed),
		T(eviction_writes_back_and_refills),
		T(neighbour_dirty_before_map_from_device_survives),
		T(neighbour_written_during_dma_destroys_the_edge_of_the_data),
		T(neighbour_only_read_during_dma_does_no_harm),
		T(evicted_edge_line_overwrites_the_data_with_old_bytes),
		T(unmap_of_one_buffer_cleans_stale_bytes_over_its_neighbour_buffer),
		T(aligned_buffer_loses_what_the_cpu_wrote_during_dma),
		T(start_and_end_in_one_line_is_one_edge),
		T(line_of_64_bytes_shares_64_bytes),
		T(absent_line_shows_a_masters_write_at_once),
		T(line_absent_from_the_inner_cache_alone_reads_the_outer_one),
		T(touched_absent_line_is_dirty_again),
		T(without_undo_lines_a_store_into_a_written_line_is_not_seen_as_dirty),
		T(coherent_master_reads_the_newest_and_is_seen_at_once),
		T(zero_flush_clears_everywhere_and_part_of_a_page_spares_the_rest),
		T(zero_cached_is_a_store_by_the_cpu),
		T(views_refuse_addresses_outside_ram_and_do_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
