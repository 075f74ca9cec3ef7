/* SPDX-License-Identifier: BSD-2-Clause */
/* WARN_ON() and its like. */
#ifndef ARMDMA_COMPAT_LINUX_BUG_H
#define ARMDMA_COMPAT_LINUX_BUG_H

#include <linux/kernel.h>

#endif
