/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reports of a shared machine: written down where the bug is met, told when the call is over.
 *
 * Whoever is told may leave by longjmp, as a failing assertion does, and must find the machine free for the other threads.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/check/internal.h"

struct late {
	struct armdma_deferred call;	/* first */
	STAILQ_ENTRY(late) link;
	bool written;			/* report_write() had it */
	struct checker *ck;
	struct armdma_report rep;
	char strings[];
};

/* The report is on the stack of whoever tells it: nothing is lost if that never comes back. */
#define LATE_MAX 16384

static void tell(struct armdma_deferred *d, bool call)
{
	struct late *l = (struct late *)d;
	struct armdma_report rep = l->rep;
	struct checker *ck = l->ck;
	bool written = l->written;
	char strings[LATE_MAX];

	if (!call) {
		free(l);
		return;
	}
	memcpy(strings, l->strings, rep.text ? (size_t)(rep.text - l->strings) + strlen(rep.text) + 1 : 0);
	rep.sentence = rep.sentence ? strings + (rep.sentence - l->strings) : NULL;
	rep.story = rep.story ? strings + (rep.story - l->strings) : NULL;
	rep.mend = rep.mend ? strings + (rep.mend - l->strings) : NULL;
	rep.schedule = rep.schedule ? strings + (rep.schedule - l->strings) : NULL;
	rep.text = strings + (rep.text - l->strings);
	free(l);
	if (written)
		report_call(ck, &rep);
	else
		report_deliver(ck, &rep);
}

static size_t room(const char *s)
{
	return s ? strlen(s) + 1 : 0;
}

/* Copy a string to *at; the copy's place. */
static const char *keep(char **at, const char *s)
{
	char *copy = *at;

	if (!s)
		return NULL;
	memcpy(copy, s, room(s));
	*at += room(s);
	return copy;
}

static struct late *copy(struct checker *ck, const struct armdma_report *rep)
{
	size_t len = room(rep->sentence) + room(rep->story) + room(rep->mend) + room(rep->schedule) + room(rep->text);
	struct late *l = len <= LATE_MAX ? malloc(sizeof(*l) + len) : NULL;
	char *at;

	if (!l)
		return NULL;
	l->call.fn = tell;
	l->written = false;
	l->ck = ck;
	l->rep = *rep;
	at = l->strings;
	l->rep.sentence = keep(&at, rep->sentence);
	l->rep.story = keep(&at, rep->story);
	l->rep.mend = keep(&at, rep->mend);
	l->rep.schedule = keep(&at, rep->schedule);
	l->rep.text = keep(&at, rep->text);	/* last: all lie before its end */
	return l;
}

bool report_later(struct checker *ck, const struct armdma_report *rep)
{
	struct late *l = copy(ck, rep);

	if (l)
		armdma_hw_defer(ck->m->hw, &l->call);
	return l;
}

bool report_hold(struct checker *ck, const struct armdma_report *rep)
{
	struct late *l = copy(ck, rep);

	if (!l)
		return false;
	l->written = true;
	STAILQ_INSERT_TAIL(&ck->held, l, link);
	/* The process may end here, and the listener will not be called. */
	report_write(ck, rep, false);
	return true;
}

void report_release(struct checker *ck)
{
	struct late *l;

	while ((l = STAILQ_FIRST(&ck->held))) {
		STAILQ_REMOVE_HEAD(&ck->held, link);
		armdma_hw_defer(ck->m->hw, &l->call);
	}
}
