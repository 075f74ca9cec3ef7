/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The second level of the TLB: sets chosen by the page number accessed, whatever the page's size.
 *
 * So a 64 KiB page may sit in 16 sets and a 1 MiB page in all of them. On 2.x (8 ways, 64 sets) an
 * invalidation looks into the one set of its page number; on later units, which need one for a page of any
 * size, into all of them.
 */
#ifndef SIM_SYSMMU_TLB2_H
#define SIM_SYSMMU_TLB2_H

#include "sim/sysmmu/tlb.h"

struct tlb2_way {
	struct tlb_page page;
	uint32_t generation;	/* valid while equal to the level's */
	uint64_t used;
};

struct tlb2 {
	unsigned int sets, ways;
	bool one_set;		/* invalidation of a page looks into its set alone */
	enum tlb_policy policy;
	uint32_t generation;
	uint64_t clock, rng;
	uint16_t *next_victim;	/* of each set */
	struct tlb2_way way[];
};

/* Returns NULL when out of memory. */
struct tlb2 *sysmmu_tlb2_new(unsigned int sets, unsigned int ways, bool one_set, uint64_t seed);
void sysmmu_tlb2_free(struct tlb2 *l2);
/* How many entries of the set of vpn match (2 and more: multi-hit); one: *page. */
unsigned int sysmmu_tlb2_find(struct tlb2 *l2, uint32_t vpn, struct tlb_page *page);
/* Put a page into the set of the VPN accessed. */
void sysmmu_tlb2_fill(struct tlb2 *l2, uint32_t vpn, const struct tlb_page *page);
/* Drop whatever matches a page of [first, last]; all of it. Both return the number of entries dropped. */
unsigned int sysmmu_tlb2_invalidate(struct tlb2 *l2, uint32_t first_vpn, uint32_t last_vpn);
unsigned int sysmmu_tlb2_invalidate_all(struct tlb2 *l2);
/* The entry at a place, or NULL when there is none. */
const struct tlb_page *sysmmu_tlb2_at(const struct tlb2 *l2, unsigned int set, unsigned int way);

#endif
