/* SPDX-License-Identifier: BSD-2-Clause */
/* Reports about driver code name the driver's function and line, whatever the compiler does with the wrappers. */
#include "compat_rig.h"

#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/highmem.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

/* The statement, and the line it stands on. */
static unsigned int line;
#define AT(statement) do { line = __LINE__; statement; barrier(); } while (0)

static DEFINE_SPINLOCK(lock);

/* What is called under a spinlock, where nothing may sleep. */
#define UNDER_LOCK(statement)                   \
	do {                                    \
		unsigned long flags;            \
                                                \
		spin_lock_irqsave(&lock, flags); \
		AT(statement);                  \
		spin_unlock_irqrestore(&lock, flags); \
	} while (0)

static noinline void map_without_device(struct rig *r)
{
	(void)r;
	AT(dma_map_single(NULL, NULL, 64, DMA_TO_DEVICE));
}

static noinline void sync_of_nothing(struct rig *r)
{
	AT(dma_sync_single_for_cpu(r->dev, 0x1000, 64, DMA_FROM_DEVICE));
}

static noinline void unmap_of_nothing(struct rig *r)
{
	AT(dma_unmap_single(r->dev, 0x1000, 64, DMA_FROM_DEVICE));
}

static noinline void map_of_stack(struct rig *r)
{
	char buf[64];

	AT(dma_map_single(r->dev, buf, sizeof(buf), DMA_TO_DEVICE));
}

static noinline void free_of_nothing(struct rig *r)
{
	AT(dma_free_coherent(r->dev, 4096, r, 0x1000));
}

static noinline void kfree_twice(struct rig *r)
{
	void *p = kmalloc(64, GFP_KERNEL);

	(void)r;
	kfree(p);
	AT(kfree(p));
}

static noinline void kmalloc_under_lock(struct rig *r)
{
	(void)r;
	UNDER_LOCK(kfree(kmalloc(64, GFP_KERNEL)));
}

static noinline void kcalloc_under_lock(struct rig *r)
{
	(void)r;
	UNDER_LOCK(kfree(kcalloc(4, 64, GFP_KERNEL)));
}

static noinline void pages_under_lock(struct rig *r)
{
	(void)r;
	UNDER_LOCK(free_page(__get_free_page(GFP_KERNEL)));
}

static noinline void vmalloc_under_lock(struct rig *r)
{
	(void)r;
	UNDER_LOCK(vfree(vmalloc(8192)));
}

static noinline void coherent_under_lock(struct rig *r)
{
	dma_addr_t handle;
	void *p;

	UNDER_LOCK(p = dma_alloc_coherent(r->dev, 4096, &handle, GFP_KERNEL));
	dma_free_coherent(r->dev, 4096, p, handle);
}

static noinline void sleep_under_lock(struct rig *r)
{
	(void)r;
	UNDER_LOCK(msleep(1));
}

static noinline void wait_under_lock(struct rig *r)
{
	DECLARE_COMPLETION_ONSTACK(done);

	(void)r;
	complete(&done);
	UNDER_LOCK(wait_for_completion_timeout(&done, 1));
}

static noinline void mutex_under_lock(struct rig *r)
{
	DEFINE_MUTEX(mutex);

	(void)r;
	UNDER_LOCK(mutex_lock(&mutex));
	mutex_unlock(&mutex);
}

static noinline void copy_under_lock(struct rig *r)
{
	char user[4];

	(void)r;
	UNDER_LOCK(copy_to_user(user, "abc", 4));
}

static noinline void lock_twice(struct rig *r)
{
	(void)r;
	spin_lock(&lock);
	AT(spin_lock(&lock));
	spin_unlock(&lock);
	spin_unlock(&lock);
}

static noinline void unlock_of_free_lock(struct rig *r)
{
	(void)r;
	AT(spin_unlock(&lock));
}

static noinline void readl_of_memory(struct rig *r)
{
	AT(readl(r));
}

static noinline void writel_of_memory(struct rig *r)
{
	AT(writel(1, r));
}

static noinline void free_of_no_irq(struct rig *r)
{
	AT(free_irq(RIG_IRQ, r));
}

static noinline void vfree_of_nothing(struct rig *r)
{
	AT(vfree(r));
}

static noinline void kunmap_of_nothing(struct rig *r)
{
	AT(kunmap_local(r));
}

static noinline void list_of_stack(struct rig *r)
{
	struct scatterlist sg;

	sg_init_table(&sg, 1);
	AT(sg_set_buf(&sg, r, 64));
}

static noinline void pool_of_bad_alignment(struct rig *r)
{
	AT(dma_pool_create("p", r->dev, 64, 3, 0));
}

static noinline void devm_without_device(struct rig *r)
{
	(void)r;
	AT(devm_kzalloc(NULL, 64, GFP_KERNEL));
}

/* What is done to a buffer while a device owns it. */
#define TO_DEVICES_BUFFER(r, p, statement)                                     \
	do {                                                                  \
		u32 *p = kzalloc(256, GFP_KERNEL);                            \
		dma_addr_t addr = dma_map_single(r->dev, p, 256, DMA_FROM_DEVICE); \
                                                                              \
		assert_int_equal(dma_mapping_error(r->dev, addr), 0);         \
		AT(statement);                                                \
		dma_unmap_single(r->dev, addr, 256, DMA_FROM_DEVICE);         \
		kfree(p);                                                     \
	} while (0)

static noinline void read_once_of_devices_buffer(struct rig *r)
{
	TO_DEVICES_BUFFER(r, p, (void)READ_ONCE(p[8]));
}

static noinline void write_once_to_devices_buffer(struct rig *r)
{
	TO_DEVICES_BUFFER(r, p, WRITE_ONCE(p[8], 1));
}

static noinline void memcpy_from_devices_buffer(struct rig *r)
{
	u8 buf[64];

	TO_DEVICES_BUFFER(r, p, memcpy(buf, p, sizeof(buf)));
}

static noinline void memset_of_devices_buffer(struct rig *r)
{
	TO_DEVICES_BUFFER(r, p, memset(p, 1, 64));
}

static noinline void unwritten_bytes_to_user(struct rig *r)
{
	char user[64];
	void *p = kmalloc(64, GFP_KERNEL);

	(void)r;
	AT((void)copy_to_user(user, p, 64));
	kfree(p);
}

static noinline int in_the_last_statement(struct rig *r)
{
	(void)r;
	line = __LINE__ + 1;
	return dma_mapping_error(NULL, 0);
}

static noinline void tail_call(struct rig *r)
{
	in_the_last_statement(r);
	barrier();
}

static const struct site_case {
	void (*run)(struct rig *r);
	const char *function;
	enum armdma_report_kind kind;	/* ARMDMA_REPORT_NONE: not this test's business */
} cases[] = {
#define CASE(f, kind) { f, #f, ARMDMA_REPORT_##kind }
	CASE(map_without_device, BAD_ARGUMENT),
	CASE(sync_of_nothing, NONE),
	CASE(unmap_of_nothing, BAD_FREE),
	CASE(map_of_stack, BAD_MEMORY),
	CASE(free_of_nothing, BAD_FREE),
	CASE(kfree_twice, BAD_FREE),
	CASE(kmalloc_under_lock, BAD_CONTEXT),
	CASE(kcalloc_under_lock, BAD_CONTEXT),
	CASE(pages_under_lock, BAD_CONTEXT),
	CASE(vmalloc_under_lock, BAD_CONTEXT),
	CASE(coherent_under_lock, BAD_CONTEXT),
	CASE(sleep_under_lock, BAD_CONTEXT),
	CASE(wait_under_lock, BAD_CONTEXT),
	CASE(mutex_under_lock, BAD_CONTEXT),
	CASE(copy_under_lock, BAD_CONTEXT),
	CASE(lock_twice, BAD_CONTEXT),
	CASE(unlock_of_free_lock, BAD_CONTEXT),
	CASE(readl_of_memory, BAD_ARGUMENT),
	CASE(writel_of_memory, BAD_ARGUMENT),
	CASE(free_of_no_irq, BAD_FREE),
	CASE(vfree_of_nothing, BAD_FREE),
	CASE(kunmap_of_nothing, BAD_FREE),
	CASE(list_of_stack, NONE),
	CASE(pool_of_bad_alignment, BAD_ARGUMENT),
	CASE(devm_without_device, BAD_ARGUMENT),
	CASE(read_once_of_devices_buffer, CPU_READ),
	CASE(write_once_to_devices_buffer, CPU_WRITE),
	CASE(memcpy_from_devices_buffer, CPU_READ),
	CASE(memset_of_devices_buffer, CPU_WRITE),
	CASE(unwritten_bytes_to_user, UNINITIALISED),
	{ tail_call, "in_the_last_statement", ARMDMA_REPORT_BAD_ARGUMENT },
};

/* Is the one report of this case there, and of its line? Says what is wrong. */
static bool right(struct rig *r, const struct site_case *c)
{
	if (r->reports != 1 || (c->kind && r->kind != c->kind)) {
		print_error("%s: %u reports, the last one %s (%s)\n", c->function, r->reports,
			    armdma_report_name(r->kind), r->sentence);
		return false;
	}
	if (strcmp(r->here.function, c->function) || r->here.line != line) {
		print_error("%s: reported at %s:%u (%s) instead of line %u\n", c->function, r->here.function,
			    r->here.line, r->here.file, line);
		return false;
	}
	return true;
}

static void a_report_names_the_drivers_function_and_line(void **state)
{
	struct rig *r = *state;
	unsigned int wrong = 0;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		line = 0;
		cases[i].run(r);
		wrong += !right(r, &cases[i]);
		r->reports = 0;
	}
	assert_int_equal(wrong, 0);
}

static noinline void forgotten_mapping(struct rig *r)
{
	void *p = kmalloc(64, GFP_KERNEL);
	dma_addr_t addr;

	AT(addr = dma_map_single(r->dev, p, 64, DMA_TO_DEVICE));
	assert_int_equal(dma_mapping_error(r->dev, addr), 0);
}

static int probe_that_leaks(struct platform_device *pdev)
{
	(void)pdev;
	return 0;
}

static void a_leak_names_the_line_that_mapped(void **state)
{
	static struct platform_driver drv = { .probe = probe_that_leaks, .driver = { .name = "leaky" } };
	struct rig *r = *state;

	assert_int_equal(armdma_compat_bind(r->pdev, &drv), 0);
	forgotten_mapping(r);
	armdma_compat_unbind(r->pdev);
	rig_assert_report(r, ARMDMA_REPORT_LEAK);
	assert_string_equal(r->here.function, "forgotten_mapping");
	assert_int_equal(r->here.line, line);
	armdma_machine_abandon(r->m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		rig_test(a_report_names_the_drivers_function_and_line),
		rig_test(a_leak_names_the_line_that_mapped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
