/* SPDX-License-Identifier: BSD-2-Clause */
/* What drivers leave for later: tasklets, timers, work; and their clocks. */
#include "compat_rig.h"

#include <linux/bitfield.h>
#include <linux/clk.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/kref.h>
#include <linux/ktime.h>
#include <linux/log2.h>
#include <linux/overflow.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/timer.h>
#include <linux/workqueue.h>

#define MS ((u64)ARMDMA_CLOCK_MHZ * 1000)

struct later {
	struct tasklet_struct tasklet;
	struct timer_list timer;
	struct work_struct work;
	struct delayed_work delayed;
	unsigned int tasklets, timers, works, again;
	bool atomic;
	u64 at;
};

static void on_tasklet(struct tasklet_struct *t)
{
	struct later *l = from_tasklet(l, t, tasklet);

	l->tasklets++;
	l->atomic = in_atomic();
}

static void on_old_tasklet(unsigned long data)
{
	(*(unsigned int *)data)++;
}

static void on_timer(struct timer_list *t)
{
	struct later *l = from_timer(l, t, timer);

	l->timers++;
	l->atomic = in_atomic();
	l->at = armdma_hw_now(armdma_machine_hw(armdma_compat_machine()));
	if (l->again--)
		mod_timer(t, jiffies + 2);
}

static void on_work(struct work_struct *work)
{
	struct later *l = container_of(work, struct later, work);

	l->works++;
	l->atomic = in_atomic();
	msleep(1);	/* it may */
	if (l->again && l->again--)
		schedule_work(work);
}

static void on_delayed(struct work_struct *work)
{
	struct later *l = container_of(to_delayed_work(work), struct later, delayed);

	l->works++;
	l->at = armdma_hw_now(armdma_machine_hw(armdma_compat_machine()));
}

static irqreturn_t on_irq(int irq, void *dev_id)
{
	struct later *l = dev_id;
	struct armdma_hw *hw = armdma_machine_hw(armdma_compat_machine());

	armdma_hw_writel(hw, RIG_SGDMA + 0x10, ~0u);
	tasklet_schedule(&l->tasklet);
	tasklet_schedule(&l->tasklet);	/* once is enough */
	schedule_work(&l->work);
	return irq == RIG_IRQ ? IRQ_HANDLED : IRQ_NONE;
}

static struct later *later_new(void)
{
	struct later *l = kzalloc(sizeof(*l), GFP_KERNEL);

	tasklet_setup(&l->tasklet, on_tasklet);
	timer_setup(&l->timer, on_timer, 0);
	INIT_WORK(&l->work, on_work);
	INIT_DELAYED_WORK(&l->delayed, on_delayed);
	return l;
}

static void a_tasklet_runs_with_the_interrupt_and_work_when_one_sleeps(void **state)
{
	struct rig *r = *state;
	struct later *l = later_new();
	dma_addr_t addr;
	void *desc = dma_alloc_coherent(r->dev, 4096, &addr, GFP_KERNEL);

	assert_int_equal(request_irq(RIG_IRQ, on_irq, 0, "test", l), 0);
	armdma_hw_writel(r->hw, RIG_SGDMA + 0x04, 1);
	armdma_hw_writel(r->hw, RIG_SGDMA + 0x14, 7);
	armdma_hw_writel(r->hw, RIG_SGDMA + 0x18, (u32)addr);
	armdma_hw_writel(r->hw, RIG_SGDMA + 0x20, 1);
	udelay(50);
	assert_int_equal(l->tasklets, 1);
	assert_true(l->atomic);
	assert_int_equal(l->works, 0);
	assert_true(work_pending(&l->work));
	msleep(1);
	assert_int_equal(l->works, 1);
	assert_false(l->atomic);
	assert_int_equal(l->tasklets, 1);
	free_irq(RIG_IRQ, l);
	dma_free_coherent(r->dev, 4096, desc, addr);
	kfree(l);
	assert_int_equal(r->reports, 0);
}

static void a_tasklet_that_is_killed_has_run_before(void **state)
{
	struct tasklet_struct old;
	struct later *l = later_new();
	unsigned int n = 0;

	(void)state;
	tasklet_schedule(&l->tasklet);
	tasklet_kill(&l->tasklet);
	assert_int_equal(l->tasklets, 1);
	msleep(1);
	assert_int_equal(l->tasklets, 1);
	tasklet_init(&old, on_old_tasklet, (unsigned long)&n);
	tasklet_schedule(&old);
	msleep(1);
	assert_int_equal(n, 1);
	kfree(l);
}

static void a_timer_fires_when_it_is_time_and_not_if_deleted(void **state)
{
	struct later *l = later_new();
	struct rig *r = *state;

	assert_int_equal(mod_timer(&l->timer, jiffies + 3), 0);
	assert_true(timer_pending(&l->timer));
	msleep(20);
	assert_int_equal(l->timers, 0);
	msleep(20);
	assert_int_equal(l->timers, 1);
	assert_true(l->atomic);
	assert_in_range(l->at, 30 * MS, 30 * MS + 1000);
	assert_false(timer_pending(&l->timer));

	mod_timer(&l->timer, jiffies + 3);
	assert_int_equal(mod_timer(&l->timer, jiffies + 100), 1);
	msleep(100);
	assert_int_equal(del_timer_sync(&l->timer), 1);
	assert_int_equal(del_timer_sync(&l->timer), 0);
	msleep(2000);
	assert_int_equal(l->timers, 1);

	l->again = 4;
	l->timer.expires = jiffies + 1;
	add_timer(&l->timer);
	msleep(1000);
	assert_int_equal(l->timers, 6);
	kfree(l);
	assert_int_equal(r->reports, 0);
}

static void work_is_queued_once_and_cancelled_or_flushed(void **state)
{
	struct rig *r = *state;
	struct later *l = later_new();
	struct workqueue_struct *wq = alloc_workqueue("test", WQ_UNBOUND, 1);

	assert_true(queue_work(wq, &l->work));
	assert_false(queue_work(wq, &l->work));
	assert_true(cancel_work_sync(&l->work));
	assert_false(cancel_work_sync(&l->work));
	msleep(10);
	assert_int_equal(l->works, 0);

	schedule_work(&l->work);
	assert_true(flush_work(&l->work));
	assert_false(flush_work(&l->work));
	assert_int_equal(l->works, 1);

	assert_true(schedule_delayed_work(&l->delayed, msecs_to_jiffies(50)));
	msleep(30);
	assert_int_equal(l->works, 1);
	msleep(30);
	assert_int_equal(l->works, 2);
	assert_true(schedule_delayed_work(&l->delayed, msecs_to_jiffies(50)));
	assert_true(cancel_delayed_work_sync(&l->delayed));
	assert_true(schedule_delayed_work(&l->delayed, 1000));
	assert_true(flush_delayed_work(&l->delayed));
	assert_int_equal(l->works, 3);
	destroy_workqueue(wq);
	kfree(l);
	assert_int_equal(r->reports, 0);
}

static void work_that_queues_itself_lets_others_go_on(void **state)
{
	struct later *l = later_new();
	struct rig *r = *state;
	u64 start = armdma_hw_now(r->hw);

	l->again = 1000000;
	schedule_work(&l->work);
	msleep(100);
	assert_in_range(armdma_hw_now(r->hw) - start, 100 * MS, 110 * MS);
	assert_true(l->works > 10);
	cancel_work_sync(&l->work);
	kfree(l);
}

/* ---- clocks -------------------------------------------------------------------------- */

static struct clk *clk;

static int clocked_probe(struct platform_device *pdev)
{
	clk = devm_clk_get(&pdev->dev, "bus");
	return PTR_ERR_OR_ZERO(clk);
}

static void a_device_answers_only_while_its_clock_is_on(void **state)
{
	static struct platform_driver drv = { .probe = clocked_probe, .driver = { .name = "clocked" } };
	struct rig *r = *state;
	struct device *plain = armdma_compat_dev(armdma_compat_plain_device(r->m, "led"));
	void __iomem *regs = ioremap(RIG_SGDMA, 0x1000);

	assert_int_equal(armdma_compat_bind(r->pdev, &drv), 0);
	assert_int_equal(readl(regs), 0);
	assert_int_equal(clk_prepare_enable(clk), 0);
	assert_int_equal(clk_enable(clk), 0);
	assert_int_equal(readl(regs), 0x5344a001);
	clk_disable(clk);
	assert_int_equal(readl(regs), 0x5344a001);
	clk_disable_unprepare(clk);
	assert_int_equal(readl(regs), 0);
	r->logs = 0;
	clk_disable(clk);	/* said, not counted */
	assert_int_equal(r->logs, 1);
	armdma_compat_unbind(r->pdev);
	assert_int_equal(readl(regs), 0x5344a001);
	assert_int_equal(PTR_ERR(devm_clk_get(plain, NULL)), -ENOENT);
	assert_null(devm_clk_get_optional(plain, NULL));
	assert_int_equal(clk_prepare_enable(NULL), 0);
	clk_disable_unprepare(NULL);
	assert_int_equal(r->reports, 0);
}

/* ---- plain C ------------------------------------------------------------------------------ */

static void fields_powers_and_sizes_are_computed_as_in_the_kernel(void **state)
{
	struct { int n; u32 data[]; } *flex;

	(void)state;
	assert_int_equal(FIELD_PREP(GENMASK(11, 8), 5), 0x500);
	assert_int_equal(FIELD_GET(GENMASK(11, 8), 0x1abc), 0xa);
	assert_false(FIELD_FIT(GENMASK(11, 8), 16));
	assert_true(is_power_of_2(64));
	assert_false(is_power_of_2(0));
	assert_int_equal(ilog2(4097), 12);
	assert_int_equal(roundup_pow_of_two(65), 128);
	assert_int_equal(rounddown_pow_of_two(65), 64);
	assert_int_equal(order_base_2(65), 7);
	assert_int_equal(struct_size(flex, data, 3), 16);
	assert_int_equal(array_size(SIZE_MAX / 2, 3), SIZE_MAX);
	assert_int_equal(struct_size(flex, data, SIZE_MAX / 2), SIZE_MAX);
}

static struct kref *released;

static void release(struct kref *k)
{
	released = k;
}

static void the_last_reference_releases(void **state)
{
	struct kref k;

	(void)state;
	kref_init(&k);
	kref_get(&k);
	assert_int_equal(kref_put(&k, release), 0);
	assert_null(released);
	assert_int_equal(kref_put(&k, release), 1);
	assert_ptr_equal(released, &k);
}

static void ktime_is_the_machines_clock(void **state)
{
	ktime_t start = ktime_get();

	(void)state;
	udelay(250);
	assert_int_equal(ktime_us_delta(ktime_get(), start), 250);
	assert_true(ktime_after(ktime_get(), start));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		rig_test(a_tasklet_runs_with_the_interrupt_and_work_when_one_sleeps),
		rig_test(a_tasklet_that_is_killed_has_run_before),
		rig_test(a_timer_fires_when_it_is_time_and_not_if_deleted),
		rig_test(work_is_queued_once_and_cancelled_or_flushed),
		rig_test(work_that_queues_itself_lets_others_go_on),
		rig_test(a_device_answers_only_while_its_clock_is_on),
		cmocka_unit_test(fields_powers_and_sizes_are_computed_as_in_the_kernel),
		cmocka_unit_test(the_last_reference_releases),
		rig_test(ktime_is_the_machines_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
