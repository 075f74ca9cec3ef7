/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The lock of a policy.
 *
 * In single-owner mode it is one test that the branch predictor knows. In shared mode an uncontended pair is one atomic exchange and
 * one store; who has to wait looks at the word without writing to it, ever more rarely, so that the holder can finish and mostly
 * goes on for some calls with the data in its own cache; after some microseconds the wait gives up the processor.
 */
#ifndef LIB_IOVA_LOCK_H
#define LIB_IOVA_LOCK_H

#include <stdatomic.h>
#include <stdbool.h>

struct iova_lock {
	atomic_uint held;
	bool shared;
};

void iova_lock_wait(struct iova_lock *l);

static inline void iova_lock(struct iova_lock *l)
{
	if (l->shared && atomic_exchange_explicit(&l->held, 1, memory_order_acquire))
		iova_lock_wait(l);
}

static inline void iova_unlock(struct iova_lock *l)
{
	if (l->shared)
		atomic_store_explicit(&l->held, 0, memory_order_release);
}

#endif
