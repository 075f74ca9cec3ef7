/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the checker looks for, and what becomes of its reports.
 *
 * Every machine reads the environment variable ARMDMA_OPTIONS when it is created, in the manner of ASAN_OPTIONS:
 *
 *	ARMDMA_OPTIONS=disable=unchecked-error,leak:enable=suspicions:json=reports.json ./test_driver
 *
 * ARMDMA_OPTIONS=help=1 prints what there is. docs/reports.md explains each. Programs give the same settings as a structure:
 *
 *	struct armdma_options opt = armdma_options_default();
 *
 *	opt.rule[ARMDMA_REPORT_REDUNDANT_SYNC] = true;
 *	armdma_set_options(m, &opt, NULL);
 *
 * What the environment names wins over what the program sets.
 */
#ifndef ARMDMA_OPTIONS_H
#define ARMDMA_OPTIONS_H

#include <armdma/report.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ARMDMA_OPTION_LEN 512
#define ARMDMA_STACK_MAX 64

/* When a report is printed on stderr. */
enum armdma_print {
	ARMDMA_PRINT_AUTO,	/* when no callback takes it */
	ARMDMA_PRINT_NEVER,
	ARMDMA_PRINT_ALWAYS,
};

/*
 * Is the tool under which a program runs, AddressSanitizer or Valgrind's memcheck, to report loads and stores of what a device owns?
 */
enum armdma_poison {
	ARMDMA_POISON_OFF,
	ARMDMA_POISON_ON,	/* of what is mapped FROM_DEVICE or BIDIRECTIONAL for a device that is not coherent */
	ARMDMA_POISON_STRICT,	/* and TO_DEVICE, where loads are legal: the tool cannot tell them from stores */
};

struct armdma_options {
	bool rule[ARMDMA_REPORT_NR];	/* which kinds are looked for; default: those of ARMDMA_CLASS_BUG */
	enum armdma_print print;
	bool abort_on_report;		/* end the process with abort() after a report, before any callback */
	/*
	 * The process's exit status when it would have been 0, but a machine without a callback had reports. 0: leave it
	 * alone.
	 */
	uint8_t exitcode;
	char json[ARMDMA_OPTION_LEN];	/* append each report to this file as a line of JSON; "": none */
	char suppressions[ARMDMA_OPTION_LEN];	/* file of lines "kind:function-glob"; "": none */
	unsigned int stack;		/* return addresses to keep of each site, at most ARMDMA_STACK_MAX; 0: the site alone */
	char coverage[ARMDMA_OPTION_LEN];	/* armdma/coverage.h: "1", a file; "", "0": not counted */
	bool summary;			/* when the machine goes, print how often each bug was met */
	enum armdma_poison poison;	/* default: ARMDMA_POISON_ON; means nothing without such a tool */
};

#define ARMDMA_EXITCODE 66

ARMDMA_API struct armdma_options armdma_options_default(void);
/*
 * Change *opt by a text in the syntax of ARMDMA_OPTIONS: key=value, separated by colons or white space; a value that contains one
 * stands in single or double quotes. Later ones win. Returns 0, or -EINVAL with *err (may be NULL) naming the
 * key and value; *opt is then as it was.
 */
ARMDMA_API int armdma_options_parse(struct armdma_options *opt, const char *text, struct armdma_error *err);
/*
 * Settings of a machine, from now on. ARMDMA_OPTIONS is applied on top of *opt. Returns 0, or a negative errno with *err (may be
 * NULL): -EINVAL when ARMDMA_OPTIONS or a file of suppressions is wrong, or why a file cannot be opened; nothing has changed then.
 */
ARMDMA_API int armdma_set_options(struct armdma_machine *m, const struct armdma_options *opt,
				  struct armdma_error *err);
/* The settings in force. Valid until the machine goes; armdma_checker_rule() changes them. */
ARMDMA_API const struct armdma_options *armdma_get_options(const struct armdma_machine *m);

#ifdef __cplusplus
}
#endif
#endif
