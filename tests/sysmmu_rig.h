/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A bench for one SYSMMU: hardware without software, one bus master "m" behind the
 * unit, page tables written by hand straight into DRAM.
 */
#ifndef TESTS_SYSMMU_RIG_H
#define TESTS_SYSMMU_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <armdma/hw.h>
#include <armdma/sysmmu.h>

#include "sim/bus/bus.h"
#include "sim/hw.h"
#include "sim/memory/memory.h"
#include "sim/sysmmu/sysmmu_internal.h"
#include "tests/checklist.h"

#define RIG_L1 0x40004000u
#define RIG_L2_FIRST 0x40020400u	/* level-2 tables, one after the other */
#define RIG_MAX_L2 64
#define RIG_IRQ 4u
#define RIG_REGS 0x11A20000u
#define RIG_TIME 100000u		/* cycles that no transfer of these tests needs */

/* Access rights of a page. */
enum rig_ap { RIG_NO_ACCESS, RIG_RO, RIG_RW, RIG_WO };

#define RIG_NO_BIT 0xFFu
#define RIG_NO_REG 0xFFFFu

/* A version's registers, as its drivers know them: written down here once more, independent of the model's tables. */
struct rig_regs {
	uint16_t base, flush, flush_entry, flush_range, range_start, range_end;
	uint16_t int_status, int_clear;
	uint8_t bit[FAULT_NR_KINDS][2];		/* reads, writes */
	uint16_t va[FAULT_NR_KINDS][2];		/* fault address registers */
	uint16_t info[2];
	bool wide;				/* tables of 5.x and later */
	bool large_sections;			/* 2 MiB (wide) and 16 MiB */
	uint16_t event, event_step, pmnc, cnten_set, cnten_clear, overflow, cycles, counter, counter_step;
	uint8_t total[2], miss[2];
};

struct rig {
	bool skipped;	/* what the test is about does not exist in this version: no cell of the checklist */
	const struct rig_regs *regs;
	uint32_t version;
	struct armdma_hw *hw;
	struct sysmmu *mmu;
	struct bus_master *m;
	uint32_t next_l2;
	unsigned int logs;
	char last_log[512];
	unsigned int events[ARMDMA_EV_NR];
	struct armdma_event last[ARMDMA_EV_NR];
};

static const uint32_t rig_versions[] __attribute__((unused)) = {
	ARMDMA_SYSMMU_V1_0, ARMDMA_SYSMMU_V1_2, ARMDMA_SYSMMU_V2_0, ARMDMA_SYSMMU_V2_1,
	ARMDMA_SYSMMU_V3_0, ARMDMA_SYSMMU_V3_1, ARMDMA_SYSMMU_V3_2, ARMDMA_SYSMMU_V3_3,
	ARMDMA_SYSMMU_V5_0, ARMDMA_SYSMMU_V5_1, ARMDMA_SYSMMU_V6_0, ARMDMA_SYSMMU_V7_0,
	ARMDMA_SYSMMU_V7_2, ARMDMA_SYSMMU_V7_4,
};
#define RIG_NR_VERSIONS (sizeof(rig_versions) / sizeof(rig_versions[0]))

#define RIG_V1_FAULTS \
	.int_status = 0x18, .int_clear = 0x1C, \
	.bit = { [FAULT_PAGE] = { 0, 0 }, [FAULT_BUS] = { 3, 3 }, [FAULT_MULTI_HIT] = { 1, 2 }, \
		 [FAULT_ACCESS] = { 5, 7 }, [FAULT_SECURITY] = { 4, 6 } }, \
	.va = { [FAULT_PAGE] = { 0x24, 0x24 }, [FAULT_BUS] = { 0x30, 0x30 }, \
		[FAULT_MULTI_HIT] = { 0x2C, 0x28 }, [FAULT_ACCESS] = { 0x2C, 0x28 }, \
		[FAULT_SECURITY] = { 0x2C, 0x28 } }
#define RIG_V1_REGS \
	.base = 0x14, .flush = 0x0C, .flush_entry = 0x10, .flush_range = RIG_NO_REG, RIG_V1_FAULTS, \
	.large_sections = true, .event_step = 4, .pmnc = 0x800, .cnten_set = 0x810, .cnten_clear = 0x820, \
	.overflow = 0x850, .cycles = 0x900, .counter = 0x910, .counter_step = 0x10
#define RIG_V5_COUNTERS \
	.event = 0x600, .event_step = 4, .pmnc = 0x620, .cnten_set = 0x624, .cnten_clear = 0x628, \
	.overflow = 0x634, .cycles = 0x640, .counter = 0x644, .counter_step = 4, \
	.total = { 0x00, 0x10 }, .miss = { 0x01, 0x11 }
#define RIG_ARAW { 0x70, 0x80 }
#define RIG_V5_REGS \
	.base = 0x0C, .flush = 0x10, .flush_entry = 0x14, .range_start = 0x20, .range_end = 0x24, \
	.int_status = 0x60, .int_clear = 0x64, .wide = true, RIG_V5_COUNTERS
#define RIG_V5_FAULTS \
	.bit = { [FAULT_PAGE] = { 1, 17 }, [FAULT_BUS] = { 0, 16 }, [FAULT_MULTI_HIT] = { 2, 18 }, \
		 [FAULT_ACCESS] = { 3, 19 }, [FAULT_SECURITY] = { 4, 20 } }, \
	.va = { RIG_ARAW, RIG_ARAW, RIG_ARAW, RIG_ARAW, RIG_ARAW }, .info = { 0x78, 0x88 }, \
	.large_sections = true
#define RIG_V7_VA { 0x70, 0x70 }
#define RIG_V7_FAULTS \
	.bit = { [FAULT_PAGE] = { 1, 1 }, [FAULT_BUS] = { 0, 0 }, [FAULT_MULTI_HIT] = { 2, 2 }, \
		 [FAULT_ACCESS] = { 3, 3 }, [FAULT_SECURITY] = { 4, 4 } }, \
	.va = { RIG_V7_VA, RIG_V7_VA, RIG_V7_VA, RIG_V7_VA, RIG_V7_VA }, .info = { 0x78, 0x78 }
#define RIG_VM_VA { 0x1000, 0x1000 }
#define RIG_NO_BITS { RIG_NO_BIT, RIG_NO_BIT }

static inline const struct rig_regs *rig_regs_of(uint32_t version)
{
	static const struct rig_regs v1 = {
		RIG_V1_REGS, .info = { RIG_NO_REG, RIG_NO_REG }, .event = 0x40, .total = { 5, 4 }, .miss = { 1, 0 },
	};
	static const struct rig_regs v2 = {
		RIG_V1_REGS, .info = { RIG_NO_REG, RIG_NO_REG }, .event = 0x58, .total = { 5, 4 }, .miss = { 1, 0 },
	};
	static const struct rig_regs v33 = {
		RIG_V1_REGS, .info = { 0x4C, 0x4C }, .event = 0x58, .total = { 0, 8 }, .miss = { 1, 9 },
	};
	static const struct rig_regs v50 = { RIG_V5_REGS, RIG_V5_FAULTS, .flush_range = RIG_NO_REG };
	static const struct rig_regs v51 = { RIG_V5_REGS, RIG_V5_FAULTS, .flush_range = 0x18 };
	static const struct rig_regs v7 = { RIG_V5_REGS, RIG_V7_FAULTS, .flush_range = 0x18 };
	static const struct rig_regs vm = {
		.base = 0x800C, .flush = 0x8010, .flush_entry = 0x8014, .flush_range = 0x8018,
		.range_start = 0x8020, .range_end = 0x8024, .int_status = 0x60, .int_clear = 0x64, .wide = true,
		RIG_V5_COUNTERS,
		.bit = { [FAULT_PAGE] = { 1, 1 }, [FAULT_BUS] = { 0, 0 }, [FAULT_MULTI_HIT] = RIG_NO_BITS,
			 [FAULT_ACCESS] = { 2, 2 }, [FAULT_SECURITY] = RIG_NO_BITS },
		.va = { RIG_VM_VA, RIG_VM_VA, RIG_VM_VA, RIG_VM_VA, RIG_VM_VA }, .info = { 0x1004, 0x1004 },
	};

	switch (version) {
	case ARMDMA_SYSMMU_V1_0:
	case ARMDMA_SYSMMU_V1_2:
		return &v1;
	case ARMDMA_SYSMMU_V3_3:
		return &v33;
	case ARMDMA_SYSMMU_V5_0:
		return &v50;
	case ARMDMA_SYSMMU_V5_1:
	case ARMDMA_SYSMMU_V6_0:
		return &v51;
	case ARMDMA_SYSMMU_V7_0:
	case ARMDMA_SYSMMU_V7_2:
		return &v7;
	case ARMDMA_SYSMMU_V7_4:
		return &vm;
	default:
		return &v2;
	}
}

static inline void rig_log(void *ctx, const char *line)
{
	struct rig *r = ctx;

	r->logs++;
	snprintf(r->last_log, sizeof(r->last_log), "%s", line);
}

static inline void rig_event(void *ctx, const struct armdma_event *ev)
{
	struct rig *r = ctx;

	r->events[ev->type]++;
	r->last[ev->type] = *ev;
}

static inline struct armdma_config rig_config(uint32_t version)
{
	struct armdma_config cfg = armdma_config_exynos4210();

	cfg.nr_devices = 0;
	cfg.nr_sysmmus = 1;
	cfg.sysmmus[0].reg_base = RIG_REGS;
	cfg.sysmmus[0].irq = RIG_IRQ;
	cfg.sysmmus[0].version = version;
	/* Most tests are about what happens after a fault; that 5.x is not made for that is a test of its own. */
	cfg.sysmmus[0].recovers = ARMDMA_SYSMMU_VERSION_MAJOR(version) == 5;
	return cfg;
}

static inline void rig_open(struct rig *r, const struct armdma_config *cfg)
{
	struct armdma_error err;

	memset(r, 0, sizeof(*r));
	r->version = cfg->sysmmus[0].version;
	r->regs = rig_regs_of(r->version);
	if (armdma_hw_create(&r->hw, cfg, &err))
		fail_msg("%s", err.msg);
	armdma_hw_set_log(r->hw, rig_log, r);
	r->mmu = r->hw->sysmmus[0];
	r->m = bus_master_create(r->hw, "m", 32, 8, false, sysmmu_port(r->mmu));
	assert_non_null(r->m);
	r->next_l2 = RIG_L2_FIRST;
}

static inline void rig_new(struct rig *r, uint32_t version)
{
	struct armdma_config cfg = rig_config(version);

	rig_open(r, &cfg);
}

static inline void rig_watch(struct rig *r, uint64_t mask)
{
	assert_int_equal(armdma_event_subscribe(armdma_hw_events(r->hw), mask, rig_event, r), 0);
}

static inline void rig_free(struct rig *r)
{
	armdma_hw_destroy(r->hw);
}

/* ---- Registers --------------------------------------------------------- */

static inline void rig_w(struct rig *r, uint32_t offset, uint32_t value)
{
	armdma_hw_writel(r->hw, RIG_REGS + offset, value);
}

static inline uint32_t rig_r(struct rig *r, uint32_t offset)
{
	return armdma_hw_readl(r->hw, RIG_REGS + offset);
}

static inline bool rig_has_vm(const struct rig *r)
{
	return r->version == ARMDMA_SYSMMU_V7_4;
}

static inline void rig_set_base(struct rig *r, uint64_t pa)
{
	rig_w(r, r->regs->base, (uint32_t)(r->regs->wide ? pa >> 12 : pa));
}

static inline void rig_flush(struct rig *r)
{
	rig_w(r, r->regs->flush, ARMDMA_SYSMMU_FLUSH_ALL);
}

static inline void rig_set_cfg(struct rig *r, uint32_t cfg)
{
	rig_w(r, ARMDMA_SYSMMU_REG_CFG, cfg);
	if (rig_has_vm(r))
		rig_w(r, 0x8004, cfg);
}

/* Block, configure, set the base, flush, run: the order of the Linux 6.1 driver. */
static inline void rig_enable(struct rig *r, uint32_t cfg)
{
	rig_w(r, ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_BLOCKED);
	rig_set_cfg(r, cfg);
	rig_set_base(r, RIG_L1);
	rig_flush(r);
	if (rig_has_vm(r))
		rig_w(r, 0x8000, 9);
	rig_w(r, ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_RUN);
}

static inline void rig_flush_entry(struct rig *r, uint32_t va)
{
	rig_w(r, r->regs->flush_entry, (va & 0xFFFFF000u) | ARMDMA_SYSMMU_FLUSH_GO);
}

static inline uint32_t rig_status(struct rig *r)
{
	return rig_r(r, r->regs->int_status);
}

/* INT_STATUS with that one fault. */
static inline uint32_t rig_bit(const struct rig *r, enum fault_kind kind, bool write)
{
	return 1u << r->regs->bit[kind][write];
}

static inline bool rig_tells(const struct rig *r, enum fault_kind kind)
{
	return r->regs->bit[kind][0] != RIG_NO_BIT;
}

static inline uint32_t rig_fault_va(struct rig *r, enum fault_kind kind, bool write)
{
	return rig_r(r, r->regs->va[kind][write]);
}

/* Lines of four pages that are all 4 KiB: no two match. */
static inline bool rig_has_lines(const struct rig *r)
{
	return ARMDMA_SYSMMU_VERSION_MAJOR(r->version) == 7;
}

/* ---- Memory and tables -------------------------------------------------- */

static inline void rig_put32(struct rig *r, uint32_t pa, uint32_t v)
{
	uint8_t b[4] = { (uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), (uint8_t)(v >> 24) };

	assert_int_equal(armdma_hw_phys_write(r->hw, pa, b, 4), 0);
}

static inline uint32_t rig_get32(struct rig *r, uint32_t pa)
{
	uint8_t b[4];

	assert_int_equal(armdma_hw_phys_read(r->hw, pa, b, 4), 0);
	return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static inline uint32_t rig_l1_slot(uint32_t va)
{
	return RIG_L1 + 4 * (va >> 20);
}

/* Words of either format. Sizes: log2 of the bytes. */
static inline uint32_t rig_word(const struct rig *r, unsigned int size_lg2, uint64_t pa, enum rig_ap ap)
{
	static const uint32_t wide_type[] = { [12] = 2, [16] = 1, [20] = 2, [21] = 4, [24] = 6 };
	static const uint32_t type[] = { [12] = 2, [16] = 1, [20] = 2, [24] = 0x40002 };
	static const uint32_t v1_ap[] = { [RIG_NO_ACCESS] = 0, [RIG_RO] = 5, [RIG_RW] = 1 };
	static const uint32_t v5_ap[] = { [RIG_NO_ACCESS] = 0, [RIG_RO] = 1, [RIG_RW] = 3, [RIG_WO] = 2 };

	if (r->regs->wide)
		return (uint32_t)(pa >> 4) | wide_type[size_lg2] | v5_ap[ap] << (size_lg2 < 20 ? 2 : 4);
	if (size_lg2 < 20)
		return (uint32_t)pa | type[size_lg2] | (v1_ap[ap] & 3) << 4 | v1_ap[ap] >> 2 << 9;
	return (uint32_t)pa | type[size_lg2] | (v1_ap[ap] & 3) << 10 | v1_ap[ap] >> 2 << 15;
}

static inline uint32_t rig_pointer(const struct rig *r, uint64_t table)
{
	return (uint32_t)(r->regs->wide ? table >> 4 : table) | 1;
}

static inline uint64_t rig_table_of(const struct rig *r, uint32_t word)
{
	return r->regs->wide ? (uint64_t)(word & ~0x3Fu) << 4 : word & ~0x3FFu;
}

/* Address of the level-2 slot of va; makes the table if there is none. */
static inline uint32_t rig_l2_slot(struct rig *r, uint32_t va)
{
	uint32_t desc = rig_get32(r, rig_l1_slot(va));

	if ((desc & 7) != 1 && (r->regs->wide || (desc & 3) != 1)) {
		assert_in_range(r->next_l2, RIG_L2_FIRST, RIG_L2_FIRST + RIG_MAX_L2 * 0x400 - 1);
		desc = rig_pointer(r, r->next_l2);
		r->next_l2 += ARMDMA_SYSMMU_L2_SIZE;
		rig_put32(r, rig_l1_slot(va), desc);
	}
	return (uint32_t)rig_table_of(r, desc) + 4 * (va >> 12 & 0xFF);
}

static inline void rig_map_4k(struct rig *r, uint32_t va, uint32_t pa, enum rig_ap ap)
{
	rig_put32(r, rig_l2_slot(r, va), rig_word(r, 12, pa, ap));
}

static inline void rig_map_64k(struct rig *r, uint32_t va, uint32_t pa, enum rig_ap ap)
{
	for (uint32_t i = 0; i < 16; i++)
		rig_put32(r, rig_l2_slot(r, va) + 4 * i, rig_word(r, 16, pa, ap));
}

static inline void rig_map_1m(struct rig *r, uint32_t va, uint32_t pa, enum rig_ap ap)
{
	rig_put32(r, rig_l1_slot(va), rig_word(r, 20, pa, ap));
}

static inline void rig_map_2m(struct rig *r, uint32_t va, uint32_t pa, enum rig_ap ap)
{
	for (uint32_t i = 0; i < 2; i++)
		rig_put32(r, rig_l1_slot(va) + 4 * i, rig_word(r, 21, pa, ap));
}

static inline void rig_map_16m(struct rig *r, uint32_t va, uint32_t pa, enum rig_ap ap)
{
	for (uint32_t i = 0; i < 16; i++)
		rig_put32(r, rig_l1_slot(va) + 4 * i, rig_word(r, 24, pa, ap));
}

/* ---- Traffic ------------------------------------------------------------ */

/* Read or write one word through the unit. 0, -EIO, or -ETIMEDOUT when it is held. */
static inline int rig_read(struct rig *r, uint32_t va, uint32_t *v)
{
	uint8_t b[4] = { 0 };
	int ret = armdma_hw_master_read_sync(r->hw, "m", va, b, 4, RIG_TIME);

	*v = (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
	return ret;
}

static inline int rig_write(struct rig *r, uint32_t va, uint32_t v)
{
	uint8_t b[4] = { (uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), (uint8_t)(v >> 24) };

	return armdma_hw_master_write_sync(r->hw, "m", va, b, 4, RIG_TIME);
}

/* The word at va is the word at pa: a mark is put there and read back through the unit. */
#define rig_assert_maps(r, va, pa)                             \
	do {                                                   \
		uint32_t rig_v_;                               \
		rig_put32(r, (pa) & ~3u, (pa) ^ 0x5EED0000u);  \
		assert_int_equal(rig_read(r, (va) & ~3u, &rig_v_), 0); \
		assert_int_equal(rig_v_, (pa) ^ 0x5EED0000u);  \
	} while (0)

/* An asynchronous transfer, and how it ended. */
struct rig_xfer {
	bool ended;
	enum armdma_bus_resp resp;
	size_t bytes;
	uint8_t buf[8192];
};

static inline void rig_ended(void *ctx, enum armdma_bus_resp resp, size_t bytes)
{
	struct rig_xfer *x = ctx;

	x->ended = true;
	x->resp = resp;
	x->bytes = bytes;
}

static inline void rig_start(struct rig *r, struct rig_xfer *x, bool write, uint32_t va, size_t len)
{
	x->ended = false;
	if (write)
		assert_int_equal(armdma_hw_master_write(r->hw, "m", va, x->buf, len, rig_ended, x),
				 0);
	else
		assert_int_equal(armdma_hw_master_read(r->hw, "m", va, x->buf, len, rig_ended, x),
				 0);
}

/* Fire a transfer of one word that is expected to be held by a fault. */
static inline void rig_start_held(struct rig *r, struct rig_xfer *x, bool write, uint32_t va)
{
	rig_start(r, x, write, va, 4);
	armdma_hw_advance(r->hw, 1000);
	assert_false(x->ended);
}

/* Clear a fault and let the unit run, as a handler does. */
static inline void rig_resume(struct rig *r, enum fault_kind kind, bool write)
{
	rig_w(r, r->regs->int_clear, rig_bit(r, kind, write));
	rig_w(r, ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_RUN);
	armdma_hw_advance(r->hw, 1000);
}

/* ---- Every version -------------------------------------------------------- */

typedef void (*rig_fn)(struct rig *r);

static inline void rig_each(rig_fn fn, const char *test, unsigned int line, const struct check_need *needs)
{
	for (size_t i = 0; i < RIG_NR_VERSIONS; i++) {
		struct check c;
		struct rig r;

		rig_new(&r, rig_versions[i]);
		if (line)
			check_begin(&c, r.hw, r.hw->cfg.sysmmus[0].name, RIG_REGS);
		fn(&r);
		assert_true(sysmmu_tlb_validate(&r.mmu->tlb));
		if (line && !r.skipped)
			check_passed_in(&c, line, needs, test);
		if (line)
			check_end(&c);
		rig_free(&r);
	}
}

#define ON_EVERY_VERSION(fn) rig_each(fn, NULL, 0, NULL)
/* The same, and it shows a line of the checklist if the trace has the events: { type, count } ... */
#define SHOWS_LINE(line, fn, ...) \
	rig_each(fn, __func__, line, (const struct check_need[]){ __VA_ARGS__, { (enum armdma_event_type)0, 0 } })

#endif
