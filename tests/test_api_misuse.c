/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls that make no sense: each is refused with a defined result and one report, tears nothing down, and leaves
 * everything usable.
 */
#include <errno.h>
#include <limits.h>
#include <unistd.h>

#include "api_rig.h"

/* What is live while the calls go wrong. */
struct live {
	uint8_t *buf;
	struct armdma_page *page;
	armdma_dma_t single, resource, handle, own;
	void *cpu, *noncoherent;
	struct armdma_scatterlist sgl[2], other[2];
	struct armdma_sg_table *sgt;
	struct armdma_dma_pool *pool, *peers, *managed_pool;
	void *block, *managed;
	armdma_dma_t managed_dma;
	armdma_dma_t block_dma;
};

static void make(struct rig *r, struct live *l)
{
	l->buf = armdma_kmalloc(r->m, 1024, ARMDMA_GFP_KERNEL);
	l->page = armdma_alloc_pages(r->m, ARMDMA_GFP_KERNEL, 2);
	l->single = armdma_dma_map_single(r->dev, l->buf, 1024, ARMDMA_TO_DEVICE);
	l->resource = armdma_dma_map_resource(r->dev, 0x10000000, 64, ARMDMA_TO_DEVICE, 0);
	l->cpu = armdma_dma_alloc_coherent(r->dev, PAGE, &l->handle, ARMDMA_GFP_KERNEL);
	l->noncoherent = armdma_dma_alloc_noncoherent(r->dev, PAGE, &l->own, ARMDMA_TO_DEVICE, ARMDMA_GFP_KERNEL);
	armdma_sg_init_table(l->sgl, 2);
	armdma_sg_set_page(&l->sgl[0], l->page, PAGE, 0);
	armdma_sg_set_page(&l->sgl[1], armdma_nth_page(r->m, l->page, 1), PAGE, 0);
	assert_true(armdma_dma_map_sg(r->dev, l->sgl, 2, ARMDMA_FROM_DEVICE) > 0);
	armdma_sg_init_table(l->other, 2);
	l->sgt = armdma_dma_alloc_noncontiguous(r->dev, PAGE, ARMDMA_TO_DEVICE, ARMDMA_GFP_KERNEL, 0);
	l->pool = armdma_dma_pool_create("mine", r->dev, 64, 0, 0);
	l->peers = armdma_dma_pool_create("peer's", r->peer, 64, 0, 0);
	l->block = armdma_dma_pool_alloc(l->pool, ARMDMA_GFP_KERNEL, &l->block_dma);
	l->managed = armdma_dmam_alloc_coherent(r->dev, PAGE, &l->managed_dma, ARMDMA_GFP_KERNEL);
	l->managed_pool = armdma_dmam_pool_create("managed", r->dev, 64, 0, 0);
	assert_true(l->managed && l->managed_pool);
	assert_true(l->buf && l->page && l->cpu && l->noncoherent && l->sgt && l->pool && l->peers && l->block);
	assert_int_equal(armdma_dma_mapping_error(r->dev, l->single), 0);
	assert_int_equal(armdma_dma_mapping_error(r->dev, l->resource), 0);
}

/* Everything goes the right way, however often it was tried the wrong one. */
static void unmake(struct rig *r, struct live *l)
{
	armdma_dmam_pool_destroy(l->managed_pool);
	armdma_dmam_free_coherent(r->dev, PAGE, l->managed, l->managed_dma);
	armdma_dma_pool_free(l->pool, l->block, l->block_dma);
	armdma_dma_pool_destroy(l->pool);
	armdma_dma_pool_destroy(l->peers);
	armdma_dma_free_noncontiguous(r->dev, PAGE, l->sgt, ARMDMA_TO_DEVICE);
	armdma_dma_unmap_sg(r->dev, l->sgl, 2, ARMDMA_FROM_DEVICE);
	armdma_dma_free_noncoherent(r->dev, PAGE, l->noncoherent, l->own, ARMDMA_TO_DEVICE);
	armdma_dma_free_coherent(r->dev, PAGE, l->cpu, l->handle);
	armdma_dma_unmap_resource(r->dev, l->resource, 64, ARMDMA_TO_DEVICE, 0);
	armdma_dma_unmap_single(r->dev, l->single, 1024, ARMDMA_TO_DEVICE);
	armdma_free_pages(r->m, l->page, 2);
	armdma_kfree(r->m, l->buf);
}

static bool bad(armdma_dma_t addr)
{
	return addr == ARMDMA_MAPPING_ERROR;
}

#define DIR(n) ((enum armdma_dir)(n))
#define TO ARMDMA_TO_DEVICE
#define GFP ARMDMA_GFP_KERNEL

/*
 * One row a misuse: `call` is true when the result is the documented error (or there is none), and brings `reports` reports.
 * Names: r the rig, l what is live, a and v to write to.
 */
#define ROWS(X)                                                                                                 \
	X(1, !armdma_dma_alloc_coherent(r->dev, 0, &a, GFP) && bad(a))                                           \
	X(0, !armdma_dma_alloc_coherent(r->dev, SIZE_MAX, &a, GFP) && bad(a))                                    \
	X(0, !armdma_dma_alloc_wc(r->dev, SIZE_MAX - PAGE, &a, GFP) && bad(a))                                   \
	X(1, !armdma_dmam_alloc_coherent(r->dev, 0, &a, GFP) && bad(a))                                          \
	X(1, (armdma_dma_free_coherent(r->dev, PAGE, l->buf, l->single), true))                                  \
	X(1, (armdma_dma_free_coherent(r->dev, 2 * PAGE, l->cpu, l->handle), true))                              \
	X(1, (armdma_dma_free_coherent(r->dev, 0, l->cpu, l->handle), true))                                     \
	X(1, (armdma_dma_free_coherent(r->dev, PAGE, l->cpu, l->handle + PAGE), true))                           \
	X(1, (armdma_dma_free_coherent(r->peer, PAGE, l->cpu, l->handle), true))                                 \
	X(1, (armdma_dma_free_wc(r->dev, PAGE, l->cpu, l->handle), true))                                        \
	X(0, (armdma_dma_free_coherent(r->dev, PAGE, NULL, l->handle), true))                                    \
	X(1, (armdma_dmam_free_coherent(r->dev, PAGE, l->cpu, l->handle), true))                                 \
	X(1, armdma_dma_mmap_coherent(r->dev, &v, l->buf, l->handle, PAGE) == -ENXIO)                            \
	X(1, armdma_dma_mmap_wc(r->dev, &v, l->cpu, l->handle, PAGE) == -ENXIO)                                  \
	X(0, armdma_dma_mmap_coherent(r->dev, &far, l->cpu, l->handle, PAGE) == -ENXIO)                          \
	X(0, armdma_dma_mmap_coherent(r->dev, &wraps, l->cpu, l->handle, PAGE) == -ENXIO)                        \
	X(1, armdma_dma_get_sgtable(r->dev, &t, l->buf, l->handle, PAGE) == -ENXIO)                              \
	X(1, bad(armdma_dma_map_single(r->dev, l->buf, 0, TO)))                                                  \
	X(1, bad(armdma_dma_map_single(r->dev, l->buf, SIZE_MAX, TO)))                                           \
	X(1, bad(armdma_dma_map_single(r->dev, l->buf, 64, DIR(3))))                                             \
	X(1, bad(armdma_dma_map_single(r->dev, l->buf, 64, DIR(-1))))                                            \
	X(1, bad(armdma_dma_map_single(r->dev, &a, 8, TO)))                                                      \
	X(1, bad(armdma_dma_map_single(r->dev, NULL, 8, TO)))                                                    \
	X(1, bad(armdma_dma_map_page(r->dev, NULL, 0, 64, TO)))                                                  \
	X(1, bad(armdma_dma_map_page(r->dev, (struct armdma_page *)(void *)&a, 0, 64, TO)))                      \
	X(1, bad(armdma_dma_map_page(r->dev, l->page, SIZE_MAX, 64, TO)))                                        \
	X(1, bad(armdma_dma_map_page(r->dev, l->page, SIZE_MAX - 63, 64, TO)))                                   \
	X(1, bad(armdma_dma_map_page(r->dev, l->page, 0, SIZE_MAX, TO)))                                         \
	X(1, bad(armdma_dma_map_page(r->dev, l->page, 0, 64, DIR(4))))                                           \
	X(1, bad(armdma_dma_map_resource(r->dev, 0x40000000, 64, TO, 0)))                                        \
	X(1, bad(armdma_dma_map_resource(r->dev, 0x10000000, 0, TO, 0)))                                         \
	X(1, bad(armdma_dma_map_resource(r->dev, UINT64_MAX - 10, 64, TO, 0)))                                   \
	X(1, (armdma_dma_unmap_single(r->dev, l->single, 512, TO), true))                                        \
	X(1, (armdma_dma_unmap_single(r->dev, l->single, 2048, TO), true))                                       \
	X(1, (armdma_dma_unmap_single(r->dev, l->single, 0, TO), true))                                          \
	X(1, (armdma_dma_unmap_single(r->dev, l->single, 1024, ARMDMA_FROM_DEVICE), true))                       \
	X(1, (armdma_dma_unmap_single(r->dev, l->single, 1024, DIR(7)), true))                                   \
	X(1, (armdma_dma_unmap_single(r->dev, l->single + 64, 960, TO), true))                                   \
	X(1, (armdma_dma_unmap_single(r->peer, l->single, 1024, TO), true))                                      \
	X(1, (armdma_dma_unmap_single(r->dev, ARMDMA_MAPPING_ERROR, 1024, TO), true))                            \
	X(1, (armdma_dma_unmap_single(r->dev, l->handle, PAGE, TO), true))                                       \
	X(1, (armdma_dma_unmap_single(r->dev, l->resource, 64, TO), true))                                       \
	X(1, (armdma_dma_unmap_single(r->dev, armdma_sg_dma_address(l->sgl), armdma_sg_dma_len(l->sgl),         \
				      ARMDMA_FROM_DEVICE), true))                                                \
	X(1, (armdma_dma_unmap_resource(r->dev, l->single, 1024, TO, 0), true))                                  \
	X(1, (armdma_dma_sync_single_for_cpu(r->dev, l->single, 2048, TO), true))                                \
	X(1, (armdma_dma_sync_single_for_cpu(r->dev, l->single, 0, TO), true))                                   \
	X(1, (armdma_dma_sync_single_for_cpu(r->dev, l->single, SIZE_MAX, TO), true))                            \
	X(1, (armdma_dma_sync_single_for_device(r->dev, l->single, 64, DIR(3)), true))                           \
	X(1, (armdma_dma_sync_single_for_device(r->dev, l->single, 64, ARMDMA_FROM_DEVICE), true))               \
	X(1, (armdma_dma_sync_single_range_for_cpu(r->dev, l->single, 1000, 64, TO), true))                      \
	X(1, (armdma_dma_sync_single_range_for_cpu(r->dev, l->single, ULONG_MAX - 9, 64, TO), true))             \
	X(1, (armdma_dma_sync_single_for_cpu(r->dev, l->handle, 64, TO), true))                                  \
	X(1, (armdma_dma_sync_single_for_cpu(r->dev, ARMDMA_MAPPING_ERROR, 64, TO), true))                       \
	X(1, (armdma_dma_sync_single_for_device(r->peer, l->single, 64, TO), true))                              \
	X(1, armdma_dma_map_sg(r->dev, l->sgl, 2, ARMDMA_FROM_DEVICE) == 0)                                      \
	X(1, armdma_dma_map_sg(r->dev, l->other, 2, TO) == 0)                                                    \
	X(1, armdma_dma_map_sg(r->dev, l->other, 0, TO) == 0)                                                    \
	X(1, armdma_dma_map_sg(r->dev, l->other, -1, TO) == 0)                                                   \
	X(1, armdma_dma_map_sg(r->dev, NULL, 1, TO) == 0)                                                        \
	X(1, armdma_dma_map_sg(r->dev, longer, 3, TO) == 0)                                                      \
	X(1, armdma_dma_map_sg(r->dev, longer, 2, DIR(3)) == 0)                                                  \
	X(1, (armdma_dma_unmap_sg(r->dev, l->sgl, 1, ARMDMA_FROM_DEVICE), true))                                 \
	X(1, (armdma_dma_unmap_sg(r->dev, l->sgl, 3, ARMDMA_FROM_DEVICE), true))                                 \
	X(1, (armdma_dma_unmap_sg(r->dev, l->sgl, 2, TO), true))                                                 \
	X(1, (armdma_dma_unmap_sg(r->dev, l->other, 2, TO), true))                                               \
	X(1, (armdma_dma_unmap_sg(r->peer, l->sgl, 2, ARMDMA_FROM_DEVICE), true))                                \
	X(1, (armdma_dma_unmap_sgtable(r->dev, l->sgt, TO, 0), true))                                            \
	X(1, (armdma_dma_sync_sg_for_cpu(r->dev, l->sgl, 1, ARMDMA_FROM_DEVICE), true))                          \
	X(1, (armdma_dma_sync_sg_for_device(r->dev, l->other, 2, TO), true))                                     \
	X(1, (armdma_dma_sync_sg_for_device(r->dev, l->sgl, 2, TO), true))                                       \
	X(1, !armdma_dma_alloc_pages(r->dev, 0, &a, TO, GFP) && bad(a))                                          \
	X(0, !armdma_dma_alloc_pages(r->dev, SIZE_MAX, &a, TO, GFP) && bad(a))                                   \
	X(1, !armdma_dma_alloc_pages(r->dev, PAGE, &a, DIR(3), GFP) && bad(a))                                   \
	X(1, !armdma_dma_alloc_pages(r->dev, PAGE, &a, TO, GFP | ARMDMA__GFP_HIGHMEM) && bad(a))                 \
	X(1, !armdma_dma_alloc_noncontiguous(r->dev, PAGE, TO, GFP, ARMDMA_ATTR_WRITE_COMBINE))                  \
	X(0, !armdma_dma_alloc_noncontiguous(r->dev, SIZE_MAX, TO, GFP, 0))                                      \
	X(1, (armdma_dma_free_noncoherent(r->dev, PAGE, l->buf, l->own, TO), true))                              \
	X(1, (armdma_dma_free_noncoherent(r->dev, PAGE, l->noncoherent, l->own + 64, TO), true))                 \
	X(1, (armdma_dma_free_noncoherent(r->dev, 3 * PAGE, l->noncoherent, l->own, TO), true))                  \
	X(1, (armdma_dma_free_noncoherent(r->dev, PAGE, l->noncoherent, l->own, ARMDMA_FROM_DEVICE), true))      \
	X(1, (armdma_dma_free_noncoherent(r->dev, PAGE, &a, l->own, TO), true))                                  \
	X(1, (armdma_dma_free_noncontiguous(r->dev, 5 * PAGE, l->sgt, TO), true))                                \
	X(1, (armdma_dma_free_noncontiguous(r->peer, PAGE, l->sgt, TO), true))                                   \
	X(1, !armdma_dma_vmap_noncontiguous(r->dev, 2 * PAGE, l->sgt))                                           \
	X(1, (armdma_dma_vunmap_noncontiguous(r->dev, l->buf), true))                                            \
	X(1, armdma_dma_mmap_pages(r->dev, &v, PAGE, l->page) == -ENXIO)                                         \
	X(1, armdma_dma_mmap_noncontiguous(r->dev, &v, 2 * PAGE, l->sgt) == -ENXIO)                              \
	X(1, !armdma_dma_pool_create("p", r->dev, 0, 0, 0))                                                      \
	X(1, !armdma_dma_pool_create("p", r->dev, SIZE_MAX, 16, 0))                                              \
	X(1, !armdma_dma_pool_create("p", r->dev, 64, 3, 0))                                                     \
	X(1, !armdma_dma_pool_create("p", r->dev, 64, 0, 32))                                                    \
	X(1, !armdma_dma_pool_create("p", r->dev, 64, 0, 100))                                                   \
	X(1, (armdma_dma_pool_free(l->peers, l->block, l->block_dma), true))                                     \
	X(1, (armdma_dma_pool_free(l->pool, l->block, l->block_dma + 4), true))                                  \
	X(1, (armdma_dma_pool_free(l->pool, (uint8_t *)l->block + 64, l->block_dma), true))                      \
	X(1, (armdma_dma_pool_free(l->pool, (uint8_t *)l->block + 64, l->block_dma + 64), true))                 \
	X(0, armdma_dma_set_max_seg_size(r->dev, 0) == -EINVAL)                                                  \
	X(0, armdma_dma_set_seg_boundary(r->dev, 5) == -EINVAL)                                                  \
	X(0, armdma_dma_set_min_align_mask(r->dev, 6) == -EINVAL)                                                \
	X(0, armdma_dma_set_mask(r->peer, 0xff) == -EIO)                                                         \
	X(0, armdma_dma_declare_coherent_memory(r->dev, 0x1000, 0, PAGE) == -EINVAL)                             \
	X(0, armdma_dma_declare_coherent_memory(r->dev, armdma_page_to_phys(r->m, l->page), 0, 0) == -EINVAL)    \
	X(0, armdma_dma_declare_coherent_memory(r->dev, 0x40000010, 0, PAGE) == -EINVAL)                         \
	X(0, armdma_dma_set_ops(r->dev, (enum armdma_dma_opset)99) == -EINVAL)                                   \
	X(0, armdma_dma_set_ops(r->dev, ARMDMA_OPS_DIRECT) == -EBUSY)                                            \
	X(1, (armdma_dmabounce_unregister_dev(r->peer), true))                                                   \
	X(0, armdma_dmabounce_register_dev(r->dev, 0, 0, NULL) == -EINVAL)                                       \
	X(0, armdma_dmabounce_register_dev(r->peer, 64, 32, NULL) == -EINVAL)

/* The same of what is managed, of tables, lists and address spaces. */
#define MORE_ROWS(X)                                                                              \
	X(1, (armdma_dma_free_coherent(r->dev, PAGE, l->managed, l->managed_dma), true))                       \
	X(1, (armdma_dma_free_attrs(r->dev, PAGE, l->managed, l->managed_dma, 0), true))                       \
	X(1, (armdma_dma_free_coherent(r->dev, SIZE_MAX, l->cpu, l->handle), true))                            \
	X(1, (armdma_dma_free_attrs(r->dev, PAGE, l->cpu, l->handle, ARMDMA_ATTR_WRITE_COMBINE), true))        \
	X(1, (armdma_dma_free_pages(r->dev, SIZE_MAX, armdma_virt_to_page(r->m, l->noncoherent), l->own, TO), true)) \
	X(1, (armdma_dma_free_pages(r->dev, PAGE, l->page, l->own, TO), true))                                 \
	X(1, (armdma_dma_free_pages(r->dev, PAGE, (struct armdma_page *)(void *)&a, l->own, TO), true))        \
	X(1, (armdma_dma_free_noncontiguous(r->dev, PAGE, &t, TO), true))                                      \
	X(1, (armdma_dma_free_noncontiguous(r->dev, PAGE, l->sgt, DIR(3)), true))                              \
	X(1, !armdma_dma_vmap_noncontiguous(r->dev, SIZE_MAX, l->sgt))                                         \
	X(1, !armdma_dma_vmap_noncontiguous(r->dev, PAGE, NULL))                                               \
	X(1, armdma_dma_map_sgtable(r->dev, NULL, TO, 0) == -EINVAL)                                           \
	X(1, armdma_dma_map_sgtable(r->dev, &empty, TO, 0) == -EINVAL)                                         \
	X(1, armdma_dma_map_sgtable(r->dev, l->sgt, TO, 0) == -EINVAL)                                         \
	X(1, (armdma_dma_unmap_sgtable(r->dev, NULL, TO, 0), true))                                            \
	X(1, (armdma_dma_sync_sgtable_for_cpu(r->dev, NULL, TO), true))                                        \
	X(1, (armdma_dma_sync_sgtable_for_device(r->dev, &empty, TO), true))                                   \
	X(1, armdma_dma_map_sg(r->dev, hollow, 2, TO) == 0)                                                    \
	X(1, armdma_dma_map_sg(r->dev, beyond, 1, TO) == 0)                                                    \
	X(1, armdma_dma_map_sg(r->dev, longer, INT_MAX / 256, TO) == 0)                                        \
	X(1, (armdma_dma_unmap_page(r->dev, l->resource, 64, TO), true))                                       \
	X(1, (armdma_dma_unmap_page(r->dev, l->own, PAGE, TO), true))                                          \
	X(1, (armdma_dma_unmap_resource(r->dev, l->resource, 32, TO, 0), true))                                \
	X(1, (armdma_dma_unmap_resource(r->peer, l->resource, 64, TO, 0), true))                               \
	X(1, (armdma_dma_pool_destroy(l->managed_pool), true))                                                 \
	X(1, (armdma_dma_pool_free(l->pool, NULL, l->block_dma), true))                                        \
	X(1, (armdma_dma_pool_free(l->pool, l->block, ARMDMA_MAPPING_ERROR), true))                            \
	X(1, !armdma_dmam_pool_create("p", r->dev, 0, 0, 0))                                                   \
	X(0, armdma_dma_declare_coherent_memory(r->dev, armdma_page_to_phys(r->m, l->page), 0, SIZE_MAX & ~4095ULL) == -EINVAL) \
	X(0, armdma_dma_declare_coherent_memory(r->dev, armdma_page_to_phys(r->m, l->page), ~4095ULL, 2 * PAGE) == -EINVAL) \
	X(0, armdma_dma_declare_coherent_memory(r->dev, ~4095ULL, 0, 2 * PAGE) == -EINVAL)                     \
	X(0, armdma_dma_set_ops(r->peer, ARMDMA_OPS_IOMMU) == -ENODEV || armdma_dma_get_ops(r->peer) == ARMDMA_OPS_DIRECT) \
	X(1, (armdma_iommu_detach_device(r->peer), true))                                                      \
	X(0, armdma_iommu_attach_device(r->dev, NULL) == -EINVAL)                                              \
	X(0, !armdma_iommu_create_mapping(r->m, 0, 0, NULL, &error) && error == -EINVAL)                       \
	X(0, !armdma_iommu_create_mapping(r->m, UINT64_MAX - 4095, PAGE, NULL, &error) && error == -ERANGE)    \
	X(1, (armdma_sg_set_buf(r->m, beyond + 1, &a, 8), !beyond[1].length))                                  \
	X(1, (armdma_sg_init_one(r->m, beyond + 1, NULL, 8), !beyond[1].length))                               \
	X(0, (armdma_sg_init_table(NULL, 0), armdma_sg_chain(hollow, 0, longer), armdma_sg_nents(hollow) == 2)) \
	X(0, armdma_sg_nents(NULL) == 0 && !armdma_sg_last(NULL, 1) && !armdma_sg_last(hollow, 0))             \
	X(0, bad(armdma_sg_phys(r->m, &pageless)) && !armdma_sg_virt(r->m, &pageless))                         \
	X(0, armdma_sg_copy_to_buffer(r->m, &pageless, 1, &a, 8) == 0)                                         \
	X(0, armdma_sg_copy_from_buffer(r->m, &pageless, 1, &a, 8) == 0)                                       \
	X(0, armdma_sg_alloc_table(&t, 0) == -EINVAL && !t.sgl)                                                \
	X(0, armdma_sg_alloc_table_from_pages(r->m, &t, &l->page, 0, 0, PAGE, UINT32_MAX) == -EINVAL)          \
	X(0, armdma_sg_alloc_table_from_pages(r->m, &t, &l->page, 1, 0, 0, UINT32_MAX) == -EINVAL)             \
	X(0, armdma_sg_alloc_table_from_pages(r->m, &t, &l->page, 1, 8, SIZE_MAX, UINT32_MAX) == -EINVAL)      \
	X(0, armdma_sg_alloc_table_from_pages(r->m, &t, &l->page, 1, PAGE, 8, UINT32_MAX) == -EINVAL)          \
	X(0, armdma_sg_alloc_table_from_pages(r->m, &t, &l->page, 1, 0, PAGE, 64) == -EINVAL)

static void senseless_call_is_refused_and_loses_nothing(struct rig *r)
{
	struct live made, *l = &made;
	struct armdma_vma v = { .npages = 1 }, far = { .npages = 1, .pgoff = 1 };
	struct armdma_vma wraps = { .npages = 2, .pgoff = SIZE_MAX };
	struct armdma_scatterlist longer[2], hollow[2], beyond[2], pageless = { .offset = 0x40000001, .length = 8 };
	struct armdma_sg_table t = { 0 }, empty = { 0 };
	armdma_dma_t a;
	int error;

	make(r, l);
	armdma_sg_init_table(longer, 2);
	armdma_sg_set_page(&longer[0], l->page, PAGE, 0);
	armdma_sg_set_page(&longer[1], armdma_nth_page(r->m, l->page, 2), PAGE, 0);
	armdma_sg_init_table(hollow, 2);
	armdma_sg_set_page(&hollow[0], l->page, 64, 0);
	armdma_sg_set_page(&hollow[1], l->page, 0, 0);
	armdma_sg_init_table(beyond, 2);
	armdma_sg_set_page(&beyond[0], l->page, UINT_MAX, UINT_MAX);
#define X(n, call)                                                                         \
	do {                                                                               \
		r->reports = 0;                                                            \
		if (!(call))                                                               \
			fail_msg("wrong result: %s", #call);                               \
		if (r->reports != (n))                                                     \
			fail_msg("%u reports, not %d: %s: %s", r->reports, n, #call, r->text); \
		rig_validate(r);                                                           \
	} while (0);
	ROWS(X)
	MORE_ROWS(X)
#undef X
	r->reports = 0;
	unmake(r, l);
}

/* What was undone once is undone: the second time is a report and nothing else. */
static void second_undo_is_reported(struct rig *r)
{
	struct live l;

	make(r, &l);
	unmake(r, &l);
	assert_int_equal(r->reports, 0);
	armdma_dma_free_coherent(r->dev, PAGE, l.cpu, l.handle);
	assert_int_equal(r->reports, 1);
	armdma_dma_unmap_single(r->dev, l.single, 1024, ARMDMA_TO_DEVICE);
	assert_int_equal(r->reports, 2);
	armdma_dma_unmap_sg(r->dev, l.sgl, 2, ARMDMA_FROM_DEVICE);
	assert_int_equal(r->reports, 3);
	armdma_dma_unmap_resource(r->dev, l.resource, 64, ARMDMA_TO_DEVICE, 0);
	assert_int_equal(r->reports, 4);
	armdma_dma_free_noncoherent(r->dev, PAGE, l.noncoherent, l.own, ARMDMA_TO_DEVICE);
	assert_int_equal(r->reports, 5);
	armdma_dma_free_noncontiguous(r->dev, PAGE, l.sgt, ARMDMA_TO_DEVICE);
	assert_int_equal(r->reports, 6);
	assert_null(armdma_dma_vmap_noncontiguous(r->dev, PAGE, l.sgt));
	assert_int_equal(r->reports, 7);
	armdma_dmam_free_coherent(r->dev, PAGE, l.managed, l.managed_dma);
	assert_int_equal(r->reports, 8);
	r->reports = 0;
	rig_validate(r);
}

/* Freed as if it were not managed, it stays: the driver's end frees it once, and nobody else's memory with it. */
static void managed_memory_is_not_freed_twice(struct rig *r)
{
	struct armdma_dma_pool *pool = armdma_dmam_pool_create("managed", r->dev, 64, 0, 0);
	armdma_dma_t a, b;
	void *p = armdma_dmam_alloc_coherent(r->dev, PAGE, &a, GFP), *q;

	assert_true(pool && p);
	armdma_dma_free_coherent(r->dev, PAGE, p, a);
	rig_expect(r, ARMDMA_REPORT_BAD_FREE, "which is managed");
	armdma_dma_pool_destroy(pool);
	rig_expect(r, ARMDMA_REPORT_BAD_FREE, "which is managed");
	q = armdma_dma_alloc_coherent(r->dev, PAGE, &b, GFP);
	assert_true(q && q != p);
	armdma_device_unbind(r->dev);
	rig_expect(r, ARMDMA_REPORT_LEAK, "never freed");	/* q, which is not managed, is still there */
	armdma_dma_free_coherent(r->dev, PAGE, q, b);
}

#define GONE(call)                                                                    \
	do {                                                                          \
		call;                                                                 \
		rig_expect(r, ARMDMA_REPORT_BAD_FREE, "of pool \"gone\", which was destroyed"); \
	} while (0)

/* Also when others were made since, at what could be the same place. */
static void call_to_a_destroyed_pool_is_reported_and_does_nothing(struct rig *r)
{
	struct armdma_dma_pool *pool = armdma_dma_pool_create("gone", r->dev, 64, 0, 0);
	struct armdma_dma_pool *managed = armdma_dmam_pool_create("gone", r->dev, 64, 0, 0);
	struct armdma_dma_pool_stats st = { .chunks = 1 };
	struct armdma_dma_pool *next;
	armdma_dma_t a, b;
	void *p = armdma_dma_pool_alloc(pool, GFP, &a);

	assert_non_null(p);
	armdma_dma_pool_free(pool, p, a);
	armdma_dma_pool_destroy(pool);
	armdma_dmam_pool_destroy(managed);
	for (int i = 0; i < 62; i++) {
		next = armdma_dma_pool_create("next", r->dev, 64, 0, 0);
		assert_non_null(next);
		armdma_dma_pool_destroy(next);
	}
	assert_int_equal(r->reports, 0);
	GONE(armdma_dma_pool_free(pool, p, a));
	GONE(armdma_dma_pool_destroy(pool));
	GONE(armdma_dma_pool_destroy(managed));
	GONE(armdma_dmam_pool_destroy(managed));
	GONE(armdma_dma_pool_set_debug(pool, true));
	GONE(armdma_dma_pool_stats(pool, &st));
	assert_int_equal(st.chunks, 0);
	GONE(assert_null(armdma_dma_pool_zalloc(pool, GFP, &b)));
	GONE(assert_null(armdma_dma_pool_alloc(pool, GFP, &b)));
	assert_int_equal(b, ARMDMA_MAPPING_ERROR);
	rig_validate(r);
}

/*
 * There is no machine that could report: each of these has a defined result, and writes one line on stderr with the
 * caller's name. What is written to: a, v, t, and the rest of the test's own.
 */
#define WITHOUT_A_DEVICE(X)                                                                              \
	X(!armdma_dma_alloc_attrs(NULL, 64, &a, GFP, 0) && bad(a))                                             \
	X(!armdma_dma_alloc_coherent(NULL, 64, &a, GFP) && bad(a))                                             \
	X(!armdma_dma_alloc_wc(NULL, 64, &a, GFP) && bad(a))                                                   \
	X((armdma_dma_free_attrs(NULL, 64, &a, 0, 0), true))                                                   \
	X((armdma_dma_free_coherent(NULL, 64, &a, 0), true))                                                   \
	X((armdma_dma_free_wc(NULL, 64, &a, 0), true))                                                         \
	X(armdma_dma_mmap_attrs(NULL, &v, &a, 0, 64, 0) == -ENXIO)                                             \
	X(armdma_dma_mmap_coherent(NULL, &v, &a, 0, 64) == -ENXIO)                                             \
	X(armdma_dma_mmap_wc(NULL, &v, &a, 0, 64) == -ENXIO)                                                   \
	X(armdma_dma_get_sgtable_attrs(NULL, &t, &a, 0, 64, 0) == -ENXIO)                                      \
	X(armdma_dma_get_sgtable(NULL, &t, &a, 0, 64) == -ENXIO)                                               \
	X(!armdma_dma_can_mmap(NULL))                                                                          \
	X(!armdma_dmam_alloc_attrs(NULL, 64, &a, GFP, 0) && bad(a))                                            \
	X(!armdma_dmam_alloc_coherent(NULL, 64, &a, GFP) && bad(a))                                            \
	X((armdma_dmam_free_coherent(NULL, 64, &a, 0), true))                                                  \
	X(armdma_dma_declare_coherent_memory(NULL, 0, 0, PAGE) == -ENODEV)                                     \
	X((armdma_dma_release_coherent_memory(NULL), true))                                                    \
	X(bad(armdma_dma_map_page_attrs(NULL, NULL, 0, 8, TO, 0)))                                             \
	X(bad(armdma_dma_map_page(NULL, NULL, 0, 8, TO)))                                                      \
	X(bad(armdma_dma_map_single_attrs(NULL, &a, 8, TO, 0)))                                                \
	X(bad(armdma_dma_map_single(NULL, &a, 8, TO)))                                                         \
	X((armdma_dma_unmap_page_attrs(NULL, 0, 8, TO, 0), true))                                              \
	X((armdma_dma_unmap_page(NULL, 0, 8, TO), true))                                                       \
	X((armdma_dma_unmap_single_attrs(NULL, 0, 8, TO, 0), true))                                            \
	X((armdma_dma_unmap_single(NULL, 0, 8, TO), true))                                                     \
	X(bad(armdma_dma_map_resource(NULL, 0, 8, TO, 0)))                                                     \
	X((armdma_dma_unmap_resource(NULL, 0, 8, TO, 0), true))                                                \
	X(armdma_dma_mapping_error(NULL, 0) == -ENOMEM)                                                        \
	X(armdma_dma_map_sg_attrs(NULL, sgl, 1, TO, 0) == 0)                                                   \
	X(armdma_dma_map_sg(NULL, sgl, 1, TO) == 0)                                                            \
	X((armdma_dma_unmap_sg_attrs(NULL, sgl, 1, TO, 0), true))                                              \
	X((armdma_dma_unmap_sg(NULL, sgl, 1, TO), true))                                                       \
	X(armdma_dma_map_sgtable(NULL, &t, TO, 0) == -EINVAL)                                                  \
	X((armdma_dma_unmap_sgtable(NULL, &t, TO, 0), true))                                                   \
	X((armdma_dma_sync_single_for_cpu(NULL, 0, 8, TO), true))                                              \
	X((armdma_dma_sync_single_for_device(NULL, 0, 8, TO), true))                                           \
	X((armdma_dma_sync_single_range_for_cpu(NULL, 0, 0, 8, TO), true))                                     \
	X((armdma_dma_sync_single_range_for_device(NULL, 0, 0, 8, TO), true))                                  \
	X((armdma_dma_sync_sg_for_cpu(NULL, sgl, 1, TO), true))                                                \
	X((armdma_dma_sync_sg_for_device(NULL, sgl, 1, TO), true))                                             \
	X((armdma_dma_sync_sgtable_for_cpu(NULL, &t, TO), true))                                               \
	X((armdma_dma_sync_sgtable_for_device(NULL, &t, TO), true))                                            \
	X(!armdma_dma_need_sync(NULL, 0))                                                                      \
	X(!armdma_dma_alloc_pages(NULL, 64, &a, TO, GFP) && bad(a))                                            \
	X((armdma_dma_free_pages(NULL, 64, NULL, 0, TO), true))                                                \
	X(!armdma_dma_alloc_noncoherent(NULL, 64, &a, TO, GFP) && bad(a))                                      \
	X((armdma_dma_free_noncoherent(NULL, 64, &a, 0, TO), true))                                            \
	X(armdma_dma_mmap_pages(NULL, &v, 64, NULL) == -ENXIO)                                                 \
	X(!armdma_dma_alloc_noncontiguous(NULL, 64, TO, GFP, 0))                                               \
	X((armdma_dma_free_noncontiguous(NULL, 64, &t, TO), true))                                             \
	X(!armdma_dma_vmap_noncontiguous(NULL, 64, &t))                                                        \
	X((armdma_dma_vunmap_noncontiguous(NULL, &a), true))                                                   \
	X(armdma_dma_mmap_noncontiguous(NULL, &v, 64, &t) == -ENXIO)                                           \
	X(!armdma_dma_supported(NULL, ~0ULL))                                                                  \
	X(armdma_dma_set_mask(NULL, 1) == -EIO)                                                                \
	X(armdma_dma_set_coherent_mask(NULL, 1) == -EIO)                                                       \
	X(armdma_dma_set_mask_and_coherent(NULL, 1) == -EIO)                                                   \
	X(armdma_dma_coerce_mask_and_coherent(NULL, 1) == -EIO)                                                \
	X(armdma_dma_get_mask(NULL) == 0)                                                                      \
	X(armdma_dma_get_required_mask(NULL) == 0)                                                             \
	X(!armdma_dma_addressing_limited(NULL))                                                                \
	X(armdma_dma_get_max_seg_size(NULL) == 0)                                                              \
	X(armdma_dma_set_max_seg_size(NULL, 1) == -EIO)                                                        \
	X(armdma_dma_get_seg_boundary(NULL) == 0)                                                              \
	X(armdma_dma_set_seg_boundary(NULL, 1) == -EIO)                                                        \
	X(armdma_dma_get_min_align_mask(NULL) == 0)                                                            \
	X(armdma_dma_set_min_align_mask(NULL, 1) == -EIO)                                                      \
	X(armdma_dma_max_mapping_size(NULL) == 0)                                                              \
	X(armdma_dma_opt_mapping_size(NULL) == 0)                                                              \
	X(armdma_dma_get_merge_boundary(NULL) == 0)                                                            \
	X(armdma_dma_get_cache_alignment(NULL) == 0)                                                           \
	X(bad(armdma_dma_to_phys(NULL, 0)))                                                                    \
	X(armdma_dma_set_ops(NULL, ARMDMA_OPS_DIRECT) == -EINVAL)                                              \
	X(armdma_dma_get_ops(NULL) == ARMDMA_NR_OPSETS)                                                        \
	X((armdma_device_unbind(NULL), true))                                                                  \
	X(armdma_iommu_attach_device(NULL, NULL) == -EINVAL)                                                   \
	X((armdma_iommu_detach_device(NULL), true))                                                            \
	X(!armdma_to_iommu_mapping(NULL))                                                                      \
	X((armdma_dma_stats(NULL, &st), !st.allocs))                                                           \
	X(!armdma_dma_pool_create("p", NULL, 64, 0, 0))                                                        \
	X(!armdma_dmam_pool_create("p", NULL, 64, 0, 0))                                                       \
	X(!armdma_dma_pool_alloc(NULL, GFP, &a) && bad(a))                                                     \
	X(!armdma_dma_pool_zalloc(NULL, GFP, &a) && bad(a))                                                    \
	X((armdma_dma_pool_free(NULL, &a, 0), true))                                                           \
	X((armdma_dma_pool_set_debug(NULL, true), true))                                                       \
	X((armdma_dma_pool_stats(NULL, &ps), !ps.chunks))                                                      \
	X(armdma_dma_pools_show(NULL, text, sizeof(text)) > 0)                                                 \
	X(armdma_dmabounce_register_dev(NULL, 64, 0, NULL) == -EINVAL)                                         \
	X((armdma_dmabounce_unregister_dev(NULL), true))                                                       \
	X(armdma_dmabounce_stats(NULL, &bs) == -ENODEV)

/* Lines that the file has; every one is the library's and names this test. */
static unsigned int count_lines(FILE *f)
{
	char line[512];
	unsigned int n = 0;

	rewind(f);
	for (; fgets(line, sizeof(line), f); n++)
		if (strncmp(line, "armdma: ", 8) || !strstr(line, "() without a device (NULL), at ") ||
		    !strstr(line, "test_api_misuse"))
			fail_msg("%s", line);
	return n;
}

static void call_without_a_device_fails_with_a_line(struct rig *r)
{
	struct armdma_sg_table t = { 0 };
	struct armdma_vma v = { .npages = 1 };
	struct armdma_dma_stats st;
	struct armdma_dma_pool_stats ps;
	struct armdma_dmabounce_stats bs;
	struct armdma_scatterlist sgl[1];
	const char *wrong = NULL;
	unsigned int calls = 0;
	armdma_dma_t a = 1;
	FILE *f = tmpfile();
	int saved = dup(2);
	char text[64];

	assert_non_null(f);
	armdma_sg_init_table(sgl, 1);
	fflush(stderr);
	dup2(fileno(f), 2);
#define X(call)                          \
	do {                             \
		a = 1;                   \
		calls++;                 \
		if (!(call))             \
			wrong = #call;   \
	} while (0);
	WITHOUT_A_DEVICE(X)
#undef X
	fflush(stderr);
	dup2(saved, 2);
	close(saved);
	if (wrong)
		fail_msg("wrong result: %s", wrong);
	assert_int_equal(count_lines(f), calls);
	fclose(f);
	assert_int_equal(r->reports, 0);
}

int main(void)
{
	static const struct rig_test tests[] = {
		RIG_TEST(senseless_call_is_refused_and_loses_nothing),
		RIG_TEST(second_undo_is_reported),
		RIG_TEST(managed_memory_is_not_freed_twice),
		RIG_TEST(call_to_a_destroyed_pool_is_reported_and_does_nothing),
		RIG_TEST(call_without_a_device_fails_with_a_line),
	};

	return rig_main("api_misuse", TEST_OUTPUT_DIR, tests, sizeof(tests) / sizeof(tests[0]));
}
