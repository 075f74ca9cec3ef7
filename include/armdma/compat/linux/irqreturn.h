/* SPDX-License-Identifier: BSD-2-Clause */
/* irqreturn_t. */
#ifndef ARMDMA_COMPAT_LINUX_IRQRETURN_H
#define ARMDMA_COMPAT_LINUX_IRQRETURN_H

#include <linux/interrupt.h>

#endif
