/* SPDX-License-Identifier: BSD-2-Clause */
/* refcount_t. */
#ifndef ARMDMA_COMPAT_LINUX_REFCOUNT_H
#define ARMDMA_COMPAT_LINUX_REFCOUNT_H

#include <linux/kref.h>

#endif
