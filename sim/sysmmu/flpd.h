/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The cache of level-1 descriptors (FLPD cache; on 7.x its read-out calls it SBB): saves the first of a walk's two reads.
 *
 * An entry holds one pointer to a level-2 table, or, in units that fill it speculatively, all sixteen descriptors
 * of one fetch, whatever they are.
 */
#ifndef SIM_SYSMMU_FLPD_H
#define SIM_SYSMMU_FLPD_H

#include <stdbool.h>
#include <stdint.h>

#define FLPD_MAX_ENTRIES 64
#define FLPD_GROUP 16u

struct flpd_entry {
	uint32_t mib;		/* of the first descriptor */
	uint32_t valid;		/* bit n: descriptor n */
	uint32_t empty;		/* bit n: it is an invalid one, which no invalidation of a page finds */
	uint64_t used;
	uint32_t desc[FLPD_GROUP];
};

struct flpd {
	unsigned int nr;
	bool speculative;	/* groups */
	uint64_t clock;
	struct flpd_entry entry[FLPD_MAX_ENTRIES];
};

/* True and *desc when the descriptor of that MiB is cached. */
bool sysmmu_flpd_find(struct flpd *c, uint32_t mib, uint32_t *desc);
void sysmmu_flpd_fill(struct flpd *c, uint32_t mib, uint32_t desc);
/* group: the sixteen descriptors around that of mib; empty: which of them are invalid. */
void sysmmu_flpd_fill_group(struct flpd *c, uint32_t mib, const uint32_t *group, uint32_t empty);
/* Drop descriptors of [first, last] but the invalid ones; returns how many. */
unsigned int sysmmu_flpd_drop(struct flpd *c, uint32_t first_mib, uint32_t last_mib);
void sysmmu_flpd_clear(struct flpd *c);

#endif
