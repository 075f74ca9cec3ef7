/* SPDX-License-Identifier: BSD-2-Clause */
/* Timers (armdma/compat/deferred.h). */
#ifndef ARMDMA_COMPAT_LINUX_TIMER_H
#define ARMDMA_COMPAT_LINUX_TIMER_H

#include <armdma/compat/deferred.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>

struct timer_list {
	unsigned long expires;	/* jiffies */
	void (*function)(struct timer_list *timer);
	u32 flags;
};

ARMDMA_INLINE void timer_setup(struct timer_list *timer, void (*function)(struct timer_list *timer), unsigned int flags)
{
	timer->function = function;
	timer->flags = flags;
}
#define from_timer(var, timer, member) container_of(timer, __typeof__(*(var)), member)
static inline __attribute__((unused)) void armdma_compat_timer_fires(void *what)
{
	struct timer_list *timer = what;

	timer->function(timer);
}
/* 1: it was pending. */
ARMDMA_INLINE int del_timer(struct timer_list *timer)
{
	struct armdma_machine *m = armdma_compat_need("del_timer");

	return m && armdma_compat_undefer(m, ARMDMA_COMPAT_TIMER, timer);
}
#define del_timer_sync(timer) del_timer(timer)
ARMDMA_INLINE int timer_pending(const struct timer_list *timer)
{
	struct armdma_machine *m = armdma_compat_need("timer_pending");

	return m && armdma_compat_deferred(m, ARMDMA_COMPAT_TIMER, timer);
}
ARMDMA_INLINE int mod_timer(struct timer_list *timer, unsigned long expires)
{
	struct armdma_machine *m = armdma_compat_need("mod_timer");
	int was = m && armdma_compat_undefer(m, ARMDMA_COMPAT_TIMER, timer);

	timer->expires = expires;
	if (m)
		armdma_compat_defer(m, ARMDMA_COMPAT_TIMER, armdma_compat_timer_fires, timer, expires * ARMDMA_COMPAT_TICK);
	return was;
}
ARMDMA_INLINE void add_timer(struct timer_list *timer)
{
	mod_timer(timer, timer->expires);
}

#endif
