/* SPDX-License-Identifier: BSD-2-Clause */
/* armdma-iova: what it can do, and which part does it. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "tool.h"

const char *cmd_program;

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *what;
} commands[] = {
	{ "import", cmd_import, "recorded DMA mappings of a kernel (ftrace text, trace.dat) to a trace" },
	{ "record", cmd_record, "record this kernel's DMA mappings" },
	{ "generate", cmd_generate, "make a trace: W1 to W5, models of devices" },
	{ "show", cmd_show, "what is in a trace" },
	{ "replay", cmd_replay, "run policies on traces and measure them" },
	{ "sweep", cmd_sweep, "policies x traces x parameters, restartable, one JSON line a run" },
	{ "merge", cmd_merge, "combine result files" },
	{ "report", cmd_report, "results as a table, JSON, or a page with plots" },
};

#define NR_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static int usage(FILE *out)
{
	fputs("usage: armdma-iova COMMAND [OPTION]... [ARGUMENT]...\n\n"
	      "The lab for IOVA allocation policies: recorded and made-up workloads in, answers out.\n\n", out);
	for (size_t i = 0; i < NR_COMMANDS; i++)
		fprintf(out, "  %-9s %s\n", commands[i].name, commands[i].what);
	fputs("\narmdma-iova COMMAND --help tells a command's options; man armdma-iova tells all.\n"
	      "Exit status: 0 well, 1 a run failed or a policy misbehaved, 2 usage, 3 unreadable input,\n"
	      "4 results could not be written, 5 this host lacks something.\n", out);
	return out == stdout ? TOOL_OK : TOOL_USAGE;
}

int main(int argc, char **argv)
{
	int ret;

	signal(SIGPIPE, SIG_IGN);	/* a reader that ends early is an error of writing, not our death */
	cmd_program = argv[0];
	if (argc < 2)
		return usage(stderr);
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help"))
		return usage(stdout);
	if (!strcmp(argv[1], "--version")) {
		printf("armdma-iova %s\n", ARMDMA_VERSION);
		return TOOL_OK;
	}
	for (size_t i = 0; i < NR_COMMANDS; i++) {
		if (strcmp(commands[i].name, argv[1]))
			continue;
		ret = commands[i].run(argc - 1, argv + 1);
		if ((fflush(stdout) || ferror(stdout)) && !ret)
			ret = tool_error(TOOL_OUTPUT, "standard output: cannot write");
		return ret;
	}
	return tool_error(TOOL_USAGE, "there is no command '%s'; armdma-iova --help names them", argv[1]);
}
