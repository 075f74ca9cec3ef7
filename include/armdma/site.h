/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Call sites: where in the program under test a call came from.
 *
 * A site is the return address of the public call: one word, taken without unwinding. It is turned
 * into function, file and line only when printed. Inline wrappers of this library (anything under
 * armdma/) are looked through: the site is where they were called.
 */
#ifndef ARMDMA_SITE_H
#define ARMDMA_SITE_H

#include <armdma/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct armdma_site_info {
	char function[128];	/* "" when unknown */
	char file[256];		/* as the compiler recorded it; "" when unknown */
	unsigned int line;	/* 0 when unknown */
	char module[256];	/* executable or shared object; "" when unknown */
	uintptr_t offset;	/* of the address in the module */
};

/*
 * Look a site up. Needs debugging information (-g) for file and line; without libdw on the host only
 * the module, and the names of exported functions. Returns 0, or -ENOENT when nothing is known.
 */
ARMDMA_API int armdma_site_lookup(const void *site, struct armdma_site_info *info);
/* One line, "rx_poll at driver.c:42" or "module+0x1234"; returns buf. len bytes, always terminated. */
ARMDMA_API const char *armdma_site_format(const void *site, char *buf, size_t len);

#ifdef __cplusplus
}
#endif
#endif
