/* SPDX-License-Identifier: BSD-2-Clause */
/* min(), max(), clamp(), swap(). */
#ifndef ARMDMA_COMPAT_LINUX_MINMAX_H
#define ARMDMA_COMPAT_LINUX_MINMAX_H

#include <linux/kernel.h>

#endif
