/* SPDX-License-Identifier: BSD-2-Clause */
/* Received reports as lines of text: how the program that is built with ASan hands over what it received. */
#include <stdlib.h>
#include <string.h>

#include "tests/bugs/runner.h"

/* bug, twin, mode, set, runs, broken, or the reports of such a cell; functions that are not known are "-". */
static void write_cell(FILE *f, const struct bug *bug, int twin, int mode, int set, const struct cell *c)
{
	fprintf(f, "cell %s %d %d %d %u %u\n", bug->id, twin, mode, set, c->runs, c->broken);
	for (unsigned int i = 0; i < c->nr; i++) {
		fprintf(f, "report %s %d %d %d %s %u", bug->id, twin, mode, set, armdma_report_name(c->received[i].kind),
			c->received[i].count);
		for (int s = 0; s < ARMDMA_NR_SITES; s++)
			fprintf(f, " %s", c->received[i].function[s][0] ? c->received[i].function[s] : "-");
		fputc('\n', f);
	}
}

void records_write(FILE *f, const struct bug *bug, const struct result *res)
{
	for (int twin = 0; twin < 2; twin++)
		for (int mode = 0; mode < BUG_NR_MODES; mode++)
			for (int set = 0; set < ARMDMA_NR_OPSETS; set++)
				if (res->cells[twin][mode][set].runs)
					write_cell(f, bug, twin, mode, set, &res->cells[twin][mode][set]);
	fprintf(f, "end %s %d %d\n", bug->id, res->finished, res->status);
}

static struct result *result_of(struct result *results, const char *id)
{
	for (unsigned int i = 0; i < bug_count(); i++)
		if (!strcmp(bug_at(i)->id, id))
			return &results[i];
	return NULL;
}

static enum armdma_report_kind kind_of(const char *name)
{
	for (int k = 1; k < ARMDMA_REPORT_NR; k++)
		if (!strcmp(name, armdma_report_name(k)))
			return k;
	return ARMDMA_REPORT_NONE;
}

static struct cell *cell_of(struct result *res, int twin, int mode, int set)
{
	if (!res || twin < 0 || twin > 1 || mode < 0 || mode >= BUG_NR_MODES || set < 0 || set >= ARMDMA_NR_OPSETS)
		return NULL;
	return &res->cells[twin][mode][set];
}

/* The functions of all sites, after the first n bytes of the line. */
static bool read_sites(const char *line, int n, struct received *got)
{
	for (int s = 0; s < ARMDMA_NR_SITES; s++) {
		int used = 0;

		if (sscanf(line + n, " %63s%n", got->function[s], &used) != 1)
			return false;
		n += used;
		if (!strcmp(got->function[s], "-"))
			got->function[s][0] = 0;
	}
	return true;
}

static bool read_report(struct result *results, const char *line)
{
	struct received got = { 0 };
	char id[8], kind[48];
	int twin, mode, set, n = 0;
	struct cell *c;

	if (sscanf(line, "report %7s %d %d %d %47s %u%n", id, &twin, &mode, &set, kind, &got.count, &n) != 6 ||
	    !read_sites(line, n, &got))
		return false;
	got.kind = kind_of(kind);
	c = cell_of(result_of(results, id), twin, mode, set);
	if (!c || !got.kind || c->nr == MAX_RECEIVED)
		return false;
	c->received[c->nr++] = got;
	return true;
}

static bool read_cell(struct result *results, const char *line)
{
	unsigned int runs, broken;
	int twin, mode, set;
	struct cell *c;
	char id[8];

	if (sscanf(line, "cell %7s %d %d %d %u %u", id, &twin, &mode, &set, &runs, &broken) != 6)
		return false;
	c = cell_of(result_of(results, id), twin, mode, set);
	if (!c)
		return false;
	c->runs = runs;
	c->broken = broken;
	if (broken)
		snprintf(c->failed, sizeof(c->failed), "(in the other program)");
	return true;
}

static bool read_end(struct result *results, const char *line)
{
	struct result *res;
	int finished, status;
	char id[8];

	if (sscanf(line, "end %7s %d %d", id, &finished, &status) != 3)
		return false;
	res = result_of(results, id);
	if (!res)
		return false;
	if (!finished) {
		res->finished = false;
		res->status = status;
	}
	return true;
}

int records_read(const char *program, const struct options *o, struct result *results)
{
	char command[4096], line[1024];
	int ret = 0;
	FILE *p;

	snprintf(command, sizeof(command), "'%s' --records%s%s%s%s", program, o->only ? " --bug " : "",
		 o->only ? o->only : "", o->disabled ? " --disable " : "", o->disabled ? armdma_report_name(o->disabled) : "");
	p = popen(command, "r");
	if (!p) {
		perror("armdma-bugs: popen");
		return -1;
	}
	while (!ret && fgets(line, sizeof(line), p))
		if (!read_report(results, line) && !read_cell(results, line) && !read_end(results, line)) {
			fprintf(stderr, "armdma-bugs: %s says what is no record: %s", program, line);
			ret = -1;
		}
	if (pclose(p) && !ret) {
		fprintf(stderr, "armdma-bugs: %s failed\n", program);
		ret = -1;
	}
	return ret;
}
