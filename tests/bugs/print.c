/* SPDX-License-Identifier: BSD-2-Clause */
/* The table, the details of what went wrong, and the same for programs. */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "tests/bugs/runner.h"

const char *mode_name(enum bug_mode mode)
{
	static const char *const names[] = {
		[BUG_DEFAULT] = "default", [BUG_ADVERSARY] = "adversary", [BUG_FAILURE] = "failure",
		[BUG_PERFORMANCE] = "performance", [BUG_SUSPICION] = "suspicion", [BUG_ASAN] = "asan",
	};

	return names[mode];
}

const char *class_name(enum bug_class class)
{
	static const char *const names[] = {
		[BUG_REPORT] = "report", [BUG_EVIDENCE] = "evidence", [BUG_FINDING] = "finding",
	};

	return names[class];
}

static void add_word(char *buf, size_t len, const char *separator, const char *word)
{
	size_t used = strlen(buf);

	snprintf(buf + used, len - used, "%s%s", used ? separator : "", word);
}

const char *sets_name(unsigned int sets, char *buf, size_t len)
{
	buf[0] = 0;
	if ((sets & ON_ALL) == ON_ALL)
		add_word(buf, len, " ", "all");
	else
		for (int set = 0; set < ARMDMA_NR_OPSETS; set++)
			if (sets >> set & 1)
				add_word(buf, len, " ", armdma_dma_ops_name(set));
	return buf;
}

const char *kinds_name(uint64_t kinds, char *buf, size_t len)
{
	buf[0] = 0;
	for (int k = 1; k < ARMDMA_REPORT_NR; k++)
		if (kinds >> k & 1)
			add_word(buf, len, ", ", armdma_report_name(k));
	if (!buf[0])
		add_word(buf, len, "", "-");
	return buf;
}

static const char *modes_name(const struct bug *bug, const struct result *res, char *buf, size_t len)
{
	buf[0] = 0;
	for (int mode = 0; mode < BUG_NR_MODES; mode++)
		/* Suspicions come on top of what is found anyway. */
		if (mode != BUG_SUSPICION && found_in(bug, res, mode))
			add_word(buf, len, " ", mode_name(mode));
	if (!buf[0])
		add_word(buf, len, "", "-");
	return buf;
}

static void twin_name(const struct bug *bug, const struct result *res, char *buf, size_t len)
{
	unsigned int seeds = seeds_run(res), noise = 0;

	for (int set = 0; set < ARMDMA_NR_OPSETS; set++)
		for (int mode = 0; mode < BUG_NR_MODES; mode++)
			noise += res->cells[0][mode][set].nr;
	if (is_broken(bug, res))
		snprintf(buf, len, "broken");
	else if (noise)
		snprintf(buf, len, "reported");
	else
		snprintf(buf, len, "%u seeds", seeds);
}

static void print_row(FILE *f, const struct bug *bug, const struct result *res)
{
	char kinds[256], sets[128], modes[128], twin[32];

	twin_name(bug, res, twin, sizeof(twin));
	if (is_clean_driver(bug)) {
		fprintf(f, "%-4s %-9s %-40s %-22s %-38s %-30s %s\n", bug->id, "correct", "", "",
			sets_name(bug_works_on(bug), sets, sizeof(sets)), "", twin);
		return;
	}
	fprintf(f, "%-4s %-9s %-40s %-22s %-38s %-30s %s\n", bug->id, found(bug, res) ? "found" : "NOT FOUND",
		kinds_name(kinds_received(bug, res), kinds, sizeof(kinds)), site_name(bug, res),
		sets_name(bug->sets, sets, sizeof(sets)), modes_name(bug, res, modes, sizeof(modes)), twin);
}

bool is_chosen(const struct bug *bug, const struct options *o)
{
	return !o->only || !strcmp(o->only, bug->id);
}

void print_table(FILE *f, const struct result *results, const struct options *o)
{
	unsigned int nr_found = 0, alarms = 0, plain = 0;

	fprintf(f, "%-4s %-9s %-40s %-22s %-38s %-30s %s\n", "bug", "", "kinds reported", "site", "sets of operations",
		"found in", "twin clean over");
	for (unsigned int i = 0; i < bug_count(); i++) {
		const struct bug *bug = bug_at(i);

		if (!is_chosen(bug, o))
			continue;
		print_row(f, bug, &results[i]);
		nr_found += found(bug, &results[i]);
		plain += found(bug, &results[i]) && bug->mode == BUG_DEFAULT;
		alarms += false_alarms(bug, &results[i]);
	}
	for (unsigned int i = 0; i < bug_count(); i++)
		if (is_chosen(bug_at(i), o))
			print_details(f, bug_at(i), &results[i]);
	fprintf(f, "%u of them in default mode\n", plain);
	fprintf(f, "bugs: %u of 56 found, %u false alarms\n", nr_found, alarms);
}

static void print_cell(FILE *f, const struct bug *bug, const struct cell *c, const char *twin, const char *mode, int set)
{
	/* With something failing a driver need not work. */
	if (c->broken && strcmp(mode, mode_name(BUG_FAILURE)))
		fprintf(f, "%s: %s twin, %s, %s: does not work: %s (%u of %u runs)\n", bug->id, twin, mode,
			armdma_dma_ops_name(set), c->failed, c->broken, c->runs);
	for (unsigned int i = 0; i < c->nr; i++) {
		const struct received *got = &c->received[i];

		fprintf(f, "%s: %s twin, %s, %s: %s at %s (map %s, alloc %s, sync %s, end %s), in %u of %u runs\n", bug->id, twin, mode,
			armdma_dma_ops_name(set), armdma_report_name(got->kind), got->function[ARMDMA_SITE_HERE],
			got->function[ARMDMA_SITE_MAP], got->function[ARMDMA_SITE_ALLOC],
			got->function[ARMDMA_SITE_SYNC], got->function[ARMDMA_SITE_END], got->count, c->runs);
	}
	if (!c->nr && c->runs && twin[0] == 'b')
		fprintf(f, "%s: %s twin, %s, %s: nothing reported\n", bug->id, twin, mode, armdma_dma_ops_name(set));
}

/* Where the entry and what came differ; nothing for a bug that is found with a silent twin. */
void print_details(FILE *f, const struct bug *bug, const struct result *res)
{
	if (!res->finished && WIFSIGNALED(res->status))
		fprintf(f, "%s: the run was ended by signal %d\n", bug->id, WTERMSIG(res->status));
	else if (!res->finished)
		fprintf(f, "%s: the run ended with code %d\n", bug->id, WEXITSTATUS(res->status));
	if ((found(bug, res) || (is_clean_driver(bug) && !is_broken(bug, res))) && !false_alarms(bug, res))
		return;
	for (int set = 0; set < ARMDMA_NR_OPSETS; set++) {
		for (int mode = 0; mode < BUG_NR_MODES; mode++) {
			print_cell(f, bug, &res->cells[0][mode][set], "good", mode_name(mode), set);
			if (mode == (int)bug->mode || mode == BUG_DEFAULT || mode == BUG_ADVERSARY || mode == BUG_ASAN)
				print_cell(f, bug, &res->cells[1][mode][set], "bad", mode_name(mode), set);
		}
		print_cell(f, bug, &res->quiet[set], "good", "coherent caches", set);
	}
}

static void print_json_reports(FILE *f, const struct cell *c)
{
	fputc('[', f);
	for (unsigned int i = 0; i < c->nr; i++)
		fprintf(f, "%s{\"kind\":\"%s\",\"function\":\"%s\",\"runs\":%u}", i ? "," : "",
			armdma_report_name(c->received[i].kind), c->received[i].function[ARMDMA_SITE_HERE],
			c->received[i].count);
	fputc(']', f);
}

/* One line a bug; names are the program's own and need no quoting. */
void print_json(FILE *f, const struct result *results, const struct options *o)
{
	for (unsigned int i = 0; i < bug_count(); i++) {
		const struct bug *bug = bug_at(i);
		const struct result *res = &results[i];
		bool first = true;

		if (!is_chosen(bug, o))
			continue;
		fprintf(f, "{\"bug\":\"%s\",\"found\":%s,\"mode\":\"%s\",\"false_alarms\":%u,\"twin_works\":%s,\"seeds\":%u,\"received\":{",
			bug->id, found(bug, res) ? "true" : "false", mode_name(bug->mode), false_alarms(bug, res),
			is_broken(bug, res) ? "false" : "true", seeds_run(res));
		for (int set = 0; set < ARMDMA_NR_OPSETS; set++) {
			if (!(bug->sets >> set & 1))
				continue;
			fprintf(f, "%s\"%s\":", first ? "" : ",", armdma_dma_ops_name(set));
			print_json_reports(f, &res->cells[1][bug->mode][set]);
			first = false;
		}
		fprintf(f, "}}\n");
	}
}
