/* SPDX-License-Identifier: BSD-2-Clause */
/* Accesses that the code under test announces. */
#include <stdarg.h>
#include <stdio.h>

#include <armdma/access.h>

#include "lib/check/internal.h"

void armdma_cpu_load(struct armdma_machine *m, const void *cpu, size_t len)
{
	MACHINE_ENTER(m);

	(void)m;
	(void)cpu;
	(void)len;
}

void armdma_cpu_store(struct armdma_machine *m, const void *cpu, size_t len)
{
	MACHINE_ENTER(m);

	armdma_hw_touch(m->hw, cpu, len);
}

void armdma_cpu_expose(struct armdma_machine *m, const void *cpu, size_t len)
{
	MACHINE_ENTER(m);

	(void)m;
	(void)cpu;
	(void)len;
}

void armdma_report_misuse(struct armdma_machine *m, enum armdma_report_kind kind, struct armdma_device *dev,
			  const void *site, const char *fmt, ...)
{
	MACHINE_ENTER(m);
	char text[512];
	va_list ap;

	if (!site)
		site = __builtin_return_address(0);
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	misuse(m, kind, dev, site, ARMDMA_MAPPING_ERROR, 0, "%s", text);
}
