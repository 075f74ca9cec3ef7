/* SPDX-License-Identifier: BSD-2-Clause */
/* Prefetch buffers of 3.0 to 6.x: whom they serve, what they save, and that they never answer wrong. */
#include <errno.h>

#include "tests/sysmmu_rig.h"

#define RW RIG_RW
#define PAGES(n) ((uint32_t)(n) << 12)
#define VA 0x12300000u
#define NR_PAGES 64u
#define AHEAD (ARMDMA_SYSMMU_PB_CFG_ENABLE | ARMDMA_SYSMMU_PB_CFG_PREFETCH | ARMDMA_SYSMMU_PB_CFG_TLB_UPDATE)
#define DEFAULT (AHEAD | ARMDMA_SYSMMU_PB_CFG_ASCENDING)

/* Registers of versions whose buffers are selected by INDICATE. */
struct pb_regs {
	uint32_t lmm, indicate, cfg, start, end;
};

static const struct pb_regs *pb_regs_of(uint32_t version)
{
	static const struct pb_regs v33 = { 0x404, 0x408, 0x40C, 0x410, 0x414 };
	static const struct pb_regs v5 = { 0x300, 0x308, 0x310, 0x320, 0x328 };

	if (version == ARMDMA_SYSMMU_V3_3)
		return &v33;
	return version == ARMDMA_SYSMMU_V5_0 || version == ARMDMA_SYSMMU_V5_1 || version == ARMDMA_SYSMMU_V6_0 ?
		       &v5 : NULL;
}

static void program(struct rig *r, uint32_t buffer, uint32_t start, uint32_t end, uint32_t cfg)
{
	const struct pb_regs *p = pb_regs_of(r->version);

	rig_w(r, p->indicate, buffer);
	rig_w(r, p->start, start);
	rig_w(r, p->end, end);
	rig_w(r, p->cfg, cfg);
}

/* A unit with one entry in its TLB, so that every other page misses it; page n is mapped to 0x5AB00000 + n. */
static void open_small(struct rig *r, uint32_t version)
{
	struct armdma_config cfg = rig_config(version);

	cfg.sysmmus[0].tlb_entries = 1;
	rig_open(r, &cfg);
	for (uint32_t p = 0; p < NR_PAGES; p++)
		rig_map_4k(r, VA + PAGES(p), 0x5AB00000 + PAGES(p), RW);
}

static void read_pages(struct rig *r, uint32_t first, uint32_t n)
{
	for (uint32_t p = first; p < first + n; p++)
		rig_assert_maps(r, VA + PAGES(p), 0x5AB00000 + PAGES(p));
}

static struct armdma_hw_stats stats_of(struct rig *r)
{
	struct armdma_hw_stats st = { 0 };

	sysmmu_stats(r->mmu, &st);
	return st;
}

static void range_is_inclusive_at_both_ends(void **state)
{
	(void)state;
	for (size_t i = 0; i < RIG_NR_VERSIONS; i++) {
		struct armdma_hw_stats st;
		struct check c;
		struct rig r;
		uint32_t v;

		if (!pb_regs_of(rig_versions[i]))
			continue;
		open_small(&r, rig_versions[i]);
		check_begin(&c, r.hw, r.hw->cfg.sysmmus[0].name, RIG_REGS);
		rig_enable(&r, 0);
		program(&r, 0, VA + 0x1004, VA + 0x2FF8, DEFAULT);
		assert_int_equal(rig_read(&r, VA + 0x1000, &v), 0);
		rig_flush(&r);
		assert_int_equal(rig_read(&r, VA + 0x2FFC, &v), 0);
		assert_int_equal(stats_of(&r).pb_lookups, 0);
		rig_flush(&r);
		assert_int_equal(rig_read(&r, VA + 0x1004, &v), 0);
		rig_flush(&r);
		assert_int_equal(rig_read(&r, VA + 0x2FF8, &v), 0);
		/* The other channel has no buffer. */
		rig_flush(&r);
		assert_int_equal(rig_write(&r, VA + 0x1004, 1), 0);
		st = stats_of(&r);
		assert_int_equal(st.pb_lookups, 2);
		assert_int_equal(st.pb_misses, 2);
		check_passed(&c, 20, ((struct check_need[]){ { ARMDMA_EV_TLB_FILL, 5 }, { ARMDMA_EV_WALK, 10 }, { 0, 0 } }));
		check_end(&c);
		rig_free(&r);
	}
}

/* Walker fetches that 64 pages in a row cost. */
static uint64_t reads_in_a_row(uint32_t version, uint32_t cfg, bool down)
{
	struct rig r;
	uint64_t reads;

	open_small(&r, version);
	rig_enable(&r, 0);
	program(&r, 0, VA, VA + 0xFFFFF, cfg);
	for (uint32_t p = 0; p < NR_PAGES; p++)
		read_pages(&r, down ? NR_PAGES - 1 - p : p, 1);
	reads = stats_of(&r).pb_misses;
	rig_free(&r);
	return reads;
}

static void wrong_direction_loses_the_benefit_but_never_correctness(void **state)
{
	(void)state;
	for (size_t i = 0; i < RIG_NR_VERSIONS; i++) {
		uint32_t version = rig_versions[i];
		struct check c;
		struct rig r;

		if (!pb_regs_of(version))
			continue;
		open_small(&r, version);
		check_begin(&c, r.hw, r.hw->cfg.sysmmus[0].name, RIG_REGS);
		/* Ahead of the stream only the first block is waited for; else each of the four is. */
		assert_int_equal(reads_in_a_row(version, DEFAULT, false), 1);
		assert_int_equal(reads_in_a_row(version, AHEAD, true), 1);
		assert_int_equal(reads_in_a_row(version, AHEAD, false), 4);
		assert_int_equal(reads_in_a_row(version, DEFAULT, true), 4);
		rig_enable(&r, 0);
		program(&r, 0, VA, VA + 0xFFFFF, AHEAD);
		read_pages(&r, 0, NR_PAGES);
		assert_int_equal(stats_of(&r).pb_misses, 4);
		check_passed(&c, 20, ((struct check_need[]){ { ARMDMA_EV_TLB_FILL, NR_PAGES }, { ARMDMA_EV_WALK, 8 },
							     { ARMDMA_EV_BUS_READ, NR_PAGES }, { 0, 0 } }));
		check_end(&c);
		rig_free(&r);
	}
}

/* Blocks that 64 pages in a row take, of a buffer of `size` descriptors. */
static void expect_blocks(uint32_t version, uint32_t cfg, uint32_t end_reg, uint32_t blocks)
{
	struct armdma_hw_stats st;
	struct check c;
	struct rig r;

	open_small(&r, version);
	check_begin(&c, r.hw, r.hw->cfg.sysmmus[0].name, RIG_REGS);
	rig_enable(&r, cfg);
	rig_w(&r, end_reg, 0xFFFFFFFE);
	read_pages(&r, 0, NR_PAGES);
	st = stats_of(&r);
	assert_int_equal(st.pb_lookups, NR_PAGES);
	assert_int_equal(st.pb_misses, blocks);
	assert_int_equal(st.walks, blocks);
	check_passed(&c, 20, ((struct check_need[]){ { ARMDMA_EV_TLB_FILL, NR_PAGES }, { ARMDMA_EV_WALK, 2 * blocks },
						     { 0, 0 } }));
	check_end(&c);
	rig_free(&r);
}

static void buffers_of_3_0_to_3_2_are_combined_by_cfg(void **state)
{
	const uint32_t end30 = ARMDMA_SYSMMU_V30_REG_PB_END(0), end32 = ARMDMA_SYSMMU_V32_REG_PB_END(0);
	const uint32_t pb0 = ARMDMA_SYSMMU_CFG_PB(0);

	(void)state;
	expect_blocks(ARMDMA_SYSMMU_V3_0, ARMDMA_SYSMMU_CFG_PB_MODE(1), end30, 4);
	expect_blocks(ARMDMA_SYSMMU_V3_1, ARMDMA_SYSMMU_CFG_PB_MODE(1), end30, 4);
	expect_blocks(ARMDMA_SYSMMU_V3_1, ARMDMA_SYSMMU_CFG_PB_MODE(3), end30, 2);
	expect_blocks(ARMDMA_SYSMMU_V3_2, pb0, end32, 4);
	expect_blocks(ARMDMA_SYSMMU_V3_2, pb0 | ARMDMA_SYSMMU_CFG_PB_01, end32, 2);
	expect_blocks(ARMDMA_SYSMMU_V3_2, pb0 | ARMDMA_SYSMMU_CFG_PB_ALL, end32, 1);
	expect_blocks(ARMDMA_SYSMMU_V3_2, ARMDMA_SYSMMU_CFG_PB(2), ARMDMA_SYSMMU_V32_REG_PB_END(2), 2);
}

/* Without TLB_UPDATE the buffer answers each burst; the TLB keeps what it has. */
static void hits_fill_the_tlb_only_when_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < RIG_NR_VERSIONS; i++) {
		struct armdma_hw_stats st;
		struct rig_xfer x;
		struct rig r;

		if (!pb_regs_of(rig_versions[i]))
			continue;
		open_small(&r, rig_versions[i]);
		rig_enable(&r, 0);
		program(&r, 0, VA, VA + 0xFFFFF, DEFAULT & ~ARMDMA_SYSMMU_PB_CFG_TLB_UPDATE);
		read_pages(&r, 0, 1);
		/* A page of 32 bursts, all of them by the buffer; then the first one by the TLB. */
		rig_start(&r, &x, false, VA + PAGES(1), 4096);
		armdma_hw_advance(r.hw, 10000);
		assert_true(x.ended);
		st = stats_of(&r);
		assert_int_equal(st.pb_lookups, 1 + 32);
		assert_int_equal(st.pb_misses, 1);
		read_pages(&r, 0, 1);
		assert_int_equal(stats_of(&r).pb_lookups, 1 + 32);
		rig_free(&r);
	}
}

static void invalidation_reaches_what_is_buffered(void **state)
{
	(void)state;
	for (size_t i = 0; i < RIG_NR_VERSIONS; i++) {
		struct rig r;

		if (!pb_regs_of(rig_versions[i]))
			continue;
		open_small(&r, rig_versions[i]);
		rig_enable(&r, 0);
		program(&r, 0, VA, VA + 0xFFFFF, DEFAULT);
		read_pages(&r, 0, 1);
		rig_map_4k(&r, VA + PAGES(3), 0x5AC03000, RW);
		rig_map_4k(&r, VA + PAGES(4), 0x5AC04000, RW);
		rig_assert_maps(&r, VA + PAGES(3), 0x5AB03000);
		rig_flush_entry(&r, VA + PAGES(3));
		rig_assert_maps(&r, VA + PAGES(3), 0x5AC03000);
		rig_flush(&r);
		rig_assert_maps(&r, VA + PAGES(4), 0x5AC04000);
		rig_free(&r);
	}
}

static void layout_preset_takes_buffers_away(void **state)
{
	static const struct { uint32_t nr, layout, left; } rows[] = {
		{ 3, 0, 3 }, { 3, 1, 2 }, { 4, 0, 4 }, { 4, 2, 2 }, { 4, 3, 1 }, { 6, 1, 5 }, { 6, 4, 3 }, { 6, 5, 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct armdma_config cfg = rig_config(ARMDMA_SYSMMU_V5_0);
		struct rig r;
		uint32_t v;

		cfg.sysmmus[0].prefetch_buffers = rows[i].nr;
		rig_open(&r, &cfg);
		rig_map_1m(&r, VA, 0x5AB00000, RW);
		rig_enable(&r, 0);
		assert_int_equal(rig_r(&r, ARMDMA_SYSMMU_V5_REG_PB_INFO), rows[i].nr);
		assert_int_equal(rig_r(&r, ARMDMA_SYSMMU_V5_REG_CAPA) >> 20, rows[i].nr);
		rig_w(&r, ARMDMA_SYSMMU_V5_REG_PB_LMM, rows[i].layout);
		for (uint32_t b = 0; b < rows[i].nr; b++) {
			uint64_t before = stats_of(&r).pb_lookups;

			program(&r, b, VA, VA + 0xFFFFF, DEFAULT);
			rig_flush(&r);
			assert_int_equal(rig_read(&r, VA, &v), 0);
			assert_int_equal(stats_of(&r).pb_lookups - before, b < rows[i].left);
			program(&r, b, 0, 0, 0);
		}
		rig_free(&r);
	}
}

static void v6_buffer_is_chosen_by_axi_id(void **state)
{
	struct bus_translation tr;
	struct bus_xfer x = { .id = 0x123 };
	struct rig r;

	(void)state;
	open_small(&r, ARMDMA_SYSMMU_V6_0);
	rig_enable(&r, 0);
	/* An address range that does not fit: the ID decides. */
	program(&r, 1, 0, 0, DEFAULT | ARMDMA_SYSMMU_PB_CFG_BY_ID);
	rig_w(&r, ARMDMA_SYSMMU_V6_REG_PB_AXI_ID, 0x0FF00120);
	assert_int_equal(rig_r(&r, ARMDMA_SYSMMU_V6_REG_PB_GRP_STATE), 1);
	assert_int_equal(r.mmu->port.ops->translate(&r.mmu->port, &x, VA, 1, &tr), BUS_GO);
	assert_int_equal(stats_of(&r).pb_lookups, 1);
	x.id = 0x223;
	assert_int_equal(r.mmu->port.ops->translate(&r.mmu->port, &x, VA + PAGES(20), 1, &tr), BUS_GO);
	assert_int_equal(stats_of(&r).pb_lookups, 1);
	/* The sub-buffers can be looked at: 16 valid descriptors, and those fetched ahead. */
	assert_int_equal(rig_r(&r, ARMDMA_SYSMMU_V6_REG_SPB_START_VPN(0)), VA >> 12);
	assert_int_equal(rig_r(&r, ARMDMA_SYSMMU_V6_REG_SPB_END_VPN(0)), (VA >> 12) + 15);
	assert_int_equal(rig_r(&r, ARMDMA_SYSMMU_V6_REG_SPB_VALID(0)), 0xFFFF);
	assert_int_equal(rig_r(&r, ARMDMA_SYSMMU_V6_REG_SPB_START_VPN(1)), (VA >> 12) + 16);
	rig_free(&r);
}

static void contents_can_be_read_where_there_are_registers_for_it(void **state)
{
	struct rig r;

	(void)state;
	open_small(&r, ARMDMA_SYSMMU_V3_1);
	rig_enable(&r, ARMDMA_SYSMMU_CFG_PB_MODE(3));
	rig_w(&r, ARMDMA_SYSMMU_V30_REG_PB_END(0), 0xFFFFFFFE);
	read_pages(&r, 0, 1);
	rig_w(&r, ARMDMA_SYSMMU_V30_REG_PB_SELECT(0), 31 << 4 | 1);
	assert_int_equal(rig_r(&r, ARMDMA_SYSMMU_V30_REG_PB_DATA(0)), rig_word(&r, 12, 0x5AB1F000, RW));
	rig_free(&r);
	open_small(&r, ARMDMA_SYSMMU_V3_2);
	rig_enable(&r, ARMDMA_SYSMMU_CFG_PB(1));
	rig_w(&r, ARMDMA_SYSMMU_V32_REG_PB_END(1), 0xFFFFFFFE);
	read_pages(&r, 20, 1);
	assert_int_equal(rig_r(&r, ARMDMA_SYSMMU_V32_REG_PB_VA(1)), VA + PAGES(16));
	assert_int_equal(rig_r(&r, ARMDMA_SYSMMU_V32_REG_PB_VA(0)), 0);
	rig_w(&r, ARMDMA_SYSMMU_V32_REG_PB_SELECT(1), 4 << 4 | 1);
	assert_int_equal(rig_r(&r, ARMDMA_SYSMMU_V32_REG_PB_DATA(1)), rig_word(&r, 12, 0x5AB14000, RW));
	rig_free(&r);
	open_small(&r, ARMDMA_SYSMMU_V3_3);
	rig_enable(&r, 0);
	program(&r, 0, VA, VA + 0xFFFFF, DEFAULT);
	read_pages(&r, 16, 1);
	rig_w(&r, ARMDMA_SYSMMU_V33_REG_PB_INDICATE, 0);
	assert_int_equal(rig_r(&r, ARMDMA_SYSMMU_V33_REG_SPB_BASE_VPN), (VA >> 12) + 16);
	rig_w(&r, ARMDMA_SYSMMU_V33_REG_PB_INDICATE, ARMDMA_SYSMMU_PB_INDICATE_SUB1);
	assert_int_equal(rig_r(&r, ARMDMA_SYSMMU_V33_REG_SPB_BASE_VPN), (VA >> 12) + 32);
	rig_free(&r);
}

/* ---- Counters ------------------------------------------------------------------ */

/* Event numbers of the read channel: look-ups, misses; from 3.3 on also of the cache of level-1 descriptors. */
static void counters_of_buffers_and_descriptors_match_the_trace(void **state)
{
	(void)state;
	for (size_t i = 0; i < RIG_NR_VERSIONS; i++) {
		uint32_t version = rig_versions[i], v;
		bool v33 = version == ARMDMA_SYSMMU_V3_3;
		uint64_t walks_seen, flpd_hits;
		struct check c;
		struct rig r;

		if (!pb_regs_of(version))
			continue;
		open_small(&r, version);
		rig_map_4k(&r, VA + 0x100000, 0x5AD00000, RW);
		rig_enable(&r, ARMDMA_SYSMMU_CFG_FLPDCACHE);
		program(&r, 0, VA, VA + 0xFFFFF, ARMDMA_SYSMMU_PB_CFG_ENABLE | ARMDMA_SYSMMU_PB_CFG_TLB_UPDATE);
		check_begin(&c, r.hw, r.hw->cfg.sysmmus[0].name, RIG_REGS);
		rig_w(&r, r.regs->event, v33 ? ARMDMA_SYSMMU_V33_EVENT_PB_LOOKUP(0) : ARMDMA_SYSMMU_V5_EVENT_PB_LOOKUP);
		rig_w(&r, r.regs->event + 4, v33 ? ARMDMA_SYSMMU_V33_EVENT_PB_MISS(0) : ARMDMA_SYSMMU_V5_EVENT_PB_MISS);
		rig_w(&r, r.regs->event + 8,
		      v33 ? ARMDMA_SYSMMU_V33_EVENT_FLPD_MISS(0) : ARMDMA_SYSMMU_V5_EVENT_FLPD_MISS);
		rig_w(&r, r.regs->cnten_set, 7);
		rig_w(&r, r.regs->pmnc, 1);
		read_pages(&r, 0, NR_PAGES);
		/* A second MiB, without a buffer. */
		assert_int_equal(rig_read(&r, VA + 0x100000, &v), 0);
		assert_int_equal(rig_r(&r, r.regs->counter), NR_PAGES);
		assert_int_equal(rig_r(&r, r.regs->counter + r.regs->counter_step), NR_PAGES / 16);
		/* Each fetch of the walker is an event: 5 walks of two, less what the cache answered. */
		walks_seen = c.events[ARMDMA_EV_WALK];
		flpd_hits = 2 * (NR_PAGES / 16 + 1) - walks_seen;
		assert_int_equal(rig_r(&r, r.regs->counter + 2 * r.regs->counter_step), NR_PAGES / 16 + 1 - flpd_hits);
		check_passed(&c, 32, ((struct check_need[]){ { ARMDMA_EV_WALK, 6 }, { ARMDMA_EV_TLB_FILL, NR_PAGES + 1 },
							     { 0, 0 } }));
		check_end(&c);
		rig_free(&r);
	}
}

static void prefetch_that_keeps_the_walker_busy_is_counted(void **state)
{
	struct rig r;
	uint32_t v;

	(void)state;
	open_small(&r, ARMDMA_SYSMMU_V5_0);
	rig_map_4k(&r, VA + 0x200000, 0x5AD00000, RW);
	rig_enable(&r, 0);
	program(&r, 0, VA, VA + 0xFFFFF, DEFAULT);
	rig_w(&r, r.regs->event, ARMDMA_SYSMMU_V5_EVENT_PREFETCH_BLOCKS);
	rig_w(&r, r.regs->event + 4, ARMDMA_SYSMMU_V5_EVENT_PREFETCH_CYCLES);
	rig_w(&r, r.regs->cnten_set, 3);
	rig_w(&r, r.regs->pmnc, 1);
	read_pages(&r, 0, 1);
	/* Straight away a page that no buffer serves: its walk waits for the one that runs ahead. */
	assert_int_equal(rig_read(&r, VA + 0x200000, &v), 0);
	assert_int_equal(rig_r(&r, r.regs->counter), 1);
	assert_in_range(rig_r(&r, r.regs->counter + 4), 1, 2 * r.hw->cfg.costs.mem_read);
	rig_free(&r);
}

int main(void)
{
	checklist_start("sysmmu_prefetch");

	const struct CMUnitTest tests[] = {
		cmocka_unit_test(range_is_inclusive_at_both_ends),
		cmocka_unit_test(wrong_direction_loses_the_benefit_but_never_correctness),
		cmocka_unit_test(buffers_of_3_0_to_3_2_are_combined_by_cfg),
		cmocka_unit_test(hits_fill_the_tlb_only_when_told),
		cmocka_unit_test(invalidation_reaches_what_is_buffered),
		cmocka_unit_test(layout_preset_takes_buffers_away),
		cmocka_unit_test(v6_buffer_is_chosen_by_axi_id),
		cmocka_unit_test(contents_can_be_read_where_there_are_registers_for_it),
		cmocka_unit_test(counters_of_buffers_and_descriptors_match_the_trace),
		cmocka_unit_test(prefetch_that_keeps_the_walker_busy_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
