/* SPDX-License-Identifier: BSD-2-Clause */
/* Power management. */
#ifndef ARMDMA_COMPAT_LINUX_PM_H
#define ARMDMA_COMPAT_LINUX_PM_H

#include <linux/device.h>

#endif
