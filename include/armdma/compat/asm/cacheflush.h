/* SPDX-License-Identifier: BSD-2-Clause */
/* Drivers have no business in the caches: nothing is here. */
#ifndef ARMDMA_COMPAT_ASM_CACHEFLUSH_H
#define ARMDMA_COMPAT_ASM_CACHEFLUSH_H

#include <linux/types.h>

#endif
