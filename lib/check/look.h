/* SPDX-License-Identifier: BSD-2-Clause */
/* The CPU's view and DRAM side by side. Looking changes nothing. */
#ifndef LIB_CHECK_LOOK_H
#define LIB_CHECK_LOOK_H

#include "lib/check/internal.h"

/* Why a byte that the CPU loads differs from the one in DRAM. */
enum byte_state {
	BYTE_SAME,
	BYTE_STALE,	/* a device wrote DRAM, the cache kept the old byte */
	BYTE_DIRTY,	/* the CPU's store has not left the caches */
	BYTE_CONFLICT,	/* in a line that both have written */
	BYTE_UNSTORED,	/* the CPU's store waits in the write buffer */
	BYTE_UNSEEN,	/* a device wrote it; an uncached load needs a barrier to see it */
	BYTE_UNMAPPED,	/* a load traps */
	BYTE_NR_STATES
};

#define SPAN_SHOWN 8

/* Bytes in a row that differ for one reason. */
struct span {
	enum byte_state state;
	size_t off, len;
	armdma_phys_t pa;	/* of the first; ARMDMA_MAPPING_ERROR where nothing is mapped */
	uint8_t cpu[SPAN_SHOWN], ram[SPAN_SHOWN];	/* the first bytes */
};

#define MAX_SPANS 6

struct finding {
	size_t bytes[BYTE_NR_STATES];	/* how many are in each state */
	size_t first[BYTE_NR_STATES];	/* offset of the first one */
	struct span spans[MAX_SPANS];	/* the first ones */
	unsigned int nr_spans;		/* all */
};

struct finding look(struct armdma_machine *m, const void *cpu, size_t len);
/* The first byte that differs, or NULL. */
static inline const struct span *first_difference(const struct finding *f)
{
	return f->nr_spans ? &f->spans[0] : NULL;
}

/*
 * Write the finding as a story; returns the mapping or buffer of its first byte, or NULL. in_report: leave out what the report's
 * own lines say, the first byte and the sites.
 */
struct track *tell_finding(struct armdma_machine *m, const struct finding *f, const void *cpu, size_t len, bool in_report,
			   struct text *t);

/* Where a device's address leads now, or ARMDMA_MAPPING_ERROR. */
armdma_phys_t dma_to_phys(struct armdma_device *dev, armdma_dma_t addr);

#endif
