/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The DMA layer inside: the set of operations of a device, and the records of live buffers and mappings
 * that all sets share.
 */
#ifndef LIB_DMA_DMA_H
#define LIB_DMA_DMA_H

#include <bsd/sys/tree.h>

#include <armdma/dma.h>
#include <armdma/event.h>

#include "lib/machine.h"

struct dma_region;	/* lib/dma/region.h */
struct dma_bounce;	/* lib/dma/bounce.c */

/* ---- A public call ---------------------------------------------------------- */

/* Who called what: for reports, which name the very function that the code under test called. */
struct dma_call {
	const char *name;
	const void *site;
	bool internal;	/* made by the layer itself: no driver's buffer to count, or to miss at the end */
	struct armdma_hw *held;	/* whose lock it holds; NULL: none */
};

static inline void dma_leave(const struct dma_call *call)
{
	if (__builtin_expect(call->held != NULL, 0))
		armdma_hw_unlock(call->held);
}

/*
 * First declaration of each public call. dma_enter() and its like take the lock of a shared machine, which is given back when the function
 * is left.
 */
#define DMA_CALL(call, fn) \
	struct dma_call call __attribute__((cleanup(dma_leave))) = { .name = fn, .site = __builtin_return_address(0) }

void dma_no_device(const struct dma_call *call);
/* dev NULL: a call about an address space, not about a device. */
void dma_emit_call(struct armdma_machine *m, struct armdma_device *dev, const struct dma_call *call);

/* First thing in each public call. False, after saying so, when there is no device. */
static inline bool dma_enter(struct armdma_device *dev, struct dma_call *call)
{
	if (__builtin_expect(!dev, 0)) {
		dma_no_device(call);
		return false;
	}
	call->held = machine_enter(dev->m);
	if (armdma_event_on(dev->m->ev, ARMDMA_EV_DMA_CALL))
		dma_emit_call(dev->m, dev, call);
	return true;
}

/* The same of a call that is about an address space. */
static inline void dma_enter_mapping(struct armdma_machine *m, struct dma_call *call)
{
	call->held = machine_enter(m);
	if (armdma_event_on(m->ev, ARMDMA_EV_DMA_CALL))
		dma_emit_call(m, NULL, call);
}

/* Of a call that only reads, which observers make inside an event: it is told to nobody. */
static inline bool dma_given(const struct armdma_device *dev, struct dma_call *call)
{
	if (__builtin_expect(!dev, 0)) {
		dma_no_device(call);
		return false;
	}
	call->held = machine_enter(dev->m);
	return true;
}

/* Report that direction or size (bytes) of a call make no sense. */
void dma_refuse(struct armdma_device *dev, const struct dma_call *call, armdma_dma_t addr, size_t size,
		enum armdma_dir dir);

/* False after reporting when they do not. */
static inline bool dma_check(struct armdma_device *dev, const struct dma_call *call, armdma_dma_t addr,
			     size_t size, enum armdma_dir dir)
{
	if (__builtin_expect((unsigned int)dir < ARMDMA_NONE && size, 1))
		return true;
	dma_refuse(dev, call, addr, size, dir);
	return false;
}

/* Report a range of RAM of which part belongs to nobody. */
void dma_check_owner(struct armdma_device *dev, armdma_phys_t pa, size_t size, const struct dma_call *call);

const char *dma_dir_name(enum armdma_dir dir);

/* ---- Buffers ----------------------------------------------------------------- */

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
	bool refused;		/* a free of it was refused, and reported: that it stays is no news */
	bool internal;		/* the layer's own: a pool's chunk */
	struct dma_region *region;	/* cut from it (atomic pool, declared memory); NULL: pages of its own */
	size_t region_at, region_pages;	/* first page there, and how many are taken */
	/* Those of the allocation: the device may be attached elsewhere when it is freed. */
	const struct armdma_dma_ops *ops;
	struct armdma_iommu_mapping *mapping;	/* with a reference; NULL: direct */
	struct armdma_page *pages[];
};
RB_HEAD(dma_buffer_tree, dma_buffer);

/* ---- Streaming mappings -------------------------------------------------------- */

enum dma_kind {
	DMA_KIND_PAGE,		/* map_page, map_single */
	DMA_KIND_SG,		/* one segment of a list */
	DMA_KIND_RESOURCE,
	DMA_KIND_PAGES,		/* memory that the layer allocated with the mapping */
};

/* A range of DMA addresses that a device may use. */
struct dma_stream {
	struct dma_stream *next;
	struct armdma_device *dev;
	armdma_dma_t addr;
	armdma_phys_t pa;	/* of the first byte */
	size_t size;
	enum armdma_dir dir;
	enum dma_kind kind;
	unsigned long attrs;
	const void *site;
	bool refused;		/* an unmap of it was refused, and reported: that it stays is no news */
	bool dead;		/* unmapped by an interrupt handler while a call works with it (dma_streams_hold()) */
	/* Those of the map: the device may be attached elsewhere when it is undone. */
	const struct armdma_dma_ops *ops;
	struct armdma_iommu_mapping *mapping;	/* with a reference; NULL: direct */
	struct dma_sg *sg;	/* DMA_KIND_SG: its list, and which entries of it */
	unsigned int first, count;
	struct dma_bounce *bounce;	/* safe buffer, NULL: reached in place */
};

/* One entry of a mapped list, as the CPU knows it. */
struct dma_sg_entry {
	armdma_phys_t pa;
	armdma_dma_t addr;	/* where the device finds it */
	unsigned int offset;	/* in its page, may exceed a page */
	unsigned int length;
};

/* A mapped list. */
struct dma_sg {
	struct dma_sg *next;
	struct armdma_device *dev;
	struct armdma_scatterlist *sgl;
	unsigned int nents, nsegs;
	uint64_t max_seg, boundary;	/* bytes; mask */
	enum armdma_dir dir;
	unsigned long attrs;
	bool own;		/* memory that the layer allocated with the mapping */
	bool refused, dead;	/* as of a stream */
	struct own_pages *owner;	/* whose it then is */
	const void *site;
	const struct armdma_dma_ops *ops;
	struct armdma_iommu_mapping *mapping;
	struct dma_stream **segs;	/* nsegs of at most nents */
	struct dma_sg_entry src[];	/* nents */
};

/* Records of all mappings of a machine: by device and DMA address, and lists by their address. */
struct dma_streams {
	struct dma_stream **buckets;
	size_t nr_buckets, live;
	size_t max_pages;	/* pages that the largest mapping so far touched */
	struct dma_stream *spare;
	struct dma_stream_chunk *chunks;
	unsigned int held;		/* calls that work with records while time passes */
	struct dma_stream *dead;	/* dropped meanwhile */
	struct dma_sg *dead_lists;
	struct dma_sg **lists;
	size_t nr_lists, live_lists;
};

/*
 * Between the two, records that are dropped stay readable, with `dead` set: time passes during maintenance, and what runs then may unmap
 * the very mapping. They nest. Left by longjmp, they stay until the machine goes.
 */
void dma_streams_hold(struct dma_streams *s);
void dma_streams_release(struct dma_streams *s);
int dma_streams_create(struct dma_streams *s);
void dma_streams_destroy(struct dma_streams *s);
/* A record to fill in (NULL: out of host memory), to be added or put back. */
struct dma_stream *dma_stream_get(struct dma_streams *s);
void dma_stream_put(struct dma_streams *s, struct dma_stream *st);
void dma_stream_add(struct dma_streams *s, struct dma_stream *st);
/* The mapping that starts at addr, with this size and direction if there is one; else one that differs; else NULL. */
struct dma_stream *dma_stream_find(const struct dma_streams *s, const struct armdma_device *dev,
				   armdma_dma_t addr, size_t size, enum armdma_dir dir);
/*
 * A mapping that contains addr: if there is one, one that contains [addr, addr+size) and goes that direction. Costs
 * a look at each page between the mapping's start and addr.
 */
struct dma_stream *dma_stream_around(const struct dma_streams *s, const struct armdma_device *dev,
				     armdma_dma_t addr, size_t size, enum armdma_dir dir);
/* Call fn for each live mapping. */
void dma_streams_walk(const struct dma_streams *s, void (*fn)(void *ctx, const struct dma_stream *st),
		      void *ctx);
/* Not found any more; the record is the caller's, to be put back. */
void dma_stream_unfile(struct dma_streams *s, struct dma_stream *st);
/* Lists: a record with room for nents entries (NULL: out of memory); filed under its list, found by it. */
struct dma_sg *dma_sg_new(unsigned int nents);
/* It is filed no more. */
void dma_sg_free(struct dma_streams *s, struct dma_sg *sg);
void dma_sg_add(struct dma_streams *s, struct dma_sg *sg);
struct dma_sg *dma_sg_find(const struct dma_streams *s, const struct armdma_device *dev,
			   const struct armdma_scatterlist *sgl);
/* Any device that has the list mapped. */
struct dma_sg *dma_sg_find_any(const struct dma_streams *s, const struct armdma_scatterlist *sgl);
void dma_sg_remove(struct dma_streams *s, struct dma_sg *sg);
void dma_lists_walk(const struct dma_streams *s, void (*fn)(void *ctx, const struct dma_sg *sg), void *ctx);

LIST_HEAD(dma_mapping_list, armdma_iommu_mapping);

struct dma_state {
	struct dma_buffer_tree buffers;
	struct dma_mapping_list mappings;
	struct dma_streams streams;
	struct dma_region *atomic_pool;	/* made at its first use */
};

/* What the DMA layer keeps of a device. */
struct dma_device {
	uint64_t mask, coherent_mask, bus_limit;	/* addresses; bus_limit 0: none */
	unsigned int max_seg_size, min_align_mask;
	uint64_t seg_boundary;
	const struct armdma_device_config *cfg;
	struct dma_region *declared;
	armdma_dma_t declared_addr;		/* where the device finds it */
	struct dma_bounce_device *bounce;	/* NULL: not registered */
	TAILQ_HEAD(, dma_managed) managed;	/* newest first */
	RB_HEAD(dma_managed_tree, dma_managed) managed_by_key;
	STAILQ_HEAD(dma_pools, armdma_dma_pool) pools;	/* newest first */
	unsigned int pools_of_driver;		/* of these, not the layer's own */
	struct dma_pools dead_pools;		/* destroyed, oldest first; lib/dma/pool.c */
	unsigned int nr_dead_pools;
	RB_HEAD(own_by_page, own_pages) own_by_page;	/* lib/dma/pages.c */
	RB_HEAD(own_by_vaddr, own_pages) own_by_vaddr;
	RB_HEAD(own_by_table, own_pages) own_by_table;
	uint64_t allocs, frees, maps, unmaps, syncs, failures, live_allocs, live_maps, live_bytes;
};

/* ---- Sets of operations ---------------------------------------------------------- */

/*
 * What a device's DMA goes through. alloc fills in cpu, handle and pages of a prepared record; free undoes it.
 * Methods that may be NULL say so.
 */
struct armdma_dma_ops {
	enum armdma_dma_opset set;
	int (*alloc)(struct armdma_device *dev, struct dma_buffer *buf, armdma_gfp_t gfp);
	void (*free)(struct armdma_device *dev, struct dma_buffer *buf);
	int (*mmap)(struct armdma_device *dev, struct armdma_vma *vma, struct dma_buffer *buf);
	int (*get_sgtable)(struct armdma_device *dev, struct armdma_sg_table *sgt, struct dma_buffer *buf);
	/* lead: bytes, whole pages, by which the caller's page lies before the first byte. ARMDMA_MAPPING_ERROR on failure. */
	armdma_dma_t (*map_page)(struct dma_stream *st, uint64_t lead);
	void (*unmap_page)(const struct dma_stream *st, unsigned long attrs);
	/* Fills in segs, and the list's DMA side; nsegs or negative errno with nothing kept. */
	int (*map_sg)(struct dma_sg *sg);
	/* nents: how many entries the caller knows of; the records of the segments stay. */
	void (*unmap_sg)(const struct dma_sg *sg, unsigned int nents, unsigned long attrs);
	armdma_dma_t (*map_resource)(struct dma_stream *st);
	void (*unmap_resource)(const struct dma_stream *st);
	/* A part of a mapping. */
	void (*sync_for_cpu)(const struct dma_stream *st, uint64_t offset, size_t size, enum armdma_dir dir);
	void (*sync_for_device)(const struct dma_stream *st, uint64_t offset, size_t size,
				enum armdma_dir dir);
	void (*sync_sg_for_cpu)(const struct dma_sg *sg, unsigned int nents, enum armdma_dir dir);
	void (*sync_sg_for_device)(const struct dma_sg *sg, unsigned int nents, enum armdma_dir dir);
	/* As Linux 6.1, what it does with an unmap that is no mapping's; NULL: nothing. */
	void (*unmap_blindly)(struct armdma_device *dev, armdma_dma_t addr, size_t size, enum armdma_dir dir,
			      unsigned long attrs);
	bool (*mask_supported)(const struct armdma_device *dev, uint64_t mask);
	uint64_t (*required_mask)(const struct armdma_device *dev);
	size_t (*max_mapping_size)(const struct armdma_device *dev);
	uint64_t (*merge_boundary)(const struct armdma_device *dev);
};

const struct armdma_dma_ops *dma_direct_ops(bool coherent);
const struct armdma_dma_ops *dma_iommu_ops(bool coherent);
const struct armdma_dma_ops *dma_bounce_ops(void);

/* ---- Life -------------------------------------------------------------------------- */

int dma_create(struct armdma_machine *m);
/* Report buffers and mappings that are still live, unless the machine was abandoned. */
void dma_report_leaks(struct armdma_machine *m, const struct armdma_device *dev);
void dma_destroy(struct armdma_machine *m);
int dma_device_init(struct armdma_device *dev, const struct armdma_device_config *cfg);
/* At the end of the machine: nothing is reported. */
void dma_device_fini(struct armdma_device *dev);
/* Detach at the end of the machine: no report. */
void dma_detach_quietly(struct armdma_device *dev);
void dma_mapping_put(struct armdma_iommu_mapping *mapping);
/* Free the mappings that a failed test never released. */
void dma_free_mappings(struct armdma_machine *m);

/* ---- buffer.c: pages and CPU mappings of buffers ------------------------------------- */

/* Memory type of a device's buffers. */
enum armdma_memtype dma_memtype(const struct armdma_device *dev);
/*
 * Pages of a buffer: allocated in blocks (orders is a list that ends with `last`, tried in turn; the buffer is a multiple
 * of that), each block split, zeroed and flushed from the caches. 0 or -ENOMEM with nothing kept.
 */
int dma_alloc_blocks(struct armdma_device *dev, struct dma_buffer *buf, armdma_gfp_t gfp,
		     const unsigned int *orders, unsigned int last);
/* One physically contiguous block of the size of the buffer, of the page allocator. */
int dma_alloc_contiguous(struct armdma_device *dev, struct dma_buffer *buf, armdma_gfp_t gfp);
/* The same of contiguous memory. */
int dma_alloc_cma(struct armdma_device *dev, struct dma_buffer *buf, armdma_gfp_t gfp);
/* Take count pages of a region, at a multiple of align, for the buffer; cpu is set. 0 or -ENOMEM. */
int dma_alloc_region(struct dma_buffer *buf, struct dma_region *region, size_t count, size_t align);
void dma_free_buffer_pages(struct armdma_device *dev, struct dma_buffer *buf);
/* Kernel address or cookie of the buffer's pages; 0 or -ENOMEM. */
int dma_map_kernel(struct armdma_device *dev, struct dma_buffer *buf);
void dma_unmap_kernel(struct armdma_device *dev, struct dma_buffer *buf);
int dma_mmap_buffer(struct armdma_device *dev, struct armdma_vma *vma, struct dma_buffer *buf);
int dma_buffer_sgtable(struct armdma_device *dev, struct armdma_sg_table *sgt, struct dma_buffer *buf);
/* Length of the physically contiguous run of pages from index i on. */
size_t dma_run(struct armdma_machine *m, struct armdma_page *const *pages, size_t npages, size_t i);
/* Zone in which a device's memory must lie: a limit below 32 bits needs ZONE_DMA. */
armdma_gfp_t dma_zone(const struct armdma_device *dev, uint64_t mask);

/* ---- coherent.c: their records ---------------------------------------------------------- */

void *dma_alloc(struct armdma_device *dev, size_t size, armdma_dma_t *handle, armdma_gfp_t gfp,
		unsigned long attrs, const struct dma_call *call);
/* True if it was a live buffer and is none any more. */
bool dma_free(struct armdma_device *dev, size_t size, void *cpu, armdma_dma_t handle, unsigned long attrs,
	      const struct dma_call *call);
RB_PROTOTYPE(dma_buffer_tree, dma_buffer, entry, )

/* ---- atomic.c, declared.c, managed.c ------------------------------------------------------ */

/* The atomic pool; NULL, said on the console: there is none. */
struct dma_region *dma_atomic_pool(struct armdma_machine *m);
void dma_atomic_destroy(struct armdma_machine *m);
int dma_alloc_atomic(struct armdma_device *dev, struct dma_buffer *buf);
/* 0: from declared memory; -ENOMEM; 1: the device has none. */
int dma_alloc_declared(struct armdma_device *dev, struct dma_buffer *buf);
void dma_declared_destroy(struct armdma_device *dev);
/* Managed things, newest first: release(what) when the driver goes. */
typedef void (*dma_release_fn)(struct armdma_device *dev, void *what);
/* The block of a driver's pools of the device whose place contains a DMA address. */
struct dma_block {
	armdma_dma_t addr;
	size_t size;
	const char *pool;
	const void *site;	/* where the pool was created */
	bool out;
};
bool dma_pool_block_at(const struct armdma_device *dev, armdma_dma_t addr, struct dma_block *block);
int dma_managed_add(struct armdma_device *dev, dma_release_fn release, const void *key, void *what);
bool dma_managed_holds(struct armdma_device *dev, const void *key);
/* Forget it. False: it is not managed. */
bool dma_managed_forget(struct armdma_device *dev, dma_release_fn release, const void *key);
void dma_managed_destroy(struct armdma_device *dev);
/* At the end of the machine: free the records that a driver left. */
void dma_pools_destroy(struct armdma_device *dev);
void dma_own_destroy(struct armdma_device *dev);
/* Make what bouncing needs (NULL: out of memory); put the device on it. */
struct dma_bounce_device *dma_bounce_create(struct armdma_device *dev, size_t small, size_t large,
					    bool (*needs_bounce)(struct armdma_device *dev, armdma_dma_t addr,
								 size_t len));
void dma_bounce_install(struct armdma_device *dev, struct dma_bounce_device *b);
/* Pools for the layer's own use: no report, no managed record. */
struct armdma_dma_pool *dma_pool_new(const char *name, struct armdma_device *dev, size_t size, size_t align,
				     size_t boundary, bool internal);
void *dma_pool_take(struct armdma_dma_pool *pool, armdma_gfp_t gfp, armdma_dma_t *handle,
		    const struct dma_call *call);
void dma_pool_give(struct armdma_dma_pool *pool, void *vaddr, armdma_dma_t dma, const struct dma_call *call);
void dma_pool_drop(struct armdma_dma_pool *pool, const struct dma_call *call);
/* Pools that a driver did not destroy. */
void dma_pools_report(const struct armdma_device *dev);
void dma_bounce_destroy(struct armdma_device *dev);

/* ---- direct.c, sync.c: direct addresses, maintenance ----------------------------------------- */

/* DMA address of [pa, pa+size) for a direct device; ARMDMA_MAPPING_ERROR: no window shows all of it. */
armdma_dma_t dma_direct_addr(const struct armdma_device *dev, armdma_phys_t pa, uint64_t size);
/* Is the last byte within the mask and what the bus carries? */
bool dma_reaches(const struct armdma_device *dev, armdma_dma_t addr, uint64_t size, uint64_t mask);
/* Methods of the direct sets that bounce buffers use as well. */
int dma_direct_alloc(struct armdma_device *dev, struct dma_buffer *buf, armdma_gfp_t gfp);
void dma_direct_free(struct armdma_device *dev, struct dma_buffer *buf);
armdma_dma_t dma_direct_map_resource(struct dma_stream *st);
void dma_direct_unmap_resource(const struct dma_stream *st);
bool dma_direct_mask_supported(const struct armdma_device *dev, uint64_t mask);
uint64_t dma_direct_required_mask(const struct armdma_device *dev);
armdma_dma_t dma_direct_map_page(struct dma_stream *st, uint64_t lead);
void dma_direct_unmap_page(const struct dma_stream *st, unsigned long attrs);

/* Hand [pa, pa+size) to the device / take it back: cache maintenance by direction. */
void dma_cpu_to_dev(struct armdma_device *dev, armdma_phys_t pa, size_t size, enum armdma_dir dir);
void dma_dev_to_cpu(struct armdma_device *dev, armdma_phys_t pa, size_t size, enum armdma_dir dir);
/* The sync methods of every set whose memory the device reaches in place. */
void dma_sync_for_cpu(const struct dma_stream *st, uint64_t offset, size_t size, enum armdma_dir dir);
void dma_sync_for_device(const struct dma_stream *st, uint64_t offset, size_t size, enum armdma_dir dir);
void dma_sync_sg_for_cpu(const struct dma_sg *sg, unsigned int nents, enum armdma_dir dir);
void dma_sync_sg_for_device(const struct dma_sg *sg, unsigned int nents, enum armdma_dir dir);
/* Call fn for each physically contiguous piece of [offset, offset+size) of a mapping. */
void dma_for_each_piece(const struct dma_stream *st, uint64_t offset, size_t size,
			void (*fn)(void *ctx, armdma_phys_t pa, size_t len), void *ctx);

/* map_sg entry by entry, with the map_page given; undone whole on failure. */
int dma_map_sg_each(struct dma_sg *sg, armdma_dma_t (*map_page)(struct dma_stream *st, uint64_t lead),
		    void (*unmap_page)(const struct dma_stream *st, unsigned long attrs));
/* A record of a segment of a list, to be mapped; NULL: out of memory. */
struct dma_stream *dma_sg_segment(struct dma_sg *sg, unsigned int first, unsigned int count);
/* It is mapped: file it. */
void dma_stream_commit(struct dma_stream *st, armdma_dma_t addr);
/* It is unmapped: drop the record. */
void dma_stream_drop(struct dma_stream *st);

/* Map or unmap what the layer allocated itself; see pages.c. */
struct dma_sg *dma_sg_map(struct armdma_device *dev, struct armdma_scatterlist *sgl, unsigned int nents,
			  enum armdma_dir dir, unsigned long attrs, bool own,
			  const struct dma_call *call, int *error);
void dma_sg_unmap(struct dma_sg *sg, unsigned int nents, unsigned long attrs, const struct dma_call *call);
void dma_emit_map(const struct dma_stream *st, enum armdma_event_type type, armdma_dma_t addr,
		  armdma_phys_t pa, size_t size, unsigned long attrs, const void *site, int result);

/* ---- IO address spaces ------------------------------------------------------------------------ */

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
	bool align_from_0;	/* alignment counts from address 0 on, not from the base */
	uint64_t lost;		/* bytes of IOVA that the behaviour of Linux 6.1 lost for good: no driver's leak */
	uint64_t manual;	/* bytes that armdma_mapping_iova_alloc() has out */
};
/*
 * IOVA range of size bytes (page multiple) with its last byte <= limit, at a multiple of align (0: the policy's rule);
 * ARMDMA_MAPPING_ERROR on failure.
 */
armdma_dma_t dma_iova_alloc(struct armdma_iommu_mapping *mapping, uint64_t size, uint64_t limit, uint64_t align);
/* Unmap a range, and free it when no TLB can hold a translation of it: at once, or when a lazy address space flushes. */
void dma_iova_unmap(struct armdma_iommu_mapping *mapping, armdma_dma_t addr, uint64_t size);
int dma_iova_free(struct armdma_iommu_mapping *mapping, armdma_dma_t addr, uint64_t size);
/* What the public calls do after they have announced themselves. */
struct armdma_iommu_mapping *dma_mapping_create(struct armdma_machine *m, armdma_dma_t base, uint64_t size,
						const struct armdma_iova_policy *policy, int *error);
int dma_attach(struct armdma_device *dev, struct armdma_iommu_mapping *mapping);

#endif
