/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One run: one policy on one workload with one set of parameters.
 *
 * First the policy is watched (check.c): each address against an independent record of what is in use, and how the space
 * fills, breaks up and is reused. What the policy answered decides the steps (which random ones are freed, what fails), and the
 * later passes only repeat them: time in L1 steps (speed.c), latencies (latency.c), two threads (threads.c), page
 * tables and a TLB behind it (backing.c).
 */
#ifndef TOOLS_IOVA_RUN_H
#define TOOLS_IOVA_RUN_H

#include <jansson.h>

#include <armdma/iova.h>

#include "hist.h"
#include "workload.h"

enum run_leaks {
	RUN_LEAKS_KEEP,		/* parts are freed as recorded; what is never freed stays */
	RUN_LEAKS_MEND,		/* the first part that is freed frees the whole */
};

struct run_params {
	const char *policy;	/* name, path of a shared object, path:NAME */
	uint64_t policy_file;	/* hash of the shared object's content; 0: none */
	enum armdma_iova_align align;
	uint32_t align_order;	/* UINT32_MAX: the trace's */
	uint64_t space;		/* bytes; 0: the trace's */
	uint64_t page_sizes;	/* of ALIGN_PAGES */
	bool shared;		/* with the policy's locks */
	bool tables;		/* page tables and TLB behind it */
	uint32_t tlb_entries;	/* 0: the hardware version's */
	enum run_leaks leaks;
	unsigned int batches;	/* of the speed measurement; 0: none, and no latencies */
	unsigned int timeout;	/* seconds; 0: none */
};
#define RUN_PARAMS { .align_order = UINT32_MAX, .page_sizes = 4096 | 65536 | 1048576, .batches = 21, .timeout = 600 }

/* What a parent sees of a run while it goes on, and after it has crashed. In shared memory. */
enum run_call { CALL_NONE, CALL_LOAD, CALL_CREATE, CALL_ALLOC, CALL_FREE, CALL_STATS, CALL_VALIDATE, CALL_DESTROY };
struct run_progress {
	volatile uint32_t call;		/* enum run_call: what of the policy is being run */
	volatile uint32_t pass;		/* enum run_pass */
	volatile uint64_t done, total;	/* of the pass */
};
enum run_pass { PASS_CHECK, PASS_SPEED, PASS_LATENCY, PASS_THREADS, PASS_TABLES, PASSES };
const char *run_pass_name(unsigned int pass);
const char *run_call_name(unsigned int call);

/* ---- Steps ----------------------------------------------------------------- */

/* Distinct requests and parts; a step names one. */
struct run_request {
	uint64_t size, limit, align, offset;
};

enum step_kind { STEP_ALLOC, STEP_FREE };
struct step {
	uint32_t slot;		/* where the address is kept */
	uint32_t request;
	uint16_t space;
	uint8_t kind, thread;
};

struct steps {
	struct step *v;
	size_t n, cap;
	size_t warm;		/* steps before the measurement begins */
	struct run_request *requests;
	size_t nr_requests, cap_requests;
	uint32_t nr_slots;
};

/* ---- What the watching pass finds ------------------------------------------ */

#define RUN_COLUMNS 160u	/* samples over time */
#define RUN_MAX_ROWS 96u	/* of the occupancy map */

struct sample {
	uint64_t op, used, free, largest_free, l2_tables;
};

struct check_result {
	char violation[320];	/* "" when the policy kept its promises */
	uint64_t attempts, failures, failures_enough_free, failures_run_free;
	uint64_t frees, parts_refused, skipped;	/* skipped: frees of what could not be allocated */
	uint64_t recorded, recorded_equal;
	/* Of the space with most allocations: */
	unsigned int space;
	uint64_t total, peak, lowest, end, touched;	/* bytes */
	uint64_t memory_peak;				/* of the policy, all spaces */
	uint64_t asked, given;				/* bytes asked for, bytes in granules */
	struct sample samples[RUN_COLUMNS];
	unsigned int nr_samples;
	struct hist reuse;	/* allocations between free and next use of an address */
	uint64_t fresh;		/* allocations of addresses never used before */
	/* Occupancy: rows from the lowest address up, digits 0 to f a column. */
	uint64_t map_base, map_unit;
	unsigned int map_rows;
	char map[RUN_MAX_ROWS][RUN_COLUMNS + 1];
};

struct run {
	const struct run_params *p;
	const struct workload *w;
	const char *trace;		/* name for people */
	const struct armdma_iova_policy *policy;
	struct run_progress *progress;
	struct steps steps;
	struct check_result check;
	struct armdma_error err;	/* why it cannot go on */
};

/* A fresh address space of the policy. 0 or negative errno with r->err. */
int run_create(struct run *r, unsigned int space, uint32_t flags, void **priv);
/* One for each space of the workload; NULL with r->err on failure. */
void **run_create_all(struct run *r, uint32_t flags);
void run_destroy_all(struct run *r, void **privs);

/* Each pass returns 0, or negative errno with r->err saying why. */
int run_check(struct run *r);
int run_speed(struct run *r, json_t *out);
int run_latency(struct run *r, json_t *out);
int run_threads(struct run *r, json_t *out);
int run_tables(struct run *r, json_t *out);
void run_free(struct run *r);

/* The whole run, in this process: what docs/iova-results.md describes. A new reference; NULL: no memory. */
json_t *run_result(const struct run_params *p, const struct workload *w, const char *trace, uint64_t identity,
		   struct run_progress *progress);
/* The result of a run that ended without one. */
json_t *run_result_of_death(const struct run_params *p, const struct workload *w, const char *trace, uint64_t identity,
			    const struct run_progress *progress, const char *status, const char *how);
/* Name of a run: equal for equal policy, parameters and workload. */
void run_key(const struct run_params *p, uint64_t identity, char key[17]);

#endif
