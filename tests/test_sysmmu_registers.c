/* SPDX-License-Identifier: BSD-2-Clause */
/* The register file of each version: access types, blocking, version word, counters. */
#include <errno.h>

#include "tests/sysmmu_rig.h"

#define CTRL ARMDMA_SYSMMU_REG_CTRL
#define STATUS ARMDMA_SYSMMU_REG_STATUS
#define RW RIG_RW
/* Status reads after which the Linux driver gives up, and once more. */
#define BLOCK_READS 121

static void table_is_sound(struct rig *r)
{
	const struct sysmmu_variant *v = r->mmu->variant;

	assert_in_range(*v->nr_rows, 20, SYSMMU_MAX_ROWS);
	for (unsigned int i = 0; i < *v->nr_rows; i++) {
		const struct reg_row *row = &v->rows[i];

		assert_int_equal(row->offset % 4, 0);
		assert_true(row->offset < v->reg_size);
		if (i)
			assert_true(row->offset > v->rows[i - 1].offset);
		if (row->access == REG_RO)
			assert_int_equal(row->mask, 0);
	}
}

static void register_tables_ascend_without_overlap(void **state)
{
	(void)state;
	ON_EVERY_VERSION(table_is_sound);
}

static void access_types(struct rig *r)
{
	const struct sysmmu_variant *v = r->mmu->variant;

	for (unsigned int i = 0; i < *v->nr_rows; i++) {
		const struct reg_row *row = &v->rows[i];
		uint32_t before = rig_r(r, row->offset);

		if (row->offset == r->regs->cycles)
			continue;
		rig_w(r, row->offset, 0xFFFFFFFF);
		switch (row->access) {
		case REG_RO:
			assert_int_equal(rig_r(r, row->offset), before);
			break;
		case REG_WO:
		case REG_W1C:
			assert_int_equal(rig_r(r, row->offset), 0);
			break;
		case REG_RW:
		case REG_W1S:
			assert_int_equal(rig_r(r, row->offset), row->mask);
			break;
		}
		if (row->access == REG_RW)
			rig_w(r, row->offset, row->reset);
	}
	assert_int_equal(r->logs, 0);
}

static void every_register_obeys_its_access_type(void **state)
{
	(void)state;
	ON_EVERY_VERSION(access_types);
}

static void holes(struct rig *r)
{
	assert_int_equal(rig_r(r, 0x03C), 0);
	assert_int_equal(r->logs, 1);
	assert_non_null(strstr(r->last_log, "offset 0x03c"));
	rig_w(r, 0x03C, 0x1234);
	assert_int_equal(r->logs, 2);
	assert_non_null(strstr(r->last_log, "0x00001234"));
}

static void offset_without_register_reads_0_drops_writes_and_is_logged(void **state)
{
	(void)state;
	ON_EVERY_VERSION(holes);
}

static void ctrl_values(struct rig *r)
{
	static const uint32_t values[] = { 5, 7, 3, 0, 7, 5, 0 };

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		rig_w(r, CTRL, values[i]);
		assert_int_equal(rig_r(r, CTRL), values[i]);
	}
}

static void ctrl_reads_back_the_written_value(void **state)
{
	(void)state;
	SHOWS_LINE(2, ctrl_values, { ARMDMA_EV_REG_WRITE, 7 }, { ARMDMA_EV_REG_READ, 8 });
}

static void read_modify_write(struct rig *r)
{
	uint32_t v;

	/* As the driver of September 2011: base, LRU, then bits 2 and 0; block by toggling bit 1. */
	rig_map_4k(r, 0x12345000, 0x5ABCD000, RW);
	rig_set_base(r, RIG_L1);
	rig_w(r, ARMDMA_SYSMMU_REG_CFG, rig_r(r, ARMDMA_SYSMMU_REG_CFG) | 1);
	if (rig_has_vm(r))
		rig_w(r, ARMDMA_SYSMMU_VM_REG_CTRL, ARMDMA_SYSMMU_CTRL_ENABLE);
	rig_w(r, CTRL, rig_r(r, CTRL) | 5);
	rig_assert_maps(r, 0x12345678, 0x5ABCD678);
	rig_w(r, CTRL, rig_r(r, CTRL) | 2);
	assert_int_equal(rig_r(r, CTRL), 7);
	assert_int_equal(armdma_hw_master_read_sync(r->hw, "m", 0x12345678, &v, 4, 1000),
			 -ETIMEDOUT);
	rig_w(r, CTRL, rig_r(r, CTRL) & ~2u);
	rig_assert_maps(r, 0x12345678, 0x5ABCD678);
	rig_w(r, CTRL, rig_r(r, CTRL) & ~1u);
	rig_put32(r, 0x50000000, 0xABCD);
	assert_int_equal(rig_read(r, 0x50000000, &v), 0);
	assert_int_equal(v, 0xABCD);
}

static void ctrl_by_read_modify_write_works_as_whole_constants_do(void **state)
{
	(void)state;
	ON_EVERY_VERSION(read_modify_write);
}

static void driver_cfg(struct rig *r)
{
	uint32_t version = r->mmu->variant->version;
	uint32_t v = version == ARMDMA_SYSMMU_V3_2 ? 0x00500785 : 0x00000785;

	if (version == ARMDMA_SYSMMU_V3_3 || r->regs->wide)
		v = 0x01100784;
	/* With VM registers CFG has what is common to all of them. */
	if (rig_has_vm(r)) {
		rig_w(r, ARMDMA_SYSMMU_REG_CFG, v);
		assert_int_equal(rig_r(r, ARMDMA_SYSMMU_REG_CFG), 0x01000780);
		return;
	}
	rig_w(r, ARMDMA_SYSMMU_REG_CFG, v);
	assert_int_equal(rig_r(r, ARMDMA_SYSMMU_REG_CFG), v);
	rig_w(r, ARMDMA_SYSMMU_REG_CFG, 0);
	assert_int_equal(rig_r(r, ARMDMA_SYSMMU_REG_CFG), 0);
}

static void cfg_keeps_what_the_linux_driver_writes(void **state)
{
	(void)state;
	ON_EVERY_VERSION(driver_cfg);
}

static void cfg_reset_value_is_a_parameter(void **state)
{
	struct armdma_config cfg = rig_config(ARMDMA_SYSMMU_V3_1);
	struct rig r;

	(void)state;
	cfg.sysmmus[0].cfg_reset = 0x80000001;
	rig_open(&r, &cfg);
	assert_int_equal(rig_r(&r, ARMDMA_SYSMMU_REG_CFG), 0x80000001);
	/* Bits that are not writable keep it. */
	rig_w(&r, ARMDMA_SYSMMU_REG_CFG, 0);
	assert_int_equal(rig_r(&r, ARMDMA_SYSMMU_REG_CFG), 0x80000000);
	rig_free(&r);
}

static void version_word(void **state)
{
	static const unsigned int raw[] = { 0x400, 0x082, 0x100, 0x101, 0x180, 0x181, 0x182, 0x183,
					    0x280, 0x281, 0x300, 0x380, 0x382, 0x384 };

	(void)state;
	for (size_t i = 0; i < RIG_NR_VERSIONS; i++) {
		uint32_t major = raw[i] >> 7, minor = raw[i] & 0x7F, v;
		struct check c;
		struct rig r;

		rig_new(&r, rig_versions[i]);
		check_begin(&c, r.hw, r.hw->cfg.sysmmus[0].name, RIG_REGS);
		v = rig_r(&r, ARMDMA_SYSMMU_REG_VERSION);
		assert_int_equal(ARMDMA_SYSMMU_VERSION_RAW(v), raw[i]);
		assert_int_equal(ARMDMA_SYSMMU_VERSION_MAJOR(v), major);
		assert_int_equal(ARMDMA_SYSMMU_VERSION_MINOR(v), minor);
		/* Newer drivers take 15 bits: major << 11, minor << 4, revision. */
		assert_int_equal(v >> 17, major << 11 | minor << 4);
		if (major == 2 || major == 3)
			assert_int_equal(ARMDMA_SYSMMU_VERSION_TLB(v), 32);
		else if (major == 8)
			assert_int_equal(v, ARMDMA_SYSMMU_VERSION_BROKEN_1_0);
		check_passed(&c, 3, ((struct check_need[]){ { ARMDMA_EV_REG_READ, 2 }, { 0, 0 } }));
		check_end(&c);
		rig_free(&r);
	}
}

static void version_decodes_alike_in_11_and_15_bits_and_1_0_is_a_special_word(void **state)
{
	version_word(state);
}

static void tlb_size_is_configured_and_reported(void **state)
{
	struct armdma_config cfg = rig_config(ARMDMA_SYSMMU_V3_1);
	struct rig r;

	(void)state;
	cfg.sysmmus[0].tlb_entries = 100;
	rig_open(&r, &cfg);
	assert_int_equal(ARMDMA_SYSMMU_VERSION_TLB(rig_r(&r, ARMDMA_SYSMMU_REG_VERSION)), 100);
	rig_free(&r);
}

static void blocked_lets_nothing_in(struct rig *r)
{
	struct rig_xfer x;

	rig_map_4k(r, 0x12345000, 0x5ABCD000, RW);
	rig_enable(r, 0);
	rig_watch(r, ARMDMA_EV_BIT(ARMDMA_EV_BLOCK));
	rig_w(r, CTRL, ARMDMA_SYSMMU_CTRL_BLOCKED);
	assert_int_equal(r->last[ARMDMA_EV_BLOCK].value, 1);
	rig_start(r, &x, false, 0x12345000, 64);
	armdma_hw_advance(r->hw, 1000);
	assert_false(x.ended);
	assert_int_equal(r->mmu->lookups[0], 0);
	rig_w(r, CTRL, ARMDMA_SYSMMU_CTRL_RUN);
	assert_int_equal(r->last[ARMDMA_EV_BLOCK].value, 0);
	armdma_hw_advance(r->hw, 1000);
	assert_true(x.ended);
}

static void ctrl_7_accepts_no_new_transaction(void **state)
{
	(void)state;
	SHOWS_LINE(1, blocked_lets_nothing_in, { ARMDMA_EV_BLOCK, 2 }, { ARMDMA_EV_BUS_READ, 1 });
}

static void stopped_does_not_bypass(struct rig *r)
{
	struct rig_xfer x;

	rig_w(r, CTRL, ARMDMA_SYSMMU_CTRL_STOPPED);
	rig_start(r, &x, false, 0x50000000, 64);
	armdma_hw_advance(r->hw, 1000);
	assert_false(x.ended);
	rig_w(r, CTRL, ARMDMA_SYSMMU_CTRL_DISABLED);
	armdma_hw_advance(r->hw, 1000);
	assert_true(x.ended);
}

static void ctrl_3_stops_without_bypassing(void **state)
{
	(void)state;
	ON_EVERY_VERSION(stopped_does_not_bypass);
}

static void drain(struct rig *r)
{
	const struct armdma_costs *c = &r->hw->cfg.costs;
	uint64_t start, ended;
	struct rig_xfer x;

	rig_map_1m(r, 0x12300000, 0x5AB00000, RW);
	rig_enable(r, 0);
	assert_int_equal(rig_r(r, STATUS), 0);
	start = armdma_hw_now(r->hw);
	rig_start(r, &x, true, 0x12345000, 4096);
	rig_w(r, CTRL, ARMDMA_SYSMMU_CTRL_BLOCKED);
	/* One burst was accepted: walk of a section, then 16 beats. */
	ended = start + c->tlb_hit + c->mem_read + c->burst + 16 * c->beat;
	if (r->mmu->tlb2_on)
		ended += c->tlb_l2_hit;
	assert_int_equal(bus_master_busy_until(r->m), ended);
	while (!(rig_r(r, STATUS) & ARMDMA_SYSMMU_STATUS_BLOCKED))
		assert_true(armdma_hw_now(r->hw) < ended + c->block);
	assert_true(armdma_hw_now(r->hw) >= ended + c->block);
	assert_true(armdma_hw_now(r->hw) < ended + c->block + c->reg_read);
	rig_w(r, CTRL, ARMDMA_SYSMMU_CTRL_RUN);
	assert_int_equal(rig_r(r, STATUS), 0);
	armdma_hw_advance(r->hw, 1000);
	assert_true(x.ended);
}

static void status_bit_0_rises_only_after_accepted_bursts_have_drained(void **state)
{
	(void)state;
	SHOWS_LINE(1, drain, { ARMDMA_EV_BLOCK, 2 }, { ARMDMA_EV_BUS_WRITE, 1 });
}

static unsigned int reads_until_blocked(struct rig *r)
{
	unsigned int n = 0;

	rig_w(r, CTRL, ARMDMA_SYSMMU_CTRL_BLOCKED);
	while (n < BLOCK_READS) {
		n++;
		if (rig_r(r, STATUS) & ARMDMA_SYSMMU_STATUS_BLOCKED)
			return n;
	}
	rig_w(r, CTRL, ARMDMA_SYSMMU_CTRL_RUN);
	return 0;
}

static void block_timeout_is_counted_in_status_reads(void **state)
{
	(void)state;
	for (size_t i = 0; i < RIG_NR_VERSIONS; i++) {
		struct armdma_config cfg = rig_config(rig_versions[i]);
		struct check c;
		struct rig r;

		/* Blocking takes as long as just 121 reads, and one cycle more. */
		cfg.costs.block = cfg.costs.reg_read * BLOCK_READS;
		rig_open(&r, &cfg);
		rig_enable(&r, 0);
		assert_int_equal(reads_until_blocked(&r), BLOCK_READS);
		rig_w(&r, CTRL, ARMDMA_SYSMMU_CTRL_RUN);
		rig_free(&r);
		cfg.costs.block++;
		rig_open(&r, &cfg);
		check_begin(&c, r.hw, r.hw->cfg.sysmmus[0].name, RIG_REGS);
		rig_enable(&r, 0);
		assert_int_equal(reads_until_blocked(&r), 0);
		assert_int_equal(rig_r(&r, CTRL), ARMDMA_SYSMMU_CTRL_RUN);
		check_passed(&c, 31, ((struct check_need[]){ { ARMDMA_EV_BLOCK, 2 },
							     { ARMDMA_EV_REG_READ, BLOCK_READS + 2 }, { 0, 0 } }));
		check_end(&c);
		rig_free(&r);
	}
}

static void tlb_read_out_on_v2_and_v3(void **state)
{
	(void)state;
	for (size_t i = 0; i < RIG_NR_VERSIONS; i++) {
		struct rig r;
		uint32_t v;

		rig_new(&r, rig_versions[i]);
		if (!r.mmu->variant->reports_tlb) {
			rig_free(&r);
			continue;
		}
		rig_map_4k(&r, 0x12345000, 0x5ABCD000, RW);
		rig_map_1m(&r, 0x12400000, 0x5AB00000, RW);
		rig_enable(&r, 0);
		assert_int_equal(rig_read(&r, 0x12345678, &v), 0);
		assert_int_equal(rig_read(&r, 0x12445678, &v), 0);
		rig_w(&r, ARMDMA_SYSMMU_REG_TLB_READ, 0 << 4 | 1);
		assert_int_equal(rig_r(&r, ARMDMA_SYSMMU_REG_TLB_PPN), 0x5ABCD000);
		assert_int_equal(rig_r(&r, ARMDMA_SYSMMU_REG_TLB_VPN), 0x12345001);
		rig_w(&r, ARMDMA_SYSMMU_REG_TLB_READ, 1 << 4 | 1);
		assert_int_equal(rig_r(&r, ARMDMA_SYSMMU_REG_TLB_PPN), 0x5AB00000);
		assert_int_equal(rig_r(&r, ARMDMA_SYSMMU_REG_TLB_VPN), 0x12400001);
		rig_w(&r, ARMDMA_SYSMMU_REG_TLB_READ, 31 << 4 | 1);
		assert_int_equal(rig_r(&r, ARMDMA_SYSMMU_REG_TLB_VPN), 0);
		rig_free(&r);
	}
}

static void v33_prefetch_registers_are_banked_by_indicate(void **state)
{
	struct rig r;

	(void)state;
	rig_new(&r, ARMDMA_SYSMMU_V3_3);
	assert_int_equal(rig_r(&r, ARMDMA_SYSMMU_V33_REG_PB_INFO), 4);
	for (uint32_t i = 0; i < 5; i++) {
		rig_w(&r, ARMDMA_SYSMMU_V33_REG_PB_INDICATE, i);
		rig_w(&r, ARMDMA_SYSMMU_V33_REG_PB_START, 0x1000 * i);
		rig_w(&r, ARMDMA_SYSMMU_V33_REG_PB_END, 0x1000 * i + 0xFFF);
	}
	for (uint32_t i = 0; i < 5; i++) {
		rig_w(&r, ARMDMA_SYSMMU_V33_REG_PB_INDICATE, i);
		assert_int_equal(rig_r(&r, ARMDMA_SYSMMU_V33_REG_PB_START), i < 4 ? 0x1000 * i : 0);
		assert_int_equal(rig_r(&r, ARMDMA_SYSMMU_V33_REG_PB_END),
				 i < 4 ? 0x1000 * i + 0xFFF : 0);
	}
	rig_free(&r);
}

static uint32_t counter(struct rig *r, unsigned int n)
{
	return rig_r(r, r->regs->counter + r->regs->counter_step * n);
}

static void select_event(struct rig *r, unsigned int n, uint32_t event)
{
	rig_w(r, r->regs->event + r->regs->event_step * n, event);
}

static void counters(struct rig *r)
{
	uint32_t cycles, v;

	/* Far enough from each other for lines of four pages. */
	for (uint32_t p = 0; p < 8; p++)
		rig_map_4k(r, 0x12340000 + (p << 14), 0x5ABC0000 + (p << 14), RW);
	rig_enable(r, 0);
	for (unsigned int w = 0; w < 2; w++) {
		select_event(r, w, r->regs->total[w]);
		select_event(r, 2 + w, r->regs->miss[w]);
	}
	/* Not counted: off. */
	assert_int_equal(rig_read(r, 0x12340000, &v), 0);
	rig_w(r, r->regs->cnten_set, 0xF | ARMDMA_SYSMMU_CNT_CYCLES);
	assert_int_equal(counter(r, 0), 0);
	rig_w(r, r->regs->pmnc, 1);
	cycles = rig_r(r, r->regs->cycles);
	assert_int_equal(rig_read(r, 0x12340000, &v), 0);
	assert_int_equal(rig_read(r, 0x12340000 + (1 << 14), &v), 0);
	assert_int_equal(rig_write(r, 0x12340000 + (2 << 14), 1), 0);
	assert_int_equal(rig_write(r, 0x12340000 + (3 << 14), 1), 0);
	assert_int_equal(rig_write(r, 0x12340000 + (4 << 14), 1), 0);
	assert_int_equal(rig_write(r, 0x12340000 + (4 << 14), 1), 0);
	assert_int_equal(counter(r, 0), 2);
	assert_int_equal(counter(r, 1), 4);
	assert_int_equal(counter(r, 2), 1);
	assert_int_equal(counter(r, 3), 3);
	assert_true(rig_r(r, r->regs->cycles) > cycles);
	rig_w(r, r->regs->cnten_clear, 1);
	assert_int_equal(rig_r(r, r->regs->cnten_set), 0xE | ARMDMA_SYSMMU_CNT_CYCLES);
	assert_int_equal(rig_read(r, 0x12340000 + (5 << 14), &v), 0);
	assert_int_equal(counter(r, 0), 2);
	assert_int_equal(counter(r, 2), 2);
	rig_w(r, r->regs->pmnc, 0);
	assert_int_equal(rig_read(r, 0x12340000 + (6 << 14), &v), 0);
	assert_int_equal(counter(r, 2), 2);
}

static void counters_count_total_requests_and_tlb_misses_while_switched_on(void **state)
{
	(void)state;
	SHOWS_LINE(32, counters, { ARMDMA_EV_TLB_FILL, 5 }, { ARMDMA_EV_BUS_READ, 3 }, { ARMDMA_EV_BUS_WRITE, 4 }, { ARMDMA_EV_REG_READ, 6 });
}

static void overflow(struct rig *r)
{
	uint32_t v;

	rig_map_4k(r, 0x12345000, 0x5ABCD000, RW);
	rig_enable(r, 0);
	select_event(r, 3, r->regs->total[0]);
	rig_w(r, r->regs->counter + 3 * r->regs->counter_step, 0xFFFFFFFF);
	rig_w(r, r->regs->cnten_set, 8);
	rig_w(r, r->regs->pmnc, 1);
	assert_int_equal(rig_r(r, r->regs->overflow), 0);
	assert_int_equal(rig_read(r, 0x12345000, &v), 0);
	assert_int_equal(rig_r(r, r->regs->overflow), 8);
	assert_int_equal(counter(r, 3), 0);
	rig_w(r, r->regs->overflow, 8);
	assert_int_equal(rig_r(r, r->regs->overflow), 0);
}

static void counter_overflow_sets_its_flag(void **state)
{
	(void)state;
	ON_EVERY_VERSION(overflow);
}

static void v2_counts_second_level_misses_apart(void **state)
{
	struct armdma_config cfg = rig_config(ARMDMA_SYSMMU_V2_0);
	struct armdma_hw_stats st = { 0 };
	struct rig r;
	uint32_t v;

	(void)state;
	cfg.sysmmus[0].tlb_entries = 1;
	rig_open(&r, &cfg);
	rig_map_4k(&r, 0x12345000, 0x5ABCD000, RW);
	rig_map_4k(&r, 0x12346000, 0x5ABCE000, RW);
	rig_enable(&r, 0);
	rig_w(&r, ARMDMA_SYSMMU_V2_REG_EVENT(0), ARMDMA_SYSMMU_EVENT_READ_MISS);
	rig_w(&r, ARMDMA_SYSMMU_V2_REG_EVENT(1), ARMDMA_SYSMMU_EVENT_READ_L2_MISS);
	rig_w(&r, ARMDMA_SYSMMU_REG_CNTEN_SET, 3);
	rig_w(&r, ARMDMA_SYSMMU_REG_PMNC, 1);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(rig_read(&r, 0x12345000, &v), 0);
		assert_int_equal(rig_read(&r, 0x12346000, &v), 0);
	}
	assert_int_equal(counter(&r, 0), 10);
	assert_int_equal(counter(&r, 1), 2);
	sysmmu_stats(r.mmu, &st);
	assert_int_equal(st.tlb_misses, 2);
	assert_int_equal(st.tlb_hits, 8);
	rig_free(&r);
}

static void unknown_version_and_taken_registers_are_refused(void **state)
{
	struct armdma_sysmmu_config cfg;
	struct sysmmu *mmu;
	struct rig r;

	(void)state;
	rig_new(&r, ARMDMA_SYSMMU_V1_2);
	cfg = r.hw->cfg.sysmmus[0];
	assert_int_equal(sysmmu_create(r.hw, &cfg, &mmu), -EBUSY);
	assert_null(mmu);
	cfg.version = 0x90000000;
	assert_int_equal(sysmmu_create(r.hw, &cfg, &mmu), -EINVAL);
	rig_free(&r);
}

int main(void)
{
	checklist_start("sysmmu_registers");

	const struct CMUnitTest tests[] = {
		cmocka_unit_test(register_tables_ascend_without_overlap),
		cmocka_unit_test(every_register_obeys_its_access_type),
		cmocka_unit_test(offset_without_register_reads_0_drops_writes_and_is_logged),
		cmocka_unit_test(ctrl_reads_back_the_written_value),
		cmocka_unit_test(ctrl_by_read_modify_write_works_as_whole_constants_do),
		cmocka_unit_test(cfg_keeps_what_the_linux_driver_writes),
		cmocka_unit_test(cfg_reset_value_is_a_parameter),
		cmocka_unit_test(version_decodes_alike_in_11_and_15_bits_and_1_0_is_a_special_word),
		cmocka_unit_test(tlb_size_is_configured_and_reported),
		cmocka_unit_test(ctrl_7_accepts_no_new_transaction),
		cmocka_unit_test(ctrl_3_stops_without_bypassing),
		cmocka_unit_test(status_bit_0_rises_only_after_accepted_bursts_have_drained),
		cmocka_unit_test(block_timeout_is_counted_in_status_reads),
		cmocka_unit_test(tlb_read_out_on_v2_and_v3),
		cmocka_unit_test(v33_prefetch_registers_are_banked_by_indicate),
		cmocka_unit_test(counters_count_total_requests_and_tlb_misses_while_switched_on),
		cmocka_unit_test(counter_overflow_sets_its_flag),
		cmocka_unit_test(v2_counts_second_level_misses_apart),
		cmocka_unit_test(unknown_version_and_taken_registers_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
