/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * When the SYSMMU is enabled: question (a) of the 2011 mail. Attaching and runtime PM decide it, an allocation never
 * does, whether it fails or not. What else a failing call leaves behind is in test_api_failure.c.
 */
#include <errno.h>
#include <stdio.h>

#include "dma_helpers.h"

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
