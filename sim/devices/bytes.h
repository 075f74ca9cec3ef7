/* SPDX-License-Identifier: BSD-2-Clause */
/* Little-endian words in simulated memory, on any host; and the hash of test payloads. */
#ifndef SIM_DEVICES_BYTES_H
#define SIM_DEVICES_BYTES_H

#include <stdint.h>

/* gcc -O2 does not vectorize loops of unknown length; the pixel loops live from it. clang does anyway. */
#if defined(__GNUC__) && !defined(__clang__)
#define DEV_VECTORIZE __attribute__((optimize("O3")))
#else
#define DEV_VECTORIZE
#endif

static inline uint32_t dev_get_le32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline void dev_put_le32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
	p[2] = (uint8_t)(v >> 16);
	p[3] = (uint8_t)(v >> 24);
}

/* Byte n (0..7) of the little-endian form of v. */
static inline uint8_t dev_byte(uint64_t v, unsigned int n)
{
	return (uint8_t)(v >> (8 * n));
}

/* Finalizer of splitmix64: every bit of the result depends on every bit of x. */
static inline uint64_t dev_mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15u;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

#endif
