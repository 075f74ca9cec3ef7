/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Clocks: a device of the machine has one gate (armdma_hw_clock_gate()), open while every clock that its driver got is enabled. A
 * register access meanwhile is an external abort, said on the console.
 */
#ifndef ARMDMA_COMPAT_LINUX_CLK_H
#define ARMDMA_COMPAT_LINUX_CLK_H

#include <linux/device.h>

struct clk;

/* An error pointer: -ENOENT for a device that is none of the machine's, -ENOMEM. From then on it is off until it is enabled. */
ARMDMA_API struct clk *devm_clk_get(struct device *dev, const char *id);
/* NULL is a clock that is always on. */
ARMDMA_API int clk_enable(struct clk *clk);
ARMDMA_API void clk_disable(struct clk *clk);

ARMDMA_INLINE struct clk *devm_clk_get_optional(struct device *dev, const char *id)
{
	struct clk *clk = devm_clk_get(dev, id);

	return PTR_ERR_OR_ZERO(clk) == -ENOENT ? NULL : clk;
}
/* May sleep. */
ARMDMA_INLINE int clk_prepare(struct clk *clk)
{
	(void)clk;
	armdma_compat_might_sleep("clk_prepare");
	return 0;
}
ARMDMA_INLINE void clk_unprepare(struct clk *clk)
{
	(void)clk;
	armdma_compat_might_sleep("clk_unprepare");
}
ARMDMA_INLINE int clk_prepare_enable(struct clk *clk)
{
	armdma_compat_might_sleep("clk_prepare_enable");
	return clk_enable(clk);
}
ARMDMA_INLINE void clk_disable_unprepare(struct clk *clk)
{
	clk_disable(clk);
	armdma_compat_might_sleep("clk_disable_unprepare");
}
ARMDMA_INLINE unsigned long clk_get_rate(struct clk *clk)
{
	return clk ? ARMDMA_CLOCK_MHZ * 1000000ul : 0;
}

#endif
