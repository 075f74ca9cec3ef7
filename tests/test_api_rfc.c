/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What was wrong in the first code that put an IOMMU under the ARM DMA API (May 2011), and must not come back: on machines of
 * either fidelity, for none of it is in Linux 6.1.
 */
#include <errno.h>

#include <armdma/event.h>

#include "fidelity_rig.h"

/* Everything that an allocation could leave behind. */
struct left {
	uint64_t pages, iova, translated, vm_areas, live;
};

static int add_entry(void *ctx, armdma_dma_t iova, armdma_phys_t pa, uint64_t size, unsigned int prot)
{
	uint64_t *sum = ctx;

	(void)iova;
	(void)pa;
	(void)prot;
	*sum += size;
	return 0;
}

static struct left look(struct env *e)
{
	struct armdma_mm_stats mm;
	struct armdma_dma_stats dma;
	struct left l = { .iova = iova_used(e) };

	armdma_domain_trim(domain(e));
	l.pages = free_pages(e);
	armdma_domain_walk(domain(e), add_entry, &l.translated);
	armdma_mm_stats(e->m, &mm);
	l.vm_areas = mm.vm_areas;
	armdma_dma_stats(e->dev, &dma);
	l.live = dma.live_allocs;
	return l;
}

static void assert_same(struct left a, struct left b)
{
	assert_int_equal(a.pages, b.pages);
	assert_int_equal(a.iova, b.iova);
	assert_int_equal(a.translated, b.translated);
	assert_int_equal(a.vm_areas, b.vm_areas);
	assert_int_equal(a.live, b.live);
}

/* Memory of single pages, so that a buffer has many steps that can fail. Keeps `pages` of them from the allocator. */
static void shatter(struct env *e, struct armdma_page **kept, size_t *n)
{
	struct armdma_page *page;

	*n = 0;
	while ((page = armdma_alloc_pages(e->m, QUIET | ARMDMA__GFP_HIGHMEM, 0)))
		kept[(*n)++] = page;
	for (size_t i = 0; i < *n; i++)
		if (armdma_page_to_phys(e->m, kept[i]) / PAGE % 2) {
			armdma_free_pages(e->m, kept[i], 0);
			kept[i] = NULL;
		}
}

static void mend(struct env *e, struct armdma_page **kept, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (kept[i])
			armdma_free_pages(e->m, kept[i], 0);
}

#define MAX_PAGES (64 * MIB / PAGE)

/* An allocation with each occurrence of a step failing in turn; after each the next one works. Returns how often it failed. */
static unsigned int fail_each(struct env *e, enum armdma_fail_step step, size_t size)
{
	struct left before, after;
	armdma_dma_t handle;
	unsigned int n = 0;
	void *cpu;

	for (;; n++) {
		before = look(e);
		handle = 0;
		armdma_fail_nth(e->m, step, n + 1);
		cpu = armdma_dma_alloc_coherent(e->dev, size, &handle, QUIET);
		armdma_fail_nth(e->m, step, 0);
		if (cpu)
			break;
		after = look(e);
		assert_same(before, after);
		if (handle != ARMDMA_MAPPING_ERROR)
			assert_false(is_mapped(e, handle));
	}
	armdma_dma_free_coherent(e->dev, size, cpu, handle);
	assert_same(before, look(e));
	return n;
}

static void r1_failed_allocation_does_not_lock_out_the_next(void **state)
{
	(void)state;
	FOR_BOTH(linux61) {
		struct env *e = start_iommu(linux61);
		armdma_dma_t handle;
		void *cpu;

		armdma_fail_nth(e->m, ARMDMA_FAIL_PAGE, 1);
		assert_null(armdma_dma_alloc_coherent(e->dev, PAGE, &handle, QUIET));
		cpu = armdma_dma_alloc_coherent(e->dev, PAGE, &handle, ARMDMA_GFP_KERNEL);
		assert_non_null(cpu);
		armdma_dma_free_coherent(e->dev, PAGE, cpu, handle);
		stop(e, linux61, 0);
	}
}

static void r2_pages_go_back_whichever_one_is_missing(void **state)
{
	static struct armdma_page *kept[MAX_PAGES];

	(void)state;
	FOR_BOTH(linux61) {
		struct env *e = start_iommu(linux61);
		size_t n;

		shatter(e, kept, &n);
		/* Any of eight single pages, the first and the last among them. */
		assert_true(fail_each(e, ARMDMA_FAIL_PAGE, 8 * PAGE) >= 8);
		mend(e, kept, n);
		stop(e, linux61, 0);
	}
}

static void r3_failure_in_the_middle_of_mapping_leaves_nothing(void **state)
{
	static struct armdma_page *kept[MAX_PAGES];

	(void)state;
	FOR_BOTH(linux61) {
		struct env *e = start_iommu(linux61);
		size_t n;

		shatter(e, kept, &n);
		/* 3 MiB of single pages need three tables or more. */
		assert_true(fail_each(e, ARMDMA_FAIL_TABLE, 3 * MIB) >= 3);
		assert_int_equal(fail_each(e, ARMDMA_FAIL_IOVA, 3 * MIB), 1);
		mend(e, kept, n);
		stop(e, linux61, 0);
	}
}

static void r4_failed_kernel_mapping_leaves_nothing(void **state)
{
	(void)state;
	FOR_BOTH(linux61) {
		struct env *e = start_iommu(linux61);
		armdma_dma_t handle;

		assert_int_equal(fail_each(e, ARMDMA_FAIL_VMAP, 5 * PAGE), 1);
		/* The handle's value stays with the caller in Linux 6.1, but it leads nowhere. */
		armdma_fail_nth(e->m, ARMDMA_FAIL_VMAP, 1);
		assert_null(armdma_dma_alloc_coherent(e->dev, PAGE, &handle, QUIET));
		assert_int_equal(handle != ARMDMA_MAPPING_ERROR, linux61);
		if (linux61)
			assert_false(is_mapped(e, handle));
		stop(e, linux61, 0);
	}
}

static void r5_address_zero_is_an_address_and_all_ones_are_the_error(void **state)
{
	(void)state;
	FOR_BOTH(linux61) {
		struct env *e = start(linux61, false, 0, MIB);
		armdma_dma_t handle = 1, error;
		uint8_t *cpu = armdma_dma_alloc_coherent(e->dev, MIB, &handle, ARMDMA_GFP_KERNEL), seen;

		assert_non_null(cpu);
		assert_int_equal(handle, 0);
		assert_int_equal(armdma_dma_mapping_error(e->dev, handle), 0);
		*cpu = 3;
		armdma_hw_barrier(e->hw, ARMDMA_BARRIER_WMB);
		dev_read(e, handle, &seen, 1);
		assert_int_equal(seen, 3);
		assert_null(armdma_dma_alloc_coherent(e->dev, PAGE, &error, QUIET));	/* the space is full */
		assert_int_equal(error, 0xffffffffffffffff & ARMDMA_MAPPING_ERROR);
		assert_int_equal(armdma_dma_mapping_error(e->dev, error), -ENOMEM);
		armdma_dma_free_coherent(e->dev, MIB, cpu, handle);
		assert_int_equal(iova_used(e), 0);
		stop(e, linux61, 0);
	}
}

struct order {
	unsigned int unmapped, freed_before;
};

static void watch_order(void *ctx, const struct armdma_event *ev)
{
	struct order *o = ctx;

	if (ev->type == ARMDMA_EV_IOMMU_UNMAP)
		o->unmapped++;
	else if (!o->unmapped)
		o->freed_before++;
}

static void r6_addresses_are_free_only_when_nothing_translates_them(void **state)
{
	(void)state;
	FOR_BOTH(linux61) {
		struct env *e = start_iommu(linux61);
		struct order o = { 0, 0 };
		armdma_dma_t handle;
		void *cpu = armdma_dma_alloc_coherent(e->dev, 3 * PAGE, &handle, ARMDMA_GFP_KERNEL);

		assert_int_equal(armdma_event_subscribe(armdma_machine_events(e->m),
							ARMDMA_EV_BIT(ARMDMA_EV_IOMMU_UNMAP) |
								ARMDMA_EV_BIT(ARMDMA_EV_IOVA_FREE) |
								ARMDMA_EV_BIT(ARMDMA_EV_PAGE_FREE),
							watch_order, &o), 0);
		armdma_dma_free_coherent(e->dev, 3 * PAGE, cpu, handle);
		assert_true(o.unmapped);
		assert_int_equal(o.freed_before, 0);
		armdma_event_subscribe(armdma_machine_events(e->m), 0, watch_order, &o);
		stop(e, linux61, 0);
	}
}

static void r7_user_mappings_start_where_asked_and_end_with_the_buffer(void **state)
{
	(void)state;
	FOR_BOTH(linux61) {
		struct env *e = start_iommu(linux61);
		struct armdma_vma vma = { .npages = 2, .pgoff = 1 };
		armdma_dma_t handle;
		uint8_t *cpu = armdma_dma_alloc_coherent(e->dev, 3 * PAGE, &handle, ARMDMA_GFP_KERNEL);

		assert_non_null(cpu);
		cpu[PAGE] = 11;
		cpu[2 * PAGE] = 12;
		armdma_hw_barrier(e->hw, ARMDMA_BARRIER_WMB);
		assert_int_equal(armdma_dma_mmap_coherent(e->dev, &vma, cpu, handle, 3 * PAGE), 0);
		assert_int_equal(((uint8_t *)vma.addr)[0], 11);
		assert_int_equal(((uint8_t *)vma.addr)[PAGE], 12);
		armdma_munmap(e->m, &vma);
		vma = (struct armdma_vma){ .npages = 3, .pgoff = 1 };
		assert_int_equal(armdma_dma_mmap_coherent(e->dev, &vma, cpu, handle, 3 * PAGE), -ENXIO);
		vma = (struct armdma_vma){ .npages = 1, .pgoff = 3 };
		assert_int_equal(armdma_dma_mmap_coherent(e->dev, &vma, cpu, handle, 3 * PAGE), -ENXIO);
		vma = (struct armdma_vma){ .npages = 1 };
		assert_int_equal(armdma_dma_mmap_coherent(e->dev, &vma, cpu + PAGE, handle, 3 * PAGE), -ENXIO);
		assert_null(vma.addr);
		armdma_dma_free_coherent(e->dev, 3 * PAGE, cpu, handle);
		stop(e, linux61, 1);
	}
}

static void r8_free_of_what_is_no_buffer_is_reported(void **state)
{
	(void)state;
	FOR_BOTH(linux61) {
		struct env *e = start_iommu(linux61);
		uint8_t *mem = armdma_kmalloc(e->m, PAGE, ARMDMA_GFP_KERNEL);
		struct left before = look(e);

		armdma_dma_free_coherent(e->dev, PAGE, mem, DMA_BASE);
		assert_int_equal(e->last.kind, ARMDMA_REPORT_BAD_FREE);
		assert_non_null(strstr(e->text, "no live buffer"));
		assert_same(before, look(e));
		armdma_kfree(e->m, mem);
		stop(e, linux61, 1);
	}
}

static void remember_address(void *ctx, const struct armdma_event *ev)
{
	*(uint64_t *)ctx = ev->addr;
}

static void r9_observers_see_the_part_that_is_synced(void **state)
{
	(void)state;
	FOR_BOTH(linux61) {
		struct env *e = start_iommu(linux61);
		uint8_t *buf = armdma_kmalloc(e->m, 2 * PAGE, ARMDMA_GFP_KERNEL);
		armdma_dma_t addr = armdma_dma_map_single(e->dev, buf, 2 * PAGE, ARMDMA_FROM_DEVICE);
		uint64_t seen = 0;

		armdma_event_subscribe(armdma_machine_events(e->m), ARMDMA_EV_BIT(ARMDMA_EV_DMA_SYNC_CPU) |
				       ARMDMA_EV_BIT(ARMDMA_EV_DMA_SYNC_DEV), remember_address, &seen);
		armdma_dma_sync_single_range_for_cpu(e->dev, addr, PAGE + 64, 64, ARMDMA_FROM_DEVICE);
		assert_int_equal(seen, addr + PAGE + 64);
		armdma_dma_sync_single_range_for_device(e->dev, addr, 128, 64, ARMDMA_FROM_DEVICE);
		assert_int_equal(seen, addr + 128);
		/* The checker too: what lies behind the end is counted from the base plus the offset. */
		armdma_dma_sync_single_range_for_cpu(e->dev, addr, 2 * PAGE - 64, 128, ARMDMA_FROM_DEVICE);
		assert_int_equal(e->last.kind, ARMDMA_REPORT_BAD_ARGUMENT);
		assert_int_equal(e->last.addr, addr + 2 * PAGE - 64);
		armdma_event_subscribe(armdma_machine_events(e->m), 0, remember_address, &seen);
		armdma_dma_unmap_single(e->dev, addr, 2 * PAGE, ARMDMA_FROM_DEVICE);
		armdma_kfree(e->m, buf);
		stop(e, linux61, 1);
	}
}

static void r10_devices_can_be_attached_at_any_time(void **state)
{
	(void)state;
	FOR_BOTH(linux61) {
		struct env *e = start(linux61, false, 0, 0);

		for (int round = 0; round < 3; round++) {
			armdma_dma_t handle;
			void *cpu = armdma_dma_alloc_coherent(e->dev, PAGE, &handle, ARMDMA_GFP_KERNEL);

			assert_non_null(cpu);
			assert_non_null(armdma_phys_to_page(e->m, handle));	/* direct */
			armdma_dma_free_coherent(e->dev, PAGE, cpu, handle);
			env_attach(e, DMA_BASE, MIB);
			cpu = armdma_dma_alloc_coherent(e->dev, PAGE, &handle, ARMDMA_GFP_KERNEL);
			assert_non_null(cpu);
			assert_int_equal(handle, DMA_BASE);
			armdma_dma_free_coherent(e->dev, PAGE, cpu, handle);
			armdma_iommu_detach_device(e->dev);
			armdma_iommu_release_mapping(e->mapping);
			e->mapping = NULL;
		}
		stop(e, linux61, 0);
	}
}

static void r11_space_that_cannot_be_made_says_so_and_changes_nothing(void **state)
{
	(void)state;
	FOR_BOTH(linux61) {
		struct env *e = start(linux61, false, 0, 0);
		uint64_t before = free_pages(e);
		int error = 0;

		armdma_fail_nth(e->m, ARMDMA_FAIL_TABLE, 1);
		assert_null(armdma_iommu_create_mapping(e->m, DMA_BASE, MIB, NULL, &error));
		armdma_fail_nth(e->m, ARMDMA_FAIL_TABLE, 0);
		assert_int_equal(error, -ENOMEM);
		assert_int_equal(free_pages(e), before);
		assert_int_equal(armdma_dma_get_ops(e->dev), ARMDMA_OPS_DIRECT);
		env_attach(e, DMA_BASE, MIB);
		assert_int_equal(armdma_iommu_attach_device(e->dev, e->mapping), -EBUSY);
		stop(e, linux61, 0);
	}
}

static void r12_large_buffers_need_no_contiguous_memory(void **state)
{
	static struct armdma_page *kept[MAX_PAGES];

	(void)state;
	FOR_BOTH(linux61) {
		struct env *e = start_iommu(linux61);
		size_t n;
		armdma_dma_t handle;
		void *cpu;

		shatter(e, kept, &n);
		assert_null(armdma_alloc_pages(e->m, QUIET | ARMDMA__GFP_HIGHMEM, 1));
		cpu = armdma_dma_alloc_coherent(e->dev, 16 * MIB, &handle, ARMDMA_GFP_KERNEL);
		assert_non_null(cpu);
		armdma_dma_free_coherent(e->dev, 16 * MIB, cpu, handle);
		mend(e, kept, n);
		stop(e, linux61, 0);
	}
}

static int remember_entry(void *ctx, armdma_dma_t iova, armdma_phys_t pa, uint64_t size, unsigned int prot)
{
	(void)iova;
	(void)pa;
	(void)size;
	*(unsigned int *)ctx = prot;
	return 1;
}

static void r13_large_pages_are_used_and_access_follows_the_direction(void **state)
{
	(void)state;
	FOR_BOTH(linux61) {
		struct env *e = start_iommu(linux61);
		uint8_t *buf = armdma_kmalloc(e->m, PAGE, ARMDMA_GFP_KERNEL);
		struct armdma_iommu_stats st;
		unsigned int prot = 0;
		armdma_dma_t handle;
		void *cpu = armdma_dma_alloc_coherent(e->dev, 3 * MIB, &handle, ARMDMA_GFP_KERNEL);

		armdma_domain_stats(domain(e), &st);
		assert_int_equal(st.entries[ARMDMA_IOMMU_1M], 3);
		assert_int_equal(st.entries[ARMDMA_IOMMU_4K], 0);
		armdma_dma_free_coherent(e->dev, 3 * MIB, cpu, handle);
		handle = armdma_dma_map_single(e->dev, buf, PAGE, ARMDMA_TO_DEVICE);
		armdma_domain_walk(domain(e), remember_entry, &prot);
		assert_int_equal(prot & (ARMDMA_IOMMU_READ | ARMDMA_IOMMU_WRITE), ARMDMA_IOMMU_READ);
		armdma_dma_unmap_single(e->dev, handle, PAGE, ARMDMA_TO_DEVICE);
		armdma_kfree(e->m, buf);
		stop(e, linux61, 0);
	}
}

static void r14_buffer_of_a_page_takes_a_page_of_address_space(void **state)
{
	(void)state;
	FOR_BOTH(linux61) {
		struct env *e = start_iommu(linux61);
		armdma_dma_t a, b;
		void *p = armdma_dma_alloc_coherent(e->dev, 1, &a, ARMDMA_GFP_KERNEL);
		void *q = armdma_dma_alloc_coherent(e->dev, PAGE, &b, ARMDMA_GFP_KERNEL);

		assert_int_equal(iova_used(e), 2 * PAGE);
		assert_int_equal(b, a + PAGE);
		armdma_dma_free_coherent(e->dev, 1, p, a);
		armdma_dma_free_coherent(e->dev, PAGE, q, b);
		stop(e, linux61, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(r1_failed_allocation_does_not_lock_out_the_next),
		cmocka_unit_test(r2_pages_go_back_whichever_one_is_missing),
		cmocka_unit_test(r3_failure_in_the_middle_of_mapping_leaves_nothing),
		cmocka_unit_test(r4_failed_kernel_mapping_leaves_nothing),
		cmocka_unit_test(r5_address_zero_is_an_address_and_all_ones_are_the_error),
		cmocka_unit_test(r6_addresses_are_free_only_when_nothing_translates_them),
		cmocka_unit_test(r7_user_mappings_start_where_asked_and_end_with_the_buffer),
		cmocka_unit_test(r8_free_of_what_is_no_buffer_is_reported),
		cmocka_unit_test(r9_observers_see_the_part_that_is_synced),
		cmocka_unit_test(r10_devices_can_be_attached_at_any_time),
		cmocka_unit_test(r11_space_that_cannot_be_made_says_so_and_changes_nothing),
		cmocka_unit_test(r12_large_buffers_need_no_contiguous_memory),
		cmocka_unit_test(r13_large_pages_are_used_and_access_follows_the_direction),
		cmocka_unit_test(r14_buffer_of_a_page_takes_a_page_of_address_space),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
