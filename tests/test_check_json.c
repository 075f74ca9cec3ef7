/* SPDX-License-Identifier: BSD-2-Clause */
/* Reports as lines of JSON, read back with a parser of its own. */
#include <errno.h>
#include <stdio.h>
#include <pthread.h>
#include <unistd.h>

#include <jansson.h>

#include <armdma/access.h>
#include <armdma/options.h>

#include "dma_helpers.h"

#define PATH TEST_OUTPUT_DIR "/check_json.jsonl"

static json_t *last;

/* Strict: one object, nothing after it, no key twice. */
static void take_json(void *ctx, const struct armdma_report *rep)
{
	char *line = NULL;
	json_error_t err;
	size_t len;
	FILE *f = open_memstream(&line, &len);

	env_report(ctx, rep);
	assert_int_equal(armdma_report_write_json(rep, f), 0);
	fclose(f);
	assert_int_equal(line[len - 1], '\n');
	assert_ptr_equal(strchr(line, '\n'), line + len - 1);
	if (last)
		json_decref(last);
	last = json_loads(line, JSON_REJECT_DUPLICATES, &err);
	if (!last)
		fail_msg("%s at %d: %s", err.text, err.position, line);
	free(line);
}

static int setup(void **state)
{
	struct env *e;

	env_setup_iommu(state);
	e = *state;
	armdma_set_report_fn(e->m, take_json, e);
	return 0;
}

static int teardown(void **state)
{
	json_decref(last);
	last = NULL;
	return env_teardown(state);
}

static const char *string_of(const char *key)
{
	return json_string_value(json_object_get(last, key));
}

static json_int_t number_of(const char *key)
{
	assert_true(json_is_integer(json_object_get(last, key)));
	return json_integer_value(json_object_get(last, key));
}

static uint64_t address_of(const char *key)
{
	return strtoull(string_of(key), NULL, 0);
}

static __attribute__((noinline)) void misuse(struct env *e, const char *text)
{
	armdma_report_misuse(e->m, ARMDMA_REPORT_SEGMENT, NULL, NULL, "%s", text);
	__asm__ volatile("");
}

static void every_field_of_a_report_is_in_its_line(void **state)
{
	struct env *e = *state;
	uint8_t *buf = armdma_kzalloc(e->m, 512, ARMDMA_GFP_KERNEL);
	armdma_dma_t addr = armdma_dma_map_single(e->dev, buf, 512, ARMDMA_FROM_DEVICE);
	json_t *site;

	dev_write(e, addr + 256, "packet", 6);
	armdma_hw_advance(e->hw, 50);
	assert_false(armdma_cpu_sees(e->m, buf + 256, "packet", 6));
	assert_non_null(last);
	assert_string_equal(string_of("kind"), "stale-cpu");
	assert_string_equal(string_of("class"), "bug");
	assert_non_null(strstr(e->text, string_of("sentence")));
	assert_non_null(strstr(string_of("sentence"), "a device has rewritten, and gets old ones"));
	assert_string_equal(string_of("device"), "mdma");
	assert_int_equal(address_of("dma"), addr + 256);
	assert_int_equal(address_of("physical"), armdma_virt_to_phys(e->m, buf + 256));
	assert_int_equal(address_of("cpu"), (uintptr_t)(buf + 256));
	assert_int_equal(number_of("len"), 6);
	assert_int_equal(number_of("offset"), 256);
	assert_string_equal(string_of("direction"), "FROM_DEVICE");
	assert_int_equal(number_of("expected"), 'p');
	assert_int_equal(number_of("seen"), 0);
	assert_int_equal(number_of("time"), e->last.time);
	assert_int_equal(address_of("seed"), 1);
	assert_true(json_is_null(json_object_get(last, "schedule")));
	assert_true(json_is_false(json_object_get(last, "wanted")));
	assert_non_null(strstr(string_of("story"), "stale in the CPU's cache"));
	assert_non_null(strstr(string_of("mend"), "dma_sync_single_for_cpu()"));
	site = json_object_get(json_object_get(last, "sites"), "mapped");
	assert_string_equal(json_string_value(json_object_get(site, "function")), __func__);
	assert_non_null(strstr(json_string_value(json_object_get(site, "file")), "test_check_json.c"));
	assert_true(json_integer_value(json_object_get(site, "line")) > 0);
	assert_non_null(json_string_value(json_object_get(site, "module")));
	assert_true(json_is_null(json_object_get(json_object_get(last, "sites"), "allocated")));
	assert_true(json_is_null(json_object_get(json_object_get(last, "stacks"), "here")));
	armdma_dma_unmap_single(e->dev, addr, 512, ARMDMA_FROM_DEVICE);
	armdma_kfree(e->m, buf);
}

static void unknown_fields_are_null(void **state)
{
	static const char *const keys[] = { "device", "dma", "physical", "cpu", "direction", "expected", "seen", "mend",
					    "schedule" };

	misuse(*state, "nothing known");
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!json_is_null(json_object_get(last, keys[i])))
			fail_msg("%s", keys[i]);
}

static void strings_come_back_as_they_were(void **state)
{
	static const char *const texts[] = {
		"plain", "\"quoted\" and \\back\\", "tab\tnewline\nbell\a", "\x01\x1f\x7f", "gr\303\274\303\237e \xe2\x82\xac \xf0\x9f\x90\x9b", "</script>",
	};
	struct env *e = *state;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		armdma_report_want(e->m, ARMDMA_REPORT_SEGMENT, 1);
		misuse(e, texts[i]);
		assert_string_equal(string_of("sentence"), texts[i]);
	}
}

/* A file name may be any bytes; JSON may not. */
static void bytes_that_are_no_text_are_replaced(void **state)
{
	static const struct { const char *in, *out; } texts[] = {
		{ "a\377b", "a\357\277\275b" },
		{ "\xc3", "\xef\xbf\xbd" },
		{ "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xf5\x80\x80\x80x", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdx" },
	};
	struct env *e = *state;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		armdma_report_want(e->m, ARMDMA_REPORT_SEGMENT, 1);
		misuse(e, texts[i].in);
		assert_string_equal(string_of("sentence"), texts[i].out);
	}
}

static void stacks_are_lists_of_sites(void **state)
{
	struct env *e = *state;
	struct armdma_options opt = armdma_options_default();
	json_t *stack;

	opt.stack = 4;
	assert_int_equal(armdma_set_options(e->m, &opt, NULL), 0);
	misuse(e, "deep");
	stack = json_object_get(json_object_get(last, "stacks"), "here");
	assert_int_equal(json_array_size(stack), 4);
	assert_string_equal(json_string_value(json_object_get(json_array_get(stack, 0), "function")), "misuse");
	assert_string_equal(json_string_value(json_object_get(json_array_get(stack, 1), "function")), __func__);
}

static void full_disk_is_an_error(void **state)
{
	struct armdma_report rep = { .kind = ARMDMA_REPORT_LEAK, .sentence = "x", .story = "" };
	FILE *f = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(f);
	setvbuf(f, NULL, _IONBF, 0);
	assert_int_equal(armdma_report_write_json(&rep, f), -EIO);
	fclose(f);
}

/* ---- option json=PATH ---------------------------------------------------------- */

static unsigned int lines_of_file(void)
{
	FILE *f = fopen(PATH, "r");
	json_error_t err;
	unsigned int n = 0;
	json_t *line;

	assert_non_null(f);
	while ((line = json_loadf(f, JSON_REJECT_DUPLICATES | JSON_DISABLE_EOF_CHECK, &err))) {
		assert_true(json_is_object(line));
		json_decref(line);
		n++;
	}
	if (json_error_code(&err) != json_error_premature_end_of_input)
		fail_msg("line %u: %s", n + 1, err.text);
	fclose(f);
	return n;
}

static void to_file(struct env *e)
{
	struct armdma_options opt = armdma_options_default();
	struct armdma_error err;

	strcpy(opt.json, PATH);
	if (armdma_set_options(e->m, &opt, &err))
		fail_msg("%s", err.msg);
}

static void reports_are_appended_to_the_file(void **state)
{
	struct env *e = *state, *other = env_new(NULL);

	remove(PATH);
	to_file(e);
	to_file(other);
	assert_int_equal(lines_of_file(), 0);
	misuse(e, "one");
	misuse(other, "two");
	misuse(e, "told before");
	armdma_report_want(e->m, ARMDMA_REPORT_LEAK, 1);
	armdma_report_misuse(e->m, ARMDMA_REPORT_LEAK, NULL, NULL, "wanted");
	armdma_report_misuse(e->m, ARMDMA_REPORT_OVERLAP, NULL, NULL, "three");
	assert_int_equal(lines_of_file(), 3);
	armdma_machine_destroy(other->m);
	free(other);
	remove(PATH);
}

static void *report_often(void *arg)
{
	struct env *e = env_new(NULL);

	(void)arg;
	to_file(e);
	for (int kind = ARMDMA_REPORT_NONE + 1; kind <= ARMDMA_REPORT_ATOMIC_POOL; kind++)
		armdma_report_misuse(e->m, (enum armdma_report_kind)kind, e->dev, NULL, "%0300d", kind);
	armdma_machine_destroy(e->m);
	free(e);
	return NULL;
}

static void lines_of_threads_stay_apart(void **state)
{
	pthread_t threads[4];

	(void)state;
	remove(PATH);
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, report_often, NULL), 0);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(lines_of_file(), 4 * ARMDMA_REPORT_ATOMIC_POOL);
	remove(PATH);
}

static void file_that_cannot_be_opened_is_an_error(void **state)
{
	struct env *e = *state;
	struct armdma_options opt = armdma_options_default();
	struct armdma_error err;

	strcpy(opt.json, "/nonexistent/reports.json");
	assert_int_equal(armdma_set_options(e->m, &opt, &err), -ENOENT);
	assert_non_null(strstr(err.msg, "json=/nonexistent/reports.json"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_field_of_a_report_is_in_its_line, setup, teardown),
		cmocka_unit_test_setup_teardown(unknown_fields_are_null, setup, teardown),
		cmocka_unit_test_setup_teardown(strings_come_back_as_they_were, setup, teardown),
		cmocka_unit_test_setup_teardown(bytes_that_are_no_text_are_replaced, setup, teardown),
		cmocka_unit_test_setup_teardown(stacks_are_lists_of_sites, setup, teardown),
		cmocka_unit_test(full_disk_is_an_error),
		cmocka_unit_test_setup_teardown(reports_are_appended_to_the_file, setup, teardown),
		cmocka_unit_test(lines_of_threads_stay_apart),
		cmocka_unit_test_setup_teardown(file_that_cannot_be_opened_is_an_error, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
