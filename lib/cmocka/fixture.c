/* SPDX-License-Identifier: BSD-2-Clause */
/* Fixtures: a machine for each test, and what a test can ask of its fixture. */
#include <stdlib.h>

#include "internal.h"

void cmocka_drop_machine(struct cmocka_test *t)
{
	struct armdma_machine *m = t->m;

	t->m = NULL;
	armdma_machine_destroy(m);
}

/* The test calls the library: a report of another thread fails it now. */
#define CALLS                                                                     \
	(ARMDMA_EV_BIT(ARMDMA_EV_DMA_CALL) | ARMDMA_EV_BIT(ARMDMA_EV_REG_READ) |    \
	 ARMDMA_EV_BIT(ARMDMA_EV_REG_WRITE) | ARMDMA_EV_BIT(ARMDMA_EV_BARRIER))

static void on_call(void *ctx, const struct armdma_event *ev)
{
	(void)ev;
	cmocka_fail_if_late(ctx);
}

int armdma_test_setup_with(void **state, const struct armdma_config *cfg, void *user)
{
	struct cmocka_test *t = cmocka_current();
	struct armdma_error err = { "" };
	int ret;

	if (!t || t->phase != CMOCKA_SETUP) {
		print_error("armdma_test_setup: only as the setup of a test that armdma_run_group_tests() runs\n");
		return -1;
	}
	if (t->m) {
		print_error("armdma_test_setup: this test has a machine already\n");
		return -1;
	}
	ret = armdma_machine_create(&t->m, cfg, &err);
	if (ret) {
		print_error("armdma_test_setup: no machine: %s\n", err.msg);
		return ret;
	}
	armdma_set_report_fn(t->m, cmocka_on_report, t);
	ret = armdma_event_subscribe(armdma_machine_events(t->m), CALLS, on_call, t);
	if (ret) {
		print_error("armdma_test_setup: out of memory\n");
		cmocka_drop_machine(t);
		return ret;
	}
	t->config = *state;
	t->user = user;
	*state = t;
	return 0;
}

int armdma_test_setup(void **state)
{
	return armdma_test_setup_with(state, *state, NULL);
}

struct cmocka_test *cmocka_fixture_of(void **state, const char *caller)
{
	struct cmocka_test *t = state ? *state : NULL;

	if (!t || t->magic != CMOCKA_TEST_MAGIC) {
		print_error("%s: this state is not the one that armdma_test_setup() made\n", caller);
		_fail(__FILE__, __LINE__);
		return NULL;
	}
	cmocka_fail_if_late(t);
	return t;
}

int armdma_test_teardown(void **state)
{
	struct cmocka_test *t = cmocka_fixture_of(state, "armdma_test_teardown");

	*state = t->config;
	cmocka_drop_machine(t);
	return 0;
}

struct armdma_machine *armdma_test_machine(void **state)
{
	return cmocka_fixture_of(state, "armdma_test_machine")->m;
}

void *armdma_test_user(void **state)
{
	return cmocka_fixture_of(state, "armdma_test_user")->user;
}

void armdma_expect_report_at(void **state, enum armdma_report_kind kind, const char *file, int line)
{
	struct cmocka_test *t = cmocka_fixture_of(state, "armdma_expect_report");
	struct cmocka_wanted *w = malloc(sizeof(*w));

	if (!w || kind <= ARMDMA_REPORT_NONE || kind >= ARMDMA_REPORT_NR) {
		free(w);
		print_error("armdma_expect_report: no such kind of report: %d\n", (int)kind);
		_fail(file, line);
		return;
	}
	w->kind = kind;
	w->file = file;
	w->line = line;
	pthread_mutex_lock(&t->lock);
	SLIST_INSERT_HEAD(&t->wanted, w, link);
	pthread_mutex_unlock(&t->lock);
	armdma_report_want(t->m, kind, armdma_report_wanted(t->m, kind) + 1);
}

jmp_buf *armdma_trap_env(void **state)
{
	struct cmocka_test *t = cmocka_fixture_of(state, "armdma_assert_trap");

	t->trap_wanted = true;
	armdma_report_want(t->m, ARMDMA_REPORT_TRAP, armdma_report_wanted(t->m, ARMDMA_REPORT_TRAP) + 1);
	return &t->trap_env;
}

void armdma_trap_missing(void **state, const char *statement, const char *file, int line)
{
	struct cmocka_test *t = cmocka_fixture_of(state, "armdma_assert_trap");

	t->trap_wanted = false;
	armdma_report_want(t->m, ARMDMA_REPORT_TRAP, armdma_report_wanted(t->m, ARMDMA_REPORT_TRAP) - 1);
	print_error("%s: touched nothing that traps\n", statement);
	_fail(file, line);
}
