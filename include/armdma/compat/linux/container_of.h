/* SPDX-License-Identifier: BSD-2-Clause */
/* container_of(). */
#ifndef ARMDMA_COMPAT_LINUX_CONTAINER_OF_H
#define ARMDMA_COMPAT_LINUX_CONTAINER_OF_H

#include <linux/kernel.h>

#endif
