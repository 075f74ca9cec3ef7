/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory under the kernel's names: where it lies, and which accesses the library hears of. */
#include "compat_rig.h"

#include <linux/dma-mapping.h>
#include <linux/highmem.h>
#include <linux/io.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

static struct armdma_line_state line_of(struct rig *r, const void *p)
{
	struct armdma_line_state st;

	assert_int_equal(armdma_hw_line_state(r->hw, virt_to_phys(p), &st), 0);
	return st;
}

/* A line that holds what DRAM holds. */
static u8 *clean_line(struct rig *r)
{
	u8 *p = kzalloc(64, GFP_KERNEL);

	armdma_hw_cache_op(r->hw, ARMDMA_CACHE_ALL, ARMDMA_CACHE_CLEAN, virt_to_phys(p), 64);
	assert_false(line_of(r, p).dirty);
	return p;
}

static void kmalloc_gives_memory_that_devices_reach(void **state)
{
	struct rig *r = *state;
	u8 *p = kzalloc(100, GFP_KERNEL), *copy;
	dma_addr_t addr;

	for (int i = 0; i < 100; i++)
		assert_int_equal(p[i], 0);
	assert_true(virt_addr_valid(p));
	assert_ptr_equal(phys_to_virt(virt_to_phys(p)), p);
	assert_true(ksize(p) >= 100);
	addr = dma_map_single(r->dev, p, 100, DMA_TO_DEVICE);
	assert_int_equal(dma_mapping_error(r->dev, addr), 0);
	dma_unmap_single(r->dev, addr, 100, DMA_TO_DEVICE);
	memset(p, 7, 100);
	copy = kmemdup(p, 100, GFP_ATOMIC);
	assert_memory_equal(copy, p, 100);
	kfree(copy);
	kfree(p);
	assert_ptr_equal(kmalloc(0, GFP_KERNEL), ZERO_SIZE_PTR);
	kfree(ZERO_SIZE_PTR);
	kfree(NULL);
	assert_null(kcalloc(SIZE_MAX / 2, 4, GFP_KERNEL));
	assert_int_equal(r->reports, 0);
}

static void pages_have_frames_and_linear_addresses_if_they_are_low(void **state)
{
	struct rig *r = *state;
	struct page *low = alloc_pages(GFP_KERNEL | __GFP_ZERO, 1), *high = alloc_page(GFP_HIGHUSER);
	unsigned long addr = get_zeroed_page(GFP_KERNEL);

	assert_non_null(page_address(low));
	assert_ptr_equal(virt_to_page((char *)page_address(low) + 5000), nth_page(low, 1));
	assert_ptr_equal(pfn_to_page(page_to_pfn(low)), low);
	assert_int_equal(page_to_phys(nth_page(low, 1)), page_to_phys(low) + PAGE_SIZE);
	assert_true(PageHighMem(high));
	assert_null(page_address(high));
	assert_null(memchr_inv((void *)addr, 0, PAGE_SIZE));
	free_page(addr);
	__free_page(high);
	__free_pages(low, 1);
	assert_int_equal(r->reports, 0);
}

static void kmap_opens_a_window_on_highmem(void **state)
{
	struct rig *r = *state;
	struct page *page = alloc_page(GFP_HIGHUSER);
	u8 *p = kmap(page), *q;

	assert_false(virt_addr_valid(p));
	memset(p, 0x5a, PAGE_SIZE);
	kunmap(page);
	q = kmap_local_page(page);
	assert_int_equal(q[4095], 0x5a);
	kunmap_local(q + 17);	/* any address in it will do */
	q = kmap_atomic(page);
	assert_true(armdma_in_atomic(r->m));
	kunmap_atomic(q);
	assert_false(armdma_in_atomic(r->m));
	__free_page(page);
	assert_int_equal(r->reports, 0);
}

static void vmalloc_memory_is_no_linear_memory(void **state)
{
	struct rig *r = *state;
	u8 *p = vzalloc(3 * PAGE_SIZE);
	struct page *page;

	assert_true(is_vmalloc_addr(p));
	assert_false(virt_addr_valid(p));
	assert_null(memchr_inv(p, 0, 3 * PAGE_SIZE));
	p[PAGE_SIZE] = 0x77;
	page = vmalloc_to_page(p + PAGE_SIZE);
	assert_int_equal(*(u8 *)kmap(page), 0x77);
	kunmap(page);
	vfree(p);
	vfree(NULL);
	assert_int_equal(r->reports, 0);
}

static void vmap_joins_pages_and_vunmap_leaves_them(void **state)
{
	struct rig *r = *state;
	struct page *pages[2] = { alloc_page(GFP_KERNEL), alloc_page(GFP_KERNEL) };
	u8 *p = vmap(pages, 2, VM_MAP, PAGE_KERNEL);

	p[PAGE_SIZE + 1] = 0x12;
	assert_int_equal(((u8 *)page_address(pages[1]))[1], 0x12);
	vunmap(p);
	__free_page(pages[0]);
	__free_page(pages[1]);
	assert_int_equal(r->reports, 0);
}

static void read_once_lets_in_the_one_line_that_it_reads(void **state)
{
	struct rig *r = *state;
	static const u32 news = 0x11223344;
	dma_addr_t handle;
	volatile u32 *p = dma_alloc_coherent(r->dev, 4096, &handle, GFP_KERNEL);

	assert_int_equal(armdma_hw_phys_write(r->hw, handle, &news, 4), 0);
	assert_int_equal(armdma_hw_phys_write(r->hw, handle + 64, &news, 4), 0);
	assert_int_equal(p[0], 0);	/* a plain load sees neither */
	assert_int_equal(READ_ONCE(p[0]), news);
	assert_int_equal(p[16], 0);
	dma_rmb();
	assert_int_equal(p[16], news);
	dma_free_coherent(r->dev, 4096, (void *)p, handle);
}

static void stores_of_uncached_memory_wait_for_a_barrier(void **state)
{
	struct rig *r = *state;
	dma_addr_t handle;
	u32 *p = dma_alloc_coherent(r->dev, 4096, &handle, GFP_KERNEL), seen;
	void __iomem *regs = ioremap(RIG_SGDMA, 0x1000);

	WRITE_ONCE(p[0], 1);
	dma_wmb();
	armdma_hw_phys_read(r->hw, handle, &seen, 4);
	assert_int_equal(seen, 0);
	wmb();
	armdma_hw_phys_read(r->hw, handle, &seen, 4);
	assert_int_equal(seen, 1);
	p[0] = 2;
	writel_relaxed(0, regs + 0x14);
	armdma_hw_phys_read(r->hw, handle, &seen, 4);
	assert_int_equal(seen, 1);
	writel(0, regs + 0x14);
	armdma_hw_phys_read(r->hw, handle, &seen, 4);
	assert_int_equal(seen, 2);
	dma_free_coherent(r->dev, 4096, p, handle);
}

static void a_store_of_what_is_there_already_dirties_its_line(void **state)
{
	struct rig *r = *state;
	u8 *p = clean_line(r);

	*(volatile u8 *)p = 0;	/* nobody can see this one */
	assert_false(line_of(r, p).dirty);
	WRITE_ONCE(p[0], 0);
	assert_true(line_of(r, p).dirty);
	kfree(p);

	p = clean_line(r);
	memset(p, 0, 1);
	assert_true(line_of(r, p).dirty);
	assert_false(line_of(r, p + 32).dirty);
	kfree(p);

	p = clean_line(r);
	memcpy(p + 32, "\0\0\0", 4);
	assert_true(line_of(r, p + 32).dirty);
	assert_false(line_of(r, p).dirty);
	kfree(p);

	p = clean_line(r);
	assert_int_equal(copy_from_user(p, "\0", 1), 0);
	assert_true(line_of(r, p).dirty);
	kfree(p);
}

static void user_copies_move_bytes(void **state)
{
	struct rig *r = *state;
	char *p = kzalloc(16, GFP_KERNEL), user[16] = "", byte;

	assert_int_equal(copy_from_user(p, "from the user", 14), 0);
	assert_int_equal(copy_to_user(user, p, 14), 0);
	assert_string_equal(user, "from the user");
	assert_int_equal(put_user(p[0], &user[1]), 0);
	assert_int_equal(get_user(byte, &user[1]), 0);
	assert_int_equal(byte, 'f');
	kfree(p);
	assert_int_equal(r->reports, 0);
}

/* Loads and stores of host memory, with and without a machine, are nobody's business. */
static void memory_of_the_host_is_left_alone(void **state)
{
	struct rig *r = *state;
	u32 here = 5;
	char a[8] = "abc", b[8];

	assert_int_equal(READ_ONCE(here), 5);
	WRITE_ONCE(here, 6);
	armdma_compat_set_machine(NULL);
	assert_int_equal(READ_ONCE(here), 6);
	WRITE_ONCE(here, 7);
	memcpy(b, a, sizeof(a));
	assert_int_equal(memcmp(a, b, sizeof(a)), 0);
	assert_int_equal(here, 7);
	assert_null(kmalloc(64, GFP_KERNEL));	/* says so on stderr */
	assert_int_equal(readl(ioremap(RIG_SGDMA, 4)), 0);
	armdma_compat_set_machine(r->m);
	assert_int_equal(r->reports, 0);
}

static void registers_are_reached_through_cookies(void **state)
{
	struct rig *r = *state;
	void __iomem *regs = ioremap(RIG_SGDMA, 0x1000);

	assert_int_equal(readl(regs), 0x5344a001);
	writel(3, regs + 0x14);
	assert_int_equal(readl_relaxed(regs + 0x14), 3);
	iowrite32(1, regs + 0x14);
	assert_int_equal(ioread32(regs + 0x14), 1);
	assert_int_equal(armdma_hw_readl(r->hw, RIG_SGDMA + 0x14), 1);
	iounmap(regs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		rig_test(kmalloc_gives_memory_that_devices_reach),
		rig_test(pages_have_frames_and_linear_addresses_if_they_are_low),
		rig_test(kmap_opens_a_window_on_highmem),
		rig_test(vmalloc_memory_is_no_linear_memory),
		rig_test(vmap_joins_pages_and_vunmap_leaves_them),
		rig_test(read_once_lets_in_the_one_line_that_it_reads),
		rig_test(stores_of_uncached_memory_wait_for_a_barrier),
		rig_test(a_store_of_what_is_there_already_dirties_its_line),
		rig_test(user_copies_move_bytes),
		rig_test(memory_of_the_host_is_left_alone),
		rig_test(registers_are_reached_through_cookies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
