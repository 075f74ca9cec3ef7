/* SPDX-License-Identifier: BSD-2-Clause */
/* Where reports go: counted, then printed, and to the callback. */
#include <stdlib.h>
#include <unistd.h>

#include "lib/check/internal.h"

/* A whole report: stories have up to 2 KiB, a line names a site with up to 512 bytes. */
#define REPORT_TEXT 8192

void reports_init(struct reports *r)
{
	pthread_mutex_init(&r->lock, NULL);
	RB_INIT(&r->told);
	STAILQ_INIT(&r->order);
	SLIST_INIT(&r->by_call);
	SLIST_INIT(&r->by_file);
	RB_INIT(&r->stacks);
	r->json = -1;
}

void reports_fini(struct reports *r)
{
	told_clear(r);
	suppressions_clear(&r->by_call);
	suppressions_clear(&r->by_file);
	stacks_clear(r);
	if (r->json >= 0)
		close(r->json);
	pthread_mutex_destroy(&r->lock);
}

/* Counts a report; returns whether it is to be told. */
static bool admit(struct reports *r, struct armdma_report *rep)
{
	struct told *t;
	bool fresh, tell;

	pthread_mutex_lock(&r->lock);
	t = told_get(r, rep, &fresh);
	r->seen[rep->kind]++;
	rep->wanted = r->wanted[rep->kind] > 0;
	if (rep->wanted)
		r->wanted[rep->kind]--;
	if (t && fresh) {
		t->seen.wanted = rep->wanted;
		t->seen.suppressed = !rep->wanted && (suppressed(&r->by_call, rep) || suppressed(&r->by_file, rep));
	}
	if (t) {
		t->seen.count++;
		t->seen.last = rep->time;
	}
	/* A trap ends what runs there; whoever gets past it comes anew. */
	tell = fresh || rep->kind == ARMDMA_REPORT_TRAP;
	if (t && t->seen.suppressed)
		tell = false;
	tell |= rep->wanted;
	if (tell)
		r->counts[rep->kind]++;
	pthread_mutex_unlock(&r->lock);
	return tell;
}

static bool wants_print(const struct checker *ck, bool heard)
{
	switch (ck->opt.print) {
	case ARMDMA_PRINT_NEVER:
		return false;
	case ARMDMA_PRINT_ALWAYS:
		return true;
	default:
		return !heard || ck->opt.abort_on_report;
	}
}

void report_write(struct checker *ck, const struct armdma_report *rep, bool heard)
{
	if (rep->wanted)
		return;
	if (ck->reports.json >= 0)
		report_json_append(ck->reports.json, rep);
	if (wants_print(ck, heard))
		fputs(rep->text, stderr);
	if (ck->opt.abort_on_report)
		abort();
}

static armdma_report_fn listener(struct reports *r, void **ctx)
{
	armdma_report_fn fn;

	pthread_mutex_lock(&r->lock);
	fn = r->fn;
	*ctx = r->fn_ctx;
	pthread_mutex_unlock(&r->lock);
	return fn;
}

void report_call(struct checker *ck, const struct armdma_report *rep)
{
	void *ctx;
	armdma_report_fn fn = listener(&ck->reports, &ctx);

	if (fn)
		fn(ctx, rep);
	else if (!rep->wanted)
		process_failed(ck->opt.exitcode);
}

void report_deliver(struct checker *ck, const struct armdma_report *rep)
{
	void *ctx;

	report_write(ck, rep, listener(&ck->reports, &ctx) != NULL);
	report_call(ck, rep);
}

void report_make(struct checker *ck, struct armdma_report *given, const char *sentence,
		 const char *story, const char *mend)
{
	struct reports *r = &ck->reports;
	struct armdma_report rep = *given;
	char buf[REPORT_TEXT] = "";
	struct text t = { buf, sizeof(buf), 0 };

	if (!ck->rule[rep.kind])
		return;
	rep.sentence = sentence;
	rep.story = story;
	rep.mend = mend;
	rep.time = armdma_hw_now(ck->m->hw);
	rep.seed = ck->m->cfg->seed;
	if (!rep.stacks[ARMDMA_SITE_HERE])
		rep.stacks[ARMDMA_SITE_HERE] = stack_here(ck, rep.sites[ARMDMA_SITE_HERE]);
	if (!admit(r, &rep))
		return;
	rep.schedule = r->schedule_fn ? r->schedule_fn(r->schedule_ctx) : NULL;
	text_report(&t, &rep);
	rep.text = buf;
	if (ck->holding ? report_hold(ck, &rep) : ck->m->shared && report_later(ck, &rep))
		return;
	report_deliver(ck, &rep);
}

void armdma_set_report_fn(struct armdma_machine *m, armdma_report_fn fn, void *ctx)
{
	struct reports *r = &m->check->reports;

	pthread_mutex_lock(&r->lock);
	r->fn = fn;
	r->fn_ctx = ctx;
	pthread_mutex_unlock(&r->lock);
}

void armdma_set_schedule_fn(struct armdma_machine *m, armdma_schedule_fn fn, void *ctx)
{
	MACHINE_ENTER(m);

	m->check->reports.schedule_fn = fn;
	m->check->reports.schedule_ctx = ctx;
}

void armdma_report_want(struct armdma_machine *m, enum armdma_report_kind kind, unsigned int n)
{
	struct reports *r = &m->check->reports;

	if (kind <= ARMDMA_REPORT_NONE || kind >= ARMDMA_REPORT_NR)
		return;
	pthread_mutex_lock(&r->lock);
	r->wanted[kind] = n;
	pthread_mutex_unlock(&r->lock);
}

unsigned int armdma_report_wanted(const struct armdma_machine *m, enum armdma_report_kind kind)
{
	struct reports *r = &m->check->reports;
	unsigned int n;

	if (kind <= ARMDMA_REPORT_NONE || kind >= ARMDMA_REPORT_NR)
		return 0;
	pthread_mutex_lock(&r->lock);
	n = r->wanted[kind];
	pthread_mutex_unlock(&r->lock);
	return n;
}

unsigned int armdma_report_count(const struct armdma_machine *m, enum armdma_report_kind kind)
{
	struct reports *r = &m->check->reports;
	unsigned int sum = 0;

	if ((unsigned int)kind >= ARMDMA_REPORT_NR)
		return 0;
	pthread_mutex_lock(&r->lock);
	for (int i = 0; i < ARMDMA_REPORT_NR; i++)
		if (kind == ARMDMA_REPORT_NONE || i == (int)kind)
			sum += r->counts[i];
	pthread_mutex_unlock(&r->lock);
	return sum;
}

uint64_t armdma_report_seen(const struct armdma_machine *m, enum armdma_report_kind kind)
{
	struct reports *r = &m->check->reports;
	uint64_t sum = 0;

	if ((unsigned int)kind >= ARMDMA_REPORT_NR)
		return 0;
	pthread_mutex_lock(&r->lock);
	for (int i = 0; i < ARMDMA_REPORT_NR; i++)
		if (kind == ARMDMA_REPORT_NONE || i == (int)kind)
			sum += r->seen[i];
	pthread_mutex_unlock(&r->lock);
	return sum;
}
