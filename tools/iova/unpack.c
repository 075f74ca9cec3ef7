/* SPDX-License-Identifier: BSD-2-Clause */
/* Files that may be packed with xz: see unpack.h. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unpack.h"

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

FILE *unpack_open(const char *path, pid_t *xz)
{
	static const unsigned char magic[6] = { 0xfd, '7', 'z', 'X', 'Z', 0 };
	unsigned char head[sizeof(magic)];
	struct stat st;
	FILE *in;

	*xz = 0;
	if (!strcmp(path, "-"))
		return fdopen(dup(STDIN_FILENO), "r");
	in = fopen(path, "re");
	if (!in)
		return NULL;
	/* What is read from a pipe is gone. */
	if (fstat(fileno(in), &st) || !S_ISREG(st.st_mode))
		return in;
	if (fread(head, 1, sizeof(head), in) == sizeof(head) && !memcmp(head, magic, sizeof(magic))) {
		fclose(in);
		return unpack(path, xz);
	}
	rewind(in);
	return in;
}

int unpack_wait(pid_t *xz)
{
	int status = 0;

	if (*xz <= 0)
		return 0;
	while (waitpid(*xz, &status, 0) < 0 && errno == EINTR)
		;
	*xz = 0;
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	return WIFEXITED(status) && WEXITSTATUS(status) == 127 ? -ENOENT : -EIO;
}
