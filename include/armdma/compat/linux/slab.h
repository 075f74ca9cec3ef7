/* SPDX-License-Identifier: BSD-2-Clause */
/* kmalloc() and its like, on the current machine: lowmem of the simulation, which devices reach (armdma/mm.h). */
#ifndef ARMDMA_COMPAT_LINUX_SLAB_H
#define ARMDMA_COMPAT_LINUX_SLAB_H

#include <armdma/compat/core.h>
#include <armdma/mm.h>
#include <linux/gfp.h>
#include <linux/string.h>
#include <linux/types.h>

#define ARCH_DMA_MINALIGN 64
#define ARCH_KMALLOC_MINALIGN ARCH_DMA_MINALIGN
#define ZERO_SIZE_PTR ((void *)16)
#define ZERO_OR_NULL_PTR(p) ((unsigned long)(p) <= (unsigned long)ZERO_SIZE_PTR)

ARMDMA_INLINE void *kmalloc(size_t size, gfp_t gfp)
{
	struct armdma_machine *m = armdma_compat_need("kmalloc");

	if (!m)
		return NULL;
	if (!size)
		return ZERO_SIZE_PTR;
	return gfp & __GFP_ZERO ? armdma_kzalloc(m, size, gfp) : armdma_kmalloc(m, size, gfp);
}
ARMDMA_INLINE void *kzalloc(size_t size, gfp_t gfp)
{
	return kmalloc(size, gfp | __GFP_ZERO);
}
ARMDMA_INLINE void *kmalloc_array(size_t n, size_t size, gfp_t gfp)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	return kmalloc(bytes, gfp);
}
ARMDMA_INLINE void *kcalloc(size_t n, size_t size, gfp_t gfp)
{
	return kmalloc_array(n, size, gfp | __GFP_ZERO);
}
ARMDMA_INLINE void kfree(const void *p)
{
	struct armdma_machine *m = ZERO_OR_NULL_PTR(p) ? NULL : armdma_compat_need("kfree");

	if (m)
		armdma_kfree(m, p);
}
ARMDMA_INLINE size_t ksize(const void *p)
{
	struct armdma_machine *m = ZERO_OR_NULL_PTR(p) ? NULL : armdma_compat_need("ksize");

	return m ? armdma_ksize(m, p, NULL) : 0;
}
ARMDMA_INLINE void kfree_sensitive(const void *p)
{
	if (ZERO_OR_NULL_PTR(p))
		return;
	memset((void *)(uintptr_t)p, 0, ksize(p));
	kfree(p);
}
ARMDMA_INLINE void *kmemdup(const void *src, size_t len, gfp_t gfp)
{
	void *p = kmalloc(len, gfp);

	if (p)
		memcpy(p, src, len);
	return p;
}
ARMDMA_INLINE char *kstrdup(const char *s, gfp_t gfp)
{
	return s ? kmemdup(s, strlen(s) + 1, gfp) : NULL;
}

#endif
