/* SPDX-License-Identifier: BSD-2-Clause */
/* Misuse by the code under test, told to whoever observes. */
#include <stdarg.h>
#include <stdio.h>

#include "lib/machine.h"

void misuse(struct armdma_machine *m, enum armdma_report_kind kind, struct armdma_device *dev,
	    const void *site, uint64_t addr, uint64_t len, const char *fmt, ...)
{
	char text[512];
	struct armdma_event ev = {
		.type = ARMDMA_EV_MISUSE, .dev = dev, .site = site, .addr = addr, .len = len,
		.flags = kind, .who = text, .pa = ARMDMA_MAPPING_ERROR
	};
	va_list ap;

	if (!armdma_event_on(m->ev, ARMDMA_EV_MISUSE))
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	armdma_event_emit(m->ev, &ev);
}
