/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Translation tables, and the streaming calls above them.
 *
 * pagetable/: a domain that no unit carries, so that table work and its cleaning count and register accesses do not;
 * "/registers" beside them has a running unit. Many regions, scattered over a window of 1 GiB, are mapped,
 * then all of them unmapped; "/sequential" in the order of their addresses, "/best" with the largest entries that fit
 * (64 KiB, 1 MiB, 16 MiB) over memory that is aligned for them, else with entries of 4 KiB.
 *
 * map_unmap: one mapping in, the oldest out, as rings of buffers have it. Without the sync, then with it against a
 * memcpy alone over equally many buffers. The device is suspended; again "/registers" has it running.
 */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

#include <armdma/dma.h>
#include <armdma/iommu.h>
#include <armdma/machine.h>
#include <armdma/mm.h>
#include <armdma/report.h>

#define WINDOW_BASE 0x20000000u
#define WINDOW (1u << 30)
#define MAX_REGIONS 512u
#define SZ_4K 4096u
#define SZ_1M (1u << 20)

enum { SUSPENDED, RUNNING };

/* ---- pagetable/ -------------------------------------------------------- */

struct table_env {
	struct armdma_machine *m;
	struct armdma_domain *d;
	uint32_t size;
	unsigned int nr;
	uint32_t iova[MAX_REGIONS], pa[MAX_REGIONS];
};

static void table_teardown(void *state)
{
	struct table_env *e = state;
	struct armdma_device *dev = armdma_device_find(e->m, "mdma");

	if (e->d)
		armdma_domain_detach(e->d, dev);
	armdma_domain_free(e->d);
	armdma_machine_destroy(e->m);
	free(e);
}

/* An operation is one map and one unmap; a round does all regions. */
static void table_run(void *state, size_t n)
{
	struct table_env *e = state;

	for (size_t done = 0, part; done < n; done += part) {
		part = n - done < e->nr ? n - done : e->nr;
		for (size_t i = 0; i < part; i++)
			armdma_iommu_map(e->d, e->iova[i], e->pa[i], e->size,
					 ARMDMA_IOMMU_READ | ARMDMA_IOMMU_WRITE);
		for (size_t i = 0; i < part; i++)
			armdma_iommu_unmap(e->d, e->iova[i], e->size);
	}
}

/* How regions lie, and which entries map them: bits. */
enum { SMALL = 0, SECTIONS = 1, BEST = 2, SEQUENTIAL = 4 };

static uint64_t entry_sizes(unsigned int how)
{
	if (how & BEST)
		return SZ_4K | 16 * SZ_4K | SZ_1M | 16 * SZ_1M;
	return how & SECTIONS ? SZ_4K | SZ_1M : SZ_4K;
}

/* Regions that do not touch; physical memory is aligned to the region only where large entries are wanted. */
static void place(struct table_env *e, unsigned int how)
{
	uint32_t stride = 2 * e->size, slots = WINDOW / stride, step = 1, order[MAX_REGIONS];
	uint64_t x = 12345;

	if (slots > MAX_REGIONS) {
		step = slots / MAX_REGIONS;
		slots = MAX_REGIONS;
	}
	for (uint32_t i = 0; i < slots; i++)
		order[i] = i * step;
	if (!(how & SEQUENTIAL))
		bench_shuffle(order, slots, &x);
	e->nr = slots;
	for (unsigned int i = 0; i < e->nr; i++) {
		e->iova[i] = WINDOW_BASE + order[i] * stride;
		e->pa[i] = 0x40000000u + i * (how & BEST ? e->size : how & SECTIONS ? SZ_1M : SZ_4K);
	}
}

static bool table_works(struct table_env *e)
{
	uint32_t last = e->iova[0] + e->size - SZ_4K;
	bool ok;

	if (armdma_iommu_map(e->d, e->iova[0], e->pa[0], e->size, ARMDMA_IOMMU_READ))
		return false;
	ok = armdma_iova_to_phys(e->d, last) == e->pa[0] + e->size - SZ_4K;
	return armdma_iommu_unmap(e->d, e->iova[0], e->size) == e->size && ok &&
	       armdma_iova_to_phys(e->d, last) == ARMDMA_MAPPING_ERROR;
}

static void *table_setup(const struct bench_row *row)
{
	unsigned int how = row->arg[1];
	struct table_env *e = calloc(1, sizeof(*e));

	if (!e || armdma_machine_create(&e->m, NULL, NULL)) {
		free(e);
		return bench_failed(row, "creating a machine");
	}
	armdma_checker_enable(e->m, false);
	e->size = row->arg[0] * SZ_4K;
	place(e, how);
	e->d = armdma_domain_alloc(e->m);
	if (e->d && !armdma_domain_set_pgsizes(e->d, entry_sizes(how)) &&
	    (row->arg[2] == SUSPENDED || !armdma_domain_attach(e->d, armdma_device_find(e->m, "mdma"))) &&
	    table_works(e))
		return e;
	table_teardown(e);
	return bench_failed(row, "a first map");
}

/* ---- map_unmap --------------------------------------------------------- */

struct stream_env {
	struct armdma_machine *m;
	struct armdma_device *dev;
	struct armdma_iommu_mapping *mapping;
	size_t size;
	unsigned long attrs;
	unsigned int order, nr, at;
	struct armdma_page *page[1024];
	armdma_dma_t addr[1024];
};

static void stream_unmap(struct stream_env *e, unsigned int i)
{
	armdma_dma_unmap_page_attrs(e->dev, e->addr[i], e->size, ARMDMA_TO_DEVICE, e->attrs);
}

static void stream_map(struct stream_env *e, unsigned int i)
{
	e->addr[i] = armdma_dma_map_page_attrs(e->dev, e->page[i], 0, e->size, ARMDMA_TO_DEVICE, e->attrs);
}

static void stream_run(void *state, size_t n)
{
	struct stream_env *e = state;

	while (n--) {
		stream_unmap(e, e->at);
		stream_map(e, e->at);
		if (++e->at == e->nr)
			e->at = 0;
	}
}

static void stream_teardown(void *state)
{
	struct stream_env *e = state;

	for (unsigned int i = 0; i < e->nr && e->page[i]; i++) {
		if (!armdma_dma_mapping_error(e->dev, e->addr[i]))
			stream_unmap(e, i);
		armdma_free_pages(e->m, e->page[i], e->order);
	}
	if (armdma_to_iommu_mapping(e->dev))
		armdma_iommu_detach_device(e->dev);
	armdma_iommu_release_mapping(e->mapping);
	armdma_machine_destroy(e->m);
	free(e);
}

static int stream_fill(struct stream_env *e)
{
	for (unsigned int i = 0; i < e->nr; i++) {
		e->page[i] = armdma_alloc_pages(e->m, ARMDMA_GFP_KERNEL, e->order);
		if (!e->page[i])
			return -1;
		memset(armdma_page_address(e->m, e->page[i]), (int)i, e->size);
	}
	for (unsigned int i = 0; i < e->nr; i++) {
		stream_map(e, i);
		if (armdma_dma_mapping_error(e->dev, e->addr[i]))
			return -1;
	}
	return 0;
}

static void *stream_setup(const struct bench_row *row)
{
	struct stream_env *e = calloc(1, sizeof(*e));

	if (!e || armdma_machine_create(&e->m, NULL, NULL)) {
		free(e);
		return bench_failed(row, "creating a machine");
	}
	armdma_checker_enable(e->m, false);
	e->dev = armdma_device_find(e->m, "mdma");
	e->size = (size_t)row->arg[0] * SZ_4K;
	e->order = armdma_get_order(e->size);
	e->nr = row->arg[0] > 16 ? 16 : 1024;
	e->attrs = row->unit == BENCH_STEPS ? ARMDMA_ATTR_SKIP_CPU_SYNC : 0;
	memset(e->addr, 0xff, sizeof(e->addr));
	if (row->arg[1] == SUSPENDED)
		armdma_pm_runtime_enable(e->dev);
	e->mapping = armdma_iommu_create_mapping(e->m, WINDOW_BASE, WINDOW, NULL, NULL);
	if (e->mapping && !armdma_iommu_attach_device(e->dev, e->mapping) && !stream_fill(e))
		return e;
	stream_teardown(e);
	return bench_failed(row, "a first map");
}

/* ---- The rows ---------------------------------------------------------- */

#define TABLE(n, g, pages, how, state) \
	{ .name = "pagetable/" n, .unit = BENCH_STEPS, .goal = g, .arg = { pages, how, state }, \
	  .setup = table_setup, .run = table_run, .teardown = table_teardown }
#define STREAM(n, u, g, pages, ring, state) \
	{ .name = "map_unmap_" n, .unit = u, .goal = g, .bytes = (pages) * SZ_4K, .copies = ring, \
	  .arg = { pages, state }, .setup = stream_setup, .run = stream_run, .teardown = stream_teardown }

static const struct bench_row rows[] = {
	STREAM("page", BENCH_STEPS, 40, 1, 1024, SUSPENDED),
	STREAM("page/registers", BENCH_STEPS, 0, 1, 1024, RUNNING),
	STREAM("page/sync", BENCH_TIMES, 1.15, 1, 1024, SUSPENDED),
	STREAM("16_pages", BENCH_STEPS, 60, 16, 1024, SUSPENDED),
	STREAM("16_pages/sync", BENCH_TIMES, 1.15, 16, 1024, SUSPENDED),
	STREAM("760_pages", BENCH_STEPS, 200, 760, 16, SUSPENDED),
	STREAM("760_pages/sync", BENCH_TIMES, 1.15, 760, 16, SUSPENDED),
	TABLE("1", 10, 1, SMALL, SUSPENDED),
	TABLE("1/sequential", 10, 1, SEQUENTIAL, SUSPENDED),
	TABLE("16", 25, 16, SMALL, SUSPENDED),
	TABLE("16/sequential", 25, 16, SEQUENTIAL, SUSPENDED),
	TABLE("16/best", 25, 16, BEST, SUSPENDED),
	TABLE("16/best/sequential", 25, 16, BEST | SEQUENTIAL, SUSPENDED),
	TABLE("256", 60, 256, SMALL, SUSPENDED),
	TABLE("256/sequential", 60, 256, SEQUENTIAL, SUSPENDED),
	TABLE("256/best", 0, 256, BEST, SUSPENDED),
	TABLE("256/best/sequential", 0, 256, BEST | SEQUENTIAL, SUSPENDED),
	TABLE("4096", 800, 4096, SMALL, SUSPENDED),
	TABLE("4096/sequential", 800, 4096, SEQUENTIAL, SUSPENDED),
	TABLE("4096/best", 60, 4096, BEST, SUSPENDED),
	TABLE("4096/best/sequential", 60, 4096, BEST | SEQUENTIAL, SUSPENDED),
	TABLE("16M_by_sections", 60, 4096, SECTIONS, SUSPENDED),
	TABLE("1/registers", 0, 1, SMALL, RUNNING),
	TABLE("16/registers", 0, 16, SMALL, RUNNING),
	TABLE("256/registers", 0, 256, SMALL, RUNNING),
	TABLE("4096/registers", 0, 4096, SMALL, RUNNING),
	TABLE("16/best/registers", 0, 16, BEST, RUNNING),
	TABLE("256/best/registers", 0, 256, BEST, RUNNING),
	TABLE("4096/best/registers", 0, 4096, BEST, RUNNING),
};

const struct bench_rows bench_rows_table = { rows, sizeof(rows) / sizeof(rows[0]) };
