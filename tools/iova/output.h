/* SPDX-License-Identifier: BSD-2-Clause */
/* Files that are there as a whole or not at all: written beside their place, and moved there in the end. */
#ifndef TOOLS_IOVA_OUTPUT_H
#define TOOLS_IOVA_OUTPUT_H

#include <stdio.h>

struct output {
	FILE *f;
	const char *path;	/* "-": standard output */
	char *temporary;
};

/* An exit status; errors are told. */
int output_open(struct output *o, const char *path);
/* ok false: throw away what was written. */
int output_close(struct output *o, int ok);

#endif
