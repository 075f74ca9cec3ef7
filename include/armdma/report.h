/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reports: what the library has to say about the code under test.
 *
 * A report is a proof of a bug, never a guess; suspicions and performance findings are classes of their own and off by
 * default. It goes to the callback if one is set, else to stderr, and is counted. Each distinct bug is told once: the same kind
 * at the same place of the program for the same device is the same bug, and is only counted again. docs/reports.md takes
 * a report apart; armdma/options.h sets what is looked for and where reports go.
 */
#ifndef ARMDMA_REPORT_H
#define ARMDMA_REPORT_H

#include <stdio.h>

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
	/* Line states and barriers */
	ARMDMA_REPORT_MISSING_WMB,	/* a doorbell before the stores that it announces were visible to the device */
	ARMDMA_REPORT_MISSING_RMB,	/* the CPU read a payload without a barrier after the status that announced it */
	ARMDMA_REPORT_CPU_WRITE,	/* the CPU wrote into a buffer that the device owned */
	ARMDMA_REPORT_CPU_READ,		/* the CPU read a buffer that the device owned (instrumented loads) */
	ARMDMA_REPORT_SHARED_LINE,	/* a neighbour changed in a cache line of a buffer that the device wrote */
	ARMDMA_REPORT_LOST_STORE,	/* the CPU's stores to its own buffer were thrown away by an invalidate */
	ARMDMA_REPORT_UNINITIALISED,	/* bytes that nobody ever wrote left the kernel */
	/* The device's accesses */
	ARMDMA_REPORT_DEVICE_UNMAPPED,	/* in nothing that was ever mapped for it there */
	ARMDMA_REPORT_DEVICE_AFTER_UNMAP, /* in what was mapped for it once */
	ARMDMA_REPORT_DEVICE_OVERRUN,	/* past the end of a buffer */
	ARMDMA_REPORT_DEVICE_DIRECTION,	/* against the mapping's direction */
	ARMDMA_REPORT_DEVICE_TRUNCATED,	/* with an address of which the device dropped bits */
	ARMDMA_REPORT_STALE_TLB,	/* through a TLB entry whose table entry has changed */
	/* Calls */
	ARMDMA_REPORT_UNCHECKED,	/* dma_mapping_error() never asked, or its answer ignored */
	ARMDMA_REPORT_BAD_MEMORY,	/* memory that may not be mapped: stack, vmalloc, a coherent buffer, ... */
	ARMDMA_REPORT_OVERLAP,		/* the same bytes mapped twice, not only for reading */
	ARMDMA_REPORT_SEGMENT,		/* a segment beyond the device's size or boundary */
	ARMDMA_REPORT_ATOMIC_POOL,	/* the atomic pool ran dry of an allocation that could have slept */
	/* Suspicions: likely wrong, not proved. Off unless asked for. */
	ARMDMA_REPORT_DEVICE_CPU_OWNED,	/* a device used a buffer that was the CPU's */
	ARMDMA_REPORT_UNREAD,		/* data of a device was given back to it, never synced for the CPU */
	/* Performance findings: correct, but slow. Off unless asked for. */
	ARMDMA_REPORT_REDUNDANT_SYNC,	/* a sync that moved nothing */
	ARMDMA_REPORT_BIDIRECTIONAL,	/* mapped both ways, used one way */
	ARMDMA_REPORT_NR
};

/* What a report is worth. */
enum armdma_report_class {
	ARMDMA_CLASS_BUG,		/* a proof */
	ARMDMA_CLASS_SUSPICION,
	ARMDMA_CLASS_PERFORMANCE,
	ARMDMA_NR_CLASSES
};

/* Sites that a report can name. */
enum armdma_report_site {
	ARMDMA_SITE_HERE,	/* the call that went wrong */
	ARMDMA_SITE_ALLOC,
	ARMDMA_SITE_MAP,
	ARMDMA_SITE_SYNC,	/* last sync */
	ARMDMA_SITE_END,	/* unmap or free */
	ARMDMA_NR_SITES
};

/* Return addresses, innermost first; the first is the site itself. */
struct armdma_stack {
	unsigned int nr;
	const void *const *frames;
};

struct armdma_report {
	enum armdma_report_kind kind;
	struct armdma_device *dev;	/* or NULL */
	armdma_dma_t addr;		/* DMA address, or ARMDMA_MAPPING_ERROR */
	armdma_phys_t pa;		/* or ARMDMA_MAPPING_ERROR */
	const void *cpu;		/* or NULL */
	uint64_t len;			/* bytes concerned */
	int64_t offset;			/* of addr, or of the first wrong byte, in its buffer, bytes; negative: it lies before it */
	enum armdma_dir dir;		/* of the mapping; means something where sites[ARMDMA_SITE_MAP] is known */
	/* The first wrong byte, where bytes are what is wrong. */
	bool has_bytes;
	uint8_t expected, seen;
	const void *sites[ARMDMA_NR_SITES];	/* NULL: not known */
	const char *sentence;		/* what is wrong, one sentence; valid during the callback, as are the next three */
	const char *story;		/* what is known about it, lines that end in a newline; may be "" */
	const char *mend;		/* how to mend it, or NULL */
	const char *text;		/* the whole report as printed, several lines; valid during the callback */
	uint64_t time;			/* cycle in which it was made */
	uint64_t seed;			/* of the machine's configuration: the same seed gives the same run */
	const char *schedule;		/* of the exploration that runs, to replay it; or NULL. Valid during the callback */
	bool wanted;			/* announced by armdma_report_want() */
	/* How the program came to the sites, when asked for (option stack=N); NULL: not known. Valid while the machine lives. */
	const struct armdma_stack *stacks[ARMDMA_NR_SITES];
};

/*
 * The site that stands for a bug, of an array of sites: where it went wrong; when that was no call (a device's access), where the
 * buffer was unmapped or freed, mapped, or allocated. NULL when nothing is known.
 */
ARMDMA_API const void *armdma_report_place(const void *const sites[ARMDMA_NR_SITES]);

typedef void (*armdma_report_fn)(void *ctx, const struct armdma_report *report);
/* Where reports go instead of stderr; NULL: stderr. The callback may longjmp out of the test. */
ARMDMA_API void armdma_set_report_fn(struct armdma_machine *m, armdma_report_fn fn, void *ctx);
/*
 * Switch the checker off or on again (default: on). Off, misuse is still refused but nothing is reported, and
 * nothing is remembered that could explain wrong bytes.
 */
ARMDMA_API void armdma_checker_enable(struct armdma_machine *m, bool on);
/* How many reports were told, of one kind or (ARMDMA_REPORT_NONE) of all. */
ARMDMA_API unsigned int armdma_report_count(const struct armdma_machine *m, enum armdma_report_kind kind);
ARMDMA_API const char *armdma_report_name(enum armdma_report_kind kind);
ARMDMA_API enum armdma_report_class armdma_report_class(enum armdma_report_kind kind);
/*
 * Switch the rule that finds one kind off or on. At first the kinds of ARMDMA_CLASS_BUG are on, all others off. What is off is neither
 * looked for nor counted.
 */
ARMDMA_API void armdma_checker_rule(struct armdma_machine *m, enum armdma_report_kind kind, bool on);

/*
 * A test wants the next n reports of this kind (0: none any more): each is counted and given to the callback with `wanted` set, even if
 * the same was told before, but is not printed, aborts nothing, and leaves the exit status alone. armdma_report_wanted() tells
 * how many have not come yet.
 */
ARMDMA_API void armdma_report_want(struct armdma_machine *m, enum armdma_report_kind kind, unsigned int n);
ARMDMA_API unsigned int armdma_report_wanted(const struct armdma_machine *m, enum armdma_report_kind kind);

/* A distinct bug. */
struct armdma_report_seen {
	enum armdma_report_kind kind;
	struct armdma_device *dev;	/* or NULL */
	uint64_t count;			/* how often; the first one was told (or suppressed) */
	uint64_t first, last;		/* cycles */
	/* Of the first one. */
	armdma_dma_t addr;
	const void *sites[ARMDMA_NR_SITES];
	const char *sentence;
	bool wanted, suppressed;
};
typedef void (*armdma_report_seen_fn)(void *ctx, const struct armdma_report_seen *seen);
/* Call fn for each distinct bug so far, oldest first. fn may read the machine, but make no calls that could report. */
ARMDMA_API void armdma_report_walk(struct armdma_machine *m, armdma_report_seen_fn fn, void *ctx);
/* How often bugs of one kind, or (ARMDMA_REPORT_NONE) of all, were met: told, told before, or suppressed. */
ARMDMA_API uint64_t armdma_report_seen(const struct armdma_machine *m, enum armdma_report_kind kind);

/*
 * Tell no more reports of this kind (ARMDMA_REPORT_NONE: of any) that name a function matching the glob (fnmatch(3)) at one of their
 * sites, or stacks; "*" also matches reports without any site. They are counted as seen, and that is all. Takes effect for bugs that
 * have not been told yet. Returns 0, -EINVAL (no such kind, no glob), -ENOMEM.
 */
ARMDMA_API int armdma_report_suppress(struct armdma_machine *m, enum armdma_report_kind kind, const char *function);

/*
 * Write a report as one line of JSON (docs/reports.md lists the fields), during its callback. Returns 0, -ENOMEM, or -EIO when
 * f did not take it.
 */
ARMDMA_API int armdma_report_write_json(const struct armdma_report *report, FILE *f);

/*
 * For whoever runs a test under many schedules (armdma/explore.h): fn(ctx) is called when a report is made and returns the string that
 * replays the present run, valid until the report is delivered, or NULL. fn NULL: there is none.
 */
typedef const char *(*armdma_schedule_fn)(void *ctx);
ARMDMA_API void armdma_set_schedule_fn(struct armdma_machine *m, armdma_schedule_fn fn, void *ctx);

/*
 * Why do the bytes at cpu, len of them, read as they do? Writes a story of several lines into buf: which of them
 * differ from what is in memory, which device wrote them when, through which mapping (with the sites of mapping and last
 * sync), and what is missing. Returns true when some byte that the CPU sees is stale or not yet visible to devices.
 */
ARMDMA_API bool armdma_explain(struct armdma_machine *m, const void *cpu, size_t len, char *buf,
			       size_t buflen);
/*
 * The same for what a device finds at a DMA address of its own: where it leads, through which mapping, and what the CPU has
 * not handed over. Returns true when some byte that the device sees is not what the CPU sees.
 */
ARMDMA_API bool armdma_explain_device(struct armdma_device *dev, armdma_dma_t addr, size_t len, char *buf,
				      size_t buflen);
/*
 * What the device would read at a DMA address, without a transfer: nothing happens, no time passes. Returns 0, or -EFAULT when
 * some byte is not mapped for it or no memory.
 */
ARMDMA_API int armdma_device_view(struct armdma_device *dev, armdma_dma_t addr, void *buf, size_t len);
/*
 * The code under test relies on the len bytes at cpu: they must be `expected`. Right: returns true. Wrong: false,
 * and if a device wrote the expected bytes and the CPU sees stale ones, that is reported (ARMDMA_REPORT_STALE_CPU)
 * with its explanation. Site: the caller.
 */
ARMDMA_API bool armdma_cpu_sees(struct armdma_machine *m, const void *cpu, const void *expected,
				size_t len);
/* The same for a layer that relies on the bytes on behalf of its caller (a subsystem that takes a driver's frame). site: the call to name. */
ARMDMA_API bool armdma_cpu_sees_at(struct armdma_machine *m, const void *cpu, const void *expected, size_t len,
				   const void *site);
/* The same for what a device sees at a DMA address of its own: ARMDMA_REPORT_STALE_DEVICE. */
ARMDMA_API bool armdma_device_sees(struct armdma_device *dev, armdma_dma_t addr,
				   const void *expected, size_t len);

#ifdef __cplusplus
}
#endif
#endif
