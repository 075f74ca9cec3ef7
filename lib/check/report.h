/* SPDX-License-Identifier: BSD-2-Clause */
/* How the checker speaks: kinds, text, what was told before. */
#ifndef LIB_CHECK_REPORT_H
#define LIB_CHECK_REPORT_H

#include <pthread.h>
#include <stdio.h>
#include <sys/queue.h>

#include <bsd/sys/tree.h>

#include <armdma/options.h>

#include "lib/machine.h"

/* A distinct bug that was told, so that it is not told twice. */
struct told {
	RB_ENTRY(told) entry;		/* by kind, device, site, and address where there is no site */
	STAILQ_ENTRY(told) link;	/* oldest first */
	struct told *same;		/* another address of a site that is known: counted there; else NULL */
	struct armdma_report_seen seen;
	char *where;			/* function and line; NULL without a site */
};
RB_HEAD(told_tree, told);

/* Reports of this kind (ARMDMA_REPORT_NONE: any) that name a matching function. */
struct suppression {
	SLIST_ENTRY(suppression) link;
	enum armdma_report_kind kind;
	char glob[];
};
SLIST_HEAD(suppressions, suppression);

RB_HEAD(stack_tree, stack_entry);

struct reports {
	pthread_mutex_t lock;		/* of what follows; never held across a callback */
	struct told_tree told;
	STAILQ_HEAD(, told) order;
	unsigned int counts[ARMDMA_REPORT_NR];	/* told */
	uint64_t seen[ARMDMA_REPORT_NR];	/* met */
	unsigned int wanted[ARMDMA_REPORT_NR];
	struct suppressions by_call, by_file;
	struct stack_tree stacks;
	struct stack_entry **stack_by_id;	/* grows in powers of two */
	uint32_t nr_stacks;
	int json;			/* open file of option json=, or -1 */
	armdma_report_fn fn;
	void *fn_ctx;
	armdma_schedule_fn schedule_fn;
	void *schedule_ctx;
};

void reports_init(struct reports *r);
void reports_fini(struct reports *r);

/* ---- options.c, process.c -------------------------------------------------------- */

/* Apply ARMDMA_OPTIONS. 0 or -EINVAL; where err is NULL the error is printed. */
int options_from_environment(struct armdma_options *opt, struct armdma_error *err);
void options_help(FILE *f);
/* options_help() on stderr, once in a process. */
void process_help(void);
/* If the process ends well, it ends with this exit status instead; 0: nothing changes. */
void process_failed(int code);

/* ---- kinds.c, dedupe.c ----------------------------------------------------------- */

/* The kind with this name, or ARMDMA_REPORT_NONE. */
enum armdma_report_kind kind_by_name(const char *name, size_t len);

/*
 * The entry of this bug, made if there is none: then *fresh. NULL: no memory, it counts as new. Under the lock.
 */
struct told *told_get(struct reports *r, const struct armdma_report *rep, bool *fresh);
void told_clear(struct reports *r);
/* One line for each bug that was met more than once, below a line of totals; nothing when there were none. */
void told_summary(struct reports *r, FILE *f);

/* ---- json.c, suppress.c, stack.c ---------------------------------------------------- */

void put_json_string(FILE *f, const char *text);
/* Open for report_json_append(): a descriptor, or a negative errno with *err. */
int report_json_open(const char *path, struct armdma_error *err);
void report_json_append(int fd, const struct armdma_report *rep);

bool suppressed(const struct suppressions *list, const struct armdma_report *rep);
/* Add the rules of a file. 0, or a negative errno with *err; the list is empty then. */
int suppressions_read(struct suppressions *list, const char *path, struct armdma_error *err);
void suppressions_clear(struct suppressions *list);

void stacks_clear(struct reports *r);

/* ---- text.c ---------------------------------------------------------------------- */

/* Text that grows in a fixed buffer and never overflows. */
struct text {
	char *buf;
	size_t len, used;
};
void text_add(struct text *t, const char *fmt, ...) ARMDMA_PRINTF(2, 3);
/* "    label  function at file:line", nothing for NULL. */
void text_site(struct text *t, const char *label, const void *site);
/* The whole report. */
void text_report(struct text *t, const struct armdma_report *rep);
const char *dir_name(enum armdma_dir dir);
/* "here:" and so on. */
const char *site_label(enum armdma_report_site which);

#endif
