/* SPDX-License-Identifier: BSD-2-Clause */
/* Powers of two. */
#ifndef ARMDMA_COMPAT_LINUX_LOG2_H
#define ARMDMA_COMPAT_LINUX_LOG2_H

#include <linux/kernel.h>

ARMDMA_INLINE bool is_power_of_2(unsigned long n)
{
	return n && !(n & (n - 1));
}
#define ilog2(n) (63 - __builtin_clzll((unsigned long long)(n)))
ARMDMA_INLINE unsigned long roundup_pow_of_two(unsigned long n)
{
	return n < 2 ? 1 : 1ul << (ilog2(n - 1) + 1);
}
ARMDMA_INLINE unsigned long rounddown_pow_of_two(unsigned long n)
{
	return 1ul << ilog2(n);
}
#define order_base_2(n) ((n) < 2 ? 0 : ilog2((n) - 1) + 1)

#endif
