/* SPDX-License-Identifier: BSD-2-Clause */
/* ALIGN() and its like. */
#ifndef ARMDMA_COMPAT_LINUX_ALIGN_H
#define ARMDMA_COMPAT_LINUX_ALIGN_H

#include <linux/kernel.h>

#endif
