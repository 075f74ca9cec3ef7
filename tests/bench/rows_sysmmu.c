/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Translation by every generation and TLB geometry, and transfers through a SYSMMU against memcpy.
 *
 * Hit: the pages in use fill the TLB and no more. Miss: mapped pages, each in a line of its own, round and round in random
 * order, more of them than fit. Each row checks its answers and its own count of misses before anything is measured.
 */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

#include <armdma/hw.h>
#include <armdma/sysmmu.h>

#include "sim/bus/bus.h"
#include "sim/hw.h"
#include "sim/sysmmu/sysmmu_internal.h"

#define REGS 0x11A20000u
#define RAM 0x40000000u
#define L1_TABLE RAM
#define L2_TABLES (RAM + 0x100000u)
#define FIRST_PAGE (RAM + 0x1000000u)
#define ADDRESSES 131072u

enum { HIT, MISS };

struct geometry {
	uint32_t version, entries, sets, tlb2_sets, tlb2_ways, cfg;
	enum armdma_tlb_replacement replacement;
};

static const struct geometry geometries[] = {
	{ .version = ARMDMA_SYSMMU_V1_2, .entries = 16, .cfg = ARMDMA_SYSMMU_CFG_LRU },
	{ .version = ARMDMA_SYSMMU_V2_0, .entries = 32, .cfg = ARMDMA_SYSMMU_CFG_LRU },
	{ .version = ARMDMA_SYSMMU_V3_1, .entries = 32, .cfg = ARMDMA_SYSMMU_CFG_LRU },
	{ .version = ARMDMA_SYSMMU_V3_2, .entries = 32,
	  .cfg = ARMDMA_SYSMMU_CFG_LRU | ARMDMA_SYSMMU_CFG_FLPDCACHE },
	{ .version = ARMDMA_SYSMMU_V3_3, .entries = 32, .cfg = ARMDMA_SYSMMU_CFG_FLPDCACHE },
	{ .version = ARMDMA_SYSMMU_V5_1, .entries = 32 },
	{ .version = ARMDMA_SYSMMU_V5_1, .entries = 32, .sets = 4,
	  .replacement = ARMDMA_TLB_LRU },
	{ .version = ARMDMA_SYSMMU_V5_1, .entries = 32, .replacement = ARMDMA_TLB_RANDOM },
	{ .version = ARMDMA_SYSMMU_V6_0, .entries = 32, .tlb2_sets = 64, .tlb2_ways = 4 },
	{ .version = ARMDMA_SYSMMU_V7_0, .entries = 8, .sets = 4 },
	{ .version = ARMDMA_SYSMMU_V7_2, .entries = 32, .sets = 4 },
	{ .version = ARMDMA_SYSMMU_V7_4, .entries = 128, .sets = 16 },
};

struct env {
	struct armdma_hw *hw;
	struct sysmmu *mmu;
	struct bus_xfer xfer;
	uint32_t stride;	/* pages from one mapped page to the next */
	uint32_t *pa;		/* of each mapped page */
	uint32_t *va;
	size_t nr, at;		/* of them: whole rounds */
	volatile uint64_t sink;
};

static void teardown(void *state)
{
	struct env *e = state;

	armdma_hw_destroy(e->hw);
	free(e->pa);
	free(e->va);
	free(e);
}

static void run(void *state, size_t n)
{
	struct env *e = state;
	struct bus_port *port = &e->mmu->port;
	struct bus_translation tr;
	uint64_t sum = 0;
	size_t at = e->at;

	while (n--) {
		port->ops->translate(port, &e->xfer, e->va[at], 16, &tr);
		sum += tr.pa;
		at = at + 1 < e->nr ? at + 1 : 0;
	}
	e->at = at;
	e->sink = sum;
}

/* Walks take time, else each would wait for all those before. */
static void run_walks(void *state, size_t n)
{
	struct env *e = state;
	struct bus_port *port = &e->mmu->port;
	struct bus_translation tr;
	uint64_t sum = 0;
	size_t at = e->at;

	while (n--) {
		port->ops->translate(port, &e->xfer, e->va[at], 16, &tr);
		sum += tr.pa;
		e->hw->clk.now += tr.cycles;
		at = at + 1 < e->nr ? at + 1 : 0;
	}
	e->at = at;
	e->sink = sum;
}

static void put32(struct armdma_hw *hw, uint32_t pa, uint32_t v)
{
	unsigned char b[4] = { (unsigned char)v, (unsigned char)(v >> 8), (unsigned char)(v >> 16),
			       (unsigned char)(v >> 24) };

	armdma_hw_phys_write(hw, pa, b, 4);
}

/* Both formats have the types' bits at the same place; the wide one stores addresses >> 4. */
static void map_page(struct env *e, uint32_t vpn, uint32_t pa)
{
	unsigned int shift = e->mmu->variant->format->shift;
	uint32_t table = L2_TABLES + vpn / ARMDMA_SYSMMU_L2_ENTRIES * ARMDMA_SYSMMU_L2_SIZE;

	put32(e->hw, L1_TABLE + vpn / ARMDMA_SYSMMU_L2_ENTRIES * 4, table >> shift | ARMDMA_SYSMMU_L1_TABLE);
	put32(e->hw, table + vpn % ARMDMA_SYSMMU_L2_ENTRIES * 4, pa >> shift | ARMDMA_SYSMMU_L2_SMALL);
}

static int map_all(struct env *e, uint32_t npages)
{
	uint32_t room = (uint32_t)((armdma_hw_config(e->hw)->ram_size - (FIRST_PAGE - RAM)) >> 12);
	uint64_t x = 4242;

	e->pa = malloc(npages * sizeof(*e->pa));
	if (!e->pa)
		return -1;
	for (uint32_t i = 0; i < npages; i++) {
		e->pa[i] = FIRST_PAGE + (bench_below(&x, room) << 12);
		map_page(e, i * e->stride, e->pa[i]);
	}
	return 0;
}

static int choose(struct env *e, uint32_t npages, bool miss)
{
	uint32_t slots = e->mmu->tlb.nr, n = miss || slots > npages ? npages : slots;
	uint32_t *page = malloc(npages * sizeof(*page));
	uint64_t x = 777;

	e->va = malloc(ADDRESSES * sizeof(*e->va));
	if (!page || !e->va) {
		free(page);
		return -1;
	}
	for (uint32_t i = 0; i < npages; i++)
		page[i] = i;
	/* Hits: neighbours, which fill all sets alike. */
	if (miss)
		bench_shuffle(page, npages, &x);
	e->nr = miss ? ADDRESSES - ADDRESSES % n : ADDRESSES;
	for (uint32_t i = 0; i < e->nr; i++)
		e->va[i] = page[miss ? i % n : bench_below(&x, n)] * e->stride << 12 | bench_below(&x, 1024) << 2;
	free(page);
	return 0;
}

static void reg(struct env *e, uint32_t offset, uint32_t value)
{
	armdma_hw_writel(e->hw, REGS + offset, value);
}

static void enable(struct env *e, uint32_t cfg)
{
	const struct sysmmu_variant *v = e->mmu->variant;
	uint32_t base = v->vm ? ARMDMA_SYSMMU_VM_REG_PT_BASE_PPN :
			v->base_shift ? ARMDMA_SYSMMU_V5_REG_PT_BASE_PPN : ARMDMA_SYSMMU_REG_PT_BASE;

	reg(e, ARMDMA_SYSMMU_REG_CFG, cfg);
	reg(e, base, L1_TABLE >> v->base_shift);
	if (v->tlb2_switch)
		reg(e, ARMDMA_SYSMMU_V5_REG_TLB2_CFG, 1);
	if (v->vm)
		reg(e, ARMDMA_SYSMMU_VM_REG_CTRL, ARMDMA_SYSMMU_CTRL_ENABLE);
	reg(e, ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_RUN);
}

static bool works(struct env *e, bool miss, bool by_chance)
{
	struct bus_translation tr;
	uint64_t before;

	run_walks(e, e->nr);
	before = e->mmu->misses[0];
	for (size_t i = 0; i < e->nr; i++) {
		if (e->mmu->port.ops->translate(&e->mmu->port, &e->xfer, e->va[i], 16, &tr) != BUS_GO ||
		    tr.pa != (e->pa[(e->va[i] >> 12) / e->stride] | (e->va[i] & 0xFFF)))
			return false;
		e->hw->clk.now += tr.cycles;
	}
	if (miss && by_chance)
		return e->mmu->misses[0] - before > e->nr / 4;
	return e->mmu->misses[0] - before == (miss ? e->nr : 0);
}

static struct env *open_unit(const struct geometry *g, bool small)
{
	struct armdma_config cfg = armdma_config_exynos4210();
	struct armdma_sysmmu_config *mmu = &cfg.sysmmus[0];
	struct env *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	cfg.nr_devices = 0;
	cfg.nr_sysmmus = 1;
	mmu->reg_base = REGS;
	mmu->version = g->version;
	/* 16 pages that shall miss need a TLB that is smaller. */
	mmu->tlb_entries = small ? 8 : g->entries;
	mmu->tlb_sets = small ? 1 : g->sets;
	mmu->tlb2_sets = g->tlb2_sets;
	mmu->tlb2_ways = g->tlb2_ways;
	mmu->tlb_replacement = g->replacement;
	if (armdma_hw_create(&e->hw, &cfg, NULL)) {
		free(e);
		return NULL;
	}
	e->mmu = e->hw->sysmmus[0];
	return e;
}

static void *setup(const struct bench_row *row)
{
	const struct geometry *g = &geometries[row->arg[0]];
	bool miss = row->arg[2] == MISS;
	uint32_t npages = row->arg[1];
	struct env *e = open_unit(g, miss && npages < 2 * g->entries);

	if (!e)
		return bench_failed(row, "creating a machine");
	e->stride = miss ? e->mmu->variant->line : 1;
	enable(e, g->cfg);
	if (!map_all(e, npages) && !choose(e, npages, miss) &&
	    works(e, miss, g->replacement == ARMDMA_TLB_RANDOM))
		return e;
	teardown(e);
	return bench_failed(row, "the check of its translations");
}

/* ---- Transfers ------------------------------------------------------------------- */

#define STREAM 65536u

struct stream_env {
	struct armdma_hw *hw;
	bool write;
	armdma_dma_t addr;
	uint8_t buf[STREAM];
};

static void stream_teardown(void *state)
{
	struct stream_env *e = state;

	armdma_hw_destroy(e->hw);
	free(e);
}

static void stream_run(void *state, size_t n)
{
	struct stream_env *e = state;

	while (n--) {
		if (e->write)
			armdma_hw_master_write_sync(e->hw, "mdma", e->addr, e->buf, STREAM, 1000000);
		else
			armdma_hw_master_read_sync(e->hw, "mdma", e->addr, e->buf, STREAM, 1000000);
	}
}

enum { PHYSICAL, PAGES_4K, SECTIONS };

/* 64 KiB at a time: by physical addresses, through 4 KiB pages in random order, through a section. */
static void *stream_setup(const struct bench_row *row)
{
	struct armdma_config cfg = armdma_config_exynos4210();
	struct stream_env *e = calloc(1, sizeof(*e));
	uint32_t page[16];
	uint64_t x = 99;

	if (!e)
		return bench_failed(row, "memory");
	e->write = row->arg[1];
	if (armdma_hw_create(&e->hw, &cfg, NULL)) {
		free(e);
		return bench_failed(row, "creating a machine");
	}
	e->addr = row->arg[0] == PHYSICAL ? FIRST_PAGE : 0x12300000;
	for (uint32_t i = 0; i < 16; i++)
		page[i] = FIRST_PAGE + (i << 12);
	bench_shuffle(page, 16, &x);
	put32(e->hw, L1_TABLE + 0x123 * 4, row->arg[0] == SECTIONS ? FIRST_PAGE | ARMDMA_SYSMMU_L1_SECTION :
								      L2_TABLES | ARMDMA_SYSMMU_L1_TABLE);
	for (uint32_t i = 0; i < 16; i++)
		put32(e->hw, L2_TABLES + i * 4, page[i] | ARMDMA_SYSMMU_L2_SMALL);
	if (row->arg[0] != PHYSICAL) {
		armdma_hw_writel(e->hw, 0x10A40000 + ARMDMA_SYSMMU_REG_PT_BASE, L1_TABLE);
		armdma_hw_writel(e->hw, 0x10A40000 + ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_RUN);
	}
	memset(e->buf, 0x5A, sizeof(e->buf));
	if (!armdma_hw_master_write_sync(e->hw, "mdma", e->addr, e->buf, STREAM, 1000000))
		return e;
	stream_teardown(e);
	return bench_failed(row, "a first transfer");
}

/* ---- The rows ----------------------------------------------------------------------- */

#define ROW(g, what, n, pages, kind, fn) \
	{ .name = "translate/" what "/" n, .unit = BENCH_STEPS, .arg = { g, pages, kind }, .setup = setup, \
	  .run = fn, .teardown = teardown }
#define GEOMETRY(g, n) \
	ROW(g, "hit", n "/16", 16, HIT, run), ROW(g, "hit", n "/1k", 1000, HIT, run), \
	ROW(g, "hit", n "/100k", 100000, HIT, run), ROW(g, "miss", n "/16", 16, MISS, run_walks), \
	ROW(g, "miss", n "/1k", 1000, MISS, run_walks), ROW(g, "miss", n "/100k", 100000, MISS, run_walks)
#define STREAM_ROW(n, how, dir) \
	{ .name = "bus/stream/" n, .unit = BENCH_SHARE, .bytes = STREAM, .arg = { how, dir }, .setup = stream_setup, \
	  .run = stream_run, .teardown = stream_teardown }

/* In the order of geometries[]: sets x ways x pages of a line, + second level. */
static const struct bench_row rows[] = {
	GEOMETRY(0, "v1.2/16"), GEOMETRY(1, "v2.0/32+64x8"), GEOMETRY(2, "v3.1/32"), GEOMETRY(3, "v3.2/32/flpd"),
	GEOMETRY(4, "v3.3/32/flpd"), GEOMETRY(5, "v5.1/32"), GEOMETRY(6, "v5.1/4x8"), GEOMETRY(7, "v5.1/32/random"),
	GEOMETRY(8, "v6.0/32+64x4"), GEOMETRY(9, "v7.0/4x2x4"), GEOMETRY(10, "v7.2/4x8x4"),
	GEOMETRY(11, "v7.4/16x8x4"),
	STREAM_ROW("physical/read", PHYSICAL, false), STREAM_ROW("physical/write", PHYSICAL, true),
	STREAM_ROW("4K/read", PAGES_4K, false), STREAM_ROW("4K/write", PAGES_4K, true),
	STREAM_ROW("1M/read", SECTIONS, false), STREAM_ROW("1M/write", SECTIONS, true),
};

const struct bench_rows bench_rows_sysmmu = { rows, sizeof(rows) / sizeof(rows[0]) };
