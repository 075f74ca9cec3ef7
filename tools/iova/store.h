/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Result files: one JSON object a line. A line is in the file as a whole or not at all, so that a sweep which was interrupted goes on where
 * it stopped, and a full disk loses nothing that was in the file.
 */
#ifndef TOOLS_IOVA_STORE_H
#define TOOLS_IOVA_STORE_H

#include <jansson.h>
#include <stdbool.h>

struct store;

/* Open, or make, the file for adding; NULL path: standard output. An exit status; errors are told on stderr. */
int store_open(const char *path, struct store **s);
/* Is there a result with status other than "failed" for this key? */
bool store_has(const struct store *s, const char *key);
/* 0, or TOOL_OUTPUT once it could not be written, after saying so; the line is kept. */
int store_add(struct store *s, json_t *result);
/* What could not be written is put elsewhere, and where is told. An exit status. */
int store_close(struct store *s);

/* All results of files ("-": standard input) as an array; lines that are none are told and left out. NULL: out of memory, or *status. */
json_t *store_read(char *const *paths, int n, bool strict, int *status);

#endif
