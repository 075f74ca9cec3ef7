/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Transfers of devices through their SYSMMU, and whole camera frames.
 *
 * dma/: one master moves a buffer of pages from all over RAM, mapped one by one, to or from flat memory of its own; transfers
 * queue, as those of a busy device do. A write finds its lines marked already and saves no undo lines;
 * "/undo" has every line new, so that each is saved.
 */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

#include <armdma/dma.h>
#include <armdma/iommu.h>
#include <armdma/machine.h>
#include <armdma/mm.h>
#include <armdma/report.h>
#include <armdma/sensor.h>

#include "driver.h"

#include "sim/bus/bus.h"
#include "sim/hw.h"
#include "sim/memory/internal.h"

#define QUEUE 64u
#define IOVA 0x20000000u

enum { READ, WRITE, WRITE_UNDO };

/* ---- dma/ -------------------------------------------------------------- */

struct dma_env {
	struct armdma_machine *m;
	struct armdma_hw *hw;
	struct armdma_domain *d;
	struct bus_master *master;
	size_t size;
	uint32_t npages;
	struct armdma_page **pages;	/* taken in a row, then shuffled: page[i] is at IOVA + i pages */
	uint32_t *order;
	unsigned char *buf;
	bool write;
	unsigned int queue;
	unsigned int failed;
	struct bus_xfer xfers[QUEUE];
};

static void dma_teardown(void *state)
{
	struct dma_env *e = state;
	struct armdma_device *dev = armdma_device_find(e->m, "mdma");

	if (e->d)
		armdma_domain_detach(e->d, dev);
	armdma_domain_free(e->d);
	for (uint32_t i = 0; e->pages && i < e->npages && e->pages[i]; i++)
		armdma_free_pages(e->m, e->pages[i], 0);
	armdma_machine_destroy(e->m);
	free(e->pages);
	free(e->order);
	free(e->buf);
	free(e);
}

static void dma_done(struct bus_xfer *x, enum armdma_bus_resp resp)
{
	struct dma_env *e = x->ctx;

	e->failed += resp != ARMDMA_RESP_OKAY;
}

static void dma_run(void *state, size_t n)
{
	struct dma_env *e = state;

	for (size_t done = 0, part; done < n; done += part) {
		part = n - done < e->queue ? n - done : e->queue;
		for (size_t i = 0; i < part; i++) {
			e->xfers[i] = (struct bus_xfer){
				.addr = IOVA, .buf = e->buf, .len = e->size, .write = e->write,
				.done = dma_done, .ctx = e,
			};
			bus_submit(e->master, &e->xfers[i]);
		}
		armdma_hw_run_until_idle(e->hw, UINT64_MAX / 2);
	}
}

/* All lines are new: what the DMA API's invalidate leaves behind, without its copying. */
static void dma_unmark(void *state)
{
	struct dma_env *e = state;
	struct mem *mem = e->hw->mem;

	for (uint32_t i = 0; i < e->npages; i++) {
		armdma_phys_t pa = armdma_page_to_phys(e->m, e->pages[i]);
		struct mem_page *p = &mem->pages[(pa - mem->base) >> ARMDMA_PAGE_SHIFT];

		p->flags |= MP_MARKED;
		page_reset_lines(p);
	}
}

/* Page by page; each page has a value of its own. */
static bool dma_works(struct dma_env *e)
{
	unsigned char got;

	for (uint32_t i = 0; i < e->npages; i++) {
		armdma_phys_t pa = armdma_page_to_phys(e->m, e->pages[e->order[i]]);
		unsigned char value = (unsigned char)(i * 7 + 1);

		memset(e->buf + i * ARMDMA_PAGE_SIZE, e->write ? value : 0, ARMDMA_PAGE_SIZE);
		if (!e->write)
			armdma_hw_phys_write(e->hw, pa + 5, &value, 1);
	}
	dma_run(e, 1);
	for (uint32_t i = 0; i < e->npages; i++) {
		armdma_phys_t pa = armdma_page_to_phys(e->m, e->pages[e->order[i]]);

		got = e->buf[i * ARMDMA_PAGE_SIZE + 5];
		if (e->write)
			armdma_hw_phys_read(e->hw, pa + 5, &got, 1);
		if (got != (unsigned char)(i * 7 + 1))
			return false;
	}
	return !e->failed;
}

static int dma_map(struct dma_env *e)
{
	uint64_t x = 4242;

	e->pages = calloc(e->npages, sizeof(*e->pages));
	e->order = calloc(e->npages, sizeof(*e->order));
	e->buf = aligned_alloc(ARMDMA_PAGE_SIZE, e->size);
	if (!e->pages || !e->order || !e->buf)
		return -1;
	memset(e->buf, 0x5a, e->size);
	for (uint32_t i = 0; i < e->npages; i++) {
		e->order[i] = i;
		e->pages[i] = armdma_alloc_pages(e->m, ARMDMA_GFP_KERNEL, 0);
		if (!e->pages[i])
			return -1;
		/* Real memory behind both views. */
		memset(armdma_page_address(e->m, e->pages[i]), 0, ARMDMA_PAGE_SIZE);
		armdma_hw_cache_op(e->hw, ARMDMA_CACHE_ALL, ARMDMA_CACHE_CLEAN,
				   armdma_page_to_phys(e->m, e->pages[i]), ARMDMA_PAGE_SIZE);
	}
	bench_shuffle(e->order, e->npages, &x);
	for (uint32_t i = 0; i < e->npages; i++)
		if (armdma_iommu_map(e->d, IOVA + i * ARMDMA_PAGE_SIZE,
				     armdma_page_to_phys(e->m, e->pages[e->order[i]]), ARMDMA_PAGE_SIZE,
				     ARMDMA_IOMMU_READ | ARMDMA_IOMMU_WRITE))
			return -1;
	return 0;
}

static void *dma_setup(const struct bench_row *row)
{
	struct armdma_config cfg = armdma_config_exynos4210();
	struct dma_env *e = calloc(1, sizeof(*e));

	cfg.undo = row->arg[0] == WRITE_UNDO;
	if (!e || armdma_machine_create(&e->m, &cfg, NULL)) {
		free(e);
		return bench_failed(row, "creating a machine");
	}
	armdma_checker_enable(e->m, false);
	e->hw = armdma_machine_hw(e->m);
	e->size = row->bytes;
	e->npages = (uint32_t)(row->bytes / ARMDMA_PAGE_SIZE);
	e->write = row->arg[0] != READ;
	e->queue = row->arg[0] == WRITE_UNDO ? 1 : QUEUE;
	e->master = bus_find_master(e->hw, "mdma");
	e->d = armdma_domain_alloc(e->m);
	if (e->master && e->d && !dma_map(e) && !armdma_domain_attach(e->d, armdma_device_find(e->m, "mdma")) &&
	    dma_works(e))
		return e;
	dma_teardown(e);
	return bench_failed(row, "a first transfer");
}

/* ---- fimc/ ------------------------------------------------------------- */

#define FRAME_WIDTH 1920u
#define FRAME_HEIGHT 1080u
#define FRAME_BYTES (FRAME_WIDTH * FRAME_HEIGHT * 3 / 2)
#define FRAME_WAIT 160000000u	/* a second */

struct frame_env {
	struct armdma_machine *m;
	struct fimc_cap *cap;
	unsigned int frames, lost;
};

static void frame_teardown(void *state)
{
	struct frame_env *e = state;

	fimc_cap_remove(e->cap);
	armdma_machine_destroy(e->m);
	free(e);
}

static void frame_run(void *state, size_t n)
{
	struct frame_env *e = state;
	struct fimc_cap_frame frame;

	while (n--) {
		if (fimc_cap_dequeue(e->cap, &frame, FRAME_WAIT) || frame.error) {
			e->lost++;
			continue;
		}
		e->frames++;
		fimc_cap_queue(e->cap, frame.index, 0);
	}
}

static void *frame_setup(const struct bench_row *row)
{
	const struct armdma_sensor_config sensor = { .width = FRAME_WIDTH, .height = FRAME_HEIGHT };
	const struct fimc_cap_format fmt = { ARMDMA_PIX_NV12, FRAME_WIDTH, FRAME_HEIGHT };
	struct frame_env *e = calloc(1, sizeof(*e));

	if (!e || armdma_machine_create(&e->m, NULL, NULL)) {
		free(e);
		return bench_failed(row, "creating a machine");
	}
	armdma_checker_enable(e->m, false);
	if (armdma_sensor_attach(armdma_machine_hw(e->m), "fimc0", &sensor, NULL) ||
	    fimc_cap_probe(armdma_device_find(e->m, "fimc0"), &e->cap) ||
	    fimc_cap_set_format(e->cap, &fmt) ||
	    fimc_cap_request_buffers(e->cap, 4, FIMC_CAP_WRITE_COMBINE))
		goto fail;
	for (unsigned int i = 0; i < 4; i++)
		if (fimc_cap_queue(e->cap, i, 0))
			goto fail;
	if (fimc_cap_stream_on(e->cap))
		goto fail;
	frame_run(e, 2);
	if (e->frames == 2 && !e->lost)
		return e;
fail:
	frame_teardown(e);
	return bench_failed(row, "capturing two frames");
}

/* ---- The rows ---------------------------------------------------------- */

#define DMA(n, g, size, what) \
	{ .name = "dma/" n, .unit = BENCH_SHARE, .goal = g, .bytes = size, .arg = { what }, \
	  .setup = dma_setup, .run = dma_run, .prepare = (what) == WRITE_UNDO ? dma_unmark : NULL, \
	  .teardown = dma_teardown }

static const struct bench_row rows[] = {
	DMA("read/4K", 0.8, 4096, READ),
	DMA("read/64K", 0.8, 64 * 1024, READ),
	DMA("read/3M", 0.95, 3 * 1024 * 1024, READ),
	DMA("write/4K", 0.65, 4096, WRITE),
	DMA("write/64K", 0.8, 64 * 1024, WRITE),
	DMA("write/3M", 0.95, 3 * 1024 * 1024, WRITE),
	DMA("write/4K/undo", 0.3, 4096, WRITE_UNDO),
	DMA("write/64K/undo", 0.3, 64 * 1024, WRITE_UNDO),
	DMA("write/3M/undo", 0.3, 3 * 1024 * 1024, WRITE_UNDO),
	{ .name = "fimc/1080p_frame", .unit = BENCH_SHARE, .bytes = FRAME_BYTES, .setup = frame_setup,
	  .run = frame_run, .teardown = frame_teardown },
};

const struct bench_rows bench_rows_dma = { rows, sizeof(rows) / sizeof(rows[0]) };
