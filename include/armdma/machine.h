/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A simulated computer: the hardware of a configuration, with the kernel
 * software (pages, SYSMMU driver, DMA API, checker) booted on it.
 *
 * No global state: everything hangs off the machine. Several machines live in one process.
 *
 * Threads: a machine is driven by one thread at a time. Several at once may call into one whose configuration says `shared`: all of dma.h,
 * dmapool.h, dmabounce.h, scatterlist.h, mm.h, iommu.h, access.h, report.h, stats.h, pgsize.h, event.h, hw.h and this header, but for creating and
 * destroying it (no other thread may be inside then). armdma/hw.h says where functions of the user are called.
 */
#ifndef ARMDMA_MACHINE_H
#define ARMDMA_MACHINE_H

#include <armdma/config.h>
#include <armdma/hw.h>
#include <armdma/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Returns 0 and *m; -EINVAL or -ENOMEM with *err (may be NULL) saying why. cfg NULL: Exynos4210. The checker is set up by the
 * environment variable ARMDMA_OPTIONS (armdma/options.h); a wrong one is -EINVAL.
 */
ARMDMA_API int armdma_machine_create(struct armdma_machine **m, const struct armdma_config *cfg,
				     struct armdma_error *err);
/* Frees everything, whatever state a failed test left it in. NULL is ignored. */
ARMDMA_API void armdma_machine_destroy(struct armdma_machine *m);
/* The test that drove the machine has failed: nothing that is left over is reported as a leak when it goes. */
ARMDMA_API void armdma_machine_abandon(struct armdma_machine *m);
/*
 * Install the process's handler of SIGSEGV and SIGBUS again, above the one in place. Creating a machine does so; call
 * this after something else (a test runner) took the signals. The one in place is called after the report.
 */
ARMDMA_API void armdma_trap_arm(void);

/*
 * For one layer above (the compat headers): what it keeps of the machine, and a function that is called when the machine goes,
 * while all else still is. NULL: nothing. It replaces what was there.
 */
ARMDMA_API void armdma_machine_set_layer(struct armdma_machine *m, void *layer,
					 void (*gone)(struct armdma_machine *m, void *layer));
ARMDMA_API void *armdma_machine_layer(const struct armdma_machine *m);

ARMDMA_API struct armdma_hw *armdma_machine_hw(struct armdma_machine *m);
ARMDMA_API struct armdma_events *armdma_machine_events(struct armdma_machine *m);

/* Device of the configuration by name ("fimc0"), or NULL. It belongs to the machine. */
ARMDMA_API struct armdma_device *armdma_device_find(struct armdma_machine *m, const char *name);
ARMDMA_API const char *armdma_device_name(const struct armdma_device *dev);
ARMDMA_API struct armdma_machine *armdma_device_machine(const struct armdma_device *dev);
/* First register address and interrupt line of the device. */
ARMDMA_API armdma_phys_t armdma_device_regs(const struct armdma_device *dev);
ARMDMA_API uint32_t armdma_device_irq(const struct armdma_device *dev);

/*
 * request_irq() and free_irq(): a handler for an interrupt number as devices have it, a line of the interrupt controller or an
 * input of the combiner (ARMDMA_IRQ_COMBINER()), whose driver calls it. Sharing and delivery as with
 * armdma_hw_irq_request(). Returns 0, -EINVAL (no such interrupt), -ENOMEM.
 */
ARMDMA_API int armdma_irq_request(struct armdma_machine *m, uint32_t irq, armdma_irq_fn fn, void *ctx);
ARMDMA_API void armdma_irq_free(struct armdma_machine *m, uint32_t irq, armdma_irq_fn fn, void *ctx);

/*
 * Runtime PM. A device is active for good until armdma_pm_runtime_enable(); from then on only while it is
 * used: get resumes it (its SYSMMUs first), the last put suspends it (its SYSMMUs last).
 * Unbalanced puts are reported.
 */
ARMDMA_API void armdma_pm_runtime_enable(struct armdma_device *dev);
ARMDMA_API void armdma_pm_runtime_get(struct armdma_device *dev);
ARMDMA_API void armdma_pm_runtime_put(struct armdma_device *dev);
ARMDMA_API bool armdma_pm_runtime_active(const struct armdma_device *dev);

/*
 * Contexts. Code runs in an atomic context inside an interrupt handler, with interrupts masked
 * (armdma_hw_irq_save()), or with preemption off (what a spinlock does; nests). A call that may sleep is
 * reported there (ARMDMA_REPORT_BAD_CONTEXT) and then does its work. In a shared machine a thread counts as a CPU: the context is its own.
 */
ARMDMA_API void armdma_preempt_disable(struct armdma_machine *m);
/* One without a disable is reported. */
ARMDMA_API void armdma_preempt_enable(struct armdma_machine *m);
ARMDMA_API bool armdma_in_atomic(const struct armdma_machine *m);
/* For code under test: report if this place must not sleep. Site: the caller. */
ARMDMA_API void armdma_might_sleep(struct armdma_machine *m);

/*
 * Failure injection: let the nth call (1: the next) of a step fail, once. 0 switches it off.
 * Counted from now on. armdma_fail_hits() tells how often the step was reached since.
 */
enum armdma_fail_step {
	ARMDMA_FAIL_PAGE,	/* page allocator */
	ARMDMA_FAIL_IOVA,	/* IOVA allocation */
	ARMDMA_FAIL_TABLE,	/* page for a translation table */
	ARMDMA_FAIL_VMAP,	/* kernel or user address space */
	ARMDMA_FAIL_KMALLOC,	/* bookkeeping memory of the DMA layer, and kmalloc */
	ARMDMA_FAIL_CMA,	/* contiguous memory */
	ARMDMA_FAIL_ATOMIC_POOL, /* the pool for atomic allocations */
	ARMDMA_FAIL_DECLARED,	/* a device's declared memory */
	ARMDMA_FAIL_BOUNCE,	/* safe buffer of a bounced mapping */
	ARMDMA_NR_FAIL_STEPS
};
ARMDMA_API void armdma_fail_nth(struct armdma_machine *m, enum armdma_fail_step step, uint64_t nth);
/*
 * Let each call of a step fail with a probability of `ppm` in a million (0 switches it off), drawn from a sequence of its own
 * that starts at `seed`: the same seed gives the same failures. Independent of armdma_fail_nth().
 */
ARMDMA_API void armdma_fail_randomly(struct armdma_machine *m, enum armdma_fail_step step, uint32_t ppm,
				     uint64_t seed);
/* "page", "iova", ...; never NULL. */
ARMDMA_API const char *armdma_fail_step_name(enum armdma_fail_step step);
ARMDMA_API uint64_t armdma_fail_hits(const struct armdma_machine *m, enum armdma_fail_step step);

#ifdef __cplusplus
}
#endif
#endif
