/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Wait queues. Waiting lets the machine's clock run; the condition is looked at after each wake_up(), and when the time
 * is over. Without a time limit a wait that nothing queued can end is given up, with a line on the console.
 */
#ifndef ARMDMA_COMPAT_LINUX_WAIT_H
#define ARMDMA_COMPAT_LINUX_WAIT_H

#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/spinlock.h>

typedef struct wait_queue_head {
	unsigned int wakeups;
} wait_queue_head_t;

#define __WAIT_QUEUE_HEAD_INITIALIZER(name) { 0 }
#define DECLARE_WAIT_QUEUE_HEAD(name) wait_queue_head_t name = __WAIT_QUEUE_HEAD_INITIALIZER(name)

ARMDMA_INLINE void init_waitqueue_head(wait_queue_head_t *wq)
{
	wq->wakeups = 0;
}
ARMDMA_INLINE void wake_up(wait_queue_head_t *wq)
{
	__atomic_fetch_add(&wq->wakeups, 1, __ATOMIC_SEQ_CST);
}
#define wake_up_all(wq) wake_up(wq)
#define wake_up_interruptible(wq) wake_up(wq)
#define wake_up_interruptible_all(wq) wake_up(wq)

/* When a wait of so many jiffies is over, in cycles (MAX_SCHEDULE_TIMEOUT: never), and the jiffies from now to then. */
ARMDMA_API u64 armdma_compat_deadline(struct armdma_machine *m, long ticks);
ARMDMA_API long armdma_compat_ticks_left(struct armdma_machine *m, u64 deadline);
/* Until *counter is not `seen` any more. False: it is time, or (no limit) nothing can happen any more. */
ARMDMA_API bool armdma_compat_wait(struct armdma_machine *m, const unsigned int *counter, unsigned int seen,
				   u64 deadline);

/* As the kernel's: 0 when time is over and the condition false, else the ticks left, at least 1. */
#define armdma_compat_wait_event_(wq, condition, timeout, call)                                               \
	__extension__({                                                                                       \
		struct armdma_machine *armdma_m_ = armdma_compat_need(call);                                  \
		u64 armdma_end_ = armdma_m_ ? armdma_compat_deadline(armdma_m_, (long)(timeout)) : 0;         \
		bool armdma_more_ = armdma_m_ != NULL, armdma_true_;                                          \
		long armdma_left_ = 0;                                                                        \
                                                                                                              \
		if (armdma_m_)                                                                                \
			armdma_compat_sleeps(armdma_m_, call);                                                   \
		for (;;) {                                                                                    \
			unsigned int armdma_seen_ = __atomic_load_n(&(wq).wakeups, __ATOMIC_SEQ_CST);         \
                                                                                                              \
			armdma_true_ = !!(condition);                                                         \
			if (armdma_true_ || !armdma_more_)                                                    \
				break;                                                                        \
			armdma_more_ = armdma_compat_wait(armdma_m_, &(wq).wakeups, armdma_seen_, armdma_end_); \
		}                                                                                             \
		if (armdma_true_ && armdma_m_)                                                                \
			armdma_left_ = armdma_compat_ticks_left(armdma_m_, armdma_end_);                      \
		armdma_compat_result(armdma_true_ ? (armdma_left_ > 0 ? armdma_left_ : 1) : 0);               \
	})
#define wait_event_timeout(wq, condition, timeout) \
	armdma_compat_wait_event_(wq, condition, timeout, "wait_event_timeout")
#define wait_event_interruptible_timeout(wq, condition, timeout) \
	armdma_compat_wait_event_(wq, condition, timeout, "wait_event_interruptible_timeout")
#define wait_event(wq, condition) \
	((void)armdma_compat_wait_event_(wq, condition, MAX_SCHEDULE_TIMEOUT, "wait_event"))
/* A wait that nothing can end is broken off, as by a signal. */
#define wait_event_interruptible(wq, condition)                                                              \
	armdma_compat_result(armdma_compat_wait_event_(wq, condition, MAX_SCHEDULE_TIMEOUT,            \
							     "wait_event_interruptible") ? 0 : -ERESTARTSYS)

#endif
