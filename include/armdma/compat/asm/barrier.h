/* SPDX-License-Identifier: BSD-2-Clause */
/* Barriers of ARMv7, on the current machine (docs/memory-model.md). The smp_ ones order this host's threads. */
#ifndef ARMDMA_COMPAT_ASM_BARRIER_H
#define ARMDMA_COMPAT_ASM_BARRIER_H

#include <linux/compiler.h>

ARMDMA_INLINE void armdma_compat_barrier(enum armdma_barrier kind, const char *call)
{
	struct armdma_hw *hw = armdma_compat_hw(call);

	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (hw)
		armdma_hw_barrier(hw, kind);
}

#define mb() armdma_compat_barrier(ARMDMA_BARRIER_MB, "mb")
#define rmb() armdma_compat_barrier(ARMDMA_BARRIER_RMB, "rmb")
#define wmb() armdma_compat_barrier(ARMDMA_BARRIER_WMB, "wmb")
#define dma_mb() armdma_compat_barrier(ARMDMA_BARRIER_MB, "dma_mb")
#define dma_rmb() armdma_compat_barrier(ARMDMA_BARRIER_DMA_RMB, "dma_rmb")
#define dma_wmb() armdma_compat_barrier(ARMDMA_BARRIER_DMA_WMB, "dma_wmb")
#define smp_mb() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define smp_rmb() __atomic_thread_fence(__ATOMIC_ACQUIRE)
#define smp_wmb() __atomic_thread_fence(__ATOMIC_RELEASE)
#define smp_store_release(p, v)         \
	do {                            \
		smp_mb();               \
		WRITE_ONCE(*(p), v);    \
	} while (0)
#define smp_load_acquire(p)                                  \
	__extension__({                                      \
		__typeof__(*(p)) armdma_a_ = READ_ONCE(*(p)); \
		smp_mb();                                    \
		armdma_a_;                                   \
	})

#endif
