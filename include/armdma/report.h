/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reports: what the library has to say about the code under test.
 *
 * A report is a proof of a bug, never a guess. It goes to the callback if one is set, else to stderr, and is counted.
 */
#ifndef ARMDMA_REPORT_H
#define ARMDMA_REPORT_H

#include <armdma/types.h>

#ifdef __cplusplus
extern "C" {
#endif

enum armdma_report_kind {
	ARMDMA_REPORT_NONE,
	ARMDMA_REPORT_STALE_CPU,	/* the CPU was handed bytes older than what a device wrote */
	ARMDMA_REPORT_STALE_DEVICE,	/* a device read bytes that the CPU had rewritten but never cleaned */
	ARMDMA_REPORT_BAD_FREE,		/* freed or unmapped what is not live, or not in that form */
	ARMDMA_REPORT_BAD_ARGUMENT,	/* a call that makes no sense */
	ARMDMA_REPORT_TRAP,		/* touched memory that is not mapped (any more) */
	ARMDMA_REPORT_FAULT,		/* IOMMU fault that nobody handled */
	ARMDMA_REPORT_LEAK,		/* still live when its owner went */
	ARMDMA_REPORT_BLOCK_TIMEOUT,	/* a SYSMMU did not stop in time: its TLB may be stale */
	ARMDMA_REPORT_BAD_CONTEXT,	/* a call that may sleep, where sleeping is not possible */
	ARMDMA_REPORT_IN_USE,		/* freed or changed what a user mapping, a device or a pool still uses */
	ARMDMA_REPORT_NR
};

/* Sites that a report can name. */
enum armdma_report_site {
	ARMDMA_SITE_HERE,	/* the call that went wrong */
	ARMDMA_SITE_ALLOC,
	ARMDMA_SITE_MAP,
	ARMDMA_SITE_SYNC,	/* last sync or unmap */
	ARMDMA_NR_SITES
};

struct armdma_report {
	enum armdma_report_kind kind;
	struct armdma_device *dev;	/* or NULL */
	armdma_dma_t addr;		/* DMA address, or ARMDMA_MAPPING_ERROR */
	armdma_phys_t pa;		/* or ARMDMA_MAPPING_ERROR */
	const void *cpu;		/* or NULL */
	uint64_t len;			/* bytes concerned */
	enum armdma_dir dir;
	const void *sites[ARMDMA_NR_SITES];	/* NULL: not known */
	const char *text;		/* the whole report as printed, several lines; valid during the callback */
};

typedef void (*armdma_report_fn)(void *ctx, const struct armdma_report *report);
/* Where reports go instead of stderr; NULL: stderr. The callback may longjmp out of the test. */
ARMDMA_API void armdma_set_report_fn(struct armdma_machine *m, armdma_report_fn fn, void *ctx);
/*
 * Switch the checker off or on again (default: on). Off, misuse is still refused but nothing is reported, and
 * nothing is remembered that could explain wrong bytes.
 */
ARMDMA_API void armdma_checker_enable(struct armdma_machine *m, bool on);
/* How many reports there were, of one kind or (ARMDMA_REPORT_NONE) of all. */
ARMDMA_API unsigned int armdma_report_count(const struct armdma_machine *m, enum armdma_report_kind kind);
ARMDMA_API const char *armdma_report_name(enum armdma_report_kind kind);

/*
 * Why do the bytes at cpu, len of them, read as they do? Writes a story of several lines into buf: which of them
 * differ from what is in memory, which device wrote them when, through which mapping (with the sites of mapping and last
 * sync), and what is missing. Returns true when some byte that the CPU sees is stale or not yet visible to devices.
 */
ARMDMA_API bool armdma_explain(struct armdma_machine *m, const void *cpu, size_t len, char *buf,
			       size_t buflen);
/*
 * The code under test relies on the len bytes at cpu: they must be `expected`. Right: returns true. Wrong: false,
 * and if a device wrote the expected bytes and the CPU sees stale ones, that is reported (ARMDMA_REPORT_STALE_CPU)
 * with its explanation. Site: the caller.
 */
ARMDMA_API bool armdma_cpu_sees(struct armdma_machine *m, const void *cpu, const void *expected,
				size_t len);
/* The same for what a device sees at a DMA address of its own: ARMDMA_REPORT_STALE_DEVICE. */
ARMDMA_API bool armdma_device_sees(struct armdma_device *dev, armdma_dma_t addr,
				   const void *expected, size_t len);

#ifdef __cplusplus
}
#endif
#endif
