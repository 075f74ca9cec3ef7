/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reader of recorded DMA-mapping workloads: the text of a kernel's ftrace buffer, plain or .xz.
 *
 *	struct ftrace *f = ftrace_open("load.ftrace.txt.xz", err, sizeof(err));
 *	struct ftrace_event ev;
 *
 *	while ((ret = ftrace_next(f, &ev)) > 0)
 *		...
 *	if (ret < 0)
 *		puts(ftrace_stats(f)->error);
 *	ftrace_close(f);
 *
 * A line is "TASK-PID [CPU] flags seconds: event: key=value ...". Lines starting with # and empty ones are skipped, events
 * of other names are counted. A line that cannot be read is no error: it is counted, and the first few
 * are kept with the reason.
 *
 * Two families of events. Probes on the functions of the DMA-mapping code (kprobe events; their text begins with the place in
 * parentheses) and the tracepoints iommu:map and iommu:unmap; and the tracepoints dma:* of Linux 6.12 and later, which
 * share some of the probes' names.
 *
 * With probes one mapping is a chain of events from one context (a task or an interrupt level on one CPU): dma_map_page, dma_map_sg or dma_alloc,
 * iova_alloc, iova_alloc_ret, map... An interrupt may put a whole chain of its own in between: to pair events, go
 * back to the newest unpaired one of the same context. Unmapping: dma_unmap_page, dma_unmap_sg or dma_free, then unmap with the range.
 */
#ifndef TOOLS_IOVA_FTRACE_H
#define TOOLS_IOVA_FTRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum ftrace_type {
	FTRACE_DMA_MAP_PAGE,	/* dev, offset, size, dir, attrs */
	FTRACE_DMA_UNMAP_PAGE,	/* dev, iova (as the driver knows it), size, dir */
	FTRACE_DMA_ALLOC,	/* dev, size */
	FTRACE_DMA_FREE,	/* dev, size, iova */
	FTRACE_IOVA_ALLOC,	/* size asked of the IOVA allocator; space */
	FTRACE_IOVA_ALLOC_RET,	/* iova given */
	FTRACE_MAP,		/* iova, paddr, size */
	FTRACE_UNMAP,		/* iova, size */
	FTRACE_DMA_MAP_SG,	/* dev, nents, dir */
	FTRACE_DMA_UNMAP_SG,	/* dev, iova of the first segment, nents, dir */
	FTRACE_DMA_MAP_SG_RET,	/* nents: segments, negative for an error */
	FTRACE_IOVA_SLOW,	/* iova: limit, size: both in pages; an allocation that no cache could serve */
	FTRACE_IOVA_FREE,	/* space, iova, size: both in pages */
	/* Tracepoints dma:*; iova is the address as the driver knows it. */
	FTRACE_TP_MAP,		/* dma_map_page, _phys, _resource: dev, iova, paddr, size, dir */
	FTRACE_TP_UNMAP,	/* dma_unmap_page, _phys, _resource: dev, iova, size, dir */
	FTRACE_TP_ALLOC,	/* dma_alloc, _pages, _sgt: dev, iova, size */
	FTRACE_TP_FREE,		/* dma_free, _pages, _sgt: dev, iova, size */
	FTRACE_TP_MAP_SG,	/* dma_map_sg: dev, dir, addrs and sizes of the segments, physical addresses */
	FTRACE_TP_UNMAP_SG,	/* dma_unmap_sg: dev, dir, physical addresses */
	FTRACE_NR
};

#define FTRACE_NAME_LEN 32

/* One event; fields that its type does not have are 0. Sizes and offsets are bytes. */
struct ftrace_event {
	enum ftrace_type type;
	unsigned long line;	/* in the file, from 1 */
	uint64_t usecs;		/* since boot */
	uint64_t context;	/* equal for events of one context */
	char task[FTRACE_NAME_LEN];
	char dev[FTRACE_NAME_LEN];
	uint64_t iova, paddr, size, offset, attrs;
	uint64_t space;		/* identity of the address space: a kernel pointer */
	unsigned int dir;	/* enum armdma_dir */
	unsigned int cpu;
	long nents;
	/* Lists of a scatter-gather event; they belong to the reader and last until the next event. */
	const uint64_t *addrs, *sizes, *paddrs;
	size_t nr_addrs, nr_sizes, nr_paddrs;
	bool cut;		/* the kernel printed only the head of its lists */
};

#define FTRACE_MAX_BAD 8

struct ftrace_stats {
	unsigned long lines;	/* read, comments included */
	unsigned long events[FTRACE_NR];
	unsigned long others;	/* events of other names */
	unsigned long malformed;
	struct ftrace_bad {
		unsigned long line;
		char why[96];
	} bad[FTRACE_MAX_BAD];	/* the first malformed lines */
	char error[160];	/* why ftrace_next() returned a negative value */
};

struct ftrace;

/* NULL on failure, with the reason in err (errlen bytes, always terminated). */
struct ftrace *ftrace_open(const char *path, char *err, size_t errlen);
/* The same for an open stream of plain text, which ftrace_close() closes. */
struct ftrace *ftrace_open_stream(FILE *in, char *err, size_t errlen);
/* The next event that has a type. 1; 0 at the end; -EIO when the file cannot be read on (a truncated .xz). */
int ftrace_next(struct ftrace *f, struct ftrace_event *ev);
/* Of what was read so far; valid until ftrace_close(). */
const struct ftrace_stats *ftrace_stats(const struct ftrace *f);
/* NULL is ignored. */
void ftrace_close(struct ftrace *f);
/* The kernel's name of a type ("iova_alloc"). */
const char *ftrace_name(enum ftrace_type type);

#endif
