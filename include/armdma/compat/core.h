/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the kernel's own names stand on: the machine of this thread.
 *
 * Kernel code has one machine and never names it. Here a thread has a current one, set by armdma_compat_set_machine()
 * (armdma/compat/board.h) or, for the time of a call, by whoever calls into a driver: armdma_compat_bind(), an interrupt.
 * Everything is a thin inline wrapper, so that reports name the driver's line; what needs state is in lib/compat. C only.
 */
#ifndef ARMDMA_COMPAT_CORE_H
#define ARMDMA_COMPAT_CORE_H

#include <armdma/access.h>
#include <armdma/hw.h>
#include <armdma/machine.h>
#include <armdma/types.h>

/* The current machine of this thread, or NULL. */
ARMDMA_API struct armdma_machine *armdma_compat_machine(void);
/* A line on stderr: call needs a machine, and there is none. */
ARMDMA_API void armdma_compat_no_machine(const char *call);
/* The current machine if cpu lies in its memory, else NULL. */
ARMDMA_API struct armdma_machine *armdma_compat_memory(const volatile void *cpu);

/* The current machine; without one NULL, and a line that says so. */
ARMDMA_INLINE struct armdma_machine *armdma_compat_need(const char *call)
{
	struct armdma_machine *m = armdma_compat_machine();

	if (__builtin_expect(!m, 0))
		armdma_compat_no_machine(call);
	return m;
}

ARMDMA_INLINE struct armdma_hw *armdma_compat_hw(const char *call)
{
	struct armdma_machine *m = armdma_compat_need(call);

	return m ? armdma_machine_hw(m) : NULL;
}

/*
 * Both ends of what the CPU is about to use: what is not mapped traps here, at the driver's line, and not inside the C library.
 */
ARMDMA_INLINE void armdma_compat_touch(const volatile void *cpu, size_t len)
{
	(void)*(const volatile char *)cpu;
	(void)*((const volatile char *)cpu + len - 1);
}

/* The CPU is about to load or store: for memory of the machine it is announced (armdma/access.h). */
ARMDMA_INLINE void armdma_compat_load(const volatile void *cpu, size_t len)
{
	struct armdma_machine *m = len ? armdma_compat_memory(cpu) : NULL;

	if (m) {
		armdma_compat_touch(cpu, len);
		armdma_cpu_load(m, (const void *)cpu, len);
	}
}

ARMDMA_INLINE void armdma_compat_store(volatile void *cpu, size_t len)
{
	struct armdma_machine *m = len ? armdma_compat_memory(cpu) : NULL;

	if (m) {
		armdma_compat_touch(cpu, len);
		armdma_cpu_store(m, (const void *)cpu, len);
	}
}

/* A macro's result that need not be looked at, as a function's. */
ARMDMA_INLINE long armdma_compat_result(long value)
{
	return value;
}

/* call may sleep: reported where that is not possible. Site: the caller. */
ARMDMA_API void armdma_compat_sleeps(struct armdma_machine *m, const char *call);

ARMDMA_INLINE void armdma_compat_might_sleep(const char *call)
{
	struct armdma_machine *m = armdma_compat_need(call);

	if (m)
		armdma_compat_sleeps(m, call);
}

#endif
