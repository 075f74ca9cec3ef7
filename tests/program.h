/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of what a whole process does: the test program runs itself, with one of its `programs` as the main function, and
 * looks at the exit status and at what was printed.
 */
#ifndef TESTS_PROGRAM_H
#define TESTS_PROGRAM_H

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

struct program {
	const char *name;
	int (*main)(void);
};

static char program_self[4096];
static char program_output[1 << 16];
static int program_status;

/* First thing in main(): runs the program that the arguments name. Returns -1 when they name none. */
static inline int program_main(int argc, char **argv, const struct program *programs)
{
	struct rlimit no_core = { 0, 0 };

	snprintf(program_self, sizeof(program_self), "%s", argv[0]);
	setrlimit(RLIMIT_CORE, &no_core);
	if (argc < 2)
		return -1;
	for (; programs->name; programs++)
		if (!strcmp(argv[1], programs->name)) {
			program_status = programs->main();
			return 0;
		}
	program_status = 99;
	return 0;
}

/* Returns the exit status, 128 and more after a signal. What was printed, errors too, is in program_output. */
static inline int program_run(const char *options, const char *name)
{
	char command[sizeof(program_self) + 1024];
	size_t used = 0, n;
	int status;
	FILE *p;

	snprintf(command, sizeof(command), "ARMDMA_OPTIONS=\"%s\" exec '%s' %s 2>&1", options, program_self, name);
	p = popen(command, "r");
	assert_non_null(p);
	while ((n = fread(program_output + used, 1, sizeof(program_output) - 1 - used, p)) > 0)
		used += n;
	program_output[used] = 0;
	status = pclose(p);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

#define assert_says(text)                                                         \
	do {                                                                      \
		if (!strstr(program_output, text))                                \
			fail_msg("no '%s' in:\n%s", text, program_output);        \
	} while (0)
#define assert_silent_about(text)                                                 \
	do {                                                                      \
		if (strstr(program_output, text))                                 \
			fail_msg("'%s' in:\n%s", text, program_output);           \
	} while (0)

#endif
