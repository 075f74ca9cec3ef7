/* SPDX-License-Identifier: BSD-2-Clause */
/* Drivers. */
#ifndef ARMDMA_COMPAT_LINUX_DEVICE_DRIVER_H
#define ARMDMA_COMPAT_LINUX_DEVICE_DRIVER_H

#include <linux/device.h>

#endif
