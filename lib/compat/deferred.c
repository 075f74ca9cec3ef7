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

	if (!c)
		return false;
	COMPAT_LOCKED(c);
	d = find(c, kind, what) ? NULL : malloc(sizeof(*d));
	if (!d)
		return false;
	*d = (struct deferred){ .kind = kind, .fn = fn, .what = what, .due = due, .seq = __atomic_fetch_add(&c->seq, 1, __ATOMIC_RELAXED) };
	TAILQ_INSERT_TAIL(&c->deferred, d, link);
	return true;
}

bool armdma_compat_deferred(struct armdma_machine *m, enum armdma_compat_later kind, const void *what)
{
	struct compat *c = compat_of(m);

	if (!c)
		return false;
	COMPAT_LOCKED(c);
	return find(c, kind, what);
}

/* Off the queue, before it runs: it may queue itself again, or free what it belongs to. False: it is not there. */
static bool take(struct compat *c, enum armdma_compat_later kind, const void *what, struct deferred *taken)
{
	struct deferred *d;

	COMPAT_LOCKED(c);
	d = find(c, kind, what);
	if (!d)
		return false;
	*taken = *d;
	TAILQ_REMOVE(&c->deferred, d, link);
	free(d);
	return true;
}

bool armdma_compat_undefer(struct armdma_machine *m, enum armdma_compat_later kind, const void *what)
{
	struct compat *c = compat_of(m);
	struct deferred taken;

	return c && take(c, kind, what, &taken);
}

static void run(struct armdma_machine *m, const struct deferred *d)
{
	if (d->kind != ARMDMA_COMPAT_WORK)
		armdma_preempt_disable(m);
	d->fn(d->what);
	if (d->kind != ARMDMA_COMPAT_WORK)
		armdma_preempt_enable(m);
}

/* Take the one that is due first, of those queued before `seq`; kind ARMDMA_COMPAT_NR_LATER: of any. taken NULL: only look. */
static bool take_due(struct armdma_machine *m, struct compat *c, enum armdma_compat_later kind, uint64_t seq,
		     struct deferred *taken)
{
	uint64_t now = armdma_hw_now(armdma_machine_hw(m));
	struct deferred *d, *first = NULL;

	COMPAT_LOCKED(c);
	TAILQ_FOREACH(d, &c->deferred, link)
		if ((kind == ARMDMA_COMPAT_NR_LATER || d->kind == kind) && d->seq < seq && d->due <= now &&
		    (!first || d->due < first->due))
			first = d;
	if (first && taken) {
		*taken = *first;
		TAILQ_REMOVE(&c->deferred, first, link);
		free(first);
	}
	return first;
}

/* What is queued meanwhile has its turn the next time, so that what queues itself again does not run for ever. */
static bool run_due(struct armdma_machine *m, struct compat *c, enum armdma_compat_later kind)
{
	uint64_t seq = __atomic_load_n(&c->seq, __ATOMIC_RELAXED);
	struct deferred d;
	bool any = false;

	while (take_due(m, c, kind, seq, &d)) {
		run(m, &d);
		any = true;
	}
	return any;
}

bool armdma_compat_run_deferred(struct armdma_machine *m, enum armdma_compat_later kind, const void *what)
{
	struct compat *c = compat_of(m);
	struct deferred d;

	if (!c || !what)
		return c && run_due(m, c, kind);
	if (!take(c, kind, what, &d))
		return false;
	run(m, &d);
	return true;
}

bool later_wanted(struct armdma_machine *m, struct compat *c)
{
	return irq_threads_wanted(c) || take_due(m, c, ARMDMA_COMPAT_NR_LATER, UINT64_MAX, NULL);
}

void later_run(struct armdma_machine *m, struct compat *c)
{
	bool any = irq_threads_run(c);

	/* It takes its time: 1 us. */
	if (run_due(m, c, ARMDMA_COMPAT_NR_LATER) || any)
		armdma_hw_advance(armdma_machine_hw(m), ARMDMA_CLOCK_MHZ);
}

uint64_t later_next(struct compat *c)
{
	const struct deferred *d;
	uint64_t next = UINT64_MAX;

	COMPAT_LOCKED(c);
	TAILQ_FOREACH(d, &c->deferred, link)
		if (d->due < next)
			next = d->due;
	return next;
}
