/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The search: all schedules of no departure, of one, of two, ...
 *
 * A run with n departures shows which choices come after its last one; each of them makes a schedule of n + 1. So every schedule comes up
 * once, its departures in the order of time, and nothing of a machine is kept between runs.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/explore/internal.h"

#define DEFAULT_MAX_RUNS 1000000u

struct armdma_explore_config armdma_explore_defaults(int (*test)(struct armdma_machine *m, void *ctx), void *ctx)
{
	return (struct armdma_explore_config){
		.test = test, .ctx = ctx, .max_runs = DEFAULT_MAX_RUNS, .kinds = (1u << ARMDMA_NR_CHOICES) - 1,
	};
}

int armdma_explorer_create(struct armdma_explorer **out, const struct armdma_explore_config *cfg, unsigned int bound,
			   const char *schedule, struct armdma_error *err)
{
	struct armdma_explorer *x;
	struct schedule s = { 0 };
	int ret;

	*out = NULL;
	if (bound > ARMDMA_EXPLORE_MAX_BOUND) {
		if (err)
			snprintf(err->msg, sizeof(err->msg), "bound %u: a schedule has at most %d departures", bound,
				 ARMDMA_EXPLORE_MAX_BOUND);
		return -EINVAL;
	}
	if (schedule) {
		ret = schedule_parse(&s, schedule, err);
		if (ret)
			return ret;
	}
	x = calloc(1, sizeof(*x));
	if (!x) {
		if (err)
			snprintf(err->msg, sizeof(err->msg), "out of host memory");
		return -ENOMEM;
	}
	x->cfg = *cfg;
	x->bound = schedule ? s.n : bound;
	x->single = schedule;
	x->s = s;
	x->nr_now = 1;		/* of level 0 there is one */
	x->declined.round = x->touched.round = x->visited.round = 1;
	*out = x;
	return 0;
}

void armdma_explorer_destroy(struct armdma_explorer *x)
{
	if (!x)
		return;
	free(x->now);
	free(x->next);
	free(x->children.d);
	free(x->lines.d);
	table_free(&x->declined);
	table_free(&x->touched);
	table_free(&x->visited);
	free(x);
}

/* ---- what comes next ------------------------------------------------------------- */

static void conclude(struct armdma_explorer *x, enum armdma_explore_verdict verdict)
{
	x->over = true;
	x->res.verdict = verdict;
}

/* All schedules of this level have passed: on to those that have one more departure. */
static bool next_level(struct armdma_explorer *x)
{
	if (x->level == x->bound || !x->nr_next)
		return false;
	free(x->now);
	x->now = x->next;
	x->nr_now = x->nr_next;
	x->next = NULL;
	x->nr_next = x->cap_next = x->at = 0;
	x->level++;
	return true;
}

static bool pick(struct armdma_explorer *x)
{
	if (x->single)
		return !x->res.runs || x->confirming;
	if (x->confirming)
		return true;
	if (x->at == x->nr_now && !next_level(x)) {
		x->res.departures = x->bound;
		return false;
	}
	x->s.n = x->level;
	if (x->level)
		memcpy(x->s.d, &x->now[x->at * x->level], x->level * sizeof(x->s.d[0]));
	x->at++;
	return true;
}

const char *armdma_explorer_next(struct armdma_explorer *x)
{
	if (x->over)
		return NULL;
	if (x->cfg.max_runs && x->res.runs >= x->cfg.max_runs && !x->confirming) {
		x->res.departures = x->level;
		conclude(x, ARMDMA_EXPLORE_GAVE_UP);
		return NULL;
	}
	if (x->out_of_memory || !pick(x)) {
		conclude(x, ARMDMA_EXPLORE_PASSED);
		return NULL;
	}
	x->res.runs++;
	x->taken = 0;
	x->offered = 1;
	x->last_point = 0;
	x->lost = false;
	x->m = NULL;
	x->children.n = 0;
	x->expanding = !x->single && !x->confirming && x->level < x->bound;
	table_clear(&x->declined);
	schedule_print(&x->s, x->printed, sizeof(x->printed));
	return x->printed;
}

/* Reports of the run name it. */
static const char *schedule_of(void *ctx)
{
	const struct armdma_explorer *x = ctx;

	return x->printed;
}

int armdma_explorer_attach(struct armdma_explorer *x, struct armdma_machine *m)
{
	int ret = watch_attach(x, m);

	if (!ret)
		armdma_set_schedule_fn(m, schedule_of, x);
	return ret;
}

/* ---- what a run has shown ------------------------------------------------------------ */

static bool is_touched(const struct armdma_explorer *x, const struct departure *d)
{
	if (d->kind == ARMDMA_CHOICE_PROGRESS)
		return true;
	return table_has(&x->touched, (d->pa & ~(armdma_phys_t)(x->line - 1)) + 1);
}

/* Schedules that go on from this run's. */
static void keep_child(struct armdma_explorer *x, const struct departure *d)
{
	unsigned int n = x->level + 1;
	struct departure *s;

	if (x->nr_next == x->cap_next) {
		size_t cap = x->cap_next ? 2 * x->cap_next : 256;

		s = realloc(x->next, cap * n * sizeof(*s));
		if (!s) {
			x->out_of_memory = true;
			return;
		}
		x->next = s;
		x->cap_next = cap;
	}
	s = &x->next[x->nr_next++ * n];
	if (x->level)
		memcpy(s, x->s.d, x->level * sizeof(*s));
	s[x->level] = *d;
}

static void expand(struct armdma_explorer *x)
{
	size_t n = 0;

	for (size_t i = 0; i < x->children.n; i++) {
		if (!is_touched(x, &x->children.d[i]))
			continue;
		n++;
		if (x->level < x->bound)
			keep_child(x, &x->children.d[i]);
	}
	if (!x->level)
		x->res.choices = n;
}

static void tell(struct armdma_explorer *x, const char *verdict, const char *why)
{
	char *buf = x->res.text;
	size_t len = sizeof(x->res.text), used;

	used = (size_t)snprintf(buf, len, "%s with schedule %s (run %llu)\n", verdict, x->printed, (unsigned long long)x->res.runs);
	for (unsigned int i = 0; i < x->s.n && used < len; i++) {
		departure_describe(&x->s.d[i], buf + used, len - used);
		used += strlen(buf + used);
	}
	if (used < len && why && *why)
		used += (size_t)snprintf(buf + used, len - used, "%s%s", why, why[strlen(why) - 1] == '\n' ? "" : "\n");
	if (used < len)
		snprintf(buf + used, len - used, "again: ARMDMA_SCHEDULE='%s'\n", x->printed);
}

static void fail(struct armdma_explorer *x, enum armdma_explore_verdict verdict, const char *words, const char *why)
{
	memcpy(x->res.schedule, x->printed, sizeof(x->res.schedule));
	x->res.departures = x->s.n;
	tell(x, words, why);
	conclude(x, verdict);
}

void armdma_explorer_end(struct armdma_explorer *x, bool failed, const char *why)
{
	if (x->taken < x->s.n)
		x->lost = true;
	if (x->lost) {
		fail(x, ARMDMA_EXPLORE_NON_DETERMINISTIC,
		     x->single ? "the choices of this schedule do not come up: it is another program's, or the test is not deterministic,"
			       : "not deterministic: other choices came up than in the run before,",
		     x->confirming ? x->first_why : NULL);
	} else if (failed && (x->confirming || x->single)) {
		fail(x, ARMDMA_EXPLORE_FAILED, "fails", why);
	} else if (failed) {
		/* Once more, to be sure of the schedule. */
		x->confirming = true;
		snprintf(x->first_why, sizeof(x->first_why), "%s", why ? why : "");
	} else if (x->confirming) {
		fail(x, ARMDMA_EXPLORE_NON_DETERMINISTIC, "not deterministic: passed when it was run again,", x->first_why);
	} else {
		expand(x);
	}
}

void armdma_explorer_result(const struct armdma_explorer *x, struct armdma_explore_result *res)
{
	*res = x->res;
}
