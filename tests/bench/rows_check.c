/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the checker costs: the same operations in two machines, one with it and one without.
 *
 * Both take turns of about a millisecond, and the figure is the ratio of their times: what else the host does hits both alike. Programs
 * are correct ones, which ask about every mapping and get no report. check/live/N/: steps with the checker while N other mappings are
 * live; the figures should be equal. check/bytes_per_mapping: host memory that the checker takes for each live mapping.
 */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

#include <armdma/dma.h>
#include <armdma/hw.h>
#include <armdma/machine.h>
#include <armdma/mm.h>
#include <armdma/report.h>
#include <armdma/sensor.h>

#include "driver.h"

#ifdef __GLIBC__
#include <malloc.h>
#if __GLIBC_PREREQ(2, 33)
#define HAVE_MALLINFO2
#endif
#endif

#define TURN_TIME 1e-3		/* seconds */
#define TURNS 4
#define RING 1024u
#define WINDOW_BASE 0x20000000u
#define WINDOW (1u << 30)
#define MANY 49152u		/* mappings, between the powers of two at which indexes grow */

enum what { MAP_UNMAP, CLEAN, INVALIDATE, FRAME };
/* Of MAP_UNMAP: a ring of mappings behind a SYSMMU, synced by hand; or a set of operations, and one buffer. */
#define BY_HAND ARMDMA_NR_OPSETS

/* One machine and what runs on it. */
struct side {
	struct armdma_machine *m;
	struct armdma_device *dev;
	struct armdma_iommu_mapping *mapping;
	size_t size, nr, at;
	enum armdma_dir dir;
	unsigned long attrs;
	struct armdma_page *page[RING];
	armdma_dma_t addr[RING], *live;
	void *bytes;			/* what the device writes */
	struct fimc_cap *cap;
	unsigned int failed;
};

struct check_env {
	const struct bench_row *row;
	struct side side[2];		/* without and with the checker */
	size_t turn;			/* operations */
};

/* ---- Operations: n of them, in seconds -------------------------------------------- */

static void map_one(struct side *s, size_t i)
{
	s->addr[i] = armdma_dma_map_page_attrs(s->dev, s->page[i], 0, s->size, s->dir, s->attrs);
	s->failed += armdma_dma_mapping_error(s->dev, s->addr[i]) != 0;
}

static void unmap_one(struct side *s, size_t i)
{
	armdma_dma_unmap_page_attrs(s->dev, s->addr[i], s->size, s->dir, s->attrs);
}

static double time_map_unmap(struct side *s, size_t n)
{
	double start = bench_cpu_time();

	while (n--) {
		unmap_one(s, s->at);
		map_one(s, s->at);
		s->at = s->at + 1 == s->nr ? 0 : s->at + 1;
	}
	return bench_cpu_time() - start;
}

static double time_clean(struct side *s, size_t n)
{
	double start = bench_cpu_time();

	while (n--)
		armdma_dma_sync_single_for_device(s->dev, s->addr[0], s->size, s->dir);
	return bench_cpu_time() - start;
}

static double time_invalidate(struct side *s, size_t n)
{
	armdma_phys_t pa = armdma_page_to_phys(s->m, s->page[0]);
	double sum = 0, start;

	while (n--) {
		armdma_hw_phys_write(armdma_machine_hw(s->m), pa, s->bytes, s->size);
		start = bench_cpu_time();
		armdma_dma_sync_single_for_cpu(s->dev, s->addr[0], s->size, s->dir);
		sum += bench_cpu_time() - start;
		armdma_dma_sync_single_for_device(s->dev, s->addr[0], s->size, s->dir);
	}
	return sum;
}

static double time_frames(struct side *s, size_t n)
{
	double start = bench_cpu_time();
	struct fimc_cap_frame frame;

	while (n--)
		if (fimc_cap_dequeue(s->cap, &frame, 160000000u) || frame.error)
			s->failed++;
		else
			fimc_cap_queue(s->cap, frame.index, 0);
	return bench_cpu_time() - start;
}

static double time_of(const struct bench_row *row, struct side *s, size_t n)
{
	switch ((enum what)row->arg[0]) {
	case MAP_UNMAP: return time_map_unmap(s, n);
	case CLEAN: return time_clean(s, n);
	case INVALIDATE: return time_invalidate(s, n);
	default: return time_frames(s, n);
	}
}

/* ---- Around them -------------------------------------------------------------------- */

static void close_side(struct side *s)
{
	if (!s->m)
		return;
	if (s->cap)
		fimc_cap_remove(s->cap);
	armdma_machine_abandon(s->m);	/* what is live goes with the machine */
	armdma_machine_destroy(s->m);
	free(s->live);
	free(s->bytes);
}

static int open_camera(struct side *s)
{
	const struct armdma_sensor_config sensor = { .width = 1920, .height = 1080 };
	const struct fimc_cap_format fmt = { ARMDMA_PIX_NV12, 1920, 1080 };

	if (armdma_sensor_attach(armdma_machine_hw(s->m), "fimc0", &sensor, NULL) ||
	    fimc_cap_probe(armdma_device_find(s->m, "fimc0"), &s->cap) || fimc_cap_set_format(s->cap, &fmt) ||
	    fimc_cap_request_buffers(s->cap, 4, FIMC_CAP_WRITE_COMBINE))
		return -1;
	for (unsigned int i = 0; i < 4; i++)
		if (fimc_cap_queue(s->cap, i, 0))
			return -1;
	return fimc_cap_stream_on(s->cap);
}

static int open_mappings(struct side *s, const struct bench_row *row)
{
	unsigned int order = armdma_get_order(row->bytes);

	s->size = row->bytes;
	s->nr = 1;
	s->dir = row->arg[0] == CLEAN ? ARMDMA_TO_DEVICE : row->arg[0] == INVALIDATE ? ARMDMA_FROM_DEVICE : ARMDMA_BIDIRECTIONAL;
	if (row->arg[1] == BY_HAND) {
		s->nr = RING;
		s->dir = ARMDMA_TO_DEVICE;
		s->attrs = ARMDMA_ATTR_SKIP_CPU_SYNC;
		armdma_pm_runtime_enable(s->dev);
		s->mapping = armdma_iommu_create_mapping(s->m, WINDOW_BASE, WINDOW, NULL, NULL);
		if (!s->mapping || armdma_iommu_attach_device(s->dev, s->mapping))
			return -1;
	} else if (armdma_dma_set_ops(s->dev, (enum armdma_dma_opset)row->arg[1])) {
		return -1;
	}
	for (size_t i = 0; i < s->nr; i++) {
		s->page[i] = armdma_alloc_pages(s->m, ARMDMA_GFP_KERNEL | ARMDMA__GFP_ZERO, order);
		if (!s->page[i])
			return -1;
		map_one(s, i);
	}
	s->bytes = malloc(s->size);
	if (!s->bytes)
		return -1;
	memset(s->bytes, 0x5a, s->size);
	return 0;
}

/* Mappings of a page of their own, which stay. */
static int make_live(struct side *s, size_t n)
{
	struct armdma_page *page = armdma_alloc_pages(s->m, ARMDMA_GFP_KERNEL | ARMDMA__GFP_ZERO, 0);

	s->live = calloc(n, sizeof(*s->live));
	if (!page || !s->live)
		return -1;
	for (size_t i = 0; i < n; i++) {
		s->live[i] = armdma_dma_map_page(s->dev, page, 0, 4096, ARMDMA_TO_DEVICE);
		if (armdma_dma_mapping_error(s->dev, s->live[i]))
			return -1;
	}
	return 0;
}

static int open_side(struct side *s, const struct bench_row *row, bool checker)
{
	if (armdma_machine_create(&s->m, NULL, NULL))
		return -1;
	armdma_checker_enable(s->m, checker);
	s->dev = armdma_device_find(s->m, "mdma");
	if (row->arg[0] == FRAME ? open_camera(s) : open_mappings(s, row))
		return -1;
	if (row->arg[2] && make_live(s, row->arg[2]))
		return -1;
	time_of(row, s, 2);
	return s->failed || armdma_report_count(s->m, ARMDMA_REPORT_NONE) ? -1 : 0;
}

static void check_teardown(void *state)
{
	struct check_env *e = state;

	close_side(&e->side[0]);
	close_side(&e->side[1]);
	free(e);
}

/* arg: what, set of operations (or BY_HAND), live mappings; bytes: of a mapping. */
static void *check_setup(const struct bench_row *row)
{
	struct check_env *e = calloc(1, sizeof(*e));

	if (!e)
		return bench_failed(row, "memory");
	e->row = row;
	e->turn = 1;
	/* Of steps, only the side with the checker is needed. */
	if ((row->unit != BENCH_STEPS && open_side(&e->side[0], row, false)) || open_side(&e->side[1], row, true)) {
		check_teardown(e);
		return bench_failed(row, "a first operation");
	}
	return e;
}

/* Times as long with the checker as without. */
static double check_timed(void *state)
{
	struct check_env *e = state;
	double t[2] = { 0, 0 };

	while (e->turn < 1u << 20 && time_of(e->row, &e->side[0], e->turn) < TURN_TIME / 2)
		e->turn *= 2;
	/* Whoever begins changes: each side finds the host's caches as the other one left them. */
	for (int i = 0; i < TURNS; i++)
		for (int j = 0; j < 2; j++)
			t[(i ^ j) & 1] += time_of(e->row, &e->side[(i ^ j) & 1], e->turn);
	return e->side[0].failed || e->side[1].failed ? -1 : t[1] / t[0];
}

static void live_run(void *state, size_t n)
{
	struct check_env *e = state;

	time_map_unmap(&e->side[1], n);
}

/* ---- Memory ------------------------------------------------------------------------ */

#ifdef HAVE_MALLINFO2
static size_t host_bytes(void)
{
	struct mallinfo2 mi = mallinfo2();

	return mi.uordblks + mi.hblkhd;
}

static double bytes_timed(void *state)
{
	struct check_env *e = state;
	double bytes[2];

	for (int i = 0; i < 2; i++) {
		size_t before = host_bytes();

		if (make_live(&e->side[i], MANY))
			return -1;
		bytes[i] = (double)(host_bytes() - before);
		for (size_t j = 0; j < MANY; j++)
			armdma_dma_unmap_page(e->side[i].dev, e->side[i].live[j], 4096, ARMDMA_TO_DEVICE);
		close_side(&e->side[i]);
		memset(&e->side[i], 0, sizeof(e->side[i]));
		if (open_side(&e->side[i], e->row, i))
			return -1;
	}
	return (bytes[1] - bytes[0]) / MANY;
}
#endif

/* ---- The rows ----------------------------------------------------------------------- */

#define COST(n, g, what, set, size)                                                                      \
	{ .name = "check/" n, .unit = BENCH_COST, .goal = g, .bytes = size, .arg = { what, set, 0 },     \
	  .setup = check_setup, .timed = check_timed, .teardown = check_teardown }
#define LIVE(n, nr)                                                                                      \
	{ .name = "check/live/" n "/map_unmap_page", .unit = BENCH_STEPS, .bytes = 4096,                 \
	  .arg = { MAP_UNMAP, ARMDMA_OPS_IOMMU_COHERENT, nr }, .setup = check_setup, .run = live_run,    \
	  .teardown = check_teardown }

static const struct bench_row rows[] = {
	COST("map_unmap_page", 1.5, MAP_UNMAP, BY_HAND, 4096),
	COST("map_unmap_page/direct", 1.5, MAP_UNMAP, ARMDMA_OPS_DIRECT, 4096),
	COST("map_unmap_page/direct-coherent", 1.5, MAP_UNMAP, ARMDMA_OPS_DIRECT_COHERENT, 4096),
	COST("map_unmap_page/iommu", 1.5, MAP_UNMAP, ARMDMA_OPS_IOMMU, 4096),
	COST("map_unmap_page/iommu-coherent", 1.5, MAP_UNMAP, ARMDMA_OPS_IOMMU_COHERENT, 4096),
	COST("sync/clean/3M", 1.1, CLEAN, ARMDMA_OPS_DIRECT, 3 * 1024 * 1024),
	COST("sync/invalidate/1500", 2.2, INVALIDATE, ARMDMA_OPS_DIRECT, 1500),
	COST("sync/invalidate/3M", 2.2, INVALIDATE, ARMDMA_OPS_DIRECT, 3 * 1024 * 1024),
	COST("fimc/1080p_frame", 1.1, FRAME, 0, 0),
	LIVE("10", 10),
	LIVE("1k", 1000),
	LIVE("100k", 100000),
#ifdef HAVE_MALLINFO2
	{ .name = "check/bytes_per_mapping", .unit = BENCH_BYTES, .goal = 256, .bytes = 4096,
	  .arg = { MAP_UNMAP, ARMDMA_OPS_DIRECT, 0 }, .setup = check_setup, .timed = bytes_timed,
	  .teardown = check_teardown },
#endif
};

const struct bench_rows bench_rows_check = { rows, sizeof(rows) / sizeof(rows[0]) };
