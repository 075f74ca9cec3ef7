/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's small tools. */
#ifndef ARMDMA_COMPAT_LINUX_KERNEL_H
#define ARMDMA_COMPAT_LINUX_KERNEL_H
#pragma GCC system_header

#include_next <linux/kernel.h>	/* libc's sys/sysinfo.h gets its structure here */

#include <limits.h>

#include <asm/byteorder.h>
#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/err.h>
#include <linux/printk.h>
#include <linux/types.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]) + 0 * sizeof(struct { int unused; _Static_assert( \
	!__same_type(a, &(a)[0]), "ARRAY_SIZE() of a pointer"); }))
#define container_of(ptr, type, member)                                          \
	__extension__({                                                          \
		const void *armdma_member_ = (ptr);                              \
		_Static_assert(__same_type(*(ptr), ((type *)0)->member) ||       \
			       __same_type(*(ptr), void), "container_of(): not that member"); \
		(type *)((char *)(uintptr_t)armdma_member_ - offsetof(type, member)); \
	})

#define __ALIGN_MASK(x, mask) (((x) + (mask)) & ~(mask))
#ifndef ALIGN
#define ALIGN(x, a) __ALIGN_MASK(x, (__typeof__(x))(a) - 1)
#endif
#define ALIGN_DOWN(x, a) ((x) & ~((__typeof__(x))(a) - 1))
#define PTR_ALIGN(p, a) ((__typeof__(p))ALIGN((unsigned long)(p), (a)))
#define IS_ALIGNED(x, a) (((x) & ((__typeof__(x))(a) - 1)) == 0)
#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
#ifndef roundup
#define roundup(x, y) ((((x) + (y) - 1) / (y)) * (y))
#endif
#define rounddown(x, y) ((x) - (x) % (y))
#define round_up(x, y) ((((x) - 1) | ((__typeof__(x))(y) - 1)) + 1)
#define round_down(x, y) ((x) & ~((__typeof__(x))(y) - 1))

#define armdma_compat_less_(x, y, op)                 \
	__extension__({                               \
		__typeof__(x) armdma_x_ = (x);        \
		__typeof__(y) armdma_y_ = (y);        \
		(void)(&armdma_x_ == &armdma_y_);     \
		armdma_x_ op armdma_y_ ? armdma_x_ : armdma_y_; \
	})
#undef min
#undef max
#define min(x, y) armdma_compat_less_(x, y, <)
#define max(x, y) armdma_compat_less_(x, y, >)
#define min_t(type, x, y) armdma_compat_less_((type)(x), (type)(y), <)
#define max_t(type, x, y) armdma_compat_less_((type)(x), (type)(y), >)
#define min3(x, y, z) min((__typeof__(x))min(x, y), z)
#define clamp(val, lo, hi) min((__typeof__(val))max(val, lo), hi)
#define clamp_t(type, val, lo, hi) min_t(type, max_t(type, val, lo), hi)
#define swap(a, b)                              \
	do {                                    \
		__typeof__(a) armdma_t_ = (a);  \
		(a) = (b);                      \
		(b) = armdma_t_;                \
	} while (0)

#define upper_32_bits(n) ((u32)(((u64)(n)) >> 32))
#define lower_32_bits(n) ((u32)((n) & 0xffffffffu))

#ifndef U32_MAX
#define U8_MAX ((u8)~0U)
#define U16_MAX ((u16)~0U)
#define U32_MAX ((u32)~0U)
#define S32_MAX ((s32)(U32_MAX >> 1))
#define U64_MAX ((u64)~0ULL)
#endif

#ifndef KBUILD_MODNAME
#define KBUILD_MODNAME "driver"
#endif

#define scnprintf(buf, size, ...) armdma_compat_scnprintf(buf, size, __VA_ARGS__)

#define might_sleep() armdma_compat_might_sleep("might_sleep")
#define might_sleep_if(cond)           \
	do {                           \
		if (cond)              \
			might_sleep(); \
	} while (0)

/* Says so on the machine's console, with the place; no report. */
#define WARN(condition, ...)                                                                 \
	__extension__({                                                                      \
		bool armdma_c_ = !!(condition);                                              \
		if (armdma_c_)                                                               \
			armdma_compat_warn(__FILE__, __LINE__, __func__, __VA_ARGS__);       \
		armdma_c_;                                                                   \
	})
#define WARN_ON(condition) WARN(condition, "%s", #condition)
#define WARN_ONCE(condition, ...) WARN(condition, __VA_ARGS__)
#define WARN_ON_ONCE(condition) WARN_ON(condition)
#define BUILD_BUG_ON(condition) _Static_assert(!(condition), "BUILD_BUG_ON: " #condition)

#endif
