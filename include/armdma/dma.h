/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The DMA-mapping API, as drivers call it.
 *
 * Each device has one set of operations: direct or behind an IOMMU, each for a device that snoops the CPU's caches
 * (coherent) or one that does not, or bounce buffers (armdma/dmabounce.h). Every call below goes through it.
 * Names, arguments and results are those of Linux 6.1 (include/linux/dma-mapping.h, kernel/dma/mapping.c) with the prefix
 * armdma_. Sizes are bytes. Where that kernel deviates from what the API promises, config.fidelity chooses (docs/fidelity.md).
 *
 * Bad arguments are reported (armdma/report.h) and the call fails or does nothing; dev NULL fails with a line on
 * stderr. Context: "any" may be called in atomic context; what may sleep there is reported.
 */
#ifndef ARMDMA_DMA_H
#define ARMDMA_DMA_H

#include <armdma/iova.h>
#include <armdma/machine.h>
#include <armdma/mm.h>
#include <armdma/scatterlist.h>
#include <armdma/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Coherent and write-combine buffers ---------------------------------- */

/*
 * Allocate a buffer of size bytes (rounded up to pages), zeroed, for device and CPU to share.
 * *handle: its DMA address. Returns the CPU address: kernel address for uncached memory, or with
 * ARMDMA_ATTR_NO_KERNEL_MAPPING a cookie that must not be touched. NULL on failure, *handle is then
 * ARMDMA_MAPPING_ERROR and everything is as before (but for an empty level-2 table that the address space may keep).
 * Memory comes from what the device declared (exclusively, if it did); else without __GFP_DIRECT_RECLAIM from the
 * atomic pool; else from contiguous memory (direct operations, or ARMDMA_ATTR_FORCE_CONTIGUOUS) or the page allocator. None of
 * these stands in for another. Zone flags are ignored: the coherent mask decides. May sleep if gfp has __GFP_DIRECT_RECLAIM.
 */
ARMDMA_API void *armdma_dma_alloc_attrs(struct armdma_device *dev, size_t size, armdma_dma_t *handle,
					armdma_gfp_t gfp, unsigned long attrs);
/*
 * Same dev, size, address, handle and attrs as the allocation; anything else is reported and frees nothing. NULL is
 * ignored. Pages that are still mapped to a user stay alive until they are unmapped there, and that is reported. May sleep.
 */
ARMDMA_API void armdma_dma_free_attrs(struct armdma_device *dev, size_t size, void *cpu,
				      armdma_dma_t handle, unsigned long attrs);
/*
 * Map an allocated buffer, or a part of it, to the user: vma->npages pages from vma->pgoff. Memory type as the
 * kernel's mapping. Returns 0; -ENXIO when cpu is no live buffer of dev or the range does not fit; -ENOMEM. May sleep.
 */
ARMDMA_API int armdma_dma_mmap_attrs(struct armdma_device *dev, struct armdma_vma *vma, void *cpu,
				     armdma_dma_t handle, size_t size, unsigned long attrs);
/*
 * The buffer's pages as a table, for another device to map: only the CPU's side is filled in. Physically contiguous runs
 * are one entry; the last is trimmed to size. Returns 0, -ENXIO (no live buffer of dev), -ENOMEM. May sleep.
 */
ARMDMA_API int armdma_dma_get_sgtable_attrs(struct armdma_device *dev, struct armdma_sg_table *sgt, void *cpu,
					    armdma_dma_t handle, size_t size, unsigned long attrs);
/* Can this device's buffers be mapped to users? */
ARMDMA_API bool armdma_dma_can_mmap(struct armdma_device *dev);

/* The same with attrs 0 (alloc: ARMDMA_ATTR_NO_WARN if gfp has __GFP_NOWARN), or write-combine. */
ARMDMA_API void *armdma_dma_alloc_coherent(struct armdma_device *dev, size_t size, armdma_dma_t *handle,
					   armdma_gfp_t gfp);
ARMDMA_API void armdma_dma_free_coherent(struct armdma_device *dev, size_t size, void *cpu,
					 armdma_dma_t handle);
ARMDMA_API int armdma_dma_mmap_coherent(struct armdma_device *dev, struct armdma_vma *vma, void *cpu,
					armdma_dma_t handle, size_t size);
ARMDMA_API void *armdma_dma_alloc_wc(struct armdma_device *dev, size_t size, armdma_dma_t *handle,
				     armdma_gfp_t gfp);
ARMDMA_API void armdma_dma_free_wc(struct armdma_device *dev, size_t size, void *cpu, armdma_dma_t handle);
ARMDMA_API int armdma_dma_mmap_wc(struct armdma_device *dev, struct armdma_vma *vma, void *cpu,
				  armdma_dma_t handle, size_t size);
ARMDMA_API int armdma_dma_get_sgtable(struct armdma_device *dev, struct armdma_sg_table *sgt, void *cpu,
				      armdma_dma_t handle, size_t size);

/*
 * Managed buffers: freed with the driver (armdma_device_unbind()), last first. dma_free_*() of one is reported and
 * frees nothing. May sleep.
 */
ARMDMA_API void *armdma_dmam_alloc_attrs(struct armdma_device *dev, size_t size, armdma_dma_t *handle,
					 armdma_gfp_t gfp, unsigned long attrs);
ARMDMA_API void *armdma_dmam_alloc_coherent(struct armdma_device *dev, size_t size, armdma_dma_t *handle,
					    armdma_gfp_t gfp);
/* What is no managed buffer of dev with that size and handle is reported and not freed. */
ARMDMA_API void armdma_dmam_free_coherent(struct armdma_device *dev, size_t size, void *cpu,
					  armdma_dma_t handle);

/*
 * Memory of the device's own: [pa, pa+size) becomes what its coherent allocations come from, exclusively; the device reaches it at
 * dev_addr. pa: reserved memory (config.reserved_size), or allocated pages, of which a reference is taken. Blocks are powers of
 * two of pages. May sleep. Returns 0; -EINVAL (size 0, not page aligned, memory that cannot be mapped), -EBUSY (the
 * device has some), -ENOMEM.
 */
ARMDMA_API int armdma_dma_declare_coherent_memory(struct armdma_device *dev, armdma_phys_t pa,
						  armdma_dma_t dev_addr, size_t size);
/* With buffers still out: reported, and it stays. None declared: ignored. May sleep. */
ARMDMA_API void armdma_dma_release_coherent_memory(struct armdma_device *dev);

/* ---- Streaming mappings ---------------------------------------------------- */

/*
 * The buffer belongs to the device from map to unmap, except between sync_for_cpu and sync_for_device. Any context.
 * offset may exceed a page; [offset, offset+size) must be physically contiguous from page. Returns the DMA address or
 * ARMDMA_MAPPING_ERROR (test with armdma_dma_mapping_error()): beyond the mask, or out of IO address space or tables.
 * attrs: ARMDMA_ATTR_SKIP_CPU_SYNC, ARMDMA_ATTR_PRIVILEGED, ARMDMA_ATTR_WEAK_ORDERING.
 */
ARMDMA_API armdma_dma_t armdma_dma_map_page_attrs(struct armdma_device *dev, struct armdma_page *page,
						  size_t offset, size_t size, enum armdma_dir dir,
						  unsigned long attrs);
ARMDMA_API armdma_dma_t armdma_dma_map_page(struct armdma_device *dev, struct armdma_page *page,
					    size_t offset, size_t size, enum armdma_dir dir);
/* ptr must be a linear-map address; any other is reported and fails. map_page with page and offset of ptr. */
ARMDMA_API armdma_dma_t armdma_dma_map_single_attrs(struct armdma_device *dev, void *ptr, size_t size,
						    enum armdma_dir dir, unsigned long attrs);
ARMDMA_API armdma_dma_t armdma_dma_map_single(struct armdma_device *dev, void *ptr, size_t size,
					      enum armdma_dir dir);
/* Address, size and direction of the mapping; anything else is reported and unmaps nothing. Any context. */
ARMDMA_API void armdma_dma_unmap_page_attrs(struct armdma_device *dev, armdma_dma_t addr, size_t size,
					    enum armdma_dir dir, unsigned long attrs);
ARMDMA_API void armdma_dma_unmap_page(struct armdma_device *dev, armdma_dma_t addr, size_t size,
				      enum armdma_dir dir);
ARMDMA_API void armdma_dma_unmap_single_attrs(struct armdma_device *dev, armdma_dma_t addr, size_t size,
					      enum armdma_dir dir, unsigned long attrs);
ARMDMA_API void armdma_dma_unmap_single(struct armdma_device *dev, armdma_dma_t addr, size_t size,
					enum armdma_dir dir);
/*
 * Registers of another device, [pa, pa+size), for this one to reach (a FIFO): never memory (reported), no cache
 * maintenance. Direct: the physical address, if the mask allows it. Any context.
 */
ARMDMA_API armdma_dma_t armdma_dma_map_resource(struct armdma_device *dev, armdma_phys_t pa, size_t size,
						enum armdma_dir dir, unsigned long attrs);
ARMDMA_API void armdma_dma_unmap_resource(struct armdma_device *dev, armdma_dma_t addr, size_t size,
					  enum armdma_dir dir, unsigned long attrs);
/* 0 if addr is valid, -ENOMEM if it is ARMDMA_MAPPING_ERROR. */
ARMDMA_API int armdma_dma_mapping_error(struct armdma_device *dev, armdma_dma_t addr);

/*
 * Map a list of nents entries. Returns the number of DMA segments, 1..nents, at the list's front: behind an IOMMU
 * entries merge where one ends and the next starts at a page boundary, up to the device's largest segment; 0 on failure, the
 * list's DMA side is then void. A list is not mapped again before it is unmapped (reported). Any context.
 */
ARMDMA_API unsigned int armdma_dma_map_sg_attrs(struct armdma_device *dev, struct armdma_scatterlist *sgl,
						int nents, enum armdma_dir dir, unsigned long attrs);
ARMDMA_API unsigned int armdma_dma_map_sg(struct armdma_device *dev, struct armdma_scatterlist *sgl, int nents,
					  enum armdma_dir dir);
/* nents as given to map, not what it returned; anything else is reported and unmaps nothing. Any context. */
ARMDMA_API void armdma_dma_unmap_sg_attrs(struct armdma_device *dev, struct armdma_scatterlist *sgl, int nents,
					  enum armdma_dir dir, unsigned long attrs);
ARMDMA_API void armdma_dma_unmap_sg(struct armdma_device *dev, struct armdma_scatterlist *sgl, int nents,
				    enum armdma_dir dir);
/*
 * The same for a table: nents becomes the number of segments. Returns 0; -EINVAL (an argument), -ENOMEM (out of memory
 * or IO address space; worth another try later), -EIO (anything else). Any context.
 */
ARMDMA_API int armdma_dma_map_sgtable(struct armdma_device *dev, struct armdma_sg_table *sgt, enum armdma_dir dir,
				      unsigned long attrs);
ARMDMA_API void armdma_dma_unmap_sgtable(struct armdma_device *dev, struct armdma_sg_table *sgt,
					 enum armdma_dir dir, unsigned long attrs);

/* ---- Sync -------------------------------------------------------------------- */

/*
 * Give [addr, addr+size) of a mapping to the CPU, or back to the device. Any part of a mapping; what reaches beyond one, or
 * is none, is reported and not synced. dir: the mapping's, or any if that is bidirectional. Partial syncs work in
 * whole cache lines (docs/memory-model.md). Any context.
 */
ARMDMA_API void armdma_dma_sync_single_for_cpu(struct armdma_device *dev, armdma_dma_t addr, size_t size,
					       enum armdma_dir dir);
ARMDMA_API void armdma_dma_sync_single_for_device(struct armdma_device *dev, armdma_dma_t addr, size_t size,
						  enum armdma_dir dir);
/* The part at addr + offset. */
ARMDMA_API void armdma_dma_sync_single_range_for_cpu(struct armdma_device *dev, armdma_dma_t addr,
						     unsigned long offset, size_t size,
						     enum armdma_dir dir);
ARMDMA_API void armdma_dma_sync_single_range_for_device(struct armdma_device *dev, armdma_dma_t addr,
							unsigned long offset, size_t size,
							enum armdma_dir dir);
/* A whole list; nents as given to map. */
ARMDMA_API void armdma_dma_sync_sg_for_cpu(struct armdma_device *dev, struct armdma_scatterlist *sgl, int nents,
					   enum armdma_dir dir);
ARMDMA_API void armdma_dma_sync_sg_for_device(struct armdma_device *dev, struct armdma_scatterlist *sgl,
					      int nents, enum armdma_dir dir);
ARMDMA_API void armdma_dma_sync_sgtable_for_cpu(struct armdma_device *dev, struct armdma_sg_table *sgt,
						enum armdma_dir dir);
ARMDMA_API void armdma_dma_sync_sgtable_for_device(struct armdma_device *dev, struct armdma_sg_table *sgt,
						   enum armdma_dir dir);
/* Does the mapping at addr need syncs at all? */
ARMDMA_API bool armdma_dma_need_sync(struct armdma_device *dev, armdma_dma_t addr);

/* ---- Pages that are synced by hand ------------------------------------------ */

/*
 * size bytes (rounded up to pages) of cached, zeroed, physically contiguous lowmem, mapped for the device as a streaming
 * mapping is: sync before and after the device uses it. Zone flags are refused. NULL on failure. May sleep with
 * __GFP_DIRECT_RECLAIM. As Linux 6.1: NULL behind an IOMMU, whose operations there have no such method.
 */
ARMDMA_API struct armdma_page *armdma_dma_alloc_pages(struct armdma_device *dev, size_t size,
						      armdma_dma_t *handle, enum armdma_dir dir,
						      armdma_gfp_t gfp);
ARMDMA_API void armdma_dma_free_pages(struct armdma_device *dev, size_t size, struct armdma_page *page,
				      armdma_dma_t handle, enum armdma_dir dir);
/* The same with the pages' linear address. */
ARMDMA_API void *armdma_dma_alloc_noncoherent(struct armdma_device *dev, size_t size, armdma_dma_t *handle,
					      enum armdma_dir dir, armdma_gfp_t gfp);
ARMDMA_API void armdma_dma_free_noncoherent(struct armdma_device *dev, size_t size, void *cpu,
					    armdma_dma_t handle, enum armdma_dir dir);
/* Map such pages, cached, to the user. 0, -ENXIO (the range does not fit), -EINVAL, -ENOMEM. May sleep. */
ARMDMA_API int armdma_dma_mmap_pages(struct armdma_device *dev, struct armdma_vma *vma, size_t size,
				     struct armdma_page *page);
/*
 * The same, not necessarily contiguous for the CPU: a table with one DMA segment. attrs: 0 or
 * ARMDMA_ATTR_ALLOC_SINGLE_PAGES (others are reported and fail). May sleep.
 */
ARMDMA_API struct armdma_sg_table *armdma_dma_alloc_noncontiguous(struct armdma_device *dev, size_t size,
								  enum armdma_dir dir, armdma_gfp_t gfp,
								  unsigned long attrs);
ARMDMA_API void armdma_dma_free_noncontiguous(struct armdma_device *dev, size_t size,
					      struct armdma_sg_table *sgt, enum armdma_dir dir);
/* A cached kernel address of all of it; NULL on failure. May sleep. */
ARMDMA_API void *armdma_dma_vmap_noncontiguous(struct armdma_device *dev, size_t size,
					       struct armdma_sg_table *sgt);
ARMDMA_API void armdma_dma_vunmap_noncontiguous(struct armdma_device *dev, void *vaddr);
ARMDMA_API int armdma_dma_mmap_noncontiguous(struct armdma_device *dev, struct armdma_vma *vma, size_t size,
					     struct armdma_sg_table *sgt);

/* ---- Masks and limits --------------------------------------------------------- */

/* Can the device's operations serve a device that reaches only addresses up to this mask? */
ARMDMA_API bool armdma_dma_supported(struct armdma_device *dev, uint64_t mask);
/* -EIO when the mask is not supported; the old one stays. Default: 32 bits. */
ARMDMA_API int armdma_dma_set_mask(struct armdma_device *dev, uint64_t mask);
ARMDMA_API int armdma_dma_set_coherent_mask(struct armdma_device *dev, uint64_t mask);
ARMDMA_API int armdma_dma_set_mask_and_coherent(struct armdma_device *dev, uint64_t mask);
ARMDMA_API int armdma_dma_coerce_mask_and_coherent(struct armdma_device *dev, uint64_t mask);
ARMDMA_API uint64_t armdma_dma_get_mask(const struct armdma_device *dev);
/* The smallest mask that reaches all RAM (behind an IOMMU: 32 bits). */
ARMDMA_API uint64_t armdma_dma_get_required_mask(struct armdma_device *dev);
/* Does the mask, or the bus, keep it from some of the RAM? */
ARMDMA_API bool armdma_dma_addressing_limited(struct armdma_device *dev);
/* Bytes of the largest segment (default 64 KiB), to which map_sg merges; -EINVAL for 0. */
ARMDMA_API unsigned int armdma_dma_get_max_seg_size(const struct armdma_device *dev);
ARMDMA_API int armdma_dma_set_max_seg_size(struct armdma_device *dev, unsigned int size);
/* No merged segment crosses a multiple of mask + 1 (default: no limit); -EINVAL unless mask + 1 is a power of two. */
ARMDMA_API uint64_t armdma_dma_get_seg_boundary(const struct armdma_device *dev);
ARMDMA_API int armdma_dma_set_seg_boundary(struct armdma_device *dev, uint64_t mask);
/* Address bits that a bounced mapping keeps (0: none). */
ARMDMA_API unsigned int armdma_dma_get_min_align_mask(const struct armdma_device *dev);
ARMDMA_API int armdma_dma_set_min_align_mask(struct armdma_device *dev, unsigned int mask);
/* Largest single mapping, and the largest that costs little. Bytes. */
ARMDMA_API size_t armdma_dma_max_mapping_size(struct armdma_device *dev);
ARMDMA_API size_t armdma_dma_opt_mapping_size(struct armdma_device *dev);
/* Entries whose ends meet at multiples of this + 1 merge; 0: they never do. As Linux 6.1: always 0. */
ARMDMA_API uint64_t armdma_dma_get_merge_boundary(struct armdma_device *dev);
/* Cache line: what starts and ends on its multiples shares no line. Bytes. */
ARMDMA_API unsigned int armdma_dma_get_cache_alignment(const struct armdma_device *dev);

/* What a direct device's DMA address stands for, through its bus window; all ones outside every window. */
ARMDMA_API armdma_phys_t armdma_dma_to_phys(const struct armdma_device *dev, armdma_dma_t addr);

/* ---- Sets of operations -------------------------------------------------------- */

enum armdma_dma_opset {
	ARMDMA_OPS_DIRECT,
	ARMDMA_OPS_DIRECT_COHERENT,
	ARMDMA_OPS_IOMMU,
	ARMDMA_OPS_IOMMU_COHERENT,
	ARMDMA_OPS_BOUNCE,
	ARMDMA_NR_OPSETS
};

/*
 * Put a device on a set of operations, in one call: its bus port joins the CPU's snoop port or leaves it; behind an
 * IOMMU it stays in the address space that it is attached to, or gets one of its own, [0, 4 GiB), as arch_setup_dma_ops()
 * makes one for a device of a device tree; with bounce buffers every mapping is bounced (armdma_dmabounce_register_dev() chooses finer). May sleep.
 * Returns 0; -EBUSY (mappings, buffers or pools are live, or the device is transferring), -ENODEV (no SYSMMU in front), -EINVAL, -ENOMEM; the
 * device is then where it was.
 */
ARMDMA_API int armdma_dma_set_ops(struct armdma_device *dev, enum armdma_dma_opset set);
ARMDMA_API enum armdma_dma_opset armdma_dma_get_ops(const struct armdma_device *dev);
ARMDMA_API const char *armdma_dma_ops_name(enum armdma_dma_opset set);

/*
 * The driver lets go of its device: managed memory and pools are freed, last first; buffers and mappings that are left then
 * are reported as leaked (they stay). May sleep.
 */
ARMDMA_API void armdma_device_unbind(struct armdma_device *dev);

/* ---- IOMMU mappings: an IO address space that devices are attached to ---- */

struct armdma_iommu_mapping;

/*
 * New address space [base, base+size). policy NULL: the default, first fit (as Linux 6.1: armdma_iova_linux_arm() with that kernel's
 * sizing). Returns NULL and *error (may be NULL): -ERANGE size > 4 GiB or beyond 32 bits, -EINVAL size < one page or
 * base not page aligned, -ENOMEM. May sleep. Linux 6.1 arm_iommu_create_mapping().
 */
ARMDMA_API struct armdma_iommu_mapping *
armdma_iommu_create_mapping(struct armdma_machine *m, armdma_dma_t base, uint64_t size,
			    const struct armdma_iova_policy *policy, int *error);
/* Drop a reference; the last frees the space. NULL is ignored. What is still mapped in it is reported as leaked. May sleep. */
ARMDMA_API void armdma_iommu_release_mapping(struct armdma_iommu_mapping *mapping);
/* The device's ops become the IOMMU ops; takes a reference. -ENODEV: no SYSMMU in front of it; -EBUSY: attached. May sleep. */
ARMDMA_API int armdma_iommu_attach_device(struct armdma_device *dev,
					  struct armdma_iommu_mapping *mapping);
/* Back to direct ops; drops the reference. Not attached: reported. May sleep. */
ARMDMA_API void armdma_iommu_detach_device(struct armdma_device *dev);
ARMDMA_API struct armdma_iommu_mapping *armdma_to_iommu_mapping(const struct armdma_device *dev);
struct armdma_domain;
ARMDMA_API struct armdma_domain *armdma_mapping_domain(const struct armdma_iommu_mapping *mapping);
ARMDMA_API void armdma_mapping_iova_stats(const struct armdma_iommu_mapping *mapping,
					  struct armdma_iova_stats *st);
/* The space's IOVA allocator, for replaying recorded workloads: allocations made here have no translation. */
ARMDMA_API int armdma_mapping_iova_alloc(struct armdma_iommu_mapping *mapping, uint64_t size,
					 armdma_dma_t *addr);
ARMDMA_API int armdma_mapping_iova_free(struct armdma_iommu_mapping *mapping, armdma_dma_t addr,
					uint64_t size);

/* ---- Counters and self-check ----------------------------------------------------- */

struct armdma_dma_stats {
	uint64_t live_allocs, live_maps, live_bytes;	/* of the device; a list is one mapping, bytes are of buffers */
	uint64_t allocs, frees, maps, unmaps, syncs;
	uint64_t failures;
};
ARMDMA_API void armdma_dma_stats(const struct armdma_device *dev, struct armdma_dma_stats *st);

struct armdma_atomic_pool_stats {
	uint64_t size, used;	/* bytes; size 0: never used, or none */
};
ARMDMA_API void armdma_atomic_pool_stats(struct armdma_machine *m, struct armdma_atomic_pool_stats *st);

/*
 * Check what holds between any two calls, slowly: every IOVA in use belongs to a live buffer or mapping and the other way
 * round; each has its translation, with the right permission and page; no pages are lost; pools and records agree.
 * Returns 0, or -EIO with *err (may be NULL) saying what is broken.
 */
ARMDMA_API int armdma_dma_validate(struct armdma_machine *m, struct armdma_error *err);

#ifdef __cplusplus
}
#endif
#endif
