/* SPDX-License-Identifier: BSD-2-Clause */
/* Module parameters. */
#ifndef ARMDMA_COMPAT_LINUX_MODULEPARAM_H
#define ARMDMA_COMPAT_LINUX_MODULEPARAM_H

#include <linux/module.h>

#endif
