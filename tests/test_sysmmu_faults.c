/* SPDX-License-Identifier: BSD-2-Clause */
/* Faults of a SYSMMU: what is reported where, what is held, and how it goes on. */
#include <errno.h>

#include "tests/sysmmu_rig.h"

#define EAP ARMDMA_SYSMMU_CFG_EAP
#define RW ARMDMA_SYSMMU_AP_RW
#define RO ARMDMA_SYSMMU_AP_RO
#define INT_STATUS ARMDMA_SYSMMU_REG_INT_STATUS

typedef void (*each_fn)(struct rig *r);

static void on_every_version(each_fn fn)
{
	for (size_t i = 0; i < RIG_NR_VERSIONS; i++) {
		struct rig r;

		rig_new(&r, rig_versions[i]);
		fn(&r);
		assert_true(sysmmu_tlb_validate(&r.mmu->tlb));
		rig_free(&r);
	}
}

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
	assert_int_equal(rig_r(r, INT_STATUS), 1);
	assert_int_equal(rig_r(r, ARMDMA_SYSMMU_REG_PAGE_FAULT_ADDR), 0x12346000);
	assert_int_equal(r->last[ARMDMA_EV_FAULT].addr, 0x12346000);
	assert_int_equal(r->last[ARMDMA_EV_FAULT].value, ARMDMA_SYSMMU_FAULT_PAGE);
	assert_int_equal(r->last[ARMDMA_EV_FAULT].dir, ARMDMA_FROM_DEVICE);
	if (r->mmu->variant->version == ARMDMA_SYSMMU_V3_3) {
		uint32_t info = rig_r(r, ARMDMA_SYSMMU_V33_REG_FAULT_TRANS_INFO);

		/* 16 beats of 8 bytes. */
		assert_int_equal(ARMDMA_SYSMMU_TRANS_INFO_LEN(info), 15);
		assert_true(info & ARMDMA_SYSMMU_TRANS_INFO_WRITE);
	}
}

static void page_fault_address_is_exact_to_the_byte_and_axlen_matches(void **state)
{
	(void)state;
	on_every_version(exact_address);
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
	assert_int_equal(rig_r(&r, ARMDMA_SYSMMU_REG_PAGE_FAULT_ADDR), 0x12345679);
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
	rig_w(r, ARMDMA_SYSMMU_REG_INT_CLEAR, 1);
	assert_false(armdma_hw_irq_level(r->hw, RIG_IRQ));
	armdma_hw_advance(r->hw, 1000);
	assert_false(x.ended);
	rig_w(r, ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_RUN);
	armdma_hw_advance(r->hw, 1000);
	assert_true(x.ended);
	assert_int_equal(x.resp, ARMDMA_RESP_OKAY);
	assert_int_equal(x.bytes, 4);
	assert_int_equal(rig_get32(r, 0x5ABCD678), 0xA5A5A5A5);
	assert_int_equal(rig_r(r, ARMDMA_SYSMMU_REG_STATUS), 0);
	/* The address register keeps its value. */
	assert_int_equal(rig_r(r, ARMDMA_SYSMMU_REG_PAGE_FAULT_ADDR), 0x12345678);
}

static void fault_holds_and_clear_plus_unblock_completes_if_the_table_was_repaired(void **state)
{
	(void)state;
	on_every_version(hold_and_retry);
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
	rig_resume(r, 0);
	assert_true(bad.ended);
	assert_true(good.ended);
	assert_true(other.ended);
}

static void after_a_fault_the_unit_holds_all_transactions(void **state)
{
	(void)state;
	on_every_version(fault_blocks_everything);
}

static void persists(struct rig *r)
{
	struct rig_xfer x;

	rig_enable(r, 0);
	rig_watch(r, ARMDMA_EV_BIT(ARMDMA_EV_FAULT));
	rig_start_held(r, &x, false, 0x12345678);
	for (unsigned int i = 2; i < 5; i++) {
		rig_resume(r, 0);
		assert_false(x.ended);
		assert_int_equal(rig_r(r, INT_STATUS), 1);
		assert_int_equal(r->events[ARMDMA_EV_FAULT], i);
		assert_true(armdma_hw_irq_level(r->hw, RIG_IRQ));
	}
	/* Unblocked without clearing: the line stays high, the retry faults again. */
	rig_w(r, ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_RUN);
	assert_true(armdma_hw_irq_level(r->hw, RIG_IRQ));
	armdma_hw_advance(r->hw, 1000);
	assert_int_equal(r->events[ARMDMA_EV_FAULT], 5);
	assert_false(x.ended);
}

static void persistent_cause_faults_again_after_each_resume(void **state)
{
	(void)state;
	on_every_version(persists);
}

static void wrong_bit(struct rig *r)
{
	struct rig_xfer x;

	rig_enable(r, 0);
	rig_start_held(r, &x, false, 0x12345678);
	rig_w(r, ARMDMA_SYSMMU_REG_INT_CLEAR, 0xFE);
	assert_int_equal(rig_r(r, INT_STATUS), 1);
	assert_true(armdma_hw_irq_level(r->hw, RIG_IRQ));
	assert_int_equal(rig_r(r, ARMDMA_SYSMMU_REG_INT_CLEAR), 0);
	rig_w(r, INT_STATUS, 0);
	assert_int_equal(rig_r(r, INT_STATUS), 1);
}

static void int_clear_of_the_wrong_bit_changes_nothing(void **state)
{
	(void)state;
	on_every_version(wrong_bit);
}

/* Read and write that both violate permissions, started in the same cycle. */
static void two_faults(struct rig *r)
{
	struct rig_xfer rd, wr;

	rig_map_4k(r, 0x12345000, 0x5ABCD000, RO);
	rig_map_4k(r, 0x12346000, 0x5ABCE000, ARMDMA_SYSMMU_AP_NONE);
	rig_enable(r, EAP);
	rig_start(r, &rd, false, 0x12346010, 4);
	rig_start(r, &wr, true, 0x12345020, 4);
	armdma_hw_advance(r->hw, 1000);
	assert_int_equal(rig_r(r, INT_STATUS), 0x20 | 0x80);
	assert_int_equal(rig_r(r, ARMDMA_SYSMMU_REG_AR_FAULT_ADDR), 0x12346010);
	assert_int_equal(rig_r(r, ARMDMA_SYSMMU_REG_AW_FAULT_ADDR), 0x12345020);
	rig_map_4k(r, 0x12345000, 0x5ABCD000, RW);
	rig_map_4k(r, 0x12346000, 0x5ABCE000, RW);
	rig_flush_entry(r, 0x12345000);
	rig_flush_entry(r, 0x12346000);
	/* The handler looks at the lowest bit, clears that one alone, and unblocks. */
	rig_w(r, ARMDMA_SYSMMU_REG_INT_CLEAR, 0x20);
	assert_int_equal(rig_r(r, INT_STATUS), 0x80);
	assert_true(armdma_hw_irq_level(r->hw, RIG_IRQ));
	rig_w(r, ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_RUN);
	assert_true(armdma_hw_irq_level(r->hw, RIG_IRQ));
	rig_resume(r, ARMDMA_SYSMMU_FAULT_AW_ACCESS);
	assert_false(armdma_hw_irq_level(r->hw, RIG_IRQ));
	assert_true(rd.ended);
	assert_true(wr.ended);
}

static void two_simultaneous_faults_set_two_bits_and_the_line_stays_high(void **state)
{
	(void)state;
	on_every_version(two_faults);
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
	assert_int_equal(r->mmu->int_status, 0x1 | 0x80);
	armdma_hw_irq_free(r->hw, RIG_IRQ, never_handles, &calls);
}

static void simultaneous_faults_do_not_depend_on_when_software_takes_the_interrupt(void **state)
{
	(void)state;
	on_every_version(two_faults_with_handler);
}

static void first_wins(struct rig *r)
{
	struct rig_xfer rd, wr;

	rig_enable(r, 0);
	rig_start(r, &rd, false, 0x12346010, 4);
	rig_start(r, &wr, true, 0x12355020, 4);
	armdma_hw_advance(r->hw, 1000);
	assert_int_equal(rig_r(r, INT_STATUS), 1);
	assert_int_equal(rig_r(r, ARMDMA_SYSMMU_REG_PAGE_FAULT_ADDR), 0x12346010);
	rig_map_4k(r, 0x12346000, 0x5ABCE000, RW);
	rig_resume(r, 0);
	assert_true(rd.ended);
	assert_false(wr.ended);
	assert_int_equal(rig_r(r, INT_STATUS), 1);
	assert_int_equal(rig_r(r, ARMDMA_SYSMMU_REG_PAGE_FAULT_ADDR), 0x12355020);
}

static void first_page_fault_owns_the_register_and_the_second_shows_after_resume(void **state)
{
	(void)state;
	on_every_version(first_wins);
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
	assert_int_equal(rig_r(r, ARMDMA_SYSMMU_REG_PAGE_FAULT_ADDR), 0x12345678);
	rig_resume(r, 0);
	assert_int_equal(rig_r(r, ARMDMA_SYSMMU_REG_PAGE_FAULT_ADDR), 0x22345678);
}

static void address_register_belongs_to_the_fault_that_is_not_cleared_yet(void **state)
{
	(void)state;
	on_every_version(no_registers_while_pending);
}

static void multi_hit_on(struct rig *r, bool write)
{
	const uint32_t bit = write ? 0x4 : 0x2;
	const uint32_t reg = write ? ARMDMA_SYSMMU_REG_AW_FAULT_ADDR :
				     ARMDMA_SYSMMU_REG_AR_FAULT_ADDR;
	struct rig_xfer x;
	uint32_t v;

	rig_map_4k(r, 0x12345000, 0x5ABCD000, RW);
	rig_enable(r, 0);
	assert_int_equal(rig_read(r, 0x12345678, &v), 0);
	/* Remapped as 64 KiB without an invalidation; another page of it brings the large entry in. */
	rig_map_64k(r, 0x12340000, 0x5AB10000, RW);
	assert_int_equal(rig_read(r, 0x12341678, &v), 0);
	rig_start_held(r, &x, write, 0x12345678);
	assert_int_equal(rig_r(r, INT_STATUS), bit);
	assert_int_equal(rig_r(r, reg), 0x12345678);
	rig_resume(r, write ? 2 : 1);
	assert_false(x.ended);
	rig_flush_entry(r, 0x12345000);
	rig_resume(r, write ? 2 : 1);
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
	on_every_version(multi_hit_read);
	on_every_version(multi_hit_write);
}

/* A run through a large page meets the small one that is cached in its middle. */
static void multi_hit_in_run(struct rig *r)
{
	struct rig_xfer x;
	uint32_t v;

	rig_map_4k(r, 0x12342000, 0x5ABCD000, RW);
	rig_enable(r, 0);
	assert_int_equal(rig_read(r, 0x12342678, &v), 0);
	rig_map_64k(r, 0x12340000, 0x5AB10000, RW);
	rig_start(r, &x, false, 0x12341000, 8192);
	armdma_hw_advance(r->hw, 10000);
	assert_false(x.ended);
	assert_int_equal(rig_r(r, INT_STATUS), 2);
	assert_int_equal(rig_r(r, ARMDMA_SYSMMU_REG_AR_FAULT_ADDR), 0x12342000);
}

static void run_of_bursts_through_a_large_page_still_meets_the_multi_hit_inside_it(void **state)
{
	(void)state;
	on_every_version(multi_hit_in_run);
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
	assert_int_equal(rig_r(&r, INT_STATUS), 4);
	rig_flush_entry(&r, 0x12345000);
	rig_resume(&r, 2);
	assert_true(x.ended);
	rig_free(&r);
}

static void security(struct rig *r)
{
	struct rig_xfer rd, wr;

	rig_map_4k(r, 0x12344000, 0x5ABCC000, RW);
	rig_map_4k(r, 0x12345000, 0x5ABCD000, RW);
	rig_enable(r, 0);
	assert_int_equal(sysmmu_inject_security(r->mmu, 0x12345000, 0x12345FFF), 0);
	rig_assert_maps(r, 0x12344678, 0x5ABCC678);
	rig_start(r, &rd, false, 0x12344000, 8192);
	rig_start_held(r, &wr, true, 0x12345678);
	assert_int_equal(rig_r(r, INT_STATUS), 0x40);
	assert_int_equal(rig_r(r, ARMDMA_SYSMMU_REG_AW_FAULT_ADDR), 0x12345678);
	bus_master_reset(r->m);
	rig_resume(r, ARMDMA_SYSMMU_FAULT_AW_SECURITY);
	rig_start(r, &rd, false, 0x12344000, 8192);
	armdma_hw_advance(r->hw, 5000);
	assert_int_equal(rig_r(r, INT_STATUS), 0x10);
	assert_int_equal(rig_r(r, ARMDMA_SYSMMU_REG_AR_FAULT_ADDR), 0x12345000);
	assert_int_equal(sysmmu_inject_security(r->mmu, 1, 0), 0);
	rig_resume(r, ARMDMA_SYSMMU_FAULT_AR_SECURITY);
	armdma_hw_advance(r->hw, 5000);
	assert_true(rd.ended);
}

static void secure_page_faults_with_bit_4_for_reads_and_6_for_writes(void **state)
{
	(void)state;
	on_every_version(security);
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
	assert_int_equal(rig_r(r, INT_STATUS), 1);
}

static void disabled_while_held_releases_the_access_in_bypass_and_is_reported(void **state)
{
	(void)state;
	on_every_version(disabled_while_held);
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
	rig_resume(r, 0);
	assert_true(x.ended);
}

static void ctrl_3_while_held_does_not_let_the_access_escape(void **state)
{
	(void)state;
	on_every_version(stopped_while_held);
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
	on_every_version(withdrawn);
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
		rig_w(&r, ARMDMA_SYSMMU_REG_INT_CLEAR, 1);
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
	assert_int_equal(rig_r(r, INT_STATUS), 1);
	assert_false(armdma_hw_irq_level(r->hw, RIG_IRQ));
	rig_w(r, ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_BLOCKED);
	assert_true(armdma_hw_irq_level(r->hw, RIG_IRQ));
}

static void line_follows_status_only_with_ctrl_bit_2(void **state)
{
	(void)state;
	on_every_version(interrupt_disabled);
}

int main(void)
{
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
