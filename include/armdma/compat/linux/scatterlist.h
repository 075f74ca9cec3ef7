/* SPDX-License-Identifier: BSD-2-Clause */
/* Scatterlists: those of armdma/scatterlist.h, under the kernel's names. Buffers belong to the current machine. */
#ifndef ARMDMA_COMPAT_LINUX_SCATTERLIST_H
#define ARMDMA_COMPAT_LINUX_SCATTERLIST_H

#include <armdma/scatterlist.h>
#include <linux/mm.h>

#define SG_CHAIN 1UL
#define SG_END 2UL
#define SG_MAX_SINGLE_ALLOC (PAGE_SIZE / sizeof(struct scatterlist))

/* Both may be assigned to, as drivers that build lists by hand do. */
#define sg_dma_address(sg) ((sg)->dma_address)
#define sg_dma_len(sg) ((sg)->dma_length)
#define sg_is_last(sg) armdma_sg_is_last(sg)
#define sg_is_chain(sg) armdma_sg_is_chain(sg)
#define sg_next(sg) armdma_sg_next(sg)
#define sg_mark_end(sg) armdma_sg_mark_end(sg)
#define sg_unmark_end(sg) armdma_sg_unmark_end(sg)
#define for_each_sg(sglist, sg, nr, i) armdma_for_each_sg(sglist, sg, nr, i)
#define for_each_sgtable_sg(sgt, sg, i) armdma_for_each_sgtable_sg(sgt, sg, i)
#define for_each_sgtable_dma_sg(sgt, sg, i) armdma_for_each_sgtable_dma_sg(sgt, sg, i)

ARMDMA_INLINE struct page *sg_page(struct scatterlist *sg)
{
	return (struct page *)armdma_sg_page(sg);
}
ARMDMA_INLINE void sg_assign_page(struct scatterlist *sg, struct page *page)
{
	armdma_sg_set_page(sg, armdma_compat_page(page), sg->length, sg->offset);
}
ARMDMA_INLINE void sg_set_page(struct scatterlist *sg, struct page *page, unsigned int len, unsigned int offset)
{
	armdma_sg_set_page(sg, armdma_compat_page(page), len, offset);
}
ARMDMA_INLINE void sg_init_table(struct scatterlist *sgl, unsigned int nents)
{
	armdma_sg_init_table(sgl, nents);
}
ARMDMA_INLINE void sg_set_buf(struct scatterlist *sg, const void *buf, unsigned int len)
{
	struct armdma_machine *m = armdma_compat_need("sg_set_buf");

	if (m)
		armdma_sg_set_buf(m, sg, buf, len);
}
ARMDMA_INLINE void sg_init_one(struct scatterlist *sg, const void *buf, unsigned int len)
{
	struct armdma_machine *m = armdma_compat_need("sg_init_one");

	if (m)
		armdma_sg_init_one(m, sg, buf, len);
}
ARMDMA_INLINE void sg_chain(struct scatterlist *prv, unsigned int prv_nents, struct scatterlist *sgl)
{
	armdma_sg_chain(prv, prv_nents, sgl);
}
ARMDMA_INLINE int sg_nents(struct scatterlist *sgl)
{
	return (int)armdma_sg_nents(sgl);
}
ARMDMA_INLINE struct scatterlist *sg_last(struct scatterlist *sgl, unsigned int nents)
{
	return armdma_sg_last(sgl, nents);
}
ARMDMA_INLINE dma_addr_t sg_phys(struct scatterlist *sg)
{
	struct armdma_machine *m = armdma_compat_need("sg_phys");

	return m ? armdma_sg_phys(m, sg) : ARMDMA_MAPPING_ERROR;
}
ARMDMA_INLINE void *sg_virt(struct scatterlist *sg)
{
	struct armdma_machine *m = armdma_compat_need("sg_virt");

	return m ? armdma_sg_virt(m, sg) : NULL;
}
ARMDMA_INLINE int sg_alloc_table(struct sg_table *sgt, unsigned int nents, gfp_t gfp)
{
	struct armdma_machine *m = armdma_compat_machine();

	if (m && (gfp & __GFP_DIRECT_RECLAIM))
		armdma_compat_sleeps(m, "sg_alloc_table");
	return armdma_sg_alloc_table(sgt, nents);
}
ARMDMA_INLINE int sg_alloc_table_from_pages_segment(struct sg_table *sgt, struct page **pages, unsigned int npages,
						    unsigned int offset, unsigned long size, unsigned int max_segment,
						    gfp_t gfp)
{
	struct armdma_machine *m = armdma_compat_need("sg_alloc_table_from_pages");

	if (!m)
		return -ENODEV;
	if (gfp & __GFP_DIRECT_RECLAIM)
		armdma_compat_sleeps(m, "sg_alloc_table_from_pages");
	return armdma_sg_alloc_table_from_pages(m, sgt, (struct armdma_page *const *)pages, npages, offset, size,
						max_segment);
}
#define sg_alloc_table_from_pages(sgt, pages, npages, offset, size, gfp) \
	sg_alloc_table_from_pages_segment(sgt, pages, npages, offset, size, U32_MAX, gfp)
ARMDMA_INLINE void sg_free_table(struct sg_table *sgt)
{
	armdma_sg_free_table(sgt);
}
ARMDMA_INLINE size_t sg_copy_from_buffer(struct scatterlist *sgl, unsigned int nents, const void *buf, size_t len)
{
	struct armdma_machine *m = armdma_compat_need("sg_copy_from_buffer");

	return m ? armdma_sg_copy_from_buffer(m, sgl, nents, buf, len) : 0;
}
ARMDMA_INLINE size_t sg_copy_to_buffer(struct scatterlist *sgl, unsigned int nents, void *buf, size_t len)
{
	struct armdma_machine *m = armdma_compat_need("sg_copy_to_buffer");

	return m ? armdma_sg_copy_to_buffer(m, sgl, nents, buf, len) : 0;
}

#endif
