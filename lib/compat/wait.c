/* SPDX-License-Identifier: BSD-2-Clause */
/* Locks, and waiting for what an interrupt or another thread does. */
#include <pthread.h>
#include <sched.h>

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
	const unsigned int *counter;
	unsigned int seen;
	struct compat *c;
};

static bool woken(void *ctx)
{
	const struct waiter *w = ctx;

	return __atomic_load_n(w->counter, __ATOMIC_SEQ_CST) != w->seen || irq_threads_wanted(w->c);
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

bool armdma_compat_wait(struct armdma_machine *m, const unsigned int *counter, unsigned int seen, u64 deadline)
{
	struct armdma_hw *hw = armdma_machine_hw(m);
	struct waiter w = { .counter = counter, .seen = seen, .c = compat_of(m) };
	u64 now;
	int ret;

	if (!w.c)
		return false;
	while ((now = armdma_hw_now(hw)) < deadline) {
		ret = armdma_hw_wait(hw, woken, &w, deadline - now);
		irq_threads_run(w.c);
		if (__atomic_load_n(counter, __ATOMIC_SEQ_CST) != seen)
			return true;
		if (ret == -EDEADLK && deadline == U64_MAX) {
			armdma_hw_log(hw, "a task waits for ever: nothing is under way that could wake it");
			return false;
		}
		/* Nothing will happen any more, but the time passes. */
		if (ret == -EDEADLK)
			armdma_hw_advance(hw, deadline - armdma_hw_now(hw));
	}
	return false;
}

void armdma_compat_sleep(struct armdma_machine *m, u64 cycles)
{
	struct compat *c = compat_of(m);

	if (c)
		irq_threads_run(c);
	armdma_hw_advance(armdma_machine_hw(m), cycles);
	if (c)
		irq_threads_run(c);
}
