/* SPDX-License-Identifier: BSD-2-Clause */
/* Each distinct bug is told once, and counted. */
#include <stdlib.h>
#include <string.h>

#include <armdma/site.h>

#include "lib/check/internal.h"

#define cmp(a, b) ((a) < (b) ? -1 : (a) > (b))

const void *armdma_report_place(const void *const sites[ARMDMA_NR_SITES])
{
	static const enum armdma_report_site order[] = {
		ARMDMA_SITE_HERE, ARMDMA_SITE_END, ARMDMA_SITE_MAP, ARMDMA_SITE_ALLOC
	};

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (sites[order[i]])
			return sites[order[i]];
	return NULL;
}

/*
 * The same place in the program again is the same bug; what has no place (a fault) is told apart by its address.
 */
static int told_cmp(const struct told *a, const struct told *b)
{
	const struct armdma_report_seen *x = &a->seen, *y = &b->seen;
	const void *site = armdma_report_place(x->sites);
	int c = cmp(x->kind, y->kind);

	if (!c)
		c = cmp((uintptr_t)x->dev, (uintptr_t)y->dev);
	if (!c)
		c = cmp((uintptr_t)site, (uintptr_t)armdma_report_place(y->sites));
	if (!c && !site)
		c = cmp(x->addr, y->addr);
	return c;
}

RB_GENERATE_INTERNAL(told_tree, told, entry, told_cmp, static __attribute__((unused)))

/* A compiler may copy one call to several addresses: a new one is compared by function and line. */
static struct told *same_line(struct reports *r, const struct told *new)
{
	struct told *t;

	STAILQ_FOREACH(t, &r->order, link)
		if (t->seen.kind == new->seen.kind && t->seen.dev == new->seen.dev && t->where &&
		    !strcmp(t->where, new->where))
			return t;
	return NULL;
}

static void told_free(struct told *t)
{
	free((void *)t->seen.sentence);
	free(t->where);
	free(t);
}

static struct told *told_new(const struct armdma_report *rep)
{
	const void *site = armdma_report_place(rep->sites);
	struct told *t = calloc(1, sizeof(*t));
	char where[512];

	if (!t)
		return NULL;
	t->seen.kind = rep->kind;
	t->seen.dev = rep->dev;
	t->seen.addr = rep->addr;
	t->seen.first = rep->time;
	memcpy(t->seen.sites, rep->sites, sizeof(rep->sites));
	t->seen.sentence = strdup(rep->sentence);
	if (site)
		t->where = strdup(armdma_site_format(site, where, sizeof(where)));
	if (t->seen.sentence && (t->where || !site))
		return t;
	told_free(t);
	return NULL;
}

struct told *told_get(struct reports *r, const struct armdma_report *rep, bool *fresh)
{
	struct told key, *t;

	*fresh = false;
	key.seen.kind = rep->kind;
	key.seen.dev = rep->dev;
	key.seen.addr = rep->addr;
	memcpy(key.seen.sites, rep->sites, sizeof(rep->sites));
	t = RB_FIND(told_tree, &r->told, &key);
	if (t)
		return t->same ? t->same : t;
	*fresh = true;
	t = told_new(rep);
	if (!t)
		return NULL;
	RB_INSERT(told_tree, &r->told, t);
	t->same = t->where ? same_line(r, t) : NULL;
	if (t->same) {
		*fresh = false;
		return t->same;
	}
	STAILQ_INSERT_TAIL(&r->order, t, link);
	return t;
}

void told_clear(struct reports *r)
{
	struct told *t;

	while ((t = RB_ROOT(&r->told))) {
		RB_REMOVE(told_tree, &r->told, t);
		told_free(t);
	}
	STAILQ_INIT(&r->order);
}

void armdma_report_walk(struct armdma_machine *m, armdma_report_seen_fn fn, void *ctx)
{
	struct reports *r = &m->check->reports;
	struct told *t;

	pthread_mutex_lock(&r->lock);
	t = STAILQ_FIRST(&r->order);
	pthread_mutex_unlock(&r->lock);
	/* Entries are only ever appended, until the machine goes. */
	while (t) {
		struct armdma_report_seen seen;

		pthread_mutex_lock(&r->lock);
		seen = t->seen;
		pthread_mutex_unlock(&r->lock);
		fn(ctx, &seen);
		pthread_mutex_lock(&r->lock);
		t = STAILQ_NEXT(t, link);
		pthread_mutex_unlock(&r->lock);
	}
}

static void told_line(const struct told *t, FILE *f)
{
	fprintf(f, "    %6llu x %s: %s%s%s%s\n", (unsigned long long)t->seen.count, armdma_report_name(t->seen.kind),
		t->seen.sentence, t->where ? ", " : "", t->where ? t->where : "", t->seen.suppressed ? " (suppressed)" : "");
}

void told_summary(struct reports *r, FILE *f)
{
	unsigned long long bugs = 0, met = 0, suppressed = 0;
	struct told *t;

	STAILQ_FOREACH(t, &r->order, link) {
		if (t->seen.wanted)
			continue;
		bugs++;
		met += t->seen.count;
		suppressed += t->seen.suppressed;
	}
	if (!bugs)
		return;
	fprintf(f, "==== armdma: %llu bugs, met %llu times, %llu of them suppressed\n", bugs, met, suppressed);
	STAILQ_FOREACH(t, &r->order, link)
		if (!t->seen.wanted)
			told_line(t, f);
}
