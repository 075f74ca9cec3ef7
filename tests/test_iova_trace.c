/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's own answers as the oracle: a recorded workload of 32-bit ARM Linux 6.1 (e1000e sending TCP, one CPU) is
 * replayed through the allocator, and every address must be the one that the kernel gave. And the reader of such
 * recordings against lines that are no such thing.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <armdma/iova.h>

#include "tools/iova/ftrace.h"

#ifndef TEST_DATA_DIR
#define TEST_DATA_DIR "tests/data"
#endif
#ifndef TEST_OUTPUT_DIR
#define TEST_OUTPUT_DIR "."
#endif
#define TRACE TEST_DATA_DIR "/traces/arm32-e1000e-send-strict-1cpu.ftrace.txt.xz"
#define DAMAGED TEST_OUTPUT_DIR "/ftrace-damaged.xz"
#define MAX_OPEN 32

/* Allocations whose answer has not been seen yet. */
struct open_alloc {
	uint64_t context;
	armdma_dma_t addr;
};

struct replay {
	const struct armdma_iova_policy *policy;
	void *priv;
	struct open_alloc stack[MAX_OPEN];
	unsigned int depth, equal, allocs, frees;
};

static void replay_alloc(struct replay *r, const struct ftrace_event *ev)
{
	struct armdma_iova_request req = { .size = ev->size };
	struct open_alloc *a = &r->stack[r->depth];

	assert_true(r->depth++ < MAX_OPEN);
	a->context = ev->context;
	if (r->policy->alloc(r->priv, &req, &a->addr))
		fail_msg("line %lu: no place for %llu bytes", ev->line, (unsigned long long)ev->size);
	r->allocs++;
}

static void replay_answer(struct replay *r, const struct ftrace_event *ev)
{
	unsigned int i = r->depth;

	while (i && r->stack[i - 1].context != ev->context)
		i--;
	assert_true(i > 0);
	i--;
	if (r->stack[i].addr == ev->iova)
		r->equal++;
	else
		print_message("line %lu: 0x%llx, the kernel gave 0x%llx\n", ev->line,
			      (unsigned long long)r->stack[i].addr, (unsigned long long)ev->iova);
	memmove(&r->stack[i], &r->stack[i + 1], (--r->depth - i) * sizeof(r->stack[0]));
}

static void every_recorded_iova_comes_out_equal(void **state)
{
	struct armdma_iova_space space = { .size = 1ULL << 32, .granule = 4096, .align_order = 8 };
	struct replay r = { .policy = armdma_iova_linux_arm() };
	struct armdma_iova_stats st;
	struct armdma_error bad;
	struct ftrace_event ev;
	char err[200];
	struct ftrace *f;
	int ret;

	(void)state;
	f = ftrace_open(TRACE, err, sizeof(err));
	if (!f)
		fail_msg("%s", err);
	assert_int_equal(r.policy->create(r.policy, &r.priv, &space, &bad), 0);
	while ((ret = ftrace_next(f, &ev)) > 0) {
		if (ev.type == FTRACE_IOVA_ALLOC)
			replay_alloc(&r, &ev);
		else if (ev.type == FTRACE_IOVA_ALLOC_RET)
			replay_answer(&r, &ev);
		else if (ev.type == FTRACE_UNMAP && !r.policy->free(r.priv, ev.iova, ev.size))
			r.frees++;
	}
	if (ret)
		fail_msg("%s", ftrace_stats(f)->error);
	if (r.policy->validate(r.priv, &bad))
		fail_msg("%s", bad.msg);
	assert_int_equal(r.allocs, 3350);
	assert_int_equal(r.equal, 3350);
	assert_int_equal(r.frees, 3350);
	assert_int_equal(ftrace_stats(f)->malformed, 0);
	assert_int_equal(ftrace_stats(f)->others, 0);
	assert_int_equal(ftrace_stats(f)->events[FTRACE_MAP], 3351);
	assert_int_equal(ftrace_stats(f)->events[FTRACE_DMA_MAP_PAGE], 3348);
	/* What this kernel leaks: pages before an offset of a page or more are never given back. */
	r.policy->stats(r.priv, &st);
	assert_true(st.used > 0);
	print_message("left allocated by the recorded kernel: %llu KiB, peak %llu KiB\n",
		      (unsigned long long)st.used >> 10, (unsigned long long)st.peak >> 10);
	r.policy->destroy(r.priv);
	ftrace_close(f);
}

/* ---- The reader ----------------------------------------------------------------- */

/* A trace with this text (len 0: strlen); *f is its reader, the file is gone already. */
static struct ftrace *reader_of(const char *text, size_t len)
{
	char path[] = TEST_OUTPUT_DIR "/ftrace-test-XXXXXX", err[200];
	int fd = mkstemp(path);
	struct ftrace *f;

	assert_true(fd >= 0);
	if (!len)
		len = strlen(text);
	assert_int_equal(write(fd, text, len), (ssize_t)len);
	close(fd);
	f = ftrace_open(path, err, sizeof(err));
	unlink(path);
	if (!f)
		fail_msg("%s", err);
	return f;
}

#define HEAD "  kworker/0:1-[x]-23 [001] d.s1.  12.000345: "

static void fields_of_each_event_are_read(void **state)
{
	struct ftrace *f = reader_of(
		"# tracer: nop\n\n"
		HEAD "dma_map_page: (f+0x0/0x1) dev=\"0000:00:08.0\" offset=0x1842 size=1522 dir=2 attrs=0x20\n"
		HEAD "iova_alloc: (f+0x54/0x1c8) mapping=0xc6ed0f40 size=8192\n"
		HEAD "iova_alloc_ret: (f+0x58/0x1c8) iova=0x7000\n"
		HEAD "map: IOMMU: iova=0x7000 - 0x8000 paddr=0x0000000042572000 size=4096\n"
		HEAD "dma_unmap_page: (f+0x0/0x1) dev=\"a b\" iova=0x8842 size=1522 dir=1\n"
		HEAD "unmap: IOMMU: iova=0x8000 - 0x9000 size=4096 unmapped_size=8192\n"
		HEAD "dma_alloc: (f+0/1) dev=\"d\" size=12\n"
		HEAD "dma_free: (f+0/1) dev=\"d\" size=12 iova=0x99\n", 0);
	struct ftrace_event ev;

	(void)state;
	assert_int_equal(ftrace_next(f, &ev), 1);
	assert_int_equal(ev.type, FTRACE_DMA_MAP_PAGE);
	assert_int_equal(ev.line, 3);
	assert_int_equal(ev.usecs, 12000345);
	assert_string_equal(ev.task, "kworker/0:1-[x]");
	assert_string_equal(ev.dev, "0000:00:08.0");
	assert_int_equal(ev.offset, 0x1842);
	assert_int_equal(ev.size, 1522);
	assert_int_equal(ev.dir, 2);
	assert_int_equal(ev.attrs, 0x20);
	assert_int_equal(ftrace_next(f, &ev), 1);
	assert_int_equal(ev.type, FTRACE_IOVA_ALLOC);
	assert_int_equal(ev.size, 8192);
	assert_int_equal(ev.space, 0xc6ed0f40);
	assert_int_equal(ftrace_next(f, &ev), 1);
	assert_int_equal(ev.type, FTRACE_IOVA_ALLOC_RET);
	assert_int_equal(ev.iova, 0x7000);
	assert_int_equal(ftrace_next(f, &ev), 1);
	assert_int_equal(ev.type, FTRACE_MAP);
	assert_int_equal(ev.paddr, 0x42572000);
	assert_int_equal(ftrace_next(f, &ev), 1);
	assert_string_equal(ev.dev, "a b");
	assert_int_equal(ev.iova, 0x8842);
	assert_int_equal(ftrace_next(f, &ev), 1);
	assert_int_equal(ev.type, FTRACE_UNMAP);
	assert_int_equal(ev.size, 4096);	/* not unmapped_size */
	assert_int_equal(ftrace_next(f, &ev), 1);
	assert_int_equal(ev.type, FTRACE_DMA_ALLOC);
	assert_int_equal(ftrace_next(f, &ev), 1);
	assert_int_equal(ev.type, FTRACE_DMA_FREE);
	assert_int_equal(ev.iova, 0x99);
	assert_int_equal(ftrace_next(f, &ev), 0);
	assert_int_equal(ftrace_next(f, &ev), 0);
	assert_int_equal(ftrace_stats(f)->malformed, 0);
	ftrace_close(f);
}

static void contexts_tell_interrupts_from_tasks(void **state)
{
	struct ftrace *f = reader_of("a-7 [000] d.... 1.000000: iova_alloc_ret: (f) iova=0x1\n"
				     "a-7 [000] d.h.. 1.000000: iova_alloc_ret: (f) iova=0x1\n"
				     "a-7 [001] d.... 1.000000: iova_alloc_ret: (f) iova=0x1\n"
				     "b-8 [000] d.... 1.000000: iova_alloc_ret: (f) iova=0x1\n"
				     "c-7 [000] ..... 1.000000: iova_alloc_ret: (f) iova=0x1\n", 0);
	struct ftrace_event ev[5];

	(void)state;
	for (int i = 0; i < 5; i++)
		assert_int_equal(ftrace_next(f, &ev[i]), 1);
	for (int i = 1; i < 4; i++)
		assert_true(ev[i].context != ev[0].context);
	assert_true(ev[4].context == ev[0].context);
	ftrace_close(f);
}

static void malformed_lines_are_counted_and_named(void **state)
{
	static const struct { const char *line, *why; } v[] = {
		{ "nothing of the kind\n", "[CPU]" },
		{ "[000] d.... 1.000000: map: x\n", "TASK-PID" },
		{ "task [000] d.... 1.000000: map: x\n", "TASK-PID" },
		{ "t-1 [000] d. 1.000000: map: x\n", "flags" },
		{ "t-1 [000] d.... 1.00: map: x\n", "time" },
		{ "t-1 [000] d.... yesterday: map: x\n", "time" },
		{ "t-1 [000] d.... 1.000000: \n", "event name" },
		{ HEAD "iova_alloc: (f) mapping=0x1\n", "\"size\"" },
		{ HEAD "iova_alloc: (f) size=\n", "\"size\"" },
		{ HEAD "iova_alloc: (f) size=-4\n", "\"size\"" },
		{ HEAD "iova_alloc: (f) size=0\n", "\"size\"" },
		{ HEAD "iova_alloc: (f) size=99999999999999999999\n", "\"size\"" },
		{ HEAD "iova_alloc_ret: (f) iova=0x1z\n", "\"iova\"" },
		{ HEAD "dma_map_page: (f) dev=\"d\" offset=0 size=1 dir=3 attrs=0x0\n", "\"dir\"" },
		{ HEAD "dma_map_page: (f) dev=\"d offset=0 size=1 dir=1 attrs=0x0\n", "\"dev\"" },
		{ HEAD "unmap: IOMMU: iova=0x7000 - 0x8000", "\"size\"" },	/* the file ends early */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		struct ftrace *f = reader_of(v[i].line, 0);
		const struct ftrace_stats *st = ftrace_stats(f);
		struct ftrace_event ev;

		assert_int_equal(ftrace_next(f, &ev), 0);
		assert_int_equal(st->malformed, 1);
		assert_int_equal(st->bad[0].line, 1);
		if (!strstr(st->bad[0].why, v[i].why))
			fail_msg("%s: \"%s\" does not name %s", v[i].line, st->bad[0].why, v[i].why);
		ftrace_close(f);
	}
}

static void only_the_first_malformed_lines_are_kept(void **state)
{
	char text[512] = "";
	struct ftrace_event ev;
	struct ftrace *f;

	(void)state;
	for (int i = 0; i < 20; i++)
		strcat(text, "junk\n");
	strcat(text, HEAD "unmap: iova=0x0 size=4096\n" HEAD "other: x=1\n");
	f = reader_of(text, 0);
	assert_int_equal(ftrace_next(f, &ev), 1);
	assert_int_equal(ftrace_next(f, &ev), 0);
	assert_int_equal(ftrace_stats(f)->malformed, 20);
	assert_int_equal(ftrace_stats(f)->bad[FTRACE_MAX_BAD - 1].line, FTRACE_MAX_BAD);
	assert_int_equal(ftrace_stats(f)->others, 1);
	assert_int_equal(ftrace_stats(f)->lines, 22);
	ftrace_close(f);
}

static void nul_bytes_and_empty_files_do_no_harm(void **state)
{
	static const char text[] = "\0\0\0\n" HEAD "unmap: iova=0x0 si\0ze=4096\n";
	struct ftrace_event ev;
	struct ftrace *f = reader_of(text, sizeof(text) - 1);

	(void)state;
	assert_int_equal(ftrace_next(f, &ev), 0);
	assert_int_equal(ftrace_stats(f)->malformed, 2);
	ftrace_close(f);
	f = reader_of("\n", 1);
	assert_int_equal(ftrace_next(f, &ev), 0);
	assert_int_equal(ftrace_stats(f)->malformed, 0);
	ftrace_close(f);
	ftrace_close(NULL);
}

static void damaged_archive_is_an_error(void **state)
{
	static char head[2000];
	FILE *whole = fopen(TRACE, "r");
	struct ftrace_event ev;
	struct ftrace *f;
	int ret;

	(void)state;
	assert_non_null(whole);
	assert_int_equal(fread(head, 1, sizeof(head), whole), sizeof(head));
	fclose(whole);
	/* The reader opens the file once more, by name: keep it until the end. */
	whole = fopen(DAMAGED, "w");
	assert_non_null(whole);
	assert_int_equal(fwrite(head, 1, sizeof(head), whole), sizeof(head));
	fclose(whole);
	f = ftrace_open(DAMAGED, head, sizeof(head));
	assert_non_null(f);
	while ((ret = ftrace_next(f, &ev)) > 0)
		;
	unlink(DAMAGED);
	assert_int_equal(ret, -EIO);
	assert_non_null(strstr(ftrace_stats(f)->error, "damaged"));
	assert_int_equal(ftrace_next(f, &ev), -EIO);
	ftrace_close(f);
}

static void archive_may_be_closed_in_the_middle(void **state)
{
	struct ftrace_event ev;
	char err[200];
	struct ftrace *f = ftrace_open(TRACE, err, sizeof(err));

	(void)state;
	assert_non_null(f);
	assert_int_equal(ftrace_next(f, &ev), 1);
	ftrace_close(f);
}

static void missing_file_is_named(void **state)
{
	char err[200];

	(void)state;
	assert_null(ftrace_open("no/such/file.xz", err, sizeof(err)));
	assert_non_null(strstr(err, "no/such/file.xz"));
	assert_string_equal(ftrace_name(FTRACE_UNMAP), "unmap");
	assert_string_equal(ftrace_name(FTRACE_NR), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_recorded_iova_comes_out_equal),
		cmocka_unit_test(fields_of_each_event_are_read),
		cmocka_unit_test(contexts_tell_interrupts_from_tasks),
		cmocka_unit_test(malformed_lines_are_counted_and_named),
		cmocka_unit_test(only_the_first_malformed_lines_are_kept),
		cmocka_unit_test(nul_bytes_and_empty_files_do_no_harm),
		cmocka_unit_test(damaged_archive_is_an_error),
		cmocka_unit_test(archive_may_be_closed_in_the_middle),
		cmocka_unit_test(missing_file_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
