/* SPDX-License-Identifier: BSD-2-Clause */
/* The check of a description: each field that can be wrong is refused with its value in the message. */
#include <errno.h>

#include "memory_rig.h"
#include "sim/hw.h"

typedef struct armdma_config cfg;

struct row {
	const char *what;
	void (*spoil)(cfg *c);
	const char *says[3];	/* parts of the message */
};

static void fill(char *name)
{
	memset(name, 'x', ARMDMA_NAME_LEN);
}

static void soc(cfg *c) { fill(c->soc); }
static void base(cfg *c) { c->ram_base = 0x40001000; }
static void size_zero(cfg *c) { c->ram_size = 0; }
static void size_odd(cfg *c) { c->ram_size = 0x401000; }
static void beyond(cfg *c) { c->ram_base = 0xff00000000; c->ram_size = 0x200000000; }
static void wraps(cfg *c) { c->ram_base = 0xffffffffffc00000; c->ram_size = 0x800000; c->lowmem_size = 0x1000; }
static void low_zero(cfg *c) { c->lowmem_size = 0; }
static void low_big(cfg *c) { c->lowmem_size = c->ram_size + 0x1000; }
static void low_odd(cfg *c) { c->lowmem_size = 0x12345; }
static void zone_big(cfg *c) { c->dma_zone_size = c->lowmem_size + 0x1000; }
static void zone_odd(cfg *c) { c->dma_zone_size = 0x801; }
static void inner(cfg *c) { c->inner_line = 48; }
static void inner_zero(cfg *c) { c->inner_line = c->outer_line = 0; }
static void outer(cfg *c) { c->outer_line = 64; }
static void policy(cfg *c) { c->cache_policy = (enum armdma_cache_policy)17; }
static void intensity(cfg *c) { c->adversary_intensity = 1001; }
static void blind(cfg *c) { c->cache_policy = ARMDMA_CACHE_ADVERSARY; c->undo = false; }
static void alias(cfg *c) { c->alias_mode = (enum armdma_alias_mode)18; }
static void order(cfg *c) { c->iova_align_order = 21; }
static void many_mmus(cfg *c) { c->nr_sysmmus = 25; }
static void many_devs(cfg *c) { c->nr_devices = 26; }
static void mmu_name(cfg *c) { c->sysmmus[1].name[0] = 0; }
static void mmu_long(cfg *c) { fill(c->sysmmus[1].name); }
static void mmu_base(cfg *c) { c->sysmmus[1].reg_base = 0x11a30010; }
static void mmu_ram(cfg *c) { c->sysmmus[1].reg_base = 0x40002000; }
static void mmu_irq(cfg *c) { c->sysmmus[1].irq = ARMDMA_IRQ_COMBINER(16, 0); }
static void mmu_version(cfg *c) { c->sysmmus[1].version = 0xdead0000; }
static void mmu_tlb(cfg *c) { c->sysmmus[1].tlb_entries = 128; }
static void mmu_tlb_v5(cfg *c) { c->sysmmus[1].version = ARMDMA_SYSMMU_V5_0; c->sysmmus[1].tlb_entries = 256; }
static void mmu_lines(cfg *c) { c->sysmmus[1].version = ARMDMA_SYSMMU_V7_2; c->sysmmus[1].tlb_entries = 129; }
static void mmu_sets(cfg *c) { c->sysmmus[1].tlb_sets = 3; }
static void mmu_sets_divide(cfg *c) { c->sysmmus[1].tlb_entries = 12; c->sysmmus[1].tlb_sets = 8; }
static void mmu_replace(cfg *c) { c->sysmmus[1].tlb_replacement = (enum armdma_tlb_replacement)7; }
static void mmu_tlbs(cfg *c) { c->sysmmus[1].nr_tlbs = 2; }
static void mmu_tlbs_many(cfg *c) { c->sysmmus[1].version = ARMDMA_SYSMMU_V7_4; c->sysmmus[1].nr_tlbs = 9; }
static void mmu_tlb2(cfg *c) { c->sysmmus[1].tlb2_sets = 64; c->sysmmus[1].tlb2_ways = 8; }
static void mmu_tlb2_sets(cfg *c) { c->sysmmus[1].version = ARMDMA_SYSMMU_V6_0; c->sysmmus[1].tlb2_sets = 60; }
static void mmu_tlb2_ways(cfg *c) { c->sysmmus[1].version = ARMDMA_SYSMMU_V6_0; c->sysmmus[1].tlb2_sets = 64; c->sysmmus[1].tlb2_ways = 16; }
static void mmu_pbs(cfg *c) { c->sysmmus[1].version = ARMDMA_SYSMMU_V3_3; c->sysmmus[1].prefetch_buffers = 5; }
static void mmu_pbs_none(cfg *c) { c->sysmmus[1].prefetch_buffers = 3; }
static void mmu_flpd(cfg *c) { c->sysmmus[1].version = ARMDMA_SYSMMU_V3_1; c->sysmmus[1].flpd_entries = 4; }
static void mmu_flpd_many(cfg *c) { c->sysmmus[1].version = ARMDMA_SYSMMU_V3_2; c->sysmmus[1].flpd_entries = 65; }
static void mmu_sbb(cfg *c) { c->sysmmus[1].version = ARMDMA_SYSMMU_V7_0; c->sysmmus[1].flpd_entries = 6; }
static void mmu_errata(cfg *c) { c->sysmmus[1].errata_off = 8; }
static void mmu_bits(cfg *c) { c->sysmmus[1].addr_bits = 36; }
static void mmu_bits_v5(cfg *c) { c->sysmmus[1].version = ARMDMA_SYSMMU_V5_0; c->sysmmus[1].addr_bits = 37; }
static void mmu_no_block(cfg *c) { c->sysmmus[1].version = ARMDMA_SYSMMU_V7_0; c->sysmmus[1].no_block = true; }
static void mmu_domain(cfg *c) { fill(c->sysmmus[1].power_domain); }
static void mmu_window(cfg *c) { c->sysmmus[1].version = ARMDMA_SYSMMU_V7_4; c->sysmmus[1].reg_base = c->sysmmus[2].reg_base - 0x8000; }
static void dev_domain(cfg *c) { fill(c->devices[1].power_domain); }
static void dev_port(cfg *c) { strcpy(c->devices[1].more_sysmmus[0], "sysmmu-gone"); }
static void dev_port_share(cfg *c) { strcpy(c->devices[1].more_sysmmus[0], "sysmmu-fimc2"); }
static void dev_port_gap(cfg *c) { c->devices[2].sysmmu[0] = 0; strcpy(c->devices[1].more_sysmmus[1], "sysmmu-fimc2"); }
static void dev_name(cfg *c) { c->devices[1].name[0] = 0; }
static void dev_base(cfg *c) { c->devices[1].reg_base = 0x11810800; }
static void dev_ram(cfg *c) { c->devices[1].reg_base = RIG_BASE + RIG_RAM - 0x1000; }
static void no_combiner(cfg *c) { c->combiner.nr_groups = 0; }
static void groups(cfg *c) { c->combiner.nr_groups = 33; }
static void group_line(cfg *c) { c->combiner.irq[3] = 256; }
static void combiner_base(cfg *c) { c->combiner.reg_base = 0x11a20000; }
static void dev_irq(cfg *c) { c->devices[1].irq = 400; }
static void dev_kind(cfg *c) { c->devices[1].kind = (enum armdma_devkind)9; }
static void dev_narrow(cfg *c) { c->devices[1].addr_bits = 15; }
static void dev_wide(cfg *c) { c->devices[1].addr_bits = 41; }
static void dev_mmu(cfg *c) { strcpy(c->devices[1].sysmmu, "sysmmu-gone"); }
static void dev_mmu_long(cfg *c) { fill(c->devices[1].sysmmu); }
static void dev_share(cfg *c) { strcpy(c->devices[1].sysmmu, "sysmmu-fimc0"); }
static void same_name(cfg *c) { strcpy(c->devices[1].name, "fimc0"); }
static void mmu_as_dev(cfg *c) { strcpy(c->devices[1].name, "sysmmu-mdma"); }
static void overlap(cfg *c) { c->devices[1].reg_base = c->sysmmus[4].reg_base; }

static const struct row rows[] = {
	{ "soc", soc, { "soc", "xxxxxxxxxxxxxxxx" } },
	{ "ram_base", base, { "ram_base", "0x40001000" } },
	{ "ram_size 0", size_zero, { "ram_size", "0x0" } },
	{ "ram_size", size_odd, { "ram_size", "0x401000" } },
	{ "RAM beyond 40 bits", beyond, { "0xff00000000", "0x200000000" } },
	{ "RAM that wraps", wraps, { "0xffffffffffc00000", "0x800000" } },
	{ "lowmem 0", low_zero, { "lowmem_size", "0x0" } },
	{ "lowmem above RAM", low_big, { "lowmem_size", "0x1001000", "0x1000000" } },
	{ "lowmem unaligned", low_odd, { "lowmem_size", "0x12345" } },
	{ "dma zone above lowmem", zone_big, { "dma_zone_size", "0x801000", "0x800000" } },
	{ "dma zone unaligned", zone_odd, { "dma_zone_size", "0x801" } },
	{ "inner line", inner, { "inner_line", "48" } },
	{ "inner line 0", inner_zero, { "inner_line", "0" } },
	{ "outer line", outer, { "outer_line", "64", "32" } },
	{ "policy", policy, { "cache_policy", "17" } },
	{ "intensity", intensity, { "adversary_intensity", "1001" } },
	{ "adversary without undo lines", blind, { "ARMDMA_CACHE_ADVERSARY", "undo" } },
	{ "alias mode", alias, { "alias_mode", "18" } },
	{ "iova order", order, { "iova_align_order", "21" } },
	{ "too many SYSMMUs", many_mmus, { "25 SYSMMUs", "24" } },
	{ "too many devices", many_devs, { "26 devices", "24" } },
	{ "SYSMMU without name", mmu_name, { "0x11a30000", "name" } },
	{ "SYSMMU name not terminated", mmu_long, { "0x11a30000", "name" } },
	{ "SYSMMU base", mmu_base, { "sysmmu-fimc1", "reg_base", "0x11a30010" } },
	{ "SYSMMU in RAM", mmu_ram, { "sysmmu-fimc1", "0x40002000", "RAM" } },
	{ "SYSMMU irq", mmu_irq, { "sysmmu-fimc1", "interrupt 384" } },
	{ "SYSMMU version", mmu_version, { "sysmmu-fimc1", "0xdead0000" } },
	{ "SYSMMU tlb", mmu_tlb, { "sysmmu-fimc1", "tlb_entries", "128" } },
	{ "SYSMMU 5.x tlb", mmu_tlb_v5, { "sysmmu-fimc1", "tlb_entries", "256" } },
	{ "SYSMMU 7.x lines", mmu_lines, { "sysmmu-fimc1", "tlb_entries", "129" } },
	{ "sets", mmu_sets, { "sysmmu-fimc1", "tlb_sets 3" } },
	{ "sets that do not divide", mmu_sets_divide, { "sysmmu-fimc1", "tlb_sets 8", "12" } },
	{ "replacement", mmu_replace, { "sysmmu-fimc1", "tlb_replacement 7" } },
	{ "several TLBs", mmu_tlbs, { "sysmmu-fimc1", "nr_tlbs 2" } },
	{ "too many TLBs", mmu_tlbs_many, { "sysmmu-fimc1", "nr_tlbs 9", "8" } },
	{ "second level of 1.x", mmu_tlb2, { "sysmmu-fimc1", "tlb2_sets 64" } },
	{ "sets of the second level", mmu_tlb2_sets, { "sysmmu-fimc1", "tlb2_sets 60" } },
	{ "ways of the second level", mmu_tlb2_ways, { "sysmmu-fimc1", "tlb2_ways 16" } },
	{ "prefetch buffers", mmu_pbs, { "sysmmu-fimc1", "prefetch_buffers 5" } },
	{ "prefetch buffers of 1.x", mmu_pbs_none, { "sysmmu-fimc1", "prefetch_buffers 3" } },
	{ "level-1 cache of 3.1", mmu_flpd, { "sysmmu-fimc1", "flpd_entries 4" } },
	{ "level-1 cache", mmu_flpd_many, { "sysmmu-fimc1", "flpd_entries 65" } },
	{ "level-1 cache of 7.x", mmu_sbb, { "sysmmu-fimc1", "flpd_entries 6" } },
	{ "errata", mmu_errata, { "sysmmu-fimc1", "errata_off 0x8" } },
	{ "36 bits on 1.x", mmu_bits, { "sysmmu-fimc1", "addr_bits 36" } },
	{ "37 bits", mmu_bits_v5, { "sysmmu-fimc1", "addr_bits 37" } },
	{ "no_block", mmu_no_block, { "sysmmu-fimc1", "no_block" } },
	{ "SYSMMU power domain", mmu_domain, { "sysmmu-fimc1", "power_domain" } },
	{ "36 KiB of registers", mmu_window, { "sysmmu-fimc1", "sysmmu-fimc2", "overlap" } },
	{ "device power domain", dev_domain, { "fimc1", "power_domain" } },
	{ "SYSMMU of a second port", dev_port, { "fimc1", "sysmmu-gone" } },
	{ "shared by a second port", dev_port_share, { "sysmmu-fimc2", "2 devices" } },
	{ "port without the one before", dev_port_gap, { "fimc1", "port 2", "sysmmu-fimc2" } },
	{ "device without name", dev_name, { "0x11810000", "name" } },
	{ "device base", dev_base, { "fimc1", "reg_base", "0x11810800" } },
	{ "device in RAM", dev_ram, { "fimc1", "0x40fff000", "RAM" } },
	{ "no combiner", no_combiner, { "sysmmu-fimc0", "interrupt 290", "0 groups" } },
	{ "combiner groups", groups, { "combiner", "33 groups" } },
	{ "combiner line", group_line, { "combiner", "line 256", "group 3" } },
	{ "combiner registers", combiner_base, { "combiner", "sysmmu-fimc0", "0x11a20000" } },
	{ "device irq", dev_irq, { "fimc1", "interrupt 400" } },
	{ "device kind", dev_kind, { "fimc1", "kind 9" } },
	{ "address bits few", dev_narrow, { "fimc1", "addr_bits 15" } },
	{ "address bits many", dev_wide, { "fimc1", "addr_bits 41" } },
	{ "unknown SYSMMU", dev_mmu, { "fimc1", "sysmmu-gone" } },
	{ "SYSMMU reference not terminated", dev_mmu_long, { "fimc1", "xxxxxxxxxxxxxxxx" } },
	{ "shared SYSMMU", dev_share, { "sysmmu-fimc0", "2 devices" } },
	{ "two of one name", same_name, { "\"fimc0\"" } },
	{ "device named as a SYSMMU", mmu_as_dev, { "\"sysmmu-mdma\"" } },
	{ "overlapping registers", overlap, { "fimc1", "sysmmu-mdma", "0x10a40000" } },
};

static cfg good(void)
{
	cfg c = armdma_config_exynos4210();

	c.ram_size = RIG_RAM;
	c.lowmem_size = RIG_LOWMEM;
	return c;
}

static void every_bad_field_is_named_with_its_value(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct armdma_error err = { "" };
		struct armdma_hw *hw = NULL;
		cfg c = good();

		rows[i].spoil(&c);
		if (armdma_config_check(&c, &err) != -EINVAL)
			fail_msg("%s: accepted", rows[i].what);
		for (int k = 0; k < 3 && rows[i].says[k]; k++)
			if (!strstr(err.msg, rows[i].says[k]))
				fail_msg("%s: \"%s\" does not say \"%s\"", rows[i].what, err.msg,
					 rows[i].says[k]);
		assert_int_equal(armdma_config_check(&c, NULL), -EINVAL);
		assert_int_equal(armdma_hw_create(&hw, &c, NULL), -EINVAL);
		assert_null(hw);
	}
}

static void presets_are_valid_and_build(void **state)
{
	cfg presets[] = { armdma_config_exynos4210(), armdma_config_exynos4412() };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct armdma_error err = { "" };
		struct armdma_hw *hw;

		if (armdma_config_check(&presets[i], &err))
			fail_msg("%s", err.msg);
		hw = rig_create(&presets[i]);
		assert_memory_equal(armdma_hw_config(hw), &presets[i], sizeof(cfg));
		assert_non_null(hw_find_device(hw, "fimc0"));
		assert_non_null(hw_find_device(hw, "mdma"));
		assert_null(hw_find_device(hw, "fimc4"));
		armdma_hw_destroy(hw);
	}
	assert_string_equal(presets[0].soc, "exynos4210");
	assert_string_equal(presets[1].soc, "exynos4412");
	assert_int_equal(presets[0].ram_base, 0x40000000);
	if (sizeof(void *) == 8)
		assert_int_equal(presets[0].ram_size, 1u << 30);
}

static void limits_are_valid(void **state)
{
	struct armdma_error err = { "" };
	cfg c = good();

	(void)state;
	c.ram_base = (1ULL << 40) - RIG_RAM;
	c.dma_zone_size = c.lowmem_size = c.ram_size;
	c.inner_line = c.outer_line = 64;
	c.cache_policy = ARMDMA_CACHE_NON_SPECULATING;
	c.alias_mode = ARMDMA_ALIAS_KEEP;
	c.iova_align_order = 20;
	c.wbuf_max = 0;
	c.devices[0].addr_bits = 16;
	c.devices[1].addr_bits = 40;
	c.devices[2].addr_bits = 0;
	c.devices[3].sysmmu[0] = 0;
	c.sysmmus[0].tlb_entries = 127;
	c.sysmmus[0].irq = 255;
	if (armdma_config_check(&c, &err))
		fail_msg("%s", err.msg);
	armdma_hw_destroy(rig_create(&c));
	c.nr_sysmmus = c.nr_devices = 0;
	armdma_hw_destroy(rig_create(&c));
}

static void ram_at_the_end_of_40_bits_works(void **state)
{
	struct armdma_hw *hw;
	cfg c = rig_config();
	armdma_phys_t top = (1ULL << 40) - 1;

	(void)state;
	c.ram_base = (1ULL << 40) - RIG_RAM;
	hw = rig_create(&c);
	rig_master8(hw, top, 5);
	assert_int_equal(rig_phys8(hw, top), 5);
	assert_false(mem_is_ram(hw, top, 2));
	assert_true(mem_is_ram(hw, top, 1));
	assert_int_equal(armdma_hw_linear_open(hw, c.ram_base, RIG_PAGE), 0);
	cpu_set(armdma_hw_linear(hw, c.ram_base), 1);
	armdma_hw_destroy(hw);
}

static void cpus_have_the_caches_of_their_family(void **state)
{
	static const struct {
		enum armdma_cpu cpu;
		uint32_t line, wbuf_max;
		bool speculates;
	} want[] = {
		{ ARMDMA_CPU_ARM926, 32, 0, false },
		{ ARMDMA_CPU_XSCALE, 32, 0, false },
		{ ARMDMA_CPU_ARM1136, 32, 65536, true },
		{ ARMDMA_CPU_CORTEX_A8, 64, 65536, true },
		{ ARMDMA_CPU_CORTEX_A9, 32, 65536, true },
		{ ARMDMA_CPU_CORTEX_A15, 64, 65536, true },
	};
	cfg c = good();

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		uint8_t v = 0;
		struct armdma_hw *hw;

		assert_int_equal(armdma_config_set_cpu(&c, want[i].cpu), 0);
		assert_int_equal(c.inner_line, want[i].line);
		assert_int_equal(c.outer_line, want[i].line);
		assert_int_equal(c.wbuf_max, want[i].wbuf_max);
		assert_int_equal(c.cpu_speculates, want[i].speculates);
		/* An invalidated line that nobody asks for comes back where the CPU speculates. */
		hw = rig_open(&c);
		armdma_hw_cache_op(hw, ARMDMA_CACHE_ALL, ARMDMA_CACHE_INVALIDATE, RIG_BASE, 64);
		rig_master8(hw, RIG_BASE, 1);
		assert_int_equal(armdma_hw_cache_read(hw, RIG_BASE, &v, 1), 0);
		assert_int_equal(v, !want[i].speculates);
		armdma_hw_destroy(hw);
	}
	assert_int_equal(armdma_config_set_cpu(&c, ARMDMA_NR_CPUS), -EINVAL);
	assert_int_equal(c.inner_line, 64);
}

static void unit_statistics_know_the_units_by_name(void **state)
{
	struct armdma_hw_stats st;
	struct armdma_hw *hw;
	cfg c = good();

	(void)state;
	hw = rig_create(&c);
	armdma_hw_advance(hw, 10);
	assert_int_equal(armdma_hw_unit_stats(hw, "sysmmu-fimc1", &st), 0);
	assert_int_equal(st.cycles, 10);
	assert_int_equal(armdma_hw_unit_stats(hw, "mdma", &st), 0);
	assert_int_equal(armdma_hw_unit_stats(hw, "nobody", &st), -ENOENT);
	armdma_hw_destroy(hw);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_bad_field_is_named_with_its_value),
		cmocka_unit_test(presets_are_valid_and_build),
		cmocka_unit_test(limits_are_valid),
		cmocka_unit_test(ram_at_the_end_of_40_bits_works),
		cmocka_unit_test(cpus_have_the_caches_of_their_family),
		cmocka_unit_test(unit_statistics_know_the_units_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
