/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The runner: CMocka's own, with a step of ours around each function that it calls.
 *
 * CMocka installs its signal handlers before every fixture and test, so the library's have to be put above them each time.
 * And only who calls the test's body knows in the teardown whether the body came to its end.
 */
#include <stdlib.h>

#include "internal.h"

struct group {
	CMFixtureFunction setup, teardown;
	void *state;
};

/* CMocka hands its fixtures no pointer of ours before there is a state; it runs one group a thread. */
static _Thread_local struct group *group;
static _Thread_local struct cmocka_test *current;

struct cmocka_test *cmocka_current(void)
{
	return current;
}

/* ---- tests --------------------------------------------------------------- */

static void enter(struct cmocka_test *t, enum cmocka_phase phase)
{
	current = t;
	t->thread = pthread_self();
	t->phase = phase;
	armdma_trap_arm();
}

/* First function of a test that CMocka calls: what the group left is its state, else its own. */
static void start(struct cmocka_test *t)
{
	t->state = group->state ? group->state : t->test->initial_state;
}

static void leave(struct cmocka_test *t)
{
	t->phase = CMOCKA_IDLE;
}

static void abandon(struct cmocka_test *t)
{
	if (!t->m)
		return;
	armdma_machine_abandon(t->m);
	cmocka_drop_machine(t);
}

static int run_setup(void **state)
{
	struct cmocka_test *t = *state;
	const char *file;
	int ret, line;

	start(t);
	enter(t, CMOCKA_SETUP);
	ret = t->test->setup_func(&t->state);
	leave(t);
	if (!ret && cmocka_late(t, &file, &line)) {
		print_error("%s:%d: reported in the setup\n", file, line);
		ret = -1;
	}
	/* CMocka calls no teardown after this. */
	if (ret)
		abandon(t);
	return ret;
}

static void run_body(void **state)
{
	struct cmocka_test *t = *state;
	const char *file;
	int line;

	if (!t->test->setup_func)
		start(t);
	enter(t, CMOCKA_BODY);
	if (!setjmp(t->body_env))
		t->test->test_func(&t->state);
	leave(t);
	if (cmocka_late(t, &file, &line) || cmocka_unmet(t, false, &file, &line) || cmocka_unasserted(t, &file, &line))
		_fail(file, line);
	t->passed = true;
}

static int run_teardown(void **state)
{
	struct cmocka_test *t = *state;
	const char *file;
	int ret = 0, line;

	enter(t, CMOCKA_TEARDOWN);
	t->trap_wanted = false;
	if (!t->passed && t->m)
		armdma_machine_abandon(t->m);
	if (t->test->teardown_func)
		ret = t->test->teardown_func(&t->state);
	if (t->m)
		cmocka_drop_machine(t);
	leave(t);
	if (!ret && t->passed &&
	    (cmocka_late(t, &file, &line) || cmocka_unmet(t, true, &file, &line) || cmocka_unasserted(t, &file, &line))) {
		print_error("%s:%d: noticed in the teardown\n", file, line);
		ret = -1;
	}
	return ret;
}

/* ---- the group ----------------------------------------------------------- */

static int run_group_setup(void **state)
{
	(void)state;	/* a group state would hide ours from the tests */
	armdma_trap_arm();
	return group->setup(&group->state);
}

static int run_group_teardown(void **state)
{
	(void)state;
	armdma_trap_arm();
	return group->teardown(&group->state);
}

static void wrap(struct CMUnitTest *ours, struct cmocka_test *t, const struct CMUnitTest *test)
{
	t->magic = CMOCKA_TEST_MAGIC;
	t->test = test;
	pthread_mutex_init(&t->lock, NULL);
	SLIST_INIT(&t->wanted);
	STAILQ_INIT(&t->kept);
	ours->name = test->name;
	ours->test_func = test->test_func ? run_body : NULL;
	ours->setup_func = test->setup_func ? run_setup : NULL;
	ours->teardown_func = test->setup_func || test->teardown_func ? run_teardown : NULL;
	ours->initial_state = t;
}

static void unwrap(struct cmocka_test *t)
{
	/* Left when an assertion failed in the test's setup or teardown. */
	abandon(t);
	cmocka_forget_wanted(t);
	cmocka_forget_kept(t);
	pthread_mutex_destroy(&t->lock);
}

int armdma_run_tests(const char *name, const struct CMUnitTest *tests, size_t ntests,
		     CMFixtureFunction group_setup, CMFixtureFunction group_teardown)
{
	struct group g = { group_setup, group_teardown, NULL }, *outer = group;
	struct cmocka_test *states = calloc(ntests + 1, sizeof(*states));
	struct CMUnitTest *ours = calloc(ntests + 1, sizeof(*ours));
	int ret = -1;

	if (!states || !ours) {
		print_error("%s: out of memory\n", name);
		goto out;
	}
	for (size_t i = 0; i < ntests; i++)
		wrap(&ours[i], &states[i], &tests[i]);
	group = &g;
	ret = _cmocka_run_group_tests(name, ours, ntests, group_setup ? run_group_setup : NULL,
				      group_teardown ? run_group_teardown : NULL);
	for (size_t i = 0; i < ntests; i++)
		unwrap(&states[i]);
	group = outer;
	current = NULL;
out:
	free(ours);
	free(states);
	return ret;
}
