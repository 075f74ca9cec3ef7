/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where code runs: what may sleep is reported in an interrupt handler, with interrupts masked and under a spinlock, once, and does its
 * work; what may not is good everywhere.
 */
#include "api_rig.h"

#include "sim/hw.h"

/* What the calls work on, made where sleeping is possible. */
struct stuff {
	struct armdma_page *page;
	uint8_t *buf;
	void *cpu, *atomic;
	armdma_dma_t handle, atomic_handle, a;
	struct armdma_dma_pool *pool;
	struct armdma_scatterlist sgl[1];
	struct armdma_sg_table sgt;
	struct armdma_vma vma;
};

struct call {
	const char *name;
	void (*run)(struct rig *r, struct stuff *s);
	/* Afterwards, where sleeping is possible again. */
	void (*undo)(struct rig *r, struct stuff *s);
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
	{ "dma_alloc_coherent", alloc_buffer, free_buffer },
	{ "dma_free_coherent", free_another, nothing },
	{ "dma_mmap_coherent", mmap_buffer, munmap_buffer },
	{ "dma_get_sgtable", get_table, free_table },
	{ "dma_alloc_noncoherent", alloc_own, free_own },
	{ "dma_pool_create", make_pool, drop_pool },
	{ "dma_pool_alloc", take_block, give_block },
	{ "armdma_alloc_pages", get_page, put_page },
	{ "armdma_kmalloc", get_object, put_object },
	{ "armdma_vmap", vmap_page, vunmap_page },
	{ "might_sleep", say_so, nothing },
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

static const struct call atomic[] = {
	{ "streaming mappings", stream, nothing },
	{ "lists", list, nothing },
	{ "resources", resource, nothing },
	{ "pool blocks", atomic_block, nothing },
	{ "GFP_ATOMIC", atomic_buffer, free_buffer },
	{ "GFP_NOWAIT", nowait_buffer, free_buffer },
	{ "GFP_ATOMIC pages", atomic_own, free_own },
	{ "GFP_ATOMIC objects", atomic_object, nothing },
};

/* ---- Contexts -------------------------------------------------------------------- */

static void prepare(struct rig *r, struct stuff *s)
{
	memset(s, 0, sizeof(*s));
	s->page = armdma_alloc_pages(r->m, ARMDMA_GFP_KERNEL, 0);
	s->buf = armdma_kmalloc(r->m, 256, ARMDMA_GFP_KERNEL);
	s->atomic = armdma_dma_alloc_coherent(r->dev, PAGE, &s->atomic_handle, ARMDMA_GFP_KERNEL);
	s->pool = armdma_dma_pool_create("context", r->dev, 64, 0, 0);
	armdma_sg_init_table(s->sgl, 1);
	armdma_sg_set_page(s->sgl, s->page, PAGE, 0);
	assert_true(s->page && s->buf && s->atomic && s->pool);
}

static void finish(struct rig *r, struct stuff *s)
{
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

static void what_may_sleep_is_reported_once_and_works(struct rig *r)
{
	struct stuff s;

	for (size_t i = 0; i < COUNT(contexts); i++)
		for (size_t j = 0; j < COUNT(sleeping); j++) {
			prepare(r, &s);
			contexts[i].run(r, &s, &sleeping[j]);
			if (r->reports != 1)
				fail_msg("%s, %s: %u reports", sleeping[j].name, contexts[i].name, r->reports);
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
