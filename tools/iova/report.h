/* SPDX-License-Identifier: BSD-2-Clause */
/* Results for people and for other programs. `results` is an array of what docs/iova-results.md describes. */
#ifndef TOOLS_IOVA_REPORT_H
#define TOOLS_IOVA_REPORT_H

#include <jansson.h>
#include <stdio.h>

/* Tables for a terminal, one a trace. */
void report_table(const json_t *results, FILE *out);
/* The figures without what plots are made of, as one JSON array. 0 or -1. */
int report_json(const json_t *results, FILE *out);
/* One page that needs nothing else. An exit status. */
int report_html(const json_t *results, const char *title, FILE *out);

/* ---- For the three of them --------------------------------------------------- */

/* A member by its path "speed.ns_per_op"; NULL when there is none. */
const json_t *report_get(const json_t *o, const char *path);
double report_number(const json_t *o, const char *path, double otherwise);
const char *report_string(const json_t *o, const char *path);
/* The results of each trace together: array of arrays, in the order in which traces and policies appear. */
json_t *report_by_trace(const json_t *results);
/* "first-fit", with what of the parameters is not usual: "first-fit (align full, 1 GiB)". In buf, which it returns. */
char *report_label(const json_t *result, char *buf, size_t len);
/* Columns of the tables. */
struct report_column {
	const char *head, *unit, *what;
	int width;
	/* In buf; empty when the result has no such figure. */
	void (*value)(const json_t *result, char *buf, size_t len);
};
extern const struct report_column report_columns[];
extern const unsigned int report_nr_columns;

#endif
