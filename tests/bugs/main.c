/* SPDX-License-Identifier: BSD-2-Clause */
/* armdma-bugs: run the bug catalogue and tell what the checker finds of it. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <armdma/site.h>

#include "tests/bugs/runner.h"

static void usage(FILE *f)
{
	fprintf(f,
		"usage: armdma-bugs [option...]\n"
		"\n"
		"  --bug ID           only this one (B15)\n"
		"  --seeds N          runs with evicting caches, by seeds 1 to N (200)\n"
		"  --jobs N           bugs at a time (one for each processor)\n"
		"  --declared         no runs but those of the mode that each bug is declared for\n"
		"  --disable KIND     with the rule for one kind of report off\n"
		"  --with PROGRAM     the same program built with ASan: its runs count, too\n"
		"  --at-least N       fail when fewer are found (0)\n"
		"  --verbose          print every report and console line, on stderr\n"
		"  --markdown         print the catalogue for users instead of the table\n"
		"  --json             print a line of JSON a bug instead of the table\n"
		"  --records          print what was received, for --with\n"
		"  --list             print the entries and run nothing\n"
		"\n"
		"Fails on a false alarm, too, and on a correct driver (C01 and so on) that does not work.\n");
}

static enum armdma_report_kind kind_named(const char *name)
{
	for (int k = 1; k < ARMDMA_REPORT_NR; k++)
		if (!strcmp(name, armdma_report_name(k)))
			return k;
	fprintf(stderr, "armdma-bugs: no kind of report is called '%s'\n", name);
	exit(2);
}

static unsigned int number(const char *option, const char *arg)
{
	char *end;
	unsigned long n = strtoul(arg, &end, 10);

	if (!*arg || *end || n > 1000000) {
		fprintf(stderr, "armdma-bugs: --%s takes a number up to 1000000, not '%s'\n", option, arg);
		exit(2);
	}
	return (unsigned int)n;
}

static const char *bug_named(const char *id)
{
	for (unsigned int i = 0; i < bug_count(); i++)
		if (!strcmp(bug_at(i)->id, id))
			return id;
	fprintf(stderr, "armdma-bugs: no bug is called '%s'\n", id);
	exit(2);
}

static void parse(int argc, char **argv, struct options *o)
{
	enum { BUG, SEEDS, JOBS, DECLARED, DISABLE, WITH, AT_LEAST, VERBOSE, MARKDOWN, JSON, RECORDS, LIST, HELP };
	static const struct option known[] = {
		{ "bug", required_argument, NULL, BUG }, { "seeds", required_argument, NULL, SEEDS },
		{ "jobs", required_argument, NULL, JOBS }, { "declared", no_argument, NULL, DECLARED },
		{ "disable", required_argument, NULL, DISABLE }, { "with", required_argument, NULL, WITH },
		{ "at-least", required_argument, NULL, AT_LEAST }, { "verbose", no_argument, NULL, VERBOSE },
		{ "markdown", no_argument, NULL, MARKDOWN }, { "json", no_argument, NULL, JSON },
		{ "records", no_argument, NULL, RECORDS }, { "list", no_argument, NULL, LIST },
		{ "help", no_argument, NULL, HELP }, { NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (c) {
		case BUG: o->only = bug_named(optarg); break;
		case SEEDS: o->seeds = number("seeds", optarg); break;
		case DECLARED: o->declared = true; break;
		case JOBS: o->jobs = number("jobs", optarg); break;
		case DISABLE: o->disabled = kind_named(optarg); break;
		case WITH: o->other_program = optarg; break;
		case AT_LEAST: o->at_least = number("at-least", optarg); break;
		case VERBOSE: o->verbose = true; break;
		case MARKDOWN: o->markdown = true; break;
		case JSON: o->json = true; break;
		case RECORDS: o->records = true; break;
		case LIST: o->list = true; break;
		case HELP: usage(stdout); exit(0);
		default: usage(stderr); exit(2);
		}
	}
	o->jobs += !o->jobs;
	if (optind < argc) {
		fprintf(stderr, "armdma-bugs: what is '%s'?\n", argv[optind]);
		exit(2);
	}
}

static int list(void)
{
	char sets[128];

	for (unsigned int i = 0; i < bug_count(); i++) {
		const struct bug *bug = bug_at(i);

		printf("%-4s %-12s %-38s %s\n", bug->id, mode_name(bug->mode), sets_name(bug->sets, sets, sizeof(sets)),
		       bug->title);
	}
	return 0;
}

/* Debugging information is read once, not in every child. */
static void read_symbols(void)
{
	struct armdma_site_info info;

	armdma_site_lookup((const void *)(uintptr_t)read_symbols, &info);
}

static unsigned int processors(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n > 0 ? (unsigned int)n : 1;
}

int main(int argc, char **argv)
{
	struct options o = { .seeds = 200, .jobs = processors() };
	unsigned int nr_found = 0, alarms = 0, broken = 0;
	struct result *results;

	parse(argc, argv, &o);
	if (o.list)
		return list();
	results = run_results(bug_count());
	read_symbols();
	run_bugs(&o, results);
	for (unsigned int i = 0; o.records && i < bug_count(); i++)
		if (is_chosen(bug_at(i), &o))
			records_write(stdout, bug_at(i), &results[i]);
	if (o.records)
		return 0;
	if (o.other_program && records_read(o.other_program, &o, results))
		return 2;
	for (unsigned int i = 0; i < bug_count(); i++) {
		if (!is_chosen(bug_at(i), &o))
			continue;
		nr_found += found(bug_at(i), &results[i]);
		alarms += false_alarms(bug_at(i), &results[i]);
		broken += is_clean_driver(bug_at(i)) && is_broken(bug_at(i), &results[i]);
	}
	if (o.markdown)
		print_markdown(stdout, results);
	else if (o.json)
		print_json(stdout, results, &o);
	else
		print_table(stdout, results, &o);
	return alarms || broken || nr_found < o.at_least;
}
