/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A recorded workload: sizes and lifetimes of mappings as a kernel had them. Each becomes a buffer of that size, allocated under the
 * policy; the device reads it once, when it is mapped. What memory the recording's drivers had does not matter: the question is what
 * the policy would have given them.
 */
#include <stdlib.h>
#include <string.h>

#include "ftrace.h"
#include "study.h"

#define BUCKETS 4096u

struct live {
	struct live *next;
	uint64_t iova, space;	/* of the recording */
	struct study_buffer b;
};

/* An allocation whose address has not been told yet, in one context. */
struct asked {
	struct asked *next;
	uint64_t context, size, space;
};

struct replay {
	struct live *bucket[BUCKETS];
	struct asked *asked;
};

static struct live **find(struct replay *p, uint64_t iova)
{
	struct live **at = &p->bucket[(iova >> ARMDMA_PAGE_SHIFT) % BUCKETS];

	while (*at && (*at)->iova != iova)
		at = &(*at)->next;
	return at;
}

static int note_size(struct replay *p, const struct ftrace_event *ev)
{
	struct asked *a = malloc(sizeof(*a));

	if (!a)
		return -1;
	*a = (struct asked){ p->asked, ev->context, ev->size, ev->space };
	p->asked = a;
	return 0;
}

static uint64_t take_size(struct replay *p, uint64_t context)
{
	for (struct asked **at = &p->asked; *at; at = &(*at)->next) {
		struct asked *a = *at;
		uint64_t size = a->size;

		if (a->context != context)
			continue;
		*at = a->next;
		free(a);
		return size;
	}
	return 0;
}

static int map(struct study *s, struct replay *p, const struct ftrace_event *ev)
{
	uint64_t size = take_size(p, ev->context);
	struct live **at, *l;
	int ret = 0;

	if (!size)
		return 0;	/* the recording began in the middle */
	l = calloc(1, sizeof(*l));
	if (!l)
		return -1;
	l->iova = ev->iova;
	at = &p->bucket[(ev->iova >> ARMDMA_PAGE_SHIFT) % BUCKETS];
	l->next = *at;
	*at = l;
	study_alloc(s, &l->b, (size_t)size);
	if (!l->b.cpu)
		return 0;
	study_start(s);
	for (size_t done = 0; done < size && !ret; done += STUDY_SCRATCH)
		ret = study_transfer(s, false, l->b.iova + done,
				     size - done < STUDY_SCRATCH ? (size_t)(size - done) : STUDY_SCRATCH);
	study_stop(s);
	return ret;
}

static void unmap(struct study *s, struct replay *p, uint64_t iova)
{
	struct live **at = find(p, iova), *l = *at;

	if (!l)
		return;
	*at = l->next;
	study_free(s, &l->b);
	free(l);
}

static void finish(struct study *s, struct replay *p)
{
	for (unsigned int i = 0; i < BUCKETS; i++) {
		while (p->bucket[i])
			unmap(s, p, p->bucket[i]->iova);
	}
	while (p->asked)
		take_size(p, p->asked->context);
}

int study_trace_run(struct study *s, const struct study_load *load)
{
	struct ftrace *f = ftrace_open(s->opt->trace, s->error, sizeof(s->error));
	struct ftrace_event ev;
	struct replay *p;
	int ret;

	(void)load;
	if (!f)
		return -1;
	p = calloc(1, sizeof(*p));
	while (p && (ret = ftrace_next(f, &ev)) > 0) {
		ret = 0;
		if (ev.type == FTRACE_IOVA_ALLOC)
			ret = note_size(p, &ev);
		else if (ev.type == FTRACE_IOVA_ALLOC_RET)
			ret = map(s, p, &ev);
		else if (ev.type == FTRACE_UNMAP)
			unmap(s, p, ev.iova);
		if (ret)
			break;
	}
	if (!p || (ret < 0 && !s->error[0]))
		snprintf(s->error, sizeof(s->error), "%s: %s", s->opt->trace,
			 p && ftrace_stats(f)->error[0] ? ftrace_stats(f)->error : "out of memory");
	if (p)
		finish(s, p);
	free(p);
	ftrace_close(f);
	return s->error[0] ? -1 : 0;
}
