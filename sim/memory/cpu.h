/* SPDX-License-Identifier: BSD-2-Clause */
/* The write buffer as the rest of sim/ drives it, and the life of the memory. */
#ifndef SIM_MEMORY_CPU_H
#define SIM_MEMORY_CPU_H

#include "sim/hw.h"

/* Complete the CPU's stores to uncached memory (dsb st). */
void cpu_complete(struct armdma_hw *hw);
/* The same without a choice point before it. */
void cpu_drain(struct armdma_hw *hw);
/* Let the CPU's loads of uncached memory see what masters wrote (dsb, interrupt entry). */
void cpu_pull(struct armdma_hw *hw);
/* While the CPU waits: pull what a master wrote a bounded time ago. */
void cpu_age(struct armdma_hw *hw);

/* May stores wait anywhere? */
bool cpu_has_stores(const struct armdma_hw *hw);
/*
 * A register of a bus master is written, at `site`, while stores may wait: those that do are told (ARMDMA_EV_STORE_MISSED) when
 * a master reads in vain what the write may have announced.
 */
void cpu_rings(struct armdma_hw *hw, const char *unit, const void *site);

/*
 * A choice point: between what was and what comes next. [pa, pa+len): RAM that it is about, len 0 for none. cpu: the CPU is at work, so
 * it may be held up here.
 */
void choose_here(struct armdma_hw *hw, armdma_phys_t pa, uint64_t len, bool cpu);
static inline void choice_point(struct armdma_hw *hw, armdma_phys_t pa, uint64_t len, bool cpu)
{
	if (__builtin_expect(hw->chooser != NULL, 0))
		choose_here(hw, pa, len, cpu);
}

int mem_create(struct armdma_hw *hw, struct armdma_error *err);
/* Park the memory in the pool; NULL-safe. */
void mem_destroy(struct armdma_hw *hw);

#endif
