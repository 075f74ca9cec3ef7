/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mappings beside the linear one: kernel areas of scattered pages, windows on highmem, user mappings.
 *
 * Only user mappings hold references to their pages (Linux: vm_insert_page); a kernel mapping relies on its
 * maker to keep them.
 */
#include <errno.h>
#include <stdlib.h>

#include "lib/mm/internal.h"

/* Page numbers of small mappings are collected on the stack. */
#define PFNS_ON_STACK 64

/* Map pages. 0 or a negative errno. */
static int map_pages(struct armdma_machine *m, enum armdma_space space,
		     struct armdma_page *const *pages, size_t npages, enum armdma_memtype mt,
		     void **addr)
{
	armdma_pfn_t stack[PFNS_ON_STACK], *pfns = stack;
	struct mm *mm = m->mm;
	int ret = -EINVAL;

	if (!npages || npages > mm->nr_pages)
		return -EINVAL;
	if (npages > PFNS_ON_STACK) {
		pfns = malloc(npages * sizeof(*pfns));
		if (!pfns)
			return -ENOMEM;
	}
	for (size_t i = 0; i < npages; i++) {
		if (!mm_is_page(mm, pages[i]))
			goto out;
		pfns[i] = mm_phys(mm, mm_index(mm, pages[i])) >> ARMDMA_PAGE_SHIFT;
	}
	ret = armdma_hw_map(m->hw, space, pfns, npages, mt, addr);
	if (!ret)
		mm->vm_areas++;
out:
	if (pfns != stack)
		free(pfns);
	return ret;
}

/* Undo a mapping of a space. False, and reported, when there is no such mapping. */
static bool unmap_pages(struct armdma_machine *m, enum armdma_space space, void *addr,
			size_t npages, const char *call, const void *site)
{
	if (armdma_hw_space_of(m->hw, addr) != space || armdma_hw_unmap(m->hw, addr, npages)) {
		misuse(m, ARMDMA_REPORT_BAD_FREE, NULL, site, ARMDMA_MAPPING_ERROR,
		       (uint64_t)npages << ARMDMA_PAGE_SHIFT,
		       "%s of %p, %zu pages: no such mapping exists", call, addr, npages);
		return false;
	}
	m->mm->vm_areas--;
	return true;
}

/* ---- Kernel mappings ------------------------------------------------------ */

void *mm_vmap(struct armdma_machine *m, struct armdma_page *const *pages, size_t npages,
	      enum armdma_memtype mt)
{
	void *addr;

	if (fail_now(m, ARMDMA_FAIL_VMAP))
		return NULL;
	return map_pages(m, ARMDMA_SPACE_VMALLOC, pages, npages, mt, &addr) ? NULL : addr;
}

void mm_vunmap(struct armdma_machine *m, void *addr, size_t npages)
{
	unmap_pages(m, ARMDMA_SPACE_VMALLOC, addr, npages, "armdma_vunmap",
		    __builtin_return_address(0));
}

void *armdma_vmap(struct armdma_machine *m, struct armdma_page *const *pages, size_t npages,
		  enum armdma_memtype mt)
{
	MACHINE_ENTER(m);

	might_sleep(m, NULL, "armdma_vmap", __builtin_return_address(0));
	return mm_vmap(m, pages, npages, mt);
}

void armdma_vunmap(struct armdma_machine *m, void *addr, size_t npages)
{
	MACHINE_ENTER(m);

	might_sleep(m, NULL, "armdma_vunmap", __builtin_return_address(0));
	if (addr)
		unmap_pages(m, ARMDMA_SPACE_VMALLOC, addr, npages, "armdma_vunmap",
			    __builtin_return_address(0));
}

void *mm_kmap_local(struct armdma_machine *m, struct armdma_page *page)
{
	void *addr = armdma_page_address(m, page);

	if (addr)
		return addr;
	return map_pages(m, ARMDMA_SPACE_KMAP, &page, 1, ARMDMA_MT_CACHED, &addr) ? NULL : addr;
}

void *armdma_kmap(struct armdma_machine *m, struct armdma_page *page)
{
	MACHINE_ENTER(m);
	void *addr = armdma_page_address(m, page);

	if (mm_is_page(m->mm, page) && page->coherent) {
		misuse_of_page(m, ARMDMA_REPORT_BAD_ARGUMENT, NULL, __builtin_return_address(0),
			       armdma_page_to_phys(m, page), ARMDMA_PAGE_SIZE,
			       "armdma_kmap of a page of a coherent buffer: it has no cached address while the buffer lives");
		return NULL;
	}
	if (addr)
		return addr;
	return fail_now(m, ARMDMA_FAIL_VMAP) ? NULL : mm_kmap_local(m, page);
}

void armdma_kunmap(struct armdma_machine *m, struct armdma_page *page, void *addr)
{
	MACHINE_ENTER(m);
	const void *site = __builtin_return_address(0);
	armdma_phys_t pa = armdma_page_to_phys(m, page);

	/* The linear address stays, open or hidden. */
	if (!addr || addr == armdma_page_address(m, page))
		return;
	if (pa == ARMDMA_MAPPING_ERROR || armdma_hw_cpu_to_phys(m->hw, addr) != pa) {
		misuse(m, ARMDMA_REPORT_BAD_FREE, NULL, site, pa, ARMDMA_PAGE_SIZE,
		       "armdma_kunmap of %p, which does not show the page at 0x%llx", addr,
		       (unsigned long long)pa);
		return;
	}
	unmap_pages(m, ARMDMA_SPACE_KMAP, addr, 1, "armdma_kunmap", site);
}

/* ---- User mappings -------------------------------------------------------- */

static int umap_cmp(const struct mm_umap *a, const struct mm_umap *b)
{
	return (uintptr_t)a->addr < (uintptr_t)b->addr ? -1 : (uintptr_t)a->addr > (uintptr_t)b->addr;
}

RB_GENERATE_INTERNAL(mm_umap_tree, mm_umap, entry, umap_cmp, static __attribute__((unused)))

/* Linux refuses to map pages of nobody, and those of a slab, to a user (vm_insert_page: -EINVAL). */
static bool user_may_see(const struct mm *mm, const struct armdma_page *page)
{
	const struct armdma_page *head;

	if (!mm_is_page(mm, page))
		return false;
	head = mm_head(mm, mm_index(mm, page));
	return head && head->state == MM_PAGE_USED;
}

static void drop_page(struct armdma_machine *m, struct armdma_page *page)
{
	struct armdma_page *head = mm_head(m->mm, mm_index(m->mm, page));

	if (head && head->count && !--head->count)
		mm_free_block(m, head);
}

int armdma_vm_map_pages(struct armdma_machine *m, struct armdma_vma *vma,
			struct armdma_page *const *pages, enum armdma_memtype mt)
{
	MACHINE_ENTER(m);

	might_sleep(m, NULL, "armdma_vm_map_pages", __builtin_return_address(0));
	return mm_vm_map_pages(m, vma, pages, mt);
}

int mm_vm_map_pages(struct armdma_machine *m, struct armdma_vma *vma, struct armdma_page *const *pages,
		    enum armdma_memtype mt)
{
	struct mm *mm = m->mm;
	struct mm_umap *u;
	size_t n = vma->npages;
	int ret;

	if (!n || n > mm->nr_pages || vma->addr)
		return -EINVAL;
	for (size_t i = 0; i < n; i++)
		if (!user_may_see(mm, pages[i]))
			return -EINVAL;
	u = malloc(sizeof(*u) + n * sizeof(u->pages[0]));
	if (!u)
		return -ENOMEM;
	ret = fail_now(m, ARMDMA_FAIL_VMAP) ? -ENOMEM : map_pages(m, ARMDMA_SPACE_USER, pages, n, mt, &u->addr);
	if (ret) {
		free(u);
		return ret;
	}
	u->npages = n;
	for (size_t i = 0; i < n; i++) {
		u->pages[i] = pages[i];
		mm_head(mm, mm_index(mm, pages[i]))->count++;
	}
	RB_INSERT(mm_umap_tree, &mm->umaps, u);
	vma->addr = u->addr;
	vma->mt = mt;
	vma->pages = u->pages;
	return 0;
}

void armdma_munmap(struct armdma_machine *m, struct armdma_vma *vma)
{
	MACHINE_ENTER(m);
	const void *site = __builtin_return_address(0);
	struct mm_umap key, *u;

	if (!vma || !vma->addr)
		return;
	key.addr = vma->addr;
	u = RB_FIND(mm_umap_tree, &m->mm->umaps, &key);
	if (!u || u->npages != vma->npages) {
		misuse(m, ARMDMA_REPORT_BAD_FREE, NULL, site, ARMDMA_MAPPING_ERROR,
		       (uint64_t)vma->npages << ARMDMA_PAGE_SHIFT,
		       "armdma_munmap of %p, %zu pages: %s", vma->addr, vma->npages,
		       u ? "the mapping has another size" : "no such mapping exists");
		return;
	}
	if (!unmap_pages(m, ARMDMA_SPACE_USER, u->addr, u->npages, "armdma_munmap", site))
		return;
	RB_REMOVE(mm_umap_tree, &m->mm->umaps, u);
	for (size_t i = 0; i < u->npages; i++)
		drop_page(m, u->pages[i]);
	free(u);
	vma->addr = NULL;
	vma->pages = NULL;
}

void mm_umap_destroy(struct mm *mm)
{
	struct mm_umap *u;

	while ((u = RB_ROOT(&mm->umaps))) {
		RB_REMOVE(mm_umap_tree, &mm->umaps, u);
		free(u);
	}
}

int mm_umap_validate(struct armdma_machine *m, struct armdma_error *err)
{
	struct mm *mm = m->mm;
	uint64_t areas = 0;
	struct mm_umap *u;

	RB_FOREACH(u, mm_umap_tree, &mm->umaps) {
		areas++;
		for (size_t i = 0; i < u->npages; i++)
			if (!armdma_page_count(m, u->pages[i]))
				return mm_broken(err, "page at 0x%llx is free and mapped at %p",
						 (unsigned long long)armdma_page_to_phys(m, u->pages[i]),
						 u->addr);
	}
	if (areas > mm->vm_areas)
		return mm_broken(err, "%llu areas counted, %llu of them user mappings",
				 (unsigned long long)mm->vm_areas, (unsigned long long)areas);
	return 0;
}
