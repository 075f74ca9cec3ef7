/* SPDX-License-Identifier: BSD-2-Clause */
/* dev_err() and its like. */
#ifndef ARMDMA_COMPAT_LINUX_DEV_PRINTK_H
#define ARMDMA_COMPAT_LINUX_DEV_PRINTK_H

#include <linux/device.h>

#endif
