/* SPDX-License-Identifier: BSD-2-Clause */
/* Device-tree side of platform drivers. */
#ifndef ARMDMA_COMPAT_LINUX_OF_PLATFORM_H
#define ARMDMA_COMPAT_LINUX_OF_PLATFORM_H

#include <linux/of.h>

#endif
