/* SPDX-License-Identifier: BSD-2-Clause */
/* Each distinct bug is told once. */
#include <stdlib.h>
#include <string.h>

#include <armdma/site.h>

#include "lib/check/report.h"

static struct told *find_told(struct reports *r, const struct armdma_report *rep, const char *where)
{
	const void *site = rep->sites[ARMDMA_SITE_HERE];
	struct told *t;

	SLIST_FOREACH(t, &r->told, link) {
		if (t->kind != rep->kind || t->dev != rep->dev)
			continue;
		if (t->site == site && (site || t->addr == rep->addr))
			return t;
		if (where[0] && !strcmp(t->where, where))
			return t;
	}
	return NULL;
}

/*
 * The same place in the program again is the same bug; what has no place (a fault) is told apart by its address. A
 * compiler may copy one call to several addresses, so a new one is compared by function and line too.
 */
bool told_before(struct reports *r, const struct armdma_report *rep)
{
	const void *site = rep->sites[ARMDMA_SITE_HERE];
	struct told *t;
	bool known;

	/* A trap ends what runs there; whoever gets past it comes anew. */
	if (rep->kind == ARMDMA_REPORT_TRAP)
		return false;
	if (find_told(r, rep, ""))
		return true;
	t = calloc(1, sizeof(*t));
	if (!t)
		return false;
	if (site)
		armdma_site_format(site, t->where, sizeof(t->where));
	known = find_told(r, rep, t->where);
	t->kind = rep->kind;
	t->site = site;
	t->addr = rep->addr;
	t->dev = rep->dev;
	SLIST_INSERT_HEAD(&r->told, t, link);
	return known;
}

void told_clear(struct reports *r)
{
	struct told *t;

	while ((t = SLIST_FIRST(&r->told))) {
		SLIST_REMOVE_HEAD(&r->told, link);
		free(t);
	}
}
