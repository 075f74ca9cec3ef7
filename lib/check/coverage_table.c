/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Coverage as a table: a row for each function, direction and policy of the caches, a column for each set of operations. A function that was
 * called with one direction gets the rows of all three: what is missing shows as a dot.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/check/coverage.h"
#include "lib/check/report.h"

#define NR_COLUMNS (ARMDMA_NR_OPSETS + 1)

struct row {
	const char *function;
	enum armdma_dir dir;
	enum armdma_cache_policy policy;
	uint64_t counts[NR_COLUMNS][ARMDMA_NR_OUTCOMES];
};

struct table {
	struct armdma_coverage *cells;	/* in order: function, direction, policy */
	size_t nr, size;
	uint64_t calls, empty, filled;
	bool used[NR_COLUMNS];
};

static void take(void *ctx, const struct armdma_coverage *cell)
{
	struct table *t = ctx;

	if (t->nr == t->size) {
		size_t size = t->size ? 2 * t->size : 64;
		struct armdma_coverage *cells = realloc(t->cells, size * sizeof(*cells));

		if (!cells)
			return;
		t->cells = cells;
		t->size = size;
	}
	t->cells[t->nr++] = *cell;
	t->calls += cell->count;
	t->used[cell->set] = true;
}

static void print_head(const struct table *t, FILE *f)
{
	fprintf(f, "%-34s %-14s %-16s", "function", "direction", "caches");
	for (int i = 0; i < NR_COLUMNS; i++)
		if (t->used[i])
			fprintf(f, " %16s", i < ARMDMA_NR_OPSETS ? coverage_set_name((enum armdma_dma_opset)i) : "no device");
	fputc('\n', f);
}

/* "12 3f 1m": calls that went well, failed, were misuse. */
static void print_counts(const uint64_t counts[ARMDMA_NR_OUTCOMES], FILE *f, struct table *t)
{
	static const char *const marks[ARMDMA_NR_OUTCOMES] = { "", "f", "m" };
	char text[80] = "";
	int used = 0;

	for (int i = 0; i < ARMDMA_NR_OUTCOMES; i++)
		if (counts[i])
			used += snprintf(text + used, sizeof(text) - (size_t)used, "%s%" PRIu64 "%s", used ? " " : "",
					 counts[i], marks[i]);
	fprintf(f, " %16s", used ? text : ".");
	if (used)
		t->filled++;
	else
		t->empty++;
}

static void print_row(const struct row *r, FILE *f, struct table *t)
{
	fprintf(f, "%-34s %-14s %-16s", r->function, r->dir == ARMDMA_NONE ? "-" : dir_name(r->dir),
		coverage_policy_name(r->policy));
	for (int i = 0; i < NR_COLUMNS; i++)
		if (t->used[i])
			print_counts(r->counts[i], f, t);
	fputc('\n', f);
}

/* Cells [first, end) are one function's. */
static void print_one(struct table *t, size_t first, size_t end, enum armdma_dir dir, enum armdma_cache_policy policy, FILE *f)
{
	struct row r = { .function = t->cells[first].function, .dir = dir, .policy = policy };

	for (size_t i = first; i < end; i++) {
		const struct armdma_coverage *c = &t->cells[i];

		if (c->dir == dir && c->policy == policy)
			r.counts[c->set][c->outcome] += c->count;
	}
	print_row(&r, f, t);
}

static void print_function(struct table *t, size_t first, size_t end, FILE *f)
{
	bool dirs[ARMDMA_NONE + 1] = { false }, policies[ARMDMA_CACHE_COHERENT + 1] = { false }, any = false;

	for (size_t i = first; i < end; i++) {
		dirs[t->cells[i].dir] = true;
		policies[t->cells[i].policy] = true;
		any |= t->cells[i].dir != ARMDMA_NONE;
	}
	for (int dir = 0; dir <= ARMDMA_NONE; dir++)
		for (int policy = 0; policy <= ARMDMA_CACHE_COHERENT; policy++)
			if (policies[policy] && (dirs[dir] || (any && dir != ARMDMA_NONE)))
				print_one(t, first, end, (enum armdma_dir)dir, (enum armdma_cache_policy)policy, f);
}

void armdma_coverage_print(FILE *f)
{
	struct table t = { 0 };

	armdma_coverage_walk(take, &t);
	if (!t.nr) {
		fputs("DMA coverage: no call was counted\n", f);
		return;
	}
	fputs("DMA coverage: calls by function, direction, caches and set of operations (f: failed, m: misuse, .: none)\n\n", f);
	print_head(&t, f);
	for (size_t first = 0, end; first < t.nr; first = end) {
		for (end = first; end < t.nr && !strcmp(t.cells[end].function, t.cells[first].function); end++)
			;
		print_function(&t, first, end, f);
	}
	fprintf(f, "\n%" PRIu64 " calls, %zu combinations; %" PRIu64 " fields filled, %" PRIu64 " empty\n", t.calls, t.nr, t.filled,
		t.empty);
	free(t.cells);
}
