/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory that is synced by hand: cached pages, allocated together with their streaming mapping.
 *
 * Behaviour: Linux 6.1 kernel/dma/mapping.c, dma_alloc_pages() and dma_alloc_noncontiguous(). As that kernel, there is none
 * behind an IOMMU on ARM, whose operations lack the methods.
 */
#include <errno.h>
#include <stdlib.h>

#include "lib/dma/dma.h"
#include "lib/mm/mm.h"

/* Pages of the layer's own, which their mapping takes along. */
struct own_pages {
	struct armdma_sg_table sgt;	/* first: what the caller gets */
	struct armdma_device *dev;
	struct dma_sg *sg;
	size_t size;			/* bytes, as asked for */
	void *vaddr;			/* dma_vmap_noncontiguous(), NULL: not mapped */
	RB_ENTRY(own_pages) by_page, by_table;	/* all, by their first page and by the table's address */
	RB_ENTRY(own_pages) by_vaddr;	/* mapped ones */
	size_t npages;
	struct armdma_page *pages[];
};

static int page_cmp(const struct own_pages *a, const struct own_pages *b)
{
	uintptr_t x = (uintptr_t)a->pages[0], y = (uintptr_t)b->pages[0];

	return x < y ? -1 : x > y;
}

static int vaddr_cmp(const struct own_pages *a, const struct own_pages *b)
{
	uintptr_t x = (uintptr_t)a->vaddr, y = (uintptr_t)b->vaddr;

	return x < y ? -1 : x > y;
}

static int table_cmp(const struct own_pages *a, const struct own_pages *b)
{
	return (uintptr_t)a < (uintptr_t)b ? -1 : (uintptr_t)a > (uintptr_t)b;
}

RB_GENERATE_INTERNAL(own_by_table, own_pages, by_table, table_cmp, static __attribute__((unused)))
RB_GENERATE_INTERNAL(own_by_page, own_pages, by_page, page_cmp, static __attribute__((unused)))
RB_GENERATE_INTERNAL(own_by_vaddr, own_pages, by_vaddr, vaddr_cmp, static __attribute__((unused)))

static bool check_gfp(struct armdma_device *dev, const struct dma_call *call, size_t size,
		      enum armdma_dir dir, armdma_gfp_t gfp)
{
	if (!dma_check(dev, call, ARMDMA_MAPPING_ERROR, size, dir))
		return false;
	if (gfp & (ARMDMA__GFP_DMA | ARMDMA__GFP_DMA32 | ARMDMA__GFP_HIGHMEM)) {
		misuse(dev->m, ARMDMA_REPORT_BAD_ARGUMENT, dev, call->site, ARMDMA_MAPPING_ERROR, size,
		       "%s with zone flags in gfp 0x%x: the device's mask chooses the zone", call->name, gfp);
		return false;
	}
	if (gfp & ARMDMA__GFP_DIRECT_RECLAIM)
		might_sleep(dev->m, dev, call->name, call->site);
	if (!dev->dma->coherent_mask) {
		armdma_hw_log(dev->m->hw, "%s: the coherent DMA mask is 0", dev->name);
		return false;
	}
	return size <= dev->m->cfg->ram_size && !(as_linux(dev->m) && dev->mapping);
}

/* ---- Memory ------------------------------------------------------------------------ */

static const unsigned int block_orders[] = { 9, 8, 4, 0 };
static const unsigned int single_pages[] = { 0 };

/* Cached and zeroed; the rest of the last block goes back. */
static void take_block(struct armdma_machine *m, struct own_pages *own, size_t at,
		       struct armdma_page *block, unsigned int order)
{
	if (order)
		armdma_split_page(m, block, order);
	for (size_t i = 0; i < (size_t)1 << order; i++)
		if (at + i < own->npages)
			own->pages[at + i] = armdma_nth_page(m, block, i);
		else
			armdma_free_pages(m, armdma_nth_page(m, block, i), 0);
}

static void free_own(struct own_pages *own)
{
	for (size_t i = own->npages; i-- > 0;)
		if (own->pages[i])
			armdma_free_pages(own->dev->m, own->pages[i], 0);
	armdma_sg_free_table(&own->sgt);
	free(own);
}

/* Contiguous memory is the first choice for more than a page, the page allocator the second. */
static int fill_whole(struct own_pages *own, armdma_gfp_t gfp)
{
	struct armdma_machine *m = own->dev->m;
	size_t len = own->npages * ARMDMA_PAGE_SIZE;
	struct armdma_page *first = NULL;

	if (gfp & ARMDMA__GFP_DIRECT_RECLAIM && own->npages > 1)
		first = mm_cma_alloc(m, own->dev, own->npages, armdma_get_order(len), true);
	if (first) {
		for (size_t i = 0; i < own->npages; i++)
			own->pages[i] = armdma_nth_page(m, first, i);
		armdma_hw_zero_cached(m->hw, armdma_page_to_phys(m, first), len);
		return 0;
	}
	first = mm_alloc_pages(m, gfp | ARMDMA__GFP_ZERO, armdma_get_order(len));
	if (!first)
		return -ENOMEM;
	take_block(m, own, 0, first, armdma_get_order(len));
	return 0;
}

/* Blocks that the device sees as one. */
static int fill_scattered(struct own_pages *own, armdma_gfp_t gfp, const unsigned int *orders)
{
	struct armdma_machine *m = own->dev->m;

	gfp |= ARMDMA__GFP_ZERO | ARMDMA__GFP_HIGHMEM;
	for (size_t at = 0; at < own->npages;) {
		struct armdma_page *block = NULL;

		if ((own->npages - at) >> *orders)
			block = mm_alloc_pages(m, *orders ? gfp | ARMDMA__GFP_NOWARN : gfp, *orders);
		if (block) {
			take_block(m, own, at, block, *orders);
			at += (size_t)1 << *orders;
			continue;
		}
		if (!*orders)
			return -ENOMEM;
		orders++;
	}
	return 0;
}

static struct own_pages *own_new(struct armdma_device *dev, size_t size)
{
	size_t npages = ARMDMA_PAGE_ALIGN(size) / ARMDMA_PAGE_SIZE;
	struct own_pages *own = NULL;

	if (!fail_now(dev->m, ARMDMA_FAIL_KMALLOC))
		own = calloc(1, sizeof(*own) + npages * sizeof(own->pages[0]));
	if (!own)
		return NULL;
	own->dev = dev;
	own->size = size;
	own->npages = npages;
	return own;
}

/* Allocate, make a table of it, map that. NULL with nothing kept. */
static struct own_pages *alloc_own(struct armdma_device *dev, size_t size, enum armdma_dir dir,
				   armdma_gfp_t gfp, unsigned long attrs, bool contiguous,
				   const struct dma_call *call)
{
	bool scattered = !contiguous && dev->mapping;
	struct own_pages *own = own_new(dev, size);
	int ret;

	if (!own)
		goto failed;
	gfp &= ~ARMDMA__GFP_COMP;
	if (scattered)
		ret = fill_scattered(own, gfp, attrs & ARMDMA_ATTR_ALLOC_SINGLE_PAGES ? single_pages : block_orders);
	else
		ret = fill_whole(own, gfp | dma_zone(dev, dev->dma->coherent_mask));
	if (ret)
		goto free_own;
	if (armdma_sg_alloc_table_from_pages(dev->m, &own->sgt, own->pages, (unsigned int)own->npages, 0,
					     own->npages * ARMDMA_PAGE_SIZE, UINT32_MAX))
		goto free_own;
	own->sg = dma_sg_map(dev, own->sgt.sgl, own->sgt.orig_nents, dir, ARMDMA_ATTR_SKIP_CPU_SYNC, true,
			     call, &ret);
	if (!own->sg)
		goto free_own;
	own->sgt.nents = own->sg->nsegs;
	own->sg->owner = own;
	RB_INSERT(own_by_page, &dev->dma->own_by_page, own);
	RB_INSERT(own_by_table, &dev->dma->own_by_table, own);
	return own;

free_own:
	free_own(own);
failed:
	dev->dma->failures++;
	return NULL;
}

/* By its first page. */
static struct own_pages *find_page(struct armdma_device *dev, struct armdma_page *page)
{
	struct own_pages *own = RB_ROOT(&dev->dma->own_by_page);

	while (own && own->pages[0] != page)
		own = (uintptr_t)page < (uintptr_t)own->pages[0] ? RB_LEFT(own, by_page) :
								   RB_RIGHT(own, by_page);
	return own;
}

static struct own_pages *find_vaddr(struct armdma_device *dev, void *vaddr)
{
	struct own_pages key = { .vaddr = vaddr };

	return RB_FIND(own_by_vaddr, &dev->dma->own_by_vaddr, &key);
}

/* By the table's address alone: one that was freed already must not be looked into. */
static struct own_pages *find_table(struct armdma_device *dev, const struct armdma_sg_table *sgt)
{
	return RB_FIND(own_by_table, &dev->dma->own_by_table, (struct own_pages *)(uintptr_t)sgt);
}

/* What a call means, or NULL after saying what does not fit. */
static struct own_pages *claim_own(struct armdma_device *dev, const struct dma_call *call,
				   struct armdma_page *page, const struct armdma_sg_table *sgt, size_t size,
				   armdma_dma_t handle, enum armdma_dir dir)
{
	struct own_pages *own = page ? find_page(dev, page) : find_table(dev, sgt);

	if (!own) {
		misuse(dev->m, ARMDMA_REPORT_BAD_FREE, dev, call->site, handle, size,
		       "%s of %p, which this call's counterpart did not give to %s", call->name,
		       page ? (const void *)page : (const void *)sgt, dev->name);
		return NULL;
	}
	if (ARMDMA_PAGE_ALIGN(size) == own->npages * ARMDMA_PAGE_SIZE && dir == own->sg->dir &&
	    (!page || handle == own->sg->segs[0]->addr))
		return own;
	misuse(dev->m, ARMDMA_REPORT_BAD_FREE, dev, call->site, handle, size,
	       "%s with size %zu, direction %d and address 0x%llx of what was allocated with size %zu, %s, at 0x%llx",
	       call->name, size, (int)dir, (unsigned long long)handle, own->size,
	       dma_dir_name(own->sg->dir), (unsigned long long)own->sg->segs[0]->addr);
	return NULL;
}

static void drop_own(struct own_pages *own, const struct dma_call *call)
{
	RB_REMOVE(own_by_page, &own->dev->dma->own_by_page, own);
	RB_REMOVE(own_by_table, &own->dev->dma->own_by_table, own);
	dma_sg_unmap(own->sg, own->sg->nents, ARMDMA_ATTR_SKIP_CPU_SYNC, call);
	if (own->vaddr) {
		misuse(own->dev->m, ARMDMA_REPORT_IN_USE, own->dev, call->site, ARMDMA_MAPPING_ERROR, own->size,
		       "%s of memory that dma_vmap_noncontiguous() still shows at %p", call->name, own->vaddr);
		RB_REMOVE(own_by_vaddr, &own->dev->dma->own_by_vaddr, own);
		if (armdma_hw_space_of(own->dev->m->hw, own->vaddr) == ARMDMA_SPACE_VMALLOC)
			mm_vunmap(own->dev->m, own->vaddr, own->npages);
	}
	free_own(own);
}

void dma_own_destroy(struct armdma_device *dev)
{
	struct own_pages *own;

	while ((own = RB_ROOT(&dev->dma->own_by_page))) {
		RB_REMOVE(own_by_page, &dev->dma->own_by_page, own);
		RB_REMOVE(own_by_table, &dev->dma->own_by_table, own);
		armdma_sg_free_table(&own->sgt);
		free(own);
	}
}

/* ---- Contiguous for the CPU ------------------------------------------------------------- */

static struct armdma_page *alloc_pages(struct armdma_device *dev, size_t size, armdma_dma_t *handle,
				       enum armdma_dir dir, armdma_gfp_t gfp, const struct dma_call *call)
{
	struct own_pages *own;

	*handle = ARMDMA_MAPPING_ERROR;
	if (!check_gfp(dev, call, size, dir, gfp))
		return NULL;
	own = alloc_own(dev, size, dir, gfp, 0, true, call);
	if (!own)
		return NULL;
	*handle = own->sg->segs[0]->addr;
	return own->pages[0];
}

struct armdma_page *armdma_dma_alloc_pages(struct armdma_device *dev, size_t size, armdma_dma_t *handle,
					   enum armdma_dir dir, armdma_gfp_t gfp)
{
	DMA_CALL(call, "dma_alloc_pages");

	*handle = ARMDMA_MAPPING_ERROR;
	return dma_enter(dev, &call) ? alloc_pages(dev, size, handle, dir, gfp, &call) : NULL;
}

void *armdma_dma_alloc_noncoherent(struct armdma_device *dev, size_t size, armdma_dma_t *handle,
				   enum armdma_dir dir, armdma_gfp_t gfp)
{
	DMA_CALL(call, "dma_alloc_noncoherent");
	struct armdma_page *page;

	*handle = ARMDMA_MAPPING_ERROR;
	if (!dma_enter(dev, &call))
		return NULL;
	page = alloc_pages(dev, size, handle, dir, gfp, &call);
	return page ? armdma_page_address(dev->m, page) : NULL;
}

static void free_pages(struct armdma_device *dev, size_t size, struct armdma_page *page,
		       armdma_dma_t handle, enum armdma_dir dir, const struct dma_call *call)
{
	struct own_pages *own;

	if (!dma_check(dev, call, handle, size, dir) || !page)
		return;
	own = claim_own(dev, call, page, NULL, size, handle, dir);
	if (own)
		drop_own(own, call);
}

void armdma_dma_free_pages(struct armdma_device *dev, size_t size, struct armdma_page *page,
			   armdma_dma_t handle, enum armdma_dir dir)
{
	DMA_CALL(call, "dma_free_pages");

	if (dma_enter(dev, &call))
		free_pages(dev, size, page, handle, dir, &call);
}

void armdma_dma_free_noncoherent(struct armdma_device *dev, size_t size, void *cpu, armdma_dma_t handle,
				 enum armdma_dir dir)
{
	DMA_CALL(call, "dma_free_noncoherent");
	struct armdma_page *page;

	if (!dma_enter(dev, &call) || !cpu)
		return;
	page = armdma_virt_to_page(dev->m, cpu);
	if (page)
		free_pages(dev, size, page, handle, dir, &call);
	else
		misuse(dev->m, ARMDMA_REPORT_BAD_FREE, dev, call.site, handle, size,
		       "%s of %p, which is no linear address", call.name, cpu);
}

/* Map npages of pages to the user, cached. */
static int mmap_cached(struct armdma_device *dev, struct armdma_vma *vma, size_t size,
		       struct armdma_page *const *pages)
{
	size_t npages = ARMDMA_PAGE_ALIGN(size) / ARMDMA_PAGE_SIZE;

	if (!vma->npages || vma->pgoff >= npages || vma->npages > npages - vma->pgoff)
		return -ENXIO;
	return mm_vm_map_pages(dev->m, vma, pages + vma->pgoff, ARMDMA_MT_CACHED);
}

int armdma_dma_mmap_pages(struct armdma_device *dev, struct armdma_vma *vma, size_t size,
			  struct armdma_page *page)
{
	DMA_CALL(call, "dma_mmap_pages");
	struct own_pages *own;

	if (!dma_enter(dev, &call))
		return -ENXIO;
	vma->addr = NULL;
	might_sleep(dev->m, dev, call.name, call.site);
	own = find_page(dev, page);
	if (own && ARMDMA_PAGE_ALIGN(size) <= own->npages * ARMDMA_PAGE_SIZE)
		return mmap_cached(dev, vma, size, own->pages);
	misuse(dev->m, ARMDMA_REPORT_BAD_ARGUMENT, dev, call.site, ARMDMA_MAPPING_ERROR, size,
	       "%s of page %p, %zu bytes, which dma_alloc_pages() did not give to %s", call.name, (void *)page,
	       size, dev->name);
	return -ENXIO;
}

/* ---- Contiguous for the device ------------------------------------------------------------- */

struct armdma_sg_table *armdma_dma_alloc_noncontiguous(struct armdma_device *dev, size_t size,
						       enum armdma_dir dir, armdma_gfp_t gfp,
						       unsigned long attrs)
{
	DMA_CALL(call, "dma_alloc_noncontiguous");
	struct own_pages *own;

	if (!dma_enter(dev, &call))
		return NULL;
	if (attrs & ~ARMDMA_ATTR_ALLOC_SINGLE_PAGES) {
		misuse(dev->m, ARMDMA_REPORT_BAD_ARGUMENT, dev, call.site, ARMDMA_MAPPING_ERROR, size,
		       "%s with attributes 0x%lx: only DMA_ATTR_ALLOC_SINGLE_PAGES makes sense", call.name, attrs);
		return NULL;
	}
	if (!check_gfp(dev, &call, size, dir, gfp))
		return NULL;
	own = alloc_own(dev, size, dir, gfp, attrs, false, &call);
	return own ? &own->sgt : NULL;
}

void armdma_dma_free_noncontiguous(struct armdma_device *dev, size_t size, struct armdma_sg_table *sgt,
				   enum armdma_dir dir)
{
	DMA_CALL(call, "dma_free_noncontiguous");
	struct own_pages *own;

	if (!dma_enter(dev, &call) || !sgt || !dma_check(dev, &call, ARMDMA_MAPPING_ERROR, size, dir))
		return;
	own = claim_own(dev, &call, NULL, sgt, size, ARMDMA_MAPPING_ERROR, dir);
	if (own)
		drop_own(own, &call);
}

void *armdma_dma_vmap_noncontiguous(struct armdma_device *dev, size_t size, struct armdma_sg_table *sgt)
{
	DMA_CALL(call, "dma_vmap_noncontiguous");
	struct own_pages *own;

	if (!dma_enter(dev, &call))
		return NULL;
	might_sleep(dev->m, dev, call.name, call.site);
	own = find_table(dev, sgt);
	if (!own || ARMDMA_PAGE_ALIGN(size) != own->npages * ARMDMA_PAGE_SIZE || own->vaddr) {
		misuse(dev->m, ARMDMA_REPORT_BAD_ARGUMENT, dev, call.site, ARMDMA_MAPPING_ERROR, size,
		       "%s of %p, %zu bytes: %s", call.name, (void *)sgt, size,
		       !own ? "dma_alloc_noncontiguous() did not give it" :
		       own->vaddr ? "it is mapped already" : "it has another size");
		return NULL;
	}
	/* Contiguous lowmem has an address. */
	if (dma_run(dev->m, own->pages, own->npages, 0) == own->npages)
		own->vaddr = armdma_page_address(dev->m, own->pages[0]);
	if (!own->vaddr)
		own->vaddr = mm_vmap(dev->m, own->pages, own->npages, ARMDMA_MT_CACHED);
	if (own->vaddr)
		RB_INSERT(own_by_vaddr, &dev->dma->own_by_vaddr, own);
	return own->vaddr;
}

void armdma_dma_vunmap_noncontiguous(struct armdma_device *dev, void *vaddr)
{
	DMA_CALL(call, "dma_vunmap_noncontiguous");
	struct own_pages *own;

	if (!dma_enter(dev, &call) || !vaddr)
		return;
	might_sleep(dev->m, dev, call.name, call.site);
	own = find_vaddr(dev, vaddr);
	if (!own) {
		misuse(dev->m, ARMDMA_REPORT_BAD_FREE, dev, call.site, ARMDMA_MAPPING_ERROR, 0,
		       "%s of %p, which dma_vmap_noncontiguous() did not give", call.name, vaddr);
		return;
	}
	RB_REMOVE(own_by_vaddr, &dev->dma->own_by_vaddr, own);
	own->vaddr = NULL;
	if (armdma_hw_space_of(dev->m->hw, vaddr) == ARMDMA_SPACE_VMALLOC)
		mm_vunmap(dev->m, vaddr, own->npages);
}

int armdma_dma_mmap_noncontiguous(struct armdma_device *dev, struct armdma_vma *vma, size_t size,
				  struct armdma_sg_table *sgt)
{
	DMA_CALL(call, "dma_mmap_noncontiguous");
	struct own_pages *own;

	if (!dma_enter(dev, &call))
		return -ENXIO;
	vma->addr = NULL;
	might_sleep(dev->m, dev, call.name, call.site);
	own = find_table(dev, sgt);
	if (own && ARMDMA_PAGE_ALIGN(size) == own->npages * ARMDMA_PAGE_SIZE)
		return mmap_cached(dev, vma, size, own->pages);
	misuse(dev->m, ARMDMA_REPORT_BAD_ARGUMENT, dev, call.site, ARMDMA_MAPPING_ERROR, size,
	       "%s of %p, %zu bytes, which dma_alloc_noncontiguous() did not give to %s", call.name, (void *)sgt,
	       size, dev->name);
	return -ENXIO;
}
