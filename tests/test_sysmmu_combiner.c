/* SPDX-License-Identifier: BSD-2-Clause */
/* The interrupt combiner: its registers, the 16 SYSMMUs of Exynos4210 behind it, and its driver. */
#include <errno.h>
#include <stdlib.h>

#include <armdma/combiner.h>
#include <armdma/dma.h>
#include <armdma/iommu.h>
#include <armdma/machine.h>
#include <armdma/report.h>
#include <armdma/sysmmu.h>

#include "checklist.h"
#include "sim/bus/bus.h"
#include "sim/combiner.h"
#include "sim/hw.h"
#include "sim/sysmmu/sysmmu.h"

#define COMBINER 0x10440000u
#define MIB (1024u * 1024u)
#define TABLE 0x40004000u
#define GROUPS 16u

/* ---- Registers -------------------------------------------------------------- */

struct bench {
	struct armdma_hw *hw;
	unsigned int logs;
};

static void on_log(void *ctx, const char *line)
{
	(void)line;
	((struct bench *)ctx)->logs++;
}

static struct armdma_config small_config(void)
{
	struct armdma_config cfg = armdma_config_exynos4210();

	cfg.ram_size = 16 * MIB;
	cfg.lowmem_size = 16 * MIB;
	cfg.nr_devices = cfg.nr_sysmmus = 0;
	return cfg;
}

static void bench_open(struct bench *b, const struct armdma_config *cfg)
{
	struct armdma_error err = { "" };

	b->logs = 0;
	if (armdma_hw_create(&b->hw, cfg, &err))
		fail_msg("%s", err.msg);
	armdma_hw_set_log(b->hw, on_log, b);
}

static int setup(void **state)
{
	static struct bench b;
	struct armdma_config cfg = small_config();

	bench_open(&b, &cfg);
	*state = &b;
	return 0;
}

static int teardown(void **state)
{
	armdma_hw_destroy(((struct bench *)*state)->hw);
	return 0;
}

static uint32_t rd(struct armdma_hw *hw, uint32_t reg)
{
	return armdma_hw_readl(hw, COMBINER + reg);
}

static void wr(struct armdma_hw *hw, uint32_t reg, uint32_t value)
{
	armdma_hw_writel(hw, COMBINER + reg, value);
}

static void nothing_is_enabled_after_reset(void **state)
{
	struct armdma_hw *hw = ((struct bench *)*state)->hw;
	bool high = false;

	for (uint32_t g = 0; g < GROUPS; g++)
		assert_int_equal(rd(hw, ARMDMA_COMBINER_ENABLE_SET(g)), 0);
	irq_set(hw, ARMDMA_IRQ_COMBINER(4, 2), &high, true);
	assert_true(armdma_hw_irq_level(hw, ARMDMA_IRQ_COMBINER(4, 2)));
	assert_false(armdma_hw_irq_level(hw, 4));
	assert_int_equal(rd(hw, ARMDMA_COMBINER_RAW_STATUS(4)), 1u << 2);
	assert_int_equal(rd(hw, ARMDMA_COMBINER_STATUS(4)), 0);
	/* Enabled while it is high: the line follows at once. */
	wr(hw, ARMDMA_COMBINER_ENABLE_SET(4), ARMDMA_COMBINER_BIT(4, 2));
	assert_true(armdma_hw_irq_level(hw, 4));
	assert_int_equal(rd(hw, ARMDMA_COMBINER_STATUS(4)), 1u << 2);
	wr(hw, ARMDMA_COMBINER_ENABLE_CLEAR(4), ARMDMA_COMBINER_BIT(4, 2));
	assert_false(armdma_hw_irq_level(hw, 4));
	irq_set(hw, ARMDMA_IRQ_COMBINER(4, 2), &high, false);
	assert_int_equal(rd(hw, ARMDMA_COMBINER_RAW_STATUS(4)), 0);
}

static void four_groups_share_a_bank(void **state)
{
	struct armdma_hw *hw = ((struct bench *)*state)->hw;
	bool high = false;

	wr(hw, 0x10, 0x01020408);	/* groups 4 to 7 */
	assert_int_equal(rd(hw, 0x10), 0x01020408);
	assert_int_equal(rd(hw, 0x14), 0x01020408);
	assert_int_equal(rd(hw, 0x00), 0);
	irq_set(hw, ARMDMA_IRQ_COMBINER(7, 0), &high, true);
	assert_true(armdma_hw_irq_level(hw, 7));
	assert_false(armdma_hw_irq_level(hw, 4));
	assert_int_equal(rd(hw, 0x1C), 0x01000000);
	irq_set(hw, ARMDMA_IRQ_COMBINER(7, 0), &high, false);
	/* Ones set and clear, zeros leave alone. */
	wr(hw, 0x14, 0x00020000);
	assert_int_equal(rd(hw, 0x10), 0x01000408);
	wr(hw, 0x10, 0);
	assert_int_equal(rd(hw, 0x10), 0x01000408);
}

static void exynos4412_has_four_more_groups_on_lines_of_their_own(void **state)
{
	static const uint32_t lines[] = { 107, 108, 48, 42 };
	struct armdma_config cfg = small_config(), more = armdma_config_exynos4412();
	struct bench b;

	(void)state;
	cfg.combiner = more.combiner;
	bench_open(&b, &cfg);
	for (uint32_t g = 16; g < 20; g++) {
		bool high = false;

		wr(b.hw, ARMDMA_COMBINER_ENABLE_SET(g), ARMDMA_COMBINER_BIT(g, 7));
		irq_set(b.hw, ARMDMA_IRQ_COMBINER(g, 7), &high, true);
		assert_true(armdma_hw_irq_level(b.hw, lines[g - 16]));
		irq_set(b.hw, ARMDMA_IRQ_COMBINER(g, 7), &high, false);
		assert_false(armdma_hw_irq_level(b.hw, lines[g - 16]));
	}
	armdma_hw_destroy(b.hw);
}

static void unknown_registers_are_logged(void **state)
{
	struct bench *b = *state;
	bool high = false;

	assert_int_equal(rd(b->hw, 0x40), 0);	/* 16 groups end at 0x40 */
	wr(b->hw, 0x40, ~0u);
	wr(b->hw, 0x8, ~0u);			/* status is read only */
	assert_int_equal(b->logs, 3);
	irq_set(b->hw, ARMDMA_IRQ_COMBINER(16, 0), &high, true);	/* no such input */
	assert_false(high);
	assert_false(armdma_hw_irq_level(b->hw, ARMDMA_IRQ_COMBINER(16, 0)));
	assert_int_equal(armdma_hw_irq_request(b->hw, ARMDMA_IRQ_COMBINER(4, 2), NULL, NULL), -EINVAL);
}

/* Sources and enable bits at random, against a table of booleans. */
static void lines_are_the_or_of_enabled_inputs(void **state)
{
	enum { SOURCES = 3 };
	struct armdma_hw *hw = ((struct bench *)*state)->hw;
	static bool level[GROUPS * 8][SOURCES], want[GROUPS * 8][SOURCES], enabled[GROUPS * 8];
	uint32_t seed = 4711;

	for (int step = 0; step < 4000; step++) {
		uint32_t r = (seed = seed * 1664525u + 1013904223u) >> 8, n = r % (GROUPS * 8), s = r / 128 % SOURCES;
		uint32_t group = n / 8, bit = ARMDMA_COMBINER_BIT(group, n % 8);

		switch (r >> 16 & 3) {
		case 0:
			wr(hw, ARMDMA_COMBINER_ENABLE_SET(group), bit);
			enabled[n] = true;
			break;
		case 1:
			wr(hw, ARMDMA_COMBINER_ENABLE_CLEAR(group), bit);
			enabled[n] = false;
			break;
		default:
			want[n][s] = !want[n][s];
			irq_set(hw, ARMDMA_NR_IRQS + n, &level[n][s], want[n][s]);
			break;
		}
		for (uint32_t g = group; g <= group; g++) {
			uint32_t raw = 0, high = 0;

			for (uint32_t i = 0; i < 8; i++) {
				bool any = false;

				for (int k = 0; k < SOURCES; k++)
					any |= want[8 * g + i][k];
				raw |= (uint32_t)any << i;
				high |= (uint32_t)(any && enabled[8 * g + i]) << i;
			}
			assert_int_equal(rd(hw, ARMDMA_COMBINER_RAW_STATUS(g)) >> ARMDMA_COMBINER_SHIFT(g) & 0xFF, raw);
			assert_int_equal(rd(hw, ARMDMA_COMBINER_STATUS(g)) >> ARMDMA_COMBINER_SHIFT(g) & 0xFF, high);
			assert_int_equal(armdma_hw_irq_level(hw, g), high != 0);
		}
	}
	for (uint32_t n = 0; n < GROUPS * 8; n++)
		for (int s = 0; s < SOURCES; s++)
			irq_set(hw, ARMDMA_NR_IRQS + n, &level[n][s], false);
}

/* ---- The SYSMMUs of Exynos4210 ------------------------------------------------ */

static const struct { const char *name; uint32_t base, group, input; } units[] = {
	{ "mdma", 0x10A40000, 4, 0 },	{ "sss", 0x10A50000, 4, 1 },	{ "fimc0", 0x11A20000, 4, 2 },
	{ "fimc1", 0x11A30000, 4, 3 },	{ "fimc2", 0x11A40000, 4, 4 },	{ "fimc3", 0x11A50000, 4, 5 },
	{ "jpeg", 0x11A60000, 4, 6 },	{ "g2d", 0x12A20000, 4, 7 },	{ "rotator", 0x12A30000, 5, 0 },
	{ "mdma2", 0x12A40000, 5, 1 },	{ "fimd0", 0x11E20000, 5, 2 },	{ "fimd1", 0x12220000, 5, 3 },
	{ "tv", 0x12E20000, 5, 4 },	{ "mfc-l", 0x13620000, 5, 5 },	{ "mfc-r", 0x13630000, 5, 6 },
	{ "pcie", 0x12620000, 5, 7 },
};
#define NR_UNITS (sizeof(units) / sizeof(units[0]))

/* Registers that differ between generations. */
struct unit_regs {
	uint32_t base_reg, base, status, clear;
	bool vm;
};

static struct unit_regs regs_of(uint32_t version)
{
	uint32_t major = version == ARMDMA_SYSMMU_V1_0 ? 1 : ARMDMA_SYSMMU_VERSION_MAJOR(version);

	if (major < 5)
		return (struct unit_regs){ ARMDMA_SYSMMU_REG_PT_BASE, TABLE, ARMDMA_SYSMMU_REG_INT_STATUS,
					   ARMDMA_SYSMMU_REG_INT_CLEAR, false };
	if (version == ARMDMA_SYSMMU_V7_4)
		return (struct unit_regs){ ARMDMA_SYSMMU_VM_REG_PT_BASE_PPN, TABLE >> 12,
					   ARMDMA_SYSMMU_V7_REG_INT_STATUS, ARMDMA_SYSMMU_V7_REG_INT_CLEAR, true };
	return (struct unit_regs){ ARMDMA_SYSMMU_V5_REG_PT_BASE_PPN, TABLE >> 12, ARMDMA_SYSMMU_V5_REG_INT_STATUS,
				   ARMDMA_SYSMMU_V5_REG_INT_CLEAR, false };
}

static struct armdma_config sixteen(uint32_t version)
{
	struct armdma_config cfg = small_config();

	cfg.nr_sysmmus = NR_UNITS;
	for (uint32_t i = 0; i < NR_UNITS; i++) {
		struct armdma_sysmmu_config *mmu = &cfg.sysmmus[i];

		memset(mmu, 0, sizeof(*mmu));
		snprintf(mmu->name, sizeof(mmu->name), "%s", units[i].name);
		mmu->reg_base = units[i].base;
		mmu->irq = ARMDMA_IRQ_COMBINER(units[i].group, units[i].input);
		mmu->version = version;
	}
	return cfg;
}

static void ended(void *ctx, enum armdma_bus_resp resp, size_t bytes)
{
	(void)resp;
	(void)bytes;
	++*(unsigned int *)ctx;
}

/*
 * Every unit faults on a page table that is empty. Both lines are high until the last unit of their group is cleared, and the
 * lowest input is the one to serve.
 */
static void group_stays_high_while_any_sysmmu_faults(uint32_t version)
{
	static uint8_t data[NR_UNITS][64];
	struct armdma_config cfg = sixteen(version);
	struct unit_regs regs = regs_of(version);
	struct check checks[NR_UNITS];
	unsigned int done = 0, left;
	struct bench b;

	bench_open(&b, &cfg);
	wr(b.hw, ARMDMA_COMBINER_ENABLE_SET(4), 0xFFFF);
	for (uint32_t i = 0; i < NR_UNITS; i++) {
		assert_non_null(bus_master_create(b.hw, units[i].name, 32, 8, false, sysmmu_port(b.hw->sysmmus[i])));
		check_begin(&checks[i], b.hw, units[i].name, units[i].base);
		armdma_hw_writel(b.hw, units[i].base + regs.base_reg, regs.base);
		if (regs.vm)
			/* Without the stall bit: with it, clearing would try the transaction again at once. */
			armdma_hw_writel(b.hw, units[i].base + ARMDMA_SYSMMU_VM_REG_CTRL, 1);
		armdma_hw_writel(b.hw, units[i].base + ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_RUN);
	}
	assert_false(armdma_hw_irq_level(b.hw, 4) || armdma_hw_irq_level(b.hw, 5));
	for (uint32_t i = NR_UNITS; i-- > 0;)
		assert_int_equal(armdma_hw_master_write(b.hw, units[i].name, 0x12345678, data[i], 64, ended, &done), 0);
	armdma_hw_advance(b.hw, 1000);
	for (left = NR_UNITS; left; left--) {
		uint32_t line = left > 8 ? 4 : 5, i = NR_UNITS - left;
		uint32_t status = rd(b.hw, ARMDMA_COMBINER_STATUS(line)) >> ARMDMA_COMBINER_SHIFT(line) & 0xFF;

		assert_true(armdma_hw_irq_level(b.hw, line));
		assert_int_equal(armdma_hw_irq_level(b.hw, 4), left > 8);
		assert_int_equal((uint32_t)__builtin_ctz(status), units[i].input);
		/* From 7.0 on clearing alone lets the transfer retry, and fault anew. */
		if (version != ARMDMA_SYSMMU_V1_0 && ARMDMA_SYSMMU_VERSION_MAJOR(version) >= 7)
			armdma_hw_writel(b.hw, units[i].base + ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_BLOCKED);
		armdma_hw_writel(b.hw, units[i].base + regs.clear, armdma_hw_readl(b.hw, units[i].base + regs.status));
		assert_int_equal(armdma_hw_readl(b.hw, units[i].base + regs.status), 0);
	}
	assert_false(armdma_hw_irq_level(b.hw, 4) || armdma_hw_irq_level(b.hw, 5));
	assert_int_equal(done, regs.vm ? NR_UNITS : 0);
	for (uint32_t i = 0; i < NR_UNITS; i++) {
		check_passed_in(&checks[i], 26, (struct check_need[]){ { ARMDMA_EV_FAULT, 1 },
				{ ARMDMA_EV_IRQ_LEVEL, 36 }, { 0 } }, "group_stays_high_while_any_sysmmu_faults");
		check_end(&checks[i]);
	}
	armdma_hw_destroy(b.hw);
}

static void spi_4_and_5_are_shared_by_16_sysmmus_of_every_generation(void **state)
{
	static const uint32_t versions[] = {
		ARMDMA_SYSMMU_V1_0, ARMDMA_SYSMMU_V1_2, ARMDMA_SYSMMU_V2_0, ARMDMA_SYSMMU_V2_1,
		ARMDMA_SYSMMU_V3_0, ARMDMA_SYSMMU_V3_1, ARMDMA_SYSMMU_V3_2, ARMDMA_SYSMMU_V3_3,
		ARMDMA_SYSMMU_V5_0, ARMDMA_SYSMMU_V5_1, ARMDMA_SYSMMU_V6_0, ARMDMA_SYSMMU_V7_0,
		ARMDMA_SYSMMU_V7_2, ARMDMA_SYSMMU_V7_4,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
		group_stays_high_while_any_sysmmu_faults(versions[i]);
}

/* ---- Its driver ----------------------------------------------------------------- */

struct source {
	struct armdma_machine *m;
	uint32_t irq;
	bool level;
	unsigned int calls;
	char *log;
	char name;
	bool keeps, frees, foreign;
};

static bool handle(void *ctx, uint32_t irq)
{
	struct source *s = ctx;

	assert_int_equal(irq, s->irq);
	s->calls++;
	if (s->log)
		s->log[strlen(s->log)] = s->name;
	if (s->frees)
		armdma_irq_free(s->m, s->irq, handle, s);
	if (!s->keeps)
		irq_set(armdma_machine_hw(s->m), s->irq, &s->level, false);
	return !s->foreign;
}

static int machine_setup(void **state)
{
	struct armdma_config cfg = armdma_config_exynos4210();
	struct armdma_machine *m;

	cfg.ram_size = 64 * MIB;
	cfg.lowmem_size = 48 * MIB;
	assert_int_equal(armdma_machine_create(&m, &cfg, NULL), 0);
	*state = m;
	return 0;
}

static int machine_teardown(void **state)
{
	armdma_machine_destroy(*state);
	return 0;
}

static void raise(struct source *s)
{
	irq_set(armdma_machine_hw(s->m), s->irq, &s->level, true);
}

static void inputs_are_served_lowest_first(void **state)
{
	char log[16] = "";
	struct armdma_machine *m = *state;
	struct source s[3] = {
		{ .m = m, .irq = ARMDMA_IRQ_COMBINER(9, 6), .name = 'c', .log = log },
		{ .m = m, .irq = ARMDMA_IRQ_COMBINER(9, 1), .name = 'a', .log = log },
		{ .m = m, .irq = ARMDMA_IRQ_COMBINER(9, 3), .name = 'b', .log = log },
	};

	for (int i = 0; i < 3; i++)
		assert_int_equal(armdma_irq_request(m, s[i].irq, handle, &s[i]), 0);
	for (int i = 0; i < 3; i++)
		raise(&s[i]);
	armdma_hw_advance(armdma_machine_hw(m), 1000);
	while (armdma_hw_irq_level(armdma_machine_hw(m), 9))
		armdma_hw_advance(armdma_machine_hw(m), 1000);
	assert_string_equal(log, "abc");
	for (int i = 0; i < 3; i++)
		armdma_irq_free(m, s[i].irq, handle, &s[i]);
}

static void freed_input_is_switched_off(void **state)
{
	struct armdma_machine *m = *state;
	struct armdma_hw *hw = armdma_machine_hw(m);
	struct source a = { .m = m, .irq = ARMDMA_IRQ_COMBINER(9, 1) }, b = a, c = a;

	c.irq = ARMDMA_IRQ_COMBINER(9, 2);
	assert_int_equal(armdma_irq_request(m, a.irq, handle, &a), 0);
	assert_int_equal(armdma_irq_request(m, b.irq, handle, &b), 0);
	assert_int_equal(armdma_irq_request(m, c.irq, handle, &c), 0);
	assert_int_equal(rd(hw, ARMDMA_COMBINER_ENABLE_SET(9)), ARMDMA_COMBINER_BIT(9, 1) | ARMDMA_COMBINER_BIT(9, 2));
	armdma_irq_free(m, a.irq, handle, &a);
	assert_int_equal(rd(hw, ARMDMA_COMBINER_ENABLE_SET(9)), ARMDMA_COMBINER_BIT(9, 1) | ARMDMA_COMBINER_BIT(9, 2));
	raise(&b);
	armdma_hw_advance(hw, 100);
	assert_int_equal(a.calls, 0);
	assert_int_equal(b.calls, 1);
	armdma_irq_free(m, b.irq, handle, &b);
	assert_int_equal(rd(hw, ARMDMA_COMBINER_ENABLE_SET(9)), ARMDMA_COMBINER_BIT(9, 2));
	raise(&b);
	armdma_hw_advance(hw, 100);
	assert_int_equal(b.calls, 1);
	assert_false(armdma_hw_irq_level(hw, 9));
	irq_set(hw, b.irq, &b.level, false);
	armdma_irq_free(m, c.irq, handle, &c);
	armdma_irq_free(m, c.irq, handle, &c);	/* again: nothing */
	assert_int_equal(rd(hw, ARMDMA_COMBINER_ENABLE_SET(9)), 0);
}

static void handler_may_free_itself(void **state)
{
	struct armdma_machine *m = *state;
	struct armdma_hw *hw = armdma_machine_hw(m);
	struct source a = { .m = m, .irq = ARMDMA_IRQ_COMBINER(10, 0), .frees = true }, b = a;

	b.frees = false;
	assert_int_equal(armdma_irq_request(m, a.irq, handle, &a), 0);
	assert_int_equal(armdma_irq_request(m, b.irq, handle, &b), 0);
	raise(&a);
	armdma_hw_advance(hw, 100);
	assert_int_equal(a.calls, 1);
	assert_int_equal(b.calls, 1);	/* shared: both are called */
	b.frees = true;
	raise(&b);
	armdma_hw_advance(hw, 100);
	assert_int_equal(a.calls, 1);
	assert_int_equal(b.calls, 2);
	assert_int_equal(rd(hw, ARMDMA_COMBINER_ENABLE_SET(10)), 0);
}

static void handler_that_leaves_its_input_high_is_called_again(void **state)
{
	struct armdma_machine *m = *state;
	struct armdma_hw *hw = armdma_machine_hw(m);
	struct source a = { .m = m, .irq = ARMDMA_IRQ_COMBINER(10, 0), .keeps = true };

	assert_int_equal(armdma_irq_request(m, a.irq, handle, &a), 0);
	raise(&a);
	for (int i = 0; i < 5; i++)
		armdma_hw_advance(hw, 100);
	assert_in_range(a.calls, 5, 6);
	/* Nobody's interrupt: the line is switched off in the end, as any stuck line. */
	a.foreign = true;
	for (int i = 0; i < 1100; i++)
		armdma_hw_advance(hw, 100);
	assert_in_range(a.calls, 1000, 1020);
	irq_set(hw, a.irq, &a.level, false);
	armdma_irq_free(m, a.irq, handle, &a);
}

static void numbers_beyond_lines_and_groups_are_refused(void **state)
{
	struct armdma_machine *m = *state;
	struct source a = { .m = m, .irq = 200 };

	assert_int_equal(armdma_irq_request(m, ARMDMA_IRQ_COMBINER(16, 0), handle, &a), -EINVAL);
	assert_int_equal(armdma_irq_request(m, ARMDMA_IRQ_COMBINER(4, 0), NULL, &a), -EINVAL);
	armdma_irq_free(m, ARMDMA_IRQ_COMBINER(16, 0), handle, &a);
	armdma_irq_free(m, ARMDMA_IRQ_COMBINER(9, 0), handle, &a);
	assert_int_equal(armdma_irq_request(m, 200, handle, &a), 0);
	raise(&a);
	armdma_hw_advance(armdma_machine_hw(m), 10);
	assert_int_equal(a.calls, 1);
	armdma_irq_free(m, 200, handle, &a);
}

struct repairs {
	struct armdma_domain *d;
	unsigned int calls;
};

static int repair(void *ctx, const struct armdma_fault *f)
{
	struct repairs *r = ctx;

	r->calls++;
	return armdma_iommu_map(r->d, f->iova & ARMDMA_PAGE_MASK, 0x40800000, ARMDMA_PAGE_SIZE,
				ARMDMA_IOMMU_READ | ARMDMA_IOMMU_WRITE);
}

/* Two cameras fault in the same cycle: each driver sees its own fault, through one line. */
static void faults_of_two_sysmmus_reach_their_handlers(void **state)
{
	struct armdma_machine *m = *state;
	struct armdma_hw *hw = armdma_machine_hw(m);
	struct repairs r[2] = { { .calls = 0 }, { .calls = 0 } };
	unsigned int done = 0;
	uint8_t data[2][64] = { { 1 }, { 2 } };

	for (int i = 0; i < 2; i++) {
		struct armdma_device *dev = armdma_device_find(m, i ? "fimc2" : "fimc1");

		r[i].d = armdma_domain_alloc(m);
		assert_int_equal(armdma_domain_attach(r[i].d, dev), 0);
		armdma_domain_set_fault_handler(r[i].d, repair, &r[i]);
	}
	assert_int_equal(armdma_hw_master_write(hw, "fimc2", 0x1000, data[1], 64, ended, &done), 0);
	assert_int_equal(armdma_hw_master_write(hw, "fimc1", 0x2000, data[0], 64, ended, &done), 0);
	armdma_hw_advance(hw, 5000);
	assert_int_equal(r[0].calls, 1);
	assert_int_equal(r[1].calls, 1);
	assert_int_equal(done, 2);
	assert_false(armdma_hw_irq_level(hw, 4));
	for (int i = 0; i < 2; i++) {
		assert_int_equal(armdma_domain_detach(r[i].d, armdma_device_find(m, i ? "fimc2" : "fimc1")), 0);
		armdma_domain_free(r[i].d);
	}
	assert_int_equal(armdma_report_count(m, ARMDMA_REPORT_FAULT), 0);
}

int main(void)
{
#define B(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
#define M(fn) cmocka_unit_test_setup_teardown(fn, machine_setup, machine_teardown)
	const struct CMUnitTest tests[] = {
		B(nothing_is_enabled_after_reset),
		B(four_groups_share_a_bank),
		cmocka_unit_test(exynos4412_has_four_more_groups_on_lines_of_their_own),
		B(unknown_registers_are_logged),
		B(lines_are_the_or_of_enabled_inputs),
		cmocka_unit_test(spi_4_and_5_are_shared_by_16_sysmmus_of_every_generation),
		M(inputs_are_served_lowest_first),
		M(freed_input_is_switched_off),
		M(handler_may_free_itself),
		M(handler_that_leaves_its_input_high_is_called_again),
		M(numbers_beyond_lines_and_groups_are_refused),
		M(faults_of_two_sysmmus_reach_their_handlers),
	};

	checklist_start("sysmmu_combiner");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
