/* SPDX-License-Identifier: BSD-2-Clause */
/* Where code runs: interrupts, preemption. */
#ifndef ARMDMA_COMPAT_LINUX_PREEMPT_H
#define ARMDMA_COMPAT_LINUX_PREEMPT_H

#include <linux/compiler.h>

ARMDMA_INLINE void preempt_disable(void)
{
	struct armdma_machine *m = armdma_compat_need("preempt_disable");

	if (m)
		armdma_preempt_disable(m);
}
ARMDMA_INLINE void preempt_enable(void)
{
	struct armdma_machine *m = armdma_compat_need("preempt_enable");

	if (m)
		armdma_preempt_enable(m);
}
ARMDMA_INLINE bool in_atomic(void)
{
	struct armdma_machine *m = armdma_compat_machine();

	return m && armdma_in_atomic(m);
}
ARMDMA_INLINE bool in_hardirq(void)
{
	struct armdma_machine *m = armdma_compat_machine();

	return m && armdma_hw_in_irq(armdma_machine_hw(m));
}
ARMDMA_INLINE bool irqs_disabled(void)
{
	struct armdma_machine *m = armdma_compat_machine();

	return m && armdma_hw_irqs_disabled(armdma_machine_hw(m));
}
ARMDMA_INLINE unsigned long armdma_compat_irq_save(void)
{
	struct armdma_hw *hw = armdma_compat_hw("local_irq_save");

	return hw ? armdma_hw_irq_save(hw) : 0;
}
ARMDMA_INLINE void local_irq_restore(unsigned long flags)
{
	struct armdma_hw *hw = armdma_compat_hw("local_irq_restore");

	if (hw)
		armdma_hw_irq_restore(hw, (unsigned int)flags);
}
#define in_irq() in_hardirq()
#define in_interrupt() in_hardirq()
#define in_task() (!in_hardirq())
#define local_irq_save(flags) ((flags) = armdma_compat_irq_save())
#define local_irq_disable() ((void)armdma_compat_irq_save())
#define local_irq_enable() local_irq_restore(0)

#endif
