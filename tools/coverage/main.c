/* SPDX-License-Identifier: BSD-2-Clause */
/* armdma-coverage: one table of what the programs of a suite left in files of ARMDMA_OPTIONS=coverage=PATH. */
#include <stdio.h>
#include <string.h>

#include <armdma/coverage.h>

int main(int argc, char **argv)
{
	struct armdma_error err;

	if (argc < 2 || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		fprintf(argc < 2 ? stderr : stdout,
			"usage: armdma-coverage FILE...\n\n"
			"Run tests with ARMDMA_OPTIONS=coverage=FILE; each program appends what it exercised. This merges\n"
			"the files and prints one table.\n");
		return argc < 2 ? 2 : 0;
	}
	for (int i = 1; i < argc; i++)
		if (armdma_coverage_read(argv[i], &err)) {
			fprintf(stderr, "armdma-coverage: %s\n", err.msg);
			return 1;
		}
	armdma_coverage_print(stdout);
	return fflush(stdout) ? 1 : 0;
}
