/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dmabounce: operations for devices that reach only part of RAM. What lies elsewhere is copied through safe buffers.
 *
 * Behaviour: arch/arm/common/dmabounce.c in its last form (Linux 5.19).
 */
#ifndef ARMDMA_DMABOUNCE_H
#define ARMDMA_DMABOUNCE_H

#include <armdma/dma.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Must the len bytes at this DMA address be bounced? Asked when the mask alone does not say so. Any context; must not sleep. */
typedef bool (*armdma_needs_bounce_fn)(struct armdma_device *dev, armdma_dma_t addr, size_t len);

/*
 * The device's operations become the bounce operations. Safe buffers of up to `small` bytes come from one pool, up to `large`
 * (0: no such pool) from another, bigger ones from the atomic pool. needs_bounce NULL: only the mask decides. May sleep.
 * Returns 0; -EINVAL (small 0, or large below small); -EBUSY (mappings or buffers are live); -ENOMEM.
 */
ARMDMA_API int armdma_dmabounce_register_dev(struct armdma_device *dev, size_t small, size_t large,
					     armdma_needs_bounce_fn needs_bounce);
/* Back to direct operations. Not registered, or with mappings still bounced: reported, nothing is done. */
ARMDMA_API void armdma_dmabounce_unregister_dev(struct armdma_device *dev);

struct armdma_dmabounce_stats {
	uint64_t small_allocs, large_allocs, other_allocs;	/* safe buffers by where they came from */
	uint64_t map_ops;	/* mappings that had to be bounced, failed ones included */
	uint64_t bounces;	/* copies: at map, sync and unmap */
	uint64_t bytes_copied;
	uint64_t live;		/* safe buffers out now */
};
/* Returns 0 or -ENODEV. */
ARMDMA_API int armdma_dmabounce_stats(const struct armdma_device *dev, struct armdma_dmabounce_stats *st);

#ifdef __cplusplus
}
#endif
#endif
