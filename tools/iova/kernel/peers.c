/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * drivers/iommu/iova.c as policies: linux-iova with its per-CPU caches, linux-iova-rbtree without. Sizes are aligned to the
 * power of two that holds them; that is all the alignment there is. The length of each allocation is remembered beside
 * it, one word a granule, so that a free of anything else can be refused: the kernel would believe it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peers.h"
#include "side.h"

#define RESERVED (1u << 31)

struct iova_peer {
	struct peer p;
	void *domain;
	bool caches;
	uint32_t len[];		/* granules of what begins there */
};

/* ---- What all share --------------------------------------------------------- */

static int fail(struct armdma_error *err, int ret, const char *name, const char *what)
{
	if (err)
		snprintf(err->msg, sizeof(err->msg), "%s %s", name, what);
	return ret;
}

int peer_check(const struct armdma_iova_policy *self, const struct armdma_iova_space *s, enum armdma_iova_align own,
	       struct armdma_error *err)
{
	int ret = armdma_iova_check_space(s, ARMDMA_IOVA_SHARED, err);

	if (ret)
		return ret;
	if (s->align != ARMDMA_IOVA_ALIGN_OWN && s->align != own)
		return fail(err, -EOPNOTSUPP, self->name, "is the kernel's own code: it has one rule of alignment");
	if (s->size / s->granule >= RESERVED)
		return fail(err, -EOPNOTSUPP, self->name, "takes no space of 2^31 granules or more");
	return 0;
}

void peer_init(struct peer *p, const struct armdma_iova_policy *self, const struct armdma_iova_space *s)
{
	p->policy = self;
	p->space = *s;
	p->shift = (unsigned int)__builtin_ctz(s->granule);
	p->n = s->size >> p->shift;
	p->st.total = s->size;
	p->memory = side_memory();
}

void peer_took(struct peer *p, uint64_t granules)
{
	uint64_t used = __atomic_add_fetch(&p->st.used, granules << p->shift, __ATOMIC_RELAXED);

	if (used > p->st.peak)
		p->st.peak = used;
}

void peer_gave(struct peer *p, uint64_t granules)
{
	__atomic_sub_fetch(&p->st.used, granules << p->shift, __ATOMIC_RELAXED);
}

bool peer_range(const struct peer *p, armdma_dma_t addr, uint64_t size, uint64_t *at, uint64_t *n)
{
	uint64_t offset = addr - p->space.base;

	*at = offset >> p->shift;
	*n = ((size - 1) >> p->shift) + 1;
	return size && addr >= p->space.base && !(offset & (p->space.granule - 1)) && *at < p->n && *n <= p->n - *at;
}

/* ---- iova.c ----------------------------------------------------------------- */

static uint64_t first_pfn(const struct peer *p)
{
	uint64_t first = p->space.base >> p->shift;

	return first ? first : 1;	/* 0 means failure */
}

static int create(const struct armdma_iova_policy *self, void **priv, const struct armdma_iova_space *s, struct armdma_error *err)
{
	struct iova_peer *v;
	int ret = peer_check(self, s, ARMDMA_IOVA_ALIGN_FULL, err);

	*priv = NULL;
	if (ret)
		return ret;
	if (s->granule > 4096)
		return fail(err, -EOPNOTSUPP, self->name, "takes no granule larger than a page");
	v = calloc(1, sizeof(*v) + (s->size / s->granule) * sizeof(v->len[0]));
	if (!v)
		return fail(err, -ENOMEM, self->name, "has no memory");
	peer_init(&v->p, self, s);
	v->caches = self->data != NULL;
	v->domain = side_iova_new(s->granule, first_pfn(&v->p), v->caches);
	if (!v->domain) {
		free(v);
		return fail(err, -ENOMEM, self->name, "has no memory for its domain");
	}
	*priv = v;
	return 0;
}

static void destroy(void *priv)
{
	struct iova_peer *v = priv;

	if (!v)
		return;
	side_iova_delete(v->domain, v->caches);
	free(v);
}

static uint64_t last_pfn(const struct peer *p, armdma_dma_t limit)
{
	armdma_dma_t last = p->space.base + (p->space.size - 1);

	if (limit && limit < last)
		last = limit;
	/* A limit in the middle of a granule leaves it out. */
	return ((last + 1) >> p->shift) - 1;
}

static int alloc(void *priv, const struct armdma_iova_request *req, armdma_dma_t *addr)
{
	struct iova_peer *v = priv;
	struct peer *p = &v->p;
	uint64_t n, natural, pfn = 0, last = last_pfn(p, req->limit);

	*addr = ARMDMA_MAPPING_ERROR;
	if (!req->size || req->align & (req->align - 1))
		return -EINVAL;
	n = ((req->size - 1) >> p->shift) + 1;
	natural = n > 1 ? 1ull << (64 - __builtin_clzll(n - 1)) : 1;
	/* More alignment than the size brings is not to be had. */
	if (n <= p->n && req->align <= natural << p->shift && last >= first_pfn(p) && last - first_pfn(p) >= n - 1)
		pfn = side_iova_alloc(v->domain, n, last, v->caches);
	if (!pfn) {
		p->st.failures++;
		return -ENOMEM;
	}
	*addr = pfn << p->shift;
	v->len[pfn - (p->space.base >> p->shift)] = (uint32_t)n;
	p->st.allocs++;
	peer_took(p, n);
	return 0;
}

/* Whole allocations only. */
static int give(void *priv, armdma_dma_t addr, uint64_t size)
{
	struct iova_peer *v = priv;
	uint64_t at, n;

	if (!peer_range(&v->p, addr, size, &at, &n) || (v->len[at] & ~RESERVED) != n)
		return -EINVAL;
	side_iova_free(v->domain, addr >> v->p.shift, n, v->caches && !(v->len[at] & RESERVED));
	v->len[at] = 0;
	v->p.st.frees++;
	peer_gave(&v->p, n);
	return 0;
}

/* Does anything that is remembered lie in [at, at+n)? */
static bool busy(const struct iova_peer *v, uint64_t at, uint64_t n)
{
	for (uint64_t i = 0; i < at + n;) {
		uint64_t len = v->len[i] & ~RESERVED;

		if (len && i + len > at)
			return true;
		i += len ? len : 1;
	}
	return false;
}

static int reserve(void *priv, armdma_dma_t addr, uint64_t size)
{
	struct iova_peer *v = priv;
	uint64_t at, n;

	if (!peer_range(&v->p, addr, size, &at, &n) || size & (v->p.space.granule - 1))
		return -EINVAL;
	if (busy(v, at, n))
		return -EBUSY;
	if (!side_iova_reserve(v->domain, addr >> v->p.shift, n))
		return -ENOMEM;
	v->len[at] = (uint32_t)n | RESERVED;
	peer_took(&v->p, n);
	return 0;
}

static bool query(void *priv, armdma_dma_t addr)
{
	struct iova_peer *v = priv;
	uint64_t at, n;

	return peer_range(&v->p, addr & ~(armdma_dma_t)(v->p.space.granule - 1), 1, &at, &n) && busy(v, at, 1);
}

static int walk(void *priv, int (*fn)(void *ctx, armdma_dma_t addr, uint64_t size), void *ctx)
{
	struct iova_peer *v = priv;
	struct peer *p = &v->p;
	int ret = 0;

	for (uint64_t i = 0; i < p->n && !ret;) {
		uint64_t from = i;

		while (i < p->n && v->len[i])
			i += v->len[i] & ~RESERVED;
		if (i > from)
			ret = fn(ctx, p->space.base + (from << p->shift), (i - from) << p->shift);
		else
			i++;
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
	struct iova_peer *v = priv;
	uint64_t sum = 0;

	walk(v, add_up, &sum);
	return sum == v->p.st.used ? 0 : fail(err, -EIO, v->p.policy->name, "counts other granules than it remembers");
}

struct longest {
	uint64_t end, most;	/* bytes from the base */
	armdma_dma_t base;
};

static int look_before(void *ctx, armdma_dma_t addr, uint64_t size)
{
	struct longest *l = ctx;

	if (addr - l->base - l->end > l->most)
		l->most = addr - l->base - l->end;
	l->end = addr - l->base + size;
	return 0;
}

static void stats(void *priv, struct armdma_iova_stats *st)
{
	struct iova_peer *v = priv;
	struct longest l = { .base = v->p.space.base };

	walk(v, look_before, &l);
	look_before(&l, v->p.space.base + v->p.space.size, 0);
	*st = v->p.st;
	st->largest_free = l.most;
	st->memory = side_memory() - v->p.memory;
}

#define POLICY(id, text, with)                                                                                                   \
	static const struct armdma_iova_policy id = {                                                                            \
		.name = text, .data = with, .create = create, .destroy = destroy, .alloc = alloc, .free = give, .reserve = reserve, \
		.query = query, .walk = walk, .validate = validate, .stats = stats,                                              \
	}

static const char with_caches;
POLICY(peer_iova, "linux-iova", &with_caches);
POLICY(peer_iova_rbtree, "linux-iova-rbtree", NULL);

ARMDMA_IOVA_PLUGIN(&peer_iova, &peer_iova_rbtree, &peer_genalloc_first, &peer_genalloc_best, &peer_genalloc_order, &peer_bitmap);
