/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Coverage as lines of JSON, each a cell: written by each process of a suite, read back to be merged. The names in them need no
 * escapes, so that they are read by their fields' places.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bsd/stdlib.h>

#include "lib/check/coverage.h"
#include "lib/check/internal.h"

const char *coverage_policy_name(enum armdma_cache_policy policy)
{
	static const char *const names[] = {
		[ARMDMA_CACHE_PESSIMAL] = "pessimal",
		[ARMDMA_CACHE_NON_SPECULATING] = "non-speculating",
		[ARMDMA_CACHE_ADVERSARY] = "adversary",
		[ARMDMA_CACHE_COHERENT] = "coherent",
	};

	return (size_t)policy < sizeof(names) / sizeof(names[0]) ? names[policy] : "unknown";
}

const char *coverage_outcome_name(enum armdma_outcome outcome)
{
	static const char *const names[ARMDMA_NR_OUTCOMES] = { "ok", "failed", "misuse" };

	return (unsigned int)outcome < ARMDMA_NR_OUTCOMES ? names[outcome] : "unknown";
}

const char *coverage_set_name(enum armdma_dma_opset set)
{
	return set < ARMDMA_NR_OPSETS ? armdma_dma_ops_name(set) : "none";
}

/* ---- writing ------------------------------------------------------------------- */

static void write_cell(void *ctx, const struct armdma_coverage *c)
{
	FILE *f = ctx;

	fputs("{\"program\":", f);
	put_json_string(f, getprogname());
	fprintf(f, ",\"function\":\"%s\",\"direction\":\"%s\",\"ops\":\"%s\",\"coherent\":%s,\"policy\":\"%s\",\"outcome\":\"%s\",\"count\":%" PRIu64 "}\n",
		c->function, dir_name(c->dir), coverage_set_name(c->set), c->coherent ? "true" : "false",
		coverage_policy_name(c->policy), coverage_outcome_name(c->outcome), c->count);
}

/* In one write: processes that end together do not mix their lines. */
int coverage_write(const char *path)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);
	int fd, ret = 0;

	if (!f)
		return -ENOMEM;
	armdma_coverage_walk(write_cell, f);
	if (fclose(f)) {
		free(text);
		return -ENOMEM;
	}
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (fd < 0)
		ret = -errno;
	else if (write(fd, text, len) != (ssize_t)len)
		ret = errno ? -errno : -EIO;
	if (fd >= 0)
		close(fd);
	free(text);
	return ret;
}

/* ---- reading ------------------------------------------------------------------- */

/* The value of "key": in the line, up to the next quote or, where it has none, comma or brace. NULL: it is not there. */
static const char *value_of(const char *line, const char *key, char *out, size_t size)
{
	char pattern[32];
	const char *at;
	size_t len;

	snprintf(pattern, sizeof(pattern), ",\"%s\":", key);
	at = strstr(line, pattern);
	if (!at)
		return NULL;
	at += strlen(pattern);
	len = *at == '"' ? strcspn(++at, "\"") : strcspn(at, ",}");
	if (len >= size || !at[len])
		return NULL;
	memcpy(out, at, len);
	out[len] = 0;
	return out;
}

typedef const char *(*name_fn)(int value);

static const char *dir_of(int v) { return dir_name((enum armdma_dir)v); }
static const char *set_of(int v) { return coverage_set_name((enum armdma_dma_opset)v); }
static const char *policy_of(int v) { return coverage_policy_name((enum armdma_cache_policy)v); }
static const char *outcome_of(int v) { return coverage_outcome_name((enum armdma_outcome)v); }

/* Which of the first n values has the name that the line gives; -1: none. */
static int read_name(const char *line, const char *key, name_fn name, int n)
{
	char value[48];

	if (!value_of(line, key, value, sizeof(value)))
		return -1;
	for (int v = 0; v < n; v++)
		if (!strcmp(name(v), value))
			return v;
	return -1;
}

static bool read_cell(const char *line, struct armdma_coverage *c)
{
	int dir = read_name(line, "direction", dir_of, ARMDMA_NONE + 1);
	int set = read_name(line, "ops", set_of, ARMDMA_NR_OPSETS + 1);
	int policy = read_name(line, "policy", policy_of, ARMDMA_CACHE_COHERENT + 1);
	int outcome = read_name(line, "outcome", outcome_of, ARMDMA_NR_OUTCOMES);
	char coherent[8], count[24], *end;

	memset(c, 0, sizeof(*c));
	if (dir < 0 || set < 0 || policy < 0 || outcome < 0 ||
	    !value_of(line, "function", c->function, sizeof(c->function)) || !c->function[0] ||
	    !value_of(line, "coherent", coherent, sizeof(coherent)) || !value_of(line, "count", count, sizeof(count)))
		return false;
	c->dir = (enum armdma_dir)dir;
	c->set = (enum armdma_dma_opset)set;
	c->policy = (enum armdma_cache_policy)policy;
	c->outcome = (enum armdma_outcome)outcome;
	c->coherent = !strcmp(coherent, "true");
	c->count = strtoull(count, &end, 10);
	return (c->coherent || !strcmp(coherent, "false")) && *count && !*end;
}

static int read_file(FILE *f, const char *path, struct armdma_error *err)
{
	struct armdma_coverage cell;
	unsigned int number = 0;
	char *line = NULL;
	size_t size = 0;
	int ret = 0;

	while (!ret && getline(&line, &size, f) >= 0) {
		number++;
		line[strcspn(line, "\n")] = 0;
		if (read_cell(line, &cell))
			coverage_add(&cell, (int64_t)cell.count);
		else
			ret = -EINVAL;
	}
	if (ret && err)
		snprintf(err->msg, sizeof(err->msg), "%.160s, line %u: no line of coverage: '%.40s'", path, number, line);
	if (!ret && ferror(f)) {
		ret = -EIO;
		if (err)
			snprintf(err->msg, sizeof(err->msg), "%.200s: cannot be read", path);
	}
	free(line);
	return ret;
}

int armdma_coverage_read(const char *path, struct armdma_error *err)
{
	FILE *f = fopen(path, "re");
	int ret;

	if (!f) {
		ret = -errno;
		if (err)
			snprintf(err->msg, sizeof(err->msg), "%.200s: %s", path, strerror(-ret));
		return ret;
	}
	ret = read_file(f, path, err);
	fclose(f);
	return ret;
}
