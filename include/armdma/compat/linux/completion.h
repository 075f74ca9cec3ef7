/* SPDX-License-Identifier: BSD-2-Clause */
/* Completions. */
#ifndef ARMDMA_COMPAT_LINUX_COMPLETION_H
#define ARMDMA_COMPAT_LINUX_COMPLETION_H

#include <linux/wait.h>

struct completion {
	unsigned int done;
	wait_queue_head_t wait;
};
#define COMPLETION_INITIALIZER(name) { 0, __WAIT_QUEUE_HEAD_INITIALIZER(name.wait) }
#define DECLARE_COMPLETION(name) struct completion name = COMPLETION_INITIALIZER(name)
#define DECLARE_COMPLETION_ONSTACK(name) DECLARE_COMPLETION(name)

ARMDMA_INLINE void init_completion(struct completion *c)
{
	c->done = 0;
	init_waitqueue_head(&c->wait);
}
ARMDMA_INLINE void reinit_completion(struct completion *c)
{
	__atomic_store_n(&c->done, 0, __ATOMIC_SEQ_CST);
}
ARMDMA_INLINE void complete(struct completion *c)
{
	if (__atomic_load_n(&c->done, __ATOMIC_SEQ_CST) != UINT_MAX)
		__atomic_fetch_add(&c->done, 1, __ATOMIC_SEQ_CST);
	wake_up(&c->wait);
}
ARMDMA_INLINE void complete_all(struct completion *c)
{
	__atomic_store_n(&c->done, UINT_MAX, __ATOMIC_SEQ_CST);
	wake_up(&c->wait);
}
/* Take one completion if there is one. */
ARMDMA_INLINE bool try_wait_for_completion(struct completion *c)
{
	unsigned int done = __atomic_load_n(&c->done, __ATOMIC_SEQ_CST);

	while (done && done != UINT_MAX &&
	       !__atomic_compare_exchange_n(&c->done, &done, done - 1, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		;
	return done != 0;
}
ARMDMA_INLINE bool completion_done(struct completion *c)
{
	return __atomic_load_n(&c->done, __ATOMIC_SEQ_CST) != 0;
}
ARMDMA_INLINE unsigned long armdma_compat_ticks(long left)
{
	return (unsigned long)left;
}
#define wait_for_completion_timeout(c, timeout) \
	armdma_compat_ticks(wait_event_timeout((c)->wait, try_wait_for_completion(c), timeout))
#define wait_for_completion_interruptible_timeout(c, timeout) \
	wait_event_timeout((c)->wait, try_wait_for_completion(c), timeout)
#define wait_for_completion(c) wait_event((c)->wait, try_wait_for_completion(c))
#define wait_for_completion_interruptible(c) wait_event_interruptible((c)->wait, try_wait_for_completion(c))

#endif
