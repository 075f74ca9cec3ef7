/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A recording of 32-bit ARM as the calls that drivers made: what each asked for, what it was given, and in which order they took
 * their IOVAs and gave them back.
 *
 * A call takes its IOVA between two lines, iova_alloc and iova_alloc_ret; its place is the second, of a list the last one. It gives
 * them back after its first line "unmap", which names the range, and before the next line of that CPU: at the latest, unless another
 * call is given the range before.
 */
#ifndef TESTS_TRACE_CALLS_H
#define TESTS_TRACE_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <armdma/types.h>

#include "tools/iova/ftrace.h"

/* What one iova_alloc of a call took. */
struct trace_chunk {
	armdma_dma_t iova;
	uint64_t size;			/* bytes, whole pages */
	unsigned int first, entries;	/* in trace_call.entry: as map_sg mapped them one by one */
};

struct trace_call {
	enum ftrace_type type;		/* FTRACE_DMA_ALLOC, FTRACE_DMA_MAP_PAGE or FTRACE_DMA_MAP_SG */
	unsigned long line;
	char dev[FTRACE_NAME_LEN];
	uint64_t offset, size;		/* as the call says; of a list: offset of its first byte in its page */
	enum armdma_dir dir;
	unsigned int nents;
	struct trace_chunk *chunk;
	unsigned int chunks;
	uint64_t *entry;		/* bytes of each of a list's entries, whole pages */
	unsigned int entries;
	bool undone;			/* given back in the recording */
	void *user;			/* of who replays it */
};

struct trace_step {
	struct trace_call *call;
	bool undo;
};

struct trace_calls {
	struct trace_step *step;	/* those without a call are none */
	size_t steps;
	struct trace_call **call;
	size_t calls;
};

/* Of a recording, plain or .xz. Fails the test when it cannot be read or what it says does not fit together. */
struct trace_calls *trace_calls_read(const char *path);
void trace_calls_free(struct trace_calls *t);

#endif
