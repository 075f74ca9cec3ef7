/* SPDX-License-Identifier: BSD-2-Clause */
/* Reports that came and failed nothing: a test may ask for them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <armdma/site.h>

#include "internal.h"

/* A string of a report, moved behind its copy. */
static const char *move(const char *s, char **to)
{
	char *copy = *to;

	if (!s)
		return NULL;
	*to = stpcpy(copy, s) + 1;
	return copy;
}

static size_t size_of(const char *s)
{
	return s ? strlen(s) + 1 : 0;
}

void cmocka_keep(struct cmocka_test *t, const struct armdma_report *r)
{
	size_t len = size_of(r->sentence) + size_of(r->story) + size_of(r->mend) + size_of(r->text) + size_of(r->schedule);
	struct cmocka_kept *k = malloc(sizeof(*k) + len);
	char *to;

	if (!k)
		return;
	to = k->strings;
	k->report = *r;
	k->report.sentence = move(r->sentence, &to);
	k->report.story = move(r->story, &to);
	k->report.mend = move(r->mend, &to);
	k->report.text = move(r->text, &to);
	k->report.schedule = move(r->schedule, &to);
	k->asserted = false;
	pthread_mutex_lock(&t->lock);
	STAILQ_INSERT_TAIL(&t->kept, k, link);
	pthread_mutex_unlock(&t->lock);
}

static struct cmocka_kept *take(struct cmocka_test *t, enum armdma_report_kind kind)
{
	struct cmocka_kept *k;

	pthread_mutex_lock(&t->lock);
	STAILQ_FOREACH(k, &t->kept, link)
		if (k->report.kind == kind && !k->asserted)
			break;
	if (k)
		k->asserted = true;
	pthread_mutex_unlock(&t->lock);
	return k;
}

/* Nobody expected it, nobody asserted it. */
static bool is_open(const struct cmocka_kept *k)
{
	return !k->asserted && !k->report.wanted;
}

static struct cmocka_kept *print_open(struct cmocka_test *t)
{
	struct cmocka_kept *k, *first = NULL;

	pthread_mutex_lock(&t->lock);
	STAILQ_FOREACH(k, &t->kept, link) {
		if (!is_open(k))
			continue;
		cmocka_print(k->report.text);
		if (!first)
			first = k;
	}
	pthread_mutex_unlock(&t->lock);
	return first;
}

const struct armdma_report *armdma_assert_report_at(void **state, enum armdma_report_kind kind, const char *file, int line)
{
	struct cmocka_test *t = cmocka_fixture_of(state, "armdma_assert_report");
	struct cmocka_kept *k = take(t, kind);

	if (k)
		return &k->report;
	print_error("no report '%s' has come%s\n", armdma_report_name(kind),
		    t->collecting ? "" : " (none was expected: armdma_expect_report(), or armdma_collect_reports())");
	print_open(t);
	_fail(file, line);
	return NULL;
}

void armdma_assert_no_reports_at(void **state, const char *file, int line)
{
	struct cmocka_test *t = cmocka_fixture_of(state, "armdma_assert_no_reports");

	if (print_open(t))
		_fail(file, line);
}

void armdma_collect_reports(void **state)
{
	cmocka_fixture_of(state, "armdma_collect_reports")->collecting = true;
}

bool cmocka_unasserted(struct cmocka_test *t, const char **file, int *line)
{
	static _Thread_local struct armdma_site_info info;
	struct cmocka_kept *k = print_open(t);
	const void *site;

	if (!k)
		return false;
	k->asserted = true;	/* said once */
	site = k->report.sites[ARMDMA_SITE_HERE];
	if (!site || armdma_site_lookup(site, &info) || !info.file[0])
		strcpy(info.file, "(unknown file)");
	*file = info.file;
	*line = (int)info.line;
	return true;
}

void cmocka_forget_kept(struct cmocka_test *t)
{
	struct cmocka_kept *k;

	while ((k = STAILQ_FIRST(&t->kept))) {
		STAILQ_REMOVE_HEAD(&t->kept, link);
		free(k);
	}
}
