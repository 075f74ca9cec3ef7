/* SPDX-License-Identifier: BSD-2-Clause */
/* Reader of ftrace text: see ftrace.h. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "ftrace.h"
#include "unpack.h"

struct ftrace {
	FILE *in;
	pid_t xz;		/* process that unpacks; 0: plain text */
	char *line;
	size_t cap;
	bool ended;
	int ret;		/* of the end */
	struct list { uint64_t *v; size_t n, cap; } addrs, sizes, paddrs;
	struct ftrace_stats st;
};

enum field {
	DEV = 1, IOVA = 2, PADDR = 4, SIZE = 8, OFFSET = 16, DIR = 32, ATTRS = 64, NENTS = 128, PFN = 256, LIMIT_PFN = 512,
	/* Of tracepoints: the device without quotes, numbers without 0x, names of directions, lists. */
	TP = 1024, TP_DIR = 2048, DMA_ADDR = 4096, PHYS_ADDR = 8192, DMA_ADDRS = 16384, PHYS_ADDRS = 32768,
};

static const struct type { const char *name; unsigned int needs; } types[FTRACE_NR] = {
	[FTRACE_DMA_MAP_PAGE] = { "dma_map_page", DEV | OFFSET | SIZE | DIR | ATTRS },
	[FTRACE_DMA_UNMAP_PAGE] = { "dma_unmap_page", DEV | IOVA | SIZE | DIR },
	[FTRACE_DMA_ALLOC] = { "dma_alloc", DEV | SIZE },
	[FTRACE_DMA_FREE] = { "dma_free", DEV | SIZE | IOVA },
	[FTRACE_IOVA_ALLOC] = { "iova_alloc", SIZE },
	[FTRACE_IOVA_ALLOC_RET] = { "iova_alloc_ret", IOVA },
	[FTRACE_MAP] = { "map", IOVA | PADDR | SIZE },
	[FTRACE_UNMAP] = { "unmap", IOVA | SIZE },
	[FTRACE_DMA_MAP_SG] = { "dma_map_sg", DEV | NENTS | DIR },
	[FTRACE_DMA_UNMAP_SG] = { "dma_unmap_sg", DEV | IOVA | NENTS | DIR },
	[FTRACE_DMA_MAP_SG_RET] = { "dma_map_sg_ret", NENTS },
	[FTRACE_IOVA_SLOW] = { "iova_slow", SIZE | LIMIT_PFN },
	[FTRACE_IOVA_FREE] = { "iova_free", PFN | SIZE },
	[FTRACE_TP_MAP] = { "dma_map_page", TP | TP_DIR | DMA_ADDR | SIZE | PHYS_ADDR },
	[FTRACE_TP_UNMAP] = { "dma_unmap_page", TP | TP_DIR | DMA_ADDR | SIZE },
	[FTRACE_TP_ALLOC] = { "dma_alloc", TP | DMA_ADDR | SIZE },
	[FTRACE_TP_FREE] = { "dma_free", TP | DMA_ADDR | SIZE },
	[FTRACE_TP_MAP_SG] = { "dma_map_sg", TP | TP_DIR | DMA_ADDRS },
	[FTRACE_TP_UNMAP_SG] = { "dma_unmap_sg", TP | TP_DIR | PHYS_ADDRS },
};

/* Tracepoints that say the same under another name. */
static const struct { const char *name; enum ftrace_type type; } more_names[] = {
	{ "dma_map_phys", FTRACE_TP_MAP },	{ "dma_map_resource", FTRACE_TP_MAP },
	{ "dma_unmap_phys", FTRACE_TP_UNMAP },	{ "dma_unmap_resource", FTRACE_TP_UNMAP },
	{ "dma_alloc_pages", FTRACE_TP_ALLOC },	{ "dma_alloc_sgt", FTRACE_TP_ALLOC },
	{ "dma_free_pages", FTRACE_TP_FREE },	{ "dma_free_sgt", FTRACE_TP_FREE },
};

const char *ftrace_name(enum ftrace_type type)
{
	return (unsigned int)type < FTRACE_NR ? types[type].name : "unknown";
}

/* ---- Opening -------------------------------------------------------------- */

struct ftrace *ftrace_open_stream(FILE *in, char *err, size_t errlen)
{
	struct ftrace *f = calloc(1, sizeof(*f));

	if (!f) {
		snprintf(err, errlen, "out of memory");
		fclose(in);
		return NULL;
	}
	f->in = in;
	return f;
}

struct ftrace *ftrace_open(const char *path, char *err, size_t errlen)
{
	struct ftrace *f;
	pid_t xz;
	FILE *in = unpack_open(path, &xz);

	if (!in) {
		snprintf(err, errlen, "%s: %s", path, strerror(errno));
		return NULL;
	}
	f = ftrace_open_stream(in, err, errlen);
	if (f)
		f->xz = xz;
	else
		unpack_wait(&xz);
	return f;
}

/* Wait for the unpacker, which must have said that all is well. */
static int reap(struct ftrace *f)
{
	int ret = unpack_wait(&f->xz);

	if (ret == -ENOENT)
		snprintf(f->st.error, sizeof(f->st.error), "the program xz cannot be run");
	else if (ret)
		snprintf(f->st.error, sizeof(f->st.error),
			 "the compressed file is damaged or ends early, after line %lu", f->st.lines);
	return ret ? -EIO : 0;
}

void ftrace_close(struct ftrace *f)
{
	if (!f)
		return;
	fclose(f->in);	/* first: an unpacker in mid-file ends with its pipe */
	reap(f);
	free(f->addrs.v);
	free(f->sizes.v);
	free(f->paddrs.v);
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

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f');
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
	ev->cpu = (unsigned int)cpu_nr;
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

/* What follows " key=", or NULL. */
static const char *find_value(const char *s, const char *key)
{
	size_t len = strlen(key);

	for (s = strchr(s, ' '); s; s = strchr(s, ' ')) {
		s = skip_blanks(s);
		if (!strncmp(s, key, len) && s[len] == '=')
			return s + len + 1;
	}
	return NULL;
}

/* Number behind "key="; true when it is there and whole. */
static bool parse_number(const char *s, const char *key, int base, uint64_t *value)
{
	char *end;

	s = find_value(s, key);
	if (!s || !(base == 16 ? is_hex(*s) : is_digit(*s)))
		return false;
	errno = 0;
	*value = strtoull(s, &end, base);
	return !errno && (!*end || *end == ' ');
}

static bool parse_signed(const char *s, const char *key, long *value)
{
	char *end;

	s = find_value(s, key);
	if (!s || !is_digit(s[*s == '-']))
		return false;
	errno = 0;
	*value = strtol(s, &end, 10);
	return !errno && (!*end || *end == ' ' || *end == '/');
}

static bool list_add(struct list *l, uint64_t value)
{
	if (l->n == l->cap) {
		size_t cap = l->cap ? 2 * l->cap : 128;
		uint64_t *v = realloc(l->v, cap * sizeof(*v));

		if (!v)
			return false;
		l->v = v;
		l->cap = cap;
	}
	l->v[l->n++] = value;
	return true;
}

/* "{0x1000,0x2000}" */
static bool parse_list(const char *s, const char *key, struct list *l)
{
	char *end;

	l->n = 0;
	s = find_value(s, key);
	if (!s || *s++ != '{')
		return false;
	while (*s != '}') {
		if (!is_digit(*s))
			return false;
		errno = 0;
		if (!list_add(l, strtoull(s, &end, 0)) || errno || (*end != ',' && *end != '}'))
			return false;
		s = end + (*end == ',');
	}
	return l->n > 0;
}

static bool set_dev(struct ftrace_event *ev, const char *s, size_t len)
{
	if (!len || len >= sizeof(ev->dev))
		return false;
	memcpy(ev->dev, s, len);
	ev->dev[len] = 0;
	return true;
}

static bool parse_dev(const char *s, struct ftrace_event *ev)
{
	size_t len;

	s = strstr(s, " dev=\"");
	if (!s)
		return false;
	s += strlen(" dev=\"");
	len = strcspn(s, "\"");
	return s[len] == '"' && set_dev(ev, s, len);
}

/* The first word of a tracepoint's text. */
static bool parse_tp_dev(const char *s, struct ftrace_event *ev)
{
	s = skip_blanks(s);
	return set_dev(ev, s, strcspn(s, " "));
}

static bool parse_tp_dir(const char *s, uint64_t *dir)
{
	static const char *const names[] = { "BIDIRECTIONAL", "TO_DEVICE", "FROM_DEVICE" };

	s = find_value(s, "dir");
	for (*dir = 0; s && *dir < 3; ++*dir)
		if (!strncmp(s, names[*dir], strlen(names[*dir])))
			return true;
	return false;
}

static bool parse_size(const char *s, struct ftrace_event *ev)
{
	return parse_number(s, "size", 0, &ev->size) && ev->size;
}

/* Values of the dma:* tracepoints. NULL, or the name of the one that is missing or wrong. */
static const char *parse_tp_values(struct ftrace *f, const char *s, unsigned int needs, struct ftrace_event *ev)
{
	uint64_t dir = 0;

	if (!parse_tp_dev(s, ev))
		return "device";
	if (needs & TP_DIR && !parse_tp_dir(s, &dir))
		return "dir";
	if (needs & DMA_ADDR && !parse_number(s, "dma_addr", 16, &ev->iova))
		return "dma_addr";
	if (needs & PHYS_ADDR && !parse_number(s, "phys_addr", 16, &ev->paddr))
		return "phys_addr";
	if (needs & SIZE && !parse_size(s, ev))
		return "size";
	if (needs & DMA_ADDRS && !parse_list(s, "dma_addrs", &f->addrs))
		return "dma_addrs";
	if (needs & DMA_ADDRS && (!parse_list(s, "sizes", &f->sizes) || f->sizes.n != f->addrs.n))
		return "sizes";
	if (needs & (DMA_ADDRS | PHYS_ADDRS) && !parse_list(s, "phys_addrs", &f->paddrs))
		return "phys_addrs";
	ev->dir = (unsigned int)dir;
	ev->cut = strstr(s, " [TRUNCATED]") != NULL;
	if (needs & DMA_ADDRS) {
		ev->addrs = f->addrs.v, ev->nr_addrs = f->addrs.n;
		ev->sizes = f->sizes.v, ev->nr_sizes = f->sizes.n;
	}
	if (needs & (DMA_ADDRS | PHYS_ADDRS))
		ev->paddrs = f->paddrs.v, ev->nr_paddrs = f->paddrs.n;
	return NULL;
}

/* The values that the type needs. NULL, or the name of the one that is missing or wrong. */
static const char *parse_values(struct ftrace *f, const char *s, unsigned int needs, struct ftrace_event *ev)
{
	uint64_t dir = 0;

	if (needs & TP)
		return parse_tp_values(f, s, needs, ev);
	if (needs & DEV && !parse_dev(s, ev))
		return "dev";
	if (needs & IOVA && !parse_number(s, "iova", 0, &ev->iova))
		return "iova";
	if (needs & PFN && !parse_number(s, "pfn", 0, &ev->iova))
		return "pfn";
	if (needs & LIMIT_PFN && !parse_number(s, "limit_pfn", 0, &ev->iova))
		return "limit_pfn";
	if (needs & PADDR && !parse_number(s, "paddr", 0, &ev->paddr))
		return "paddr";
	if (needs & SIZE && !parse_size(s, ev))
		return "size";
	if (needs & OFFSET && !parse_number(s, "offset", 0, &ev->offset))
		return "offset";
	if (needs & DIR && (!parse_number(s, "dir", 0, &dir) || dir > 2))
		return "dir";
	if (needs & ATTRS && !parse_number(s, "attrs", 0, &ev->attrs))
		return "attrs";
	if (needs & NENTS && !parse_signed(s, "nents", &ev->nents))
		return "nents";
	ev->dir = (unsigned int)dir;
	/* arm32 names the mapping, arm64 the domain or, where it frees, the iovad; none is needed. */
	if (!parse_number(s, "mapping", 0, &ev->space) && !parse_number(s, "domain", 0, &ev->space))
		parse_number(s, "iovad", 0, &ev->space);
	/* arm64 names the device of an allocation. */
	if (!(needs & DEV))
		parse_dev(s, ev);
	return NULL;
}

/* Type of an event by its name and text; -1 for one of no interest. */
static int find_type(const char *name, size_t len, const char *text)
{
	/* Text of a probe begins with its place; only the dma:* tracepoints tell directions by name or have these addresses. */
	bool tp = *skip_blanks(text) != '(' && (find_value(text, "dma_addr") || find_value(text, "phys_addrs"));

	for (int i = 0; i < FTRACE_NR; i++)
		if (strlen(types[i].name) == len && !memcmp(types[i].name, name, len) && tp == (i >= FTRACE_TP_MAP))
			return i;
	for (size_t i = 0; tp && i < sizeof(more_names) / sizeof(more_names[0]); i++)
		if (strlen(more_names[i].name) == len && !memcmp(more_names[i].name, name, len))
			return (int)more_names[i].type;
	return -1;
}

/* True when the line is an event with a type; *why is set when it is malformed. */
static bool parse_line(struct ftrace *f, struct ftrace_event *ev, char *why, size_t whylen)
{
	const char *reason, *s = parse_head(f->line, ev, &reason);
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
	type = find_type(s, len, s + len + 1);
	if (type < 0) {
		f->st.others++;
		return false;
	}
	ev->type = (enum ftrace_type)type;
	reason = parse_values(f, s + len + 1, types[type].needs, ev);
	if (reason) {
		snprintf(why, whylen, "%s: field \"%s\" is missing or no valid value",
			 types[type].name, reason);
		return false;
	}
	f->st.events[type]++;
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
		if (parse_line(f, ev, why, sizeof(why)))
			return 1;
		if (why[0])
			note_bad(&f->st, why);
	}
	return f->ret;
}
