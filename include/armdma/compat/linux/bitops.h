/* SPDX-License-Identifier: BSD-2-Clause */
/* Bits of words. */
#ifndef ARMDMA_COMPAT_LINUX_BITOPS_H
#define ARMDMA_COMPAT_LINUX_BITOPS_H

#include <linux/bits.h>

#endif
