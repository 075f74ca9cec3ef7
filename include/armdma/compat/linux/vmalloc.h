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

/* May sleep. size bytes from pages of any zone; NULL when memory is exhausted. */
ARMDMA_API void *armdma_compat_vmalloc(struct armdma_machine *m, size_t size, gfp_t gfp);
/* False: addr is none of vmalloc's. */
ARMDMA_API bool armdma_compat_vfree(struct armdma_machine *m, const void *addr);
ARMDMA_API struct armdma_page *armdma_compat_vmalloc_to_page(struct armdma_machine *m, const void *addr);
ARMDMA_API void armdma_compat_vmap_add(struct armdma_machine *m, void *addr, unsigned int npages);
/* Pages of a vmap() that ends; 0: addr is none. */
ARMDMA_API unsigned int armdma_compat_vmap_take(struct armdma_machine *m, const void *addr);

ARMDMA_INLINE void *armdma_compat_vmalloc_here(size_t size, gfp_t gfp, const char *call)
{
	struct armdma_machine *m = armdma_compat_need(call);

	if (!m)
		return NULL;
	armdma_might_sleep(m);
	return armdma_compat_vmalloc(m, size, gfp);
}
ARMDMA_INLINE void *vmalloc(unsigned long size)
{
	return armdma_compat_vmalloc_here(size, GFP_KERNEL | __GFP_HIGHMEM, "vmalloc");
}
ARMDMA_INLINE void *vzalloc(unsigned long size)
{
	return armdma_compat_vmalloc_here(size, GFP_KERNEL | __GFP_HIGHMEM | __GFP_ZERO, "vzalloc");
}
ARMDMA_INLINE void vfree(const void *addr)
{
	struct armdma_machine *m = addr ? armdma_compat_need("vfree") : NULL;

	if (m && !armdma_compat_vfree(m, addr))
		armdma_report_misuse(m, ARMDMA_REPORT_BAD_FREE, NULL, NULL, "vfree() of %p, which vmalloc() did not give", addr);
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
	armdma_might_sleep(m);
	addr = armdma_vmap(m, (struct armdma_page *const *)pages, count, (enum armdma_memtype)prot);
	if (addr)
		armdma_compat_vmap_add(m, addr, count);
	return addr;
}
ARMDMA_INLINE void vunmap(const void *addr)
{
	struct armdma_machine *m = addr ? armdma_compat_need("vunmap") : NULL;
	unsigned int npages = m ? armdma_compat_vmap_take(m, addr) : 0;

	if (npages)
		armdma_vunmap(m, (void *)(uintptr_t)addr, npages);
	else if (m)
		armdma_report_misuse(m, ARMDMA_REPORT_BAD_FREE, NULL, NULL, "vunmap() of %p, which vmap() did not give", addr);
}

#endif
