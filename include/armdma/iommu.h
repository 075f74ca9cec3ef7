/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IOMMU domains (page tables) and the SYSMMU driver.
 *
 * A domain is one IO address space: a two-level table in simulated RAM. Attached to a device it
 * is carried by every SYSMMU in front of that device. Most users want a mapping (armdma/dma.h),
 * which adds IOVA allocation and the DMA API; this is the layer below.
 */
#ifndef ARMDMA_IOMMU_H
#define ARMDMA_IOMMU_H

#include <armdma/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ARMDMA_IOMMU_READ (1u << 0)
#define ARMDMA_IOMMU_WRITE (1u << 1)
#define ARMDMA_IOMMU_CACHE (1u << 2)
#define ARMDMA_IOMMU_NOEXEC (1u << 3)
#define ARMDMA_IOMMU_MMIO (1u << 4)
#define ARMDMA_IOMMU_PRIV (1u << 5)

struct armdma_domain;

/*
 * New empty domain: a level-1 table of 16 KiB, all entries invalid and cleaned to DRAM.
 * Returns NULL when pages are exhausted.
 */
ARMDMA_API struct armdma_domain *armdma_domain_alloc(struct armdma_machine *m);
/* Free it with its tables. A domain that is still attached is detached first (reported). NULL is ignored. */
ARMDMA_API void armdma_domain_free(struct armdma_domain *d);
/*
 * Page sizes that armdma_iommu_map() uses, as a bit mask (default 4K, 64K, 1M). Units up to 3.x have 16M as well, 5.x and 6.x
 * 2M and 16M; 7.x have neither. Sizes that the format has not: -EINVAL.
 */
ARMDMA_API int armdma_domain_set_pgsizes(struct armdma_domain *d, uint64_t mask);
ARMDMA_API uint64_t armdma_domain_pgsizes(const struct armdma_domain *d);
/* Physical address of the level-1 table, as written to the hardware. */
ARMDMA_API armdma_phys_t armdma_domain_table(const struct armdma_domain *d);

/*
 * Map [iova, iova+size) to [pa, pa+size) with the largest page sizes that divide iova | pa and fit.
 * Entries are written through the CPU cache and cleaned to DRAM, level-2 tables before the level-1
 * entries that point to them. prot: ARMDMA_IOMMU_READ/WRITE; up to 3.x WRITE alone maps read/write (the hardware has no
 * write-only). Returns 0; -EINVAL (not multiples of 4 KiB, size 0, an IOVA beyond 32 bits, a physical address beyond 32 (from 5.x
 * on 36) bits, no prot), -EADDRINUSE
 * (something is mapped there; nothing changes), -ENOMEM (no page for a table; what was mapped is undone).
 */
ARMDMA_API int armdma_iommu_map(struct armdma_domain *d, armdma_dma_t iova, armdma_phys_t pa,
				uint64_t size, unsigned int prot);
/*
 * Unmap a range: clear entries, clean them, then invalidate the TLBs of all attached SYSMMUs. A large
 * entry that is only partly inside is unmapped whole, as IOMMU drivers do. Returns the bytes that were mapped and
 * are no more. Above 64 pages each unit is blocked once and flushed whole.
 */
ARMDMA_API uint64_t armdma_iommu_unmap(struct armdma_domain *d, armdma_dma_t iova, uint64_t size);
/*
 * Take level-2 tables without entries out of the tree and give their memory back, when no walk can use them any more. An
 * unmap leaves them where they are, because the next map would need them. Returns how many.
 */
ARMDMA_API unsigned int armdma_domain_trim(struct armdma_domain *d);

/*
 * Lazy invalidation: an unmap clears the entries at once, but TLBs are told later, once for many unmaps. Until then a device
 * can still use a translation that its TLB holds. So the IOVAs of a queued range are not mapped anew before the flush (the DMA
 * API does not hand them out; a map over them flushes first). Its memory may be reused at once, as Linux does in its lazy mode, by
 * whoever trusts the device: that is the price. Coherent buffers are always flushed before their pages are freed.
 * A flush comes when the queue is full, by entries or bytes; when an unmap or map finds that the oldest is older than `age`;
 * with armdma_domain_flush(); and when the last unit is disabled.
 */
struct armdma_lazy {
	unsigned int entries;	/* ranges that wait at most, 1 to 65536 */
	uint64_t bytes;		/* of IOVA that wait at most; 0: no bound */
	uint64_t age;		/* cycles; 0: no bound */
};
/* NULL: strict, each unmap invalidates before it returns (the default). Flushes first. 0, -EINVAL, -ENOMEM. */
ARMDMA_API int armdma_domain_set_lazy(struct armdma_domain *d, const struct armdma_lazy *lazy);
/* Invalidate for everything that waits. */
ARMDMA_API void armdma_domain_flush(struct armdma_domain *d);

/*
 * Promotion: where sixteen small pages come to lie as one large page does (physically contiguous, aligned on both sides, the
 * same access), map turns them into one, and those into a section, with the units blocked for the moment. An unmap of a
 * part then cuts the larger page instead of unmapping it whole. Nothing is copied or moved. Sections are of 1 MiB only, and keep
 * the level-2 table that they were made of, so that cutting needs no memory. To be switched on before sections are mapped and off when
 * none is left: else -EINVAL. Off by default. Returns 0.
 */
ARMDMA_API int armdma_domain_set_promote(struct armdma_domain *d, bool on);

/* Translation as the tables say (software walk), or ARMDMA_MAPPING_ERROR. */
ARMDMA_API armdma_phys_t armdma_iova_to_phys(struct armdma_domain *d, armdma_dma_t iova);
/* Call fn for every mapped entry in ascending order until it returns nonzero; returns that. */
ARMDMA_API int armdma_domain_walk(struct armdma_domain *d,
				  int (*fn)(void *ctx, armdma_dma_t iova, armdma_phys_t pa,
					    uint64_t size, unsigned int prot),
				  void *ctx);
/* Tables consistent with each other and clean in DRAM? 0 or -EIO. */
ARMDMA_API int armdma_domain_validate(struct armdma_domain *d, struct armdma_error *err);

/*
 * Attach a device: all SYSMMUs in front of it carry the domain. Hardware is programmed now if the device is
 * active (runtime PM), else when it resumes. Several devices may carry one domain. A domain without entries takes on the table
 * format of the device's SYSMMUs. Returns 0, -ENODEV (no SYSMMU in front), -EBUSY (attached elsewhere), -EINVAL (entries in a
 * format or of a size that these SYSMMUs do not read).
 */
ARMDMA_API int armdma_domain_attach(struct armdma_domain *d, struct armdma_device *dev);
/* Detach: disable the units. Not attached to d: -EINVAL. */
ARMDMA_API int armdma_domain_detach(struct armdma_domain *d, struct armdma_device *dev);
/*
 * What a disabled SYSMMU of the device does with traffic: let it pass untranslated (false, the default: what drivers of
 * devices that do direct DMA need), or hold it until the device is attached again (true: IOVAs of a device that is
 * detached in the middle of its work never reach memory as physical addresses). Returns 0 or -ENODEV.
 */
ARMDMA_API int armdma_iommu_hold_detached(struct armdma_device *dev, bool hold);

/*
 * Prefetch buffers (3.x, 5.x, 6.x): IOVA ranges whose level-2 descriptors the device's SYSMMUs keep, and fetch ahead of the stream.
 * Each buffer serves one range and, from 3.3 on, one direction; without TLB update for accesses by columns. Kept over suspend and attach; n 0:
 * none. On 3.x an unmap then invalidates everything, since buffers keep descriptors that were invalid. Returns 0, -ENODEV,
 * -EOPNOTSUPP (no such buffers), -ENOSPC (fewer than n), -EINVAL (an empty range, or one beyond 32 bits).
 */
struct armdma_prefetch {
	armdma_dma_t start;
	uint64_t size;		/* bytes */
	bool write;		/* serves what the device writes; false: what it reads */
	bool descending;	/* the stream goes down */
	bool columns;		/* hits do not fill the TLB */
};
ARMDMA_API int armdma_iommu_set_prefetch(struct armdma_device *dev, const struct armdma_prefetch *buf,
					 unsigned int n);

/* A fault as the driver decoded it. */
struct armdma_fault {
	struct armdma_device *dev;
	const char *unit;	/* SYSMMU */
	const char *what;	/* "page fault", "access protection (write)", ... */
	armdma_dma_t iova;
	unsigned int bit;	/* of INT_STATUS */
	bool write, direction_known;
	bool retries;		/* false (5.x): what the fault holds is lost, whatever the handler does */
	bool info_known;	/* the next two, from 3.3 on */
	unsigned int id;	/* AxID of the transaction */
	unsigned int beats;	/* its length */
};
/*
 * Called in interrupt context for each fault. 0: repaired; the driver clears the interrupt and
 * lets the held transaction retry. Nonzero, or no handler: the fault is reported, the interrupt
 * is masked in the unit, and the transaction stays held until the device is detached or recovered.
 */
typedef int (*armdma_fault_fn)(void *ctx, const struct armdma_fault *f);
ARMDMA_API void armdma_domain_set_fault_handler(struct armdma_domain *d, armdma_fault_fn fn, void *ctx);
/* Clear the pending faults of a device's units and retry what they hold. Returns 0 or -ENODEV. */
ARMDMA_API int armdma_iommu_recover(struct armdma_device *dev);

/* Index of a page size. */
enum { ARMDMA_IOMMU_4K, ARMDMA_IOMMU_64K, ARMDMA_IOMMU_1M, ARMDMA_IOMMU_2M, ARMDMA_IOMMU_16M, ARMDMA_IOMMU_NR_SIZES };

struct armdma_iommu_stats {
	uint64_t maps, unmaps;	/* entries written / cleared, by page size: see below */
	uint64_t entries[ARMDMA_IOMMU_NR_SIZES];	/* live entries */
	uint64_t l2_tables;	/* live level-2 tables */
	uint64_t flush_all, flush_entry, flush_range;	/* TLB maintenance writes */
	uint64_t blocks;	/* times that a unit was stopped for maintenance */
	uint64_t lazy_queued, lazy_flushes;
	uint64_t lazy_waiting;	/* ranges in the queue now */
	uint64_t promotions, cuts;	/* larger pages made of smaller ones, and back */
	uint64_t block_timeouts;
	uint64_t faults;
};
ARMDMA_API void armdma_domain_stats(const struct armdma_domain *d, struct armdma_iommu_stats *st);

/* State of a device's SYSMMUs as the driver keeps it (for comparisons before and after a call). */
struct armdma_sysmmu_state {
	unsigned int units;
	unsigned int clk_enable_count;	/* sum over the units */
	bool enabled;			/* programmed and running */
	armdma_phys_t table;		/* level-1 table carried, 0: none */
};
ARMDMA_API int armdma_sysmmu_get_state(struct armdma_device *dev, struct armdma_sysmmu_state *st);

#ifdef __cplusplus
}
#endif
#endif
