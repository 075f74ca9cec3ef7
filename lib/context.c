/* SPDX-License-Identifier: BSD-2-Clause */
/* Where code runs: whether it may sleep. */
#include "lib/machine.h"

/* Of this CPU, which in a shared machine is this thread. */
static unsigned long *preempt_count(const struct armdma_machine *m)
{
	return armdma_hw_percpu(m->hw);
}

void armdma_preempt_disable(struct armdma_machine *m)
{
	MACHINE_ENTER(m);

	++*preempt_count(m);
}

void armdma_preempt_enable(struct armdma_machine *m)
{
	MACHINE_ENTER(m);

	if (*preempt_count(m)) {
		--*preempt_count(m);
		return;
	}
	misuse(m, ARMDMA_REPORT_BAD_CONTEXT, NULL, __builtin_return_address(0), ARMDMA_MAPPING_ERROR, 0,
	       "armdma_preempt_enable() without a disable: the count is already 0");
}

bool armdma_in_atomic(const struct armdma_machine *m)
{
	MACHINE_ENTER(m);

	return *preempt_count(m) || armdma_hw_irqs_disabled(m->hw);
}

static const char *where(const struct armdma_machine *m)
{
	if (armdma_hw_in_irq(m->hw))
		return "in an interrupt handler";
	return armdma_hw_irqs_disabled(m->hw) ? "with interrupts masked" : "with preemption off (under a spinlock)";
}

bool might_sleep(struct armdma_machine *m, struct armdma_device *dev, const char *call,
		 const void *site)
{
	if (!armdma_in_atomic(m))
		return true;
	misuse(m, ARMDMA_REPORT_BAD_CONTEXT, dev, site, ARMDMA_MAPPING_ERROR, 0,
	       "%s, which may sleep, is called %s", call, where(m));
	return false;
}

void armdma_might_sleep(struct armdma_machine *m)
{
	MACHINE_ENTER(m);

	might_sleep(m, NULL, "code that says so (might_sleep)", __builtin_return_address(0));
}
