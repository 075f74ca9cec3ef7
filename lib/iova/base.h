/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What policies have in common that keep a bit a granule: the space, the bits, the counters, and what can be asked of them.
 *
 * The bits are the truth about what is allocated, whatever the policy keeps beside them to find places; so any range of them
 * can be freed, and nothing that is free.
 */
#ifndef LIB_IOVA_BASE_H
#define LIB_IOVA_BASE_H

#include "lib/iova/bits.h"
#include "lib/iova/iova.h"
#include "lib/iova/lock.h"

#define BASE_MAX (1ULL << 31)	/* granules */
#define BASE_NONE UINT64_MAX	/* no place */

struct iova_base {
	/* What single granules need comes first. */
	struct iova_lock lock;
	unsigned int shift;		/* log2 of the granule */
	uint64_t *used;			/* bit a granule */
	uint64_t nr_used, peak;		/* granules */
	uint64_t allocs, frees;
	armdma_dma_t last;		/* byte of the space */
	struct armdma_iova_space space;
	enum armdma_iova_align own;
	uint64_t total;			/* granules */
	uint64_t failures;
	size_t bytes;			/* of memory */
};

/* Fill in what the space says. -EINVAL. */
int base_init(struct iova_base *b, const struct armdma_iova_space *space, enum armdma_iova_align own, struct armdma_error *err);
/* Part of one piece of memory: where it begins, on a cache line; *bytes grows. */
size_t base_put(size_t *bytes, size_t len);

bool base_query(struct iova_base *b, armdma_dma_t addr);
int base_walk(struct iova_base *b, int (*fn)(void *ctx, armdma_dma_t addr, uint64_t size), void *ctx);
void base_stats(struct iova_base *b, struct armdma_iova_stats *st);
/* Bits are counted, and those of nr_bits that lie behind the space are set. */
int base_validate(const struct iova_base *b, uint64_t nr_bits, struct armdma_error *err);

static inline bool base_is_used(const struct iova_base *b, uint64_t at)
{
	return b->used[at / 64] >> (at % 64) & 1;
}

static inline void base_count_used(struct iova_base *b, uint64_t n)
{
	b->nr_used += n;
	if (b->nr_used > b->peak)
		b->peak = b->nr_used;
}

/* The request in granules. -EINVAL, or -ENOMEM with the failure counted. */
static inline int base_want(struct iova_base *b, const struct armdma_iova_request *req, struct armdma_iova_want *w,
			    armdma_dma_t *addr)
{
	int ret = iova_want(&b->space, b->shift, b->own, req, w);

	b->failures += ret == -ENOMEM;
	if (ret)
		*addr = ARMDMA_MAPPING_ERROR;
	return ret;
}

/* What became of it: at is where, or BASE_NONE. */
static inline int base_answer(struct iova_base *b, uint64_t at, armdma_dma_t *addr)
{
	if (at == BASE_NONE) {
		b->failures++;
		*addr = ARMDMA_MAPPING_ERROR;
		return -ENOMEM;
	}
	b->allocs++;
	*addr = b->space.base + (at << b->shift);
	return 0;
}

/* Granules of a range that is used as a whole; false. */
static inline bool base_used_range(const struct iova_base *b, armdma_dma_t addr, uint64_t size, uint64_t *from, uint64_t *end)
{
	return iova_range(&b->space, b->shift, addr, size, from, end) && iova_all_set(b->used, (uint32_t)*from, (uint32_t)*end);
}

#endif
