/* SPDX-License-Identifier: BSD-2-Clause */
/* Page sizes that a driver dictates: what it gets, what it costs, and what fails. */
#include <armdma/dma.h>
#include <armdma/pgsize.h>

#include "tests/iommu_rig.h"

#define SPACE 0x20000000ull
#define FRAME (1920u * 1080 * 3 / 2)

struct env {
	struct armdma_machine *m;
	struct armdma_device *dev;
	struct armdma_iommu_mapping *space;
	struct armdma_page *held[65536];
	size_t nr_held;
};

static int env_setup(void **state)
{
	struct env *e = calloc(1, sizeof(*e));
	struct armdma_config cfg = armdma_config_exynos4210();

	assert_non_null(e);
	cfg.ram_size = 128 * MiB;
	cfg.lowmem_size = 96 * MiB;
	assert_int_equal(armdma_machine_create(&e->m, &cfg, NULL), 0);
	e->dev = armdma_device_find(e->m, RIG_DEV);
	e->space = armdma_iommu_create_mapping(e->m, SPACE, 0x20000000, NULL, NULL);
	assert_non_null(e->space);
	*state = e;
	return 0;
}

static int env_teardown(void **state)
{
	struct env *e = *state;

	while (e->nr_held)
		armdma_free_pages(e->m, e->held[--e->nr_held], 0);
	if (armdma_to_iommu_mapping(e->dev))
		armdma_iommu_detach_device(e->dev);
	armdma_iommu_release_mapping(e->space);
	assert_int_equal(armdma_report_count(e->m, ARMDMA_REPORT_LEAK), 0);
	armdma_machine_destroy(e->m);
	free(e);
	return 0;
}

static void attach(struct env *e, struct armdma_pgsize_policy p)
{
	assert_int_equal(armdma_device_set_pgsize_policy(e->dev, &p), 0);
	assert_int_equal(armdma_iommu_attach_device(e->dev, e->space), 0);
}

/* Take all memory and leave it with no free block of this order, but of the one below. */
static void break_blocks(struct env *e, unsigned int order)
{
	struct armdma_page *p;
	size_t kept = 0, n;

	while ((p = armdma_alloc_pages(e->m, ARMDMA_GFP_KERNEL | ARMDMA__GFP_HIGHMEM | ARMDMA__GFP_NOWARN, 0)))
		e->held[e->nr_held++] = p;
	n = e->nr_held;
	for (size_t i = 0; i < n; i++) {
		armdma_pfn_t pfn = armdma_page_to_phys(e->m, e->held[i]) >> ARMDMA_PAGE_SHIFT;

		if (pfn % (1u << order))
			armdma_free_pages(e->m, e->held[i], 0);
		else
			e->held[kept++] = e->held[i];
	}
	e->nr_held = kept;
}

struct buf {
	void *cpu;
	armdma_dma_t iova;
};

static struct buf alloc(struct env *e, size_t size, unsigned long attrs)
{
	struct buf b;

	b.cpu = armdma_dma_alloc_attrs(e->dev, size, &b.iova, ARMDMA_GFP_KERNEL,
				       attrs | ARMDMA_ATTR_NO_KERNEL_MAPPING | ARMDMA_ATTR_NO_WARN);
	return b;
}

static void drop(struct env *e, const struct buf *b, size_t size, unsigned long attrs)
{
	armdma_dma_free_attrs(e->dev, size, b->cpu, b->iova, attrs | ARMDMA_ATTR_NO_KERNEL_MAPPING | ARMDMA_ATTR_NO_WARN);
}

static void assert_entries(struct env *e, uint64_t small, uint64_t large, uint64_t sections)
{
	struct armdma_iommu_stats st = stats_of(armdma_mapping_domain(e->space));

	assert_int_equal(st.entries[ARMDMA_IOMMU_4K], small);
	assert_int_equal(st.entries[ARMDMA_IOMMU_64K], large);
	assert_int_equal(st.entries[ARMDMA_IOMMU_1M], sections);
	assert_valid(armdma_mapping_domain(e->space));
}

static uint64_t live_bytes(struct env *e)
{
	struct armdma_dma_stats st;

	armdma_dma_stats(e->dev, &st);
	return st.live_bytes;
}

/* ---- what a policy gives -------------------------------------------------- */

/* 760 pages: two MiB as a block, then 15 blocks of 64 KiB and 8 pages, as that kernel would. */
static void linux_takes_the_largest_blocks_that_fit(void **state)
{
	struct env *e = *state;
	struct buf b;

	attach(e, armdma_pgsize_linux());
	b = alloc(e, FRAME, 0);
	assert_non_null(b.cpu);
	assert_entries(e, 8, 15, 2);
	drop(e, &b, FRAME, 0);
}

static void single_pages_are_mapped_by_small_entries(void **state)
{
	struct env *e = *state;
	struct buf b;

	attach(e, armdma_pgsize_4k());
	b = alloc(e, FRAME, 0);
	assert_entries(e, 760, 0, 0);
	drop(e, &b, FRAME, 0);
}

static void strict_sizes_round_up_and_use_nothing_else(void **state)
{
	struct env *e = *state;
	struct buf b;

	attach(e, armdma_pgsize_strict(64 * KiB));
	b = alloc(e, FRAME, 0);
	assert_entries(e, 0, 48, 0);
	assert_int_equal(b.iova % (64 * KiB), 0);
	assert_int_equal(live_bytes(e), 48 * 64 * KiB);
	drop(e, &b, FRAME, 0);
	assert_int_equal(live_bytes(e), 0);
	assert_int_equal(armdma_device_set_pgsize_policy(e->dev, &(struct armdma_pgsize_policy){ .min = MiB }), 0);
	b = alloc(e, FRAME, 0);
	assert_entries(e, 0, 0, 3);
	assert_int_equal(b.iova % MiB, 0);
	drop(e, &b, FRAME, 0);
}

static void a_minimum_fails_rather_than_go_below(void **state)
{
	struct env *e = *state;
	struct armdma_iova_stats iova;
	struct armdma_mm_stats before, after;
	struct buf b;

	attach(e, (struct armdma_pgsize_policy){ .min = 64 * KiB });
	break_blocks(e, 4);
	armdma_mm_stats(e->m, &before);
	b = alloc(e, FRAME, 0);
	assert_null(b.cpu);
	assert_int_equal(b.iova, ARMDMA_MAPPING_ERROR);
	armdma_mm_stats(e->m, &after);
	assert_memory_equal(before.pages_free, after.pages_free, sizeof(after.pages_free));
	armdma_mapping_iova_stats(e->space, &iova);
	assert_int_equal(iova.used, 0);
	/* Without it there is memory enough. */
	assert_int_equal(armdma_device_set_pgsize_policy(e->dev, NULL), 0);
	b = alloc(e, FRAME, 0);
	assert_non_null(b.cpu);
	assert_entries(e, 760, 0, 0);
	drop(e, &b, FRAME, 0);
}

static void a_preferred_size_falls_back_down_to_the_minimum(void **state)
{
	struct env *e = *state;
	struct buf b;

	attach(e, (struct armdma_pgsize_policy){ .min = 64 * KiB, .preferred = MiB });
	break_blocks(e, 8);
	b = alloc(e, FRAME, 0);
	assert_entries(e, 0, 48, 0);
	drop(e, &b, FRAME, 0);
}

static void the_attribute_of_a_buffer_goes_before_the_policy(void **state)
{
	struct env *e = *state;
	struct buf b;

	attach(e, armdma_pgsize_4k());
	b = alloc(e, FRAME, ARMDMA_ATTR_PGSIZE_64K);
	assert_entries(e, 0, 48, 0);
	drop(e, &b, FRAME, ARMDMA_ATTR_PGSIZE_64K);
	b = alloc(e, FRAME, ARMDMA_ATTR_PGSIZE_1M);
	assert_entries(e, 0, 0, 3);
	drop(e, &b, FRAME, ARMDMA_ATTR_PGSIZE_1M);
	assert_int_equal(armdma_device_set_pgsize_policy(e->dev, &(struct armdma_pgsize_policy){ .min = MiB }), 0);
	b = alloc(e, 3 * 4096, ARMDMA_ATTR_PGSIZE_4K);
	assert_entries(e, 3, 0, 0);
	drop(e, &b, 3 * 4096, ARMDMA_ATTR_PGSIZE_4K);
}

static void iovas_are_aligned_as_the_policy_says(void **state)
{
	struct env *e = *state;
	struct buf b[3];

	attach(e, (struct armdma_pgsize_policy){ .iova_align = 2 * MiB });
	for (unsigned int i = 0; i < 3; i++) {
		b[i] = alloc(e, 4096, 0);
		assert_int_equal(b[i].iova, SPACE + i * 2 * MiB);
	}
	for (unsigned int i = 0; i < 3; i++)
		drop(e, &b[i], 4096, 0);
}

static void the_maximum_limits_streaming_mappings_too(void **state)
{
	struct env *e = *state;
	struct armdma_page *page = armdma_alloc_pages(e->m, ARMDMA_GFP_KERNEL, 8);
	armdma_dma_t a;

	attach(e, (struct armdma_pgsize_policy){ .max = 64 * KiB });
	a = armdma_dma_map_page(e->dev, page, 0, MiB, ARMDMA_TO_DEVICE);
	assert_int_equal(armdma_dma_mapping_error(e->dev, a), 0);
	assert_entries(e, 0, 16, 0);
	armdma_dma_unmap_page(e->dev, a, MiB, ARMDMA_TO_DEVICE);
	assert_int_equal(armdma_device_set_pgsize_policy(e->dev, NULL), 0);
	a = armdma_dma_map_page(e->dev, page, 0, MiB, ARMDMA_TO_DEVICE);
	assert_int_equal(armdma_dma_mapping_error(e->dev, a), 0);
	assert_entries(e, 0, 0, 1);
	armdma_dma_unmap_page(e->dev, a, MiB, ARMDMA_TO_DEVICE);
	armdma_free_pages(e->m, page, 8);
}

/* Buffers of single pages: what the allocator happened to give in order becomes large afterwards. */
static void promotion_makes_larger_entries_of_pages_in_order(void **state)
{
	struct env *e = *state;
	struct armdma_iommu_stats st;
	struct buf b;

	attach(e, armdma_pgsize_promote());
	b = alloc(e, MiB, 0);
	st = stats_of(armdma_mapping_domain(e->space));
	assert_int_equal(st.entries[ARMDMA_IOMMU_4K] + 16 * st.entries[ARMDMA_IOMMU_64K] +
			 256 * st.entries[ARMDMA_IOMMU_1M], 256);
	assert_valid(armdma_mapping_domain(e->space));
	drop(e, &b, MiB, 0);
}

static void nonsense_is_refused(void **state)
{
	static const struct armdma_pgsize_policy bad[] = {
		{ .min = 8192 }, { .preferred = 1 }, { .max = 16 * MiB }, { .iova_align = 3 * MiB },
		{ .min = MiB, .preferred = 64 * KiB },
	};
	struct env *e = *state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(armdma_device_set_pgsize_policy(e->dev, &bad[i]), -EINVAL);
	assert_int_equal(armdma_device_pgsize_policy(e->dev).min, 0);
}

int main(void)
{
#define T(fn) cmocka_unit_test_setup_teardown(fn, env_setup, env_teardown)
	const struct CMUnitTest tests[] = {
		T(linux_takes_the_largest_blocks_that_fit),
		T(single_pages_are_mapped_by_small_entries),
		T(strict_sizes_round_up_and_use_nothing_else),
		T(a_minimum_fails_rather_than_go_below),
		T(a_preferred_size_falls_back_down_to_the_minimum),
		T(the_attribute_of_a_buffer_goes_before_the_policy),
		T(iovas_are_aligned_as_the_policy_says),
		T(the_maximum_limits_streaming_mappings_too),
		T(promotion_makes_larger_entries_of_pages_in_order),
		T(nonsense_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
