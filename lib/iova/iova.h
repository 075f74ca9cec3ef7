/* SPDX-License-Identifier: BSD-2-Clause */
/* What the policies share: requests and ranges in granules, errors, memory. */
#ifndef LIB_IOVA_IOVA_H
#define LIB_IOVA_IOVA_H

#include <errno.h>

#include <armdma/iova.h>

extern const struct armdma_iova_policy iova_policy_linux_arm, iova_policy_linux_arm_order, iova_policy_genpool_first,
	iova_policy_genpool_best, iova_policy_first_fit, iova_policy_next_fit, iova_policy_best_fit, iova_policy_top_down,
	iova_policy_two_level, iova_policy_buddy;

/* Thread caches over another policy (lib/iova/magazine.h). */
#define IOVA_MAGAZINE(its_name, below)                                                                      \
	{                                                                                                   \
		.name = its_name, .data = below, .create = mag_create, .destroy = mag_destroy,     \
		.alloc = mag_alloc, .free = mag_free, .reserve = mag_reserve, .query = mag_query,            \
		.walk = mag_walk, .validate = mag_validate, .stats = mag_stats,                              \
	}
int mag_create(const struct armdma_iova_policy *self, void **priv, const struct armdma_iova_space *space,
			 struct armdma_error *err);
void mag_destroy(void *priv);
int mag_alloc(void *priv, const struct armdma_iova_request *req, armdma_dma_t *addr);
int mag_free(void *priv, armdma_dma_t addr, uint64_t size);
int mag_reserve(void *priv, armdma_dma_t addr, uint64_t size);
bool mag_query(void *priv, armdma_dma_t addr);
int mag_walk(void *priv, int (*fn)(void *ctx, armdma_dma_t addr, uint64_t size), void *ctx);
int mag_validate(void *priv, struct armdma_error *err);
void mag_stats(void *priv, struct armdma_iova_stats *st);

/* Formats *err, if there is one; returns ret. */
ARMDMA_PRINTF(3, 4) int iova_fail(struct armdma_error *err, int ret, const char *fmt, ...);
/* The space with call-outs that are never NULL. */
struct armdma_iova_space iova_with_memory(const struct armdma_iova_space *space);

static inline void *iova_mem_get(const struct armdma_iova_space *s, size_t size)
{
	return s->mem_alloc(s->mem_ctx, size);
}

static inline void iova_mem_put(const struct armdma_iova_space *s, void *p, size_t size)
{
	if (p)
		s->mem_free(s->mem_ctx, p, size);
}

/* Order of the power of two that holds count. */
static inline unsigned int iova_order(uint64_t count)
{
	return count > 1 ? 64 - (unsigned int)__builtin_clzll(count - 1) : 0;
}

/* Granules from the base on whose last byte is within the limit. */
static inline uint64_t iova_below(const struct armdma_iova_space *s, unsigned int shift, armdma_dma_t limit)
{
	uint64_t offset = limit - s->base;

	if (!limit || (limit >= s->base && offset >= s->size - 1))
		return s->size >> shift;
	return limit < s->base ? 0 : (offset + 1) >> shift;
}

/* Granules [*from, *end) of a range of bytes; false when it does not lie in the space. */
static inline bool iova_range(const struct armdma_iova_space *s, unsigned int shift, armdma_dma_t addr, uint64_t size,
			      uint64_t *from, uint64_t *end)
{
	uint64_t offset = addr - s->base;	/* huge when addr lies below the base */

	if (!size || offset & (s->granule - 1) || offset >= s->size || size > s->size - offset)
		return false;
	*from = offset >> shift;
	*end = *from + ((size - 1) >> shift) + 1;
	return true;
}

/* armdma_iova_want() of a space that has been checked. */
static inline int iova_want(const struct armdma_iova_space *s, unsigned int shift, enum armdma_iova_align own,
			    const struct armdma_iova_request *req, struct armdma_iova_want *w)
{
	enum armdma_iova_align rule = s->align == ARMDMA_IOVA_ALIGN_OWN ? own : s->align;
	unsigned int order;
	uint64_t pages;

	if (!req->size || req->align & (req->align - 1))
		return -EINVAL;
	w->count = ((req->size - 1) >> shift) + 1;
	w->end = iova_below(s, shift, req->limit);
	w->skew = s->base >> shift;
	w->mask = 0;
	if (req->align) {
		w->mask = req->align >> shift ? (req->align >> shift) - 1 : 0;
	} else if (rule == ARMDMA_IOVA_ALIGN_CAPPED) {
		order = iova_order(w->count);
		w->mask = (1ULL << (order < s->align_order ? order : s->align_order)) - 1;
		w->skew = 0;
	} else if (rule == ARMDMA_IOVA_ALIGN_FULL) {
		order = iova_order(w->count);
		w->mask = order < 64 ? (1ULL << order) - 1 : UINT64_MAX;
	} else if (rule == ARMDMA_IOVA_ALIGN_PAGES) {
		pages = s->page_sizes >> shift;
		order = 63 - (unsigned int)__builtin_clzll(w->count);
		pages &= (2ULL << order) - 1;	/* those that are no larger; 2 << 63 is 0 */
		w->mask = pages ? (1ULL << (63 - __builtin_clzll(pages))) - 1 : 0;
	}
	return w->count > s->size >> shift ? -ENOMEM : 0;
}

#endif
