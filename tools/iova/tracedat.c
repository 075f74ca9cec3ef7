/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trace.dat, the binary file of trace-cmd, read with its own library: events are printed as the kernel prints them, so
 * that there is one reader of events. Done in a child process, whose end tells whether it went well.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef HAVE_TRACECMD
#include <trace-cmd/trace-cmd.h>
#endif

#include "load.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) && !defined(__SANITIZE_ADDRESS__)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif

#define CHILD_CANNOT_OPEN 10
#define CHILD_CANNOT_READ 11
#define MAX_CPU_SECONDS 600
#define MAX_MEMORY (8ull << 30)

#ifdef HAVE_TRACECMD
static bool wanted(const char *name)
{
	static const char *const prefixes[] = { "dma_", "iova_", "map", "unmap" };

	for (unsigned int i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (!strncmp(name, prefixes[i], strlen(prefixes[i])))
			return true;
	return false;
}

static int print_event(struct tracecmd_input *handle, struct tep_record *record, int cpu, void *ctx)
{
	struct tep_handle *tep = tracecmd_get_tep(handle);
	struct tep_event *event = tep_find_event_by_record(tep, record);
	struct trace_seq *seq = ctx;

	(void)cpu;
	if (!event || !wanted(event->name))
		return 0;
	trace_seq_reset(seq);
	tep_print_event(tep, seq, record, "%s-%d [%03d] %s %6.1000d: %s: %s\n", TEP_PRINT_COMM, TEP_PRINT_PID, TEP_PRINT_CPU,
			TEP_PRINT_LATENCY, TEP_PRINT_TIME, TEP_PRINT_NAME, TEP_PRINT_INFO);
	trace_seq_terminate(seq);
	return fputs(seq->buffer, stdout) < 0 ? -1 : 0;
}

static int child(const char *path)
{
	struct tracecmd_input *handle = tracecmd_open(path, 0);
	struct trace_seq seq;
	int ret;

	if (!handle)
		return CHILD_CANNOT_OPEN;
	trace_seq_init(&seq);
	ret = tracecmd_iterate_events(handle, NULL, 0, print_event, &seq);
	trace_seq_destroy(&seq);
	tracecmd_close(handle);
	return fflush(stdout) || ret ? CHILD_CANNOT_READ : 0;
}

static void become_reader(const char *path, int out)
{
	/* A damaged file may send the library round for ever, or have it ask for all memory. */
	const struct rlimit none = { 0, 0 }, time = { MAX_CPU_SECONDS, MAX_CPU_SECONDS }, memory = { MAX_MEMORY, MAX_MEMORY };
	int null = open("/dev/null", O_WRONLY);

	setrlimit(RLIMIT_CORE, &none);
	setrlimit(RLIMIT_CPU, &time);
#ifndef __SANITIZE_ADDRESS__	/* whose shadow counts as memory */
	setrlimit(RLIMIT_DATA, &memory);
#else
	(void)memory;
#endif
	dup2(out, STDOUT_FILENO);
	if (null >= 0)
		dup2(null, STDERR_FILENO);	/* the library's own complaints name no file */
	_exit(child(path));
}
#endif

FILE *tracedat_open(const char *path, pid_t *pid, char *err, size_t errlen)
{
#ifdef HAVE_TRACECMD
	int fds[2];
	FILE *in;

	if (access(path, R_OK)) {
		snprintf(err, errlen, "%s", strerror(errno));
		return NULL;
	}
	if (pipe2(fds, O_CLOEXEC)) {
		snprintf(err, errlen, "%s", strerror(errno));
		return NULL;
	}
	fflush(NULL);
	*pid = fork();
	if (!*pid)
		become_reader(path, fds[1]);
	close(fds[1]);
	in = *pid > 0 ? fdopen(fds[0], "r") : NULL;
	if (!in) {
		snprintf(err, errlen, "%s", strerror(errno));
		close(fds[0]);
	}
	return in;
#else
	(void)path;
	*pid = 0;
	snprintf(err, errlen, "trace.dat: built without libtracecmd; print it with trace-cmd report, or record text");
	return NULL;
#endif
}

int tracedat_wait(pid_t pid, char *err, size_t errlen)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(status))
		snprintf(err, errlen, "the trace.dat is damaged: reading it crashed the library (%s)", strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) == CHILD_CANNOT_OPEN)
		snprintf(err, errlen, "the trace.dat is damaged or of an unknown version: it cannot be opened");
	else if (WEXITSTATUS(status))
		snprintf(err, errlen, "the trace.dat is damaged: it cannot be read to its end");
	else
		return 0;
	return -EIO;
}
