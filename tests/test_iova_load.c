/* SPDX-License-Identifier: BSD-2-Clause */
/* Policies by name, from shared objects, and from files that are none. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <armdma/iova.h>

#define OBJECT(kind) IOVA_PLUGINS "/armdma-iova-" kind ".so"

static const struct armdma_iova_policy *load(const char *name)
{
	const struct armdma_iova_policy *p;
	struct armdma_error err = { "" };

	if (armdma_iova_load(name, &p, &err))
		fail_msg("%s: %s", name, err.msg);
	return p;
}

static void refused(const char *name, int expected, const char *word)
{
	const struct armdma_iova_policy *p = armdma_iova_linux_arm();
	struct armdma_error err = { "" };

	assert_int_equal(armdma_iova_load(name, &p, &err), expected);
	assert_null(p);
	if (!strstr(err.msg, word))
		fail_msg("%s: \"%s\" does not name %s", name, err.msg, word);
	assert_int_equal(armdma_iova_load(name, &p, NULL), expected);
}

/* ---- Names ------------------------------------------------------------------------ */

static void every_policy_is_found_by_its_name(void **state)
{
	static const char *const names[] = {
		"first-fit", "next-fit", "best-fit", "top-down", "two-level", "buddy", "linux-arm", "linux-arm-order",
		"genpool-first", "genpool-best", "magazine",
	};
	const struct armdma_iova_policy *p = NULL;
	char name[80];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		p = armdma_iova_next(p);
		assert_non_null(p);
		assert_string_equal(p->name, names[i]);
		assert_ptr_equal(armdma_iova_find(names[i]), p);
		assert_ptr_equal(load(names[i]), p);
		if (strcmp(names[i], "magazine")) {
			snprintf(name, sizeof(name), "magazine:%s", names[i]);
			assert_string_equal(armdma_iova_find(name)->name, name);
			assert_ptr_equal(armdma_iova_find(name)->data, p);
		}
	}
	assert_null(armdma_iova_next(p));
	assert_null(armdma_iova_find("first"));
	assert_null(armdma_iova_find("magazine:"));
	assert_null(armdma_iova_find("magazine:nothing"));
}

static void unknown_names_are_refused(void **state)
{
	(void)state;
	refused("no-such-policy", -ENOENT, "no-such-policy");
	refused("magazine:no-such-policy", -ENOENT, "no-such-policy");
	refused("", -ENOENT, "no policy is named");
	refused(NULL, -ENOENT, "no policy is named");
}

/* ---- Shared objects ------------------------------------------------------------------ */

static void first_policy_of_an_object_is_loaded(void **state)
{
	const struct armdma_iova_policy *p = load(OBJECT("good"));

	(void)state;
	assert_string_equal(p->name, "plugin-one");
	assert_ptr_equal(load(OBJECT("good")), p);
	assert_int_equal(armdma_iova_selftest(p, 1, NULL, NULL), 0);
}

static void policy_of_an_object_is_loaded_by_name(void **state)
{
	(void)state;
	assert_string_equal(load(OBJECT("good") ":plugin-two")->name, "plugin-two");
	assert_ptr_equal(load(OBJECT("good") ":plugin-one"), load(OBJECT("good")));
	refused(OBJECT("good") ":plugin-six", -ENOENT, "plugin-one plugin-two");
}

static void name_is_looked_for_in_the_directories_of_a_variable(void **state)
{
	(void)state;
	unsetenv("ARMDMA_IOVA_PATH");
	refused("good", -ENOENT, "armdma-iova-good.so");
	setenv("ARMDMA_IOVA_PATH", "/nowhere:" IOVA_PLUGINS, 1);
	assert_string_equal(load("good")->name, "plugin-one");
	refused("old", -ENOEXEC, "interface");
	unsetenv("ARMDMA_IOVA_PATH");
	assert_string_equal(load("good")->name, "plugin-one");	/* what was loaded stays */
}

static void thread_caches_go_over_a_loaded_policy(void **state)
{
	const struct armdma_iova_policy *p = load("magazine:" OBJECT("good") ":plugin-two");

	(void)state;
	assert_string_equal(p->name, "magazine:" OBJECT("good") ":plugin-two");
	assert_int_equal(armdma_iova_selftest(p, 1, NULL, NULL), 0);
	assert_ptr_equal(load("magazine:" OBJECT("good") ":plugin-two"), p);
}

/* ---- What is none ---------------------------------------------------------------------- */

static void object_without_a_policy_is_refused(void **state)
{
	(void)state;
	refused(OBJECT("none"), -ENOEXEC, "armdma_iova_plugin");
	refused(OBJECT("empty"), -ENOEXEC, "names no policy");
}

static void object_for_another_interface_is_refused(void **state)
{
	(void)state;
	refused(OBJECT("old"), -ENOEXEC, "interface 8");
}

static void policy_without_all_its_calls_is_refused(void **state)
{
	(void)state;
	refused(OBJECT("half"), -ENOEXEC, "policy 1 (half) has no validate");
}

static void file_that_is_no_object_is_refused(void **state)
{
	char path[] = TEST_OUTPUT_DIR "/no-object-XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	refused(path, -ENOEXEC, path);	/* empty */
	assert_int_equal(write(fd, "#!/bin/sh\n", 10), 10);
	close(fd);
	refused(path, -ENOEXEC, path);
	unlink(path);
	refused(path, -ENOENT, "no such file");
	refused(TEST_OUTPUT_DIR "/", -ENOEXEC, TEST_OUTPUT_DIR);
	refused("./no-such-file.so:name", -ENOENT, "./no-such-file.so");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_policy_is_found_by_its_name),
		cmocka_unit_test(unknown_names_are_refused),
		cmocka_unit_test(first_policy_of_an_object_is_loaded),
		cmocka_unit_test(policy_of_an_object_is_loaded_by_name),
		cmocka_unit_test(name_is_looked_for_in_the_directories_of_a_variable),
		cmocka_unit_test(thread_caches_go_over_a_loaded_policy),
		cmocka_unit_test(object_without_a_policy_is_refused),
		cmocka_unit_test(object_for_another_interface_is_refused),
		cmocka_unit_test(policy_without_all_its_calls_is_refused),
		cmocka_unit_test(file_that_is_no_object_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
