/* SPDX-License-Identifier: BSD-2-Clause */
/* DMA pools (armdma/dmapool.h). */
#ifndef ARMDMA_COMPAT_LINUX_DMAPOOL_H
#define ARMDMA_COMPAT_LINUX_DMAPOOL_H

#include <armdma/dmapool.h>
#include <linux/dma-mapping.h>

struct dma_pool;	/* struct armdma_dma_pool by its kernel name */

ARMDMA_INLINE struct armdma_dma_pool *armdma_compat_pool(struct dma_pool *pool)
{
	return (struct armdma_dma_pool *)pool;
}
ARMDMA_INLINE struct dma_pool *dma_pool_create(const char *name, struct device *dev, size_t size, size_t align,
					       size_t boundary)
{
	ARMDMA_COMPAT_DEV;

	return d ? (struct dma_pool *)armdma_dma_pool_create(name, d, size, align, boundary) : NULL;
}
ARMDMA_INLINE void dma_pool_destroy(struct dma_pool *pool)
{
	armdma_dma_pool_destroy(armdma_compat_pool(pool));
}
ARMDMA_INLINE void *dma_pool_alloc(struct dma_pool *pool, gfp_t gfp, dma_addr_t *handle)
{
	armdma_dma_t addr = DMA_MAPPING_ERROR;
	void *cpu = armdma_dma_pool_alloc(armdma_compat_pool(pool), gfp, &addr);

	*handle = addr;
	return cpu;
}
ARMDMA_INLINE void *dma_pool_zalloc(struct dma_pool *pool, gfp_t gfp, dma_addr_t *handle)
{
	armdma_dma_t addr = DMA_MAPPING_ERROR;
	void *cpu = armdma_dma_pool_zalloc(armdma_compat_pool(pool), gfp, &addr);

	*handle = addr;
	return cpu;
}
ARMDMA_INLINE void dma_pool_free(struct dma_pool *pool, void *vaddr, dma_addr_t addr)
{
	armdma_dma_pool_free(armdma_compat_pool(pool), vaddr, addr);
}
/* Freed with the driver, in turn with everything else that is. */
ARMDMA_API void armdma_compat_pool_destroy(void *pool);
ARMDMA_INLINE struct dma_pool *dmam_pool_create(const char *name, struct device *dev, size_t size, size_t align,
						size_t boundary)
{
	ARMDMA_COMPAT_DEV;
	struct armdma_dma_pool *pool = d ? armdma_dmam_pool_create(name, d, size, align, boundary) : NULL;

	if (pool && armdma_compat_devm_add(dev, armdma_compat_pool_destroy, pool, "dmam_pool_create")) {
		armdma_dmam_pool_destroy(pool);
		return NULL;
	}
	return (struct dma_pool *)pool;
}
ARMDMA_API void armdma_compat_pool_forget(struct armdma_dma_pool *pool);
ARMDMA_INLINE void dmam_pool_destroy(struct dma_pool *pool)
{
	armdma_compat_pool_forget(armdma_compat_pool(pool));
	armdma_dmam_pool_destroy(armdma_compat_pool(pool));
}

#endif
