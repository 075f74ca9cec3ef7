/* SPDX-License-Identifier: BSD-2-Clause */
/* One run from its policy's name to its result: see run.h. The result's members are described in docs/iova-results.md. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "run.h"
#include "tool.h"

#define SCHEMA "armdma-iova-run-1"

const char *run_pass_name(unsigned int pass)
{
	static const char *const names[] = { "check", "speed", "latency", "threads", "tables" };

	return pass < PASSES ? names[pass] : "?";
}

const char *run_call_name(unsigned int call)
{
	static const char *const names[] = { "the lab's own code", "loading", "create()", "alloc()", "free()", "stats()", "validate()", "destroy()" };

	return call <= CALL_DESTROY ? names[call] : "?";
}

/* ---- Spaces ---------------------------------------------------------------- */

int run_create(struct run *r, unsigned int space, uint32_t flags, void **priv)
{
	const struct space *s = &r->w->spaces[space];
	struct armdma_iova_space is = {
		.base = s->base, .size = r->p->space ? r->p->space : s->size, .granule = s->granule,
		.align_order = r->p->align_order == UINT32_MAX ? s->align_order : r->p->align_order,
		.align = r->p->align, .flags = flags, .page_sizes = r->p->page_sizes,
	};
	struct armdma_error err = { "" };
	uint32_t before = r->progress->call;
	int ret;

	r->progress->call = CALL_CREATE;
	ret = r->policy->create(r->policy, priv, &is, &err);
	r->progress->call = before;
	if (ret)
		snprintf(r->err.msg, sizeof(r->err.msg), "policy %s: create: %.180s", r->policy->name,
			 err.msg[0] ? err.msg : strerror(-ret));
	return ret;
}

void **run_create_all(struct run *r, uint32_t flags)
{
	void **privs = calloc(r->w->nr_spaces ? r->w->nr_spaces : 1, sizeof(*privs));

	if (!privs) {
		snprintf(r->err.msg, sizeof(r->err.msg), "out of memory");
		return NULL;
	}
	for (unsigned int i = 0; i < r->w->nr_spaces; i++)
		if (run_create(r, i, flags, &privs[i])) {
			run_destroy_all(r, privs);
			return NULL;
		}
	return privs;
}

void run_destroy_all(struct run *r, void **privs)
{
	uint32_t before = r->progress->call;

	r->progress->call = CALL_DESTROY;
	for (unsigned int i = 0; i < r->w->nr_spaces; i++)
		if (privs[i])
			r->policy->destroy(privs[i]);
	r->progress->call = before;
	free(privs);
}

void run_free(struct run *r)
{
	free(r->steps.v);
	free(r->steps.requests);
}

/* ---- The result ------------------------------------------------------------ */

static const char *align_name(enum armdma_iova_align align)
{
	static const char *const names[] = { "own", "none", "capped", "full", "pages" };

	return names[align];
}

void run_key(const struct run_params *p, uint64_t identity, char key[17])
{
	char text[1200];
	int n = snprintf(text, sizeof(text), "%s|%d|%u|%llu|%llu|%d|%d|%u|%d|%u|%016llx|%016llx", p->policy, p->align, p->align_order,
			 (unsigned long long)p->space, (unsigned long long)p->page_sizes, p->shared, p->tables, p->tlb_entries, p->leaks,
			 p->batches, (unsigned long long)p->policy_file, (unsigned long long)identity);

	snprintf(key, 17, "%016llx", (unsigned long long)XXH64(text, (size_t)n, 0));
}

static json_t *head(const struct run_params *p, const struct workload *w, const char *trace, uint64_t identity)
{
	char key[17], id[17], origin[64] = "";
	json_t *o = json_object(), *t = json_object(), *params = json_object();

	run_key(p, identity, key);
	snprintf(id, sizeof(id), "%016llx", (unsigned long long)identity);
	if (!workload_info_get(w, "generator", origin, sizeof(origin)))
		workload_info_get(w, "source", origin, sizeof(origin));
	json_object_set_new(o, "schema", json_string(SCHEMA));
	json_object_set_new(o, "key", json_string(key));
	json_object_set_new(o, "status", json_string("ok"));
	json_object_set_new(o, "policy", json_string(p->policy));
	json_object_set_new(t, "name", json_string(trace));
	json_object_set_new(t, "identity", json_string(id));
	json_object_set_new(t, "origin", json_string(origin));
	json_object_set_new(t, "operations", json_integer((json_int_t)w->nr_ops));
	json_object_set_new(t, "allocations", json_integer(w->nr_allocs));
	json_object_set_new(t, "spaces", json_integer((json_int_t)w->nr_spaces));
	json_object_set_new(t, "threads", json_integer(w->nr_threads));
	json_object_set_new(o, "trace", t);
	json_object_set_new(params, "align", json_string(align_name(p->align)));
	json_object_set_new(params, "align_order", p->align_order == UINT32_MAX ? json_null() : json_integer(p->align_order));
	json_object_set_new(params, "space", p->space ? json_integer((json_int_t)p->space) : json_null());
	json_object_set_new(params, "locking", json_string(p->shared ? "shared" : "single-owner"));
	json_object_set_new(params, "leaks", json_string(p->leaks == RUN_LEAKS_MEND ? "mend" : "keep"));
	json_object_set_new(params, "tables", json_boolean(p->tables));
	json_object_set_new(params, "batches", json_integer(p->batches));
	json_object_set_new(o, "parameters", params);
	return o;
}

static void set_int(json_t *o, const char *name, uint64_t v)
{
	json_object_set_new(o, name, json_integer((json_int_t)v));
}

static json_t *allocations(const struct check_result *c)
{
	json_t *o = json_object();

	set_int(o, "attempts", c->attempts);
	set_int(o, "failures", c->failures);
	set_int(o, "failures_enough_free", c->failures_enough_free);
	set_int(o, "failures_run_free", c->failures_run_free);
	set_int(o, "frees", c->frees);
	set_int(o, "frees_skipped", c->skipped);
	set_int(o, "parts_refused", c->parts_refused);
	set_int(o, "recorded", c->recorded);
	set_int(o, "recorded_equal", c->recorded_equal);
	set_int(o, "bytes_asked", c->asked);
	set_int(o, "bytes_given", c->given);
	return o;
}

static json_t *space(const struct run *r)
{
	const struct check_result *c = &r->check;
	json_t *o = json_object();

	json_object_set_new(o, "name", json_string(r->w->spaces[c->space].name));
	set_int(o, "total", c->total);
	set_int(o, "peak_used", c->peak);
	set_int(o, "lowest", c->lowest);
	set_int(o, "end", c->end);
	set_int(o, "high_water", c->end - c->lowest);
	set_int(o, "touched", c->touched);
	set_int(o, "memory_peak", c->memory_peak);
	return o;
}

static json_t *fragmentation(const struct check_result *c)
{
	json_t *o = json_object(), *op = json_array(), *used = json_array(), *share = json_array(), *tables = json_array();
	double sum = 0, least = 1;
	uint64_t l2_max = 0, l2_sum = 0;

	for (unsigned int i = 0; i < c->nr_samples; i++) {
		const struct sample *s = &c->samples[i];
		double v = s->free ? (double)s->largest_free / (double)s->free : 1;

		sum += v;
		least = v < least ? v : least;
		l2_sum += s->l2_tables;
		l2_max = s->l2_tables > l2_max ? s->l2_tables : l2_max;
		json_array_append_new(op, json_integer((json_int_t)s->op));
		json_array_append_new(used, json_integer((json_int_t)s->used));
		json_array_append_new(share, json_real(v));
		json_array_append_new(tables, json_integer((json_int_t)s->l2_tables));
	}
	json_object_set_new(o, "largest_share_mean", json_real(c->nr_samples ? sum / c->nr_samples : 1));
	json_object_set_new(o, "largest_share_least", json_real(least));
	json_object_set_new(o, "l2_tables_mean", json_real(c->nr_samples ? (double)l2_sum / c->nr_samples : 0));
	set_int(o, "l2_tables_max", l2_max);
	json_object_set_new(o, "operation", op);
	json_object_set_new(o, "used", used);
	json_object_set_new(o, "largest_share", share);
	json_object_set_new(o, "l2_tables", tables);
	return o;
}

/* Share of the reuses that came within `n` allocations after the free. */
static double within(const struct hist *h, uint64_t n)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < HIST_BUCKETS && hist_floor(i) <= n; i++)
		sum += h->count[i];
	return h->n ? (double)sum / (double)h->n : 0;
}

static json_t *reuse(const struct check_result *c)
{
	json_t *o = json_object();

	set_int(o, "reused", c->reuse.n);
	set_int(o, "fresh", c->fresh);
	set_int(o, "p1", hist_quantile(&c->reuse, 0.01));
	set_int(o, "p50", hist_quantile(&c->reuse, 0.5));
	json_object_set_new(o, "within_1", json_real(within(&c->reuse, 1)));
	json_object_set_new(o, "within_16", json_real(within(&c->reuse, 16)));
	return o;
}

static json_t *map(const struct check_result *c)
{
	json_t *o = json_object(), *rows = json_array();

	set_int(o, "base", c->map_base);
	set_int(o, "unit", c->map_unit);
	for (unsigned int i = 0; i < c->map_rows; i++)
		json_array_append_new(rows, json_string(c->map[i]));
	json_object_set_new(o, "rows", rows);
	return o;
}

static void set_failed(json_t *o, const char *status, const char *why)
{
	json_object_set_new(o, "status", json_string(status));
	json_object_set_new(o, "error", json_string(why));
}

static void add_check(json_t *o, const struct run *r)
{
	json_object_set_new(o, "allocations", allocations(&r->check));
	json_object_set_new(o, "space", space(r));
	json_object_set_new(o, "fragmentation", fragmentation(&r->check));
	json_object_set_new(o, "reuse", reuse(&r->check));
	json_object_set_new(o, "occupancy", map(&r->check));
}

/* A pass whose figures become the member `name`. */
static int add_pass(json_t *o, const char *name, struct run *r, int (*pass)(struct run *r, json_t *out))
{
	json_t *member = json_object();
	int ret = pass(r, member);

	if (!ret && json_object_size(member))
		json_object_set(o, name, member);
	json_decref(member);
	if (ret)
		set_failed(o, "failed", r->err.msg);
	return ret;
}

static bool wants_threads(const struct workload *w)
{
	char value[8];

	return workload_info_get(w, "parallel", value, sizeof(value)) && !strcmp(value, "yes");
}

static void run_passes(json_t *o, struct run *r)
{
	int ret = run_check(r);

	if (ret == -EPROTO) {
		add_check(o, r);
		set_failed(o, "violation", r->check.violation);
		return;
	}
	if (ret) {
		set_failed(o, "failed", r->err.msg);
		return;
	}
	add_check(o, r);
	if (r->p->batches && r->steps.n) {
		if (add_pass(o, "speed", r, run_speed) || add_pass(o, "latency", r, run_latency))
			return;
		/* A policy may have no locks; then there is nothing to tell. */
		if (wants_threads(r->w)) {
			json_t *t = json_object();

			if (!run_threads(r, t) && json_object_size(t))
				json_object_set(o, "threads", t);
			json_decref(t);
		}
	}
	if (r->p->tables)
		add_pass(o, "tables", r, run_tables);
}

json_t *run_result(const struct run_params *p, const struct workload *w, const char *trace, uint64_t identity,
		   struct run_progress *progress)
{
	struct run *r = calloc(1, sizeof(*r));
	json_t *o = head(p, w, trace, identity);
	struct armdma_error err = { "" };

	if (!r || !o) {
		free(r);
		json_decref(o);
		return NULL;
	}
	r->p = p;
	r->w = w;
	r->trace = trace;
	r->progress = progress;
	progress->call = CALL_LOAD;
	if (armdma_iova_load(p->policy, &r->policy, &err)) {
		set_failed(o, "failed", err.msg);
	} else {
		progress->call = CALL_NONE;
		run_passes(o, r);
	}
	run_free(r);
	free(r);
	return o;
}

json_t *run_result_of_death(const struct run_params *p, const struct workload *w, const char *trace, uint64_t identity,
			    const struct run_progress *progress, const char *status, const char *how)
{
	json_t *o = head(p, w, trace, identity);
	char why[512];

	snprintf(why, sizeof(why), "policy %s: %s in %s, after operation %llu of pass %s", p->policy, how, run_call_name(progress->call),
		 (unsigned long long)progress->done, run_pass_name(progress->pass));
	if (o)
		set_failed(o, status, why);
	return o;
}
