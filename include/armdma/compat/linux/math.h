/* SPDX-License-Identifier: BSD-2-Clause */
/* DIV_ROUND_UP() and its like. */
#ifndef ARMDMA_COMPAT_LINUX_MATH_H
#define ARMDMA_COMPAT_LINUX_MATH_H

#include <linux/kernel.h>

#endif
