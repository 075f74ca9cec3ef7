/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows: what is measured, in which unit, and the goal.
 *
 * A row is a table entry; its functions do the work and nothing else. measure.c turns it into one figure,
 * relative to something measured in the same milliseconds, so that figures of different machines and of busy
 * moments can be compared.
 */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum bench_unit {
	/* Time of one operation in L1 steps: dependent loads in a random cycle of 16 KiB. Less is better. */
	BENCH_STEPS,
	/* Time of a memcpy of `bytes` / time of one operation. More is better. */
	BENCH_SHARE,
	/* The inverse. Less is better. */
	BENCH_TIMES,
	/* Microseconds of CPU time. Less is better. */
	BENCH_US,
	/* What `timed` returns. More is better. */
	BENCH_RATIO,
	/* The same. Less is better. */
	BENCH_COST,
	/* The same, bytes. Less is better. */
	BENCH_BYTES,
};

struct bench_row {
	const char *name;
	enum bench_unit unit;
	double goal;		/* 0: none */
	size_t bytes;		/* SHARE, TIMES: of the memcpy to compare with */
	size_t copies;		/* that memcpy goes round this many buffers; 0: one (as the operation does, cold or warm) */
	unsigned int arg[3];	/* of the functions */

	/* Returns the row's state, or NULL after saying on stderr what failed. */
	void *(*setup)(const struct bench_row *row);
	/* n operations. */
	void (*run)(void *state, size_t n);
	/* Before each operation, if not NULL; its time is taken off. */
	void (*prepare)(void *state);
	/* Instead of run: one operation that knows its own CPU time, seconds (or the figure itself: RATIO, COST, BYTES); negative: failed. */
	double (*timed)(void *state);
	void (*teardown)(void *state);
};

struct bench_rows {
	const struct bench_row *row;
	size_t nr;
};
extern const struct bench_rows bench_rows_api, bench_rows_check, bench_rows_dma, bench_rows_iova, bench_rows_machine, bench_rows_memory, bench_rows_sysmmu, bench_rows_table,
	bench_rows_translate;

struct bench_result {
	double figure;		/* median of the batches, in the row's unit */
	double min, max;	/* of the batches */
	double op_ns;		/* median, CPU time of one operation */
	double ref_ns;		/* median, of one L1 step or memcpy */
	size_t batch;		/* operations a batch */
	unsigned int batches;
};

/* Measure a row in so many batches. Returns 0 or -1. */
int bench_measure(const struct bench_row *row, unsigned int batches, struct bench_result *result);
/* CPU time of this thread, seconds. */
double bench_cpu_time(void);
/* Next number of a xorshift64 sequence; *x is never 0. */
uint64_t bench_random(uint64_t *x);
/* Number below n. */
uint32_t bench_below(uint64_t *x, uint32_t n);
void bench_shuffle(uint32_t *v, size_t n, uint64_t *x);
/* Say what failed; returns NULL. */
void *bench_failed(const struct bench_row *row, const char *what);

/* What a process measures that is started for its first machine: prints seconds. Returns an exit status. */
int bench_first_machine(void);

#ifdef __cplusplus
}
#endif
#endif
