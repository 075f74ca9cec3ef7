/* SPDX-License-Identifier: BSD-2-Clause */
/* Which states of DMA were exercised: counted by combination, printed as a table, merged over processes. */
#include <errno.h>
#include <pthread.h>
#include <unistd.h>

#include <armdma/access.h>
#include <armdma/coverage.h>
#include <armdma/dmapool.h>
#include <armdma/options.h>
#include <armdma/scatterlist.h>

#include "dma_helpers.h"
#include "program.h"

#define PATH TEST_OUTPUT_DIR "/check_coverage.jsonl"
#define OTHER TEST_OUTPUT_DIR "/check_coverage_other.jsonl"

static void count(struct env *e)
{
	struct armdma_options opt = armdma_options_default();
	struct armdma_error err;

	strcpy(opt.coverage, PATH);
	if (armdma_set_options(e->m, &opt, &err))
		fail_msg("%s", err.msg);
	armdma_coverage_clear();
}

static int setup_direct(void **state)
{
	env_setup_direct(state);
	count(*state);
	return 0;
}

static int setup_iommu(void **state)
{
	env_setup_iommu(state);
	count(*state);
	return 0;
}

static int teardown(void **state)
{
	int ret = env_teardown(state);

	armdma_coverage_clear();
	return ret;
}

static struct armdma_coverage want;
static uint64_t found;

static void match(void *ctx, const struct armdma_coverage *c)
{
	(void)ctx;
	if (!strcmp(c->function, want.function) && c->dir == want.dir && c->set == want.set &&
	    c->coherent == want.coherent && c->policy == want.policy && c->outcome == want.outcome)
		found += c->count;
}

static uint64_t counted(const char *function, enum armdma_dir dir, enum armdma_dma_opset set, enum armdma_outcome outcome)
{
	memset(&want, 0, sizeof(want));
	strcpy(want.function, function);
	want.dir = dir;
	want.set = set;
	want.coherent = set == ARMDMA_OPS_DIRECT_COHERENT || set == ARMDMA_OPS_IOMMU_COHERENT;
	want.outcome = outcome;
	found = 0;
	armdma_coverage_walk(match, NULL);
	return found;
}

static void sum_up(void *ctx, const struct armdma_coverage *c)
{
	*(uint64_t *)ctx += c->count;
}

static uint64_t total(void)
{
	uint64_t sum = 0;

	armdma_coverage_walk(sum_up, &sum);
	return sum;
}

static enum armdma_dma_opset set_of(const struct env *e)
{
	return e->mapping ? ARMDMA_OPS_IOMMU : ARMDMA_OPS_DIRECT;
}

static void calls_are_counted_by_function_direction_and_set(void **state)
{
	struct env *e = *state;
	uint8_t *buf = armdma_kzalloc(e->m, 4096, ARMDMA_GFP_KERNEL);
	enum armdma_dma_opset set = set_of(e);

	for (int i = 0; i < 3; i++) {
		enum armdma_dir dir = i ? ARMDMA_TO_DEVICE : ARMDMA_FROM_DEVICE;
		armdma_dma_t addr = armdma_dma_map_single(e->dev, buf, 4096, dir);

		armdma_dma_sync_single_for_cpu(e->dev, addr, 64, dir);
		armdma_dma_unmap_single(e->dev, addr, 4096, dir);
	}
	assert_int_equal(counted("dma_map_single", ARMDMA_TO_DEVICE, set, ARMDMA_OUTCOME_OK), 2);
	assert_int_equal(counted("dma_map_single", ARMDMA_FROM_DEVICE, set, ARMDMA_OUTCOME_OK), 1);
	assert_int_equal(counted("dma_map_single", ARMDMA_BIDIRECTIONAL, set, ARMDMA_OUTCOME_OK), 0);
	assert_int_equal(counted("dma_map_single", ARMDMA_NONE, set, ARMDMA_OUTCOME_OK), 0);
	assert_int_equal(counted("dma_sync_single_for_cpu", ARMDMA_TO_DEVICE, set, ARMDMA_OUTCOME_OK), 2);
	assert_int_equal(counted("dma_unmap_single", ARMDMA_FROM_DEVICE, set, ARMDMA_OUTCOME_OK), 1);
	assert_int_equal(total(), 9);
	armdma_kfree(e->m, buf);
}

static void call_without_direction_is_counted_once(void **state)
{
	struct env *e = *state;
	armdma_dma_t handle;
	void *p = armdma_dma_alloc_coherent(e->dev, 4096, &handle, ARMDMA_GFP_KERNEL);

	armdma_dma_get_mask(e->dev);
	armdma_dma_free_coherent(e->dev, 4096, p, handle);
	assert_int_equal(counted("dma_alloc_coherent", ARMDMA_NONE, set_of(e), ARMDMA_OUTCOME_OK), 1);
	assert_int_equal(counted("dma_get_mask", ARMDMA_NONE, set_of(e), ARMDMA_OUTCOME_OK), 1);
	assert_int_equal(counted("dma_free_coherent", ARMDMA_NONE, set_of(e), ARMDMA_OUTCOME_OK), 1);
	assert_int_equal(total(), 3);
}

static void list_is_one_call_whatever_its_entries(void **state)
{
	struct env *e = *state;
	uint8_t *a = armdma_kzalloc(e->m, 4096, ARMDMA_GFP_KERNEL), *b = armdma_kzalloc(e->m, 4096, ARMDMA_GFP_KERNEL);
	struct armdma_scatterlist sg[2];

	armdma_sg_init_table(sg, 2);
	armdma_sg_set_buf(e->m, &sg[0], a, 4096);
	armdma_sg_set_buf(e->m, &sg[1], b, 4096);
	assert_true(armdma_dma_map_sg(e->dev, sg, 2, ARMDMA_BIDIRECTIONAL) > 0);
	armdma_dma_unmap_sg(e->dev, sg, 2, ARMDMA_BIDIRECTIONAL);
	assert_int_equal(counted("dma_map_sg", ARMDMA_BIDIRECTIONAL, set_of(e), ARMDMA_OUTCOME_OK), 1);
	assert_int_equal(counted("dma_unmap_sg", ARMDMA_BIDIRECTIONAL, set_of(e), ARMDMA_OUTCOME_OK), 1);
	assert_int_equal(total(), 2);
	armdma_kfree(e->m, a);
	armdma_kfree(e->m, b);
}

static void failure_is_an_outcome_of_its_own(void **state)
{
	struct env *e = *state;
	uint8_t *buf = armdma_kzalloc(e->m, 4096, ARMDMA_GFP_KERNEL);
	struct armdma_dma_pool *pool = armdma_dma_pool_create("p", e->dev, 64, 64, 0);
	armdma_dma_t handle;

	armdma_fail_nth(e->m, ARMDMA_FAIL_KMALLOC, 1);
	handle = armdma_dma_map_single(e->dev, buf, 4096, ARMDMA_TO_DEVICE);
	assert_int_not_equal(armdma_dma_mapping_error(e->dev, handle), 0);
	armdma_fail_nth(e->m, ARMDMA_FAIL_PAGE, 1);
	armdma_fail_nth(e->m, ARMDMA_FAIL_CMA, 1);
	assert_null(armdma_dma_alloc_coherent(e->dev, 4096, &handle, ARMDMA_GFP_KERNEL));
	armdma_fail_nth(e->m, ARMDMA_FAIL_PAGE, 1);
	armdma_fail_nth(e->m, ARMDMA_FAIL_CMA, 1);
	assert_null(armdma_dma_pool_alloc(pool, ARMDMA_GFP_KERNEL, &handle));
	armdma_fail_nth(e->m, ARMDMA_FAIL_PAGE, 0);
	armdma_fail_nth(e->m, ARMDMA_FAIL_CMA, 0);
	assert_int_equal(counted("dma_map_single", ARMDMA_TO_DEVICE, set_of(e), ARMDMA_OUTCOME_FAILED), 1);
	assert_int_equal(counted("dma_map_single", ARMDMA_TO_DEVICE, set_of(e), ARMDMA_OUTCOME_OK), 0);
	assert_int_equal(counted("dma_alloc_coherent", ARMDMA_NONE, set_of(e), ARMDMA_OUTCOME_FAILED), 1);
	assert_int_equal(counted("dma_pool_alloc", ARMDMA_NONE, set_of(e), ARMDMA_OUTCOME_FAILED), 1);
	armdma_dma_pool_destroy(pool);
	armdma_kfree(e->m, buf);
}

static void misuse_is_an_outcome_of_its_own(void **state)
{
	struct env *e = *state;

	armdma_dma_free_coherent(e->dev, 4096, (void *)0x1000, 0x1000);
	assert_int_equal(e->reports, 1);
	assert_int_equal(counted("dma_free_coherent", ARMDMA_NONE, set_of(e), ARMDMA_OUTCOME_MISUSE), 1);
	assert_int_equal(total(), 1);
	/* Not the last call's: made elsewhere. */
	armdma_dma_get_mask(e->dev);
	armdma_report_misuse(e->m, ARMDMA_REPORT_SEGMENT, e->dev, NULL, "x");
	assert_int_equal(counted("dma_get_mask", ARMDMA_NONE, set_of(e), ARMDMA_OUTCOME_OK), 1);
	assert_int_equal(total(), 2);
}

static struct env *map_coherent(enum armdma_cache_policy policy)
{
	struct armdma_config cfg = env_config();
	struct env *e;
	uint8_t *buf;
	armdma_dma_t addr;

	cfg.cache_policy = policy;
	e = env_new(&cfg);
	count(e);
	assert_int_equal(armdma_dma_set_ops(e->dev, ARMDMA_OPS_DIRECT_COHERENT), 0);
	buf = armdma_kzalloc(e->m, 64, ARMDMA_GFP_KERNEL);
	addr = armdma_dma_map_single(e->dev, buf, 64, ARMDMA_TO_DEVICE);
	armdma_dma_unmap_single(e->dev, addr, 64, ARMDMA_TO_DEVICE);
	armdma_kfree(e->m, buf);
	return e;
}

static void set_coherence_and_policy_of_the_machine_are_told_apart(void **state)
{
	struct env *e = map_coherent(ARMDMA_CACHE_NON_SPECULATING);
	uint8_t *buf = armdma_kzalloc(e->m, 64, ARMDMA_GFP_KERNEL);
	armdma_dma_t addr;
	struct env *other;

	(void)state;
	assert_int_equal(counted("dma_map_single", ARMDMA_TO_DEVICE, ARMDMA_OPS_DIRECT_COHERENT, ARMDMA_OUTCOME_OK), 0);
	want.policy = ARMDMA_CACHE_NON_SPECULATING;
	armdma_coverage_walk(match, NULL);
	assert_int_equal(found, 1);
	other = map_coherent(ARMDMA_CACHE_PESSIMAL);	/* forgets what was counted */
	addr = armdma_dma_map_single(e->dev, buf, 64, ARMDMA_TO_DEVICE);
	armdma_dma_unmap_single(e->dev, addr, 64, ARMDMA_TO_DEVICE);
	assert_int_equal(counted("dma_map_single", ARMDMA_TO_DEVICE, ARMDMA_OPS_DIRECT_COHERENT, ARMDMA_OUTCOME_OK), 1);
	want.policy = ARMDMA_CACHE_NON_SPECULATING;
	armdma_coverage_walk(match, NULL);
	assert_int_equal(found, 2);
	armdma_kfree(e->m, buf);
	assert_int_equal(teardown((void **)&e), 0);
	assert_int_equal(teardown((void **)&other), 0);
}

static void *map_often(void *arg)
{
	struct env *e;

	env_setup_direct((void **)&e);
	count(e);
	(void)arg;
	return e;
}

/* Several machines, several threads: one sum. */
static void *work(void *arg)
{
	struct env *e = arg;
	uint8_t *buf = armdma_kzalloc(e->m, 64, ARMDMA_GFP_KERNEL);

	for (int i = 0; i < 1000; i++) {
		armdma_dma_t addr = armdma_dma_map_single(e->dev, buf, 64, ARMDMA_TO_DEVICE);

		armdma_dma_unmap_single(e->dev, addr, 64, ARMDMA_TO_DEVICE);
	}
	armdma_kfree(e->m, buf);
	return NULL;
}

static void machines_and_threads_are_summed(void **state)
{
	pthread_t threads[3];
	struct env *envs[3];

	(void)state;
	for (int i = 0; i < 3; i++)
		envs[i] = map_often(NULL);
	for (int i = 0; i < 3; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, work, envs[i]), 0);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(counted("dma_map_single", ARMDMA_TO_DEVICE, ARMDMA_OPS_DIRECT, ARMDMA_OUTCOME_OK), 3000);
	for (int i = 0; i < 3; i++)
		assert_int_equal(teardown((void **)&envs[i]), 0);
}

static void machine_without_the_option_counts_nothing(void **state)
{
	struct env *e;

	(void)state;
	env_setup_direct((void **)&e);
	armdma_coverage_clear();
	armdma_dma_get_mask(e->dev);
	assert_int_equal(total(), 0);
	assert_int_equal(teardown((void **)&e), 0);
}

/* ---- the table -------------------------------------------------------------------- */

static char table[1 << 16];

static void print(void)
{
	FILE *f = fmemopen(table, sizeof(table), "w");

	armdma_coverage_print(f);
	fclose(f);
}

static void table_says(const char *words)
{
	if (!strstr(table, words))
		fail_msg("no '%s' in:\n%s", words, table);
}

static void table_shows_what_was_exercised_and_what_was_not(void **state)
{
	struct env *e = *state;
	uint8_t *buf = armdma_kzalloc(e->m, 64, ARMDMA_GFP_KERNEL);
	armdma_dma_t addr;

	print();
	assert_string_equal(table, "DMA coverage: no call was counted\n");
	addr = armdma_dma_map_single(e->dev, buf, 64, ARMDMA_TO_DEVICE);
	armdma_dma_unmap_single(e->dev, addr, 64, ARMDMA_TO_DEVICE);
	armdma_fail_nth(e->m, ARMDMA_FAIL_KMALLOC, 1);
	addr = armdma_dma_map_single(e->dev, buf, 64, ARMDMA_TO_DEVICE);
	assert_int_not_equal(armdma_dma_mapping_error(e->dev, addr), 0);
	armdma_dma_free_coherent(e->dev, 4096, (void *)0x1000, 0x1000);
	print();
	table_says("function                           direction      caches                     direct\n");
	table_says("dma_map_single                     BIDIRECTIONAL  pessimal                        .\n");
	table_says("dma_map_single                     TO_DEVICE      pessimal                     1 1f\n");
	table_says("dma_map_single                     FROM_DEVICE    pessimal                        .\n");
	table_says("dma_free_coherent                  -              pessimal                       1m\n");
	table_says("5 calls, 5 combinations; 4 fields filled, 4 empty\n");
	armdma_kfree(e->m, buf);
}

/* ---- programs ----------------------------------------------------------------------- */

static int maps_once(void)
{
	struct env *e;
	uint8_t *buf;
	armdma_dma_t addr;

	env_setup_direct((void **)&e);
	buf = armdma_kzalloc(e->m, 64, ARMDMA_GFP_KERNEL);
	addr = armdma_dma_map_single(e->dev, buf, 64, ARMDMA_TO_DEVICE);
	armdma_dma_unmap_single(e->dev, addr, 64, ARMDMA_TO_DEVICE);
	armdma_kfree(e->m, buf);
	return env_teardown((void **)&e);
}

static int maps_in_two_machines(void)
{
	return maps_once() || maps_once();
}

static int maps_and_forks(void)
{
	int ret = maps_once();

	if (!fork())
		exit(0);
	wait(NULL);
	return ret;
}

static int creates_nothing(void)
{
	struct armdma_machine *m;
	struct armdma_error err = { "" };
	int ret = armdma_machine_create(&m, NULL, &err);

	printf("%s\n", err.msg);
	return ret ? 42 : 0;
}

static const struct program programs[] = {
	{ "maps_once", maps_once },
	{ "maps_in_two_machines", maps_in_two_machines },
	{ "maps_and_forks", maps_and_forks },
	{ "creates_nothing", creates_nothing },
	{ NULL, NULL }
};

static void program_prints_one_table_at_its_end(void **state)
{
	const char *first;

	(void)state;
	assert_int_equal(program_run("coverage=1", "maps_in_two_machines"), 0);
	assert_says("dma_map_single                     TO_DEVICE      pessimal                        2\n");
	first = strstr(program_output, "DMA coverage:");
	assert_null(strstr(first + 1, "DMA coverage:"));
	assert_int_equal(program_run("", "maps_once"), 0);
	assert_silent_about("DMA coverage");
	assert_int_equal(program_run("coverage=0", "maps_once"), 0);
	assert_silent_about("DMA coverage");
}

static void programs_of_a_suite_are_merged_through_a_file(void **state)
{
	struct armdma_error err;

	(void)state;
	remove(OTHER);
	assert_int_equal(program_run("coverage=" OTHER, "maps_once"), 0);
	assert_int_equal(program_run("coverage=" OTHER, "maps_in_two_machines"), 0);
	assert_int_equal(program_run("coverage=" OTHER, "maps_and_forks"), 0);
	armdma_coverage_clear();
	if (armdma_coverage_read(OTHER, &err))
		fail_msg("%s", err.msg);
	assert_int_equal(counted("dma_map_single", ARMDMA_TO_DEVICE, ARMDMA_OPS_DIRECT, ARMDMA_OUTCOME_OK), 4);
	assert_int_equal(counted("dma_unmap_single", ARMDMA_TO_DEVICE, ARMDMA_OPS_DIRECT, ARMDMA_OUTCOME_OK), 4);
	assert_int_equal(total(), 8);
	armdma_coverage_clear();
	remove(OTHER);
}

static void write_other(const char *text)
{
	FILE *f = fopen(OTHER, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

#define LINE(dir, set, coherent, policy, outcome, count)                                             \
	"{\"program\":\"p\",\"function\":\"f\",\"direction\":\"" dir "\",\"ops\":\"" set "\",\"coherent\":" coherent \
	",\"policy\":\"" policy "\",\"outcome\":\"" outcome "\",\"count\":" count "}\n"
#define GOOD LINE("TO_DEVICE", "direct", "false", "pessimal", "ok", "3")

static void line_that_is_no_cell_is_named(void **state)
{
	static const char *const bad[] = {
		"hello\n", "\n", "{}\n", LINE("SIDEWAYS", "direct", "false", "pessimal", "ok", "3"),
		LINE("NONE", "warp", "false", "pessimal", "ok", "3"), LINE("NONE", "direct", "maybe", "pessimal", "ok", "3"),
		LINE("NONE", "direct", "false", "hopeful", "ok", "3"), LINE("NONE", "direct", "false", "pessimal", "so-so", "3"),
		LINE("NONE", "direct", "false", "pessimal", "ok", "3x"), LINE("NONE", "direct", "false", "pessimal", "ok", ""),
		"{\"program\":\"p\",\"function\":\"f\",\"direction\":\"NONE\",\"ops\":\"direct\",\"coherent\":fal",
	};
	struct armdma_error err;
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(text, sizeof(text), GOOD "%s", bad[i]);
		write_other(text);
		assert_int_equal(armdma_coverage_read(OTHER, &err), -EINVAL);
		if (!strstr(err.msg, "check_coverage_other.jsonl, line 2: no line of coverage"))
			fail_msg("%zu: %s", i, err.msg);
		assert_int_equal(armdma_coverage_read(OTHER, NULL), -EINVAL);
	}
	armdma_coverage_clear();
	write_other(GOOD GOOD);
	assert_int_equal(armdma_coverage_read(OTHER, &err), 0);
	assert_int_equal(counted("f", ARMDMA_TO_DEVICE, ARMDMA_OPS_DIRECT, ARMDMA_OUTCOME_OK), 6);
	armdma_coverage_clear();
	remove(OTHER);
	assert_int_equal(armdma_coverage_read(OTHER, &err), -ENOENT);
	assert_int_equal(armdma_coverage_read(TEST_OUTPUT_DIR, &err), -EIO);
	assert_non_null(strstr(err.msg, "cannot be read"));
}

static void file_that_cannot_be_written_is_an_error_at_once(void **state)
{
	(void)state;
	assert_int_equal(program_run("coverage=/nonexistent/c.jsonl", "creates_nothing"), 42);
	assert_says("coverage=/nonexistent/c.jsonl: No such file");
}

static void process_writes_one_file(void **state)
{
	struct env *e = *state;
	struct armdma_options opt = armdma_options_default();
	struct armdma_error err;

	strcpy(opt.coverage, OTHER);
	assert_int_equal(armdma_set_options(e->m, &opt, &err), -EINVAL);
	assert_non_null(strstr(err.msg, "writes to " TEST_OUTPUT_DIR));
	assert_string_equal(armdma_get_options(e->m)->coverage, PATH);
}

#define direct(t) { #t " (direct)", t, setup_direct, teardown, NULL }
#define iommu(t) { #t " (iommu)", t, setup_iommu, teardown, NULL }
#define both(t) direct(t), iommu(t)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		both(calls_are_counted_by_function_direction_and_set),
		both(call_without_direction_is_counted_once),
		both(list_is_one_call_whatever_its_entries),
		both(failure_is_an_outcome_of_its_own),
		both(misuse_is_an_outcome_of_its_own),
		cmocka_unit_test(set_coherence_and_policy_of_the_machine_are_told_apart),
		cmocka_unit_test(machines_and_threads_are_summed),
		cmocka_unit_test(machine_without_the_option_counts_nothing),
		direct(table_shows_what_was_exercised_and_what_was_not),
		cmocka_unit_test(program_prints_one_table_at_its_end),
		cmocka_unit_test(programs_of_a_suite_are_merged_through_a_file),
		cmocka_unit_test(line_that_is_no_cell_is_named),
		cmocka_unit_test(file_that_cannot_be_written_is_an_error_at_once),
		direct(process_writes_one_file),
	};
	int ret;

	if (program_main(argc, argv, programs) >= 0)
		return program_status;
	unsetenv("ARMDMA_OPTIONS");	/* this program's figures are its own */
	ret = cmocka_run_group_tests(tests, NULL, NULL);
	armdma_coverage_clear();
	return ret;
}
