/* SPDX-License-Identifier: BSD-2-Clause */
/* Where kernel code runs: locks, interrupts, waiting, and whose machine it is. */
#include "compat_rig.h"

#include <pthread.h>

#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/highmem.h>
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/iopoll.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>

#define MS ((u64)ARMDMA_CLOCK_MHZ * 1000)

/* A handler of the engine's line: what it saw, and what it does. */
struct handler {
	void __iomem *regs;
	unsigned int calls, thread_calls;
	struct armdma_machine *current;
	bool atomic;
	struct completion done;
	wait_queue_head_t wq;
	irqreturn_t ret;
};

static irqreturn_t on_irq(int irq, void *dev_id)
{
	struct handler *h = dev_id;

	assert_int_equal(irq, RIG_IRQ);
	if (!readl(h->regs + 0x0c))
		return IRQ_NONE;
	h->calls++;
	h->current = armdma_compat_machine();
	h->atomic = in_atomic();
	writel(~0u, h->regs + 0x10);
	complete(&h->done);
	wake_up(&h->wq);
	return h->ret;
}

static irqreturn_t on_thread(int irq, void *dev_id)
{
	struct handler *h = dev_id;

	assert_int_equal(irq, RIG_IRQ);
	h->thread_calls++;
	h->atomic = in_atomic();
	msleep(1);	/* it may */
	wake_up(&h->wq);
	return IRQ_HANDLED;
}

static void handler_init(struct handler *h)
{
	*h = (struct handler){ .regs = ioremap(RIG_SGDMA, 0x1000), .ret = IRQ_HANDLED };
	init_completion(&h->done);
	init_waitqueue_head(&h->wq);
	writel(1, h->regs + 0x04);
	writel(7, h->regs + 0x14);
}

/* A descriptor that is not the engine's. */
static int setup(void **state)
{
	struct rig *r;

	if (rig_setup(state))
		return -1;
	r = *state;
	r->own = dma_alloc_coherent(r->dev, 4096, &r->own_addr, GFP_KERNEL);
	return r->own ? 0 : -1;
}

static int teardown(void **state)
{
	struct rig *r = *state;

	dma_free_coherent(r->dev, 4096, r->own, r->own_addr);
	return rig_teardown(state);
}

/* The engine looks at it and says that it is idle. */
static void make_irq(struct rig *r, struct handler *h)
{
	writel((u32)r->own_addr, h->regs + 0x18);
	writel(1, h->regs + 0x20);
}

static void an_interrupt_handler_runs_when_time_passes(void **state)
{
	struct rig *r = *state;
	struct handler h;

	handler_init(&h);
	assert_int_equal(request_irq(RIG_IRQ, on_irq, 0, "test", &h), 0);
	make_irq(r, &h);
	msleep(1);
	assert_int_equal(h.calls, 1);
	assert_true(h.atomic);
	assert_false(in_atomic());
	free_irq(RIG_IRQ, &h);
	make_irq(r, &h);
	msleep(1);
	assert_int_equal(h.calls, 1);
	assert_int_equal(r->reports, 0);
}

static void interrupts_are_shared_only_by_those_who_agree(void **state)
{
	struct handler h, g;

	(void)state;
	handler_init(&h);
	handler_init(&g);
	assert_int_equal(request_irq(RIG_IRQ, on_irq, IRQF_SHARED, "a", &h), 0);
	assert_int_equal(request_irq(RIG_IRQ, on_irq, 0, "b", &g), -EBUSY);
	assert_int_equal(request_irq(RIG_IRQ, on_irq, IRQF_SHARED, "b", &g), 0);
	assert_int_equal(request_irq(RIG_IRQ, NULL, IRQF_SHARED, "c", &g), -EINVAL);
	assert_int_equal(request_irq(99999, on_irq, 0, "d", &g), -EINVAL);
	free_irq(RIG_IRQ, &g);
	free_irq(RIG_IRQ, &h);
}

static void a_disabled_interrupt_comes_when_it_is_enabled(void **state)
{
	struct rig *r = *state;
	struct handler h;

	handler_init(&h);
	assert_int_equal(request_irq(RIG_IRQ, on_irq, 0, "test", &h), 0);
	disable_irq(RIG_IRQ);
	make_irq(r, &h);
	msleep(1);
	assert_int_equal(h.calls, 0);
	enable_irq(RIG_IRQ);
	msleep(1);
	assert_int_equal(h.calls, 1);
	h.calls = 0;

	/* It nests. */
	disable_irq(RIG_IRQ);
	disable_irq_nosync(RIG_IRQ);
	make_irq(r, &h);
	msleep(1);
	enable_irq(RIG_IRQ);
	msleep(1);
	assert_int_equal(h.calls, 0);
	enable_irq(RIG_IRQ);
	msleep(1);
	assert_int_equal(h.calls, 1);
	free_irq(RIG_IRQ, &h);
}

static void a_handlers_thread_runs_where_it_may_sleep(void **state)
{
	struct rig *r = *state;
	struct handler h;

	handler_init(&h);
	h.ret = IRQ_WAKE_THREAD;
	assert_int_equal(request_threaded_irq(RIG_IRQ, on_irq, on_thread, IRQF_ONESHOT, "test", &h), 0);
	for (unsigned int i = 1; i <= 3; i++) {
		make_irq(r, &h);
		assert_true(wait_event_timeout(h.wq, h.thread_calls == i, HZ) > 0);
		assert_int_equal(h.calls, i);
		assert_false(h.atomic);
	}
	free_irq(RIG_IRQ, &h);
	assert_int_equal(r->reports, 0);
}

static void no_interrupt_comes_under_an_irqsave_lock_but_after_it(void **state)
{
	struct rig *r = *state;
	DEFINE_SPINLOCK(lock);
	struct handler h;
	unsigned long flags, inner;

	handler_init(&h);
	assert_int_equal(request_irq(RIG_IRQ, on_irq, 0, "test", &h), 0);
	spin_lock_irqsave(&lock, flags);
	assert_true(irqs_disabled());
	make_irq(r, &h);
	udelay(100);
	local_irq_save(inner);
	local_irq_restore(inner);
	assert_int_equal(h.calls, 0);
	spin_unlock_irqrestore(&lock, flags);
	assert_int_equal(h.calls, 1);
	assert_false(irqs_disabled());

	spin_lock_irq(&lock);
	make_irq(r, &h);
	udelay(100);
	assert_int_equal(h.calls, 1);
	spin_unlock_irq(&lock);
	assert_int_equal(h.calls, 2);

	/* A plain spinlock keeps no interrupt away. */
	spin_lock(&lock);
	make_irq(r, &h);
	udelay(100);
	assert_int_equal(h.calls, 3);
	spin_unlock(&lock);
	free_irq(RIG_IRQ, &h);
	assert_int_equal(r->reports, 0);
}

static spinlock_t deadlock;

static irqreturn_t takes_the_lock(int irq, void *dev_id)
{
	struct handler *h = dev_id;

	writel(~0u, h->regs + 0x10);
	spin_lock(&deadlock);
	spin_unlock(&deadlock);
	return irq ? IRQ_HANDLED : IRQ_NONE;
}

static void a_lock_that_the_interrupted_code_holds_is_a_deadlock(void **state)
{
	struct rig *r = *state;
	struct handler h;

	handler_init(&h);
	spin_lock_init(&deadlock);
	assert_int_equal(request_irq(RIG_IRQ, takes_the_lock, 0, "test", &h), 0);
	make_irq(r, &h);
	msleep(1);
	assert_int_equal(r->reports, 0);
	spin_lock(&deadlock);
	make_irq(r, &h);
	udelay(100);
	rig_assert_report(r, ARMDMA_REPORT_BAD_CONTEXT);
	assert_string_equal(r->here.function, "takes_the_lock");
	spin_unlock(&deadlock);
	assert_int_equal(spin_is_locked(&deadlock), 0);
	free_irq(RIG_IRQ, &h);
}

static void locks_are_taken_once_at_a_time(void **state)
{
	DEFINE_SPINLOCK(lock);
	DEFINE_MUTEX(mutex);

	(void)state;
	assert_true(spin_trylock(&lock));
	assert_false(spin_trylock(&lock));
	spin_unlock(&lock);
	mutex_lock(&mutex);
	assert_false(mutex_trylock(&mutex));
	mutex_unlock(&mutex);
	assert_true(mutex_trylock(&mutex));
	mutex_unlock(&mutex);
	assert_false(in_atomic());
}

static void a_completion_ends_the_wait_with_the_ticks_left(void **state)
{
	struct rig *r = *state;
	struct handler h;
	u64 start;

	handler_init(&h);
	assert_int_equal(request_irq(RIG_IRQ, on_irq, 0, "test", &h), 0);
	make_irq(r, &h);
	start = armdma_hw_now(r->hw);
	assert_in_range(wait_for_completion_timeout(&h.done, 10), 9, 10);
	assert_true(armdma_hw_now(r->hw) - start < MS);
	/* Used up. */
	assert_false(completion_done(&h.done));
	make_irq(r, &h);
	wait_for_completion(&h.done);
	assert_int_equal(h.calls, 2);
	free_irq(RIG_IRQ, &h);
}

static void a_wait_that_nothing_ends_takes_its_time(void **state)
{
	struct rig *r = *state;
	DECLARE_COMPLETION_ONSTACK(done);
	u64 start = armdma_hw_now(r->hw);

	assert_int_equal(wait_for_completion_timeout(&done, msecs_to_jiffies(50)), 0);
	assert_in_range(armdma_hw_now(r->hw) - start, 50 * MS, 51 * MS);
	/* Without a limit it would be for ever: said on the console. */
	wait_for_completion(&done);
	assert_non_null(strstr(r->log, "for ever"));
	complete_all(&done);
	assert_int_not_equal(wait_for_completion_timeout(&done, 1), 0);
	assert_int_not_equal(wait_for_completion_timeout(&done, 1), 0);
	reinit_completion(&done);
	assert_false(try_wait_for_completion(&done));
}

static void a_condition_is_looked_at_when_woken_and_in_the_end(void **state)
{
	struct rig *r = *state;
	struct handler h;

	handler_init(&h);
	assert_int_equal(request_irq(RIG_IRQ, on_irq, 0, "test", &h), 0);
	make_irq(r, &h);
	assert_int_not_equal(wait_event_timeout(h.wq, h.calls == 1, 10), 0);
	assert_int_equal(wait_event_timeout(h.wq, h.calls == 2, 1), 0);
	assert_int_equal(wait_event_timeout(h.wq, true, 0), 1);
	assert_int_equal(wait_event_interruptible(h.wq, h.calls == 1), 0);
	free_irq(RIG_IRQ, &h);
}

static void delays_let_the_machines_clock_run(void **state)
{
	struct rig *r = *state;
	u64 start = armdma_hw_now(r->hw);
	unsigned long tick = jiffies;

	udelay(10);
	assert_int_equal(armdma_hw_now(r->hw) - start, 10 * ARMDMA_CLOCK_MHZ);
	mdelay(2);
	usleep_range(100, 200);
	assert_in_range(armdma_hw_now(r->hw) - start, 2 * MS, 3 * MS);
	msleep(100);
	assert_in_range(jiffies - tick, 10, 11);
}

static void polling_ends_with_the_value_or_the_time(void **state)
{
	void __iomem *regs = ioremap(RIG_SGDMA, 0x1000);
	u32 value;

	(void)state;
	assert_int_equal(readl_poll_timeout(regs, value, value == 0x5344a001, 10, 1000), 0);
	assert_int_equal(value, 0x5344a001);
	assert_int_equal(readl_poll_timeout(regs, value, !value, 10, 1000), -ETIMEDOUT);
	assert_int_equal(readl_poll_timeout_atomic(regs, value, !value, 1, 100), -ETIMEDOUT);
}

/* ---- two machines in two threads ---------------------------------------------------- */

static void *kernel_of_its_own(void *arg)
{
	struct rig *r = arg;
	void *state = NULL, *p;
	struct handler h;

	assert_null(armdma_compat_machine());
	setup(&state);
	r = state;
	assert_ptr_equal(armdma_compat_machine(), r->m);
	handler_init(&h);
	assert_int_equal(request_irq(RIG_IRQ, on_irq, 0, "test", &h), 0);
	for (unsigned int i = 1; i <= 50; i++) {
		p = kmalloc(100, GFP_KERNEL);
		assert_int_not_equal(armdma_hw_space_of(r->hw, p), ARMDMA_SPACE_NONE);
		make_irq(r, &h);
		wait_for_completion(&h.done);
		assert_int_equal(h.calls, i);
		assert_ptr_equal(h.current, r->m);
		kfree(p);
	}
	free_irq(RIG_IRQ, &h);
	assert_int_equal(r->reports, 0);
	teardown(&state);
	return arg;
}

static void two_threads_have_a_machine_each(void **state)
{
	pthread_t threads[2];
	void *ret;

	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, kernel_of_its_own, state), 0);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++) {
		assert_int_equal(pthread_join(threads[i], &ret), 0);
		assert_ptr_equal(ret, state);
	}
}

/* ---- two threads in one machine ------------------------------------------------------- */

#define ROUNDS 300

struct common {
	struct armdma_machine *m;
	struct device *dev;
	spinlock_t lock;
	struct mutex mutex;
	unsigned int under_lock, under_mutex;
	struct completion ping, pong;
};

static void one_round(struct common *c)
{
	struct page *page = alloc_page(GFP_HIGHUSER);
	u8 *p = vmalloc(PAGE_SIZE), *q = kmap(page), *buf = kmalloc(256, GFP_KERNEL);
	unsigned long flags;
	dma_addr_t addr;

	memset(p, 1, PAGE_SIZE);
	memset(q, 2, PAGE_SIZE);
	memset(buf, 3, 256);
	addr = dma_map_single(c->dev, buf, 256, DMA_TO_DEVICE);
	assert_int_equal(dma_mapping_error(c->dev, addr), 0);
	dma_unmap_single(c->dev, addr, 256, DMA_TO_DEVICE);
	kunmap(page);
	vfree(p);
	kfree(buf);
	__free_page(page);
	spin_lock_irqsave(&c->lock, flags);
	c->under_lock++;
	spin_unlock_irqrestore(&c->lock, flags);
	mutex_lock(&c->mutex);
	c->under_mutex++;
	mutex_unlock(&c->mutex);
}

static void *second_cpu(void *arg)
{
	struct common *c = arg;

	armdma_compat_set_machine(c->m);
	for (unsigned int i = 0; i < ROUNDS; i++)
		one_round(c);
	for (unsigned int i = 0; i < 10; i++) {
		wait_for_completion(&c->ping);
		complete(&c->pong);
	}
	return arg;
}

static void two_threads_share_a_machine_and_its_locks(void **state)
{
	struct armdma_config cfg = rig_config();
	struct rig r = { .m = NULL };
	struct common c = { .m = NULL };
	pthread_t thread;

	(void)state;
	cfg.shared = true;
	assert_int_equal(armdma_machine_create(&r.m, &cfg, NULL), 0);
	armdma_set_report_fn(r.m, rig_report, &r);
	armdma_compat_set_machine(r.m);
	c.m = r.m;
	c.dev = armdma_compat_dev(armdma_compat_device(r.m, "sgdma", NULL));
	spin_lock_init(&c.lock);
	mutex_init(&c.mutex);
	init_completion(&c.ping);
	init_completion(&c.pong);
	assert_int_equal(pthread_create(&thread, NULL, second_cpu, &c), 0);
	for (unsigned int i = 0; i < ROUNDS; i++)
		one_round(&c);
	for (unsigned int i = 0; i < 10; i++) {
		complete(&c.ping);
		/* The other one takes no simulated time: that is no reason to give up. */
		assert_int_not_equal(wait_for_completion_timeout(&c.pong, HZ), 0);
	}
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(c.under_lock, 2 * ROUNDS);
	assert_int_equal(c.under_mutex, 2 * ROUNDS);
	assert_int_equal(r.reports, 0);
	armdma_machine_destroy(r.m);
	assert_int_equal(r.reports, 0);
}

/* A machine that one drives while another is current: its handlers run on their own. */
static void a_handler_runs_on_its_own_machine_whichever_is_current(void **state)
{
	struct rig *r = *state, *other;
	void *state2 = NULL;
	struct handler h;

	handler_init(&h);
	assert_int_equal(request_irq(RIG_IRQ, on_irq, 0, "test", &h), 0);
	make_irq(r, &h);
	rig_setup(&state2);
	other = state2;
	assert_ptr_equal(armdma_compat_machine(), other->m);
	armdma_hw_advance(r->hw, MS);
	assert_int_equal(h.calls, 1);
	assert_ptr_equal(h.current, r->m);
	assert_ptr_equal(armdma_compat_machine(), other->m);
	rig_teardown(&state2);
	assert_null(armdma_compat_machine());
	armdma_compat_set_machine(r->m);
	free_irq(RIG_IRQ, &h);
}

#define context_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		context_test(an_interrupt_handler_runs_when_time_passes),
		context_test(interrupts_are_shared_only_by_those_who_agree),
		context_test(a_disabled_interrupt_comes_when_it_is_enabled),
		context_test(a_handlers_thread_runs_where_it_may_sleep),
		context_test(no_interrupt_comes_under_an_irqsave_lock_but_after_it),
		context_test(a_lock_that_the_interrupted_code_holds_is_a_deadlock),
		context_test(locks_are_taken_once_at_a_time),
		context_test(a_completion_ends_the_wait_with_the_ticks_left),
		context_test(a_wait_that_nothing_ends_takes_its_time),
		context_test(a_condition_is_looked_at_when_woken_and_in_the_end),
		context_test(delays_let_the_machines_clock_run),
		context_test(polling_ends_with_the_value_or_the_time),
		cmocka_unit_test(two_threads_have_a_machine_each),
		cmocka_unit_test(two_threads_share_a_machine_and_its_locks),
		context_test(a_handler_runs_on_its_own_machine_whichever_is_current),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
