/* SPDX-License-Identifier: BSD-2-Clause */
/* Reader of ftrace text: see ftrace.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ftrace.h"

struct ftrace {
	FILE *in;
	pid_t xz;		/* process that unpacks; 0: plain text */
	char *line;
	size_t cap;
	bool ended;
	int ret;		/* of the end */
	struct ftrace_stats st;
};

enum field { DEV = 1, IOVA = 2, PADDR = 4, SIZE = 8, OFFSET = 16, DIR = 32, ATTRS = 64 };

static const struct { const char *name; unsigned int needs; } types[FTRACE_NR] = {
	[FTRACE_DMA_MAP_PAGE] = { "dma_map_page", DEV | OFFSET | SIZE | DIR | ATTRS },
	[FTRACE_DMA_UNMAP_PAGE] = { "dma_unmap_page", DEV | IOVA | SIZE | DIR },
	[FTRACE_DMA_ALLOC] = { "dma_alloc", DEV | SIZE },
	[FTRACE_DMA_FREE] = { "dma_free", DEV | SIZE | IOVA },
	[FTRACE_IOVA_ALLOC] = { "iova_alloc", SIZE },
	[FTRACE_IOVA_ALLOC_RET] = { "iova_alloc_ret", IOVA },
	[FTRACE_MAP] = { "map", IOVA | PADDR | SIZE },
	[FTRACE_UNMAP] = { "unmap", IOVA | SIZE },
};

const char *ftrace_name(enum ftrace_type type)
{
	return (unsigned int)type < FTRACE_NR ? types[type].name : "unknown";
}

/* ---- Opening -------------------------------------------------------------- */

/* The child reads the file itself: no shell sees the path. */
static FILE *unpack(const char *path, pid_t *child)
{
	int fds[2];
	FILE *in;

	if (pipe2(fds, O_CLOEXEC))
		return NULL;
	*child = fork();
	if (!*child) {
		dup2(fds[1], STDOUT_FILENO);
		execlp("xz", "xz", "-dcqq", "--", path, (char *)NULL);
		_exit(127);
	}
	close(fds[1]);
	in = *child > 0 ? fdopen(fds[0], "r") : NULL;
	if (in)
		return in;
	close(fds[0]);
	if (*child > 0)
		waitpid(*child, NULL, 0);
	return NULL;
}

struct ftrace *ftrace_open(const char *path, char *err, size_t errlen)
{
	static const unsigned char magic[6] = { 0xfd, '7', 'z', 'X', 'Z', 0 };
	unsigned char head[sizeof(magic)];
	struct ftrace *f = calloc(1, sizeof(*f));

	if (!f) {
		snprintf(err, errlen, "%s: out of memory", path);
		return NULL;
	}
	f->in = fopen(path, "r");
	if (!f->in)
		goto fail;
	if (fread(head, 1, sizeof(head), f->in) == sizeof(head) &&
	    !memcmp(head, magic, sizeof(magic))) {
		fclose(f->in);
		f->in = unpack(path, &f->xz);
		if (!f->in)
			goto fail;
	} else {
		rewind(f->in);
	}
	return f;
fail:
	snprintf(err, errlen, "%s: %s", path, strerror(errno));
	free(f);
	return NULL;
}

/* Wait for the unpacker, which must have said that all is well. */
static int reap(struct ftrace *f)
{
	int status = 0;

	if (!f->xz)
		return 0;
	waitpid(f->xz, &status, 0);
	f->xz = 0;
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		snprintf(f->st.error, sizeof(f->st.error), "the program xz cannot be run");
	else
		snprintf(f->st.error, sizeof(f->st.error),
			 "the compressed file is damaged or ends early, after line %lu",
			 f->st.lines);
	return -EIO;
}

void ftrace_close(struct ftrace *f)
{
	if (!f)
		return;
	fclose(f->in);	/* first: an unpacker in mid-file ends with its pipe */
	reap(f);
	free(f->line);
	free(f);
}

const struct ftrace_stats *ftrace_stats(const struct ftrace *f)
{
	return &f->st;
}

/* ---- One line --------------------------------------------------------------- */

static const char *skip_blanks(const char *s)
{
	while (*s == ' ' || *s == '\t')
		s++;
	return s;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "[CPU]" behind "TASK-PID"; a task's name may hold any characters. NULL when there is none. */
static const char *find_cpu(const char *s)
{
	for (; (s = strchr(s, '[')); s++) {
		const char *end = s + 1;

		while (is_digit(*end))
			end++;
		if (end > s + 1 && *end == ']')
			return s;
	}
	return NULL;
}

static bool parse_task(const char *line, const char *cpu, struct ftrace_event *ev, uint64_t *pid)
{
	const char *start = skip_blanks(line), *end = cpu, *dash;

	while (end > start && end[-1] == ' ')
		end--;
	for (dash = end; dash > start && is_digit(dash[-1]);)
		dash--;
	if (dash == end || dash - start < 2 || dash[-1] != '-')
		return false;
	*pid = strtoull(dash, NULL, 10);
	snprintf(ev->task, sizeof(ev->task), "%.*s", (int)(dash - 1 - start), start);
	return true;
}

/* Everything up to "seconds: ". Returns what follows, or NULL and *why. */
static const char *parse_head(const char *line, struct ftrace_event *ev, const char **why)
{
	const char *cpu = find_cpu(line), *s;
	uint64_t pid, cpu_nr, secs;
	char *end, *frac;

	*why = "no [CPU] field";
	if (!cpu)
		return NULL;
	*why = "no TASK-PID field";
	if (!parse_task(line, cpu, ev, &pid))
		return NULL;
	cpu_nr = strtoull(cpu + 1, &end, 10);
	s = skip_blanks(end + 1);
	*why = "no flags field of at least 4 characters";
	if (strcspn(s, " \t") < 4)
		return NULL;
	/* The third flag is the context: task, soft or hard interrupt. */
	ev->context = cpu_nr << 40 ^ pid << 8 ^ (unsigned char)s[2];
	s = skip_blanks(s + strcspn(s, " \t"));
	*why = "no time in seconds";
	secs = strtoull(s, &end, 10);
	if (end == s || *end != '.')
		return NULL;
	s = end + 1;
	ev->usecs = strtoull(s, &frac, 10);
	if (frac - s != 6 || *frac != ':')
		return NULL;
	ev->usecs += secs * 1000000;
	return skip_blanks(frac + 1);
}

/* Number behind "key="; true when it is there and whole. */
static bool parse_number(const char *s, const char *key, uint64_t *value)
{
	size_t len = strlen(key);
	char *end;

	for (s = strchr(s, ' '); s; s = strchr(s, ' ')) {
		s = skip_blanks(s);
		if (strncmp(s, key, len) || s[len] != '=')
			continue;
		s += len + 1;
		if (!is_digit(*s))
			return false;
		errno = 0;
		*value = strtoull(s, &end, 0);
		return !errno && (!*end || *end == ' ');
	}
	return false;
}

static bool parse_dev(const char *s, struct ftrace_event *ev)
{
	size_t len;

	s = strstr(s, " dev=\"");
	if (!s)
		return false;
	s += strlen(" dev=\"");
	len = strcspn(s, "\"");
	if (!len || s[len] != '"' || len >= sizeof(ev->dev))
		return false;
	memcpy(ev->dev, s, len);
	ev->dev[len] = 0;
	return true;
}

/* The values that the type needs. NULL, or the name of the one that is missing or wrong. */
static const char *parse_values(const char *s, unsigned int needs, struct ftrace_event *ev)
{
	uint64_t dir = 0;

	if (needs & DEV && !parse_dev(s, ev))
		return "dev";
	if (needs & IOVA && !parse_number(s, "iova", &ev->iova))
		return "iova";
	if (needs & PADDR && !parse_number(s, "paddr", &ev->paddr))
		return "paddr";
	if (needs & SIZE && (!parse_number(s, "size", &ev->size) || !ev->size))
		return "size";
	if (needs & OFFSET && !parse_number(s, "offset", &ev->offset))
		return "offset";
	if (needs & DIR && (!parse_number(s, "dir", &dir) || dir > 2))
		return "dir";
	if (needs & ATTRS && !parse_number(s, "attrs", &ev->attrs))
		return "attrs";
	ev->dir = (unsigned int)dir;
	/* arm32 names the mapping, arm64 the domain; neither is needed. */
	if (!parse_number(s, "mapping", &ev->space))
		parse_number(s, "domain", &ev->space);
	return NULL;
}

static int find_type(const char *name, size_t len)
{
	for (int i = 0; i < FTRACE_NR; i++)
		if (strlen(types[i].name) == len && !memcmp(types[i].name, name, len))
			return i;
	return -1;
}

/* True when the line is an event with a type; *why is set when it is malformed. */
static bool parse_line(const char *line, struct ftrace_event *ev, struct ftrace_stats *st, char *why,
		       size_t whylen)
{
	const char *reason, *s = parse_head(line, ev, &reason);
	size_t len;
	int type;

	if (!s) {
		snprintf(why, whylen, "%s", reason);
		return false;
	}
	len = strcspn(s, ": ");
	if (!len || s[len] != ':') {
		snprintf(why, whylen, "no event name after the time");
		return false;
	}
	type = find_type(s, len);
	if (type < 0) {
		st->others++;
		return false;
	}
	ev->type = (enum ftrace_type)type;
	reason = parse_values(s + len + 1, types[type].needs, ev);
	if (reason) {
		snprintf(why, whylen, "%s: field \"%s\" is missing or no valid value",
			 types[type].name, reason);
		return false;
	}
	st->events[type]++;
	return true;
}

/* ---- Reading ---------------------------------------------------------------- */

static void note_bad(struct ftrace_stats *st, const char *why)
{
	if (st->malformed < FTRACE_MAX_BAD) {
		struct ftrace_bad *bad = &st->bad[st->malformed];

		bad->line = st->lines;
		snprintf(bad->why, sizeof(bad->why), "%s", why);
	}
	st->malformed++;
}

static int end_of_file(struct ftrace *f)
{
	f->ended = true;
	if (!feof(f->in)) {
		/* The unpacker may still be writing: ftrace_close() ends it. */
		snprintf(f->st.error, sizeof(f->st.error), "cannot read on after line %lu: %s",
			 f->st.lines, strerror(errno));
		f->ret = -EIO;
	} else {
		f->ret = reap(f);
	}
	return f->ret;
}

int ftrace_next(struct ftrace *f, struct ftrace_event *ev)
{
	char why[sizeof(f->st.bad[0].why)];
	ssize_t len;

	while (!f->ended) {
		len = getline(&f->line, &f->cap, f->in);
		if (len < 0)
			return end_of_file(f);
		f->st.lines++;
		if (len && f->line[len - 1] == '\n')
			f->line[--len] = 0;
		if (!*skip_blanks(f->line) && !memchr(f->line, 0, (size_t)len))
			continue;
		if (f->line[0] == '#')
			continue;
		memset(ev, 0, sizeof(*ev));
		why[0] = 0;
		ev->line = f->st.lines;
		if (parse_line(f->line, ev, &f->st, why, sizeof(why)))
			return 1;
		if (why[0])
			note_bad(&f->st, why);
	}
	return f->ret;
}
