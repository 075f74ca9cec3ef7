/* SPDX-License-Identifier: BSD-2-Clause */
/* Mutexes: may sleep. Taking one that the same thread holds is reported and goes on. */
#ifndef ARMDMA_COMPAT_LINUX_MUTEX_H
#define ARMDMA_COMPAT_LINUX_MUTEX_H

#include <linux/spinlock.h>

struct mutex {
	spinlock_t lock;
};
#define DEFINE_MUTEX(name) struct mutex name = { __SPIN_LOCK_UNLOCKED(name) }

ARMDMA_INLINE void mutex_init(struct mutex *mutex)
{
	spin_lock_init(&mutex->lock);
}
ARMDMA_INLINE void mutex_destroy(struct mutex *mutex)
{
	(void)mutex;
}
ARMDMA_INLINE void mutex_lock(struct mutex *mutex)
{
	struct armdma_machine *m = armdma_compat_need("mutex_lock");

	if (!m)
		return;
	armdma_compat_sleeps(m, "mutex_lock");
	if (!armdma_compat_lock(&mutex->lock))
		armdma_report_misuse(m, ARMDMA_REPORT_BAD_CONTEXT, NULL, NULL,
				     "mutex_lock() of a mutex that this task holds already: it would wait for itself for ever");
}
ARMDMA_INLINE int mutex_lock_interruptible(struct mutex *mutex)
{
	mutex_lock(mutex);
	return 0;
}
ARMDMA_INLINE int mutex_trylock(struct mutex *mutex)
{
	return armdma_compat_trylock(&mutex->lock);
}
ARMDMA_INLINE void mutex_unlock(struct mutex *mutex)
{
	struct armdma_machine *m = armdma_compat_need("mutex_unlock");

	if (m && !armdma_compat_unlock(&mutex->lock))
		armdma_report_misuse(m, ARMDMA_REPORT_BAD_CONTEXT, NULL, NULL,
				     "mutex_unlock() of a mutex that this task does not hold");
}

#endif
