/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tests of the demo's steps share: a small demo whose output is kept. */
#ifndef TESTS_DEMO_HELPERS_H
#define TESTS_DEMO_HELPERS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "examples/demo/demo.h"

#ifndef TEST_DATA_DIR
#define TEST_DATA_DIR "tests/data"
#endif
#ifndef TEST_OUTPUT_DIR
#define TEST_OUTPUT_DIR "."
#endif
/* Tests may run side by side: each program writes its pictures into a folder of its own. */
#ifndef DEMO_DIR
#error "define DEMO_DIR"
#endif
#define TRACE TEST_DATA_DIR "/traces/arm32-e1000e-send-strict-1cpu.ftrace.txt.xz"

struct rig {
	struct demo d;
	FILE *out;
	char *text;	/* what was printed, after rig_text() */
	size_t len;
};

static inline struct demo_options small_options(void)
{
	return (struct demo_options){
		.dir = TEST_OUTPUT_DIR "/" DEMO_DIR, .trace = TRACE, .trace_exact = true,
		.frames = 3, .width = 320, .height = 240,
	};
}

/* Returns what demo_open() does. */
static inline int rig_open(struct rig *r, const struct demo_options *opt)
{
	r->text = NULL;
	r->out = open_memstream(&r->text, &r->len);
	assert_non_null(r->out);
	return demo_open(&r->d, opt, r->out);
}

static inline const char *rig_text(struct rig *r)
{
	fflush(r->out);
	return r->text;
}

static inline void rig_close(struct rig *r)
{
	demo_close(&r->d);
	fclose(r->out);
	free(r->text);
}

#define assert_says(r, what)                                                   \
	do {                                                                   \
		if (!strstr(rig_text(r), what))                                \
			fail_msg("\"%s\" is not in:\n%s", what, rig_text(r)); \
	} while (0)

/* A step that has to come out right; on failure its output is shown. */
#define assert_step(r, call)                                                   \
	do {                                                                   \
		int step_ret = call;                                           \
		if (step_ret)                                                  \
			fail_msg("%s: %d\n%s", #call, step_ret, rig_text(r)); \
	} while (0)

/* Everything that a step took has been given back. */
static inline void assert_nothing_lost(struct rig *r)
{
	const struct armdma_mm_stats *boot[] = { &r->d.boot, &r->d.linux_boot };
	struct armdma_machine *m[] = { r->d.m, r->d.linux_m };
	struct armdma_mm_stats mm;
	struct armdma_error err;

	for (int i = 0; i < 2; i++) {
		armdma_mm_stats(m[i], &mm);
		for (int z = 0; z < ARMDMA_NR_ZONES; z++)
			assert_int_equal(mm.pages_free[z], boot[i]->pages_free[z]);
		assert_int_equal(mm.vm_areas, 0);
		if (armdma_mm_validate(m[i], &err))
			fail_msg("%s", err.msg);
	}
}

/* A file of this text; path has room for 512 bytes. */
static inline void write_file(char *path, const char *name, const void *text, size_t len)
{
	FILE *f;

	snprintf(path, 512, "%s/%s", TEST_OUTPUT_DIR, name);
	f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, len, f), len);
	fclose(f);
}

#endif
