/* SPDX-License-Identifier: BSD-2-Clause */
/* Workloads as files. The format is written down in docs/iova-trace-format.md. */
#ifndef TOOLS_IOVA_FORMAT_H
#define TOOLS_IOVA_FORMAT_H

#include <stdio.h>

#include "workload.h"

#define FORMAT_MAGIC "\x89IOV\r\n\x1a\n"
#define FORMAT_MAGIC_LEN 8u
#define FORMAT_VERSION 1u

/* 0; -EIO when the stream refuses (errno tells why); -ENOMEM. */
int format_write(const struct workload *w, FILE *out);

/* What a reader met that is not as it should be; the workload holds what came before. */
struct format_report {
	bool truncated;		/* ends before its END block */
	char why[160];		/* "" when all is well */
};
/*
 * Read bytes of a file into an empty workload. 0; -EINVAL: no such file, or corrupt (what can be
 * trusted, whole blocks before the damage, is in *w and r->truncated is set; else *w is empty); -ENOMEM.
 */
int format_parse(const unsigned char *data, size_t len, struct workload *w, struct format_report *r);
/* 64-bit identity of the content, whatever the name of the file: over the operations and spaces. */
uint64_t format_identity(const struct workload *w);

#endif
