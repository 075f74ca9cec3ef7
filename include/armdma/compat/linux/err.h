/* SPDX-License-Identifier: BSD-2-Clause */
/* Errors in pointers. */
#ifndef ARMDMA_COMPAT_LINUX_ERR_H
#define ARMDMA_COMPAT_LINUX_ERR_H

#include <linux/errno.h>
#include <linux/types.h>

#define MAX_ERRNO 4095
#define IS_ERR_VALUE(x) ((unsigned long)(void *)(x) >= (unsigned long)-MAX_ERRNO)

ARMDMA_INLINE void *ERR_PTR(long error)
{
	return (void *)error;
}
ARMDMA_INLINE long PTR_ERR(const void *ptr)
{
	return (long)ptr;
}
ARMDMA_INLINE bool IS_ERR(const void *ptr)
{
	return IS_ERR_VALUE((unsigned long)ptr);
}
ARMDMA_INLINE bool IS_ERR_OR_NULL(const void *ptr)
{
	return !ptr || IS_ERR(ptr);
}
ARMDMA_INLINE void *ERR_CAST(const void *ptr)
{
	return (void *)ptr;
}
ARMDMA_INLINE int PTR_ERR_OR_ZERO(const void *ptr)
{
	return IS_ERR(ptr) ? (int)PTR_ERR(ptr) : 0;
}

#endif
