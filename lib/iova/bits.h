/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs of bits, a 64-bit word at a time.
 *
 * Ranges are [from, end). Words are always 64 bits wide, on 32-bit hosts too, so that layouts and results are the same everywhere.
 */
#ifndef LIB_IOVA_BITS_H
#define LIB_IOVA_BITS_H

#include <stdbool.h>
#include <stdint.h>

/* Bits from..63 and 0..end-1 of a word; end 1..64. */
#define IOVA_BITS_FROM(from) (~0ULL << ((from) % 64))
#define IOVA_BITS_BELOW(end) (~0ULL >> (63 - ((end) - 1) % 64))

/* First bit of the wanted value in [from, end); end when there is none. invert: all ones to look for zeroes. */
static inline uint32_t iova_find_bit(const uint64_t *map, uint32_t from, uint32_t end, uint64_t invert)
{
	uint64_t word;
	uint32_t i;

	if (from >= end)
		return end;
	i = from / 64;
	word = (map[i] ^ invert) & IOVA_BITS_FROM(from);
	while (!word) {
		if (++i * 64 >= end)
			return end;
		word = map[i] ^ invert;
	}
	from = i * 64 + (uint32_t)__builtin_ctzll(word);
	return from < end ? from : end;
}

static inline uint32_t iova_next_zero(const uint64_t *map, uint32_t from, uint32_t end)
{
	return iova_find_bit(map, from, end, ~0ULL);
}

static inline uint32_t iova_next_set(const uint64_t *map, uint32_t from, uint32_t end)
{
	return iova_find_bit(map, from, end, 0);
}

/* End of the last bit of the wanted value below `end`, that is, its number + 1; 0 when there is none. */
static inline uint32_t iova_find_bit_below(const uint64_t *map, uint32_t end, uint64_t invert)
{
	uint64_t word;
	uint32_t i;

	if (!end)
		return 0;
	i = (end - 1) / 64;
	word = (map[i] ^ invert) & IOVA_BITS_BELOW(end);
	while (!word) {
		if (!i--)
			return 0;
		word = map[i] ^ invert;
	}
	return i * 64 + 64 - (uint32_t)__builtin_clzll(word);
}

static inline uint32_t iova_last_zero(const uint64_t *map, uint32_t end)
{
	return iova_find_bit_below(map, end, ~0ULL);
}

static inline uint32_t iova_last_set(const uint64_t *map, uint32_t end)
{
	return iova_find_bit_below(map, end, 0);
}

/* Set all bits of a range that is not empty. */
static inline void iova_set_bits(uint64_t *map, uint32_t from, uint32_t end)
{
	uint32_t i = from / 64, last = (end - 1) / 64;
	uint64_t mask = IOVA_BITS_FROM(from);

	for (; i < last; i++, mask = ~0ULL)
		map[i] |= mask;
	map[i] |= mask & IOVA_BITS_BELOW(end);
}

/* Clear them. */
static inline void iova_clear_bits(uint64_t *map, uint32_t from, uint32_t end)
{
	uint32_t i = from / 64, last = (end - 1) / 64;
	uint64_t mask = IOVA_BITS_FROM(from);

	for (; i < last; i++, mask = ~0ULL)
		map[i] &= ~mask;
	map[i] &= ~(mask & IOVA_BITS_BELOW(end));
}

/* All bits of a range that is not empty are set. */
static inline bool iova_all_set(const uint64_t *map, uint32_t from, uint32_t end)
{
	uint32_t i = from / 64, last = (end - 1) / 64;
	uint64_t mask = IOVA_BITS_FROM(from);

	for (; i < last; i++, mask = ~0ULL)
		if (~map[i] & mask)
			return false;
	return !(~map[i] & mask & IOVA_BITS_BELOW(end));
}

#endif
