/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The interrupt combiner of Exynos: inputs in groups of eight, each group one line of the interrupt controller.
 *
 * Four groups share a bank of registers; group g has byte g % 4 of each of them. Offsets and bits are those that QEMU's model and
 * the Linux 6.1 driver (drivers/irqchip/exynos-combiner.c) use; raw status is in no driver (assumed). A group's line is high
 * while any of its inputs is high and enabled. Reset: nothing is enabled.
 */
#ifndef ARMDMA_COMBINER_H
#define ARMDMA_COMBINER_H

#include <armdma/config.h>

#define ARMDMA_COMBINER_REG_SIZE 0x1000u
#define ARMDMA_COMBINER_BANK(group) ((group) / 4u * 0x10u)
#define ARMDMA_COMBINER_ENABLE_SET(group) (ARMDMA_COMBINER_BANK(group) + 0x0u)	/* W1S; reads what is enabled */
#define ARMDMA_COMBINER_ENABLE_CLEAR(group) (ARMDMA_COMBINER_BANK(group) + 0x4u) /* W1C; reads what is enabled */
#define ARMDMA_COMBINER_RAW_STATUS(group) (ARMDMA_COMBINER_BANK(group) + 0x8u)	/* RO: inputs that are high */
#define ARMDMA_COMBINER_STATUS(group) (ARMDMA_COMBINER_BANK(group) + 0xCu)	/* RO: of these, the enabled ones */
#define ARMDMA_COMBINER_SHIFT(group) ((group) % 4u * 8u)
#define ARMDMA_COMBINER_BIT(group, input) (1u << (ARMDMA_COMBINER_SHIFT(group) + (input)))

#endif
