/* SPDX-License-Identifier: BSD-2-Clause */
/* What the runner keeps of its runs, and its parts. */
#ifndef TESTS_BUGS_RUNNER_H
#define TESTS_BUGS_RUNNER_H

#include <stdio.h>

#include "tests/bugs/bug.h"

#define MAX_BUGS 96
#define MAX_RECEIVED 16
#define TEXT_LEN 6144

/* One report as it was received. */
struct received {
	enum armdma_report_kind kind;
	char function[ARMDMA_NR_SITES][64];	/* "" where the site is not known */
	unsigned int count;			/* runs in which it came */
};

/* The runs of one twin in one mode on one set. */
struct cell {
	unsigned int runs;
	unsigned int broken;		/* in which bug_check() failed */
	unsigned int nr;
	bool overflow;			/* more different reports than fit */
	struct received received[MAX_RECEIVED];
	char failed[128];		/* the first check that did */
};

struct result {
	struct cell cells[2][BUG_NR_MODES][ARMDMA_NR_OPSETS];	/* by twin (1: the bug), mode, set */
	struct cell quiet[ARMDMA_NR_OPSETS];	/* the twin in coherent machines */
	bool finished;			/* no signal ended the child */
	int status;			/* how it ended */
	char text[TEXT_LEN];		/* the first wanted report as printed */
	enum armdma_report_kind text_kind;
};

struct options {
	const char *only;		/* one bug's id, or NULL */
	enum armdma_report_kind disabled;	/* ARMDMA_REPORT_NONE: none */
	unsigned int seeds;
	unsigned int at_least;
	unsigned int jobs;		/* children at a time */
	const char *other_program;	/* the same runner, built with ASan; or NULL */
	bool declared;			/* no other runs than those of the entry's mode */
	bool verbose, markdown, json, list, records;
};

/* A driver without a bug (armdma-bugs looks only for false alarms). */
bool is_clean_driver(const struct bug *bug);
/* All entries, in the order of their ids. */
const struct bug *bug_at(unsigned int i);
unsigned int bug_count(void);

/* Results of n bugs, in memory that children share. Never freed. */
struct result *run_results(unsigned int n);
/* Run everything that there is to run, each bug in a child process. */
void run_bugs(const struct options *o, struct result *results);
bool is_chosen(const struct bug *bug, const struct options *o);
/* Add what another program's --records says. Returns 0, or -1 with a message on stderr. */
int records_read(const char *program, const struct options *o, struct result *results);
void records_write(FILE *f, const struct bug *bug, const struct result *res);

/* ---- Verdicts ----------------------------------------------------------------- */

/* Exactly what is wanted came, on each of the bug's sets, in this mode. */
bool found_in(const struct bug *bug, const struct result *res, enum bug_mode mode);
/* found_in() the declared mode, and its twin works. */
bool found(const struct bug *bug, const struct result *res);
/* Different reports that should not be: all of the twin, of the bug those that the entry does not have. */
unsigned int false_alarms(const struct bug *bug, const struct result *res);
/* The twin failed a bug_check() of its scenario: its silence would prove nothing. Also when the child died. */
bool is_broken(const struct bug *bug, const struct result *res);
/* Kinds that came in the declared mode, as bits. */
uint64_t kinds_received(const struct bug *bug, const struct result *res);
unsigned int seeds_run(const struct result *res);
unsigned int bug_works_on(const struct bug *bug);

const char *mode_name(enum bug_mode mode);
const char *class_name(enum bug_class class);
/* "direct iommu" for bits of sets; buf is returned. */
const char *sets_name(unsigned int sets, char *buf, size_t len);
/* The function that the entry names for the first kind, as received. */
const char *site_name(const struct bug *bug, const struct result *res);
/* "stale-cpu, leak" of the kinds that came; "-" for none. */
const char *kinds_name(uint64_t kinds, char *buf, size_t len);

void print_table(FILE *f, const struct result *results, const struct options *o);
void print_details(FILE *f, const struct bug *bug, const struct result *res);
void print_json(FILE *f, const struct result *results, const struct options *o);
void print_markdown(FILE *f, const struct result *results);

/* ---- The run's machine (board.c) --------------------------------------------------- */

/* A machine for the run; failure of the host is fatal. */
void board_create(struct bug_run *r, uint64_t seed, bool coherent_caches);
void board_destroy(struct bug_run *r);

#endif
