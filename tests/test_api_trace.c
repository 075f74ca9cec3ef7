/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What drivers of a recorded kernel did, done again through the DMA API as that kernel has it, quirks included: dma_alloc, dma_map_page with its
 * offset, dma_map_sg with entries as long as the recorded ones, so that they merge into the recorded chunks. Each device has an address space of
 * its own, [0, 4 GiB). Compared is each IOVA with the one that the kernel gave; at the end the space still holds what the
 * kernel lost, and nothing else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <armdma/dma.h>
#include <armdma/iommu.h>
#include <armdma/machine.h>
#include <armdma/report.h>

#include "tests/trace_calls.h"

#ifndef TEST_DATA_DIR
#define TEST_DATA_DIR "tests/data"
#endif
#ifndef TRACES
#define TRACES TEST_DATA_DIR "/traces"
#endif
#define MAX_DEVICES 4u

/* ---- One call here -------------------------------------------------------------- */

struct buffer {
	struct armdma_device *dev;
	struct armdma_page *page;	/* of map_page */
	unsigned int order;
	void *cpu;			/* of dma_alloc */
	armdma_dma_t addr;
	struct armdma_sg_table list;	/* of map_sg */
};

struct device {
	char name[FTRACE_NAME_LEN];	/* in the recording */
	struct armdma_device *dev;
	struct armdma_iommu_mapping *mapping;
	uint64_t lost;			/* bytes of address space that the kernel never gives back */
};

struct replay {
	struct armdma_machine *m;
	const struct armdma_iova_policy *policy;
	bool linux_6_1;
	struct device device[MAX_DEVICES];
	unsigned int devices, tried;	/* tried: of the machine's */
	unsigned long allocs, equal;
	char report[512];
};

static struct armdma_page *new_pages(struct replay *r, uint64_t size, unsigned int *order)
{
	struct armdma_page *page;

	*order = armdma_get_order((size_t)size);
	page = armdma_alloc_pages(r->m, ARMDMA_GFP_KERNEL, *order);
	assert_non_null(page);
	return page;
}

/*
 * The entries that the kernel merged into a chunk end and begin at page boundaries. What made it begin another was an entry that does not; here
 * the last of a chunk ends short of its page.
 */
static void fill_list(struct replay *r, const struct trace_call *call, struct buffer *b)
{
	struct armdma_scatterlist *sg;
	unsigned int order, chunk = 0, i;

	assert_int_equal(armdma_sg_alloc_table(&b->list, call->entries), 0);
	armdma_for_each_sgtable_sg(&b->list, sg, i) {
		unsigned int offset = i ? 0 : (unsigned int)call->offset, end = (unsigned int)call->entry[i];

		if (i + 1 == call->chunk[chunk].first + call->chunk[chunk].entries && ++chunk < call->chunks)
			end -= 512;
		armdma_sg_set_page(sg, new_pages(r, call->entry[i], &order), end - offset, offset);
	}
}

static void map_list(struct replay *r, const struct trace_call *call, struct buffer *b)
{
	struct armdma_scatterlist *sg;
	unsigned int i;

	assert_int_equal(call->entries, call->nents);
	fill_list(r, call, b);
	assert_int_equal(armdma_dma_map_sg(b->dev, b->list.sgl, (int)call->nents, call->dir), call->chunks);
	armdma_for_each_sg(b->list.sgl, sg, call->chunks, i) {
		armdma_dma_t addr = armdma_sg_dma_address(sg);

		assert_int_equal(ARMDMA_PAGE_ALIGN(addr % ARMDMA_PAGE_SIZE + armdma_sg_dma_len(sg)), call->chunk[i].size);
		r->equal += (addr & ARMDMA_PAGE_MASK) == call->chunk[i].iova;
	}
}

static void map_page(struct replay *r, const struct trace_call *call, struct buffer *b)
{
	assert_int_equal(call->chunk[0].size, ARMDMA_PAGE_ALIGN(call->offset + call->size));
	b->page = new_pages(r, call->offset + call->size, &b->order);
	b->addr = armdma_dma_map_page(b->dev, b->page, (size_t)call->offset, (size_t)call->size, call->dir);
	if (armdma_dma_mapping_error(b->dev, b->addr))
		fail_msg("line %lu: dma_map_page failed", call->line);
	r->equal += b->addr == call->chunk[0].iova + call->offset;
}

static void do_call(struct replay *r, struct trace_call *call, struct device *d)
{
	struct buffer *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->dev = d->dev;
	call->user = b;
	r->allocs += call->chunks;
	switch (call->type) {
	case FTRACE_DMA_ALLOC:
		b->cpu = armdma_dma_alloc_coherent(d->dev, (size_t)call->size, &b->addr, ARMDMA_GFP_KERNEL);
		assert_non_null(b->cpu);
		r->equal += b->addr == call->chunk[0].iova;
		break;
	case FTRACE_DMA_MAP_PAGE:
		map_page(r, call, b);
		break;
	default:
		map_list(r, call, b);
	}
}

static void undo_list(struct replay *r, const struct trace_call *call, struct buffer *b)
{
	struct armdma_scatterlist *sg;
	unsigned int i;

	armdma_dma_unmap_sg(b->dev, b->list.sgl, (int)call->nents, call->dir);
	armdma_for_each_sgtable_sg(&b->list, sg, i)
		armdma_free_pages(r->m, armdma_sg_page(sg), armdma_get_order((size_t)call->entry[i]));
	armdma_sg_free_table(&b->list);
}

static void undo_call(struct replay *r, struct trace_call *call, struct device *d)
{
	struct buffer *b = call->user;

	switch (call->type) {
	case FTRACE_DMA_ALLOC:
		armdma_dma_free_coherent(b->dev, (size_t)call->size, b->cpu, b->addr);
		break;
	case FTRACE_DMA_MAP_PAGE:
		armdma_dma_unmap_page(b->dev, b->addr, (size_t)call->size, call->dir);
		armdma_free_pages(r->m, b->page, b->order);
		if (r->linux_6_1)
			d->lost += call->offset & ARMDMA_PAGE_MASK;
		break;
	default:
		undo_list(r, call, b);
	}
	free(b);
}

/* ---- A whole recording ------------------------------------------------------------ */

static void note_report(void *ctx, const struct armdma_report *rep)
{
	struct replay *r = ctx;

	if (!r->report[0])
		snprintf(r->report, sizeof(r->report), "%s", rep->text);
}

/* The next of the machine's devices that has a SYSMMU plays it. */
static struct device *device_of(struct replay *r, const struct armdma_config *cfg, const char *name)
{
	struct device *d;

	for (d = r->device; d < r->device + r->devices; d++)
		if (!strcmp(d->name, name))
			return d;
	assert_true(r->devices++ < MAX_DEVICES);
	strcpy(d->name, name);
	d->mapping = armdma_iommu_create_mapping(r->m, 0, 1ULL << 32, r->policy, NULL);
	assert_non_null(d->mapping);
	do {
		assert_true(r->tried < cfg->nr_devices);
		d->dev = armdma_device_find(r->m, cfg->devices[r->tried++].name);
	} while (armdma_iommu_attach_device(d->dev, d->mapping));
	/* More than any recorded chunk: where they end is for the entries to say. */
	assert_int_equal(armdma_dma_set_max_seg_size(d->dev, UINT32_MAX), 0);
	return d;
}

static void finish(struct replay *r)
{
	struct armdma_error err;

	if (armdma_dma_validate(r->m, &err) || armdma_mm_validate(r->m, &err))
		fail_msg("%s", err.msg);
	for (struct device *d = r->device; d < r->device + r->devices; d++) {
		struct armdma_iova_stats st;
		struct armdma_dma_stats dma;

		armdma_mapping_iova_stats(d->mapping, &st);
		assert_int_equal(st.used, d->lost);
		armdma_dma_stats(d->dev, &dma);
		assert_int_equal(dma.live_allocs + dma.live_maps, 0);
		armdma_iommu_detach_device(d->dev);
		armdma_iommu_release_mapping(d->mapping);
	}
	armdma_machine_destroy(r->m);
	assert_string_equal(r->report, "");
}

static struct replay replay(const char *file, const struct armdma_iova_policy *policy, enum armdma_fidelity fidelity)
{
	struct armdma_config cfg = armdma_config_exynos4210();
	struct replay r = { .policy = policy, .linux_6_1 = fidelity == ARMDMA_AS_LINUX_6_1 };
	struct trace_calls *t;
	struct armdma_error err;
	char path[512];

	snprintf(path, sizeof(path), "%s/%s.ftrace.txt.xz", TRACES, file);
	t = trace_calls_read(path);
	cfg.fidelity = fidelity;
	if (armdma_machine_create(&r.m, &cfg, &err))
		fail_msg("%s", err.msg);
	armdma_set_report_fn(r.m, note_report, &r);
	for (size_t i = 0; i < t->steps; i++) {
		struct trace_call *call = t->step[i].call;

		if (!call)
			continue;
		(t->step[i].undo ? undo_call : do_call)(&r, call, device_of(&r, &cfg, call->dev));
		if (r.report[0])
			fail_msg("line %lu: %s", call->line, r.report);
	}
	finish(&r);
	trace_calls_free(t);
	print_message("%-32s %-16s %5lu of %5lu equal (%.2f %%)\n", file, policy ? policy->name : "default", r.equal,
		      r.allocs, 100.0 * (double)r.equal / (double)r.allocs);
	return r;
}

/* ---- Tests -------------------------------------------------------------------------- */

static void expect(const char *file, unsigned long equal, unsigned long allocs)
{
	struct replay r = replay(file, NULL, ARMDMA_AS_LINUX_6_1);

	assert_int_equal(r.allocs, allocs);
	assert_int_equal(r.equal, equal);
}

/*
 * In the mixed load (randrw) interrupts free ranges between the two lines of an allocation. The kernel allocated somewhere in between; placed at the
 * second line all of its addresses come out, placed at the first 4432 of them.
 */
static void one_cpu_gives_every_address(void **state)
{
	(void)state;
	expect("arm32-e1000e-send-strict-1cpu", 3350, 3350);
	expect("arm32-nvme-ext4-strict-1cpu", 2609, 2609);
	expect("arm32-nvme-randrw-strict-1cpu", 4436, 4436);
}

/*
 * No line is written under the kernel's lock, so with two CPUs the order of lines is not quite that of calls. What trace_calls.c knows: a free is
 * done between its line "unmap" and the next line of its CPU. What it cannot know: which of two CPUs' allocations came first, and whether before or
 * after the other CPU's free. A range that is taken wrongly stays so until it is freed, and those after it move as well: a
 * first fit comes back to the kernel's addresses by itself, but not at once. Disks with one queue do not come to that.
 */
static void two_cpus_part_only_where_their_calls_overlap(void **state)
{
	(void)state;
	expect("arm32-ahci-strict", 6661, 6661);
	expect("arm32-usb-storage-strict", 1748, 1748);
	expect("arm32-e1000e-send-strict", 2482, 2537);
}

/* As documented nothing is lost where an offset exceeds a page, so the addresses are others: the agreement is that quirk's, too. */
static void as_documented_nothing_is_lost_and_addresses_part(void **state)
{
	struct replay r = replay("arm32-e1000e-send-strict-1cpu", NULL, ARMDMA_AS_DOCUMENTED);

	(void)state;
	assert_int_equal(r.allocs, 3350);
	assert_int_equal(r.equal, 2287);
}

/*
 * Without error, at addresses of their own: a gen_pool aligns nothing and never gives 0. With the order 0 of a new mapping linux-arm-order is the
 * same first fit in one bitmap.
 */
static void other_policies_serve_the_same_calls(void **state)
{
	static const struct { const char *policy, *file; unsigned long equal, allocs; } v[] = {
		{ "linux-arm-order", "arm32-nvme-ext4-strict-1cpu", 2609, 2609 },
		{ "linux-arm-order", "arm32-e1000e-send-strict-1cpu", 3350, 3350 },
		{ "genpool-first", "arm32-nvme-ext4-strict-1cpu", 117, 2609 },
		{ "genpool-first", "arm32-e1000e-send-strict-1cpu", 3, 3350 },
		{ "first-fit", "arm32-nvme-ext4-strict-1cpu", 2609, 2609 },
		{ "top-down", "arm32-nvme-ext4-strict-1cpu", 0, 2609 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		const struct armdma_iova_policy *policy = armdma_iova_find(v[i].policy);
		struct replay r;

		assert_non_null(policy);
		r = replay(v[i].file, policy, ARMDMA_AS_LINUX_6_1);
		assert_int_equal(r.allocs, v[i].allocs);
		assert_int_equal(r.equal, v[i].equal);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_cpu_gives_every_address),
		cmocka_unit_test(two_cpus_part_only_where_their_calls_overlap),
		cmocka_unit_test(as_documented_nothing_is_lost_and_addresses_part),
		cmocka_unit_test(other_policies_serve_the_same_calls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
