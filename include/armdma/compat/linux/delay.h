/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting: the machine's clock goes on, what is due happens. */
#ifndef ARMDMA_COMPAT_LINUX_DELAY_H
#define ARMDMA_COMPAT_LINUX_DELAY_H

#include <linux/jiffies.h>

ARMDMA_INLINE void armdma_compat_delay(u64 ns, const char *call)
{
	struct armdma_hw *hw = armdma_compat_hw(call);

	if (hw)
		armdma_hw_advance(hw, (ns * ARMDMA_CLOCK_MHZ + 999) / 1000);
}
ARMDMA_INLINE void ndelay(unsigned long ns)
{
	armdma_compat_delay(ns, "ndelay");
}
ARMDMA_INLINE void udelay(unsigned long us)
{
	armdma_compat_delay((u64)us * 1000, "udelay");
}
ARMDMA_INLINE void mdelay(unsigned long ms)
{
	armdma_compat_delay((u64)ms * 1000000, "mdelay");
}
/* Threads of interrupts have their turn meanwhile. */
ARMDMA_API void armdma_compat_sleep(struct armdma_machine *m, u64 cycles);
ARMDMA_INLINE void armdma_compat_sleep_us(u64 us, const char *call)
{
	struct armdma_machine *m = armdma_compat_need(call);

	if (!m)
		return;
	armdma_compat_sleeps(m, call);
	armdma_compat_sleep(m, us * ARMDMA_CLOCK_MHZ);
}
ARMDMA_INLINE void msleep(unsigned int ms)
{
	armdma_compat_sleep_us((u64)ms * 1000, "msleep");
}
ARMDMA_INLINE void usleep_range(unsigned long min_us, unsigned long max_us)
{
	(void)max_us;
	armdma_compat_sleep_us(min_us, "usleep_range");
}
ARMDMA_INLINE void cpu_relax(void)
{
	struct armdma_hw *hw = armdma_compat_hw("cpu_relax");

	if (hw)
		armdma_hw_cpu_relax(hw);
}

#endif
