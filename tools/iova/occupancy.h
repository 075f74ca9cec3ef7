/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What of an address space is in use, kept beside the policy that is being watched: one bit a granule, and counts. Everything here
 * is in granules from the base of the space on.
 */
#ifndef TOOLS_IOVA_OCCUPANCY_H
#define TOOLS_IOVA_OCCUPANCY_H

#include <stdbool.h>
#include <stdint.h>

#include "hist.h"

struct occupancy;
struct check_result;

/* shift: log2 of the granule. with_history: also when each was freed, and snapshots for a map. NULL: out of memory. */
struct occupancy *occupancy_new(uint64_t granules, unsigned int shift, bool with_history);
void occupancy_free_all(struct occupancy *o);

/* Is any of [at, at+n) in use? */
bool occupancy_any(const struct occupancy *o, uint64_t at, uint64_t n);
/* Is any of [at, at+n) free? */
bool occupancy_clear_in(const struct occupancy *o, uint64_t at, uint64_t n);
/*
 * They are in use now. `now` counts allocations; *reuse (may be NULL) gets how many there were since the youngest of the
 * granules was freed. True when all are used for the first time.
 */
bool occupancy_set(struct occupancy *o, uint64_t at, uint64_t n, uint64_t now, struct hist *reuse);
void occupancy_clear(struct occupancy *o, uint64_t at, uint64_t n, uint64_t now);

uint64_t occupancy_used(const struct occupancy *o);
uint64_t occupancy_free(const struct occupancy *o);
uint64_t occupancy_largest_free(const struct occupancy *o);
/* 1 MiB sections that have anything in use: each needs a level-2 table, unless one entry maps it whole. */
uint64_t occupancy_sections(const struct occupancy *o);
/* Lowest ever used, end of the highest ever used, how many were ever used, most in use at once. */
void occupancy_extent(const struct occupancy *o, uint64_t *lowest, uint64_t *end, uint64_t *touched, uint64_t *peak);

/* Keep a picture of now for column `column` of the map. 0 or -ENOMEM. */
int occupancy_snapshot(struct occupancy *o, unsigned int column);
/* Draw the snapshots into c->map, over the addresses that were ever used. */
void occupancy_map(const struct occupancy *o, struct check_result *c);

#endif
