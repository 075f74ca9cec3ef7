/* SPDX-License-Identifier: BSD-2-Clause */
/* Time in ticks of 10 ms of the machine's clock. */
#ifndef ARMDMA_COMPAT_LINUX_JIFFIES_H
#define ARMDMA_COMPAT_LINUX_JIFFIES_H

#include <linux/kernel.h>

#define HZ 100
#define ARMDMA_COMPAT_TICK ((u64)ARMDMA_CLOCK_MHZ * 1000000 / HZ)	/* cycles */
#define MAX_JIFFY_OFFSET ((unsigned long)LONG_MAX / 2 - 1)
#define MAX_SCHEDULE_TIMEOUT LONG_MAX

ARMDMA_INLINE unsigned long armdma_compat_jiffies(void)
{
	struct armdma_hw *hw = armdma_compat_hw("jiffies");

	return hw ? (unsigned long)(armdma_hw_now(hw) / ARMDMA_COMPAT_TICK) : 0;
}
#define jiffies armdma_compat_jiffies()
#define get_jiffies_64() ((u64)jiffies)

ARMDMA_INLINE unsigned long msecs_to_jiffies(unsigned int ms)
{
	return ((unsigned long)ms * HZ + 999) / 1000;
}
ARMDMA_INLINE unsigned long usecs_to_jiffies(unsigned int us)
{
	return (unsigned long)(((u64)us * HZ + 999999) / 1000000);
}
ARMDMA_INLINE unsigned int jiffies_to_msecs(unsigned long j)
{
	return (unsigned int)(j * (1000 / HZ));
}
#define time_after(a, b) ((long)((b) - (a)) < 0)
#define time_before(a, b) time_after(b, a)
#define time_after_eq(a, b) ((long)((a) - (b)) >= 0)
#define time_before_eq(a, b) time_after_eq(b, a)

#endif
