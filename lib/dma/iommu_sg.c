/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lists behind an IOMMU: entries that meet at page boundaries become one segment, one range of IOVAs.
 *
 * Behaviour: Linux 6.1 arch/arm/mm/dma-mapping.c (arm_iommu_map_sg(), __map_sg_chunk()). A segment ends where an entry
 * starts inside a page, where what was collected ends inside one, and before the device's largest segment is exceeded, the first
 * entry's offset counted. An entry that is longer by itself stays whole. As documented, a segment does not cross the
 * device's segment boundary either, which that kernel ignores.
 */
#include <errno.h>

#include <armdma/iommu.h>

#include "lib/dma/iommu_ops.h"
#include "lib/dma/pgsize.h"
#include "lib/iommu/iommu.h"

/* A segment in the making: entries [first, end), size bytes counted from the start of the first one's page. */
struct chunk {
	unsigned int first, end;
	uint64_t size;
};

/* Translations of the entries of a chunk, each after its maintenance. */
static int map_entries(struct dma_sg *sg, const struct chunk *c, armdma_dma_t iova)
{
	struct armdma_domain *d = sg->mapping->domain;
	armdma_dma_t at = iova;

	for (unsigned int i = c->first; i < c->end; i++) {
		struct dma_sg_entry *e = &sg->src[i];
		uint64_t len = ARMDMA_PAGE_ALIGN((uint64_t)e->offset + e->length);
		int ret;

		if (!(sg->attrs & ARMDMA_ATTR_SKIP_CPU_SYNC))
			dma_cpu_to_dev(sg->dev, e->pa, e->length, sg->dir);
		ret = iommu_map_sizes(d, at, e->pa - e->offset, len, dma_prot(sg->dir, sg->attrs),
				      dma_pgsize_entries(sg->dev));
		if (ret) {
			if (at > iova)
				armdma_iommu_unmap(d, iova, at - iova);
			return ret;
		}
		e->addr = at + e->offset;
		at += len;
	}
	return 0;
}

static int map_chunk(struct dma_sg *sg, const struct chunk *c)
{
	uint64_t len = ARMDMA_PAGE_ALIGN(c->size);
	struct dma_stream *st = dma_sg_segment(sg, c->first, c->end - c->first);
	armdma_dma_t iova;
	int ret;

	if (!st)
		return -ENOMEM;
	iova = dma_iova_alloc(sg->mapping, len, sg->dev->dma->mask, 0);
	ret = iova == ARMDMA_MAPPING_ERROR ? -ENOMEM : map_entries(sg, c, iova);
	if (!ret) {
		dma_stream_commit(st, iova + sg->src[c->first].offset);
		sg->segs[sg->nsegs++] = st;
		return 0;
	}
	if (iova != ARMDMA_MAPPING_ERROR)
		dma_iova_free(sg->mapping, iova, len);
	dma_stream_put(&sg->dev->m->dma->streams, st);
	return ret == -ENOMEM ? ret : -EINVAL;
}

static void drop_segment(const struct dma_stream *st)
{
	uint64_t offset = st->sg->src[st->first].offset;

	dma_iova_unmap(st->mapping, st->addr - offset, ARMDMA_PAGE_ALIGN(offset + st->size));
}

/* Does the entry start a new segment? */
static bool breaks(const struct dma_sg *sg, const struct chunk *c, const struct dma_sg_entry *e)
{
	uint64_t whole = c->size + e->length;

	if (e->offset || c->size % ARMDMA_PAGE_SIZE || whole > sg->max_seg)
		return true;
	return !as_linux(sg->dev->m) && whole - 1 > sg->boundary;
}

int dma_iommu_map_sg(struct dma_sg *sg)
{
	struct chunk c = { 0, 0, 0 };
	int ret = 0;

	for (unsigned int i = 0; i < sg->nents && !ret; i++) {
		const struct dma_sg_entry *e = &sg->src[i];

		if (i && breaks(sg, &c, e)) {
			ret = map_chunk(sg, &c);
			c.first = i;
			c.size = 0;
		}
		c.size += i == c.first ? (uint64_t)e->offset + e->length : e->length;
		c.end = i + 1;
	}
	if (!ret)
		ret = map_chunk(sg, &c);
	if (!ret)
		return (int)sg->nsegs;
	while (sg->nsegs) {
		struct dma_stream *st = sg->segs[--sg->nsegs];

		drop_segment(st);
		dma_stream_drop(st);
	}
	return ret;
}

/* The translation of a segment goes before the maintenance of its entries, list position by list position. */
void dma_iommu_unmap_sg(const struct dma_sg *sg, unsigned int nents, unsigned long attrs)
{
	for (unsigned int i = 0; i < nents; i++) {
		if (i < sg->nsegs)
			drop_segment(sg->segs[i]);
		if (!(attrs & ARMDMA_ATTR_SKIP_CPU_SYNC))
			dma_dev_to_cpu(sg->dev, sg->src[i].pa, sg->src[i].length, sg->dir);
	}
}
