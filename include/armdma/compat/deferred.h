/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a driver leaves for later: tasklets, timers, work. Tasklets run at the end of the next interrupt; all of them run when the
 * code under test sleeps or waits, timers not before it is their time. Nothing is run by a mere udelay() or register access.
 */
#ifndef ARMDMA_COMPAT_DEFERRED_H
#define ARMDMA_COMPAT_DEFERRED_H

#include <armdma/compat/core.h>

/* Tasklets and timers run in atomic context. */
enum armdma_compat_later { ARMDMA_COMPAT_TASKLET, ARMDMA_COMPAT_TIMER, ARMDMA_COMPAT_WORK, ARMDMA_COMPAT_NR_LATER };

/* fn(what) at cycle `due` or later, once. False: it is queued already (and stays as it is), or there is no memory. */
ARMDMA_API bool armdma_compat_defer(struct armdma_machine *m, enum armdma_compat_later kind, void (*fn)(void *what),
				    void *what, uint64_t due);
/* Not any more; false: it was not queued. */
ARMDMA_API bool armdma_compat_undefer(struct armdma_machine *m, enum armdma_compat_later kind, const void *what);
ARMDMA_API bool armdma_compat_deferred(struct armdma_machine *m, enum armdma_compat_later kind, const void *what);
/* Run it now if it is queued (NULL: all of its kind that are due); false: there was nothing. */
ARMDMA_API bool armdma_compat_run_deferred(struct armdma_machine *m, enum armdma_compat_later kind, const void *what);

#endif
