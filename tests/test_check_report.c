/* SPDX-License-Identifier: BSD-2-Clause */
/* What a report says, how often it is said, and who keeps it from being said. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>

#include <armdma/access.h>
#include <armdma/explore.h>
#include <armdma/options.h>

#include "dma_helpers.h"

static void options(struct env *e, const char *text)
{
	struct armdma_options opt = armdma_options_default();
	struct armdma_error err;

	if (armdma_options_parse(&opt, text, &err) || armdma_set_options(e->m, &opt, &err))
		fail_msg("%s", err.msg);
}

static void says(const struct env *e, const char *words)
{
	if (!strstr(e->text, words))
		fail_msg("no '%s' in:\n%s", words, e->text);
}

static void silent_about(const struct env *e, const char *words)
{
	if (strstr(e->text, words))
		fail_msg("'%s' in:\n%s", words, e->text);
}

static __attribute__((noinline)) void free_twice(struct env *e, void *p)
{
	armdma_kfree(e->m, p);
	__asm__ volatile("");
}

static __attribute__((noinline)) void misuse(struct env *e)
{
	armdma_report_misuse(e->m, ARMDMA_REPORT_SEGMENT, e->dev, NULL, "too long");
	__asm__ volatile("");
}

static __attribute__((noinline)) void misuse_elsewhere(struct env *e)
{
	armdma_report_misuse(e->m, ARMDMA_REPORT_SEGMENT, e->dev, NULL, "too long there");
	__asm__ volatile("");
}

/* ---- what it says --------------------------------------------------------------- */

enum { MAP_LINE = __LINE__ + 5, SEES_LINE = __LINE__ + 8 };

static void stale_bytes_of_cpu(struct env *e)
{
	uint8_t *buf = armdma_kzalloc(e->m, 512, ARMDMA_GFP_KERNEL);
	armdma_dma_t addr = armdma_dma_map_single(e->dev, buf, 512, ARMDMA_FROM_DEVICE);

	dev_write(e, addr + 256, "packet", 6);
	assert_false(armdma_cpu_sees(e->m, buf + 250, "\0\0\0\0\0\0packet", 12));
	armdma_dma_unmap_single(e->dev, addr, 512, ARMDMA_FROM_DEVICE);
	armdma_kfree(e->m, buf);
}

static void stale_report_has_every_fact(void **state)
{
	struct env *e = *state;
	struct armdma_site_info info;
	char words[128];

	stale_bytes_of_cpu(e);
	assert_int_equal(e->reports, 1);
	assert_int_equal(e->last.kind, ARMDMA_REPORT_STALE_CPU);
	assert_ptr_equal(e->last.dev, e->dev);
	assert_int_equal(e->last.len, 12);
	assert_int_equal(e->last.offset, 256);
	assert_true(e->last.has_bytes);
	assert_int_equal(e->last.expected, 'p');
	assert_int_equal(e->last.seen, 0);
	assert_int_equal(e->last.dir, ARMDMA_FROM_DEVICE);
	assert_int_not_equal(e->last.pa, ARMDMA_MAPPING_ERROR);
	assert_int_equal(e->last.addr % 512, 256);
	assert_int_equal(armdma_site_lookup(e->last.sites[ARMDMA_SITE_MAP], &info), 0);
	assert_int_equal(info.line, MAP_LINE);
	assert_int_equal(armdma_site_lookup(e->last.sites[ARMDMA_SITE_HERE], &info), 0);
	assert_int_equal(info.line, SEES_LINE);
	says(e, "==== armdma: stale-cpu: the CPU reads 12 bytes");
	says(e, "    device:    mdma\n");
	snprintf(words, sizeof(words), "    address:   DMA 0x%llx, physical 0x%llx, CPU 0x", (unsigned long long)e->last.addr,
		 (unsigned long long)e->last.pa);
	says(e, words);
	says(e, "    bytes:     12 at offset 256 of a FROM_DEVICE mapping: expected 0x70, seen 0x00\n");
	says(e, "    mapped:    stale_bytes_of_cpu at ");
	says(e, "    mend:      call dma_sync_single_for_cpu()");
}

static void device_report_has_every_fact(void **state)
{
	struct env *e = *state;
	uint8_t *buf = armdma_kzalloc(e->m, 512, ARMDMA_GFP_KERNEL);
	armdma_dma_t addr = armdma_dma_map_single(e->dev, buf, 512, ARMDMA_TO_DEVICE);

	memcpy(buf + 64, "packet", 6);
	assert_false(armdma_device_sees(e->dev, addr + 62, "\0\0packet", 8));
	assert_int_equal(e->last.kind, ARMDMA_REPORT_STALE_DEVICE);
	assert_int_equal(e->last.offset, 64);
	assert_true(e->last.has_bytes);
	assert_int_equal(e->last.expected, 'p');
	assert_int_equal(e->last.seen, 0);
	assert_ptr_equal(e->last.cpu, buf + 64);
	says(e, "bytes:     8 at offset 64 of a TO_DEVICE mapping: expected 0x70, seen 0x00\n");
	says(e, "mapped:    device_report_has_every_fact at ");
	armdma_dma_unmap_single(e->dev, addr, 512, ARMDMA_TO_DEVICE);
	armdma_kfree(e->m, buf);
}

static void misuse_of_a_mapping_names_its_origin(void **state)
{
	struct env *e = *state;
	uint8_t *buf = armdma_kzalloc(e->m, 512, ARMDMA_GFP_KERNEL);
	armdma_dma_t addr = armdma_dma_map_single(e->dev, buf, 512, ARMDMA_TO_DEVICE);

	assert_int_equal(armdma_dma_mapping_error(e->dev, addr), 0);
	armdma_dma_unmap_single(e->dev, addr, 256, ARMDMA_TO_DEVICE);
	assert_int_equal(e->last.kind, ARMDMA_REPORT_BAD_FREE);
	assert_int_equal(e->last.dir, ARMDMA_TO_DEVICE);
	says(e, "of a TO_DEVICE mapping\n");
	says(e, "mapped:    misuse_of_a_mapping_names_its_origin at ");
	armdma_dma_unmap_single(e->dev, addr, 512, ARMDMA_TO_DEVICE);
	armdma_kfree(e->m, buf);
}

static void what_is_not_known_is_not_said(void **state)
{
	struct env *e = *state;

	misuse(e);
	assert_int_equal(e->reports, 1);
	silent_about(e, "address:");
	silent_about(e, "bytes:");
	silent_about(e, "mapped:");
	says(e, "    replay:    seed 0x1\n");
	says(e, "here:      misuse at ");
	assert_false(e->last.has_bytes);
	assert_null(e->last.stacks[ARMDMA_SITE_HERE]);
}

static const char *schedule(void *ctx)
{
	return ctx;
}

static void report_names_seed_and_schedule_to_replay(void **state)
{
	struct armdma_config cfg = env_config();
	struct env *e;
	char text[] = "e3.d7";

	(void)state;
	cfg.seed = 0x1234;
	e = env_new(&cfg);
	misuse(e);
	assert_int_equal(e->last.seed, 0x1234);
	says(e, "    replay:    seed 0x1234\n");
	armdma_set_schedule_fn(e->m, schedule, text);
	misuse_elsewhere(e);
	says(e, "    replay:    seed 0x1234, schedule \"e3.d7\"\n");
	armdma_set_schedule_fn(e->m, NULL, NULL);
	assert_int_equal(env_teardown((void **)&e), 0);
}

static void report_of_an_exploration_names_its_schedule(void **state)
{
	struct armdma_explore_config xcfg = armdma_explore_defaults(NULL, NULL);
	struct armdma_config cfg = env_config();
	struct armdma_explorer *x;
	struct armdma_error err;
	struct env *e;

	(void)state;
	if (armdma_explorer_create(&x, &xcfg, 0, NULL, &err))
		fail_msg("%s", err.msg);
	assert_string_equal(armdma_explorer_next(x), "none");
	e = env_new(&cfg);
	assert_int_equal(armdma_explorer_attach(x, e->m), 0);
	misuse(e);
	says(e, "replay:    seed 0x1, schedule \"none\"\n");
	assert_int_equal(env_teardown((void **)&e), 0);
	armdma_explorer_end(x, true, NULL);
	armdma_explorer_destroy(x);
}

/* ---- how often --------------------------------------------------------------------- */

struct walked {
	unsigned int n;
	struct armdma_report_seen seen[8];
	char sentence[8][256];
};

static void on_seen(void *ctx, const struct armdma_report_seen *seen)
{
	struct walked *w = ctx;

	assert_true(w->n < 8);
	w->seen[w->n] = *seen;
	snprintf(w->sentence[w->n++], 256, "%s", seen->sentence);
}

static void distinct_bugs_are_told_once_and_counted(void **state)
{
	struct env *e = *state;
	struct walked w = { 0 };
	struct armdma_site_info info;

	for (int i = 0; i < 5; i++) {
		misuse(e);
		armdma_hw_advance(e->hw, 100);
	}
	misuse_elsewhere(e);
	assert_int_equal(e->reports, 2);
	assert_int_equal(armdma_report_count(e->m, ARMDMA_REPORT_SEGMENT), 2);
	assert_int_equal(armdma_report_seen(e->m, ARMDMA_REPORT_SEGMENT), 6);
	assert_int_equal(armdma_report_seen(e->m, ARMDMA_REPORT_NONE), 6);
	assert_int_equal(armdma_report_seen(e->m, ARMDMA_REPORT_LEAK), 0);
	armdma_report_walk(e->m, on_seen, &w);
	assert_int_equal(w.n, 2);
	assert_int_equal(w.seen[0].count, 5);
	assert_int_equal(w.seen[1].count, 1);
	assert_int_equal(w.seen[0].kind, ARMDMA_REPORT_SEGMENT);
	assert_ptr_equal(w.seen[0].dev, e->dev);
	assert_true(w.seen[0].last >= w.seen[0].first + 400);
	assert_string_equal(w.sentence[0], "too long");
	assert_int_equal(armdma_site_lookup(w.seen[0].sites[ARMDMA_SITE_HERE], &info), 0);
	assert_string_equal(info.function, "misuse");
}

/* The same call for two devices, or two kinds, are two bugs; two copies of one call are one. */
static void kind_device_and_place_tell_bugs_apart(void **state)
{
	struct armdma_config cfg = armdma_config_exynos4210();
	struct env *e = env_new(&cfg);

	(void)state;
	for (int i = 0; i < 6; i++)
		armdma_report_misuse(e->m, i & 1 ? ARMDMA_REPORT_SEGMENT : ARMDMA_REPORT_LEAK,
				     armdma_device_find(e->m, i % 3 ? "fimc0" : "fimc1"), NULL, "%d", i);
	assert_int_equal(e->reports, 4);
	/* One line, two addresses. */
	if (e->reports & 1) armdma_report_misuse(e->m, ARMDMA_REPORT_SEGMENT, e->dev, NULL, "a"); else armdma_report_misuse(e->m, ARMDMA_REPORT_SEGMENT, e->dev, NULL, "a");
	e->reports = 4;
	for (int i = 0; i < 2; i++)
		if (i) armdma_report_misuse(e->m, ARMDMA_REPORT_OVERLAP, e->dev, NULL, "a"); else armdma_report_misuse(e->m, ARMDMA_REPORT_OVERLAP, e->dev, NULL, "b");
	assert_int_equal(e->reports, 5);
	assert_int_equal(armdma_report_seen(e->m, ARMDMA_REPORT_OVERLAP), 2);
	armdma_machine_destroy(e->m);
	free(e);
}

static void wanted_report_reaches_the_callback_each_time(void **state)
{
	struct env *e = *state;

	armdma_report_want(e->m, ARMDMA_REPORT_SEGMENT, 2);
	misuse(e);
	assert_true(e->last.wanted);
	assert_int_equal(armdma_report_wanted(e->m, ARMDMA_REPORT_SEGMENT), 1);
	misuse(e);
	assert_int_equal(e->reports, 2);
	assert_int_equal(armdma_report_wanted(e->m, ARMDMA_REPORT_SEGMENT), 0);
	misuse(e);	/* told before */
	assert_int_equal(e->reports, 2);
	misuse_elsewhere(e);
	assert_int_equal(e->reports, 3);
	assert_false(e->last.wanted);
	armdma_report_want(e->m, ARMDMA_REPORT_SEGMENT, 1);
	armdma_report_want(e->m, ARMDMA_REPORT_SEGMENT, 0);
	free_twice(e, armdma_phys_to_virt(e->m, 0x40001000));
	assert_false(e->last.wanted);
	assert_int_equal(armdma_report_wanted(e->m, ARMDMA_REPORT_NONE), 0);
}

static void many_faults_without_a_place_are_kept_apart_by_address(void **state)
{
	struct env *e = *state;

	for (armdma_dma_t addr = 0x10000000; addr < 0x10000000 + 50 * 4096; addr += 4096) {
		uint8_t b;

		for (int twice = 0; twice < 2; twice++)
			(void)armdma_hw_master_read_sync(e->hw, "mdma", addr, &b, 1, 100);
	}
	assert_true(armdma_report_count(e->m, ARMDMA_REPORT_NONE) >= 1);
	assert_true(armdma_report_seen(e->m, ARMDMA_REPORT_NONE) >= armdma_report_count(e->m, ARMDMA_REPORT_NONE));
}

static void count_in_threads(void *ctx, const struct armdma_report *rep)
{
	__atomic_fetch_add((unsigned int *)ctx, 1, __ATOMIC_RELAXED);
	assert_true(rep->kind > ARMDMA_REPORT_NONE);
}

static void *report_often(void *arg)
{
	struct env *e = arg;

	for (int i = 0; i < 200; i++) {
		armdma_report_misuse(e->m, ARMDMA_REPORT_SEGMENT, NULL, NULL, "one");
		armdma_report_misuse(e->m, ARMDMA_REPORT_OVERLAP, NULL, NULL, "other");
	}
	return NULL;
}

static void reports_of_several_threads_are_all_counted(void **state)
{
	struct armdma_config cfg = env_config();
	unsigned int told = 0;
	pthread_t threads[4];
	struct env *e;

	(void)state;
	cfg.shared = true;
	e = env_new(&cfg);
	armdma_set_report_fn(e->m, count_in_threads, &told);
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, report_often, e), 0);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(told, 2);
	assert_int_equal(armdma_report_seen(e->m, ARMDMA_REPORT_SEGMENT), 800);
	assert_int_equal(armdma_report_seen(e->m, ARMDMA_REPORT_NONE), 1600);
	assert_int_equal(env_teardown((void **)&e), 0);
}

static __attribute__((noinline)) armdma_dma_t maps(struct env *e, void *buf)
{
	armdma_dma_t addr = armdma_dma_map_single(e->dev, buf, 512, ARMDMA_FROM_DEVICE);

	assert_int_equal(armdma_dma_mapping_error(e->dev, addr), 0);
	return addr;
}

/* ---- suppressions ------------------------------------------------------------------- */

static void suppressed_reports_are_only_counted(void **state)
{
	struct env *e = *state;
	struct walked w = { 0 };

	assert_int_equal(armdma_report_suppress(e->m, ARMDMA_REPORT_SEGMENT, "mis*re"), 0);
	misuse(e);
	assert_int_equal(e->reports, 1);
	misuse_elsewhere(e);
	misuse_elsewhere(e);
	assert_int_equal(e->reports, 1);
	assert_int_equal(armdma_report_count(e->m, ARMDMA_REPORT_SEGMENT), 1);
	assert_int_equal(armdma_report_seen(e->m, ARMDMA_REPORT_SEGMENT), 3);
	armdma_report_walk(e->m, on_seen, &w);
	assert_int_equal(w.n, 2);
	assert_false(w.seen[0].suppressed);
	assert_true(w.seen[1].suppressed);
}

static void suppression_of_another_kind_or_function_suppresses_nothing(void **state)
{
	struct env *e = *state;

	assert_int_equal(armdma_report_suppress(e->m, ARMDMA_REPORT_LEAK, "*"), 0);
	assert_int_equal(armdma_report_suppress(e->m, ARMDMA_REPORT_SEGMENT, "mis"), 0);
	assert_int_equal(armdma_report_suppress(e->m, ARMDMA_REPORT_NONE, "*other*"), 0);
	misuse(e);
	assert_int_equal(e->reports, 1);
}

static void any_site_of_a_report_can_be_suppressed(void **state)
{
	struct env *e = *state;

	uint8_t *buf = armdma_kzalloc(e->m, 512, ARMDMA_GFP_KERNEL);
	armdma_dma_t addr = maps(e, buf);

	assert_int_equal(armdma_report_suppress(e->m, ARMDMA_REPORT_NONE, "m?ps"), 0);
	dev_write(e, addr, "packet", 6);
	assert_false(armdma_cpu_sees(e->m, buf, "packet", 6));
	assert_int_equal(e->reports, 0);
	assert_int_equal(armdma_report_seen(e->m, ARMDMA_REPORT_STALE_CPU), 1);
	armdma_dma_unmap_single(e->dev, addr, 512, ARMDMA_FROM_DEVICE);
	armdma_kfree(e->m, buf);
}

static void wanted_report_comes_though_it_is_suppressed(void **state)
{
	struct env *e = *state;

	assert_int_equal(armdma_report_suppress(e->m, ARMDMA_REPORT_NONE, "*"), 0);
	armdma_report_want(e->m, ARMDMA_REPORT_SEGMENT, 1);
	misuse(e);
	assert_int_equal(e->reports, 1);
	misuse_elsewhere(e);
	assert_int_equal(e->reports, 1);
}

static void nonsense_is_no_suppression(void **state)
{
	struct env *e = *state;

	assert_int_equal(armdma_report_suppress(e->m, ARMDMA_REPORT_NR, "*"), -EINVAL);
	assert_int_equal(armdma_report_suppress(e->m, ARMDMA_REPORT_LEAK, ""), -EINVAL);
	assert_int_equal(armdma_report_suppress(e->m, ARMDMA_REPORT_LEAK, NULL), -EINVAL);
}

#define FILE_NAME TEST_OUTPUT_DIR "/check_report.supp"

static void write_file(const char *text)
{
	FILE *f = fopen(FILE_NAME, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void file_of_suppressions_is_read(void **state)
{
	struct env *e = *state;

	write_file("# a comment\n\n   \nleak:*\n  segment-limit:misuse_else* \n*:free_*");
	options(e, "suppressions=" FILE_NAME);
	misuse_elsewhere(e);
	free_twice(e, armdma_phys_to_virt(e->m, 0x40001000));
	assert_int_equal(e->reports, 0);
	misuse(e);
	assert_int_equal(e->reports, 1);
	/* Settings without a file: its rules are gone, those of the program stay. */
	options(e, "");
	armdma_report_misuse(e->m, ARMDMA_REPORT_LEAK, NULL, NULL, "now told");
	assert_int_equal(e->reports, 2);
}

static void wrong_line_is_named_and_nothing_changes(void **state)
{
	static const struct { const char *text, *words; } wrong[] = {
		{ "leak:*\nleek:*\n", ", line 2: no such kind of report: 'leek'" },
		{ "\n# x\nleak\n", ", line 3: not kind:function: 'leak'" },
		{ "leak:\n", ", line 1: not kind:function" },
	};
	struct env *e = *state;
	struct armdma_options opt = armdma_options_default();
	struct armdma_error err;

	opt.exitcode = 9;
	snprintf(opt.suppressions, sizeof(opt.suppressions), "%s", FILE_NAME);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		write_file(wrong[i].text);
		assert_int_equal(armdma_set_options(e->m, &opt, &err), -EINVAL);
		if (!strstr(err.msg, wrong[i].words))
			fail_msg("no '%s' in: %s", wrong[i].words, err.msg);
		assert_int_equal(armdma_set_options(e->m, &opt, NULL), -EINVAL);
	}
	remove(FILE_NAME);
	assert_int_equal(armdma_set_options(e->m, &opt, &err), -ENOENT);
	assert_non_null(strstr(err.msg, "suppressions=" TEST_OUTPUT_DIR));
	snprintf(opt.suppressions, sizeof(opt.suppressions), "%s", TEST_OUTPUT_DIR);
	assert_int_equal(armdma_set_options(e->m, &opt, &err), -EINVAL);
	assert_non_null(strstr(err.msg, "cannot be read"));
	assert_int_equal(armdma_get_options(e->m)->exitcode, ARMDMA_EXITCODE);
}

/* ---- stacks --------------------------------------------------------------------------- */

static __attribute__((noinline)) void outer(struct env *e)
{
	misuse(e);
	__asm__ volatile("");
}

static void asked_for_the_stack_of_the_misuse_is_told(void **state)
{
	struct env *e = *state;
	struct armdma_site_info info;
	const struct armdma_stack *stack;

	options(e, "stack=3");
	outer(e);
	stack = e->last.stacks[ARMDMA_SITE_HERE];
	assert_non_null(stack);
	assert_int_equal(stack->nr, 3);
	assert_ptr_equal(stack->frames[0], e->last.sites[ARMDMA_SITE_HERE]);
	assert_int_equal(armdma_site_lookup(stack->frames[1], &info), 0);
	assert_string_equal(info.function, "outer");
	assert_int_equal(armdma_site_lookup(stack->frames[2], &info), 0);
	assert_string_equal(info.function, __func__);
	says(e, "    here:      misuse at ");
	says(e, "  called by outer at ");
	silent_about(e, "lib/check");
}

static __attribute__((noinline)) void syncs(struct env *e, armdma_dma_t addr)
{
	armdma_dma_sync_single_for_cpu(e->dev, addr, 512, ARMDMA_FROM_DEVICE);
	__asm__ volatile("");
}

static void asked_for_the_stacks_of_mapping_and_sync_are_told(void **state)
{
	struct env *e = *state;
	uint8_t *buf = armdma_kzalloc(e->m, 512, ARMDMA_GFP_KERNEL);
	struct armdma_site_info info;
	armdma_dma_t addr;

	options(e, "stack=2");
	addr = maps(e, buf);
	syncs(e, addr);
	dev_write(e, addr, "packet", 6);
	assert_false(armdma_cpu_sees(e->m, buf, "packet", 6));
	assert_non_null(e->last.stacks[ARMDMA_SITE_MAP]);
	assert_int_equal(e->last.stacks[ARMDMA_SITE_MAP]->nr, 2);
	assert_ptr_equal(e->last.stacks[ARMDMA_SITE_MAP]->frames[0], e->last.sites[ARMDMA_SITE_MAP]);
	assert_int_equal(armdma_site_lookup(e->last.stacks[ARMDMA_SITE_MAP]->frames[1], &info), 0);
	assert_string_equal(info.function, __func__);
	assert_non_null(e->last.stacks[ARMDMA_SITE_SYNC]);
	assert_int_equal(armdma_site_lookup(e->last.stacks[ARMDMA_SITE_SYNC]->frames[0], &info), 0);
	assert_string_equal(info.function, "syncs");
	says(e, "    last sync: syncs at ");
	armdma_dma_unmap_single(e->dev, addr, 512, ARMDMA_FROM_DEVICE);
	armdma_kfree(e->m, buf);
}

static void no_stack_is_kept_unless_asked_for(void **state)
{
	struct env *e = *state;

	outer(e);
	assert_null(e->last.stacks[ARMDMA_SITE_HERE]);
	options(e, "stack=1");
	misuse_elsewhere(e);
	assert_int_equal(e->reports, 2);
	assert_null(e->last.stacks[ARMDMA_SITE_HERE]);
}

static void suppression_looks_at_the_whole_stack(void **state)
{
	struct env *e = *state;

	options(e, "stack=8");
	assert_int_equal(armdma_report_suppress(e->m, ARMDMA_REPORT_SEGMENT, "outer"), 0);
	outer(e);
	assert_int_equal(e->reports, 0);
}

#define direct(t) { #t " (direct)", t, env_setup_direct, env_teardown, NULL }
#define iommu(t) { #t " (iommu)", t, env_setup_iommu, env_teardown, NULL }
#define both(t) direct(t), iommu(t)

int main(void)
{
	const struct CMUnitTest tests[] = {
		both(stale_report_has_every_fact),
		both(device_report_has_every_fact),
		both(misuse_of_a_mapping_names_its_origin),
		direct(what_is_not_known_is_not_said),
		cmocka_unit_test(report_names_seed_and_schedule_to_replay),
		cmocka_unit_test(report_of_an_exploration_names_its_schedule),
		direct(distinct_bugs_are_told_once_and_counted),
		cmocka_unit_test(kind_device_and_place_tell_bugs_apart),
		direct(wanted_report_reaches_the_callback_each_time),
		iommu(many_faults_without_a_place_are_kept_apart_by_address),
		cmocka_unit_test(reports_of_several_threads_are_all_counted),
		direct(suppressed_reports_are_only_counted),
		direct(suppression_of_another_kind_or_function_suppresses_nothing),
		both(any_site_of_a_report_can_be_suppressed),
		direct(wanted_report_comes_though_it_is_suppressed),
		direct(nonsense_is_no_suppression),
		direct(file_of_suppressions_is_read),
		direct(wrong_line_is_named_and_nothing_changes),
		direct(asked_for_the_stack_of_the_misuse_is_told),
		both(asked_for_the_stacks_of_mapping_and_sync_are_told),
		direct(no_stack_is_kept_unless_asked_for),
		direct(suppression_looks_at_the_whole_stack),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
