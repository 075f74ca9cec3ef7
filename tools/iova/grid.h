/* SPDX-License-Identifier: BSD-2-Clause */
/* Policies x traces x parameters: what the options of replay and sweep name. */
#ifndef TOOLS_IOVA_GRID_H
#define TOOLS_IOVA_GRID_H

#include <getopt.h>

#include "load.h"
#include "pool.h"

struct grid_list {
	char **v;
	size_t n, cap;
};

struct grid {
	struct grid_list policies, aligns, orders, spaces, lockings, tlbs, traces;
	struct run_params base;
	struct load_options load;
	unsigned int parallel;
	/* made by grid_expand(): */
	struct workload *workloads;
	size_t nr_workloads;
	char (*names)[64];
	struct pool_job *jobs;
	size_t nr_jobs;
	uint64_t *identities;
};

/* Options of both commands; append to an array that ends with zeroes. */
#define GRID_OPTIONS                                                                                            \
	{ "policy", required_argument, NULL, 'p' }, { "align", required_argument, NULL, 'a' },                  \
	{ "align-order", required_argument, NULL, 0x100 }, { "space", required_argument, NULL, 0x101 },         \
	{ "locking", required_argument, NULL, 0x102 }, { "page-sizes", required_argument, NULL, 0x103 },        \
	{ "tables", no_argument, NULL, 't' }, { "tlb", required_argument, NULL, 0x104 },                        \
	{ "leaks", required_argument, NULL, 0x105 }, { "batches", required_argument, NULL, 0x106 },             \
	{ "quick", no_argument, NULL, 0x107 }, { "timeout", required_argument, NULL, 0x108 },                   \
	{ "no-timing", no_argument, NULL, 0x109 }, { "jobs-at-once", required_argument, NULL, 'j' },            \
	{ "device", required_argument, NULL, 'd' }, { "strict", no_argument, NULL, 0x10a }, { "quiet", no_argument, NULL, 'q' }
#define GRID_LETTERS "p:a:tj:d:q"
#define GRID_HELP                                                                                                        \
	"TRACE: a file (as of import), - or gen:NAME[,option=value...] (generate --list tells names and options).\n\n"    \
	"  -p, --policy A,B,...     names, paths of shared objects (with a slash), or all; may be given again\n"          \
	"  -a, --align A,...        own (default), none, capped, full, pages: how allocations are aligned\n"              \
	"      --align-order N,...  cap of capped, as order of granules (default: the trace's, 8)\n"                      \
	"      --page-sizes A+B     of pages (default 4K+64K+1M)\n"                                                       \
	"      --space SIZE,...     of the address space (default: the trace's)\n"                                        \
	"      --locking A,...      single (default) or shared\n"                                                         \
	"  -t, --tables             page tables and a TLB behind it\n"                                                    \
	"      --tlb N,...          entries of that TLB (default: the hardware's, 16); means --tables\n"                  \
	"      --leaks MODE         keep (default): parts are freed as recorded; mend: the first part frees all\n"        \
	"      --batches N          of the speed measurement (default 21); --quick: 3; --no-timing: none\n"               \
	"      --timeout SECONDS    of one run (default 600; 0: none)\n"                                                  \
	"  -d, --device NAME        only this device of a recording\n"                                                    \
	"      --strict             a damaged trace is an error\n"                                                        \
	"  -q, --quiet              no progress, no notes\n"                                                              \
	"  -j, --jobs-at-once N     runs side by side"

void grid_init(struct grid *g);
void grid_free(struct grid *g);
/* One option. An exit status; TOOL_USAGE after saying what is wrong. */
int grid_option(struct grid *g, int c, const char *arg);
/* Load the traces, make all jobs. An exit status. */
int grid_expand(struct grid *g);
/* Another trace. An exit status. */
int grid_trace(struct grid *g, const char *spec);
/* The command line that does one job by itself: "replay ..." as words for a shell. Its result goes to directory/key.jsonl, if not NULL. */
void grid_command(const struct grid *g, const struct pool_job *job, const char *directory, const char *key, FILE *out);
/* A word as a shell takes it. */
void grid_shell_word(FILE *out, const char *s);

#endif
