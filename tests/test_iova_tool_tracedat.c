/* SPDX-License-Identifier: BSD-2-Clause */
/* trace.dat: what the binary file says is what the text of the same events says; a damaged one is an error and no more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <armdma/dma.h>
#include <armdma/trace.h>

#include "format.h"
#include "load.h"
#include "tool.h"

#define TEXT TEST_OUTPUT_DIR "/tracedat-test.txt"
#define DAT TEST_OUTPUT_DIR "/tracedat-test.dat"
#define DAMAGED TEST_OUTPUT_DIR "/tracedat-test-damaged.dat"

/* A device at work behind its System MMU: rings, packets, all given back but one. */
static void record(void)
{
	struct armdma_machine *m;
	struct armdma_iommu_mapping *mapping;
	struct armdma_device *dev;
	struct armdma_trace *t;
	armdma_dma_t ring, addr[32];
	uint64_t rng = 1;
	void *cpu, *buf[32];
	int error;

	assert_int_equal(armdma_machine_create(&m, NULL, NULL), 0);
	dev = armdma_device_find(m, "mdma");
	mapping = armdma_iommu_create_mapping(m, 0, 1ull << 30, NULL, &error);
	assert_non_null(mapping);
	assert_int_equal(armdma_iommu_attach_device(dev, mapping), 0);
	assert_int_equal(armdma_trace_start(&t, armdma_machine_hw(m), NULL), 0);
	cpu = armdma_dma_alloc_coherent(dev, 16384, &ring, ARMDMA_GFP_KERNEL);
	for (unsigned int i = 0; i < 600; i++) {
		unsigned int k = i % 32;
		size_t size = (size_t)4096 << (k % 5);

		if (i >= 32) {
			armdma_dma_unmap_single(dev, addr[k], size, ARMDMA_TO_DEVICE);
			armdma_kfree(m, buf[k]);
		}
		buf[k] = armdma_kmalloc(m, size, ARMDMA_GFP_KERNEL);
		addr[k] = armdma_dma_map_single(dev, buf[k], size, ARMDMA_TO_DEVICE);
		assert_int_equal(armdma_dma_mapping_error(dev, addr[k]), 0);
		armdma_hw_advance(armdma_machine_hw(m), 100 + tool_below(&rng, 5000));
	}
	for (unsigned int k = 0; k < 32; k++) {
		armdma_dma_unmap_single(dev, addr[k], (size_t)4096 << (k % 5), ARMDMA_TO_DEVICE);
		armdma_kfree(m, buf[k]);
	}
	armdma_trace_stop(t);
	assert_int_equal(armdma_trace_lost(t), 0);
	assert_int_equal(armdma_trace_save(t, ARMDMA_TRACE_FTRACE, TEXT), 0);
	assert_int_equal(armdma_trace_save(t, ARMDMA_TRACE_DAT, DAT), 0);
	armdma_trace_free(t);
	armdma_dma_free_coherent(dev, 16384, cpu, ring);
	armdma_iommu_detach_device(dev);
	armdma_iommu_release_mapping(mapping);
	armdma_machine_destroy(m);
}

static int setup(void **state)
{
	(void)state;
	tool_quiet = true;
	record();
	return 0;
}

static void binary_and_text_of_the_same_events_are_the_same_workload(void **state)
{
	static const struct load_options strict = { .strict = true, .quiet = true };
	struct workload text, dat;

	(void)state;
	assert_int_equal(load_workload(TEXT, &strict, &text), TOOL_OK);
#ifndef HAVE_TRACECMD
	assert_int_equal(load_workload(DAT, &strict, &dat), TOOL_UNABLE);
#else
	assert_int_equal(load_workload(DAT, &strict, &dat), TOOL_OK);
	assert_int_equal(text.nr_allocs, 601);
	assert_int_equal(text.nr_ops, 601 + 600);
	assert_true(format_identity(&text) == format_identity(&dat));
	for (size_t i = 0; i < text.nr_ops; i++) {
		assert_int_equal(text.ops[i].recorded, dat.ops[i].recorded);
		assert_int_equal(text.ops[i].nr_pieces, dat.ops[i].nr_pieces);
		assert_in_range(text.ops[i].nsecs + 1000 - dat.ops[i].nsecs, 0, 2000);
	}
	workload_free(&dat);
#endif
	workload_free(&text);
}

#ifdef HAVE_TRACECMD
static void write_file(const char *path, const char *p, size_t n)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(p, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

static void a_damaged_file_is_an_error_or_a_shorter_workload(void **state)
{
	static const struct load_options lenient = { .quiet = true };
	FILE *f = fopen(DAT, "r");
	static char data[1 << 20], copy[1 << 20];
	size_t n = fread(data, 1, sizeof(data), f);
	uint64_t rng = 5;
	unsigned int bad = 0, err;

	(void)state;
	fclose(f);
	/* What is said of it is not the subject. */
	err = (unsigned int)dup(STDERR_FILENO);
	assert_non_null(freopen("/dev/null", "w", stderr));
	for (unsigned int i = 0; i < 60; i++) {
		struct workload w;
		size_t len = i % 2 ? n : tool_below(&rng, (uint32_t)n);
		int ret;

		memcpy(copy, data, n);
		for (unsigned int k = 0; i % 2 && k < 1 + i / 8; k++)
			copy[tool_below(&rng, (uint32_t)n)] ^= (char)(1 << tool_below(&rng, 8));
		write_file(DAMAGED, copy, len);
		ret = load_workload(DAMAGED, &lenient, &w);
		bad += ret == TOOL_INPUT;
		if (ret != TOOL_OK && ret != TOOL_INPUT)
			fail_msg("case %u: status %d", i, ret);
		if (!ret)
			workload_free(&w);
	}
	fflush(stderr);
	dup2((int)err, STDERR_FILENO);
	close((int)err);
	unlink(DAMAGED);
	assert_true(bad > 10);
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(binary_and_text_of_the_same_events_are_the_same_workload),
#ifdef HAVE_TRACECMD
		cmocka_unit_test(a_damaged_file_is_an_error_or_a_shorter_workload),
#endif
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
