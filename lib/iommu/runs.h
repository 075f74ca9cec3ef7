/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Work on runs of table words, sixteen at a time: the inner loops have a fixed length and no
 * branch, so that compilers turn them into vector code at -O2 already.
 */
#ifndef LIB_IOMMU_RUNS_H
#define LIB_IOMMU_RUNS_H

#include "lib/iommu/internal.h"

/* Every word of the run is the one given. */
static inline bool run_is(const le32 *w, unsigned int n, le32 word)
{
	for (; n >= 16; n -= 16, w += 16) {
		uint32_t any = 0;

		for (int i = 0; i < 16; i++)
			any |= w[i] ^ word;
		if (any)
			return false;
	}
	while (n) {
		if (w[--n] != word)
			return false;
	}
	return true;
}

/* No word of the run is set. */
static inline bool run_empty(const le32 *w, unsigned int n)
{
	return run_is(w, n, 0);
}

/* n words from word on, each step more than the one before. */
ARMDMA_INLINE void run_fill(le32 *w, unsigned int n, uint32_t word, uint32_t step)
{
	for (; n >= 16; n -= 16, w += 16, word += 16 * step) {
		for (uint32_t i = 0; i < 16; i++)
			w[i] = to_le32(word + i * step);
	}
	for (uint32_t i = 0; i < n; i++)
		w[i] = to_le32(word + i * step);
}

/*
 * Filling whole tables is bound by the number of stores: where the host may have vectors of 32 bytes, a second
 * run_fill() is made for these, and domains remember whether the host has them.
 */
#if (defined(__x86_64__) || defined(__i386__)) && defined(__GNUC__)
#define RUNS_WIDE __attribute__((target("avx2"), noinline))
static inline bool runs_host_is_wide(void)
{
	__builtin_cpu_init();
	return __builtin_cpu_supports("avx2");
}
#else
#define RUNS_WIDE __attribute__((noinline))
static inline bool runs_host_is_wide(void)
{
	return false;
}
#endif

/* How many words are set. */
static inline unsigned int run_set(const le32 *w, unsigned int n)
{
	uint32_t set = 0;

	for (; n >= 16; n -= 16, w += 16) {
		for (int i = 0; i < 16; i++)
			set += w[i] != 0;
	}
	for (unsigned int i = 0; i < n; i++)
		set += w[i] != 0;
	return set;
}

/* The same, and how many of them are entries of large pages. */
ARMDMA_INLINE unsigned int run_count(const le32 *w, unsigned int n, unsigned int *large)
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
