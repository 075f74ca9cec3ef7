/* SPDX-License-Identifier: BSD-2-Clause */
/* What the lab says of a policy: its faults are found and blamed on it, and the figures are those of a plain count. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format.h"
#include "generate.h"
#include "occupancy.h"
#include "run.h"
#include "tool.h"

/* ---- Occupancy against one byte a granule ---------------------------------- */

#define N 3000u

struct plain {
	uint8_t used[N], ever[N];
	uint32_t freed[N];
};

static uint64_t plain_largest(const struct plain *p)
{
	uint64_t run = 0, best = 0;

	for (unsigned int i = 0; i < N; i++) {
		run = p->used[i] ? 0 : run + 1;
		best = run > best ? run : best;
	}
	return best;
}

static void occupancy_counts_as_a_plain_array_does(void **state)
{
	struct plain *p = calloc(1, sizeof(*p));
	struct occupancy *o = occupancy_new(N, 12, true);
	struct hist *reuse = calloc(1, sizeof(*reuse));
	uint64_t rng = 42, reused = 0, lowest, end, touched, peak, most = 0;

	(void)state;
	assert_true(p && o && reuse);
	for (uint32_t now = 1; now < 20000; now++) {
		uint32_t n = 1 + tool_below(&rng, 90), at = tool_below(&rng, N - n), taken = 0, used = 0, sections = 0, youngest = 0;
		bool fresh = true;

		for (uint32_t i = at; i < at + n; i++) {
			taken += p->used[i];
			fresh = fresh && !p->ever[i];
			youngest = p->freed[i] > youngest ? p->freed[i] : youngest;
		}
		assert_int_equal(occupancy_any(o, at, n), taken > 0);
		assert_int_equal(occupancy_clear_in(o, at, n), taken < n);
		if (!taken) {
			reused += youngest != 0;
			assert_int_equal(occupancy_set(o, at, n, now, reuse), fresh);
			memset(p->used + at, 1, n);
			memset(p->ever + at, 1, n);
		} else if (taken == n) {
			occupancy_clear(o, at, n, now);
			memset(p->used + at, 0, n);
			for (uint32_t i = at; i < at + n; i++)
				p->freed[i] = now;
		}
		for (uint32_t i = 0; i < N; i++)
			used += p->used[i];
		for (uint32_t s = 0; s < N; s += 256)
			sections += memchr(p->used + s, 1, N - s < 256 ? N - s : 256) != NULL;
		most = used > most ? used : most;
		assert_int_equal(occupancy_used(o), used);
		assert_int_equal(occupancy_free(o), N - used);
		assert_int_equal(occupancy_sections(o), sections);
		if (now % 16 == 0)
			assert_int_equal(occupancy_largest_free(o), plain_largest(p));
	}
	assert_int_equal(reuse->n, reused);
	occupancy_extent(o, &lowest, &end, &touched, &peak);
	assert_int_equal(peak, most);
	assert_int_equal(lowest, (uint8_t *)memchr(p->ever, 1, N) - p->ever);
	assert_true(p->ever[end - 1] && !memchr(p->ever + end, 1, N - end));
	occupancy_free_all(o);
	free(reuse);
	free(p);
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void quantiles_are_right_to_three_percent(void **state)
{
	static const double shares[] = { 0.001, 0.01, 0.5, 0.9, 0.99, 0.999, 1 };
	enum { SAMPLES = 20000 };
	uint64_t *v = calloc(SAMPLES, sizeof(*v)), rng = 3;
	struct hist *h = calloc(1, sizeof(*h));

	(void)state;
	assert_true(v && h);
	assert_int_equal(hist_quantile(h, 0.5), 0);
	for (unsigned int i = 0; i < SAMPLES; i++) {
		v[i] = tool_random(&rng) >> tool_below(&rng, 64);
		hist_add(h, v[i]);
	}
	qsort(v, SAMPLES, sizeof(*v), by_value);
	for (unsigned int i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
		uint64_t want = v[(unsigned int)(shares[i] * SAMPLES + 0.999999) - 1], got = hist_quantile(h, shares[i]);

		if (got < want || (double)got > 1.04 * (double)want + 1)
			fail_msg("quantile %g: %llu, not %llu", shares[i], (unsigned long long)got, (unsigned long long)want);
	}
	assert_int_equal(hist_quantile(h, 1), v[SAMPLES - 1]);
	free(h);
	free(v);
}

static void buckets_cover_all_numbers_without_gap(void **state)
{
	(void)state;
	for (unsigned int b = 0; b + 1 < HIST_BUCKETS && hist_floor(b) < 1ull << 62; b++) {
		assert_true(hist_floor(b) < hist_floor(b + 1));
		assert_int_equal(hist_bucket(hist_floor(b)), b);
		assert_int_equal(hist_bucket(hist_floor(b + 1) - 1), b);
	}
	assert_true(hist_bucket(UINT64_MAX) < HIST_BUCKETS);
}

/* ---- Policies -------------------------------------------------------------- */

static json_t *result_of(const char *policy, const char *generator, const struct generate_options *opt, unsigned int batches, bool tables)
{
	struct run_params p = RUN_PARAMS;
	struct run_progress progress = { .call = 0 };
	struct workload w;
	char err[200];
	json_t *o;

	p.policy = policy;
	p.batches = batches;
	p.tables = tables;
	workload_init(&w);
	if (generate(generate_find(generator), opt, &w, err, sizeof(err)))
		fail_msg("%s", err);
	o = run_result(&p, &w, generator, format_identity(&w), &progress);
	assert_non_null(o);
	workload_free(&w);
	return o;
}

static double number(const json_t *o, const char *member, const char *name)
{
	const json_t *v = json_object_get(json_object_get(o, member), name);

	if (!json_is_number(v))
		fail_msg("no %s.%s", member, name);
	return json_number_value(v);
}

#ifdef BAD_POLICIES
static void faults_are_blamed_on_the_policy(void **state)
{
	static const struct { const char *policy, *status, *says; } v[] = {
		{ BAD_POLICIES ":good", "ok", NULL },
		{ BAD_POLICIES ":overlap", "violation", "overlaps allocation 98 at" },
		{ BAD_POLICIES ":foreign", "violation", "gave [0x200000000000, 0x200000000fff], which is not in its space [0x0, 0x3fffffff]" },
		{ BAD_POLICIES ":crooked", "violation", "no multiple of the granule" },
		{ BAD_POLICIES ":strange", "violation", "refused 4096 bytes with -5" },
		{ BAD_POLICIES ":keep", "violation", "refused to free allocation" },
		{ BAD_POLICIES ":no-such", "failed", "no-such" },
		{ "no-such", "failed", "no-such" },
		{ "/dev/null", "failed", "/dev/null" },
		{ TEST_DATA_DIR "/traces/arm32-e1000e-send-strict-1cpu.ftrace.txt.xz", "failed", "" },
	};
	struct generate_options opt = { .live = 90, .steps = 100 };

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		json_t *o = result_of(v[i].policy, "w1", &opt, 0, false);
		const char *error = json_string_value(json_object_get(o, "error"));

		assert_string_equal(json_string_value(json_object_get(o, "status")), v[i].status);
		if (v[i].says && (!error || !strstr(error, v[i].says)))
			fail_msg("%s: \"%s\" does not say \"%s\"", v[i].policy, error ? error : "", v[i].says);
		json_decref(o);
	}
}
#endif

/* W1 in first-fit: N pages from address 0, and each step takes the page that was just freed. */
static void figures_of_a_simple_workload_are_as_counted_by_hand(void **state)
{
	struct generate_options opt = { .live = 100, .steps = 1000 };
	json_t *o = result_of("first-fit", "w1", &opt, 2, true);

	(void)state;
	assert_string_equal(json_string_value(json_object_get(o, "status")), "ok");
	assert_int_equal(number(o, "allocations", "attempts"), 1100);
	assert_int_equal(number(o, "allocations", "failures"), 0);
	assert_int_equal(number(o, "allocations", "frees"), 1000);
	assert_int_equal(number(o, "space", "peak_used"), 100 * 4096);
	assert_int_equal(number(o, "space", "high_water"), 100 * 4096);
	assert_int_equal(number(o, "space", "lowest"), 0);
	assert_int_equal(number(o, "reuse", "fresh"), 100);
	assert_int_equal(number(o, "reuse", "reused"), 1000);
	assert_int_equal(number(o, "reuse", "p50"), 1);
	assert_true(number(o, "fragmentation", "largest_share_least") > 0.999);
	assert_int_equal(number(o, "fragmentation", "l2_tables_max"), 1);
	assert_int_equal(number(o, "tables", "l2_tables_max"), 1);
	assert_int_equal(number(o, "tables", "visits"), 1100);
	assert_int_equal(number(o, "tables", "mean_entry_bytes"), 4096);
	assert_true(number(o, "speed", "l1_steps_per_pair") > number(o, "speed", "l1_steps_per_pair_null"));
	assert_true(json_number_value(json_object_get(json_object_get(json_object_get(o, "latency"), "all"), "calls")) >= 2000);
	json_decref(o);
}

/* Random victims and relief are the replay's: the occupancy stays at the target, and a failure frees one. */
static void w3_keeps_its_target_whatever_the_policy_does(void **state)
{
	struct generate_options opt = { .steps = 3000, .percent = 50 };
	static const char *const policies[] = { "first-fit", "top-down", "linux-arm" };

	(void)state;
	for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++) {
		json_t *o = result_of(policies[i], "w3", &opt, 0, false);

		assert_string_equal(json_string_value(json_object_get(o, "status")), "ok");
		assert_true(number(o, "space", "peak_used") <= 0.5 * (1 << 30));
		assert_true(number(o, "space", "peak_used") > 0.47 * (1 << 30));
		assert_int_equal(number(o, "allocations", "attempts"), 3000);
		json_decref(o);
	}
}

static void a_failure_is_told_apart_by_what_was_free(void **state)
{
	struct generate_options opt = { .steps = 4000, .percent = 100 };
	json_t *o = result_of("first-fit", "w3", &opt, 0, false);
	double failures = number(o, "allocations", "failures"), enough = number(o, "allocations", "failures_enough_free");

	(void)state;
	assert_true(failures > 0);
	assert_true(enough <= failures && enough > 0);
	assert_true(number(o, "allocations", "failures_run_free") <= enough);
	json_decref(o);
}

static void two_runs_find_the_same(void **state)
{
	static const char *const parts[] = { "allocations", "space", "fragmentation", "reuse", "occupancy", "key" };
	struct generate_options opt = { .steps = 2000 };
	json_t *a = result_of("best-fit", "gpu", &opt, 0, false), *b = result_of("best-fit", "gpu", &opt, 0, false);

	(void)state;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		assert_true(json_equal(json_object_get(a, parts[i]), json_object_get(b, parts[i])));
	json_decref(a);
	json_decref(b);
}

static void key_changes_with_every_parameter(void **state)
{
	struct run_params v[8];
	char keys[9][17];

	(void)state;
	for (unsigned int i = 0; i < 8; i++) {
		v[i] = (struct run_params)RUN_PARAMS;
		v[i].policy = "first-fit";
	}
	v[1].policy = "top-down";
	v[2].align = ARMDMA_IOVA_ALIGN_FULL;
	v[3].align_order = 4;
	v[4].space = 1 << 20;
	v[5].shared = true;
	v[6].tlb_entries = 8;
	v[7].policy_file = 5;
	for (unsigned int i = 0; i < 8; i++)
		run_key(&v[i], 1, keys[i]);
	run_key(&v[0], 2, keys[8]);
	for (unsigned int i = 0; i < 9; i++)
		for (unsigned int k = 0; k < i; k++)
			assert_string_not_equal(keys[i], keys[k]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(occupancy_counts_as_a_plain_array_does),
		cmocka_unit_test(quantiles_are_right_to_three_percent),
		cmocka_unit_test(buckets_cover_all_numbers_without_gap),
#ifdef BAD_POLICIES
		cmocka_unit_test(faults_are_blamed_on_the_policy),
#endif
		cmocka_unit_test(figures_of_a_simple_workload_are_as_counted_by_hand),
		cmocka_unit_test(w3_keeps_its_target_whatever_the_policy_does),
		cmocka_unit_test(a_failure_is_told_apart_by_what_was_free),
		cmocka_unit_test(two_runs_find_the_same),
		cmocka_unit_test(key_changes_with_every_parameter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
