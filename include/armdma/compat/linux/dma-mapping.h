/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The DMA API: armdma/dma.h under the kernel's names (Linux 6.1), for struct device. A device that is NULL or does no DMA is
 * reported (ARMDMA_REPORT_BAD_ARGUMENT), and the call fails.
 */
#ifndef ARMDMA_COMPAT_LINUX_DMA_MAPPING_H
#define ARMDMA_COMPAT_LINUX_DMA_MAPPING_H

#include <armdma/dma.h>
#include <linux/device.h>
#include <linux/dma-direction.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>
#include <linux/sizes.h>

#define DMA_ATTR_WEAK_ORDERING ARMDMA_ATTR_WEAK_ORDERING
#define DMA_ATTR_WRITE_COMBINE ARMDMA_ATTR_WRITE_COMBINE
#define DMA_ATTR_NO_KERNEL_MAPPING ARMDMA_ATTR_NO_KERNEL_MAPPING
#define DMA_ATTR_SKIP_CPU_SYNC ARMDMA_ATTR_SKIP_CPU_SYNC
#define DMA_ATTR_FORCE_CONTIGUOUS ARMDMA_ATTR_FORCE_CONTIGUOUS
#define DMA_ATTR_ALLOC_SINGLE_PAGES ARMDMA_ATTR_ALLOC_SINGLE_PAGES
#define DMA_ATTR_NO_WARN ARMDMA_ATTR_NO_WARN
#define DMA_ATTR_PRIVILEGED ARMDMA_ATTR_PRIVILEGED

#define DMA_MAPPING_ERROR ARMDMA_MAPPING_ERROR
#define DMA_BIT_MASK(n) ((n) == 64 ? ~0ULL : (1ULL << ((n) & 63)) - 1)

/* Report a call with a device that cannot do DMA. Site: the caller. */
ARMDMA_API void armdma_compat_no_dma(const struct device *dev, const char *call);

ARMDMA_INLINE struct armdma_device *armdma_compat_dma(const struct device *dev, const char *call)
{
	if (__builtin_expect(dev && dev->armdma, 1))
		return dev->armdma;
	armdma_compat_no_dma(dev, call);
	return NULL;
}
#define ARMDMA_COMPAT_DIR(dir) ((enum armdma_dir)(dir))
#define ARMDMA_COMPAT_DEV struct armdma_device *d = armdma_compat_dma(dev, __func__)

/* ---- buffers for device and CPU to share ----------------------------------- */

ARMDMA_INLINE void *dma_alloc_attrs(struct device *dev, size_t size, dma_addr_t *handle, gfp_t gfp, unsigned long attrs)
{
	ARMDMA_COMPAT_DEV;
	armdma_dma_t addr = DMA_MAPPING_ERROR;
	void *cpu = d ? armdma_dma_alloc_attrs(d, size, &addr, gfp, attrs) : NULL;

	*handle = addr;
	return cpu;
}
ARMDMA_INLINE void dma_free_attrs(struct device *dev, size_t size, void *cpu, dma_addr_t handle, unsigned long attrs)
{
	ARMDMA_COMPAT_DEV;

	if (d)
		armdma_dma_free_attrs(d, size, cpu, handle, attrs);
}
ARMDMA_INLINE void *dma_alloc_coherent(struct device *dev, size_t size, dma_addr_t *handle, gfp_t gfp)
{
	ARMDMA_COMPAT_DEV;
	armdma_dma_t addr = DMA_MAPPING_ERROR;
	void *cpu = d ? armdma_dma_alloc_coherent(d, size, &addr, gfp) : NULL;

	*handle = addr;
	return cpu;
}
ARMDMA_INLINE void dma_free_coherent(struct device *dev, size_t size, void *cpu, dma_addr_t handle)
{
	ARMDMA_COMPAT_DEV;

	if (d)
		armdma_dma_free_coherent(d, size, cpu, handle);
}
ARMDMA_INLINE void *dma_alloc_wc(struct device *dev, size_t size, dma_addr_t *handle, gfp_t gfp)
{
	ARMDMA_COMPAT_DEV;
	armdma_dma_t addr = DMA_MAPPING_ERROR;
	void *cpu = d ? armdma_dma_alloc_wc(d, size, &addr, gfp) : NULL;

	*handle = addr;
	return cpu;
}
ARMDMA_INLINE void dma_free_wc(struct device *dev, size_t size, void *cpu, dma_addr_t handle)
{
	ARMDMA_COMPAT_DEV;

	if (d)
		armdma_dma_free_wc(d, size, cpu, handle);
}
ARMDMA_INLINE int dma_mmap_attrs(struct device *dev, struct vm_area_struct *vma, void *cpu, dma_addr_t handle,
				 size_t size, unsigned long attrs)
{
	ARMDMA_COMPAT_DEV;

	if (!d)
		return -ENXIO;
	return armdma_compat_vma_out(vma, armdma_dma_mmap_attrs(d, armdma_compat_vma_in(vma), cpu, handle, size, attrs));
}
ARMDMA_INLINE int dma_mmap_coherent(struct device *dev, struct vm_area_struct *vma, void *cpu, dma_addr_t handle,
				    size_t size)
{
	ARMDMA_COMPAT_DEV;

	if (!d)
		return -ENXIO;
	return armdma_compat_vma_out(vma, armdma_dma_mmap_coherent(d, armdma_compat_vma_in(vma), cpu, handle, size));
}
ARMDMA_INLINE int dma_mmap_wc(struct device *dev, struct vm_area_struct *vma, void *cpu, dma_addr_t handle, size_t size)
{
	ARMDMA_COMPAT_DEV;

	if (!d)
		return -ENXIO;
	return armdma_compat_vma_out(vma, armdma_dma_mmap_wc(d, armdma_compat_vma_in(vma), cpu, handle, size));
}
ARMDMA_INLINE bool dma_can_mmap(struct device *dev)
{
	ARMDMA_COMPAT_DEV;

	return d && armdma_dma_can_mmap(d);
}
ARMDMA_INLINE int dma_get_sgtable_attrs(struct device *dev, struct sg_table *sgt, void *cpu, dma_addr_t handle,
					size_t size, unsigned long attrs)
{
	ARMDMA_COMPAT_DEV;

	return d ? armdma_dma_get_sgtable_attrs(d, sgt, cpu, handle, size, attrs) : -ENXIO;
}
ARMDMA_INLINE int dma_get_sgtable(struct device *dev, struct sg_table *sgt, void *cpu, dma_addr_t handle, size_t size)
{
	ARMDMA_COMPAT_DEV;

	return d ? armdma_dma_get_sgtable(d, sgt, cpu, handle, size) : -ENXIO;
}
/* Managed: freed with the driver, in turn with everything else that is (devm_*). */
ARMDMA_API int armdma_compat_dmam_add(struct device *dev, size_t size, void *cpu, dma_addr_t handle);
ARMDMA_API void armdma_compat_dmam_take(struct device *dev, const void *cpu);
ARMDMA_INLINE void *dmam_alloc_attrs(struct device *dev, size_t size, dma_addr_t *handle, gfp_t gfp, unsigned long attrs)
{
	ARMDMA_COMPAT_DEV;
	armdma_dma_t addr = DMA_MAPPING_ERROR;
	void *cpu = d ? armdma_dmam_alloc_attrs(d, size, &addr, gfp, attrs) : NULL;

	*handle = addr;
	if (cpu && armdma_compat_dmam_add(dev, size, cpu, addr)) {
		armdma_dmam_free_coherent(d, size, cpu, addr);
		return NULL;
	}
	return cpu;
}
ARMDMA_INLINE void *dmam_alloc_coherent(struct device *dev, size_t size, dma_addr_t *handle, gfp_t gfp)
{
	ARMDMA_COMPAT_DEV;
	armdma_dma_t addr = DMA_MAPPING_ERROR;
	void *cpu = d ? armdma_dmam_alloc_coherent(d, size, &addr, gfp) : NULL;

	*handle = addr;
	if (cpu && armdma_compat_dmam_add(dev, size, cpu, addr)) {
		armdma_dmam_free_coherent(d, size, cpu, addr);
		return NULL;
	}
	return cpu;
}
ARMDMA_INLINE void dmam_free_coherent(struct device *dev, size_t size, void *cpu, dma_addr_t handle)
{
	ARMDMA_COMPAT_DEV;

	if (!d)
		return;
	armdma_compat_dmam_take(dev, cpu);
	armdma_dmam_free_coherent(d, size, cpu, handle);
}

/* ---- streaming mappings ---------------------------------------------------------- */

ARMDMA_INLINE dma_addr_t dma_map_page_attrs(struct device *dev, struct page *page, size_t offset, size_t size,
					    enum dma_data_direction dir, unsigned long attrs)
{
	ARMDMA_COMPAT_DEV;

	return d ? armdma_dma_map_page_attrs(d, armdma_compat_page(page), offset, size, ARMDMA_COMPAT_DIR(dir), attrs) :
		   DMA_MAPPING_ERROR;
}
ARMDMA_INLINE void dma_unmap_page_attrs(struct device *dev, dma_addr_t addr, size_t size, enum dma_data_direction dir,
					unsigned long attrs)
{
	ARMDMA_COMPAT_DEV;

	if (d)
		armdma_dma_unmap_page_attrs(d, addr, size, ARMDMA_COMPAT_DIR(dir), attrs);
}
ARMDMA_INLINE dma_addr_t dma_map_page(struct device *dev, struct page *page, size_t offset, size_t size,
				      enum dma_data_direction dir)
{
	ARMDMA_COMPAT_DEV;

	return d ? armdma_dma_map_page(d, armdma_compat_page(page), offset, size, ARMDMA_COMPAT_DIR(dir)) :
		   DMA_MAPPING_ERROR;
}
ARMDMA_INLINE void dma_unmap_page(struct device *dev, dma_addr_t addr, size_t size, enum dma_data_direction dir)
{
	ARMDMA_COMPAT_DEV;

	if (d)
		armdma_dma_unmap_page(d, addr, size, ARMDMA_COMPAT_DIR(dir));
}
ARMDMA_INLINE dma_addr_t dma_map_single_attrs(struct device *dev, void *ptr, size_t size, enum dma_data_direction dir,
					      unsigned long attrs)
{
	ARMDMA_COMPAT_DEV;

	return d ? armdma_dma_map_single_attrs(d, ptr, size, ARMDMA_COMPAT_DIR(dir), attrs) : DMA_MAPPING_ERROR;
}
ARMDMA_INLINE void dma_unmap_single_attrs(struct device *dev, dma_addr_t addr, size_t size, enum dma_data_direction dir,
					  unsigned long attrs)
{
	ARMDMA_COMPAT_DEV;

	if (d)
		armdma_dma_unmap_single_attrs(d, addr, size, ARMDMA_COMPAT_DIR(dir), attrs);
}
ARMDMA_INLINE dma_addr_t dma_map_single(struct device *dev, void *ptr, size_t size, enum dma_data_direction dir)
{
	ARMDMA_COMPAT_DEV;

	return d ? armdma_dma_map_single(d, ptr, size, ARMDMA_COMPAT_DIR(dir)) : DMA_MAPPING_ERROR;
}
ARMDMA_INLINE void dma_unmap_single(struct device *dev, dma_addr_t addr, size_t size, enum dma_data_direction dir)
{
	ARMDMA_COMPAT_DEV;

	if (d)
		armdma_dma_unmap_single(d, addr, size, ARMDMA_COMPAT_DIR(dir));
}
ARMDMA_INLINE dma_addr_t dma_map_resource(struct device *dev, phys_addr_t pa, size_t size, enum dma_data_direction dir,
					  unsigned long attrs)
{
	ARMDMA_COMPAT_DEV;

	return d ? armdma_dma_map_resource(d, pa, size, ARMDMA_COMPAT_DIR(dir), attrs) : DMA_MAPPING_ERROR;
}
ARMDMA_INLINE void dma_unmap_resource(struct device *dev, dma_addr_t addr, size_t size, enum dma_data_direction dir,
				      unsigned long attrs)
{
	ARMDMA_COMPAT_DEV;

	if (d)
		armdma_dma_unmap_resource(d, addr, size, ARMDMA_COMPAT_DIR(dir), attrs);
}
ARMDMA_INLINE int dma_mapping_error(struct device *dev, dma_addr_t addr)
{
	ARMDMA_COMPAT_DEV;

	return d ? armdma_dma_mapping_error(d, addr) : -ENOMEM;
}
ARMDMA_INLINE unsigned int dma_map_sg_attrs(struct device *dev, struct scatterlist *sgl, int nents,
					    enum dma_data_direction dir, unsigned long attrs)
{
	ARMDMA_COMPAT_DEV;

	return d ? armdma_dma_map_sg_attrs(d, sgl, nents, ARMDMA_COMPAT_DIR(dir), attrs) : 0;
}
ARMDMA_INLINE void dma_unmap_sg_attrs(struct device *dev, struct scatterlist *sgl, int nents,
				      enum dma_data_direction dir, unsigned long attrs)
{
	ARMDMA_COMPAT_DEV;

	if (d)
		armdma_dma_unmap_sg_attrs(d, sgl, nents, ARMDMA_COMPAT_DIR(dir), attrs);
}
ARMDMA_INLINE unsigned int dma_map_sg(struct device *dev, struct scatterlist *sgl, int nents,
				      enum dma_data_direction dir)
{
	ARMDMA_COMPAT_DEV;

	return d ? armdma_dma_map_sg(d, sgl, nents, ARMDMA_COMPAT_DIR(dir)) : 0;
}
ARMDMA_INLINE void dma_unmap_sg(struct device *dev, struct scatterlist *sgl, int nents, enum dma_data_direction dir)
{
	ARMDMA_COMPAT_DEV;

	if (d)
		armdma_dma_unmap_sg(d, sgl, nents, ARMDMA_COMPAT_DIR(dir));
}
ARMDMA_INLINE int dma_map_sgtable(struct device *dev, struct sg_table *sgt, enum dma_data_direction dir,
				  unsigned long attrs)
{
	ARMDMA_COMPAT_DEV;

	return d ? armdma_dma_map_sgtable(d, sgt, ARMDMA_COMPAT_DIR(dir), attrs) : -EINVAL;
}
ARMDMA_INLINE void dma_unmap_sgtable(struct device *dev, struct sg_table *sgt, enum dma_data_direction dir,
				     unsigned long attrs)
{
	ARMDMA_COMPAT_DEV;

	if (d)
		armdma_dma_unmap_sgtable(d, sgt, ARMDMA_COMPAT_DIR(dir), attrs);
}

/* ---- sync --------------------------------------------------------------------------- */

#define ARMDMA_COMPAT_SYNC(name)                                                                                       \
	ARMDMA_INLINE void dma_sync_single_##name(struct device *dev, dma_addr_t addr, size_t size,                    \
						  enum dma_data_direction dir)                                         \
	{                                                                                                              \
		ARMDMA_COMPAT_DEV;                                                                                     \
                                                                                                                       \
		if (d)                                                                                                 \
			armdma_dma_sync_single_##name(d, addr, size, ARMDMA_COMPAT_DIR(dir));                          \
	}                                                                                                              \
	ARMDMA_INLINE void dma_sync_single_range_##name(struct device *dev, dma_addr_t addr, unsigned long offset,     \
							size_t size, enum dma_data_direction dir)                      \
	{                                                                                                              \
		ARMDMA_COMPAT_DEV;                                                                                     \
                                                                                                                       \
		if (d)                                                                                                 \
			armdma_dma_sync_single_range_##name(d, addr, offset, size, ARMDMA_COMPAT_DIR(dir));            \
	}                                                                                                              \
	ARMDMA_INLINE void dma_sync_sg_##name(struct device *dev, struct scatterlist *sgl, int nents,                  \
					      enum dma_data_direction dir)                                             \
	{                                                                                                              \
		ARMDMA_COMPAT_DEV;                                                                                     \
                                                                                                                       \
		if (d)                                                                                                 \
			armdma_dma_sync_sg_##name(d, sgl, nents, ARMDMA_COMPAT_DIR(dir));                              \
	}                                                                                                              \
	ARMDMA_INLINE void dma_sync_sgtable_##name(struct device *dev, struct sg_table *sgt,                           \
						   enum dma_data_direction dir)                                        \
	{                                                                                                              \
		ARMDMA_COMPAT_DEV;                                                                                     \
                                                                                                                       \
		if (d)                                                                                                 \
			armdma_dma_sync_sgtable_##name(d, sgt, ARMDMA_COMPAT_DIR(dir));                                \
	}
ARMDMA_COMPAT_SYNC(for_cpu)
ARMDMA_COMPAT_SYNC(for_device)

/* ---- pages that are synced by hand ------------------------------------------------------ */

ARMDMA_INLINE struct page *dma_alloc_pages(struct device *dev, size_t size, dma_addr_t *handle,
					   enum dma_data_direction dir, gfp_t gfp)
{
	ARMDMA_COMPAT_DEV;
	armdma_dma_t addr = DMA_MAPPING_ERROR;
	struct armdma_page *page = d ? armdma_dma_alloc_pages(d, size, &addr, ARMDMA_COMPAT_DIR(dir), gfp) : NULL;

	*handle = addr;
	return (struct page *)page;
}
ARMDMA_INLINE void dma_free_pages(struct device *dev, size_t size, struct page *page, dma_addr_t handle,
				  enum dma_data_direction dir)
{
	ARMDMA_COMPAT_DEV;

	if (d)
		armdma_dma_free_pages(d, size, armdma_compat_page(page), handle, ARMDMA_COMPAT_DIR(dir));
}
ARMDMA_INLINE int dma_mmap_pages(struct device *dev, struct vm_area_struct *vma, size_t size, struct page *page)
{
	ARMDMA_COMPAT_DEV;

	if (!d)
		return -ENXIO;
	return armdma_compat_vma_out(vma, armdma_dma_mmap_pages(d, armdma_compat_vma_in(vma), size, armdma_compat_page(page)));
}
ARMDMA_INLINE void *dma_alloc_noncoherent(struct device *dev, size_t size, dma_addr_t *handle,
					  enum dma_data_direction dir, gfp_t gfp)
{
	ARMDMA_COMPAT_DEV;
	armdma_dma_t addr = DMA_MAPPING_ERROR;
	void *cpu = d ? armdma_dma_alloc_noncoherent(d, size, &addr, ARMDMA_COMPAT_DIR(dir), gfp) : NULL;

	*handle = addr;
	return cpu;
}
ARMDMA_INLINE void dma_free_noncoherent(struct device *dev, size_t size, void *cpu, dma_addr_t handle,
					enum dma_data_direction dir)
{
	ARMDMA_COMPAT_DEV;

	if (d)
		armdma_dma_free_noncoherent(d, size, cpu, handle, ARMDMA_COMPAT_DIR(dir));
}
ARMDMA_INLINE struct sg_table *dma_alloc_noncontiguous(struct device *dev, size_t size, enum dma_data_direction dir,
						       gfp_t gfp, unsigned long attrs)
{
	ARMDMA_COMPAT_DEV;

	return d ? armdma_dma_alloc_noncontiguous(d, size, ARMDMA_COMPAT_DIR(dir), gfp, attrs) : NULL;
}
ARMDMA_INLINE void dma_free_noncontiguous(struct device *dev, size_t size, struct sg_table *sgt,
					  enum dma_data_direction dir)
{
	ARMDMA_COMPAT_DEV;

	if (d)
		armdma_dma_free_noncontiguous(d, size, sgt, ARMDMA_COMPAT_DIR(dir));
}
ARMDMA_INLINE void *dma_vmap_noncontiguous(struct device *dev, size_t size, struct sg_table *sgt)
{
	ARMDMA_COMPAT_DEV;

	return d ? armdma_dma_vmap_noncontiguous(d, size, sgt) : NULL;
}
ARMDMA_INLINE void dma_vunmap_noncontiguous(struct device *dev, void *vaddr)
{
	ARMDMA_COMPAT_DEV;

	if (d)
		armdma_dma_vunmap_noncontiguous(d, vaddr);
}
ARMDMA_INLINE int dma_mmap_noncontiguous(struct device *dev, struct vm_area_struct *vma, size_t size,
					 struct sg_table *sgt)
{
	ARMDMA_COMPAT_DEV;

	if (!d)
		return -ENXIO;
	return armdma_compat_vma_out(vma, armdma_dma_mmap_noncontiguous(d, armdma_compat_vma_in(vma), size, sgt));
}

/* ---- masks and limits ----------------------------------------------------------------------- */

#define ARMDMA_COMPAT_SET(name, type)                         \
	ARMDMA_INLINE int dma_##name(struct device *dev, type value) \
	{                                                     \
		ARMDMA_COMPAT_DEV;                            \
                                                              \
		return d ? armdma_dma_##name(d, value) : -EIO; \
	}
#define ARMDMA_COMPAT_GET(name, type)                         \
	ARMDMA_INLINE type dma_##name(struct device *dev)     \
	{                                                     \
		ARMDMA_COMPAT_DEV;                            \
                                                              \
		return d ? (type)armdma_dma_##name(d) : 0;    \
	}
ARMDMA_COMPAT_SET(set_mask, u64)
ARMDMA_COMPAT_SET(set_coherent_mask, u64)
ARMDMA_COMPAT_SET(set_mask_and_coherent, u64)
ARMDMA_COMPAT_SET(coerce_mask_and_coherent, u64)
ARMDMA_COMPAT_SET(set_max_seg_size, unsigned int)
ARMDMA_COMPAT_SET(set_seg_boundary, unsigned long)
ARMDMA_COMPAT_SET(set_min_align_mask, unsigned int)
ARMDMA_COMPAT_SET(supported, u64)
ARMDMA_COMPAT_GET(get_mask, u64)
ARMDMA_COMPAT_GET(get_required_mask, u64)
ARMDMA_COMPAT_GET(addressing_limited, bool)
ARMDMA_COMPAT_GET(get_max_seg_size, unsigned int)
ARMDMA_COMPAT_GET(get_seg_boundary, unsigned long)
ARMDMA_COMPAT_GET(get_min_align_mask, unsigned int)
ARMDMA_COMPAT_GET(max_mapping_size, size_t)
ARMDMA_COMPAT_GET(opt_mapping_size, size_t)
ARMDMA_COMPAT_GET(get_merge_boundary, unsigned long)

/* Does a streaming mapping of this device need syncs at all? */
ARMDMA_INLINE bool dma_need_sync(struct device *dev, dma_addr_t addr)
{
	ARMDMA_COMPAT_DEV;
	enum armdma_dma_opset set = d ? armdma_dma_get_ops(d) : ARMDMA_OPS_DIRECT;

	(void)addr;
	return set != ARMDMA_OPS_DIRECT_COHERENT && set != ARMDMA_OPS_IOMMU_COHERENT;
}
/* The longest cache line of any machine here, bytes. */
#define dma_get_cache_alignment() ((int)ARCH_DMA_MINALIGN)

#define DEFINE_DMA_UNMAP_ADDR(name) dma_addr_t name
#define DEFINE_DMA_UNMAP_LEN(name) __u32 name
#define dma_unmap_addr(ptr, name) ((ptr)->name)
#define dma_unmap_addr_set(ptr, name, value) ((ptr)->name = (value))
#define dma_unmap_len(ptr, name) ((ptr)->name)
#define dma_unmap_len_set(ptr, name, value) ((ptr)->name = (value))

#include <linux/dmapool.h>

#endif
