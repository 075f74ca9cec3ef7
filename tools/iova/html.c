/* SPDX-License-Identifier: BSD-2-Clause */
/* The page: tables, plots inline, nothing from elsewhere. */
#include <stdlib.h>
#include <string.h>

#include "figures.h"
#include "report.h"
#include "tool.h"

static const char style[] =
	":root{color-scheme:light}"
	"body{font:15px/1.5 Helvetica,Arial,'Liberation Sans',sans-serif;color:#1a1a1a;background:#fff;max-width:1080px;margin:2.5em auto;padding:0 1.5em}"
	"h1{font-size:1.7em;margin:0 0 .2em}h2{font-size:1.3em;margin:2.6em 0 .3em;border-bottom:1px solid #ccc;padding-bottom:.2em}"
	".sub{color:#555;margin:0 0 1.2em}"
	".wide{overflow-x:auto}"
	"table{border-collapse:collapse;font-size:12.5px;font-variant-numeric:tabular-nums;margin:.6em 0 1em}"
	"th,td{padding:.22em .55em;text-align:right;white-space:nowrap}"
	"th{font-weight:600;border-bottom:1.5px solid #333;vertical-align:bottom}th small{display:block;font-weight:400;color:#666}"
	"td:first-child,th:first-child{text-align:left}tbody tr{border-bottom:1px solid #eceef1}"
	"td.bad{color:#a40000;text-align:left;white-space:normal;padding-left:2em}"
	"figure{margin:1.4em 0}figure svg{max-width:100%;height:auto;display:block}figure image{image-rendering:pixelated}"
	"figcaption{font-size:13px;color:#444;max-width:62em}figcaption b{color:#1a1a1a}"
	"dl{display:grid;grid-template-columns:max-content 1fr;gap:.15em 1em;font-size:13.5px}dt{font-weight:600}dd{margin:0}"
	"nav{font-size:13.5px;columns:3;margin:1em 0}nav a{display:block;color:#0057a0;text-decoration:none}"
	"@media print{body{max-width:none;margin:0}h2{break-before:page}figure{break-inside:avoid}nav{display:none}}";

static void text(FILE *out, const char *s)
{
	for (; *s; s++)
		switch (*s) {
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '&':
			fputs("&amp;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		default:
			putc(*s, out);
		}
}

/* ---- Tables ---------------------------------------------------------------- */

static bool column_wanted(const json_t *group, unsigned int c)
{
	char v[64];
	json_t *o;
	size_t i;

	json_array_foreach(group, i, o) {
		report_columns[c].value(o, v, sizeof(v));
		if (*v)
			return true;
	}
	return false;
}

static void table_head(FILE *out, const json_t *group)
{
	fputs("<thead><tr><th>policy</th>", out);
	for (unsigned int c = 0; c < report_nr_columns; c++) {
		const struct report_column *col = &report_columns[c];

		if (!column_wanted(group, c))
			continue;
		fputs("<th title=\"", out);
		text(out, col->what);
		fprintf(out, "\">%s<small>%s</small></th>", col->head, *col->unit ? col->unit : "&nbsp;");
	}
	fputs("</tr></thead>", out);
}

static void table_row(FILE *out, const json_t *group, const json_t *o)
{
	const char *status = report_string(o, "status");
	char v[160];

	fputs("<tr><td>", out);
	text(out, report_label(o, v, sizeof(v)));
	fputs("</td>", out);
	for (unsigned int c = 0; c < report_nr_columns; c++) {
		if (!column_wanted(group, c))
			continue;
		report_columns[c].value(o, v, sizeof(v));
		fputs("<td>", out);
		text(out, v);
		fputs("</td>", out);
	}
	fputs("</tr>\n", out);
	if (strcmp(status, "ok")) {
		fputs("<tr><td class=\"bad\" colspan=\"30\">", out);
		text(out, status);
		fputs(": ", out);
		text(out, report_string(o, "error"));
		fputs("</td></tr>\n", out);
	}
}

static void table(FILE *out, const json_t *group)
{
	json_t *o;
	size_t i;

	fputs("<div class=\"wide\"><table>", out);
	table_head(out, group);
	fputs("<tbody>\n", out);
	json_array_foreach(group, i, o)
		table_row(out, group, o);
	fputs("</tbody></table></div>\n", out);
}

static void glossary(FILE *out, const json_t *results)
{
	fputs("<h2 id=\"columns\">Columns</h2>\n<dl>", out);
	for (unsigned int c = 0; c < report_nr_columns; c++) {
		if (!column_wanted(results, c))
			continue;
		fprintf(out, "<dt>%s%s%s</dt><dd>", report_columns[c].head, *report_columns[c].unit ? ", " : "", report_columns[c].unit);
		text(out, report_columns[c].what);
		fputs("</dd>", out);
	}
	fputs("</dl>\n", out);
}

/* ---- Plots ----------------------------------------------------------------- */

struct page {
	FILE *out;
	unsigned int plots;
};

static int put_plot(struct page *page, struct plot *p, unsigned int width, const char *title, const char *caption)
{
	int status;
	char *svg = plot_end(p, &status);

	if (!svg)
		return status;
	fprintf(page->out, "<figure class=\"plot\" id=\"figure-%u\" style=\"max-width:%upx\">\n%s<figcaption><b>Figure %u. ", page->plots, width,
		svg, page->plots);
	text(page->out, title);
	fputs(".</b> ", page->out);
	text(page->out, caption);
	fputs("</figcaption></figure>\n", page->out);
	free(svg);
	return TOOL_OK;
}

static void begin_plot(struct page *page, struct plot *p, unsigned int width, unsigned int height)
{
	char name[24];

	snprintf(name, sizeof(name), "plot%u", ++page->plots);
	plot_begin(p, name, width, height);
}

/* The results that a figure can be drawn of. */
static json_t *drawable(const json_t *group, const struct figure *f)
{
	json_t *some = json_array(), *o;
	size_t i;

	json_array_foreach(group, i, o)
		if (f->has(o))
			json_array_append(some, o);
	return some;
}

static int figures_of(struct page *page, const json_t *group)
{
	int ret = TOOL_OK;

	for (const struct figure *f = figures; f->name && !ret; f++) {
		json_t *some = drawable(group, f);
		size_t n = json_array_size(some);
		struct plot p;

		if (n) {
			begin_plot(page, &p, f->width, f->height(n));
			if (p.script)
				f->draw(&p, some);
			ret = put_plot(page, &p, f->width, f->title, f->caption);
		}
		json_decref(some);
	}
	return ret;
}

static int overview(struct page *page, const json_t *groups)
{
	json_t *timed = json_array(), *group, *o;
	struct plot p;
	size_t i, k;
	int ret = TOOL_OK;

	json_array_foreach(groups, i, group)
		json_array_foreach(group, k, o)
			if (report_get(o, "speed.l1_steps_per_pair")) {
				json_array_append(timed, group);
				break;
			}
	if (json_array_size(timed)) {
		begin_plot(page, &p, 1000, figure_side_by_side_height(json_array_size(timed)));
		if (p.script)
			figure_side_by_side(&p, timed);
		ret = put_plot(page, &p, 1000, "Policies side by side",
			       "Time of an allocation and its free on each workload, in dependent loads from the L1 cache; further left is faster.");
	}
	json_decref(timed);
	return ret;
}

/* ---- The page -------------------------------------------------------------- */

static void head(FILE *out, const char *title, const json_t *results, const json_t *groups)
{
	json_t *group;
	size_t i;

	fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
	      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><link rel=\"icon\" href=\"data:,\"><title>", out);
	text(out, title);
	fprintf(out, "</title><style>%s</style></head>\n<body>\n<h1>", style);
	text(out, title);
	fprintf(out, "</h1>\n<p class=\"sub\">IOVA allocation policies: %zu runs on %zu workloads, made by armdma-iova %s. Times are told in "
		"L1 steps: dependent loads in a cycle of 16 KiB, measured beside each batch.</p>\n<nav>",
		json_array_size(results), json_array_size(groups), ARMDMA_VERSION);
	json_array_foreach(groups, i, group) {
		fprintf(out, "<a href=\"#trace-%zu\">", i + 1);
		text(out, report_string(json_array_get(group, 0), "trace.name"));
		fputs("</a>", out);
	}
	fputs("<a href=\"#columns\">Columns</a></nav>\n", out);
}

static void number_policies(const json_t *results)
{
	json_t *labels = json_object(), *o;
	char label[160];
	size_t i;

	json_array_foreach(results, i, o) {
		report_label(o, label, sizeof(label));
		if (!json_object_get(labels, label))
			json_object_set_new(labels, label, json_integer((json_int_t)json_object_size(labels)));
		json_object_set(o, FIGURE_COLOUR, json_object_get(labels, label));
	}
	json_decref(labels);
}

int report_html(const json_t *results, const char *title, FILE *out)
{
	struct page page = { .out = out };
	json_t *groups = report_by_trace(results), *group;
	size_t i;
	int ret;

	number_policies(results);
	head(out, title, results, groups);
	ret = overview(&page, groups);
	json_array_foreach(groups, i, group) {
		const json_t *first = json_array_get(group, 0);

		if (ret)
			break;
		fprintf(out, "<h2 id=\"trace-%zu\">", i + 1);
		text(out, report_string(first, "trace.name"));
		fprintf(out, "</h2>\n<p class=\"sub\">%.0f allocations, %.0f operations</p>\n", report_number(first, "trace.allocations", 0),
			report_number(first, "trace.operations", 0));
		table(out, group);
		ret = figures_of(&page, group);
	}
	glossary(out, results);
	fprintf(out, "<!-- plots: %u -->\n</body></html>\n", page.plots);
	json_decref(groups);
	return ret;
}
