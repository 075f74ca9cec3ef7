/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every public call that can fail, with what it needs before and what undoes it: the table that the failure walk
 * (test_api_failure.c) goes through.
 */
#ifndef TESTS_API_CALLS_H
#define TESTS_API_CALLS_H

#include <armdma/dmabounce.h>
#include <armdma/dmapool.h>

#include "dma_helpers.h"

#define NR_ENTRIES 6
#define SPACE_SIZE (16 * MIB)

struct rig {
	struct env *e;
	struct armdma_machine *m;
	struct armdma_device *dev;
	enum armdma_dma_opset set;
	/* What streaming calls work on; lives as long as the machine. */
	struct armdma_page *block, *high, *pages[NR_ENTRIES];
	uint8_t *object;
	/* What the call under test gave, or works on. */
	void *cpu;
	armdma_dma_t handle;
	struct armdma_page *page;
	struct armdma_vma vma;
	struct armdma_sg_table sgt, *own;
	struct armdma_scatterlist sgl[NR_ENTRIES];
	struct armdma_dma_pool *pool;
	struct armdma_iommu_mapping *space, *mapping;
	struct armdma_domain *domain;
	int error;
};

#define ALL ((1u << ARMDMA_NR_OPSETS) - 1)
#define DIRECT (1u << ARMDMA_OPS_DIRECT | 1u << ARMDMA_OPS_DIRECT_COHERENT)
#define BEHIND_IOMMU (1u << ARMDMA_OPS_IOMMU | 1u << ARMDMA_OPS_IOMMU_COHERENT)

struct call {
	const char *name;
	unsigned int sets;
	void (*prepare)(struct rig *r);	/* what must be there; nothing fails in it */
	bool (*run)(struct rig *r);	/* false: failed as documented */
	void (*undo)(struct rig *r);	/* of a run that worked */
	void (*finish)(struct rig *r);	/* undo prepare */
};

/* ---- coherent memory ---- */

#define QUIET (ARMDMA_GFP_KERNEL | ARMDMA__GFP_NOWARN)

static bool got_buffer(struct rig *r, void *cpu)
{
	r->cpu = cpu;
	assert_int_equal(!cpu, r->handle == ARMDMA_MAPPING_ERROR);
	return cpu;
}

#define BUFFER_CALL(name, size, attrs, alloc, free)                 \
	static bool name(struct rig *r)                             \
	{                                                           \
		r->handle = 0;                                      \
		return got_buffer(r, alloc);                        \
	}                                                           \
	static void undo_##name(struct rig *r)                      \
	{                                                           \
		free;                                               \
	}
#define ATTRS_CALL(name, size, gfp, attrs)                                                          \
	BUFFER_CALL(name, size, attrs, armdma_dma_alloc_attrs(r->dev, size, &r->handle, gfp, attrs), \
		    armdma_dma_free_attrs(r->dev, size, r->cpu, r->handle, attrs))

ATTRS_CALL(alloc_plain, 70000, QUIET, 0)
ATTRS_CALL(alloc_page, 100, QUIET, 0)
ATTRS_CALL(alloc_single_pages, 20 * 4096, QUIET, ARMDMA_ATTR_ALLOC_SINGLE_PAGES)
ATTRS_CALL(alloc_cookie, 37 * 4096, QUIET, ARMDMA_ATTR_NO_KERNEL_MAPPING)
ATTRS_CALL(alloc_contiguous, 1200000, QUIET, ARMDMA_ATTR_FORCE_CONTIGUOUS)
ATTRS_CALL(alloc_atomic, 3 * 4096, ARMDMA_GFP_ATOMIC, 0)
BUFFER_CALL(alloc_coherent, 9000, 0, armdma_dma_alloc_coherent(r->dev, 9000, &r->handle, QUIET),
	    armdma_dma_free_coherent(r->dev, 9000, r->cpu, r->handle))
BUFFER_CALL(alloc_wc, 9000, 0, armdma_dma_alloc_wc(r->dev, 9000, &r->handle, QUIET),
	    armdma_dma_free_wc(r->dev, 9000, r->cpu, r->handle))
BUFFER_CALL(alloc_managed, 9000, 0,
	    armdma_dmam_alloc_attrs(r->dev, 9000, &r->handle, QUIET, ARMDMA_ATTR_WRITE_COMBINE),
	    armdma_device_unbind(r->dev))
BUFFER_CALL(alloc_managed_coherent, 9000, 0, armdma_dmam_alloc_coherent(r->dev, 9000, &r->handle, QUIET),
	    armdma_dmam_free_coherent(r->dev, 9000, r->cpu, r->handle))

static void prepare_buffer(struct rig *r)
{
	assert_true(alloc_coherent(r));
	r->vma = (struct armdma_vma){ .npages = 2, .pgoff = 1 };
}

static void finish_buffer(struct rig *r)
{
	undo_alloc_coherent(r);
}

static void prepare_wc(struct rig *r)
{
	assert_true(alloc_wc(r));
	r->vma = (struct armdma_vma){ .npages = 3 };
}

static void finish_wc(struct rig *r)
{
	undo_alloc_wc(r);
}

static bool mapped_to_user(struct rig *r, int ret)
{
	r->error = ret;
	assert_int_equal(ret, r->vma.addr ? 0 : -ENOMEM);
	return !ret;
}

static bool mmap_attrs(struct rig *r)
{
	return mapped_to_user(r, armdma_dma_mmap_attrs(r->dev, &r->vma, r->cpu, r->handle, 9000, 0));
}

static bool mmap_coherent(struct rig *r)
{
	return mapped_to_user(r, armdma_dma_mmap_coherent(r->dev, &r->vma, r->cpu, r->handle, 9000));
}

static bool mmap_wc(struct rig *r)
{
	return mapped_to_user(r, armdma_dma_mmap_wc(r->dev, &r->vma, r->cpu, r->handle, 9000));
}

static void undo_mmap(struct rig *r)
{
	armdma_munmap(r->m, &r->vma);
}

static bool got_table(struct rig *r, int ret)
{
	assert_int_equal(ret, r->sgt.sgl ? 0 : -ENOMEM);
	assert_int_equal(!ret, r->sgt.orig_nents > 0);
	return !ret;
}

static bool get_sgtable(struct rig *r)
{
	return got_table(r, armdma_dma_get_sgtable(r->dev, &r->sgt, r->cpu, r->handle, 9000));
}

static bool get_sgtable_attrs(struct rig *r)
{
	return got_table(r, armdma_dma_get_sgtable_attrs(r->dev, &r->sgt, r->cpu, r->handle, 9000, 0));
}

static bool table_from_pages(struct rig *r)
{
	return got_table(r, armdma_sg_alloc_table_from_pages(r->m, &r->sgt, r->pages, NR_ENTRIES, 0,
							     NR_ENTRIES * ARMDMA_PAGE_SIZE, 65536));
}

static void undo_table(struct rig *r)
{
	armdma_sg_free_table(&r->sgt);
}

/* Reserved memory lies at the end of RAM. */
static bool declare(struct rig *r)
{
	const struct armdma_config *cfg = armdma_hw_config(r->e->hw);
	int ret = armdma_dma_declare_coherent_memory(r->dev, cfg->ram_base + cfg->ram_size - 65536, 0x1000, 65536);

	assert_true(!ret || ret == -ENOMEM);
	return !ret;
}

static void undo_declare(struct rig *r)
{
	armdma_dma_release_coherent_memory(r->dev);
}

static void prepare_declared(struct rig *r)
{
	assert_true(declare(r));
}

/* ---- streaming ---- */

static bool got_address(struct rig *r, armdma_dma_t addr)
{
	r->handle = addr;
	assert_int_equal(armdma_dma_mapping_error(r->dev, addr), addr == ARMDMA_MAPPING_ERROR ? -ENOMEM : 0);
	return addr != ARMDMA_MAPPING_ERROR;
}

#define MAP_CALL(name, map, unmap)                 \
	static bool name(struct rig *r)            \
	{                                          \
		return got_address(r, map);        \
	}                                          \
	static void undo_##name(struct rig *r)     \
	{                                          \
		unmap;                             \
	}

MAP_CALL(map_page, armdma_dma_map_page(r->dev, r->block, 100, 60000, ARMDMA_BIDIRECTIONAL),
	 armdma_dma_unmap_page(r->dev, r->handle, 60000, ARMDMA_BIDIRECTIONAL))
MAP_CALL(map_page_attrs, armdma_dma_map_page_attrs(r->dev, r->block, 9000, 300, ARMDMA_TO_DEVICE, 0),
	 armdma_dma_unmap_page_attrs(r->dev, r->handle, 300, ARMDMA_TO_DEVICE, 0))
MAP_CALL(map_highmem, armdma_dma_map_page(r->dev, r->high, 0, 3000, ARMDMA_BIDIRECTIONAL),
	 armdma_dma_unmap_page(r->dev, r->handle, 3000, ARMDMA_BIDIRECTIONAL))
MAP_CALL(map_single, armdma_dma_map_single(r->dev, r->object, 700, ARMDMA_FROM_DEVICE),
	 armdma_dma_unmap_single(r->dev, r->handle, 700, ARMDMA_FROM_DEVICE))
MAP_CALL(map_single_attrs, armdma_dma_map_single_attrs(r->dev, r->object, 5000, ARMDMA_TO_DEVICE, 0),
	 armdma_dma_unmap_single_attrs(r->dev, r->handle, 5000, ARMDMA_TO_DEVICE, 0))
MAP_CALL(map_resource, armdma_dma_map_resource(r->dev, 0x13800010, 5000, ARMDMA_BIDIRECTIONAL, 0),
	 armdma_dma_unmap_resource(r->dev, r->handle, 5000, ARMDMA_BIDIRECTIONAL, 0))

/* Entries that merge and entries that do not, one of highmem. */
static void prepare_list(struct rig *r)
{
	armdma_sg_init_table(r->sgl, NR_ENTRIES);
	for (unsigned int i = 0; i < NR_ENTRIES; i++)
		armdma_sg_set_page(&r->sgl[i], r->pages[i], i == 2 ? 100 : 4096, 0);
	armdma_sg_set_page(&r->sgl[4], r->high, 1000, 48);
	r->sgt = (struct armdma_sg_table){ r->sgl, 77, NR_ENTRIES };
}

static bool got_segments(struct rig *r, unsigned int n)
{
	assert_true(n <= NR_ENTRIES);
	/* A failed map leaves nothing that looks like an address. */
	for (unsigned int i = 0; !n && i < NR_ENTRIES; i++)
		assert_true(armdma_sg_dma_len(&r->sgl[i]) == 0);
	return n;
}

static bool map_sg(struct rig *r)
{
	return got_segments(r, armdma_dma_map_sg(r->dev, r->sgl, NR_ENTRIES, ARMDMA_BIDIRECTIONAL));
}

static void undo_map_sg(struct rig *r)
{
	armdma_dma_unmap_sg(r->dev, r->sgl, NR_ENTRIES, ARMDMA_BIDIRECTIONAL);
}

static bool map_sg_attrs(struct rig *r)
{
	return got_segments(r, armdma_dma_map_sg_attrs(r->dev, r->sgl, NR_ENTRIES, ARMDMA_TO_DEVICE,
						       ARMDMA_ATTR_SKIP_CPU_SYNC));
}

static void undo_map_sg_attrs(struct rig *r)
{
	armdma_dma_unmap_sg_attrs(r->dev, r->sgl, NR_ENTRIES, ARMDMA_TO_DEVICE, ARMDMA_ATTR_SKIP_CPU_SYNC);
}

static bool map_sgtable(struct rig *r)
{
	int ret;

	r->sgt.nents = 77;
	ret = armdma_dma_map_sgtable(r->dev, &r->sgt, ARMDMA_FROM_DEVICE, 0);
	assert_true(!ret || ret == -ENOMEM || ret == -EIO);
	assert_int_equal(r->sgt.nents == 77, ret != 0);
	r->error = ret;
	return got_segments(r, ret ? 0 : r->sgt.nents);
}

static void undo_map_sgtable(struct rig *r)
{
	armdma_dma_unmap_sgtable(r->dev, &r->sgt, ARMDMA_FROM_DEVICE, 0);
}

/* ---- memory synced by hand ---- */

static bool own_page(struct rig *r, struct armdma_page *page)
{
	r->page = page;
	assert_int_equal(!page, r->handle == ARMDMA_MAPPING_ERROR);
	return page;
}

static bool dma_alloc_pages(struct rig *r)
{
	r->handle = 0;
	return own_page(r, armdma_dma_alloc_pages(r->dev, 20000, &r->handle, ARMDMA_BIDIRECTIONAL, QUIET));
}

static void undo_dma_alloc_pages(struct rig *r)
{
	armdma_dma_free_pages(r->dev, 20000, r->page, r->handle, ARMDMA_BIDIRECTIONAL);
}

BUFFER_CALL(alloc_noncoherent, 20000, 0,
	    armdma_dma_alloc_noncoherent(r->dev, 20000, &r->handle, ARMDMA_TO_DEVICE, QUIET),
	    armdma_dma_free_noncoherent(r->dev, 20000, r->cpu, r->handle, ARMDMA_TO_DEVICE))

static void prepare_own_page(struct rig *r)
{
	assert_true(dma_alloc_pages(r));
	r->vma = (struct armdma_vma){ .npages = 2, .pgoff = 3 };
}

static bool mmap_pages(struct rig *r)
{
	return mapped_to_user(r, armdma_dma_mmap_pages(r->dev, &r->vma, 20000, r->page));
}

static bool alloc_noncontiguous(struct rig *r)
{
	r->own = armdma_dma_alloc_noncontiguous(r->dev, 150000, ARMDMA_FROM_DEVICE, QUIET, 0);
	assert_true(!r->own || r->own->nents == 1);
	return r->own;
}

static bool alloc_noncontiguous_pages(struct rig *r)
{
	r->own = armdma_dma_alloc_noncontiguous(r->dev, 30000, ARMDMA_FROM_DEVICE, QUIET,
						ARMDMA_ATTR_ALLOC_SINGLE_PAGES);
	return r->own;
}

static void undo_noncontiguous(struct rig *r)
{
	armdma_dma_free_noncontiguous(r->dev, 150000, r->own, ARMDMA_FROM_DEVICE);
}

static void undo_noncontiguous_pages(struct rig *r)
{
	armdma_dma_free_noncontiguous(r->dev, 30000, r->own, ARMDMA_FROM_DEVICE);
}

static void prepare_noncontiguous(struct rig *r)
{
	assert_true(alloc_noncontiguous(r));
	r->vma = (struct armdma_vma){ .npages = 30, .pgoff = 7 };
}

static bool vmap_noncontiguous(struct rig *r)
{
	r->cpu = armdma_dma_vmap_noncontiguous(r->dev, 150000, r->own);
	return r->cpu;
}

static void undo_vmap_noncontiguous(struct rig *r)
{
	armdma_dma_vunmap_noncontiguous(r->dev, r->cpu);
}

static bool mmap_noncontiguous(struct rig *r)
{
	return mapped_to_user(r, armdma_dma_mmap_noncontiguous(r->dev, &r->vma, 150000, r->own));
}

/* ---- pools ---- */

static bool pool_create(struct rig *r)
{
	r->pool = armdma_dma_pool_create("p", r->dev, 64, 64, 0);
	return r->pool;
}

static void undo_pool_create(struct rig *r)
{
	armdma_dma_pool_destroy(r->pool);
}

static bool pool_create_managed(struct rig *r)
{
	r->pool = armdma_dmam_pool_create("p", r->dev, 64, 64, 0);
	return r->pool;
}

static void undo_pool_create_managed(struct rig *r)
{
	armdma_dmam_pool_destroy(r->pool);
}

static void prepare_pool(struct rig *r)
{
	assert_true(pool_create(r));
}

BUFFER_CALL(pool_alloc, 64, 0, armdma_dma_pool_alloc(r->pool, QUIET, &r->handle),
	    armdma_dma_pool_free(r->pool, r->cpu, r->handle))
BUFFER_CALL(pool_zalloc, 64, 0, armdma_dma_pool_zalloc(r->pool, ARMDMA_GFP_ATOMIC, &r->handle),
	    armdma_dma_pool_free(r->pool, r->cpu, r->handle))

/* ---- IO address spaces ---- */

static bool create_mapping(struct rig *r)
{
	r->error = 1;
	r->mapping = armdma_iommu_create_mapping(r->m, DMA_BASE, DMA_SIZE, NULL, &r->error);
	assert_int_equal(r->error, r->mapping ? 0 : -ENOMEM);
	return r->mapping;
}

static void undo_create_mapping(struct rig *r)
{
	armdma_iommu_release_mapping(r->mapping);
}

static bool iova_alloc(struct rig *r)
{
	int ret = armdma_mapping_iova_alloc(armdma_to_iommu_mapping(r->dev), 65536, &r->handle);

	assert_true(!ret || ret == -ENOMEM);
	return !ret;
}

static void undo_iova_alloc(struct rig *r)
{
	assert_int_equal(armdma_mapping_iova_free(armdma_to_iommu_mapping(r->dev), r->handle, 65536), 0);
}

static bool domain_alloc(struct rig *r)
{
	r->domain = armdma_domain_alloc(r->m);
	return r->domain;
}

static void undo_domain_alloc(struct rig *r)
{
	armdma_domain_free(r->domain);
}

static void prepare_domain(struct rig *r)
{
	assert_true(domain_alloc(r));
}

/* Over three tables' worth of small pages. */
static bool iommu_map(struct rig *r)
{
	int ret = armdma_iommu_map(r->domain, 0x10ff000, 0x50001000, 2 * MIB, ARMDMA_IOMMU_READ);

	assert_true(!ret || ret == -ENOMEM);
	return !ret;
}

static void undo_iommu_map(struct rig *r)
{
	assert_int_equal(armdma_iommu_unmap(r->domain, 0x10ff000, 2 * MIB), 2 * MIB);
	armdma_domain_trim(r->domain);
}

/* ---- bounce buffers ---- */

static bool register_bounce(struct rig *r)
{
	int ret = armdma_dmabounce_register_dev(r->dev, 512, 4096, NULL);

	assert_true(!ret || ret == -ENOMEM);
	assert_int_equal(armdma_dma_get_ops(r->dev), ret ? ARMDMA_OPS_DIRECT : ARMDMA_OPS_BOUNCE);
	return !ret;
}

static void undo_register_bounce(struct rig *r)
{
	armdma_dmabounce_unregister_dev(r->dev);
}

/* ---- memory ---- */

BUFFER_CALL(kmalloc_small, 0, 0, (r->handle = 0, r->cpu = armdma_kmalloc(r->m, 3000, QUIET),
				  r->handle = r->cpu ? 0 : ARMDMA_MAPPING_ERROR, r->cpu),
	    armdma_kfree(r->m, r->cpu))
BUFFER_CALL(kzalloc_large, 0, 0, (r->handle = 0, r->cpu = armdma_kzalloc(r->m, 100000, QUIET),
				  r->handle = r->cpu ? 0 : ARMDMA_MAPPING_ERROR, r->cpu),
	    armdma_kfree(r->m, r->cpu))

static bool alloc_block(struct rig *r)
{
	r->page = armdma_alloc_pages(r->m, QUIET, 3);
	return r->page;
}

static void undo_alloc_block(struct rig *r)
{
	armdma_free_pages(r->m, r->page, 3);
}

static bool alloc_from_contiguous(struct rig *r)
{
	r->page = armdma_dma_alloc_from_contiguous(r->m, r->dev, 100, 8, true);
	return r->page;
}

static void undo_alloc_from_contiguous(struct rig *r)
{
	assert_true(armdma_dma_release_from_contiguous(r->m, r->page, 100));
}

static bool vmap_pages(struct rig *r)
{
	r->cpu = armdma_vmap(r->m, r->pages, NR_ENTRIES, ARMDMA_MT_CACHED);
	return r->cpu;
}

static void undo_vmap_pages(struct rig *r)
{
	armdma_vunmap(r->m, r->cpu, NR_ENTRIES);
}

static bool kmap_highmem(struct rig *r)
{
	r->cpu = armdma_kmap(r->m, r->high);
	return r->cpu;
}

static void undo_kmap_highmem(struct rig *r)
{
	armdma_kunmap(r->m, r->high, r->cpu);
}

static bool vm_map_pages(struct rig *r)
{
	r->vma = (struct armdma_vma){ .npages = NR_ENTRIES };
	return mapped_to_user(r, armdma_vm_map_pages(r->m, &r->vma, r->pages, ARMDMA_MT_CACHED));
}

/* ---- the table ---- */

static const struct call calls[] = {
	{ "dma_alloc_attrs", ALL, NULL, alloc_plain, undo_alloc_plain, NULL },
	{ "dma_alloc_attrs, a page", ALL, NULL, alloc_page, undo_alloc_page, NULL },
	{ "dma_alloc_attrs(ALLOC_SINGLE_PAGES)", ALL, NULL, alloc_single_pages, undo_alloc_single_pages, NULL },
	{ "dma_alloc_attrs(NO_KERNEL_MAPPING)", ALL, NULL, alloc_cookie, undo_alloc_cookie, NULL },
	{ "dma_alloc_attrs(FORCE_CONTIGUOUS)", ALL, NULL, alloc_contiguous, undo_alloc_contiguous, NULL },
	{ "dma_alloc_attrs(GFP_ATOMIC)", ALL, NULL, alloc_atomic, undo_alloc_atomic, NULL },
	{ "dma_alloc_coherent", ALL, NULL, alloc_coherent, undo_alloc_coherent, NULL },
	{ "dma_alloc_coherent of declared memory", ALL, prepare_declared, alloc_coherent, undo_alloc_coherent,
	  undo_declare },
	{ "dma_alloc_wc", ALL, NULL, alloc_wc, undo_alloc_wc, NULL },
	{ "dmam_alloc_attrs", ALL, NULL, alloc_managed, undo_alloc_managed, NULL },
	{ "dmam_alloc_coherent", ALL, NULL, alloc_managed_coherent, undo_alloc_managed_coherent, NULL },
	{ "dma_mmap_attrs", ALL, prepare_buffer, mmap_attrs, undo_mmap, finish_buffer },
	{ "dma_mmap_coherent", ALL, prepare_buffer, mmap_coherent, undo_mmap, finish_buffer },
	{ "dma_mmap_wc", ALL, prepare_wc, mmap_wc, undo_mmap, finish_wc },
	{ "dma_get_sgtable", ALL, prepare_buffer, get_sgtable, undo_table, finish_buffer },
	{ "dma_get_sgtable_attrs", ALL, prepare_buffer, get_sgtable_attrs, undo_table, finish_buffer },
	{ "sg_alloc_table_from_pages", ALL, NULL, table_from_pages, undo_table, NULL },
	{ "dma_declare_coherent_memory", ALL, NULL, declare, undo_declare, NULL },
	{ "dma_map_page", ALL, NULL, map_page, undo_map_page, NULL },
	{ "dma_map_page_attrs", ALL, NULL, map_page_attrs, undo_map_page_attrs, NULL },
	{ "dma_map_page of highmem", ALL, NULL, map_highmem, undo_map_highmem, NULL },
	{ "dma_map_single", ALL, NULL, map_single, undo_map_single, NULL },
	{ "dma_map_single_attrs", ALL, NULL, map_single_attrs, undo_map_single_attrs, NULL },
	{ "dma_map_resource", ALL, NULL, map_resource, undo_map_resource, NULL },
	{ "dma_map_sg", ALL, prepare_list, map_sg, undo_map_sg, NULL },
	{ "dma_map_sg_attrs", ALL, prepare_list, map_sg_attrs, undo_map_sg_attrs, NULL },
	{ "dma_map_sgtable", ALL, prepare_list, map_sgtable, undo_map_sgtable, NULL },
	{ "dma_alloc_pages", ALL, NULL, dma_alloc_pages, undo_dma_alloc_pages, NULL },
	{ "dma_alloc_noncoherent", ALL, NULL, alloc_noncoherent, undo_alloc_noncoherent, NULL },
	{ "dma_mmap_pages", ALL, prepare_own_page, mmap_pages, undo_mmap, undo_dma_alloc_pages },
	{ "dma_alloc_noncontiguous", ALL, NULL, alloc_noncontiguous, undo_noncontiguous, NULL },
	{ "dma_alloc_noncontiguous(ALLOC_SINGLE_PAGES)", ALL, NULL, alloc_noncontiguous_pages,
	  undo_noncontiguous_pages, NULL },
	{ "dma_vmap_noncontiguous", ALL, prepare_noncontiguous, vmap_noncontiguous, undo_vmap_noncontiguous,
	  undo_noncontiguous },
	{ "dma_mmap_noncontiguous", ALL, prepare_noncontiguous, mmap_noncontiguous, undo_mmap, undo_noncontiguous },
	{ "dma_pool_create", ALL, NULL, pool_create, undo_pool_create, NULL },
	{ "dmam_pool_create", ALL, NULL, pool_create_managed, undo_pool_create_managed, NULL },
	{ "dma_pool_alloc", ALL, prepare_pool, pool_alloc, undo_pool_alloc, undo_pool_create },
	{ "dma_pool_zalloc(GFP_ATOMIC)", ALL, prepare_pool, pool_zalloc, undo_pool_zalloc, undo_pool_create },
	{ "arm_iommu_create_mapping", ALL, NULL, create_mapping, undo_create_mapping, NULL },
	{ "armdma_mapping_iova_alloc", BEHIND_IOMMU, NULL, iova_alloc, undo_iova_alloc, NULL },
	{ "armdma_domain_alloc", ALL, NULL, domain_alloc, undo_domain_alloc, NULL },
	{ "armdma_iommu_map", ALL, prepare_domain, iommu_map, undo_iommu_map, undo_domain_alloc },
	{ "dmabounce_register_dev", 1u << ARMDMA_OPS_DIRECT, NULL, register_bounce, undo_register_bounce, NULL },
	{ "kmalloc", ALL, NULL, kmalloc_small, undo_kmalloc_small, NULL },
	{ "kzalloc", ALL, NULL, kzalloc_large, undo_kzalloc_large, NULL },
	{ "alloc_pages", ALL, NULL, alloc_block, undo_alloc_block, NULL },
	{ "dma_alloc_from_contiguous", ALL, NULL, alloc_from_contiguous, undo_alloc_from_contiguous, NULL },
	{ "vmap", ALL, NULL, vmap_pages, undo_vmap_pages, NULL },
	{ "kmap", ALL, NULL, kmap_highmem, undo_kmap_highmem, NULL },
	{ "vm_map_pages", ALL, NULL, vm_map_pages, undo_mmap, NULL },
};
#define NR_CALLS (sizeof(calls) / sizeof(calls[0]))

#endif
