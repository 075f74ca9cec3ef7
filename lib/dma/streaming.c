/* SPDX-License-Identifier: BSD-2-Clause */
/* Streaming mappings of one range: the public calls, and how a mapping is recorded. Lists are in lists.c. */
#include <errno.h>

#include "lib/dma/dma.h"
#include "lib/mm/mm.h"
#include "lib/site/where.h"

static uint32_t map_flags(const struct dma_stream *st)
{
	static const uint32_t of[] = {
		[DMA_KIND_SG] = ARMDMA_MAP_LIST,
		[DMA_KIND_RESOURCE] = ARMDMA_MAP_RESOURCE,
		[DMA_KIND_PAGES] = ARMDMA_MAP_OWN,
	};

	return of[st->kind] | (st->bounce ? ARMDMA_MAP_BOUNCED : 0) |
	       (st->sg && st->sg->own ? ARMDMA_MAP_OWN : 0);
}

void dma_emit_map(const struct dma_stream *st, enum armdma_event_type type, armdma_dma_t addr,
		  armdma_phys_t pa, size_t size, unsigned long attrs, const void *site, int result)
{
	struct armdma_event ev = {
		.type = type, .dev = st->dev, .addr = addr, .pa = pa, .len = size, .dir = st->dir,
		.value = attrs, .site = site, .result = result, .flags = map_flags(st)
	};

	armdma_event_emit(st->dev->m->ev, &ev);
}

void dma_stream_commit(struct dma_stream *st, armdma_dma_t addr)
{
	st->addr = addr;
	if (st->mapping)
		st->mapping->refs++;
	dma_stream_add(&st->dev->m->dma->streams, st);
}

void dma_stream_drop(struct dma_stream *st)
{
	struct armdma_iommu_mapping *mapping = st->mapping;

	dma_stream_unfile(&st->dev->m->dma->streams, st);
	dma_stream_put(&st->dev->m->dma->streams, st);
	if (mapping)
		dma_mapping_put(mapping);
}

/* ---- Map --------------------------------------------------------------------------- */

static struct dma_stream *new_stream(struct armdma_device *dev, armdma_phys_t pa, size_t size,
				     enum armdma_dir dir, unsigned long attrs, enum dma_kind kind,
				     const void *site)
{
	struct dma_stream *st = NULL;

	if (!fail_now(dev->m, ARMDMA_FAIL_KMALLOC))
		st = dma_stream_get(&dev->m->dma->streams);
	if (!st)
		return NULL;
	st->dev = dev;
	st->pa = pa;
	st->size = size;
	st->dir = dir;
	st->kind = kind;
	st->attrs = attrs;
	st->site = site;
	st->refused = false;
	st->ops = dev->ops;
	st->mapping = dev->mapping;
	st->sg = NULL;
	st->first = 0;
	st->count = 1;
	st->bounce = NULL;
	return st;
}

static armdma_dma_t failed(struct armdma_device *dev, armdma_phys_t pa, size_t size, enum armdma_dir dir,
			   unsigned long attrs, const void *site)
{
	struct dma_stream st = { .dev = dev, .dir = dir, .attrs = attrs };

	dev->dma->failures++;
	if (armdma_event_on(dev->m->ev, ARMDMA_EV_DMA_MAP))
		dma_emit_map(&st, ARMDMA_EV_DMA_MAP, ARMDMA_MAPPING_ERROR, pa, size, attrs, site, -ENOMEM);
	return ARMDMA_MAPPING_ERROR;
}

/* Do caches need maintenance, or safe buffers a copy, in a map or unmap? Where not, it has no "before" that could be told. */
static bool maintained(const struct armdma_device *dev, const struct armdma_dma_ops *ops, unsigned long attrs)
{
	return (!dev->coherent || ops->set == ARMDMA_OPS_BOUNCE) && !(attrs & ARMDMA_ATTR_SKIP_CPU_SYNC);
}

static armdma_dma_t map(struct armdma_device *dev, armdma_phys_t pa, uint64_t lead, size_t size,
			enum armdma_dir dir, unsigned long attrs, enum dma_kind kind, const void *site)
{
	struct dma_stream *st = new_stream(dev, pa, size, dir, attrs, kind, site);
	armdma_dma_t addr;

	if (!st)
		return failed(dev, pa, size, dir, attrs, site);
	if (armdma_event_on(dev->m->ev, ARMDMA_EV_DMA_GIVE) && kind == DMA_KIND_PAGE && maintained(dev, st->ops, attrs))
		dma_emit_map(st, ARMDMA_EV_DMA_GIVE, ARMDMA_MAPPING_ERROR, pa, size, attrs, site, 0);
	addr = kind == DMA_KIND_RESOURCE ? dev->ops->map_resource(st) : dev->ops->map_page(st, lead);
	if (addr == ARMDMA_MAPPING_ERROR) {
		dma_stream_put(&dev->m->dma->streams, st);
		return failed(dev, pa, size, dir, attrs, site);
	}
	dma_stream_commit(st, addr);
	dev->dma->maps++;
	dev->dma->live_maps++;
	if (armdma_event_on(dev->m->ev, ARMDMA_EV_DMA_MAP))
		dma_emit_map(st, ARMDMA_EV_DMA_MAP, addr, pa, size, attrs, site, 0);
	return addr;
}

static bool in_ram(const struct armdma_machine *m, armdma_phys_t pa, size_t size)
{
	uint64_t off = pa - m->cfg->ram_base;

	return off < m->cfg->ram_size && size <= m->cfg->ram_size - off;
}

/* Memory of a coherent buffer is not for the streaming API: maintenance would work on an alias that must not be used. */
static bool is_buffers(struct armdma_device *dev, armdma_phys_t pa, size_t size, const struct dma_call *call)
{
	struct armdma_machine *m = dev->m;

	if (__builtin_expect(!mm_ends_coherent(m, pa, size), 1))
		return false;
	misuse_of_page(m, ARMDMA_REPORT_BAD_MEMORY, dev, call->site, pa, size,
		       "%s of physical 0x%llx+%zu, which is memory of a coherent buffer: it has its own DMA address",
		       call->name, (unsigned long long)pa, size);
	return !as_linux(m);
}

/* A driver that maps what it does not own lets the device write over somebody else's data. As in Linux it is mapped nevertheless. */
void dma_check_owner(struct armdma_device *dev, armdma_phys_t pa, size_t size, const struct dma_call *call)
{
	struct mm_trouble t;

	if (wanted(dev->m, ARMDMA_REPORT_BAD_MEMORY) && mm_is_nobodys(dev->m, pa, size, &t))
		misuse_of_page(dev->m, ARMDMA_REPORT_BAD_MEMORY, dev, call->site, t.pa, size,
			       "%s of physical 0x%llx+%zu, of which 0x%llx %s", call->name, (unsigned long long)pa,
			       size, (unsigned long long)t.pa, t.what);
}

static armdma_dma_t map_page(struct armdma_device *dev, struct armdma_page *page, size_t offset, size_t size,
			     enum armdma_dir dir, unsigned long attrs, const struct dma_call *call)
{
	armdma_phys_t start, pa;

	if (!dma_check(dev, call, ARMDMA_MAPPING_ERROR, size, dir))
		return ARMDMA_MAPPING_ERROR;
	start = armdma_page_to_phys(dev->m, page);
	pa = start + offset;
	if (start == ARMDMA_MAPPING_ERROR || pa < start || !in_ram(dev->m, pa, size)) {
		misuse(dev->m, ARMDMA_REPORT_BAD_ARGUMENT, dev, call->site, ARMDMA_MAPPING_ERROR, size,
		       "%s of page %p, offset %zu, %zu bytes, which is not all RAM of this machine",
		       call->name, (void *)page, offset, size);
		return ARMDMA_MAPPING_ERROR;
	}
	if (is_buffers(dev, pa, size, call))
		return ARMDMA_MAPPING_ERROR;
	dma_check_owner(dev, pa, size, call);
	return map(dev, pa, offset & ARMDMA_PAGE_MASK, size, dir, attrs, DMA_KIND_PAGE, call->site);
}

armdma_dma_t armdma_dma_map_page_attrs(struct armdma_device *dev, struct armdma_page *page,
				       size_t offset, size_t size, enum armdma_dir dir,
				       unsigned long attrs)
{
	DMA_CALL(call, "dma_map_page_attrs");

	return dma_enter(dev, &call) ? map_page(dev, page, offset, size, dir, attrs, &call) :
				       ARMDMA_MAPPING_ERROR;
}

armdma_dma_t armdma_dma_map_page(struct armdma_device *dev, struct armdma_page *page, size_t offset,
				 size_t size, enum armdma_dir dir)
{
	DMA_CALL(call, "dma_map_page");

	return dma_enter(dev, &call) ? map_page(dev, page, offset, size, dir, 0, &call) :
				       ARMDMA_MAPPING_ERROR;
}

/* What kind of address is it that is no linear one? */
static const char *space_name(const struct armdma_machine *m, const void *p)
{
	static const char *const where[] = {
		[ARMDMA_SPACE_LINEAR] = "in the linear map",
		[ARMDMA_SPACE_VMALLOC] = "in the vmalloc area (a coherent or vmapped buffer)",
		[ARMDMA_SPACE_KMAP] = "a kmap address",
		[ARMDMA_SPACE_USER] = "a user address",
		[ARMDMA_SPACE_COOKIE] = "a NO_KERNEL_MAPPING cookie",
	};
	enum armdma_space space = armdma_hw_space_of(m->hw, p);

	if (space != ARMDMA_SPACE_NONE)
		return where[space];
	if ((uintptr_t)p < ARMDMA_PAGE_SIZE)
		return "NULL (or nearly): a highmem page has no address";
	if (site_on_stack(p))
		return "on the stack";
	if (site_in_module(p))
		return "static data or code";
	return "outside the machine (malloc memory?)";
}

static armdma_dma_t map_single(struct armdma_device *dev, void *ptr, size_t size, enum armdma_dir dir,
			       unsigned long attrs, const struct dma_call *call)
{
	struct armdma_machine *m = dev->m;
	armdma_phys_t pa = armdma_hw_linear_to_phys(m->hw, ptr);

	if (!dma_check(dev, call, ARMDMA_MAPPING_ERROR, size, dir))
		return ARMDMA_MAPPING_ERROR;
	if (pa == ARMDMA_MAPPING_ERROR) {
		misuse(m, ARMDMA_REPORT_BAD_MEMORY, dev, call->site, ARMDMA_MAPPING_ERROR, size,
		       "%s of %p, which is %s; only linear-map addresses (kmalloc, page_address) can be mapped",
		       call->name, ptr, space_name(m, ptr));
		return ARMDMA_MAPPING_ERROR;
	}
	if (size > m->cfg->lowmem_size - (pa - m->cfg->ram_base)) {
		misuse(m, ARMDMA_REPORT_BAD_MEMORY, dev, call->site, ARMDMA_MAPPING_ERROR, size,
		       "%s of %p+%zu runs beyond the linear map", call->name, ptr, size);
		return ARMDMA_MAPPING_ERROR;
	}
	if (is_buffers(dev, pa, size, call))
		return ARMDMA_MAPPING_ERROR;
	dma_check_owner(dev, pa, size, call);
	return map(dev, pa, 0, size, dir, attrs, DMA_KIND_PAGE, call->site);
}

armdma_dma_t armdma_dma_map_single_attrs(struct armdma_device *dev, void *ptr, size_t size,
					 enum armdma_dir dir, unsigned long attrs)
{
	DMA_CALL(call, "dma_map_single_attrs");

	return dma_enter(dev, &call) ? map_single(dev, ptr, size, dir, attrs, &call) : ARMDMA_MAPPING_ERROR;
}

armdma_dma_t armdma_dma_map_single(struct armdma_device *dev, void *ptr, size_t size, enum armdma_dir dir)
{
	DMA_CALL(call, "dma_map_single");

	return dma_enter(dev, &call) ? map_single(dev, ptr, size, dir, 0, &call) : ARMDMA_MAPPING_ERROR;
}

armdma_dma_t armdma_dma_map_resource(struct armdma_device *dev, armdma_phys_t pa, size_t size,
				     enum armdma_dir dir, unsigned long attrs)
{
	DMA_CALL(call, "dma_map_resource");

	if (!dma_enter(dev, &call) || !dma_check(dev, &call, ARMDMA_MAPPING_ERROR, size, dir))
		return ARMDMA_MAPPING_ERROR;
	if (pa + size - 1 < pa || (pa < dev->m->cfg->ram_base + dev->m->cfg->ram_size &&
				   pa + size > dev->m->cfg->ram_base)) {
		misuse(dev->m, ARMDMA_REPORT_BAD_ARGUMENT, dev, call.site, ARMDMA_MAPPING_ERROR, size,
		       "%s of physical 0x%llx+%zu, which is memory (or no address range); it is for registers",
		       call.name, (unsigned long long)pa, size);
		return ARMDMA_MAPPING_ERROR;
	}
	return map(dev, pa, 0, size, dir, attrs, DMA_KIND_RESOURCE, call.site);
}

int armdma_dma_mapping_error(struct armdma_device *dev, armdma_dma_t addr)
{
	DMA_CALL(call, "dma_mapping_error");

	if (!dma_enter(dev, &call))
		return -ENOMEM;
	if (addr == ARMDMA_MAPPING_ERROR)
		return -ENOMEM;
	if (armdma_event_on(dev->m->ev, ARMDMA_EV_DMA_ERROR_CHECK)) {
		struct armdma_event ev = { .type = ARMDMA_EV_DMA_ERROR_CHECK, .dev = dev, .addr = addr };

		armdma_event_emit(dev->m->ev, &ev);
	}
	return 0;
}

/* ---- Unmap --------------------------------------------------------------------------- */

static void not_mapped(struct armdma_device *dev, const struct dma_call *call, enum armdma_report_kind kind,
		       armdma_dma_t addr, size_t size)
{
	if (addr == ARMDMA_MAPPING_ERROR)
		misuse(dev->m, kind, dev, call->site, addr, size,
		       "%s of the error address: the result of a failed map was not checked", call->name);
	else
		misuse(dev->m, kind, dev, call->site, addr, size,
		       "%s of DMA address 0x%llx, where %s has nothing mapped", call->name,
		       (unsigned long long)addr, dev->name);
}

static const char *kind_name(enum dma_kind kind)
{
	static const char *const names[] = {
		[DMA_KIND_PAGE] = "by dma_map_page() or dma_map_single()",
		[DMA_KIND_SG] = "by dma_map_sg()",
		[DMA_KIND_RESOURCE] = "by dma_map_resource()",
		[DMA_KIND_PAGES] = "by an allocation",
	};

	return names[kind];
}

/* The mapping that an unmap means, or NULL after saying what does not fit. */
static struct dma_stream *claim_stream(struct armdma_device *dev, const struct dma_call *call,
				       armdma_dma_t addr, size_t size, enum armdma_dir dir, enum dma_kind kind)
{
	struct dma_stream *st = dma_stream_find(&dev->m->dma->streams, dev, addr, size, dir);

	if (!st)
		not_mapped(dev, call, ARMDMA_REPORT_BAD_FREE, addr, size);
	else if (st->kind != kind)
		misuse(dev->m, ARMDMA_REPORT_BAD_FREE, dev, call->site, addr, size,
		       "%s of DMA address 0x%llx, which was mapped %s", call->name,
		       (unsigned long long)addr, kind_name(st->kind));
	else if (st->size != size)
		misuse(dev->m, ARMDMA_REPORT_BAD_FREE, dev, call->site, addr, size,
		       "%s of %zu bytes at DMA address 0x%llx, where %zu bytes were mapped", call->name,
		       size, (unsigned long long)addr, st->size);
	else if (st->dir != dir)
		misuse(dev->m, ARMDMA_REPORT_BAD_FREE, dev, call->site, addr, size,
		       "%s with direction %s of DMA address 0x%llx, which was mapped %s", call->name,
		       dma_dir_name(dir), (unsigned long long)addr, dma_dir_name(st->dir));
	else
		return st;
	if (st)
		st->refused = true;
	return NULL;
}

/* As Linux 6.1, an unmap that fits no mapping does what its arguments say. */
static void unmap_blindly(struct armdma_device *dev, armdma_dma_t addr, size_t size, enum armdma_dir dir,
			  unsigned long attrs, const void *site)
{
	struct dma_stream *st = dma_stream_find(&dev->m->dma->streams, dev, addr, size, dir);

	if (!as_linux(dev->m) || !dev->ops->unmap_blindly || addr == ARMDMA_MAPPING_ERROR)
		return;
	dev->ops->unmap_blindly(dev, addr, size, dir, attrs);
	if (!st || st->kind == DMA_KIND_SG || st->kind == DMA_KIND_PAGES)
		return;
	if (armdma_event_on(dev->m->ev, ARMDMA_EV_DMA_UNMAP))
		dma_emit_map(st, ARMDMA_EV_DMA_UNMAP, addr, st->pa, st->size, attrs, site, 0);
	dma_stream_drop(st);
	dev->dma->live_maps--;
}

static void unmap(struct armdma_device *dev, armdma_dma_t addr, size_t size, enum armdma_dir dir,
		  unsigned long attrs, enum dma_kind kind, const struct dma_call *call)
{
	struct dma_streams *streams = &dev->m->dma->streams;
	struct dma_stream *st;

	if (!dma_check(dev, call, addr, size, dir))
		return;
	st = claim_stream(dev, call, addr, size, dir, kind);
	if (!st) {
		unmap_blindly(dev, addr, size, dir, attrs, call->site);
		return;
	}
	if (armdma_event_on(dev->m->ev, ARMDMA_EV_DMA_TAKE) && maintained(dev, st->ops, attrs))
		dma_emit_map(st, ARMDMA_EV_DMA_TAKE, addr, st->pa, size, attrs, call->site, 0);
	/* Off the record first: an interrupt handler that runs during the unmap must not find it. */
	dma_stream_unfile(streams, st);
	if (kind == DMA_KIND_RESOURCE)
		st->ops->unmap_resource(st);
	else
		st->ops->unmap_page(st, attrs);
	dev->dma->unmaps++;
	dev->dma->live_maps--;
	if (armdma_event_on(dev->m->ev, ARMDMA_EV_DMA_UNMAP))
		dma_emit_map(st, ARMDMA_EV_DMA_UNMAP, addr, st->pa, size, attrs, call->site, 0);
	if (st->mapping)
		dma_mapping_put(st->mapping);
	dma_stream_put(streams, st);
}

void armdma_dma_unmap_page_attrs(struct armdma_device *dev, armdma_dma_t addr, size_t size,
				 enum armdma_dir dir, unsigned long attrs)
{
	DMA_CALL(call, "dma_unmap_page_attrs");

	if (dma_enter(dev, &call))
		unmap(dev, addr, size, dir, attrs, DMA_KIND_PAGE, &call);
}

void armdma_dma_unmap_page(struct armdma_device *dev, armdma_dma_t addr, size_t size, enum armdma_dir dir)
{
	DMA_CALL(call, "dma_unmap_page");

	if (dma_enter(dev, &call))
		unmap(dev, addr, size, dir, 0, DMA_KIND_PAGE, &call);
}

void armdma_dma_unmap_single_attrs(struct armdma_device *dev, armdma_dma_t addr, size_t size,
				   enum armdma_dir dir, unsigned long attrs)
{
	DMA_CALL(call, "dma_unmap_single_attrs");

	if (dma_enter(dev, &call))
		unmap(dev, addr, size, dir, attrs, DMA_KIND_PAGE, &call);
}

void armdma_dma_unmap_single(struct armdma_device *dev, armdma_dma_t addr, size_t size, enum armdma_dir dir)
{
	DMA_CALL(call, "dma_unmap_single");

	if (dma_enter(dev, &call))
		unmap(dev, addr, size, dir, 0, DMA_KIND_PAGE, &call);
}

void armdma_dma_unmap_resource(struct armdma_device *dev, armdma_dma_t addr, size_t size,
			       enum armdma_dir dir, unsigned long attrs)
{
	DMA_CALL(call, "dma_unmap_resource");

	if (dma_enter(dev, &call))
		unmap(dev, addr, size, dir, attrs, DMA_KIND_RESOURCE, &call);
}

/* ---- Sync -------------------------------------------------------------------------------- */

/* The mapping of which [addr, addr+size) is a part, or NULL after saying what does not fit. */
static struct dma_stream *claim_part(struct armdma_device *dev, const struct dma_call *call,
				     armdma_dma_t addr, size_t size, enum armdma_dir dir)
{
	struct dma_stream *st = NULL;

	if (addr != ARMDMA_MAPPING_ERROR)
		st = dma_stream_around(&dev->m->dma->streams, dev, addr, size, dir);
	if (!st) {
		not_mapped(dev, call, ARMDMA_REPORT_BAD_ARGUMENT, addr, size);
		return NULL;
	}
	if (size > st->size - (addr - st->addr)) {
		misuse(dev->m, ARMDMA_REPORT_BAD_ARGUMENT, dev, call->site, addr, size,
		       "%s of %zu bytes at DMA address 0x%llx, where a mapping of %zu bytes has only %llu left",
		       call->name, size, (unsigned long long)addr, st->size,
		       (unsigned long long)(st->size - (addr - st->addr)));
		return NULL;
	}
	if (st->dir != dir && st->dir != ARMDMA_BIDIRECTIONAL)
		misuse(dev->m, ARMDMA_REPORT_BAD_ARGUMENT, dev, call->site, addr, size,
		       "%s with direction %s of DMA address 0x%llx, which was mapped %s", call->name,
		       dma_dir_name(dir), (unsigned long long)addr, dma_dir_name(st->dir));
	return st;
}

/* A merged segment is told in its pieces: they lie apart in memory. */
static void emit_sync(const struct dma_stream *st, enum armdma_event_type type, uint64_t offset, size_t size,
		      enum armdma_dir dir, const void *site)
{
	struct dma_stream seen = *st;
	uint64_t at = 0;

	if (!armdma_event_on(st->dev->m->ev, type))
		return;
	seen.dir = dir;
	if (st->kind != DMA_KIND_SG || st->count == 1) {
		dma_emit_map(&seen, type, st->addr + offset, st->pa + offset, size, 0, site, 0);
		return;
	}
	for (unsigned int i = st->first; size && i < st->first + st->count; i++) {
		const struct dma_sg_entry *e = &st->sg->src[i];
		uint64_t in = offset - at, len;

		at += e->length;
		if (offset >= at)
			continue;
		len = at - offset < size ? at - offset : size;
		dma_emit_map(&seen, type, st->addr + offset, e->pa + in, (size_t)len, 0, site, 0);
		offset += len;
		size -= (size_t)len;
	}
}

static void sync_part(struct armdma_device *dev, armdma_dma_t addr, unsigned long offset, size_t size,
		      enum armdma_dir dir, enum armdma_event_type type, const struct dma_call *call)
{
	struct dma_stream *st;

	if (!dma_check(dev, call, addr, size, dir))
		return;
	if (addr != ARMDMA_MAPPING_ERROR)
		addr += offset;
	st = claim_part(dev, call, addr, size, dir);
	if (!st)
		return;
	offset = (unsigned long)(addr - st->addr);
	dma_streams_hold(&dev->m->dma->streams);
	if (type == ARMDMA_EV_DMA_SYNC_CPU) {
		emit_sync(st, ARMDMA_EV_DMA_TAKE, offset, size, dir, call->site);
		st->ops->sync_for_cpu(st, offset, size, dir);
	} else {
		emit_sync(st, ARMDMA_EV_DMA_GIVE, offset, size, dir, call->site);
		st->ops->sync_for_device(st, offset, size, dir);
	}
	dev->dma->syncs++;
	if (!st->dead)
		emit_sync(st, type, offset, size, dir, call->site);
	dma_streams_release(&dev->m->dma->streams);
}

void armdma_dma_sync_single_for_cpu(struct armdma_device *dev, armdma_dma_t addr, size_t size,
				    enum armdma_dir dir)
{
	DMA_CALL(call, "dma_sync_single_for_cpu");

	if (dma_enter(dev, &call))
		sync_part(dev, addr, 0, size, dir, ARMDMA_EV_DMA_SYNC_CPU, &call);
}

void armdma_dma_sync_single_for_device(struct armdma_device *dev, armdma_dma_t addr, size_t size,
				       enum armdma_dir dir)
{
	DMA_CALL(call, "dma_sync_single_for_device");

	if (dma_enter(dev, &call))
		sync_part(dev, addr, 0, size, dir, ARMDMA_EV_DMA_SYNC_DEV, &call);
}

void armdma_dma_sync_single_range_for_cpu(struct armdma_device *dev, armdma_dma_t addr,
					  unsigned long offset, size_t size, enum armdma_dir dir)
{
	DMA_CALL(call, "dma_sync_single_range_for_cpu");

	if (dma_enter(dev, &call))
		sync_part(dev, addr, offset, size, dir, ARMDMA_EV_DMA_SYNC_CPU, &call);
}

void armdma_dma_sync_single_range_for_device(struct armdma_device *dev, armdma_dma_t addr,
					     unsigned long offset, size_t size, enum armdma_dir dir)
{
	DMA_CALL(call, "dma_sync_single_range_for_device");

	if (dma_enter(dev, &call))
		sync_part(dev, addr, offset, size, dir, ARMDMA_EV_DMA_SYNC_DEV, &call);
}

/* Linux 6.1 has sync methods behind an IOMMU, coherent or not, and looks no further. */
bool armdma_dma_need_sync(struct armdma_device *dev, armdma_dma_t addr)
{
	DMA_CALL(call, "dma_need_sync");
	const struct dma_stream *st;

	if (!dma_enter(dev, &call))
		return false;
	if (as_linux(dev->m) && dev->mapping)
		return true;
	if (!dev->coherent)
		return true;
	st = dma_stream_around(&dev->m->dma->streams, dev, addr, 1, ARMDMA_BIDIRECTIONAL);
	return st && st->bounce;
}
