/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What belongs to the process and not to a machine: its exit status, and help printed once. Nothing else in the library is
 * global.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/check/report.h"

static atomic_flag helped = ATOMIC_FLAG_INIT;
static atomic_flag armed = ATOMIC_FLAG_INIT;
static atomic_int exitcode;

void process_help(void)
{
	if (!atomic_flag_test_and_set(&helped))
		options_help(stderr);
}

#ifdef __GLIBC__
/* glibc: exit() in a handler goes on with the handlers that are left, and with the new status. */
static void at_exit(int status, void *arg)
{
	(void)arg;
	if (!status && atomic_load(&exitcode))
		exit(atomic_load(&exitcode));
}
#else
/* Elsewhere a handler does not know the status and may not call exit(): handlers set up earlier are lost. */
static void at_exit(void)
{
	if (!atomic_load(&exitcode))
		return;
	fflush(NULL);
	_exit(atomic_load(&exitcode));
}
#endif

void process_failed(int code)
{
	if (!code)
		return;
	atomic_store(&exitcode, code);
	if (atomic_flag_test_and_set(&armed))
		return;
#ifdef __GLIBC__
	on_exit(at_exit, NULL);
#else
	atexit(at_exit);
#endif
}
