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

const char *dir_name(enum armdma_dir dir)
{
	static const char *const names[] = { "BIDIRECTIONAL", "TO_DEVICE", "FROM_DEVICE" };

	return (unsigned int)dir < 3 ? names[dir] : "NONE";
}

const char *site_label(enum armdma_report_site which)
{
	static const char *const labels[ARMDMA_NR_SITES] = {
		[ARMDMA_SITE_HERE] = "here:",
		[ARMDMA_SITE_ALLOC] = "allocated:",
		[ARMDMA_SITE_MAP] = "mapped:",
		[ARMDMA_SITE_SYNC] = "last sync:",
		[ARMDMA_SITE_END] = "ended:",
	};

	return labels[which];
}

static void text_address(struct text *t, const struct armdma_report *rep)
{
	const char *sep = "";

	if (rep->addr == ARMDMA_MAPPING_ERROR && rep->pa == ARMDMA_MAPPING_ERROR && !rep->cpu)
		return;
	text_add(t, "    %-10s ", "address:");
	if (rep->addr != ARMDMA_MAPPING_ERROR) {
		text_add(t, "DMA 0x%llx", (unsigned long long)rep->addr);
		sep = ", ";
	}
	if (rep->pa != ARMDMA_MAPPING_ERROR) {
		text_add(t, "%sphysical 0x%llx", sep, (unsigned long long)rep->pa);
		sep = ", ";
	}
	if (rep->cpu)
		text_add(t, "%sCPU %p", sep, rep->cpu);
	text_add(t, "\n");
}

static void text_bytes(struct text *t, const struct armdma_report *rep)
{
	if (!rep->len && !rep->has_bytes)
		return;
	text_add(t, "    %-10s %llu at offset %lld", "bytes:", (unsigned long long)rep->len, (long long)rep->offset);
	if (rep->sites[ARMDMA_SITE_MAP])
		text_add(t, " of a %s mapping", dir_name(rep->dir));
	if (rep->has_bytes)
		text_add(t, ": expected 0x%02x, seen 0x%02x", rep->expected, rep->seen);
	text_add(t, "\n");
}

/* A leak happened where the thing was made: one line says so. */
static bool is_origin(const struct armdma_report *rep)
{
	const void *here = rep->sites[ARMDMA_SITE_HERE];

	return here == rep->sites[ARMDMA_SITE_ALLOC] || here == rep->sites[ARMDMA_SITE_MAP];
}

/* The first frame is the site, on the line above. */
static void text_stack(struct text *t, const struct armdma_stack *stack)
{
	for (unsigned int i = 1; stack && i < stack->nr; i++)
		text_site(t, "  called by", stack->frames[i]);
}

static void text_replay(struct text *t, const struct armdma_report *rep)
{
	if (rep->schedule)
		text_add(t, "    %-10s seed 0x%llx, schedule \"%s\"\n", "replay:", (unsigned long long)rep->seed, rep->schedule);
	else
		text_add(t, "    %-10s seed 0x%llx\n", "replay:", (unsigned long long)rep->seed);
}

void text_report(struct text *t, const struct armdma_report *rep)
{
	text_add(t, "==== armdma: %s: %s\n", armdma_report_name(rep->kind), rep->sentence);
	if (rep->dev)
		text_add(t, "    %-10s %s\n", "device:", armdma_device_name(rep->dev));
	text_address(t, rep);
	text_bytes(t, rep);
	for (int i = 0; i < ARMDMA_NR_SITES; i++) {
		if (i == ARMDMA_SITE_HERE && is_origin(rep))
			continue;
		text_site(t, site_label((enum armdma_report_site)i), rep->sites[i]);
		text_stack(t, rep->stacks[i]);
	}
	text_add(t, "%s", rep->story);
	if (rep->mend)
		text_add(t, "    %-10s %s\n", "mend:", rep->mend);
	text_replay(t, rep);
}
