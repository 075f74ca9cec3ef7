/* SPDX-License-Identifier: BSD-2-Clause */
/* spinlock_t. */
#ifndef ARMDMA_COMPAT_LINUX_SPINLOCK_TYPES_H
#define ARMDMA_COMPAT_LINUX_SPINLOCK_TYPES_H

#include <linux/spinlock.h>

#endif
