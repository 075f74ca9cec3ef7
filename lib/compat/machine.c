/* SPDX-License-Identifier: BSD-2-Clause */
/* The machine of a thread, and what is kept of a machine. */
#include <stdio.h>
#include <stdlib.h>

#include "lib/compat/internal.h"

/* The one thread-local of the project: kernel code never says which machine it runs on. */
static _Thread_local struct armdma_machine *current;

struct armdma_machine *armdma_compat_machine(void)
{
	return current;
}

struct armdma_machine *armdma_compat_set_machine(struct armdma_machine *m)
{
	struct armdma_machine *before = current;

	/* What is kept of it also tells when it goes. */
	if (m)
		compat_of(m);
	current = m;
	return before;
}

void armdma_compat_no_machine(const char *call)
{
	fprintf(stderr, "armdma: %s(): this thread has no machine; armdma_compat_set_machine() gives it one\n", call);
}

void armdma_compat_sleeps(struct armdma_machine *m, const char *call)
{
	if (armdma_in_atomic(m))
		armdma_report_misuse(m, ARMDMA_REPORT_BAD_CONTEXT, NULL, __builtin_return_address(0),
				     "%s(), which may sleep, is called %s", call,
				     armdma_hw_in_irq(armdma_machine_hw(m))	  ? "in an interrupt handler" :
				     armdma_hw_irqs_disabled(armdma_machine_hw(m)) ? "with interrupts masked" :
										     "under a spinlock, or with preemption off");
}

struct armdma_machine *armdma_compat_memory(const volatile void *cpu)
{
	if (!current || armdma_hw_space_of(armdma_machine_hw(current), (const void *)cpu) == ARMDMA_SPACE_NONE)
		return NULL;
	return current;
}

#define FREE_ALL(head, type, release)                \
	for (struct type *e; (e = TAILQ_FIRST(head));) { \
		TAILQ_REMOVE(head, e, link);                \
		release;                             \
		free(e);                             \
	}

/* The machine goes, and all that is its own with it. */
static void gone(struct armdma_machine *m, void *state)
{
	struct compat *c = state;

	pthread_mutex_destroy(&c->lock);
	FREE_ALL(&c->actions, irq_action, (void)0);
	FREE_ALL(&c->windows, kmap_window, (void)0);
	FREE_ALL(&c->areas, vm_area, free(e->pages));
	FREE_ALL(&c->deferred, deferred, (void)0);
	FREE_ALL(&c->devices, board_device, devres_forget(&e->pdev.dev));
	free(c);
	if (current == m)
		current = NULL;
}

static struct compat *create(struct armdma_machine *m)
{
	struct compat *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	pthread_mutex_init(&c->lock, NULL);
	TAILQ_INIT(&c->actions);
	TAILQ_INIT(&c->windows);
	TAILQ_INIT(&c->areas);
	TAILQ_INIT(&c->devices);
	TAILQ_INIT(&c->deferred);
	armdma_machine_set_layer(m, c, gone);
	return c;
}

struct compat *compat_of(struct armdma_machine *m)
{
	static pthread_mutex_t first = PTHREAD_MUTEX_INITIALIZER;	/* of no machine: of making what one has */
	struct compat *c = armdma_machine_layer(m);

	if (c)
		return c;
	pthread_mutex_lock(&first);
	c = armdma_machine_layer(m);
	if (!c)
		c = create(m);
	pthread_mutex_unlock(&first);
	return c;
}
