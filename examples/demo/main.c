/* SPDX-License-Identifier: BSD-2-Clause */
/* The demo: four steps on two machines. Exit status 0 only if all that was expected happened; 2 for a bad command line. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "demo.h"

static void usage(FILE *out)
{
	fputs("usage: armdma-demo [options]\n"
	      "  --input FILE.y4m  video for the camera (default: a test card, 1920x1080)\n"
	      "  --frames N        frames to capture (default 30)\n"
	      "  --output DIR      where pictures go (default build/demo)\n"
	      "  --trace FILE      ftrace text of a kernel's DMA mappings, .xz or plain\n"
	      "                    (default: " DEMO_TRACE ")\n",
	      out);
}

/* A whole number from 1 to a million; 0 for anything else. */
static unsigned int number(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	return *end || text[0] == '-' || n > 1000000 ? 0 : (unsigned int)n;
}

static int parse(int argc, char **argv, struct demo_options *opt)
{
	static const struct option longs[] = {
		{ "input", required_argument, NULL, 'i' }, { "frames", required_argument, NULL, 'n' },
		{ "output", required_argument, NULL, 'o' }, { "trace", required_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },	   { NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
		switch (c) {
		case 'i':
			opt->input = optarg;
			break;
		case 'n':
			opt->frames = number(optarg);
			if (!opt->frames) {
				fprintf(stderr, "armdma-demo: --frames %s: a number from 1 to 1000000\n", optarg);
				return 2;
			}
			break;
		case 'o':
			opt->dir = optarg;
			break;
		case 't':
			opt->trace = optarg;
			opt->trace_exact = false;
			break;
		case 'h':
			usage(stdout);
			exit(0);
		default:
			usage(stderr);
			return 2;
		}
	}
	if (optind == argc)
		return 0;
	fprintf(stderr, "armdma-demo: %s: there are no arguments but options\n", argv[optind]);
	return 2;
}

int main(int argc, char **argv)
{
	struct demo_options opt = {
		.dir = "build/demo", .trace = DEMO_TRACE, .trace_exact = true, .frames = 30,
	};
	struct demo_capture capture;
	struct demo_replay replay;
	struct demo_cached cached;
	struct demo d;
	int ret = parse(argc, argv, &opt), failed;

	if (ret)
		return ret;
	if (demo_open(&d, &opt, stdout))
		return 1;
	failed = demo_capture(&d, &capture) != 0;
	failed += demo_replay(&d, &replay) != 0;
	failed += demo_cached(&d, &cached) != 0;
	failed += demo_table(&d) != 0;
	if (failed)
		demo_say(&d, "%d of 4 steps FAILED", failed);
	else
		demo_say(&d, "All four steps as expected.");
	demo_close(&d);
	return failed ? 1 : 0;
}
