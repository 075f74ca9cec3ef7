/* SPDX-License-Identifier: BSD-2-Clause */
/* Interrupt handlers, and their threads. */
#include <stdlib.h>

#include "lib/compat/internal.h"

static struct irq_action *find(struct compat *c, unsigned int irq, const void *dev_id)
{
	struct irq_action *a;

	COMPAT_LOCKED(c);
	TAILQ_FOREACH(a, &c->actions, link)
		if (a->irq == irq && a->dev_id == dev_id)
			return a;
	return NULL;
}

static bool handle(void *ctx, uint32_t line);

/* On its line, unless it is disabled, or of a oneshot interrupt whose thread has yet to run. */
static int update(struct irq_action *a)
{
	bool on = !a->disabled && !((a->flags & IRQF_ONESHOT) && a->busy);
	int ret = 0;

	if (on == a->requested)
		return 0;
	if (on)
		ret = armdma_irq_request(a->m, a->irq, handle, a);
	else
		armdma_irq_free(a->m, a->irq, handle, a);
	if (!ret)
		a->requested = on;
	return ret;
}

/* As a handler of the machine. It may come while the thread's current machine is another. */
static bool handle(void *ctx, uint32_t line)
{
	struct irq_action *a = ctx;
	struct armdma_machine *m = a->m, *before = armdma_compat_set_machine(m);
	irqreturn_t ret = a->handler ? a->handler((int)a->irq, a->dev_id) : IRQ_WAKE_THREAD;

	(void)line;
	if (ret == IRQ_WAKE_THREAD && a->thread_fn) {
		a->busy = true;
		__atomic_store_n(&a->wanted, true, __ATOMIC_RELEASE);
		update(a);
	}
	armdma_compat_run_deferred(m, ARMDMA_COMPAT_TASKLET, NULL);
	armdma_compat_set_machine(before);
	return ret != IRQ_NONE;
}

/* Add it where its neighbours on the line agree. */
static bool insert(struct compat *c, struct irq_action *new)
{
	struct irq_action *a;

	COMPAT_LOCKED(c);
	TAILQ_FOREACH(a, &c->actions, link)
		if (a->irq == new->irq && !(a->flags & new->flags & IRQF_SHARED))
			return false;
	TAILQ_INSERT_HEAD(&c->actions, new, link);
	return true;
}

static void unlink_action(struct compat *c, struct irq_action *a)
{
	COMPAT_LOCKED(c);
	TAILQ_REMOVE(&c->actions, a, link);
}

static int add(struct compat *c, struct irq_action *a)
{
	int ret;

	if (!insert(c, a))
		return -EBUSY;
	ret = update(a);
	if (ret)
		unlink_action(c, a);
	return ret;
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
	a = c ? calloc(1, sizeof(*a)) : NULL;
	if (!a)
		return -ENOMEM;
	*a = (struct irq_action){
		.m = m, .irq = irq, .handler = handler, .thread_fn = thread_fn, .flags = flags, .dev_id = dev_id,
	};
	/* A handler that only wakes its thread leaves the level high. */
	if (!handler)
		a->flags |= IRQF_ONESHOT;
	ret = add(c, a);
	if (ret)
		free(a);
	return ret;
}

bool armdma_compat_free_irq(struct armdma_machine *m, unsigned int irq, void *dev_id)
{
	struct compat *c = compat_of(m);
	struct irq_action *a = c ? find(c, irq, dev_id) : NULL;

	if (!a)
		return false;
	if (a->requested)
		armdma_irq_free(m, irq, handle, a);
	unlink_action(c, a);
	free(a);
	return true;
}

/* The n-th handler of an interrupt, or NULL. */
static struct irq_action *nth_action(struct compat *c, unsigned int irq, unsigned int n)
{
	struct irq_action *a;

	COMPAT_LOCKED(c);
	TAILQ_FOREACH(a, &c->actions, link)
		if (a->irq == irq && !n--)
			return a;
	return NULL;
}

void armdma_compat_enable_irq(struct armdma_machine *m, unsigned int irq, bool on)
{
	struct compat *c = compat_of(m);
	struct irq_action *a;

	for (unsigned int n = 0; c && (a = nth_action(c, irq, n)); n++) {
		if (!on)
			a->disabled++;
		else if (a->disabled)
			a->disabled--;
		update(a);
	}
}

/* ---- threads ---------------------------------------------------------------------- */

static struct irq_action *wanted(struct compat *c)
{
	struct irq_action *a;

	COMPAT_LOCKED(c);
	TAILQ_FOREACH(a, &c->actions, link)
		if (__atomic_load_n(&a->wanted, __ATOMIC_ACQUIRE))
			return a;
	return NULL;
}

bool irq_threads_wanted(struct compat *c)
{
	return wanted(c);
}

bool irq_threads_run(struct compat *c)
{
	struct irq_action *a;
	bool any = false;

	while ((a = wanted(c))) {
		unsigned int irq = a->irq;
		void *dev_id = a->dev_id;

		any = true;
		__atomic_store_n(&a->wanted, false, __ATOMIC_RELAXED);
		a->thread_fn((int)irq, dev_id);
		/* It may be gone by now. */
		a = find(c, irq, dev_id);
		if (a) {
			a->busy = a->wanted;
			update(a);
		}
	}
	return any;
}
