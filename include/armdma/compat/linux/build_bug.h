/* SPDX-License-Identifier: BSD-2-Clause */
/* BUILD_BUG_ON(). */
#ifndef ARMDMA_COMPAT_LINUX_BUILD_BUG_H
#define ARMDMA_COMPAT_LINUX_BUILD_BUG_H

#include <linux/kernel.h>

#endif
