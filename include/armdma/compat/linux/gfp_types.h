/* SPDX-License-Identifier: BSD-2-Clause */
/* Allocation flags. */
#ifndef ARMDMA_COMPAT_LINUX_GFP_TYPES_H
#define ARMDMA_COMPAT_LINUX_GFP_TYPES_H

#include <linux/gfp.h>

#endif
