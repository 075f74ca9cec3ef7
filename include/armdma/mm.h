/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory of the simulated kernel: zones and pages, kmalloc, and mappings.
 *
 * Pages come from a buddy allocator in zones (DMA, NORMAL, HIGHMEM). Lowmem pages have a linear
 * address; highmem pages have none until they are mapped. All pointers are plain host pointers.
 */
#ifndef ARMDMA_MM_H
#define ARMDMA_MM_H

#include <armdma/hw.h>
#include <armdma/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Blocks have 2^order pages, order < ARMDMA_MAX_ORDER (11: at most 4 MiB), as in Linux 6.1. */
#define ARMDMA_MAX_ORDER 11u

enum armdma_zone { ARMDMA_ZONE_DMA, ARMDMA_ZONE_NORMAL, ARMDMA_ZONE_HIGHMEM, ARMDMA_NR_ZONES };

/* Smallest order whose block holds size bytes (size > 0). */
ARMDMA_API unsigned int armdma_get_order(size_t size);

/*
 * Allocate a block of 2^order pages, physically contiguous and aligned to its size. Zones by gfp:
 * ARMDMA__GFP_DMA only ZONE_DMA (a machine without one: normal, as Linux); ARMDMA__GFP_HIGHMEM highmem
 * first, then normal, then DMA; else normal, then DMA. ARMDMA__GFP_ZERO zeroes through the cached view. Otherwise the
 * content is what the last owner left.
 * Returns NULL when no such block is free (logged unless ARMDMA__GFP_NOWARN), or order is too large.
 */
ARMDMA_API struct armdma_page *armdma_alloc_pages(struct armdma_machine *m, armdma_gfp_t gfp,
						  unsigned int order);
/* Drop the caller's reference to a block; freed when it was the last. Misuse is reported. */
ARMDMA_API void armdma_free_pages(struct armdma_machine *m, struct armdma_page *page,
				  unsigned int order);
/* Make every page of an allocated block freeable by itself (order 0). Nobody but the caller may hold a reference. */
ARMDMA_API void armdma_split_page(struct armdma_machine *m, struct armdma_page *page,
				  unsigned int order);
/*
 * References to a page: it goes back to the allocator when the last is put. The pages of a block that
 * is not split share one count: a reference to any of them keeps the whole block, and it goes back as a whole, once its
 * owner has called armdma_free_pages() and the last reference is put. Misuse is reported.
 */
ARMDMA_API void armdma_get_page(struct armdma_machine *m, struct armdma_page *page);
ARMDMA_API void armdma_put_page(struct armdma_machine *m, struct armdma_page *page);
ARMDMA_API unsigned int armdma_page_count(struct armdma_machine *m, const struct armdma_page *page);

ARMDMA_API armdma_phys_t armdma_page_to_phys(struct armdma_machine *m, const struct armdma_page *page);
/* NULL when pa is not RAM. */
ARMDMA_API struct armdma_page *armdma_phys_to_page(struct armdma_machine *m, armdma_phys_t pa);
/* The n-th page after page (page numbers, not array elements). */
ARMDMA_API struct armdma_page *armdma_nth_page(struct armdma_machine *m, struct armdma_page *page,
					       size_t n);
ARMDMA_API enum armdma_zone armdma_page_zone(struct armdma_machine *m, const struct armdma_page *page);
/* Linear address, or NULL for highmem. */
ARMDMA_API void *armdma_page_address(struct armdma_machine *m, const struct armdma_page *page);

/*
 * Memory of any size in lowmem, aligned to the cache line (power-of-two sizes: to the size, up to a
 * page). Sizes up to two pages come from slabs of one size class each, so that neighbours share pages as in Linux;
 * larger ones are whole blocks. NULL when size is 0, too large or memory is exhausted.
 */
ARMDMA_API void *armdma_kmalloc(struct armdma_machine *m, size_t size, armdma_gfp_t gfp);
ARMDMA_API void *armdma_kzalloc(struct armdma_machine *m, size_t size, armdma_gfp_t gfp);
/* NULL is ignored; an address that kmalloc did not give, or gave and got back, is reported. */
ARMDMA_API void armdma_kfree(struct armdma_machine *m, const void *p);
/* Usable bytes of the object that contains p; 0 when p is in none. *start (may be NULL): its first byte. */
ARMDMA_API size_t armdma_ksize(struct armdma_machine *m, const void *p, void **start);

/* Linear addresses only; ARMDMA_MAPPING_ERROR / NULL for anything else. */
ARMDMA_API armdma_phys_t armdma_virt_to_phys(struct armdma_machine *m, const void *p);
ARMDMA_API void *armdma_phys_to_virt(struct armdma_machine *m, armdma_phys_t pa);
ARMDMA_API struct armdma_page *armdma_virt_to_page(struct armdma_machine *m, const void *p);

/* Map scattered pages at contiguous kernel addresses. NULL on failure. */
ARMDMA_API void *armdma_vmap(struct armdma_machine *m, struct armdma_page *const *pages, size_t npages,
			     enum armdma_memtype mt);
ARMDMA_API void armdma_vunmap(struct armdma_machine *m, void *addr, size_t npages);
/* A cached kernel address of one page: linear for lowmem, a window for highmem. NULL on failure. */
ARMDMA_API void *armdma_kmap(struct armdma_machine *m, struct armdma_page *page);
ARMDMA_API void armdma_kunmap(struct armdma_machine *m, struct armdma_page *page, void *addr);

/*
 * A user mapping in the making, as a driver's mmap method gets it: how many pages the user asked for,
 * at which offset (pages). The DMA API fills in addr. Pages stay alive while they are mapped.
 */
struct armdma_vma {
	size_t npages;		/* in: length of the mapping */
	size_t pgoff;		/* in: offset into the buffer, pages */
	void *addr;		/* out: user address; NULL: nothing mapped */
	enum armdma_memtype mt;	/* out */
	struct armdma_page **pages; /* out: owned by the mapping */
};
/*
 * Map pages[0..vma->npages) to the user, taking a reference to each. For drivers that map their own cached memory;
 * DMA buffers go through armdma_dma_mmap_attrs(). Returns 0, -EINVAL, -ENOMEM.
 */
ARMDMA_API int armdma_vm_map_pages(struct armdma_machine *m, struct armdma_vma *vma,
				   struct armdma_page *const *pages, enum armdma_memtype mt);
/* munmap: undo the mapping and drop the references. Nothing mapped: ignored. */
ARMDMA_API void armdma_munmap(struct armdma_machine *m, struct armdma_vma *vma);

/*
 * Contiguous memory (CMA): npages physically contiguous pages of the device's own area, else of the default one, aligned to
 * 2^align_order pages, at most order 8 (CONFIG_CMA_ALIGNMENT). First fit; nothing is migrated, so a fragmented area fails
 * where it has enough pages. Not zeroed. dev NULL: the default area. Each page is freeable by itself. May sleep.
 * Returns NULL when there is no area, or no such run (logged unless no_warn). Linux 6.1 dma_alloc_from_contiguous().
 */
ARMDMA_API struct armdma_page *armdma_dma_alloc_from_contiguous(struct armdma_machine *m, struct armdma_device *dev,
								size_t npages, unsigned int align_order,
								bool no_warn);
/* Give such pages back, all or part of them. False when they are in no contiguous area: nothing is freed then. */
ARMDMA_API bool armdma_dma_release_from_contiguous(struct armdma_machine *m, struct armdma_page *page,
						   size_t npages);

struct armdma_mm_stats {
	uint64_t pages_total[ARMDMA_NR_ZONES];
	uint64_t pages_free[ARMDMA_NR_ZONES];
	uint64_t free_blocks[ARMDMA_NR_ZONES][ARMDMA_MAX_ORDER];
	uint64_t cma_total, cma_free;	/* pages of all contiguous areas; in no zone's count */
	uint64_t kmalloc_objects, kmalloc_bytes; /* live; bytes as asked for */
	uint64_t vm_areas;	/* live vmap, kmap and user mappings */
};
ARMDMA_API void armdma_mm_stats(struct armdma_machine *m, struct armdma_mm_stats *st);
/* Check every invariant of the allocator (slow). Returns 0 or -EIO with *err saying what is broken. */
ARMDMA_API int armdma_mm_validate(struct armdma_machine *m, struct armdma_error *err);

#ifdef __cplusplus
}
#endif
#endif
