/* SPDX-License-Identifier: BSD-2-Clause */
/* Registers. */
#ifndef ARMDMA_COMPAT_ASM_IO_H
#define ARMDMA_COMPAT_ASM_IO_H

#include <linux/io.h>

#endif
