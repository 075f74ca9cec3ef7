/* SPDX-License-Identifier: BSD-2-Clause */
/* The DMA layer's life: its state, that of each device, what is left at the end, and counters. */
#include <errno.h>
#include <stdlib.h>

#include "lib/dma/dma.h"

#define SZ_64K 65536u

int dma_create(struct armdma_machine *m)
{
	m->dma = calloc(1, sizeof(*m->dma));
	if (!m->dma)
		return -ENOMEM;
	RB_INIT(&m->dma->buffers);
	LIST_INIT(&m->dma->mappings);
	return dma_streams_create(&m->dma->streams);
}

int dma_device_init(struct armdma_device *dev, const struct armdma_device_config *cfg)
{
	struct dma_device *d = calloc(1, sizeof(*d));

	if (!d)
		return -ENOMEM;
	dev->dma = d;
	dev->ops = dma_direct_ops(dev->coherent);
	d->cfg = cfg;
	d->mask = d->coherent_mask = ARMDMA_BIT_MASK(32);
	d->bus_limit = cfg->bus_dma_limit;
	d->max_seg_size = SZ_64K;
	d->seg_boundary = UINT64_MAX;
	TAILQ_INIT(&d->managed);
	RB_INIT(&d->managed_by_key);
	STAILQ_INIT(&d->pools);
	STAILQ_INIT(&d->dead_pools);
	RB_INIT(&d->own_by_page);
	RB_INIT(&d->own_by_vaddr);
	RB_INIT(&d->own_by_table);
	return 0;
}

void dma_device_fini(struct armdma_device *dev)
{
	if (!dev->dma)
		return;
	dma_managed_destroy(dev);
	dma_bounce_destroy(dev);
	dma_pools_destroy(dev);
	dma_own_destroy(dev);
	dma_declared_destroy(dev);
	free(dev->dma);
}

/* ---- What is left ---------------------------------------------------------------- */

static void report_stream(void *ctx, const struct dma_stream *st)
{
	const struct armdma_device *of = ctx;

	if (st->kind == DMA_KIND_SG || st->refused || (of && st->dev != of))
		return;
	misuse(st->dev->m, ARMDMA_REPORT_LEAK, st->dev, st->site, st->addr, st->size,
	       "a streaming mapping of %zu bytes of %s was never unmapped", st->size, st->dev->name);
}

static void report_list(void *ctx, const struct dma_sg *sg)
{
	const struct armdma_device *of = ctx;

	if (sg->refused || (of && sg->dev != of))
		return;
	if (sg->own)
		misuse(sg->dev->m, ARMDMA_REPORT_LEAK, sg->dev, sg->site, sg->segs[0]->addr, sg->segs[0]->size,
		       "%zu bytes of %s that are synced by hand (dma_alloc_pages, dma_alloc_noncontiguous) were never freed",
		       sg->segs[0]->size, sg->dev->name);
	else
		misuse(sg->dev->m, ARMDMA_REPORT_LEAK, sg->dev, sg->site, sg->segs[0]->addr, sg->segs[0]->size,
		       "a list of %u entries of %s was never unmapped", sg->nents, sg->dev->name);
}

void dma_report_leaks(struct armdma_machine *m, const struct armdma_device *dev)
{
	void *of = (void *)(uintptr_t)dev;
	const struct armdma_device *d;
	struct dma_buffer *buf;

	if (!m->dma || m->abandoned)
		return;
	RB_FOREACH(buf, dma_buffer_tree, &m->dma->buffers)
		if (!buf->internal && !buf->refused && (!dev || buf->dev == dev))
			misuse(m, ARMDMA_REPORT_LEAK, buf->dev, buf->site, buf->handle, buf->size,
			       "a buffer of %zu bytes of %s was never freed", buf->size, buf->dev->name);
	dma_streams_walk(&m->dma->streams, report_stream, of);
	dma_lists_walk(&m->dma->streams, report_list, of);
	SLIST_FOREACH(d, &m->devices, link)
		if (!dev || d == dev)
			dma_pools_report(d);
}

/* Safe buffers that are still out: their memory went with the pools. */
static void free_bounce(void *ctx, const struct dma_stream *st)
{
	(void)ctx;
	free(st->bounce);
}

void dma_destroy(struct armdma_machine *m)
{
	struct dma_buffer *buf;

	if (!m->dma)
		return;
	dma_free_mappings(m);
	dma_streams_walk(&m->dma->streams, free_bounce, NULL);
	dma_streams_destroy(&m->dma->streams);
	while ((buf = RB_ROOT(&m->dma->buffers))) {
		RB_REMOVE(dma_buffer_tree, &m->dma->buffers, buf);
		free(buf);
	}
	dma_atomic_destroy(m);
	free(m->dma);
	m->dma = NULL;
}

void armdma_dma_stats(const struct armdma_device *dev, struct armdma_dma_stats *st)
{
	DMA_CALL(call, "dma_stats");
	const struct dma_device *d;

	*st = (struct armdma_dma_stats){ 0 };
	if (!dma_given(dev, &call))
		return;
	d = dev->dma;
	st->live_allocs = d->live_allocs;
	st->live_maps = d->live_maps;
	st->live_bytes = d->live_bytes;
	st->allocs = d->allocs;
	st->frees = d->frees;
	st->maps = d->maps;
	st->unmaps = d->unmaps;
	st->syncs = d->syncs;
	st->failures = d->failures;
}
