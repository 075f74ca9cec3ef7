/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The DMA layer inside: the structure of operations, and the record of live
 * buffers that all sets of operations share.
 */
#ifndef LIB_DMA_DMA_H
#define LIB_DMA_DMA_H

#include <bsd/sys/tree.h>

#include <armdma/dma.h>

#include "lib/machine.h"

/* One live coherent or write-combine buffer. */
struct dma_buffer {
	RB_ENTRY(dma_buffer) entry;
	struct armdma_device *dev;
	void *cpu;		/* what alloc returned: kernel address or cookie */
	size_t size;		/* as asked for, bytes */
	size_t npages;
	armdma_dma_t handle;
	unsigned long attrs;
	const void *site;
	/* Those of the allocation: the device may be attached elsewhere when it is freed. */
	const struct armdma_dma_ops *ops;
	struct armdma_iommu_mapping *mapping;	/* with a reference; NULL: direct */
	struct armdma_page *pages[];
};
RB_HEAD(dma_buffer_tree, dma_buffer);

/* One live streaming mapping. */
struct dma_stream {
	struct dma_stream *next;
	struct armdma_device *dev;
	armdma_dma_t addr;
	armdma_phys_t pa;
	size_t size;
	enum armdma_dir dir;
	const void *site;
	/* Those of the map: the device may be attached elsewhere when it is undone. */
	const struct armdma_dma_ops *ops;
	struct armdma_iommu_mapping *mapping;	/* with a reference; NULL: direct */
};

struct dma_streams {
	struct dma_stream **buckets;
	size_t nr_buckets, live;
	struct dma_stream *spare;
	struct dma_stream_chunk *chunks;
};

int dma_streams_create(struct dma_streams *s);
void dma_streams_destroy(struct dma_streams *s);
/* A record to fill in (NULL: out of host memory), to be added or put back. */
struct dma_stream *dma_stream_get(struct dma_streams *s);
void dma_stream_put(struct dma_streams *s, struct dma_stream *st);
void dma_stream_add(struct dma_streams *s, struct dma_stream *st);
/* The mapping that starts at addr, with this size and direction if there is one; else one that differs; else NULL. */
struct dma_stream *dma_stream_find(const struct dma_streams *s, const struct armdma_device *dev,
				   armdma_dma_t addr, size_t size, enum armdma_dir dir);
/* Call fn for each live mapping. */
void dma_streams_walk(const struct dma_streams *s, void (*fn)(const struct dma_stream *st));
void dma_stream_remove(struct dma_streams *s, struct dma_stream *st);

LIST_HEAD(dma_mapping_list, armdma_iommu_mapping);

struct dma_state {
	struct dma_buffer_tree buffers;
	struct dma_mapping_list mappings;
	struct dma_streams streams;
};

/*
 * What a device's DMA goes through. alloc fills in cpu, handle and pages of a prepared record;
 * free undoes it. sync methods get the start address of the mapping and the offset of the part, so that a
 * method can find the mapping that the part belongs to.
 */
struct armdma_dma_ops {
	const char *name;
	int (*alloc)(struct armdma_device *dev, struct dma_buffer *buf, armdma_gfp_t gfp);
	void (*free)(struct armdma_device *dev, struct dma_buffer *buf);
	int (*mmap)(struct armdma_device *dev, struct armdma_vma *vma, struct dma_buffer *buf);
	armdma_dma_t (*map_page)(struct armdma_device *dev, armdma_phys_t pa, size_t size,
				 enum armdma_dir dir, unsigned long attrs);
	/* Undo a mapping that map_page made. */
	void (*unmap_page)(const struct dma_stream *st, unsigned long attrs);
	bool (*sync_for_cpu)(struct armdma_device *dev, armdma_dma_t addr, unsigned long offset,
			     size_t size, enum armdma_dir dir, armdma_phys_t *pa);
	bool (*sync_for_device)(struct armdma_device *dev, armdma_dma_t addr, unsigned long offset,
				size_t size, enum armdma_dir dir, armdma_phys_t *pa);
	/* Where a DMA address leads; false when it is no mapping. */
	bool (*to_phys)(const struct armdma_device *dev, armdma_dma_t addr, armdma_phys_t *pa);
	bool (*mask_supported)(const struct armdma_device *dev, uint64_t mask);
};

const struct armdma_dma_ops *dma_direct_ops(void);
const struct armdma_dma_ops *dma_iommu_ops(void);

int dma_create(struct armdma_machine *m);
/* Report buffers that are still allocated, unless the machine was abandoned. */
void dma_report_leaks(struct armdma_machine *m);
void dma_destroy(struct armdma_machine *m);
/* Detach at the end of the machine: no report. */
void dma_detach_quietly(struct armdma_device *dev);
void dma_mapping_put(struct armdma_iommu_mapping *mapping);
/* Free the mappings that a failed test never released. */
void dma_free_mappings(struct armdma_machine *m);

/* ---- shared by the sets of operations ---- */

/* Memory type of a device's buffers. */
enum armdma_memtype dma_memtype(const struct armdma_device *dev);
/* Hand [pa, pa+size) to the device / take it back: cache maintenance by direction. */
void dma_cpu_to_dev(struct armdma_device *dev, armdma_phys_t pa, size_t size, enum armdma_dir dir);
void dma_dev_to_cpu(struct armdma_device *dev, armdma_phys_t pa, size_t size, enum armdma_dir dir);
/* The sync methods of every set whose buffers the device reaches in place. */
bool dma_sync_for_cpu(struct armdma_device *dev, armdma_dma_t addr, unsigned long offset,
		      size_t size, enum armdma_dir dir, armdma_phys_t *pa);
bool dma_sync_for_device(struct armdma_device *dev, armdma_dma_t addr, unsigned long offset,
			 size_t size, enum armdma_dir dir, armdma_phys_t *pa);

/*
 * Pages of a buffer: allocated in blocks (orders is a list that ends with `last`, tried in turn; the buffer is a multiple
 * of that), each block split, zeroed and flushed from the caches. 0 or -ENOMEM with nothing kept.
 */
int dma_alloc_blocks(struct armdma_device *dev, struct dma_buffer *buf, armdma_gfp_t gfp,
		     const unsigned int *orders, unsigned int last);
/* One physically contiguous block of the size of the buffer. */
int dma_alloc_contiguous(struct armdma_device *dev, struct dma_buffer *buf, armdma_gfp_t gfp);
void dma_free_pages(struct armdma_device *dev, struct dma_buffer *buf);
/* Kernel address or cookie of the buffer's pages; 0 or -ENOMEM. */
int dma_map_kernel(struct armdma_device *dev, struct dma_buffer *buf);
void dma_unmap_kernel(struct armdma_device *dev, struct dma_buffer *buf);
int dma_mmap_pages(struct armdma_device *dev, struct armdma_vma *vma, struct dma_buffer *buf);
/* Length of the physically contiguous run of pages from index i on. */
size_t dma_run(struct armdma_machine *m, const struct dma_buffer *buf, size_t i);

/* An IO address space and who is attached to it. */
struct armdma_iommu_mapping {
	LIST_ENTRY(armdma_iommu_mapping) link;
	struct armdma_machine *m;
	struct armdma_domain *domain;
	const struct armdma_iova_policy *policy;
	void *iova;		/* the policy's own */
	armdma_dma_t base;
	uint64_t size;
	unsigned int refs;
	uint64_t region_align, region_hole;	/* rule of the units: regions start at multiples, with a hole behind; 0: none */
};
/*
 * IOVA range of size bytes (page multiple) with its last byte <= limit, at a multiple of align (0: the policy's rule);
 * ARMDMA_MAPPING_ERROR on failure.
 */
armdma_dma_t dma_iova_alloc(struct armdma_iommu_mapping *mapping, uint64_t size, uint64_t limit, uint64_t align);
/* Unmap a range, and free it when no TLB can hold a translation of it: at once, or when a lazy address space flushes. */
void dma_iova_unmap(struct armdma_iommu_mapping *mapping, armdma_dma_t addr, uint64_t size);
int dma_iova_free(struct armdma_iommu_mapping *mapping, armdma_dma_t addr, uint64_t size);

#endif
