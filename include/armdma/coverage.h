/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which states of DMA a program has exercised: each function of the DMA API by direction, set of operations, coherence of the device,
 * policy of the caches, and outcome. Counted by machines with the option coverage= (armdma/options.h), over all machines of
 * the process, from the events of their calls:
 *
 *	coverage=1	print the table when the process ends
 *	coverage=PATH	append what was counted to this file, a line of JSON each, for armdma-coverage to merge and print
 *
 * These functions are for tools and for tests that look at the figures themselves. Any thread.
 */
#ifndef ARMDMA_COVERAGE_H
#define ARMDMA_COVERAGE_H

#include <stdio.h>

#include <armdma/config.h>
#include <armdma/dma.h>

#ifdef __cplusplus
extern "C" {
#endif

enum armdma_outcome {
	ARMDMA_OUTCOME_OK,
	ARMDMA_OUTCOME_FAILED,	/* no memory, no addresses: an error that a driver must survive */
	ARMDMA_OUTCOME_MISUSE,	/* the call was reported */
	ARMDMA_NR_OUTCOMES
};

struct armdma_coverage {
	char function[48];		/* "dma_map_single" */
	enum armdma_dir dir;		/* ARMDMA_NONE: it has none, or did not get that far */
	enum armdma_dma_opset set;	/* ARMDMA_NR_OPSETS: about no device */
	bool coherent;			/* the device snoops the caches */
	enum armdma_cache_policy policy;
	enum armdma_outcome outcome;
	uint64_t count;			/* calls */
};

typedef void (*armdma_coverage_fn)(void *ctx, const struct armdma_coverage *cell);
/* Each combination that was counted, in order of its fields. fn may not call into machines that count. */
ARMDMA_API void armdma_coverage_walk(armdma_coverage_fn fn, void *ctx);
/*
 * Add what a file of coverage=PATH holds, of any number of processes. Returns 0; a negative errno, or -EINVAL with *err (may be NULL)
 * naming the line that is none.
 */
ARMDMA_API int armdma_coverage_read(const char *path, struct armdma_error *err);
/* Print the table; one line that says so when nothing was counted. */
ARMDMA_API void armdma_coverage_print(FILE *f);
/* Forget all that was counted. */
ARMDMA_API void armdma_coverage_clear(void);

#ifdef __cplusplus
}
#endif
#endif
