/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The event trace: the ring against an observer beside it, and its files as far as this project's own readers go; other
 * people's readers are asked by sysmmu_trace_tools_test.sh.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <armdma/scatterlist.h>
#include <armdma/trace.h>

#include "tools/iova/ftrace.h"

#include "dma_helpers.h"

#define MAX_SEEN 20000

/* What an observer beside the trace has seen. */
struct seen {
	struct armdma_event ev[MAX_SEEN];
	char who[MAX_SEEN][32];
	size_t nr;
};

static void see(void *ctx, const struct armdma_event *ev)
{
	struct seen *s = ctx;

	assert_in_range(s->nr, 0, MAX_SEEN - 1);
	s->ev[s->nr] = *ev;
	snprintf(s->who[s->nr++], sizeof(s->who[0]), "%s", ev->who ? ev->who : "");
}

static int repair(void *ctx, const struct armdma_fault *f)
{
	struct env *e = ctx;

	return armdma_iommu_map(armdma_mapping_domain(e->mapping), f->iova & ARMDMA_PAGE_MASK, 0x40100000,
				ARMDMA_PAGE_SIZE, ARMDMA_IOMMU_READ | ARMDMA_IOMMU_WRITE);
}

#define STREAM (3 * ARMDMA_PAGE_SIZE + 100)
#define FAR (DMA_BASE + DMA_SIZE - 0x10000)	/* nothing is allocated there */

/* Buffers, streaming mappings with traffic and syncs, a fault that its handler repairs. */
static void work(struct env *e)
{
	static uint8_t got[STREAM];
	uint8_t *buf = armdma_kzalloc(e->m, 2 * STREAM, ARMDMA_GFP_KERNEL);
	struct armdma_scatterlist sgl[2];
	armdma_dma_t out, in, handle;
	void *cpu = armdma_dma_alloc_coherent(e->dev, 5 * ARMDMA_PAGE_SIZE, &handle, ARMDMA_GFP_KERNEL);

	assert_non_null(buf);
	assert_non_null(cpu);
	out = armdma_dma_map_single(e->dev, buf + 8, STREAM, ARMDMA_TO_DEVICE);
	in = armdma_dma_map_single(e->dev, buf + STREAM, STREAM - 8, ARMDMA_FROM_DEVICE);
	dev_read(e, out, got, STREAM);
	dev_write(e, in, got, STREAM - 8);
	armdma_dma_sync_single_for_cpu(e->dev, in, STREAM - 8, ARMDMA_FROM_DEVICE);
	armdma_dma_sync_single_for_device(e->dev, in, STREAM - 8, ARMDMA_FROM_DEVICE);
	armdma_dma_unmap_single(e->dev, in, STREAM - 8, ARMDMA_FROM_DEVICE);
	armdma_domain_set_fault_handler(armdma_mapping_domain(e->mapping), repair, e);
	dev_write(e, FAR, got, 64);
	armdma_iommu_unmap(armdma_mapping_domain(e->mapping), FAR, ARMDMA_PAGE_SIZE);
	armdma_dma_unmap_single(e->dev, out, STREAM, ARMDMA_TO_DEVICE);
	armdma_dma_free_coherent(e->dev, 5 * ARMDMA_PAGE_SIZE, cpu, handle);
	armdma_sg_init_table(sgl, 2);
	armdma_sg_set_buf(e->m, &sgl[0], buf, ARMDMA_PAGE_SIZE);
	armdma_sg_set_buf(e->m, &sgl[1], buf + STREAM, 500);
	assert_true(armdma_dma_map_sg(e->dev, sgl, 2, ARMDMA_BIDIRECTIONAL) > 0);
	armdma_dma_unmap_sg(e->dev, sgl, 2, ARMDMA_BIDIRECTIONAL);
	armdma_kfree(e->m, buf);
}

static struct armdma_trace *trace_of(struct env *e, size_t capacity, uint64_t mask)
{
	struct armdma_trace_config cfg = { .capacity = capacity, .mask = mask };
	struct armdma_trace *t;

	assert_int_equal(armdma_trace_start(&t, e->hw, &cfg), 0);
	return t;
}

/* ---- The ring ------------------------------------------------------------ */

static void assert_same(const struct armdma_trace_record *r, const struct seen *s, size_t i)
{
	const struct armdma_event *a = &r->ev, *b = &s->ev[i];

	assert_int_equal(a->type, b->type);
	assert_int_equal(a->time, b->time);
	assert_int_equal(a->addr, b->addr);
	assert_int_equal(a->pa, b->pa);
	assert_int_equal(a->len, b->len);
	assert_int_equal(a->value, b->value);
	assert_int_equal(a->flags, b->flags);
	assert_int_equal(a->dir, b->dir);
	assert_int_equal(a->result, b->result);
	assert_ptr_equal(a->site, b->site);
	assert_string_equal(a->who ? a->who : "", s->who[i]);
}

static void trace_keeps_every_event_as_it_was(void **state)
{
	struct env *e = *state;
	struct armdma_trace *t = trace_of(e, MAX_SEEN, 0);
	struct seen *s = calloc(1, sizeof(*s));

	assert_int_equal(armdma_event_subscribe(armdma_hw_events(e->hw), ARMDMA_EV_ALL, see, s), 0);
	work(e);
	armdma_event_subscribe(armdma_hw_events(e->hw), 0, see, s);
	assert_true(s->nr > 100);
	assert_int_equal(armdma_trace_len(t), s->nr);
	assert_int_equal(armdma_trace_lost(t), 0);
	for (size_t i = 0; i < s->nr; i++)
		assert_same(armdma_trace_get(t, i), s, i);
	assert_null(armdma_trace_get(t, s->nr));
	armdma_trace_free(t);
	free(s);
}

static void full_ring_keeps_the_newest_and_counts_the_rest(void **state)
{
	struct env *e = *state;
	struct armdma_trace *all = trace_of(e, MAX_SEEN, 0), *few = trace_of(e, 7, 0);
	size_t n;

	work(e);
	n = armdma_trace_len(all);
	assert_int_equal(armdma_trace_len(few), 7);
	assert_int_equal(armdma_trace_lost(few), n - 7);
	for (size_t i = 0; i < 7; i++) {
		const struct armdma_trace_record *a = armdma_trace_get(all, n - 7 + i), *b = armdma_trace_get(few, i);

		assert_int_equal(a->ev.type, b->ev.type);
		assert_int_equal(a->ev.time, b->ev.time);
		assert_int_equal(a->ev.addr, b->ev.addr);
	}
	armdma_trace_clear(few);
	assert_int_equal(armdma_trace_len(few), 0);
	assert_int_equal(armdma_trace_lost(few), 0);
	armdma_trace_free(few);
	armdma_trace_free(all);
}

static void mask_chooses_the_types(void **state)
{
	struct env *e = *state;
	struct armdma_trace *t = trace_of(e, 0, ARMDMA_EV_BIT(ARMDMA_EV_DMA_MAP) | ARMDMA_EV_BIT(ARMDMA_EV_FAULT));

	work(e);
	assert_int_equal(armdma_trace_len(t), 5);
	assert_int_equal(armdma_trace_count(t, ARMDMA_EV_DMA_MAP, NULL), 4);
	assert_int_equal(armdma_trace_count(t, ARMDMA_EV_DMA_MAP, "mdma"), 4);
	assert_int_equal(armdma_trace_count(t, ARMDMA_EV_DMA_MAP, "fimc0"), 0);
	assert_int_equal(armdma_trace_count(t, ARMDMA_EV_FAULT, "sysmmu-mdma"), 1);
	armdma_trace_free(t);
}

static void stopped_trace_outlives_its_machine(void **state)
{
	struct armdma_trace *t;
	struct env *e;
	size_t n;

	env_setup_iommu(state);
	e = *state;
	t = trace_of(e, 0, 0);
	work(e);
	armdma_trace_stop(t);
	n = armdma_trace_len(t);
	work(e);
	assert_int_equal(armdma_trace_len(t), n);
	assert_int_equal(env_teardown(state), 0);
	assert_int_equal(armdma_trace_count(t, ARMDMA_EV_DMA_MAP, "mdma"), 4);
	assert_true(armdma_trace_count(t, ARMDMA_EV_TLB_FILL, "sysmmu-mdma") > 4);
	armdma_trace_free(t);
}

static void misuse_is_kept_with_its_message(void **state)
{
	struct env *e = *state;
	struct armdma_trace *t = trace_of(e, 4, ARMDMA_EV_BIT(ARMDMA_EV_MISUSE));

	for (int i = 0; i < 6; i++)
		armdma_dma_unmap_single(e->dev, 0x1000u * (unsigned int)i, 64, ARMDMA_TO_DEVICE);
	assert_int_equal(armdma_trace_len(t), 4);
	assert_int_equal(armdma_trace_get(t, 3)->ev.addr, 0x5000);
	assert_non_null(strstr(armdma_trace_get(t, 3)->ev.who, "0x5000"));
	armdma_trace_free(t);
}

static void events_of_handlers_are_marked(void **state)
{
	struct env *e = *state;
	struct armdma_trace *t = trace_of(e, 0, 0);
	bool inside = false;
	const struct armdma_trace_record *r;
	size_t marked = 0;

	work(e);
	for (size_t i = 0; (r = armdma_trace_get(t, i)); i++) {
		if (r->ev.type == ARMDMA_EV_IRQ_EXIT)
			inside = false;
		assert_int_equal(r->in_irq, inside);
		marked += r->in_irq;
		if (r->ev.type == ARMDMA_EV_IRQ_ENTER)
			inside = true;
	}
	assert_true(marked > 3);
	armdma_trace_free(t);
}

/* ---- ftrace text, read back by the importer --------------------------------- */

static char *file_name(const char *name)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/%s", getenv("TRACE_OUT") ? getenv("TRACE_OUT") : TEST_OUTPUT_DIR, name);
	return path;
}

static struct ftrace *import(struct armdma_trace *t, const char *name)
{
	char err[256];
	struct ftrace *f;

	assert_int_equal(armdma_trace_save(t, ARMDMA_TRACE_FTRACE, file_name(name)), 0);
	f = ftrace_open(file_name(name), err, sizeof(err));
	if (!f)
		fail_msg("%s", err);
	return f;
}

static struct ftrace_event expect(struct ftrace *f, enum ftrace_type type)
{
	struct ftrace_event ev;

	assert_int_equal(ftrace_next(f, &ev), 1);
	assert_string_equal(ftrace_name(ev.type), ftrace_name(type));
	return ev;
}

static void ftrace_text_tells_a_mapping_as_the_kernel_does(void **state)
{
	struct env *e = *state;
	uint8_t *buf = armdma_kzalloc(e->m, 2 * ARMDMA_PAGE_SIZE, ARMDMA_GFP_KERNEL);
	struct armdma_trace *t = trace_of(e, 0, 0);
	armdma_phys_t pa = armdma_hw_linear_to_phys(e->hw, buf);
	armdma_dma_t addr = armdma_dma_map_single(e->dev, buf + 0x42, ARMDMA_PAGE_SIZE, ARMDMA_FROM_DEVICE);
	struct ftrace_event ev;
	uint64_t space, context;
	struct ftrace *f;

	armdma_dma_unmap_single(e->dev, addr, ARMDMA_PAGE_SIZE, ARMDMA_FROM_DEVICE);
	f = import(t, "trace-chain.ftrace.txt");
	ev = expect(f, FTRACE_DMA_MAP_PAGE);
	assert_string_equal(ev.dev, "mdma");
	assert_int_equal(ev.offset, 0x42);
	assert_int_equal(ev.size, ARMDMA_PAGE_SIZE);
	assert_int_equal(ev.dir, ARMDMA_FROM_DEVICE);
	assert_int_equal(ev.attrs, 0);
	context = ev.context;
	ev = expect(f, FTRACE_IOVA_ALLOC);
	assert_int_equal(ev.size, 2 * ARMDMA_PAGE_SIZE);
	assert_int_equal(ev.context, context);
	space = ev.space;
	assert_int_equal(space, armdma_domain_table(armdma_mapping_domain(e->mapping)));
	ev = expect(f, FTRACE_IOVA_ALLOC_RET);
	assert_int_equal(ev.iova, addr & ARMDMA_PAGE_MASK);
	ev = expect(f, FTRACE_MAP);
	assert_int_equal(ev.iova, addr & ARMDMA_PAGE_MASK);
	assert_int_equal(ev.paddr, pa);
	assert_int_equal(ev.size, 2 * ARMDMA_PAGE_SIZE);
	ev = expect(f, FTRACE_DMA_UNMAP_PAGE);
	assert_int_equal(ev.iova, addr);
	assert_int_equal(ev.size, ARMDMA_PAGE_SIZE);
	ev = expect(f, FTRACE_UNMAP);
	assert_int_equal(ev.iova, addr & ARMDMA_PAGE_MASK);
	assert_int_equal(ev.size, 2 * ARMDMA_PAGE_SIZE);
	assert_int_equal(ftrace_next(f, &ev), 0);
	assert_int_equal(ftrace_stats(f)->malformed, 0);
	ftrace_close(f);
	armdma_trace_free(t);
	armdma_kfree(e->m, buf);
}

/* Random calls; the file must tell each of them, in order, with the addresses that they got. */
static void ftrace_text_of_random_calls_reads_back(void **state)
{
	struct call {
		enum ftrace_type type;
		uint64_t addr, size, offset;
	} calls[400];
	struct env *e = *state;
	uint8_t *buf = armdma_kzalloc(e->m, 64 * ARMDMA_PAGE_SIZE, ARMDMA_GFP_KERNEL);
	struct armdma_trace *t = trace_of(e, 0, 0);
	struct { armdma_dma_t addr; size_t size; } live[16] = { { 0, 0 } };
	struct ftrace_event ev;
	uint64_t last = 0, iova = 0;
	uint32_t seed = 77;
	size_t nr = 0, at = 0;
	struct ftrace *f;

	while (nr < 400) {
		unsigned int k = (seed = seed * 1664525u + 1013904223u) >> 28;

		if (live[k].size) {
			armdma_dma_unmap_single(e->dev, live[k].addr, live[k].size, ARMDMA_TO_DEVICE);
			calls[nr++] = (struct call){ FTRACE_DMA_UNMAP_PAGE, live[k].addr, live[k].size, 0 };
			live[k].size = 0;
		} else {
			size_t from = seed >> 4 & 0x1FFFF;

			live[k].size = (seed & 0xFFFF) + 1;
			live[k].addr = armdma_dma_map_single(e->dev, buf + from, live[k].size, ARMDMA_TO_DEVICE);
			assert_int_equal(armdma_dma_mapping_error(e->dev, live[k].addr), 0);
			calls[nr++] = (struct call){ FTRACE_DMA_MAP_PAGE, live[k].addr, live[k].size,
						     from % ARMDMA_PAGE_SIZE };
		}
	}
	f = import(t, "trace-random.ftrace.txt");
	while (ftrace_next(f, &ev) > 0) {
		assert_true(ev.usecs >= last);
		last = ev.usecs;
		if (ev.type == FTRACE_IOVA_ALLOC_RET) {
			iova = ev.iova;
			assert_int_equal(iova + calls[at - 1].offset, calls[at - 1].addr);
		}
		if (ev.type != FTRACE_DMA_MAP_PAGE && ev.type != FTRACE_DMA_UNMAP_PAGE)
			continue;
		assert_in_range(at, 0, nr - 1);
		assert_int_equal(ev.type, calls[at].type);
		assert_int_equal(ev.size, calls[at].size);
		if (ev.type == FTRACE_DMA_UNMAP_PAGE)
			assert_int_equal(ev.iova, calls[at].addr);
		else
			assert_int_equal(ev.offset, calls[at].offset);
		at++;
	}
	assert_int_equal(at, nr);
	assert_int_equal(ftrace_stats(f)->events[FTRACE_IOVA_ALLOC], ftrace_stats(f)->events[FTRACE_DMA_MAP_PAGE]);
	assert_int_equal(ftrace_stats(f)->malformed, 0);
	ftrace_close(f);
	armdma_trace_free(t);
	for (size_t k = 0; k < 16; k++)
		if (live[k].size)
			armdma_dma_unmap_single(e->dev, live[k].addr, live[k].size, ARMDMA_TO_DEVICE);
	armdma_kfree(e->m, buf);
}

static void ftrace_text_of_a_failed_map_has_no_map_line(void **state)
{
	struct env *e = *state;
	uint8_t *buf = armdma_kzalloc(e->m, ARMDMA_PAGE_SIZE, ARMDMA_GFP_KERNEL);
	struct armdma_trace *t = trace_of(e, 0, 0);
	struct ftrace_event ev;
	struct ftrace *f;

	armdma_fail_nth(e->m, ARMDMA_FAIL_IOVA, 1);
	assert_int_equal(armdma_dma_map_single(e->dev, buf, 64, ARMDMA_TO_DEVICE), ARMDMA_MAPPING_ERROR);
	armdma_fail_nth(e->m, ARMDMA_FAIL_TABLE, 1);
	assert_int_equal(armdma_dma_map_single(e->dev, buf, 64, ARMDMA_TO_DEVICE), ARMDMA_MAPPING_ERROR);
	f = import(t, "trace-failed.ftrace.txt");
	expect(f, FTRACE_DMA_MAP_PAGE);
	expect(f, FTRACE_IOVA_ALLOC);
	assert_int_equal(expect(f, FTRACE_IOVA_ALLOC_RET).iova, ARMDMA_MAPPING_ERROR);
	expect(f, FTRACE_DMA_MAP_PAGE);
	expect(f, FTRACE_IOVA_ALLOC);
	assert_int_equal(expect(f, FTRACE_IOVA_ALLOC_RET).iova, DMA_BASE);
	assert_int_equal(ftrace_next(f, &ev), 0);
	ftrace_close(f);
	armdma_trace_free(t);
	armdma_kfree(e->m, buf);
}

/* A list is one call in the kernel, however many entries and IOVAs it has. */
static void ftrace_text_of_a_list_is_one_call(void **state)
{
	struct env *e = *state;
	uint8_t *buf = armdma_kzalloc(e->m, 16 * ARMDMA_PAGE_SIZE, ARMDMA_GFP_KERNEL);
	struct armdma_scatterlist sgl[4];
	struct armdma_trace *t;
	struct ftrace_event ev;
	struct ftrace *f;
	uint64_t mapped = 0;

	armdma_sg_init_table(sgl, 4);
	for (unsigned int i = 0; i < 4; i++)
		armdma_sg_set_buf(e->m, &sgl[i], buf + 4 * ARMDMA_PAGE_SIZE * i, (unsigned int)ARMDMA_PAGE_SIZE - 8 * i);
	t = trace_of(e, 0, 0);
	assert_true(armdma_dma_map_sg(e->dev, sgl, 4, ARMDMA_TO_DEVICE) > 0);
	armdma_dma_unmap_sg(e->dev, sgl, 4, ARMDMA_TO_DEVICE);
	f = import(t, "trace-list.ftrace.txt");
	ev = expect(f, FTRACE_DMA_MAP_SG);
	assert_string_equal(ev.dev, "mdma");
	assert_int_equal(ev.dir, ARMDMA_TO_DEVICE);
	assert_int_equal(ftrace_next(f, &ev), 1);
	while (ev.type != FTRACE_DMA_UNMAP_SG) {
		assert_true(ev.type == FTRACE_IOVA_ALLOC || ev.type == FTRACE_IOVA_ALLOC_RET || ev.type == FTRACE_MAP);
		mapped += ev.type == FTRACE_MAP ? ev.size : 0;
		assert_int_equal(ftrace_next(f, &ev), 1);
	}
	assert_int_equal(mapped, 4 * ARMDMA_PAGE_SIZE);
	while (ftrace_next(f, &ev) == 1) {
		assert_int_equal(ev.type, FTRACE_UNMAP);
		mapped -= ev.size;
	}
	assert_int_equal(mapped, 0);
	assert_int_equal(ftrace_stats(f)->malformed, 0);
	ftrace_close(f);
	armdma_trace_free(t);
	armdma_kfree(e->m, buf);
}

/* ---- Files ------------------------------------------------------------------ */

static const struct { enum armdma_trace_format format; const char *name; } files[] = {
	{ ARMDMA_TRACE_FTRACE, "trace-sample.ftrace.txt" }, { ARMDMA_TRACE_DAT, "trace-sample.dat" },
	{ ARMDMA_TRACE_JSON, "trace-sample.json" }, { ARMDMA_TRACE_VCD, "trace-sample.vcd" },
};
#define NR_FILES (sizeof(files) / sizeof(files[0]))

static char *text_of(struct armdma_trace *t, enum armdma_trace_format format, size_t *len)
{
	char *text;
	FILE *out = open_memstream(&text, len);

	assert_non_null(out);
	assert_int_equal(armdma_trace_write(t, format, out), 0);
	fclose(out);
	return text;
}

static void two_runs_write_the_same_bytes(void **state)
{
	char *text[2][NR_FILES];
	size_t len[2][NR_FILES];

	for (int run = 0; run < 2; run++) {
		struct armdma_trace *t;

		env_setup_iommu(state);
		t = trace_of(*state, 0, 0);
		work(*state);
		for (size_t i = 0; i < NR_FILES; i++)
			text[run][i] = text_of(t, files[i].format, &len[run][i]);
		armdma_trace_free(t);
		assert_int_equal(env_teardown(state), 0);
	}
	for (size_t i = 0; i < NR_FILES; i++) {
		assert_true(len[0][i] > 1000);
		assert_int_equal(len[0][i], len[1][i]);
		assert_memory_equal(text[0][i], text[1][i], len[0][i]);
		free(text[0][i]);
		free(text[1][i]);
	}
}

static void empty_traces_have_files_too(void **state)
{
	struct armdma_trace *t = trace_of(*state, 0, 0);

	for (size_t i = 0; i < NR_FILES; i++) {
		size_t len;

		free(text_of(t, files[i].format, &len));
		assert_true(len > 40);
	}
	armdma_trace_free(t);
}

static void errors_of_the_file_are_told(void **state)
{
	struct env *e = *state;
	struct armdma_trace *t = trace_of(e, 0, 0);

	work(e);
	assert_int_equal(armdma_trace_save(t, ARMDMA_TRACE_JSON, "/nonexistent/trace.json"), -ENOENT);
	assert_int_equal(armdma_trace_save(t, ARMDMA_TRACE_JSON, "/dev/full"), -ENOSPC);
	assert_int_equal(armdma_trace_save(t, (enum armdma_trace_format)17, file_name("trace-none")), -EINVAL);
	armdma_trace_free(t);
}

/* For the tools: the sample, and what is in it. */
static void sample_files_are_written(void **state)
{
	struct env *e = *state;
	struct armdma_trace *t = trace_of(e, 0, 0);
	FILE *facts;

	work(e);
	for (size_t i = 0; i < NR_FILES; i++)
		assert_int_equal(armdma_trace_save(t, files[i].format, file_name(files[i].name)), 0);
	facts = fopen(file_name("trace-sample.facts"), "w");
	assert_non_null(facts);
	for (int type = 0; type < ARMDMA_EV_NR; type++)
		fprintf(facts, "%s %zu\n", armdma_event_name((enum armdma_event_type)type),
			armdma_trace_count(t, (enum armdma_event_type)type, NULL));
	fclose(facts);
	armdma_trace_free(t);
}

int main(void)
{
#define T(fn) cmocka_unit_test_setup_teardown(fn, env_setup_iommu, env_teardown)
	const struct CMUnitTest tests[] = {
		T(trace_keeps_every_event_as_it_was),
		T(full_ring_keeps_the_newest_and_counts_the_rest),
		T(mask_chooses_the_types),
		cmocka_unit_test(stopped_trace_outlives_its_machine),
		T(misuse_is_kept_with_its_message),
		T(events_of_handlers_are_marked),
		T(ftrace_text_tells_a_mapping_as_the_kernel_does),
		T(ftrace_text_of_random_calls_reads_back),
		T(ftrace_text_of_a_failed_map_has_no_map_line),
		T(ftrace_text_of_a_list_is_one_call),
		cmocka_unit_test(two_runs_write_the_same_bytes),
		T(empty_traces_have_files_too),
		T(errors_of_the_file_are_told),
		T(sample_files_are_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
