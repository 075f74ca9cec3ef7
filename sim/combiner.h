/* SPDX-License-Identifier: BSD-2-Clause */
/* The interrupt combiner, between the units and the interrupt controller. */
#ifndef SIM_COMBINER_H
#define SIM_COMBINER_H

#include "sim/hw.h"

/* As the configuration says; without groups there is none. 0, -EBUSY, -ENOMEM. */
int combiner_create(struct armdma_hw *hw);
void combiner_destroy(struct armdma_hw *hw);
/* irq_set() for an input: n is 8 * group + input. */
void combiner_set(struct armdma_hw *hw, uint32_t n, bool *asserted, bool level);
bool combiner_level(const struct armdma_hw *hw, uint32_t n);

#endif
