/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * READ_ONCE(), WRITE_ONCE() and annotations.
 *
 * Both announce the access (armdma/access.h): the buffer that a device owns is reported there and then. READ_ONCE() of
 * uncached memory lets in what devices wrote to that one line; WRITE_ONCE() dirties its line whatever was there.
 */
#ifndef ARMDMA_COMPAT_LINUX_COMPILER_H
#define ARMDMA_COMPAT_LINUX_COMPILER_H
#pragma GCC system_header

#include <armdma/compat/core.h>
#include <linux/types.h>

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define barrier() __asm__ volatile("" ::: "memory")
#ifndef __always_inline
#define __always_inline inline __attribute__((__always_inline__))
#endif
#define __packed __attribute__((__packed__))
#define __aligned(x) __attribute__((__aligned__(x)))
#ifndef __maybe_unused
#define __maybe_unused __attribute__((__unused__))
#endif
#define __always_unused __attribute__((__unused__))
#ifndef __must_check
#define __must_check __attribute__((__warn_unused_result__))
#endif
#define __printf(a, b) __attribute__((__format__(printf, a, b)))
#define __weak __attribute__((__weak__))
#ifndef __used
#define __used __attribute__((__used__))
#endif
#define noinline __attribute__((__noinline__))
#if __has_attribute(__fallthrough__)
#define fallthrough __attribute__((__fallthrough__))
#else
#define fallthrough do {} while (0)
#endif
#ifndef typeof
#define typeof __typeof__
#endif
#define __same_type(a, b) __builtin_types_compatible_p(__typeof__(a), __typeof__(b))

ARMDMA_INLINE void armdma_compat_read_once(const volatile void *cpu, size_t len)
{
	struct armdma_machine *m = armdma_compat_memory(cpu);

	if (m) {
		armdma_hw_read_once(armdma_machine_hw(m), (const void *)cpu);
		armdma_cpu_load(m, (const void *)cpu, len);
	}
}

#define READ_ONCE(x)                                                         \
	__extension__({                                                      \
		const volatile __typeof__(x) *armdma_p_ = &(x);              \
		armdma_compat_read_once(armdma_p_, sizeof(*armdma_p_));      \
		*armdma_p_;                                                  \
	})
#define WRITE_ONCE(x, val)                                                   \
	do {                                                                 \
		volatile __typeof__(x) *armdma_p_ = &(x);                    \
		__typeof__(x) armdma_v_ = (val);                             \
		armdma_compat_store(armdma_p_, sizeof(*armdma_p_));          \
		*armdma_p_ = armdma_v_;                                      \
	} while (0)

#endif
