/* SPDX-License-Identifier: BSD-2-Clause */
/* Mapped lists: the public calls, their records, and the mapping of one entry after the other. */
#include <errno.h>
#include <stdlib.h>

#include "lib/dma/dma.h"
#include "lib/mm/mm.h"

struct dma_stream *dma_sg_segment(struct dma_sg *sg, unsigned int first, unsigned int count)
{
	struct dma_stream *st = NULL;

	if (!fail_now(sg->dev->m, ARMDMA_FAIL_KMALLOC))
		st = dma_stream_get(&sg->dev->m->dma->streams);
	if (!st)
		return NULL;
	st->dev = sg->dev;
	st->pa = sg->src[first].pa;
	st->size = 0;
	for (unsigned int i = first; i < first + count; i++)
		st->size += sg->src[i].length;
	st->dir = sg->dir;
	st->kind = DMA_KIND_SG;
	st->attrs = sg->attrs;
	st->site = sg->site;
	st->refused = false;
	st->ops = sg->ops;
	st->mapping = sg->mapping;
	st->sg = sg;
	st->first = first;
	st->count = count;
	st->bounce = NULL;
	return st;
}

/* What was handed over is taken back without maintenance: the device never had it. */
int dma_map_sg_each(struct dma_sg *sg, armdma_dma_t (*map_page)(struct dma_stream *st, uint64_t lead),
		    void (*unmap_page)(const struct dma_stream *st, unsigned long attrs))
{
	for (unsigned int i = 0; i < sg->nents; i++) {
		struct dma_stream *st = dma_sg_segment(sg, i, 1);
		armdma_dma_t addr = st ? map_page(st, 0) : ARMDMA_MAPPING_ERROR;

		if (addr == ARMDMA_MAPPING_ERROR) {
			if (st)
				dma_stream_put(&sg->dev->m->dma->streams, st);
			goto undo;
		}
		sg->src[i].addr = addr;
		dma_stream_commit(st, addr);
		sg->segs[sg->nsegs++] = st;
	}
	return (int)sg->nsegs;

undo:
	while (sg->nsegs) {
		struct dma_stream *st = sg->segs[--sg->nsegs];

		unmap_page(st, ARMDMA_ATTR_SKIP_CPU_SYNC);
		dma_stream_drop(st);
	}
	return -EIO;
}

/* ---- From the list to a record ------------------------------------------------------- */

/* Does the page belong to a buffer of the device? */
static bool is_own_buffer(const struct armdma_device *dev, armdma_phys_t pa)
{
	const struct armdma_page *page = armdma_phys_to_page(dev->m, pa);
	struct dma_buffer *buf;

	RB_FOREACH(buf, dma_buffer_tree, &dev->m->dma->buffers)
		for (size_t i = 0; buf->dev == dev && i < buf->npages; i++)
			if (buf->pages[i] == page)
				return true;
	return false;
}

/*
 * A page of a coherent buffer that dma_get_sgtable() has exported for another device. Its maintenance finds nothing cached; bounce
 * buffers would copy through the cached alias. To the buffer's own device its DMA address is known, unless it imports what it exported:
 * without maintenance, as then no alias is touched.
 */
static bool is_export(const struct dma_sg *sg, armdma_phys_t pa)
{
	if (!mm_is_coherent(sg->dev->m, pa) || armdma_dma_get_ops(sg->dev) == ARMDMA_OPS_BOUNCE)
		return false;
	return sg->attrs & ARMDMA_ATTR_SKIP_CPU_SYNC || !is_own_buffer(sg->dev, pa);
}

/* Fill in the source of a record; false after saying which entry makes no sense. */
static bool read_list(struct dma_sg *sg, const struct dma_call *call)
{
	struct armdma_machine *m = sg->dev->m;
	struct armdma_scatterlist *s = sg->sgl;

	for (unsigned int i = 0; i < sg->nents; i++, s = armdma_sg_next(s)) {
		struct dma_sg_entry *e = &sg->src[i];
		armdma_phys_t start, end = m->cfg->ram_base + m->cfg->ram_size;

		if (!s) {
			misuse(m, ARMDMA_REPORT_BAD_ARGUMENT, sg->dev, call->site, ARMDMA_MAPPING_ERROR, 0,
			       "%s of %u entries, but the list ends after %u", call->name, sg->nents, i);
			return false;
		}
		start = armdma_page_to_phys(m, armdma_sg_page(s));
		e->pa = start + s->offset;
		e->offset = s->offset;
		e->length = s->length;
		e->addr = ARMDMA_MAPPING_ERROR;
		if (start == ARMDMA_MAPPING_ERROR || !s->length || e->pa >= end || s->length > end - e->pa) {
			misuse(m, ARMDMA_REPORT_BAD_ARGUMENT, sg->dev, call->site, ARMDMA_MAPPING_ERROR,
			       s->length, "%s: entry %u (page %p, offset %u, %u bytes) is empty or not all RAM of this machine",
			       call->name, i, (void *)armdma_sg_page(s), s->offset, s->length);
			return false;
		}
		if (sg->own || is_export(sg, e->pa))
			continue;
		if (!mm_is_coherent(m, e->pa)) {
			dma_check_owner(sg->dev, e->pa, e->length, call);
			continue;
		}
		misuse_of_page(m, ARMDMA_REPORT_BAD_MEMORY, sg->dev, call->site, e->pa, s->length,
			       "%s: entry %u is memory of a coherent buffer", call->name, i);
		if (!as_linux(m))
			return false;
	}
	return true;
}

/* The list's DMA side: segments at its front, nothing behind them. */
static void write_list(const struct dma_sg *sg)
{
	struct armdma_scatterlist *s = sg->sgl;

	for (unsigned int i = 0; i < sg->nents; i++, s = armdma_sg_next(s)) {
		s->dma_address = i < sg->nsegs ? sg->segs[i]->addr : ARMDMA_MAPPING_ERROR;
		s->dma_length = i < sg->nsegs ? (unsigned int)sg->segs[i]->size : 0;
	}
}

/* A failed map leaves no address that a driver could take for one. */
static void void_list(struct armdma_scatterlist *s, unsigned int nents)
{
	for (; s && nents; nents--, s = armdma_sg_next(s)) {
		s->dma_address = ARMDMA_MAPPING_ERROR;
		s->dma_length = 0;
	}
}

static void emit_entries(const struct dma_sg *sg, unsigned int nents, enum armdma_event_type type,
			 enum armdma_dir dir, unsigned long attrs, const void *site)
{
	struct dma_stream st = { .dev = sg->dev, .dir = dir, .kind = DMA_KIND_SG, .sg = (struct dma_sg *)(uintptr_t)sg };

	if (!armdma_event_on(sg->dev->m->ev, type))
		return;
	for (unsigned int i = 0; i < nents; i++) {
		/* Bounced ones are never merged: entry and segment are the same. */
		st.bounce = sg->nsegs == sg->nents ? sg->segs[i]->bounce : NULL;
		dma_emit_map(&st, type, sg->src[i].addr, sg->src[i].pa, sg->src[i].length, attrs, site, 0);
	}
}

static void emit_failure(struct armdma_device *dev, enum armdma_dir dir, unsigned long attrs,
			 const void *site, int ret)
{
	struct dma_stream st = { .dev = dev, .dir = dir, .kind = DMA_KIND_SG };

	dev->dma->failures++;
	if (armdma_event_on(dev->m->ev, ARMDMA_EV_DMA_MAP))
		dma_emit_map(&st, ARMDMA_EV_DMA_MAP, ARMDMA_MAPPING_ERROR, ARMDMA_MAPPING_ERROR, 0, attrs, site, ret);
}

/* A table that is none is a list that is none. */
static struct armdma_scatterlist *list_of(const struct armdma_sg_table *sgt)
{
	return sgt ? sgt->sgl : NULL;
}

static int entries_of(const struct armdma_sg_table *sgt)
{
	return sgt ? (int)sgt->orig_nents : 1;
}

/* ---- Map and unmap ----------------------------------------------------------------------- */

static struct dma_sg *new_list(struct armdma_device *dev, struct armdma_scatterlist *sgl, unsigned int nents,
			       enum armdma_dir dir, unsigned long attrs, bool own, const void *site)
{
	struct dma_sg *sg = NULL;

	if (!fail_now(dev->m, ARMDMA_FAIL_KMALLOC))
		sg = dma_sg_new(nents);
	if (!sg)
		return NULL;
	sg->dev = dev;
	sg->sgl = sgl;
	sg->dir = dir;
	sg->attrs = attrs;
	sg->own = own;
	sg->site = site;
	sg->max_seg = own ? UINT64_MAX : dev->dma->max_seg_size;
	sg->boundary = own ? UINT64_MAX : dev->dma->seg_boundary;
	sg->ops = dev->ops;
	sg->mapping = dev->mapping;
	return sg;
}

/* A segment that the device said it cannot take. As the kernel's own check (dma-debug). */
static void check_segments(const struct dma_sg *sg, const struct dma_call *call)
{
	for (unsigned int i = 0; !sg->own && i < sg->nsegs; i++) {
		const struct dma_stream *st = sg->segs[i];
		armdma_dma_t last = st->addr + st->size - 1;

		if (st->size > sg->max_seg)
			misuse(sg->dev->m, ARMDMA_REPORT_SEGMENT, sg->dev, call->site, st->addr, st->size,
			       "%s gives a segment of %zu bytes, more than the %llu that the device takes (dma_set_max_seg_size())",
			       call->name, st->size, (unsigned long long)sg->max_seg);
		else if ((st->addr ^ last) & ~sg->boundary)
			misuse(sg->dev->m, ARMDMA_REPORT_SEGMENT, sg->dev, call->site, st->addr, st->size,
			       "%s gives a segment [0x%llx, 0x%llx] that crosses a boundary of the device, 0x%llx (dma_set_seg_boundary())",
			       call->name, (unsigned long long)st->addr, (unsigned long long)last,
			       (unsigned long long)(last & ~sg->boundary));
		else
			continue;
		return;
	}
}

struct dma_sg *dma_sg_map(struct armdma_device *dev, struct armdma_scatterlist *sgl, unsigned int nents,
			  enum armdma_dir dir, unsigned long attrs, bool own,
			  const struct dma_call *call, int *error)
{
	struct dma_sg *sg = new_list(dev, sgl, nents, dir, attrs, own, call->site);
	bool legible = sg && read_list(sg, call);
	int ret = -ENOMEM;

	if (legible && !own)
		emit_entries(sg, nents, ARMDMA_EV_DMA_GIVE, dir, attrs, call->site);
	if (sg)
		ret = legible ? sg->ops->map_sg(sg) : -EINVAL;
	*error = ret < 0 ? ret : 0;
	if (ret < 0) {
		void_list(sgl, nents);
		free(sg);
		emit_failure(dev, dir, attrs, call->site, ret);
		return NULL;
	}
	write_list(sg);
	dma_sg_add(&dev->m->dma->streams, sg);
	dev->dma->maps++;
	dev->dma->live_maps++;
	emit_entries(sg, sg->nents, ARMDMA_EV_DMA_MAP, dir, attrs, call->site);
	check_segments(sg, call);
	return sg;
}

void dma_sg_unmap(struct dma_sg *sg, unsigned int nents, unsigned long attrs, const struct dma_call *call)
{
	struct armdma_device *dev = sg->dev;

	emit_entries(sg, nents, ARMDMA_EV_DMA_TAKE, sg->dir, attrs, call->site);
	dma_sg_remove(&dev->m->dma->streams, sg);
	sg->ops->unmap_sg(sg, nents, attrs);
	dev->dma->unmaps++;
	dev->dma->live_maps--;
	emit_entries(sg, sg->nents, ARMDMA_EV_DMA_UNMAP, sg->dir, attrs, call->site);
	for (unsigned int i = 0; i < sg->nsegs; i++)
		dma_stream_drop(sg->segs[i]);
	dma_sg_free(&dev->m->dma->streams, sg);
}

static struct dma_sg *map_list(struct armdma_device *dev, struct armdma_scatterlist *sgl, int nents,
			       enum armdma_dir dir, unsigned long attrs, const struct dma_call *call, int *error)
{
	const struct dma_sg *twin;

	*error = -EINVAL;
	if (!dma_check(dev, call, ARMDMA_MAPPING_ERROR, nents > 0 ? 1 : 0, dir))
		return NULL;
	if (!sgl) {
		misuse(dev->m, ARMDMA_REPORT_BAD_ARGUMENT, dev, call->site, ARMDMA_MAPPING_ERROR, 0,
		       "%s without a list", call->name);
		return NULL;
	}
	twin = dma_sg_find_any(&dev->m->dma->streams, sgl);
	if (twin) {
		misuse(dev->m, ARMDMA_REPORT_BAD_ARGUMENT, dev, call->site, twin->segs[0]->addr, 0,
		       "%s of a list that is mapped for %s already: its DMA addresses would be lost",
		       call->name, twin->dev->name);
		return NULL;
	}
	return dma_sg_map(dev, sgl, (unsigned int)nents, dir, attrs, false, call, error);
}

unsigned int armdma_dma_map_sg_attrs(struct armdma_device *dev, struct armdma_scatterlist *sgl, int nents,
				     enum armdma_dir dir, unsigned long attrs)
{
	DMA_CALL(call, "dma_map_sg_attrs");
	struct dma_sg *sg;
	int error;

	if (!dma_enter(dev, &call))
		return 0;
	sg = map_list(dev, sgl, nents, dir, attrs, &call, &error);
	return sg ? sg->nsegs : 0;
}

unsigned int armdma_dma_map_sg(struct armdma_device *dev, struct armdma_scatterlist *sgl, int nents,
			       enum armdma_dir dir)
{
	DMA_CALL(call, "dma_map_sg");
	struct dma_sg *sg;
	int error;

	if (!dma_enter(dev, &call))
		return 0;
	sg = map_list(dev, sgl, nents, dir, 0, &call, &error);
	return sg ? sg->nsegs : 0;
}

int armdma_dma_map_sgtable(struct armdma_device *dev, struct armdma_sg_table *sgt, enum armdma_dir dir,
			   unsigned long attrs)
{
	DMA_CALL(call, "dma_map_sgtable");
	struct dma_sg *sg;
	int error;

	if (!dma_enter(dev, &call))
		return -EINVAL;
	sg = map_list(dev, list_of(sgt), entries_of(sgt), dir, attrs, &call, &error);
	if (sg)
		sgt->nents = sg->nsegs;
	return error;
}

/* The mapped list that a call means, or NULL after saying what does not fit. */
static struct dma_sg *claim_list(struct armdma_device *dev, struct armdma_scatterlist *sgl, int nents,
				 enum armdma_dir dir, bool unmap, const struct dma_call *call)
{
	enum armdma_report_kind kind = unmap ? ARMDMA_REPORT_BAD_FREE : ARMDMA_REPORT_BAD_ARGUMENT;
	struct dma_sg *sg, *other;

	if (!dma_check(dev, call, ARMDMA_MAPPING_ERROR, nents > 0 ? 1 : 0, dir))
		return NULL;
	sg = dma_sg_find(&dev->m->dma->streams, dev, sgl);
	other = sg ? sg : dma_sg_find_any(&dev->m->dma->streams, sgl);
	if (!other)
		misuse(dev->m, kind, dev, call->site, ARMDMA_MAPPING_ERROR, 0,
		       "%s of a list that is not mapped", call->name);
	else if (!sg)
		misuse(dev->m, kind, dev, call->site, ARMDMA_MAPPING_ERROR, 0,
		       "%s for device %s of a list that is mapped for %s", call->name, dev->name,
		       other->dev->name);
	else if (unmap && sg->own)
		misuse(dev->m, kind, dev, call->site, sg->segs[0]->addr, 0,
		       "%s of memory of dma_alloc_noncontiguous(), which stays mapped until it is freed",
		       call->name);
	else if ((unsigned int)nents != sg->nents)
		misuse(dev->m, kind, dev, call->site, sg->segs[0]->addr, 0,
		       "%s with %d entries of a list that was mapped with %u%s", call->name, nents, sg->nents,
		       (unsigned int)nents == sg->nsegs ? " (what the map returned is not what unmap and sync take)" : "");
	else if (unmap ? dir != sg->dir : dir != sg->dir && sg->dir != ARMDMA_BIDIRECTIONAL)
		misuse(dev->m, kind, dev, call->site, sg->segs[0]->addr, 0,
		       "%s with direction %s of a list that was mapped %s", call->name, dma_dir_name(dir),
		       dma_dir_name(sg->dir));
	else
		return sg;
	if (other && unmap)
		other->refused = true;
	/* As Linux 6.1, the call does what its arguments say, as far as the list goes. */
	return as_linux(dev->m) && sg && !sg->own && (unsigned int)nents <= sg->nents ? sg : NULL;
}

static void unmap_list(struct armdma_device *dev, struct armdma_scatterlist *sgl, int nents,
		       enum armdma_dir dir, unsigned long attrs, const struct dma_call *call)
{
	struct dma_sg *sg = claim_list(dev, sgl, nents, dir, true, call);

	if (!sg)
		return;
	sg->dir = dir;	/* the maintenance that was asked for */
	if ((unsigned int)nents < sg->nsegs)
		nents = (int)sg->nsegs;	/* segments that are not reached would stay mapped: with the record they go */
	dma_sg_unmap(sg, (unsigned int)nents, attrs, call);
}

void armdma_dma_unmap_sg_attrs(struct armdma_device *dev, struct armdma_scatterlist *sgl, int nents,
			       enum armdma_dir dir, unsigned long attrs)
{
	DMA_CALL(call, "dma_unmap_sg_attrs");

	if (dma_enter(dev, &call))
		unmap_list(dev, sgl, nents, dir, attrs, &call);
}

void armdma_dma_unmap_sg(struct armdma_device *dev, struct armdma_scatterlist *sgl, int nents,
			 enum armdma_dir dir)
{
	DMA_CALL(call, "dma_unmap_sg");

	if (dma_enter(dev, &call))
		unmap_list(dev, sgl, nents, dir, 0, &call);
}

void armdma_dma_unmap_sgtable(struct armdma_device *dev, struct armdma_sg_table *sgt, enum armdma_dir dir,
			      unsigned long attrs)
{
	DMA_CALL(call, "dma_unmap_sgtable");

	if (dma_enter(dev, &call))
		unmap_list(dev, list_of(sgt), entries_of(sgt), dir, attrs, &call);
}

/* ---- Sync -------------------------------------------------------------------------------------- */

static void sync_list(struct armdma_device *dev, struct armdma_scatterlist *sgl, int nents,
		      enum armdma_dir dir, enum armdma_event_type type, const struct dma_call *call)
{
	struct dma_sg *sg = claim_list(dev, sgl, nents, dir, false, call);

	if (!sg)
		return;
	dma_streams_hold(&dev->m->dma->streams);
	if (type == ARMDMA_EV_DMA_SYNC_CPU) {
		emit_entries(sg, (unsigned int)nents, ARMDMA_EV_DMA_TAKE, dir, 0, call->site);
		sg->ops->sync_sg_for_cpu(sg, (unsigned int)nents, dir);
	} else {
		emit_entries(sg, (unsigned int)nents, ARMDMA_EV_DMA_GIVE, dir, 0, call->site);
		sg->ops->sync_sg_for_device(sg, (unsigned int)nents, dir);
	}
	dev->dma->syncs++;
	if (!sg->dead)
		emit_entries(sg, (unsigned int)nents, type, dir, 0, call->site);
	dma_streams_release(&dev->m->dma->streams);
}

void armdma_dma_sync_sg_for_cpu(struct armdma_device *dev, struct armdma_scatterlist *sgl, int nents,
				enum armdma_dir dir)
{
	DMA_CALL(call, "dma_sync_sg_for_cpu");

	if (dma_enter(dev, &call))
		sync_list(dev, sgl, nents, dir, ARMDMA_EV_DMA_SYNC_CPU, &call);
}

void armdma_dma_sync_sg_for_device(struct armdma_device *dev, struct armdma_scatterlist *sgl, int nents,
				   enum armdma_dir dir)
{
	DMA_CALL(call, "dma_sync_sg_for_device");

	if (dma_enter(dev, &call))
		sync_list(dev, sgl, nents, dir, ARMDMA_EV_DMA_SYNC_DEV, &call);
}

void armdma_dma_sync_sgtable_for_cpu(struct armdma_device *dev, struct armdma_sg_table *sgt,
				     enum armdma_dir dir)
{
	DMA_CALL(call, "dma_sync_sgtable_for_cpu");

	if (dma_enter(dev, &call))
		sync_list(dev, list_of(sgt), entries_of(sgt), dir, ARMDMA_EV_DMA_SYNC_CPU, &call);
}

void armdma_dma_sync_sgtable_for_device(struct armdma_device *dev, struct armdma_sg_table *sgt,
					enum armdma_dir dir)
{
	DMA_CALL(call, "dma_sync_sgtable_for_device");

	if (dma_enter(dev, &call))
		sync_list(dev, list_of(sgt), entries_of(sgt), dir, ARMDMA_EV_DMA_SYNC_DEV, &call);
}
