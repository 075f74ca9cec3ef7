/* SPDX-License-Identifier: BSD-2-Clause */
/* Results as tables and as JSON: see report.h. */
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "tool.h"

const json_t *report_get(const json_t *o, const char *path)
{
	char part[64];

	while (o && *path) {
		size_t len = strcspn(path, ".");

		snprintf(part, sizeof(part), "%.*s", (int)len, path);
		o = json_object_get(o, part);
		path += len + (path[len] == '.');
	}
	return json_is_null(o) ? NULL : o;
}

double report_number(const json_t *o, const char *path, double otherwise)
{
	const json_t *v = report_get(o, path);

	return json_is_number(v) ? json_number_value(v) : otherwise;
}

const char *report_string(const json_t *o, const char *path)
{
	const char *s = json_string_value(report_get(o, path));

	return s ? s : "";
}

json_t *report_by_trace(const json_t *results)
{
	json_t *groups = json_array(), *o, *group = NULL;
	size_t i, k;

	json_array_foreach(results, i, o) {
		const char *name = report_string(o, "trace.name"), *id = report_string(o, "trace.identity");

		json_array_foreach(groups, k, group) {
			const json_t *first = json_array_get(group, 0);

			if (!strcmp(report_string(first, "trace.name"), name) && !strcmp(report_string(first, "trace.identity"), id))
				break;
		}
		if (k == json_array_size(groups)) {
			group = json_array();
			json_array_append_new(groups, group);
		}
		json_array_append(group, o);
	}
	return groups;
}

/* A path is known by its file. */
static const char *short_name(const char *policy)
{
	const char *slash = strrchr(policy, '/');

	return slash ? slash + 1 : policy;
}

static void add(char *buf, size_t len, bool *open, const char *what)
{
	size_t n = strlen(buf);

	snprintf(buf + n, len - n, "%s%s", *open ? ", " : " (", what);
	*open = true;
}

char *report_label(const json_t *o, char *buf, size_t len)
{
	const char *align = report_string(o, "parameters.align");
	double v;
	char s[64], size[24];
	bool open = false;
	size_t n;

	snprintf(buf, len, "%s", short_name(report_string(o, "policy")));
	if (*align && strcmp(align, "own")) {
		snprintf(s, sizeof(s), "align %s", align);
		add(buf, len, &open, s);
	}
	v = report_number(o, "parameters.align_order", -1);
	if (v >= 0) {
		snprintf(s, sizeof(s), "order %.0f", v);
		add(buf, len, &open, s);
	}
	v = report_number(o, "parameters.space", 0);
	if (v > 0)
		add(buf, len, &open, tool_bytes((uint64_t)v, size));
	if (!strcmp(report_string(o, "parameters.locking"), "shared"))
		add(buf, len, &open, "locks");
	if (!strcmp(report_string(o, "parameters.leaks"), "mend"))
		add(buf, len, &open, "no leaks");
	n = strlen(buf);
	if (open && n + 1 < len)
		strcpy(buf + n, ")");
	return buf;
}

/* ---- Columns --------------------------------------------------------------- */

static void figure(const json_t *o, const char *path, const char *fmt, double scale, char *buf, size_t len)
{
	const json_t *v = report_get(o, path);

	*buf = 0;
	if (json_is_number(v))
		/* The formats are this file's own. */
		snprintf(buf, len, fmt, json_number_value(v) * scale);
}

static void size_of(const json_t *o, const char *path, char *buf, size_t len)
{
	const json_t *v = report_get(o, path);
	char size[24];

	*buf = 0;
	if (json_is_number(v))
		snprintf(buf, len, "%s", tool_bytes((uint64_t)json_number_value(v), size));
}

#define COLUMN(name, call) static void name(const json_t *o, char *buf, size_t len) { call; }
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
COLUMN(col_rate, figure(o, "speed.ops_per_second", "%.2f", 1e-6, buf, len))
COLUMN(col_pair, figure(o, "speed.l1_steps_per_pair", "%.1f", 1, buf, len))
COLUMN(col_p50, figure(o, "latency.all.p50_ns", "%.0f", 1, buf, len))
COLUMN(col_p99, figure(o, "latency.all.p99_ns", "%.0f", 1, buf, len))
COLUMN(col_p999, figure(o, "latency.all.p999_ns", "%.0f", 1, buf, len))
COLUMN(col_max, figure(o, "latency.all.max_ns", "%.1f", 1e-3, buf, len))
COLUMN(col_speedup, figure(o, "threads.speedup", "%.2f", 1, buf, len))
COLUMN(col_share, figure(o, "fragmentation.largest_share_mean", "%.2f", 1, buf, len))
COLUMN(col_water, size_of(o, "space.high_water", buf, len))
COLUMN(col_reuse, figure(o, "reuse.p50", "%.0f", 1, buf, len))
COLUMN(col_memory, size_of(o, "space.memory_peak", buf, len))
COLUMN(col_tlb, figure(o, "tables.tlb_hit_rate", "%.1f", 100, buf, len))
COLUMN(col_reach, size_of(o, "tables.tlb_reach_bytes", buf, len))
#pragma GCC diagnostic pop

static void col_failed(const json_t *o, char *buf, size_t len)
{
	double attempts = report_number(o, "allocations.attempts", 0), failures = report_number(o, "allocations.failures", 0);

	*buf = 0;
	if (attempts > 0)
		snprintf(buf, len, failures > 0 ? "%.2f" : "0", 100 * failures / attempts);
}

static void col_enough(const json_t *o, char *buf, size_t len)
{
	double failures = report_number(o, "allocations.failures", 0);

	*buf = 0;
	if (failures > 0)
		snprintf(buf, len, "%.0f", 100 * report_number(o, "allocations.failures_enough_free", 0) / failures);
}

static void col_tables(const json_t *o, char *buf, size_t len)
{
	double v = report_number(o, "tables.l2_tables_mean", -1);

	*buf = 0;
	if (v < 0)
		v = report_number(o, "fragmentation.l2_tables_mean", -1);
	if (v >= 0)
		snprintf(buf, len, "%.1f", v);
}

static void col_equal(const json_t *o, char *buf, size_t len)
{
	double n = report_number(o, "allocations.recorded", 0), equal = report_number(o, "allocations.recorded_equal", 0);

	*buf = 0;
	if (n > 0)
		snprintf(buf, len, equal < n && equal > 0.9995 * n ? "%.2f" : "%.1f", 100 * equal / n);
}

const struct report_column report_columns[] = {
	{ "Mop/s", "", "operations (allocations and frees) a second, millions", 7, col_rate },
	{ "L1/pair", "steps", "time of an allocation with its free, in dependent loads from the L1 cache", 8, col_pair },
	{ "p50", "ns", "latency of one call that half of them do not exceed", 6, col_p50 },
	{ "p99", "ns", "the same for 99 %", 7, col_p99 },
	{ "p99.9", "ns", "the same for 99.9 %", 8, col_p999 },
	{ "max", "us", "the longest; often a moment in which the process did not run", 7, col_max },
	{ "x2", "", "throughput with the workload's threads in parallel over one thread doing their work", 5, col_speedup },
	{ "failed", "%", "allocations that failed", 6, col_failed },
	{ "enough", "%", "failures although enough was free, in pieces or misaligned", 6, col_enough },
	{ "largest", "", "longest free run over all that is free, mean over time", 7, col_share },
	{ "span", "", "from the lowest address ever used to the highest", 9, col_water },
	{ "reuse", "", "allocations between the free of an address and its next use, median; a small one hides use after unmap", 7, col_reuse },
	{ "L2", "", "level-2 tables, mean over time (without --tables: sections in use)", 7, col_tables },
	{ "TLB", "%", "page visits of the device that hit the TLB", 5, col_tlb },
	{ "reach", "", "what the TLB's entries cover", 9, col_reach },
	{ "memory", "", "of the policy, peak", 9, col_memory },
	{ "=rec", "%", "addresses equal to the recorded kernel's", 5, col_equal },
};
const unsigned int report_nr_columns = sizeof(report_columns) / sizeof(report_columns[0]);

/* ---- Tables ---------------------------------------------------------------- */

/* Columns in which no result of the group has a figure are left out. */
static void wanted_columns(const json_t *group, bool *wanted)
{
	char v[64];
	json_t *o;
	size_t i;

	for (unsigned int c = 0; c < report_nr_columns; c++) {
		wanted[c] = false;
		json_array_foreach(group, i, o) {
			report_columns[c].value(o, v, sizeof(v));
			wanted[c] |= *v != 0;
		}
	}
}

static int label_width(const json_t *group)
{
	int width = 6;
	char label[160];
	json_t *o;
	size_t i;

	json_array_foreach(group, i, o) {
		int len = (int)strlen(report_label(o, label, sizeof(label)));

		width = len > width ? len : width;
	}
	return width;
}

static void table(const json_t *group, FILE *out)
{
	const json_t *first = json_array_get(group, 0);
	bool wanted[sizeof(report_columns) / sizeof(report_columns[0])];
	int width = label_width(group);
	char v[160];
	json_t *o;
	size_t i;

	wanted_columns(group, wanted);
	fprintf(out, "%s: %.0f allocations, %.0f operations\n", report_string(first, "trace.name"), report_number(first, "trace.allocations", 0),
		report_number(first, "trace.operations", 0));
	fprintf(out, "  %-*s", width, "policy");
	for (unsigned int c = 0; c < report_nr_columns; c++)
		if (wanted[c])
			fprintf(out, " %*s", report_columns[c].width, report_columns[c].head);
	fprintf(out, "\n  %-*s", width, "");
	for (unsigned int c = 0; c < report_nr_columns; c++)
		if (wanted[c])
			fprintf(out, " %*s", report_columns[c].width, report_columns[c].unit);
	fputc('\n', out);
	json_array_foreach(group, i, o) {
		fprintf(out, "  %-*s", width, report_label(o, v, sizeof(v)));
		for (unsigned int c = 0; c < report_nr_columns; c++) {
			if (!wanted[c])
				continue;
			report_columns[c].value(o, v, sizeof(v));
			fprintf(out, " %*s", report_columns[c].width, v);
		}
		if (strcmp(report_string(o, "status"), "ok"))
			fprintf(out, "  %s: %s", report_string(o, "status"), report_string(o, "error"));
		fputc('\n', out);
	}
}

void report_table(const json_t *results, FILE *out)
{
	json_t *groups = report_by_trace(results), *group;
	size_t i;

	json_array_foreach(groups, i, group) {
		if (i)
			fputc('\n', out);
		table(group, out);
	}
	json_decref(groups);
}

/* ---- JSON ------------------------------------------------------------------ */

/* What plots are made of. */
static void strip(json_t *o)
{
	static const char *const lists[][2] = {
		{ "fragmentation", "operation" }, { "fragmentation", "used" }, { "fragmentation", "largest_share" },
		{ "fragmentation", "l2_tables" }, { "tables", "l2_tables" },
	};
	static const char *const latencies[] = { "alloc", "free", "all" };

	for (unsigned int i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		json_object_del(json_object_get(o, lists[i][0]), lists[i][1]);
	for (unsigned int i = 0; i < 3; i++)
		json_object_del(json_object_get(json_object_get(o, "latency"), latencies[i]), "histogram");
	json_object_del(o, "occupancy");
}

int report_json(const json_t *results, FILE *out)
{
	json_t *all = json_deep_copy(results), *o;
	size_t i;
	int ret;

	json_array_foreach(all, i, o)
		strip(o);
	ret = all ? json_dumpf(all, out, JSON_INDENT(1)) : -1;
	fputc('\n', out);
	json_decref(all);
	return ret;
}
