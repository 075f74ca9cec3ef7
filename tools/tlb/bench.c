/* SPDX-License-Identifier: BSD-2-Clause */
/* One load under one policy on one machine: the figures. */
#include <stdlib.h>
#include <string.h>

#include <armdma/report.h>
#include <armdma/sysmmu.h>

#include "study.h"

#define DEVICE "fimc0"
#define IOVA_BASE 0x10000000u
#define IOVA_SIZE 0xe0000000ull
#define FOREVER UINT64_MAX

static uint64_t used(const struct armdma_hw_stats *now, const struct armdma_hw_stats *then)
{
	return now->reg_reads + now->reg_writes - then->reg_reads - then->reg_writes;
}

static void note_peak(struct study *s)
{
	struct armdma_iommu_stats st;
	uint64_t entries = 0;

	armdma_domain_stats(armdma_mapping_domain(s->mapping), &st);
	for (int i = 0; i < ARMDMA_IOMMU_NR_SIZES; i++)
		entries += st.entries[i];
	if (entries > s->peak_entries) {
		s->peak_entries = entries;
		memcpy(s->r->entries, st.entries, sizeof(st.entries));
		s->r->tables = ARMDMA_SYSMMU_L1_SIZE + st.l2_tables * ARMDMA_SYSMMU_L2_SIZE;
	}
}

int study_alloc(struct study *s, struct study_buffer *b, size_t size)
{
	struct armdma_hw_stats before, after;
	struct armdma_dma_stats dma;

	armdma_hw_stats(s->hw, &before);
	b->size = size;
	b->cpu = armdma_dma_alloc_attrs(s->dev, size, &b->iova, ARMDMA_GFP_KERNEL,
					ARMDMA_ATTR_NO_KERNEL_MAPPING | ARMDMA_ATTR_NO_WARN);
	armdma_hw_stats(s->hw, &after);
	s->r->allocations++;
	s->r->map_cycles += after.cycles - before.cycles;
	s->r->registers += used(&after, &before);
	if (!b->cpu) {
		s->r->failures++;
		return -1;
	}
	s->asked += size;
	armdma_dma_stats(s->dev, &dma);
	if (s->asked > s->r->asked)
		s->r->asked = s->asked;
	if (dma.live_bytes > s->r->taken)
		s->r->taken = dma.live_bytes;
	note_peak(s);
	return 0;
}

void study_free(struct study *s, struct study_buffer *b)
{
	struct armdma_hw_stats before, after;

	if (!b->cpu)
		return;
	armdma_hw_stats(s->hw, &before);
	armdma_dma_free_attrs(s->dev, b->size, b->cpu, b->iova, ARMDMA_ATTR_NO_KERNEL_MAPPING | ARMDMA_ATTR_NO_WARN);
	armdma_hw_stats(s->hw, &after);
	s->r->unmap_cycles += after.cycles - before.cycles;
	s->r->registers += used(&after, &before);
	s->asked -= b->size;
	b->cpu = NULL;
}

int study_transfer(struct study *s, bool write, armdma_dma_t iova, size_t len)
{
	int ret = write ? armdma_hw_master_write_sync(s->hw, DEVICE, iova, s->scratch, len, FOREVER) :
			  armdma_hw_master_read_sync(s->hw, DEVICE, iova, s->scratch, len, FOREVER);

	if (ret)
		snprintf(s->error, sizeof(s->error), "a transfer of %zu bytes at IOVA %#llx failed: %s", len,
			 (unsigned long long)iova, strerror(-ret));
	return ret ? -1 : 0;
}

static void account(struct study *s, int sign)
{
	struct armdma_hw_stats st;
	uint64_t n = (uint64_t)sign;

	armdma_hw_stats(s->hw, &st);
	s->r->lookups += n * (st.tlb_hits + st.tlb_misses);
	s->r->hits += n * st.tlb_hits;
	s->r->walks += n * st.walks;
	s->r->walk_reads += n * st.walk_reads;
	s->r->cycles += n * st.cycles;
}

void study_start(struct study *s)
{
	account(s, -1);
}

void study_stop(struct study *s)
{
	account(s, 1);
}

/* ---- Reach --------------------------------------------------------------------- */

#define REACH_PLACES 4

/* The n-th page of all buffers together. */
static armdma_dma_t page_of(const struct study_buffer *b, size_t page)
{
	for (;; b++) {
		size_t pages = (size_t)(ARMDMA_PAGE_ALIGN(b->size) >> ARMDMA_PAGE_SHIFT);

		if (!b->cpu)
			continue;
		if (page < pages)
			return b->iova + page * ARMDMA_PAGE_SIZE;
		page -= pages;
	}
}

static bool sweep(struct study *s, const struct study_buffer *b, size_t from, size_t n)
{
	struct armdma_hw_stats before, after;

	armdma_hw_stats(s->hw, &before);
	for (size_t i = 0; i < n; i++)
		study_transfer(s, false, page_of(b, from + i), 64);
	armdma_hw_stats(s->hw, &after);
	return after.tlb_misses == before.tlb_misses;
}

static bool stays(struct study *s, const struct study_buffer *b, size_t from, size_t n)
{
	sweep(s, b, from, n);
	return sweep(s, b, from, n);
}

/* Pages from a place on that stay translated. */
static size_t reach_from(struct study *s, const struct study_buffer *b, size_t from, size_t limit)
{
	size_t good = 0, bad = limit + 1, n = 8 < limit ? 8 : limit;

	while (good + 1 < bad) {
		if (stays(s, b, from, n))
			good = n;
		else
			bad = n;
		n = bad > limit && good * 2 <= limit ? (good ? good * 2 : 1) : (good + bad) / 2;
	}
	return good;
}

void study_measure_reach(struct study *s, const struct study_buffer *b, unsigned int n)
{
	size_t pages = 0, sum = 0;

	for (unsigned int i = 0; i < n; i++)
		pages += b[i].cpu ? (size_t)(ARMDMA_PAGE_ALIGN(b[i].size) >> ARMDMA_PAGE_SHIFT) : 0;
	if (!pages)
		return;
	/* A place leaves at least half of everything behind it. */
	for (unsigned int i = 0; i < REACH_PLACES; i++)
		sum += reach_from(s, b, study_below(&s->rng, (uint32_t)(pages / 2 + 1)), pages - pages / 2);
	s->r->reach = sum / REACH_PLACES * ARMDMA_PAGE_SIZE;
}

/* ---- A machine -------------------------------------------------------------------- */

static struct armdma_config machine_config(const struct study_options *opt, bool free_walks)
{
	struct armdma_config cfg = armdma_config_exynos4210();

	cfg.ram_size = opt->ram;
	cfg.lowmem_size = opt->ram / 4 * 3;
	cfg.seed = opt->seed;
	for (uint32_t i = 0; i < cfg.nr_sysmmus; i++) {
		cfg.sysmmus[i].version = opt->version;
		cfg.sysmmus[i].tlb_entries = opt->tlb_entries;
	}
	if (free_walks)
		cfg.costs.mem_read = cfg.costs.flpd_hit = 0;
	return cfg;
}

static int open_machine(struct study *s, const struct study_policy *policy, bool free_walks)
{
	struct armdma_config cfg = machine_config(s->opt, free_walks);
	struct armdma_pgsize_policy p = policy->make();
	struct armdma_error err = { "" };
	struct armdma_domain *d;

	if (armdma_machine_create(&s->m, &cfg, &err)) {
		snprintf(s->error, sizeof(s->error), "%.240s", err.msg);
		return -1;
	}
	armdma_checker_enable(s->m, false);
	s->hw = armdma_machine_hw(s->m);
	s->dev = armdma_device_find(s->m, DEVICE);
	s->mapping = armdma_iommu_create_mapping(s->m, IOVA_BASE, IOVA_SIZE, NULL, NULL);
	if (!s->mapping || armdma_iommu_attach_device(s->dev, s->mapping) ||
	    armdma_device_set_pgsize_policy(s->dev, &p)) {
		snprintf(s->error, sizeof(s->error), "the address space cannot be set up");
		return -1;
	}
	d = armdma_mapping_domain(s->mapping);
	/* 2 and 16 MiB, each if the SYSMMU has it. */
	for (unsigned int lg2 = 21; policy->all_sizes && lg2 <= 24; lg2 += 3)
		armdma_domain_set_pgsizes(d, armdma_domain_pgsizes(d) | 1ull << lg2);
	return 0;
}

static void close_machine(struct study *s)
{
	if (s->mapping && armdma_to_iommu_mapping(s->dev))
		armdma_iommu_detach_device(s->dev);
	armdma_iommu_release_mapping(s->mapping);
	armdma_machine_destroy(s->m);
}

static void note_free_memory(struct study *s)
{
	uint64_t all = 0, in_64k = 0, in_1m = 0;
	struct armdma_mm_stats st;

	armdma_mm_stats(s->m, &st);
	for (unsigned int z = 0; z < ARMDMA_NR_ZONES; z++) {
		for (unsigned int o = 0; o < ARMDMA_MAX_ORDER; o++) {
			uint64_t pages = st.free_blocks[z][o] << o;

			all += pages;
			in_64k += o >= 4 ? pages : 0;
			in_1m += o >= 8 ? pages : 0;
		}
	}
	s->r->free_64k = all ? (double)in_64k / (double)all : 0;
	s->r->free_1m = all ? (double)in_1m / (double)all : 0;
}

/* How much of the memory can be had in buffers of this size. */
static void measure_capacity(struct study *s, size_t size)
{
	size_t most = (size_t)(s->opt->ram / size) + 1, n = 0;
	struct study_result keep = *s->r;
	struct study_buffer *b = calloc(most, sizeof(*b));

	while (b && n < most && !study_alloc(s, &b[n], size))
		n++;
	keep.capacity = (uint64_t)n * size;
	while (n)
		study_free(s, &b[--n]);
	free(b);
	*s->r = keep;
}

static int run_once(struct study *s, const struct study_load *load, const struct study_policy *policy,
		    bool free_walks)
{
	struct study_aged held = { NULL, 0 };
	int ret = open_machine(s, policy, free_walks);

	s->rng = s->opt->seed * 0x2545f4914f6cdd1dull + 7;
	if (!ret && study_age(s->m, s->r->fragmentation, s->opt->seed, &held)) {
		snprintf(s->error, sizeof(s->error), "out of memory");
		ret = -1;
	}
	if (!ret) {
		note_free_memory(s);
		ret = load->run(s, load);
	}
	if (!ret && load->capacity_buffer && !free_walks)
		measure_capacity(s, load->capacity_buffer);
	if (held.page)
		study_unage(s->m, &held);
	if (s->m)
		close_machine(s);
	return ret;
}

/* The time that walks take is the difference to a machine that is the same, but for walks that take none. */
int study_run(const struct study_options *opt, const struct study_load *load, const struct study_policy *policy,
	      double fragmentation, struct study_result *r, char *why, size_t len)
{
	struct study_result without = { .fragmentation = fragmentation };
	struct study s = { .opt = opt, .r = r }, t = { .opt = opt, .r = &without };
	int ret = -1;

	*r = (struct study_result){ .load = load->name, .policy = policy->name, .fragmentation = fragmentation };
	s.scratch = t.scratch = calloc(1, STUDY_SCRATCH);
	if (s.scratch)
		ret = run_once(&s, load, policy, false);
	if (!ret)
		ret = run_once(&t, load, policy, true);
	r->walk_cycles = r->cycles - without.cycles;
	free(s.scratch);
	if (ret)
		snprintf(why, len, "%s, %s: %s", load->name, policy->name,
			 s.error[0] ? s.error : t.error[0] ? t.error : "out of memory");
	return ret;
}
