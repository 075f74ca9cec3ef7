/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Spinlocks: nothing sleeps under one, and with _irqsave no interrupt comes. They hold out other threads of the host too.
 * Taking one that the same thread holds, which is where a kernel hangs, is reported and goes on.
 */
#ifndef ARMDMA_COMPAT_LINUX_SPINLOCK_H
#define ARMDMA_COMPAT_LINUX_SPINLOCK_H

#include <linux/preempt.h>

typedef struct spinlock {
	uintptr_t owner;	/* the thread; 0: free */
	unsigned int depth;	/* times that the owner took it: more than 1 is a bug */
	unsigned int flags;	/* of spin_lock_irq() */
} spinlock_t;
typedef spinlock_t raw_spinlock_t;

#define __SPIN_LOCK_UNLOCKED(name) { 0, 0, 0 }
#define DEFINE_SPINLOCK(name) spinlock_t name = __SPIN_LOCK_UNLOCKED(name)

/* False: this thread has it already. */
ARMDMA_API bool armdma_compat_lock(spinlock_t *lock);
/* At once or not at all: false when somebody has it. */
ARMDMA_API bool armdma_compat_trylock(spinlock_t *lock);
/* False: this thread does not have it. */
ARMDMA_API bool armdma_compat_unlock(spinlock_t *lock);

ARMDMA_INLINE void spin_lock_init(spinlock_t *lock)
{
	*lock = (spinlock_t)__SPIN_LOCK_UNLOCKED(lock);
}
ARMDMA_INLINE void armdma_compat_spin_lock(spinlock_t *lock, const char *call)
{
	struct armdma_machine *m = armdma_compat_need(call);

	if (!m)
		return;
	armdma_preempt_disable(m);
	if (!armdma_compat_lock(lock))
		armdma_report_misuse(m, ARMDMA_REPORT_BAD_CONTEXT, NULL, NULL,
				     "%s() of a lock that this CPU holds already: it would wait for itself for ever", call);
}
ARMDMA_INLINE void armdma_compat_spin_unlock(spinlock_t *lock, const char *call)
{
	struct armdma_machine *m = armdma_compat_need(call);

	if (!m)
		return;
	if (!armdma_compat_unlock(lock)) {
		armdma_report_misuse(m, ARMDMA_REPORT_BAD_CONTEXT, NULL, NULL, "%s() of a lock that this CPU does not hold",
				     call);
		return;
	}
	armdma_preempt_enable(m);
}
ARMDMA_INLINE void spin_lock(spinlock_t *lock)
{
	armdma_compat_spin_lock(lock, "spin_lock");
}
ARMDMA_INLINE void spin_unlock(spinlock_t *lock)
{
	armdma_compat_spin_unlock(lock, "spin_unlock");
}
ARMDMA_INLINE int spin_trylock(spinlock_t *lock)
{
	struct armdma_machine *m = armdma_compat_need("spin_trylock");

	if (!m || !armdma_compat_trylock(lock))
		return 0;
	armdma_preempt_disable(m);
	return 1;
}
ARMDMA_INLINE unsigned long armdma_compat_spin_lock_irqsave(spinlock_t *lock)
{
	unsigned long flags = armdma_compat_irq_save();

	armdma_compat_spin_lock(lock, "spin_lock_irqsave");
	return flags;
}
ARMDMA_INLINE void spin_unlock_irqrestore(spinlock_t *lock, unsigned long flags)
{
	armdma_compat_spin_unlock(lock, "spin_unlock_irqrestore");
	local_irq_restore(flags);
}
ARMDMA_INLINE void spin_lock_irq(spinlock_t *lock)
{
	unsigned long flags = armdma_compat_irq_save();

	armdma_compat_spin_lock(lock, "spin_lock_irq");
	lock->flags = (unsigned int)flags;
}
ARMDMA_INLINE void spin_unlock_irq(spinlock_t *lock)
{
	unsigned long flags = lock->flags;

	armdma_compat_spin_unlock(lock, "spin_unlock_irq");
	local_irq_restore(flags);
}
ARMDMA_INLINE int spin_is_locked(spinlock_t *lock)
{
	return __atomic_load_n(&lock->owner, __ATOMIC_RELAXED) != 0;
}
#define spin_lock_irqsave(lock, flags) ((flags) = armdma_compat_spin_lock_irqsave(lock))
/* There are no soft interrupts here. */
#define spin_lock_bh(lock) spin_lock(lock)
#define spin_unlock_bh(lock) spin_unlock(lock)
#define raw_spin_lock_init(lock) spin_lock_init(lock)
#define raw_spin_lock_irqsave(lock, flags) spin_lock_irqsave(lock, flags)
#define raw_spin_unlock_irqrestore(lock, flags) spin_unlock_irqrestore(lock, flags)
#define lockdep_assert_held(lock) ((void)(lock))

#endif
