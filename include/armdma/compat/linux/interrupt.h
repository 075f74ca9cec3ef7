/* SPDX-License-Identifier: BSD-2-Clause */
/* Interrupts of the current machine. Handlers run when its clock goes on, with interrupts masked. */
#ifndef ARMDMA_COMPAT_LINUX_INTERRUPT_H
#define ARMDMA_COMPAT_LINUX_INTERRUPT_H

#include <armdma/compat/deferred.h>
#include <linux/device.h>
#include <linux/preempt.h>

enum irqreturn { IRQ_NONE = 0, IRQ_HANDLED = 1, IRQ_WAKE_THREAD = 2 };
typedef enum irqreturn irqreturn_t;
#define IRQ_RETVAL(x) ((x) ? IRQ_HANDLED : IRQ_NONE)

typedef irqreturn_t (*irq_handler_t)(int irq, void *dev_id);

#define IRQF_TRIGGER_NONE 0x00000000ul
#define IRQF_TRIGGER_RISING 0x00000001ul
#define IRQF_TRIGGER_HIGH 0x00000004ul
#define IRQF_SHARED 0x00000080ul
#define IRQF_ONESHOT 0x00002000ul
#define IRQF_NO_SUSPEND 0x00004000ul

/*
 * thread_fn (may be NULL) runs after a handler said IRQ_WAKE_THREAD (handler NULL: always), when the code under test next sleeps.
 * 0; -EINVAL no such interrupt, or neither function; -EBUSY taken, and not by IRQF_SHARED on both sides; -ENOMEM.
 */
ARMDMA_API int armdma_compat_request_irq(struct armdma_machine *m, unsigned int irq, irq_handler_t handler,
					 irq_handler_t thread_fn, unsigned long flags, const char *name, void *dev_id);
/* False: there is no such handler. Waits for none: the handler never runs beside this thread. */
ARMDMA_API bool armdma_compat_free_irq(struct armdma_machine *m, unsigned int irq, void *dev_id);
ARMDMA_API void armdma_compat_enable_irq(struct armdma_machine *m, unsigned int irq, bool on);
ARMDMA_API int armdma_compat_devm_irq(struct device *dev, unsigned int irq, void *dev_id);
ARMDMA_API bool armdma_compat_devm_irq_take(struct device *dev, unsigned int irq, void *dev_id);

ARMDMA_INLINE int request_threaded_irq(unsigned int irq, irq_handler_t handler, irq_handler_t thread_fn,
				       unsigned long flags, const char *name, void *dev_id)
{
	struct armdma_machine *m = armdma_compat_need("request_irq");

	if (!m)
		return -ENODEV;
	armdma_compat_sleeps(m, "request_irq");
	return armdma_compat_request_irq(m, irq, handler, thread_fn, flags, name, dev_id);
}
ARMDMA_INLINE int request_irq(unsigned int irq, irq_handler_t handler, unsigned long flags, const char *name,
			      void *dev_id)
{
	return request_threaded_irq(irq, handler, NULL, flags, name, dev_id);
}
ARMDMA_INLINE const void *free_irq(unsigned int irq, void *dev_id)
{
	struct armdma_machine *m = armdma_compat_need("free_irq");

	if (m && !armdma_compat_free_irq(m, irq, dev_id))
		armdma_report_misuse(m, ARMDMA_REPORT_BAD_FREE, NULL, NULL,
				     "free_irq(%u, %p): there is no such handler", irq, dev_id);
	return NULL;
}
ARMDMA_INLINE int devm_request_threaded_irq(struct device *dev, unsigned int irq, irq_handler_t handler,
					    irq_handler_t thread_fn, unsigned long flags, const char *name, void *dev_id)
{
	int ret = request_threaded_irq(irq, handler, thread_fn, flags, name ? name : dev_name(dev), dev_id);

	if (!ret)
		ret = armdma_compat_devm_irq(dev, irq, dev_id);
	return ret;
}
ARMDMA_INLINE int devm_request_irq(struct device *dev, unsigned int irq, irq_handler_t handler, unsigned long flags,
				   const char *name, void *dev_id)
{
	return devm_request_threaded_irq(dev, irq, handler, NULL, flags, name, dev_id);
}
ARMDMA_INLINE void devm_free_irq(struct device *dev, unsigned int irq, void *dev_id)
{
	if (armdma_compat_devm_irq_take(dev, irq, dev_id))
		free_irq(irq, dev_id);
}
/* Level-triggered: what comes meanwhile is handled when it is enabled again. */
ARMDMA_INLINE void disable_irq(unsigned int irq)
{
	struct armdma_machine *m = armdma_compat_need("disable_irq");

	if (m)
		armdma_compat_enable_irq(m, irq, false);
}
ARMDMA_INLINE void enable_irq(unsigned int irq)
{
	struct armdma_machine *m = armdma_compat_need("enable_irq");

	if (m)
		armdma_compat_enable_irq(m, irq, true);
}
#define disable_irq_nosync(irq) disable_irq(irq)
ARMDMA_INLINE void synchronize_irq(unsigned int irq)
{
	(void)irq;
	armdma_compat_might_sleep("synchronize_irq");
}

/* ---- tasklets (armdma/compat/deferred.h) --------------------------------------- */

struct tasklet_struct {
	void (*callback)(struct tasklet_struct *t);
	void (*func)(unsigned long data);	/* tasklet_init() */
	unsigned long data;
};
#define from_tasklet(var, t, member) container_of(t, __typeof__(*(var)), member)

ARMDMA_INLINE void tasklet_setup(struct tasklet_struct *t, void (*callback)(struct tasklet_struct *t))
{
	*t = (struct tasklet_struct){ .callback = callback };
}
ARMDMA_INLINE void tasklet_init(struct tasklet_struct *t, void (*func)(unsigned long data), unsigned long data)
{
	*t = (struct tasklet_struct){ .func = func, .data = data };
}
static inline __attribute__((unused)) void armdma_compat_tasklet_runs(void *what)
{
	struct tasklet_struct *t = what;

	if (t->callback)
		t->callback(t);
	else
		t->func(t->data);
}
ARMDMA_INLINE void tasklet_schedule(struct tasklet_struct *t)
{
	struct armdma_machine *m = armdma_compat_need("tasklet_schedule");

	if (m)
		armdma_compat_defer(m, ARMDMA_COMPAT_TASKLET, armdma_compat_tasklet_runs, t, 0);
}
/* It has run, and does not run again. May sleep. */
ARMDMA_INLINE void tasklet_kill(struct tasklet_struct *t)
{
	struct armdma_machine *m = armdma_compat_need("tasklet_kill");

	if (!m)
		return;
	armdma_compat_sleeps(m, "tasklet_kill");
	armdma_compat_run_deferred(m, ARMDMA_COMPAT_TASKLET, t);
}

#endif
