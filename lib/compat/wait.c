/* SPDX-License-Identifier: BSD-2-Clause */
/* Locks, and waiting for what an interrupt or another thread does. */
#include <pthread.h>
#include <sched.h>
#include <time.h>

#include <linux/wait.h>

#include "lib/compat/internal.h"

/* ---- locks ----------------------------------------------------------------------- */

bool armdma_compat_lock(spinlock_t *lock)
{
	uintptr_t self = (uintptr_t)pthread_self(), owner = 0;

	while (!__atomic_compare_exchange_n(&lock->owner, &owner, self, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
		if (owner == self) {
			lock->depth++;
			return false;
		}
		sched_yield();
		owner = 0;
	}
	lock->depth = 1;
	return true;
}

bool armdma_compat_trylock(spinlock_t *lock)
{
	uintptr_t owner = 0;

	if (!__atomic_compare_exchange_n(&lock->owner, &owner, (uintptr_t)pthread_self(), false, __ATOMIC_ACQUIRE,
					 __ATOMIC_RELAXED))
		return false;
	lock->depth = 1;
	return true;
}

bool armdma_compat_unlock(spinlock_t *lock)
{
	if (__atomic_load_n(&lock->owner, __ATOMIC_RELAXED) != (uintptr_t)pthread_self())
		return false;
	if (!--lock->depth)
		__atomic_store_n(&lock->owner, 0, __ATOMIC_RELEASE);
	return true;
}

/* ---- waiting ------------------------------------------------------------------------ */

struct waiter {
	struct armdma_machine *m;
	const unsigned int *counter;	/* NULL: only for the time */
	unsigned int seen;
	struct compat *c;
	bool task;	/* others may run meanwhile */
};

static bool is_woken(const struct waiter *w)
{
	return w->counter && __atomic_load_n(w->counter, __ATOMIC_SEQ_CST) != w->seen;
}

static bool something_to_do(void *ctx)
{
	const struct waiter *w = ctx;

	return is_woken(w) || (w->task && later_wanted(w->m, w->c));
}

u64 armdma_compat_deadline(struct armdma_machine *m, long ticks)
{
	u64 now = armdma_hw_now(armdma_machine_hw(m));

	if (ticks == MAX_SCHEDULE_TIMEOUT)
		return U64_MAX;
	return ticks > 0 ? now + (u64)ticks * ARMDMA_COMPAT_TICK : now;
}

long armdma_compat_ticks_left(struct armdma_machine *m, u64 deadline)
{
	u64 now = armdma_hw_now(armdma_machine_hw(m));

	return deadline > now ? (long)((deadline - now) / ARMDMA_COMPAT_TICK) : 0;
}

/*
 * Nothing is queued in the machine. In a shared one another thread may do something yet, which takes no simulated time: it is given
 * some of the host's. True: it did.
 */
static bool others_do_it(struct waiter *w, unsigned int host_ms)
{
	const struct timespec pause = { .tv_nsec = 100000 };

	if (!w->counter || !armdma_hw_config(armdma_machine_hw(w->m))->shared)
		return false;
	for (unsigned int i = 0; i < host_ms * 10; i++) {
		if (something_to_do(w))
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}

#define HOST_MS 100		/* before a wait with a limit runs into it */
#define HOST_MS_FOR_EVER 2000	/* before one without is given up */

/* Until something is to be done, or `until`. False: nothing is under way that could change anything, ever. */
static bool pass_time(struct waiter *w, u64 until)
{
	struct armdma_hw *hw = armdma_machine_hw(w->m);
	u64 now = armdma_hw_now(hw);

	if (until <= now || armdma_hw_wait(hw, something_to_do, w, until - now) != -EDEADLK)
		return true;
	if (others_do_it(w, until == U64_MAX ? HOST_MS_FOR_EVER : HOST_MS))
		return true;
	if (until == U64_MAX)
		return false;
	/* Nothing will happen, but the time passes. */
	now = armdma_hw_now(hw);
	if (until > now)
		armdma_hw_advance(hw, until - now);
	return true;
}

bool armdma_compat_wait(struct armdma_machine *m, const unsigned int *counter, unsigned int seen, u64 deadline)
{
	struct armdma_hw *hw = armdma_machine_hw(m);
	struct waiter w = {
		.m = m, .counter = counter, .seen = seen, .c = compat_of(m), .task = !armdma_in_atomic(m),
	};

	if (!w.c)
		return false;
	while (!is_woken(&w) && armdma_hw_now(hw) < deadline) {
		u64 next = w.task ? later_next(w.c) : U64_MAX;

		if (!pass_time(&w, min(next, deadline))) {
			armdma_hw_log(hw, "a task waits for ever: nothing is under way that could wake it");
			return false;
		}
		if (w.task && !is_woken(&w))
			later_run(m, w.c);
	}
	return is_woken(&w);
}

void armdma_compat_sleep(struct armdma_machine *m, u64 cycles)
{
	armdma_compat_wait(m, NULL, 0, armdma_hw_now(armdma_machine_hw(m)) + cycles);
}
