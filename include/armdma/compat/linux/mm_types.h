/* SPDX-License-Identifier: BSD-2-Clause */
/* Pages. */
#ifndef ARMDMA_COMPAT_LINUX_MM_TYPES_H
#define ARMDMA_COMPAT_LINUX_MM_TYPES_H

#include <linux/mm.h>

#endif
