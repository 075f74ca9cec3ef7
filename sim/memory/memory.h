/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RAM and its views: what bus masters see (D), what the CPU sees through
 * cacheable mappings (C), and the write buffer of uncached mappings (W).
 *
 * This header is what the rest of sim/ uses; the CPU's side is door 4 of armdma/hw.h.
 */
#ifndef SIM_MEMORY_H
#define SIM_MEMORY_H

#include <armdma/hw.h>

/* True when every byte of [pa, pa+len) is RAM. */
bool mem_is_ram(const struct armdma_hw *hw, armdma_phys_t pa, size_t len);
/* A master reads RAM (D). The range must be RAM. */
void mem_read(struct armdma_hw *hw, armdma_phys_t pa, void *buf, size_t len);
/* A master writes RAM (D); lines are marked and their old content saved as undo lines. */
void mem_write(struct armdma_hw *hw, armdma_phys_t pa, const void *buf, size_t len);
/* A coherent master (snoops the CPU caches): reads the newest data, and its writes are seen by the CPU at once. */
void mem_read_coherent(struct armdma_hw *hw, armdma_phys_t pa, void *buf, size_t len);
void mem_write_coherent(struct armdma_hw *hw, armdma_phys_t pa, const void *buf, size_t len);
/*
 * Host address of DRAM at pa, for the table walker: valid for reading to the end of the page,
 * until the next call into memory. NULL when pa is not RAM.
 */
const void *mem_peek(struct armdma_hw *hw, armdma_phys_t pa);

#endif
