/* SPDX-License-Identifier: BSD-2-Clause */
/* Cache lines, as a kernel for all ARMv7 boards takes them: the longest there is. Names of Linux 6.1 include/linux/cache.h. */
#ifndef ARMDMA_COMPAT_LINUX_CACHE_H
#define ARMDMA_COMPAT_LINUX_CACHE_H

#define L1_CACHE_SHIFT 6
#define L1_CACHE_BYTES (1 << L1_CACHE_SHIFT)
#define SMP_CACHE_BYTES L1_CACHE_BYTES
#define ____cacheline_aligned __attribute__((__aligned__(SMP_CACHE_BYTES)))
#define ____cacheline_aligned_in_smp ____cacheline_aligned

#endif
