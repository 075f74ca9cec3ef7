/* SPDX-License-Identifier: BSD-2-Clause */
/* dmabounce: what is bounced, from where its safe buffer comes, and when bytes are copied. */
#include <errno.h>
#include <stdio.h>

#include "dma_helpers.h"

#include <armdma/dmabounce.h>

#define PAGE ARMDMA_PAGE_SIZE
#define SMALL 256u
#define LARGE 2048u

static bool always(struct armdma_device *dev, armdma_dma_t addr, size_t len)
{
	(void)dev;
	(void)addr;
	(void)len;
	return true;
}

/* The board's rule: what begins in an odd page. */
static bool odd_pages(struct armdma_device *dev, armdma_dma_t addr, size_t len)
{
	(void)dev;
	(void)len;
	return addr >> ARMDMA_PAGE_SHIFT & 1;
}

static struct env *boot(enum armdma_fidelity fidelity, armdma_needs_bounce_fn needs)
{
	struct armdma_config cfg = env_config();
	struct env *e;

	cfg.fidelity = fidelity;
	cfg.atomic_pool_size = 64 * 1024;
	e = env_new(&cfg);
	assert_int_equal(armdma_dmabounce_register_dev(e->dev, SMALL, LARGE, needs), 0);
	return e;
}

static int setup(void **state)
{
	*state = boot(ARMDMA_AS_DOCUMENTED, always);
	return 0;
}

static int setup_linux(void **state)
{
	*state = boot(ARMDMA_AS_LINUX_6_1, always);
	return 0;
}

static int setup_mask_only(void **state)
{
	*state = boot(ARMDMA_AS_DOCUMENTED, NULL);
	return 0;
}

static int setup_linux_mask_only(void **state)
{
	*state = boot(ARMDMA_AS_LINUX_6_1, NULL);
	return 0;
}

static int setup_odd(void **state)
{
	*state = boot(ARMDMA_AS_DOCUMENTED, odd_pages);
	return 0;
}

#define ZONE_SIZE (16 * MIB)
#define ZONE_MASK (0x40000000ULL + ZONE_SIZE - 1)

/* The device reaches the first 16 MiB of RAM, which are ZONE_DMA. */
static int setup_zone(void **state)
{
	struct armdma_config cfg = env_config();
	struct env *e;

	cfg.dma_zone_size = ZONE_SIZE;
	e = env_new(&cfg);
	assert_int_equal(armdma_dmabounce_register_dev(e->dev, SMALL, LARGE, NULL), 0);
	assert_int_equal(armdma_dma_set_mask_and_coherent(e->dev, ZONE_MASK), 0);
	*state = e;
	return 0;
}

static int teardown(void **state)
{
	struct env *e = *state;
	struct armdma_atomic_pool_stats pool;
	struct armdma_error err = { "" };
	struct armdma_mm_stats mm;
	unsigned int reports;

	if (armdma_dma_validate(e->m, &err))
		fprintf(stderr, "%s\n", err.msg);
	armdma_dmabounce_unregister_dev(e->dev);
	armdma_atomic_pool_stats(e->m, &pool);
	armdma_mm_stats(e->m, &mm);
	/* The atomic pool stays mapped once it was used. */
	if (err.msg[0] || e->reports || pool.used || mm.kmalloc_objects || mm.vm_areas > 1)
		return -1;
	armdma_machine_destroy(e->m);
	reports = e->reports;
	free(e);
	return reports ? -1 : 0;
}

static struct armdma_dmabounce_stats stats(struct env *e)
{
	struct armdma_dmabounce_stats st;

	assert_int_equal(armdma_dmabounce_stats(e->dev, &st), 0);
	return st;
}

/* So many copies, so many bytes, so many safe buffers out. */
static void expect_copies(struct env *e, uint64_t bounces, uint64_t bytes, uint64_t live)
{
	struct armdma_dmabounce_stats st = stats(e);

	assert_int_equal(st.bounces, bounces);
	assert_int_equal(st.bytes_copied, bytes);
	assert_int_equal(st.live, live);
}

static void dev_expect(struct env *e, armdma_dma_t addr, const void *want, size_t len)
{
	uint8_t got[8192];

	assert_true(len <= sizeof(got));
	dev_read(e, addr, got, len);
	assert_memory_equal(got, want, len);
}

static void expect_report(struct env *e, enum armdma_report_kind kind, const char *words)
{
	assert_int_equal(e->reports, 1);
	assert_int_equal(e->last.kind, kind);
	assert_non_null(strstr(e->text, words));
	e->reports = 0;
}

/* ---- What is bounced ------------------------------------------------------------- */

static void without_a_rule_the_mask_decides(void **state)
{
	struct env *e = *state;
	uint8_t *low = armdma_kmalloc(e->m, 1000, ARMDMA_GFP_KERNEL);
	armdma_phys_t pa = armdma_virt_to_phys(e->m, low);
	armdma_dma_t a = armdma_dma_map_single(e->dev, low, 1000, ARMDMA_TO_DEVICE);

	assert_int_equal(a, pa);
	armdma_dma_unmap_single(e->dev, a, 1000, ARMDMA_TO_DEVICE);
	assert_int_equal(stats(e).map_ops, 0);
	expect_copies(e, 0, 0, 0);
	armdma_kfree(e->m, low);
}

static void memory_beyond_the_mask_is_bounced_to_where_it_reaches(void **state)
{
	struct env *e = *state;
	struct armdma_page *far = armdma_alloc_pages(e->m, ARMDMA_GFP_KERNEL, 0);
	struct armdma_page *near = armdma_alloc_pages(e->m, ARMDMA_GFP_KERNEL | ARMDMA__GFP_DMA, 0);
	uint8_t want[1000];
	armdma_dma_t a;

	assert_true(armdma_page_to_phys(e->m, far) > ZONE_MASK);
	pattern(armdma_page_address(e->m, far), 1000, 40);
	memcpy(want, armdma_page_address(e->m, far), 1000);
	a = armdma_dma_map_page(e->dev, far, 0, 1000, ARMDMA_TO_DEVICE);
	assert_true(a + 1000 - 1 <= ZONE_MASK);
	expect_copies(e, 1, 1000, 1);
	dev_expect(e, a, want, 1000);
	armdma_dma_unmap_page(e->dev, a, 1000, ARMDMA_TO_DEVICE);
	a = armdma_dma_map_page(e->dev, near, 0, 1000, ARMDMA_TO_DEVICE);
	assert_int_equal(a, armdma_page_to_phys(e->m, near));
	armdma_dma_unmap_page(e->dev, a, 1000, ARMDMA_TO_DEVICE);
	expect_copies(e, 1, 1000, 0);
	armdma_free_pages(e->m, far, 0);
	armdma_free_pages(e->m, near, 0);
}

/* Its lowest clear bit above set ones limits what a mask can hold in one piece. */
static void mapping_larger_than_the_mask_fails(void **state)
{
	enum { LIMIT = 0x1000 };
	struct env *e = *state;
	uint8_t *p = armdma_kmalloc(e->m, 2 * PAGE, ARMDMA_GFP_KERNEL);
	armdma_dma_t a;

	assert_int_equal(armdma_dma_set_mask(e->dev, ARMDMA_BIT_MASK(32) & ~(uint64_t)LIMIT), 0);
	assert_int_equal(armdma_dma_map_single(e->dev, p, LIMIT + 1, ARMDMA_TO_DEVICE), ARMDMA_MAPPING_ERROR);
	assert_non_null(strstr(e->log, "mapping of 4097 bytes is beyond the DMA mask"));
	assert_int_equal(stats(e).map_ops, 0);
	a = armdma_dma_map_single(e->dev, p, 16, ARMDMA_TO_DEVICE);
	assert_int_not_equal(a, ARMDMA_MAPPING_ERROR);
	armdma_dma_unmap_single(e->dev, a, 16, ARMDMA_TO_DEVICE);
	armdma_kfree(e->m, p);
}

static void the_boards_rule_decides_where_the_mask_allows(void **state)
{
	struct env *e = *state;
	struct armdma_page *page = armdma_alloc_pages(e->m, ARMDMA_GFP_KERNEL, 1);
	armdma_phys_t pa = armdma_page_to_phys(e->m, page);

	for (unsigned int i = 0; i < 2; i++) {
		armdma_dma_t a = armdma_dma_map_page(e->dev, page, i * PAGE, 100, ARMDMA_TO_DEVICE);

		assert_int_equal(a == pa + i * PAGE, i == 0);
		assert_int_equal(stats(e).live, i);
		armdma_dma_unmap_page(e->dev, a, 100, ARMDMA_TO_DEVICE);
	}
	assert_int_equal(stats(e).map_ops, 1);
	armdma_free_pages(e->m, page, 1);
}

/* ---- Where safe buffers come from --------------------------------------------------- */

static void size_chooses_the_source(void **state)
{
	static const struct { size_t size; uint64_t small, large, other; } rows[] = {
		{ 1, 1, 0, 0 }, { SMALL, 2, 0, 0 }, { SMALL + 1, 2, 1, 0 }, { LARGE, 2, 2, 0 },
		{ LARGE + 1, 2, 2, 1 }, { 3 * PAGE, 2, 2, 2 },
	};
	struct env *e = *state;
	uint8_t *p = armdma_kmalloc(e->m, 4 * PAGE, ARMDMA_GFP_KERNEL);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct armdma_dmabounce_stats st;
		armdma_dma_t a = armdma_dma_map_single(e->dev, p, rows[i].size, ARMDMA_TO_DEVICE);

		assert_int_not_equal(a, ARMDMA_MAPPING_ERROR);
		st = stats(e);
		assert_int_equal(st.small_allocs, rows[i].small);
		assert_int_equal(st.large_allocs, rows[i].large);
		assert_int_equal(st.other_allocs, rows[i].other);
		assert_int_equal(st.map_ops, i + 1);
		armdma_dma_unmap_single(e->dev, a, rows[i].size, ARMDMA_TO_DEVICE);
	}
	armdma_kfree(e->m, p);
}

static void exhausted_pool_fails_with_mapping_error_not_0(void **state)
{
	struct env *e = *state;
	uint8_t *p = armdma_kmalloc(e->m, 4 * PAGE, ARMDMA_GFP_KERNEL);
	armdma_dma_t a[32];
	unsigned int n = 0;

	while (n < 32 && (a[n] = armdma_dma_map_single(e->dev, p + n % 4, 3 * PAGE, ARMDMA_TO_DEVICE)) !=
				 ARMDMA_MAPPING_ERROR)
		n++;
	/* 16 pages, less those that hold the pools' chunks. */
	assert_in_range(n, 4, 5);
	assert_int_equal(a[n], ARMDMA_MAPPING_ERROR);
	assert_int_equal(armdma_dma_mapping_error(e->dev, a[n]), -ENOMEM);
	assert_int_equal(stats(e).map_ops, n + 1);
	assert_int_equal(stats(e).live, n);
	while (n--)
		armdma_dma_unmap_single(e->dev, a[n], 3 * PAGE, ARMDMA_TO_DEVICE);
	a[0] = armdma_dma_map_single(e->dev, p, 3 * PAGE, ARMDMA_TO_DEVICE);
	assert_int_not_equal(a[0], ARMDMA_MAPPING_ERROR);
	armdma_dma_unmap_single(e->dev, a[0], 3 * PAGE, ARMDMA_TO_DEVICE);
	armdma_kfree(e->m, p);
}

static void injected_failure_leaves_nothing(void **state)
{
	struct env *e = *state;
	uint8_t *p = armdma_kmalloc(e->m, 100, ARMDMA_GFP_KERNEL);

	armdma_fail_nth(e->m, ARMDMA_FAIL_BOUNCE, 1);
	assert_int_equal(armdma_dma_map_single(e->dev, p, 100, ARMDMA_TO_DEVICE), ARMDMA_MAPPING_ERROR);
	armdma_fail_nth(e->m, ARMDMA_FAIL_BOUNCE, 0);
	expect_copies(e, 0, 0, 0);
	armdma_kfree(e->m, p);
}

/* ---- When bytes are copied ------------------------------------------------------------ */

static void to_device_copies_at_map_alone(void **state)
{
	struct env *e = *state;
	uint8_t *p = armdma_kmalloc(e->m, 1000, ARMDMA_GFP_KERNEL), want[1000];
	armdma_dma_t a;

	pattern(p, 1000, 1);
	memcpy(want, p, 1000);
	a = armdma_dma_map_single(e->dev, p, 1000, ARMDMA_TO_DEVICE);
	expect_copies(e, 1, 1000, 1);
	dev_expect(e, a, want, 1000);
	armdma_dma_unmap_single(e->dev, a, 1000, ARMDMA_TO_DEVICE);
	expect_copies(e, 1, 1000, 0);
	armdma_kfree(e->m, p);
}

static void from_device_copies_back_at_unmap(void **state)
{
	struct env *e = *state;
	uint8_t *p = armdma_kmalloc(e->m, 1000, ARMDMA_GFP_KERNEL), want[1000];
	armdma_dma_t a;

	pattern(p, 1000, 2);
	memcpy(want, p, 1000);
	a = armdma_dma_map_single(e->dev, p, 1000, ARMDMA_FROM_DEVICE);
	pattern(want + 100, 300, 3);
	dev_write(e, a + 100, want + 100, 300);
	armdma_dma_unmap_single(e->dev, a, 1000, ARMDMA_FROM_DEVICE);
	/* What the device did not write is what it was. */
	assert_memory_equal(p, want, 1000);
	expect_copies(e, 2, 2000, 0);
	armdma_kfree(e->m, p);
}

static void partial_syncs_copy_their_range_alone(void **state)
{
	struct env *e = *state;
	uint8_t *p = armdma_kmalloc(e->m, 1000, ARMDMA_GFP_KERNEL), was[1000], dev[1000];
	armdma_dma_t a;

	pattern(p, 1000, 4);
	memcpy(was, p, 1000);
	a = armdma_dma_map_single(e->dev, p, 1000, ARMDMA_BIDIRECTIONAL);
	expect_copies(e, 1, 1000, 1);
	pattern(dev, 1000, 5);
	dev_write(e, a, dev, 1000);
	/* An address inside the safe buffer is enough to find it. */
	armdma_dma_sync_single_for_cpu(e->dev, a + 200, 50, ARMDMA_BIDIRECTIONAL);
	expect_copies(e, 2, 1050, 1);
	assert_memory_equal(p, was, 200);
	assert_memory_equal(p + 200, dev + 200, 50);
	assert_memory_equal(p + 250, was + 250, 750);
	memset(p + 200, 0x5a, 50);
	armdma_dma_sync_single_range_for_device(e->dev, a, 210, 20, ARMDMA_BIDIRECTIONAL);
	expect_copies(e, 3, 1070, 1);
	memset(dev + 210, 0x5a, 20);
	dev_expect(e, a, dev, 1000);
	armdma_dma_unmap_single(e->dev, a, 1000, ARMDMA_BIDIRECTIONAL);
	expect_copies(e, 4, 2070, 0);
	assert_memory_equal(p, dev, 1000);
	armdma_kfree(e->m, p);
}

static void syncs_against_the_direction_copy_nothing(void **state)
{
	struct env *e = *state;
	uint8_t *p = armdma_kzalloc(e->m, 100, ARMDMA_GFP_KERNEL);
	armdma_dma_t a = armdma_dma_map_single(e->dev, p, 100, ARMDMA_TO_DEVICE);

	armdma_dma_sync_single_for_cpu(e->dev, a, 100, ARMDMA_TO_DEVICE);
	expect_copies(e, 1, 100, 1);
	armdma_dma_unmap_single(e->dev, a, 100, ARMDMA_TO_DEVICE);
	a = armdma_dma_map_single(e->dev, p, 100, ARMDMA_FROM_DEVICE);
	expect_copies(e, 2, 200, 1);
	armdma_dma_sync_single_for_device(e->dev, a, 100, ARMDMA_FROM_DEVICE);
	expect_copies(e, 2, 200, 1);
	armdma_dma_unmap_single_attrs(e->dev, a, 100, ARMDMA_FROM_DEVICE, ARMDMA_ATTR_SKIP_CPU_SYNC);
	armdma_kfree(e->m, p);
}

static void skip_cpu_sync_copies_nothing(void **state)
{
	struct env *e = *state;
	uint8_t *p = armdma_kmalloc(e->m, 100, ARMDMA_GFP_KERNEL), want[100], dev[100];
	armdma_dma_t a;

	pattern(p, 100, 6);
	memcpy(want, p, 100);
	a = armdma_dma_map_single_attrs(e->dev, p, 100, ARMDMA_BIDIRECTIONAL, ARMDMA_ATTR_SKIP_CPU_SYNC);
	expect_copies(e, 0, 0, 1);
	pattern(dev, 100, 7);
	dev_write(e, a, dev, 100);
	armdma_dma_unmap_single_attrs(e->dev, a, 100, ARMDMA_BIDIRECTIONAL, ARMDMA_ATTR_SKIP_CPU_SYNC);
	expect_copies(e, 0, 0, 0);
	assert_memory_equal(p, want, 100);
	armdma_kfree(e->m, p);
}

static void each_entry_of_a_list_has_its_safe_buffer(void **state)
{
	enum { N = 3, LEN = 200 };
	struct env *e = *state;
	struct armdma_scatterlist sg[N];
	uint8_t *p[N], want[N][LEN];

	armdma_sg_init_table(sg, N);
	for (uint32_t i = 0; i < N; i++) {
		p[i] = armdma_kmalloc(e->m, LEN, ARMDMA_GFP_KERNEL);
		pattern(p[i], LEN, 20 + i);
		memcpy(want[i], p[i], LEN);
		armdma_sg_set_page(&sg[i], armdma_virt_to_page(e->m, p[i]), LEN,
				   (unsigned int)(armdma_virt_to_phys(e->m, p[i]) % PAGE));
	}
	assert_int_equal(armdma_dma_map_sg(e->dev, sg, N, ARMDMA_BIDIRECTIONAL), N);
	expect_copies(e, N, N * LEN, N);
	for (uint32_t i = 0; i < N; i++) {
		dev_expect(e, armdma_sg_dma_address(&sg[i]), want[i], LEN);
		pattern(want[i], LEN, 30 + i);
		dev_write(e, armdma_sg_dma_address(&sg[i]), want[i], LEN);
	}
	armdma_dma_sync_sg_for_cpu(e->dev, sg, N, ARMDMA_BIDIRECTIONAL);
	expect_copies(e, 2 * N, 2 * N * LEN, N);
	for (uint32_t i = 0; i < N; i++)
		assert_memory_equal(p[i], want[i], LEN);
	armdma_dma_unmap_sg(e->dev, sg, N, ARMDMA_BIDIRECTIONAL);
	expect_copies(e, 3 * N, 3 * N * LEN, 0);
	for (uint32_t i = 0; i < N; i++)
		armdma_kfree(e->m, p[i]);
}

static void min_align_mask_keeps_low_address_bits(void **state)
{
	struct env *e = *state;
	uint8_t *p = armdma_kmalloc(e->m, PAGE, ARMDMA_GFP_KERNEL), want[100];
	armdma_dma_t a;

	assert_int_equal(armdma_dma_set_min_align_mask(e->dev, 511), 0);
	pattern(p, PAGE, 8);
	memcpy(want, p + 0x1a4, 100);
	a = armdma_dma_map_single(e->dev, p + 0x1a4, 100, ARMDMA_TO_DEVICE);
	assert_int_equal(a & 511, 0x1a4);
	/* The safe buffer holds the 420 bytes before it too. */
	assert_int_equal(stats(e).large_allocs, 1);
	expect_copies(e, 1, 100, 1);
	dev_expect(e, a, want, 100);
	armdma_dma_unmap_single(e->dev, a, 100, ARMDMA_TO_DEVICE);
	armdma_kfree(e->m, p);
}

/* ---- Highmem ---------------------------------------------------------------------------- */

static void highmem_is_bounced_across_pages(void **state)
{
	struct env *e = *state;
	struct armdma_page *page = armdma_alloc_pages(e->m, ARMDMA_GFP_KERNEL | ARMDMA__GFP_HIGHMEM, 1);
	uint8_t want[1000], *v;
	armdma_dma_t a;

	assert_null(armdma_page_address(e->m, page));
	a = armdma_dma_map_page(e->dev, page, PAGE - 500, 1000, ARMDMA_FROM_DEVICE);
	assert_int_not_equal(a, ARMDMA_MAPPING_ERROR);
	pattern(want, 1000, 9);
	dev_write(e, a, want, 1000);
	armdma_dma_unmap_page(e->dev, a, 1000, ARMDMA_FROM_DEVICE);
	v = armdma_kmap(e->m, page);
	assert_memory_equal(v + PAGE - 500, want, 500);
	armdma_kunmap(e->m, page, v);
	v = armdma_kmap(e->m, armdma_nth_page(e->m, page, 1));
	assert_memory_equal(v, want + 500, 500);
	armdma_kunmap(e->m, armdma_nth_page(e->m, page, 1), v);
	armdma_free_pages(e->m, page, 1);
}

static void linux_refuses_highmem(void **state)
{
	struct env *e = *state;
	struct armdma_page *page = armdma_alloc_pages(e->m, ARMDMA_GFP_KERNEL | ARMDMA__GFP_HIGHMEM, 0);

	assert_int_equal(armdma_dma_map_page(e->dev, page, 0, 100, ARMDMA_TO_DEVICE), ARMDMA_MAPPING_ERROR);
	assert_non_null(strstr(e->log, "cannot be bounced"));
	expect_copies(e, 0, 0, 0);
	armdma_free_pages(e->m, page, 0);
}

/* ---- As Linux ------------------------------------------------------------------------------ */

static void linux_gives_from_device_whatever_the_safe_buffer_held(void **state)
{
	struct env *e = *state;
	uint8_t *p = armdma_kmalloc(e->m, 100, ARMDMA_GFP_KERNEL), left[100];
	armdma_dma_t a;

	pattern(p, 100, 10);
	memcpy(left, p, 100);
	a = armdma_dma_map_single(e->dev, p, 100, ARMDMA_TO_DEVICE);
	armdma_dma_unmap_single(e->dev, a, 100, ARMDMA_TO_DEVICE);
	memset(p, 0x33, 100);
	a = armdma_dma_map_single(e->dev, p, 100, ARMDMA_FROM_DEVICE);
	expect_copies(e, 1, 100, 1);
	armdma_dma_unmap_single(e->dev, a, 100, ARMDMA_FROM_DEVICE);
	/* The link of the free block aside, bytes of the mapping before. */
	assert_memory_equal(p + 8, left + 8, 92);
	armdma_kfree(e->m, p);
}

/* Does the device see what the CPU wrote just before it mapped the page, in place, with SKIP_CPU_SYNC? */
static bool device_sees_what_was_skipped(struct env *e)
{
	uint8_t *p = armdma_kzalloc(e->m, PAGE, ARMDMA_GFP_KERNEL), want[100], got[100];
	armdma_dma_t a;

	pattern(p, 100, 50);
	memcpy(want, p, 100);
	a = armdma_dma_map_single_attrs(e->dev, p, 100, ARMDMA_TO_DEVICE, ARMDMA_ATTR_SKIP_CPU_SYNC);
	assert_int_equal(a, armdma_virt_to_phys(e->m, p));
	dev_read(e, a, got, 100);
	armdma_dma_unmap_single_attrs(e->dev, a, 100, ARMDMA_TO_DEVICE, ARMDMA_ATTR_SKIP_CPU_SYNC);
	armdma_kfree(e->m, p);
	return !memcmp(got, want, 100);
}

static void skip_cpu_sync_counts_where_nothing_is_bounced(void **state)
{
	struct env *e = *state;

	assert_false(device_sees_what_was_skipped(e));
	assert_int_equal(e->reports, 1);
	assert_int_equal(e->last.kind, ARMDMA_REPORT_STALE_DEVICE);
	e->reports = 0;
}

static void linux_syncs_in_place_whatever_the_attributes_say(void **state)
{
	struct env *e = *state;

	assert_true(device_sees_what_was_skipped(e));
}

static void linux_refuses_every_mask(void **state)
{
	struct env *e = *state;

	assert_false(armdma_dma_supported(e->dev, ARMDMA_BIT_MASK(32)));
	assert_int_equal(armdma_dma_set_mask(e->dev, ARMDMA_BIT_MASK(32)), -EIO);
}

/* ---- Registration ---------------------------------------------------------------------------- */

static void registration_checks_its_arguments(void **state)
{
	struct env *e = *state;
	struct armdma_dmabounce_stats st;

	assert_int_equal(armdma_dmabounce_register_dev(e->dev, SMALL, LARGE, NULL), -EBUSY);
	armdma_dmabounce_unregister_dev(e->dev);
	assert_int_equal(armdma_dmabounce_stats(e->dev, &st), -ENODEV);
	assert_int_equal(armdma_dmabounce_register_dev(e->dev, 0, LARGE, NULL), -EINVAL);
	assert_int_equal(armdma_dmabounce_register_dev(e->dev, SMALL, SMALL - 1, NULL), -EINVAL);
	assert_int_equal(armdma_dma_get_ops(e->dev), ARMDMA_OPS_DIRECT);
	assert_int_equal(armdma_dmabounce_register_dev(e->dev, SMALL, 0, NULL), 0);
	assert_int_equal(armdma_dma_get_ops(e->dev), ARMDMA_OPS_BOUNCE);
}

static void unregister_while_bounced_is_reported(void **state)
{
	struct env *e = *state;
	uint8_t *p = armdma_kzalloc(e->m, 100, ARMDMA_GFP_KERNEL);
	armdma_dma_t a = armdma_dma_map_single(e->dev, p, 100, ARMDMA_TO_DEVICE);

	armdma_dmabounce_unregister_dev(e->dev);
	expect_report(e, ARMDMA_REPORT_IN_USE, "while 1 mappings are bounced");
	assert_int_equal(armdma_dma_get_ops(e->dev), ARMDMA_OPS_BOUNCE);
	armdma_dma_unmap_single(e->dev, a, 100, ARMDMA_TO_DEVICE);
	armdma_kfree(e->m, p);
}

#define BOUNCE_TEST(f, s) cmocka_unit_test_setup_teardown(f, s, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOUNCE_TEST(without_a_rule_the_mask_decides, setup_mask_only),
		BOUNCE_TEST(memory_beyond_the_mask_is_bounced_to_where_it_reaches, setup_zone),
		BOUNCE_TEST(mapping_larger_than_the_mask_fails, setup),
		BOUNCE_TEST(the_boards_rule_decides_where_the_mask_allows, setup_odd),
		BOUNCE_TEST(size_chooses_the_source, setup),
		BOUNCE_TEST(exhausted_pool_fails_with_mapping_error_not_0, setup),
		BOUNCE_TEST(injected_failure_leaves_nothing, setup),
		BOUNCE_TEST(to_device_copies_at_map_alone, setup),
		BOUNCE_TEST(from_device_copies_back_at_unmap, setup),
		BOUNCE_TEST(partial_syncs_copy_their_range_alone, setup),
		BOUNCE_TEST(syncs_against_the_direction_copy_nothing, setup),
		BOUNCE_TEST(skip_cpu_sync_copies_nothing, setup),
		BOUNCE_TEST(each_entry_of_a_list_has_its_safe_buffer, setup),
		BOUNCE_TEST(min_align_mask_keeps_low_address_bits, setup),
		BOUNCE_TEST(highmem_is_bounced_across_pages, setup),
		BOUNCE_TEST(linux_refuses_highmem, setup_linux),
		BOUNCE_TEST(linux_gives_from_device_whatever_the_safe_buffer_held, setup_linux),
		BOUNCE_TEST(skip_cpu_sync_counts_where_nothing_is_bounced, setup_mask_only),
		BOUNCE_TEST(linux_syncs_in_place_whatever_the_attributes_say, setup_linux_mask_only),
		BOUNCE_TEST(linux_refuses_every_mask, setup_linux),
		BOUNCE_TEST(registration_checks_its_arguments, setup),
		BOUNCE_TEST(unregister_while_bounced_is_reported, setup),
	};

	return cmocka_run_group_tests_name("api_bounce", tests, NULL, NULL);
}
