/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IOVA allocation policies.
 *
 * A policy hands out ranges of an IO address space. The DMA layer knows only this interface, so a
 * mapping can use any policy. Addresses and sizes are bytes, multiples of the space's granule.
 */
#ifndef ARMDMA_IOVA_H
#define ARMDMA_IOVA_H

#include <armdma/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The address space [base, base+size). */
struct armdma_iova_space {
	armdma_dma_t base;
	uint64_t size;
	uint32_t granule;	/* bytes, power of two: the unit of allocation */
	uint32_t align_order;	/* cap of the alignment: 2^align_order granules (ARM default 8) */
	/* Every allocation of the policy's own memory; NULL: malloc/free. alloc returns zeroed memory or NULL. */
	void *(*mem_alloc)(void *ctx, size_t size);
	void (*mem_free)(void *ctx, void *p, size_t size);
	void *mem_ctx;
};

struct armdma_iova_request {
	uint64_t size;		/* bytes, > 0; rounded up to granules */
	armdma_dma_t limit;	/* last byte must be <= limit; 0: no limit */
	uint64_t align;		/* bytes, power of two; 0: the policy's own rule */
	armdma_dma_t hint;	/* where to look first; policies may ignore it; 0: none */
};

struct armdma_iova_stats {
	uint64_t total;		/* bytes that can be handed out at all */
	uint64_t used;		/* bytes */
	uint64_t peak;		/* most that was ever used */
	uint64_t largest_free;	/* longest free run, bytes */
	uint64_t allocs, frees, failures;
	uint64_t memory;	/* bytes of the policy's own memory */
};

struct armdma_iova_policy {
	const char *name;
	/* 0, -EINVAL (*err says why), -ENOMEM. */
	int (*create)(void **priv, const struct armdma_iova_space *space, struct armdma_error *err);
	void (*destroy)(void *priv);
	/* 0 and *addr; -ENOMEM (no such hole), -EINVAL (size 0, bad alignment). */
	int (*alloc)(void *priv, const struct armdma_iova_request *req, armdma_dma_t *addr);
	/* 0; -EINVAL when any part of the range is not allocated or outside the space: nothing is freed then. */
	int (*free)(void *priv, armdma_dma_t addr, uint64_t size);
	/* Take a range out of circulation. 0, -EBUSY, -EINVAL. */
	int (*reserve)(void *priv, armdma_dma_t addr, uint64_t size);
	/* Is the granule that contains addr allocated (or reserved)? */
	bool (*query)(void *priv, armdma_dma_t addr);
	/* Call fn for every maximal allocated run in ascending order until it returns nonzero; returns that. */
	int (*walk)(void *priv, int (*fn)(void *ctx, armdma_dma_t addr, uint64_t size), void *ctx);
	/* 0, or -EIO with *err naming the broken invariant. */
	int (*validate)(void *priv, struct armdma_error *err);
	void (*stats)(void *priv, struct armdma_iova_stats *st);
};

/*
 * First fit in bitmaps, as Linux 6.1's ARM DMA layer (arch/arm/mm/dma-mapping.c): bitmaps of 32768 pages
 * (128 MiB) added on demand, alignment to the order of the size up to the cap, relative to base, lowest
 * address first, no allocation across two bitmaps. Its sizing is exact, unlike that kernel's: a space
 * that is no multiple of a bitmap has a short last one, and nothing beyond the space is handed out.
 */
ARMDMA_API const struct armdma_iova_policy *armdma_iova_linux_arm(void);
/* By name ("linux-arm"), or NULL. */
ARMDMA_API const struct armdma_iova_policy *armdma_iova_find(const char *name);

#ifdef __cplusplus
}
#endif
#endif
