/* SPDX-License-Identifier: BSD-2-Clause */
/* Annotations. */
#ifndef ARMDMA_COMPAT_LINUX_COMPILER_TYPES_H
#define ARMDMA_COMPAT_LINUX_COMPILER_TYPES_H

#include <linux/compiler.h>

#endif
