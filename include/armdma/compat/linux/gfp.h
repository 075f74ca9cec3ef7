/* SPDX-License-Identifier: BSD-2-Clause */
/* Pages from the allocator of the current machine (armdma/mm.h). Names of Linux 6.1. */
#ifndef ARMDMA_COMPAT_LINUX_GFP_H
#define ARMDMA_COMPAT_LINUX_GFP_H

#include <armdma/compat/core.h>
#include <armdma/mm.h>
#include <linux/types.h>

#define __GFP_DMA ARMDMA__GFP_DMA
#define __GFP_HIGHMEM ARMDMA__GFP_HIGHMEM
#define __GFP_DMA32 ARMDMA__GFP_DMA32
#define __GFP_HIGH ARMDMA__GFP_HIGH
#define __GFP_IO ARMDMA__GFP_IO
#define __GFP_FS ARMDMA__GFP_FS
#define __GFP_ZERO ARMDMA__GFP_ZERO
#define __GFP_DIRECT_RECLAIM ARMDMA__GFP_DIRECT_RECLAIM
#define __GFP_KSWAPD_RECLAIM ARMDMA__GFP_KSWAPD_RECLAIM
#define __GFP_RECLAIM (__GFP_DIRECT_RECLAIM | __GFP_KSWAPD_RECLAIM)
#define __GFP_NOWARN ARMDMA__GFP_NOWARN
#define __GFP_NORETRY ARMDMA__GFP_NORETRY
#define __GFP_COMP ARMDMA__GFP_COMP
#define GFP_KERNEL ARMDMA_GFP_KERNEL
#define GFP_ATOMIC ARMDMA_GFP_ATOMIC
#define GFP_NOWAIT ARMDMA_GFP_NOWAIT
#define GFP_NOIO __GFP_RECLAIM
#define GFP_NOFS (__GFP_RECLAIM | __GFP_IO)
#define GFP_DMA ARMDMA_GFP_DMA
#define GFP_DMA32 __GFP_DMA32
#define GFP_USER GFP_KERNEL
#define GFP_HIGHUSER (GFP_USER | __GFP_HIGHMEM)

#define MAX_ORDER ARMDMA_MAX_ORDER

struct page;	/* one page of RAM: struct armdma_page by its kernel name, always behind a pointer */

ARMDMA_INLINE struct armdma_page *armdma_compat_page(const struct page *page)
{
	return (struct armdma_page *)(uintptr_t)page;
}
ARMDMA_INLINE struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	struct armdma_machine *m = armdma_compat_need("alloc_pages");

	return m ? (struct page *)armdma_alloc_pages(m, gfp, order) : NULL;
}
ARMDMA_INLINE void __free_pages(struct page *page, unsigned int order)
{
	struct armdma_machine *m = armdma_compat_need("__free_pages");

	if (m)
		armdma_free_pages(m, armdma_compat_page(page), order);
}
ARMDMA_INLINE unsigned long __get_free_pages(gfp_t gfp, unsigned int order)
{
	struct armdma_machine *m = armdma_compat_need("__get_free_pages");
	struct armdma_page *page;

	if (!m)
		return 0;
	page = armdma_alloc_pages(m, gfp & ~__GFP_HIGHMEM, order);
	return page ? (unsigned long)armdma_page_address(m, page) : 0;
}
ARMDMA_INLINE void free_pages(unsigned long addr, unsigned int order)
{
	struct armdma_machine *m = addr ? armdma_compat_need("free_pages") : NULL;
	struct armdma_page *page = m ? armdma_virt_to_page(m, (void *)addr) : NULL;

	if (page)
		armdma_free_pages(m, page, order);
	else if (m)
		armdma_report_misuse(m, ARMDMA_REPORT_BAD_FREE, NULL, NULL,
				     "free_pages() of %p, which is no linear address", (void *)addr);
}
ARMDMA_INLINE void split_page(struct page *page, unsigned int order)
{
	struct armdma_machine *m = armdma_compat_need("split_page");

	if (m)
		armdma_split_page(m, armdma_compat_page(page), order);
}

#define alloc_page(gfp) alloc_pages(gfp, 0)
#define __get_free_page(gfp) __get_free_pages(gfp, 0)
#define get_zeroed_page(gfp) __get_free_pages((gfp) | __GFP_ZERO, 0)
#define __get_dma_pages(gfp, order) __get_free_pages((gfp) | GFP_DMA, order)
#define __free_page(page) __free_pages(page, 0)
#define free_page(addr) free_pages(addr, 0)

#endif
