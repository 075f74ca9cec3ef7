/* SPDX-License-Identifier: BSD-2-Clause */
/* Workloads from wherever they are: own files, ftrace text, trace.dat, generators by name; all may be packed with xz. */
#ifndef TOOLS_IOVA_LOAD_H
#define TOOLS_IOVA_LOAD_H

#include "generate.h"
#include "import.h"
#include "workload.h"

struct load_options {
	struct import_options import;
	bool strict;		/* what is malformed, truncated or unmatched is an error */
	bool quiet;		/* say nothing of what was imported, but errors */
};

/*
 * spec: a file, "-" for standard input (ftrace text or an own file), or "gen:NAME[,option=value...]". Returns an exit status; errors and what is
 * odd about the file are told on stderr.
 */
int load_workload(const char *spec, const struct load_options *opt, struct workload *w);
/* Short name for people: without directory and endings. */
void load_name(const char *spec, char *buf, size_t len);
/* "live=10,steps=20..." into options. An exit status. */
int load_generate_options(const char *text, struct generate_options *opt);
/* What an import found, on stderr. */
void load_tell(const struct import_report *rep, const char *name);

/*
 * trace.dat as ftrace text, read by a child process: what a damaged file makes of the library that reads it stays
 * there. NULL with err.
 */
FILE *tracedat_open(const char *path, pid_t *child, char *err, size_t errlen);
/* After the stream was read. 0 or -EIO with err. */
int tracedat_wait(pid_t child, char *err, size_t errlen);

#endif
