/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runtime PM (armdma/machine.h): a device's SYSMMUs go down with its last user. Callbacks of the driver (dev_pm_ops) are called as
 * the count leaves 0 and comes back to it.
 */
#ifndef ARMDMA_COMPAT_LINUX_PM_RUNTIME_H
#define ARMDMA_COMPAT_LINUX_PM_RUNTIME_H

#include <linux/dma-mapping.h>

/* Before the first user, after the last: 0, or what the driver's callback says. */
ARMDMA_API int armdma_compat_pm_resume(struct device *dev);
ARMDMA_API int armdma_compat_pm_suspend(struct device *dev);

ARMDMA_INLINE void pm_runtime_enable(struct device *dev)
{
	ARMDMA_COMPAT_DEV;

	if (d)
		armdma_pm_runtime_enable(d);
}
/* A device stays as it is; nothing more is counted. */
ARMDMA_INLINE void pm_runtime_disable(struct device *dev)
{
	(void)dev;
}
ARMDMA_INLINE int pm_runtime_get_sync(struct device *dev)
{
	ARMDMA_COMPAT_DEV;

	if (!d)
		return -EINVAL;
	armdma_pm_runtime_get(d);
	return armdma_compat_pm_resume(dev);
}
ARMDMA_INLINE int pm_runtime_put_sync(struct device *dev)
{
	ARMDMA_COMPAT_DEV;
	int ret;

	if (!d)
		return -EINVAL;
	ret = armdma_compat_pm_suspend(dev);
	armdma_pm_runtime_put(d);
	return ret;
}
ARMDMA_INLINE int pm_runtime_resume_and_get(struct device *dev)
{
	int ret = pm_runtime_get_sync(dev);

	if (ret < 0) {
		pm_runtime_put_sync(dev);
		return ret;
	}
	return 0;
}
#define pm_runtime_get(dev) pm_runtime_get_sync(dev)
#define pm_runtime_put(dev) pm_runtime_put_sync(dev)
#define pm_runtime_put_autosuspend(dev) pm_runtime_put_sync(dev)
#define pm_runtime_put_noidle(dev) ((void)pm_runtime_put_sync(dev))
#define pm_runtime_mark_last_busy(dev) ((void)(dev))
ARMDMA_INLINE bool pm_runtime_active(struct device *dev)
{
	ARMDMA_COMPAT_DEV;

	return d && armdma_pm_runtime_active(d);
}
#define pm_runtime_suspended(dev) (!pm_runtime_active(dev))

#define SET_RUNTIME_PM_OPS(suspend_fn, resume_fn, idle_fn) .runtime_suspend = (suspend_fn), .runtime_resume = (resume_fn),
#define SET_SYSTEM_SLEEP_PM_OPS(suspend_fn, resume_fn) .suspend = (suspend_fn), .resume = (resume_fn),

#endif
