/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copies of memory that the CPU's threads may be storing to: word by word, each a relaxed atomic access.
 *
 * To the machine these are caches and masters at work beside a CPU, no data race; so the thread sanitizer does not look at them. The
 * stores of the code under test are looked at as ever.
 */
#ifndef SIM_MEMORY_WORDS_H
#define SIM_MEMORY_WORDS_H

#include <stdbool.h>
#include <string.h>

#include "sim/memory/internal.h"

/* From live memory / to it. Any alignment. */
void words_read(void *dst, const uint8_t *live, size_t n);
void words_write(uint8_t *live, const void *src, size_t n);
/* Does live memory differ from bytes? */
bool words_differ(const uint8_t *live, const uint8_t *bytes, size_t n);
/*
 * Live memory was `was` and becomes `now`; a byte that has been stored to since stays as it was stored. Aligned to words, as is n. Words
 * that are the same in both are not touched.
 */
void words_merge(uint8_t *live, const uint8_t *was, const uint8_t *now, size_t n);
/* One byte, if it is still `was`. */
bool byte_replace(uint8_t *live, uint8_t was, uint8_t now);

/* What a machine that is not shared does with memcpy(). */
static inline void live_read(const struct mem *mem, void *dst, const uint8_t *live, size_t n)
{
	if (__builtin_expect(mem->shared, 0))
		words_read(dst, live, n);
	else
		memcpy(dst, live, n);
}

static inline void live_write(const struct mem *mem, uint8_t *live, const void *src, size_t n)
{
	if (__builtin_expect(mem->shared, 0))
		words_write(live, src, n);
	else
		memcpy(live, src, n);
}

#endif
