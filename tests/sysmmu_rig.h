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

#define RIG_L1 0x40004000u
#define RIG_L2_FIRST 0x40020400u	/* level-2 tables, one after the other */
#define RIG_MAX_L2 64
#define RIG_IRQ 4u
#define RIG_REGS 0x11A20000u
#define RIG_TIME 100000u		/* cycles that no transfer of these tests needs */

struct rig {
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
};
#define RIG_NR_VERSIONS (sizeof(rig_versions) / sizeof(rig_versions[0]))

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
	return cfg;
}

static inline void rig_open(struct rig *r, const struct armdma_config *cfg)
{
	struct armdma_error err;

	memset(r, 0, sizeof(*r));
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

/* Block, configure, set the base, flush, run: the order of the Linux 6.1 driver. */
static inline void rig_enable(struct rig *r, uint32_t cfg)
{
	rig_w(r, ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_BLOCKED);
	rig_w(r, ARMDMA_SYSMMU_REG_CFG, cfg);
	rig_w(r, ARMDMA_SYSMMU_REG_PT_BASE, RIG_L1);
	rig_w(r, ARMDMA_SYSMMU_REG_FLUSH, ARMDMA_SYSMMU_FLUSH_ALL);
	rig_w(r, ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_RUN);
}

static inline void rig_flush_entry(struct rig *r, uint32_t va)
{
	rig_w(r, ARMDMA_SYSMMU_REG_FLUSH_ENTRY,
	      (va & 0xFFFFF000u) | ARMDMA_SYSMMU_FLUSH_GO);
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

/* Address of the level-2 slot of va; makes the table if there is none. */
static inline uint32_t rig_l2_slot(struct rig *r, uint32_t va)
{
	uint32_t desc = rig_get32(r, rig_l1_slot(va));

	if ((desc & ARMDMA_SYSMMU_L1_TYPE) != ARMDMA_SYSMMU_L1_TABLE) {
		assert_in_range(r->next_l2, RIG_L2_FIRST, RIG_L2_FIRST + RIG_MAX_L2 * 0x400 - 1);
		desc = r->next_l2 | ARMDMA_SYSMMU_L1_TABLE;
		r->next_l2 += ARMDMA_SYSMMU_L2_SIZE;
		rig_put32(r, rig_l1_slot(va), desc);
	}
	return (desc & ARMDMA_SYSMMU_L1_TABLE_MASK) + 4 * (va >> 12 & 0xFF);
}

static inline uint32_t rig_l1_ap(uint32_t ap)
{
	return (ap & 3) << ARMDMA_SYSMMU_L1_AP_SHIFT | (ap & 4 ? ARMDMA_SYSMMU_L1_AP2 : 0);
}

static inline uint32_t rig_l2_ap(uint32_t ap)
{
	return (ap & 3) << ARMDMA_SYSMMU_L2_AP_SHIFT | (ap & 4 ? ARMDMA_SYSMMU_L2_AP2 : 0);
}

static inline void rig_map_4k(struct rig *r, uint32_t va, uint32_t pa, uint32_t ap)
{
	rig_put32(r, rig_l2_slot(r, va), pa | ARMDMA_SYSMMU_L2_SMALL | rig_l2_ap(ap));
}

static inline void rig_map_64k(struct rig *r, uint32_t va, uint32_t pa, uint32_t ap)
{
	for (uint32_t i = 0; i < 16; i++)
		rig_put32(r, rig_l2_slot(r, va) + 4 * i,
			  pa | ARMDMA_SYSMMU_L2_LARGE | rig_l2_ap(ap));
}

static inline void rig_map_1m(struct rig *r, uint32_t va, uint32_t pa, uint32_t ap)
{
	rig_put32(r, rig_l1_slot(va), pa | ARMDMA_SYSMMU_L1_SECTION | rig_l1_ap(ap));
}

static inline void rig_map_16m(struct rig *r, uint32_t va, uint32_t pa, uint32_t ap)
{
	for (uint32_t i = 0; i < 16; i++)
		rig_put32(r, rig_l1_slot(va) + 4 * i, pa | ARMDMA_SYSMMU_L1_SUPER | rig_l1_ap(ap));
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
static inline void rig_resume(struct rig *r, unsigned int bit)
{
	rig_w(r, ARMDMA_SYSMMU_REG_INT_CLEAR, 1u << bit);
	rig_w(r, ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_RUN);
	armdma_hw_advance(r->hw, 1000);
}

#endif
