/* SPDX-License-Identifier: BSD-2-Clause */
/* Device-tree side of platform drivers. */
#ifndef ARMDMA_COMPAT_LINUX_OF_DEVICE_H
#define ARMDMA_COMPAT_LINUX_OF_DEVICE_H

#include <linux/of.h>

#endif
