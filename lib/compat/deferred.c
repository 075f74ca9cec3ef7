/* SPDX-License-Identifier: BSD-2-Clause */
/* What a driver leaves for later, until it is run. */
#include <stdlib.h>

#include "lib/compat/internal.h"

static struct deferred *find(struct compat *c, enum armdma_compat_later kind, const void *what)
{
	struct deferred *d;

	TAILQ_FOREACH(d, &c->deferred, link)
		if (d->kind == kind && d->what == what)
			return d;
	return NULL;
}

bool armdma_compat_defer(struct armdma_machine *m, enum armdma_compat_later kind, void (*fn)(void *what), void *what,
			 uint64_t due)
{
	struct compat *c = compat_of(m);
	struct deferred *d;

	if (!c || find(c, kind, what))
		return false;
	d = malloc(sizeof(*d));
	if (!d)
		return false;
	*d = (struct deferred){ .kind = kind, .fn = fn, .what = what, .due = due, .seq = c->seq++ };
	TAILQ_INSERT_TAIL(&c->deferred, d, link);
	return true;
}

bool armdma_compat_deferred(struct armdma_machine *m, enum armdma_compat_later kind, const void *what)
{
	struct compat *c = compat_of(m);

	return c && find(c, kind, what);
}

bool armdma_compat_undefer(struct armdma_machine *m, enum armdma_compat_later kind, const void *what)
{
	struct compat *c = compat_of(m);
	struct deferred *d = c ? find(c, kind, what) : NULL;

	if (!d)
		return false;
	TAILQ_REMOVE(&c->deferred, d, link);
	free(d);
	return true;
}

/* It is off the queue before it runs: it may queue itself again, or free what it belongs to. */
static void run(struct armdma_machine *m, struct compat *c, struct deferred *d)
{
	struct deferred now = *d;

	TAILQ_REMOVE(&c->deferred, d, link);
	free(d);
	if (now.kind != ARMDMA_COMPAT_WORK)
		armdma_preempt_disable(m);
	now.fn(now.what);
	if (now.kind != ARMDMA_COMPAT_WORK)
		armdma_preempt_enable(m);
}

/* The one that is due first, of those queued before `seq`; kind ARMDMA_COMPAT_NR_LATER: of any. */
static struct deferred *first_due(struct armdma_machine *m, struct compat *c, enum armdma_compat_later kind, uint64_t seq)
{
	uint64_t now = armdma_hw_now(armdma_machine_hw(m));
	struct deferred *d, *first = NULL;

	TAILQ_FOREACH(d, &c->deferred, link)
		if ((kind == ARMDMA_COMPAT_NR_LATER || d->kind == kind) && d->seq < seq && d->due <= now &&
		    (!first || d->due < first->due))
			first = d;
	return first;
}

/* What is queued meanwhile has its turn the next time, so that what queues itself again does not run for ever. */
static bool run_due(struct armdma_machine *m, struct compat *c, enum armdma_compat_later kind)
{
	uint64_t seq = c->seq;
	struct deferred *d;
	bool any = false;

	while ((d = first_due(m, c, kind, seq))) {
		run(m, c, d);
		any = true;
	}
	return any;
}

bool armdma_compat_run_deferred(struct armdma_machine *m, enum armdma_compat_later kind, const void *what)
{
	struct compat *c = compat_of(m);
	struct deferred *d;

	if (!c || !what)
		return c && run_due(m, c, kind);
	d = find(c, kind, what);
	if (d)
		run(m, c, d);
	return d;
}

bool later_wanted(struct armdma_machine *m, struct compat *c)
{
	return irq_threads_wanted(c) || first_due(m, c, ARMDMA_COMPAT_NR_LATER, c->seq);
}

void later_run(struct armdma_machine *m, struct compat *c)
{
	bool any = irq_threads_run(c);

	/* It takes its time: 1 us. */
	if (run_due(m, c, ARMDMA_COMPAT_NR_LATER) || any)
		armdma_hw_advance(armdma_machine_hw(m), ARMDMA_CLOCK_MHZ);
}

uint64_t later_next(const struct compat *c)
{
	const struct deferred *d;
	uint64_t next = UINT64_MAX;

	TAILQ_FOREACH(d, &c->deferred, link)
		if (d->due < next)
			next = d->due;
	return next;
}
