/* SPDX-License-Identifier: BSD-2-Clause */
/* EXPORT_SYMBOL(). */
#ifndef ARMDMA_COMPAT_LINUX_EXPORT_H
#define ARMDMA_COMPAT_LINUX_EXPORT_H

#include <linux/module.h>

#endif
