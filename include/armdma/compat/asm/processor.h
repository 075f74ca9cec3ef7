/* SPDX-License-Identifier: BSD-2-Clause */
/* cpu_relax(). */
#ifndef ARMDMA_COMPAT_ASM_PROCESSOR_H
#define ARMDMA_COMPAT_ASM_PROCESSOR_H

#include <linux/delay.h>

#endif
