/* SPDX-License-Identifier: BSD-2-Clause */
/* A tree with the questions that units ask it. Node offsets are libfdt's; < 0: there is no such node. */
#ifndef LIB_DTB_INTERNAL_H
#define LIB_DTB_INTERNAL_H

#include <armdma/dtb.h>

#define DTB_MAX_DEPTH 16

struct dtb_tree {
	const void *fdt;
	struct armdma_error *err;
	const struct armdma_dtb_options *opt;
};

/* What fits of a string into size bytes, terminated. */
void dtb_copy(char *to, const char *from, size_t size);
/* Say what is wrong with a node; returns -EINVAL. */
int dtb_bad(const struct dtb_tree *t, int node, const char *fmt, ...) ARMDMA_PRINTF(3, 4);
/* Tell the caller what was assumed or left out. node < 0: of the whole tree. */
void dtb_note(const struct dtb_tree *t, int node, const char *fmt, ...) ARMDMA_PRINTF(3, 4);

/* Cells of a property: their number (0: no such property, or one that is not made of cells), and cell i. */
uint32_t dtb_cells(const struct dtb_tree *t, int node, const char *prop);
uint32_t dtb_cell(const struct dtb_tree *t, int node, const char *prop, uint32_t i);
bool dtb_has(const struct dtb_tree *t, int node, const char *prop);
bool dtb_compatible(const struct dtb_tree *t, int node, const char *what);
/* The node and all above it are switched on, or the caller wants those too that are not. */
bool dtb_enabled(const struct dtb_tree *t, int node);
/* Node of a phandle; < 0: none. */
int dtb_node(const struct dtb_tree *t, uint32_t phandle);
/* Next compatible node behind `node` (-1: from the start); < 0: none. */
int dtb_next(const struct dtb_tree *t, int node, const char *compatible);

/* Register block i, as the CPU sees it. 0 or -EINVAL, told. */
int dtb_reg(const struct dtb_tree *t, int node, uint32_t i, uint64_t *base, uint64_t *size);
/* First interrupt as a number of this library. 0; -ENOENT (has none, or not one that reaches a line); -EINVAL, told. */
int dtb_irq(const struct dtb_tree *t, int node, uint32_t *irq);

#endif
