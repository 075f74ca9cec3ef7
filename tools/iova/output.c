/* SPDX-License-Identifier: BSD-2-Clause */
/* Files that are there as a whole or not at all: see output.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output.h"
#include "tool.h"

/* A device or pipe is written to directly. */
static int is_special(const char *path)
{
	struct stat st;

	return !stat(path, &st) && !S_ISREG(st.st_mode);
}

int output_open(struct output *o, const char *path)
{
	mode_t mask;
	int fd;

	*o = (struct output){ .path = path };
	if (!strcmp(path, "-")) {
		o->f = stdout;
		return TOOL_OK;
	}
	if (is_special(path)) {
		o->f = fopen(path, "we");
		return o->f ? TOOL_OK : tool_error(TOOL_OUTPUT, "%s: %s", path, strerror(errno));
	}
	if (asprintf(&o->temporary, "%s.XXXXXX", path) < 0)
		return tool_error(TOOL_UNABLE, "out of memory");
	fd = mkstemp(o->temporary);
	o->f = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (!o->f) {
		int ret = tool_error(TOOL_OUTPUT, "%s: %s", path, strerror(errno));

		free(o->temporary);
		return ret;
	}
	mask = umask(0);
	umask(mask);
	fchmod(fd, 0666 & ~mask);
	return TOOL_OK;
}

int output_close(struct output *o, int ok)
{
	int ret = TOOL_OK, bad;

	bad = fflush(o->f) || ferror(o->f);
	if (o->f == stdout)
		return bad ? tool_error(TOOL_OUTPUT, "standard output: cannot write") : TOOL_OK;
	if (bad)
		ret = tool_error(TOOL_OUTPUT, "%s: cannot write: %s", o->path, strerror(errno));
	if (fclose(o->f) && !bad)
		ret = tool_error(TOOL_OUTPUT, "%s: cannot write: %s", o->path, strerror(errno));
	if (!o->temporary)
		return ret;
	if (!ret && ok && rename(o->temporary, o->path))
		ret = tool_error(TOOL_OUTPUT, "%s: %s", o->path, strerror(errno));
	if (ret || !ok)
		unlink(o->temporary);
	free(o->temporary);
	return ret;
}
