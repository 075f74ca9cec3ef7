/* SPDX-License-Identifier: BSD-2-Clause */
/* Reports that nobody wants to see: by kind, and by the functions that they name. */
#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include <armdma/site.h>

#include "lib/check/internal.h"

static bool names_function(const void *site, const char *glob)
{
	struct armdma_site_info info;

	return site && !armdma_site_lookup(site, &info) && info.function[0] && !fnmatch(glob, info.function, 0);
}

static bool stack_names(const struct armdma_stack *stack, const char *glob)
{
	for (unsigned int i = 0; stack && i < stack->nr; i++)
		if (names_function(stack->frames[i], glob))
			return true;
	return false;
}

static bool matches(const struct suppression *s, const struct armdma_report *rep)
{
	if (s->kind != ARMDMA_REPORT_NONE && s->kind != rep->kind)
		return false;
	/* What has no place has no function: only a rule for all functions is meant for it, too. */
	if (!strcmp(s->glob, "*"))
		return true;
	for (int i = 0; i < ARMDMA_NR_SITES; i++)
		if (names_function(rep->sites[i], s->glob) || stack_names(rep->stacks[i], s->glob))
			return true;
	return false;
}

bool suppressed(const struct suppressions *list, const struct armdma_report *rep)
{
	struct suppression *s;

	SLIST_FOREACH(s, list, link)
		if (matches(s, rep))
			return true;
	return false;
}

static int add(struct suppressions *list, enum armdma_report_kind kind, const char *glob, size_t len)
{
	struct suppression *s = malloc(sizeof(*s) + len + 1);

	if (!s)
		return -ENOMEM;
	s->kind = kind;
	memcpy(s->glob, glob, len);
	s->glob[len] = 0;
	SLIST_INSERT_HEAD(list, s, link);
	return 0;
}

void suppressions_clear(struct suppressions *list)
{
	struct suppression *s;

	while ((s = SLIST_FIRST(list))) {
		SLIST_REMOVE_HEAD(list, link);
		free(s);
	}
}

/* "kind:function-glob", kind may be *; blank lines and # comments. Returns NULL, or what is wrong with it. */
static const char *read_line(struct suppressions *list, char *line)
{
	enum armdma_report_kind kind = ARMDMA_REPORT_NONE;
	size_t len = strlen(line);
	char *colon;

	while (len && isspace((unsigned char)line[len - 1]))
		line[--len] = 0;
	while (isspace((unsigned char)*line))
		line++;
	if (!*line || *line == '#')
		return NULL;
	colon = strchr(line, ':');
	if (!colon || !colon[1])
		return "not kind:function";
	*colon = 0;
	if (strcmp(line, "*")) {
		kind = kind_by_name(line, strlen(line));
		if (kind == ARMDMA_REPORT_NONE)
			return "no such kind of report";
	}
	return add(list, kind, colon + 1, strlen(colon + 1)) ? "out of memory" : NULL;
}

static int read_file(struct suppressions *list, FILE *f, const char *path, struct armdma_error *err)
{
	const char *wrong = NULL;
	unsigned int number = 0;
	char *line = NULL;
	size_t size = 0;

	while (!wrong && getline(&line, &size, f) >= 0) {
		number++;
		wrong = read_line(list, line);
	}
	if (!wrong && ferror(f)) {
		number++;
		wrong = "cannot be read";
	}
	if (wrong && err)
		snprintf(err->msg, sizeof(err->msg), "suppressions=%.128s, line %u: %s: '%.64s'", path, number, wrong,
			 line ? line : "");
	free(line);
	return wrong ? -EINVAL : 0;
}

int suppressions_read(struct suppressions *list, const char *path, struct armdma_error *err)
{
	FILE *f = fopen(path, "re");
	int ret = -errno;

	if (f) {
		ret = read_file(list, f, path, err);
		fclose(f);
	} else if (err) {
		snprintf(err->msg, sizeof(err->msg), "suppressions=%.128s: %s", path, strerror(-ret));
	}
	if (ret)
		suppressions_clear(list);
	return ret;
}

int armdma_report_suppress(struct armdma_machine *m, enum armdma_report_kind kind, const char *function)
{
	MACHINE_ENTER(m);
	struct reports *r = &m->check->reports;
	int ret;

	if (kind < ARMDMA_REPORT_NONE || kind >= ARMDMA_REPORT_NR || !function || !*function)
		return -EINVAL;
	pthread_mutex_lock(&r->lock);
	ret = add(&r->by_call, kind, function, strlen(function));
	pthread_mutex_unlock(&r->lock);
	return ret;
}
