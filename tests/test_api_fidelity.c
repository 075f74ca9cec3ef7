/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where Linux 6.1 on 32-bit ARM does otherwise than the DMA API promises behind an IOMMU, and in DMA pools: each difference
 * on a machine of either kind. docs/fidelity.md is the list.
 */
#include <errno.h>

#include <armdma/dmapool.h>

#include "fidelity_rig.h"

/* ---- Q1 to Q15 ---- */

static void q1_first_page_of_the_space_is_unmapped(void **state)
{
	uint8_t want[PAGE];

	(void)state;
	pattern(want, PAGE, 1);
	FOR_BOTH(linux61) {
		struct env *e = start(linux61, false, 0, MIB);
		uint8_t *buf = armdma_kzalloc(e->m, PAGE, ARMDMA_GFP_KERNEL);
		armdma_dma_t addr = armdma_dma_map_single(e->dev, buf, PAGE, ARMDMA_FROM_DEVICE);

		assert_int_equal(addr, 0);
		dev_write(e, addr, want, PAGE);
		armdma_dma_unmap_single(e->dev, addr, PAGE, ARMDMA_FROM_DEVICE);
		assert_int_equal(!memcmp(buf, want, PAGE), !linux61);
		assert_int_equal(is_mapped(e, 0), linux61);
		assert_int_equal(iova_used(e), linux61 ? PAGE : 0);
		armdma_kfree(e->m, buf);
		stop(e, linux61, 0);
	}
}

static void q1_first_page_of_the_space_is_synced(void **state)
{
	uint8_t want[2 * PAGE];

	(void)state;
	pattern(want, sizeof(want), 2);
	FOR_BOTH(linux61) {
		struct env *e = start(linux61, false, 0, MIB);
		uint8_t *buf = armdma_kzalloc(e->m, sizeof(want), ARMDMA_GFP_KERNEL), stored = want[0] ^ 0xff, seen;
		armdma_dma_t addr = armdma_dma_map_single(e->dev, buf, sizeof(want), ARMDMA_BIDIRECTIONAL);

		dev_write(e, addr, want, sizeof(want));
		armdma_dma_sync_single_for_cpu(e->dev, addr, PAGE, ARMDMA_BIDIRECTIONAL);
		assert_int_equal(!memcmp(buf, want, PAGE), !linux61);
		armdma_dma_sync_single_for_cpu(e->dev, addr + PAGE, PAGE, ARMDMA_BIDIRECTIONAL);
		assert_memory_equal(buf + PAGE, want + PAGE, PAGE);
		buf[0] = stored;
		armdma_dma_sync_single_for_device(e->dev, addr, 1, ARMDMA_BIDIRECTIONAL);
		dev_read(e, addr, &seen, 1);
		assert_int_equal(seen == stored, !linux61);
		armdma_dma_unmap_single(e->dev, addr, sizeof(want), ARMDMA_BIDIRECTIONAL);
		armdma_kfree(e->m, buf);
		/* What that kernel leaves out is told as if the driver had forgotten it: old bytes for both sides, stores that are lost. */
		stop(e, linux61, linux61 ? 3 : 0);
	}
}

static void q1_registers_in_the_first_page_are_unmapped(void **state)
{
	(void)state;
	FOR_BOTH(linux61) {
		struct env *e = start(linux61, false, 0, MIB);
		armdma_dma_t addr = armdma_dma_map_resource(e->dev, 0x11800040, 4, ARMDMA_TO_DEVICE, 0);

		assert_int_equal(addr, 0x40);
		armdma_dma_unmap_resource(e->dev, addr, 4, ARMDMA_TO_DEVICE, 0);
		assert_int_equal(is_mapped(e, 0), linux61);
		assert_int_equal(iova_used(e), linux61 ? PAGE : 0);
		stop(e, linux61, 0);
	}
}

static void q2_every_page_of_an_atomic_buffer_is_mapped(void **state)
{
	(void)state;
	FOR_BOTH(linux61)
		for (size_t pages = 1; pages <= 3; pages++) {
			struct env *e = start_iommu(linux61);
			armdma_dma_t handle;
			uint8_t *cpu = armdma_dma_alloc_coherent(e->dev, pages * PAGE, &handle, ARMDMA_GFP_ATOMIC);
			armdma_phys_t first;

			assert_non_null(cpu);
			first = armdma_iova_to_phys(domain(e), handle);
			assert_non_null(armdma_phys_to_page(e->m, first));
			for (size_t i = 1; i < pages; i++) {
				armdma_phys_t pa = armdma_iova_to_phys(domain(e), handle + i * PAGE);

				assert_int_equal(pa == first + i * PAGE, !linux61);
				assert_int_equal(!armdma_phys_to_page(e->m, pa), linux61);
			}
			armdma_dma_free_coherent(e->dev, pages * PAGE, cpu, handle);
			assert_int_equal(iova_used(e), 0);
			stop(e, linux61, 0);
		}
}

static void q3_atomic_buffer_can_be_mapped_to_users_and_listed(void **state)
{
	(void)state;
	FOR_BOTH(linux61) {
		struct env *e = start_iommu(linux61);
		struct armdma_vma vma = { .npages = 1 };
		struct armdma_sg_table sgt;
		armdma_dma_t handle;
		uint8_t *cpu = armdma_dma_alloc_coherent(e->dev, PAGE, &handle, ARMDMA_GFP_ATOMIC);

		assert_non_null(cpu);
		*cpu = 77;
		armdma_hw_barrier(e->hw, ARMDMA_BARRIER_WMB);
		assert_int_equal(armdma_dma_mmap_coherent(e->dev, &vma, cpu, handle, PAGE), linux61 ? -EINVAL : 0);
		if (!linux61)
			assert_int_equal(*(uint8_t *)vma.addr, 77);
		armdma_munmap(e->m, &vma);
		assert_int_equal(armdma_dma_get_sgtable(e->dev, &sgt, cpu, handle, PAGE), linux61 ? -EINVAL : 0);
		if (!linux61)
			assert_int_equal(armdma_page_to_phys(e->m, armdma_sg_page(sgt.sgl)),
					 armdma_iova_to_phys(domain(e), handle));
		armdma_sg_free_table(&sgt);
		armdma_dma_free_coherent(e->dev, PAGE, cpu, handle);
		stop(e, linux61, 0);
	}
}

static void q4_buffer_that_cannot_be_mapped_gives_its_pages_back(void **state)
{
	(void)state;
	FOR_BOTH(linux61)
		for (int coherent = 0; coherent < 2; coherent++) {
			struct env *e = start(linux61, coherent, DMA_BASE, DMA_SIZE);
			uint64_t before = free_pages(e);
			armdma_dma_t handle;

			armdma_fail_nth(e->m, ARMDMA_FAIL_IOVA, 1);
			assert_null(armdma_dma_alloc_coherent(e->dev, 3 * PAGE, &handle, QUIET));
			assert_int_equal(before - free_pages(e), linux61 && coherent ? 3 : 0);
			stop(e, linux61, 0);
		}
}

static void q5_request_longer_than_a_bitmap_uses_nothing_up(void **state)
{
	struct armdma_config cfg = env_config();

	(void)state;
	cfg.ram_size = 256 * MIB;
	cfg.devices[0].coherent = true;
	FOR_BOTH(linux61) {
		struct armdma_iova_stats before, after;
		struct armdma_page *ram;
		struct env *e;

		cfg.fidelity = linux61 ? ARMDMA_AS_LINUX_6_1 : ARMDMA_AS_DOCUMENTED;
		e = env_new(&cfg);
		env_attach(e, DMA_BASE, 384 * MIB);
		ram = armdma_phys_to_page(e->m, cfg.ram_base);
		/* Never allocated, for no machine has a block of that size. */
		armdma_checker_rule(e->m, ARMDMA_REPORT_BAD_MEMORY, false);
		armdma_mapping_iova_stats(e->mapping, &before);
		assert_int_equal(armdma_dma_max_mapping_size(e->dev), linux61 ? SIZE_MAX : 128 * MIB);
		for (int attempt = 1; attempt < 6; attempt++) {
			assert_int_equal(armdma_dma_map_page(e->dev, ram, 0, 129 * MIB, ARMDMA_TO_DEVICE),
					 ARMDMA_MAPPING_ERROR);
			armdma_mapping_iova_stats(e->mapping, &after);
			if (!linux61)
				assert_int_equal(after.memory, before.memory);
			else	/* two more bitmaps can be added, and no third */
				assert_true(after.memory >= before.memory + PAGE * (uint64_t)(attempt < 2 ? 1 : 2) &&
					    after.memory < before.memory + PAGE * (uint64_t)(attempt < 2 ? 2 : 3));
		}
		stop(e, linux61, 0);
	}
}

static uint64_t room(struct env *e, uint64_t piece)
{
	uint64_t n = 0;
	armdma_dma_t addr;

	while (!armdma_mapping_iova_alloc(e->mapping, piece, &addr))
		n++;
	return n * piece;
}

static void q6_all_of_a_space_can_be_used(void **state)
{
	static const struct { uint64_t size, linux61; } spaces[] = {
		{ 128 * MIB, 128 * MIB }, { 132 * MIB, 128 * MIB }, { 200 * MIB, 128 * MIB }, { 256 * MIB, 256 * MIB },
	};

	(void)state;
	FOR_BOTH(linux61)
		for (size_t i = 0; i < sizeof(spaces) / sizeof(spaces[0]); i++) {
			struct env *e = start(linux61, false, DMA_BASE, spaces[i].size);

			assert_int_equal(room(e, MIB), linux61 ? spaces[i].linux61 : spaces[i].size);
			armdma_checker_enable(e->m, false);
			stop(e, linux61, 0);
		}
}

static void q7_nothing_is_handed_out_beyond_the_end_of_a_space(void **state)
{
	enum { SPACE = 5, ROUNDED = 32 };

	(void)state;
	FOR_BOTH(linux61) {
		struct env *e = start(linux61, false, DMA_BASE, SPACE * PAGE);
		uint8_t *buf = armdma_kmalloc(e->m, (ROUNDED + 1) * PAGE, ARMDMA_GFP_KERNEL);
		armdma_dma_t addr[ROUNDED + 1], last = 0;
		size_t n = 0;

		for (; n <= ROUNDED; n++) {
			addr[n] = armdma_dma_map_single(e->dev, buf + n * PAGE, PAGE, ARMDMA_TO_DEVICE);
			if (armdma_dma_mapping_error(e->dev, addr[n]))
				break;
			last = addr[n];
		}
		assert_int_equal(n, linux61 ? ROUNDED : SPACE);
		assert_int_equal(last, DMA_BASE + (n - 1) * PAGE);
		while (n--)
			armdma_dma_unmap_single(e->dev, addr[n], PAGE, ARMDMA_TO_DEVICE);
		armdma_kfree(e->m, buf);
		stop(e, linux61, 0);
	}
}

static void q8_addresses_are_aligned_by_size_whatever_the_base(void **state)
{
	static const armdma_dma_t base = 0x20001000, documented[] = { 0x20010000, 0x20001000, 0x20020000 },
				  linux61_addr[] = { 0x20001000, 0x20011000, 0x20021000 };
	static const size_t sizes[] = { 64 << 10, 4 << 10, 64 << 10 };

	(void)state;
	FOR_BOTH(linux61) {
		struct env *e = start(linux61, false, base, MIB);
		armdma_dma_t handle[3];
		void *cpu[3];

		for (int i = 0; i < 3; i++) {
			cpu[i] = armdma_dma_alloc_coherent(e->dev, sizes[i], &handle[i], ARMDMA_GFP_KERNEL);
			assert_non_null(cpu[i]);
			assert_int_equal(handle[i], linux61 ? linux61_addr[i] : documented[i]);
			assert_int_equal(handle[i] % sizes[i] != 0, linux61 && sizes[i] > PAGE);
		}
		for (int i = 0; i < 3; i++)
			armdma_dma_free_coherent(e->dev, sizes[i], cpu[i], handle[i]);
		stop(e, linux61, 0);
	}
}

/* That kernel stops with a BUG where the range leaves its bitmap, and says nothing where it was never allocated. */
static void q9_free_of_a_range_that_is_not_allocated_is_refused_and_reported(void **state)
{
	(void)state;
	FOR_BOTH(linux61) {
		struct env *e = start(linux61, false, DMA_BASE, 256 * MIB);
		const armdma_dma_t edge = DMA_BASE + 128 * MIB;
		armdma_dma_t addr;

		assert_int_equal(armdma_mapping_iova_alloc(e->mapping, PAGE, &addr), 0);
		assert_int_equal(armdma_mapping_iova_free(e->mapping, edge - PAGE, 2 * PAGE), -EINVAL);
		assert_int_equal(armdma_mapping_iova_free(e->mapping, DMA_BASE + MIB, PAGE), -EINVAL);
		assert_int_equal(armdma_mapping_iova_free(e->mapping, DMA_BASE + 256 * MIB, PAGE), -EINVAL);
		assert_int_equal(armdma_mapping_iova_free(e->mapping, DMA_BASE - PAGE, PAGE), -EINVAL);
		assert_int_equal(e->last.kind, ARMDMA_REPORT_BAD_FREE);
		assert_int_equal(iova_used(e), PAGE);
		armdma_dma_unmap_page(e->dev, DMA_BASE + MIB, PAGE, ARMDMA_TO_DEVICE);
		assert_int_equal(e->last.kind, ARMDMA_REPORT_BAD_FREE);
		assert_int_equal(iova_used(e), PAGE);
		assert_int_equal(armdma_mapping_iova_free(e->mapping, addr, PAGE), 0);
		stop(e, linux61, 5);
	}
}

static void q10_unmap_with_a_smaller_size_unmaps_nothing(void **state)
{
	(void)state;
	FOR_BOTH(linux61) {
		struct env *e = start_iommu(linux61);
		uint8_t *buf = armdma_kmalloc(e->m, 4 * PAGE, ARMDMA_GFP_KERNEL);
		armdma_dma_t addr = armdma_dma_map_single(e->dev, buf, 4 * PAGE, ARMDMA_TO_DEVICE);

		armdma_dma_unmap_single(e->dev, addr, PAGE, ARMDMA_TO_DEVICE);
		assert_int_equal(e->last.kind, ARMDMA_REPORT_BAD_FREE);
		assert_int_equal(is_mapped(e, addr), !linux61);
		assert_true(is_mapped(e, addr + PAGE) && is_mapped(e, addr + 3 * PAGE));
		assert_int_equal(iova_used(e), (linux61 ? 3 : 4) * PAGE);
		if (!linux61)
			armdma_dma_unmap_single(e->dev, addr, 4 * PAGE, ARMDMA_TO_DEVICE);
		armdma_kfree(e->m, buf);
		stop(e, linux61, 1);
	}
}

static void q10_unmap_with_a_larger_size_leaves_the_neighbour_alone(void **state)
{
	(void)state;
	FOR_BOTH(linux61) {
		struct env *e = start_iommu(linux61);
		uint8_t *buf = armdma_kmalloc(e->m, 2 * PAGE, ARMDMA_GFP_KERNEL);
		armdma_dma_t a = armdma_dma_map_single(e->dev, buf, PAGE, ARMDMA_TO_DEVICE);
		armdma_dma_t b = armdma_dma_map_single(e->dev, buf + PAGE, PAGE, ARMDMA_TO_DEVICE);

		assert_int_equal(b, a + PAGE);
		armdma_dma_unmap_single(e->dev, a, 2 * PAGE, ARMDMA_TO_DEVICE);
		assert_int_equal(e->last.kind, ARMDMA_REPORT_BAD_FREE);
		assert_int_equal(is_mapped(e, b), !linux61);
		assert_int_equal(iova_used(e), linux61 ? 0 : 2 * PAGE);
		if (!linux61) {
			armdma_dma_unmap_single(e->dev, a, PAGE, ARMDMA_TO_DEVICE);
			armdma_dma_unmap_single(e->dev, b, PAGE, ARMDMA_TO_DEVICE);
		}
		armdma_kfree(e->m, buf);
		stop(e, linux61, 1);
	}
}

/* Nothing is promised about which address comes next: both reuse the lowest, and another policy does not. */
static void q11_freed_addresses_are_reused_at_once_unless_the_policy_moves_on(void **state)
{
	static const char *const policies[] = { NULL, "next-fit" };

	(void)state;
	FOR_BOTH(linux61)
		for (int i = 0; i < 2; i++) {
			struct env *e = start(linux61, false, 0, 0);
			uint8_t *buf = armdma_kmalloc(e->m, PAGE, ARMDMA_GFP_KERNEL);
			armdma_dma_t a, b;

			e->mapping = armdma_iommu_create_mapping(e->m, DMA_BASE, DMA_SIZE,
								 policies[i] ? armdma_iova_find(policies[i]) : NULL, NULL);
			assert_int_equal(armdma_iommu_attach_device(e->dev, e->mapping), 0);
			a = armdma_dma_map_single(e->dev, buf, PAGE, ARMDMA_TO_DEVICE);
			armdma_dma_unmap_single(e->dev, a, PAGE, ARMDMA_TO_DEVICE);
			b = armdma_dma_map_single(e->dev, buf, PAGE, ARMDMA_TO_DEVICE);
			assert_int_equal(a == b, !policies[i]);
			armdma_dma_unmap_single(e->dev, b, PAGE, ARMDMA_TO_DEVICE);
			armdma_kfree(e->m, buf);
			stop(e, linux61, 0);
		}
}

static void q12_coherent_devices_get_the_cookie_that_they_asked_for(void **state)
{
	const unsigned long attrs = ARMDMA_ATTR_NO_KERNEL_MAPPING;

	(void)state;
	FOR_BOTH(linux61) {
		struct env *e = start(linux61, true, DMA_BASE, DMA_SIZE);
		struct armdma_vma vma = { .npages = 1 };
		armdma_dma_t handle;
		void *cpu = armdma_dma_alloc_attrs(e->dev, PAGE, &handle, ARMDMA_GFP_KERNEL, attrs);

		assert_non_null(cpu);
		assert_int_equal(armdma_hw_space_of(e->hw, cpu), linux61 ? ARMDMA_SPACE_LINEAR : ARMDMA_SPACE_COOKIE);
		assert_int_equal(armdma_dma_mmap_attrs(e->dev, &vma, cpu, handle, PAGE, attrs), linux61 ? -EINVAL : 0);
		armdma_munmap(e->m, &vma);
		armdma_dma_free_attrs(e->dev, PAGE, cpu, handle, attrs);
		stop(e, linux61, 0);
	}
}

static void q12_write_combine_means_nothing_to_a_coherent_device(void **state)
{
	(void)state;
	FOR_BOTH(linux61) {
		struct env *e = start(linux61, true, DMA_BASE, DMA_SIZE);
		armdma_dma_t handle;
		uint8_t *cpu = armdma_dma_alloc_wc(e->dev, PAGE, &handle, ARMDMA_GFP_KERNEL), seen;

		assert_int_equal(armdma_hw_space_of(e->hw, cpu), ARMDMA_SPACE_LINEAR);
		*cpu = 9;	/* no barrier: the device snoops */
		dev_read(e, handle, &seen, 1);
		assert_int_equal(seen, 9);
		armdma_dma_free_wc(e->dev, PAGE, cpu, handle);
		stop(e, linux61, 0);
	}
}

static void q13_free_for_a_coherent_device_is_checked(void **state)
{
	(void)state;
	FOR_BOTH(linux61) {
		struct env *e = start(linux61, true, DMA_BASE, DMA_SIZE);
		armdma_dma_t handle;
		void *cpu = armdma_dma_alloc_coherent(e->dev, 2 * PAGE, &handle, ARMDMA_GFP_KERNEL);
		uint64_t before = free_pages(e);

		armdma_dma_free_coherent(e->dev, PAGE, cpu, handle);
		assert_int_equal(e->last.kind, ARMDMA_REPORT_BAD_FREE);
		assert_int_equal(free_pages(e) - before, linux61);
		assert_int_equal(is_mapped(e, handle), !linux61);
		assert_true(is_mapped(e, handle + PAGE));
		assert_int_equal(iova_used(e), linux61 ? PAGE : 2 * PAGE);
		if (!linux61)
			armdma_dma_free_coherent(e->dev, 2 * PAGE, cpu, handle);
		stop(e, linux61, 1);
	}
}

static void q14_coherent_devices_buffers_reach_users_and_lists(void **state)
{
	(void)state;
	FOR_BOTH(linux61) {
		struct env *e = start(linux61, true, DMA_BASE, DMA_SIZE);
		struct armdma_vma vma = { .npages = 2 };
		struct armdma_sg_table sgt;
		armdma_dma_t handle;
		uint8_t *cpu = armdma_dma_alloc_coherent(e->dev, 2 * PAGE, &handle, ARMDMA_GFP_KERNEL);

		assert_non_null(cpu);
		cpu[PAGE] = 5;
		assert_int_equal(armdma_dma_mmap_coherent(e->dev, &vma, cpu, handle, 2 * PAGE), linux61 ? -ENXIO : 0);
		if (!linux61)
			assert_int_equal(((uint8_t *)vma.addr)[PAGE], 5);
		armdma_munmap(e->m, &vma);
		assert_int_equal(armdma_dma_get_sgtable(e->dev, &sgt, cpu, handle, 2 * PAGE), linux61 ? -ENXIO : 0);
		armdma_sg_free_table(&sgt);
		armdma_dma_free_coherent(e->dev, 2 * PAGE, cpu, handle);
		stop(e, linux61, 0);
	}
}

static void q15_offset_of_pages_costs_no_address_space(void **state)
{
	(void)state;
	FOR_BOTH(linux61)
		for (unsigned int lead = 0; lead < 4; lead++) {
			struct env *e = start_iommu(linux61);
			struct armdma_page *block = armdma_alloc_pages(e->m, ARMDMA_GFP_KERNEL, 2);
			armdma_dma_t addr = armdma_dma_map_page(e->dev, block, lead * PAGE + 100, 1000, ARMDMA_TO_DEVICE);

			assert_int_equal(armdma_iova_to_phys(domain(e), addr),
					 armdma_page_to_phys(e->m, block) + lead * PAGE + 100);
			assert_int_equal(iova_used(e), (linux61 ? lead + 1 : 1) * PAGE);
			armdma_dma_unmap_page(e->dev, addr, 1000, ARMDMA_TO_DEVICE);
			assert_int_equal(iova_used(e), linux61 ? lead * PAGE : 0);
			assert_int_equal(is_mapped(e, DMA_BASE), linux61 && lead);
			armdma_free_pages(e->m, block, 2);
			stop(e, linux61, 0);
		}
}

/* ---- DMA pools ---- */

static void pool_uses_the_last_block_before_a_boundary(void **state)
{
	static const struct { size_t size, align, boundary, block, chunk; uint64_t ideal, linux61; } rows[] = {
		{ 64, 64, 0, 64, 4096, 64, 63 },	 { 48, 16, 0, 48, 4096, 85, 85 },
		{ 1000, 0, 0, 1000, 4096, 4, 4 },	 { 1000, 0, 1024, 1000, 4096, 4, 4 },
		{ 1500, 32, 4096, 1504, 4096, 2, 2 },	 { 2048, 2048, 4096, 2048, 4096, 2, 1 },
		{ 512, 0, 0, 512, 4096, 8, 7 },		 { 24, 32, 0, 32, 4096, 128, 127 },
		{ 3, 0, 0, 4, 4096, 1024, 1023 },	 { 5000, 0, 0, 5000, 5000, 1, 1 },
	};

	(void)state;
	FOR_BOTH(linux61) {
		struct env *e = start_iommu(linux61);

		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			struct armdma_dma_pool *p = armdma_dma_pool_create("fidelity", e->dev, rows[i].size, rows[i].align,
									   rows[i].boundary);
			uint64_t want = linux61 ? rows[i].linux61 : rows[i].ideal, n = 0;
			static armdma_dma_t addr[1025];
			static void *block[1025];
			struct armdma_dma_pool_stats st;

			assert_non_null(p);
			/* Blocks until a second chunk is needed. */
			do {
				block[n] = armdma_dma_pool_alloc(p, ARMDMA_GFP_KERNEL, &addr[n]);
				assert_non_null(block[n]);
				armdma_dma_pool_stats(p, &st);
				n++;
			} while (st.chunks == 1);
			assert_int_equal(n - 1, want);
			assert_int_equal(st.block_size, rows[i].block);
			assert_int_equal(st.chunk_size, rows[i].chunk);
			while (n--)
				armdma_dma_pool_free(p, block[n], addr[n]);
			armdma_dma_pool_destroy(p);
		}
		stop(e, linux61, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(q1_first_page_of_the_space_is_unmapped),
		cmocka_unit_test(q1_first_page_of_the_space_is_synced),
		cmocka_unit_test(q1_registers_in_the_first_page_are_unmapped),
		cmocka_unit_test(q2_every_page_of_an_atomic_buffer_is_mapped),
		cmocka_unit_test(q3_atomic_buffer_can_be_mapped_to_users_and_listed),
		cmocka_unit_test(q4_buffer_that_cannot_be_mapped_gives_its_pages_back),
		cmocka_unit_test(q5_request_longer_than_a_bitmap_uses_nothing_up),
		cmocka_unit_test(q6_all_of_a_space_can_be_used),
		cmocka_unit_test(q7_nothing_is_handed_out_beyond_the_end_of_a_space),
		cmocka_unit_test(q8_addresses_are_aligned_by_size_whatever_the_base),
		cmocka_unit_test(q9_free_of_a_range_that_is_not_allocated_is_refused_and_reported),
		cmocka_unit_test(q10_unmap_with_a_smaller_size_unmaps_nothing),
		cmocka_unit_test(q10_unmap_with_a_larger_size_leaves_the_neighbour_alone),
		cmocka_unit_test(q11_freed_addresses_are_reused_at_once_unless_the_policy_moves_on),
		cmocka_unit_test(q12_coherent_devices_get_the_cookie_that_they_asked_for),
		cmocka_unit_test(q12_write_combine_means_nothing_to_a_coherent_device),
		cmocka_unit_test(q13_free_for_a_coherent_device_is_checked),
		cmocka_unit_test(q14_coherent_devices_buffers_reach_users_and_lists),
		cmocka_unit_test(q15_offset_of_pages_costs_no_address_space),
		cmocka_unit_test(pool_uses_the_last_block_before_a_boundary),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
