/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memcpy() and its like: announced as loads and stores where they touch the machine's memory (armdma/access.h).
 */
#ifndef ARMDMA_COMPAT_LINUX_STRING_H
#define ARMDMA_COMPAT_LINUX_STRING_H
#pragma GCC system_header

#include <string.h>	/* libc's, before its names become macros */
#include <strings.h>

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/types.h>

ARMDMA_INLINE void *armdma_compat_memcpy(void *dst, const void *src, size_t len)
{
	armdma_compat_load(src, len);
	armdma_compat_store(dst, len);
	return memcpy(dst, src, len);
}
ARMDMA_INLINE void *armdma_compat_memmove(void *dst, const void *src, size_t len)
{
	armdma_compat_load(src, len);
	armdma_compat_store(dst, len);
	return memmove(dst, src, len);
}
ARMDMA_INLINE void *armdma_compat_memset(void *dst, int byte, size_t len)
{
	armdma_compat_store(dst, len);
	return memset(dst, byte, len);
}
ARMDMA_INLINE int armdma_compat_memcmp(const void *a, const void *b, size_t len)
{
	armdma_compat_load(a, len);
	armdma_compat_load(b, len);
	return memcmp(a, b, len);
}
ARMDMA_INLINE void *armdma_compat_memchr(const void *s, int byte, size_t len)
{
	armdma_compat_load(s, len);
	return (void *)(uintptr_t)memchr(s, byte, len);
}
/* The first byte that is not `byte`, or NULL. */
ARMDMA_INLINE void *memchr_inv(const void *s, int byte, size_t len)
{
	const unsigned char *p = s;

	armdma_compat_load(s, len);
	for (; len; p++, len--)
		if (*p != (unsigned char)byte)
			return (void *)(uintptr_t)p;
	return NULL;
}
/* Copy and terminate: characters copied, or -E2BIG when src was cut. */
ARMDMA_INLINE ssize_t strscpy(char *dst, const char *src, size_t size)
{
	size_t len = strnlen(src, size);

	if (!size)
		return -E2BIG;
	armdma_compat_load(src, len < size ? len + 1 : len);
	armdma_compat_store(dst, len < size ? len + 1 : len);
	if (len == size) {
		memcpy(dst, src, size - 1);
		dst[size - 1] = '\0';
		return -E2BIG;
	}
	memcpy(dst, src, len + 1);
	return (ssize_t)len;
}

#undef memcpy
#undef memmove
#undef memset
#undef memcmp
#undef memchr
#define memcpy(dst, src, len) armdma_compat_memcpy(dst, src, len)
#define memmove(dst, src, len) armdma_compat_memmove(dst, src, len)
#define memset(dst, byte, len) armdma_compat_memset(dst, byte, len)
#define memcmp(a, b, len) armdma_compat_memcmp(a, b, len)
#define memchr(s, byte, len) armdma_compat_memchr(s, byte, len)
#define memzero_explicit(dst, len) ((void)memset(dst, 0, len))

#endif
