/* SPDX-License-Identifier: BSD-2-Clause */
/* Files that may be packed with xz, read as a stream. */
#ifndef TOOLS_IOVA_UNPACK_H
#define TOOLS_IOVA_UNPACK_H

#include <stdio.h>
#include <sys/types.h>

/*
 * Open for reading; "-" is standard input, which must be plain. *xz: the process that unpacks, 0 when the file is plain.
 * NULL with errno on failure.
 */
FILE *unpack_open(const char *path, pid_t *xz);
/* After the stream has been read to its end or closed. 0; -EIO: damaged; -ENOENT: the program xz cannot be run. */
int unpack_wait(pid_t *xz);

#endif
