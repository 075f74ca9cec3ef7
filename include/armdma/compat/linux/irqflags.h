/* SPDX-License-Identifier: BSD-2-Clause */
/* local_irq_save() and its like. */
#ifndef ARMDMA_COMPAT_LINUX_IRQFLAGS_H
#define ARMDMA_COMPAT_LINUX_IRQFLAGS_H

#include <linux/preempt.h>

#endif
