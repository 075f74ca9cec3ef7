/* SPDX-License-Identifier: BSD-2-Clause */
/* Interrupt delivery. */
#ifndef SIM_IRQ_H
#define SIM_IRQ_H

#include <stdbool.h>
#include <stdint.h>

struct armdma_hw;

void irq_init(struct armdma_hw *hw);
void irq_fini(struct armdma_hw *hw);
/* Call the handlers of every line that is high, once, unless masked. Returns whether any was called. */
bool irq_deliver(struct armdma_hw *hw);
/* A thread has left the handler of this line without an end. */
void irq_handler_left(struct armdma_hw *hw, uint32_t line);

#endif
