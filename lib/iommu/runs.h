/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Work on runs of table words, sixteen at a time: the inner loops have a fixed length and no
 * branch, so that compilers turn them into vector code at -O2 already.
 */
#ifndef LIB_IOMMU_RUNS_H
#define LIB_IOMMU_RUNS_H

#include "lib/iommu/internal.h"

/* No word of the run is set. */
static inline bool run_empty(const le32 *w, unsigned int n)
{
	for (; n >= 16; n -= 16, w += 16) {
		uint32_t any = 0;

		for (int i = 0; i < 16; i++)
			any |= w[i];
		if (any)
			return false;
	}
	while (n) {
		if (w[--n])
			return false;
	}
	return true;
}

typedef uint32_t quad __attribute__((vector_size(16)));

/*
 * Change one word, in a store of the 16 aligned bytes around it. Cleaning comes next, and loads 16 bytes at a time: a host
 * takes such a load out of a store that is as wide, but would have it wait until a narrower one has reached
 * its cache.
 */
static inline void word_set(le32 *table, unsigned int idx, uint32_t word)
{
	const quad lane = { 0, 1, 2, 3 };
	quad *at = (quad *)(void *)(table + (idx & ~3u)), this = (quad)(lane == (idx & 3));

	*at = (*at & ~this) | (to_le32(word) & this);
}

/* n words from word on, each step more than the one before. */
static inline void run_fill(le32 *w, unsigned int n, uint32_t word, uint32_t step)
{
	for (; n >= 16; n -= 16, w += 16, word += 16 * step) {
		for (uint32_t i = 0; i < 16; i++)
			w[i] = to_le32(word + i * step);
	}
	for (uint32_t i = 0; i < n; i++)
		w[i] = to_le32(word + i * step);
}

/* How many words are set, and how many of them are entries of large pages. */
static inline unsigned int run_count(const le32 *w, unsigned int n, unsigned int *large)
{
	uint32_t set = 0, small = 0;

	for (; n >= 16; n -= 16, w += 16) {
		for (int i = 0; i < 16; i++) {
			set += w[i] != 0;
			small += l2_is_small(from_le32(w[i]));
		}
	}
	for (unsigned int i = 0; i < n; i++) {
		set += w[i] != 0;
		small += l2_is_small(from_le32(w[i]));
	}
	*large = set - small;
	return set;
}

#endif
