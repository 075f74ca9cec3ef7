/* SPDX-License-Identifier: BSD-2-Clause */
/* A shared object with a call site in a static function. */
#include <armdma/types.h>

const void *module_site(const void *(*record)(void), int *line);

static __attribute__((noinline)) const void *hidden_in_module(const void *(*record)(void), int *line)
{
	const void *site;

	*line = __LINE__ + 1;
	site = record();
	__asm__ volatile("" : "+r"(site));	/* no tail call: what it goes to is not known through a pointer */
	return site;
}

ARMDMA_API const void *module_site(const void *(*record)(void), int *line)
{
	const void *site = hidden_in_module(record, line);

	__asm__ volatile("");
	return site;
}
