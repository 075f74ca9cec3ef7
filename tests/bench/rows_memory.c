/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cache maintenance of both levels over a contiguous range, against a memcpy of the same size.
 *
 * Before each operation the CPU dirties 0, 1 or 100 percent of the 64-byte pieces of the buffer, one byte each, at
 * random places; that time is taken off.
 */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

#include <armdma/hw.h>

#define RAM_BASE 0x40000000u
#define PIECE 64u

enum { CLEAN = ARMDMA_CACHE_CLEAN, INVALIDATE = ARMDMA_CACHE_INVALIDATE };

struct sync_env {
	struct armdma_hw *hw;
	unsigned char *cpu;
	size_t size;
	enum armdma_cache_op op;
	uint32_t *dirty;	/* offsets */
	size_t nr_dirty;
	unsigned char value;
};

static void sync_teardown(void *state)
{
	struct sync_env *e = state;

	armdma_hw_destroy(e->hw);
	free(e->dirty);
	free(e);
}

static void sync_prepare(void *state)
{
	struct sync_env *e = state;
	const unsigned char value = ++e->value;

	for (size_t i = 0; i < e->nr_dirty; i++)
		e->cpu[e->dirty[i]] = value;
}

static void sync_run(void *state, size_t n)
{
	struct sync_env *e = state;

	while (n--)
		armdma_hw_cache_op(e->hw, ARMDMA_CACHE_ALL, e->op, RAM_BASE, e->size);
}

/* A clean brings every dirty byte to DRAM, an invalidate takes them all back. */
static bool works(struct sync_env *e)
{
	unsigned char want, got;

	sync_prepare(e);
	want = e->op == ARMDMA_CACHE_CLEAN ? e->value : 0;
	sync_run(e, 1);
	for (size_t i = 0; i < e->nr_dirty; i++) {
		armdma_hw_phys_read(e->hw, RAM_BASE + e->dirty[i], &got, 1);
		if (got != want || e->cpu[e->dirty[i]] != want)
			return false;
	}
	return true;
}

static int choose_dirty(struct sync_env *e, unsigned int percent)
{
	size_t pieces = e->size / PIECE;
	uint64_t x = 777;

	e->dirty = malloc(pieces * sizeof(*e->dirty));
	if (!e->dirty)
		return -1;
	for (size_t i = 0; i < pieces; i++)
		e->dirty[i] = (uint32_t)(i * PIECE);
	e->nr_dirty = pieces * percent / 100;
	if (percent && !e->nr_dirty)
		e->nr_dirty = 1;
	/* All of them need no choice; in order, so that dirtying stays cheap beside the operation. */
	if (percent < 100)
		bench_shuffle(e->dirty, pieces, &x);
	for (size_t i = 0; i < pieces; i++)
		e->dirty[i] += bench_below(&x, PIECE);
	return 0;
}

static void *sync_setup(const struct bench_row *row)
{
	struct armdma_config cfg = armdma_config_exynos4210();
	struct sync_env *e = calloc(1, sizeof(*e));

	if (!e)
		return bench_failed(row, "memory");
	cfg.nr_devices = cfg.nr_sysmmus = 0;
	if (cfg.ram_size < 2 * row->bytes)
		cfg.ram_size = cfg.lowmem_size = 2 * row->bytes;
	e->size = row->bytes;
	e->op = row->arg[0] == CLEAN ? ARMDMA_CACHE_CLEAN : ARMDMA_CACHE_INVALIDATE;
	if (armdma_hw_create(&e->hw, &cfg, NULL)) {
		free(e);
		return bench_failed(row, "creating a machine");
	}
	e->cpu = armdma_hw_linear(e->hw, RAM_BASE);
	if (!armdma_hw_linear_open(e->hw, RAM_BASE, e->size) && !choose_dirty(e, row->arg[1])) {
		/* Real pages behind both views. */
		memset(e->cpu, 0, e->size);
		armdma_hw_cache_op(e->hw, ARMDMA_CACHE_ALL, ARMDMA_CACHE_CLEAN, RAM_BASE, e->size);
		if (works(e))
			return e;
	}
	sync_teardown(e);
	return bench_failed(row, "a first operation");
}

/* ---- The rows ---------------------------------------------------------- */

#define SYNC(n, op, size, g, percent) \
	{ .name = "sync/" n "/" #percent, .unit = BENCH_SHARE, .goal = g, .bytes = size, \
	  .arg = { op, percent }, .setup = sync_setup, .run = sync_run, .prepare = sync_prepare, \
	  .teardown = sync_teardown }
#define SYNC_SIZE(n, op, size, g) SYNC(n, op, size, g, 0), SYNC(n, op, size, g, 1), SYNC(n, op, size, g, 100)
#define SYNC_OP(n, op) \
	SYNC_SIZE(n "/4K", op, 4096, 0.7), SYNC_SIZE(n "/64K", op, 64 * 1024, 0.7), \
	SYNC_SIZE(n "/3M", op, 3 * 1024 * 1024, 0.9), SYNC_SIZE(n "/64M", op, 64 * 1024 * 1024, 0.9)

static const struct bench_row rows[] = {
	SYNC_OP("clean", CLEAN),
	SYNC_OP("invalidate", INVALIDATE),
};

const struct bench_rows bench_rows_memory = { rows, sizeof(rows) / sizeof(rows[0]) };
