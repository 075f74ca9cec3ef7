/* SPDX-License-Identifier: BSD-2-Clause */
/* The command report. */
#include <getopt.h>
#include <string.h>

#include "cmd.h"
#include "output.h"
#include "report.h"
#include "store.h"
#include "tool.h"

static const char help[] =
	"usage: armdma-iova report [OPTION]... RESULTS...\n\n"
	"RESULTS: files of replay, sweep or merge; -: standard input.\n\n"
	"  -f, --format FORMAT   table (default), json or html\n"
	"      --html FILE       the page in FILE (the same as --format html -o FILE)\n"
	"      --title TEXT      of the page\n"
	"  -o, --output FILE     (default: standard output)\n"
	"      --strict          lines that are no result are an error\n";

static int write_report(const json_t *results, const char *format, const char *title, FILE *out)
{
	if (!strcmp(format, "json"))
		return report_json(results, out) ? tool_error(TOOL_OUTPUT, "cannot write the report") : TOOL_OK;
	if (!strcmp(format, "html"))
		return report_html(results, title, out);
	report_table(results, out);
	return TOOL_OK;
}

int cmd_report(int argc, char **argv)
{
	static const struct option options[] = {
		{ "format", required_argument, NULL, 'f' }, { "html", required_argument, NULL, 'H' }, { "title", required_argument, NULL, 't' },
		{ "output", required_argument, NULL, 'o' }, { "strict", no_argument, NULL, 'S' }, { "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	const char *format = "table", *title = "IOVA allocation policies", *output = "-";
	struct output out;
	bool strict = false;
	json_t *results;
	int c, ret, closed;

	while ((c = getopt_long(argc, argv, "f:o:h", options, NULL)) != -1) {
		switch (c) {
		case 'f':
			format = optarg;
			break;
		case 'H':
			format = "html";
			output = optarg;
			break;
		case 't':
			title = optarg;
			break;
		case 'o':
			output = optarg;
			break;
		case 'S':
			strict = true;
			break;
		case 'h':
			fputs(help, stdout);
			return TOOL_OK;
		default:
			return TOOL_USAGE;
		}
	}
	if (strcmp(format, "table") && strcmp(format, "json") && strcmp(format, "html"))
		return tool_error(TOOL_USAGE, "--format: table, json or html, not '%s'", format);
	if (optind == argc)
		return tool_error(TOOL_USAGE, "report: which results? --help tells more");
	results = store_read(argv + optind, argc - optind, strict, &ret);
	if (ret)
		return ret;
	if (!json_array_size(results)) {
		json_decref(results);
		return tool_error(TOOL_INPUT, "there is no result to report");
	}
	ret = output_open(&out, output);
	if (!ret) {
		ret = write_report(results, format, title, out.f);
		closed = output_close(&out, !ret);
		ret = ret ? ret : closed;
	}
	json_decref(results);
	return ret;
}
