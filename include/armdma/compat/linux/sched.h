/* SPDX-License-Identifier: BSD-2-Clause */
/* schedule() and its like. */
#ifndef ARMDMA_COMPAT_LINUX_SCHED_H
#define ARMDMA_COMPAT_LINUX_SCHED_H

#include <linux/wait.h>
#include <linux/preempt.h>

#endif
