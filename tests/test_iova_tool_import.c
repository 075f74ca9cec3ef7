/* SPDX-License-Identifier: BSD-2-Clause */
/* How recorded events pair, what is lost in doing so, and what is said about it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "import.h"

struct imported {
	struct workload w;
	struct import_report rep;
	char err[200];
	int ret;
};

static struct imported import_text(const char *text, const struct import_options *opt)
{
	static const struct import_options none;
	struct imported i = { .ret = 0 };
	FILE *in = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
	struct ftrace *f;

	assert_non_null(in);
	f = ftrace_open_stream(in, i.err, sizeof(i.err));
	assert_non_null(f);
	workload_init(&i.w);
	i.ret = import_ftrace(f, opt ? opt : &none, &i.w, &i.rep, i.err, sizeof(i.err));
	ftrace_close(f);
	if (!i.ret && workload_check(&i.w, i.err, sizeof(i.err)))
		fail_msg("%s", i.err);
	return i;
}

static void assert_op(const struct imported *i, size_t at, enum op_kind kind, uint32_t id)
{
	assert_true(at < i->w.nr_ops);
	assert_int_equal(i->w.ops[at].kind, kind);
	assert_int_equal(i->w.ops[at].id, id);
}

#define T0 "task-7 [000] d.... 1.000010: "
#define T1 "other-8 [001] d.... 1.000020: "
#define IRQ "task-7 [000] d.h.. 1.000030: "
#define MAP_PAGE(dev) "dma_map_page: (f+0/1) dev=\"" dev "\" offset=0x0 size=4096 dir=1 attrs=0x0\n"
#define UNMAP_PAGE(dev, iova) "dma_unmap_page: (f+0/1) dev=\"" dev "\" iova=" iova " size=4096 dir=1\n"
/* arm64: the allocation names the device, and frees come by themselves. */
#define ALLOC64(dev, size) "iova_alloc: (f+0/1) domain=0xd" " size=" size " limit=0xffffffffffffffff dev=\"" dev "\"\n"
#define RET(iova) "iova_alloc_ret: (f+0/1) iova=" iova "\n"
#define MAP(iova, end, pa, size) "map: IOMMU: iova=" iova " - " end " paddr=" pa " size=" size "\n"
#define UNMAP(iova, size) "unmap: IOMMU: iova=" iova " - 0x0 size=" size " unmapped_size=" size "\n"
#define FREE(iovad, pfn, n) "iova_free: (f+0/1) iovad=" iovad " pfn=" pfn " size=" n "\n"

static void a_mapping_becomes_an_allocation_and_its_unmap_the_free(void **state)
{
	struct imported i = import_text(
		T0 MAP_PAGE("a") T0 ALLOC64("a", "8192") T0 RET("0xffff0000") T0 MAP("0xffff0000", "0xffff1000", "0x4000", "4096")
		T0 MAP("0xffff1000", "0xffff2000", "0x9000", "4096")
		IRQ UNMAP_PAGE("a", "0xffff0000") IRQ UNMAP("0xffff0000", "8192") IRQ FREE("0x77", "0xffff0", "2"), NULL);

	(void)state;
	assert_int_equal(i.ret, 0);
	assert_int_equal(i.w.nr_ops, 2);
	assert_op(&i, 0, OP_ALLOC, 0);
	assert_int_equal(i.w.ops[0].size, 8192);
	assert_int_equal(i.w.ops[0].recorded, 0xffff0000);
	assert_int_equal(i.w.ops[0].dir, 1);
	assert_int_equal(i.w.ops[0].nr_pieces, 2);
	assert_int_equal(i.w.pieces[i.w.ops[0].pieces + 1].pa, 0x9000);
	assert_op(&i, 1, OP_FREE, 0);
	assert_int_equal(i.w.ops[1].nsecs, 20000);
	assert_string_equal(i.w.spaces[0].name, "a");
	assert_int_equal(import_lost(&i.rep), 0);
	assert_int_equal(i.rep.source, IMPORT_PROBES);
	workload_free(&i.w);
}

static void an_interrupt_in_a_chain_keeps_its_own(void **state)
{
	struct imported i = import_text(
		T0 MAP_PAGE("a") T0 ALLOC64("a", "4096")
		IRQ MAP_PAGE("a") IRQ ALLOC64("a", "16384") IRQ RET("0xfffc0000") IRQ MAP("0xfffc0000", "0", "0x10000", "16384")
		T0 RET("0xffff0000") T0 MAP("0xffff0000", "0", "0x5000", "4096"), NULL);

	(void)state;
	assert_int_equal(i.w.nr_ops, 2);
	assert_int_equal(i.w.ops[0].recorded, 0xffff0000);
	assert_int_equal(i.w.ops[1].recorded, 0xfffc0000);
	assert_int_equal(i.w.pieces[i.w.ops[0].pieces].pa, 0x5000);
	assert_int_equal(i.w.pieces[i.w.ops[1].pieces].pa, 0x10000);
	assert_int_equal(i.rep.left, 2);
	workload_free(&i.w);
}

/* The same address is live on two devices; the flush queue frees without naming one. */
static void lazy_frees_find_their_device(void **state)
{
	struct imported i = import_text(
		T0 MAP_PAGE("a") T0 ALLOC64("a", "4096") T0 RET("0xffff0000")
		T1 MAP_PAGE("b") T1 "iova_alloc: (f+0/1) domain=0xe size=4096 limit=0xffffffffffffffff dev=\"b\"\n" T1 RET("0xffff0000")
		T1 MAP_PAGE("b") T1 "iova_alloc: (f+0/1) domain=0xe size=4096 limit=0xffffffffffffffff dev=\"b\"\n" T1 RET("0xfffe0000")
		T1 UNMAP_PAGE("b", "0xfffe0000") T1 UNMAP("0xfffe0000", "4096") T1 UNMAP_PAGE("b", "0xffff0000") T1 UNMAP("0xffff0000", "4096")
		T0 "x: y\n" T0 "x: y\n"
		IRQ FREE("0x99", "0xfffe0", "1") IRQ FREE("0x99", "0xffff0", "1")
		T0 UNMAP_PAGE("a", "0xffff0000") T0 UNMAP("0xffff0000", "4096") T0 FREE("0x88", "0xffff0", "1"), NULL);
	unsigned int frees = 0;

	(void)state;
	assert_int_equal(i.ret, 0);
	assert_int_equal(i.w.nr_spaces, 2);
	for (size_t k = 0; k < i.w.nr_ops; k++)
		if (i.w.ops[k].kind == OP_FREE)
			assert_int_equal(i.w.ops[k].space, ++frees < 3);
	assert_int_equal(frees, 3);
	assert_int_equal(import_lost(&i.rep), 0);
	assert_int_equal(i.rep.left, 0);
	workload_free(&i.w);
}

/* 32-bit ARM: no event of the free; it follows the unmap, and what lies before an offset of a page is leaked. */
static void arm32_unmap_of_a_part_frees_the_part(void **state)
{
	struct imported i = import_text(
		T0 "dma_map_page: (f+0/1) dev=\"a\" offset=0x1000 size=4096 dir=1 attrs=0x0\n"
		T0 "iova_alloc: (f+0/1) mapping=0x5 size=8192\n" T0 RET("0x0") T0 MAP("0x0", "0x2000", "0x4000", "8192")
		T0 UNMAP_PAGE("a", "0x1000") T0 UNMAP("0x1000", "4096"), NULL);

	(void)state;
	assert_int_equal(i.w.nr_ops, 2);
	assert_int_equal(i.w.ops[0].recorded, 0);
	assert_int_equal(i.w.ops[1].flags, OP_PART);
	assert_int_equal(i.w.ops[1].offset, 4096);
	assert_int_equal(i.w.ops[1].size, 4096);
	assert_int_equal(i.rep.part_frees, 1);
	assert_int_equal(i.rep.left, 1);
	workload_free(&i.w);
}

#define TP(text) "task-7 [000] ..... 2.000000: " text "\n"

static void dma_tracepoints_name_device_and_pages(void **state)
{
	struct imported i = import_text(
		TP("dma_alloc: 0000:00:04.0 dir=BIDIRECTIONAL dma_addr=ffff8000 size=100 virt_addr=000000001 flags=GFP_KERNEL attrs=")
		TP("dma_map_page: 0000:00:04.0 dir=TO_DEVICE dma_addr=ffff1f00 size=512 phys_addr=40001f00 attrs=")
		TP("dma_map_phys: 0000:00:04.0 dir=FROM_DEVICE dma_addr=fffe0000 size=4096 phys_addr=40002000 attrs=SKIP_CPU_SYNC")
		TP("dma_map_sg: 0000:00:04.0 dir=TO_DEVICE nents=3/3 ents=3/3 dma_addrs={0xfff00e00,0xfff01000,0xffe00000} sizes={0x200,0x1000,0x800} "
		   "phys_addrs={0x1e00,0x2000,0x3000} attrs=")
		TP("dma_unmap_page: 0000:00:04.0 dir=TO_DEVICE dma_addr=ffff1f00 size=512 attrs=")
		TP("dma_unmap_sg: 0000:00:04.0 dir=TO_DEVICE phys_addrs={0x1e00,0x2000,0x3000} attrs=")
		TP("dma_sync_single_for_cpu: 0000:00:04.0 dir=FROM_DEVICE dma_addr=fffe0000 size=4096"), NULL);
	static const uint64_t sizes[] = { 4096, 8192, 4096, 8192, 4096 };

	(void)state;
	assert_int_equal(i.ret, 0);
	assert_int_equal(i.rep.source, IMPORT_DMA);
	assert_int_equal(i.w.nr_allocs, 5);
	for (uint32_t k = 0; k < 5; k++) {
		assert_op(&i, k, OP_ALLOC, k);
		assert_int_equal(i.w.ops[k].size, sizes[k]);
	}
	assert_int_equal(i.w.ops[0].flags, OP_COHERENT);
	assert_int_equal(i.w.ops[1].recorded, 0xffff1000);
	assert_int_equal(i.w.ops[2].dir, 2);
	assert_op(&i, 5, OP_FREE, 1);
	assert_op(&i, 6, OP_FREE, 3);
	assert_op(&i, 7, OP_FREE, 4);
	assert_int_equal(i.w.nr_ops, 8);
	assert_int_equal(import_lost(&i.rep), 0);
	assert_int_equal(i.rep.lines.others, 1);
	workload_free(&i.w);
}

/* Pieces that one unmap takes are one allocation, from the first piece on; a live address belongs to another space. */
static void iommu_events_alone_are_joined_by_the_unmap(void **state)
{
	struct imported i = import_text(
		T0 MAP("0x10000", "0x11000", "0x4000", "4096") T0 MAP("0x11000", "0x13000", "0x9000", "8192")
		T1 MAP("0x10000", "0x11000", "0xf000", "4096")
		T0 UNMAP("0x10000", "12288") T1 UNMAP("0x10000", "4096"), NULL);

	(void)state;
	assert_int_equal(i.rep.source, IMPORT_IOMMU);
	assert_int_equal(i.w.nr_spaces, 2);
	assert_int_equal(i.w.nr_ops, 4);
	assert_op(&i, 0, OP_ALLOC, 0);
	assert_int_equal(i.w.ops[0].size, 12288);
	assert_int_equal(i.w.ops[0].nr_pieces, 2);
	assert_op(&i, 1, OP_ALLOC, 1);
	assert_int_equal(i.w.ops[1].space, 1);
	assert_op(&i, 2, OP_FREE, 0);
	assert_op(&i, 3, OP_FREE, 1);
	workload_free(&i.w);
}

static void every_loss_is_counted_by_its_reason(void **state)
{
	static const struct { enum import_loss loss; unsigned long line; const char *text; } v[] = {
		{ LOSS_NEVER, 4, T0 MAP_PAGE("a") T0 ALLOC64("a", "4096") T0 RET("0x1000") T0 FREE("0x1", "0x77", "1") },
		{ LOSS_TWICE, 5, T0 MAP_PAGE("a") T0 ALLOC64("a", "4096") T0 RET("0x1000") T0 FREE("0x1", "0x1", "1") T0 FREE("0x1", "0x1", "1") },
		{ LOSS_RANGE, 4, T0 MAP_PAGE("a") T0 ALLOC64("a", "4096") T0 RET("0x1000") T0 FREE("0x1", "0x1", "2") },
		{ LOSS_ANSWER, 4, T0 MAP_PAGE("a") T0 ALLOC64("a", "4096") T0 RET("0x1000") T0 RET("0x2000") },
		{ LOSS_NO_ANSWER, 4, T0 ALLOC64("a", "4096") T0 RET("0x1000") T1 ALLOC64("a", "4096") T1 ALLOC64("a", "8192") T1 RET("0x8000") },
		{ LOSS_FAILED, 4, T0 ALLOC64("a", "4096") T0 RET("0x1000") T1 ALLOC64("a", "4096") T1 RET("0x0") },
		{ LOSS_OVERLAP, 4, T0 ALLOC64("a", "4096") T0 RET("0x1000") T1 ALLOC64("a", "4096") T1 RET("0x1000") },
		{ LOSS_SIZE, 3, T0 ALLOC64("a", "4096") T0 RET("0x1000") T1 ALLOC64("a", "99999999999999") },
	};

	(void)state;
	for (size_t k = 0; k < sizeof(v) / sizeof(v[0]); k++) {
		struct imported i = import_text(v[k].text, NULL);

		assert_int_equal(i.ret, 0);
		if (i.rep.lost[v[k].loss] != 1 || import_lost(&i.rep) != 1 || i.rep.first[v[k].loss][0] != v[k].line)
			fail_msg("case %zu: %lu of this kind, %lu in all, the first in line %lu", k, i.rep.lost[v[k].loss], import_lost(&i.rep),
				 i.rep.first[v[k].loss][0]);
		assert_true(strlen(import_explain(v[k].loss)) > 20);
		workload_free(&i.w);
	}
}

static void a_range_that_is_live_on_two_devices_is_not_guessed(void **state)
{
	struct imported i = import_text(T0 "iova_alloc: (f+0/1) mapping=0x5 size=4096\n" T0 RET("0x0") T1 "iova_alloc: (f+0/1) mapping=0x6 size=4096\n"
					T1 RET("0x0") IRQ UNMAP("0x0", "4096"), NULL);

	(void)state;
	assert_int_equal(i.rep.lost[LOSS_AMBIGUOUS], 1);
	assert_int_equal(i.rep.frees, 0);
	workload_free(&i.w);
}

static void only_the_wanted_device_is_kept_and_numbered_anew(void **state)
{
	const struct import_options opt = { .device = "b" }, none = { .device = "c" };
	static const char text[] = T0 ALLOC64("a", "4096") T0 RET("0x1000")
		T1 "iova_alloc: (f+0/1) domain=0xe size=8192 limit=0x0 dev=\"b\"\n" T1 RET("0x2000") T1 UNMAP_PAGE("b", "0x2000")
		T1 UNMAP("0x2000", "8192") T1 FREE("0x1", "0x2", "2");
	struct imported i = import_text(text, &opt);

	(void)state;
	assert_int_equal(i.w.nr_ops, 2);
	assert_op(&i, 0, OP_ALLOC, 0);
	assert_int_equal(i.w.ops[0].size, 8192);
	workload_free(&i.w);
	i = import_text(text, &none);
	assert_int_equal(i.ret, -ENODATA);
	assert_non_null(strstr(i.err, "device's name"));
	workload_free(&i.w);
}

static void a_recording_without_events_says_what_was_there(void **state)
{
	struct imported i = import_text("# tracer: nop\n" T0 "sched_switch: x\njunk\n", NULL);

	(void)state;
	assert_int_equal(i.ret, -ENODATA);
	assert_non_null(strstr(i.err, "1 events of other names, 1 malformed"));
	workload_free(&i.w);
}

/* The recording of a whole boot: nothing is lost, and the kernel's own leak is all that stays. */
static void a_real_recording_pairs_without_loss(void **state)
{
	struct import_options opt = { .device = NULL };
	struct import_report rep;
	struct workload w;
	char err[200];
	struct ftrace *f = ftrace_open(TEST_DATA_DIR "/traces/arm32-e1000e-send-strict-1cpu.ftrace.txt.xz", err, sizeof(err));

	(void)state;
	assert_non_null(f);
	workload_init(&w);
	assert_int_equal(import_ftrace(f, &opt, &w, &rep, err, sizeof(err)), 0);
	ftrace_close(f);
	assert_int_equal(workload_check(&w, err, sizeof(err)), 0);
	assert_int_equal(rep.allocs, 3350);
	assert_int_equal(rep.frees, 3350);
	assert_int_equal(import_lost(&rep), 0);
	assert_int_equal(rep.outside, 0);
	assert_int_equal(rep.left, rep.part_frees);
	assert_int_equal(w.nr_spaces, 1);
	assert_string_equal(w.spaces[0].name, "0000:00:08.0");
	workload_free(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mapping_becomes_an_allocation_and_its_unmap_the_free),
		cmocka_unit_test(an_interrupt_in_a_chain_keeps_its_own),
		cmocka_unit_test(lazy_frees_find_their_device),
		cmocka_unit_test(arm32_unmap_of_a_part_frees_the_part),
		cmocka_unit_test(dma_tracepoints_name_device_and_pages),
		cmocka_unit_test(iommu_events_alone_are_joined_by_the_unmap),
		cmocka_unit_test(every_loss_is_counted_by_its_reason),
		cmocka_unit_test(a_range_that_is_live_on_two_devices_is_not_guessed),
		cmocka_unit_test(only_the_wanted_device_is_kept_and_numbered_anew),
		cmocka_unit_test(a_recording_without_events_says_what_was_there),
		cmocka_unit_test(a_real_recording_pairs_without_loss),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
