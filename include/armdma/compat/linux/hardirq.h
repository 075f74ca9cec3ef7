/* SPDX-License-Identifier: BSD-2-Clause */
/* Where code runs. */
#ifndef ARMDMA_COMPAT_LINUX_HARDIRQ_H
#define ARMDMA_COMPAT_LINUX_HARDIRQ_H

#include <linux/preempt.h>

#endif
