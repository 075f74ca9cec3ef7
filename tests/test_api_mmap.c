/* SPDX-License-Identifier: BSD-2-Clause */
/* Coherent memory in user space: which part, which memory type, how long it lives. */
#include <errno.h>

#include "api_rig.h"

static void user_sees_the_buffer(struct rig *r)
{
	struct armdma_vma vma = { .npages = 3 };
	armdma_dma_t handle;
	uint8_t *p = armdma_dma_alloc_coherent(r->dev, 3 * PAGE, &handle, ARMDMA_GFP_KERNEL);

	assert_true(armdma_dma_can_mmap(r->dev));
	assert_int_equal(armdma_dma_mmap_coherent(r->dev, &vma, p, handle, 3 * PAGE), 0);
	assert_int_equal(armdma_hw_space_of(r->hw, vma.addr), ARMDMA_SPACE_USER);
	rig_assert_shared(r, vma.addr, handle, 3 * PAGE);
	assert_memory_equal(vma.addr, p, 3 * PAGE);
	armdma_munmap(r->m, &vma);
	armdma_dma_free_coherent(r->dev, 3 * PAGE, p, handle);
}

static void write_combine_buffer_reaches_the_user(struct rig *r)
{
	struct armdma_vma vma = { .npages = 2 };
	armdma_dma_t handle;
	uint8_t *p = armdma_dma_alloc_wc(r->dev, 2 * PAGE, &handle, ARMDMA_GFP_KERNEL);

	assert_int_equal(armdma_dma_mmap_wc(r->dev, &vma, p, handle, 2 * PAGE), 0);
	rig_assert_shared(r, vma.addr, handle, 2 * PAGE);
	armdma_munmap(r->m, &vma);
	armdma_dma_free_wc(r->dev, 2 * PAGE, p, handle);
}

/* As the kernel's own mapping: two views of a page with different types would not be coherent. */
static void memory_type_is_that_of_the_kernels_mapping(struct rig *r)
{
	enum armdma_memtype want = rig_is_coherent(r) ? ARMDMA_MT_CACHED : ARMDMA_MT_UNCACHED;
	struct armdma_line_state line;
	struct armdma_vma vma = { .npages = 1 };
	armdma_dma_t handle;
	void *p = armdma_dma_alloc_coherent(r->dev, PAGE, &handle, ARMDMA_GFP_KERNEL);

	assert_int_equal(armdma_dma_mmap_coherent(r->dev, &vma, p, handle, PAGE), 0);
	assert_int_equal(vma.mt, want);
	assert_int_equal(armdma_hw_line_state(r->hw, armdma_hw_cpu_to_phys(r->hw, vma.addr), &line), 0);
	assert_int_equal(line.uncached, want == ARMDMA_MT_UNCACHED);
	armdma_munmap(r->m, &vma);
	armdma_dma_free_coherent(r->dev, PAGE, p, handle);
}

/* Every part of a buffer of four pages that a user may ask for, and every one that he may not. */
static void only_what_lies_in_the_buffer_can_be_mapped(struct rig *r)
{
	armdma_dma_t handle;
	uint8_t *p = armdma_dma_alloc_coherent(r->dev, 4 * PAGE - 100, &handle, ARMDMA_GFP_KERNEL);

	for (size_t i = 0; i < 4; i++)
		memset(p + i * PAGE, (int)i + 1, 64);
	for (size_t off = 0; off <= 6; off++) {
		for (size_t n = 0; n <= 6; n++) {
			struct armdma_vma vma = { .npages = n, .pgoff = off };
			int ret = armdma_dma_mmap_coherent(r->dev, &vma, p, handle, 4 * PAGE - 100);

			assert_int_equal(ret, n && off + n <= 4 ? 0 : -ENXIO);
			if (ret) {
				assert_null(vma.addr);
				continue;
			}
			for (size_t i = 0; i < n; i++)
				assert_int_equal(((uint8_t *)vma.addr)[i * PAGE], off + i + 1);
			armdma_munmap(r->m, &vma);
		}
	}
	armdma_dma_free_coherent(r->dev, 4 * PAGE - 100, p, handle);
}

static void offsets_do_not_wrap(struct rig *r)
{
	static const struct armdma_vma wrapping[] = {
		{ .npages = 2, .pgoff = SIZE_MAX }, { .npages = SIZE_MAX, .pgoff = 2 },
		{ .npages = SIZE_MAX / PAGE + 2, .pgoff = 0 }, { .npages = SIZE_MAX, .pgoff = SIZE_MAX },
	};
	armdma_dma_t handle;
	void *p = armdma_dma_alloc_coherent(r->dev, 4 * PAGE, &handle, ARMDMA_GFP_KERNEL);

	for (size_t i = 0; i < sizeof(wrapping) / sizeof(wrapping[0]); i++) {
		struct armdma_vma vma = wrapping[i];

		assert_int_equal(armdma_dma_mmap_attrs(r->dev, &vma, p, handle, 4 * PAGE, 0), -ENXIO);
		assert_null(vma.addr);
	}
	armdma_dma_free_coherent(r->dev, 4 * PAGE, p, handle);
}

static void unknown_buffer_is_not_mapped(struct rig *r)
{
	struct armdma_vma vma = { .npages = 1 };
	void *p = armdma_kmalloc(r->m, PAGE, ARMDMA_GFP_KERNEL);

	assert_int_equal(armdma_dma_mmap_coherent(r->dev, &vma, p, 0, PAGE), -ENXIO);
	rig_expect(r, ARMDMA_REPORT_BAD_FREE, "no live buffer");
	assert_null(vma.addr);
	armdma_kfree(r->m, p);
}

static void free_while_mapped_is_reported_and_the_user_keeps_his_pages(struct rig *r)
{
	struct armdma_vma vma = { .npages = 1, .pgoff = 1 };
	armdma_dma_t handle, others[64];
	void *p = armdma_dma_alloc_coherent(r->dev, 2 * PAGE, &handle, ARMDMA_GFP_KERNEL), *other[64];

	assert_int_equal(armdma_dma_mmap_coherent(r->dev, &vma, p, handle, 2 * PAGE), 0);
	memset(vma.addr, 0x3c, PAGE);
	armdma_dma_free_coherent(r->dev, 2 * PAGE, p, handle);
	rig_expect(r, ARMDMA_REPORT_IN_USE, "while a user has it mapped");
	/* Whatever is allocated now is other memory. */
	for (unsigned int i = 0; i < 64; i++) {
		other[i] = armdma_dma_alloc_coherent(r->dev, 2 * PAGE, &others[i], ARMDMA_GFP_KERNEL);
		assert_non_null(other[i]);
		memset(other[i], 0xff, 2 * PAGE);
	}
	for (size_t i = 0; i < PAGE; i++)
		assert_int_equal(((uint8_t *)vma.addr)[i], 0x3c);
	for (unsigned int i = 0; i < 64; i++)
		armdma_dma_free_coherent(r->dev, 2 * PAGE, other[i], others[i]);
	armdma_munmap(r->m, &vma);
}

static void several_users_share_one_buffer(struct rig *r)
{
	struct armdma_vma a = { .npages = 2 }, b = { .npages = 1, .pgoff = 1 };
	armdma_dma_t handle;
	void *p = armdma_dma_alloc_coherent(r->dev, 2 * PAGE, &handle, ARMDMA_GFP_KERNEL);

	assert_int_equal(armdma_dma_mmap_coherent(r->dev, &a, p, handle, 2 * PAGE), 0);
	assert_int_equal(armdma_dma_mmap_coherent(r->dev, &b, p, handle, 2 * PAGE), 0);
	memset((uint8_t *)a.addr + PAGE, 0x66, PAGE);
	armdma_hw_barrier(r->hw, ARMDMA_BARRIER_MB);
	assert_memory_equal(b.addr, (uint8_t *)a.addr + PAGE, PAGE);
	armdma_munmap(r->m, &a);
	assert_int_equal(*(uint8_t *)b.addr, 0x66);
	armdma_munmap(r->m, &b);
	armdma_dma_free_coherent(r->dev, 2 * PAGE, p, handle);
}

/* Memory of the atomic pool can go to the user as well. */
static void atomic_buffer_reaches_the_user(struct rig *r)
{
	struct armdma_vma vma = { .npages = 2 };
	armdma_dma_t handle;
	void *p = armdma_dma_alloc_coherent(r->dev, 2 * PAGE, &handle, ARMDMA_GFP_ATOMIC);

	assert_int_equal(armdma_dma_mmap_coherent(r->dev, &vma, p, handle, 2 * PAGE), 0);
	rig_assert_shared(r, vma.addr, handle, 2 * PAGE);
	armdma_munmap(r->m, &vma);
	armdma_dma_free_coherent(r->dev, 2 * PAGE, p, handle);
}

static void user_address_traps_after_munmap(struct rig *r)
{
	struct armdma_vma vma = { .npages = 1 };
	armdma_dma_t handle;
	void *p = armdma_dma_alloc_coherent(r->dev, PAGE, &handle, ARMDMA_GFP_KERNEL);
	volatile uint8_t *user;

	assert_int_equal(armdma_dma_mmap_coherent(r->dev, &vma, p, handle, PAGE), 0);
	user = vma.addr;
	armdma_munmap(r->m, &vma);
	rig_assert_trap(r, *user = 1, "where nothing is mapped");
	armdma_dma_free_coherent(r->dev, PAGE, p, handle);
}

int main(void)
{
	static const struct rig_test tests[] = {
		RIG_TEST(user_sees_the_buffer),
		RIG_TEST(write_combine_buffer_reaches_the_user),
		RIG_TEST(memory_type_is_that_of_the_kernels_mapping),
		RIG_TEST(only_what_lies_in_the_buffer_can_be_mapped),
		RIG_TEST(offsets_do_not_wrap),
		RIG_TEST(unknown_buffer_is_not_mapped),
		RIG_TEST(free_while_mapped_is_reported_and_the_user_keeps_his_pages),
		RIG_TEST(several_users_share_one_buffer),
		RIG_TEST(atomic_buffer_reaches_the_user),
		RIG_TEST(user_address_traps_after_munmap),
	};

	return rig_main("api_mmap", TEST_OUTPUT_DIR, tests, sizeof(tests) / sizeof(tests[0]));
}
