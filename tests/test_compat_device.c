/* SPDX-License-Identifier: BSD-2-Clause */
/* Platform devices and drivers: probe, remove, what is freed with the driver, and what is not. */
#include "compat_rig.h"

#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/pm_runtime.h>

static char order[64];

static void note(void *what)
{
	strcat(order, what);
}

static irqreturn_t on_irq(int irq, void *dev_id)
{
	(void)irq, (void)dev_id;
	return IRQ_NONE;
}

static int probe_result;
static void *leaked;
static dma_addr_t leaked_addr;

static int test_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	dma_addr_t handle;

	note("p");
	platform_set_drvdata(pdev, order);
	if (devm_add_action_or_reset(dev, note, "1") || !devm_kzalloc(dev, 100, GFP_KERNEL) ||
	    !dmam_alloc_coherent(dev, 4096, &handle, GFP_KERNEL) || !dmam_pool_create("pool", dev, 64, 32, 0) ||
	    devm_request_irq(dev, (unsigned int)platform_get_irq(pdev, 0), on_irq, 0, "test", dev) ||
	    devm_add_action_or_reset(dev, note, "2"))
		return -ENOMEM;
	return probe_result;
}

static int test_remove(struct platform_device *pdev)
{
	assert_ptr_equal(platform_get_drvdata(pdev), order);
	note("r");
	return 0;
}

static const int match_data = 7;
static const struct of_device_id table[] = {
	{ .compatible = "armdma,other" },
	{ .compatible = "armdma,sgdma", .data = &match_data },
	{ },
};

static struct platform_driver driver = {
	.probe = test_probe,
	.remove = test_remove,
	.driver = { .name = "test", .of_match_table = table },
};
module_platform_driver(driver);

static int setup(void **state)
{
	order[0] = '\0';
	probe_result = 0;
	leaked = NULL;
	return rig_setup(state);
}

/* Nothing of the machine is in use any more. */
static void assert_nothing_left(struct rig *r)
{
	struct armdma_dma_stats dma;
	struct armdma_mm_stats mm;

	armdma_dma_stats(r->dev->armdma, &dma);
	assert_int_equal(dma.live_allocs, 0);
	assert_int_equal(dma.live_maps, 0);
	armdma_mm_stats(r->m, &mm);
	assert_int_equal(mm.kmalloc_objects, 0);
	/* The line is free: nobody has it. */
	assert_int_equal(request_irq(RIG_IRQ, on_irq, 0, "test", r), 0);
	free_irq(RIG_IRQ, r);
}

static void a_driver_is_probed_and_removed_and_what_it_managed_is_freed_last_first(void **state)
{
	struct rig *r = *state;

	assert_ptr_equal(armdma_driver_driver, &driver);
	assert_int_equal(armdma_compat_bind(r->pdev, &driver), 0);
	assert_string_equal(order, "p");
	assert_int_equal(armdma_compat_bind(r->pdev, &driver), -EBUSY);
	armdma_compat_unbind(r->pdev);
	assert_string_equal(order, "pr21");
	armdma_compat_unbind(r->pdev);
	assert_string_equal(order, "pr21");
	assert_null(platform_get_drvdata(r->pdev));
	assert_nothing_left(r);
	assert_int_equal(r->reports, 0);
}

static void a_failed_probe_frees_what_was_managed(void **state)
{
	struct rig *r = *state;

	probe_result = -EPROBE_DEFER;
	assert_int_equal(armdma_compat_bind(r->pdev, &driver), -EPROBE_DEFER);
	assert_string_equal(order, "p21");
	assert_nothing_left(r);
	probe_result = 0;
	assert_int_equal(armdma_compat_bind(r->pdev, &driver), 0);
	armdma_compat_unbind(r->pdev);
	assert_int_equal(r->reports, 0);
}

/* ---- the order of what is managed ---------------------------------------------- */

static u64 live[2];

static void count_live(void *arg)
{
	struct armdma_dma_stats st;
	struct device *dev = ((void **)arg)[0];

	armdma_dma_stats(dev->armdma, &st);
	live[((void **)arg)[1] != NULL] = st.live_allocs;
}

static int ordered_probe(struct platform_device *pdev)
{
	static void *first[2], *last[2];
	dma_addr_t handle;

	first[0] = &pdev->dev;
	last[0] = &pdev->dev;
	last[1] = last;
	if (devm_add_action(&pdev->dev, count_live, first) ||
	    !dmam_alloc_coherent(&pdev->dev, 4096, &handle, GFP_KERNEL) ||
	    devm_add_action(&pdev->dev, count_live, last))
		return -ENOMEM;
	return 0;
}

static void a_managed_buffer_is_freed_in_its_turn(void **state)
{
	static struct platform_driver drv = { .probe = ordered_probe, .driver = { .name = "ordered" } };
	struct rig *r = *state;

	live[0] = 99;
	assert_int_equal(armdma_compat_bind(r->pdev, &drv), 0);
	armdma_compat_unbind(r->pdev);
	assert_int_equal(live[1], 1);
	assert_int_equal(live[0], 0);
}

static int leaky_probe(struct platform_device *pdev)
{
	leaked = kzalloc(64, GFP_KERNEL);
	leaked_addr = dma_map_single(&pdev->dev, leaked, 64, DMA_TO_DEVICE);
	return dma_mapping_error(&pdev->dev, leaked_addr) ? -ENOMEM : probe_result;
}

static struct platform_driver leaky = { .probe = leaky_probe, .driver = { .name = "leaky" } };

static void what_a_driver_forgot_is_reported_when_it_goes(void **state)
{
	struct rig *r = *state;

	assert_int_equal(armdma_compat_bind(r->pdev, &leaky), 0);
	assert_int_equal(r->reports, 0);
	armdma_compat_unbind(r->pdev);
	rig_assert_report(r, ARMDMA_REPORT_LEAK);
	assert_string_equal(r->here.function, "leaky_probe");
	armdma_machine_abandon(r->m);
}

static void what_a_failed_probe_forgot_is_reported_at_once(void **state)
{
	struct rig *r = *state;

	probe_result = -EIO;
	assert_int_equal(armdma_compat_bind(r->pdev, &leaky), -EIO);
	rig_assert_report(r, ARMDMA_REPORT_LEAK);
	armdma_machine_abandon(r->m);
}

static void resources_are_the_devices_registers_and_interrupt(void **state)
{
	struct rig *r = *state;
	struct platform_device *plain = armdma_compat_plain_device(r->m, "led");
	struct resource *res = platform_get_resource(r->pdev, IORESOURCE_MEM, 0);
	void __iomem *regs = devm_platform_ioremap_resource(r->pdev, 0);

	assert_int_equal(res->start, RIG_SGDMA);
	assert_int_equal(resource_size(res), 0x1000);
	assert_int_equal(readl(regs), 0x5344a001);
	assert_int_equal(platform_get_irq(r->pdev, 0), RIG_IRQ);
	assert_null(platform_get_resource(r->pdev, IORESOURCE_MEM, 1));
	assert_int_equal(platform_get_irq_optional(r->pdev, 1), -ENXIO);
	assert_string_equal(dev_name(r->dev), "sgdma");
	assert_ptr_equal(to_platform_device(r->dev), r->pdev);
	assert_null(platform_get_resource(plain, IORESOURCE_MEM, 0));
	assert_int_equal(PTR_ERR(devm_platform_ioremap_resource(plain, 0)), -EINVAL);
	assert_int_equal(platform_get_irq(plain, 0), -ENXIO);
	assert_null(armdma_compat_device(r->m, "nosuch", NULL));
	/* The same one each time. */
	assert_ptr_equal(armdma_compat_device(r->m, "sgdma", NULL), r->pdev);
}

static void a_table_is_matched_by_the_compatible_string(void **state)
{
	struct rig *r = *state;

	armdma_compat_device(r->m, "sgdma", "armdma,unheard-of");
	assert_int_equal(armdma_compat_bind(r->pdev, &driver), -ENODEV);
	armdma_compat_device(r->m, "sgdma", "armdma,sgdma");
	assert_int_equal(armdma_compat_bind(r->pdev, &driver), 0);
	assert_ptr_equal(of_device_get_match_data(r->dev), &match_data);
	armdma_compat_unbind(r->pdev);
}

static void what_is_freed_by_hand_is_not_freed_again(void **state)
{
	struct rig *r = *state;
	dma_addr_t handle;
	struct dma_pool *pool;
	void *p;

	p = devm_kmalloc(r->dev, 64, GFP_KERNEL);
	devm_kfree(r->dev, p);
	p = dmam_alloc_coherent(r->dev, 4096, &handle, GFP_KERNEL);
	dmam_free_coherent(r->dev, 4096, p, handle);
	p = dmam_alloc_attrs(r->dev, 4096, &handle, GFP_KERNEL, DMA_ATTR_WRITE_COMBINE);
	assert_non_null(p);
	pool = dmam_pool_create("pool", r->dev, 64, 32, 0);
	dmam_pool_destroy(pool);
	assert_int_equal(devm_request_irq(r->dev, RIG_IRQ, on_irq, 0, NULL, r), 0);
	devm_free_irq(r->dev, RIG_IRQ, r);
	assert_int_equal(armdma_compat_bind(r->pdev, &(struct platform_driver){ .probe = NULL }), 0);
	armdma_compat_unbind(r->pdev);
	assert_nothing_left(r);
	assert_int_equal(r->reports, 0);
}

/* ---- runtime PM --------------------------------------------------------------------------- */

static int on_suspend(struct device *dev)
{
	(void)dev;
	note("s");
	return 0;
}

static int on_resume(struct device *dev)
{
	(void)dev;
	note("u");
	return 0;
}

static const struct dev_pm_ops pm_ops = { SET_RUNTIME_PM_OPS(on_suspend, on_resume, NULL) };

static void runtime_pm_calls_the_driver_at_the_first_and_the_last_use(void **state)
{
	static struct platform_driver drv = { .driver = { .name = "pm", .pm = &pm_ops } };
	struct rig *r = *state;

	assert_int_equal(armdma_compat_bind(r->pdev, &drv), 0);
	pm_runtime_enable(r->dev);
	assert_false(pm_runtime_active(r->dev));
	assert_int_equal(pm_runtime_resume_and_get(r->dev), 0);
	assert_true(pm_runtime_active(r->dev));
	pm_runtime_get_sync(r->dev);
	pm_runtime_put(r->dev);
	assert_string_equal(order, "u");
	pm_runtime_put_sync(r->dev);
	assert_string_equal(order, "us");
	assert_false(pm_runtime_active(r->dev));
	armdma_compat_unbind(r->pdev);
	assert_int_equal(r->reports, 0);
}

/* A failed test leaves a driver bound: its machine takes everything along. */
static void a_machine_goes_with_a_driver_still_bound(void **state)
{
	struct rig *r = *state;

	assert_int_equal(armdma_compat_bind(r->pdev, &driver), 0);
	armdma_machine_abandon(r->m);
}

#define device_test(f) cmocka_unit_test_setup_teardown(f, setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		device_test(a_driver_is_probed_and_removed_and_what_it_managed_is_freed_last_first),
		device_test(a_failed_probe_frees_what_was_managed),
		device_test(a_managed_buffer_is_freed_in_its_turn),
		device_test(what_a_driver_forgot_is_reported_when_it_goes),
		device_test(what_a_failed_probe_forgot_is_reported_at_once),
		device_test(resources_are_the_devices_registers_and_interrupt),
		device_test(a_table_is_matched_by_the_compatible_string),
		device_test(what_is_freed_by_hand_is_not_freed_again),
		device_test(runtime_pm_calls_the_driver_at_the_first_and_the_last_use),
		device_test(a_machine_goes_with_a_driver_still_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
