/* SPDX-License-Identifier: BSD-2-Clause */
/* Error numbers: the user's (this file is also what libc includes), and those that stay inside the kernel. */
#ifndef ARMDMA_COMPAT_LINUX_ERRNO_H
#define ARMDMA_COMPAT_LINUX_ERRNO_H
#pragma GCC system_header

#include_next <linux/errno.h>

#define ERESTARTSYS 512
#define ERESTARTNOINTR 513
#define ENOIOCTLCMD 515
#define EPROBE_DEFER 517
#define ENOTSUPP 524

#endif
