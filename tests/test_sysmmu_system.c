/* SPDX-License-Identifier: BSD-2-Clause */
/* SYSMMUs in a SoC: where they are, what they share, and what clocks, power domains and the order of events do to them. */
#include <errno.h>
#include <stdlib.h>

#include "tests/sysmmu_rig.h"

#define RW RIG_RW
#define VA 0x12345000u

/* ---- The presets -------------------------------------------------------------------- */

struct place {
	const char *name;
	armdma_phys_t base;
	uint32_t group, input;
};

static const struct place exynos4210[] = {
	{ "sysmmu-mdma", 0x10A40000, 4, 0 }, { "sysmmu-sss", 0x10A50000, 4, 1 }, { "sysmmu-fimc0", 0x11A20000, 4, 2 },
	{ "sysmmu-fimc1", 0x11A30000, 4, 3 }, { "sysmmu-fimc2", 0x11A40000, 4, 4 }, { "sysmmu-fimc3", 0x11A50000, 4, 5 },
	{ "sysmmu-jpeg", 0x11A60000, 4, 6 }, { "sysmmu-g2d", 0x12A20000, 4, 7 }, { "sysmmu-rotator", 0x12A30000, 5, 0 },
	{ "sysmmu-mdma2", 0x12A40000, 5, 1 }, { "sysmmu-fimd0", 0x11E20000, 5, 2 }, { "sysmmu-fimd1", 0x12220000, 5, 3 },
	{ "sysmmu-tv", 0x12E20000, 5, 4 }, { "sysmmu-mfc-l", 0x13620000, 5, 5 }, { "sysmmu-mfc-r", 0x13630000, 5, 6 },
	{ "sysmmu-pcie", 0x12620000, 5, 7 },
};
static const struct place exynos4412[] = {
	{ "sysmmu-sss", 0x10A50000, 4, 1 }, { "sysmmu-fimc0", 0x11A20000, 4, 2 }, { "sysmmu-fimc3", 0x11A50000, 4, 5 },
	{ "sysmmu-jpeg", 0x11A60000, 4, 6 }, { "sysmmu-g2d", 0x10A40000, 4, 7 }, { "sysmmu-rotator", 0x12A30000, 5, 0 },
	{ "sysmmu-mdma", 0x12A40000, 5, 1 }, { "sysmmu-fimd0", 0x11E20000, 5, 2 }, { "sysmmu-tv", 0x12E20000, 5, 4 },
	{ "sysmmu-mfc-l", 0x13620000, 5, 5 }, { "sysmmu-mfc-r", 0x13630000, 5, 6 }, { "sysmmu-lite0", 0x123B0000, 16, 0 },
	{ "sysmmu-lite1", 0x123C0000, 16, 1 }, { "sysmmu-isp", 0x12260000, 16, 2 }, { "sysmmu-drc", 0x12270000, 16, 3 },
	{ "sysmmu-fd", 0x122A0000, 16, 4 }, { "sysmmu-mcu", 0x122B0000, 16, 5 },
};

static void check_places(const struct armdma_config *cfg, const struct place *p, size_t n)
{
	struct armdma_error err;
	struct armdma_hw *hw;

	assert_int_equal(armdma_hw_create(&hw, cfg, &err), 0);
	for (; n--; p++) {
		uint32_t i = 0;

		while (i < cfg->nr_sysmmus && strcmp(cfg->sysmmus[i].name, p->name))
			i++;
		if (i == cfg->nr_sysmmus)
			fail_msg("%s: no %s", cfg->soc, p->name);
		assert_int_equal(cfg->sysmmus[i].reg_base, p->base);
		assert_int_equal(cfg->sysmmus[i].irq, ARMDMA_IRQ_COMBINER(p->group, p->input));
		assert_int_equal(armdma_hw_readl(hw, p->base + ARMDMA_SYSMMU_REG_VERSION), ARMDMA_SYSMMU_V1_2);
	}
	armdma_hw_destroy(hw);
}

static void presets_have_the_sysmmus_of_their_socs(void **state)
{
	struct armdma_config c4210 = armdma_config_exynos4210(), c4412 = armdma_config_exynos4412();

	(void)state;
	check_places(&c4210, exynos4210, sizeof(exynos4210) / sizeof(exynos4210[0]));
	assert_int_equal(c4210.nr_sysmmus, 16);
	check_places(&c4412, exynos4412, sizeof(exynos4412) / sizeof(exynos4412[0]));
	assert_int_equal(c4412.nr_sysmmus, 19);
}

/* ---- Two ports under one table -------------------------------------------------------- */

static void put32(struct armdma_hw *hw, uint32_t pa, uint32_t v)
{
	uint8_t b[4] = { (uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), (uint8_t)(v >> 24) };

	assert_int_equal(armdma_hw_phys_write(hw, pa, b, 4), 0);
}

static void run_unit(struct armdma_hw *hw, armdma_phys_t regs)
{
	armdma_hw_writel(hw, regs + ARMDMA_SYSMMU_REG_PT_BASE, RIG_L1);
	armdma_hw_writel(hw, regs + ARMDMA_SYSMMU_REG_FLUSH, 1);
	armdma_hw_writel(hw, regs + ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_RUN);
}

static void ports_of_one_master_have_tlbs_of_their_own(void **state)
{
	struct armdma_config cfg = armdma_config_exynos4210();
	const armdma_phys_t left = 0x13620000, right = 0x13630000;
	struct armdma_hw *hw;
	uint8_t b;

	(void)state;
	assert_int_equal(armdma_hw_create(&hw, &cfg, NULL), 0);
	put32(hw, RIG_L1 + 4 * (VA >> 20), 0x5AB00000 | 2);
	put32(hw, 0x5AB45000, 1);
	put32(hw, 0x5AC45000, 2);
	run_unit(hw, left);
	run_unit(hw, right);
	assert_int_equal(armdma_hw_master_read_sync(hw, "mfc", VA, &b, 1, RIG_TIME), 0);
	assert_int_equal(b, 1);
	assert_int_equal(armdma_hw_master_read_sync(hw, "mfc:1", VA, &b, 1, RIG_TIME), 0);
	assert_int_equal(b, 1);
	/* Between the two invalidations one port sees the new page and the other one still the old. */
	put32(hw, RIG_L1 + 4 * (VA >> 20), 0x5AC00000 | 2);
	armdma_hw_writel(hw, left + ARMDMA_SYSMMU_REG_FLUSH_ENTRY, VA | 1);
	assert_int_equal(armdma_hw_master_read_sync(hw, "mfc", VA, &b, 1, RIG_TIME), 0);
	assert_int_equal(b, 2);
	assert_int_equal(armdma_hw_master_read_sync(hw, "mfc:1", VA, &b, 1, RIG_TIME), 0);
	assert_int_equal(b, 1);
	armdma_hw_writel(hw, right + ARMDMA_SYSMMU_REG_FLUSH_ENTRY, VA | 1);
	assert_int_equal(armdma_hw_master_read_sync(hw, "mfc:1", VA, &b, 1, RIG_TIME), 0);
	assert_int_equal(b, 2);
	assert_int_equal(armdma_hw_master_read_sync(hw, "mfc:2", VA, &b, 1, RIG_TIME), -ENOENT);
	armdma_hw_destroy(hw);
}

/* ---- Clocks ----------------------------------------------------------------------------- */

static void gated(struct rig *r)
{
	const char *unit = r->hw->cfg.sysmmus[0].name;
	struct rig_xfer x;

	rig_map_4k(r, VA, 0x5ABCD000, RW);
	rig_enable(r, 0);
	rig_assert_maps(r, VA, 0x5ABCD000);
	assert_int_equal(armdma_hw_clock_gate(r->hw, unit, false), 0);
	assert_int_equal(rig_r(r, ARMDMA_SYSMMU_REG_CTRL), 0);
	assert_int_equal(r->logs, 1);
	assert_non_null(strstr(r->last_log, "external abort"));
	assert_non_null(strstr(r->last_log, unit));
	assert_non_null(strstr(r->last_log, "clock is gated"));
	rig_w(r, ARMDMA_SYSMMU_REG_CTRL, 0);
	assert_int_equal(r->logs, 2);
	rig_start(r, &x, false, VA, 4);
	armdma_hw_advance(r->hw, 1000);
	assert_false(x.ended);
	/* Nothing was lost, nor was the write done. */
	assert_int_equal(armdma_hw_clock_gate(r->hw, unit, true), 0);
	armdma_hw_advance(r->hw, 1000);
	assert_true(x.ended);
	assert_int_equal(rig_r(r, ARMDMA_SYSMMU_REG_CTRL), ARMDMA_SYSMMU_CTRL_RUN);
	assert_int_equal(r->mmu->walks, 1);
	assert_int_equal(armdma_hw_clock_gate(r->hw, "sysmmu-nobody", true), -ENOENT);
}

static void register_access_with_gated_clock_is_an_external_abort_and_state_is_kept(void **state)
{
	(void)state;
	SHOWS_LINE(25, gated, { ARMDMA_EV_ABORT, 2 }, { ARMDMA_EV_POWER, 2 }, { ARMDMA_EV_BUS_READ, 2 });
}

/* ---- Power ------------------------------------------------------------------------------ */

static void open_in_domain(struct rig *r, uint32_t version)
{
	struct armdma_config cfg = rig_config(version);

	snprintf(cfg.sysmmus[0].power_domain, sizeof(cfg.sysmmus[0].power_domain), "CAM");
	rig_open(r, &cfg);
}

static void power_off_resets_to_bypass_and_enabling_again_translates(void **state)
{
	(void)state;
	for (size_t i = 0; i < RIG_NR_VERSIONS; i++) {
		struct check c;
		struct rig r;
		uint32_t v;

		open_in_domain(&r, rig_versions[i]);
		check_begin(&c, r.hw, r.hw->cfg.sysmmus[0].name, RIG_REGS);
		rig_map_4k(&r, 0x50001000, 0x5ABCD000, RW);
		rig_put32(&r, 0x50001230, 0xCAFE);
		rig_put32(&r, 0x5ABCD230, 0xF00D);
		rig_enable(&r, ARMDMA_SYSMMU_CFG_QOS(15));
		assert_int_equal(rig_read(&r, 0x50001230, &v), 0);
		assert_int_equal(v, 0xF00D);
		assert_int_equal(armdma_hw_power_domain(r.hw, "CAM", false), 0);
		assert_int_equal(rig_r(&r, ARMDMA_SYSMMU_REG_VERSION), 0);
		assert_non_null(strstr(r.last_log, "powered off"));
		assert_int_equal(armdma_hw_power_domain(r.hw, "CAM", true), 0);
		/* A master that runs before the unit is enabled again reaches what its address means physically. */
		assert_int_equal(rig_r(&r, ARMDMA_SYSMMU_REG_CTRL), 0);
		assert_int_equal(rig_r(&r, ARMDMA_SYSMMU_REG_CFG), 0);
		assert_int_equal(rig_read(&r, 0x50001230, &v), 0);
		assert_int_equal(v, 0xCAFE);
		/* The TLB is empty as well: the table that it knew is gone. */
		rig_put32(&r, rig_l2_slot(&r, 0x50001000), rig_word(&r, 12, 0x5ABCE000, RW));
		rig_put32(&r, 0x5ABCE230, 0xBEEF);
		rig_set_base(&r, RIG_L1);
		if (rig_has_vm(&r))
			rig_w(&r, 0x8000, 9);
		rig_w(&r, ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_RUN);
		assert_int_equal(rig_read(&r, 0x50001230, &v), 0);
		assert_int_equal(v, 0xBEEF);
		assert_int_equal(armdma_hw_power_domain(r.hw, "TV", true), -ENOENT);
		check_passed(&c, 24, ((struct check_need[]){ { ARMDMA_EV_POWER, 2 }, { ARMDMA_EV_ABORT, 1 },
							     { ARMDMA_EV_TLB_FILL, 2 }, { 0, 0 } }));
		check_end(&c);
		rig_free(&r);
	}
}

static void power_off_lowers_the_line_and_forgets_what_a_fault_held(void **state)
{
	(void)state;
	for (size_t i = 0; i < RIG_NR_VERSIONS; i++) {
		struct rig_xfer x;
		struct rig r;

		open_in_domain(&r, rig_versions[i]);
		rig_enable(&r, 0);
		rig_start_held(&r, &x, true, 0x50001230);
		assert_true(armdma_hw_irq_level(r.hw, RIG_IRQ));
		armdma_hw_power_domain(r.hw, "CAM", false);
		assert_false(armdma_hw_irq_level(r.hw, RIG_IRQ));
		bus_master_reset(r.m);
		armdma_hw_power_domain(r.hw, "CAM", true);
		assert_int_equal(rig_status(&r), 0);
		armdma_hw_advance(r.hw, 1000);
		assert_false(x.ended);
		rig_free(&r);
	}
}

static void domain_takes_its_devices_along(void **state)
{
	struct armdma_config cfg = armdma_config_exynos4210();
	struct armdma_hw *hw;

	(void)state;
	assert_int_equal(armdma_hw_create(&hw, &cfg, NULL), 0);
	armdma_hw_writel(hw, 0x11800000 + 0x18, 0x12340000);	/* FIMC0's first output address */
	assert_int_equal(armdma_hw_readl(hw, 0x11800000 + 0x18), 0x12340000);
	armdma_hw_writel(hw, 0x11A20000, 5);
	armdma_hw_writel(hw, 0x13620000, 5);
	assert_int_equal(armdma_hw_power_domain(hw, "CAM", false), 0);
	assert_int_equal(armdma_hw_power_domain(hw, "CAM", true), 0);
	assert_int_equal(armdma_hw_readl(hw, 0x11800000 + 0x18), 0);
	assert_int_equal(armdma_hw_readl(hw, 0x11A20000), 0);
	/* Others stay. */
	assert_int_equal(armdma_hw_readl(hw, 0x13620000), 5);
	armdma_hw_destroy(hw);
}

/* ---- Interrupts ---------------------------------------------------------------------------- */

struct storm {
	struct rig *r;
	unsigned int calls;
};

/* As some drivers do with what they do not know: unblock without clearing. */
static bool unblocks_only(void *ctx, uint32_t line)
{
	struct storm *s = ctx;

	(void)line;
	s->calls++;
	armdma_hw_writel(s->r->hw, RIG_REGS + ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_RUN);
	return true;
}

static void storm(struct rig *r)
{
	struct storm s = { r, 0 };
	struct rig_xfer x;
	uint64_t start;

	rig_enable(r, 0);
	assert_int_equal(armdma_hw_irq_request(r->hw, RIG_IRQ, unblocks_only, &s), 0);
	rig_start(r, &x, false, VA, 4);
	start = armdma_hw_now(r->hw);
	for (int i = 0; i < 100; i++)
		armdma_hw_advance(r->hw, 10);
	/* The line never falls: the handler is entered again and again, and time goes on. */
	assert_true(s.calls >= 100);
	assert_true(armdma_hw_now(r->hw) >= start + s.calls * r->hw->cfg.costs.irq);
	assert_false(x.ended);
	assert_true(armdma_hw_irq_level(r->hw, RIG_IRQ));
	armdma_hw_irq_free(r->hw, RIG_IRQ, unblocks_only, &s);
}

static void handler_that_does_not_clear_is_entered_again_and_again(void **state)
{
	(void)state;
	ON_EVERY_VERSION(storm);
}

/* ---- Time ------------------------------------------------------------------------------------ */

struct tape {
	uint64_t hash;
	uint64_t events;
};

static void mix(struct tape *t, uint64_t v)
{
	t->hash = (t->hash ^ v) * 0x100000001B3ULL;
	t->hash ^= t->hash >> 29;
}

static void record(void *ctx, const struct armdma_event *ev)
{
	struct tape *t = ctx;

	t->events++;
	mix(t, ev->type);
	mix(t, ev->time);
	mix(t, ev->addr);
	mix(t, ev->pa);
	mix(t, ev->len);
	mix(t, ev->value);
}

/* Random traffic of both channels through a TLB with random replacement. */
static struct tape one_run(uint32_t version, uint64_t seed)
{
	struct armdma_config cfg = rig_config(version);
	struct tape t = { 0xCBF29CE484222325ULL, 0 };
	static uint8_t buf[64][512];
	uint32_t x = 12345;
	struct rig r;

	cfg.seed = seed;
	cfg.sysmmus[0].tlb_replacement = ARMDMA_TLB_RANDOM;
	cfg.sysmmus[0].tlb_entries = 8;
	rig_open(&r, &cfg);
	for (uint32_t p = 0; p < 64; p++)
		rig_map_4k(&r, 0x12300000 + (p << 12), 0x5AB00000 + (p << 12), RW);
	rig_enable(&r, ARMDMA_SYSMMU_CFG_FLPDCACHE);
	assert_int_equal(armdma_event_subscribe(armdma_hw_events(r.hw), ARMDMA_EV_ALL, record, &t), 0);
	for (int round = 0; round < 20; round++) {
		for (int i = 0; i < 64; i++) {
			armdma_dma_t va;

			x = x * 1664525 + 1013904223;
			va = 0x12300000 + (x >> 8) % (63 * 4096);
			if (x >> 31)
				armdma_hw_master_write(r.hw, "m", va, buf[i], 1 + (x >> 4) % 512, NULL, NULL);
			else
				armdma_hw_master_read(r.hw, "m", va, buf[i], 1 + (x >> 4) % 512, NULL, NULL);
		}
		assert_int_equal(armdma_hw_run_until_idle(r.hw, RIG_TIME), 0);
	}
	rig_free(&r);
	return t;
}

static void two_runs_with_one_seed_agree_event_by_event_and_another_seed_differs(void **state)
{
	(void)state;
	for (size_t i = 0; i < RIG_NR_VERSIONS; i++) {
		struct tape a = one_run(rig_versions[i], 7), b = one_run(rig_versions[i], 7);
		struct tape other = one_run(rig_versions[i], 8);

		assert_int_equal(a.events, b.events);
		assert_int_equal(a.hash, b.hash);
		assert_int_not_equal(a.hash, other.hash);
	}
}

/* Cycles of one 64-byte read. */
static uint64_t cycles_of(struct rig *r, uint32_t va)
{
	struct rig_xfer x;
	uint64_t start = armdma_hw_now(r->hw);

	rig_start(r, &x, false, va, 64);
	assert_int_equal(armdma_hw_run_until_idle(r->hw, RIG_TIME), 0);
	assert_true(x.ended);
	return armdma_hw_now(r->hw) - start;
}

static void look_up_costs_what_the_table_of_costs_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < RIG_NR_VERSIONS; i++) {
		const struct armdma_costs *c;
		uint64_t plain, second;
		struct rig r;

		rig_new(&r, rig_versions[i]);
		c = &r.hw->cfg.costs;
		rig_map_4k(&r, 0x12300000, 0x5AB00000, RW);
		rig_map_4k(&r, 0x12308000, 0x5AB08000, RW);
		rig_map_1m(&r, 0x12400000, 0x5AC00000, RW);
		rig_enable(&r, ARMDMA_SYSMMU_CFG_FLPDCACHE);
		armdma_hw_advance(r.hw, 100);
		plain = c->burst + 8 * c->beat;
		second = r.mmu->tlb2_on ? c->tlb_l2_hit : 0;
		assert_int_equal(cycles_of(&r, 0x12300000), plain + c->tlb_hit + second + 2 * c->mem_read);
		assert_int_equal(cycles_of(&r, 0x12300040), plain + c->tlb_hit);
		assert_int_equal(cycles_of(&r, 0x12308000), plain + c->tlb_hit + second + c->mem_read +
							    (r.mmu->flpd_on ? c->flpd_hit : c->mem_read));
		assert_int_equal(cycles_of(&r, 0x12400000), plain + c->tlb_hit + second +
							    (r.mmu->flpd.speculative ? c->flpd_hit : c->mem_read));
		rig_free(&r);
	}
}

static void one_walker_makes_the_other_channel_wait_and_two_do_not(void **state)
{
	static const struct { uint32_t version; bool waits; } rows[] = {
		{ ARMDMA_SYSMMU_V1_2, true }, { ARMDMA_SYSMMU_V2_0, true }, { ARMDMA_SYSMMU_V3_1, false },
		{ ARMDMA_SYSMMU_V6_0, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig_xfer rd, wr;
		struct rig r;
		uint64_t alone, both;

		rig_new(&r, rows[i].version);
		r.hw->cfg.costs.mem_beats = 0;
		rig_map_4k(&r, 0x12300000, 0x5AB00000, RW);
		rig_map_4k(&r, 0x12308000, 0x5AB08000, RW);
		rig_enable(&r, 0);
		armdma_hw_advance(r.hw, 100);
		alone = cycles_of(&r, 0x12300000);
		rig_flush(&r);
		armdma_hw_advance(r.hw, 100);
		both = armdma_hw_now(r.hw);
		rig_start(&r, &rd, false, 0x12300000, 64);
		rig_start(&r, &wr, true, 0x12308000, 64);
		assert_int_equal(armdma_hw_run_until_idle(r.hw, RIG_TIME), 0);
		both = armdma_hw_now(r.hw) - both;
		if (rows[i].waits)
			assert_true(both >= alone + 2 * r.hw->cfg.costs.mem_read);
		else
			assert_int_equal(both, alone);
		rig_free(&r);
	}
}

int main(void)
{
	checklist_start("sysmmu_system");

	const struct CMUnitTest tests[] = {
		cmocka_unit_test(presets_have_the_sysmmus_of_their_socs),
		cmocka_unit_test(ports_of_one_master_have_tlbs_of_their_own),
		cmocka_unit_test(register_access_with_gated_clock_is_an_external_abort_and_state_is_kept),
		cmocka_unit_test(power_off_resets_to_bypass_and_enabling_again_translates),
		cmocka_unit_test(power_off_lowers_the_line_and_forgets_what_a_fault_held),
		cmocka_unit_test(domain_takes_its_devices_along),
		cmocka_unit_test(handler_that_does_not_clear_is_entered_again_and_again),
		cmocka_unit_test(two_runs_with_one_seed_agree_event_by_event_and_another_seed_differs),
		cmocka_unit_test(look_up_costs_what_the_table_of_costs_says),
		cmocka_unit_test(one_walker_makes_the_other_channel_wait_and_two_do_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
