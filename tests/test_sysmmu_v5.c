/* SPDX-License-Identifier: BSD-2-Clause */
/* What came with 5.x and later: invalidation of ranges, faults that end it, locked TLB entries, an optional second level. */
#include <errno.h>

#include "tests/sysmmu_rig.h"

#define RW RIG_RW
#define PAGES(n) ((uint32_t)(n) << 12)
#define VA 0x12340000u

static void stale(struct rig *r, uint32_t page)
{
	rig_assert_maps(r, VA + PAGES(page), 0x5AB00000 + PAGES(page));
}

static void fresh(struct rig *r, uint32_t page)
{
	rig_assert_maps(r, VA + PAGES(page), 0x5AC00000 + PAGES(page));
}

static void map_all(struct rig *r, uint32_t pa)
{
	for (uint32_t p = 0; p < 32; p += 4)
		rig_map_4k(r, VA + PAGES(p), pa + PAGES(p), RW);
}

static void flush_range(struct rig *r, uint32_t start, uint32_t end)
{
	rig_w(r, r->regs->range_start, start);
	rig_w(r, r->regs->range_end, end);
	rig_w(r, r->regs->flush_range, 1);
}

/* Without blocking, both ends in the range, whatever their low bits are. */
static void range(struct rig *r)
{
	if (r->regs->flush_range == RIG_NO_REG) {
		r->skipped = true;
		return;
	}
	map_all(r, 0x5AB00000);
	rig_enable(r, 0);
	for (uint32_t p = 0; p < 32; p += 4)
		stale(r, p);
	map_all(r, 0x5AC00000);
	/* Programming the ends alone does nothing, nor does a write without the go bit. */
	rig_w(r, r->regs->range_start, VA + PAGES(4));
	rig_w(r, r->regs->range_end, VA + PAGES(12));
	rig_w(r, r->regs->flush_range, 0);
	stale(r, 4);
	/* The last page's start, as Linux names it. */
	flush_range(r, VA + PAGES(4), VA + PAGES(12));
	stale(r, 0);
	fresh(r, 4);
	fresh(r, 8);
	fresh(r, 12);
	stale(r, 16);
	/* The last byte, as vendor kernels do. */
	flush_range(r, VA + PAGES(16) + 0x123, VA + PAGES(21) - 1);
	fresh(r, 16);
	fresh(r, 20);
	stale(r, 24);
	flush_range(r, VA + PAGES(28), VA + PAGES(24));
	stale(r, 24);
	stale(r, 28);
	assert_int_equal(r->logs, 0);
}

static void range_invalidation_includes_its_end_and_works_unblocked(void **state)
{
	(void)state;
	SHOWS_LINE(21, range, { ARMDMA_EV_TLB_INV, 4 }, { ARMDMA_EV_TLB_FILL, 13 });
}

static void v50_has_no_range(struct rig *r)
{
	if (r->version != ARMDMA_SYSMMU_V5_0) {
		r->skipped = true;
		return;
	}
	map_all(r, 0x5AB00000);
	rig_enable(r, 0);
	stale(r, 0);
	map_all(r, 0x5AC00000);
	/* Where 5.1 has it. */
	rig_w(r, ARMDMA_SYSMMU_V5_REG_FLUSH_START, 0);
	rig_w(r, ARMDMA_SYSMMU_V5_REG_FLUSH_END, 0xFFFFFFFF);
	rig_w(r, ARMDMA_SYSMMU_V5_REG_FLUSH_RANGE, 1);
	assert_int_equal(r->logs, 3);
	stale(r, 0);
}

static void v50_has_no_range_invalidation(void **state)
{
	(void)state;
	SHOWS_LINE(21, v50_has_no_range, { ARMDMA_EV_REG_WRITE, 8 }, { ARMDMA_EV_TLB_FILL, 1 });
}

static void large_pages_go_when_a_range_touches_them(void **state)
{
	(void)state;
	for (size_t i = 0; i < RIG_NR_VERSIONS; i++) {
		struct rig r;

		rig_new(&r, rig_versions[i]);
		if (r.regs->flush_range != RIG_NO_REG) {
			rig_map_64k(&r, VA, 0x5AB00000, RW);
			rig_enable(&r, 0);
			stale(&r, 1);
			stale(&r, 9);
			rig_map_64k(&r, VA, 0x5AC00000, RW);
			flush_range(&r, VA + PAGES(15), VA + PAGES(20));
			fresh(&r, 1);
			fresh(&r, 9);
		}
		rig_free(&r);
	}
}

/* ---- Faults of 5.x ------------------------------------------------------------ */

static void fault_is_the_end_of_the_transaction_on_5x(void **state)
{
	static const uint32_t versions[] = { ARMDMA_SYSMMU_V5_0, ARMDMA_SYSMMU_V5_1 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct armdma_config cfg = rig_config(versions[i]);
		struct rig_xfer bad, behind, other;
		struct check c;
		struct rig r;

		cfg.sysmmus[0].recovers = false;
		rig_open(&r, &cfg);
		check_begin(&c, r.hw, r.hw->cfg.sysmmus[0].name, RIG_REGS);
		rig_map_4k(&r, VA, 0x5AB00000, RW);
		rig_enable(&r, 0);
		rig_start_held(&r, &bad, false, VA + PAGES(1));
		rig_start(&r, &behind, false, VA, 4);
		rig_map_4k(&r, VA + PAGES(1), 0x5AB01000, RW);
		rig_resume(&r, FAULT_PAGE, false);
		/* The unit runs again, the other channel works; what was held stays, and what is behind it. */
		rig_start(&r, &other, true, VA, 4);
		armdma_hw_advance(r.hw, 1000);
		assert_true(other.ended);
		assert_false(bad.ended);
		assert_false(behind.ended);
		assert_int_equal(rig_status(&r), 0);
		assert_false(armdma_hw_irq_level(r.hw, RIG_IRQ));
		/* Resetting the master is what helps. */
		bus_master_reset(r.m);
		rig_assert_maps(&r, VA + PAGES(1), 0x5AB01000);
		check_passed(&c, 12, ((struct check_need[]){ { ARMDMA_EV_FAULT, 1 }, { ARMDMA_EV_IRQ_LEVEL, 2 },
							     { ARMDMA_EV_BUS_WRITE, 1 }, { 0, 0 } }));
		check_end(&c);
		rig_free(&r);
	}
}

/* ---- Locked entries --------------------------------------------------------------- */

static uint32_t attr_of(struct rig *r, uint32_t index)
{
	rig_w(r, ARMDMA_SYSMMU_V5_REG_TLB_READ, index);
	return rig_r(r, ARMDMA_SYSMMU_V5_REG_TLB_ATTR);
}

static void v51_direct_fetch_locks_entries_until_released(void **state)
{
	struct armdma_config cfg = rig_config(ARMDMA_SYSMMU_V5_1);
	struct rig r;
	uint64_t walks;

	(void)state;
	cfg.sysmmus[0].tlb_entries = 4;
	rig_open(&r, &cfg);
	map_all(&r, 0x5AB00000);
	rig_enable(&r, 0);
	rig_w(&r, ARMDMA_SYSMMU_V51_REG_DIRECT_FETCH, VA);
	rig_w(&r, ARMDMA_SYSMMU_V51_REG_DIRECT_FETCH, VA + PAGES(4));
	assert_int_equal(rig_r(&r, ARMDMA_SYSMMU_V51_REG_DIRECT_FETCH_NUM), 2);
	armdma_hw_advance(r.hw, 1000);
	assert_int_equal(rig_r(&r, ARMDMA_SYSMMU_V51_REG_DIRECT_FETCH_NUM), 0);
	assert_int_equal(attr_of(&r, 0), ARMDMA_SYSMMU_V5_TLB_ATTR_VALID | ARMDMA_SYSMMU_V5_TLB_ATTR_LOCKED);
	assert_int_equal(rig_r(&r, ARMDMA_SYSMMU_V5_REG_TLB_VPN), VA >> 12);
	assert_int_equal(rig_r(&r, ARMDMA_SYSMMU_V5_REG_TLB_PPN), 0x5AB00);
	walks = r.mmu->walks;
	for (uint32_t p = 8; p < 32; p += 4)
		stale(&r, p);
	stale(&r, 0);
	stale(&r, 4);
	assert_int_equal(r.mmu->walks, walks + 6);
	assert_true(sysmmu_tlb_validate(&r.mmu->tlb));
	rig_w(&r, ARMDMA_SYSMMU_V5_REG_TLB_CTRL, 1);
	assert_int_equal(attr_of(&r, 0), ARMDMA_SYSMMU_V5_TLB_ATTR_VALID);
	assert_true(sysmmu_tlb_validate(&r.mmu->tlb));
	for (uint32_t p = 8; p < 32; p += 4)
		stale(&r, p);
	walks = r.mmu->walks;
	stale(&r, 0);
	assert_int_equal(r.mmu->walks, walks + 1);
	rig_free(&r);
}

static void v51_direct_fetch_queue_holds_8_and_the_last_entry_is_never_locked(void **state)
{
	struct armdma_config cfg = rig_config(ARMDMA_SYSMMU_V5_1);
	unsigned int locked = 0;
	struct rig r;

	(void)state;
	cfg.sysmmus[0].tlb_entries = 4;
	rig_open(&r, &cfg);
	map_all(&r, 0x5AB00000);
	rig_enable(&r, 0);
	for (uint32_t i = 0; i < 12; i++)
		rig_w(&r, ARMDMA_SYSMMU_V51_REG_DIRECT_FETCH, VA + PAGES(4 * (i % 8)));
	assert_in_range(rig_r(&r, ARMDMA_SYSMMU_V51_REG_DIRECT_FETCH_NUM), 6, 8);
	armdma_hw_advance(r.hw, 10000);
	for (uint32_t i = 0; i < 4; i++)
		locked += !!(attr_of(&r, i) & ARMDMA_SYSMMU_V5_TLB_ATTR_LOCKED);
	assert_int_equal(locked, 3);
	/* A page that is not mapped is no fault. */
	rig_w(&r, ARMDMA_SYSMMU_V51_REG_DIRECT_FETCH, 0x77777000);
	armdma_hw_advance(r.hw, 1000);
	assert_int_equal(rig_status(&r), 0);
	stale(&r, 28);
	rig_flush(&r);
	assert_int_equal(attr_of(&r, 0), 0);
	assert_true(sysmmu_tlb_validate(&r.mmu->tlb));
	rig_free(&r);
}

/* ---- Capabilities and the second level ------------------------------------------- */

static void second_level_is_there_when_configured_and_on_when_switched_on(void **state)
{
	static const uint32_t versions[] = { ARMDMA_SYSMMU_V5_0, ARMDMA_SYSMMU_V5_1, ARMDMA_SYSMMU_V6_0 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct armdma_config cfg = rig_config(versions[i]);
		struct rig r;

		cfg.sysmmus[0].tlb_entries = 2;
		rig_open(&r, &cfg);
		assert_int_equal(ARMDMA_SYSMMU_V5_CAPA_TLB(rig_r(&r, ARMDMA_SYSMMU_V5_REG_CAPA)), 2);
		rig_w(&r, ARMDMA_SYSMMU_V5_REG_TLB2_CFG, 1);
		map_all(&r, 0x5AB00000);
		rig_enable(&r, 0);
		stale(&r, 0);
		stale(&r, 4);
		stale(&r, 8);
		stale(&r, 0);
		assert_int_equal(r.mmu->walks, 4);
		rig_free(&r);
		cfg.sysmmus[0].tlb2_sets = 16;
		cfg.sysmmus[0].tlb2_ways = 4;
		rig_open(&r, &cfg);
		if (versions[i] == ARMDMA_SYSMMU_V6_0)
			assert_true(ARMDMA_SYSMMU_V6_CAPA_1_TLB2(rig_r(&r, ARMDMA_SYSMMU_V6_REG_CAPA_1)));
		else
			assert_int_equal(ARMDMA_SYSMMU_V5_CAPA_TLB2(rig_r(&r, ARMDMA_SYSMMU_V5_REG_CAPA)), 64);
		map_all(&r, 0x5AB00000);
		rig_map_64k(&r, VA + PAGES(16), 0x5AB10000, RW);
		rig_w(&r, ARMDMA_SYSMMU_V5_REG_TLB2_CFG, 1);
		rig_enable(&r, 0);
		for (int turn = 0; turn < 3; turn++)
			for (uint32_t p = 0; p < 16; p += 4)
				stale(&r, p);
		assert_int_equal(r.mmu->walks, 4);
		/* A large page that sits in several sets goes with one invalidation, unlike on 2.x. */
		for (uint32_t p = 17; p < 24; p++)
			stale(&r, p);
		rig_map_64k(&r, VA + PAGES(16), 0x5AC10000, RW);
		rig_flush_entry(&r, VA + PAGES(30));
		for (uint32_t p = 17; p < 24; p++)
			fresh(&r, p);
		rig_free(&r);
	}
}

static void v6_second_level_can_be_read(void **state)
{
	struct armdma_config cfg = rig_config(ARMDMA_SYSMMU_V6_0);
	struct rig r;

	(void)state;
	cfg.sysmmus[0].tlb2_sets = 16;
	cfg.sysmmus[0].tlb2_ways = 4;
	rig_open(&r, &cfg);
	map_all(&r, 0x5AB00000);
	rig_w(&r, ARMDMA_SYSMMU_V5_REG_TLB2_CFG, 1);
	rig_enable(&r, 0);
	stale(&r, 4);
	stale(&r, 20);
	rig_w(&r, ARMDMA_SYSMMU_V6_REG_TLB2_READ, 1 << 8 | 4);
	assert_int_equal(rig_r(&r, ARMDMA_SYSMMU_V6_REG_TLB2_VPN), (VA >> 12) + 20);
	assert_int_equal(rig_r(&r, ARMDMA_SYSMMU_V6_REG_TLB2_PPN), 0x5AB14);
	assert_int_equal(rig_r(&r, ARMDMA_SYSMMU_V6_REG_TLB2_ATTR), ARMDMA_SYSMMU_V5_TLB_ATTR_VALID);
	rig_w(&r, ARMDMA_SYSMMU_V6_REG_TLB2_READ, 2 << 8 | 4);
	assert_int_equal(rig_r(&r, ARMDMA_SYSMMU_V6_REG_TLB2_ATTR), 0);
	rig_free(&r);
}

int main(void)
{
	checklist_start("sysmmu_v5");

	const struct CMUnitTest tests[] = {
		cmocka_unit_test(range_invalidation_includes_its_end_and_works_unblocked),
		cmocka_unit_test(v50_has_no_range_invalidation),
		cmocka_unit_test(large_pages_go_when_a_range_touches_them),
		cmocka_unit_test(fault_is_the_end_of_the_transaction_on_5x),
		cmocka_unit_test(v51_direct_fetch_locks_entries_until_released),
		cmocka_unit_test(v51_direct_fetch_queue_holds_8_and_the_last_entry_is_never_locked),
		cmocka_unit_test(second_level_is_there_when_configured_and_on_when_switched_on),
		cmocka_unit_test(v6_second_level_can_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
