/* SPDX-License-Identifier: BSD-2-Clause */
/* Interrupts. */
#ifndef ARMDMA_COMPAT_LINUX_IRQ_H
#define ARMDMA_COMPAT_LINUX_IRQ_H

#include <linux/interrupt.h>

#endif
