/* SPDX-License-Identifier: BSD-2-Clause */
/* Annotations. */
#ifndef ARMDMA_COMPAT_LINUX_COMPILER_ATTRIBUTES_H
#define ARMDMA_COMPAT_LINUX_COMPILER_ATTRIBUTES_H

#include <linux/compiler.h>

#endif
