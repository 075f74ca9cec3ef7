/* SPDX-License-Identifier: BSD-2-Clause */
/* Plots by gnuplot: see plot.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plot.h"
#include "tool.h"

/* Told apart also by those who see fewer colours (Okabe and Ito). */
static const char *const colours[] = { "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#8b6f00" };

#define NR_COLOURS (sizeof(colours) / sizeof(colours[0]))

const char *plot_colour(size_t i)
{
	return colours[i % NR_COLOURS];
}

unsigned int plot_dash(size_t i)
{
	static const unsigned int dashes[] = { 1, 2, 4, 5 };

	return dashes[i / NR_COLOURS % 4];
}

void plot_begin(struct plot *p, const char *name, unsigned int width, unsigned int height)
{
	const char *dir = getenv("TMPDIR");
	int fd;

	if (snprintf(p->path, sizeof(p->path), "%s/armdma-iova-plot-XXXXXX", dir && *dir ? dir : "/tmp") >= (int)sizeof(p->path))
		snprintf(p->path, sizeof(p->path), "/tmp/armdma-iova-plot-XXXXXX");
	fd = mkstemp(p->path);
	p->script = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (!p->script)
		return;
	fprintf(p->script,
		"set terminal svg size %u,%u dynamic noenhanced font 'Helvetica,12' name '%s' linewidth 1.2\n"
		"set border 3 linecolor '#444444'\nset tics nomirror out scale 0.6 textcolor '#222222'\n"
		"set grid linecolor '#dddddd' linewidth 0.6 dashtype 1\nset key noenhanced\n",
		width, height, name);
}

void plot_string(struct plot *p, const char *s)
{
	putc('"', p->script);
	for (; *s; s++) {
		if (*s == '"' || *s == '\\' || *s == '`')
			putc('\\', p->script);
		putc((unsigned char)*s < ' ' ? ' ' : *s, p->script);
	}
	putc('"', p->script);
}

static char *read_out(int fd)
{
	size_t len = 0, cap = 1 << 16;
	char *text = malloc(cap);
	ssize_t n;

	while (text && (n = read(fd, text + len, cap - len - 1)) != 0) {
		char *more;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		len += (size_t)n;
		if (cap - len > 4096)
			continue;
		more = realloc(text, cap *= 2);
		if (!more)
			free(text);
		text = more;
	}
	if (text)
		text[len] = 0;
	return text;
}

static pid_t spawn(const char *path, int *out)
{
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return -1;
	pid = fork();
	if (!pid) {
		dup2(fds[1], STDOUT_FILENO);
		execlp("gnuplot", "gnuplot", path, (char *)NULL);
		_exit(127);
	}
	close(fds[1]);
	if (pid < 0)
		close(fds[0]);
	*out = fds[0];
	return pid;
}

char *plot_end(struct plot *p, int *status)
{
	char *text, *svg;
	int out, end = 0;
	pid_t pid;

	*status = TOOL_OK;
	if (!p->script || ferror(p->script) || fclose(p->script)) {
		*status = tool_error(TOOL_OUTPUT, "%s: %s", p->path, strerror(errno));
		return NULL;
	}
	pid = spawn(p->path, &out);
	if (pid < 0) {
		*status = tool_error(TOOL_UNABLE, "gnuplot: %s", strerror(errno));
		unlink(p->path);
		return NULL;
	}
	text = read_out(out);
	close(out);
	while (waitpid(pid, &end, 0) < 0 && errno == EINTR)
		;
	unlink(p->path);
	svg = text ? strstr(text, "<svg") : NULL;
	if (WIFEXITED(end) && !WEXITSTATUS(end) && svg && strstr(svg, "</svg>")) {
		memmove(text, svg, strlen(svg) + 1);
		return text;
	}
	free(text);
	if (WIFEXITED(end) && WEXITSTATUS(end) == 127)
		*status = tool_error(TOOL_UNABLE, "the page's plots need gnuplot (Debian: gnuplot-nox)");
	else
		*status = tool_error(TOOL_UNABLE, "gnuplot could not draw a plot");
	return NULL;
}
