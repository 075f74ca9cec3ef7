/* SPDX-License-Identifier: BSD-2-Clause */
/* Bits. */
#ifndef ARMDMA_COMPAT_LINUX_BITS_H
#define ARMDMA_COMPAT_LINUX_BITS_H

#include <linux/types.h>

#define BIT(nr) (1UL << (nr))
#define BIT_ULL(nr) (1ULL << (nr))
#define GENMASK(h, l) (((~0UL) << (l)) & (~0UL >> (BITS_PER_LONG - 1 - (h))))
#define GENMASK_ULL(h, l) (((~0ULL) << (l)) & (~0ULL >> (63 - (h))))
#define BIT_MASK(nr) (1UL << ((nr) % BITS_PER_LONG))
#define BIT_WORD(nr) ((nr) / BITS_PER_LONG)

/* In one step for all threads of the host. */
ARMDMA_INLINE void set_bit(unsigned int nr, volatile unsigned long *addr)
{
	__atomic_fetch_or(addr + BIT_WORD(nr), BIT_MASK(nr), __ATOMIC_SEQ_CST);
}
ARMDMA_INLINE void clear_bit(unsigned int nr, volatile unsigned long *addr)
{
	__atomic_fetch_and(addr + BIT_WORD(nr), ~BIT_MASK(nr), __ATOMIC_SEQ_CST);
}
ARMDMA_INLINE bool test_bit(unsigned int nr, const volatile unsigned long *addr)
{
	return (addr[BIT_WORD(nr)] >> (nr % BITS_PER_LONG)) & 1;
}
ARMDMA_INLINE bool test_and_set_bit(unsigned int nr, volatile unsigned long *addr)
{
	return __atomic_fetch_or(addr + BIT_WORD(nr), BIT_MASK(nr), __ATOMIC_SEQ_CST) & BIT_MASK(nr);
}
ARMDMA_INLINE bool test_and_clear_bit(unsigned int nr, volatile unsigned long *addr)
{
	return __atomic_fetch_and(addr + BIT_WORD(nr), ~BIT_MASK(nr), __ATOMIC_SEQ_CST) & BIT_MASK(nr);
}
ARMDMA_INLINE int fls(unsigned int x)
{
	return x ? 32 - __builtin_clz(x) : 0;
}
ARMDMA_INLINE unsigned long __ffs(unsigned long x)
{
	return (unsigned long)__builtin_ctzl(x);
}
ARMDMA_INLINE unsigned int hweight32(u32 x)
{
	return (unsigned int)__builtin_popcount(x);
}

#endif
