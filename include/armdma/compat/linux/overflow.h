/* SPDX-License-Identifier: BSD-2-Clause */
/* Sizes that do not wrap: what does not fit becomes SIZE_MAX, which no allocator has. */
#ifndef ARMDMA_COMPAT_LINUX_OVERFLOW_H
#define ARMDMA_COMPAT_LINUX_OVERFLOW_H

#include <linux/kernel.h>

#define check_add_overflow(a, b, d) __builtin_add_overflow(a, b, d)
#define check_sub_overflow(a, b, d) __builtin_sub_overflow(a, b, d)
#define check_mul_overflow(a, b, d) __builtin_mul_overflow(a, b, d)

ARMDMA_INLINE size_t size_mul(size_t a, size_t b)
{
	size_t bytes;

	return check_mul_overflow(a, b, &bytes) ? SIZE_MAX : bytes;
}
ARMDMA_INLINE size_t size_add(size_t a, size_t b)
{
	size_t bytes;

	return check_add_overflow(a, b, &bytes) ? SIZE_MAX : bytes;
}
#define array_size(a, b) size_mul(a, b)
#define array3_size(a, b, c) size_mul(size_mul(a, b), c)
#define flex_array_size(p, member, count) size_mul(count, sizeof(*(p)->member))
#define struct_size(p, member, count) size_add(sizeof(*(p)), flex_array_size(p, member, count))

#endif
