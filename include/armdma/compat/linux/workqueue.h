/* SPDX-License-Identifier: BSD-2-Clause */
/* Work for later, where it may sleep (armdma/compat/deferred.h). All queues are one. */
#ifndef ARMDMA_COMPAT_LINUX_WORKQUEUE_H
#define ARMDMA_COMPAT_LINUX_WORKQUEUE_H

#include <armdma/compat/deferred.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>

struct work_struct;
typedef void (*work_func_t)(struct work_struct *work);
struct work_struct {
	work_func_t func;
};
struct delayed_work {
	struct work_struct work;
};
struct workqueue_struct;
#define system_wq ((struct workqueue_struct *)16)
#define WQ_UNBOUND 0x2
#define WQ_MEM_RECLAIM 0x8
#define WQ_HIGHPRI 0x10
/* There is nothing in them. */
#define alloc_workqueue(...) system_wq
#define alloc_ordered_workqueue(...) system_wq
#define create_singlethread_workqueue(name) system_wq
#define create_workqueue(name) system_wq

#define INIT_WORK(w, fn) ((void)((w)->func = (fn)))
#define INIT_DELAYED_WORK(d, fn) INIT_WORK(&(d)->work, fn)
#define to_delayed_work(w) container_of(w, struct delayed_work, work)

static inline __attribute__((unused)) void armdma_compat_work_runs(void *what)
{
	struct work_struct *work = what;

	work->func(work);
}
ARMDMA_INLINE bool armdma_compat_queue_work(struct work_struct *work, unsigned long ticks)
{
	struct armdma_machine *m = armdma_compat_need("queue_work");

	return m && armdma_compat_defer(m, ARMDMA_COMPAT_WORK, armdma_compat_work_runs, work,
					armdma_hw_now(armdma_machine_hw(m)) + ticks * ARMDMA_COMPAT_TICK);
}
/* False: it was queued already. */
ARMDMA_INLINE bool queue_work(struct workqueue_struct *wq, struct work_struct *work)
{
	(void)wq;
	return armdma_compat_queue_work(work, 0);
}
ARMDMA_INLINE bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *work, unsigned long ticks)
{
	(void)wq;
	return armdma_compat_queue_work(&work->work, ticks);
}
#define schedule_work(w) queue_work(system_wq, w)
#define schedule_delayed_work(d, ticks) queue_delayed_work(system_wq, d, ticks)

/* True: it was queued. */
ARMDMA_INLINE bool cancel_work_sync(struct work_struct *work)
{
	struct armdma_machine *m = armdma_compat_need("cancel_work_sync");

	if (!m)
		return false;
	armdma_compat_sleeps(m, "cancel_work_sync");
	return armdma_compat_undefer(m, ARMDMA_COMPAT_WORK, work);
}
ARMDMA_INLINE bool cancel_delayed_work_sync(struct delayed_work *work)
{
	return cancel_work_sync(&work->work);
}
ARMDMA_INLINE bool cancel_delayed_work(struct delayed_work *work)
{
	struct armdma_machine *m = armdma_compat_need("cancel_delayed_work");

	return m && armdma_compat_undefer(m, ARMDMA_COMPAT_WORK, &work->work);
}
ARMDMA_INLINE bool flush_work(struct work_struct *work)
{
	struct armdma_machine *m = armdma_compat_need("flush_work");

	if (!m)
		return false;
	armdma_compat_sleeps(m, "flush_work");
	return armdma_compat_run_deferred(m, ARMDMA_COMPAT_WORK, work);
}
ARMDMA_INLINE bool flush_delayed_work(struct delayed_work *work)
{
	return flush_work(&work->work);
}
ARMDMA_INLINE bool work_pending(const struct work_struct *work)
{
	struct armdma_machine *m = armdma_compat_need("work_pending");

	return m && armdma_compat_deferred(m, ARMDMA_COMPAT_WORK, work);
}
ARMDMA_INLINE void flush_workqueue(struct workqueue_struct *wq)
{
	struct armdma_machine *m = armdma_compat_need("flush_workqueue");

	(void)wq;
	if (!m)
		return;
	armdma_compat_sleeps(m, "flush_workqueue");
	armdma_compat_run_deferred(m, ARMDMA_COMPAT_WORK, NULL);
}
#define flush_scheduled_work() flush_workqueue(system_wq)
#define destroy_workqueue(wq) flush_workqueue(wq)

#endif
