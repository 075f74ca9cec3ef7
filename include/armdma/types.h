/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Basic types, directions, attributes and allocation flags.
 *
 * Names and values of directions, attributes and flags are those of Linux 6.1
 * (include/linux/dma-direction.h, dma-mapping.h, gfp_types.h), because they are
 * the interface that drivers are written against.
 *
 * Addresses are 64 bits wide everywhere. The three address types are kept
 * apart by name: a physical address is never an IOVA, and neither is a pfn.
 */
#ifndef ARMDMA_TYPES_H
#define ARMDMA_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define ARMDMA_API __attribute__((visibility("default")))
#define ARMDMA_PRINTF(f, a) __attribute__((format(printf, f, a)))
#define ARMDMA_INLINE static inline __attribute__((always_inline, unused))
#else
#define ARMDMA_API
#define ARMDMA_PRINTF(f, a)
#define ARMDMA_INLINE static inline
#endif

/* CPU physical address, bytes. */
typedef uint64_t armdma_phys_t;
/* What a device puts on its bus, bytes: an IOVA behind an IOMMU. */
typedef uint64_t armdma_dma_t;
/* Physical page number: physical address >> ARMDMA_PAGE_SHIFT. */
typedef uint64_t armdma_pfn_t;

#define ARMDMA_PAGE_SHIFT 12
#define ARMDMA_PAGE_SIZE ((size_t)1 << ARMDMA_PAGE_SHIFT)
#define ARMDMA_PAGE_MASK (~(uint64_t)(ARMDMA_PAGE_SIZE - 1))
#define ARMDMA_PAGE_ALIGN(x) (((uint64_t)(x) + ARMDMA_PAGE_SIZE - 1) & ARMDMA_PAGE_MASK)

/* All ones: never a valid DMA address. Test it with armdma_dma_mapping_error(). */
#define ARMDMA_MAPPING_ERROR (~(armdma_dma_t)0)
#define ARMDMA_BIT_MASK(n) ((n) >= 64 ? ~0ULL : (1ULL << (n)) - 1)

enum armdma_dir {
	ARMDMA_BIDIRECTIONAL = 0,
	ARMDMA_TO_DEVICE = 1,	/* the device reads memory */
	ARMDMA_FROM_DEVICE = 2,	/* the device writes memory */
	ARMDMA_NONE = 3,	/* never valid in a call */
};

/* DMA attributes (bits of an unsigned long), values of Linux 4.8 and later. */
#define ARMDMA_ATTR_WEAK_ORDERING (1UL << 1)
#define ARMDMA_ATTR_WRITE_COMBINE (1UL << 2)
#define ARMDMA_ATTR_NO_KERNEL_MAPPING (1UL << 4)
#define ARMDMA_ATTR_SKIP_CPU_SYNC (1UL << 5)
#define ARMDMA_ATTR_FORCE_CONTIGUOUS (1UL << 6)
#define ARMDMA_ATTR_ALLOC_SINGLE_PAGES (1UL << 7)
#define ARMDMA_ATTR_NO_WARN (1UL << 8)
#define ARMDMA_ATTR_PRIVILEGED (1UL << 9)

/* Allocation flags. */
typedef unsigned int armdma_gfp_t;
#define ARMDMA__GFP_DMA 0x01u
#define ARMDMA__GFP_HIGHMEM 0x02u
#define ARMDMA__GFP_DMA32 0x04u
#define ARMDMA__GFP_HIGH 0x20u
#define ARMDMA__GFP_IO 0x40u
#define ARMDMA__GFP_FS 0x80u
#define ARMDMA__GFP_ZERO 0x100u
#define ARMDMA__GFP_DIRECT_RECLAIM 0x400u
#define ARMDMA__GFP_KSWAPD_RECLAIM 0x800u
#define ARMDMA__GFP_NOWARN 0x2000u
#define ARMDMA__GFP_NORETRY 0x10000u
#define ARMDMA__GFP_COMP 0x40000u
#define ARMDMA_GFP_KERNEL \
	(ARMDMA__GFP_DIRECT_RECLAIM | ARMDMA__GFP_KSWAPD_RECLAIM | ARMDMA__GFP_IO | ARMDMA__GFP_FS)
#define ARMDMA_GFP_NOWAIT ARMDMA__GFP_KSWAPD_RECLAIM
#define ARMDMA_GFP_ATOMIC (ARMDMA__GFP_HIGH | ARMDMA__GFP_KSWAPD_RECLAIM)
#define ARMDMA_GFP_DMA ARMDMA__GFP_DMA

struct armdma_machine;	/* one simulated computer: hardware and kernel software */
struct armdma_hw;	/* its hardware half, reached only through armdma/hw.h */
struct armdma_device;	/* a device as the DMA API knows it (armdma/dma.h) */
struct armdma_page;	/* one page of RAM as the allocator knows it (armdma/mm.h) */

#define ARMDMA_ERROR_LEN 256
/* What was wrong, in words that name the offending value. */
struct armdma_error {
	char msg[ARMDMA_ERROR_LEN];
};

#ifdef __cplusplus
}
#endif
#endif
