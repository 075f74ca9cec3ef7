/* SPDX-License-Identifier: BSD-2-Clause */
/* A whole policy: the lowest hole that fits, found by looking at one byte a granule. docs/iova-lab.md walks through it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <armdma/iova.h>

struct pool {
	struct armdma_iova_space space;
	struct armdma_iova_stats st;
	uint64_t n;
	uint8_t taken[];	/* one a granule */
};

static int create(const struct armdma_iova_policy *self, void **priv, const struct armdma_iova_space *s, struct armdma_error *err)
{
	int ret = armdma_iova_check_space(s, 0, err);	/* 0: it has no locks, so it refuses ARMDMA_IOVA_SHARED */
	struct pool *p = ret ? NULL : calloc(1, sizeof(*p) + s->size / s->granule);

	(void)self;
	if (p)
		*p = (struct pool){ *s, { .total = s->size, .memory = sizeof(*p) + s->size / s->granule }, s->size / s->granule };
	*priv = p;
	return p ? 0 : ret ? ret : -ENOMEM;
}

/* Do granules [at, at+n) all have this value? */
static bool all(const struct pool *p, uint64_t at, uint64_t n, uint8_t value)
{
	while (n && p->taken[at + n - 1] == value)
		n--;
	return !n;
}

/* Granules that were all free become taken, or the reverse. */
static int flip(struct pool *p, armdma_dma_t addr, uint64_t size, uint8_t taken)
{
	uint64_t at = (addr - p->space.base) / p->space.granule, n = (size - 1) / p->space.granule + 1;

	if (addr % p->space.granule || addr < p->space.base || !size || at >= p->n || n > p->n - at)
		return -EINVAL;
	if (!all(p, at, n, !taken))
		return taken ? -EBUSY : -EINVAL;
	memset(p->taken + at, taken, n);
	p->st.used += (taken ? n : -n) * p->space.granule;
	p->st.peak = p->st.used > p->st.peak ? p->st.used : p->st.peak;
	p->st.frees += !taken;
	return 0;
}

static int alloc(void *priv, const struct armdma_iova_request *req, armdma_dma_t *addr)
{
	struct armdma_iova_want w;	/* the request in granules, by the alignment rule of the space */
	struct pool *p = priv;
	int ret = armdma_iova_want(&p->space, ARMDMA_IOVA_ALIGN_CAPPED, req, &w);

	for (uint64_t at = -w.skew & w.mask; !ret && at <= w.end && w.count <= w.end - at; at += w.mask + 1) {
		*addr = p->space.base + at * p->space.granule;
		if (all(p, at, w.count, 0))
			return p->st.allocs++, flip(p, *addr, req->size, 1);
	}
	*addr = ARMDMA_MAPPING_ERROR;
	p->st.failures += ret != -EINVAL;
	return ret ? ret : -ENOMEM;
}

static int release(void *priv, armdma_dma_t addr, uint64_t size)
{
	return flip(priv, addr, size, 0);
}

static int reserve(void *priv, armdma_dma_t addr, uint64_t size)
{
	return size % ((struct pool *)priv)->space.granule ? -EINVAL : flip(priv, addr, size, 1);
}

static bool query(void *priv, armdma_dma_t addr)
{
	struct pool *p = priv;

	return addr >= p->space.base && (addr - p->space.base) / p->space.granule < p->n && p->taken[(addr - p->space.base) / p->space.granule];
}

static int walk(void *priv, int (*fn)(void *ctx, armdma_dma_t addr, uint64_t size), void *ctx)
{
	struct pool *p = priv;
	uint64_t from = 0, g = p->space.granule;
	int ret = 0;

	for (uint64_t i = 0; i <= p->n && !ret; i++) {
		if (i < p->n && p->taken[i])
			continue;
		ret = i > from ? fn(ctx, p->space.base + from * g, (i - from) * g) : 0;
		from = i + 1;
	}
	return ret;
}

static int validate(void *priv, struct armdma_error *err)
{
	(void)priv, (void)err;	/* nothing is kept twice, so nothing can disagree */
	return 0;
}

static void stats(void *priv, struct armdma_iova_stats *st)
{
	struct pool *p = priv;

	*st = p->st;
	for (uint64_t i = 0, run = 0; i < p->n; i++) {
		run = p->taken[i] ? 0 : run + p->space.granule;
		st->largest_free = run > st->largest_free ? run : st->largest_free;
	}
}

static const struct armdma_iova_policy policy = {
	.name = "lowest-hole", .create = create, .destroy = free, .alloc = alloc, .free = release, .reserve = reserve,
	.query = query, .walk = walk, .validate = validate, .stats = stats,
};
ARMDMA_IOVA_PLUGIN(&policy);
