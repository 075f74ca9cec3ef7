/* SPDX-License-Identifier: BSD-2-Clause */
/* Mappings of scattered pages: vmap, kmap, user mappings and the references that they hold. */
#include "test_mm_env.h"

#define N 5

/* N pages, every other one highmem, none next to another. */
static void scattered(struct env *e, struct armdma_page **pages)
{
	for (int i = 0; i < N; i++) {
		pages[i] = armdma_alloc_pages(e->m, i % 2 ? ARMDMA__GFP_HIGHMEM : ARMDMA_GFP_KERNEL, 0);
		assert_non_null(pages[i]);
		armdma_alloc_pages(e->m, i % 2 ? ARMDMA__GFP_HIGHMEM : ARMDMA_GFP_KERNEL, 0);
	}
}

static void shows(struct env *e, const unsigned char *addr, struct armdma_page *const *pages)
{
	for (int i = 0; i < N; i++)
		assert_true(armdma_hw_cpu_to_phys(e->hw, addr + (size_t)i * PAGE + 7) ==
			    armdma_page_to_phys(e->m, pages[i]) + 7);
}

/* ---- vmap ------------------------------------------------------------------------ */

static void vmap_joins_scattered_pages(void **state)
{
	struct env *e = *state;
	struct armdma_mm_stats before;
	struct armdma_page *pages[N];
	unsigned char *addr, *linear;

	scattered(e, pages);
	before = env_stats(e);
	addr = armdma_vmap(e->m, pages, N, ARMDMA_MT_CACHED);
	assert_non_null(addr);
	assert_int_equal(armdma_hw_space_of(e->hw, addr), ARMDMA_SPACE_VMALLOC);
	assert_int_equal(env_stats(e).vm_areas, 1);
	shows(e, addr, pages);
	memset(addr, 0x77, N * PAGE);
	linear = armdma_page_address(e->m, pages[2]);
	assert_int_equal(linear[99], 0x77);	/* the cached alias */
	assert_true(armdma_virt_to_phys(e->m, addr) == ARMDMA_MAPPING_ERROR);
	assert_int_equal(armdma_page_count(e->m, pages[0]), 1);
	armdma_vunmap(e->m, addr, N);
	env_same(e, &before);
	assert_int_equal(e->misuses, 0);
}

static void vmap_of_many_pages_works(void **state)
{
	struct env *e = *state;
	struct armdma_page *pages[300];
	unsigned char *addr;

	for (int i = 0; i < 300; i++)
		pages[i] = armdma_alloc_pages(e->m, ARMDMA__GFP_HIGHMEM, 0);
	addr = armdma_vmap(e->m, pages, 300, ARMDMA_MT_UNCACHED);
	assert_non_null(addr);
	for (int i = 0; i < 300; i++)
		addr[(size_t)i * PAGE] = (unsigned char)i;
	for (int i = 0; i < 300; i++)
		assert_int_equal(addr[(size_t)i * PAGE], (unsigned char)i);
	armdma_vunmap(e->m, addr, 300);
	assert_int_equal(env_stats(e).vm_areas, 0);
}

static void vmap_of_what_is_no_page_fails(void **state)
{
	struct env *e = *state;
	struct armdma_mm_stats before = env_stats(e);
	struct armdma_page *pages[2] = { armdma_phys_to_page(e->m, BASE), NULL };

	assert_null(armdma_vmap(e->m, pages, 2, ARMDMA_MT_CACHED));
	assert_null(armdma_vmap(e->m, pages, 0, ARMDMA_MT_CACHED));
	assert_null(armdma_vmap(e->m, pages, SIZE_MAX, ARMDMA_MT_CACHED));
	armdma_fail_nth(e->m, ARMDMA_FAIL_VMAP, 1);
	assert_null(armdma_vmap(e->m, pages, 1, ARMDMA_MT_CACHED));
	assert_int_equal(armdma_fail_hits(e->m, ARMDMA_FAIL_VMAP), 1);
	env_same(e, &before);
}

static void vunmap_of_what_is_no_vmap_is_reported(void **state)
{
	struct env *e = *state;
	struct armdma_page *pages[N];
	unsigned char *addr;

	scattered(e, pages);
	addr = armdma_vmap(e->m, pages, N, ARMDMA_MT_CACHED);
	armdma_vunmap(e->m, NULL, 3);
	assert_int_equal(e->misuses, 0);
	armdma_vunmap(e->m, addr, N - 1);
	env_misused(e, ARMDMA_REPORT_BAD_FREE, "armdma_vunmap");
	armdma_vunmap(e->m, addr + PAGE, N - 1);
	env_misused(e, ARMDMA_REPORT_BAD_FREE, "armdma_vunmap");
	armdma_vunmap(e->m, armdma_page_address(e->m, pages[0]), 1);
	env_misused(e, ARMDMA_REPORT_BAD_FREE, "armdma_vunmap");
	assert_int_equal(env_stats(e).vm_areas, 1);
	armdma_vunmap(e->m, addr, N);
	armdma_vunmap(e->m, addr, N);
	env_misused(e, ARMDMA_REPORT_BAD_FREE, "no such mapping");
	assert_int_equal(env_stats(e).vm_areas, 0);
}

/* ---- kmap ------------------------------------------------------------------------ */

static void kmap_of_lowmem_is_its_linear_address(void **state)
{
	struct env *e = *state;
	struct armdma_page *page = armdma_alloc_pages(e->m, ARMDMA_GFP_KERNEL, 0);
	void *addr;

	armdma_fail_nth(e->m, ARMDMA_FAIL_VMAP, 1);
	addr = armdma_kmap(e->m, page);
	assert_ptr_equal(addr, armdma_page_address(e->m, page));
	assert_int_equal(armdma_fail_hits(e->m, ARMDMA_FAIL_VMAP), 0);
	assert_int_equal(env_stats(e).vm_areas, 0);
	armdma_kunmap(e->m, page, addr);
	assert_int_equal(e->misuses, 0);
}

static void kmap_of_highmem_is_a_window(void **state)
{
	struct env *e = *state;
	struct armdma_page *page = armdma_alloc_pages(e->m, ARMDMA__GFP_HIGHMEM, 0);
	unsigned char *addr = armdma_kmap(e->m, page);

	assert_non_null(addr);
	assert_int_equal(armdma_hw_space_of(e->hw, addr), ARMDMA_SPACE_KMAP);
	assert_int_equal(env_stats(e).vm_areas, 1);
	memset(addr, 0x42, PAGE);
	armdma_kunmap(e->m, page, addr);
	addr = armdma_kmap(e->m, page);
	assert_int_equal(addr[4095], 0x42);
	armdma_kunmap(e->m, page, addr);
	assert_int_equal(env_stats(e).vm_areas, 0);
	armdma_fail_nth(e->m, ARMDMA_FAIL_VMAP, 1);
	assert_null(armdma_kmap(e->m, page));
	assert_null(armdma_kmap(e->m, NULL));
	assert_int_equal(env_stats(e).vm_areas, 0);
}

static void kunmap_of_another_page_is_reported(void **state)
{
	struct env *e = *state;
	struct armdma_page *a = armdma_alloc_pages(e->m, ARMDMA__GFP_HIGHMEM, 0);
	struct armdma_page *b = armdma_alloc_pages(e->m, ARMDMA__GFP_HIGHMEM, 0);
	void *addr = armdma_kmap(e->m, a);

	armdma_kunmap(e->m, b, addr);
	env_misused(e, ARMDMA_REPORT_BAD_FREE, "does not show the page");
	armdma_kunmap(e->m, NULL, addr);
	env_misused(e, ARMDMA_REPORT_BAD_FREE, "does not show the page");
	armdma_kunmap(e->m, a, addr);
	armdma_kunmap(e->m, a, addr);
	env_misused(e, ARMDMA_REPORT_BAD_FREE, "armdma_kunmap");
	armdma_kunmap(e->m, a, NULL);
	assert_int_equal(e->misuses, 0);
}

/* ---- User mappings ----------------------------------------------------------------- */

static void user_mapping_keeps_its_pages_alive(void **state)
{
	struct env *e = *state;
	struct armdma_vma vma = { .npages = N };
	struct armdma_mm_stats before;
	struct armdma_page *pages[N];
	unsigned char *addr;

	scattered(e, pages);
	before = env_stats(e);
	assert_int_equal(armdma_vm_map_pages(e->m, &vma, pages, ARMDMA_MT_CACHED), 0);
	env_valid(e);
	assert_int_equal(armdma_hw_space_of(e->hw, vma.addr), ARMDMA_SPACE_USER);
	assert_int_equal(vma.mt, ARMDMA_MT_CACHED);
	assert_ptr_equal(vma.pages[1], pages[1]);
	shows(e, vma.addr, pages);
	addr = vma.addr;
	for (int i = 0; i < N; i++) {
		assert_int_equal(armdma_page_count(e->m, pages[i]), 2);
		armdma_free_pages(e->m, pages[i], 0);
	}
	env_same(e, &(struct armdma_mm_stats){
		.pages_free = { before.pages_free[0], before.pages_free[1], before.pages_free[2] },
		.vm_areas = 1 });
	memset(addr, 3, N * PAGE);
	armdma_munmap(e->m, &vma);
	env_valid(e);
	assert_null(vma.addr);
	assert_null(vma.pages);
	assert_int_equal(env_stats(e).pages_free[ARMDMA_ZONE_NORMAL], before.pages_free[1] + 3);
	assert_int_equal(env_stats(e).pages_free[ARMDMA_ZONE_HIGHMEM], before.pages_free[2] + 2);
	armdma_munmap(e->m, &vma);
	assert_int_equal(e->misuses, 0);
}

static void pages_of_an_unsplit_block_keep_the_whole_block(void **state)
{
	struct env *e = *state;
	struct armdma_mm_stats before = env_stats(e);
	struct armdma_page *block = armdma_alloc_pages(e->m, ARMDMA_GFP_KERNEL, 3);
	struct armdma_page *pages[3];
	struct armdma_vma a = { .npages = 3 }, b = { .npages = 1 };

	for (size_t i = 0; i < 3; i++)
		pages[i] = armdma_nth_page(e->m, block, 2 + i);
	assert_int_equal(armdma_vm_map_pages(e->m, &a, pages, ARMDMA_MT_CACHED), 0);
	assert_int_equal(armdma_vm_map_pages(e->m, &b, pages, ARMDMA_MT_CACHED), 0);
	assert_int_equal(armdma_page_count(e->m, block), 5);
	armdma_free_pages(e->m, block, 3);
	armdma_munmap(e->m, &a);
	env_valid(e);
	assert_int_equal(armdma_page_count(e->m, block), 1);
	armdma_munmap(e->m, &b);
	env_same(e, &before);
	assert_int_equal(e->misuses, 0);
}

static void failed_user_mapping_changes_nothing(void **state)
{
	struct env *e = *state;
	struct armdma_vma vma = { .npages = N };
	struct armdma_page *pages[N], *keep;
	struct armdma_mm_stats before;

	scattered(e, pages);
	before = env_stats(e);
	armdma_fail_nth(e->m, ARMDMA_FAIL_VMAP, 1);
	assert_int_equal(armdma_vm_map_pages(e->m, &vma, pages, ARMDMA_MT_CACHED), -ENOMEM);
	assert_null(vma.addr);
	vma.npages = 0;
	assert_int_equal(armdma_vm_map_pages(e->m, &vma, pages, ARMDMA_MT_CACHED), -EINVAL);
	vma.npages = N;
	keep = pages[3];
	pages[3] = NULL;
	assert_int_equal(armdma_vm_map_pages(e->m, &vma, pages, ARMDMA_MT_CACHED), -EINVAL);
	pages[3] = armdma_phys_to_page(e->m, BASE + 4000 * PAGE);	/* nobody's */
	assert_int_equal(armdma_vm_map_pages(e->m, &vma, pages, ARMDMA_MT_CACHED), -EINVAL);
	pages[3] = keep;
	env_same(e, &before);
	for (int i = 0; i < N; i++)
		assert_int_equal(armdma_page_count(e->m, pages[i]), 1);
	assert_int_equal(armdma_vm_map_pages(e->m, &vma, pages, ARMDMA_MT_CACHED), 0);
	assert_int_equal(armdma_vm_map_pages(e->m, &vma, pages, ARMDMA_MT_CACHED), -EINVAL);
	armdma_munmap(e->m, &vma);
	env_same(e, &before);
}

static void slab_pages_are_not_shown_to_users(void **state)
{
	struct env *e = *state;
	struct armdma_page *page = armdma_virt_to_page(e->m, armdma_kmalloc(e->m, 64, ARMDMA_GFP_KERNEL));
	struct armdma_vma vma = { .npages = 1 };

	assert_int_equal(armdma_vm_map_pages(e->m, &vma, &page, ARMDMA_MT_CACHED), -EINVAL);
}

static void munmap_of_what_is_not_mapped_is_reported(void **state)
{
	struct env *e = *state;
	struct armdma_page *pages[N];
	struct armdma_vma vma = { .npages = N }, copy;
	int local;

	scattered(e, pages);
	assert_int_equal(armdma_vm_map_pages(e->m, &vma, pages, ARMDMA_MT_CACHED), 0);
	copy = vma;
	copy.npages = 2;
	armdma_munmap(e->m, &copy);
	env_misused(e, ARMDMA_REPORT_BAD_FREE, "another size");
	copy = vma;
	armdma_munmap(e->m, &vma);
	armdma_munmap(e->m, &copy);
	env_misused(e, ARMDMA_REPORT_BAD_FREE, "no such mapping");
	copy.addr = &local;
	armdma_munmap(e->m, &copy);
	env_misused(e, ARMDMA_REPORT_BAD_FREE, "no such mapping");
	assert_int_equal(armdma_page_count(e->m, pages[0]), 1);
}

static void machine_may_go_with_everything_still_mapped(void **state)
{
	struct armdma_config cfg = env_config();
	struct armdma_vma vma = { .npages = N };
	struct armdma_page *pages[N];
	struct env e;

	(void)state;
	env_boot(&e, &cfg);
	scattered(&e, pages);
	assert_int_equal(armdma_vm_map_pages(e.m, &vma, pages, ARMDMA_MT_UNCACHED), 0);
	assert_non_null(armdma_vmap(e.m, pages, N, ARMDMA_MT_UNCACHED));
	assert_non_null(armdma_kmap(e.m, pages[1]));
	assert_non_null(armdma_kmalloc(e.m, 100, ARMDMA_GFP_KERNEL));
	armdma_machine_destroy(e.m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MM_TEST(vmap_joins_scattered_pages),
		MM_TEST(vmap_of_many_pages_works),
		MM_TEST(vmap_of_what_is_no_page_fails),
		MM_TEST(vunmap_of_what_is_no_vmap_is_reported),
		MM_TEST(kmap_of_lowmem_is_its_linear_address),
		MM_TEST(kmap_of_highmem_is_a_window),
		MM_TEST(kunmap_of_another_page_is_reported),
		MM_TEST(user_mapping_keeps_its_pages_alive),
		MM_TEST(pages_of_an_unsplit_block_keep_the_whole_block),
		MM_TEST(failed_user_mapping_changes_nothing),
		MM_TEST(slab_pages_are_not_shown_to_users),
		MM_TEST(munmap_of_what_is_not_mapped_is_reported),
		cmocka_unit_test(machine_may_go_with_everything_still_mapped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
