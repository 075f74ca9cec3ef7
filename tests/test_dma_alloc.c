/* SPDX-License-Identifier: BSD-2-Clause */
/* Coherent and write-combine buffers: what alloc, free and mmap promise, direct and behind an IOMMU. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dma_helpers.h"

#define BIG (1000 * ARMDMA_PAGE_SIZE)

static void buffer_is_zeroed_even_when_its_pages_were_dirty(void **state)
{
	struct env *e = *state;
	armdma_dma_t handle;
	uint8_t *p, got[64];

	for (int round = 0; round < 2; round++) {
		p = armdma_dma_alloc_coherent(e->dev, 8 * ARMDMA_PAGE_SIZE, &handle, ARMDMA_GFP_KERNEL);
		assert_non_null(p);
		for (size_t i = 0; i < 8 * ARMDMA_PAGE_SIZE; i++)
			assert_int_equal(p[i], 0);
		dev_read(e, handle + 4096, got, sizeof(got));
		for (size_t i = 0; i < sizeof(got); i++)
			assert_int_equal(got[i], 0);
		memset(p, 0xa5, 8 * ARMDMA_PAGE_SIZE);
		armdma_hw_barrier(e->hw, ARMDMA_BARRIER_WMB);
		armdma_dma_free_coherent(e->dev, 8 * ARMDMA_PAGE_SIZE, p, handle);
	}
	assert_int_equal(e->reports, 0);
}

static void device_sees_stores_after_wmb_and_cpu_sees_writes_after_rmb(void **state)
{
	struct env *e = *state;
	armdma_dma_t handle;
	uint8_t *p = armdma_dma_alloc_wc(e->dev, 3 * ARMDMA_PAGE_SIZE, &handle, ARMDMA_GFP_KERNEL);
	uint8_t want[3 * ARMDMA_PAGE_SIZE], got[3 * ARMDMA_PAGE_SIZE];

	assert_non_null(p);
	pattern(want, sizeof(want), 1);
	memcpy(p, want, sizeof(want));
	dev_read(e, handle, got, sizeof(got));
	assert_memory_not_equal(got, want, sizeof(want));
	armdma_hw_barrier(e->hw, ARMDMA_BARRIER_WMB);
	dev_read(e, handle, got, sizeof(got));
	assert_memory_equal(got, want, sizeof(want));
	pattern(want, sizeof(want), 2);
	dev_write(e, handle, want, sizeof(want));
	armdma_hw_barrier(e->hw, ARMDMA_BARRIER_RMB);
	assert_memory_equal(p, want, sizeof(want));
	armdma_dma_free_wc(e->dev, 3 * ARMDMA_PAGE_SIZE, p, handle);
}

static void buffer_above_the_write_buffers_size_needs_no_barrier(void **state)
{
	struct env *e = *state;
	size_t size = 256 * 1024;
	armdma_dma_t handle;
	uint8_t *p = armdma_dma_alloc_coherent(e->dev, size, &handle, ARMDMA_GFP_KERNEL);
	uint8_t *want = malloc(size), *got = malloc(size);

	pattern(want, size, 3);
	memcpy(p, want, size);
	dev_read(e, handle, got, size);
	assert_memory_equal(got, want, size);
	pattern(want, size, 4);
	dev_write(e, handle, want, size);
	assert_memory_equal(p, want, size);
	armdma_dma_free_coherent(e->dev, size, p, handle);
	free(want);
	free(got);
}

/* 1000 pages: blocks of 512, 256, 14 of 16 and 8 single pages, as Linux 6.1 chooses. */
static int collect_entries(void *ctx, armdma_dma_t iova, armdma_phys_t pa, uint64_t size,
			   unsigned int prot)
{
	uint64_t *n = ctx;

	(void)iova;
	(void)pa;
	(void)prot;
	n[size == MIB ? 2 : size == 65536 ? 1 : 0]++;
	return 0;
}

static void iommu_buffer_is_mapped_with_the_largest_entries_its_blocks_allow(void **state)
{
	struct env *e = *state;
	struct armdma_iommu_stats st;
	uint64_t n[3] = { 0 };
	armdma_dma_t handle;
	void *p = armdma_dma_alloc_attrs(e->dev, BIG, &handle, ARMDMA_GFP_KERNEL, 0);

	assert_non_null(p);
	armdma_domain_walk(armdma_mapping_domain(e->mapping), collect_entries, n);
	assert_int_equal(n[2], 3);
	/* 14 blocks of 16 pages; a run of them may have been merged, never split. */
	assert_int_equal(n[1], 14);
	assert_int_equal(n[0], 8);
	armdma_domain_stats(armdma_mapping_domain(e->mapping), &st);
	assert_int_equal(st.entries[0] + 16 * st.entries[1] + 256 * st.entries[2], 1000);
	armdma_dma_free_attrs(e->dev, BIG, p, handle, 0);
}

static void alloc_single_pages_maps_only_4k_entries(void **state)
{
	struct env *e = *state;
	uint64_t n[3] = { 0 };
	armdma_dma_t handle;
	void *p = armdma_dma_alloc_attrs(e->dev, 5 * ARMDMA_PAGE_SIZE, &handle, ARMDMA_GFP_KERNEL,
					 ARMDMA_ATTR_ALLOC_SINGLE_PAGES);

	assert_non_null(p);
	armdma_domain_walk(armdma_mapping_domain(e->mapping), collect_entries, n);
	assert_int_equal(n[0], 5);
	armdma_dma_free_attrs(e->dev, 5 * ARMDMA_PAGE_SIZE, p, handle,
			      ARMDMA_ATTR_ALLOC_SINGLE_PAGES);
}

static void iommu_pages_come_from_highmem_first(void **state)
{
	struct env *e = *state;
	armdma_dma_t handle;
	void *p = armdma_dma_alloc_coherent(e->dev, 4096, &handle, ARMDMA_GFP_KERNEL);
	armdma_phys_t pa = armdma_iova_to_phys(armdma_mapping_domain(e->mapping), handle);

	assert_null(armdma_hw_linear(e->hw, pa));
	armdma_dma_free_coherent(e->dev, 4096, p, handle);
}

static void iova_zero_is_an_address_like_any_other(void **state)
{
	struct env *e = *state;
	struct armdma_iova_stats st;
	armdma_dma_t handle;
	void *p;

	armdma_iommu_detach_device(e->dev);
	armdma_iommu_release_mapping(e->mapping);
	env_attach(e, 0, 1ULL << 32);
	p = armdma_dma_alloc_coherent(e->dev, 4096, &handle, ARMDMA_GFP_KERNEL);
	assert_int_equal(handle, 0);
	assert_int_equal(armdma_dma_mapping_error(e->dev, handle), 0);
	armdma_dma_free_coherent(e->dev, 4096, p, handle);
	armdma_mapping_iova_stats(e->mapping, &st);
	assert_int_equal(st.used, 0);
}

/* ---- user mappings ---- */

static void user_mapping_shows_the_buffers_bytes(void **state)
{
	struct env *e = *state;
	size_t size = 40 * ARMDMA_PAGE_SIZE;
	struct armdma_vma vma = { .npages = 40 };
	armdma_dma_t handle;
	uint8_t *p = armdma_dma_alloc_wc(e->dev, size, &handle, ARMDMA_GFP_KERNEL);
	uint8_t *want = malloc(size);

	assert_int_equal(armdma_dma_mmap_wc(e->dev, &vma, p, handle, size), 0);
	assert_int_equal(armdma_hw_space_of(e->hw, vma.addr), ARMDMA_SPACE_USER);
	pattern(want, size, 5);
	dev_write(e, handle, want, size);
	assert_memory_equal(vma.addr, want, size);
	assert_memory_equal(p, want, size);
	armdma_munmap(e->m, &vma);
	armdma_dma_free_wc(e->dev, size, p, handle);
	free(want);
}

static void user_mapping_starts_at_its_offset(void **state)
{
	struct env *e = *state;
	size_t size = 32 * ARMDMA_PAGE_SIZE;
	struct armdma_vma vma = { .npages = 2, .pgoff = 30 };
	armdma_dma_t handle;
	uint8_t *p = armdma_dma_alloc_coherent(e->dev, size, &handle, ARMDMA_GFP_KERNEL);

	pattern(p, size, 6);
	assert_int_equal(armdma_dma_mmap_coherent(e->dev, &vma, p, handle, size), 0);
	assert_memory_equal(vma.addr, p + 30 * ARMDMA_PAGE_SIZE, 2 * ARMDMA_PAGE_SIZE);
	armdma_munmap(e->m, &vma);
	armdma_dma_free_coherent(e->dev, size, p, handle);
}

static void mmap_beyond_the_buffer_is_enxio(void **state)
{
	static const struct { size_t npages, pgoff; } bad[] = {
		{ 5, 0 }, { 1, 4 }, { 2, 3 }, { 1, SIZE_MAX }, { SIZE_MAX, 1 }, { 0, 0 },
	};
	struct env *e = *state;
	armdma_dma_t handle;
	void *p = armdma_dma_alloc_coherent(e->dev, 4 * ARMDMA_PAGE_SIZE, &handle, ARMDMA_GFP_KERNEL);

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct armdma_vma vma = { .npages = bad[i].npages, .pgoff = bad[i].pgoff };

		assert_int_equal(armdma_dma_mmap_coherent(e->dev, &vma, p, handle,
							  4 * ARMDMA_PAGE_SIZE), -ENXIO);
		assert_null(vma.addr);
	}
	armdma_dma_free_coherent(e->dev, 4 * ARMDMA_PAGE_SIZE, p, handle);
}

static void buffer_without_kernel_mapping_reaches_the_user(void **state)
{
	struct env *e = *state;
	unsigned long attrs = ARMDMA_ATTR_NO_KERNEL_MAPPING | ARMDMA_ATTR_WRITE_COMBINE;
	size_t size = 20 * ARMDMA_PAGE_SIZE;
	struct armdma_vma vma = { .npages = 20 };
	armdma_dma_t handle;
	void *cookie = armdma_dma_alloc_attrs(e->dev, size, &handle, ARMDMA_GFP_KERNEL, attrs);
	uint8_t want[4096];

	assert_non_null(cookie);
	assert_int_equal(armdma_hw_space_of(e->hw, cookie), ARMDMA_SPACE_COOKIE);
	assert_int_equal(armdma_dma_mmap_attrs(e->dev, &vma, cookie, handle, size, attrs), 0);
	pattern(want, sizeof(want), 7);
	dev_write(e, handle + 7 * ARMDMA_PAGE_SIZE, want, sizeof(want));
	assert_memory_equal((uint8_t *)vma.addr + 7 * ARMDMA_PAGE_SIZE, want, sizeof(want));
	armdma_munmap(e->m, &vma);
	armdma_dma_free_attrs(e->dev, size, cookie, handle, attrs);
}

/* Run in a child: touching memory that traps ends it by SIGSEGV after a report. */
static void child_touches(struct env *e, volatile uint8_t *p, const char *want)
{
	int fds[2], status;
	char out[4096];
	ssize_t n, used = 0;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (!pid) {
		dup2(fds[1], STDERR_FILENO);
		signal(SIGSEGV, SIG_DFL);
		armdma_trap_arm();
		armdma_set_report_fn(e->m, NULL, NULL);
		*p = 1;
		_exit(0);
	}
	close(fds[1]);
	while ((n = read(fds[0], out + used, sizeof(out) - 1 - (size_t)used)) > 0)
		used += n;
	out[used] = 0;
	close(fds[0]);
	waitpid(pid, &status, 0);
	assert_true(WIFSIGNALED(status));
	if (!strstr(out, want))
		fail_msg("no \"%s\" in: %s", want, out);
}

static void touching_a_cookie_is_reported(void **state)
{
	struct env *e = *state;
	armdma_dma_t handle;
	void *cookie = armdma_dma_alloc_attrs(e->dev, 4096, &handle, ARMDMA_GFP_KERNEL,
					      ARMDMA_ATTR_NO_KERNEL_MAPPING);

	child_touches(e, cookie, "cookie of a NO_KERNEL_MAPPING buffer");
	armdma_dma_free_attrs(e->dev, 4096, cookie, handle, ARMDMA_ATTR_NO_KERNEL_MAPPING);
}

static void touching_a_freed_buffer_is_reported(void **state)
{
	struct env *e = *state;
	armdma_dma_t handle;
	void *p = armdma_dma_alloc_coherent(e->dev, 4096, &handle, ARMDMA_GFP_KERNEL);

	armdma_dma_free_coherent(e->dev, 4096, p, handle);
	child_touches(e, p, "where nothing is mapped (any more)");
}

static void linear_alias_of_a_coherent_buffer_is_reported_with_its_owner(void **state)
{
	struct env *e = *state;
	armdma_dma_t handle;
	void *p = armdma_dma_alloc_coherent(e->dev, 4096, &handle, ARMDMA_GFP_KERNEL);
	uint8_t *alias = armdma_hw_linear(e->hw, handle);

	assert_non_null(alias);
	child_touches(e, alias, "the page belongs to a buffer of 4096 bytes");
	child_touches(e, alias, "linear_alias_of_a_coherent_buffer_is_reported_with_its_owner");
	armdma_dma_free_coherent(e->dev, 4096, p, handle);
	*alias = 1;	/* and is back after the free */
}

/* ---- misuse ---- */

static void expect_report(struct env *e, enum armdma_report_kind kind, const char *words)
{
	assert_int_equal(e->reports, 1);
	assert_int_equal(e->last.kind, kind);
	if (!strstr(e->text, words))
		fail_msg("no \"%s\" in: %s", words, e->text);
	e->reports = 0;
}

static void wrong_free_is_reported_with_its_values_and_frees_nothing(void **state)
{
	struct env *e = *state;
	struct armdma_mm_stats before, after;
	armdma_dma_t handle;
	uint8_t *p = armdma_dma_alloc_coherent(e->dev, 3 * 4096, &handle, ARMDMA_GFP_KERNEL);

	armdma_mm_stats(e->m, &before);
	armdma_dma_free_coherent(e->dev, 4096, p, handle);
	expect_report(e, ARMDMA_REPORT_BAD_FREE,
		      "size 4096 of a buffer that was allocated with size 12288");
	armdma_dma_free_coherent(e->dev, 3 * 4096, p, handle + 4096);
	expect_report(e, ARMDMA_REPORT_BAD_FREE, "dma_free_coherent with handle 0x");
	armdma_dma_free_coherent(e->dev, 3 * 4096, p + 4096, handle);
	expect_report(e, ARMDMA_REPORT_BAD_FREE, "no live buffer");
	armdma_dma_free_wc(e->dev, 3 * 4096, p, handle);
	expect_report(e, ARMDMA_REPORT_BAD_FREE, "with attributes 0x4");
	armdma_mm_stats(e->m, &after);
	assert_memory_equal(&before, &after, sizeof(before));
	p[0] = 1;
	armdma_dma_free_coherent(e->dev, 3 * 4096, p, handle);
	assert_int_equal(e->reports, 0);
	armdma_dma_free_coherent(e->dev, 3 * 4096, p, handle);
	expect_report(e, ARMDMA_REPORT_BAD_FREE, "no live buffer");
}

static void free_of_null_is_ignored(void **state)
{
	struct env *e = *state;

	armdma_dma_free_coherent(e->dev, 4096, NULL, 0);
	assert_int_equal(e->reports, 0);
}

static void allocation_of_zero_bytes_is_reported(void **state)
{
	struct env *e = *state;
	armdma_dma_t handle = 0;

	assert_null(armdma_dma_alloc_coherent(e->dev, 0, &handle, ARMDMA_GFP_KERNEL));
	assert_int_equal(handle, ARMDMA_MAPPING_ERROR);
	expect_report(e, ARMDMA_REPORT_BAD_ARGUMENT, "0 bytes");
}

static void allocation_larger_than_ram_fails_and_changes_nothing(void **state)
{
	struct env *e = *state;
	struct armdma_mm_stats before, after;
	armdma_dma_t handle;

	armdma_mm_stats(e->m, &before);
	assert_null(armdma_dma_alloc_coherent(e->dev, SIZE_MAX, &handle, ARMDMA_GFP_KERNEL));
	assert_null(armdma_dma_alloc_coherent(e->dev, 64 * MIB, &handle,
					      ARMDMA_GFP_KERNEL | ARMDMA__GFP_NOWARN));
	armdma_mm_stats(e->m, &after);
	assert_memory_equal(before.pages_free, after.pages_free, sizeof(before.pages_free));
}

static void buffer_that_is_never_freed_is_reported_with_its_site(void **state)
{
	struct env *e;
	armdma_dma_t handle;

	(void)state;
	env_setup_direct((void **)&e);
	assert_non_null(armdma_dma_alloc_coherent(e->dev, 4096, &handle, ARMDMA_GFP_KERNEL));
	armdma_machine_destroy(e->m);
	assert_int_equal(e->last.kind, ARMDMA_REPORT_LEAK);
	assert_non_null(strstr(e->text, "buffer_that_is_never_freed_is_reported_with_its_site"));
	free(e);
}

static void abandoned_machine_reports_no_leaks(void **state)
{
	struct env *e;
	armdma_dma_t handle;

	(void)state;
	env_setup_iommu((void **)&e);
	assert_non_null(armdma_dma_alloc_coherent(e->dev, 4096, &handle, ARMDMA_GFP_KERNEL));
	armdma_machine_abandon(e->m);
	/* The mapping is neither detached nor released: that goes with the machine too. */
	armdma_machine_destroy(e->m);
	assert_int_equal(e->reports, 0);
	free(e);
}

#define direct(t) { #t " (direct)", t, env_setup_direct, env_teardown, NULL }
#define iommu(t) { #t " (iommu)", t, env_setup_iommu, env_teardown, NULL }
#define both(t) direct(t), iommu(t)

int main(void)
{
	const struct CMUnitTest tests[] = {
		both(buffer_is_zeroed_even_when_its_pages_were_dirty),
		both(device_sees_stores_after_wmb_and_cpu_sees_writes_after_rmb),
		both(buffer_above_the_write_buffers_size_needs_no_barrier),
		iommu(iommu_buffer_is_mapped_with_the_largest_entries_its_blocks_allow),
		iommu(alloc_single_pages_maps_only_4k_entries),
		iommu(iommu_pages_come_from_highmem_first),
		iommu(iova_zero_is_an_address_like_any_other),
		both(user_mapping_shows_the_buffers_bytes),
		both(user_mapping_starts_at_its_offset),
		both(mmap_beyond_the_buffer_is_enxio),
		both(buffer_without_kernel_mapping_reaches_the_user),
		both(touching_a_cookie_is_reported),
		both(touching_a_freed_buffer_is_reported),
		direct(linear_alias_of_a_coherent_buffer_is_reported_with_its_owner),
		both(wrong_free_is_reported_with_its_values_and_frees_nothing),
		both(free_of_null_is_ignored),
		both(allocation_of_zero_bytes_is_reported),
		both(allocation_larger_than_ram_fails_and_changes_nothing),
		cmocka_unit_test(buffer_that_is_never_freed_is_reported_with_its_site),
		cmocka_unit_test(abandoned_machine_reports_no_leaks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
