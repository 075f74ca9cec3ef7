/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What kmalloc() gives holds a pattern of its own in each word, where it is not zeroed: whoever finds that very word
 * there later knows that nobody has written it. Kernels hand out what the last owner left; that this is no secret of his,
 * but 64 bits that no program has reason to write, is what makes it a proof.
 */
#ifndef LIB_MM_UNWRITTEN_H
#define LIB_MM_UNWRITTEN_H

#include <string.h>

#include <armdma/types.h>

#define MM_UNWRITTEN_RUN 64u	/* bytes whose words share a hash */
#define MM_UNWRITTEN_STEP 0x9e3779b97f4a7c15u	/* from one of them to the next */

/* Of the run that contains pa. */
static inline uint64_t mm_unwritten_hash(uint64_t seed, armdma_phys_t pa)
{
	uint64_t x = pa / MM_UNWRITTEN_RUN + seed * 0x9e3779b97f4a7c15u;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

/* The word at pa, a multiple of 8, in the run of that hash. */
static inline uint64_t mm_unwritten(uint64_t hash, armdma_phys_t pa)
{
	return hash + (pa % MM_UNWRITTEN_RUN / 8) * MM_UNWRITTEN_STEP;
}

/* Offset of the first of len bytes, which belong at pa, that lies in a whole unwritten word; len: none does. */
static inline size_t mm_find_unwritten(uint64_t seed, armdma_phys_t pa, const uint8_t *bytes, size_t len)
{
	size_t at = (size_t)(-pa & 7);

	while (at + 8 <= len) {
		uint64_t hash = mm_unwritten_hash(seed, pa + at), have;

		do {
			memcpy(&have, bytes + at, sizeof(have));
			if (have == mm_unwritten(hash, pa + at))
				return at;
			at += 8;
		} while (at + 8 <= len && (pa + at) % MM_UNWRITTEN_RUN);
	}
	return len;
}

#endif
