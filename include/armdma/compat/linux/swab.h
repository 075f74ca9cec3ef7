/* SPDX-License-Identifier: BSD-2-Clause */
/* Byte order. */
#ifndef ARMDMA_COMPAT_LINUX_SWAB_H
#define ARMDMA_COMPAT_LINUX_SWAB_H

#include <asm/byteorder.h>

#endif
