/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the silicon of 3.x does wrong, seen by a driver that knows nothing of it, and by one that does; and the cache of
 * level-1 descriptors of later versions.
 */
#include <errno.h>

#include "tests/sysmmu_rig.h"

#define RW RIG_RW
#define FLPDCACHE ARMDMA_SYSMMU_CFG_FLPDCACHE
#define PAGES(n) ((uint32_t)(n) << 12)
#define VA 0x12300000u
#define PB_DEFAULT (ARMDMA_SYSMMU_PB_CFG_ENABLE | ARMDMA_SYSMMU_PB_CFG_PREFETCH | \
		    ARMDMA_SYSMMU_PB_CFG_ASCENDING | ARMDMA_SYSMMU_PB_CFG_TLB_UPDATE)

static void open_unit(struct rig *r, struct check *c, uint32_t version, uint32_t errata_off)
{
	struct armdma_config cfg = rig_config(version);

	cfg.sysmmus[0].errata_off = errata_off;
	rig_open(r, &cfg);
	check_begin(c, r->hw, r->hw->cfg.sysmmus[0].name, RIG_REGS);
}

static void close_unit(struct rig *r, struct check *c)
{
	check_end(c);
	rig_free(r);
}

/* One buffer for everything, as drivers set it up that do not know better. */
static void enable_with_buffers(struct rig *r)
{
	if (r->version == ARMDMA_SYSMMU_V3_3) {
		rig_enable(r, 0);
		rig_w(r, ARMDMA_SYSMMU_V33_REG_PB_INDICATE, 0);
		rig_w(r, ARMDMA_SYSMMU_V33_REG_PB_START, 0);
		rig_w(r, ARMDMA_SYSMMU_V33_REG_PB_END, 0xFFFFFFFE);
		rig_w(r, ARMDMA_SYSMMU_V33_REG_PB_CFG, PB_DEFAULT);
		return;
	}
	if (r->version == ARMDMA_SYSMMU_V3_2) {
		rig_enable(r, ARMDMA_SYSMMU_CFG_PB(0) | ARMDMA_SYSMMU_CFG_PB_ALL);
		rig_w(r, ARMDMA_SYSMMU_V32_REG_PB_END(0), 0xFFFFFFFE);
		return;
	}
	rig_enable(r, ARMDMA_SYSMMU_CFG_PB_MODE(3));
	rig_w(r, ARMDMA_SYSMMU_V30_REG_PB_END(0), 0xFFFFFFFE);
}

/* Pages that one fetch after an access to the first one brings: on 3.3 two sub-buffers. */
static uint32_t reach_of(uint32_t version)
{
	return version == ARMDMA_SYSMMU_V3_2 ? 64 : 32;
}

static const uint32_t v3[] = { ARMDMA_SYSMMU_V3_0, ARMDMA_SYSMMU_V3_1, ARMDMA_SYSMMU_V3_2, ARMDMA_SYSMMU_V3_3 };

/* A mapping made `page` pages behind one that was used already. 0, or -ETIMEDOUT when it faults. */
static int map_and_read(struct rig *r, uint32_t page)
{
	uint32_t v;

	rig_map_4k(r, VA, 0x5AB00000, RW);
	enable_with_buffers(r);
	assert_int_equal(rig_read(r, VA + 8, &v), 0);
	rig_map_4k(r, VA + PAGES(page), 0x5AC00000, RW);
	return rig_read(r, VA + PAGES(page), &v);
}

static void neighbour_in_the_same_block_faults_until_it_is_invalidated(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		uint32_t reach = reach_of(v3[i]);
		const uint32_t pages[] = { 1, reach - 1 };

		for (size_t p = 0; p < 2; p++) {
			struct check c;
			struct rig r;

			open_unit(&r, &c, v3[i], 0);
			assert_int_equal(map_and_read(&r, pages[p]), -ETIMEDOUT);
			assert_int_equal(rig_status(&r), rig_bit(&r, FAULT_PAGE, false));
			assert_int_equal(rig_fault_va(&r, FAULT_PAGE, false), VA + PAGES(pages[p]));
			/* The table is right all the time: what was fetched with the first page answers. */
			rig_flush_entry(&r, VA + PAGES(pages[p]));
			rig_resume(&r, FAULT_PAGE, false);
			rig_assert_maps(&r, VA + PAGES(pages[p]), 0x5AC00000);
			check_passed(&c, 17, ((struct check_need[]){ { ARMDMA_EV_FAULT, 1 }, { ARMDMA_EV_WALK, 2 },
								     { ARMDMA_EV_TLB_INV, 2 }, { 0, 0 } }));
			close_unit(&r, &c);
		}
	}
}

static void regions_in_blocks_of_their_own_do_not_fault(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct check c;
		struct rig r;

		open_unit(&r, &c, v3[i], 0);
		assert_int_equal(map_and_read(&r, reach_of(v3[i])), 0);
		check_passed(&c, 17, ((struct check_need[]){ { ARMDMA_EV_TLB_FILL, 2 }, { ARMDMA_EV_WALK, 4 }, { 0, 0 } }));
		close_unit(&r, &c);
	}
}

/* 3.3 fetches ahead: what follows the end of a region by less than 128 KiB is fetched with it. */
static void v33_needs_a_hole_behind_a_region_as_well(void **state)
{
	static const struct { uint32_t page; int ret; } next[] = { { 32, -ETIMEDOUT }, { 64, 0 } };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct check c;
		struct rig r;
		uint32_t v;

		open_unit(&r, &c, ARMDMA_SYSMMU_V3_3, 0);
		/* A region whose last page is in the second half of its 128 KiB. */
		rig_map_4k(&r, VA + PAGES(31), 0x5AB00000, RW);
		enable_with_buffers(&r);
		assert_int_equal(rig_read(&r, VA + PAGES(31), &v), 0);
		rig_map_4k(&r, VA + PAGES(next[i].page), 0x5AC00000, RW);
		assert_int_equal(rig_read(&r, VA + PAGES(next[i].page), &v), next[i].ret);
		close_unit(&r, &c);
	}
}

static void without_buffers_or_the_erratum_nothing_is_kept(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct check c;
		struct rig r;
		uint32_t v;

		open_unit(&r, &c, v3[i], ARMDMA_SYSMMU_ERRATUM_FAULTY_PREFETCH);
		assert_int_equal(map_and_read(&r, 1), 0);
		close_unit(&r, &c);
		open_unit(&r, &c, v3[i], 0);
		rig_map_4k(&r, VA, 0x5AB00000, RW);
		rig_enable(&r, 0);
		assert_int_equal(rig_read(&r, VA, &v), 0);
		rig_map_4k(&r, VA + PAGES(1), 0x5AC00000, RW);
		assert_int_equal(rig_read(&r, VA + PAGES(1), &v), 0);
		close_unit(&r, &c);
	}
}

/* ---- Level-1 descriptors ---------------------------------------------------- */

#define OTHER (VA + 0x00200000u)	/* two MiB on, in the same 16 MiB */
#define ZERO_TABLE 0x40010000u

/* Use one MiB, then map in another; `prepare` fills the empty slots. */
static void use_one_and_map_another(struct rig *r, bool zero_link)
{
	uint32_t v;

	if (zero_link)
		for (uint32_t mib = 0; mib < 4096; mib++)
			rig_put32(r, RIG_L1 + 4 * mib, rig_pointer(r, ZERO_TABLE));
	rig_put32(r, rig_l1_slot(VA), 0);
	rig_map_4k(r, VA, 0x5AB00000, RW);
	rig_enable(r, FLPDCACHE);
	assert_int_equal(rig_read(r, VA, &v), 0);
	rig_put32(r, rig_l1_slot(OTHER), 0);
	rig_map_4k(r, OTHER, 0x5AC00000, RW);
}

static void v33_caches_empty_slots_around_and_no_invalidation_of_a_page_helps(void **state)
{
	struct check c;
	struct rig r;
	uint32_t v;

	(void)state;
	open_unit(&r, &c, ARMDMA_SYSMMU_V3_3, 0);
	use_one_and_map_another(&r, false);
	rig_flush_entry(&r, OTHER);
	assert_int_equal(rig_read(&r, OTHER, &v), -ETIMEDOUT);
	assert_int_equal(rig_status(&r), rig_bit(&r, FAULT_PAGE, false));
	assert_int_equal(rig_fault_va(&r, FAULT_PAGE, false), OTHER);
	rig_flush(&r);
	rig_resume(&r, FAULT_PAGE, false);
	rig_assert_maps(&r, OTHER, 0x5AC00000);
	check_passed(&c, 18, ((struct check_need[]){ { ARMDMA_EV_FAULT, 1 }, { ARMDMA_EV_TLB_INV, 3 },
						     { ARMDMA_EV_TLB_FILL, 2 }, { 0, 0 } }));
	close_unit(&r, &c);
}

static void v33_with_the_zero_link_an_invalidation_of_the_page_is_enough(void **state)
{
	struct check c;
	struct rig r;
	uint32_t v;

	(void)state;
	open_unit(&r, &c, ARMDMA_SYSMMU_V3_3, 0);
	use_one_and_map_another(&r, true);
	rig_flush_entry(&r, OTHER);
	rig_assert_maps(&r, OTHER, 0x5AC00000);
	check_passed(&c, 18, ((struct check_need[]){ { ARMDMA_EV_TLB_FILL, 2 }, { ARMDMA_EV_TLB_INV, 2 }, { 0, 0 } }));
	close_unit(&r, &c);
	/* And needed: the link was cached, too. */
	open_unit(&r, &c, ARMDMA_SYSMMU_V3_3, 0);
	use_one_and_map_another(&r, true);
	assert_int_equal(rig_read(&r, OTHER, &v), -ETIMEDOUT);
	close_unit(&r, &c);
}

static void v33_section_over_a_cached_zero_link_faults(void **state)
{
	struct check c;
	struct rig r;
	uint32_t v;

	(void)state;
	open_unit(&r, &c, ARMDMA_SYSMMU_V3_3, 0);
	use_one_and_map_another(&r, true);
	rig_map_1m(&r, OTHER, 0x5AD00000, RW);
	assert_int_equal(rig_read(&r, OTHER, &v), -ETIMEDOUT);
	rig_flush_entry(&r, OTHER);
	rig_resume(&r, FAULT_PAGE, false);
	rig_assert_maps(&r, OTHER + 0x54320, 0x5AD54320);
	close_unit(&r, &c);
}

static void only_v33_fills_the_cache_speculatively_and_only_with_the_erratum(void **state)
{
	(void)state;
	for (size_t i = 0; i < RIG_NR_VERSIONS; i++) {
		struct check c;
		struct rig r;
		uint32_t v;

		open_unit(&r, &c, rig_versions[i], ARMDMA_SYSMMU_ERRATUM_SPECULATIVE_FLPD);
		use_one_and_map_another(&r, false);
		assert_int_equal(rig_read(&r, OTHER, &v), 0);
		close_unit(&r, &c);
	}
}

static bool has_flpd(uint32_t version)
{
	return version == ARMDMA_SYSMMU_V3_2 || version == ARMDMA_SYSMMU_V3_3 ||
	       (ARMDMA_SYSMMU_VERSION_MAJOR(version) >= 5 && version != ARMDMA_SYSMMU_V1_0);
}

/* Far enough from the first page for lines of four. */
#define SECOND (VA + PAGES(8))

static void replace_the_table(struct rig *r)
{
	const uint32_t fresh = RIG_L2_FIRST + 60 * ARMDMA_SYSMMU_L2_SIZE;
	uint32_t v;

	rig_map_4k(r, VA, 0x5AB00000, RW);
	rig_map_4k(r, SECOND, 0x5AB01000, RW);
	rig_enable(r, FLPDCACHE);
	assert_int_equal(rig_read(r, VA, &v), 0);
	rig_put32(r, fresh + 4 * 8, rig_word(r, 12, 0x5AC01000, RW));
	rig_put32(r, rig_l1_slot(VA), rig_pointer(r, fresh));
}

static void replaced_table_without_flush_uses_the_old_one(void **state)
{
	(void)state;
	for (size_t i = 0; i < RIG_NR_VERSIONS; i++) {
		struct armdma_hw_stats st = { 0 };
		struct check c;
		struct rig r;

		open_unit(&r, &c, rig_versions[i], 0);
		replace_the_table(&r);
		rig_assert_maps(&r, SECOND, has_flpd(rig_versions[i]) ? 0x5AB01000 : 0x5AC01000);
		rig_flush(&r);
		rig_assert_maps(&r, SECOND, 0x5AC01000);
		sysmmu_stats(r.mmu, &st);
		assert_int_equal(st.flpd_hits, has_flpd(rig_versions[i]) ? 1 : 0);
		if (has_flpd(rig_versions[i]))
			check_passed(&c, 19, ((struct check_need[]){ { ARMDMA_EV_TLB_FILL, 3 }, { ARMDMA_EV_WALK, 5 },
								     { ARMDMA_EV_TLB_INV, 2 }, { 0, 0 } }));
		close_unit(&r, &c);
	}
}

static void invalidation_of_a_page_drops_its_pointer_on_3x_and_later_all_of_it_is_needed(void **state)
{
	(void)state;
	for (size_t i = 0; i < RIG_NR_VERSIONS; i++) {
		struct check c;
		struct rig r;

		if (!has_flpd(rig_versions[i]))
			continue;
		open_unit(&r, &c, rig_versions[i], 0);
		replace_the_table(&r);
		rig_flush_entry(&r, VA);
		rig_assert_maps(&r, SECOND, r.regs->wide ? 0x5AB01000 : 0x5AC01000);
		close_unit(&r, &c);
	}
}

static void without_the_erratum_a_changed_table_is_noticed(void **state)
{
	static const uint32_t versions[] = { ARMDMA_SYSMMU_V3_2, ARMDMA_SYSMMU_V3_3 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct check c;
		struct rig r;

		open_unit(&r, &c, versions[i], ARMDMA_SYSMMU_ERRATUM_STALE_FLPD);
		replace_the_table(&r);
		rig_assert_maps(&r, SECOND, 0x5AC01000);
		close_unit(&r, &c);
	}
}

static void without_cfg_bit_20_nothing_is_cached_but_on_7_4(void **state)
{
	(void)state;
	for (size_t i = 0; i < RIG_NR_VERSIONS; i++) {
		struct armdma_hw_stats st = { 0 };
		struct rig r;
		uint32_t v;

		rig_new(&r, rig_versions[i]);
		rig_map_4k(&r, VA, 0x5AB00000, RW);
		rig_map_4k(&r, SECOND, 0x5AB01000, RW);
		rig_enable(&r, 0);
		assert_int_equal(rig_read(&r, VA, &v), 0);
		assert_int_equal(rig_read(&r, SECOND, &v), 0);
		sysmmu_stats(r.mmu, &st);
		assert_int_equal(st.flpd_hits, rig_has_vm(&r) ? 1 : 0);
		rig_free(&r);
	}
}

int main(void)
{
	checklist_start("sysmmu_errata");

	const struct CMUnitTest tests[] = {
		cmocka_unit_test(neighbour_in_the_same_block_faults_until_it_is_invalidated),
		cmocka_unit_test(regions_in_blocks_of_their_own_do_not_fault),
		cmocka_unit_test(v33_needs_a_hole_behind_a_region_as_well),
		cmocka_unit_test(without_buffers_or_the_erratum_nothing_is_kept),
		cmocka_unit_test(v33_caches_empty_slots_around_and_no_invalidation_of_a_page_helps),
		cmocka_unit_test(v33_with_the_zero_link_an_invalidation_of_the_page_is_enough),
		cmocka_unit_test(v33_section_over_a_cached_zero_link_faults),
		cmocka_unit_test(only_v33_fills_the_cache_speculatively_and_only_with_the_erratum),
		cmocka_unit_test(replaced_table_without_flush_uses_the_old_one),
		cmocka_unit_test(invalidation_of_a_page_drops_its_pointer_on_3x_and_later_all_of_it_is_needed),
		cmocka_unit_test(without_the_erratum_a_changed_table_is_noticed),
		cmocka_unit_test(without_cfg_bit_20_nothing_is_cached_but_on_7_4),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
