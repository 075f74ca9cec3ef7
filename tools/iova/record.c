/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * record: the DMA mappings of the running kernel, through tracefs.
 *
 * In an instance of its own, so that other users of tracing are not disturbed, the tracepoints iommu:map, iommu:unmap and, where the
 * kernel has them, dma:* are switched on while a command runs or some seconds pass; with --probes also probes on
 * the allocator, which tell what was asked of it. What the kernel printed is then read as import reads it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd.h"
#include "format.h"
#include "load.h"
#include "output.h"
#include "tool.h"

#define INSTANCE "instances/armdma-iova"
#define GROUP "armdma_iova"

static const char record_help[] =
	"usage: armdma-iova record [OPTION]... -o FILE [-- COMMAND [ARGUMENT]...]\n\n"
	"Records while COMMAND runs, or for some seconds. Needs root and a kernel with the events iommu:* or dma:*.\n\n"
	"  -o, --output FILE     the trace\n"
	"      --raw FILE        keep what the kernel printed, too\n"
	"      --seconds N       without a command: how long (default 10)\n"
	"      --probes          also probes on the IOVA allocator (iommu_dma_alloc_iova, free_iova_fast)\n"
	"      --buffer SIZE     of the ring buffer of each CPU (default 64M)\n"
	"  -d, --device NAME     only what this device maps\n"
	"      --tracefs DIR     where tracefs is mounted (default: /sys/kernel/tracing)\n";

struct recorder {
	const char *tracefs, *output, *raw;
	char *const *command;
	unsigned int seconds;
	uint64_t buffer;
	bool probes;
	struct load_options load;
	int dir;		/* of the instance */
	int top;		/* of tracefs */
};

/* ---- Files of tracefs ------------------------------------------------------ */

static int put(int dir, const char *file, int flags, const char *text)
{
	int fd = openat(dir, file, O_WRONLY | O_CLOEXEC | flags), ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

static int refused(const struct recorder *r, const char *what, int err)
{
	if (err == EACCES || err == EPERM)
		return tool_error(TOOL_UNABLE, "%s/%s: not permitted; recording needs root (CAP_SYS_ADMIN, and no lockdown)", r->tracefs, what);
	return tool_error(TOOL_UNABLE, "%s/%s: %s", r->tracefs, what, strerror(err));
}

static int open_tracefs(struct recorder *r)
{
	r->top = open(r->tracefs, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (r->top < 0 && errno == ENOENT)
		return tool_error(TOOL_UNABLE, "%s: there is no tracefs; mount -t tracefs none %s, or name its place with --tracefs", r->tracefs,
				  r->tracefs);
	if (r->top < 0)
		return refused(r, "", errno);
	if (faccessat(r->top, "events", F_OK, 0))
		return errno == EACCES ? refused(r, "events", errno) :
					 tool_error(TOOL_UNABLE, "%s: no events here: tracefs is not mounted, or the kernel has no event tracing",
						    r->tracefs);
	if (faccessat(r->top, "events/iommu/map", F_OK, 0) && faccessat(r->top, "events/dma", F_OK, 0))
		return tool_error(TOOL_UNABLE, "%s: the kernel has neither the events iommu:map and iommu:unmap nor dma:*", r->tracefs);
	if (mkdirat(r->top, INSTANCE, 0700) && errno != EEXIST)
		return refused(r, INSTANCE, errno);
	r->dir = openat(r->top, INSTANCE, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return r->dir < 0 ? refused(r, INSTANCE, errno) : TOOL_OK;
}

/* ---- Probes ---------------------------------------------------------------- */

static const char *const probes[] = {
	"p:" GROUP "/iova_alloc iommu_dma_alloc_iova domain=$arg1:x64 size=$arg2:u64 dev=+0(+0($arg4)):string",
	"r:" GROUP "/iova_alloc_ret iommu_dma_alloc_iova iova=$retval:x64",
	"p:" GROUP "/iova_free free_iova_fast iovad=$arg1:x64 pfn=$arg2:x64 size=$arg3:u64",
};

#define NR_PROBES (sizeof(probes) / sizeof(probes[0]))

static void remove_probes(const struct recorder *r)
{
	put(r->dir, "events/" GROUP "/enable", 0, "0");
	put(r->top, "kprobe_events", O_APPEND, "-:" GROUP "/iova_alloc\n");
	put(r->top, "kprobe_events", O_APPEND, "-:" GROUP "/iova_alloc_ret\n");
	put(r->top, "kprobe_events", O_APPEND, "-:" GROUP "/iova_free\n");
}

/* All or none: half a chain would be read as a broken one. */
static int add_probes(const struct recorder *r)
{
	for (size_t i = 0; i < NR_PROBES; i++) {
		int ret = put(r->top, "kprobe_events", O_APPEND, probes[i]);

		if (!ret)
			continue;
		remove_probes(r);
		return tool_error(TOOL_UNABLE, "%s/kprobe_events refuses '%s': %s; without --probes the tracepoints alone are recorded", r->tracefs,
				  probes[i], strerror(-ret));
	}
	put(r->dir, "events/" GROUP "/enable", 0, "1");
	return TOOL_OK;
}

/* ---- Recording ------------------------------------------------------------- */

static int switch_on(const struct recorder *r)
{
	char kib[24];
	int ret, iommu;

	snprintf(kib, sizeof(kib), "%llu", (unsigned long long)(r->buffer >> 10));
	put(r->dir, "buffer_size_kb", 0, kib);
	put(r->dir, "trace", O_TRUNC, "");
	iommu = put(r->dir, "events/iommu/map/enable", 0, "1") | put(r->dir, "events/iommu/unmap/enable", 0, "1");
	ret = put(r->dir, "events/dma/enable", 0, "1");
	if (iommu && ret)
		return refused(r, INSTANCE "/events/iommu/map/enable", -ret);
	if (r->probes) {
		ret = add_probes(r);
		if (ret)
			return ret;
	}
	ret = put(r->dir, "tracing_on", 0, "1");
	return ret ? refused(r, INSTANCE "/tracing_on", -ret) : TOOL_OK;
}

static void switch_off(const struct recorder *r)
{
	put(r->dir, "tracing_on", 0, "0");
	put(r->dir, "events/iommu/map/enable", 0, "0");
	put(r->dir, "events/iommu/unmap/enable", 0, "0");
	put(r->dir, "events/dma/enable", 0, "0");
	if (r->probes)
		remove_probes(r);
}

/* The command's own status is told, and no reason to throw the recording away. */
static int run_command(char *const *command)
{
	int status = 0;
	pid_t pid = fork();

	if (pid < 0)
		return tool_error(TOOL_UNABLE, "fork: %s", strerror(errno));
	if (!pid) {
		signal(SIGPIPE, SIG_DFL);
		execvp(command[0], command);
		tool_error(TOOL_USAGE, "%s: %s", command[0], strerror(errno));
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return tool_error(TOOL_USAGE, "%s cannot be run", command[0]);
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		tool_note("%s ended with status %d", command[0], WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	return TOOL_OK;
}

static int copy_raw(const struct recorder *r, const char *path)
{
	int fd = openat(r->dir, "trace", O_RDONLY | O_CLOEXEC);
	struct output out;
	char buf[65536];
	ssize_t n = 0;
	int ret;

	if (fd < 0)
		return refused(r, INSTANCE "/trace", errno);
	ret = output_open(&out, path);
	while (!ret && (n = read(fd, buf, sizeof(buf))) > 0)
		fwrite(buf, 1, (size_t)n, out.f);
	close(fd);
	return ret ? ret : output_close(&out, n == 0);
}

static int import_text(const struct recorder *r, const char *path)
{
	struct workload w;
	struct output out;
	int ret = load_workload(path, &r->load, &w);

	if (ret)
		return ret;
	ret = output_open(&out, r->output);
	if (!ret)
		ret = output_close(&out, !format_write(&w, out.f));
	workload_free(&w);
	return ret;
}

static int record(struct recorder *r)
{
	char temporary[] = "/tmp/armdma-iova-record-XXXXXX";
	int ret = open_tracefs(r), fd;

	if (!ret)
		ret = switch_on(r);
	if (ret)
		return ret;
	if (r->command)
		ret = run_command(r->command);
	else
		sleep(r->seconds);
	switch_off(r);
	if (ret)
		return ret;
	if (r->raw) {
		ret = copy_raw(r, r->raw);
		return ret ? ret : import_text(r, r->raw);
	}
	fd = mkstemp(temporary);
	if (fd < 0)
		return tool_error(TOOL_OUTPUT, "%s: %s", temporary, strerror(errno));
	close(fd);
	ret = copy_raw(r, temporary);
	if (!ret)
		ret = import_text(r, temporary);
	unlink(temporary);
	return ret;
}

int cmd_record(int argc, char **argv)
{
	static const struct option options[] = {
		{ "output", required_argument, NULL, 'o' }, { "raw", required_argument, NULL, 'r' }, { "seconds", required_argument, NULL, 's' },
		{ "probes", no_argument, NULL, 'p' }, { "buffer", required_argument, NULL, 'b' }, { "device", required_argument, NULL, 'd' },
		{ "tracefs", required_argument, NULL, 't' }, { "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 },
	};
	struct recorder r = { .tracefs = "/sys/kernel/tracing", .seconds = 10, .buffer = 64u << 20, .top = -1, .dir = -1 };
	uint64_t v;
	int c, ret = TOOL_OK;

	while (!ret && (c = getopt_long(argc, argv, "+o:d:h", options, NULL)) != -1) {
		switch (c) {
		case 'o':
			r.output = optarg;
			break;
		case 'r':
			r.raw = optarg;
			break;
		case 's':
			if (!tool_parse_number(optarg, 1, 1000000, &v))
				ret = tool_error(TOOL_USAGE, "--seconds: a number from 1 to 1000000, not '%s'", optarg);
			r.seconds = ret ? 0 : (unsigned int)v;
			break;
		case 'p':
			r.probes = true;
			break;
		case 'b':
			if (!tool_parse_size(optarg, &r.buffer) || r.buffer < 4096)
				ret = tool_error(TOOL_USAGE, "--buffer: a size of at least 4K, not '%s'", optarg);
			break;
		case 'd':
			r.load.import.device = optarg;
			break;
		case 't':
			r.tracefs = optarg;
			break;
		case 'h':
			fputs(record_help, stdout);
			return TOOL_OK;
		default:
			return TOOL_USAGE;
		}
	}
	if (ret)
		return ret;
	if (!r.output)
		return tool_error(TOOL_USAGE, "record: -o FILE says where the trace goes");
	if (optind < argc)
		r.command = argv + optind;
	ret = record(&r);
	if (r.dir >= 0)
		close(r.dir);
	if (r.top >= 0) {
		unlinkat(r.top, INSTANCE, AT_REMOVEDIR);
		close(r.top);
	}
	return ret;
}
