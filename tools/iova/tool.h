/* SPDX-License-Identifier: BSD-2-Clause */
/* What every part of armdma-iova shares: exit statuses, messages, numbers. */
#ifndef TOOLS_IOVA_TOOL_H
#define TOOLS_IOVA_TOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <armdma/types.h>

/* Exit statuses; in the man page too. */
enum {
	TOOL_OK = 0,
	TOOL_FAILED = 1,	/* a policy misbehaved or crashed, a run failed; the others' results are there */
	TOOL_USAGE = 2,		/* the command line makes no sense */
	TOOL_INPUT = 3,		/* a trace or result file cannot be read or is no such thing; with --strict also malformed lines */
	TOOL_OUTPUT = 4,	/* results cannot be written: disk full, no permission */
	TOOL_UNABLE = 5,	/* this host lacks something: tracefs, gnuplot, memory */
};

/* "armdma-iova: ..." on stderr. Returns status, so that a caller can return it on. */
ARMDMA_PRINTF(2, 3)
int tool_error(int status, const char *fmt, ...);
ARMDMA_PRINTF(1, 2)
void tool_note(const char *fmt, ...);
/* Notes are for people: switched off by --quiet. */
extern bool tool_quiet;

/* "4K", "0x1000", "2G": bytes. False when it is no such thing. */
bool tool_parse_size(const char *s, uint64_t *value);
/* A whole number in [min, max]. */
bool tool_parse_number(const char *s, uint64_t min, uint64_t max, uint64_t *value);
/* "4 KiB", "1.5 GiB": in buf of 24 characters, which it returns. */
char *tool_bytes(uint64_t bytes, char buf[24]);

/* xorshift64 (shifts 13, 7, 17); *x is never 0. */
uint64_t tool_random(uint64_t *x);
/* A number below n, by multiply-high of the upper half. */
uint32_t tool_below(uint64_t *x, uint32_t n);

/* A growing array: make room for one more element. Returns the array, or NULL (the old one stays). */
void *tool_grow(void *v, size_t n, size_t *cap, size_t elem);

#endif
