/* SPDX-License-Identifier: BSD-2-Clause */
/* Polling a register until it is as wanted. */
#ifndef ARMDMA_COMPAT_LINUX_IOPOLL_H
#define ARMDMA_COMPAT_LINUX_IOPOLL_H

#include <linux/delay.h>
#include <linux/io.h>

/* 0, or -ETIMEDOUT after timeout_us; the last value read is in val. sleep_us 0: busy. May sleep else. */
#define armdma_compat_poll_(op, addr, val, cond, sleep_us, timeout_us, wait)                       \
	__extension__({                                                                            \
		struct armdma_hw *armdma_hw_ = armdma_compat_hw("readl_poll_timeout");             \
		u64 armdma_end_ = armdma_hw_ ? armdma_hw_now(armdma_hw_) + (u64)(timeout_us) * ARMDMA_CLOCK_MHZ : 0; \
                                                                                                   \
		for (;;) {                                                                         \
			(val) = op(addr);                                                          \
			if ((cond) || !armdma_hw_ || ((timeout_us) && armdma_hw_now(armdma_hw_) > armdma_end_)) \
				break;                                                             \
			if (sleep_us)                                                              \
				wait(sleep_us);                                                    \
			cpu_relax();                                                               \
		}                                                                                  \
		armdma_compat_result((cond) ? 0 : -ETIMEDOUT);                                     \
	})
#define armdma_compat_poll_sleep_(us) usleep_range(us, us)
#define readl_poll_timeout(addr, val, cond, sleep_us, timeout_us) \
	armdma_compat_poll_(readl, addr, val, cond, sleep_us, timeout_us, armdma_compat_poll_sleep_)
#define readl_relaxed_poll_timeout(addr, val, cond, sleep_us, timeout_us) \
	armdma_compat_poll_(readl_relaxed, addr, val, cond, sleep_us, timeout_us, armdma_compat_poll_sleep_)
#define readl_poll_timeout_atomic(addr, val, cond, delay_us, timeout_us) \
	armdma_compat_poll_(readl, addr, val, cond, delay_us, timeout_us, udelay)

#endif
