/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One translation through the SYSMMU's port, hit and miss, over 16, 1k and 100k mapped pages.
 *
 * Hits: as many pages, random among the mapped ones, as the TLB has entries, in random order. Misses: all mapped pages round
 * and round in random order, which least-recently-used replacement turns into a miss every time. Both
 * are checked against the unit's own counters before anything is measured.
 */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

#include <armdma/hw.h>
#include <armdma/sysmmu.h>

#include "sim/bus/bus.h"
#include "sim/hw.h"
#include "sim/sysmmu/sysmmu.h"

#define REGS 0x11A20000u
#define RAM 0x40000000u
#define L1_TABLE RAM
#define L2_TABLES (RAM + 0x100000u)
#define FIRST_PAGE (RAM + 0x1000000u)	/* mapped memory: from here on */
#define ADDRESSES 131072u

enum { HIT, MISS };

struct translate_env {
	struct armdma_hw *hw;
	struct bus_port *port;
	struct bus_xfer xfer;
	uint32_t *pa;		/* of each mapped page */
	uint32_t *va;		/* ADDRESSES of them, in the order of use */
	size_t at;
	volatile uint64_t sink;
};

static void translate_teardown(void *state)
{
	struct translate_env *e = state;

	armdma_hw_destroy(e->hw);
	free(e->pa);
	free(e->va);
	free(e);
}

static void translate_run(void *state, size_t n)
{
	struct translate_env *e = state;
	struct bus_port *port = e->port;
	struct bus_translation tr;
	uint64_t sum = 0;
	size_t at = e->at;

	while (n--) {
		port->ops->translate(port, &e->xfer, e->va[at], 16, &tr);
		sum += tr.pa;
		at = (at + 1) % ADDRESSES;
	}
	e->at = at;
	e->sink = sum;
}

/* Walks take time, else each would wait for all those before. */
static void translate_walks(void *state, size_t n)
{
	struct translate_env *e = state;
	struct bus_port *port = e->port;
	struct bus_translation tr;
	uint64_t sum = 0;
	size_t at = e->at;

	while (n--) {
		port->ops->translate(port, &e->xfer, e->va[at], 16, &tr);
		sum += tr.pa;
		e->hw->clk.now += tr.cycles;
		at = (at + 1) % ADDRESSES;
	}
	e->at = at;
	e->sink = sum;
}

static void put32(struct translate_env *e, uint32_t pa, uint32_t v)
{
	unsigned char b[4] = { (unsigned char)v, (unsigned char)(v >> 8), (unsigned char)(v >> 16),
			       (unsigned char)(v >> 24) };

	armdma_hw_phys_write(e->hw, pa, b, 4);
}

/* Page i of the device's space is a random page of RAM. */
static int build_tables(struct translate_env *e, uint32_t npages)
{
	uint32_t room = (uint32_t)((armdma_hw_config(e->hw)->ram_size - (FIRST_PAGE - RAM)) >> 12);
	uint64_t x = 4242;

	e->pa = malloc(npages * sizeof(*e->pa));
	if (!e->pa)
		return -1;
	for (uint32_t i = 0; i < npages; i++) {
		uint32_t table = L2_TABLES + (i / ARMDMA_SYSMMU_L2_ENTRIES) * ARMDMA_SYSMMU_L2_SIZE;

		e->pa[i] = FIRST_PAGE + (bench_below(&x, room) << 12);
		if (i % ARMDMA_SYSMMU_L2_ENTRIES == 0)
			put32(e, L1_TABLE + i / ARMDMA_SYSMMU_L2_ENTRIES * 4, table | ARMDMA_SYSMMU_L1_TABLE);
		put32(e, table + i % ARMDMA_SYSMMU_L2_ENTRIES * 4, e->pa[i] | ARMDMA_SYSMMU_L2_SMALL);
	}
	return 0;
}

static int choose_addresses(struct translate_env *e, uint32_t npages, uint32_t entries, bool miss)
{
	uint32_t n = miss || entries > npages ? npages : entries, *page = malloc(npages * sizeof(*page));
	uint64_t x = 777;

	e->va = malloc(ADDRESSES * sizeof(*e->va));
	if (!page || !e->va) {
		free(page);
		return -1;
	}
	for (uint32_t i = 0; i < npages; i++)
		page[i] = i;
	bench_shuffle(page, npages, &x);
	for (uint32_t i = 0; i < ADDRESSES; i++)
		e->va[i] = page[miss ? i % n : bench_below(&x, n)] << 12 | bench_below(&x, 1024) << 2;
	free(page);
	return 0;
}

static void enable(struct armdma_hw *hw)
{
	armdma_hw_writel(hw, REGS + ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_BLOCKED);
	armdma_hw_writel(hw, REGS + ARMDMA_SYSMMU_REG_CFG, ARMDMA_SYSMMU_CFG_LRU);
	armdma_hw_writel(hw, REGS + ARMDMA_SYSMMU_REG_PT_BASE, L1_TABLE);
	armdma_hw_writel(hw, REGS + ARMDMA_SYSMMU_REG_FLUSH, ARMDMA_SYSMMU_FLUSH_ALL);
	armdma_hw_writel(hw, REGS + ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_RUN);
}

/* Every answer is right, and the counters say hit, or miss, each time. */
static bool translate_works(struct translate_env *e, bool miss)
{
	struct armdma_hw_stats before, after;
	struct bus_translation tr;

	translate_run(e, ADDRESSES);
	armdma_hw_stats(e->hw, &before);
	for (size_t i = 0; i < ADDRESSES; i++)
		if (e->port->ops->translate(e->port, &e->xfer, e->va[i], 16, &tr) != BUS_GO ||
		    tr.pa != (e->pa[e->va[i] >> 12] | (e->va[i] & 0xFFF)))
			return false;
	armdma_hw_stats(e->hw, &after);
	return after.tlb_misses - before.tlb_misses == (miss ? ADDRESSES : 0);
}

static void *translate_setup(const struct bench_row *row)
{
	struct armdma_config cfg = armdma_config_exynos4210();
	struct translate_env *e = calloc(1, sizeof(*e));
	uint32_t npages = row->arg[0], entries = row->arg[1];
	bool miss = row->arg[2] == MISS;

	if (!e)
		return bench_failed(row, "memory");
	cfg.nr_devices = 0;
	cfg.nr_sysmmus = 1;
	cfg.sysmmus[0].reg_base = REGS;
	cfg.sysmmus[0].tlb_entries = entries;
	if (armdma_hw_create(&e->hw, &cfg, NULL)) {
		free(e);
		return bench_failed(row, "creating a machine");
	}
	e->port = sysmmu_port(e->hw->sysmmus[0]);
	enable(e->hw);
	if (!build_tables(e, npages) && !choose_addresses(e, npages, entries, miss) &&
	    translate_works(e, miss))
		return e;
	translate_teardown(e);
	return bench_failed(row, "the check of its translations");
}

/* ---- The rows ---------------------------------------------------------- */

#define TRANSLATE(n, g, pages, entries, what) \
	{ .name = "translate/" n, .unit = BENCH_STEPS, .goal = g, .arg = { pages, entries, what }, \
	  .setup = translate_setup, .run = (what) == MISS ? translate_walks : translate_run, .teardown = translate_teardown }

static const struct bench_row rows[] = {
	TRANSLATE("hit/16", 2, 16, 16, HIT),
	TRANSLATE("hit/1k", 2, 1000, 16, HIT),
	TRANSLATE("hit/100k", 2, 100000, 16, HIT),
	/* A hit costs the same whatever the size of the TLB. */
	TRANSLATE("hit/1k/tlb_4", 2, 1000, 4, HIT),
	TRANSLATE("hit/1k/tlb_127", 2, 1000, 127, HIT),
	TRANSLATE("miss/16", 12, 16, 8, MISS),
	TRANSLATE("miss/1k", 12, 1000, 16, MISS),
	TRANSLATE("miss/100k", 12, 100000, 16, MISS),
};

const struct bench_rows bench_rows_translate = { rows, sizeof(rows) / sizeof(rows[0]) };
