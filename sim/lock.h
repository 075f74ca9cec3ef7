/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The lock of a shared machine (config.shared), and whose CPU state is switched in.
 *
 * Every door that looks at state takes it with HW_ENTER() and so may call others. It is held by one thread, to any depth. The
 * interrupt state (irq_depth, in_irq, percpu in struct armdma_hw) is that of the thread that holds it: a thread counts as a CPU, and its
 * state is put aside when the lock is free.
 *
 * User's functions are never called with it held. Those that were due inside a call wait in a queue until
 * the call that took the lock is about to give it back, or stands between two events of the clock; interrupts are taken at the same points only.
 * Hence a handler, or what another thread does meanwhile, finds nothing half done.
 */
#ifndef SIM_LOCK_H
#define SIM_LOCK_H

#include <pthread.h>

#include "sim/hw.h"

/* CPU state of a thread that is not inside: only of threads where it differs from that of a fresh one. */
struct hw_thread {
	SLIST_ENTRY(hw_thread) link;
	uint64_t id;		/* 0: free to be used */
	unsigned int irq_depth, in_irq;
	unsigned long percpu;
	uint32_t line;		/* whose handler it is in */
	uintptr_t frame;	/* from which that was called: the handler's own frames lie below; 0: in none */
};

struct hw_lock {
	pthread_mutex_t mutex;
	uint64_t owner;		/* number of the thread; 0: nobody. Read without the lock: only its own number means something to a thread */
	unsigned int depth;
	uint64_t first;		/* calls that were put off since the lock was taken have this number, or a higher one */
	struct hw_thread *thread;	/* the owner's */
	SLIST_HEAD(, hw_thread) threads;
	struct hw_thread boot;
	struct armdma_deferred *head, **tail;
	uint64_t next;		/* number of the next one */
};

int lock_create(struct armdma_hw *hw);
/* With what was put off and never called: dropped. */
void lock_destroy(struct armdma_hw *hw);
/* Between two events: call what was put off, if the lock is held once. */
void lock_breathe(struct armdma_hw *hw);
/* The handlers of a line are called by this thread, with the lock free. */
bool lock_call_handler(struct armdma_hw *hw, armdma_irq_fn fn, void *ctx, uint32_t line);
/*
 * A signal handler that took the lock leaves it at whatever depth, after everything that was put off: whoever it calls next may never
 * come back. Returns what armdma_hw_reacquire() needs if it does.
 */
struct armdma_hold lock_leave_trap(struct armdma_hw *hw);
/* The number of the thread that calls, never 0. */
uint64_t lock_self(void);

/* May user's functions be called now? */
static inline bool lock_outermost(const struct armdma_hw *hw)
{
	return !hw->lock || hw->lock->depth == 1;
}

static inline struct armdma_hw *hw_enter(const struct armdma_hw *hw)
{
	if (__builtin_expect(!hw->lock, 1))
		return NULL;
	armdma_hw_lock((struct armdma_hw *)(uintptr_t)hw);
	return (struct armdma_hw *)(uintptr_t)hw;
}

static inline void hw_leave(struct armdma_hw **held)
{
	if (__builtin_expect(*held != NULL, 0))
		armdma_hw_unlock(*held);
}

/* First line of a door: holds the lock to the end of the function, however that is left (but by longjmp). */
#define HW_ENTER(hw) \
	struct armdma_hw *hw_held __attribute__((cleanup(hw_leave), unused)) = hw_enter(hw)

#endif
