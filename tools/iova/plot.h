/* SPDX-License-Identifier: BSD-2-Clause */
/* Plots by gnuplot, as SVG that can stand in a page beside others. */
#ifndef TOOLS_IOVA_PLOT_H
#define TOOLS_IOVA_PLOT_H

#include <stdio.h>

struct plot {
	FILE *script;	/* what gnuplot is told; NULL: could not be begun */
	char path[64];
};

/* Name: unique in the page, letters and digits. Size in pixels at 100 %. */
void plot_begin(struct plot *p, const char *name, unsigned int width, unsigned int height);
/*
 * Run gnuplot. The text from "<svg" on, to be freed; NULL after saying why not; *status (an exit status) tells the same.
 */
char *plot_end(struct plot *p, int *status);
/* A string of the script, quoted. */
void plot_string(struct plot *p, const char *s);
/* Colour of curve i. */
const char *plot_colour(size_t i);
/* Dash type of curve i: curves of one colour differ in it. */
unsigned int plot_dash(size_t i);

#endif
