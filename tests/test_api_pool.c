/* SPDX-License-Identifier: BSD-2-Clause */
/* DMA pools in every set: geometry, reuse, diagnostics. */
#include <errno.h>

#include "api_rig.h"

/* size, align, boundary: block size, chunk, blocks a chunk has (ideal, and in Linux 6.1). */
static const struct geometry {
	size_t size, align, boundary, block, chunk;
	uint64_t ideal, linux61;
} geometries[] = {
	{ 64, 64, 0, 64, 4096, 64, 63 },
	{ 48, 16, 0, 48, 4096, 85, 85 },
	{ 1000, 0, 0, 1000, 4096, 4, 4 },
	{ 1000, 0, 1024, 1000, 4096, 4, 4 },
	{ 1500, 32, 4096, 1504, 4096, 2, 2 },
	{ 2048, 2048, 4096, 2048, 4096, 2, 1 },
	{ 512, 0, 0, 512, 4096, 8, 7 },
	{ 24, 32, 0, 32, 4096, 128, 127 },
	{ 3, 0, 0, 4, 4096, 1024, 1023 },
	{ 5000, 0, 0, 5000, 5000, 1, 1 },
};

static void expect_geometry(struct rig *r, bool linux61)
{
	for (size_t k = 0; k < sizeof(geometries) / sizeof(geometries[0]); k++) {
		const struct geometry *g = &geometries[k];
		struct armdma_dma_pool *p = armdma_dma_pool_create("geometry", r->dev, g->size, g->align, g->boundary);
		struct armdma_dma_pool_stats st;
		armdma_dma_t handle;
		void *b;

		assert_non_null(p);
		b = armdma_dma_pool_alloc(p, ARMDMA_GFP_KERNEL, &handle);
		assert_non_null(b);
		armdma_dma_pool_stats(p, &st);
		assert_int_equal(st.block_size, g->block);
		assert_int_equal(st.chunk_size, g->chunk);
		assert_int_equal(st.chunks, 1);
		if (st.blocks_total != (linux61 ? g->linux61 : g->ideal))
			fail_msg("row %zu: %llu blocks", k, (unsigned long long)st.blocks_total);
		armdma_dma_pool_free(p, b, handle);
		armdma_dma_pool_destroy(p);
	}
}

static void chunks_hold_as_many_blocks_as_fit(struct rig *r)
{
	expect_geometry(r, false);
}

static void as_linux(struct armdma_config *cfg, enum armdma_dma_opset set)
{
	(void)set;
	cfg->fidelity = ARMDMA_AS_LINUX_6_1;
}

static void linux_loses_the_block_before_a_boundary(struct rig *r)
{
	expect_geometry(r, true);
}

static void blocks_are_shared_apart_and_within_their_boundary(struct rig *r)
{
	enum { N = 30, SIZE = 1000, BOUNDARY = 1024 };
	struct armdma_dma_pool *p = armdma_dma_pool_create("apart", r->dev, SIZE, 8, BOUNDARY);
	armdma_dma_t a[N];
	uint8_t *b[N], want[SIZE];

	for (uint32_t i = 0; i < N; i++) {
		b[i] = armdma_dma_pool_alloc(p, ARMDMA_GFP_KERNEL, &a[i]);
		assert_non_null(b[i]);
		assert_int_equal(a[i] % 8, 0);
		assert_int_equal(a[i] / BOUNDARY, (a[i] + SIZE - 1) / BOUNDARY);
		pattern(b[i], SIZE, i);
	}
	armdma_hw_barrier(r->hw, ARMDMA_BARRIER_WMB);
	for (uint32_t i = 0; i < N; i++) {
		pattern(want, SIZE, i);
		dev_expect(r, a[i], want, SIZE);
		pattern(want, SIZE, 100 + i);
		dev_write(r, a[i], want, SIZE);
	}
	armdma_hw_barrier(r->hw, ARMDMA_BARRIER_RMB);
	for (uint32_t i = 0; i < N; i++) {
		pattern(want, SIZE, 100 + i);
		assert_memory_equal(b[i], want, SIZE);
		armdma_dma_pool_free(p, b[i], a[i]);
	}
	rig_validate(r);
	armdma_dma_pool_destroy(p);
}

static void last_freed_is_first_used(struct rig *r)
{
	struct armdma_dma_pool *p = armdma_dma_pool_create("lifo", r->dev, 64, 64, 0);
	armdma_dma_t a[4], again;
	void *b[4];

	for (int i = 0; i < 4; i++)
		b[i] = armdma_dma_pool_alloc(p, ARMDMA_GFP_KERNEL, &a[i]);
	armdma_dma_pool_free(p, b[1], a[1]);
	armdma_dma_pool_free(p, b[3], a[3]);
	assert_ptr_equal(armdma_dma_pool_alloc(p, ARMDMA_GFP_ATOMIC, &again), b[3]);
	assert_int_equal(again, a[3]);
	assert_ptr_equal(armdma_dma_pool_alloc(p, ARMDMA_GFP_ATOMIC, &again), b[1]);
	for (int i = 0; i < 4; i++)
		armdma_dma_pool_free(p, b[i], a[i]);
	armdma_dma_pool_destroy(p);
}

static void zalloc_clears_what_the_last_owner_left(struct rig *r)
{
	struct armdma_dma_pool *p = armdma_dma_pool_create("zero", r->dev, 128, 0, 0);
	uint8_t zero[128] = { 0 };
	armdma_dma_t a;
	uint8_t *b = armdma_dma_pool_alloc(p, ARMDMA_GFP_KERNEL, &a);

	memset(b, 0xff, 128);
	armdma_dma_pool_free(p, b, a);
	b = armdma_dma_pool_zalloc(p, ARMDMA_GFP_KERNEL, &a);
	assert_memory_equal(b, zero, 128);
	armdma_hw_barrier(r->hw, ARMDMA_BARRIER_WMB);
	dev_expect(r, a, zero, 128);
	armdma_dma_pool_free(p, b, a);
	armdma_dma_pool_destroy(p);
}

static void wrong_frees_are_told_apart(struct rig *r)
{
	struct armdma_dma_pool *p = armdma_dma_pool_create("frees", r->dev, 64, 64, 0);
	struct armdma_dma_pool_stats st;
	armdma_dma_t a;
	uint8_t *b = armdma_dma_pool_alloc(p, ARMDMA_GFP_KERNEL, &a);

	armdma_dma_pool_free(p, b, a + 16 * MIB);
	rig_expect(r, ARMDMA_REPORT_BAD_FREE, "bad dma");
	armdma_dma_pool_free(p, b + 64, a);
	rig_expect(r, ARMDMA_REPORT_BAD_FREE, "bad vaddr");
	armdma_dma_pool_free(p, b + 8, a + 8);
	rig_expect(r, ARMDMA_REPORT_BAD_FREE, "where no block starts");
	armdma_dma_pool_stats(p, &st);
	assert_int_equal(st.blocks_used, 1);
	armdma_dma_pool_free(p, b, a);
	armdma_dma_pool_free(p, b, a);
	rig_expect(r, ARMDMA_REPORT_BAD_FREE, "already free");
	armdma_dma_pool_destroy(p);
}

static void debugging_finds_a_write_into_a_free_block(struct rig *r)
{
	struct armdma_dma_pool *p = armdma_dma_pool_create("debug", r->dev, 64, 64, 0);
	armdma_dma_t a;
	uint8_t *b, poison[60];

	armdma_dma_pool_set_debug(p, true);
	b = armdma_dma_pool_alloc(p, ARMDMA_GFP_KERNEL, &a);
	assert_int_equal(b[63], 0xa9);
	armdma_dma_pool_free(p, b, a);
	memset(poison, 0xa7, sizeof(poison));
	assert_memory_equal(b + 4, poison, sizeof(poison));
	b[32] = 0;
	armdma_hw_barrier(r->hw, ARMDMA_BARRIER_MB);
	b = armdma_dma_pool_alloc(p, ARMDMA_GFP_KERNEL, &a);
	rig_expect(r, ARMDMA_REPORT_BAD_FREE, "its poison is gone");
	armdma_dma_pool_set_debug(p, false);
	armdma_dma_pool_free(p, b, a);
	armdma_dma_pool_destroy(p);
}

/* The device goes on writing into a block that was freed: the chain is broken, and not followed. */
static void chain_that_the_device_overwrote_is_not_followed(struct rig *r)
{
	struct armdma_dma_pool *p = armdma_dma_pool_create("broken", r->dev, 64, 64, 0);
	uint32_t garbage = 0x12345678;
	armdma_dma_t a[3];
	void *b[3];

	b[0] = armdma_dma_pool_alloc(p, ARMDMA_GFP_KERNEL, &a[0]);
	armdma_dma_pool_free(p, b[0], a[0]);
	dev_write(r, a[0], &garbage, sizeof(garbage));
	armdma_hw_barrier(r->hw, ARMDMA_BARRIER_MB);
	b[0] = armdma_dma_pool_alloc(p, ARMDMA_GFP_KERNEL, &a[0]);
	assert_non_null(b[0]);
	rig_expect(r, ARMDMA_REPORT_BAD_FREE, "its link leads nowhere");
	for (int i = 1; i < 3; i++) {
		b[i] = armdma_dma_pool_alloc(p, ARMDMA_GFP_KERNEL, &a[i]);
		assert_non_null(b[i]);
	}
	for (int i = 0; i < 3; i++)
		armdma_dma_pool_free(p, b[i], a[i]);
	armdma_dma_pool_destroy(p);
}

static void busy_pool_is_reported_and_its_memory_stays(struct rig *r)
{
	struct armdma_dma_pool *p = armdma_dma_pool_create("busy", r->dev, 64, 64, 0);
	struct armdma_mm_stats before, after;
	armdma_dma_t a;
	uint8_t *b = armdma_dma_pool_alloc(p, ARMDMA_GFP_KERNEL, &a);

	armdma_mm_stats(r->m, &before);
	armdma_dma_pool_destroy(p);
	rig_expect(r, ARMDMA_REPORT_IN_USE, "while 1 of its blocks are out");
	armdma_mm_stats(r->m, &after);
	assert_memory_equal(before.pages_free, after.pages_free, sizeof(before.pages_free));
	rig_assert_shared(r, b, a, 64);
	/* The chunk is all that is left; give it back for the rig. */
	armdma_dma_free_coherent(r->dev, PAGE, b, a);
}

static void managed_pool_goes_with_the_driver(struct rig *r)
{
	struct armdma_dma_pool *p = armdma_dmam_pool_create("managed", r->dev, 64, 64, 0);
	struct armdma_dma_pool *q = armdma_dmam_pool_create("by hand", r->dev, 64, 64, 0);
	armdma_dma_t a;
	void *b = armdma_dma_pool_alloc(p, ARMDMA_GFP_KERNEL, &a);

	armdma_dma_pool_free(p, b, a);
	armdma_dmam_pool_destroy(q);
	armdma_device_unbind(r->dev);
}

static void pools_show_their_use(struct rig *r)
{
	struct armdma_dma_pool *p = armdma_dma_pool_create("a-name-of-more-than-thirty-one-characters", r->dev, 64, 0, 0);
	char buf[512], want[64];
	armdma_dma_t a;
	void *b = armdma_dma_pool_alloc(p, ARMDMA_GFP_KERNEL, &a);

	armdma_dma_pools_show(r->dev, buf, sizeof(buf));
	snprintf(want, sizeof(want), "a-name-of-more-than-thirty-one- %4d %4d %4d %2d\n", 1, 64, 64, 1);
	assert_non_null(strstr(buf, want));
	armdma_dma_pool_free(p, b, a);
	armdma_dma_pool_destroy(p);
}

int main(void)
{
	static const struct rig_test tests[] = {
		RIG_TEST(chunks_hold_as_many_blocks_as_fit),
		RIG_TEST_ON(linux_loses_the_block_before_a_boundary, as_linux),
		RIG_TEST(blocks_are_shared_apart_and_within_their_boundary),
		RIG_TEST(last_freed_is_first_used),
		RIG_TEST(zalloc_clears_what_the_last_owner_left),
		RIG_TEST(wrong_frees_are_told_apart),
		RIG_TEST(debugging_finds_a_write_into_a_free_block),
		RIG_TEST(chain_that_the_device_overwrote_is_not_followed),
		RIG_TEST(busy_pool_is_reported_and_its_memory_stays),
		RIG_TEST(managed_pool_goes_with_the_driver),
		RIG_TEST(pools_show_their_use),
	};

	return rig_main("api_pool", TEST_OUTPUT_DIR, tests, sizeof(tests) / sizeof(tests[0]));
}
