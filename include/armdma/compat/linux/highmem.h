/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernel addresses of any page, for a while. */
#ifndef ARMDMA_COMPAT_LINUX_HIGHMEM_H
#define ARMDMA_COMPAT_LINUX_HIGHMEM_H

#include <linux/mm.h>
#include <linux/string.h>

/* Windows that are open, so that a page or an address is enough to close one. */
ARMDMA_API bool armdma_compat_kmap_add(struct armdma_machine *m, struct armdma_page *page, void *addr);
/* By page (addr NULL) or by address: *addr and *page of one that is open; false when there is none. */
ARMDMA_API bool armdma_compat_kmap_take(struct armdma_machine *m, struct armdma_page **page, void **addr);

ARMDMA_INLINE void *armdma_compat_kmap(struct page *page, const char *call)
{
	struct armdma_machine *m = armdma_compat_need(call);
	void *addr = m ? armdma_kmap(m, armdma_compat_page(page)) : NULL;

	if (!addr || armdma_compat_kmap_add(m, armdma_compat_page(page), addr))
		return addr;
	armdma_kunmap(m, armdma_compat_page(page), addr);
	return NULL;
}
ARMDMA_INLINE void armdma_compat_kunmap(struct page *page, const void *at, const char *call)
{
	struct armdma_machine *m = armdma_compat_need(call);
	struct armdma_page *p = armdma_compat_page(page);
	void *addr = (void *)((uintptr_t)at & ~(ARMDMA_PAGE_SIZE - 1));

	if (!m)
		return;
	if (armdma_compat_kmap_take(m, &p, &addr))
		armdma_kunmap(m, p, addr);
	else
		armdma_report_misuse(m, ARMDMA_REPORT_BAD_FREE, NULL, NULL, "%s() of what is not mapped", call);
}

ARMDMA_INLINE void *kmap(struct page *page)
{
	armdma_compat_might_sleep("kmap");
	return armdma_compat_kmap(page, "kmap");
}
ARMDMA_INLINE void kunmap(struct page *page)
{
	armdma_compat_kunmap(page, NULL, "kunmap");
}
ARMDMA_INLINE void *kmap_local_page(struct page *page)
{
	return armdma_compat_kmap(page, "kmap_local_page");
}
ARMDMA_INLINE void kunmap_local(const void *addr)
{
	armdma_compat_kunmap(NULL, addr, "kunmap_local");
}
/* Nothing sleeps between these two. */
ARMDMA_INLINE void *kmap_atomic(struct page *page)
{
	struct armdma_machine *m = armdma_compat_need("kmap_atomic");

	if (m)
		armdma_preempt_disable(m);
	return armdma_compat_kmap(page, "kmap_atomic");
}
ARMDMA_INLINE void kunmap_atomic(const void *addr)
{
	struct armdma_machine *m = armdma_compat_need("kunmap_atomic");

	armdma_compat_kunmap(NULL, addr, "kunmap_atomic");
	if (m)
		armdma_preempt_enable(m);
}

#endif
