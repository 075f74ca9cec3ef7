/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The page-size study: what a way to choose page sizes costs and brings, for a load of a device, on aged memory.
 *
 *	policies.c	the ways
 *	aging.c		memory that has been in use for a while
 *	load.c		rings of frames, scattered objects
 *	trace.c		a recorded workload
 *	bench.c		one machine, one load: the figures
 *	report.c	table, JSON, plot
 *
 * Every figure is read from the simulated TLB, clock and allocators.
 */
#ifndef TOOLS_TLB_STUDY_H
#define TOOLS_TLB_STUDY_H

#include <stdio.h>

#include <armdma/dma.h>
#include <armdma/iommu.h>
#include <armdma/pgsize.h>

struct study_options {
	uint32_t version;	/* of the SYSMMU */
	uint32_t tlb_entries;	/* 0: the version's default */
	uint64_t ram;		/* bytes */
	uint64_t seed;
	unsigned int frames;	/* of rings */
	const char *trace;	/* file; NULL: none */
};

/* ---- Ways to choose -------------------------------------------------------- */

struct study_policy {
	const char *name, *what;
	struct armdma_pgsize_policy (*make)(void);
	bool all_sizes;		/* entries of 2 and 16 MiB too, where the SYSMMU has them */
};
extern const struct study_policy study_policies[];
extern const unsigned int study_nr_policies;
const struct study_policy *study_policy_find(const char *name);

/* ---- One run ----------------------------------------------------------------- */

struct study_buffer {
	void *cpu;		/* NULL: not allocated */
	size_t size;
	armdma_dma_t iova;
};

struct study_result {
	const char *load, *policy;
	double fragmentation;		/* parameter: percent of all pages that others hold on to */
	double free_64k, free_1m;	/* shares of the free memory that lies in blocks of at least so much */
	uint64_t asked, taken;		/* most bytes that the load had: as it asked for them, and in memory */
	uint64_t allocations, failures;
	uint64_t entries[ARMDMA_IOMMU_NR_SIZES];	/* most at a time, by all sizes together */
	uint64_t tables;		/* bytes of translation tables at that time */
	uint64_t reach;			/* bytes; 0: not measured */
	uint64_t lookups, hits, walks, walk_reads;
	uint64_t cycles, walk_cycles;	/* of the load; of these, waiting for walks */
	uint64_t map_cycles, unmap_cycles, registers;	/* of allocating and freeing; register accesses of both */
	uint64_t capacity;		/* bytes in buffers of the load's kind that fit until the first failure; 0: not tried */
};

struct study {
	const struct study_options *opt;
	struct armdma_machine *m;
	struct armdma_hw *hw;
	struct armdma_device *dev;
	struct armdma_iommu_mapping *mapping;
	uint64_t rng;
	struct study_result *r;
	uint64_t asked;			/* live, bytes */
	uint64_t peak_entries;
	uint8_t *scratch;		/* SCRATCH bytes that transfers come from and go to */
	char error[256];
};
#define STUDY_SCRATCH (16u << 20)

/* A load: everything between a machine with aged memory and one that is taken apart. 0, or -1 with s->error. */
struct study_load {
	const char *name, *what;
	int (*run)(struct study *s, const struct study_load *load);
	unsigned int width, height;	/* of frames */
	bool rotated;			/* a column of 64 bytes at a time */
	size_t capacity_buffer;		/* bytes of the buffers that capacity is counted in; 0: do not */
};
extern const struct study_load study_loads[];
extern const unsigned int study_nr_loads;
const struct study_load *study_load_find(const char *name);
int study_trace_run(struct study *s, const struct study_load *load);

/* Figures of one load under one policy. 0, or -1 with why (len bytes). */
int study_run(const struct study_options *opt, const struct study_load *load, const struct study_policy *policy,
	      double fragmentation, struct study_result *r, char *why, size_t len);

/* For loads: allocate and free under the policy, move data, and note the peak. */
int study_alloc(struct study *s, struct study_buffer *b, size_t size);
void study_free(struct study *s, struct study_buffer *b);
int study_transfer(struct study *s, bool write, armdma_dma_t iova, size_t len);
/* Start and end of what counts as the load's own traffic. */
void study_start(struct study *s);
void study_stop(struct study *s);
/* Longest stretch of these buffers that a second sweep finds in the TLB, on average over places. */
void study_measure_reach(struct study *s, const struct study_buffer *b, unsigned int n);

uint64_t study_random(uint64_t *x);
uint32_t study_below(uint64_t *x, uint32_t n);

/* Age the memory: pinned percent of all pages stay with others. Keeps the pages in *held. 0 or -1. */
struct study_aged {
	struct armdma_page **page;
	size_t nr;
};
int study_age(struct armdma_machine *m, double pinned, uint64_t seed, struct study_aged *held);
void study_unage(struct armdma_machine *m, struct study_aged *held);

/* ---- Reports ----------------------------------------------------------------- */

void study_print_table(FILE *out, const struct study_result *r, unsigned int n);
void study_print_json(FILE *out, const struct study_options *opt, const struct study_result *r, unsigned int n);
/* DIR/pagesize.dat, .gp and, if gnuplot is there, .svg. 0, -1: a file cannot be written, 1: no gnuplot. */
int study_plot(const char *dir, const struct study_result *r, unsigned int n);

static inline uint64_t study_entries(const struct study_result *r)
{
	uint64_t sum = 0;

	for (int i = 0; i < ARMDMA_IOMMU_NR_SIZES; i++)
		sum += r->entries[i];
	return sum;
}

#endif
