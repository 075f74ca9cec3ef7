/* SPDX-License-Identifier: BSD-2-Clause */
/* Integers that threads and interrupts share. */
#ifndef ARMDMA_COMPAT_LINUX_ATOMIC_H
#define ARMDMA_COMPAT_LINUX_ATOMIC_H

#include <linux/compiler.h>

#define ATOMIC_INIT(i) { (i) }
ARMDMA_INLINE int atomic_read(const atomic_t *v)
{
	return __atomic_load_n(&v->counter, __ATOMIC_RELAXED);
}
ARMDMA_INLINE void atomic_set(atomic_t *v, int i)
{
	__atomic_store_n(&v->counter, i, __ATOMIC_RELAXED);
}
ARMDMA_INLINE int atomic_add_return(int i, atomic_t *v)
{
	return __atomic_add_fetch(&v->counter, i, __ATOMIC_SEQ_CST);
}
#define atomic_add(i, v) ((void)atomic_add_return(i, v))
#define atomic_sub(i, v) ((void)atomic_add_return(-(i), v))
#define atomic_inc(v) atomic_add(1, v)
#define atomic_dec(v) atomic_sub(1, v)
#define atomic_inc_return(v) atomic_add_return(1, v)
#define atomic_dec_return(v) atomic_add_return(-1, v)
#define atomic_dec_and_test(v) (atomic_dec_return(v) == 0)

#endif
