/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs in processes of their own: see pool.h. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "pool.h"
#include "tool.h"

#define MAX_PARALLEL 256u
#define TICK_MS 100
#define BAR 24

struct worker {
	const struct pool_job *job;	/* NULL: idle */
	pid_t pid;
	int fd;
	char *text;
	size_t len, cap;
	double start;
	bool timed_out;
	struct run_progress *progress;
};

struct pool {
	const struct pool_job *jobs;
	size_t n, next, finished;
	struct worker *workers;
	unsigned int parallel;
	struct run_progress *shared;
	bool tty;
	int ret;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- The child ------------------------------------------------------------- */

static void write_all(int fd, const char *s, size_t len)
{
	while (len) {
		ssize_t n = write(fd, s, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		s += n;
		len -= (size_t)n;
	}
}

static void be_child(const struct pool_job *job, struct run_progress *progress, int fd)
{
	const struct rlimit none = { 0, 0 };
	json_t *result;
	char *text;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* Memory that one space gives back is the next one's: else short workloads would measure page faults. */
	mallopt(M_MMAP_THRESHOLD, 1 << 30);
	mallopt(M_TRIM_THRESHOLD, INT_MAX);
	setrlimit(RLIMIT_CORE, &none);
	signal(SIGINT, SIG_DFL);
	result = run_result(&job->p, job->w, job->trace, job->identity, progress);
	text = result ? json_dumps(result, JSON_COMPACT) : NULL;
	if (text)
		write_all(fd, text, strlen(text));
	_exit(text ? 0 : 1);
}

static int start(struct pool *pool, struct worker *w)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	w->job = &pool->jobs[pool->next];
	memset((void *)w->progress, 0, sizeof(*w->progress));
	fflush(NULL);
	w->pid = fork();
	if (w->pid < 0) {
		int ret = -errno;

		close(fds[0]);
		close(fds[1]);
		w->job = NULL;
		return ret;
	}
	if (!w->pid) {
		close(fds[0]);
		be_child(w->job, w->progress, fds[1]);
	}
	close(fds[1]);
	w->fd = fds[0];
	w->len = 0;
	w->timed_out = false;
	w->start = now();
	pool->next++;
	return 0;
}

/* ---- The parent ------------------------------------------------------------ */

static json_t *died(const struct worker *w, int status)
{
	char how[128];
	const char *what = "crashed";

	if (w->timed_out) {
		what = "timeout";
		snprintf(how, sizeof(how), "did not end within %u s; it was", w->job->p.timeout);
	} else if (WIFSIGNALED(status)) {
		snprintf(how, sizeof(how), "crashed with SIG%s", sigabbrev_np(WTERMSIG(status)) ? sigabbrev_np(WTERMSIG(status)) : "?");
	} else {
		snprintf(how, sizeof(how), "ended the process with status %d", WEXITSTATUS(status));
	}
	return run_result_of_death(&w->job->p, w->job->w, w->job->trace, w->job->identity, w->progress, what, how);
}

static json_t *reap(struct worker *w)
{
	json_t *result = NULL;
	int status = 0;

	close(w->fd);
	while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && !WEXITSTATUS(status) && w->len)
		result = json_loadb(w->text, w->len, 0, NULL);
	return result ? result : died(w, status);
}

static int read_some(struct worker *w)
{
	void *p = w->cap - w->len < 65536 ? realloc(w->text, w->cap + 131072) : w->text;
	ssize_t n;

	if (!p)
		return -ENOMEM;
	if (w->cap - w->len < 65536)
		w->cap += 131072;
	w->text = p;
	n = read(w->fd, w->text + w->len, w->cap - w->len);
	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 1 : -errno;
	w->len += (size_t)n;
	return n > 0;
}

static void draw(const struct pool *pool)
{
	double done = (double)pool->finished;
	const struct worker *shown = NULL;
	int bar;

	if (!pool->tty)
		return;
	for (unsigned int i = 0; i < pool->parallel; i++) {
		const struct worker *w = &pool->workers[i];

		if (!w->job)
			continue;
		shown = shown ? shown : w;
		/* The pass that watches and the ones that measure are about equally long. */
		if (w->progress->total)
			done += 0.5 * (w->progress->pass != PASS_CHECK) +
				0.5 * (double)w->progress->done / (double)w->progress->total * (w->progress->pass <= PASS_SPEED);
	}
	done /= (double)pool->n;
	bar = (int)(done * BAR);
	fprintf(stderr, "\r\033[K[%.*s%*s] %3.0f %%  %zu/%zu", bar > BAR ? BAR : bar, "########################", BAR - (bar > BAR ? BAR : bar),
		"", 100 * (done > 1 ? 1 : done), pool->finished, pool->n);
	if (shown)
		fprintf(stderr, "  %s on %s: %s", shown->job->p.policy, shown->job->trace, run_pass_name(shown->progress->pass));
	fflush(stderr);
}

static void kill_slow(struct pool *pool)
{
	for (unsigned int i = 0; i < pool->parallel; i++) {
		struct worker *w = &pool->workers[i];

		if (w->job && w->job->p.timeout && !w->timed_out && now() - w->start > w->job->p.timeout) {
			w->timed_out = true;
			kill(w->pid, SIGKILL);
		}
	}
}

static void finish(struct pool *pool, struct worker *w, pool_done_fn done, void *ctx)
{
	const struct pool_job *job = w->job;
	json_t *result = reap(w);

	w->job = NULL;
	pool->finished++;
	if (pool->tty)
		fprintf(stderr, "\r\033[K");
	if (!result)
		pool->ret = -ENOMEM;
	else if (pool->ret)
		done(ctx, job, result);
	else
		pool->ret = done(ctx, job, result);
}

static void serve(struct pool *pool, pool_done_fn done, void *ctx)
{
	struct pollfd fds[MAX_PARALLEL];
	struct worker *of[MAX_PARALLEL];
	unsigned int n = 0;

	for (unsigned int i = 0; i < pool->parallel; i++) {
		if (!pool->workers[i].job)
			continue;
		of[n] = &pool->workers[i];
		fds[n++] = (struct pollfd){ .fd = pool->workers[i].fd, .events = POLLIN };
	}
	poll(fds, n, TICK_MS);
	kill_slow(pool);
	for (unsigned int i = 0; i < n; i++)
		if (fds[i].revents && read_some(of[i]) <= 0)
			finish(pool, of[i], done, ctx);
	draw(pool);
}

static bool busy(const struct pool *pool)
{
	for (unsigned int i = 0; i < pool->parallel; i++)
		if (pool->workers[i].job)
			return true;
	return false;
}

int pool_run(const struct pool_job *jobs, size_t n, unsigned int parallel, pool_done_fn done, void *ctx)
{
	struct pool pool = { .jobs = jobs, .n = n, .tty = isatty(STDERR_FILENO) && !tool_quiet };

	pool.parallel = parallel < 1 ? 1 : parallel > MAX_PARALLEL ? MAX_PARALLEL : parallel;
	pool.workers = calloc(pool.parallel, sizeof(*pool.workers));
	pool.shared = mmap(NULL, pool.parallel * sizeof(*pool.shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (!pool.workers || pool.shared == MAP_FAILED) {
		free(pool.workers);
		return -ENOMEM;
	}
	for (unsigned int i = 0; i < pool.parallel; i++)
		pool.workers[i].progress = &pool.shared[i];
	while ((pool.next < n && !pool.ret) || busy(&pool)) {
		for (unsigned int i = 0; i < pool.parallel && pool.next < n && !pool.ret; i++)
			if (!pool.workers[i].job)
				pool.ret = start(&pool, &pool.workers[i]);
		if (busy(&pool))
			serve(&pool, done, ctx);
	}
	for (unsigned int i = 0; i < pool.parallel; i++)
		free(pool.workers[i].text);
	munmap(pool.shared, pool.parallel * sizeof(*pool.shared));
	free(pool.workers);
	return pool.ret;
}
