/* SPDX-License-Identifier: BSD-2-Clause */
/* How the checker speaks: kinds, text, what was told before. */
#ifndef LIB_CHECK_REPORT_H
#define LIB_CHECK_REPORT_H

#include <stdio.h>
#include <sys/queue.h>

#include <armdma/options.h>

#include "lib/machine.h"

/* A report that was made, so that no bug is told twice. */
struct told {
	SLIST_ENTRY(told) link;
	enum armdma_report_kind kind;
	const void *site;
	char where[256];	/* function and line; "" without a site */
	armdma_dma_t addr;
	struct armdma_device *dev;
};

struct reports {
	SLIST_HEAD(, told) told;
	unsigned int counts[ARMDMA_REPORT_NR];
	armdma_report_fn fn;
	void *fn_ctx;
};

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

/* Was this bug told before? Remembers it. */
bool told_before(struct reports *r, const struct armdma_report *rep);
void told_clear(struct reports *r);

/* ---- text.c ---------------------------------------------------------------------- */

/* Text that grows in a fixed buffer and never overflows. */
struct text {
	char *buf;
	size_t len, used;
};
void text_add(struct text *t, const char *fmt, ...) ARMDMA_PRINTF(2, 3);
/* "    label  function at file:line", nothing for NULL. */
void text_site(struct text *t, const char *label, const void *site);
/* The whole report; its sentence, story and mend are set. */
void text_report(struct text *t, const struct armdma_report *rep);

#endif
