/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The demo in four steps. Each does something real, checks it, prints a few lines, and says in a
 * structure what it found. A step returns 0 only if everything that it expected did happen.
 */
#ifndef EXAMPLES_DEMO_H
#define EXAMPLES_DEMO_H

#include <stdio.h>

#include <armdma/machine.h>
#include <armdma/mm.h>
#include <armdma/report.h>
#include <armdma/sensor.h>
#include <armdma/trace.h>

#define DEMO_CAMERA "fimc0"
#define DEMO_ENGINE "mdma"

struct demo_options {
	const char *input;		/* Y4M file; NULL: test card */
	const char *dir;		/* for pictures; made when missing */
	const char *trace;		/* recorded kernel workload */
	bool trace_exact;		/* every IOVA must come out equal to the recorded kernel's */
	unsigned int frames;
	uint32_t width, height;		/* of the test card; 0: 1920x1080 */
};

struct demo {
	struct armdma_machine *m;
	struct armdma_hw *hw;
	struct armdma_machine *linux_m;	/* step 2: a second machine, whose DMA layer behaves as Linux 6.1 does */
	struct demo_options opt;
	FILE *out;
	uint32_t width, height;
	struct armdma_mm_stats boot, linux_boot;	/* memory before the first step */
	unsigned int expected;		/* bit of each report kind that this step wants to provoke */
	unsigned int seen[ARMDMA_REPORT_NR];
	unsigned int unexpected;	/* reports nobody asked for: printed, and the run fails */
	char report[4096];		/* text of the last expected report */
};

/* Make the machines, the first with its sensor. 0, or negative errno with the reason printed to out. */
int demo_open(struct demo *d, const struct demo_options *opt, FILE *out);
void demo_close(struct demo *d);

struct demo_capture {
	unsigned int frames;		/* right to the last byte */
	uint64_t bytes;
	size_t pages, pieces;		/* of all buffers; physically contiguous runs */
	uint64_t faults, overflows;
	double hit_rate;		/* TLB, 0..1 */
	double seconds, checking;	/* on this host; of these, to compute and compare what should be there */
	char picture[512];		/* path; "" when not written */
};
/* 1: frames through camera and SYSMMU into scattered pages that user space has mapped. */
int demo_capture(struct demo *d, struct demo_capture *res);

struct demo_replay {
	unsigned long maps, unmaps, allocs, frees;	/* streaming; coherent buffers */
	unsigned long leaked;		/* mappings of which Linux 6.1 never gives back a part */
	unsigned long iovas, equal;	/* given out; the same as the recorded kernel's */
	unsigned long transfers, bad;	/* by the engine; with a wrong payload */
	uint64_t bytes;			/* moved by the engine */
	uint64_t hits, misses, faults;	/* of the engine's SYSMMU */
	uint64_t iova_peak, iova_left;	/* bytes of IO address space in use: most ever; at the end */
	uint64_t pages_left;		/* bytes that the unmap lines of the recording do not cover */
	double seconds;			/* on this host */
	char error[256];		/* why the step failed, with the trace's line */
};
/* 2: a recorded kernel workload through the DMA API and the DMA engine. */
int demo_replay(struct demo *d, struct demo_replay *res);

struct demo_cached {
	uint64_t frame[2];		/* sensor's numbers of the frame with, and without sync */
	bool synced_right;		/* with sync: every byte as the sensor sent it */
	size_t stale;			/* without: bytes that differ */
	bool shows_previous;		/* without: exactly the frame before */
	bool explained;			/* the library reported it */
};
/* 3: a cached buffer, with and without its sync. */
int demo_cached(struct demo *d, struct demo_cached *res);

/* 4: statistics of the run so far, the files to open, and whether everything was given back. */
int demo_table(struct demo *d);

/* ---- what the steps share ---- */

ARMDMA_PRINTF(2, 3)
void demo_say(struct demo *d, const char *fmt, ...);
/* Lines of text, each behind the prefix, wrapped at 80 columns. */
void demo_say_text(struct demo *d, const char *prefix, const char *text);
double demo_seconds(void);
/* Frame `number` of the sensor as NV12 in buf. 0 or negative errno, printed. */
int demo_expected(struct demo *d, uint64_t number, uint8_t *buf);
/* DIR/name of an NV12 picture; path (512 bytes) gets where. 0 or negative errno, printed. */
int demo_picture(struct demo *d, const char *name, const uint8_t *nv12, char *path);
/* The files DIR/trace.* of a trace; it is freed. 0 or negative errno, printed. */
int demo_trace(struct demo *d, struct armdma_trace *trace);
/* NV12 to PNG. 0, or negative errno. */
int png_write_nv12(const char *path, const uint8_t *nv12, uint32_t width, uint32_t height);

#endif
