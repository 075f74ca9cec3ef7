/* SPDX-License-Identifier: BSD-2-Clause */
/* Interrupt handlers, and their threads. */
#include <stdlib.h>

#include "lib/compat/internal.h"

/* As a handler of the machine. It may come while the thread's current machine is another. */
static bool handle(void *ctx, uint32_t line)
{
	struct irq_action *a = ctx;
	struct armdma_machine *before = armdma_compat_set_machine(a->m);
	irqreturn_t ret = a->handler ? a->handler((int)a->irq, a->dev_id) : IRQ_WAKE_THREAD;

	(void)line;
	if (ret == IRQ_WAKE_THREAD && a->thread_fn) {
		a->wanted = true;
		/* The line stays masked until the thread has run. */
		if (a->flags & IRQF_ONESHOT)
			armdma_irq_free(a->m, a->irq, handle, a);
	}
	armdma_compat_run_deferred(a->m, ARMDMA_COMPAT_TASKLET, NULL);
	armdma_compat_set_machine(before);
	return ret != IRQ_NONE;
}

static struct irq_action *find(struct compat *c, unsigned int irq, const void *dev_id)
{
	struct irq_action *a;

	TAILQ_FOREACH(a, &c->actions, link)
		if (a->irq == irq && a->dev_id == dev_id)
			return a;
	return NULL;
}

static bool shareable(struct compat *c, unsigned int irq, unsigned long flags)
{
	struct irq_action *a;

	TAILQ_FOREACH(a, &c->actions, link)
		if (a->irq == irq && !(a->flags & flags & IRQF_SHARED))
			return false;
	return true;
}

int armdma_compat_request_irq(struct armdma_machine *m, unsigned int irq, irq_handler_t handler,
			      irq_handler_t thread_fn, unsigned long flags, const char *name, void *dev_id)
{
	struct compat *c = compat_of(m);
	struct irq_action *a;
	int ret;

	(void)name;
	if (!handler && !thread_fn)
		return -EINVAL;
	/* Without an identity a shared handler could not be told from the others. */
	if ((flags & IRQF_SHARED) && !dev_id)
		return -EINVAL;
	if (!c)
		return -ENOMEM;
	if (!shareable(c, irq, flags))
		return -EBUSY;
	a = calloc(1, sizeof(*a));
	if (!a)
		return -ENOMEM;
	*a = (struct irq_action){
		.m = m, .irq = irq, .handler = handler, .thread_fn = thread_fn, .flags = flags, .dev_id = dev_id,
	};
	/* A handler that only wakes its thread leaves the level high. */
	if (!handler)
		a->flags |= IRQF_ONESHOT;
	ret = armdma_irq_request(m, irq, handle, a);
	if (ret) {
		free(a);
		return ret;
	}
	TAILQ_INSERT_HEAD(&c->actions, a, link);
	return 0;
}

bool armdma_compat_free_irq(struct armdma_machine *m, unsigned int irq, void *dev_id)
{
	struct compat *c = compat_of(m);
	struct irq_action *a = c ? find(c, irq, dev_id) : NULL;

	if (!a)
		return false;
	armdma_irq_free(m, irq, handle, a);
	TAILQ_REMOVE(&c->actions, a, link);
	free(a);
	return true;
}

void armdma_compat_enable_irq(struct armdma_machine *m, unsigned int irq, bool on)
{
	struct compat *c = compat_of(m);
	struct irq_action *a;

	if (!c)
		return;
	TAILQ_FOREACH(a, &c->actions, link) {
		if (a->irq != irq)
			continue;
		if (!on && !a->disabled++)
			armdma_irq_free(m, irq, handle, a);
		else if (on && a->disabled && !--a->disabled)
			armdma_irq_request(m, irq, handle, a);
	}
}

bool irq_threads_wanted(struct compat *c)
{
	struct irq_action *a;

	TAILQ_FOREACH(a, &c->actions, link)
		if (a->wanted)
			return true;
	return false;
}

static struct irq_action *next_wanted(struct compat *c)
{
	struct irq_action *a;

	TAILQ_FOREACH(a, &c->actions, link)
		if (a->wanted)
			return a;
	return NULL;
}

bool irq_threads_run(struct compat *c)
{
	struct irq_action *a;
	bool any = false;

	while ((a = next_wanted(c))) {
		unsigned int irq = a->irq;
		void *dev_id = a->dev_id;

		any = true;
		a->wanted = false;
		a->thread_fn((int)irq, dev_id);
		/* It may have been freed by its own thread, or another. */
		a = find(c, irq, dev_id);
		if (a && (a->flags & IRQF_ONESHOT) && !a->disabled)
			armdma_irq_request(a->m, irq, handle, a);
	}
	return any;
}
