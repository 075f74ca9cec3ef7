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
	struct armdma_dma_pool *pool, *peers;
	void *block;
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
	assert_true(l->buf && l->page && l->cpu && l->noncoherent && l->sgt && l->pool && l->peers && l->block);
	assert_int_equal(armdma_dma_mapping_error(r->dev, l->single), 0);
	assert_int_equal(armdma_dma_mapping_error(r->dev, l->resource), 0);
}

/* Everything goes the right way, however often it was tried the wrong one. */
static void unmake(struct rig *r, struct live *l)
{
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

static void senseless_call_is_refused_and_loses_nothing(struct rig *r)
{
	struct live made, *l = &made;
	struct armdma_vma v = { .npages = 1 }, far = { .npages = 1, .pgoff = 1 };
	struct armdma_vma wraps = { .npages = 2, .pgoff = SIZE_MAX };
	struct armdma_scatterlist longer[2];
	struct armdma_sg_table t;
	armdma_dma_t a;

	make(r, l);
	armdma_sg_init_table(longer, 2);
	armdma_sg_set_page(&longer[0], l->page, PAGE, 0);
	armdma_sg_set_page(&longer[1], armdma_nth_page(r->m, l->page, 2), PAGE, 0);
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
	r->reports = 0;
	rig_validate(r);
}

/* There is no machine that could report: a defined result, and a line on stderr. */
static void call_without_a_device_fails_with_a_line(struct rig *r)
{
	struct armdma_scatterlist sgl[1];
	char line[4096];
	struct armdma_vma v = { .npages = 1 };
	struct armdma_sg_table t = { 0 };
	int saved = dup(2), fd;
	FILE *f = tmpfile();
	armdma_dma_t a = 1;
	size_t n;

	assert_non_null(f);
	fd = fileno(f);
	fflush(stderr);
	dup2(fd, 2);
	armdma_sg_init_table(sgl, 1);
	assert_null(armdma_dma_alloc_coherent(NULL, 64, &a, GFP));
	assert_true(bad(a));
	assert_null(armdma_dma_alloc_attrs(NULL, 64, &a, GFP, 0));
	armdma_dma_free_coherent(NULL, 64, &a, 0);
	assert_int_equal(armdma_dma_mmap_coherent(NULL, &v, &a, 0, 64), -ENXIO);
	assert_int_equal(armdma_dma_get_sgtable(NULL, &t, &a, 0, 64), -ENXIO);
	assert_true(bad(armdma_dma_map_single(NULL, &a, 8, TO)));
	assert_true(bad(armdma_dma_map_page(NULL, NULL, 0, 8, TO)));
	assert_true(bad(armdma_dma_map_resource(NULL, 0, 8, TO, 0)));
	armdma_dma_unmap_single(NULL, 0, 8, TO);
	assert_int_equal(armdma_dma_map_sg(NULL, sgl, 1, TO), 0);
	assert_int_equal(armdma_dma_map_sgtable(NULL, &t, TO, 0), -EINVAL);
	armdma_dma_unmap_sg(NULL, sgl, 1, TO);
	armdma_dma_sync_single_for_cpu(NULL, 0, 8, TO);
	armdma_dma_sync_sg_for_device(NULL, sgl, 1, TO);
	assert_int_equal(armdma_dma_mapping_error(NULL, 0), -ENOMEM);
	assert_null(armdma_dma_alloc_pages(NULL, 64, &a, TO, GFP));
	assert_null(armdma_dma_alloc_noncontiguous(NULL, 64, TO, GFP, 0));
	assert_int_equal(armdma_dma_set_mask(NULL, 1), -EIO);
	assert_int_equal(armdma_dma_get_mask(NULL), 0);
	assert_int_equal(armdma_dma_set_ops(NULL, ARMDMA_OPS_DIRECT), -EINVAL);
	assert_null(armdma_dma_pool_create("p", NULL, 64, 0, 0));
	assert_null(armdma_dma_pool_alloc(NULL, GFP, &a));
	fflush(stderr);
	dup2(saved, 2);
	close(saved);
	rewind(f);
	n = fread(line, 1, sizeof(line) - 1, f);
	line[n] = 0;
	fclose(f);
	assert_non_null(strstr(line, "armdma: dma_alloc_coherent() without a device (NULL), at call_without_a_device"));
	assert_non_null(strstr(line, "armdma: dma_pool_create() without a device"));
	assert_int_equal(r->reports, 0);
}

int main(void)
{
	static const struct rig_test tests[] = {
		RIG_TEST(senseless_call_is_refused_and_loses_nothing),
		RIG_TEST(second_undo_is_reported),
		RIG_TEST(call_without_a_device_fails_with_a_line),
	};

	return rig_main("api_misuse", TEST_OUTPUT_DIR, tests, sizeof(tests) / sizeof(tests[0]));
}
