/* SPDX-License-Identifier: BSD-2-Clause */
/* Life and unit of the clock, and the quick way to let time pass. */
#ifndef SIM_TIME_H
#define SIM_TIME_H

#include "sim/hw.h"

#define CLOCK_MHZ ARMDMA_CLOCK_MHZ

int clock_init(struct clock *c);
void clock_fini(struct clock *c);

/* armdma_hw_wait() for a condition of the hardware's own. */
int clock_wait(struct armdma_hw *hw, bool (*cond)(void *ctx), void *ctx, uint64_t max_cycles);

/* What the CPU does takes time: something is due, or wants to know. */
void clock_cost(struct armdma_hw *hw, uint64_t cycles);
/* armdma_hw_advance() for short costs: nearly always nothing is due. */
static inline void clock_pass(struct armdma_hw *hw, uint64_t cycles)
{
	struct clock *c = &hw->clk;
	uint64_t target = c->now + cycles;

	if (__builtin_expect(c->attention || (c->len && c->heap[0]->when <= target), 0))
		clock_cost(hw, cycles);
	else
		c->now = target;
}

#endif
