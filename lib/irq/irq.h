/* SPDX-License-Identifier: BSD-2-Clause */
/* Interrupts as drivers ask for them: lines of the interrupt controller, and inputs of the combiner behind it. */
#ifndef LIB_IRQ_IRQ_H
#define LIB_IRQ_IRQ_H

#include "lib/machine.h"

/* The combiner's driver, if the machine has one. 0 or -ENOMEM. */
int irqchip_create(struct armdma_machine *m);
void irqchip_destroy(struct armdma_machine *m);

#endif
