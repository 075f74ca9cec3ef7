/* SPDX-License-Identifier: BSD-2-Clause */
/* Misuse by the code under test, told to whoever observes. */
#include <stdarg.h>
#include <stdio.h>

#include "lib/machine.h"

ARMDMA_PRINTF(3, 0)
static void tell(struct armdma_machine *m, struct armdma_event *ev, const char *fmt, va_list ap)
{
	char text[512];

	if (!armdma_event_on(m->ev, ARMDMA_EV_MISUSE))
		return;
	vsnprintf(text, sizeof(text), fmt, ap);
	ev->type = ARMDMA_EV_MISUSE;
	ev->who = text;
	armdma_event_emit(m->ev, ev);
}

void misuse(struct armdma_machine *m, enum armdma_report_kind kind, struct armdma_device *dev,
	    const void *site, uint64_t addr, uint64_t len, const char *fmt, ...)
{
	struct armdma_event ev = {
		.dev = dev, .site = site, .addr = addr, .len = len, .flags = kind,
		.pa = ARMDMA_MAPPING_ERROR
	};
	va_list ap;

	va_start(ap, fmt);
	tell(m, &ev, fmt, ap);
	va_end(ap);
}

void misuse_of_page(struct armdma_machine *m, enum armdma_report_kind kind, struct armdma_device *dev,
		    const void *site, armdma_phys_t pa, uint64_t len, const char *fmt, ...)
{
	struct armdma_event ev = {
		.dev = dev, .site = site, .addr = ARMDMA_MAPPING_ERROR, .len = len, .flags = kind, .pa = pa
	};
	va_list ap;

	va_start(ap, fmt);
	tell(m, &ev, fmt, ap);
	va_end(ap);
}
