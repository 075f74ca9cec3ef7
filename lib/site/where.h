/* SPDX-License-Identifier: BSD-2-Clause */
/* What an address of the host program is, for reports. */
#ifndef LIB_SITE_WHERE_H
#define LIB_SITE_WHERE_H

#include <stdbool.h>

/* On the calling thread's stack? */
bool site_on_stack(const void *p);
/* In the image of the program, or of a library of its? */
bool site_in_module(const void *p);

#endif
