/* SPDX-License-Identifier: BSD-2-Clause */
/* The plots of the page: see figures.h. */
#include <stdlib.h>
#include <string.h>

#include "figures.h"
#include "report.h"

#define LABEL 160

static unsigned int curve_height(size_t n)
{
	return n > 14 ? 320 + 18 * (unsigned int)(n - 14) : 320;
}

/* "$name << EOD" ... "EOD": data of curve i. */
static void data_begin(struct plot *p, size_t i)
{
	fprintf(p->script, "$d%zu << EOD\n", i);
}

static void data_end(struct plot *p)
{
	fputs("EOD\n", p->script);
}

/* Number of the policy in the whole page: its colour is the same in every figure. */
static size_t colour_of(const json_t *o)
{
	return (size_t)report_number(o, FIGURE_COLOUR, 0);
}

/* plot $d0 ..., $d1 ...: each in its colour, under its policy's name. */
static void plot_curves(struct plot *p, const json_t *results, const char *using, const char *with)
{
	char label[LABEL];
	json_t *o;
	size_t i;

	fputs("plot ", p->script);
	json_array_foreach(results, i, o) {
		fprintf(p->script, "%s$d%zu using %s with %s linecolor rgb '%s' dashtype %u linewidth 1.6 title ", i ? ", " : "", i, using, with,
			plot_colour(colour_of(o)), plot_dash(colour_of(o)));
		plot_string(p, report_label(o, label, sizeof(label)));
	}
	fputc('\n', p->script);
}

static void key_at_the_side(struct plot *p)
{
	fputs("set key outside right center spacing 1.15 samplen 2.5 font ',11'\n", p->script);
}

/* ---- Time ------------------------------------------------------------------ */

static bool has_speed(const json_t *o)
{
	return report_get(o, "speed.l1_steps_per_pair") != NULL;
}

static unsigned int bars_height(size_t n)
{
	return 80 + 24 * (unsigned int)n;
}

static void draw_speed(struct plot *p, const json_t *results)
{
	double floor = 0, most = 0, least = 1e300;
	char label[LABEL];
	json_t *o;
	size_t i, n = json_array_size(results);

	json_array_foreach(results, i, o) {
		double v = report_number(o, "speed.l1_steps_per_pair", 0);

		most = v > most ? v : most;
		least = v < least ? v : least;
		floor = report_number(o, "speed.l1_steps_per_pair_null", floor);
	}
	fputs("unset key\nset style fill solid 0.85 noborder\nset xlabel 'L1 steps for an allocation and its free'\n", p->script);
	fprintf(p->script, "set yrange [%zu.6:-0.6]\nset grid noytics\nset ytics scale 0\n", n - 1);
	if (most > 30 * least)
		fprintf(p->script, "set logscale x\nset xrange [1:%g]\n", 1.6 * most);
	else
		fprintf(p->script, "set xrange [0:%g]\n", 1.14 * most);
	data_begin(p, 0);
	json_array_foreach(results, i, o)
		fprintf(p->script, "%zu %g %g %g\n", i, report_number(o, "speed.l1_steps_per_pair", 0),
			report_number(o, "speed.l1_steps_per_pair_min", 0), report_number(o, "speed.l1_steps_per_pair_max", 0));
	data_end(p);
	fputs("set ytics (", p->script);
	json_array_foreach(results, i, o) {
		fputs(i ? ", " : "", p->script);
		plot_string(p, report_label(o, label, sizeof(label)));
		fprintf(p->script, " %zu", i);
	}
	fprintf(p->script, ")\nset arrow 1 from %g, graph 0 to %g, graph 1 nohead dashtype 2 linecolor '#888888'\n", floor, floor);
	fprintf(p->script,
		"plot $d0 using ($2/2):1:(%s):2:($1-0.34):($1+0.34) with boxxyerror linecolor rgb '%s', "
		"$d0 using 2:1:3:4 with xerrorbars pointtype 0 linecolor rgb '#222222' linewidth 0.8, "
		"$d0 using 2:1:(sprintf('%%.1f', $2)) with labels left offset 0.7,0.45 font ',10' textcolor '#222222'\n",
		most > 30 * least ? "1" : "0", plot_colour(0));
}

static bool has_latency(const json_t *o)
{
	return json_array_size(report_get(o, "latency.all.histogram")) > 0;
}

/* Share of the calls that take longer, both axes logarithmic: the tail is what counts. */
static void draw_latency(struct plot *p, const json_t *results)
{
	json_t *o, *bar;
	size_t i, k;

	key_at_the_side(p);
	fputs("set logscale xy\nset xlabel 'latency of one call, ns'\nset ylabel 'share of calls that take longer'\nset format y '10^{%L}'\n"
	      "set yrange [1e-5:1.2]\nset xrange [10:*]\n", p->script);
	fputs("set ytics ('1' 1, '10 %%' 0.1, '1 %%' 0.01, '0.1 %%' 0.001, '0.01 %%' 0.0001, '0.001 %%' 0.00001)\n", p->script);
	json_array_foreach(results, i, o) {
		const json_t *bars = report_get(o, "latency.all.histogram");
		double n = report_number(o, "latency.all.calls", 1), above = n;

		data_begin(p, i);
		json_array_foreach(bars, k, bar) {
			fprintf(p->script, "%g %g\n", json_number_value(json_array_get(bar, 0)), above / n);
			above -= json_number_value(json_array_get(bar, 1));
		}
		data_end(p);
	}
	plot_curves(p, results, "1:2", "steps");
}

/* ---- Space ----------------------------------------------------------------- */

static bool has_samples(const json_t *o)
{
	return json_array_size(report_get(o, "fragmentation.operation")) > 1;
}

static void draw_samples(struct plot *p, const json_t *results, const char *list)
{
	json_t *o;
	size_t i;

	key_at_the_side(p);
	fputs("set xlabel 'part of the workload, %'\nset xrange [0:100]\n", p->script);
	json_array_foreach(results, i, o) {
		const json_t *op = report_get(o, "fragmentation.operation"), *v = report_get(o, list);
		double all = report_number(o, "trace.operations", 1);

		data_begin(p, i);
		for (size_t k = 0; k < json_array_size(op); k++)
			fprintf(p->script, "%g %g\n", 100 * json_number_value(json_array_get(op, k)) / all,
				json_number_value(json_array_get(v, k)));
		data_end(p);
	}
}

static void draw_fragmentation(struct plot *p, const json_t *results)
{
	draw_samples(p, results, "fragmentation.largest_share");
	fputs("set ylabel 'longest free run / all that is free'\nset yrange [0:1.03]\n", p->script);
	plot_curves(p, results, "1:2", "lines");
}

static void draw_tables(struct plot *p, const json_t *results)
{
	draw_samples(p, results, "fragmentation.l2_tables");
	fputs("set ylabel 'sections of 1 MiB in use'\nset yrange [0:*]\n", p->script);
	plot_curves(p, results, "1:2", "lines");
}

/* ---- The map --------------------------------------------------------------- */

#define MAP_COLUMNS 3u

static bool has_map(const json_t *o)
{
	return json_array_size(report_get(o, "occupancy.rows")) > 0;
}

static unsigned int map_height(size_t n)
{
	return 30 + 220 * (unsigned int)((n + MAP_COLUMNS - 1) / MAP_COLUMNS);
}

static int level(char digit)
{
	return digit <= '9' ? digit - '0' : digit - 'a' + 10;
}

static void draw_map(struct plot *p, const json_t *results)
{
	char label[LABEL];
	json_t *o, *row;
	size_t i, k, n = json_array_size(results);

	fprintf(p->script, "set multiplot layout %zu,%u spacing 0.08,%g margins 0.075,0.985,%g,%g\nunset key\nunset colorbox\nunset grid\n",
		(n + MAP_COLUMNS - 1) / MAP_COLUMNS, MAP_COLUMNS, 64.0 / map_height(n), 45.0 / map_height(n), 1 - 26.0 / map_height(n));
	fputs("set palette defined (0 '#ffffff', 0.01 '#d6e6f4', 0.35 '#6aaed6', 0.7 '#2070b4', 1 '#08306b')\nset cbrange [0:15]\n"
	      "set tics font ',9'\nset xrange [-0.5:100]\nset xtics 0,25,100\nset title font ',11' offset 0,-0.6\n", p->script);
	json_array_foreach(results, i, o) {
		const json_t *rows = report_get(o, "occupancy.rows");
		size_t columns = strlen(json_string_value(json_array_get(rows, 0)));
		double unit = report_number(o, "occupancy.unit", 1) / 1048576, base = report_number(o, "occupancy.base", 0) / 1048576;

		data_begin(p, i);
		json_array_foreach(rows, k, row) {
			const char *s = json_string_value(row);

			for (; *s; s++)
				fprintf(p->script, "%d ", level(*s));
			fputc('\n', p->script);
		}
		data_end(p);
		fputs("set title ", p->script);
		plot_string(p, report_label(o, label, sizeof(label)));
		fprintf(p->script, "\nset yrange [%g:%g]\nset ylabel '%s'\nset xlabel '%s'\n", base,
			base + unit * (double)json_array_size(rows), i % MAP_COLUMNS ? "" : "address, MiB",
			i + MAP_COLUMNS < n ? "" : "part of the workload, %");
		fprintf(p->script, "plot $d%zu matrix using ($1*%g):(%g+($2+0.5)*%g):3 with image\n", i, 100.0 / (double)columns, base, unit);
	}
	fputs("unset multiplot\n", p->script);
}

/* ---- All traces ------------------------------------------------------------ */

unsigned int figure_side_by_side_height(size_t traces)
{
	return 110 + 26 * (unsigned int)traces;
}

/* The distinct labels of all results with their numbers, in the order in which they appear. */
static json_t *all_labels(const json_t *groups)
{
	json_t *labels = json_object(), *group, *o;
	char label[LABEL];
	size_t i, k;

	json_array_foreach(groups, i, group)
		json_array_foreach(group, k, o) {
			report_label(o, label, sizeof(label));
			if (has_speed(o) && !json_object_get(labels, label))
				json_object_set_new(labels, label, json_integer((json_int_t)colour_of(o)));
		}
	return labels;
}

void figure_side_by_side(struct plot *p, const json_t *groups)
{
	static const unsigned int points[] = { 7, 5, 9, 13, 11, 6, 4, 8 };
	json_t *labels = all_labels(groups), *group, *o, *nr;
	size_t i, k, n = json_array_size(groups);
	const char *name, *sep = "";
	char label[LABEL];

	key_at_the_side(p);
	fprintf(p->script, "set logscale x\nset xlabel 'L1 steps for an allocation and its free'\nset yrange [%zu.7:-0.7]\nset ytics scale 0\nset ytics (",
		n - 1);
	json_array_foreach(groups, i, group) {
		fputs(i ? ", " : "", p->script);
		plot_string(p, report_string(json_array_get(group, 0), "trace.name"));
		fprintf(p->script, " %zu", i);
	}
	fputs(")\n", p->script);
	json_object_foreach(labels, name, nr) {
		data_begin(p, (size_t)json_integer_value(nr));
		json_array_foreach(groups, i, group)
			json_array_foreach(group, k, o)
				if (has_speed(o) && !strcmp(report_label(o, label, sizeof(label)), name))
					fprintf(p->script, "%g %zu\n", report_number(o, "speed.l1_steps_per_pair", 0), i);
		data_end(p);
	}
	fputs("plot ", p->script);
	json_object_foreach(labels, name, nr) {
		size_t c = (size_t)json_integer_value(nr);

		fprintf(p->script, "%s$d%zu using 1:2 with points pointtype %u pointsize 0.8 linewidth 1.4 linecolor rgb '%s' title ", sep, c,
			points[(c + c / 8) % 8], plot_colour(c));
		plot_string(p, name);
		sep = ", ";
	}
	fputc('\n', p->script);
	json_decref(labels);
}

const struct figure figures[] = {
	{ "speed", "Time of an allocation and its free",
	  "Median of the batches, in dependent loads from the L1 cache (less is better); whiskers: least and most of the batches; dashed: the loop "
	  "around a policy that does nothing.",
	  760, bars_height, has_speed, draw_speed },
	{ "latency", "Latency distribution",
	  "Share of the calls, allocations and frees, that take longer than the time on the axis. The time stamp's own cost is in it.",
	  760, curve_height, has_latency, draw_latency },
	{ "fragmentation", "Fragmentation over time",
	  "The longest free run as a share of all that is free: 1 is one hole, less is more broken up.", 760, curve_height, has_samples,
	  draw_fragmentation },
	{ "sections", "Level-2 tables over time",
	  "Sections of 1 MiB with anything in use: each needs a level-2 table, unless a section entry maps it whole.", 760, curve_height,
	  has_samples, draw_tables },
	{ "occupancy", "Occupancy of the address space over time",
	  "From the lowest address that the policy ever used to the highest; white: free all the time, dark: full.", 1000, map_height, has_map, draw_map },
	{ .name = NULL },
};
