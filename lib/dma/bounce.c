/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bounce operations: what the device cannot reach is copied through safe buffers, coherent memory that it can.
 *
 * Behaviour: arch/arm/common/dmabounce.c in its last form (Linux 5.19). As documented, without its defects: the safe buffer
 * of a FROM_DEVICE mapping starts with the original's bytes, so that what the device does not write stays what it was;
 * SKIP_CPU_SYNC counts also where nothing is bounced; highmem is bounced; a narrow mask can be set.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <armdma/dmabounce.h>
#include <armdma/dmapool.h>

#include "lib/dma/dma.h"
#include "lib/dma/region.h"
#include "lib/mm/mm.h"

/* A safe buffer that is out. */
struct dma_bounce {
	struct armdma_dma_pool *pool;	/* NULL: pages of the atomic pool */
	struct dma_region *region;
	size_t first, npages;		/* of the region */
	uint8_t *safe;
	armdma_dma_t addr;
	size_t len;			/* bytes from the safe buffer's start */
	size_t skip;			/* of which so many lie before the mapping (min_align_mask) */
};

struct dma_bounce_device {
	size_t small, large;		/* bytes; large 0: no such pool */
	struct armdma_dma_pool *small_pool, *large_pool;
	armdma_needs_bounce_fn needs_bounce;
	struct armdma_dmabounce_stats st;
};

/* ---- Decision ---------------------------------------------------------------------- */

enum verdict { IN_PLACE, BOUNCE, REFUSE };

static enum verdict judge(struct armdma_device *dev, armdma_phys_t pa, size_t size)
{
	struct dma_bounce_device *b = dev->dma->bounce;
	uint64_t mask = dev->dma->mask, limit = (mask + 1) & ~mask;
	armdma_dma_t addr = dma_direct_addr(dev, pa, size);

	if (limit && size > limit) {
		armdma_hw_log(dev->m->hw, "%s: mapping of %zu bytes is beyond the DMA mask 0x%llx", dev->name,
			      size, (unsigned long long)mask);
		return REFUSE;
	}
	if (addr == ARMDMA_MAPPING_ERROR || (addr | (addr + size - 1)) & ~mask ||
	    !dma_reaches(dev, addr, size, mask))
		return BOUNCE;
	return b->needs_bounce && b->needs_bounce(dev, addr, size) ? BOUNCE : IN_PLACE;
}

/* ---- Safe buffers ------------------------------------------------------------------- */

static struct armdma_dma_pool *pool_for(struct dma_bounce_device *b, size_t len)
{
	if (len <= b->small) {
		b->st.small_allocs++;
		return b->small_pool;
	}
	if (b->large && len <= b->large) {
		b->st.large_allocs++;
		return b->large_pool;
	}
	b->st.other_allocs++;
	return NULL;
}

static const struct dma_call safe_call = { .name = "safe buffer of a bounced mapping", .internal = true };

/* Pages of the atomic pool, for what is too large for the pools. */
static int take_pages(struct armdma_device *dev, struct dma_bounce *bb)
{
	struct dma_region *pool = dma_atomic_pool(dev->m);
	size_t npages = ARMDMA_PAGE_ALIGN(bb->len) / ARMDMA_PAGE_SIZE;

	if (!pool || fail_now(dev->m, ARMDMA_FAIL_ATOMIC_POOL) ||
	    dma_region_alloc(pool, npages, 1, &bb->first))
		return -ENOMEM;
	bb->region = pool;
	bb->npages = npages;
	bb->safe = pool->kaddr + bb->first * ARMDMA_PAGE_SIZE;
	bb->addr = dma_direct_addr(dev, armdma_page_to_phys(dev->m, pool->pages[bb->first]), bb->len);
	if (dma_reaches(dev, bb->addr, bb->len, dev->dma->mask))
		return 0;
	dma_region_free(pool, bb->first, npages);
	return -ENOMEM;
}

static struct dma_bounce *get_safe(struct armdma_device *dev, const struct dma_stream *st)
{
	struct dma_bounce *bb;

	if (fail_now(dev->m, ARMDMA_FAIL_BOUNCE))
		return NULL;
	bb = calloc(1, sizeof(*bb));
	if (!bb)
		return NULL;
	bb->skip = (size_t)(st->pa & dev->dma->min_align_mask);
	bb->len = bb->skip + st->size;
	bb->pool = pool_for(dev->dma->bounce, bb->len);
	if (bb->pool)
		bb->safe = dma_pool_take(bb->pool, ARMDMA_GFP_ATOMIC, &bb->addr, &safe_call);
	else if (take_pages(dev, bb))
		bb->safe = NULL;
	if (bb->safe)
		return bb;
	free(bb);
	return NULL;
}

static void put_safe(struct dma_bounce *bb)
{
	if (bb->pool)
		dma_pool_give(bb->pool, bb->safe, bb->addr, &safe_call);
	else
		dma_region_free(bb->region, bb->first, bb->npages);
	free(bb);
}

/* Copy between the safe buffer and what the CPU sees of the original, page by page, so that highmem can be reached. */
static void copy(const struct dma_stream *st, uint64_t offset, size_t size, bool to_safe)
{
	struct armdma_machine *m = st->dev->m;
	struct dma_bounce_device *b = st->dev->dma->bounce;
	uint8_t *safe = st->bounce->safe + st->bounce->skip + offset;
	armdma_phys_t pa = st->pa + offset;

	b->st.bounces++;
	b->st.bytes_copied += size;
	for (size_t n; size; size -= n, pa += n, safe += n) {
		size_t in_page = pa % ARMDMA_PAGE_SIZE;
		struct armdma_page *page = armdma_phys_to_page(m, pa);
		uint8_t *orig = mm_kmap_local(m, page);	/* an unmap cannot fail */

		n = ARMDMA_PAGE_SIZE - in_page < size ? ARMDMA_PAGE_SIZE - in_page : size;
		if (!orig)
			continue;
		if (to_safe)
			memcpy(safe, orig + in_page, n);
		else
			memcpy(orig + in_page, safe, n);
		armdma_kunmap(m, page, orig);
	}
}

/* The safe buffer is write-buffered memory: what was copied there must reach the device, what the device wrote the CPU. */
static void give(const struct dma_stream *st, uint64_t offset, size_t size)
{
	copy(st, offset, size, true);
	armdma_hw_barrier(st->dev->m->hw, ARMDMA_BARRIER_WMB);
}

static void take(const struct dma_stream *st, uint64_t offset, size_t size)
{
	armdma_hw_barrier(st->dev->m->hw, ARMDMA_BARRIER_RMB);
	if (!st->dead)
		copy(st, offset, size, false);
}

/* ---- Map and unmap --------------------------------------------------------------------- */

static armdma_dma_t map_bounced(struct dma_stream *st)
{
	struct armdma_device *dev = st->dev;
	bool linux = as_linux(dev->m);

	dev->dma->bounce->st.map_ops++;
	if (linux && !armdma_phys_to_virt(dev->m, st->pa)) {
		armdma_hw_log(dev->m->hw, "%s: highmem at 0x%llx cannot be bounced", dev->name,
			      (unsigned long long)st->pa);
		return ARMDMA_MAPPING_ERROR;
	}
	st->bounce = get_safe(dev, st);
	if (!st->bounce)
		return ARMDMA_MAPPING_ERROR;
	dev->dma->bounce->st.live++;
	if (!(st->attrs & ARMDMA_ATTR_SKIP_CPU_SYNC) && (st->dir != ARMDMA_FROM_DEVICE || !linux))
		give(st, 0, st->size);
	return st->bounce->addr + st->bounce->skip;
}

static armdma_dma_t bounce_map_page(struct dma_stream *st, uint64_t lead)
{
	switch (judge(st->dev, st->pa, st->size)) {
	case REFUSE:
		return ARMDMA_MAPPING_ERROR;
	case BOUNCE:
		return map_bounced(st);
	default:
		break;
	}
	/* As that code, maintenance whatever the attributes say. */
	if (as_linux(st->dev->m) && st->attrs & ARMDMA_ATTR_SKIP_CPU_SYNC)
		dma_cpu_to_dev(st->dev, st->pa, st->size, st->dir);
	return dma_direct_map_page(st, lead);
}

static void bounce_unmap_page(const struct dma_stream *st, unsigned long attrs)
{
	struct armdma_machine *m = st->dev->m;

	if (!st->bounce) {
		dma_direct_unmap_page(st, attrs);
		return;
	}
	if (!(attrs & ARMDMA_ATTR_SKIP_CPU_SYNC) && st->dir != ARMDMA_TO_DEVICE) {
		take(st, 0, st->size);
		/* For users that have it mapped at another address. */
		armdma_hw_cache_op(m->hw, ARMDMA_CACHE_INNER, ARMDMA_CACHE_FLUSH, st->pa, st->size);
	}
	put_safe(st->bounce);
	if (st->dev->dma->bounce)
		st->dev->dma->bounce->st.live--;
}

/* Memory that the layer allocated is where the device reaches it. */
static int bounce_map_sg(struct dma_sg *sg)
{
	if (sg->own)
		return dma_map_sg_each(sg, dma_direct_map_page, dma_direct_unmap_page);
	return dma_map_sg_each(sg, bounce_map_page, bounce_unmap_page);
}

static void bounce_unmap_sg(const struct dma_sg *sg, unsigned int nents, unsigned long attrs)
{
	for (unsigned int i = 0; i < nents; i++)
		bounce_unmap_page(sg->segs[i], attrs);
	for (unsigned int i = nents; i < sg->nsegs; i++)
		bounce_unmap_page(sg->segs[i], ARMDMA_ATTR_SKIP_CPU_SYNC);
}

/* ---- Sync ---------------------------------------------------------------------------------- */

static void bounce_sync_for_cpu(const struct dma_stream *st, uint64_t offset, size_t size, enum armdma_dir dir)
{
	if (!st->bounce)
		dma_sync_for_cpu(st, offset, size, dir);
	else if (dir != ARMDMA_TO_DEVICE)
		take(st, offset, size);
}

static void bounce_sync_for_device(const struct dma_stream *st, uint64_t offset, size_t size,
				   enum armdma_dir dir)
{
	if (!st->bounce)
		dma_sync_for_device(st, offset, size, dir);
	else if (dir != ARMDMA_FROM_DEVICE)
		give(st, offset, size);
}

static void bounce_sync_sg_for_cpu(const struct dma_sg *sg, unsigned int nents, enum armdma_dir dir)
{
	for (unsigned int i = 0; i < nents && !sg->dead; i++)
		bounce_sync_for_cpu(sg->segs[i], 0, sg->segs[i]->size, dir);
}

static void bounce_sync_sg_for_device(const struct dma_sg *sg, unsigned int nents, enum armdma_dir dir)
{
	for (unsigned int i = 0; i < nents && !sg->dead; i++)
		bounce_sync_for_device(sg->segs[i], 0, sg->segs[i]->size, dir);
}

/* ---- The set ------------------------------------------------------------------------------------ */

/* That code refuses every mask of a registered device. */
static bool bounce_mask_supported(const struct armdma_device *dev, uint64_t mask)
{
	return !as_linux(dev->m) && dma_direct_ops(false)->mask_supported(dev, mask);
}

/* What does not fit into the atomic pool cannot be bounced. */
static size_t bounce_max_mapping_size(const struct armdma_device *dev)
{
	uint64_t pool = dev->m->cfg->atomic_pool_size;

	if (as_linux(dev->m))
		return SIZE_MAX;
	return (size_t)(pool > dev->dma->bounce->large ? pool : dev->dma->bounce->large);
}

static uint64_t no_merging(const struct armdma_device *dev)
{
	(void)dev;
	return 0;
}

const struct armdma_dma_ops *dma_bounce_ops(void)
{
	static const struct armdma_dma_ops ops = {
		.set = ARMDMA_OPS_BOUNCE,
		.alloc = dma_direct_alloc,
		.free = dma_direct_free,
		.mmap = dma_mmap_buffer,
		.get_sgtable = dma_buffer_sgtable,
		.map_page = bounce_map_page,
		.unmap_page = bounce_unmap_page,
		.map_sg = bounce_map_sg,
		.unmap_sg = bounce_unmap_sg,
		.map_resource = dma_direct_map_resource,
		.unmap_resource = dma_direct_unmap_resource,
		.sync_for_cpu = bounce_sync_for_cpu,
		.sync_for_device = bounce_sync_for_device,
		.sync_sg_for_cpu = bounce_sync_sg_for_cpu,
		.sync_sg_for_device = bounce_sync_sg_for_device,
		.mask_supported = bounce_mask_supported,
		.required_mask = dma_direct_required_mask,
		.max_mapping_size = bounce_max_mapping_size,
		.merge_boundary = no_merging,
	};

	return &ops;
}

/* ---- Registration ------------------------------------------------------------------------------- */

struct dma_bounce_device *dma_bounce_create(struct armdma_device *dev, size_t small, size_t large,
					    armdma_needs_bounce_fn needs_bounce)
{
	struct dma_bounce_device *b = NULL;

	if (!fail_now(dev->m, ARMDMA_FAIL_KMALLOC))
		b = calloc(1, sizeof(*b));
	if (!b)
		return NULL;
	b->small = small;
	b->large = large;
	b->needs_bounce = needs_bounce;
	b->small_pool = dma_pool_new("small_dmabounce_pool", dev, small, 0, 0, true);
	if (!b->small_pool)
		goto free_record;
	if (large) {
		b->large_pool = dma_pool_new("large_dmabounce_pool", dev, large, 0, 0, true);
		if (!b->large_pool)
			goto free_small;
	}
	return b;

free_small:
	dma_pool_drop(b->small_pool, &safe_call);
free_record:
	free(b);
	return NULL;
}

void dma_bounce_install(struct armdma_device *dev, struct dma_bounce_device *b)
{
	dev->dma->bounce = b;
	dev->ops = dma_bounce_ops();
}

/* Nothing is bounced any more; at the end of a machine, whatever still is. */
void dma_bounce_destroy(struct armdma_device *dev)
{
	struct dma_bounce_device *b = dev->dma->bounce;

	if (!b)
		return;
	dma_pool_drop(b->small_pool, &safe_call);
	if (b->large_pool)
		dma_pool_drop(b->large_pool, &safe_call);
	free(b);
	dev->dma->bounce = NULL;
	dev->ops = dma_direct_ops(dev->coherent);
}

int armdma_dmabounce_register_dev(struct armdma_device *dev, size_t small, size_t large,
				  armdma_needs_bounce_fn needs_bounce)
{
	DMA_CALL(call, "dmabounce_register_dev");
	struct dma_bounce_device *b;

	if (!dma_enter(dev, &call) || !small || (large && large < small))
		return -EINVAL;
	might_sleep(dev->m, dev, call.name, call.site);
	if (dev->dma->live_allocs || dev->dma->live_maps || dev->dma->bounce || dev->mapping)
		return -EBUSY;
	b = dma_bounce_create(dev, small, large, needs_bounce);
	if (!b)
		return -ENOMEM;
	dma_bounce_install(dev, b);
	return 0;
}

void armdma_dmabounce_unregister_dev(struct armdma_device *dev)
{
	DMA_CALL(call, "dmabounce_unregister_dev");

	if (!dma_enter(dev, &call))
		return;
	might_sleep(dev->m, dev, call.name, call.site);
	if (!dev->dma->bounce)
		misuse(dev->m, ARMDMA_REPORT_BAD_ARGUMENT, dev, call.site, ARMDMA_MAPPING_ERROR, 0,
		       "%s of %s, which is not registered", call.name, dev->name);
	else if (dev->dma->bounce->st.live)
		misuse(dev->m, ARMDMA_REPORT_IN_USE, dev, call.site, ARMDMA_MAPPING_ERROR, 0,
		       "%s of %s while %llu mappings are bounced", call.name, dev->name,
		       (unsigned long long)dev->dma->bounce->st.live);
	else
		dma_bounce_destroy(dev);
}

int armdma_dmabounce_stats(const struct armdma_device *dev, struct armdma_dmabounce_stats *st)
{
	DMA_CALL(call, "dmabounce_stats");

	if (!dma_given(dev, &call) || !dev->dma->bounce)
		return -ENODEV;
	*st = dev->dma->bounce->st;
	return 0;
}
