/* SPDX-License-Identifier: BSD-2-Clause */
/* Time. */
#ifndef ARMDMA_COMPAT_LINUX_TIMEKEEPING_H
#define ARMDMA_COMPAT_LINUX_TIMEKEEPING_H

#include <linux/ktime.h>

#endif
