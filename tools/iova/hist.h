/* SPDX-License-Identifier: BSD-2-Clause */
/* Log-linear histogram: 32 equal buckets for each power of two, so a value is known to 3 %. */
#ifndef TOOLS_IOVA_HIST_H
#define TOOLS_IOVA_HIST_H

#include <stddef.h>
#include <stdint.h>

#define HIST_SUB 32u
#define HIST_SUB_LG2 5u
#define HIST_BUCKETS ((64u - HIST_SUB_LG2) * HIST_SUB + HIST_SUB)

struct hist {
	uint64_t n, max;
	uint64_t count[HIST_BUCKETS];
};

static inline unsigned int hist_bucket(uint64_t v)
{
	unsigned int lg2;

	if (v < HIST_SUB)
		return (unsigned int)v;
	lg2 = 63u - (unsigned int)__builtin_clzll(v);
	return (lg2 - HIST_SUB_LG2 + 1) * HIST_SUB + (unsigned int)(v >> (lg2 - HIST_SUB_LG2) & (HIST_SUB - 1));
}

static inline void hist_add(struct hist *h, uint64_t v)
{
	h->count[hist_bucket(v)]++;
	h->n++;
	if (v > h->max)
		h->max = v;
}

/* Smallest value of a bucket; that of the next one is where it ends. */
uint64_t hist_floor(unsigned int bucket);
/* The value that a share of all (0 to 1) does not exceed: the bucket's upper end, at most the largest. 0 when empty. */
uint64_t hist_quantile(const struct hist *h, double share);
void hist_merge(struct hist *into, const struct hist *h);

#endif
