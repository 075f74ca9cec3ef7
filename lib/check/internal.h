/* SPDX-License-Identifier: BSD-2-Clause */
/* What the checker remembers, and how it speaks. */
#ifndef LIB_CHECK_INTERNAL_H
#define LIB_CHECK_INTERNAL_H

#include "lib/check/check.h"
#include "lib/check/records.h"
#include "lib/check/report.h"
#include "lib/machine.h"

/* Which device a bus master belongs to, by the address of its name. */
#define MASTERS 8u
struct master {
	const char *name;
	struct armdma_device *dev;
};

/* A store that a device did not see although its register was written after it. */
struct missed {
	struct armdma_device *dev;	/* NULL: none */
	const void *site;		/* of that write */
	armdma_phys_t pa;
	uint8_t byte;
};

struct late;	/* later.c */

#define POISON_ASAN 1u
#define POISON_VALGRIND 2u

struct checker {
	struct armdma_machine *m;
	bool on;
	struct armdma_options opt;
	bool *rule;		/* is the kind looked for: opt.rule */
	unsigned int poison;		/* POISON_*: the tools that are told what is the device's */
	bool watched;			/* in the list of proof.c */
	struct checker *next_watched;
	bool holding;			/* reports are written at once, but nobody is called */
	STAILQ_HEAD(, late) held;	/* calls of these are due */
	bool blind;			/* mappings exist that nothing is known of */
	struct tracks tracks;
	struct track *last;		/* mapped last, while live */
	struct track *found;		/* mapped, or found by all that an event says, last; while live */
	struct missed missed;
	/* Where the device's last transfer outside of everything, or the last that was truncated, ended: what follows is the same. */
	struct armdma_device *stray_dev;
	armdma_dma_t stray_from, stray_to;
	struct master masters[MASTERS];
	struct reports reports;
};

/* A mapping or buffer that covers a physical address, live ones first; or NULL. */
struct track *track_find_pa(struct checker *ck, armdma_phys_t pa);
/* Live mapping of a device that contains a DMA address, or NULL. */
struct track *track_find(struct checker *ck, struct armdma_device *dev, armdma_dma_t addr);
/* A live buffer of the DMA layer itself (a pool's chunk) there, or NULL. */
struct track *track_find_own(struct checker *ck, armdma_phys_t pa);
/* The one that ended last of those that contained it, or NULL. */
struct track *track_find_dead(struct checker *ck, const struct armdma_device *dev, armdma_dma_t addr);
void track_event(struct checker *ck, const struct armdma_event *ev);
void track_clear(struct checker *ck);
/* Is this byte of a streaming mapping the CPU's? (Where that is not known for sure, too.) */
bool track_cpu_owns(const struct track *t, uint64_t off);

/* ---- Rules, each at the event that can prove something ---------------------------- */

/* calls.c: a mapping begins (it is not filed yet), is synced, ends. */
void map_check(struct checker *ck, const struct track *t);
void sync_check(struct checker *ck, const struct track *t, const struct armdma_event *ev, uint64_t from, uint64_t to);
void unmap_check(struct checker *ck, const struct track *t, const struct armdma_event *ev);
/* take.c: a range is about to be taken back; to be handed over. */
void give_check(struct checker *ck, const struct track *t, const struct armdma_event *ev);
void take_check(struct checker *ck, const struct track *t, const struct armdma_event *ev);
/* The device that a bus master belongs to, or NULL. */
struct armdma_device *device_of(struct checker *ck, const char *who);
/* device.c: a device has read or written; its address lost bits. */
void access_check(struct checker *ck, const struct armdma_event *ev);
void truncation_check(struct checker *ck, const struct armdma_event *ev);
/* An IOMMU refused an address: which kind of mistake was that, and what is known about it. */
enum armdma_report_kind device_fault(struct checker *ck, struct armdma_device *dev, armdma_dma_t addr, struct armdma_report *rep,
		  struct text *s);

/* sees.c: the CPU loads what a device has rewritten; says so if that is what its bytes prove. expected: NULL, what memory holds. */
void report_stale_cpu(struct armdma_machine *m, const void *cpu, const uint8_t *expected, size_t len, const void *site);
/* unwritten.c: bytes that nobody has written leave the kernel; a device reads them. */
void exposed(struct checker *ck, const void *cpu, size_t len, const void *site);
void check_written(struct checker *ck, const struct track *t, uint64_t off, uint64_t len, armdma_phys_t at);

/* access.c: the CPU touches len bytes at cpu, of which the one at offset `at` of the mapping is the device's. */
void report_touch(struct checker *ck, const struct track *t, uint64_t at, uint64_t len, const void *cpu, bool write,
		  const void *site);

/* What an event of the two types proves. */
void misuse_event(struct checker *ck, const struct armdma_event *ev);
void trap_event(struct checker *ck, const struct armdma_event *ev);

/* ---- Other tools: poison.c, proof.c ---------------------------------------------------- */

/* The options may have changed: find out which tools are to be told. */
void poison_set(struct checker *ck);
/* Who owns the bytes [from, to) of a mapping may have changed. If ck->poison. */
void poison_changed(struct checker *ck, struct track *t, uint64_t from, uint64_t to);
/* Before anything else is done about an event. If ck->poison. */
void poison_event(struct checker *ck, const struct armdma_event *ev);
/* The bytes are hidden no more, until somebody's ownership of them changes. */
void poison_show(struct checker *ck, armdma_phys_t pa, uint64_t len);
/* Nothing is hidden any more. */
void poison_clear(struct checker *ck);
/* Nothing is hidden any more, for good. */
void poison_end(struct checker *ck);
/* Is the byte hidden because of this mapping? */
bool poison_owns(const struct checker *ck, const struct track *t, armdma_phys_t pa);
/* Whether ASan's reports about memory of this machine are looked at. */
void proof_watch(struct checker *ck, bool on);

/* ---- What rules say ------------------------------------------------------------------- */

/* Where a mapping or buffer comes from, and its direction: sites and stacks of a report. */
void report_origin(struct armdma_report *rep, const struct track *t);
/* A report about a byte of a mapping or buffer: device, addresses, direction and sites filled in. */
struct armdma_report report_about(enum armdma_report_kind kind, const struct track *t, uint64_t off, uint64_t len);
/* Lines of a story: the mapping or buffer, what the device last did, the last sync; with the sites, where a report has none. */
void tell_mapping(struct text *t, const struct track *tr, bool sites);
/*
 * How the program came to the public call whose return address is `site`, when option stack= asks for it; else NULL. Called
 * inside that call. Valid while the machine lives.
 */
const struct armdma_stack *stack_here(struct checker *ck, const void *site);
/* The same as a number for records (0: none), and back. */
uint32_t stack_capture(struct checker *ck, const void *site);
static inline uint32_t stack_id(struct checker *ck, const void *site)
{
	return ck->opt.stack < 2 ? 0 : stack_capture(ck, site);
}
const struct armdma_stack *stack_get(struct checker *ck, uint32_t id);

/* Print it and call whoever wants it. */
void report_deliver(struct checker *ck, const struct armdma_report *rep);
/* In a shared machine: a copy is delivered when the call that this thread is in gives the lock back. False: no memory. */
bool report_later(struct checker *ck, const struct armdma_report *rep);

/* A copy is written now; who wants to be told is called by report_release(). False: no memory. */
bool report_hold(struct checker *ck, const struct armdma_report *rep);
void report_release(struct checker *ck);
/* The two halves of report_deliver(): print it and so on (heard: somebody will be called); call whoever wants it. */
void report_write(struct checker *ck, const struct armdma_report *rep, bool heard);
void report_call(struct checker *ck, const struct armdma_report *rep);

/* Deliver a report with its sentence and, below it, a story (may be ""). */
void report_make(struct checker *ck, struct armdma_report *rep, const char *sentence,
		 const char *story, const char *mend);

#endif
