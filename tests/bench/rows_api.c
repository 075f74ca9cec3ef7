/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls of the DMA API, in each set of operations, and with many mappings live.
 *
 * Rows come in pairs: a set of operations and its coherent twin, which does the same without cache maintenance. The difference is
 * what the maintenance costs, the twin's figure everything else. live/N/: the same operation while N others are live,
 * mapped for a coherent device behind an IOMMU; the figures of one operation should be equal.
 */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

#include <armdma/dma.h>
#include <armdma/dmapool.h>
#include <armdma/machine.h>
#include <armdma/mm.h>
#include <armdma/report.h>

#define LIST 64u

enum op { PAGE, SG, ATOMIC, POOL, SYNC_START, SYNC_INSIDE, OWN_PAGES, COHERENT };

struct api_env {
	struct armdma_machine *m;
	struct armdma_device *dev;
	enum op op;
	size_t size;			/* bytes of an operation, or of a list's entry */
	unsigned int nr_live;
	armdma_dma_t *live;
	struct armdma_scatterlist *lists;	/* SG: what is live */
	struct armdma_page *page;
	armdma_dma_t large;
	struct armdma_scatterlist sgl[LIST];
	struct armdma_dma_pool *pool;
	unsigned int failed;
};

/* ---- One operation ---------------------------------------------------------- */

static void one_page(struct api_env *e)
{
	armdma_dma_t addr = armdma_dma_map_page(e->dev, e->page, 0, e->size, ARMDMA_BIDIRECTIONAL);

	e->failed += addr == ARMDMA_MAPPING_ERROR;
	armdma_dma_unmap_page(e->dev, addr, e->size, ARMDMA_BIDIRECTIONAL);
}

static void one_list(struct api_env *e)
{
	e->failed += !armdma_dma_map_sg(e->dev, e->sgl, LIST, ARMDMA_BIDIRECTIONAL);
	armdma_dma_unmap_sg(e->dev, e->sgl, LIST, ARMDMA_BIDIRECTIONAL);
}

static void one_buffer(struct api_env *e, armdma_gfp_t gfp)
{
	armdma_dma_t handle;
	void *cpu = armdma_dma_alloc_coherent(e->dev, e->size, &handle, gfp);

	e->failed += !cpu;
	armdma_dma_free_coherent(e->dev, e->size, cpu, handle);
}

static void one_block(struct api_env *e)
{
	armdma_dma_t handle;
	void *cpu = armdma_dma_pool_alloc(e->pool, ARMDMA_GFP_ATOMIC, &handle);

	e->failed += !cpu;
	armdma_dma_pool_free(e->pool, cpu, handle);
}

static void one_own(struct api_env *e)
{
	armdma_dma_t handle;
	struct armdma_page *page = armdma_dma_alloc_pages(e->dev, e->size, &handle, ARMDMA_BIDIRECTIONAL,
							  ARMDMA_GFP_KERNEL);

	e->failed += !page;
	armdma_dma_free_pages(e->dev, e->size, page, handle, ARMDMA_BIDIRECTIONAL);
}

static void api_run(void *state, size_t n)
{
	struct api_env *e = state;

	while (n--)
		switch (e->op) {
		case PAGE: one_page(e); break;
		case SG: one_list(e); break;
		case ATOMIC: one_buffer(e, ARMDMA_GFP_ATOMIC); break;
		case COHERENT: one_buffer(e, ARMDMA_GFP_KERNEL); break;
		case POOL: one_block(e); break;
		case OWN_PAGES: one_own(e); break;
		case SYNC_START:
			armdma_dma_sync_single_for_cpu(e->dev, e->large, 64, ARMDMA_BIDIRECTIONAL);
			break;
		default:	/* 64 KiB behind the start */
			armdma_dma_sync_single_for_cpu(e->dev, e->large + 64 * 1024, 64, ARMDMA_BIDIRECTIONAL);
			break;
		}
}

/* ---- Around it ---------------------------------------------------------------- */

static void api_teardown(void *state)
{
	struct api_env *e = state;

	armdma_machine_abandon(e->m);	/* what is live goes with the machine */
	armdma_machine_destroy(e->m);
	free(e->live);
	free(e->lists);
	free(e);
}

static int make_lists(struct api_env *e)
{
	e->lists = calloc(e->nr_live, sizeof(*e->lists));
	if (!e->lists)
		return -1;
	for (unsigned int i = 0; i < e->nr_live; i++) {
		armdma_sg_init_table(&e->lists[i], 1);
		armdma_sg_set_page(&e->lists[i], e->page, 4096, 0);
		if (!armdma_dma_map_sg(e->dev, &e->lists[i], 1, ARMDMA_BIDIRECTIONAL))
			return -1;
	}
	return 0;
}

static int make_live(struct api_env *e)
{
	if (e->op == SG)
		return make_lists(e);
	e->live = calloc(e->nr_live, sizeof(*e->live));
	if (!e->live)
		return -1;
	for (unsigned int i = 0; i < e->nr_live; i++) {
		e->live[i] = armdma_dma_map_page(e->dev, e->page, 0, 4096, ARMDMA_BIDIRECTIONAL);
		if (e->live[i] == ARMDMA_MAPPING_ERROR)
			return -1;
	}
	return 0;
}

static int prepare(struct api_env *e)
{
	size_t block = e->op == SG ? e->size : 128 * 1024;

	e->page = armdma_alloc_pages(e->m, ARMDMA_GFP_KERNEL | ARMDMA__GFP_ZERO, armdma_get_order(block));
	if (!e->page)
		return -1;
	armdma_sg_init_table(e->sgl, LIST);
	for (unsigned int i = 0; e->op == SG && i < LIST; i++) {
		struct armdma_page *page = armdma_alloc_pages(e->m, ARMDMA_GFP_KERNEL | ARMDMA__GFP_ZERO,
							      armdma_get_order(e->size));

		if (!page)
			return -1;
		armdma_sg_set_page(&e->sgl[i], page, (unsigned int)e->size, 0);
	}
	e->pool = armdma_dma_pool_create("bench", e->dev, 64, 64, 0);
	if (!e->pool)
		return -1;
	if (e->nr_live && make_live(e))
		return -1;
	if (e->op == SYNC_START || e->op == SYNC_INSIDE)
		e->large = armdma_dma_map_page(e->dev, e->page, 0, 128 * 1024, ARMDMA_BIDIRECTIONAL);
	api_run(e, 1);
	return e->failed ? -1 : 0;
}

/* arg: op, set of operations, live mappings; bytes: of the operation. */
static void *api_setup(const struct bench_row *row)
{
	struct api_env *e = calloc(1, sizeof(*e));

	if (!e || armdma_machine_create(&e->m, NULL, NULL)) {
		free(e);
		return bench_failed(row, "creating a machine");
	}
	armdma_checker_enable(e->m, false);
	e->dev = armdma_device_find(e->m, "mdma");
	e->op = (enum op)row->arg[0];
	e->nr_live = row->arg[2];
	e->size = row->bytes;
	if (!armdma_dma_set_ops(e->dev, (enum armdma_dma_opset)row->arg[1]) && !prepare(e))
		return e;
	api_teardown(e);
	return bench_failed(row, "a first operation");
}

/* ---- The rows ----------------------------------------------------------------------- */

#define ROW(n, g, what, set, size, live)                                                          \
	{ .name = n, .unit = BENCH_STEPS, .goal = g, .bytes = size, .arg = { what, set, live },   \
	  .setup = api_setup, .run = api_run, .teardown = api_teardown }

#define SETS(n, what, size)                                                                       \
	ROW(n "/direct", 0, what, ARMDMA_OPS_DIRECT, size, 0),                                    \
	ROW(n "/direct-coherent", 0, what, ARMDMA_OPS_DIRECT_COHERENT, size, 0),                  \
	ROW(n "/iommu", 0, what, ARMDMA_OPS_IOMMU, size, 0),                                      \
	ROW(n "/iommu-coherent", 0, what, ARMDMA_OPS_IOMMU_COHERENT, size, 0),                    \
	ROW(n "/bounce", 0, what, ARMDMA_OPS_BOUNCE, size, 0)

#define LIVE(n, what, size)                                                                       \
	ROW("live/10/" n, 0, what, ARMDMA_OPS_IOMMU_COHERENT, size, 10),                          \
	ROW("live/1k/" n, 0, what, ARMDMA_OPS_IOMMU_COHERENT, size, 1000),                        \
	ROW("live/100k/" n, 0, what, ARMDMA_OPS_IOMMU_COHERENT, size, 100000)

static const struct bench_row rows[] = {
	SETS("map_unmap_page", PAGE, 4096),
	ROW("map_unmap_sg/64x4K/direct", 0, SG, ARMDMA_OPS_DIRECT, 4096, 0),
	ROW("map_unmap_sg/64x4K/direct-coherent", 0, SG, ARMDMA_OPS_DIRECT_COHERENT, 4096, 0),
	ROW("map_unmap_sg/64x4K/iommu", 0, SG, ARMDMA_OPS_IOMMU, 4096, 0),
	ROW("map_unmap_sg/64x4K/iommu-coherent", 0, SG, ARMDMA_OPS_IOMMU_COHERENT, 4096, 0),
	ROW("map_unmap_sg/64x64K/direct", 0, SG, ARMDMA_OPS_DIRECT, 65536, 0),
	ROW("map_unmap_sg/64x64K/direct-coherent", 0, SG, ARMDMA_OPS_DIRECT_COHERENT, 65536, 0),
	ROW("map_unmap_sg/64x64K/iommu", 0, SG, ARMDMA_OPS_IOMMU, 65536, 0),
	ROW("map_unmap_sg/64x64K/iommu-coherent", 0, SG, ARMDMA_OPS_IOMMU_COHERENT, 65536, 0),
	SETS("alloc_free_atomic", ATOMIC, 4096),
	SETS("dma_pool_alloc_free", POOL, 64),
	LIVE("map_unmap_page", PAGE, 4096),
	LIVE("map_unmap_sg/64x4K", SG, 4096),
	LIVE("sync/start", SYNC_START, 64),
	LIVE("sync/inside", SYNC_INSIDE, 64),
	LIVE("alloc_free_coherent", COHERENT, 4096),
	LIVE("alloc_free_pages", OWN_PAGES, 4096),
	LIVE("dma_pool_alloc_free", POOL, 64),
};

const struct bench_rows bench_rows_api = { rows, sizeof(rows) / sizeof(rows[0]) };
