/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Recorded events to workloads.
 *
 * What a recording holds decides how it is read: probes on the DMA-mapping code tell most (which address the allocator gave
 * to which request), the dma:* tracepoints tell device, address and size, iommu:map and iommu:unmap alone tell ranges.
 */
#ifndef TOOLS_IOVA_IMPORT_H
#define TOOLS_IOVA_IMPORT_H

#include "ftrace.h"
#include "owners.h"
#include "workload.h"

enum import_source { IMPORT_AUTO, IMPORT_PROBES, IMPORT_DMA, IMPORT_IOMMU };

struct import_options {
	enum import_source source;
	const char *device;	/* only this one; NULL: all */
	uint64_t page_size;	/* 0: 4096 */
};

/* Why a free, or an answer, found no partner. */
enum import_loss {
	LOSS_NEVER,		/* freed, never allocated in this recording: it was, before the recording began */
	LOSS_TWICE,		/* freed a second time */
	LOSS_RANGE,		/* freed range does not lie in one allocation */
	LOSS_AMBIGUOUS,		/* the same range is live in several spaces, and nothing tells which */
	LOSS_ANSWER,		/* an address without a request before it */
	LOSS_NO_ANSWER,		/* a request whose address was not seen; dropped */
	LOSS_FAILED,		/* a request that the recorded kernel could not serve; dropped */
	LOSS_OVERLAP,		/* given while still in use: its free is missing; freed here */
	LOSS_SIZE,		/* of a size that no space can have */
	LOSS_KINDS
};

#define IMPORT_MAX_LOST 4u

struct import_report {
	struct ftrace_stats lines;	/* the reader's */
	enum import_source source;
	unsigned long allocs, frees, part_frees, left;
	unsigned long lost[LOSS_KINDS];
	unsigned long first[LOSS_KINDS][IMPORT_MAX_LOST];	/* lines */
	unsigned long outside;		/* map events in no known allocation */
};

/* The explanation of a loss, as a sentence. */
const char *import_explain(enum import_loss loss);
/* Total of what import_explain() explains. */
unsigned long import_lost(const struct import_report *r);

/*
 * Read everything from f into an empty workload. 0; -EIO: the file cannot be read on, *w holds what was read; -ENOMEM; -ENODATA: no
 * event of use. err says why.
 */
int import_ftrace(struct ftrace *f, const struct import_options *opt, struct workload *w, struct import_report *rep,
		  char *err, size_t errlen);

/* ---- What the three readings share (import_*.c) --------------------------------- */

struct alloc_state {
	uint64_t addr, size;	/* of the range that the recording gave */
	uint64_t left;		/* bytes not yet freed */
	uint32_t op;		/* index of its ALLOC */
	uint32_t unmap_op;	/* index of its UNMAP + 1 */
	uint16_t space;
};

/* What one context (task or interrupt level on a CPU) is in the middle of. */
struct import_context {
	uint64_t key;
	bool used;
	bool in_call;		/* a dma_map or dma_alloc was seen; dev, dir, coherent tell of it */
	bool coherent;
	uint8_t dir;
	uint32_t pending;	/* ALLOC op index + 1 that waits for its address */
	uint32_t last;		/* ALLOC op index + 1 that was answered last */
	char dev[FTRACE_NAME_LEN];
	char unmap_dev[FTRACE_NAME_LEN];
	uint64_t freed;		/* by the last unmap: address + 1 */
};

struct import_sg {		/* a live scatter-gather mapping of the tracepoints */
	uint64_t key;
	uint32_t first, n;	/* allocations */
};

struct import {
	const struct import_options *opt;
	struct workload *w;
	struct import_report *rep;
	unsigned int shift;	/* log2 of the page size */
	uint64_t start;		/* of time, microseconds */
	struct owners pages;	/* id + 1 while allocated; | GHOST when freed */
	struct alloc_state *allocs;
	size_t nr_allocs, cap_allocs;
	struct import_context *contexts;
	size_t cap_contexts, nr_contexts;
	struct space_key { uint64_t space, iovad; char dev[FTRACE_NAME_LEN]; } *keys;	/* one for each space */
	size_t cap_keys;
	struct import_sg *sgs;
	size_t nr_sgs, cap_sgs;
	bool free_events;	/* frees come as iova_free, not with the unmap */
	bool failed;		/* out of memory */
};

/* The context of an event; NULL: out of memory. */
struct import_context *import_context(struct import *im, uint64_t key);
/* Space of a kernel pointer and a device, either may be missing (0, ""); made when it is new. Negative: not wanted, or no memory. */
int import_space(struct import *im, uint64_t pointer, const char *dev);
/* Existing space of a device, or -1. */
int import_find_device(const struct import *im, const char *dev);
void import_lose(struct import *im, enum import_loss loss, unsigned long line);
/* New ALLOC without an address; its op index + 1, 0 on failure. */
uint32_t import_alloc(struct import *im, int space, const struct ftrace_event *ev, uint64_t size, unsigned int dir,
		      bool coherent);
/* The address of an ALLOC is known now. */
void import_answer(struct import *im, uint32_t op, uint64_t addr, unsigned long line);
/* The allocation dies as if it had never been (kernel failure). */
void import_drop(struct import *im, uint32_t op);
/* The live allocation that page `addr` belongs to in a space: its id + 1; *ghost: it was freed. 0: none. */
uint32_t import_at(const struct import *im, unsigned int space, uint64_t addr, bool *ghost);
/* FREE or UNMAP [addr, addr+size), which lies in one allocation of the space. */
void import_release(struct import *im, enum op_kind kind, unsigned int space, uint64_t addr, uint64_t size,
		    const struct ftrace_event *ev);
/*
 * The one space where [addr, addr+size) lies in a live allocation (only unmapped ones with `unmapped`); -1 - enum import_loss when
 * there is none or more than one.
 */
int import_guess_space(const struct import *im, uint64_t addr, uint64_t size, bool unmapped);

void import_probes(struct import *im, const struct ftrace_event *ev);
void import_tracepoints(struct import *im, const struct ftrace_event *ev);
void import_iommu(struct import *im, const struct ftrace_event *ev);

#endif
