/* SPDX-License-Identifier: BSD-2-Clause */
/* Byte order. */
#ifndef ARMDMA_COMPAT_LINUX_SWAB_H
#define ARMDMA_COMPAT_LINUX_SWAB_H
#pragma GCC system_header

#include_next <linux/swab.h>	/* __swab32(), ... */
#include <asm/byteorder.h>

#endif
