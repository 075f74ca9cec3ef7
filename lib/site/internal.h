/* SPDX-License-Identifier: BSD-2-Clause */
/* What debugging information says of an address. */
#ifndef LIB_SITE_INTERNAL_H
#define LIB_SITE_INTERNAL_H

#include <armdma/site.h>

/*
 * Fill function, file and line of a return address. Returns 0; -ENOENT when there is no debugging information
 * (function may be filled), or no libdw on this host.
 */
int site_dwarf_lookup(uintptr_t site, struct armdma_site_info *info);

/* Is this source file a header of this library? */
bool site_is_own_header(const char *file);

#endif
