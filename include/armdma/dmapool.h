/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DMA pools: small coherent blocks of one size, cut from chunks of coherent memory.
 *
 * Behaviour: Linux 6.1 mm/dmapool.c. Free blocks are chained through their own first four bytes, in memory that
 * the device reaches: what it writes into a free block breaks the chain, here as there (a broken chain is reported, never followed).
 */
#ifndef ARMDMA_DMAPOOL_H
#define ARMDMA_DMAPOOL_H

#include <armdma/dma.h>

#ifdef __cplusplus
extern "C" {
#endif

struct armdma_dma_pool;

/*
 * size bytes a block (at least 4, rounded up to align), aligned to align (a power of two; 0: 1), no block across a
 * multiple of boundary (a power of two >= size; 0: none beyond the chunk's). Chunks have max(size, page) bytes. The name is cut
 * to 31 characters. NULL: bad align, size or boundary (reported), or out of memory. May sleep.
 * As Linux 6.1, the last block before a boundary is lost when sizes divide it; as documented, it is used.
 */
ARMDMA_API struct armdma_dma_pool *armdma_dma_pool_create(const char *name, struct armdma_device *dev,
							  size_t size, size_t align, size_t boundary);
/*
 * NULL is ignored. Blocks that are still out are reported, their chunks stay allocated, the pool itself goes. May sleep.
 * A later call with the pool is reported (ARMDMA_REPORT_BAD_FREE) and does nothing, as long as its device lives and destroys
 * no more than 64 further pools.
 */
ARMDMA_API void armdma_dma_pool_destroy(struct armdma_dma_pool *pool);
/*
 * A block, and its DMA address. Not zeroed unless __GFP_ZERO. A new chunk is allocated when no block is free, with gfp:
 * may sleep with GFP_KERNEL. NULL on failure, *handle is then ARMDMA_MAPPING_ERROR.
 */
ARMDMA_API void *armdma_dma_pool_alloc(struct armdma_dma_pool *pool, armdma_gfp_t gfp, armdma_dma_t *handle);
ARMDMA_API void *armdma_dma_pool_zalloc(struct armdma_dma_pool *pool, armdma_gfp_t gfp, armdma_dma_t *handle);
/* Any context. What is no live block of this pool, with this pair of addresses, is reported and not freed. */
ARMDMA_API void armdma_dma_pool_free(struct armdma_dma_pool *pool, void *vaddr, armdma_dma_t dma);
/* Managed: goes with the driver (armdma_device_unbind()). dma_pool_destroy() of one is reported and destroys nothing. */
ARMDMA_API struct armdma_dma_pool *armdma_dmam_pool_create(const char *name, struct armdma_device *dev,
							   size_t size, size_t align, size_t boundary);
ARMDMA_API void armdma_dmam_pool_destroy(struct armdma_dma_pool *pool);

/*
 * Pool debugging (CONFIG_DMAPOOL_DEBUG): from now on free blocks are filled with 0xa7 and checked when they are handed
 * out again (a change is reported), handed-out ones are filled with 0xa9.
 */
ARMDMA_API void armdma_dma_pool_set_debug(struct armdma_dma_pool *pool, bool on);

struct armdma_dma_pool_stats {
	size_t block_size, chunk_size;	/* bytes */
	uint64_t blocks_used, blocks_total, chunks;
};
ARMDMA_API void armdma_dma_pool_stats(const struct armdma_dma_pool *pool, struct armdma_dma_pool_stats *st);
/* The device's pools as its sysfs file `pools` shows them: name, blocks in use, blocks, block size, chunks. Length as snprintf(). */
ARMDMA_API int armdma_dma_pools_show(const struct armdma_device *dev, char *buf, size_t len);

#ifdef __cplusplus
}
#endif
#endif
