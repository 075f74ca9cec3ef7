/* SPDX-License-Identifier: BSD-2-Clause */
/* Pages. */
#ifndef ARMDMA_COMPAT_ASM_PAGE_H
#define ARMDMA_COMPAT_ASM_PAGE_H

#include <linux/mm.h>

#endif
