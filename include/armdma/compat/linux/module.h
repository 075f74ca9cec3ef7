/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Modules. A driver that says module_platform_driver(foo_driver) is reached from tests by ARMDMA_COMPAT_DRIVER(foo_driver)
 * (armdma/compat/board.h). Where several drivers with one name are linked, compile each with -DARMDMA_COMPAT_MODULE=name: then
 * the pointer to its struct platform_driver has that name.
 */
#ifndef ARMDMA_COMPAT_LINUX_MODULE_H
#define ARMDMA_COMPAT_LINUX_MODULE_H

#include <armdma/compat/board.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/mod_devicetable.h>

struct module;
#define THIS_MODULE ((struct module *)NULL)

#define ARMDMA_COMPAT_NOTHING_ _Static_assert(1, "")
#define MODULE_LICENSE(text) ARMDMA_COMPAT_NOTHING_
#define MODULE_AUTHOR(text) ARMDMA_COMPAT_NOTHING_
#define MODULE_DESCRIPTION(text) ARMDMA_COMPAT_NOTHING_
#define MODULE_VERSION(text) ARMDMA_COMPAT_NOTHING_
#define MODULE_ALIAS(text) ARMDMA_COMPAT_NOTHING_
#define MODULE_PARM_DESC(name, text) ARMDMA_COMPAT_NOTHING_
#define MODULE_DEVICE_TABLE(type, table) _Static_assert(sizeof((table)[0]) > 0, "")
#define EXPORT_SYMBOL(name) ARMDMA_COMPAT_NOTHING_
#define EXPORT_SYMBOL_GPL(name) ARMDMA_COMPAT_NOTHING_
/* A plain variable: tests set it by a function of the driver's, or not at all. */
#define module_param(name, type, perm) ARMDMA_COMPAT_NOTHING_

#ifdef ARMDMA_COMPAT_MODULE
#define armdma_compat_export_driver(drv)                        \
	extern struct platform_driver *const ARMDMA_COMPAT_MODULE; \
	struct platform_driver *const ARMDMA_COMPAT_MODULE = &(drv)
#else
#define armdma_compat_export_driver(drv)                          \
	extern struct platform_driver *const armdma_driver_##drv; \
	struct platform_driver *const armdma_driver_##drv = &(drv)
#endif

#endif
