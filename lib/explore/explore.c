/* SPDX-License-Identifier: BSD-2-Clause */
/* A test body of functions, run under each schedule on a machine of its own. */
#include <errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/explore/internal.h"

struct one_run {
	const struct armdma_explore_config *cfg;
	struct armdma_machine *m;
	sigjmp_buf env;
	bool in_body;
	int ret;
	enum armdma_report_kind report;
	char why[5000];
};

/* The first report tells; where the body runs, it ends there, as after a failed assertion. */
static void on_report(void *ctx, const struct armdma_report *rep)
{
	struct one_run *r = ctx;

	if (rep->wanted || armdma_report_class(rep->kind) != ARMDMA_CLASS_BUG)
		return;
	if (r->report == ARMDMA_REPORT_NONE) {
		r->report = rep->kind;
		snprintf(r->why, sizeof(r->why), "%s", rep->text);
	}
	if (!r->in_body)
		return;
	r->in_body = false;
	siglongjmp(r->env, 1);
}

static void run_body(struct one_run *r)
{
	const struct armdma_explore_config *cfg = r->cfg;

	if (sigsetjmp(r->env, 1))
		return;
	r->in_body = true;
	if (cfg->setup)
		r->ret = cfg->setup(r->m, cfg->ctx);
	if (!r->ret)
		r->ret = cfg->test(r->m, cfg->ctx);
	r->in_body = false;
}

/* Returns 0, or what stopped the search. */
static int run_once(struct armdma_explorer *x, struct one_run *r, struct armdma_error *err)
{
	int ret = armdma_machine_create(&r->m, r->cfg->machine, err);

	if (ret)
		return ret;
	ret = armdma_explorer_attach(x, r->m);
	if (ret) {
		snprintf(err->msg, sizeof(err->msg), "this machine cannot be explored: %s",
			 armdma_hw_config(armdma_machine_hw(r->m))->shared ?
				 "it is shared, and choices (those of cache_policy, too) are reproducible with one driving thread only" :
				 "cache_policy is ARMDMA_CACHE_COHERENT, or undo is false");
		armdma_machine_destroy(r->m);
		return ret;
	}
	r->in_body = false;
	r->ret = 0;
	r->report = ARMDMA_REPORT_NONE;
	r->why[0] = 0;
	armdma_set_report_fn(r->m, on_report, r);
	run_body(r);
	if (r->ret || r->report != ARMDMA_REPORT_NONE)
		armdma_machine_abandon(r->m);
	if (r->cfg->teardown)
		r->cfg->teardown(r->m, r->cfg->ctx);
	armdma_machine_destroy(r->m);
	if (r->ret && !r->why[0])
		snprintf(r->why, sizeof(r->why), "the test returned %d", r->ret);
	return 0;
}

static int explore(const struct armdma_explore_config *cfg, unsigned int bound, const char *schedule,
		   struct armdma_explore_result *res)
{
	struct armdma_error err = { "" };
	struct armdma_explorer *x = NULL;
	struct one_run *r = NULL;
	int ret = -EINVAL;

	memset(res, 0, sizeof(*res));
	if (!cfg->test) {
		snprintf(err.msg, sizeof(err.msg), "there is no test to explore");
		goto out;
	}
	ret = armdma_explorer_create(&x, cfg, bound, schedule, &err);
	if (ret)
		goto out;
	r = malloc(sizeof(*r));
	ret = r ? 0 : -ENOMEM;
	while (!ret && armdma_explorer_next(x)) {
		r->cfg = cfg;
		ret = run_once(x, r, &err);
		if (!ret)
			armdma_explorer_end(x, r->ret || r->report != ARMDMA_REPORT_NONE, r->why);
	}
	if (!ret && x->out_of_memory)
		ret = -ENOMEM;
	if (!ret) {
		armdma_explorer_result(x, res);
		if (res->verdict == ARMDMA_EXPLORE_FAILED) {
			res->ret = r->ret;
			res->report = r->report;
		}
		ret = (int)res->verdict;
	}
out:
	if (ret == -ENOMEM && !err.msg[0])
		snprintf(err.msg, sizeof(err.msg), "out of host memory");
	if (ret < 0)
		snprintf(res->text, sizeof(res->text), "%s", err.msg);
	if (ret == ARMDMA_EXPLORE_GAVE_UP)
		snprintf(res->text, sizeof(res->text), "gave up after %llu runs, at schedules of %u departures\n",
			 (unsigned long long)res->runs, res->departures);
	free(r);
	armdma_explorer_destroy(x);
	return ret;
}

int armdma_explore(const struct armdma_explore_config *cfg, unsigned int bound, struct armdma_explore_result *res)
{
	return explore(cfg, bound, getenv("ARMDMA_SCHEDULE"), res);
}

int armdma_explore_replay(const struct armdma_explore_config *cfg, const char *schedule, struct armdma_explore_result *res)
{
	char *copy = strdup(schedule);	/* it may be the one in *res */
	int ret = copy ? explore(cfg, 0, copy, res) : -ENOMEM;

	free(copy);
	return ret;
}
