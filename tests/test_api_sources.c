/* SPDX-License-Identifier: BSD-2-Clause */
/* Where coherent memory comes from: atomic pool, contiguous memory, declared memory; and what goes with the driver. */
#include <errno.h>
#include <stdio.h>

#include "dma_helpers.h"

#include <armdma/event.h>
#include <armdma/sgdma.h>

#define PAGE ARMDMA_PAGE_SIZE
#define POOL_PAGES 16u
#define AREA_PAGES 1024u
#define RESERVED (1 * MIB)
#define RAM_END (0x40000000ULL + 64 * MIB)

static struct armdma_config sources_config(void)
{
	struct armdma_config cfg = env_config();

	cfg.cma_size = AREA_PAGES * PAGE;
	cfg.atomic_pool_size = POOL_PAGES * PAGE;
	cfg.reserved_size = RESERVED;
	return cfg;
}

static int boot(void **state, const struct armdma_config *cfg)
{
	*state = env_new(cfg);
	return 0;
}

static int setup(void **state)
{
	struct armdma_config cfg = sources_config();

	return boot(state, &cfg);
}

static int setup_linux(void **state)
{
	struct armdma_config cfg = sources_config();

	cfg.fidelity = ARMDMA_AS_LINUX_6_1;
	return boot(state, &cfg);
}

static int setup_no_cma(void **state)
{
	struct armdma_config cfg = sources_config();

	cfg.cma_size = ARMDMA_NO_CMA;
	return boot(state, &cfg);
}

static int setup_own_area(void **state)
{
	struct armdma_config cfg = sources_config();

	cfg.devices[0].cma_size = AREA_PAGES * PAGE;
	return boot(state, &cfg);
}

static int setup_coherent(void **state)
{
	struct armdma_config cfg = sources_config();

	cfg.devices[0].coherent = true;
	return boot(state, &cfg);
}

static int setup_iommu(void **state)
{
	struct armdma_config cfg = sources_config();
	struct env *e = env_new(&cfg);

	env_attach(e, DMA_BASE, DMA_SIZE);
	*state = e;
	return 0;
}

static uint64_t pool_used(struct env *e)
{
	struct armdma_atomic_pool_stats st;

	armdma_atomic_pool_stats(e->m, &st);
	return st.used;
}

static int teardown(void **state)
{
	struct env *e = *state;
	struct armdma_error err = { "" };
	struct armdma_dma_stats st;
	struct armdma_mm_stats mm;
	unsigned int reports;

	if (armdma_dma_validate(e->m, &err) || armdma_mm_validate(e->m, &err))
		fprintf(stderr, "%s\n", err.msg);
	armdma_dma_stats(e->dev, &st);
	armdma_mm_stats(e->m, &mm);
	if (e->mapping) {
		armdma_iommu_detach_device(e->dev);
		armdma_iommu_release_mapping(e->mapping);
	}
	/* The atomic pool stays mapped once it was used. */
	if (err.msg[0] || e->reports || st.live_allocs || pool_used(e) || mm.kmalloc_objects || mm.vm_areas > 1)
		return -1;
	armdma_machine_destroy(e->m);
	reports = e->reports;
	free(e);
	return reports ? -1 : 0;
}

static void expect_report(struct env *e, enum armdma_report_kind kind, const char *words)
{
	assert_int_equal(e->reports, 1);
	assert_int_equal(e->last.kind, kind);
	assert_non_null(strstr(e->text, words));
	e->reports = 0;
}

static uint64_t cma_free(struct env *e)
{
	struct armdma_mm_stats st;

	armdma_mm_stats(e->m, &st);
	return st.cma_free;
}

struct buf {
	uint8_t *cpu;
	armdma_dma_t handle;
	size_t size;
	unsigned long attrs;
};

static struct buf get_attrs(struct env *e, size_t npages, armdma_gfp_t gfp, unsigned long attrs)
{
	struct buf b = { .size = npages * PAGE, .attrs = attrs };

	b.cpu = armdma_dma_alloc_attrs(e->dev, b.size, &b.handle, gfp, attrs);
	assert_int_equal(b.cpu == NULL, b.handle == ARMDMA_MAPPING_ERROR);
	return b;
}

static struct buf get(struct env *e, size_t npages, armdma_gfp_t gfp)
{
	return get_attrs(e, npages, gfp, 0);
}

static void put(struct env *e, struct buf b)
{
	armdma_dma_free_attrs(e->dev, b.size, b.cpu, b.handle, b.attrs);
}

static bool all_zero(const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (p[i])
			return false;
	return true;
}

/* ---- Atomic pool --------------------------------------------------------------------- */

static void pool_is_cut_first_fit_at_powers_of_two(void **state)
{
	static const struct { size_t npages, at; } rows[] = { { 1, 0 }, { 3, 4 }, { 2, 2 }, { 1, 1 }, { 5, 8 }, { 1, 7 } };
	struct env *e = *state;
	struct buf b[6];

	for (size_t i = 0; i < 6; i++) {
		b[i] = get(e, rows[i].npages, ARMDMA_GFP_ATOMIC);
		assert_int_equal(b[i].handle, b[0].handle + rows[i].at * PAGE);
	}
	assert_int_equal(pool_used(e), 13 * PAGE);
	for (size_t i = 0; i < 6; i++)
		put(e, b[i]);
}

struct lines {
	unsigned int n;
	char last[256];
};

static void count_line(void *ctx, const char *line)
{
	struct lines *l = ctx;

	l->n++;
	snprintf(l->last, sizeof(l->last), "%s", line);
}

static void pool_never_grows_and_says_so_once(void **state)
{
	struct env *e = *state;
	struct armdma_atomic_pool_stats st;
	struct lines lines = { 0 };
	struct buf all = get(e, POOL_PAGES, ARMDMA_GFP_ATOMIC);

	assert_non_null(all.cpu);
	armdma_hw_set_log(e->hw, count_line, &lines);
	assert_null(get(e, 1, ARMDMA_GFP_ATOMIC).cpu);
	armdma_hw_set_log(e->hw, env_log, e);
	assert_int_equal(e->reports, 1);
	assert_int_equal(e->last.kind, ARMDMA_REPORT_ATOMIC_POOL);
	e->reports = 0;
	assert_int_equal(lines.n, 1);
	assert_non_null(strstr(lines.last, "the atomic pool of 64 KiB has no 4 KiB left"));
	armdma_atomic_pool_stats(e->m, &st);
	assert_int_equal(st.size, POOL_PAGES * PAGE);
	assert_int_equal(st.used, POOL_PAGES * PAGE);
	put(e, all);
	all = get(e, POOL_PAGES, ARMDMA_GFP_ATOMIC);
	assert_non_null(all.cpu);
	put(e, all);
}

static uint8_t *reused(struct env *e, struct buf *b)
{
	*b = get(e, 2, ARMDMA_GFP_ATOMIC);
	memset(b->cpu, 0xa5, b->size);
	put(e, *b);
	*b = get(e, 2, ARMDMA_GFP_ATOMIC);
	return b->cpu;
}

static void reused_pool_memory_is_zeroed(void **state)
{
	struct env *e = *state;
	struct buf b;

	assert_true(all_zero(reused(e, &b), 2 * PAGE));
	put(e, b);
}

static void linux_hands_out_what_the_last_owner_left(void **state)
{
	struct env *e = *state;
	struct buf b;

	assert_int_equal(reused(e, &b)[PAGE], 0xa5);
	put(e, b);
}

static void pool_memory_reaches_device_and_user(void **state)
{
	struct env *e = *state;
	struct buf b = get(e, 2, ARMDMA_GFP_ATOMIC);
	struct armdma_vma vma = { .npages = 2 };
	struct armdma_sg_table sgt;
	uint8_t want[2 * PAGE], got[2 * PAGE];

	pattern(want, sizeof(want), 1);
	memcpy(b.cpu, want, sizeof(want));
	armdma_hw_barrier(e->hw, ARMDMA_BARRIER_WMB);
	dev_read(e, b.handle, got, sizeof(got));
	assert_memory_equal(got, want, sizeof(want));
	assert_int_equal(armdma_dma_mmap_coherent(e->dev, &vma, b.cpu, b.handle, b.size), 0);
	assert_memory_equal(vma.addr, want, sizeof(want));
	armdma_munmap(e->m, &vma);
	assert_int_equal(armdma_dma_get_sgtable(e->dev, &sgt, b.cpu, b.handle, b.size), 0);
	assert_int_equal(sgt.orig_nents, 1);
	armdma_sg_free_table(&sgt);
	put(e, b);
}

static void pool_without_contiguous_memory_comes_from_the_page_allocator(void **state)
{
	struct env *e = *state;
	struct buf b = get(e, POOL_PAGES, ARMDMA_GFP_ATOMIC);

	assert_non_null(b.cpu);
	assert_int_equal(cma_free(e), 0);
	put(e, b);
}

static void atomic_allocation_works_with_interrupts_masked(void **state)
{
	struct env *e = *state;
	struct buf b, pool = get(e, 1, ARMDMA_GFP_ATOMIC);
	unsigned int flags = armdma_hw_irq_save(e->hw);

	b = get(e, 1, ARMDMA_GFP_ATOMIC);
	armdma_hw_irq_restore(e->hw, flags);
	assert_non_null(b.cpu);
	assert_int_equal(e->reports, 0);
	put(e, pool);
	flags = armdma_hw_irq_save(e->hw);
	put(e, b);
	armdma_hw_irq_restore(e->hw, flags);
	expect_report(e, ARMDMA_REPORT_BAD_CONTEXT, "dma_free_attrs");
}

struct handler {
	struct env *e;
	armdma_phys_t regs;
	unsigned int calls;
	struct buf b;
};

static bool allocating_handler(void *ctx, uint32_t line)
{
	struct handler *h = ctx;

	(void)line;
	armdma_hw_writel(h->e->hw, h->regs + ARMDMA_SGDMA_INT_CLEAR, ARMDMA_SGDMA_INT_IDLE);
	if (!h->calls++)
		h->b = get(h->e, 1, ARMDMA_GFP_ATOMIC);
	return true;
}

/* The engine finds no descriptor that it owns and says so. */
static void interrupt_handler_can_allocate(void **state)
{
	struct env *e = *state;
	struct handler h = { .e = e, .regs = sources_config().devices[0].reg_base };
	struct buf desc = get(e, 1, ARMDMA_GFP_KERNEL);
	uint32_t irq = armdma_device_irq(e->dev);

	assert_int_equal(armdma_irq_request(e->m, irq, allocating_handler, &h), 0);
	armdma_hw_writel(e->hw, h.regs + ARMDMA_SGDMA_CTRL, ARMDMA_SGDMA_CTRL_ENABLE);
	armdma_hw_writel(e->hw, h.regs + ARMDMA_SGDMA_INT_ENABLE, ARMDMA_SGDMA_INT_IDLE);
	armdma_hw_writel(e->hw, h.regs + ARMDMA_SGDMA_HEAD, (uint32_t)desc.handle);
	armdma_hw_writel(e->hw, h.regs + ARMDMA_SGDMA_DOORBELL, 1);
	for (int i = 0; i < 10000 && !h.calls; i++)
		armdma_hw_cpu_relax(e->hw);
	armdma_irq_free(e->m, irq, allocating_handler, &h);
	assert_int_equal(h.calls, 1);
	assert_non_null(h.b.cpu);
	assert_int_equal(pool_used(e), PAGE);
	assert_int_equal(e->reports, 0);
	put(e, h.b);
	put(e, desc);
}

/* ---- Contiguous memory ------------------------------------------------------------------ */

#define FILLERS 5u

/* Buffers that leave nothing of the area behind the atomic pool's pages. */
static void fill_area(struct env *e, struct buf b[FILLERS], unsigned long attrs)
{
	static const size_t sizes[FILLERS] = { 768, 128, 64, 32, 16 };

	for (unsigned int i = 0; i < FILLERS; i++) {
		b[i] = get_attrs(e, sizes[i], ARMDMA_GFP_KERNEL, attrs);
		assert_non_null(b[i].cpu);
	}
	assert_int_equal(cma_free(e), 0);
}

static void empty_area(struct env *e, struct buf b[FILLERS])
{
	for (unsigned int i = 0; i < FILLERS; i++)
		put(e, b[i]);
	assert_int_equal(cma_free(e), AREA_PAGES - POOL_PAGES);
}

static void uncached_memory_has_no_fallback(void **state)
{
	struct env *e = *state;
	struct buf b[FILLERS];

	fill_area(e, b, 0);
	assert_null(get(e, 1, ARMDMA_GFP_KERNEL).cpu);
	empty_area(e, b);
}

static void alignment_of_large_buffers_is_capped_at_order_8(void **state)
{
	struct env *e = *state;
	struct buf b = get(e, 512, ARMDMA_GFP_KERNEL);

	assert_int_equal(b.handle % (256 * PAGE), 0);
	assert_int_not_equal(b.handle % (512 * PAGE), 0);
	put(e, b);
}

static void fragmented_area_has_pages_but_no_run(void **state)
{
	struct env *e = *state;
	struct buf b[AREA_PAGES];
	unsigned int n = 0;

	while (n < AREA_PAGES && (b[n] = get(e, 1, ARMDMA_GFP_KERNEL)).cpu)
		n++;
	assert_int_equal(n, AREA_PAGES - POOL_PAGES);
	for (unsigned int i = 0; i < n; i += 2)
		put(e, b[i]);
	assert_int_equal(cma_free(e), n / 2);
	assert_null(get(e, 2, ARMDMA_GFP_KERNEL).cpu);
	for (unsigned int i = 1; i < n; i += 2)
		put(e, b[i]);
	b[0] = get(e, 2, ARMDMA_GFP_KERNEL);
	assert_non_null(b[0].cpu);
	put(e, b[0]);
}

static void own_area_of_a_device_serves_alone(void **state)
{
	struct env *e = *state;
	uint64_t all = cma_free(e);
	struct buf b = get(e, AREA_PAGES, ARMDMA_GFP_KERNEL);

	assert_non_null(b.cpu);
	assert_null(get(e, 1, ARMDMA_GFP_KERNEL).cpu);
	assert_int_equal(cma_free(e), all - AREA_PAGES);
	put(e, b);
}

static void memory_without_uncached_mapping_falls_back(void **state)
{
	struct env *e = *state;
	bool coherent = armdma_dma_get_ops(e->dev) == ARMDMA_OPS_DIRECT_COHERENT;
	unsigned long attrs = coherent ? 0 : ARMDMA_ATTR_NO_KERNEL_MAPPING;
	struct buf b[FILLERS], more;

	fill_area(e, b, attrs);
	more = get_attrs(e, 2, ARMDMA_GFP_KERNEL, attrs);
	assert_non_null(more.cpu);
	put(e, more);
	empty_area(e, b);
}

static void forced_contiguous_behind_an_iommu_is_contiguous_memory(void **state)
{
	struct env *e = *state;
	uint64_t before = cma_free(e);
	struct buf plain = get(e, 4, ARMDMA_GFP_KERNEL), forced;

	assert_int_equal(cma_free(e), before);
	forced = get_attrs(e, 4, ARMDMA_GFP_KERNEL, ARMDMA_ATTR_FORCE_CONTIGUOUS);
	assert_non_null(forced.cpu);
	assert_int_equal(cma_free(e), before - 4);
	assert_null(get_attrs(e, before, ARMDMA_GFP_KERNEL, ARMDMA_ATTR_FORCE_CONTIGUOUS).cpu);
	put(e, forced);
	put(e, plain);
	assert_int_equal(cma_free(e), before);
}

/* ---- Declared memory ----------------------------------------------------------------------- */

#define DECLARED (RAM_END - RESERVED)

static void declare(struct env *e, size_t npages)
{
	assert_int_equal(armdma_dma_declare_coherent_memory(e->dev, DECLARED, DECLARED, npages * PAGE), 0);
}

static void declared_memory_is_cut_at_powers_of_two_and_exclusive(void **state)
{
	struct env *e = *state;
	struct buf a, b, c;

	declare(e, 8);
	a = get(e, 1, ARMDMA_GFP_KERNEL);
	b = get(e, 3, ARMDMA_GFP_KERNEL);
	c = get(e, 2, ARMDMA_GFP_ATOMIC);
	assert_int_equal(a.handle, DECLARED);
	assert_int_equal(b.handle, DECLARED + 4 * PAGE);
	assert_int_equal(c.handle, DECLARED + 2 * PAGE);
	assert_null(get(e, 2, ARMDMA_GFP_KERNEL).cpu);
	assert_int_equal(pool_used(e), 0);
	put(e, a);
	put(e, b);
	put(e, c);
	armdma_dma_release_coherent_memory(e->dev);
}

static void declared_memory_is_zeroed_on_reuse_and_reaches_the_device(void **state)
{
	struct env *e = *state;
	uint8_t want[PAGE], got[PAGE];
	struct buf b;

	declare(e, 2);
	b = get(e, 1, ARMDMA_GFP_KERNEL);
	pattern(want, PAGE, 3);
	memcpy(b.cpu, want, PAGE);
	armdma_hw_barrier(e->hw, ARMDMA_BARRIER_WMB);
	dev_read(e, b.handle, got, PAGE);
	assert_memory_equal(got, want, PAGE);
	put(e, b);
	b = get(e, 1, ARMDMA_GFP_KERNEL);
	assert_int_equal(b.handle, DECLARED);
	assert_true(all_zero(b.cpu, PAGE));
	put(e, b);
	armdma_dma_release_coherent_memory(e->dev);
}

static void handles_of_declared_memory_are_the_devices_addresses(void **state)
{
	struct env *e = *state;
	struct buf b;

	assert_int_equal(armdma_dma_declare_coherent_memory(e->dev, DECLARED, 0x1000000, 4 * PAGE), 0);
	b = get(e, 2, ARMDMA_GFP_KERNEL);
	assert_int_equal(b.handle, 0x1000000);
	put(e, b);
	armdma_dma_release_coherent_memory(e->dev);
}

static void declared_memory_may_be_freed_with_interrupts_masked(void **state)
{
	struct env *e = *state;
	unsigned int flags;
	struct buf b;

	declare(e, 2);
	b = get(e, 1, ARMDMA_GFP_KERNEL);
	flags = armdma_hw_irq_save(e->hw);
	put(e, b);
	armdma_hw_irq_restore(e->hw, flags);
	assert_int_equal(e->reports, 0);
	armdma_dma_release_coherent_memory(e->dev);
}

static void part_that_a_user_still_maps_stays_out(void **state)
{
	struct env *e = *state;
	struct armdma_vma vma = { .npages = 1 };
	struct buf b;

	declare(e, 1);
	b = get(e, 1, ARMDMA_GFP_KERNEL);
	assert_int_equal(armdma_dma_mmap_coherent(e->dev, &vma, b.cpu, b.handle, PAGE), 0);
	put(e, b);
	expect_report(e, ARMDMA_REPORT_IN_USE, "while a user has it mapped");
	assert_null(get(e, 1, ARMDMA_GFP_KERNEL).cpu);
	armdma_munmap(e->m, &vma);
	b = get(e, 1, ARMDMA_GFP_KERNEL);
	assert_non_null(b.cpu);
	put(e, b);
	armdma_dma_release_coherent_memory(e->dev);
}

static void allocated_pages_can_be_declared(void **state)
{
	struct env *e = *state;
	struct armdma_page *page = armdma_alloc_pages(e->m, ARMDMA_GFP_KERNEL, 1);
	armdma_phys_t pa = armdma_page_to_phys(e->m, page);
	struct buf b;

	assert_int_equal(armdma_dma_declare_coherent_memory(e->dev, pa, pa, 2 * PAGE), 0);
	/* It keeps a reference of its own. */
	armdma_free_pages(e->m, page, 1);
	b = get(e, 2, ARMDMA_GFP_KERNEL);
	assert_int_equal(b.handle, pa);
	put(e, b);
	armdma_dma_release_coherent_memory(e->dev);
	assert_int_equal(armdma_page_count(e->m, page), 0);
}

static void impossible_declarations_are_refused(void **state)
{
	struct env *e = *state;
	struct buf b;

	assert_int_equal(armdma_dma_declare_coherent_memory(e->dev, DECLARED, DECLARED, 0), -EINVAL);
	assert_int_equal(armdma_dma_declare_coherent_memory(e->dev, DECLARED + 8, DECLARED, PAGE), -EINVAL);
	assert_int_equal(armdma_dma_declare_coherent_memory(e->dev, DECLARED, DECLARED, PAGE + 1), -EINVAL);
	/* Half of it is no RAM. */
	assert_int_equal(armdma_dma_declare_coherent_memory(e->dev, RAM_END - PAGE, DECLARED, 2 * PAGE), -EINVAL);
	declare(e, 2);
	assert_int_equal(armdma_dma_declare_coherent_memory(e->dev, DECLARED, DECLARED, PAGE), -EBUSY);
	b = get(e, 1, ARMDMA_GFP_KERNEL);
	armdma_dma_release_coherent_memory(e->dev);
	expect_report(e, ARMDMA_REPORT_IN_USE, "while 1 pages of it are in use");
	put(e, b);
	armdma_dma_release_coherent_memory(e->dev);
}

/* ---- Managed memory -------------------------------------------------------------------------- */

#define MANAGED 4u

struct order {
	unsigned int n;
	armdma_dma_t freed[MANAGED];
};

static void on_free(void *ctx, const struct armdma_event *ev)
{
	struct order *o = ctx;

	if (o->n < MANAGED)
		o->freed[o->n] = ev->addr;
	o->n++;
}

static void managed_memory_is_released_last_first(void **state)
{
	struct env *e = *state;
	struct order o = { 0 };
	armdma_dma_t a[MANAGED];
	void *p[MANAGED];

	for (unsigned int i = 0; i < MANAGED; i++) {
		p[i] = armdma_dmam_alloc_coherent(e->dev, PAGE, &a[i], ARMDMA_GFP_KERNEL);
		assert_non_null(p[i]);
	}
	assert_int_equal(armdma_event_subscribe(armdma_machine_events(e->m), ARMDMA_EV_BIT(ARMDMA_EV_DMA_FREE),
						on_free, &o), 0);
	armdma_dmam_free_coherent(e->dev, PAGE, p[1], a[1]);
	armdma_device_unbind(e->dev);
	armdma_event_subscribe(armdma_machine_events(e->m), 0, on_free, &o);
	assert_int_equal(o.n, MANAGED);
	assert_int_equal(o.freed[0], a[1]);
	assert_int_equal(o.freed[1], a[3]);
	assert_int_equal(o.freed[2], a[2]);
	assert_int_equal(o.freed[3], a[0]);
}

static void what_is_not_managed_is_reported_as_leaked_at_unbind(void **state)
{
	struct env *e = *state;
	armdma_dma_t a;
	struct buf b = get(e, 1, ARMDMA_GFP_KERNEL);

	assert_non_null(armdma_dmam_alloc_coherent(e->dev, PAGE, &a, ARMDMA_GFP_KERNEL));
	armdma_device_unbind(e->dev);
	expect_report(e, ARMDMA_REPORT_LEAK, "4096 bytes of mdma was never freed");
	put(e, b);
}

#define SOURCE_TEST(f, s) cmocka_unit_test_setup_teardown(f, s, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SOURCE_TEST(pool_is_cut_first_fit_at_powers_of_two, setup),
		SOURCE_TEST(pool_never_grows_and_says_so_once, setup),
		SOURCE_TEST(reused_pool_memory_is_zeroed, setup),
		SOURCE_TEST(linux_hands_out_what_the_last_owner_left, setup_linux),
		SOURCE_TEST(pool_memory_reaches_device_and_user, setup),
		SOURCE_TEST(pool_without_contiguous_memory_comes_from_the_page_allocator, setup_no_cma),
		SOURCE_TEST(atomic_allocation_works_with_interrupts_masked, setup),
		SOURCE_TEST(interrupt_handler_can_allocate, setup),
		SOURCE_TEST(uncached_memory_has_no_fallback, setup),
		SOURCE_TEST(alignment_of_large_buffers_is_capped_at_order_8, setup),
		SOURCE_TEST(fragmented_area_has_pages_but_no_run, setup),
		SOURCE_TEST(own_area_of_a_device_serves_alone, setup_own_area),
		SOURCE_TEST(memory_without_uncached_mapping_falls_back, setup),
		{ "memory_of_a_coherent_device_falls_back", memory_without_uncached_mapping_falls_back, setup_coherent,
		  teardown, NULL },
		SOURCE_TEST(forced_contiguous_behind_an_iommu_is_contiguous_memory, setup_iommu),
		SOURCE_TEST(declared_memory_is_cut_at_powers_of_two_and_exclusive, setup),
		SOURCE_TEST(declared_memory_is_zeroed_on_reuse_and_reaches_the_device, setup),
		SOURCE_TEST(handles_of_declared_memory_are_the_devices_addresses, setup),
		SOURCE_TEST(declared_memory_may_be_freed_with_interrupts_masked, setup),
		SOURCE_TEST(part_that_a_user_still_maps_stays_out, setup),
		SOURCE_TEST(allocated_pages_can_be_declared, setup),
		SOURCE_TEST(impossible_declarations_are_refused, setup),
		SOURCE_TEST(managed_memory_is_released_last_first, setup),
		SOURCE_TEST(what_is_not_managed_is_reported_as_leaked_at_unbind, setup),
	};

	return cmocka_run_group_tests_name("api_sources", tests, NULL, NULL);
}
