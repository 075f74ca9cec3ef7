/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Step 2 of the demo, end to end: a recorded workload of a real kernel through DMA API, IOVA allocator, page tables, TLB
 * and DMA engine. The mutation check runs this program with a library that leaves something out.
 */
#include <errno.h>

#define DEMO_DIR "demo-replay"
#include "tests/demo_helpers.h"

static void recorded_kernel_is_reproduced(void **state)
{
	struct demo_options opt = small_options();
	struct demo_replay res;
	struct rig r;

	(void)state;
	assert_int_equal(rig_open(&r, &opt), 0);
	assert_step(&r, demo_replay(&r.d, &res));
	assert_int_equal(res.maps, 3348);
	assert_int_equal(res.unmaps, 3348);
	assert_int_equal(res.allocs, 2);
	assert_int_equal(res.frees, 2);
	assert_int_equal(res.iovas, 3350);
	assert_int_equal(res.equal, 3350);
	assert_int_equal(res.transfers, 3348);
	assert_int_equal(res.bad, 0);
	assert_int_equal(res.faults, 0);
	assert_int_equal(res.leaked, 601);
	assert_int_equal(res.iova_left, 12020 << 10);
	assert_int_equal(res.pages_left, res.iova_left);
	assert_int_equal(r.d.seen[ARMDMA_REPORT_LEAK], 0);
	assert_int_equal(r.d.unexpected, 0);
	assert_nothing_lost(&r);
	rig_close(&r);
}

/* ---- Recordings of a few lines ------------------------------------------ */

#define LINE "  t-1 [000] d.... 1.000000: "
#define ALLOC(bytes, iova)                                  \
	LINE "dma_alloc: (f) dev=\"d\" size=" #bytes "\n"   \
	LINE "iova_alloc: (f) mapping=0x1 size=" #bytes "\n" \
	LINE "iova_alloc_ret: (f) iova=" #iova "\n"
#define MAP(offset, bytes, dir, asked, iova)                                                          \
	LINE "dma_map_page: (f) dev=\"d\" offset=" #offset " size=" #bytes " dir=" #dir " attrs=0x0\n" \
	LINE "iova_alloc: (f) mapping=0x1 size=" #asked "\n"                                          \
	LINE "iova_alloc_ret: (f) iova=" #iova "\n"
#define UNMAP(iova, bytes) LINE "unmap: IOMMU: iova=" #iova " - 0x0 size=" #bytes " unmapped_size=" #bytes "\n"

static int replay_text(struct rig *r, const char *text, struct demo_replay *res)
{
	struct demo_options opt = small_options();
	char path[512];
	int ret;

	write_file(path, "demo-replay.ftrace.txt", text, strlen(text));
	opt.trace = path;
	assert_int_equal(rig_open(r, &opt), 0);
	ret = demo_replay(&r->d, res);
	unlink(path);
	return ret;
}

static void each_direction_moves_its_payload(void **state)
{
	struct demo_replay res;
	struct rig r;

	(void)state;
	assert_step(&r, replay_text(&r, ALLOC(4096, 0x0)
				    MAP(0x10, 100, 0, 4096, 0x1000) MAP(0xff0, 32, 1, 8192, 0x2000)
				    MAP(0x0, 4096, 2, 4096, 0x4000)
				    UNMAP(0x4000, 4096) UNMAP(0x1000, 4096) UNMAP(0x2000, 8192), &res));
	assert_int_equal(res.transfers, 4);	/* both ways for the first */
	assert_int_equal(res.bytes, 100 + 100 + 32 + 4096);
	assert_int_equal(res.equal, 4);
	assert_int_equal(res.iova_left, 0);
	assert_int_equal(r.d.seen[ARMDMA_REPORT_LEAK], 0);
	assert_nothing_lost(&r);
	rig_close(&r);
}

static void pages_before_a_large_offset_stay_allocated(void **state)
{
	struct demo_replay res;
	struct rig r;

	(void)state;
	assert_step(&r, replay_text(&r, ALLOC(4096, 0x0) MAP(0x2010, 50, 1, 12288, 0x4000)
				    UNMAP(0x6000, 4096) UNMAP(0x0, 4096), &res));
	assert_int_equal(res.leaked, 1);
	assert_int_equal(res.iova_left, 8192);
	assert_int_equal(r.d.seen[ARMDMA_REPORT_LEAK], 0);	/* the kernel's, not the driver's */
	assert_nothing_lost(&r);
	rig_close(&r);
}

/* Linux 6.1 takes IOVA 0 for none, and so does not unmap the mapping that was given it. */
static void mapping_at_iova_0_stays(void **state)
{
	struct demo_replay res;
	struct rig r;

	(void)state;
	assert_step(&r, replay_text(&r,
		LINE "dma_map_page: (f) dev=\"d\" offset=0x800 size=4096 dir=1 attrs=0x0\n"
		LINE "iova_alloc: (f) mapping=0x1 size=8192\n"
		"  t-2 [001] d.... 1.000000: dma_alloc: (f) dev=\"d\" size=4096\n"
		"  t-2 [001] d.... 1.000000: iova_alloc: (f) mapping=0x1 size=4096\n"
		LINE "iova_alloc_ret: (f) iova=0x0\n"
		"  t-2 [001] d.... 1.000000: iova_alloc_ret: (f) iova=0x2000\n"
		UNMAP(0x2000, 4096), &res));
	assert_int_equal(res.equal, 2);
	assert_int_equal(res.leaked, 1);
	assert_int_equal(res.iova_left, 8192);
	assert_int_equal(r.d.unexpected, 0);
	assert_nothing_lost(&r);
	rig_close(&r);
}

static void chain_of_an_interrupt_inside_another_is_paired(void **state)
{
	struct demo_replay res;
	struct rig r;

	(void)state;
	assert_step(&r, replay_text(&r, ALLOC(4096, 0x0)
		LINE "dma_map_page: (f) dev=\"d\" offset=0x0 size=5000 dir=1 attrs=0x0\n"
		"  t-1 [000] d.h.. 1.000000: dma_map_page: (f) dev=\"d\" offset=0x0 size=10 dir=1 attrs=0x0\n"
		"  t-1 [000] d.h.. 1.000000: iova_alloc: (f) mapping=0x1 size=4096\n"
		"  t-1 [000] d.h.. 1.000000: iova_alloc_ret: (f) iova=0x1000\n"
		LINE "iova_alloc: (f) mapping=0x1 size=8192\n"
		LINE "iova_alloc_ret: (f) iova=0x2000\n"
		UNMAP(0x2000, 8192) UNMAP(0x1000, 4096), &res));
	assert_int_equal(res.equal, 3);
	assert_int_equal(res.bytes, 5010);
	rig_close(&r);
}

static void addresses_that_differ_are_counted_and_still_freed(void **state)
{
	struct demo_options opt = small_options();
	struct demo_replay res;
	char path[512];
	struct rig r;

	(void)state;
	write_file(path, "demo-differs.ftrace.txt", ALLOC(4096, 0x0) MAP(0x0, 64, 2, 4096, 0x9000) UNMAP(0x9000, 4096),
		   strlen(ALLOC(4096, 0x0) MAP(0x0, 64, 2, 4096, 0x9000) UNMAP(0x9000, 4096)));
	opt.trace = path;
	opt.trace_exact = false;
	assert_int_equal(rig_open(&r, &opt), 0);
	assert_step(&r, demo_replay(&r.d, &res));
	assert_int_equal(res.iovas, 2);
	assert_int_equal(res.equal, 1);
	assert_int_equal(res.iova_left, 0);
	rig_close(&r);
	opt.trace_exact = true;
	assert_int_equal(rig_open(&r, &opt), 0);
	assert_int_not_equal(demo_replay(&r.d, &res), 0);
	assert_says(&r, "1 IOVAs differ");
	rig_close(&r);
	unlink(path);
}

static void nonsense_is_refused_by_line(void **state)
{
	static const struct { const char *text, *why; } v[] = {
		{ ALLOC(4096, 0x0) UNMAP(0x5000, 4096), "line 4: unmap of IOVA 0x5000, 4096 bytes, which was never mapped" },
		{ ALLOC(4096, 0x0) UNMAP(0x0, 4096) UNMAP(0x0, 4096), "line 5: unmap of IOVA 0x0" },
		{ ALLOC(8192, 0x0) UNMAP(0x1000, 4096), "line 4: unmap of IOVA 0x1000, 4096 bytes; line 2 mapped 0x0, 8192" },
		{ MAP(0x0, 64, 1, 4096, 0x0), "line 3: a mapping before any dma_alloc" },
		{ ALLOC(4096, 0x0) MAP(0x0, 64, 1, 8192, 0x2000), "line 5: iova_alloc of 8192 bytes for 64 at offset 0" },
		{ LINE "iova_alloc_ret: (f) iova=0x7000\n", "line 1: iova_alloc_ret 0x7000 without" },
		{ ALLOC(4096, 0x0) LINE "iova_alloc: (f) mapping=0x2 size=4096\n", "line 4: a second address space" },
		{ LINE "iova_alloc: (f) mapping=0x2 size=1073741824\n", "line 1: a mapping of 1073741824 bytes" },
		{ ALLOC(4096, 0x0) "what is this\n", "1 lines cannot be read, the first is 4" },
		{ "# tracer: nop\n", "has no iova_alloc lines" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		struct demo_replay res;
		struct rig r;

		assert_int_not_equal(replay_text(&r, v[i].text, &res), 0);
		if (!strstr(res.error, v[i].why))
			fail_msg("\"%s\" does not contain \"%s\"", res.error, v[i].why);
		assert_says(&r, v[i].why);
		assert_int_equal(r.d.unexpected, 0);
		assert_nothing_lost(&r);
		rig_close(&r);
	}
}

static void missing_recording_is_named(void **state)
{
	struct demo_options opt = small_options();
	struct demo_replay res;
	struct rig r;

	(void)state;
	opt.trace = "no/such/file.xz";
	assert_int_equal(rig_open(&r, &opt), 0);
	assert_int_equal(demo_replay(&r.d, &res), -ENOENT);
	assert_says(&r, "no/such/file.xz");
	assert_nothing_lost(&r);
	rig_close(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded_kernel_is_reproduced),
		cmocka_unit_test(each_direction_moves_its_payload),
		cmocka_unit_test(pages_before_a_large_offset_stay_allocated),
		cmocka_unit_test(mapping_at_iova_0_stays),
		cmocka_unit_test(chain_of_an_interrupt_inside_another_is_paired),
		cmocka_unit_test(addresses_that_differ_are_counted_and_still_freed),
		cmocka_unit_test(nonsense_is_refused_by_line),
		cmocka_unit_test(missing_recording_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
