/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Coherent and write-combine buffers: the public calls, each of which checks its arguments, goes through
 * the device's operations, counts, and tells the observers with the caller's site.
 */
#include <errno.h>
#include <stdlib.h>

#include "lib/dma/dma.h"
#include "lib/dma/pgsize.h"
#include "lib/dma/region.h"

static int buffer_cmp(const struct dma_buffer *a, const struct dma_buffer *b)
{
	return (uintptr_t)a->cpu < (uintptr_t)b->cpu ? -1 : (uintptr_t)a->cpu > (uintptr_t)b->cpu;
}

RB_GENERATE(dma_buffer_tree, dma_buffer, entry, buffer_cmp)

static void emit(struct armdma_device *dev, enum armdma_event_type type, const struct dma_buffer *buf,
		 const void *cpu, const void *site, int result)
{
	struct armdma_event ev = {
		.type = type, .dev = dev, .addr = buf->handle, .cpu = cpu, .len = buf->size,
		.value = buf->attrs, .site = site, .result = result,
		.flags = buf->internal ? ARMDMA_MAP_OWN : 0,
		.pa = buf->pages[0] ? armdma_page_to_phys(dev->m, buf->pages[0]) : ARMDMA_MAPPING_ERROR
	};

	if (armdma_event_on(dev->m->ev, type))
		armdma_event_emit(dev->m->ev, &ev);
}

/* ---- Allocation ---------------------------------------------------------------- */

/* Zones are the implementation's choice; blocks get split, so they are never compound. */
static armdma_gfp_t clean_gfp(armdma_gfp_t gfp, unsigned long attrs)
{
	gfp &= ~(ARMDMA__GFP_DMA | ARMDMA__GFP_DMA32 | ARMDMA__GFP_HIGHMEM | ARMDMA__GFP_COMP |
		 ARMDMA__GFP_ZERO);
	return attrs & ARMDMA_ATTR_NO_WARN ? gfp | ARMDMA__GFP_NOWARN : gfp;
}

static struct dma_buffer *new_buffer(struct armdma_device *dev, size_t size, unsigned long attrs,
				     const void *site)
{
	size_t npages = (size >> ARMDMA_PAGE_SHIFT) + !!(size % ARMDMA_PAGE_SIZE);
	struct dma_buffer *buf;

	if (npages > dev->m->cfg->ram_size >> ARMDMA_PAGE_SHIFT || fail_now(dev->m, ARMDMA_FAIL_KMALLOC))
		return NULL;
	npages = dma_pgsize_round(dev, attrs, npages);
	buf = calloc(1, sizeof(*buf) + npages * sizeof(buf->pages[0]));
	if (!buf)
		return NULL;
	buf->dev = dev;
	buf->size = size;
	buf->npages = npages;
	buf->attrs = attrs;
	buf->site = site;
	buf->handle = ARMDMA_MAPPING_ERROR;
	buf->ops = dev->ops;
	buf->mapping = dev->mapping;
	return buf;
}

/* Declared memory first, and then nothing else. */
static int fill_buffer(struct armdma_device *dev, struct dma_buffer *buf, armdma_gfp_t gfp)
{
	int ret = dma_alloc_declared(dev, buf);

	return ret > 0 ? dev->ops->alloc(dev, buf, gfp) : ret;
}

static bool is_declared(const struct dma_buffer *buf)
{
	return buf->region && buf->region == buf->dev->dma->declared;
}

/* One buffer more, or less. */
static void count(struct armdma_device *dev, const struct dma_buffer *buf, int by)
{
	struct dma_device *d = dev->dma;

	if (buf->internal)
		return;
	d->allocs += by > 0;
	d->frees += by < 0;
	d->live_allocs += (uint64_t)(int64_t)by;
	d->live_bytes += (uint64_t)(int64_t)by * (uint64_t)buf->npages * ARMDMA_PAGE_SIZE;
}

static void *alloc_buffer(struct armdma_device *dev, size_t size, armdma_dma_t *handle, armdma_gfp_t gfp,
			  unsigned long attrs, const struct dma_call *call)
{
	struct dma_buffer *buf = new_buffer(dev, size, attrs, call->site);
	const void *site = call->site;
	int ret;

	if (!buf)
		return NULL;
	buf->internal = call->internal;
	ret = fill_buffer(dev, buf, clean_gfp(gfp, attrs));
	if (ret) {
		if (as_linux(dev->m))
			*handle = buf->handle;
		buf->pages[0] = NULL;
		emit(dev, ARMDMA_EV_DMA_ALLOC, buf, NULL, site, ret);
		free(buf);
		return NULL;
	}
	if (is_declared(buf))
		buf->mapping = NULL;
	if (buf->mapping)
		buf->mapping->refs++;	/* what the buffer is mapped in lives as long as it does */
	RB_INSERT(dma_buffer_tree, &dev->m->dma->buffers, buf);
	count(dev, buf, 1);
	*handle = buf->handle;
	emit(dev, ARMDMA_EV_DMA_ALLOC, buf, buf->cpu, site, 0);
	return buf->cpu;
}

void *dma_alloc(struct armdma_device *dev, size_t size, armdma_dma_t *handle, armdma_gfp_t gfp,
		unsigned long attrs, const struct dma_call *call)
{
	void *cpu;

	*handle = ARMDMA_MAPPING_ERROR;
	if (!size) {
		misuse(dev->m, ARMDMA_REPORT_BAD_ARGUMENT, dev, call->site, ARMDMA_MAPPING_ERROR, 0,
		       "%s of 0 bytes for %s", call->name, dev->name);
		return NULL;
	}
	if (gfp & ARMDMA__GFP_DIRECT_RECLAIM && !call->internal)
		might_sleep(dev->m, dev, call->name, call->site);
	if (!dev->dma->coherent_mask)
		armdma_hw_log(dev->m->hw, "%s: the coherent DMA mask is 0", dev->name);
	cpu = alloc_buffer(dev, size, handle, gfp, attrs, call);
	if (!cpu)
		dev->dma->failures++;
	return cpu;
}

static unsigned long no_warn(armdma_gfp_t gfp)
{
	return gfp & ARMDMA__GFP_NOWARN ? ARMDMA_ATTR_NO_WARN : 0;
}

void *armdma_dma_alloc_attrs(struct armdma_device *dev, size_t size, armdma_dma_t *handle,
			     armdma_gfp_t gfp, unsigned long attrs)
{
	DMA_CALL(call, "dma_alloc_attrs");

	*handle = ARMDMA_MAPPING_ERROR;
	return dma_enter(dev, &call) ? dma_alloc(dev, size, handle, gfp, attrs, &call) : NULL;
}

void *armdma_dma_alloc_coherent(struct armdma_device *dev, size_t size, armdma_dma_t *handle,
				armdma_gfp_t gfp)
{
	DMA_CALL(call, "dma_alloc_coherent");

	*handle = ARMDMA_MAPPING_ERROR;
	return dma_enter(dev, &call) ? dma_alloc(dev, size, handle, gfp, no_warn(gfp), &call) : NULL;
}

void *armdma_dma_alloc_wc(struct armdma_device *dev, size_t size, armdma_dma_t *handle, armdma_gfp_t gfp)
{
	DMA_CALL(call, "dma_alloc_wc");

	*handle = ARMDMA_MAPPING_ERROR;
	return dma_enter(dev, &call) ? dma_alloc(dev, size, handle, gfp,
						 ARMDMA_ATTR_WRITE_COMBINE | no_warn(gfp), &call) :
				       NULL;
}

/* ---- The buffer that a call is about ---------------------------------------------- */

static struct dma_buffer *find_buffer(struct armdma_machine *m, void *cpu)
{
	struct dma_buffer key = { .cpu = cpu };

	return RB_FIND(dma_buffer_tree, &m->dma->buffers, &key);
}

/* What must be the same at mmap and free as at allocation. */
#define SAME_ATTRS \
	(ARMDMA_ATTR_WRITE_COMBINE | ARMDMA_ATTR_NO_KERNEL_MAPPING | ARMDMA_ATTR_FORCE_CONTIGUOUS)

/* The live buffer that a call is about, or NULL after saying which argument does not belong to it. */
static struct dma_buffer *claim_buffer(struct armdma_device *dev, const struct dma_call *call, void *cpu,
				       size_t size, armdma_dma_t handle, unsigned long attrs)
{
	struct armdma_machine *m = dev->m;
	struct dma_buffer *buf = find_buffer(m, cpu);

	if (!buf)
		misuse(m, ARMDMA_REPORT_BAD_FREE, dev, call->site, handle, size,
		       "%s of %p, which is no live buffer of the DMA API", call->name, cpu);
	else if (buf->dev != dev)
		misuse(m, ARMDMA_REPORT_BAD_FREE, dev, call->site, handle, size,
		       "%s for device %s of a buffer that belongs to %s", call->name, dev->name,
		       buf->dev->name);
	else if (!size || ARMDMA_PAGE_ALIGN(size) != ARMDMA_PAGE_ALIGN(buf->size))
		misuse(m, ARMDMA_REPORT_BAD_FREE, dev, call->site, handle, size,
		       "%s with size %zu of a buffer that was allocated with size %zu", call->name, size,
		       buf->size);
	else if (buf->handle != handle)
		misuse(m, ARMDMA_REPORT_BAD_FREE, dev, call->site, handle, size,
		       "%s with handle 0x%llx of a buffer whose handle is 0x%llx", call->name,
		       (unsigned long long)handle, (unsigned long long)buf->handle);
	else if ((buf->attrs ^ attrs) & SAME_ATTRS)
		misuse(m, ARMDMA_REPORT_BAD_FREE, dev, call->site, handle, size,
		       "%s with attributes 0x%lx of a buffer that was allocated with 0x%lx", call->name,
		       attrs, buf->attrs);
	else
		return buf;
	return NULL;
}

/* ---- Free ------------------------------------------------------------------------------ */

static bool user_maps(const struct armdma_device *dev, const struct dma_buffer *buf)
{
	if (buf->region)
		return dma_region_held(buf->region, buf->region_at, buf->npages);
	for (size_t i = 0; i < buf->npages; i++)
		if (armdma_page_count(dev->m, buf->pages[i]) > 1)
			return true;
	return false;
}

static void say_if_mapped(struct armdma_device *dev, const struct dma_buffer *buf, const struct dma_call *call)
{
	if (user_maps(dev, buf))
		misuse(dev->m, ARMDMA_REPORT_IN_USE, dev, call->site, buf->handle, buf->size,
		       "%s of a buffer of %zu bytes while a user has it mapped", call->name, buf->size);
}

static void forget(struct armdma_device *dev, struct dma_buffer *buf)
{
	RB_REMOVE(dma_buffer_tree, &dev->m->dma->buffers, buf);
	count(dev, buf, -1);
}

static void free_buffer(struct armdma_device *dev, struct dma_buffer *buf, const struct dma_call *call)
{
	emit(dev, ARMDMA_EV_DMA_FREE, buf, buf->cpu, call->site, 0);
	say_if_mapped(dev, buf, call);
	forget(dev, buf);
	if (is_declared(buf))
		dma_free_buffer_pages(dev, buf);
	else
		buf->ops->free(dev, buf);
	if (buf->mapping)
		dma_mapping_put(buf->mapping);
	free(buf);
}

/*
 * As Linux 6.1 frees memory of a coherent device behind an IOMMU: nothing is looked up, what the arguments say is
 * torn down and given back.
 */
static void free_unchecked(struct armdma_device *dev, size_t size, void *cpu, armdma_dma_t handle)
{
	struct armdma_page *page = armdma_virt_to_page(dev->m, cpu);
	struct dma_buffer *buf = find_buffer(dev->m, cpu);

	dev->ops->unmap_blindly(dev, handle, size, ARMDMA_TO_DEVICE, ARMDMA_ATTR_SKIP_CPU_SYNC);
	for (size_t i = 0; page && i < ARMDMA_PAGE_ALIGN(size) / ARMDMA_PAGE_SIZE; i++)
		armdma_free_pages(dev->m, armdma_nth_page(dev->m, page, i), 0);
	if (!buf || buf->dev != dev)
		return;
	emit(dev, ARMDMA_EV_DMA_FREE, buf, cpu, NULL, 0);
	forget(dev, buf);
	if (buf->mapping)
		dma_mapping_put(buf->mapping);
	free(buf);
}

bool dma_free(struct armdma_device *dev, size_t size, void *cpu, armdma_dma_t handle, unsigned long attrs,
	      const struct dma_call *call)
{
	struct dma_buffer *buf = find_buffer(dev->m, cpu);

	if (!cpu)
		return false;
	if (!call->internal && !(buf && is_declared(buf)))
		might_sleep(dev->m, dev, call->name, call->site);
	buf = claim_buffer(dev, call, cpu, size, handle, attrs);
	if (buf) {
		free_buffer(dev, buf, call);
		return true;
	}
	buf = find_buffer(dev->m, cpu);
	if (buf)
		buf->refused = true;
	if (as_linux(dev->m) && dev->ops->set == ARMDMA_OPS_IOMMU_COHERENT && size)
		free_unchecked(dev, size, cpu, handle);
	return false;
}

/* What is managed is freed as such: its record would outlive it, and free whoever has the address next. */
static void free_unmanaged(struct armdma_device *dev, size_t size, void *cpu, armdma_dma_t handle,
			   unsigned long attrs, const struct dma_call *call)
{
	if (!cpu || !dma_managed_holds(dev, cpu))
		dma_free(dev, size, cpu, handle, attrs, call);
	else
		misuse(dev->m, ARMDMA_REPORT_BAD_FREE, dev, call->site, handle, size,
		       "%s of %p, which is managed: it goes with dmam_free_coherent() or with the driver",
		       call->name, cpu);
}

void armdma_dma_free_attrs(struct armdma_device *dev, size_t size, void *cpu, armdma_dma_t handle,
			   unsigned long attrs)
{
	DMA_CALL(call, "dma_free_attrs");

	if (dma_enter(dev, &call))
		free_unmanaged(dev, size, cpu, handle, attrs, &call);
}

void armdma_dma_free_coherent(struct armdma_device *dev, size_t size, void *cpu, armdma_dma_t handle)
{
	DMA_CALL(call, "dma_free_coherent");

	if (dma_enter(dev, &call))
		free_unmanaged(dev, size, cpu, handle, 0, &call);
}

void armdma_dma_free_wc(struct armdma_device *dev, size_t size, void *cpu, armdma_dma_t handle)
{
	DMA_CALL(call, "dma_free_wc");

	if (dma_enter(dev, &call))
		free_unmanaged(dev, size, cpu, handle, ARMDMA_ATTR_WRITE_COMBINE, &call);
}

/* ---- Users and tables --------------------------------------------------------------------- */

static int mmap_buffer(struct armdma_device *dev, struct armdma_vma *vma, void *cpu, armdma_dma_t handle,
		       size_t size, unsigned long attrs, const struct dma_call *call)
{
	struct dma_buffer *buf;
	int ret;

	vma->addr = NULL;
	might_sleep(dev->m, dev, call->name, call->site);
	buf = claim_buffer(dev, call, cpu, size, handle, attrs);
	if (!buf)
		return -ENXIO;
	ret = is_declared(buf) ? dma_mmap_buffer(dev, vma, buf) : buf->ops->mmap(dev, vma, buf);
	emit(dev, ARMDMA_EV_DMA_MMAP, buf, vma->addr, call->site, ret);
	return ret;
}

int armdma_dma_mmap_attrs(struct armdma_device *dev, struct armdma_vma *vma, void *cpu,
			  armdma_dma_t handle, size_t size, unsigned long attrs)
{
	DMA_CALL(call, "dma_mmap_attrs");

	return dma_enter(dev, &call) ? mmap_buffer(dev, vma, cpu, handle, size, attrs, &call) : -ENXIO;
}

int armdma_dma_mmap_coherent(struct armdma_device *dev, struct armdma_vma *vma, void *cpu,
			     armdma_dma_t handle, size_t size)
{
	DMA_CALL(call, "dma_mmap_coherent");

	return dma_enter(dev, &call) ? mmap_buffer(dev, vma, cpu, handle, size, 0, &call) : -ENXIO;
}

int armdma_dma_mmap_wc(struct armdma_device *dev, struct armdma_vma *vma, void *cpu, armdma_dma_t handle,
		       size_t size)
{
	DMA_CALL(call, "dma_mmap_wc");

	return dma_enter(dev, &call) ? mmap_buffer(dev, vma, cpu, handle, size,
						   ARMDMA_ATTR_WRITE_COMBINE, &call) :
				       -ENXIO;
}

bool armdma_dma_can_mmap(struct armdma_device *dev)
{
	DMA_CALL(call, "dma_can_mmap");

	return dma_enter(dev, &call) && dev->ops->mmap;
}

static int get_sgtable(struct armdma_device *dev, struct armdma_sg_table *sgt, void *cpu,
		       armdma_dma_t handle, size_t size, unsigned long attrs, const struct dma_call *call)
{
	struct dma_buffer *buf;

	might_sleep(dev->m, dev, call->name, call->site);
	sgt->sgl = NULL;
	sgt->nents = sgt->orig_nents = 0;
	buf = claim_buffer(dev, call, cpu, size, handle, attrs);
	if (!buf)
		return -ENXIO;
	return is_declared(buf) ? dma_buffer_sgtable(dev, sgt, buf) : buf->ops->get_sgtable(dev, sgt, buf);
}

int armdma_dma_get_sgtable_attrs(struct armdma_device *dev, struct armdma_sg_table *sgt, void *cpu,
				 armdma_dma_t handle, size_t size, unsigned long attrs)
{
	DMA_CALL(call, "dma_get_sgtable_attrs");

	return dma_enter(dev, &call) ? get_sgtable(dev, sgt, cpu, handle, size, attrs, &call) : -ENXIO;
}

int armdma_dma_get_sgtable(struct armdma_device *dev, struct armdma_sg_table *sgt, void *cpu,
			   armdma_dma_t handle, size_t size)
{
	DMA_CALL(call, "dma_get_sgtable");

	return dma_enter(dev, &call) ? get_sgtable(dev, sgt, cpu, handle, size, 0, &call) : -ENXIO;
}
