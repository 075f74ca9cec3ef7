/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scatterlists: arrays of (page, offset, length), chained if need be, that the DMA API maps as one.
 *
 * A list lives in ordinary host memory (no device reads it). After a successful map the first entries carry DMA addresses:
 * use armdma_sg_dma_address() and armdma_sg_dma_len(), of as many entries as the map returned; the CPU's side
 * (page, offset, length) stays as it was. Names and results: Linux 6.1 include/linux/scatterlist.h, lib/scatterlist.c.
 */
#ifndef ARMDMA_SCATTERLIST_H
#define ARMDMA_SCATTERLIST_H

#include <armdma/mm.h>
#include <armdma/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct armdma_scatterlist {
	uintptr_t page_link;	/* the page, or with bit 0 the next array; bit 1: last entry */
	unsigned int offset;	/* bytes, may exceed a page */
	unsigned int length;	/* bytes */
	armdma_dma_t dma_address;
	unsigned int dma_length;
};

struct armdma_sg_table {
	struct armdma_scatterlist *sgl;
	unsigned int nents;	/* DMA segments, valid while mapped */
	unsigned int orig_nents;	/* entries of the CPU's side */
};

#define ARMDMA_SG_CHAIN 1u
#define ARMDMA_SG_END 2u

ARMDMA_INLINE struct armdma_page *armdma_sg_page(const struct armdma_scatterlist *sg)
{
	return (struct armdma_page *)(sg->page_link & ~(uintptr_t)(ARMDMA_SG_CHAIN | ARMDMA_SG_END));
}
ARMDMA_INLINE bool armdma_sg_is_last(const struct armdma_scatterlist *sg)
{
	return (sg->page_link & ARMDMA_SG_END) != 0;
}
ARMDMA_INLINE bool armdma_sg_is_chain(const struct armdma_scatterlist *sg)
{
	return (sg->page_link & ARMDMA_SG_CHAIN) != 0;
}
/* The entry after sg, through chains; NULL after the last. */
ARMDMA_INLINE struct armdma_scatterlist *armdma_sg_next(struct armdma_scatterlist *sg)
{
	if (armdma_sg_is_last(sg))
		return NULL;
	sg++;
	if (armdma_sg_is_chain(sg))
		sg = (struct armdma_scatterlist *)armdma_sg_page(sg);
	return sg;
}
ARMDMA_INLINE void armdma_sg_mark_end(struct armdma_scatterlist *sg)
{
	sg->page_link = (sg->page_link | ARMDMA_SG_END) & ~(uintptr_t)ARMDMA_SG_CHAIN;
}
ARMDMA_INLINE void armdma_sg_unmark_end(struct armdma_scatterlist *sg)
{
	sg->page_link &= ~(uintptr_t)ARMDMA_SG_END;
}
/* len bytes from offset in the page on. */
ARMDMA_INLINE void armdma_sg_set_page(struct armdma_scatterlist *sg, struct armdma_page *page,
				      unsigned int len, unsigned int offset)
{
	sg->page_link = (uintptr_t)page | (sg->page_link & ARMDMA_SG_END);
	sg->offset = offset;
	sg->length = len;
}
ARMDMA_INLINE armdma_dma_t armdma_sg_dma_address(const struct armdma_scatterlist *sg)
{
	return sg->dma_address;
}
ARMDMA_INLINE unsigned int armdma_sg_dma_len(const struct armdma_scatterlist *sg)
{
	return sg->dma_length;
}

#define armdma_for_each_sg(sglist, sg, nr, i) \
	for ((i) = 0, (sg) = (sglist); (i) < (nr); (i)++, (sg) = armdma_sg_next(sg))
/* The CPU's entries, and the DMA segments, of a table. */
#define armdma_for_each_sgtable_sg(sgt, sg, i) armdma_for_each_sg((sgt)->sgl, sg, (sgt)->orig_nents, i)
#define armdma_for_each_sgtable_dma_sg(sgt, sg, i) armdma_for_each_sg((sgt)->sgl, sg, (sgt)->nents, i)

/* Clear nents entries (> 0) and mark the last one. */
ARMDMA_API void armdma_sg_init_table(struct armdma_scatterlist *sgl, unsigned int nents);
/* buf: a linear address (kmalloc); any other is reported, and the entry gets length 0. */
ARMDMA_API void armdma_sg_set_buf(struct armdma_machine *m, struct armdma_scatterlist *sg, const void *buf,
				  unsigned int len);
ARMDMA_API void armdma_sg_init_one(struct armdma_machine *m, struct armdma_scatterlist *sg, const void *buf,
				   unsigned int len);
/* The last of prv_nents entries at prv becomes the link to sgl; none: nothing happens. */
ARMDMA_API void armdma_sg_chain(struct armdma_scatterlist *prv, unsigned int prv_nents,
				struct armdma_scatterlist *sgl);
ARMDMA_API unsigned int armdma_sg_nents(struct armdma_scatterlist *sgl);
ARMDMA_API struct armdma_scatterlist *armdma_sg_last(struct armdma_scatterlist *sgl, unsigned int nents);
/* Physical address of the first byte (all ones: no page of m); linear address of it (NULL: highmem, or none). */
ARMDMA_API armdma_phys_t armdma_sg_phys(struct armdma_machine *m, const struct armdma_scatterlist *sg);
ARMDMA_API void *armdma_sg_virt(struct armdma_machine *m, const struct armdma_scatterlist *sg);

/* A table of nents cleared entries. Returns 0, -EINVAL (nents 0), -ENOMEM. */
ARMDMA_API int armdma_sg_alloc_table(struct armdma_sg_table *sgt, unsigned int nents);
/*
 * A table of size bytes that start at `offset` in pages[0]: page frames that follow one another share an entry of at
 * most max_segment bytes (rounded down to pages; UINT32_MAX: no limit); the first entry starts at offset, the last ends with
 * the size. Returns 0; -EINVAL (no pages, max_segment below a page, size beyond the pages); -ENOMEM.
 */
ARMDMA_API int armdma_sg_alloc_table_from_pages(struct armdma_machine *m, struct armdma_sg_table *sgt,
						struct armdma_page *const *pages, unsigned int npages,
						unsigned int offset, size_t size, unsigned int max_segment);
/* NULL-safe; leaves the table empty. */
ARMDMA_API void armdma_sg_free_table(struct armdma_sg_table *sgt);

/* Copy between a list's memory, through the CPU's cached view, and a buffer. Bytes copied. Highmem goes through kmap. */
ARMDMA_API size_t armdma_sg_copy_from_buffer(struct armdma_machine *m, struct armdma_scatterlist *sgl,
					     unsigned int nents, const void *buf, size_t len);
ARMDMA_API size_t armdma_sg_copy_to_buffer(struct armdma_machine *m, struct armdma_scatterlist *sgl,
					   unsigned int nents, void *buf, size_t len);

#ifdef __cplusplus
}
#endif
#endif
