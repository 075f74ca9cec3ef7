/* SPDX-License-Identifier: BSD-2-Clause */
/* The plots of the page: each takes the results of one trace, or all, and writes what gnuplot is told. */
#ifndef TOOLS_IOVA_FIGURES_H
#define TOOLS_IOVA_FIGURES_H

#include <jansson.h>
#include <stdbool.h>

#include "plot.h"

/* Member that the page adds to each result: the number of its policy and parameters among all of the page. */
#define FIGURE_COLOUR "colour"

struct figure {
	const char *name, *title, *caption;
	/* Pixels for n results. */
	unsigned int width;
	unsigned int (*height)(size_t n);
	/* Can it be drawn of this result? */
	bool (*has)(const json_t *result);
	void (*draw)(struct plot *p, const json_t *results);
};

/* Of one trace; ends with a NULL name. */
extern const struct figure figures[];
/* Time of all policies on all traces; groups as of report_by_trace(). */
void figure_side_by_side(struct plot *p, const json_t *groups);
unsigned int figure_side_by_side_height(size_t traces);

#endif
