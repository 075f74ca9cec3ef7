/* SPDX-License-Identifier: BSD-2-Clause */
/* What the received reports amount to. Nothing here looks at an entry but to compare it with what came. */
#include <stdlib.h>
#include <string.h>

#include "tests/bugs/runner.h"

unsigned int bug_count(void)
{
	unsigned int n = 0;

	while (bug_at(n))
		n++;
	return n;
}

bool is_clean_driver(const struct bug *bug)
{
	return !bug->sets;
}

/* Each half of the catalogue is sorted, and the first has the lower ids; the drivers without a bug come last. */
const struct bug *bug_at(unsigned int i)
{
	const struct bug *halves[] = { bug_table_1, bug_table_2, clean_table };

	for (unsigned int h = 0; h < 3; h++)
		for (const struct bug *b = halves[h]; b->id; b++)
			if (!i--)
				return b;
	return NULL;
}

unsigned int bug_works_on(const struct bug *bug)
{
	return bug->works_on ? bug->works_on : ON_ALL;
}

static bool applies(const struct bug *bug, const struct bug_wanted *w, enum armdma_dma_opset set)
{
	return (w->sets ? w->sets : bug->sets) >> set & 1;
}

static bool matches(const struct bug_wanted *w, const struct received *got)
{
	return w->kind == got->kind && (!w->function || !strcmp(w->function, got->function[w->site]));
}

static bool has_come(const struct bug_wanted *w, const struct cell *c)
{
	for (unsigned int i = 0; i < c->nr; i++)
		if (matches(w, &c->received[i]))
			return true;
	return false;
}

static bool is_expected(const struct bug *bug, const struct received *got, enum armdma_dma_opset set)
{
	for (const struct bug_wanted *w = bug->wanted; w->kind; w++)
		if (applies(bug, w, set) && matches(w, got))
			return true;
	return false;
}

static unsigned int unexpected(const struct bug *bug, const struct cell *c, enum bug_mode mode,
			       enum armdma_dma_opset set)
{
	unsigned int n = c->overflow;

	for (unsigned int i = 0; i < c->nr; i++) {
		enum armdma_report_kind kind = c->received[i].kind;

		/* Where suspicions or findings were asked for, the bug may well have some besides. */
		if (armdma_report_class(kind) != ARMDMA_CLASS_BUG && mode != bug->mode)
			continue;
		/* Under ASan every plain access to what is the device's is seen, before it has consequences. */
		if (mode == BUG_ASAN && mode != bug->mode && (kind == ARMDMA_REPORT_CPU_READ || kind == ARMDMA_REPORT_CPU_WRITE))
			continue;
		n += !is_expected(bug, &c->received[i], set);
	}
	return n;
}

static bool found_on(const struct bug *bug, const struct cell *c, enum bug_mode mode, enum armdma_dma_opset set)
{
	bool any = false;

	for (const struct bug_wanted *w = bug->wanted; w->kind; w++) {
		if (!applies(bug, w, set) || w->may)
			continue;
		any = true;
		if (!has_come(w, c))
			return false;
	}
	return any && !unexpected(bug, c, mode, set);
}

bool found_in(const struct bug *bug, const struct result *res, enum bug_mode mode)
{
	for (int set = 0; set < ARMDMA_NR_OPSETS; set++)
		if (bug->sets >> set & 1 && !found_on(bug, &res->cells[1][mode][set], mode, set))
			return false;
	return bug->sets != 0;
}

bool is_broken(const struct bug *bug, const struct result *res)
{
	if (!res->finished)
		return true;
	for (int set = 0; set < ARMDMA_NR_OPSETS; set++) {
		if (!(bug_works_on(bug) >> set & 1))
			continue;
		for (int mode = 0; mode < BUG_NR_MODES; mode++)
			if (mode != BUG_FAILURE && res->cells[0][mode][set].broken)
				return true;
		if (res->quiet[set].broken)
			return true;
	}
	return false;
}

bool found(const struct bug *bug, const struct result *res)
{
	return !is_broken(bug, res) && found_in(bug, res, bug->mode);
}

unsigned int false_alarms(const struct bug *bug, const struct result *res)
{
	unsigned int n = 0;

	for (int set = 0; set < ARMDMA_NR_OPSETS; set++) {
		n += res->quiet[set].nr;
		for (int mode = 0; mode < BUG_NR_MODES; mode++) {
			n += res->cells[0][mode][set].nr + res->cells[0][mode][set].overflow;
			n += unexpected(bug, &res->cells[1][mode][set], mode, set);
		}
	}
	return n;
}

uint64_t kinds_received(const struct bug *bug, const struct result *res)
{
	uint64_t kinds = 0;

	for (int set = 0; set < ARMDMA_NR_OPSETS; set++) {
		const struct cell *c = &res->cells[1][bug->mode][set];

		for (unsigned int i = 0; i < c->nr; i++)
			kinds |= 1ULL << c->received[i].kind;
	}
	return kinds;
}

unsigned int seeds_run(const struct result *res)
{
	unsigned int n = 0;

	for (int set = 0; set < ARMDMA_NR_OPSETS; set++) {
		unsigned int runs = res->cells[0][BUG_ADVERSARY][set].runs;

		if (runs && (!n || runs < n))
			n = runs;
	}
	return n;
}

const char *site_name(const struct bug *bug, const struct result *res)
{
	for (int set = 0; set < ARMDMA_NR_OPSETS; set++) {
		const struct cell *c = &res->cells[1][bug->mode][set];

		for (unsigned int i = 0; i < c->nr; i++)
			if (matches(&bug->wanted[0], &c->received[i]))
				return c->received[i].function[bug->wanted[0].site];
	}
	return "-";
}
