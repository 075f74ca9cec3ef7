/* SPDX-License-Identifier: BSD-2-Clause */
/* Time of the machine's clock, in nanoseconds. */
#ifndef ARMDMA_COMPAT_LINUX_KTIME_H
#define ARMDMA_COMPAT_LINUX_KTIME_H

#include <linux/jiffies.h>

#define NSEC_PER_USEC 1000L
#define NSEC_PER_MSEC 1000000L
#define NSEC_PER_SEC 1000000000L
#define USEC_PER_MSEC 1000L
#define USEC_PER_SEC 1000000L
#define MSEC_PER_SEC 1000L

ARMDMA_INLINE ktime_t ktime_get(void)
{
	struct armdma_hw *hw = armdma_compat_hw("ktime_get");

	return hw ? (ktime_t)(armdma_hw_now(hw) * 1000 / ARMDMA_CLOCK_MHZ) : 0;
}
#define ktime_get_ns() ((u64)ktime_get())
ARMDMA_INLINE ktime_t ktime_add_us(ktime_t t, u64 us)
{
	return t + (ktime_t)us * NSEC_PER_USEC;
}
ARMDMA_INLINE s64 ktime_to_ns(ktime_t t)
{
	return t;
}
ARMDMA_INLINE s64 ktime_to_us(ktime_t t)
{
	return t / NSEC_PER_USEC;
}
ARMDMA_INLINE s64 ktime_us_delta(ktime_t later, ktime_t earlier)
{
	return (later - earlier) / NSEC_PER_USEC;
}
#define ktime_sub(a, b) ((a) - (b))
#define ktime_compare(a, b) ((a) < (b) ? -1 : (a) > (b))
#define ktime_after(a, b) ((a) > (b))
#define ktime_before(a, b) ((a) < (b))

#endif
