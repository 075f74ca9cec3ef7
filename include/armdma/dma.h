/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The DMA-mapping API, as drivers call it.
 *
 * Each device has one structure of operations (struct armdma_dma_ops): direct, or behind an IOMMU. No
 * operation exists outside it; coherent and write-combine calls are wrappers of the attrs form. Names, arguments and results
 * are those of Linux 6.1 (include/linux/dma-mapping.h) with the prefix armdma_. Sizes are bytes.
 */
#ifndef ARMDMA_DMA_H
#define ARMDMA_DMA_H

#include <armdma/iova.h>
#include <armdma/machine.h>
#include <armdma/mm.h>
#include <armdma/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Allocate a buffer of size bytes (rounded up to pages), zeroed, for device and CPU to share.
 * *handle: its DMA address. Returns the CPU address: kernel address for uncached memory, or with
 * ARMDMA_ATTR_NO_KERNEL_MAPPING a cookie that must not be touched. NULL on failure, *handle is then
 * ARMDMA_MAPPING_ERROR and everything is as before (but for an empty level-2 table that the address space may keep). May sleep if gfp has __GFP_DIRECT_RECLAIM.
 * Linux 6.1 dma_alloc_attrs().
 */
ARMDMA_API void *armdma_dma_alloc_attrs(struct armdma_device *dev, size_t size, armdma_dma_t *handle,
					armdma_gfp_t gfp, unsigned long attrs);
/* Same dev, size, address, handle and attrs as the allocation; anything else is reported and frees nothing. NULL is ignored. */
ARMDMA_API void armdma_dma_free_attrs(struct armdma_device *dev, size_t size, void *cpu,
				      armdma_dma_t handle, unsigned long attrs);
/*
 * Map an allocated buffer, or a part of it, to the user: vma->npages pages from vma->pgoff. Memory type as the
 * kernel's mapping. Returns 0; -ENXIO when cpu is no live buffer of dev or the range does not fit; -ENOMEM.
 */
ARMDMA_API int armdma_dma_mmap_attrs(struct armdma_device *dev, struct armdma_vma *vma, void *cpu,
				     armdma_dma_t handle, size_t size, unsigned long attrs);

ARMDMA_INLINE void *armdma_dma_alloc_coherent(struct armdma_device *dev, size_t size,
					      armdma_dma_t *handle, armdma_gfp_t gfp)
{
	return armdma_dma_alloc_attrs(dev, size, handle, gfp,
				      (gfp & ARMDMA__GFP_NOWARN) ? ARMDMA_ATTR_NO_WARN : 0);
}
ARMDMA_INLINE void armdma_dma_free_coherent(struct armdma_device *dev, size_t size, void *cpu,
					    armdma_dma_t handle)
{
	armdma_dma_free_attrs(dev, size, cpu, handle, 0);
}
ARMDMA_INLINE int armdma_dma_mmap_coherent(struct armdma_device *dev, struct armdma_vma *vma,
					   void *cpu, armdma_dma_t handle, size_t size)
{
	return armdma_dma_mmap_attrs(dev, vma, cpu, handle, size, 0);
}
ARMDMA_INLINE void *armdma_dma_alloc_wc(struct armdma_device *dev, size_t size, armdma_dma_t *handle,
					armdma_gfp_t gfp)
{
	return armdma_dma_alloc_attrs(dev, size, handle, gfp,
				      ARMDMA_ATTR_WRITE_COMBINE |
					      ((gfp & ARMDMA__GFP_NOWARN) ? ARMDMA_ATTR_NO_WARN : 0));
}
ARMDMA_INLINE void armdma_dma_free_wc(struct armdma_device *dev, size_t size, void *cpu,
				      armdma_dma_t handle)
{
	armdma_dma_free_attrs(dev, size, cpu, handle, ARMDMA_ATTR_WRITE_COMBINE);
}
ARMDMA_INLINE int armdma_dma_mmap_wc(struct armdma_device *dev, struct armdma_vma *vma, void *cpu,
				     armdma_dma_t handle, size_t size)
{
	return armdma_dma_mmap_attrs(dev, vma, cpu, handle, size, ARMDMA_ATTR_WRITE_COMBINE);
}

/*
 * Streaming mappings. The buffer belongs to the device from map to unmap, except between
 * sync_for_cpu and sync_for_device. Any context. offset may exceed a page; [offset, offset+size) must be physically
 * contiguous from page. Returns the DMA address or ARMDMA_MAPPING_ERROR (test with armdma_dma_mapping_error()).
 */
ARMDMA_API armdma_dma_t armdma_dma_map_page_attrs(struct armdma_device *dev, struct armdma_page *page,
						  size_t offset, size_t size, enum armdma_dir dir,
						  unsigned long attrs);
ARMDMA_API void armdma_dma_unmap_page_attrs(struct armdma_device *dev, armdma_dma_t addr, size_t size,
					    enum armdma_dir dir, unsigned long attrs);
/* ptr must be a linear-map address; any other is reported and fails. map_page with page and offset of ptr. */
ARMDMA_API armdma_dma_t armdma_dma_map_single_attrs(struct armdma_device *dev, void *ptr, size_t size,
						    enum armdma_dir dir, unsigned long attrs);
/* Start address of the mapping, offset and size of the part to sync; dir of the mapping. */
ARMDMA_API void armdma_dma_sync_single_range_for_cpu(struct armdma_device *dev, armdma_dma_t addr,
						     unsigned long offset, size_t size,
						     enum armdma_dir dir);
ARMDMA_API void armdma_dma_sync_single_range_for_device(struct armdma_device *dev, armdma_dma_t addr,
							unsigned long offset, size_t size,
							enum armdma_dir dir);
/* 0 if addr is valid, -ENOMEM if it is ARMDMA_MAPPING_ERROR. */
ARMDMA_API int armdma_dma_mapping_error(struct armdma_device *dev, armdma_dma_t addr);

ARMDMA_INLINE armdma_dma_t armdma_dma_map_page(struct armdma_device *dev, struct armdma_page *page,
					       size_t offset, size_t size, enum armdma_dir dir)
{
	return armdma_dma_map_page_attrs(dev, page, offset, size, dir, 0);
}
ARMDMA_INLINE void armdma_dma_unmap_page(struct armdma_device *dev, armdma_dma_t addr, size_t size,
					 enum armdma_dir dir)
{
	armdma_dma_unmap_page_attrs(dev, addr, size, dir, 0);
}
ARMDMA_INLINE armdma_dma_t armdma_dma_map_single(struct armdma_device *dev, void *ptr, size_t size,
						 enum armdma_dir dir)
{
	return armdma_dma_map_single_attrs(dev, ptr, size, dir, 0);
}
ARMDMA_INLINE void armdma_dma_unmap_single_attrs(struct armdma_device *dev, armdma_dma_t addr,
						 size_t size, enum armdma_dir dir,
						 unsigned long attrs)
{
	armdma_dma_unmap_page_attrs(dev, addr, size, dir, attrs);
}
ARMDMA_INLINE void armdma_dma_unmap_single(struct armdma_device *dev, armdma_dma_t addr, size_t size,
					   enum armdma_dir dir)
{
	armdma_dma_unmap_page_attrs(dev, addr, size, dir, 0);
}
ARMDMA_INLINE void armdma_dma_sync_single_for_cpu(struct armdma_device *dev, armdma_dma_t addr,
						  size_t size, enum armdma_dir dir)
{
	armdma_dma_sync_single_range_for_cpu(dev, addr, 0, size, dir);
}
ARMDMA_INLINE void armdma_dma_sync_single_for_device(struct armdma_device *dev, armdma_dma_t addr,
						     size_t size, enum armdma_dir dir)
{
	armdma_dma_sync_single_range_for_device(dev, addr, 0, size, dir);
}

/* Masks. -EIO when the mask excludes all RAM that could be used. Defaults: 32 bits. */
ARMDMA_API int armdma_dma_set_mask(struct armdma_device *dev, uint64_t mask);
ARMDMA_API int armdma_dma_set_coherent_mask(struct armdma_device *dev, uint64_t mask);
ARMDMA_API uint64_t armdma_dma_get_mask(const struct armdma_device *dev);
ARMDMA_INLINE int armdma_dma_set_mask_and_coherent(struct armdma_device *dev, uint64_t mask)
{
	int ret = armdma_dma_set_mask(dev, mask);

	return ret ? ret : armdma_dma_set_coherent_mask(dev, mask);
}

/* ---- IOMMU mappings: an IO address space that devices are attached to ---- */

struct armdma_iommu_mapping;

/*
 * New address space [base, base+size). policy NULL: "first-fit". Returns NULL and *error (may be
 * NULL): -ERANGE size > 4 GiB or beyond 32 bits, -EINVAL size < one page or base not page aligned, -ENOMEM.
 * Linux 6.1 arm_iommu_create_mapping().
 */
ARMDMA_API struct armdma_iommu_mapping *
armdma_iommu_create_mapping(struct armdma_machine *m, armdma_dma_t base, uint64_t size,
			    const struct armdma_iova_policy *policy, int *error);
/* Drop a reference; the last frees the space. NULL is ignored. What is still mapped in it is reported as leaked. */
ARMDMA_API void armdma_iommu_release_mapping(struct armdma_iommu_mapping *mapping);
/* The device's ops become the IOMMU ops; takes a reference. -ENODEV: no SYSMMU in front of it; -EBUSY: attached. */
ARMDMA_API int armdma_iommu_attach_device(struct armdma_device *dev,
					  struct armdma_iommu_mapping *mapping);
/* Back to direct ops; drops the reference. Not attached: reported. */
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

struct armdma_dma_stats {
	uint64_t live_allocs, live_maps, live_bytes;	/* of the device */
	uint64_t allocs, frees, maps, unmaps, syncs;
	uint64_t failures;
};
ARMDMA_API void armdma_dma_stats(const struct armdma_device *dev, struct armdma_dma_stats *st);

#ifdef __cplusplus
}
#endif
#endif
