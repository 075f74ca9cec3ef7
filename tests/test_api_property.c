/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any correct sequence of calls, in any set of operations: each side sees the bytes that it must, nothing is reported, nothing
 * is lost. A sequence that fails is cut down and printed as C. PROP_SEED and PROP_COUNT choose other sequences.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "api_sequence.h"

#define LENGTH 1500u

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifdef SANITIZED
#define CALLS 100000u
#else
#define CALLS 1000000u
#endif

static void complain(uint64_t seed, enum armdma_dma_opset set, const struct seq_result *res)
{
	static struct seq_op ops[LENGTH];
	struct seq_result small;
	size_t n;

	seq_make(ops, LENGTH, seed);
	print_error("seed %llu, %s, operation %zu: %s\n", (unsigned long long)seed, armdma_dma_ops_name(set), res->at,
		    res->why);
	n = seq_shrink(ops, LENGTH, set, false);
	seq_run(ops, n, set, false, &small);
	print_error("cut down to %zu operations: %s\n", n, small.why);
	seq_print(ops, n, set, stderr);
	fail();
}

static void each_side_sees_what_it_must_and_nothing_is_reported(void **state)
{
	const char *from = getenv("PROP_SEED"), *count = getenv("PROP_COUNT");
	uint64_t seed = from ? strtoull(from, NULL, 0) : 1, calls = 0, want = count ? strtoull(count, NULL, 0) : CALLS;
	static struct seq_op ops[LENGTH];
	uint64_t first = seed;

	(void)state;
	for (; calls < want; seed++) {
		enum armdma_dma_opset set = (enum armdma_dma_opset)(seed % ARMDMA_NR_OPSETS);
		struct seq_result res;

		seq_make(ops, LENGTH, seed);
		seq_run(ops, LENGTH, set, false, &res);
		calls += res.calls;
		if (res.at != SIZE_MAX)
			complain(seed, set, &res);
	}
	print_message("seeds %llu to %llu, %llu calls of the DMA API\n", (unsigned long long)first,
		      (unsigned long long)seed - 1, (unsigned long long)calls);
}

/* A planted bug, syncs that are left out, is found, cut down to its core, and the core is C that compiles. */
static void failing_sequence_is_cut_down_and_printed_as_c(void **state)
{
	static struct seq_op ops[LENGTH];
	static const char path[] = TEST_OUTPUT_DIR "/api_property_shrunk.c";
	struct seq_result res = { .at = SIZE_MAX };
	bool syncs = false;
	FILE *out;
	size_t n;

	(void)state;
	for (uint64_t seed = 1; res.at == SIZE_MAX && seed < 50; seed++) {
		seq_make(ops, LENGTH, seed);
		seq_run(ops, LENGTH, ARMDMA_OPS_DIRECT, true, &res);
	}
	assert_true(res.at != SIZE_MAX);
	n = seq_shrink(ops, LENGTH, ARMDMA_OPS_DIRECT, true);
	assert_in_range(n, 2, 6);
	for (size_t i = 0; i < n; i++)
		syncs |= ops[i].what == SEQ_FOR_CPU;
	assert_true(syncs);
	/* With the syncs made, it passes. */
	seq_run(ops, n, ARMDMA_OPS_DIRECT, false, &res);
	assert_int_equal(res.at, SIZE_MAX);
	out = fopen(path, "w");
	assert_non_null(out);
	seq_print(ops, n, ARMDMA_OPS_DIRECT, out);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(system("cc -std=c11 -Wall -Werror -fsyntax-only -I " TEST_DATA_DIR "/../../include "
				TEST_OUTPUT_DIR "/api_property_shrunk.c"), 0);
}

/* Every kind and operation can be printed. */
static void any_sequence_is_printed_as_c_that_compiles(void **state)
{
	static struct seq_op ops[LENGTH];
	FILE *out = fopen(TEST_OUTPUT_DIR "/api_property_whole.c", "w");

	(void)state;
	assert_non_null(out);
	seq_make(ops, LENGTH, 7);
	seq_print(ops, LENGTH, ARMDMA_OPS_IOMMU, out);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(system("cc -std=c11 -Wall -Werror -Wno-maybe-uninitialized -fsyntax-only -I " TEST_DATA_DIR
				"/../../include " TEST_OUTPUT_DIR "/api_property_whole.c"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(failing_sequence_is_cut_down_and_printed_as_c),
		cmocka_unit_test(any_sequence_is_printed_as_c_that_compiles),
		cmocka_unit_test(each_side_sees_what_it_must_and_nothing_is_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
