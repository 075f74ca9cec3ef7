/* SPDX-License-Identifier: BSD-2-Clause */
/* References that are counted. */
#ifndef ARMDMA_COMPAT_LINUX_KREF_H
#define ARMDMA_COMPAT_LINUX_KREF_H

#include <linux/atomic.h>

typedef struct {
	atomic_t refs;
} refcount_t;
#define REFCOUNT_INIT(n) { ATOMIC_INIT(n) }

ARMDMA_INLINE void refcount_set(refcount_t *r, int n)
{
	atomic_set(&r->refs, n);
}
ARMDMA_INLINE unsigned int refcount_read(const refcount_t *r)
{
	return (unsigned int)atomic_read(&r->refs);
}
ARMDMA_INLINE void refcount_inc(refcount_t *r)
{
	atomic_inc(&r->refs);
}
ARMDMA_INLINE bool refcount_dec_and_test(refcount_t *r)
{
	return atomic_dec_and_test(&r->refs);
}

struct kref {
	refcount_t refcount;
};
ARMDMA_INLINE void kref_init(struct kref *k)
{
	refcount_set(&k->refcount, 1);
}
ARMDMA_INLINE void kref_get(struct kref *k)
{
	refcount_inc(&k->refcount);
}
/* 1: it was the last, and release(k) was called. */
ARMDMA_INLINE int kref_put(struct kref *k, void (*release)(struct kref *k))
{
	if (!refcount_dec_and_test(&k->refcount))
		return 0;
	release(k);
	return 1;
}

#endif
