/* SPDX-License-Identifier: BSD-2-Clause */
/* Fields of register words, given by a mask of adjacent bits. */
#ifndef ARMDMA_COMPAT_LINUX_BITFIELD_H
#define ARMDMA_COMPAT_LINUX_BITFIELD_H

#include <linux/bits.h>

#define armdma_compat_lowest_(mask) ((mask) & -(mask))
#define FIELD_MAX(mask) ((mask) / armdma_compat_lowest_(mask))
#define FIELD_FIT(mask, value) (!((value) & ~FIELD_MAX(mask)))
#define FIELD_PREP(mask, value) (((__typeof__(mask))(value) * armdma_compat_lowest_(mask)) & (mask))
#define FIELD_GET(mask, word) ((__typeof__(mask))(((word) & (mask)) / armdma_compat_lowest_(mask)))

#endif
