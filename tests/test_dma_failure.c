/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Question (a) of the 2011 mail: what does an allocation that fails leave behind?
 *
 * Nothing: each step is made to fail in turn, at each of its occurrences, and the state before and after is
 * compared: SYSMMU registers, clock and enable counts, the page tables in DRAM, IOVA bitmap, free pages.
 */
#include <errno.h>
#include <stdio.h>

#include "dma_helpers.h"

#define L1_BYTES 16384

struct snapshot {
	struct armdma_sysmmu_state mmu;
	uint32_t ctrl, cfg, base;
	uint8_t l1[L1_BYTES];
	uint64_t entries;	/* hash of what the tables translate */
	struct armdma_iova_stats iova;
	struct armdma_mm_stats mm;
	struct armdma_dma_stats dma;
	uint64_t tables;	/* level-2 tables: the domain's own, they may stay or give way to a section */
};

static int hash_entry(void *ctx, armdma_dma_t iova, armdma_phys_t pa, uint64_t size,
		      unsigned int prot)
{
	uint64_t *h = ctx;

	*h = (*h ^ iova ^ pa << 7 ^ size << 13 ^ prot) * 1099511628211ULL + 1;
	return 0;
}

static void take(struct env *e, struct snapshot *s)
{
	armdma_phys_t regs = armdma_hw_config(e->hw)->sysmmus[0].reg_base;
	struct armdma_iommu_stats tables;

	memset(s, 0, sizeof(*s));
	armdma_sysmmu_get_state(e->dev, &s->mmu);
	s->ctrl = armdma_hw_readl(e->hw, regs + 0x0);
	s->cfg = armdma_hw_readl(e->hw, regs + 0x4);
	s->base = armdma_hw_readl(e->hw, regs + 0x14);
	armdma_domain_walk(armdma_mapping_domain(e->mapping), hash_entry, &s->entries);
	armdma_domain_stats(armdma_mapping_domain(e->mapping), &tables);
	s->tables = tables.l2_tables;
	armdma_mapping_iova_stats(e->mapping, &s->iova);
	s->iova.allocs = s->iova.frees = s->iova.failures = s->iova.peak = s->iova.memory = 0;
	armdma_mm_stats(e->m, &s->mm);
	/* Blocks may have been split and joined, and level-2 tables are kept: pages count. */
	memset(s->mm.free_blocks, 0, sizeof(s->mm.free_blocks));
	armdma_dma_stats(e->dev, &s->dma);
	s->dma.allocs = s->dma.frees = s->dma.maps = s->dma.unmaps = s->dma.syncs = s->dma.failures = 0;
}

static void compare(const struct snapshot *a, const struct snapshot *b, const char *what, uint64_t nth)
{
	bool same = !memcmp(&a->mmu, &b->mmu, sizeof(a->mmu)) && a->ctrl == b->ctrl &&
		    a->cfg == b->cfg && a->base == b->base && a->entries == b->entries &&
		    !memcmp(&a->iova, &b->iova, sizeof(a->iova)) &&
		    !memcmp(&a->mm, &b->mm, sizeof(a->mm)) && !memcmp(&a->dma, &b->dma, sizeof(a->dma));

	if (!same)
		fail_msg("%s, failure %llu: state differs (mmu %d mm %d dma %d entries %d iova %d ctrl %x/%x, iova used %llu/%llu, vm areas %llu/%llu, free %llu/%llu + %llu/%llu)",
			 what, (unsigned long long)nth, memcmp(&a->mmu, &b->mmu, sizeof(a->mmu)),
			 memcmp(&a->mm, &b->mm, sizeof(a->mm)),
			 memcmp(&a->dma, &b->dma, sizeof(a->dma)), a->entries != b->entries,
			 memcmp(&a->iova, &b->iova, sizeof(a->iova)), a->ctrl, b->ctrl,
			 (unsigned long long)a->iova.used, (unsigned long long)b->iova.used,
			 (unsigned long long)a->mm.vm_areas, (unsigned long long)b->mm.vm_areas,
			 (unsigned long long)a->mm.pages_free[1], (unsigned long long)b->mm.pages_free[1],
			 (unsigned long long)a->mm.pages_free[2], (unsigned long long)b->mm.pages_free[2]);
}

/* Pages that came or went with level-2 tables (four in a page) are accounted for. */
static void allow_tables(struct snapshot *before, const struct snapshot *after)
{
	uint64_t a = before->mm.pages_free[1], b = after->mm.pages_free[1];
	uint64_t pages = a > b ? a - b : b - a;
	uint64_t tables = before->tables > after->tables ? before->tables - after->tables :
							   after->tables - before->tables;

	if (pages <= tables)
		before->mm.pages_free[1] = b;
}

static const char *const steps[ARMDMA_NR_FAIL_STEPS] = {
	"page", "iova", "table", "vmap", "kmalloc",
};

/* One allocation with the nth occurrence of a step failing. Returns whether that occurrence was reached. */
static bool alloc_with_failure(struct env *e, size_t size, unsigned long attrs,
			       enum armdma_fail_step step, uint64_t nth)
{
	armdma_dma_t handle = 0;
	void *p;
	bool hit;

	armdma_fail_nth(e->m, step, nth);
	p = armdma_dma_alloc_attrs(e->dev, size, &handle, ARMDMA_GFP_KERNEL | ARMDMA__GFP_NOWARN, attrs);
	hit = armdma_fail_hits(e->m, step) >= nth;
	armdma_fail_nth(e->m, step, 0);
	if (p) {
		armdma_dma_free_attrs(e->dev, size, p, handle, attrs);
		return hit;
	}
	assert_true(hit);
	assert_int_equal(handle, ARMDMA_MAPPING_ERROR);
	return true;
}

static void every_step_fails_in_turn(struct env *e, size_t size, unsigned long attrs)
{
	struct snapshot before, after;

	for (int step = 0; step < ARMDMA_NR_FAIL_STEPS; step++)
		for (uint64_t nth = 1; nth < 2000; nth++) {
			bool hit;

			take(e, &before);
			hit = alloc_with_failure(e, size, attrs, (enum armdma_fail_step)step, nth);
			take(e, &after);
			allow_tables(&before, &after);
			compare(&before, &after, steps[step], nth);
			if (!hit)
				break;
		}
	assert_int_equal(e->reports, 0);
}

static void failed_allocation_leaves_everything_as_before(void **state)
{
	struct env *e = *state;

	every_step_fails_in_turn(e, 37 * ARMDMA_PAGE_SIZE, 0);
	every_step_fails_in_turn(e, 300 * ARMDMA_PAGE_SIZE, ARMDMA_ATTR_ALLOC_SINGLE_PAGES);
	every_step_fails_in_turn(e, 3 * MIB, ARMDMA_ATTR_NO_KERNEL_MAPPING);
}

static void failed_table_page_of_a_fresh_space_leaves_no_page_behind(void **state)
{
	struct env *e = *state;
	struct armdma_mm_stats before, after;
	armdma_dma_t handle;

	armdma_mm_stats(e->m, &before);
	armdma_fail_nth(e->m, ARMDMA_FAIL_TABLE, 1);
	assert_null(armdma_dma_alloc_coherent(e->dev, 4096, &handle, ARMDMA_GFP_KERNEL));
	armdma_mm_stats(e->m, &after);
	assert_memory_equal(before.pages_free, after.pages_free, sizeof(before.pages_free));
}

static void failed_streaming_map_leaves_everything_as_before(void **state)
{
	struct env *e = *state;
	struct armdma_page *page = armdma_alloc_pages(e->m, ARMDMA_GFP_KERNEL, 4);
	struct snapshot before, after;

	for (int step = 0; step < ARMDMA_NR_FAIL_STEPS; step++)
		for (uint64_t nth = 1;; nth++) {
			armdma_dma_t addr;
			bool hit;

			take(e, &before);
			armdma_fail_nth(e->m, (enum armdma_fail_step)step, nth);
			addr = armdma_dma_map_page(e->dev, page, 100, 60000, ARMDMA_BIDIRECTIONAL);
			hit = armdma_fail_hits(e->m, (enum armdma_fail_step)step) >= nth;
			armdma_fail_nth(e->m, (enum armdma_fail_step)step, 0);
			assert_int_equal(armdma_dma_mapping_error(e->dev, addr), hit ? -ENOMEM : 0);
			if (!hit)
				armdma_dma_unmap_page(e->dev, addr, 60000, ARMDMA_BIDIRECTIONAL);
			take(e, &after);
			allow_tables(&before, &after);
			compare(&before, &after, steps[step], nth);
			if (!hit)
				break;
		}
	armdma_free_pages(e->m, page, 4);
	assert_int_equal(e->reports, 0);
}

/* ---- when the SYSMMU is enabled ---- */

struct ctrl_writes {
	armdma_phys_t ctrl;
	unsigned int n;
	uint32_t values[16];
};

static void count_ctrl(void *ctx, const struct armdma_event *ev)
{
	struct ctrl_writes *w = ctx;

	if (ev->addr == w->ctrl && w->n < 16)
		w->values[w->n++] = (uint32_t)ev->value;
}

static void watch_ctrl(struct env *e, struct ctrl_writes *w)
{
	w->ctrl = armdma_hw_config(e->hw)->sysmmus[0].reg_base;
	armdma_event_subscribe(armdma_machine_events(e->m), ARMDMA_EV_BIT(ARMDMA_EV_REG_WRITE),
			       count_ctrl, w);
}

/*
 * Whether the unit translates is not an allocation's to change: a failed one undoes its translations, and the unit is
 * blocked for the flush of what it may have cached, never disabled (CTRL bit 0 stays 1).
 */
static void allocation_never_changes_whether_the_unit_is_enabled(void **state)
{
	struct env *e = *state;
	struct ctrl_writes w = { 0 };
	armdma_dma_t handle;
	void *p;

	watch_ctrl(e, &w);
	p = armdma_dma_alloc_coherent(e->dev, 300 * ARMDMA_PAGE_SIZE, &handle, ARMDMA_GFP_KERNEL);
	assert_non_null(p);
	assert_int_equal(w.n, 0);
	for (int step = 0; step <= ARMDMA_FAIL_KMALLOC; step++) {
		armdma_fail_nth(e->m, (enum armdma_fail_step)step, 1);
		/* Beyond the first MiB, so that a table is wanted as well. */
		assert_null(armdma_dma_alloc_attrs(e->dev, 270 * ARMDMA_PAGE_SIZE, &(armdma_dma_t){ 0 },
						   ARMDMA_GFP_KERNEL | ARMDMA__GFP_NOWARN,
						   ARMDMA_ATTR_ALLOC_SINGLE_PAGES));
		assert_true(armdma_fail_hits(e->m, (enum armdma_fail_step)step) > 0);
		for (unsigned int i = 0; i < w.n; i++)
			assert_true(w.values[i] & 1);
		w.n = 0;
		armdma_fail_nth(e->m, (enum armdma_fail_step)step, 0);
	}
	armdma_dma_free_coherent(e->dev, 300 * ARMDMA_PAGE_SIZE, p, handle);
	armdma_event_subscribe(armdma_machine_events(e->m), 0, count_ctrl, &w);
}

static void attach_enables_and_detach_disables(void **state)
{
	struct env *e = *state;
	struct armdma_sysmmu_state st;
	struct ctrl_writes w = { 0 };

	watch_ctrl(e, &w);
	env_attach(e, DMA_BASE, DMA_SIZE);
	armdma_sysmmu_get_state(e->dev, &st);
	assert_true(st.enabled);
	assert_int_equal(w.values[w.n - 1], 5);
	w.n = 0;
	armdma_iommu_detach_device(e->dev);
	armdma_sysmmu_get_state(e->dev, &st);
	assert_false(st.enabled);
	assert_int_equal(st.clk_enable_count, 0);
	assert_int_equal(w.values[w.n - 1], 0);
	armdma_iommu_release_mapping(e->mapping);
	e->mapping = NULL;
	armdma_event_subscribe(armdma_machine_events(e->m), 0, count_ctrl, &w);
}

static void runtime_pm_enables_only_while_the_device_is_used(void **state)
{
	struct env *e = *state;
	struct armdma_sysmmu_state st;
	struct ctrl_writes w = { 0 };
	armdma_dma_t handle;
	uint8_t *p, got[4];

	armdma_pm_runtime_enable(e->dev);
	watch_ctrl(e, &w);
	env_attach(e, DMA_BASE, DMA_SIZE);
	p = armdma_dma_alloc_coherent(e->dev, 4096, &handle, ARMDMA_GFP_KERNEL);
	memcpy(p, "abcd", 4);
	assert_int_equal(w.n, 0);	/* suspended: only memory changes */
	armdma_pm_runtime_get(e->dev);
	armdma_sysmmu_get_state(e->dev, &st);
	assert_true(st.enabled);
	armdma_hw_barrier(e->hw, ARMDMA_BARRIER_WMB);
	dev_read(e, handle, got, 4);
	assert_memory_equal(got, "abcd", 4);
	armdma_pm_runtime_put(e->dev);
	armdma_sysmmu_get_state(e->dev, &st);
	assert_false(st.enabled);
	w.n = 0;
	armdma_dma_free_coherent(e->dev, 4096, p, handle);
	assert_int_equal(w.n, 0);
	armdma_event_subscribe(armdma_machine_events(e->m), 0, count_ctrl, &w);
}

static void unbalanced_pm_put_is_reported(void **state)
{
	struct env *e = *state;

	armdma_pm_runtime_enable(e->dev);
	armdma_pm_runtime_put(e->dev);
	assert_int_equal(e->last.kind, ARMDMA_REPORT_BAD_ARGUMENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(failed_allocation_leaves_everything_as_before,
						env_setup_iommu, env_teardown),
		cmocka_unit_test_setup_teardown(failed_table_page_of_a_fresh_space_leaves_no_page_behind,
						env_setup_iommu, env_teardown),
		cmocka_unit_test_setup_teardown(failed_streaming_map_leaves_everything_as_before,
						env_setup_iommu, env_teardown),
		cmocka_unit_test_setup_teardown(allocation_never_changes_whether_the_unit_is_enabled,
						env_setup_iommu, env_teardown),
		cmocka_unit_test_setup_teardown(attach_enables_and_detach_disables,
						env_setup_direct, env_teardown),
		cmocka_unit_test_setup_teardown(runtime_pm_enables_only_while_the_device_is_used,
						env_setup_direct, env_teardown),
		cmocka_unit_test_setup_teardown(unbalanced_pm_put_is_reported, env_setup_direct,
						env_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
