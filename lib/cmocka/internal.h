/* SPDX-License-Identifier: BSD-2-Clause */
/* One test under way, as the runner and the fixtures see it. */
#ifndef LIB_CMOCKA_INTERNAL_H
#define LIB_CMOCKA_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/queue.h>

#include <armdma/cmocka.h>

#define CMOCKA_TEST_MAGIC 0x61726d74u

enum cmocka_phase {
	CMOCKA_IDLE,
	CMOCKA_SETUP,
	CMOCKA_BODY,
	CMOCKA_TEARDOWN,
};

/* A report that the test wants. */
struct cmocka_wanted {
	SLIST_ENTRY(cmocka_wanted) link;
	enum armdma_report_kind kind;
	const char *file;
	int line;
};

/* A report that came and failed nothing. */
struct cmocka_kept {
	STAILQ_ENTRY(cmocka_kept) link;
	struct armdma_report report;	/* its strings are copies, in one block behind it */
	bool asserted;
	char strings[];
};

struct cmocka_test {
	uint32_t magic;
	const struct CMUnitTest *test;	/* the user's */
	void *state;			/* what the user's functions see behind their state */
	enum cmocka_phase phase;
	pthread_t thread;
	bool passed;			/* the body came to its end */

	/* The fixture. */
	struct armdma_machine *m;
	void *config;			/* what was in state before */
	void *user;

	/* Reports. */
	pthread_mutex_t lock;		/* of what follows: reports come from any thread */
	SLIST_HEAD(, cmocka_wanted) wanted;
	STAILQ_HEAD(, cmocka_kept) kept;	/* in the order in which they came */
	bool collecting;
	atomic_bool late;		/* a report could not fail the test where it came up */
	char late_file[256];
	int late_line;
	bool trap_wanted;		/* an armdma_assert_trap() is under way */
	jmp_buf trap_env;
	jmp_buf body_env;		/* end of the body */
};

/* The test that this thread runs, or NULL. */
struct cmocka_test *cmocka_current(void);
/* Destroy the machine if there is one. */
void cmocka_drop_machine(struct cmocka_test *t);

/* The fixture behind a state; fails the test when there is none, or when a report of another thread waits to. */
struct cmocka_test *cmocka_fixture_of(void **state, const char *caller);

/* Keep a copy of a report for armdma_assert_report(). */
void cmocka_keep(struct cmocka_test *t, const struct armdma_report *report);
/* The machine's report callback; ctx is the test. */
void cmocka_on_report(void *ctx, const struct armdma_report *report);
/* Fail the body now if a report of another thread is waiting to. */
void cmocka_fail_if_late(struct cmocka_test *t);
/* Collected reports that nobody asserted: prints them; true, with the place of the first. */
bool cmocka_unasserted(struct cmocka_test *t, const char **file, int *line);
void cmocka_forget_kept(struct cmocka_test *t);
/* A line at a time: CMocka cuts off what is longer than a kilobyte. */
void cmocka_print(const char *text);
/* A report that could not fail the test at once: true, once, with its place. */
bool cmocka_late(struct cmocka_test *t, const char **file, int *line);
/* Expected reports that never came, leaks or all others: true, with the place of an expectation. */
bool cmocka_unmet(struct cmocka_test *t, bool leaks, const char **file, int *line);
void cmocka_forget_wanted(struct cmocka_test *t);

#endif
