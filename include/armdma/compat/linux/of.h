/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Device-tree side of platform drivers. Devices have no node here: properties are absent, what a match gives comes from the
 * entry that armdma_compat_bind() found by the board's compatible string.
 */
#ifndef ARMDMA_COMPAT_LINUX_OF_H
#define ARMDMA_COMPAT_LINUX_OF_H

#include <linux/device.h>
#include <linux/errno.h>

#define of_match_ptr(table) (table)

ARMDMA_INLINE const void *of_device_get_match_data(const struct device *dev)
{
	return dev->of_match ? dev->of_match->data : NULL;
}
#define device_get_match_data(dev) of_device_get_match_data(dev)
ARMDMA_INLINE const struct of_device_id *of_match_device(const struct of_device_id *table, const struct device *dev)
{
	(void)table;
	return dev->of_match;
}
ARMDMA_INLINE int of_property_read_u32(const struct device_node *np, const char *name, u32 *value)
{
	(void)np, (void)name, (void)value;
	return -EINVAL;
}
ARMDMA_INLINE bool of_property_read_bool(const struct device_node *np, const char *name)
{
	(void)np, (void)name;
	return false;
}

#endif
