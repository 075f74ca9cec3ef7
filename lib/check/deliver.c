/* SPDX-License-Identifier: BSD-2-Clause */
/* Where reports go: counted, then to the callback or stderr. */
#include <stdlib.h>

#include "lib/check/internal.h"

static bool wants_print(const struct checker *ck)
{
	switch (ck->opt.print) {
	case ARMDMA_PRINT_NEVER:
		return false;
	case ARMDMA_PRINT_ALWAYS:
		return true;
	default:
		return !ck->reports.fn || ck->opt.abort_on_report;
	}
}

void report_make(struct checker *ck, struct armdma_report *rep, const char *sentence,
		 const char *story, const char *mend)
{
	struct reports *r = &ck->reports;
	char buf[4096];
	struct text t = { buf, sizeof(buf), 0 };

	if (!ck->rule[rep->kind] || told_before(r, rep))
		return;
	rep->sentence = sentence;
	rep->story = story;
	rep->mend = mend;
	text_report(&t, rep);
	rep->text = buf;
	r->counts[rep->kind]++;
	if (wants_print(ck))
		fputs(buf, stderr);
	if (ck->opt.abort_on_report)
		abort();
	if (r->fn)
		r->fn(r->fn_ctx, rep);
	else
		process_failed(ck->opt.exitcode);
}

void armdma_set_report_fn(struct armdma_machine *m, armdma_report_fn fn, void *ctx)
{
	m->check->reports.fn = fn;
	m->check->reports.fn_ctx = ctx;
}

unsigned int armdma_report_count(const struct armdma_machine *m, enum armdma_report_kind kind)
{
	unsigned int sum = 0;

	if ((unsigned int)kind >= ARMDMA_REPORT_NR)
		return 0;
	if (kind != ARMDMA_REPORT_NONE)
		return m->check->reports.counts[kind];
	for (int i = 0; i < ARMDMA_REPORT_NR; i++)
		sum += m->check->reports.counts[i];
	return sum;
}
