/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 64 bytes at a time: which of them are at least so much, and the most of them.
 *
 * On x86 with the vectors that every 64-bit one has; the plain twins give the same, and are what other hosts use.
 */
#ifndef LIB_IOVA_BYTES_H
#define LIB_IOVA_BYTES_H

#include <stdint.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

static inline uint64_t iova_bytes_at_least_plain(const uint8_t *p, unsigned int v)
{
	uint64_t mask = 0;

	for (unsigned int i = 0; i < 64; i++)
		mask |= (uint64_t)(p[i] >= v) << i;
	return mask;
}

static inline uint8_t iova_bytes_max_plain(const uint8_t *p)
{
	uint8_t most = 0;

	for (unsigned int i = 0; i < 64; i++)
		most = p[i] > most ? p[i] : most;
	return most;
}

#ifdef __SSE2__
static inline uint64_t iova_bytes_at_least_16(const uint8_t *p, __m128i v)
{
	__m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);

	return (uint64_t)(unsigned int)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_max_epu8(x, v), x));
}

/* Bit i: p[i] >= v. */
static inline uint64_t iova_bytes_at_least(const uint8_t *p, unsigned int v)
{
	__m128i all = _mm_set1_epi8((char)v);

	return iova_bytes_at_least_16(p, all) | iova_bytes_at_least_16(p + 16, all) << 16 |
	       iova_bytes_at_least_16(p + 32, all) << 32 | iova_bytes_at_least_16(p + 48, all) << 48;
}

static inline uint8_t iova_bytes_max(const uint8_t *p)
{
	const __m128i *q = (const __m128i *)(const void *)p;
	__m128i x = _mm_max_epu8(_mm_max_epu8(_mm_loadu_si128(q), _mm_loadu_si128(q + 1)),
				 _mm_max_epu8(_mm_loadu_si128(q + 2), _mm_loadu_si128(q + 3)));

	x = _mm_max_epu8(x, _mm_srli_si128(x, 8));
	x = _mm_max_epu8(x, _mm_srli_si128(x, 4));
	x = _mm_max_epu8(x, _mm_srli_si128(x, 2));
	x = _mm_max_epu8(x, _mm_srli_si128(x, 1));
	return (uint8_t)_mm_cvtsi128_si32(x);
}
#else
static inline uint64_t iova_bytes_at_least(const uint8_t *p, unsigned int v)
{
	return iova_bytes_at_least_plain(p, v);
}

static inline uint8_t iova_bytes_max(const uint8_t *p)
{
	return iova_bytes_max_plain(p);
}
#endif

#endif
