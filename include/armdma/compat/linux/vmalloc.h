/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory of scattered pages, contiguous for the CPU only. */
#ifndef ARMDMA_COMPAT_LINUX_VMALLOC_H
#define ARMDMA_COMPAT_LINUX_VMALLOC_H

#include <linux/mm.h>
#include <linux/string.h>

#define VM_MAP 0x00000004ul
/* Memory types of kernel mappings. */
#define PAGE_KERNEL ((pgprot_t)ARMDMA_MT_CACHED)
#define pgprot_writecombine(prot) ((void)(prot), (pgprot_t)ARMDMA_MT_UNCACHED)
#define pgprot_noncached(prot) ((void)(prot), (pgprot_t)ARMDMA_MT_UNCACHED)
#define pgprot_dmacoherent(prot) ((void)(prot), (pgprot_t)ARMDMA_MT_UNCACHED)

/* Scattered pages of size bytes, *npages of them; NULL when memory is exhausted. And back. */
ARMDMA_API struct armdma_page **armdma_compat_scatter(struct armdma_machine *m, size_t size, gfp_t gfp,
						      unsigned int *npages);
ARMDMA_API void armdma_compat_gather(struct armdma_machine *m, struct armdma_page **pages, unsigned int npages);
/* Areas that are mapped, each with its pages (NULL: not its own). False: no memory; no such area that owns pages, or does not. */
ARMDMA_API bool armdma_compat_area_add(struct armdma_machine *m, void *addr, unsigned int npages,
				       struct armdma_page **pages);
ARMDMA_API bool armdma_compat_area_take(struct armdma_machine *m, const void *addr, bool own, unsigned int *npages,
					struct armdma_page ***pages);
ARMDMA_API struct armdma_page *armdma_compat_vmalloc_to_page(struct armdma_machine *m, const void *addr);

ARMDMA_INLINE void *armdma_compat_vmalloc(size_t size, gfp_t gfp, const char *call)
{
	struct armdma_machine *m = armdma_compat_need(call);
	unsigned int npages;
	struct armdma_page **pages = m ? armdma_compat_scatter(m, size, gfp, &npages) : NULL;
	void *addr;

	if (!pages)
		return NULL;
	addr = armdma_vmap(m, pages, npages, ARMDMA_MT_CACHED);
	if (addr && armdma_compat_area_add(m, addr, npages, pages))
		return addr;
	if (addr)
		armdma_vunmap(m, addr, npages);
	armdma_compat_gather(m, pages, npages);
	return NULL;
}
/* May sleep. */
ARMDMA_INLINE void *vmalloc(unsigned long size)
{
	return armdma_compat_vmalloc(size, __GFP_HIGHMEM, "vmalloc");
}
ARMDMA_INLINE void *vzalloc(unsigned long size)
{
	return armdma_compat_vmalloc(size, __GFP_HIGHMEM | __GFP_ZERO, "vzalloc");
}
ARMDMA_INLINE void vfree(const void *addr)
{
	struct armdma_machine *m = addr ? armdma_compat_need("vfree") : NULL;
	struct armdma_page **pages;
	unsigned int npages;

	if (!m)
		return;
	if (!armdma_compat_area_take(m, addr, true, &npages, &pages)) {
		armdma_report_misuse(m, ARMDMA_REPORT_BAD_FREE, NULL, NULL,
				     "vfree() of %p, which vmalloc() did not give, or which was freed", addr);
		return;
	}
	armdma_vunmap(m, (void *)(uintptr_t)addr, npages);
	armdma_compat_gather(m, pages, npages);
}
ARMDMA_INLINE struct page *vmalloc_to_page(const void *addr)
{
	struct armdma_machine *m = armdma_compat_need("vmalloc_to_page");

	return m ? (struct page *)armdma_compat_vmalloc_to_page(m, addr) : NULL;
}
ARMDMA_INLINE void *vmap(struct page **pages, unsigned int count, unsigned long flags, pgprot_t prot)
{
	struct armdma_machine *m = armdma_compat_need("vmap");
	void *addr;

	(void)flags;
	if (!m)
		return NULL;
	addr = armdma_vmap(m, (struct armdma_page *const *)pages, count, (enum armdma_memtype)prot);
	if (!addr || armdma_compat_area_add(m, addr, count, NULL))
		return addr;
	armdma_vunmap(m, addr, count);
	return NULL;
}
ARMDMA_INLINE void vunmap(const void *addr)
{
	struct armdma_machine *m = addr ? armdma_compat_need("vunmap") : NULL;
	struct armdma_page **pages;
	unsigned int npages;

	if (!m)
		return;
	if (armdma_compat_area_take(m, addr, false, &npages, &pages))
		armdma_vunmap(m, (void *)(uintptr_t)addr, npages);
	else
		armdma_report_misuse(m, ARMDMA_REPORT_BAD_FREE, NULL, NULL,
				     "vunmap() of %p, which vmap() did not give, or which was unmapped", addr);
}

#endif
