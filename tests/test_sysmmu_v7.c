/* SPDX-License-Identifier: BSD-2-Clause */
/* What 7.x has of its own: lines of four pages, several TLBs, VM registers, terminated faults, read-out and emulated translations. */
#include <errno.h>

#include "tests/sysmmu_rig.h"

#define RW RIG_RW
#define PAGES(n) ((uint32_t)(n) << 12)
#define VA 0x12340000u

static const uint32_t v7[] = { ARMDMA_SYSMMU_V7_0, ARMDMA_SYSMMU_V7_2, ARMDMA_SYSMMU_V7_4 };

/* First register of the read-out ports, and of emulated translation. */
static uint32_t tlb_read_of(uint32_t version)
{
	return version == ARMDMA_SYSMMU_V7_0 ? 0x1000 : version == ARMDMA_SYSMMU_V7_2 ? 0x8000 : 0x3000;
}

static uint32_t sbb_read_of(uint32_t version)
{
	return version == ARMDMA_SYSMMU_V7_0 ? 0x1100 : version == ARMDMA_SYSMMU_V7_2 ? 0x8020 : 0x3020;
}

static uint32_t preload_of(uint32_t version)
{
	return version == ARMDMA_SYSMMU_V7_2 ? 0x8040 : 0x3040;
}

static void open_with(struct rig *r, struct check *c, const struct armdma_config *cfg)
{
	rig_open(r, cfg);
	check_begin(c, r->hw, r->hw->cfg.sysmmus[0].name, RIG_REGS);
}

static void close_unit(struct rig *r, struct check *c)
{
	check_end(c);
	rig_free(r);
}

static void wait_idle(struct rig *r)
{
	for (int i = 0; rig_r(r, ARMDMA_SYSMMU_REG_STATUS); i++)
		assert_true(i < 100);
}

static bool line_is(struct rig *r, uint32_t index, uint32_t vpn, uint32_t ppn)
{
	uint32_t port = tlb_read_of(r->version);

	rig_w(r, port, index);
	return rig_r(r, port + 0xC) >> 28 && rig_r(r, port + 4) == vpn && rig_r(r, port + 8) == ppn;
}

static bool line_is_empty(struct rig *r, uint32_t index)
{
	rig_w(r, tlb_read_of(r->version), index);
	return rig_r(r, tlb_read_of(r->version) + 0xC) >> 28 == 0;
}

static void emulate(struct rig *r, uint32_t va, bool write, uint32_t id)
{
	uint64_t walks = r->mmu->walks;

	wait_idle(r);
	rig_w(r, preload_of(r->version), va >> 12 | (write ? ARMDMA_SYSMMU_EMU_WRITE : 0));
	rig_w(r, preload_of(r->version) + 4, id);
	/* A hit is over before anybody looks. */
	if (r->mmu->walks != walks)
		assert_int_equal(rig_r(r, ARMDMA_SYSMMU_REG_STATUS), ARMDMA_SYSMMU_V7_STATUS_TRANSLATING);
	wait_idle(r);
}

static void emulated_translation_fills_a_line_that_can_be_read(void **state)
{
	(void)state;
	for (size_t i = 1; i < 3; i++) {
		struct armdma_config cfg = rig_config(v7[i]);
		struct check c;
		struct rig r;
		uint64_t reads;

		/* The display's unit of an Exynos850: its second TLB has one way of two sets. */
		cfg.sysmmus[0].nr_tlbs = 2;
		cfg.sysmmus[0].tlb_entries = 2;
		cfg.sysmmus[0].tlb_sets = 2;
		open_with(&r, &c, &cfg);
		for (uint32_t p = 4; p < 7; p++)
			rig_map_4k(&r, VA + PAGES(p), 0x5AB00000 + PAGES(p), RW);
		rig_enable(&r, 0);
		rig_w(&r, ARMDMA_SYSMMU_V7_REG_TLB_MATCH_CFG(1),
		      0xFFFFu << 16 | ARMDMA_SYSMMU_V7_TLB_MATCH_READ | ARMDMA_SYSMMU_V7_TLB_MATCH_WRITE);
		rig_w(&r, ARMDMA_SYSMMU_V7_REG_TLB_MATCH_ID(1), 2);
		assert_int_equal(rig_r(&r, ARMDMA_SYSMMU_V7_REG_TLB_INFO(1)), 1 | 2 << 16);
		assert_int_equal(ARMDMA_SYSMMU_V7_CAPA1_TLBS(rig_r(&r, ARMDMA_SYSMMU_V7_REG_CAPA1)), 2);
		emulate(&r, VA + PAGES(5), false, 2);
		/* Set 1 of TLB 1: pages 4 to 6, as one line; 7 is not mapped. */
		assert_true(line_is(&r, ARMDMA_SYSMMU_V7_TLB_INDEX(1, 1, 0, 1), (VA >> 12) + 5, 0x5AB05));
		assert_true(line_is(&r, ARMDMA_SYSMMU_V7_TLB_INDEX(1, 0, 0, 1), (VA >> 12) + 4, 0x5AB04));
		assert_true(line_is(&r, ARMDMA_SYSMMU_V7_TLB_INDEX(1, 2, 0, 1), (VA >> 12) + 6, 0x5AB06));
		assert_true(line_is_empty(&r, ARMDMA_SYSMMU_V7_TLB_INDEX(1, 3, 0, 1)));
		assert_true(line_is_empty(&r, ARMDMA_SYSMMU_V7_TLB_INDEX(1, 1, 0, 0)));
		assert_true(line_is_empty(&r, ARMDMA_SYSMMU_V7_TLB_INDEX(0, 1, 0, 1)));
		reads = r.mmu->walk_reads;
		emulate(&r, VA + PAGES(6), true, 2);
		assert_int_equal(r.mmu->walk_reads, reads);
		emulate(&r, VA + PAGES(6), true, 3);
		assert_true(line_is(&r, ARMDMA_SYSMMU_V7_TLB_INDEX(0, 2, 0, 1), (VA >> 12) + 6, 0x5AB06));
		check_passed(&c, 23, ((struct check_need[]){ { ARMDMA_EV_WALK, 3 }, { ARMDMA_EV_TLB_FILL, 6 }, { 0, 0 } }));
		close_unit(&r, &c);
	}
}

static void emulated_fault_is_told_and_holds_nobody(void **state)
{
	(void)state;
	for (size_t i = 1; i < 3; i++) {
		struct rig r;

		rig_new(&r, v7[i]);
		rig_map_4k(&r, VA, 0x5AB00000, RIG_RO);
		rig_enable(&r, ARMDMA_SYSMMU_CFG_EAP);
		emulate(&r, VA + PAGES(1), false, 7);
		assert_int_equal(rig_status(&r), rig_bit(&r, FAULT_PAGE, false));
		assert_int_equal(rig_fault_va(&r, FAULT_PAGE, false), VA + PAGES(1));
		assert_int_equal(ARMDMA_SYSMMU_TRANS_INFO_ID(rig_r(&r, r.regs->info[0])), 7);
		assert_true(armdma_hw_irq_level(r.hw, RIG_IRQ));
		rig_w(&r, r.regs->int_clear, 0xF);
		emulate(&r, VA, true, 7);
		assert_int_equal(rig_status(&r), rig_bit(&r, FAULT_ACCESS, true));
		assert_true(rig_r(&r, r.regs->info[0]) & ARMDMA_SYSMMU_TRANS_INFO_WRITE);
		rig_w(&r, r.regs->int_clear, 0xF);
		rig_assert_maps(&r, VA, 0x5AB00000);
		rig_free(&r);
	}
}

/* ---- VM registers -------------------------------------------------------------------- */

static void vm_control_is_needed_to_translate(void **state)
{
	struct check c;
	struct rig r;
	uint32_t v;
	struct armdma_config cfg = rig_config(ARMDMA_SYSMMU_V7_4);

	(void)state;
	open_with(&r, &c, &cfg);
	rig_map_4k(&r, 0x50001000, 0x5AB00000, RW);
	rig_put32(&r, 0x50001230, 0xCAFE);
	rig_put32(&r, 0x5AB00230, 0xF00D);
	rig_enable(&r, 0);
	rig_w(&r, ARMDMA_SYSMMU_VM_REG_CTRL, 0);
	assert_int_equal(rig_read(&r, 0x50001230, &v), 0);
	assert_int_equal(v, 0xCAFE);
	rig_w(&r, ARMDMA_SYSMMU_VM_REG_CTRL, ARMDMA_SYSMMU_CTRL_ENABLE);
	assert_int_equal(rig_read(&r, 0x50001230, &v), 0);
	assert_int_equal(v, 0xF00D);
	/* The registers of other flavours are not there. */
	assert_int_equal(r.logs, 0);
	rig_w(&r, ARMDMA_SYSMMU_V5_REG_FLUSH, 1);
	assert_int_equal(r.logs, 1);
	assert_true(rig_r(&r, ARMDMA_SYSMMU_V7_REG_CAPA1) & ARMDMA_SYSMMU_V7_CAPA1_VM);
	check_passed(&c, 22, ((struct check_need[]){ { ARMDMA_EV_TLB_FILL, 1 }, { ARMDMA_EV_BUS_READ, 2 }, { 0, 0 } }));
	close_unit(&r, &c);
}

static void without_the_stall_bit_a_fault_is_terminated_and_others_go_on(void **state)
{
	struct armdma_config cfg = rig_config(ARMDMA_SYSMMU_V7_4);
	struct rig_xfer bad, good;
	struct check c;
	struct rig r;

	(void)state;
	open_with(&r, &c, &cfg);
	rig_map_4k(&r, VA, 0x5AB00000, RW);
	rig_enable(&r, 0);
	rig_w(&r, ARMDMA_SYSMMU_VM_REG_CTRL, ARMDMA_SYSMMU_CTRL_ENABLE);
	memset(bad.buf, 0xEE, 8);
	rig_start(&r, &bad, false, VA + PAGES(1), 8);
	rig_start(&r, &good, false, VA, 4);
	armdma_hw_advance(r.hw, 1000);
	assert_true(bad.ended);
	assert_int_equal(bad.resp, ARMDMA_RESP_SLVERR);
	assert_int_equal(bad.bytes, 0);
	assert_memory_equal(bad.buf, "\0\0\0\0\0\0\0", 8);
	assert_true(good.ended);
	assert_int_equal(good.resp, ARMDMA_RESP_OKAY);
	assert_int_equal(rig_status(&r), rig_bit(&r, FAULT_PAGE, false));
	assert_int_equal(rig_fault_va(&r, FAULT_PAGE, false), VA + PAGES(1));
	assert_true(armdma_hw_irq_level(r.hw, RIG_IRQ));
	assert_int_equal(rig_r(&r, ARMDMA_SYSMMU_REG_STATUS) & ARMDMA_SYSMMU_STATUS_BLOCKED, 0);
	rig_w(&r, r.regs->int_clear, 0xF);
	assert_false(armdma_hw_irq_level(r.hw, RIG_IRQ));
	check_passed(&c, 22, ((struct check_need[]){ { ARMDMA_EV_FAULT, 1 }, { ARMDMA_EV_BUS_READ, 2 },
						     { ARMDMA_EV_IRQ_LEVEL, 2 }, { 0, 0 } }));
	close_unit(&r, &c);
}

static void with_the_stall_bit_it_is_held_and_everything_with_it(void **state)
{
	struct armdma_config cfg = rig_config(ARMDMA_SYSMMU_V7_4);
	struct rig_xfer bad, good;
	struct check c;
	struct rig r;

	(void)state;
	open_with(&r, &c, &cfg);
	rig_map_4k(&r, VA, 0x5AB00000, RW);
	rig_enable(&r, 0);
	rig_start_held(&r, &bad, false, VA + PAGES(1));
	rig_start(&r, &good, true, VA, 4);
	armdma_hw_advance(r.hw, 1000);
	assert_false(good.ended);
	rig_map_4k(&r, VA + PAGES(1), 0x5AB01000, RW);
	rig_w(&r, r.regs->int_clear, rig_bit(&r, FAULT_PAGE, false));
	armdma_hw_advance(r.hw, 1000);
	assert_true(bad.ended);
	assert_int_equal(bad.resp, ARMDMA_RESP_OKAY);
	assert_true(good.ended);
	check_passed(&c, 22, ((struct check_need[]){ { ARMDMA_EV_FAULT, 1 }, { ARMDMA_EV_BLOCK, 2 },
						     { ARMDMA_EV_BUS_READ, 1 }, { 0, 0 } }));
	close_unit(&r, &c);
}

static void security_violation_on_7_4_is_an_error_without_a_word(void **state)
{
	struct rig r;
	uint32_t v;

	(void)state;
	rig_new(&r, ARMDMA_SYSMMU_V7_4);
	rig_map_4k(&r, VA, 0x5AB00000, RW);
	rig_enable(&r, 0);
	assert_int_equal(sysmmu_inject_security(r.mmu, VA, VA), 0);
	assert_int_equal(rig_read(&r, VA, &v), -EIO);
	assert_int_equal(rig_status(&r), 0);
	rig_free(&r);
}

/* ---- Capabilities, read-out, lines ------------------------------------------------------ */

static void capabilities_tell_the_flavours_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct armdma_config cfg = rig_config(v7[i]);
		uint32_t capa0, capa1;
		struct rig r;

		cfg.sysmmus[0].tlb_entries = 64;
		cfg.sysmmus[0].tlb_sets = 8;
		cfg.sysmmus[0].flpd_entries = 16;
		cfg.sysmmus[0].no_block = i == 2;
		rig_open(&r, &cfg);
		capa0 = rig_r(&r, ARMDMA_SYSMMU_V7_REG_CAPA0);
		assert_int_equal(ARMDMA_SYSMMU_V7_CAPA0_WAYS(capa0), 8);
		assert_int_equal(ARMDMA_SYSMMU_V7_CAPA0_SBB_LG2(capa0), 4);
		assert_int_equal(ARMDMA_SYSMMU_V7_CAPA0_VMS(capa0), 1);
		assert_int_equal(!!(capa0 & ARMDMA_SYSMMU_V7_CAPA0_HAS_CAPA1), i > 0);
		if (i == 0) {
			assert_int_equal(ARMDMA_SYSMMU_V7_CAPA0_SETS_LG2(capa0), 3);
			assert_int_equal(rig_r(&r, ARMDMA_SYSMMU_V7_REG_CAPA1), 0);
			assert_int_equal(r.logs, 1);
			rig_free(&r);
			continue;
		}
		capa1 = rig_r(&r, ARMDMA_SYSMMU_V7_REG_CAPA1);
		assert_int_equal(ARMDMA_SYSMMU_V7_CAPA1_PORTS(capa1), 1);
		assert_int_equal(ARMDMA_SYSMMU_V7_CAPA1_TLBS(capa1), 1);
		assert_int_equal(!!(capa1 & ARMDMA_SYSMMU_V7_CAPA1_VM), i == 2);
		assert_int_equal(!!(capa1 & ARMDMA_SYSMMU_V7_CAPA1_NO_BLOCK), i == 2);
		assert_int_equal(rig_r(&r, ARMDMA_SYSMMU_V7_REG_TLB_INFO(0)), 8 | 8 << 16);
		assert_int_equal(rig_r(&r, ARMDMA_SYSMMU_V7_REG_TLB_INFO(1)), 0);
		rig_free(&r);
	}
}

static void sbb_shows_the_level_2_tables(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		uint32_t port = sbb_read_of(v7[i]), v;
		struct rig r;

		rig_new(&r, v7[i]);
		rig_map_4k(&r, VA, 0x5AB00000, RW);
		rig_enable(&r, ARMDMA_SYSMMU_CFG_FLPDCACHE);
		rig_w(&r, port, 0);
		assert_int_equal(rig_r(&r, port + 4) >> 28, 0);
		assert_int_equal(rig_read(&r, VA, &v), 0);
		rig_w(&r, port, 0);
		assert_int_not_equal(rig_r(&r, port + 4) >> 28, 0);
		assert_int_equal(rig_r(&r, port + 4) & 0xFFFFF, 0x12300);
		assert_int_equal(rig_r(&r, port + 8), RIG_L2_FIRST >> 10);
		rig_w(&r, port, 1);
		assert_int_equal(rig_r(&r, port + 4), 0);
		rig_free(&r);
	}
}

static void large_page_fills_its_line_and_reaches_no_further(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct rig r;
		uint32_t v;

		rig_new(&r, v7[i]);
		rig_map_1m(&r, 0x12300000, 0x5AB00000, RW);
		rig_enable(&r, 0);
		for (uint32_t p = 0; p < 4; p++)
			assert_int_equal(rig_read(&r, VA + PAGES(p), &v), 0);
		assert_int_equal(r.mmu->walks, 1);
		assert_int_equal(rig_read(&r, VA + PAGES(4), &v), 0);
		assert_int_equal(r.mmu->walks, 2);
		assert_true(line_is(&r, ARMDMA_SYSMMU_V7_TLB_INDEX(0, 3, 0, (VA >> 14) % 4), (VA >> 12) + 3, 0x5AB43));
		rig_free(&r);
	}
}

static void status_is_zero_only_when_nothing_goes_on(void **state)
{
	struct rig r;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		rig_new(&r, v7[i]);
		r.hw->cfg.costs.flush = 100;
		rig_map_4k(&r, VA, 0x5AB00000, RW);
		rig_enable(&r, 0);
		assert_int_equal(rig_r(&r, ARMDMA_SYSMMU_REG_STATUS), ARMDMA_SYSMMU_V7_STATUS_INVALIDATING);
		armdma_hw_advance(r.hw, 100);
		assert_int_equal(rig_r(&r, ARMDMA_SYSMMU_REG_STATUS), 0);
		rig_w(&r, ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_BLOCKED);
		armdma_hw_advance(r.hw, 100);
		assert_int_equal(rig_r(&r, ARMDMA_SYSMMU_REG_STATUS), ARMDMA_SYSMMU_STATUS_BLOCKED);
		rig_free(&r);
	}
}

/* ---- Which TLB, which way ------------------------------------------------------------------ */

static void go(struct rig *r, uint32_t va, uint16_t id, bool write)
{
	struct bus_xfer x = { .id = id, .write = write };
	struct bus_translation tr;

	assert_int_equal(r->mmu->port.ops->translate(&r->mmu->port, &x, va, 1, &tr), BUS_GO);
}

static void tlb_is_chosen_by_address_or_id_and_channel(void **state)
{
	(void)state;
	for (size_t i = 1; i < 3; i++) {
		struct armdma_config cfg = rig_config(v7[i]);
		const uint32_t both = ARMDMA_SYSMMU_V7_TLB_MATCH_READ | ARMDMA_SYSMMU_V7_TLB_MATCH_WRITE;
		struct rig r;

		cfg.sysmmus[0].nr_tlbs = 3;
		cfg.sysmmus[0].tlb_entries = 1;
		cfg.sysmmus[0].tlb_sets = 1;
		rig_open(&r, &cfg);
		rig_map_1m(&r, 0x12300000, 0x5AB00000, RW);
		rig_enable(&r, 0);
		rig_w(&r, ARMDMA_SYSMMU_V7_REG_TLB_MATCH_CFG(1), ARMDMA_SYSMMU_V7_TLB_MATCH_WRITE);
		rig_w(&r, ARMDMA_SYSMMU_V7_REG_TLB_MATCH_SVA(1), VA);
		rig_w(&r, ARMDMA_SYSMMU_V7_REG_TLB_MATCH_EVA(1), VA + 0x3FFF);
		rig_w(&r, ARMDMA_SYSMMU_V7_REG_TLB_MATCH_CFG(2), 0xF0u << 16 | both);
		rig_w(&r, ARMDMA_SYSMMU_V7_REG_TLB_MATCH_ID(2), 0x50);
		go(&r, VA, 0, true);
		go(&r, VA + PAGES(8), 0x5A, false);
		go(&r, VA + PAGES(16), 0, false);
		assert_true(line_is(&r, ARMDMA_SYSMMU_V7_TLB_INDEX(1, 0, 0, 0), VA >> 12, 0x5AB40));
		assert_true(line_is(&r, ARMDMA_SYSMMU_V7_TLB_INDEX(2, 0, 0, 0), (VA >> 12) + 8, 0x5AB48));
		assert_true(line_is(&r, ARMDMA_SYSMMU_V7_TLB_INDEX(0, 0, 0, 0), (VA >> 12) + 16, 0x5AB50));
		/* Each keeps its own: no walk more. */
		go(&r, VA, 0, true);
		go(&r, VA + PAGES(8), 0x5A, false);
		go(&r, VA + PAGES(16), 0, false);
		assert_int_equal(r.mmu->walks, 3);
		/* The read channel of that range is nobody's own. */
		go(&r, VA, 0, false);
		assert_int_equal(r.mmu->walks, 4);
		rig_flush(&r);
		assert_true(line_is_empty(&r, ARMDMA_SYSMMU_V7_TLB_INDEX(2, 0, 0, 0)));
		rig_free(&r);
	}
}

static void tlb_prefetches_the_next_line_when_told(void **state)
{
	(void)state;
	for (size_t i = 1; i < 3; i++) {
		struct rig r;

		rig_new(&r, v7[i]);
		rig_map_1m(&r, 0x12300000, 0x5AB00000, RW);
		rig_enable(&r, 0);
		rig_w(&r, ARMDMA_SYSMMU_V7_REG_TLB_CFG(0), ARMDMA_SYSMMU_V7_TLB_CFG_PREFETCH);
		go(&r, VA, 0, false);
		assert_int_equal(r.mmu->walks, 1);
		go(&r, VA + PAGES(4), 0, false);
		assert_int_equal(r.mmu->walks, 1);
		assert_int_equal(r.mmu->misses[0], 1);
		rig_free(&r);
	}
}

static void v70_private_way_serves_what_it_matches_and_the_others_the_rest(void **state)
{
	struct armdma_config cfg = rig_config(ARMDMA_SYSMMU_V7_0);
	struct rig r;

	(void)state;
	cfg.sysmmus[0].tlb_entries = 2;
	cfg.sysmmus[0].tlb_sets = 1;
	rig_open(&r, &cfg);
	rig_map_1m(&r, 0x12300000, 0x5AB00000, RW);
	rig_enable(&r, 0);
	rig_w(&r, ARMDMA_SYSMMU_V70_REG_PRIVATE_WAY_CFG(1), 1u | 1u << 4);
	rig_w(&r, ARMDMA_SYSMMU_V70_REG_PRIVATE_WAY_ID(1), 9);
	go(&r, VA, 9, false);
	/* A stream of others has one way to itself: it does not push out the private one. */
	for (uint32_t p = 8; p < 64; p += 4)
		go(&r, VA + PAGES(p), 0, false);
	assert_int_equal(r.mmu->walks, 15);
	go(&r, VA, 9, false);
	assert_int_equal(r.mmu->walks, 15);
	assert_true(line_is(&r, ARMDMA_SYSMMU_V7_TLB_INDEX(0, 0, 1, 0), VA >> 12, 0x5AB40));
	rig_free(&r);
}

int main(void)
{
	checklist_start("sysmmu_v7");

	const struct CMUnitTest tests[] = {
		cmocka_unit_test(emulated_translation_fills_a_line_that_can_be_read),
		cmocka_unit_test(emulated_fault_is_told_and_holds_nobody),
		cmocka_unit_test(vm_control_is_needed_to_translate),
		cmocka_unit_test(without_the_stall_bit_a_fault_is_terminated_and_others_go_on),
		cmocka_unit_test(with_the_stall_bit_it_is_held_and_everything_with_it),
		cmocka_unit_test(security_violation_on_7_4_is_an_error_without_a_word),
		cmocka_unit_test(capabilities_tell_the_flavours_apart),
		cmocka_unit_test(sbb_shows_the_level_2_tables),
		cmocka_unit_test(large_page_fills_its_line_and_reaches_no_further),
		cmocka_unit_test(status_is_zero_only_when_nothing_goes_on),
		cmocka_unit_test(tlb_is_chosen_by_address_or_id_and_channel),
		cmocka_unit_test(tlb_prefetches_the_next_line_when_told),
		cmocka_unit_test(v70_private_way_serves_what_it_matches_and_the_others_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
