/* SPDX-License-Identifier: BSD-2-Clause */
/* Faults of a SYSMMU: what is reported where, what is held, and how it goes on. */
#include <errno.h>

#include "tests/sysmmu_rig.h"

#define EAP ARMDMA_SYSMMU_CFG_EAP
#define RW RIG_RW
#define RO RIG_RO


static void exact_address(struct rig *r)
{
	struct rig_xfer x;

	rig_map_4k(r, 0x12345000, 0x5ABCD000, RW);
	rig_enable(r, 0);
	rig_watch(r, ARMDMA_EV_BIT(ARMDMA_EV_FAULT));
	/* 77 bytes before the hole; the hole is met by a burst's first beat at its first byte. */
	rig_start(r, &x, true, 0x12346000 - 77, 300);
	armdma_hw_advance(r->hw, 1000);
	assert_false(x.ended);
	assert_int_equal(rig_status(r), rig_bit(r, FAULT_PAGE, true));
	assert_int_equal(rig_fault_va(r, FAULT_PAGE, true), 0x12346000);
	assert_int_equal(r->last[ARMDMA_EV_FAULT].addr, 0x12346000);
	assert_int_equal(r->last[ARMDMA_EV_FAULT].value, r->regs->bit[FAULT_PAGE][1]);
	assert_int_equal(r->last[ARMDMA_EV_FAULT].dir, ARMDMA_FROM_DEVICE);
	if (r->regs->info[1] != RIG_NO_REG) {
		/* 16 beats of 8 bytes. */
		assert_int_equal(ARMDMA_SYSMMU_TRANS_INFO_LEN(rig_r(r, r->regs->info[1])), 15);
	}
	/* Where one register serves both directions it tells which. */
	if (r->regs->info[0] == r->regs->info[1] && r->regs->info[1] != RIG_NO_REG)
		assert_true(rig_r(r, r->regs->info[1]) & ARMDMA_SYSMMU_TRANS_INFO_WRITE);
}

static void page_fault_address_is_exact_to_the_byte_and_axlen_matches(void **state)
{
	(void)state;
	SHOWS_LINE(11, exact_address, { ARMDMA_EV_FAULT, 1 }, { ARMDMA_EV_TLB_FILL, 1 });
}

static void unaligned_fault_address(void **state)
{
	struct rig_xfer x;
	struct rig r;
	uint32_t info;

	(void)state;
	rig_new(&r, ARMDMA_SYSMMU_V3_3);
	rig_enable(&r, 0);
	rig_start(&r, &x, false, 0x12345679, 20);
	armdma_hw_advance(r.hw, 1000);
	assert_int_equal(rig_fault_va(&r, FAULT_PAGE, false), 0x12345679);
	info = rig_r(&r, ARMDMA_SYSMMU_V33_REG_FAULT_TRANS_INFO);
	/* Bytes 0x679..0x68C touch three beats of 8. */
	assert_int_equal(ARMDMA_SYSMMU_TRANS_INFO_LEN(info), 2);
	assert_false(info & ARMDMA_SYSMMU_TRANS_INFO_WRITE);
	rig_free(&r);
}

static void trans_info_counts_the_beats_of_an_unaligned_burst(void **state)
{
	unaligned_fault_address(state);
}

static void hold_and_retry(struct rig *r)
{
	struct rig_xfer x;

	rig_enable(r, 0);
	memset(x.buf, 0xA5, 4);
	rig_start_held(r, &x, true, 0x12345678);
	assert_true(armdma_hw_irq_level(r->hw, RIG_IRQ));
	assert_int_equal(rig_r(r, ARMDMA_SYSMMU_REG_STATUS), 1);
	rig_map_4k(r, 0x12345000, 0x5ABCD000, RW);
	armdma_hw_advance(r->hw, 1000);
	assert_false(x.ended);
	rig_w(r, r->regs->int_clear, rig_bit(r, FAULT_PAGE, true));
	assert_false(armdma_hw_irq_level(r->hw, RIG_IRQ));
	armdma_hw_advance(r->hw, 1000);
	/* The VM's control register has no block bit: there that was all. */
	assert_int_equal(x.ended, rig_has_vm(r));
	rig_w(r, ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_RUN);
	armdma_hw_advance(r->hw, 1000);
	assert_true(x.ended);
	assert_int_equal(x.resp, ARMDMA_RESP_OKAY);
	assert_int_equal(x.bytes, 4);
	assert_int_equal(rig_get32(r, 0x5ABCD678), 0xA5A5A5A5);
	assert_int_equal(rig_r(r, ARMDMA_SYSMMU_REG_STATUS), 0);
	/* The address register keeps its value. */
	assert_int_equal(rig_fault_va(r, FAULT_PAGE, true), 0x12345678);
}

static void fault_holds_and_clear_plus_unblock_completes_if_the_table_was_repaired(void **state)
{
	(void)state;
	SHOWS_LINE(12, hold_and_retry, { ARMDMA_EV_FAULT, 1 }, { ARMDMA_EV_IRQ_LEVEL, 2 }, { ARMDMA_EV_BLOCK, 2 }, { ARMDMA_EV_TLB_FILL, 1 },
		   { ARMDMA_EV_BUS_WRITE, 1 });
}

static void fault_blocks_everything(struct rig *r)
{
	struct rig_xfer bad, good, other;

	rig_map_4k(r, 0x12345000, 0x5ABCD000, RW);
	rig_enable(r, 0);
	rig_start_held(r, &bad, false, 0x12346000);
	rig_start(r, &good, false, 0x12345000, 4);
	rig_start(r, &other, true, 0x12345000, 4);
	armdma_hw_advance(r->hw, 1000);
	assert_false(good.ended);
	assert_false(other.ended);
	rig_map_4k(r, 0x12346000, 0x5ABCE000, RW);
	rig_resume(r, FAULT_PAGE, false);
	assert_true(bad.ended);
	assert_true(good.ended);
	assert_true(other.ended);
}

static void after_a_fault_the_unit_holds_all_transactions(void **state)
{
	(void)state;
	ON_EVERY_VERSION(fault_blocks_everything);
}

static void persists(struct rig *r)
{
	struct rig_xfer x;

	rig_enable(r, 0);
	rig_watch(r, ARMDMA_EV_BIT(ARMDMA_EV_FAULT));
	rig_start_held(r, &x, false, 0x12345678);
	for (unsigned int i = 2; i < 5; i++) {
		rig_resume(r, FAULT_PAGE, false);
		assert_false(x.ended);
		assert_int_equal(rig_status(r), rig_bit(r, FAULT_PAGE, false));
		assert_int_equal(r->events[ARMDMA_EV_FAULT], i);
		assert_true(armdma_hw_irq_level(r->hw, RIG_IRQ));
	}
	/* Unblocked without clearing: the line stays high, the retry faults again. */
	rig_w(r, ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_RUN);
	assert_true(armdma_hw_irq_level(r->hw, RIG_IRQ));
	armdma_hw_advance(r->hw, 1000);
	/* Where INT_CLEAR is what lets go, the transaction is not tried. */
	assert_int_equal(r->events[ARMDMA_EV_FAULT], rig_has_vm(r) ? 4 : 5);
	assert_false(x.ended);
}

static void persistent_cause_faults_again_after_each_resume(void **state)
{
	(void)state;
	ON_EVERY_VERSION(persists);
}

static void wrong_bit(struct rig *r)
{
	struct rig_xfer x;

	rig_enable(r, 0);
	rig_start_held(r, &x, false, 0x12345678);
	rig_w(r, r->regs->int_clear, ~rig_bit(r, FAULT_PAGE, false));
	assert_int_equal(rig_status(r), rig_bit(r, FAULT_PAGE, false));
	assert_true(armdma_hw_irq_level(r->hw, RIG_IRQ));
	assert_int_equal(rig_r(r, r->regs->int_clear), 0);
	rig_w(r, r->regs->int_status, 0);
	assert_int_equal(rig_status(r), rig_bit(r, FAULT_PAGE, false));
}

static void int_clear_of_the_wrong_bit_changes_nothing(void **state)
{
	(void)state;
	SHOWS_LINE(14, wrong_bit, { ARMDMA_EV_FAULT, 1 }, { ARMDMA_EV_REG_WRITE, 2 });
}

static bool has_channels(const struct rig *r)
{
	return r->regs->bit[FAULT_PAGE][0] != r->regs->bit[FAULT_PAGE][1];
}

/*
 * Read and write that both violate permissions, started in the same cycle. Where both directions share a bit, the write meets
 * a hole instead.
 */
static void two_faults(struct rig *r)
{
	enum fault_kind other = rig_bit(r, FAULT_ACCESS, false) == rig_bit(r, FAULT_ACCESS, true) ? FAULT_PAGE :
												    FAULT_ACCESS;
	uint32_t both = rig_bit(r, FAULT_ACCESS, false) | rig_bit(r, other, true), lowest = both & -both;
	struct rig_xfer rd, wr;

	if (other == FAULT_ACCESS)
		rig_map_4k(r, 0x12345000, 0x5ABCD000, RO);
	rig_map_4k(r, 0x12346000, 0x5ABCE000, RIG_NO_ACCESS);
	rig_enable(r, EAP);
	rig_start(r, &rd, false, 0x12346010, 4);
	rig_start(r, &wr, true, 0x12345020, 4);
	armdma_hw_advance(r->hw, 1000);
	assert_int_equal(rig_status(r), both);
	assert_int_equal(rig_fault_va(r, FAULT_ACCESS, false), 0x12346010);
	if (r->regs->va[FAULT_ACCESS][0] != r->regs->va[FAULT_ACCESS][1])
		assert_int_equal(rig_fault_va(r, other, true), 0x12345020);
	rig_map_4k(r, 0x12345000, 0x5ABCD000, RW);
	rig_map_4k(r, 0x12346000, 0x5ABCE000, RW);
	rig_flush_entry(r, 0x12345000);
	rig_flush_entry(r, 0x12346000);
	/* The handler looks at the lowest bit, clears that one alone, and unblocks. */
	rig_w(r, r->regs->int_clear, lowest);
	assert_int_equal(rig_status(r), both & ~lowest);
	assert_true(armdma_hw_irq_level(r->hw, RIG_IRQ));
	rig_w(r, ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_RUN);
	assert_true(armdma_hw_irq_level(r->hw, RIG_IRQ));
	rig_w(r, r->regs->int_clear, both);
	rig_w(r, ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_RUN);
	armdma_hw_advance(r->hw, 1000);
	assert_false(armdma_hw_irq_level(r->hw, RIG_IRQ));
	assert_true(rd.ended);
	assert_true(wr.ended);
}

static void two_simultaneous_faults_set_two_bits_and_the_line_stays_high(void **state)
{
	(void)state;
	SHOWS_LINE(13, two_faults, { ARMDMA_EV_FAULT, 2 }, { ARMDMA_EV_IRQ_LEVEL, 2 });
}

static bool never_handles(void *ctx, uint32_t line)
{
	(void)line;
	++*(unsigned int *)ctx;
	return true;
}

static void two_faults_with_handler(struct rig *r)
{
	struct rig_xfer rd, wr;
	unsigned int calls = 0;

	rig_map_4k(r, 0x12345000, 0x5ABCD000, RO);
	rig_enable(r, EAP);
	assert_int_equal(armdma_hw_irq_request(r->hw, RIG_IRQ, never_handles, &calls), 0);
	rig_start(r, &rd, false, 0x12346010, 4);
	rig_start(r, &wr, true, 0x12345020, 4);
	armdma_hw_advance(r->hw, 10);
	assert_true(calls > 0);
	assert_int_equal(r->mmu->int_status, rig_bit(r, FAULT_PAGE, false) | rig_bit(r, FAULT_ACCESS, true));
	armdma_hw_irq_free(r->hw, RIG_IRQ, never_handles, &calls);
}

static void simultaneous_faults_do_not_depend_on_when_software_takes_the_interrupt(void **state)
{
	(void)state;
	ON_EVERY_VERSION(two_faults_with_handler);
}

static void first_wins(struct rig *r)
{
	struct rig_xfer rd, wr;

	rig_enable(r, 0);
	rig_start(r, &rd, false, 0x12346010, 4);
	rig_start(r, &wr, true, 0x12355020, 4);
	armdma_hw_advance(r->hw, 1000);
	assert_int_equal(rig_status(r), rig_bit(r, FAULT_PAGE, false) |
						(has_channels(r) ? rig_bit(r, FAULT_PAGE, true) : 0));
	assert_int_equal(rig_fault_va(r, FAULT_PAGE, false), 0x12346010);
	rig_map_4k(r, 0x12346000, 0x5ABCE000, RW);
	rig_resume(r, FAULT_PAGE, false);
	assert_true(rd.ended);
	assert_false(wr.ended);
	assert_int_equal(rig_status(r), rig_bit(r, FAULT_PAGE, true));
	assert_int_equal(rig_fault_va(r, FAULT_PAGE, true), 0x12355020);
}

static void first_page_fault_owns_the_register_and_the_second_shows_after_resume(void **state)
{
	(void)state;
	ON_EVERY_VERSION(first_wins);
}

static void no_registers_while_pending(struct rig *r)
{
	struct rig_xfer x;

	rig_enable(r, 0);
	rig_start_held(r, &x, false, 0x12345678);
	/* Software unblocks without clearing; another access faults now. */
	bus_master_reset(r->m);
	rig_w(r, ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_RUN);
	rig_start_held(r, &x, false, 0x22345678);
	assert_int_equal(rig_fault_va(r, FAULT_PAGE, false), 0x12345678);
	rig_resume(r, FAULT_PAGE, false);
	assert_int_equal(rig_fault_va(r, FAULT_PAGE, false), 0x22345678);
}

static void address_register_belongs_to_the_fault_that_is_not_cleared_yet(void **state)
{
	(void)state;
	ON_EVERY_VERSION(no_registers_while_pending);
}

static void multi_hit_on(struct rig *r, bool write)
{
	struct rig_xfer x;
	uint32_t v;

	if (rig_has_lines(r)) {
		r->skipped = true;
		return;
	}
	rig_map_4k(r, 0x12345000, 0x5ABCD000, RW);
	rig_enable(r, 0);
	assert_int_equal(rig_read(r, 0x12345678, &v), 0);
	/* Remapped as 64 KiB without an invalidation; another page of it brings the large entry in. */
	rig_map_64k(r, 0x12340000, 0x5AB10000, RW);
	assert_int_equal(rig_read(r, 0x12341678, &v), 0);
	rig_start_held(r, &x, write, 0x12345678);
	assert_int_equal(rig_status(r), rig_bit(r, FAULT_MULTI_HIT, write));
	assert_int_equal(rig_fault_va(r, FAULT_MULTI_HIT, write), 0x12345678);
	rig_resume(r, FAULT_MULTI_HIT, write);
	assert_false(x.ended);
	rig_flush_entry(r, 0x12345000);
	rig_resume(r, FAULT_MULTI_HIT, write);
	assert_true(x.ended);
	rig_assert_maps(r, 0x12345678, 0x5AB15678);
}

static void multi_hit_read(struct rig *r)
{
	multi_hit_on(r, false);
}

static void multi_hit_write(struct rig *r)
{
	multi_hit_on(r, true);
}

static void remap_as_large_page_without_invalidate_is_multi_hit_on_the_right_channel(void **state)
{
	(void)state;
	SHOWS_LINE(7, multi_hit_read, { ARMDMA_EV_FAULT, 2 }, { ARMDMA_EV_TLB_FILL, 2 }, { ARMDMA_EV_TLB_INV, 2 });
	SHOWS_LINE(7, multi_hit_write, { ARMDMA_EV_FAULT, 2 }, { ARMDMA_EV_TLB_FILL, 2 }, { ARMDMA_EV_TLB_INV, 2 });
}

/* A run through a large page meets the small one that is cached in its middle. */
static void multi_hit_in_run(struct rig *r)
{
	struct rig_xfer x;
	uint32_t v;

	if (rig_has_lines(r))
		return;
	rig_map_4k(r, 0x12342000, 0x5ABCD000, RW);
	rig_enable(r, 0);
	assert_int_equal(rig_read(r, 0x12342678, &v), 0);
	rig_map_64k(r, 0x12340000, 0x5AB10000, RW);
	rig_start(r, &x, false, 0x12341000, 8192);
	armdma_hw_advance(r->hw, 10000);
	assert_false(x.ended);
	assert_int_equal(rig_status(r), rig_bit(r, FAULT_MULTI_HIT, false));
	assert_int_equal(rig_fault_va(r, FAULT_MULTI_HIT, false), 0x12342000);
}

static void run_of_bursts_through_a_large_page_still_meets_the_multi_hit_inside_it(void **state)
{
	(void)state;
	ON_EVERY_VERSION(multi_hit_in_run);
}

static void v2_second_level_multi_hit_is_a_fault(void **state)
{
	struct armdma_config cfg = rig_config(ARMDMA_SYSMMU_V2_0);
	struct rig_xfer x;
	struct rig r;
	uint32_t v;

	(void)state;
	cfg.sysmmus[0].tlb_entries = 1;
	rig_open(&r, &cfg);
	rig_map_4k(&r, 0x12345000, 0x5ABCD000, RW);
	rig_map_1m(&r, 0x20000000, 0x5B000000, RW);
	rig_enable(&r, 0);
	assert_int_equal(rig_read(&r, 0x12345678, &v), 0);
	assert_int_equal(rig_read(&r, 0x20000000, &v), 0);
	/* 0x12305 is in the set of 0x12345 and in the same MiB. */
	rig_map_1m(&r, 0x12300000, 0x5AB00000, RW);
	assert_int_equal(rig_read(&r, 0x12305000, &v), 0);
	assert_int_equal(rig_read(&r, 0x20000000, &v), 0);
	rig_start_held(&r, &x, true, 0x12345678);
	assert_int_equal(rig_status(&r), 4);
	rig_flush_entry(&r, 0x12345000);
	rig_resume(&r, FAULT_MULTI_HIT, true);
	assert_true(x.ended);
	rig_free(&r);
}

static void security(struct rig *r)
{
	struct rig_xfer rd, wr;

	if (!rig_tells(r, FAULT_SECURITY))
		return;
	rig_map_4k(r, 0x12344000, 0x5ABCC000, RW);
	rig_map_4k(r, 0x12345000, 0x5ABCD000, RW);
	rig_enable(r, 0);
	assert_int_equal(sysmmu_inject_security(r->mmu, 0x12345000, 0x12345FFF), 0);
	rig_assert_maps(r, 0x12344678, 0x5ABCC678);
	rig_start(r, &rd, false, 0x12344000, 8192);
	rig_start_held(r, &wr, true, 0x12345678);
	assert_int_equal(rig_status(r), rig_bit(r, FAULT_SECURITY, true));
	assert_int_equal(rig_fault_va(r, FAULT_SECURITY, true), 0x12345678);
	bus_master_reset(r->m);
	rig_resume(r, FAULT_SECURITY, true);
	rig_start(r, &rd, false, 0x12344000, 8192);
	armdma_hw_advance(r->hw, 5000);
	assert_int_equal(rig_status(r), rig_bit(r, FAULT_SECURITY, false));
	assert_int_equal(rig_fault_va(r, FAULT_SECURITY, false), 0x12345000);
	assert_int_equal(sysmmu_inject_security(r->mmu, 1, 0), 0);
	rig_resume(r, FAULT_SECURITY, false);
	armdma_hw_advance(r->hw, 5000);
	assert_true(rd.ended);
}

static void secure_page_faults_with_bit_4_for_reads_and_6_for_writes(void **state)
{
	(void)state;
	ON_EVERY_VERSION(security);
}

static void disabled_while_held(struct rig *r)
{
	struct rig_xfer x;

	rig_enable(r, 0);
	memset(x.buf, 0x77, 4);
	rig_start_held(r, &x, true, 0x50001230);
	rig_w(r, ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_DISABLED);
	armdma_hw_advance(r->hw, 1000);
	assert_true(x.ended);
	assert_int_equal(x.resp, ARMDMA_RESP_OKAY);
	assert_int_equal(rig_get32(r, 0x50001230), 0x77777777);
	assert_int_equal(r->logs, 1);
	assert_non_null(strstr(r->last_log, "write of 0x50001230"));
	assert_false(armdma_hw_irq_level(r->hw, RIG_IRQ));
	assert_int_equal(rig_status(r), rig_bit(r, FAULT_PAGE, true));
}

static void disabled_while_held_releases_the_access_in_bypass_and_is_reported(void **state)
{
	(void)state;
	SHOWS_LINE(27, disabled_while_held, { ARMDMA_EV_FAULT, 1 }, { ARMDMA_EV_BUS_WRITE, 1 });
}

static void stopped_while_held(struct rig *r)
{
	struct rig_xfer x;

	rig_enable(r, 0);
	rig_start_held(r, &x, true, 0x50001230);
	rig_w(r, ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_STOPPED);
	armdma_hw_advance(r->hw, 1000);
	assert_false(x.ended);
	assert_int_equal(r->logs, 0);
	rig_map_4k(r, 0x50001000, 0x5ABCD000, RW);
	rig_resume(r, FAULT_PAGE, true);
	assert_true(x.ended);
}

static void ctrl_3_while_held_does_not_let_the_access_escape(void **state)
{
	(void)state;
	ON_EVERY_VERSION(stopped_while_held);
}

static void withdrawn(struct rig *r)
{
	uint32_t v;

	rig_enable(r, 0);
	assert_int_equal(rig_read(r, 0x50001230, &v), -ETIMEDOUT);
	rig_w(r, ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_DISABLED);
	armdma_hw_advance(r->hw, 1000);
	assert_int_equal(r->logs, 0);
	assert_int_equal(rig_read(r, 0x50001230, &v), 0);
}

static void withdrawn_transfer_does_not_escape_when_the_unit_is_disabled(void **state)
{
	(void)state;
	ON_EVERY_VERSION(withdrawn);
}

static void int_clear_alone_resumes_when_configured(void **state)
{
	(void)state;
	for (size_t i = 0; i < RIG_NR_VERSIONS; i++) {
		struct armdma_config cfg = rig_config(rig_versions[i]);
		struct rig_xfer x;
		struct rig r;

		cfg.sysmmus[0].resume_on_int_clear = true;
		rig_open(&r, &cfg);
		rig_enable(&r, 0);
		rig_start_held(&r, &x, false, 0x12345678);
		rig_map_4k(&r, 0x12345000, 0x5ABCD000, RW);
		rig_w(&r, ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_RUN);
		armdma_hw_advance(r.hw, 1000);
		assert_false(x.ended);
		rig_w(&r, r.regs->int_clear, rig_bit(&r, FAULT_PAGE, false));
		armdma_hw_advance(r.hw, 1000);
		assert_true(x.ended);
		rig_free(&r);
	}
}

static void interrupt_disabled(struct rig *r)
{
	struct rig_xfer x;

	rig_enable(r, 0);
	rig_w(r, ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_ENABLE);
	rig_start_held(r, &x, false, 0x12345678);
	assert_int_equal(rig_status(r), rig_bit(r, FAULT_PAGE, false));
	assert_false(armdma_hw_irq_level(r->hw, RIG_IRQ));
	rig_w(r, ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_BLOCKED);
	assert_true(armdma_hw_irq_level(r->hw, RIG_IRQ));
}

static void line_follows_status_only_with_ctrl_bit_2(void **state)
{
	(void)state;
	ON_EVERY_VERSION(interrupt_disabled);
}

int main(void)
{
	checklist_start("sysmmu_faults");

	const struct CMUnitTest tests[] = {
		cmocka_unit_test(page_fault_address_is_exact_to_the_byte_and_axlen_matches),
		cmocka_unit_test(trans_info_counts_the_beats_of_an_unaligned_burst),
		cmocka_unit_test(fault_holds_and_clear_plus_unblock_completes_if_the_table_was_repaired),
		cmocka_unit_test(after_a_fault_the_unit_holds_all_transactions),
		cmocka_unit_test(persistent_cause_faults_again_after_each_resume),
		cmocka_unit_test(int_clear_of_the_wrong_bit_changes_nothing),
		cmocka_unit_test(two_simultaneous_faults_set_two_bits_and_the_line_stays_high),
		cmocka_unit_test(simultaneous_faults_do_not_depend_on_when_software_takes_the_interrupt),
		cmocka_unit_test(first_page_fault_owns_the_register_and_the_second_shows_after_resume),
		cmocka_unit_test(address_register_belongs_to_the_fault_that_is_not_cleared_yet),
		cmocka_unit_test(remap_as_large_page_without_invalidate_is_multi_hit_on_the_right_channel),
		cmocka_unit_test(run_of_bursts_through_a_large_page_still_meets_the_multi_hit_inside_it),
		cmocka_unit_test(v2_second_level_multi_hit_is_a_fault),
		cmocka_unit_test(secure_page_faults_with_bit_4_for_reads_and_6_for_writes),
		cmocka_unit_test(disabled_while_held_releases_the_access_in_bypass_and_is_reported),
		cmocka_unit_test(ctrl_3_while_held_does_not_let_the_access_escape),
		cmocka_unit_test(withdrawn_transfer_does_not_escape_when_the_unit_is_disabled),
		cmocka_unit_test(int_clear_alone_resumes_when_configured),
		cmocka_unit_test(line_follows_status_only_with_ctrl_bit_2),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
