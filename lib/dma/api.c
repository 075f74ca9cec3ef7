/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The public calls: each checks its arguments, goes through the device's
 * operations, counts, and tells the observers with the caller's site.
 */
#include <errno.h>
#include <stdlib.h>

#include "lib/dma/dma.h"
#include "lib/dma/pgsize.h"

static int buffer_cmp(const struct dma_buffer *a, const struct dma_buffer *b)
{
	return a->cpu < b->cpu ? -1 : a->cpu > b->cpu;
}

RB_GENERATE_INTERNAL(dma_buffer_tree, dma_buffer, entry, buffer_cmp,
		     static __attribute__((unused)))

int dma_create(struct armdma_machine *m)
{
	m->dma = calloc(1, sizeof(*m->dma));
	if (!m->dma)
		return -ENOMEM;
	RB_INIT(&m->dma->buffers);
	LIST_INIT(&m->dma->mappings);
	return dma_streams_create(&m->dma->streams);
}

static void report_stream(const struct dma_stream *st)
{
	misuse(st->dev->m, ARMDMA_REPORT_LEAK, st->dev, st->site, st->addr, st->size,
	       "a streaming mapping of %zu bytes of %s was never unmapped", st->size, st->dev->name);
}

void dma_report_leaks(struct armdma_machine *m)
{
	struct dma_buffer *buf;

	if (!m->dma || m->abandoned)
		return;
	RB_FOREACH(buf, dma_buffer_tree, &m->dma->buffers)
		misuse(m, ARMDMA_REPORT_LEAK, buf->dev, buf->site, buf->handle, buf->size,
		       "a buffer of %zu bytes of %s was never freed", buf->size, buf->dev->name);
	dma_streams_walk(&m->dma->streams, report_stream);
}

void dma_destroy(struct armdma_machine *m)
{
	struct dma_buffer *buf;

	if (!m->dma)
		return;
	dma_free_mappings(m);
	dma_streams_destroy(&m->dma->streams);
	while ((buf = RB_ROOT(&m->dma->buffers))) {
		RB_REMOVE(dma_buffer_tree, &m->dma->buffers, buf);
		free(buf);
	}
	free(m->dma);
	m->dma = NULL;
}

/* Returns false after reporting when the arguments of a streaming call make no sense. */
static bool check(struct armdma_device *dev, const char *call, armdma_dma_t addr, size_t size,
		  enum armdma_dir dir, const void *site)
{
	if ((unsigned int)dir >= ARMDMA_NONE) {
		misuse(dev->m, ARMDMA_REPORT_BAD_ARGUMENT, dev, site, addr, size,
		       "%s with direction %d: it must be bidirectional, to or from the device", call,
		       (int)dir);
		return false;
	}
	if (!size) {
		misuse(dev->m, ARMDMA_REPORT_BAD_ARGUMENT, dev, site, addr, size,
		       "%s of 0 bytes", call);
		return false;
	}
	return true;
}

/* ---- coherent and write-combine buffers -------------------------------- */

static void emit_buffer(struct armdma_device *dev, enum armdma_event_type type,
			const struct dma_buffer *buf, const void *cpu, const void *site, int result)
{
	struct armdma_event ev = {
		.type = type, .dev = dev, .addr = buf->handle, .cpu = cpu, .len = buf->size,
		.value = buf->attrs, .site = site, .result = result
	};

	if (armdma_event_on(dev->m->ev, type))
		armdma_event_emit(dev->m->ev, &ev);
}

/* Zones are the implementation's choice; blocks get split, so they are never compound. */
static armdma_gfp_t clean_gfp(armdma_gfp_t gfp, unsigned long attrs)
{
	gfp &= ~(ARMDMA__GFP_DMA | ARMDMA__GFP_DMA32 | ARMDMA__GFP_HIGHMEM | ARMDMA__GFP_COMP |
		 ARMDMA__GFP_ZERO);
	return attrs & ARMDMA_ATTR_NO_WARN ? gfp | ARMDMA__GFP_NOWARN : gfp;
}

void *armdma_dma_alloc_attrs(struct armdma_device *dev, size_t size, armdma_dma_t *handle,
			     armdma_gfp_t gfp, unsigned long attrs)
{
	const void *site = __builtin_return_address(0);
	struct armdma_machine *m = dev->m;
	struct dma_buffer *buf;
	size_t npages;
	int ret;

	*handle = ARMDMA_MAPPING_ERROR;
	if (!size) {
		misuse(m, ARMDMA_REPORT_BAD_ARGUMENT, dev, site, ARMDMA_MAPPING_ERROR, 0,
		       "allocation of 0 bytes for %s", dev->name);
		return NULL;
	}
	npages = (size >> ARMDMA_PAGE_SHIFT) + !!(size % ARMDMA_PAGE_SIZE);
	if (npages > m->cfg->ram_size >> ARMDMA_PAGE_SHIFT || fail_now(m, ARMDMA_FAIL_KMALLOC))
		goto failed;
	npages = dma_pgsize_round(dev, attrs, npages);
	buf = calloc(1, sizeof(*buf) + npages * sizeof(buf->pages[0]));
	if (!buf)
		goto failed;
	buf->dev = dev;
	buf->size = size;
	buf->npages = npages;
	buf->attrs = attrs;
	buf->site = site;
	buf->handle = ARMDMA_MAPPING_ERROR;
	buf->ops = dev->ops;
	buf->mapping = dev->mapping;
	ret = dev->ops->alloc(dev, buf, clean_gfp(gfp, attrs));
	if (ret) {
		emit_buffer(dev, ARMDMA_EV_DMA_ALLOC, buf, NULL, site, ret);
		free(buf);
		goto failed;
	}
	if (buf->mapping)
		buf->mapping->refs++;	/* what the buffer is mapped in lives as long as it does */
	RB_INSERT(dma_buffer_tree, &m->dma->buffers, buf);
	dev->dma.allocs++;
	dev->dma.live_allocs++;
	dev->dma.live_bytes += npages * ARMDMA_PAGE_SIZE;
	*handle = buf->handle;
	emit_buffer(dev, ARMDMA_EV_DMA_ALLOC, buf, buf->cpu, site, 0);
	return buf->cpu;

failed:
	dev->dma.failures++;
	return NULL;
}

static struct dma_buffer *find_buffer(struct armdma_machine *m, void *cpu)
{
	struct dma_buffer key = { .cpu = cpu };

	return RB_FIND(dma_buffer_tree, &m->dma->buffers, &key);
}

/* What must be the same at mmap and free as at allocation. */
#define SAME_ATTRS \
	(ARMDMA_ATTR_WRITE_COMBINE | ARMDMA_ATTR_NO_KERNEL_MAPPING | ARMDMA_ATTR_FORCE_CONTIGUOUS)

/* The live buffer that a call is about, or NULL after saying which argument does not belong to it. */
static struct dma_buffer *claim_buffer(struct armdma_device *dev, const char *call, void *cpu,
				       size_t size, armdma_dma_t handle, unsigned long attrs,
				       const void *site)
{
	struct armdma_machine *m = dev->m;
	struct dma_buffer *buf = find_buffer(m, cpu);

	if (!buf)
		misuse(m, ARMDMA_REPORT_BAD_FREE, dev, site, handle, size,
		       "%s of %p, which is no live buffer of the DMA API", call, cpu);
	else if (buf->dev != dev)
		misuse(m, ARMDMA_REPORT_BAD_FREE, dev, site, handle, size,
		       "%s for device %s of a buffer that belongs to %s", call, dev->name,
		       buf->dev->name);
	else if (ARMDMA_PAGE_ALIGN(size) != ARMDMA_PAGE_ALIGN(buf->size))
		misuse(m, ARMDMA_REPORT_BAD_FREE, dev, site, handle, size,
		       "%s with size %zu of a buffer that was allocated with size %zu", call, size,
		       buf->size);
	else if (buf->handle != handle)
		misuse(m, ARMDMA_REPORT_BAD_FREE, dev, site, handle, size,
		       "%s with handle 0x%llx of a buffer whose handle is 0x%llx", call,
		       (unsigned long long)handle, (unsigned long long)buf->handle);
	else if ((buf->attrs ^ attrs) & SAME_ATTRS)
		misuse(m, ARMDMA_REPORT_BAD_FREE, dev, site, handle, size,
		       "%s with attributes 0x%lx of a buffer that was allocated with 0x%lx", call,
		       attrs, buf->attrs);
	else
		return buf;
	return NULL;
}

void armdma_dma_free_attrs(struct armdma_device *dev, size_t size, void *cpu, armdma_dma_t handle,
			   unsigned long attrs)
{
	const void *site = __builtin_return_address(0);
	struct dma_buffer *buf;

	if (!cpu)
		return;
	buf = claim_buffer(dev, "free", cpu, size, handle, attrs, site);
	if (!buf)
		return;
	emit_buffer(dev, ARMDMA_EV_DMA_FREE, buf, cpu, site, 0);
	RB_REMOVE(dma_buffer_tree, &dev->m->dma->buffers, buf);
	buf->ops->free(dev, buf);
	if (buf->mapping)
		dma_mapping_put(buf->mapping);
	dev->dma.frees++;
	dev->dma.live_allocs--;
	dev->dma.live_bytes -= buf->npages * ARMDMA_PAGE_SIZE;
	free(buf);
}

int armdma_dma_mmap_attrs(struct armdma_device *dev, struct armdma_vma *vma, void *cpu,
			  armdma_dma_t handle, size_t size, unsigned long attrs)
{
	const void *site = __builtin_return_address(0);
	struct dma_buffer *buf;
	int ret;

	vma->addr = NULL;
	buf = claim_buffer(dev, "mmap", cpu, size, handle, attrs, site);
	if (!buf)
		return -ENXIO;
	ret = buf->ops->mmap(dev, vma, buf);
	emit_buffer(dev, ARMDMA_EV_DMA_MMAP, buf, vma->addr, site, ret);
	return ret;
}

/* ---- streaming mappings ------------------------------------------------ */

static void emit_stream(struct armdma_device *dev, enum armdma_event_type type, armdma_dma_t addr,
			armdma_phys_t pa, size_t size, enum armdma_dir dir, unsigned long attrs,
			const void *site)
{
	struct armdma_event ev = {
		.type = type, .dev = dev, .addr = addr, .pa = pa, .len = size, .dir = dir,
		.value = attrs, .site = site,
		.result = addr == ARMDMA_MAPPING_ERROR ? -ENOMEM : 0
	};

	armdma_event_emit(dev->m->ev, &ev);
}

static armdma_dma_t map_phys(struct armdma_device *dev, armdma_phys_t pa, size_t size,
			     enum armdma_dir dir, unsigned long attrs, const void *site)
{
	struct dma_streams *streams = &dev->m->dma->streams;
	struct dma_stream *st = dma_stream_get(streams);
	armdma_dma_t addr = st ? dev->ops->map_page(dev, pa, size, dir, attrs) :
				 ARMDMA_MAPPING_ERROR;

	if (addr == ARMDMA_MAPPING_ERROR) {
		if (st)
			dma_stream_put(streams, st);
		dev->dma.failures++;
	} else {
		st->dev = dev;
		st->addr = addr;
		st->pa = pa;
		st->size = size;
		st->dir = dir;
		st->site = site;
		st->ops = dev->ops;
		st->mapping = dev->mapping;
		if (st->mapping)
			st->mapping->refs++;
		dma_stream_add(streams, st);
		dev->dma.maps++;
		dev->dma.live_maps++;
	}
	if (armdma_event_on(dev->m->ev, ARMDMA_EV_DMA_MAP))
		emit_stream(dev, ARMDMA_EV_DMA_MAP, addr, pa, size, dir, attrs, site);
	return addr;
}

static bool in_ram(const struct armdma_machine *m, armdma_phys_t pa, size_t size)
{
	uint64_t off = pa - m->cfg->ram_base;

	return off < m->cfg->ram_size && size <= m->cfg->ram_size - off;
}

armdma_dma_t armdma_dma_map_page_attrs(struct armdma_device *dev, struct armdma_page *page,
				       size_t offset, size_t size, enum armdma_dir dir,
				       unsigned long attrs)
{
	const void *site = __builtin_return_address(0);
	armdma_phys_t pa;

	if (!check(dev, "map_page", ARMDMA_MAPPING_ERROR, size, dir, site))
		return ARMDMA_MAPPING_ERROR;
	pa = armdma_page_to_phys(dev->m, page) + offset;
	if (!in_ram(dev->m, pa, size)) {
		misuse(dev->m, ARMDMA_REPORT_BAD_ARGUMENT, dev, site, ARMDMA_MAPPING_ERROR, size,
		       "map_page of physical 0x%llx+%zu, which is not all RAM",
		       (unsigned long long)pa, size);
		return ARMDMA_MAPPING_ERROR;
	}
	return map_phys(dev, pa, size, dir, attrs, site);
}

armdma_dma_t armdma_dma_map_single_attrs(struct armdma_device *dev, void *ptr, size_t size,
					 enum armdma_dir dir, unsigned long attrs)
{
	static const char *const where[] = {
		[ARMDMA_SPACE_NONE] = "outside the machine (stack, static or malloc memory)",
		[ARMDMA_SPACE_VMALLOC] = "in the vmalloc area (a coherent or vmapped buffer)",
		[ARMDMA_SPACE_KMAP] = "a kmap address",
		[ARMDMA_SPACE_USER] = "a user address",
		[ARMDMA_SPACE_COOKIE] = "a NO_KERNEL_MAPPING cookie",
	};
	const void *site = __builtin_return_address(0);
	struct armdma_machine *m = dev->m;
	armdma_phys_t pa = armdma_hw_linear_to_phys(m->hw, ptr);

	if (!check(dev, "map_single", ARMDMA_MAPPING_ERROR, size, dir, site))
		return ARMDMA_MAPPING_ERROR;
	if (pa == ARMDMA_MAPPING_ERROR) {
		misuse(dev->m, ARMDMA_REPORT_BAD_ARGUMENT, dev, site, ARMDMA_MAPPING_ERROR, size,
		       "map_single of %p, which is %s; only linear-map addresses (kmalloc, page_address) can be mapped",
		       ptr, where[armdma_hw_space_of(dev->m->hw, ptr)]);
		return ARMDMA_MAPPING_ERROR;
	}
	if (size > m->cfg->lowmem_size - (pa - m->cfg->ram_base)) {
		misuse(dev->m, ARMDMA_REPORT_BAD_ARGUMENT, dev, site, ARMDMA_MAPPING_ERROR, size,
		       "map_single of %p+%zu runs beyond the linear map", ptr, size);
		return ARMDMA_MAPPING_ERROR;
	}
	return map_phys(dev, pa, size, dir, attrs, site);
}

static void not_mapped(struct armdma_device *dev, const char *call, armdma_dma_t addr, size_t size,
		       const void *site)
{
	if (addr == ARMDMA_MAPPING_ERROR)
		misuse(dev->m, ARMDMA_REPORT_BAD_FREE, dev, site, addr, size,
		       "%s of the error address: the result of a failed map was not checked", call);
	else
		misuse(dev->m, ARMDMA_REPORT_BAD_FREE, dev, site, addr, size,
		       "%s of DMA address 0x%llx, where %s has nothing mapped", call,
		       (unsigned long long)addr, dev->name);
}

static const char *dir_name(enum armdma_dir dir)
{
	static const char *const names[] = { "BIDIRECTIONAL", "TO_DEVICE", "FROM_DEVICE" };

	return names[dir];
}

/* The mapping that an unmap means, or NULL after saying what does not fit. */
static struct dma_stream *claim_stream(struct armdma_device *dev, armdma_dma_t addr, size_t size,
				       enum armdma_dir dir, const void *site)
{
	struct dma_stream *st = dma_stream_find(&dev->m->dma->streams, dev, addr, size, dir);

	if (!st)
		not_mapped(dev, "unmap", addr, size, site);
	else if (st->size != size)
		misuse(dev->m, ARMDMA_REPORT_BAD_FREE, dev, site, addr, size,
		       "unmap of %zu bytes at DMA address 0x%llx, where %zu bytes were mapped", size,
		       (unsigned long long)addr, st->size);
	else if (st->dir != dir)
		misuse(dev->m, ARMDMA_REPORT_BAD_FREE, dev, site, addr, size,
		       "unmap with direction %s of DMA address 0x%llx, which was mapped %s",
		       dir_name(dir), (unsigned long long)addr, dir_name(st->dir));
	else
		return st;
	return NULL;
}

void armdma_dma_unmap_page_attrs(struct armdma_device *dev, armdma_dma_t addr, size_t size,
				 enum armdma_dir dir, unsigned long attrs)
{
	const void *site = __builtin_return_address(0);
	struct dma_stream *found, st;

	if (!check(dev, "unmap", addr, size, dir, site))
		return;
	found = claim_stream(dev, addr, size, dir, site);
	if (!found)
		return;
	/* Off the record first: an interrupt handler that runs during the unmap must not find it. */
	st = *found;
	dma_stream_remove(&dev->m->dma->streams, found);
	st.ops->unmap_page(&st, attrs);
	if (st.mapping)
		dma_mapping_put(st.mapping);
	dev->dma.unmaps++;
	dev->dma.live_maps--;
	if (armdma_event_on(dev->m->ev, ARMDMA_EV_DMA_UNMAP))
		emit_stream(dev, ARMDMA_EV_DMA_UNMAP, addr, st.pa, size, dir, attrs, site);
}

void armdma_dma_sync_single_range_for_cpu(struct armdma_device *dev, armdma_dma_t addr,
					  unsigned long offset, size_t size, enum armdma_dir dir)
{
	const void *site = __builtin_return_address(0);
	armdma_phys_t pa = ARMDMA_MAPPING_ERROR;

	if (!check(dev, "sync_for_cpu", addr, size, dir, site))
		return;
	if (addr == ARMDMA_MAPPING_ERROR ||
	    !dev->ops->sync_for_cpu(dev, addr, offset, size, dir, &pa)) {
		not_mapped(dev, "sync_for_cpu", addr, size, site);
		return;
	}
	dev->dma.syncs++;
	if (armdma_event_on(dev->m->ev, ARMDMA_EV_DMA_SYNC_CPU))
		emit_stream(dev, ARMDMA_EV_DMA_SYNC_CPU, addr + offset, pa, size, dir, 0, site);
}

void armdma_dma_sync_single_range_for_device(struct armdma_device *dev, armdma_dma_t addr,
					     unsigned long offset, size_t size, enum armdma_dir dir)
{
	const void *site = __builtin_return_address(0);
	armdma_phys_t pa = ARMDMA_MAPPING_ERROR;

	if (!check(dev, "sync_for_device", addr, size, dir, site))
		return;
	if (addr == ARMDMA_MAPPING_ERROR ||
	    !dev->ops->sync_for_device(dev, addr, offset, size, dir, &pa)) {
		not_mapped(dev, "sync_for_device", addr, size, site);
		return;
	}
	dev->dma.syncs++;
	if (armdma_event_on(dev->m->ev, ARMDMA_EV_DMA_SYNC_DEV))
		emit_stream(dev, ARMDMA_EV_DMA_SYNC_DEV, addr + offset, pa, size, dir, 0, site);
}

int armdma_dma_mapping_error(struct armdma_device *dev, armdma_dma_t addr)
{
	(void)dev;
	return addr == ARMDMA_MAPPING_ERROR ? -ENOMEM : 0;
}

/* ---- masks and counters ------------------------------------------------ */

static int check_mask(struct armdma_device *dev, const char *what, uint64_t mask)
{
	if (dev->ops->mask_supported(dev, mask))
		return 0;
	armdma_hw_log(dev->m->hw, "%s: %s 0x%llx reaches no memory that the device could use",
		      dev->name, what, (unsigned long long)mask);
	return -EIO;
}

int armdma_dma_set_mask(struct armdma_device *dev, uint64_t mask)
{
	int ret = check_mask(dev, "DMA mask", mask);

	if (!ret)
		dev->dma_mask = mask;
	return ret;
}

int armdma_dma_set_coherent_mask(struct armdma_device *dev, uint64_t mask)
{
	int ret = check_mask(dev, "coherent DMA mask", mask);

	if (!ret)
		dev->coherent_dma_mask = mask;
	return ret;
}

uint64_t armdma_dma_get_mask(const struct armdma_device *dev)
{
	return dev->dma_mask;
}

void armdma_dma_stats(const struct armdma_device *dev, struct armdma_dma_stats *st)
{
	st->live_allocs = dev->dma.live_allocs;
	st->live_maps = dev->dma.live_maps;
	st->live_bytes = dev->dma.live_bytes;
	st->allocs = dev->dma.allocs;
	st->frees = dev->dma.frees;
	st->maps = dev->dma.maps;
	st->unmaps = dev->dma.unmaps;
	st->syncs = dev->dma.syncs;
	st->failures = dev->dma.failures;
}
