/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who owns a buffer decides what its cache lines need: one implementation
 * for every set of operations.
 *
 * Towards the device data flows outwards, so the inner cache comes first; towards the CPU the outer
 * one, or a speculative load could refill the inner cache from a stale outer line.
 * Behaviour: Linux 6.1 __dma_page_cpu_to_dev() and __dma_page_dev_to_cpu() on ARMv7.
 */
#include "lib/dma/dma.h"

enum armdma_memtype dma_memtype(const struct armdma_device *dev)
{
	return dev->coherent ? ARMDMA_MT_CACHED : ARMDMA_MT_UNCACHED;
}

void dma_cpu_to_dev(struct armdma_device *dev, armdma_phys_t pa, size_t size, enum armdma_dir dir)
{
	if (dev->coherent)
		return;
	armdma_hw_cache_op(dev->m->hw, ARMDMA_CACHE_ALL,
			   dir == ARMDMA_FROM_DEVICE ? ARMDMA_CACHE_INVALIDATE : ARMDMA_CACHE_CLEAN,
			   pa, size);
}

void dma_dev_to_cpu(struct armdma_device *dev, armdma_phys_t pa, size_t size, enum armdma_dir dir)
{
	if (dev->coherent || dir == ARMDMA_TO_DEVICE)
		return;
	armdma_hw_cache_op(dev->m->hw, ARMDMA_CACHE_ALL | ARMDMA_CACHE_OUTER_FIRST,
			   ARMDMA_CACHE_INVALIDATE, pa, size);
}

void dma_for_each_piece(const struct dma_stream *st, uint64_t offset, size_t size,
			void (*fn)(void *ctx, armdma_phys_t pa, size_t len), void *ctx)
{
	const struct dma_sg_entry *e;
	uint64_t at;

	/* As Linux 6.1: what follows the first page of a merged segment is taken to lie behind it in memory. */
	if (st->kind != DMA_KIND_SG || st->count == 1) {
		fn(ctx, st->pa + offset, size);
		return;
	}
	e = &st->sg->src[st->first];
	for (at = 0; size; at += e->length, e++) {
		size_t len;

		if (offset >= at + e->length)
			continue;
		len = at + e->length - offset < size ? (size_t)(at + e->length - offset) : size;
		fn(ctx, e->pa + (offset - at), len);
		offset += len;
		size -= len;
	}
}

struct handover {
	struct armdma_device *dev;
	enum armdma_dir dir;
};

static void give(void *ctx, armdma_phys_t pa, size_t len)
{
	const struct handover *h = ctx;

	dma_cpu_to_dev(h->dev, pa, len, h->dir);
}

static void take(void *ctx, armdma_phys_t pa, size_t len)
{
	const struct handover *h = ctx;

	dma_dev_to_cpu(h->dev, pa, len, h->dir);
}

/* The first page that Linux 6.1 finds behind a DMA address, with all that follows it in memory. */
static bool assumes_contiguous(const struct dma_stream *st)
{
	return st->kind == DMA_KIND_SG && st->count > 1 && as_linux(st->dev->m);
}

static armdma_phys_t first_piece(const struct dma_stream *st, uint64_t offset)
{
	const struct dma_sg_entry *e = &st->sg->src[st->first];

	while (offset >= e->length) {
		offset -= e->length;
		e++;
	}
	return e->pa + offset;
}

void dma_sync_for_cpu(const struct dma_stream *st, uint64_t offset, size_t size, enum armdma_dir dir)
{
	struct handover h = { st->dev, dir };

	if (assumes_contiguous(st))
		dma_dev_to_cpu(st->dev, first_piece(st, offset), size, dir);
	else
		dma_for_each_piece(st, offset, size, take, &h);
}

void dma_sync_for_device(const struct dma_stream *st, uint64_t offset, size_t size, enum armdma_dir dir)
{
	struct handover h = { st->dev, dir };

	if (assumes_contiguous(st))
		dma_cpu_to_dev(st->dev, first_piece(st, offset), size, dir);
	else
		dma_for_each_piece(st, offset, size, give, &h);
}

void dma_sync_sg_for_cpu(const struct dma_sg *sg, unsigned int nents, enum armdma_dir dir)
{
	for (unsigned int i = 0; i < nents; i++)
		dma_dev_to_cpu(sg->dev, sg->src[i].pa, sg->src[i].length, dir);
}

void dma_sync_sg_for_device(const struct dma_sg *sg, unsigned int nents, enum armdma_dir dir)
{
	for (unsigned int i = 0; i < nents; i++)
		dma_cpu_to_dev(sg->dev, sg->src[i].pa, sg->src[i].length, dir);
}
