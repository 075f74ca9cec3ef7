/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where code runs: what may sleep is reported in an interrupt handler, with interrupts masked and under a spinlock, once, and does its
 * work; what may not is good everywhere.
 */
#include <armdma/site.h>

#include "api_rig.h"

#include "sim/hw.h"

/* What the calls work on, made where sleeping is possible. */
struct stuff {
	struct armdma_page *page;
	uint8_t *buf;
	void *cpu, *atomic;
	struct armdma_page *own, *atomic_page;
	armdma_dma_t own_handle;
	armdma_dma_t handle, atomic_handle, a;
	struct armdma_dma_pool *pool;
	struct armdma_scatterlist sgl[1];
	struct armdma_sg_table sgt, *table;
	struct armdma_vma vma;
	struct armdma_iommu_mapping *space;
};

struct call {
	const char *name;
	void (*run)(struct rig *r, struct stuff *s);
	/* Afterwards, where sleeping is possible again. */
	void (*undo)(struct rig *r, struct stuff *s);
	/* Before, where sleeping is possible still; or NULL. */
	void (*before)(struct rig *r, struct stuff *s);
};

/* ---- May sleep ------------------------------------------------------------- */

static void alloc_buffer(struct rig *r, struct stuff *s)
{
	s->cpu = armdma_dma_alloc_coherent(r->dev, PAGE, &s->handle, ARMDMA_GFP_KERNEL);
	assert_non_null(s->cpu);
}

static void free_buffer(struct rig *r, struct stuff *s)
{
	armdma_dma_free_coherent(r->dev, PAGE, s->cpu, s->handle);
}

static void free_another(struct rig *r, struct stuff *s)
{
	armdma_dma_free_coherent(r->dev, PAGE, s->atomic, s->atomic_handle);
	s->atomic = NULL;
}

static void mmap_buffer(struct rig *r, struct stuff *s)
{
	s->vma = (struct armdma_vma){ .npages = 1 };
	assert_int_equal(armdma_dma_mmap_coherent(r->dev, &s->vma, s->atomic, s->atomic_handle, PAGE), 0);
}

static void munmap_buffer(struct rig *r, struct stuff *s)
{
	armdma_munmap(r->m, &s->vma);
}

static void get_table(struct rig *r, struct stuff *s)
{
	assert_int_equal(armdma_dma_get_sgtable(r->dev, &s->sgt, s->atomic, s->atomic_handle, PAGE), 0);
}

static void free_table(struct rig *r, struct stuff *s)
{
	(void)r;
	armdma_sg_free_table(&s->sgt);
}

static void alloc_own(struct rig *r, struct stuff *s)
{
	s->cpu = armdma_dma_alloc_noncoherent(r->dev, PAGE, &s->handle, ARMDMA_TO_DEVICE, ARMDMA_GFP_KERNEL);
	assert_non_null(s->cpu);
}

static void free_own(struct rig *r, struct stuff *s)
{
	armdma_dma_free_noncoherent(r->dev, PAGE, s->cpu, s->handle, ARMDMA_TO_DEVICE);
}

static void make_pool(struct rig *r, struct stuff *s)
{
	s->cpu = armdma_dma_pool_create("p", r->dev, 64, 0, 0);
	assert_non_null(s->cpu);
}

static void drop_pool(struct rig *r, struct stuff *s)
{
	(void)r;
	armdma_dma_pool_destroy(s->cpu);
}

static void take_block(struct rig *r, struct stuff *s)
{
	(void)r;
	s->cpu = armdma_dma_pool_alloc(s->pool, ARMDMA_GFP_KERNEL, &s->a);
	assert_non_null(s->cpu);
}

static void give_block(struct rig *r, struct stuff *s)
{
	(void)r;
	armdma_dma_pool_free(s->pool, s->cpu, s->a);
}

static void get_page(struct rig *r, struct stuff *s)
{
	s->cpu = armdma_alloc_pages(r->m, ARMDMA_GFP_KERNEL, 0);
	assert_non_null(s->cpu);
}

static void put_page(struct rig *r, struct stuff *s)
{
	armdma_free_pages(r->m, s->cpu, 0);
}

static void get_object(struct rig *r, struct stuff *s)
{
	s->cpu = armdma_kmalloc(r->m, 100, ARMDMA_GFP_KERNEL);
	assert_non_null(s->cpu);
}

static void put_object(struct rig *r, struct stuff *s)
{
	armdma_kfree(r->m, s->cpu);
}

static void vmap_page(struct rig *r, struct stuff *s)
{
	s->cpu = armdma_vmap(r->m, &s->page, 1, ARMDMA_MT_CACHED);
	assert_non_null(s->cpu);
}

static void vunmap_page(struct rig *r, struct stuff *s)
{
	armdma_vunmap(r->m, s->cpu, 1);
}

static void alloc_attrs(struct rig *r, struct stuff *s)
{
	s->cpu = armdma_dma_alloc_attrs(r->dev, PAGE, &s->handle, ARMDMA_GFP_KERNEL, 0);
	assert_non_null(s->cpu);
}

static void alloc_wc(struct rig *r, struct stuff *s)
{
	s->cpu = armdma_dma_alloc_wc(r->dev, PAGE, &s->handle, ARMDMA_GFP_KERNEL);
	assert_non_null(s->cpu);
}

static void free_wc(struct rig *r, struct stuff *s)
{
	armdma_dma_free_wc(r->dev, PAGE, s->cpu, s->handle);
}

static void alloc_managed(struct rig *r, struct stuff *s)
{
	s->cpu = armdma_dmam_alloc_coherent(r->dev, PAGE, &s->handle, ARMDMA_GFP_KERNEL);
	assert_non_null(s->cpu);
}

static void free_managed(struct rig *r, struct stuff *s)
{
	armdma_dmam_free_coherent(r->dev, PAGE, s->cpu, s->handle);
}

static void alloc_page(struct rig *r, struct stuff *s)
{
	s->cpu = armdma_dma_alloc_pages(r->dev, PAGE, &s->handle, ARMDMA_TO_DEVICE, ARMDMA_GFP_KERNEL);
	assert_non_null(s->cpu);
}

static void free_page(struct rig *r, struct stuff *s)
{
	armdma_dma_free_pages(r->dev, PAGE, s->cpu, s->handle, ARMDMA_TO_DEVICE);
}

static void mmap_page(struct rig *r, struct stuff *s)
{
	s->vma = (struct armdma_vma){ .npages = 1 };
	assert_int_equal(armdma_dma_mmap_pages(r->dev, &s->vma, PAGE, s->own), 0);
}

static void alloc_table(struct rig *r, struct stuff *s)
{
	s->cpu = armdma_dma_alloc_noncontiguous(r->dev, PAGE, ARMDMA_TO_DEVICE, ARMDMA_GFP_KERNEL, 0);
	assert_non_null(s->cpu);
}

static void free_its_pages(struct rig *r, struct stuff *s)
{
	armdma_dma_free_noncontiguous(r->dev, PAGE, s->cpu, ARMDMA_TO_DEVICE);
}

static void vmap_table(struct rig *r, struct stuff *s)
{
	s->cpu = armdma_dma_vmap_noncontiguous(r->dev, PAGE, s->table);
	assert_non_null(s->cpu);
}

static void vunmap_table(struct rig *r, struct stuff *s)
{
	armdma_dma_vunmap_noncontiguous(r->dev, s->cpu);
}

static void mmap_table(struct rig *r, struct stuff *s)
{
	s->vma = (struct armdma_vma){ .npages = 1 };
	assert_int_equal(armdma_dma_mmap_noncontiguous(r->dev, &s->vma, PAGE, s->table), 0);
}

static void make_managed_pool(struct rig *r, struct stuff *s)
{
	s->cpu = armdma_dmam_pool_create("p", r->dev, 64, 0, 0);
	assert_non_null(s->cpu);
}

static void drop_managed_pool(struct rig *r, struct stuff *s)
{
	(void)r;
	armdma_dmam_pool_destroy(s->cpu);
}

static void take_zeroed_block(struct rig *r, struct stuff *s)
{
	(void)r;
	s->cpu = armdma_dma_pool_zalloc(s->pool, ARMDMA_GFP_KERNEL, &s->a);
	assert_non_null(s->cpu);
}

static void declare(struct rig *r, struct stuff *s)
{
	assert_int_equal(armdma_dma_declare_coherent_memory(r->peer, armdma_page_to_phys(r->m, s->page), 0x1000, PAGE), 0);
}

static void release(struct rig *r, struct stuff *s)
{
	(void)s;
	armdma_dma_release_coherent_memory(r->peer);
}

static void make_coherent(struct rig *r, struct stuff *s)
{
	(void)s;
	assert_int_equal(armdma_dma_set_ops(r->peer, ARMDMA_OPS_DIRECT_COHERENT), 0);
}

static void make_direct(struct rig *r, struct stuff *s)
{
	(void)s;
	assert_int_equal(armdma_dma_set_ops(r->peer, ARMDMA_OPS_DIRECT), 0);
}

static void unbind(struct rig *r, struct stuff *s)
{
	(void)s;
	armdma_device_unbind(r->peer);
}

static void make_space(struct rig *r, struct stuff *s)
{
	s->space = armdma_iommu_create_mapping(r->m, 0, MIB, NULL, NULL);
	assert_non_null(s->space);
}

static void drop_space(struct rig *r, struct stuff *s)
{
	(void)r;
	armdma_iommu_release_mapping(s->space);
}

/* The peer has no SYSMMU: it is refused, and may have slept. */
static void attach(struct rig *r, struct stuff *s)
{
	assert_true(armdma_iommu_attach_device(r->peer, s->space) < 0);
}

static void bounce(struct rig *r, struct stuff *s)
{
	(void)s;
	assert_int_equal(armdma_dmabounce_register_dev(r->peer, 64, 0, NULL), 0);
}

static void bounce_no_more(struct rig *r, struct stuff *s)
{
	(void)s;
	armdma_dmabounce_unregister_dev(r->peer);
}

static void get_zeroed_object(struct rig *r, struct stuff *s)
{
	s->cpu = armdma_kzalloc(r->m, 100, ARMDMA_GFP_KERNEL);
	assert_non_null(s->cpu);
}

static void mmap_own_pages(struct rig *r, struct stuff *s)
{
	s->vma = (struct armdma_vma){ .npages = 1 };
	assert_int_equal(armdma_vm_map_pages(r->m, &s->vma, &s->page, ARMDMA_MT_CACHED), 0);
}

static void get_contiguous(struct rig *r, struct stuff *s)
{
	s->cpu = armdma_dma_alloc_from_contiguous(r->m, NULL, 1, 0, false);
	assert_non_null(s->cpu);
}

static void put_contiguous(struct rig *r, struct stuff *s)
{
	assert_true(armdma_dma_release_from_contiguous(r->m, s->cpu, 1));
}

static void say_so(struct rig *r, struct stuff *s)
{
	(void)s;
	armdma_might_sleep(r->m);
}

static void nothing(struct rig *r, struct stuff *s)
{
	(void)r;
	(void)s;
}

static const struct call sleeping[] = {
	{ "dma_alloc_coherent", alloc_buffer, free_buffer, NULL },
	{ "dma_alloc_attrs", alloc_attrs, free_buffer, NULL },
	{ "dma_alloc_wc", alloc_wc, free_wc, NULL },
	{ "dma_free_wc", free_wc, nothing, alloc_wc },
	{ "dmam_alloc_coherent", alloc_managed, free_managed, NULL },
	{ "dmam_free_coherent", free_managed, nothing, alloc_managed },
	{ "dma_alloc_pages", alloc_page, free_page, NULL },
	{ "dma_mmap_pages", mmap_page, munmap_buffer, NULL },
	{ "dma_alloc_noncontiguous", alloc_table, free_its_pages, NULL },
	{ "dma_vmap_noncontiguous", vmap_table, vunmap_table, NULL },
	{ "dma_vunmap_noncontiguous", vunmap_table, nothing, vmap_table },
	{ "dma_mmap_noncontiguous", mmap_table, munmap_buffer, NULL },
	{ "dma_pool_destroy", drop_pool, nothing, make_pool },
	{ "dmam_pool_create", make_managed_pool, drop_managed_pool, NULL },
	{ "dmam_pool_destroy", drop_managed_pool, nothing, make_managed_pool },
	{ "dma_pool_zalloc", take_zeroed_block, give_block, NULL },
	{ "dma_declare_coherent_memory", declare, release, NULL },
	{ "dma_release_coherent_memory", release, nothing, declare },
	{ "armdma_dma_set_ops", make_coherent, make_direct, NULL },
	{ "armdma_device_unbind", unbind, nothing, NULL },
	{ "arm_iommu_create_mapping", make_space, drop_space, NULL },
	{ "arm_iommu_release_mapping", drop_space, nothing, make_space },
	{ "arm_iommu_attach_device", attach, drop_space, make_space },
	{ "dmabounce_register_dev", bounce, bounce_no_more, NULL },
	{ "dmabounce_unregister_dev", bounce_no_more, nothing, bounce },
	{ "armdma_kzalloc", get_zeroed_object, put_object, NULL },
	{ "armdma_vunmap", vunmap_page, nothing, vmap_page },
	{ "armdma_vm_map_pages", mmap_own_pages, munmap_buffer, NULL },
	{ "dma_alloc_from_contiguous", get_contiguous, put_contiguous, NULL },
	{ "dma_free_coherent", free_another, nothing, NULL },
	{ "dma_mmap_coherent", mmap_buffer, munmap_buffer, NULL },
	{ "dma_get_sgtable", get_table, free_table, NULL },
	{ "dma_alloc_noncoherent", alloc_own, free_own, NULL },
	{ "dma_pool_create", make_pool, drop_pool, NULL },
	{ "dma_pool_alloc", take_block, give_block, NULL },
	{ "armdma_alloc_pages", get_page, put_page, NULL },
	{ "armdma_kmalloc", get_object, put_object, NULL },
	{ "armdma_vmap", vmap_page, vunmap_page, NULL },
	{ "might_sleep", say_so, nothing, NULL },
};

/* ---- Good everywhere ---------------------------------------------------------- */

static void stream(struct rig *r, struct stuff *s)
{
	s->a = armdma_dma_map_single(r->dev, s->buf, 256, ARMDMA_BIDIRECTIONAL);
	assert_int_equal(armdma_dma_mapping_error(r->dev, s->a), 0);
	armdma_dma_sync_single_for_cpu(r->dev, s->a, 256, ARMDMA_BIDIRECTIONAL);
	armdma_dma_sync_single_range_for_device(r->dev, s->a, 64, 64, ARMDMA_BIDIRECTIONAL);
	armdma_dma_unmap_single(r->dev, s->a, 256, ARMDMA_BIDIRECTIONAL);
	s->a = armdma_dma_map_page(r->dev, s->page, 0, 512, ARMDMA_TO_DEVICE);
	armdma_dma_unmap_page(r->dev, s->a, 512, ARMDMA_TO_DEVICE);
}

static void list(struct rig *r, struct stuff *s)
{
	assert_int_equal(armdma_dma_map_sg(r->dev, s->sgl, 1, ARMDMA_FROM_DEVICE), 1);
	armdma_dma_sync_sg_for_cpu(r->dev, s->sgl, 1, ARMDMA_FROM_DEVICE);
	armdma_dma_sync_sg_for_device(r->dev, s->sgl, 1, ARMDMA_FROM_DEVICE);
	armdma_dma_unmap_sg(r->dev, s->sgl, 1, ARMDMA_FROM_DEVICE);
}

static void resource(struct rig *r, struct stuff *s)
{
	s->a = armdma_dma_map_resource(r->dev, 0x10000000, 64, ARMDMA_TO_DEVICE, 0);
	assert_int_equal(armdma_dma_mapping_error(r->dev, s->a), 0);
	armdma_dma_unmap_resource(r->dev, s->a, 64, ARMDMA_TO_DEVICE, 0);
}

static void atomic_block(struct rig *r, struct stuff *s)
{
	void *p = armdma_dma_pool_zalloc(s->pool, ARMDMA_GFP_ATOMIC, &s->a);

	(void)r;
	assert_non_null(p);
	armdma_dma_pool_free(s->pool, p, s->a);
}

static void atomic_buffer(struct rig *r, struct stuff *s)
{
	s->cpu = armdma_dma_alloc_coherent(r->dev, PAGE, &s->handle, ARMDMA_GFP_ATOMIC);
	assert_non_null(s->cpu);
}

static void nowait_buffer(struct rig *r, struct stuff *s)
{
	s->cpu = armdma_dma_alloc_attrs(r->dev, PAGE, &s->handle, ARMDMA_GFP_NOWAIT, 0);
	assert_non_null(s->cpu);
}

static void atomic_own(struct rig *r, struct stuff *s)
{
	s->cpu = armdma_dma_alloc_noncoherent(r->dev, PAGE, &s->handle, ARMDMA_TO_DEVICE, ARMDMA_GFP_ATOMIC);
	assert_non_null(s->cpu);
}

static void atomic_object(struct rig *r, struct stuff *s)
{
	(void)s;
	armdma_kfree(r->m, armdma_kmalloc(r->m, 100, ARMDMA_GFP_ATOMIC));
}

static void plain_buffer(struct rig *r, struct stuff *s)
{
	s->cpu = armdma_dma_alloc_coherent(r->dev, PAGE, &s->handle, 0);
	assert_non_null(s->cpu);
}

static void atomic_page(struct rig *r, struct stuff *s)
{
	struct armdma_page *page = armdma_alloc_pages(r->m, ARMDMA_GFP_ATOMIC, 1);

	(void)s;
	assert_non_null(page);
	armdma_free_pages(r->m, page, 1);
}

static void alloc_both(struct rig *r, struct stuff *s)
{
	alloc_table(r, s);
	s->atomic_page = armdma_dma_alloc_pages(r->dev, PAGE, &s->a, ARMDMA_TO_DEVICE, ARMDMA_GFP_KERNEL);
	assert_non_null(s->atomic_page);
}

static void free_both(struct rig *r, struct stuff *s)
{
	free_its_pages(r, s);
	armdma_dma_free_pages(r->dev, PAGE, s->atomic_page, s->a, ARMDMA_TO_DEVICE);
}

static const struct call atomic[] = {
	{ "streaming mappings", stream, nothing, NULL },
	{ "lists", list, nothing, NULL },
	{ "resources", resource, nothing, NULL },
	{ "pool blocks", atomic_block, nothing, NULL },
	{ "no gfp flags", plain_buffer, free_buffer, NULL },
	{ "GFP_ATOMIC pages of the kernel", atomic_page, nothing, NULL },
	{ "dma_free_pages, dma_free_noncontiguous", free_both, nothing, alloc_both },
	{ "GFP_ATOMIC", atomic_buffer, free_buffer, NULL },
	{ "GFP_NOWAIT", nowait_buffer, free_buffer, NULL },
	{ "GFP_ATOMIC pages", atomic_own, free_own, NULL },
	{ "GFP_ATOMIC objects", atomic_object, nothing, NULL },
};

/* ---- Contexts -------------------------------------------------------------------- */

static void prepare(struct rig *r, struct stuff *s)
{
	memset(s, 0, sizeof(*s));
	s->page = armdma_alloc_pages(r->m, ARMDMA_GFP_KERNEL, 0);
	s->buf = armdma_kmalloc(r->m, 256, ARMDMA_GFP_KERNEL);
	s->atomic = armdma_dma_alloc_coherent(r->dev, PAGE, &s->atomic_handle, ARMDMA_GFP_KERNEL);
	s->pool = armdma_dma_pool_create("context", r->dev, 64, 0, 0);
	s->own = armdma_dma_alloc_pages(r->dev, PAGE, &s->own_handle, ARMDMA_TO_DEVICE, ARMDMA_GFP_KERNEL);
	s->table = armdma_dma_alloc_noncontiguous(r->dev, PAGE, ARMDMA_TO_DEVICE, ARMDMA_GFP_KERNEL, 0);
	assert_true(s->own && s->table);
	armdma_sg_init_table(s->sgl, 1);
	armdma_sg_set_page(s->sgl, s->page, PAGE, 0);
	assert_true(s->page && s->buf && s->atomic && s->pool);
}

static void finish(struct rig *r, struct stuff *s)
{
	armdma_dma_free_noncontiguous(r->dev, PAGE, s->table, ARMDMA_TO_DEVICE);
	armdma_dma_free_pages(r->dev, PAGE, s->own, s->own_handle, ARMDMA_TO_DEVICE);
	armdma_dma_pool_destroy(s->pool);
	if (s->atomic)
		armdma_dma_free_coherent(r->dev, PAGE, s->atomic, s->atomic_handle);
	armdma_kfree(r->m, s->buf);
	armdma_free_pages(r->m, s->page, 0);
}

struct handler {
	struct rig *r;
	struct stuff *s;
	const struct call *call;
	bool ran;
};

static bool in_handler(void *ctx, uint32_t line)
{
	struct handler *h = ctx;

	(void)line;
	if (!h->ran)
		h->call->run(h->r, h->s);
	h->ran = true;
	return true;
}

/* The engine's interrupt line goes high, as at the end of a transfer. */
static void run_in_irq(struct rig *r, struct stuff *s, const struct call *c)
{
	struct handler h = { r, s, c, false };
	uint32_t line = armdma_device_irq(r->dev);
	bool high = false;

	assert_int_equal(armdma_hw_irq_request(r->hw, line, in_handler, &h), 0);
	irq_set(r->hw, line, &high, true);
	armdma_hw_advance(r->hw, 1000);
	irq_set(r->hw, line, &high, false);
	armdma_hw_irq_free(r->hw, line, in_handler, &h);
	assert_true(h.ran);
}

static void run_masked(struct rig *r, struct stuff *s, const struct call *c)
{
	unsigned int flags = armdma_hw_irq_save(r->hw);

	c->run(r, s);
	armdma_hw_irq_restore(r->hw, flags);
}

static void run_under_a_spinlock(struct rig *r, struct stuff *s, const struct call *c)
{
	armdma_preempt_disable(r->m);
	armdma_preempt_disable(r->m);
	armdma_preempt_enable(r->m);
	assert_true(armdma_in_atomic(r->m));
	c->run(r, s);
	armdma_preempt_enable(r->m);
	assert_false(armdma_in_atomic(r->m));
}

static const struct context {
	const char *name, *words;
	void (*run)(struct rig *r, struct stuff *s, const struct call *c);
} contexts[] = {
	{ "interrupt handler", "in an interrupt handler", run_in_irq },
	{ "interrupts masked", "with interrupts masked", run_masked },
	{ "spinlock", "with preemption off", run_under_a_spinlock },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* The report names the function that was called, and the place that called it: one of this file. */
static void assert_told_here(const struct rig *r, const char *call)
{
	struct armdma_site_info info;

	assert_int_equal(armdma_site_lookup(r->site, &info), 0);
	if (!strstr(r->text, call) || !strstr(info.file, "test_api_context.c"))
		fail_msg("%s told as \"%s\" at %s:%u", call, r->text, info.file, info.line);
}

static void what_may_sleep_is_reported_once_and_works(struct rig *r)
{
	struct stuff s;

	for (size_t i = 0; i < COUNT(contexts); i++)
		for (size_t j = 0; j < COUNT(sleeping); j++) {
			prepare(r, &s);
			if (sleeping[j].before)
				sleeping[j].before(r, &s);
			contexts[i].run(r, &s, &sleeping[j]);
			if (r->reports != 1)
				fail_msg("%s, %s: %u reports", sleeping[j].name, contexts[i].name, r->reports);
			assert_told_here(r, sleeping[j].name);
			rig_expect(r, ARMDMA_REPORT_BAD_CONTEXT, contexts[i].words);
			sleeping[j].undo(r, &s);
			finish(r, &s);
		}
}

static void what_may_not_sleep_is_good_everywhere(struct rig *r)
{
	struct stuff s;

	for (size_t i = 0; i < COUNT(contexts); i++)
		for (size_t j = 0; j < COUNT(atomic); j++) {
			prepare(r, &s);
			if (atomic[j].before)
				atomic[j].before(r, &s);
			contexts[i].run(r, &s, &atomic[j]);
			if (r->reports)
				fail_msg("%s, %s: %s", atomic[j].name, contexts[i].name, r->text);
			atomic[j].undo(r, &s);
			finish(r, &s);
		}
}

/* Coherent memory is given back where sleeping is possible, however it was allocated; what the device declared, anywhere. */
static void declared_memory_is_freed_anywhere(struct rig *r)
{
	struct armdma_page *page = armdma_alloc_pages(r->m, ARMDMA_GFP_KERNEL, 1);
	armdma_dma_t handle;
	unsigned int flags;
	void *cpu;

	assert_int_equal(armdma_dma_declare_coherent_memory(r->dev, armdma_page_to_phys(r->m, page), 0x1000,
							    2 * PAGE), 0);
	flags = armdma_hw_irq_save(r->hw);
	cpu = armdma_dma_alloc_coherent(r->dev, PAGE, &handle, ARMDMA_GFP_ATOMIC);
	assert_non_null(cpu);
	armdma_dma_free_coherent(r->dev, PAGE, cpu, handle);
	armdma_hw_irq_restore(r->hw, flags);
	armdma_dma_release_coherent_memory(r->dev);
	armdma_free_pages(r->m, page, 1);
}

static void enable_without_a_disable_is_reported(struct rig *r)
{
	armdma_preempt_enable(r->m);
	rig_expect(r, ARMDMA_REPORT_BAD_CONTEXT, "without a disable");
	assert_false(armdma_in_atomic(r->m));
}

int main(void)
{
	static const struct rig_test tests[] = {
		RIG_TEST(what_may_sleep_is_reported_once_and_works),
		RIG_TEST(what_may_not_sleep_is_good_everywhere),
		RIG_TEST(declared_memory_is_freed_anywhere),
		RIG_TEST(enable_without_a_disable_is_reported),
	};

	return rig_main("api_context", TEST_OUTPUT_DIR, tests, COUNT(tests));
}
