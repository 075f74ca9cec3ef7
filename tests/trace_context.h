/* SPDX-License-Identifier: BSD-2-Clause */
/* Who a line of a recording is from. */
#ifndef TESTS_TRACE_CONTEXT_H
#define TESTS_TRACE_CONTEXT_H

#include <stdint.h>

/* Of an event's context: a task may change its CPU between two lines, but the idle tasks, one a CPU, are all number 0. */
static inline uint64_t trace_context(uint64_t context)
{
	return context >> 8 & 0xffffffff ? context & ((1ULL << 40) - 1) : context;
}

#endif
