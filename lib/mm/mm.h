/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory management, the part that other rooms of lib/ see beside armdma/mm.h. */
#ifndef LIB_MM_H
#define LIB_MM_H

#include <armdma/mm.h>

struct mm_cma;

/* Set m->mm up over the RAM of the configuration. 0 or -ENOMEM. Cheap: nothing of the size of RAM is touched. */
int mm_create(struct armdma_machine *m);
/* Frees all bookkeeping, whatever is still allocated. NULL-safe. */
void mm_destroy(struct armdma_machine *m);

/*
 * For callers inside the library that have checked the context themselves: as armdma_alloc_pages(), armdma_vmap() and
 * armdma_vunmap(), without saying that they may sleep.
 */
struct armdma_page *mm_alloc_pages(struct armdma_machine *m, armdma_gfp_t gfp, unsigned int order);
void *mm_vmap(struct armdma_machine *m, struct armdma_page *const *pages, size_t npages,
	      enum armdma_memtype mt);
void mm_vunmap(struct armdma_machine *m, void *addr, size_t npages);
/* A window that is kept in reserve for who cannot fail (kmap_local_page()): no failure is injected. armdma_kunmap() closes it. */
void *mm_kmap_local(struct armdma_machine *m, struct armdma_page *page);
int mm_vm_map_pages(struct armdma_machine *m, struct armdma_vma *vma, struct armdma_page *const *pages,
		    enum armdma_memtype mt);
struct armdma_page *mm_cma_alloc(struct armdma_machine *m, struct armdma_device *dev, size_t npages,
				 unsigned int align_order, bool no_warn);
/*
 * Pages of the default area that were set aside at boot for the atomic pool (config.atomic_pool_size): take them, the first is
 * returned (NULL: they are out of reach), or undo that.
 */
struct armdma_page *mm_cma_take_boot(struct armdma_machine *m);
void mm_cma_give_boot(struct armdma_machine *m);
/* A further reference to an allocated page. False: it is none that can have one. Reports nothing. */
bool mm_get_page(struct armdma_machine *m, struct armdma_page *page);
/* Is there an area that a device's contiguous memory can come from? */
bool mm_cma_exists(struct armdma_machine *m, const struct armdma_device *dev);
bool mm_cma_own_area(struct armdma_machine *m, const struct armdma_device *dev);

/*
 * Pages of a DMA buffer: mark them or unmark them, so that nobody is given a cached alias of them. Is this one marked?
 */
void mm_mark_coherent(struct armdma_machine *m, struct armdma_page *page, bool on);
bool mm_is_coherent(struct armdma_machine *m, armdma_phys_t pa);
/* Is the first or the last page of a range of RAM? */
bool mm_ends_coherent(const struct armdma_machine *m, armdma_phys_t pa, size_t size);

/* A range that somebody hands out although not all of it is his: what about which byte. */
struct mm_trouble {
	armdma_phys_t pa;
	const char *what;	/* "is free", ...: a predicate */
};
/* Is part of [pa, pa+size), which is RAM, allocated to nobody, or beyond the kmalloc object in which the range starts? */
bool mm_is_nobodys(struct armdma_machine *m, armdma_phys_t pa, size_t size, struct mm_trouble *t);
/* Is there RAM at pa that the kernel manages (not set aside by firmware)? */
bool mm_is_managed(const struct armdma_machine *m, armdma_phys_t pa);
bool mm_is_kmalloc(struct armdma_machine *m, armdma_phys_t pa);
/* Fill memory that changes hands with words that tell that nobody has written them (unwritten.h). Multiples of 8 bytes. */
void mm_mark_unwritten(struct armdma_machine *m, armdma_phys_t pa, size_t len);

/* Take a page of reserved memory over (as order 0, one reference); armdma_free_pages() gives it back. False: it is not reserved, or taken. */
bool mm_adopt_reserved(struct armdma_machine *m, struct armdma_page *page);

#endif
