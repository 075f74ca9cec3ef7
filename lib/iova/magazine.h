/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Thread caches over another policy.
 *
 * Freed ranges of up to 32 granules are kept in magazines of the thread that freed them, and given out again last in, first out, without a
 * lock and without asking the policy below. The structure is that of Linux 6.1 (drivers/iommu/iova.c, iova_rcache), with threads for
 * CPUs: a class for each power of two, sizes rounded up to it; in each thread and class two magazines of 127, and 32 more in a common depot.
 *
 * A range that belongs to a class is a *block*: 2^order granules of the policy below. Each granule has a tag; what is not part of a block
 * has 0, and there the policy below knows best. A block is held (by the caller, the first n granules of it) or kept in a magazine. Its
 * first granule's tag says which, so handing it out and taking it back is one store; another thread may do either.
 */
#ifndef LIB_IOVA_MAGAZINE_H
#define LIB_IOVA_MAGAZINE_H

#include <pthread.h>
#include <stdatomic.h>

#include "lib/iova/iova.h"
#include "lib/iova/lock.h"

#define MAG_ORDERS 6u
#define MAG_LONGEST 32u		/* granules */
#define MAG_ENTRIES 127u
#define MAG_DEPOT 32u

/* Tags. Of a block's first granule: START, HELD if it is, order << 8, n - 1; of the others: INNER, distance to the first. */
#define TAG_START 0x8000u
#define TAG_HELD 0x4000u
#define TAG_INNER 0x2000u
#define TAG_ORDER(order) ((order) << 8)
#define TAG_ORDER_OF(tag) ((tag) >> 8 & 7u)
#define TAG_LOW(tag) ((tag) & 31u)

/* The tag of a held block, by the number of granules - 1. The fast ways look it up: finding a highest bit costs more on some processors. */
extern const uint16_t mag_held_tag[MAG_LONGEST];

struct magazine {
	uint32_t nr;
	uint32_t at[MAG_ENTRIES];	/* first granules */
};

/* A thread's. Touched by the thread while busy, by anyone under the space's lock after revoking it. */
struct mag_cache {
	atomic_uint busy, revoked;
	struct magazine *loaded[MAG_ORDERS], *prev[MAG_ORDERS];
	uint64_t allocs, frees;
	int64_t held, peak;		/* granules allocated less those freed by this thread; the most of it */
	pthread_t thread;
	struct mag_cache *next;
};

struct mag_space {
	/* What the fast ways need comes first. */
	struct mag_cache *only;		/* single-owner mode; else NULL */
	unsigned int shift;
	bool biased;			/* the owner of a cache needs no atomic exchange to enter it */
	armdma_dma_t base, last;	/* first and last byte */
	uint64_t size;
	_Atomic uint16_t *tags;
	uint64_t id;			/* of all spaces that ever were */
	struct iova_lock lock;
	const struct armdma_iova_policy *below;
	void *inner;
	struct armdma_iova_space space;
	uint64_t total;			/* granules */
	struct mag_cache *caches;
	struct magazine *depot[MAG_ORDERS][MAG_DEPOT];
	unsigned int nr_depot[MAG_ORDERS];
	uint64_t failures, memory;
};

static inline unsigned int mag_tag(const struct mag_space *m, uint64_t at)
{
	return atomic_load_explicit(&m->tags[at], memory_order_relaxed);
}

static inline void mag_set_tag(struct mag_space *m, uint64_t at, unsigned int tag)
{
	atomic_store_explicit(&m->tags[at], (uint16_t)tag, memory_order_relaxed);
}

/* Granules that callers hold. The lock is held, and the caches are the caller's. */
uint64_t mag_held(const struct mag_space *m);
/* All caches belong to the caller until mag_release_all(). The lock is held. */
void mag_revoke_all(struct mag_space *m);
void mag_release_all(struct mag_space *m);

#endif
