/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counts calls of the DMA API by what their events tell. A call begins with ARMDMA_EV_DMA_CALL; what follows in the same
 * thread with the same site belongs to it: direction and result, or that it was misuse. A call of which nothing more is
 * heard has gone well, and has no direction.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "lib/check/coverage.h"
#include "lib/check/internal.h"

#define COVERED                                                                            \
	(ARMDMA_EV_BIT(ARMDMA_EV_DMA_CALL) | ARMDMA_EV_BIT(ARMDMA_EV_MISUSE) |             \
	 ARMDMA_EV_BIT(ARMDMA_EV_DMA_ALLOC) | ARMDMA_EV_BIT(ARMDMA_EV_DMA_FREE) |          \
	 ARMDMA_EV_BIT(ARMDMA_EV_DMA_MMAP) | ARMDMA_EV_BIT(ARMDMA_EV_DMA_MAP) |            \
	 ARMDMA_EV_BIT(ARMDMA_EV_DMA_UNMAP) | ARMDMA_EV_BIT(ARMDMA_EV_DMA_SYNC_CPU) |      \
	 ARMDMA_EV_BIT(ARMDMA_EV_DMA_SYNC_DEV))

/* The call that this thread is in, or was in last. */
static _Thread_local struct {
	struct armdma_machine *m;
	const void *site;
	bool heard;		/* more than its beginning */
	struct armdma_coverage cell;
} now;

static void begin(struct armdma_machine *m, const struct armdma_event *ev)
{
	now.m = m;
	now.site = ev->site;
	now.heard = false;
	memset(&now.cell, 0, sizeof(now.cell));
	strlcpy(now.cell.function, strncmp(ev->who, "armdma_", 7) ? ev->who : ev->who + 7, sizeof(now.cell.function));
	now.cell.dir = ARMDMA_NONE;
	now.cell.set = (enum armdma_dma_opset)ev->flags;
	now.cell.coherent = ev->dev && ev->dev->coherent;
	now.cell.policy = m->cfg->cache_policy;
	now.cell.outcome = ARMDMA_OUTCOME_OK;
	coverage_add(&now.cell, 1);
}

/* A list has an event an entry, and is one call. */
static void hear(enum armdma_dir dir, enum armdma_outcome outcome)
{
	if (now.heard && now.cell.dir == dir && now.cell.outcome == outcome)
		return;
	if (!now.heard)
		coverage_add(&now.cell, -1);
	now.heard = true;
	now.cell.dir = dir;
	now.cell.outcome = outcome;
	coverage_add(&now.cell, 1);
}

static void on_event(void *ctx, const struct armdma_event *ev)
{
	enum armdma_outcome outcome = ev->result < 0 ? ARMDMA_OUTCOME_FAILED : ARMDMA_OUTCOME_OK;

	if (ev->type == ARMDMA_EV_DMA_CALL) {
		begin(ctx, ev);
		return;
	}
	if (now.m != ctx || !ev->site || now.site != ev->site)
		return;
	switch (ev->type) {
	case ARMDMA_EV_MISUSE:
		hear(now.heard ? now.cell.dir : ARMDMA_NONE, ARMDMA_OUTCOME_MISUSE);
		break;
	case ARMDMA_EV_DMA_ALLOC:
	case ARMDMA_EV_DMA_FREE:
	case ARMDMA_EV_DMA_MMAP:
		hear(ARMDMA_NONE, outcome);
		break;
	default:
		hear(ev->dir, outcome);
		break;
	}
}

/* ---- the process ----------------------------------------------------------------- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool at_exit_set, want_table;
static char file[ARMDMA_OPTION_LEN];
static pid_t pid;

static void at_exit(void)
{
	int ret;

	/* A child's own copy of what its parent counted is not counted twice. */
	if (getpid() != pid)
		return;
	if (want_table)
		armdma_coverage_print(stderr);
	ret = file[0] ? coverage_write(file) : 0;
	if (ret)
		fprintf(stderr, "armdma: coverage=%s: %s\n", file, strerror(-ret));
}

static int take_file(const char *path, struct armdma_error *err)
{
	int fd, ret;

	if (file[0] && strcmp(file, path)) {
		if (err)
			snprintf(err->msg, sizeof(err->msg), "coverage=%.96s: this process writes to %.96s already", path, file);
		return -EINVAL;
	}
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (fd < 0) {
		ret = -errno;
		if (err)
			snprintf(err->msg, sizeof(err->msg), "coverage=%.128s: %s", path, strerror(-ret));
		return ret;
	}
	close(fd);
	strlcpy(file, path, sizeof(file));
	return 0;
}

static int set_process(const char *setting, struct armdma_error *err)
{
	int ret = 0;

	pthread_mutex_lock(&lock);
	if (!strcmp(setting, "1"))
		want_table = true;
	else
		ret = take_file(setting, err);
	if (!ret && !at_exit_set) {
		pid = getpid();
		at_exit_set = !atexit(at_exit);
		ret = at_exit_set ? 0 : -ENOMEM;
	}
	pthread_mutex_unlock(&lock);
	return ret;
}

int coverage_set(struct armdma_machine *m, const char *setting, struct armdma_error *err)
{
	bool on = setting[0] && strcmp(setting, "0");
	int ret = on ? set_process(setting, err) : 0;

	return ret ? ret : armdma_event_subscribe_within(m->ev, on ? COVERED : 0, on_event, m);
}

void coverage_stop(struct armdma_machine *m)
{
	armdma_event_subscribe_within(m->ev, 0, on_event, m);
}
