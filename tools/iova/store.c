/* SPDX-License-Identifier: BSD-2-Clause */
/* Result files: see store.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store.h"
#include "tool.h"

struct store {
	char *path;		/* NULL: standard output */
	int fd;
	off_t len;		/* of whole lines */
	json_t *keys;
	json_t *unwritten;	/* results that found no place */
};

static bool is_result(const json_t *o)
{
	const char *schema = json_string_value(json_object_get(o, "schema"));

	return schema && !strncmp(schema, "armdma-iova-run-", 16) && json_string_value(json_object_get(o, "key"));
}

static void note_key(struct store *s, const json_t *o)
{
	const char *status = json_string_value(json_object_get(o, "status"));

	if (is_result(o) && status && strcmp(status, "failed"))
		json_object_set_new(s->keys, json_string_value(json_object_get(o, "key")), json_true());
}

/* Lines that are there already. What follows the last newline was cut off in writing: it goes. */
static int scan(struct store *s)
{
	FILE *in = fdopen(dup(s->fd), "r");
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;

	if (!in)
		return tool_error(TOOL_UNABLE, "%s: %s", s->path, strerror(errno));
	while ((n = getline(&line, &cap, in)) > 0 && line[n - 1] == '\n') {
		json_t *o = json_loadb(line, (size_t)n, 0, NULL);

		note_key(s, o);
		json_decref(o);
		s->len += n;
	}
	if (n > 0)
		tool_note("armdma-iova: %s: its last line was not written to the end; it is left out and run again", s->path);
	free(line);
	fclose(in);
	if (n > 0 && ftruncate(s->fd, s->len))
		return tool_error(TOOL_OUTPUT, "%s: %s", s->path, strerror(errno));
	return TOOL_OK;
}

int store_open(const char *path, struct store **out)
{
	struct store *s = calloc(1, sizeof(*s));
	struct stat st;
	int ret = TOOL_OK;

	*out = NULL;
	if (!s)
		return tool_error(TOOL_UNABLE, "out of memory");
	s->keys = json_object();
	s->unwritten = json_array();
	s->fd = STDOUT_FILENO;
	s->path = path ? strdup(path) : NULL;
	if (path) {
		s->fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
		if (s->fd < 0)
			ret = tool_error(TOOL_OUTPUT, "%s: %s", path, strerror(errno));
		else if (!fstat(s->fd, &st) && S_ISREG(st.st_mode))
			ret = flock(s->fd, LOCK_EX | LOCK_NB) ? tool_error(TOOL_OUTPUT, "%s: another sweep is writing to it", path) : scan(s);
	}
	if (ret) {
		s->unwritten = (json_decref(s->unwritten), NULL);
		store_close(s);
		return ret;
	}
	*out = s;
	return TOOL_OK;
}

bool store_has(const struct store *s, const char *key)
{
	return json_object_get(s->keys, key) != NULL;
}

/* All of it or nothing. 0 or errno. */
static int write_line(struct store *s, const char *line, size_t len)
{
	size_t done = 0;
	int ret = 0;

	while (done < len && !ret) {
		ssize_t n = write(s->fd, line + done, len - done);

		if (n > 0)
			done += (size_t)n;
		else if (n < 0 && errno != EINTR)
			ret = errno;
	}
	/* Some file systems find out only now that there is no room. */
	if (!ret && s->path && fdatasync(s->fd) && errno != EINVAL && errno != EROFS)
		ret = errno;
	if (ret && s->path && ftruncate(s->fd, s->len) && errno != EINVAL)
		tool_error(TOOL_OUTPUT, "%s: the line that was begun cannot be taken back: %s", s->path, strerror(errno));
	if (!ret)
		s->len += (off_t)len;
	return ret;
}

int store_add(struct store *s, json_t *result)
{
	char *line = json_dumps(result, JSON_COMPACT);
	size_t len = line ? strlen(line) : 0;
	int err;

	if (!line)
		return tool_error(TOOL_UNABLE, "out of memory");
	line[len] = '\n';	/* in place of the NUL: the length is known */
	err = json_array_size(s->unwritten) ? ENOSPC : write_line(s, line, len + 1);
	free(line);
	if (!err) {
		note_key(s, result);
		return TOOL_OK;
	}
	if (!json_array_size(s->unwritten))
		tool_error(TOOL_OUTPUT, "%s: cannot write results: %s; what was in it stays", s->path ? s->path : "standard output",
			   strerror(err));
	json_array_append(s->unwritten, result);
	return TOOL_OUTPUT;
}

/* ---- What could not be written --------------------------------------------- */

static int rescue(struct store *s)
{
	const char *dir = getenv("TMPDIR");
	size_t n = json_array_size(s->unwritten), i;
	char path[512];
	json_t *o;
	bool ok;
	FILE *out;
	int fd;

	snprintf(path, sizeof(path), "%s/armdma-iova-rescued-XXXXXX", dir && *dir ? dir : "/tmp");
	fd = mkstemp(path);
	out = fd >= 0 ? fdopen(fd, "w") : NULL;
	ok = out != NULL;
	json_array_foreach(s->unwritten, i, o)
		ok = ok && !json_dumpf(o, out, JSON_COMPACT) && putc('\n', out) != EOF;
	ok = out && !fclose(out) && ok;
	if (ok)
		return tool_error(TOOL_OUTPUT, "%zu finished results that found no place are in %s (armdma-iova merge takes them)", n, path);
	if (fd >= 0)
		unlink(path);
	return tool_error(TOOL_OUTPUT, "%zu finished results found no place, here nor in %s: run the sweep again to repeat them", n,
			  dir && *dir ? dir : "/tmp");
}

int store_close(struct store *s)
{
	int ret = TOOL_OK;

	if (!s)
		return ret;
	if (json_array_size(s->unwritten))
		ret = rescue(s);
	if (s->path && s->fd >= 0 && close(s->fd) && !ret)
		ret = tool_error(TOOL_OUTPUT, "%s: %s", s->path, strerror(errno));
	json_decref(s->keys);
	json_decref(s->unwritten);
	free(s->path);
	free(s);
	return ret;
}

/* ---- Reading --------------------------------------------------------------- */

static int read_file(const char *path, bool strict, json_t *all)
{
	FILE *in = strcmp(path, "-") ? fopen(path, "re") : fdopen(dup(STDIN_FILENO), "r");
	unsigned long number = 0, bad = 0, first = 0;
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;

	if (!in)
		return tool_error(TOOL_INPUT, "%s: %s", path, strerror(errno));
	while ((n = getline(&line, &cap, in)) > 0) {
		json_t *o = json_loadb(line, (size_t)n, 0, NULL);

		number++;
		if (is_result(o)) {
			json_array_append(all, o);
		} else if (strspn(line, " \t\n") != (size_t)n) {
			first = bad++ ? first : number;
		}
		json_decref(o);
	}
	free(line);
	if (ferror(in)) {
		fclose(in);
		return tool_error(TOOL_INPUT, "%s: %s", path, strerror(errno));
	}
	fclose(in);
	if (bad && strict)
		return tool_error(TOOL_INPUT, "%s: %lu lines are no result of a run, the first is line %lu (--strict)", path, bad, first);
	if (bad)
		tool_note("armdma-iova: %s: %lu lines are no result of a run (the first is line %lu); left out", path, bad, first);
	return TOOL_OK;
}

json_t *store_read(char *const *paths, int n, bool strict, int *status)
{
	json_t *all = json_array();

	*status = all ? TOOL_OK : TOOL_UNABLE;
	for (int i = 0; i < n && !*status; i++)
		*status = read_file(paths[i], strict, all);
	if (*status)
		json_decref(all);
	return *status ? NULL : all;
}
