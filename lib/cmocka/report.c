/* SPDX-License-Identifier: BSD-2-Clause */
/* Reports of a test's machine: wanted ones are ticked off, any other fails the test. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <armdma/site.h>

#include "internal.h"

static bool tick_off(struct cmocka_test *t, enum armdma_report_kind kind)
{
	struct cmocka_wanted *w, *found = NULL;

	pthread_mutex_lock(&t->lock);
	SLIST_FOREACH(w, &t->wanted, link)
		if (w->kind == kind)
			found = w;	/* the last is the oldest */
	if (found)
		SLIST_REMOVE(&t->wanted, found, cmocka_wanted, link);
	pthread_mutex_unlock(&t->lock);
	free(found);
	return found;
}

static bool in_body(const struct cmocka_test *t)
{
	return t->phase == CMOCKA_BODY && pthread_equal(t->thread, pthread_self());
}

static void fail_later(struct cmocka_test *t, const char *file, int line)
{
	pthread_mutex_lock(&t->lock);
	if (!t->late) {
		t->late = true;
		snprintf(t->late_file, sizeof(t->late_file), "%s", file);
		t->late_line = line;
	}
	pthread_mutex_unlock(&t->lock);
}

/* Out of the signal handler. Whoever installed it in our name (a sanitizer) may have blocked signals in it. */
static _Noreturn void leave_trap(jmp_buf env)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGSEGV);
	sigaddset(&set, SIGBUS);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	longjmp(env, 1);
}

void cmocka_print(const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		print_error("%.*s\n", (int)len, text);
		text += len + (text[len] == '\n');
	}
}

void cmocka_on_report(void *ctx, const struct armdma_report *report)
{
	const void *site = armdma_report_place(report->sites);
	struct armdma_site_info info = { .file = "" };
	struct cmocka_test *t = ctx;
	bool trap = report->kind == ARMDMA_REPORT_TRAP && in_body(t);

	if (trap && t->trap_wanted) {
		t->trap_wanted = false;
		leave_trap(t->trap_env);
	}
	if (tick_off(t, report->kind)) {
		cmocka_keep(t, report);
		if (trap)
			leave_trap(t->body_env);
		return;
	}
	if (t->collecting && report->kind != ARMDMA_REPORT_TRAP) {
		cmocka_keep(t, report);
		return;
	}
	cmocka_print(report->text);
	if (!site || armdma_site_lookup(site, &info) || !info.file[0])
		strcpy(info.file, "(unknown file)");
	/* Jumping out of a fixture would leave the machine half made or half destroyed. */
	if (in_body(t))
		_fail(info.file, (int)info.line);
	fail_later(t, info.file, (int)info.line);
}

void cmocka_fail_if_late(struct cmocka_test *t)
{
	const char *file;
	int line;

	if (atomic_load_explicit(&t->late, memory_order_relaxed) && in_body(t) && cmocka_late(t, &file, &line)) {
		print_error("another thread made the report above\n");
		_fail(file, line);
	}
}

bool cmocka_late(struct cmocka_test *t, const char **file, int *line)
{
	bool late;

	pthread_mutex_lock(&t->lock);
	late = t->late;
	t->late = false;
	*file = t->late_file;
	*line = t->late_line;
	pthread_mutex_unlock(&t->lock);
	return late;
}

bool cmocka_unmet(struct cmocka_test *t, bool leaks, const char **file, int *line)
{
	struct cmocka_wanted *w;
	bool found = false;

	pthread_mutex_lock(&t->lock);
	SLIST_FOREACH(w, &t->wanted, link) {
		if ((w->kind == ARMDMA_REPORT_LEAK) != leaks)
			continue;
		print_error("expected a report '%s', none came\n", armdma_report_name(w->kind));
		*file = w->file;
		*line = w->line;
		found = true;
	}
	pthread_mutex_unlock(&t->lock);
	return found;
}

void cmocka_forget_wanted(struct cmocka_test *t)
{
	struct cmocka_wanted *w;

	while ((w = SLIST_FIRST(&t->wanted))) {
		SLIST_REMOVE_HEAD(&t->wanted, link);
		free(w);
	}
}
