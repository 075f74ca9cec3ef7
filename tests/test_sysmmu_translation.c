/* SPDX-License-Identifier: BSD-2-Clause */
/* What a SYSMMU makes of page tables: sizes, permissions, replication, stale entries. */
#include <errno.h>

#include "tests/sysmmu_rig.h"

#define EAP ARMDMA_SYSMMU_CFG_EAP
#define RW RIG_RW
#define RO RIG_RO

static void ctrl_0_passes(struct rig *r)
{
	uint32_t v;

	rig_put32(r, 0x50001230, 0xCAFE0001);
	assert_int_equal(rig_read(r, 0x50001230, &v), 0);
	assert_int_equal(v, 0xCAFE0001);
	assert_int_equal(r->mmu->lookups[0], 0);
	rig_map_4k(r, 0x50001000, 0x5ABCD000, RW);
	rig_enable(r, 0);
	rig_assert_maps(r, 0x50001230, 0x5ABCD230);
	rig_w(r, ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_DISABLED);
	assert_int_equal(rig_read(r, 0x50001230, &v), 0);
	assert_int_equal(v, 0xCAFE0001);
}

static void ctrl_0_passes_addresses_through_and_ctrl_5_translates(void **state)
{
	(void)state;
	SHOWS_LINE(1, ctrl_0_passes, { ARMDMA_EV_TLB_FILL, 1 }, { ARMDMA_EV_WALK, 2 }, { ARMDMA_EV_BUS_READ, 3 });
}

static void copies(struct rig *r, uint32_t at, uint32_t word, unsigned int n)
{
	for (uint32_t i = 0; i < n; i++)
		rig_put32(r, at + 4 * i, word);
}

static void v1_vectors(struct rig *r)
{
	const uint32_t va = 0x12345678;
	uint32_t v;

	rig_put32(r, 0x4000448C, 0x40020401);
	rig_put32(r, 0x40020514, 0x5ABCD012);
	rig_enable(r, EAP);
	rig_assert_maps(r, va, 0x5ABCD678);
	rig_flush(r);
	copies(r, 0x40020500, 0x5AB10011, 16);
	rig_assert_maps(r, va, 0x5AB15678);
	rig_flush(r);
	rig_put32(r, 0x4000448C, 0x5AB00402);
	rig_assert_maps(r, va, 0x5AB45678);
	rig_flush(r);
	copies(r, 0x40004480, 0x5A040402, 16);
	rig_assert_maps(r, va, 0x5A345678);
	/* The "EAP off" style of old drivers has no permission bits: all faults once EAP is on. */
	rig_flush(r);
	rig_put32(r, 0x4000448C, 0x40020401);
	rig_put32(r, 0x40020514, 0x5ABCD002);
	assert_int_equal(rig_read(r, va, &v), -ETIMEDOUT);
	assert_int_equal(rig_status(r), rig_bit(r, FAULT_ACCESS, false));
}

/* The same addresses 32 GiB higher, as far as RAM below 4 GiB goes: words hold PA >> 4. */
static void wide_vectors(struct rig *r)
{
	const uint32_t va = 0x12345678;

	rig_put32(r, 0x4000448C, 0x04002041);
	rig_put32(r, 0x40020514, 0x05ABCD0E);
	rig_enable(r, EAP);
	rig_assert_maps(r, va, 0x5ABCD678);
	rig_flush(r);
	copies(r, 0x40020500, 0x05AB100D, 16);
	rig_assert_maps(r, va, 0x5AB15678);
	rig_flush(r);
	rig_put32(r, 0x4000448C, 0x05AB0032);
	rig_assert_maps(r, va, 0x5AB45678);
	if (!r->regs->large_sections)
		return;
	rig_flush(r);
	copies(r, 0x40004488, 0x05AA0034, 2);
	rig_assert_maps(r, va, 0x5AB45678);
	rig_flush(r);
	copies(r, 0x40004480, 0x05A00036, 16);
	rig_assert_maps(r, va, 0x5A345678);
}

static void vectors(struct rig *r)
{
	if (r->regs->wide)
		wide_vectors(r);
	else
		v1_vectors(r);
}

static void descriptors_of_all_sizes_translate_as_drivers_encode_them(void **state)
{
	(void)state;
	ON_EVERY_VERSION(vectors);
}

static void supersection(struct rig *r)
{
	if (!r->regs->large_sections) {
		r->skipped = true;
		return;
	}
	rig_map_16m(r, 0x12000000, 0x5A000000, RW);
	rig_enable(r, 0);
	for (uint32_t i = 0; i < 16; i++) {
		rig_flush(r);
		rig_assert_maps(r, 0x12000000 + (i << 20) + 0x45678, 0x5A000000 + (i << 20) + 0x45678);
	}
}

static void supersection_with_16_copies_maps_16_MiB(void **state)
{
	(void)state;
	SHOWS_LINE(9, supersection, { ARMDMA_EV_TLB_FILL, 16 }, { ARMDMA_EV_WALK, 16 });
}

static void double_section(struct rig *r)
{
	uint32_t v;

	if (!r->regs->wide || !r->regs->large_sections) {
		r->skipped = true;
		return;
	}
	rig_map_2m(r, 0x12200000, 0x5A200000, RW);
	rig_enable(r, 0);
	rig_assert_maps(r, 0x12245678, 0x5A245678);
	rig_assert_maps(r, 0x12345678, 0x5A345678);
	assert_int_equal(r->mmu->walks, 1);
	/* Each slot has its own word: with one of them gone, that MiB faults. */
	rig_put32(r, rig_l1_slot(0x12200000), 0);
	rig_flush(r);
	rig_assert_maps(r, 0x12345678, 0x5A345678);
	rig_flush(r);
	assert_int_equal(rig_read(r, 0x12245678, &v), -ETIMEDOUT);
	assert_int_equal(rig_status(r), rig_bit(r, FAULT_PAGE, false));
}

static void double_section_with_2_copies_maps_2_MiB(void **state)
{
	(void)state;
	SHOWS_LINE(9, double_section, { ARMDMA_EV_TLB_FILL, 2 }, { ARMDMA_EV_FAULT, 1 });
}

/* Types that drivers never write, and those that are gone in 7.x. */
static void no_such_type(struct rig *r)
{
	static const uint32_t v1[] = { 3, 7 }, v5[] = { 3, 5, 7 }, v7[] = { 3, 4, 5, 6, 7 };
	const uint32_t *types = !r->regs->wide ? v1 : r->regs->large_sections ? v5 : v7;
	size_t n = !r->regs->wide ? 2 : r->regs->large_sections ? 3 : 5;

	for (size_t i = 0; i < n; i++) {
		uint32_t v;

		rig_put32(r, rig_l1_slot(0x12300000), (rig_word(r, 20, 0x5AB00000, RW) & ~7u) | types[i]);
		rig_enable(r, 0);
		assert_int_equal(rig_read(r, 0x12345678, &v), -ETIMEDOUT);
		assert_int_equal(rig_status(r), rig_bit(r, FAULT_PAGE, false));
		rig_w(r, r->regs->int_clear, rig_status(r));
	}
}

static void level1_words_of_no_known_type_are_faults(void **state)
{
	(void)state;
	ON_EVERY_VERSION(no_such_type);
}

/* 36 address bits: RAM 32 GiB up, with the words that the drivers' constants give. */
static void high_memory(struct rig *r)
{
	const uint32_t va = 0x12345678;
	struct armdma_config cfg = rig_config(r->version);
	struct rig high;
	uint32_t v;

	if (!r->regs->wide)
		return;
	cfg.ram_base = 0x840000000;
	rig_open(&high, &cfg);
	assert_int_equal(armdma_hw_phys_write(high.hw, 0x84000448C, (uint8_t[]){ 0x41, 0x20, 0x00, 0x84 }, 4), 0);
	assert_int_equal(armdma_hw_phys_write(high.hw, 0x840020514, (uint8_t[]){ 0x0E, 0xCD, 0xAB, 0x85 }, 4), 0);
	assert_int_equal(armdma_hw_phys_write(high.hw, 0x85ABCD678, (uint8_t[]){ 1, 2, 3, 4 }, 4), 0);
	rig_enable(&high, 0);
	rig_set_base(&high, 0x840004000);
	assert_int_equal(rig_read(&high, va, &v), 0);
	assert_int_equal(v, 0x04030201);
	rig_free(&high);
	/* A unit with 32 wires drops the rest. */
	cfg.sysmmus[0].addr_bits = 32;
	cfg.ram_base = 0x40000000;
	rig_open(&high, &cfg);
	rig_put32(&high, 0x4000448C, 0x84002041);
	rig_put32(&high, 0x40020514, 0x85ABCD0E);
	rig_enable(&high, 0);
	rig_assert_maps(&high, va, 0x5ABCD678);
	rig_free(&high);
}

static void addresses_have_36_bits_from_5_0_on_unless_configured_narrower(void **state)
{
	(void)state;
	ON_EVERY_VERSION(high_memory);
}

/* Write-only exists from 5.0 on. */
static void write_only(struct rig *r)
{
	uint32_t v;

	if (!r->regs->wide)
		return;
	rig_map_4k(r, 0x12345000, 0x5ABCD000, RIG_WO);
	rig_enable(r, EAP);
	assert_int_equal(rig_write(r, 0x12345678, 1), 0);
	assert_int_equal(rig_read(r, 0x12345678, &v), -ETIMEDOUT);
	assert_int_equal(rig_status(r), rig_bit(r, FAULT_ACCESS, false));
}

static void write_only_page_refuses_reads_from_5_0_on(void **state)
{
	(void)state;
	ON_EVERY_VERSION(write_only);
}

static void reserved_l1(struct rig *r)
{
	uint32_t v;

	rig_put32(r, rig_l1_slot(0x12300000), 0x40020403);
	rig_enable(r, 0);
	assert_int_equal(rig_read(r, 0x12345678, &v), -ETIMEDOUT);
	assert_int_equal(rig_status(r), rig_bit(r, FAULT_PAGE, false));
}

static void level1_type_3_is_a_fault(void **state)
{
	(void)state;
	ON_EVERY_VERSION(reserved_l1);
}

static void bit0_of_small(struct rig *r)
{
	rig_put32(r, rig_l2_slot(r, 0x12345000), rig_word(r, 12, 0x5ABCD000, RW) | 1);
	rig_enable(r, 0);
	rig_assert_maps(r, 0x12345678, 0x5ABCD678);
}

static void bit_0_of_a_small_page_does_not_matter(void **state)
{
	(void)state;
	ON_EVERY_VERSION(bit0_of_small);
}

static void partial_replication(struct rig *r)
{
	uint32_t slot = rig_l2_slot(r, 0x12340000), v;

	/* Slots 0 and 5 are there, 5 with another target; the rest is missing. */
	rig_put32(r, slot, rig_word(r, 16, 0x5AB10000, RW));
	rig_put32(r, slot + 4 * 5, rig_word(r, 16, 0x5AC10000, RW));
	rig_enable(r, 0);
	rig_assert_maps(r, 0x12340678, 0x5AB10678);
	rig_flush(r);
	rig_assert_maps(r, 0x12345678, 0x5AC15678);
	rig_flush(r);
	assert_int_equal(rig_read(r, 0x12344678, &v), -ETIMEDOUT);
	assert_int_equal(rig_status(r), rig_bit(r, FAULT_PAGE, false));
	assert_int_equal(rig_fault_va(r, FAULT_PAGE, false), 0x12344678);
}

static void partial_replication_of_a_large_page_faults_at_the_right_slot_only(void **state)
{
	(void)state;
	SHOWS_LINE(8, partial_replication, { ARMDMA_EV_FAULT, 1 }, { ARMDMA_EV_TLB_FILL, 2 });
}

static void cached_large_page_answers(struct rig *r)
{
	/* A line of four pages covers no more than these. */
	if (rig_has_lines(r))
		return;
	rig_put32(r, rig_l2_slot(r, 0x12340000), rig_word(r, 16, 0x5AB10000, RW));
	rig_enable(r, 0);
	rig_assert_maps(r, 0x12340678, 0x5AB10678);
	/* Slot 4 is empty, but nobody looks: the entry of the first access covers it. */
	rig_assert_maps(r, 0x12344678, 0x5AB14678);
}

static void cached_large_page_answers_for_its_whole_range(void **state)
{
	(void)state;
	ON_EVERY_VERSION(cached_large_page_answers);
}

static void base_without_flush(struct rig *r)
{
	const uint32_t other = 0x40008000;

	rig_map_1m(r, 0x12300000, 0x5AB00000, RW);
	rig_put32(r, other + 4 * 0x123, rig_word(r, 20, 0x5AC00000, RW));
	rig_enable(r, 0);
	rig_assert_maps(r, 0x12345678, 0x5AB45678);
	rig_set_base(r, other);
	rig_assert_maps(r, 0x12345678, 0x5AB45678);
	assert_non_null(strstr(r->last_log, "PT_BASE written while translating"));
	rig_flush(r);
	rig_assert_maps(r, 0x12345678, 0x5AC45678);
}

static void base_written_without_flush_keeps_old_translations_and_flush_removes_them(void **state)
{
	(void)state;
	SHOWS_LINE(4, base_without_flush, { ARMDMA_EV_TLB_FILL, 2 }, { ARMDMA_EV_TLB_INV, 2 }, { ARMDMA_EV_WALK, 2 });
}

static void cfg_while_running(struct rig *r)
{
	rig_map_4k(r, 0x12345000, 0x5ABCD000, RO);
	rig_enable(r, 0);
	assert_int_equal(rig_write(r, 0x12345678, 1), 0);
	rig_set_cfg(r, EAP);
	assert_int_equal(rig_write(r, 0x12345678, 1), 0);
	rig_flush(r);
	assert_int_equal(rig_write(r, 0x12345678, 1), -ETIMEDOUT);
}

static void cfg_written_while_running_takes_effect_at_the_next_walk(void **state)
{
	(void)state;
	ON_EVERY_VERSION(cfg_while_running);
}

static void flush_entry(struct rig *r)
{
	rig_map_4k(r, 0x12345000, 0x5ABCD000, RW);
	rig_map_4k(r, 0x12349000, 0x5ABCE000, RW);
	rig_enable(r, 0);
	rig_assert_maps(r, 0x12345678, 0x5ABCD678);
	rig_assert_maps(r, 0x12349678, 0x5ABCE678);
	rig_map_4k(r, 0x12345000, 0x5A111000, RW);
	rig_map_4k(r, 0x12349000, 0x5A222000, RW);
	rig_w(r, (r)->regs->flush_entry, 0x12345000);
	rig_assert_maps(r, 0x12345678, 0x5ABCD678);
	rig_w(r, (r)->regs->flush_entry, 0x12345001);
	rig_assert_maps(r, 0x12345678, 0x5A111678);
	rig_assert_maps(r, 0x12349678, 0x5ABCE678);
	rig_w(r, (r)->regs->flush, 0);
	rig_assert_maps(r, 0x12349678, 0x5ABCE678);
	rig_flush(r);
	rig_assert_maps(r, 0x12349678, 0x5A222678);
}

static void flush_entry_without_bit_0_does_nothing_and_with_it_drops_one_page(void **state)
{
	(void)state;
	SHOWS_LINE(5, flush_entry, { ARMDMA_EV_TLB_INV, 3 }, { ARMDMA_EV_TLB_FILL, 4 });
}

/* Touch so many other pages that the first level forgets everything else; never twice the same ones. */
static void crowd_out_first_level(struct rig *r, uint32_t round)
{
	uint32_t v;

	for (uint32_t i = 0; i < r->mmu->tlb.nr; i++)
		assert_int_equal(rig_read(r, 0x20000000 + ((i + 128 * round) << 20), &v), 0);
}

static void prepare_v2(struct rig *r, uint32_t version)
{
	struct armdma_config cfg = rig_config(version);

	cfg.sysmmus[0].tlb_entries = 2;
	rig_open(r, &cfg);
	/* Sections whose accesses all fall into set 0 of the second level. */
	for (uint32_t i = 0; i < 512; i++)
		rig_map_1m(r, 0x20000000 + (i << 20), 0x5B000000, RW);
	rig_enable(r, ARMDMA_SYSMMU_CFG_LRU);
}

static void v2_counts(uint32_t version, uint32_t pages, uint32_t invalidations, bool section)
{
	struct rig r;
	struct check c;
	unsigned int stale = 0;
	uint32_t v;

	prepare_v2(&r, version);
	check_begin(&c, r.hw, r.hw->cfg.sysmmus[0].name, RIG_REGS);
	if (section)
		rig_map_1m(&r, 0x12300000, 0x5AB00000, RW);
	else
		rig_map_64k(&r, 0x12300000, 0x5AB00000, RW);
	for (uint32_t i = 1; i < pages; i++) {
		assert_int_equal(rig_read(&r, 0x12300000 + (i << 12), &v), 0);
		crowd_out_first_level(&r, i % 2);
	}
	if (section)
		rig_map_1m(&r, 0x12300000, 0x5AC00000, RW);
	else
		rig_map_64k(&r, 0x12300000, 0x5AC00000, RW);
	for (uint32_t i = 0; i < 256; i++)
		rig_put32(&r, 0x5AB00000 + (i << 12), 0x01D);
	for (uint32_t n = 0; n < invalidations; n++)
		rig_flush_entry(&r, 0x12300000 + (n << 12));
	for (uint32_t i = 1; i < pages; i++) {
		rig_put32(&r, 0x5AC00000 + (i << 12), 0x4E3);
		assert_int_equal(rig_read(&r, 0x12300000 + (i << 12), &v), 0);
		stale += v == 0x01D;
		assert_true(v == 0x01D || v == 0x4E3);
		crowd_out_first_level(&r, i % 2);
	}
	if (invalidations >= pages)
		assert_int_equal(stale, 0);
	else
		assert_int_equal(stale, pages - (invalidations ? invalidations : 1));
	check_passed_in(&c, 6, (struct check_need[]){ { ARMDMA_EV_TLB_INV, invalidations }, { ARMDMA_EV_TLB_FILL, 1 },
						      { 0, 0 } },
			section ? "1 MiB" : "64 KiB");
	check_end(&c);
	rig_free(&r);
}

static void v2_64K_page_needs_16_invalidations_and_1_leaves_stale_sets(void **state)
{
	(void)state;
	v2_counts(ARMDMA_SYSMMU_V2_0, 16, 1, false);
	v2_counts(ARMDMA_SYSMMU_V2_0, 16, 15, false);
	v2_counts(ARMDMA_SYSMMU_V2_0, 16, 16, false);
	v2_counts(ARMDMA_SYSMMU_V2_1, 16, 16, false);
}

static void v2_1M_page_needs_64_invalidations_and_16_leave_stale_sets(void **state)
{
	(void)state;
	v2_counts(ARMDMA_SYSMMU_V2_0, 64, 16, true);
	v2_counts(ARMDMA_SYSMMU_V2_0, 64, 64, true);
	v2_counts(ARMDMA_SYSMMU_V2_1, 64, 64, true);
}

static void one_invalidation_of_a_large_page_is_enough_but_on_v2(void **state)
{
	(void)state;
	for (size_t i = 0; i < RIG_NR_VERSIONS; i++) {
		struct rig r;

		if (ARMDMA_SYSMMU_VERSION_MAJOR(rig_versions[i]) == 2)
			continue;
		rig_new(&r, rig_versions[i]);
		rig_map_64k(&r, 0x12340000, 0x5AB10000, RW);
		rig_enable(&r, 0);
		for (uint32_t p = 0; p < 16; p++)
			rig_assert_maps(&r, 0x12340678 + (p << 12), 0x5AB10678 + (p << 12));
		rig_map_64k(&r, 0x12340000, 0x5AC10000, RW);
		rig_flush_entry(&r, 0x12347000);
		for (uint32_t p = 0; p < 16; p++)
			rig_assert_maps(&r, 0x12340678 + (p << 12), 0x5AC10678 + (p << 12));
		rig_free(&r);
	}
}

static void eap(struct rig *r)
{
	uint32_t v;

	rig_map_4k(r, 0x12345000, 0x5ABCD000, RO);
	rig_map_4k(r, 0x12346000, 0x5ABCE000, RIG_NO_ACCESS);
	rig_enable(r, 0);
	assert_int_equal(rig_write(r, 0x12345678, 7), 0);
	rig_assert_maps(r, 0x12346678, 0x5ABCE678);
	rig_enable(r, EAP);
	/* Also when the translation is cached already. */
	rig_assert_maps(r, 0x12345678, 0x5ABCD678);
	assert_int_equal(rig_write(r, 0x12345678, 8), -ETIMEDOUT);
	assert_int_equal(rig_status(r), rig_bit(r, FAULT_ACCESS, true));
	assert_int_equal(rig_fault_va(r, FAULT_ACCESS, true), 0x12345678);
	assert_int_equal(rig_get32(r, 0x5ABCD678), 0x5ABCD678 ^ 0x5EED0000);
	rig_resume(r, FAULT_ACCESS, true);
	assert_int_equal(rig_read(r, 0x12346678, &v), -ETIMEDOUT);
	assert_int_equal(rig_status(r), rig_bit(r, FAULT_ACCESS, false));
	assert_int_equal(rig_fault_va(r, FAULT_ACCESS, false), 0x12346678);
}

static void eap_0_ignores_permissions_and_eap_1_faults_with_bit_7_or_5(void **state)
{
	(void)state;
	SHOWS_LINE(10, eap, { ARMDMA_EV_FAULT, 2 }, { ARMDMA_EV_TLB_FILL, 4 });
}

static void sections_permissions(struct rig *r)
{
	uint32_t v;

	rig_map_1m(r, 0x12300000, 0x5AB00000, RO);
	rig_enable(r, EAP);
	assert_int_equal(rig_read(r, 0x12345678, &v), 0);
	assert_int_equal(rig_write(r, 0x12345678, 1), -ETIMEDOUT);
	assert_int_equal(rig_status(r), rig_bit(r, FAULT_ACCESS, true));
}

static void read_only_section_refuses_writes(void **state)
{
	(void)state;
	ON_EVERY_VERSION(sections_permissions);
}

static void dirty_descriptor(struct rig *r)
{
	armdma_phys_t slot = RIG_L2_FIRST + 4 * 0x45;
	uint32_t *cpu = armdma_hw_linear(r->hw, slot), v;
	uint8_t *byte = (uint8_t *)cpu;
	uint32_t word = rig_word(r, 12, 0x5ABCD000, RW);

	assert_int_equal(armdma_hw_linear_open(r->hw, slot & ARMDMA_PAGE_MASK, ARMDMA_PAGE_SIZE), 0);
	rig_put32(r, 0x4000448C, rig_pointer(r, RIG_L2_FIRST));
	rig_enable(r, 0);
	for (int i = 0; i < 4; i++)
		byte[i] = (uint8_t)(word >> 8 * i);
	assert_int_equal(rig_read(r, 0x12345678, &v), -ETIMEDOUT);
	/* From the inner cache to the outer one is not far enough. */
	armdma_hw_cache_op(r->hw, ARMDMA_CACHE_INNER, ARMDMA_CACHE_CLEAN, slot, 4);
	rig_resume(r, FAULT_PAGE, false);
	assert_int_equal(rig_read(r, 0x12345678, &v), -ETIMEDOUT);
	armdma_hw_cache_op(r->hw, ARMDMA_CACHE_OUTER, ARMDMA_CACHE_CLEAN, slot, 4);
	rig_resume(r, FAULT_PAGE, false);
	rig_assert_maps(r, 0x12345678, 0x5ABCD678);
}

static void descriptor_dirty_in_a_cache_is_invisible_until_cleaned_to_memory(void **state)
{
	(void)state;
	SHOWS_LINE(16, dirty_descriptor, { ARMDMA_EV_FAULT, 2 }, { ARMDMA_EV_CACHE_OP, 2 }, { ARMDMA_EV_WALK, 3 }, { ARMDMA_EV_TLB_FILL, 1 });
}

static void no_memory(struct rig *r)
{
	uint32_t v;

	rig_put32(r, rig_l1_slot(0x12300000), rig_pointer(r, 0x10000000));
	rig_enable(r, 0);
	assert_int_equal(rig_read(r, 0x12345678, &v), -ETIMEDOUT);
	assert_int_equal(rig_status(r), rig_bit(r, FAULT_BUS, false));
	assert_int_equal(rig_fault_va(r, FAULT_BUS, false), 0x12345678);
	rig_w(r, ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_BLOCKED);
	rig_set_base(r, 0);
	rig_resume(r, FAULT_BUS, false);
	assert_int_equal(rig_write(r, 0x45678, 0), -ETIMEDOUT);
	assert_int_equal(rig_status(r), rig_bit(r, FAULT_BUS, true));
	assert_int_equal(rig_fault_va(r, FAULT_BUS, true), 0x45678);
}

static void walk_to_memory_that_does_not_exist_is_bus_error_bit_3(void **state)
{
	(void)state;
	SHOWS_LINE(15, no_memory, { ARMDMA_EV_FAULT, 2 }, { ARMDMA_EV_WALK, 3 });
}

static void target_outside_ram(struct rig *r)
{
	uint32_t v;

	rig_map_1m(r, 0x12300000, 0x10000000, RW);
	rig_enable(r, 0);
	assert_int_equal(rig_read(r, 0x12345678, &v), -EIO);
	assert_int_equal(rig_status(r), 0);
}

static void failing_translated_access_is_the_masters_error_and_no_fault(void **state)
{
	(void)state;
	ON_EVERY_VERSION(target_outside_ram);
}

static void walker_fetches(void **state)
{
	(void)state;
	for (size_t i = 0; i < RIG_NR_VERSIONS; i++) {
		struct armdma_hw_stats st = { 0 };
		struct rig r;
		uint32_t v;

		rig_new(&r, rig_versions[i]);
		rig_map_4k(&r, 0x12345000, 0x5ABCD000, RW);
		rig_map_1m(&r, 0x12400000, 0x5AB00000, RW);
		rig_enable(&r, 0);
		rig_watch(&r, ARMDMA_EV_BIT(ARMDMA_EV_WALK) | ARMDMA_EV_BIT(ARMDMA_EV_TLB_FILL));
		assert_int_equal(rig_read(&r, 0x12345678, &v), 0);
		assert_int_equal(r.events[ARMDMA_EV_WALK], 2);
		assert_int_equal(r.last[ARMDMA_EV_WALK].pa, 0x40020514);
		assert_int_equal(r.last[ARMDMA_EV_WALK].value, rig_word(&r, 12, 0x5ABCD000, RW));
		assert_int_equal(r.last[ARMDMA_EV_TLB_FILL].addr, 0x12345000);
		assert_int_equal(r.last[ARMDMA_EV_TLB_FILL].pa, 0x5ABCD000);
		assert_int_equal(r.last[ARMDMA_EV_TLB_FILL].len, 0x1000);
		assert_int_equal(rig_read(&r, 0x12345678, &v), 0);
		assert_int_equal(rig_read(&r, 0x12445678, &v), 0);
		assert_int_equal(r.events[ARMDMA_EV_WALK], 3);
		assert_int_equal(r.last[ARMDMA_EV_TLB_FILL].len, 0x100000);
		sysmmu_stats(r.mmu, &st);
		assert_int_equal(st.walks, 2);
		assert_int_equal(st.walk_reads, 3);
		assert_int_equal(st.tlb_misses, 2);
		assert_int_equal(st.tlb_hits, 1);
		rig_free(&r);
	}
}

static void walk_of_a_small_page_costs_two_reads_and_of_a_section_one(void **state)
{
	walker_fetches(state);
}

/* A read-only entry among 15 others that leaves at the right time. */
static void replacement(void **state)
{
	(void)state;
	for (int lru = 0; lru < 2; lru++) {
		struct rig r;
		uint32_t v;

		rig_new(&r, ARMDMA_SYSMMU_V1_2);
		for (uint32_t p = 0; p < 32; p++)
			rig_map_4k(&r, 0x12300000 + (p << 12), 0x5AB00000 + (p << 12), RW);
		rig_enable(&r, lru ? ARMDMA_SYSMMU_CFG_LRU : 0);
		for (uint32_t p = 0; p < 16; p++)
			assert_int_equal(rig_read(&r, 0x12300000 + (p << 12), &v), 0);
		assert_int_equal(rig_read(&r, 0x12300000, &v), 0);
		assert_int_equal(r.mmu->walks, 16);
		/* The 17th page pushes out page 1, the oldest in use, or page 0, the first in turn. */
		assert_int_equal(rig_read(&r, 0x12310000, &v), 0);
		assert_int_equal(rig_read(&r, 0x12300000, &v), 0);
		assert_int_equal(r.mmu->walks, lru ? 17 : 18);
		rig_free(&r);
	}
}

static void tlb_replaces_lru_when_cfg_says_so_and_round_robin_else(void **state)
{
	replacement(state);
}

static void higher_address_wires_are_lost(void **state)
{
	struct bus_translation tr;
	struct bus_xfer x = { .write = false };
	struct rig r;

	(void)state;
	rig_new(&r, ARMDMA_SYSMMU_V1_2);
	rig_map_4k(&r, 0x12345000, 0x5ABCD000, RW);
	rig_enable(&r, 0);
	assert_int_equal(r.mmu->port.ops->translate(&r.mmu->port, &x, 0xFF12345678, 1, &tr), BUS_GO);
	assert_int_equal(tr.pa, 0x5ABCD678);
	assert_int_equal(tr.span, 0x1000 - 0x678);
	rig_free(&r);
}

int main(void)
{
	checklist_start("sysmmu_translation");

	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ctrl_0_passes_addresses_through_and_ctrl_5_translates),
		cmocka_unit_test(descriptors_of_all_sizes_translate_as_drivers_encode_them),
		cmocka_unit_test(supersection_with_16_copies_maps_16_MiB),
		cmocka_unit_test(double_section_with_2_copies_maps_2_MiB),
		cmocka_unit_test(level1_words_of_no_known_type_are_faults),
		cmocka_unit_test(addresses_have_36_bits_from_5_0_on_unless_configured_narrower),
		cmocka_unit_test(write_only_page_refuses_reads_from_5_0_on),
		cmocka_unit_test(level1_type_3_is_a_fault),
		cmocka_unit_test(bit_0_of_a_small_page_does_not_matter),
		cmocka_unit_test(partial_replication_of_a_large_page_faults_at_the_right_slot_only),
		cmocka_unit_test(cached_large_page_answers_for_its_whole_range),
		cmocka_unit_test(base_written_without_flush_keeps_old_translations_and_flush_removes_them),
		cmocka_unit_test(cfg_written_while_running_takes_effect_at_the_next_walk),
		cmocka_unit_test(flush_entry_without_bit_0_does_nothing_and_with_it_drops_one_page),
		cmocka_unit_test(v2_64K_page_needs_16_invalidations_and_1_leaves_stale_sets),
		cmocka_unit_test(v2_1M_page_needs_64_invalidations_and_16_leave_stale_sets),
		cmocka_unit_test(one_invalidation_of_a_large_page_is_enough_but_on_v2),
		cmocka_unit_test(eap_0_ignores_permissions_and_eap_1_faults_with_bit_7_or_5),
		cmocka_unit_test(read_only_section_refuses_writes),
		cmocka_unit_test(descriptor_dirty_in_a_cache_is_invisible_until_cleaned_to_memory),
		cmocka_unit_test(walk_to_memory_that_does_not_exist_is_bus_error_bit_3),
		cmocka_unit_test(failing_translated_access_is_the_masters_error_and_no_fault),
		cmocka_unit_test(walk_of_a_small_page_costs_two_reads_and_of_a_section_one),
		cmocka_unit_test(tlb_replaces_lru_when_cfg_says_so_and_round_robin_else),
		cmocka_unit_test(higher_address_wires_are_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
