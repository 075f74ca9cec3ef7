/* SPDX-License-Identifier: BSD-2-Clause */
/* The ring, and what its exporters share. */
#ifndef LIB_TRACE_INTERNAL_H
#define LIB_TRACE_INTERNAL_H

#include <armdma/trace.h>

/* A name that outlives the machine that lent it. */
struct trace_name {
	const void *lent;	/* pointer under which it came last */
	char text[48];
};

struct armdma_trace {
	struct armdma_hw *hw;	/* NULL: stopped */
	uint64_t mask;
	struct armdma_trace_record *ring;
	size_t capacity, first, len;
	uint64_t lost;
	struct trace_name **names;
	size_t nr_names;
};

/* ---- Call sites by name -------------------------------------------------- */

/* Distinct call sites of a trace, in the order in which they appear, with their functions. */
struct trace_site {
	const void *site;
	char function[64];	/* "unknown" if nothing is known */
	char where[128];	/* "function at file:line" */
};
struct trace_sites {
	struct trace_site *at;
	size_t nr;
};
/* 0 or -ENOMEM. */
int trace_sites_collect(const struct armdma_trace *t, struct trace_sites *s);
void trace_sites_free(struct trace_sites *s);
/* Index of a site; the one of NULL is 0. */
size_t trace_site_index(const struct trace_sites *s, const void *site);

/* ---- The kernel's view ---------------------------------------------------- */

enum kernel_type {
	K_DMA_MAP_PAGE, K_DMA_UNMAP_PAGE, K_DMA_MAP_SG, K_DMA_UNMAP_SG, K_DMA_ALLOC, K_DMA_FREE, K_DMA_SYNC_CPU, K_DMA_SYNC_DEV,
	K_IOVA_ALLOC, K_IOVA_ALLOC_RET, K_MAP, K_UNMAP, K_PAGE_FAULT, K_IRQ_ENTRY, K_IRQ_EXIT,
	K_NR
};

/* One event of the kernel, made from one record. */
struct kernel_event {
	enum kernel_type type;
	uint64_t time;		/* cycles */
	const struct armdma_trace_record *rec;	/* of a list: its first entry */
	int nents;		/* lists only: entries */
};
/*
 * Call fn for each event, in the kernel's order: the call of the DMA API first, then what it did. Stops when fn returns
 * nonzero and returns that; -ENOMEM.
 */
int trace_walk_kernel(const struct armdma_trace *t,
		      int (*fn)(void *ctx, const struct kernel_event *ev), void *ctx);

/* Exporters: 0 or -ENOMEM; errors of the file are looked for by the caller. */
int trace_write_ftrace(const struct armdma_trace *t, FILE *out);
int trace_write_dat(const struct armdma_trace *t, FILE *out);
int trace_write_json(const struct armdma_trace *t, FILE *out);
int trace_write_vcd(const struct armdma_trace *t, FILE *out);

#define TRACE_TASK "armdma"
#define TRACE_PID 1

#endif
