/* SPDX-License-Identifier: BSD-2-Clause */
/* Pages. */
#ifndef ARMDMA_COMPAT_LINUX_PAGE_FLAGS_H
#define ARMDMA_COMPAT_LINUX_PAGE_FLAGS_H

#include <linux/mm.h>

#endif
