/* SPDX-License-Identifier: BSD-2-Clause */
/* 128 bits in a row: the compiler's own type where the host has one, else two words. Shifts are of 0 to 127. */
#ifndef LIB_IOVA_MASK128_H
#define LIB_IOVA_MASK128_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __SIZEOF_INT128__

__extension__ typedef unsigned __int128 mask128;

static inline mask128 mask128_make(uint64_t hi, uint64_t lo)
{
	return (mask128)hi << 64 | lo;
}

static inline uint64_t mask128_lo(mask128 m)
{
	return (uint64_t)m;
}

static inline uint64_t mask128_hi(mask128 m)
{
	return (uint64_t)(m >> 64);
}

static inline mask128 mask128_and(mask128 a, mask128 b)
{
	return a & b;
}

static inline mask128 mask128_or(mask128 a, mask128 b)
{
	return a | b;
}

static inline mask128 mask128_shl(mask128 m, unsigned int n)
{
	return m << n;
}

static inline mask128 mask128_shr(mask128 m, unsigned int n)
{
	return m >> n;
}

/* Without its lowest bit. */
static inline mask128 mask128_drop(mask128 m)
{
	return m & (m - 1);
}

#else

typedef struct {
	uint64_t lo, hi;
} mask128;

static inline mask128 mask128_make(uint64_t hi, uint64_t lo)
{
	return (mask128){ .lo = lo, .hi = hi };
}

static inline uint64_t mask128_lo(mask128 m)
{
	return m.lo;
}

static inline uint64_t mask128_hi(mask128 m)
{
	return m.hi;
}

static inline mask128 mask128_and(mask128 a, mask128 b)
{
	return mask128_make(a.hi & b.hi, a.lo & b.lo);
}

static inline mask128 mask128_or(mask128 a, mask128 b)
{
	return mask128_make(a.hi | b.hi, a.lo | b.lo);
}

static inline mask128 mask128_shl(mask128 m, unsigned int n)
{
	if (n >= 64)
		return mask128_make(m.lo << (n - 64), 0);
	return n ? mask128_make(m.hi << n | m.lo >> (64 - n), m.lo << n) : m;
}

static inline mask128 mask128_shr(mask128 m, unsigned int n)
{
	if (n >= 64)
		return mask128_make(0, m.hi >> (n - 64));
	return n ? mask128_make(m.hi >> n, m.lo >> n | m.hi << (64 - n)) : m;
}

static inline mask128 mask128_drop(mask128 m)
{
	return m.lo ? mask128_make(m.hi, m.lo & (m.lo - 1)) : mask128_make(m.hi & (m.hi - 1), 0);
}

#endif

static inline bool mask128_any(mask128 m)
{
	return mask128_lo(m) | mask128_hi(m);
}

/* Number of the lowest bit; there is one. */
static inline unsigned int mask128_first(mask128 m)
{
	return mask128_lo(m) ? (unsigned int)__builtin_ctzll(mask128_lo(m)) :
			       64 + (unsigned int)__builtin_ctzll(mask128_hi(m));
}

#endif
