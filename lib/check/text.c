/* SPDX-License-Identifier: BSD-2-Clause */
/* A report as text: kind and sentence first, then what is known, a line each. */
#include <stdarg.h>

#include <armdma/site.h>

#include "lib/check/report.h"

void text_add(struct text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (t->used >= t->len)
		return;
	va_start(ap, fmt);
	n = vsnprintf(t->buf + t->used, t->len - t->used, fmt, ap);
	va_end(ap);
	if (n > 0)
		t->used += (size_t)n;
	if (t->used > t->len)
		t->used = t->len;
}

void text_site(struct text *t, const char *label, const void *site)
{
	char where[512];

	if (site)
		text_add(t, "    %-10s %s\n", label, armdma_site_format(site, where, sizeof(where)));
}

/* A leak happened where the thing was made: one line says so. */
static bool is_origin(const struct armdma_report *rep)
{
	const void *here = rep->sites[ARMDMA_SITE_HERE];

	return here == rep->sites[ARMDMA_SITE_ALLOC] || here == rep->sites[ARMDMA_SITE_MAP];
}

void text_report(struct text *t, const struct armdma_report *rep)
{
	static const char *const labels[ARMDMA_NR_SITES] = {
		[ARMDMA_SITE_HERE] = "here:",
		[ARMDMA_SITE_ALLOC] = "allocated:",
		[ARMDMA_SITE_MAP] = "mapped:",
		[ARMDMA_SITE_SYNC] = "last sync:",
	};

	text_add(t, "==== armdma: %s: %s\n", armdma_report_name(rep->kind), rep->sentence);
	if (rep->dev)
		text_add(t, "    %-10s %s\n", "device:", armdma_device_name(rep->dev));
	for (int i = 0; i < ARMDMA_NR_SITES; i++)
		if (i != ARMDMA_SITE_HERE || !is_origin(rep))
			text_site(t, labels[i], rep->sites[i]);
	text_add(t, "%s", rep->story);
	if (rep->mend)
		text_add(t, "    %-10s %s\n", "mend:", rep->mend);
}
