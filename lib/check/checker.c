/* SPDX-License-Identifier: BSD-2-Clause */
/* The checker itself: an observer whose rules can be switched. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/check/coverage.h"
#include "lib/check/internal.h"
#include "lib/dma/dma.h"

static void on_event(void *ctx, const struct armdma_event *ev)
{
	struct checker *ck = ctx;

	if (__builtin_expect(ck->poison, 0))
		poison_event(ck, ev);
	if (ev->type == ARMDMA_EV_MISUSE)
		misuse_event(ck, ev);
	else if (ev->type == ARMDMA_EV_TRAP)
		trap_event(ck, ev);
	else
		track_event(ck, ev);
}

/* The files that options name: all are opened, or nothing changes. */
static int take_files(struct reports *r, const struct armdma_options *opt, struct armdma_error *err)
{
	struct suppressions list = SLIST_HEAD_INITIALIZER(list);
	int fd = -1, ret;

	if (opt->suppressions[0]) {
		ret = suppressions_read(&list, opt->suppressions, err);
		if (ret)
			return ret;
	}
	if (opt->json[0]) {
		fd = report_json_open(opt->json, err);
		if (fd < 0) {
			suppressions_clear(&list);
			return fd;
		}
	}
	if (r->json >= 0)
		close(r->json);
	r->json = fd;
	suppressions_clear(&r->by_file);
	r->by_file = list;
	return 0;
}

static int set_options(struct checker *ck, const struct armdma_options *opt, struct armdma_error *err)
{
	struct armdma_options out = *opt;
	int ret = options_from_environment(&out, err);

	if (!ret)
		ret = coverage_set(ck->m, out.coverage, err);
	if (ret)
		return ret;
	ret = take_files(&ck->reports, &out, err);
	if (ret) {
		coverage_set(ck->m, ck->opt.coverage, NULL);
		return ret;
	}
	ck->opt = out;
	poison_set(ck);
	return 0;
}

/* Tell the rooms of lib/ what is worth looking for. */
static void tell_wanted(struct armdma_machine *m)
{
	m->wanted = 0;
	for (int kind = 0; m->check->on && kind < ARMDMA_REPORT_NR; kind++)
		m->wanted |= (uint64_t)m->check->rule[kind] << kind;
}

int check_create(struct armdma_machine *m, struct armdma_error *err)
{
	struct checker *ck = calloc(1, sizeof(*ck));
	struct armdma_options opt;
	int ret;

	if (!ck)
		return -ENOMEM;
	ck->m = m;
	ck->on = true;
	ck->rule = ck->opt.rule;
	STAILQ_INIT(&ck->held);
	reports_init(&ck->reports);
	opt = armdma_options_default();
	ret = set_options(ck, &opt, err);
	if (ret) {
		reports_fini(&ck->reports);
		free(ck);
		return ret;
	}
	m->check = ck;
	tracks_init(&ck->tracks);
	ret = armdma_event_subscribe_within(m->ev, ARMDMA_EV_CHECKED, on_event, ck);
	if (ret)
		check_destroy(m);
	else
		tell_wanted(m);
	return ret;
}

/* Is there anything that a device may use, mapped by whomever? */
static bool has_mappings(struct armdma_machine *m)
{
	struct armdma_device *dev;

	SLIST_FOREACH(dev, &m->devices, link)
		if (dev->dma->live_maps || dev->dma->live_allocs || !STAILQ_EMPTY(&dev->dma->pools))
			return true;
	return false;
}

void armdma_checker_enable(struct armdma_machine *m, bool on)
{
	MACHINE_ENTER(m);

	bool was = m->check->on;

	if (!armdma_event_subscribe_within(m->ev, on ? ARMDMA_EV_CHECKED : 0, on_event, m->check))
		m->check->on = on;
	if (!on)
		track_clear(m->check);
	else if (!was)
		m->check->blind = has_mappings(m);
	tell_wanted(m);
	poison_set(m->check);
}

void check_settle(struct armdma_machine *m)
{
	report_release(m->check);
	poison_end(m->check);
}

void check_destroy(struct armdma_machine *m)
{
	struct checker *ck = m->check;

	if (!ck)
		return;
	armdma_event_subscribe_within(m->ev, 0, on_event, ck);
	coverage_stop(m);
	poison_end(ck);
	proof_watch(ck, false);
	if (ck->opt.summary)
		told_summary(&ck->reports, stderr);
	tracks_fini(&ck->tracks);
	reports_fini(&ck->reports);
	free(ck);
	m->check = NULL;
	m->wanted = 0;
}

void armdma_checker_rule(struct armdma_machine *m, enum armdma_report_kind kind, bool on)
{
	MACHINE_ENTER(m);

	if (kind != ARMDMA_REPORT_NONE && (unsigned int)kind < ARMDMA_REPORT_NR)
		m->check->rule[kind] = on;
	tell_wanted(m);
}

int armdma_set_options(struct armdma_machine *m, const struct armdma_options *opt, struct armdma_error *err)
{
	MACHINE_ENTER(m);
	int ret = set_options(m->check, opt, err);

	tell_wanted(m);
	return ret;
}

const struct armdma_options *armdma_get_options(const struct armdma_machine *m)
{
	return &m->check->opt;
}
