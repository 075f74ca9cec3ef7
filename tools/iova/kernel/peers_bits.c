/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/genalloc.c and lib/bitmap.c as policies. genalloc is used as it is, one chunk for the space. bitmap.c is no allocator by
 * itself: what stands around it is a bitmap for each 128 MiB, searched one after the other for an aligned area under a lock, as
 * 32-bit ARM's DMA layer does it.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "peers.h"
#include "side.h"

#define MAP_BITS 32768u	/* of one bitmap: 128 MiB of pages */

struct bits_peer {
	struct peer p;
	void *pool;		/* genalloc; NULL: bitmaps */
	unsigned long *bits;	/* of the whole space */
	pthread_spinlock_t lock;
};

static bool is_genalloc(const struct armdma_iova_policy *self)
{
	return self != &peer_bitmap;
}

static enum side_fit fit_of(const struct armdma_iova_policy *self)
{
	return self == &peer_genalloc_best ? SIDE_BEST_FIT : self == &peer_genalloc_order ? SIDE_ORDER_ALIGN : SIDE_FIRST_FIT;
}

static enum armdma_iova_align rule_of(const struct armdma_iova_policy *self)
{
	return self == &peer_bitmap ? ARMDMA_IOVA_ALIGN_CAPPED : ARMDMA_IOVA_ALIGN_NONE;
}

static void destroy(void *priv)
{
	struct bits_peer *v = priv;

	if (!v)
		return;
	if (v->pool)
		side_genalloc_delete(v->pool);
	else
		free(v->bits);
	pthread_spin_destroy(&v->lock);
	free(v);
}

static int create(const struct armdma_iova_policy *self, void **priv, const struct armdma_iova_space *s, struct armdma_error *err)
{
	struct bits_peer *v;
	int ret = peer_check(self, s, rule_of(self), err);

	*priv = NULL;
	if (ret)
		return ret;
	v = calloc(1, sizeof(*v));
	if (!v)
		return -ENOMEM;
	peer_init(&v->p, self, s);
	pthread_spin_init(&v->lock, PTHREAD_PROCESS_PRIVATE);
	if (is_genalloc(self)) {
		v->pool = side_genalloc_new(v->p.shift, v->p.n);
		v->bits = v->pool ? side_genalloc_bits(v->pool) : NULL;
	} else {
		v->bits = calloc((v->p.n + 63) / 64 + 1, 8);
	}
	if (!v->bits) {
		free(v);
		return -ENOMEM;
	}
	*priv = v;
	return 0;
}

/* ---- Allocation ------------------------------------------------------------- */

static bool find_in_bitmaps(struct bits_peer *v, const struct armdma_iova_want *w, unsigned long *at)
{
	/* Alignment counts from the base, or from address 0: the start of the search makes up for the difference. */
	for (uint64_t from = 0; from < w->end; from += MAP_BITS) {
		uint64_t left = w->end - from, size = left < MAP_BITS ? left : MAP_BITS;
		unsigned long found;

		if (w->count > size)
			continue;
		found = side_find_area(v->bits + from / 64, size, 0, (unsigned int)w->count, w->mask);
		if (found >= size)
			continue;
		*at = from + found;
		side_set(v->bits, (unsigned int)*at, (unsigned int)w->count);
		return true;
	}
	return false;
}

static bool find(struct bits_peer *v, const struct armdma_iova_want *w, unsigned long *at)
{
	enum side_fit fit = fit_of(v->p.policy);
	bool found;

	/* What counts from another place than the base is not to be had here, nor is alignment in the other fits. */
	if (w->skew & w->mask || (v->pool && w->mask && fit != SIDE_FIRST_FIT))
		return false;
	if (v->pool)
		return side_genalloc_alloc(v->pool, fit, w->count, w->mask, w->end, at);
	pthread_spin_lock(&v->lock);
	found = find_in_bitmaps(v, w, at);
	pthread_spin_unlock(&v->lock);
	return found;
}

static int alloc(void *priv, const struct armdma_iova_request *req, armdma_dma_t *addr)
{
	struct bits_peer *v = priv;
	struct armdma_iova_want w;
	unsigned long at;
	int ret = armdma_iova_want(&v->p.space, rule_of(v->p.policy), req, &w);

	*addr = ARMDMA_MAPPING_ERROR;
	if (ret == -EINVAL)
		return ret;
	if (ret || !find(v, &w, &at)) {
		v->p.st.failures++;
		return -ENOMEM;
	}
	*addr = v->p.space.base + ((uint64_t)at << v->p.shift);
	v->p.st.allocs++;
	peer_took(&v->p, w.count);
	return 0;
}

static int give(void *priv, armdma_dma_t addr, uint64_t size)
{
	struct bits_peer *v = priv;
	uint64_t at, n;

	if (!peer_range(&v->p, addr, size, &at, &n) || side_next_zero(v->bits, at + n, at) < at + n)
		return -EINVAL;
	if (v->pool) {
		side_genalloc_free(v->pool, at, n);
	} else {
		pthread_spin_lock(&v->lock);
		side_clear(v->bits, (unsigned int)at, (unsigned int)n);
		pthread_spin_unlock(&v->lock);
	}
	v->p.st.frees++;
	peer_gave(&v->p, n);
	return 0;
}

static int reserve(void *priv, armdma_dma_t addr, uint64_t size)
{
	struct bits_peer *v = priv;
	uint64_t at, n;

	if (!peer_range(&v->p, addr, size, &at, &n) || size & (v->p.space.granule - 1))
		return -EINVAL;
	if (side_next_one(v->bits, at + n, at) < at + n)
		return -EBUSY;
	side_set(v->bits, (unsigned int)at, (unsigned int)n);
	peer_took(&v->p, n);
	return 0;
}

/* ---- Looking ---------------------------------------------------------------- */

static bool query(void *priv, armdma_dma_t addr)
{
	struct bits_peer *v = priv;
	uint64_t at, n;

	return peer_range(&v->p, addr & ~(armdma_dma_t)(v->p.space.granule - 1), 1, &at, &n) &&
	       side_next_one(v->bits, at + 1, at) == at;
}

static int walk(void *priv, int (*fn)(void *ctx, armdma_dma_t addr, uint64_t size), void *ctx)
{
	struct bits_peer *v = priv;
	struct peer *p = &v->p;
	uint64_t from, end = 0;
	int ret = 0;

	while (!ret && (from = side_next_one(v->bits, p->n, end)) < p->n) {
		end = side_next_zero(v->bits, p->n, from);
		ret = fn(ctx, p->space.base + (from << p->shift), (end - from) << p->shift);
	}
	return ret;
}

static int add_up(void *ctx, armdma_dma_t addr, uint64_t size)
{
	(void)addr;
	*(uint64_t *)ctx += size;
	return 0;
}

static int validate(void *priv, struct armdma_error *err)
{
	struct bits_peer *v = priv;
	uint64_t sum = 0;

	walk(v, add_up, &sum);
	if (sum == v->p.st.used)
		return 0;
	if (err)
		strcpy(err->msg, "the bits that are set are not the granules in use");
	return -EIO;
}

static void stats(void *priv, struct armdma_iova_stats *st)
{
	struct bits_peer *v = priv;
	uint64_t from, end = 0;

	*st = v->p.st;
	while ((from = side_next_zero(v->bits, v->p.n, end)) < v->p.n) {
		end = side_next_one(v->bits, v->p.n, from);
		if ((end - from) << v->p.shift > st->largest_free)
			st->largest_free = (end - from) << v->p.shift;
	}
	st->memory = v->pool ? side_memory() - v->p.memory : (v->p.n + 63) / 64 * 8;
}

#define POLICY(id, text)                                                                                            \
	const struct armdma_iova_policy id = {                                                                      \
		.name = text, .create = create, .destroy = destroy, .alloc = alloc, .free = give, .reserve = reserve, \
		.query = query, .walk = walk, .validate = validate, .stats = stats,                                  \
	}

POLICY(peer_genalloc_first, "linux-genalloc-first");
POLICY(peer_genalloc_best, "linux-genalloc-best");
POLICY(peer_genalloc_order, "linux-genalloc-order");
POLICY(peer_bitmap, "linux-bitmap");
