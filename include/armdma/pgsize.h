/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who dictates page sizes: a hint of the driver, for a device or for one buffer.
 *
 * A device behind an IOMMU sees any pages as one range, but its TLB has few entries: what counts is how large the entries are that
 * map a buffer. That depends on the blocks that its memory is made of. Linux takes the largest that it can
 * get (2 MiB, 1 MiB, 64 KiB, 4 KiB) and lets no driver say more; here a driver can. What each choice costs and
 * brings: docs/page-size.md.
 */
#ifndef ARMDMA_PGSIZE_H
#define ARMDMA_PGSIZE_H

#include <armdma/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* All sizes in bytes: 4 KiB, 64 KiB, 1 MiB or 2 MiB; 0: no wish. */
struct armdma_pgsize_policy {
	/*
	 * No block of a buffer is smaller: the buffer is rounded up to a multiple (memory and IOVAs that nobody asked for), and
	 * without such a block the allocation fails. 0: 4 KiB.
	 */
	uint64_t min;
	/* Blocks are tried from this size down to min; never larger again after a failure. 0: 2 MiB. */
	uint64_t preferred;
	/* Largest entry that maps a buffer or a streaming mapping of the device; 0: what the address space has. */
	uint64_t max;
	/* Buffers start at a multiple of it; power of two. 0: the rule of the IOVA policy. */
	uint64_t iova_align;
	/*
	 * Where neighbours come to lie as a larger page, they become one (armdma_domain_set_promote()). It is a property of the
	 * address space: set it before the device is attached; then all devices of the space have it.
	 */
	bool promote;
};

/* As Linux 6.1; 4 KiB alone; nothing but whole blocks of one size; 4 KiB, promoted. */
ARMDMA_API struct armdma_pgsize_policy armdma_pgsize_linux(void);
ARMDMA_API struct armdma_pgsize_policy armdma_pgsize_4k(void);
ARMDMA_API struct armdma_pgsize_policy armdma_pgsize_strict(uint64_t size);
ARMDMA_API struct armdma_pgsize_policy armdma_pgsize_promote(void);

/*
 * Policy of a device, for what it allocates and maps from now on; NULL: as Linux. Buffers and mappings that are there stay as
 * they are. Without an IOMMU it has no effect. Returns 0, or -EINVAL: a size that is none of the four, an alignment
 * that is no power of two, preferred below min, or promotion of an address space that has sections already.
 */
ARMDMA_API int armdma_device_set_pgsize_policy(struct armdma_device *dev,
					       const struct armdma_pgsize_policy *policy);
ARMDMA_API struct armdma_pgsize_policy armdma_device_pgsize_policy(const struct armdma_device *dev);

/*
 * The same for one buffer, as attributes of armdma_dma_alloc_attrs(): made of whole blocks of that size, whatever the device's policy
 * says (min and preferred; max is raised to it). At most one of them; not Linux's.
 */
#define ARMDMA_ATTR_PGSIZE_4K (1UL << 16)
#define ARMDMA_ATTR_PGSIZE_64K (2UL << 16)
#define ARMDMA_ATTR_PGSIZE_1M (3UL << 16)
#define ARMDMA_ATTR_PGSIZE_MASK (7UL << 16)

#ifdef __cplusplus
}
#endif
#endif
