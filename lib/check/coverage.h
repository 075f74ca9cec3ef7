/* SPDX-License-Identifier: BSD-2-Clause */
/* What the process has counted, and the observer that counts it. */
#ifndef LIB_CHECK_COVERAGE_H
#define LIB_CHECK_COVERAGE_H

#include <armdma/coverage.h>

struct armdma_machine;

/*
 * Count this machine's calls from now on, or not (setting ""). "1": for a table at the process's end; else for that file. 0; -EINVAL with
 * *err when the process writes another file already; -ENOMEM, or why the file cannot be written.
 */
int coverage_set(struct armdma_machine *m, const char *setting, struct armdma_error *err);
void coverage_stop(struct armdma_machine *m);

/* Add n to a cell, found or made by all fields but its count. */
void coverage_add(const struct armdma_coverage *cell, int64_t n);

/* cells.c, coverage_file.c */
const char *coverage_policy_name(enum armdma_cache_policy policy);
const char *coverage_outcome_name(enum armdma_outcome outcome);
const char *coverage_set_name(enum armdma_dma_opset set);
/* Append all cells to a file. 0 or a negative errno. */
int coverage_write(const char *path);

#endif
