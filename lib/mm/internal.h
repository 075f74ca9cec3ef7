/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of lib/mm share: page states, zones, slabs, user mappings.
 *
 * One small entry stands for each page of RAM, in an array that the host backs lazily. Only the first
 * page of a block carries a state; the entries of the other pages stay MM_PAGE_NONE. The head of any page is
 * found by rounding its number down to ever larger powers of two, so that allocating, freeing and
 * coalescing cost the same for blocks of any size.
 */
#ifndef LIB_MM_INTERNAL_H
#define LIB_MM_INTERNAL_H

#include <sys/queue.h>

#include <bsd/sys/tree.h>

#include "lib/machine.h"
#include <armdma/event.h>

#include "lib/mm/mm.h"

enum mm_page_state {
	MM_PAGE_NONE,	/* never handed out, or not the first page of its block */
	MM_PAGE_FREE,	/* head of a free block */
	MM_PAGE_USED,	/* head of a block of armdma_alloc_pages() */
	MM_PAGE_SLAB,	/* head of a slab's block */
	MM_PAGE_LARGE,	/* head of a kmalloc block of its own */
};

/* All zeroes: never handed out. */
struct armdma_page {
	uint32_t count;		/* references to the whole block */
	uint8_t state;		/* enum mm_page_state */
	uint8_t order;
	bool owned;		/* the allocator's caller has not dropped its own reference yet */
	bool coherent;		/* part of a DMA buffer: its cached aliases are not to be used */
	union {
		struct { uint32_t next, prev; } list;	/* MM_PAGE_FREE: index + 1, 0: none */
		struct mm_slab *slab;			/* MM_PAGE_SLAB */
		uint32_t bytes;				/* MM_PAGE_LARGE: as asked for */
	} u;
};

/* Pages [start, end), numbered from the base of RAM. Those from `frontier` on were never handed out. */
struct mm_zone {
	uint32_t start, end, frontier;
	uint32_t free_pages;			/* on the lists */
	uint32_t nonempty;			/* bit n: list n has blocks */
	uint32_t lists[ARMDMA_MAX_ORDER];	/* index of the first + 1, last freed first */
	uint32_t blocks[ARMDMA_MAX_ORDER];
};

#define MM_NR_CLASSES 11
#define MM_NR_CACHES 2	/* normal memory, and ZONE_DMA alone */
#define MM_SLAB_MAX_OBJECTS 128

/* One block of pages cut into objects of one size. Lives in host memory, so that wild stores cannot break it. */
struct mm_slab {
	LIST_ENTRY(mm_slab) link;
	uint32_t index;		/* first page */
	uint8_t cls, cache;
	uint16_t used, objects;
	uint64_t map[MM_SLAB_MAX_OBJECTS / 64];	/* live objects */
	uint16_t asked[];	/* bytes asked for, by object */
};
LIST_HEAD(mm_slab_list, mm_slab);

/* A user mapping: the record behind vma->pages. */
struct mm_umap {
	RB_ENTRY(mm_umap) entry;	/* by address */
	void *addr;
	size_t npages;
	struct armdma_page *pages[];
};
RB_HEAD(mm_umap_tree, mm_umap);

/* Contiguous memory: pages [start, start + npages), no part of any zone. */
struct mm_cma {
	char owner[ARMDMA_NAME_LEN];	/* device; "": everybody */
	uint32_t start, npages, used;
	uint32_t boot;			/* the first pages, set aside at boot and not yet taken; counted as used */
	uint32_t touched;		/* pages from `touched` on were never handed out */
	uint64_t *map;			/* pages in use */
};

struct mm {
	struct armdma_page *pages;
	size_t pages_bytes;		/* of the array, whole host pages */
	armdma_phys_t base;
	uint32_t nr_pages, lowmem_pages, dma_pages;
	uint32_t reserved_start;	/* pages from here on are not managed */
	uint32_t reserved_used;		/* of them, taken for declared memory */
	struct mm_cma *cma;		/* areas, the default one first */
	unsigned int nr_cma;
	struct mm_zone zones[ARMDMA_NR_ZONES];
	struct mm_slab_list partial[MM_NR_CACHES][MM_NR_CLASSES];
	struct mm_slab_list full[MM_NR_CACHES][MM_NR_CLASSES];
	struct mm_umap_tree umaps;
	uint32_t line;			/* bytes: no object shares a line of this size with a neighbour */
	uint64_t kmalloc_objects, kmalloc_bytes, vm_areas;
	uint64_t opened[];		/* granules of lowmem whose linear addresses are open */
};

/* Linear addresses are opened in granules of this many pages (256 KiB). */
#define MM_GRANULE 64u

/* ---- mm.c: from pages to numbers and back -------------------------------- */

static inline uint32_t mm_index(const struct mm *mm, const struct armdma_page *page)
{
	return (uint32_t)(page - mm->pages);
}

static inline armdma_phys_t mm_phys(const struct mm *mm, uint32_t index)
{
	return mm->base + ((uint64_t)index << ARMDMA_PAGE_SHIFT);
}

/* True when page points at an entry of the array. */
bool mm_is_page(const struct mm *mm, const struct armdma_page *page);
enum armdma_zone mm_zone_of(const struct mm *mm, uint32_t index);
/* Page behind a linear address, or NULL. */
struct armdma_page *mm_linear_page(struct armdma_machine *m, const void *p);
/* Fill *err (may be NULL) and return -EIO. */
int mm_broken(struct armdma_error *err, const char *fmt, ...) ARMDMA_PRINTF(2, 3);

/* ---- buddy.c ------------------------------------------------------------- */

/* First page of the block, free or not, that contains the page; NULL when it was never handed out. */
struct armdma_page *mm_head(const struct mm *mm, uint32_t index);
/* A block in the given state with one reference, its linear addresses open. NULL; quiet about it unless `warn`. */
struct armdma_page *mm_alloc_block(struct armdma_machine *m, armdma_gfp_t gfp, unsigned int order,
				   enum mm_page_state state, bool warn);
/* Give a block back, whatever its count. */
void mm_free_block(struct armdma_machine *m, struct armdma_page *head);

/* Open the linear addresses of npages from index on, as far as they have some. 0 or -ENOMEM. */
int mm_open_linear(struct armdma_machine *m, uint32_t index, uint32_t npages);
/* A page changed hands: tell observers. */
void mm_emit(struct armdma_machine *m, enum armdma_event_type type, uint32_t index, uint64_t npages);

/* ---- cma.c --------------------------------------------------------------- */

int mm_cma_create(struct mm *mm, const struct armdma_config *cfg);
void mm_cma_destroy(struct mm *mm);
/* The area that contains a page, or NULL. */
struct mm_cma *mm_cma_of(struct mm *mm, uint32_t index);
bool mm_cma_taken(const struct mm_cma *cma, uint32_t index);
/* The last reference to a page of an area is gone. */
void mm_cma_freed(struct mm_cma *cma, uint32_t index);
int mm_cma_validate(const struct mm *mm, struct armdma_error *err);

/* ---- slab.c -------------------------------------------------------------- */

/* What a walk over the page array found of kmalloc's blocks. */
struct mm_kmalloc_sum {
	uint64_t slabs, large, large_bytes;
};

void mm_slab_destroy(struct mm *mm);
/* mm_is_nobodys() for a range that starts in a slab. */
struct mm_trouble;
bool mm_slab_nobodys(struct armdma_machine *m, const struct armdma_page *head, armdma_phys_t pa, size_t size,
		     struct mm_trouble *t);
/* Check all slabs against what the page array says about kmalloc's blocks. 0 or -EIO and *err. */
int mm_slab_validate(const struct mm *mm, const struct mm_kmalloc_sum *sum,
		     struct armdma_error *err);

/* ---- vmap.c -------------------------------------------------------------- */

void mm_umap_destroy(struct mm *mm);
/* Do all user mappings show live pages, and are there no more of them than areas? 0 or -EIO. */
int mm_umap_validate(struct armdma_machine *m, struct armdma_error *err);

/* ---- pool.c: memory of page arrays, kept for the next machine ------------- */

/* All zero, lazily backed; NULL when the host has none. */
struct armdma_page *mm_pool_get(size_t bytes);
/* Give it back, all zero again. */
void mm_pool_put(struct armdma_page *pages, size_t bytes);
/* Give it back to the host instead. */
void mm_pool_drop(struct armdma_page *pages, size_t bytes);

#endif
