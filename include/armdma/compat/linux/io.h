/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Registers. ioremap() gives a cookie that stands for a bus address; only these functions understand it (a plain load or
 * store crashes, as it should). Every access lets time pass and carries the barriers that ARMv7's has.
 */
#ifndef ARMDMA_COMPAT_LINUX_IO_H
#define ARMDMA_COMPAT_LINUX_IO_H

#include <asm/barrier.h>
#include <linux/err.h>
#include <linux/ioport.h>
#include <linux/mm.h>
#include <linux/string.h>

/* Addresses that no program has, on a 64-bit host; on a 32-bit one the cookie is the bus address. */
#if UINTPTR_MAX > 0xffffffffu
#define ARMDMA_COMPAT_IO ((uintptr_t)0xf0d0 << 48)
#define ARMDMA_COMPAT_IO_MASK ((uintptr_t)0xffff << 48)
#else
#define ARMDMA_COMPAT_IO ((uintptr_t)0)
#define ARMDMA_COMPAT_IO_MASK ((uintptr_t)0)
#endif

ARMDMA_INLINE void __iomem *ioremap(phys_addr_t pa, size_t size)
{
	return size ? (void __iomem *)((uintptr_t)pa | ARMDMA_COMPAT_IO) : NULL;
}
ARMDMA_INLINE void iounmap(volatile void __iomem *cookie)
{
	(void)cookie;
}
#define ioremap_wc(pa, size) ioremap(pa, size)

/* The hardware behind a cookie, with its bus address; NULL: no machine, or no cookie (reported). */
ARMDMA_INLINE struct armdma_hw *armdma_compat_reg(const volatile void __iomem *cookie, armdma_phys_t *reg,
						  const char *call)
{
	struct armdma_machine *m = armdma_compat_need(call);

	*reg = (uintptr_t)cookie & ~ARMDMA_COMPAT_IO_MASK;
	if (!m)
		return NULL;
	if (((uintptr_t)cookie & ARMDMA_COMPAT_IO_MASK) == ARMDMA_COMPAT_IO)
		return armdma_machine_hw(m);
	armdma_report_misuse(m, ARMDMA_REPORT_BAD_ARGUMENT, NULL, NULL, "%s() of %p, which ioremap() did not give", call,
			     (void *)(uintptr_t)cookie);
	return NULL;
}

#define ARMDMA_COMPAT_READ(name)                                                 \
	ARMDMA_INLINE u32 name(const volatile void __iomem *addr)                \
	{                                                                        \
		armdma_phys_t reg;                                               \
		struct armdma_hw *hw = armdma_compat_reg(addr, &reg, #name);     \
                                                                                 \
		return hw ? armdma_hw_##name(hw, reg) : 0;                       \
	}
#define ARMDMA_COMPAT_WRITE(name)                                                \
	ARMDMA_INLINE void name(u32 value, volatile void __iomem *addr)          \
	{                                                                        \
		armdma_phys_t reg;                                               \
		struct armdma_hw *hw = armdma_compat_reg(addr, &reg, #name);     \
                                                                                 \
		if (hw)                                                          \
			armdma_hw_##name(hw, reg, value);                        \
	}
ARMDMA_COMPAT_READ(readl)
ARMDMA_COMPAT_READ(readl_relaxed)
ARMDMA_COMPAT_WRITE(writel)
ARMDMA_COMPAT_WRITE(writel_relaxed)
#define ioread32(addr) readl(addr)
#define iowrite32(value, addr) writel(value, addr)
#define __raw_readl(addr) readl_relaxed(addr)
#define __raw_writel(value, addr) writel_relaxed(value, addr)

#endif
