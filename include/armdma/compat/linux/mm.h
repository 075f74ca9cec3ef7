/* SPDX-License-Identifier: BSD-2-Clause */
/* Pages and their addresses on the current machine; user mappings in the making. Names of Linux 6.1. */
#ifndef ARMDMA_COMPAT_LINUX_MM_H
#define ARMDMA_COMPAT_LINUX_MM_H

#include <armdma/compat/core.h>
#include <armdma/mm.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/sizes.h>

#undef PAGE_SHIFT
#undef PAGE_SIZE
#undef PAGE_MASK
#define PAGE_SHIFT ARMDMA_PAGE_SHIFT
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#define PAGE_MASK (~(PAGE_SIZE - 1))
#define PAGE_ALIGN(addr) ALIGN(addr, PAGE_SIZE)
#define PAGE_ALIGNED(addr) IS_ALIGNED((unsigned long)(addr), PAGE_SIZE)
#define offset_in_page(p) ((unsigned long)(p) & ~PAGE_MASK)
#define PFN_UP(x) (((x) + PAGE_SIZE - 1) >> PAGE_SHIFT)
#define PFN_DOWN(x) ((x) >> PAGE_SHIFT)
#define PFN_PHYS(x) ((phys_addr_t)(x) << PAGE_SHIFT)
#define PHYS_PFN(x) ((unsigned long)((x) >> PAGE_SHIFT))

ARMDMA_INLINE int get_order(unsigned long size)
{
	return (int)armdma_get_order(size);
}
ARMDMA_INLINE phys_addr_t page_to_phys(const struct page *page)
{
	struct armdma_machine *m = armdma_compat_need("page_to_phys");

	return m ? armdma_page_to_phys(m, armdma_compat_page(page)) : ARMDMA_MAPPING_ERROR;
}
ARMDMA_INLINE unsigned long page_to_pfn(const struct page *page)
{
	return (unsigned long)(page_to_phys(page) >> PAGE_SHIFT);
}
ARMDMA_INLINE struct page *pfn_to_page(unsigned long pfn)
{
	struct armdma_machine *m = armdma_compat_need("pfn_to_page");

	return m ? (struct page *)armdma_phys_to_page(m, PFN_PHYS(pfn)) : NULL;
}
ARMDMA_INLINE struct page *phys_to_page(phys_addr_t pa)
{
	return pfn_to_page(PHYS_PFN(pa));
}
ARMDMA_INLINE struct page *nth_page(struct page *page, unsigned long n)
{
	struct armdma_machine *m = armdma_compat_need("nth_page");

	return m ? (struct page *)armdma_nth_page(m, armdma_compat_page(page), n) : NULL;
}
/* Linear address; NULL for highmem. */
ARMDMA_INLINE void *page_address(const struct page *page)
{
	struct armdma_machine *m = armdma_compat_need("page_address");

	return m ? armdma_page_address(m, armdma_compat_page(page)) : NULL;
}
ARMDMA_INLINE phys_addr_t virt_to_phys(const volatile void *p)
{
	struct armdma_machine *m = armdma_compat_need("virt_to_phys");

	return m ? armdma_virt_to_phys(m, (const void *)p) : ARMDMA_MAPPING_ERROR;
}
ARMDMA_INLINE void *phys_to_virt(phys_addr_t pa)
{
	struct armdma_machine *m = armdma_compat_need("phys_to_virt");

	return m ? armdma_phys_to_virt(m, pa) : NULL;
}
/* NULL for what is no linear address. */
ARMDMA_INLINE struct page *virt_to_page(const void *p)
{
	struct armdma_machine *m = armdma_compat_need("virt_to_page");

	return m ? (struct page *)armdma_virt_to_page(m, p) : NULL;
}
ARMDMA_INLINE bool virt_addr_valid(const void *p)
{
	struct armdma_machine *m = armdma_compat_need("virt_addr_valid");

	return m && armdma_virt_to_page(m, p);
}
ARMDMA_INLINE bool is_vmalloc_addr(const void *p)
{
	struct armdma_machine *m = armdma_compat_memory(p);

	return m && armdma_hw_space_of(armdma_machine_hw(m), p) == ARMDMA_SPACE_VMALLOC;
}
ARMDMA_INLINE bool PageHighMem(const struct page *page)
{
	return !page_address(page);
}
ARMDMA_INLINE void get_page(struct page *page)
{
	struct armdma_machine *m = armdma_compat_need("get_page");

	if (m)
		armdma_get_page(m, armdma_compat_page(page));
}
ARMDMA_INLINE void put_page(struct page *page)
{
	struct armdma_machine *m = armdma_compat_need("put_page");

	if (m)
		armdma_put_page(m, armdma_compat_page(page));
}
ARMDMA_INLINE int page_count(const struct page *page)
{
	struct armdma_machine *m = armdma_compat_need("page_count");

	return m ? (int)armdma_page_count(m, armdma_compat_page(page)) : 0;
}
#define page_to_virt(page) page_address(page)
#define __pa(p) virt_to_phys((const void *)(p))
#define __va(pa) phys_to_virt(pa)

/* ---- user mappings --------------------------------------------------------- */

#define VM_READ 0x00000001ul
#define VM_WRITE 0x00000002ul
#define VM_SHARED 0x00000008ul
#define VM_IO 0x00004000ul
#define VM_DONTEXPAND 0x00040000ul
#define VM_DONTDUMP 0x04000000ul

/*
 * As a driver's mmap method gets it; made by armdma_compat_vma() (armdma/compat/board.h). The address is known once it is
 * mapped: vm_start is 0 before.
 */
struct vm_area_struct {
	unsigned long vm_start, vm_end;
	unsigned long vm_pgoff;
	unsigned long vm_flags;
	pgprot_t vm_page_prot;
	void *vm_private_data;
	struct armdma_vma armdma;
};

ARMDMA_INLINE unsigned long vma_pages(const struct vm_area_struct *vma)
{
	return (vma->vm_end - vma->vm_start) >> PAGE_SHIFT;
}
/* What the driver may have changed goes in, what the mapping gave comes out. */
ARMDMA_INLINE struct armdma_vma *armdma_compat_vma_in(struct vm_area_struct *vma)
{
	vma->armdma.npages = vma_pages(vma);
	vma->armdma.pgoff = vma->vm_pgoff;
	return &vma->armdma;
}
ARMDMA_INLINE int armdma_compat_vma_out(struct vm_area_struct *vma, int ret)
{
	if (!ret) {
		vma->vm_start = (unsigned long)vma->armdma.addr;
		vma->vm_end = vma->vm_start + (vma->armdma.npages << PAGE_SHIFT);
	}
	return ret;
}

#endif
